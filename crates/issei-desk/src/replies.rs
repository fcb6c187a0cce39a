//! What an office answers: that it is done, why not, and how things stand, in views for people.
//!
//! In: what an office knows. Out: a [`Reply`]. Always: a rule's no is told in both languages with its next step;
//! a line of a subscriber is in no view. Not here: how a view is laid out (the front door, the window).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_case::{Answer, Refusal, RosterKey, Stage};
use issei_model::{
    Approval, Digest, DomainName, EvidenceEntry, Goal, Language, Measured, Observed, Order,
    OrderId, OrganisationId, Participant, PersonId, Radius, ReflexRefusal, Span, StandingId,
    StandingOrder, Timestamp,
};
use issei_text::Phrase;
use serde::{Deserialize, Serialize};

use crate::appeals::AppealView;
use crate::asks::Reported;
use crate::door::WindowView;
use crate::safeguards::{SafeguardsView, Weighed};
use crate::sensors::SensorsView;
use crate::station::Station;
use crate::traffic::TrafficView;

/// What the office answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done; in words.
    Done(Phrase),
    /// A rule said no.
    Refused(Box<Said>),
    /// The ask makes no sense here; why, and the next step.
    Wrong(Phrase),
    /// Something broke.
    Failed(Phrase),
    /// A member may join with this code.
    Invitation {
        /// To be read aloud.
        code: String,
        /// Until when.
        until: Timestamp,
    },
    /// An order has this name now.
    Named(OrderId),
    /// An order.
    Order(Box<OrderView>),
    /// All orders.
    Orders(Vec<OrderView>),
    /// A case.
    Case(Box<CaseView>),
    /// All cases.
    Cases(Vec<CaseView>),
    /// A standing order.
    Standing(Box<StandingView>),
    /// All standing orders.
    Standings(Vec<StandingView>),
    /// A standing order has this name now.
    NamedStanding(StandingId),
    /// What became of each trigger, in their order: until when it is acted on, or why not.
    Sighted(Vec<Result<Timestamp, ReflexRefusal>>),
    /// What reflexes do here.
    Reflexes(Box<ReflexesView>),
    /// What members found.
    Findings(Vec<Reported>),
    /// What the device's own clock said, oldest first.
    Stamps(Vec<Stamp>),
    /// An appeal can be found under this reference.
    Appealed(String),
    /// Appeals.
    Appeals(Vec<AppealView>),
    /// What is never cut, as far as a person has to look at it.
    Safeguards(Box<SafeguardsView>),
    /// What taking a list would mean.
    Weighed(Box<Weighed>),
    /// Why a goal is never cut; none if no list says so.
    Guarded(Option<Phrase>),
    /// How the devices stand.
    Devices(Box<DevicesView>),
    /// Who may come to the window.
    Window(Box<WindowView>),
    /// Who sends records to the collector beside the office.
    Sensors(Box<SensorsView>),
    /// With whom exchanges are watched.
    Goals(Vec<Goal>),
    /// What passes between lines and an order's goals.
    Traffic(Box<TrafficView>),
    /// How the office stands.
    Status(Box<Status>),
    /// Who takes part.
    Country(Box<CountryView>),
    /// The charter.
    Charter {
        /// What this office goes by.
        pinned: Digest,
        /// What was offered, and what it would change.
        offered: Option<(Digest, Vec<String>)>,
    },
}

/// A moment at a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Whose rule.
    pub order: OrderId,
    /// Whether it took effect; else it was gone.
    pub fired: bool,
    /// When: nanoseconds of the machine's monotonic clock, the same for all its processes.
    pub monotonic_ns: u64,
    /// How much later than due, by the clock on the wall.
    pub late: Span,
}

/// A refusal in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The rule that said no, as a word for programs.
    pub rule: String,
    /// In English, with the next step.
    pub en: String,
    /// In Japanese, with the next step.
    pub ja: String,
    /// Whether the gate itself broke: a no like any other, and a person has to look.
    #[serde(default)]
    pub alarm: bool,
}

/// Under which name gates that broke are counted.
pub const BROKEN_GATE: &str = "gates broken";

impl From<&Refusal> for Said {
    fn from(refusal: &Refusal) -> Self {
        Self {
            rule: refusal.rule.clone(),
            en: refusal.text(Language::English),
            ja: refusal.text(Language::Japanese),
            alarm: refusal.alarm,
        }
    }
}

impl From<ReflexRefusal> for Said {
    fn from(why: ReflexRefusal) -> Self {
        Self {
            rule: code(why),
            en: why.words().into(),
            ja: japanese(why).into(),
            alarm: false,
        }
    }
}

/// Names the reason of a refused trigger, as the ledger does.
pub fn code(why: ReflexRefusal) -> String {
    let code = serde_json::to_value(why).ok();
    let code = code.as_ref().and_then(|code| code.as_str());
    code.unwrap_or_default().to_owned()
}

/// Says [`ReflexRefusal::words`] in Japanese.
const fn japanese(why: ReflexRefusal) -> &'static str {
    match why {
        ReflexRefusal::Stopped => "ここでは全てが停止中です。担当者による再開が必要です",
        ReflexRefusal::NotCurrent => {
            "起動後、台帳を末尾まで読んでいません。チェックポイントを待ってください"
        }
        ReflexRefusal::Stale => "契機が古いか未来のものです。時計を確認してください",
        ReflexRefusal::Malformed => {
            "プレフィックスが広すぎるかホスト部があります。またはポートが tcp・udp 以外に付いています"
        }
        ReflexRefusal::NotOwn => "自社の回線ではありません",
        ReflexRefusal::Safeguarded => "保護対象に触れます",
        ReflexRefusal::NoStandingOrder => "この契機に対する常時指令がありません。提案してください",
        ReflexRefusal::OutOfScope => "常時指令の範囲外です。そのための指令を提案してください",
        ReflexRefusal::Expired => "常時指令は現在有効ではありません。改めて提案してください",
        ReflexRefusal::Acting => "同じ対象に対して既に発動中です",
        ReflexRefusal::SeenBefore => "前回の発動が終わる前の契機です。新しい契機が必要です",
        ReflexRefusal::AtOnce => "同時発動の上限に達しています。これ以上は人が判断します",
        ReflexRefusal::PerHour => "1時間あたりの上限に達しています。これ以上は人が判断します",
        ReflexRefusal::NoRoom => "装置に規則を入れる余地がありません",
        ReflexRefusal::Unreported => "報告待ちの発動が多すぎます。台帳に届くか確認してください",
    }
}

/// The devices that take a member's rules, as people see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicesView {
    /// Whether nothing is cut here: rules go to a table that meets no packet.
    pub rehearsed: bool,
    /// Why the enforcer cannot be asked; then nothing below is known.
    pub silent: Option<String>,
    /// What is wrong with each device, by its name; nothing if it is well.
    pub devices: BTreeMap<String, Option<String>>,
    /// How long before T the slowest has to begin.
    pub lead: Span,
    /// Whether they are stopped.
    pub stopped: bool,
    /// Orders that they hold.
    pub orders: usize,
    /// Rules of reflexes that act.
    pub reflexes: usize,
    /// How many they take; none if no device can say them.
    pub reflex_room: usize,
    /// What is cut along with every order, to measure it: addresses and names.
    pub sentinels: Vec<String>,
    /// What was refused, lost or repaired, by kind.
    pub counts: BTreeMap<String, u64>,
    /// What a person has to look at.
    pub alarm: Option<String>,
}

/// An order as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    /// Its name.
    pub id: OrderId,
    /// What it says.
    pub order: Order,
    /// Who approved.
    pub approvals: Vec<Approval>,
    /// Where it stands.
    pub stands: Stands,
    /// What each member reported, at the coordinator; at a member, its own.
    pub members: Vec<MemberView>,
    /// Why the own gates said no, at a member.
    pub refusal: Option<Said>,
    /// When it was asked to end before its time, at the coordinator.
    #[serde(default)]
    pub recalled_at: Option<Timestamp>,
    /// Whether a person must let it go on, and did.
    #[serde(default)]
    pub confirming: Confirming,
    /// The office's time when this was told.
    pub now: Timestamp,
}

/// Whether a person must let an order go on that acts, and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Confirming {
    /// When it ends by itself unless somebody confirmed it; known from the first T in the log on.
    #[serde(default)]
    pub by: Option<Timestamp>,
    /// Who confirmed it, as the log has it.
    #[serde(default)]
    pub approval: Option<Box<Approval>>,
}

impl OrderView {
    /// Tells whether it left and has not ended.
    pub fn is_alive(&self) -> bool {
        matches!(
            self.stands,
            Stands::Preparing | Stands::Canary | Stands::Armed | Stands::InForce
        )
    }

    /// Tells whether its rules may act on traffic now.
    pub fn acts(&self) -> bool {
        let at_a_member = |one| Station::of(one, self.now).acts();
        self.is_alive() && (self.stands == Stands::InForce || self.members.iter().any(at_a_member))
    }

    /// Tells by when somebody must confirm it, as long as nobody did and it has not ended.
    pub fn awaits(&self) -> Option<Timestamp> {
        let living = !matches!(
            self.stands,
            Stands::Draft | Stands::Held | Stands::Refused | Stands::Ended
        );
        let open = living && self.confirming.approval.is_none();
        self.confirming.by.filter(|_| open)
    }

    /// Tells whether its confirmation can be signed now: it is awaited, and the first T is past.
    pub fn is_confirmable(&self) -> bool {
        let first_t = self.awaits().zip(self.order.confirm_within);
        first_t.is_some_and(|(by, within)| by - within <= self.now && self.now < by)
    }

    /// Tells when it ends by itself, as far as is known: its own end, or before that if nobody confirms it.
    pub fn ends(&self) -> Timestamp {
        let unconfirmed = self.confirming.approval.is_none();
        let by = self.confirming.by.filter(|_| unconfirmed);
        by.unwrap_or(self.order.expires_at)
    }
}

/// Where an order stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stands {
    /// People read and sign it.
    Draft,
    /// Approved, and held until a person lets it go.
    Held,
    /// Members judge and stage.
    Preparing,
    /// The canary fires and is watched.
    Canary,
    /// T is signed for everyone prepared.
    Armed,
    /// In force here: at a member, as read back.
    InForce,
    /// This member does not take part.
    Refused,
    /// Withdrawn or expired.
    Ended,
}

/// A member on its way to T.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    /// Who.
    pub member: OrganisationId,
    /// Its lines.
    pub lines: u64,
    /// When it fires.
    pub fires_at: Option<Timestamp>,
    /// When its rules first acted.
    pub effect: Option<Timestamp>,
    /// What was seen of packets and questions then, by its devices and its sentinel.
    #[serde(default)]
    pub measured: Option<Measured>,
    /// What it reported last.
    pub observed: Option<Observed>,
}

/// A standing order as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingView {
    /// Its name.
    pub id: StandingId,
    /// What it says.
    pub order: StandingOrder,
    /// Who approved.
    pub approvals: Vec<Approval>,
    /// Where it stands.
    pub stands: StandsOn,
    /// Why the own gates said no, at a member.
    pub refusal: Option<Said>,
    /// The office's time when this was told.
    pub now: Timestamp,
}

/// Where a standing order stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandsOn {
    /// People read and sign it.
    Draft,
    /// Approved, and on its way through the log.
    Leaving,
    /// In the log, as the coordinator knows it; its member judges by itself.
    Logged,
    /// The member's own gates have not answered yet.
    Judging,
    /// Triggers act.
    Ready,
    /// The member's own gates said no.
    Refused,
    /// Withdrawn or over.
    Ended,
}

/// What reflexes do at a member. No line is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReflexesView {
    /// Whether the log is read to its end, so that reflexes may act.
    pub current: bool,
    /// Whether they are stopped.
    pub stopped: bool,
    /// Rules that may be on the devices.
    pub acting: Vec<ActingView>,
    /// Activations that ended and stand in no batch yet.
    pub unreported: u64,
    /// Batches that stand in the log, or are on their way.
    pub batches: u64,
    /// Whether one is on its way and has not come back.
    pub sending: bool,
    /// Triggers refused since the start, by reason.
    pub refused: BTreeMap<ReflexRefusal, u64>,
    /// The office's time when this was told.
    pub now: Timestamp,
}

/// A rule of a reflex, without its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingView {
    /// Under which standing order.
    pub standing: StandingId,
    /// The number of the activation.
    pub number: u64,
    /// What is done, without a line's address.
    pub what: Phrase,
    /// When it was asked for.
    pub began: Timestamp,
    /// When it was first read back as there.
    pub seen: Option<Timestamp>,
    /// When it ends by itself.
    pub ends: Timestamp,
}

/// A case as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    /// Its name.
    pub case: String,
    /// Where it stands.
    pub stage: Stage,
    /// What it is about.
    pub goals: Vec<Goal>,
    /// What it rests on.
    pub evidence: Vec<EvidenceEntry>,
    /// What its names stood for, and which member says so.
    #[serde(default)]
    pub addresses: Vec<StoodFor>,
    /// What members answered about each goal.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// How wide a cut would be.
    pub radius: Option<Radius>,
    /// The order under way.
    pub order: Option<OrderId>,
    /// What rules said no to.
    pub refusals: Vec<Said>,
}

impl CaseView {
    /// Members that answered the question.
    pub fn answered(&self) -> BTreeSet<&OrganisationId> {
        self.answers.iter().map(|one| &one.member).collect()
    }
}

/// What a name stood for, by a member's word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoodFor {
    /// The name.
    pub name: DomainName,
    /// Its address.
    pub ip: IpAddr,
    /// Who says so.
    pub source: OrganisationId,
}

/// How an office stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Who.
    pub office: OrganisationId,
    /// The charter it goes by.
    pub charter: Digest,
    /// Entries of the log that it has read or published.
    pub entries: u64,
    /// Whether a member has read to the log's end; at the coordinator, whether witnesses answer.
    pub current: bool,
    /// Whether the kill switch is on.
    pub stopped: bool,
    /// How many members listen, at the coordinator; at a member, whether its stream stands: 0 or 1.
    pub connected: usize,
    /// Orders that are alive.
    pub alive: usize,
    /// Findings that members told, at the coordinator. They only grow, so another number is another list.
    #[serde(default)]
    pub findings: usize,
    /// The clock's error.
    pub clock_error: Option<Span>,
    /// What a person has to look at, with the next step.
    #[serde(default)]
    pub alarms: Vec<String>,
    /// What was refused or lost, by kind.
    pub counts: BTreeMap<String, u64>,
    /// Orders that left and that people have to look at again, at the coordinator; over when their case is
    /// closed.
    #[serde(default)]
    pub reviews: Vec<Review>,
}

/// Who takes part in a country, and what they agreed on, as an office's charter and lists have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryView {
    /// Who coordinates.
    pub coordinator: OrganisationId,
    /// The log's public key, in the form of signed notes.
    pub log: String,
    /// The members, each with its lines.
    pub members: Vec<Participant>,
    /// People with their keys.
    pub people: Vec<(PersonId, RosterKey)>,
    /// People that every order needs, at least.
    pub approvals: usize,
    /// Lines that one order may hit beside the suspected, at most.
    pub lines_per_order: u64,
    /// Lines that a day's orders may hit, at most.
    pub lines_per_day: u64,
    /// Entries of the lists of what is never cut.
    pub safeguards: usize,
    /// The lists' digest.
    pub lists: Digest,
    /// Checkpoints of the log with the signatures under them, newest first; at the coordinator.
    pub checkpoints: Vec<String>,
}

/// An order that people look at again, as its ground asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Which.
    pub order: OrderId,
    /// Its case.
    pub case: String,
    /// Its row of the pack.
    pub ground: String,
    /// Until when.
    pub by: Timestamp,
}

#[cfg(test)]
#[path = "replies_tests.rs"]
mod tests;
