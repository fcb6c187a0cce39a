//! What the rules on floods are told by the parameter file, table `[floods]`.

use issei_model::Span;
use serde::Deserialize;

use super::kinds::Kind;
use crate::parameters::{Budget, Knob};

/// The table `[floods]`: each value stands beside its origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloodParameters {
    /// Own lines watched, IPv4.
    pub most_lines_v4: Knob<usize>,
    /// Own lines watched, IPv6.
    pub most_lines_v6: Knob<usize>,
    /// Own prefixes watched, per address family.
    pub most_prefixes: Knob<usize>,
    /// Victims of which details are kept.
    pub most_victims: Knob<usize>,
    /// Senders of which details are kept.
    pub most_senders: Knob<usize>,
    /// Remote targets that suspects send to, of which details are kept.
    pub most_targets: Knob<usize>,
    /// Remote services of which unasked answers are counted.
    pub most_scatterers: Knob<usize>,
    /// Own addresses whose background radiation is measured.
    pub most_sensors: Knob<usize>,
    /// A line unheard for so long makes room.
    pub forget_hours: Knob<u32>,
    /// A flood is over after so much silence.
    pub over_seconds: Knob<u32>,
    /// Sampled packets in a window before anything is looked at closely, under sampling.
    pub least_sampled: Knob<u64>,
    /// The same where every packet is seen.
    pub least_seen: Knob<u64>,
    /// Unasked packets that an own address receives in a window of ten seconds, on average.
    pub radiation_mean: Knob<f64>,
    /// The dispersion of that count.
    pub radiation_dispersion: Knob<f64>,
    /// Unasked answers that an own address receives in a day.
    pub answers_a_day: Knob<f64>,
    /// Packets that one opening makes a server send when nobody answers it.
    pub answers_an_opening: Knob<u64>,
    /// Unasked answers in a quarter of an hour, at least.
    pub slow_answers: Knob<u64>,
    /// Amplified packets in a window, estimated, at least.
    pub reflection_packets: Knob<u64>,
    /// Packets of a flood from many sources in a window, estimated, at least.
    pub many_source_packets: Knob<u64>,
    /// Packets of a flood from some sources in a window, estimated, at least.
    pub some_source_packets: Knob<u64>,
    /// Packets of a flood from few sources in a window, estimated, at least.
    pub few_source_packets: Knob<u64>,
    /// So many sources are many.
    pub many_sources: Knob<u64>,
    /// So many sources are some; fewer are few.
    pub some_sources: Knob<u64>,
    /// Inbound packets for each outbound one, at least, where directions are exported apart.
    pub one_sided: Knob<f64>,
    /// Answers for each question, at least, before they count as unasked.
    pub answers_a_question: Knob<f64>,
    /// Share of openings among all TCP packets received, at least.
    pub opening_share: Knob<f64>,
    /// Packets of a source, at most, where sources are forged.
    pub forged_packets: Knob<f64>,
    /// Sources from which on forging can be told.
    pub forged_sources: Knob<u64>,
    /// Share of the packets on one port from which on the port is named.
    pub port_share: Knob<f64>,
    /// Share of one address, at most, where a prefix is named.
    pub address_share: Knob<f64>,
    /// Addresses hit, at least, where a prefix is named.
    pub addresses: Knob<u64>,
    /// Windows learned from, at least, before a prefix is named under sampling.
    pub least_learned: Knob<u16>,
    /// Packets for each address hit in a window, at least, where a prefix is named.
    pub packets_an_address: Knob<f64>,
    /// Packets an own line sends one way to one target in a window, estimated, at least.
    pub outbound_packets: Knob<u64>,
    /// Openings an own line sends to one service in a window, estimated, at least.
    pub outbound_openings: Knob<u64>,
    /// Packets that come back for each packet sent, at most.
    pub outbound_answers: Knob<f64>,
    /// One-way packets that an innocent line sends to one target in a window, on average.
    pub outbound_mean: Knob<f64>,
    /// The dispersion of that count.
    pub outbound_dispersion: Knob<f64>,
    /// Suspects that send to one target at once, at least.
    pub botnet_lines: Knob<u64>,
    /// Packets that suspects send together to one target in a window, estimated, at least.
    pub botnet_packets: Knob<u64>,
    /// Quiet own addresses that one remote service answers unasked in a day.
    pub scatter_mean: Knob<f64>,
    /// Quiet own addresses that were answered unasked, at least.
    pub scatter_addresses: Knob<u64>,
    /// Unsolicited flows in a day from which on an address is a sensor worth a line.
    pub sensor_flows: Knob<u64>,
    /// Share of the inbound flows that led to an exchange, at most, for a sensor.
    pub sensor_answered: Knob<f64>,
}

impl FloodParameters {
    /// The probability with which one window may accuse an innocent subject.
    pub(super) fn alpha(&self, budget: &Budget) -> f64 {
        budget.alpha() / WINDOWS_A_DAY
    }

    pub(super) fn over(&self) -> Span {
        Span::from_secs(i64::from(self.over_seconds.value.max(1)))
    }

    pub(super) fn forget(&self) -> Span {
        Span::from_secs(i64::from(self.forget_hours.value.max(1)) * 3_600)
    }

    /// Packets of a kind that an innocent prefix receives for each that it sends, at most.
    pub(super) fn received_for_one_sent(&self, kind: Kind) -> f64 {
        match kind {
            // Servers that join packets before they look at them acknowledge the fewest.
            Kind::Stream if self.outbound_answers.value > 0.0 => 1.0 / self.outbound_answers.value,
            _ => self.one_sided.value,
        }
    }

    /// Packets seen in a window before anything is looked at closely.
    pub(super) fn least(&self, sampling: u32) -> u64 {
        if sampling > 1 {
            self.least_sampled.value
        } else {
            self.least_seen.value
        }
    }
}

/// Seconds of a window.
pub(super) const WINDOW_SECONDS: u32 = 10;
/// Windows in a day.
const WINDOWS_A_DAY: f64 = 8_640.0;
/// Windows of a quarter of an hour, over which slow attacks are summed.
pub(super) const WINDOWS_A_QUARTER: u32 = 90;
