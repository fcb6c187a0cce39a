use issei_model::Timestamp;

use super::*;
use crate::samples::{entry, minutes, order, proposed_at};

fn with(evidence: Vec<EvidenceEntry>) -> Result<Evidenced, String> {
    let mut order = order();
    order.evidence = evidence;
    judge(&order).map_err(|refusal| refusal.rule)
}

fn ending(until: Timestamp) -> EvidenceEntry {
    EvidenceEntry {
        until,
        ..entry("isp-a", &["periodicity", "shared-contacts"], false)
    }
}

#[test]
fn two_kinds_or_two_members_are_enough() {
    assert_eq!(with(order().evidence).expect("sound").order(), order().id());
    assert!(
        with(vec![entry(
            "isp-a",
            &["periodicity", "shared-contacts"],
            false
        )])
        .is_ok()
    );
    assert!(
        with(vec![
            entry("isp-a", &["periodicity"], false),
            entry("isp-b", &["periodicity"], false)
        ])
        .is_ok()
    );
}

#[test]
fn one_kind_from_one_member_is_refused_however_often_it_is_said() {
    let same = entry("isp-a", &["periodicity", " Periodicity"], false);
    assert_eq!(
        with(vec![same.clone(), same]),
        Err("single-evidence".into())
    );
}

#[test]
fn forged_scans_that_many_members_saw_frame_nobody() {
    let scans: Vec<EvidenceEntry> = ["isp-a", "isp-b", "isp-c"]
        .iter()
        .map(|member| entry(member, &["darknet", "honeypot"], true))
        .collect();
    assert_eq!(with(scans.clone()), Err("forgeable-evidence".into()));
    // One finding that cannot be forged does not lift the rest.
    let mut mixed = scans;
    mixed.push(entry("isp-a", &["periodicity"], false));
    assert_eq!(with(mixed), Err("single-evidence".into()));
}

#[test]
fn evidence_is_at_most_a_day_old_and_not_from_the_future() {
    let at = proposed_at();
    assert!(with(vec![ending(at - OLDEST)]).is_ok());
    assert!(with(vec![ending(at + minutes(5))]).is_ok());
    for until in [
        at - OLDEST - Span::from_micros(1),
        at + minutes(6),
        Timestamp::MIN,
        Timestamp::MAX,
    ] {
        assert_eq!(
            with(vec![ending(until)]),
            Err("stale-evidence".into()),
            "{until}"
        );
    }
    assert_eq!(with(Vec::new()), Err("stale-evidence".into()));
}
