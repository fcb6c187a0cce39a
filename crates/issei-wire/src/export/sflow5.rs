//! sFlow version 5: packets that were looked at, with the first bytes of each.
//!
//! In: one datagram. Out: its header, its samples, and in each the records about one packet.
//! Always: XDR (RFC 4506), so everything stands on four-byte boundaries; a sample or record of an
//! unknown kind is stepped over by its length.
//! Standard: *sFlow Version 5*, sflow.org, July 2004, section 5; the structure numbers are those
//! of <https://sflow.org/developers/structures.php>.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_model::{Problem, ProblemKind};

use super::numbers::{be16, be32};

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Who says it is the agent.
    pub agent: IpAddr,
    /// A part of the agent that counts on its own.
    pub sub_agent: u32,
    /// Datagrams sent before this one, and this one.
    pub sequence: u32,
    /// Milliseconds since the agent started.
    pub uptime_ms: u32,
    /// Samples that should follow.
    pub samples: u32,
}

/// Splits a datagram into its header and its samples.
///
/// # Errors
/// If the bytes end within the header, or the agent's address is of no known family.
pub fn parse(datagram: &[u8]) -> Result<(Header, Samples<'_>), Problem> {
    let truncated = Problem::new(ProblemKind::Truncated, 0, datagram.len() as u64);
    let mut xdr = Xdr::new(datagram, 4);
    let family = xdr.word().ok_or(truncated)?;
    if !matches!(family, 1 | 2) {
        return Err(Problem::new(
            ProblemKind::UnknownProtocol,
            4,
            u64::from(family),
        ));
    }
    let header = header(&mut xdr, family).ok_or(truncated)?;
    let samples = Samples {
        datagram,
        at: xdr.at,
        left: header.samples,
    };
    Ok((header, samples))
}

fn header(xdr: &mut Xdr<'_>, family: u32) -> Option<Header> {
    Some(Header {
        agent: xdr.address_of(family)?,
        sub_agent: xdr.word()?,
        sequence: xdr.word()?,
        uptime_ms: xdr.word()?,
        samples: xdr.word()?,
    })
}

/// Walks over the samples; ends after the first that contradicts itself.
#[derive(Clone, Debug)]
pub struct Samples<'a> {
    datagram: &'a [u8],
    at: usize,
    left: u32,
}

/// One sample.
#[derive(Clone, Debug)]
pub enum Sample<'a> {
    /// A packet that was looked at.
    Flow(FlowSample<'a>),
    /// Counters and the like, with the number of the kind.
    Other(u32),
}

/// A packet that was looked at.
#[derive(Clone, Debug)]
pub struct FlowSample<'a> {
    /// One packet in this many is looked at.
    pub rate: u32,
    /// SNMP index of the interface the packet came in by; 0 = not told.
    pub input: u32,
    /// SNMP index of the interface it left by; 0 = not told, dropped, or several.
    pub output: u32,
    /// What is told about it.
    pub records: Records<'a>,
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut xdr = Xdr::new(self.datagram, self.at);
        let sample = xdr.structure().and_then(|(kind, body)| {
            self.at = xdr.at;
            sample(kind, body)
        });
        if sample.is_none() {
            // What was promised and is not there: this sample and all after it.
            let missing = u64::from(std::mem::take(&mut self.left)) + 1;
            return Some(Err(Problem::new(
                ProblemKind::Truncated,
                self.at as u64,
                missing,
            )));
        }
        sample.map(Ok)
    }
}

impl Samples<'_> {
    /// Counts the bytes that no sample took: when the walk is over, those that the header's count
    /// says nothing about.
    pub const fn bytes_left(&self) -> usize {
        self.datagram.len() - self.at
    }

    /// Tells whether whole samples fill the bytes, at least as many as promised. Some agents
    /// promise fewer than they send.
    fn fill_the_rest(mut self) -> bool {
        let (promised, mut met) = (self.left, 0);
        while self.bytes_left() > 0 {
            self.left = 1;
            if !matches!(self.next(), Some(Ok(_))) {
                return false;
            }
            met += 1;
        }
        met >= promised
    }
}

fn sample<'a>(kind: u32, body: Xdr<'a>) -> Option<Sample<'a>> {
    match kind {
        1 => flow_sample(body).map(Sample::Flow),
        3 => expanded_flow_sample(body).map(Sample::Flow),
        other => Some(Sample::Other(other)),
    }
}

fn flow_sample(mut xdr: Xdr<'_>) -> Option<FlowSample<'_>> {
    let [
        _sequence,
        _source,
        rate,
        _pool,
        _drops,
        input,
        output,
        count,
    ] = xdr.words()?;
    // The two highest bits say that it is no single interface, but a reason or a number.
    let index = |told: u32| if told >> 30 == 0 { known(told) } else { 0 };
    Some(FlowSample {
        rate,
        input: index(input),
        output: index(output),
        records: Records { xdr, left: count },
    })
}

fn expanded_flow_sample(mut xdr: Xdr<'_>) -> Option<FlowSample<'_>> {
    let [_sequence, _source_kind, _source, rate, _pool, _drops] = xdr.words()?;
    let [input_format, input, output_format, output, count] = xdr.words()?;
    let index = |format, told| if format == 0 { known(told) } else { 0 };
    Some(FlowSample {
        rate,
        input: index(input_format, input),
        output: index(output_format, output),
        records: Records { xdr, left: count },
    })
}

/// The number that stands for the agent itself is no interface.
const fn known(index: u32) -> u32 {
    if index == 0x3fff_ffff { 0 } else { index }
}

/// Walks over what is told about one packet; ends where the bytes contradict themselves.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    xdr: Xdr<'a>,
    left: u32,
}

/// What is told about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// Its first bytes.
    Header(RawHeader<'a>),
    /// Its addresses and ports, read by the agent.
    Packet(Packet),
    /// The VLAN it came in by.
    Vlan(u16),
    /// The topmost label it came in with.
    Label(u32),
    /// Its addresses after translation.
    Translated(IpAddr, IpAddr),
    /// Its ports after translation.
    TranslatedPorts(u16, u16),
    /// Something else, with the number of the kind.
    Other(u32),
}

/// The first bytes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawHeader<'a> {
    /// What the bytes begin with: 1 Ethernet, 11 IPv4, 12 IPv6, 13 MPLS.
    pub protocol: u32,
    /// The length on the wire.
    pub frame_length: u32,
    /// The bytes kept.
    pub bytes: &'a [u8],
    /// Where they stand in the datagram.
    pub at: usize,
}

/// A packet as the agent read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Bytes at the IP layer.
    pub length: u32,
    /// IANA protocol number.
    pub protocol: u8,
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// TCP flags.
    pub flags: u8,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let at = self.xdr.at;
        let record = self
            .xdr
            .structure()
            .and_then(|(kind, body)| record(kind, body));
        if record.is_none() {
            self.left = 0;
        }
        let cut = Problem::new(ProblemKind::Truncated, at as u64, 0);
        Some(record.ok_or(cut))
    }
}

fn record<'a>(kind: u32, mut xdr: Xdr<'a>) -> Option<Record<'a>> {
    Some(match kind {
        1 => Record::Header(raw_header(xdr)?),
        3 => Record::Packet(packet(&mut xdr, 1)?),
        4 => Record::Packet(packet(&mut xdr, 2)?),
        1001 => Record::Vlan(xdr.word()? as u16 & 0x0fff),
        1006 => Record::Label(label(&mut xdr)?),
        1007 => Record::Translated(xdr.address()?, xdr.address()?),
        1020 => Record::TranslatedPorts(xdr.word()? as u16, xdr.word()? as u16),
        other => Record::Other(other),
    })
}

fn raw_header(mut xdr: Xdr<'_>) -> Option<RawHeader<'_>> {
    let [protocol, frame_length, _stripped, length] = xdr.words()?;
    let at = xdr.at;
    Some(RawHeader {
        protocol,
        frame_length,
        bytes: xdr.opaque(length)?,
        at,
    })
}

fn packet(xdr: &mut Xdr<'_>, family: u32) -> Option<Packet> {
    let [length, protocol] = xdr.words()?;
    let (source, destination) = (xdr.address_of(family)?, xdr.address_of(family)?);
    let [source_port, destination_port, flags] = xdr.words()?;
    Some(Packet {
        length,
        protocol: protocol as u8,
        source,
        destination,
        source_port: source_port as u16,
        destination_port: destination_port as u16,
        flags: flags as u8,
    })
}

/// Reads the next hop, and the first of the labels that the packet came in with.
fn label(xdr: &mut Xdr<'_>) -> Option<u32> {
    let _next_hop = xdr.address()?;
    let count = xdr.word()?;
    let entry = if count > 0 { xdr.word()? } else { 0 };
    // The entry is that of RFC 3032: label, traffic class, bottom of stack, time to live.
    Some(entry >> 12)
}

/// Reads big-endian words one after the other.
#[derive(Clone, Debug)]
struct Xdr<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Xdr<'a> {
    const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn word(&mut self) -> Option<u32> {
        let word = be32(self.bytes, self.at)?;
        self.at += 4;
        Some(word)
    }

    fn words<const N: usize>(&mut self) -> Option<[u32; N]> {
        let bytes = self.bytes.get(self.at..self.at + 4 * N)?;
        self.at += 4 * N;
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = be32(bytes, 0)?;
        }
        Some(words)
    }

    /// Takes `length` bytes and their padding to the next word, which may be left out at the end.
    fn opaque(&mut self, length: u32) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length as usize)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end.next_multiple_of(4).min(self.bytes.len());
        Some(bytes)
    }

    /// Takes a number of kind, a length, and the body of that length.
    fn structure(&mut self) -> Option<(u32, Self)> {
        let [kind, length] = self.words()?;
        let at = self.at;
        self.opaque(length)?;
        let body = self.bytes.get(..at + length as usize)?;
        Some((kind, Self::new(body, at)))
    }

    fn address(&mut self) -> Option<IpAddr> {
        let family = self.word()?;
        self.address_of(family)
    }

    /// Takes an address: of IPv4 if the family is 1, of IPv6 if it is 2.
    fn address_of(&mut self, family: u32) -> Option<IpAddr> {
        let rest = self.bytes.get(self.at..)?;
        let (address, length) = match family {
            1 => (Ipv4Addr::from(*rest.first_chunk::<4>()?).into(), 4),
            2 => (Ipv6Addr::from(*rest.first_chunk::<16>()?).into(), 16),
            _ => return None,
        };
        self.at += length;
        Some(address)
    }
}

/// Tells whether the samples that the header promises fill the datagram.
pub(super) fn agrees(datagram: &[u8]) -> bool {
    let filled = |(header, samples): (Header, Samples<'_>)| {
        header.samples > 0 && be16(datagram, 0) == Some(0) && samples.fill_the_rest()
    };
    parse(datagram).is_ok_and(filled)
}

#[cfg(test)]
#[path = "sflow5_tests.rs"]
mod tests;
