//! What really happened in the country, to judge findings by.
//!
//! In: plans and counters. Out: JSON, and the lists a scorer asks for. Addresses stand open here:
//! nobody of this country exists.

use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{Endpoint, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scenario::{Family, Scenario, Vector, Victim};

/// What really happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Names this shape: [`Truth::SCHEMA`].
    pub schema: String,
    /// The scenario, complete: it and this program make the same traffic again.
    pub scenario: Scenario,
    /// When it ended, which is earlier than planned if it was stopped.
    pub until: Timestamp,
    /// Our prefixes.
    pub ours: Vec<IpNet>,
    /// Dark prefixes.
    pub dark: Vec<IpNet>,
    /// IPv4 addresses that lines hold; fewer than lines where a carrier's NAT stands between.
    pub addresses: u32,
    /// Every infection, by time.
    pub bots: Vec<TrueBot>,
    /// Every command server.
    pub command_servers: Vec<TrueServer>,
    /// Every server that hands out the malware.
    pub download_servers: Vec<TrueServer>,
    /// Every server that successes are reported to.
    pub report_servers: Vec<TrueServer>,
    /// Every endpoint that a device vendor dedicates to one model. None may be named.
    pub clouds: Vec<TrueCloud>,
    /// Every flood.
    pub attacks: Vec<TrueAttack>,
    /// Lines that probe strangers on ordinary ports with good intent: neither bots nor clean.
    pub researchers: Vec<IpAddr>,
    /// Lines that look after devices elsewhere. Clean.
    pub administrators: Vec<IpAddr>,
    /// What passed each exporter, in sampled numbers, in the order of their origin indices.
    pub exporters: Vec<TrueExporter>,
}

/// One infected line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueBot {
    /// The number of the line.
    pub line: u32,
    /// Its address, seen from outside.
    pub address: IpAddr,
    /// Whether clean lines stand behind the same address.
    pub shared: bool,
    /// The first port of the line's block, behind a carrier's NAT.
    pub port_block: Option<u16>,
    /// The device's model.
    pub model: String,
    /// Which botnet.
    pub botnet: String,
    /// Whose manner.
    pub family: Family,
    /// When it was infected; scanning begins within seconds.
    pub infected_at: Timestamp,
    /// When it was cleaned, if it was.
    pub cleaned_at: Option<Timestamp>,
    /// Targets it probes a second, on average.
    pub scan_rate: f64,
    /// Share of its probes that go to ports which only worms probe.
    pub worm_port_share: f64,
    /// The command server it reports to, as `198.51.100.7:23/tcp`.
    pub server: Option<String>,
}

/// One server of the attackers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueServer {
    /// Where, as `198.51.100.7:23/tcp`.
    pub endpoint: String,
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// Its IANA protocol number.
    pub protocol: u8,
    /// Which botnet.
    pub botnet: String,
    /// Own lines that ever contact it.
    pub bots: u32,
}

/// One endpoint of a device vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueCloud {
    /// Where, as `198.18.0.7:8883/tcp`.
    pub endpoint: String,
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
    /// Its IANA protocol number.
    pub protocol: u8,
    /// The model it serves.
    pub model: String,
    /// Whether that model is vulnerable, so that bots contact it.
    pub vulnerable: bool,
    /// Lines with a device of the model.
    pub lines: u32,
}

/// One flood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueAttack {
    /// How.
    pub vector: Vector,
    /// Who is hit, by role.
    pub victim: Victim,
    /// The address hit, or the network.
    pub net: IpNet,
    /// The destination port; 0 where there is none or it varies.
    pub port: u16,
    /// Whether the victim is ours.
    pub inbound: bool,
    /// First packet.
    pub from: Timestamp,
    /// Last packet.
    pub until: Timestamp,
    /// Packets a second in all, before sampling, at the beginning.
    pub packets_per_second: f64,
    /// The botnet that sent it, if it was one of ours.
    pub botnet: Option<String>,
    /// Own lines that took part.
    pub participants: Vec<IpAddr>,
    /// Packets that the exporters looked at.
    pub seen_packets: u64,
}

/// What one exporter saw and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrueExporter {
    /// Its address and port as the collector sees them.
    pub exporter: String,
    /// Observation domain, source id or sub-agent.
    pub domain: u32,
    /// One packet in this many was looked at.
    pub sampling: u32,
    /// Packets looked at.
    pub packets: u64,
    /// Bytes of these at the IP layer.
    pub bytes: u64,
    /// Flow records made of them, or packet samples with sFlow.
    pub records: u64,
    /// Datagrams sent, the lost ones among them.
    pub datagrams: u64,
    /// Datagrams lost on the way.
    pub lost_datagrams: u64,
    /// Records in these.
    pub lost_records: u64,
}

impl Truth {
    /// The name of the shape; a change that breaks readers changes it.
    pub const SCHEMA: &'static str = "issei-truth/1";

    /// Writes it as JSON, indented, with a newline at the end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("plain data always serialises");
        text.push('\n');
        text
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Writes which vendor endpoint tells which model: lines of `place class`.
    pub fn class_map_text(&self) -> String {
        let line = |cloud: &TrueCloud| format!("{}:{} {}\n", cloud.ip, cloud.port, cloud.model);
        self.clouds.iter().map(line).collect()
    }

    /// Tells whether an address has a bot, or a researcher, behind it.
    pub fn is_clean(&self, ip: IpAddr) -> bool {
        !self.researchers.contains(&ip) && self.bots.iter().all(|bot| bot.address != ip)
    }

    /// Sums up what all exporters saw.
    pub fn records(&self) -> u64 {
        self.exporters.iter().map(|exporter| exporter.records).sum()
    }

    /// Sums up the packets that all exporters looked at.
    pub fn packets(&self) -> u64 {
        self.exporters.iter().map(|exporter| exporter.packets).sum()
    }
}

/// Writes an endpoint as findings do.
pub(crate) fn endpoint_text(ip: IpAddr, port: u16, protocol: u8) -> String {
    Endpoint { ip, port, protocol }.to_string()
}
