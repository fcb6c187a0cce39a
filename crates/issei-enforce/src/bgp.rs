//! Turns cuts into the routes that one BGP peer should be told of, and keeps the session with him alive.
//!
//! In: cuts, the clock, octets from the peer, the peer's own listings. Out: plans of routes that go and
//! come, messages, what stands. Always: a route is one exact host, FlowSpec both ways or a
//! blackhole within fences; what cannot be said exactly is refused; the session is the lease, so it never
//! asks that routes outlive it and never lives without a hold time.
//! Standards: RFC 4271, RFC 8955, RFC 8956, RFC 7999. Not here: sockets and clocks (`issei-host`), how
//! messages look (`issei-wire`).

mod book;
mod listing;
mod routes;
mod session;
mod sounding;

pub use book::{Book, Clocks, Plan};
pub use listing::{Dialect, Unreadable};
pub use routes::{Dropping, Holes, Means, Sources};
pub use session::{
    Agreed, Begins, Counts, Input, LEAST_HOLD, Local, MOST_HOLD, Output, Reason, Session,
};
pub use sounding::Sounding;
