use super::*;

#[test]
fn a_kanji_fills_two_cells_and_a_mark_above_a_letter_none() {
    for (text, cells) in [
        ("", 0),
        ("abc", 3),
        ("遮断", 4),
        ("T を受領", 8),
        ("e\u{301}", 1),
        ("\u{ff08}注\u{ff09}", 6),
        ("─ … é", 5),
    ] {
        assert_eq!(width(text), cells, "{text}");
    }
}

#[test]
fn columns_are_filled_up_by_cells_and_never_cut() {
    assert_eq!(left("案件", 6), "案件  ");
    assert_eq!(left("案件一覧", 6), "案件一覧");
}

#[test]
fn japanese_breaks_between_letters_and_english_between_words() {
    assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    assert_eq!(
        wrapped("遮断は自動的に解除", 8),
        ["遮断は自", "動的に解", "除"]
    );
    assert_eq!(
        wrapped("回線 10.16.0.1 を遮断", 12),
        ["回線", "10.16.0.1 を", "遮断"]
    );
    assert_eq!(wrapped("averylongword", 4), ["averylongword"]);
}

#[test]
fn no_line_begins_with_what_closes_or_ends_with_what_opens() {
    for most in 4..20 {
        for line in wrapped(
            "規則は、どこにも(各社とも)残っていません。「終了」です。",
            most,
        ) {
            assert!(!line.starts_with(['、', '。', ')', '」']), "{most}: {line}");
            assert!(!line.ends_with(['(', '「']), "{most}: {line}");
        }
    }
}

#[test]
fn a_word_is_never_broken_and_nothing_gives_no_line() {
    assert_eq!(
        wrapped("incomprehensibilities are one", 5),
        ["incomprehensibilities", "are", "one"]
    );
    assert!(wrapped("  ", 5).is_empty());
}
