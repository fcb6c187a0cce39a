//! NetFlow v5: one fixed layout, copied as if a template had told it.

use issei_model::{FlowBatch, Problem, ProblemKind};
use issei_wire::export::netflow5::{HEADER_LENGTH, Header, RECORD, RECORD_LENGTH};

use super::desk::Desk;
use super::domain::Domain;
use super::flows::{self, DataSet};
use super::plan::Plan;
use super::sampling::Scope;
use super::times::{Boot, Clock};

/// Compiles the one layout.
pub(super) fn plan() -> Option<Plan> {
    Plan::of_flows(RECORD.into_iter())
}

/// Reads a datagram that came from `port`.
pub(super) fn read(
    domain: &mut Domain,
    port: u16,
    header: Header,
    records: &[u8],
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> Result<(), Problem> {
    let claimed = usize::from(header.count) * RECORD_LENGTH;
    if header.count > MOST_RECORDS && claimed > records.len() {
        // No version 5 exporter puts so many into a datagram; whatever this is, it is not flows.
        return Err(Problem::new(
            ProblemKind::BadCount,
            2,
            u64::from(header.count),
        ));
    }
    let full = Problem::new(ProblemKind::TooManyExporters, 0, u64::from(port));
    let session = domain
        .sessions
        .of(port, header.sequence, desk.now)
        .ok_or(full)?;
    desk.tally.datagrams_read += 1;
    if header.sampling_interval > 0 {
        let (basis, every) = (domain.sampling.basis(), u32::from(header.sampling_interval));
        domain.sampling.announce(Scope::Whole, every);
        desk.note_basis(basis, domain.sampling.basis());
    }
    let came = copy(domain, header, records, desk, out);
    if let Some(session) = domain.sessions.get_mut(session) {
        session.proven |= domain.origin.is_some();
        session.notice_restart(header.uptime_ms, header.sequence);
        let arrival = desk.arrive(&mut session.sequence, header.sequence);
        let told = u32::from(header.count);
        let units = (told == came).then_some(told);
        session.sequence.took(arrival, header.sequence, units);
        domain.lost += desk.losses(&mut session.sequence);
    }
    desk.account(domain);
    Ok(())
}

/// Copies as many records as the header claims and the bytes hold.
fn copy(
    domain: &mut Domain,
    header: Header,
    records: &[u8],
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> u32 {
    let Some(plan) = desk.netflow5.take() else {
        return 0;
    };
    desk.tally.sets += 1;
    desk.tally.sets_read += 1;
    let claimed = usize::from(header.count) * RECORD_LENGTH;
    let set = DataSet {
        plan: &plan,
        body: records.get(..claimed).unwrap_or(records),
        at: HEADER_LENGTH,
        clock: Clock {
            export: header.export.as_micros(),
            boot: Boot::Uptime(header.uptime_ms),
        },
    };
    let came = flows::read(&set, &mut domain.sampling, &mut domain.origin, desk, out);
    desk.netflow5 = Some(plan);
    let told = header.count;
    let problem = |kind| Problem::new(kind, 2, u64::from(told));
    if records.len() >= claimed + RECORD_LENGTH {
        desk.problems.note(problem(ProblemKind::BadCount));
    } else if u32::from(told) > came {
        let missing = u32::from(told) - came;
        desk.refuse_records(problem(ProblemKind::Truncated), u64::from(missing));
    }
    came
}

/// Records that a datagram of version 5 may have.
const MOST_RECORDS: u16 = 30;
