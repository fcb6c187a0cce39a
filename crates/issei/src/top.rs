//! `issei top`: the office live in the terminal: what is in force, the members towards T, what was found or, at a
//! member, who sends records; keys to sign and to lift.
//!
//! In: the office, asked twice a second; keys. Out: a screen that is redrawn. Always: looking changes nothing;
//! signing shows the whole text first, outside the screen, as `issei order approve` does; lifting asks once more;
//! the terminal is left as it was. Not here: how it is laid out (`screen`), what an ask does (`office`).

mod screen;

use std::time::{Duration, Instant};

use issei_case::Stage;
use issei_desk::sensors::SensorsView;
use issei_host::terminal;
use issei_model::{Ending, Language, OrderId};
use issei_text::{Text, said};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Approve, Signing, Top};
use crate::office::control::{Ask, CaseView, OrderView, Reply, Stands, Status};
use crate::order::{self, OrderName, approve, confirm};
use crate::words;
use screen::{Found, Screen};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(500);
/// How long a message stays.
const SAID_FOR: Duration = Duration::from_secs(8);

/// Shows the office until the person has seen enough.
///
/// # Errors
/// If no office answers, or the terminal is none.
pub fn run(options: &Top, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    let is_member = caller.folder().settings()?.member.is_some();
    let mut watch = Watch::look(&mut caller, is_member)?;
    if !terminal::output_is_terminal() {
        return Err(Failure::wrong(
            "the output is no terminal; `issei status` says the same in lines",
        ));
    }
    let mut shown = ratatui::try_init().map_err(Failure::broken)?;
    let ended = watch.live(&mut caller, &mut shown, options.signing.as_ref());
    ratatui::restore();
    ended.map(|()| code::DONE)
}

/// The office as it was told last, and where the person stands in it.
struct Watch {
    is_member: bool,
    tongue: Text,
    status: Status,
    orders: Vec<OrderView>,
    cases: Vec<CaseView>,
    found: Vec<Found>,
    /// Who sends records to the collector beside a member's office.
    sensors: SensorsView,
    /// The order under the cursor.
    chosen: Option<OrderId>,
    /// What is asked once more.
    doubt: Option<Doubt>,
    said: Option<(String, Instant)>,
}

/// Something that is done only when it is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// Lift this order.
    Withdraw(OrderId),
    /// Lift all.
    WithdrawAll,
}

/// Shows a text of an order and signs it.
type Signs = fn(&mut Caller, &Approve) -> Result<(), Failure>;

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Go on.
    Nothing,
    /// See the text of the chosen order and sign it.
    Sign(OrderId),
    /// See what says that the chosen order goes on, and sign it.
    Confirm(OrderId),
    /// Do what was in doubt.
    Sure(Doubt),
    /// Enough.
    Leave,
}

impl Watch {
    fn look(caller: &mut Caller, is_member: bool) -> Result<Self, Failure> {
        let mut watch = Self {
            is_member,
            tongue: caller.text(),
            status: status(caller)?,
            orders: Vec::new(),
            cases: Vec::new(),
            found: Vec::new(),
            sensors: SensorsView::default(),
            chosen: None,
            doubt: None,
            said: None,
        };
        watch.refresh(caller)?;
        Ok(watch)
    }

    fn refresh(&mut self, caller: &mut Caller) -> Result<(), Failure> {
        let told = status(caller)?;
        if told.findings != self.status.findings || self.found.is_empty() {
            self.found = match caller.ask(&Ask::Findings) {
                Ok(Reply::Findings(all)) => Found::gathered(&all),
                _ => Vec::new(), // a member has none to tell
            };
        }
        if self.is_member {
            self.sensors = match caller.ask(&Ask::Sensors) {
                Ok(Reply::Sensors(view)) => *view,
                _ => SensorsView::default(),
            };
        }
        self.status = told;
        self.orders = order::all(caller)?;
        self.orders.sort_by_key(rank);
        self.cases = match caller.ask(&Ask::Cases) {
            Ok(Reply::Cases(cases)) => cases,
            _ => Vec::new(),
        };
        self.cases
            .retain(|case| matches!(case.stage, Stage::Open | Stage::Assessed));
        if !self.orders.iter().any(|view| Some(view.id) == self.chosen) {
            self.chosen = self.orders.first().map(|view| view.id);
        }
        Ok(())
    }

    /// Redraws and listens until the person has seen enough.
    fn live(
        &mut self,
        caller: &mut Caller,
        shown: &mut DefaultTerminal,
        signing: Option<&Signing>,
    ) -> Result<(), Failure> {
        let mut looked = Instant::now();
        loop {
            if self
                .said
                .as_ref()
                .is_some_and(|(_, at)| at.elapsed() > SAID_FOR)
            {
                self.said = None;
            }
            let drawn = shown.draw(|frame| self.screen().draw(frame));
            drawn.map_err(Failure::broken)?;
            let wait = EVERY.saturating_sub(looked.elapsed());
            if event::poll(wait).map_err(Failure::broken)?
                && let Event::Key(key) = event::read().map_err(Failure::broken)?
                && key.kind == KeyEventKind::Press
            {
                match self.pressed(key) {
                    Wish::Nothing => {}
                    Wish::Leave => return Ok(()),
                    Wish::Sure(doubt) => self.done(caller, doubt),
                    Wish::Sign(order) => {
                        self.sign(caller, shown, (order, approve::run), signing)?;
                    }
                    Wish::Confirm(order) => {
                        self.sign(caller, shown, (order, confirm::run), signing)?;
                    }
                }
            }
            if looked.elapsed() >= EVERY {
                self.refresh(caller)?;
                looked = Instant::now();
            }
        }
    }

    /// Takes a key.
    fn pressed(&mut self, key: KeyEvent) -> Wish {
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Wish::Leave;
        }
        if let Some(doubt) = self.doubt.take() {
            return match key.code {
                KeyCode::Char('y' | 'Y') => Wish::Sure(doubt),
                _ => Wish::Nothing,
            };
        }
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Wish::Leave,
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Char('a') => match self.order() {
                Some(view) if matches!(view.stands, Stands::Draft | Stands::Held) => {
                    return Wish::Sign(view.id);
                }
                _ => self.say(&self.tongue.say("top-only-drafts")),
            },
            KeyCode::Char('c') => match self.order() {
                Some(view) if view.awaits().is_some() => return Wish::Confirm(view.id),
                _ => self.say(&self.tongue.say("top-only-awaiting")),
            },
            KeyCode::Char('w') => match self.order() {
                Some(view) if view.is_alive() => {
                    self.doubt = Some(Doubt::Withdraw(view.id));
                }
                _ => self.say(&self.tongue.say("top-not-alive")),
            },
            KeyCode::Char('W') => self.doubt = Some(Doubt::WithdrawAll),
            _ => {}
        }
        Wish::Nothing
    }

    fn order(&self) -> Option<&OrderView> {
        self.orders.iter().find(|view| Some(view.id) == self.chosen)
    }

    fn step(&mut self, by: isize) {
        let at = self
            .orders
            .iter()
            .position(|view| Some(view.id) == self.chosen);
        let next = at.unwrap_or(0).saturating_add_signed(by);
        let last = self.orders.len().saturating_sub(1);
        self.chosen = self.orders.get(next.min(last)).map(|view| view.id);
    }

    fn say(&mut self, words: &str) {
        self.said = Some((words::tame(words), Instant::now()));
    }

    /// Does what was confirmed.
    fn done(&mut self, caller: &mut Caller, doubt: Doubt) {
        let reason = Ending::ByPerson;
        let is_member = self.is_member;
        let ask = match doubt {
            Doubt::Withdraw(order) if is_member => Ask::Leave {
                order,
                why: issei_model::Objection::Collateral,
            },
            Doubt::Withdraw(order) => Ask::Withdraw { order, reason },
            Doubt::WithdrawAll if is_member => Ask::Stop,
            Doubt::WithdrawAll => Ask::WithdrawAll(reason),
        };
        match caller.ask(&ask) {
            Ok(Reply::Done(words)) => self.say(words.pick(caller.text())),
            Ok(other) => self.say(&caller::astray(&other).to_string()),
            Err(no) => self.say(&no.to_string()),
        }
    }

    /// Leaves the screen, shows the whole text, signs it if the person says yes, and comes back.
    fn sign(
        &mut self,
        caller: &mut Caller,
        shown: &mut DefaultTerminal,
        (order, run): (OrderId, Signs),
        signing: Option<&Signing>,
    ) -> Result<(), Failure> {
        let Some(signing) = signing else {
            self.say(&self.tongue.say("top-sign-how"));
            return Ok(());
        };
        ratatui::restore();
        let order: OrderName = order.to_string().parse().map_err(Failure::broken)?;
        let options = Approve {
            order,
            signing: signing.clone(),
        };
        match run(caller, &options) {
            Ok(()) => self.say(&self.tongue.say("top-signed")),
            Err(no) => self.say(&no.to_string()),
        }
        *shown = ratatui::try_init().map_err(Failure::broken)?;
        Ok(())
    }

    fn screen(&self) -> Screen<'_> {
        Screen {
            status: &self.status,
            orders: &self.orders,
            waiting: self.cases.len(),
            found: &self.found,
            sensors: self.is_member.then_some(&self.sensors),
            chosen: self.chosen,
            doubt: self.doubt.map(|doubt| question(doubt, self.tongue)),
            said: self.said.as_ref().map(|(words, _)| words.as_str()),
            now: issei_host::clock::now(),
            tongue: self.tongue,
        }
    }
}

/// What lives comes first, then drafts, then what has ended; in each the next to end first.
fn rank(view: &OrderView) -> (u8, i64, OrderId) {
    let ends = view.ends().as_micros();
    match view.stands {
        Stands::Draft | Stands::Held => (1, view.order.fire_before.as_micros(), view.id),
        Stands::Ended | Stands::Refused => (2, -ends, view.id),
        _ => (0, ends, view.id),
    }
}

fn question(doubt: Doubt, tongue: Text) -> String {
    match doubt {
        Doubt::Withdraw(order) => said!(tongue, "top-lift", order = order::short(order)) + " y/N",
        Doubt::WithdrawAll => tongue.say("top-lift-all") + " y/N",
    }
}

fn status(caller: &mut Caller) -> Result<Status, Failure> {
    match caller.ask(&Ask::Status)? {
        Reply::Status(status) => Ok(*status),
        other => Err(caller::astray(&other)),
    }
}

#[cfg(test)]
#[path = "top_tests.rs"]
mod tests;
