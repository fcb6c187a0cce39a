//! An office's line to its enforcer.
//!
//! Always: an enforcer that does not answer in time is no answer, never a yes; the line is opened again for
//! the next task.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
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
    patience: Duration,
    open: Option<BufReader<UnixStream>>,
}

impl Line {
    /// Names the enforcer's socket; nobody is asked yet.
    pub fn to(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            patience: PATIENCE,
            open: None,
        }
    }

    /// Gives a task, and tells what the enforcer says.
    ///
    /// # Errors
    /// If none answers: where, and the next step.
    pub fn ask(&mut self, task: &Task) -> Result<Told, String> {
        let was_open = self.open.is_some();
        let mut said = self.speak(task);
        // The enforcer may have been started anew since. One that is slow is not asked twice.
        if was_open && said.as_ref().is_err_and(is_broken) {
            self.open = None;
            said = self.speak(task);
        }
        let told = said.and_then(|line| serde_json::from_slice(&line).map_err(io::Error::other));
        told.map_err(|error| {
            self.open = None;
            let place = self.socket.display();
            format!("the enforcer at {place} does not answer: {error}; start it with `issei enforcer run`")
        })
    }

    fn speak(&mut self, task: &Task) -> io::Result<Vec<u8>> {
        let mut said = serde_json::to_vec(task).map_err(io::Error::other)?;
        said.push(b'\n');
        let reading = match &mut self.open {
            Some(open) => open,
            closed => {
                let stream = UnixStream::connect(&self.socket)?;
                stream.set_read_timeout(Some(self.patience))?;
                stream.set_write_timeout(Some(self.patience))?;
                closed.insert(BufReader::new(stream))
            }
        };
        reading.get_mut().write_all(&said)?;
        let mut line = Vec::new();
        reading.take(LONGEST).read_until(b'\n', &mut line)?;
        match line.ends_with(b"\n") {
            true => Ok(line),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Tells whether a line ended, as it does when the other side was started anew.
fn is_broken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof
    )
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
