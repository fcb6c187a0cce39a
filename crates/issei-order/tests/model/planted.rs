//! Shows that the model check can fail: with one guard off, the checker finds a way to a state that
//! breaks the law which that guard keeps.
//!
//! Guards that no order in this country can come to need are not here; `docs/model-check.md` names
//! them, and other tests switch them off.

use issei_order::{Bug, Planted};
use stateright::{Checker, HasDiscoveries, Model};

use crate::world::{Bounds, Country, Incident};

/// The wrong turn, the law that breaks, the member that may be slow, and what must happen.
type Row = (Bug, &'static str, &'static [u8], &'static [Incident]);

const CANARY: &[u8] = &[0];
const REST: &[u8] = &[1];
const LARGE: &[u8] = &[2];

const NEVER_BACK: &str = "what was withdrawn never comes back";
const STAYS_OUT: &str = "a member that said no has no rules";
const STAYS_STOPPED: &str = "the kill switch holds until a person takes it back";
const IN_ORDER: &str = "entries are taken once and in their order";
const READ_FIRST: &str = "nothing is brought about before the log is read as it stood at the start";
const CANARY_FIRST: &str = "the rest is armed only when the canary was seen well";
const CLOCK: &str = "a member with an uncertain clock does not fire";
const MOMENT: &str = "T leaves a notice and lies before the limit";
const QUORUM: &str = "arming needs the quorum";
const NO_HEARD: &str = "a member whose no was heard is not armed";

#[rustfmt::skip] // one wrong turn a line
const ROWS: &[Row] = &[
    (Bug::EntryOutOfOrder, IN_ORDER, REST, &[]),
    (Bug::EntryTwice, IN_ORDER, REST, &[]),
    (Bug::ActBehind, READ_FIRST, REST, &[Incident::Crash]),
    (Bug::StaleCheckpoint, READ_FIRST, REST, &[Incident::Crash]),
    (Bug::SkipJudgement, "nothing is brought about before the own gates said yes", REST, &[Incident::Crash, Incident::Restore]),
    (Bug::ArmRefused, STAYS_OUT, REST, &[Incident::Leave]),
    (Bug::ArmUnnamed, "rules act only from a T that is signed and names the member", REST, &[]),
    (Bug::ArmLate, "rules fire at T or not at all", REST, &[]),
    (Bug::ArmUncertain, CLOCK, REST, &[Incident::Blind]),
    (Bug::StayUncertain, CLOCK, REST, &[Incident::Blind]),
    (Bug::WithdrawForceless, NEVER_BACK, REST, &[Incident::Withdraw]),
    (Bug::WithdrawPreparedLost, NEVER_BACK, REST, &[Incident::Withdraw]),
    (Bug::WithdrawAllSpares, NEVER_BACK, REST, &[Incident::WithdrawAll]),
    (Bug::NoExpiry, "at the end there is no cut and nobody holds one", REST, &[]),
    (Bug::StagedForever, "staged rules go when they may not fire any more", REST, &[]),
    (Bug::OrphansStay, "rules without a living order are taken away", REST, &[Incident::Crash]),
    (Bug::GraceForever, "rules that the log does not confirm go after the grace", REST, &[Incident::Crash]),
    (Bug::StopSpares, STAYS_STOPPED, REST, &[Incident::Stop]),
    (Bug::StopForgotten, STAYS_STOPPED, REST, &[Incident::Stop, Incident::Crash]),
    (Bug::LeaveForgotten, STAYS_OUT, REST, &[Incident::Leave]),
    (Bug::SafeguardIgnored, STAYS_OUT, REST, &[Incident::Safeguard]),
    (Bug::ReportUnread, "in force is not said before it is so", REST, &[]),
    (Bug::DriftIgnored, "rules in force that vanished come back", REST, &[Incident::Vanish]),
    (Bug::LiftOnce, NEVER_BACK, REST, &[Incident::Withdraw, Incident::Jam]),
    (Bug::NoQuorum, QUORUM, LARGE, &[]),
    (Bug::QuorumByHeads, QUORUM, LARGE, &[]),
    (Bug::RefusalCounts, NO_HEARD, REST, &[Incident::Refuse]),
    (Bug::RefusalUndone, NO_HEARD, REST, &[Incident::Leave]),
    (Bug::NoCanary, CANARY_FIRST, REST, &[]),
    (Bug::CanaryHarmIgnored, CANARY_FIRST, CANARY, &[Incident::Harm]),
    (Bug::ArmAfterWithdraw, "nothing is armed after a withdrawal", CANARY, &[Incident::Withdraw]),
    (Bug::ArmBeforeLog, CANARY_FIRST, REST, &[]),
    (Bug::NoNotice, MOMENT, REST, &[]),
    (Bug::CoordinatorArmsLate, MOMENT, CANARY, &[]),
    (Bug::StrangerCounts, "only participants are armed", REST, &[]),
];

#[test]
fn every_wrong_turn_in_the_table_is_found() {
    let missed: Vec<String> = ROWS.iter().filter_map(missed).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Names the wrong turn if the whole country was explored and the law held.
fn missed((bug, law, slow, kinds): &Row) -> Option<String> {
    let country = Country::new(Bounds {
        prepare: 1,
        most: kinds.len() as u8,
        kinds,
        slow,
        planted: Planted::one(*bug),
    });
    let until = HasDiscoveries::AnyOf([*law].into());
    let checker = country.checker().finish_when(until).spawn_bfs().join();
    let way = checker.discovery(law).map(|way| way.into_actions());
    let steps = way.as_ref().map_or(0, Vec::len);
    let states = checker.unique_state_count();
    println!("{bug:?}: {states} states, a way of {steps} steps to \"not: {law}\"");
    way.is_none().then(|| format!("{bug:?}"))
}
