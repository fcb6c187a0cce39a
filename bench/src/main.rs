//! Decodes the same datagrams with issei and with the `netflow_parser` crate, in turns, on one
//! thread, and prints records in a second of processor time, and the ratio.
//!
//! Both are told the templates first and then decode datagrams only; both must find every record.
//! Usage: `cargo run --release --manifest-path bench/Cargo.toml`. With `send ADDRESS COUNT` it sends
//! NetFlow v9 instead, for the comparison with nfdump in `nfdump.sh`.

#[path = "../../crates/issei-flow/benches/decode/processor.rs"]
mod processor;
#[expect(dead_code, reason = "the other benchmark also has sFlow")]
#[path = "../../crates/issei-flow/benches/decode/traffic.rs"]
mod traffic;

use std::net::SocketAddr;
use std::time::Duration;

use issei_flow::{Collector, CollectorLimits};
use issei_model::{FlowBatch, Timestamp};
use netflow_parser::{NetflowPacket, NetflowParser};
use traffic::{Kind, Stream};

const DATAGRAMS: u32 = 128;
const ROUNDS: usize = 11;
const ROUND: Duration = Duration::from_millis(100);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => compare(&[Kind::Netflow5, Kind::Netflow9, Kind::Ipfix, Kind::IpfixV6]),
        ["netflow9"] => compare(&[Kind::Netflow9]),
        ["send", to, count] => send(to, count.parse().expect("a number of datagrams")),
        _ => eprintln!("usage: issei-peers [netflow9 | send ADDRESS COUNT]"),
    }
}

fn compare(kinds: &[Kind]) {
    println!(
        "{:10} {:>14} {:>14} {:>7}",
        "", "issei", "netflow_parser", "ratio"
    );
    for &kind in kinds {
        let stream = Stream::new(kind, DATAGRAMS);
        let (mut ours, mut theirs) = (Ours::new(&stream), Theirs::new(&stream));
        let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_rounds.push(round(|| ours.pass(&stream)));
            their_rounds.push(round(|| theirs.pass(&stream)));
        }
        let (our, their) = (median(our_rounds) / 1e6, median(their_rounds) / 1e6);
        let name = format!("{kind:?}");
        println!(
            "{name:10} {our:10.1} M/s {their:10.1} M/s {:7.1}",
            our / their
        );
    }
}

/// Sends NetFlow v9 datagrams, at most some 300,000 records a second, so that nobody loses any.
fn send(to: &str, count: u32) {
    let stream = Stream::new(Kind::Netflow9, count);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let send = |datagram: &[u8]| {
        socket
            .send_to(datagram, to)
            .expect("the datagram can be sent")
    };
    send(&stream.first);
    for burst in stream.datagrams.chunks(12) {
        burst.iter().for_each(|datagram| {
            send(datagram);
        });
        std::thread::sleep(Duration::from_millis(1));
    }
    println!("sent: {} records in {count} datagrams", stream.records);
}

/// Repeats a pass for a while; tells records a second.
fn round(mut pass: impl FnMut() -> usize) -> f64 {
    let (began, mut records) = (processor::time(), 0);
    while processor::time() - began < ROUND {
        // Asking for the time takes as long as a few hundred records.
        records += (0..50).map(|_| pass()).sum::<usize>();
    }
    records as f64 / (processor::time() - began).as_secs_f64()
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

struct Ours {
    collector: Collector,
    batch: FlowBatch,
}

impl Ours {
    fn new(stream: &Stream) -> Self {
        let mut ours = Self {
            collector: Collector::new(CollectorLimits::default(), [1, 2], 0),
            batch: FlowBatch::default(),
        };
        if !stream.first.is_empty() {
            ours.take(&stream.first);
        }
        assert_eq!(ours.pass(stream), stream.records);
        ours
    }

    fn take(&mut self, datagram: &[u8]) {
        let now = Timestamp::from_secs(i64::from(traffic::EXPORT));
        self.collector
            .datagram(now, from(), datagram, &mut self.batch);
    }

    fn pass(&mut self, stream: &Stream) -> usize {
        let before = self.collector.tally().records;
        for datagram in &stream.datagrams {
            self.take(datagram);
            if self.batch.len() >= FlowBatch::USUAL_ROWS {
                self.batch.clear();
            }
        }
        (self.collector.tally().records - before) as usize
    }
}

struct Theirs {
    parser: NetflowParser,
}

impl Theirs {
    fn new(stream: &Stream) -> Self {
        let mut theirs = Self {
            parser: NetflowParser::default(),
        };
        theirs.take(&stream.first);
        assert_eq!(theirs.pass(stream), stream.records);
        theirs
    }

    fn take(&mut self, datagram: &[u8]) -> usize {
        let parsed = self.parser.parse_bytes(datagram);
        parsed.packets.iter().map(records).sum()
    }

    fn pass(&mut self, stream: &Stream) -> usize {
        stream
            .datagrams
            .iter()
            .map(|datagram| self.take(datagram))
            .sum()
    }
}

fn records(packet: &NetflowPacket) -> usize {
    use netflow_parser::variable_versions::{ipfix, v9};
    match packet {
        NetflowPacket::V5(packet) => packet.flowsets.len(),
        NetflowPacket::V9(packet) => {
            let sets = packet.flowsets.iter();
            let counts = sets.map(|set| match &set.body {
                v9::FlowSetBody::Data(data) => data.fields.len(),
                _ => 0,
            });
            counts.sum()
        }
        NetflowPacket::IPFix(packet) => {
            let sets = packet.flowsets.iter();
            let counts = sets.map(|set| match &set.body {
                ipfix::FlowSetBody::Data(data) => data.fields.len(),
                _ => 0,
            });
            counts.sum()
        }
        _ => 0,
    }
}

fn from() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 2_055))
}
