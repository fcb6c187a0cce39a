//! Packet files: both formats in both byte orders, damage, and pieces of any size.

use proptest::prelude::*;

use super::*;

/// What a file held: time in microseconds, link, bytes, length on the wire.
type Packet = (i64, u16, Vec<u8>, u32);

#[test]
fn classic_files_read_in_both_orders_and_both_units() {
    for big in [false, true] {
        for (magic, fraction) in [(0xa1b2_c3d4, 250_000), (0xa1b2_3c4d, 250_000_999)] {
            let mut file = pcap_header(big, magic, 101);
            pcap_record(&mut file, big, (1_545_402_975, fraction), b"abc", 60);
            let (packets, problems) = read(&file);
            let expected = (1_545_402_975_250_000, 101, b"abc".to_vec(), 60);
            assert_eq!(packets, [expected], "{magic:x} big {big}");
            assert_eq!(problems.met().count(), 0);
        }
    }
}

#[test]
fn records_of_the_modified_format_are_eight_bytes_longer() {
    let mut file = pcap_header(false, 0xa1b2_cd34, 1);
    for text in [b"abc", b"def"] {
        file.extend([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0]);
        file.extend([9; 8]);
        file.extend(text);
    }
    let (packets, _) = read(&file);
    assert_eq!(packets[1], (1_000_002, 1, b"def".to_vec(), 3));
}

#[test]
fn the_length_of_a_check_sequence_is_no_part_of_the_link_type() {
    let mut file = pcap_header(false, 0xa1b2_c3d4, 0x2400_0001);
    pcap_record(&mut file, false, (1, 0), b"abc", 3);
    assert_eq!(read(&file).0[0].1, 1);
}

#[test]
fn nothing_else_is_taken_for_a_packet_file() {
    for head in [
        &b""[..],
        b"\xa1\xb2\xc3",
        b"GIF89a......",
        b"\x0a\x0d\x0d\x0a\0\0\0\x1cabcd",
    ] {
        assert!(CaptureReader::recognise(head).is_none());
    }
}

#[test]
fn a_record_longer_than_its_bound_is_damage_and_the_next_sound_one_is_found() {
    let mut file = pcap_header(false, 0xa1b2_c3d4, 1);
    pcap_record(&mut file, false, (1_545_402_975, 1), b"before", 6);
    pcap_record(&mut file, false, (1_545_402_975, 2), b"broken", 6);
    let broken = file.len() - 6 - 8;
    file[broken..broken + 4].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    pcap_record(&mut file, false, (1_545_402_975, 3), b"after it", 8);
    pcap_record(&mut file, false, (1_545_402_975, 4), b"the end", 7);
    let (packets, problems) = read(&file);
    assert_eq!(texts(&packets), ["before", "after it", "the end"]);
    assert_eq!(problems.count(ProblemKind::DamagedEntry), 1);
    let example = problems.examples()[0];
    assert_eq!((example.at, example.detail), (24 + 22, 0x7fff_ffff));
}

#[test]
fn a_file_that_ends_within_an_entry_is_counted_as_truncated() {
    let mut file = pcap_header(false, 0xa1b2_c3d4, 1);
    pcap_record(&mut file, false, (1_545_402_975, 1), b"whole", 5);
    pcap_record(&mut file, false, (1_545_402_975, 2), b"cut off", 7);
    let (packets, problems) = read(&file[..file.len() - 1]);
    assert_eq!(texts(&packets), ["whole"]);
    assert_eq!(problems.count(ProblemKind::Truncated), 1);
}

#[test]
fn more_bytes_are_asked_for_until_none_will_come() {
    let mut file = pcap_header(false, 0xa1b2_c3d4, 1);
    pcap_record(&mut file, false, (1, 0), b"abc", 3);
    let mut reader = CaptureReader::recognise(&file).expect("recognised");
    assert_eq!(reader.take(&file[..23], false).consumed, 0);
    assert_eq!(reader.take(&file, false).consumed, 24);
    let cut = &file[24..file.len() - 1];
    assert_eq!(
        reader.take(cut, false),
        Taken {
            consumed: 0,
            packet: None
        }
    );
    assert_eq!(reader.problems().met().count(), 0);
    assert_eq!(reader.take(cut, true).consumed, 1);
    assert_eq!(reader.take(&cut[1..], true).consumed, cut.len() - 1);
    assert_eq!(reader.take(&[], true).consumed, 0);
}

#[test]
fn blocks_of_every_packet_kind_read_in_both_orders() {
    for big in [false, true] {
        let mut file = Blocks::new(big);
        file.interface(1, 4, &[]);
        file.enhanced(0, 1_000_250_000, b"abc", 60);
        file.simple(60, b"abcd");
        file.old(0, 1_000_250_001, b"xyz", 61);
        let (packets, problems) = read(&file.bytes);
        let expected = [
            (1_000_250_000, 1, b"abc".to_vec(), 60),
            // Cut at the snap length of its interface; the time of the packet before it.
            (1_000_250_000, 1, b"abcd".to_vec(), 60),
            (1_000_250_001, 1, b"xyz".to_vec(), 61),
        ];
        assert_eq!(packets, expected, "big {big}");
        assert_eq!(problems.met().count(), 0);
    }
}

#[test]
fn every_interface_has_its_own_link_and_clock() {
    let mut file = Blocks::new(true);
    file.interface(1, 0, &[(9, &[9])]);
    file.interface(101, 0, &[(9, &[0x80 | 10])]);
    file.interface(113, 0, &[(9, &[3]), (14, &100_i64.to_be_bytes())]);
    file.interface(113, 0, &[(9, &[127])]);
    file.enhanced(0, 1_500_000_999, b"a", 1);
    file.enhanced(1, 1_024 + 512, b"b", 1);
    file.enhanced(2, 1_500, b"c", 1);
    file.enhanced(3, u64::MAX, b"d", 1);
    let (packets, _) = read(&file.bytes);
    let seen: Vec<(i64, u16)> = packets.iter().map(|p| (p.0, p.1)).collect();
    let expected = [
        (1_500_000, 1),
        (1_500_000, 101),
        (101_500_000, 113),
        (0, 113),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_negative_offset_of_a_little_endian_clock_is_understood() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[(14, &(-3_i64).to_le_bytes())]);
    file.enhanced(0, 5_000_000, b"a", 1);
    assert_eq!(read(&file.bytes).0[0].0, 2_000_000);
}

#[test]
fn a_new_section_forgets_the_interfaces_and_may_turn_the_byte_order() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    file.enhanced(0, 1, b"little", 6);
    let mut second = Blocks::new(true);
    second.enhanced(0, 2, b"nobody's", 8);
    second.interface(101, 0, &[]);
    second.enhanced(0, 3, b"big", 3);
    file.bytes.extend(second.bytes);
    let (packets, problems) = read(&file.bytes);
    assert_eq!(texts(&packets), ["little", "big"]);
    assert_eq!(packets[1].1, 101);
    assert_eq!(problems.count(ProblemKind::DamagedEntry), 1);
}

#[test]
fn blocks_without_packets_are_stepped_over_and_unknown_ones_counted() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    for kind in WITHOUT_PACKETS {
        file.block(kind, b"whatever");
    }
    file.block(0x8765_4321, b"????");
    file.enhanced(0, 1, b"after", 5);
    let (packets, problems) = read(&file.bytes);
    assert_eq!(texts(&packets), ["after"]);
    assert_eq!(problems.count(ProblemKind::Unsupported), 1);
    assert_eq!(problems.met().count(), 1);
}

const WITHOUT_PACKETS: [u32; 6] = [4, 5, 9, 10, 0xbad, 0x4000_0bad];

#[test]
fn a_block_with_two_lengths_is_damage_and_the_next_sound_one_is_found() {
    for at in [4, 40] {
        let mut file = Blocks::new(false);
        file.interface(1, 0, &[]);
        file.enhanced(0, 1, b"before", 6);
        let broken = file.bytes.len();
        file.enhanced(0, 2, b"broken...", 9);
        file.bytes[broken + at] = 0xf0;
        file.enhanced(0, 3, b"after", 5);
        let (packets, problems) = read(&file.bytes);
        assert_eq!(texts(&packets), ["before", "after"]);
        // At the end of a file a length too great is told from a cut by nothing.
        assert_eq!(problems.met().count(), 1);
        assert_eq!(problems.examples()[0].at, broken as u64);
    }
}

#[test]
fn a_block_longer_than_the_bound_is_damage() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    let broken = file.bytes.len();
    file.enhanced(0, 2, b"huge", 4);
    file.bytes[broken + 4..broken + 8].copy_from_slice(&(17_u32 << 20).to_le_bytes());
    file.enhanced(0, 3, b"after", 5);
    let mut reader = CaptureReader::recognise(&file.bytes).expect("recognised");
    let mut at = 0;
    // Not even with more to come does the reader ask for so much.
    while at < file.bytes.len() {
        let taken = reader.take(&file.bytes[at..], false);
        assert!(taken.consumed > 0);
        at += taken.consumed;
    }
    assert_eq!(reader.problems().count(ProblemKind::DamagedEntry), 1);
}

#[test]
fn after_damage_nothing_long_is_waited_for() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    let broken = file.bytes.len();
    // Within the broken block stands what looks like a packet block of two megabytes.
    let mut text = Vec::new();
    put(&mut text, false, 6);
    put(&mut text, false, 2 << 20);
    file.enhanced(0, 2, &text, 8);
    file.bytes[broken + 4] = 0xff;
    file.enhanced(0, 3, b"after", 5);
    let mut reader = CaptureReader::recognise(&file.bytes).expect("recognised");
    let (mut at, mut found) = (0, 0);
    while at < file.bytes.len() {
        let taken = reader.take(&file.bytes[at..], false);
        assert!(taken.consumed > 0);
        at += taken.consumed;
        found += usize::from(taken.packet.is_some());
    }
    assert_eq!(found, 1);
}

#[test]
fn a_packet_that_promises_more_than_its_block_is_damage() {
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    let broken = file.bytes.len();
    file.enhanced(0, 2, b"abcd", 4);
    file.bytes[broken + 20] = 200;
    file.enhanced(0, 3, b"after", 5);
    let (packets, problems) = read(&file.bytes);
    assert_eq!(texts(&packets), ["after"]);
    assert_eq!(problems.count(ProblemKind::DamagedEntry), 1);
}

#[test]
fn interfaces_without_end_are_turned_away() {
    let mut file = Blocks::new(false);
    for _ in 0..65_537 {
        file.interface(1, 0, &[]);
    }
    let (_, problems) = read(&file.bytes);
    assert_eq!(problems.count(ProblemKind::DamagedEntry), 1);
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same_packets(
        classic: bool,
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..12),
        damage in prop::collection::vec((0_usize..900, any::<u8>()), 0..4),
        pieces in prop::collection::vec(1_usize..200, 1..40),
    ) {
        let mut file = sound_file(classic, &texts);
        let first = if classic { 24 } else { 28 };
        for (at, value) in damage {
            let at = first + at % (file.len() - first).max(1);
            if let Some(byte) = file.get_mut(at) {
                *byte = value;
            }
        }
        let whole = read(&file);
        let pieced = read_pieces(&file, &pieces);
        prop_assert_eq!(whole.0, pieced.0);
        prop_assert_eq!(whole.1.examples(), pieced.1.examples());
    }

    #[test]
    fn a_file_cut_anywhere_gives_the_packets_before_the_cut(
        classic: bool,
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..12),
        cut in 0_usize..1_000,
    ) {
        let file = sound_file(classic, &texts);
        let first = if classic { 24 } else { 28 };
        let kept = &file[..cut.clamp(first, file.len())];
        let (packets, problems) = read(kept);
        let whole = read(&file).0;
        prop_assert_eq!(&packets[..], &whole[..packets.len()]);
        prop_assert_eq!(problems.count(ProblemKind::DamagedEntry), 0);
        prop_assert!(problems.count(ProblemKind::Truncated) <= 1);
    }

    #[test]
    fn bytes_behind_a_sound_beginning_never_stop_it_before_the_end(
        classic: bool, tail in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut file = sound_file(classic, &[]);
        file.extend(tail);
        let mut reader = CaptureReader::recognise(&file).expect("recognised");
        let mut at = 0;
        while at < file.len() {
            let taken = reader.take(&file[at..], true);
            prop_assert!(taken.consumed > 0);
            at += taken.consumed;
        }
        prop_assert_eq!(at, file.len());
    }
}

fn sound_file(classic: bool, texts: &[Vec<u8>]) -> Vec<u8> {
    if classic {
        let mut file = pcap_header(true, 0xa1b2_c3d4, 1);
        for (at, text) in texts.iter().enumerate() {
            pcap_record(
                &mut file,
                true,
                (1_545_402_975, at as u32),
                text,
                text.len() as u32,
            );
        }
        return file;
    }
    let mut file = Blocks::new(false);
    file.interface(1, 0, &[]);
    for (at, text) in texts.iter().enumerate() {
        file.enhanced(0, at as u64, text, text.len() as u32);
    }
    file.bytes
}

fn read(file: &[u8]) -> (Vec<Packet>, Problems) {
    read_pieces(file, &[usize::MAX])
}

/// Reads a file as a host does that receives it in pieces of these sizes, again and again.
fn read_pieces(file: &[u8], pieces: &[usize]) -> (Vec<Packet>, Problems) {
    let mut reader = CaptureReader::recognise(file).expect("recognised");
    let (mut packets, mut begin, mut end) = (Vec::new(), 0, 0);
    let mut sizes = pieces.iter().cycle();
    loop {
        let last = end == file.len();
        let taken = reader.take(&file[begin..end], last);
        begin += taken.consumed;
        packets.extend(taken.packet.map(|packet| {
            let time = packet.time.as_micros();
            (
                time,
                packet.link.0,
                packet.bytes.to_vec(),
                packet.original_length,
            )
        }));
        match (taken.consumed, last) {
            (0, true) => return (packets, reader.problems().clone()),
            (0, false) => {
                end = end
                    .saturating_add(*sizes.next().unwrap_or(&1))
                    .min(file.len());
            }
            _ => {}
        }
    }
}

fn texts(packets: &[Packet]) -> Vec<&str> {
    let text = |packet| str::from_utf8(packet).unwrap_or("?");
    packets.iter().map(|packet| text(&packet.2)).collect()
}

fn put(file: &mut Vec<u8>, big: bool, word: u32) {
    file.extend(if big {
        word.to_be_bytes()
    } else {
        word.to_le_bytes()
    });
}

fn put_half(file: &mut Vec<u8>, big: bool, half: u16) {
    file.extend(if big {
        half.to_be_bytes()
    } else {
        half.to_le_bytes()
    });
}

fn pcap_header(big: bool, magic: u32, link: u32) -> Vec<u8> {
    let mut file = Vec::new();
    put(&mut file, big, magic);
    put_half(&mut file, big, 2);
    put_half(&mut file, big, 4);
    for word in [0, 0, 65_535, link] {
        put(&mut file, big, word);
    }
    file
}

fn pcap_record(file: &mut Vec<u8>, big: bool, time: (u32, u32), bytes: &[u8], original: u32) {
    for word in [time.0, time.1, bytes.len() as u32, original] {
        put(file, big, word);
    }
    file.extend(bytes);
}

/// A file of blocks in the making.
struct Blocks {
    big: bool,
    bytes: Vec<u8>,
}

impl Blocks {
    fn new(big: bool) -> Self {
        let mut file = Self {
            big,
            bytes: Vec::new(),
        };
        let mut body = Vec::new();
        put(&mut body, big, 0x1a2b_3c4d);
        put_half(&mut body, big, 1);
        put_half(&mut body, big, 0);
        body.extend([0xff; 8]);
        file.block(0x0a0d_0d0a, &body);
        file
    }

    fn block(&mut self, kind: u32, body: &[u8]) {
        let length = 12 + body.len().next_multiple_of(4);
        put(&mut self.bytes, self.big, kind);
        put(&mut self.bytes, self.big, length as u32);
        self.bytes.extend(body);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        put(&mut self.bytes, self.big, length as u32);
    }

    fn interface(&mut self, link: u16, snap_length: u32, options: &[(u16, &[u8])]) {
        let mut body = Vec::new();
        put_half(&mut body, self.big, link);
        put_half(&mut body, self.big, 0);
        put(&mut body, self.big, snap_length);
        for (code, value) in options {
            put_half(&mut body, self.big, *code);
            put_half(&mut body, self.big, value.len() as u16);
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(1, &body);
    }

    fn enhanced(&mut self, interface: u32, ticks: u64, bytes: &[u8], original: u32) {
        let mut body = Vec::new();
        let ticks = [(ticks >> 32) as u32, ticks as u32];
        for word in [interface, ticks[0], ticks[1], bytes.len() as u32, original] {
            put(&mut body, self.big, word);
        }
        body.extend(bytes);
        self.block(6, &body);
    }

    fn old(&mut self, interface: u16, ticks: u64, bytes: &[u8], original: u32) {
        let mut body = Vec::new();
        put_half(&mut body, self.big, interface);
        put_half(&mut body, self.big, 0);
        let ticks = [(ticks >> 32) as u32, ticks as u32];
        for word in [ticks[0], ticks[1], bytes.len() as u32, original] {
            put(&mut body, self.big, word);
        }
        body.extend(bytes);
        self.block(2, &body);
    }

    fn simple(&mut self, original: u32, bytes: &[u8]) {
        let mut body = Vec::new();
        put(&mut body, self.big, original);
        body.extend(bytes);
        self.block(3, &body);
    }
}
