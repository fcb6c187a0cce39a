use super::*;

fn hash(i: u64) -> u64 {
    let x = (i ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let y = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    y ^ (y >> 29)
}

#[test]
fn a_count_stays_within_four_standard_errors_from_one_to_millions() {
    let mut count = DistinctCount::new(12);
    let mut next = 1;
    for i in 1..=3_000_000 {
        count.add(hash(i));
        if i == next {
            next += next / 3 + 1;
            let estimate = count.estimate();
            let error = (estimate.count - i as f64).abs();
            assert!(
                error <= 4.0 * estimate.standard_error + 1.0,
                "{i}: {estimate:?}"
            );
        }
    }
}

#[test]
fn the_same_thing_counts_once() {
    let mut count = DistinctCount::new(10);
    for i in 0..100 {
        for _ in 0..50 {
            count.add(hash(i));
        }
    }
    assert!((count.estimate().count - 100.0).abs() < 10.0);
    count.clear();
    assert_eq!(count.estimate().count, 0.0);
}

#[test]
fn counts_of_two_halves_add_to_the_count_of_the_whole() {
    let (mut odd, mut even, mut all) = (
        DistinctCount::new(10),
        DistinctCount::new(10),
        DistinctCount::new(10),
    );
    for i in 0..10_000 {
        if i % 2 == 0 { &mut even } else { &mut odd }.add(hash(i));
        all.add(hash(i));
    }
    odd.absorb(&even);
    assert_eq!(odd.estimate(), all.estimate());
}

#[test]
fn the_extreme_hashes_have_a_register() {
    let mut count = DistinctCount::new(4);
    count.add(0);
    count.add(u64::MAX);
    assert!(count.estimate().count > 0.0);
}

#[test]
fn a_bottom_sample_counts_exactly_until_it_is_full() {
    assert_eq!(distinct_from_bottom(5, 64, 77).count, 5.0);
    assert_eq!(distinct_from_bottom(5, 64, 77).standard_error, 0.0);
}

#[test]
fn a_bottom_sample_is_unbiased_with_the_stated_error() {
    const ROOM: usize = 64;
    let (rounds, truth) = (400_u64, 5_000_u64);
    let (mut sum, mut squares) = (0.0, 0.0);
    for round in 0..rounds {
        let mut hashes: Vec<u32> = (0..truth)
            .map(|i| (hash(round << 32 | i) >> 32) as u32)
            .collect();
        hashes.sort_unstable();
        let estimate = distinct_from_bottom(ROOM, ROOM, hashes[ROOM - 1]).count;
        sum += estimate;
        squares += (estimate - truth as f64).powi(2);
    }
    let mean = sum / rounds as f64;
    let spread = (squares / rounds as f64).sqrt() / truth as f64;
    assert!(
        (mean / truth as f64 - 1.0).abs() < 4.0 * 0.127 / 20.0,
        "{mean}"
    );
    assert!((spread / 0.127 - 1.0).abs() < 0.2, "{spread}");
}
