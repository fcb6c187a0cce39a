use issei_model::{FlowRecord, Marks, TcpFlags, Timestamp};

use super::*;

fn flow(source: &str, destination: &str, answered: bool) -> FlowRecord {
    FlowRecord {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        source_port: 40_000,
        destination_port: 443,
        protocol: 6,
        tcp_flags: TcpFlags(if answered {
            TcpFlags::SYN | TcpFlags::ACK
        } else {
            TcpFlags::SYN
        }),
        packets: 2,
        bytes: 80,
        first: Timestamp::default(),
        last: Timestamp::default(),
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: u64::from(answered),
        reverse_bytes: 40,
        reverse_flags: TcpFlags(if answered {
            TcpFlags::SYN | TcpFlags::ACK
        } else {
            0
        }),
        marks: Marks(Marks::REVERSE_WATCHED),
    }
}

fn survey(flows: &[FlowRecord]) -> Assumption {
    let mut batch = FlowBatch::default();
    flows.iter().for_each(|flow| batch.push(flow));
    let mut survey = Survey::default();
    survey.look(&batch);
    survey.assumption()
}

fn holds(assumption: &Assumption, address: &str) -> bool {
    let ip: IpAddr = address.parse().unwrap();
    assumption.ours.iter().any(|net| net.contains(&ip))
}

#[test]
fn private_addresses_that_send_are_ours_and_those_only_tried_are_not() {
    let mut flows = vec![flow("192.168.1.196", "104.248.160.24", true)];
    for host in 1..100 {
        flows.push(flow(
            "192.168.1.196",
            &format!("{host}.{host}.{host}.{host}"),
            false,
        ));
    }
    let assumed = survey(&flows);
    assert_eq!(assumed.basis, TerritoryBasis::PrivateRanges);
    assert!(
        holds(&assumed, "192.168.1.196") && !holds(&assumed, "10.10.10.10"),
        "{assumed:?}"
    );
    assert_eq!(assumed.why.en, "private addresses that send");
}

#[test]
fn a_private_address_that_answers_is_ours() {
    let assumed = survey(&[
        flow("198.51.100.1", "10.0.0.7", true),
        flow("198.51.100.1", "10.0.9.9", false),
    ]);
    assert!(
        holds(&assumed, "10.0.0.7") && !holds(&assumed, "10.0.9.9"),
        "{assumed:?}"
    );
}

#[test]
fn a_silent_private_victim_is_ours_when_no_private_address_sends() {
    let flows: Vec<_> = (1..200)
        .map(|host| flow(&format!("198.51.100.{host}"), "10.10.10.10", false))
        .collect();
    let assumed = survey(&flows);
    assert!(holds(&assumed, "10.10.10.10"), "{assumed:?}");
    assert_eq!(
        assumed.why.en,
        "private addresses that receive, for none sends"
    );
}

#[test]
fn a_stray_private_address_does_not_make_its_place_ours() {
    let mut flows: Vec<_> = (1..200)
        .map(|host| flow("147.32.81.167", &format!("198.51.100.{host}"), true))
        .collect();
    flows.push(flow("192.168.0.1", "147.32.81.167", false));
    let assumed = survey(&flows);
    assert_eq!(assumed.ours, ["147.32.81.167/32".parse().unwrap()]);
    assert_eq!(assumed.basis, TerritoryBasis::MostTalkative);
}

#[test]
fn a_victim_that_answers_what_it_was_never_asked_is_not_ours_but_those_it_answers_are() {
    let mut flows = Vec::new();
    for host in 0..250 {
        let mut answer = flow(
            "202.229.120.98",
            &format!("192.150.{}.{host}", 186 + host % 2),
            false,
        );
        (answer.tcp_flags, answer.marks) = (
            TcpFlags(TcpFlags::SYN | TcpFlags::ACK),
            Marks(Marks::REVERSE_WATCHED | Marks::FIRST_IS_ANSWER),
        );
        flows.push(answer);
    }
    let assumed = survey(&flows);
    assert_eq!(assumed.ours, ["192.150.186.0/23".parse().unwrap()]);
}

#[test]
fn of_two_that_only_know_each_other_the_one_that_sends_more_is_ours() {
    let mut flows = vec![flow("147.32.80.40", "147.32.80.37", true)];
    flows[0].packets = 11;
    flows[0].reverse_packets = 10;
    assert_eq!(survey(&flows).ours, ["147.32.80.40/32".parse().unwrap()]);
}

#[test]
fn where_nobody_stands_out_nobody_is_assumed() {
    let flows: Vec<_> = (1..200)
        .map(|pair| {
            flow(
                &format!("198.51.100.{pair}"),
                &format!("203.0.113.{pair}"),
                true,
            )
        })
        .collect();
    let assumed = survey(&flows);
    assert!(assumed.ours.is_empty());
    assert!(assumed.why.en.ends_with("name yours with --ours"));
}

#[test]
fn groups_and_link_local_addresses_tell_nothing() {
    let mut flows: Vec<_> = (1..20)
        .map(|_| flow("fe80::1", "2001:db8::1", true))
        .collect();
    flows.push(flow("10.0.0.1", "239.255.255.250", false));
    assert!(survey(&flows).ours.is_empty());
    let own = (1..4).map(|host| flow("2001:db8::31f8", &format!("2001:db9::{host}"), true));
    flows.extend(own);
    assert_eq!(survey(&flows).ours, ["2001:db8::/64".parse().unwrap()]);
}

#[test]
fn the_look_is_bounded_whatever_comes() {
    let mut family: Family<u128> = Family::default();
    for number in 0..200_000u128 {
        family.talk(0x2001_0db8 << 96 | number << 64, 1, 1, false);
        family.talk(1, 0x2001_0db8 << 96 | number << 64, 1, false);
        family.note_place(0xfd << 120 | number << 64, true, 0);
    }
    assert_eq!(
        (family.talkers.len(), family.places.len()),
        (MOST_ADDRESSES, MOST_PLACES)
    );
    assert_eq!(family.talkers[&1].partners.len(), MOST_PARTNERS);
}
