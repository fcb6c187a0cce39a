use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use issei_model::{
    Endpoint, Evidence, FindingId, FlowRecord, IndicatorList, Role, Rule, Subject, Territory,
};

use super::*;
use crate::engine::Origins;
use crate::parameters::Parameters;

// ---------------------------------------------------------------- a small world to judge

/// A world of lines and services that feeds the memory of contacts.
struct World {
    command: Command<u32>,
    parameters: Parameters,
    classes: ClassMap,
    known: KnownServices,
    indicators: IndicatorList,
    territory: Territory,
    origins: Origins,
    now: Timestamp,
}

const DAY: i64 = 86_400;
/// Midnight of some day.
const START: i64 = 20_000 * DAY;
const KEY: [u64; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];

type Place = (Ipv4Addr, u16);

fn line(number: u32) -> u32 {
    0x0a00_0000 + number
}

fn service(block: u8, number: u32, port: u16) -> Place {
    let bits = u32::from_be_bytes([block, 0, 0, 1]) + number * 256;
    (Ipv4Addr::from_bits(bits), port)
}

/// A contact as one record of one direction, and what comes back as another.
#[derive(Clone, Copy)]
struct Exchange {
    line: u32,
    to: Place,
    second: i64,
    packets: u64,
    bytes: u64,
    bytes_back: u64,
    protocol: u8,
}

fn exchange(line: u32, to: Place, second: i64) -> Exchange {
    Exchange {
        line,
        to,
        second,
        packets: 3,
        bytes: 180,
        bytes_back: 170,
        protocol: protocol::TCP,
    }
}

fn record(source: u32, destination: u32, one: &Exchange) -> FlowRecord {
    let time = Timestamp::from_secs(START + one.second);
    FlowRecord {
        source: source.to_ip(),
        destination: destination.to_ip(),
        source_port: 40_000,
        destination_port: one.to.1,
        protocol: one.protocol,
        tcp_flags: TcpFlags(TcpFlags::ACK | TcpFlags::PSH),
        packets: one.packets,
        bytes: one.bytes,
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

impl World {
    fn new(change: impl FnOnce(&mut CommandParameters)) -> Self {
        let mut parameters = Parameters::shipped();
        change(&mut parameters.command);
        Self {
            command: Command::new(&parameters.command, KEY),
            parameters,
            classes: ClassMap::default(),
            known: KnownServices::default(),
            indicators: IndicatorList::default(),
            territory: Territory::private(&[]),
            origins: Origins::default(),
            now: Timestamp::from_secs(START),
        }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Command<u32>, &Surroundings<'_>) -> T) -> T {
        let around = Surroundings {
            now: self.now,
            parameters: &self.parameters,
            territory: &self.territory,
            indicators: &self.indicators,
            origins: &self.origins,
            classes: &self.classes,
            known: &self.known,
        };
        act(&mut self.command, &around)
    }

    /// Feeds exchanges in the order of their time, in batches.
    fn feed(&mut self, mut exchanges: Vec<Exchange>) {
        exchanges.sort_by_key(|one| one.second);
        for batch in exchanges.chunks(4_096) {
            let (mut columns, mut sorted) = (Columns::<u32>::default(), Sorted::default());
            for one in batch {
                let to = one.to.0.to_bits();
                sorted.outbound.push(columns.len() as u32);
                columns.push(line(one.line), to, &record(line(one.line), to, one));
                if one.bytes_back > 0 {
                    sorted.inbound.push(columns.len() as u32);
                    let mut back = record(to, line(one.line), one);
                    (back.source_port, back.destination_port) = (one.to.1, 40_000);
                    back.bytes = one.bytes_back;
                    columns.push(to, line(one.line), &back);
                }
            }
            self.observe(batch.last().unwrap().second, &columns, &sorted);
        }
    }

    fn observe(&mut self, second: i64, columns: &Columns<u32>, sorted: &Sorted) {
        self.now = Timestamp::from_secs(START + second);
        let mut out = Vec::new();
        self.with(|command, around| command.observe(around, columns, sorted, &mut out));
        assert!(out.is_empty(), "findings come from looks");
    }

    fn suspect(&mut self, number: u32, second: i64) {
        self.command.suspect(Suspicion {
            line: line(number),
            since: Timestamp::from_secs(START + second),
            finding: FindingId(u64::from(number)),
            rule: Rule::HorizontalScan,
        });
    }

    /// Lives through the day with a look every hour; the last form of each finding is told.
    fn live(&mut self, exchanges: &[Exchange], suspicions: &[(u32, i64)]) -> Vec<Finding> {
        let mut last: BTreeMap<FindingId, Finding> = BTreeMap::new();
        for hour in 0..24 {
            let now = (hour * 3_600)..(hour + 1) * 3_600;
            let of_hour = exchanges.iter().filter(|one| now.contains(&one.second));
            self.feed(of_hour.copied().collect());
            for &(number, second) in suspicions.iter().filter(|one| now.contains(&one.1)) {
                self.suspect(number, second);
            }
            let told = self.on_deadline(now.end);
            last.extend(told.into_iter().map(|finding| (finding.id, finding)));
        }
        last.extend(
            self.finish()
                .into_iter()
                .map(|finding| (finding.id, finding)),
        );
        last.into_values().collect()
    }

    fn finish(&mut self) -> Vec<Finding> {
        let mut out = Vec::new();
        self.with(|command, around| command.finish(around, &mut out));
        out
    }

    fn on_deadline(&mut self, second: i64) -> Vec<Finding> {
        self.now = Timestamp::from_secs(START + second);
        let mut out = Vec::new();
        self.with(|command, around| command.on_deadline(around, &mut out));
        out
    }
}

fn place_of(finding: &Finding) -> Place {
    match finding.subject {
        Subject::Remote(Endpoint {
            ip: std::net::IpAddr::V4(ip),
            port,
            ..
        }) => (ip, port),
        _ => panic!("not about a remote service: {finding:?}"),
    }
}

/// The services named at a level or above.
fn named(findings: &[Finding], level: Level) -> BTreeSet<Place> {
    findings
        .iter()
        .filter(|f| f.level >= level)
        .map(place_of)
        .collect()
}

/// A repeatable stream of numbers.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, p: f64) -> bool {
        (self.next() >> 11) as f64 / ((1u64 << 53) as f64) < p
    }
}

// ---------------------------------------------------------------- a country with cameras

/// DETECTION.md's simulation at a tenth of its size: 30,000 lines, 15 % of them with one of 25
/// device models, three of which are vulnerable; each model has two clouds.
#[derive(Clone, Copy)]
struct Country {
    seed: u64,
    bots: u32,
    /// Share of the device lines that get another model's class.
    wrong_classes: f64,
    /// Contacts of a device with each service of its vendor that are seen in a day.
    contacts_a_day: u32,
    stratified: bool,
    /// All guards but the list itself are off.
    list_only: bool,
}

struct Outcome4 {
    servers_found: usize,
    clouds_named: usize,
    ordinary_named: usize,
    victims_named: usize,
}

const LINES: u32 = 30_000;
const MODELS: u32 = 25;
const VULNERABLE: u32 = 3;
const SERVERS: u32 = 3;
const ORDINARY: u64 = 2_000;

fn cloud(model: u32, which: u32) -> Place {
    service(198, model * 2 + which, 8_883)
}

fn marker(model: u32) -> Place {
    service(199, model, 443)
}

fn server(number: u32) -> Place {
    service(45, number, 23)
}

fn victim() -> Place {
    service(203, 7, 80)
}

fn open_all_guards(p: &mut CommandParameters) {
    p.least_share.value = 0.0;
    p.most_clean_prevalence.value = 1.0;
    p.explained_by_chance.value = 2.0;
    p.onset_beside.value = 2.0;
    p.least_answer_ratio.value = 0.0;
    p.most_packets_a_second.value = f64::INFINITY;
}

impl Country {
    fn run(self) -> Outcome4 {
        let mut dice = Dice(self.seed);
        let mut world = World::new(|p| {
            // A thousandth of so few lines is less than one command server's unknown bots.
            p.most_clean_prevalence.value = 0.003;
            if self.list_only {
                open_all_guards(p);
            }
        });
        if self.stratified {
            let lines = (0..MODELS).map(|model| {
                let (ip, port) = marker(model);
                format!("{ip}:{port} model-{model}\n")
            });
            world.classes = ClassMap::parse(&lines.collect::<String>()).unwrap();
        }
        let mut exchanges = Vec::new();
        let model_of = |number: u32| (number % 20 < 3).then_some(number / 20 % MODELS);
        for number in 0..LINES {
            let mut at = |to: Place, dice: &mut Dice| {
                exchanges.push(exchange(number, to, dice.below(DAY as u64) as i64));
            };
            for _ in 0..8 {
                // The square makes some services popular and most rare.
                let (a, b) = (dice.below(ORDINARY), dice.below(ORDINARY));
                at(service(100, (a * b / ORDINARY) as u32, 443), &mut dice);
            }
            if let Some(model) = model_of(number) {
                let wrong = dice.chance(self.wrong_classes);
                let shown = if wrong {
                    dice.below(u64::from(MODELS)) as u32
                } else {
                    model
                };
                for _ in 0..self.contacts_a_day {
                    at(cloud(model, 0), &mut dice);
                    at(cloud(model, 1), &mut dice);
                    at(marker(shown), &mut dice);
                }
            }
        }
        let vulnerable = |number: &u32| model_of(*number).is_some_and(|model| model < VULNERABLE);
        let mut devices: Vec<u32> = (0..LINES).filter(vulnerable).collect();
        for i in (1..devices.len()).rev() {
            devices.swap(i, dice.below(i as u64 + 1) as usize);
        }
        let mut suspicions = Vec::new();
        for &bot in devices.iter().take(self.bots as usize) {
            let infected = dice.below(DAY as u64 / 2) as i64;
            let commands = server(bot % SERVERS);
            for _ in 0..3 {
                let later = dice.below((DAY - infected) as u64) as i64;
                exchanges.push(exchange(bot, commands, infected + later));
            }
            exchanges.push(Exchange {
                packets: 900_000,
                bytes: 900_000 * 60,
                bytes_back: 0,
                ..exchange(bot, victim(), DAY - 600)
            });
            if dice.chance(0.7) {
                suspicions.push((bot, infected + 60));
            }
        }
        for _ in 0..suspicions.len() / 50 {
            suspicions.push((
                dice.below(u64::from(LINES)) as u32,
                dice.below(DAY as u64) as i64,
            ));
        }
        outcome(&world.live(&exchanges, &suspicions))
    }
}

fn outcome(findings: &[Finding]) -> Outcome4 {
    let all = named(findings, Level::Candidate);
    let clouds: BTreeSet<Place> = (0..MODELS)
        .flat_map(|model| [cloud(model, 0), cloud(model, 1), marker(model)])
        .collect();
    let servers: BTreeSet<Place> = (0..SERVERS).map(server).collect();
    let victims = findings.iter().filter(|f| f.role == Role::Victim);
    Outcome4 {
        servers_found: all.intersection(&servers).count(),
        clouds_named: all.intersection(&clouds).count(),
        ordinary_named: all.iter().filter(|(ip, _)| ip.octets()[0] == 100).count(),
        victims_named: victims.filter(|f| place_of(f) == victim()).count(),
    }
}

const COUNTRY: Country = Country {
    seed: 1,
    bots: 60,
    wrong_classes: 0.0,
    contacts_a_day: 6,
    stratified: true,
    list_only: false,
};

#[test]
fn the_naive_list_names_vendor_clouds_and_the_stratified_one_none() {
    for (bots, tempting) in [(60, 1), (180, 6), (300, 6), (400, 6)] {
        for seed in 1..=4 {
            let country = Country {
                seed,
                bots,
                list_only: true,
                ..COUNTRY
            };
            let naive = Country {
                stratified: false,
                ..country
            }
            .run();
            let stratified = country.run();
            println!(
                "{bots} bots, seed {seed}: servers {} / {} of 3, vendor clouds {} / {}, ordinary {} / {}",
                naive.servers_found,
                stratified.servers_found,
                naive.clouds_named,
                stratified.clouds_named,
                naive.ordinary_named,
                stratified.ordinary_named,
            );
            assert!(
                naive.clouds_named >= tempting,
                "the world does not tempt anybody"
            );
            assert_eq!(stratified.clouds_named, 0);
            assert!(stratified.servers_found == 3 || bots == 60 || bots == 400);
            assert_eq!(stratified.ordinary_named, 0);
        }
    }
}

#[test]
fn with_all_guards_every_server_is_named_no_cloud_is_and_the_victim_is_told_apart() {
    for bots in [15, 60, 180, 300, 400] {
        for (seed, stratified) in [(5, true), (6, true), (7, false), (8, false)] {
            let seen = Country {
                seed,
                bots,
                stratified,
                ..COUNTRY
            }
            .run();
            println!(
                "{bots} bots, classes {stratified}: servers {} of 3, clouds {}, ordinary {}, victims {}",
                seen.servers_found, seen.clouds_named, seen.ordinary_named, seen.victims_named
            );
            assert_eq!((seen.clouds_named, seen.ordinary_named), (0, 0));
            // Below sixty bots a server, chance decides how many of them are known.
            assert!(seen.servers_found == 3 || bots < 180 || bots == 400);
            // Where three of four devices of a class are infected, its class explains them; the
            // flood itself is the other rule's to find.
            assert!(seen.victims_named == 1 || bots >= 300);
        }
    }
}

#[test]
fn wrong_classes_leak_into_the_list_and_the_guards_hold() {
    for wrong in [0.0, 0.05, 0.1] {
        for bots in [180, 300] {
            let (mut listed, mut named, mut servers) = (0, 0, 0);
            for seed in 11..15 {
                let country = Country {
                    seed,
                    bots,
                    wrong_classes: wrong,
                    ..COUNTRY
                };
                listed += Country {
                    list_only: true,
                    ..country
                }
                .run()
                .clouds_named;
                let guarded = country.run();
                named += guarded.clouds_named;
                servers += guarded.servers_found;
            }
            println!(
                "{:.0} % wrong classes, {bots} bots: vendor clouds in the list {listed}, named {named} of 36; servers {servers} of 12",
                wrong * 100.0
            );
            assert_eq!(named, 0);
            assert!(servers >= 11, "{servers} of 12");
        }
    }
}

// ---------------------------------------------------------------- guards, one by one

/// Twenty suspects that share one service from their infection at noon on, among 20,000 lines
/// that use other services; what is shared, and how, is up to the test.
struct Outbreak {
    world: World,
    exchanges: Vec<Exchange>,
}

const NOON: i64 = DAY / 2;
const SHARED: Place = (Ipv4Addr::new(45, 0, 0, 9), 23);

impl Outbreak {
    fn new(change: impl FnOnce(&mut CommandParameters)) -> Self {
        let mut world = World::new(change);
        let mut dice = Dice(9);
        let crowd = (0..20_000).map(|number| {
            let to = service(100, dice.below(300) as u32, 443);
            exchange(number, to, dice.below(DAY as u64) as i64)
        });
        let exchanges = crowd.collect();
        (0..20).for_each(|number| world.suspect(number, NOON));
        Self { world, exchanges }
    }

    /// Every suspect contacts the shared service so many seconds after noon, and again at night.
    fn contacts(mut self, offset: i64, change: impl Fn(&mut Exchange)) -> Self {
        for number in 0..20 {
            for second in [NOON + offset + i64::from(number), DAY - 100] {
                let mut one = exchange(number, SHARED, second);
                change(&mut one);
                self.exchanges.push(one);
            }
        }
        self
    }

    fn clean_contacts(mut self, lines: std::ops::Range<u32>) -> Self {
        let clean = lines.map(|number| exchange(number, SHARED, i64::from(number)));
        self.exchanges.extend(clean);
        self
    }

    /// The findings about the shared service.
    fn end(mut self) -> Vec<Finding> {
        self.world.feed(std::mem::take(&mut self.exchanges));
        let mut findings = self.world.finish();
        findings.retain(|finding| place_of(finding) == SHARED);
        findings
    }
}

fn levels(findings: &[Finding]) -> Vec<(Level, Role)> {
    findings
        .iter()
        .map(|finding| (finding.level, finding.role))
        .collect()
}

const CANDIDATE: (Level, Role) = (Level::Candidate, Role::CommandServer);

#[test]
fn a_service_that_suspects_share_is_a_candidate_with_its_evidence() {
    let findings = Outbreak::new(|_| {}).contacts(60, |_| {}).end();
    assert_eq!(levels(&findings), [CANDIDATE]);

    let finding = &findings[0];
    let evidence = &finding.evidence;
    let counted = |name: &str| {
        let found = evidence.observations.iter().find(|o| o.name == name);
        found.map(|o| o.value.clone())
    };
    use issei_model::Amount;
    assert_eq!(
        counted("suspects among the contacts sampled"),
        Some(Amount::Count(20))
    );
    let Some(Amount::Text(class)) = counted("class unknown") else {
        panic!("no contingency")
    };
    assert!(
        class.starts_with("20 of 20 contacts suspected, 20 of "),
        "{class}"
    );
    assert_eq!(
        counted("suspects first in contact only after their infection"),
        Some(Amount::Count(20))
    );
    assert_eq!(evidence.builds_on.len(), 20);
    assert!(evidence.statistic.as_ref().unwrap().value < 1e-9);
    assert!(!evidence.sample.is_empty() && evidence.sample.len() <= Evidence::MOST_SAMPLES);
    assert!(!evidence.refuted_by.is_empty() && !evidence.does_not_show.is_empty());
    assert!(
        !finding.summary.contains("10.0."),
        "a line's address is in the summary"
    );
}

#[test]
fn a_protected_service_is_never_named_however_many_suspects_share_it() {
    let mut outbreak = Outbreak::new(|_| {}).contacts(60, |_| {});
    let net = "45.0.0.0/24".parse().unwrap();
    outbreak.world.known.add("our clock", [(net, 0)]);
    assert_eq!(levels(&outbreak.end()), [(Level::Context, Role::Contact)]);
}

#[test]
fn a_service_that_takes_much_and_answers_nothing_is_a_victim() {
    let flood = |one: &mut Exchange| {
        (one.packets, one.bytes, one.bytes_back) = (50_000, 3_000_000, 0);
    };
    let seen = Outbreak::new(|_| {}).contacts(60, flood).end();
    assert_eq!(levels(&seen), [(Level::Context, Role::Victim)]);

    let guard_off = |p: &mut CommandParameters| {
        p.least_answer_ratio.value = 0.0;
        p.most_packets_a_second.value = f64::INFINITY;
    };
    assert_eq!(
        levels(&Outbreak::new(guard_off).contacts(60, flood).end()),
        [CANDIDATE]
    );
}

#[test]
fn a_service_that_answers_nothing_over_udp_is_a_victim_too() {
    let flood = |one: &mut Exchange| {
        (one.bytes_back, one.protocol) = (0, protocol::UDP);
    };
    let seen = Outbreak::new(|p| p.least_answer_ratio.value = 0.0)
        .contacts(60, flood)
        .end();
    assert_eq!(levels(&seen), [(Level::Context, Role::Victim)]);
}

#[test]
fn a_service_that_hands_out_files_is_no_command_server() {
    let download = |one: &mut Exchange| one.bytes_back = 200_000;
    let seen = Outbreak::new(|_| {}).contacts(60, download).end();
    assert_eq!(levels(&seen), [(Level::Context, Role::DownloadServer)]);

    let guard_off = |p: &mut CommandParameters| p.download_ratio.value = f64::INFINITY;
    assert_eq!(
        levels(&Outbreak::new(guard_off).contacts(60, download).end()),
        [CANDIDATE]
    );
}

#[test]
fn a_service_with_large_packets_or_a_short_life_is_not_named() {
    let large = |one: &mut Exchange| (one.bytes, one.bytes_back) = (4_000, 4_000);
    assert_eq!(levels(&Outbreak::new(|_| {}).contacts(60, large).end()), []);
    let guard_off = |p: &mut CommandParameters| p.most_bytes_a_packet.value = f64::INFINITY;
    assert_eq!(
        levels(&Outbreak::new(guard_off).contacts(60, large).end()),
        [CANDIDATE]
    );

    let longer = |p: &mut CommandParameters| p.least_age_seconds.value = 2 * DAY as u32;
    assert_eq!(
        levels(&Outbreak::new(longer).contacts(60, |_| {}).end()),
        []
    );
}

#[test]
fn a_service_first_contacted_long_before_the_suspicions_is_not_named() {
    let related = |hours: u32| {
        let change = |p: &mut CommandParameters| {
            p.related_hours.value = hours;
            p.onset_beside.value = 2.0;
        };
        levels(&Outbreak::new(change).contacts(-7 * 3_600, |_| {}).end())
    };
    assert_eq!(related(6), []);
    assert_eq!(related(24), [CANDIDATE]);
}

#[test]
fn a_service_that_many_clean_lines_use_is_not_named() {
    let watched = |clean| {
        // Suspects and clean lines come all through the day: the onset tells nothing.
        let change = |p: &mut CommandParameters| p.most_clean_prevalence.value = clean;
        let mut outbreak = Outbreak::new(change).clean_contacts(1_000..1_025);
        outbreak.exchanges.retain(|one| one.second >= NOON);
        outbreak
            .exchanges
            .extend((1_000..1_025).map(|number| exchange(number, SHARED, NOON + 9)));
        levels(&outbreak.contacts(60, |_| {}).end())
    };
    assert_eq!(watched(0.001), [(Level::Context, Role::Contact)]);
    assert_eq!(watched(1.0), [CANDIDATE]);
}

#[test]
fn a_service_whose_contacts_are_mostly_clean_is_not_named() {
    let share = |least| {
        let change = |p: &mut CommandParameters| {
            p.least_share.value = least;
            p.most_clean_prevalence.value = 1.0;
        };
        levels(
            &Outbreak::new(change)
                .contacts(60, |_| {})
                .clean_contacts(1_000..1_060)
                .end(),
        )
    };
    assert_eq!(share(0.3), []);
    assert_eq!(share(0.1), [CANDIDATE]);
}

#[test]
fn without_classes_a_service_used_before_the_infections_as_after_is_taken_for_a_cloud() {
    let with_chance = |chance| {
        let mut outbreak = Outbreak::new(|p| p.onset_beside.value = chance);
        for number in 0..20_u32 {
            let second = NOON - 18_000 + 1_800 * i64::from(number);
            outbreak.exchanges.push(exchange(number, SHARED, second));
        }
        levels(&outbreak.end())
    };
    assert_eq!(with_chance(0.05), [(Level::Context, Role::Contact)]);
    assert_eq!(with_chance(2.0), [CANDIDATE]);
}

#[test]
fn one_peer_among_many_is_no_command_server() {
    let over_udp = |peers: u32, most: u32| {
        let mut outbreak = Outbreak::new(|p| p.most_peers.value = most);
        let (mut dice, place) = (Dice(4), (SHARED.0, 40_000));
        for number in 0..20_u32 {
            for second in [NOON + i64::from(number), DAY - 100] {
                let protocol = protocol::UDP;
                let of = |to| Exchange {
                    protocol,
                    ..exchange(number, to, second)
                };
                outbreak.exchanges.push(of(place));
                let others = (0..peers).map(|_| service(120, dice.below(5_000) as u32, 40_000));
                outbreak.exchanges.extend(others.map(of));
            }
        }
        outbreak.world.feed(std::mem::take(&mut outbreak.exchanges));
        let mut findings = outbreak.world.finish();
        findings.retain(|finding| place_of(finding) == place);
        levels(&findings)
    };
    assert_eq!(over_udp(10, 8), []);
    assert_eq!(over_udp(10, 1_000), [CANDIDATE]);
    assert_eq!(over_udp(2, 8), [CANDIDATE], "a server over UDP");
}

#[test]
fn without_times_and_classes_a_cloud_is_explained_by_the_server_of_the_infected() {
    let with_chance = |chance| {
        let change = |p: &mut CommandParameters| {
            p.explained_by_chance.value = chance;
            p.most_clean_prevalence.value = 1.0;
        };
        let mut outbreak = Outbreak::new(change);
        outbreak.exchanges.retain(|one| one.second >= NOON);
        // The cloud: 20 infected and 20 clean cameras. The server: the infected ones.
        let server = (Ipv4Addr::new(46, 0, 0, 1), 23);
        for number in (0..20).chain(1_000..1_020) {
            outbreak.exchanges.push(exchange(number, SHARED, NOON + 5));
            outbreak.exchanges.push(exchange(number, SHARED, DAY - 5));
        }
        for number in 0..20 {
            outbreak.exchanges.push(exchange(number, server, NOON + 5));
            outbreak.exchanges.push(exchange(number, server, DAY - 5));
        }
        outbreak.world.feed(std::mem::take(&mut outbreak.exchanges));
        let findings = outbreak.world.finish();
        let named = named(&findings, Level::Candidate);
        (named.contains(&server), named.contains(&SHARED))
    };
    assert_eq!(with_chance(0.01), (true, false));
    assert_eq!(with_chance(2.0), (true, true));
}

#[test]
fn a_candidate_that_a_dated_source_knows_is_confirmed_and_an_undated_or_old_one_is_not() {
    use issei_model::{Indicator, IndicatorKind};
    let said = |days: Option<i64>, source: &str| {
        let mut outbreak = Outbreak::new(|_| {}).contacts(60, |_| {});
        let at = |days: i64| Timestamp::from_secs(START - days * DAY);
        outbreak.world.indicators = IndicatorList::new(vec![Indicator {
            kind: IndicatorKind::Address {
                ip: SHARED.0.into(),
                port: SHARED.1,
            },
            label: "mirai".into(),
            source: source.into(),
            said_at: days.map(at),
        }]);
        outbreak.end()
    };
    let confirmed = said(Some(10), "a feed");
    assert_eq!(
        levels(&confirmed),
        [CANDIDATE, (Level::Finding, Role::CommandServer)]
    );
    assert_eq!(confirmed[1].rule, Rule::CommandConfirmed);
    assert!(confirmed[1].evidence.builds_on.contains(&confirmed[0].id));
    assert_eq!(confirmed[1].evidence.independent_kinds.len(), 2);
    for (days, source) in [
        (None, "a feed"),
        (Some(400), "a feed"),
        (Some(-3), "a feed"),
        (Some(10), ""),
    ] {
        assert_eq!(
            levels(&said(days, source)),
            [CANDIDATE],
            "{days:?} {source}"
        );
    }
}

#[test]
fn a_statement_about_a_prefix_confirms_none_of_its_addresses_and_one_about_another_port_neither() {
    use issei_model::{Indicator, IndicatorKind};
    let said = |kind: IndicatorKind| {
        let mut outbreak = Outbreak::new(|_| {}).contacts(60, |_| {});
        outbreak.world.indicators = IndicatorList::new(vec![Indicator {
            kind,
            label: "mirai".into(),
            source: "a feed".into(),
            said_at: Some(Timestamp::from_secs(START - DAY)),
        }]);
        levels(&outbreak.end())
    };
    let prefix = |length| {
        let net = ipnet::IpNet::new(SHARED.0.into(), length).unwrap();
        IndicatorKind::Prefix(net)
    };
    let address = |port| IndicatorKind::Address {
        ip: SHARED.0.into(),
        port,
    };
    let confirmed = [CANDIDATE, (Level::Finding, Role::CommandServer)];
    assert_eq!(said(prefix(24)), [CANDIDATE]);
    assert_eq!(said(prefix(32)), confirmed);
    assert_eq!(said(address(SHARED.1 ^ 1)), [CANDIDATE]);
    assert_eq!(said(address(0)), confirmed);
}

#[test]
fn a_finding_is_told_again_when_its_evidence_doubles_and_otherwise_not() {
    let mut outbreak = Outbreak::new(|_| {});
    let crowd = std::mem::take(&mut outbreak.exchanges);
    let mut world = outbreak.world;
    world.feed(crowd.into_iter().filter(|one| one.second < NOON).collect());
    let mut told = Vec::new();
    for (hour, lines) in [(13, 0..6), (14, 6..8), (15, 8..16)] {
        let second = hour * 3_600 - 1_800;
        world.feed(
            lines
                .flat_map(|n| {
                    [
                        exchange(n, SHARED, second),
                        exchange(n, SHARED, second + 600),
                    ]
                })
                .collect(),
        );
        told.push(world.on_deadline(hour * 3_600));
    }
    let revisions: Vec<Vec<u32>> = told
        .iter()
        .map(|f| f.iter().map(|f| f.revision).collect())
        .collect();
    assert_eq!(revisions, [vec![1], vec![], vec![2]]);
    assert_eq!(told[0][0].id, told[2][0].id);
    assert_eq!(told[0][0].decided_at, told[2][0].decided_at);
    assert!(world.finish().is_empty(), "nothing is new at the end");
}

// ---------------------------------------------------------------- what makes a contact

#[test]
fn only_what_shows_an_answer_makes_a_contact() {
    const S: u8 = TcpFlags::SYN;
    const A: u8 = TcpFlags::ACK;
    const P: u8 = TcpFlags::PSH;
    const R: u8 = TcpFlags::RST;
    let (tcp, udp, watched) = (protocol::TCP, protocol::UDP, Marks::REVERSE_WATCHED);
    // protocol, flags, source port, marks, packets back, flags back → a contact
    let table = [
        (tcp, A, 40_000, 0, 0, 0, true),
        (tcp, S | A | P, 40_000, 0, 0, 0, true),
        (tcp, S | A | R, 40_000, 0, 0, 0, true),
        (tcp, S, 40_000, 0, 0, 0, false),
        (tcp, S | A, 40_000, 0, 0, 0, false),
        (tcp, R | A, 40_000, 0, 0, 0, false),
        (tcp, R, 40_000, 0, 0, 0, false),
        (tcp, A | P, 443, 0, 0, 0, false),
        (tcp, S | A | P, 40_000, watched, 3, S | A, true),
        (tcp, S, 40_000, watched, 0, 0, false),
        (tcp, S, 40_000, watched, 1, R | A, false),
        (udp, 0, 40_000, 0, 0, 0, true),
        (udp, 0, 40_000, watched, 0, 0, false),
        (udp, 0, 40_000, watched, 2, 0, true),
        (protocol::ICMP, 0, 0, 0, 0, 0, false),
        (protocol::ICMP, 0, 0, watched, 1, 0, false),
        (protocol::GRE, 0, 0, 0, 0, 0, false),
    ];
    for (transport, flags, port, marks, back, back_flags, expected) in table {
        let mut one = record(
            line(1),
            SHARED.0.to_bits(),
            &exchange(1, (SHARED.0, 5_555), 0),
        );
        (one.protocol, one.tcp_flags, one.source_port) = (transport, TcpFlags(flags), port);
        (one.marks, one.reverse_packets, one.reverse_flags) =
            (Marks(marks), back, TcpFlags(back_flags));
        let mut columns = Columns::<u32>::default();
        columns.push(line(1), SHARED.0.to_bits(), &one);
        assert_eq!(is_contact(&columns, 0), expected, "{one:?}");
    }
}

#[test]
fn what_a_stranger_sends_makes_no_contact() {
    let mut world = World::new(|_| {});
    let mut columns = Columns::<u32>::default();
    let from = SHARED.0.to_bits();
    columns.push(
        from,
        line(1),
        &record(from, line(1), &exchange(1, SHARED, 0)),
    );
    let sorted = Sorted {
        inbound: vec![0],
        ..Sorted::default()
    };
    world.observe(0, &columns, &sorted);
    assert_eq!(world.command.services(), 0);
}

#[test]
fn the_radius_memory_tells_lines_suspects_and_volume_scaled_by_the_sampling() {
    let mut world = World::new(|_| {});
    let mut columns = Columns::<u32>::default();
    let to = SHARED.0.to_bits();
    for number in 0..5 {
        let mut out = record(line(number), to, &exchange(number, SHARED, 90));
        out.sampling = 100;
        columns.push(line(number), to, &out);
        let mut back = record(to, line(number), &exchange(number, SHARED, 95));
        (back.source_port, back.destination_port, back.sampling) = (SHARED.1, 40_000, 100);
        columns.push(to, line(number), &back);
    }
    let sorted = Sorted {
        outbound: vec![0, 2, 4, 6, 8],
        inbound: vec![1, 3, 5, 7, 9],
        ..Sorted::default()
    };
    world.observe(100, &columns, &sorted);
    world.suspect(3, 100);
    let seen = world.command.contacts(to, SHARED.1, protocol::TCP).unwrap();
    assert_eq!((seen.lines.count, seen.lines.standard_error), (5.0, 0.0));
    assert_eq!((seen.suspects_sampled, seen.sampled), (1, 5));
    assert_eq!(
        (seen.packets_out, seen.bytes_out, seen.bytes_in),
        (1_500, 90_000, 90_000)
    );
    assert_eq!(seen.since, Timestamp::from_secs(START + 90));
    assert_eq!(world.command.contacts(to, SHARED.1, protocol::UDP), None);
    assert_eq!(world.command.contacts(to, 1, protocol::TCP), None);
}

#[test]
fn records_seen_add_up_to_contacts_and_what_was_passed_over_or_turned_away() {
    let mut world = World::new(|p| p.most_endpoints_v4.value = 1_024);
    let mut exchanges: Vec<Exchange> = (0..9_000)
        .flat_map(|number| {
            let to = service(100, number % 4_500, 443);
            [exchange(number, to, 50), exchange(number + 1, to, 60)]
        })
        .collect();
    for one in exchanges.iter_mut().step_by(3) {
        one.protocol = protocol::ICMP;
    }
    world.feed(exchanges);
    let tally = world.command.tally();
    assert_eq!(tally.outbound, 18_000);
    assert_eq!(
        tally.outbound,
        tally.contacts + tally.passed_over + tally.turned_away
    );
    assert_eq!(tally.passed_over, 6_000);
}

#[test]
fn hostile_columns_do_not_panic_and_stay_within_bounds() {
    let mut world = World::new(|p| p.most_endpoints_v4.value = 1_024);
    let mut dice = Dice(77);
    for round in 0..40 {
        let (mut columns, mut sorted) = (Columns::<u32>::default(), Sorted::default());
        for row in 0..500 {
            let mut one = record(
                dice.next() as u32,
                dice.next() as u32,
                &exchange(0, SHARED, 0),
            );
            one.first = Timestamp::from_micros(dice.next() as i64);
            (one.packets, one.bytes, one.sampling) = (dice.next(), dice.next(), dice.next() as u32);
            (one.reverse_bytes, one.reverse_packets) = (dice.next(), dice.below(3));
            (one.source_port, one.destination_port) = (dice.next() as u16, dice.next() as u16);
            one.protocol = [protocol::TCP, protocol::UDP, protocol::ICMP][dice.below(3) as usize];
            one.tcp_flags = TcpFlags(dice.next() as u8);
            one.marks = Marks(dice.next() as u16);
            let side = if dice.below(2) == 0 {
                &mut sorted.outbound
            } else {
                &mut sorted.inbound
            };
            side.push(row);
            let Endpoint { ip, .. } = Endpoint::host(one.source);
            let std::net::IpAddr::V4(source) = ip else {
                continue;
            };
            let std::net::IpAddr::V4(destination) = one.destination else {
                continue;
            };
            columns.push(source.to_bits(), destination.to_bits(), &one);
            if row % 50 == 0 {
                world.command.suspect(Suspicion {
                    line: source.to_bits(),
                    since: one.first,
                    finding: FindingId(1),
                    rule: Rule::HorizontalScan,
                });
            }
        }
        world.observe(
            dice.below(400 * DAY as u64) as i64 - round,
            &columns,
            &sorted,
        );
        let now = dice.below(500 * DAY as u64) as i64;
        world.on_deadline(now);
    }
    world.finish();
    assert!(world.command.services() <= 1_024);
}

#[test]
fn a_look_is_due_every_five_minutes_of_the_stream() {
    let mut world = World::new(|_| {});
    assert_eq!(world.command.next_deadline(), None);
    world.feed(vec![exchange(1, SHARED, 10)]);
    let due = |secs: i64| Some(Timestamp::from_secs(START + secs));
    assert_eq!(world.command.next_deadline(), due(300));
    world.on_deadline(299);
    assert_eq!(
        (world.command.next_deadline(), world.command.tally().looks),
        (due(300), 0)
    );
    world.on_deadline(301);
    assert_eq!(
        (world.command.next_deadline(), world.command.tally().looks),
        (due(600), 1)
    );
}

#[test]
fn ipv6_lines_are_their_prefixes() {
    let parameters = Parameters::shipped();
    let mut command = Command::<u128>::new(&parameters.command, KEY);
    let (ours, theirs) = (
        0x2001_0db8_0000_0001_u128 << 64,
        0x2001_0db8_ffff_0000_u128 << 64,
    );
    let mut columns = Columns::<u128>::default();
    for host in 0..10 {
        let one = record(1, 2, &exchange(1, SHARED, 9));
        columns.push(ours + host, theirs, &one);
    }
    let sorted = Sorted {
        outbound: (0..10).collect(),
        ..Sorted::default()
    };
    let (classes, known) = (ClassMap::default(), KnownServices::default());
    let (indicators, territory) = (IndicatorList::default(), Territory::private(&[]));
    let around = Surroundings {
        now: Timestamp::from_secs(START + 10),
        parameters: &parameters,
        territory: &territory,
        indicators: &indicators,
        origins: &Origins::default(),
        classes: &classes,
        known: &known,
    };
    command.observe(&around, &columns, &sorted, &mut Vec::new());
    let seen = command.contacts(theirs, SHARED.1, protocol::TCP).unwrap();
    assert_eq!(seen.lines.count, 1.0);
}
