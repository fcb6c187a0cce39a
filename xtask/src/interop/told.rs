//! A program of ours that is told things over its standard input, a line each, and answers each with a line.
//!
//! Always: it ends with whoever holds it, by its id.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The process.
#[derive(Debug)]
pub struct Told {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// How long it may take until something is as it should be.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Told {
    /// Starts it and waits until it says that it is ready.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn start(command: &mut Command) -> Result<Self, String> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let started = piped.spawn();
        let mut child = started.map_err(|error| format!("it could not start: {error}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut started = Self {
            child,
            input: input.ok_or("it has no input")?,
            output: BufReader::new(output.ok_or("it has no output")?),
        };
        match started.hears()? {
            said if said.starts_with("ready") => Ok(started),
            said => Err(format!("it said `{said}`")),
        }
    }

    /// Tells it something, and shows what it says to that.
    ///
    /// # Errors
    /// If it says that it failed, or nothing.
    pub fn does(&mut self, command: &str) -> Result<String, String> {
        match self.says(command)? {
            said if said.starts_with("failed") => Err(format!("`{command}`: {said}")),
            said => Ok(said),
        }
    }

    fn says(&mut self, command: &str) -> Result<String, String> {
        let told = writeln!(self.input, "{command}").and_then(|()| self.input.flush());
        told.map_err(|error| format!("it does not listen: {error}"))?;
        self.hears()
    }

    fn hears(&mut self) -> Result<String, String> {
        let mut said = String::new();
        match self.output.read_line(&mut said) {
            Ok(1..) => Ok(said.trim().to_owned()),
            Ok(0) => Err("it ended".into()),
            Err(error) => Err(format!("it does not speak: {error}")),
        }
    }

    /// Asks it until what it says is as wished.
    ///
    /// # Errors
    /// If it never is.
    pub fn until(&mut self, command: &str, holds: impl Fn(&str) -> bool) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let said = self.says(command)?;
            if holds(&said) {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("`{command}`: at last it said `{said}`"));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Ends it the hard way.
    ///
    /// # Errors
    /// If it had ended.
    pub fn kill(mut self) -> Result<(), String> {
        let killed = self.child.kill();
        killed.map_err(|error| format!("it could not be killed: {error}"))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        // Both do nothing if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
