use super::*;

const NOW: (Timestamp, Moment) = (Timestamp::from_secs(5), Moment::Now);
const LAST: (Timestamp, Moment) = (Timestamp::from_secs(9), Moment::Last);

fn revision(told: &mut Option<Told>, count: u64, when: (Timestamp, Moment)) -> Option<u32> {
    tell(told, count, when, || FindingId(7)).map(|told| told.revision)
}

#[test]
fn a_finding_is_told_first_then_when_it_doubles_then_in_its_last_form() {
    let mut told = None;
    assert_eq!(revision(&mut told, 3, NOW), Some(1));
    assert_eq!(revision(&mut told, 5, NOW), None);
    assert_eq!(revision(&mut told, 6, NOW), Some(2));
    assert_eq!(revision(&mut told, 7, LAST), Some(3));
    assert_eq!(revision(&mut told, 7, LAST), None);
}

#[test]
fn a_finding_keeps_its_name_and_the_moment_it_was_decided() {
    let mut told = None;
    tell(&mut told, 1, NOW, || FindingId(7));
    let again = tell(&mut told, 2, LAST, || FindingId(8)).unwrap();
    assert_eq!((again.id, again.decided_at), (FindingId(7), NOW.0));
}
