//! Reads a fact of the kind that a row of the pack names, as a person typed it.
//!
//! Always: a value is read as its kind, and never guessed. Not here: files (whoever asks brings the disk), whether
//! the facts suffice (`issei-case`).

use issei_case::ground::FactKind;
use issei_model::{FactValue, Timestamp};

/// Reads a value; of a document its digest.
pub fn read(kind: FactKind, value: &str) -> Option<FactValue> {
    match kind {
        FactKind::Flag => flag(value).map(FactValue::Flag),
        FactKind::Number => value.parse().ok().map(FactValue::Number),
        FactKind::Moment => Timestamp::parse(value).map(FactValue::Moment),
        FactKind::Text => Some(FactValue::Text(value.to_owned())),
        FactKind::Document => value.parse().ok().map(FactValue::Document),
    }
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "yes" | "true" | "はい" => Some(true),
        "no" | "false" | "いいえ" => Some(false),
        _ => None,
    }
}
