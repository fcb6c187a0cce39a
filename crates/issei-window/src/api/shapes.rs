//! What the API says, field by field: shapes of its own, so that it stays as it is while the office changes.

use issei_desk::appeals::AppealView;
use issei_desk::sensors::{Sensor, SensorsView};
use issei_desk::station::Station;
use issei_desk::traffic::MemberTraffic;
use issei_desk::{CaseView, MemberView, OrderView, Reported, Said, Status};
use issei_model::{Approval, Language};
use issei_text::Phrase;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::looks::Look;

/// How the office stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusShape {
    /// The office's name.
    pub office: String,
    /// Whether it coordinates.
    pub coordinates: bool,
    /// Entries of the log that it has read or published.
    pub log_entries: u64,
    /// Whether the log is read, or witnessed, to its end.
    pub log_current: bool,
    /// Whether the kill switch is on.
    pub stopped: bool,
    /// Members that listen, at the coordinator; 0 or 1 at a member.
    pub connected: usize,
    /// Cuts in force somewhere.
    pub in_force: usize,
    /// The clock's error in microseconds, at a member.
    pub clock_error_us: Option<i64>,
    /// What a person has to look at.
    pub alarms: Vec<String>,
    /// What was refused or lost, by kind.
    pub counts: std::collections::BTreeMap<String, u64>,
    /// When this was true: RFC 3339, UTC.
    pub at: String,
}

impl StatusShape {
    /// Takes it from what the office said.
    pub fn of(status: &Status, coordinates: bool, in_force: usize, at: String) -> Self {
        Self {
            office: status.office.to_string(),
            coordinates,
            log_entries: status.entries,
            log_current: status.current,
            stopped: status.stopped,
            connected: status.connected,
            in_force,
            clock_error_us: status.clock_error.map(|error| error.as_micros()),
            alarms: status.alarms.clone(),
            counts: status.counts.clone(),
            at,
        }
    }
}

/// An order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderLine {
    /// Its name: SHA-256 over the order, 64 hexadecimal digits.
    pub id: String,
    /// Its case.
    pub case: String,
    /// Where it stands: `draft`, `held`, `preparing`, `canary`, `armed`, `in-force`, `refused` or `ended`.
    #[schema(value_type = String)]
    pub stands: Value,
    /// Whether its rules act somewhere now, as read back.
    pub acts: bool,
    /// What is cut.
    pub goals: Vec<String>,
    /// The row of the pack that it stands on.
    pub ground: String,
    /// People who signed.
    pub approvals: usize,
    /// RFC 3339, UTC.
    pub proposed_at: String,
    /// When it ends by itself: RFC 3339, UTC.
    pub expires_at: String,
    /// By when somebody must confirm it, or it ends then; as long as that is open: RFC 3339, UTC.
    pub confirm_by: Option<String>,
}

impl OrderLine {
    /// Takes it from a view.
    pub fn of(view: &OrderView) -> Self {
        Self {
            id: view.id.to_string(),
            case: view.order.case.clone(),
            stands: plain(&view.stands),
            acts: view.acts(),
            goals: view.order.goals.iter().map(ToString::to_string).collect(),
            ground: view.order.ground.clone(),
            approvals: view.approvals.len(),
            proposed_at: view.order.proposed_at.to_string(),
            expires_at: view.order.expires_at.to_string(),
            confirm_by: view.awaits().map(|by| by.to_string()),
        }
    }
}

/// Packets between a member's lines and an order's goals within a second.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrafficLine {
    /// The member.
    pub member: String,
    /// The second's begin: RFC 3339, UTC.
    pub at: String,
    /// Packets that lines sent.
    pub asked: u64,
    /// Packets that came back.
    pub answered: u64,
}

impl TrafficLine {
    /// Takes them from what passes at a member, each with its place in the list.
    pub fn of(traffic: &MemberTraffic) -> impl Iterator<Item = (String, Self)> {
        traffic.seconds.iter().map(|one| {
            let line = Self {
                member: traffic.member.to_string(),
                at: one.at.to_string(),
                asked: one.asked,
                answered: one.answered,
            };
            (format!("{} {}", line.member, line.at), line)
        })
    }
}

/// Who sends records to the collector beside a member's office.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SensorShape {
    /// Its address, or the interface's name.
    pub name: String,
    /// Observation domain, source id or sub-agent.
    pub domain: u32,
    /// Where its sampling rate comes from: `announced`, `configured`, `complete` or `unknown`.
    #[schema(value_type = String)]
    pub sampling: Value,
    /// Records since the collector began.
    pub records: u64,
    /// Records a second, between the two times it was told of last.
    pub rate: Option<f64>,
    /// Records or datagrams lost on the way.
    pub lost: u64,
    /// When the last came: RFC 3339, UTC.
    pub last: String,
}

impl SensorShape {
    /// Takes it from what was told.
    pub fn of(view: &SensorsView, sensor: &Sensor) -> Self {
        Self {
            name: sensor.name.clone(),
            domain: sensor.domain,
            sampling: plain(&sensor.sampling),
            records: sensor.records,
            rate: view.rate(sensor),
            lost: sensor.lost,
            last: sensor.last.to_string(),
        }
    }
}

/// An order, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderShape {
    /// What stands in the list.
    #[serde(flatten)]
    pub line: OrderLine,
    /// The order as it is signed and logged (its canonical form is JCS, RFC 8785).
    #[schema(value_type = Object)]
    pub order: Value,
    /// Exactly what a person signs, in the language that was asked for.
    pub text: String,
    /// The language of `text`: `en` or `ja`.
    pub language: String,
    /// What stands beside it and is not signed: what the ground is for, and how sure its sources are.
    pub beside: String,
    /// Who signed.
    pub approved: Vec<ApprovalShape>,
    /// Where each member stands.
    pub members: Vec<MemberShape>,
    /// Why the own gates said no, at a member.
    pub refusal: Option<RefusalShape>,
    /// When it was asked to end before its time: RFC 3339, UTC.
    pub recalled_at: Option<String>,
    /// Exactly what a person signs to let it go on, in that language, where somebody must.
    pub confirmation: Option<String>,
    /// Who let it go on.
    pub confirmed: Option<ApprovalShape>,
}

impl OrderShape {
    /// Takes it from a view.
    pub fn of(view: &OrderView, language: Language) -> Self {
        Self {
            line: OrderLine::of(view),
            order: serde_json::to_value(&view.order).expect("our own nouns have string keys"),
            text: issei_case::order_text(&view.order, language),
            language: match language {
                Language::English => "en".into(),
                Language::Japanese => "ja".into(),
            },
            beside: issei_desk::ground::beside(&view.order, language),
            approved: view.approvals.iter().map(ApprovalShape::of).collect(),
            members: view
                .members
                .iter()
                .map(|member| MemberShape::of(view, member))
                .collect(),
            refusal: view.refusal.as_ref().map(RefusalShape::of),
            recalled_at: view.recalled_at.map(|at| at.to_string()),
            confirmation: (view.order.confirm_within)
                .map(|_| issei_case::confirmation_text(&view.order, language)),
            confirmed: (view.confirming.approval.as_ref()).map(|by| ApprovalShape::of(by)),
        }
    }
}

/// A signature in an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalShape {
    /// Who: `name@organisation`.
    pub person: String,
    /// The Ed25519 key, 64 hexadecimal digits.
    pub key: String,
    /// When, by the signer's word: RFC 3339, UTC.
    pub at: String,
}

impl ApprovalShape {
    /// Takes it from a signature.
    pub fn of(one: &Approval) -> Self {
        Self {
            person: one.person.to_string(),
            key: one.key.to_string(),
            at: one.at.to_string(),
        }
    }
}

/// A rule's no.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusalShape {
    /// The rule.
    pub rule: String,
    /// Why, with the next step, in English.
    pub en: String,
    /// The same in Japanese.
    pub ja: String,
}

impl RefusalShape {
    /// Takes it from what a gate said.
    pub fn of(said: &Said) -> Self {
        Self {
            rule: said.rule.clone(),
            en: said.en.clone(),
            ja: said.ja.clone(),
        }
    }
}

/// A member on its way to T.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberShape {
    /// Who.
    pub member: String,
    /// Its subscriber lines.
    pub lines: u64,
    /// In words: `preparing`, `staged`, `armed`, `not read back`, `in force`, `refused: …`, `left: …`, `lifted`.
    pub station: String,
    /// When it fires: RFC 3339, UTC.
    pub fires_at: Option<String>,
    /// When its rules first acted, as read back: RFC 3339, UTC.
    pub effect: Option<String>,
    /// How long after its T that was, in microseconds.
    pub offset_us: Option<i64>,
    /// What devices and the sentinel measured.
    #[schema(value_type = Option<Object>)]
    pub measured: Option<Value>,
}

impl MemberShape {
    fn of(view: &OrderView, member: &MemberView) -> Self {
        let both = member.effect.zip(member.fires_at);
        Self {
            member: member.member.to_string(),
            lines: member.lines,
            station: Station::of(member, view.now).name(),
            fires_at: member.fires_at.map(|at| at.to_string()),
            effect: member.effect.map(|at| at.to_string()),
            offset_us: both.map(|(effect, due)| effect.since(due).as_micros()),
            measured: member.measured.map(|one| plain(&one)),
        }
    }
}

/// A case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseShape {
    /// Its name.
    pub case: String,
    /// `open`, `assessed`, `proposed`, `cleared` or `closed`.
    #[schema(value_type = String)]
    pub stage: Value,
    /// What it is about.
    pub goals: Vec<String>,
    /// What it rests on.
    #[schema(value_type = Vec<Object>)]
    pub evidence: Vec<Value>,
    /// Members that answered.
    pub answered: Vec<String>,
    /// How wide a cut would be.
    #[schema(value_type = Option<Object>)]
    pub radius: Option<Value>,
    /// The order under way.
    pub order: Option<String>,
    /// What rules said no to.
    pub refusals: Vec<RefusalShape>,
}

impl CaseShape {
    /// Takes it from a view.
    pub fn of(view: &CaseView) -> Self {
        Self {
            case: view.case.clone(),
            stage: plain(&view.stage),
            goals: view.goals.iter().map(ToString::to_string).collect(),
            evidence: view.evidence.iter().map(plain).collect(),
            answered: view.answered().iter().map(ToString::to_string).collect(),
            radius: view.radius.as_ref().map(plain),
            order: view.order.map(|id| id.to_string()),
            refusals: view.refusals.iter().map(RefusalShape::of).collect(),
        }
    }
}

/// What a member found: no line, no subscriber.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingShape {
    /// Whom it accuses.
    pub goal: String,
    /// How sure: `candidate` or `finding`.
    #[schema(value_type = String)]
    pub level: Value,
    /// The member that found it.
    pub member: String,
    /// The rule of detection.
    pub rule: String,
    /// Independent kinds of evidence.
    pub kinds: Vec<String>,
    /// Whether it could be forged from outside.
    pub forgeable: bool,
    /// The last that it rests on: RFC 3339, UTC.
    pub until: String,
}

impl FindingShape {
    /// Takes it from what a member told.
    pub fn of(told: &Reported) -> Self {
        let evidence = &told.evidence;
        Self {
            goal: told.goal.to_string(),
            level: plain(&told.level),
            member: evidence.source.to_string(),
            rule: evidence.rule.code().to_owned(),
            kinds: evidence.kinds.clone(),
            forgeable: evidence.forgeable,
            until: evidence.until.to_string(),
        }
    }
}

/// That somebody looked at findings or lines.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LookShape {
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Who: `name@organisation`; none for a machine with a token.
    pub who: Option<String>,
    /// What was asked for: method and address, 300 letters at most.
    pub what: String,
}

impl LookShape {
    /// Takes it from what was written down.
    pub fn of(look: &Look) -> Self {
        Self {
            at: look.at.to_string(),
            who: look.who.as_ref().map(ToString::to_string),
            what: look.what.clone(),
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: usize,
    /// What to ask as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// What the page before named as `next`.
    pub after: Option<String>,
    /// How many, 500 at most; 100 if nothing is said.
    #[param(maximum = 500, minimum = 1)]
    pub limit: Option<usize>,
    /// Only these: orders and standing orders by where they stand, cases by their stage, findings by a part of their goal, looks by a
    /// part of their line.
    pub only: Option<String>,
    /// `json` (if nothing is said), `jsonl` or `csv`.
    pub format: Option<String>,
    /// The language of texts: `en` or `ja`.
    pub lang: Option<String>,
}

/// Done.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DoneShape {
    /// In the office's words.
    pub done: String,
    /// The same in Japanese.
    pub done_ja: String,
    /// The order that this made, if it made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The standing order that this made, if it made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing_order: Option<String>,
    /// Under which the answer to an appeal is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl DoneShape {
    /// Says that it is done, and no more.
    pub fn new(done: &Phrase) -> Self {
        Self {
            done: done.en.clone(),
            done_ja: done.ja.clone(),
            order: None,
            standing_order: None,
            reference: None,
        }
    }
}

/// Says something against a cut.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileAppeal {
    /// An address, a name or a web address: 1 to 300 letters.
    pub about: String,
    /// What is wrong: 1 to 4,000 letters.
    pub words: String,
    /// How to reach the writer, if wished: up to 300 letters.
    pub reach: Option<String>,
}

/// Answers somebody outside.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAppeal {
    /// The answer: 1 to 4,000 letters.
    pub words: String,
}

/// An appeal, for people here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppealShape {
    /// By which its writer finds the answer.
    pub reference: String,
    /// When it came: RFC 3339, UTC.
    pub at: String,
    /// What it is about.
    pub about: String,
    /// What it says.
    pub words: String,
    /// How to reach the writer.
    pub reach: String,
    /// Orders that acted then on what it is about.
    pub orders: Vec<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
}

impl AppealShape {
    /// Takes it from a view.
    pub fn of(view: &AppealView) -> Self {
        let answered = view.answered.as_ref();
        Self {
            reference: view.reference.clone(),
            at: view.at.to_string(),
            about: view.appeal.about.clone(),
            words: view.appeal.words.clone(),
            reach: view.appeal.reach.clone(),
            orders: view.about.iter().map(ToString::to_string).collect(),
            answer: answered.map(|one| one.words.clone()),
            answered_by: answered.map(|one| one.person.to_string()),
        }
    }
}

/// The answer to an appeal, for whoever has its reference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerShape {
    /// When the appeal came: RFC 3339, UTC.
    pub at: String,
    /// When it was answered: RFC 3339, UTC.
    pub answered_at: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
}

impl AnswerShape {
    /// Takes it from a view.
    pub fn of(view: &AppealView) -> Self {
        let answered = view.answered.as_ref();
        Self {
            at: view.at.to_string(),
            answered_at: answered.map(|one| one.at.to_string()),
            answer: answered.map(|one| one.words.clone()),
        }
    }
}

/// Opens a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCase {
    /// Its name.
    pub case: String,
    /// What it is about: `192.0.2.7:443/tcp`, `192.0.2.7`, `name.example`.
    pub goal: String,
}

/// Ends an order, or all.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Why {
    /// A reason's name; which there are, the answer to a wrong one says.
    pub why: Option<String>,
}

/// A signature over the text of an order, as `issei order approve` makes it, or of a standing order, as `issei reflex
/// approve` does.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The Ed25519 key, 64 hexadecimal digits.
    pub key: String,
    /// The language of the text that was signed: `en` or `ja`.
    pub language: String,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// The signature, 128 hexadecimal digits.
    pub signature: String,
}

/// A person's key.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterPerson {
    /// Who: `name@organisation`.
    pub person: String,
    /// The Ed25519 key, 64 hexadecimal digits.
    pub key: String,
    /// `approver` or `proposer`.
    pub role: String,
}

/// A key, or a charter, by its name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// 64 hexadecimal digits.
    pub name: String,
}

/// Writes a noun of ours as the log does.
pub fn plain<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("our own nouns have string keys")
}
