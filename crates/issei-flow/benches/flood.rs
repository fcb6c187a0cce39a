//! Ten million hostile datagrams between those of two honest exporters.
//!
//! Mangled and cut seeds, noise, storms of templates, made-up observation domains, addresses and
//! ports; one honest exporter has an address of its own, the other shares the attacker's. In the
//! end memory is under its bound, every honest record was decoded, and all counts add up.
//! A thousand datagrams come in a second of the stream, so what waits or is idle is forgotten too.
//! The same numbers in every run; another count of datagrams may be given as argument.

use std::net::SocketAddr;

use issei_flow::{Collector, CollectorLimits};
use issei_model::{FlowBatch, Span, Timestamp};

/// What a collector with its usual bounds may hold, in bytes.
const MEMORY: usize = 64 << 20;
/// Hostile datagrams between two of an honest exporter.
const BETWEEN: u32 = 1_000;
const EXPORT: u32 = 1_500_000_000;

fn main() {
    let told = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let count: u32 = told.unwrap_or(10_000_000);
    let mut flood = Flood {
        collector: Collector::new(CollectorLimits::default(), [0x0706_0504, 0x0302_0100], 0),
        batch: FlowBatch::default(),
        dice: Dice(0x9e37_79b9_7f4a_7c15),
        now: Timestamp::from_secs(i64::from(EXPORT)),
        honest: 0,
        most: 0,
    };
    for number in 0..count {
        if number.is_multiple_of(BETWEEN) {
            flood.honest(number / BETWEEN);
        }
        flood.hostile(number);
    }
    flood.report(count);
}

struct Flood {
    collector: Collector,
    batch: FlowBatch,
    dice: Dice,
    now: Timestamp,
    /// Records that honest exporters sent.
    honest: u64,
    /// The most memory seen, in bytes.
    most: usize,
}

impl Flood {
    /// Both honest exporters send a record, and every template again now and then.
    fn honest(&mut self, turn: u32) {
        let mut sets = if turn.is_multiple_of(100) {
            template(300, &[(8, 4), (12, 4), (1, 4)])
        } else {
            Vec::new()
        };
        sets.extend(set(300, &[10, 0, 0, 1, 192, 0, 2, 9, 0, 0, 1, 0]));
        for from in [[192, 0, 2, 1], [203, 0, 113, 1]] {
            let before = self.collector.tally().records;
            self.hear((from, 2_055).into(), &ipfix(turn, 7, &sets));
            self.honest += self.collector.tally().records - before;
            assert_eq!(
                self.honest_bytes(),
                Some(&256),
                "an honest record at turn {turn}"
            );
            self.batch.clear();
        }
        if self
            .collector
            .next_deadline()
            .is_some_and(|due| due <= self.now)
        {
            self.collector.on_deadline(self.now, &mut self.batch);
        }
        if turn.is_multiple_of(50) {
            self.most = self.most.max(self.collector.bytes());
        }
    }

    fn honest_bytes(&self) -> Option<&u64> {
        self.batch.v4.bytes.last()
    }

    fn hostile(&mut self, number: u32) {
        let datagram = match number % 6 {
            0 => self.noise(),
            1 => self.mangled(),
            2 => ipfix(0, self.dice.next(), &self.storm()),
            3 => ipfix(
                0,
                self.dice.next(),
                &[template(256, &[(8, 4), (12, 4)]), set(256, &[7; 64])].concat(),
            ),
            4 => netflow9(
                self.dice.next(),
                self.dice.below(50),
                &set(256 + self.dice.below(99) as u16, &[9; 700]),
            ),
            _ => ipfix(0, 8, &self.storm()),
        };
        let [_, _, high, low] = self.dice.next().to_be_bytes();
        let from = if number.is_multiple_of(2) {
            [203, 0, 113, 1]
        } else {
            [198, 18, high, low]
        };
        let port = if number.is_multiple_of(3) {
            4_739
        } else {
            self.dice.next() as u16
        };
        self.hear((from, port).into(), &datagram);
        if self.batch.len() >= FlowBatch::USUAL_ROWS {
            self.batch.clear();
        }
    }

    fn hear(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.now += Span::from_millis(1);
        self.collector
            .datagram(self.now, from, datagram, &mut self.batch);
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.dice.below(200) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| self.dice.next() as u8).collect();
        if let [first, second, ..] = &mut bytes[..] {
            (*first, *second) = (0, [5, 9, 10, 0][usize::from(*second) % 4]);
        }
        bytes
    }

    /// A sound message with some bytes changed, cut anywhere.
    fn mangled(&mut self) -> Vec<u8> {
        let sets = [
            template(256, &[(8, 4), (82, 0xffff), (12, 4)]),
            set(256, &[3; 90]),
        ]
        .concat();
        let mut bytes = if self.dice.below(2) == 0 {
            ipfix(1, 7, &sets)
        } else {
            netflow9(1, 7, &sets)
        };
        for _ in 0..self.dice.below(6) {
            let place = self.dice.below(bytes.len() as u32) as usize;
            bytes[place] = self.dice.next() as u8;
        }
        let length = self.dice.below(2 * bytes.len() as u32) as usize;
        bytes.truncate(length);
        bytes
    }

    /// Templates of any id, wide ones among them.
    fn storm(&mut self) -> Vec<u8> {
        let width = [4, 40, 300][self.dice.below(3) as usize];
        let fields: Vec<(u16, u16)> = (0..width)
            .map(|_| (self.dice.below(400) as u16, 0xffff))
            .collect();
        template(256 + self.dice.below(60_000) as u16, &fields)
    }

    fn report(&mut self, count: u32) {
        self.collector.on_deadline(Timestamp::MAX, &mut self.batch);
        let tally = self.collector.tally();
        println!(
            "{count} hostile datagrams, {} honest records decoded",
            self.honest
        );
        println!("memory at most {:.1} MB", self.most as f64 / 1e6);
        println!("{tally:?}");
        for (kind, count) in self.collector.problems().met() {
            println!("  {kind}: {count}");
        }
        assert_eq!(self.honest, u64::from(2 * count.div_ceil(BETWEEN)));
        assert!(self.most < MEMORY, "memory is bounded");
        assert_eq!(
            tally.datagrams,
            tally.datagrams_read + tally.datagrams_refused
        );
        assert_eq!(
            (tally.sets, tally.sets_waiting),
            (tally.sets_read + tally.sets_refused, 0)
        );
    }
}

fn ipfix(sequence: u32, domain: u32, sets: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 10];
    bytes.extend((16 + sets.len() as u16).to_be_bytes());
    for word in [EXPORT, sequence, domain] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(sets);
    bytes
}

fn netflow9(sequence: u32, source: u32, sets: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 9, 0, 1];
    for word in [1_000_000, EXPORT, sequence, source] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(sets);
    bytes
}

fn template(id: u16, fields: &[(u16, u16)]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    body.extend((fields.len() as u16).to_be_bytes());
    for &(element, length) in fields {
        body.extend(element.to_be_bytes());
        body.extend(length.to_be_bytes());
    }
    set(2, &body)
}

fn set(id: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend((4 + body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A small generator (Marsaglia's xorshift): the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }
}
