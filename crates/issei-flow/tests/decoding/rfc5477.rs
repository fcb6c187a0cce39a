//! Sampling as PSAMP announces it.

use issei_model::ProblemKind;

use crate::say::{Ear, PAIR, ipfix, options, pair, set, template};

fn rates(fields: &[(u16, u16)], told: &[u8]) -> Ear {
    let sets = [
        set(3, &options(300, 1, fields)),
        set(300, told),
        set(2, &template(256, PAIR)),
        set(256, &pair(1, 1)),
    ];
    Ear::of(&[ipfix(0, 5, &sets)])
}

#[test]
fn section_8_2_interval_and_space_together_make_the_rate() {
    let fields = [(302, 1), (304, 1), (305, 4), (306, 4)];
    let told = [1, 1, 0, 0, 0, 1, 0, 0, 3, 231];
    assert_eq!(rates(&fields, &told).rates(), [1_000]);
    let ten_in_a_row = [1, 1, 0, 0, 0, 10, 0, 0, 3, 222];
    assert_eq!(rates(&fields, &ten_in_a_row).rates(), [100]);
}

#[test]
fn an_interval_without_its_space_says_nothing() {
    let ear = rates(&[(302, 1), (305, 4)], &[1, 0, 0, 3, 232]);
    assert_eq!(
        (ear.rates(), ear.count(ProblemKind::UselessOptions)),
        (vec![0], 1)
    );
}

#[test]
fn section_8_2_size_of_a_population() {
    let told = [1, 0, 0, 0, 2, 0, 0, 3, 232];
    assert_eq!(rates(&[(302, 1), (309, 4), (310, 4)], &told).rates(), [500]);
}

#[test]
fn section_8_2_probability() {
    let told = [&[1][..], &0.001_f64.to_be_bytes()].concat();
    assert_eq!(rates(&[(302, 1), (311, 8)], &told).rates(), [1_000]);
}

#[test]
fn each_record_takes_the_rate_of_its_selector() {
    let told = options(300, 1, &[(302, 8), (305, 4), (306, 4)]);
    let selector = |id: u8, space: u16| {
        let mut record = vec![0, 0, 0, 0, 0, 0, 0, id, 0, 0, 0, 1, 0, 0];
        record.extend(space.to_be_bytes());
        record
    };
    let fields = [(8, 4), (12, 4), (302, 8)];
    let record = |id: u8| [10, 0, 0, 1, 192, 0, 2, 9, 0, 0, 0, 0, 0, 0, 0, id];
    let sets = [
        set(3, &told),
        set(300, &[selector(1, 99), selector(2, 1_999)].concat()),
        set(2, &template(256, &fields)),
        set(256, &[record(2), record(1)].concat()),
    ];
    assert_eq!(Ear::of(&[ipfix(0, 5, &sets)]).rates(), [2_000, 100]);
}

#[test]
fn a_record_may_tell_its_own_rate() {
    let fields = [(8, 4), (12, 4), (34, 4)];
    let record = |rate: u8| [10, 0, 0, 1, 192, 0, 2, 9, 0, 0, 0, rate];
    let body = [record(5), record(0)].concat();
    let ear = Ear::of(&[ipfix(
        0,
        5,
        &[set(2, &template(256, &fields)), set(256, &body)],
    )]);
    assert_eq!(ear.rates(), [5, 0]);
}

#[test]
fn what_the_operator_sets_wins_and_can_be_taken_back() {
    let fields = [(302, 1), (305, 4), (306, 4)];
    let mut ear = rates(&fields, &[1, 0, 0, 0, 1, 0, 0, 3, 231]);
    let again = ipfix(2, 5, &[set(256, &pair(1, 1))]);
    for (exporter, every) in [
        (None, 10),
        (Some("192.0.2.1"), 20),
        (None, 0),
        (Some("192.0.2.1"), 0),
    ] {
        ear.collector
            .set_sampling(exporter.map(|ip| ip.parse().unwrap()), every);
        ear.hear("192.0.2.1:2055", &again);
    }
    assert_eq!(ear.rates(), [1_000, 10, 20, 20, 1_000]);
}

#[test]
fn two_domains_of_one_exporter_have_rates_of_their_own() {
    let teach = |rate: u8| {
        [
            set(3, &options(300, 1, &[(149, 4), (34, 4)])),
            set(300, &[0, 0, 0, 0, 0, 0, 0, rate]),
            set(2, &template(256, PAIR)),
            set(256, &pair(1, 1)),
        ]
    };
    let ear = Ear::of(&[ipfix(0, 1, &teach(10)), ipfix(0, 2, &teach(20))]);
    assert_eq!(ear.rates(), [10, 20]);
}
