//! The detectors judge a small country: what must be found is found, and nobody else is accused.
//! The large countries, and the figures that are published, are in `benches/evaluation`.

#[path = "../benches/evaluation/run.rs"]
#[expect(dead_code, reason = "the benchmark also tells how long the work took")]
mod run;
#[path = "../benches/evaluation/score.rs"]
#[expect(dead_code, reason = "the benchmark also prints what was missed")]
mod score;

use issei_sim::{Family, Scenario};

use run::{Knowledge, judge};

/// Two hours of 6,000 lines at 1:100, with a botnet that is large for its country.
fn outcome() -> run::Outcome {
    let mut scenario = Scenario::evaluation(100, 6_000, 120);
    scenario
        .botnets
        .retain(|botnet| matches!(botnet.family, Family::Mirai | Family::Satori));
    let there = |by: &Option<String>| {
        by.is_none()
            || scenario
                .botnets
                .iter()
                .any(|net| Some(&net.name) == by.as_ref())
    };
    scenario.attacks.retain(|attack| there(&attack.by));
    scenario.botnets[0].bots = 40;
    scenario.botnets[0].servers = 1;
    scenario.bulk = 0.02;
    judge(&scenario, Knowledge::Classes)
}

#[test]
fn a_small_country_is_judged_without_a_miss_and_without_a_wrong_word() {
    let outcome = outcome();
    for family in score::families(&outcome) {
        assert_eq!(family.delays.len(), family.bots, "{}", family.family);
        let median = score::quantile(&family.delays, 0.5).expect("bots were found");
        assert!(median < 120.0, "{}: {median} s", family.family);
    }
    let wrong: Vec<&str> = score::wrong(&outcome)
        .iter()
        .map(|finding| finding.summary.as_str())
        .collect();
    assert_eq!(wrong, Vec::<&str>::new());
    let servers = score::servers(&outcome);
    assert_eq!(servers.clouds, Vec::<String>::new());
    assert_eq!(servers.others, Vec::<String>::new());
    let (server, named) = servers.command[0];
    assert!(named, "the server of {} bots", server.bots);
}

#[test]
fn quantiles_are_those_of_the_rising_numbers() {
    let numbers: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(score::quantile(&numbers, 0.5), Some(50.0));
    assert_eq!(score::quantile(&numbers, 0.95), Some(95.0));
    assert_eq!(score::quantile(&[7.0], 0.5), Some(7.0));
    assert_eq!(score::quantile(&[], 0.5), None);
}
