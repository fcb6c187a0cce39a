//! What passes between members' lines and the goals of orders, as members sum it.
//!
//! In: sums that members sign. Out: by order, each member's seconds. Always: in memory alone, for it proves
//! nothing, and bounded by what orders are about; a member tells of itself only; what is older than what came
//! before is refused. Not here: bounds (`issei_desk::traffic`).

use std::collections::{BTreeMap, BTreeSet};

use issei_desk::traffic::{MOST_TOLD, Told, TrafficView, Watch};
use issei_host::clock;
use issei_host::exchange::Answer;
use issei_host::exchange::signed::{self, Purpose};
use issei_model::{Goal, OrderId, OrganisationId, Span};

use super::{Office, no, no_order};
use crate::office::control::Reply;

/// How long after an order's end what passes is still taken.
const AFTER: Span = Span::from_secs(3_600);

/// What members told.
#[derive(Default)]
pub struct Heard(BTreeMap<OrganisationId, Member>);

#[derive(Default)]
struct Member {
    watch: Watch,
    /// The number of what came last.
    last: Option<u64>,
}

impl Heard {
    /// Counts seconds that were told and not kept.
    pub fn lost(&self) -> u64 {
        self.0.values().map(|member| member.watch.lost).sum()
    }
}

impl Office {
    /// Takes what a member tells.
    pub(super) fn traffic(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let Some(enrolled) = self.charter.member(from) else {
            return no(403, "not a member by the charter", "join the country first");
        };
        let goals = self.ordered_goals();
        let member = self.traffic.0.entry(from.clone()).or_default();
        let opened =
            signed::open::<Vec<Told>>(Purpose::TRAFFIC, body, &enrolled.desk, from, member.last);
        let told = match opened {
            Ok((sequence, told)) => {
                member.last = Some(sequence);
                told
            }
            Err(why) => {
                self.count("traffic that could not be opened");
                return no(400, &why.to_string(), "sign it anew, with a greater number");
            }
        };
        if told.iter().map(|one| one.seconds.len()).sum::<usize>() > MOST_TOLD {
            self.count("traffic of too many seconds");
            return no(413, "too many seconds at once", "tell them in parts");
        }
        let now = clock::now();
        member.watch.only(goals);
        member.watch.forget(now);
        for one in &told {
            member.watch.hear(one, now);
        }
        Answer::Done
    }

    /// The goals of orders that live, or ended not long ago.
    fn ordered_goals(&self) -> BTreeSet<Goal> {
        let now = clock::now();
        let all = self.machine.all();
        let recent = all.filter(|(_, progress)| now < progress.order.expires_at + AFTER);
        recent
            .flat_map(|(_, progress)| progress.order.goals.iter().cloned())
            .collect()
    }

    /// Shows what passes between members' lines and an order's goals.
    pub(super) fn traffic_of(&self, order: OrderId) -> Reply {
        let Some(view) = self.view(order) else {
            return no_order(order);
        };
        let goals = view.order.goals.iter().cloned().collect();
        let members = self.traffic.0.iter();
        Reply::Traffic(Box::new(TrafficView {
            order,
            members: members
                .filter_map(|(name, member)| member.watch.of(name, &goals))
                .collect(),
            lost: self.traffic.lost(),
        }))
    }
}
