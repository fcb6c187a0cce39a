use issei_model::{Objection, Observed};

use super::*;
use issei_desk::samples::{after, armed, in_force, silent, staged, view};
use issei_text::columns;

const FRAME: Frame = Frame {
    columns: 80,
    rows: 24,
    paint: Paint(false),
    tongue: words::EN,
};

fn drawn(frame: Frame, view: &OrderView) -> Vec<String> {
    let mut spread = Spread::default();
    spread.note(view);
    frame.page(view, &spread)
}

fn refused(name: &str) -> MemberView {
    MemberView {
        observed: Some(Observed::Refused(Objection::Collateral)),
        ..silent(name, 4_000)
    }
}

#[test]
fn the_page_shows_every_member_on_its_way_to_t() {
    let t = after(20_000);
    let members = vec![
        in_force("isp-a", 4_000, after(2_000), 800),
        armed("isp-b", 12_000, t),
        refused("isp-c"),
    ];
    let view = view(Stands::Armed, after(15_700), members);
    let id = short(view.id);
    assert_eq!(
        drawn(FRAME, &view).join("\n"),
        format!(
            "\
order {id}  armed  case camera-1
drop 192.0.2.7:23/tcp; ends in 29 min 44 s
T 12:00:20.000 UTC, in 4.3 s

  isp-a       4,000  ====================|  canary in force  T+0.8 ms
  isp-b      12,000  ----------->........|  armed  in 4.3 s
  isp-c       4,000                         refused: collateral

in force for 4,000 of 20,000 lines (20 %)
q leaves this view; the order goes on"
        )
    );
}

#[test]
fn before_t_the_page_says_what_it_waits_for() {
    let line = |stands, members| drawn(FRAME, &view(stands, after(0), members))[2].clone();
    let some = vec![
        staged("isp-a", 4_000),
        silent("isp-b", 12_000),
        staged("isp-c", 4_000),
    ];
    assert_eq!(
        line(Stands::Preparing, some),
        "no T yet: 40 % of the lines are staged, 60 % are needed"
    );
    assert!(line(Stands::Draft, Vec::new()).starts_with("people read and sign it"));
    assert!(line(Stands::Held, Vec::new()).contains("issei order arm"));
    assert_eq!(
        line(Stands::Ended, vec![staged("isp-a", 1)]),
        "T never came"
    );
}

#[test]
fn the_marker_moves_a_cell_every_half_second_and_arrives_only_when_read_back() {
    let t = after(10_000);
    let at = |millis| {
        track(
            Station::of(&armed("isp-b", 1, t), after(millis)),
            after(millis),
        )
    };
    let cells = |track: &str| track.find('>');
    assert_eq!(cells(&at(0)), Some(0), "ten seconds before T and earlier");
    assert_eq!(cells(&at(500)), Some(0));
    assert_eq!(cells(&at(501)), Some(1));
    assert_eq!(cells(&at(1_000)), Some(1));
    assert_eq!(cells(&at(9_499)), Some(18));
    assert_eq!(cells(&at(9_501)), Some(19));
    assert_eq!(at(10_000), "-------------------?|", "not read back yet");
    let read = track(Station::of(&in_force("isp-b", 1, t, 0), t), t);
    assert_eq!(read, "====================|");
    for millis in (0..12_000).step_by(100) {
        assert_eq!(at(millis).len(), CELLS + 1);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_page_higher() {
    let names = (0..40).map(|n| format!("a-member-with-quite-a-long-name-{n}"));
    let members = names
        .map(|name| in_force(&name, 4_000_000, after(0), 12_345_678))
        .collect();
    let mut view = view(Stands::Armed, after(60_000), members);
    view.order.case = "案件".repeat(60);
    for columns in [1, 20, 40, 80, 200] {
        for rows in [1, 10, 24, 60] {
            let frame = Frame {
                columns,
                rows,
                ..FRAME
            };
            let page = drawn(frame, &view);
            for line in &page {
                let width: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(width <= columns, "{width} > {columns}: {line}");
            }
            assert!(
                page.len() <= rows.max(FURNITURE + 1),
                "{} > {rows}",
                page.len()
            );
        }
    }
    let page = drawn(FRAME, &view).join("\n");
    assert!(page.contains("and 25 more"), "{page}");
}

#[test]
fn at_eighty_columns_every_station_is_told_whole() {
    let t = after(10_000);
    let late = in_force("isp-a", 4_000_000, t, 9_999_900);
    let harmed = MemberView {
        observed: Some(Observed::Watched { well: false }),
        ..late.clone()
    };
    let mut view = view(
        Stands::Armed,
        after(69_900),
        vec![late, harmed, armed("isp-a", 4_000_000, t)],
    );
    view.order.canary = vec!["isp-a".parse().unwrap()];
    let page = drawn(FRAME, &view);
    assert!(
        page[4].ends_with("canary in force  T+9999.9 ms"),
        "{}",
        page[4]
    );
    assert!(
        page[5].ends_with("canary in force, harm  T+9999.9 ms"),
        "{}",
        page[5]
    );
    assert!(
        page[6].ends_with("canary not read back  59.9 s after T"),
        "{}",
        page[6]
    );
}

#[test]
fn words_from_outside_cannot_move_the_cursor() {
    let mut view = view(Stands::Armed, after(0), vec![staged("isp-a", 1)]);
    view.order.case = "\x1b[2Jgone".into();
    let page = drawn(FRAME, &view).join("");
    assert!(!page.contains('\x1b'), "{page:?}");
    assert!(!changes(None, &view, words::EN).contains('\x1b'));
}

#[test]
fn without_a_terminal_each_change_is_one_line_and_a_countdown_is_none() {
    let t = after(10_000);
    let first = view(
        Stands::Preparing,
        after(0),
        vec![silent("isp-a", 1), staged("isp-b", 1)],
    );
    let id = short(first.id);
    assert_eq!(
        changes(None, &first, words::EN),
        format!(
            "12:00:00.000 order {id} preparing\n12:00:00.000 isp-a preparing\n12:00:00.000 isp-b staged\n"
        )
    );
    let second = view(
        Stands::Armed,
        after(200),
        vec![silent("isp-a", 1), armed("isp-b", 1, t)],
    );
    assert_eq!(
        changes(Some(&first), &second, words::EN),
        format!("12:00:00.200 order {id} armed\n12:00:00.200 isp-b armed T 12:00:10.000\n")
    );
    let same = view(
        Stands::Armed,
        after(400),
        vec![silent("isp-a", 1), armed("isp-b", 1, t)],
    );
    assert_eq!(changes(Some(&second), &same, words::EN), "");
    let fired = view(
        Stands::Armed,
        after(10_200),
        vec![silent("isp-a", 1), in_force("isp-b", 1, t, 400)],
    );
    assert_eq!(
        changes(Some(&same), &fired, words::EN),
        "12:00:10.200 isp-b in force T+0.4 ms\n"
    );
}

#[test]
fn in_japanese_no_english_sentence_is_left_and_no_line_is_too_wide() {
    let t = after(10_000);
    let frame = Frame {
        tongue: words::JA,
        ..FRAME
    };
    for stands in [
        Stands::Draft,
        Stands::Held,
        Stands::Preparing,
        Stands::Armed,
        Stands::Ended,
    ] {
        let members = vec![
            in_force("isp-a", 4_000, after(2_000), 800),
            armed("isp-b", 12_000, t),
            refused("isp-c"),
            silent("isp-d", 9),
        ];
        let mut spread = Spread::default();
        let view = view(stands, after(3_000), members);
        spread.note(&view);
        let page = frame.page(&view, &spread);
        for line in &page {
            assert!(columns::width(line) <= frame.columns, "{line}");
        }
        crate::japanese::assert_no_english(&page.join("\n"));
        crate::japanese::assert_no_english(&changes(None, &view, words::JA));
        crate::japanese::assert_no_english(&spread.words(words::JA));
    }
}
