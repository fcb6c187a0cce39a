use issei_model::{FlowRecord, Role, TcpFlags, protocol};

use super::super::world::*;
use super::*;

const BOT: u32 = 0x0a01_0203;
const TARGET: u32 = 0x2d12_3456;

/// `rate` packets a second from one line to one target for 20 s.
fn sending(line: u32, rate: i64, protocol: u8, flags: u8) -> Vec<FlowRecord> {
    let one = |at: i64| {
        let from = (line, 30_000 + (at % 1_000) as u16);
        let mut one = record(at * 100, from, (TARGET, 80), protocol, flags);
        one.packets = (rate / 10) as u64;
        one.bytes = one.packets * 512;
        one
    };
    (0..200).map(one).collect()
}

/// What comes back: `each` packets for a hundred sent.
fn answered(sent: &[FlowRecord], each: u64) -> Vec<FlowRecord> {
    let back = |out: &FlowRecord| {
        let mut one = out.clone();
        (one.source, one.destination) = (out.destination, out.source);
        (one.source_port, one.destination_port) = (out.destination_port, out.source_port);
        one.packets = (out.packets * each / 100).max(1);
        one
    };
    sent.iter().map(back).collect()
}

/// Something that is exported of the other direction, so that silence means something.
fn elsewhere() -> Vec<FlowRecord> {
    let one = |at: i64| {
        let to = (0x0a7f_0001, 50_000);
        record(at * 1_000, (remote(9), 443), to, protocol::TCP, USED)
    };
    (0..20).map(one).collect()
}

fn told(records: Vec<FlowRecord>) -> (Vec<Finding>, usize) {
    let mut world = World::new();
    world.live(records);
    world.tell(|floods, around, news| floods.finish(around, news));
    let suspicions = world.suspicions.len();
    (world.end(), suspicions)
}

fn outbound(found: &[Finding]) -> Vec<&Finding> {
    let of_rule = |one: &&Finding| one.rule == Rule::OutboundFlood && one.level > Level::Context;
    found.iter().filter(of_rule).collect()
}

#[test]
fn a_line_that_floods_one_way_is_named_with_its_victim_and_suspected() {
    let mut records = sending(BOT, 5_000, protocol::UDP, 0);
    records.extend(elsewhere());
    let (found, suspicions) = told(records);
    let last = *outbound(&found).last().expect("a finding");
    assert_complete(last);
    assert_eq!(last.role, Role::FloodSource);
    assert!(matches!(last.subject, Subject::Line(line) if line.reveal() == BOT.to_ip()));
    assert_eq!(last.peer.unwrap().to_string(), "45.18.52.86:80/udp");
    let rate = amount(last, "rate in the fullest window");
    assert!((rate - 5_000.0).abs() < 200.0, "{rate}");
    assert_eq!(suspicions, 1);
}

#[test]
fn an_upload_that_is_acknowledged_is_no_flood() {
    for protocol in [protocol::TCP, protocol::UDP] {
        let sent = sending(BOT, 5_000, protocol, TcpFlags::ACK);
        let mut records = answered(&sent, 3);
        records.extend(sent);
        assert!(outbound(&told(records.clone()).0).is_empty());
        let mut world = World::with(|p| p.outbound_answers.value = 0.5);
        world.live(records);
        assert!(
            !outbound(&world.end()).is_empty(),
            "the guard does the work"
        );
    }
}

#[test]
fn a_call_is_answered_one_for_one_and_no_flood() {
    let sent = sending(BOT, 2_000, protocol::UDP, 0);
    let mut records = answered(&sent, 100);
    records.extend(sent);
    assert!(outbound(&told(records).0).is_empty());
}

#[test]
fn a_camera_that_streams_one_way_stays_below_the_floor() {
    let mut records = sending(BOT, 800, protocol::UDP, 0);
    records.extend(elsewhere());
    assert!(outbound(&told(records.clone()).0).is_empty());
    let mut world = World::with(|p| p.outbound_packets.value = 1_000);
    world.live(records);
    assert!(
        !outbound(&world.end()).is_empty(),
        "the guard does the work"
    );
}

#[test]
fn openings_that_lead_to_nothing_are_a_flood_even_if_they_are_answered() {
    let sent = sending(BOT, 1_000, protocol::TCP, SYN);
    let mut back = answered(&sent, 100);
    for one in &mut back {
        one.tcp_flags = TcpFlags(SYN_ACK);
    }
    back.extend(sent);
    let (found, _) = told(back);
    let last = *outbound(&found).last().expect("a finding");
    assert!(
        last.summary.contains("TCP openings (SYN)"),
        "{}",
        last.summary
    );
}

#[test]
fn where_only_one_direction_is_exported_one_way_volume_is_context() {
    let (found, suspicions) = told(sending(BOT, 5_000, protocol::UDP, 0));
    assert!(found.iter().any(|one| one.level == Level::Context));
    assert!(outbound(&found).is_empty());
    assert_eq!(suspicions, 0);
}

#[test]
fn an_open_service_that_is_misused_for_reflection_is_not_accused() {
    let mut records = sending(BOT, 5_000, protocol::UDP, 0);
    for one in &mut records {
        one.source_port = 11_211;
    }
    records.extend(elsewhere());
    let (found, suspicions) = told(records);
    assert!(outbound(&found).is_empty());
    assert!(found.iter().any(|one| one.role == Role::Contact));
    assert_eq!(suspicions, 0);
}

#[test]
fn what_goes_to_a_group_is_no_flood_of_it() {
    let mut records = sending(BOT, 5_000, protocol::UDP, 0);
    for one in &mut records {
        one.destination = 0xefff_fffa_u32.to_ip();
    }
    records.extend(elsewhere());
    assert_eq!(told(records).0, []);
}

#[test]
fn eight_packets_in_a_thousand_sampled_are_enough() {
    let mut records: Vec<_> = sending(BOT, 10, protocol::UDP, 0);
    for one in &mut records {
        (one.packets, one.sampling) = (1, 1_000);
    }
    records.extend(elsewhere());
    let (found, _) = told(records);
    let last = *outbound(&found).last().expect("a finding");
    assert_eq!(last.evidence.sampling.most, 1_000);
    let error = amount(last, "its error, 95 %");
    assert!((error - 19.6).abs() < 1.0, "{error}");
}

/// Twenty lines send 20 packets a second each to one target: none of them enough alone.
fn together() -> Vec<FlowRecord> {
    let of_line = |line: u32| sending(BOT + line, 20, protocol::UDP, 0);
    let mut records: Vec<_> = (0..20).flat_map(of_line).collect();
    records.extend(elsewhere());
    records
}

fn suspected(lines: u32) -> World {
    let mut world = World::new();
    for line in 0..lines {
        world.floods.suspect(&Suspicion {
            line: BOT + line,
            since: world.now,
            finding: FindingId(u64::from(line)),
            rule: Rule::HorizontalScan,
        });
    }
    world
}

#[test]
fn suspects_that_send_together_name_their_victim() {
    let found = suspected(20).told(together());
    let last = *outbound(&found).last().expect("a finding");
    assert_complete(last);
    assert_eq!(last.role, Role::Victim);
    assert!(matches!(last.subject, Subject::Remote(one) if one.ip == TARGET.to_ip()));
    assert_eq!(amount(last, "own lines that sent within one window"), 20.0);
}

#[test]
fn lines_that_nobody_suspects_do_the_same_and_stay_unnamed() {
    assert_eq!(
        outbound(&World::new().told(together())),
        Vec::<&Finding>::new()
    );
}

#[test]
fn three_suspects_at_once_are_too_few_to_say_together() {
    let found = suspected(3).told(together());
    assert!(outbound(&found).is_empty(), "{found:#?}");
}

#[test]
fn a_scan_of_suspects_fills_no_table_for_long() {
    let mut world = suspected(1);
    let scan = |at: u32| {
        let to = (remote(at), 23);
        record(i64::from(at), (BOT, 40_000), to, protocol::TCP, SYN)
    };
    world.live((0..20_000).map(scan).collect());
    assert!(outbound(&world.end()).is_empty());
}
