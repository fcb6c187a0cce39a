use super::*;
use crate::lab::routers::Router;

fn row(member: &str, stopped: i64, again: i64) -> Row {
    Row {
        member: member.into(),
        router: Router::Nft,
        fires_at: 1_000_000,
        last_passed_us: Some(stopped - 400),
        first_stopped_us: Some(stopped),
        grain_us: Some(400),
        again_us: Some(again),
        stopped: 1_000,
        lost: 0,
    }
}

fn told(member: &str, stopped: i64, again: i64) -> Told {
    Told {
        member: member.into(),
        last_passed_us: Some(stopped - 1_000),
        first_stopped_us: Some(stopped),
        last_stopped_us: Some(again - 1_000),
        again_us: Some(again),
        device_us: Some(stopped + 30),
    }
}

#[test]
fn the_two_agree_within_what_each_can_tell() {
    let rows = [row("m1", 300, 2_000)];
    let most = 400 + 1_000 + WAY.as_micros();
    assert_eq!(
        agree(&[told("m1", 300 + most, 2_000 - most)], &rows),
        Ok(())
    );
    let late = agree(&[told("m1", 300 + most + 1, 2_000)], &rows);
    assert!(late.unwrap_err().contains("packets stopped at 300"));
    let early = agree(&[told("m1", 300, 2_000 - most - 1)], &rows);
    assert!(early.unwrap_err().contains("packets passed again"));
}

#[test]
fn a_sentinel_that_tells_nothing_is_no_agreement() {
    let rows = [row("m1", 300, 2_000)];
    assert!(agree(&[], &rows).is_err());
    let silent = Told {
        again_us: None,
        ..told("m1", 300, 2_000)
    };
    assert!(agree(&[silent], &rows).is_err());
}

#[test]
fn the_spread_is_of_those_that_had_one_t_by_one_clock() {
    let all = [
        told("m1", -9_000, 0),
        told("m2", 300, 0),
        told("m3", 1_500, 0),
    ];
    let t = ["m1", "m2", "m3"].map(|member| (member.to_owned(), 1_000_000));
    assert_eq!(spread_us(&all, &t, "m1"), Some(1_200));
    let silent = [Told::default(), told("m3", 1_500, 0)];
    assert_eq!(spread_us(&silent, &t, "m1"), None);
}

#[test]
fn the_table_says_a_dash_where_nothing_was_told() {
    let silent = Told {
        member: "m2".into(),
        ..Told::default()
    };
    let text = text(&[told("m1", 300, 2_000), silent], "m1", Language::English);
    let last = text.lines().last().unwrap();
    assert_eq!(last.matches('–').count(), 5, "{text}");
    assert!(text.contains("  m1       *    -0.70"), "{text}");
    let japanese = super::text(&[], "m1", Language::Japanese);
    assert!(japanese.contains("標識"), "{japanese}");
    crate::japanese::assert_no_english(&japanese);
}
