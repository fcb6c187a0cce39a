//! `issei enforcer`: sets one up beside a member's office, runs it, shows how it stands, stops it.
//!
//! In: the enforcer's folder. Out: words. Always: the stop file works without a living process; if none
//! answers, the devices are emptied by the caller itself. A charter is pinned by a person here, by its
//! digest; the office cannot do that.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use issei_host::terminal;
use issei_model::Digest;

use super::devices::{self, Settings};
use super::line::Line;
use super::speech::{Standing, Task, Told};
use super::{door, stop_file};
use crate::code::{self, Failure};
use crate::command_line::Enforcer as Wish;
use crate::office::charter::Charter;
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
pub fn run(wish: &Wish) -> Result<u8, Failure> {
    match wish {
        Wish::SetUp { folder, office } => set_up(&Folder::new(folder), &Folder::new(office)),
        Wish::Run { folder } => door::run(&Folder::new(folder)),
        Wish::Status { folder } => status(&Folder::new(folder)),
        Wish::Review {
            folder,
            office,
            accept,
        } => review(&Folder::new(folder), &Folder::new(office), *accept),
        Wish::Stop { folder } => stop(&Folder::new(folder)),
        Wish::Resume { folder } => resume(&Folder::new(folder)),
        Wish::Reload { folder } => reload(&Folder::new(folder)),
    }
}

/// Makes an enforcer's folder from what a member's office has pinned.
fn set_up(folder: &Folder, office: &Folder) -> Result<u8, Failure> {
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
    let place = folder.root().display();
    let told = format!(
        "an enforcer is set up in {place}\n  the charter     {}\nnext: name its devices in {place}/devices.toml, put its own safeguards into {place}/safeguards.json,\n      set `enforcer = \"{}\"` in the office's settings.toml, then issei enforcer run {place}\n",
        charter.digest(),
        door::socket(folder).display(),
    );
    say(&told)
}

/// Shows what the office's charter would change here, and pins it if its digest was said.
fn review(folder: &Folder, office: &Folder, accept: Option<Digest>) -> Result<u8, Failure> {
    let pinned = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
    let offered = Charter::parse(&office.read(&office.charter())?).map_err(Failure::wrong)?;
    if offered == pinned {
        return say("the office goes by the same charter\n");
    }
    if offered.log != pinned.log || offered.coordinator != pinned.coordinator {
        let step = "another log or coordinator is another country; set up another enforcer for it";
        return Err(Failure::wrong(step));
    }
    let digest = offered.digest();
    if accept == Some(digest) {
        folder.write(&folder.charter(), &offered.canonical())?;
        // One that does not run reads it when it starts.
        let told = match Line::to(&door::socket(folder)).ask(&Task::Reload) {
            Ok(Told::Lifted(0)) | Err(_) => "this charter holds here from now on\n".to_owned(),
            Ok(other) => format!("this charter holds here from now on; {}\n", shown(&other)),
        };
        return say(&told);
    }
    let mut text = String::from("the office goes by another charter:\n");
    for line in pinned.changes(&offered) {
        let _ = writeln!(text, "  {}", words::tame(&line));
    }
    let _ = writeln!(text, "pin it with --accept {digest}");
    say(&text)?;
    match accept {
        Some(_) => Err(Failure::wrong(
            "that is not its digest; nothing was changed",
        )),
        None => Ok(code::DONE),
    }
}

fn status(folder: &Folder) -> Result<u8, Failure> {
    let told = Line::to(&door::socket(folder)).ask(&Task::Status);
    match told.map_err(Failure::broken)? {
        Told::Status(standing) => say(&page(&standing)),
        other => Err(Failure::broken(shown(&other))),
    }
}

fn page(standing: &Standing) -> String {
    let mut text = String::new();
    if standing.stopped {
        text.push_str("the kill switch is on; nothing is in force here\n");
    }
    if let Some(alarm) = &standing.alarm {
        let _ = writeln!(text, "! {}", words::tame(alarm));
    }
    let orders = words::counted(standing.orders as u64, "order", "orders");
    let _ = writeln!(text, "{orders} held, lead {}", standing.lead);
    let reflexes = words::counted(standing.reflexes as u64, "reflex acts", "reflexes act");
    let _ = match standing.reflex_room {
        0 => writeln!(text, "no device here takes reflexes"),
        room => writeln!(text, "{reflexes}, room for {room}"),
    };
    if let Some(sentinel) = standing.sentinels.address {
        let _ = writeln!(
            text,
            "sentinel {sentinel}, answered by `issei sentinel answer`"
        );
    }
    for (name, fault) in &standing.devices {
        let fault = fault.as_deref().unwrap_or("well");
        let _ = writeln!(text, "  {name}: {}", words::tame(fault));
    }
    for (kind, count) in &standing.counts {
        let _ = writeln!(text, "  {kind}: {count}");
    }
    text
}

/// Stops everything here; without a living process the devices are emptied from here.
fn stop(folder: &Folder) -> Result<u8, Failure> {
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
        Ok(Told::Lifted(_)) => say("stopped: the devices are empty, and nothing comes in\n"),
        Ok(other) => Err(Failure::broken(shown(&other))),
        Err(_) => empty(folder),
    }
}

/// Ends a stop that was made here.
fn resume(folder: &Folder) -> Result<u8, Failure> {
    match fs::remove_file(stop_file(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::broken(format!("the stop file stays: {error}")));
        }
        _ => {}
    }
    // One that does not run finds no stop file when it starts.
    match Line::to(&door::socket(folder)).ask(&Task::Resume) {
        Ok(Told::Done) | Err(_) => {
            say("orders may come in again; what was taken away stays away\n")
        }
        Ok(other) => Err(Failure::broken(shown(&other))),
    }
}

/// Lets the enforcer read its lists and settings again.
fn reload(folder: &Folder) -> Result<u8, Failure> {
    let told = Line::to(&door::socket(folder)).ask(&Task::Reload);
    match told.map_err(Failure::broken)? {
        lifted @ Told::Lifted(_) => {
            let lifted = shown(&lifted);
            say(&format!(
                "read again; {lifted}; standing lists follow, and `issei enforcer status` counts their names\n"
            ))
        }
        other => Err(Failure::wrong(shown(&other))),
    }
}

/// Empties every device that can be reached, with nobody else alive.
fn empty(folder: &Folder) -> Result<u8, Failure> {
    let mut failed = Vec::new();
    for mut hand in devices::open(&Settings::read(folder)?, folder)? {
        if let Err(error) = hand.device.lift_all() {
            failed.push(error.to_string());
        }
    }
    match failed.is_empty() {
        true => say(
            "stopped: no process runs here; the devices were emptied from here, and nothing comes in\n",
        ),
        false => Err(Failure::broken(failed.join("\n"))),
    }
}

fn shown(told: &Told) -> String {
    match told {
        Told::Lifted(orders) => {
            let orders = words::counted(*orders as u64, "order was", "orders were");
            format!("{orders} taken away")
        }
        Told::Refused(said) => said.en.clone(),
        Told::Wrong(why) | Told::Failed(why) => why.clone(),
        other => format!("the enforcer answered something else: {other:?}"),
    }
}

fn say(text: &str) -> Result<u8, Failure> {
    terminal::say(text).map_err(Failure::broken)?;
    Ok(code::DONE)
}
