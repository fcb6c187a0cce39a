//! sFlow v5: each sample is a record of one packet, with a rate of its own.
//!
//! sFlow tells no moment: a record gets the time at which its datagram came, and says so. Counter
//! samples are stepped over and counted.

use std::net::IpAddr;

use issei_model::{
    Address, Columns, Extra, FlowBatch, FlowRecord, Marks, Problem, ProblemKind, TcpFlags,
};
use issei_wire::export::sflow5::{FlowSample, Header, Packet, RawHeader, Record, Sample, Samples};
use issei_wire::packet::{Head, LinkType};

use super::desk::Desk;
use super::domain::Domain;
use super::heads;

/// Reads a datagram that came from `port`.
pub(super) fn read(
    domain: &mut Domain,
    port: u16,
    header: Header,
    mut samples: Samples<'_>,
    desk: &mut Desk,
    out: &mut FlowBatch,
) -> Result<(), Problem> {
    let full = Problem::new(ProblemKind::TooManyExporters, 0, u64::from(port));
    let place = domain
        .sessions
        .of(port, header.sequence, desk.now)
        .ok_or(full)?;
    desk.tally.datagrams_read += 1;
    let mut cut = false;
    for sample in samples.by_ref() {
        desk.tally.sets += 1;
        match sample {
            Ok(Sample::Flow(sample)) => flow(domain, sample, desk, out),
            Ok(Sample::Other(kind)) => {
                desk.refuse_set(Problem::new(ProblemKind::Unsupported, 0, u64::from(kind)));
            }
            Err(problem) => {
                cut = true;
                desk.refuse_set(problem);
            }
        }
    }
    if samples.bytes_left() > 0 && !cut {
        let (told, left) = (u64::from(header.samples), samples.bytes_left() as u64);
        desk.problems
            .note(Problem::new(ProblemKind::BadCount, told, left));
    }
    let proven = domain.origin.is_some();
    if let Some(session) = domain.sessions.get_mut(place) {
        session.proven |= proven;
        session.notice_restart(header.uptime_ms, header.sequence);
        let arrival = desk.arrive(&mut session.sequence, header.sequence);
        session.sequence.took(arrival, header.sequence, Some(1));
        domain.lost += desk.losses(&mut session.sequence);
    }
    desk.account(domain);
    Ok(())
}

/// Turns a sample into a row.
fn flow(domain: &mut Domain, sample: FlowSample<'_>, desk: &mut Desk, out: &mut FlowBatch) {
    desk.tally.sets_read += 1;
    let (input, output, rate) = (sample.input, sample.output, sample.rate);
    let (mut record, told) = match gather(sample, desk) {
        Ok(gathered) => gathered,
        Err(problem) => return desk.refuse_records(problem, 1),
    };
    if rate == 0 {
        desk.problems
            .note(Problem::new(ProblemKind::BadSampling, 0, 0));
    }
    let basis = domain.sampling.basis();
    record.sampling = domain.sampling.of_sample(rate);
    desk.note_basis(basis, domain.sampling.basis());
    record.origin = desk.origin(&mut domain.origin);
    (record.input_interface, record.output_interface) = (input, output);
    record.marks.0 |= Marks::TIME_OF_EXPORT;
    let rows = (out.v4.len(), out.v6.len());
    out.push(&record);
    if out.v4.len() > rows.0 {
        told.keep(&mut out.v4, rows.0, v4_bits);
    } else {
        told.keep(&mut out.v6, rows.1, v6_bits);
    }
    desk.took_records(1, 0, 0);
}

/// What a sample tells besides the packet itself.
#[derive(Clone, Copy, Default)]
struct Told {
    vlan: u16,
    label: u32,
    addresses: Option<(IpAddr, IpAddr)>,
    ports: (u16, u16),
}

/// Reads all that is told about one packet.
fn gather(sample: FlowSample<'_>, desk: &Desk) -> Result<(FlowRecord, Told), Problem> {
    let (mut found, mut told) = (
        Err(Problem::new(ProblemKind::NoAddresses, 0, 0)),
        Told::default(),
    );
    for record in sample.records {
        match record? {
            Record::Header(raw) => {
                let head = head(raw);
                if let Ok(head) = head {
                    told.vlan = if head.vlan > 0 { head.vlan } else { told.vlan };
                    told.label = if head.mpls_label > 0 {
                        head.mpls_label
                    } else {
                        told.label
                    };
                }
                // The packet's own bytes go before what the agent made of them.
                found = match (head, found) {
                    (Ok(head), _) => Ok(heads::record(&head, desk.now)),
                    (Err(_), Ok(record)) => Ok(record),
                    (Err(problem), Err(_)) => Err(problem),
                };
            }
            Record::Packet(packet) if found.is_err() => found = Ok(of_packet(&packet, desk)),
            Record::Packet(_) | Record::Other(_) => {}
            Record::Vlan(vlan) => told.vlan = if told.vlan > 0 { told.vlan } else { vlan },
            Record::Label(label) => told.label = if told.label > 0 { told.label } else { label },
            Record::Translated(source, destination) => told.addresses = Some((source, destination)),
            Record::TranslatedPorts(source, destination) => told.ports = (source, destination),
        }
    }
    found.map(|record| (record, told))
}

/// Reads the heads of a sampled packet; a problem stands where it is in the datagram.
fn head(raw: RawHeader<'_>) -> Result<Head, Problem> {
    let link = match raw.protocol {
        1 => LinkType::ETHERNET,
        11 | 12 => LinkType::RAW,
        other => {
            return Err(Problem::new(
                ProblemKind::UnknownLinkType,
                raw.at as u64,
                u64::from(other),
            ));
        }
    };
    let placed =
        |problem: Problem| Problem::new(problem.kind, problem.at + raw.at as u64, problem.detail);
    Head::parse(link, raw.bytes, raw.frame_length).map_err(placed)
}

fn of_packet(packet: &Packet, desk: &Desk) -> FlowRecord {
    FlowRecord {
        source: packet.source,
        destination: packet.destination,
        source_port: packet.source_port,
        destination_port: packet.destination_port,
        protocol: packet.protocol,
        tcp_flags: TcpFlags(packet.flags),
        packets: 1,
        bytes: u64::from(packet.length),
        first: desk.now,
        last: desk.now,
        sampling: 0,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(Marks::ONE_PACKET),
    }
}

impl Told {
    fn keep<A: Address>(self, columns: &mut Columns<A>, row: usize, bits: fn(IpAddr) -> Option<A>) {
        let translated = self.addresses;
        let extra = Extra {
            row: row as u32,
            vlan: self.vlan,
            mpls_label: self.label,
            translated_source: translated.and_then(|(source, _)| bits(source)),
            translated_destination: translated.and_then(|(_, destination)| bits(destination)),
            translated_source_port: self.ports.0,
            translated_destination_port: self.ports.1,
        };
        let nothing = Extra {
            row: extra.row,
            ..Extra::default()
        };
        if extra != nothing {
            columns.extras.push(extra);
        }
    }
}

fn v4_bits(ip: IpAddr) -> Option<u32> {
    match ip {
        IpAddr::V4(ip) => Some(ip.to_bits()),
        IpAddr::V6(_) => None,
    }
}

fn v6_bits(ip: IpAddr) -> Option<u128> {
    match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => Some(ip.to_bits()),
    }
}
