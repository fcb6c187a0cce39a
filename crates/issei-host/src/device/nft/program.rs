//! Runs `nft`: hands it a text, and gathers what it says, in bounded size and time.
//!
//! Always: it starts with an environment of our own, in UTC and in no language, since `nft` reads and
//! writes local time and its complaints are read; one that does not end in time is ended by its id.
//! A text that stops in the middle, because we were ended, is no transaction: `nft` does nothing then.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::device::Fault;

/// How `nft` is run.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The program.
    pub(super) path: PathBuf,
    /// The network namespace to run it in, by its name below `/run/netns`.
    pub(super) namespace: Option<String>,
    /// How long it may take.
    pub(super) patience: Duration,
}

/// What it said, and whether it ended well.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) out: String,
    pub(super) err: String,
    pub(super) well: bool,
}

impl Program {
    /// Runs it to its end.
    pub(super) fn run(&self, arguments: &[&str], input: String) -> Result<Said, Fault> {
        let mut child = self.spawn(arguments)?;
        let until = Instant::now() + self.patience;
        let said = gather(&mut child, input, until);
        if said.is_err() {
            // Both do nothing if it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
        let said = said?;
        if said.err.starts_with("nsenter:") {
            return Err(Fault::Away(said.err));
        }
        Ok(said)
    }

    fn spawn(&self, arguments: &[&str]) -> Result<Child, Fault> {
        let mut command = match &self.namespace {
            None => Command::new(&self.path),
            Some(namespace) => {
                let mut command = Command::new("nsenter");
                command
                    .arg(format!("--net=/run/netns/{namespace}"))
                    .arg(&self.path);
                command
            }
        };
        let command = command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("TZ", "UTC")
            .env("LC_ALL", "C");
        let piped = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        piped.spawn().map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => Fault::Away(format!(
                "`{}` is not here; `apt-get install nftables` brings it",
                self.path.display()
            )),
            _ => Fault::Failed("starting `nft`", cause),
        })
    }
}

/// Writes and reads at the same time, so that no full pipe can stop either side.
fn gather(child: &mut Child, input: String, until: Instant) -> Result<Said, Fault> {
    let stdin = child.stdin.take();
    thread::spawn(move || {
        // A program that ends early closes its end; what it says then tells why.
        let _ = stdin.map(|mut stdin| stdin.write_all(input.as_bytes()));
    });
    let out = reader(child.stdout.take(), MOST_OUT);
    let err = reader(child.stderr.take(), MOST_ERR);
    let out = within(&out, until)?;
    let err = within(&err, until)?;
    if out.len() > MOST_OUT {
        return Err(Fault::Unreadable(format!("more than {MOST_OUT} bytes")));
    }
    let well = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(1)),
            Ok(None) => return Err(late()),
            Err(cause) => return Err(Fault::Failed("waiting for `nft`", cause)),
        }
    };
    let out = String::from_utf8(out).map_err(|_| Fault::Unreadable("no text in UTF-8".into()))?;
    Ok(Said {
        out,
        err: one_line(&err),
        well,
    })
}

fn reader(pipe: Option<impl Read + Send + 'static>, most: usize) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut pipe = pipe.map(|pipe| pipe.take(most as u64 + 1));
        let read = pipe
            .as_mut()
            .map_or(Ok(0), |pipe| pipe.read_to_end(&mut bytes));
        // Nobody may be waiting any more.
        let _ = sender.send(read.map(|_| bytes));
    });
    receiver
}

fn within(receiver: &Receiver<io::Result<Vec<u8>>>, until: Instant) -> Result<Vec<u8>, Fault> {
    let left = until.saturating_duration_since(Instant::now());
    match receiver.recv_timeout(left) {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(cause)) => Err(Fault::Failed("reading what `nft` says", cause)),
        Err(_) => Err(late()),
    }
}

fn late() -> Fault {
    Fault::Away("`nft` did not end in time".into())
}

/// Shows the beginning of a complaint on one line.
fn one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut shown = String::new();
    for line in lines {
        let between = if shown.is_empty() { "" } else { " / " };
        // Writing to a string cannot fail.
        let _ = write!(shown, "{between}{line}");
    }
    shown
        .chars()
        .filter(|letter| !letter.is_control())
        .take(SHOWN)
        .collect()
}

/// What a listing may hold: some 300,000 elements.
const MOST_OUT: usize = 64 << 20;
/// What a complaint may hold; the rest is not read.
const MOST_ERR: usize = 64 << 10;
/// What is shown of a complaint.
const SHOWN: usize = 400;

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
