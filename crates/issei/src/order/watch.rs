//! `issei order watch`: the members on their way to T, live, until the order ends.
//!
//! In: the order, asked for five times a second; keys. Out: on a terminal, a page that is redrawn in
//! place; elsewhere a line for each change; at the end the spread. Always: looking changes nothing; q
//! or Ctrl-C ends the view and not the order; the terminal is left as it was.
//! Limits: changes faster than [`EVERY`] show as one.

mod page;
mod spread;

use std::io;
use std::time::Duration;

use issei_host::terminal::{self, Keyboard};
use issei_model::{OrderId, Span, Timestamp};
use issei_text::Text;

use issei_desk::effect;

use super::{OrderName, fetch, look};
use crate::caller::{self, Caller, refusal};
use crate::code::Failure;
use crate::office::control::{OrderView, Stands};
use crate::words::{self, Paint};
use page::{Frame, changes};
use spread::Spread;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(200);
/// How long after the end members may take to report that their rules are gone, and what they measured.
const AFTER_END: Span = Span::from_secs(10);

/// Shows an order until it ends or the person has seen enough.
///
/// # Errors
/// If the office does not answer any more, or the terminal cannot be written to.
pub fn run(caller: &mut Caller, name: &OrderName) -> Result<(), Failure> {
    let view = fetch(caller, name)?;
    let mut watch = Watch::new(view, caller.text());
    if !terminal::output_is_terminal() {
        return watch.as_lines(caller);
    }
    let watched = terminal::with_keyboard(|keyboard| watch.as_page(caller, Some(keyboard)));
    match watched {
        Ok(ended) => ended,
        // Without a terminal to type on, the page still lives until the order ends.
        Err(_) => watch.as_page(caller, None),
    }
}

/// An order under watch.
struct Watch {
    id: OrderId,
    view: OrderView,
    spread: Spread,
    ended_at: Option<Timestamp>,
    tongue: Text,
}

impl Watch {
    fn new(view: OrderView, tongue: Text) -> Self {
        let mut watch = Self {
            id: view.id,
            view: view.clone(),
            spread: Spread::default(),
            ended_at: None,
            tongue,
        };
        watch.take(view);
        watch
    }

    fn take(&mut self, view: OrderView) {
        self.spread.note(&view);
        if matches!(view.stands, Stands::Ended | Stands::Refused) {
            self.ended_at = self.ended_at.or(Some(view.now));
        }
        self.view = view;
    }

    /// Tells whether there is nothing more to see.
    fn is_over(&self) -> bool {
        let Some(ended_at) = self.ended_at else {
            return false;
        };
        let complete = !page::acts_anywhere(&self.view) && !effect::is_awaited(&self.view);
        complete || self.view.now.since(ended_at) > AFTER_END
    }

    /// Draws the page over itself until the end, or until q.
    fn as_page(&mut self, caller: &mut Caller, keyboard: Option<&Keyboard>) -> Result<(), Failure> {
        let paint = Paint(terminal::colours_welcome());
        let mut drawn = 0;
        loop {
            let frame = Frame {
                columns: terminal::columns().into(),
                rows: terminal::rows().into(),
                paint,
                tongue: self.tongue,
            };
            let lines = frame.page(&self.view, &self.spread);
            caller::say(&over(drawn, &lines))?;
            drawn = lines.len();
            if self.is_over() || enough(keyboard)? {
                return self.farewell(caller);
            }
            self.take(look(caller, self.id)?);
        }
    }

    /// Says each change once.
    fn as_lines(&mut self, caller: &mut Caller) -> Result<(), Failure> {
        caller::say(&changes(None, &self.view, self.tongue))?;
        while !self.is_over() {
            std::thread::sleep(EVERY);
            let before = self.view.clone();
            self.take(look(caller, self.id)?);
            caller::say(&changes(Some(&before), &self.view, self.tongue))?;
        }
        self.farewell(caller)
    }

    fn farewell(&self, caller: &Caller) -> Result<(), Failure> {
        if let Some(said) = &self.view.refusal {
            caller::say(&format!("{}\n", refusal(said, caller.language())))?;
        }
        let measured = effect::of_all(&self.view, caller.language());
        caller::say(&format!("{}\n{measured}", self.spread.words(self.tongue)))
    }
}

/// Moves the cursor up to the first line drawn before, and writes the new ones over the old.
fn over(drawn: usize, lines: &[String]) -> String {
    let mut text = match drawn {
        0 => String::new(),
        rows => format!("\x1b[{rows}A"),
    };
    for line in lines {
        text += "\r\x1b[2K";
        text += line;
        text.push('\n');
    }
    // A page that became shorter leaves nothing of the longer one.
    text + "\x1b[J"
}

/// Waits for the next look; tells whether the person has seen enough.
fn enough(keyboard: Option<&Keyboard>) -> Result<bool, Failure> {
    const BREAK: u8 = 0x03;
    let Some(keyboard) = keyboard else {
        std::thread::sleep(EVERY);
        return Ok(false);
    };
    match keyboard.pressed(EVERY) {
        Ok(key) => Ok(matches!(key, Some(b'q' | b'Q' | BREAK))),
        // The terminal was closed: nobody looks any more.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(error) => Err(Failure::broken(words::tame(&error.to_string()))),
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
