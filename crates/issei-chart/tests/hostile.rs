//! Whatever is handed in, a picture comes out: whole, bounded, and sound.

mod xml;

use issei_chart::{
    AttackFlow, AttackSeries, Chart, ContactRaster, EffectStrip, Look, RasterGroup, StripMember,
    StripNote, Table, Zone,
};
use issei_model::{Language, Span, Timestamp};
use proptest::prelude::*;

/// What every picture promises, of each layout and language.
fn judge(draw: impl Fn(&Look) -> Chart) {
    for language in [Language::English, Language::Japanese] {
        let look = Look::new(language, "a b\"<c>").in_zone(Zone::fixed(-570, "<>&\u{202e}"));
        for look in [
            look.clone(),
            look.narrow().why_empty("<b>nothing & nobody</b>"),
        ] {
            let chart = draw(&look);
            assert!(
                chart.svg.len() <= Chart::LARGEST,
                "{} bytes",
                chart.svg.len()
            );
            assert_eq!(xml::complaint(&chart.svg), None);
            assert!(chart.standalone().len() <= Chart::LARGEST + 20_000);
            assert!(chart.title.chars().count() <= 200);
            assert!(chart.description.chars().count() <= 600);
            judge_table(&chart.table);
        }
    }
}

fn judge_table(table: &Table) {
    assert!(table.rows.len() <= Table::MOST_ROWS);
    for row in &table.rows {
        assert_eq!(row.len(), table.columns.len());
        assert!(
            row.iter()
                .all(|cell| cell.chars().count() <= Table::LONGEST_CELL)
        );
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("<script>alert(1)</script>".to_string()),
        Just("\u{202e}\u{0}\u{ffff}\t\u{1b}[31m&amp;\"'".to_string()),
        Just("北陸ケーブルテレビ株式会社".repeat(40)),
        any::<String>(),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MAX),
        Just(-0.0),
        Just(5e-324),
        0.0..1000.0,
    ]
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        1_700_000_000_000_000..1_700_003_600_000_000_i64,
    ]
    .prop_map(Timestamp::from_micros)
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        -500..500_000_i64
    ]
    .prop_map(Span::from_micros)
}

fn note() -> impl Strategy<Value = StripNote> {
    prop_oneof![
        Just(StripNote::None),
        Just(StripNote::Retrying),
        name().prop_map(StripNote::Missing),
    ]
}

fn some<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(one, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_strip_of_anything_is_drawn(
        t in moment(),
        promise in prop::option::of(span()),
        members in some((name(), some(span()), any::<usize>(), note())),
    ) {
        let members = members.into_iter().map(|(name, offsets, expected, note)| StripMember {
            name, offsets, expected, note,
        });
        let strip = EffectStrip { t, promise, members: members.collect() };
        judge(|look| strip.draw(look));
    }

    #[test]
    fn a_raster_of_anything_is_drawn(
        from in moment(), to in moment(), t in prop::option::of(moment()), grace in span(),
        groups in some((name(), some(some(moment())))),
    ) {
        let groups = groups.into_iter().map(|(member, devices)| RasterGroup { member, devices });
        let raster = ContactRaster { from, to, t, grace, groups: groups.collect() };
        judge(|look| raster.draw(look));
    }

    #[test]
    fn an_attack_of_anything_is_drawn(
        unit in name(), times in some(moment()), series in some((name(), some(number()))),
        without in some(prop::option::of(number())), t in prop::option::of(moment()),
    ) {
        let series = series.into_iter().map(|(member, values)| AttackSeries { member, values });
        let attack = AttackFlow { unit, times, series: series.collect(), without, t };
        judge(|look| attack.draw(look));
    }
}

/// Numbers that look like chance, for pictures of a million marks.
fn scattered(count: u64, below: u64) -> impl Iterator<Item = i64> {
    (0..count).map(move |place| {
        let mixed = (place ^ (place >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed >> 20) % below) as i64
    })
}

#[test]
fn a_strip_of_a_million_points_is_bounded() {
    for members in [1, 40, 10_000] {
        let each = 1_000_000 / members;
        let members = (0..members).map(|member| StripMember {
            name: format!("member {member}"),
            offsets: scattered(each, 400_000 + member)
                .map(Span::from_micros)
                .collect(),
            expected: each as usize,
            note: StripNote::None,
        });
        let members: Vec<StripMember> = members.collect();
        let strip = EffectStrip {
            t: Timestamp::from_secs(1),
            promise: None,
            members,
        };
        judge(|look| strip.draw(look));
    }
}

#[test]
fn a_strip_just_below_each_limit_is_bounded() {
    for points in [2_000, 2_001, 6_000, 6_001] {
        let members = (0..48).map(|member| StripMember {
            name: "株".repeat(300),
            offsets: scattered(points / 48 + 1, 9_000_000_000)
                .map(Span::from_micros)
                .collect(),
            expected: 1_000_000,
            note: StripNote::Missing(format!("{member} {}", "な".repeat(300))),
        });
        let members = members.collect();
        let strip = EffectStrip {
            t: Timestamp::from_secs(1),
            promise: None,
            members,
        };
        judge(|look| strip.draw(look));
    }
}

#[test]
fn a_raster_of_a_million_contacts_is_bounded() {
    for (members, devices) in [(1, 1), (3, 40), (14, 1_000), (10_000, 10)] {
        let each = 1_000_000 / (members * devices);
        let device = |seed: u64| -> Vec<Timestamp> {
            let moments = scattered(each, 3_600_000_000 - seed);
            moments.map(Timestamp::from_micros).collect()
        };
        let groups = (0..members).map(|member| RasterGroup {
            member: format!("member {member}"),
            devices: (0..devices)
                .map(|place| device(member * 7 + place))
                .collect(),
        });
        let raster = ContactRaster {
            from: Timestamp::from_secs(0),
            to: Timestamp::from_secs(3_600),
            t: Some(Timestamp::from_secs(1_800)),
            grace: Span::ZERO,
            groups: groups.collect(),
        };
        judge(|look| raster.draw(look));
    }
}

#[test]
fn a_raster_just_below_each_limit_is_bounded() {
    let groups = (0..18).map(|member| RasterGroup {
        member: format!("member {member}"),
        devices: (0..7)
            .map(|_| {
                scattered(47, 3_600_000_000)
                    .map(Timestamp::from_micros)
                    .collect()
            })
            .collect(),
    });
    let mut raster = ContactRaster {
        from: Timestamp::from_secs(0),
        to: Timestamp::from_secs(3_600),
        t: None,
        grace: Span::ZERO,
        groups: groups.collect(),
    };
    judge(|look| raster.draw(look));
    raster.t = Some(Timestamp::from_secs(2_880));
    judge(|look| raster.draw(look));
}

#[test]
fn an_attack_of_a_million_values_is_bounded() {
    let series = (0..1_000).map(|member| AttackSeries {
        member: format!("member {member}"),
        values: scattered(1_000, 1_000).map(|value| value as f64).collect(),
    });
    let attack = AttackFlow {
        unit: "Gbit/s".to_string(),
        times: (0..1_000).map(Timestamp::from_secs).collect(),
        series: series.collect(),
        without: (0..1_000).map(|place| Some(f64::from(place))).collect(),
        t: Some(Timestamp::from_secs(500)),
    };
    judge(|look| attack.draw(look));
}

#[test]
fn a_name_of_a_million_letters_is_bounded_and_stays_text() {
    let name = "<script>&\u{202e}".repeat(80_000);
    let strip = EffectStrip {
        members: vec![StripMember {
            name: name.clone(),
            offsets: vec![Span::ZERO; 3],
            expected: 4,
            note: StripNote::Missing(name.clone()),
        }],
        ..EffectStrip::default()
    };
    judge(|look| strip.draw(look));
    let svg = strip.draw(&Look::new(Language::English, "x")).svg;
    assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script>"));
    let raster = ContactRaster {
        to: Timestamp::from_secs(60),
        groups: vec![RasterGroup {
            member: name.clone(),
            devices: vec![vec![Timestamp::from_secs(3)]],
        }],
        ..ContactRaster::default()
    };
    judge(|look| raster.draw(look));
    let attack = AttackFlow {
        unit: name.clone(),
        times: vec![Timestamp::from_secs(0), Timestamp::from_secs(9)],
        series: vec![AttackSeries {
            member: name,
            values: vec![1.0, 2.0],
        }],
        ..AttackFlow::default()
    };
    judge(|look| attack.draw(look));
}
