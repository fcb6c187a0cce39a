//! How many packets a second one core takes from a file into flow records, and how that compares.
//!
//! A capture is generated, of web-like connections, questions and answers, and scans, cut to
//! their heads as on a busy link. Reading the file, the heads and the meter are measured together,
//! in CPU seconds; `nfpcapd` and `tshark -q` read the same file in turns with us if they are
//! installed (Debian: `nfdump`, `tshark`). The median round counts.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads files, starts its peers and looks at the clock"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use issei_flow::{Meter, MeterLimits};
use issei_model::{FlowBatch, Span};
use issei_wire::capture::{CaptureReader, CapturedPacket};
use issei_wire::packet::Head;

const PACKETS: usize = 3_000_000;
const CONVERSATIONS: usize = 300_000;
const ROUNDS: usize = 5;

fn main() {
    let folder = std::env::temp_dir().join(format!("issei-meter-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the capture");
    let file = folder.join("generated.pcap");
    generate(&file);
    let bytes = fs::metadata(&file).expect("the generated capture").len();
    println!("a capture of {PACKETS} packets, {} MB", bytes / 1_000_000);
    let mut runs = [
        Run::new("issei, whole"),
        Run::new("issei, reader"),
        Run::new("issei, heads"),
        Run::new("nfpcapd"),
        Run::new("tshark -q -z conv"),
    ];
    // `-- own` leaves the peers out, to look at a profile of ours.
    let peers = std::env::args().all(|argument| argument != "own");
    for round in 0..ROUNDS {
        runs[0].note(cpu_seconds(|| Some(whole(&file))));
        runs[1].note(cpu_seconds(|| Some(reader_only(&file))));
        runs[2].note(cpu_seconds(|| Some(reader_and_heads(&file))));
        if peers {
            runs[3].note(cpu_seconds(|| nfpcapd(&file, &folder)));
        }
        // So much slower than the others that once tells enough.
        if peers && round == 0 {
            runs[4].note(cpu_seconds(|| tshark(&file)));
        }
    }
    report(&runs);
    println!("records of the flow meter: {}", records(&file));
    fs::remove_dir_all(&folder).expect("the folder goes as it came");
}

struct Run {
    name: &'static str,
    seconds: Vec<f64>,
}

impl Run {
    fn new(name: &'static str) -> Self {
        let seconds = Vec::new();
        Self { name, seconds }
    }

    fn note(&mut self, seconds: Option<f64>) {
        self.seconds.extend(seconds);
    }

    /// Packets a CPU second, in the median round.
    fn speed(&self) -> Option<f64> {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2)?;
        Some(PACKETS as f64 / median)
    }
}

fn report(runs: &[Run]) {
    let ours = runs[0].speed().unwrap_or(f64::NAN);
    for run in runs {
        match run.speed() {
            Some(speed) => println!(
                "{:18} {:8.2} M packets per CPU second, {:6.0} ns a packet; the whole of issei is {:.2} times as fast",
                run.name,
                speed / 1e6,
                1e9 / speed,
                ours / speed
            ),
            None => println!(
                "{:18} skipped: it is not installed or did not run",
                run.name
            ),
        }
    }
}

/// Reads a file into flow records.
fn whole(file: &Path) -> usize {
    metered(file).tally().packets as usize
}

/// Tells how many records the file becomes.
fn records(file: &Path) -> u64 {
    metered(file).tally().records
}

fn metered(file: &Path) -> Meter {
    let limits = MeterLimits {
        active: Span::from_secs(60),
        idle: Span::from_secs(15),
        flows: 1_000_000,
    };
    let mut meter = Meter::new(limits, [0x1234, 0x5678], 0, 1);
    let mut batch = FlowBatch::default();
    let mut counted = 0;
    each_packet(file, |packet| {
        let length = packet.original_length;
        meter.packet(packet.time, packet.link, packet.bytes, length, &mut batch);
        if batch.len() >= FlowBatch::USUAL_ROWS {
            counted += count(&mut batch);
        }
    });
    meter.finish(&mut batch);
    counted += count(&mut batch);
    assert_eq!(counted, PACKETS as u64, "every packet is in a record");
    meter
}

fn reader_only(file: &Path) -> usize {
    let mut bytes = 0;
    each_packet(file, |packet| bytes += packet.bytes.len());
    bytes
}

fn reader_and_heads(file: &Path) -> usize {
    let mut payload = 0;
    each_packet(file, |packet| {
        let head = Head::parse(packet.link, packet.bytes, packet.original_length);
        payload += head.map_or(0, |head| head.payload_length as usize);
    });
    payload
}

/// Reads a file piece by piece, as the host does.
fn each_packet(file: &Path, mut each: impl FnMut(CapturedPacket<'_>)) {
    let mut input = File::open(file).expect("the generated capture");
    let mut bytes = vec![0; 1 << 18];
    let mut end = 0;
    let mut reader = None;
    loop {
        let got = input
            .read(&mut bytes[end..])
            .expect("the generated capture reads");
        end += got;
        let reader = reader.get_or_insert_with(|| CaptureReader::recognise(&bytes).expect("pcap"));
        let mut begin = 0;
        loop {
            let taken = reader.take(&bytes[begin..end], got == 0);
            begin += taken.consumed;
            match taken.packet {
                Some(packet) => each(packet),
                None if taken.consumed == 0 => break,
                None => {}
            }
        }
        bytes.copy_within(begin..end, 0);
        end -= begin;
        if got == 0 {
            return;
        }
    }
}

/// Stands for whoever judges the records.
fn count(batch: &mut FlowBatch) -> u64 {
    let forth: u64 = batch.v4.packets.iter().sum();
    let back: u64 = batch.v4.reverse_packets.iter().sum();
    batch.clear();
    forth + back
}

fn nfpcapd(file: &Path, folder: &Path) -> Option<usize> {
    let into = folder.join("nfpcapd");
    fs::create_dir_all(&into).ok()?;
    run(Command::new("nfpcapd")
        .arg("-r")
        .arg(file)
        .arg("-l")
        .arg(into))
}

fn tshark(file: &Path) -> Option<usize> {
    // Without a table to fill, tshark does not look into the packets at all.
    let tables = ["-z", "conv,tcp", "-z", "conv,udp"];
    run(Command::new("tshark")
        .arg("-q")
        .args(tables)
        .arg("-r")
        .arg(file))
}

fn run(command: &mut Command) -> Option<usize> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.ok()?.success().then_some(PACKETS)
}

/// Measures the CPU time of this process and its children while `work` runs.
fn cpu_seconds(work: impl FnOnce() -> Option<usize>) -> Option<f64> {
    let before = cpu_ticks();
    work()?;
    // Linux counts in hundredths of a second.
    Some((cpu_ticks() - before) as f64 / 100.0)
}

/// User and system time, of this process and of children waited for (proc(5), stat, 14 to 17).
fn cpu_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells CPU time");
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let fields = behind_name.split_whitespace().skip(11).take(4);
    fields.filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Writes the capture: packets of many conversations that overlap, over one minute.
fn generate(file: &PathBuf) {
    let mut out = BufWriter::new(File::create(file).expect("a file for the capture"));
    let mut header = Vec::new();
    header.extend(0xa1b2_c3d4_u32.to_le_bytes());
    header.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.extend(128_u32.to_le_bytes());
    header.extend(1_u32.to_le_bytes());
    out.write_all(&header).expect("room for the capture");
    let mut dice = Dice(7);
    let mut talks: Vec<Talk> = (0..CONVERSATIONS).map(|_| Talk::new(&mut dice)).collect();
    for number in 0..PACKETS {
        let micros = number as u64 * 60_000_000 / PACKETS as u64;
        // A few conversations carry most packets: the square of a uniform number picks them.
        let share = dice.below(1 << 20) as usize * dice.below(1 << 20) as usize;
        let talk = &mut talks[((share >> 20) * CONVERSATIONS) >> 20];
        out.write_all(&talk.packet(micros))
            .expect("room for the capture");
    }
    out.flush().expect("room for the capture");
}

/// A conversation between two hosts.
struct Talk {
    client: [u8; 6],
    server: [u8; 6],
    kind: Kind,
    sent: u32,
}

#[derive(Clone, Copy)]
enum Kind {
    Connection,
    Question,
    Scan,
}

impl Talk {
    fn new(dice: &mut Dice) -> Self {
        let kind = match dice.below(10) {
            0..6 => Kind::Connection,
            6..8 => Kind::Question,
            _ => Kind::Scan,
        };
        let port = match kind {
            Kind::Connection => 443_u16,
            Kind::Question => 53,
            Kind::Scan => 23,
        };
        let client_port = 32_768 + dice.below(28_000) as u16;
        Self {
            client: end(
                [
                    10,
                    dice.below(64) as u8,
                    dice.below(256) as u8,
                    1 + dice.below(250) as u8,
                ],
                client_port,
            ),
            server: end(
                [
                    dice.below(200) as u8 + 20,
                    dice.below(256) as u8,
                    dice.below(256) as u8,
                    9,
                ],
                port,
            ),
            kind,
            sent: 0,
        }
    }

    /// The next packet, as a record of the file.
    fn packet(&mut self, micros: u64) -> Vec<u8> {
        let number = self.sent;
        self.sent += 1;
        let back = !matches!(self.kind, Kind::Scan) && number % 2 == 1;
        let (flags, payload) = match (self.kind, number) {
            (Kind::Scan, _) | (Kind::Connection, 0) => (0x02, 0),
            (Kind::Connection, 1) => (0x12, 0),
            (Kind::Connection, 2) => (0x10, 0),
            _ => (0x18, 200 + number as usize % 1_200),
        };
        let (protocol, transport) = match self.kind {
            Kind::Question => (17, 8),
            _ => (6, 20),
        };
        let (from, to) = if back {
            (self.server, self.client)
        } else {
            (self.client, self.server)
        };
        let total = 20 + transport + payload;
        let mut frame = vec![2; 12];
        frame.extend([8, 0, 0x45, 0]);
        frame.extend((total as u16).to_be_bytes());
        frame.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
        frame.extend(&from[..4]);
        frame.extend(&to[..4]);
        frame.extend(&from[4..]);
        frame.extend(&to[4..]);
        if protocol == 17 {
            frame.extend(((8 + payload) as u16).to_be_bytes());
            frame.extend([0, 0]);
        } else {
            frame.extend([
                0,
                0,
                0,
                number as u8,
                0,
                0,
                0,
                1,
                0x50,
                flags,
                0xff,
                0xff,
                0,
                0,
                0,
                0,
            ]);
        }
        let wire = (14 + total).max(60);
        frame.resize(wire.min(96), 0);
        let mut record = Vec::with_capacity(16 + frame.len());
        for word in [
            1_700_000_000 + (micros / 1_000_000) as u32,
            (micros % 1_000_000) as u32,
        ] {
            record.extend(word.to_le_bytes());
        }
        record.extend((frame.len() as u32).to_le_bytes());
        record.extend((wire as u32).to_le_bytes());
        record.extend(frame);
        record
    }
}

fn end(address: [u8; 4], port: u16) -> [u8; 6] {
    let [high, low] = port.to_be_bytes();
    let [a, b, c, d] = address;
    [a, b, c, d, high, low]
}

/// A small generator (splitmix64), so that every run has the same capture.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
