//! Turns `name=value` words into the facts that a row of the pack requires.
//!
//! In: the row, the words, who states and who confirms. Out: facts of the right kinds, or everything
//! that is wrong with the words at once. Always: a value is read as the kind that the row names, and
//! never guessed; of a document only its digest goes into an order.
//! Not here: whether the facts suffice (`issei-case`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use issei_case::ground::{FactKind, FactRule, Row};
use issei_model::{Digest, Fact, FactValue, PersonId};
use sha2::Digest as _;

use crate::configuration::nearest;

/// A fact as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactWord {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl FromStr for FactWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()));
        match parts {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok(Self {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("write a fact as NAME=VALUE, such as necessity=yes".into()),
        }
    }
}

/// Reads a document: whoever asks brings the disk.
pub type ReadDocument<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Makes the facts that a row requires.
///
/// # Errors
/// Everything that is wrong or missing, with what the row says about it.
pub fn facts(
    row: &Row,
    words: &[FactWord],
    (stated_by, confirmed_by): (&PersonId, Option<&PersonId>),
    document: ReadDocument<'_>,
) -> Result<BTreeMap<String, Fact>, FactsWrong> {
    let mut facts = BTreeMap::new();
    let mut wrong = Vec::new();
    for word in words {
        match read(row, word, document) {
            Ok(value) => {
                let fact = Fact {
                    value,
                    stated_by: stated_by.clone(),
                    confirmed_by: confirmed_by.cloned(),
                };
                if facts.insert(word.name.clone(), fact).is_some() {
                    wrong.push(format!("`{}` is given twice", word.name));
                }
            }
            Err(why) => wrong.push(why),
        }
    }
    let given = |name: &String| words.iter().any(|word| word.name == *name);
    let missing = row.facts.iter().filter(|(name, _)| !given(name));
    wrong.extend(missing.map(|(name, rule)| wanted(name, rule)));
    match wrong.is_empty() {
        true => Ok(facts),
        false => Err(FactsWrong {
            row: row.name.clone(),
            wrong,
        }),
    }
}

fn read(row: &Row, word: &FactWord, document: ReadDocument<'_>) -> Result<FactValue, String> {
    let FactWord { name, value } = word;
    let Some(rule) = row.facts.get(name) else {
        let known = row.facts.keys().map(String::as_str);
        return Err(match nearest(name, known) {
            Some(near) => format!("`{name}` is no fact of this row; did you mean `{near}`?"),
            None => format!("`{name}` is no fact of this row"),
        });
    };
    let wrong = || format!("`{name}` is {}; `{value}` is not", example(rule.kind));
    match (rule.kind, value.strip_prefix('@')) {
        (FactKind::Document, Some(path)) => {
            document(path).map(|bytes| FactValue::Document(digest(&bytes)))
        }
        (kind, _) => issei_desk::facts::read(kind, value).ok_or_else(wrong),
    }
}

fn digest(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

/// Says what a kind looks like.
fn example(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Flag => "yes or no",
        FactKind::Number => "a whole number",
        FactKind::Moment => "a UTC time such as 2026-01-31T09:00:00Z",
        FactKind::Text => "words",
        FactKind::Document => "@FILE, or a SHA-256 of 64 hexadecimal digits",
    }
}

/// Says what a missing fact has to state, and how it is given.
fn wanted(name: &str, rule: &FactRule) -> String {
    let states = &rule.states.en;
    let confirmed = if rule.confirmed {
        "; a second person confirms it"
    } else {
        ""
    };
    let kind = example(rule.kind);
    format!("`{name}` is missing: {states} ({kind}{confirmed})")
}

/// What is wrong with the facts for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsWrong {
    /// The row.
    pub row: String,
    /// Each fault in words.
    pub wrong: Vec<String>,
}

impl fmt::Display for FactsWrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "row {} needs other facts; give each with --fact NAME=VALUE:",
            self.row
        )?;
        self.wrong.iter().try_for_each(|why| write!(f, "\n  {why}"))
    }
}

impl std::error::Error for FactsWrong {}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
