//! Indicators: what others say is bad, with date and source. Never enough by themselves.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::Timestamp;

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
    prefixes: Vec<(IpNet, u32)>,
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
                IndicatorKind::Prefix(net) => list.prefixes.push((net, number)),
            }
        }
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

    /// Finds every indicator that speaks of this address and port.
    pub fn about(&self, ip: IpAddr, port: u16) -> impl Iterator<Item = &Indicator> {
        let exact = self.by_address.get(&ip).into_iter().flatten().copied();
        let wide = self
            .prefixes
            .iter()
            .filter(move |(net, _)| net.contains(&ip))
            .map(|&(_, n)| n);
        let all = exact
            .chain(wide)
            .map(|number| &self.indicators[number as usize]);
        all.filter(move |indicator| match indicator.kind {
            IndicatorKind::Address { port: said, .. } => said == 0 || said == port,
            IndicatorKind::Prefix(_) => true,
        })
    }
}
