use issei_desk::Stands;
use issei_desk::samples::{after, in_force, silent, view};
use issei_model::{Objection, Observed, Span};

use super::*;

#[test]
fn each_member_is_beside_its_own_t_and_who_is_missing_says_why() {
    let t = after(5_000);
    let mut refused = silent("isp-c", 1);
    refused.observed = Some(Observed::Refused(Objection::Capacity));
    let members = vec![
        in_force("isp-a", 1, after(2_000), 700),
        in_force("isp-b", 1, t, 900),
        refused,
    ];
    let strip = effect_strip(
        &view(Stands::Armed, after(6_000), members),
        Language::English,
    );
    assert_eq!(strip.t, t);
    let offsets: Vec<Vec<Span>> = strip
        .members
        .iter()
        .map(|one| one.offsets.clone())
        .collect();
    assert_eq!(
        offsets,
        [
            vec![Span::from_micros(700)],
            vec![Span::from_micros(900)],
            vec![]
        ]
    );
    assert_eq!(strip.members[0].name, "isp-a (canary)");
    assert_eq!(
        strip.members[2].note,
        StripNote::Missing("refused: no room in the devices".into())
    );
}

#[test]
fn who_was_not_read_back_is_no_dot() {
    let t = after(5_000);
    let late = issei_desk::samples::armed("isp-b", 1, t);
    let strip = effect_strip(
        &view(Stands::Armed, after(6_000), vec![late]),
        Language::Japanese,
    );
    assert!(strip.members[0].offsets.is_empty());
    assert_eq!(strip.members[0].note, StripNote::Retrying);
}
