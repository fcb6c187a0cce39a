//! What is ours: the prefixes whose lines we answer for, and the dark ones nobody uses.
//!
//! Membership is asked once or twice per flow record, so IPv4 is answered from a table of the
//! upper sixteen bits; only where a prefix longer than /16 ends do we look into its ranges.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::Address;

/// Why we think that these prefixes are ours. Stands in every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TerritoryBasis {
    /// The configuration or the command line says so.
    Configured,
    /// Nobody said; the private ranges were taken.
    PrivateRanges,
    /// Nobody said and no private address took part; the most talkative side was taken.
    MostTalkative,
}

/// The prefixes that are ours and those that are dark.
#[derive(Clone, Debug)]
pub struct Territory {
    ours: PrefixSet,
    dark: PrefixSet,
    basis: TerritoryBasis,
}

impl Territory {
    /// Takes the prefixes. Dark space need not lie inside ours.
    pub fn new(ours: &[IpNet], dark: &[IpNet], basis: TerritoryBasis) -> Self {
        Self {
            ours: PrefixSet::new(ours),
            dark: PrefixSet::new(dark),
            basis,
        }
    }

    /// Takes the ranges that are never routed on the public Internet: RFC 1918, RFC 6598,
    /// link-local and unique local addresses.
    pub fn private(dark: &[IpNet]) -> Self {
        Self::new(&private_ranges(), dark, TerritoryBasis::PrivateRanges)
    }

    /// Tells why we think so.
    pub const fn basis(&self) -> TerritoryBasis {
        self.basis
    }

    /// Lists the prefixes that are ours, merged.
    pub fn ours(&self) -> &[IpNet] {
        &self.ours.prefixes
    }

    /// Lists the dark prefixes, merged.
    pub fn dark(&self) -> &[IpNet] {
        &self.dark.prefixes
    }

    /// Tells whether an address is one of ours.
    #[inline]
    pub fn is_ours<A: Address>(&self, address: A) -> bool {
        self.ours.holds(address)
    }

    /// Tells whether an address is in dark space.
    #[inline]
    pub fn is_dark<A: Address>(&self, address: A) -> bool {
        self.dark.holds(address)
    }

    /// Tells whether there is any dark space.
    pub fn has_dark(&self) -> bool {
        !self.dark.prefixes.is_empty()
    }

    /// Tells whether an address, of either family, is one of ours.
    pub fn is_ours_ip(&self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => self.is_ours(ip.to_bits()),
            IpAddr::V6(ip) => self.is_ours(ip.to_bits()),
        }
    }
}

/// Lists the ranges that are never routed publicly.
pub(crate) fn private_ranges() -> Vec<IpNet> {
    let texts = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16", // RFC 1918
        "100.64.0.0/10",  // RFC 6598, carrier-grade NAT
        "169.254.0.0/16",
        "fe80::/10", // link-local
        "fc00::/7",  // RFC 4193
    ];
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// A set of prefixes that answers membership quickly.
#[derive(Clone, Debug)]
pub(crate) struct PrefixSet {
    prefixes: Vec<IpNet>,
    /// Per upper half of an IPv4 address: none, all, or look into the ranges.
    upper: Box<[Cover]>,
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Cover {
    None,
    All,
    Part,
}

impl PrefixSet {
    pub(crate) fn new(prefixes: &[IpNet]) -> Self {
        let prefixes = IpNet::aggregate(&prefixes.to_vec());
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for prefix in &prefixes {
            match prefix {
                IpNet::V4(net) => v4.push((net.network().to_bits(), net.broadcast().to_bits())),
                IpNet::V6(net) => v6.push((net.network().to_bits(), net.broadcast().to_bits())),
            }
        }
        v4.sort_unstable();
        v6.sort_unstable();
        let mut upper = vec![Cover::None; 1 << 16].into_boxed_slice();
        for &(low, high) in &v4 {
            for half in (low >> 16)..=(high >> 16) {
                let whole = low <= half << 16 && high >= (half << 16 | 0xffff);
                upper[half as usize] = if whole { Cover::All } else { Cover::Part };
            }
        }
        Self {
            prefixes,
            upper,
            v4,
            v6,
        }
    }

    /// Tells whether an address lies in one of them.
    #[inline]
    pub(crate) fn holds<A: Address>(&self, address: A) -> bool {
        if A::BITS == 32 {
            let address = address.to_u128() as u32;
            match self.upper[(address >> 16) as usize] {
                Cover::None => false,
                Cover::All => true,
                Cover::Part => in_ranges(&self.v4, address),
            }
        } else {
            in_ranges(&self.v6, address.to_u128())
        }
    }
}

fn in_ranges<N: Ord + Copy>(ranges: &[(N, N)], address: N) -> bool {
    let after = ranges.partition_point(|&(low, _)| low <= address);
    after > 0 && address <= ranges[after - 1].1
}

#[cfg(test)]
#[path = "territory_tests.rs"]
mod tests;
