use super::*;

const CLOCKS: Clocks = Clocks {
    wall: 1_790_000_000_000_000_000,
    boot: 5_000_000_000,
    tai_lead: 37_000_000_000,
};

#[test]
fn a_moment_on_the_wall_is_as_far_away_by_the_other_clock() {
    let now = CLOCKS.now();
    assert_eq!(CLOCKS.boot_at(now), CLOCKS.boot);
    assert_eq!(
        CLOCKS.boot_at(now + issei_model::Span::from_secs(3)),
        8_000_000_000
    );
    assert_eq!(
        CLOCKS.boot_at(now - issei_model::Span::from_secs(3)),
        2_000_000_000
    );
}

#[test]
fn what_is_before_the_start_or_after_all_time_has_no_other_moment() {
    assert_eq!(CLOCKS.boot_at(Timestamp::from_secs(1)), 0);
    assert_eq!(CLOCKS.boot_at(Timestamp::MIN), 0);
    assert!(CLOCKS.boot_at(Timestamp::MAX) > u64::MAX / 2);
}

#[test]
fn a_clock_that_was_set_is_told_from_one_that_ran_on() {
    let later = |wall: u64, boot: u64, tai_lead: u64| Clocks {
        wall: CLOCKS.wall + wall,
        boot: CLOCKS.boot + boot,
        tai_lead,
    };
    let second = 1_000_000_000;
    assert!(!later(second, second, CLOCKS.tai_lead).were_set_since(&CLOCKS));
    assert!(!later(second + 900_000, second, CLOCKS.tai_lead).were_set_since(&CLOCKS));
    assert!(later(second + 1_100_000, second, CLOCKS.tai_lead).were_set_since(&CLOCKS));
    assert!(later(0, second, CLOCKS.tai_lead).were_set_since(&CLOCKS));
    assert!(later(second, second, 0).were_set_since(&CLOCKS));
}
