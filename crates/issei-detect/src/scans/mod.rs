//! Scans, sensor hits and log-in guessing: what an own line opens, to whom, and how it ends.
//!
//! In: flow records sorted by direction. Out: findings on scans of worm ports (D1 where outcomes
//! are known, D2 under sampling), hits on dark space (D3), vertical scans, log-in guessing; and
//! suspicions for the other rules.
//! Always: bounded memory; no allocation per record; one pass without memory chooses the few rows
//! that matter; only what a line *sends* as an opening counts, so answers to forged packets
//! accuse nobody. What is kept of everyone is 64 bytes; more is kept of few.
//! Under sampling no outcome is known: only D2 and D3 speak.
//! Known limits: scans of ordinary ports alone are not told; scans by UDP, or by packets that open
//! nothing and are left unanswered, are not looked for.

mod dossier;
mod evidence;
mod judge;
mod logins;
mod parameters;
mod ports;
mod report;
mod thresholds;
mod told;
mod vertical;

use issei_model::{
    Address, Columns, FindingId, Level, Marks, Outcome, Problem, ProblemKind, Problems, Rule,
    TcpFlags, Timestamp, protocol,
};

pub use parameters::ScanParameters;

use self::dossier::{Dossier, Ending, Opening, Sentinel};
use self::logins::{Logins, Place};
use self::ports::{Kind, Ports};
use self::report::Source;
use self::thresholds::Thresholds;
use self::told::Told;
use self::vertical::{Side, Vertical};
use crate::engine::{News, Sorted, Surroundings, Suspicion};
use crate::hashing::{Key, name_of};
use crate::parameters::Parameters;
use crate::table::{OneLine, TOUCHED_AT_ONCE, Table, Visit, second};

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct Scans<A: Address> {
    key: Key,
    /// The version of the parameters that the thresholds were made of.
    version: String,
    thresholds: Thresholds,
    ports: Ports,
    lines: Table<A, Sentinel, OneLine>,
    dossiers: Table<A, Option<Box<Dossier>>>,
    own: Vertical<A>,
    foreign: Vertical<A>,
    logins: Logins<A>,
    unusual: Logins<A>,
    chosen: Chosen,
    problems: Problems,
    counted: Counted,
}

/// Rows that matter, by what for.
#[derive(Debug, Default)]
struct Chosen {
    /// Openings to worm ports and dark addresses.
    openings: Vec<Visit>,
    /// Openings elsewhere.
    others: Vec<Visit>,
    /// Failed openings.
    failed: Vec<Visit>,
    /// Answered sessions with log-in services, and at ports of which nothing is known.
    logins: Vec<Visit>,
    unusual: Vec<Visit>,
}

/// What of the tables' own counts already stands in the problems.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    lines: u64,
    dossiers: u64,
    pairs: u64,
}

impl<A: Address> Scans<A> {
    /// Makes empty memories with the bounds of the parameters.
    pub(crate) fn new(parameters: &Parameters, hash_key: [u64; 2]) -> Self {
        let p = &parameters.scans;
        let most = if A::BITS == 32 {
            p.most_lines_v4.value
        } else {
            p.most_lines_v6.value
        };
        let key = Key::new(hash_key);
        let hash_of = |key: Key, line: &A| key.line(*line);
        Self {
            key,
            version: parameters.version.clone(),
            thresholds: Thresholds::new(parameters),
            ports: Ports::new(p),
            lines: Table::new(key, hash_of, most, p.memory()),
            dossiers: Table::new(key, hash_of, p.most_dossiers.value, p.memory()),
            own: Vertical::new(Side::Own, parameters, key),
            foreign: Vertical::new(Side::Foreign, parameters, key),
            logins: Logins::new(Place::Login, parameters, key),
            unusual: Logins::new(Place::Unusual, parameters, key),
            chosen: Chosen::default(),
            problems: Problems::default(),
            counted: Counted::default(),
        }
    }

    /// Takes a batch.
    pub(crate) fn observe(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        sorted: &Sorted,
        news: &mut News<A>,
    ) {
        self.keep_parameters(around.parameters);
        self.chosen.clear();
        self.choose(around, columns, &sorted.outbound);
        self.choose(around, columns, &sorted.internal);
        self.take_openings(around, columns, news);
        self.take_others(around, columns);
        let mut chosen = std::mem::take(&mut self.chosen);
        for visits in chosen.failed.chunks_mut(TOUCHED_AT_ONCE) {
            self.own
                .take(around, &self.thresholds, columns, visits, news);
        }
        self.choose_foreign(columns, &sorted.inbound, &mut chosen);
        for visits in chosen.failed.chunks_mut(TOUCHED_AT_ONCE) {
            self.foreign
                .take(around, &self.thresholds, columns, visits, news);
        }
        for visits in chosen.logins.chunks_mut(TOUCHED_AT_ONCE) {
            self.logins
                .take(around, &self.thresholds, columns, visits, news);
        }
        for visits in chosen.unusual.chunks_mut(TOUCHED_AT_ONCE) {
            self.unusual
                .take(around, &self.thresholds, columns, visits, news);
        }
        self.chosen = chosen;
        self.count_problems();
    }

    /// Tells how many active lines are remembered.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Tells when something is due without any record: nothing, for findings come with records.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, _around: &Surroundings<'_>, _news: &mut News<A>) {}

    /// Tells everything in its last form.
    pub(crate) fn finish(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.finish_dossiers(around, news);
        self.own.finish(around, &self.thresholds, news);
        self.foreign.finish(around, &self.thresholds, news);
        self.logins.finish(around, &self.thresholds, news);
        self.unusual.finish(around, &self.thresholds, news);
        self.count_problems();
    }

    /// Tells what found no room.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.bytes()
            + self.dossiers.bytes()
            + self.details()
            + self.own.bytes()
            + self.foreign.bytes()
            + self.logins.bytes()
            + self.unusual.bytes()
    }

    /// Tells how many bytes the dossiers hold beside their places.
    fn details(&self) -> usize {
        let held = self
            .dossiers
            .iter()
            .filter_map(|(_, place, _)| place.as_ref());
        held.map(|dossier| dossier.bytes()).sum()
    }

    /// Makes the thresholds anew when other parameters came.
    fn keep_parameters(&mut self, parameters: &Parameters) {
        if self.version != parameters.version {
            self.version.clone_from(&parameters.version);
            self.thresholds = Thresholds::new(parameters);
            self.ports = Ports::new(&parameters.scans);
        }
    }

    /// Chooses, of rows that own lines send, those that matter. Most rows end at the first look,
    /// which reads three columns and one byte about the port.
    fn choose(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, rows: &[u32]) {
        let has_dark = around.territory.has_dark();
        for &row in rows {
            let at = row as usize;
            if columns.protocol[at] != protocol::TCP {
                continue;
            }
            let kind = self.ports.kind(columns.destination_port[at]);
            if kind.is_plain() && !opens(columns, at) && !may_matter(columns, at, kind) {
                continue;
            }
            let Some(ending) = ending(columns, at) else {
                continue;
            };
            let (source, destination) = (columns.source[at], columns.destination[at]);
            if source == destination {
                continue;
            }
            let dark = has_dark && opens(columns, at) && around.territory.is_dark(destination);
            let hash = self.key.line(source.prefix(A::LINE_BITS));
            if dark || kind.is_worm() {
                self.chosen.openings.push(Visit::new(row, hash));
            } else if ending != Ending::Answered {
                self.chosen.others.push(Visit::new(row, hash));
            }
            match ending {
                // One worm port of a host says nothing of its others; a worm asks thousands of hosts.
                Ending::Failed if kind.is_worm() => {}
                Ending::Failed => self.chosen.failed.push(self.own.visit(columns, row)),
                Ending::Answered => {
                    let visit = self.logins.visit(columns, row);
                    self.chosen.add_session(columns, visit, kind);
                }
                Ending::Unknown => {}
            }
        }
    }

    /// Chooses, of rows that others send to own lines, what vertical scans and log-ins are told by.
    fn choose_foreign(&self, columns: &Columns<A>, rows: &[u32], chosen: &mut Chosen) {
        chosen.failed.clear();
        for &row in rows {
            let at = row as usize;
            if columns.protocol[at] != protocol::TCP {
                continue;
            }
            let kind = self.ports.kind(columns.destination_port[at]);
            if !kind.is_login() && !opens(columns, at) && !may_matter(columns, at, kind) {
                continue;
            }
            match ending(columns, at) {
                Some(Ending::Failed) if kind.is_worm() => {}
                Some(Ending::Failed) => chosen.failed.push(self.foreign.visit(columns, row)),
                Some(Ending::Answered) => {
                    let visit = self.logins.visit(columns, row);
                    chosen.add_session(columns, visit, kind);
                }
                _ => {}
            }
        }
    }

    fn take_openings(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        news: &mut News<A>,
    ) {
        let mut openings = std::mem::take(&mut self.chosen.openings);
        for visits in openings.chunks_mut(TOUCHED_AT_ONCE) {
            self.lines.touch(visits);
            for visit in visits {
                if let Some(opening) = self.opening(around, columns, visit.row as usize) {
                    self.take_opening(around, columns, visit, &opening, news);
                }
            }
        }
        self.chosen.openings = openings;
    }

    /// Counts openings elsewhere of lines that are watched. Others are not entered for it.
    fn take_others(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let mut others = std::mem::take(&mut self.chosen.others);
        let second = second(around.now);
        for visits in others.chunks_mut(TOUCHED_AT_ONCE) {
            if self.lines.len() == 0 {
                break;
            }
            self.lines.touch(visits);
            for visit in visits {
                let line = columns.source[visit.row as usize].prefix(A::LINE_BITS);
                let Some(sentinel) = self.lines.see(visit, line, second) else {
                    continue;
                };
                sentinel.others = sentinel.others.saturating_add(1);
                let port = columns.destination_port[visit.row as usize];
                if sentinel.is_promoted() && self.ports.swapped(port).is_some() {
                    let place = self.dossiers.get_mut(visit.hash, line);
                    if let Some(Some(dossier)) = place {
                        dossier.note_order(port, &self.ports);
                    }
                }
            }
        }
        self.chosen.others = others;
    }

    fn opening(
        &self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        at: usize,
    ) -> Option<Opening> {
        let (destination, port) = (columns.destination[at], columns.destination_port[at]);
        Some(Opening {
            name: name_of(self.key.line(destination)),
            port,
            network: network(destination),
            ending: ending(columns, at)?,
            inside: around.territory.is_ours(destination),
            dark: opens(columns, at) && around.territory.is_dark(destination),
            worm: self.ports.kind(port).is_worm(),
            marks: columns.marks_of(at),
            time: time(columns, at, around),
        })
    }

    fn take_opening(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        visit: &Visit,
        opening: &Opening,
        news: &mut News<A>,
    ) {
        let line = columns.source[visit.row as usize].prefix(A::LINE_BITS);
        let (now, memory) = (second(around.now), around.parameters.scans.memory());
        let sentinel = if opening.ending == Ending::Answered && !opening.dark {
            // What is answered makes nobody watched.
            self.lines.see(visit, line, now)
        } else {
            self.lines.find_or_enter(visit, line, now)
        };
        let Some(sentinel) = sentinel else { return };
        if !sentinel.take(opening, memory.as_micros()) {
            return;
        }
        let mut sentinel = *sentinel;
        let crowded = self.dossiers.len() > around.parameters.scans.most_detailed.value;
        let visit = &Visit::new(visit.row, visit.hash);
        let Some(place) = self.dossiers.find_or_enter(visit, line, now) else {
            return;
        };
        let until = place.as_ref().map_or(opening.time, |dossier| dossier.until);
        if opening.time.saturating_sub(until) > memory.as_micros() {
            *place = None;
        }
        let (thresholds, ports) = (&self.thresholds, &self.ports);
        let oldest = opening
            .time
            .saturating_sub(around.parameters.scans.window().as_micros());
        let dossier = match place {
            Some(dossier) => dossier,
            None => {
                let first = sentinel.first().filter(|first| first.time >= oldest);
                if first.is_none() {
                    sentinel.restart();
                    if let Some(sentinel) = self.lines.get_mut(visit.hash, line) {
                        sentinel.restart();
                    }
                }
                let first = first.filter(|first| first.name != opening.name);
                place.insert(Box::new(Dossier::new(first, thresholds, ports)))
            }
        };
        if !dossier.take(opening, thresholds, ports, oldest) {
            return;
        }
        let room = if crowded { ROOM_IF_CROWDED } else { usize::MAX };
        dossier.shown.take(columns, visit.row as usize, room);
        let mut desk = Desk {
            around,
            thresholds,
            line,
            others: u64::from(sentinel.others),
            oldest,
            news,
        };
        desk.judge_scan(dossier);
        desk.judge_hit(dossier);
    }

    fn finish_dossiers(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        let window = around.parameters.scans.window().as_micros();
        let thresholds = &self.thresholds;
        for (line, place, _) in self.dossiers.iter_mut() {
            let Some(dossier) = place else { continue };
            let sentinel = self.lines.get(self.key.line(line), line);
            let mut desk = Desk {
                around,
                thresholds,
                line,
                others: sentinel.map_or(0, |sentinel| u64::from(sentinel.others)),
                oldest: dossier.until.saturating_sub(window),
                news,
            };
            desk.finish(dossier);
        }
    }

    /// Carries the tables' own counts of what they turned away into the problems.
    fn count_problems(&mut self) {
        let sides = [&self.own, &self.foreign].map(Vertical::turned_away);
        let logins = [&self.logins, &self.unusual].map(Logins::turned_away);
        let pairs = [sides[0], sides[1], logins[0], logins[1]];
        let now = Counted {
            lines: self.lines.tally().turned_away,
            dossiers: self.dossiers.tally().turned_away
                + pairs.iter().map(|(_, cases)| cases).sum::<u64>(),
            pairs: pairs.iter().map(|(pairs, _)| pairs).sum(),
        };
        let before = std::mem::replace(&mut self.counted, now);
        for (kind, now, before) in [
            (ProblemKind::LineTableFull, now.lines, before.lines),
            (ProblemKind::DossierTableFull, now.dossiers, before.dossiers),
            (ProblemKind::EndpointTableFull, now.pairs, before.pairs),
        ] {
            if now > before {
                self.problems
                    .note_many(Problem::new(kind, 0, now), now - before);
            }
        }
    }
}

/// Sample records of a dossier where there are many dossiers.
const ROOM_IF_CROWDED: usize = 3;

/// Where one dossier is judged, and what it shows is told.
struct Desk<'a, 'n, A> {
    around: &'a Surroundings<'a>,
    thresholds: &'a Thresholds,
    line: A,
    /// Openings elsewhere since the first that counts.
    others: u64,
    /// Microseconds at which the window begins.
    oldest: i64,
    news: &'n mut News<A>,
}

impl<A: Address> Desk<'_, '_, A> {
    fn judge_scan(&mut self, dossier: &mut Dossier) {
        let count = dossier.destinations();
        let now = self.around.now;
        if let Some(told) = dossier.scan.as_ref() {
            let again = told.0.again(Level::Finding, count, now);
            if let Some(again) = again {
                self.tell_scan(dossier, again);
            }
            return;
        }
        let Some(scan) = self.scan(dossier) else {
            return;
        };
        let rule = scan.test.rule();
        let id = self.name(rule, dossier.since);
        dossier.scan = Some((Told::first(id, Level::Finding, count, now), scan));
        self.tell_scan(dossier, Told::first(id, Level::Finding, count, now));
        self.suspect(rule, id, dossier.since);
    }

    fn judge_hit(&mut self, dossier: &mut Dossier) {
        let Some(hit) = self.hit(dossier) else { return };
        let now = self.around.now;
        let count = hit.counts.dark.max(dossier.mirai.min(hit.count));
        let told = match dossier.hit {
            Some(told) => told.again(hit.level, count, now),
            None => {
                let id = self.name(Rule::SensorHit, dossier.dark_since);
                Some(Told::first(id, hit.level, count, now))
            }
        };
        let Some(told) = told else { return };
        let before = dossier.hit.map(|told| told.level);
        self.tell_hit(dossier, &hit, told);
        if told.level == Level::Finding && before != Some(Level::Finding) {
            self.suspect(Rule::SensorHit, told.id, dossier.dark_since);
        }
    }

    /// Tells a last time what has grown since it was told.
    fn finish(&mut self, dossier: &mut Dossier) {
        let count = dossier.destinations();
        let last = dossier
            .scan
            .as_ref()
            .and_then(|(told, _)| told.at_the_end(count));
        if let Some(told) = last {
            self.tell_scan(dossier, told);
        }
        let Some(hit) = self.hit(dossier) else { return };
        let count = hit.counts.dark.max(dossier.mirai.min(hit.count));
        if let Some(told) = dossier.hit.and_then(|told| told.at_the_end(count)) {
            self.tell_hit(dossier, &hit, told);
        }
    }

    fn scan(&self, dossier: &Dossier) -> Option<judge::Scan> {
        judge::scan(
            dossier,
            self.others,
            self.around.parameters.scans.least_networks.value,
            self.thresholds,
            self.oldest,
        )
    }

    fn hit(&self, dossier: &Dossier) -> Option<judge::Hit> {
        if dossier.dark_since == i64::MAX {
            return None;
        }
        let addresses = dark_addresses::<A>(self.around);
        judge::hit(dossier, self.thresholds, addresses, self.oldest)
    }

    fn tell_scan(&mut self, dossier: &mut Dossier, told: Told) {
        let Some((_, scan)) = dossier.scan else {
            return;
        };
        // What grew is told as it is now; what decided stays as it was where the window moved on.
        let scan = self
            .scan(dossier)
            .filter(|now| now.test == scan.test)
            .unwrap_or(scan);
        dossier.scan = Some((told, scan));
        let finding = report::scan(&self.source(dossier), &scan, &told);
        self.news.findings.push(finding);
    }

    fn tell_hit(&mut self, dossier: &mut Dossier, hit: &judge::Hit, told: Told) {
        dossier.hit = Some(told);
        let finding = report::hit(&self.source(dossier), hit, &told);
        self.news.findings.push(finding);
    }

    fn source<'d>(&'d self, dossier: &'d Dossier) -> Source<'d, A> {
        Source {
            line: self.line,
            dossier,
            thresholds: self.thresholds,
            around: self.around,
        }
    }

    fn name(&self, rule: Rule, since: i64) -> FindingId {
        let since = Timestamp::from_micros(since);
        FindingId::derive(rule, &report::subject(self.line), None, since)
    }

    fn suspect(&mut self, rule: Rule, finding: FindingId, since: i64) {
        self.news.suspicions.push(Suspicion {
            line: self.line,
            since: Timestamp::from_micros(since),
            finding,
            rule,
        });
    }
}

impl Chosen {
    fn clear(&mut self) {
        let Self {
            openings,
            others,
            failed,
            logins,
            unusual,
        } = self;
        for list in [openings, others, failed, logins, unusual] {
            list.clear();
        }
    }

    /// Sorts an answered session by what is known of its service.
    fn add_session<A: Address>(&mut self, columns: &Columns<A>, visit: Visit, kind: Kind) {
        let at = visit.row as usize;
        // The later records of a long session do not begin one.
        if !TcpFlags(columns.tcp_flags[at]).any(TcpFlags::SYN) {
            return;
        }
        if kind.is_login() {
            self.logins.push(visit);
        } else if kind.is_unusual() && comes_back(columns, at) {
            self.unusual.push(visit);
        }
    }
}

/// Counts the dark addresses of a family. IPv6 space is counted in lines' prefixes; there is so
/// much of it that nobody meets it blindly.
fn dark_addresses<A: Address>(around: &Surroundings<'_>) -> f64 {
    let wide = A::BITS == 32;
    let of_family = around
        .territory
        .dark()
        .iter()
        .filter(|net| net.addr().is_ipv4() == wide);
    let bits = i32::from(A::LINE_BITS);
    let sizes = of_family.map(|net| 2f64.powi((bits - i32::from(net.prefix_len())).max(0)));
    if wide { sizes.sum() } else { 0.0 }
}

/// A short name of the network in which an address lies: the IPv4 /16 itself, the IPv6 /32 folded.
#[inline]
fn network<A: Address>(address: A) -> u16 {
    let upper = if A::BITS == 32 {
        address.to_u128() >> 16
    } else {
        address.to_u128() >> 96
    };
    (upper ^ (upper >> 16)) as u16
}

/// Tells whether a TCP row opens: SYN without ACK.
#[inline]
fn opens<A: Address>(columns: &Columns<A>, at: usize) -> bool {
    columns.tcp_flags[at] & (TcpFlags::SYN | TcpFlags::ACK) == TcpFlags::SYN
}

/// Tells whether a row that does not open may matter all the same: it is a session at a port of
/// which nothing is known, both directions seen, or what was no opening was refused.
#[inline]
fn may_matter<A: Address>(columns: &Columns<A>, at: usize, kind: Kind) -> bool {
    let back = columns.reverse_flags.get(at).copied().unwrap_or_default();
    let refused = back & (TcpFlags::RST | TcpFlags::SYN) == TcpFlags::RST;
    refused || (kind.is_unusual() && comes_back(columns, at))
}

/// Tells whether both directions of a row were seen.
#[inline]
fn comes_back<A: Address>(columns: &Columns<A>, at: usize) -> bool {
    columns
        .reverse_packets
        .get(at)
        .is_some_and(|&packets| packets > 0)
}

/// Tells whether the answering side sent the first payload.
#[inline]
fn spoke_first<A: Address>(columns: &Columns<A>, at: usize) -> bool {
    columns.marks_of(at).any(Marks::RESPONDER_SPOKE_FIRST)
}

/// Tells how the opening of a TCP row ended; none if it is no opening. Where one packet in many
/// was looked at, or nobody said whether, silence means nothing.
fn ending<A: Address>(columns: &Columns<A>, at: usize) -> Option<Ending> {
    let flags = TcpFlags(columns.tcp_flags[at]);
    let marks = columns.marks_of(at);
    let watched = marks.any(Marks::REVERSE_WATCHED) || comes_back(columns, at);
    let sampling = columns.sampling[at];
    if sampling > 1 || (sampling == 0 && !watched) {
        let opening = flags.only_opening() && !marks.any(Marks::FIRST_IS_ANSWER);
        return opening.then_some(Ending::Unknown);
    }
    match columns.outcome(at) {
        Outcome::Unanswered if opens(columns, at) => Some(Ending::Failed),
        Outcome::Refused => Some(Ending::Failed),
        Outcome::Answered => Some(Ending::Answered),
        _ => None,
    }
}

/// Tells when a row began, in microseconds. A clock that is wrong by days must not move what is
/// remembered.
#[inline]
fn time<A: Address>(columns: &Columns<A>, at: usize, around: &Surroundings<'_>) -> i64 {
    let now = around.now.as_micros();
    let window = around.parameters.scans.window().as_micros();
    columns.first[at].clamp(now.saturating_sub(window), now)
}

#[cfg(test)]
#[path = "scans_tests.rs"]
mod tests;
