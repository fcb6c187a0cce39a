//! How people at a machine speak with the office that runs there: one line of JSON each way.
//!
//! In: [`Ask`]s over a socket in the office's folder. Out: [`Reply`]s. Always: who may open the socket
//! is settled by the folder's owner (0600, and the kernel tells who calls); a line is bounded; a wrong
//! one is answered with why. Not here: what an ask does (`coordinator`, `member`); other machines
//! (`issei_host::exchange`).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as Blocking;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use issei_case::approvals::Role;
use issei_case::{Closing, Refusal, Request, Stage};
use issei_model::{
    Approval, Digest, DomainName, Ending, Endpoint, EvidenceEntry, Fact, Goal, Language, Level,
    Measured, Objection, Observed, Order, OrderId, OrganisationId, PersonId, PublicKey, Radius,
    Reflex, ReflexRefusal, Span, StandingId, StandingOrder, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::charter::ceiling::{Figures, Raiser};
use super::folder::Folder;
use crate::code::Failure;

/// Bytes of a line: an order of a thousand goals with its approvals is under a megabyte.
const LONGEST: u64 = 4 << 20;

/// What a person asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// How the office stands.
    Status,
    /// What is pinned, and what was offered.
    Charter,
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
    /// Lift everything here.
    Stop,
    /// Take part again.
    Resume,
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

/// What the office answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done; in words.
    Done(String),
    /// A rule said no.
    Refused(Box<Said>),
    /// The ask makes no sense here; why, and the next step.
    Wrong(String),
    /// Something broke.
    Failed(String),
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
    /// How the office stands.
    Status(Box<Status>),
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
    /// The office's time when this was told.
    pub now: Timestamp,
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
    pub what: String,
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
    /// Members that answered the question.
    pub answered: Vec<OrganisationId>,
    /// How wide a cut would be.
    pub radius: Option<Radius>,
    /// The order under way.
    pub order: Option<OrderId>,
    /// What rules said no to.
    pub refusals: Vec<Said>,
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

/// An ask on its way to the office's desk.
pub type Asked = (Ask, oneshot::Sender<Reply>);

/// Listens at the folder's socket until the office ends.
///
/// # Errors
/// If the socket cannot be made, or another process listens there.
pub fn listen(folder: &Folder, desk: mpsc::Sender<Asked>) -> Result<Door, Failure> {
    let path = folder.socket();
    let told = |error| Failure::broken(format!("{}: {error}", path.display()));
    if Blocking::connect(&path).is_ok() {
        let complaint = "another process runs this office; end it first";
        return Err(Failure::wrong(format!("{}: {complaint}", path.display())));
    }
    let _ = std::fs::remove_file(&path); // one that a dead process left
    let listener = UnixListener::bind(&path).map_err(told)?;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, owner_only).map_err(told)?;
    let owner = std::fs::metadata(&path).map_err(told)?.uid();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, owner, desk.clone()));
        }
    });
    Ok(Door { path, task })
}

/// The open socket; closed and removed when dropped.
pub struct Door {
    path: std::path::PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers one person's asks, one after the other.
async fn converse(stream: UnixStream, owner: u32, desk: mpsc::Sender<Asked>) {
    // Root may ask everywhere.
    let allowed = stream
        .peer_cred()
        .is_ok_and(|peer| [0, owner].contains(&peer.uid()));
    let (reading, mut writing) = stream.into_split();
    let mut reading = tokio::io::BufReader::new(reading);
    loop {
        let mut line = Vec::new();
        let read = (&mut reading)
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line)
            .await;
        if !matches!(read, Ok(1..)) {
            return;
        }
        let reply = match allowed {
            true => answer(&line, &desk).await,
            false => Reply::Wrong("only the owner of this office may ask here".into()),
        };
        let mut said = serde_json::to_vec(&reply).expect("replies have string keys");
        said.push(b'\n');
        if writing.write_all(&said).await.is_err() || line.len() as u64 > LONGEST {
            return;
        }
    }
}

async fn answer(line: &[u8], desk: &mpsc::Sender<Asked>) -> Reply {
    if line.len() as u64 > LONGEST {
        return Reply::Wrong(format!("a line longer than {LONGEST} bytes"));
    }
    let ask = match serde_json::from_slice(line) {
        Ok(ask) => ask,
        Err(error) => return Reply::Wrong(format!("not an ask: {error}")),
    };
    let (reply, answer) = oneshot::channel();
    let gone = || Reply::Failed("the office is ending".into());
    if desk.send((ask, reply)).await.is_err() {
        return gone();
    }
    answer.await.unwrap_or_else(|_| gone())
}

/// Asks the office that runs in a folder.
///
/// # Errors
/// If no process answers there.
pub fn ask(folder: &Folder, ask: &Ask) -> Result<Reply, Failure> {
    Line::open(folder)?.ask(ask)
}

/// An open line to an office.
pub struct Line {
    reading: BufReader<Blocking>,
    name: String,
}

impl Line {
    /// Opens a line to the office that runs in a folder.
    ///
    /// # Errors
    /// If no process listens there.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let path = folder.socket();
        let stream = Blocking::connect(&path).map_err(|error| absent(&path, &error))?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(Failure::broken)?;
        Ok(Self {
            reading: BufReader::new(stream),
            name: path.display().to_string(),
        })
    }

    /// Waits so long for an answer, and no longer.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn within(self, patience: Duration) -> Result<Self, Failure> {
        let set = self.reading.get_ref().set_read_timeout(Some(patience));
        set.map_err(Failure::broken)?;
        Ok(self)
    }

    /// Asks once.
    ///
    /// # Errors
    /// If the office does not answer.
    pub fn ask(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        let told = |error: std::io::Error| {
            Failure::broken(format!(
                "{}: the office does not answer: {error}",
                self.name
            ))
        };
        let mut said = serde_json::to_vec(ask).map_err(Failure::broken)?;
        said.push(b'\n');
        self.reading.get_mut().write_all(&said).map_err(told)?;
        let mut line = Vec::new();
        let mut bounded = (&mut self.reading).take(MOST_HEARD);
        bounded.read_until(b'\n', &mut line).map_err(told)?;
        if line.is_empty() {
            let complaint = format!("{}: the office ended before it answered", self.name);
            return Err(Failure::broken(complaint));
        }
        serde_json::from_slice(&line)
            .map_err(|error| Failure::broken(format!("{}: no reply: {error}", self.name)))
    }
}

fn absent(path: &Path, error: &std::io::Error) -> Failure {
    Failure::broken(format!(
        "{}: no office runs there ({error}); start it with `issei coordinator run` or `issei member run`",
        path.display()
    ))
}

/// How long a person waits for an answer; witnesses have ten seconds of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of a reply: a list of a thousand orders.
const MOST_HEARD: u64 = 256 << 20;

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
