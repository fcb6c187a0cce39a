//! What passes between lines and the goals of an order: asked for once, shown to many, as two pictures.
//!
//! In: an order, a desk. Out: the packets that came back over time, by member, with what would have come back
//! without the cut; at a member, a row for each unnamed line and a mark for each answer. Always: many viewers of an
//! order cost the office one ask in a second; what would have come is reckoned from the questions and the share of
//! them that was answered before T, and called an estimate. Not here: who counts (`issei_desk::traffic`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use issei_chart::{AttackFlow, AttackSeries, ContactRaster, Passing, RasterGroup};
use issei_desk::traffic::{Second, TrafficView};
use issei_desk::{Ask, OrderView, Reply};
use issei_model::{OrderId, Span, Timestamp};
use tokio::sync::Mutex;

use crate::desk::Desk;
use crate::pages::steps;

/// How old what is shown may be.
const FRESH: Span = Span::from_secs(1);
/// Orders whose traffic is kept at hand.
const MOST: usize = 64;
/// How long before T the pictures begin, and how long after it they end at most.
const BEFORE: Span = Span::from_secs(300);
const AFTER: Span = Span::from_secs(3_600);
/// How long after T an answer is no leak yet: the promise of an order.
const GRACE: Span = Span::from_secs(2);

/// What was asked for last, by order.
#[derive(Default)]
pub struct Shown(Mutex<BTreeMap<OrderId, Asked>>);

/// When it was asked for, and what was said.
type Asked = (Timestamp, Option<Arc<TrafficView>>);

impl Shown {
    /// Gives what passes, not older than a second; none if the office does not say.
    pub async fn look(
        &self,
        desk: &Desk,
        order: OrderId,
        now: Timestamp,
    ) -> Option<Arc<TrafficView>> {
        // Whoever comes while one asks waits for that answer.
        let mut shown = self.0.lock().await;
        if let Some((at, view)) = shown.get(&order)
            && *at <= now
            && now.since(*at) <= FRESH
        {
            return view.clone();
        }
        let view = match desk.ask(Ask::Traffic(order)).await {
            Reply::Traffic(view) => Some(Arc::from(view)),
            _ => None,
        };
        if shown.len() >= MOST {
            shown.retain(|_, (at, _)| now.since(*at) <= FRESH);
        }
        if shown.len() < MOST {
            shown.insert(order, (now, view.clone()));
        }
        view
    }
}

/// From when to when the pictures go.
fn window(view: &OrderView, now: Timestamp) -> (Timestamp, Timestamp) {
    let begin = steps::t(view).unwrap_or(now).min(now);
    (begin - BEFORE, now.min(begin + AFTER))
}

/// Draws packets that came back, by member; none if nothing passed.
pub fn flow(view: &OrderView, traffic: &TrafficView, now: Timestamp) -> Option<AttackFlow> {
    let (from, to) = window(view, now);
    let t = steps::t(view);
    let within = |one: &&Second| from <= one.at && one.at <= to;
    let seconds = traffic.members.iter().flat_map(|member| &member.seconds);
    let first = seconds.filter(within).map(|one| one.at).min()?;
    let step = Span::from_secs(1);
    let count = usize::try_from(to.since(first).as_micros() / step.as_micros()).unwrap_or(0);
    // The last seconds are not all told yet, and would look like a fall.
    let count = count.saturating_sub(3);
    let place = |at: Timestamp| usize::try_from(at.since(first).as_micros() / step.as_micros());
    let mut asked = vec![0.0; count];
    let mut answered = vec![0.0; count];
    let series = traffic.members.iter().map(|member| {
        let mut values = vec![0.0; count];
        for one in member.seconds.iter().filter(within) {
            let Some(place) = place(one.at).ok().filter(|place| *place < count) else {
                continue;
            };
            values[place] += one.answered as f64;
            asked[place] += one.asked as f64;
            answered[place] += one.answered as f64;
        }
        AttackSeries {
            member: member.member.to_string(),
            values,
        }
    });
    let series: Vec<AttackSeries> = series.collect();
    let times: Vec<Timestamp> = (0..count as i64)
        .map(|number| first + Span::from_secs(number))
        .collect();
    let before = |at: &Timestamp| t.is_none_or(|t| *at < t);
    let sum = |values: &[f64]| -> f64 {
        let before = times.iter().zip(values).filter(|(at, _)| before(at));
        before.map(|(_, value)| value).sum()
    };
    let share = match sum(&asked) {
        asked if asked > 0.0 => Some(sum(&answered) / asked),
        _ => None,
    };
    let without = times.iter().zip(&asked).map(|(at, asked)| {
        let share = share.filter(|_| !before(at))?;
        Some(asked * share)
    });
    Some(AttackFlow {
        what: Passing::Answers,
        unit: "packets/s".into(),
        without: without.collect(),
        times,
        series,
        t,
    })
}

/// Draws a row for each line; none where lines are not known.
pub fn raster(view: &OrderView, traffic: &TrafficView, now: Timestamp) -> Option<ContactRaster> {
    let (from, mut to) = window(view, now);
    // After the end answers come again, by right.
    let ends = view.recalled_at.unwrap_or(view.ends());
    if steps::t(view).is_some() {
        to = to.min(ends);
    }
    let groups: Vec<RasterGroup> = traffic
        .members
        .iter()
        .filter(|member| !member.lines.is_empty())
        .map(|member| RasterGroup {
            member: member.member.to_string(),
            devices: member
                .lines
                .iter()
                .map(|line| line.iter().copied().filter(|at| *at <= to).collect())
                .collect(),
        })
        .collect();
    (!groups.is_empty()).then(|| ContactRaster {
        from: first(&groups, from),
        to,
        t: steps::t(view),
        grace: GRACE,
        groups,
    })
}

/// The first answer within the time that is shown.
fn first(groups: &[RasterGroup], from: Timestamp) -> Timestamp {
    let all = groups
        .iter()
        .flat_map(|group| group.devices.iter().flatten());
    all.copied().filter(|at| *at >= from).min().unwrap_or(from)
}

/// Tells whether it may still move.
pub fn moves(view: &OrderView, now: Timestamp) -> bool {
    now < view.ends() + Span::from_secs(60)
        && view
            .recalled_at
            .is_none_or(|at| now < at + Span::from_secs(60))
}

/// Members that tell nothing.
pub fn silent<'a>(view: &'a OrderView, traffic: &'a TrafficView) -> Vec<&'a str> {
    let told: BTreeSet<_> = traffic.members.iter().map(|one| &one.member).collect();
    let all = view.members.iter().map(|one| &one.member);
    all.filter(|member| !told.contains(member))
        .map(issei_model::OrganisationId::as_str)
        .collect()
}

#[cfg(test)]
#[path = "passing_tests.rs"]
mod tests;
