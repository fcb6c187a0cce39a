//! What members found, gathered once for all who look.
//!
//! In: findings as members told them, oldest first. Out: the same, by goal and by member. Always: what most members
//! say comes first; it is gathered when there are others, not when somebody looks. Not here: how it is shown.

use std::collections::{BTreeMap, BTreeSet};

use issei_desk::Reported;
use issei_model::{Goal, Level, OrganisationId, Timestamp};

/// What members found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    all: Vec<Reported>,
    by_goal: Vec<About>,
    by_member: BTreeMap<OrganisationId, u64>,
}

/// What members said of one goal.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// The goal.
    pub goal: Goal,
    /// Who named it.
    pub members: BTreeSet<OrganisationId>,
    /// On how many independent kinds of evidence.
    pub kinds: BTreeSet<String>,
    /// How often.
    pub findings: usize,
    /// How sure the surest is.
    pub best: Level,
    /// The newest.
    pub newest: Timestamp,
    /// The goal as it is written, for searching.
    written: String,
}

impl Found {
    /// Gathers.
    pub fn gathered(all: Vec<Reported>) -> Self {
        let mut by_goal: BTreeMap<&Goal, About> = BTreeMap::new();
        let mut by_member = BTreeMap::new();
        for one in &all {
            *by_member.entry(one.evidence.source.clone()).or_default() += 1;
            let about = by_goal.entry(&one.goal).or_insert_with(|| About {
                goal: one.goal.clone(),
                members: BTreeSet::new(),
                kinds: BTreeSet::new(),
                findings: 0,
                best: one.level,
                newest: one.evidence.until,
                written: one.goal.to_string(),
            });
            about.members.insert(one.evidence.source.clone());
            about.kinds.extend(one.evidence.kinds.iter().cloned());
            about.findings += 1;
            about.best = about.best.max(one.level);
            about.newest = about.newest.max(one.evidence.until);
        }
        let mut by_goal: Vec<About> = by_goal.into_values().collect();
        by_goal.sort_by_key(|one| std::cmp::Reverse((one.members.len(), one.findings)));
        Self {
            all,
            by_goal,
            by_member,
        }
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Reported] {
        &self.all
    }

    /// What was said of goals that have this in their name; all, if nothing is wanted.
    pub fn with<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a About> {
        self.by_goal
            .iter()
            .filter(move |one| one.written.contains(wanted))
    }

    /// How many a member told.
    pub fn of(&self, member: &OrganisationId) -> u64 {
        self.by_member.get(member).copied().unwrap_or(0)
    }
}

#[cfg(test)]
#[path = "found_tests.rs"]
mod tests;
