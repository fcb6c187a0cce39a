//! What the rules on scans are told by the parameter file, table `[scans]`.

use issei_model::Span;
use serde::Deserialize;

use crate::parameters::Knob;

/// The table `[scans]`: each value stands beside its origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanParameters {
    /// TCP ports that hardly anybody but worms probes.
    pub worm_ports: Knob<Vec<u16>>,
    /// TCP ports of which one family also probes the form with swapped bytes.
    pub swapped_ports: Knob<Vec<u16>>,
    /// TCP ports of services that ask for a name and a password.
    pub login_ports: Knob<Vec<u16>>,
    /// TCP ports of services that honest programs visit often and briefly.
    pub everyday_ports: Knob<Vec<u16>>,
    /// Hours over which distinct destinations are counted.
    pub window_hours: Knob<u32>,
    /// Hours after which a silent line is forgotten where room is needed.
    pub memory_hours: Knob<u32>,
    /// Destinations on worm ports that an innocent device opens to in a day.
    pub innocent_contacts_a_day: Knob<f64>,
    /// The same for the busiest innocent lines: administrators, researchers.
    pub busiest_contacts_a_day: Knob<f64>,
    /// Dispersion of these counts among lines; infinite where their variance is their mean.
    pub contacts_dispersion: Knob<f64>,
    /// Destinations on worm ports that a finding needs, however rare they are.
    pub least_contacts: Knob<u64>,
    /// Share of an innocent line's first contacts that fail.
    pub innocent_failures: Knob<f64>,
    /// Share of a scanner's first contacts that fail.
    pub scanner_failures: Knob<f64>,
    /// Probability with which the sequential test lets a scanner pass.
    pub missed: Knob<f64>,
    /// Networks (IPv4 /16, IPv6 /32) in which foreign destinations lie, at least.
    pub least_networks: Knob<usize>,
    /// Share of worm ports among the openings of somebody who picks ports of peers.
    pub peers_share: Knob<f64>,
    /// Foreign addresses to which the busiest innocent line opens in a day without knowing them.
    pub blind_openings_a_day: Knob<f64>,
    /// Dark addresses that a finding needs.
    pub least_dark: Knob<u64>,
    /// Chance that an innocent line which failed at one port of a host fails at another.
    pub another_port: Knob<f64>,
    /// Minutes of silence after which a host's failing ports are counted anew.
    pub host_minutes: Knob<u32>,
    /// Seconds over which log-in sessions are counted.
    pub login_seconds: Knob<u32>,
    /// Log-in sessions that an innocent line begins at one service in that time, on average.
    pub innocent_logins: Knob<f64>,
    /// Dispersion of these counts.
    pub logins_dispersion: Knob<f64>,
    /// Mean size of a log-in session in either direction, at most, in bytes.
    pub most_login_bytes: Knob<f64>,
    /// Mean length of a log-in session, at most, in seconds.
    pub most_login_length: Knob<f64>,
    /// Standard deviation of the sessions' sizes over their mean, at most.
    pub most_login_spread: Knob<f64>,
    /// Sessions that are open at once on average, at least.
    pub least_logins_at_once: Knob<f64>,
    /// The same at a port of which nothing is known.
    pub least_unusual_at_once: Knob<f64>,
    /// Bytes of one direction for each of the other, at most, where both are seen.
    pub most_login_ratio: Knob<f64>,
    /// IPv4 lines watched.
    pub most_lines_v4: Knob<usize>,
    /// IPv6 lines watched.
    pub most_lines_v6: Knob<usize>,
    /// Lines with a dossier, per address family.
    pub most_dossiers: Knob<usize>,
    /// Dossiers up to which each keeps twenty sample records; with more, three.
    pub most_detailed: Knob<usize>,
    /// Pairs of line and host of which failing ports are counted, per family and direction.
    pub most_pairs: Knob<usize>,
    /// Pairs of guesser and service of which log-ins are counted, per family; as many again at
    /// unusual ports.
    pub most_guesses: Knob<usize>,
    /// Vertical scans and log-in guesses of which details are kept, each, per family.
    pub most_cases: Knob<usize>,
}

impl ScanParameters {
    pub(super) fn window(&self) -> Span {
        hours(self.window_hours.value)
    }

    pub(super) fn memory(&self) -> Span {
        hours(self.memory_hours.value)
    }
}

fn hours(hours: u32) -> Span {
    Span::from_secs(i64::from(hours.max(1)) * 3_600)
}
