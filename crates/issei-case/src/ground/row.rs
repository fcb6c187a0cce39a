//! Turns the annotations of a pack's policies and its schema into the table of rows and facts.
//!
//! In: a policy, the schema as JSON. Out: a [`Row`], or what is wrong with the pack. Always: a row's
//! texts are complete in both languages, and every fact in the table is required. Not here: limits
//! that hold for every pack (`ceiling`), facts of an order (`facts`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use cedar_policy::{Effect, Policy};
use issei_model::{Language, Reflex, Span};
use serde_json::Value;

use super::error::PackError;
use crate::Words;

/// One row of a pack: a measure, the ground it stands on, and what must be on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the pack, such as `C1`.
    pub name: String,
    /// On what it stands.
    pub bases: BTreeSet<Basis>,
    /// How sure the sources are.
    pub mark: Mark,
    /// What the measure is.
    pub title: Words,
    /// Why an order that does not fit is refused.
    pub refusal: Words,
    /// What to do then.
    pub next_step: Words,
    /// How long a cut may last; none if the row never allows a cut.
    pub limit: Option<Limit>,
    /// Whether it may be used; a row that is off must be switched on by the member.
    pub on: bool,
    /// The facts it requires, by name.
    pub facts: BTreeMap<String, FactRule>,
    /// The reflexes that a standing order may rest on it for, by their codes.
    pub standing: BTreeSet<&'static str>,
}

/// How long a cut may last on a row, and when people look at it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// From proposal to end.
    pub lifetime: Span,
    /// From proposal to the review.
    pub review: Span,
}

/// A fact that a row requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRule {
    /// Of which kind its value is.
    pub kind: FactKind,
    /// Whether a second person must confirm it.
    pub confirmed: bool,
    /// What it states.
    pub states: Words,
}

/// The kind of a fact's value; see [`issei_model::FactValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Yes or no.
    Flag,
    /// A figure.
    Number,
    /// A moment.
    Moment,
    /// Words.
    Text,
    /// The digest of a document.
    Document,
}

/// What makes a measure lawful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Consent of the one concerned.
    Consent,
    /// Consent in the terms of contract, with opt-out.
    BlanketConsent,
    /// A legitimate business act.
    Business,
    /// Self-defence against an imminent unlawful attack.
    SelfDefence,
    /// Necessity in present danger.
    Necessity,
    /// Permission by a statute.
    Statute,
    /// What is done does not touch secrecy.
    OutsideSecrecy,
    /// No source was found.
    None,
}

/// How sure the sources of a row are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Seen in a public source.
    Confirmed,
    /// Reported, and to be checked by counsel.
    AskCounsel,
    /// No source was found.
    NoSource,
}

impl Row {
    /// Reads a row from the policy that carries it and the facts of the schema.
    pub(super) fn read(
        name: &str,
        policy: &Policy,
        facts: BTreeMap<String, FactRule>,
    ) -> Result<Self, PackError> {
        let limit = match policy.effect() {
            Effect::Permit => Some(limit(name, policy)?),
            Effect::Forbid => None,
        };
        Ok(Self {
            name: name.to_owned(),
            bases: bases(name, policy)?,
            mark: mark(name, policy)?,
            title: words(name, policy, "title")?,
            refusal: words(name, policy, "refusal")?,
            next_step: words(name, policy, "next")?,
            limit,
            on: policy.annotation("default") != Some("off"),
            facts,
            standing: standing(name, policy)?,
        })
    }

    /// Tells whether the row can ever allow a cut.
    pub fn allows_cut(&self) -> bool {
        self.limit.is_some()
    }

    /// Tells whether the row stands on danger, so that it is short and statements are confirmed.
    pub fn rests_on_danger(&self) -> bool {
        self.bases.contains(&Basis::SelfDefence) || self.bases.contains(&Basis::Necessity)
    }
}

impl Mark {
    /// Names the mark as people see it.
    pub fn words(self) -> Words {
        match self {
            Self::Confirmed => Words::new("confirmed", "確認済み"),
            Self::AskCounsel => Words::new("ask counsel", "弁護士に要確認"),
            Self::NoSource => Words::new("no source found", "出典なし"),
        }
    }

    /// Names the mark in one language.
    pub fn text(self, language: Language) -> String {
        self.words().of(language).to_owned()
    }
}

impl FactKind {
    /// Names the kind.
    pub fn words(self) -> Words {
        match self {
            Self::Flag => Words::new("yes or no", "はい・いいえ"),
            Self::Number => Words::new("a figure", "数値"),
            Self::Moment => Words::new("a moment", "日時"),
            Self::Text => Words::new("words", "文字列"),
            Self::Document => Words::new("the digest of a document", "文書のダイジェスト"),
        }
    }
}

impl FromStr for Basis {
    type Err = UnknownBasis;

    fn from_str(text: &str) -> Result<Self, UnknownBasis> {
        Ok(match text {
            "consent" => Self::Consent,
            "blanket-consent" => Self::BlanketConsent,
            "business" => Self::Business,
            "self-defence" => Self::SelfDefence,
            "necessity" => Self::Necessity,
            "statute" => Self::Statute,
            "outside-secrecy" => Self::OutsideSecrecy,
            "none" => Self::None,
            _ => return Err(UnknownBasis),
        })
    }
}

/// A basis that no row can stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBasis;

impl fmt::Display for UnknownBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a basis is consent, blanket-consent, business, self-defence, necessity, statute, outside-secrecy or none")
    }
}

impl std::error::Error for UnknownBasis {}

fn limit(name: &str, policy: &Policy) -> Result<Limit, PackError> {
    Ok(Limit {
        lifetime: Span::from_secs(positive(name, policy, "max_seconds")?),
        review: Span::from_secs(positive(name, policy, "review_hours")?.saturating_mul(3_600)),
    })
}

fn positive(name: &str, policy: &Policy, key: &'static str) -> Result<i64, PackError> {
    let wrong = || PackError::annotation(name, key);
    let number: i64 = annotation(name, policy, key)?
        .parse()
        .map_err(|_| wrong())?;
    if number > 0 { Ok(number) } else { Err(wrong()) }
}

fn bases(name: &str, policy: &Policy) -> Result<BTreeSet<Basis>, PackError> {
    annotation(name, policy, "basis")?
        .split(',')
        .map(|word| word.trim().parse())
        .collect::<Result<_, UnknownBasis>>()
        .map_err(|_| PackError::annotation(name, "basis"))
}

fn standing(name: &str, policy: &Policy) -> Result<BTreeSet<&'static str>, PackError> {
    let words = policy.annotation("standing").map(|words| words.split(','));
    let codes = words.into_iter().flatten().map(|word| {
        let known = Reflex::CODES.iter().find(|code| **code == word.trim());
        known.copied()
    });
    let codes: Option<BTreeSet<&'static str>> = codes.collect();
    codes.ok_or_else(|| PackError::annotation(name, "standing"))
}

fn mark(name: &str, policy: &Policy) -> Result<Mark, PackError> {
    match policy.annotation("mark") {
        Some("S") => Ok(Mark::Confirmed),
        Some("M") => Ok(Mark::AskCounsel),
        None => Ok(Mark::NoSource),
        Some(_) => Err(PackError::annotation(name, "mark")),
    }
}

fn words(name: &str, policy: &Policy, key: &'static str) -> Result<Words, PackError> {
    let (en, ja) = (format!("{key}_en"), format!("{key}_ja"));
    Ok(Words::new(
        annotation(name, policy, &en)?,
        annotation(name, policy, &ja)?,
    ))
}

fn annotation<'p>(name: &str, policy: &'p Policy, key: &str) -> Result<&'p str, PackError> {
    policy
        .annotation(key)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| PackError::annotation(name, key))
}

/// Reads from the schema, in Cedar's JSON form, which facts a row requires.
pub(super) fn facts(schema: &Value, row: &str) -> Result<BTreeMap<String, FactRule>, PackError> {
    let missing = || PackError::NoFacts {
        row: row.to_owned(),
    };
    let schema = &schema[""];
    let context = record(schema, &schema["actions"][row]["appliesTo"]["context"]);
    // What the machine fills in must stand there in the product's form, or every question would err.
    let context = context.filter(|context| context["order"]["name"] == "Shape");
    let facts = context.and_then(|context| record(schema, &context["facts"]));
    let facts = facts.and_then(Value::as_object).ok_or_else(missing)?;
    facts
        .iter()
        .map(|(name, rule)| Ok((name.clone(), fact(row, name, rule)?)))
        .collect()
}

/// The attributes of a record that stands here, or under its name among the common types.
fn record<'s>(schema: &'s Value, found: &'s Value) -> Option<&'s Value> {
    let named = found["name"].as_str();
    let found = named.map_or(found, |name| &schema["commonTypes"][name]);
    (found["type"] == "Record").then(|| &found["attributes"])
}

fn fact(row: &str, name: &str, rule: &Value) -> Result<FactRule, PackError> {
    let wrong = || PackError::FactRule {
        row: row.to_owned(),
        fact: name.to_owned(),
    };
    let kind = match rule["name"].as_str().or(rule["type"].as_str()) {
        Some("Bool" | "Boolean") => FactKind::Flag,
        Some("Long") => FactKind::Number,
        Some("Moment") => FactKind::Moment,
        Some("String") => FactKind::Text,
        Some("Document") => FactKind::Document,
        _ => return Err(wrong()),
    };
    let text = |language: &str| rule["annotations"][language].as_str().ok_or_else(wrong);
    // A fact that may be absent would be an attribute that a policy cannot count on.
    if rule["required"] == Value::Bool(false) {
        return Err(wrong());
    }
    Ok(FactRule {
        kind,
        confirmed: !rule["annotations"]["confirm"].is_null(),
        states: Words::new(text("en")?, text("ja")?),
    })
}
