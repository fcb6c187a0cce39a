//! Turns cuts into the records of a response policy zone, and the zone into what resolvers fetch of it.
//!
//! In: [`Cut`](crate::Cut)s aimed at names, the time, messages that resolvers sent. Out: the next serial of
//! the zone with its difference to the last, and answers: SOA, whole zone (RFC 5936), differences (RFC 1995),
//! notices of change (RFC 1996), each signed (TSIG, RFC 8945).
//! Always: one goal is one exact name, and no record ever holds a wildcard; all names of an order come and go
//! in one serial; a difference undone is home again; the differences since any serial that is kept give the
//! same zone as the whole of it; a serial never goes back; whoever is not known, or cannot sign, gets nothing
//! of the zone and changes nothing.
//! Standard: draft-vixie-dnsop-dns-rpz-00 for the records.
//! Not here: sockets, threads, files, the resolvers' own doing (`issei-host`).
//!
//! A name that does not exist has nothing below it either (RFC 8020), and whoever caches that may say so of
//! the names below. An order that must not reach them is told with [`Refused::Empty`] instead. An order
//! that means what lies below names each of them as a goal of its own.

mod fetch;
mod hot;
mod key;
mod list;
mod lookup;
mod message;
mod notices;
mod port;
mod records;
mod serial;
mod transfer;
mod versions;
mod wording;

pub use crate::NotTaken;
pub use fetch::{Fetch, NotFetched, Wanted};
pub use hot::{Hot, Part, Released};
pub use key::{Key, KeyError};
pub use list::{List, Names, read_names};
pub use lookup::{Family, Heard, ask, ask_for, hear, hear_of};
pub use notices::{Notice, Notices};
pub use port::{Access, Asked, Caller, Over, Port, Reply, Trouble, Turned};
pub use records::{Record, Says};
pub use serial::Serial;
pub use transfer::Transfer;
pub use versions::{Bounds, Change, Plan, Since, Timers, Zone};
pub use wording::{MARK, Refused, Wording, WordingError};
