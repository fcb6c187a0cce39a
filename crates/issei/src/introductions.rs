//! Exporters that a collector has met, introduced before their records.

use issei_flow::Collector;
use issei_model::Origin;

/// Those that were introduced, as they were then.
#[derive(Clone, Debug, Default)]
pub struct Introductions(Vec<Origin>);

impl Introductions {
    /// Tells the exporters that are new, or of which more is known now.
    pub fn news(&mut self, collector: &Collector, mut tell: impl FnMut(Origin)) {
        for (place, origin) in collector.origins().enumerate() {
            match self.0.get_mut(place) {
                Some(before) if *before == origin => continue,
                Some(before) => before.clone_from(&origin),
                None => self.0.push(origin.clone()),
            }
            tell(origin);
        }
    }
}
