//! Datagrams made beforehand, sent at a set rate from several exporters.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use issei_wire::emit::Field;
use issei_wire::emit::netflow9::{Header, Message};

/// Exporters, each with an address of its own on the loopback.
const EXPORTERS: u8 = 8;
/// Records in a datagram: 1,400 bytes.
const RECORDS: u32 = 40;
/// Datagrams of ordinary traffic that are made beforehand, for each exporter.
const POOL: u32 = 1_500;
/// A scan, of which one datagram shows enough to speak, begins this often.
const SCAN_EVERY: Duration = Duration::from_millis(5);
/// Lines that talk: each datagram of the pool shows 20 of them.
const LINES: u32 = 240_000;
/// The template's number.
const TEMPLATE: u16 = 256;
/// Uptime of the exporters in milliseconds, and the times of the records before it.
const UPTIME: u32 = 1_000_000;

/// What was sent.
pub struct Sent {
    /// Datagrams.
    pub datagrams: u64,
    /// Records in them.
    pub records: u64,
    /// How long it took.
    pub took: Duration,
}

/// The exporters.
pub struct Load {
    exporters: Vec<Exporter>,
}

struct Exporter {
    socket: UdpSocket,
    pool: Vec<Vec<u8>>,
    next: usize,
    sequence: u32,
}

impl Load {
    /// Makes the datagrams and announces the templates.
    pub fn to(address: SocketAddr) -> Self {
        let exporters = (0..EXPORTERS)
            .map(|number| Exporter::new(number, address))
            .collect();
        Self { exporters }
    }

    /// Sends so many records a second, for so long.
    pub fn send(mut self, rate: f64, held: Duration) -> Sent {
        let (begun, mut datagrams, mut scans) = (Instant::now(), 0_u64, 0_u32);
        let mut scan_due = Duration::ZERO;
        let all = (rate * held.as_secs_f64() / f64::from(RECORDS)) as u64;
        while datagrams < all {
            let passed = begun.elapsed();
            let due = ((passed.as_secs_f64() * rate / f64::from(RECORDS)) as u64).min(all);
            while datagrams < due {
                let place = (datagrams % u64::from(EXPORTERS)) as usize;
                if passed >= scan_due {
                    self.exporters[place].send_scan(scans);
                    scans += 1;
                    scan_due += SCAN_EVERY;
                } else {
                    self.exporters[place].send_next();
                }
                datagrams += 1;
            }
            // Between two moments the sender rests; it has a core to share.
            std::thread::sleep(Duration::from_micros(100));
        }
        Sent {
            datagrams: datagrams + u64::from(EXPORTERS),
            records: datagrams * u64::from(RECORDS),
            took: begun.elapsed(),
        }
    }
}

impl Exporter {
    fn new(number: u8, address: SocketAddr) -> Self {
        let socket =
            UdpSocket::bind((Ipv4Addr::new(127, 0, 2, number + 1), 0)).expect("a free port");
        socket.connect(address).expect("the loopback");
        let pool = (0..POOL)
            .map(|place| ordinary(u32::from(number) * POOL + place))
            .collect();
        let mut exporter = Self {
            socket,
            pool,
            next: 0,
            sequence: 0,
        };
        let mut template = Vec::new();
        let mut message = Message::begin(&mut template, header());
        message.template(TEMPLATE, &fields());
        message.finish();
        exporter.send(&mut template);
        exporter
    }

    fn send_next(&mut self) {
        let mut datagram = std::mem::take(&mut self.pool[self.next]);
        self.send(&mut datagram);
        self.pool[self.next] = datagram;
        self.next = (self.next + 1) % self.pool.len();
    }

    fn send_scan(&mut self, number: u32) {
        self.send(&mut scan(number));
    }

    /// Numbers and dates a datagram, and sends it.
    fn send(&mut self, datagram: &mut [u8]) {
        datagram[8..12].copy_from_slice(&seconds().to_be_bytes());
        datagram[12..16].copy_from_slice(&self.sequence.to_be_bytes());
        self.sequence = self.sequence.wrapping_add(1);
        self.socket
            .send(datagram)
            .expect("the loopback takes a datagram");
    }
}

fn seconds() -> u32 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs() as u32)
}

fn header() -> Header {
    Header {
        uptime: UPTIME,
        seconds: seconds(),
        sequence: 0,
        source: 1,
    }
}

/// Addresses, ports, protocol, flags, packets, bytes, first, last: elements 8, 12, 7, 11, 4, 6, 2,
/// 1, 22, 21.
fn fields() -> [Field; 10] {
    [
        (8, 4),
        (12, 4),
        (7, 2),
        (11, 2),
        (4, 1),
        (6, 1),
        (2, 4),
        (1, 4),
        (22, 4),
        (21, 4),
    ]
    .map(|(element, width)| Field::new(element, width))
}

fn record(
    source: u32,
    destination: u32,
    ports: (u16, u16),
    flags: u8,
    packets: u32,
    bytes: u32,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(30);
    out.extend(source.to_be_bytes());
    out.extend(destination.to_be_bytes());
    out.extend(ports.0.to_be_bytes());
    out.extend(ports.1.to_be_bytes());
    out.extend([6, flags]);
    for number in [packets, bytes, UPTIME - 2_000, UPTIME - 500] {
        out.extend(number.to_be_bytes());
    }
    out
}

fn datagram(records: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut message = Message::begin(&mut out, header());
    message.data(TEMPLATE, records);
    message.finish();
    out
}

/// Ordinary traffic: working connections of many lines to a few thousand services, each as two
/// records: there, and back.
fn ordinary(place: u32) -> Vec<u8> {
    datagram((0..RECORDS).map(|row| {
        let pair = place * RECORDS / 2 + row / 2;
        let line = 0x0a00_0000 + pair.wrapping_mul(7_919) % LINES;
        let service = 0x2d00_0000 + pair.wrapping_mul(104_729) % 4_000 * 257;
        let port = 20_000 + (pair % 30_000) as u16;
        match row % 2 {
            0 => record(line, service, (port, 443), 0x1b, 12, 2_400),
            _ => record(service, line, (443, port), 0x1b, 14, 14_000),
        }
    }))
}

/// The first moments of a scan of telnet by a line of its own.
fn scan(number: u32) -> Vec<u8> {
    let line = 0x0a80_0000 + number;
    datagram((0..RECORDS).map(|row| {
        let target = 0x2000_0000 + (number * RECORDS + row).wrapping_mul(0x9e37_79b1) % 0x4000_0000;
        record(line, target, (40_000 + row as u16, 23), 0x02, 1, 40)
    }))
}
