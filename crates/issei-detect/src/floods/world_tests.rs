//! A small world to flood: own lines, remote hosts, records, and what was told.

use std::net::Ipv4Addr;

use issei_model::{
    Evidence, Finding, FlowRecord, IndicatorList, Level, Marks, Subject, TcpFlags, Territory,
};

use super::*;
use crate::command::{ClassMap, KnownServices};
use crate::engine::Origins;

/// Own lines are 10/8; everything else is somebody else's.
pub(super) struct World {
    pub(super) floods: Floods<u32>,
    pub(super) parameters: Parameters,
    pub(super) territory: Territory,
    indicators: IndicatorList,
    origins: Origins,
    classes: ClassMap,
    known: KnownServices,
    pub(super) now: Timestamp,
    pub(super) found: Vec<Finding>,
    pub(super) suspicions: Vec<Suspicion<u32>>,
}

pub(super) const START: i64 = 20_000 * 86_400;
pub(super) const VICTIM: u32 = 0x0a0a_0a0a;
pub(super) const KEY: [u64; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];

/// Some remote host, spread over the address space.
pub(super) fn remote(number: u32) -> u32 {
    let spread = number.wrapping_mul(0x9e37_79b9) ^ 0x5bd1_e995;
    match spread >> 24 {
        0 | 10 | 127 | 224.. => 0x2d00_0000 | (spread & 0x00ff_ffff),
        _ => spread,
    }
}

/// A record of `packets` packets at a moment, milliseconds after the start.
pub(super) fn record(
    millis: i64,
    from: (u32, u16),
    to: (u32, u16),
    protocol: u8,
    flags: u8,
) -> FlowRecord {
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
pub(super) fn metered(mut record: FlowRecord) -> FlowRecord {
    record.marks.0 |= Marks::REVERSE_WATCHED;
    record
}

pub(super) const SYN: u8 = TcpFlags::SYN;
pub(super) const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
pub(super) const USED: u8 = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH | TcpFlags::FIN;

impl World {
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(super) fn with(change: impl FnOnce(&mut FloodParameters)) -> Self {
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

    pub(super) fn tell<T>(
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
    pub(super) fn live(&mut self, mut records: Vec<FlowRecord>) {
        records.sort_by_key(|record| record.last);
        let second = |record: &FlowRecord| record.last.as_micros() / 1_000_000;
        for batch in records.chunk_by(|one, next| second(one) == second(next)) {
            self.observe(batch);
        }
    }

    pub(super) fn observe(&mut self, batch: &[FlowRecord]) {
        let (mut columns, mut sorted) = (Columns::<u32>::default(), Sorted::default());
        for record in batch {
            let bits = |ip| match ip {
                std::net::IpAddr::V4(ip) => Ipv4Addr::to_bits(ip),
                std::net::IpAddr::V6(_) => unreachable!("IPv4 world"),
            };
            let (source, destination) = (bits(record.source), bits(record.destination));
            let rows = match (source >> 24 == 10, destination >> 24 == 10) {
                (true, _) => &mut sorted.outbound,
                (false, true) => &mut sorted.inbound,
                (false, false) => &mut sorted.transit,
            };
            rows.push(columns.len() as u32);
            columns.push(source, destination, record);
            self.now = self.now.max(record.last);
        }
        self.tell(|floods, around, news| floods.observe(around, &columns, &sorted, news));
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += Span::from_secs(seconds);
        self.tell(|floods, around, news| floods.on_deadline(around, news));
    }

    /// Ends the input and hands over everything that was told.
    pub(super) fn everything(mut self) -> Vec<Finding> {
        self.tell(|floods, around, news| floods.finish(around, news));
        self.found
    }

    /// The same without the figures that accuse nobody.
    pub(super) fn end(self) -> Vec<Finding> {
        let mut found = self.everything();
        found.retain(|one| one.level > Level::Measure);
        found
    }

    pub(super) fn told(mut self, records: Vec<FlowRecord>) -> Vec<Finding> {
        self.live(records);
        self.end()
    }
}

pub(super) fn above_context(found: &[Finding]) -> Vec<&Finding> {
    found
        .iter()
        .filter(|finding| finding.level > Level::Context)
        .collect()
}

/// The last form of the only finding above context.
pub(super) fn only(found: &[Finding]) -> &Finding {
    let above = above_context(found);
    let last = above.last().expect("a finding");
    assert!(above.iter().all(|one| one.id == last.id), "{above:#?}");
    last
}

pub(super) fn amount(finding: &Finding, name: &str) -> f64 {
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

pub(super) fn words<'a>(finding: &'a Finding, name: &str) -> &'a str {
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

pub(super) fn is_about(finding: &Finding, line: u32, port: u16, protocol: u8) -> bool {
    matches!(finding.subject, Subject::Own(own, at, with)
        if own.reveal() == line.to_ip() && at == port && with == protocol)
}

/// Every finding is told with all that a second person needs.
pub(super) fn assert_complete(finding: &Finding) {
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
