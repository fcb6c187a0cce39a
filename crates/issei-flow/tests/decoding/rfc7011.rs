//! IPFIX, paragraph by paragraph.

use issei_model::{Marks, ProblemKind, Span, Timestamp};

use crate::say::{EXPORT, Ear, PAIR, ipfix, options, pair, set, template, words};

fn one(fields: &[(u16, u16)], record: &[u8]) -> Ear {
    let sets = [set(2, &template(256, fields)), set(256, record)];
    Ear::of(&[ipfix(0, 5, &sets)])
}

const AT: i64 = EXPORT as i64 * 1_000_000;

#[test]
fn section_3_1_the_sequence_counts_data_records() {
    let first = [
        set(2, &template(256, PAIR)),
        set(256, &[pair(1, 1), pair(2, 1)].concat()),
    ];
    let mut ear = Ear::of(&[
        ipfix(0, 5, &first),
        ipfix(2, 5, &[set(256, &pair(3, 1))]),
        ipfix(10, 5, &[set(256, &pair(4, 1))]),
    ]);
    ear.end();
    assert_eq!(ear.problems(), ["sequence-gap 7"]);
}

#[test]
fn section_3_1_records_that_cannot_be_counted_are_no_loss() {
    let first = [
        set(2, &template(256, PAIR)),
        set(256, &pair(1, 1)),
        set(999, &[0; 64]),
    ];
    let mut ear = Ear::of(&[ipfix(0, 5, &first), ipfix(5, 5, &[set(256, &pair(3, 1))])]);
    ear.end();
    assert_eq!(ear.count(ProblemKind::SequenceGap), 0);
}

#[test]
fn section_3_1_a_message_shorter_than_it_says_is_read_as_far_as_it_goes() {
    let sets = [
        set(2, &template(256, PAIR)),
        set(256, &pair(1, 1)),
        set(256, &pair(2, 1)),
    ];
    let mut datagram = ipfix(0, 5, &sets);
    datagram.truncate(datagram.len() - 1);
    let ear = Ear::of(&[datagram]);
    assert_eq!(
        (ear.bytes(), ear.problems()),
        (vec![1], vec!["truncated 1".into()])
    );
    assert_eq!(ear.tally().sets_refused, 1);
}

#[test]
fn section_10_3_2_bytes_after_the_message_are_named() {
    let mut datagram = ipfix(0, 5, &[set(2, &template(256, PAIR))]);
    datagram.extend([0; 5]);
    assert_eq!(Ear::of(&[datagram]).problems(), ["bad-length 1"]);
}

#[test]
fn section_3_3_1_padding_is_shorter_than_a_record() {
    let body = [pair(1, 1), vec![0; 15]].concat();
    assert_eq!(one(PAIR, &body).bytes(), [1]);
}

#[test]
fn section_6_1_10_times_in_every_unit() {
    let seconds = (EXPORT - 9).to_be_bytes();
    let millis = ((u64::from(EXPORT) - 8) * 1_000 + 5).to_be_bytes();
    let ntp = ((u64::from(EXPORT) + 2_208_988_800 - 7) << 32 | 1 << 31).to_be_bytes();
    let before = 6_000_000_u32.to_be_bytes();
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let cases: [(u16, &[u8], i64); 5] = [
        (150, &seconds, AT - 9_000_000),
        (152, &millis, AT - 8_000_000 + 5_000),
        (154, &ntp, AT - 7_000_000 + 500_000),
        (156, &ntp, AT - 7_000_000 + 500_000),
        (158, &before, AT - 6_000_000),
    ];
    for (element, told, expected) in cases {
        let length = told.len() as u16;
        let fields = [(8, 4), (12, 4), (element, length), (element + 1, length)];
        let ear = one(&fields, &[&people[..], told, told].concat());
        let record = &ear.records()[0];
        let expected = Timestamp::from_micros(expected);
        assert_eq!(
            (record.first, record.last),
            (expected, expected),
            "element {element}"
        );
        assert_eq!(ear.problems(), [""; 0]);
    }
}

#[test]
fn a_record_without_a_time_gets_the_export_time_and_says_so() {
    let record = &one(PAIR, &pair(1, 1)).records()[0];
    assert_eq!(record.first, Timestamp::from_micros(AT));
    assert!(record.marks.all(Marks::TIME_OF_EXPORT));
}

#[test]
fn a_time_that_the_datagram_rules_out_is_replaced_and_counted() {
    let fields = [(8, 4), (12, 4), (150, 4), (151, 4)];
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let record =
        |first: u32, last: u32| [&people[..], &first.to_be_bytes(), &last.to_be_bytes()].concat();
    let body = [
        record(EXPORT - 60, EXPORT - 1),
        record(0, EXPORT),
        record(EXPORT, EXPORT + 90_000),
        record(EXPORT, EXPORT - 60),
    ];
    let ear = one(&fields, &body.concat());
    assert_eq!(ear.problems(), ["bad-time 3"]);
    let records = ear.records();
    assert!(!records[0].marks.any(Marks::TIME_OF_EXPORT));
    for record in &records[1..] {
        assert_eq!(
            (record.first, record.last),
            (Timestamp::from_micros(AT), Timestamp::from_micros(AT))
        );
        assert!(record.marks.any(Marks::TIME_OF_EXPORT));
    }
}

#[test]
fn an_end_just_before_the_begin_is_a_rounding() {
    let fields = [(8, 4), (12, 4), (150, 4), (151, 4)];
    let mut record = vec![10, 0, 0, 1, 192, 0, 2, 9];
    record.extend((EXPORT - 4).to_be_bytes());
    record.extend((EXPORT - 5).to_be_bytes());
    let ear = one(&fields, &record);
    assert_eq!(
        ear.records()[0].last,
        Timestamp::from_micros(AT - 4_000_000)
    );
    assert_eq!(ear.problems(), [""; 0]);
}

#[test]
fn one_time_and_a_duration_give_the_other() {
    let fields = [(8, 4), (12, 4), (153, 8), (161, 4)];
    let mut record = vec![10, 0, 0, 1, 192, 0, 2, 9];
    record.extend((u64::from(EXPORT) * 1_000).to_be_bytes());
    record.extend(2_500_u32.to_be_bytes());
    let record = &one(&fields, &record).records()[0];
    assert_eq!(record.last, Timestamp::from_micros(AT));
    assert_eq!(record.last.since(record.first), Span::from_millis(2_500));
}

#[test]
fn uptimes_count_from_the_moment_that_the_record_or_options_tell() {
    let boot = (u64::from(EXPORT) - 100) * 1_000;
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let up = 40_000_u32.to_be_bytes();
    let within = [(8, 4), (12, 4), (22, 4), (21, 4), (160, 8)];
    let record = [&people[..], &up, &up, &boot.to_be_bytes()].concat();
    assert_eq!(
        one(&within, &record).records()[0].first,
        Timestamp::from_micros(AT - 60_000_000)
    );

    let bare = [(8, 4), (12, 4), (22, 4), (21, 4)];
    let record = [&people[..], &up, &up].concat();
    let sets = [
        set(3, &options(300, 1, &[(149, 4), (160, 8)])),
        set(300, &[&[0, 0, 0, 5][..], &boot.to_be_bytes()].concat()),
        set(2, &template(256, &bare)),
        set(256, &record),
    ];
    let ear = Ear::of(&[ipfix(0, 5, &sets)]);
    assert_eq!(
        ear.records()[0].first,
        Timestamp::from_micros(AT - 60_000_000)
    );

    let unknown = &one(&bare, &record).records()[0];
    assert!(
        unknown.marks.any(Marks::TIME_OF_EXPORT),
        "nobody said when it started"
    );
}

#[test]
fn section_6_2_a_counter_may_be_sent_in_fewer_bytes() {
    for width in 1..=8_u16 {
        let fields = [(8, 4), (12, 4), (1, width), (6, 1)];
        let value = [0x11_u8, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18];
        let told = &value[..usize::from(width)];
        let record = [&[10, 0, 0, 1, 192, 0, 2, 9], told, &[2]].concat();
        let expected = told.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        let record = &one(&fields, &record).records()[0];
        assert_eq!(
            (record.bytes, record.tcp_flags.0),
            (expected, 2),
            "{width} bytes"
        );
    }
}

#[test]
fn tcp_control_bits_may_have_two_bytes() {
    let fields = [(8, 4), (12, 4), (6, 2)];
    let record = [10, 0, 0, 1, 192, 0, 2, 9, 0x01, 0x12];
    assert_eq!(one(&fields, &record).records()[0].tcp_flags.0, 0x12);
}

#[test]
fn section_7_variable_lengths_in_the_short_and_the_long_form() {
    let fields = [(8, 4), (371, 0xffff), (12, 4), (1, 4)];
    let head = |bytes: u8, text: &[u8]| {
        [&[10, 0, 0, 1][..], text, &[192, 0, 2, 9, 0, 0, 0, bytes]].concat()
    };
    let short = head(1, b"\x05alice");
    let none = head(2, b"\x00");
    let long = head(3, &[&[255, 1, 44][..], &[b'x'; 300]].concat());
    let ear = one(&fields, &[short, none, long].concat());
    assert_eq!((ear.bytes(), ear.problems()), (vec![1, 2, 3], vec![]));
}

#[test]
fn section_7_a_length_beyond_the_set_ends_it() {
    let fields = [(8, 4), (12, 4), (371, 0xffff)];
    let good = [&[10, 0, 0, 1, 192, 0, 2, 9][..], b"\x02ab"].concat();
    let lie = [&[10, 0, 0, 1, 192, 0, 2, 9][..], b"\x09ab"].concat();
    let ear = one(&fields, &[good, lie].concat());
    assert_eq!((ear.tally().records, ear.tally().records_refused), (1, 1));
    assert_eq!(ear.problems(), ["truncated 1"]);
}

#[test]
fn section_7_a_counter_may_be_of_variable_length() {
    let fields = [(8, 4), (12, 4), (1, 0xffff)];
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let record = [
        &people[..],
        &[2, 1, 0],
        &people,
        &[1, 7],
        &people,
        &[9, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ];
    assert_eq!(one(&fields, &record.concat()).bytes(), [256, 7, 0]);
}

#[test]
fn section_8_1_a_template_withdrawn_is_void() {
    let mut ear = Ear::of(&[
        ipfix(
            0,
            5,
            &[set(2, &template(256, PAIR)), set(2, &words(&[256, 0]))],
        ),
        ipfix(0, 5, &[set(256, &pair(1, 1))]),
    ]);
    ear.end();
    assert_eq!(ear.tally().records, 0);
    assert_eq!(
        ear.problems(),
        ["data-before-template 1", "template-never-came 1"]
    );
}

#[test]
fn section_8_1_all_templates_of_a_kind_may_be_withdrawn_at_once() {
    let teach = [
        set(2, &[template(256, PAIR), template(257, PAIR)].concat()),
        set(3, &options(300, 1, &[(302, 8), (34, 4)])),
    ];
    let told = [&[0; 8][..], &[0, 0, 0, 9]].concat();
    let mut ear = Ear::of(&[
        ipfix(0, 5, &teach),
        ipfix(0, 5, &[set(2, &words(&[2, 0]))]),
        ipfix(
            0,
            5,
            &[
                set(256, &pair(1, 1)),
                set(257, &pair(1, 1)),
                set(300, &told),
            ],
        ),
    ]);
    ear.end();
    assert_eq!((ear.tally().records, ear.tally().options), (0, 1));
    assert_eq!(ear.count(ProblemKind::TemplateNeverCame), 2);
}

#[test]
fn section_8_1_the_withdrawal_of_what_nobody_announced_is_named() {
    let ear = Ear::of(&[ipfix(0, 5, &[set(2, &words(&[400, 0]))])]);
    assert_eq!(ear.problems(), ["unknown-withdrawal 1"]);
}

#[test]
fn a_field_of_another_enterprise_is_stepped_over_by_its_length() {
    let mut record = words(&[256, 3]);
    record.extend(words(&[8, 4, 0x8000 | 1, 8, 0, 9, 12, 4]));
    let body = [&[10, 0, 0, 1][..], &[0xff; 8], &[192, 0, 2, 9]].concat();
    let ear = Ear::of(&[ipfix(0, 5, &[set(2, &record), set(256, &body)])]);
    let record = &ear.records()[0];
    assert_eq!(
        (record.destination.to_string(), record.bytes),
        ("192.0.2.9".into(), 0)
    );
}

#[test]
fn records_of_both_families_find_their_columns() {
    let fields = [(8, 4), (12, 4), (27, 16), (28, 16), (1, 4)];
    let v4 = [&[10, 0, 0, 1, 192, 0, 2, 9][..], &[0; 32], &[0, 0, 0, 4]].concat();
    let v6 = [&[0; 8][..], &[0x20; 16], &[0x21; 16], &[0, 0, 0, 6]].concat();
    let ear = one(&fields, &[v6, v4].concat());
    assert_eq!(
        (ear.batch.v4.bytes.as_slice(), ear.batch.v6.bytes.as_slice()),
        (&[4][..], &[6][..])
    );
}

#[test]
fn an_icmp_type_and_code_stand_in_the_destination_port() {
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let both = [(8, 4), (12, 4), (4, 1), (32, 2)];
    assert_eq!(
        one(&both, &[&people[..], &[1, 3, 1]].concat()).records()[0].destination_port,
        0x0301
    );
    let apart = [(8, 4), (12, 4), (4, 1), (176, 1), (177, 1)];
    assert_eq!(
        one(&apart, &[&people[..], &[1, 11, 0]].concat()).records()[0].destination_port,
        0x0b00
    );
    let of_either = [
        (8, 4),
        (12, 4),
        (27, 16),
        (28, 16),
        (4, 1),
        (32, 2),
        (139, 2),
    ];
    let of_v6 = [&[0; 8][..], &[0x20; 32], &[58, 0, 0, 128, 0]].concat();
    assert_eq!(
        one(&of_either, &of_v6).records()[0].destination_port,
        0x8000
    );
    let of_tcp = [(8, 4), (12, 4), (4, 1), (32, 2), (11, 2)];
    assert_eq!(
        one(&of_tcp, &[&people[..], &[6, 3, 1, 0, 80]].concat()).records()[0].destination_port,
        80
    );
}

#[test]
fn translated_addresses_labels_and_tags_stand_in_the_side_list() {
    let fields = [(8, 4), (12, 4), (225, 4), (227, 2), (70, 3), (58, 2)];
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let full = [
        &people[..],
        &[203, 0, 113, 5, 0x30, 0x39, 0x00, 0x10, 0x01, 0x00, 0x65],
    ]
    .concat();
    let blank = [&people[..], &[0; 11]].concat();
    let ear = one(&fields, &[blank, full].concat());
    let [extra] = ear.batch.v4.extras[..] else {
        panic!()
    };
    assert_eq!((extra.row, extra.vlan, extra.mpls_label), (1, 101, 256));
    assert_eq!(
        extra.translated_source,
        Some(u32::from_be_bytes([203, 0, 113, 5]))
    );
    assert_eq!(
        (extra.translated_destination, extra.translated_source_port),
        (None, 12_345)
    );
}

#[test]
fn a_flow_cut_by_the_active_timeout_goes_on() {
    let fields = [(8, 4), (12, 4), (136, 1)];
    let record = |reason: u8| [10, 0, 0, 1, 192, 0, 2, 9, reason];
    let ear = one(&fields, &[record(1), record(2), record(3)].concat());
    let goes_on: Vec<bool> = ear
        .records()
        .iter()
        .map(|r| r.marks.any(Marks::CONTINUES))
        .collect();
    assert_eq!(goes_on, [false, true, false]);
}

#[test]
fn records_that_name_nobody_are_turned_away_and_counted() {
    let ear = one(&[(8, 4), (1, 4)], &[0; 24]);
    assert_eq!((ear.tally().records, ear.tally().records_refused), (0, 3));
    assert_eq!(ear.problems(), ["no-addresses 3"]);
}

#[test]
fn data_waits_half_an_hour_and_no_longer() {
    let mut ear = Ear::of(&[ipfix(0, 5, &[set(256, &pair(1, 1))])]);
    let due = ear.now + Span::from_secs(1_800);
    ear.collector
        .on_deadline(due - Span::from_micros(1), &mut ear.batch);
    assert_eq!(ear.tally().sets_waiting, 1);
    ear.collector.on_deadline(due, &mut ear.batch);
    assert_eq!(ear.tally().sets_waiting, 0);
    assert_eq!(ear.count(ProblemKind::TemplateNeverCame), 1);
}
