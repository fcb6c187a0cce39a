//! An office to test callers with: it listens at a folder's socket and answers from a closure.
//!
//! Always: it speaks the real lines of `office::control`, and keeps what it heard.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use issei_ledger::{Algorithm, Signer};
use issei_model::{Language, PublicKey};

use crate::caller::Caller;
use crate::command_line::Printing;
use crate::office::charter::{Charter, Enrolled};
use crate::office::control::{Ask, Reply};
use crate::office::folder::Folder;
use crate::traffic;

/// A made-up office.
pub struct StandIn {
    place: traffic::Folder,
    heard: Arc<Mutex<Vec<Ask>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Opens an office in a folder of its own.
    pub fn new(name: &str, answer: impl FnMut(&Ask) -> Reply + Send + 'static) -> Self {
        Self::at(traffic::Folder::new(name), answer)
    }

    /// Opens an office in this folder.
    pub fn at(
        place: traffic::Folder,
        mut answer: impl FnMut(&Ask) -> Reply + Send + 'static,
    ) -> Self {
        let socket = Folder::new(place.path()).socket();
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(socket).unwrap();
        let heard: Arc<Mutex<Vec<Ask>>> = Arc::default();
        let closing: Arc<AtomicBool> = Arc::default();
        let (keep, end) = (heard.clone(), closing.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                converse(stream.unwrap(), &mut |ask| {
                    keep.lock().unwrap().push(ask.clone());
                    answer(&ask)
                });
            }
        });
        Self {
            place,
            heard,
            closing,
            thread: Some(thread),
        }
    }

    /// Its folder.
    pub fn folder(&self) -> Folder {
        Folder::new(self.place.path())
    }

    /// Somebody who asks there. Drop the caller before the office.
    pub fn caller(&self, language: Language) -> Caller {
        Caller::to(self.folder(), language).unwrap()
    }

    /// What was asked so far.
    pub fn heard(&self) -> Vec<Ask> {
        self.heard.lock().unwrap().clone()
    }
}

/// Prints a list in every form, and complains unless programs read the same rows in each of them; gives the table and
/// how many rows there are.
pub fn in_every_form(mut print: impl FnMut(Printing) -> String) -> (String, usize) {
    let form = |which: usize| Printing {
        json: which == 1,
        jsonl: which == 2,
        csv: which == 3,
    };
    let document: Vec<serde_json::Value> = serde_json::from_str(&print(form(1))).unwrap();
    let lines = print(form(2));
    let lines: Vec<serde_json::Value> = (lines.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(document, lines);
    let csv = print(form(3));
    let heads: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    let cells = document.iter().filter_map(|row| row.as_object()).flatten();
    let flat = cells.filter(|(_, value)| !value.is_object() && !value.is_array());
    for (key, _) in flat.filter(|(_, value)| !value.is_null()) {
        assert!(heads.contains(&key.as_str()), "no column `{key}`\n{csv}");
    }
    let rows = csv.matches("\r\n").count().saturating_sub(1);
    assert_eq!(rows, document.len(), "{csv}");
    (print(form(0)), rows)
}

fn converse(stream: UnixStream, answer: &mut dyn FnMut(Ask) -> Reply) {
    let mut reading = BufReader::new(stream);
    let mut line = String::new();
    while reading.read_line(&mut line).is_ok_and(|read| read > 0) {
        let reply = answer(serde_json::from_str(&line).unwrap());
        let mut said = serde_json::to_vec(&reply).unwrap();
        said.push(b'\n');
        if reading.get_mut().write_all(&said).is_err() {
            return;
        }
        line.clear();
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        let _ = UnixStream::connect(self.folder().socket());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A charter with these members; its keys are known to everybody.
pub fn country(members: &[&str]) -> Charter {
    let log = Signer::new(
        "coordinator.issei.internal/orders",
        Algorithm::Ed25519,
        &[1; 32],
    )
    .unwrap();
    let mut charter = Charter::new("coordinator".parse().unwrap(), log.verifier());
    for (name, seed) in members.iter().zip(2..) {
        let witness = format!("{name}.witness.issei.internal");
        let witness = Signer::new(&witness, Algorithm::CosignatureV1, &[seed; 32]).unwrap();
        charter.enter(Enrolled {
            member: name.parse().unwrap(),
            lines: 1_000,
            witness: witness.verifier().to_string(),
            desk: PublicKey([seed; 32]),
        });
    }
    charter
}
