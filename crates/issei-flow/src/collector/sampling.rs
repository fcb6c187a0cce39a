//! What one packet stands for: the rates that exporters announce and operators set.
//!
//! A rate is kept per exporter address and domain, and within it per sampler or interface where
//! the exporter says so. What the operator sets wins over what is announced.

use issei_model::{Columns, SamplingBasis};

use super::columns::{Family, Records, number};
use super::plan::{Layout, Place};

/// The rates that one exporter and domain announced; 0 stands for "nobody said".
#[derive(Clone, Debug, Default)]
pub(super) struct Sampling {
    whole: u32,
    samplers: Vec<(u64, u32)>,
    interfaces: Vec<(u64, u32)>,
    /// Records tell their own.
    in_records: bool,
    /// What the operator set; 0 = nothing.
    pub(super) set: u32,
}

/// For whom a rate is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Whole,
    Sampler(u64),
    Interface(u64),
}

impl Sampling {
    /// Takes what was announced. Not if it has no room.
    pub(super) fn announce(&mut self, scope: Scope, every: u32) -> bool {
        match scope {
            Scope::Whole => {
                self.whole = every;
                true
            }
            Scope::Sampler(id) => put(&mut self.samplers, id, every),
            Scope::Interface(index) => put(&mut self.interfaces, index, every),
        }
    }

    /// Notes whether records of this layout tell their own rate.
    pub(super) fn look_at(&mut self, layout: &Layout) {
        self.in_records |= tells_rate(layout);
    }

    /// Tells the rate of a sample that tells its own; 0 if it does not.
    pub(super) fn of_sample(&mut self, told: u32) -> u32 {
        self.in_records |= told > 0;
        if self.set > 0 { self.set } else { told }
    }

    /// Tells where the rates come from.
    pub(super) fn basis(&self) -> SamplingBasis {
        let scoped = !self.samplers.is_empty() || !self.interfaces.is_empty();
        match (self.set, scoped || self.whole > 0 || self.in_records) {
            (1.., _) => SamplingBasis::Configured,
            (0, true) => SamplingBasis::Announced,
            (0, false) => SamplingBasis::Unknown,
        }
    }

    /// Tells the rate of records that say nothing about their sampler: that of the whole, or the
    /// one on which all samplers agree.
    pub(super) fn of_all(&self) -> u32 {
        let mut rates = self.samplers.iter().map(|&(_, every)| every);
        match (self.set, self.whole, rates.next()) {
            (set @ 1.., ..) => set,
            (_, whole @ 1.., _) => whole,
            (_, _, Some(every)) if rates.all(|other| other == every) => every,
            _ => 0,
        }
    }

    fn of_sampler(&self, id: u64) -> u32 {
        get(&self.samplers, id).unwrap_or(self.whole)
    }

    fn of_interface(&self, index: u64) -> u32 {
        get(&self.interfaces, index).unwrap_or_else(|| self.of_all())
    }

    pub(super) fn bytes(&self) -> usize {
        (self.samplers.capacity() + self.interfaces.capacity()) * size_of::<(u64, u32)>()
    }
}

fn get(rates: &[(u64, u32)], key: u64) -> Option<u32> {
    let place = rates.binary_search_by_key(&key, |&(key, _)| key).ok()?;
    Some(rates[place].1)
}

fn put(rates: &mut Vec<(u64, u32)>, key: u64, every: u32) -> bool {
    match rates.binary_search_by_key(&key, |&(key, _)| key) {
        Ok(place) => rates[place].1 = every,
        Err(_) if rates.len() >= MOST_SCOPES => return false,
        Err(place) => rates.insert(place, (key, every)),
    }
    true
}

impl Sampling {
    /// Fills the column of rates: all the same, or from what each record says of its sampler.
    pub(super) fn append<A: Family>(
        &self,
        layout: &Layout,
        records: Records<'_>,
        start: usize,
        columns: &mut Columns<A>,
    ) {
        let told = tells_rate(layout);
        let sampler = layout.slot(Place::Sampler);
        let by_sampler = sampler.is_there() && !self.samplers.is_empty();
        if self.set > 0 || (!told && !by_sampler && self.interfaces.is_empty()) {
            let end = start + records.count();
            return columns.sampling.resize(end, self.of_all());
        }
        let Columns {
            sampling: column,
            input_interface,
            ..
        } = columns;
        let inputs = input_interface[start..]
            .iter()
            .map(|&input| u64::from(input));
        if told {
            let rows = records.rows().zip(inputs);
            column.extend(rows.map(|(record, input)| match told_rate(layout, record) {
                Some(every @ 1..) => every,
                _ if by_sampler => self.of_sampler(number(record, sampler)),
                _ => self.of_interface(input),
            }));
        } else if by_sampler {
            let ids = records.rows().map(|record| number(record, sampler));
            column.extend(in_runs(ids, |id| self.of_sampler(id)));
        } else {
            column.extend(in_runs(inputs, |input| self.of_interface(input)));
        }
    }
}

/// Looks up each key, but only once for a run of equal ones.
fn in_runs(
    keys: impl Iterator<Item = u64>,
    look_up: impl Fn(u64) -> u32,
) -> impl Iterator<Item = u32> {
    let mut last = None;
    keys.map(move |key| match last {
        Some((same, every)) if same == key => every,
        _ => {
            let every = look_up(key);
            last = Some((key, every));
            every
        }
    })
}

fn tells_rate(layout: &Layout) -> bool {
    const RATES: [Place; 4] = [
        Place::Interval,
        Place::Space,
        Place::Population,
        Place::Probability,
    ];
    RATES.iter().any(|&place| layout.has(place))
}

/// Reads the rate that a record tells, of flows or of options: `Some(0)` if it is absurd.
pub(super) fn told_rate(layout: &Layout, record: &[u8]) -> Option<u32> {
    let told = |place| number(record, layout.slot(place));
    let every = if layout.has(Place::Space) && layout.has(Place::RunLength) {
        // RFC 5477, 8.2.2 and 8.2.3: `interval` packets are taken, then `space` are not.
        ratio(
            told(Place::RunLength).saturating_add(told(Place::Space)),
            told(Place::RunLength),
        )
    } else if layout.has(Place::Population) && layout.has(Place::Size) {
        ratio(told(Place::Population), told(Place::Size))
    } else if layout.has(Place::Probability) {
        from_probability(
            told(Place::Probability),
            layout.slot(Place::Probability).width,
        )
    } else if layout.has(Place::Interval) {
        told(Place::Interval)
    } else {
        return None;
    };
    Some(if every <= MOST_RATE { every as u32 } else { 0 })
}

/// Divides and rounds to the nearest.
fn ratio(of: u64, taken: u64) -> u64 {
    of.saturating_add(taken / 2).checked_div(taken).unwrap_or(0)
}

/// Turns a probability, told as a floating-point number, into one packet in how many.
fn from_probability(bits: u64, width: u8) -> u64 {
    let short = width == 4 || bits <= u64::from(u32::MAX);
    let probability = if short {
        f64::from(f32::from_bits(bits as u32))
    } else {
        f64::from_bits(bits)
    };
    if probability > 0.0 && probability <= 1.0 {
        (1.0 / probability).round() as u64
    } else {
        0
    }
}

/// No router samples less than one packet in ten million.
const MOST_RATE: u64 = 10_000_000;
/// Samplers, and interfaces, of one domain that may have a rate of their own.
const MOST_SCOPES: usize = 1_024;

#[cfg(test)]
#[path = "sampling_tests.rs"]
mod tests;
