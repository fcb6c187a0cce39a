use super::*;

fn stratum(lines: u64, suspects: u64, contacts: u64) -> Stratum {
    Stratum {
        lines,
        suspects,
        contacts,
    }
}

#[test]
fn hypergeometric_tails_agree_with_fifty_digit_sums() {
    // lines, suspects, contacts, x → ln P(X >= x), computed with mpmath
    let table = [
        (50, 10, 12, 5, -3.078_572_150_433_772_5),
        (1_000, 30, 64, 3, -1.203_251_626_330_018_7),
        (300_000, 210, 64, 3, -11.201_776_396_838_498),
        (300_000, 210, 64, 45, -295.289_693_422_233_1),
        (30_000_000, 5_000, 10, 3, -21.312_527_009_801_162),
        (30_000_000, 5_000, 64, 64, -557.173_794_486_705_2),
        (9_000, 300, 14, 12, -36.579_084_673_528_5),
        (100, 90, 64, 55, -0.008_788_972_677_213_507),
        (100, 90, 64, 60, -2.348_914_785_034_467_2),
        (1_000_000_000, 20_000, 64, 2, -14.031_562_487_392_786),
        (20, 10, 15, 6, -0.016_387_413_153_093_109),
        (1_800, 1_200, 64, 43, -0.647_207_988_523_799_9),
    ];
    for (lines, suspects, contacts, x, expected) in table {
        let one = stratum(lines, suspects, contacts);
        for computed in [
            ln_hypergeometric_tail(one, x),
            stratified_enrichment(&[one], x).ln_at_least,
        ] {
            let error = (computed - expected).abs() / f64::abs(expected).max(1.0);
            assert!(error < 1e-11, "{one:?} {x}: {computed} {expected}");
        }
    }
}

#[test]
fn convolved_tails_agree_with_fifty_digit_sums() {
    let crowd = [stratum(40, 30, 20), stratum(500, 5, 30), stratum(10, 9, 9)];
    let home = [stratum(9_000, 300, 14), stratum(290_000, 50, 50)];
    let cloud = [stratum(1_800, 1_260, 60), stratum(298_200, 20, 4)];
    // strata, x → ln P(X >= x), ln P(X > x), expected
    let table: [(&[Stratum], u64, f64, f64, f64); 4] = [
        (
            &home,
            12,
            -35.687_339_601_048_954,
            -40.546_943_637_398_336,
            0.475_287_356_321_839_1,
        ),
        (
            &crowd,
            28,
            -5.611_256_864_269_579,
            -7.707_421_585_351_62,
            23.4,
        ),
        (
            &crowd,
            20,
            -0.002_824_215_913_968_432,
            -0.022_848_242_949_225_002,
            23.4,
        ),
        (
            &cloud,
            45,
            -1.427_966_257_250_004,
            -1.845_988_691_235_450_4,
            42.000_268_276_324_61,
        ),
    ];
    for (strata, x, at_least, more, expected) in table {
        let computed = stratified_enrichment(strata, x);
        assert!(
            (computed.ln_at_least - at_least).abs() < 1e-10,
            "{computed:?}"
        );
        assert!((computed.ln_more - more).abs() < 1e-10, "{computed:?}");
        assert!((computed.expected - expected).abs() < 1e-9, "{computed:?}");
    }
}

#[test]
fn a_vendors_cloud_is_no_surprise_within_its_own_class() {
    // 1,800 cameras of one model, 700 of them suspects; nobody else is. 64 of them are sampled.
    let (x, inside) = (25, stratum(1_800, 700, 64));
    let blind = ln_hypergeometric_tail(stratum(300_000, 700, 64), x);
    let within = stratified_enrichment(&[inside, stratum(298_200, 0, 0)], x).ln_at_least;

    assert!(blind < -100.0 && within > -1.0, "{blind} {within}");
}

#[test]
fn the_law_sums_to_one_whatever_the_counts() {
    for (lines, suspects, contacts) in [(10, 0, 5), (10, 10, 5), (7, 3, 7), (64, 60, 60), (1, 1, 1)]
    {
        let sum: f64 = masses(stratum(lines, suspects, contacts)).iter().sum();
        assert!(
            (sum - 1.0).abs() < 1e-12,
            "{lines} {suspects} {contacts}: {sum}"
        );
    }
}

#[test]
fn impossible_sizes_are_mended_and_do_not_panic() {
    for one in [
        stratum(0, 3, 5),
        stratum(4, 9, 2),
        stratum(0, 0, 0),
        stratum(2, 0, 64),
    ] {
        for x in 0..70 {
            let tail = stratified_enrichment(&[one], x).ln_at_least;
            assert!(
                (Enrichment::LEAST..=0.0).contains(&tail),
                "{one:?} {x} {tail}"
            );
            assert!(!ln_hypergeometric_tail(one, x).is_nan());
        }
    }
}

#[test]
fn a_tail_below_every_number_is_rounded_up() {
    let hopeless = stratified_enrichment(&[stratum(u64::from(u32::MAX), 64, 64)], 64);
    assert_eq!(hopeless.ln_at_least, Enrichment::LEAST);
    assert!(ln_hypergeometric_tail(stratum(u64::from(u32::MAX), 64, 64), 64) < Enrichment::LEAST);
}
