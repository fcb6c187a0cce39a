use super::*;

#[test]
fn the_same_seed_throws_the_same_and_another_label_does_not() {
    let throws = |seed, label| {
        let mut dice = Dice::new(seed, label);
        [dice.bits(), dice.bits(), dice.bits()]
    };
    assert_eq!(throws(7, "homes"), throws(7, "homes"));
    assert_ne!(throws(7, "homes"), throws(7, "bots"));
    assert_ne!(throws(7, "homes"), throws(8, "homes"));
}

#[test]
fn the_logarithm_agrees_with_the_library_to_twelve_digits() {
    for x in [
        1e-300, 1e-9, 0.1, 0.5, 0.999_999, 1.0, 1.5, 2.0, 123.456, 1e300,
    ] {
        let (ours, theirs) = (ln(x), f64::ln(x));
        assert!(
            (ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0),
            "{x}"
        );
    }
}

#[test]
fn gaps_and_counts_have_the_means_and_variances_of_their_laws() {
    let mut dice = Dice::new(1, "laws");
    let throws = 200_000;
    let mean_gap = (0..throws).map(|_| dice.gap()).sum::<f64>() / f64::from(throws);
    assert!((mean_gap - 1.0).abs() < 0.01, "{mean_gap}");
    for mean in [0.2, 3.0, 50.0, 400.0] {
        let counts: Vec<f64> = (0..throws).map(|_| dice.poisson(mean) as f64).collect();
        let average = counts.iter().sum::<f64>() / f64::from(throws);
        let spread = counts.iter().map(|c| (c - average) * (c - average));
        let variance = spread.sum::<f64>() / f64::from(throws);
        assert!((average / mean - 1.0).abs() < 0.02, "{mean}: {average}");
        assert!((variance / mean - 1.0).abs() < 0.04, "{mean}: {variance}");
    }
}

#[test]
fn choices_reach_every_place_and_none_outside() {
    let mut dice = Dice::new(3, "places");
    let mut seen = [0_u32; 7];
    for _ in 0..7_000 {
        seen[dice.place(7)] += 1;
        assert!(dice.below(5) < 5);
        assert!((0.0..1.0).contains(&dice.share()));
        assert!(dice.ephemeral() >= 32_768 && dice.ephemeral() < 61_000);
    }
    assert!(
        seen.iter().all(|&count| (850..1_150).contains(&count)),
        "{seen:?}"
    );
    assert_eq!(dice.below(0), 0);
}

#[test]
fn powers_are_those_of_repeated_multiplication() {
    assert_eq!(power(2.0, 10), 1_024.0);
    assert_eq!(power(0.5, 0), 1.0);
    assert!((power(0.999, 1_000) - 0.367_695_424_770_96).abs() < 1e-12);
}

#[test]
fn skipping_succeeds_as_often_as_throwing_for_each_and_in_every_place() {
    let mut dice = Dice::new(5, "skip");
    let mut skip = Skip::new(0.1, &mut dice);
    let mut successes = [0_u32; 10];
    for _ in 0..20_000 {
        let mut place = 0;
        while let Some(next) = skip.next(place, 10, &mut dice) {
            successes[next] += 1;
            place = next + 1;
        }
    }
    // 2,000 each, within five standard deviations of a binomial count.
    assert!(
        successes
            .iter()
            .all(|&count| (1_788..=2_212).contains(&count)),
        "{successes:?}"
    );
    let mut always = Skip::new(1.0, &mut dice);
    assert_eq!(always.next(3, 10, &mut dice), Some(3));
    assert_eq!(always.next(10, 10, &mut dice), None);
}
