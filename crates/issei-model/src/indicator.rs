//! Indicators: what others say is bad, with date and source. Never enough by themselves.
//!
//! A list is asked for every flow record and seldom knows the address, so [`IndicatorList::may_know`]
//! answers "no" from one word of a filter and a table of prefixes; only then is it worth to ask
//! [`IndicatorList::about`], which walks over the few lengths of prefix that the list has.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::territory::PrefixSet;
use crate::{Address, Timestamp};

/// What an indicator points at on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndicatorKind {
    /// One address, or one service on it if the port is not 0.
    Address {
        /// The address.
        ip: IpAddr,
        /// The port, or 0 for any.
        port: u16,
    },
    /// A prefix.
    Prefix(IpNet),
}

/// One statement of a third party about an address or prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// What it points at.
    pub kind: IndicatorKind,
    /// What it is said to be: a family, a role. May be empty.
    pub label: String,
    /// Who says so: the file or feed.
    pub source: String,
    /// When it was said, if that is known. Undated statements weigh least.
    pub said_at: Option<Timestamp>,
}

/// Indicators, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct IndicatorList {
    indicators: Vec<Indicator>,
    by_address: BTreeMap<IpAddr, Vec<u32>>,
    by_prefix: BTreeMap<IpNet, Vec<u32>>,
    /// Lengths of the prefixes of IPv4 and of IPv6, falling.
    lengths: [Vec<u8>; 2],
    addresses: Filter,
    prefixes: Option<PrefixSet>,
}

impl IndicatorList {
    /// Indexes the indicators.
    pub fn new(indicators: Vec<Indicator>) -> Self {
        let mut list = Self {
            indicators,
            ..Self::default()
        };
        for (number, indicator) in (0u32..).zip(&list.indicators) {
            match indicator.kind {
                IndicatorKind::Address { ip, .. } => {
                    list.by_address.entry(ip).or_default().push(number);
                }
                IndicatorKind::Prefix(net) => {
                    list.by_prefix.entry(net.trunc()).or_default().push(number);
                }
            }
        }
        list.addresses = Filter::of(list.by_address.keys());
        let nets: Vec<IpNet> = list.by_prefix.keys().copied().collect();
        for net in &nets {
            list.lengths[usize::from(net.addr().is_ipv6())].push(net.prefix_len());
        }
        for lengths in &mut list.lengths {
            lengths.sort_unstable_by(|a, b| b.cmp(a));
            lengths.dedup();
        }
        list.prefixes = (!nets.is_empty()).then(|| PrefixSet::new(&nets));
        list
    }

    /// Counts the indicators.
    pub fn len(&self) -> usize {
        self.indicators.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty()
    }

    /// Shows all indicators, in the order they were given.
    pub fn all(&self) -> &[Indicator] {
        &self.indicators
    }

    /// Tells quickly whether any indicator may speak of an address: `false` is certain, `true` is
    /// wrong for some 1 % of the addresses that nobody speaks of.
    #[inline]
    pub fn may_know<A: Address>(&self, address: A) -> bool {
        let in_prefix = |set: &PrefixSet| set.holds(address);
        self.addresses.may_hold(address) || self.prefixes.as_ref().is_some_and(in_prefix)
    }

    /// Finds every indicator that speaks of this address and port: what names the address first,
    /// then prefixes, the longest first.
    pub fn about(&self, ip: IpAddr, port: u16) -> impl Iterator<Item = &Indicator> {
        let exact = self.by_address.get(&ip).into_iter().flatten();
        let lengths = &self.lengths[usize::from(ip.is_ipv6())];
        let wide = lengths.iter().filter_map(move |&length| {
            let net = IpNet::new(ip, length).ok()?.trunc();
            self.by_prefix.get(&net)
        });
        let all = exact
            .chain(wide.flatten())
            .map(|&number| &self.indicators[number as usize]);
        all.filter(move |indicator| match indicator.kind {
            IndicatorKind::Address { port: said, .. } => said == 0 || said == port,
            IndicatorKind::Prefix(_) => true,
        })
    }
}

/// Says of most addresses with one look at one word that they are not on the list.
///
/// Each address sets three bits of one word (a Bloom filter in blocks). It is filled from the
/// list alone, so nobody outside can fill it up, and it needs no key.
#[derive(Clone, Debug, Default)]
struct Filter(Vec<u64>);

/// Bits of the filter for each address of the list: about one wrong "maybe" in a hundred.
const BITS_AN_ADDRESS: usize = 16;

impl Filter {
    fn of<'a>(addresses: impl ExactSizeIterator<Item = &'a IpAddr>) -> Self {
        if addresses.len() == 0 {
            return Self::default();
        }
        let words = (addresses.len() * BITS_AN_ADDRESS)
            .div_ceil(64)
            .next_power_of_two();
        let mut filter = Self(vec![0; words]);
        for ip in addresses {
            let folded = match ip {
                IpAddr::V4(ip) => ip.to_bits().fold(),
                IpAddr::V6(ip) => ip.to_bits().fold(),
            };
            let (word, bits) = place(folded, words);
            filter.0[word] |= bits;
        }
        filter
    }

    #[inline]
    fn may_hold<A: Address>(&self, address: A) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let (word, bits) = place(address.fold(), self.0.len());
        self.0[word] & bits == bits
    }
}

/// The word and the three bits of an address in a filter of so many words, a power of two.
#[inline]
fn place(folded: u64, words: usize) -> (usize, u64) {
    let mixed = (folded ^ folded >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = 1 << (mixed >> 58) | 1 << (mixed >> 52 & 63) | 1 << (mixed >> 46 & 63);
    (mixed as usize & (words - 1), bits)
}

#[cfg(test)]
#[path = "indicator_tests.rs"]
mod tests;
