use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Country;
use crate::scenario::{Family, Scenario};
use crate::truth::Truth;
use issei_model::{FlowBatch, FlowRecord, TcpFlags};

/// A few bots of one family, infected at once, and nobody else.
fn lived(family: Family, bots: u32, minutes: u32, sampling: u32) -> (Vec<FlowRecord>, Truth) {
    let mut scenario = Scenario::sketch(100, minutes, bots).expect("a good sketch");
    scenario.attacks.clear();
    scenario.botnets.truncate(1);
    let botnet = &mut scenario.botnets[0];
    (botnet.family, botnet.bots, botnet.doubling_minutes) = (family, bots, 0.01);
    botnet.command_port = 6_667;
    (scenario.activity, scenario.radiation, scenario.sampling) = (0.0, 0.0, sampling);
    scenario.shared_lines = 0.0;
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    (batch.records().collect(), batches.truth())
}

fn probes(records: &[FlowRecord], ports: &[u16]) -> Vec<FlowRecord> {
    let opening = |record: &&FlowRecord| {
        record.tcp_flags.any(TcpFlags::SYN)
            && atlas::is_home(record.source)
            && ports.contains(&record.destination_port)
    };
    records.iter().filter(opening).cloned().collect()
}

/// Seconds that all bots together scanned.
fn scanned_seconds(truth: &Truth) -> f64 {
    let begins = |bot: &crate::TrueBot| bot.infected_at.as_micros() + SECONDS_TO_SCAN * SECOND;
    let seconds = truth
        .bots
        .iter()
        .map(|bot| (truth.until.as_micros() - begins(bot)) as f64 / 1e6);
    seconds.sum()
}

/// Five standard deviations of a Poisson count around `rate` × seconds.
fn expect_near(count: usize, mean: f64) {
    assert!(
        (count as f64 - mean).abs() < 5.0 * mean.sqrt(),
        "{count} instead of {mean:.0}"
    );
}

/// The rates of the plan, summed up over the bots and their time.
fn planned(truth: &Truth) -> f64 {
    let rate = truth.bots.iter().map(|bot| bot.scan_rate).sum::<f64>() / truth.bots.len() as f64;
    scanned_seconds(truth) * rate
}

#[test]
fn mirai_sends_raw_syns_at_its_rate_nine_of_ten_to_23_and_from_one_port() {
    let (records, truth) = lived(Family::Mirai, 3, 2, 1);
    assert!(
        truth
            .bots
            .iter()
            .all(|bot| (120.0..=160.0).contains(&bot.scan_rate))
    );
    let probes = probes(&records, &[23, 2323]);
    expect_near(probes.len(), planned(&truth));
    let to_23 = probes
        .iter()
        .filter(|probe| probe.destination_port == 23)
        .count();
    let (all, share) = (probes.len() as f64, to_23 as f64 / probes.len() as f64);
    assert!((share - 0.9).abs() < 5.0 * (0.09 / all).sqrt(), "{share}");
    let mut ports: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
    for probe in &probes {
        ports
            .entry(probe.source)
            .or_default()
            .insert(probe.source_port);
    }
    assert!(ports.values().all(|ports| ports.len() == 1));
    assert!(
        probes
            .iter()
            .all(|probe| probe.bytes == 40 || probe.tcp_flags.any(TcpFlags::RST))
    );
}

#[test]
fn under_sampling_the_probes_are_as_many_as_chance_lets_through() {
    for family in [Family::Mirai, Family::Gafgyt, Family::Satori] {
        let (records, truth) = lived(family, 4, 10, 100);
        let habit = crate::families::habit(family);
        let ports: Vec<u16> = habit.ports.iter().map(|&(port, _)| port).collect();
        let opening = |&&(runs, _): &&(&[Run], u32)| runs.iter().filter(|run| !run.back).count();
        // Openers' packets of one probe on average; each is looked at with one in a hundred.
        let packets: f64 = habit
            .outcomes
            .iter()
            .map(|outcome| {
                let runs = outcome
                    .0
                    .iter()
                    .filter(|run| !run.back && run.flags == TcpFlags::SYN);
                debug_assert!(opening(&outcome) > 0);
                f64::from(outcome.1) / 1_000.0 * f64::from(runs.map(|run| run.count).sum::<u32>())
            })
            .sum();
        let syns: u64 = probes(&records, &ports)
            .iter()
            .map(|probe| probe.packets)
            .sum();
        let mean = planned(&truth) * packets / 100.0;
        // A record may hold another packet of an answered probe: five of a hundred at most.
        let far = (syns as f64 - mean).abs();
        assert!(
            far < 5.0 * mean.sqrt() + 0.05 * mean,
            "{family}: {syns} instead of {mean:.0}"
        );
    }
}

#[test]
fn gafgyt_scans_in_bursts_and_pauses() {
    let (records, truth) = lived(Family::Gafgyt, 1, 2, 1);
    let probes = probes(&records, &[23, 2323, 5555]);
    let seconds: BTreeSet<i64> = probes
        .iter()
        .map(|probe| probe.first.as_micros() / SECOND)
        .collect();
    let share = seconds.len() as f64 / scanned_seconds(&truth);
    assert!(
        (0.2..0.45).contains(&share),
        "three or four of twelve seconds: {share}"
    );
    expect_near(probes.len(), planned(&truth));
}

#[test]
fn reaper_probes_each_target_in_both_byte_orders() {
    let (records, _) = lived(Family::Reaper, 4, 4, 1);
    let mut targets: BTreeMap<_, Vec<u16>> = BTreeMap::new();
    for record in &records {
        if atlas::is_home(record.source)
            && record.tcp_flags.any(TcpFlags::SYN)
            && !record.tcp_flags.any(TcpFlags::PSH)
        {
            targets
                .entry((record.source, record.destination))
                .or_default()
                .push(record.destination_port);
        }
    }
    let pairs = targets
        .values()
        .filter(|ports| ports.len() == 2 && ports[0] == ports[1].swap_bytes());
    let share = pairs.count() as f64 / targets.len() as f64;
    assert!(share > 0.95, "{share}");
}

#[test]
fn under_sampling_both_forms_are_seen_as_often_as_each_alone_would_be() {
    let (records, truth) = lived(Family::Reaper, 20, 30, 10);
    let plain = [
        80_u16, 81, 8080, 8081, 88, 8001, 1080, 82, 10000, 8443, 8880, 83, 84, 8060, 8090, 3000,
        3749,
    ];
    let swapped = plain.map(u16::swap_bytes);
    for ports in [plain, swapped] {
        let seen: u64 = probes(&records, &ports)
            .iter()
            .map(|probe| probe.packets)
            .sum();
        let mean = planned(&truth) / 10.0;
        let far = (seen as f64 - mean).abs();
        assert!(
            far < 5.0 * mean.sqrt() + 0.02 * mean,
            "{seen} instead of {mean:.0}"
        );
    }
}

#[test]
fn a_channel_beats_every_minute_and_the_name_is_asked_at_a_public_resolver() {
    let (records, truth) = lived(Family::Mirai, 3, 20, 1);
    let server = &truth.command_servers[0];
    for bot in &truth.bots {
        let beats: Vec<i64> = records
            .iter()
            .filter(|record| record.source == bot.address && record.destination == server.ip)
            .filter(|record| record.packets == 2 && record.bytes == 82)
            .map(|record| record.first.as_micros())
            .collect();
        assert!((18..=20).contains(&beats.len()), "{}", beats.len());
        let gaps = beats
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) as f64 / 1e6);
        assert!(gaps.into_iter().all(|gap| (60.0..61.3).contains(&gap)));
        let asked = records.iter().any(|record| {
            record.source == bot.address
                && record.destination == atlas::PUBLIC_RESOLVER
                && record.destination_port == 53
        });
        assert!(asked);
    }
}

#[test]
fn peers_need_no_server_and_some_of_them_are_bots_of_ours() {
    let (records, truth) = lived(Family::Mozi, 10, 10, 1);
    assert!(truth.command_servers.is_empty());
    assert!(truth.bots.iter().all(|bot| bot.server.is_none()));
    let asked: Vec<&FlowRecord> = records
        .iter()
        .filter(|record| record.protocol == protocol::UDP && record.bytes / record.packets == 130)
        .collect();
    expect_near(asked.len(), scanned_seconds(&truth) * 0.5 * 0.98);
    let among = asked
        .iter()
        .filter(|record| atlas::is_home(record.destination))
        .count();
    assert!(
        (0.1..0.3).contains(&(among as f64 / asked.len() as f64)),
        "{among}"
    );
}

#[test]
fn the_dark_space_is_hit_as_often_as_its_share_of_all_targets() {
    let mut scenario = Scenario::sketch(100, 10, 20).expect("a good sketch");
    scenario.attacks.clear();
    scenario.botnets.truncate(1);
    scenario.botnets[0].bots = 20;
    scenario.botnets[0].doubling_minutes = 0.01;
    (scenario.activity, scenario.radiation) = (0.0, 0.0);
    scenario.dark = vec!["45.0.0.0/12".parse().expect("a prefix")];
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    let dark: Vec<FlowRecord> = batch
        .records()
        .filter(|record| scenario.dark[0].contains(&record.destination))
        .collect();
    assert!(
        dark.iter().all(|record| record.origin == 2),
        "the sensor tells of them, once"
    );
    expect_near(
        dark.len(),
        planned(&batches.truth()) * 1_048_576.0 / atlas::SCANNED_ADDRESSES,
    );
}

#[test]
fn cleaned_bots_fall_silent() {
    let mut scenario = Scenario::sketch(100, 30, 10).expect("a good sketch");
    scenario.attacks.clear();
    scenario.botnets.truncate(1);
    scenario.botnets[0].doubling_minutes = 0.01;
    (
        scenario.botnets[0].cleaned,
        scenario.botnets[0].cleaned_after_minutes,
    ) = (1.0, 5.0);
    (scenario.activity, scenario.radiation) = (0.0, 0.0);
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    let truth = batches.truth();
    let records: Vec<FlowRecord> = batch.records().collect();
    for bot in truth.bots.iter().filter(|bot| bot.cleaned_at.is_some()) {
        let cleaned = bot.cleaned_at.expect("filtered");
        let late = probes(&records, &[23, 2323])
            .into_iter()
            .filter(|record| record.source == bot.address);
        // The second in which it is cleaned is its last.
        assert!(
            late.into_iter()
                .all(|record| record.first.since(cleaned).as_secs_f64() < 1.0)
        );
    }
    assert!(
        truth
            .bots
            .iter()
            .filter(|bot| bot.cleaned_at.is_some())
            .count()
            >= 3
    );
}
