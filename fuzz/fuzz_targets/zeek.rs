//! A connection log of Zeek, in either form, line by line.

#![no_main]

use issei_model::FlowBatch;
use issei_wire::zeek::ConnReader;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = ConnReader::recognise(input);
    let (mut reader, mut batch) = (ConnReader::default(), FlowBatch::default());
    let (mut lines, mut rows) = (0, 0);
    for line in input.split(|&byte| byte == b'\n') {
        reader.line(line, &mut batch);
        lines += 1;
        rows += issei_fuzz::whole_rows(&mut batch);
    }
    let told: u64 = reader.problems().met().map(|(_, count)| count).sum();
    assert!(
        rows + told <= lines,
        "a line is a record, a problem or neither"
    );
});
