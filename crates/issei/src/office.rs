//! The processes of coordinator and member, and how people at their machines speak with them.
//!
//! In: a folder for each office. Out: two processes that hold the machines, gates, ledger and device
//! together. Always: one task owns an office's state, so nothing is half done; what is told to
//! anybody is durable first. Not here: rules (`issei-case`, `issei-order`), bytes on lines and disks
//! (`issei-host`).

pub mod appeals;
pub mod charter;
pub mod control;
pub mod coordinator;
pub mod country;
pub mod entry;
pub mod folder;
pub mod founding;
pub mod member;
pub mod merging;
pub mod own_list;
pub mod rehearsed;
pub mod settings;
pub mod shelf;

use issei_host::store::Change;
use issei_model::Timestamp;
use serde::Serialize;

use issei_host::terminal;

use crate::code::{self, Failure};
use crate::command_line;
use folder::Folder;

/// Where an office writes down what its operator should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diary {
    /// To the standard error output of its process.
    Stderr,
    /// Nowhere: in tests and demonstrations, whose output belongs to others.
    Nobody,
}

impl Diary {
    /// Writes a line.
    pub fn note(self, line: &str) {
        if self == Self::Stderr {
            eprintln!("issei {}", crate::words::tame(line));
        }
    }
}

/// Makes a document for the database.
pub fn document<T: Serialize>(kind: &str, name: String, value: &T, now: Timestamp) -> Change {
    Change::PutDocument {
        kind: kind.into(),
        name,
        body: serde_json::to_string(value).expect("our own nouns have string keys"),
        changed_at: now,
    }
}

/// Runs an office until it is asked to end, by a signal or at its socket.
///
/// # Errors
/// If it cannot begin, or something breaks that cannot be waited for.
pub fn run(office: impl Future<Output = Result<(), Failure>>) -> Result<u8, Failure> {
    block_on(async {
        tokio::select! {
            ended = office => ended,
            signal = signalled() => signal,
        }
    })?;
    Ok(code::DONE)
}

/// Does work that waits for others, to its end.
///
/// # Errors
/// What the work says, or that no thread can be made.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.map_err(Failure::broken)?.block_on(work)
}

/// Waits for SIGTERM or SIGINT. What is under way is dropped: everything told before is durable.
async fn signalled() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).map_err(Failure::broken)?;
    let mut int = signal(SignalKind::interrupt()).map_err(Failure::broken)?;
    tokio::select! {
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}

/// Does what is wished of a coordinator.
///
/// # Errors
/// If the folder is occupied or is none of a coordinator, or something breaks.
pub fn coordinating(wish: &command_line::Coordinator) -> Result<u8, Failure> {
    match wish {
        command_line::Coordinator::Run { folder } => coordinator(Folder::new(folder)),
        command_line::Coordinator::Found {
            folder,
            name,
            listen,
            approvals,
        } => {
            let folder = Folder::new(folder);
            let settings = folder::Settings {
                address: Some(listen.to_string()),
                ..folder::Settings::default()
            };
            let charter = founding::found(&folder, name, usize::from(*approvals), &settings)?;
            let place = folder.root().display();
            let told = format!(
                "{name} founded a country in {place}\n  the log's key   {}\n  the charter     {}\nnext: issei coordinator run {place}\n",
                charter.log,
                charter.digest()
            );
            terminal::say(&told).map_err(Failure::broken)?;
            Ok(code::DONE)
        }
    }
}

/// Runs the coordinator of a folder.
///
/// # Errors
/// As [`run`].
pub fn coordinator(folder: Folder) -> Result<u8, Failure> {
    run(coordinator::run(folder, None, Diary::Stderr))
}

/// Runs the member of a folder; one that came from a backup is made fit first.
///
/// # Errors
/// As [`run`].
pub fn member(folder: Folder, restored: bool) -> Result<u8, Failure> {
    if restored {
        let made = folder.clone();
        run(async move { member::restore(&made).await })?;
    }
    run(member::run(folder, None, Diary::Stderr))
}

#[cfg(test)]
#[path = "office_tests.rs"]
mod tests;

#[cfg(test)]
mod reflex_tests;

#[cfg(test)]
mod reflex_window_tests;
