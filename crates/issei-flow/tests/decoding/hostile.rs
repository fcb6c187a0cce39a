//! Senders who mean harm: memory stays bounded, honest exporters are unharmed, all is counted.

use issei_model::{FlowBatch, ProblemKind};
use proptest::prelude::*;

use crate::say::{Ear, PAIR, ipfix, netflow9, options, options9, pair, set, template, words};

/// What a collector may hold after any storm, in bytes.
const MEMORY: usize = 64 << 20;

/// One datagram of each kind that is worth being mangled.
fn seeds() -> Vec<Vec<u8>> {
    let teach = [
        set(
            0,
            &[
                template(256, PAIR),
                template(257, &[(27, 16), (28, 16), (22, 4)]),
            ]
            .concat(),
        ),
        set(1, &options9(300, &[(2, 4)], &[(34, 4)])),
        set(300, &[0, 0, 0, 1, 0, 0, 0, 100]),
        set(256, &[pair(1, 1), pair(2, 2)].concat()),
        set(257, &[1; 72]),
    ];
    let varying = [(8, 4), (12, 4), (82, 0xffff), (315, 0xffff)];
    let told = [
        set(2, &[template(256, &varying), template(257, PAIR)].concat()),
        set(
            3,
            &options(300, 1, &[(302, 8), (305, 4), (306, 4), (160, 8)]),
        ),
        set(300, &[1; 24]),
        set(
            256,
            &[&[10, 0, 0, 1, 192, 0, 2, 9][..], b"\x03eth\xff\x00\x02ab"].concat(),
        ),
        set(257, &pair(1, 1)),
        set(2, &words(&[256, 0, 2, 0])),
    ];
    let mut v5 = vec![0, 5, 0, 2];
    v5.resize(24 + 96, 3);
    let mut sflow = vec![0, 0, 0, 5, 0, 0, 0, 1, 192, 0, 2, 1];
    for word in [
        0_u32, 1, 7, 1, 1, 88, 9, 3, 400, 0, 0, 5, 6, 1, 1, 48, 1, 60, 4, 32,
    ] {
        sflow.extend(word.to_be_bytes());
    }
    sflow.extend([2; 12]);
    sflow.extend([
        8, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0,
    ]);
    vec![netflow9(1, 5, &teach), ipfix(1, 5, &told), v5, sflow]
}

#[test]
fn a_datagram_cut_at_any_place_gives_records_or_problems() {
    for seed in seeds() {
        for length in 0..seed.len() {
            let mut ear = Ear::of(&[seed[..length].to_vec()]);
            ear.end();
            let tally = ear.tally();
            let turned_away = tally.datagrams_refused + tally.sets_refused + tally.records_refused;
            let said = ear
                .collector
                .problems()
                .met()
                .map(|(_, count)| count)
                .sum::<u64>();
            assert!(said >= turned_away, "cut at {length}: {tally:?}");
        }
    }
}

#[test]
fn a_datagram_with_any_byte_changed_does_no_harm() {
    for seed in seeds() {
        let mut ear = Ear::default();
        for place in 0..seed.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = seed.clone();
                changed[place] = value;
                ear.hear("192.0.2.1:1", &changed);
            }
        }
        assert!(ear.collector.bytes() < MEMORY);
    }
}

#[test]
fn a_storm_of_templates_stays_within_bounds_and_spares_the_honest() {
    let mut ear = Ear::default();
    let wide: Vec<(u16, u16)> = (0..340).map(|element| (element, 0xffff)).collect();
    let sets = [set(2, &template(256, PAIR)), set(256, &pair(1, 1))];
    for exporter in 0..400_u32 {
        let from = format!("10.0.{}.{}:1", exporter / 250, exporter % 250);
        for id in 0..50 {
            let storm = set(2, &template(256 + id * 7, &wide));
            ear.hear(&from, &ipfix(0, u32::from(id), &[storm]));
        }
        ear.hear("192.0.2.1:1", &ipfix(exporter, 1, &sets));
        ear.hear("10.0.0.1:1", &ipfix(exporter, 77_777, &sets));
    }
    assert_eq!(ear.tally().records, 800);
    assert!(ear.collector.bytes() < MEMORY, "{}", ear.collector.bytes());
}

#[test]
fn a_million_observation_domains_stay_within_bounds_and_spare_the_honest() {
    let mut ear = Ear::default();
    let honest = |sequence| ipfix(sequence, 5, &[set(256, &pair(1, 1))]);
    let teach = ipfix(0, 5, &[set(2, &template(256, PAIR)), set(256, &pair(1, 1))]);
    for from in ["192.0.2.1:1", "198.51.100.1:1"] {
        ear.hear(from, &teach);
    }
    let junk = set(2, &template(256, &[(8, 4), (12, 4)]));
    let mut sent = 2;
    for domain in 0..1_000_000_u32 {
        let datagram = ipfix(0, 100 + domain, std::slice::from_ref(&junk));
        ear.collector.datagram(
            ear.now,
            "192.0.2.1:1".parse().unwrap(),
            &datagram,
            &mut ear.batch,
        );
        if domain % 10_000 == 0 {
            for from in ["192.0.2.1:1", "198.51.100.1:1"] {
                ear.hear(from, &honest(sent / 2));
                sent += 1;
            }
        }
    }
    assert_eq!(ear.tally().records, 202);
    assert_eq!(
        ear.problems(),
        [""; 0],
        "those who made room had nothing to lose"
    );
    assert!(ear.collector.bytes() < MEMORY, "{}", ear.collector.bytes());
}

#[test]
fn waiting_data_of_many_senders_stay_within_bounds_and_are_counted() {
    let mut ear = Ear::default();
    for number in 0..20_000_u32 {
        let from = format!("10.{}.{}.1:1", number / 250, number % 250);
        ear.hear(&from, &netflow9(number, 1, &[set(256, &[7; 1_400])]));
    }
    let tally = ear.tally();
    assert!(ear.collector.bytes() < MEMORY, "{}", ear.collector.bytes());
    assert!(tally.sets_waiting > 5_000);
    assert_eq!(
        ear.count(ProblemKind::WaitingRoomFull) + ear.count(ProblemKind::TemplateNeverCame),
        tally.sets_refused
    );
    ear.end();
    assert_eq!(
        (ear.tally().sets_waiting, ear.tally().sets_refused),
        (0, 20_000)
    );
}

#[test]
fn lying_lengths_allocate_nothing_of_their_size() {
    let mut ear = Ear::default();
    let mut lies = vec![
        set(2, &words(&[256, 0xffff, 8, 4])),
        set(2, &template(257, &[(82, 0xffff); 400])),
        words(&[256, 0xffff]),
    ];
    lies.push(set(257, &[0; 40_000]));
    for lie in &lies {
        for _ in 0..1_000 {
            ear.hear("192.0.2.1:1", &ipfix(0, 5, std::slice::from_ref(lie)));
        }
    }
    assert!(ear.collector.bytes() < MEMORY, "{}", ear.collector.bytes());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(datagrams in prop::collection::vec(any_datagram(), 1..20)) {
        let mut ear = Ear::default();
        for (port, datagram) in &datagrams {
            ear.hear(&format!("192.0.2.1:{port}"), datagram);
        }
        ear.end();
        prop_assert_eq!(ear.tally().sets_waiting, 0);
        prop_assert!(ear.collector.bytes() < MEMORY);
    }

    #[test]
    fn decoding_in_one_batch_or_in_many_gives_the_same_records(
        datagrams in prop::collection::vec(any_datagram(), 1..20)
    ) {
        let (mut one, mut many) = (Ear::default(), Ear::default());
        let mut records = Vec::new();
        for (port, datagram) in &datagrams {
            let from = format!("192.0.2.1:{port}");
            one.hear(&from, datagram);
            let mut batch = FlowBatch::default();
            many.collector.datagram(many.now, from.parse().unwrap(), datagram, &mut batch);
            records.extend(batch.records());
        }
        let key = |record: &issei_model::FlowRecord| format!("{record:?}");
        let (mut left, mut right): (Vec<_>, Vec<_>) =
            (one.records().iter().map(key).collect(), records.iter().map(key).collect());
        left.sort();
        right.sort();
        prop_assert_eq!(left, right);
    }
}

/// A seed with some of its bytes changed, cut or repeated; or bytes of no sense at all.
fn any_datagram() -> impl Strategy<Value = (u16, Vec<u8>)> {
    let seed = (
        0..seeds().len(),
        prop::collection::vec((any::<u16>(), any::<u8>()), 0..6),
        0.0..1.2_f64,
    );
    let mangled = seed.prop_map(|(which, changes, keep)| {
        let mut bytes = seeds().swap_remove(which);
        for (place, value) in changes {
            let place = usize::from(place) % bytes.len();
            bytes[place] = value;
        }
        let length = (bytes.len() as f64 * keep) as usize;
        bytes.truncate(length);
        bytes
    });
    let noise = prop::collection::vec(any::<u8>(), 0..200).prop_map(|mut bytes| {
        if let [first, second, ..] = &mut bytes[..] {
            (*first, *second) = (0, [5, 9, 10][usize::from(*second) % 3]);
        }
        bytes
    });
    (1..4_u16, prop_oneof![4 => mangled, 1 => noise])
}
