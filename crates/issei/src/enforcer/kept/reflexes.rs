//! What the enforcer must remember of reflexes over a crash: which it let in, until when, and which standing
//! orders may never act again.
//!
//! Always: as in `kept`, written before a device is told and before anybody hears that something is over.
//! No line's address is among it: that stands on the devices alone. Numbers are used once; what began within
//! the hour is counted also when it is gone. A memory that cannot be read lets nothing in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use issei_host::files;
use issei_model::{PersonId, ReflexRuleId, Span, StandingDossier, StandingId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LATE, REMEMBER};
use crate::code::Failure;
use crate::office::folder::Folder;

/// Reflexes that are remembered, of all standing orders.
const MOST: usize = 10_000;
/// Standing orders that are remembered: more than a member's office holds.
const MOST_STANDING: usize = 1_000;
/// In this time so many may begin as a standing order says.
const HOUR: Span = Span::from_secs(3_600);

/// The memory, and where it lies.
pub struct Reflexes {
    path: PathBuf,
    kept: Kept,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    standing: BTreeMap<StandingId, Standing>,
    /// Standing orders that ended, and until when to remember it.
    barred: BTreeMap<StandingId, Timestamp>,
    /// When each person signed the last request that counted.
    asked: BTreeMap<PersonId, Timestamp>,
}

/// A standing order under which something was let in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    dossier: StandingDossier,
    taken: BTreeMap<u64, Taken>,
}

/// A reflex that was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// When.
    pub at: Timestamp,
    /// When it ends by itself.
    pub ends: Timestamp,
    /// Whether it may not come back.
    pub gone: bool,
}

impl Taken {
    /// Tells whether its rule may be on a device.
    pub fn may_stand(&self, now: Timestamp) -> bool {
        !self.gone && now < self.ends + LATE
    }

    fn counts(&self, now: Timestamp) -> bool {
        self.may_stand(now) || now.since(self.at) < HOUR
    }
}

impl Reflexes {
    /// Reads what was kept.
    ///
    /// # Errors
    /// If it cannot be read, or is not whole.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let path = folder.root().join("enforcer-reflexes.json");
        let kept = super::read_or_default(folder, &path)?;
        Ok(Self { path, kept })
    }

    /// Shows a reflex that was let in.
    pub fn taken(&self, id: ReflexRuleId) -> Option<Taken> {
        let standing = self.kept.standing.get(&id.standing)?;
        standing.taken.get(&id.number).copied()
    }

    /// Shows every standing order under which something was let in.
    pub fn standing(&self) -> impl Iterator<Item = (StandingId, &StandingDossier)> {
        let standing = self.kept.standing.iter();
        standing.map(|(id, one)| (*id, &one.dossier))
    }

    /// Shows a standing order under which something was let in.
    pub fn dossier(&self, id: StandingId) -> Option<&StandingDossier> {
        self.kept.standing.get(&id).map(|one| &one.dossier)
    }

    /// Tells whether a standing order may never act again.
    pub fn is_barred(&self, id: StandingId) -> bool {
        self.kept.barred.contains_key(&id)
    }

    /// Tells when a person signed the last request that counted.
    pub fn asked(&self, person: &PersonId) -> Option<Timestamp> {
        self.kept.asked.get(person).copied()
    }

    /// Counts what acts under a standing order now, and what began within the hour.
    pub fn counts(&self, id: StandingId, now: Timestamp) -> (usize, usize) {
        let standing = self.kept.standing.get(&id);
        let taken = || standing.into_iter().flat_map(|one| one.taken.values());
        let acting = taken().filter(|one| one.may_stand(now)).count();
        let begun = taken().filter(|one| now.since(one.at) < HOUR).count();
        (acting, begun)
    }

    /// Lists what may be on the devices.
    pub fn standing_rules(&self, now: Timestamp) -> Vec<ReflexRuleId> {
        let all = self.kept.standing.iter();
        all.flat_map(|(&standing, one)| {
            let stand = one.taken.iter().filter(move |(_, one)| one.may_stand(now));
            stand.map(move |(&number, _)| ReflexRuleId { standing, number })
        })
        .collect()
    }

    /// Remembers a reflex that is let in, and who asked for it when.
    ///
    /// # Errors
    /// If there is no room, or the disk fails; then nothing is remembered.
    pub fn take(
        &mut self,
        id: ReflexRuleId,
        taken: Taken,
        dossier: &StandingDossier,
        asked: Option<(PersonId, Timestamp)>,
    ) -> Result<(), Failure> {
        let all: usize = self.kept.standing.values().map(|one| one.taken.len()).sum();
        if all >= MOST || self.kept.standing.len() >= MOST_STANDING {
            let full = "the enforcer remembers as many reflexes as it can; an hour frees room";
            return Err(Failure::broken(full));
        }
        let before = self.kept.clone();
        let standing = self.kept.standing.entry(id.standing);
        let standing = standing.or_insert_with(|| Standing {
            dossier: dossier.clone(),
            taken: BTreeMap::new(),
        });
        standing.taken.insert(id.number, taken);
        self.kept.asked.extend(asked);
        let written = self.write();
        if written.is_err() {
            self.kept = before;
        }
        written
    }

    /// Remembers that a reflex may not come back.
    ///
    /// # Errors
    /// If the disk fails; within this process it is remembered all the same.
    pub fn end(&mut self, id: ReflexRuleId) -> Result<(), Failure> {
        let standing = self.kept.standing.get_mut(&id.standing);
        match standing.and_then(|one| one.taken.get_mut(&id.number)) {
            Some(taken) if !taken.gone => {
                taken.gone = true;
                self.write()
            }
            _ => Ok(()),
        }
    }

    /// Remembers that a standing order may never act again.
    ///
    /// # Errors
    /// If there is no room, or the disk fails; within this process it is remembered all the same.
    pub fn bar(&mut self, id: StandingId, now: Timestamp) -> Result<(), Failure> {
        if self.is_barred(id) {
            return Ok(());
        }
        if self.kept.barred.len() >= MOST {
            return Err(Failure::broken("too many standing orders are barred"));
        }
        // None stands longer than it may be remembered: it must be in time when it is judged.
        self.kept.barred.insert(id, now + REMEMBER);
        let standing = self.kept.standing.get_mut(&id).into_iter();
        for taken in standing.flat_map(|one| one.taken.values_mut()) {
            taken.gone = true;
        }
        self.write()
    }

    /// Forgets what is long over.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), Failure> {
        let kept = &mut self.kept;
        let mut forgot = kept.barred.extract_if(.., |_, until| *until <= now).count();
        for one in kept.standing.values_mut() {
            let over = one.taken.extract_if(.., |_, taken| !taken.counts(now));
            forgot += over.count();
        }
        let over = |_: &StandingId, one: &mut Standing| {
            one.taken.is_empty() && one.dossier.order.valid_until <= now
        };
        forgot += kept.standing.extract_if(.., over).count();
        // A request that old is too old to be judged again.
        let old = |_: &PersonId, at: &mut Timestamp| now.since(*at) >= HOUR;
        forgot += kept.asked.extract_if(.., old).count();
        match forgot {
            0 => Ok(()),
            _ => self.write(),
        }
    }

    fn write(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec(&self.kept).map_err(Failure::broken)?;
        files::write_private(&self.path, &text).map_err(Failure::broken)
    }
}
