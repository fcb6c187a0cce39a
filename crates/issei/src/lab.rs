//! `issei lab`: a country of network namespaces with real packets, in which cuts are tried.
//!
//! In: a folder. Out: routers, lines, servers, offices and enforcers at work; a page; a story with measured
//! figures. Always: everything runs inside namespaces of the lab, is noted before the next begins, and is
//! gone after `down`; nothing of it can reach another network, for no interface leads there.
//! Made up are traffic, people and statements; packets, routers, packet filters, offices, TLS, ledger and
//! protocol are real. Not here: anything that a real country uses.

mod actors;
mod down;
mod figures;
mod flood;
mod look;
mod page;
mod place;
mod raise;
mod resolvers;
mod routers;
mod story;
mod topology;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use issei_host::terminal;
use issei_model::Language;
use issei_text::{Text, said};

use crate::code::{self, Failure};
use crate::command_line::{Lab, LabWish};
use crate::office::block_on;
use place::Place;

pub use routers::Router;

/// Programs that a lab is built with, and the Debian packages that bring them.
const NEEDS: [(&str, &str); 3] = [
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("softflowd", "softflowd"),
];

/// Does what is wished.
///
/// # Errors
/// If this machine cannot hold a lab, or something of one does not do its part.
pub fn run(options: &Lab, language: Language) -> Result<u8, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::wrong(
            "a lab is made of Linux network namespaces; run it on Linux",
        ));
    }
    let tongue = Text(language);
    match &options.wish {
        LabWish::Up {
            at,
            minutes,
            routers,
            resolvers,
        } => up(
            &at.folder,
            minutes * 60,
            &routers.routers,
            resolvers.names,
            tongue,
        ),
        LabWish::Status(at) => say(&page::page(&look::look(&Place::find(&at.folder)?), tongue)),
        LabWish::Attack(at) => attack(&at.folder, tongue),
        LabWish::Break { link, at } => break_link(&at.folder, link.as_deref(), tongue),
        LabWish::Mend { link, at } => mend(&at.folder, link, tongue),
        LabWish::Down(at) => down(&at.folder, tongue),
        LabWish::Story {
            at,
            routers,
            resolvers,
            fast,
            hard,
            figures,
        } => {
            may_build(&routers.routers, resolvers.names)?;
            let told = story::Told {
                routers: routers.routers.clone(),
                names: resolvers.names,
                fast: *fast,
                language,
                hard: *hard,
                figures: figures.clone(),
            };
            block_on(story::tell(&at.folder, &told))
        }
        LabWish::Flood { at } => {
            may_build(&[Router::Nft; topology::MEMBERS as usize], false)?;
            block_on(flood::tell(&at.folder, language))
        }
        LabWish::Actor { seconds, log, who } => actors::run(who, *seconds, log),
    }
}

fn up(
    root: &Path,
    seconds: u64,
    routers: &[Router],
    names: bool,
    tongue: Text,
) -> Result<u8, Failure> {
    may_build(routers, names)?;
    let lab = block_on(raise::up(root, seconds, routers, names))?;
    say(&page::page(&look::look(&lab), tongue))?;
    line(said!(tongue, "lab-next", place = root.display()))
}

fn attack(root: &Path, tongue: Text) -> Result<u8, Failure> {
    let lab = Place::find(root)?;
    raise::attack(&lab)?;
    let n = u32::from(topology::MEMBERS) * topology::BOTS;
    let command = topology::command();
    line(said!(tongue, "lab-hijacked", n, command))
}

fn break_link(root: &Path, link: Option<&str>, tongue: Text) -> Result<u8, Failure> {
    let lab = Place::find(root)?;
    let Some(link) = link else {
        let links: Vec<String> = topology::Topology::links()
            .into_iter()
            .map(|link| link.name)
            .collect();
        return line(links.join("\n"));
    };
    let broken = lab.topology.breaks(&lab.link(link)?);
    ip(&broken)?;
    line(said!(tongue, "lab-link-down", link))
}

fn mend(root: &Path, link: &str, tongue: Text) -> Result<u8, Failure> {
    let lab = Place::find(root)?;
    for command in lab.topology.raises(&lab.link(link)?) {
        ip(&command)?;
    }
    line(said!(tongue, "lab-link-up", link))
}

fn down(root: &Path, tongue: Text) -> Result<u8, Failure> {
    line(page::gone(&down::down(root)?, tongue))
}

fn ip(command: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    place::ip(&words)
}

/// Refuses where a lab cannot be built, with what is missing.
fn may_build(routers: &[Router], names: bool) -> Result<(), Failure> {
    if routers.len() != usize::from(topology::MEMBERS) {
        let members = topology::MEMBERS;
        return Err(Failure::wrong(format!(
            "a lab has {members} members; name {members} routers"
        )));
    }
    let own = std::fs::metadata("/proc/self").map_err(Failure::broken)?;
    if own.uid() != 0 {
        return Err(Failure::wrong(
            "a lab makes network namespaces; run it as root",
        ));
    }
    let routers = routers.iter().map(|router| router.needs());
    let resolvers = resolvers::NEEDS.into_iter().filter(|_| names);
    let needs = NEEDS.into_iter().chain(routers).chain(resolvers);
    match { needs }.find(is_missing) {
        None => Ok(()),
        Some((program, package)) => Err(Failure::wrong(format!(
            "`{program}` is not here; on Debian, `apt-get install {package}` brings it"
        ))),
    }
}

/// Tells whether a program cannot be started here.
fn is_missing((program, _): &(&str, &str)) -> bool {
    let mut asked = Command::new(program);
    asked.arg("--version").stdin(Stdio::null());
    asked
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
}

fn line(text: String) -> Result<u8, Failure> {
    say(&(text + "\n"))
}

fn say(text: &str) -> Result<u8, Failure> {
    terminal::say(text).map_err(Failure::broken)?;
    Ok(code::DONE)
}
