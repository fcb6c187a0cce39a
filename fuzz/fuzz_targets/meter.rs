//! Packets at any time and in any order through the flow meter: none is lost, none is counted twice.

#![no_main]

use issei_flow::{Meter, MeterLimits};
use issei_fuzz::{KEY, letters};
use issei_model::{FlowBatch, Span, Timestamp};
use issei_wire::packet::LinkType;

/// So few flows that a short input fills the table.
const LIMITS: MeterLimits = MeterLimits {
    active: Span::from_secs(60),
    idle: Span::from_secs(15),
    flows: 4,
};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut meter = Meter::new(LIMITS, KEY, 0, 1);
    let (mut batch, mut packets, mut rows) = (FlowBatch::default(), 0, 0);
    let mut now = Timestamp::from_secs(1_767_225_600);
    let mut take = |batch: &mut FlowBatch| {
        for record in batch.records() {
            packets += record.packets + record.reverse_packets;
            rows += 1;
            assert!(record.first <= record.last, "a flow begins before it ends");
        }
        batch.clear();
    };
    for (letter, from) in letters(input) {
        // Some packets come late, as in captures of several queues.
        let step = Span::from_millis(i64::from(from).pow(2) - 200);
        now += step;
        let link = if from & 1 == 0 {
            LinkType::ETHERNET
        } else {
            LinkType::RAW
        };
        meter.packet(now, link, letter, 0, &mut batch);
        if from & 2 != 0 && meter.next_deadline().is_some_and(|due| due <= now) {
            meter.on_deadline(now, &mut batch);
        }
        take(&mut batch);
    }
    meter.finish(&mut batch);
    take(&mut batch);
    let tally = meter.tally();
    assert_eq!(
        tally.packets,
        packets + tally.turned_away,
        "every packet is in a record or turned away"
    );
    assert_eq!(tally.records, rows);
});
