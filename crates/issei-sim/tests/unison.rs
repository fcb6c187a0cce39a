//! The protocol under the simulator: no seed breaks a rule, every planted bug is found, and every
//! rule is needed to find one.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use issei_order::{Bug, Planted};
use issei_sim::unison::{self, Outcome, Rule};

/// Lets two threads take the numbers from 0 on, until one says that it is enough.
fn with_two_threads(work: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| while work(next.fetch_add(1, Ordering::Relaxed)) {});
        }
    });
}

#[test]
fn no_seed_breaks_a_rule_and_everything_that_can_go_wrong_does() {
    let sum = Mutex::new(Outcome::default());
    with_two_threads(|seed| match unison::run(seed, Planted::default()) {
        Ok(outcome) => {
            let mut sum = sum.lock().expect("no thread panics");
            *sum += outcome;
            sum.activations < 1_000_000
        }
        Err(broken) => panic!("{broken:#?}"),
    });
    for (what, count) in sum.into_inner().expect("no thread panics").counts() {
        assert!(count >= 50, "hardly any: {what}: {count}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..50 {
        let [first, second] = [(); 2].map(|()| unison::run(seed, Planted::default()));
        assert_eq!(
            first.expect("no rule is broken"),
            second.expect("no rule is broken")
        );
    }
}

#[test]
fn every_planted_bug_is_found_and_every_rule_finds_one_first() {
    let found = Mutex::new(BTreeMap::new());
    with_two_threads(|place| {
        let Some(bug) = Bug::ALL.get(place as usize) else {
            return false;
        };
        let broken = (0..1_000).find_map(|seed| unison::run(seed, Planted::one(*bug)).err());
        found.lock().expect("no thread panics").insert(*bug, broken);
        true
    });
    let found = found.into_inner().expect("no thread panics");
    let missed: Vec<&Bug> = found
        .iter()
        .filter(|(_, broken)| broken.is_none())
        .map(|(bug, _)| bug)
        .collect();
    assert!(
        missed.is_empty(),
        "not found within 1,000 seeds: {missed:?}"
    );
    let mut table = String::from(
        "| rule | guarantee | says that | first to find, at seed |\n|---|---|---|---|\n",
    );
    let mut idle = Vec::new();
    for rule in Rule::ALL {
        let of_rule = found.iter().filter_map(|(bug, broken)| {
            let broken = broken.as_ref().filter(|broken| broken.rule == *rule)?;
            Some(format!("{bug:?} ({})", broken.seed))
        });
        let of_rule = of_rule.collect::<Vec<_>>().join(", ");
        if of_rule.is_empty() {
            idle.push(rule);
        }
        let (guarantee, says) = (rule.guarantee(), rule.says());
        table += &format!("| {rule:?} | {guarantee} | {says} | {of_rule} |\n");
    }
    eprintln!("{table}");
    assert!(
        idle.is_empty(),
        "rules that find nothing first are deleted: {idle:?}"
    );
    hold_against_the_page(&table);
}

/// Compares the table with the page, or writes it there if asked to.
fn hold_against_the_page(table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/simulation.md");
    let page = std::fs::read_to_string(path).expect("the page can be read");
    let (before, rest) = page.split_once(MARK).expect("the page has its first mark");
    let (shown, after) = rest.split_once(MARK).expect("the page has its second mark");
    if std::env::var_os("ISSEI_WRITE_DOCS").is_some() {
        let page = format!("{before}{MARK}\n{table}{MARK}{after}");
        std::fs::write(path, page).expect("the page can be written");
    } else {
        let advice = "run this test with ISSEI_WRITE_DOCS=1 to print the table anew";
        assert_eq!(
            shown,
            format!("\n{table}"),
            "docs/simulation.md is old; {advice}"
        );
    }
}

/// Stands before and behind the table in the page.
const MARK: &str = "<!-- printed by a test of issei-sim -->";
