//! When a flow was seen: from the exporter's many ways to say it to microseconds since the epoch.
//!
//! Times are judged against their own datagram's export time: an exporter whose clock is wrong is
//! wrong throughout, and detect sees that. A time that the datagram itself rules out is replaced
//! by the export time, marked and counted.

use issei_model::{Columns, Marks};

use super::columns::{Family, Records, mark, number};
use super::plan::{Layout, Place, Slot, Unit};

/// What a datagram's header says about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// The export time, microseconds since the epoch.
    pub(super) export: i64,
    /// What relative times count from.
    pub(super) boot: Boot,
}

/// What the exporter's uptime counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boot {
    /// The header's own uptime in milliseconds is the export time. It wraps after 49.7 days.
    Uptime(u32),
    /// The exporter told when it started, microseconds since the epoch.
    Moment(i64),
    /// Nobody said.
    Unknown,
}

impl Clock {
    /// Fills the two columns of time. Tells the mark for records that have none of their own.
    pub(super) fn append<A: Family>(
        self,
        layout: &Layout,
        records: Records<'_>,
        columns: &mut Columns<A>,
    ) -> u16 {
        let start = columns.first.len();
        let first = self.column(
            &mut columns.first,
            layout,
            records,
            Place::First,
            layout.first,
        );
        let last = self.column(&mut columns.last, layout, records, Place::Last, layout.last);
        match (first, last) {
            (true, true) => {}
            (true, false) => {
                columns.last.extend_from_slice(&columns.first[start..]);
                lengthen(layout, records, &mut columns.last[start..], 1);
            }
            (false, true) => {
                columns.first.extend_from_slice(&columns.last[start..]);
                lengthen(layout, records, &mut columns.first[start..], -1);
            }
            (false, false) => {
                columns.first.resize(start + records.count(), self.export);
                columns.last.resize(start + records.count(), self.export);
                return Marks::TIME_OF_EXPORT;
            }
        }
        0
    }

    /// Appends one column of time; not if the template does not tell it.
    fn column(
        self,
        column: &mut Vec<i64>,
        layout: &Layout,
        records: Records<'_>,
        place: Place,
        unit: Unit,
    ) -> bool {
        let slot = layout.slot(place);
        let export = self.export;
        match (unit, self.boot) {
            (Unit::None, _) => return false,
            (Unit::Uptime, _) if layout.has(Place::InitTime) => {
                let init = layout.slot(Place::InitTime);
                column.extend(records.rows().map(|record| since_init(record, init, slot)));
            }
            (Unit::Uptime, Boot::Uptime(now)) => records.append(column, slot, |told| {
                // The difference stays right when the counter wraps between the flow and its report.
                let before = (told as u32).wrapping_sub(now).cast_signed();
                export + i64::from(before) * 1_000
            }),
            (Unit::Uptime, Boot::Moment(boot)) => {
                records.append(column, slot, |told| boot.saturating_add(millis(told)));
            }
            (Unit::Uptime, Boot::Unknown) => return false,
            (Unit::Seconds, _) => records.append(column, slot, seconds),
            (Unit::Millis, _) => records.append(column, slot, millis),
            (Unit::Ntp, _) => records.append(column, slot, from_ntp),
            (Unit::BeforeExport, _) => records.append(column, slot, |told| {
                export.saturating_sub(told.min(i64::MAX as u64) as i64)
            }),
        }
        true
    }

    /// Looks for rows from `start` on whose times their own datagram rules out, and gives them the
    /// export time. Tells how many there were.
    pub(super) fn judge<A: Family>(self, start: usize, columns: &mut Columns<A>) -> u64 {
        let earliest = self.export.saturating_sub(LONGEST_FLOW);
        let latest = self.export.saturating_add(AHEAD);
        let bad = |first: i64, last: i64| first < earliest || last > latest || first > last;
        let rows = columns.first[start..].iter().zip(&columns.last[start..]);
        let any = rows.fold(false, |any, (&first, &last)| any | bad(first, last));
        if !any {
            return 0;
        }
        let mut replaced = 0;
        for row in start..columns.first.len() {
            let (first, last) = (columns.first[row], columns.last[row]);
            // Absurd times may lie farther apart than a number reaches.
            let back = first.saturating_sub(last);
            if first > last && back <= ROUNDING && !bad(last, last) {
                columns.last[row] = first;
            } else if bad(first, last) {
                columns.first[row] = self.export;
                columns.last[row] = self.export;
                mark(columns, row, Marks::TIME_OF_EXPORT);
                replaced += 1;
            }
        }
        replaced
    }
}

/// Moves times by the duration that the records tell, forwards or backwards.
fn lengthen(layout: &Layout, records: Records<'_>, times: &mut [i64], sign: i64) {
    let slot = layout.slot(Place::Duration);
    if !slot.is_there() {
        return;
    }
    let unit = if layout.duration_micros { 1 } else { 1_000 };
    for (time, record) in times.iter_mut().zip(records.rows()) {
        let duration = number(record, slot).min(i64::MAX as u64) as i64;
        *time = time.saturating_add(sign * duration.saturating_mul(unit));
    }
}

fn since_init(record: &[u8], init: Slot, slot: Slot) -> i64 {
    millis(number(record, init)).saturating_add(millis(number(record, slot)))
}

/// Turns milliseconds into microseconds; what is absurd stays absurd without wrapping round.
fn millis(told: u64) -> i64 {
    told.min(i64::MAX as u64 / 1_000) as i64 * 1_000
}

fn seconds(told: u64) -> i64 {
    told.min(i64::MAX as u64 / 1_000_000) as i64 * 1_000_000
}

/// Turns an NTP time of 64 bits into microseconds since the epoch (RFC 7011, 6.1.9 and 6.1.10).
fn from_ntp(told: u64) -> i64 {
    let seconds = (told >> 32) as u32;
    // NTP's era 0 ends in 2036; small numbers belong to the next.
    let era = if seconds & 0x8000_0000 == 0 {
        1 << 32
    } else {
        0
    };
    let fraction = ((told & 0xffff_ffff) * 1_000_000) >> 32;
    (i64::from(seconds) + era - NTP_TO_UNIX) * 1_000_000 + fraction as i64
}

/// Seconds from 1900 to 1970.
const NTP_TO_UNIX: i64 = 2_208_988_800;
/// Flows are reported at least daily by any exporter; 30 days leave room for the stubborn.
const LONGEST_FLOW: i64 = 30 * 86_400 * 1_000_000;
/// How far a flow may end after its own report: clocks and roundings, not days.
const AHEAD: i64 = 86_400 * 1_000_000;
/// An end this little before the begin is a rounding and not a contradiction.
const ROUNDING: i64 = 1_000_000;

#[cfg(test)]
#[path = "times_tests.rs"]
mod tests;
