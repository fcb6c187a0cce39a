use issei_model::{Digest, Edges, Observed, Receipt, Signature};

use super::*;

const ORDER: OrderId = OrderId(Digest([1; 32]));

fn secs(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + secs)
}

fn signed(member: &str, micros: i64) -> SignedReceipt {
    let member: OrganisationId = member.parse().unwrap();
    let edges = Edges {
        first_stopped: Some(Span::from_micros(micros)),
        ..Edges::default()
    };
    SignedReceipt {
        body: Receipt {
            member: member.clone(),
            order: ORDER,
            observed: Observed::Watched { well: true },
            measured: Some(Measured {
                devices: Some(edges),
                sentinel: None,
            }),
        },
        from: member,
        purpose: "issei-receipt/1".into(),
        sequence: 1,
        signature: Signature([0; 64]),
    }
}

fn said(entries: &[EffectEntry]) -> usize {
    let receipts = entries.iter().map(|entry| {
        let EffectEntry::EffectReported(receipts) = entry;
        receipts.len()
    });
    receipts.sum()
}

#[test]
fn what_members_tell_together_is_logged_together_and_only_once() {
    let mut effects = Effects::default();
    effects.take(signed("isp-a", 700), secs(0));
    effects.take(signed("isp-b", 900), secs(3));
    assert!(effects.take_due(secs(4)).is_empty());
    let due = effects.take_due(secs(5));
    assert_eq!((due.len(), said(&due)), (1, 2));
    effects.take(signed("isp-a", 700), secs(6));
    assert!(effects.take_due(secs(60)).is_empty());
    effects.take(signed("isp-a", 800), secs(61));
    assert_eq!(said(&effects.take_due(secs(66))), 1);
}

#[test]
fn what_stands_in_the_log_is_not_logged_again_after_a_restart() {
    let mut before = Effects::default();
    before.take(signed("isp-a", 700), secs(0));
    let due = before.take_due(secs(5));
    let mut after = Effects::default();
    due.iter().for_each(|entry| after.logged(entry));
    after.take(signed("isp-a", 700), secs(10));
    assert!(after.take_due(secs(60)).is_empty());
    let member = "isp-a".parse().unwrap();
    assert_eq!(after.of(ORDER, &member), signed("isp-a", 700).body.measured);
}

#[test]
fn a_member_that_tells_something_else_each_time_fills_no_log() {
    let mut effects = Effects::default();
    let mut logged = 0;
    for round in 0..100 {
        effects.take(signed("isp-a", round), secs(round * 10));
        logged += said(&effects.take_due(secs(round * 10 + 5)));
    }
    assert_eq!(logged, usize::from(MOST_LOGGED));
    // It is shown all the same.
    let member = "isp-a".parse().unwrap();
    assert_eq!(
        effects.of(ORDER, &member),
        signed("isp-a", 99).body.measured
    );
}

#[test]
fn many_members_are_logged_in_entries_that_can_be_read() {
    let mut effects = Effects::default();
    for member in 0..EffectEntry::MOST + 1 {
        effects.take(signed(&format!("isp-{member}"), 1), secs(0));
    }
    let due = effects.take_due(secs(5));
    assert_eq!((due.len(), said(&due)), (2, EffectEntry::MOST + 1));
    assert!(
        due.iter()
            .all(|one| EffectEntry::parse(&one.canonical()).is_ok())
    );
}

#[test]
fn a_receipt_without_figures_and_an_order_that_is_forgotten_leave_nothing() {
    let mut effects = Effects::default();
    let mut silent = signed("isp-a", 1);
    silent.body.measured = None;
    effects.take(silent, secs(0));
    assert!(effects.take_due(secs(60)).is_empty());
    effects.take(signed("isp-a", 1), secs(0));
    effects.keep_only(|_| false);
    assert!(effects.take_due(secs(60)).is_empty());
}
