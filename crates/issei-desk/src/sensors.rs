//! Who sends records to the collector beside an office, and how well.
//!
//! In: what a collector tells now and then. Out: a view with the rate since the time before. Always: bounded; what was
//! told long ago is said to be old, and not that nothing comes. Not here: who receives (`issei collect`).

use issei_model::{SamplingBasis, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Sensors that are told of; beyond it the collector says how many more there are.
pub const MOST: usize = 256;
/// How long what a collector told counts as now.
const FRESH: Span = Span::from_secs(10);

/// An exporter, or an interface that is listened at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// Its address, or the interface's name.
    pub name: String,
    /// Observation domain, source id or sub-agent; 0 if there is none.
    pub domain: u32,
    /// Where its sampling rate comes from.
    pub sampling: SamplingBasis,
    /// Records since the collector began.
    pub records: u64,
    /// Records or datagrams lost between it and the collector.
    pub lost: u64,
    /// When the last of them came.
    pub last: Timestamp,
}

/// What a collector tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collecting {
    /// When it began.
    pub since: Timestamp,
    /// When this was told.
    pub at: Timestamp,
    /// Who sends, by name and domain.
    pub sensors: Vec<Sensor>,
    /// Sensors beyond those that are told of.
    pub more: u64,
    /// Datagrams or packets taken from the kernel.
    pub datagrams: u64,
    /// Datagrams or packets that the kernel dropped.
    pub dropped: u64,
    /// Datagrams, packets or records that could not be read.
    pub problems: u64,
}

/// What was told last, and the time before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensorsView {
    /// The last; none if no collector ever told.
    pub now: Option<Collecting>,
    /// The one before it.
    pub before: Option<Collecting>,
}

impl SensorsView {
    /// Takes what a collector tells; too many sensors are cut off and counted.
    pub fn take(&mut self, mut told: Collecting) {
        let over = told.sensors.len().saturating_sub(MOST);
        told.sensors.truncate(MOST);
        told.more = told.more.saturating_add(over as u64);
        let before = self.now.replace(told);
        // A collector that was started anew counts anew.
        let same = |one: &Collecting| self.now.as_ref().is_some_and(|now| now.since == one.since);
        self.before = before.filter(same);
    }

    /// Tells whether a collector told of it just now.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.now
            .as_ref()
            .is_some_and(|told| now.since(told.at) <= FRESH)
    }

    /// Tells how many records a second came from a sensor; none until it was told of twice.
    pub fn rate(&self, sensor: &Sensor) -> Option<f64> {
        let (now, before) = (self.now.as_ref()?, self.before.as_ref()?);
        let is_it = |one: &&Sensor| one.name == sensor.name && one.domain == sensor.domain;
        let earlier = before.sensors.iter().find(is_it)?;
        let seconds = now.at.since(before.at).as_secs_f64();
        (seconds > 0.0).then(|| sensor.records.saturating_sub(earlier.records) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(since: i64, at: i64, records: u64) -> Collecting {
        Collecting {
            since: Timestamp::from_secs(since),
            at: Timestamp::from_secs(at),
            sensors: vec![Sensor {
                name: "192.0.2.1".into(),
                domain: 0,
                sampling: SamplingBasis::Announced,
                records,
                lost: 0,
                last: Timestamp::from_secs(at),
            }],
            ..Collecting::default()
        }
    }

    #[test]
    fn a_rate_needs_two_times_of_one_collector() {
        let mut view = SensorsView::default();
        let rate = |view: &SensorsView| view.rate(&view.now.as_ref().expect("told").sensors[0]);
        view.take(told(0, 10, 100));
        assert_eq!(rate(&view), None);
        view.take(told(0, 12, 150));
        assert_eq!(rate(&view), Some(25.0));
        view.take(told(20, 21, 5));
        assert_eq!(rate(&view), None, "another process counts anew");
    }

    #[test]
    fn what_was_told_long_ago_is_old() {
        let mut view = SensorsView::default();
        assert!(!view.is_fresh(Timestamp::from_secs(10)));
        view.take(told(0, 10, 1));
        assert!(view.is_fresh(Timestamp::from_secs(20)));
        assert!(!view.is_fresh(Timestamp::from_secs(21)));
    }

    #[test]
    fn too_many_sensors_are_cut_off_and_counted() {
        let mut many = told(0, 10, 1);
        many.sensors = vec![many.sensors[0].clone(); MOST + 3];
        let mut view = SensorsView::default();
        view.take(many);
        let now = view.now.expect("told");
        assert_eq!((now.sensors.len(), now.more), (MOST, 3));
    }
}
