use super::*;

#[test]
fn failures_needed_are_those_of_the_published_table() {
    for (alpha, needed) in [(1e-4, 7), (1e-6, 10), (1e-9, 15)] {
        let test = SequentialTest::new(0.2, 0.8, alpha, 0.01).unwrap();
        assert_eq!(test.marks_needed(), needed, "{alpha}");
    }
}

#[test]
fn limits_decide_at_the_limit() {
    let test = SequentialTest::new(0.2, 0.8, 1e-3, 0.01).unwrap();
    assert_eq!(test.balance(0.0), Balance::Open);
    assert_eq!(test.balance(test.upper), Balance::Guilty);
    assert_eq!(test.balance(test.lower), Balance::Innocent);
    assert!((test.marked_step + test.plain_step).abs() < 1e-12);
}

#[test]
fn senseless_settings_make_no_test() {
    for (innocent, guilty, alpha, beta) in [
        (0.8, 0.2, 0.01, 0.01),
        (0.0, 0.8, 0.01, 0.01),
        (0.2, 1.0, 0.01, 0.01),
        (0.2, 0.8, 0.0, 0.01),
        (0.2, 0.8, 0.6, 0.5),
        (f64::NAN, 0.8, 0.01, 0.01),
    ] {
        assert_eq!(SequentialTest::new(innocent, guilty, alpha, beta), None);
    }
}

#[test]
fn innocent_sequences_are_accused_no_more_often_than_promised() {
    let test = SequentialTest::new(0.2, 0.8, 0.01, 0.01).unwrap();
    let (mut state, mut accused) = (1u64, 0);
    const SEQUENCES: u32 = 20_000;
    for _ in 0..SEQUENCES {
        let mut sum = 0.0;
        // Unlike Wald's test this one is never stopped by acquittal: the harder case of Ville.
        for _ in 0..200 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let marked = (state >> 33) % 1_000 < 200;
            sum += if marked {
                test.marked_step
            } else {
                test.plain_step
            };
            if test.balance(sum) == Balance::Guilty {
                accused += 1;
                break;
            }
        }
    }
    let rate = f64::from(accused) / f64::from(SEQUENCES);
    assert!(rate <= test.false_alarm, "{rate}");
    assert!(
        rate > 0.0,
        "the limit is never reached: the test shows nothing"
    );
}
