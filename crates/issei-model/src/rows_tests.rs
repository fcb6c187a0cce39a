use proptest::prelude::*;

use super::*;
use crate::{Extra, FlowRecord, Marks, TcpFlags};

fn record(number: u32, tail: bool) -> FlowRecord {
    FlowRecord {
        source: std::net::Ipv4Addr::from_bits(number).into(),
        destination: std::net::Ipv4Addr::from_bits(!number).into(),
        source_port: number as u16,
        destination_port: 23,
        protocol: 6,
        tcp_flags: TcpFlags(2),
        packets: u64::from(number),
        bytes: 40,
        first: Timestamp::from_secs(i64::from(number)),
        last: Timestamp::from_secs(i64::from(number) + 5),
        sampling: 1,
        origin: 3,
        input_interface: 4,
        output_interface: 5,
        reverse_packets: if tail { 7 } else { 0 },
        reverse_bytes: if tail { 8 } else { 0 },
        reverse_flags: TcpFlags(if tail { 0x12 } else { 0 }),
        marks: Marks(u16::from(tail)),
    }
}

fn batch(tails: &[bool]) -> FlowBatch {
    let mut batch = FlowBatch::default();
    for (number, &tail) in (0..).zip(tails) {
        batch.push(&record(number, tail));
    }
    batch
}

fn numbers(batch: &FlowBatch) -> Vec<u64> {
    batch.records().map(|record| record.packets).collect()
}

#[test]
fn a_record_that_reaches_into_the_time_is_kept_and_one_that_only_touches_its_end_is_not() {
    let mut batch = batch(&[false; 20]);
    batch.keep_between(Timestamp::from_secs(8), Timestamp::from_secs(10));
    assert_eq!(
        numbers(&batch),
        [3, 4, 5, 6, 7, 8, 9],
        "3 ends at 8; 10 begins at 10"
    );
}

#[test]
fn extras_stay_with_their_rows() {
    let mut first = batch(&[false; 4]);
    let tagged = |row, vlan| Extra {
        row,
        vlan,
        ..Extra::default()
    };
    first.v4.extras = vec![tagged(1, 10), tagged(3, 30)];
    first.v4.keep(&[true, false, true, true]);
    assert_eq!(first.v4.extras, [tagged(2, 30)]);

    let mut joined = batch(&[false; 5]);
    joined.append(&first, 1..3, 0..0);
    assert_eq!(joined.v4.extras, [tagged(6, 30)]);
    assert_eq!(numbers(&joined), [0, 1, 2, 3, 4, 2, 3]);
}

#[test]
fn the_volume_counts_both_directions_of_both_families_and_cannot_overflow() {
    let mut batch = batch(&[true, false, true]);
    let mut six = record(9, true);
    six.source = "2001:db8::1".parse().unwrap();
    batch.push(&six);
    assert_eq!(batch.volume(), (1 + 2 + 9 + 3 * 7, 4 * 40 + 3 * 8));
    six.packets = u64::MAX;
    batch.push(&six);
    assert_eq!(batch.volume().0, u64::MAX);
}

proptest! {
    #[test]
    fn keeping_rows_is_keeping_records(rows in prop::collection::vec(any::<(bool, bool)>(), 0..40)) {
        let (tails, keep): (Vec<bool>, Vec<bool>) = rows.into_iter().unzip();
        let mut kept = batch(&tails);
        let wanted: Vec<FlowRecord> = kept.records().zip(&keep).filter(|(_, keep)| **keep).map(|(record, _)| record).collect();
        kept.v4.keep(&keep);
        prop_assert_eq!(kept.records().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn appending_rows_is_pushing_records(
        mine in prop::collection::vec(any::<bool>(), 0..20),
        theirs in prop::collection::vec(any::<bool>(), 1..20),
        ends in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let other = batch(&theirs);
        let (a, b) = (ends.0.index(theirs.len() + 1), ends.1.index(theirs.len() + 1));
        let rows = a.min(b)..a.max(b);
        let (mut appended, mut pushed) = (batch(&mine), batch(&mine));
        appended.append(&other, rows.clone(), 0..0);
        other.records().skip(rows.start).take(rows.len()).for_each(|record| pushed.push(&record));
        prop_assert_eq!(appended.records().collect::<Vec<_>>(), pushed.records().collect::<Vec<_>>());
        prop_assert!(appended.v4.marks.len() <= appended.v4.len());
    }
}
