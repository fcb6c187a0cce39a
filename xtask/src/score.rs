//! Judges the labelled captures with `issei analyze` and says what was found, and what wrongly.
//!
//! In: the captures and their labels, which stand beside the work tree and are not part of it;
//! `xtask/data/expected.toml`, which says the same for a program. Out: a table, on the terminal
//! and in `docs/score-files.md`. A folder is judged capture by capture.
//! Always: a label without a line in the table of expectations fails the run, so nothing is
//! passed over; the release program is judged as an operator would run it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::run::{Outcome, program, root};

/// Where the captures stand, seen from the top of the work tree.
const CAPTURES: &str = "../shared/data";

/// Judges everything and writes the table.
pub fn everything() -> Outcome {
    let data = root().join(CAPTURES);
    if !data.join("labels.json").is_file() {
        return Outcome::skipped(format!(
            "the labelled captures are not here; they are looked for in {CAPTURES}"
        ));
    }
    let captures = match expectations() {
        Ok(captures) => captures,
        Err(complaint) => return Outcome::failed(complaint),
    };
    let uncovered = uncovered(&data, &captures);
    if !uncovered.is_empty() {
        return Outcome::failed(uncovered.join("\n"));
    }
    let built = program("cargo", &["build", "--release", "--quiet", "-p", "issei"]);
    let (mut table, mut failures) = (heading(), Vec::new());
    for capture in &captures {
        let score = capture.score(&data);
        println!("{}", score.line());
        table.push_str(&score.row());
        failures.extend(score.failures());
    }
    let page = root().join("docs/score-files.md");
    let written = match fs::write(&page, table) {
        Ok(()) => Outcome::passed("score written to docs/score-files.md"),
        Err(error) => Outcome::failed(format!("{}: {error}", page.display())),
    };
    let failed = failures.into_iter().map(Outcome::failed);
    failed.fold(built.and(written), Outcome::and)
}

/// Judges the simulated countries of `docs/score-simulated.md`, and prints the tables.
pub fn simulated() -> Outcome {
    let countries: [&[&str]; 4] = [
        &["1", "lines=1500", "minutes=30", "bulk=2"],
        &["100", "lines=20000", "minutes=120", "bulk=2"],
        &["1000", "bulk=2"],
        &["10000", "minutes=720", "bulk=2"],
    ];
    let judged = countries.iter().map(|country| {
        let bench = ["bench", "-p", "issei-sim", "--bench", "evaluation", "--"];
        program("cargo", &[&bench[..], country].concat())
    });
    judged.fold(Outcome::default(), Outcome::and)
}

fn heading() -> String {
    "# The labelled captures, judged\n\n\
     Written by `cargo xtask score`; do not edit. *Found*: expected findings at the expected level. \
     *Wrong*: findings that the labels forbid. *Seconds*: from the first hostile packet that the \
     finding rests on to the moment the rule's condition was met, in the time of the capture.\n\n\
     | capture | captures judged | found | wrong | seconds | level told | other findings |\n\
     |---|---:|---:|---:|---|---|---:|\n"
        .into()
}

/// One labelled capture, or a folder of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Capture {
    file: String,
    labels: usize,
    #[serde(default)]
    ours: Vec<String>,
    #[serde(default)]
    expect: Vec<Expected>,
    #[serde(default)]
    forbid: Vec<Forbidden>,
}

/// A finding that must be told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    what: String,
    subject: String,
    peer: Option<String>,
    #[serde(default)]
    rules: Vec<String>,
    level: String,
}

/// Findings that must not be told above a level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forbidden {
    what: String,
    subject: Option<String>,
    not_subject: Option<String>,
    peer: Option<String>,
    peer_port: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    above: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectations {
    capture: Vec<Capture>,
}

/// What of a finding the score looks at.
#[derive(Clone, Debug, Deserialize)]
struct Told {
    id: String,
    rule: String,
    level: String,
    subject: String,
    role: String,
    peer: Option<String>,
    since: String,
    decided_at: String,
}

/// The labels, as far as they are counted.
#[derive(Deserialize)]
struct Labels {
    files: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    file: String,
    expect: Vec<LabelledFinding>,
}

#[derive(Deserialize)]
struct LabelledFinding {
    level: String,
}

fn expectations() -> Result<Vec<Capture>, String> {
    let path = root().join("xtask/data/expected.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read: Expectations =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(read.capture)
}

/// Names labels that the table of expectations does not speak of.
fn uncovered(data: &Path, captures: &[Capture]) -> Vec<String> {
    let text = fs::read_to_string(data.join("labels.json")).unwrap_or_default();
    match serde_json::from_str::<Labels>(&text) {
        Ok(labels) => missing(&labels, captures),
        Err(error) => vec![format!("labels.json does not read: {error}")],
    }
}

fn missing(labels: &Labels, captures: &[Capture]) -> Vec<String> {
    let mut complaints = Vec::new();
    for label in &labels.files {
        let wanted = label
            .expect
            .iter()
            .filter(|one| one.level != "reference")
            .count();
        if wanted == 0 && !label.expect.is_empty() {
            continue;
        }
        match captures.iter().find(|capture| capture.file == label.file) {
            Some(capture) if capture.labels == wanted && capture.expect.len() == wanted => {}
            Some(_) => complaints.push(format!(
                "{}: the labels expect {wanted} findings, xtask/data/expected.toml another number",
                label.file
            )),
            None => complaints.push(format!(
                "{}: labelled, but not in xtask/data/expected.toml",
                label.file
            )),
        }
    }
    complaints
}

impl Capture {
    fn score(&self, data: &Path) -> Score<'_> {
        let mut score = Score::of(self);
        for path in files(&data.join(&self.file)) {
            match self.analyze(&path) {
                Ok(told) => score.judge(&path, &told),
                Err(complaint) => score.broken.push(complaint),
            }
            score.judged += 1;
        }
        if score.judged == 0 {
            score
                .broken
                .push(format!("{}: no capture there", self.file));
        }
        score
    }

    fn analyze(&self, path: &Path) -> Result<Vec<Told>, String> {
        let mut command = Command::new(root().join("target/release/issei"));
        if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
            command = Command::new(Path::new(&target).join("release/issei"));
        }
        command.args(["analyze", "--jsonl", "--quiet", "--level", "measure"]);
        self.ours.iter().for_each(|ours| {
            command.args(["--ours", ours]);
        });
        let output = command
            .arg(path)
            .output()
            .map_err(|error| format!("issei could not start: {error}"))?;
        match output.status.code() {
            Some(0 | 1) => Ok(newest(&String::from_utf8_lossy(&output.stdout))),
            _ => Err(format!(
                "{}: {}",
                path.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            )),
        }
    }
}

/// The captures of a folder, or the one file. What is no capture (a list of names) is left out.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let capture = path
            .extension()
            .is_some_and(|kind| kind == "pcap" || kind == "pcapng");
        if path.is_dir() || capture {
            found.extend(files(&path));
        }
    }
    found.sort();
    found
}

/// Reads the lines; of each finding its last revision stays, with the first moment it was decided.
fn newest(lines: &str) -> Vec<Told> {
    let mut by_id: BTreeMap<String, Told> = BTreeMap::new();
    for told in lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Told>(line).ok())
    {
        by_id.insert(told.id.clone(), told);
    }
    by_id.into_values().collect()
}

/// How a capture was judged.
struct Score<'a> {
    capture: &'a Capture,
    judged: usize,
    found: Vec<Option<Told>>,
    wrong: Vec<String>,
    other: usize,
    broken: Vec<String>,
}

impl<'a> Score<'a> {
    fn of(capture: &'a Capture) -> Self {
        let found = vec![None; capture.expect.len()];
        Self {
            capture,
            judged: 0,
            found,
            wrong: Vec::new(),
            other: 0,
            broken: Vec::new(),
        }
    }

    fn judge(&mut self, path: &Path, told: &[Told]) {
        for (place, expected) in self.capture.expect.iter().enumerate() {
            let met = told.iter().filter(|told| expected.is_met_by(told));
            if let Some(first) = met.min_by(|a, b| a.decided_at.cmp(&b.decided_at)) {
                self.found[place] = Some(first.clone());
            }
        }
        for one in told {
            let forbidden = self
                .capture
                .forbid
                .iter()
                .find(|forbidden| forbidden.is_broken_by(one));
            let expected = self
                .capture
                .expect
                .iter()
                .any(|expected| expected.is_met_by(one));
            match forbidden {
                Some(forbidden) => self.wrong.push(format!(
                    "{}: {} ({} {} as {} by {})",
                    path.display(),
                    forbidden.what,
                    one.level,
                    one.subject,
                    one.role,
                    one.rule
                )),
                None if weight(&one.level) > weight("context") && !expected => self.other += 1,
                None => {}
            }
        }
    }

    fn counts(&self) -> (usize, usize) {
        (self.found.iter().flatten().count(), self.found.len())
    }

    fn line(&self) -> String {
        let (found, wanted) = self.counts();
        format!(
            "{}: {found} of {wanted} found, {} wrong, {} other findings",
            self.capture.file,
            self.wrong.len(),
            self.other
        )
    }

    fn row(&self) -> String {
        let (found, wanted) = self.counts();
        let mut seconds = String::new();
        let mut levels = String::new();
        for told in self.found.iter().flatten() {
            let gap = if seconds.is_empty() { "" } else { ", " };
            let _ = write!(seconds, "{gap}{:.3}", delay(told));
            let _ = write!(levels, "{gap}{}", told.level);
        }
        format!(
            "| `{}` | {} | {found} of {wanted} | {} | {seconds} | {levels} | {} |\n",
            self.capture.file,
            self.judged,
            self.wrong.len(),
            self.other
        )
    }

    fn failures(&self) -> Vec<String> {
        let pairs = self.capture.expect.iter().zip(&self.found);
        let lost = pairs.filter(|(_, found)| found.is_none());
        let lost = lost.map(|(expected, _)| {
            format!(
                "{}: not found: {} of {} at {}",
                self.capture.file, expected.what, expected.subject, expected.level
            )
        });
        lost.chain(self.wrong.iter().cloned())
            .chain(self.broken.iter().cloned())
            .collect()
    }
}

impl Expected {
    fn is_met_by(&self, told: &Told) -> bool {
        let rule = self.rules.is_empty() || self.rules.contains(&told.rule);
        // A session may be told of the line, with its server as the peer, or of the server.
        let peer = self.peer.as_ref().is_none_or(|peer| names(told, peer));
        rule && peer && names(told, &self.subject) && weight(&told.level) >= weight(&self.level)
    }
}

impl Forbidden {
    fn is_broken_by(&self, told: &Told) -> bool {
        let about = self
            .subject
            .as_ref()
            .is_none_or(|subject| is_at(&told.subject, subject));
        let not = self
            .not_subject
            .as_ref()
            .is_none_or(|subject| !is_at(&told.subject, subject));
        let peer = self
            .peer
            .as_ref()
            .is_none_or(|peer| told.peer.as_ref().is_some_and(|told| is_at(told, peer)));
        let port = self.peer_port.as_ref().is_none_or(|port| {
            told.peer
                .as_ref()
                .is_some_and(|told| told.ends_with(&format!(":{port}")))
        });
        let role = self.roles.is_empty() || self.roles.contains(&told.role);
        about && not && peer && port && role && weight(&told.level) > weight(&self.above)
    }
}

/// Tells whether a finding's subject or peer is this host or endpoint.
fn names(told: &Told, wanted: &str) -> bool {
    is_at(&told.subject, wanted) || told.peer.as_ref().is_some_and(|peer| is_at(peer, wanted))
}

/// Tells whether `endpoint` is `wanted`, or a service on it.
fn is_at(endpoint: &str, wanted: &str) -> bool {
    endpoint == wanted
        || endpoint
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.starts_with(':') || rest.starts_with('/'))
}

fn weight(level: &str) -> usize {
    ["measure", "context", "candidate", "finding"]
        .iter()
        .position(|name| *name == level)
        .unwrap_or_default()
}

/// Seconds from the first moment of the evidence to the decision.
fn delay(told: &Told) -> f64 {
    seconds(&told.decided_at) - seconds(&told.since)
}

/// Seconds of a day-and-time in UTC, counted within about a month: delays are differences.
fn seconds(text: &str) -> f64 {
    let part = |range: std::ops::Range<usize>| {
        text.get(range)
            .and_then(|part| part.parse::<f64>().ok())
            .unwrap_or_default()
    };
    let second = text.get(17..).map_or("", |rest| rest.trim_end_matches('Z'));
    part(8..10) * 86_400.0
        + part(11..13) * 3_600.0
        + part(14..16) * 60.0
        + second.parse::<f64>().unwrap_or_default()
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
