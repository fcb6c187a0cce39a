use ed25519_dalek::Signer as _;
use issei_model::Language;
use proptest::prelude::*;

use super::*;
use crate::samples::{dossier, held, key, minutes, order, person, proposed_at, public, roster};

fn good() -> Dossier {
    dossier(order(), &[("ren@isp-a", 2), ("yui@isp-b", 3)])
}

fn now() -> Timestamp {
    proposed_at() + minutes(3)
}

fn rule_of(roster: &Roster, dossier: &Dossier) -> String {
    let refusal = roster.judge(dossier, now()).expect_err("refused");
    assert_eq!(refusal.gate, Gate::Approvals);
    refusal.rule
}

#[test]
fn two_people_of_two_organisations_approve() {
    let approved = roster().judge(&good(), now()).expect("approved");
    assert_eq!(approved.order(), order().id());
    assert_eq!(approved.people().len(), 2);
}

#[test]
fn each_fault_of_the_whole_is_refused_by_its_rule() {
    let cases: [(&str, &[(&str, u8)]); 6] = [
        ("too-few-people", &[]),
        ("too-few-people", &[("yui@isp-b", 3)]),
        ("two-organisations", &[("yui@isp-b", 3), ("mei@isp-b", 4)]),
        ("same-person-twice", &[("yui@isp-b", 3), ("yui@isp-b", 3)]),
        ("by-proposer", &[("aoi@isp-a", 1), ("yui@isp-b", 3)]),
        ("unknown-key", &[("ren@isp-a", 3), ("yui@isp-b", 3)]),
    ];
    for (rule, people) in cases {
        assert_eq!(rule_of(&roster(), &dossier(order(), people)), rule);
    }
    let mut many = good();
    many.approvals = vec![many.approvals[0].clone(); Dossier::MOST_APPROVALS + 1];
    assert_eq!(rule_of(&roster(), &many), "too-many-approvals");
}

#[test]
fn a_second_key_does_not_make_a_second_person() {
    let mut roster = roster();
    roster
        .enter(&person("yui@isp-b"), held(9, Role::Approver))
        .expect("a new key");
    let dossier = dossier(order(), &[("yui@isp-b", 3), ("yui@isp-b", 9)]);
    assert_eq!(rule_of(&roster, &dossier), "same-person-twice");
}

#[test]
fn one_key_has_one_owner() {
    let refused = roster().enter(&person("ren@isp-a"), held(3, Role::Approver));
    assert_eq!(refused.expect_err("held").rule, "key-already-held");
    // The neutral element: every message has a valid signature under it.
    let weak = RosterKey {
        key: "0100000000000000000000000000000000000000000000000000000000000000"
            .parse()
            .unwrap(),
        ..held(9, Role::Approver)
    };
    let refused = roster().enter(&person("ren@isp-a"), weak);
    assert_eq!(refused.expect_err("weak").rule, "unsound-key");
}

#[test]
fn the_number_of_people_can_be_raised_and_never_falls_below_two() {
    assert_eq!(Roster::new(0).needed(), 2);
    let mut three = roster();
    three.needed = Roster::new(3).needed();
    assert_eq!(rule_of(&three, &good()), "too-few-people");
    let full = dossier(
        order(),
        &[("ren@isp-a", 2), ("yui@isp-b", 3), ("mei@isp-b", 4)],
    );
    assert!(three.judge(&full, now()).is_ok());
}

#[test]
fn dates_outside_the_order_are_refused() {
    let cases = [
        ("before-proposal", proposed_at() - minutes(1)),
        ("in-the-future", now() + minutes(6)),
        ("after-fire-before", order().fire_before),
    ];
    for (rule, at) in cases {
        let mut dossier = good();
        dossier.approvals[0].at = at;
        let later = if rule == "after-fire-before" {
            minutes(120)
        } else {
            minutes(0)
        };
        let refusal = roster().judge(&dossier, now() + later).expect_err(rule);
        assert_eq!(refusal.rule, rule);
    }
    let mut ahead = good();
    ahead.approvals[0].at = now() + minutes(4);
    assert!(roster().judge(&ahead, now()).is_ok());
}

#[test]
fn a_key_must_hold_when_it_signed_and_when_it_is_judged() {
    let mut revoked = roster();
    assert!(revoked.revoke(&public(3), now()));
    assert_eq!(rule_of(&revoked, &good()), "key-ended");
    let mut young = roster();
    let keys = young.people.get_mut(&person("yui@isp-b")).unwrap();
    keys[0].from = proposed_at() + minutes(2);
    assert!(young.judge(&good(), now()).is_ok());
    young.people.get_mut(&person("yui@isp-b")).unwrap()[0].from = now();
    assert_eq!(rule_of(&young, &good()), "key-ended");
    // A revocation is never moved later.
    assert!(revoked.revoke(&public(3), now() + minutes(60)));
    assert_eq!(rule_of(&revoked, &good()), "key-ended");
}

#[test]
fn the_right_key_in_the_wrong_role_is_refused() {
    let mut roster = Roster::new(2);
    roster
        .enter(&person("ren@isp-a"), held(2, Role::Proposer))
        .unwrap();
    roster
        .enter(&person("yui@isp-b"), held(3, Role::Approver))
        .unwrap();
    assert_eq!(rule_of(&roster, &good()), "wrong-role");
}

#[test]
fn a_signature_holds_for_the_text_that_was_shown_and_no_other() {
    let mut other = good();
    other.order.quorum_percent = 1;
    assert_eq!(rule_of(&roster(), &other), "bad-signature");
    let mut language = good();
    language.approvals[0].language = Language::English;
    assert_eq!(rule_of(&roster(), &language), "bad-signature");
    let mut bit = good();
    bit.approvals[1].signature.0[5] ^= 1;
    assert_eq!(rule_of(&roster(), &bit), "bad-signature");
    let mut raw = good();
    let text = order_text(&raw.order, Language::Japanese);
    raw.approvals[0].signature = Signature(key(2).sign(text.as_bytes()).to_bytes());
    assert_eq!(rule_of(&roster(), &raw), "bad-signature");
}

#[test]
fn the_canary_is_skipped_only_by_two_of_the_approvers() {
    let people: &[(&str, u8)] = &[("ren@isp-a", 2), ("yui@isp-b", 3)];
    let skipped = |names: &[&str]| {
        let mut order = order();
        order.canary.clear();
        order.canary_skipped_by = names.iter().map(|name| person(name)).collect();
        roster().judge(&dossier(order, people), now())
    };
    assert!(skipped(&["ren@isp-a", "yui@isp-b"]).is_ok());
    let refused: [&[&str]; 4] = [
        &[],
        &["ren@isp-a"],
        &["ren@isp-a", "ren@isp-a"],
        &["ren@isp-a", "mei@isp-b"],
    ];
    for names in refused {
        assert_eq!(skipped(names).expect_err("refused").rule, "canary-skip");
    }
    let mut both = order();
    both.canary_skipped_by = vec![person("ren@isp-a"), person("yui@isp-b")];
    assert_eq!(rule_of(&roster(), &dossier(both, people)), "canary-skip");
}

#[test]
fn who_confirmed_a_fact_has_signed() {
    let mut order = crate::samples::grounded_order();
    let dossier = |order: &Order, people| crate::samples::dossier(order.clone(), people);
    let with_yui: &[(&str, u8)] = &[("ren@isp-a", 2), ("yui@isp-b", 3)];
    let without: &[(&str, u8)] = &[("ren@isp-a", 2), ("mei@isp-b", 4)];
    assert!(roster().judge(&dossier(&order, with_yui), now()).is_ok());
    let rule = rule_of(&roster(), &dossier(&order, without));
    assert_eq!(rule, "unsigned-confirmation");
    for fact in order.facts.values_mut() {
        fact.confirmed_by = None;
    }
    assert!(roster().judge(&dossier(&order, without), now()).is_ok());
}

proptest! {
    #[test]
    fn no_date_makes_an_approval_good_that_is_not_good_now(
        offset in -90 * 60..180 * 60_i64, from in -30..10_i64, until in 0..30_i64,
    ) {
        // The date is not signed: whoever passes a dossier on may write another one.
        let mut roster = roster();
        let key = &mut roster.people.get_mut(&person("yui@isp-b")).unwrap()[0];
        key.from = proposed_at() + minutes(from);
        key.until = proposed_at() + minutes(until);
        let mut dated = good();
        dated.approvals[1].at = proposed_at() + Span::from_secs(offset);
        let mut dated_now = good();
        dated_now.approvals[1].at = now();
        if roster.judge(&dated, now()).is_ok() {
            prop_assert!(roster.judge(&dated_now, now()).is_ok());
        }
    }
}

/// Made by OpenSSH: `ssh-keygen -Y sign -f key -n approval@issei` over `order id: 指令` and a new line.
const BY_OPENSSH: &str = "\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgOpOYV2mfYkc5QzUJd7wadk/IjV
SnweF4rMD+X+rjes0AAAAOYXBwcm92YWxAaXNzZWkAAAAAAAAABnNoYTUxMgAAAFMAAAAL
c3NoLWVkMjU1MTkAAABA52BC3CAayLoq3VSHAxgDJ5QJyZrKtg2XKKwons8Ty4RG1za+Y1
JO9/px5SItHsjp/j2l5VP+bAwh8sVgfQ5kBA==
-----END SSH SIGNATURE-----
";

#[test]
fn openssh_and_we_sign_the_same_bytes_and_write_the_same_file() {
    let key: PublicKey = "3a939857699f62473943350977bc1a764fc88d54a7c1e178acc0fe5feae37acd"
        .parse()
        .unwrap();
    let signature: Signature = concat!(
        "e76042dc201ac8ba2add5487031803279409c99acab60d9728ac289ecf13cb84",
        "46d736be63524ef7fa71e5222d1ec8e9fe3da5e553fe6c0c21f2c5607d0e6404"
    )
    .parse()
    .unwrap();
    assert!(signature_holds(&key, "order id: 指令\n", &signature));
    assert!(!signature_holds(&key, "order id: 指令", &signature));
    assert_eq!(sshsig::armored(&key, NAMESPACE, &signature), BY_OPENSSH);
}

fn to_be_confirmed() -> Order {
    let mut order = order();
    order.confirm_within = Some(minutes(10));
    order
}

fn confirmation(order: &Order, name: &str, number: u8) -> Approval {
    let text = confirmation_text(order, Language::English);
    let signature = key(number).sign(&confirmed_bytes(&text)).to_bytes();
    Approval {
        language: Language::English,
        signature: Signature(signature),
        ..crate::samples::approval(order, name, number)
    }
}

#[test]
fn an_approver_confirms_and_nobody_else() {
    let order = to_be_confirmed();
    let judged = |by: &Approval| roster().check_confirmation(&order, by, now());
    assert_eq!(judged(&confirmation(&order, "yui@isp-b", 3)), Ok(()));
    let rule = |by: &Approval| judged(by).expect_err("refused").rule;
    let proposer = confirmation(&order, "aoi@isp-a", 1);
    assert_eq!(rule(&proposer), "by-proposer");
    let borrowed = confirmation(&order, "ren@isp-a", 3);
    assert_eq!(rule(&borrowed), "unknown-key");
    let stranger = confirmation(&order, "nobody@isp-z", 9);
    assert_eq!(rule(&stranger), "unknown-key");
    let mut other = to_be_confirmed();
    other.case = "another".into();
    let of_another = confirmation(&other, "yui@isp-b", 3);
    assert_eq!(rule(&of_another), "bad-signature");
    // Whoever approved has said nothing about what came of it.
    let approval = crate::samples::approval(&order, "yui@isp-b", 3);
    assert_eq!(rule(&approval), "bad-signature");
}

#[test]
fn a_key_that_ended_or_only_proposes_confirms_nothing() {
    let order = to_be_confirmed();
    let by = confirmation(&order, "yui@isp-b", 3);
    let mut ended = roster();
    assert!(ended.revoke(&by.key, now()));
    let refused = ended.check_confirmation(&order, &by, now());
    assert_eq!(refused.expect_err("ended").rule, "key-ended");
    let mut roster = Roster::new(2);
    let proposer = held(3, Role::Proposer);
    roster.enter(&person("yui@isp-b"), proposer).expect("a key");
    let refused = roster.check_confirmation(&order, &by, now());
    assert_eq!(refused.expect_err("no approver").rule, "wrong-role");
}

#[test]
fn what_is_signed_says_within_which_time_it_must_be_confirmed_only_where_it_must() {
    for (language, words) in [
        (Language::English, "a person must confirm it within"),
        (Language::Japanese, "継続の確認"),
    ] {
        assert!(!order_text(&order(), language).contains(words));
        assert!(order_text(&to_be_confirmed(), language).contains(words));
    }
}
