//! Stories that are tests: turns a page of prose, with steps between its paragraphs, into a rehearsal.
//!
//! In: the text of a page ([`Story::read`]), and which guard is off, if any ([`Off`]). Out: what held,
//! step by step, or the step that did not ([`Story::play`]). Always: a check looks at devices, ledger
//! and receipts, never at what somebody meant to do; a refusal that the page does not speak of fails
//! it; the same page plays the same way. Not here: files and colours (front door), the protocol, the
//! gates and the ledger, which are those of production ([`crate::rehearsal`]).

mod checks;
mod guard;
mod language;
mod page;
mod slots;
mod stage;
mod table;

pub use guard::{Guard, Off, Switch};
pub use page::{PageError, Part, Step, Story};
pub use stage::{Broken, Held};
pub use table::reference;

#[cfg(test)]
#[path = "story_tests.rs"]
mod tests;
