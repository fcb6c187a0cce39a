//! `issei stop`: the kill switch of one member; `issei resume` takes part again.
//!
//! In: the office's folder. Out: a device without rules that lets none in. Always: the device is
//! stopped first and by itself: no network, no database, no living process, no readable settings are
//! needed; only then is the process told, if there is one.
//! Limits: resuming needs the process, which remembers that it was stopped.

use std::path::PathBuf;

use issei_host::rehearsal::{self, Lifted};
use issei_host::terminal;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::Here;
use crate::enforcer::{
    self,
    speech::{Task, Told},
};
use crate::office::control::{Ask, Line, Reply};
use crate::office::folder::Folder;
use crate::words;
use issei_model::Language;
use issei_text::{Phrase, Text, key, said};

/// Stops the member.
///
/// # Errors
/// If this is no member's office, or the device could not be emptied.
pub fn stop(options: &Here, language: Language) -> Result<u8, Failure> {
    let folder = caller::folder(&options.at)?;
    has_device(&folder)?;
    // Where an enforcer has the devices nobody may have made it: the word to stop lies there all the same.
    std::fs::create_dir_all(folder.device()).map_err(Failure::broken)?;
    let stopped = rehearsal::stop(&folder.device());
    let tongue = Text(language);
    let shown = stopped.as_ref().map(|one| lifted(one, tongue));
    let shown = shown.unwrap_or_default();
    // What was done is said before the process is asked, which may take its time.
    let written = terminal::say(&shown);
    let mut told = told(&tell(&folder), tongue);
    let enforcer = tell_enforcer(&folder, tongue);
    let (Ok(said) | Err(said)) = &enforcer;
    told.push_str(said);
    if let Err(error) = stopped {
        return Err(Failure::broken(format!("{error}\n{}", told.trim_end())));
    }
    let said = written.and_then(|()| terminal::say(&told));
    said.map_err(Failure::broken)?;
    // Real devices may still cut: whoever looks at nothing but the exit code must learn it.
    if enforcer.is_err() {
        return Err(Failure::broken(tongue.say("stop-not-all")));
    }
    Ok(code::DONE)
}

/// Takes part again.
///
/// # Errors
/// If no office answers.
pub fn resume(options: &Here, language: Language) -> Result<u8, Failure> {
    Caller::open(&options.at, language)?.bid(&Ask::Resume)?;
    Ok(code::DONE)
}

/// A coordinator has no device, and making one would only look like help. Whatever cannot be told
/// apart is stopped.
fn has_device(folder: &Folder) -> Result<(), Failure> {
    let coordinates = folder.authority_key().exists() && !folder.device().exists();
    if coordinates {
        let step = "the coordinator's office has no device; `issei order withdraw --all` ends every order everywhere";
        return Err(Failure::wrong(step));
    }
    Ok(())
}

/// Says what was taken away. A living process may empty the table first: then there is nothing left
/// to count, and none is claimed.
fn lifted(lifted: &Lifted, tongue: Text) -> String {
    let mut text = match lifted.rules as u64 {
        0 => tongue.say("stop-empty"),
        rules => words::tally(tongue, key!("stop-lifted"), rules),
    };
    text.push('\n');
    if lifted.torn {
        text += &(tongue.say("stop-torn") + "\n");
    }
    text
}

/// Stops the enforcer of this member too, if it has one: its devices are real.
///
/// # Errors
/// What a person must do, if its devices may still cut.
fn tell_enforcer(folder: &Folder, tongue: Text) -> Result<String, String> {
    let Some(socket) = enforcer_of(folder, tongue)? else {
        return Ok(String::new());
    };
    let socket = folder.root().join(socket);
    let place = socket.parent().unwrap_or(folder.root()).display();
    match enforcer::line::Line::to(&socket).ask(&Task::Stop) {
        Ok(Told::Lifted(_)) => Ok(tongue.say("stop-enforcer") + "\n"),
        Ok(other) => {
            let why = format!("{other:?}");
            Err(said!(tongue, "stop-enforcer-trouble", why, place) + "\n")
        }
        Err(why) => {
            let why = words::tame(&why);
            Err(said!(tongue, "stop-enforcer-silent", why, place) + "\n")
        }
    }
}

/// Finds the enforcer's socket, also in settings that are otherwise not to be read.
///
/// # Errors
/// What a person must do, if nobody can tell whether there is one.
fn enforcer_of(folder: &Folder, tongue: Text) -> Result<Option<PathBuf>, String> {
    let failure = match folder.settings() {
        Ok(settings) => return Ok(settings.enforcer),
        Err(failure) => failure,
    };
    let text = std::fs::read_to_string(folder.root().join("settings.toml"));
    let text = text.unwrap_or_default();
    let mut named = text.lines().rev().filter_map(|line| {
        let line: toml::Table = line.parse().ok()?;
        Some(PathBuf::from(line.get("enforcer")?.as_str()?))
    });
    let failure = failure.to_string();
    match named.next() {
        Some(socket) => Ok(Some(socket)),
        None => Err(format!(
            "{}\n{}\n",
            failure.trim_end(),
            tongue.say("stop-enforcer-unknown")
        )),
    }
}

/// What the process said to it.
enum Process {
    /// It knows, and tells the coordinator.
    Told,
    /// None answers.
    Absent,
    /// It answers, and did not take it.
    Trouble(Phrase),
}

fn tell(folder: &Folder) -> Process {
    let Ok(mut line) = Line::open(folder) else {
        return Process::Absent;
    };
    match line.ask(&Ask::Stop) {
        Ok(Reply::Done(_)) => Process::Told,
        Ok(Reply::Wrong(why) | Reply::Failed(why)) => Process::Trouble(why),
        Ok(other) => Process::Trouble(Phrase::same(format!("{other:?}"))),
        Err(failure) => Process::Trouble(Phrase::same(failure)),
    }
}

fn told(process: &Process, tongue: Text) -> String {
    let said = match process {
        Process::Told => tongue.say("stop-office-knows"),
        Process::Absent => tongue.say("stop-no-office"),
        Process::Trouble(why) => {
            let why = words::tame(why.pick(tongue));
            said!(tongue, "stop-office-trouble", why)
        }
    };
    said + "\n"
}

#[cfg(test)]
#[path = "stop_tests.rs"]
mod tests;
