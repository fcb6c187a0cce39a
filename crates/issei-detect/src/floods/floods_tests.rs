use std::net::Ipv4Addr;

use issei_model::{
    Evidence, Finding, FlowRecord, IndicatorList, Level, Marks, Role, Rule, Subject, TcpFlags,
    Territory,
};

use super::*;
use crate::command::{ClassMap, KnownServices};
use crate::engine::Origins;

// ---------------------------------------------------------------- a small world to flood

/// Own lines are 10/8; everything else is somebody else's.
struct World {
    floods: Floods<u32>,
    parameters: Parameters,
    territory: Territory,
    indicators: IndicatorList,
    origins: Origins,
    classes: ClassMap,
    known: KnownServices,
    now: Timestamp,
    found: Vec<Finding>,
    suspicions: Vec<Suspicion<u32>>,
}

const START: i64 = 20_000 * 86_400;
const VICTIM: u32 = 0x0a0a_0a0a;
const KEY: [u64; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];

/// Some remote host, spread over the address space.
fn remote(number: u32) -> u32 {
    let spread = number.wrapping_mul(0x9e37_79b9) ^ 0x5bd1_e995;
    match spread >> 24 {
        0 | 10 | 127 | 224.. => 0x2d00_0000 | (spread & 0x00ff_ffff),
        _ => spread,
    }
}

/// A record of `packets` packets at a moment, milliseconds after the start.
fn record(millis: i64, from: (u32, u16), to: (u32, u16), protocol: u8, flags: u8) -> FlowRecord {
    let time = Timestamp::from_millis(START * 1_000 + millis);
    FlowRecord {
        source: from.0.to_ip(),
        destination: to.0.to_ip(),
        source_port: from.1,
        destination_port: to.1,
        protocol,
        tcp_flags: TcpFlags(flags),
        packets: 1,
        bytes: 60,
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
    }
}

/// The same, seen by a meter that watches both directions.
fn metered(mut record: FlowRecord) -> FlowRecord {
    record.marks.0 |= Marks::REVERSE_WATCHED;
    record
}

const SYN: u8 = TcpFlags::SYN;
const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
const USED: u8 = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH | TcpFlags::FIN;

impl World {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut FloodParameters)) -> Self {
        let mut parameters = Parameters::shipped();
        change(&mut parameters.floods);
        Self {
            floods: Floods::new(&parameters, KEY),
            parameters,
            territory: Territory::private(&[]),
            indicators: IndicatorList::default(),
            origins: Origins::default(),
            classes: ClassMap::default(),
            known: KnownServices::default(),
            now: Timestamp::from_secs(START),
            found: Vec::new(),
            suspicions: Vec::new(),
        }
    }

    fn tell<T>(
        &mut self,
        act: impl FnOnce(&mut Floods<u32>, &Surroundings<'_>, &mut News<u32>) -> T,
    ) {
        let around = Surroundings {
            now: self.now,
            parameters: &self.parameters,
            territory: &self.territory,
            indicators: &self.indicators,
            origins: &self.origins,
            classes: &self.classes,
            known: &self.known,
        };
        let mut news = News::default();
        act(&mut self.floods, &around, &mut news);
        self.found.append(&mut news.findings);
        self.suspicions.append(&mut news.suspicions);
    }

    /// Lives through records, a batch for each second.
    fn live(&mut self, mut records: Vec<FlowRecord>) {
        records.sort_by_key(|record| record.last);
        let second = |record: &FlowRecord| record.last.as_micros() / 1_000_000;
        for batch in records.chunk_by(|one, next| second(one) == second(next)) {
            self.observe(batch);
        }
    }

    fn observe(&mut self, batch: &[FlowRecord]) {
        let (mut columns, mut sorted) = (Columns::<u32>::default(), Sorted::default());
        for record in batch {
            let bits = |ip| match ip {
                std::net::IpAddr::V4(ip) => Ipv4Addr::to_bits(ip),
                std::net::IpAddr::V6(_) => unreachable!("IPv4 world"),
            };
            let (source, destination) = (bits(record.source), bits(record.destination));
            let rows = if source >> 24 == 10 {
                &mut sorted.outbound
            } else {
                &mut sorted.inbound
            };
            rows.push(columns.len() as u32);
            columns.push(source, destination, record);
            self.now = self.now.max(record.last);
        }
        self.tell(|floods, around, news| floods.observe(around, &columns, &sorted, news));
    }

    fn wait(&mut self, seconds: i64) {
        self.now += Span::from_secs(seconds);
        self.tell(|floods, around, news| floods.on_deadline(around, news));
    }

    /// Ends the input and hands over everything that was told.
    fn end(mut self) -> Vec<Finding> {
        self.tell(|floods, around, news| floods.finish(around, news));
        self.found
    }

    fn told(mut self, records: Vec<FlowRecord>) -> Vec<Finding> {
        self.live(records);
        self.end()
    }
}

fn above_context(found: &[Finding]) -> Vec<&Finding> {
    found
        .iter()
        .filter(|finding| finding.level > Level::Context)
        .collect()
}

/// The last form of the only finding above context.
fn only(found: &[Finding]) -> &Finding {
    let above = above_context(found);
    let last = above.last().expect("a finding");
    assert!(above.iter().all(|one| one.id == last.id), "{above:#?}");
    last
}

fn amount(finding: &Finding, name: &str) -> f64 {
    let of_name = |one: &&issei_model::Observation| one.name.starts_with(name);
    match &finding
        .evidence
        .observations
        .iter()
        .find(of_name)
        .expect(name)
        .value
    {
        issei_model::Amount::Count(count) => *count as f64,
        issei_model::Amount::Real(real) => *real,
        issei_model::Amount::Text(text) => panic!("words: {text}"),
    }
}

fn words<'a>(finding: &'a Finding, name: &str) -> &'a str {
    let of_name = |one: &&issei_model::Observation| one.name.starts_with(name);
    match &finding
        .evidence
        .observations
        .iter()
        .find(of_name)
        .expect(name)
        .value
    {
        issei_model::Amount::Text(text) => text,
        other => panic!("no words: {other:?}"),
    }
}

fn is_about(finding: &Finding, line: u32, port: u16, protocol: u8) -> bool {
    matches!(finding.subject, Subject::Own(own, at, with)
        if own.reveal() == line.to_ip() && at == port && with == protocol)
}

/// Every finding is told with all that a second person needs.
fn assert_complete(finding: &Finding) {
    let evidence = &finding.evidence;
    assert!(!evidence.parameters.is_empty());
    assert!(evidence.observations.len() >= 5);
    assert!((1..=Evidence::MOST_SAMPLES).contains(&evidence.sample.len()));
    assert!(!evidence.alternatives.is_empty());
    assert!(!evidence.refuted_by.is_empty());
    assert!(!evidence.does_not_show.is_empty());
    assert!(finding.since <= finding.until);
    let statistic = evidence.statistic.as_ref().expect("a test");
    assert!(statistic.value <= statistic.threshold);
    assert!(statistic.error_bound > 0.0 && !statistic.null_origin.is_empty());
    assert!(!finding.summary.contains("10.10.10.10"));
}

// ---------------------------------------------------------------- floods of openings

/// 24,000 SYN from as many sources in 24 s, as one record each.
fn forged_openings() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        record(i64::from(at), from, (VICTIM, 25_565), protocol::TCP, SYN)
    };
    (0..24_000).map(one).collect()
}

#[test]
fn a_flood_of_openings_with_forged_sources_names_its_victim_and_no_source() {
    let found = World::new().told(forged_openings());
    let finding = only(&found);
    assert_complete(finding);
    assert!(
        is_about(finding, VICTIM, 25_565, protocol::TCP),
        "{finding:#?}"
    );
    assert_eq!(finding.rule, Rule::InboundFlood);
    assert_eq!(finding.role, Role::Victim);
    assert_eq!(words(finding, "manner"), "spoofed direct");
    let sources = amount(finding, "sources");
    assert!((sources - 24_000.0).abs() < 24_000.0 * 0.06, "{sources}");
    assert!(amount(finding, "packets, scaled") >= 23_900.0);
    assert!(
        found
            .iter()
            .all(|one| matches!(one.subject, Subject::Own(..)))
    );
}

#[test]
fn the_flood_is_named_in_its_first_seconds_and_told_again_when_it_doubles_and_ends() {
    let found = World::new().told(forged_openings());
    let late = found[0].decided_at.since(found[0].since);
    assert!(late <= Span::from_secs(5), "{late}");
    let revisions: Vec<u32> = found.iter().map(|one| one.revision).collect();
    assert_eq!(revisions, (1..=found.len() as u32).collect::<Vec<_>>());
    assert!((4..=8).contains(&found.len()), "{revisions:?}");
    assert!(
        found
            .iter()
            .all(|one| one.decided_at == found[0].decided_at)
    );
}

#[test]
fn a_popular_server_whose_clients_are_served_is_not_flooded() {
    let one = |at: u32| {
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        let used = record(i64::from(at), from, (VICTIM, 443), protocol::TCP, USED);
        let back = record(i64::from(at), (VICTIM, 443), from, protocol::TCP, USED);
        [used, back]
    };
    let found = World::new().told((0..24_000).flat_map(one).collect());
    assert_eq!(found, []);
}

#[test]
fn openings_among_many_served_clients_are_a_sampled_server_and_no_flood() {
    // One packet in a thousand: a lone SYN is seen for one connection in some twenty.
    let one = |at: u32| {
        let flags = if at.is_multiple_of(20) {
            SYN
        } else {
            TcpFlags::ACK
        };
        let from = (remote(at), 1_024 + (at % 60_000) as u16);
        let mut seen = record(i64::from(at), from, (VICTIM, 443), protocol::TCP, flags);
        seen.sampling = 1_000;
        let mut back = record(
            i64::from(at),
            (VICTIM, 443),
            from,
            protocol::TCP,
            TcpFlags::ACK,
        );
        back.sampling = 1_000;
        [seen, back]
    };
    let records: Vec<_> = (0..24_000).flat_map(one).collect();
    let found = World::new().told(records.clone());
    assert!(
        above_context(&found).is_empty(),
        "{:?}",
        found.iter().map(|f| &f.summary).collect::<Vec<_>>()
    );
    // Without the guard the same traffic would be a flood.
    let found = World::with(|p| p.opening_share.value = 0.0).told(records);
    assert!(!above_context(&found).is_empty());
}

#[test]
fn a_fast_scan_of_one_host_by_another_is_no_flood() {
    let one = |at: u32| {
        let to = (VICTIM, (at % 60_000) as u16 + 1);
        record(
            i64::from(at) / 10,
            (remote(7), 40_000),
            to,
            protocol::TCP,
            SYN,
        )
    };
    let records: Vec<_> = (0..60_000).map(one).collect();
    assert_eq!(World::new().told(records.clone()), []);
    let found = World::with(|p| p.port_share.value = 0.0).told(records);
    assert!(!found.is_empty(), "the guard does the work");
}

#[test]
fn a_victim_that_answers_the_flood_is_accused_of_nothing() {
    let mut records = forged_openings();
    let answers: Vec<_> = records
        .iter()
        .map(|one| {
            let mut back = one.clone();
            (back.source, back.destination) = (one.destination, one.source);
            (back.source_port, back.destination_port) = (one.destination_port, one.source_port);
            back.tcp_flags = TcpFlags(SYN_ACK);
            back
        })
        .collect();
    records.extend(answers);
    let mut world = World::new();
    world.live(records);
    assert!(world.suspicions.is_empty());
    let found = world.end();
    assert!(found.iter().all(|one| one.role == Role::Victim));
    assert!(amount(only(&found), "packets of the subject that only answer") > 20_000.0);
}

// ---------------------------------------------------------------- reflection

/// Replies of 4,000 SNMP services to three ports within 25 ms.
fn snmp_replies() -> Vec<FlowRecord> {
    let one = |at: u32| {
        let port = [54_609, 12_294, 3_299][at as usize % 3];
        let from = (remote(at), 161);
        metered(record(
            i64::from(at) / 160,
            from,
            (VICTIM, port),
            protocol::UDP,
            0,
        ))
    };
    (0..4_000).map(one).collect()
}

#[test]
fn replies_of_thousands_of_services_that_nobody_asked_are_a_reflection() {
    let found = World::new().told(snmp_replies());
    let finding = only(&found);
    assert_complete(finding);
    assert_eq!(words(finding, "manner"), "reflection");
    assert!(
        finding.summary.contains("SNMP (161/udp)"),
        "{}",
        finding.summary
    );
    assert!(finding.evidence.does_not_show[0].contains("notify their owners, do not cut"));
    assert!(
        found
            .iter()
            .all(|one| matches!(one.subject, Subject::Own(..)))
    );
}

#[test]
fn a_station_that_asks_thousands_of_devices_gets_what_it_asked_for() {
    let mut records = snmp_replies();
    let asked: Vec<_> = records
        .iter()
        .map(|one| {
            let mut out = one.clone();
            (out.source, out.destination) = (one.destination, one.source);
            (out.source_port, out.destination_port) = (one.destination_port, one.source_port);
            out.marks = Marks(0);
            out
        })
        .collect();
    records.iter_mut().for_each(|one| one.marks = Marks(0));
    records.extend(asked);
    assert_eq!(World::new().told(records), []);
}

#[test]
fn a_resolver_of_which_only_the_answers_are_seen_is_no_victim() {
    // Each question has a port of its own; a forged one aims at few.
    let one = |at: u32| {
        let port = 10_000 + (at.wrapping_mul(7_919) % 50_000) as u16;
        record(
            i64::from(at),
            (remote(at % 900), 53),
            (VICTIM, port),
            protocol::UDP,
            0,
        )
    };
    let records: Vec<_> = (0..20_000).map(one).collect();
    assert_eq!(above_context(&World::new().told(records.clone())).len(), 0);
    let found = World::with(|p| p.port_share.value = 0.0).told(records);
    assert!(!above_context(&found).is_empty(), "the guard does the work");
}

#[test]
fn fragments_without_ports_count_with_the_reflection_they_belong_to() {
    let reply = |at: u32| {
        let from = (remote(at % 49), 53);
        record(i64::from(at) * 57, from, (VICTIM, 22), protocol::UDP, 0)
    };
    let fragment = |at: u32| {
        let from = (remote(at % 26), 0);
        let mut one = record(i64::from(at) * 41, from, (VICTIM, 0), protocol::UDP, 0);
        one.marks = Marks(Marks::FRAGMENT);
        one
    };
    let mut records: Vec<_> = (0..523).map(reply).collect();
    records.extend((0..726).map(fragment));
    let found = World::new().told(records);
    let finding = only(&found);
    assert_complete(finding);
    assert!(is_about(finding, VICTIM, 22, protocol::UDP), "{finding:#?}");
    assert!(
        finding.summary.contains("DNS (53/udp) with fragments"),
        "{}",
        finding.summary
    );
    assert!(amount(finding, "of these non-first fragments") > 600.0);
    assert!((amount(finding, "sources") - 49.0).abs() < 1.0);
}

/// Two servers that answer one address every two and six seconds for fourteen minutes.
fn slow_answers() -> Vec<FlowRecord> {
    let from = |server: u32, every: i64, count: i64| {
        (0..count).map(move |at| {
            let from = (remote(server), 21);
            let mut one = record(at * every, from, (VICTIM, 21), protocol::TCP, SYN_ACK);
            one.marks = Marks(Marks::FIRST_IS_ANSWER | Marks::REVERSE_WATCHED);
            one
        })
    };
    from(1, 2_060, 396).chain(from(2, 6_000, 136)).collect()
}

#[test]
fn a_slow_reflection_by_two_tcp_servers_is_found_by_its_answers_not_its_volume() {
    let found = World::new().told(slow_answers());
    let finding = only(&found);
    assert_complete(finding);
    assert!(is_about(finding, VICTIM, 21, protocol::TCP), "{finding:#?}");
    assert_eq!(words(finding, "manner"), "reflection");
    let statistic = finding.evidence.statistic.as_ref().unwrap();
    assert!(statistic.null_model.contains("quarter of an hour"));
}

#[test]
fn an_address_that_gets_a_few_answers_a_day_is_no_victim() {
    // The most that a measured day of backscatter brought to one address: 17, 6 within 15 min.
    let one = |at: i64| {
        record(
            at * 150_000,
            (remote(1), 80),
            (VICTIM, 5_000),
            protocol::TCP,
            SYN_ACK,
        )
    };
    assert_eq!(World::new().told((0..17).map(one).collect()), []);
}

#[test]
fn a_line_that_scans_gets_refusals_it_asked_for() {
    let one = |at: u32| {
        let (mine, theirs) = ((VICTIM, 40_000), (remote(at), 23));
        let asked = record(i64::from(at) * 10, mine, theirs, protocol::TCP, SYN);
        let refused = record(
            i64::from(at) * 10 + 5,
            theirs,
            mine,
            protocol::TCP,
            TcpFlags::RST | TcpFlags::ACK,
        );
        [asked, refused]
    };
    let found = World::new().told((0..6_000).flat_map(one).collect());
    assert!(
        found.iter().all(|one| one.rule != Rule::InboundFlood),
        "{found:#?}"
    );
}

// ---------------------------------------------------------------- many and few sources

fn datagrams(sources: u32, count: u32, millis: i64) -> Vec<FlowRecord> {
    let one = |at: u32| {
        let from = (
            remote(at % sources),
            40_000 + (at % sources) as u16 % 20_000,
        );
        let time = i64::from(at) * millis / i64::from(count);
        record(time, from, (VICTIM, 80), protocol::UDP, 0)
    };
    (0..count).map(one).collect()
}

#[test]
fn datagrams_from_repeating_senders_are_a_direct_flood() {
    let found = World::new().told(datagrams(200, 20_000, 20_000));
    let finding = only(&found);
    assert_complete(finding);
    assert_eq!(words(finding, "manner"), "direct");
    assert!(is_about(finding, VICTIM, 80, protocol::UDP));
}

#[test]
fn a_call_with_packets_both_ways_is_no_flood_however_fast() {
    let mut records = datagrams(20, 20_000, 20_000);
    let back: Vec<_> = records
        .iter()
        .map(|one| {
            let mut back = one.clone();
            (back.source, back.destination) = (one.destination, one.source);
            (back.source_port, back.destination_port) = (one.destination_port, one.source_port);
            back
        })
        .collect();
    records.extend(back);
    let told = World::new().told(records);
    assert!(
        told.iter().all(|one| one.rule != Rule::InboundFlood),
        "{told:#?}"
    );
}

#[test]
fn much_from_a_single_sender_is_context_for_it_may_be_a_speed_test() {
    let found = World::new().told(datagrams(1, 80_000, 10_000));
    assert!(!found.is_empty());
    assert!(above_context(&found).is_empty(), "{found:#?}");
}

#[test]
fn one_packet_in_a_thousand_is_enough_to_see_a_flood() {
    let mut records = datagrams(3_000, 60, 12_000);
    records.iter_mut().for_each(|one| one.sampling = 1_000);
    let found = World::new().told(records);
    let finding = only(&found);
    assert_eq!(finding.evidence.sampling.most, 1_000);
    let error = amount(finding, "its error, 95 %");
    assert!((20.0..80.0).contains(&error), "{error}");
}

#[test]
fn a_line_that_always_gets_much_is_compared_with_itself() {
    // 150 datagrams a second from many, an hour long: what it is used to.
    let every_second = |second: i64| {
        (0..150).map(move |at: u32| {
            let from = (remote(at + (second as u32 % 7) * 150), 50_000);
            record(
                second * 1_000 + i64::from(at),
                from,
                (VICTIM, 80),
                protocol::UDP,
                0,
            )
        })
    };
    let usual: Vec<_> = (0..600).flat_map(every_second).collect();
    let mut world = World::with(|p| p.many_sources.value = 100_000);
    world.live(usual);
    let found = world.end();
    assert!(above_context(&found).is_empty(), "{found:#?}");
}

// ---------------------------------------------------------------- prefixes

/// Packets to each of `addresses` neighbours of the victim.
fn carpet(addresses: u32, each: u32) -> Vec<FlowRecord> {
    let one = move |at: u32| {
        let address = (VICTIM & 0xffff_ff00) + at % addresses;
        let from = (remote(at % 5_000), 53);
        let time = i64::from(at) * 9_000 / i64::from(addresses * each);
        record(time, from, (address, 80), protocol::UDP, 0)
    };
    (0..addresses * each).map(one).collect()
}

#[test]
fn a_flood_spread_over_a_prefix_names_the_prefix() {
    let found = World::new().told(carpet(200, 25));
    let prefixes: Vec<_> = found
        .iter()
        .filter_map(|one| match one.subject {
            Subject::Prefix(net) => Some(net.to_string()),
            _ => None,
        })
        .collect();
    assert!(prefixes.contains(&"10.10.10.0/24".to_owned()), "{found:#?}");
    // One /24 gets all of it, so the /22 around it is not named.
    assert!(prefixes.iter().all(|net| net == "10.10.10.0/24"));
    found.iter().for_each(assert_complete);
}

#[test]
fn a_flood_spread_over_four_prefixes_names_the_one_around_them() {
    let quarter = |third: u32| {
        let mut part = carpet(200, 25);
        for one in &mut part {
            let std::net::IpAddr::V4(ip) = one.destination else {
                unreachable!()
            };
            one.destination = ((ip.to_bits() & 0xffff_fcff) | third << 8).to_ip();
        }
        part
    };
    let found = World::new().told((0..4).flat_map(quarter).collect());
    let wide =
        |one: &&Finding| matches!(one.subject, Subject::Prefix(net) if net.prefix_len() == 22);
    let finding = found.iter().find(wide).expect("the /22");
    assert_complete(finding);
}

#[test]
fn a_flood_of_one_address_does_not_name_its_prefix() {
    let found = World::new().told(forged_openings());
    assert!(
        found
            .iter()
            .all(|one| !matches!(one.subject, Subject::Prefix(_)))
    );
}

#[test]
fn a_sweep_over_a_prefix_is_no_flood_of_it() {
    // Many scanners, each tries some addresses: six packets for each address in ten seconds.
    let one = |at: u32| {
        let to = ((VICTIM & 0xffff_ff00) + at % 256, 23);
        record(
            i64::from(at) * 6,
            (remote(at % 300), 40_000),
            to,
            protocol::TCP,
            SYN,
        )
    };
    let records: Vec<_> = (0..1_600).map(one).collect();
    assert_eq!(World::new().told(records.clone()), []);
    let found = World::with(|p| p.packets_an_address.value = 0.0).told(records);
    assert!(!found.is_empty(), "the guard does the work");
}

// ---------------------------------------------------------------- bounds

#[test]
fn a_line_costs_at_most_64_bytes() {
    assert!(size_of::<Line>() + size_of::<u128>() + size_of::<u32>() <= 64);
}

#[test]
fn victims_without_room_are_counted() {
    let mut world = World::with(|p| p.most_victims.value = 1);
    world.live(forged_openings());
    let mut second = forged_openings();
    for one in &mut second {
        one.destination = (VICTIM + 1).to_ip();
        one.first += Span::from_secs(25);
        one.last = one.first;
    }
    world.live(second);
    assert!(world.floods.problems().count(ProblemKind::VictimTableFull) > 0);
}

#[test]
fn a_flood_that_comes_back_after_an_hour_is_a_new_finding() {
    let mut world = World::new();
    world.live(forged_openings());
    for _ in 0..60 {
        world.wait(60);
    }
    let mut again = forged_openings();
    for one in &mut again {
        one.first += Span::from_secs(3_700);
        one.last = one.first;
    }
    world.live(again);
    let found = world.end();
    let mut names: Vec<_> = found.iter().map(|one| one.id).collect();
    names.dedup();
    assert_eq!(names.len(), 2);
}
