//! `issei scenario run`: plays stories that are tests, and shows each step with a tick or a cross.
//!
//! In: pages, or a folder of them. Out: prose and steps as they stand, the moment of each, and what
//! was observed where a step does not hold. Always: every page is played, also after one that fails.
//! Not here: what a page may say and how it is played (`issei_sim::story`).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use issei_host::terminal;
use issei_model::Language;
use issei_sim::story::{Broken, Off, Part, Story};
use issei_text::{Text, said};

use crate::code::{self, Failure};
use crate::command_line::Scenario;
use crate::words::{Paint, tame};

/// Does what is asked about stories.
///
/// # Errors
/// If a page cannot be read, or has a mistake.
pub fn run(question: &Scenario, language: Language) -> Result<u8, Failure> {
    let Scenario::Run { paths } = question;
    let pages = pages(paths)?;
    let mut broken = 0;
    for page in &pages {
        let story = read(page)?;
        let outcome = played(&story);
        broken += usize::from(outcome.is_err());
        terminal::say(&shown(&story, outcome)).map_err(Failure::broken)?;
    }
    let held = pages.len() - broken;
    let total = said!(Text(language), "scenario-hold", held, all = pages.len());
    terminal::say(&(total + "\n")).map_err(Failure::broken)?;
    Ok(if broken == 0 { code::DONE } else { code::FOUND })
}

/// The pages named, and those in the folders named, in the order of their names.
fn pages(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut pages = Vec::new();
    for path in paths {
        if !path.is_dir() {
            pages.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
        let mut inside = Vec::new();
        for entry in entries {
            inside.push(entry.map_err(|error| unreadable(path, &error))?.path());
        }
        inside.retain(|path| is_page(path));
        inside.sort();
        pages.extend(inside);
    }
    match pages.is_empty() {
        true => Err(Failure::wrong(
            "no page there; stories are files that end in .md",
        )),
        false => Ok(pages),
    }
}

/// The index beside the stories is no story.
fn is_page(path: &Path) -> bool {
    let named = |name: &str| path.file_name().is_some_and(|file| file == name);
    path.extension().is_some_and(|ending| ending == "md") && !named("README.md")
}

fn read(path: &Path) -> Result<Story, Failure> {
    let length = fs::metadata(path)
        .map_err(|error| unreadable(path, &error))?
        .len();
    if length > LONGEST_PAGE {
        return Err(unreadable(path, &"too long for a story; 1 MiB at most"));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Story::read(&path.display().to_string(), &text).map_err(Failure::wrong)
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::unreadable(format!("{}: {why}", path.display()))
}

/// Bytes of a page: a long story, many times over.
const LONGEST_PAGE: u64 = 1 << 20;

/// Plays a page; tells the moment of each step that held, and the step that did not.
fn played(story: &Story) -> Result<Vec<f64>, (Vec<f64>, Broken)> {
    let mut moments = Vec::new();
    let outcome = story.play(&Off::nothing(), &mut |held| {
        moments.push(held.at.as_secs_f64());
    });
    match outcome {
        Ok(()) => Ok(moments),
        Err(broken) => Err((moments, broken)),
    }
}

/// Writes a page down with its ticks; after the step that does not hold it is only read.
fn shown(story: &Story, outcome: Result<Vec<f64>, (Vec<f64>, Broken)>) -> String {
    let paint = Paint(terminal::colours_welcome());
    let (moments, broken) = match outcome {
        Ok(moments) => (moments, None),
        Err((moments, broken)) => (moments, Some(broken)),
    };
    let mut moments = moments.into_iter();
    let mut text = format!("\n{}\n", paint.bold(&tame(&story.title)));
    for part in &story.parts {
        let line = match part {
            Part::Prose(prose) => tame(prose),
            Part::Step(step) => {
                let words = tame(&step.text);
                let fails = broken.as_ref().filter(|broken| broken.line == step.line);
                match (moments.next(), fails) {
                    (_, Some(broken)) => {
                        format!("  ✗            {words}\n{:15}{}", "", tame(&broken.why))
                    }
                    (Some(at), None) => format!("  ✓ {at:>8.2} s  {words}"),
                    (None, None) => format!("               {words}"),
                }
            }
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

#[cfg(test)]
#[path = "scenario_tests.rs"]
mod tests;
