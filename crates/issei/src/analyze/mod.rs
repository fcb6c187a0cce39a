//! `issei analyze`: files in, findings out.
//!
//! The way of the data: files are gathered and recognised ([`input`]), those that belong together
//! are read in the order of time ([`stream`], [`reading`]), their records judged ([`judging`]),
//! the findings left where `issei explain` finds them, and all of it told with an account
//! ([`account`]).
//! Which files belong together: if somebody named the network (`--ours`, or the configuration),
//! every file is a view of it and all are one stream. If nobody did, each file is judged by itself,
//! with what is assumed to be ours in it (decision 0009).

mod account;
mod input;
mod judging;
pub mod memory;
mod progress;
mod reading;
mod stream;
mod window;

use std::path::{Path, PathBuf};

use issei_flow::MeterLimits;
use issei_host::{clock, terminal};
use issei_model::{FindingRecord, Language, Level, Territory, TerritoryBasis, Timestamp};
use issei_text::Text;
use issei_window::rows::Form;

use crate::code::{self, Failure};
use crate::command_line::Analyze;
use crate::configuration::Configuration;
use crate::record::{Chain, Record};
use crate::setting::{self, Lists};
use crate::shelf::{self, ShelfError};
use crate::table::{self, View};
use crate::words::Paint;

pub use memory::suspect;

use account::Summary;
use input::{Gathered, Input, InputError};
use progress::Progress;
use stream::Outcome;

/// What the operator said, read and checked.
pub struct Told {
    configuration: Configuration,
    lists: Lists,
    since: Timestamp,
    until: Timestamp,
    meter: MeterLimits,
    /// Whether contacts are remembered.
    contacts: bool,
    hash_key: [u64; 2],
}

impl Told {
    fn read(options: &Analyze) -> Result<Self, Failure> {
        let configuration = setting::configuration(&options.network)?;
        let lists = Lists::read(&configuration)?;
        let meter = configuration.meter.limits();
        Ok(Self {
            lists,
            since: options.since.unwrap_or(Timestamp::MIN),
            until: options.until.unwrap_or(Timestamp::MAX),
            meter,
            contacts: options.contacts.is_some(),
            hash_key: [0; 2],
            configuration,
        })
    }

    fn names_the_network(&self) -> bool {
        !self.configuration.territory.ours.is_empty()
    }

    /// Begins a memory of contacts, if one is wanted and it is known whose lines count.
    fn remembers(&self) -> Option<(memory::Memory, Territory)> {
        let territory = &self.configuration.territory;
        let basis = TerritoryBasis::Configured;
        let wanted = self.contacts && self.names_the_network();
        let whose = || Territory::new(&territory.ours, &territory.dark, basis);
        wanted.then(|| (memory::Memory::new([0; 32]), whose()))
    }

    /// Tells the sampling rate that somebody said holds for every file.
    fn sampling(&self) -> Option<u32> {
        let every = u32::try_from(self.configuration.sampling.every.0).unwrap_or(u32::MAX);
        (every > 0).then_some(every)
    }
}

/// Analyzes, tells, and says the exit code.
///
/// # Errors
/// If nothing can be read, or nothing can be written.
pub fn run(options: &Analyze, language: Language) -> Result<u8, Failure> {
    analyze(options, Text(language)).map(|(code, _)| code)
}

/// Analyzes and tells. Says the exit code and what was found.
///
/// # Errors
/// If nothing can be read, or nothing can be written.
pub fn analyze(options: &Analyze, tongue: Text) -> Result<(u8, Vec<FindingRecord>), Failure> {
    let seen = look(options, (!options.quiet).then_some(tongue))?;
    tell(options, &seen, tongue).map_err(Failure::broken)?;
    let code = exit_code(&seen.findings, &seen.summary);
    Ok((code, seen.findings))
}

/// What an analysis found and left, before anybody is told.
pub struct Seen {
    /// What was found, the weightiest first.
    pub findings: Vec<FindingRecord>,
    lines: String,
    summary: Summary,
    left: Result<PathBuf, ShelfError>,
}

/// Analyzes, leaves the files that are wished for, and tells nobody.
///
/// # Errors
/// If nothing can be read, or nothing can be written.
pub fn see(options: &Analyze) -> Result<Seen, Failure> {
    look(options, None)
}

/// Analyzes, and shows how far it is if it is said in which language.
fn look(options: &Analyze, bar: Option<Text>) -> Result<Seen, Failure> {
    if matches!((options.since, options.until), (Some(since), Some(until)) if since >= until) {
        return Err(Failure::wrong(
            "--since must be before --until; exchange them",
        ));
    }
    // First, so that a slip in it is told before a long look at the files.
    let told = Told::read(options)?;
    let gathered = input::gather(&options.paths, options.exports)?;
    // Not drawn by chance: the same files give the same findings. Not constant either: who writes
    // one file cannot aim at places in the tables of another.
    let told = Told {
        hash_key: gathered.imprint,
        ..told
    };
    let Gathered {
        inputs,
        passed_over,
        ..
    } = gathered;
    let outcomes = judge(inputs, &told, bar);
    let records = outcomes
        .iter()
        .flat_map(|outcome| &outcome.verdict.findings);
    let findings = table::sorted(records.cloned().collect());
    let parameters = issei_detect::Parameters::shipped();
    let summary = Summary::of(&outcomes, &findings, &passed_over, &parameters);
    if let Some(path) = &options.contacts {
        remember(path, &outcomes, &findings)?;
    }
    let lines = lines(&findings, &told.configuration);
    let left = shelf::leave(options.out.as_deref(), &lines, &summary.json());
    // Whoever named a folder wants the files; without one they are a convenience.
    let left = match left {
        Err(error) if options.out.is_some() => return Err(Failure::broken(error)),
        left => left,
    };
    Ok(Seen {
        findings,
        lines,
        summary,
        left,
    })
}

/// Writes the memory of contacts, from which a member answers how wide a cut would be.
fn remember(path: &Path, outcomes: &[Outcome], findings: &[FindingRecord]) -> Result<(), Failure> {
    let memory = outcomes
        .iter()
        .find_map(|outcome| outcome.verdict.memory.as_ref());
    let memory = memory.ok_or_else(|| {
        Failure::wrong("--contacts needs to know whose lines count; name them with --ours")
    })?;
    let text = serde_json::to_vec(&memory.contacts(findings)).map_err(Failure::broken)?;
    issei_host::files::write_private(path, &text).map_err(Failure::broken)
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::unreadable(error)
    }
}

/// Judges all files together, or each by itself.
fn judge(inputs: Vec<Input>, told: &Told, bar: Option<Text>) -> Vec<Outcome> {
    let progress = Progress::begin(inputs.iter().map(|input| input.size).sum(), bar);
    let streams = if told.names_the_network() {
        vec![inputs]
    } else {
        inputs.into_iter().map(|input| vec![input]).collect()
    };
    let outcomes = streams
        .into_iter()
        .map(|inputs| stream::judge(inputs, told, &progress))
        .collect();
    progress.end();
    outcomes
}

/// Writes each finding as a chained line.
fn lines(findings: &[FindingRecord], configuration: &Configuration) -> String {
    let (mut chain, now) = (Chain::new(), clock::now());
    let retention = configuration.output.retention;
    let sealed = findings
        .iter()
        .map(|finding| chain.seal(finding.clone(), now, retention));
    sealed.map(|record: Record| record.line() + "\n").collect()
}

fn tell(options: &Analyze, seen: &Seen, tongue: Text) -> std::io::Result<()> {
    let Seen {
        findings,
        lines,
        summary,
        left,
    } = seen;
    if options.json {
        return terminal::say(&document(lines, summary));
    }
    if options.jsonl {
        return terminal::say(lines);
    }
    if options.csv {
        return terminal::say(&Form::Csv.write(findings));
    }
    let columns = usize::from(terminal::columns());
    let paint = Paint(terminal::colours_welcome());
    let view = View {
        columns,
        paint,
        sources: summary.files() > 1,
        tongue,
    };
    let mut text = view.table(findings);
    if findings.is_empty() {
        text.push_str(&format!("\n{}\n", tongue.say("table-nothing")));
    }
    if !options.quiet {
        text.push_str(&summary.text(left, columns, paint, tongue));
    }
    terminal::say(&text)
}

/// Writes findings and summary as one document.
fn document(lines: &str, summary: &Summary) -> String {
    let findings = lines.lines().collect::<Vec<_>>().join(",\n");
    format!(
        "{{\"schema\":\"issei-analysis/1\",\"summary\":{},\"findings\":[\n{findings}\n]}}\n",
        summary.json().trim_end()
    )
}

fn exit_code(findings: &[FindingRecord], summary: &Summary) -> u8 {
    if !summary.is_whole() {
        return code::UNREADABLE;
    }
    match findings
        .iter()
        .any(|finding| finding.level > Level::Context)
    {
        true => code::FOUND,
        false => code::DONE,
    }
}
