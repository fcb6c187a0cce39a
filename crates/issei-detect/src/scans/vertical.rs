//! Vertical scans: many ports of one host are tried without success.
//!
//! In: failed openings, outcome known, but for those to worm ports, which the horizontal rules
//! judge and which would fill the table with hosts asked once. Out: findings about own lines; about foreign scanners of
//! own hosts context only, for that is everyday weather. Pairs of line and host hold up to
//! sixteen failing ports; with half of what a finding needs a pair becomes a case, which counts
//! exactly. A source is told once, with all its hosts. Always: bounded; foreign scanners cannot
//! crowd out the pairs of own lines, which have a table of their own.
//! Not judged: UDP, where a trace of the route tries dozens of ports of one host.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Endpoint, Evidence, Finding, FindingId, FlowRecord, Level,
    Observation, Outcome, Role, Rule, Span, Statistic, Subject, Timestamp,
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
    scanners: BTreeMap<A, Scanner>,
    most_cases: usize,
    silence: i64,
    /// When cases were last looked through for silent ones.
    forgot: Timestamp,
    /// Cases and scanners of which no details were kept because there were too many.
    cases_away: u64,
}

/// A pair with many failing ports.
#[derive(Clone, Debug)]
struct Case {
    tried: Box<[u64]>,
    ports: u64,
    since: i64,
    until: i64,
    /// Enough ports failed for the source to be a scanner.
    counts: bool,
    shown: Shown,
}

/// A source that tried enough ports of at least one host.
#[derive(Clone, Debug)]
struct Scanner {
    /// The first such host, unless it is one of ours.
    first: Option<Endpoint>,
    hosts: u64,
    /// Failing ports of all these hosts together, and of the one with most.
    ports: u64,
    most: u64,
    /// The lowest ports of the first host.
    lowest: String,
    refused: u64,
    silent: u64,
    since: i64,
    until: i64,
    shown: Shown,
    told: Told,
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
            scanners: BTreeMap::new(),
            most_cases: p.most_cases.value,
            silence: silence.as_micros(),
            forgot: Timestamp::MIN,
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

    /// Tells every scanner in its last form.
    pub(super) fn finish(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        news: &mut News<A>,
    ) {
        for (source, scanner) in &mut self.scanners {
            if let Some(told) = scanner.told.at_the_end(scanner.ports) {
                scanner.told = told;
                let subject = subject(self.side, *source);
                news.findings
                    .push(scanner.finding(around, thresholds, self.side, subject));
            }
        }
    }

    /// Counts what found no room: pairs, and cases.
    pub(super) fn turned_away(&self) -> (u64, u64) {
        (self.pairs.tally().turned_away, self.cases_away)
    }

    pub(super) fn bytes(&self) -> usize {
        let details = Evidence::MOST_SAMPLES * size_of::<FlowRecord>();
        self.pairs.bytes()
            + self.cases.len() * (size_of::<Case>() + (1 << 13) + details)
            + self.scanners.len() * (size_of::<Scanner>() + details)
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
            None => self.cases.entry(pair).or_insert_with(|| Case::new(held)),
        };
        let is_new = case.take(around, columns, at);
        let begins = !case.counts && case.ports >= thresholds.ports;
        case.counts |= begins;
        if !case.counts {
            return;
        }
        let full = self.scanners.len() >= self.most_cases;
        let (source, now) = (pair.0, around.now);
        let (told, is_first) = match self.scanners.get_mut(&source) {
            Some(scanner) => {
                scanner.add(case, begins, is_new);
                let level = level(self.side);
                (scanner.told.again(level, scanner.ports, now), false)
            }
            None if full => {
                self.cases_away += 1;
                return;
            }
            None => {
                let inside = around.territory.is_ours(pair.1);
                let host = Endpoint::host(pair.1.to_ip());
                let id = case.name(self.side, source, &host);
                let told = Told::first(id, level(self.side), case.ports, now);
                let scanner = Scanner::new(case, (!inside).then_some(host), told);
                self.scanners.insert(source, scanner);
                (Some(told), true)
            }
        };
        let Some(scanner) = self.scanners.get_mut(&source) else {
            return;
        };
        scanner.note(around, columns, at);
        let Some(told) = told else { return };
        scanner.told = told;
        news.findings.push(scanner.finding(
            around,
            thresholds,
            self.side,
            subject(self.side, source),
        ));
        if is_first && self.side == Side::Own {
            news.suspicions.push(Suspicion {
                line: source,
                since: Timestamp::from_micros(scanner.since),
                finding: told.id,
                rule: Rule::VerticalScan,
            });
        }
    }

    /// Forgets cases and scanners that were silent for long. At most once a minute, for a look
    /// goes through all of them.
    fn forget(&mut self, now: Timestamp) {
        if now < self.forgot + Span::from_secs(60) {
            return;
        }
        self.forgot = now;
        let oldest = now.as_micros().saturating_sub(self.silence);
        self.cases.retain(|_, case| case.until >= oldest);
        self.scanners.retain(|_, scanner| scanner.until >= oldest);
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
    fn new(held: &Ports) -> Self {
        let mut case = Self {
            tried: vec![0; 1 << 10].into_boxed_slice(),
            ports: 0,
            since: held.first,
            until: held.last,
            counts: false,
            shown: Shown::new(),
        };
        for &port in &held.ports[..usize::from(held.held)] {
            case.try_port(port);
        }
        case
    }

    /// Takes a failed opening. Tells whether its port is new.
    fn take<A: Address>(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        at: usize,
    ) -> bool {
        let time = super::time(columns, at, around);
        (self.since, self.until) = (self.since.min(time), self.until.max(time));
        if !self.counts {
            self.shown.take(columns, at, Evidence::MOST_SAMPLES);
        }
        self.try_port(columns.destination_port[at])
    }

    /// Notes that a port was tried. Tells whether it is new.
    fn try_port(&mut self, port: u16) -> bool {
        let (word, bit) = (usize::from(port >> 6), 1u64 << (port & 63));
        let is_new = self.tried[word] & bit == 0;
        self.tried[word] |= bit;
        self.ports += u64::from(is_new);
        is_new
    }

    fn name<A: Address>(&self, side: Side, source: A, host: &Endpoint) -> FindingId {
        let since = Timestamp::from_micros(self.since);
        FindingId::derive(
            Rule::VerticalScan,
            &subject(side, source),
            Some(host),
            since,
        )
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

impl Scanner {
    fn new(case: &mut Case, first: Option<Endpoint>, told: Told) -> Self {
        Self {
            first,
            hosts: 1,
            ports: case.ports,
            most: case.ports,
            lowest: case.lowest_ports(),
            refused: 0,
            silent: 0,
            since: case.since,
            until: case.until,
            shown: std::mem::replace(&mut case.shown, Shown::new()),
            told,
        }
    }

    /// Adds what a case has just shown: all its ports when it begins to count, then each new one.
    fn add(&mut self, case: &Case, begins: bool, is_new: bool) {
        self.hosts += u64::from(begins);
        self.ports += if begins {
            case.ports
        } else {
            u64::from(is_new)
        };
        self.most = self.most.max(case.ports);
    }

    fn note<A: Address>(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, at: usize) {
        self.until = self.until.max(super::time(columns, at, around));
        match columns.outcome(at) {
            Outcome::Refused => self.refused += 1,
            _ => self.silent += 1,
        }
        self.shown.take(columns, at, Evidence::MOST_SAMPLES);
    }

    fn finding(
        &self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        side: Side,
        subject: Subject,
    ) -> Finding {
        let summary = match self.hosts {
            1 => format!("tries {} ports of one host without success", self.ports),
            hosts => format!(
                "tries up to {} ports of each of {hosts} hosts without success",
                self.most
            ),
        };
        Finding {
            id: self.told.id,
            revision: self.told.revision,
            rule: Rule::VerticalScan,
            level: self.told.level,
            subject,
            role: Role::Scanner,
            // A host is named only where it is nobody's line.
            peer: self.first,
            summary,
            since: Timestamp::from_micros(self.since),
            until: Timestamp::from_micros(self.until),
            decided_at: self.told.decided_at,
            evidence: self.evidence(around, thresholds, side),
        }
    }

    fn evidence(&self, around: &Surroundings<'_>, thresholds: &Thresholds, side: Side) -> Evidence {
        let chance = &around.parameters.scans.another_port;
        let ln_tail = (self.most.saturating_sub(1)) as f64 * chance.value.ln();
        let statistic = Statistic {
            name: format!("P(N>={}) failing ports of one host", self.most),
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
            Observation::count("hosts with so many failing ports", self.hosts, "hosts"),
            Observation::count("failing ports of these hosts together", self.ports, "ports"),
            Observation::count("failing ports of one host, at most", self.most, "ports"),
            Observation::count(
                "openings refused since the decision",
                self.refused,
                "records",
            ),
            Observation::count(
                "openings unanswered since the decision",
                self.silent,
                "records",
            ),
            Observation::text("the lowest ports of the first host", self.lowest.clone()),
        ];
        evidence.alternatives = alternatives(side, self.most);
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
}

fn level(side: Side) -> Level {
    match side {
        Side::Own => Level::Finding,
        Side::Foreign => Level::Context,
    }
}

fn subject<A: Address>(side: Side, source: A) -> Subject {
    match side {
        Side::Own => report::subject(source),
        Side::Foreign => Subject::Remote(Endpoint::host(source.to_ip())),
    }
}

/// More ports than peers behind one shared address are likely to listen at.
const MORE_THAN_PEERS: u64 = 64;

fn alternatives(side: Side, most: u64) -> Vec<Alternative> {
    let peers = "many peers of one program behind one shared address (carrier-grade NAT)";
    let peers = if most >= MORE_THAN_PEERS {
        Alternative::rejected(peers, format!("{most} ports of one host"))
    } else {
        Alternative::open(peers, "whether the address is shared is not known here")
    };
    let forged = "packets forged in this source's name";
    let forged = match side {
        Side::Own => Alternative::open(
            forged,
            "where sources are not checked at the line (BCP 38), another line may have forged them",
        ),
        Side::Foreign => Alternative::open(forged, "who sent them cannot be seen from here"),
    };
    vec![
        peers,
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
