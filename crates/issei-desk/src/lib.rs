//! Desk: what people ask of an office, and what it answers.
//!
//! In: wishes, and what an office knows. Out: [`Ask`]s, [`Reply`]s, and what can be worked out of a reply
//! without asking again: where a member stands on its way to T, what was measured, what a ground is for. The
//! command line, the socket in an office's folder and the pages all speak these words, so none of them can do
//! what the others cannot. Always: no clock, no socket; a line of a subscriber is in no view. Deliberately
//! absent: what an ask does (`issei`), the rules (`issei-case`), how anything is laid out.

#![forbid(unsafe_code)]

pub mod appeals;
mod asks;
pub mod ceiling;
pub mod door;
pub mod effect;
pub mod facts;
pub mod ground;
mod replies;
pub mod safeguards;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod sensors;
pub mod standing;
pub mod station;
pub mod traffic;
pub mod why;

pub use asks::*;
pub use replies::*;
