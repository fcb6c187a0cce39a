//! Data sets of flow records: straight into columns, or by way of rewriting.

use issei_model::{FlowBatch, Problem, ProblemKind};

use super::columns::{self, Filling, Records};
use super::desk::Desk;
use super::plan::{People, Plan};
use super::rewrite::{self, Rewritten};
use super::sampling::Sampling;
use super::times::Clock;

/// A data set whose template is known.
pub(super) struct DataSet<'a> {
    pub(super) plan: &'a Plan,
    pub(super) body: &'a [u8],
    /// Where the body begins in its datagram.
    pub(super) at: usize,
    pub(super) clock: Clock,
}

/// Appends the records of a set. Tells how many there were, with those turned away.
pub(super) fn read(
    set: &DataSet<'_>,
    sampling: &mut Sampling,
    origin: &mut Option<u32>,
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> u32 {
    let plan = set.plan;
    let basis = sampling.basis();
    sampling.look_at(&plan.layout);
    desk.note_basis(basis, sampling.basis());
    if !plan.steps.is_empty() {
        return read_rewritten(set, sampling, origin, desk, out);
    }
    let records = Records::new(set.body, plan.layout.length);
    let count = records.count() as u32;
    if plan.people == People::Nobody {
        desk.refuse_records(
            Problem::new(ProblemKind::NoAddresses, set.at as u64, 0),
            u64::from(count),
        );
    } else if count > 0 {
        let filling = Filling {
            clock: set.clock,
            origin: desk.origin(origin),
            sampling,
        };
        let bad_times = match plan.people {
            People::V6 => columns::append(&plan.layout, records, &filling, &mut out.v6),
            _ => columns::append(&plan.layout, records, &filling, &mut out.v4),
        };
        desk.took_records(u64::from(count), bad_times, set.at);
    }
    count
}

fn read_rewritten(
    set: &DataSet<'_>,
    sampling: &mut Sampling,
    origin: &mut Option<u32>,
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> u32 {
    let plan = set.plan;
    let Rewritten {
        unread,
        unread_for,
        records,
        nobody,
        problem,
    } = rewrite::rewrite(plan, set.body, set.at, &mut desk.scratch);
    if nobody > 0 {
        desk.refuse_records(
            Problem::new(ProblemKind::NoAddresses, set.at as u64, 0),
            nobody,
        );
    }
    if let Some(problem) = unread_for {
        desk.refuse_records(
            Problem::new(problem.kind, set.at as u64, problem.detail),
            unread,
        );
    }
    if let Some(problem) = problem {
        desk.refuse_records(problem, 1);
    }
    if records > 0 {
        let filling = Filling {
            clock: set.clock,
            origin: desk.origin(origin),
            sampling,
        };
        let (layout, scratch) = (&plan.layout, &desk.scratch);
        let (v4, v6) = (
            Records::new(&scratch.v4, layout.length),
            Records::new(&scratch.v6, layout.length),
        );
        let bad_times = columns::append(layout, v4, &filling, &mut out.v4)
            + columns::append(layout, v6, &filling, &mut out.v6);
        desk.took_records(records, bad_times, set.at);
    }
    (records + nobody + unread) as u32
}
