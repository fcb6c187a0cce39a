use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use ed25519_dalek::{Verifier as _, VerifyingKey};
use issei_host::keys::{KeyFile, Passphrase};
use issei_model::{Goal, Language, OrderId};

use super::*;
use crate::code;
use crate::office::control::OrderView;
use crate::stand_in::StandIn;
use crate::traffic::Folder;
use issei_desk::samples::{noon, order, view};

/// A person with a key, who says yes or no, and remembers what was shown.
struct Person {
    _folder: Folder,
    key: PathBuf,
    says: bool,
    shown: RefCell<String>,
    signed: Cell<bool>,
}

const PHRASE: &[u8] = b"harbour lantern seven";

impl Person {
    fn new(name: &str, says: bool) -> Self {
        let folder = Folder::new(&format!("{name}-person"));
        let key = folder.path().join("key");
        KeyFile::create(&key, &Passphrase::from_bytes(PHRASE), "").unwrap();
        Self {
            _folder: folder,
            key,
            says,
            shown: RefCell::default(),
            signed: Cell::default(),
        }
    }

    fn approves(&self, caller: &mut Caller, order: &str) -> Result<String, Failure> {
        let mut show = |text: &str| -> Result<(), Failure> {
            self.shown.borrow_mut().push_str(text);
            Ok(())
        };
        let mut agrees = |question: &str| -> Result<bool, Failure> {
            let asked = [
                "sign this text as counsel@isp-b?",
                "この文面に counsel@isp-b として署名しますか?",
            ];
            assert!(
                asked.iter().any(|asked| question.starts_with(asked)),
                "{question}"
            );
            Ok(self.says)
        };
        let signer = || -> Result<Signer, Failure> {
            self.signed.set(true);
            Ok(KeyFile::open(&self.key, &Passphrase::from_bytes(PHRASE))?.into())
        };
        let desk = Desk {
            show: &mut show,
            agrees: &mut agrees,
            signer: &signer,
        };
        desk.approve(
            caller,
            &order.parse().unwrap(),
            &"counsel@isp-b".parse().unwrap(),
        )
    }
}

/// An office that has this draft, and takes every approval.
fn office(name: &str, sent: OrderView) -> StandIn {
    StandIn::new(name, move |ask| match ask {
        Ask::Orders => Reply::Orders(vec![sent.clone()]),
        Ask::Order(_) => Reply::Order(Box::new(sent.clone())),
        Ask::Approve { .. } => Reply::Done(issei_text::Phrase::same("counsel@isp-b approved")),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    })
}

fn draft() -> OrderView {
    view(Stands::Draft, noon(), Vec::new())
}

fn approvals(office: &StandIn) -> Vec<(OrderId, Approval)> {
    let approval = |ask: Ask| match ask {
        Ask::Approve { order, approval } => Some((order, approval)),
        _ => None,
    };
    office.heard().into_iter().filter_map(approval).collect()
}

#[test]
fn exactly_the_text_that_was_shown_is_signed_in_either_language() {
    let person = Person::new("signed", true);
    for language in [Language::English, Language::Japanese] {
        person.shown.take();
        let office = office("signed", draft());
        let mut caller = office.caller(language);
        let short: String = draft().id.to_string().chars().take(8).collect();
        let said = person.approves(&mut caller, &short).unwrap();
        assert_eq!(said, "counsel@isp-b approved");
        let (order, approval) = approvals(&office).pop().unwrap();
        let shown = person.shown.borrow();
        let text = order_text(&draft().order, language);
        assert_eq!(
            *shown,
            format!("{text}\n{}", ground::beside(&draft().order, language)),
            "the text, and how sure its ground is"
        );
        assert!(
            text.contains(&order.to_string()),
            "the text ends with the name"
        );
        assert_eq!((order, approval.language), (draft().id, language));
        let key = VerifyingKey::from_bytes(&approval.key.0).unwrap();
        let signature = ed25519_dalek::Signature::from_bytes(&approval.signature.0);
        key.verify(&signed_bytes(&text), &signature).unwrap();
        drop(caller);
    }
}

#[test]
fn an_office_that_sends_another_order_under_the_name_is_refused_before_anything_is_shown() {
    let person = Person::new("forged", true);
    let mut other = order();
    other.goals = vec!["198.51.100.7".parse::<Goal>().unwrap()];
    let id = draft().id;
    let lying = [
        // Another order under the right name, and the right order under another name.
        OrderView {
            order: other.clone(),
            ..draft()
        },
        OrderView {
            id: other.id(),
            ..draft()
        },
        OrderView {
            id: other.id(),
            order: other,
            ..draft()
        },
    ];
    for sent in lying {
        let office = office("forged", sent);
        let mut caller = office.caller(Language::English);
        let failure = person.approves(&mut caller, &id.to_string()).unwrap_err();
        assert_eq!(failure.code, code::BROKEN);
        assert!(failure.to_string().contains("sign nothing"), "{failure}");
        assert_eq!(*person.shown.borrow(), "", "nothing was shown");
        assert!(!person.signed.get(), "no key was touched");
        assert!(approvals(&office).is_empty(), "nothing was sent");
        drop(caller);
    }
}

#[test]
fn without_a_yes_nothing_is_signed_or_sent() {
    let person = Person::new("no", false);
    let office = office("no", draft());
    let mut caller = office.caller(Language::English);
    let failure = person
        .approves(&mut caller, &draft().id.to_string())
        .unwrap_err();
    assert!(failure.to_string().contains("not signed"), "{failure}");
    assert!(!person.signed.get());
    assert!(approvals(&office).is_empty());
}

#[test]
fn an_order_that_left_is_signed_by_nobody_any_more() {
    let person = Person::new("left", true);
    let sent = view(Stands::Preparing, noon(), Vec::new());
    let office = office("left", sent);
    let mut caller = office.caller(Language::English);
    let failure = person
        .approves(&mut caller, &draft().id.to_string())
        .unwrap_err();
    assert_eq!(failure.code, code::WRONG);
    assert!(failure.to_string().contains("left already"), "{failure}");
    assert!(!person.signed.get());
}

#[test]
fn only_a_clear_yes_is_a_yes() {
    let asked = |typed: &str| {
        let mut prompt = Vec::new();
        let said = agrees("sign? ", &mut typed.as_bytes(), &mut prompt).unwrap();
        assert_eq!(prompt, b"sign? ");
        said
    };
    for yes in ["y\n", "Y\n", " yes \n", "YES", "はい\n"] {
        assert!(asked(yes), "{yes}");
    }
    for no in [
        "",
        "\n",
        "n\n",
        "yep\n",
        "no\ny\n",
        "y y\n",
        &"y".repeat(1_000),
    ] {
        assert!(!asked(no), "{no}");
    }
}

#[test]
fn the_proposer_is_warned_before_signing() {
    let proposer = order().proposer;
    assert!(question(&order(), &proposer, words::EN).contains("the office will refuse"));
    assert!(!question(&order(), &"counsel@isp-b".parse().unwrap(), words::EN).contains("refuse"));
}
