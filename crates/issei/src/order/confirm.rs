//! `issei order confirm`: shows what it says that an order goes on to its end, and signs exactly that.
//!
//! In: an order in force as the office sends it, a person's yes, a key. Out: a confirmation. Always: as with an
//! approval, the order is the one of the name that was typed, and the bytes that are signed are those that were
//! shown; an approval is no confirmation and the other way round. Not here: whether the person may confirm
//! (`issei-case`), whether it comes in time (`issei-order`).

use issei_case::approvals::confirmed_bytes;
use issei_case::confirmation_text;
use issei_model::PersonId;
use issei_text::said;

use super::approve::{Desk, done, says_yes, signer};
use super::{OrderName, fetch};
use crate::caller::{self, Caller};
use crate::code::Failure;
use crate::command_line::Approve;
use crate::office::control::{Ask, OrderView, Stands};
use crate::words;

/// Shows, asks, signs, sends.
///
/// # Errors
/// If the order is another than was named or waits for no confirmation, the person says no, the key does not
/// sign, or the office does not take the confirmation.
pub fn run(caller: &mut Caller, options: &Approve) -> Result<(), Failure> {
    let signing = &options.signing;
    let mut ask = |question: &str| says_yes(signing, question);
    let tongue = caller.text();
    let sign = || signer(signing, tongue);
    let mut show = |text: &str| caller::say(text);
    let desk = Desk {
        show: &mut show,
        agrees: &mut ask,
        signer: &sign,
    };
    let said = desk.confirm(caller, &options.order, &signing.person)?;
    caller::say(&format!("{}\n", words::tame(&said)))
}

impl Desk<'_> {
    /// Gives what the office says to the confirmation.
    fn confirm(
        self,
        caller: &mut Caller,
        name: &OrderName,
        person: &PersonId,
    ) -> Result<String, Failure> {
        let view = fetch(caller, name)?;
        if let Some(why) = needless(&view) {
            return Err(Failure::wrong(format!("order {} {why}", view.id)));
        }
        let text = confirmation_text(&view.order, caller.language());
        (self.show)(&text)?;
        // Beside it, not in it: what is signed is the text above.
        if let Some(by) = view.awaits() {
            let at = words::second(by);
            let beside = said!(caller.text(), "order-awaits-until", at);
            (self.show)(&format!("\n{beside}\n"))?;
        }
        let approval = self.signed(caller, &view.order, person, &confirmed_bytes(&text))?;
        let order = view.id;
        done(caller, &Ask::Confirm { order, approval })
    }
}

/// Says why nobody has to sign anything, if so: what the office would say too, before a key is touched.
fn needless(view: &OrderView) -> Option<String> {
    let drafted = matches!(
        view.stands,
        Stands::Draft | Stands::Held | Stands::Preparing
    );
    if view.order.confirm_within.is_none() {
        return Some("goes on to its end without being confirmed".into());
    }
    if let Some(by) = &view.confirming.approval {
        return Some(format!("was confirmed by {} already", by.person));
    }
    if view.stands == Stands::Ended {
        return Some("has ended; nothing brings it back".into());
    }
    if drafted || view.confirming.by.is_none() {
        return Some(
            "has no T yet, so nobody has seen what it does; `issei order watch` shows when".into(),
        );
    }
    None
}

#[cfg(test)]
#[path = "confirm_tests.rs"]
mod tests;
