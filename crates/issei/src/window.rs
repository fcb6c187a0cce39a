//! Opens the window on an office: its pages and its API, at the address that its settings name.
//!
//! In: an office's folder and settings, the way to its desk. Out: a server on a thread of its own. Always: without
//! an address in the settings there is no window; the window asks like any person at the office's socket, and may
//! lag without harming the office. Not here: pages (`issei-window`), sockets (`issei-host`).

use std::net::SocketAddr;
use std::sync::Arc;

use issei_host::clock;
use issei_host::web::Server;
use issei_window::{Asked, Desk, Hands, Office, Window};
use tokio::sync::mpsc;

use crate::code::Failure;
use crate::office::Diary;
use crate::office::folder::{Folder, chance};

/// Opens a window, if the office's settings name an address for it.
///
/// # Errors
/// If the settings cannot be read, or the address cannot be bound.
pub fn open_if_set(
    folder: &Folder,
    office: Office,
    desk: mpsc::Sender<Asked>,
    diary: Diary,
) -> Result<Option<Server>, Failure> {
    let Some(address) = folder.settings()?.window else {
        return Ok(None);
    };
    let server = open(address, office, desk)?;
    diary.note(&format!("window: pages at http://{}/", server.address()));
    Ok(Some(server))
}

/// Opens a window.
///
/// # Errors
/// If the address cannot be bound.
pub fn open(
    address: SocketAddr,
    office: Office,
    desk: mpsc::Sender<Asked>,
) -> Result<Server, Failure> {
    let hands = Hands {
        now: Arc::new(clock::now),
        chance: Arc::new(|| chance().expect("the kernel has given chance since we began")),
    };
    let window = Window::new(office, Desk::new(desk), hands);
    Server::serve(address, window.router()).map_err(Failure::wrong)
}
