//! What the fuzz targets share: how an input is cut into datagrams, and what must hold afterwards.
//!
//! In: the bytes that libFuzzer makes up. Out: nothing, or a failed assertion.
//! Always: every law here is one that the decoders promise for any bytes at all: counts add up,
//! memory stays under its bound, every row is whole.

#![forbid(unsafe_code)]

#[cfg(feature = "offices")]
pub mod said;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use issei_flow::{Collector, CollectorLimits};
use issei_model::{FlowBatch, Span, Timestamp};

/// Keys that a fuzzer may know; here nobody aims at the tables.
pub const KEY: [u64; 2] = [1, 2];
/// When the first datagram comes: 2026-01-01.
const BEGIN: i64 = 1_767_225_600;

/// Bounds so low that a short input reaches them.
pub fn limits() -> CollectorLimits {
    CollectorLimits {
        domains: 6,
        domains_per_address: 4,
        templates_per_domain: 4,
        template_bytes_per_address: 2_048,
        template_bytes: 4_096,
        waiting_bytes_per_address: 2_048,
        waiting_bytes: 4_096,
        idle: Span::from_secs(3_600),
    }
}

/// Cuts an input into datagrams. Each begins with two bytes of length and one that says who sends
/// it (its lower bits) and how much later it comes (its upper ones).
pub fn letters(mut input: &[u8]) -> impl Iterator<Item = (&[u8], u8)> {
    std::iter::from_fn(move || {
        let ([high, low, from], rest) = input.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (letter, rest) = rest.split_at(length);
        input = rest;
        Some((letter, *from))
    })
}

/// Appends a datagram as [`letters`] reads it.
pub fn put_letter(input: &mut Vec<u8>, letter: &[u8], from: u8) {
    input.extend_from_slice(&(letter.len() as u16).to_be_bytes());
    input.push(from);
    input.extend_from_slice(letter);
}

/// Gives a collector every datagram of an input, each beginning with `version`, and holds it to its
/// promises. The version is written over what stands there, so that no input is wasted on another
/// protocol.
pub fn collect(input: &[u8], version: &[u8]) {
    let mut collector = Collector::new(limits(), KEY, 0);
    let (mut batch, mut rows, mut now) = (FlowBatch::default(), 0, Timestamp::from_secs(BEGIN));
    for (letter, from) in letters(input) {
        let mut letter = letter.to_vec();
        let head = letter.len().min(version.len());
        letter[..head].copy_from_slice(&version[..head]);
        // Up to half an hour each: templates grow old and exporters are forgotten.
        now += Span::from_secs(i64::from(from >> 3).pow(2) * 2);
        collector.datagram(now, sender(from), &letter, &mut batch);
        if collector.next_deadline().is_some_and(|due| due <= now) {
            collector.on_deadline(now, &mut batch);
        }
        rows += whole_rows(&mut batch);
        hold(&collector, rows);
    }
    collector.on_deadline(Timestamp::MAX, &mut batch);
    rows += whole_rows(&mut batch);
    hold(&collector, rows);
    assert_eq!(
        collector.tally().sets_waiting,
        0,
        "nothing waits after the end"
    );
}

/// Two addresses with two ports each.
fn sender(from: u8) -> SocketAddr {
    let ip = Ipv4Addr::new(192, 0, 2, 1 + (from & 1));
    SocketAddr::new(IpAddr::V4(ip), 4_000 + u16::from(from >> 1 & 1))
}

/// Reads every column of every row, and empties the batch.
pub fn whole_rows(batch: &mut FlowBatch) -> u64 {
    let rows = batch.records().count();
    assert_eq!(rows, batch.len(), "every row is whole");
    batch.clear();
    rows as u64
}

/// Holds a collector to the sums that it promises.
fn hold(collector: &Collector, rows: u64) {
    let tally = collector.tally();
    assert_eq!(
        tally.datagrams,
        tally.datagrams_read + tally.datagrams_refused
    );
    assert_eq!(
        tally.sets,
        tally.sets_read + tally.sets_refused + tally.sets_waiting
    );
    assert_eq!(tally.records, rows, "every record is a row");
    let refused = tally.datagrams_refused + tally.sets_refused + tally.records_refused;
    let told: u64 = collector.problems().met().map(|(_, count)| count).sum();
    assert!(
        told >= refused,
        "{told} problems tell of {refused} refusals"
    );
    assert!(
        collector.bytes() < MOST_BYTES,
        "{} bytes held",
        collector.bytes()
    );
}

/// What a collector with [`limits`] may hold. Fixed tables take most of it.
const MOST_BYTES: usize = 1 << 20;
