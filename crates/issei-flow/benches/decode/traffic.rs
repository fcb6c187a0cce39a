//! Datagrams as a busy exporter sends them, for benchmarks: repeatable, and full.

/// A template in the manner of a router's default: twenty usual fields.
pub const USUAL: &[(u16, u16)] = &[
    (8, 4),   // source address
    (12, 4),  // destination address
    (15, 4),  // next hop
    (10, 4),  // interface in
    (14, 4),  // interface out
    (2, 4),   // packets
    (1, 4),   // bytes
    (22, 4),  // first
    (21, 4),  // last
    (7, 2),   // source port
    (11, 2),  // destination port
    (6, 1),   // TCP flags
    (4, 1),   // protocol
    (5, 1),   // type of service
    (61, 1),  // direction
    (9, 1),   // source mask
    (13, 1),  // destination mask
    (16, 4),  // source autonomous system
    (17, 4),  // destination autonomous system
    (136, 1), // why it ended
];

/// The same in the manner of IPFIX: counters of eight bytes, times in milliseconds.
pub const USUAL_IPFIX: &[(u16, u16)] = &[
    (8, 4),
    (12, 4),
    (15, 4),
    (10, 4),
    (14, 4),
    (2, 8),
    (1, 8),
    (152, 8),
    (153, 8),
    (7, 2),
    (11, 2),
    (6, 1),
    (4, 1),
    (5, 1),
    (61, 1),
    (9, 1),
    (13, 1),
    (16, 4),
    (17, 4),
    (136, 1),
];

/// The same for IPv6.
pub const USUAL_V6: &[(u16, u16)] = &[
    (27, 16),
    (28, 16),
    (10, 4),
    (14, 4),
    (2, 8),
    (1, 8),
    (152, 8),
    (153, 8),
    (7, 2),
    (11, 2),
    (6, 1),
    (4, 1),
    (5, 1),
    (61, 1),
];

/// The longest datagram that Ethernet carries whole.
const LONGEST: usize = 1_472;
const UPTIME: u32 = 100_000_000;
pub const EXPORT: u32 = 1_500_000_000;
const TEMPLATE: u16 = 256;

/// What a stream of datagrams is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Netflow5,
    Netflow9,
    Ipfix,
    IpfixV6,
    Sflow5,
}

/// Datagrams, those with the template first.
pub struct Stream {
    pub kind: Kind,
    /// One to be fed once.
    pub first: Vec<u8>,
    /// Those to be fed again and again.
    pub datagrams: Vec<Vec<u8>>,
    pub records: usize,
}

impl Stream {
    pub fn new(kind: Kind, count: u32) -> Self {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut records = 0;
        let datagrams = (0..count).map(|number| {
            let (bytes, held) = datagram(kind, number, &mut dice);
            records += held;
            bytes
        });
        Self {
            kind,
            datagrams: datagrams.collect(),
            first: first(kind),
            records,
        }
    }
}

fn first(kind: Kind) -> Vec<u8> {
    let fields = match kind {
        Kind::Netflow5 | Kind::Sflow5 => return Vec::new(),
        Kind::Netflow9 => USUAL,
        Kind::Ipfix => USUAL_IPFIX,
        Kind::IpfixV6 => USUAL_V6,
    };
    let mut template = Vec::new();
    put16(&mut template, TEMPLATE);
    put16(&mut template, fields.len() as u16);
    for &(element, length) in fields {
        put16(&mut template, element);
        put16(&mut template, length);
    }
    let id = if kind == Kind::Netflow9 { 0 } else { 2 };
    message(kind, 0, id, &template)
}

fn datagram(kind: Kind, number: u32, dice: &mut Dice) -> (Vec<u8>, usize) {
    let (fields, head) = match kind {
        Kind::Netflow5 => return netflow5(number, dice),
        Kind::Sflow5 => return sflow5(number, dice),
        Kind::Netflow9 => (USUAL, 24),
        Kind::Ipfix => (USUAL_IPFIX, 20),
        Kind::IpfixV6 => (USUAL_V6, 20),
    };
    let count = (LONGEST - head) / length(fields);
    let mut body = Vec::new();
    for _ in 0..count {
        for &field in fields {
            put_field(&mut body, field, dice);
        }
    }
    let sequence = if kind == Kind::Netflow9 {
        number + 1
    } else {
        number * count as u32
    };
    (message(kind, sequence, TEMPLATE, &body), count)
}

fn length(fields: &[(u16, u16)]) -> usize {
    fields.iter().map(|&(_, length)| usize::from(length)).sum()
}

fn put_field(out: &mut Vec<u8>, (element, length): (u16, u16), dice: &mut Dice) {
    let ended = dice.below(60_000);
    let value = match element {
        1 => u64::from(dice.below(100_000) + 40),
        2 => u64::from(dice.below(100) + 1),
        4 => [6, 6, 6, 17, 17, 1][dice.below(6) as usize],
        21 => u64::from(UPTIME - ended),
        22 => u64::from(UPTIME - ended - dice.below(60_000)),
        152 => u64::from(EXPORT) * 1_000 - 120_000 + u64::from(ended),
        153 => u64::from(EXPORT) * 1_000 - u64::from(dice.below(60_000)),
        10 | 14 => u64::from(dice.below(48) + 1),
        136 => u64::from(dice.below(5) + 1),
        _ => u64::from(dice.next()),
    };
    let wide = [[0; 8], value.to_be_bytes()].concat();
    out.extend(&wide[16 - usize::from(length)..]);
}

fn message(kind: Kind, sequence: u32, id: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let padded = body.len().next_multiple_of(4);
    if kind == Kind::Netflow9 {
        put16(&mut out, 9);
        put16(&mut out, 1);
        put32(&mut out, UPTIME);
    } else {
        put16(&mut out, 10);
        put16(&mut out, 20 + padded as u16);
    }
    for word in [EXPORT, sequence, 7] {
        put32(&mut out, word);
    }
    put16(&mut out, id);
    put16(&mut out, 4 + padded as u16);
    out.extend(body);
    out.resize(out.len() + padded - body.len(), 0);
    out
}

fn netflow5(number: u32, dice: &mut Dice) -> (Vec<u8>, usize) {
    let mut out = vec![0, 5, 0, 30];
    for word in [UPTIME, EXPORT, 0, number * 30, 0] {
        put32(&mut out, word);
    }
    for _ in 0..30 {
        for field in [
            (8, 4),
            (12, 4),
            (15, 4),
            (10, 2),
            (14, 2),
            (2, 4),
            (1, 4),
            (22, 4),
            (21, 4),
        ] {
            put_field(&mut out, field, dice);
        }
        for field in [
            (7, 2),
            (11, 2),
            (0, 1),
            (6, 1),
            (4, 1),
            (5, 1),
            (16, 4),
            (0, 4),
        ] {
            put_field(&mut out, field, dice);
        }
    }
    (out, 30)
}

/// Seven samples of 128 bytes each of a packet.
fn sflow5(number: u32, dice: &mut Dice) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    for word in [5, 1, 0xc000_0201, 0, number, UPTIME, 7] {
        put32(&mut out, word);
    }
    for sample in 0..7 {
        let (body, record) = (8 * 4 + 8 + 16 + 128, 16 + 128);
        for word in [
            1,
            body,
            number * 7 + sample,
            3,
            1_000,
            0,
            0,
            3,
            4,
            1,
            1,
            record,
            1,
            1_000,
            4,
            128,
        ] {
            put32(&mut out, word);
        }
        let frame = out.len();
        out.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]);
        put16(&mut out, 1_000 - 18);
        out.extend([0, 1, 0, 0, 64, 6, 0, 0]);
        put32(&mut out, dice.next());
        put32(&mut out, dice.next());
        put32(&mut out, dice.next());
        out.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10]);
        out.resize(frame + 128, 0);
    }
    (out, 7)
}

fn put16(out: &mut Vec<u8>, number: u16) {
    out.extend(number.to_be_bytes());
}

fn put32(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_be_bytes());
}

/// A small generator (Marsaglia's xorshift): the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }
}
