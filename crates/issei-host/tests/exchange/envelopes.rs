//! What members post: taken once, from whom it says, in one spelling.

use std::sync::{Arc, Mutex};

use ed25519_dalek::SigningKey;
use issei_host::exchange::signed::{self, Purpose, Unsealable, Unsealed};
use issei_host::exchange::{Answer, CallError, Client, Kind, Limits, Route};
use issei_model::{OrganisationId, PublicKey};
use serde::{Deserialize, Serialize};

use crate::house::{By, House, Remembering, organisation};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    reason: String,
    when: u64,
}

fn body() -> Body {
    Body {
        reason: "二つの回線 \" \\ [[[".into(),
        when: (1 << 53) - 1,
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

fn sealed(sequence: u64) -> Vec<u8> {
    signed::seal(
        Purpose::RECEIPT,
        &organisation("isp-a"),
        sequence,
        &body(),
        &key(1),
    )
    .unwrap()
}

fn opened(bytes: &[u8], last: Option<u64>) -> Result<(u64, Body), Unsealed> {
    let from = organisation("isp-a");
    signed::open(Purpose::RECEIPT, bytes, &public(&key(1)), &from, last)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_was_sealed_is_opened() {
    assert_eq!(opened(&sealed(7), None), Ok((7, body())));
    assert_eq!(opened(&sealed(7), Some(6)), Ok((7, body())));
}

#[test]
fn an_envelope_is_these_bytes() {
    let tiny = signed::seal(
        Purpose::ANSWER,
        &organisation("isp-a"),
        1,
        &serde_json::json!({"b": 1, "a": 2}),
        &key(1),
    );
    let tiny = text(&tiny.unwrap());
    let (content, signature) = tiny.split_once(",\"signature\":\"").unwrap();
    assert_eq!(
        content,
        "{\"body\":{\"a\":2,\"b\":1},\"from\":\"isp-a\",\"purpose\":\"issei-answer/1\",\"sequence\":1"
    );
    assert_eq!(signature.len(), 128 + 2);
    // What is signed, spelled out, so that others can check it.
    let signed = "issei-answer/1\n{\"body\":{\"a\":2,\"b\":1},\"from\":\"isp-a\",\"sequence\":1}";
    let signature: issei_model::Signature = signature[..128].parse().unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key(1)
        .verifying_key()
        .verify_strict(signed.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn a_number_that_is_not_above_the_last_is_refused() {
    for last in [7, 8, u64::MAX] {
        let refused = opened(&sealed(7), Some(last));
        assert_eq!(refused, Err(Unsealed::Replayed { sequence: 7, last }));
    }
}

#[test]
fn another_key_purpose_or_sender_is_refused() {
    let bytes = sealed(1);
    let (a, b) = (organisation("isp-a"), organisation("isp-b"));
    let open = |purpose, key: &SigningKey, from: &OrganisationId| {
        signed::open::<Body>(purpose, &bytes, &public(key), from, None)
    };
    assert_eq!(open(Purpose::RECEIPT, &key(2), &a), Err(Unsealed::WrongKey));
    assert_eq!(
        open(Purpose::FINDINGS, &key(1), &a),
        Err(Unsealed::OtherPurpose)
    );
    assert_eq!(
        open(Purpose::RECEIPT, &key(1), &b),
        Err(Unsealed::OtherOrganisation { named: a.clone() })
    );
    // Changing what it says it is for, or from whom, does not help.
    let renamed = text(&bytes).replace("issei-receipt/1", "issei-answer/1");
    let refused = signed::open::<Body>(
        Purpose::ANSWER,
        renamed.as_bytes(),
        &public(&key(1)),
        &a,
        None,
    );
    assert_eq!(refused, Err(Unsealed::WrongKey));
    let moved = text(&bytes).replace("isp-a", "isp-b");
    let refused = signed::open::<Body>(
        Purpose::RECEIPT,
        moved.as_bytes(),
        &public(&key(1)),
        &b,
        None,
    );
    assert_eq!(refused, Err(Unsealed::WrongKey));
    // Eight points of small order verify anything under a lenient check.
    let weak = PublicKey([0; 32]);
    let refused = signed::open::<Body>(Purpose::RECEIPT, &bytes, &weak, &a, None);
    assert_eq!(refused, Err(Unsealed::WrongKey));
}

#[test]
fn every_other_spelling_is_refused() {
    let good = text(&sealed(1));
    let spellings = [
        format!(" {good}"),
        format!("{good}\n"),
        good.replacen(':', ": ", 1),
        good.replacen("\"sequence\":1", "\"sequence\":1.0", 1),
        good.replacen("\"sequence\":1", "\"sequence\":1e0", 1),
        good.replacen("isp-a", "isp\\u002da", 1),
        good.replacen("二", "\\u4e8c", 1),
        good.replacen("\"from\"", "\"sequence\":1,\"from\"", 1),
        good.replacen("\"body\":{", "\"body\":{\"reason\":\"x\",", 1),
        good.replacen("\"from\":\"isp-a\",", "", 1)
            .replacen('}', "},\"from\":\"isp-a\"", 1)
            .replacen("\"from\":\"isp-a\",\"purpose\"", "\"purpose\"", 1),
    ];
    for spelling in spellings {
        assert_ne!(spelling, good);
        let refused = opened(spelling.as_bytes(), None);
        let twice_or_other = matches!(refused, Err(Unsealed::NotCanonical | Unsealed::Unreadable));
        assert!(twice_or_other, "{spelling}: {refused:?}");
    }
    let hexadecimal = good.rsplit_once("\"signature\":\"").unwrap().1;
    let upper = good.replace(hexadecimal, &hexadecimal.to_uppercase());
    assert_eq!(opened(upper.as_bytes(), None), Err(Unsealed::Unreadable));
}

#[test]
fn any_changed_bit_is_refused() {
    let good = sealed(1);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            assert!(opened(&changed, None).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_million_brackets_are_refused_without_following_them() {
    for bracket in ["[", "{\"a\":", "{\"body\":[["] {
        let deep = bracket.repeat(1_000_000 / bracket.len());
        assert_eq!(opened(deep.as_bytes(), None), Err(Unsealed::TooDeep));
    }
    // In the middle of an envelope that is otherwise whole.
    let deep = text(&sealed(1)).replacen(
        "{\"body\":",
        &format!("{{\"body\":{}", "[".repeat(500_000)),
        1,
    );
    assert_eq!(opened(deep.as_bytes(), None), Err(Unsealed::TooDeep));
    // Brackets in words are words.
    let words = Body {
        reason: "[".repeat(100_000),
        when: 0,
    };
    let bytes = signed::seal(Purpose::RECEIPT, &organisation("isp-a"), 1, &words, &key(1));
    assert_eq!(opened(&bytes.unwrap(), None), Ok((1, words)));
}

#[test]
fn the_deepest_that_is_allowed_is_the_deepest_that_is_taken() {
    let nested =
        |depth: usize| (0..depth).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let from = organisation("isp-a");
    let seal = |depth| signed::seal(Purpose::RECEIPT, &from, 1, &nested(depth), &key(1));
    let deepest = seal(signed::DEEPEST - 1).unwrap();
    let opened = signed::open::<serde_json::Value>(
        Purpose::RECEIPT,
        &deepest,
        &public(&key(1)),
        &from,
        None,
    );
    assert!(opened.is_ok());
    assert_eq!(seal(signed::DEEPEST), Err(Unsealable::TooDeep));
}

#[test]
fn too_long_is_refused_on_both_sides() {
    let long = Body {
        reason: "x".repeat(signed::LONGEST),
        when: 0,
    };
    let from = organisation("isp-a");
    let sealed = signed::seal(Purpose::RECEIPT, &from, 1, &long, &key(1));
    assert_eq!(sealed, Err(Unsealable::TooLong));
    let length = signed::LONGEST + 1;
    let refused = opened(&vec![b' '; length], None);
    assert_eq!(refused, Err(Unsealed::TooLong { length }));
}

#[test]
fn numbers_that_json_does_not_carry_are_not_sealed() {
    let from = organisation("isp-a");
    let seal = |sequence, when: serde_json::Value| {
        signed::seal(Purpose::RECEIPT, &from, sequence, &when, &key(1))
    };
    let table = [
        (1, serde_json::json!(1_u64 << 53)),
        (1, serde_json::json!([{"a": u64::MAX}])),
        (1, serde_json::json!(-(1_i64 << 53))),
        (1, serde_json::json!(1e18)),
        (1 << 53, serde_json::json!(0)),
    ];
    for (sequence, when) in table {
        assert_eq!(
            seal(sequence, when.clone()),
            Err(Unsealable::Number),
            "{when}"
        );
    }
    for when in [0.5, -1.25e-7, 3.0, 1e30] {
        let bytes = seal(1, serde_json::json!(when)).unwrap();
        let opened: (u64, f64) =
            signed::open(Purpose::RECEIPT, &bytes, &public(&key(1)), &from, None).unwrap();
        assert_eq!(opened.1, when);
    }
}

#[test]
fn a_genuine_envelope_with_another_body_says_what_is_wrong_in_few_words() {
    let from = organisation("isp-a");
    let strange = serde_json::json!({"x".repeat(500_000): 1});
    let bytes = signed::seal(Purpose::RECEIPT, &from, 1, &strange, &key(1)).unwrap();
    let Err(Unsealed::WrongBody { cause }) = opened(&bytes, None) else {
        panic!("not refused")
    };
    assert!(cause.contains("unknown field") && cause.len() < 4 << 10);
}

#[tokio::test]
async fn over_the_wire_only_the_genuine_one_is_taken_once() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&taken);
    let service = By(
        move |from: Option<issei_host::exchange::Identity>,
              _,
              bytes: issei_host::exchange::Bytes| {
            let keep = Arc::clone(&keep);
            async move {
                let from = from.unwrap().organisation;
                let mut taken = keep.lock().unwrap();
                let last = taken.last().map(|(sequence, _)| *sequence);
                match signed::open::<Body>(Purpose::RECEIPT, &bytes, &public(&key(1)), &from, last)
                {
                    Ok(opened) => {
                        taken.push(opened);
                        Answer::Done
                    }
                    Err(cause) => Answer::Refused {
                        status: 422,
                        words: cause.to_string(),
                        next: "mend it".into(),
                    },
                }
            }
        },
    );
    let house = House::serving(
        Limits::default(),
        Arc::new(service),
        Arc::new(Remembering::default()),
    )
    .await;
    let post = async |client: &Client, bytes: Vec<u8>| -> Option<String> {
        match client.post(&Route::Findings, bytes.into()).await {
            Ok(_) => None,
            Err(CallError::Refused { detail, status, .. }) => {
                assert_eq!(status, 422);
                Some(detail)
            }
            Err(other) => panic!("{other:?}"),
        }
    };
    let (a, b) = (house.client("isp-a"), house.client("isp-b"));
    assert_eq!(post(&a, sealed(1)).await, None);
    let table = [
        (&a, sealed(1), "number 1 is not above 1"),
        (&b, sealed(2), "from `isp-a`, which is not who calls"),
        (
            &a,
            [sealed(2), b"\n".to_vec()].concat(),
            "not in canonical form",
        ),
        (&a, vec![b'['; 1_000_000], "nested deeper"),
        (&a, b"{}".to_vec(), "not an envelope"),
        (&a, Vec::new(), "not an envelope"),
    ];
    for (times, (client, bytes, words)) in table.into_iter().enumerate() {
        let said = post(client, bytes).await.unwrap();
        assert!(said.contains(words), "{said}");
        assert_eq!(house.counts.refused(Kind::ByService), times as u64 + 1);
    }
    assert_eq!(post(&a, sealed(2)).await, None);
    let taken: Vec<u64> = taken
        .lock()
        .unwrap()
        .iter()
        .map(|(sequence, _)| *sequence)
        .collect();
    assert_eq!(taken, [1, 2]);
}
