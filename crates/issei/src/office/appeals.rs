//! What people outside say against a cut: taken from anybody, answered by a person, forgotten after a while.
//!
//! In: an appeal, the orders that act now. Out: a reference by which whoever appealed can read the answer; appeals
//! for people here; what the database has to learn. Always: bounded in number and length, and whoever finds no room is
//! told so; which orders it may be about is worked out here, and said to nobody outside; an answered one is forgotten
//! after ninety days, with how to reach its writer. Not here: whether a cut ends by it (a person decides).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_desk::appeals::{Answered, Appeal, AppealView};
use issei_host::store::{Change, Document};
use issei_model::{DomainName, Goal, OrderId, PersonId, Span, Timestamp};
use issei_text::{Phrase, said};

use super::control::Reply;
use super::document;

/// The kind of document that an appeal is kept as.
pub const KIND: &str = "appeal";
/// Appeals that wait for an answer.
const MOST_WAITING: usize = 1_000;
/// How long an answered one is kept: what stands in a letter's reference must still be found.
const KEPT: Span = Span::from_secs(90 * 86_400);
/// Bytes of chance in a reference: nobody reads another's answer by trying.
const REFERENCE: usize = 10;

/// Appeals by their reference.
#[derive(Default)]
pub struct Appeals(BTreeMap<String, AppealView>);

impl Appeals {
    /// Goes on with what was kept.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn open(kept: Vec<Document>) -> Result<Self, String> {
        let read = |one: Document| {
            let view: AppealView = serde_json::from_str(&one.body)
                .map_err(|error| format!("appeal {}: {error}", one.name))?;
            Ok((one.name, view))
        };
        kept.into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Takes an appeal.
    pub fn file<'a>(
        &mut self,
        appeal: &Appeal,
        acting: impl Iterator<Item = (OrderId, &'a [Goal])>,
        now: Timestamp,
        chance: [u8; 32],
        changes: &mut Vec<Change>,
    ) -> Reply {
        self.forget(now, changes);
        if let Some(wrong) = appeal.wrong() {
            return Reply::Wrong(wrong);
        }
        if self.waiting() >= MOST_WAITING {
            let most = MOST_WAITING;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-appeals-full", most)));
        }
        let reference: String = chance[..REFERENCE]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let about: BTreeSet<OrderId> = acting
            .filter(|(_, goals)| goals.iter().any(|goal| is_about(&appeal.about, goal)))
            .map(|(order, _)| order)
            .collect();
        let view = AppealView {
            reference: reference.clone(),
            at: now,
            appeal: appeal.clone(),
            about,
            answered: None,
        };
        changes.push(document(KIND, reference.clone(), &view, now));
        self.0.insert(reference.clone(), view);
        Reply::Appealed(reference)
    }

    /// Writes down what a person here answers.
    pub fn answer(
        &mut self,
        reference: &str,
        person: PersonId,
        words: String,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Reply {
        if !(1..=Appeal::LONGEST).contains(&words.chars().count()) {
            let most = Appeal::LONGEST;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-answer-length", most)));
        }
        let Some(view) = self.0.get_mut(reference) else {
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-no-appeal", reference)));
        };
        if let Some(before) = &view.answered {
            let Answered { person, at, .. } = before;
            return Reply::Wrong(Phrase::of(|text| {
                said!(text, "says-answered-before", person, at)
            }));
        }
        view.answered = Some(Answered {
            at: now,
            person,
            words,
        });
        changes.push(document(KIND, reference.to_owned(), view, now));
        Reply::Done(Phrase::of(|text| said!(text, "says-answered", reference)))
    }

    /// Shows one, to whoever has its reference.
    pub fn one(&self, reference: &str) -> Reply {
        match self.0.get(reference) {
            Some(view) => Reply::Appeals(vec![view.clone()]),
            None => Reply::Wrong(Phrase::say("says-no-reference")),
        }
    }

    /// Shows all, those that wait first, then the newest.
    pub fn all(&self) -> Vec<AppealView> {
        let mut all: Vec<AppealView> = self.0.values().cloned().collect();
        all.sort_by_key(|view| (view.answered.is_some(), std::cmp::Reverse(view.at)));
        all
    }

    /// Counts those that wait for an answer.
    pub fn waiting(&self) -> usize {
        self.0
            .values()
            .filter(|view| view.answered.is_none())
            .count()
    }

    fn forget(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        let is_old = |view: &AppealView| {
            let answered = view.answered.as_ref();
            answered.is_some_and(|answered| answered.at + KEPT <= now)
        };
        let old = self.0.iter().filter(|(_, view)| is_old(view));
        let old: Vec<String> = old.map(|(name, _)| name.clone()).collect();
        for name in old {
            self.0.remove(&name);
            changes.push(Change::RemoveDocument {
                kind: KIND.into(),
                name,
            });
        }
    }
}

/// Tells whether what somebody cannot reach is what a goal names: the address, the name or one below it. An address
/// of the web is taken for its name.
fn is_about(about: &str, goal: &Goal) -> bool {
    let about = about.trim();
    let host = about.split_once("://").map_or(about, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let alone = host
        .trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or(host);
    let without_port = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let words = [host, alone, without_port];
    words.iter().any(|word| match goal {
        Goal::Service(endpoint) => word.parse::<IpAddr>().is_ok_and(|ip| ip == endpoint.ip),
        Goal::Name(name) => {
            let word = word.to_lowercase();
            word.parse::<DomainName>()
                .is_ok_and(|told| told == *name || told.to_string().ends_with(&format!(".{name}")))
        }
    })
}

#[cfg(test)]
#[path = "appeals_tests.rs"]
mod tests;
