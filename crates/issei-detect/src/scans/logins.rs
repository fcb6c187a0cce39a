//! Log-in guessing: many short, like sessions with one service that asks for a password.
//!
//! In: answered sessions with services that ask for passwords by their port, and, counted apart,
//! sessions at ports of which nothing is known; these are judged more strictly unless the service
//! mostly speaks first, as log-in services do. Out: findings about own lines, and about foreign hosts that guess at own ones.
//! Under sampling sessions cannot be counted, so nothing is judged.
//! The count alone has a null model; size, likeness and pace are guards that keep copying,
//! monitoring and mail out.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Columns, Endpoint, Evidence, Finding, FindingId, FlowRecord, Level,
    Observation, Role, Rule, Span, Statistic, Subject, Timestamp, protocol,
};

use super::evidence::{Shown, sentences};
use super::parameters::ScanParameters;
use super::report;
use super::thresholds::Thresholds;
use super::told::Told;
use crate::engine::{News, Surroundings, Suspicion};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::statistics::negative_binomial_tail;
use crate::table::{Table, Visit, second};

/// Who guesses, at which host and port.
type Target<A> = (A, A, u16);

/// Sessions of one guesser with one service within the window.
#[derive(Clone, Copy, Debug, Default)]
struct Sessions {
    /// Microseconds of the first beginning and the last end.
    first: i64,
    last: i64,
    count: u32,
    /// Sums over the sessions: bytes each way, squares of those sent, seconds.
    sent: f32,
    squares: f32,
    back: f32,
    seconds: f32,
    /// Sessions in which the service spoke first.
    spoke_first: u32,
}

/// What is known of the ports at which sessions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A service that asks for passwords listens at the port.
    Login,
    /// Nothing is known of the port.
    Unusual,
}

/// What the guards look at.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measures {
    sent: f64,
    back: f64,
    length: f64,
    /// Standard deviation of the bytes sent over their mean.
    spread: f64,
    at_once: f64,
    /// Share of the sessions in which the service spoke first.
    spoke_first: f64,
}

/// Sessions of all guessers.
#[derive(Debug)]
pub(super) struct Logins<A: Address> {
    place: Place,
    key: Key,
    sessions: Table<Target<A>, Sessions>,
    cases: BTreeMap<Target<A>, Case>,
    most_cases: usize,
    window: i64,
    /// When cases were last looked through for silent ones.
    forgot: Timestamp,
    /// Cases of which no details were kept because there were too many.
    cases_away: u64,
}

/// A guesser with many sessions.
#[derive(Clone, Debug)]
struct Case {
    /// The guesser is one of our lines; the host is one of ours.
    own: bool,
    inside: bool,
    since: i64,
    until: i64,
    /// Sessions in all.
    sessions: u64,
    /// Sessions within the window, and their measures, when they weighed most.
    most: u64,
    measures: Measures,
    shown: Shown,
    told: Option<Told>,
}

impl<A: Address> Logins<A> {
    pub(super) fn new(place: Place, parameters: &Parameters, key: Key) -> Self {
        let p = &parameters.scans;
        let window = Span::from_secs(i64::from(p.login_seconds.value));
        let hash_of = |key: Key, target: &Target<A>| key.pair(target.0, target.1, target.2);
        Self {
            place,
            key,
            sessions: Table::new(key, hash_of, p.most_guesses.value, window),
            cases: BTreeMap::new(),
            most_cases: p.most_cases.value,
            window: window.as_micros(),
            forgot: Timestamp::MIN,
            cases_away: 0,
        }
    }

    /// Prepares to look at a row.
    #[inline]
    pub(super) fn visit(&self, columns: &Columns<A>, row: u32) -> Visit {
        let (guesser, host, port) = target(columns, row as usize);
        Visit::new(row, self.key.pair(guesser, host, port))
    }

    /// Takes answered sessions, up to [`crate::table::TOUCHED_AT_ONCE`] of them.
    pub(super) fn take(
        &mut self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        columns: &Columns<A>,
        visits: &mut [Visit],
        news: &mut News<A>,
    ) {
        self.sessions.touch(visits);
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
        for (target, case) in &mut self.cases {
            if let Some(told) = case.told.and_then(|told| told.at_the_end(case.sessions)) {
                case.told = Some(told);
                news.findings
                    .push(case.finding(around, thresholds, target, &told));
            }
        }
    }

    /// Counts what found no room: guessers, and cases.
    pub(super) fn turned_away(&self) -> (u64, u64) {
        (self.sessions.tally().turned_away, self.cases_away)
    }

    pub(super) fn bytes(&self) -> usize {
        let details = Evidence::MOST_SAMPLES * size_of::<FlowRecord>();
        self.sessions.bytes() + self.cases.len() * (size_of::<Case>() + details)
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
        let target = target(columns, at);
        let found = self
            .sessions
            .find_or_enter(visit, target, second(around.now));
        let Some(sessions) = found else { return };
        sessions.note(columns, at, super::time(columns, at, around), self.window);
        // From a quarter of what a finding needs on, records are kept to be shown.
        if u64::from(sessions.count) * 4 < thresholds.logins && !self.cases.contains_key(&target) {
            return;
        }
        let sessions = *sessions;
        if self.cases.len() >= self.most_cases && !self.cases.contains_key(&target) {
            self.forget(around.now);
        }
        let full = self.cases.len() >= self.most_cases;
        let case = match self.cases.get_mut(&target) {
            Some(case) => case,
            None if full => {
                self.cases_away += 1;
                return;
            }
            None => self
                .cases
                .entry(target)
                .or_insert_with(|| Case::new(&sessions, around, columns, at)),
        };
        case.take(columns, at, &sessions);
        let Some(told) = case.decide(around, thresholds, self.place, &target, &sessions) else {
            return;
        };
        let is_new = case.told.is_none();
        case.told = Some(told);
        news.findings
            .push(case.finding(around, thresholds, &target, &told));
        if is_new && case.own {
            news.suspicions.push(Suspicion {
                line: target.0,
                since: Timestamp::from_micros(case.since),
                finding: told.id,
                rule: Rule::LoginBruteForce,
            });
        }
    }

    /// Forgets cases that were silent for a window. At most once a minute, for a look goes through
    /// all of them.
    fn forget(&mut self, now: Timestamp) {
        if now < self.forgot + Span::from_secs(60) {
            return;
        }
        self.forgot = now;
        let oldest = now.as_micros().saturating_sub(self.window);
        self.cases.retain(|_, case| case.until >= oldest);
    }
}

impl Sessions {
    /// Notes a session. A window that is over begins anew with it.
    fn note<A: Address>(&mut self, columns: &Columns<A>, at: usize, time: i64, window: i64) {
        if self.count > 0 && time.saturating_sub(self.first) > window {
            *self = Self::default();
        }
        let length = columns.last[at].saturating_sub(columns.first[at]).max(0);
        if self.count == 0 {
            (self.first, self.last) = (time, time);
        }
        self.first = self.first.min(time);
        self.last = self.last.max(time.saturating_add(length));
        self.count = self.count.saturating_add(1);
        let sent = columns.bytes[at] as f32;
        self.sent += sent;
        self.squares += sent * sent;
        self.back += columns.reverse_bytes.get(at).copied().unwrap_or_default() as f32;
        self.seconds += length as f32 / 1e6;
        self.spoke_first += u32::from(super::spoke_first(columns, at));
    }

    fn measures(&self) -> Measures {
        let count = f64::from(self.count.max(1));
        let mean = f64::from(self.sent) / count;
        let variance = (f64::from(self.squares) / count - mean * mean).max(0.0);
        // A burst of less than a second is taken as one.
        let whole = (self.last.saturating_sub(self.first) as f64 / 1e6).max(1.0);
        Measures {
            sent: mean,
            back: f64::from(self.back) / count,
            length: f64::from(self.seconds) / count,
            spread: variance.sqrt() / mean.max(1.0),
            at_once: f64::from(self.seconds) / whole,
            spoke_first: f64::from(self.spoke_first) / count,
        }
    }
}

impl Measures {
    /// Tells whether the sessions are short, alike, balanced, and follow each other without a
    /// pause; at an unusual port several must be open at once.
    fn are_guesses(&self, place: Place, p: &ScanParameters) -> bool {
        let most = p.most_login_bytes.value;
        let small = self.sent <= most && self.back <= most;
        let ratio = self.back / self.sent.max(1.0);
        let balanced = ratio <= p.most_login_ratio.value && ratio * p.most_login_ratio.value >= 1.0;
        let (one_way, at_once) = match place {
            // Where only one direction is exported, nothing comes back.
            Place::Login => (self.back == 0.0, p.least_logins_at_once.value),
            Place::Unusual if self.spoke_first >= 0.5 => (false, p.least_logins_at_once.value),
            Place::Unusual => (false, p.least_unusual_at_once.value),
        };
        small
            && (balanced || one_way)
            && self.length <= p.most_login_length.value
            && self.spread <= p.most_login_spread.value
            && self.at_once >= at_once
    }
}

impl Case {
    fn new<A: Address>(
        sessions: &Sessions,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        at: usize,
    ) -> Self {
        Self {
            own: around.territory.is_ours(columns.source[at]),
            inside: around.territory.is_ours(columns.destination[at]),
            since: sessions.first,
            until: sessions.last,
            // The one at hand is counted when it is taken.
            sessions: u64::from(sessions.count).saturating_sub(1),
            most: 0,
            measures: sessions.measures(),
            shown: Shown::new(),
            told: None,
        }
    }

    fn take<A: Address>(&mut self, columns: &Columns<A>, at: usize, sessions: &Sessions) {
        self.until = self.until.max(sessions.last);
        self.sessions += 1;
        if u64::from(sessions.count) >= self.most {
            self.most = u64::from(sessions.count);
            self.measures = sessions.measures();
        }
        self.shown.take(columns, at, Evidence::MOST_SAMPLES);
    }

    fn decide<A: Address>(
        &self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        place: Place,
        target: &Target<A>,
        sessions: &Sessions,
    ) -> Option<Told> {
        if let Some(told) = self.told {
            return told.again(Level::Finding, self.sessions, around.now);
        }
        let many = u64::from(sessions.count) >= thresholds.logins;
        let guesses = sessions
            .measures()
            .are_guesses(place, &around.parameters.scans);
        (many && guesses).then(|| {
            let id = FindingId::derive(
                Rule::LoginBruteForce,
                &subject(self.own, target.0),
                Some(&service(target)),
                Timestamp::from_micros(self.since),
            );
            Told::first(id, Level::Finding, self.sessions, around.now)
        })
    }

    fn finding<A: Address>(
        &self,
        around: &Surroundings<'_>,
        thresholds: &Thresholds,
        target: &Target<A>,
        told: &Told,
    ) -> Finding {
        Finding {
            id: told.id,
            revision: told.revision,
            rule: Rule::LoginBruteForce,
            level: told.level,
            subject: subject(self.own, target.0),
            role: Role::LoginGuesser,
            // The host is named only where it is nobody's line.
            peer: (!self.inside).then(|| service(target)),
            summary: format!(
                "guesses log-ins: {} short sessions with one service on port {}",
                self.sessions, target.2
            ),
            since: Timestamp::from_micros(self.since),
            until: Timestamp::from_micros(self.until),
            decided_at: told.decided_at,
            evidence: self.evidence(around, thresholds),
        }
    }

    fn evidence(&self, around: &Surroundings<'_>, thresholds: &Thresholds) -> Evidence {
        let p = &around.parameters.scans;
        let (mean, dispersion) = (p.innocent_logins.value, p.logins_dispersion.value);
        let seconds = p.login_seconds.value;
        let statistic = Statistic {
            name: format!("P(N>={}) log-in sessions in {seconds} s", self.most),
            value: negative_binomial_tail(self.most, mean, dispersion),
            threshold: thresholds.alpha,
            null_model: format!(
                "an innocent line begins {mean} sessions with one such service in {seconds} s on \
                 average, by a negative binomial law of dispersion {dispersion}"
            ),
            null_origin: p.innocent_logins.origin.clone(),
            error_bound: thresholds.alpha,
            bound_of: format!(
                "per line and window, before the guards on size, likeness and pace; the rule \
                 counts at {}",
                thresholds.logins
            ),
        };
        let measures = &self.measures;
        let mut evidence = self.shown.evidence(around, statistic);
        evidence.observations = vec![
            Observation::count("sessions in all", self.sessions, "sessions"),
            Observation::count("most sessions within one window", self.most, "sessions"),
            Observation::real("mean size sent", measures.sent, "bytes"),
            Observation::real("mean size that came back", measures.back, "bytes"),
            Observation::real("mean length", measures.length, "s"),
            Observation::real("spread of the sizes sent", measures.spread, ""),
            Observation::real("sessions open at once", measures.at_once, "sessions"),
            Observation::real(
                "share of the sessions in which the service spoke first",
                measures.spoke_first,
                "",
            ),
        ];
        evidence.alternatives = alternatives(measures);
        evidence.refuted_by = sentences([
            "the service's log shows that the log-ins succeeded",
            "the owner of both sides names the script or the monitor that opened the sessions",
        ]);
        evidence.does_not_show = sentences([
            "which names and passwords were tried, and whether one was right: no payload is looked at",
            "which device behind the line opened the sessions",
        ]);
        evidence.independent_kinds = vec!["many short sessions with one log-in service".into()];
        evidence
    }
}

fn alternatives(measures: &Measures) -> Vec<Alternative> {
    vec![
        Alternative::rejected(
            "copying of files",
            format!(
                "{:.0} bytes sent and {:.0} received a session, spread {:.2}",
                measures.sent, measures.back, measures.spread
            ),
        ),
        Alternative::rejected(
            "a monitor that looks in at intervals",
            format!("{:.1} sessions are open at once", measures.at_once),
        ),
        Alternative::open(
            "a script of the owner that logs in again and again with a key",
            "success and failure look alike without payload; the service's log decides",
        ),
    ]
}

fn subject<A: Address>(own: bool, guesser: A) -> Subject {
    if own {
        report::subject(guesser)
    } else {
        Subject::Remote(Endpoint::host(guesser.to_ip()))
    }
}

fn service<A: Address>(target: &Target<A>) -> Endpoint {
    Endpoint {
        ip: target.1.to_ip(),
        port: target.2,
        protocol: protocol::TCP,
    }
}

fn target<A: Address>(columns: &Columns<A>, at: usize) -> Target<A> {
    (
        columns.source[at].prefix(A::LINE_BITS),
        columns.destination[at],
        columns.destination_port[at],
    )
}
