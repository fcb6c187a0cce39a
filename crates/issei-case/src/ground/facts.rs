//! Holds the facts of an order against the table of its row: each there, in its kind, confirmed.
//!
//! In: a row, an order. Out: every fault, in the order of the names. Always: a fact that the row does
//! not know is a fault too, so a misspelt one is never silently ignored. Confirmed means that
//! another person than the one who stated it says so. Not here: whether what is stated suffices
//! (the policies).

use std::collections::BTreeMap;

use issei_model::{Fact, FactValue, Order};

use super::row::{FactKind, FactRule, Row};
use crate::Words;

/// What is wrong with one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactFault {
    /// The name of the fact.
    pub fact: String,
    /// What is wrong.
    pub fault: Fault,
    /// What the fact should state; none for a fact the row does not know.
    pub states: Option<Words>,
}

/// How a fact can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not attached.
    Missing,
    /// The row does not know it.
    Unknown {
        /// The required fact whose name is nearest, if one is near.
        nearest: Option<String>,
    },
    /// Its value is of another kind.
    WrongKind {
        /// What it is.
        found: FactKind,
        /// What it should be.
        wanted: FactKind,
    },
    /// Its words are empty.
    Blank,
    /// No second person confirmed it.
    Unconfirmed,
    /// The person who stated it also confirmed it.
    SamePerson,
    /// It states the opposite of what the ground requires.
    Denied,
}

/// Lists what is wrong with the facts of an order under a row.
pub(super) fn faults(row: &Row, order: &Order) -> Vec<FactFault> {
    let required = row.facts.iter().filter_map(|(name, rule)| {
        let fault = match order.facts.get(name) {
            Some(fact) => wrong(rule, fact)?,
            None => Fault::Missing,
        };
        Some(FactFault {
            fact: name.clone(),
            fault,
            states: Some(rule.states.clone()),
        })
    });
    let unknown = order
        .facts
        .keys()
        .filter(|name| !row.facts.contains_key(*name));
    let unknown = unknown.map(|name| FactFault {
        fact: clipped(name),
        fault: Fault::Unknown {
            nearest: nearest(name, &row.facts),
        },
        states: None,
    });
    required.chain(unknown).collect()
}

fn wrong(rule: &FactRule, fact: &Fact) -> Option<Fault> {
    let found = kind(&fact.value);
    if found != rule.kind {
        let wanted = rule.kind;
        return Some(Fault::WrongKind { found, wanted });
    }
    if matches!(&fact.value, FactValue::Text(text) if text.trim().is_empty()) {
        return Some(Fault::Blank);
    }
    match &fact.confirmed_by {
        Some(person) if *person == fact.stated_by => Some(Fault::SamePerson),
        None if rule.confirmed => Some(Fault::Unconfirmed),
        _ => None,
    }
}

/// Tells the kind of a value.
pub(super) fn kind(value: &FactValue) -> FactKind {
    match value {
        FactValue::Flag(_) => FactKind::Flag,
        FactValue::Number(_) => FactKind::Number,
        FactValue::Moment(_) => FactKind::Moment,
        FactValue::Text(_) => FactKind::Text,
        FactValue::Document(_) => FactKind::Document,
    }
}

impl FactFault {
    /// Says what is wrong.
    pub fn words(&self) -> Words {
        let name = &self.fact;
        match &self.fault {
            Fault::Missing => {
                let states = self.states.as_ref();
                let (en, ja) = states.map_or(("", ""), |words| (&words.en, &words.ja));
                Words::new(
                    format!("`{name}` is not attached ({en})"),
                    format!("`{name}` がありません ({ja})"),
                )
            }
            Fault::Unknown { nearest: None } => Words::new(
                format!("`{name}` is no fact of this row"),
                format!("`{name}` はこの根拠の事実ではありません"),
            ),
            Fault::Unknown {
                nearest: Some(near),
            } => Words::new(
                format!("`{name}` is no fact of this row, `{near}` is"),
                format!("`{name}` はこの根拠の事実ではありません。`{near}` ではありませんか"),
            ),
            Fault::WrongKind { found, wanted } => {
                let (found, wanted) = (found.words(), wanted.words());
                Words::new(
                    format!("`{name}` is {}, not {}", found.en, wanted.en),
                    format!("`{name}` は{}ですが、{}が要ります", found.ja, wanted.ja),
                )
            }
            Fault::Blank => Words::new(format!("`{name}` is empty"), format!("`{name}` が空です")),
            Fault::Unconfirmed => Words::new(
                format!("`{name}` is confirmed by no second person"),
                format!("`{name}` を二人目が確認していません"),
            ),
            Fault::SamePerson => Words::new(
                format!("`{name}` is confirmed by the person who stated it"),
                format!("`{name}` を表明者本人が確認しています"),
            ),
            Fault::Denied => Words::new(
                format!("`{name}` is stated as no"),
                format!("`{name}` が「いいえ」と表明されています"),
            ),
        }
    }
}

/// Characters of a foreign name that are looked at and repeated: longer than any fact of a pack.
const LONGEST_NAME: usize = 60;

/// How many letters may differ before a name is no longer a slip of the hand.
const MOST_SLIPS: usize = 3;

fn clipped(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The name that needs the fewest letters changed to become `name`, if it needs few.
pub(super) fn nearest<T>(name: &str, among: &BTreeMap<String, T>) -> Option<String> {
    let name = clipped(name);
    let distances = among.keys().map(|other| (distance(&name, other), other));
    let (slips, near) = distances.min()?;
    (slips <= MOST_SLIPS).then(|| near.clone())
}

/// Letters to insert, remove or replace to turn one word into the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
