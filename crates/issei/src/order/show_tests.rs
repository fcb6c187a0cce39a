use issei_model::{Approval, Edges, Measured, PublicKey, Signature, Span};

use super::*;
use crate::office::control::Said;
use crate::office::control::Stands;
use issei_desk::samples::{after, in_force, noon, order, silent, view};
use issei_model::{Action, Order};

#[test]
fn a_page_begins_with_exactly_the_text_that_is_signed() {
    for language in [Language::English, Language::Japanese] {
        let page = page(&view(Stands::Draft, noon(), Vec::new()), language);
        let text = order_text(&order(), language);
        assert!(page.starts_with(&text));
        let beside = ground::beside(&order(), language);
        let stands = Text(language).pick(
            "stands: draft\napproved by nobody yet\n",
            "状態:承認待ち\n承認:まだありません\n",
        );
        assert_eq!(page[text.len()..], format!("\n{beside}{stands}"));
    }
}

#[test]
fn a_page_tells_who_signed_where_members_stand_and_why_this_one_does_not() {
    let mut view = view(
        Stands::Refused,
        after(3_000),
        vec![
            in_force("isp-a", 4_000, after(2_000), 800),
            silent("isp-bcd", 12_000),
        ],
    );
    view.approvals = vec![Approval {
        person: "counsel@isp-b".parse().unwrap(),
        key: PublicKey([7; 32]),
        language: Language::Japanese,
        at: noon(),
        signature: Signature([9; 64]),
    }];
    view.refusal = Some(Said {
        rule: "public-resolver".into(),
        en: "a resolver; choose another goal\x1b[2J".into(),
        ja: "公開リゾルバです".into(),
        alarm: false,
    });
    let key = PublicKey([7; 32]);
    let page = page(&view, Language::English);
    let behind = &page[order_text(&view.order, Language::English).len()..];
    let beside = ground::beside(&view.order, Language::English);
    assert_eq!(
        behind,
        format!(
            "
{beside}stands: refused
approved by
  counsel@isp-b  2026-11-01 12:00:00 UTC, read in Japanese
    key {key}
members
  isp-a           4,000 lines  in force  T+0.8 ms
  isp-bcd        12,000 lines  preparing
refused by rule `public-resolver`: a resolver; choose another goal\u{fffd}[2J
"
        )
    );
}

#[test]
fn a_page_tells_the_first_packet_that_was_dropped_and_the_last_that_passed() {
    let mut member = in_force("isp-a", 4_000, after(2_000), 800);
    member.measured = Some(Measured {
        devices: Some(Edges {
            first_stopped: Some(Span::from_micros(1_200)),
            last_passed: Some(Span::from_micros(-300)),
            ..Edges::default()
        }),
        sentinel: None,
    });
    let page = page(
        &view(Stands::InForce, after(3_000), vec![member]),
        Language::English,
    );
    assert!(
        page.contains("    the first packet was dropped at T+1.2 ms\n"),
        "{page}"
    );
    assert!(
        page.contains("    the last one before passed at T-0.3 ms\n"),
        "{page}"
    );
}

#[test]
fn a_list_has_a_line_for_each_order() {
    let mut many = view(Stands::Ended, after(1_800_000), Vec::new());
    many.order.goals.push("192.0.2.9:23/tcp".parse().unwrap());
    let draft = view(Stands::Draft, noon(), Vec::new());
    let id = short(draft.id);
    assert_eq!(
        lined_up(&[draft, many], words::EN),
        format!(
            "{id}  draft      ends in 30 min  drop 192.0.2.7:23/tcp; camera-1\n{id}  ended      ended 2026-11-01 12:30:00 UTC  drop 192.0.2.7:23/tcp and 1 more; camera-1\n"
        )
    );
}

#[test]
fn each_action_has_its_word() {
    let said = |action, goal: &str| {
        let goals = vec![goal.parse().unwrap()];
        deed(
            &Order {
                action,
                goals,
                ..order()
            },
            words::EN,
        )
    };
    assert_eq!(said(Action::RefuseName, "c2.example"), "refuse c2.example");
    assert_eq!(said(Action::Redirect, "c2.example"), "redirect c2.example");
    assert_eq!(
        said(Action::RateLimit(100), "192.0.2.7"),
        "limit to 100 packets/s 192.0.2.7"
    );
}

#[test]
fn the_strip_is_a_picture_of_its_own_with_every_member_in_it() {
    let members = vec![
        in_force("isp-a", 4_000, after(2_000), 800),
        silent("isp-bcd", 12_000),
    ];
    let svg = strip(
        &view(Stands::Armed, after(3_000), members),
        Language::English,
    );
    assert!(
        svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
        "{svg}"
    );
    for wanted in ["isp-a", "isp-bcd", "<title", "<desc", "preparing"] {
        assert!(svg.contains(wanted), "{wanted} is missing");
    }
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    for stands in [Stands::Draft, Stands::Held, Stands::Canary, Stands::Ended] {
        let members = vec![
            in_force("isp-a", 4_000, after(2_000), 800),
            silent("isp-b", 12_000),
        ];
        let view = view(stands, after(3_000), members);
        let page = page(&view, Language::Japanese);
        let behind = &page[order_text(&view.order, Language::Japanese).len()..];
        crate::japanese::assert_no_english(behind);
        crate::japanese::assert_no_english(&lined_up(&[view], words::JA));
    }
}

#[test]
fn a_page_tells_by_when_it_must_be_confirmed_and_who_did() {
    let mut view = issei_desk::samples::awaiting(after(10_000), after(5_000));
    let behind = |view: &OrderView, language| {
        page(view, language)[order_text(&view.order, language).len()..].to_owned()
    };
    let open = behind(&view, Language::English);
    assert!(
        open.contains("ends by itself at 2026-11-01 12:10:05 UTC unless"),
        "{open}"
    );
    assert!(open.contains(&format!("`issei order confirm {}`", short(view.id))));
    assert!(
        lined_up(&[view.clone()], Text(Language::Japanese)).contains("継続の確認がなければあと")
    );
    view.confirming.approval = Some(Box::new(Approval {
        person: "counsel@isp-b".parse().unwrap(),
        key: PublicKey([7; 32]),
        language: Language::Japanese,
        at: after(20_000),
        signature: Signature([9; 64]),
    }));
    let confirmed = behind(&view, Language::English);
    let said = "confirmed by counsel@isp-b, 2026-11-01 12:00:20 UTC; it goes on to its end";
    assert!(confirmed.contains(said), "{confirmed}");
    assert!(!confirmed.contains("unless"), "{confirmed}");
    let line = lined_up(&[view], Text(Language::English));
    assert!(line.contains("  ends in 29 min 50 s  "), "{line}");
}
