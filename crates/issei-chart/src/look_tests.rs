use super::*;

#[test]
fn a_zone_is_told_with_its_distance() {
    assert_eq!(Zone::UTC.label(), "UTC");
    assert_eq!(Zone::jst().label(), "JST +09:00");
    assert_eq!(Zone::fixed(-570, "").label(), "UTC-09:30");
    assert_eq!(Zone::fixed(0, "GMT").label(), "GMT +00:00");
    assert_eq!(Zone::fixed(i32::MIN, "far").label(), "far -23:59");
}

#[test]
fn a_moment_is_told_by_the_zones_own_clock() {
    let moment = Timestamp::parse("2026-11-23T20:30:05.250Z").expect("a moment");
    assert_eq!(Zone::jst().date(moment), "2026-11-24");
    assert_eq!(Zone::jst().clock(moment, Fine::Millis), "05:30:05.250");
    assert_eq!(
        Zone::UTC.whole(moment, Fine::Minutes),
        "2026-11-23 20:30 UTC"
    );
}

#[test]
fn the_first_and_the_last_moment_are_told_too() {
    assert_eq!(Zone::jst().date(Timestamp::MIN), "0001-01-01");
    assert_eq!(Zone::fixed(-60, "").date(Timestamp::MIN), "0000-12-31");
    assert!(Zone::jst().date(Timestamp::MAX).starts_with("9999-"));
}

#[test]
fn a_list_names_five_and_counts_the_rest() {
    let names: Vec<String> = (1..=7).map(|n| format!("M{n}")).collect();
    let english = Look::new(Language::English, "");
    let japanese = Look::new(Language::Japanese, "");
    assert_eq!(english.list(&names), "M1, M2, M3, M4, M5 and 2 more");
    assert_eq!(japanese.list(&names), "M1、M2、M3、M4、M5ほか2件");
    assert_eq!(english.list(&names[..2]), "M1, M2");
}
