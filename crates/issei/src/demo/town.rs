//! `issei demo --town`: makes up a town in which devices are hijacked, analyses its traffic, and compares
//! the findings with the truth. Then the captures that the visitor names.

use std::path::{Path, PathBuf};

use clap::Parser;
use issei_host::terminal;
use issei_model::{FindingRecord, Language, Level, Role};
use issei_sim::{Scenario, Truth};
use issei_text::{Text, columns, key, said};

use crate::analyze;
use crate::code::{self, Failure};
use crate::command_line::{Analyze, Command, CommandLine, Demo};
use crate::shelf;
use crate::simulate::{self, SimulateError};
use crate::words::{self, Paint};

/// The scenario that is shown.
const TOWN: &str = "demo";

/// Shows the town, then what the visitor named. Findings are what it is for, so they are no reason
/// for another exit code than 0.
///
/// # Errors
/// If something cannot be written or read.
pub fn run(options: &Demo, language: Language) -> Result<u8, Failure> {
    let folder = shelf::demonstration().map_err(Failure::wrong)?;
    let (capture, truth) = found_town(&folder, Text(language))?;
    let words = command(&capture, &truth, &folder);
    say(&format!("$ issei {}\n", words.join(" ")))?;
    let (_, findings) = analyze::analyze(&parsed(&words)?, Text(language))?;
    say(&compared(&truth, &findings, Text(language)))?;
    if options.paths.is_empty() {
        return Ok(code::DONE);
    }
    let mut words = vec!["analyze".to_owned()];
    words.extend(options.paths.iter().map(|path| path.display().to_string()));
    say(&format!("\n$ issei {}\n", words.join(" ")))?;
    let usual = parsed(&["analyze".to_owned(), ".".to_owned()])?;
    let theirs = Analyze {
        paths: options.paths.clone(),
        ..usual
    };
    match analyze::run(&theirs, language)? {
        code::FOUND => Ok(code::DONE),
        other => Ok(other),
    }
}

/// Writes the town's traffic and the truth about it.
fn found_town(folder: &Path, tongue: Text) -> Result<(PathBuf, Truth), Failure> {
    let failed = |cause| SimulateError::File {
        path: folder.to_owned(),
        cause,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let capture = folder.join("town.pcap");
    let scenario = Scenario::preset(TOWN).map_err(SimulateError::Scenario)?;
    let truth = simulate::to_file(&scenario, None, &capture)?;
    std::fs::write(simulate::truth_path(&capture), truth.to_json()).map_err(failed)?;
    let lines = words::count(u64::from(scenario.lines));
    let packets = words::count(truth.packets());
    let town = said!(tongue, "town-is", lines, packets);
    say(&format!("{town}\n\n"))?;
    Ok((capture, truth))
}

/// The words that a visitor would write.
fn command(capture: &Path, truth: &Truth, folder: &Path) -> Vec<String> {
    let mut words = vec!["analyze".to_owned(), capture.display().to_string()];
    for ours in &truth.ours {
        words.extend(["--ours".to_owned(), ours.to_string()]);
    }
    words.extend(["--out".to_owned(), folder.display().to_string()]);
    words
}

fn parsed(words: &[String]) -> Result<Analyze, Failure> {
    let line = std::iter::once("issei").chain(words.iter().map(String::as_str));
    match CommandLine::try_parse_from(line)
        .map_err(Failure::broken)?
        .command
    {
        Command::Analyze(options) => Ok(options),
        _ => unreachable!("the first word is analyze"),
    }
}

/// Says how the findings compare with what really happened.
fn compared(truth: &Truth, findings: &[FindingRecord], tongue: Text) -> String {
    let accusing = || {
        findings
            .iter()
            .filter(|finding| finding.level == Level::Finding)
    };
    let names = |subject: &str| {
        accusing().any(|finding| finding.subject.split(':').next() == Some(subject))
    };
    let bots: Vec<String> = truth
        .bots
        .iter()
        .map(|bot| bot.address.to_string())
        .collect();
    let found = bots.iter().filter(|bot| names(bot)).count();
    let hit = truth.attacks.iter().filter(|attack| attack.inbound);
    let floods: Vec<String> = hit.map(|attack| attack.net.addr().to_string()).collect();
    let seen = floods.iter().filter(|victim| names(victim)).count();
    let innocent = accusing().filter(|finding| {
        finding.role != Role::Victim
            && finding.subject_kind == "line"
            && !bots.contains(&finding.subject)
    });
    let paint = Paint(terminal::colours_welcome());
    let name = |key| columns::left(&tongue.say(key), 22);
    let of = |some: usize, all: usize| said!(tongue, "town-of", some, all);
    format!(
        "\n{}\n  {} {}\n  {} {}\n  {} {}\n",
        paint.bold(&format!("── {} ──", tongue.say("town-truth"))),
        name(key!("town-lines")),
        of(found, bots.len()),
        name(key!("town-floods")),
        of(seen, floods.len()),
        name(key!("town-innocent")),
        innocent.count()
    )
}

fn say(text: &str) -> Result<(), Failure> {
    terminal::say(text).map_err(Failure::broken)
}
