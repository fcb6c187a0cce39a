//! What the rules on contacts are told by the parameter file, table `[contacts]`.

use std::net::IpAddr;

use issei_model::Span;
use serde::Deserialize;

use crate::parameters::Knob;

/// The table `[contacts]`: each value stands beside its origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactParameters {
    /// Lines whose contacts are remembered, per address family.
    pub most_lines: Knob<usize>,
    /// Contacts remembered of one line.
    pub most_contacts_a_line: Knob<usize>,
    /// Contacts remembered of all lines, per address family; a quarter is kept for suspects.
    pub most_contacts: Knob<usize>,
    /// How long a silent line is remembered.
    pub memory_hours: Knob<u32>,
    /// After so many contacts that found no room, only suspects are remembered until the next hour.
    pub turned_away_an_hour: Knob<u64>,
    /// Ports on which nothing is worth telling: names, clocks, neighbours.
    pub quiet_ports: Knob<Vec<u16>>,
    /// Ports on which everybody returns to services: the web, mail, pushed messages.
    pub ordinary_ports: Knob<Vec<u16>>,

    /// Pairs of a line and an indicator's endpoint that are followed, per address family.
    pub most_matches: Knob<usize>,
    /// Lines told for one endpoint; past it only suspects are.
    pub most_lines_a_match: Knob<u32>,
    /// An indicator weighs half after so many days.
    pub half_life_days: Knob<f64>,
    /// What a statement without a date weighs, of 1.
    pub undated_weight: Knob<f64>,
    /// What the statement about a whole prefix weighs, of 1.
    pub prefix_weight: Knob<f64>,
    /// Statements that weigh less are not told.
    pub least_weight: Knob<f64>,
    /// Unanswered tries at an indicator's endpoint before they are told.
    pub least_tries: Knob<u32>,

    /// Lines of a network so small that returning contacts of lines nobody suspects are told.
    pub small_network_lines: Knob<usize>,
    /// Returns to a service on an unusual port, at least.
    pub least_returns: Knob<u32>,
    /// Returns to a service on an ordinary port, at least, if they are regular.
    pub least_regular_returns: Knob<u32>,
    /// Spread of the intervals (quartiles' distance by the median) that counts as regular, at most.
    pub most_spread: Knob<f64>,
    /// Lines that share a service before returning to it is ordinary.
    pub most_sharing_lines: Knob<usize>,
    /// Returning contacts told of one line.
    pub most_returning_a_line: Knob<usize>,

    /// A session that ended so shortly before the first evidence was held when it began.
    pub session_slack_seconds: Knob<u32>,
    /// Mean size of a command session's packets, either way, at most.
    pub most_bytes_a_packet: Knob<f64>,
    /// Sessions told of one line.
    pub most_sessions_a_line: Knob<usize>,

    /// Bytes that come back for each byte sent: from here on it is a download.
    pub download_ratio: Knob<f64>,
    /// Bytes of a download, at least.
    pub least_download_bytes: Knob<u64>,
    /// Bytes of a download beside no command session, at most: malware for devices is small.
    pub most_download_bytes: Knob<u64>,
    /// How long before the first evidence a download counts.
    pub download_seconds: Knob<u32>,
    /// Hosts downloaded from at that time; of more, none is worth telling.
    pub most_download_hosts: Knob<usize>,

    /// Suspects whose peers are followed, per address family.
    pub most_peer_suspects: Knob<usize>,
    /// Peers sampled of one suspect.
    pub most_peers: Knob<usize>,
    /// Peers sampled of lines that nobody suspects, all together.
    pub most_control_peers: Knob<usize>,
    /// Hosts elsewhere remembered as perhaps scanning us, per address family.
    pub most_scanners: Knob<usize>,
    /// Lines of ours that such a host opened to, at least.
    pub least_lines_probed: Knob<usize>,
    /// Suspects among the sampled peers, at least.
    pub least_suspect_peers: Knob<u64>,
    /// Share of ordinary peers that scan, at most, before anything is measured.
    pub scanning_share: Knob<f64>,
    /// Chance per suspect and day that its ordinary peers are taken for bots.
    pub peers_alpha: Knob<f64>,
    /// Time between two looks at the suspects' peers.
    pub peers_look_seconds: Knob<u32>,
    /// Nodes by which anybody enters BitTorrent's table of peers.
    pub table_nodes: Knob<Vec<IpAddr>>,
}

impl ContactParameters {
    pub(super) fn memory(&self) -> Span {
        Span::from_secs(i64::from(self.memory_hours.value.max(1)) * 3_600)
    }

    pub(super) fn peers_pause(&self) -> Span {
        Span::from_secs(i64::from(self.peers_look_seconds.value.max(1)))
    }

    /// The chance allowed at one look, so that a day's looks and the last one keep the bound.
    pub(super) fn peers_alpha_a_look(&self) -> f64 {
        let looks = 86_400 / i64::from(self.peers_look_seconds.value.max(1));
        self.peers_alpha.value / (looks + 1) as f64
    }

    pub(super) fn is_quiet(&self, port: u16) -> bool {
        self.quiet_ports.value.contains(&port)
    }

    pub(super) fn is_ordinary(&self, port: u16) -> bool {
        self.ordinary_ports.value.contains(&port)
    }
}
