use super::*;
use crate::Country;
use issei_model::{FlowBatch, FlowRecord};

/// One flood and nothing else, ten minutes, at this rate of sampling.
fn lived(plan: AttackPlan, sampling: u32) -> (Vec<FlowRecord>, TrueAttack) {
    let mut scenario = Scenario::sketch(100, 10, 6).expect("a good sketch");
    scenario.botnets.truncate(1);
    scenario.botnets[0].doubling_minutes = 0.01;
    scenario.botnets[0].bots = 6;
    (scenario.activity, scenario.radiation, scenario.sampling) = (0.0, 0.0, sampling);
    if plan.by.is_none() {
        scenario.botnets.clear();
    }
    scenario.attacks = vec![plan];
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    let attack = batches.truth().attacks.remove(0);
    let meant = |record: &FlowRecord| attack.net.contains(&record.destination);
    (batch.records().filter(meant).collect(), attack)
}

fn plan(vector: Vector, victim: Victim, by: Option<&str>) -> AttackPlan {
    AttackPlan {
        vector,
        victim,
        by: by.map(str::to_owned),
        at_minute: 5.0,
        seconds: 35.0,
        packets_per_second: 2_000.0,
        sources: 50,
    }
}

fn packets(records: &[FlowRecord]) -> u64 {
    records.iter().map(|record| record.packets).sum()
}

/// Five standard deviations of a Poisson count; ten packets a request vary a little more.
fn expect_near(count: u64, mean: f64) {
    let far = (count as f64 - mean).abs();
    assert!(
        far < 5.0 * mean.sqrt() + 0.02 * mean,
        "{count} instead of {mean}"
    );
}

#[test]
fn floods_from_abroad_have_the_packets_of_the_plan_whatever_the_sampling() {
    let vectors = [
        Vector::Udp,
        Vector::Syn,
        Vector::Ack,
        Vector::Gre,
        Vector::Icmp,
        Vector::SpoofedSyn,
        Vector::ReflectDns,
        Vector::ReflectNtp,
        Vector::ReflectSsdp,
        Vector::ReflectCldap,
        Vector::ReflectMemcached,
    ];
    for vector in vectors {
        for sampling in [1, 20] {
            let (records, attack) = lived(plan(vector, Victim::Bank, None), sampling);
            expect_near(packets(&records), 70_000.0 / f64::from(sampling));
            assert!(
                attack.inbound && attack.seen_packets >= packets(&records),
                "{vector}"
            );
            let (from, until) = (attack.from, attack.until);
            assert!(
                records
                    .iter()
                    .all(|record| record.first >= from && record.last <= until),
                "{vector}"
            );
        }
    }
}

#[test]
fn own_bots_share_in_an_outbound_flood_and_the_truth_names_them() {
    for vector in [
        Vector::Udp,
        Vector::Syn,
        Vector::Ack,
        Vector::Gre,
        Vector::Icmp,
    ] {
        let plan = AttackPlan {
            packets_per_second: 300.0,
            ..plan(vector, Victim::AbroadGame, Some("winter"))
        };
        let (records, attack) = lived(plan, 1);
        assert_eq!(attack.participants.len(), 6);
        expect_near(packets(&records), 6.0 * 300.0 * 35.0);
        assert_eq!(attack.packets_per_second, 1_800.0);
        assert!(
            records
                .iter()
                .all(|record| attack.participants.contains(&record.source)),
            "{vector}"
        );
    }
}

#[test]
fn forged_senders_are_never_ours_and_send_a_packet_each() {
    let (records, _) = lived(plan(Vector::SpoofedSyn, Victim::Airline, None), 1);
    assert!(
        records
            .iter()
            .all(|record| record.packets == 1 && !atlas::is_home(record.source))
    );
    let mut sources: Vec<IpAddr> = records.iter().map(|record| record.source).collect();
    sources.sort_unstable();
    sources.dedup();
    assert!(sources.len() as f64 > 0.999 * records.len() as f64);
}

#[test]
fn reflected_answers_come_from_the_service_and_dns_in_fragments_too() {
    let (records, _) = lived(plan(Vector::ReflectDns, Victim::Bank, None), 1);
    let whole = records.iter().filter(|record| record.source_port == 53);
    let later = records
        .iter()
        .filter(|record| (record.source_port, record.destination_port) == (0, 0));
    let share = packets(&later.cloned().collect::<Vec<_>>()) as f64 / packets(&records) as f64;
    assert!((share - 0.4).abs() < 0.01, "{share}");
    assert!(whole.clone().count() >= 50);
}

#[test]
fn a_carpet_covers_its_whole_network() {
    let wide = AttackPlan {
        sources: 2_000,
        packets_per_second: 20_000.0,
        ..plan(Vector::Udp, Victim::Carpet, None)
    };
    let (records, attack) = lived(wide, 1);
    assert_eq!(attack.net, atlas::carpet_net());
    let mut hosts: Vec<IpAddr> = records.iter().map(|record| record.destination).collect();
    hosts.sort_unstable();
    hosts.dedup();
    assert!(hosts.len() > 250, "{}", hosts.len());
}

#[test]
fn water_torture_is_asked_by_the_operators_own_resolver() {
    let torture = AttackPlan {
        packets_per_second: 100.0,
        ..plan(Vector::WaterTorture, Victim::AbroadNames, Some("winter"))
    };
    let (records, attack) = lived(torture, 1);
    assert!(
        records
            .iter()
            .all(|record| record.source == atlas::OWN_RESOLVER && record.destination_port == 53)
    );
    expect_near(packets(&records), 6.0 * 100.0 * 35.0);
    assert_eq!(attack.participants.len(), 6);
}
