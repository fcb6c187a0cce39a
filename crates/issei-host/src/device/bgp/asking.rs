//! Runs the peer's own program and hears what it lists.
//!
//! In: a program and its arguments. Out: its words. Always: it reads nothing, runs a bounded time and
//! says a bounded amount; whatever happens, it has ended afterwards.
//! Not here: what the words mean (`issei-enforce`).

use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use issei_enforce::bgp::Dialect;

use crate::{clock, kernel};

/// How a peer is asked what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Whose words the program speaks.
    pub dialect: Dialect,
    /// The program, and what stands before each question, such as the path of a control socket.
    pub program: Vec<String>,
}

/// What a program said.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) words: String,
    /// How long the program ran.
    pub(super) took: Duration,
    /// When it had said everything, in nanoseconds of CLOCK_MONOTONIC.
    pub(super) at: u64,
}

/// How long a program may run. The slowest here lists 100,000 rules in a second.
const LONGEST: Duration = Duration::from_secs(10);
/// Octets that a program may say: some 300,000 rules.
const MOST_SAID: usize = 64 << 20;
/// Octets that are taken at once.
const PIECE: usize = 64 << 10;
/// Between two looks whether a program that has said everything has ended.
const LOOK_EVERY: Duration = Duration::from_millis(1);

impl Asking {
    /// Runs the program with a question.
    pub(super) fn ask(&self, question: &[String]) -> io::Result<Heard> {
        self.ask_and(question, || {})
    }

    /// Runs the program with a question, and does something while it starts.
    pub(super) fn ask_and(
        &self,
        question: &[String],
        meanwhile: impl FnOnce(),
    ) -> io::Result<Heard> {
        let begun = Instant::now();
        let mut running = Running::start(&self.program, question)?;
        meanwhile();
        let until = begun + LONGEST;
        let words = running.hear(until)?;
        let (at, took) = (clock::monotonic(), begun.elapsed());
        running.end(until)?;
        Ok(Heard { words, took, at })
    }
}

/// A program at work, which ends with its owner.
struct Running(Child);

impl Running {
    fn start(program: &[String], question: &[String]) -> io::Result<Self> {
        let (name, first) = program.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let child = Command::new(name)
            .args(first)
            .args(question)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    /// Hears everything until the program closes its output.
    fn hear(&mut self, until: Instant) -> io::Result<String> {
        let pipe = self.0.stdout.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let (mut said, mut piece) = (Vec::new(), vec![0; PIECE]);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let mut waiting = [libc::pollfd {
                fd: pipe.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            }];
            if left.is_zero() {
                return Err(too_long());
            }
            if !kernel::readable(&mut waiting, left)? {
                continue;
            }
            let taken = pipe.read(&mut piece)?;
            if taken == 0 {
                return String::from_utf8(said).map_err(io::Error::other);
            }
            if said.len() + taken > MOST_SAID {
                return Err(io::Error::other(format!(
                    "it said more than {MOST_SAID} octets"
                )));
            }
            said.extend_from_slice(&piece[..taken]);
        }
    }

    /// Demands that it ends, and well.
    fn end(mut self, until: Instant) -> io::Result<()> {
        loop {
            match self.0.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(io::Error::other(format!("it ended with {status}"))),
                None if Instant::now() < until => thread::sleep(LOOK_EVERY),
                None => return Err(too_long()),
            }
        }
    }
}

fn too_long() -> io::Error {
    let words = format!("it ran longer than {LONGEST:?}");
    io::Error::new(io::ErrorKind::TimedOut, words)
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both do nothing if it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
#[path = "asking_tests.rs"]
mod tests;
