//! What is broken in a ledger, in the reader's language.
//!
//! In: the first fault that an audit met. Out: a sentence with the next step. Always: in English what the fault says of
//! itself, so that whoever asks for help finds it. Not here: how a fault is found (`issei-ledger`).

use std::fmt::Display;

use issei_ledger::Fault;
use issei_text::{Text, said};

/// Says it. Why a note was refused is the verifier's own word.
pub fn said<E: Display>(fault: &Fault<E>, tongue: Text) -> String {
    match fault {
        Fault::Storage(error) => error.to_string(),
        Fault::Unpublished => tongue.say("ledger-fault-unpublished"),
        Fault::Refused { path, refusal } => said!(tongue, "ledger-fault-refused", path, refusal),
        Fault::Stranger { path, name } => said!(tongue, "ledger-fault-stranger", path, name),
        Fault::Root { path } => said!(tongue, "ledger-fault-root", path),
        Fault::Missing { path } => said!(tongue, "ledger-fault-missing", path),
        Fault::Altered { path } => said!(tongue, "ledger-fault-altered", path),
        Fault::Entry { index, path } => said!(tongue, "ledger-fault-entry", index, path),
        Fault::Body { index, path } => said!(tongue, "ledger-fault-body", index, path),
        Fault::Unknown { path } => said!(tongue, "ledger-fault-unknown", path),
    }
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;
