//! From findings to orders: cases, and the four gates (ground, safeguards, radius, approvals).
//!
//! In: findings, facts, members' answers about their contacts, people's signatures. Out: events of a
//! case, and an order that could only be built from all four gates, or a refusal that a person can
//! act on. Promised: any error inside a gate is a no.
//! Deliberately absent: when an order fires (`issei-order`), any router, clock, file or socket.

#![forbid(unsafe_code)]

pub mod approvals;
pub mod case;
pub mod clearance;
pub mod evidence;
pub mod ground;
pub mod radius;
pub mod refusal;
pub mod request;
pub mod safeguards;
#[cfg(test)]
mod samples;
pub mod sshsig;
pub mod standing;
mod suffix;
pub mod text;

pub use approvals::{Approved, Roster, RosterKey, is_confirmation};
pub use case::{Assessment, Case, Closing, Command, Event, Stage};
pub use clearance::{Admitted, Cleared, Gates, View, Witnesses, admit};
pub use evidence::Evidenced;
pub use radius::{Answer, Ceiling, Count, Hint, Measured, measure};
pub use refusal::{Gate, Refusal, Words};
pub use request::Request;
pub use safeguards::{Safe, Safeguards};
pub use standing::Stood;
pub use text::{confirmation_text, order_text, request_text, standing_text};
