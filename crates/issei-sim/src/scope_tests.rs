use super::*;
use crate::exchange::{KERNEL_SYN, connection, run};

const START: i64 = 1_000_000_000;

fn scope(view: View, sampling: u32) -> Scope {
    let vantage = Vantage::new(sampling, (1, 2));
    Scope::new(
        view,
        vec![vantage],
        15_000_000,
        START,
        Dice::new(1, "scope"),
    )
}

fn exchange(runs: &[Run]) -> Exchange<'_> {
    let party = |ip: [u8; 4], port| Party {
        ip: IpAddr::from(ip),
        port,
    };
    Exchange {
        start: START,
        opener: party([10, 16, 0, 1], 40_000),
        responder: party([198, 18, 4, 1], 443),
        protocol: protocol::TCP,
        stretch: 1.0,
        manner: Manner::Kernel,
        continues: false,
        runs,
    }
}

fn records(scope: &mut Scope) -> Vec<(Timestamp, FlowRecord)> {
    let mut taken = Vec::new();
    scope.take_records(START + 900_000_000, &mut |at, record| {
        taken.push((at, record.clone()));
    });
    taken
}

/// Expects a count to lie within five standard deviations of its mean.
fn expect_near(count: u64, mean: f64, variance: f64) {
    let far = (count as f64 - mean).abs() / variance.sqrt();
    assert!(far < 5.0, "{count} lies {far:.1} deviations from {mean}");
}

#[test]
fn at_one_to_one_every_packet_is_in_the_records_of_its_direction() {
    let mut scope = scope(View::Records, 1);
    let runs = connection((9, 320), (14, 1_100), 900);
    scope.look(0, &exchange(&runs), false);
    let mut records = records(&mut scope);
    records.sort_by_key(|(_, record)| record.source);
    let sums: Vec<(u64, u64)> = records.iter().map(|(_, r)| (r.packets, r.bytes)).collect();
    assert_eq!(
        sums,
        [(13, 60 + 9 * 320 + 3 * 52), (16, 60 + 14 * 1_100 + 52)]
    );
    assert_eq!(records[0].1.tcp_flags.to_string(), ".AP.SF");
    assert_eq!(records[0].1.source, IpAddr::from([10, 16, 0, 1]));
    assert_eq!(
        (records[0].1.input_interface, records[1].1.input_interface),
        (1, 2)
    );
}

#[test]
fn each_packet_is_looked_at_with_the_probability_of_the_rate_however_long_the_exchange() {
    // Five standard deviations of a binomial count; short runs, long ones, and those thrown at once.
    for (count, exchanges) in [(1, 200_000), (30, 20_000), (100_000, 60)] {
        let mut scope = scope(View::Records, 100);
        let runs = [
            run(false, 0, 100, count, 0, 1_000),
            run(true, 0, 100, count, 0, 1_000),
        ];
        for _ in 0..exchanges {
            scope.look(0, &exchange(&runs), false);
        }
        let packets = f64::from(2 * count) * f64::from(exchanges);
        expect_near(
            scope.passed[0].packets,
            packets / 100.0,
            packets / 100.0 * 0.99,
        );
        let seen: u64 = records(&mut scope)
            .iter()
            .map(|(_, record)| record.packets)
            .sum();
        assert_eq!(seen, scope.passed[0].packets);
    }
}

#[test]
fn throwing_only_the_seen_exchanges_is_the_same_law_as_looking_at_all() {
    // Exchanges of five packets at 1:10: among the seen ones, k of five are looked at with the
    // binomial probability divided by that of seeing any.
    let runs = [run(false, 0, 100, 5, 0, 0)];
    let vantage = Vantage::new(10, (1, 2));
    let throws = 100_000;
    for surely in [false, true] {
        let mut scope = scope(View::Records, 10);
        for _ in 0..throws {
            scope.look(0, &exchange(&runs), surely);
        }
        let mut counts = [0_u64; 6];
        records(&mut scope)
            .iter()
            .for_each(|(_, record)| counts[record.packets as usize] += 1);
        let given = if surely { vantage.sees(5) } else { 1.0 };
        for (k, ways) in [(1, 5.0), (2, 10.0), (3, 10.0)] {
            let p = ways * power(0.1, k) * power(0.9, 5 - k) / given;
            expect_near(
                counts[k as usize],
                f64::from(throws) * p,
                f64::from(throws) * p * (1.0 - p),
            );
        }
        assert!(!surely || counts.iter().sum::<u64>() == u64::from(throws as u32));
    }
}

#[test]
fn records_leave_after_silence_after_their_end_or_at_the_active_time_out() {
    let syn = [run(false, TcpFlags::SYN, KERNEL_SYN, 1, 0, 0)];
    let whole = connection((1, 100), (1, 100), 0);
    let piece = [run(false, TcpFlags::ACK, 100, 10, 0, 60_000)];
    let departure = |exchange: &Exchange<'_>| {
        let mut scope = scope(View::Records, 1);
        scope.look(0, exchange, false);
        records(&mut scope)[0]
            .0
            .since(Timestamp::from_micros(START))
            .as_secs_f64()
    };
    assert_eq!(
        departure(&exchange(&syn)),
        16.0,
        "15 s of silence, then the second's end"
    );
    assert_eq!(departure(&exchange(&whole)), 2.0);
    let going_on = Exchange {
        continues: true,
        ..exchange(&piece)
    };
    assert!((54.0..=61.0).contains(&departure(&going_on)));
}

#[test]
fn packets_come_in_order_with_sequence_numbers_that_count_payload_and_signs() {
    let mut scope = scope(View::Packets, 1);
    let runs = connection((2, 152), (2, 252), 100);
    scope.look(0, &exchange(&runs), false);
    let mut packets = Vec::new();
    scope.take_packets(START + 10_000_000, &mut |packet| packets.push(*packet));
    assert!(packets.windows(2).all(|pair| pair[0].time <= pair[1].time));
    let own: Vec<u32> = packets.iter().filter(|p| !p.back).map(|p| p.sent).collect();
    // SYN, ACK, two segments of 100 bytes, FIN, last ACK.
    assert_eq!(own, [0, 1, 1, 101, 201, 202]);
    assert_eq!(
        scope.passed[0],
        Passed {
            packets: 10,
            bytes: 60 + 60 + 52 + 304 + 504 + 156,
            records: 0
        }
    );
}

#[test]
fn nothing_waits_once_everything_was_taken() {
    let mut scope = scope(View::Records, 1);
    assert!(scope.quiet_after() < START);
    scope.look(0, &exchange(&[run(false, 0, 100, 1, 0, 0)]), false);
    assert_eq!(scope.quiet_after(), START + 16_000_000);
    assert_eq!(records(&mut scope).len(), 1);
    assert!(scope.quiet_after() < START);
}
