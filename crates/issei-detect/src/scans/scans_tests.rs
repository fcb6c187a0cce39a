use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use issei_model::{
    Evidence, Finding, FlowRecord, IndicatorList, Origin, Role, SamplingBasis, Subject, Territory,
    TerritoryBasis, Verdict,
};

use super::*;
use crate::command::{ClassMap, KnownServices};
use crate::engine::Origins;

// ---------------------------------------------------------------- a small world to judge

const KEY: [u64; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];
const DAY: i64 = 86_400;
/// Midnight of some day.
const START: i64 = 20_000 * DAY;
const SYN: u8 = TcpFlags::SYN;
const ACK: u8 = TcpFlags::ACK;
const RST: u8 = TcpFlags::RST;

/// Lines of 10.0.0.0/8, and rules that look at what they send.
struct World {
    scans: Scans<u32>,
    parameters: Parameters,
    territory: Territory,
    classes: ClassMap,
    known: KnownServices,
    indicators: IndicatorList,
    origins: Origins,
    findings: Vec<Finding>,
    suspicions: Vec<Suspicion<u32>>,
}

/// Builds a record, most often a lone SYN of TCP that nobody answered.
#[derive(Clone, Debug)]
struct Row(FlowRecord);

fn address(a: u8, b: u8, c: u8, d: u8) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

fn line(number: u32) -> u32 {
    address(10, 0, 0, 0) + number
}

/// A foreign host; consecutive numbers lie in different networks.
fn host(number: u32) -> u32 {
    address(20, 0, 0, 1) + (number % 4_096) * 0x1_0000 + number / 4_096
}

fn syn(source: u32, destination: u32, port: u16, second: i64) -> Row {
    let time = Timestamp::from_secs(START + second);
    Row(FlowRecord {
        source: Ipv4Addr::from_bits(source).into(),
        destination: Ipv4Addr::from_bits(destination).into(),
        source_port: 40_000,
        destination_port: port,
        protocol: protocol::TCP,
        tcp_flags: TcpFlags(SYN),
        packets: 1,
        bytes: 40,
        first: time,
        last: time,
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    })
}

impl Row {
    fn with(mut self, change: impl FnOnce(&mut FlowRecord)) -> Self {
        change(&mut self.0);
        self
    }

    fn sampled(self, sampling: u32) -> Self {
        self.with(|record| record.sampling = sampling)
    }

    fn marked(self, marks: u16) -> Self {
        self.with(|record| record.marks = Marks(marks))
    }

    fn answered(self) -> Self {
        self.with(|record| {
            record.tcp_flags = TcpFlags(SYN | ACK | TcpFlags::PSH);
            record.reverse_flags = TcpFlags(SYN | ACK | TcpFlags::PSH);
            (record.packets, record.bytes) = (6, 400);
            (record.reverse_packets, record.reverse_bytes) = (5, 600);
        })
    }

    fn refused(self) -> Self {
        self.with(|record| {
            record.reverse_flags = TcpFlags(RST | ACK);
            (record.reverse_packets, record.reverse_bytes) = (1, 40);
        })
    }
}

/// A log-in session of `length` milliseconds that begins at a millisecond.
fn session(guesser: u32, at: u32, port: u16, millis: i64, length: i64) -> Row {
    syn(guesser, at, port, 0).answered().with(|record| {
        record.first = Timestamp::from_millis(START * 1_000 + millis);
        record.last = Timestamp::from_millis(START * 1_000 + millis + length);
        (record.bytes, record.reverse_bytes) = (1_800, 2_400);
    })
}

impl World {
    fn new() -> Self {
        Self::changed(|_| {})
    }

    fn changed(change: impl FnOnce(&mut ScanParameters)) -> Self {
        Self::with_dark(&[], change)
    }

    fn with_dark(dark: &[&str], change: impl FnOnce(&mut ScanParameters)) -> Self {
        let mut parameters = Parameters::shipped();
        change(&mut parameters.scans);
        let nets =
            |texts: &[&str]| -> Vec<_> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        Self {
            scans: Scans::new(&parameters, KEY),
            parameters,
            territory: Territory::new(
                &nets(&["10.0.0.0/8"]),
                &nets(dark),
                TerritoryBasis::Configured,
            ),
            classes: ClassMap::default(),
            known: KnownServices::default(),
            indicators: IndicatorList::default(),
            origins: Origins::default(),
            findings: Vec::new(),
            suspicions: Vec::new(),
        }
    }

    /// Feeds rows in batches, in the order given; each batch comes when its last row ends.
    fn feed(&mut self, rows: &[Row]) {
        for batch in rows.chunks(500) {
            let (mut columns, mut sorted) = (Columns::<u32>::default(), Sorted::default());
            for (number, Row(record)) in (0..).zip(batch) {
                let (std::net::IpAddr::V4(source), std::net::IpAddr::V4(destination)) =
                    (record.source, record.destination)
                else {
                    unreachable!("this world speaks IPv4");
                };
                let (source, destination) = (source.to_bits(), destination.to_bits());
                let ours = |address| self.territory.is_ours(address);
                match (ours(source), ours(destination)) {
                    (true, false) => sorted.outbound.push(number),
                    (false, true) => sorted.inbound.push(number),
                    (true, true) => sorted.internal.push(number),
                    (false, false) => sorted.transit.push(number),
                }
                columns.push(source, destination, record);
            }
            let now = batch.iter().map(|row| row.0.last).max().unwrap();
            self.act(now, |scans, around, news| {
                scans.observe(around, &columns, &sorted, news);
            });
        }
    }

    fn finish(&mut self, second: i64) {
        let now = Timestamp::from_secs(START + second);
        self.act(now, |scans, around, news| scans.finish(around, news));
    }

    fn act(
        &mut self,
        now: Timestamp,
        act: impl FnOnce(&mut Scans<u32>, &Surroundings<'_>, &mut News<u32>),
    ) {
        let around = Surroundings {
            now,
            parameters: &self.parameters,
            territory: &self.territory,
            indicators: &self.indicators,
            origins: &self.origins,
            classes: &self.classes,
            known: &self.known,
        };
        let mut news = News::default();
        act(&mut self.scans, &around, &mut news);
        self.findings.extend(news.findings);
        self.suspicions.extend(news.suspicions);
    }

    /// Tells the rules that spoke, with the level they reached.
    fn told(&self) -> BTreeMap<Rule, Level> {
        let mut told = BTreeMap::new();
        for finding in &self.findings {
            let level = told.entry(finding.rule).or_insert(finding.level);
            *level = finding.level.max(*level);
        }
        told
    }
}

/// Feeds rows to a fresh world with shipped parameters and tells the rules that spoke.
fn told(rows: &[Row]) -> BTreeMap<Rule, Level> {
    let mut world = World::new();
    world.feed(rows);
    world.told()
}

fn only(rule: Rule, level: Level) -> BTreeMap<Rule, Level> {
    BTreeMap::from([(rule, level)])
}

fn nobody() -> BTreeMap<Rule, Level> {
    BTreeMap::new()
}

/// A telnet scan of so many hosts, one each second.
fn telnet(hosts: u32) -> Vec<Row> {
    let each = (0..hosts).map(|number| syn(line(1), host(number), 23, i64::from(number)));
    each.collect()
}

// ---------------------------------------------------------------- D1: scans, outcome known

#[test]
fn six_failed_openings_to_worm_ports_are_a_scan_and_five_are_not() {
    assert_eq!(told(&telnet(5)), nobody());
    assert_eq!(told(&telnet(6)), only(Rule::HorizontalScan, Level::Finding));
}

#[test]
fn a_scan_names_line_time_and_port_and_tells_the_other_rules() {
    let mut world = World::new();
    world.feed(&telnet(6));
    let [finding] = &world.findings[..] else {
        panic!("{:?}", world.findings);
    };
    let line = issei_model::Subscriber::new(line(1).to_ip());
    assert_eq!(finding.subject, Subject::Line(line));
    assert_eq!(finding.role, Role::Scanner);
    assert_eq!(finding.since, Timestamp::from_secs(START));
    assert_eq!(finding.peer.unwrap().port, 23);
    let [suspicion] = &world.suspicions[..] else {
        panic!("{:?}", world.suspicions);
    };
    assert_eq!(suspicion.line.to_ip(), line.reveal());
    assert_eq!(
        (suspicion.finding, suspicion.since),
        (finding.id, finding.since)
    );
}

#[test]
fn retries_to_one_destination_count_once() {
    let retries = |hosts: u32| -> Vec<Row> {
        let each = (0..40).map(|n| syn(line(1), host(n % hosts), 23, i64::from(n)));
        each.collect()
    };
    assert_eq!(told(&retries(5)), nobody());
    assert_eq!(
        told(&retries(6)),
        only(Rule::HorizontalScan, Level::Finding)
    );
}

#[test]
fn one_foreign_network_out_of_reach_is_no_scan_until_nobody_innocent_asks_so_many() {
    let site = |hosts: u32| -> Vec<Row> {
        let each = (0..hosts).map(|n| {
            let camera = address(20, 1, 0, 1) + n;
            syn(line(1), camera, 81, i64::from(n))
        });
        each.collect()
    };
    assert_eq!(told(&site(25)), nobody());
    assert_eq!(told(&site(26)), only(Rule::HorizontalScan, Level::Finding));
    // With the guard off the outage of one site accuses.
    let mut unguarded = World::changed(|p| p.least_networks.value = 1);
    unguarded.feed(&site(6));
    assert_eq!(unguarded.told(), only(Rule::HorizontalScan, Level::Finding));
}

#[test]
fn a_scan_of_the_own_network_is_told_though_it_is_one_network() {
    let inside = |hosts: u32| -> Vec<Row> {
        let each = (2..2 + hosts).map(|n| syn(line(1), line(n), 23, 0));
        each.collect()
    };
    let mut world = World::new();
    world.feed(&inside(9));
    assert_eq!(world.told(), only(Rule::HorizontalScan, Level::Finding));
    let open = &world.findings[0].evidence.alternatives;
    let tool = open
        .iter()
        .find(|one| one.explanation == "a tool for the own network");
    assert_eq!(tool.unwrap().verdict, Verdict::Open);
    assert_eq!(told(&inside(5)), nobody());
}

#[test]
fn ordinary_ports_alone_accuse_nobody_however_many_hosts_fail() {
    for port in [80, 443, 8080, 22, 6_346] {
        let rows: Vec<Row> = (0..2_000)
            .map(|n| syn(line(1), host(n), port, i64::from(n)))
            .collect();
        assert_eq!(told(&rows), nobody(), "port {port}");
    }
}

/// Somebody who opens to peers at ports of their choice, a few of which are worm ports.
fn peers(worms: u32, others: u32) -> Vec<Row> {
    let every = others / worms;
    let each = (0..others).map(|n| {
        let port = if n % every == 0 {
            5_555
        } else {
            40_000 + (n % 9_000) as u16
        };
        syn(line(1), host(n), port, i64::from(n))
    });
    each.collect()
}

#[test]
fn a_peer_to_peer_program_that_meets_worm_ports_among_thousands_is_no_scanner() {
    assert_eq!(told(&peers(8, 8_000)), nobody());
    let mut unguarded = World::changed(|p| p.peers_share.value = 1e-9);
    unguarded.feed(&peers(8, 8_000));
    assert_eq!(unguarded.told(), only(Rule::HorizontalScan, Level::Finding));
}

#[test]
fn a_worm_on_a_line_with_a_peer_to_peer_program_is_found_all_the_same() {
    assert_eq!(
        told(&peers(800, 8_000)),
        only(Rule::HorizontalScan, Level::Finding)
    );
}

#[test]
fn what_is_answered_is_no_scan() {
    let cameras: Vec<Row> = (0..200)
        .map(|n| syn(line(1), host(n), 81, i64::from(n)).answered())
        .collect();
    assert_eq!(told(&cameras), nobody());
    let refusing: Vec<Row> = (0..6)
        .map(|n| syn(line(1), host(n), 81, i64::from(n)).refused())
        .collect();
    assert_eq!(told(&refusing), only(Rule::HorizontalScan, Level::Finding));
}

/// Four first contacts a day for some days, of which every other may be answered.
fn slow(days: i64, half_answered: bool) -> Vec<Row> {
    let each = (0..days * 4).map(|n| {
        let row = syn(line(1), host(n as u32), 81, n * DAY / 4 + 60);
        if half_answered && n % 2 == 0 {
            row.answered()
        } else {
            row
        }
    });
    each.collect()
}

#[test]
fn a_scanner_too_slow_for_any_day_is_found_by_the_sequential_test() {
    let mut world = World::new();
    for row in slow(4, false) {
        world.feed(&[row]);
    }
    assert_eq!(world.told(), only(Rule::HorizontalScan, Level::Finding));
    let statistic = world.findings[0].evidence.statistic.clone().unwrap();
    assert!(statistic.name.contains("log-likelihood"));
    assert!(statistic.value >= statistic.threshold);
    let mut twin = World::new();
    for row in slow(12, true) {
        twin.feed(&[row]);
    }
    assert_eq!(twin.told(), nobody());
}

#[test]
fn good_behaviour_is_not_banked() {
    let mut rows: Vec<Row> = (0..500)
        .map(|n| syn(line(1), host(n), 23, i64::from(n)).answered())
        .collect();
    rows.extend((1_000..1_006).map(|n| syn(line(1), host(n), 23, i64::from(n))));
    assert_eq!(told(&rows), only(Rule::HorizontalScan, Level::Finding));
}

#[test]
fn what_a_line_opened_before_its_dossier_was_forgotten_does_not_shield_it() {
    let mut world = World::new();
    world.feed(&[syn(line(1), host(1), 23, 0), syn(line(1), host(2), 23, 1)]);
    // Weeks of peer-to-peer openings keep the line in the table.
    for day in 0..20 {
        let peers = (0..2_000).map(|n| syn(line(1), host(n), 50_000, day * DAY + 60));
        world.feed(&peers.collect::<Vec<_>>());
    }
    assert_eq!(world.told(), nobody());
    let scan = (10..16).map(|n| syn(line(1), host(n), 23, 20 * DAY));
    world.feed(&scan.collect::<Vec<_>>());
    assert_eq!(world.told(), only(Rule::HorizontalScan, Level::Finding));
}

#[test]
fn an_ipv6_line_is_its_prefix_whichever_host_behind_it_opens() {
    let parameters = Parameters::shipped();
    let mut scans = Scans::<u128>::new(&parameters, KEY);
    let territory = Territory::new(
        &["2001:db8::/32".parse().unwrap()],
        &[],
        TerritoryBasis::Configured,
    );
    let (classes, known) = (ClassMap::default(), KnownServices::default());
    let (indicators, origins) = (IndicatorList::default(), Origins::default());
    let prefix = 0x2001_0db8_0000_0001_u128 << 64;
    let (mut columns, mut sorted) = (Columns::<u128>::default(), Sorted::default());
    for number in 0..6u32 {
        let record = syn(0, 1, 23, 0).0;
        sorted.outbound.push(number);
        let far = (0x2a00_u128 << 112) + (u128::from(number) << 96) + 1;
        columns.push(prefix + u128::from(number), far, &record);
    }
    let around = Surroundings {
        now: Timestamp::from_secs(START + 1),
        parameters: &parameters,
        territory: &territory,
        indicators: &indicators,
        origins: &origins,
        classes: &classes,
        known: &known,
    };
    let mut news = News::default();
    scans.observe(&around, &columns, &sorted, &mut news);
    assert_eq!(news.suspicions[0].line, prefix);
    assert_eq!(news.findings.len(), 1);
}

// ---------------------------------------------------------------- who never enters

#[test]
fn answers_to_packets_that_others_forged_accuse_nobody() {
    for flags in [SYN | ACK, RST, RST | ACK] {
        for sampling in [1, 1_000] {
            let answers = |marks: u16| -> Vec<Row> {
                let each = (0..300).map(|n| {
                    let row = syn(line(1), host(n), 5_555, i64::from(n));
                    row.sampled(sampling).marked(marks).with(|record| {
                        record.source_port = 80;
                        record.tcp_flags = TcpFlags(flags);
                    })
                });
                each.collect()
            };
            let first_is_answer = Marks::REVERSE_WATCHED | Marks::FIRST_IS_ANSWER;
            assert_eq!(told(&answers(0)), nobody(), "{flags} {sampling}");
            assert_eq!(told(&answers(first_is_answer)), nobody());
        }
    }
}

#[test]
fn what_comes_in_accuses_no_own_line() {
    let mut rows = Vec::new();
    for n in 0..600 {
        rows.push(syn(host(n), line(1), 23, i64::from(n)));
        rows.push(syn(host(n), line(n), 2_323, i64::from(n)));
    }
    assert_eq!(told(&rows), nobody());
}

#[test]
fn retries_to_time_servers_accuse_nobody() {
    let rows: Vec<Row> = (0..300)
        .map(|n| {
            syn(line(1), host(n), 123, i64::from(n)).with(|record| {
                (record.protocol, record.tcp_flags) = (protocol::UDP, TcpFlags(0));
                record.marks = Marks(Marks::REVERSE_WATCHED);
            })
        })
        .collect();
    assert_eq!(told(&rows), nobody());
}

// ---------------------------------------------------------------- D2: scans under sampling

fn sampled(hosts: u32, sampling: u32) -> Vec<Row> {
    let each = (0..hosts).map(|n| syn(line(1), host(n), 23, i64::from(n)).sampled(sampling));
    each.collect()
}

#[test]
fn the_count_that_accuses_falls_with_sampling() {
    for (sampling, needed) in [(0, 26), (2, 18), (100, 6), (1_000, 5), (10_000, 5)] {
        assert_eq!(
            told(&sampled(needed - 1, sampling)),
            nobody(),
            "1:{sampling}"
        );
        let scan = only(Rule::SampledScan, Level::Finding);
        assert_eq!(told(&sampled(needed, sampling)), scan, "1:{sampling}");
    }
}

#[test]
fn under_sampling_only_lone_openings_count() {
    for flags in [
        SYN | ACK,
        SYN | RST,
        SYN | TcpFlags::FIN,
        ACK,
        SYN | ACK | TcpFlags::PSH,
    ] {
        let rows = sampled(300, 1_000)
            .into_iter()
            .map(|row| row.with(|record| record.tcp_flags = TcpFlags(flags)));
        assert_eq!(told(&rows.collect::<Vec<_>>()), nobody(), "{flags:#x}");
    }
}

#[test]
fn the_least_sampling_seen_sets_the_threshold() {
    let mut rows = sampled(5, 1_000);
    rows[0].0.sampling = 10;
    rows[2].0.sampling = 10;
    assert_eq!(told(&rows), nobody());
}

#[test]
fn contacts_of_more_than_a_day_ago_do_not_count() {
    let spaced = |hours: i64| -> Vec<Row> {
        let each =
            (0..5).map(|n| syn(line(1), host(n), 23, i64::from(n) * hours * 3_600).sampled(1_000));
        each.collect()
    };
    let speaks = |hours| {
        let mut world = World::new();
        spaced(hours).into_iter().for_each(|row| world.feed(&[row]));
        !world.findings.is_empty()
    };
    assert!(speaks(5));
    assert!(!speaks(7));
}

#[test]
fn a_bot_of_mirais_rate_is_found_at_one_in_a_thousand_within_a_minute() {
    // The waiting times of a Poisson process of 0.16 a second, from a fixed row of numbers.
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut waits = Vec::new();
    for _ in 0..301 {
        let mut world = World::new();
        let (mut second, mut number) = (0.0, 0);
        while world.findings.is_empty() {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let uniform = ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
            second += -uniform.ln() / 0.16;
            number += 1;
            world.feed(&[syn(line(1), host(number), 23, second as i64).sampled(1_000)]);
        }
        waits.push(second);
    }
    waits.sort_by(f64::total_cmp);
    let (median, late) = (waits[150], waits[286]);
    // A gamma law of five steps: 29.2 s and 57.2 s.
    assert!((25.0..34.0).contains(&median), "median {median}");
    assert!((50.0..66.0).contains(&late), "95 % {late}");
}

// ---------------------------------------------------------------- how findings are told

#[test]
fn a_scan_is_told_once_for_each_doubling_and_at_the_end_under_one_name() {
    let mut world = World::new();
    for row in telnet(50) {
        world.feed(&[row]);
    }
    world.finish(100);
    world.finish(101);
    let revisions: Vec<u32> = world.findings.iter().map(|one| one.revision).collect();
    assert_eq!(revisions, [1, 2, 3, 4, 5]);
    let names: BTreeSet<_> = world
        .findings
        .iter()
        .map(|one| (one.id, one.since))
        .collect();
    assert_eq!(names.len(), 1);
    let decided: BTreeSet<_> = world.findings.iter().map(|one| one.decided_at).collect();
    assert_eq!(decided, BTreeSet::from([Timestamp::from_secs(START + 5)]));
    assert_eq!(world.suspicions.len(), 1);
}

#[test]
fn a_scan_of_thousands_is_counted_within_the_stated_error_and_told_rarely() {
    let mut world = World::new();
    world.feed(&telnet(20_000));
    world.finish(20_001);
    let last = world.findings.last().unwrap();
    let counted = last.evidence.observations.iter().find_map(|one| {
        let issei_model::Amount::Count(value) = one.value else {
            return None;
        };
        one.name
            .starts_with("different destinations in all")
            .then_some(value)
    });
    let counted = counted.unwrap() as f64;
    assert!((counted / 20_000.0 - 1.0).abs() < 4.0 * 0.065, "{counted}");
    assert!(world.findings.len() < 20, "{}", world.findings.len());
}

#[test]
fn the_evidence_is_complete() {
    let mut world = World::new();
    world.origins = origins();
    world.feed(&telnet(300));
    for finding in &world.findings {
        let evidence = &finding.evidence;
        assert_eq!(evidence.parameters, world.parameters.version);
        assert!(!evidence.sample.is_empty() && evidence.sample.len() <= Evidence::MOST_SAMPLES);
        let statistic = evidence.statistic.as_ref().unwrap();
        assert!(statistic.value <= statistic.threshold);
        assert!(statistic.error_bound <= world.scans.thresholds.alpha * 1.01);
        assert!(statistic.null_origin.len() > 10 && statistic.null_model.len() > 10);
        assert_eq!((evidence.sampling.least, evidence.sampling.most), (1, 1));
        assert_eq!(evidence.sampling.basis, SamplingBasis::Announced);
        assert_eq!(evidence.origins, [0]);
        assert!(evidence.alternatives.len() >= 5);
        assert!(!evidence.refuted_by.is_empty() && !evidence.does_not_show.is_empty());
        // No address of a customer in what is printed.
        assert!(!finding.summary.contains("10.0."), "{}", finding.summary);
    }
}

fn origins() -> Origins {
    let mut origins = Origins::default();
    origins.introduce(Origin {
        index: 0,
        name: "exporter".into(),
        domain: 0,
        sampling_basis: SamplingBasis::Announced,
        lost: 0,
    });
    origins
}

// ---------------------------------------------------------------- families: names, not reasons

#[test]
fn marks_name_families_and_decide_nothing() {
    let marked = |hosts: u32, marks: u16| -> World {
        let mut world = World::new();
        let rows: Vec<Row> = telnet(hosts)
            .into_iter()
            .map(|row| row.marked(marks))
            .collect();
        world.feed(&rows);
        world
    };
    let mirai = Marks::SEQUENCE_IS_DESTINATION | Marks::BARE_SYN;
    assert_eq!(marked(5, mirai).told(), nobody());
    let with = marked(6, mirai);
    assert!(with.findings[0].evidence.families[0].starts_with("Mirai"));
    assert!(marked(6, 0).findings[0].evidence.families.is_empty());
}

#[test]
fn mirais_share_of_2323_is_named_only_with_raw_openings() {
    let scan = |marks: u16| {
        let rows = (0..200).map(|n| {
            let port = if n % 10 == 0 { 2_323 } else { 23 };
            syn(line(1), host(n), port, i64::from(n)).marked(marks)
        });
        let mut world = World::new();
        world.feed(&rows.collect::<Vec<_>>());
        world.finish(300);
        world.findings.pop().unwrap().evidence.families
    };
    assert_eq!(scan(Marks::BARE_SYN).len(), 1);
    assert!(scan(0).is_empty());
}

#[test]
fn reaper_is_named_by_ports_in_both_byte_orders() {
    let scan = |second_order: bool| {
        let rows = (0..400u32).map(|n| {
            let port: u16 = [80, 81, 8_080][n as usize % 3];
            let swapped = second_order && n % 2 == 0;
            let port = if swapped { port.swap_bytes() } else { port };
            syn(line(1), host(n), port, i64::from(n))
        });
        let mut world = World::new();
        world.feed(&rows.collect::<Vec<_>>());
        world.finish(500);
        world.findings.pop().unwrap().evidence.families
    };
    assert!(
        scan(true)[0].contains("3 of them in both orders"),
        "{:?}",
        scan(true)
    );
    assert!(scan(false).is_empty());
}

// ---------------------------------------------------------------- D3: hits on dark space

const DARK: &[&str] = &["44.0.0.0/24", "10.9.9.0/24"];

fn dark(number: u32) -> u32 {
    address(44, 0, 0, 0) + number
}

fn hits(addresses: u32, port: u16) -> Vec<Row> {
    let each = (0..addresses).map(|n| syn(line(1), dark(n), port, i64::from(n)));
    each.collect()
}

fn told_with_dark(rows: &[Row]) -> World {
    let mut world = World::with_dark(DARK, |_| {});
    world.feed(rows);
    world
}

#[test]
fn three_dark_addresses_are_a_finding_and_fewer_are_context() {
    for hit in 1..=2 {
        let world = told_with_dark(&hits(hit, 443));
        assert_eq!(world.told(), only(Rule::SensorHit, Level::Context));
        assert!(world.suspicions.is_empty());
    }
    let mut world = World::with_dark(DARK, |_| {});
    for row in hits(3, 443) {
        world.feed(&[row]);
    }
    let levels: Vec<Level> = world.findings.iter().map(|one| one.level).collect();
    assert_eq!(levels, [Level::Context, Level::Context, Level::Finding]);
    let names: BTreeSet<_> = world.findings.iter().map(|one| one.id).collect();
    assert_eq!(names.len(), 1, "one finding whose level rises");
    assert_eq!(world.suspicions.len(), 1);
}

#[test]
fn one_dark_address_asked_again_and_again_stays_context() {
    let rows: Vec<Row> = (0..100).map(|n| syn(line(1), dark(7), 443, n)).collect();
    assert_eq!(
        told_with_dark(&rows).told(),
        only(Rule::SensorHit, Level::Context)
    );
}

#[test]
fn hits_on_used_space_are_no_hits() {
    assert_eq!(told(&hits(10, 443)), nobody());
}

#[test]
fn dark_space_inside_the_own_network_counts() {
    let rows: Vec<Row> = (0..3)
        .map(|n| syn(line(1), address(10, 9, 9, n), 22, i64::from(n)))
        .collect();
    assert_eq!(
        told_with_dark(&rows).told(),
        only(Rule::SensorHit, Level::Finding)
    );
}

#[test]
fn only_openings_hit_dark_space() {
    for flags in [SYN | ACK, RST, ACK, RST | ACK] {
        let rows = hits(30, 443)
            .into_iter()
            .map(|row| row.with(|record| record.tcp_flags = TcpFlags(flags)));
        assert_eq!(told_with_dark(&rows.collect::<Vec<_>>()).told(), nobody());
    }
}

#[test]
fn under_sampling_a_hit_is_still_a_hit() {
    let rows: Vec<Row> = hits(3, 443)
        .into_iter()
        .map(|row| row.sampled(1_000))
        .collect();
    assert_eq!(
        told_with_dark(&rows).told(),
        only(Rule::SensorHit, Level::Finding)
    );
}

#[test]
fn wide_dark_space_needs_more_hits_except_at_worm_ports() {
    let wide = |rows: &[Row]| {
        let mut world = World::with_dark(&["44.0.0.0/17"], |p| p.least_contacts.value = 1_000);
        world.feed(rows);
        world.told()
    };
    assert_eq!(wide(&hits(5, 443)), only(Rule::SensorHit, Level::Context));
    assert_eq!(wide(&hits(6, 443)), only(Rule::SensorHit, Level::Finding));
    assert_eq!(wide(&hits(3, 23)), only(Rule::SensorHit, Level::Finding));
}

#[test]
fn mirais_mark_twice_in_dark_space_proves_its_code() {
    let marked = |addresses: u32, marks: u16| {
        let rows = hits(addresses, 443)
            .into_iter()
            .map(|row| row.marked(marks));
        told_with_dark(&rows.collect::<Vec<_>>()).told()
    };
    let mark = Marks::SEQUENCE_IS_DESTINATION;
    assert_eq!(marked(2, mark), only(Rule::SensorHit, Level::Finding));
    assert_eq!(marked(1, mark), only(Rule::SensorHit, Level::Context));
    assert_eq!(marked(2, 0), only(Rule::SensorHit, Level::Context));
}

// ---------------------------------------------------------------- vertical scans

/// Openings to so many ports of one host, none of them a worm port.
fn ports(source: u32, at: u32, ports: u16) -> Vec<Row> {
    let each = (0..ports).map(|n| syn(source, at, 1_000 + n, i64::from(n)));
    each.collect()
}

#[test]
fn fifteen_failing_ports_of_one_host_are_a_vertical_scan() {
    assert_eq!(told(&ports(line(1), host(1), 14)), nobody());
    let mut world = World::new();
    world.feed(&ports(line(1), host(1), 15));
    assert_eq!(world.told(), only(Rule::VerticalScan, Level::Finding));
    assert_eq!(world.suspicions.len(), 1);
    assert_eq!(world.findings[0].peer.unwrap().ip, host(1).to_ip());
    let mut unguarded = World::changed(|p| p.another_port.value = 0.01);
    unguarded.feed(&ports(line(1), host(1), 6));
    assert_eq!(unguarded.told(), only(Rule::VerticalScan, Level::Finding));
}

#[test]
fn many_hosts_scanned_side_by_side_are_one_finding_about_their_scanner() {
    let mut rows = Vec::new();
    for port in 0..100u16 {
        for number in 0..24 {
            let to = line(100 + number);
            rows.push(syn(line(1), to, 1_000 + port, i64::from(port)).refused());
        }
    }
    let mut world = World::new();
    world.feed(&rows);
    world.finish(200);
    let names: BTreeSet<_> = world.findings.iter().map(|one| one.id).collect();
    assert_eq!(names.len(), 1);
    assert_eq!(world.suspicions.len(), 1);
    assert!(world.findings.len() < 12, "{}", world.findings.len());
    let last = world.findings.last().unwrap();
    assert!(last.summary.contains("up to 100 ports of each of 24 hosts"));
    // The hosts are customers: they are not named beside the scanner.
    assert!(world.findings.iter().all(|one| one.peer.is_none()));
}

#[test]
fn ports_that_answer_and_ports_tried_again_are_no_vertical_scan() {
    let answered: Vec<Row> = ports(line(1), host(1), 500)
        .into_iter()
        .map(Row::answered)
        .collect();
    assert_eq!(told(&answered), nobody());
    let again: Vec<Row> = (0..500)
        .map(|n| syn(line(1), host(1), 1_000 + (n % 9) as u16, n))
        .collect();
    assert_eq!(told(&again), nobody());
}

#[test]
fn a_trace_of_the_route_is_no_vertical_scan() {
    let rows: Vec<Row> = (0..90u16)
        .map(|n| {
            syn(line(1), host(1), 33_434 + n, 0).with(|record| {
                (record.protocol, record.tcp_flags) = (protocol::UDP, TcpFlags(0));
                record.marks = Marks(Marks::REVERSE_WATCHED);
            })
        })
        .collect();
    assert_eq!(told(&rows), nobody());
}

#[test]
fn under_sampling_nobody_is_told_to_scan_vertically() {
    let rows: Vec<Row> = ports(line(1), host(1), 500)
        .into_iter()
        .map(|row| row.sampled(100))
        .collect();
    assert_eq!(told(&rows), nobody());
}

#[test]
fn a_foreign_vertical_scanner_is_context_and_no_suspect() {
    let mut world = World::new();
    world.feed(&ports(host(1), line(1), 500));
    assert_eq!(world.told(), only(Rule::VerticalScan, Level::Context));
    assert!(world.suspicions.is_empty());
    let scanner = issei_model::Endpoint::host(host(1).to_ip());
    assert_eq!(world.findings[0].subject, Subject::Remote(scanner));
    assert_eq!(world.findings[0].peer, None);
}

#[test]
fn ports_tried_hours_apart_do_not_add_up() {
    let mut world = World::new();
    for n in 0..60 {
        world.feed(&[syn(line(1), host(1), 1_000 + n as u16, n * 7_200)]);
    }
    assert_eq!(world.told(), nobody());
}

// ---------------------------------------------------------------- log-in guessing

/// So many sessions at a port, one each 200 ms, each of 1.5 s.
fn guesses(sessions: i64, port: u16) -> Vec<Row> {
    let each = (0..sessions).map(|n| session(line(1), host(1), port, n * 200, 1_500));
    each.collect()
}

#[test]
fn many_short_sessions_at_a_log_in_service_are_guesses() {
    assert_eq!(told(&guesses(46, 22)), nobody());
    let mut world = World::new();
    world.feed(&guesses(47, 22));
    world.finish(60);
    assert_eq!(world.told(), only(Rule::LoginBruteForce, Level::Finding));
    let finding = &world.findings[0];
    assert_eq!(finding.role, Role::LoginGuesser);
    assert_eq!(finding.peer.unwrap().port, 22);
    assert_eq!(world.suspicions.len(), 1);
}

#[test]
fn a_service_that_speaks_first_asks_for_a_password_unless_its_port_is_an_everyday_one() {
    let speaking = |port| -> Vec<Row> {
        let marks = Marks::RESPONDER_SPOKE_FIRST | Marks::REVERSE_WATCHED;
        let each = (0..67).map(|n| session(line(1), host(1), port, n * 1_500, 1_500).marked(marks));
        each.collect()
    };
    assert_eq!(
        told(&speaking(902)),
        only(Rule::LoginBruteForce, Level::Finding)
    );
    assert_eq!(told(&speaking(25)), nobody());
    assert_eq!(told(&speaking(3_306)), nobody());
}

#[test]
fn at_an_unusual_port_several_sessions_must_be_open_at_once() {
    let in_turn: Vec<Row> = (0..100)
        .map(|n| session(line(1), host(1), 902, n * 1_500, 1_500))
        .collect();
    assert_eq!(told(&in_turn), nobody());
    let scan = only(Rule::LoginBruteForce, Level::Finding);
    assert_eq!(told(&guesses(67, 902)), scan);
    assert_eq!(told(&guesses(200, 443)), nobody());
    assert_eq!(told(&guesses(200, 8_080)), nobody());
    let mut unguarded = World::changed(|p| p.least_unusual_at_once.value = 0.0);
    unguarded.feed(&in_turn);
    assert_eq!(unguarded.told(), scan);
}

#[test]
fn a_tunnel_that_brings_much_more_than_it_takes_is_no_guessing() {
    let tunnel = || -> Vec<Row> {
        let rows = guesses(100, 8_388).into_iter();
        let change = |record: &mut FlowRecord| (record.bytes, record.reverse_bytes) = (900, 5_000);
        rows.map(|row| row.with(change)).collect()
    };
    assert_eq!(told(&tunnel()), nobody());
    let mut unguarded = World::changed(|p| p.most_login_ratio.value = 100.0);
    unguarded.feed(&tunnel());
    assert_eq!(
        unguarded.told(),
        only(Rule::LoginBruteForce, Level::Finding)
    );
}

#[test]
fn where_one_direction_is_exported_only_usual_ports_are_judged() {
    let one_way = |port| -> Vec<Row> {
        let rows = guesses(100, port).into_iter();
        let change = |record: &mut FlowRecord| {
            (record.reverse_packets, record.reverse_bytes) = (0, 0);
            record.reverse_flags = TcpFlags(0);
        };
        rows.map(|row| row.with(change)).collect()
    };
    assert_eq!(
        told(&one_way(22)),
        only(Rule::LoginBruteForce, Level::Finding)
    );
    assert_eq!(told(&one_way(902)), nobody());
}

#[test]
fn a_monitor_that_looks_in_at_intervals_is_no_guesser() {
    let looks = || -> Vec<Row> {
        let each = (0..100).map(|n| session(line(1), host(1), 22, n * 5_000, 500));
        each.collect()
    };
    assert_eq!(told(&looks()), nobody());
    let mut unguarded = World::changed(|p| p.least_logins_at_once.value = 0.0);
    unguarded.feed(&looks());
    assert_eq!(
        unguarded.told(),
        only(Rule::LoginBruteForce, Level::Finding)
    );
}

#[test]
fn copying_files_in_many_sessions_is_no_guessing() {
    let copies = |bytes: u64| -> Vec<Row> {
        let rows = guesses(100, 22).into_iter();
        rows.map(|row| row.with(|record| record.bytes = bytes))
            .collect()
    };
    assert_eq!(told(&copies(200_000)), nobody());
    let mut unguarded = World::changed(|p| {
        p.most_login_bytes.value = 1e9;
        p.most_login_ratio.value = 1e9;
    });
    unguarded.feed(&copies(200_000));
    assert_eq!(
        unguarded.told(),
        only(Rule::LoginBruteForce, Level::Finding)
    );
}

#[test]
fn sessions_of_unlike_sizes_are_work_and_not_guesses() {
    let work = || -> Vec<Row> {
        let rows = guesses(200, 22).into_iter().enumerate();
        let bytes = |n: usize| if n.is_multiple_of(10) { 20_000 } else { 500 };
        rows.map(|(n, row)| row.with(|record| record.bytes = bytes(n)))
            .collect()
    };
    assert_eq!(told(&work()), nobody());
    let mut unguarded = World::changed(|p| p.most_login_spread.value = 1e9);
    unguarded.feed(&work());
    assert_eq!(
        unguarded.told(),
        only(Rule::LoginBruteForce, Level::Finding)
    );
}

#[test]
fn long_sessions_are_work_and_not_guesses() {
    let long = || -> Vec<Row> {
        let each = (0..100).map(|n| session(line(1), host(1), 22, n * 200, 300_000));
        each.collect()
    };
    assert_eq!(told(&long()), nobody());
    let mut unguarded = World::changed(|p| p.most_login_length.value = 1e9);
    unguarded.feed(&long());
    assert_eq!(
        unguarded.told(),
        only(Rule::LoginBruteForce, Level::Finding)
    );
}

#[test]
fn sessions_of_many_windows_do_not_add_up_before_a_window_is_full() {
    let rows: Vec<Row> = (0..400)
        .map(|n| session(line(1), host(1), 22, n * 20_000, 15_000))
        .collect();
    assert_eq!(told(&rows), nobody());
}

#[test]
fn a_foreign_guesser_is_named_and_no_own_line_is_suspected() {
    let rows: Vec<Row> = (0..60)
        .map(|n| session(host(1), line(1), 22, n * 200, 1_500))
        .collect();
    let mut world = World::new();
    world.feed(&rows);
    assert_eq!(world.told(), only(Rule::LoginBruteForce, Level::Finding));
    assert!(world.suspicions.is_empty());
    assert_eq!(world.findings[0].peer, None);
    let guesser = issei_model::Endpoint::host(host(1).to_ip());
    assert_eq!(world.findings[0].subject, Subject::Remote(guesser));
}

#[test]
fn the_later_records_of_a_long_session_begin_none() {
    let rows: Vec<Row> = guesses(200, 22)
        .into_iter()
        .map(|row| row.with(|record| record.tcp_flags = TcpFlags(ACK | TcpFlags::PSH)))
        .collect();
    assert_eq!(told(&rows), nobody());
}

// ---------------------------------------------------------------- bounds

#[test]
fn a_sentinel_takes_64_bytes_with_its_key_in_either_family() {
    assert!(size_of::<(u32, u32, Sentinel)>() <= 64);
    assert!(size_of::<(u128, u32, Sentinel)>() <= 64);
    assert_eq!(Table::<u32, Sentinel, OneLine>::place_bytes(), 64);
    assert_eq!(Table::<u128, Sentinel, OneLine>::place_bytes(), 64);
}

#[test]
fn full_tables_keep_their_bounds_and_count_what_they_turned_away() {
    let mut world = World::changed(|p| {
        p.most_lines_v4.value = 1_024;
        p.most_dossiers.value = 64;
        p.most_pairs.value = 64;
        p.most_cases.value = 2;
    });
    let mut rows = Vec::new();
    for round in 0..6 {
        rows.extend((0..20_000).map(|n| syn(line(n), host(n * 7 + round), 23, i64::from(round))));
        rows.extend((0..20_000).map(|n| syn(line(n), host(n * 7 + round), 443, i64::from(round))));
    }
    for number in 0..20 {
        rows.extend(ports(line(number), host(9_999), 20));
    }
    world.feed(&rows);
    let count = |kind| world.scans.problems().count(kind);
    assert!(world.scans.lines() <= 1_024);
    assert!(count(ProblemKind::LineTableFull) > 100_000);
    assert!(count(ProblemKind::DossierTableFull) > 1_000);
    assert!(count(ProblemKind::EndpointTableFull) > 10_000);
    assert!(world.scans.bytes() < 1 << 20, "{}", world.scans.bytes());
}

#[test]
fn a_worm_that_asks_many_hosts_fills_no_table_of_pairs() {
    let mut world = World::changed(|p| p.most_pairs.value = 64);
    let asked = |port| -> Vec<Row> {
        (0..5_000)
            .map(|n| syn(line(1), host(n), port, i64::from(n)))
            .collect()
    };
    world.feed(&asked(23));
    let full = |world: &World| world.scans.problems().count(ProblemKind::EndpointTableFull);
    assert_eq!(full(&world), 0);
    world.feed(&asked(443));
    assert!(full(&world) > 4_000, "other ports may be one of many");
}

#[test]
fn records_of_a_wrong_clock_move_nothing() {
    let far = |second: i64| -> Vec<Row> {
        let mut rows: Vec<Row> = (0..5)
            .map(|n| syn(line(1), host(n), 23, i64::from(n)))
            .collect();
        rows.insert(
            2,
            syn(line(1), host(77), 23, 0).with(|record| {
                record.first = Timestamp::from_secs(second);
            }),
        );
        rows
    };
    for second in [0, i64::MAX / 2_000_000, -7] {
        assert_eq!(
            told(&far(second)),
            only(Rule::HorizontalScan, Level::Finding)
        );
    }
}

#[test]
fn the_same_records_give_the_same_findings() {
    let run = || {
        let mut world = World::with_dark(DARK, |_| {});
        world.feed(&telnet(300));
        world.feed(&ports(line(2), host(1), 100));
        world.feed(&hits(20, 80));
        world.finish(1_000);
        world.findings
    };
    assert_eq!(run(), run());
}

#[test]
fn other_parameters_are_taken_up_at_the_next_batch() {
    let mut world = World::new();
    world.parameters.version = "another".into();
    world.parameters.scans.least_contacts.value = 20;
    world.feed(&telnet(14));
    assert_eq!(world.told(), nobody());
    world.feed(&telnet(20));
    assert_eq!(world.told(), only(Rule::HorizontalScan, Level::Finding));
}
