//! Asks everybody in a lab how they are.
//!
//! In: a lab. Out: its page. Always: nobody is waited for who does not run.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use issei_host::clock;

use super::actors::{Asked, Orders, reported};
use super::page::{Member, Page};
use super::place::{self, Place, Worker};
use super::topology::{self, Topology};
use crate::analyze::suspect;
use crate::enforcer::line::Line;
use crate::enforcer::speech::{Task, Told};
use crate::record::Record;

/// Looks at a lab.
pub fn look(lab: &Place) -> Page {
    let mut workers = std::collections::BTreeMap::new();
    // Who builds and who measures ends when that is done.
    let stays = |worker: &Worker| {
        let role = worker.role.as_str();
        role != "builder" && role != "watch" && !role.ends_with("marks")
    };
    for worker in lab.workers().into_iter().filter(stays) {
        // The newest of a role is the one that counts.
        workers.insert(worker.role.clone(), worker.process().is_alive());
    }
    Page {
        place: (lab.root().display().to_string(), lab.lab.name.clone()),
        workers,
        broken: broken(lab),
        members: topology::numbers()
            .map(|number| member(lab, number))
            .collect(),
    }
}

fn member(lab: &Place, number: u8) -> Member {
    let mut line = Line::to(&lab.enforcer(number).root().join("enforcer.sock"));
    let devices = match line.ask(&Task::Status) {
        Ok(Told::Status(standing)) => Ok(standing.devices.into_iter().collect()),
        Ok(other) => Err(format!("{other:?}")),
        Err(why) => Err(why),
    };
    let held = match devices.is_ok().then(|| line.ask(&Task::Read)) {
        Some(Ok(Told::Holds(held))) => held,
        _ => std::collections::BTreeMap::new(),
    };
    let bots = bots(lab, number);
    let heard_ago = (bots.heard_at > 0).then(|| (clock::now().as_micros() - bots.heard_at) / 1_000);
    Member {
        name: topology::member(number),
        devices,
        held,
        users: users(lab, number),
        heard_ago,
        suspects: suspects(lab, number),
    }
}

/// What became of the questions of a member's ordinary people.
pub fn users(lab: &Place, number: u8) -> Asked {
    reported(&lab.file(number, "users.json"))
}

/// What a member's hijacked devices hear.
pub fn bots(lab: &Place, number: u8) -> Orders {
    reported(&lab.file(number, "bots.json"))
}

/// Counts the lines that a member's collector suspects. A finding that is told anew is the same line.
pub fn suspects(lab: &Place, number: u8) -> usize {
    let text = fs::read_to_string(lab.file(number, "findings.jsonl")).unwrap_or_default();
    let read = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Record>(line).ok());
    let lines: BTreeSet<IpAddr> = read.filter_map(|record| suspect(&record.finding)).collect();
    lines.len()
}

/// Lists the links that are down.
fn broken(lab: &Place) -> Vec<String> {
    let is_down = |link: &topology::Link| {
        let end = &link.ends[0];
        let namespace = lab.topology.namespace(&end.place);
        // Without a namespace there is no link at all.
        place::is_there(&namespace) && !place::is_up(&namespace, &end.interface)
    };
    Topology::links()
        .into_iter()
        .filter(is_down)
        .map(|link| link.name)
        .collect()
}
