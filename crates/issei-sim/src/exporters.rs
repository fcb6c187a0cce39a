//! What the border routers send: records and packet samples become export datagrams.
//!
//! In: flow records, or packets for sFlow, as the scope shows them. Out: datagrams, and the truth
//! about how many there were and how many were lost on the way.
//! Always: templates and sampling rates come first and again every minute; sequence numbers count
//! what was sent and not what arrived, so a collector can tell the loss.
//! Standard: RFC 3954, RFC 7011 with the elements of RFC 7012 and RFC 5477, sFlow version 5.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use issei_model::{FlowRecord, Timestamp};
use issei_wire::emit::{Field, ipfix, netflow9, sflow};

use crate::dice::Dice;
use crate::scope::Vantage;
use crate::truth::TrueExporter;

/// What the routers speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// NetFlow version 9.
    Netflow9,
    /// IPFIX.
    Ipfix,
    /// sFlow version 5: samples of packets and not records.
    Sflow,
}

impl Export {
    /// Tells the UDP port at which collectors usually listen for it.
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Netflow9 => 2055,
            Self::Ipfix => 4739,
            Self::Sflow => 6343,
        }
    }
}

/// One router, or the sensor, as an exporter.
#[derive(Debug)]
pub(crate) struct Exporter {
    export: Export,
    pub(crate) address: SocketAddr,
    domain: u32,
    vantage: Vantage,
    /// Microseconds since the epoch at which it was switched on.
    booted: i64,
    sequence: u32,
    samples: u32,
    templates_due: i64,
    /// Records of each family that wait for the end of the second, laid end to end.
    waiting: [Vec<u8>; 2],
    heads: Vec<u8>,
    head_ends: Vec<(usize, u32, bool)>,
    loss: f64,
    dice: Dice,
    pub(crate) tally: TrueExporter,
}

/// Bytes of a datagram at most: an Ethernet frame with room for a tunnel.
const DATAGRAM: usize = 1_400;
/// Microseconds between two announcements of templates and sampling rates. Routers repeat them
/// every minute to every half hour; a short file should hold them more than once.
const TEMPLATES_EVERY: i64 = 60_000_000;
/// Bytes of a packet that sFlow shows at most (its usual figure).
pub(crate) const SAMPLED_HEAD: usize = 128;
/// Microseconds for which a router has run when the country begins.
const RUNNING: i64 = 86_400_000_000;

/// Templates: IPv4, IPv6, and the options.
const FAMILIES: [u16; 2] = [256, 257];
const OPTIONS: u16 = 258;

/// Fields that all records share, after the addresses: ports, protocol, flags, interfaces,
/// packets, bytes.
const COMMON: [Field; 8] = [
    Field::new(7, 2),
    Field::new(11, 2),
    Field::new(4, 1),
    Field::new(6, 1),
    Field::new(10, 4),
    Field::new(14, 4),
    Field::new(2, 8),
    Field::new(1, 8),
];
/// First and last packet: by the router's uptime in NetFlow v9, by the clock in IPFIX.
const UPTIMES: [Field; 2] = [Field::new(22, 4), Field::new(21, 4)];
const CLOCKS: [Field; 2] = [Field::new(152, 8), Field::new(153, 8)];
/// Sampling: NetFlow v9's own elements; IPFIX says "one packet, then so many not" (RFC 5477).
const V9_SAMPLING: [Field; 2] = [Field::new(34, 4), Field::new(35, 1)];
const IPFIX_SAMPLING: [Field; 3] = [Field::new(304, 2), Field::new(305, 4), Field::new(306, 4)];

impl Exporter {
    pub(crate) fn new(
        export: Export,
        number: usize,
        vantage: Vantage,
        start: i64,
        loss: f64,
        seed: u64,
    ) -> Self {
        // Two vantages to an address: line cards with domains, templates and counters of their own.
        let address = Ipv4Addr::new(10, 255, 255, 1 + (number / 2) as u8);
        let domain = 1 + number as u32 % 2;
        let address = SocketAddr::new(IpAddr::V4(address), 40_000 + number as u16);
        Self {
            export,
            address,
            domain,
            vantage,
            booted: start - RUNNING,
            sequence: 0,
            samples: 0,
            templates_due: start,
            waiting: [Vec::new(), Vec::new()],
            heads: Vec::new(),
            head_ends: Vec::new(),
            loss,
            dice: Dice::new(seed ^ number as u64, "loss"),
            tally: TrueExporter {
                exporter: address.to_string(),
                domain,
                sampling: vantage.sampling,
                ..TrueExporter::default()
            },
        }
    }

    /// Takes a record.
    pub(crate) fn record(&mut self, record: &FlowRecord) {
        let v6 = record.source.is_ipv6();
        let booted = self.booted;
        let ipfix = self.export == Export::Ipfix;
        let out = &mut self.waiting[usize::from(v6)];
        for ip in [record.source, record.destination] {
            match ip {
                IpAddr::V4(ip) => out.extend_from_slice(&ip.octets()),
                IpAddr::V6(ip) => out.extend_from_slice(&ip.octets()),
            }
        }
        out.extend_from_slice(&record.source_port.to_be_bytes());
        out.extend_from_slice(&record.destination_port.to_be_bytes());
        out.extend_from_slice(&[record.protocol, record.tcp_flags.0]);
        out.extend_from_slice(&record.input_interface.to_be_bytes());
        out.extend_from_slice(&record.output_interface.to_be_bytes());
        out.extend_from_slice(&record.packets.to_be_bytes());
        out.extend_from_slice(&record.bytes.to_be_bytes());
        for time in [record.first, record.last] {
            if ipfix {
                out.extend_from_slice(&(time.as_micros() as u64 / 1_000).to_be_bytes());
            } else {
                out.extend_from_slice(&uptime(booted, time.as_micros()).to_be_bytes());
            }
        }
        self.tally.records += 1;
    }

    /// Takes a packet's first bytes and its length, and whether it goes out to the world.
    pub(crate) fn sample(&mut self, head: &[u8], length: u32, outward: bool) {
        self.heads
            .extend_from_slice(&head[..head.len().min(SAMPLED_HEAD)]);
        self.head_ends.push((self.heads.len(), length, outward));
        self.tally.records += 1;
    }

    /// Sends what waits, at the end of a second.
    pub(crate) fn flush(&mut self, now: i64, send: &mut dyn FnMut(Timestamp, SocketAddr, &[u8])) {
        let mut outbox = Outbox {
            now,
            sent: 0,
            address: self.address,
            send,
        };
        if self.export == Export::Sflow {
            return self.flush_samples(&mut outbox);
        }
        if now >= self.templates_due {
            self.send_templates(&mut outbox);
            self.templates_due = now + TEMPLATES_EVERY;
        }
        for family in 0..2 {
            self.flush_records(family, &mut outbox);
        }
    }

    fn send_templates(&mut self, outbox: &mut Outbox<'_>) {
        let mut bytes = Vec::with_capacity(512);
        let every = self.vantage.sampling;
        match self.export {
            Export::Netflow9 => {
                let mut message = netflow9::Message::begin(&mut bytes, self.v9_header(outbox.now));
                for (id, fields) in FAMILIES.into_iter().zip(self.fields()) {
                    message.template(id, &fields);
                }
                // Scope 1 is the whole system (RFC 3954, section 6.1); algorithm 2 is random.
                message.options_template(OPTIONS, &[Field::new(1, 4)], &V9_SAMPLING);
                let mut option = self.domain.to_be_bytes().to_vec();
                option.extend_from_slice(&every.to_be_bytes());
                option.push(2);
                message.data(OPTIONS, [option]);
                message.finish();
            }
            _ => {
                let mut message = ipfix::Message::begin(&mut bytes, self.ipfix_header(outbox.now));
                for (id, fields) in FAMILIES.into_iter().zip(self.fields()) {
                    message.template(id, &fields);
                }
                // The selector that this domain's observation points use; algorithm 1 is
                // systematic by count (RFC 5477, section 8.2.1).
                message.options_template(OPTIONS, &[Field::new(302, 4)], &IPFIX_SAMPLING);
                let mut option = 1_u32.to_be_bytes().to_vec();
                option.extend_from_slice(&1_u16.to_be_bytes());
                option.extend_from_slice(&1_u32.to_be_bytes());
                option.extend_from_slice(&(every - 1).to_be_bytes());
                message.data(OPTIONS, [option]);
                message.finish();
            }
        }
        self.dispatch(&bytes, 0, outbox);
        // A message more in NetFlow v9; a data record more, the option, in IPFIX.
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn flush_records(&mut self, family: usize, outbox: &mut Outbox<'_>) {
        let waiting = std::mem::take(&mut self.waiting[family]);
        let width: usize = self.fields()[family]
            .iter()
            .map(|field| usize::from(field.width))
            .sum();
        let most = (DATAGRAM - netflow9::HEADER - 4) / width;
        for records in waiting.chunks(width * most) {
            let count = (records.len() / width) as u32;
            let mut bytes = Vec::with_capacity(DATAGRAM);
            if self.export == Export::Netflow9 {
                let mut message = netflow9::Message::begin(&mut bytes, self.v9_header(outbox.now));
                message.data(FAMILIES[family], records.chunks(width));
                message.finish();
                self.sequence = self.sequence.wrapping_add(1);
            } else {
                let mut message = ipfix::Message::begin(&mut bytes, self.ipfix_header(outbox.now));
                message.data(FAMILIES[family], records.chunks(width));
                message.finish();
                self.sequence = self.sequence.wrapping_add(count);
            }
            self.dispatch(&bytes, count, outbox);
        }
        self.waiting[family] = waiting;
        self.waiting[family].clear();
    }

    fn flush_samples(&mut self, outbox: &mut Outbox<'_>) {
        let (heads, ends) = (
            std::mem::take(&mut self.heads),
            std::mem::take(&mut self.head_ends),
        );
        let most = (DATAGRAM - 28) / sflow::sample_length(SAMPLED_HEAD);
        let (mut start, mut bytes) = (0, Vec::with_capacity(DATAGRAM));
        for group in ends.chunks(most) {
            bytes.clear();
            let header = sflow::Header {
                agent: self.address.ip(),
                sub_agent: self.domain,
                sequence: self.sequence,
                uptime: uptime(self.booted, outbox.now),
            };
            let mut datagram = sflow::Datagram::begin(&mut bytes, header);
            for &(end, length, outward) in group {
                datagram.sample(&self.sample_of(&heads[start..end], length, outward));
                self.samples = self.samples.wrapping_add(1);
                start = end;
            }
            datagram.finish();
            self.sequence = self.sequence.wrapping_add(1);
            self.dispatch(&bytes, group.len() as u32, outbox);
        }
        (self.heads, self.head_ends) = (heads, ends);
        self.heads.clear();
        self.head_ends.clear();
    }

    fn sample_of<'a>(&self, head: &'a [u8], length: u32, outward: bool) -> sflow::Sample<'a> {
        let Vantage {
            sampling,
            interfaces: (home, world),
            ..
        } = self.vantage;
        let (input, output) = if outward {
            (home, world)
        } else {
            (world, home)
        };
        let sequence = self.samples.wrapping_add(1);
        sflow::Sample {
            sequence,
            source: input,
            rate: sampling,
            pool: sequence.wrapping_mul(sampling),
            drops: 0,
            input,
            output,
            head,
            length,
            stripped: 4,
        }
    }

    /// Sends a datagram, unless chance has it lost.
    fn dispatch(&mut self, bytes: &[u8], records: u32, outbox: &mut Outbox<'_>) {
        self.tally.datagrams += 1;
        if self.loss > 0.0 && self.dice.chance(self.loss) {
            self.tally.lost_datagrams += 1;
            self.tally.lost_records += u64::from(records);
            return;
        }
        outbox.send(bytes);
    }

    fn fields(&self) -> [Vec<Field>; 2] {
        let times = if self.export == Export::Ipfix {
            CLOCKS
        } else {
            UPTIMES
        };
        [(8, 12, 4), (27, 28, 16)].map(|(source, destination, width)| {
            let addresses = [Field::new(source, width), Field::new(destination, width)];
            [&addresses[..], &COMMON, &times].concat()
        })
    }

    fn v9_header(&self, now: i64) -> netflow9::Header {
        netflow9::Header {
            uptime: uptime(self.booted, now),
            seconds: now.div_euclid(1_000_000) as u32,
            sequence: self.sequence,
            source: self.domain,
        }
    }

    fn ipfix_header(&self, now: i64) -> ipfix::Header {
        ipfix::Header {
            seconds: now.div_euclid(1_000_000) as u32,
            sequence: self.sequence,
            domain: self.domain,
        }
    }
}

/// Milliseconds since the router was switched on; wraps around as theirs do.
fn uptime(booted: i64, moment: i64) -> u32 {
    ((moment - booted) / 1_000) as u32
}

/// Datagrams of one second on their way.
struct Outbox<'a> {
    now: i64,
    sent: i64,
    address: SocketAddr,
    send: &'a mut dyn FnMut(Timestamp, SocketAddr, &[u8]),
}

impl Outbox<'_> {
    fn send(&mut self, bytes: &[u8]) {
        // A router spreads them a little; within the second that follows they keep their order.
        let time = Timestamp::from_micros(self.now + self.sent * 20);
        self.sent += 1;
        (self.send)(time, self.address, bytes);
    }
}

#[cfg(test)]
#[path = "exporters_tests.rs"]
mod tests;
