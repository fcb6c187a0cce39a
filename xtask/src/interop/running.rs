//! Starts other programs and sees that they end: by themselves, when told to, or with their owner.
//!
//! In: a name and its arguments. Out: what the program said and how it ended.
//! Always: what it says goes to files, so that no full pipe can stop it; whoever lets go of it ends
//! it by its id; every wait has a condition and an end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::folder::Folder;

/// How long a program may take that should end by itself. The longest needs seconds.
const LONGEST_RUN: Duration = Duration::from_secs(240);
/// How long a program may take to end when told to.
const LONGEST_END: Duration = Duration::from_secs(30);
/// Between two looks at a condition.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A program at work.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// What an ended program has said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its name, for messages.
    pub name: String,
    /// To its standard output.
    pub out: String,
    /// To its standard error.
    pub err: String,
    /// How it ended.
    pub status: ExitStatus,
}

/// Numbers the files for what programs say.
static STARTED: AtomicU32 = AtomicU32::new(0);

impl Running {
    /// Starts a program; what it says is kept in the folder.
    ///
    /// # Errors
    /// If it cannot start.
    pub fn start(folder: &Folder, command: &[&str]) -> Result<Self, String> {
        let [program, arguments @ ..] = command else {
            return Err("no program was named".into());
        };
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let (out, err) = (
            folder.file(&format!("{number}.out")),
            folder.file(&format!("{number}.err")),
        );
        let file = |path: &PathBuf| {
            File::create(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let child = Command::new(program)
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(file(&out)?)
            .stderr(file(&err)?)
            .spawn()
            .map_err(|error| format!("`{program}` could not start: {error}"))?;
        Ok(Self {
            name: (*program).into(),
            child,
            out,
            err,
        })
    }

    /// Tells its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Names the file of what it says to its standard output, to be read while it runs.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Tells whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until a condition holds.
    ///
    /// # Errors
    /// If the program ends before, or the time is over.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(u32) -> bool) -> Result<(), String> {
        let id = self.id();
        let began = Instant::now();
        while !holds(id) {
            if !self.is_alive() {
                return Err(format!(
                    "`{}` ended before {what}: {}",
                    self.name,
                    self.last_words()
                ));
            }
            if began.elapsed() > LONGEST_END {
                return Err(format!(
                    "`{}`: waited {LONGEST_END:?} until {what}",
                    self.name
                ));
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// If it takes too long.
    pub fn finish(self) -> Result<Said, String> {
        self.finish_within(LONGEST_RUN)
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Errors
    /// If it does not end.
    pub fn end(self) -> Result<Said, String> {
        self.ask_to_end()?;
        self.finish_within(LONGEST_END)
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Errors
    /// If it cannot be asked.
    pub fn ask_to_end(&self) -> Result<(), String> {
        // The shell's own `kill`: the language's library can only end a program the hard way.
        let asked = Command::new("sh")
            .args(["-c", "kill -TERM \"$1\"", "sh", &self.id().to_string()])
            .status();
        match asked {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(format!(
                "`{}` had ended before it was asked to: {}",
                self.name,
                self.last_words()
            )),
            Err(error) => Err(format!("`sh` could not start: {error}")),
        }
    }

    /// Waits so long until it ends by itself.
    ///
    /// # Errors
    /// If it takes longer.
    pub fn finish_within(mut self, limit: Duration) -> Result<Said, String> {
        let began = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(self.said(status)),
                Ok(None) if began.elapsed() < limit => thread::sleep(LOOK_EVERY),
                Ok(None) => return Err(format!("`{}` did not end within {limit:?}", self.name)),
                Err(error) => return Err(format!("`{}`: {error}", self.name)),
            }
        }
    }

    fn said(&self, status: ExitStatus) -> Said {
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        Said {
            name: self.name.clone(),
            out: read(&self.out),
            err: read(&self.err),
            status,
        }
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.err).unwrap_or_default();
        text.lines().rev().take(3).collect::<Vec<_>>().join(" / ")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both do nothing if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    /// Demands that it ended well.
    ///
    /// # Errors
    /// If not, with its last words.
    pub fn well(self) -> Result<Self, String> {
        self.ended_with(&[0])
    }

    /// Demands one of these exit codes.
    ///
    /// # Errors
    /// If it ended otherwise, with its last words.
    pub fn ended_with(self, codes: &[i32]) -> Result<Self, String> {
        match self.status.code() {
            Some(code) if codes.contains(&code) => Ok(self),
            _ => {
                let last: Vec<&str> = self.err.lines().rev().take(3).collect();
                Err(format!(
                    "`{}` ended with {}: {}",
                    self.name,
                    self.status,
                    last.join(" / ")
                ))
            }
        }
    }
}

/// Runs a program to its end and shows what it said.
///
/// # Errors
/// If it cannot start, takes too long or ends badly.
pub fn said_by(folder: &Folder, command: &[&str]) -> Result<Said, String> {
    Running::start(folder, command)?.finish()?.well()
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
