use super::*;
use crate::statistics::ln_binomial_tail;

#[test]
fn bounds_agree_with_the_beta_quantiles() {
    // seen, of → lower and upper 95 % bound, computed with mpmath
    let table = [
        (3, 3, 0.368_403_149_864_038_66, 1.0),
        (27, 64, 0.317_023_145_045_947_6, 0.532_336_429_646_881_3),
        (0, 10, 0.0, 0.258_865_550_893_052_3),
        (12, 14, 0.614_610_317_636_118, 0.974_000_667_399_132_2),
        (45, 60, 0.641_460_205_595_187, 0.839_135_621_747_198),
        (
            1,
            1_000,
            5.129_197_890_901_780_8e-5,
            0.004_734_993_575_499_778,
        ),
        (64, 64, 0.954_270_297_669_237_5, 1.0),
    ];
    for (seen, of, low, high) in table {
        assert!(
            (share_at_least(seen, of, 0.95) - low).abs() < 1e-10,
            "{seen} of {of}"
        );
        assert!(
            (share_at_most(seen, of, 0.95) - high).abs() < 1e-10,
            "{seen} of {of}"
        );
    }
}

#[test]
fn a_share_at_its_lower_bound_shows_as_many_one_time_in_twenty() {
    for (seen, of) in [(1, 5), (3, 7), (20, 64), (500, 1_000)] {
        let bound = share_at_least(seen, of, 0.95);
        assert!((ln_binomial_tail(seen, of, bound).exp() - 0.05).abs() < 1e-9);
    }
}

#[test]
fn no_errors_in_fifty_days_prove_less_than_six_percent() {
    assert!((share_at_most(0, 50, 0.95) - 0.058_155).abs() < 1e-5);
}

#[test]
fn nothing_seen_bounds_nothing() {
    assert_eq!(
        (share_at_least(0, 0, 0.95), share_at_most(0, 0, 0.95)),
        (0.0, 1.0)
    );
}
