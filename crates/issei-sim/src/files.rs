//! Packets and export datagrams as a packet file.
//!
//! In: frames or datagrams, in order of time. Out: the bytes of a pcap file, to be written and
//! cleared as the caller likes. A datagram stands in the file as a UDP packet from its router to
//! a collector, so whatever reads packets can read it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use issei_wire::emit::capture::{put_file_head, put_packet};
use issei_wire::emit::packet::{Packet, Transport, put_ethernet};
use issei_wire::packet::LinkType;

use crate::ways::{Datagram, Frame};

/// A pcap file in the making.
#[derive(Clone, Debug)]
pub struct PcapFile {
    bytes: Vec<u8>,
    packets: u64,
    scratch: Vec<u8>,
}

/// Where the datagrams in a file go.
const COLLECTOR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 255, 255, 250));
/// The most bytes of a packet that a file may hold: what other programs write.
const LONGEST: u32 = 262_144;

impl Default for PcapFile {
    fn default() -> Self {
        let mut bytes = Vec::new();
        put_file_head(&mut bytes, LinkType::ETHERNET, LONGEST);
        Self {
            bytes,
            packets: 0,
            scratch: Vec::new(),
        }
    }
}

impl PcapFile {
    /// Appends a packet.
    pub fn packet(&mut self, frame: &Frame<'_>) {
        put_packet(&mut self.bytes, frame.time, frame.bytes, frame.length);
        self.packets += 1;
    }

    /// Appends an export datagram as a UDP packet.
    pub fn datagram(&mut self, datagram: &Datagram<'_>) {
        self.scratch.clear();
        let packet = Packet {
            source: datagram.router,
            destination: SocketAddr::new(COLLECTOR, datagram.export.usual_port()),
            hops: 64,
            identification: 0,
            transport: Transport::Udp,
            payload: datagram.bytes,
            payload_length: datagram.bytes.len() as u16,
        };
        let length = put_ethernet(&mut self.scratch, &packet);
        put_packet(&mut self.bytes, datagram.time, &self.scratch, length);
        self.packets += 1;
    }

    /// Counts the packets so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Shows the bytes since the last [`Self::clear`], at first with the head of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the bytes, which the caller has written.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }
}
