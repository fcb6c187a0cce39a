use std::collections::BTreeMap;

use issei_model::{Digest, Reflex, ReflexRefusal, Span, StandingId, StandingOrder, Timestamp};
use issei_text::Phrase;

use super::*;
use crate::office::control::{ActingView, Said, StandsOn};

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-01T12:00:00Z").unwrap()
}

pub fn order() -> StandingOrder {
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::DropOnRequest("power".parse().unwrap()),
        scope: vec!["192.0.2.0/24".parse().unwrap()],
        ground: "A1".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 2,
        per_hour: 4,
        proposed_at: noon(),
        valid_from: noon(),
        valid_until: noon() + Span::from_secs(86_400),
    }
}

fn view() -> StandingView {
    StandingView {
        id: order().id(),
        order: order(),
        approvals: Vec::new(),
        stands: StandsOn::Refused,
        refusal: Some(Said {
            rule: "not-own-lines".into(),
            en: "a prefix is not ours\n\u{1b}[31mready".into(),
            ja: String::new(),
            alarm: false,
        }),
        now: noon(),
    }
}

#[test]
fn a_page_begins_with_what_is_signed_and_says_why_the_gates_refused() {
    let page = page(&view(), Language::English);
    assert!(page.starts_with(&standing_text(&order(), Language::English)));
    assert!(
        page.contains("stands: refused\napproved by nobody yet\n"),
        "{page}"
    );
    assert!(page.contains("not-own-lines"), "{page}");
    assert!(
        !page.contains('\u{1b}'),
        "words from outside cannot move the cursor"
    );
}

#[test]
fn a_list_has_a_line_each() {
    let name = order().id().to_string();
    assert_eq!(
        lined_up(&[view()], words::EN),
        format!(
            "{}  refused   isp-a  drop what power asks in 192.0.2.0/24 (until 2026-11-02 12:00:00 UTC)\n",
            &name[..12]
        )
    );
}

#[test]
fn the_page_of_reflexes_tells_what_acts_and_what_was_refused_why() {
    let text = status(
        &ReflexesView {
            current: false,
            stopped: true,
            acting: vec![ActingView {
                standing: StandingId(Digest([1; 32])),
                number: 7,
                what: Phrase {
                    en: "packets to 192.0.2.7/32 are dropped".into(),
                    ja: "192.0.2.7/32 あての通信を破棄".into(),
                },
                began: noon(),
                seen: Some(noon() + Span::from_millis(20)),
                ends: noon() + Span::from_secs(300),
            }],
            unreported: 1,
            batches: 2,
            sending: true,
            refused: BTreeMap::from([(ReflexRefusal::PerHour, 3)]),
            now: noon() + Span::from_secs(60),
        },
        words::EN,
    );
    for part in [
        "reflexes are stopped",
        "not read to its end",
        "7  packets to 192.0.2.7/32 are dropped; there after 0.02 s; ends in 4 min",
        "told to the ledger in 2 batches; 1 activation to be told",
        "3  refused: as many began within the hour",
        "(per-hour)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    crate::japanese::assert_no_english(&lined_up(&[view()], words::JA));
    let page = page(&view(), Language::Japanese);
    crate::japanese::assert_no_english(
        &page[standing_text(&view().order, Language::Japanese).len()..],
    );
    let text = status(
        &ReflexesView {
            current: false,
            stopped: true,
            acting: Vec::new(),
            unreported: 1,
            batches: 2,
            sending: true,
            refused: BTreeMap::from([(ReflexRefusal::PerHour, 3)]),
            now: noon(),
        },
        words::JA,
    );
    crate::japanese::assert_no_english(&text);
}
