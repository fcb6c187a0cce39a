//! Judges countries of the workshop at four sampling rates and prints what was found as Markdown.
//!
//! `cargo bench -p issei-sim --bench evaluation -- [RATE]… [key=value]…`
//!
//! `RATE` is 1, 100, 1000 or 10000; without one, all four run. Keys: `seed`, `lines`, `minutes`,
//! `bulk` (factor on the packets of films and downloads, in percent), `classes=none` (judge without knowing which vendor service tells which device), `show=misses`
//! (list what was missed and what was wrong). The figures are those of the detectors as they
//! stand; the seconds are those of this machine and claim nothing.

use std::process::ExitCode;
use std::time::Instant;

use issei_sim::Scenario;

use crate::report::{heading, print_floods, print_lines, print_misses, print_servers};
use crate::run::{Knowledge, Outcome, judge};

mod report;
mod run;
mod score;

/// A sampling rate with a country that is large enough to say something about it and small
/// enough for a minute of work.
const PLANS: [(u32, u32, u32); 4] = [
    (1, 4_000, 120),
    (100, 40_000, 360),
    (1_000, 300_000, 1_440),
    (10_000, 300_000, 1_440),
];

/// What the command line asks for.
#[derive(Debug, Default)]
struct Wishes {
    rates: Vec<u32>,
    seed: Option<u64>,
    lines: Option<u32>,
    minutes: Option<u32>,
    bulk_percent: Option<u32>,
    without_classes: bool,
    shows_misses: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match Wishes::read(&words) {
        Ok(wishes) => {
            evaluate(&wishes, &words.join(" "));
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}

fn evaluate(wishes: &Wishes, words: &str) {
    let outcomes: Vec<Outcome> = PLANS
        .iter()
        .filter(|plan| wishes.rates.is_empty() || wishes.rates.contains(&plan.0))
        .map(|&plan| wishes.judge(plan))
        .collect();
    println!("Made by `cargo bench -p issei-sim --bench evaluation -- {words}`.\n");
    heading(&outcomes);
    print_lines(&outcomes);
    print_servers(&outcomes);
    print_floods(&outcomes);
    if wishes.shows_misses {
        print_misses(&outcomes);
    }
}

impl Wishes {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut wishes = Self::default();
        for word in words {
            let number = |text: &str| {
                text.parse::<u32>()
                    .map_err(|_| format!("`{text}` in `{word}` is no number"))
            };
            match word.split_once('=') {
                None => wishes.rates.push(rate(word)?),
                Some(("seed", value)) => wishes.seed = Some(number(value)?.into()),
                Some(("lines", value)) => wishes.lines = Some(number(value)?),
                Some(("minutes", value)) => wishes.minutes = Some(number(value)?),
                Some(("bulk", value)) => wishes.bulk_percent = Some(number(value)?),
                Some(("classes", "none")) => wishes.without_classes = true,
                Some(("show", "misses")) => wishes.shows_misses = true,
                Some(_) => return Err(format!("`{word}` is unknown; see the head of main.rs")),
            }
        }
        Ok(wishes)
    }

    fn judge(&self, (sampling, lines, minutes): (u32, u32, u32)) -> Outcome {
        let scenario = Scenario::evaluation(
            sampling,
            self.lines.unwrap_or(lines),
            self.minutes.unwrap_or(minutes),
        );
        let scenario = Scenario {
            seed: self.seed.unwrap_or(scenario.seed),
            bulk: self
                .bulk_percent
                .map_or(scenario.bulk, |percent| f64::from(percent) / 100.0),
            ..scenario
        };
        let knowledge = match self.without_classes {
            true => Knowledge::NoClasses,
            false => Knowledge::Classes,
        };
        let begun = Instant::now();
        let outcome = judge(&scenario, knowledge);
        let seconds = begun.elapsed().as_secs_f64();
        eprintln!(
            "1:{sampling}: {} records in {seconds:.1} s",
            outcome.records
        );
        Outcome { seconds, ..outcome }
    }
}

fn rate(word: &str) -> Result<u32, String> {
    let known = PLANS
        .iter()
        .map(|plan| plan.0)
        .find(|rate| rate.to_string() == word);
    known.ok_or_else(|| format!("`{word}` is no rate; write 1, 100, 1000 or 10000"))
}
