//! What a person asks of an office.
//!
//! In: what people at pages, command lines and sockets wish. Out: an [`Ask`], the same for all of them. Always:
//! an ask says what is wished and by whom it is signed, never that it was done. Not here: how it comes to the
//! office, what the office does with it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use issei_case::approvals::Role;
use issei_case::{Closing, Request};
use issei_model::{
    Approval, Digest, Ending, Endpoint, EvidenceEntry, Fact, Goal, Level, Objection, OrderId,
    OrganisationId, PersonId, PublicKey, Reflex, Span, StandingId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::appeals::Appeal;
use crate::ceiling::{Figures, Raiser};
use crate::door::WindowAsk;
use crate::safeguards::ListWish;
use crate::sensors::Collecting;
use crate::traffic::Exchange;

/// What a person asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// How the office stands.
    Status,
    /// What is pinned, and what was offered.
    Charter,
    /// Who takes part, by the charter; the lists, the ceilings, the log's newest checkpoint.
    Country,
    /// Pin the charter that was offered, if it is this one.
    AcceptCharter(Digest),
    /// Let a member join, once.
    Invite {
        /// Who.
        member: OrganisationId,
        /// Its lines.
        lines: u64,
    },
    /// Enter a person's key.
    EnterPerson {
        /// Who.
        person: PersonId,
        /// The key.
        key: PublicKey,
        /// What for.
        role: Role,
    },
    /// A person signed for higher ceilings. They hold once a second one has; each member accepts them with
    /// the charter.
    SignCeiling(Figures, Raiser),
    /// End a person's key.
    EndKey(PublicKey),
    /// Write the ledger's files into a new folder, for whoever wants to verify them.
    ExportLedger(PathBuf),
    /// What members found.
    Findings,
    /// Tell the coordinator what was found here.
    Report(Vec<Reported>),
    /// Open a case about a goal, with what members found about it.
    CaseOpen {
        /// Its name.
        case: String,
        /// What it is about.
        goal: Goal,
    },
    /// Ask the members how many lines are in contact.
    CaseQuestion(String),
    /// Sum their answers.
    CaseAssess(String),
    /// Gather again in a case whose order left, for a renewal.
    CaseReopen(String),
    /// Show a case.
    CaseShow(String),
    /// List the cases.
    Cases,
    /// End a case.
    CaseClose {
        /// Which.
        case: String,
        /// Why.
        why: Closing,
    },
    /// Draft an order in a case.
    Propose(Box<Wish>),
    /// Take a draft back.
    Retract(OrderId),
    /// Show an order: a draft, or one that left.
    Order(OrderId),
    /// List the orders.
    Orders,
    /// A person signed a draft.
    Approve {
        /// Which.
        order: OrderId,
        /// The signature.
        approval: Approval,
    },
    /// A person signed that an order in force goes on to its end.
    Confirm {
        /// Which.
        order: OrderId,
        /// The signature over its confirmation.
        approval: Approval,
    },
    /// Let an approved draft that was held go to the members.
    Arm(OrderId),
    /// End an order everywhere.
    Withdraw {
        /// Which.
        order: OrderId,
        /// Why.
        reason: Ending,
    },
    /// End every order everywhere.
    WithdrawAll(Ending),
    /// Say that ordinary traffic suffers while an order is in force here.
    Harm(OrderId),
    /// Take this member out of an order.
    Leave {
        /// Which.
        order: OrderId,
        /// Why.
        why: Objection,
    },
    /// Draft a standing order for this member, for people to read and sign.
    ProposeStanding(Box<StandingWish>),
    /// Show a standing order: a draft, or one that left.
    Standing(StandingId),
    /// List the standing orders.
    Standings,
    /// A person signed the draft of a standing order.
    ApproveStanding {
        /// Which.
        standing: StandingId,
        /// The signature.
        approval: Approval,
    },
    /// End a standing order; a draft is taken back.
    WithdrawStanding(StandingId),
    /// End every standing order: of this member; at the coordinator, of everybody.
    WithdrawAllStanding,
    /// Triggers that were seen here.
    Sightings(Vec<Sighted>),
    /// A protected operator asks for a drop, or takes it back.
    Request(Box<Request>),
    /// What reflexes do here.
    Reflexes,
    /// When rules of this member's device took effect, and when they were gone.
    Stamps,
    /// Somebody outside says something against a cut.
    Appeal(Box<Appeal>),
    /// Show the appeal with this reference.
    AppealOf(String),
    /// List the appeals.
    Appeals,
    /// A person here answers an appeal.
    AnswerAppeal {
        /// Which.
        reference: String,
        /// Who.
        person: PersonId,
        /// What.
        words: String,
    },
    /// Who sends records to the collector beside this office.
    Sensors,
    /// What that collector tells of it.
    Collecting(Box<Collecting>),
    /// With whom exchanges are watched here.
    Goals,
    /// What a collector saw of exchanges with them.
    Exchanges(Vec<Exchange>),
    /// What passes between lines and an order's goals.
    Traffic(OrderId),
    /// Show the own list of what is never cut, as far as a person has to look at it.
    Safeguards,
    /// Tell what a list would add to it, and what it would end. Nothing changes.
    WeighList(Box<ListWish>),
    /// Add a list to it, if that still means what was weighed.
    TakeList {
        /// The list.
        list: Box<ListWish>,
        /// The digest of what was weighed.
        seen: Digest,
    },
    /// Let go exactly what vanished from it and has this digest.
    LetGo(Digest),
    /// Whether a goal is never cut, by the lists of this office.
    Guarded(Goal),
    /// How the devices stand that take this member's rules.
    Devices,
    /// Lift everything here.
    Stop,
    /// Take part again.
    Resume,
    /// Something about the window itself.
    Window(WindowAsk),
    /// Read the lists and settings again.
    Reload,
    /// End the process in good order.
    Quit,
}

/// What is wanted of an order; the rest stands in its case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wish {
    /// The case.
    pub case: String,
    /// Who proposes.
    pub proposer: PersonId,
    /// The row of the pack.
    pub ground: String,
    /// What is done.
    pub action: issei_model::Action,
    /// Facts, with who states and who confirms them.
    pub facts: BTreeMap<String, Fact>,
    /// Who fires first.
    pub canary: Vec<OrganisationId>,
    /// Two people who skip the canary, or none.
    pub canary_skipped_by: Vec<PersonId>,
    /// Share of lines that must be prepared.
    pub quorum_percent: u8,
    /// The greatest clock error.
    pub clock_limit: Span,
    /// How long from now it may fire.
    pub fire_within: Span,
    /// How long from now it lasts.
    pub lasts: Span,
    /// How long after the first T a person must have confirmed it; none: as the office has it by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_within: Option<Span>,
    /// Wait for [`Ask::Arm`] although everyone has approved.
    pub hold: bool,
}

/// What is wished of a standing order; the office adds its member, its pack and the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StandingWish {
    /// Who proposes.
    pub proposer: PersonId,
    /// On what it acts, and how.
    pub reflex: Reflex,
    /// The lines, or the operator's registered prefixes.
    pub scope: Vec<IpNet>,
    /// The row of the pack.
    pub ground: String,
    /// Facts, with who states and who confirms them.
    pub facts: BTreeMap<String, Fact>,
    /// How long one activation lasts.
    pub lasts: Span,
    /// Activations at once.
    pub at_once: u32,
    /// Activations begun within an hour.
    pub per_hour: u32,
    /// How long from now it stands.
    pub stands: Span,
}

/// A trigger as it was seen here. It names a line, so it never leaves the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sighted {
    /// The address of the line; of IPv6, of its prefix.
    pub line: IpAddr,
    /// Whom it floods; none if it sends from addresses that are not its own.
    pub victim: Option<Victim>,
    /// The last packet that it rests on.
    pub at: Timestamp,
    /// The finding behind it, if one is.
    pub finding: Option<String>,
}

/// Whom a line floods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Victim {
    /// The address.
    pub ip: IpAddr,
    /// The IANA protocol number, or 0 for any.
    pub protocol: u8,
    /// The port, or 0 for any.
    pub port: u16,
}

impl From<Endpoint> for Victim {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { ip, port, protocol } = endpoint;
        Self { ip, protocol, port }
    }
}

impl From<Victim> for Endpoint {
    fn from(victim: Victim) -> Self {
        let Victim { ip, protocol, port } = victim;
        Self { ip, port, protocol }
    }
}

impl std::fmt::Debug for Sighted {
    /// Leaves the line out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sighted")
            .field("victim", &self.victim)
            .field("at", &self.at)
            .field("finding", &self.finding)
            .finish_non_exhaustive()
    }
}

/// A finding that a member tells the coordinator: no line, no subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Whom it accuses.
    pub goal: Goal,
    /// How sure it is.
    pub level: Level,
    /// What an order may rest on.
    pub evidence: EvidenceEntry,
    /// The addresses that the goal, a name, stood for at the member's resolvers; the finding accuses one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub addresses: BTreeSet<IpAddr>,
}
