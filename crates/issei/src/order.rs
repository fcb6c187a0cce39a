//! `issei order`: drafts, shows, signs, watches and ends orders at the office that runs here.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words. Always: an
//! order is believed to be the one of its name only after the name was worked out anew from what the
//! office sent; so nobody reads or signs another order than the one that was named.
//! Not here: whether an order may be given (`issei-case`), the office itself (`office`).

pub mod approve;
pub mod confirm;
pub mod facts;
mod naming;
pub mod propose;
mod show;
mod speech;
mod watch;

use issei_model::{Language, OrderId};
use issei_window::rows;
use issei_window::shapes::{OrderLine, OrderShape};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{ObjectionWord, Order, OrderWish, Printing};
use crate::office::control::{Ask, OrderView, Reply};

pub use facts::FactWord;
pub use naming::{OrderName, short};
pub use show::lined_up;
pub use speech::{deed, ending, ends, objection, stands, station};

/// Does what is wished with orders.
///
/// # Errors
/// A rule's no, a wrong wish, or that no office answers.
pub fn run(options: &Order, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    match &options.wish {
        OrderWish::Propose(wish) => propose::run(&mut caller, wish)?,
        OrderWish::List(form) => caller::say(&list(&mut caller, *form)?)?,
        OrderWish::Show { order, svg, json } => {
            let view = fetch(&mut caller, order)?;
            let language = caller.language();
            caller::say(&match (svg, json) {
                (true, _) => show::strip(&view, language),
                (_, true) => rows::document(&OrderShape::of(&view, language)),
                _ => show::page(&view, language),
            })?;
        }
        OrderWish::Approve(wish) => approve::run(&mut caller, wish)?,
        OrderWish::Confirm(wish) => confirm::run(&mut caller, wish)?,
        OrderWish::Refuse { order, why } => refuse(&mut caller, order, *why)?,
        OrderWish::Arm { order } => {
            let order = named(&mut caller, order)?;
            caller.bid(&Ask::Arm(order))?;
        }
        OrderWish::Withdraw { order, reason, .. } => {
            let reason = (*reason).into();
            let ask = match order {
                Some(order) => Ask::Withdraw {
                    order: named(&mut caller, order)?,
                    reason,
                },
                None => Ask::WithdrawAll(reason),
            };
            caller.bid(&ask)?;
        }
        OrderWish::Harm { order } => {
            let order = named(&mut caller, order)?;
            caller.bid(&Ask::Harm(order))?;
        }
        OrderWish::Watch { order } => watch::run(&mut caller, order)?,
    }
    Ok(code::DONE)
}

/// Gives every order that the office knows.
///
/// # Errors
/// As [`Caller::ask`].
pub fn all(caller: &mut Caller) -> Result<Vec<OrderView>, Failure> {
    match caller.ask(&Ask::Orders)? {
        Reply::Orders(views) => Ok(views),
        other => Err(caller::astray(&other)),
    }
}

/// Gives the whole name of an order.
///
/// # Errors
/// If none or several begin like this.
pub fn named(caller: &mut Caller, name: &OrderName) -> Result<OrderId, Failure> {
    if let Some(whole) = name.whole() {
        return Ok(whole);
    }
    let known: Vec<OrderId> = all(caller)?.iter().map(|view| view.id).collect();
    name.choose(&known).map_err(Failure::wrong)
}

/// Gives the order that has this name.
fn fetch(caller: &mut Caller, name: &OrderName) -> Result<OrderView, Failure> {
    let id = named(caller, name)?;
    look(caller, id)
}

/// Gives the order of this whole name, and nothing else that the office may send.
fn look(caller: &mut Caller, id: OrderId) -> Result<OrderView, Failure> {
    match caller.ask(&Ask::Order(id))? {
        Reply::Order(view) => truly(*view, id),
        other => Err(caller::astray(&other)),
    }
}

/// The name is the digest of the order, so another order has another name.
fn truly(view: OrderView, id: OrderId) -> Result<OrderView, Failure> {
    let sent = view.order.id();
    if sent == id && view.id == id {
        return Ok(view);
    }
    Err(Failure::broken(format!(
        "the office sent order `{sent}` under the name `{id}`; sign nothing, and find out who changed it"
    )))
}

fn list(caller: &mut Caller, form: Printing) -> Result<String, Failure> {
    let views = all(caller)?;
    let lines: Vec<OrderLine> = views.iter().map(OrderLine::of).collect();
    let tongue = caller.text();
    Ok(form.print(&lines, || match views.is_empty() {
        true => tongue.say("order-none") + "\n",
        false => show::lined_up(&views, tongue),
    }))
}

/// A member leaves an order; the coordinator's desk takes back a draft.
fn refuse(
    caller: &mut Caller,
    name: &OrderName,
    why: Option<ObjectionWord>,
) -> Result<(), Failure> {
    let is_member = caller.folder().settings()?.member.is_some();
    let ask = match (is_member, why) {
        (true, Some(why)) => {
            let order = named(caller, name)?;
            let why = why.into();
            Ask::Leave { order, why }
        }
        (true, None) => {
            let step = "say why this member takes no part: --why legal, collateral, capacity, technical or customer";
            return Err(Failure::wrong(step));
        }
        (false, None) => Ask::Retract(named(caller, name)?),
        (false, Some(_)) => {
            let step = "this is the coordinator's office: a draft is taken back without --why, an order that left is ended with `issei order withdraw`";
            return Err(Failure::wrong(step));
        }
    };
    caller.bid(&ask)
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
