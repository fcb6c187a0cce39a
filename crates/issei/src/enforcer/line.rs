//! An office's line to its enforcer.
//!
//! Always: an enforcer that does not answer in time is no answer, never a yes; the line is opened again for
//! the next task.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::speech::{LONGEST, Task, Told};

/// How long a task may take: a million rules are lifted in less.
const PATIENCE: Duration = Duration::from_secs(5);

/// A line that opens itself when it is needed.
#[derive(Debug)]
pub struct Line {
    socket: PathBuf,
    open: Option<BufReader<UnixStream>>,
}

impl Line {
    /// Names the enforcer's socket; nobody is asked yet.
    pub fn to(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            open: None,
        }
    }

    /// Gives a task, and tells what the enforcer says.
    ///
    /// # Errors
    /// If none answers: where, and the next step.
    pub fn ask(&mut self, task: &Task) -> Result<Told, String> {
        // The enforcer may have been started anew since: a line that broke is tried once more.
        let again = self.open.is_some();
        let told = self.ask_once(task);
        match told {
            Err(_) if again => self.ask_once(task),
            told => told,
        }
    }

    fn ask_once(&mut self, task: &Task) -> Result<Told, String> {
        let place = self.socket.display().to_string();
        let told = self.speak(task).map_err(|error| {
            format!("the enforcer at {place} does not answer: {error}; start it with `issei enforcer run`")
        });
        if told.is_err() {
            self.open = None;
        }
        let line = told?;
        serde_json::from_slice(&line).map_err(|error| {
            self.open = None;
            format!("the enforcer at {place} answers what cannot be read: {error}")
        })
    }

    fn speak(&mut self, task: &Task) -> std::io::Result<Vec<u8>> {
        let mut said = serde_json::to_vec(task).map_err(std::io::Error::other)?;
        said.push(b'\n');
        let reading = match &mut self.open {
            Some(open) => open,
            closed => {
                let stream = UnixStream::connect(&self.socket)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                closed.insert(BufReader::new(stream))
            }
        };
        reading.get_mut().write_all(&said)?;
        let mut line = Vec::new();
        reading.take(LONGEST).read_until(b'\n', &mut line)?;
        match line.ends_with(b"\n") {
            true => Ok(line),
            false => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
