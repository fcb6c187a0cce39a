//! Why an order has no ground here: the row, its faulty facts, the rule, and what to do next.
//!
//! Always: complete in both languages. An alarm is raised when the gate itself broke, which is a no
//! like any other, and someone must look. Not here: the deciding (`ground`).

use super::facts::FactFault;
use super::row::Row;
use crate::{Gate, Refusal, Words};

/// An order without a ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ungrounded {
    /// The row that the order names.
    pub row: String,
    /// Which facts are missing or wrong.
    pub facts: Vec<FactFault>,
    /// Another row of the pack that this order would come closest to, as it stands.
    pub closest: Option<String>,
    /// Whether the gate itself broke, so that someone must look.
    pub alarm: bool,
    /// Which rule said no, why, and what to do next.
    pub refusal: Refusal,
}

impl Ungrounded {
    pub(super) fn new(row: &str, rule: &str, why: Words, next: Words) -> Box<Self> {
        Box::new(Self {
            row: row.to_owned(),
            facts: Vec::new(),
            closest: None,
            alarm: false,
            refusal: Refusal::new(Gate::Ground, rule, why, next),
        })
    }

    /// Says no because of the facts.
    pub(super) fn by_facts(row: &Row, facts: Vec<FactFault>) -> Box<Self> {
        let words: Vec<Words> = facts.iter().map(FactFault::words).collect();
        let join = |of: fn(&Words) -> &str, between: &str| {
            let parts: Vec<&str> = words.iter().map(of).collect();
            parts.join(between)
        };
        let (name, title) = (&row.name, &row.title);
        let why = Words::new(
            format!("ground {name} ({}): {}", title.en, join(|w| &w.en, ", ")),
            format!("根拠 {name} ({}): {}", title.ja, join(|w| &w.ja, "、")),
        );
        let next = Words::new(
            "attach each fact as it stands in the row, with the statement confirmed by a second person, and propose again",
            "各事実を根拠の表のとおりに添え、表明は二人目が確認したうえで、再度提案してください",
        );
        let mut no = Self::new(name, "facts", why, next);
        no.facts = facts;
        no
    }

    /// Says no because the gate broke.
    pub(super) fn broken(row: &str, fault: &str) -> Box<Self> {
        let why = Words::new(
            format!("the policies could not be evaluated: `{fault}`"),
            format!("ポリシーを評価できませんでした: `{fault}`"),
        );
        let next = Words::new(
            "nothing is cut on this pack until it is mended; tell whoever keeps the pack",
            "修正されるまでこのパックでは遮断しません。パックの管理者に知らせてください",
        );
        let mut no = Self::new(row, "engine", why, next);
        no.alarm = true;
        no
    }

    /// Adds the other row that comes closest to the next step.
    pub(super) fn with_closest(mut self: Box<Self>, closest: Option<&Row>) -> Box<Self> {
        let Some(row) = closest else { return self };
        let (name, title) = (&row.name, &row.title);
        let next = &self.refusal.next_step;
        self.refusal.next_step = Words::new(
            format!(
                "{}; or look at {name} ({}), which comes closest",
                next.en, title.en
            ),
            format!(
                "{}。または、最も近い {name} ({}) を検討してください",
                next.ja, title.ja
            ),
        );
        self.closest = Some(name.clone());
        self
    }
}

impl From<Box<Ungrounded>> for Refusal {
    fn from(no: Box<Ungrounded>) -> Self {
        match no.alarm {
            true => no.refusal.with_alarm(),
            false => no.refusal,
        }
    }
}
