//! Brings records that have no fixed form into one, so that they too are copied by columns.
//!
//! In: the body of a data set and its plan. Out: rows of one length in a buffer per family.
//! Always: the buffers are reused, and a record that runs out of bytes ends the set.
//! Standard: RFC 7011, section 7 (variable lengths) and 6.2 (fewer bytes than usual).

use issei_model::{Problem, ProblemKind};
use issei_wire::export::templates::Field;

use super::columns::number;
use super::heads;
use super::plan::{Layout, People, Place, Plan, Step};

/// Rows waiting to be copied into columns.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) v4: Vec<u8>,
    pub(super) v6: Vec<u8>,
    row: Vec<u8>,
}

impl Scratch {
    pub(super) fn bytes(&self) -> usize {
        self.v4.capacity() + self.v6.capacity() + self.row.capacity()
    }
}

/// What became of the records of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// Records that now stand in a buffer.
    pub(super) records: u64,
    /// Records that name nobody.
    pub(super) nobody: u64,
    /// Records whose packet could not be read, and why the first could not.
    pub(super) unread: u64,
    pub(super) unread_for: Option<Problem>,
    /// What ended the walk early.
    pub(super) problem: Option<Problem>,
}

/// Rewrites every record of `body`, which begins at `at` in its datagram.
pub(super) fn rewrite(plan: &Plan, body: &[u8], at: usize, scratch: &mut Scratch) -> Rewritten {
    scratch.v4.clear();
    scratch.v6.clear();
    let mut done = Rewritten::default();
    let mut rest = body;
    // What is shorter than any record is padding (RFC 7011, section 3.3.1).
    while rest.len() >= plan.least {
        scratch.row.clear();
        scratch.row.resize(plan.layout.length, 0);
        let Some((after, section)) = take(&plan.steps, rest, &mut scratch.row) else {
            let offset = at + body.len() - rest.len();
            done.problem = Some(Problem::new(ProblemKind::Truncated, offset as u64, 0));
            break;
        };
        rest = after;
        let home = match home(plan, section, &mut scratch.row) {
            Ok(home) => home,
            Err(problem) => {
                done.unread += 1;
                done.unread_for.get_or_insert(problem);
                continue;
            }
        };
        let home = match home {
            People::V4 => &mut scratch.v4,
            People::V6 => &mut scratch.v6,
            _ => {
                done.nobody += 1;
                continue;
            }
        };
        home.extend_from_slice(&scratch.row);
        done.records += 1;
    }
    done
}

/// Tells in which family's columns a rewritten record belongs.
fn home(plan: &Plan, section: Option<&[u8]>, row: &mut [u8]) -> Result<People, Problem> {
    match plan.people {
        People::Either => Ok(either(&plan.layout, row)),
        People::Inside(kind) => {
            let v4 = heads::fill(&plan.layout, row, kind, section.unwrap_or_default())?;
            Ok(if v4 { People::V4 } else { People::V6 })
        }
        other => Ok(other),
    }
}

/// A record with room for both families fills one of them and leaves the other blank.
fn either(layout: &Layout, row: &[u8]) -> People {
    let filled = |place| {
        let slot = layout.slot(place);
        let at = usize::from(slot.at);
        let bytes = row.get(at..at + usize::from(slot.width));
        bytes.unwrap_or_default().iter().any(|&byte| byte != 0)
    };
    let v4 = filled(Place::Source4) || filled(Place::Destination4);
    let v6 = filled(Place::Source6) || filled(Place::Destination6);
    if v6 && !v4 { People::V6 } else { People::V4 }
}

/// Rewrites options records, each into a row of the first buffer.
pub(super) fn rewrite_options(
    plan: &Plan,
    body: &[u8],
    at: usize,
    scratch: &mut Scratch,
) -> Rewritten {
    scratch.v4.clear();
    let mut done = Rewritten::default();
    let mut rest = body;
    while rest.len() >= plan.least {
        let start = scratch.v4.len();
        scratch.v4.resize(start + plan.layout.length, 0);
        let Some((after, _)) = take(&plan.steps, rest, &mut scratch.v4[start..]) else {
            scratch.v4.truncate(start);
            let offset = at + body.len() - rest.len();
            done.problem = Some(Problem::new(ProblemKind::Truncated, offset as u64, 0));
            break;
        };
        rest = after;
        done.records += 1;
    }
    done
}

/// Takes one record's fields, each to its place in `row`. Tells what follows the record, and the
/// section of a packet that it holds.
fn take<'a>(
    steps: &[Step],
    mut rest: &'a [u8],
    row: &mut [u8],
) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let mut section = None;
    for step in steps {
        let (value, after) = if step.length == Field::VARIABLE {
            variable(rest)?
        } else {
            rest.split_at_checked(usize::from(step.length))?
        };
        rest = after;
        if step.section {
            section = Some(value);
        }
        put(value, *step, row);
    }
    Some((rest, section))
}

/// Reads a value that tells its own length: one byte, or three (RFC 7011, section 7).
fn variable(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&short, after) = bytes.split_first()?;
    if short < 255 {
        return after.split_at_checked(usize::from(short));
    }
    let (long, after) = after.split_first_chunk()?;
    after.split_at_checked(usize::from(u16::from_be_bytes(*long)))
}

/// Writes a number at the right end of its place. One too wide for it is left out.
fn put(value: &[u8], step: Step, row: &mut [u8]) {
    let (at, width) = (usize::from(step.to.at), usize::from(step.to.width));
    if width == 0 || value.len() > width {
        return;
    }
    if let Some(place) = row.get_mut(at + width - value.len()..at + width) {
        place.copy_from_slice(value);
    }
}

/// Reads a number of a rewritten options record; nothing if its template lacks it.
pub(super) fn told(layout: &Layout, row: &[u8], place: Place) -> Option<u64> {
    let slot = layout.slot(place);
    slot.is_there().then(|| number(row, slot))
}
