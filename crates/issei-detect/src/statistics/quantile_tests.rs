use super::*;

/// The values `0..n` in an order that has nothing to do with their size.
fn shuffled(n: u64, key: u64) -> Vec<f32> {
    let hash = |i: u64| {
        let x = (i ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (x ^ (x >> 31)).wrapping_mul(0xd6e8_feb8_6659_fd93)
    };
    let mut order: Vec<u64> = (0..n).collect();
    order.sort_by_key(|&i| hash(i));
    order.into_iter().map(|i| i as f32).collect()
}

#[test]
fn few_values_are_answered_exactly() {
    let mut sketch = QuantileSketch::new(200, 1);
    for value in [5.0, 1.0, 3.0, 2.0, 4.0] {
        sketch.add(value);
    }
    assert_eq!(sketch.quantile(0.5), Some(3.0));
    assert_eq!(sketch.quantile(1.0), Some(5.0));
    assert_eq!(sketch.share_up_to(2.0), 0.4);
}

#[test]
fn ranks_are_off_by_less_than_the_stated_error() {
    let (n, mut outside, mut asked) = (50_000, 0, 0);
    for seed in 0..100 {
        let mut sketch = QuantileSketch::new(200, seed);
        shuffled(n, seed * 77)
            .into_iter()
            .for_each(|v| sketch.add(v));
        for q in [0.01, 0.25, 0.5, 0.9, 0.99] {
            let rank = f64::from(sketch.quantile(q).unwrap()) / n as f64;
            asked += 1;
            outside += i32::from((rank - q).abs() > 0.0133);
        }
    }
    assert!(outside * 100 <= asked, "{outside} of {asked}");
}

#[test]
fn memory_grows_with_the_logarithm_of_the_stream() {
    let mut sketch = QuantileSketch::new(200, 3);
    for i in 0..2_000_000 {
        sketch.add(i as f32);
        assert!(sketch.held() <= 3 * 200 + 8 * 20);
    }
    assert_eq!(sketch.count(), 2_000_000);
}

#[test]
fn two_halves_answer_like_the_whole() {
    let (mut left, mut right) = (QuantileSketch::new(200, 1), QuantileSketch::new(200, 2));
    for (i, value) in shuffled(40_000, 5).into_iter().enumerate() {
        if i % 3 == 0 { &mut left } else { &mut right }.add(value);
    }
    left.absorb(&right);
    assert_eq!(left.count(), 40_000);
    for q in [0.1, 0.5, 0.95] {
        let rank = f64::from(left.quantile(q).unwrap()) / 40_000.0;
        assert!((rank - q).abs() < 0.02, "{q} {rank}");
    }
}

#[test]
fn what_is_no_number_and_an_empty_sketch_have_no_quantile() {
    let mut sketch = QuantileSketch::new(200, 1);
    sketch.add(f32::NAN);
    assert_eq!(
        (
            sketch.quantile(0.5),
            sketch.count(),
            sketch.share_up_to(1.0)
        ),
        (None, 0, 0.0)
    );
}
