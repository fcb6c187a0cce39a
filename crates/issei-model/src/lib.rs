//! The nouns that every room of issei shares.
//!
//! In: nothing. Out: types. Rooms never import each other; they meet here.
//! Promised: no type in this crate reads a clock, opens anything or decides anything,
//! and a value that exists is a value that is valid.
//! Deliberately absent: wire formats (`issei-wire`), thresholds and rules (`issei-detect`),
//! anything about cases and orders (they come with their own rooms).

#![forbid(unsafe_code)]

mod address;
mod finding;
mod flow;
mod indicator;
mod problem;
mod rows;
mod territory;
mod time;

pub use address::{Address, Endpoint, Subscriber};
pub use finding::{
    Alternative, Amount, Evidence, Finding, FindingId, FindingRecord, Level, Observation, Origin,
    Role, Rule, SampledFlow, SamplingBasis, SamplingSummary, Statistic, Subject, Verdict,
};
pub use flow::{Columns, Extra, FlowBatch, FlowRecord, Marks, Outcome, TcpFlags, protocol};
pub use indicator::{Indicator, IndicatorKind, IndicatorList};
pub use problem::{Problem, ProblemKind, Problems, Whose};
pub use territory::{Territory, TerritoryBasis};
pub use time::{Span, Timestamp};
