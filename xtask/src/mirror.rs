//! Shows the sizes of our functions and files, as one looks into a mirror. It never scolds.
//!
//! In: the sources. Out: quantiles of lines per function and per file, and the longest of each.
//! For comparison: in the projects we admire half of all functions fit in eight lines, three
//! quarters in about fifteen, and files are mostly a few hundred lines.
//! Limits: functions are found by their text, so one inside a macro may be missed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Outcome, root};

/// Prints the mirror.
pub fn show() -> Outcome {
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        gather(&root().join(folder), &mut files);
    }
    let code = files.iter().filter(|path| !is_test(path));
    let (mut functions, mut sizes) = (Vec::new(), Vec::new());
    for path in code {
        let text = fs::read_to_string(path).unwrap_or_default();
        let name = path
            .strip_prefix(root())
            .unwrap_or(path)
            .display()
            .to_string();
        functions.extend(
            function_sizes(&text)
                .into_iter()
                .map(|(lines, function)| (lines, format!("{name}: {function}"))),
        );
        sizes.push((text.lines().count(), name));
    }
    tell("lines per function", &mut functions);
    tell("lines per file", &mut sizes);
    Outcome::passed("mirror")
}

fn tell(what: &str, sizes: &mut [(usize, String)]) {
    sizes.sort();
    let at = |share: f64| {
        sizes
            .get(((sizes.len() as f64 - 1.0) * share) as usize)
            .map_or(0, |size| size.0)
    };
    println!(
        "{what}: {} of them, half ≤ {}, three quarters ≤ {}, nineteen of twenty ≤ {}",
        sizes.len(),
        at(0.5),
        at(0.75),
        at(0.95)
    );
    for (lines, name) in sizes.iter().rev().take(5) {
        println!("  {lines:>5}  {name}");
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.ends_with("_tests.rs") || text.contains("/tests/") || text.contains("/benches/")
}

/// Measures each function from its `fn` line to the brace that closes it at the same indent.
fn function_sizes(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut sizes = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(at) = trimmed.find("fn ") else {
            continue;
        };
        let is_function = trimmed[..at].split_whitespace().all(|word| {
            [
                "pub",
                "pub(crate)",
                "pub(super)",
                "const",
                "unsafe",
                "async",
            ]
            .contains(&word)
        });
        if !is_function {
            continue;
        }
        let close = format!("{}}}", &line[..line.len() - trimmed.len()]);
        let Some(length) = lines[start..].iter().position(|line| **line == close) else {
            continue;
        };
        let name = trimmed[at + 3..]
            .split(['(', '<'])
            .next()
            .unwrap_or_default();
        sizes.push((length + 1, name.to_string()));
    }
    sizes
}

#[cfg(test)]
#[path = "mirror_tests.rs"]
mod tests;
