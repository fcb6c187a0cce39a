//! Turns cuts into the decisions that CrowdSec's remediation components ask for, and keeps for each of them
//! what it was given and what it may still hold.
//!
//! In: [`Cut`](crate::Cut)s aimed at whole hosts, the time, requests. Out: for each bouncer the difference
//! between what it holds and what stands: decisions that are new, decisions that are deleted.
//! Always: a decision is one exact address, never a range; none is told before its order's T or after its end;
//! what was told counts as held only once the bouncer has shown that it heard it, and is told again until
//! then; whoever shows no key that we know gets nothing and changes nothing.
//! Standard: the local API of CrowdSec 1.4 (`/v1/decisions/stream`, `/v1/decisions`) and what Debian's
//! crowdsec-firewall-bouncer 0.0.25 does with it; `docs/adr/0030-a-bouncer-asks.md`.
//! Not here: sockets, files, clocks (`issei-host`), which orders there are (`issei-order`).

mod decision;
mod follower;
mod key;
mod means;
mod request;
mod rhythm;
mod table;

pub use decision::{Decision, ORIGIN, SCENARIO, Stream, listed};
pub use follower::{Follower, Given};
pub use key::{KeyError, KeyHash, Keys};
pub use means::{Means, Stops};
pub use request::{Asked, Filter, Unclear, read};
pub use rhythm::Rhythm;
pub use table::Table;

use issei_model::Span;

/// How near its end a decision is neither told nor taken back any more, and how long after it certainly gone.
///
/// The firewall bouncer turns what is left into the time-out of an element: with less than a millisecond it
/// would be zero, which is for ever. And it takes elements away in one transaction of up to 200, of which
/// none goes if one has run out meanwhile.
pub const SOON: Span = Span::from_secs(1);
