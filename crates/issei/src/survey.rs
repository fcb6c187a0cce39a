//! Whose side is ours, when nobody said: a look at who talks in the records.
//!
//! In: flow records. Out: the prefixes to take as ours, and why, to be said in the output.
//! Always: bounded, whatever the input; each family is looked at by itself; what is assumed are
//! only places that *sent* something, since whom a scan tries in vain is nobody's neighbour.
//!
//! The rule, in this order:
//! 1. private places that send, or if none sends those that receive, if they take part in at
//!    least a tenth of the flows between single hosts;
//! 2. the address with the most partners, if it takes part in half of the flows and does not
//!    itself only answer what it was never asked;
//! 3. if it does (it is the victim of a flood with forged sources), the places of its partners,
//!    if they lie close together;
//! 4. nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{Address, Columns, FlowBatch, Outcome, TerritoryBasis, protocol};
use issei_text::{Phrase, key};

/// Flows looked at. A million are enough to know who talks, and keep the look short.
const MOST_FLOWS: u64 = 1_000_000;
/// Private places remembered.
const MOST_PLACES: usize = 1 << 14;
/// Addresses remembered, for the most talkative.
const MOST_ADDRESSES: usize = 1 << 16;
/// Partners remembered of one address, and of all.
const MOST_PARTNERS: usize = 1 << 12;
const MOST_PARTNERS_IN_ALL: usize = 1 << 20;

/// The share of flows in which private places must take part, as one in so many.
const PRIVATE_SHARE: u64 = 10;
/// The share of flows in which the most talkative must take part, as one in so many.
const TALKATIVE_SHARE: u64 = 2;
/// Of a forged flood's victim, at least so many of a hundred flows begin with its own answer.
const ANSWERS_PERCENT: u64 = 90;
/// The partners of such a victim are ours if so many of a hundred lie in so few places.
const CLOSE_PERCENT: usize = 80;
const CLOSE_PLACES: usize = 4;

/// What is taken as ours, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The prefixes; may be empty.
    pub ours: Vec<IpNet>,
    /// In what way they were found.
    pub basis: TerritoryBasis,
    /// Why, in a sentence for the output.
    pub why: Phrase,
}

/// The look at the records.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    v4: Family<u32>,
    v6: Family<u128>,
}

impl Survey {
    /// Looks at a batch.
    pub fn look(&mut self, batch: &FlowBatch) {
        self.v4.look(&batch.v4);
        self.v6.look(&batch.v6);
    }

    /// Says what to assume.
    pub fn assumption(&self) -> Assumption {
        let both = [self.v4.verdict(), self.v6.verdict()];
        let mut ours: Vec<IpNet> = both.iter().flat_map(|(nets, _)| nets.clone()).collect();
        let reasons: BTreeSet<Reason> = both
            .iter()
            .filter(|(nets, _)| !nets.is_empty())
            .map(|&(_, reason)| reason)
            .collect();
        let private = reasons
            .iter()
            .any(|reason| matches!(reason, Reason::PrivateSend | Reason::PrivateReceive));
        if private {
            // Link-local addresses are never anybody else's.
            ours.extend(
                ["169.254.0.0/16", "fe80::/10"]
                    .iter()
                    .filter_map(|text| text.parse().ok())
                    .filter(|net: &IpNet| {
                        ours.iter()
                            .any(|our| our.addr().is_ipv4() == net.addr().is_ipv4())
                    })
                    .collect::<Vec<IpNet>>(),
            );
        }
        let why = match reasons.first() {
            None => Phrase::say(key!("ours-untold")),
            Some(_) => Phrase::of(|tongue| {
                let said = reasons.iter().map(|reason| tongue.say(reason.key()));
                let said: Vec<String> = said.collect();
                said.join(tongue.pick("; ", "、"))
            }),
        };
        Assumption {
            ours: IpNet::aggregate(&ours),
            basis: if private {
                TerritoryBasis::PrivateRanges
            } else {
                TerritoryBasis::MostTalkative
            },
            why,
        }
    }
}

/// By which step of the rule a side was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    PrivateSend,
    PrivateReceive,
    MostTalkative,
    PartnersOfVictim,
    Nobody,
}

impl Reason {
    const fn key(self) -> &'static str {
        match self {
            Self::PrivateSend => key!("ours-private-send"),
            Self::PrivateReceive => key!("ours-private-receive"),
            Self::MostTalkative => key!("ours-most-partners"),
            Self::PartnersOfVictim => key!("ours-answered-unasked"),
            Self::Nobody => key!("account-nobody"),
        }
    }
}

/// What was seen in one family.
#[derive(Clone, Debug)]
struct Family<A> {
    flows: u64,
    from_private: u64,
    /// Private places: whether one of them sent, and the flows towards it from public ones.
    places: BTreeMap<A, (bool, u64)>,
    talkers: BTreeMap<A, Talker<A>>,
    partners: usize,
}

#[derive(Clone, Debug)]
struct Talker<A> {
    partners: BTreeSet<A>,
    flows: u64,
    unasked_answers: u64,
    packets: u64,
}

impl<A: Address> Default for Family<A> {
    fn default() -> Self {
        Self {
            flows: 0,
            from_private: 0,
            places: BTreeMap::new(),
            talkers: BTreeMap::new(),
            partners: 0,
        }
    }
}

/// Hosts that share a place: an IPv4 /24, an IPv6 /64.
fn place<A: Address>(address: A) -> A {
    address.prefix(place_bits::<A>())
}

fn place_bits<A: Address>() -> u8 {
    if A::BITS == 32 { 24 } else { 64 }
}

impl<A: Address + Ord> Family<A> {
    fn look(&mut self, columns: &Columns<A>) {
        for row in 0..columns.len() {
            if self.flows == MOST_FLOWS {
                return;
            }
            let (source, destination) = (columns.source[row], columns.destination[row]);
            if source == destination
                || !is_single_host(source.to_ip())
                || !is_single_host(destination.to_ip())
            {
                continue;
            }
            self.flows += 1;
            let back = columns
                .reverse_packets
                .get(row)
                .copied()
                .unwrap_or_default();
            self.look_private(source, destination, back > 0);
            let unasked =
                columns.outcome(row) == Outcome::NotAnOpening || is_icmp_error(columns, row);
            self.talk(source, destination, columns.packets[row], unasked);
            self.talk(destination, source, back, false);
        }
    }

    fn look_private(&mut self, source: A, destination: A, answered: bool) {
        let (private_source, private_destination) =
            (is_private(source.to_ip()), is_private(destination.to_ip()));
        if private_source {
            self.from_private += 1;
            self.note_place(source, true, 0);
        }
        if private_destination {
            self.note_place(destination, answered, u64::from(!private_source));
        }
    }

    fn note_place(&mut self, address: A, sends: bool, flows: u64) {
        let full = self.places.len() == MOST_PLACES;
        let key = place(address);
        if full && !self.places.contains_key(&key) {
            return;
        }
        let (sent, towards) = self.places.entry(key).or_default();
        *sent |= sends;
        *towards += flows;
    }

    fn talk(&mut self, who: A, partner: A, packets: u64, unasked_answer: bool) {
        if self.talkers.len() == MOST_ADDRESSES && !self.talkers.contains_key(&who) {
            return;
        }
        let talker = self.talkers.entry(who).or_insert_with(|| Talker {
            partners: BTreeSet::new(),
            flows: 0,
            unasked_answers: 0,
            packets: 0,
        });
        talker.flows += 1;
        talker.packets += packets;
        talker.unasked_answers += u64::from(unasked_answer);
        let room = talker.partners.len() < MOST_PARTNERS && self.partners < MOST_PARTNERS_IN_ALL;
        if room && talker.partners.insert(partner) {
            self.partners += 1;
        }
    }

    fn verdict(&self) -> (Vec<IpNet>, Reason) {
        self.private()
            .or_else(|| self.talkative())
            .unwrap_or((Vec::new(), Reason::Nobody))
    }

    fn private(&self) -> Option<(Vec<IpNet>, Reason)> {
        let anybody_sends = self.places.values().any(|&(sends, _)| sends);
        let chosen = || {
            self.places
                .iter()
                .filter(|(_, (sends, _))| *sends == anybody_sends)
        };
        let flows = self.from_private + chosen().map(|(_, (_, towards))| towards).sum::<u64>();
        let enough =
            self.flows > 0 && flows * PRIVATE_SHARE >= self.flows && !self.places.is_empty();
        let nets = || {
            chosen()
                .filter_map(|(&place, _)| net(place, place_bits::<A>()))
                .collect()
        };
        let reason = if anybody_sends {
            Reason::PrivateSend
        } else {
            Reason::PrivateReceive
        };
        enough.then(|| (nets(), reason))
    }

    fn talkative(&self) -> Option<(Vec<IpNet>, Reason)> {
        // Of equals the one that sent more, then the lower address.
        let rank = |(address, talker): &(&A, &Talker<A>)| {
            (
                talker.partners.len(),
                talker.packets,
                std::cmp::Reverse(**address),
            )
        };
        let (&winner, talker) = self.talkers.iter().max_by_key(rank)?;
        if talker.unasked_answers * 100 >= talker.flows * ANSWERS_PERCENT {
            return self.partners_of(talker);
        }
        let enough = talker.flows * TALKATIVE_SHARE >= self.flows;
        let line = net(winner.prefix(A::LINE_BITS), A::LINE_BITS)?;
        enough.then(|| (vec![line], Reason::MostTalkative))
    }

    fn partners_of(&self, victim: &Talker<A>) -> Option<(Vec<IpNet>, Reason)> {
        let mut places: BTreeMap<A, usize> = BTreeMap::new();
        for &partner in &victim.partners {
            *places.entry(place(partner)).or_default() += 1;
        }
        let mut ranked: Vec<(usize, A)> = places
            .into_iter()
            .map(|(place, many)| (many, place))
            .collect();
        ranked.sort_by_key(|&(many, place)| (std::cmp::Reverse(many), place));
        ranked.truncate(CLOSE_PLACES);
        let close: usize = ranked.iter().map(|&(many, _)| many).sum();
        let enough = close * 100 >= victim.partners.len() * CLOSE_PERCENT;
        let nets = ranked
            .iter()
            .filter_map(|&(_, place)| net(place, place_bits::<A>()))
            .collect();
        enough.then_some((nets, Reason::PartnersOfVictim))
    }
}

fn net<A: Address>(address: A, bits: u8) -> Option<IpNet> {
    IpNet::new(address.to_ip(), bits).ok()
}

/// Tells whether a packet to or from this address concerns one host: neither a group nor nobody,
/// nor a link-local address, which every host has and which tells nothing.
fn is_single_host(ip: IpAddr) -> bool {
    let (none, link_local) = match ip {
        IpAddr::V4(ip) => (ip.is_unspecified() || ip.is_broadcast(), ip.is_link_local()),
        IpAddr::V6(ip) => (ip.is_unspecified(), ip.is_unicast_link_local()),
    };
    !(none || link_local || ip.is_multicast() || ip.is_loopback())
}

/// RFC 1918, RFC 6598 (carrier-grade NAT), RFC 4193.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.to_bits() & 0xffc0_0000 == 0x6440_0000,
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// Tells whether the flow is an ICMP error, which answers something: type in the upper byte of the
/// port. RFC 792 (3, 4, 5, 11, 12), RFC 4443 (below 128).
fn is_icmp_error<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    let kind = columns.destination_port[row] >> 8;
    match columns.protocol[row] {
        protocol::ICMP => matches!(kind, 3 | 4 | 5 | 11 | 12),
        protocol::ICMP_V6 => (1..128).contains(&kind),
        _ => false,
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
