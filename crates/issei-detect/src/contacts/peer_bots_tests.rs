use std::net::IpAddr;

use issei_model::{FlowRecord, Span, TcpFlags};

use super::*;
use crate::contacts::tests::{World, at, exchange};

const LINE: u32 = 0x0a00_0007;
/// Where peers elsewhere live.
const PEERS: u32 = 0x5b00_0000;

/// An exchange of datagrams between two peers.
fn meeting(line: u32, peer: u32, second: i64) -> FlowRecord {
    FlowRecord {
        protocol: issei_model::protocol::UDP,
        source_port: 40_000,
        destination_port: 20_000 + (peer % 1_000) as u16,
        tcp_flags: TcpFlags(0),
        reverse_flags: TcpFlags(0),
        ..exchange(line, peer, 20_000, second, second + 1)
    }
}

/// A host elsewhere opens to three of our lines on a port that worms probe.
fn scanned_by(host: u32) -> Vec<FlowRecord> {
    let probe = |line: u32| FlowRecord {
        source: IpAddr::V4(host.into()),
        destination: IpAddr::V4((0x0a00_0100 + line).into()),
        tcp_flags: TcpFlags(TcpFlags::SYN),
        reverse_packets: 0,
        reverse_bytes: 0,
        ..exchange(LINE, LINE, 23, 1, 1)
    };
    (0..3).map(probe).collect()
}

struct Story {
    peers: u32,
    /// So many of the peers scan us.
    scanners: u32,
    suspected: bool,
    change: fn(&mut ContactParameters),
}

const BOTS: Story = Story {
    peers: 60,
    scanners: 20,
    suspected: true,
    change: |_| {},
};

impl Story {
    fn told(&self) -> Vec<Finding> {
        let mut world = World::new(self.change);
        for peer in 0..self.scanners {
            world.feed(&scanned_by(PEERS + peer));
        }
        if self.suspected {
            world.suspect(LINE, 100);
        }
        let meetings: Vec<FlowRecord> = (0..self.peers)
            .map(|peer| meeting(LINE, PEERS + peer, 200 + i64::from(peer)))
            .collect();
        world.feed(&meetings);
        let mut told = world.finish();
        told.retain(|finding| finding.rule == Rule::PeerToPeerBots);
        told
    }

    fn is_told(&self) -> bool {
        !self.told().is_empty()
    }
}

#[test]
fn a_suspect_whose_peers_scan_us_is_one_of_a_set_without_a_server() {
    let told = BOTS.told();
    let finding = &told[0];
    assert_eq!(
        (finding.level, finding.role, finding.peer),
        (Level::Finding, Role::Bot, None)
    );
    assert!(
        finding.summary.contains("without a server"),
        "{}",
        finding.summary
    );
    let evidence = &finding.evidence;
    let statistic = evidence.statistic.as_ref().unwrap();
    assert!(statistic.value <= statistic.threshold && statistic.error_bound == 1e-6);
    assert_eq!(evidence.builds_on, [FindingId(u64::from(LINE))]);
    assert_eq!(evidence.independent_kinds.len(), 2);
    assert_eq!(evidence.sample.len(), 20);
    assert!(!evidence.alternatives.is_empty() && !evidence.does_not_show.is_empty());
}

#[test]
fn who_shares_files_and_is_no_suspect_stays_unnamed_whomever_he_meets() {
    let innocent = Story {
        suspected: false,
        ..BOTS
    };
    assert!(!innocent.is_told());
}

#[test]
fn a_suspect_who_shares_files_beside_its_infection_is_not_taken_for_a_peer_of_bots() {
    let beside = |scanners, change| Story {
        peers: 250,
        scanners,
        change,
        ..BOTS
    };
    assert!(!beside(5, |_| {}).is_told());
    // With the guard off: were bots rarer among ordinary peers, five were too many.
    assert!(beside(5, |p| p.scanning_share.value = 1e-6).is_told());
    assert!(beside(40, |_| {}).is_told());
}

#[test]
fn two_suspect_peers_are_too_few() {
    let pair = |change| Story {
        peers: 2,
        scanners: 2,
        change,
        ..BOTS
    };
    assert!(!pair(|p| p.scanning_share.value = 1e-6).is_told());
    assert!(pair(|p| (p.scanning_share.value, p.least_suspect_peers.value) = (1e-6, 2)).is_told());
}

#[test]
fn where_the_peers_of_other_lines_scan_as_often_nothing_is_said() {
    let mut world = World::new(|_| {});
    for peer in 0..100 {
        world.feed(&scanned_by(PEERS + peer));
    }
    world.suspect(LINE, 100);
    let mut told = |lines: std::ops::Range<u32>| {
        for line in lines {
            let meetings: Vec<FlowRecord> = (0..60)
                .map(|n| {
                    meeting(
                        LINE + line,
                        PEERS + (n * 5 + line) % 300,
                        200 + i64::from(n),
                    )
                })
                .collect();
            world.feed(&meetings);
        }
        world
            .finish()
            .iter()
            .any(|finding| finding.rule == Rule::PeerToPeerBots)
    };
    // Others first: a third of their peers scan us, as of the suspect's.
    assert!(!told(1..6));
    assert!(!told(0..1));
}

#[test]
fn ports_that_worms_probe_and_the_doors_of_bittorrent_s_table_do_not_count() {
    let told = |change: fn(&mut FlowRecord)| {
        let mut world = World::new(|_| {});
        for peer in 0..20 {
            world.feed(&scanned_by(PEERS + peer));
        }
        world.suspect(LINE, 100);
        let meetings: Vec<FlowRecord> = (0..60)
            .map(|peer| {
                let mut record = meeting(LINE, PEERS + peer, 200);
                change(&mut record);
                record
            })
            .collect();
        world.feed(&meetings);
        world
            .finish()
            .iter()
            .any(|finding| finding.rule == Rule::PeerToPeerBots)
    };
    assert!(told(|_| {}));
    assert!(!told(|record| record.destination_port = 2_323));
    assert!(!told(|record| record.destination_port = 443));
    assert!(!told(|record| record.source_port = 53));
    assert!(!told(|record| record.reverse_packets = 0));
}

#[test]
fn a_node_by_which_one_enters_bittorrent_s_table_is_no_peer_and_names_a_family() {
    let mut world = World::new(|_| {});
    for peer in 0..20 {
        world.feed(&scanned_by(PEERS + peer));
    }
    world.suspect(LINE, 100);
    let node = u32::from_be_bytes([67, 215, 246, 10]);
    let mut records: Vec<FlowRecord> = (0..20)
        .map(|peer| meeting(LINE, PEERS + peer, 200))
        .collect();
    records.push(meeting(LINE, node, 199));
    world.feed(&records);
    let told = world.finish();
    let finding = told
        .iter()
        .find(|finding| finding.rule == Rule::PeerToPeerBots)
        .unwrap();
    assert!(finding.evidence.families[0].contains("Mozi"));
    let sampled = finding
        .evidence
        .observations
        .iter()
        .find(|o| o.name == "peers sampled");
    assert_eq!(sampled.unwrap().value, Amount::Count(20));
}

#[test]
fn suspects_of_ours_that_meet_each_other_are_told_together_and_name_each_other() {
    let mut world = World::new(|_| {});
    // Of two thousand active lines eight are suspects that meet each other.
    for line in 0..2_000 {
        world.feed(&[exchange(0x0a01_0000 + line, 0x68f8_a018, 443, 10, 11)]);
    }
    for line in 0..8 {
        world.suspect(LINE + line, 100);
    }
    let pairs = (0..8).flat_map(|one| (0..8).map(move |other| (one, other)));
    let meetings: Vec<FlowRecord> = pairs
        .filter(|(one, other)| one != other)
        .map(|(one, other)| meeting(LINE + one, LINE + other, 200))
        .collect();
    world.feed(&meetings);
    let told = world.finish();
    let bots: Vec<&Finding> = told
        .iter()
        .filter(|f| f.rule == Rule::PeerToPeerBots)
        .collect();
    assert_eq!(bots.len(), 8);
    let mutual = |f: &&Finding| f.evidence.observations[3].value == Amount::Count(7);
    assert!(
        bots.iter().all(mutual),
        "{:?}",
        bots[0].evidence.observations
    );
    assert_eq!(bots[0].evidence.builds_on.len(), 8);
}

#[test]
fn in_a_home_full_of_suspects_their_meetings_are_no_surprise() {
    let mut world = World::new(|_| {});
    for line in 0..5 {
        world.suspect(LINE + line, 100);
    }
    let meetings: Vec<FlowRecord> = (1..5)
        .map(|other| meeting(LINE, LINE + other, 200))
        .collect();
    world.feed(&meetings);
    assert!(
        world
            .finish()
            .iter()
            .all(|finding| finding.rule != Rule::PeerToPeerBots)
    );
}

#[test]
fn a_host_that_opened_to_two_lines_is_not_yet_a_scanner() {
    let told = |lines, change: fn(&mut ContactParameters)| {
        let mut world = World::new(change);
        for peer in 0..20 {
            world.feed(&scanned_by(PEERS + peer)[..lines]);
        }
        world.suspect(LINE, 100);
        let meetings: Vec<FlowRecord> = (0..60)
            .map(|peer| meeting(LINE, PEERS + peer, 200))
            .collect();
        world.feed(&meetings);
        let told = world.finish();
        told.iter()
            .any(|finding| finding.rule == Rule::PeerToPeerBots)
    };
    assert!(told(3, |_| {}));
    assert!(!told(2, |_| {}));
    assert!(told(2, |p| p.least_lines_probed.value = 2));
}

#[test]
fn suspects_of_floods_and_log_ins_are_not_looked_at() {
    let parameters = crate::parameters::Parameters::shipped().contacts;
    let mut bots = PeerBots::<u32>::new(&parameters, Key::new([1, 2]));
    for rule in [
        Rule::OutboundFlood,
        Rule::LoginBruteForce,
        Rule::VerticalScan,
    ] {
        bots.suspect(
            &parameters,
            at(0),
            &Suspicion {
                line: LINE,
                since: at(0),
                finding: FindingId(1),
                rule,
            },
        );
    }
    assert_eq!(bots.len(), 0);
}

#[test]
fn as_many_suspects_are_followed_as_there_is_room_for_and_the_rest_is_counted() {
    let mut parameters = crate::parameters::Parameters::shipped().contacts;
    parameters.most_peer_suspects.value = 3;
    let mut bots = PeerBots::<u32>::new(&parameters, Key::new([1, 2]));
    for line in 0..10 {
        let suspicion = Suspicion {
            line,
            since: at(0),
            finding: FindingId(1),
            rule: Rule::SensorHit,
        };
        bots.suspect(&parameters, at(0), &suspicion);
    }
    assert_eq!((bots.len(), bots.turned_away), (3, 7));
}

#[test]
fn bots_are_told_at_the_look_and_again_when_their_suspect_peers_have_doubled() {
    let mut world = World::new(|_| {});
    for peer in 0..40 {
        world.feed(&scanned_by(PEERS + peer));
    }
    world.suspect(LINE, 1);
    let mut told = Vec::new();
    for round in 0..4u32 {
        let second = 400 * i64::from(round) + 10;
        let meetings: Vec<FlowRecord> = (0..10)
            .map(|n| meeting(LINE, PEERS + round * 10 + n, second))
            .collect();
        world.feed(&meetings);
        let revisions = world.wait(Span::from_secs(300));
        told.push(revisions.iter().map(|f| f.revision).collect::<Vec<u32>>());
    }
    assert_eq!(told, [vec![1], vec![2], vec![], vec![3]]);
}
