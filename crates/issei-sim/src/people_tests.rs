use std::collections::BTreeSet;

use super::*;
use crate::atlas;
use crate::families::WORM_PORTS;

fn scenario() -> Scenario {
    Scenario {
        lines: 20_000,
        researchers: 5,
        ..Scenario::preset("quiet").expect("it ships")
    }
}

#[test]
fn habits_have_the_shares_of_the_scenario() {
    let scenario = scenario();
    let people = People::settle(&scenario);
    let lines = f64::from(scenario.lines);
    for (list, share) in [
        (people.devices.len(), scenario.device_lines),
        (people.sharers.len(), scenario.sharers),
        (people.shell_users.len(), scenario.shell_users),
        (people.administrators.len(), scenario.administrators),
    ] {
        // Five standard deviations of a binomial count.
        let deviation = (lines * share * (1.0 - share)).sqrt();
        assert!(
            (list as f64 - lines * share).abs() < 5.0 * deviation,
            "{list} of {share}"
        );
    }
    assert_eq!(people.researchers.len(), 5);
    let models: BTreeSet<u8> = people.devices.iter().map(|device| device.model).collect();
    assert_eq!(models.len(), 25);
}

#[test]
fn every_act_ends_before_its_record_would_be_overdue() {
    for act in acts() {
        if let Shape::Short(runs) = &act.shape {
            let last = runs.iter().map(|run| run.at + run.over).max();
            assert!(last.is_some_and(|last| last < 60_000), "{}", act.name);
        }
        assert!(act.daily > 0.0, "{}", act.name);
    }
}

#[test]
fn ordinary_people_use_ports_of_worms_only_where_the_table_says_so() {
    let on_worm_ports: Vec<&str> = acts()
        .iter()
        .filter(|act| WORM_PORTS.contains(&act.port))
        .map(|act| act.name)
        .collect();
    assert_eq!(
        on_worm_ports,
        [
            "look after a device by Telnet",
            "device that is off",
            "look after a device by its pages"
        ]
    );
}

#[test]
fn the_evening_is_busier_than_the_night_and_the_mean_is_that_of_a_day() {
    let hour = |hour: i64| awake((hour - 9) * 3_600_000_000);
    assert_eq!(hour(21), 1.0);
    assert_eq!(hour(4), 0.15);
    assert!(hour(3) < hour(8) && hour(8) < hour(20));
    let minutes = 0..1_440;
    let mean = minutes
        .map(|minute| awake(minute * 60_000_000))
        .sum::<f64>()
        / 1_440.0;
    assert!((mean - mean_awake()).abs() < 1e-3, "{mean}");
}

#[test]
fn one_line_in_eight_does_nearly_half_of_all() {
    let mut dice = Dice::new(1, "lines");
    let mut counts = vec![0_u32; 8_000];
    for _ in 0..400_000 {
        counts[throw_line(&mut dice, 8_000) as usize] += 1;
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let busy: u32 = counts[..1_000].iter().sum();
    // 0.4 + 0.6 / 8 = 0.475, and the busiest of the others slip in.
    assert!(
        (0.47..0.50).contains(&(f64::from(busy) / 400_000.0)),
        "{busy}"
    );
    assert!(counts.iter().all(|&count| count > 0));
}

#[test]
fn models_have_names_of_their_own_and_endpoints_that_nobody_shares() {
    let names: BTreeSet<String> = (0..64).map(model_name).collect();
    assert_eq!(names.len(), 64);
    let endpoints: BTreeSet<_> = (0..64)
        .flat_map(|model| {
            (0..atlas::CLOUDS_A_MODEL).map(move |endpoint| atlas::cloud(model, endpoint))
        })
        .collect();
    assert_eq!(endpoints.len(), 64 * 8);
}
