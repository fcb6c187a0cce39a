//! What an own address receives in a day without having asked: a figure, not an accusation.
//!
//! In: every flow that somebody else opened towards an own address. Out: for addresses with
//! enough of it, the day's counts: flows, distinct sources, those on Telnet.
//! A day is 24 hours from the first flow. An address that answers most of what comes offers a
//! service, and its visitors are no radiation. Where directions are exported apart, only TCP
//! openings count, for nothing else shows who began.
//! Always: bounded; the first addresses heard of in a day are measured, the others counted as
//! turned away.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Evidence, Finding, FindingId, Level, Marks, Observation,
    Outcome, Role, Rule, Span, Subject, Subscriber, Timestamp, protocol,
};

use super::kinds::{Kind, Shape, Side};
use super::report::{ports, sampling};
use super::tally::{Distinct, Seen, Tally};
use crate::engine::Surroundings;

/// A day of one address.
#[derive(Clone, Debug)]
struct Sensor<A> {
    started: i64,
    tally: Box<Tally<A>>,
    flows: u64,
    /// Flows that led to an exchange.
    answered: u64,
    refused: u64,
    openings: u64,
    sources: Distinct,
    telnet_sources: Distinct,
    telnet_flows: u64,
}

/// All addresses that are measured.
#[derive(Clone, Debug)]
pub(super) struct Sensors<A> {
    by_address: BTreeMap<A, Sensor<A>>,
    most: usize,
    /// Addresses not measured because too many were.
    pub(super) turned_away: u64,
}

/// What is counted as Telnet.
const TELNET: [u16; 2] = [23, 2323];
const DAY: Span = Span::from_secs(86_400);
/// Sources counted exactly: an exposed address had 1,599 in a day.
const EXACT_SOURCES: usize = 2_048;

/// Tells whether a row is a flow that the other side began, as far as it shows.
pub(super) fn counts<A: Address>(columns: &Columns<A>, row: usize, shape: Shape) -> bool {
    let marks = columns.marks_of(row);
    // A flow that goes on is counted when it ends.
    let ends = !marks.any(Marks::CONTINUES);
    let shows_it = shape.side != Side::Unknown || shape.kind == Kind::Opening;
    // What a service's port sends to a client's, its opening unseen, is the service's answer.
    let (from, to) = (columns.source_port[row], columns.destination_port[row]);
    let is_service = from < FIRST_CLIENT_PORT && to >= FIRST_CLIENT_PORT;
    let is_answer = columns.protocol[row] == protocol::TCP
        && is_service
        && marks.any(Marks::FIRST_IS_ANSWER | Marks::OPENING_UNSEEN);
    ends && shows_it && !is_answer
}

/// A port below this belongs to a service.
const FIRST_CLIENT_PORT: u16 = 1_024;

impl<A: Address> Sensors<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_address: BTreeMap::new(),
            most,
            turned_away: 0,
        }
    }

    /// Tells whether there is no room for another address.
    pub(super) fn is_full(&self) -> bool {
        self.by_address.len() >= self.most
    }

    /// Begins to measure an address if there is room.
    pub(super) fn begin(&mut self, address: A, first: i64) -> bool {
        if self.is_full() {
            self.turned_away += 1;
            return false;
        }
        self.by_address
            .entry(address)
            .or_insert_with(|| Sensor::new(first));
        true
    }

    /// Counts a flow; tells whether its address is measured.
    pub(super) fn add(&mut self, columns: &Columns<A>, row: usize, seen: &Seen<A>) -> bool {
        let Some(sensor) = self.by_address.get_mut(&seen.part) else {
            return false;
        };
        sensor.add(columns, row, seen);
        true
    }

    /// Tells when the next day of an address ends.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let first = self.by_address.values().map(|one| one.started).min()?;
        Some(Timestamp::from_micros(first) + DAY)
    }

    /// Tells the days that have ended.
    pub(super) fn sweep(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        let ended = (around.now - DAY).as_micros();
        self.by_address.retain(|&address, sensor| {
            let goes_on = sensor.started > ended;
            if !goes_on {
                out.extend(sensor.tell(address, around));
            }
            goes_on
        });
    }

    /// Tells what there is, at the end of the input.
    pub(super) fn finish(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        for (address, sensor) in std::mem::take(&mut self.by_address) {
            out.extend(sensor.tell(address, around));
        }
    }

    /// Tells how many bytes are held, about.
    pub(super) fn bytes(&self) -> usize {
        self.by_address.len() * super::victims::BYTES_A_TALLY
    }
}

impl<A: Address> Sensor<A> {
    fn new(started: i64) -> Self {
        Self {
            started,
            tally: Box::new(Tally::new()),
            flows: 0,
            answered: 0,
            refused: 0,
            openings: 0,
            sources: Distinct::exact_up_to(EXACT_SOURCES),
            telnet_sources: Distinct::exact_up_to(EXACT_SOURCES),
            telnet_flows: 0,
        }
    }

    fn add(&mut self, columns: &Columns<A>, row: usize, seen: &Seen<A>) {
        self.tally.add(columns, row, seen);
        self.flows += 1;
        match columns.outcome(row) {
            Outcome::Answered => self.answered += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Unanswered => self.openings += 1,
            Outcome::NotAnOpening | Outcome::Unknown => {}
        }
        self.sources.add(seen.source_hash);
        if TELNET.contains(&seen.port) && columns.protocol[row] == protocol::TCP {
            self.telnet_flows += 1;
            self.telnet_sources.add(seen.source_hash);
        }
    }

    fn tell(&self, address: A, around: &Surroundings<'_>) -> Option<Finding> {
        let p = &around.parameters.floods;
        let mostly_unanswered = self.answered as f64 <= p.sensor_answered.value * self.flows as f64;
        if self.flows < p.sensor_flows.value || !mostly_unanswered {
            return None;
        }
        let since = Timestamp::from_micros(self.tally.first);
        let subject = Subject::Own(Subscriber::new(address.to_ip()), 0, 0);
        Some(Finding {
            id: FindingId::derive(Rule::BackgroundRadiation, &subject, None, since),
            revision: 1,
            rule: Rule::BackgroundRadiation,
            level: Level::Measure,
            subject,
            role: Role::Sensor,
            peer: None,
            summary: format!(
                "{} unsolicited flows from {:.0} sources in {}, {:.0} of them on Telnet",
                self.flows,
                self.sources.estimate().count,
                Timestamp::from_micros(self.tally.last).since(since),
                self.telnet_sources.estimate().count,
            ),
            since,
            until: Timestamp::from_micros(self.tally.last),
            decided_at: around.now,
            evidence: self.evidence(around),
        })
    }

    fn evidence(&self, around: &Surroundings<'_>) -> Evidence {
        Evidence {
            parameters: around.parameters.version.clone(),
            observations: self.observations(),
            statistic: None,
            sampling: sampling(&self.tally, around),
            origins: self.tally.origins.clone(),
            sample: self.tally.sample.clone(),
            alternatives: vec![
                Alternative::rejected(
                    "visitors of a service of this address",
                    format!(
                        "{} of {} flows led to an exchange",
                        self.answered, self.flows
                    ),
                ),
                Alternative::open(
                    "answers that found their flow already closed",
                    "late packets of the address's own connections look like flows of their own",
                ),
            ],
            families: Vec::new(),
            refuted_by: vec!["the owner of the address invited these flows".into()],
            does_not_show: vec![
                "that the address is infected: it only receives".into(),
                "that the sources are hijacked: research and forged sources are among them".into(),
            ],
            builds_on: Vec::new(),
            independent_kinds: Vec::new(),
        }
    }

    fn observations(&self) -> Vec<Observation> {
        let sources = self.sources.estimate();
        vec![
            Observation::count("unsolicited inbound flows", self.flows, "flows"),
            Observation::real("distinct sources", sources.count, "addresses"),
            Observation::real("its standard error", sources.standard_error, "addresses"),
            Observation::real(
                "distinct sources on Telnet (23, 2323)",
                self.telnet_sources.estimate().count,
                "addresses",
            ),
            Observation::count("flows on Telnet (23, 2323)", self.telnet_flows, "flows"),
            Observation::count("unanswered", self.openings, "flows"),
            Observation::count("refused", self.refused, "flows"),
            Observation::count("that led to an exchange", self.answered, "flows"),
            Observation::count("packets", self.tally.packets, "packets"),
            ports("destination ports", &self.tally.ports.shares()),
        ]
    }
}

#[cfg(test)]
#[path = "radiation_tests.rs"]
mod tests;
