//! Measures when packets stop and pass: a sender at each member, one watch outside.
//!
//! Always: both are processes with a deadline; the moments come from one machine's clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::actors::{Watched, reported};
use super::super::down;
use super::super::figures::{self, Marks};
use super::super::place::{self, Place};
use super::super::raise;
use super::super::topology::{self, CORE, OUT};
use super::within;
use crate::code::Failure;

/// Microseconds between two packets of a member.
const EVERY: &str = "400";
/// Runs what is measured with before everything else on this machine.
const FIRST: &[&str] = &["chrt", "--fifo", "20"];
/// How long packets may take to begin to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// A measurement under way.
pub struct Measuring(());

/// What was measured.
pub struct Measured {
    /// Each member's packets.
    pub by_member: BTreeMap<u8, Marks>,
    /// Packets that the kernel could not hand to the watch.
    pub dropped: u64,
}

impl Measuring {
    /// Begins, and waits until packets of every member arrive.
    ///
    /// # Errors
    /// If they do not.
    pub async fn begin(lab: &Place, seconds: u64) -> Result<Self, Failure> {
        let arrived = arrived(lab);
        for file in [arrived.clone(), arrived.with_extension("json")] {
            let _ = fs::remove_file(file); // of an earlier measurement
        }
        let by = if may_be_first() { FIRST } else { &[] };
        raise::act_for(
            lab,
            OUT,
            "watch",
            seconds,
            &arrived,
            &[],
            &["watch", "--interface", CORE],
        )?;
        let watching = async || Ok(arrived.with_extension("json").exists());
        within(PATIENCE, "the watch begins", watching).await?;
        for number in topology::numbers() {
            let (from, to) = (
                topology::marked(number).to_string(),
                place::shown(topology::command()),
            );
            let (member, log) = (number.to_string(), sent(lab, number));
            let words = [
                "mark", "--from", &from, "--to", &to, "--member", &member, "--every", EVERY,
            ];
            raise::act_for(
                lab,
                &topology::lines(number),
                &role(number),
                seconds,
                &log,
                by,
                &words,
            )?;
        }
        let all_arrive = async || {
            let arrived = figures::arrivals(&fs::read(&arrived).unwrap_or_default());
            Ok(topology::numbers().all(|number| arrived.contains_key(&number)))
        };
        within(PATIENCE, "packets of every member arrive", all_arrive).await?;
        Ok(Self(()))
    }

    /// Ends, and reads what was measured.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub async fn end(self, lab: &Place) -> Result<Measured, Failure> {
        let senders: Vec<_> = topology::numbers()
            .filter_map(|number| lab.worker(&role(number)))
            .collect();
        down::end(&senders)?;
        // What left last is in the kernel's ring for some milliseconds yet.
        tokio::time::sleep(Duration::from_millis(500)).await;
        down::end(&lab.worker("watch").into_iter().collect::<Vec<_>>())?;
        let read = |path: &PathBuf| {
            fs::read(path).map_err(|error| Failure::broken(format!("{}: {error}", path.display())))
        };
        let arrived = arrived(lab);
        let mut arrivals = figures::arrivals(&read(&arrived)?);
        let watched: Watched = reported(&arrived.with_extension("json"));
        let mut by_member = BTreeMap::new();
        for number in topology::numbers() {
            // What a sender had not written down when it was ended is left out, though it arrived.
            let sent = figures::sent(&read(&sent(lab, number))?);
            let arrived = arrivals.remove(&number).unwrap_or_default();
            by_member.insert(number, Marks { sent, arrived });
        }
        Ok(Measured {
            by_member,
            dropped: watched.dropped,
        })
    }
}

fn role(number: u8) -> String {
    format!("{} marks", topology::member(number))
}

fn arrived(lab: &Place) -> PathBuf {
    lab.shared("arrived.bin")
}

fn sent(lab: &Place, number: u8) -> PathBuf {
    lab.file(number, "sent.bin")
}

/// Tells whether this machine lets a process come first.
fn may_be_first() -> bool {
    let mut attempt = Command::new(FIRST[0]);
    attempt.args(&FIRST[1..]).arg("true");
    attempt
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    attempt.status().is_ok_and(|status| status.success())
}
