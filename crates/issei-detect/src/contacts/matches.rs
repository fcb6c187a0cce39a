//! Who contacts what a list of indicators speaks of (context, never more: lists are often wrong).
//!
//! A list is asked for every record, so its filter says no first. What it knows is weighed: a
//! statement weighs half after some days, one without a date or about a whole prefix little, and
//! a hundred lists that copy each other no more than the weightiest. Tries that nobody answered
//! count only when repeated, for a scan runs over listed addresses by chance.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Evidence, Finding, FindingId, FlowRecord, Indicator,
    IndicatorKind, Level, Observation, Role, Rule, Timestamp,
};

use super::contact::endpoint;
use super::exchange::Exchange;
use super::parameters::ContactParameters;
use super::report::{never_shown, of_records, subject};
use super::told::{Moment, Told, tell};
use crate::engine::Surroundings;
use crate::hashing::{Key, Service};
use crate::table::{Table, Visit, second};

/// A line and a service that an indicator speaks of: line, address, port, UDP or not.
type Pair<A> = (A, A, u16, bool);

/// What is known of such a pair.
#[derive(Clone, Debug, Default)]
struct Match {
    records: u64,
    answered: u64,
    packets: u64,
    bytes: u64,
    first: Timestamp,
    last: Timestamp,
    inbound: bool,
    shown: Vec<FlowRecord>,
    told: Option<Told>,
}

/// The matches of one address family.
#[derive(Debug)]
pub(super) struct Matches<A> {
    key: Key,
    pairs: Table<Pair<A>, Match>,
    /// Lines told, by endpoint.
    lines: BTreeMap<(A, u16, bool), u32>,
    /// Matches of lines past the bound of one endpoint, which nobody suspects.
    pub(super) passed_over: u64,
}

/// A record that an indicator may speak of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<A> {
    pub(super) row: usize,
    pub(super) line: A,
    pub(super) service: Service<A>,
    pub(super) exchange: Exchange,
    /// Somebody outside opened it.
    pub(super) inbound: bool,
    /// The line is a suspect.
    pub(super) suspect: bool,
}

impl<A: Address> Matches<A> {
    pub(super) fn new(p: &ContactParameters, key: Key) -> Self {
        let hash = |key: Key, pair: &Pair<A>| hash_of(key, pair);
        Self {
            key,
            pairs: Table::new(key, hash, p.most_matches.value, p.memory()),
            lines: BTreeMap::new(),
            passed_over: 0,
        }
    }

    /// Takes a record of which the list's filter said "perhaps".
    pub(super) fn note(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        hit: &Hit<A>,
        out: &mut Vec<Finding>,
    ) {
        let Hit { service, .. } = *hit;
        let (ip, port) = (service.address.to_ip(), service.port);
        let p = &around.parameters.contacts;
        let weight = weigh(p, around.now, around.indicators.about(ip, port));
        if weight < p.least_weight.value || around.known.protects(ip, port).is_some() {
            return;
        }
        let pair = (hit.line, service.address, service.port, service.udp);
        let visit = Visit::new(0, hash_of(self.key, &pair));
        let found = self.pairs.find_or_enter(&visit, pair, second(around.now));
        let Some(found) = found else { return };
        found.add(columns, hit);
        let tried = u64::from(p.least_tries.value);
        let told = found.told.is_some();
        if found.answered == 0 && found.records < tried {
            return;
        }
        if !told && !self.has_room(&pair, p, hit.suspect) {
            return;
        }
        self.tell(around, pair, Moment::Now, out);
    }

    /// Tells the last form of everything that has changed since it was told.
    pub(super) fn finish(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        let told: Vec<Pair<A>> = self
            .pairs
            .iter()
            .filter(|(_, found, _)| found.told.is_some())
            .map(|(pair, ..)| pair)
            .collect();
        for pair in told {
            self.tell(around, pair, Moment::Last, out);
        }
    }

    /// Tells whether one line more may be told for an endpoint, and counts it.
    fn has_room(&mut self, pair: &Pair<A>, p: &ContactParameters, suspect: bool) -> bool {
        let endpoint = (pair.1, pair.2, pair.3);
        let known = self.lines.contains_key(&endpoint) || self.lines.len() < p.most_matches.value;
        let lines = self.lines.get(&endpoint).copied().unwrap_or_default();
        if !suspect && (!known || lines >= p.most_lines_a_match.value) {
            self.passed_over += 1;
            return false;
        }
        if known {
            *self.lines.entry(endpoint).or_default() += 1;
        }
        true
    }

    fn tell(
        &mut self,
        around: &Surroundings<'_>,
        pair: Pair<A>,
        moment: Moment,
        out: &mut Vec<Finding>,
    ) {
        let lines = self.lines.get(&(pair.1, pair.2, pair.3)).copied();
        let hash = hash_of(self.key, &pair);
        let Some(found) = self.pairs.get_mut(hash, pair) else {
            return;
        };
        let (count, since) = (found.records, found.first);
        let when = (around.now, moment);
        let told = tell(&mut found.told, count, when, || name(&pair, since));
        if let Some(told) = told {
            out.push(finding(around, pair, found, &told, lines.unwrap_or(1)));
        }
    }

    /// Counts what found no place.
    pub(super) fn turned_away(&self) -> u64 {
        self.pairs.tally().turned_away
    }

    pub(super) fn bytes(&self) -> usize {
        self.pairs.bytes()
    }
}

impl Match {
    fn add<A: Address>(&mut self, columns: &Columns<A>, hit: &Hit<A>) {
        let row = hit.row;
        let first = Timestamp::from_micros(columns.first[row]);
        let last = Timestamp::from_micros(columns.last[row]).max(first);
        if self.records == 0 {
            (self.first, self.last) = (first, last);
        }
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.records += 1;
        self.answered += u64::from(hit.exchange == Exchange::Answered);
        self.inbound |= hit.inbound;
        let rate = u64::from(columns.sampling[row].max(1));
        let scaled = |amount: u64| amount.saturating_mul(rate);
        self.packets = self.packets.saturating_add(scaled(columns.packets[row]));
        self.bytes = self.bytes.saturating_add(scaled(columns.bytes[row]));
        if self.shown.len() < Evidence::MOST_SAMPLES {
            self.shown.push(columns.record(row));
        }
    }
}

fn hash_of<A: Address>(key: Key, &(line, address, port, udp): &Pair<A>) -> u64 {
    let service = Service { address, port, udp };
    key.line(line) ^ key.service(&service).rotate_left(29)
}

fn name<A: Address>(pair: &Pair<A>, since: Timestamp) -> FindingId {
    let peer = endpoint(&service_of(pair));
    FindingId::derive(Rule::IndicatorMatch, &subject(pair.0), Some(&peer), since)
}

fn service_of<A: Address>(&(_, address, port, udp): &Pair<A>) -> Service<A> {
    Service { address, port, udp }
}

/// Weighs what a list says of an endpoint: the weightiest statement counts, for lists copy each
/// other. A statement from the future weighs as one of today.
pub(super) fn weigh<'a>(
    p: &ContactParameters,
    now: Timestamp,
    said: impl Iterator<Item = &'a Indicator>,
) -> f64 {
    said.map(|indicator| weight(p, now, indicator))
        .fold(0.0, f64::max)
}

fn weight(p: &ContactParameters, now: Timestamp, indicator: &Indicator) -> f64 {
    let age = |at: Timestamp| now.since(at).as_secs_f64().max(0.0) / 86_400.0;
    let by_age = indicator.said_at.map_or(p.undated_weight.value, |at| {
        (-age(at) / p.half_life_days.value.max(0.001)).exp2()
    });
    match indicator.kind {
        IndicatorKind::Address { .. } => by_age,
        IndicatorKind::Prefix(net) if net.prefix_len() == net.max_prefix_len() => by_age,
        IndicatorKind::Prefix(_) => by_age * p.prefix_weight.value,
    }
}

fn finding<A: Address>(
    around: &Surroundings<'_>,
    pair: Pair<A>,
    found: &Match,
    told: &Told,
    lines: u32,
) -> Finding {
    let service = service_of(&pair);
    let about = || {
        around
            .indicators
            .about(service.address.to_ip(), service.port)
    };
    let p = &around.parameters.contacts;
    let said: Vec<&Indicator> = about().take(MOST_STATEMENTS).collect();
    let weight = weigh(p, around.now, about());
    let sources = sources(&said);
    let way = match (found.inbound, found.answered) {
        (true, _) => "was let in by the line",
        (false, 0) => "was tried by the line without an answer",
        (false, _) => "was contacted by the line",
    };
    Finding {
        id: told.id,
        revision: told.revision,
        rule: Rule::IndicatorMatch,
        level: Level::Context,
        subject: subject(pair.0),
        role: Role::Contact,
        peer: Some(endpoint(&service)),
        summary: format!("what {sources} warns of {way}; the statement weighs {weight:.2} of 1"),
        since: found.first,
        until: found.last,
        decided_at: told.decided_at,
        evidence: Evidence {
            observations: observations(found, weight, lines, &said),
            alternatives: alternatives(),
            refuted_by: vec![
                "the list's publisher takes the statement back, or it is older than the address's \
                 present owner"
                    .into(),
                "the endpoint turns out to be shared by ordinary services".into(),
            ],
            does_not_show: does_not_show(),
            ..of_records(around, &found.shown)
        },
    }
}

/// Statements shown of one endpoint.
const MOST_STATEMENTS: usize = 8;

fn sources(said: &[&Indicator]) -> String {
    let mut names: Vec<&str> = said.iter().map(|said| said.source.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn observations(found: &Match, weight: f64, lines: u32, said: &[&Indicator]) -> Vec<Observation> {
    let mut list = vec![
        Observation::real("weight of the statement, of 1", weight, ""),
        Observation::count("records", found.records, "records"),
        Observation::count("records with an answer", found.answered, "records"),
        Observation::count("packets, scaled", found.packets, "packets"),
        Observation::count("bytes, scaled", found.bytes, "bytes"),
        Observation::count("lines told for this endpoint", lines.into(), "lines"),
    ];
    list.extend(said.iter().map(|indicator| {
        let at = indicator.said_at;
        let at = at.map_or("without a date".to_owned(), |at| format!("at {at}"));
        let Indicator { label, source, .. } = indicator;
        Observation::text("statement", format!("`{label}`, said by {source} {at}"))
    }));
    list
}

fn alternatives() -> Vec<Alternative> {
    vec![
        Alternative::open(
            "the list is wrong, old, or speaks of another customer of the address",
            "lists are often wrong; a hit alone is never more than context",
        ),
        Alternative::open(
            "an ordinary service on the same shared address",
            "flow records do not show names",
        ),
    ]
}

fn does_not_show() -> Vec<String> {
    let mut list = never_shown();
    list.push("that the statement was ever true, or is true today".into());
    list
}
