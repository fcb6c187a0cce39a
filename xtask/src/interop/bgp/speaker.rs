//! The speaker as a process of its own, and a watcher of what a router tells others.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::Running;
use crate::run::made;

/// A speaker, told what to do line by line.
#[derive(Debug)]
pub struct Speaker {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Speaker {
    /// Starts it in a namespace and waits until it is ready.
    ///
    /// # Errors
    /// If it cannot be built or started.
    pub fn start(namespace: &Namespace, words: &[&str]) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("the speaker could not start: {error}");
        let mut child = Command::new("ip")
            .args(["netns", "exec", namespace.name()])
            .arg(built()?)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(wrong)?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let (to, from) = to.zip(from).ok_or("the speaker has no pipes")?;
        let from = BufReader::new(from);
        let mut speaker = Self { child, to, from };
        match speaker.line()?.as_str() {
            "ready" => Ok(speaker),
            other => Err(format!("the speaker began with `{other}`")),
        }
    }

    /// Tells it something, and demands that it go well.
    ///
    /// # Errors
    /// If it failed.
    pub fn says(&mut self, command: &str) -> Result<String, String> {
        let said = self.asks(command)?;
        match said.starts_with("failed") {
            true => Err(format!("`{command}`: {said}")),
            false => Ok(said),
        }
    }

    /// Tells it something, and shows what it says, whatever it is.
    ///
    /// # Errors
    /// If it is gone.
    pub fn asks(&mut self, command: &str) -> Result<String, String> {
        writeln!(self.to, "{command}").map_err(|error| format!("the speaker is gone: {error}"))?;
        self.line()
    }

    /// Tells it something, and reads a figure from what it says.
    ///
    /// # Errors
    /// If it failed, or told none.
    pub fn figure(&mut self, command: &str, place: usize) -> Result<u64, String> {
        let said = self.says(command)?;
        super::figure(&said, place)
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.from.read_line(&mut line) {
            Ok(1..) => Ok(line.trim().to_owned()),
            Ok(0) => Err("the speaker has ended".into()),
            Err(error) => Err(format!("the speaker: {error}")),
        }
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// If it cannot be sent.
    pub fn signal(&self, name: &str) -> Result<(), String> {
        // The shell's own `kill`: the language's library can only end a program the hard way.
        let id = self.child.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -\"$1\" \"$2\"", "sh", name, &id])
            .status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            _ => Err(format!("the speaker could not be sent {name}")),
        }
    }

    /// Kills it, so that it has no last word.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        // Both do nothing if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody whom the router tells of its routes.
#[derive(Debug)]
pub struct Watch(Running);

/// One message of the router's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// When it came, in microseconds since 1970.
    pub at: u64,
    /// Routes that came.
    pub come: u64,
    /// Routes that went.
    pub gone: u64,
}

impl Watch {
    /// Starts it in a namespace, from an address, as an AS.
    ///
    /// # Errors
    /// If it cannot be built or started, or has no session.
    pub fn start(
        folder: &Folder,
        namespace: &Namespace,
        from: &str,
        number: &str,
    ) -> Result<Self, String> {
        let program = built()?.display().to_string();
        let words = [
            &program,
            "watch=127.0.0.1:179",
            &format!("from={from}"),
            &format!("as={number}"),
            &format!("id={from}"),
        ];
        let mut watch = namespace.start(folder, &words)?;
        let out = watch.out().to_owned();
        watch.until("the router spoke", |_| {
            fs::read_to_string(&out).is_ok_and(|text| text.contains(" as 64500"))
        })?;
        Ok(Self(watch))
    }

    /// Shows what it was told since a moment.
    pub fn told(&self, since: u64) -> Vec<Told> {
        let text = fs::read_to_string(self.0.out()).unwrap_or_default();
        let told = text.lines().filter_map(Told::parse);
        told.filter(|told| told.at >= since).collect()
    }

    /// Counts the routes that came.
    pub fn come(&self) -> u64 {
        self.told(0).iter().map(|told| told.come).sum()
    }

    /// Waits until so many routes came.
    ///
    /// # Errors
    /// If they do not.
    pub fn until_come(&self, count: u64, within: Duration) -> Result<(), String> {
        let begun = Instant::now();
        while self.come() < count {
            if begun.elapsed() > within {
                return Err(format!(
                    "a watcher was told {} routes and not {count}",
                    self.come()
                ));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Told {
    /// Reads `1795725379387199 come 2 gone 0`.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [at, "come", come, "gone", gone] => Some(Self {
                at: at.parse().ok()?,
                come: come.parse().ok()?,
                gone: gone.parse().ok()?,
            }),
            _ => None,
        }
    }
}

/// Makes the program, once.
fn built() -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> Result<PathBuf, String> {
    made("issei-host", Some("bgp_speaker"), "")
}
