//! `issei enforcer`: sets one up beside a member's office, runs it, shows how it stands, stops it.
//!
//! In: the enforcer's folder. Out: words. Always: the stop file works without a living process; if none
//! answers, the devices are emptied by the caller itself. A charter is pinned by a person here, by its
//! digest; the office cannot do that.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use issei_host::terminal;
use issei_model::{Digest, Language};
use issei_text::{Text, columns, format, key, said};

use super::devices::{self, Settings};
use super::line::Line;
use super::speech::{Standing, Task, Told};
use super::{door, stop_file};
use crate::code::{self, Failure};
use crate::command_line::Enforcer as Wish;
use crate::office::charter::{self, Charter};
use crate::office::folder::{self, Folder};
use crate::words;

/// How long a living process may take to empty its devices (G8).
const PATIENCE: Duration = Duration::from_secs(2);

/// What stands in a new `devices.toml`.
const DEVICES: &str = "\
# The devices of this member. See docs/enforcing.md.
# The user that the member's office runs as; if none, the owner of this folder.
#client = 1000
";

/// Does what is wished.
///
/// # Errors
/// If the folder is wrong, a device fails, or nothing answers.
pub fn run(wish: &Wish, language: Language) -> Result<u8, Failure> {
    let tongue = Text(language);
    match wish {
        Wish::SetUp { folder, office } => {
            set_up(&Folder::new(folder), &Folder::new(office), tongue)
        }
        Wish::Run { folder } => door::run(&Folder::new(folder)),
        Wish::Status { folder } => status(&Folder::new(folder), tongue),
        Wish::Review {
            folder,
            office,
            accept,
        } => review(&Folder::new(folder), &Folder::new(office), *accept, tongue),
        Wish::Stop { folder } => stop(&Folder::new(folder), tongue),
        Wish::Resume { folder } => resume(&Folder::new(folder), tongue),
        Wish::Reload { folder } => reload(&Folder::new(folder), tongue),
    }
}

/// Makes an enforcer's folder from what a member's office has pinned.
fn set_up(folder: &Folder, office: &Folder, tongue: Text) -> Result<u8, Failure> {
    if folder.charter().exists() {
        let step = "it is set up already; look at what changed with `issei enforcer review`";
        return Err(Failure::wrong(format!(
            "{}: {step}",
            folder.root().display()
        )));
    }
    let charter = Charter::parse(&office.read(&office.charter())?).map_err(Failure::wrong)?;
    let of_office = office.settings()?;
    let complaint = "the office's settings.toml names no `member`; `issei enrol join` writes it";
    let settings = folder::Settings {
        member: Some(of_office.member.ok_or_else(|| Failure::wrong(complaint))?),
        rows_on: of_office.rows_on,
        ours: of_office.ours,
        lines_per_order: of_office.lines_per_order,
        lines_per_day: of_office.lines_per_day,
        ..folder::Settings::default()
    };
    fs::create_dir_all(folder.root()).map_err(Failure::broken)?;
    folder.write_settings(&settings)?;
    folder.write(&folder.root().join("devices.toml"), DEVICES.as_bytes())?;
    folder.write(&folder.charter(), &charter.canonical())?;
    say(&is_set_up(folder, charter.digest(), tongue))
}

/// Says what was made, and what comes next.
fn is_set_up(folder: &Folder, charter: Digest, tongue: Text) -> String {
    let place = folder.root().display();
    let made = said!(tongue, "enforcer-set-up", place);
    let name = columns::left(&tongue.say("enforcer-charter"), 15);
    let next = said!(tongue, "enforcer-next", place);
    let socket = door::socket(folder);
    let run = said!(
        tongue,
        "enforcer-next-run",
        socket = socket.display(),
        place
    );
    format!("{made}\n  {name} {charter}\n{next}\n      {run}\n")
}

/// Shows what the office's charter would change here, and pins it if its digest was said.
fn review(
    folder: &Folder,
    office: &Folder,
    accept: Option<Digest>,
    tongue: Text,
) -> Result<u8, Failure> {
    let pinned = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
    let offered = Charter::parse(&office.read(&office.charter())?).map_err(Failure::wrong)?;
    if offered == pinned {
        return say(&(tongue.say("enforcer-same-charter") + "\n"));
    }
    if offered.log != pinned.log || offered.coordinator != pinned.coordinator {
        let step = "another log or coordinator is another country; set up another enforcer for it";
        return Err(Failure::wrong(step));
    }
    let digest = offered.digest();
    if accept == Some(digest) {
        folder.write(&folder.charter(), &offered.canonical())?;
        // One that does not run reads it when it starts.
        let told = Line::to(&door::socket(folder)).ask(&Task::Reload);
        return say(&holds(told.ok().as_ref(), tongue));
    }
    say(&differs(&pinned, &offered, tongue))?;
    match accept {
        Some(_) => Err(Failure::wrong(
            "that is not its digest; nothing was changed",
        )),
        None => Ok(code::DONE),
    }
}

/// Says that a charter holds, and what a living enforcer did about it.
fn holds(told: Option<&Told>, tongue: Text) -> String {
    let said = match told {
        Some(Told::Lifted(0)) | None => tongue.say("enforcer-charter-holds"),
        Some(other) => said!(
            tongue,
            "enforcer-charter-holds-and",
            told = shown(other, tongue)
        ),
    };
    said + "\n"
}

/// Shows what another charter changes, and how it is pinned.
fn differs(pinned: &Charter, offered: &Charter, tongue: Text) -> String {
    let mut text = tongue.say("enforcer-other-charter") + "\n";
    for line in pinned.changes(offered) {
        let line = charter::line_in(&line, tongue);
        let _ = writeln!(text, "  {}", words::tame(&line));
    }
    text + &said!(tongue, "enforcer-pin", digest = offered.digest()) + "\n"
}

fn status(folder: &Folder, tongue: Text) -> Result<u8, Failure> {
    let told = Line::to(&door::socket(folder)).ask(&Task::Status);
    match told.map_err(Failure::broken)? {
        Told::Status(standing) => say(&page(&standing, tongue)),
        other => Err(Failure::broken(shown(&other, tongue))),
    }
}

/// How it stands. What is wrong with a device, and the kinds that are counted, are for whoever mends it.
fn page(standing: &Standing, tongue: Text) -> String {
    let mut text = String::new();
    if standing.stopped {
        text += &(tongue.say("status-stopped-only") + "\n");
    }
    if let Some(alarm) = &standing.alarm {
        let _ = writeln!(text, "! {}", words::tame(alarm));
    }
    let n = words::count(standing.orders as u64);
    let lead = format::lasting(standing.lead, tongue.0);
    text += &(said!(tongue, "enforcer-held", n, lead) + "\n");
    let n = words::count(standing.reflexes as u64);
    text += &match standing.reflex_room {
        0 => tongue.say("enforcer-no-reflexes"),
        room => said!(tongue, "enforcer-reflexes", n, room),
    };
    text.push('\n');
    if let Some(address) = standing.sentinels.address {
        text += &(said!(tongue, "enforcer-sentinel", address) + "\n");
    }
    for (name, fault) in &standing.devices {
        let stands = match fault {
            Some(fault) => words::tame(fault),
            None => tongue.say("enforcer-well"),
        };
        let _ = writeln!(text, "  {name}: {stands}");
    }
    for (kind, count) in &standing.counts {
        let _ = writeln!(text, "  {kind}: {count}");
    }
    text
}

/// Stops everything here; without a living process the devices are emptied from here.
fn stop(folder: &Folder, tongue: Text) -> Result<u8, Failure> {
    folder.read(&folder.charter())?; // any other folder would only look stopped
    fs::write(stop_file(folder), b"").map_err(Failure::broken)?;
    let mut line = Line::to(&door::socket(folder));
    let since = Instant::now();
    let told = loop {
        match line.ask(&Task::Stop) {
            Err(_) if since.elapsed() < PATIENCE && door::is_open(folder) => {
                std::thread::sleep(Duration::from_millis(50));
            }
            told => break told,
        }
    };
    match told {
        Ok(Told::Lifted(_)) => say(&(tongue.say("enforcer-stopped") + "\n")),
        Ok(other) => Err(Failure::broken(shown(&other, tongue))),
        Err(_) => empty(folder, tongue),
    }
}

/// Ends a stop that was made here.
fn resume(folder: &Folder, tongue: Text) -> Result<u8, Failure> {
    match fs::remove_file(stop_file(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::broken(format!("the stop file stays: {error}")));
        }
        _ => {}
    }
    // One that does not run finds no stop file when it starts.
    match Line::to(&door::socket(folder)).ask(&Task::Resume) {
        Ok(Told::Done) | Err(_) => say(&(tongue.say("enforcer-resumed") + "\n")),
        Ok(other) => Err(Failure::broken(shown(&other, tongue))),
    }
}

/// Lets the enforcer read its lists and settings again.
fn reload(folder: &Folder, tongue: Text) -> Result<u8, Failure> {
    let told = Line::to(&door::socket(folder)).ask(&Task::Reload);
    match told.map_err(Failure::broken)? {
        lifted @ Told::Lifted(_) => {
            let lifted = shown(&lifted, tongue);
            say(&(said!(tongue, "enforcer-read-again", lifted) + "\n"))
        }
        other => Err(Failure::wrong(shown(&other, tongue))),
    }
}

/// Empties every device that can be reached, with nobody else alive.
fn empty(folder: &Folder, tongue: Text) -> Result<u8, Failure> {
    let mut failed = Vec::new();
    for mut hand in devices::open(&Settings::read(folder)?, folder)? {
        if let Err(error) = hand.device.lift_all() {
            failed.push(error.to_string());
        }
    }
    match failed.is_empty() {
        true => say(&(tongue.say("enforcer-emptied") + "\n")),
        false => Err(Failure::broken(failed.join("\n"))),
    }
}

fn shown(told: &Told, tongue: Text) -> String {
    match told {
        Told::Lifted(orders) => words::tally(tongue, key!("enforcer-lifted"), *orders as u64),
        Told::Refused(said) => tongue.pick(&said.en, &said.ja).to_owned(),
        Told::Wrong(why) | Told::Failed(why) => why.clone(),
        other => format!("the enforcer answered something else: {other:?}"),
    }
}

fn say(text: &str) -> Result<u8, Failure> {
    terminal::say(text).map_err(Failure::broken)?;
    Ok(code::DONE)
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
