//! Where the collector keeps its counts while one datagram is read.

use issei_model::{Problem, ProblemKind, Problems, SamplingBasis, Timestamp};

use super::budget::{Budget, Held};
use super::domain::Domain;
use super::netflow5;
use super::plan::Plan;
use super::rewrite::Scratch;
use super::sequence::{Arrival, Sequence};
use super::waiting::Waiting;
use super::{CollectorLimits, CollectorTally};

/// Counts, bounds and scratch room.
#[derive(Debug)]
pub(super) struct Desk {
    /// When the datagram came.
    pub(super) now: Timestamp,
    pub(super) hash_key: [u64; 2],
    pub(super) limits: CollectorLimits,
    pub(super) problems: Problems,
    pub(super) tally: CollectorTally,
    pub(super) scratch: Scratch,
    /// What senders make us hold.
    pub(super) budget: Budget,
    /// The plan for NetFlow v5; there is one, since its fields are ours.
    pub(super) netflow5: Option<Plan>,
    /// Counts what changed about origins.
    pub(super) news: u64,
    /// Records that domains have in their accounts.
    accounted: u64,
    origins: Origins,
}

impl Desk {
    pub(super) fn new(limits: CollectorLimits, hash_key: [u64; 2], first_origin: u32) -> Self {
        Self {
            now: Timestamp::MIN,
            hash_key,
            budget: Budget::new(limits.shares()),
            limits,
            problems: Problems::default(),
            tally: CollectorTally::default(),
            scratch: Scratch::default(),
            netflow5: netflow5::plan(),
            news: 0,
            accounted: 0,
            origins: Origins::new(first_origin),
        }
    }

    /// Notes bytes after the end that a header tells (RFC 7011, section 10.3.2: one message each).
    pub(super) fn note_excess(&mut self, length: usize, told: usize) {
        if length > told {
            self.problems.note(Problem::new(
                ProblemKind::BadLength,
                told as u64,
                length as u64,
            ));
        }
    }

    /// Turns a set away.
    pub(super) fn refuse_set(&mut self, problem: Problem) {
        self.tally.sets_refused += 1;
        self.problems.note(problem);
    }

    /// Turns records away.
    pub(super) fn refuse_records(&mut self, problem: Problem, count: u64) {
        self.tally.records_refused += count;
        self.problems.note_many(problem, count);
    }

    /// Counts records that now stand in the batch.
    pub(super) fn took_records(&mut self, count: u64, bad_times: u64, at: usize) {
        self.tally.records += count;
        if bad_times > 0 {
            self.problems
                .note_many(Problem::new(ProblemKind::BadTime, at as u64, 0), bad_times);
        }
    }

    /// Looks at a sequence number.
    pub(super) fn arrive(&mut self, sequence: &mut Sequence, number: u32) -> Arrival {
        sequence.settle(self.now);
        let arrival = sequence.arrive(number, self.now);
        if matches!(arrival, Arrival::Late | Arrival::Anew) {
            self.problems.note(Problem::new(
                ProblemKind::SequenceBack,
                0,
                u64::from(number),
            ));
        }
        arrival
    }

    /// Notes whether the basis of an exporter's sampling changed.
    pub(super) fn note_basis(&mut self, before: SamplingBasis, after: SamplingBasis) {
        self.news += u64::from(before != after);
    }

    /// Counts losses that a sequence has made certain.
    pub(super) fn losses(&mut self, sequence: &mut Sequence) -> u64 {
        let lost = sequence.take_lost();
        self.lost(lost)
    }

    pub(super) fn lost(&mut self, lost: u64) -> u64 {
        if lost > 0 {
            self.news += 1;
            self.problems
                .note_many(Problem::new(ProblemKind::SequenceGap, 0, lost), lost);
        }
        lost
    }

    /// Enters into the accounts what a domain sent since the last entry, and what it holds now.
    pub(super) fn account(&mut self, domain: &mut Domain) {
        domain.records += self.tally.records - self.accounted;
        self.accounted = self.tally.records;
        let held = domain.holding();
        self.budget.change(domain.key.sender, domain.held, held);
        domain.held = held;
    }

    /// Counts sets whose template never came.
    pub(super) fn give_up(&mut self, sets: &[Waiting]) {
        for set in sets {
            self.tally.sets_waiting -= 1;
            self.tally.sets_refused += 1;
            let (at, template) = (set.at as u64, u64::from(set.template));
            self.problems
                .note(Problem::new(ProblemKind::TemplateNeverCame, at, template));
        }
    }

    /// Settles the accounts of a domain that is forgotten.
    pub(super) fn forget(&mut self, mut domain: Domain) {
        let lost = domain.sessions.settle(Timestamp::MAX);
        self.lost(lost);
        self.give_up(&domain.waiting.take_stale(Timestamp::MAX));
        self.budget
            .change(domain.key.sender, domain.held, Held::default());
        self.news += u64::from(domain.origin.is_some());
        self.origins.returned.extend(domain.origin);
    }

    pub(super) fn bytes(&self) -> usize {
        self.scratch.bytes()
            + self.budget.bytes()
            + self.origins.returned.capacity() * size_of::<u32>()
    }

    /// Tells a domain's origin index; the first record earns it one.
    pub(super) fn origin(&mut self, origin: &mut Option<u32>) -> u32 {
        *origin.get_or_insert_with(|| {
            self.news += 1;
            self.origins.hand_out()
        })
    }
}

/// The origin indices, handed out without gaps.
#[derive(Debug)]
pub(super) struct Origins {
    next: u32,
    returned: Vec<u32>,
}

impl Origins {
    pub(super) const fn new(first: u32) -> Self {
        Self {
            next: first,
            returned: Vec::new(),
        }
    }

    fn hand_out(&mut self) -> u32 {
        self.returned.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }
}
