//! Opens the window on an office: its pages and its API, at the address that its settings name.
//!
//! In: an office's folder and settings, the way to its desk. Out: a server on a thread of its own. Always: without
//! an address in the settings there is no window; the window asks like any person at the office's socket, and may
//! lag without harming the office; who may come is kept in the folder, readable by its owner only. Not here: pages
//! and rights (`issei-window`), sockets (`issei-host`).

mod accounts;
mod looks;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use issei_desk::door::{WindowAsk, WindowView};
use issei_desk::{Ask, Reply};
use issei_host::web::Server;
use issei_host::{clock, files};
use issei_model::{Language, PersonId, Span};
use issei_text::{Phrase, Text, key, said};
use issei_window::looks::{LookBook, NoBook};
use issei_window::own::FindingBook;
use issei_window::rows;
use issei_window::shapes::WindowShape;
use issei_window::sign_in::oidc::Provider;
use issei_window::sign_in::{Cupboard, Door, Kept, LINK_LASTS, No};
use issei_window::{Asked, Books, Desk, Hands, House, Office, Role, Window};
use tokio::sync::mpsc;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{WindowRole, WindowWish, WithWindow};
use crate::finding_file::FindingFile;
use crate::office::Diary;
use crate::office::folder::{Folder, chance};
use looks::LookFile;

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
    pub fn invite(&self, person: &PersonId, roles: &[Role]) -> Result<String, Phrase> {
        let made = self.window.door().invite(person, roles, LINK_LASTS);
        let made = made.map(|path| format!("{}{path}", self.origin));
        made.map_err(why)
    }
}

/// Where a window is, and by whose accounts people come too.
#[derive(Debug)]
pub struct Place {
    /// Where it listens.
    pub address: SocketAddr,
    /// The origin under which people see it, if something stands between.
    pub origin: Option<String>,
    /// The provider of accounts.
    pub provider: Option<Provider>,
    /// The file of a member's findings.
    pub findings: Option<PathBuf>,
}

impl Place {
    /// A place with nothing between, where nobody comes by an account.
    pub const fn at(address: SocketAddr) -> Self {
        Self {
            address,
            origin: None,
            provider: None,
            findings: None,
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
    let provider = match &settings.oidc {
        Some(oidc) => Some(accounts::provider(oidc, folder.root())?),
        None => None,
    };
    let place = Place {
        address,
        origin: settings.window_origin,
        provider,
        findings: settings.findings.map(|file| folder.root().join(file)),
    };
    let opened = open(place, office, desk, Some(folder.root()))?;
    diary.note(&format!("window: pages at {}/", opened.origin));
    if opened.window.door().is_new() {
        let operator: PersonId = operator.parse().map_err(Failure::broken)?;
        let link = opened
            .invite(&operator, &[Role::Operator])
            .map_err(|why| Failure::broken(why.en))?;
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
    place: Place,
    office: Office,
    desk: mpsc::Sender<Asked>,
    folder: Option<&Path>,
) -> Result<Opened, Failure> {
    let Place {
        address,
        origin,
        provider,
        findings,
    } = place;
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
    let findings = findings.map(|file| {
        let file = Arc::new(FindingFile::new(file));
        file.read_ahead();
        file as Arc<dyn FindingBook>
    });
    let books = Books { looks, findings };
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
        provider,
    };
    let window = Window::new(office, Desk::new(desk), hands, house, kept, cupboard, books);
    let server = Server::serve(listener, Arc::clone(&window).router()).map_err(Failure::wrong)?;
    Ok(Opened {
        window,
        server,
        origin,
    })
}

/// Answers what concerns the window itself; none if the ask is the office's.
pub fn answer(window: Option<&Opened>, ask: &Ask) -> Option<Reply> {
    let Ask::Window(ask) = ask else {
        return None;
    };
    let Some(opened) = window else {
        let setting = "window = \"127.0.0.1:8090\"";
        return Some(Reply::Wrong(Phrase::of(|text| {
            said!(text, "says-no-window", setting)
        })));
    };
    Some(opened.answered(ask).unwrap_or_else(|no| no))
}

impl Opened {
    fn answered(&self, ask: &WindowAsk) -> Result<Reply, Reply> {
        let door = self.window.door();
        let done = |key: &'static str| move |()| Reply::Done(Phrase::say(key));
        match ask {
            WindowAsk::Invite { person, roles } => {
                let link = self.invite(person, &known(roles)?);
                link.map(|link| Reply::Done(Phrase::same(link)))
                    .map_err(Reply::Failed)
            }
            WindowAsk::People => Ok(Reply::Window(Box::new(door.view()))),
            WindowAsk::Remove(person) if !door.people().contains_key(person) => {
                Err(Reply::Wrong(Phrase::of(|text| {
                    said!(text, "says-not-among", person)
                })))
            }
            WindowAsk::Remove(person) => door
                .remove_person(person)
                .map(done(key!("says-removed")))
                .map_err(|no| Reply::Failed(why(no))),
            WindowAsk::Token { name, .. } if !Door::is_token_name(name) => {
                Err(Reply::Wrong(Phrase::say("says-token-name")))
            }
            WindowAsk::Token { person, .. } if !door.people().contains_key(person) => {
                Err(Reply::Wrong(Phrase::of(|text| {
                    said!(text, "says-token-nobody", person)
                })))
            }
            WindowAsk::Token {
                name,
                person,
                roles,
                days,
            } => {
                let lasts = Span::from_secs(86_400 * i64::from(*days));
                let roles = known(roles)?.into_iter().collect();
                let made = door.make_token(name, person, roles, lasts);
                made.map(|token| Reply::Done(Phrase::same(token)))
                    .map_err(|no| Reply::Failed(why(no)))
            }
            WindowAsk::EndToken(name) if !door.tokens().contains_key(name) => {
                Err(Reply::Wrong(Phrase::of(|text| {
                    said!(text, "says-no-token", name)
                })))
            }
            WindowAsk::EndToken(name) => door
                .end_token(name)
                .map(done(key!("says-token-ended")))
                .map_err(|no| Reply::Failed(why(no))),
        }
    }
}

/// Reads the names of roles.
fn known(roles: &BTreeSet<String>) -> Result<Vec<Role>, Reply> {
    let roles: Option<Vec<Role>> = roles.iter().map(|name| Role::named(name)).collect();
    roles.ok_or_else(|| Reply::Wrong(Phrase::say("says-role-unknown")))
}

/// Says why the door did not do something.
fn why(no: No) -> Phrase {
    match no {
        No::Unkept(why) => Phrase::failure(why),
        _ => Phrase::say("says-door-full"),
    }
}

/// Gives the book of who looked at what through the window of an office.
pub fn looks(folder: &Folder) -> impl LookBook + use<> {
    LookFile::new(folder.root().join(LOOKS))
}

/// Does what is wished with the window of the office that runs here.
///
/// # Errors
/// If no office answers, or it has no window.
pub fn run(options: &WithWindow, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    let text = caller.text();
    let names = |roles: &[WindowRole]| roles.iter().map(|role| role.name().to_owned()).collect();
    let (ask, note) = match &options.wish {
        WindowWish::Invite { person, roles } => (
            WindowAsk::Invite {
                person: person.clone(),
                roles: names(roles),
            },
            Some(said!(text, "window-give", person)),
        ),
        WindowWish::People { .. } => (WindowAsk::People, None),
        WindowWish::Remove { person } => (WindowAsk::Remove(person.clone()), None),
        WindowWish::Token {
            name,
            person,
            roles,
            days,
        } => (
            WindowAsk::Token {
                name: name.clone(),
                person: person.clone(),
                roles: names(roles),
                days: *days,
            },
            Some(text.say("window-token-once")),
        ),
        WindowWish::EndToken { name } => (WindowAsk::EndToken(name.clone()), None),
    };
    match caller.ask(&Ask::Window(ask))? {
        Reply::Done(said) => {
            let said = said.pick(text).to_owned();
            let lines: Vec<String> = [said].into_iter().chain(note).collect();
            caller::say(&(lines.join("\n") + "\n"))?;
        }
        Reply::Window(view) => caller::say(&match options.wish {
            WindowWish::People { json: true } => rows::document(&WindowShape::of(*view)),
            _ => page(&view, text),
        })?,
        other => return Err(caller::astray(&other)),
    }
    Ok(code::DONE)
}

/// Lists who may come.
fn page(view: &WindowView, text: Text) -> String {
    let mut page = String::new();
    let joined = |roles: &BTreeSet<String>| roles.iter().cloned().collect::<Vec<_>>().join(", ");
    for (person, roles) in &view.people {
        let _ = writeln!(page, "{person}: {}", joined(roles));
    }
    for token in &view.tokens {
        let (name, person, until) = (&token.name, &token.person, token.until);
        let roles = joined(&token.roles);
        let line = said!(text, "window-token", name, person, roles, until);
        let _ = writeln!(page, "{line}");
    }
    for (person, key) in &view.wanted {
        let _ = writeln!(page, "{}", said!(text, "window-wants-key", person, key));
    }
    match page.is_empty() {
        true => text.say("window-nobody") + "\n",
        false => page,
    }
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
