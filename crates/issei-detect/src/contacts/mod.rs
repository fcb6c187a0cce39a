//! Contacts that are worth seeing beside a finding, and suspects that talk among each other.
//!
//! In: flow records sorted by direction, the indicators, and the suspects that other rules tell.
//! Out: context about lines: what a list warns of, the session and the downloads of a line that
//! began to scan or flood, services a line returns to again and again; and the suspects whose peers
//! are suspects beyond chance (D8). Always: bounded memory; what nobody suspects is remembered
//! only while there is room, so in a large network a record costs a look at two filters; no
//! contact alone is more than context, and nothing here makes a line a suspect.
//! Not here: what suspects share beyond chance (`command`).

mod contact;
mod dossiers;
mod downloads;
mod exchange;
mod matches;
mod parameters;
mod peer_bots;
mod peers;
mod report;
mod returning;
mod scanners;
mod sessions;
mod told;
mod watch;

use std::collections::BTreeMap;

use issei_model::{
    Address, Columns, Evidence, Finding, FindingId, Problem, ProblemKind, Problems, Timestamp,
};

pub use parameters::ContactParameters;

use self::contact::{Contact, Kind};
use self::dossiers::{Dossiers, Onset};
use self::downloads::Why;
use self::exchange::Exchange;
use self::matches::{Hit, Matches};
use self::peer_bots::PeerBots;
use self::report::Words;
use self::scanners::Scanners;
use self::sessions::Beside;
use self::told::{Moment, tell};
use crate::engine::{News, Sorted, Surroundings, Suspicion};
use crate::hashing::{Key, Service};
use crate::parameters::Parameters;
use crate::statistics::DistinctCount;
use crate::table::{TOUCHED_AT_ONCE, Visit, second};

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct ContactRules<A: Address> {
    parameters: ContactParameters,
    dossiers: Dossiers<A>,
    matches: Matches<A>,
    peer_bots: PeerBots<A>,
    scanners: Scanners<A>,
    /// One line in [`COUNTED_ONE_IN`] that was active today.
    active: DistinctCount,
    day: Option<i64>,
    /// Suspects told to hold a session, by endpoint.
    sessions: BTreeMap<Service<A>, u32>,
    /// Lines of which something new is known, since the last judgement.
    due: Vec<A>,
    now: Timestamp,
    visits: Vec<Visit>,
    probes: Vec<Visit>,
    hits: Vec<u32>,
    /// Rows that may be an exchange among peers.
    meetings: Vec<u32>,
    problems: Problems,
    counted: Counted,
}

/// What of the tables' own counts already stands in the problems.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    lines: u64,
    suspects: u64,
    matches: u64,
    hosts: u64,
}

/// One line in so many is counted as active: a share chosen by a keyed hash, which costs nothing.
const COUNTED_ONE_IN: u64 = 16;
/// Registers of that count, as a power of two: standard error 1.6 %.
const ACTIVE_BITS: u32 = 12;
/// Of a large network, the peers of one line in so many that nobody suspects are sampled.
const CONTROL_ONE_IN: u64 = 256;

impl<A: Address> ContactRules<A> {
    /// Makes empty memories with the bounds of the parameters.
    pub(crate) fn new(parameters: &Parameters, hash_key: [u64; 2]) -> Self {
        let p = &parameters.contacts;
        let key = Key::new(hash_key);
        let scanners = Scanners::new(
            key,
            p.most_scanners.value,
            p.memory(),
            &parameters.scans.worm_ports.value,
            p.least_lines_probed.value,
        );
        Self {
            peer_bots: PeerBots::new(p, key),
            scanners,
            active: DistinctCount::new(ACTIVE_BITS),
            day: None,
            dossiers: Dossiers::new(p, hash_key),
            matches: Matches::new(p, key),
            sessions: BTreeMap::new(),
            due: Vec::new(),
            now: Timestamp::MIN,
            visits: Vec::with_capacity(TOUCHED_AT_ONCE),
            probes: Vec::with_capacity(TOUCHED_AT_ONCE),
            hits: Vec::with_capacity(TOUCHED_AT_ONCE),
            meetings: Vec::with_capacity(TOUCHED_AT_ONCE),
            problems: Problems::default(),
            counted: Counted::default(),
            parameters: p.clone(),
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
        self.keep_time(around.now);
        for rows in sorted.outbound.chunks(TOUCHED_AT_ONCE) {
            self.choose_outbound(around, columns, rows);
            self.dossiers.touch(&mut self.visits);
            self.note_sent(columns);
            self.note_hits(around, columns, &mut news.findings);
            self.note_meetings(around, columns, Side::Sent);
        }
        for rows in sorted.inbound.chunks(TOUCHED_AT_ONCE) {
            self.choose_inbound(around, columns, rows);
            self.dossiers.touch(&mut self.visits);
            self.note_back(columns);
            self.note_hits_inbound(around, columns, &mut news.findings);
            self.note_meetings(around, columns, Side::LetIn);
            self.note_probes(columns);
        }
        for rows in sorted.internal.chunks(TOUCHED_AT_ONCE) {
            self.note_internal(around, columns, rows);
        }
        self.judge_due(around, &mut news.findings);
        self.count_problems();
    }

    /// Notes that another rule suspects a line.
    pub(crate) fn suspect(&mut self, suspicion: &Suspicion<A>) {
        let Suspicion {
            line,
            since,
            finding,
            rule,
        } = *suspicion;
        let onset = Onset {
            since,
            told_at: self.now.max(since),
            finding,
            rule,
        };
        self.peer_bots
            .suspect(&self.parameters, self.now.max(since), suspicion);
        if self
            .dossiers
            .suspect(line, onset, second(self.now.max(since)))
        {
            self.due.push(line);
        }
    }

    /// Tells when something is due without any record: at once, if a line was just suspected.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let at_once = (!self.due.is_empty()).then_some(self.now);
        at_once.or_else(|| self.peer_bots.next_deadline())
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.keep_time(around.now);
        self.judge_due(around, &mut news.findings);
        let active = self.active_lines();
        self.peer_bots
            .on_deadline(around, &self.scanners, active, &mut news.findings);
    }

    /// Says what is still to be said, and everything that was said in its last form.
    pub(crate) fn finish(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.keep_time(around.now);
        self.judge_due(around, &mut news.findings);
        let told = |contacts: &[Contact<A>]| contacts.iter().any(Contact::is_told);
        let lines: Vec<A> = self
            .dossiers
            .iter()
            .filter(|(_, dossier)| told(&dossier.contacts))
            .map(|(line, _)| line)
            .collect();
        for line in lines {
            self.judge(around, line, Moment::Last, &mut news.findings);
        }
        self.matches.finish(around, &mut news.findings);
        let active = self.active_lines();
        let out = &mut news.findings;
        self.peer_bots
            .look(around, &self.scanners, active, Moment::Last, out);
        self.count_problems();
    }

    /// Tells what found no room.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        self.dossiers.bytes()
            + self.matches.bytes()
            + self.peer_bots.bytes()
            + self.scanners.bytes()
            + (1 << ACTIVE_BITS)
    }

    fn keep_time(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.dossiers.keep_time(self.now, self.parameters.memory());
        let day = self.now.as_micros().div_euclid(86_400_000_000);
        if self.day.is_none_or(|open| day > open) {
            self.day = Some(day);
            self.active.clear();
            self.peer_bots.begin_day();
        }
    }

    /// Tells how many lines are active, rather too few than too many.
    fn active_lines(&self) -> u64 {
        let counted = self.active.estimate();
        let low = (counted.count - 3.0 * counted.standard_error).max(0.0);
        let low = (low * COUNTED_ONE_IN as f64) as u64;
        low.max(self.dossiers.len() as u64)
            .max(self.peer_bots.len() as u64)
    }

    /// Chooses the rows whose line is of interest, and those that an indicator may speak of.
    fn choose_outbound(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, rows: &[u32]) {
        self.visits.clear();
        self.hits.clear();
        self.meetings.clear();
        let listed = !around.indicators.is_empty();
        for &row in rows {
            let at = row as usize;
            if listed && around.indicators.may_know(columns.destination[at]) {
                self.hits.push(row);
            }
            let line = columns.source[at].prefix(A::LINE_BITS);
            let mixed = self.dossiers.mix(line);
            if (mixed / CONTROL_ONE_IN).is_multiple_of(COUNTED_ONE_IN) {
                self.active.add(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            }
            let interest = self.dossiers.is_of_interest(mixed);
            if interest && exchange::of_outbound(columns, at) != Exchange::None {
                self.visits.push(self.dossiers.visit(row, line));
            }
            if interest || mixed.is_multiple_of(CONTROL_ONE_IN) {
                self.meetings.push(row);
            }
        }
    }

    fn choose_inbound(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, rows: &[u32]) {
        self.visits.clear();
        self.hits.clear();
        self.meetings.clear();
        self.probes.clear();
        let listed = !around.indicators.is_empty();
        for &row in rows {
            let at = row as usize;
            if listed && around.indicators.may_know(columns.source[at]) {
                self.hits.push(row);
            }
            if self.scanners.is_probe(columns, at) {
                self.probes.push(self.scanners.visit(columns, row));
            }
            let line = columns.destination[at].prefix(A::LINE_BITS);
            let mixed = self.dossiers.mix(line);
            let interest = self.dossiers.is_of_interest(mixed);
            if interest && exchange::is_answer(columns, at) {
                self.visits.push(self.dossiers.visit(row, line));
            }
            if interest || mixed.is_multiple_of(CONTROL_ONE_IN) {
                self.meetings.push(row);
            }
        }
    }

    /// Hands on what may be an exchange among peers.
    fn note_meetings(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, side: Side) {
        for &row in &self.meetings {
            let place = (row as usize, false);
            match side {
                Side::Sent => self
                    .peer_bots
                    .note_sent(around, &self.scanners, columns, place),
                Side::LetIn => self
                    .peer_bots
                    .note_let_in(around, &self.scanners, columns, place),
            }
        }
    }

    /// Between two of ours, both are lines and each is the other's peer.
    fn note_internal(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, rows: &[u32]) {
        for &row in rows {
            let at = row as usize;
            let chosen = |address: A| {
                let mixed = self.dossiers.mix(address.prefix(A::LINE_BITS));
                self.dossiers.is_of_interest(mixed) || mixed.is_multiple_of(CONTROL_ONE_IN)
            };
            let (sender, other) = (chosen(columns.source[at]), chosen(columns.destination[at]));
            let place = (at, true);
            if sender {
                self.peer_bots
                    .note_sent(around, &self.scanners, columns, place);
            }
            if other {
                self.peer_bots
                    .note_let_in(around, &self.scanners, columns, place);
            }
        }
    }

    fn note_probes(&mut self, columns: &Columns<A>) {
        self.scanners.touch(&mut self.probes);
        for visit in &self.probes {
            self.scanners.note(columns, visit, self.now);
        }
    }

    fn note_sent(&mut self, columns: &Columns<A>) {
        let visits = std::mem::take(&mut self.visits);
        for visit in &visits {
            self.note_contact(columns, visit);
        }
        self.visits = visits;
    }

    fn note_contact(&mut self, columns: &Columns<A>, visit: &Visit) {
        let row = visit.row as usize;
        let line = columns.source[row].prefix(A::LINE_BITS);
        let service = exchange::service_called(columns, row);
        let exchange = exchange::of_outbound(columns, row);
        let hash = self.dossiers.hash_of(&service);
        let now = second(self.now);
        let Some(dossier) = self.dossiers.of_sender(visit, line, now) else {
            return;
        };
        let (onset, in_session) = (dossier.onset, dossier.in_session);
        if dossier.find(hash, &service).is_none() {
            if exchange == Exchange::Tried && !dossier.knocked(hash) {
                return;
            }
            let first = Timestamp::from_micros(columns.first[row]);
            let next_look = self.parameters.least_returns.value.saturating_add(1);
            let contact = Contact::new(service, first, columns.source_port[row], next_look);
            if self.dossiers.add(line, hash, contact).is_none() {
                return;
            }
        }
        let found = self.dossiers.of(line);
        let Some(contact) = found.and_then(|dossier| dossier.find(hash, &service)) else {
            return;
        };
        let most_shown = if onset.is_some() || contact.is_told() {
            Evidence::MOST_SAMPLES
        } else {
            1
        };
        contact.note_sent(columns, row, exchange, most_shown);
        if is_worth_judging(&self.parameters, contact, onset.as_ref(), in_session) {
            self.due.push(line);
        }
    }

    fn note_back(&mut self, columns: &Columns<A>) {
        for visit in &self.visits {
            let row = visit.row as usize;
            let line = columns.destination[row].prefix(A::LINE_BITS);
            let service = exchange::service_heard(columns, row);
            let hash = self.dossiers.hash_of(&service);
            let Some(dossier) = self.dossiers.of(line) else {
                continue;
            };
            let (onset, in_session) = (dossier.onset, dossier.in_session);
            if let Some(contact) = dossier.find(hash, &service) {
                contact.note_back(columns, row);
                if is_worth_judging(&self.parameters, contact, onset.as_ref(), in_session) {
                    self.due.push(line);
                }
            }
        }
    }

    fn note_hits(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        out: &mut Vec<Finding>,
    ) {
        for &row in &self.hits {
            let row = row as usize;
            let exchange = exchange::of_outbound(columns, row);
            if exchange == Exchange::None {
                continue;
            }
            let line = columns.source[row].prefix(A::LINE_BITS);
            let hit = Hit {
                row,
                line,
                service: exchange::service_called(columns, row),
                exchange,
                inbound: false,
                suspect: self.dossiers.may_suspect(line),
            };
            self.matches.note(around, columns, &hit, out);
        }
    }

    fn note_hits_inbound(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        out: &mut Vec<Finding>,
    ) {
        for &row in &self.hits {
            let row = row as usize;
            if !exchange::was_let_in(columns, row) {
                continue;
            }
            let line = columns.destination[row].prefix(A::LINE_BITS);
            let hit = Hit {
                row,
                line,
                service: exchange::service_heard(columns, row),
                exchange: Exchange::Answered,
                inbound: true,
                suspect: self.dossiers.may_suspect(line),
            };
            self.matches.note(around, columns, &hit, out);
        }
    }

    fn judge_due(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        due.dedup();
        for line in due.drain(..) {
            self.judge(around, line, Moment::Now, out);
        }
        self.due = due;
    }

    /// Says what is worth saying about a line's contacts.
    fn judge(
        &mut self,
        around: &Surroundings<'_>,
        line: A,
        moment: Moment,
        out: &mut Vec<Finding>,
    ) {
        let Some(dossier) = self.dossiers.of(line) else {
            return;
        };
        let onset = dossier.onset;
        let contacts = std::mem::take(&mut dossier.contacts);
        let mut desk = Desk {
            around,
            line,
            moment,
            contacts,
            out,
        };
        if let Some(onset) = onset {
            desk.judge_sessions(&onset, &mut self.sessions);
            desk.judge_downloads(&onset);
        }
        if onset.is_some() || self.dossiers.len() <= self.parameters.small_network_lines.value {
            desk.judge_returning(&self.dossiers);
        }
        let contacts = desk.contacts;
        if let Some(dossier) = self.dossiers.of(line) {
            let in_session = |contact: &Contact<A>| contact.told(Kind::Session).is_some();
            dossier.in_session = contacts.iter().any(in_session);
            dossier.contacts = contacts;
        }
    }

    /// Carries the tables' own counts of what they turned away into the problems.
    fn count_problems(&mut self) {
        let now = Counted {
            lines: self.dossiers.lines_turned_away(),
            suspects: self.dossiers.suspects_turned_away + self.peer_bots.turned_away,
            matches: self.matches.turned_away() + self.matches.passed_over,
            hosts: self.scanners.turned_away(),
        };
        let before = std::mem::replace(&mut self.counted, now);
        for (kind, now, before) in [
            (ProblemKind::LineTableFull, now.lines, before.lines),
            (ProblemKind::DossierTableFull, now.suspects, before.suspects),
            (ProblemKind::DossierTableFull, now.matches, before.matches),
            (ProblemKind::EndpointTableFull, now.hosts, before.hosts),
        ] {
            if now > before {
                self.problems
                    .note_many(Problem::new(kind, 0, now), now - before);
            }
        }
    }
}

/// Tells whether a change of this contact can bring forth or revise a finding: most of a
/// suspect's contacts are ordinary, and to judge a line reads all of its contacts.
fn is_worth_judging<A: Address>(
    p: &ContactParameters,
    contact: &Contact<A>,
    onset: Option<&Onset>,
    in_session: bool,
) -> bool {
    let of_suspect = |onset: &Onset| {
        let early = in_session || contact.first <= onset.since;
        sessions::is_likely(p, contact) || (early && downloads::is_download(p, contact))
    };
    contact.is_told() || contact.sessions >= contact.next_look || onset.is_some_and(of_suspect)
}

/// Which side of an exchange among peers is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Sent,
    LetIn,
}

/// One line's contacts on the desk, to be judged.
struct Desk<'a, 'b, A: Address> {
    around: &'a Surroundings<'b>,
    line: A,
    moment: Moment,
    contacts: Vec<Contact<A>>,
    out: &'a mut Vec<Finding>,
}

impl<A: Address> Desk<'_, '_, A> {
    fn parameters(&self) -> &ContactParameters {
        &self.around.parameters.contacts
    }

    fn is_protected(&self, contact: &Contact<A>) -> bool {
        let Service { address, port, .. } = contact.service;
        self.around.known.protects(address.to_ip(), port).is_some()
    }

    /// Tells the first moment the line met a host, on any port.
    fn met(&self, address: A) -> Timestamp {
        let with_host = self
            .contacts
            .iter()
            .filter(|contact| contact.service.address == address);
        with_host
            .map(|contact| contact.first)
            .min()
            .unwrap_or(Timestamp::MAX)
    }

    /// Tells the sessions held when the line began to misbehave, the likeliest first.
    fn judge_sessions(&mut self, onset: &Onset, sessions: &mut BTreeMap<Service<A>, u32>) {
        let p = self.parameters();
        let may_command = |contact: &Contact<A>| {
            let met = || self.met(contact.service.address);
            sessions::may_command(p, contact, onset, met) && !self.is_protected(contact)
        };
        let mut fits: Vec<usize> = (0..self.contacts.len())
            .filter(|&at| may_command(&self.contacts[at]))
            .collect();
        fits.sort_by_key(|&at| self.likelihood(&self.contacts[at], onset));
        let rivals = fits.len().saturating_sub(1);
        fits.truncate(p.most_sessions_a_line.value);
        for at in fits {
            self.tell_session(at, onset, rivals, sessions);
        }
    }

    /// Orders sessions: those told before, those marked, those with a host that also handed out
    /// files, those that began last before the evidence.
    fn likelihood(
        &self,
        contact: &Contact<A>,
        onset: &Onset,
    ) -> (bool, bool, bool, u64, Service<A>) {
        let gap = contact.session.first.since(onset.since);
        (
            contact.told(Kind::Session).is_none(),
            !sessions::is_marked(contact),
            !self.downloaded_from(contact.service.address),
            gap.as_micros().unsigned_abs(),
            contact.service,
        )
    }

    fn downloaded_from(&self, address: A) -> bool {
        let p = self.parameters();
        let mut of_host = self
            .contacts
            .iter()
            .filter(|contact| contact.service.address == address);
        of_host.any(|contact| downloads::is_download(p, contact))
    }

    fn tell_session(
        &mut self,
        at: usize,
        onset: &Onset,
        rivals: usize,
        sessions: &mut BTreeMap<Service<A>, u32>,
    ) {
        let contact = &self.contacts[at];
        let service = contact.service;
        let known = sessions.get(&service).copied().unwrap_or_default();
        let fresh = contact.told(Kind::Session).is_none();
        let beside = Beside {
            rivals,
            others: known.saturating_sub(u32::from(!fresh)),
            downloaded: self.downloaded_from(service.address),
        };
        let words = sessions::words(contact, onset, &beside);
        if self.tell(at, Kind::Session, words)
            && fresh
            && (known > 0 || sessions.len() < MOST_SESSION_ENDPOINTS)
        {
            *sessions.entry(service).or_default() += 1;
        }
    }

    /// Tells downloads from hosts with a session told, and what was fetched shortly before.
    fn judge_downloads(&mut self, onset: &Onset) {
        let p = self.parameters();
        let commands = |address: A| {
            let told = |contact: &&Contact<A>| contact.told(Kind::Session).is_some();
            let mut hosts = self.contacts.iter().filter(told);
            hosts.any(|contact| contact.service.address == address)
        };
        let is_download = |&at: &usize| {
            let contact = &self.contacts[at];
            downloads::is_download(p, contact) && !self.is_protected(contact)
        };
        let all = (0..self.contacts.len()).filter(is_download);
        let (same_host, others): (Vec<usize>, Vec<usize>) =
            all.partition(|&at| commands(self.contacts[at].service.address));
        let mut before: Vec<usize> = others
            .into_iter()
            .filter(|&at| downloads::is_shortly_before(p, &self.contacts[at], onset))
            .collect();
        let mut hosts: Vec<A> = before
            .iter()
            .map(|&at| self.contacts[at].service.address)
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        if hosts.len() > p.most_download_hosts.value {
            before.clear();
        }
        for (list, why) in [(same_host, Why::SameHost), (before, Why::ShortlyBefore)] {
            for at in list {
                let words = downloads::words(&self.contacts[at], onset, why);
                self.tell(at, Kind::Download, words);
            }
        }
    }

    /// Tells the services the line returns to, if they stand out.
    fn judge_returning(&mut self, dossiers: &Dossiers<A>) {
        let told = |contact: &&Contact<A>| contact.told(Kind::Returning).is_some();
        let mut room = self.parameters().most_returning_a_line.value;
        room = room.saturating_sub(self.contacts.iter().filter(told).count());
        for at in 0..self.contacts.len() {
            let contact = &self.contacts[at];
            let before = contact.told(Kind::Returning).is_some();
            if !before && (contact.sessions < contact.next_look || room == 0) {
                continue;
            }
            let Some(why) = returning::stands_out(self.parameters(), contact) else {
                self.look_later(at);
                continue;
            };
            let sharing = self.count_sharing(dossiers, &contact.service);
            let common = sharing > self.parameters().most_sharing_lines.value;
            if !before && (common || self.is_protected(contact)) {
                self.look_later(at);
                continue;
            }
            let words = returning::words(contact, why, sharing);
            self.tell(at, Kind::Returning, words);
            room -= usize::from(!before);
        }
    }

    /// Looks at a contact's returns again when they have grown by half.
    fn look_later(&mut self, at: usize) {
        let contact = &mut self.contacts[at];
        contact.next_look = contact.sessions.saturating_add(contact.sessions / 2 + 1);
    }

    /// Counts the remembered lines that use a service, this one included, in a small network.
    fn count_sharing(&self, dossiers: &Dossiers<A>, service: &Service<A>) -> usize {
        if dossiers.len() > self.parameters().small_network_lines.value {
            return 1;
        }
        let uses = |contacts: &[Contact<A>]| contacts.iter().any(|c| c.service == *service);
        let others = dossiers
            .iter()
            .filter(|(line, dossier)| *line != self.line && uses(&dossier.contacts));
        1 + others.count()
    }

    /// Tells a finding about a contact if it is news. Tells whether it was.
    fn tell(&mut self, at: usize, kind: Kind, words: Words) -> bool {
        let contact = &mut self.contacts[at];
        let (peer, since) = (contact.endpoint(), contact.first);
        let subject = report::subject(self.line);
        let name = || FindingId::derive(words.rule, &subject, Some(&peer), since);
        let count = u64::from(contact.sessions.max(contact.answered));
        let when = (self.around.now, self.moment);
        let Some(told) = tell(contact.told_mut(kind), count, when, name) else {
            return false;
        };
        let contact = &self.contacts[at];
        let finding = report::finding(self.around, self.line, contact, &told, words);
        self.out.push(finding);
        true
    }
}

/// Endpoints of sessions of which it is counted how many suspects hold one.
const MOST_SESSION_ENDPOINTS: usize = 65_536;

#[cfg(test)]
#[path = "contacts_tests.rs"]
mod tests;
