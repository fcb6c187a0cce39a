//! `issei doctor`: what this machine can do as a member's, and the next step where it cannot.
//!
//! In: the kernel, the clock, the programs that are installed. Out: one line each, with a tick, a cross or a
//! dash for what only some members need. Always: nothing is changed; a line says what was looked at. Not
//! here: how a device that is named stands (`issei enforcer status`).

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use issei_host::clock::{self, Certainty, Untold};
use issei_host::{confine, terminal};
use issei_model::{Language, Span};
use issei_text::{Text, columns, format, key, said};

use crate::code::{self, Failure};

/// How one thing stands.
struct Line {
    what: String,
    found: Found,
}

/// What was found.
enum Found {
    /// It is there, in these words.
    Well(String),
    /// It is not, and every member needs it: the next step.
    Lacking(String),
    /// It is not, and only some members need it: for what, and the next step.
    Without(String),
}

/// A program that only some members need.
#[derive(Clone, Copy)]
struct Program {
    /// How it is started.
    name: &'static str,
    /// What it is for.
    purpose: Purpose,
    /// The Debian package that brings it.
    package: &'static str,
}

/// What a program is for.
#[derive(Clone, Copy)]
enum Purpose {
    /// What is called so is needed for what the key says.
    Own(&'static str, &'static str),
    /// It is the client with which a routing daemon is read back.
    ClientOf(&'static str),
}

const PROGRAMS: [Program; 5] = [
    Program {
        name: "nft",
        purpose: Purpose::Own("nftables", key!("doctor-for-nft")),
        package: "nftables",
    },
    Program {
        name: "softflowd",
        purpose: Purpose::Own("softflowd", key!("doctor-for-softflowd")),
        package: "softflowd",
    },
    Program {
        name: "birdc",
        purpose: Purpose::ClientOf("BIRD"),
        package: "bird2",
    },
    Program {
        name: "vtysh",
        purpose: Purpose::ClientOf("FRR"),
        package: "frr",
    },
    Program {
        name: "gobgp",
        purpose: Purpose::ClientOf("GoBGP"),
        package: "gobgpd",
    },
];

/// The greatest error of a clock with which a member arms, unless an order says less.
const CLOCK: Span = Span::from_millis(50);

/// Looks at the machine.
///
/// # Errors
/// If nothing can be written.
pub fn run(language: Language) -> Result<u8, Failure> {
    let lines = examined(Text(language));
    let lacking = lines
        .iter()
        .any(|line| matches!(line.found, Found::Lacking(_)));
    terminal::say(&page(&lines)).map_err(Failure::broken)?;
    Ok(if lacking { code::REFUSED } else { code::DONE })
}

fn examined(tongue: Text) -> Vec<Line> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let held = [confine::Capability::NetAdmin, confine::Capability::Bpf].map(confine::holds);
    let is_there = Path::new("/proc/self/ns/net").exists();
    let line = |what: String, found| Line { what, found };
    let mut lines = vec![
        line(
            tongue.say("status-clock"),
            kept(clock::certainty(Untold::Unsynchronised), tongue),
        ),
        line(
            tongue.say("doctor-files"),
            landlock(&read("/sys/kernel/security/lsm"), tongue),
        ),
        line(tongue.say("doctor-calls"), seccomp(&read(ACTIONS), tongue)),
        line(
            tongue.say("doctor-capabilities"),
            capabilities(held, tongue),
        ),
        line("XDP".into(), xdp(&read("/proc/mounts"), tongue)),
        line(
            tongue.say("doctor-namespaces"),
            namespaces(is_there, tongue),
        ),
    ];
    lines.extend(PROGRAMS.iter().map(|one| program(*one, tongue)));
    lines
}

fn kept(told: io::Result<Certainty>, tongue: Text) -> Found {
    let lasting = |span| format::lasting(span, tongue.0);
    match told {
        Ok(told) if told.synchronised && told.error <= CLOCK => {
            let error = lasting(told.error);
            Found::Well(said!(tongue, "doctor-clock-kept", error))
        }
        Ok(told) if told.synchronised => {
            let (error, limit) = (lasting(told.error), lasting(CLOCK));
            Found::Lacking(said!(tongue, "doctor-clock-off", error, limit))
        }
        Ok(_) => Found::Lacking(tongue.say("doctor-clock-nobody")),
        Err(error) => Found::Lacking(said!(tongue, "doctor-clock-untold", error)),
    }
}

fn landlock(modules: &str, tongue: Text) -> Found {
    match modules.trim().split(',').any(|one| one == "landlock") {
        true => Found::Well("Landlock".into()),
        false => Found::Lacking(tongue.say("doctor-files-lacking")),
    }
}

/// Where the kernel names what a filter of calls may do.
const ACTIONS: &str = "/proc/sys/kernel/seccomp/actions_avail";

fn seccomp(actions: &str, tongue: Text) -> Found {
    match actions.contains("errno") {
        true => Found::Well("seccomp".into()),
        false => Found::Lacking(said!(tongue, "doctor-calls-lacking", path = ACTIONS)),
    }
}

fn capabilities(held: [bool; 2], tongue: Text) -> Found {
    match held {
        [true, true] => Found::Well(tongue.say("doctor-capabilities-held")),
        _ => Found::Without(tongue.say("doctor-capabilities-lacking")),
    }
}

fn xdp(mounts: &str, tongue: Text) -> Found {
    let mut mounts = mounts.lines();
    match mounts.any(|line| line.split(' ').nth(2) == Some("bpf")) {
        true => Found::Well(tongue.say("doctor-xdp-mounted")),
        false => Found::Without(tongue.say("doctor-xdp-lacking")),
    }
}

fn namespaces(there: bool, tongue: Text) -> Found {
    match there {
        true => Found::Well(tongue.say("doctor-namespaces-there")),
        false => Found::Without(tongue.say("doctor-namespaces-lacking")),
    }
}

/// Looks for a program where systems keep those of administrators.
fn program(wanted: Program, tongue: Text) -> Line {
    let places = [
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
        "/usr/local/sbin",
        "/usr/local/bin",
    ];
    let Program {
        name,
        purpose,
        package,
    } = wanted;
    let what = match purpose {
        Purpose::Own(what, _) => what.to_owned(),
        Purpose::ClientOf(daemon) => said!(tongue, "doctor-client", daemon),
    };
    let mut paths = places.iter().map(|place| Path::new(place).join(name));
    let found = match paths.find(|path| path.exists()) {
        Some(path) => Found::Well(path.display().to_string()),
        None => Found::Without(match purpose {
            Purpose::Own(_, key) => said!(tongue, key, package),
            Purpose::ClientOf(daemon) => said!(tongue, "doctor-for-daemon", daemon, package),
        }),
    };
    Line { what, found }
}

fn page(lines: &[Line]) -> String {
    let widths = lines.iter().map(|line| columns::width(&line.what));
    let widest = widths.max().unwrap_or(0);
    let mut text = String::new();
    for Line { what, found } in lines {
        let (sign, words) = match found {
            Found::Well(words) => ('✓', words),
            Found::Lacking(words) => ('✗', words),
            Found::Without(words) => ('–', words),
        };
        let _ = writeln!(text, "{sign} {}  {words}", columns::left(what, widest));
    }
    text
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
