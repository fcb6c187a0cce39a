use std::cell::{Cell, RefCell};

use ed25519_dalek::{Verifier as _, VerifyingKey};
use issei_case::approvals::signed_bytes;
use issei_host::keys::{KeyFile, Passphrase, Signer};
use issei_model::{Approval, Language};

use super::*;
use crate::office::control::Reply;
use crate::stand_in::StandIn;
use crate::traffic::Folder;
use issei_desk::samples::{after, awaiting, noon, view};

const PHRASE: &[u8] = b"harbour lantern seven";

/// What came of asking a person to confirm: what was shown, whether a key was touched, what was said.
struct Came {
    shown: String,
    signed: bool,
    said: Result<String, Failure>,
    sent: Vec<(issei_model::OrderId, Approval)>,
}

fn confirms(name: &str, sent: &OrderView, says: bool, language: Language) -> Came {
    let folder = Folder::new(&format!("{name}-confirms"));
    let key = folder.path().join("key");
    KeyFile::create(&key, &Passphrase::from_bytes(PHRASE), "").unwrap();
    let told = sent.clone();
    let office = StandIn::new(name, move |ask| match ask {
        Ask::Order(_) => Reply::Order(Box::new(told.clone())),
        Ask::Confirm { .. } => Reply::Done(issei_text::Phrase::same("counsel@isp-b confirmed")),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let mut caller = office.caller(language);
    let (shown, touched) = (RefCell::new(String::new()), Cell::new(false));
    let mut show = |text: &str| -> Result<(), Failure> {
        shown.borrow_mut().push_str(text);
        Ok(())
    };
    let mut agrees = |_: &str| -> Result<bool, Failure> { Ok(says) };
    let signer = || -> Result<Signer, Failure> {
        touched.set(true);
        Ok(KeyFile::open(&key, &Passphrase::from_bytes(PHRASE))?.into())
    };
    let desk = Desk {
        show: &mut show,
        agrees: &mut agrees,
        signer: &signer,
    };
    let order = sent.id.to_string().parse().unwrap();
    let said = desk.confirm(&mut caller, &order, &"counsel@isp-b".parse().unwrap());
    drop(caller);
    let confirmation = |ask: Ask| match ask {
        Ask::Confirm { order, approval } => Some((order, approval)),
        _ => None,
    };
    let sent = office
        .heard()
        .into_iter()
        .filter_map(confirmation)
        .collect();
    let signed = touched.get();
    Came {
        shown: shown.take(),
        signed,
        said,
        sent,
    }
}

#[test]
fn exactly_the_confirmation_that_was_shown_is_signed_and_it_is_no_approval() {
    let view = awaiting(after(10_000), after(5_000));
    for language in [Language::English, Language::Japanese] {
        let came = confirms("confirms", &view, true, language);
        assert_eq!(came.said.unwrap(), "counsel@isp-b confirmed");
        let text = confirmation_text(&view.order, language);
        assert!(came.shown.starts_with(&format!("{text}\n")));
        assert!(came.shown.contains("12:10:05"), "{}", came.shown);
        let (order, approval) = &came.sent[0];
        assert_eq!((*order, approval.language), (view.id, language));
        let key = VerifyingKey::from_bytes(&approval.key.0).unwrap();
        let signature = ed25519_dalek::Signature::from_bytes(&approval.signature.0);
        key.verify(&confirmed_bytes(&text), &signature).unwrap();
        assert!(key.verify(&signed_bytes(&text), &signature).is_err());
    }
}

#[test]
fn without_a_yes_nothing_is_signed_or_sent() {
    let view = awaiting(after(10_000), after(5_000));
    let came = confirms("no-yes", &view, false, Language::English);
    assert!(came.said.unwrap_err().to_string().contains("not signed"));
    assert!(!came.signed && came.sent.is_empty());
}

#[test]
fn what_waits_for_no_confirmation_is_told_before_a_key_is_touched() {
    let open = awaiting(after(10_000), after(5_000));
    let with = |change: fn(&mut OrderView)| {
        let mut view = open.clone();
        change(&mut view);
        view
    };
    let confirmed = with(|view| {
        view.confirming.approval = Some(Box::new(Approval {
            person: "ren@isp-a".parse().unwrap(),
            key: issei_model::PublicKey([1; 32]),
            language: Language::English,
            at: noon(),
            signature: issei_model::Signature([2; 64]),
        }));
    });
    for (view, why) in [
        (
            view(Stands::Armed, noon(), Vec::new()),
            "without being confirmed",
        ),
        (confirmed, "was confirmed by ren@isp-a"),
        (with(|view| view.stands = Stands::Ended), "has ended"),
        (with(|view| view.confirming.by = None), "no T yet"),
        (with(|view| view.stands = Stands::Held), "no T yet"),
    ] {
        let came = confirms("needless", &view, true, Language::English);
        let said = came.said.unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
        assert!(!came.signed && came.sent.is_empty() && came.shown.is_empty());
    }
}

#[test]
fn an_office_that_sends_another_order_under_the_name_is_refused() {
    let mut view = awaiting(after(10_000), after(5_000));
    view.order.case = "another".into();
    let came = confirms("other-order", &view, true, Language::English);
    let said = came.said.unwrap_err().to_string();
    assert!(said.contains("sign nothing"), "{said}");
    assert!(!came.signed && came.sent.is_empty() && came.shown.is_empty());
}
