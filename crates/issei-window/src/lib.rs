//! Window: the pages and the API on which people decide.
//!
//! In: requests over HTTP, and what the office answers. Out: pages, JSON, and asks to the office. Always: a page
//! can do nothing that the command line cannot; every change is an [`Ask`](issei_desk::Ask) that the office judges
//! like any other; what is shown is what the office said, at a moment that is named. Deliberately absent: sockets,
//! files, the clock and chance (they are handed in, see [`Hands`]); rules about cuts (`issei-case`); the drawing
//! of charts (`issei-chart`).

#![forbid(unsafe_code)]

mod api;
pub mod desk;
mod found;
mod frame;
mod guard;
pub mod looks;
pub mod own;
mod pages;
mod passing;
#[cfg(test)]
mod rehearsed;
pub mod rights;
mod routes;
pub mod rows;
mod said;
pub mod scene;
pub mod sign_in;
mod strip;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::middleware::from_fn_with_state;
use issei_model::{OrganisationId, Timestamp};

pub use desk::{Asked, Desk};
pub use rights::{Action, Role, Visitor};
use routes::Routes;
use sign_in::{Cupboard, Door, Kept};
pub use strip::effect_strip;

/// What the API says, field by field; the command line prints the same to programs.
pub mod shapes {
    pub use crate::api::figures::{CheckpointLine, GoalShape, MemberLine};
    pub use crate::api::lists::DevicesShape;
    pub use crate::api::people::WindowShape;
    pub use crate::api::shapes::{
        AppealShape, CaseShape, FindingShape, LookShape, OrderLine, OrderShape, SensorShape,
        StatusShape, TrafficLine,
    };
    pub use crate::api::standing::{ReflexesShape, StandingLine, StandingShape};
    pub use crate::api::why::WhyShape;
}

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

/// Under which addresses the window is opened, and how much it asks of who comes.
#[derive(Clone, Debug)]
pub struct House {
    /// The origins of its pages, such as `https://issei.example`; the first is the one that links name and passkeys are
    /// bound to.
    pub origins: Vec<String>,
    /// Whether a one-time link proves as much as a key of the charter: for rehearsals only.
    pub links_suffice: bool,
    /// By whose accounts people may come too; it sends browsers back to the first origin.
    pub provider: Option<sign_in::oidc::Provider>,
}

/// A window on an office.
pub struct Window {
    office: Office,
    desk: Desk,
    scene: scene::Watched,
    hands: Hands,
    origins: Vec<String>,
    door: Door,
    callers: guard::Callers,
    once: api::Once,
    viewers: api::Viewers,
    passing: passing::Shown,
    said: said::Waiting,
    looks: Arc<dyn looks::LookBook>,
    findings: Option<Arc<dyn own::FindingBook>>,
}

/// What is read beside the office.
#[derive(Clone)]
pub struct Books {
    /// What the cupboard was told of looks.
    pub looks: Arc<dyn looks::LookBook>,
    /// What a member's own collector found, if one is connected.
    pub findings: Option<Arc<dyn own::FindingBook>>,
}

impl Window {
    /// Opens a window on an office that takes asks here; what was kept of it before goes on.
    pub fn new(
        office: Office,
        desk: Desk,
        hands: Hands,
        house: House,
        kept: Kept,
        cupboard: Arc<dyn Cupboard>,
        books: Books,
    ) -> Arc<Self> {
        Arc::new(Self {
            office,
            scene: scene::Watched::new(desk.clone(), Arc::clone(&hands.now)),
            desk,
            door: Door::new(kept, cupboard, hands.clone(), &house),
            hands,
            origins: house.origins,
            callers: guard::Callers::default(),
            once: api::Once::default(),
            viewers: api::Viewers::default(),
            passing: passing::Shown::default(),
            said: said::Waiting::default(),
            looks: books.looks,
            findings: books.findings,
        })
    }

    /// Gives the door: who may come, and links to come by.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Gives everything it answers, behind its guard.
    pub fn router(self: Arc<Self>) -> Router {
        let (router, _) = everything().done();
        router
            .fallback(pages::not_found)
            .layer(from_fn_with_state(Arc::clone(&self), guard::pass))
            .with_state(self)
    }

    fn now(&self) -> Timestamp {
        (self.hands.now)()
    }

    /// Tells whether the pages are encrypted on their way.
    fn is_secure(&self) -> bool {
        self.origins
            .iter()
            .any(|origin| origin.starts_with("https://"))
    }

    /// Tells whether a request was meant for us: another name that leads here may be a trap.
    fn is_our_host(&self, headers: &HeaderMap) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let Some(host) = host else { return false };
        let hosts = self
            .origins
            .iter()
            .filter_map(|origin| origin.split_once("://"));
        hosts
            .into_iter()
            .any(|(_, ours)| ours.eq_ignore_ascii_case(host))
    }
}

/// Every address there is.
fn everything() -> Routes {
    pages::routes().and(sign_in::routes()).and(api::routes())
}
