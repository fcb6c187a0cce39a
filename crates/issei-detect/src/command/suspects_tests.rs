use super::*;

const RULE: Rule = Rule::HorizontalScan;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

#[test]
fn of_several_suspicions_the_earliest_stays() {
    let mut suspects = Suspects::new(10);
    suspects.suspect(5, at(100), FindingId(1), RULE);
    suspects.suspect(5, at(50), FindingId(2), Rule::SensorHit);
    suspects.suspect(5, at(70), FindingId(3), RULE);
    let five = suspects.get(5).unwrap();
    assert_eq!(
        (five.since, five.finding, five.rule),
        (at(50), FindingId(2), Rule::SensorHit)
    );
    assert_eq!(suspects.len(), 1);
}

#[test]
fn a_line_that_shares_the_filters_bit_is_no_suspect() {
    let mut suspects = Suspects::new(10);
    suspects.suspect(5, at(0), FindingId(1), RULE);
    let neighbour = 5 + LEAST_BITS as u32;
    assert!(suspects.get(neighbour).is_none() && !suspects.made_contact(neighbour));
    assert!(suspects.made_contact(5));
}

#[test]
fn a_suspect_that_stays_silent_for_two_epochs_is_forgotten() {
    let mut suspects = Suspects::new(10);
    suspects.begin_epoch(7);
    suspects.suspect(5, at(0), FindingId(1), RULE);
    suspects.suspect(6, at(0), FindingId(2), RULE);
    suspects.begin_epoch(8);
    assert!(suspects.made_contact(6));
    suspects.begin_epoch(9);
    assert!(suspects.get(5).is_none() && suspects.get(6).is_some());
}

#[test]
fn suspects_beyond_the_bound_are_counted() {
    let mut suspects = Suspects::new(2);
    for line in 0..5 {
        suspects.suspect(line, at(0), FindingId(1), RULE);
    }
    assert_eq!((suspects.len(), suspects.turned_away), (2, 3));
}

#[test]
fn a_line_suspected_before_the_first_epoch_stays_through_it() {
    let mut suspects = Suspects::new(10);
    suspects.suspect(5, at(0), FindingId(1), RULE);
    suspects.begin_epoch(20_000);
    assert!(suspects.get(5).is_some());
    suspects.begin_epoch(20_002);
    assert!(suspects.get(5).is_none());
}

#[test]
fn the_filter_grows_with_the_suspects_and_forgets_none() {
    let mut suspects = Suspects::new(10_000);
    let line = |i: u32| i.wrapping_mul(0x9e37_79b9);
    for i in 0..5_000 {
        suspects.suspect(line(i), at(0), FindingId(1), RULE);
    }
    assert!((0..5_000).all(|i| suspects.get(line(i)).is_some()));
    let in_vain = (5_000..105_000)
        .filter(|&i| suspects.may_hold(line(i)))
        .count();
    assert!(in_vain < 8_000, "{in_vain} of 100,000");
}
