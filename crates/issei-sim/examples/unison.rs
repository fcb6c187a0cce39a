//! Runs the protocol's simulator over a range of seeds, on one core.
//!
//! ```sh
//! cargo run --release -p issei-sim --example unison -- 0..10000          # a range of seeds
//! cargo run --release -p issei-sim --example unison -- 0.. 100000000     # until so many activations
//! cargo run --release -p issei-sim --example unison -- 42 NoExpiry       # one seed, told in full
//! cargo run --release -p issei-sim --example unison -- bugs              # what finds each bug first
//! ```
//!
//! One seed is told with a planted bug, or with none.

use issei_order::{Bug, Planted};
use issei_sim::unison::{self, Outcome};

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let seeds = words
        .first()
        .ok_or("say which seeds, such as 0..10000, or which one, such as 42")?;
    match seeds.split_once("..") {
        None if seeds == "bugs" => bugs(words.get(1).map_or("", String::as_str)),
        Some((from, to)) => {
            let to = if to.is_empty() { u64::MAX } else { number(to)? };
            let most = words.get(1).map_or(Ok(u64::MAX), |most| number(most))?;
            return range(number(from)?, to, most);
        }
        None => one(number(seeds)?, words.get(1).map(String::as_str))?,
    }
    Ok(())
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|error| format!("`{text}` is not a number: {error}"))
}

/// Tells one seed with its last steps.
fn one(seed: u64, bug: Option<&str>) -> Result<(), String> {
    let planted = match bug {
        None => Planted::default(),
        Some(name) => {
            let bug = Bug::ALL.iter().find(|bug| format!("{bug:?}") == name);
            Planted::one(*bug.ok_or_else(|| format!("no bug `{name}` can be planted"))?)
        }
    };
    match unison::trace(seed, planted, STEPS) {
        Ok(outcome) => println!("{outcome:#?}"),
        Err(broken) => {
            broken.trace.iter().for_each(|step| println!("{step}"));
            println!("seed {seed} breaks {:?}: {}", broken.rule, broken.what);
        }
    }
    Ok(())
}

/// Tells for each planted bug whose name has this part the first seed that shows it.
fn bugs(part: &str) {
    for bug in Bug::ALL
        .iter()
        .filter(|bug| format!("{bug:?}").contains(part))
    {
        let broken = (0..1_000).find_map(|seed| unison::run(seed, Planted::one(*bug)).err());
        match broken {
            Some(broken) => println!(
                "{bug:?}: seed {} {:?}: {}",
                broken.seed, broken.rule, broken.what
            ),
            None => println!("{bug:?}: not found within 1,000 seeds"),
        }
    }
}

/// Runs seed after seed and tells every violation, the progress, and the sums.
fn range(from: u64, to: u64, most: u64) -> Result<(), String> {
    let (mut sum, mut violations, mut seed) = (Outcome::default(), 0_u64, from);
    while seed < to && sum.activations < most {
        match unison::run(seed, Planted::default()) {
            Ok(outcome) => sum += outcome,
            Err(broken) => {
                violations += 1;
                println!("seed {seed} breaks {:?}: {}", broken.rule, broken.what);
            }
        }
        seed += 1;
        if (seed - from).is_multiple_of(PROGRESS) {
            println!(
                "{} seeds, {} activations, {violations} violations",
                seed - from,
                sum.activations
            );
        }
    }
    println!("seeds {from}..{seed}: {violations} violations");
    for (what, count) in sum.counts() {
        println!("{count:>12} {what}");
    }
    if violations > 0 {
        Err(format!("{violations} violations"))
    } else {
        Ok(())
    }
}

/// Steps told before a violation.
const STEPS: usize = 4_000;
/// Seeds between two lines of progress.
const PROGRESS: u64 = 10_000;
