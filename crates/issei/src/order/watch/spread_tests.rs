use super::*;
use crate::office::control::Stands;
use issei_desk::samples::{after, in_force, silent, view};

fn noted(members: Vec<MemberView>) -> Spread {
    let mut spread = Spread::default();
    spread.note(&view(Stands::Armed, after(0), members));
    spread
}

#[test]
fn the_spread_is_from_the_first_to_the_last_and_the_canary_is_not_in_it() {
    let spread = noted(vec![
        in_force("isp-a", 4_000, after(0), 0),
        in_force("isp-b", 12_000, after(20_000), 1_700),
        in_force("isp-c", 4_000, after(20_000), 200),
    ]);
    assert_eq!(spread.span(), Some(Span::from_micros(1_500)));
    assert_eq!(spread.percent(), 100);
    assert_eq!(
        spread.words(words::EN),
        "came in force at 3 members, 20,000 lines (100 %)\nspread, first to last: 1.5 ms\n  first isp-c T+0.2 ms, last isp-b T+1.7 ms"
    );
}

#[test]
fn a_moment_that_was_seen_is_kept_when_the_member_tells_it_no_more() {
    let mut spread = noted(vec![in_force("isp-b", 12_000, after(0), 300)]);
    spread.note(&view(
        Stands::Ended,
        after(9_000),
        vec![silent("isp-b", 12_000)],
    ));
    assert_eq!(spread.span(), Some(Span::ZERO));
    assert_eq!(spread.percent(), 60);
}

#[test]
fn nothing_is_made_of_an_order_that_came_in_force_nowhere_or_at_the_canary_only() {
    let nowhere = noted(vec![silent("isp-b", 12_000)]);
    assert_eq!(
        (nowhere.span(), nowhere.words(words::EN)),
        (None, "it came in force nowhere".into())
    );
    let canary = noted(vec![in_force("isp-a", 4_000, after(0), 0)]);
    assert_eq!(canary.span(), None);
    assert!(canary.words(words::EN).ends_with("only the canary fired"));
}
