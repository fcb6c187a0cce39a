//! Window: the pages and the API on which people decide.
//!
//! In: requests over HTTP, and what the office answers. Out: pages, JSON, and asks to the office. Always: a page
//! can do nothing that the command line cannot; every change is an [`Ask`](issei_desk::Ask) that the office judges
//! like any other; what is shown is what the office said, at a moment that is named. Deliberately absent: sockets,
//! files, the clock and chance (they are handed in, see [`Hands`]); rules about cuts (`issei-case`); the drawing
//! of charts (`issei-chart`).

pub mod desk;
mod format;
mod frame;
mod guard;
mod pages;
pub mod rights;
mod routes;
pub mod scene;
mod strip;
mod text;
mod view;

use std::sync::Arc;

use axum::Router;
use issei_model::{OrganisationId, Timestamp};

pub use desk::{Asked, Desk};
pub use frame::acts;
pub use rights::{Action, Role, Visitor};
pub use strip::effect_strip;

/// What the window cannot do itself, and is given.
#[derive(Clone)]
pub struct Hands {
    /// Tells the time.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Gives 32 bytes that nobody can guess.
    pub chance: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
}

/// Whose window it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Its name.
    pub name: OrganisationId,
    /// Whether it coordinates; if not, it is a member.
    pub coordinates: bool,
}

/// A window on an office.
pub struct Window {
    office: Office,
    desk: Desk,
    scene: scene::Watched,
    hands: Hands,
}

impl Window {
    /// Opens a window on an office that takes asks here.
    pub fn new(office: Office, desk: Desk, hands: Hands) -> Arc<Self> {
        Arc::new(Self {
            office,
            scene: scene::Watched::new(desk.clone(), Arc::clone(&hands.now)),
            desk,
            hands,
        })
    }

    /// Gives everything it answers.
    pub fn router(self: Arc<Self>) -> Router {
        let (router, _) = pages::routes().done();
        router.with_state(self)
    }

    fn now(&self) -> Timestamp {
        (self.hands.now)()
    }
}
