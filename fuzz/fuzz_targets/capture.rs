//! A packet file, pcap or pcapng, read whole and in pieces: both give the same packets.

#![no_main]

use issei_wire::capture::CaptureReader;

/// What of a packet is compared: its time, its bytes, its length on the wire.
type Seen = (i64, Vec<u8>, u32);

// The first byte says how long the pieces are.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((piece, file)) = input.split_first() else {
        return;
    };
    let Some(reader) = CaptureReader::recognise(file) else {
        return;
    };
    let (whole, steps) = read(reader.clone(), file, file.len());
    assert!(
        steps <= 2 * file.len() + 2,
        "every step takes bytes or ends"
    );
    let (pieces, _) = read(reader, file, 1 + usize::from(*piece));
    assert_eq!(whole, pieces, "how a file is cut changes nothing");
});

/// Reads a file of which at first `piece` bytes are there, and then so many more each time.
fn read(mut reader: CaptureReader, file: &[u8], piece: usize) -> (Vec<Seen>, usize) {
    let (mut at, mut there, mut steps, mut seen) = (0, piece.min(file.len()), 0, Vec::new());
    loop {
        steps += 1;
        let last = there == file.len();
        let taken = reader.take(&file[at..there], last);
        at += taken.consumed;
        assert!(at <= there, "no more is taken than was there");
        if let Some(packet) = taken.packet {
            seen.push((
                packet.time.as_micros(),
                packet.bytes.to_vec(),
                packet.original_length,
            ));
        }
        if taken.consumed == 0 && taken.packet.is_none() {
            if last {
                return (seen, steps);
            }
            there = (there + piece).min(file.len());
        }
    }
}
