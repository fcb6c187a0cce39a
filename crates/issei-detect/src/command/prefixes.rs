//! A table from prefixes, with or without a port, to what is said about them.
//!
//! Asked when a service is first met or judged, never per record. The longest prefix answers;
//! of two with the same length the one that names the port. IPv4 lives in its mapped place
//! (RFC 4291, section 2.5.5.2), so one table serves both families.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// The table.
#[derive(Clone, Debug)]
pub(super) struct PrefixTable<V> {
    entries: BTreeMap<(u8, u128, u16), V>,
    /// Lengths that occur, longest first.
    lengths: Vec<u8>,
}

impl<V> Default for PrefixTable<V> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            lengths: Vec::new(),
        }
    }
}

impl<V> PrefixTable<V> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Says `value` about a prefix; port 0 means every port. Tells what was said before.
    pub(super) fn insert(&mut self, net: IpNet, port: u16, value: V) -> Option<V> {
        let length = match net {
            IpNet::V4(net) => net.prefix_len() + 96,
            IpNet::V6(net) => net.prefix_len(),
        };
        if let Err(at) = self.lengths.binary_search_by(|have| length.cmp(have)) {
            self.lengths.insert(at, length);
        }
        let place = (length, masked(to_bits(net.addr()), length), port);
        self.entries.insert(place, value)
    }

    /// Finds what is said about an address and port.
    pub(super) fn about(&self, ip: IpAddr, port: u16) -> Option<&V> {
        let bits = to_bits(ip);
        self.lengths.iter().find_map(|&length| {
            let net = masked(bits, length);
            let exact = self.entries.get(&(length, net, port));
            exact.or_else(|| self.entries.get(&(length, net, 0)))
        })
    }
}

fn to_bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

fn masked(bits: u128, length: u8) -> u128 {
    match length {
        0 => 0,
        1..128 => bits & (u128::MAX << (128 - length)),
        _ => bits,
    }
}

/// Reads `203.0.113.0/24`, `203.0.113.7`, `203.0.113.7:8883`, `[2001:db8::7]:8883`.
pub(super) fn parse_place(text: &str) -> Option<(IpNet, u16)> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some((net, 0));
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some((IpNet::from(ip), 0));
    }
    let place: std::net::SocketAddr = text.parse().ok()?;
    (place.port() != 0).then(|| (IpNet::from(place.ip()), place.port()))
}

#[cfg(test)]
#[path = "prefixes_tests.rs"]
mod tests;
