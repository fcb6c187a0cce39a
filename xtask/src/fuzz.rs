//! Gives every decoder hostile bytes: for a while, or for so many executions with figures kept.
//!
//! In: the targets in `fuzz/fuzz_targets`, starting from the committed seeds. Out: an exit code; with
//! `runs N` also a table in `docs/fuzzing.md`. New inputs stay out of the committed corpus.
//! Always: debug assertions and overflow checks are on; a target that did not reach its number of
//! executions fails, whatever its exit code says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Outcome, is_here, program_with, root};

/// The longest input of a target in bytes, where libFuzzer's own choice (4096, or the longest seed)
/// would make every execution several times as slow. So many hold
/// templates and their data.
const LONGEST: &[(&str, u32)] = &[
    ("ipfix", 512),
    ("netflow5", 512),
    ("netflow9", 512),
    ("sflow5", 512),
    ("stored", 512),
];
/// The page of figures.
const PAGE: &str = "docs/fuzzing.md";
/// A megabyte count that a decoder with bounds never needs.
const MEMORY: &str = "-rss_limit_mb=2048";
/// The stable compiler builds the instrumentation when told so.
const ENVIRONMENT: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// Targets of crates that take minutes to build, and the feature that builds them: only when named.
const LARGE: (&str, &str) = ("said", "offices");

/// Where everything that fuzzing makes is kept, out of the way of other builds.
const TARGET: &str = "fuzz/target";

/// Runs each target for so many seconds.
pub fn every_target(seconds: u64) -> Outcome {
    let end = format!("-max_total_time={seconds}");
    on_each(&[], |program, target| match run(program, target, &end) {
        Ok(text) => match Figures::parse(&text) {
            Some(figures) if figures.executions > 0 => {
                Outcome::passed(&format!("{target}: {} executions", figures.executions))
            }
            _ => Outcome::failed(format!("{target} told no figures")),
        },
        Err(complaint) => Outcome::failed(complaint),
    })
}

/// Runs each target, or only those named, for so many executions, and keeps the figures. Figures of
/// targets that are not named stay as they were.
pub fn every_target_for(executions: u64, only: &[&str]) -> Outcome {
    let chosen = |target: &str| only.is_empty() || only.contains(&target);
    let mut fresh = Rows::new();
    let outcome = on_each(only, |program, target| match chosen(target) {
        true => one_for(executions, program, target, &mut fresh),
        false => Outcome::default(),
    });
    let page = root().join(PAGE);
    // Read only now: a campaign takes long, and another may have written beside this one.
    let mut rows = rows_of(&fs::read_to_string(&page).unwrap_or_default());
    rows.extend(fresh);
    rows.retain(|target, _| targets().contains(target));
    let table: String = rows.values().map(|row| format!("{row}\n")).collect();
    match fs::write(&page, heading() + &table) {
        Ok(()) => outcome.and(Outcome::passed(&format!("figures written to {PAGE}"))),
        Err(error) => outcome.and(Outcome::failed(format!("{}: {error}", page.display()))),
    }
}

fn one_for(executions: u64, program: &Path, target: &str, rows: &mut Rows) -> Outcome {
    let figures = match campaign(program, target, executions) {
        Ok(figures) => figures,
        Err(complaint) => return Outcome::failed(complaint),
    };
    if figures.executions < executions {
        return Outcome::failed(format!("{target}: only {} executions", figures.executions));
    }
    let row = figures.row(target);
    let told = Outcome::passed(&row);
    rows.insert(target.to_owned(), row);
    told
}

/// Rows of the table, by target.
type Rows = BTreeMap<String, String>;

/// Reads the rows of a page.
fn rows_of(page: &str) -> Rows {
    let pair = |line: &str| {
        let (target, _) = line.strip_prefix("| `")?.split_once('`')?;
        Some((target.to_owned(), line.to_owned()))
    };
    page.lines().filter_map(pair).collect()
}

/// What a campaign reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figures {
    executions: u64,
    seconds: u64,
    /// Edges of the program that the seeds reach.
    edges_of_seeds: u64,
    /// Edges reached at the end.
    edges: u64,
    /// Inputs kept because each reaches something that the others do not.
    inputs: u64,
    /// The longest input tried.
    longest: u64,
}

impl Figures {
    /// Reads what libFuzzer says on its way.
    fn parse(text: &str) -> Option<Self> {
        let begun = text.lines().find(|line| line.contains("INITED"))?;
        let ended = text
            .lines()
            .rev()
            .find(|line| line.starts_with('#') && line.contains("DONE"))?;
        // Done 10000000 runs in 35 second(s)
        let done = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("Done "))?;
        let mut numbers = done.split_whitespace().filter_map(|word| word.parse().ok());
        Some(Self {
            executions: numbers.next()?,
            seconds: numbers.next()?,
            edges_of_seeds: after(begun, "cov:")?,
            edges: after(ended, "cov:")?,
            inputs: after(ended, "corp:")?,
            longest: after(ended, "lim:").unwrap_or_default(),
        })
    }

    fn row(&self, target: &str) -> String {
        let Self {
            executions,
            seconds,
            edges_of_seeds,
            edges,
            inputs,
            longest,
        } = *self;
        let rate = executions / seconds.max(1);
        format!(
            "| `{target}` | {executions} | {seconds} | {rate} | {edges_of_seeds} | {edges} | {inputs} | {longest} |"
        )
    }
}

fn heading() -> String {
    let mut text = String::from(
        "# The decoders under hostile bytes\n\n\
         Written by `cargo xtask fuzz runs N`; do not edit. Every target ran to its number of executions \
         without a panic, an overflow, a failed assertion or more than 2 GiB of memory, starting from the \
         seeds in `fuzz/corpus`; debug assertions and overflow checks were on. What each asserts stands in \
         `fuzz/fuzz_targets`. *Edges* are edges of the control flow, as libFuzzer counts them: first those \
         that the seeds reach, then all that were reached. *Inputs* are kept because each reaches something \
         that the others do not. *Longest* is the longest input tried, in bytes",
    );
    for (target, most) in LONGEST {
        let _ = write!(text, "; `{target}` is held to {most}");
    }
    text.push_str(
        ". Rates are those of a machine that had other work too.\n\n\
         | target | executions | seconds | a second | edges of the seeds | edges | inputs | longest |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    text
}

/// Runs one target to its number of executions and reads its figures.
fn campaign(program: &Path, target: &str, executions: u64) -> Result<Figures, String> {
    let text = run(program, target, &format!("-runs={executions}"))?;
    Figures::parse(&text).ok_or_else(|| format!("{target} told no figures"))
}

/// Runs one target until `end`, and shows what libFuzzer said.
fn run(program: &Path, target: &str, end: &str) -> Result<String, String> {
    let grown = prepare(target)?;
    let log = grown.with_extension("log");
    let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    println!("── {target} {end}; libFuzzer talks to {}", log.display());
    let status = Command::new(program)
        .args(arguments(target, &grown, end))
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(file)
        .status()
        .map_err(|error| format!("`{}` could not start: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
    match status.success() {
        true => Ok(text),
        false => Err(format!(
            "{target} ended with {status}; see {}",
            log.display()
        )),
    }
}

/// Builds every target once, and tells the folder of the programs.
fn build(features: &[&str]) -> Result<PathBuf, String> {
    let usual = [
        "fuzz",
        "build",
        "--sanitizer",
        "none",
        "--target-dir",
        TARGET,
    ];
    let built = program_with("cargo", &[&usual, features].concat(), &[ENVIRONMENT]);
    if !built.is_well() {
        return Err("the fuzz targets do not build".into());
    }
    let told = Command::new("rustc").arg("-vV").output();
    let told = told.map_err(|error| format!("`rustc` could not start: {error}"))?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("`rustc` does not tell its host")?;
    Ok(root().join(TARGET).join(host).join("release"))
}

/// Makes the folders for new inputs and for those that break something.
fn prepare(target: &str) -> Result<PathBuf, String> {
    let grown = root().join(TARGET).join("grown").join(target);
    for folder in [&grown, &root().join("fuzz/artifacts").join(target)] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(grown)
}

fn arguments(target: &str, grown: &Path, end: &str) -> Vec<String> {
    let (grown, seeds) = (grown.display().to_string(), format!("fuzz/corpus/{target}"));
    let broken = format!("-artifact_prefix=fuzz/artifacts/{target}/");
    // The first folder is where libFuzzer writes.
    let fixed = [grown, seeds, end.to_owned(), broken, MEMORY.to_owned()];
    let mut arguments = fixed.to_vec();
    let held = LONGEST.iter().find(|(name, _)| *name == target);
    arguments.extend(held.map(|(_, most)| format!("-max_len={most}")));
    arguments
}

fn on_each(named: &[&str], mut run: impl FnMut(&Path, &str) -> Outcome) -> Outcome {
    if !is_here("cargo-fuzz") {
        return Outcome::skipped(
            "fuzzing: cargo-fuzz is not here; `cargo install cargo-fuzz` brings it".into(),
        );
    }
    let (mut targets, (large, feature)) = (targets(), LARGE);
    let mut features: &[&str] = &["--features", feature];
    if !named.contains(&large) {
        features = &[];
        targets.retain(|target| target != large);
        println!("{large} is built only when named: `cargo xtask fuzz runs N {large}`");
    }
    if targets.is_empty() {
        return Outcome::failed("no fuzz targets in fuzz/fuzz_targets".into());
    }
    match build(features) {
        Ok(programs) => {
            let outcomes = targets
                .iter()
                .map(|target| run(&programs.join(target), target));
            outcomes.fold(Outcome::default(), Outcome::and)
        }
        Err(complaint) => Outcome::failed(complaint),
    }
}

fn targets() -> Vec<String> {
    let entries = fs::read_dir(root().join("fuzz/fuzz_targets"))
        .into_iter()
        .flatten()
        .flatten();
    let paths = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let mut targets: Vec<String> = paths
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    targets
}

/// Reads the number after a word, such as 31 in `cov: 31` or in `corp: 31/200b`.
fn after(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(word)?;
    let digits = rest
        .trim_start()
        .split(|c: char| !c.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

#[cfg(test)]
#[path = "fuzz_tests.rs"]
mod tests;
