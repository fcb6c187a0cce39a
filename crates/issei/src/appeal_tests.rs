//! Appeals as the terminal shows them.

use std::collections::BTreeSet;

use issei_desk::appeals::{Answered, Appeal};
use issei_model::{Digest, OrderId, Timestamp};

use super::*;
use crate::stand_in::{StandIn, in_every_form};

#[test]
fn an_appeal_is_shown_with_what_to_do_and_then_with_its_answer() {
    let mut view = AppealView {
        reference: "0a0b".into(),
        at: Timestamp::from_secs(1_800_000_000),
        appeal: Appeal {
            about: "shop.example".into(),
            words: "One.\nTwo.".into(),
            reach: "me@example".into(),
        },
        about: BTreeSet::from([OrderId(Digest([7; 32]))]),
        answered: None,
    };
    assert_eq!(
        page(&view, crate::words::EN),
        "0a0b  2027-01-15T08:00:00.000Z  about shop.example\n  │ One.\n  │ Two.\n  answer to: me@example\n  in force on it then: 070707070707\n  waits; `issei appeal answer 0a0b --as PERSON WORDS`\n"
    );
    view.answered = Some(Answered {
        at: view.at,
        person: "duty@isp-a".parse().expect("a person"),
        words: "Lifted.".into(),
    });
    assert!(
        page(&view, crate::words::EN)
            .ends_with("  answered by duty@isp-a at 2027-01-15T08:00:00.000Z: Lifted.\n")
    );
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let view = AppealView {
        reference: "0a0b".into(),
        at: Timestamp::from_secs(1_800_000_000),
        appeal: Appeal {
            about: "shop.example".into(),
            words: "つながりません。".into(),
            reach: "me@example".into(),
        },
        about: BTreeSet::from([OrderId(Digest([7; 32]))]),
        answered: None,
    };
    crate::japanese::assert_no_english(&page(&view, crate::words::JA));
}

#[test]
fn the_list_has_the_same_appeals_in_every_form() {
    let office = StandIn::new("appeals-in-forms", |_| {
        Reply::Appeals(vec![AppealView {
            reference: "0a0b".into(),
            at: Timestamp::from_secs(1_800_000_000),
            appeal: Appeal {
                about: "shop.example".into(),
                words: "=HYPERLINK()".into(),
                reach: String::new(),
            },
            about: BTreeSet::new(),
            answered: None,
        }])
    });
    let mut caller = office.caller(Language::English);
    let (table, rows) = in_every_form(|form| list(&mut caller, form).unwrap());
    assert_eq!(rows, 1);
    assert!(table.contains("about shop.example"), "{table}");
}
