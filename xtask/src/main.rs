//! Runs the project's own checks: `cargo xtask check`, `interop`, `fuzz`, `bench`, `mirror`.
//!
//! In: the work tree. Out: an exit code, and a line for everything done, skipped or failed.
//! `cargo test --workspace` always suffices for the code; what needs root, network namespaces,
//! Debian packages or long runs lives here, and is skipped with a clear line where it cannot run.

#![forbid(unsafe_code)]

mod fuzz;
mod house;
mod interop;
mod mirror;
mod run;
mod score;

use std::process::ExitCode;

use run::Outcome;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check            formatting, lints, tests, the edges between rooms
  house            only the edges between rooms and the house rules
  fuzz [SECONDS]   each fuzz target for so many seconds (20 by default); needs cargo-fuzz
  fuzz runs N [TARGET…]
                   each fuzz target for so many executions; writes docs/fuzzing.md
  interop [NAME]   checks against real programs: nfdump, softflowd, tshark; skips what is not here
  bench [NAME]     the benchmarks, with the peers that are installed
  score            judge the labelled captures; writes docs/score-files.md
  score simulated  judge simulated countries at four sampling rates, for half an hour
  mirror           sizes of our functions and files; it never scolds";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["check"] => run::check(),
        ["house"] => run::house(),
        ["fuzz"] => fuzz::every_target(20),
        ["fuzz", seconds] => with_number(seconds, fuzz::every_target),
        ["fuzz", "runs", executions, only @ ..] => {
            with_number(executions, |number| fuzz::every_target_for(number, only))
        }
        ["interop"] => interop::everything(None),
        ["interop", name] => interop::everything(Some(name)),
        // Hidden: what checks run inside the network namespaces that they made.
        ["probe"] => interop::probe(),
        ["stream"] => interop::stream(),
        ["bench"] => run::benches(None),
        ["bench", name] => run::benches(Some(name)),
        ["score"] => score::everything(),
        ["score", "simulated"] => score::simulated(),
        ["mirror"] => mirror::show(),
        _ => Outcome::failed(USAGE.to_string()),
    };
    outcome.tell()
}

fn with_number(word: &str, run: impl FnOnce(u64) -> Outcome) -> Outcome {
    match word.parse() {
        Ok(number) => run(number),
        Err(_) => Outcome::failed(format!("`{word}` is not a whole number")),
    }
}
