use issei_model::{FindingId, Rule};

use super::*;
use crate::hashing::{Key, Service};
use crate::parameters::Parameters;

const START: i64 = 20_000 * 86_400;
const LINES: u32 = 20_000;

/// A repeatable stream of numbers.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A benign country: classes prefer their own services, and suspicion depends on the class alone.
struct Benign {
    endpoints: Endpoints<u32>,
    classes: LineClasses,
    suspects: Suspects,
    population: Population,
}

/// Half of the lines have class 1, of which `rate` are suspects; of the others 1 %.
fn benign(seed: u64, rate: f64, services: u32) -> Benign {
    let mut dice = Dice(seed);
    let key = Key::new([seed, 3]);
    let mut endpoints = Endpoints::new(key, 1 << 16, 4_096);
    let (mut classes, mut suspects) = (LineClasses::new(1 << 16), Suspects::new(100_000));
    let name = |line: u32| crate::hashing::name_of(key.line(line));
    for line in 0..LINES {
        let camera = line % 2 == 0;
        if camera {
            classes.note(name(line), 1);
        }
        if dice.unit() < if camera { rate } else { 0.01 } {
            let since = Timestamp::from_secs(START + dice.below(86_400) as i64);
            suspects.suspect(
                name(line),
                since,
                FindingId(line.into()),
                Rule::HorizontalScan,
            );
        }
    }
    for number in 0..services {
        let service = Service {
            address: 0x2d00_0000 + number,
            port: 443,
            udp: false,
        };
        let second = (START + dice.below(86_400) as i64) as u32;
        // Odd services are used by cameras alone, as a vendor's cloud is.
        let step = 1 + number % 2;
        for _ in 0..10 + dice.below(150) {
            let line = dice.below(u64::from(LINES / step)) as u32 * step;
            let second = second + dice.below(3_600) as u32;
            let at = endpoints.find_or_enter(0, key.service(&service), &service, second, || 0);
            endpoints.contact(at.unwrap(), name(line), second);
        }
    }
    let active = DistinctEstimate {
        count: f64::from(LINES),
        standard_error: 0.0,
    };
    let population = Population::count(active, &classes, &suspects);
    Benign {
        endpoints,
        classes,
        suspects,
        population,
    }
}

impl Benign {
    fn look(&self) -> Look {
        let parameters = Parameters::shipped().command;
        look(
            &self.endpoints,
            &self.population,
            &self.classes,
            &self.suspects,
            &parameters,
        )
    }

    /// The randomised tails of every service, so that under the null they are exactly uniform.
    fn tails(&self, dice: &mut Dice, stratified: bool) -> Vec<f64> {
        let mut tails = Vec::new();
        let mut sample = Vec::new();
        for at in self.endpoints.places() {
            self.endpoints.sampled(at, &mut sample);
            let suspected = |contact: &&Contact| self.suspects.get(contact.line).is_some();
            let x = sample.iter().filter(suspected).count() as u64;
            let by_class = self.population.strata_of(&sample, &self.classes);
            let strata: Vec<Stratum> = by_class.iter().map(|count| count.stratum).collect();
            let blind = [self.population.all(sample.len())];
            let test = stratified_enrichment(if stratified { &strata } else { &blind }, x);
            let (at_least, more) = (test.ln_at_least.exp(), test.ln_more.exp());
            tails.push(more + dice.unit() * (at_least - more));
        }
        tails
    }
}

/// The distance of Kolmogorov and Smirnov from the uniform law, times the root of the number.
fn distance(mut tails: Vec<f64>) -> f64 {
    tails.sort_by(f64::total_cmp);
    let n = tails.len() as f64;
    let worst = tails.iter().enumerate().map(|(i, &p)| {
        let (below, above) = (i as f64 / n, (i + 1) as f64 / n);
        (p - below).abs().max((above - p).abs())
    });
    worst.fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn on_benign_input_the_stratified_tails_are_uniform_and_the_blind_ones_are_not() {
    for seed in 1..=3 {
        let world = benign(seed, 0.2, 3_000);
        let stratified = distance(world.tails(&mut Dice(seed), true));
        let blind = distance(world.tails(&mut Dice(seed), false));
        println!("seed {seed}: distance {stratified:.2} within classes, {blind:.2} without");
        // 1.95 is exceeded by a uniform sample once in a thousand times.
        assert!(stratified < 1.95, "{stratified}");
        assert!(
            blind > 10.0,
            "the classes do not matter: the test shows nothing"
        );
    }
}

#[test]
fn on_benign_input_hardly_any_list_has_a_name_on_it() {
    let mut lists = 0;
    for seed in 1..=60 {
        let look = benign(seed, 0.2, 1_000).look();
        lists += u32::from(look.tested.iter().any(|tested| tested.wrong_share <= 0.05));
    }
    // At q = 0.05 at most one list in twenty may name anybody when there is nobody to name.
    println!("{lists} of 60 lists at q = 0.05 name somebody");
    assert!(lists <= 7, "{lists} of 60");
}

#[test]
fn a_family_of_those_that_spoke_would_break_the_promise() {
    let (mut honest, mut chosen) = (0, 0);
    for seed in 1..=20 {
        let world = benign(seed, 0.01, 3_000);
        let look = world.look();
        let tails: Vec<f64> = look.tested.iter().map(|t| t.within.ln_at_least).collect();
        let named = |family: u64| {
            let shares = expected_wrong_share(&tails, family, Default::default());
            u32::from(shares.iter().any(|&share| share <= 0.05))
        };
        honest += named(look.family);
        chosen += named(tails.len() as u64);
    }
    println!(
        "lists that name somebody wrongly at q = 0.05: {honest} honest, {chosen} chosen, of 20"
    );
    assert!(honest <= 3 && chosen >= 10, "{honest} {chosen}");
}

fn count(classes: Classes, lines: u64, suspects: u64, contacts: u64, suspected: u64) -> ClassCount {
    let stratum = Stratum {
        lines,
        suspects,
        contacts,
    };
    ClassCount {
        classes,
        stratum,
        suspected,
    }
}

#[test]
fn a_cloud_some_of_whose_cameras_have_not_shown_their_class_is_no_surprise() {
    let camera = Classes::UNKNOWN.with(1);
    let by_class = [
        count(Classes::UNKNOWN, 29_000, 60, 34, 12),
        count(camera, 1_000, 300, 30, 10),
    ];
    let told: Vec<Stratum> = by_class.iter().map(|count| count.stratum).collect();
    assert!(stratified_enrichment(&told, 22).ln_at_least < -10.0);
    assert!(within(&by_class, 22, 0.1).ln_at_least > -2.0);
}

#[test]
fn a_command_server_stays_a_surprise_when_classes_are_doubted() {
    let camera = Classes::UNKNOWN.with(1);
    let by_class = [
        count(Classes::UNKNOWN, 29_000, 60, 20, 15),
        count(camera, 1_000, 50, 40, 30),
    ];
    assert!(within(&by_class, 45, 0.1).ln_at_least < -50.0);
}

#[test]
fn services_without_any_classed_contact_are_not_doubted() {
    assert_eq!(doubt(&[count(Classes::UNKNOWN, 100, 5, 10, 3)], 0.1), None);
    assert_eq!(doubt(&[], 0.1), None);
}

/// Suspects infected at these seconds make first contact at those.
fn onset(pairs: &[(i64, i64)]) -> Onset {
    let mut suspects = Suspects::new(1_000);
    let mut sample = Vec::new();
    for (line, &(infected, contact)) in (0..).zip(pairs) {
        let since = Timestamp::from_secs(infected);
        suspects.suspect(line, since, FindingId(0), Rule::HorizontalScan);
        sample.push(Contact {
            line,
            since: contact as u32,
        });
    }
    Onset::measure(&sample, &suspects, Span::ZERO)
}

#[test]
fn contacts_that_follow_their_own_infections_are_a_surprise() {
    let pairs: Vec<(i64, i64)> = (0..20).map(|i| (i * 1_000, i * 1_000 + 60)).collect();
    let onset = onset(&pairs);
    assert_eq!(onset.after, 20);
    // 20! / 20^20
    assert!((onset.ln_tail - (42.335_616_460_753_485 - 59.914_645_471_079_817)).abs() < 1e-9);
}

#[test]
fn a_service_that_everybody_uses_in_the_evening_is_no_surprise() {
    let pairs: Vec<(i64, i64)> = (0..20).map(|i| (i * 1_000, 80_000 + i)).collect();
    assert_eq!(onset(&pairs).ln_tail, 0.0);
}

#[test]
fn a_service_used_before_the_infections_is_no_surprise() {
    let pairs: Vec<(i64, i64)> = (0..20).map(|i| (i * 1_000, (i * 7 % 20) * 1_000)).collect();
    assert!(onset(&pairs).ln_tail > -1.5);
    let all_at_once: Vec<(i64, i64)> = (0..20).map(|i| (5_000, 5_000 + i)).collect();
    assert_eq!(onset(&all_at_once).ln_tail, 0.0);
}
