use issei_case::{Gate, Words};
use issei_model::{Action, Digest, Ending, EvidenceEntry, Order, Participant, Radius, Rule};

use super::*;

const START: Timestamp = Timestamp::from_secs(1_800_000_000);
const NAMES: [&str; 5] = ["isp-a", "isp-b", "isp-c", "isp-d", "isp-e"];

fn name(text: &str) -> OrganisationId {
    text.parse().unwrap()
}

fn secs(n: i64) -> Span {
    Span::from_secs(n)
}

fn dossier() -> Dossier {
    let participant = |text: &&str| Participant {
        member: name(text),
        lines: 1_000,
    };
    let evidence = EvidenceEntry {
        source: name("isp-a"),
        rule: Rule::CommandConfirmed,
        kinds: vec!["enrichment".into(), "session".into()],
        forgeable: false,
        commitment: Digest([1; 32]),
        until: START,
    };
    let order = Order {
        schema: Order::SCHEMA.into(),
        case: "test".into(),
        renews: None,
        proposer: "duty@coordinator".parse().unwrap(),
        goals: vec!["192.0.2.7:23/tcp".parse().unwrap()],
        action: Action::Drop,
        ground: "X1".into(),
        pack: Digest([2; 32]),
        facts: BTreeMap::new(),
        evidence: vec![evidence],
        radius: Radius {
            predicted_lines: 0,
            suspected_lines: 0,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: NAMES.iter().map(participant).collect(),
        canary: vec![name("isp-a")],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: secs(1),
        proposed_at: START,
        fire_before: START + secs(120),
        expires_at: START + secs(300),
        confirm_within: None,
    };
    Dossier {
        order,
        approvals: Vec::new(),
    }
}

/// A rehearsal in which the gates of those named say no.
fn rehearsal(seed: u64, objectors: &[&str]) -> Rehearsal {
    let members = NAMES.map(|text| {
        let objects = objectors.contains(&text);
        let gates: Gates = Box::new(move |_, _| {
            if objects {
                let (why, next) = (Words::new("no", "否"), Words::new("ask", "照会"));
                Err((
                    Objection::Legal,
                    Refusal::new(Gate::Ground, "no", why, next),
                ))
            } else {
                Ok(Span::from_millis(1))
            }
        });
        (name(text), gates)
    });
    let setup = coordinator::Setup::default();
    Rehearsal::found(seed, START, members.into(), setup).unwrap()
}

fn proposed(seed: u64, objectors: &[&str]) -> (Rehearsal, OrderId) {
    let (mut rehearsal, dossier) = (rehearsal(seed, objectors), dossier());
    let id = dossier.order.id();
    rehearsal.pass(secs(5));
    rehearsal.tell(coordinator::Input::Propose(Box::new(dossier)));
    (rehearsal, id)
}

fn acting(rehearsal: &Rehearsal, order: OrderId) -> Vec<String> {
    rehearsal
        .acting(order)
        .into_iter()
        .map(|(member, _)| member.to_string())
        .collect()
}

#[test]
fn all_fire_within_twice_the_error_of_a_clock_and_all_end_by_themselves() {
    for seed in 0..20 {
        let (mut rehearsal, order) = proposed(seed, &[]);
        rehearsal.pass(secs(40));
        let acting: Vec<Timestamp> = rehearsal
            .acting(order)
            .iter()
            .skip(1)
            .map(|one| one.1)
            .collect();
        assert_eq!(acting.len(), 4);
        let spread = acting
            .iter()
            .max()
            .unwrap()
            .since(*acting.iter().min().unwrap());
        assert!(
            spread <= Span::from_micros(2 * CLOCK_ERROR.as_micros()),
            "{spread}"
        );
        rehearsal.pass(secs(300));
        assert!(rehearsal.acting(order).is_empty());
    }
}

#[test]
fn who_says_no_and_who_is_cut_off_before_arming_do_nothing() {
    let (mut rehearsal, order) = proposed(1, &["isp-d"]);
    rehearsal.pass(secs(5));
    rehearsal.cut_off(&name("isp-e"), true);
    rehearsal.pass(secs(35));
    assert_eq!(acting(&rehearsal, order), ["isp-a", "isp-b", "isp-c"]);
}

#[test]
fn without_a_quorum_nothing_fires_anywhere() {
    let (mut rehearsal, order) = proposed(1, &["isp-b", "isp-c", "isp-d"]);
    let happenings = rehearsal.pass(secs(100));
    assert!(acting(&rehearsal, order).is_empty());
    let withdrawn = Decision::Withdrawn {
        order,
        reason: Ending::NoQuorum,
    };
    assert!(happenings.iter().any(|(_, happening)| matches!(happening, Happening::Logged(_, decision) if *decision == withdrawn)));
}

#[test]
fn a_withdrawal_reaches_everyone_within_a_second() {
    for seed in 0..20 {
        let (mut rehearsal, order) = proposed(seed, &[]);
        rehearsal.pass(secs(40));
        assert_eq!(rehearsal.acting(order).len(), 5);
        rehearsal.tell(coordinator::Input::Withdraw {
            order,
            reason: Ending::ByPerson,
        });
        rehearsal.pass(secs(1));
        assert!(rehearsal.acting(order).is_empty());
    }
}

#[test]
fn the_coordinator_falls_silent_and_the_cut_still_ends() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.pass(secs(40));
    for member in NAMES {
        rehearsal.cut_off(&name(member), true);
    }
    rehearsal.pass(secs(200));
    assert_eq!(
        rehearsal.acting(order).len(),
        5,
        "silence does not shorten it"
    );
    rehearsal.pass(secs(56));
    assert!(
        rehearsal.acting(order).is_empty(),
        "and does not prolong it"
    );
}

#[test]
fn a_coordinator_that_speaks_again_is_heard_by_those_who_were_current() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.pass(secs(40));
    rehearsal.silence(true);
    rehearsal.pass(secs(30));
    rehearsal.tell(coordinator::Input::Withdraw {
        order,
        reason: Ending::ByPerson,
    });
    rehearsal.pass(secs(5));
    assert_eq!(rehearsal.acting(order).len(), 5, "nobody can have heard");
    rehearsal.silence(false);
    rehearsal.pass(secs(2));
    assert!(rehearsal.acting(order).is_empty());
}

#[test]
fn a_process_that_died_comes_back_to_what_the_log_says_now() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.pass(secs(40));
    rehearsal.kill(&name("isp-b"));
    rehearsal.tell(coordinator::Input::Withdraw {
        order,
        reason: Ending::ByPerson,
    });
    rehearsal.pass(secs(2));
    assert_eq!(acting(&rehearsal, order), ["isp-b"], "its devices go on");
    rehearsal.come_back(&name("isp-b"));
    rehearsal.pass(secs(5));
    assert!(rehearsal.acting(order).is_empty());
}

#[test]
fn an_entry_handed_over_twice_changes_nothing() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.pass(secs(40));
    assert_eq!(rehearsal.decisions().len(), 3, "proposed, canary, rest");
    assert!(rehearsal.hand_entry(&name("isp-b"), 0));
    assert!(!rehearsal.hand_entry(&name("isp-b"), 3));
    rehearsal.pass(secs(5));
    assert_eq!(rehearsal.acting(order).len(), 5);
}

#[test]
fn a_clock_that_knows_that_it_is_off_does_not_arm() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.set_clock(&name("isp-b"), secs(3), secs(3));
    rehearsal.pass(secs(40));
    assert!(!acting(&rehearsal, order).contains(&"isp-b".to_owned()));
}

#[test]
fn harm_at_the_canary_lifts_it_and_spares_the_rest() {
    let (mut rehearsal, order) = proposed(1, &[]);
    rehearsal.let_suffer(&name("isp-a"), true);
    let happenings = rehearsal.pass(secs(40));
    assert!(rehearsal.acting(order).is_empty());
    let withdrawn = Decision::Withdrawn {
        order,
        reason: Ending::CanaryHarm,
    };
    assert!(happenings.iter().any(|(_, happening)| matches!(happening, Happening::Logged(_, decision) if *decision == withdrawn)));
}

#[test]
fn the_ledger_of_a_drill_is_whole_and_a_flipped_bit_is_found() {
    let (mut rehearsal, _) = proposed(1, &[]);
    rehearsal.pass(secs(40));
    let (files, policy) = rehearsal.ledger();
    let check = |files: &BTreeMap<String, Vec<u8>>| {
        let audit = issei_ledger::Audit::new(files, Some(policy), issei_ledger::Strangers::Refused);
        audit.and_then(|audit| audit.run()).is_ok()
    };
    assert!(check(files));
    let bundle = files
        .keys()
        .find(|path| path.starts_with("tile/entries/"))
        .unwrap();
    let mut broken = files.clone();
    broken.get_mut(bundle).unwrap()[10] ^= 1;
    assert!(!check(&broken));
}

#[test]
fn the_same_seed_gives_the_same_drill() {
    let story = |seed| {
        let (mut rehearsal, _) = proposed(seed, &[]);
        rehearsal.pass(secs(40))
    };
    assert_eq!(story(3), story(3));
}
