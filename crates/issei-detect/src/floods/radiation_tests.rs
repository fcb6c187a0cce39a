use issei_model::FlowRecord;

use super::super::world::*;
use super::*;

/// Four thousand flows in a day from 1,600 sources, every twentieth on Telnet.
fn radiation() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let port = if at.is_multiple_of(20) {
            23
        } else {
            3_000 + at as u16
        };
        let from = (remote(at % 1_600), 40_000);
        let to = (VICTIM, port);
        metered(record(i64::from(at) * 21_000, from, to, protocol::TCP, SYN))
    };
    (0..4_000).map(one).collect()
}

fn measures(found: &[Finding]) -> Vec<&Finding> {
    let of_rule = |one: &&Finding| one.rule == Rule::BackgroundRadiation;
    found.iter().filter(of_rule).collect()
}

fn lived(records: Vec<FlowRecord>) -> World {
    let mut world = World::new();
    world.live(records);
    world
}

#[test]
fn a_day_of_radiation_is_told_as_a_figure_and_accuses_nobody() {
    let found = lived(radiation()).everything();
    let [figure] = measures(&found)[..] else {
        panic!("{found:#?}")
    };
    assert_eq!((figure.level, figure.role), (Level::Measure, Role::Sensor));
    assert_eq!(amount(figure, "unsolicited inbound flows"), 4_000.0);
    assert_eq!(amount(figure, "distinct sources"), 1_600.0);
    assert_eq!(amount(figure, "flows on Telnet"), 200.0);
    assert_eq!(amount(figure, "distinct sources on Telnet"), 80.0);
    assert_eq!(found.len(), 1, "and nothing else: {found:#?}");
}

#[test]
fn a_second_day_is_told_apart_from_the_first() {
    let mut records = radiation();
    let mut next = radiation();
    for one in &mut next {
        one.first += DAY;
        one.last += DAY;
    }
    records.extend(next);
    let found = lived(records).everything();
    let flows: Vec<f64> = measures(&found)
        .iter()
        .map(|one| amount(one, "unsolicited inbound flows"))
        .collect();
    assert_eq!(flows, [4_000.0, 4_000.0]);
}

#[test]
fn visitors_of_a_service_are_no_radiation() {
    let mut records = radiation();
    for one in &mut records {
        one.tcp_flags = issei_model::TcpFlags(USED);
        one.reverse_flags = one.tcp_flags;
        (one.packets, one.reverse_packets) = (10, 10);
    }
    assert!(measures(&lived(records).everything()).is_empty());
}

#[test]
fn answers_exported_apart_from_their_questions_are_no_radiation() {
    let mut records = radiation();
    for one in &mut records {
        one.marks = Marks(0);
        one.tcp_flags = issei_model::TcpFlags(USED);
    }
    assert!(measures(&lived(records).everything()).is_empty());
}

#[test]
fn late_answers_of_services_are_no_radiation() {
    let mut records = radiation();
    for one in &mut records {
        (one.source_port, one.destination_port) = (443, 50_000);
        one.tcp_flags = issei_model::TcpFlags(SYN_ACK);
        one.marks.0 |= Marks::FIRST_IS_ANSWER;
    }
    assert!(measures(&lived(records).everything()).is_empty());
}

#[test]
fn addresses_beyond_the_bound_are_counted_and_not_measured() {
    let to = |at: u32| {
        let address = 0x0a0b_0000 + at % 20;
        metered(record(
            i64::from(at) * 1_000,
            (remote(at), 40_000),
            (address, 5_000),
            protocol::TCP,
            SYN,
        ))
    };
    let mut world = World::with(|p| p.most_sensors.value = 4);
    world.live((0..4_000).map(to).collect());
    assert!(world.floods.sensors.turned_away > 0);
    assert_eq!(measures(&world.everything()).len(), 4);
}
