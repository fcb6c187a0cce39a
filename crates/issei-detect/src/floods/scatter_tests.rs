use issei_model::{FlowRecord, Marks, TcpFlags, Territory, TerritoryBasis, protocol};

use super::super::world::*;
use super::*;

const SERVER: u32 = 0xca75_7862;

/// A remote web server answers `addresses` own addresses, `each` time some minutes apart.
fn answers(addresses: u32, each: i64) -> Vec<FlowRecord> {
    let one = move |(address, time): (u32, i64)| {
        let to = (0x0a0b_0000 + address * 7, 1_024 + address as u16);
        let millis = time * 600_000 + i64::from(address) * 900;
        let flags = if time % 2 == 0 {
            SYN_ACK
        } else {
            TcpFlags::RST
        };
        let mut record = record(millis, (SERVER, 80), to, protocol::TCP, flags);
        record.marks = Marks(Marks::REVERSE_WATCHED | Marks::FIRST_IS_ANSWER);
        record
    };
    let times = move |address| (0..each).map(move |time| (address, time));
    (0..addresses).flat_map(times).map(one).collect()
}

/// What each answered line opens itself, a second before every answer.
fn questions(answers: &[FlowRecord]) -> Vec<FlowRecord> {
    let question = |answer: &FlowRecord| {
        let mut one = answer.clone();
        (one.source, one.destination) = (answer.destination, answer.source);
        (one.source_port, one.destination_port) = (answer.destination_port, answer.source_port);
        one.tcp_flags = TcpFlags(SYN);
        one.first = answer.first - Span::from_secs(1);
        one.last = one.first;
        one.marks = Marks(0);
        one
    };
    answers.iter().map(question).collect()
}

fn backscatter(found: &[Finding]) -> Vec<&Finding> {
    let of_rule = found.iter().filter(|one| one.rule == Rule::Backscatter);
    of_rule.collect()
}

#[test]
fn a_server_that_answers_many_quiet_addresses_is_a_victim_and_no_scanner() {
    let found = World::new().told(answers(515, 9));
    let last = *backscatter(&found).last().expect("a finding");
    assert_complete(last);
    assert_eq!((last.level, last.role), (Level::Finding, Role::Victim));
    let Subject::Remote(endpoint) = last.subject else {
        panic!("{last:#?}")
    };
    assert_eq!(endpoint.to_string(), "202.117.120.98:80/tcp");
    let answered = amount(last, "own or dark addresses answered");
    assert!((answered - 515.0).abs() < 30.0, "{answered}");
    assert!(found.iter().all(|one| one.role == Role::Victim));
}

#[test]
fn lines_that_asked_make_no_victim_of_the_server_that_answers_them() {
    let answers = answers(515, 3);
    let mut records = questions(&answers);
    records.extend(answers);
    assert!(backscatter(&World::new().told(records)).is_empty());
}

#[test]
fn fewer_quiet_addresses_than_the_null_model_allows_say_nothing() {
    assert!(backscatter(&World::new().told(answers(15, 9))).is_empty());
    let found = World::with(|p| p.scatter_addresses.value = 12).told(answers(15, 9));
    assert!(!backscatter(&found).is_empty(), "the guard does the work");
}

#[test]
fn under_sampling_a_line_that_seems_quiet_may_have_asked() {
    let mut records = answers(515, 9);
    records.iter_mut().for_each(|one| one.sampling = 1_000);
    assert!(backscatter(&World::new().told(records)).is_empty());
}

#[test]
fn dark_addresses_are_quiet_whatever_the_sampling_and_wherever_they_stand() {
    let mut records = answers(40, 2);
    for one in &mut records {
        one.sampling = 1_000;
        one.destination = match one.destination {
            std::net::IpAddr::V4(ip) => (ip.to_bits() & 0x00ff_ffff | 0x2e00_0000).to_ip(),
            std::net::IpAddr::V6(_) => unreachable!(),
        };
    }
    let dark = |text: &str| text.parse().unwrap();
    let mut world = World::new();
    world.territory = Territory::new(
        &[dark("10.0.0.0/8")],
        &[dark("46.0.0.0/8")],
        TerritoryBasis::Configured,
    );
    assert!(!backscatter(&world.told(records)).is_empty());
}

#[test]
fn resets_in_the_first_minutes_may_belong_to_older_connections() {
    let mut records = answers(515, 1);
    for one in &mut records {
        one.tcp_flags = TcpFlags(TcpFlags::RST);
    }
    assert!(backscatter(&World::new().told(records)).is_empty());
}

#[test]
fn forged_answers_from_everywhere_do_not_displace_a_victim() {
    let mut records = answers(100, 9);
    let forged = |at: u32| {
        let from = (remote(at), 80);
        record(
            i64::from(at) * 100,
            from,
            (0x0a0c_0000 + at, 5_000),
            protocol::TCP,
            SYN_ACK,
        )
    };
    records.extend((0..40_000).map(forged));
    let mut world = World::with(|p| p.most_scatterers.value = 64);
    world.live(records);
    assert!(world.floods.scatters.by_service.len() <= 64);
    let found = world.end();
    assert_eq!(
        amount(backscatter(&found).last().unwrap(), "records"),
        900.0
    );
}
