//! All at once: the protocol by which every member fires at the same moment, as two machines.
//!
//! In: logged decisions, verdicts of the gates, receipts, what backends observed, the time.
//! Out: decisions to log, receipts to send, rules to stage, arm and lift.
//! Promised: withdraw beats everything; every state has a deadline, and its safe end is "no cut".
//! The log's index is the only version: decisions are applied in its order, each once, so nothing
//! older can overtake; a member that comes back acts on nothing before it has read the log to a
//! checkpoint witnessed after its return, so an old backup cannot bring a cut back.
//! Deliberately absent: what an order says (`issei-case`), proofs (`issei-ledger`), sockets and clocks.

#![forbid(unsafe_code)]

pub mod coordinator;
pub mod member;
mod planted;
pub mod reflex;
#[cfg(test)]
mod samples;
mod table;

pub use coordinator::Coordinator;
pub use member::Member;
#[cfg(feature = "planted")]
pub use planted::Bug;
pub use planted::Planted;
pub use reflex::Reflexes;
