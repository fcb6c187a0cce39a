use issei_model::Timestamp;
use proptest::prelude::*;

use super::{GRID, Moment, Tongue, Window};

const NOW: i64 = 1_795_724_061_108_689;

#[test]
fn what_nft_multiplies_is_the_moment_that_was_meant() {
    let [seconds, ..] = Tongue::ALL;
    let moment = Moment::not_before(Timestamp::from_micros(NOW));
    let number = seconds.number(moment);
    assert_eq!(number.wrapping_mul(1_000_000_000), moment.0);
    assert!(number < 1 << 55, "a signed number of JSON holds it");
}

#[test]
fn a_whole_second_is_written_as_the_kernel_would_get_it_from_its_date() {
    let [seconds, ..] = Tongue::ALL;
    let moment = Moment::not_before(Timestamp::from_secs(1_795_719_600));
    assert_eq!(
        seconds.stored(seconds.number(moment)),
        Moment(1_795_719_600_000_000_000)
    );
    assert_eq!(seconds.stored(1_795_719_600), moment);
}

#[test]
fn no_two_tongues_show_the_same_for_one() {
    let shown: Vec<[u32; 2]> = Tongue::ALL
        .iter()
        .map(|tongue| tongue.words(tongue.stored(1)))
        .collect();
    let mut different = shown.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), shown.len(), "{shown:x?}");
}

#[test]
fn moments_before_1970_and_after_2262_are_moved_to_these() {
    assert_eq!(Moment::not_before(Timestamp::MIN), Moment(0));
    assert!(Moment::not_before(Timestamp::MAX).0 < i64::MAX as u64);
    assert!(Moment::not_after(Timestamp::MAX) < Moment(i64::MAX as u64));
}

#[test]
fn an_empty_window_holds_no_moment() {
    let at = Timestamp::from_micros(NOW);
    assert!(Window::never(at).is_empty());
    assert!(!Window::never(at).holds(at));
    assert!(Window::between(at, at).is_empty());
}

proptest! {
    #[test]
    fn a_moment_begins_less_than_a_microsecond_late_and_ends_less_than_one_early(micros in 0..4_000_000_000_000_000i64) {
        let at = Timestamp::from_micros(micros);
        let exact = micros as u64 * 1_000;
        let (begins, ends) = (Moment::not_before(at), Moment::not_after(at));
        prop_assert!(begins.0 >= exact && begins.0 - exact < GRID);
        prop_assert!(ends.0 <= exact && exact - ends.0 < GRID);
        prop_assert_eq!(begins.down(), at);
        prop_assert_eq!(ends.up(), at);
    }

    #[test]
    fn every_tongue_stores_what_is_meant_and_is_read_back(micros in 0..4_000_000_000_000_000i64) {
        let moment = Moment::not_before(Timestamp::from_micros(micros));
        for tongue in Tongue::ALL {
            prop_assert_eq!(tongue.stored(tongue.number(moment)), moment);
            prop_assert_eq!(tongue.moment(tongue.words(moment)), moment);
        }
    }
}
