use ed25519_dalek::Signer as _;
use issei_model::{Language, Signature};

use super::*;
use crate::approvals::{self, Role, RosterKey};
use crate::samples::{key, minutes, person, proposed_at, public};

/// The roster of a country that knows one person of `power`, who may not approve.
fn roster() -> Roster {
    let mut roster = Roster::new(2);
    let entered = roster.enter(
        &person("duty@power"),
        RosterKey {
            key: public(5),
            role: Role::Proposer,
            from: proposed_at(),
            until: proposed_at() + minutes(60),
        },
    );
    entered.expect("a sound key");
    roster
}

fn unsigned() -> Request {
    Request {
        member: "isp-a".parse().unwrap(),
        wish: Wanted::Drop,
        to: "203.0.113.7:53/udp".parse().unwrap(),
        signed: Approval {
            person: person("duty@power"),
            key: public(5),
            language: Language::Japanese,
            at: proposed_at() + minutes(1),
            signature: Signature([0; 64]),
        },
    }
}

fn sealed(mut request: Request, bytes: impl Fn(&str) -> Vec<u8>) -> Request {
    let text = request_text(&request, request.signed.language);
    request.signed.signature = Signature(key(5).sign(&bytes(&text)).to_bytes());
    request
}

fn signed(request: Request) -> Request {
    sealed(request, signed_bytes)
}

fn judged(request: Request) -> Result<Asked, String> {
    let now = proposed_at() + minutes(1) + Span::from_secs(2);
    let member = "isp-a".parse().unwrap();
    request.judge(&member, &roster(), now).map_err(|no| no.rule)
}

#[test]
fn a_person_on_the_roster_asks_for_the_operator_whatever_the_role() {
    let asked = judged(signed(unsigned())).expect("it is his");
    assert_eq!(asked.operator().as_str(), "power");
    assert_eq!(asked.request().to, unsigned().to);
}

#[test]
fn each_fault_of_a_request_is_refused_by_its_rule() {
    type Spoil = fn(&mut Request);
    let spoils: [(&str, Spoil); 5] = [
        ("another-member", |r| r.member = "isp-b".parse().unwrap()),
        ("not-now", |r| {
            r.signed.at = proposed_at();
        }),
        ("not-now", |r| r.signed.at = proposed_at() + minutes(3)),
        ("unknown-key", |r| r.signed.person = person("duty@gas")),
        ("unknown-key", |r| r.signed.key = public(6)),
    ];
    for (rule, spoil) in spoils {
        let mut request = unsigned();
        spoil(&mut request);
        assert_eq!(judged(signed(request)), Err(rule.to_owned()));
    }
}

#[test]
fn what_was_changed_after_it_was_signed_is_refused() {
    type Change = fn(&mut Request);
    let changes: [Change; 4] = [
        |r| r.wish = Wanted::Release,
        |r| r.to = "203.0.113.7".parse().unwrap(),
        |r| r.signed.at += Span::from_secs(1),
        |r| r.signed.language = Language::English,
    ];
    for change in changes {
        let mut request = signed(unsigned());
        change(&mut request);
        assert_eq!(judged(request), Err("bad-signature".into()));
    }
}

#[test]
fn a_signature_given_as_an_approval_is_no_request() {
    let request = sealed(unsigned(), approvals::signed_bytes);
    assert_eq!(judged(request), Err("bad-signature".into()));
}

#[test]
fn a_key_that_has_ended_asks_for_nothing() {
    let mut request = unsigned();
    request.signed.at = proposed_at() + minutes(61);
    let request = signed(request);
    let member = "isp-a".parse().unwrap();
    let no = request.judge(&member, &roster(), proposed_at() + minutes(61));
    assert_eq!(no.expect_err("refused").rule, "key-ended");
}
