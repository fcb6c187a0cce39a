//! Datagrams written by hand, and an ear that hears them.

use std::net::SocketAddr;

use issei_flow::{Collector, CollectorLimits, CollectorTally};
use issei_model::{FlowBatch, FlowRecord, ProblemKind, Timestamp};

/// The export time of every datagram said here, in seconds.
pub const EXPORT: u32 = 1_500_000_000;
/// The exporter's uptime of every datagram said here, in milliseconds.
pub const UPTIME: u32 = 10_000_000;

/// Addresses, bytes and packets: the smallest useful template.
pub const PAIR: &[(u16, u16)] = &[(8, 4), (12, 4), (1, 4), (2, 4)];

/// A record of [`PAIR`].
pub fn pair(bytes: u32, packets: u32) -> Vec<u8> {
    let mut record = vec![10, 0, 0, 1, 192, 0, 2, 9];
    record.extend(bytes.to_be_bytes());
    record.extend(packets.to_be_bytes());
    record
}

pub fn netflow9(sequence: u32, source: u32, sets: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 9, 0, 1];
    for word in [UPTIME, EXPORT, sequence, source] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(sets.concat());
    bytes
}

pub fn ipfix(sequence: u32, domain: u32, sets: &[Vec<u8>]) -> Vec<u8> {
    let sets = sets.concat();
    let mut bytes = vec![0, 10];
    bytes.extend((16 + sets.len() as u16).to_be_bytes());
    for word in [EXPORT, sequence, domain] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(sets);
    bytes
}

pub fn set(id: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend((4 + body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

pub fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A template record.
pub fn template(id: u16, fields: &[(u16, u16)]) -> Vec<u8> {
    let mut record = words(&[id, fields.len() as u16]);
    record.extend(
        fields
            .iter()
            .flat_map(|&(element, length)| words(&[element, length])),
    );
    record
}

/// An options template record of IPFIX.
pub fn options(id: u16, scopes: u16, fields: &[(u16, u16)]) -> Vec<u8> {
    let mut record = words(&[id, fields.len() as u16, scopes]);
    record.extend(
        fields
            .iter()
            .flat_map(|&(element, length)| words(&[element, length])),
    );
    record
}

/// An options template record of NetFlow v9.
pub fn options9(id: u16, scopes: &[(u16, u16)], fields: &[(u16, u16)]) -> Vec<u8> {
    let mut record = words(&[id, scopes.len() as u16 * 4, fields.len() as u16 * 4]);
    let all = scopes.iter().chain(fields);
    record.extend(all.flat_map(|&(element, length)| words(&[element, length])));
    record
}

/// A collector, and what it made of what it heard.
pub struct Ear {
    pub collector: Collector,
    pub batch: FlowBatch,
    pub now: Timestamp,
}

impl Default for Ear {
    fn default() -> Self {
        Self::with(CollectorLimits::default())
    }
}

impl Ear {
    pub fn with(limits: CollectorLimits) -> Self {
        Self {
            collector: Collector::new(limits, [0x0706_0504, 0x0302_0100], 0),
            batch: FlowBatch::default(),
            now: Timestamp::from_secs(i64::from(EXPORT)),
        }
    }

    /// Hears datagrams of one exporter.
    pub fn of(datagrams: &[Vec<u8>]) -> Self {
        let mut ear = Self::default();
        for datagram in datagrams {
            ear.hear("192.0.2.1:2055", datagram);
        }
        ear
    }

    pub fn hear(&mut self, from: &str, datagram: &[u8]) {
        let from: SocketAddr = from.parse().unwrap();
        self.collector
            .datagram(self.now, from, datagram, &mut self.batch);
        self.check();
    }

    /// Everything that waits is given up.
    pub fn end(&mut self) {
        self.collector.on_deadline(Timestamp::MAX, &mut self.batch);
        self.check();
    }

    pub fn records(&self) -> Vec<FlowRecord> {
        self.batch.records().collect()
    }

    pub fn bytes(&self) -> Vec<u64> {
        self.records().iter().map(|record| record.bytes).collect()
    }

    pub fn rates(&self) -> Vec<u32> {
        self.records()
            .iter()
            .map(|record| record.sampling)
            .collect()
    }

    pub fn tally(&self) -> CollectorTally {
        self.collector.tally()
    }

    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.collector.problems().count(kind)
    }

    /// The problems met, by their codes.
    pub fn problems(&self) -> Vec<String> {
        let met = self.collector.problems().met();
        met.map(|(kind, count)| format!("{kind} {count}")).collect()
    }

    /// Whatever was heard, the counts add up and the columns have one length.
    fn check(&self) {
        let tally = self.tally();
        assert_eq!(
            tally.datagrams,
            tally.datagrams_read + tally.datagrams_refused
        );
        assert_eq!(
            tally.sets,
            tally.sets_read + tally.sets_refused + tally.sets_waiting
        );
        assert_eq!(tally.records, self.batch.len() as u64);
        let v4 = &self.batch.v4;
        let (rows, full) = (v4.source.len(), [v4.packets.len(), v4.bytes.len()]);
        assert_eq!(full, [rows; 2]);
        assert_eq!(
            [
                v4.first.len(),
                v4.last.len(),
                v4.sampling.len(),
                v4.origin.len()
            ],
            [rows; 4]
        );
        assert!(v4.reverse_packets.len() <= rows && v4.marks.len() <= rows);
        assert!(v4.extras.is_sorted_by_key(|extra| extra.row));
    }
}
