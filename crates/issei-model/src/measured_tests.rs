use super::*;
use crate::{Digest, Observed, OrderId};

fn receipt(measured: Option<Measured>) -> Receipt {
    Receipt {
        member: "isp-a".parse().unwrap(),
        order: OrderId(Digest([1; 32])),
        observed: Observed::Watched { well: true },
        measured,
    }
}

fn measured() -> Measured {
    Measured {
        devices: Some(Edges {
            first_stopped: Some(Span::from_micros(12)),
            ..Edges::default()
        }),
        sentinel: Some(Edges {
            last_passed: Some(Span::from_micros(-300)),
            first_stopped: Some(Span::from_micros(700)),
            ..Edges::default()
        }),
    }
}

#[test]
fn a_receipt_that_measured_nothing_is_written_as_before_there_was_anything_to_measure() {
    let written = serde_json::to_string(&receipt(None)).unwrap();
    assert!(!written.contains("measured"), "{written}");
    let read: Receipt = serde_json::from_str(&written).unwrap();
    assert_eq!(read, receipt(None));
}

#[test]
fn what_was_not_seen_is_not_written() {
    let written = serde_json::to_string(&measured()).unwrap();
    assert_eq!(
        written,
        r#"{"devices":{"first-stopped":12},"sentinel":{"last-passed":-300,"first-stopped":700}}"#
    );
    let read: Measured = serde_json::from_str(&written).unwrap();
    assert_eq!(read, measured());
}

#[test]
fn what_nobody_can_have_measured_is_not_read() {
    let year = LONGEST.as_micros();
    for (micros, good) in [
        (year, true),
        (-year, true),
        (year + 1, false),
        (-year - 1, false),
        (i64::MIN, false),
        (i64::MAX, false),
    ] {
        let text = format!(r#"{{"first-stopped":{micros}}}"#);
        assert_eq!(
            serde_json::from_str::<Edges>(&text).is_ok(),
            good,
            "{micros}"
        );
    }
}

#[test]
fn the_sentinel_is_believed_before_the_devices_and_these_before_nothing() {
    let both = measured();
    assert_eq!(both.began(), Some(Span::from_micros(700)));
    let alone = Measured {
        sentinel: None,
        ..both
    };
    assert_eq!(alone.began(), Some(Span::from_micros(12)));
    assert_eq!(Measured::default().began(), None);
    assert!(Measured::default().is_empty() && !both.is_empty());
}

#[test]
fn an_entry_is_read_in_its_canonical_form_only_and_never_longer_than_it_may_be() {
    let signed = SignedReceipt {
        body: receipt(Some(measured())),
        from: "isp-a".parse().unwrap(),
        purpose: "issei-receipt/1".into(),
        sequence: 7,
        signature: Signature([9; 64]),
    };
    let entry = EffectEntry::EffectReported(vec![signed.clone()]);
    let bytes = entry.canonical();
    assert_eq!(EffectEntry::parse(&bytes), Ok(entry));
    let spaced = [bytes.as_slice(), b" "].concat();
    assert!(EffectEntry::parse(&spaced).is_err());
    let full = EffectEntry::EffectReported(vec![signed.clone(); EffectEntry::MOST]);
    assert!(full.canonical().len() < crate::Decision::LONGEST / 2);
    let over = EffectEntry::EffectReported(vec![signed; EffectEntry::MOST + 1]);
    assert!(EffectEntry::parse(&over.canonical()).is_err());
}
