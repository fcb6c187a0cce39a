//! The meter on captures that others made: what is known of them must come out.
//!
//! The captures are not part of the project. A test whose capture is absent says so and passes.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use issei_flow::{Meter, MeterLimits};
use issei_model::{FlowBatch, FlowRecord, Marks, Outcome, ProblemKind, Span};
use issei_wire::capture::CaptureReader;

/// Packets as capinfos counts them, one file of each kind of writer.
#[test]
fn as_many_packets_are_read_as_are_in_the_file() {
    let stated = [
        ("benign/intl-iot/yi_camera_sample.pcap", 1_631),
        ("benign/ndpi-p2p-apps/alexa-app.pcapng", 3_103),
        ("benign/ndpi-p2p-apps/gnutella.pcap", 3_905),
        ("botnet-other/slips/test-cc/test-cc-capture-1.pcap", 7_931),
        (
            "botnet-other/stratocyberlab-training-capture-009.pcap",
            5_000,
        ),
        ("darknet/backscatter.trace", 4_771),
        ("ddos/stopddos/amp.UDP.snmp.src161.pcapng", 4_373),
        (
            "iot-malware/stratocyberlab-class11-capture1-snap96.pcapng",
            1_174,
        ),
        ("scan/ndpi/synscan.pcap", 2_011),
    ];
    for (name, packets) in stated {
        if let Some(metered) = capture(name) {
            assert_eq!(metered.packets, packets, "{name}");
        }
    }
}

#[test]
fn no_capture_is_damaged_and_every_packet_is_in_a_record_or_named() {
    let mut captures = 0;
    for path in files(&root()) {
        let Some(metered) = Metered::file(&path) else {
            continue;
        };
        captures += 1;
        let name = path.display();
        assert_eq!(metered.reader.problems().met().count(), 0, "{name}");
        let tally = metered.meter.tally();
        let counted: u64 = metered
            .records()
            .iter()
            .map(|r| r.packets + r.reverse_packets)
            .sum();
        assert_eq!(tally.packets, metered.packets, "{name}");
        assert_eq!(tally.packets, counted + tally.turned_away, "{name}");
        let problems = metered.meter.problems();
        let named = problems.count(ProblemKind::NotIp) + problems.count(ProblemKind::ShortSnap);
        assert_eq!(
            tally.turned_away, named,
            "{name}: nothing but ARP and the like is turned away"
        );
    }
    println!("{captures} captures");
}

#[test]
fn a_forged_syn_flood_keeps_every_syn_and_every_source() {
    if let Some(flood) = capture("ddos/stopddos/pkt.TCP.synflood.spoofed.pcap") {
        let records = flood.records();
        let syns = records
            .iter()
            .filter(|record| record.tcp_flags.only_opening());
        assert_eq!(syns.map(|record| record.packets).sum::<u64>(), 37_841);
        assert_eq!(sources(&records).len(), 37_623);
        assert_eq!(flood.outcomes(Outcome::Unanswered), records.len());
    }
}

#[test]
fn reflectors_are_the_sources_of_what_they_reflect() {
    if let Some(snmp) = capture("ddos/stopddos/amp.UDP.snmp.src161.pcapng") {
        let mut records = snmp.records();
        assert_eq!(sources(&records).len(), 4_276);
        records.retain(|record| record.source_port == 161);
        assert_eq!(sources(&records).len(), 4_028);
    }
    if let Some(tcp) = capture("ddos/stopddos/amp.TCP.syn.optionallyACK.optionallysamePort.pcapng")
    {
        let records = tcp.records();
        assert_eq!(sources(&records).len(), 60);
        assert_eq!(
            records.iter().map(|record| record.packets).sum::<u64>(),
            896
        );
        assert!(records.iter().all(|record| record.reverse_packets == 0));
    }
}

#[test]
fn later_fragments_of_an_amplification_are_marked() {
    if let Some(dns) = capture("ddos/stopddos/amp.dns.RRSIG.fragmented.pcap") {
        let records = dns.records();
        let later = records
            .iter()
            .filter(|record| record.marks.any(Marks::FRAGMENT));
        assert_eq!(later.map(|record| record.packets).sum::<u64>(), 726);
    }
}

#[test]
fn backscatter_is_no_opening_and_its_source_is_the_victim() {
    if let Some(darknet) = capture("darknet/backscatter.trace") {
        let records = darknet.records();
        let victim = ip("202.229.120.98");
        let from_victim: Vec<_> = records.iter().filter(|r| r.source == victim).collect();
        let dark: BTreeSet<_> = from_victim
            .iter()
            .map(|record| record.destination)
            .collect();
        let answers = from_victim
            .iter()
            .filter(|r| r.marks.any(Marks::FIRST_IS_ANSWER));
        assert_eq!(answers.count(), from_victim.len());
        let others = records
            .iter()
            .filter(|r| r.destination == victim)
            .map(|r| r.source);
        // tshark lists 515, four of them twice: beside an address that ICMP quotes.
        assert_eq!(
            dark.into_iter()
                .chain(others)
                .collect::<BTreeSet<_>>()
                .len(),
            511
        );
    }
}

#[test]
fn a_bots_scan_download_and_command_channel_are_told_apart() {
    if let Some(bot) = capture("iot-malware/stratocyberlab-class11-capture1-snap96.pcapng") {
        let records = bot.records();
        let telnet: Vec<_> = records
            .iter()
            .filter(|r| r.destination_port == 23)
            .collect();
        let targets: BTreeSet<_> = telnet.iter().map(|record| record.destination).collect();
        assert_eq!(targets.len(), 166);
        assert!(telnet.iter().all(|r| {
            !r.marks
                .any(Marks::SEQUENCE_IS_DESTINATION | Marks::BARE_SYN)
        }));
        let server = ip("104.248.160.24");
        let answered = telnet
            .iter()
            .filter(|r| r.destination == server && r.reverse_packets > 0);
        assert_eq!(answered.count(), 1);
        let downloads = records
            .iter()
            .filter(|r| r.destination == server && r.destination_port == 80);
        assert!(downloads.map(|record| record.reverse_bytes).sum::<u64>() > 100_000);
    }
}

#[test]
fn a_scan_of_raw_sockets_is_marked_and_unanswered() {
    if let Some(scan) = capture("scan/bro-simple-scan/pcaps/scan_with_zero_windows.pcap") {
        let bare = Marks::BARE_SYN | Marks::ZERO_WINDOW;
        assert!(scan.records().iter().all(|record| record.marks.all(bare)));
        assert_eq!(scan.outcomes(Outcome::Unanswered), 10);
    }
}

#[test]
fn log_ins_are_counted_one_by_one_and_greeted_by_the_server() {
    if let Some(ssh) =
        capture("botnet-other/slips/test19-malicious-ssh/malicious-ssh-bruteforce.pcap")
    {
        let records = ssh.records();
        assert_eq!(ssh.outcomes(Outcome::Answered), 67);
        assert!(records.iter().all(|record| record.destination_port == 902));
        assert!(
            records
                .iter()
                .any(|record| record.marks.any(Marks::RESPONDER_SPOKE_FIRST))
        );
    }
}

#[test]
fn a_benign_capture_shows_no_family() {
    let families =
        Marks::SEQUENCE_IS_DESTINATION | Marks::TWO_BYTE_KEEPALIVE | Marks::TEXT_KEEPALIVE;
    for path in files(&root().join("benign")) {
        if let Some(metered) = Metered::file(&path) {
            let marked = metered
                .records()
                .into_iter()
                .find(|record| record.marks.any(families));
            assert_eq!(marked, None, "{}", path.display());
        }
    }
}

/// A capture, metered.
struct Metered {
    batch: FlowBatch,
    meter: Meter,
    reader: CaptureReader,
    packets: u64,
}

impl Metered {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test reads captures that others made"
    )]
    fn file(path: &Path) -> Option<Self> {
        Self::bytes(&fs::read(path).ok()?)
    }

    fn bytes(bytes: &[u8]) -> Option<Self> {
        let limits = MeterLimits {
            active: Span::from_secs(60),
            idle: Span::from_secs(15),
            flows: 1_000_000,
        };
        let mut metered = Self {
            batch: FlowBatch::default(),
            meter: Meter::new(limits, [1, 2], 0, 1),
            reader: CaptureReader::recognise(bytes)?,
            packets: 0,
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = metered.reader.take(rest, true);
            rest = &rest[taken.consumed..];
            if let Some(packet) = taken.packet {
                metered.packets += 1;
                let (meter, batch) = (&mut metered.meter, &mut metered.batch);
                meter.packet(
                    packet.time,
                    packet.link,
                    packet.bytes,
                    packet.original_length,
                    batch,
                );
            }
        }
        metered.meter.finish(&mut metered.batch);
        Some(metered)
    }

    fn records(&self) -> Vec<FlowRecord> {
        self.batch.records().collect()
    }

    /// Counts the IPv4 records whose opening was taken so.
    fn outcomes(&self, outcome: Outcome) -> usize {
        let columns = &self.batch.v4;
        (0..columns.len())
            .filter(|&row| columns.outcome(row) == outcome)
            .count()
    }
}

fn sources(records: &[FlowRecord]) -> BTreeSet<IpAddr> {
    records.iter().map(|record| record.source).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"))
}

fn capture(name: &str) -> Option<Metered> {
    let found = Metered::file(&root().join(name));
    if found.is_none() {
        println!("skipped: {name} is not here");
    }
    found
}

/// Every file below a folder, in the order of names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        println!("skipped: {} is not here", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
