//! What is never cut, whoever asks: goals against live lists of names, prefixes and networks.
//!
//! In: an order's goals; lists built in, imported (MISP warning lists) or a member's own.
//! Out: the witness [`Safe`], or a refusal that names the entry. Always: both ways, so refusing
//! `example.com` hits the safeguard `drive.example.com`; merging only adds, so no remote party can
//! take an entry away; problems of an import are counted, the rest stands. Ask [`Safeguards::hits`]
//! again whenever a list changes: what became safeguarded is withdrawn.
//! Not here: fetching lists (host), withdrawing (`issei-order`).

use std::collections::BTreeMap;
use std::iter::successors;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use issei_model::{Digest, DomainName, Endpoint, Goal, Order, OrderId, protocol};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::refusal::{Gate, Refusal, Words};
use crate::suffix::too_wide;

mod import;

use import::place;
pub use import::{Imported, ListError, MOST_EXAMPLES, plain_list, warning_list};

/// Everything that is safeguarded here, at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safeguards {
    /// By the labels from the right, each with its dot: `com.example.`, so a name's descendants
    /// follow it.
    names: BTreeMap<String, Vec<Entry>>,
    v4: BTreeMap<(Ipv4Addr, u8), Vec<Entry>>,
    v6: BTreeMap<(Ipv6Addr, u8), Vec<Entry>>,
    services: BTreeMap<(u8, u16), Vec<Entry>>,
    entries: usize,
    refused_entries: u64,
    /// Kept ready: lists change rarely, orders are judged often. Zero for no entries at all.
    digest: [u8; 32],
}

/// The witness that no goal of an order was safeguarded. Only [`Safeguards::judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safe {
    order: OrderId,
    lists: Digest,
}

impl Safe {
    /// Tells which order was judged.
    pub fn order(&self) -> OrderId {
        self.order
    }

    /// Tells by which lists: the digest of all entries.
    pub fn lists(&self) -> Digest {
        self.lists
    }
}

/// What kind of thing is safeguarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What carries the network itself: routing sessions, special-use ranges.
    ControlPlane,
    /// Resolvers that the public uses, and the root of the names.
    PublicResolver,
    /// Time servers.
    Ntp,
    /// Content delivery and clouds: one address, thousands of sites.
    Cloud,
    /// Operators whose failure harms people: hospitals, banks, power, water, government.
    ProtectedOperator,
    /// Emergency calls and warnings.
    Emergency,
    /// Routers, resolvers and mail of the members.
    MemberInfrastructure,
    /// This member's own choice.
    Own,
}

impl Kind {
    /// All kinds, the most general first.
    pub const ALL: [Self; 8] = [
        Self::ControlPlane,
        Self::PublicResolver,
        Self::Ntp,
        Self::Cloud,
        Self::ProtectedOperator,
        Self::Emergency,
        Self::MemberInfrastructure,
        Self::Own,
    ];

    /// Names the kind for people.
    pub fn words(self) -> Words {
        let (en, ja) = match self {
            Self::ControlPlane => ("the control plane of networks", "ネットワークの制御基盤"),
            Self::PublicResolver => ("a public resolver or root server", "公共の名前解決サーバ"),
            Self::Ntp => ("a time server", "時刻サーバ"),
            Self::Cloud => (
                "a shared cloud or delivery network",
                "共用のクラウド・配信網",
            ),
            Self::ProtectedOperator => ("a protected operator", "保護対象の事業者"),
            Self::Emergency => ("an emergency service", "緊急通報・防災"),
            Self::MemberInfrastructure => ("infrastructure of a member", "参加事業者の設備"),
            Self::Own => (
                "safeguarded by this member itself",
                "自組織が保護を指定した対象",
            ),
        };
        Words::new(en, ja)
    }
}

/// What an entry protects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A name and every name below it.
    Suffix(DomainName),
    /// Every address in a prefix.
    Prefix(IpNet),
    /// Every prefix that a network announces, as the list's keeper knew them.
    Network {
        /// The number of the autonomous system.
        asn: u32,
        /// Its prefixes.
        prefixes: Vec<IpNet>,
    },
    /// One service at any address.
    Service {
        /// The protocol's number, such as 6 for TCP.
        protocol: u8,
        /// The port.
        port: u16,
    },
}

/// One safeguarded thing, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What is protected.
    pub place: Place,
    /// Of what kind it is.
    pub kind: Kind,
    /// Why, in the words of the list.
    pub reason: String,
    /// Which list.
    pub source: String,
}

/// A goal met an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// Which goal.
    pub goal: Goal,
    /// Which entry.
    pub entry: &'a Entry,
}

impl Safeguards {
    /// Entries held at once. The largest public lists together hold a few hundred thousand.
    pub const MOST_ENTRIES: usize = 2_000_000;
    /// Bytes of one imported list. The largest public one has about 30 MB.
    pub const LONGEST_LIST: usize = 64 << 20;
    /// Hits told of one order: enough to understand a refusal.
    pub const MOST_HITS: usize = 1_000;

    /// Starts with what ships: special-use ranges, control-plane services, public resolvers, root servers.
    ///
    /// ```
    /// use issei_case::Safeguards;
    /// let goals = ["8.8.8.8".parse().unwrap(), "192.0.2.7".parse().unwrap()];
    /// assert_eq!(Safeguards::built_in().hits(&goals).len(), 1);
    /// ```
    pub fn built_in() -> Self {
        Self::default().with(built_in_entries())
    }

    /// Adds entries; nothing that stands is changed. Too many are counted, not taken.
    #[must_use]
    pub fn with(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        for entry in entries {
            if self.entries >= Self::MOST_ENTRIES {
                self.refused_entries += 1;
            } else {
                self.add(&entry);
            }
        }
        self.digest = self.computed_digest();
        self
    }

    /// Removes every entry of one list. For a person at this member's own console only: nothing
    /// that arrives from outside may lead here (G5). What ships cannot be removed.
    #[must_use]
    pub fn without_local_list(self, source: &str) -> Self {
        let refused_entries = self.refused_entries;
        let kept: Vec<Entry> = self
            .all()
            .filter(|entry| entry.source != source || entry.source == BUILT_IN)
            .cloned()
            .collect();
        let mut kept = Self::default().with(kept);
        kept.refused_entries = refused_entries;
        kept
    }

    /// Judges an order at creation, at a member and at arming.
    ///
    /// # Errors
    /// The first goal that is safeguarded, and by what.
    pub fn judge(&self, order: &Order) -> Result<Safe, Refusal> {
        // A full list may lack the very entry that matters: a check that breaks says no.
        if self.refused_entries > 0 {
            return Err(self.overflow());
        }
        order.goals.iter().try_for_each(|goal| self.spares(goal))?;
        Ok(Safe {
            order: order.id(),
            lists: self.digest(),
        })
    }

    /// Tells whether a goal is neither safeguarded nor a name that strangers have theirs below.
    ///
    /// # Errors
    /// What stands against it.
    pub fn spares(&self, goal: &Goal) -> Result<(), Refusal> {
        if let Some(no) = too_wide(goal) {
            return Err(no);
        }
        match self.hits(std::slice::from_ref(goal)).first() {
            Some(hit) => Err(hit.refusal()),
            None => Ok(()),
        }
    }

    /// Tells which goals meet an entry, in the order of the goals, up to [`Self::MOST_HITS`].
    pub fn hits(&self, goals: &[Goal]) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        for goal in goals {
            let entries = match goal {
                Goal::Name(name) => self.name_hits(name),
                Goal::Service(endpoint) => self.endpoint_hits(endpoint),
            };
            hits.extend(entries.into_iter().map(|entry| Hit {
                goal: goal.clone(),
                entry,
            }));
            if hits.len() >= Self::MOST_HITS {
                hits.truncate(Self::MOST_HITS);
                break;
            }
        }
        hits
    }

    /// Tells which entries a rule for a whole prefix would touch, or, with a protocol and a port other
    /// than 0, one for a service there; up to [`Self::MOST_HITS`]. For reflexes, which may drop what an
    /// operator asks to drop for his own prefix.
    pub fn overlapping(&self, prefix: IpNet, protocol: u8, port: u16) -> Vec<&Entry> {
        let services = self.services.get(&(protocol, port)).into_iter();
        let nets: Vec<&Vec<Entry>> = match unmapped_net(prefix.trunc()) {
            IpNet::V4(net) => {
                let wider = successors(net.supernet(), Ipv4Net::supernet);
                let wider = wider.map(|net| (net.addr(), net.prefix_len()));
                around(
                    &self.v4,
                    wider,
                    (net.addr(), net.broadcast()),
                    net.prefix_len(),
                )
            }
            IpNet::V6(net) => {
                let wider = successors(net.supernet(), Ipv6Net::supernet);
                let wider = wider.map(|net| (net.addr(), net.prefix_len()));
                around(
                    &self.v6,
                    wider,
                    (net.addr(), net.broadcast()),
                    net.prefix_len(),
                )
            }
        };
        let hits = services.flatten().chain(nets.into_iter().flatten());
        hits.take(Self::MOST_HITS).collect()
    }

    /// Tells whether entries found no room, so that the very one that matters may be missing.
    pub fn is_overfull(&self) -> bool {
        self.refused_entries > 0
    }

    /// Tells how many entries stand.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Tells whether nothing is safeguarded.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Names the lists: the digest of every entry, whatever the order in which they came.
    pub fn digest(&self) -> Digest {
        Digest(self.digest)
    }

    fn computed_digest(&self) -> [u8; 32] {
        let mut lines: Vec<String> = self
            .all()
            .map(|entry| serde_json::to_string(entry).expect("entries are plain text and numbers"))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        sha2::Sha256::digest(lines.join("\n")).into()
    }

    fn add(&mut self, entry: &Entry) {
        match &entry.place {
            Place::Suffix(name) => push(self.names.entry(reversed(name)).or_default(), entry),
            Place::Prefix(net) => self.add_prefix(*net, entry),
            Place::Network { prefixes, .. } => {
                for net in prefixes {
                    self.add_prefix(*net, entry);
                }
            }
            Place::Service { protocol, port } => {
                push(self.services.entry((*protocol, *port)).or_default(), entry);
            }
        }
        self.entries += 1;
    }

    fn add_prefix(&mut self, net: IpNet, entry: &Entry) {
        match unmapped_net(net.trunc()) {
            IpNet::V4(net) => push(
                self.v4.entry((net.addr(), net.prefix_len())).or_default(),
                entry,
            ),
            IpNet::V6(net) => push(
                self.v6.entry((net.addr(), net.prefix_len())).or_default(),
                entry,
            ),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        let lists = self.names.values().chain(self.services.values());
        lists
            .chain(self.v4.values())
            .chain(self.v6.values())
            .flatten()
    }

    /// Entries above the name (it lies under a safeguarded suffix), then at it and below it
    /// (refusing it would take a safeguarded name along).
    fn name_hits(&self, name: &DomainName) -> Vec<&Entry> {
        let name = reversed(name);
        let dots = name.match_indices('.').map(|(at, _)| at + 1);
        let above = dots.filter(|end| *end < name.len());
        let above = above.filter_map(|end| self.names.get(&name[..end]));
        let from_here = self.names.range(name.clone()..);
        let below = from_here.take_while(|(other, _)| other.starts_with(&name));
        above
            .chain(below.map(|(_, entries)| entries))
            .flatten()
            .collect()
    }

    fn endpoint_hits(&self, endpoint: &Endpoint) -> Vec<&Entry> {
        let service = self.services.get(&(endpoint.protocol, endpoint.port));
        let mut hits: Vec<&Entry> = service.into_iter().flatten().collect();
        let nets: Vec<&Vec<Entry>> = match unmapped(endpoint.ip) {
            IpAddr::V4(ip) => (0..=32)
                .filter_map(|length| Ipv4Net::new(ip, length).ok())
                .filter_map(|net| self.v4.get(&(net.network(), net.prefix_len())))
                .collect(),
            IpAddr::V6(ip) => (0..=128)
                .filter_map(|length| Ipv6Net::new(ip, length).ok())
                .filter_map(|net| self.v6.get(&(net.network(), net.prefix_len())))
                .collect(),
        };
        hits.extend(nets.into_iter().flatten());
        hits
    }

    fn overflow(&self) -> Refusal {
        let n = self.refused_entries;
        Refusal::new(
            Gate::Safeguards,
            "lists-full",
            Words::new(
                format!(
                    "{n} entries of the safeguard lists did not fit, so nobody knows what they protect"
                ),
                format!("保護リストのうち {n} 件が上限を超え、判定できません"),
            ),
            Words::new(
                "merge or remove local lists, then judge again",
                "自組織のリストを統合または削減してから、もう一度判定してください",
            ),
        )
    }
}

impl Hit<'_> {
    /// Writes the refusal for this hit.
    pub fn refusal(&self) -> Refusal {
        let (goal, entry) = (&self.goal, self.entry);
        let kind = entry.kind.words();
        Refusal::new(
            Gate::Safeguards,
            "safeguarded",
            Words::new(
                format!(
                    "`{goal}` meets {}, which is {}: `{}` (list `{}`)",
                    entry.place.words(),
                    kind.en,
                    entry.reason,
                    entry.source
                ),
                format!(
                    "`{goal}` は {}({})に該当します: `{}`(リスト `{}`)",
                    entry.place.words(),
                    kind.ja,
                    entry.reason,
                    entry.source
                ),
            ),
            Words::new(
                "take the goal out of the order, or ask its owner to act",
                "対象から外すか、管理者に対処を依頼してください",
            ),
        )
    }
}

impl Place {
    /// Names the place for people.
    pub fn words(&self) -> String {
        match self {
            Self::Suffix(name) => format!("`{name}`"),
            Self::Prefix(net) => format!("`{net}`"),
            Self::Network { asn, .. } => format!("AS{asn}"),
            Self::Service { protocol, port } => match *protocol {
                protocol::TCP => format!("{port}/tcp"),
                protocol::UDP => format!("{port}/udp"),
                other => format!("{port}/protocol {other}"),
            },
        }
    }
}

fn push(list: &mut Vec<Entry>, entry: &Entry) {
    if !list.contains(entry) {
        list.push(entry.clone());
    }
}

/// Writes `drive.example.com` as `com.example.drive.`
fn reversed(name: &DomainName) -> String {
    name.as_str()
        .rsplit('.')
        .flat_map(|label| [label, "."])
        .collect()
}

/// An IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2) is the IPv4 address.
fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

fn unmapped_net(net: IpNet) -> IpNet {
    match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => v6
            .addr()
            .to_ipv4_mapped()
            .and_then(|ip| Ipv4Net::new(ip, v6.prefix_len() - 96).ok())
            .map_or(net, IpNet::V4),
        _ => net,
    }
}

/// Entries of the prefixes that hold all of a prefix, then of those within it.
fn around<A: Ord + Copy>(
    nets: &BTreeMap<(A, u8), Vec<Entry>>,
    wider: impl Iterator<Item = (A, u8)>,
    (first, last): (A, A),
    length: u8,
) -> Vec<&Vec<Entry>> {
    let wider = wider.filter_map(|key| nets.get(&key));
    let within = nets.range((first, 0)..=(last, u8::MAX));
    // A wider one that begins at the same address was found before.
    let within = within.filter(|((_, bits), _)| *bits >= length);
    wider.chain(within.map(|(_, entries)| entries)).collect()
}

/// The name of the list that ships.
const BUILT_IN: &str = "built in";

fn built_in_entries() -> impl Iterator<Item = Entry> {
    let places = BUILT_IN_PLACES.iter().map(|(kind, text, reason)| Entry {
        place: place(text).expect("the list that ships reads; a test reads it"),
        kind: *kind,
        reason: (*reason).to_owned(),
        source: BUILT_IN.to_owned(),
    });
    let services = CONTROL_SERVICES
        .iter()
        .map(|(protocol, port, reason)| Entry {
            place: Place::Service {
                protocol: *protocol,
                port: *port,
            },
            kind: Kind::ControlPlane,
            reason: (*reason).to_owned(),
            source: BUILT_IN.to_owned(),
        });
    places.chain(services)
}

/// Services that hold networks together, at any address (G6).
const CONTROL_SERVICES: &[(u8, u16, &str)] = &[
    (protocol::TCP, 179, "BGP sessions (RFC 4271)"),
    (protocol::TCP, 646, "LDP sessions (RFC 5036)"),
    (protocol::UDP, 646, "LDP hellos (RFC 5036)"),
    (protocol::UDP, 3784, "BFD (RFC 5881)"),
    (protocol::UDP, 3785, "BFD echo (RFC 5881)"),
    (protocol::UDP, 4784, "BFD over several hops (RFC 5883)"),
    (
        protocol::TCP,
        323,
        "validated route origins to routers, RPKI (RFC 8210)",
    ),
    (
        protocol::TCP,
        324,
        "validated route origins over TLS, RPKI (RFC 8210)",
    ),
    (protocol::TCP, 639, "MSDP (RFC 3618)"),
    (protocol::UDP, 520, "RIP (RFC 2453)"),
    (protocol::UDP, 521, "RIPng (RFC 2080)"),
    (protocol::UDP, 1985, "HSRP (RFC 2281)"),
];

const CONTROL: Kind = Kind::ControlPlane;
const RESOLVER: Kind = Kind::PublicResolver;

/// What ships. Special-use ranges: RFC 6890 and its registry; documentation ranges are left out,
/// so that drills and the demonstration can cut there, and private ones too, because a carrier may
/// hold customers in them.
const BUILT_IN_PLACES: &[(Kind, &str, &str)] = &[
    (CONTROL, "0.0.0.0/8", "this network (RFC 791)"),
    (CONTROL, "127.0.0.0/8", "loopback (RFC 1122)"),
    (CONTROL, "169.254.0.0/16", "link-local (RFC 3927)"),
    (CONTROL, "224.0.0.0/4", "multicast (RFC 5771)"),
    (CONTROL, "240.0.0.0/4", "reserved and broadcast (RFC 1112)"),
    (CONTROL, "::/127", "unspecified and loopback (RFC 4291)"),
    // A goal in here would be an IPv4 goal that the IPv4 entries do not see.
    (
        CONTROL,
        "64:ff9b::/96",
        "translated IPv4 addresses (RFC 6052)",
    ),
    (CONTROL, "2002::/16", "tunnelled IPv4 addresses (RFC 3056)"),
    (CONTROL, "fe80::/10", "link-local (RFC 4291)"),
    (CONTROL, "ff00::/8", "multicast (RFC 4291)"),
    (CONTROL, "root-servers.net", "names of the root servers"),
    (CONTROL, "in-addr.arpa", "reverse names (RFC 1035)"),
    (CONTROL, "ip6.arpa", "reverse names (RFC 3596)"),
    (Kind::Ntp, "ntp.org", "time servers of the public pool"),
    (Kind::Ntp, "ntp.nict.jp", "Japan standard time"),
    (RESOLVER, "8.8.8.8", "Google Public DNS"),
    (RESOLVER, "8.8.4.4", "Google Public DNS"),
    (RESOLVER, "2001:4860:4860::8888", "Google Public DNS"),
    (RESOLVER, "2001:4860:4860::8844", "Google Public DNS"),
    (RESOLVER, "dns.google", "Google Public DNS"),
    (RESOLVER, "1.1.1.1", "Cloudflare resolver"),
    (RESOLVER, "1.0.0.1", "Cloudflare resolver"),
    (RESOLVER, "2606:4700:4700::1111", "Cloudflare resolver"),
    (RESOLVER, "2606:4700:4700::1001", "Cloudflare resolver"),
    (RESOLVER, "one.one.one.one", "Cloudflare resolver"),
    (RESOLVER, "cloudflare-dns.com", "Cloudflare resolver"),
    (RESOLVER, "9.9.9.9", "Quad9 resolver"),
    (RESOLVER, "149.112.112.112", "Quad9 resolver"),
    (RESOLVER, "2620:fe::fe", "Quad9 resolver"),
    (RESOLVER, "2620:fe::9", "Quad9 resolver"),
    (RESOLVER, "dns.quad9.net", "Quad9 resolver"),
    (RESOLVER, "198.41.0.4", "root server A"),
    (RESOLVER, "2001:503:ba3e::2:30", "root server A"),
    (RESOLVER, "170.247.170.2", "root server B"),
    (RESOLVER, "2801:1b8:10::b", "root server B"),
    (RESOLVER, "192.33.4.12", "root server C"),
    (RESOLVER, "2001:500:2::c", "root server C"),
    (RESOLVER, "199.7.91.13", "root server D"),
    (RESOLVER, "2001:500:2d::d", "root server D"),
    (RESOLVER, "192.203.230.10", "root server E"),
    (RESOLVER, "2001:500:a8::e", "root server E"),
    (RESOLVER, "192.5.5.241", "root server F"),
    (RESOLVER, "2001:500:2f::f", "root server F"),
    (RESOLVER, "192.112.36.4", "root server G"),
    (RESOLVER, "2001:500:12::d0d", "root server G"),
    (RESOLVER, "198.97.190.53", "root server H"),
    (RESOLVER, "2001:500:1::53", "root server H"),
    (RESOLVER, "192.36.148.17", "root server I"),
    (RESOLVER, "2001:7fe::53", "root server I"),
    (RESOLVER, "192.58.128.30", "root server J"),
    (RESOLVER, "2001:503:c27::2:30", "root server J"),
    (RESOLVER, "193.0.14.129", "root server K"),
    (RESOLVER, "2001:7fd::1", "root server K"),
    (RESOLVER, "199.7.83.42", "root server L"),
    (RESOLVER, "2001:500:9f::42", "root server L"),
    (RESOLVER, "202.12.27.33", "root server M"),
    (RESOLVER, "2001:dc3::35", "root server M"),
];

#[cfg(test)]
#[path = "safeguards_tests.rs"]
mod tests;
