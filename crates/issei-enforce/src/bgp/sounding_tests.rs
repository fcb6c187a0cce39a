use proptest::prelude::*;

use super::*;

/// Measures a peer who takes so long, with looks that come up to `late` after they were wanted.
fn measured(takes: Span, late: Span) -> Option<Span> {
    let mut sounding = Sounding::default();
    let mut looks = 0;
    while let Some(after) = sounding.next() {
        let after = Span::from_micros(after.as_micros() + late.as_micros() * (looks % 3) / 2);
        sounding.look(after, after >= takes);
        looks += 1;
        assert!(looks <= 64, "looks are bounded");
    }
    sounding.answer()
}

#[test]
fn a_peer_who_never_acts_has_no_time() {
    assert_eq!(measured(Span::from_secs(100), Span::ZERO), None);
}

#[test]
fn a_peer_who_acts_at_once_takes_almost_nothing() {
    let answer = measured(Span::from_micros(80), Span::ZERO).expect("measured");
    assert!(answer <= Span::from_millis(1), "{answer}");
}

#[test]
fn looks_that_miss_late_do_not_confuse() {
    let mut sounding = Sounding::default();
    sounding.look(Span::from_millis(40), false);
    sounding.look(Span::from_millis(60), true);
    sounding.look(Span::from_millis(90), false);
    assert_eq!(sounding.answer(), Some(Span::from_millis(40)));
}

proptest! {
    #[test]
    fn the_answer_is_near_for_any_peer_and_never_too_long(takes in 0i64..1_500_000, late in 0i64..2_000) {
        let answer = measured(Span::from_micros(takes), Span::from_micros(late));
        let answer = answer.expect("measured").as_micros();
        prop_assert!(answer <= takes, "{takes} measured as {answer}");
        prop_assert!(takes - answer <= 4_000 + takes / 30, "{takes} measured as {answer}");
    }
}
