//! Lets the detectors judge a country.
//!
//! In: a scenario. Out: its truth, and every finding with the moment at which it was told: the
//! end of the second in which the record that decided it left its router's cache.

use issei_detect::{ClassMap, Engine, KnownServices, Parameters, Setting};
use issei_model::{Finding, FlowBatch, IndicatorList, Territory, TerritoryBasis, Timestamp};
use issei_sim::{Batches, Country, Scenario, Truth};

/// What came of a country.
pub struct Outcome {
    pub truth: Truth,
    pub told: Vec<Told>,
    pub records: u64,
    /// How long the work took, at the place of the caller.
    pub seconds: f64,
}

/// A finding, and when it was told.
pub struct Told {
    pub at: Timestamp,
    pub finding: Finding,
}

/// What the detectors know beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// Which vendor services tell which device class.
    Classes,
    /// Nothing of the kind.
    NoClasses,
}

/// Runs a country from its beginning to its end under the detectors.
pub fn judge(scenario: &Scenario, knowledge: Knowledge) -> Outcome {
    let country = Country::new(scenario).expect("the evaluation's scenarios are good");
    let mut batches = country.batches();
    let mut engine = Engine::new(setting(&batches.truth(), knowledge));
    for origin in batches.origins() {
        engine.introduce(origin);
    }
    let (mut told, mut findings) = (Vec::new(), Vec::new());
    let mut batch = FlowBatch::default();
    let mut records = 0;
    loop {
        let goes_on = batches.second(&mut batch);
        records += batch.len() as u64;
        step(&mut engine, batches.now(), &mut batch, &mut findings);
        keep(&batches, &mut findings, &mut told);
        if !goes_on {
            break;
        }
    }
    engine.finish(batches.now(), &mut findings);
    keep(&batches, &mut findings, &mut told);
    Outcome {
        truth: batches.truth(),
        told,
        records,
        seconds: 0.0,
    }
}

fn step(engine: &mut Engine, now: Timestamp, batch: &mut FlowBatch, findings: &mut Vec<Finding>) {
    engine.handle(now, batch, findings);
    batch.clear();
    if engine.next_deadline().is_some_and(|due| due <= now) {
        engine.on_deadline(now, findings);
    }
}

fn keep(batches: &Batches, findings: &mut Vec<Finding>, told: &mut Vec<Told>) {
    let at = batches.now();
    told.extend(findings.drain(..).map(|finding| Told { at, finding }));
}

fn setting(truth: &Truth, knowledge: Knowledge) -> Setting {
    let classes = match knowledge {
        Knowledge::Classes => truth.class_map_text(),
        Knowledge::NoClasses => String::new(),
    };
    Setting {
        parameters: Parameters::shipped(),
        territory: Territory::new(&truth.ours, &truth.dark, TerritoryBasis::Configured),
        indicators: IndicatorList::default(),
        classes: ClassMap::parse(&classes).expect("the truth writes a good map"),
        known: KnownServices::shipped(),
        hash_key: [1, 2],
    }
}
