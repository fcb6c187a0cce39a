//! Columns stand below each other in both scripts.

use super::*;

#[test]
fn words_stand_left_and_figures_right_below_their_heads() {
    let heads = [
        Head::words("Member".into()),
        Head::figures("Lines".into()),
        Head::words("On".into()),
    ];
    let row = |cells: [&str; 3]| cells.map(String::from);
    let rows = [
        row(["isp-a", "1,200,000", "yes"]),
        row(["cable-west", "7", ""]),
    ];
    assert_eq!(
        grid(&heads, &rows),
        "Member          Lines  On\nisp-a       1,200,000  yes\ncable-west          7\n"
    );
}

#[test]
fn a_kanji_fills_two_cells_and_foreign_text_moves_no_cursor() {
    let heads = [Head::words("事業者".into()), Head::words("状態".into())];
    let rows = [
        ["isp-a".to_owned(), "良好".to_owned()],
        ["b\u{1b}[2J".to_owned(), "x\ny".to_owned()],
    ];
    let text = grid(&heads, &rows);
    assert_eq!(
        text,
        "事業者  状態\nisp-a   良好\nb\u{fffd}[2J   x\u{fffd}y\n"
    );
}

#[test]
fn without_rows_only_the_heads_are_left() {
    assert_eq!(grid(&[Head::words("Who".into())], &[]), "Who\n");
}
