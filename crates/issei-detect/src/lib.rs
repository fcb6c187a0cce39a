//! Turns flow records into findings with evidence and error bounds.
//!
//! In: batches of flow records, indicators, what is ours. Out: findings, each with the test it
//! rests on, the error bound of that test, other explanations, and what it does not show.
//! Always: bounded memory, whatever comes; the same input gives the same findings; a rule whose
//! null model is not known says "context" and no more.
//! Deliberately absent: wire formats (`issei-wire`, `issei-flow`), any clock (time is an
//! argument), any act: a finding is never a reason to cut by itself.

#![forbid(unsafe_code)]

mod command;
mod contacts;
mod engine;
mod floods;
mod hashing;
mod parameters;
mod scans;
pub mod statistics;
mod table;

pub use command::{
    ClassMap, ClassMapError, CommandParameters, CommandTally, Contacts, KnownServices,
};
pub use engine::{Engine, EngineTally, RuleGroup, Setting};
pub use parameters::{Budget, Knob, Parameters};
