//! Turns a cut or a reflex into one nftables table of its own, and what `nft` lists back into what stands.
//!
//! In: [`Cut`]s and reflexes, the text that `nft` answers. Out: [`Table`]s, the one transaction in nft's
//! JSON that makes a kernel agree with one, its undo, and [`Found`] ones, read back.
//! Always: a table is of one order and holds all of it, so that nothing is shared and taking it away is one
//! command; its rules only drop or fall through; the kernel compares each packet's time with the beginning
//! and the end, and set elements die by themselves; what cannot be said exactly is refused.
//! Standard: nft(8) and libnftables-json(5) of nftables 1.0.6. Not here: running `nft` (`issei-host`).
//!
//! # What is in a table
//! ```text
//! counter met                       packets that were dropped
//! set hosts4 hosts6                 goals: whole hosts
//! set services4 services6           goals: address . protocol . port
//! set lines4 lines6                 a bucket for each line, where packets are limited
//! chain cut                         the hook: packets that are meant → to, from; absent while staged
//! chain to, chain from              within the time, and over the limit → gone; just before it → before
//! chain gone                        notes the first one's time in `first`, counts, drops
//! chain before                      notes in `last`, to a millisecond, when one still passed
//! ```
//!
//! # Limits
//! - What another table's flowtable forwards never meets our hook, nor does what the machine itself sends.
//! - A limit per line knows 65,536 lines at once; packets of further ones pass.
//! - Later fragments carry no port, so they pass where only a service is meant; the first does not.

mod bytecode;
mod drift;
mod expression;
mod goals;
mod hear;
#[cfg(test)]
mod imitation;
mod listing;
mod moment;
mod name;
mod plan;
mod say;
mod table;

pub use drift::Drift;
pub use goals::Goals;
pub use hear::{Found, Unheard, names, tongue};
pub use moment::{Moment, Tongue, Window};
pub use name::Name;
pub use plan::{Plan, Step, plan};
pub use say::{probe, removal, transaction};
pub use table::{Access, Family, Gate, Kind, Match, Passes, Side, Table, Then, Unsayable};
