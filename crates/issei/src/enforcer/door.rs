//! The enforcer's process: its folder, its socket, its pulse.
//!
//! In: a folder of its own. Out: tasks one after the other, a look at every device between them. Always:
//! only the office's user and the own one may speak (the kernel says who calls); a line is bounded, and so
//! are the lines that wait; the pulse goes on whatever the office does.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use issei_host::{clock, confine};

use super::devices;
use super::speech::{LONGEST, Task, Told};
use super::{Enforcer, Hand, devices::Settings};
use crate::code::Failure;
use crate::office::Diary;
use crate::office::folder::Folder;

/// How often the stop file is looked at, and devices that were not read meanwhile.
const PULSE: Duration = Duration::from_millis(100);
/// How often every device is read: drift is found within 5 s (G10).
const READ_EVERY: Duration = Duration::from_secs(1);
/// Connections at once: an office needs one, a person another.
const MOST_CONNECTIONS: usize = 8;
/// Tasks that wait.
const MOST_WAITING: usize = 64;

type Asked = (Task, SyncSender<Told>);

/// Runs the enforcer of a folder until the process is ended.
///
/// # Errors
/// If the folder is none of an enforcer, a device cannot be opened, or the socket cannot be made.
pub fn run(folder: &Folder) -> Result<u8, Failure> {
    let settings = Settings::read(folder)?;
    let listener = listen(folder)?;
    // From here on this process can do what its devices need, and nothing else.
    let confined = confine::confine(&settings.confined(folder)).map_err(Failure::broken)?;
    Diary::Stderr.note(&format!("enforcer: {confined}"));
    let hands = devices::open(&settings, folder)?;
    serve(folder, &settings, listener, hands, Diary::Stderr)
}

/// Serves with devices that are open.
fn serve(
    folder: &Folder,
    settings: &Settings,
    listener: UnixListener,
    hands: Vec<Hand>,
    diary: Diary,
) -> Result<u8, Failure> {
    let mut enforcer = Enforcer::open(folder.clone(), hands, diary, clock::now())?;
    enforcer.read_lists()?;
    let (desk, tasks) = mpsc::sync_channel::<Asked>(MOST_WAITING);
    let allowed = [owner(folder)?, settings.client.unwrap_or(owner(folder)?), 0];
    thread::Builder::new()
        .name("door".into())
        .spawn(move || accept(&listener, &allowed, &desk))
        .map_err(Failure::broken)?;
    pulse(&mut enforcer, &tasks);
    Ok(crate::code::DONE)
}

/// Does what is asked, and looks at the devices in between, for ever.
pub(super) fn pulse(enforcer: &mut Enforcer, tasks: &Receiver<Asked>) {
    let mut read_at = Instant::now() + READ_EVERY;
    loop {
        match tasks.recv_timeout(PULSE) {
            Ok((task, reply)) => {
                let told = enforcer.handle(task, clock::now());
                // Whoever asked may be gone; what was done is done.
                let _ = reply.send(told);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if enforcer.must_stop() || read_at <= Instant::now() {
            enforcer.look(clock::now());
            read_at = Instant::now() + READ_EVERY;
        }
    }
}

fn listen(folder: &Folder) -> Result<UnixListener, Failure> {
    let path = socket(folder);
    let told = |error: io::Error| Failure::broken(format!("{}: {error}", path.display()));
    if UnixStream::connect(&path).is_ok() {
        let complaint = "another enforcer runs here; end it first";
        return Err(Failure::wrong(format!("{}: {complaint}", path.display())));
    }
    let _ = std::fs::remove_file(&path); // one that a dead process left
    let listener = UnixListener::bind(&path).map_err(told)?;
    // Who may speak is settled by the kernel's word about the caller, not by the file.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).map_err(told)?;
    Ok(listener)
}

pub(super) fn owner(folder: &Folder) -> Result<u32, Failure> {
    let told = |error| Failure::broken(format!("{}: {error}", folder.root().display()));
    Ok(std::fs::metadata(folder.root()).map_err(told)?.uid())
}

pub(super) fn accept(listener: &UnixListener, allowed: &[u32], desk: &SyncSender<Asked>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming().flatten() {
        let asks_too_much = open.load(Ordering::Acquire) >= MOST_CONNECTIONS;
        let stranger = !confine::peer(&stream).is_ok_and(|uid| allowed.contains(&uid));
        if asks_too_much || stranger {
            let why = match stranger {
                true => "only the member's office may speak here",
                false => "too many speak here already",
            };
            let _ = say(&stream, &Told::Wrong(why.into()));
            continue;
        }
        open.fetch_add(1, Ordering::AcqRel);
        let (desk, open) = (desk.clone(), open.clone());
        let talk = move || {
            converse(&stream, &desk);
            open.fetch_sub(1, Ordering::AcqRel);
        };
        // A thread that cannot be made is a caller who is not answered.
        let _ = thread::Builder::new().name("caller".into()).spawn(talk);
    }
}

/// Answers one caller's tasks, one after the other.
fn converse(stream: &UnixStream, desk: &SyncSender<Asked>) {
    let mut reading = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        let read = (&mut reading)
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) {
            return;
        }
        let too_long = line.len() as u64 > LONGEST;
        let told = match too_long {
            true => Told::Wrong(format!("a line longer than {LONGEST} bytes")),
            false => done(&line, desk),
        };
        if say(stream, &told).is_err() || too_long {
            return;
        }
    }
}

fn done(line: &[u8], desk: &SyncSender<Asked>) -> Told {
    let task = match serde_json::from_slice(line) {
        Ok(task) => task,
        Err(error) => return Told::Wrong(format!("no task: {error}")),
    };
    let (reply, told) = mpsc::sync_channel(1);
    let gone = || Told::Failed("the enforcer is ending".into());
    match desk.send((task, reply)) {
        Ok(()) => told.recv().unwrap_or_else(|_| gone()),
        Err(_) => gone(),
    }
}

fn say(mut stream: &UnixStream, told: &Told) -> io::Result<()> {
    let mut line = serde_json::to_vec(told).expect("our own nouns have string keys");
    line.push(b'\n');
    stream.write_all(&line)
}

/// Tells whether a process may listen there: one that is dead leaves a socket that refuses.
pub fn is_open(folder: &Folder) -> bool {
    let nobody = [io::ErrorKind::ConnectionRefused, io::ErrorKind::NotFound];
    let tried = UnixStream::connect(socket(folder));
    tried.map_or_else(|error| !nobody.contains(&error.kind()), |_| true)
}

/// Where the enforcer of a folder listens.
pub fn socket(folder: &Folder) -> PathBuf {
    folder.root().join("enforcer.sock")
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
