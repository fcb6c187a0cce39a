//! Starts programs and gathers how they ended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;

use crate::house;

/// How a check ended: what failed, and how many were skipped.
#[derive(Default)]
pub struct Outcome {
    failures: Vec<String>,
    skipped: Vec<String>,
    passed: usize,
}

impl Outcome {
    /// Says that something failed, and what.
    pub fn failed(what: String) -> Self {
        Self {
            failures: vec![what],
            ..Self::default()
        }
    }

    /// Says that something could not run here, and why.
    pub fn skipped(what: String) -> Self {
        println!("skipped: {what}");
        Self {
            skipped: vec![what],
            ..Self::default()
        }
    }

    /// Says that one check passed.
    pub fn passed(what: &str) -> Self {
        println!("passed: {what}");
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    /// Adds another outcome.
    pub fn and(mut self, other: Self) -> Self {
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
        self.passed += other.passed;
        self
    }

    /// Tells whether nothing failed.
    pub fn is_well(&self) -> bool {
        self.failures.is_empty()
    }

    /// Prints the sum and turns it into an exit code.
    pub fn tell(self) -> ExitCode {
        for failure in &self.failures {
            eprintln!("{failure}");
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failures.len(),
            self.skipped.len()
        );
        if self.is_well() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// The top of the work tree.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs a program in the work tree and says how it ended.
pub fn program(name: &str, arguments: &[&str]) -> Outcome {
    program_with(name, arguments, &[])
}

/// Runs a program in the work tree with more environment.
pub fn program_with(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let shown = format!("{name} {}", arguments.join(" "));
    println!("── {shown}");
    let mut command = Command::new(name);
    command
        .args(arguments)
        .current_dir(root())
        .envs(environment.iter().copied());
    match command.status() {
        Ok(status) if status.success() => Outcome::passed(&shown),
        Ok(status) => Outcome::failed(format!("`{shown}` ended with {status}")),
        Err(error) => Outcome::failed(format!("`{shown}` could not start: {error}")),
    }
}

/// Makes a program of ours as the tests make it, and tells where it lies: the front door, or an example of
/// a room with these features. All rooms are asked for at once, for which features a library has depends
/// on who is made beside it: asked for alone, nearly every library would be made again.
///
/// Each is made once in a run, and one after the other.
///
/// # Errors
/// If it cannot be built.
pub fn made(package: &str, example: Option<&str>, features: &str) -> Result<PathBuf, String> {
    static MADE: Mutex<BTreeSet<Vec<String>>> = Mutex::new(BTreeSet::new());
    let mut arguments = vec!["build", "--quiet", "--profile", "test", "--workspace"];
    let with = format!("{package}/{features}");
    match example {
        Some(example) if !features.is_empty() => {
            arguments.extend(["--example", example, "--features", &with]);
        }
        // Not every program: a check must not replace the one that runs it.
        _ => arguments.extend(["--bin", "issei", "--examples"]),
    }
    let place = match example {
        Some(example) => format!("debug/examples/{example}"),
        None => format!("debug/{package}"),
    };
    let wanted: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
    let mut made = MADE.lock().map_err(|_| "a build broke".to_owned())?;
    if !made.contains(&wanted) {
        if !program("cargo", &arguments).is_well() {
            return Err(format!("{} could not be built", example.unwrap_or(package)));
        }
        made.insert(wanted);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), |told| root().join(told));
    Ok(target.join(place))
}

/// Tells whether a program can be started here.
pub fn is_here(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(name).is_file())
}

/// Formatting, lints, tests, edges.
pub fn check() -> Outcome {
    house()
        .and(program("cargo", &["fmt", "--all", "--check"]))
        .and(program(
            "cargo",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ],
        ))
        .and(program("cargo", &["test", "--workspace"]))
}

/// The edges between rooms and the other house rules.
pub fn house() -> Outcome {
    let complaints = house::complaints(&root());
    if complaints.is_empty() {
        return Outcome::passed("house rules");
    }
    Outcome::failed(complaints.join("\n"))
}

/// The benchmarks, one after the other, so that they do not disturb each other.
pub fn benches(only: Option<&str>) -> Outcome {
    let all = [
        ("issei-flow", "decode"),
        ("issei-flow", "meter"),
        ("issei-flow", "flood"),
        ("issei-detect", "judge"),
        ("issei", "receive"),
        ("issei-sim", "evaluation"),
    ];
    let chosen = all
        .iter()
        .filter(|(_, name)| only.is_none_or(|only| only == *name));
    let outcomes =
        chosen.map(|(room, name)| program("cargo", &["bench", "-p", room, "--bench", name]));
    outcomes.fold(Outcome::default(), Outcome::and)
}
