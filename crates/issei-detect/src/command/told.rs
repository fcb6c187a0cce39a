//! Which findings were told, and whether there is reason to tell one again.
//!
//! A finding is told when its condition is first met, again when its evidence has doubled, when
//! its level changes, and in its last form at the end. One that was an accusation and no longer
//! holds is taken back to context. Bounded.

use std::collections::BTreeMap;

use issei_model::{Address, FindingId, Level, Timestamp};

use crate::hashing::Service;

/// The two findings a service can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Enrichment,
    Confirmation,
}

/// A finding that was told, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: FindingId,
    pub(super) revision: u32,
    pub(super) level: Level,
    pub(super) decided_at: Timestamp,
    /// Suspects when it was last told.
    suspects: u64,
    /// When it was last told.
    at: Timestamp,
}

/// What there is to tell about a service at a look.
#[derive(Clone, Copy, Debug)]
pub(super) struct News {
    /// The name it gets if it is new.
    pub(super) id: FindingId,
    /// None if nothing is to be told, but something may have to be taken back.
    pub(super) level: Option<Level>,
    pub(super) suspects: u64,
    pub(super) now: Timestamp,
    /// Nothing comes after this.
    pub(super) last: bool,
}

/// The findings told.
#[derive(Clone, Debug)]
pub(super) struct Tellings<A> {
    told: BTreeMap<(Service<A>, Kind), Told>,
    most: usize,
    /// Findings not told because too many were being followed.
    pub(super) turned_away: u64,
}

impl<A: Address> Tellings<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            told: BTreeMap::new(),
            most,
            turned_away: 0,
        }
    }

    /// Tells the name of a service's finding, if it was told.
    pub(super) fn name(&self, service: &Service<A>, kind: Kind) -> Option<FindingId> {
        self.told.get(&(*service, kind)).map(|told| told.id)
    }

    /// Decides whether to tell, and as what revision and level.
    pub(super) fn tell(&mut self, service: &Service<A>, kind: Kind, news: News) -> Option<Told> {
        let place = (*service, kind);
        let told = match self.told.get(&place) {
            None => self.first(&news)?,
            Some(before) => again(before, &news)?,
        };
        self.told.insert(place, told);
        Some(told)
    }

    /// Forgets what was last told before `oldest`.
    pub(super) fn forget(&mut self, oldest: Timestamp) {
        self.told.retain(|_, told| told.at >= oldest);
    }

    fn first(&mut self, news: &News) -> Option<Told> {
        let level = news.level?;
        if self.told.len() >= self.most {
            self.turned_away += 1;
            return None;
        }
        Some(Told {
            id: news.id,
            revision: 1,
            level,
            decided_at: news.now,
            suspects: news.suspects,
            at: news.now,
        })
    }
}

fn again(before: &Told, news: &News) -> Option<Told> {
    let level = match news.level {
        Some(level) => level,
        None if before.level > Level::Context => Level::Context,
        None => return None,
    };
    let doubled = news.suspects >= 2 * before.suspects;
    let ended = news.last && news.suspects != before.suspects;
    (level != before.level || doubled || ended).then(|| Told {
        revision: before.revision.saturating_add(1),
        level,
        suspects: news.suspects,
        at: news.now,
        ..*before
    })
}

#[cfg(test)]
#[path = "told_tests.rs"]
mod tests;
