use super::*;
use crate::statistics::poisson_tail;

fn shipped() -> Thresholds {
    Thresholds::new(&Parameters::shipped())
}

#[test]
fn the_shipped_thresholds_are_those_that_the_documents_name() {
    let thresholds = shipped();
    let sampled = [1, 100, 1_000, 10_000].map(|sampling| thresholds.sampled(sampling));
    assert_eq!(sampled, [26, 6, 5, 5]);
    assert_eq!((thresholds.failed, thresholds.failed_together), (6, 26));
    assert_eq!((thresholds.ports, thresholds.logins), (15, 47));
    assert_eq!(thresholds.sequential.marks_needed(), 15);
}

#[test]
fn every_threshold_is_the_least_whose_tail_is_within_the_budget() {
    let thresholds = shipped();
    let alpha = thresholds.alpha;
    assert!(poisson_tail(6, 0.06) <= alpha / 2.0 && poisson_tail(5, 0.06) > alpha / 2.0);
    assert!(poisson_tail(26, 6.0) <= alpha && poisson_tail(25, 6.0) > alpha);
    let logins = |count| negative_binomial_tail(count, 2.0, 1.0);
    assert!(logins(47) <= alpha && logins(46) > alpha);
    let ports = |count: i32| 0.25f64.powi(count - 1);
    assert!(ports(15) <= alpha && ports(14) > alpha);
}

#[test]
fn a_scan_with_known_outcomes_spends_no_more_than_its_budget_on_both_tests() {
    let thresholds = shipped();
    let spent = thresholds.failed_tail(thresholds.failed, false);
    let both = spent + thresholds.sequential.false_alarm;
    assert!(
        both <= thresholds.alpha * 1.01,
        "{both} > {}",
        thresholds.alpha
    );
}

#[test]
fn counts_that_spread_wider_than_poisson_raise_the_threshold() {
    let mut parameters = Parameters::shipped();
    parameters.scans.contacts_dispersion.value = 0.5;
    assert!(Thresholds::new(&parameters).sampled(1) > 2 * shipped().sampled(1));
}

#[test]
fn the_more_space_is_dark_the_more_hits_are_needed() {
    let thresholds = shipped();
    let needed = |bits: i32| thresholds.dark(thresholds.blind_hits(2f64.powi(32 - bits)));
    assert_eq!([24, 20, 17, 12].map(needed), [3, 4, 6, 18]);
}

#[test]
fn a_peer_to_peer_program_hits_worm_ports_now_and_then() {
    let thresholds = shipped();
    let ln_alpha = thresholds.alpha.ln();
    assert!(thresholds.ln_peers_tail(6, 0) < ln_alpha);
    assert!(thresholds.ln_peers_tail(6, 2_000) > ln_alpha);
    assert!(thresholds.ln_peers_tail(60, 2_000) < ln_alpha);
}
