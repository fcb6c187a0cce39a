use super::*;
use crate::hashing::Key;

fn hash(address: u32) -> u64 {
    Key::new([1, 2]).line(address)
}

#[test]
fn a_sample_does_not_depend_on_order_or_repetition() {
    let (mut rising, mut falling) = (Sample::new(32), Sample::new(32));
    for address in 0..1_000u32 {
        rising.add(hash(address), address, false);
        rising.add(hash(address / 2), address / 2, false);
        falling.add(hash(999 - address), 999 - address, false);
    }
    assert_eq!(rising.peers(), falling.peers());
    assert_eq!(rising.peers().len(), 32);
}

#[test]
fn distinct_peers_are_counted_exactly_while_they_fit_and_estimated_beyond() {
    let mut sample = Sample::new(256);
    for address in 0..256u32 {
        sample.add(hash(address), address, false);
    }
    assert_eq!(sample.distinct(), 256.0);
    for address in 0..20_000u32 {
        sample.add(hash(address), address, false);
    }
    // Four standard errors of 1/sqrt(254).
    assert!(
        (sample.distinct() / 20_000.0 - 1.0).abs() < 0.25,
        "{}",
        sample.distinct()
    );
}

#[test]
fn a_sample_that_was_cleared_is_empty() {
    let mut sample = Sample::new(1);
    sample.add(hash(1), 1u32, true);
    sample.add(hash(2), 2, true);
    sample.clear();
    assert_eq!((sample.peers().len(), sample.distinct()), (0, 0.0));
}
