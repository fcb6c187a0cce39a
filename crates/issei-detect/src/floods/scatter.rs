//! Who answers questions that nobody here asked: the victim of somebody's forged flood.
//!
//! In: answers to own or dark addresses. Out: findings about the remote service that answers.
//! A flood with forged sources makes its victim answer addresses all over the world; some of
//! them are ours. The victim is not a scanner, however many addresses it answers.
//! Null model: an ordinary service answers hardly any address that is quiet. Quiet is one that
//! sent nothing that could be answered for a quarter of an hour, or that is dark. Under sampling
//! a line's own packets may go unseen, so only dark addresses count there.
//! Always: bounded; forged answers from everywhere fill the table for a moment only, for who
//! answered fewest makes room.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Endpoint, Evidence, Finding, FindingId, Level, Observation,
    Role, Rule, Span, Statistic, Subject, Timestamp,
};

use super::report::{flags, sampling};
use super::tally::{Distinct, Seen, Tally};
use super::victims::{Told, middle};
use crate::engine::Surroundings;
use crate::parameters::Parameters;
use crate::statistics::ln_poisson_tail;

/// A remote service: address, port, protocol.
type Service<A> = (A, u16, u8);

/// What one remote service answered unasked.
#[derive(Clone, Debug)]
struct Scatter<A> {
    tally: Box<Tally<A>>,
    /// Quiet addresses among those answered.
    quiet: Distinct,
    told: Option<Told>,
}

/// All remote services that answer unasked.
#[derive(Clone, Debug)]
pub(super) struct Scatters<A> {
    by_service: BTreeMap<Service<A>, Scatter<A>>,
    most: usize,
    due: Vec<Service<A>>,
    /// Services that found no room.
    pub(super) turned_away: u64,
}

impl<A: Address> Scatters<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_service: BTreeMap::new(),
            most: most.max(1),
            due: Vec::new(),
            turned_away: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_service.is_empty()
    }

    /// Tells whether a service is among those that answer unasked.
    pub(super) fn knows(&self, service: Service<A>) -> bool {
        self.by_service.contains_key(&service)
    }

    /// Takes an answer that no known question explains.
    pub(super) fn add(
        &mut self,
        parameters: &Parameters,
        columns: &Columns<A>,
        row: usize,
        seen: &Seen<A>,
        quiet: bool,
    ) {
        let service = (seen.source, seen.source_port, columns.protocol[row]);
        if !self.has_room_for(&service) {
            self.turned_away += 1;
            return;
        }
        let scatter = self.by_service.entry(service).or_insert_with(|| Scatter {
            tally: Box::new(Tally::new()),
            quiet: Distinct::new(),
            told: None,
        });
        scatter.tally.add(columns, row, seen);
        if !quiet {
            return;
        }
        scatter.quiet.add(seen.address_hash);
        let answered = scatter.quiet.estimate().count as u64;
        if scatter.told.is_none() && answered >= parameters.floods.scatter_addresses.value {
            self.due.push(service);
        }
    }

    fn has_room_for(&mut self, service: &Service<A>) -> bool {
        if self.by_service.len() < self.most || self.by_service.contains_key(service) {
            return true;
        }
        // Who answered few addresses makes room; a flood's victim answers many.
        let answered = |scatter: &Scatter<A>| scatter.quiet.estimate().count as u64;
        let middle = middle(self.by_service.values().map(answered));
        self.by_service
            .retain(|_, scatter| scatter.told.is_some() || answered(scatter) > middle);
        self.by_service.len() < self.most
    }

    /// Tells those whose condition was met just now.
    pub(super) fn judge_due(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        for service in std::mem::take(&mut self.due) {
            self.judge(service, false, around, out);
        }
    }

    /// Tells what has grown, and lets go of who has been silent for a day.
    pub(super) fn sweep(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        let silent = (around.now - DAY).as_micros();
        let services: Vec<_> = self.by_service.keys().copied().collect();
        for service in services {
            let over = self
                .by_service
                .get(&service)
                .is_some_and(|one| one.tally.last < silent);
            self.judge(service, over, around, out);
            if over {
                self.by_service.remove(&service);
            }
        }
    }

    /// Tells everything in its last form.
    pub(super) fn finish(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        for service in std::mem::take(&mut self.by_service.keys().copied().collect::<Vec<_>>()) {
            self.judge(service, true, around, out);
        }
        self.by_service.clear();
    }

    /// Tells how many bytes are held, about.
    pub(super) fn bytes(&self) -> usize {
        self.by_service.len() * super::victims::BYTES_A_TALLY
    }

    fn judge(
        &mut self,
        service: Service<A>,
        last: bool,
        around: &Surroundings<'_>,
        out: &mut Vec<Finding>,
    ) {
        let Some(scatter) = self.by_service.get_mut(&service) else {
            return;
        };
        let Some(test) = test(scatter, around.parameters) else {
            return;
        };
        let subject = Subject::Remote(Endpoint {
            ip: service.0.to_ip(),
            port: service.1,
            protocol: service.2,
        });
        let since = Timestamp::from_micros(scatter.tally.first);
        let name = || FindingId::derive(Rule::Backscatter, &subject, None, since);
        let Some(told) = Told::next(
            scatter.told,
            name,
            Level::Finding,
            scatter.tally.packets,
            last,
            around.now,
        ) else {
            return;
        };
        scatter.told = Some(told);
        out.push(finding(scatter, subject, &told, test, around));
    }
}

/// How long a victim's answers are summed after the last one.
const DAY: Span = Span::from_secs(86_400);

/// The test: quiet addresses answered, and the tail of an innocent service; none if it is not
/// small enough.
fn test<A: Address>(scatter: &Scatter<A>, parameters: &Parameters) -> Option<(u64, f64, f64)> {
    let p = &parameters.floods;
    let answered = scatter.quiet.estimate().count as u64;
    let ln_tail = ln_poisson_tail(answered, p.scatter_mean.value);
    let ln_alpha = parameters.budget.alpha().ln();
    let speaks = answered >= p.scatter_addresses.value && ln_tail <= ln_alpha;
    speaks.then_some((answered, ln_tail, ln_alpha))
}

fn finding<A: Address>(
    scatter: &Scatter<A>,
    subject: Subject,
    told: &Told,
    test: (u64, f64, f64),
    around: &Surroundings<'_>,
) -> Finding {
    let tally = &scatter.tally;
    Finding {
        id: told.id,
        revision: told.revision,
        rule: Rule::Backscatter,
        level: told.level,
        subject,
        role: Role::Victim,
        peer: None,
        summary: format!(
            "victim of a flood with forged sources: answered {:.0} own or dark addresses that \
             never asked, {} packets in {}",
            tally.addresses.estimate().count,
            tally.packets,
            Timestamp::from_micros(tally.last).since(Timestamp::from_micros(tally.first))
        ),
        since: Timestamp::from_micros(tally.first),
        until: Timestamp::from_micros(tally.last),
        decided_at: told.decided_at,
        evidence: evidence(scatter, test, around),
    }
}

fn evidence<A: Address>(
    scatter: &Scatter<A>,
    (answered, ln_tail, ln_alpha): (u64, f64, f64),
    around: &Surroundings<'_>,
) -> Evidence {
    let tally = &scatter.tally;
    let mean = around.parameters.floods.scatter_mean.value;
    Evidence {
        parameters: around.parameters.version.clone(),
        observations: observations(scatter),
        statistic: Some(Statistic {
            name: format!("ln P(N>={answered})"),
            value: ln_tail.max(f64::MIN),
            threshold: ln_alpha,
            null_model: format!(
                "Poisson, mean {mean} quiet addresses that one remote service answers unasked in \
                 a day"
            ),
            null_origin: around.parameters.floods.scatter_mean.origin.clone(),
            error_bound: ln_alpha.exp(),
            bound_of: "per remote service and day".into(),
        }),
        sampling: sampling(tally, around),
        origins: tally.origins.clone(),
        sample: tally.sample.clone(),
        alternatives: alternatives(),
        families: Vec::new(),
        refuted_by: refuted_by(),
        does_not_show: does_not_show(),
        builds_on: Vec::new(),
        independent_kinds: vec!["answers at addresses that did not ask".into()],
    }
}

fn observations<A: Address>(scatter: &Scatter<A>) -> Vec<Observation> {
    let tally = &scatter.tally;
    let (addresses, quiet) = (tally.addresses.estimate(), scatter.quiet.estimate());
    vec![
        Observation::real(
            "own or dark addresses answered",
            addresses.count,
            "addresses",
        ),
        Observation::real("its standard error", addresses.standard_error, "addresses"),
        Observation::real("of these quiet or dark", quiet.count, "addresses"),
        Observation::count("packets, scaled by the sampling", tally.packets, "packets"),
        Observation::count("records", tally.records, "records"),
        Observation::count(
            "records whose first packet was an answer",
            tally.answers_first,
            "records",
        ),
        Observation::real(
            "packets for each address",
            tally.sampled as f64 / addresses.count.max(1.0),
            "packets",
        ),
        Observation::real(
            "time from the first to the last packet",
            (tally.last - tally.first) as f64 / 1e6,
            "s",
        ),
        flags(tally),
    ]
}

fn alternatives() -> Vec<Alternative> {
    vec![
        Alternative::rejected(
            "a scan by the remote host",
            "it sends only SYN-ACK, RST or errors, which open nothing",
        ),
        Alternative::rejected(
            "late answers to true connections",
            "the addresses counted sent nothing that could be answered in the quarter of an hour \
             before, or are dark",
        ),
        Alternative::open(
            "connections whose outbound half takes a path that is not exported",
            "the routing of the own network would show it",
        ),
        Alternative::open(
            "answers that are themselves forged",
            "the remote host's own provider can tell what it sends",
        ),
    ]
}

fn refuted_by() -> Vec<String> {
    [
        "the remote host's provider sees no flood at that time",
        "the addresses counted as quiet did open connections to it",
    ]
    .map(String::from)
    .to_vec()
}

fn does_not_show() -> Vec<String> {
    [
        "who floods the victim: the sources of that flood are forged, ours among them",
        "how large the flood is: we see the share of its forged sources that falls into our \
         addresses",
        "that any own address takes part: those answered are not involved",
    ]
    .map(String::from)
    .to_vec()
}

#[cfg(test)]
#[path = "scatter_tests.rs"]
mod tests;
