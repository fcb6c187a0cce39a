//! How a flood against own addresses is put into a finding that another person can check.

use std::fmt::Write;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use issei_model::{
    Address, Alternative, Evidence, Finding, FindingId, FlowRecord, Level, Observation, Role, Rule,
    SamplingBasis, SamplingSummary, Statistic, Subject, Subscriber, Timestamp, protocol,
};

use super::judge::{Manner, Over, Vector, Weighed};
use super::kinds::Kind;
use super::tally::{Distinct, Tally};
use super::victims::{Place, Told, Victim};
use crate::engine::Surroundings;

/// A flood, ready to be told.
pub(super) struct Case<'a, A> {
    pub(super) place: Place<A>,
    pub(super) victim: &'a Victim<A>,
    pub(super) vector: Vector,
    pub(super) weighed: &'a Weighed,
    pub(super) sees_outbound: bool,
}

impl<A: Address> Case<'_, A> {
    fn tally(&self) -> Option<&Tally<A>> {
        let tally = self.victim.tally(self.vector.kind());
        tally.or_else(|| self.victim.tally(Kind::Fragment))
    }

    /// The fragments that belong to the flood.
    fn fragments(&self) -> Option<&Tally<A>> {
        let takes = match self.vector {
            Vector::Replies => true,
            Vector::Datagrams => self.victim.tally(Kind::Reply).is_none(),
            _ => false,
        };
        takes.then(|| self.victim.tally(Kind::Fragment)).flatten()
    }

    /// The port that gets most of the flood, or 0.
    fn port(&self, least: f64) -> u16 {
        let has_ports = matches!(
            self.vector,
            Vector::Replies
                | Vector::Answers
                | Vector::Openings
                | Vector::Streams
                | Vector::Datagrams
        );
        let first = self.tally().and_then(|tally| tally.ports.first());
        first
            .filter(|&(_, share)| has_ports && share >= least)
            .map_or(0, |(port, _)| port)
    }

    fn subject(&self, least_port_share: f64) -> Subject {
        let (address, bits) = self.place;
        if bits < A::LINE_BITS {
            return Subject::Prefix(net(self.place));
        }
        let protocol = self.vector.kind().protocol(A::BITS);
        Subject::Own(
            Subscriber::new(address.to_ip()),
            self.port(least_port_share),
            protocol,
        )
    }

    fn since(&self) -> Timestamp {
        let first = |tally: &Tally<A>| tally.first;
        let both = self.tally().map(first).into_iter();
        let earliest = both.chain(self.fragments().map(first)).min();
        Timestamp::from_micros(earliest.unwrap_or(0))
    }

    fn until(&self) -> Timestamp {
        let last = |tally: &Tally<A>| tally.last;
        let both = self.tally().map(last).into_iter();
        let latest = both.chain(self.fragments().map(last)).max();
        Timestamp::from_micros(latest.unwrap_or(0)).max(self.since())
    }

    /// Packets of the flood, estimated.
    pub(super) fn packets(&self) -> u64 {
        let packets = |tally: &Tally<A>| tally.packets;
        self.tally().map_or(0, packets)
            + self
                .fragments()
                .filter(|_| self.has_own_tally())
                .map_or(0, packets)
    }

    /// Whether the main tally is not that of the fragments.
    fn has_own_tally(&self) -> bool {
        self.victim.tally(self.vector.kind()).is_some()
    }

    /// Names the finding.
    pub(super) fn name(&self, around: &Surroundings<'_>) -> FindingId {
        let subject = self.subject(around.parameters.floods.port_share.value);
        FindingId::derive(Rule::InboundFlood, &subject, None, self.since())
    }
}

/// Writes a place as a prefix.
pub(super) fn net<A: Address>((address, bits): Place<A>) -> IpNet {
    let host = || IpNet::from(address.to_ip());
    match address.to_ip() {
        std::net::IpAddr::V4(ip) => Ipv4Net::new(ip, bits).map_or_else(|_| host(), IpNet::V4),
        std::net::IpAddr::V6(ip) => Ipv6Net::new(ip, bits).map_or_else(|_| host(), IpNet::V6),
    }
}

/// Writes the finding.
pub(super) fn finding<A: Address>(
    case: &Case<'_, A>,
    told: &Told,
    around: &Surroundings<'_>,
) -> Finding {
    Finding {
        id: told.id,
        revision: told.revision,
        rule: Rule::InboundFlood,
        level: told.level,
        subject: case.subject(around.parameters.floods.port_share.value),
        role: Role::Victim,
        peer: None,
        summary: summary(case),
        since: case.since(),
        until: case.until(),
        decided_at: told.decided_at,
        evidence: evidence(case, around),
    }
}

fn summary<A: Address>(case: &Case<'_, A>) -> String {
    let weighed = case.weighed;
    let lasted = case.until().since(case.since());
    let mut words = match (weighed.manner, case.vector) {
        (Manner::Reflection, Vector::Answers) => "reflection by TCP servers".to_owned(),
        (Manner::Reflection, _) => format!("reflection by {}", services(case)),
        (Manner::Spoofed, vector) => format!("flood of {} with forged sources", made_of(vector)),
        (Manner::Direct, vector) => format!("flood of {}", made_of(vector)),
    };
    if case.fragments().is_some() && case.has_own_tally() {
        words.push_str(" with fragments");
    }
    let _ = write!(
        words,
        ": {} packets from {:.0} sources in {lasted}",
        case.packets(),
        weighed.sources.count
    );
    if case.place.1 < A::LINE_BITS {
        let _ = write!(words, " over {:.0} addresses", weighed.addresses);
    }
    words
}

fn made_of(vector: Vector) -> &'static str {
    match vector {
        Vector::Replies => "amplified replies",
        Vector::Answers => "TCP answers",
        Vector::Openings => "TCP openings (SYN)",
        Vector::Streams => "TCP packets without an opening",
        Vector::Datagrams => "UDP datagrams",
        Vector::Control => "ICMP messages",
        Vector::Other => "packets of other protocols (GRE and the like)",
    }
}

/// Names the services that reflect, by their ports.
fn services<A: Address>(case: &Case<'_, A>) -> String {
    let shares = case
        .tally()
        .map_or_else(Vec::new, |tally| tally.source_ports.shares());
    let main: Vec<String> = shares
        .into_iter()
        .filter(|&(_, share)| share >= 0.2)
        .map(|(port, _)| match service(port) {
            "" => format!("{port}/udp"),
            name => format!("{name} ({port}/udp)"),
        })
        .collect();
    main.join(", ")
}

/// The usual name of an amplifying service.
fn service(port: u16) -> &'static str {
    match port {
        17 => "QOTD",
        19 => "CHARGEN",
        53 => "DNS",
        69 => "TFTP",
        111 => "portmap",
        123 => "NTP",
        137 => "NetBIOS",
        161 => "SNMP",
        389 => "CLDAP",
        427 => "SLP",
        520 => "RIP",
        1194 => "OpenVPN",
        1434 => "MS-SQL",
        1900 => "SSDP",
        3283 => "Apple remote desktop",
        3389 => "RDP",
        3702 => "WS-Discovery",
        5093 => "Sentinel",
        5351 => "NAT-PMP",
        5683 => "CoAP",
        10001 => "Ubiquiti discovery",
        11211 => "memcached",
        27015 => "Source engine",
        37810 => "DVR discovery",
        _ => "",
    }
}

fn evidence<A: Address>(case: &Case<'_, A>, around: &Surroundings<'_>) -> Evidence {
    let own = case.tally().map_or(&[][..], |tally| &tally.sample);
    let fragments = case.fragments().filter(|_| case.has_own_tally());
    let sample = mixed(own, fragments.map_or(&[][..], |tally| &tally.sample));
    Evidence {
        parameters: around.parameters.version.clone(),
        observations: observations(case),
        statistic: Some(statistic(case.weighed)),
        sampling: case
            .tally()
            .map_or(NO_SAMPLING, |tally| sampling(tally, around)),
        origins: case
            .tally()
            .map_or_else(Vec::new, |tally| tally.origins.clone()),
        sample,
        alternatives: alternatives(case),
        families: Vec::new(),
        refuted_by: refuted_by(case),
        does_not_show: does_not_show(case),
        builds_on: Vec::new(),
        independent_kinds: vec!["volume and shape of what one subject receives".into()],
    }
}

/// Takes some of both, so that fragments are shown beside what they belong to.
fn mixed(main: &[FlowRecord], beside: &[FlowRecord]) -> Vec<FlowRecord> {
    let of_beside = beside.len().min(Evidence::MOST_SAMPLES / 4);
    let of_main = main.len().min(Evidence::MOST_SAMPLES - of_beside);
    [&main[..of_main], &beside[..of_beside]].concat()
}

fn observations<A: Address>(case: &Case<'_, A>) -> Vec<Observation> {
    let weighed = case.weighed;
    let lasted = case.until().since(case.since()).as_secs_f64();
    let mut list = vec![
        Observation::text("made of", made_of(case.vector)),
        Observation::text(
            "manner",
            match weighed.manner {
                Manner::Reflection => "reflection",
                Manner::Spoofed => "spoofed direct",
                Manner::Direct => "direct",
            },
        ),
        Observation::count("packets, scaled by the sampling", case.packets(), "packets"),
        Observation::real("sources", weighed.sources.count, "addresses"),
        Observation::real(
            "its standard error",
            weighed.sources.standard_error,
            "addresses",
        ),
        Observation::real("time from the first to the last packet", lasted, "s"),
    ];
    if weighed.over == Over::Window {
        list.extend([
            Observation::real(
                "rate in the fullest window of 10 s",
                weighed.estimated / 10.0,
                "packets/s",
            ),
            Observation::real(
                "its error, 95 %, by the packets sampled (plus or minus)",
                196.0 / (weighed.count.max(1) as f64).sqrt(),
                "%",
            ),
        ]);
    }
    let Some(tally) = case.tally() else {
        return list;
    };
    list.push(Observation::count(
        "bytes, scaled by the sampling",
        tally.bytes,
        "bytes",
    ));
    let size = tally.bytes as f64 / tally.packets.max(1) as f64;
    list.push(Observation::real("mean size of a packet", size, "bytes"));
    list.push(Observation::real(
        "packets of a source",
        tally.packets_a_source(),
        "packets",
    ));
    let has_ports = tally.ports.first().is_some_and(|(port, _)| port != 0);
    if has_ports && case.vector != Vector::Control {
        list.push(ports("source ports", &tally.source_ports.shares()));
        list.push(ports("destination ports", &tally.ports.shares()));
    }
    if case.vector.kind().protocol(A::BITS) == protocol::TCP {
        list.push(flags(tally));
    }
    if A::BITS == 32 {
        list.push(Observation::count(
            "first octets among the sources",
            u64::from(tally.octets()),
            "of 224 that can be routed",
        ));
        list.push(Observation::count(
            "packets from addresses that no network routes",
            tally.unroutable,
            "packets",
        ));
    }
    if let Some(fragments) = case.fragments().filter(|_| case.has_own_tally()) {
        list.push(Observation::count(
            "of these non-first fragments, which have no ports",
            fragments.packets,
            "packets",
        ));
    }
    if case.place.1 < A::LINE_BITS {
        let most = tally.hit.first().map_or(0.0, |(_, share)| share);
        list.push(Observation::real(
            "addresses hit",
            weighed.addresses,
            "addresses",
        ));
        list.push(Observation::real("share of the part hit most", most, ""));
    }
    list.extend(whole(case));
    list
}

/// What the victim received and sent in all while it was watched.
fn whole<A: Address>(case: &Case<'_, A>) -> Vec<Observation> {
    let all = || case.victim.all();
    let received: u64 = all().map(|tally| tally.sampled).sum();
    let everybody: Vec<&Distinct> = all().map(|tally| &tally.sources).collect();
    let sources = Distinct::new().together(&everybody);
    vec![
        Observation::count(
            "packets of every kind that nobody asked for, while watched, as sampled",
            received,
            "packets",
        ),
        Observation::real("sources of these", sources.count, "addresses"),
        Observation::count(
            "packets sent by the subject meanwhile, but for answers to openings and refusals",
            case.victim.out,
            "packets",
        ),
        Observation::count(
            "packets of the subject that only answer openings or refuse",
            case.victim.answered,
            "packets",
        ),
    ]
}

/// Lists the ports that matter, with their shares.
pub(super) fn ports(name: &str, shares: &[(u16, f64)]) -> Observation {
    let main: Vec<String> = shares
        .iter()
        .filter(|&&(_, share)| share >= 0.01)
        .map(|(port, share)| format!("{port} ({:.0} %)", share * 100.0))
        .collect();
    let words = if main.is_empty() {
        "many, none above 1 %".into()
    } else {
        main.join(", ")
    };
    Observation::text(name, words)
}

/// Lists the flags of the records, with their shares.
pub(super) fn flags<A: Address>(tally: &Tally<A>) -> Observation {
    let main: Vec<String> = tally
        .flags
        .shares()
        .iter()
        .map(|&(flags, share)| {
            format!(
                "{} ({:.0} %)",
                issei_model::TcpFlags(flags),
                (share * 100.0).min(100.0)
            )
        })
        .collect();
    Observation::text("TCP flags of the records", main.join(", "))
}

fn statistic(weighed: &Weighed) -> Statistic {
    let windows = weighed.learned;
    let unit = match weighed.over {
        Over::Window => "packets in 10 s",
        Over::Quarter => "unasked answers in a quarter of an hour",
    };
    let law = if weighed.dispersion.is_finite() {
        format!("negative binomial, dispersion {:.2}", weighed.dispersion)
    } else {
        "Poisson".into()
    };
    let origin = if windows > 0 && weighed.over == Over::Window {
        format!(
            "what the subject received in {windows} windows of 10 s before, at least the \
             background radiation measured at two exposed addresses"
        )
    } else {
        "background radiation measured at two exposed addresses over a day each".into()
    };
    Statistic {
        name: format!("ln P(N>={})", weighed.count),
        value: weighed.ln_tail.max(f64::MIN),
        threshold: weighed.ln_alpha,
        null_model: format!("{law}, mean {:.3} {unit}", weighed.mean),
        null_origin: origin,
        error_bound: weighed.ln_alpha.exp(),
        bound_of: "per subject and window of 10 s".into(),
    }
}

/// Tells the sampling of what was counted.
pub(super) fn sampling<A: Address>(tally: &Tally<A>, around: &Surroundings<'_>) -> SamplingSummary {
    let bases = tally
        .origins
        .iter()
        .map(|&origin| around.origins.basis(origin));
    SamplingSummary {
        least: tally.least_sampling,
        most: tally.most_sampling,
        basis: bases.max().unwrap_or(SamplingBasis::Unknown),
    }
}

fn alternatives<A: Address>(case: &Case<'_, A>) -> Vec<Alternative> {
    let victim = case.victim;
    let mut list = Vec::new();
    match case.weighed.manner {
        Manner::Reflection => {
            let asked = "answers to questions of the subject itself";
            list.push(if case.sees_outbound {
                let because = format!(
                    "{} packets to such ports and {} TCP records were seen from it meanwhile",
                    victim.asked_replies, victim.asked_streams
                );
                Alternative::rejected(asked, because)
            } else {
                Alternative::open(
                    asked,
                    "nothing that own lines send was seen at all; the shape speaks against it: \
                     the answers aim at few ports or are repeated without being acknowledged",
                )
            });
            list.push(Alternative::open(
                "the answering services attack by themselves",
                "their own traffic would have to be looked at where they stand; forged questions \
                 are the usual cause",
            ));
        }
        Manner::Spoofed => {
            list.push(Alternative::rejected(
                "many true clients at once",
                format!(
                    "{:.2} packets of a source on average; a client repeats what is not answered",
                    case.tally().map_or(0.0, Tally::packets_a_source)
                ),
            ));
            list.push(Alternative::open(
                "a service that is down while its clients try again",
                "the owner of the subject knows whether it ran",
            ));
        }
        Manner::Direct => {
            list.push(Alternative::open(
                "a popular event or a service that is down while its clients try again",
                "the owner of the subject knows whether it ran",
            ));
            list.push(Alternative::open(
                "a speed test, a stream or a tunnel",
                format!(
                    "{:.0} sources take part; {} packets were sent back",
                    case.weighed.sources.count, victim.out
                ),
            ));
        }
    }
    list.push(Alternative::rejected(
        "a scan of the subject",
        format!(
            "{} packets in the time tested, where a scan sends one or two to a port",
            case.weighed.count
        ),
    ));
    list
}

fn refuted_by<A: Address>(case: &Case<'_, A>) -> Vec<String> {
    let mut list = vec![
        "the owner of the subject asked for this traffic".to_owned(),
        "the exporter's sampling rate is wrong by so much that the rate falls below the floor"
            .to_owned(),
    ];
    if case.weighed.manner == Manner::Reflection {
        list.push("questions of the subject were sent on a path that is not exported".to_owned());
    }
    list
}

fn does_not_show<A: Address>(case: &Case<'_, A>) -> Vec<String> {
    let mut list = match case.weighed.manner {
        Manner::Reflection => vec![
            "who forged the questions: the sources are open services; notify their owners, do \
             not cut them"
                .to_owned(),
        ],
        Manner::Spoofed => vec![
            "who sends: the sources are forged and stand for nobody; none of them may be \
             suspected, notified or cut"
                .to_owned(),
        ],
        Manner::Direct => vec![
            "that the sources are hijacked devices: single packets may carry forged sources"
                .to_owned(),
        ],
    };
    list.push(
        "whether the subject is harmed: only what reaches the exporter is counted".to_owned(),
    );
    if case.weighed.level == Level::Context {
        list.push("that it is an attack at all: few sources take part".to_owned());
    }
    list
}

const NO_SAMPLING: SamplingSummary = SamplingSummary {
    least: 0,
    most: 0,
    basis: SamplingBasis::Unknown,
};
