//! Vertical scans: many ports of one host are tried without success.
//!
//! In: failed openings, outcome known. Out: findings about own lines; about foreign scanners of
//! own hosts context only, for that is everyday weather. Pairs of line and host hold up to
//! sixteen failing ports; with half of what a finding needs a pair becomes a case, which counts
//! exactly. Always: bounded; foreign scanners cannot crowd out the pairs of own lines, which
//! have a table of their own.
//! Not judged: UDP, where a trace of the route tries dozens of ports of one host.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Endpoint, Evidence, Finding, FindingId, Level, Observation,
    Outcome, Role, Rule, Span, Statistic, Subject, Timestamp,
};

use super::evidence::{Shown, sentences};
use super::report;
use super::thresholds::Thresholds;
use super::told::Told;
use crate::engine::{News, Surroundings, Suspicion};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::table::{Table, Visit, second};

/// Ports that a pair holds.
const HELD: usize = 16;

/// A source, own line or foreign host, and the host it tries.
type Pair<A> = (A, A);

/// Failing ports of a pair.
#[derive(Clone, Copy, Debug, Default)]
struct Ports {
    ports: [u16; HELD],
    /// Microseconds of the first and the last.
    first: i64,
    last: i64,
    held: u8,
    is_case: bool,
}

/// From which side the scans come that a table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Own lines scan.
    Own,
    /// Foreign hosts scan own ones.
    Foreign,
}

/// Failing ports of all pairs of one side.
#[derive(Debug)]
pub(super) struct Vertical<A: Address> {
    side: Side,
    key: Key,
    pairs: Table<Pair<A>, Ports>,
    cases: BTreeMap<Pair<A>, Case>,
    most_cases: usize,
    silence: i64,
    /// Cases of which no details were kept because there were too many.
    cases_away: u64,
}

/// A pair with many failing ports.
#[derive(Clone, Debug)]
struct Case {
    tried: Box<[u64]>,
    ports: u64,
    refused: u64,
    silent: u64,
    since: i64,
    until: i64,
    /// The host is one of ours.
    inside: bool,
    shown: Shown,
    told: Option<Told>,
}

impl<A: Address> Vertical<A> {
    pub(super) fn new(side: Side, parameters: &Parameters, key: Key) -> Self {
        let p = &parameters.scans;
        let silence = Span::from_secs(i64::from(p.host_minutes.value) * 60);
        let hash_of = |key: Key, pair: &Pair<A>| key.pair(pair.0, pair.1, 0);
        Self {
            side,
            key,
            pairs: Table::new(key, hash_of, p.most_pairs.value, silence),
            cases: BTreeMap::new(),
            most_cases: p.most_cases.value,
            silence: silence.as_micros(),
            cases_away: 0,
        }
    }

    /// Prepares to look at a row.
    #[inline]
    pub(super) fn visit(&self, columns: &Columns<A>, row: u32) -> Visit {
        let (source, host) = pair(columns, row as usize);
        Visit::new(row, self.key.pair(source, host, 0))
    }

    /// Takes failed openings, up to [`crate::table::TOUCHED_AT_ONCE`] of them.
    pub(super) fn take(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        columns: &Columns<A>,
        visits: &mut [Visit],
        news: &mut News<A>,
    ) {
        self.pairs.touch(visits);
        for visit in visits {
            self.take_one(around, thresholds, columns, visit, news);
        }
    }

    /// Tells every case in its last form.
    pub(super) fn finish(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        news: &mut News<A>,
    ) {
        for (pair, case) in &mut self.cases {
            if let Some(told) = case.told.and_then(|told| told.at_the_end(case.ports)) {
                case.told = Some(told);
                news.findings
                    .push(case.finding(around, thresholds, self.side, pair, &told));
            }
        }
    }

    /// Counts what found no room: pairs, and cases.
    pub(super) fn turned_away(&self) -> (u64, u64) {
        (self.pairs.tally().turned_away, self.cases_away)
    }

    pub(super) fn bytes(&self) -> usize {
        self.pairs.bytes() + self.cases.len() * (size_of::<Case>() + (1 << 13))
    }

    fn take_one(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        columns: &Columns<A>,
        visit: &Visit,
        news: &mut News<A>,
    ) {
        let at = visit.row as usize;
        let pair = pair(columns, at);
        let (port, time) = (
            columns.destination_port[at],
            super::time(columns, at, around),
        );
        let Some(ports) = self.pairs.find_or_enter(visit, pair, second(around.now)) else {
            return;
        };
        let silent = time.saturating_sub(ports.last) > self.silence;
        if silent && ports.held > 0 {
            // A case goes on being followed: its ports are counted exactly.
            *ports = Ports {
                is_case: ports.is_case,
                ..Ports::default()
            };
        }
        ports.note(port, time);
        let promotes = u64::from(ports.held) * 2 >= thresholds.ports.min(HELD as u64);
        if !promotes && !ports.is_case {
            return;
        }
        let held = *ports;
        ports.is_case = true;
        self.take_case(around, thresholds, columns, at, pair, &held, news);
    }

    #[expect(clippy::too_many_arguments, reason = "one row on its way through")]
    fn take_case(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        columns: &Columns<A>,
        at: usize,
        pair: Pair<A>,
        held: &Ports,
        news: &mut News<A>,
    ) {
        if self.cases.len() >= self.most_cases && !self.cases.contains_key(&pair) {
            self.forget(around.now);
        }
        let full = self.cases.len() >= self.most_cases;
        let case = match self.cases.get_mut(&pair) {
            Some(case) => case,
            None if full => {
                self.cases_away += 1;
                return;
            }
            None => {
                let inside = around.territory.is_ours(pair.1);
                self.cases
                    .entry(pair)
                    .or_insert_with(|| Case::new(held, inside))
            }
        };
        if !case.take(around, columns, at) {
            return;
        }
        let level = match self.side {
            Side::Own => Level::Finding,
            Side::Foreign => Level::Context,
        };
        let told = match case.told {
            Some(told) => told.again(level, case.ports, around.now),
            None => (case.ports >= thresholds.ports).then(|| {
                let id = case.name(self.side, &pair);
                Told::first(id, level, case.ports, around.now)
            }),
        };
        let Some(told) = told else { return };
        let is_new = case.told.is_none();
        case.told = Some(told);
        news.findings
            .push(case.finding(around, thresholds, self.side, &pair, &told));
        if is_new && self.side == Side::Own {
            news.suspicions.push(Suspicion {
                line: pair.0,
                since: Timestamp::from_micros(case.since),
                finding: told.id,
                rule: Rule::VerticalScan,
            });
        }
    }

    /// Forgets cases that were silent for long.
    fn forget(&mut self, now: Timestamp) {
        let oldest = now.as_micros().saturating_sub(self.silence);
        self.cases.retain(|_, case| case.until >= oldest);
    }
}

impl Ports {
    fn note(&mut self, port: u16, time: i64) {
        if self.held == 0 {
            self.first = time;
        }
        self.last = self.last.max(time);
        let held = usize::from(self.held);
        if held < HELD && !self.ports[..held].contains(&port) {
            self.ports[held] = port;
            self.held += 1;
        }
    }
}

impl Case {
    fn new(held: &Ports, inside: bool) -> Self {
        let mut case = Self {
            tried: vec![0; 1 << 10].into_boxed_slice(),
            ports: 0,
            refused: 0,
            silent: 0,
            since: held.first,
            until: held.last,
            inside,
            shown: Shown::new(),
            told: None,
        };
        for &port in &held.ports[..usize::from(held.held)] {
            case.try_port(port);
        }
        case
    }

    /// Takes a failed opening. Tells whether there may be something to tell.
    fn take<A: Address>(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        at: usize,
    ) -> bool {
        self.until = self.until.max(super::time(columns, at, around));
        self.since = self.since.min(super::time(columns, at, around));
        match columns.outcome(at) {
            Outcome::Refused => self.refused += 1,
            _ => self.silent += 1,
        }
        let is_new = self.try_port(columns.destination_port[at]);
        self.shown.take(columns, at, Evidence::MOST_SAMPLES);
        is_new || self.told.is_none()
    }

    /// Notes that a port was tried. Tells whether it is new.
    fn try_port(&mut self, port: u16) -> bool {
        let (word, bit) = (usize::from(port >> 6), 1u64 << (port & 63));
        let is_new = self.tried[word] & bit == 0;
        self.tried[word] |= bit;
        self.ports += u64::from(is_new);
        is_new
    }

    fn name<A: Address>(&self, side: Side, pair: &Pair<A>) -> FindingId {
        let host = Endpoint::host(pair.1.to_ip());
        FindingId::derive(
            Rule::VerticalScan,
            &subject(side, pair.0),
            Some(&host),
            Timestamp::from_micros(self.since),
        )
    }

    fn finding<A: Address>(
        &self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        side: Side,
        pair: &Pair<A>,
        told: &Told,
    ) -> Finding {
        // The host is named only where it is nobody's line.
        let peer = (!self.inside).then(|| Endpoint::host(pair.1.to_ip()));
        Finding {
            id: told.id,
            revision: told.revision,
            rule: Rule::VerticalScan,
            level: told.level,
            subject: subject(side, pair.0),
            role: Role::Scanner,
            peer,
            summary: format!("tries {} ports of one host without success", self.ports),
            since: Timestamp::from_micros(self.since),
            until: Timestamp::from_micros(self.until),
            decided_at: told.decided_at,
            evidence: self.evidence(around, thresholds, side),
        }
    }

    fn evidence(&self, around: &Surroundings<'_>, thresholds: &Thresholds, side: Side) -> Evidence {
        let chance = &around.parameters.scans.another_port;
        let ln_tail = (self.ports.saturating_sub(1)) as f64 * chance.value.ln();
        let statistic = Statistic {
            name: format!("P(N>={}) failing ports of one host", self.ports),
            value: ln_tail.exp().max(f64::MIN_POSITIVE),
            threshold: thresholds.alpha,
            null_model: format!(
                "an innocent line that failed at some ports of a host fails at one more with \
                 chance {} (geometric law)",
                chance.value
            ),
            null_origin: chance.origin.clone(),
            error_bound: thresholds.alpha,
            bound_of: format!("per line and host; the rule counts at {}", thresholds.ports),
        };
        let mut evidence = self.shown.evidence(around, statistic);
        evidence.observations = vec![
            Observation::count("different ports that failed", self.ports, "ports"),
            Observation::count("openings refused", self.refused, "records"),
            Observation::count("openings left unanswered", self.silent, "records"),
            Observation::text("ports, the lowest", self.lowest_ports()),
        ];
        evidence.alternatives = alternatives(side);
        evidence.refuted_by = sentences([
            "the scanned host's owner asked for it: a test of security, an inventory",
            "a program is named that tries so many ports of one host by itself",
        ]);
        evidence.does_not_show = sentences([
            "that any service was broken into: no payload is looked at",
            "which device behind the line sent the packets",
        ]);
        evidence.independent_kinds = vec!["failed openings to many ports of one host".into()];
        evidence
    }

    fn lowest_ports(&self) -> String {
        let ports = (0..=u16::MAX).filter(|port| {
            let word = self.tried[usize::from(port >> 6)];
            word >> (port & 63) & 1 == 1
        });
        let words: Vec<String> = ports.take(20).map(|port| port.to_string()).collect();
        words.join(", ")
    }
}

fn subject<A: Address>(side: Side, source: A) -> Subject {
    match side {
        Side::Own => report::subject(source),
        Side::Foreign => Subject::Remote(Endpoint::host(source.to_ip())),
    }
}

fn alternatives(side: Side) -> Vec<Alternative> {
    let forged = "packets forged in this source's name";
    let forged = match side {
        Side::Own => Alternative::open(
            forged,
            "where sources are not checked at the line (BCP 38), another line may have forged them",
        ),
        Side::Foreign => Alternative::open(forged, "who sent them cannot be seen from here"),
    };
    vec![
        Alternative::rejected(
            "a program that looks for a free port of its server",
            "such programs try a handful",
        ),
        Alternative::rejected(
            "answers to packets that others sent in this source's name (backscatter)",
            "only openings and what was refused are counted",
        ),
        Alternative::open(
            "a researcher, an administrator or an inventory tool",
            "the packets look alike; ask",
        ),
        forged,
    ]
}

fn pair<A: Address>(columns: &Columns<A>, at: usize) -> Pair<A> {
    (
        columns.source[at].prefix(A::LINE_BITS),
        columns.destination[at],
    )
}
