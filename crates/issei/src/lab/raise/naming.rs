//! What a lab with resolvers has besides: who answers for names outside, two resolvers, bots that ask them.
//!
//! Always: a lab without resolvers has none of it. Not here: how a resolver is set up (`resolvers`).

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::super::place::{self, Place};
use super::super::resolvers::{self, COMMANDS, ORDINARY};
use super::super::topology::{self, BOTS, COMMAND_PORT, OUT, USERS};
use super::act;
use crate::code::Failure;

/// The port of ordinary services.
const SERVICE_PORT: u16 = 80;
/// Microseconds between two questions of who measures.
const ASKED_EVERY: u64 = 1_000;

/// Starts who answers for names in the world outside.
pub fn authority(lab: &Place) -> Result<(), Failure> {
    if !lab.lab.names {
        return Ok(());
    }
    let at: Vec<String> = resolvers::authorities()
        .into_iter()
        .map(place::shown)
        .collect();
    let words: Vec<&str> = at.iter().flat_map(|one| ["--at", one.as_str()]).collect();
    let log = lab.shared("authority.json");
    act(
        lab,
        OUT,
        "authority",
        &log,
        &[&["authority"], &words[..]].concat(),
    )
}

/// Names the resolvers that a member's office asks: those of its lines.
pub fn asked(lab: &Place, number: u8) -> Vec<SocketAddr> {
    let asked = lab.lab.names.then(|| resolvers::asked_by_office(number));
    asked.into_iter().collect()
}

/// Starts a member's resolver, if it has one.
pub fn resolver(lab: &Place, number: u8) -> Result<(), Failure> {
    let Some(resolver) = lab.resolver(number) else {
        return Ok(());
    };
    let folder = lab.file(number, "resolver");
    fs::create_dir_all(&folder).map_err(Failure::broken)?;
    for (name, text) in resolver.files(number, &folder) {
        fs::write(folder.join(name), text).map_err(Failure::broken)?;
    }
    let member = topology::member(number);
    for (role, words) in resolver.starts(&folder) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        lab.start(&member, &format!("{member} {role}"), &words)?;
    }
    Ok(())
}

/// Gives what stands in a member's `devices.toml` for its resolver, with the secret beside it.
pub fn device(lab: &Place, number: u8) -> Result<String, Failure> {
    let Some(resolver) = lab.resolver(number) else {
        return Ok(String::new());
    };
    let folder = lab.enforcer(number);
    let (file, secret) = resolvers::SECRET;
    folder.write(&folder.root().join(file), secret.as_bytes())?;
    Ok(resolver.device())
}

/// Starts the bots that find their server by its name, and ordinary people who look theirs up, at each member
/// with a resolver.
///
/// # Errors
/// If one cannot start.
pub fn callers(lab: &Place) -> Result<(), Failure> {
    for number in resolvers::numbers() {
        let bots = (topology::first_bot(number), BOTS, COMMANDS, COMMAND_PORT);
        call(lab, number, "callers", &called(lab, number), bots)?;
        let users = (topology::first_user(number), USERS, ORDINARY, SERVICE_PORT);
        let log = lab.file(number, "looked-up.json");
        call(lab, number, "surfers", &log, users)?;
    }
    Ok(())
}

fn call(
    lab: &Place,
    number: u8,
    role: &str,
    log: &Path,
    (from, count, name, port): (IpAddr, u32, &str, u16),
) -> Result<(), Failure> {
    let (from, count, port) = (from.to_string(), count.to_string(), port.to_string());
    let resolver = place::shown(resolvers::asked_by_lines(number));
    let who = ["callers", "--from", &from, "--count", &count];
    let what = ["--resolver", &resolver, "--name", name, "--port", &port];
    begin(lab, number, role, log, &[&who[..], &what].concat())
}

/// Starts who measures at each member with a resolver.
///
/// # Errors
/// If one cannot start.
pub fn asking(lab: &Place) -> Result<(), Failure> {
    for number in resolvers::numbers() {
        let from = topology::marked(number).to_string();
        let resolver = place::shown(resolvers::asked_by_lines(number));
        let every = ASKED_EVERY.to_string();
        let words = [
            "ask",
            "--from",
            &from,
            "--resolver",
            &resolver,
            "--name",
            COMMANDS,
            "--other",
            ORDINARY,
            "--every",
            &every,
        ];
        begin(lab, number, "asking", &answers(lab, number), &words)?;
    }
    Ok(())
}

fn begin(lab: &Place, number: u8, role: &str, log: &Path, words: &[&str]) -> Result<(), Failure> {
    let role = format!("{} {role}", topology::member(number));
    act(lab, &topology::lines(number), &role, log, words)
}

/// Names the file in which those bots tell what became of their calls.
pub fn called(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "called.json")
}

/// Names the file of measured answers.
pub fn answers(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "answers.txt")
}
