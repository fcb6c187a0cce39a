//! Command servers: what do the suspects share, and what confirms it? (D4, D5)
//!
//! In: flow records sorted by direction, and the suspects that other rules tell. Out: findings
//! about remote services: candidates (D4), confirmed ones (D5), and what only looks like one.
//! On the way it keeps the radius memory: who talks to which remote service, how much.
//! Always: bounded memory; one overlapped touch per contact; no allocation per record; only what
//! an own line *sends* makes a contact, so nobody outside can write into the memory.
//! Under sampling a TCP record that carries ACK shows that the service answered; what is not
//! sampled is not seen, so numbers of lines are "at least", while the test, which compares lines
//! under the same sampling, stays exact.
//! Known limits: a command server inside the own network is not looked for; services behind one
//! shared address cannot be told apart.

mod classes;
mod endpoints;
mod exhibits;
mod guards;
mod judge;
mod known;
mod parameters;
mod prefixes;
mod report;
mod suspects;
mod told;

use std::hint::black_box;

use issei_model::{
    Address, Columns, Finding, Indicator, IndicatorKind, Level, Marks, Outcome, Problem,
    ProblemKind, Problems, Span, TcpFlags, Timestamp, protocol,
};

pub use classes::{ClassMap, ClassMapError};
pub use known::KnownServices;
pub use parameters::CommandParameters;

use self::classes::LineClasses;
use self::endpoints::Endpoints;
use self::exhibits::Exhibits;
use self::guards::{Guards, Measures, Verdict};

use self::judge::{Look, Population, Tested};
use self::report::Case;
use self::suspects::Suspects;
use self::told::{Kind, News, Tellings};
use crate::engine::{Sorted, Surroundings, Suspicion};
use crate::hashing::{Key, Service, name_of};
use crate::statistics::{DistinctCount, DistinctEstimate};

/// What the memory of contacts knows of a remote service, for a radius or for a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contacts {
    /// Lines that contacted it in this epoch and the one before, with the standard error; exact
    /// for up to six, about 12.7 % above 64. Under sampling: at least.
    pub lines: DistinctEstimate,
    /// Suspects among the sampled lines.
    pub suspects_sampled: u64,
    /// Lines in the sample.
    pub sampled: u64,
    /// Bytes sent to it, scaled by the sampling rate.
    pub bytes_out: u64,
    /// Bytes that came back, scaled by the sampling rate.
    pub bytes_in: u64,
    /// Packets sent to it, scaled by the sampling rate.
    pub packets_out: u64,
    /// The first contact that is remembered.
    pub since: Timestamp,
    /// The last contact, to the minute.
    pub until: Timestamp,
}

/// What the rules on command servers did, in numbers that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandTally {
    /// Outbound records seen.
    pub outbound: u64,
    /// Those that made a contact.
    pub contacts: u64,
    /// Those whose service found no room.
    pub turned_away: u64,
    /// Those that show no answered contact: openings, refusals, own services' answers, others
    /// than TCP and UDP.
    pub passed_over: u64,
    /// Looks at the whole memory.
    pub looks: u64,
    /// Services whose tail was small enough at a look, by what became of them.
    pub candidates: u64,
    /// Named as victims, downloads or shared services.
    pub context: u64,
    /// Turned away by a guard without a word.
    pub dismissed: u64,
}

impl CommandTally {
    /// Adds what another family counted.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.outbound += other.outbound;
        self.contacts += other.contacts;
        self.turned_away += other.turned_away;
        self.passed_over += other.passed_over;
        self.looks += other.looks;
        self.candidates += other.candidates;
        self.context += other.context;
        self.dismissed += other.dismissed;
    }
}

/// One contact on its way into the tables.
#[derive(Clone, Copy, Debug, Default)]
struct Visit {
    row: u32,
    /// Where the service most likely stands.
    at: usize,
    service_hash: u64,
    line_hash: u64,
}

/// The memory of contacts of one address family and the rules on it.
#[derive(Debug)]
pub(crate) struct Command<A: Address> {
    parameters: CommandParameters,
    key: Key,
    endpoints: Endpoints<A>,
    classes: LineClasses,
    suspects: Suspects,
    exhibits: Exhibits<A>,
    /// Lines with contacts in this epoch and in the one before.
    active: [DistinctCount; 2],
    told: Tellings<A>,
    epoch: Option<i64>,
    next_look: Option<Timestamp>,
    sees_answers: bool,
    visits: Vec<Visit>,
    shown: Vec<(u32, u8)>,
    problems: Problems,
    counted: Counted,
    tally: CommandTally,
}

/// What of the tables' own counts already stands in the problems.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    endpoints: u64,
    suspects: u64,
    lines: u64,
}

/// Rows whose memory is touched before any is updated: their loads overlap, and what was
/// touched is still in the second-level cache when it is used.
const TOUCHED_AT_ONCE: usize = 128;
/// Registers of the count of active lines, as a power of two: standard error 0.8 %, 16 KiB.
const ACTIVE_BITS: u32 = 14;
/// A port below this belongs to a service; a line that sends from one answers.
const FIRST_CLIENT_PORT: u16 = 1_024;

impl<A: Address> Command<A> {
    /// Makes an empty memory with the bounds of the parameters.
    pub(crate) fn new(parameters: &CommandParameters, hash_key: [u64; 2]) -> Self {
        let p = parameters;
        let (most, samples) = if A::BITS == 32 {
            (p.most_endpoints_v4.value, p.most_samples_v4.value)
        } else {
            (p.most_endpoints_v6.value, p.most_samples_v6.value)
        };
        let key = Key::new(hash_key);
        Self {
            key,
            endpoints: Endpoints::new(key, most, samples),
            classes: LineClasses::new(p.most_classed_lines.value),
            suspects: Suspects::new(p.most_suspects.value),
            exhibits: Exhibits::new(p.most_exhibits.value),
            active: [
                DistinctCount::new(ACTIVE_BITS),
                DistinctCount::new(ACTIVE_BITS),
            ],
            told: Tellings::new(p.most_told.value),
            epoch: None,
            next_look: None,
            sees_answers: false,
            visits: Vec::with_capacity(TOUCHED_AT_ONCE),
            shown: Vec::with_capacity(TOUCHED_AT_ONCE),
            problems: Problems::default(),
            counted: Counted::default(),
            tally: CommandTally::default(),
            parameters: parameters.clone(),
        }
    }

    /// Takes a batch: what own lines send makes contacts, what comes back counts as answers.
    pub(crate) fn observe(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        sorted: &Sorted,
        _out: &mut Vec<Finding>,
    ) {
        self.keep_time(around.now);
        for rows in sorted.outbound.chunks(TOUCHED_AT_ONCE) {
            self.choose_contacts(columns, rows);
            self.touch();
            self.touch_samples();
            self.note_contacts(around, columns);
        }
        for rows in sorted.inbound.chunks(TOUCHED_AT_ONCE) {
            self.choose_answers(columns, rows);
            self.touch();
            self.note_answers(columns);
        }
        self.count_problems();
    }

    /// Notes that another rule suspects a line.
    pub(crate) fn suspect(&mut self, suspicion: Suspicion<A>) {
        let line = name_of(self.key.line(suspicion.line));
        self.suspects
            .suspect(line, suspicion.since, suspicion.finding, suspicion.rule);
    }

    /// Tells when the next look is due.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.next_look
    }

    /// Looks at the whole memory if a look is due.
    pub(crate) fn on_deadline(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        if self.next_look.is_some_and(|due| due <= around.now) {
            self.next_look =
                Some(around.now.floor(self.parameters.pause()) + self.parameters.pause());
            self.look(around, false, out);
        }
    }

    /// Looks a last time and tells everything in its last form.
    pub(crate) fn finish(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        if self.epoch.is_some() {
            self.look(around, true, out);
        }
    }

    /// Tells what the memory knows of a remote service.
    pub(crate) fn contacts(&self, address: A, port: u16, protocol: u8) -> Option<Contacts> {
        let service = Service {
            address,
            port,
            udp: protocol == protocol::UDP,
        };
        let at = self.endpoints.find(self.key.service(&service), &service)?;
        let mut sample = Vec::new();
        let limit = self.endpoints.sampled(at, &mut sample);
        let known = self.endpoints.known(at, sample.len(), limit);
        let suspects = sample
            .iter()
            .filter(|contact| self.suspects.get(contact.line).is_some());
        Some(Contacts {
            lines: known.distinct,
            suspects_sampled: suspects.count() as u64,
            sampled: sample.len() as u64,
            bytes_out: known.bytes_out,
            bytes_in: known.bytes_in,
            packets_out: known.packets_out,
            since: Timestamp::from_secs(i64::from(known.first)),
            until: Timestamp::from_secs(i64::from(known.last)),
        })
    }

    /// Tells what was turned away.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells what was done.
    pub(crate) fn tally(&self) -> CommandTally {
        CommandTally {
            turned_away: self.endpoints.tally.turned_away,
            ..self.tally
        }
    }

    /// Tells how many remote services are remembered.
    pub(crate) fn services(&self) -> usize {
        self.endpoints.len()
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        self.endpoints.bytes() + self.classes.bytes() + 2 * (1 << ACTIVE_BITS)
    }

    /// Begins a new epoch when its time has come, and sets the first look.
    fn keep_time(&mut self, now: Timestamp) {
        let length = self.parameters.epoch().as_micros();
        let epoch = now.as_micros().div_euclid(length);
        if self.next_look.is_none() {
            self.next_look = Some(now.floor(self.parameters.pause()) + self.parameters.pause());
        }
        // Time does not run backwards: a late batch belongs to the epoch that is open.
        if self.epoch.is_some_and(|open| epoch <= open) {
            return;
        }
        let skipped = self.epoch.is_some_and(|open| epoch > open + 1);
        self.epoch = Some(epoch);
        self.endpoints.begin_epoch(epoch);
        self.classes.begin_epoch(epoch);
        self.suspects.begin_epoch(epoch);
        self.active.swap(0, 1);
        self.active[0].clear();
        if skipped {
            self.active[1].clear();
        }
    }

    /// Chooses the rows in which a line contacts a service, and hashes both.
    fn choose_contacts(&mut self, columns: &Columns<A>, rows: &[u32]) {
        self.visits.clear();
        self.tally.outbound += rows.len() as u64;
        for &row in rows {
            let at = row as usize;
            if !is_contact(columns, at) {
                self.tally.passed_over += 1;
                continue;
            }
            let line_hash = self.key.line(columns.source[at].prefix(A::LINE_BITS));
            self.active[0].add(line_hash);
            self.visits.push(Visit {
                row,
                at: 0,
                service_hash: self.key.service(&remote(columns, at, Direction::Outbound)),
                line_hash,
            });
        }
    }

    /// Chooses the rows in which a service may answer a line.
    fn choose_answers(&mut self, columns: &Columns<A>, rows: &[u32]) {
        self.visits.clear();
        for &row in rows {
            let at = row as usize;
            if is_answer(columns, at) {
                self.visits.push(Visit {
                    row,
                    at: 0,
                    service_hash: self.key.service(&remote(columns, at, Direction::Inbound)),
                    line_hash: 0,
                });
            }
        }
    }

    /// Reads what the visits will need, in loops whose loads do not wait for each other: first
    /// the tags, then the slots they point to.
    fn touch(&mut self) {
        let mut seen = 0;
        for visit in &self.visits {
            seen ^= u32::from(self.endpoints.touch_tags(visit.service_hash));
        }
        for visit in &mut self.visits {
            visit.at = self.endpoints.likely_place(visit.service_hash);
        }
        for visit in &self.visits {
            seen ^= self.endpoints.touch_slot(visit.at);
        }
        black_box(seen);
    }

    /// Reads the samples in which contacts will be noted, once the slots are at hand.
    fn touch_samples(&self) {
        let samples = self.visits.iter().map(|visit| {
            self.endpoints
                .touch_sample(visit.at, name_of(visit.line_hash))
        });
        black_box(samples.fold(0, |seen, sample| seen ^ sample));
    }

    fn note_contacts(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let window = self.parameters.epoch().as_micros();
        let now = around.now.as_micros();
        let visits = std::mem::take(&mut self.visits);
        for visit in &visits {
            let row = visit.row as usize;
            let service = remote(columns, row, Direction::Outbound);
            // A clock that is wrong by days must not move what is remembered.
            let time = columns.first[row].clamp(now.saturating_sub(window), now);
            let second = (time / 1_000_000).clamp(0, i64::from(u32::MAX)) as u32;
            let class = || {
                around
                    .classes
                    .class_of(service.address.to_ip(), service.port)
            };
            let found =
                self.endpoints
                    .find_or_enter(visit.at, visit.service_hash, &service, second, class);
            let Some(at) = found else { continue };
            self.note_contact(columns, visit, at, &service, second);
        }
        self.visits = visits;
        self.note_classes();
    }

    fn note_contact(
        &mut self,
        columns: &Columns<A>,
        visit: &Visit,
        at: usize,
        service: &Service<A>,
        second: u32,
    ) {
        let row = visit.row as usize;
        let line = name_of(visit.line_hash);
        let rate = u64::from(columns.sampling[row].max(1));
        let scaled = |amount: u64| amount.saturating_mul(rate);
        self.tally.contacts += 1;
        self.endpoints.contact(at, line, second);
        self.endpoints
            .sent(at, scaled(columns.packets[row]), scaled(columns.bytes[row]));
        let back = columns.reverse_bytes.get(row).copied().unwrap_or_default();
        if back > 0 {
            self.sees_answers = true;
        }
        // TCP made a contact only because its flags or its outcome show an answer.
        if back > 0 || !service.udp {
            self.endpoints.answered(at, scaled(back));
        }
        let class = self.endpoints.class(at);
        if class != 0 {
            self.shown.push((line, class));
        }
        if self.suspects.made_contact(line) && self.endpoints.mark_suspected(at) {
            // The second contact of suspects: from here on it is worth showing.
            self.exhibits.show(service, columns, row);
        }
    }

    /// Notes the classes that lines have shown, after touching their places.
    fn note_classes(&mut self) {
        let touched = self.shown.iter().map(|&(line, _)| self.classes.touch(line));
        black_box(touched.fold(0, |seen, line| seen ^ line));
        for (line, class) in self.shown.drain(..) {
            self.classes.note(line, class);
        }
    }

    fn note_answers(&mut self, columns: &Columns<A>) {
        for visit in &self.visits {
            let row = visit.row as usize;
            let service = remote(columns, row, Direction::Inbound);
            let Some(at) = self
                .endpoints
                .find_near(visit.at, visit.service_hash, &service)
            else {
                continue;
            };
            self.sees_answers = true;
            let rate = u64::from(columns.sampling[row].max(1));
            self.endpoints
                .answered(at, columns.bytes[row].saturating_mul(rate));
        }
    }

    /// Tests every service and tells what became of those whose tail is small.
    fn look(&mut self, around: &Surroundings<'_>, last: bool, out: &mut Vec<Finding>) {
        self.tally.looks += 1;
        self.endpoints.sweep();
        if (self.suspects.len() as u64) < self.parameters.least_suspects.value {
            return;
        }
        let mut active = self.active[0].clone();
        active.absorb(&self.active[1]);
        let population = Population::count(active.estimate(), &self.classes, &self.suspects);
        let look = judge::look(
            &self.endpoints,
            &population,
            &self.classes,
            &self.suspects,
            &self.parameters,
        );
        let allowed = self.parameters.wrong_share_per_look();
        let mut list: Vec<&Tested> = look
            .tested
            .iter()
            .filter(|t| t.wrong_share <= allowed)
            .collect();
        list.sort_by(|a, b| a.ln_tail.total_cmp(&b.ln_tail));
        let judged = self.judge_all(around, &population, &look, &list);
        for (tested, (verdict, measures)) in list.iter().zip(&judged) {
            let known = self
                .endpoints
                .known(tested.at, tested.sample.len(), tested.limit);
            let case = Case {
                tested,
                known: &known,
                measures,
                verdict,
                family: look.family,
                allowed,
                population: &population,
            };
            self.tell(around, &case, last, out);
        }
        self.forget_exhibits(&look.tested);
        let memory = self.parameters.epoch();
        self.told.forget(around.now - memory - memory);
        self.count_problems();
    }

    /// Judges the services of a list; the first are the most surprising.
    fn judge_all(
        &self,
        around: &Surroundings<'_>,
        population: &Population,
        look: &Look,
        list: &[&Tested],
    ) -> Vec<(Verdict, Measures)> {
        let guards = Guards {
            parameters: &self.parameters,
            known: around.known,
            population,
            suspects: &self.suspects,
            sees_answers: self.sees_answers,
        };
        let measure = |tested: &Tested| {
            let known = self
                .endpoints
                .known(tested.at, tested.sample.len(), tested.limit);
            let measures = guards.measure(tested, &known, look);
            (known, measures)
        };
        let measured: Vec<_> = list.iter().map(|tested| measure(tested)).collect();
        let is_target = |place: &usize| guards.is_target(&measured[*place].0, &measured[*place].1);
        let others: Vec<&Tested> = (0..list.len())
            .filter(|place| !is_target(place))
            .map(|place| list[place])
            .collect();
        let cases = list.iter().zip(measured);
        cases
            .map(|(tested, (known, measures))| {
                (guards.judge(tested, &known, &measures, &others), measures)
            })
            .collect()
    }

    /// Tells one service's finding, if it is new, has doubled, or the end has come.
    fn tell(
        &mut self,
        around: &Surroundings<'_>,
        case: &Case<'_, A>,
        last: bool,
        out: &mut Vec<Finding>,
    ) {
        match case.verdict {
            Verdict::Candidate => self.tally.candidates += 1,
            verdict if report::is_told(verdict) => self.tally.context += 1,
            _ => self.tally.dismissed += 1,
        }
        let dated = dated_indicators(around, case, self.parameters.indicator_days.value);
        let level = report::level(case.verdict);
        let confirmed = level == Some(Level::Candidate) && !dated.is_empty();
        let confirmed = confirmed.then_some(Level::Finding);
        let service = case.known.service;
        for (kind, level) in [(Kind::Enrichment, level), (Kind::Confirmation, confirmed)] {
            let news = News {
                id: report::name(case, kind),
                level,
                suspects: case.suspects(),
                now: around.now,
                last,
            };
            let Some(told) = self.told.tell(&service, kind, news) else {
                continue;
            };
            let evidence = report::Evidenced {
                parameters: &self.parameters,
                around,
                suspects: &self.suspects,
                shown: self.exhibits.of(&service),
                dated: &dated,
                enrichment: self.told.name(&service, Kind::Enrichment),
            };
            out.push(report::finding(case, kind, &told, &evidence));
        }
    }

    /// Keeps the records of services that suspects still share, and those of others only while
    /// there is much room.
    fn forget_exhibits(&mut self, tested: &[Tested]) {
        if self.exhibits.is_roomy() {
            return;
        }
        let known = |tested: &Tested| self.endpoints.known(tested.at, 0, u32::MAX).service;
        let mut shared: Vec<Service<A>> = tested.iter().map(known).collect();
        shared.sort_unstable();
        self.exhibits
            .keep(|service| shared.binary_search(service).is_ok());
    }

    /// Carries the tables' own counts of what they turned away into the problems.
    fn count_problems(&mut self) {
        let now = Counted {
            endpoints: self.endpoints.tally.turned_away,
            suspects: self.suspects.turned_away + self.told.turned_away,
            lines: self.classes.turned_away,
        };
        let before = std::mem::replace(&mut self.counted, now);
        for (kind, now, before) in [
            (
                ProblemKind::EndpointTableFull,
                now.endpoints,
                before.endpoints,
            ),
            (ProblemKind::DossierTableFull, now.suspects, before.suspects),
            (ProblemKind::LineTableFull, now.lines, before.lines),
        ] {
            if now > before {
                self.problems
                    .note_many(Problem::new(kind, 0, now), now - before);
            }
        }
    }
}

/// Finds the dated indicators with a source that speak of the service and are not too old.
///
/// They are the one kind of evidence at hand that does not depend on the enrichment. What
/// suspects did with the service, a session when their scan began, a download, a keep-alive,
/// rests on the same contacts, and a vendor's platform would explain it together with them; so it
/// confirms nothing (decision 0010). A statement about a whole prefix is none about one address.
fn dated_indicators<'a, A: Address>(
    around: &Surroundings<'a>,
    case: &Case<'_, A>,
    days: u32,
) -> Vec<&'a Indicator> {
    let service = case.known.service;
    let oldest = around.now - Span::from_secs(i64::from(days) * 86_400);
    let said = around
        .indicators
        .about(service.address.to_ip(), service.port);
    let counts = |indicator: &&Indicator| {
        let dated = indicator
            .said_at
            .is_some_and(|at| at >= oldest && at <= around.now);
        dated && !indicator.source.is_empty() && is_about_one_address(indicator.kind)
    };
    said.filter(counts).collect()
}

fn is_about_one_address(kind: IndicatorKind) -> bool {
    match kind {
        IndicatorKind::Address { .. } => true,
        IndicatorKind::Prefix(net) => net.prefix_len() == net.max_prefix_len(),
    }
}

/// From which side a record looks at the remote service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Outbound,
    Inbound,
}

/// Names the remote service of a row.
#[inline]
fn remote<A: Address>(columns: &Columns<A>, row: usize, direction: Direction) -> Service<A> {
    let (address, port) = match direction {
        Direction::Outbound => (columns.destination[row], columns.destination_port[row]),
        Direction::Inbound => (columns.source[row], columns.source_port[row]),
    };
    Service {
        address,
        port,
        udp: columns.protocol[row] == protocol::UDP,
    }
}

/// Tells whether a line contacts a service here and, for TCP, is answered.
#[inline]
fn is_contact<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    let watched = columns.marks_of(row).any(Marks::REVERSE_WATCHED)
        || columns
            .reverse_packets
            .get(row)
            .is_some_and(|&packets| packets > 0);
    if watched {
        let transport = matches!(columns.protocol[row], protocol::TCP | protocol::UDP);
        return transport && columns.outcome(row) == Outcome::Answered;
    }
    let answers_somebody = columns.source_port[row] < FIRST_CLIENT_PORT
        && columns.destination_port[row] >= FIRST_CLIENT_PORT;
    if answers_somebody {
        return false;
    }
    match columns.protocol[row] {
        protocol::TCP => acknowledges(TcpFlags(columns.tcp_flags[row])),
        // Whether it ever answers is learned from what comes back.
        protocol::UDP => true,
        _ => false,
    }
}

/// Tells whether a line's flags show that the other side answered it: it acknowledges, and it is
/// neither itself only answering an opening (SYN-ACK) nor refusing one (RST).
#[inline]
fn acknowledges(flags: TcpFlags) -> bool {
    const TELLING: u8 =
        TcpFlags::FIN | TcpFlags::SYN | TcpFlags::RST | TcpFlags::PSH | TcpFlags::ACK;
    const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
    const RST_ACK: u8 = TcpFlags::RST | TcpFlags::ACK;
    let flags = flags.0 & TELLING;
    flags & TcpFlags::ACK != 0 && flags != SYN_ACK && flags != RST_ACK
}

/// Tells whether something comes back here that can be an answer.
#[inline]
fn is_answer<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    match columns.protocol[row] {
        protocol::TCP => TcpFlags(columns.tcp_flags[row]).any(TcpFlags::ACK),
        protocol::UDP => true,
        _ => false,
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
