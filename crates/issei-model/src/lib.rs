//! The nouns that every room of issei shares.
//!
//! In: nothing. Out: types. Rooms never import each other; they meet here.
//! Promised: no type in this crate reads a clock, opens anything or decides anything,
//! and a value that exists is a value that is valid.
//! Deliberately absent: wire formats (`issei-wire`), thresholds and rules (`issei-detect`),
//! when an order may be given or fired (`issei-case`, `issei-order`).

#![forbid(unsafe_code)]

mod address;
mod finding;
mod flow;
mod goal;
mod indicator;
mod measured;
mod order;
mod organisation;
mod problem;
mod reflex;
mod rows;
mod seal;
mod standing;
mod territory;
mod time;

pub use address::{Address, Endpoint, Subscriber};
pub use finding::{
    Alternative, Amount, Evidence, Finding, FindingId, FindingRecord, Level, Observation, Origin,
    Role, Rule, SampledFlow, SamplingBasis, SamplingSummary, Statistic, Subject, Verdict,
};
pub use flow::{Columns, Extra, FlowBatch, FlowRecord, Marks, Outcome, TcpFlags, protocol};
pub use goal::{Action, DomainName, Goal};
pub use indicator::{Indicator, IndicatorKind, IndicatorList};
pub use measured::{Edges, EffectEntry, Measured, SignedReceipt};
pub use order::{
    Approval, Before, Decision, Dossier, Ending, EvidenceEntry, Fact, FactValue, Language,
    Objection, Observed, Order, OrderId, Participant, Radius, Receipt,
};
pub use organisation::{OrganisationId, PersonId};
pub use problem::{Problem, ProblemKind, Problems, Whose};
pub use reflex::{Destination, FoundReflex, ReflexRule, ReflexRuleId};
pub use seal::{Digest, PublicKey, Signature};
pub use standing::{
    Activation, Reflex, ReflexBatch, ReflexEnd, ReflexRefusal, StandingDossier, StandingEntry,
    StandingId, StandingOrder,
};
pub use territory::{Territory, TerritoryBasis};
pub use time::{Span, Timestamp};
