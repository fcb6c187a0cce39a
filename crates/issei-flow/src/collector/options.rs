//! Options records: what exporters tell about themselves.
//!
//! Taken are sampling rates, with the sampler or interface they are for, and the moment the
//! exporter started. Names of interfaces, applications and the like are counted and left.
//! Standards: RFC 3954, section 6.1; RFC 5477, section 8; RFC 5610 is not needed.

use issei_model::{Problem, ProblemKind};

use super::columns::Records;
use super::desk::Desk;
use super::plan::{Place, Plan};
use super::rewrite::{rewrite_options, told};
use super::sampling::{Sampling, Scope, told_rate};

/// Reads the records of an options set. Tells how many there were.
pub(super) fn read(
    plan: &Plan,
    body: &[u8],
    at: usize,
    sampling: &mut Sampling,
    started: &mut Option<i64>,
    desk: &mut Desk,
) -> u32 {
    let done = rewrite_options(plan, body, at, &mut desk.scratch);
    desk.tally.options += done.records;
    if let Some(problem) = done.problem {
        desk.problems.note(problem);
    }
    let length = plan.layout.length;
    if length == 0 {
        // Nothing in it is wanted.
        return done.records as u32;
    }
    let basis = sampling.basis();
    for row in Records::new(&desk.scratch.v4, length).rows() {
        if let Some(millis) = told(&plan.layout, row, Place::InitTime) {
            *started = i64::try_from(millis)
                .ok()
                .and_then(|millis| millis.checked_mul(1_000));
        }
        if let Some(kind) = rate(plan, row, sampling) {
            desk.problems.note(Problem::new(kind, at as u64, 0));
        }
    }
    desk.note_basis(basis, sampling.basis());
    done.records as u32
}

/// Takes a rate out of a record. Tells what is wrong with it.
fn rate(plan: &Plan, row: &[u8], sampling: &mut Sampling) -> Option<ProblemKind> {
    let layout = &plan.layout;
    let every = match told_rate(layout, row) {
        Some(0) => return Some(ProblemKind::BadSampling),
        Some(every) => every,
        None if speaks_of_sampling(plan) => return Some(ProblemKind::UselessOptions),
        None => return None,
    };
    let sampler = told(layout, row, Place::Sampler);
    let interface = told(layout, row, Place::Input).filter(|&index| index != 0);
    let scope = match (sampler, interface) {
        (Some(id), _) => Scope::Sampler(id),
        (None, Some(index)) => Scope::Interface(index),
        (None, None) => Scope::Whole,
    };
    let taken = sampling.announce(scope, every);
    (!taken).then_some(ProblemKind::BadSampling)
}

/// Tells whether a template means to announce sampling, though it lacks what a rate needs.
fn speaks_of_sampling(plan: &Plan) -> bool {
    const PARTS: [Place; 4] = [
        Place::RunLength,
        Place::Space,
        Place::Size,
        Place::Population,
    ];
    PARTS.iter().any(|&place| plan.layout.has(place))
}
