//! How wide a cut would be: members' answers about their contacts, summed, against ceilings.
//!
//! In: answers that name no line. Out: the [`Radius`] of an order, and the witness [`Measured`] or a
//! refusal. Always: small counts hide behind "fewer than k" and are summed at their upper end; what
//! is unknown stands beside the sum, and a memory of few days is partly unknown; anybody may lower a ceiling, nobody alone may raise it.
//! Not here: the memory of contacts (the member's flow side), what is never cut (`safeguards`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use issei_model::{
    Action, Endpoint, Goal, Order, OrderId, OrganisationId, Participant, PersonId, Radius, protocol,
};
use serde::{Deserialize, Serialize};

use crate::refusal::{Gate, Refusal, Words};

/// What one member knows about one goal from its own memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Who answers.
    pub member: OrganisationId,
    /// About what.
    pub goal: Goal,
    /// Distinct lines with contact.
    pub lines: Count,
    /// Of them suspected.
    pub suspected: Count,
    /// Bytes exchanged with the goal.
    pub volume: u64,
    /// Signs that others share the goal.
    pub hints: BTreeSet<Hint>,
    /// Days of the last [`Radius::WANTED_DAYS`] that the memory covers; an answer that does not say covers
    /// none.
    #[serde(default)]
    pub days: u8,
}

/// A count of lines that does not single anybody out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// This many.
    Exactly(u64),
    /// Fewer than this; how many is not told.
    FewerThan(u64),
}

impl Count {
    /// Counts below this are hidden: a household is not to be recognised by a number.
    pub const DEFAULT_K: u64 = 5;

    /// Tells `n`, or only that it is fewer than `k`. Zero is hidden too: it also tells something.
    pub fn hide(n: u64, k: u64) -> Self {
        if n < k {
            Self::FewerThan(k)
        } else {
            Self::Exactly(n)
        }
    }

    /// The most that it can be.
    pub fn most(self) -> u64 {
        match self {
            Self::Exactly(n) => n,
            Self::FewerThan(k) => k.saturating_sub(1),
        }
    }

    /// The least that it can be.
    pub fn least(self) -> u64 {
        match self {
            Self::Exactly(n) => n,
            Self::FewerThan(_) => 0,
        }
    }
}

/// A sign that others share a goal, or of what its count rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// Many sites stand behind the address.
    SharedHosting,
    /// The address is announced from many places.
    Anycast,
    /// The address is leased for short times; its user changes.
    LeasedSpace,
    /// So many other names were seen on the address.
    OtherNames(u32),
    /// The goal is a name, and who contacted so many addresses of it was counted. Who asked for the name and
    /// contacted none of them is not known.
    ByAddress(u32),
}

impl Hint {
    /// Tells whether a hint, as it stands in an order, says what a count rests on rather than who shares.
    pub fn is_about_count(text: &str) -> bool {
        text.starts_with(BY_ADDRESS)
    }
}

/// How [`Hint::ByAddress`] begins in words.
const BY_ADDRESS: &str = "by-address=";

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedHosting => f.write_str("shared-hosting"),
            Self::Anycast => f.write_str("anycast"),
            Self::LeasedSpace => f.write_str("leased-space"),
            Self::OtherNames(names) => write!(f, "other-names={names}"),
            Self::ByAddress(addresses) => write!(f, "{BY_ADDRESS}{addresses}"),
        }
    }
}

/// Sums what members answered about these goals. Only participants are heard, and only one that
/// answered about every goal counts as having answered; of two answers the wider counts.
pub fn measure(goals: &[Goal], participants: &[Participant], answers: &[Answer]) -> Radius {
    let mut heard: BTreeMap<(&OrganisationId, &Goal), (u64, u64)> = BTreeMap::new();
    let mut hints = BTreeSet::new();
    let mut remembered = BTreeMap::new();
    let asked = |answer: &&Answer| {
        let member = participants.iter().any(|one| one.member == answer.member);
        member && goals.contains(&answer.goal)
    };
    for answer in answers.iter().filter(asked) {
        let suspected = answer.suspected.least().min(answer.lines.most());
        let benign = answer.lines.most() - suspected;
        let kept = heard.entry((&answer.member, &answer.goal)).or_default();
        *kept = (kept.0.max(benign), kept.1.max(suspected));
        if answer.days < Radius::WANTED_DAYS {
            let days = remembered
                .entry(answer.member.clone())
                .or_insert(answer.days);
            *days = answer.days.min(*days);
        }
        hints.extend(
            answer
                .hints
                .iter()
                .map(|hint| format!("{hint} {}", answer.goal)),
        );
    }
    let silent = |member: &OrganisationId| {
        let known = goals
            .iter()
            .filter(|goal| heard.contains_key(&(member, *goal)));
        known.count() < goals.len()
    };
    let sum = |part: fn(&(u64, u64)) -> u64| heard.values().map(part).fold(0, u64::saturating_add);
    Radius {
        predicted_lines: sum(|(benign, _)| *benign),
        suspected_lines: sum(|(_, suspected)| *suspected),
        unanswered: participants
            .iter()
            .filter(|one| silent(&one.member))
            .map(|one| one.member.clone())
            .collect(),
        hints: hints.into_iter().collect(),
        remembered,
    }
}

/// How many lines may be hit beside the suspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceiling {
    per_order: u64,
    per_day: u64,
    unanswered_percent: u8,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            per_order: Self::PER_ORDER,
            per_day: Self::PER_DAY,
            unanswered_percent: Self::UNANSWERED_PERCENT,
        }
    }
}

impl Ceiling {
    /// A hundredth of [`Self::NEVER`]: a hundred orders could be wrong at once before it is reached.
    pub const PER_ORDER: u64 = 300;
    /// Three full orders a day and a little: more is a sign that something else is wrong.
    pub const PER_DAY: u64 = 1_000;
    /// Lines that did not answer, in hundredths of the participants' lines. A fifth: one large
    /// member may be down, two may not.
    pub const UNANSWERED_PERCENT: u8 = 20;
    /// No one may raise a ceiling to this: an outage of 30,000 users is a serious accident that is
    /// reported to the ministry.
    pub const NEVER: u64 = 30_000;

    /// Lines of one order.
    pub fn per_order(self) -> u64 {
        self.per_order
    }

    /// Lines of all orders of a day.
    pub fn per_day(self) -> u64 {
        self.per_day
    }

    /// Lowers either figure; a higher one changes nothing. Anybody may.
    #[must_use]
    pub fn lowered(self, per_order: u64, per_day: u64) -> Self {
        Self {
            per_order: self.per_order.min(per_order),
            per_day: self.per_day.min(per_day),
            ..self
        }
    }

    /// Lowers the share that may be unknown. Anybody may.
    #[must_use]
    pub fn with_fewer_unanswered(self, percent: u8) -> Self {
        Self {
            unanswered_percent: self.unanswered_percent.min(percent),
            ..self
        }
    }

    /// Sets both figures, also higher, in the name of two different people.
    ///
    /// # Errors
    /// It is one person, or a figure reaches [`Self::NEVER`].
    pub fn raised(self, per_order: u64, per_day: u64, by: [&PersonId; 2]) -> Result<Self, Refusal> {
        if by[0] == by[1] {
            return Err(refusal(
                "raised-alone",
                (
                    format!("`{}` alone may not raise a ceiling", by[0]),
                    format!("`{}` 1名だけでは上限を引き上げられません", by[0]),
                ),
                ("ask a second person", "もう1名の同意を得てください"),
            ));
        }
        if per_order.max(per_day) >= Self::NEVER {
            let never = Self::NEVER;
            return Err(refusal(
                "raised-too-high",
                (
                    format!("a ceiling stays below {never} lines"),
                    format!("上限は {never} 回線未満でなければなりません"),
                ),
                (
                    "split the order and narrow it",
                    "指令を分割し、対象を絞ってください",
                ),
            ));
        }
        Ok(Self {
            per_order,
            per_day,
            ..self
        })
    }
}

/// The witness that an order's radius was measured and is within the ceiling. Only [`judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    order: OrderId,
    predicted_lines: u64,
}

impl Measured {
    /// Tells which order was judged.
    pub fn order(&self) -> OrderId {
        self.order
    }

    /// Tells how many lines it uses up of the day's ceiling.
    pub fn predicted_lines(&self) -> u64 {
        self.predicted_lines
    }
}

/// Judges the radius that stands in an order. `used_today` are the lines of the day's other orders.
///
/// # Errors
/// What is too wide, or not known well enough.
pub fn judge(order: &Order, used_today: u64, ceiling: &Ceiling) -> Result<Measured, Refusal> {
    within(order, &order.radius, used_today, ceiling)?;
    Ok(Measured {
        order: order.id(),
        predicted_lines: order.radius.predicted_lines,
    })
}

/// Judges another radius for the same order: a member's own.
pub(crate) fn within(
    order: &Order,
    radius: &Radius,
    used_today: u64,
    ceiling: &Ceiling,
) -> Result<(), Refusal> {
    let predicted = radius.predicted_lines;
    if predicted > ceiling.per_order {
        return Err(above_order(predicted, ceiling.per_order));
    }
    if used_today.saturating_add(predicted) > ceiling.per_day {
        return Err(above_day(predicted, used_today, ceiling.per_day));
    }
    known_well_enough(order, radius, ceiling)?;
    match shared_goal(order, radius) {
        Some((goal, hint)) => Err(shared(goal, hint)),
        None => Ok(()),
    }
}

fn known_well_enough(order: &Order, radius: &Radius, ceiling: &Ceiling) -> Result<(), Refusal> {
    let lines = |participant: &Participant| u128::from(participant.lines);
    let all: u128 = order.participants.iter().map(lines).sum();
    let silent = order
        .participants
        .iter()
        .filter(|one| radius.unanswered.contains(&one.member));
    let unknown: u128 = silent.map(lines).sum();
    let most = ceiling.unanswered_percent;
    if unknown * 100 <= all * u128::from(most) {
        return remembered_well_enough(order, radius, unknown, ceiling);
    }
    Err(refusal(
        "unanswered",
        (
            format!(
                "members with {unknown} of {all} lines did not answer; {most} % may be unknown"
            ),
            format!("{all} 回線のうち {unknown} 回線分の事業者が未回答です(許容 {most} %)"),
        ),
        (
            "wait for their answers, or take these members out",
            "回答を待つか、未回答の事業者を外してください",
        ),
    ))
}

/// Counts the lines of a member whose memory is short as unknown by the share of the days that it lacks.
fn remembered_well_enough(
    order: &Order,
    radius: &Radius,
    silent: u128,
    ceiling: &Ceiling,
) -> Result<(), Refusal> {
    let wanted = u128::from(Radius::WANTED_DAYS);
    let (mut all, mut unknown) = (0, silent * wanted);
    for one in &order.participants {
        all += u128::from(one.lines) * wanted;
        let days = radius.remembered.get(&one.member).copied();
        let is_silent = radius.unanswered.contains(&one.member);
        if let Some(days) = days.filter(|_| !is_silent) {
            unknown += u128::from(one.lines) * u128::from(lacking(days));
        }
    }
    let most = u128::from(ceiling.unanswered_percent);
    if unknown * 100 <= all * most {
        return Ok(());
    }
    let (unknown, all) = (unknown.div_ceil(wanted), all / wanted);
    Err(refusal(
        "short-memory",
        (
            format!(
                "memories of fewer than {wanted} days leave {unknown} of {all} lines unknown; {most} % may be"
            ),
            format!(
                "{wanted} 日に満たない通信記憶のため {all} 回線のうち {unknown} 回線分が不明です(許容 {most} %)"
            ),
        ),
        (
            "wait until the members remember more days, or take those that remember fewest out",
            "記憶が貯まるまで待つか、記憶の短い事業者を外してください",
        ),
    ))
}

fn lacking(days: u8) -> u8 {
    Radius::WANTED_DAYS.saturating_sub(days)
}

/// Tells whether a member's own memory lacks no more than may be unknown.
pub(crate) fn remembers_enough(days: u8, ceiling: &Ceiling) -> bool {
    let most = u16::from(Radius::WANTED_DAYS) * u16::from(ceiling.unanswered_percent);
    u16::from(lacking(days)) * 100 <= most
}

/// Finds an address that others share and that would be cut for all of them.
fn shared_goal<'a>(order: &'a Order, radius: &'a Radius) -> Option<(&'a Goal, &'a str)> {
    if !matches!(order.action, Action::Drop | Action::RateLimit(_)) {
        return None;
    }
    order
        .goals
        .iter()
        .find_map(|goal| {
            let hints = radius.hints.iter().filter_map(|text| text.split_once(' '));
            let mut about = hints.filter(|(_, place)| *place == goal.to_string());
            let hint = about.find(|(hint, _)| !is_harmless(hint))?.0;
            serves_many(goal).then_some((goal, hint))
        })
        .or_else(|| unreadable_hint(order, radius))
}

/// A hint that names no goal of the order might speak of any of them: it counts against the first.
fn unreadable_hint<'a>(order: &'a Order, radius: &'a Radius) -> Option<(&'a Goal, &'a str)> {
    let goals: BTreeSet<String> = order.goals.iter().map(Goal::to_string).collect();
    let names_goal = |text: &&String| {
        text.split_once(' ')
            .is_some_and(|(_, place)| goals.contains(place))
    };
    let odd = radius.hints.iter().find(|text| !names_goal(text))?;
    let goal = order.goals.iter().find(|goal| serves_many(goal))?;
    Some((goal, odd))
}

/// Only these two say nothing about others who are there now; an unknown word counts as sharing.
fn is_harmless(hint: &str) -> bool {
    let few_names = hint
        .strip_prefix("other-names=")
        .and_then(|names| names.parse().ok());
    hint == "leased-space" || few_names.is_some_and(|names: u32| names <= MOST_OTHER_NAMES)
}

/// Other names on an address that still look like one owner's.
const MOST_OTHER_NAMES: u32 = 20;

/// A whole host, or the ports where one address answers for many names.
fn serves_many(goal: &Goal) -> bool {
    let web = |endpoint: &Endpoint| {
        matches!(endpoint.protocol, protocol::TCP | protocol::UDP)
            && matches!(endpoint.port, 80 | 443)
    };
    match goal {
        Goal::Name(_) => false,
        Goal::Service(endpoint) => goal.is_whole_host() || web(endpoint),
    }
}

fn above_order(predicted: u64, most: u64) -> Refusal {
    refusal(
        "per-order-ceiling",
        (
            format!(
                "{predicted} lines would be hit beside the suspected; {most} at most for one order"
            ),
            format!("感染疑い以外に {predicted} 回線が影響を受けます(1指令の上限 {most})"),
        ),
        (
            "narrow the goals, or let two people raise the ceiling",
            "対象を絞るか、2名で上限を引き上げてください",
        ),
    )
}

fn above_day(predicted: u64, used: u64, most: u64) -> Refusal {
    refusal(
        "per-day-ceiling",
        (
            format!("{predicted} lines and {used} of today's other orders; {most} at most a day"),
            format!(
                "本指令 {predicted} 回線と本日の他の指令 {used} 回線の合計が1日の上限 {most} を超えます"
            ),
        ),
        (
            "wait until tomorrow, narrow the order, or let two people raise the ceiling; what is withdrawn still counts",
            "翌日まで待つか、指令の範囲を狭めるか、2名で上限を引き上げてください。取り下げた指令も本日分に数えられます",
        ),
    )
}

fn shared(goal: &Goal, hint: &str) -> Refusal {
    refusal(
        "shared-address",
        (
            format!("others share `{goal}` (`{hint}`); dropping it would cut them too"),
            format!("`{goal}` は他者と共用されています(`{hint}`)。破棄すると他者にも影響します"),
        ),
        (
            "refuse the exact name instead, or ask the host of the address to act",
            "正確な名前の応答拒否に切り替えるか、アドレスの管理者に対処を依頼してください",
        ),
    )
}

pub(crate) fn refusal(
    rule: &str,
    (en, ja): (String, String),
    (next_en, next_ja): (&str, &str),
) -> Refusal {
    Refusal::new(
        Gate::Radius,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "radius_tests.rs"]
mod tests;
