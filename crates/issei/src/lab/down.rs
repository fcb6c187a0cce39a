//! Ends a lab: its processes, its namespaces, its folder.
//!
//! In: a folder. Out: nothing that was the lab's. Always: it may be repeated, and begins with what is
//! there: after a half-built lab, a crash of the builder, or another `down` that was cut short. A process
//! is ended if it is the one that was noted, or lies inside a namespace of the lab.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use issei_host::process::{Ending, Process};

use super::place::{self, Place, Worker};
use super::topology::Topology;
use crate::code::Failure;

/// How long a process may put things in order.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Processes.
    pub processes: usize,
    /// Namespaces.
    pub namespaces: usize,
}

/// Ends the lab of a folder; none is none.
///
/// # Errors
/// If something of it is still there.
pub fn down(root: &Path) -> Result<Ended, Failure> {
    let Ok(lab) = Place::find(root) else {
        place::forget_begun(root);
        return Ok(Ended::default());
    };
    let processes = end(&living(&lab))?;
    let namespaces = remove(&lab)?;
    place::unmount_below(lab.root())?;
    // Last: while it is there, another `down` finds what is left.
    fs::remove_dir_all(lab.root()).map_err(Failure::broken)?;
    Ok(Ended {
        processes,
        namespaces,
    })
}

/// Lists what lives of a lab.
pub fn living(lab: &Place) -> Vec<Process> {
    let noted = lab.workers();
    let noted = noted
        .iter()
        .map(Worker::process)
        .filter(|process| process.is_alive());
    let inside = Topology::places().into_iter();
    let inside = inside.flat_map(|place| place::inside(&lab.topology.namespace(&place)));
    let mut all: Vec<Process> = noted.chain(inside.filter_map(Process::of)).collect();
    all.sort_unstable_by_key(|process| process.id);
    all.dedup();
    // Who builds a lab and fails takes it down itself.
    all.retain(|process| process.id != std::process::id());
    all
}

/// Ends processes: first asked, then at once. Says how many there were.
///
/// # Errors
/// If one does not end.
pub fn end(processes: &[Process]) -> Result<usize, Failure> {
    for (how, patience) in [(Ending::Asked, PATIENCE), (Ending::Killed, PATIENCE)] {
        for process in processes {
            process.end(how).map_err(Failure::broken)?;
        }
        if all_gone(processes, patience) {
            return Ok(processes.len());
        }
    }
    let left = processes.iter().find(|process| process.is_alive());
    let left = left.map_or(0, |process| process.id);
    Err(Failure::broken(format!(
        "process {left} of the lab does not end"
    )))
}

fn all_gone(processes: &[Process], patience: Duration) -> bool {
    let begun = Instant::now();
    while processes.iter().any(|process| process.is_alive()) {
        if begun.elapsed() > patience {
            return false;
        }
        thread::sleep(LOOK_EVERY);
    }
    true
}

fn remove(lab: &Place) -> Result<usize, Failure> {
    let mut removed = 0;
    for place in Topology::places() {
        let namespace = lab.topology.namespace(&place);
        if place::is_there(&namespace) {
            place::ip(&["netns", "del", &namespace])?;
            removed += 1;
        }
    }
    Ok(removed)
}
