//! What the office knows, as the pages show it: asked for once, shown to many.
//!
//! In: a desk, a wish for something not older than so long. Out: a [`Scene`]. Always: many viewers cost the office
//! no more asks than one; nobody looking costs nothing; a scene says when it was true. Limits: it is asked for in
//! several asks, one after the other, so an order may have moved between two of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use issei_desk::{
    Ask, CaseView, CountryView, OrderView, ReflexesView, Reply, StandingView, Status,
};
use issei_model::{Digest, OrderId, Span, StandingId, Timestamp};
use issei_text::Phrase;
use tokio::sync::Mutex;

use crate::desk::Desk;
use crate::found::Found;

/// A charter that was offered: its digest, and what it would change.
pub type Offered = (Digest, Vec<String>);

/// What the office knew at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// When.
    pub at: Timestamp,
    /// Which scene it is, counted from the window's opening: a change has another number.
    pub version: u64,
    /// How the office stands; none if it did not say.
    pub status: Option<Status>,
    /// Orders and drafts, by name.
    pub orders: BTreeMap<OrderId, Arc<OrderView>>,
    /// Cases, by name.
    pub cases: BTreeMap<String, Arc<CaseView>>,
    /// Standing orders and their drafts, by name.
    pub standings: BTreeMap<StandingId, Arc<StandingView>>,
    /// What reflexes do here, or why this office cannot say it; none if it did not answer.
    pub reflexes: Option<Result<ReflexesView, Phrase>>,
    /// What members found; at the coordinator.
    pub found: Arc<Found>,
    /// The charter that the office goes by, and what was offered.
    pub charter: Option<(Digest, Option<Offered>)>,
    /// Who takes part.
    pub country: Option<Arc<CountryView>>,
}

impl Scene {
    /// Gives the orders that may be in force somewhere, the next to end first.
    pub fn alive(&self) -> Vec<&OrderView> {
        let mut alive: Vec<&OrderView> = self
            .orders
            .values()
            .map(AsRef::as_ref)
            .filter(|view| view.is_alive())
            .collect();
        alive.sort_by_key(|view| (view.ends(), view.id));
        alive
    }

    /// Gives the orders of a case, the newest first.
    pub fn orders_of<'a>(&'a self, case: &'a str) -> impl Iterator<Item = &'a Arc<OrderView>> {
        let mut orders: Vec<_> = self
            .orders
            .values()
            .filter(|view| view.order.case == case)
            .collect();
        orders.sort_by_key(|view| (std::cmp::Reverse(view.order.proposed_at), view.id));
        orders.into_iter()
    }
}

/// The last scene, and how to get a newer one.
pub struct Watched {
    desk: Desk,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    last: Mutex<Option<Arc<Scene>>>,
}

impl Watched {
    /// Watches an office.
    pub fn new(desk: Desk, now: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self {
            desk,
            now,
            last: Mutex::new(None),
        }
    }

    /// Gives a scene that is not older than so long.
    pub async fn look(&self, oldest: Span) -> Arc<Scene> {
        // Whoever comes while one asks waits for that answer.
        let mut last = self.last.lock().await;
        let now = (self.now)();
        if let Some(scene) = last.as_ref()
            && now.since(scene.at) <= oldest
            && now >= scene.at
        {
            return Arc::clone(scene);
        }
        let scene = Arc::new(self.ask(last.as_deref()).await);
        *last = Some(Arc::clone(&scene));
        scene
    }

    /// Makes the next look ask anew, since something was done.
    pub async fn forget(&self) {
        if let Some(scene) = self.last.lock().await.as_mut() {
            let mut old = scene.as_ref().clone();
            old.at = Timestamp::from_micros(0);
            *scene = Arc::new(old);
        }
    }

    async fn ask(&self, last: Option<&Scene>) -> Scene {
        let status = match self.desk.ask(Ask::Status).await {
            Reply::Status(status) => Some(*status),
            _ => None,
        };
        let orders = match self.desk.ask(Ask::Orders).await {
            Reply::Orders(views) => views,
            _ => Vec::new(),
        };
        let cases = match self.desk.ask(Ask::Cases).await {
            Reply::Cases(views) => views,
            _ => Vec::new(),
        };
        let standings = match self.desk.ask(Ask::Standings).await {
            Reply::Standings(views) => views,
            _ => Vec::new(),
        };
        let reflexes = match self.desk.ask(Ask::Reflexes).await {
            Reply::Reflexes(view) => Some(Ok(*view)),
            Reply::Wrong(why) => Some(Err(why)),
            _ => None,
        };
        let charter = match self.desk.ask(Ask::Charter).await {
            Reply::Charter { pinned, offered } => Some((pinned, offered)),
            _ => None,
        };
        let country = match self.desk.ask(Ask::Country).await {
            Reply::Country(view) => Some(Arc::from(view)),
            _ => None,
        };
        let mut scene = Scene {
            at: (self.now)(),
            version: last.map_or(1, |last| last.version),
            found: self.found(status.as_ref(), last).await,
            status,
            orders: orders
                .into_iter()
                .map(|view| (view.id, Arc::new(view)))
                .collect(),
            cases: cases
                .into_iter()
                .map(|view| (view.case.clone(), Arc::new(view)))
                .collect(),
            standings: standings
                .into_iter()
                .map(|view| (view.id, Arc::new(view)))
                .collect(),
            reflexes,
            charter,
            country,
        };
        if let Some(last) = last
            && !same(&scene, last)
        {
            scene.version += 1;
        }
        scene
    }

    /// Asks for the findings only if there are others than before: there may be very many.
    async fn found(&self, status: Option<&Status>, last: Option<&Scene>) -> Arc<Found> {
        let told = status.map(|status| status.findings);
        if let Some(last) = last
            && told == last.status.as_ref().map(|status| status.findings)
        {
            return Arc::clone(&last.found);
        }
        match self.desk.ask(Ask::Findings).await {
            Reply::Findings(findings) => Arc::new(Found::gathered(findings)),
            _ => Arc::default(),
        }
    }
}

/// Tells whether two scenes differ in nothing but the time they were told.
fn same(one: &Scene, other: &Scene) -> bool {
    let same_views = || {
        let views = one.orders.values().zip(other.orders.values());
        one.orders.len() == other.orders.len() && views.into_iter().all(|(a, b)| same_view(a, b))
    };
    one.status == other.status
        && one.cases == other.cases
        && one.charter == other.charter
        && one.country == other.country
        && Arc::ptr_eq(&one.found, &other.found)
        && one.standings.len() == other.standings.len()
        && one
            .standings
            .values()
            .zip(other.standings.values())
            .all(|(one, other)| same_standing(one, other))
        && same_reflexes(one.reflexes.as_ref(), other.reflexes.as_ref())
        && same_views()
}

/// Tells the same of a standing order.
fn same_standing(one: &StandingView, other: &StandingView) -> bool {
    one.id == other.id
        && one.stands == other.stands
        && one.approvals == other.approvals
        && one.refusal == other.refusal
}

/// Tells the same of what reflexes do.
fn same_reflexes(
    one: Option<&Result<ReflexesView, Phrase>>,
    other: Option<&Result<ReflexesView, Phrase>>,
) -> bool {
    match (one, other) {
        (Some(Ok(one)), Some(Ok(other))) => {
            let now = one.now;
            *one == ReflexesView {
                now,
                ..other.clone()
            }
        }
        (one, other) => one == other,
    }
}

/// Tells whether two views differ in nothing but the time they were told. The name stands for the order.
fn same_view(one: &OrderView, other: &OrderView) -> bool {
    one.id == other.id
        && one.stands == other.stands
        && one.members == other.members
        && one.approvals == other.approvals
        && one.refusal == other.refusal
        && one.recalled_at == other.recalled_at
        && one.confirming == other.confirming
}

#[cfg(test)]
#[path = "scene_tests.rs"]
mod tests;
