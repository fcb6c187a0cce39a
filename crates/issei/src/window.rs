//! Opens the window on an office: its pages and its API, at the address that its settings name.
//!
//! In: an office's folder and settings, the way to its desk. Out: a server on a thread of its own. Always: without
//! an address in the settings there is no window; the window asks like any person at the office's socket, and may
//! lag without harming the office; who may come is kept in the folder, readable by its owner only. Not here: pages
//! and rights (`issei-window`), sockets (`issei-host`).

mod looks;

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use issei_desk::{Ask, Reply};
use issei_host::web::Server;
use issei_host::{clock, files};
use issei_model::{Language, PersonId, Span};
use issei_text::said;
use issei_window::looks::{LookBook, NoBook};
use issei_window::sign_in::{Cupboard, Kept, No};
use issei_window::{Asked, Desk, Hands, House, Office, Role, Window};
use tokio::sync::mpsc;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{WindowWish, WithWindow};
use crate::office::Diary;
use crate::office::folder::{Folder, chance};
use looks::LookFile;

/// How long a one-time link works.
const LINK_LASTS: Span = Span::from_secs(86_400);

/// A window at work; it ends when this is dropped.
pub struct Opened {
    window: Arc<Window>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "held: it serves until it is dropped")
    )]
    server: Server,
    origin: String,
}

impl Opened {
    /// Tells where it is: `http://127.0.0.1:8090`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Tells the address that it listens at.
    #[cfg(test)]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Gives the window.
    pub fn window(&self) -> &Arc<Window> {
        &self.window
    }

    /// Makes a one-time link for a person.
    ///
    /// # Errors
    /// Why there is none.
    pub fn invite(&self, person: &PersonId, roles: &[Role]) -> Result<String, String> {
        let made = self.window.door().invite(person, roles, LINK_LASTS);
        match made {
            Ok(path) => Ok(format!("{}{path}", self.origin)),
            Err(No::Unkept(why)) => Err(why),
            Err(_) => {
                Err("there are as many people or links as there may be; end some first".into())
            }
        }
    }
}

/// Opens a window, if the office's settings name an address for it.
///
/// # Errors
/// If the settings cannot be read, or the address cannot be bound.
pub fn open_if_set(
    folder: &Folder,
    office: Office,
    desk: mpsc::Sender<Asked>,
    diary: Diary,
) -> Result<Option<Opened>, Failure> {
    let settings = folder.settings()?;
    let Some(address) = settings.window else {
        return Ok(None);
    };
    let operator = format!("operator@{}", office.name);
    let opened = open(
        address,
        settings.window_origin,
        office,
        desk,
        Some(folder.root()),
    )?;
    diary.note(&format!("window: pages at {}/", opened.origin));
    if opened.window.door().is_new() {
        let operator: PersonId = operator.parse().map_err(Failure::broken)?;
        let link = opened
            .invite(&operator, &[Role::Operator])
            .map_err(Failure::broken)?;
        diary.note(&format!(
            "window: nobody may come yet; {operator} comes once, within a day, by {link}"
        ));
    }
    Ok(Some(opened))
}

/// Opens a window. Without a folder nothing of it lasts, and a link proves as much as a key of the charter: for
/// rehearsals.
///
/// # Errors
/// If the address cannot be bound, or what was kept cannot be read.
pub fn open(
    address: SocketAddr,
    origin: Option<String>,
    office: Office,
    desk: mpsc::Sender<Asked>,
    folder: Option<&Path>,
) -> Result<Opened, Failure> {
    let hands = Hands {
        now: Arc::new(clock::now),
        chance: Arc::new(|| chance().expect("the kernel has given chance since we began")),
    };
    let (kept, cupboard): (Kept, Arc<dyn Cupboard>) = match folder {
        None => (Kept::default(), Arc::new(issei_window::sign_in::Nowhere)),
        Some(folder) => {
            let drawer = Drawer(folder.to_owned());
            (drawer.kept()?, Arc::new(drawer))
        }
    };
    let looks: Arc<dyn LookBook> = match folder {
        None => Arc::new(NoBook),
        Some(folder) => Arc::new(LookFile::new(folder.join(LOOKS))),
    };
    // The port may be the kernel's to choose, so the pages learn their address only now.
    let listener = issei_host::web::bind(address).map_err(Failure::wrong)?;
    let bound = listener.local_addr().map_err(Failure::broken)?;
    let origins: Vec<String> = match origin {
        Some(origin) => vec![origin.trim_end_matches('/').to_owned()],
        None if bound.ip().is_loopback() => {
            vec![
                format!("http://localhost:{}", bound.port()),
                format!("http://{bound}"),
            ]
        }
        None => vec![format!("http://{bound}")],
    };
    let origin = origins.first().cloned().unwrap_or_default();
    let house = House {
        origins,
        links_suffice: folder.is_none(),
    };
    let window = Window::new(office, Desk::new(desk), hands, house, kept, cupboard, looks);
    let server = Server::serve(listener, Arc::clone(&window).router()).map_err(Failure::wrong)?;
    Ok(Opened {
        window,
        server,
        origin,
    })
}

/// Answers what concerns the window itself; none if the ask is the office's.
pub fn answer(window: Option<&Opened>, ask: &Ask) -> Option<Reply> {
    let Ask::InviteToWindow { person, roles } = ask else {
        return None;
    };
    let Some(opened) = window else {
        let step = "this office has no window; name its address in settings.toml, `window = \"127.0.0.1:8090\"`, and start it again";
        return Some(Reply::Wrong(step.into()));
    };
    let named = |name: &String| Role::ALL.into_iter().find(|role| role.name() == name);
    let roles: Option<Vec<Role>> = roles.iter().map(named).collect();
    Some(match roles.map(|roles| opened.invite(person, &roles)) {
        Some(Ok(link)) => Reply::Done(link),
        Some(Err(why)) => Reply::Failed(why),
        None => Reply::Wrong("a role that this version does not know".into()),
    })
}

/// Does what is wished with the window of the office that runs here.
///
/// # Errors
/// If no office answers, or it has no window.
pub fn run(options: &WithWindow, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    match &options.wish {
        WindowWish::Invite { person, roles } => {
            let ask = Ask::InviteToWindow {
                person: person.clone(),
                roles: roles.iter().map(|role| role.name().to_owned()).collect(),
            };
            match caller.ask(&ask)? {
                Reply::Done(link) => {
                    let give = said!(caller.text(), "window-give", person);
                    caller::say(&format!("{link}\n{give}\n"))?;
                }
                other => return Err(caller::astray(&other)),
            }
        }
    }
    Ok(code::DONE)
}

/// Who looked at what, a line each.
const LOOKS: &str = "looks.jsonl";

/// What the window keeps, in two files of the office's folder.
struct Drawer(PathBuf);

impl Drawer {
    fn document(&self) -> PathBuf {
        self.0.join("window.json")
    }

    fn kept(&self) -> Result<Kept, Failure> {
        let path = self.document();
        let told = |why: String| {
            Failure::unreadable(format!(
                "{}: {why}; move it aside, and invite people anew",
                path.display()
            ))
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| told(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Kept::default()),
            Err(error) => Err(told(error.to_string())),
        }
    }
}

impl Cupboard for Drawer {
    fn keep(&self, document: &str) -> Result<(), String> {
        let path = self.document();
        files::write_private(&path, document.as_bytes()).map_err(|error| error.to_string())?;
        let settled = File::open(&path).and_then(|file| file.sync_all());
        let settled = settled.and_then(|()| File::open(&self.0)?.sync_all());
        settled.map_err(|error| format!("{}: {error}", path.display()))
    }

    fn add(&self, line: &str) -> Result<(), String> {
        let path = self.0.join(LOOKS);
        let told = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut options = OpenOptions::new();
        let mut file = options
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .map_err(told)?;
        file.write_all(format!("{line}\n").as_bytes()).map_err(told)
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
