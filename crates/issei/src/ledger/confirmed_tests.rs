//! A ledger's orders are counted by what stands in it, and a planted confirmation is found.

use ed25519_dalek::SigningKey;
use issei_desk::samples;
use issei_model::{Approval, Dossier, Ending, Language, Span};
use issei_sim::rehearsal::{self, Person};

use super::*;

const T: i64 = 5_000;
const WITHIN: Span = Span::from_secs(600);

fn order(case: &str) -> Order {
    let mut order = samples::order();
    order.case = case.into();
    order.confirm_within = Some(WITHIN);
    order
}

fn counsel(name: &str) -> Person {
    Person::new(name.parse().unwrap(), SigningKey::from_bytes(&[8; 32]))
}

fn proposed(order: &Order) -> Decision {
    Decision::Proposed(Box::new(Dossier {
        order: order.clone(),
        approvals: Vec::new(),
    }))
}

fn armed(order: &Order) -> Decision {
    Decision::Armed {
        order: order.id(),
        members: order.canary.clone(),
        fires_at: samples::after(T),
    }
}

fn signed(order: &Order, name: &str) -> Approval {
    let at = samples::after(T + 1_000);
    rehearsal::confirm(&counsel(name), order, Language::English, at)
}

fn confirmed(order: &Order, by: Approval) -> Decision {
    let (order, by) = (order.id(), Box::new(by));
    Decision::Confirmed { order, by }
}

fn read(decisions: &[Decision]) -> Confirmations {
    let mut read = Confirmations::default();
    for (index, decision) in (0..).zip(decisions) {
        read.take(index, &decision.canonical());
    }
    read
}

fn sum(decisions: &[Decision], at: i64) -> (u64, u64, u64) {
    let Sum { whole, all, open } = read(decisions).sum(Some(samples::after(at)));
    (whole, all, open)
}

#[test]
fn an_order_is_whole_with_a_confirmation_or_an_end_and_open_while_there_is_time() {
    let one = order("one");
    let fired = [proposed(&one), armed(&one)];
    let (before, after) = (T + 599_000, T + 600_000);
    assert_eq!(sum(&fired[..1], after), (0, 0, 0), "it never fired");
    assert_eq!(sum(&fired, before), (0, 0, 1));
    assert_eq!(sum(&fired, after), (0, 1, 0), "nobody said anything");
    let with = |decision: Decision| [&fired[..], &[decision]].concat();
    let by = signed(&one, "counsel@isp-b");
    assert_eq!(sum(&with(confirmed(&one, by)), after), (1, 1, 0));
    let reason = Ending::Unconfirmed;
    let order = one.id();
    assert_eq!(
        sum(&with(Decision::Withdrawn { order, reason }), after),
        (1, 1, 0)
    );
    assert_eq!(
        sum(&with(Decision::WithdrawnAll { reason }), after),
        (1, 1, 0)
    );
    let none = read(&fired).sum(None);
    assert_eq!((none.all, none.open), (0, 1), "nobody knows the time");
    // Another's end settles nothing, nor does what was proposed behind the end of everything.
    let other = order_id_of("two");
    let ended = Decision::Withdrawn {
        order: other,
        reason,
    };
    assert_eq!(sum(&with(ended), after), (0, 1, 0));
    let all_ended = Decision::WithdrawnAll { reason };
    let behind = [&[all_ended][..], &fired[..]].concat();
    assert_eq!(sum(&behind, after), (0, 1, 0));
}

fn order_id_of(case: &str) -> OrderId {
    order(case).id()
}

#[test]
fn orders_that_need_none_are_not_counted() {
    let needless = samples::order();
    assert_eq!(
        sum(&[proposed(&needless), armed(&needless)], T + 600_000),
        (0, 0, 0)
    );
}

#[test]
fn a_planted_confirmation_is_found_with_its_entry_and_does_not_count() {
    let (one, two) = (order("one"), order("two"));
    let after = T + 600_000;
    let needless = samples::order();
    let mut forged = signed(&one, "counsel@isp-b");
    forged.signature.0[7] ^= 1;
    let approval = rehearsal::approve(
        &counsel("counsel@isp-b"),
        &one,
        Language::English,
        samples::noon(),
    );
    for (planted, why) in [
        (confirmed(&one, forged), Why::Signature),
        (confirmed(&one, approval), Why::Signature),
        (
            confirmed(&one, signed(&two, "counsel@isp-b")),
            Why::Signature,
        ),
        (
            confirmed(&one, signed(&one, "duty@coordinator")),
            Why::Signature,
        ),
        (
            confirmed(&two, signed(&two, "counsel@isp-b")),
            Why::NotAsked,
        ),
        (
            confirmed(&needless, signed(&needless, "counsel@isp-b")),
            Why::NotAsked,
        ),
    ] {
        let Decision::Confirmed { order, .. } = planted else {
            panic!("no confirmation")
        };
        let log = [proposed(&one), armed(&one), proposed(&needless), planted];
        let found = [Wrong {
            index: 3,
            order,
            why,
        }];
        assert_eq!(read(&log).wrong, found);
        assert_eq!(sum(&log, after), (0, 1, 0), "{why:?}");
    }
    let order = one.id();
    let early = [
        proposed(&one),
        confirmed(&one, signed(&one, "counsel@isp-b")),
        armed(&one),
    ];
    let found = [Wrong {
        index: 1,
        order,
        why: Why::Early,
    }];
    assert_eq!(read(&early).wrong, found);
    assert_eq!(sum(&early, after), (0, 1, 0));
}

#[test]
fn bytes_of_anything_else_are_passed_over() {
    let mut read = Confirmations::default();
    let odd: [&[u8]; 4] = [
        b"",
        b"{}",
        b"{\"proposed\":{\"confirm_within\":1}}",
        &[0xff; 300],
    ];
    for (index, bytes) in (0..).zip(odd) {
        read.take(index, bytes);
    }
    assert!(read.wrong.is_empty());
    assert_eq!(read.sum(Some(samples::noon())), Sum::default());
}
