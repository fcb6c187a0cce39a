//! Orders, approvals and the decisions about them, as they stand in the ledger.
//!
//! An order says what, where, on which ground, how wide and until when; it knows its end before its
//! beginning. It is named by the digest of its canonical form (RFC 8785), so its content cannot
//! change under its name. A [`Decision`] is one entry of the ledger; members apply decisions in the
//! order of their index, which is therefore the version that only grows (DESIGN of the protocol:
//! `issei-order`). Not here: whether an order may be given (`issei-case`), when (`issei-order`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::{
    Action, Digest, Goal, Measured, OrganisationId, PersonId, PublicKey, Rule, Signature, Span,
    Timestamp,
};

/// Names an order: the digest of its canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub Digest);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for OrderId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

/// The value of a fact that a lawful ground requires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A count or a figure.
    Number(i64),
    /// A moment.
    Moment(Timestamp),
    /// Words, such as a clause id.
    Text(String),
    /// The digest of a document that is kept elsewhere.
    Document(Digest),
}

/// Something that must be on record for a ground to hold, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What is so.
    pub value: FactValue,
    /// Who says so. Necessity and balance of harms are statements of people, never guessed.
    pub stated_by: PersonId,
    /// The second person, who confirms it.
    pub confirmed_by: Option<PersonId>,
}

/// One finding behind an order: enough to weigh it, nothing about a subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceEntry {
    /// The member that found it.
    pub source: OrganisationId,
    /// The rule that spoke.
    pub rule: Rule,
    /// Kinds of evidence in it that do not depend on each other.
    pub kinds: Vec<String>,
    /// Whether a third party could have made it up by sending packets with forged sources.
    pub forgeable: bool,
    /// The salted digest of the whole finding, which stays with its member.
    pub commitment: Digest,
    /// The last moment the evidence covers.
    pub until: Timestamp,
}

/// A member that is asked to take part, and its weight.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Who.
    pub member: OrganisationId,
    /// Its subscriber lines: its weight in the quorum.
    pub lines: u64,
}

/// Who is hit beside the hijacked, as measured from the members' memories of contacts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radius {
    /// Lines with contact to a goal that are not suspected, summed; small counts at their upper end.
    pub predicted_lines: u64,
    /// Suspected lines with contact, summed.
    pub suspected_lines: u64,
    /// Members that did not answer: their lines are not in the sum.
    pub unanswered: Vec<OrganisationId>,
    /// Signs that others share the address, in words.
    pub hints: Vec<String>,
    /// Members whose memory covers fewer than [`Radius::WANTED_DAYS`], and how many: their lines are in the
    /// sum as far as they remember.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remembered: BTreeMap<OrganisationId, u8>,
}

impl Radius {
    /// Days of contacts that an answer rests on when it is whole: who calls once a month is seen.
    pub const WANTED_DAYS: u8 = 30;
}

/// What is to be cut, where, why, how wide, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shape: [`Order::SCHEMA`].
    pub schema: String,
    /// The case that led here.
    pub case: String,
    /// The order that this one follows with fresh evidence. Nothing prolongs an order.
    pub renews: Option<OrderId>,
    /// Who proposed it; may not approve it.
    pub proposer: PersonId,
    /// What it is aimed at: 1 to [`Order::MOST_GOALS`], rising, without repeats.
    pub goals: Vec<Goal>,
    /// What is done there.
    pub action: Action,
    /// The row of the pack that it rests on, such as `C1`.
    pub ground: String,
    /// The digest of the pack in force.
    pub pack: Digest,
    /// The facts that the ground requires, by name.
    pub facts: BTreeMap<String, Fact>,
    /// What it rests on.
    pub evidence: Vec<EvidenceEntry>,
    /// How wide it is.
    pub radius: Radius,
    /// Who is asked, rising by name.
    pub participants: Vec<Participant>,
    /// Who fires first, rising by name; part of the participants. Empty only with a recorded skip.
    pub canary: Vec<OrganisationId>,
    /// The people who, besides the approvals, skip the canary on record: none, or two.
    pub canary_skipped_by: Vec<PersonId>,
    /// Share of the participants' lines that must be prepared, in hundredths: 1 to 100.
    pub quorum_percent: u8,
    /// A member whose clock may be off by more than this does not arm.
    pub clock_limit: Span,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// The latest moment it may fire.
    pub fire_before: Timestamp,
    /// The moment it ends everywhere.
    pub expires_at: Timestamp,
    /// How long after the first T a person must have confirmed it; else it ends there and then. None:
    /// nobody needs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_within: Option<Span>,
}

/// An order that another one on the same goal follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Which.
    pub order: OrderId,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// When it ends, or ended.
    pub ends: Timestamp,
}

impl Before {
    /// Describes an order.
    pub fn of(order: &Order) -> Self {
        Self {
            order: order.id(),
            proposed_at: order.proposed_at,
            ends: order.expires_at,
        }
    }

    /// Tells whether another order on its goals would be its renewal at this moment.
    pub fn is_renewed_at(&self, now: Timestamp) -> bool {
        now < self.ends + Order::RENEWED_WITHIN
    }
}

impl Order {
    /// The name of the shape; a change that breaks readers changes it.
    pub const SCHEMA: &'static str = "issei-order/1";
    /// Goals of one order: what two people can read before they sign.
    pub const MOST_GOALS: usize = 1_000;
    /// Participants of one order.
    pub const MOST_PARTICIPANTS: usize = 2_000;
    /// Facts and evidence entries of one order.
    pub const MOST_ENTRIES: usize = 200;
    /// How long after an order's end another one on the same goal counts as its renewal. A day: longer than
    /// any evidence is used for an address, and what comes back next week is another matter.
    pub const RENEWED_WITHIN: Span = Span::from_secs(86_400);
    /// The least time that people have to confirm: to see the effect, to read a page and to sign.
    pub const LEAST_CONFIRM: Span = Span::from_secs(60);
    /// Bytes of any one text within an order.
    pub const LONGEST_TEXT: usize = 2_000;

    /// Writes the one form that is signed and logged: JSON by RFC 8785.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Names the order.
    pub fn id(&self) -> OrderId {
        OrderId(Digest(sha2::Sha256::digest(self.canonical()).into()))
    }

    /// Tells whether the order rests only on findings that reach beyond a moment, and on one at least:
    /// what an order needs that follows another on a goal.
    pub fn rests_on_news_since(&self, at: Timestamp) -> bool {
        !self.evidence.is_empty() && self.evidence.iter().all(|entry| entry.until > at)
    }

    /// Tells the participant of that name.
    pub fn participant(&self, member: &OrganisationId) -> Option<&Participant> {
        self.participants
            .iter()
            .find(|participant| participant.member == *member)
    }

    /// Tells by when a person must have confirmed the order, if it must be confirmed at all.
    pub fn confirm_by(&self, first_t: Timestamp) -> Option<Timestamp> {
        let within = self.confirm_within?;
        Some((first_t + within).min(self.expires_at))
    }

    /// Names what is malformed, if anything: what no gate needs to look at any more.
    pub fn malformed(&self) -> Option<&'static str> {
        let kinds = self.evidence.iter().flat_map(|entry| &entry.kinds);
        let texts = [&self.case, &self.ground].into_iter();
        let texts = texts.chain(&self.radius.hints).chain(kinds);
        let rules: [(bool, &'static str); 15] = [
            (
                self.schema == Self::SCHEMA,
                "the schema is not issei-order/1",
            ),
            (
                (1..=Self::MOST_GOALS).contains(&self.goals.len()),
                "there is no goal, or there are too many",
            ),
            (rising(&self.goals), "the goals do not rise, or repeat"),
            (
                self.goals.iter().all(|goal| self.action.suits(goal)),
                "the action does not suit a goal",
            ),
            (
                (1..=Self::MOST_PARTICIPANTS).contains(&self.participants.len()),
                "there is no participant, or there are too many",
            ),
            (
                self.participants
                    .windows(2)
                    .all(|pair| pair[0].member < pair[1].member),
                "the participants do not rise, or repeat",
            ),
            (
                self.participants
                    .iter()
                    .all(|participant| participant.lines > 0),
                "a participant has no lines",
            ),
            (rising(&self.canary), "the canary does not rise, or repeats"),
            (
                self.canary
                    .iter()
                    .all(|member| self.participant(member).is_some()),
                "a canary is no participant",
            ),
            (
                (1..=100).contains(&self.quorum_percent),
                "the quorum is not within 1 to 100 percent",
            ),
            (
                self.clock_limit > Span::ZERO,
                "the clock limit is not positive",
            ),
            (
                self.proposed_at < self.fire_before && self.fire_before < self.expires_at,
                "the times do not follow each other",
            ),
            (
                self.confirm_within
                    .is_none_or(|within| self.lets_confirm(within)),
                "the time to confirm is not in whole seconds from 60 s to less than its life",
            ),
            (
                self.lists_are_bounded(),
                "there are too many facts, findings, kinds, hints or names",
            ),
            (
                texts_bounded(texts) && texts_bounded(fact_texts(&self.facts)),
                "a text is too long",
            ),
        ];
        rules
            .into_iter()
            .find(|(holds, _)| !holds)
            .map(|(_, what)| what)
    }

    fn lets_confirm(&self, within: Span) -> bool {
        let lasts = self.expires_at.since(self.proposed_at);
        Self::nearest_confirm(within, lasts) == Some(within)
    }

    /// Tells the time to confirm that is nearest to this one and that an order of such a life may have: whole
    /// seconds, from [`Self::LEAST_CONFIRM`] to less than its life. None if its life is too short for any.
    pub fn nearest_confirm(within: Span, lasts: Span) -> Option<Span> {
        let second = Span::from_secs(1).as_micros();
        let whole = |micros: i64| micros.div_euclid(second).saturating_mul(second);
        let most = whole(lasts.as_micros().saturating_sub(1));
        let least = Self::LEAST_CONFIRM.as_micros();
        let near = whole(within.as_micros().saturating_add(second / 2));
        (least <= most).then(|| Span::from_micros(near.clamp(least, most)))
    }

    fn lists_are_bounded(&self) -> bool {
        let kinds = self.evidence.iter().map(|entry| entry.kinds.len());
        let lengths = [
            self.facts.len(),
            self.evidence.len(),
            self.radius.hints.len(),
        ];
        lengths
            .into_iter()
            .chain(kinds)
            .all(|length| length <= Self::MOST_ENTRIES)
            && self.radius.unanswered.len() <= Self::MOST_PARTICIPANTS
            && self.radius.remembered.len() <= Self::MOST_PARTICIPANTS
            && self.canary_skipped_by.len() <= Dossier::MOST_APPROVALS
    }
}

/// The names of facts and the words among their values.
pub(crate) fn fact_texts(facts: &BTreeMap<String, Fact>) -> impl Iterator<Item = &String> {
    let words = facts.values().filter_map(|fact| match &fact.value {
        FactValue::Text(words) => Some(words),
        _ => None,
    });
    facts.keys().chain(words)
}

pub(crate) fn texts_bounded<'a>(mut texts: impl Iterator<Item = &'a String>) -> bool {
    texts.all(|text| text.len() <= Order::LONGEST_TEXT)
}

pub(crate) fn rising<T: Ord>(list: &[T]) -> bool {
    list.windows(2).all(|pair| pair[0] < pair[1])
}

/// The language of the text that a person saw and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English
    #[serde(rename = "en")]
    English,
    /// Japanese
    #[serde(rename = "ja")]
    Japanese,
}

/// A person's signature over the text of an order in the language it was read in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub person: PersonId,
    /// With which key.
    pub key: PublicKey,
    /// In which language the text was shown.
    pub language: Language,
    /// When, by the signer's word. It is not signed, and nothing rests on it: a key must be good at
    /// the moment of judging too, so another date can only make the approval refused.
    pub at: Timestamp,
    /// The signature over the text shown.
    pub signature: Signature,
}

/// An order with everything a member needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    /// The order.
    pub order: Order,
    /// Who approved it.
    pub approvals: Vec<Approval>,
}

impl Dossier {
    /// Approvals of one order.
    pub const MOST_APPROVALS: usize = 50;
}

/// One entry of the ledger about orders. Members apply them in the order of their index.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decision {
    /// Members are asked to verify and prepare an order.
    Proposed(Box<Dossier>),
    /// The members named fire at this moment: the canary first, then the rest.
    Armed {
        /// Which order.
        order: OrderId,
        /// Who fires; rising by name.
        members: Vec<OrganisationId>,
        /// The moment.
        fires_at: Timestamp,
    },
    /// A person lets an order go on that must be confirmed, before the moment at which it ends otherwise.
    Confirmed {
        /// Which order.
        order: OrderId,
        /// Who, and the signature over the text that says so.
        by: Box<Approval>,
    },
    /// The order ends at once everywhere, and never comes back.
    Withdrawn {
        /// Which order.
        order: OrderId,
        /// Why.
        reason: Ending,
    },
    /// Every order proposed before this entry ends at once and never comes back.
    WithdrawnAll {
        /// Why.
        reason: Ending,
    },
}

impl Decision {
    /// Bytes that an entry may have; a longer one is refused unread.
    pub const LONGEST: usize = 1 << 20;

    /// Writes the form that is logged.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Reads a logged entry; only the canonical form is accepted, so a re-encoded body is refused.
    ///
    /// # Errors
    /// Why it is no decision.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        parse_canonical(bytes)
    }
}

/// Why an order ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// A person withdrew it.
    ByPerson,
    /// Too few members were prepared in time.
    NoQuorum,
    /// The canary saw harm.
    CanaryHarm,
    /// The canary did not report in time.
    CanarySilent,
    /// It could not be armed before its latest moment.
    TooLate,
    /// A goal became safeguarded.
    Safeguarded,
    /// It did not help.
    NoEffect,
    /// Nobody confirmed it in time.
    Unconfirmed,
}

/// Why a member does not take part in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objection {
    /// The ground does not hold under the member's own pack, or an approval does not.
    Legal,
    /// It would hit too many, or something safeguarded.
    Collateral,
    /// The devices have no room for the rules.
    Capacity,
    /// Something technical: a clock, a device, a late message.
    Technical,
    /// A customer's wish or contract.
    Customer,
}

/// What a member reports about an order: observed, not intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Observed {
    /// The rules are staged, inactive; firing needs this lead.
    Prepared {
        /// How long before T the backend must begin.
        lead: Span,
    },
    /// The member does not take part.
    Refused(Objection),
    /// The rules were read back as active; the first moment of effect.
    InForce {
        /// By the member's clock.
        at: Timestamp,
    },
    /// While in force, ordinary traffic and routing sessions look as before, or do not.
    Watched {
        /// Whether they look as before.
        well: bool,
    },
    /// The rules were read back as gone.
    Lifted {
        /// By the member's clock.
        at: Timestamp,
    },
}

/// A member's report about an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Who reports.
    pub member: OrganisationId,
    /// About which order.
    pub order: OrderId,
    /// What was observed.
    pub observed: Observed,
    /// What was seen of its effect so far; changes nothing that anybody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
}

/// Writes JSON by RFC 8785.
pub(crate) fn canonical<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value)
        .expect("our own nouns have string keys and no odd numbers")
}

/// Reads one entry of the ledger, in its canonical form only.
pub(crate) fn parse_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let (length, most) = (bytes.len(), Decision::LONGEST);
    if length > most {
        return Err(format!("an entry of {length} bytes; {most} at most"));
    }
    let entry: T = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if canonical(&entry) != bytes {
        return Err("not in canonical form (RFC 8785)".into());
    }
    Ok(entry)
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
