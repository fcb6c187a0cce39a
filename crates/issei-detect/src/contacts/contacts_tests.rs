use std::net::IpAddr;

use issei_model::{
    FlowRecord, Indicator, IndicatorKind, IndicatorList, Level, Marks, Role, Rule, Span, TcpFlags,
    Territory, Verdict, protocol,
};

use super::*;
use crate::command::{ClassMap, KnownServices};
use crate::engine::Origins;
use crate::parameters::Parameters;

// ---------------------------------------------------------------- a small world to judge

pub(super) struct World {
    pub(super) rules: ContactRules<u32>,
    pub(super) parameters: Parameters,
    pub(super) indicators: IndicatorList,
    pub(super) known: KnownServices,
    territory: Territory,
    classes: ClassMap,
    origins: Origins,
    now: Timestamp,
}

const START: i64 = 20_000 * 86_400;
const LINE: u32 = 0x0a00_0007;
/// A host that is on no list.
const HOST: u32 = 0x68f8_a018;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(START) + Span::from_secs(second)
}

/// An answered exchange of both directions, opened by a line.
pub(super) fn exchange(line: u32, host: u32, port: u16, from: i64, to: i64) -> FlowRecord {
    FlowRecord {
        source: line.to_ip(),
        destination: host.to_ip(),
        // Each exchange has a port of its own, as a system's `connect` chooses it.
        source_port: 32_768 + (from.rem_euclid(28_000)) as u16,
        destination_port: port,
        protocol: protocol::TCP,
        tcp_flags: TcpFlags(TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH),
        packets: 6,
        bytes: 360,
        first: at(from),
        last: at(to),
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 5,
        reverse_bytes: 300,
        reverse_flags: TcpFlags(TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH),
        marks: Marks(Marks::REVERSE_WATCHED),
    }
}

/// The same, with nothing coming back.
pub(super) fn unanswered(mut record: FlowRecord) -> FlowRecord {
    record.tcp_flags = TcpFlags(TcpFlags::SYN);
    (record.reverse_packets, record.reverse_bytes) = (0, 0);
    record.reverse_flags = TcpFlags(0);
    record
}

/// The same, as a download of so many bytes.
fn download(mut record: FlowRecord, bytes: u64) -> FlowRecord {
    (record.reverse_packets, record.reverse_bytes) = (bytes / 1_400 + 2, bytes);
    record
}

fn bits(ip: IpAddr) -> u32 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits(),
        IpAddr::V6(_) => panic!("the world is of IPv4"),
    }
}

impl World {
    pub(super) fn new(change: impl FnOnce(&mut ContactParameters)) -> Self {
        let mut parameters = Parameters::shipped();
        change(&mut parameters.contacts);
        Self {
            rules: ContactRules::new(&parameters, [7, 9]),
            parameters,
            indicators: IndicatorList::default(),
            known: KnownServices::default(),
            territory: Territory::private(&[]),
            classes: ClassMap::default(),
            origins: Origins::default(),
            now: at(0),
        }
    }

    fn with(
        &mut self,
        act: impl FnOnce(&mut ContactRules<u32>, &Surroundings<'_>, &mut News<u32>),
    ) -> Vec<Finding> {
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
        act(&mut self.rules, &around, &mut news);
        assert!(news.suspicions.is_empty(), "no contact makes a suspect");
        news.findings
    }

    /// Feeds records at the moment of the last one's end.
    pub(super) fn feed(&mut self, records: &[FlowRecord]) -> Vec<Finding> {
        let mut columns = Columns::<u32>::default();
        let mut sorted = Sorted::default();
        for record in records {
            let (source, destination) = (bits(record.source), bits(record.destination));
            let ours = |address| self.territory.is_ours::<u32>(address);
            let row = columns.len() as u32;
            match (ours(source), ours(destination)) {
                (true, false) => sorted.outbound.push(row),
                (false, true) => sorted.inbound.push(row),
                (true, true) => sorted.internal.push(row),
                (false, false) => sorted.transit.push(row),
            }
            columns.push(source, destination, record);
            self.now = self.now.max(record.last);
        }
        self.with(|rules, around, news| rules.observe(around, &columns, &sorted, news))
    }

    pub(super) fn suspect(&mut self, line: u32, second: i64) -> Vec<Finding> {
        self.rules.suspect(&Suspicion {
            line,
            since: at(second),
            finding: FindingId(u64::from(line)),
            rule: Rule::HorizontalScan,
        });
        assert!(
            self.rules
                .next_deadline()
                .is_some_and(|due| due <= self.now)
        );
        self.with(|rules, around, news| rules.on_deadline(around, news))
    }

    /// Lets time pass, and does what is due.
    pub(super) fn wait(&mut self, span: Span) -> Vec<Finding> {
        self.now += span;
        self.with(|rules, around, news| rules.on_deadline(around, news))
    }

    pub(super) fn finish(&mut self) -> Vec<Finding> {
        self.with(|rules, around, news| rules.finish(around, news))
    }
}

/// The findings of a rule, as role and peer.
fn of(findings: &[Finding], rule: Rule) -> Vec<(Role, String)> {
    let of_rule = findings.iter().filter(|finding| finding.rule == rule);
    of_rule
        .map(|finding| (finding.role, finding.peer.unwrap().to_string()))
        .collect()
}

fn check(finding: &Finding) {
    let evidence = &finding.evidence;
    assert_eq!(finding.level, Level::Context);
    assert!(!evidence.parameters.is_empty() && !evidence.observations.is_empty());
    assert!(!evidence.sample.is_empty() && evidence.sample.len() <= Evidence::MOST_SAMPLES);
    assert!(!evidence.alternatives.is_empty() && !evidence.refuted_by.is_empty());
    assert!(!evidence.does_not_show.is_empty());
    assert_eq!((evidence.sampling.least, evidence.sampling.most), (1, 1));
    assert!(!finding.summary.contains("10.0.0."), "{}", finding.summary);
}

// ---------------------------------------------------------------- the session of an order

/// A bot's way to its first scan at second 460: five fetches, three tries in vain, the session.
fn gafgyt() -> Vec<FlowRecord> {
    let fetch = |from| download(exchange(LINE, HOST, 80, from, from + 8), 120_000);
    let mut records: Vec<FlowRecord> = [0, 133, 332, 340, 348].map(fetch).to_vec();
    let tries = [353, 388, 423].map(|from| unanswered(exchange(LINE, HOST, 23, from, from + 32)));
    records.extend(tries);
    records.push(exchange(LINE, HOST, 23, 458, 459));
    records
}

#[test]
fn the_session_a_suspect_held_when_it_began_is_told_and_its_downloads_with_it() {
    let mut world = World::new(|_| {});
    assert!(world.feed(&gafgyt()).is_empty());
    let told = world.suspect(LINE, 460);
    let session = of(&told, Rule::CommandSession);
    assert_eq!(session, [(Role::Contact, "104.248.160.24:23/tcp".into())]);
    let downloads = of(&told, Rule::Download);
    assert_eq!(downloads, [(Role::Contact, "104.248.160.24:80/tcp".into())]);
    told.iter().for_each(check);
    assert!(
        told.iter()
            .all(|f| f.evidence.builds_on == [FindingId(u64::from(LINE))])
    );
}

#[test]
fn a_line_that_nobody_suspects_holds_no_command_session() {
    let mut world = World::new(|_| {});
    assert!(world.feed(&gafgyt()).is_empty());
    world.suspect(LINE + 1, 460);
    assert!(world.finish().is_empty());
}

#[test]
fn a_session_whose_record_comes_after_the_suspicion_counts_if_it_stood_when_the_scan_began() {
    let mut world = World::new(|p| p.turned_away_an_hour.value = 0);
    let sessions = |told: &[Finding]| of(told, Rule::CommandSession).len();
    assert_eq!(sessions(&world.feed(&gafgyt())), 0);
    assert_eq!(
        sessions(&world.suspect(LINE, 460)),
        0,
        "only suspects are remembered here"
    );
    let late = exchange(LINE, HOST, 23, 400, 700);
    assert_eq!(sessions(&world.feed(&[late])), 1);
    let after = exchange(LINE, HOST + 1, 23, 900, 1_000);
    assert_eq!(sessions(&world.feed(&[after])), 0);
}

#[test]
fn what_a_scan_finds_open_is_no_command_server() {
    let found = exchange(LINE, HOST, 23, 540, 640);
    let told = |change: fn(&mut ContactParameters)| {
        let mut world = World::new(change);
        world.feed(std::slice::from_ref(&found));
        of(&world.suspect(LINE, 460), Rule::CommandSession).len()
    };
    assert_eq!(told(|_| {}), 0);
    // With the guard off, what was met 80 s after the first evidence is taken for a server.
    assert_eq!(told(|p| p.session_slack_seconds.value = 600), 1);
}

#[test]
fn a_session_that_ended_long_before_the_scan_is_not_told() {
    let told = |ended| {
        let mut world = World::new(|_| {});
        world.feed(&[exchange(LINE, HOST, 23, 10, ended)]);
        of(&world.suspect(LINE, 460), Rule::CommandSession).len()
    };
    assert_eq!(told(399), 0);
    assert_eq!(told(401), 1);
}

#[test]
fn names_clocks_and_the_web_are_no_command_sessions_unless_the_meter_marked_them() {
    let told = |port, udp, marks| {
        let mut world = World::new(|_| {});
        let mut record = exchange(LINE, HOST, port, 10, 500);
        record.marks.0 |= marks;
        if udp {
            record.protocol = protocol::UDP;
        }
        world.feed(&[record]);
        of(&world.suspect(LINE, 460), Rule::CommandSession).len()
    };
    assert_eq!(told(53, true, 0), 0);
    assert_eq!(told(123, true, 0), 0);
    assert_eq!(told(443, false, 0), 0);
    assert_eq!(told(443, false, Marks::TWO_BYTE_KEEPALIVE), 1);
    assert_eq!(told(6_667, false, 0), 1);
    assert_eq!(told(53, true, Marks::TWO_BYTE_KEEPALIVE), 0);
}

#[test]
fn a_session_with_large_packets_or_a_protected_service_is_not_told() {
    let mut world = World::new(|_| {});
    let mut film = exchange(LINE, HOST, 6_667, 10, 500);
    (film.reverse_packets, film.reverse_bytes) = (1_000, 1_400_000);
    world.feed(&[film, exchange(LINE, HOST + 1, 6_667, 10, 500)]);
    let place = "104.248.160.25/32".parse().unwrap();
    world.known.add("the operator's own", [(place, 0)]);
    assert!(of(&world.suspect(LINE, 460), Rule::CommandSession).is_empty());
}

#[test]
fn without_the_protection_or_the_size_the_same_sessions_are_told() {
    let mut world = World::new(|p| p.most_bytes_a_packet.value = 2_000.0);
    let mut film = exchange(LINE, HOST, 6_667, 10, 500);
    (film.reverse_packets, film.reverse_bytes) = (1_000, 1_400_000);
    world.feed(&[film, exchange(LINE, HOST + 1, 6_667, 10, 500)]);
    assert_eq!(of(&world.suspect(LINE, 460), Rule::CommandSession).len(), 2);
}

#[test]
fn of_many_sessions_the_likeliest_are_told_the_marked_one_first() {
    let mut world = World::new(|_| {});
    let mut records: Vec<FlowRecord> = (0..20)
        .map(|n| exchange(LINE, HOST + n, 6_667, 10 + i64::from(n), 500))
        .collect();
    records[3].marks.0 |= Marks::TEXT_KEEPALIVE;
    world.feed(&records);
    let told = world.suspect(LINE, 460);
    let sessions = of(&told, Rule::CommandSession);
    assert_eq!(sessions.len(), 3);
    assert_eq!(sessions[0].1, "104.248.160.27:6667/tcp");
    let families = &told
        .iter()
        .find(|f| f.rule == Rule::CommandSession)
        .unwrap()
        .evidence
        .families;
    assert!(families[0].starts_with("Gafgyt"), "{families:?}");
}

#[test]
fn a_second_suspect_at_the_same_endpoint_is_mentioned() {
    let mut world = World::new(|_| {});
    world.feed(&[
        exchange(LINE, HOST, 6_667, 10, 500),
        exchange(LINE + 1, HOST, 6_667, 10, 500),
    ]);
    world.suspect(LINE, 460);
    let told = world.suspect(LINE + 1, 460);
    let others = told[0]
        .evidence
        .observations
        .iter()
        .find(|o| o.name.starts_with("other suspects"));
    assert_eq!(others.unwrap().value, issei_model::Amount::Count(1));
}

// ---------------------------------------------------------------- downloads

#[test]
fn a_small_download_shortly_before_the_scan_is_told_and_a_large_or_early_one_is_not() {
    let told = |port, from, bytes| {
        let mut world = World::new(|_| {});
        world.feed(&[download(exchange(LINE, HOST, port, from, from + 5), bytes)]);
        of(&world.suspect(LINE, 1_000), Rule::Download).len()
    };
    assert_eq!(told(80, 900, 100_000), 1);
    assert_eq!(told(80, 900, 100_000_000), 0, "a film");
    assert_eq!(told(80, 300, 100_000), 0, "too early");
    assert_eq!(told(80, 900, 3_000), 0, "too small");
    assert_eq!(told(443, 900, 100_000), 0, "everybody's port");
    assert_eq!(told(53, 900, 100_000), 0, "names");
}

#[test]
fn what_is_fetched_from_many_hosts_is_somebody_browsing() {
    let told = |hosts, change: fn(&mut ContactParameters)| {
        let mut world = World::new(change);
        let fetches: Vec<FlowRecord> = (0..hosts)
            .map(|n| download(exchange(LINE, HOST + n, 80, 900, 905), 100_000))
            .collect();
        world.feed(&fetches);
        of(&world.suspect(LINE, 1_000), Rule::Download).len()
    };
    assert_eq!(told(2, |_| {}), 2);
    assert_eq!(told(3, |_| {}), 0);
    assert_eq!(told(3, |p| p.most_download_hosts.value = 9), 3);
}

#[test]
fn an_exchange_that_sends_as_much_as_it_takes_is_no_download() {
    let mut world = World::new(|_| {});
    let mut call = download(exchange(LINE, HOST, 80, 900, 905), 100_000);
    call.bytes = 90_000;
    world.feed(&[call]);
    assert!(of(&world.suspect(LINE, 1_000), Rule::Download).is_empty());
}

// ---------------------------------------------------------------- returning

fn calls(line: u32, host: u32, port: u16, every: i64, count: i64) -> Vec<FlowRecord> {
    (0..count)
        .map(|n| exchange(line, host, port, n * every, n * every + 1))
        .collect()
}

fn returning(records: &[FlowRecord], change: fn(&mut ContactParameters)) -> Vec<Finding> {
    let mut world = World::new(change);
    let mut told: Vec<Finding> = records
        .chunks(10)
        .flat_map(|some| world.feed(some))
        .collect();
    told.extend(world.finish());
    told.retain(|finding| finding.rule == Rule::PersistentContact);
    told
}

#[test]
fn a_beacon_on_an_ordinary_port_is_context_and_never_more() {
    let told = returning(&calls(LINE, HOST, 443, 2, 300), |_| {});
    assert_eq!(
        of(&told, Rule::PersistentContact)[0].1,
        "104.248.160.24:443/tcp"
    );
    told.iter().for_each(check);
    assert!(
        told.len() < 5,
        "told when it doubles and at the end: {}",
        told.len()
    );
    assert!(
        told[0].summary.contains("each 2.0 s"),
        "{}",
        told[0].summary
    );
}

#[test]
fn returns_on_an_ordinary_port_that_are_few_or_irregular_are_not_told() {
    assert!(returning(&calls(LINE, HOST, 443, 2, 90), |_| {}).is_empty());
    let irregular: Vec<FlowRecord> = (0..300i64)
        .map(|n| exchange(LINE, HOST, 443, n * 60 + n * n % 47, n * 60 + 50))
        .collect();
    assert!(returning(&irregular, |_| {}).is_empty());
    assert!(!returning(&irregular, |p| p.most_spread.value = 9.0).is_empty());
}

#[test]
fn tries_that_nobody_ever_answers_are_told_too() {
    let tries: Vec<FlowRecord> = calls(LINE, HOST, 1_177, 14, 118)
        .into_iter()
        .map(unanswered)
        .collect();
    let told = returning(&tries, |_| {});
    assert!(
        told[0].summary.contains("never answered"),
        "{}",
        told[0].summary
    );
}

#[test]
fn names_and_clocks_are_never_told() {
    assert!(returning(&calls(LINE, HOST, 123, 60, 400), |_| {}).is_empty());
    assert!(
        !returning(&calls(LINE, HOST, 123, 60, 400), |p| p
            .quiet_ports
            .value
            .clear())
        .is_empty()
    );
}

#[test]
fn what_several_lines_use_is_not_told() {
    let mut records = Vec::new();
    for n in 0..60 {
        records.extend((0..3).map(|l| exchange(LINE + l, HOST, 6_000, n * 60, n * 60 + 1)));
    }
    assert!(returning(&records, |_| {}).is_empty());
    assert!(!returning(&records, |p| p.most_sharing_lines.value = 3).is_empty());
}

#[test]
fn in_a_large_network_only_a_suspect_s_returns_are_told() {
    let mut world = World::new(|p| p.small_network_lines.value = 1);
    let both = |from: std::ops::Range<i64>| -> Vec<FlowRecord> {
        from.flat_map(|n| [0, 1].map(|l| exchange(LINE + l, HOST + l, 6_000, n * 60, n * 60 + 1)))
            .collect()
    };
    assert!(world.feed(&both(0..60)).is_empty());
    world.suspect(LINE, 3_600);
    world.feed(&both(60..61));
    let told = world.finish();
    let peers = of(&told, Rule::PersistentContact);
    assert!(
        peers
            .iter()
            .all(|(_, peer)| peer == "104.248.160.24:6000/tcp"),
        "{peers:?}"
    );
}

#[test]
fn of_one_line_a_few_returning_contacts_are_told_and_no_more() {
    let mut records = Vec::new();
    for n in 0..60 {
        records.extend((0..9).map(|h| exchange(LINE, HOST + h, 6_000, n * 60, n * 60 + 1)));
    }
    let told = returning(&records, |_| {});
    let mut peers = of(&told, Rule::PersistentContact);
    peers.sort();
    peers.dedup();
    assert_eq!(peers.len(), 3);
}

// ---------------------------------------------------------------- indicators

fn listed(ip: &str, port: u16, days_ago: Option<i64>) -> IndicatorList {
    IndicatorList::new(vec![Indicator {
        kind: IndicatorKind::Address {
            ip: ip.parse().unwrap(),
            port,
        },
        label: "mirai".into(),
        source: "a feed".into(),
        said_at: days_ago.map(|days| at(-days * 86_400)),
    }])
}

fn matched(
    list: IndicatorList,
    records: &[FlowRecord],
    change: fn(&mut ContactParameters),
) -> Vec<Finding> {
    let mut world = World::new(change);
    world.indicators = list;
    let mut told = world.feed(records);
    told.extend(world.finish());
    told.retain(|finding| finding.rule == Rule::IndicatorMatch);
    told
}

#[test]
fn a_contact_that_a_list_warns_of_is_context_told_again_when_it_doubles() {
    let list = || listed("104.248.160.24", 0, Some(3));
    let told = matched(list(), &calls(LINE, HOST, 6_000, 60, 9), |_| {});
    told.iter().for_each(check);
    let revisions: Vec<u32> = told.iter().map(|finding| finding.revision).collect();
    // At 1, 2, 4 and 8 records, and in its last form with 9.
    assert_eq!(revisions, [1, 2, 3, 4, 5]);
    assert!(told.iter().all(|finding| finding.id == told[0].id));
    assert!(matched(list(), &calls(LINE, HOST + 1, 6_000, 60, 9), |_| {}).is_empty());
}

#[test]
fn a_statement_about_another_port_does_not_match() {
    let list = listed("104.248.160.24", 23, Some(3));
    assert!(matched(list.clone(), &calls(LINE, HOST, 6_000, 60, 1), |_| {}).is_empty());
    assert_eq!(
        matched(list, &calls(LINE, HOST, 23, 60, 1), |_| {}).len(),
        1
    );
}

#[test]
fn old_statements_weigh_less_and_in_the_end_nothing() {
    let told = |days| {
        matched(
            listed("104.248.160.24", 0, days),
            &calls(LINE, HOST, 23, 60, 1),
            |_| {},
        )
    };
    let weight = |days: Option<i64>| match &told(days)[0].evidence.observations[0].value {
        issei_model::Amount::Real(weight) => *weight,
        other => panic!("{other:?}"),
    };
    assert!(weight(Some(1)) > 0.9 && (weight(Some(30)) - 0.5).abs() < 0.01);
    assert!((weight(None) - 0.1).abs() < 1e-9);
    assert!(told(Some(400)).is_empty());
}

#[test]
fn a_scan_that_runs_over_a_listed_address_is_not_told_and_a_bot_that_goes_on_trying_is() {
    let tries = |count| -> Vec<FlowRecord> {
        calls(LINE, HOST, 23, 60, count)
            .into_iter()
            .map(unanswered)
            .collect()
    };
    let list = || listed("104.248.160.24", 0, Some(3));
    assert!(matched(list(), &tries(2), |_| {}).is_empty());
    assert_eq!(
        matched(list(), &tries(2), |p| p.least_tries.value = 1).len(),
        2
    );
    assert_eq!(matched(list(), &tries(3), |_| {}).len(), 1);
}

#[test]
fn a_listed_host_that_a_line_let_in_is_told_and_one_that_it_refused_is_not() {
    let mut inbound = exchange(HOST, LINE, 23, 10, 20);
    inbound.source = HOST.to_ip();
    inbound.destination = LINE.to_ip();
    let list = || listed("104.248.160.24", 0, Some(3));
    assert_eq!(
        matched(list(), std::slice::from_ref(&inbound), |_| {}).len(),
        1
    );
    inbound.reverse_flags = TcpFlags(TcpFlags::RST | TcpFlags::ACK);
    assert!(matched(list(), &[inbound], |_| {}).is_empty());
}

#[test]
fn a_listed_service_that_is_protected_is_not_told() {
    let mut world = World::new(|_| {});
    world.indicators = listed("104.248.160.24", 0, Some(3));
    world
        .known
        .add("everybody's", [("104.248.160.24/32".parse().unwrap(), 0)]);
    assert!(world.feed(&calls(LINE, HOST, 443, 60, 9)).is_empty());
}

#[test]
fn of_a_listed_endpoint_that_a_crowd_contacts_only_suspects_are_told_further() {
    let mut world = World::new(|p| p.most_lines_a_match.value = 4);
    world.indicators = listed("104.248.160.24", 0, Some(3));
    let crowd: Vec<FlowRecord> = (0..10)
        .map(|l| exchange(LINE + l, HOST, 443, 5, 6))
        .collect();
    assert_eq!(world.feed(&crowd).len(), 4);
    world.suspect(LINE + 20, 7);
    assert_eq!(world.feed(&[exchange(LINE + 20, HOST, 443, 8, 9)]).len(), 1);
    assert_eq!(
        world.rules.problems().count(ProblemKind::DossierTableFull),
        6
    );
}

#[test]
fn a_hit_alone_is_never_ruled_out_as_the_list_s_mistake() {
    let told = matched(
        listed("104.248.160.24", 0, Some(3)),
        &calls(LINE, HOST, 23, 60, 1),
        |_| {},
    );
    let open = |finding: &Finding| {
        finding
            .evidence
            .alternatives
            .iter()
            .all(|a| a.verdict == Verdict::Open)
    };
    assert!(told.iter().all(open));
}

#[test]
fn a_statement_about_a_whole_prefix_weighs_less_than_one_about_the_address() {
    let mut parameters = Parameters::shipped().contacts;
    let weight = |parameters: &ContactParameters, net: &str| {
        let indicator = Indicator {
            kind: IndicatorKind::Prefix(net.parse().unwrap()),
            label: String::new(),
            source: "a feed".into(),
            said_at: Some(at(0)),
        };
        matches::weigh(parameters, at(0), std::iter::once(&indicator))
    };
    assert_eq!(weight(&parameters, "104.248.160.24/32"), 1.0);
    assert_eq!(weight(&parameters, "104.248.160.0/24"), 0.25);
    parameters.prefix_weight.value = 1.0;
    assert_eq!(weight(&parameters, "104.248.160.0/24"), 1.0);
}

// ---------------------------------------------------------------- bounds

#[test]
fn a_line_of_ipv6_is_its_prefix() {
    let parameters = Parameters::shipped();
    let mut rules = ContactRules::<u128>::new(&parameters, [7, 9]);
    let (territory, indicators) = (Territory::private(&[]), IndicatorList::default());
    let around = Surroundings {
        now: at(500),
        parameters: &parameters,
        territory: &territory,
        indicators: &indicators,
        origins: &Origins::default(),
        classes: &ClassMap::default(),
        known: &KnownServices::default(),
    };
    let (line, server) = (0xfd00_u128 << 112 | 7 << 64, 0x2001_0db8_u128 << 96 | 7);
    let mut columns = Columns::<u128>::default();
    columns.push(line | 0xabcd, server, &exchange(LINE, HOST, 6_667, 10, 500));
    let sorted = Sorted {
        outbound: vec![0],
        ..Sorted::default()
    };
    let mut news = News::default();
    rules.observe(&around, &columns, &sorted, &mut news);
    rules.suspect(&Suspicion {
        line,
        since: at(460),
        finding: FindingId(1),
        rule: Rule::SensorHit,
    });
    rules.on_deadline(&around, &mut news);
    assert_eq!(
        of(&news.findings, Rule::CommandSession)[0].1,
        "[2001:db8::7]:6667/tcp"
    );
    assert_eq!(news.findings[0].subject, report::subject(line));
}

#[test]
fn a_network_that_fills_the_memory_is_remembered_for_its_suspects_alone() {
    let mut world = World::new(|p| {
        p.most_contacts.value = 64;
        p.turned_away_an_hour.value = 16;
    });
    let crowd: Vec<FlowRecord> = (0..500)
        .map(|l| exchange(LINE + l, HOST, 443, 5, 6))
        .collect();
    world.feed(&crowd);
    assert!(!world.rules.dossiers.is_open());
    let bytes = world.rules.bytes();
    world.suspect(LINE + 400, 6);
    let told = world.feed(&[exchange(LINE + 400, HOST, 6_667, 3, 20)]);
    assert_eq!(of(&told, Rule::CommandSession).len(), 1);
    world.feed(&crowd);
    assert!(world.rules.bytes() <= bytes + 4_096);
    // In the next hour there is room again.
    world.feed(&[exchange(LINE, HOST, 443, 4_000, 4_001)]);
    assert!(world.rules.dossiers.is_open());
}

#[test]
fn hostile_columns_do_not_panic() {
    let mut world = World::new(|_| {});
    let mut dice = 1u64;
    let mut next = || {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        dice >> 16
    };
    for round in 0..200 {
        let records: Vec<FlowRecord> = (0..64)
            .map(|_| {
                let mut record = exchange(LINE + (next() % 8) as u32, HOST, next() as u16, 0, 0);
                record.first = Timestamp::from_micros((next() << 20) as i64);
                record.last = Timestamp::from_micros(i64::MIN + (next() << 10) as i64);
                (record.packets, record.bytes) = (u64::MAX, next() << 24);
                (record.reverse_packets, record.reverse_bytes) = (next() << 30, u64::MAX);
                record.sampling = next() as u32;
                record.protocol = if next() % 2 == 0 {
                    protocol::TCP
                } else {
                    protocol::UDP
                };
                record.marks = Marks(next() as u16);
                record
            })
            .collect();
        let now = world.now;
        world.feed(&records);
        world.now = now + Span::from_secs(60);
        if round % 20 == 0 {
            world.suspect(LINE + (round / 20) as u32, round);
        }
    }
    world.finish();
}
