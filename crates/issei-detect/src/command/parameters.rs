//! What the rules on command servers are told by the parameter file, table `[command]`.

use issei_model::Span;
use serde::Deserialize;

use crate::parameters::Knob;
use crate::statistics::Dependence;

/// The table `[command]`: each value stands beside its origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandParameters {
    /// Remote IPv4 services remembered.
    pub most_endpoints_v4: Knob<usize>,
    /// Remote IPv6 services remembered.
    pub most_endpoints_v6: Knob<usize>,
    /// IPv4 services with a sample of 64 lines.
    pub most_samples_v4: Knob<usize>,
    /// IPv6 services with a sample of 64 lines.
    pub most_samples_v6: Knob<usize>,
    /// Lines whose device classes are remembered, per address family.
    pub most_classed_lines: Knob<usize>,
    /// Suspects remembered, per address family.
    pub most_suspects: Knob<usize>,
    /// Services of which sample records are kept for the evidence.
    pub most_exhibits: Knob<usize>,
    /// Findings whose revisions are followed.
    pub most_told: Knob<usize>,
    /// Length of an epoch; the memory covers this one and the one before.
    pub epoch_hours: Knob<u32>,
    /// Time between two looks at the whole memory.
    pub look_seconds: Knob<u32>,
    /// Expected share of wrong ones among the services named in an epoch.
    pub wrong_share: Knob<f64>,
    /// How the tests may depend on each other: `positive` or `any`.
    pub dependence: Knob<Dependence>,
    /// Suspects among the contacts, at least.
    pub least_suspects: Knob<u64>,
    /// Share of suspects among the contacts: its lower bound, at least.
    pub least_share: Knob<f64>,
    /// Confidence of that bound.
    pub share_confidence: Knob<f64>,
    /// First contact lies within so many hours of the suspicion, for most suspects.
    pub related_hours: Knob<u32>,
    /// Share of the active lines that contact the service and are no suspects, at most.
    pub most_clean_prevalence: Knob<f64>,
    /// Mean size of the packets sent to the service, at most.
    pub most_bytes_a_packet: Knob<f64>,
    /// Packets a contacting line sends a second, on average, at most.
    pub most_packets_a_second: Knob<f64>,
    /// The service was in use for so many seconds, at least.
    pub least_age_seconds: Knob<u32>,
    /// Bytes that come back for each byte sent; below it the service takes and does not answer.
    pub least_answer_ratio: Knob<f64>,
    /// Bytes that come back for each byte sent; above it the service hands out files.
    pub download_ratio: Knob<f64>,
    /// UDP services at client ports that a suspect contacts; if more of them are usual among its
    /// suspects, a UDP service is one peer of many.
    pub most_peers: Knob<u32>,
    /// The tail below which contact with one service does not explain another.
    pub explained_by_chance: Knob<f64>,
    /// Share of a service's contacts whose class may be wrong.
    pub wrong_classes: Knob<f64>,
    /// How much earlier than its suspicion a line may have been infected.
    pub onset_slack_seconds: Knob<u32>,
    /// The tail below which the onset alone shows that a service began with the infections.
    pub onset_alone: Knob<f64>,
    /// The tail below which the onset speaks against a cloud, where no class is known.
    pub onset_beside: Knob<f64>,
    /// Age up to which a dated indicator counts as evidence.
    pub indicator_days: Knob<u32>,
}

impl CommandParameters {
    pub(super) fn epoch(&self) -> Span {
        Span::from_secs(i64::from(self.epoch_hours.value.max(1)) * 3_600)
    }

    pub(super) fn pause(&self) -> Span {
        Span::from_secs(i64::from(self.look_seconds.value.max(1)))
    }

    /// The share of wrong ones allowed at one look, so that all looks of an epoch together keep
    /// the promise: the share of wrong ones in the union of the lists is at most the sum of
    /// their shares. One look more is counted for the end of a file.
    pub(super) fn wrong_share_per_look(&self) -> f64 {
        let looks = self.epoch().as_micros() / self.pause().as_micros();
        self.wrong_share.value / (looks + 1) as f64
    }
}
