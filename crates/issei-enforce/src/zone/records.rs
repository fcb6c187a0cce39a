//! One record of a response policy zone: an owner below the zone's name, and what is said about it.
//!
//! Always: an owner is one exact name, or one prefix of clients; a label `*` cannot be written down.
//! Standard: draft-vixie-dnsop-dns-rpz-00, sections 3 (actions) and 4 (triggers).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use domain::base::RelativeName;
use ipnet::IpNet;
use issei_model::DomainName;

/// One record, as it stands in the zone. Ordered by the bytes of its owner, then by what is said.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// Labels below the zone's name, each after its length, as on the wire, lower case.
    owner: Arc<[u8]>,
    says: Says,
}

/// What is said about an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// The name does not exist: `CNAME .`
    Absent,
    /// The name has no records: `CNAME *.`
    Empty,
    /// As if there were no policy: `CNAME rpz-passthru.`
    Pass,
    /// The name has this address.
    A(Ipv4Addr),
    /// The name has this address.
    Aaaa(Ipv6Addr),
}

impl Record {
    /// Says something about one exact name.
    pub fn of(name: &DomainName, says: Says) -> Self {
        Self {
            owner: labels(name.as_str().split('.')).into(),
            says,
        }
    }

    /// Takes an owner as it came over the wire.
    pub(super) fn below(owner: &[u8], says: Says) -> Self {
        Self {
            owner: owner.into(),
            says,
        }
    }

    /// Lets clients of a prefix pass. They are lines of people: the record does not print.
    pub fn passing(clients: IpNet) -> Self {
        let clients = clients.trunc();
        let mut owner = vec![clients.prefix_len().to_string()];
        match clients.addr() {
            IpAddr::V4(ip) => owner.extend(ip.octets().iter().rev().map(u8::to_string)),
            IpAddr::V6(ip) => owner.extend(words(ip)),
        }
        owner.push("rpz-client-ip".into());
        Self {
            owner: labels(owner.iter().map(String::as_str)).into(),
            says: Says::Pass,
        }
    }

    /// Tells an address of this kind for a name.
    pub fn address(name: &DomainName, ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::of(name, Says::A(ip)),
            IpAddr::V6(ip) => Self::of(name, Says::Aaaa(ip)),
        }
    }

    /// Tells whether it is about a name.
    pub fn is_about(&self, name: &DomainName) -> bool {
        *self.owner == *labels(name.as_str().split('.'))
    }

    /// Tells what is said.
    pub fn says(&self) -> Says {
        self.says
    }

    /// Tells the owner below the zone's name, if it is one.
    pub(super) fn owner(&self) -> Option<&RelativeName<[u8]>> {
        RelativeName::from_slice(&self.owner).ok()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.says, self.owner()) {
            (Says::Pass, _) | (_, None) => f.write_str("(clients that opted out)"),
            (says, Some(owner)) => write!(f, "{owner} {says:?}"),
        }
    }
}

/// Writes labels as on the wire. Each is shorter than 64 bytes: a [`DomainName`]'s are, and ours.
fn labels<'l>(labels: impl Iterator<Item = &'l str>) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in labels {
        wire.push(label.len() as u8);
        wire.extend_from_slice(label.as_bytes());
    }
    wire
}

/// Writes the words of an address from the last to the first, the longest run of zeros as `zz`
/// (section 4.1.1). Resolvers that compare texts know only this form.
fn words(ip: Ipv6Addr) -> Vec<String> {
    let segments = ip.segments();
    let zeros = longest_zeros(&segments);
    let mut words: Vec<String> = Vec::new();
    for (place, word) in segments.iter().enumerate() {
        match &zeros {
            Some(run) if place == run.start => words.push("zz".into()),
            Some(run) if run.contains(&place) => {}
            _ => words.push(format!("{word:x}")),
        }
    }
    words.reverse();
    words
}

/// Finds the first of the longest runs of at least two zeros.
fn longest_zeros(segments: &[u16; 8]) -> Option<std::ops::Range<usize>> {
    let run = |start: usize| {
        let zeros = segments[start..].iter().take_while(|&&word| word == 0);
        start..start + zeros.count()
    };
    let runs = (0..segments.len()).map(run).filter(|run| run.len() >= 2);
    runs.rev().max_by_key(std::ops::Range::len)
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
