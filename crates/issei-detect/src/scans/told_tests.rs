use super::*;

fn told() -> Told {
    Told::first(FindingId(7), Level::Context, 6, Timestamp::from_secs(1))
}

#[test]
fn a_finding_is_told_again_only_when_its_count_doubles_or_its_level_rises() {
    let now = Timestamp::from_secs(9);
    assert_eq!(told().again(Level::Context, 11, now), None);
    let doubled = told().again(Level::Context, 12, now).unwrap();
    assert_eq!((doubled.revision, doubled.id), (2, FindingId(7)));
    assert_eq!(doubled.decided_at, Timestamp::from_secs(1));
    let risen = told().again(Level::Finding, 6, now).unwrap();
    assert_eq!((risen.level, risen.decided_at), (Level::Finding, now));
}

#[test]
fn a_level_never_falls() {
    let finding = Told::first(FindingId(7), Level::Finding, 6, Timestamp::from_secs(1));
    let again = finding.again(Level::Context, 12, Timestamp::from_secs(2));
    assert_eq!(again.unwrap().level, Level::Finding);
}

#[test]
fn the_end_tells_only_what_is_new() {
    assert_eq!(told().at_the_end(6), None);
    assert_eq!(told().at_the_end(7).unwrap().revision, 2);
}
