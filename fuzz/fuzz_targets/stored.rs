//! Export datagrams of any protocol, one behind the other in a file.

#![no_main]

use issei_flow::Collector;
use issei_fuzz::{KEY, limits, whole_rows};
use issei_model::{FlowBatch, Timestamp};
use issei_wire::{export, stored};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut collector = Collector::new(limits(), KEY, 0);
    let (mut batch, mut rows, mut rest, mut letters) = (FlowBatch::default(), 0, input, 0);
    let mut now = Timestamp::from_secs(0);
    while !rest.is_empty() {
        let letter = stored::first_datagram(rest);
        assert!(
            !letter.is_empty() && letter.len() <= stored::LONGEST,
            "a reader comes to the end"
        );
        now = stored::time_of(letter).unwrap_or(now);
        let _ = export::recognise(letter);
        collector.datagram(now, ([192, 0, 2, 1], 4_000).into(), letter, &mut batch);
        rows += whole_rows(&mut batch);
        rest = &rest[letter.len()..];
        letters += 1;
    }
    collector.on_deadline(Timestamp::MAX, &mut batch);
    rows += whole_rows(&mut batch);
    let tally = collector.tally();
    assert_eq!((tally.datagrams, tally.records), (letters, rows));
});
