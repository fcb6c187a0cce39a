use super::*;
use crate::samples::order;

const BOTH: [Language; 2] = [Language::English, Language::Japanese];

#[test]
fn the_text_shows_what_where_why_how_wide_and_until_when() {
    let mut order = order();
    order.radius.unanswered = vec!["isp-b".parse().unwrap()];
    for language in BOTH {
        let text = order_text(&order, language);
        let parts = [
            "c2.example",
            "C1",
            "aoi@isp-a",
            "12",
            "200",
            "isp-b (11000 ",
            "periodicity",
            "2026-11-02 00:00:00.000 UTC / 2026-11-02 09:00:00.000 JST",
            "60 %",
        ];
        for part in parts {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}

#[test]
fn a_refused_name_is_that_name_alone_as_zones_answer_it() {
    let mut order = order();
    order.action = Action::RefuseName;
    let exactly = ["exactly this name", "その名前だけを"];
    for (language, words) in BOTH.into_iter().zip(exactly) {
        let text = order_text(&order, language);
        assert!(text.contains(words), "{text}");
        assert!(!text.contains("all names below") && !text.contains("その名前と配下"));
    }
}

#[test]
fn the_text_ends_with_the_id_and_changes_with_every_field() {
    let mut other = order();
    other.clock_limit = Span::from_millis(51);
    for language in BOTH {
        let text = order_text(&order(), language);
        assert!(text.ends_with(&format!("{}\n", order().id())));
        assert_eq!(text, order_text(&order(), language));
        assert_ne!(text, order_text(&other, language));
    }
}

#[test]
fn what_a_count_of_a_name_leaves_out_stands_apart_from_who_shares_it() {
    let mut order = order();
    order.radius.hints = vec![
        "by-address=2 c2.example".to_owned(),
        "shared-hosting c2.example".to_owned(),
    ];
    for (language, unknown, shared) in [
        (
            Language::English,
            "unknown: lines that asked a name",
            "signs that others share it: 1",
        ),
        (
            Language::Japanese,
            "不明:名前を問い合わせた",
            "共用の兆候: 1",
        ),
    ] {
        let text = order_text(&order, language);
        let after = text.split(unknown).nth(1).expect("it is told");
        assert!(after.contains("  - by-address=2 c2.example\n"), "{text}");
        assert!(text.contains(shared), "{text}");
    }
}

#[test]
fn foreign_words_cannot_forge_a_line_or_turn_the_direction() {
    let mut order = order();
    order.radius.hints = vec!["x\ngoals: 0\u{2028}\u{202e}evil\u{200b}\\".to_owned()];
    let text = order_text(&order, Language::English);
    assert!(
        text.contains("  - x\\u{a}goals: 0\\u{2028}\\u{202e}evil\\u{200b}\\u{5c}\n"),
        "{text}"
    );
    assert_eq!(text.matches("\ngoals: ").count(), 1);
}
