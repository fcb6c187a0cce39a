//! How a member's office and its orders stand, for people.
//!
//! In: the machine, the devices, the reader of the log. Out: views. Always: what acts is what was read back. Not here: how
//! a view is laid out.

use issei_desk::appeals::WAITING;
use issei_host::clock;
use issei_model::OrderId;
use issei_order::member::{Held, Phase, Rules as Standings};

use super::Office;
use crate::office::control::{Confirming, MemberView, OrderView, Stands, Status};

impl Office {
    pub(super) fn status(&self) -> Status {
        let durable = self.machine.durable();
        let alive = durable
            .orders
            .values()
            .filter(|held| held.phase != Phase::Ended);
        let mut counts = self.counts.clone();
        let (lost, refused) = self.post.troubles();
        counts.insert(WAITING.into(), self.appeals.waiting() as u64);
        counts.insert("posts lost".into(), lost);
        counts.insert("posts refused".into(), refused);
        Status {
            office: self.me.clone(),
            charter: self.charter.digest(),
            entries: durable.next,
            current: self.connected && self.machine.is_current(),
            stopped: durable.stopped,
            connected: usize::from(self.connected),
            alive: alive.count(),
            findings: 0, // told to the coordinator, who has them all
            clock_error: Some(self.clock_error()),
            alarms: self.lists.alarm().into_iter().collect(),
            counts,
            reviews: Vec::new(), // the coordinator's, whose cases they are
        }
    }

    pub(super) fn view(&self, id: OrderId, held: &Held) -> OrderView {
        let effect = match self.hands.read(id) {
            Ok(Standings::Active(since)) => Some(since),
            _ => None,
        };
        let order = held.dossier.order.clone();
        let own = MemberView {
            member: self.me.clone(),
            lines: order.participant(&self.me).map_or(0, |one| one.lines),
            fires_at: held.fires_at,
            effect,
            measured: self.effects.of(id),
            observed: held.told,
        };
        OrderView {
            id,
            approvals: held.dossier.approvals.clone(),
            stands: match held.phase {
                Phase::Judging | Phase::Prepared => Stands::Preparing,
                Phase::Armed => Stands::Armed,
                Phase::InForce => Stands::InForce,
                Phase::Refused => Stands::Refused,
                Phase::Ended => Stands::Ended,
            },
            order,
            members: vec![own],
            refusal: self.refusals.get(&id).cloned(),
            recalled_at: None,
            confirming: Confirming {
                by: held
                    .first_at
                    .and_then(|first_at| held.dossier.order.confirm_by(first_at)),
                approval: self.confirmed.get(&id).cloned().map(Box::new),
            },
            now: clock::now(),
        }
    }
}
