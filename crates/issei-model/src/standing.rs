//! Standing orders: what one member may do by itself within seconds, signed by people beforehand.
//!
//! Always: a standing order is local (one member's network), narrow (one reflex, a scope of prefixes),
//! short (minutes an activation) and counted; it says until when it stands before it says since when.
//! It is named by the digest of its canonical form (RFC 8785). Its entries in the ledger are of their
//! own kind, so that the machines of national orders pass them over. What concerns a line is logged as
//! a salted commitment only. Not here: whether one may stand (`issei-case`), when it acts
//! (`issei-order`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::order::{canonical, fact_texts, parse_canonical, rising, texts_bounded};
use crate::{Approval, Digest, Fact, Order, OrganisationId, PersonId, Span, Timestamp};

/// Names a standing order: the digest of its canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StandingId(pub Digest);

impl fmt::Display for StandingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for StandingId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

/// On what a member acts by itself, and what it then does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reflex {
    /// A line of the scope floods a victim: its packets to that victim are limited to this many a
    /// second.
    LimitFlood(u32),
    /// This protected operator asks: packets to the destination he names within the scope, his
    /// registered prefixes, are dropped.
    DropOnRequest(OrganisationId),
    /// A line of the scope sends from addresses that are not its own: those packets are dropped.
    DropForged,
}

impl Reflex {
    /// Every code.
    pub const CODES: [&'static str; 3] = ["limit-flood", "drop-on-request", "drop-forged"];

    /// Tells the code by which a pack of grounds names the reflex.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LimitFlood(_) => "limit-flood",
            Self::DropOnRequest(_) => "drop-on-request",
            Self::DropForged => "drop-forged",
        }
    }
}

/// What a member may do by itself, on which ground, how often, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingOrder {
    /// The shape: [`StandingOrder::SCHEMA`].
    pub schema: String,
    /// The one member in whose network it stands.
    pub member: OrganisationId,
    /// Who proposed it; may not approve it.
    pub proposer: PersonId,
    /// On what it acts, and how.
    pub reflex: Reflex,
    /// The lines, or the operator's registered prefixes: 1 to [`StandingOrder::MOST_PREFIXES`],
    /// rising, without host bits.
    pub scope: Vec<IpNet>,
    /// The row of the pack that it rests on, such as `A2`.
    pub ground: String,
    /// The digest of the pack in force.
    pub pack: Digest,
    /// The facts that the ground requires, by name, as they hold whenever the reflex acts.
    pub facts: BTreeMap<String, Fact>,
    /// How long one activation lasts: at most [`StandingOrder::LONGEST_ACTIVATION`].
    pub lasts: Span,
    /// Activations at once.
    pub at_once: u32,
    /// Activations begun within an hour.
    pub per_hour: u32,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// It stands from here on.
    pub valid_from: Timestamp,
    /// It stands until before this moment.
    pub valid_until: Timestamp,
}

impl StandingOrder {
    /// The name of the shape; a change that breaks readers changes it.
    pub const SCHEMA: &'static str = "issei-standing/1";
    /// Prefixes of one scope: what two people can read before they sign.
    pub const MOST_PREFIXES: usize = 1_000;
    /// The longest activation: what lasts longer is a matter for people.
    pub const LONGEST_ACTIVATION: Span = Span::from_secs(15 * 60);
    /// The longest time from proposal to end: every month people look at it again.
    pub const LONGEST_STANDING: Span = Span::from_secs(30 * 86_400);
    /// Activations at once, and begun within an hour, that a duty desk can still look after.
    pub const MOST_ACTIVATIONS: u32 = 1_000;
    /// The widest prefix of a scope, in bits: IPv4 and IPv6.
    pub const WIDEST: (u8, u8) = (8, 16);

    /// Writes the one form that is signed and logged: JSON by RFC 8785.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Names the standing order.
    pub fn id(&self) -> StandingId {
        StandingId(Digest(sha2::Sha256::digest(self.canonical()).into()))
    }

    /// Tells whether a prefix lies wholly within the scope.
    pub fn covers(&self, prefix: &IpNet) -> bool {
        self.scope.iter().any(|wide| wide.contains(prefix))
    }

    /// Tells whether it stands at a moment.
    pub fn stands_at(&self, now: Timestamp) -> bool {
        self.valid_from <= now && now < self.valid_until
    }

    /// Names what is malformed, if anything: what no gate needs to look at any more.
    pub fn malformed(&self) -> Option<&'static str> {
        let counts = 1..=Self::MOST_ACTIVATIONS;
        let standing = self.valid_until.since(self.proposed_at);
        let rules: [(bool, &'static str); 9] = [
            (
                self.schema == Self::SCHEMA,
                "the schema is not issei-standing/1",
            ),
            (
                self.reflex != Reflex::LimitFlood(0),
                "the limit is no packet at all",
            ),
            (
                (1..=Self::MOST_PREFIXES).contains(&self.scope.len()),
                "the scope is empty, or too long",
            ),
            (
                rising(&self.scope) && self.scope.iter().all(narrow),
                "the scope does not rise, or holds a prefix with host bits or too wide",
            ),
            (
                Span::ZERO < self.lasts && self.lasts <= Self::LONGEST_ACTIVATION,
                "an activation does not last within 15 min",
            ),
            (
                counts.contains(&self.at_once) && counts.contains(&self.per_hour),
                "the activations at once or an hour are not within 1 to 1000",
            ),
            (
                self.proposed_at <= self.valid_from && self.valid_from < self.valid_until,
                "the times do not follow each other",
            ),
            (
                standing <= Self::LONGEST_STANDING,
                "it stands longer than 30 d from its proposal",
            ),
            (
                self.facts.len() <= Order::MOST_ENTRIES
                    && texts_bounded(fact_texts(&self.facts).chain([&self.ground])),
                "there are too many facts, or a text is too long",
            ),
        ];
        rules
            .into_iter()
            .find(|(holds, _)| !holds)
            .map(|(_, what)| what)
    }
}

/// Tells whether a prefix may stand in a scope.
fn narrow(prefix: &IpNet) -> bool {
    let (v4, v6) = StandingOrder::WIDEST;
    let widest = match prefix {
        IpNet::V4(_) => v4,
        IpNet::V6(_) => v6,
    };
    prefix.prefix_len() >= widest && prefix.trunc() == *prefix
}

/// A standing order with everything the member needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingDossier {
    /// The standing order.
    pub order: StandingOrder,
    /// Who approved it.
    pub approvals: Vec<Approval>,
}

/// One entry of the ledger about standing orders. Members apply them in the order of their index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StandingEntry {
    /// The member is asked to judge a standing order.
    StandingProposed(Box<StandingDossier>),
    /// It ends at once, and never comes back.
    StandingWithdrawn {
        /// Which one.
        standing: StandingId,
    },
    /// Every standing order proposed before this entry ends at once and never comes back.
    AllStandingWithdrawn {
        /// Whose; none for everybody's.
        member: Option<OrganisationId>,
    },
    /// A member tells what its reflexes did.
    ReflexesReported(ReflexBatch),
}

impl StandingEntry {
    /// Writes the form that is logged.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Reads a logged entry of at most [`crate::Decision::LONGEST`] bytes; only the canonical form is
    /// accepted.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        parse_canonical(bytes)
    }
}

/// What the reflexes of a member did since the batch before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReflexBatch {
    /// Whose.
    pub member: OrganisationId,
    /// Its number among the member's batches, from 0.
    pub number: u64,
    /// Activations that ended.
    pub activations: Vec<Activation>,
    /// Triggers that were refused, by reason. What goes on acting is counted here too.
    pub refused: BTreeMap<ReflexRefusal, u64>,
}

impl ReflexBatch {
    /// Activations of one batch.
    pub const MOST: usize = 256;
}

/// One time that a reflex acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// Under which standing order.
    pub standing: StandingId,
    /// Its number among the member's activations.
    pub number: u64,
    /// When the rule was asked for.
    pub began: Timestamp,
    /// When it was first read back as there; none if it never was.
    pub seen: Option<Timestamp>,
    /// When it was read back as gone.
    pub gone: Timestamp,
    /// Why it ended.
    pub end: ReflexEnd,
    /// The salted commitment to the line or the request; its key stays with the member.
    pub commitment: Digest,
}

/// Why an activation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReflexEnd {
    /// Its minutes were over.
    Over,
    /// Who asked for it asked to end it.
    Released,
    /// The standing order was withdrawn, or is refused by now.
    Withdrawn,
    /// The kill switch.
    Stopped,
    /// What it touches became safeguarded.
    Safeguarded,
    /// It was not found after a restart.
    Lost,
}

/// Why a trigger led to nothing, from the farthest to the nearest miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReflexRefusal {
    /// The kill switch is on, or an alarm waits for a person.
    Stopped,
    /// The log is not read to its end since the start.
    NotCurrent,
    /// It was seen too long ago, or lies ahead.
    Stale,
    /// It names a prefix with host bits or too wide, or a port without a protocol that has ports.
    Malformed,
    /// The line is not one of ours.
    NotOwn,
    /// It would touch something safeguarded.
    Safeguarded,
    /// No standing order is for such a trigger.
    NoStandingOrder,
    /// None of those reaches there.
    OutOfScope,
    /// None of those stands at this moment.
    Expired,
    /// The same is acted on already.
    Acting,
    /// It was seen before the last activation about the same was gone: it is no fresh trigger.
    SeenBefore,
    /// As many act at once as the standing order allows.
    AtOnce,
    /// As many began within the hour as the standing order allows.
    PerHour,
    /// The devices have no more room for rules.
    NoRoom,
    /// Too many activations wait to be reported.
    Unreported,
}

impl ReflexRefusal {
    /// Every reason, from the farthest to the nearest miss.
    pub const ALL: [Self; 15] = [
        Self::Stopped,
        Self::NotCurrent,
        Self::Stale,
        Self::Malformed,
        Self::NotOwn,
        Self::Safeguarded,
        Self::NoStandingOrder,
        Self::OutOfScope,
        Self::Expired,
        Self::Acting,
        Self::SeenBefore,
        Self::AtOnce,
        Self::PerHour,
        Self::NoRoom,
        Self::Unreported,
    ];

    /// Says what the person at the desk reads, in English.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stopped => "everything is stopped here; a person must resume",
            Self::NotCurrent => {
                "the log was not read to its end since the start; wait for a checkpoint"
            }
            Self::Stale => "the trigger is old or lies ahead; compare the clocks",
            Self::SeenBefore => {
                "it was seen before the last activation was gone; a fresh trigger is needed"
            }
            Self::Malformed => {
                "the trigger names a prefix that is too wide or has host bits, or a port without tcp or udp"
            }
            Self::NotOwn => "the line is not one of ours",
            Self::Safeguarded => "it would touch something safeguarded",
            Self::Acting => "the same is acted on already",
            Self::NoStandingOrder => "no standing order is for such a trigger; propose one",
            Self::OutOfScope => "no standing order reaches there; propose one for it",
            Self::Expired => "the standing order is not valid now; propose it anew",
            Self::AtOnce => {
                "as many act at once as the standing order allows; people decide about more"
            }
            Self::PerHour => {
                "as many began within the hour as the standing order allows; people decide about more"
            }
            Self::NoRoom => "the devices have no more room for rules",
            Self::Unreported => {
                "too many activations wait to be reported; see whether the log can be reached"
            }
        }
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
