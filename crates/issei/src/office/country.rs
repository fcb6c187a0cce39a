//! A whole country at one machine, over loopback: for the demo, tests and benchmarks.
//!
//! In: a folder, names, people. Out: a coordinator and members at work, each in its own folder, founded,
//! invited, joined and asked as people would. Always: everything goes over the same sockets, files and
//! TLS as between machines; dropped, every office ends.
//! Not here: what is decided, and by whom.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use issei_case::Roster;
use issei_case::approvals::Role;
use issei_host::exchange::join::Code;
use issei_model::{OrganisationId, PersonId, PublicKey};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::control::{self, Ask, Reply, Status};
use super::folder::{Folder, Settings};
use super::rehearsed::ROW;
use super::{Diary, coordinator, founding, member};
use crate::code::Failure;
use issei_desk::ceiling::Raised;

/// How long anything may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked whether something has come true.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Where every member of a rehearsed country has its lines: addresses for documentation.
pub const OWN_LINES: &str = "203.0.113.0/24";

/// A country at one machine.
pub struct Country {
    /// The coordinator's folder.
    pub coordinator: Folder,
    /// The members' folders, by name.
    pub members: Vec<(OrganisationId, Folder)>,
    program: Option<PathBuf>,
    /// What runs, by the folder it runs in.
    running: BTreeMap<PathBuf, Running>,
}

/// An office at work.
enum Running {
    /// In a thread of this process; it ends when this is dropped.
    Here(oneshot::Sender<()>, JoinHandle<()>),
    /// In a process of its own, which ends with us.
    There(Child),
}

/// What a country is founded with.
pub struct Founding<'a> {
    /// Where the folders are made.
    pub root: &'a Path,
    /// The members' names, each with its lines.
    pub members: &'a [(OrganisationId, u64)],
    /// The people with their keys.
    pub people: &'a [(PersonId, PublicKey, Role)],
    /// How long the canary is watched, in milliseconds.
    pub watch_ms: u32,
    /// Time between signing T and T, in milliseconds.
    pub notice_ms: u32,
    /// Lines of a day's orders and of one, where rehearsals need more than the shipped ceilings.
    pub ceilings: Option<Raised>,
    /// The program that runs each office in a process of its own; none lets them run in this one.
    pub program: Option<PathBuf>,
}

impl Country {
    /// Founds a country and lets every office of it run in this process.
    ///
    /// # Errors
    /// If an office cannot be made or does not come up.
    pub async fn found(founding: Founding<'_>) -> Result<Self, Failure> {
        let mut country = Self::coordinator_of(&founding).await?;
        for (name, lines) in founding.members {
            country.let_join(&founding, name, *lines).await?;
        }
        for (_, folder) in country.members.clone() {
            country.start(&folder).await?;
        }
        country.accept_everywhere().await?;
        Ok(country)
    }

    async fn coordinator_of(founding: &Founding<'_>) -> Result<Self, Failure> {
        let folder = Folder::new(founding.root.join("coordinator"));
        let name: OrganisationId = "coordinator".parse().map_err(Failure::broken)?;
        let settings = Settings {
            address: Some(free_address()?),
            connections_per_address: Some(100_000),
            watch_ms: Some(founding.watch_ms),
            notice_ms: Some(founding.notice_ms),
            ..rehearsed()
        };
        founding::found(&folder, &name, Roster::LEAST, &settings)?;
        let mut country = Self {
            coordinator: folder.clone(),
            members: Vec::new(),
            program: founding.program.clone(),
            running: BTreeMap::new(),
        };
        country.start(&folder).await?;
        for (person, key, role) in founding.people {
            let (person, key, role) = (person.clone(), *key, *role);
            done(country.ask(Ask::EnterPerson { person, key, role }).await?)?;
        }
        if let Some(raised) = founding.ceilings.clone() {
            for by in raised.by {
                done(country.ask(Ask::SignCeiling(raised.figures, by)).await?)?;
            }
        }
        Ok(country)
    }

    async fn let_join(
        &mut self,
        founding: &Founding<'_>,
        name: &OrganisationId,
        lines: u64,
    ) -> Result<(), Failure> {
        let member = name.clone();
        let code = match self.ask(Ask::Invite { member, lines }).await? {
            Reply::Invitation { code, .. } => code,
            other => return Err(unexpected(&other)),
        };
        let code: Code = code.parse().map_err(Failure::broken)?;
        let folder = Folder::new(founding.root.join(name.as_str()));
        let address = self.coordinator.settings()?.address.unwrap_or_default();
        founding::join(&folder, name, &address, &code, rehearsed()).await?;
        self.members.push((name.clone(), folder));
        Ok(())
    }

    /// Lets the office of a folder run, and waits until it can be asked.
    ///
    /// # Errors
    /// If it does not come up.
    pub async fn start(&mut self, folder: &Folder) -> Result<(), Failure> {
        let running = match &self.program {
            None => self.here(folder).await?,
            Some(program) => self.there(program, folder).await?,
        };
        self.running.insert(folder.root().to_owned(), running);
        Ok(())
    }

    async fn here(&self, folder: &Folder) -> Result<Running, Failure> {
        let (ready, up) = oneshot::channel();
        let coordinates = *folder == self.coordinator;
        let folder = folder.clone();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let place = folder.root().display().to_string();
            let office = async {
                match coordinates {
                    true => coordinator::run(folder, Some(ready), Diary::Nobody).await,
                    false => member::run(folder, Some(ready), Diary::Nobody).await,
                }
            };
            if let Err(failure) = alone(office, ended) {
                eprintln!("{place}: {failure}");
            }
        });
        up.await
            .map_err(|_| Failure::broken("an office did not come up"))?;
        Ok(Running::Here(end, thread))
    }

    async fn there(&self, program: &Path, folder: &Folder) -> Result<Running, Failure> {
        let words: &[&str] = match *folder == self.coordinator {
            true => &["coordinator", "run"],
            false => &["member"],
        };
        let mut command = Command::new(program);
        command.args(words).arg(folder.root()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(Failure::broken)?;
        let place = folder.root().display().to_string();
        until(&format!("{place} comes up"), async || {
            Ok(status(folder).await.is_ok())
        })
        .await?;
        Ok(Running::There(child))
    }

    /// Ends the office of a folder as a crash does: at once, with nothing put in order.
    ///
    /// # Errors
    /// If a process of its own cannot be ended.
    pub async fn kill(&mut self, folder: &Folder) -> Result<(), Failure> {
        match self.running.remove(folder.root()) {
            Some(Running::Here(end, thread)) => {
                drop(end);
                joined(thread).await;
            }
            Some(Running::There(mut child)) => child.kill().await.map_err(Failure::broken)?,
            None => {}
        }
        Ok(())
    }

    /// Lets people at every member accept the charter that the coordinator goes by.
    pub async fn accept_everywhere(&self) -> Result<(), Failure> {
        let Reply::Charter { pinned, .. } = self.ask(Ask::Charter).await? else {
            return Err(Failure::broken("the coordinator has no charter"));
        };
        for (name, folder) in &self.members {
            let accepted = async || {
                let Reply::Charter {
                    pinned: own,
                    offered,
                } = ask(folder, Ask::Charter).await?
                else {
                    return Ok(false);
                };
                if offered.is_some_and(|(digest, _)| digest == pinned) {
                    ask(folder, Ask::AcceptCharter(pinned)).await?;
                }
                Ok(own == pinned)
            };
            until(&format!("{name} accepts the charter"), accepted).await?;
        }
        for (name, folder) in &self.members {
            let current = async || Ok(status(folder).await?.current);
            until(&format!("{name} has read the log"), current).await?;
        }
        Ok(())
    }

    /// Asks the coordinator.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn ask(&self, question: Ask) -> Result<Reply, Failure> {
        ask(&self.coordinator, question).await
    }

    /// Gives a member's folder.
    ///
    /// # Panics
    /// If there is no such member.
    pub fn member(&self, name: &str) -> &Folder {
        let found = self
            .members
            .iter()
            .find(|(member, _)| member.as_str() == name);
        &found.expect("a member of this country").1
    }

    /// Asks every office to end, and waits for it.
    pub async fn end(mut self) {
        let folders = self.members.iter().map(|(_, folder)| folder.clone());
        let folders: Vec<Folder> = folders.chain([self.coordinator.clone()]).collect();
        for folder in folders {
            // One that has ended already cannot be asked.
            let _ = ask(&folder, Ask::Quit).await;
        }
        for running in std::mem::take(&mut self.running).into_values() {
            match running {
                Running::Here(_end, thread) => joined(thread).await,
                Running::There(mut child) => {
                    let _ = child.wait().await;
                }
            }
        }
    }
}

/// Runs an office on a runtime of its own until it ends, or nobody wants it any more.
fn alone(
    office: impl Future<Output = Result<(), Failure>>,
    ended: oneshot::Receiver<()>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Failure::broken)?.block_on(async {
        tokio::select! {
            done = office => done,
            _ = ended => Ok(()),
        }
    })
}

/// Waits for a thread without holding up the others.
async fn joined(thread: JoinHandle<()>) {
    let _ = tokio::task::spawn_blocking(|| thread.join()).await;
}

/// What every office of a rehearsed country sets: the row that rehearsals stand on, a clock that all of
/// them share, lines to act on, and reports that nobody has to wait for.
fn rehearsed() -> Settings {
    Settings {
        rows_on: vec![ROW.to_owned()],
        clock_error_ms: Some(5),
        ours: vec![OWN_LINES.parse().expect("a prefix of ours")],
        report_reflexes_ms: Some(500),
        ..Settings::default()
    }
}

/// Finds a port of the loopback that nobody has.
fn free_address() -> Result<String, Failure> {
    let taken = TcpListener::bind("127.0.0.1:0").map_err(Failure::broken)?;
    Ok(taken.local_addr().map_err(Failure::broken)?.to_string())
}

/// Asks the office of a folder.
///
/// # Errors
/// If it does not answer.
pub async fn ask(folder: &Folder, question: Ask) -> Result<Reply, Failure> {
    let folder = folder.clone();
    let asked = tokio::task::spawn_blocking(move || {
        control::ask(&folder, &question).map_err(|failure| failure.to_string())
    });
    asked
        .await
        .map_err(Failure::broken)?
        .map_err(Failure::broken)
}

/// Tells how an office stands.
///
/// # Errors
/// If it does not answer.
pub async fn status(folder: &Folder) -> Result<Status, Failure> {
    match ask(folder, Ask::Status).await? {
        Reply::Status(status) => Ok(*status),
        other => Err(unexpected(&other)),
    }
}

/// Waits until something has come true.
///
/// # Errors
/// If it does not within half a minute, or cannot be told.
pub async fn until(
    what: &str,
    mut come_true: impl AsyncFnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    while !come_true().await? {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::broken(format!(
                "waited {} s: {what}",
                PATIENCE.as_secs()
            )));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Takes a reply that says it is done.
///
/// # Errors
/// If it says anything else.
pub fn done(reply: Reply) -> Result<String, Failure> {
    match reply {
        Reply::Done(words) => Ok(words.en),
        other => Err(unexpected(&other)),
    }
}

/// Says a reply that was not hoped for.
pub fn unexpected(reply: &Reply) -> Failure {
    match reply {
        Reply::Refused(said) => Failure::wrong(said.en.clone()),
        Reply::Wrong(words) => Failure::wrong(words.en.clone()),
        Reply::Failed(words) => Failure::broken(words.en.clone()),
        other => Failure::broken(format!("an answer to another question: {other:?}")),
    }
}
