use super::*;

#[test]
fn a_moment_carries_its_zone() {
    let at = Timestamp::parse("2026-11-23T16:30:05.003Z").unwrap();
    assert_eq!(Zone::Utc.moment(at), "2026-11-23 16:30:05 UTC");
    assert_eq!(Zone::Jst.moment(at), "2026-11-24 01:30:05 JST");
    assert_eq!(Zone::Jst.instant(at), "01:30:05.003 JST");
}

#[test]
fn counts_are_grouped_by_thousands() {
    let written: Vec<String> = [0, 999, 1_000, 1_234_567].map(count).into();
    assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
}
