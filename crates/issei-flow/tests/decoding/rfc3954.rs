//! NetFlow v9, paragraph by paragraph.

use issei_model::{ProblemKind, Timestamp};

use crate::say::{EXPORT, Ear, PAIR, UPTIME, netflow9, options9, pair, set, template};

#[test]
fn section_5_2_a_template_and_its_data_may_share_a_datagram() {
    let sets = [set(0, &template(256, PAIR)), set(256, &pair(700, 7))];
    let ear = Ear::of(&[netflow9(0, 5, &sets)]);
    assert_eq!((ear.bytes(), ear.problems()), (vec![700], vec![]));
}

#[test]
fn section_5_3_the_end_of_a_set_that_holds_no_record_is_padding() {
    let mut body = pair(1, 1);
    body.extend(pair(2, 2));
    for padding in 0..4 {
        let sets = [set(0, &template(256, PAIR)), set(256, &body)];
        assert_eq!(
            Ear::of(&[netflow9(0, 5, &sets)]).bytes(),
            [1, 2],
            "{padding} bytes"
        );
        body.push(0);
    }
}

#[test]
fn section_6_1_options_tell_the_sampling_of_the_whole_exporter() {
    let told = options9(300, &[(1, 4)], &[(34, 4), (35, 1)]);
    let sets = [
        set(1, &told),
        set(300, &[0, 0, 0, 0, 0, 0, 3, 232, 2]),
        set(0, &template(256, PAIR)),
        set(256, &pair(1, 1)),
    ];
    let ear = Ear::of(&[netflow9(0, 5, &sets)]);
    assert_eq!((ear.rates(), ear.tally().options), (vec![1_000], 1));
}

#[test]
fn section_6_1_an_interface_may_have_a_rate_of_its_own() {
    let told = options9(300, &[(2, 4)], &[(34, 4)]);
    let data = [
        &[0, 0, 0, 7][..],
        &[0, 0, 0, 50],
        &[0, 0, 0, 8],
        &[0, 0, 0, 60],
    ]
    .concat();
    let fields = [(8, 4), (12, 4), (10, 4)];
    let record = |interface: u8| [10, 0, 0, 1, 192, 0, 2, 9, 0, 0, 0, interface];
    let sets = [
        set(1, &told),
        set(300, &data),
        set(0, &template(256, &fields)),
        set(256, &[record(7), record(8), record(9)].concat()),
    ];
    assert_eq!(Ear::of(&[netflow9(0, 5, &sets)]).rates(), [50, 60, 0]);
}

#[test]
fn section_8_a_record_names_its_sampler() {
    let told = options9(300, &[(1, 4)], &[(48, 1), (49, 1), (50, 4)]);
    let data = [
        &[0, 0, 0, 0, 1, 2, 0, 0, 0, 100][..],
        &[0, 0, 0, 0, 2, 2, 0, 0, 0, 200],
    ]
    .concat();
    let fields = [(8, 4), (12, 4), (48, 1)];
    let record = |sampler: u8| [10, 0, 0, 1, 192, 0, 2, 9, sampler];
    let sets = [
        set(1, &told),
        set(300, &data),
        set(0, &template(256, &fields)),
        set(256, &[record(1), record(2), record(3)].concat()),
    ];
    assert_eq!(Ear::of(&[netflow9(0, 5, &sets)]).rates(), [100, 200, 0]);
}

#[test]
fn a_rate_of_zero_or_beyond_reason_is_not_believed() {
    let told = options9(300, &[(1, 4)], &[(34, 4)]);
    for rate in [0_u32, u32::MAX] {
        let mut data = vec![0; 4];
        data.extend(rate.to_be_bytes());
        let sets = [
            set(1, &told),
            set(300, &data),
            set(0, &template(256, PAIR)),
            set(256, &pair(1, 1)),
        ];
        let ear = Ear::of(&[netflow9(0, 5, &sets)]);
        assert_eq!(
            (ear.rates(), ear.count(ProblemKind::BadSampling)),
            (vec![0], 1)
        );
    }
}

#[test]
fn section_8_times_are_milliseconds_of_uptime() {
    let fields = [(8, 4), (12, 4), (22, 4), (21, 4)];
    let mut record = pair(0, 0);
    record[8..12].copy_from_slice(&(UPTIME - 5_000).to_be_bytes());
    record[12..16].copy_from_slice(&(UPTIME - 250).to_be_bytes());
    let sets = [set(0, &template(256, &fields)), set(256, &record)];
    let record = &Ear::of(&[netflow9(0, 5, &sets)]).records()[0];
    assert_eq!(
        record.first,
        Timestamp::from_millis(i64::from(EXPORT) * 1_000 - 5_000)
    );
    assert_eq!(
        record.last,
        Timestamp::from_millis(i64::from(EXPORT) * 1_000 - 250)
    );
}

#[test]
fn section_9_data_before_its_template_waits_and_is_decoded_with_its_own_header() {
    let fields = [(8, 4), (12, 4), (22, 4), (21, 4)];
    let mut early = pair(0, 0);
    early[8..12].copy_from_slice(&UPTIME.to_be_bytes());
    early[12..16].copy_from_slice(&UPTIME.to_be_bytes());
    let mut later = netflow9(1, 5, &[set(0, &template(256, &fields))]);
    later[8..12].copy_from_slice(&(EXPORT + 600).to_be_bytes());
    let ear = Ear::of(&[netflow9(0, 5, &[set(256, &early)]), later]);
    assert_eq!(
        ear.records()[0].first,
        Timestamp::from_secs(i64::from(EXPORT))
    );
    assert_eq!(ear.problems(), ["data-before-template 1"]);
    assert_eq!(ear.tally().sets_waiting, 0);
}

#[test]
fn section_9_a_template_sent_again_with_other_fields_replaces_the_old() {
    let wide = [(8, 4), (12, 4), (1, 8)];
    let mut record = pair(0, 0);
    record[15] = 9;
    let ear = Ear::of(&[
        netflow9(0, 5, &[set(0, &template(256, PAIR)), set(256, &pair(1, 1))]),
        netflow9(1, 5, &[set(0, &template(256, &wide)), set(256, &record)]),
    ]);
    assert_eq!(ear.bytes(), [1, 9]);
}

#[test]
fn section_9_a_restart_voids_the_templates() {
    let mut before = netflow9(9_000, 5, &[set(0, &template(256, PAIR))]);
    before[4..8].copy_from_slice(&UPTIME.to_be_bytes());
    let mut after = netflow9(1, 5, &[set(256, &pair(1, 1))]);
    after[4..8].copy_from_slice(&1_000_u32.to_be_bytes());
    let mut ear = Ear::of(&[before, after]);
    ear.end();
    assert_eq!(ear.tally().records, 0);
    assert_eq!(
        ear.problems(),
        ["data-before-template 1", "template-never-came 1"]
    );
}

#[test]
fn section_5_1_the_sequence_counts_datagrams() {
    let sets = [set(0, &template(256, PAIR)), set(256, &pair(1, 1))];
    let numbers = [10, 11, 15, 16];
    let mut ear = Ear::of(&numbers.map(|number| netflow9(number, 5, &sets)));
    ear.end();
    assert_eq!(ear.problems(), ["sequence-gap 3"]);
}

#[test]
fn a_datagram_that_is_late_is_decoded_and_not_lost() {
    let sets = [set(0, &template(256, PAIR)), set(256, &pair(1, 1))];
    let numbers = [10, 12, 11, 13];
    let mut ear = Ear::of(&numbers.map(|number| netflow9(number, 5, &sets)));
    ear.end();
    assert_eq!(ear.problems(), ["sequence-back 1"]);
    assert_eq!(ear.tally().records, 4);
}

#[test]
fn fields_of_no_length_take_no_room() {
    let fields = [(8, 4), (94, 0), (12, 4), (1, 4), (2, 4)];
    let sets = [set(0, &template(256, &fields)), set(256, &pair(700, 7))];
    assert_eq!(Ear::of(&[netflow9(0, 5, &sets)]).bytes(), [700]);
}

#[test]
fn a_template_without_any_length_is_bad() {
    let sets = [set(0, &template(256, &[(8, 0)]))];
    assert_eq!(
        Ear::of(&[netflow9(0, 5, &sets)]).problems(),
        ["bad-template 1"]
    );
}

#[test]
fn a_set_id_that_is_kept_back_is_stepped_over() {
    let sets = [
        set(77, &[1, 2, 3, 4]),
        set(0, &template(256, PAIR)),
        set(256, &pair(5, 1)),
    ];
    let ear = Ear::of(&[netflow9(0, 5, &sets)]);
    assert_eq!(
        (ear.bytes(), ear.problems()),
        (vec![5], vec!["unsupported 1".into()])
    );
}
