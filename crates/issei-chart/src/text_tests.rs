use super::*;

#[test]
fn foreign_text_cannot_leave_its_element() {
    assert_eq!(
        escape("</text><script a=\"b\" c='d'>&"),
        "&lt;/text&gt;&lt;script a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;"
    );
    assert_eq!(
        escape("a\u{0}b\u{202e}c\u{ffff}\n"),
        "a\u{fffd}b\u{fffd}c\u{fffd} "
    );
}

#[test]
fn a_name_is_cut_where_the_room_ends() {
    assert_eq!(fit("ISP-A", 13.0, 100.0), "ISP-A");
    assert_eq!(fit("北陸ケーブルテレビ", 10.0, 60.0), "北陸ケーブ…");
    assert_eq!(fit("", 13.0, 100.0), "—");
    assert_eq!(fit(" \t ", 13.0, 100.0), "—");
    let cut = fit(&"m".repeat(1_000_000), 13.0, 100.0);
    assert!(width(&cut, 13.0) <= 100.0, "{cut}");
}

#[test]
fn a_full_width_letter_is_one_em() {
    assert_eq!(width("一斉", 10.0), 20.0);
    assert!(width("issei", 10.0) < 25.0);
}

#[test]
fn lines_break_at_spaces_and_between_full_width_letters() {
    assert_eq!(wrap("one two three", 10.0, 45.0, 9), ["one two ", "three"]);
    let lines = wrap("指令は、まだありません。", 10.0, 40.0, 9);
    assert_eq!(lines.concat(), "指令は、まだありません。");
    assert!(
        lines.iter().all(|line| !line.starts_with(['、', '。'])),
        "{lines:?}"
    );
    let cut = wrap(&"word ".repeat(100), 10.0, 60.0, 2);
    assert_eq!(cut.len(), 2);
    assert!(cut[1].ends_with('…'));
}

#[test]
fn numbers_are_written_as_people_read_them() {
    let written = [0.0, 0.4, 61.4, 1_284.0, 99.95, -3.25, 2.5e12, 0.0004].map(quantity);
    assert_eq!(
        written,
        [
            "0", "0.4", "61.4", "1,284", "100", "−3.25", "2.5e12", "4e-4"
        ]
    );
    assert_eq!([f64::NAN, f64::INFINITY].map(quantity), ["—", "—"]);
    assert_eq!(count(0), "0");
    assert_eq!(count(12_345_678), "12,345,678");
}

#[test]
fn an_offset_keeps_its_sign_and_its_unit() {
    let written = [
        0.0,
        200.0,
        -200.0,
        31_000.0,
        128_400.0,
        2_500_000.0,
        75_000_000.0,
    ]
    .map(offset);
    assert_eq!(
        written,
        [
            "+0.0 ms",
            "+0.2 ms",
            "−0.2 ms",
            "+31 ms",
            "+128 ms",
            "+2.50 s",
            "+75 s"
        ]
    );
}

#[test]
fn a_length_of_time_is_as_short_as_it_can_be_written() {
    let written = [150_000.0, -500.0, 5_000.0, 2_500_000.0, 0.0].map(span);
    assert_eq!(written, ["150 ms", "0.5 ms", "5 ms", "2.5 s", "0 ms"]);
}
