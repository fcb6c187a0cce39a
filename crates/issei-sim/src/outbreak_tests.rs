use super::*;
use crate::scenario::ScenarioError;

fn outbreak(scenario: &Scenario) -> (Vec<Bot>, Vec<Botnet>) {
    let atlas = Atlas::new(scenario.lines, scenario.shared_lines, 0.0, scenario.seed);
    spread(scenario, &People::settle(scenario), &atlas).expect("enough devices")
}

fn scenario(change: impl FnOnce(&mut BotnetPlan)) -> Scenario {
    let mut scenario = Scenario::sketch(20_000, 600, 1_000).expect("a good sketch");
    scenario.botnets.truncate(1);
    scenario.botnets[0].bots = 1_000;
    scenario.botnets[0].doubling_minutes = 20.0;
    change(&mut scenario.botnets[0]);
    scenario.attacks.clear();
    scenario
}

#[test]
fn the_number_of_bots_doubles_at_the_pace_of_the_plan_while_they_are_few() {
    let scenario = scenario(|_| {});
    let (bots, _) = outbreak(&scenario);
    assert_eq!(bots.len(), 1_000);
    let by = |minutes: f64| {
        let moment = scenario.start.as_micros() + (minutes * 6e7) as i64;
        bots.iter().filter(|bot| bot.infected <= moment).count()
    };
    // 2^4 and 2^5 at four and five doublings; half of all after log2(1000) of them.
    assert!((13..=19).contains(&by(80.0)), "{}", by(80.0));
    assert!((26..=38).contains(&by(100.0)), "{}", by(100.0));
    assert!((470..=530).contains(&by(199.3)), "{}", by(199.3));
}

#[test]
fn only_devices_of_vulnerable_models_fall_and_each_once() {
    let scenario = scenario(|_| {});
    let (bots, _) = outbreak(&scenario);
    assert!(
        bots.iter()
            .all(|bot| bot.model < scenario.vulnerable_models)
    );
    let mut lines: Vec<u32> = bots.iter().map(|bot| bot.line).collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), bots.len());
}

#[test]
fn so_many_bots_are_cleaned_as_the_plan_says() {
    let (bots, _) = outbreak(&scenario(|plan| {
        (plan.cleaned, plan.cleaned_after_minutes) = (0.3, 30.0);
    }));
    let cleaned: Vec<&Bot> = bots.iter().filter(|bot| bot.cleaned < i64::MAX).collect();
    // Five standard deviations of a binomial count, and of a mean of exponential times.
    assert!((228..=372).contains(&cleaned.len()), "{}", cleaned.len());
    let minutes = |bot: &&&Bot| (bot.cleaned - bot.infected) as f64 / 6e7;
    let mean = cleaned.iter().map(|bot| minutes(&bot)).sum::<f64>() / cleaned.len() as f64;
    assert!(
        (mean - 30.0).abs() < 5.0 * 30.0 / (cleaned.len() as f64).sqrt(),
        "{mean}"
    );
    let first = cleaned[0];
    assert!(first.is_alive(first.infected) && !first.is_alive(first.cleaned));
}

#[test]
fn servers_share_the_bots_and_count_them() {
    let (bots, botnets) = outbreak(&scenario(|plan| plan.servers = 3));
    let counts: Vec<u32> = botnets[0]
        .servers
        .iter()
        .map(|server| server.bots)
        .collect();
    assert_eq!(counts, [334, 333, 333]);
    assert!(bots.iter().all(|bot| bot.server < 3));
    let (_, botnets) = outbreak(&scenario(|plan| plan.family = Family::Mozi));
    assert!(botnets[0].servers.is_empty() && botnets[0].report.is_none());
}

#[test]
fn fewer_devices_than_bots_are_refused() {
    let mut scenario = scenario(|_| {});
    (scenario.device_lines, scenario.vulnerable_models) = (0.1, 1);
    let atlas = Atlas::new(scenario.lines, 0.1, 0.0, 1);
    let refused = spread(&scenario, &People::settle(&scenario), &atlas).expect_err("too few");
    let ScenarioError::TooFewDevices {
        botnet,
        wanted: 1_000,
        there,
    } = refused
    else {
        panic!("{refused}");
    };
    assert_eq!(botnet, "winter");
    assert!(there < 150, "{there}");
}
