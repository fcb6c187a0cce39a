//! Flows of both directions in one record.

use issei_model::{Marks, Outcome};

use crate::say::{Ear, ipfix, set, template, words};

#[test]
fn the_reverse_elements_fill_the_reverse_columns() {
    let mut told = words(&[256, 6, 8, 4, 12, 4, 2, 4]);
    for (element, length) in [(1, 4), (2, 4), (6, 1)] {
        told.extend(words(&[0x8000 | element, length, 0, 29_305]));
    }
    let record = |back: u8| {
        let mut record = vec![10, 0, 0, 1, 192, 0, 2, 9, 0, 0, 0, 3];
        record.extend([0, 0, 1, 0, 0, 0, 0, back, 0x12]);
        record
    };
    let body = [record(2), record(0)].concat();
    let ear = Ear::of(&[ipfix(0, 5, &[set(2, &told), set(256, &body)])]);
    let records = ear.records();
    assert_eq!((records[0].packets, records[0].bytes), (3, 0));
    assert_eq!(
        (records[0].reverse_packets, records[0].reverse_bytes),
        (2, 256)
    );
    assert_eq!(records[0].reverse_flags.0, 0x12);
    assert!(
        records
            .iter()
            .all(|record| record.marks.all(Marks::REVERSE_WATCHED))
    );
}

#[test]
fn rows_before_a_biflow_have_no_reverse_direction() {
    let plain = template(257, &[(8, 4), (12, 4)]);
    let mut told = words(&[256, 3, 8, 4, 12, 4]);
    told.extend(words(&[0x8002, 4, 0, 29_305]));
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let sets = [
        set(2, &[plain, told].concat()),
        set(257, &people),
        set(256, &[&people[..], &[0, 0, 0, 8]].concat()),
        set(257, &people),
    ];
    let ear = Ear::of(&[ipfix(0, 5, &sets)]);
    let back: Vec<u64> = ear
        .records()
        .iter()
        .map(|record| record.reverse_packets)
        .collect();
    assert_eq!(back, [0, 8, 0]);
    assert!(!ear.batch.v4.marks_of(0).any(Marks::REVERSE_WATCHED));
    assert!(!ear.batch.v4.marks_of(2).any(Marks::REVERSE_WATCHED));
}

#[test]
fn initiator_and_responder_are_the_two_directions() {
    let fields = [
        (8, 4),
        (12, 4),
        (4, 1),
        (231, 4),
        (232, 4),
        (298, 4),
        (299, 4),
    ];
    let mut record = vec![10, 0, 0, 1, 192, 0, 2, 9, 17];
    for count in [100_u32, 200, 3, 4] {
        record.extend(count.to_be_bytes());
    }
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &record)],
    )]);
    let record = &ear.records()[0];
    assert_eq!((record.bytes, record.packets), (100, 3));
    assert_eq!((record.reverse_bytes, record.reverse_packets), (200, 4));
    assert_eq!(ear.batch.v4.outcome(0), Outcome::Answered);
}

#[test]
fn bytes_alone_prove_an_answer_and_their_absence_proves_no_silence() {
    let fields = [(8, 4), (12, 4), (4, 1), (231, 4), (232, 4)];
    let record = |back: u8| [10, 0, 0, 1, 192, 0, 2, 9, 17, 0, 0, 0, 50, 0, 0, 0, back];
    let body = [record(9), record(0)].concat();
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &body)],
    )]);
    assert_eq!(ear.batch.v4.outcome(0), Outcome::Answered);
    assert_eq!(ear.batch.v4.outcome(1), Outcome::Unknown);
}

#[test]
fn section_6_3_a_record_whose_destination_opened_is_turned_round() {
    let mut told = words(&[256, 8, 8, 4, 12, 4, 7, 2, 11, 2, 2, 4, 239, 1]);
    told.extend(words(&[0x8002, 4, 0, 29_305, 10, 2]));
    let record = |by: u8| {
        let mut record = vec![192, 0, 2, 9, 10, 0, 0, 1, 0, 80, 0x9c, 0x40, 0, 0, 0, 5];
        record.extend([by, 0, 0, 0, 3, 0, 7]);
        record
    };
    let body = [record(1), record(2)].concat();
    let ear = Ear::of(&[ipfix(0, 5, &[set(2, &told), set(256, &body)])]);
    let records = ear.records();
    let shown = |row: usize| {
        let record = &records[row];
        (
            record.source.to_string(),
            record.destination_port,
            record.packets,
            record.reverse_packets,
        )
    };
    assert_eq!(shown(0), ("192.0.2.9".into(), 40_000, 5, 3));
    assert_eq!(shown(1), ("10.0.0.1".into(), 80, 3, 5));
    assert_eq!(
        (records[0].input_interface, records[1].output_interface),
        (7, 7)
    );
}
