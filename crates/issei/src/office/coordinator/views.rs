//! How the coordinator's office and its orders stand, for people.
//!
//! In: the machine, the desk, the log. Out: views. Always: an order is listed from its draft on, also while it is on its
//! way through the log. Not here: how a view is laid out.

use issei_desk::appeals::WAITING;
use issei_host::clock;
use issei_host::exchange::Kind;
use issei_model::{Approval, Dossier, OrderId, Timestamp};
use issei_order::coordinator::{Phase, Progress};

use super::{Office, desk};
use crate::office::control::{Confirming, MemberView, OrderView, Review, Stands, Status};

impl Office {
    pub(super) fn status(&self, now: Timestamp) -> Status {
        let alive = self
            .machine
            .all()
            .filter(|(_, progress)| progress.phase != Phase::Ended);
        let mut counts = self.refused.clone();
        let exchange = Kind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), self.counts.refused(*kind)));
        counts.extend(exchange.filter(|(_, count)| *count > 0));
        counts.insert(WAITING.into(), self.appeals.waiting() as u64);
        counts.insert("findings dropped".into(), self.desk.dropped);
        Status {
            office: self.charter.coordinator.clone(),
            charter: self.charter.digest(),
            entries: self.notary.published(),
            current: self.notary.is_witnessed(now),
            stopped: false,
            connected: self.hints.listeners(),
            alive: alive.count(),
            findings: self.desk.findings().len(),
            clock_error: None,
            alarms: self.lists.alarm().into_iter().collect(),
            counts,
            reviews: self.reviews(),
        }
    }

    /// Tells until when people look again at what left, by the rows that it rests on.
    fn reviews(&self) -> Vec<Review> {
        let review = |(case, left): (&str, &desk::Left)| {
            let limit = self.rules.pack.row(&left.ground)?.limit?;
            Some(Review {
                order: left.order,
                case: case.to_owned(),
                ground: left.ground.clone(),
                by: left.proposed_at + limit.review,
            })
        };
        self.desk.unreviewed().filter_map(review).collect()
    }

    pub(super) fn orders(&self) -> Vec<OrderView> {
        let mut views = self.drafts();
        views.extend(
            self.machine
                .all()
                .map(|(id, progress)| self.progress_view(*id, progress)),
        );
        let now = clock::now();
        views.extend(
            self.coming(now)
                .map(|(id, dossier)| leaving(id, dossier, now)),
        );
        views
    }

    /// Gives what is on its way through the log: before its proposal counts, the machine does not know it.
    pub(super) fn coming(&self, now: Timestamp) -> impl Iterator<Item = (OrderId, &Dossier)> {
        let left = self.desk.all_left();
        let left = left.filter(move |dossier| now < dossier.order.fire_before);
        left.map(|dossier| (dossier.order.id(), dossier))
            .filter(|(order, _)| self.machine.progress(*order).is_none())
    }

    pub(super) fn drafts(&self) -> Vec<OrderView> {
        let now = clock::now();
        let view = |(order, approvals, held): (&issei_model::Order, &[Approval], bool)| OrderView {
            id: order.id(),
            order: order.clone(),
            approvals: approvals.to_vec(),
            stands: if held { Stands::Held } else { Stands::Draft },
            members: Vec::new(),
            refusal: None,
            recalled_at: None,
            confirming: Confirming::default(),
            now,
        };
        self.desk.drafts().map(view).collect()
    }

    pub(super) fn view(&self, order: OrderId) -> Option<OrderView> {
        if let Some(progress) = self.machine.progress(order) {
            return Some(self.progress_view(order, progress));
        }
        if let Some(draft) = self.drafts().into_iter().find(|view| view.id == order) {
            return Some(draft);
        }
        self.desk
            .left(order)
            .map(|dossier| leaving(order, dossier, clock::now()))
    }

    fn progress_view(&self, id: OrderId, progress: &Progress) -> OrderView {
        let of_member = |one: &issei_model::Participant| MemberView {
            member: one.member.clone(),
            lines: one.lines,
            fires_at: progress.fires_at.get(&one.member).copied(),
            effect: progress.effects.get(&one.member).copied(),
            measured: self.effects.of(id, &one.member),
            observed: progress.reports.get(&one.member).copied(),
        };
        OrderView {
            id,
            approvals: self.desk.approvals(id),
            stands: match progress.phase {
                Phase::Preparing => Stands::Preparing,
                Phase::Canary => Stands::Canary,
                Phase::Armed => Stands::Armed,
                Phase::Ended => Stands::Ended,
            },
            members: progress.order.participants.iter().map(of_member).collect(),
            order: progress.order.clone(),
            refusal: None,
            recalled_at: self.recalled.get(&id).copied(),
            confirming: self.confirming(id, progress),
            now: clock::now(),
        }
    }
}

/// Shows an order that everyone approved while it is on its way through the log.
fn leaving(id: OrderId, dossier: &Dossier, now: Timestamp) -> OrderView {
    OrderView {
        id,
        order: dossier.order.clone(),
        approvals: dossier.approvals.clone(),
        stands: match now < dossier.order.fire_before {
            true => Stands::Preparing,
            false => Stands::Ended,
        },
        members: Vec::new(),
        refusal: None,
        recalled_at: None,
        confirming: Confirming::default(),
        now,
    }
}
