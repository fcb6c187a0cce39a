use issei_model::{Goal, Span};
use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;
const CLOCKS: Clocks = Clocks {
    wall: 1_790_000_000 * SECOND,
    boot: 100 * SECOND,
    tai_lead: 0,
};

fn cut(action: Action) -> Cut {
    Cut {
        order: OrderId(Digest([7; 32])),
        goals: vec!["192.0.2.1".parse::<Goal>().unwrap()],
        action,
        ends: CLOCKS.now() + Span::from_secs(60),
        fires_at: Some(CLOCKS.now() + Span::from_secs(10)),
    }
}

fn row(action: Action) -> Row {
    let cut = cut(action);
    Row::of(&cut, cut.fires_at, &CLOCKS)
}

#[test]
fn a_row_is_laid_out_as_the_program_reads_it() {
    let bytes = row(Action::RateLimit(1_000)).to_bytes();
    let numbers: [u64; 6] = words(&bytes);
    let begins = CLOCKS.wall + 10 * SECOND;
    assert_eq!(
        numbers[..4],
        [begins, begins + 50 * SECOND, 110 * SECOND, 160 * SECOND]
    );
    assert_eq!(numbers[4..], [1_000_000, 99 * 1_000_000]);
    assert_eq!(bytes[48..], [7; 32]);
}

#[test]
fn a_staged_row_begins_never() {
    let staged = Row::of(&cut(Action::Drop), None, &CLOCKS);
    let numbers: [u64; 4] = words(&staged.to_bytes());
    assert_eq!((numbers[0], numbers[2]), (u64::MAX, u64::MAX));
    assert_eq!(Row::from_bytes(&staged.to_bytes()).unwrap().starts, None);
}

#[test]
fn rows_read_as_they_were_written() {
    for action in [
        Action::Drop,
        Action::RateLimit(1),
        Action::RateLimit(u32::MAX),
    ] {
        let row = row(action);
        assert_eq!(Row::from_bytes(&row.to_bytes()), Some(row));
    }
    assert_eq!(Row::from_bytes(&[0; ROW]), None);
}

#[test]
fn a_row_that_nobody_writes_like_this_is_none() {
    let whole = row(Action::Drop).to_bytes();
    assert!(Row::from_bytes(&whole).is_some());
    // Less than a microsecond in its beginning or its end; a depth without an interval.
    for at in [0, 8, 40] {
        let mut odd = whole;
        odd[at] ^= 1;
        assert_eq!(Row::from_bytes(&odd), None, "{at}");
    }
    let mut ends_at_once = [0; ROW];
    ends_at_once[8] = 1;
    assert_eq!(Row::from_bytes(&ends_at_once), None);
}

#[test]
fn a_clock_set_ahead_brings_the_end_nearer_and_set_back_never_further_away() {
    let row = row(Action::Drop);
    let set = |wall: i64, boot: u64| Clocks {
        wall: CLOCKS.wall.strict_add_signed(wall * SECOND as i64),
        boot: boot * SECOND,
        tai_lead: 0,
    };
    let ahead = row.after_step(&set(5 + 3, 100 + 3));
    assert_eq!(
        (ahead.not_before, ahead.not_after),
        (105 * SECOND, 155 * SECOND)
    );
    let back = row.after_step(&set(3 - 5, 100 + 3));
    assert_eq!(
        (back.not_before, back.not_after),
        (115 * SECOND, 160 * SECOND)
    );
    let begun = row.after_step(&set(20 - 5, 100 + 20));
    assert_eq!(
        begun.not_before, row.not_before,
        "what has begun is not taken back"
    );
    let staged = Row {
        starts: None,
        not_before: u64::MAX,
        ..row
    };
    assert_eq!(staged.after_step(&set(5, 100)).not_before, u64::MAX);
}

#[test]
fn it_has_ended_when_either_clock_says_so() {
    let row = row(Action::Drop);
    let at = |wall: u64, boot: u64| Clocks {
        wall: CLOCKS.wall + wall * SECOND,
        boot: boot * SECOND,
        tai_lead: 0,
    };
    assert!(!row.has_ended(&at(59, 159)));
    assert!(row.has_ended(&at(60, 159)) && row.has_ended(&at(59, 160)));
}

proptest! {
    #[test]
    fn an_allowance_is_what_was_said(per_second in 1u32..1_000_000) {
        let Allowance { interval, depth } = Allowance::of(per_second);
        let in_a_second = 1_000_000_000 / interval;
        let at_once = depth / interval + 1;
        prop_assert!(in_a_second >= u64::from(per_second));
        prop_assert!(in_a_second <= u64::from(per_second) + u64::from(per_second) / 900 + 1);
        prop_assert_eq!(at_once, u64::from(per_second / 10).max(1));
    }
}
