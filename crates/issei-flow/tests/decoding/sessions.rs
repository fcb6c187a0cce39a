//! Several exporters behind one address, and exporters that move.

use issei_flow::CollectorLimits;
use issei_model::{ProblemKind, Span};

use crate::say::{Ear, PAIR, ipfix, netflow9, options, pair, set, template};

/// The same number of bytes as [`PAIR`], the counters the other way round.
const TURNED: &[(u16, u16)] = &[(8, 4), (12, 4), (2, 4), (1, 4)];

#[test]
fn two_processes_behind_one_address_keep_their_templates_apart() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:1000",
        &ipfix(0, 5, &[set(2, &template(256, PAIR))]),
    );
    ear.hear(
        "192.0.2.1:2000",
        &ipfix(0, 5, &[set(2, &template(256, TURNED))]),
    );
    ear.hear("192.0.2.1:1000", &ipfix(0, 5, &[set(256, &pair(700, 7))]));
    ear.hear("192.0.2.1:2000", &ipfix(0, 5, &[set(256, &pair(7, 700))]));
    assert_eq!((ear.bytes(), ear.problems()), (vec![700, 700], vec![]));
}

#[test]
fn two_processes_behind_one_address_count_apart() {
    let mut ear = Ear::default();
    let sets = [set(0, &template(256, PAIR)), set(256, &pair(1, 1))];
    for number in 0..10 {
        ear.hear("192.0.2.1:1000", &netflow9(500 + number, 5, &sets));
        ear.hear("192.0.2.1:2000", &netflow9(90_000 + 2 * number, 5, &sets));
    }
    ear.end();
    assert_eq!(ear.problems(), ["sequence-gap 9"]);
}

#[test]
fn observation_domains_keep_their_templates_apart() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:1000",
        &ipfix(0, 1, &[set(2, &template(256, PAIR))]),
    );
    ear.hear(
        "192.0.2.1:1000",
        &ipfix(0, 2, &[set(2, &template(256, TURNED))]),
    );
    ear.hear("192.0.2.1:1000", &ipfix(0, 1, &[set(256, &pair(700, 7))]));
    assert_eq!(ear.bytes(), [700]);
    assert_eq!(ear.collector.origins().next().unwrap().domain, 1);
}

#[test]
fn an_exporter_with_a_new_port_for_each_datagram_keeps_its_templates_and_its_count() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:1000",
        &ipfix(7, 5, &[set(2, &template(256, PAIR)), set(256, &pair(1, 1))]),
    );
    for number in 1..100 {
        let from = format!("192.0.2.1:{}", 1_000 + 37 * number);
        ear.hear(&from, &ipfix(7 + number, 5, &[set(256, &pair(1, 1))]));
    }
    ear.end();
    assert_eq!((ear.tally().records, ear.problems()), (100, vec![]));
}

#[test]
fn a_netflow_9_session_borrows_where_there_is_no_contradiction() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:1000",
        &netflow9(7, 5, &[set(0, &template(256, PAIR))]),
    );
    ear.hear(
        "192.0.2.1:2000",
        &netflow9(9_000, 5, &[set(256, &pair(700, 7))]),
    );
    assert_eq!(ear.bytes(), [700]);
    ear.hear(
        "192.0.2.1:3000",
        &netflow9(70_000, 5, &[set(0, &template(256, TURNED))]),
    );
    ear.hear(
        "192.0.2.1:2000",
        &netflow9(9_001, 5, &[set(256, &pair(700, 7))]),
    );
    assert_eq!((ear.bytes().len(), ear.tally().sets_waiting), (1, 1));
}

#[test]
fn data_of_netflow_9_that_waits_may_borrow_a_template_that_comes_from_another_port() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:2000",
        &netflow9(9_000, 5, &[set(256, &pair(700, 7))]),
    );
    ear.hear(
        "192.0.2.1:1000",
        &netflow9(7, 5, &[set(0, &template(256, PAIR))]),
    );
    assert_eq!((ear.bytes(), ear.tally().sets_waiting), (vec![700], 0));
}

#[test]
fn an_ipfix_session_never_borrows() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:1000",
        &ipfix(7, 5, &[set(2, &template(256, PAIR))]),
    );
    ear.hear(
        "192.0.2.1:2000",
        &ipfix(9_000, 5, &[set(256, &pair(700, 7))]),
    );
    assert_eq!((ear.tally().records, ear.tally().sets_waiting), (0, 1));
}

#[test]
fn made_up_sessions_do_not_push_out_one_that_sends_records() {
    let mut ear = Ear::default();
    ear.hear(
        "192.0.2.1:999",
        &ipfix(7, 5, &[set(2, &template(256, PAIR)), set(256, &pair(1, 1))]),
    );
    for port in 1_000..9_000 {
        ear.hear(
            &format!("192.0.2.1:{port}"),
            &ipfix(70_000, 5, &[set(2, &template(256, TURNED))]),
        );
    }
    ear.hear("192.0.2.1:999", &ipfix(8, 5, &[set(256, &pair(700, 7))]));
    assert_eq!(ear.bytes(), [1, 700]);
}

#[test]
fn exporters_get_indices_in_the_order_of_their_first_records() {
    let mut ear = Ear::default();
    let silent = ipfix(0, 1, &[set(2, &template(256, PAIR))]);
    let sets = [set(2, &template(256, PAIR)), set(256, &pair(1, 1))];
    ear.hear("192.0.2.9:1", &silent);
    ear.hear("192.0.2.2:1", &ipfix(0, 1, &sets));
    ear.hear("192.0.2.1:1", &ipfix(0, 1, &sets));
    let origins: Vec<_> = ear
        .collector
        .origins()
        .map(|origin| (origin.index, origin.name))
        .collect();
    assert_eq!(origins, [(0, "192.0.2.2".into()), (1, "192.0.2.1".into())]);
    assert_eq!(ear.batch.v4.origin, [0, 1]);
}

#[test]
fn templates_beyond_the_bound_are_turned_away_and_the_old_ones_live() {
    let limits = CollectorLimits {
        templates_per_domain: 10,
        ..CollectorLimits::default()
    };
    let mut ear = Ear::with(limits);
    ear.hear(
        "192.0.2.1:1",
        &ipfix(0, 1, &[set(2, &template(256, PAIR)), set(256, &pair(1, 1))]),
    );
    for id in 300..400 {
        ear.hear("192.0.2.1:1", &ipfix(1, 1, &[set(2, &template(id, PAIR))]));
    }
    ear.hear("192.0.2.1:1", &ipfix(1, 1, &[set(256, &pair(2, 1))]));
    assert_eq!(ear.bytes(), [1, 2]);
    assert_eq!(ear.count(ProblemKind::TooManyTemplates), 91);
    ear.now += Span::from_secs(3_600);
    ear.hear(
        "192.0.2.1:1",
        &ipfix(2, 1, &[set(2, &template(900, PAIR)), set(900, &pair(3, 1))]),
    );
    assert_eq!(ear.bytes(), [1, 2, 3], "one that was never used made room");
}

#[test]
fn waiting_data_beyond_the_bound_are_turned_away() {
    let limits = CollectorLimits {
        waiting_bytes_per_address: 2_000,
        ..CollectorLimits::default()
    };
    let mut ear = Ear::with(limits);
    for number in 0..50 {
        ear.hear(
            "192.0.2.1:1",
            &netflow9(number, 1, &[set(256, &pair(number, 1))]),
        );
    }
    let waiting = ear.tally().sets_waiting;
    assert!((5..40).contains(&waiting), "{waiting}");
    assert_eq!(ear.count(ProblemKind::WaitingRoomFull), 50 - waiting);
    ear.hear(
        "192.0.2.1:1",
        &netflow9(50, 1, &[set(0, &template(256, PAIR))]),
    );
    assert_eq!(ear.tally().records, waiting);
    assert_eq!(
        ear.bytes(),
        (0..waiting).collect::<Vec<_>>(),
        "oldest first"
    );
}

#[test]
fn what_changes_about_origins_is_counted() {
    let mut ear = Ear::default();
    let (teach, data) = (set(2, &template(256, PAIR)), set(256, &pair(1, 1)));
    let changed = |ear: &Ear| ear.collector.origins_changed();
    ear.hear("192.0.2.1:1", &ipfix(0, 1, &[teach, data.clone()]));
    let first = changed(&ear);
    assert!(first > 0, "a new one");
    ear.hear("192.0.2.1:1", &ipfix(1, 1, std::slice::from_ref(&data)));
    assert_eq!(changed(&ear), first, "nothing new");
    let rate = [
        set(3, &options(300, 1, &[(302, 1), (34, 4)])),
        set(300, &[1, 0, 0, 0, 9]),
    ];
    ear.hear("192.0.2.1:1", &ipfix(2, 1, &rate));
    let second = changed(&ear);
    assert!(second > first, "its sampling");
    ear.hear("192.0.2.1:1", &ipfix(90, 1, std::slice::from_ref(&data)));
    ear.end();
    assert!(changed(&ear) > second, "its loss");
}
