//! Explores every way the all-at-once protocol can go in a small country: three members, the
//! coordinator, one order, six seconds.
//!
//! In: the machines of production. Out: for each set of bounds, that every law holds in every state,
//! or the shortest known way to a state that breaks one. Always: the exploration ends by itself,
//! without a limit of depth. What is covered and what is not: `docs/model-check.md`.

#[path = "model/kept.rs"]
mod kept;
#[path = "model/laws.rs"]
mod laws;
#[path = "model/next.rs"]
mod next;
#[path = "model/place.rs"]
mod place;
#[cfg(feature = "planted")]
#[path = "model/planted.rs"]
mod planted;
#[path = "../src/samples.rs"]
mod samples;
#[path = "model/world.rs"]
mod world;

use issei_model::{Observed, Span};
use issei_order::{Planted, coordinator, member};
use stateright::{Checker, Expectation, Model, Path};

use place::{Act, Device};
use world::{Bounds, Country, Incident, Step, Word, World, moment};

#[test]
fn the_way_of_an_order_can_be_walked_by_hand() {
    let country = Country::new(bounds(&[0, 1, 2], 0, &[]));
    let mut walk = Walk::new(&country);
    let everyone = [0, 1, 2];

    walk.say(Word::Propose).say(Word::Logged);
    for who in everyone {
        walk.act(who, Act::Read)
            .act(who, Act::Judged(true))
            .act(who, Act::Answer);
        walk.say(Word::Report(who, Observed::Prepared { lead: Span::ZERO }));
    }
    assert_eq!(walk.log(), 2, "the canary is armed");
    walk.say(Word::Logged);
    for who in everyone {
        walk.act(who, Act::Read);
    }
    walk.tick();
    assert!(walk.world.places[0].device.is_active());
    assert!(!walk.world.places[1].device.is_active());
    walk.catch_up();
    let since = moment(1) - Span::from_millis(1);
    walk.say(Word::Report(0, Observed::InForce { at: since }));
    walk.act(0, Act::Watched(true));
    walk.say(Word::Report(0, Observed::Watched { well: true }));
    walk.tick();
    walk.catch_up();
    walk.say(Word::Due);
    assert_eq!(walk.log(), 3, "the rest is armed");
    walk.say(Word::Logged);
    for who in everyone {
        walk.act(who, Act::Read);
    }
    walk.tick();
    walk.catch_up();
    for who in everyone {
        assert_eq!(walk.phase(who), Some(member::Phase::InForce));
        assert!(walk.world.places[usize::from(who)].device.is_active());
    }
    walk.tick();
    walk.catch_up();
    walk.tick();
    walk.catch_up();
    walk.say(Word::Due);
    for who in everyone {
        assert_eq!(walk.phase(who), Some(member::Phase::Ended));
        assert_eq!(walk.world.places[usize::from(who)].device, Device::Absent);
    }
    assert_eq!(country.phase(&walk.world), Some(coordinator::Phase::Ended));
}

#[test]
fn without_incidents_every_order_of_steps_keeps_the_laws() {
    explore(bounds(&[0, 1, 2], 0, &[]));
}

#[test]
fn one_incident_at_any_moment_keeps_the_laws() {
    for slow in [&[0], &[1], &[2]] {
        explore(bounds(slow, 1, ONCE));
    }
}

#[test]
fn a_member_that_dies_and_comes_back_with_an_old_state_keeps_the_laws() {
    explore(bounds(&[1], 2, &[Incident::Crash, Incident::Restore]));
}

/// Two incidents of any kind, with old states, at each member in turn: many millions of states.
#[test]
#[ignore = "takes long; run it after a change to the machines"]
fn two_incidents_at_any_moments_keep_the_laws() {
    for slow in [&[0], &[1], &[2]] {
        explore(bounds(slow, 2, ALL));
    }
}

/// Everything that counts as an incident and does not need another one before it.
const ONCE: &[Incident] = ALL.split_at(12).0;

const ALL: &[Incident] = &[
    Incident::Withdraw,
    Incident::WithdrawAll,
    Incident::Rebuild,
    Incident::Refuse,
    Incident::Harm,
    Incident::Stop,
    Incident::Leave,
    Incident::Safeguard,
    Incident::Blind,
    Incident::Vanish,
    Incident::Jam,
    Incident::Crash,
    Incident::Restore,
];

fn bounds(slow: &'static [u8], most: u8, kinds: &'static [Incident]) -> Bounds {
    Bounds {
        prepare: 1,
        most,
        kinds,
        slow,
        planted: Planted::default(),
    }
}

/// Explores a country to its end and asserts that every law holds everywhere.
fn explore(bounds: Bounds) {
    let shown = format!("{} incidents at {:?}", bounds.most, bounds.slow);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = Country::new(bounds).checker().threads(threads);
    let checker = checker.spawn_dfs().join();
    println!(
        "{shown}: {} states, {} transitions, depth {}, {} steps of machines",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        checker.model().machine_steps(),
    );
    assert!(checker.is_done(), "{shown}: not explored to the end");
    for property in checker.model().properties() {
        let way = checker.discovery(property.name).map(Path::into_actions);
        match property.expectation {
            Expectation::Always => assert_eq!(way, None, "{shown}: {}", property.name),
            _ => assert!(way.is_some(), "{shown}: never seen: {}", property.name),
        }
    }
}

/// A way through the country, step by step; a step that cannot be taken there fails the test.
struct Walk<'a> {
    country: &'a Country,
    world: World,
}

impl<'a> Walk<'a> {
    fn new(country: &'a Country) -> Self {
        let world = country.init_states().remove(0);
        Self { country, world }
    }

    fn take(&mut self, step: Step) -> &mut Self {
        let mut steps = Vec::new();
        self.country.actions(&self.world, &mut steps);
        assert!(steps.contains(&step), "{step:?} is not among {steps:?}");
        let after = self.country.next_state(&self.world, step);
        self.world = after.unwrap_or_else(|| panic!("{step:?} changes nothing"));
        self
    }

    fn say(&mut self, word: Word) -> &mut Self {
        self.take(Step::Say(word))
    }

    fn act(&mut self, who: u8, act: Act) -> &mut Self {
        self.take(Step::Do(who, act, None))
    }

    fn tick(&mut self) -> &mut Self {
        self.take(Step::Tick)
    }

    /// Lets every member do what is due, and its devices answer.
    fn catch_up(&mut self) {
        for who in 0..3 {
            self.act(who, Act::Due);
            if self.world.places[usize::from(who)].reading {
                self.act(who, Act::Answer);
            }
        }
    }

    fn log(&self) -> usize {
        self.world.log.len()
    }

    fn phase(&self, who: u8) -> Option<member::Phase> {
        self.world.places[usize::from(who)].phase(self.country.order)
    }
}
