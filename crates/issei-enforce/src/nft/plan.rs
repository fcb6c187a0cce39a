//! Turns a table as it should be and as it was found into the smallest steps between, and their undo.
//!
//! Always: one transaction carries all steps, so that packets meet the old or the new and nothing between;
//! after the steps there is nothing left to do; the undo leads back home if home was a table of ours, and
//! to no table at all if it was one that somebody had spoilt.

use issei_model::Timestamp;

use super::drift::Drift;
use super::hear::Found;
use super::name::Name;
use super::table::Table;

/// A step. It changes one table as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes a table away.
    Remove(Name),
    /// Makes a table, in place of any that is there.
    Make {
        /// How it should be.
        table: Table,
        /// Packets that its forerunner had dropped; the counter goes on from there.
        met: u64,
    },
    /// Changes only when a table acts. Its elements stay as they are.
    Turn {
        /// How it should be.
        table: Table,
        /// It is hooked, and must be unhooked first.
        unhook: bool,
    },
}

/// Steps, and what undoes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to do; nothing if all is well.
    pub steps: Vec<Step>,
    /// What leads back.
    pub undo: Vec<Step>,
}

/// Plans how a table that was found, if one was, comes to be as it should be, if one should.
pub fn plan(wanted: Option<&Table>, found: Option<&Found>, now: Timestamp) -> Plan {
    match (wanted, found) {
        (None, None) => Plan::default(),
        (None, Some(found)) => Plan {
            steps: vec![Step::Remove(found.table.name)],
            undo: home(found),
        },
        (Some(wanted), None) => Plan {
            steps: vec![Step::Make {
                table: wanted.clone(),
                met: 0,
            }],
            undo: vec![Step::Remove(wanted.name)],
        },
        (Some(wanted), Some(found)) => between(wanted, found, now),
    }
}

fn between(wanted: &Table, found: &Found, now: Timestamp) -> Plan {
    let drift = found.drift(wanted, now);
    if drift.is_empty() {
        return Plan::default();
    }
    let same_buckets = wanted.lines() == found.table.lines();
    if !drift.iter().all(Drift::is_of_time) || !same_buckets {
        let met = found.met.unwrap_or(0);
        return Plan {
            steps: vec![Step::Make {
                table: wanted.clone(),
                met,
            }],
            undo: home(found),
        };
    }
    let turn = |to: &Table, from: &Table| Step::Turn {
        table: to.clone(),
        unhook: from.cut.is_some(),
    };
    Plan {
        steps: vec![turn(wanted, &found.table)],
        undo: vec![turn(&found.table, wanted)],
    }
}

/// Leads back to what was found.
fn home(found: &Found) -> Vec<Step> {
    if !found.odd.is_empty() {
        return vec![Step::Remove(found.table.name)];
    }
    let met = found.met.unwrap_or(0);
    vec![Step::Make {
        table: found.table.clone(),
        met,
    }]
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
