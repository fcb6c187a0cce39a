//! A case: findings about one target, gathered until an order can leave, or nothing has to be done.
//!
//! In: commands and the time. Out: events, or a refusal; [`Case::decide`] changes nothing,
//! [`Case::apply`] cannot fail. Always: an order names exactly the case's goals, rests on the case's
//! evidence and carries the radius measured in the case, not long ago; whatever changes the goals or
//! the answers makes the case measure again; a renewal rests only on evidence that is newer than the
//! order before it, whichever case that came from. Not here: what each gate asks, and when an order fires (`issei-order`).

use std::collections::BTreeMap;

use issei_model::{
    Approval, Before, Dossier, EvidenceEntry, Goal, Order, OrganisationId, Participant, Radius,
    Span, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::clearance::{Cleared, Gates};
use crate::radius::{Answer, measure};
use crate::refusal::{Gate, Refusal, Words};

/// A case, as its events made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    id: String,
    stage: Stage,
    goals: Vec<Goal>,
    evidence: Vec<EvidenceEntry>,
    answers: BTreeMap<(OrganisationId, Goal), Answer>,
    assessment: Option<Assessment>,
    dossier: Option<Dossier>,
    /// The last order on these goals that left, from here or from another case: what a renewal follows.
    before: Option<Before>,
    refusals: Vec<Refusal>,
    refused: u64,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Goals, evidence and answers are gathered.
    Open,
    /// The radius is measured.
    Assessed,
    /// An order is proposed; people read and sign it.
    Proposed,
    /// The order passed every gate and left.
    Cleared,
    /// Nothing more happens here.
    Closed,
}

/// What a case is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Add a finding.
    AddEvidence(EvidenceEntry),
    /// Add a goal.
    AddGoal(Goal),
    /// Take a member's answer about its contacts.
    TakeAnswer(Answer),
    /// Sum the answers for these participants.
    Assess(Vec<Participant>),
    /// Propose this order.
    Propose(Box<Order>),
    /// Add a person's approval.
    Approve(Approval),
    /// Let the order leave.
    Clear,
    /// Take the proposal back.
    Retract,
    /// Gather again, for a renewal.
    Reopen,
    /// Take note of an order of another case that stood on a goal of this one.
    Follow(Before),
    /// End the case.
    Close(Closing),
}

/// Why a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// The target does no harm.
    Harmless,
    /// The owner acted.
    OwnerActed,
    /// What the order was for has ended.
    Ended,
    /// Another case covers it.
    Duplicate,
}

/// What happened to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A finding was added.
    EvidenceAdded(EvidenceEntry),
    /// A goal was added.
    GoalAdded(Goal),
    /// A member answered.
    Answered(Answer),
    /// The radius was measured.
    Assessed(Assessment),
    /// An order was proposed.
    Proposed(Box<Order>),
    /// A person approved.
    Approved(Approval),
    /// The order passed every gate.
    Cleared,
    /// The proposal was taken back.
    Retracted,
    /// Gathering began again.
    Reopened,
    /// An order of another case stood on a goal of this one.
    Followed(Before),
    /// The case ended.
    Closed(Closing),
    /// A rule said no: kept, because people learn from it.
    Refused(Box<Refusal>),
}

/// A measured radius: for whom, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Who is asked.
    pub participants: Vec<Participant>,
    /// The sum.
    pub radius: Radius,
    /// When.
    pub at: Timestamp,
}

/// The name of a command, as the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    AddEvidence,
    AddGoal,
    TakeAnswer,
    Assess,
    Propose,
    Approve,
    Clear,
    Retract,
    Reopen,
    Follow,
    Close,
}

/// Where a command leads. A pair that no row names is refused.
const TABLE: &[(Stage, Verb, Stage)] = {
    use Stage::{Assessed, Cleared, Closed, Open, Proposed};
    &[
        (Open, Verb::AddEvidence, Open),
        (Open, Verb::AddGoal, Open),
        (Open, Verb::TakeAnswer, Open),
        (Open, Verb::Assess, Assessed),
        (Open, Verb::Follow, Open),
        (Open, Verb::Close, Closed),
        (Assessed, Verb::AddEvidence, Assessed),
        (Assessed, Verb::AddGoal, Open),
        (Assessed, Verb::TakeAnswer, Open),
        (Assessed, Verb::Assess, Assessed),
        (Assessed, Verb::Follow, Assessed),
        (Assessed, Verb::Propose, Proposed),
        (Assessed, Verb::Close, Closed),
        (Proposed, Verb::Approve, Proposed),
        (Proposed, Verb::Clear, Cleared),
        (Proposed, Verb::Retract, Open),
        (Proposed, Verb::Close, Closed),
        (Cleared, Verb::Reopen, Open),
        (Cleared, Verb::Close, Closed),
    ]
};

impl Case {
    /// Members' answers that a case keeps: 2,000 members about 1,000 goals would be more than a
    /// person can weigh; this is 100 goals at every member.
    pub const MOST_ANSWERS: usize = 200_000;
    /// Refusals kept with their words; later ones are only counted.
    pub const MOST_REFUSALS: usize = 100;
    /// A radius older than this is measured again before a proposal.
    pub const ASSESSMENT_HOLDS: Span = Span::from_secs(3_600);
    /// How far the time in a proposal may be from now.
    pub const CLOCK_SLACK: Span = Span::from_secs(5 * 60);

    /// Opens a case.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            stage: Stage::Open,
            goals: Vec::new(),
            evidence: Vec::new(),
            answers: BTreeMap::new(),
            assessment: None,
            dossier: None,
            before: None,
            refusals: Vec::new(),
            refused: 0,
        }
    }

    /// Answers a command with what happens, and changes nothing.
    ///
    /// # Errors
    /// The rule that says no. Keep it with [`Event::Refused`].
    pub fn decide(
        &self,
        command: &Command,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let verb = command.verb();
        if next(self.stage, verb).is_none() {
            return Err(not_now(self.stage, verb));
        }
        let event = match command {
            Command::AddEvidence(entry) => self.add_evidence(entry)?,
            Command::AddGoal(goal) => self.add_goal(goal, gates)?,
            Command::TakeAnswer(answer) => self.take_answer(answer)?,
            Command::Assess(participants) => self.assess(participants, now)?,
            Command::Propose(order) => self.propose(order, gates, now)?,
            Command::Approve(approval) => self.approve(approval, gates, now)?,
            Command::Clear => {
                gates.clear(self.drafted()?, now)?;
                Event::Cleared
            }
            Command::Retract => Event::Retracted,
            Command::Reopen => Event::Reopened,
            Command::Follow(before) => Event::Followed(*before),
            Command::Close(why) => Event::Closed(*why),
        };
        Ok(vec![event])
    }

    /// Takes what happened.
    pub fn apply(&mut self, event: Event) {
        if let Some(stage) = event.verb().and_then(|verb| next(self.stage, verb)) {
            self.stage = stage;
        }
        match event {
            Event::EvidenceAdded(entry) => self.evidence.push(entry),
            Event::GoalAdded(goal) => {
                self.goals.push(goal);
                self.goals.sort();
            }
            Event::Answered(answer) => {
                let key = (answer.member.clone(), answer.goal.clone());
                self.answers.insert(key, answer);
            }
            Event::Assessed(assessment) => self.assessment = Some(assessment),
            Event::Proposed(order) => {
                let approvals = Vec::new();
                let order = *order;
                self.dossier = Some(Dossier { order, approvals });
            }
            Event::Approved(approval) => {
                let drafted = self.dossier.as_mut();
                if let Some(dossier) = drafted {
                    dossier.approvals.push(approval);
                }
            }
            Event::Cleared => {
                let order = self.dossier.as_ref().map(|dossier| &dossier.order);
                self.before = order.map(Before::of);
            }
            Event::Followed(before) => self.before = Some(before),
            Event::Retracted | Event::Reopened => self.measure_again(),
            Event::Closed(_) => {}
            Event::Refused(refusal) => {
                self.refused += 1;
                if self.refusals.len() < Self::MOST_REFUSALS {
                    self.refusals.push(*refusal);
                }
            }
        }
    }

    /// Gives the order that left, judged anew at this moment.
    ///
    /// # Errors
    /// The case is not cleared, or a gate says no by now.
    pub fn cleared(&self, gates: &Gates<'_>, now: Timestamp) -> Result<Cleared, Refusal> {
        if self.stage != Stage::Cleared {
            return Err(not_drafted());
        }
        gates.clear(self.drafted()?, now)
    }

    /// Names the case.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Tells where it stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Tells the goals, rising.
    pub fn goals(&self) -> &[Goal] {
        &self.goals
    }

    /// Tells the evidence, as it came.
    pub fn evidence(&self) -> &[EvidenceEntry] {
        &self.evidence
    }

    /// Tells the radius and for whom it was measured.
    pub fn assessment(&self) -> Option<&Assessment> {
        self.assessment.as_ref()
    }

    /// Tells the order under way and who approved it so far.
    pub fn dossier(&self) -> Option<&Dossier> {
        self.dossier.as_ref()
    }

    /// Tells the order that one proposed now would follow.
    pub fn before(&self, now: Timestamp) -> Option<Before> {
        self.before.filter(|before| before.is_renewed_at(now))
    }

    /// Tells the first refusals, and how many there were.
    pub fn refusals(&self) -> (&[Refusal], u64) {
        (&self.refusals, self.refused)
    }

    /// Gives what members answered about the goals.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.answers.values()
    }

    fn measure_again(&mut self) {
        self.answers.clear();
        self.assessment = None;
        self.dossier = None;
    }

    fn add_evidence(&self, entry: &EvidenceEntry) -> Result<Event, Refusal> {
        let same = |known: &EvidenceEntry| {
            known.source == entry.source && known.commitment == entry.commitment
        };
        if self.evidence.iter().any(same) {
            return Err(known_already("finding", "検知結果"));
        }
        bounded(self.evidence.len(), Order::MOST_ENTRIES)?;
        Ok(Event::EvidenceAdded(entry.clone()))
    }

    fn add_goal(&self, goal: &Goal, gates: &Gates<'_>) -> Result<Event, Refusal> {
        if self.goals.contains(goal) {
            return Err(known_already("goal", "対象"));
        }
        bounded(self.goals.len(), Order::MOST_GOALS)?;
        gates.safeguards.spares(goal)?;
        Ok(Event::GoalAdded(goal.clone()))
    }

    fn take_answer(&self, answer: &Answer) -> Result<Event, Refusal> {
        if !self.goals.contains(&answer.goal) {
            return Err(differs("goals", "対象"));
        }
        bounded(self.answers.len(), Self::MOST_ANSWERS)?;
        Ok(Event::Answered(answer.clone()))
    }

    fn assess(&self, participants: &[Participant], now: Timestamp) -> Result<Event, Refusal> {
        if self.goals.is_empty() {
            return Err(nothing_to_measure());
        }
        bounded(participants.len(), Order::MOST_PARTICIPANTS + 1)?;
        let answers: Vec<Answer> = self.answers.values().cloned().collect();
        Ok(Event::Assessed(Assessment {
            radius: measure(&self.goals, participants, &answers),
            participants: participants.to_vec(),
            at: now,
        }))
    }

    fn propose(&self, order: &Order, gates: &Gates<'_>, now: Timestamp) -> Result<Event, Refusal> {
        self.same_as_case(order, now)?;
        self.measured_lately(now)?;
        let age = now.since(order.proposed_at);
        if age > Self::CLOCK_SLACK || order.proposed_at > now + Self::CLOCK_SLACK {
            return Err(wrong_time());
        }
        self.fresher_than_before(order, now)?;
        gates.proposable(order, now)?;
        Ok(Event::Proposed(Box::new(order.clone())))
    }

    /// The order says nothing that the case does not know.
    fn same_as_case(&self, order: &Order, now: Timestamp) -> Result<(), Refusal> {
        let measured = self.assessment.as_ref();
        let known = |entry: &EvidenceEntry| self.evidence.contains(entry);
        let rules = [
            (order.case == self.id, "case", "案件"),
            (order.goals == self.goals, "goals", "対象"),
            (order.evidence.iter().all(known), "evidence", "証拠"),
            (
                measured.is_some_and(|one| one.participants == order.participants),
                "participants",
                "参加事業者",
            ),
            (
                measured.is_some_and(|one| one.radius == order.radius),
                "radius",
                "影響範囲",
            ),
            (
                order.renews == self.before(now).map(|before| before.order),
                "order before it",
                "継続元の指令",
            ),
        ];
        match rules.into_iter().find(|(same, ..)| !same) {
            Some((_, en, ja)) => Err(differs(en, ja)),
            None => Ok(()),
        }
    }

    fn measured_lately(&self, now: Timestamp) -> Result<(), Refusal> {
        let at = self.assessment.as_ref().map(|one| one.at);
        if at.is_some_and(|at| now.since(at) <= Self::ASSESSMENT_HOLDS) {
            return Ok(());
        }
        Err(refusal(
            "old-assessment",
            (
                "the radius was measured more than an hour ago",
                "影響範囲の計測から1時間以上経過しています",
            ),
            ("measure it again", "計測し直してください"),
        ))
    }

    /// A renewal rests only on what was not yet known when the order before it was proposed (G20).
    fn fresher_than_before(&self, order: &Order, now: Timestamp) -> Result<(), Refusal> {
        let before = self.before(now);
        if before.is_none_or(|before| order.rests_on_news_since(before.proposed_at)) {
            return Ok(());
        }
        Err(refusal(
            "no-fresh-evidence",
            (
                "a renewal that does not rest only on evidence newer than the order before it",
                "前回の指令より新しい証拠のみに基づいていません",
            ),
            (
                "add a fresh finding, or let the order end",
                "新しい検知結果を追加するか、指令を終了させてください",
            ),
        ))
    }

    fn approve(
        &self,
        approval: &Approval,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let dossier = self.drafted()?;
        bounded(dossier.approvals.len(), Dossier::MOST_APPROVALS)?;
        if dossier
            .approvals
            .iter()
            .any(|one| one.person == approval.person)
        {
            return Err(known_already("approval of this person", "この人の承認"));
        }
        gates.roster.check(&dossier.order, approval, now)?;
        Ok(Event::Approved(approval.clone()))
    }

    fn drafted(&self) -> Result<&Dossier, Refusal> {
        self.dossier.as_ref().ok_or_else(not_drafted)
    }
}

/// Looks up where a command leads.
fn next(stage: Stage, verb: Verb) -> Option<Stage> {
    let row = TABLE.iter().find(|row| row.0 == stage && row.1 == verb);
    row.map(|row| row.2)
}

impl Command {
    fn verb(&self) -> Verb {
        match self {
            Self::AddEvidence(_) => Verb::AddEvidence,
            Self::AddGoal(_) => Verb::AddGoal,
            Self::TakeAnswer(_) => Verb::TakeAnswer,
            Self::Assess(_) => Verb::Assess,
            Self::Propose(_) => Verb::Propose,
            Self::Approve(_) => Verb::Approve,
            Self::Clear => Verb::Clear,
            Self::Retract => Verb::Retract,
            Self::Reopen => Verb::Reopen,
            Self::Follow(_) => Verb::Follow,
            Self::Close(_) => Verb::Close,
        }
    }
}

impl Event {
    /// The command that leads to the event; a refusal leads nowhere.
    fn verb(&self) -> Option<Verb> {
        Some(match self {
            Self::EvidenceAdded(_) => Verb::AddEvidence,
            Self::GoalAdded(_) => Verb::AddGoal,
            Self::Answered(_) => Verb::TakeAnswer,
            Self::Assessed(_) => Verb::Assess,
            Self::Proposed(_) => Verb::Propose,
            Self::Approved(_) => Verb::Approve,
            Self::Cleared => Verb::Clear,
            Self::Retracted => Verb::Retract,
            Self::Reopened => Verb::Reopen,
            Self::Followed(_) => Verb::Follow,
            Self::Closed(_) => Verb::Close,
            Self::Refused(_) => return None,
        })
    }
}

impl Verb {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AddEvidence => ("takes no evidence", "証拠を追加できません"),
            Self::AddGoal => ("takes no goal", "対象を追加できません"),
            Self::TakeAnswer => ("takes no answer", "回答を受け付けられません"),
            Self::Assess => ("cannot be measured", "影響範囲を計測できません"),
            Self::Propose => ("takes no proposal", "提案を受け付けられません"),
            Self::Approve => ("takes no approval", "承認を受け付けられません"),
            Self::Clear => ("has no order to let out", "送り出す指令がありません"),
            Self::Retract => ("has no proposal to take back", "取り下げる提案がありません"),
            Self::Reopen => ("is not reopened", "再開できません"),
            Self::Follow => ("follows no other order", "他の指令を継続できません"),
            Self::Close => ("is closed already", "既に終了しています"),
        }
    }
}

impl Stage {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("open", "受付中"),
            Self::Assessed => ("assessed", "計測済み"),
            Self::Proposed => ("proposed", "提案中"),
            Self::Cleared => ("cleared", "通過済み"),
            Self::Closed => ("closed", "終了"),
        }
    }

    fn next_step(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => (
                "gather goals, evidence and answers, then assess",
                "対象・証拠・回答を集めてから計測してください",
            ),
            Self::Assessed => ("propose an order", "指令を提案してください"),
            Self::Proposed => (
                "approve it, or take the proposal back first",
                "承認するか、先に提案を取り下げてください",
            ),
            Self::Cleared => (
                "reopen the case to renew the order",
                "指令を継続するには案件を再開してください",
            ),
            Self::Closed => ("open a new case", "新しい案件を開いてください"),
        }
    }
}

fn not_now(stage: Stage, verb: Verb) -> Refusal {
    let ((stage_en, stage_ja), (verb_en, verb_ja)) = (stage.words(), verb.words());
    Refusal::new(
        Gate::Case,
        "not-now",
        Words::new(
            format!("a case that is {stage_en} {verb_en}"),
            format!("「{stage_ja}」の案件では{verb_ja}"),
        ),
        Words::new(stage.next_step().0, stage.next_step().1),
    )
}

fn not_drafted() -> Refusal {
    refusal(
        "no-order",
        (
            "there is no order in this case",
            "この案件には指令がありません",
        ),
        ("propose one", "指令を提案してください"),
    )
}

fn nothing_to_measure() -> Refusal {
    refusal(
        "no-goals",
        ("the case has no goal", "案件に対象がありません"),
        ("add a goal", "対象を追加してください"),
    )
}

fn wrong_time() -> Refusal {
    refusal(
        "wrong-time",
        (
            "the time of the proposal is not now",
            "提案日時が現在と異なります",
        ),
        (
            "propose with the present time",
            "現在の日時で提案してください",
        ),
    )
}

fn known_already(en: &str, ja: &str) -> Refusal {
    Refusal::new(
        Gate::Case,
        "known-already",
        Words::new(
            format!("the case has this {en} already"),
            format!("{ja}は既に登録されています"),
        ),
        Words::new("nothing needs to be done", "対応は不要です"),
    )
}

fn differs(en: &str, ja: &str) -> Refusal {
    Refusal::new(
        Gate::Case,
        "differs-from-case",
        Words::new(
            format!("the {en} named here differ from those of the case"),
            format!("{ja}が案件の内容と異なります"),
        ),
        Words::new(
            "take what the case shows, or add to the case first",
            "案件の表示どおりにするか、先に案件へ追加してください",
        ),
    )
}

fn bounded(held: usize, most: usize) -> Result<(), Refusal> {
    if held < most {
        return Ok(());
    }
    Err(Refusal::new(
        Gate::Case,
        "full",
        Words::new(
            format!("the case is full: {most} at most"),
            format!("案件の上限 {most} 件に達しています"),
        ),
        Words::new("open another case", "別の案件を開いてください"),
    ))
}

fn refusal(rule: &str, (en, ja): (&str, &str), (next_en, next_ja): (&str, &str)) -> Refusal {
    Refusal::new(
        Gate::Case,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
