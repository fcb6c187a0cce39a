//! All at once: the protocol by which every member fires at the same moment, as two machines.
//!
//! In: logged decisions, verdicts of the gates, receipts, what backends observed, the time.
//! Out: decisions to log, receipts to send, rules to stage, fire and lift.
//! Promised: withdraw beats everything; every state has a deadline, and its safe end is "no cut".
//! Deliberately absent: what an order says (`issei-case`), proofs (`issei-ledger`), sockets and clocks.

#![forbid(unsafe_code)]
