//! How people at a machine speak with the office that runs there: one line of JSON each way.
//!
//! In: [`Ask`]s over a socket in the office's folder. Out: [`Reply`]s. Always: who may open the socket
//! is settled by the folder's owner (0600, and the kernel tells who calls); a line is bounded; a wrong
//! one is answered with why. Not here: what an ask does (`coordinator`, `member`); other machines
//! (`issei_host::exchange`).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as Blocking;
use std::path::Path;
use std::time::Duration;

pub use issei_desk::{
    ActingView, Ask, BROKEN_GATE, CaseView, Confirming, CountryView, MemberView, OrderView,
    ReflexesView, Reply, Reported, Review, Said, Sighted, Stamp, StandingView, StandingWish,
    Stands, StandsOn, Status, StoodFor, Victim, Wish, code,
};
use issei_text::{Phrase, said};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::folder::Folder;
use crate::code::Failure;

/// Bytes of a line: an order of a thousand goals with its approvals is under a megabyte.
const LONGEST: u64 = 4 << 20;

/// An ask on its way to the office's desk.
pub type Asked = (Ask, oneshot::Sender<Reply>);

/// Listens at the folder's socket until the office ends.
///
/// # Errors
/// If the socket cannot be made, or another process listens there.
pub fn listen(folder: &Folder, desk: mpsc::Sender<Asked>) -> Result<Door, Failure> {
    let path = folder.socket();
    let told = |error| Failure::broken(format!("{}: {error}", path.display()));
    if Blocking::connect(&path).is_ok() {
        let complaint = "another process runs this office; end it first";
        return Err(Failure::wrong(format!("{}: {complaint}", path.display())));
    }
    let _ = std::fs::remove_file(&path); // one that a dead process left
    let listener = UnixListener::bind(&path).map_err(told)?;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, owner_only).map_err(told)?;
    let owner = std::fs::metadata(&path).map_err(told)?.uid();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, owner, desk.clone()));
        }
    });
    Ok(Door { path, task })
}

/// The open socket; closed and removed when dropped.
pub struct Door {
    path: std::path::PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers one person's asks, one after the other.
async fn converse(stream: UnixStream, owner: u32, desk: mpsc::Sender<Asked>) {
    // Root may ask everywhere.
    let allowed = stream
        .peer_cred()
        .is_ok_and(|peer| [0, owner].contains(&peer.uid()));
    let (reading, mut writing) = stream.into_split();
    let mut reading = tokio::io::BufReader::new(reading);
    loop {
        let mut line = Vec::new();
        let read = (&mut reading)
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line)
            .await;
        if !matches!(read, Ok(1..)) {
            return;
        }
        let reply = match allowed {
            true => answer(&line, &desk).await,
            false => Reply::Wrong(Phrase::say("says-owner-only")),
        };
        let mut said = serde_json::to_vec(&reply).expect("replies have string keys");
        said.push(b'\n');
        if writing.write_all(&said).await.is_err() || line.len() as u64 > LONGEST {
            return;
        }
    }
}

async fn answer(line: &[u8], desk: &mpsc::Sender<Asked>) -> Reply {
    if line.len() as u64 > LONGEST {
        let most = LONGEST;
        return Reply::Wrong(Phrase::of(|text| said!(text, "says-line-long", most)));
    }
    let ask = match serde_json::from_slice(line) {
        Ok(ask) => ask,
        Err(error) => {
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-no-ask", error)));
        }
    };
    let (reply, answer) = oneshot::channel();
    let gone = || Reply::Failed(Phrase::say("says-office-ends"));
    if desk.send((ask, reply)).await.is_err() {
        return gone();
    }
    answer.await.unwrap_or_else(|_| gone())
}

/// Asks the office that runs in a folder.
///
/// # Errors
/// If no process answers there.
pub fn ask(folder: &Folder, ask: &Ask) -> Result<Reply, Failure> {
    Line::open(folder)?.ask(ask)
}

/// An open line to an office.
pub struct Line {
    reading: BufReader<Blocking>,
    name: String,
}

impl Line {
    /// Opens a line to the office that runs in a folder.
    ///
    /// # Errors
    /// If no process listens there.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let path = folder.socket();
        let stream = Blocking::connect(&path).map_err(|error| absent(&path, &error))?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(Failure::broken)?;
        Ok(Self {
            reading: BufReader::new(stream),
            name: path.display().to_string(),
        })
    }

    /// Waits so long for an answer, and no longer.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn within(self, patience: Duration) -> Result<Self, Failure> {
        let set = self.reading.get_ref().set_read_timeout(Some(patience));
        set.map_err(Failure::broken)?;
        Ok(self)
    }

    /// Asks once.
    ///
    /// # Errors
    /// If the office does not answer.
    pub fn ask(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        let told = |error: std::io::Error| {
            Failure::broken(format!(
                "{}: the office does not answer: {error}",
                self.name
            ))
        };
        let mut said = serde_json::to_vec(ask).map_err(Failure::broken)?;
        said.push(b'\n');
        self.reading.get_mut().write_all(&said).map_err(told)?;
        let mut line = Vec::new();
        let mut bounded = (&mut self.reading).take(MOST_HEARD);
        bounded.read_until(b'\n', &mut line).map_err(told)?;
        if line.is_empty() {
            let complaint = format!("{}: the office ended before it answered", self.name);
            return Err(Failure::broken(complaint));
        }
        serde_json::from_slice(&line)
            .map_err(|error| Failure::broken(format!("{}: no reply: {error}", self.name)))
    }
}

fn absent(path: &Path, error: &std::io::Error) -> Failure {
    Failure::broken(format!(
        "{}: no office runs there ({error}); start it with `issei coordinator run` or `issei member run`",
        path.display()
    ))
}

/// How long a person waits for an answer; witnesses have ten seconds of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of a reply: a list of a thousand orders.
const MOST_HEARD: u64 = 256 << 20;

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
