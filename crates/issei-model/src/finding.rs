//! Findings: what was seen, how sure, on what evidence, and what it does not show.
//!
//! A finding carries what a second person needs to check it (see the field docs). A finding
//! about a customer's line holds a [`Subscriber`], which does not print; the member's own desk
//! gets a [`FindingRecord`] by asking for it.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{Endpoint, FlowRecord, Subscriber, Timestamp};

/// How much a finding may weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A figure, not an accusation.
    Measure,
    /// Worth seeing beside a finding; never enough for a case.
    Context,
    /// Points somewhere, and waits for a second, independent kind of evidence.
    Candidate,
    /// May open a case.
    Finding,
}

macro_rules! coded {
    ($(#[doc = $head:literal])+ $type:ident { $($(#[doc = $doc:literal])+ $name:ident $code:literal,)+ }) => {
        $(#[doc = $head])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type { $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+ }

        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Tells the stable code used in files, metrics and on the command line.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Explains the value in one sentence.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }
    };
}

coded! {
    /// The rules that can speak. The evidence names the version of the parameters.
    Rule {
        /// many first contacts to one kind of port fail: a scan, its outcome known (D1)
        HorizontalScan "horizontal-scan",
        /// openings to ports that only worms probe, seen through sampling (D2)
        SampledScan "sampled-scan",
        /// an own address sends to dark space (D3)
        SensorHit "sensor-hit",
        /// a remote service shared by infected lines far beyond chance, within device classes (D4)
        CommandEnrichment "command-enrichment",
        /// a command server with two independent kinds of evidence (D5)
        CommandConfirmed "command-confirmed",
        /// an own line takes part in a flood (D6)
        OutboundFlood "outbound-flood",
        /// an address or prefix is being flooded (D7)
        InboundFlood "inbound-flood",
        /// suspects that talk among each other without a server (D8)
        PeerToPeerBots "peer-to-peer-bots",
        /// many ports of one host are tried
        VerticalScan "vertical-scan",
        /// many log-ins are tried at one service
        LoginBruteForce "login-brute-force",
        /// answers to questions never asked: somebody forges this address's traffic partner
        Backscatter "backscatter",
        /// a list of indicators speaks of the other side
        IndicatorMatch "indicator-match",
        /// a session that a suspect held when it began to scan or flood
        CommandSession "command-session",
        /// a download from the host that later commands, or shortly before the first scan
        Download "download",
        /// one line returns to one service again and again
        PersistentContact "persistent-contact",
        /// unsolicited traffic that an own address receives in a day
        BackgroundRadiation "background-radiation",
    }
}

impl Rule {
    /// Tells whether the rule rests on exchanges in both directions, which nobody can make up from
    /// afar by sending packets with forged sources.
    pub const fn rests_on_exchange(self) -> bool {
        matches!(
            self,
            Self::CommandEnrichment
                | Self::CommandConfirmed
                | Self::CommandSession
                | Self::Download
                | Self::LoginBruteForce
                | Self::PeerToPeerBots
                | Self::PersistentContact
        )
    }
}

coded! {
    /// What the subject is, according to the finding.
    Role {
        /// a host that scans
        Scanner "scanner",
        /// a host that takes orders from a botnet
        Bot "bot",
        /// a service that gives such orders
        CommandServer "command-server",
        /// a service that hands out the malware
        DownloadServer "download-server",
        /// a host that sends part of a flood
        FloodSource "flood-source",
        /// an address or prefix that is flooded
        Victim "victim",
        /// a host that tries log-ins
        LoginGuesser "login-guesser",
        /// a line whose contact is shown as context
        Contact "contact",
        /// an own address that measures
        Sensor "sensor",
    }
}

/// Whom a finding is about. Does not print a customer's address; see [`Finding::local_record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A customer's line.
    Line(Subscriber),
    /// A remote service or host: not a customer of ours.
    Remote(Endpoint),
    /// A service or host of ours that is a victim or sensor.
    Own(Subscriber, u16, u8),
    /// A prefix, for carpet bombing.
    Prefix(IpNet),
}

/// Names a finding for as long as it lives; the same finding keeps its name as its counts grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(pub u64);

impl fmt::Display for FindingId {
    /// Writes `F-` and sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F-{:016x}", self.0)
    }
}

impl FindingId {
    /// Reads what [`fmt::Display`] wrote; the prefix may be missing.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("F-").unwrap_or(text);
        (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok().map(Self))?
    }

    /// Derives the name from what makes a finding this one: rule, subject, peer, first moment.
    pub fn derive(
        rule: Rule,
        subject: &Subject,
        peer: Option<&Endpoint>,
        since: Timestamp,
    ) -> Self {
        let mut hash = Fnv::new();
        hash.write(rule.code().as_bytes());
        match subject {
            Subject::Line(line) => hash.ip(1, line.reveal(), 0, 0),
            Subject::Remote(endpoint) => hash.ip(2, endpoint.ip, endpoint.port, endpoint.protocol),
            Subject::Own(line, port, protocol) => hash.ip(3, line.reveal(), *port, *protocol),
            Subject::Prefix(net) => hash.ip(4, net.addr(), u16::from(net.prefix_len()), 0),
        }
        if let Some(peer) = peer {
            hash.ip(5, peer.ip, peer.port, peer.protocol);
        }
        hash.write(&since.as_micros().to_be_bytes());
        Self(hash.finish())
    }
}

/// FNV-1a with a finishing mix: names need no secrecy, only to differ.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn ip(&mut self, kind: u8, ip: IpAddr, port: u16, protocol: u8) {
        self.write(&[kind, protocol]);
        self.write(&port.to_be_bytes());
        match ip {
            IpAddr::V4(ip) => self.write(&ip.octets()),
            IpAddr::V6(ip) => self.write(&ip.octets()),
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

/// The test a rule made and how it came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistic {
    /// What was computed, such as `log-likelihood ratio` or `P(N>=k)`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// The value at which the rule speaks.
    pub threshold: f64,
    /// What an innocent subject would do, in words and figures.
    pub null_model: String,
    /// Where the null model's figure was measured.
    pub null_origin: String,
    /// The probability that this rule accuses an innocent subject in one window, if the null holds;
    /// for a list with false-discovery control, the expected share of wrong ones in the list.
    pub error_bound: f64,
    /// What [`Self::error_bound`] is a bound of, such as `per line and day` or `share of the list`.
    pub bound_of: String,
}

/// A named figure with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// What was counted.
    pub name: String,
    /// How much.
    pub value: Amount,
    /// Its unit, such as `destinations` or `packets/s`; empty for words.
    pub unit: String,
}

impl Observation {
    /// Names a count.
    pub fn count(name: &str, value: u64, unit: &str) -> Self {
        Self {
            name: name.into(),
            value: Amount::Count(value),
            unit: unit.into(),
        }
    }

    /// Names a measure with a fraction.
    pub fn real(name: &str, value: f64, unit: &str) -> Self {
        Self {
            name: name.into(),
            value: Amount::Real(value),
            unit: unit.into(),
        }
    }

    /// Names something said in words.
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Amount::Text(value.into()),
            unit: String::new(),
        }
    }
}

/// The value of an observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// Something counted.
    Count(u64),
    /// Something measured.
    Real(f64),
    /// Something named.
    Text(String),
}

/// Another explanation, and whether the evidence rules it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The innocent explanation, such as `peer-to-peer file sharing`.
    pub explanation: String,
    /// Whether it still stands.
    pub verdict: Verdict,
    /// The observation that decides, or what is missing.
    pub because: String,
}

impl Alternative {
    /// Names an explanation that the evidence rules out.
    pub fn rejected(explanation: &str, because: impl Into<String>) -> Self {
        Self {
            explanation: explanation.into(),
            verdict: Verdict::Rejected,
            because: because.into(),
        }
    }

    /// Names an explanation that still stands.
    pub fn open(explanation: &str, because: impl Into<String>) -> Self {
        Self {
            explanation: explanation.into(),
            verdict: Verdict::Open,
            because: because.into(),
        }
    }
}

/// Whether an alternative explanation still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The evidence rules it out.
    Rejected,
    /// It cannot be ruled out from what was seen.
    Open,
}

/// Where a sampling rate came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SamplingBasis {
    /// The exporter said so.
    Announced,
    /// The configuration or the command line said so.
    Configured,
    /// Every packet was seen: a packet file or a live capture.
    Complete,
    /// Nobody said; no scaling was done.
    Unknown,
}

/// The sampling under which the evidence was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingSummary {
    /// The smallest rate among the records, one in this many; 0 = unknown.
    pub least: u32,
    /// The greatest rate among the records.
    pub most: u32,
    /// Where it came from.
    pub basis: SamplingBasis,
}

/// An exporter, its domain and what it lost, by the index that the batch columns carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The index in [`crate::Columns::origin`].
    pub index: u32,
    /// The exporter's address, or the file's name.
    pub name: String,
    /// Observation domain, source id or sub-agent; 0 if there is none.
    pub domain: u32,
    /// Where its sampling rate comes from.
    pub sampling_basis: SamplingBasis,
    /// Records or datagrams known to be lost between it and us.
    pub lost: u64,
}

/// What a finding rests on, for a second person to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Version of the parameters that the rule used.
    pub parameters: String,
    /// Counts and measures.
    pub observations: Vec<Observation>,
    /// The test.
    pub statistic: Option<Statistic>,
    /// The sampling.
    pub sampling: SamplingSummary,
    /// Which exporters saw it, as origin indices, rising.
    pub origins: Vec<u32>,
    /// At most [`Evidence::MOST_SAMPLES`] flow records, header fields only.
    pub sample: Vec<FlowRecord>,
    /// Other explanations, tested.
    pub alternatives: Vec<Alternative>,
    /// Names of malware families whose marks were seen, with the mark. Never needed for a finding.
    pub families: Vec<String>,
    /// What would refute the finding.
    pub refuted_by: Vec<String>,
    /// What the finding does not show.
    pub does_not_show: Vec<String>,
    /// Findings this one builds on.
    pub builds_on: Vec<FindingId>,
    /// Kinds of evidence that do not depend on each other, by name.
    pub independent_kinds: Vec<String>,
}

impl Evidence {
    /// Flow records kept as a sample: enough to check by hand, too few to be a log of a person.
    pub const MOST_SAMPLES: usize = 20;
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            parameters: String::new(),
            observations: Vec::new(),
            statistic: None,
            sampling: SamplingSummary {
                least: 0,
                most: 0,
                basis: SamplingBasis::Unknown,
            },
            origins: Vec::new(),
            sample: Vec::new(),
            alternatives: Vec::new(),
            families: Vec::new(),
            refuted_by: Vec::new(),
            does_not_show: Vec::new(),
            builds_on: Vec::new(),
            independent_kinds: Vec::new(),
        }
    }
}

/// Something seen that may matter, with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its name.
    pub id: FindingId,
    /// Grows by one each time the same finding is told anew with more evidence; begins at 1.
    pub revision: u32,
    /// Which rule speaks.
    pub rule: Rule,
    /// How much it may weigh.
    pub level: Level,
    /// Whom it is about.
    pub subject: Subject,
    /// What the subject is said to be.
    pub role: Role,
    /// The other side, where one is named: the command server, the victim, the scanned port.
    pub peer: Option<Endpoint>,
    /// One sentence in English for the table, without addresses of customers.
    pub summary: String,
    /// The first moment the evidence covers.
    pub since: Timestamp,
    /// The last moment the evidence covers.
    pub until: Timestamp,
    /// When the rule's condition was first met, in the time of the stream.
    pub decided_at: Timestamp,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Finding {
    /// Makes the form that the member's own desk reads: it shows the customer's address.
    /// It must not leave the member; `lookup` turns origin indices into names.
    pub fn local_record(&self, lookup: &dyn Fn(u32) -> Option<Origin>) -> FindingRecord {
        let endpoint_text =
            |ip: IpAddr, port, protocol| Endpoint { ip, port, protocol }.to_string();
        let (kind, subject) = match self.subject {
            Subject::Line(line) => ("line", line.reveal().to_string()),
            Subject::Remote(endpoint) => ("remote", endpoint.to_string()),
            Subject::Own(line, port, protocol) => {
                ("own", endpoint_text(line.reveal(), port, protocol))
            }
            Subject::Prefix(net) => ("prefix", net.to_string()),
        };
        let evidence = &self.evidence;
        FindingRecord {
            schema: FindingRecord::SCHEMA.into(),
            id: self.id.to_string(),
            revision: self.revision,
            rule: self.rule,
            level: self.level,
            subject_kind: kind.into(),
            subject,
            role: self.role,
            peer: self.peer.map(|peer| peer.to_string()),
            summary: self.summary.clone(),
            since: self.since,
            until: self.until,
            decided_at: self.decided_at,
            parameters: evidence.parameters.clone(),
            observations: evidence.observations.clone(),
            statistic: evidence.statistic.clone(),
            sampling: evidence.sampling,
            exporters: evidence
                .origins
                .iter()
                .filter_map(|&index| lookup(index))
                .collect(),
            sample: evidence.sample.iter().map(SampledFlow::from).collect(),
            alternatives: evidence.alternatives.clone(),
            families: evidence.families.clone(),
            refuted_by: evidence.refuted_by.clone(),
            does_not_show: evidence.does_not_show.clone(),
            builds_on: evidence.builds_on.iter().map(ToString::to_string).collect(),
            independent_kinds: evidence.independent_kinds.clone(),
        }
    }
}

/// A finding as the member's own desk reads it, in the shape of the published JSON Schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of `Finding` and `Evidence`, documented there"
)]
pub struct FindingRecord {
    /// Names this shape: [`FindingRecord::SCHEMA`].
    pub schema: String,
    pub id: String,
    pub revision: u32,
    pub rule: Rule,
    pub level: Level,
    /// `line`, `remote`, `own` or `prefix`.
    pub subject_kind: String,
    pub subject: String,
    pub role: Role,
    pub peer: Option<String>,
    pub summary: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub decided_at: Timestamp,
    pub parameters: String,
    pub observations: Vec<Observation>,
    pub statistic: Option<Statistic>,
    pub sampling: SamplingSummary,
    pub exporters: Vec<Origin>,
    pub sample: Vec<SampledFlow>,
    pub alternatives: Vec<Alternative>,
    pub families: Vec<String>,
    pub refuted_by: Vec<String>,
    pub does_not_show: Vec<String>,
    pub builds_on: Vec<String>,
    pub independent_kinds: Vec<String>,
}

impl FindingRecord {
    /// The name of the shape; a change that breaks readers changes it.
    pub const SCHEMA: &'static str = "issei-finding/1";
}

/// A flow record of the evidence, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of `Columns`, documented there"
)]
pub struct SampledFlow {
    pub first: Timestamp,
    pub last: Timestamp,
    pub protocol: String,
    pub source: IpAddr,
    pub source_port: u16,
    pub destination: IpAddr,
    pub destination_port: u16,
    pub flags: String,
    pub packets: u64,
    pub bytes: u64,
    pub reverse_flags: String,
    pub reverse_packets: u64,
    pub reverse_bytes: u64,
    pub sampling: u32,
}

impl From<&FlowRecord> for SampledFlow {
    fn from(record: &FlowRecord) -> Self {
        Self {
            first: record.first,
            last: record.last,
            protocol: crate::protocol::Name(record.protocol).to_string(),
            source: record.source,
            source_port: record.source_port,
            destination: record.destination,
            destination_port: record.destination_port,
            flags: record.tcp_flags.to_string(),
            packets: record.packets,
            bytes: record.bytes,
            reverse_flags: record.reverse_flags.to_string(),
            reverse_packets: record.reverse_packets,
            reverse_bytes: record.reverse_bytes,
            sampling: record.sampling,
        }
    }
}

#[cfg(test)]
#[path = "finding_tests.rs"]
mod tests;
