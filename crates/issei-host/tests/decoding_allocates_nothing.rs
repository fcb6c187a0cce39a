//! The hot path allocates nothing per record: a counting allocator watches the collector decode,
//! the meter take packets, and the engine judge.
//!
//! It stands here because an allocator needs unsafe code, and the host is the room for that.

#![expect(unsafe_code, reason = "a global allocator can only be written so")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::SocketAddr;

use issei_detect::{ClassMap, Engine, KnownServices, Parameters, Setting};
use issei_flow::{Collector, CollectorLimits, Meter, MeterLimits};
use issei_model::{
    FlowBatch, FlowRecord, IndicatorList, Marks, Span, TcpFlags, Territory, Timestamp, protocol,
};
use issei_wire::packet::LinkType;

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged; counting touches a cell of
// this thread that needs neither initialisation nor destruction, so it cannot allocate itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`, and it is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and it is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn steady_state_allocates_nothing_whatever_is_decoded() {
    let datagrams = everyone();
    let mut collector = Collector::new(CollectorLimits::default(), [1, 2], 0);
    let mut batch = FlowBatch::default();
    let mut hear = |collector: &mut Collector| {
        for (exporter, datagram) in (1..).zip(&datagrams) {
            let from = SocketAddr::from(([192, 0, 2, exporter], 2_055));
            collector.datagram(Timestamp::from_secs(0), from, datagram, &mut batch);
        }
        batch.clear();
    };
    (0..3).for_each(|_| hear(&mut collector));
    let (calls, records) = (CALLS.get(), collector.tally().records);
    (0..1_000).for_each(|_| hear(&mut collector));
    let decoded = collector.tally().records - records;
    assert_eq!((decoded, CALLS.get() - calls), (1_000 * 42, 0));
}

#[test]
fn steady_state_allocates_nothing_while_packets_become_records() {
    let limits = MeterLimits {
        active: Span::from_secs(60),
        idle: Span::from_secs(15),
        flows: 10_000,
    };
    let mut meter = Meter::new(limits, [1, 2], 0, 1);
    let mut batch = FlowBatch::default();
    // Every port speaks once in 1.6 s for half a minute, then is silent for as long.
    let mut seconds = |meter: &mut Meter, range: std::ops::Range<u64>| {
        for number in range.flat_map(|second| second * 500..(second + 1) * 500) {
            let port = number % 800 + 800 * (number / 15_000 % 2);
            let time = Timestamp::from_millis(number as i64 * 2);
            meter.packet(time, LinkType::RAW, &question(port as u16), 28, &mut batch);
            if batch.len() >= 64 {
                batch.clear();
            }
        }
    };
    seconds(&mut meter, 0..300);
    let (calls, before) = (CALLS.get(), meter.tally());
    seconds(&mut meter, 300..900);
    let after = meter.tally();
    assert_eq!(
        (after.packets - before.packets, CALLS.get() - calls),
        (300_000, 0)
    );
    assert!(after.records - before.records > 10_000);
}

/// A question over UDP from this port.
fn question(port: u16) -> [u8; 28] {
    let [high, low] = port.to_be_bytes();
    let mut packet = [0; 28];
    packet[..4].copy_from_slice(&[0x45, 0, 0, 28]);
    packet[8..10].copy_from_slice(&[64, 17]);
    packet[12..20].copy_from_slice(&[10, 0, 0, 1, 192, 0, 2, 9]);
    packet[20..26].copy_from_slice(&[high, low, 0, 53, 0, 8]);
    packet
}

#[test]
fn steady_state_allocates_nothing_while_records_are_judged() {
    let mut engine = Engine::new(Setting {
        parameters: Parameters::shipped(),
        territory: Territory::private(&[]),
        indicators: IndicatorList::default(),
        classes: ClassMap::default(),
        known: KnownServices::default(),
        hash_key: [1, 2],
    });
    let (mut batch, mut found) = (FlowBatch::default(), Vec::new());
    let mut judge = |engine: &mut Engine, seconds: std::ops::Range<i64>| {
        for second in seconds {
            let now = Timestamp::from_secs(1_700_000_000 + second);
            let lines = (second as u32 % 30) * 500;
            for line in lines..lines + 500 {
                let sent = contact(line, now);
                batch.push(&answer(&sent));
                batch.push(&sent);
            }
            engine.handle(now, &batch, &mut found);
            batch.clear();
        }
        assert!(found.is_empty(), "ordinary contacts: {found:?}");
    };
    judge(&mut engine, 0..60);
    let calls = CALLS.get();
    judge(&mut engine, 60..90);
    assert_eq!(engine.tally().records, 90_000);
    assert_eq!(CALLS.get() - calls, 0);
}

/// A sampled packet that came back.
fn answer(sent: &FlowRecord) -> FlowRecord {
    FlowRecord {
        source: sent.destination,
        destination: sent.source,
        source_port: sent.destination_port,
        destination_port: sent.source_port,
        ..sent.clone()
    }
}

/// A sampled packet of a line to one of a hundred services.
fn contact(line: u32, time: Timestamp) -> FlowRecord {
    FlowRecord {
        source: std::net::Ipv4Addr::from_bits(0x0a00_0000 + line).into(),
        destination: std::net::Ipv4Addr::from_bits(0xc633_6400 + line % 100).into(),
        source_port: 40_000,
        destination_port: 443,
        protocol: protocol::TCP,
        tcp_flags: TcpFlags(TcpFlags::ACK),
        packets: 1,
        bytes: 400,
        first: time,
        last: time,
        sampling: 1_000,
        origin: 0,
        input_interface: 1,
        output_interface: 2,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    }
}

#[test]
fn the_counter_counts() {
    let before = CALLS.get();
    drop(std::hint::black_box(vec![1_u8; 100]));
    assert_eq!(CALLS.get() - before, 1);
}

/// Datagrams of every protocol: straight and rewritten templates, options, extras, samples.
fn everyone() -> [Vec<u8>; 4] {
    let straight = [
        (8, 4),
        (12, 4),
        (1, 4),
        (2, 4),
        (22, 4),
        (21, 4),
        (136, 1),
        (58, 2),
    ];
    let varying = [(8, 4), (12, 4), (82, 0xffff), (1, 8), (153, 8)];
    let people = [10, 0, 0, 1, 192, 0, 2, 9];
    let record = [&people[..], &[0; 16], &[2, 0, 101]].concat();
    let named = [&people[..], b"\x04eth0", &[0; 16]].concat();
    let netflow9 = [
        set(0, &template(256, &straight)),
        set(256, &record.repeat(20)),
    ]
    .concat();
    let ipfix = [
        set(2, &template(256, &varying)),
        set(3, &words(&[300, 2, 1, 302, 8, 34, 4])),
        set(300, &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 100]),
        set(256, &named.repeat(10)),
    ]
    .concat();
    let mut netflow5 = words(&[5, 10]);
    netflow5.resize(24 + 480, 1);
    [
        [words(&[9, 2]), vec![0; 16], netflow9].concat(),
        [words(&[10, 16 + ipfix.len() as u16]), vec![0; 12], ipfix].concat(),
        netflow5,
        sflow(),
    ]
}

fn template(id: u16, fields: &[(u16, u16)]) -> Vec<u8> {
    let fields = fields
        .iter()
        .flat_map(|&(element, length)| words(&[element, length]));
    let count = fields.clone().count() as u16 / 4;
    words(&[id, count]).into_iter().chain(fields).collect()
}

fn set(id: u16, body: &[u8]) -> Vec<u8> {
    [words(&[id, 4 + body.len() as u16]), body.to_vec()].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Two samples: the first bytes of a frame, and a packet that the agent read.
fn sflow() -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([
        8, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ]);
    frame.resize(44, 0);
    let head = [5, 1, 0xc000_0201, 0, 1, 7, 2];
    let first = [1, 100, 9, 3, 400, 0, 0, 5, 6, 1, 1, 60, 1, 54, 4, 44];
    let second = [
        1, 72, 9, 3, 400, 0, 0, 5, 6, 1, 3, 32, 84, 17, 1, 2, 53, 4_000, 0, 0,
    ];
    let bytes = |words: &[u32]| {
        words
            .iter()
            .flat_map(|word| word.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    [bytes(&head), bytes(&first), frame, bytes(&second)].concat()
}
