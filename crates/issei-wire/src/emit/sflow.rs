//! sFlow version 5 datagrams.
//!
//! In: a header and samples of packets. Out: one datagram.
//! Standard: sFlow version 5 (sflow.org, July 2004), section 5; numbers are XDR (RFC 4506), so
//! everything stands on four-byte boundaries.

use std::net::IpAddr;

use super::{pad_to_four, put_u32};

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The agent's address.
    pub agent: IpAddr,
    /// Tells apart the parts of one agent.
    pub sub_agent: u32,
    /// Counts the datagrams of this part.
    pub sequence: u32,
    /// Milliseconds since it started.
    pub uptime: u32,
}

/// A packet that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Counts the samples of this source.
    pub sequence: u32,
    /// SNMP index of the interface that took the sample.
    pub source: u32,
    /// One packet in this many is looked at.
    pub rate: u32,
    /// Packets that could have been looked at so far.
    pub pool: u32,
    /// Samples that the agent itself lost.
    pub drops: u32,
    /// SNMP index of the interface the packet came in by.
    pub input: u32,
    /// SNMP index of the interface it left by.
    pub output: u32,
    /// Its first bytes, from the Ethernet head on.
    pub head: &'a [u8],
    /// Its length on the wire, without what was stripped.
    pub length: u32,
    /// Bytes stripped from its end: 4 for an Ethernet check sum.
    pub stripped: u32,
}

/// A datagram that is being written. Dropping it without [`Self::finish`] leaves the count at 0.
#[derive(Debug)]
pub struct Datagram<'a> {
    out: &'a mut Vec<u8>,
    /// Where the number of samples stands.
    count_at: usize,
    count: u32,
}

/// Enterprise 0, format 1: a flow sample, and within it a raw packet head.
const FLOW_SAMPLE: u32 = 1;
const RAW_HEAD: u32 = 1;
const ETHERNET: u32 = 1;

impl<'a> Datagram<'a> {
    /// Begins a datagram at the end of `out`.
    pub fn begin(out: &'a mut Vec<u8>, header: Header) -> Self {
        put_u32(out, 5);
        match header.agent {
            IpAddr::V4(ip) => {
                put_u32(out, 1);
                out.extend_from_slice(&ip.octets());
            }
            IpAddr::V6(ip) => {
                put_u32(out, 2);
                out.extend_from_slice(&ip.octets());
            }
        }
        put_u32(out, header.sub_agent);
        put_u32(out, header.sequence);
        put_u32(out, header.uptime);
        let count_at = out.len();
        put_u32(out, 0);
        Self {
            out,
            count_at,
            count: 0,
        }
    }

    /// Writes a flow sample with the packet's head (sections 5.3 and 5.4: `flow_sample`,
    /// `sampled_header`).
    pub fn sample(&mut self, sample: &Sample<'_>) {
        put_u32(self.out, FLOW_SAMPLE);
        let body = self.begin_length();
        put_u32(self.out, sample.sequence);
        put_u32(self.out, sample.source);
        put_u32(self.out, sample.rate);
        put_u32(self.out, sample.pool);
        put_u32(self.out, sample.drops);
        put_u32(self.out, sample.input);
        put_u32(self.out, sample.output);
        put_u32(self.out, 1);
        put_u32(self.out, RAW_HEAD);
        let record = self.begin_length();
        put_u32(self.out, ETHERNET);
        put_u32(self.out, sample.length);
        put_u32(self.out, sample.stripped);
        put_u32(self.out, sample.head.len() as u32);
        let head = self.out.len();
        self.out.extend_from_slice(sample.head);
        pad_to_four(self.out, head);
        self.end_length(record);
        self.end_length(body);
        self.count += 1;
    }

    /// Ends the datagram: the header gets its count.
    pub fn finish(self) {
        set_u32(self.out, self.count_at, self.count);
    }

    fn begin_length(&mut self) -> usize {
        put_u32(self.out, 0);
        self.out.len()
    }

    fn end_length(&mut self, body: usize) {
        let length = (self.out.len() - body) as u32;
        set_u32(self.out, body - 4, length);
    }
}

/// Bytes that a sample with a head of this length takes.
pub const fn sample_length(head: usize) -> usize {
    64 + head.next_multiple_of(4)
}

fn set_u32(out: &mut [u8], at: usize, value: u32) {
    out[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

#[cfg(test)]
#[path = "sflow_tests.rs"]
mod tests;
