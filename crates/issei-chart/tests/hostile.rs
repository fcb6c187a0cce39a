//! Whatever is handed in, a picture comes out: whole, bounded, and sound.

mod xml;

use std::net::Ipv4Addr;

use issei_chart::{
    AttackFlow, AttackSeries, Better, Bullet, Bullets, Chart, CheckpointRow, Checkpoints,
    ContactRaster, EffectStrip, FanOut, Look, Passing, PortContacts, Prefectures, Preparation,
    RasterGroup, Readiness, ReadyMember, Ribbon, Ribbons, Spark, StripMember, StripNote, Table,
    Zone,
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
        let attack = AttackFlow { what: Passing::default(), unit, times, series: series.collect(), without, t };
        judge(|look| attack.draw(look));
    }

    #[test]
    fn ribbons_of_anything_are_drawn(
        flows in prop::collection::vec((name(), name(), any::<u64>(), any::<bool>()), 0..40),
    ) {
        let flows = flows.into_iter().map(|(member, server, devices, leaks)| Ribbon {
            member, server, devices, leaks,
        });
        let ribbons = Ribbons { flows: flows.collect() };
        judge(|look| ribbons.draw(look));
    }

    #[test]
    fn a_fan_of_anything_is_drawn(
        from in moment(), to in moment(), t in prop::option::of(moment()),
        ports in some((name(), some((moment(), any::<u32>())))),
    ) {
        let ports = ports.into_iter().map(|(port, contacts)| PortContacts {
            port,
            contacts: contacts.into_iter().map(|(at, to)| (at, Ipv4Addr::from(to))).collect(),
        });
        let fan = FanOut { from, to, t, ports: ports.collect() };
        judge(|look| fan.draw(look));
    }

    #[test]
    fn prefectures_of_anything_are_drawn(
        measure in name(),
        values in prop::collection::vec(prop::option::of(number()), 47),
    ) {
        let values = values.try_into().expect("47 values");
        let tiles = Prefectures { measure, values };
        judge(|look| tiles.draw(look));
    }

    #[test]
    fn bullets_of_anything_are_drawn(
        rows in some((name(), number(), number(), prop::option::of(number()), some(number()), any::<bool>())),
    ) {
        let rows = rows.into_iter().map(|(name, value, target, previous, bands, lower)| Bullet {
            owner: name.clone(), unit: name.clone(), name, value, target, previous, bands,
            better: if lower { Better::Lower } else { Better::Higher },
        });
        let bullets = Bullets { rows: rows.collect() };
        judge(|look| bullets.draw(look));
    }

    #[test]
    fn checkpoints_of_anything_are_drawn(
        witnesses in prop::collection::vec(name(), 0..20), needed in any::<usize>(),
        rows in prop::collection::vec(
            (prop::option::of(moment()), any::<u64>(), prop::collection::vec(any::<bool>(), 0..30)), 0..40),
    ) {
        let rows = rows.into_iter().map(|(at, size, signed)| CheckpointRow { at, size, signed });
        let checkpoints = Checkpoints { witnesses, needed, rows: rows.collect() };
        judge(|look| checkpoints.draw(look));
    }

    #[test]
    fn readiness_of_anything_is_drawn(
        clock_limit in prop::option::of(span()),
        members in some((name(), 0..6_usize, prop::option::of(span()))),
    ) {
        let members = members.into_iter().map(|(name, state, clock_error)| ReadyMember {
            preparation: match state {
                0 => Preparation::Silent,
                1 => Preparation::Staged,
                2 => Preparation::Armed,
                3 => Preparation::InForce,
                4 => Preparation::Lifted,
                _ => Preparation::Refused(name.clone()),
            },
            name, clock_error,
        });
        let readiness = Readiness { clock_limit, members: members.collect() };
        judge(|look| readiness.draw(look));
    }

    #[test]
    fn a_spark_of_anything_is_drawn(name in name(), values in prop::collection::vec(number(), 0..300)) {
        let spark = Spark { unit: name.clone(), name, values };
        judge(|look| spark.draw(look));
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
        what: Passing::default(),
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
        what: Passing::default(),
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

#[test]
fn a_fan_of_a_million_contacts_is_bounded() {
    let million = || scattered(1_000_000, 3_600_000_000);
    let address = |seed: i64| Ipv4Addr::from((seed as u32).wrapping_mul(2_654_435_761));
    for ports in [1, 5, 10_000_usize] {
        let all: Vec<(Timestamp, Ipv4Addr)> = million()
            .map(|at| (Timestamp::from_micros(at), address(at)))
            .collect();
        let ports = all.chunks(all.len() / ports).map(|contacts| PortContacts {
            port: "TCP".to_string(),
            contacts: contacts.to_vec(),
        });
        let fan = FanOut {
            from: Timestamp::from_secs(0),
            to: Timestamp::from_secs(3_600),
            t: Some(Timestamp::from_secs(1_800)),
            ports: ports.collect(),
        };
        judge(|look| fan.draw(look));
    }
}

#[test]
fn ribbons_of_a_million_pairs_are_bounded() {
    let flows = (0..1_000_000_u64).map(|place| Ribbon {
        member: format!("member {}", place % 1_000),
        server: format!("server {}", place / 1_000),
        devices: place,
        leaks: place % 3 == 0,
    });
    let ribbons = Ribbons {
        flows: flows.collect(),
    };
    judge(|look| ribbons.draw(look));
}

#[test]
fn pictures_of_very_many_rows_are_bounded() {
    let rows = (0..100_000).map(|place| CheckpointRow {
        at: Some(Timestamp::from_secs(place)),
        size: u64::MAX,
        signed: (0..10).map(|witness| (place + witness) % 3 == 0).collect(),
    });
    let checkpoints = Checkpoints {
        witnesses: (0..10_000)
            .map(|place| format!("witness {place}"))
            .collect(),
        needed: 3,
        rows: rows.collect(),
    };
    judge(|look| checkpoints.draw(look));
    let members = (0..10_000).map(|place| ReadyMember {
        name: format!("member {place}"),
        preparation: Preparation::Refused("な".repeat(300)),
        clock_error: Some(Span::from_micros(place)),
    });
    let readiness = Readiness {
        clock_limit: Some(Span::ZERO),
        members: members.collect(),
    };
    judge(|look| readiness.draw(look));
    let bullet = |place: u32| Bullet {
        name: "b".repeat(1_000),
        owner: "o".repeat(1_000),
        unit: "u".repeat(1_000),
        value: f64::from(place),
        target: 1.0,
        previous: Some(2.0),
        bands: vec![1.0; 1_000],
        better: Better::Lower,
    };
    let bullets = Bullets {
        rows: (0..5_000).map(bullet).collect(),
    };
    judge(|look| bullets.draw(look));
    let values = scattered(1_000_000, 3_600)
        .map(|value| value as f64)
        .collect();
    let spark = Spark {
        name: "s".to_string(),
        unit: String::new(),
        values,
    };
    judge(|look| spark.draw(look));
}

#[test]
fn a_fan_just_below_its_limit_is_bounded() {
    let ports = (0..5).map(|_| PortContacts {
        port: "TCP 65535 ".repeat(30),
        contacts: scattered(600, 3_600_000_000)
            .map(|at| (Timestamp::from_micros(at), Ipv4Addr::from(at as u32)))
            .collect(),
    });
    let fan = FanOut {
        from: Timestamp::from_secs(0),
        to: Timestamp::from_secs(3_600),
        t: None,
        ports: ports.collect(),
    };
    judge(|look| fan.draw(look));
}

#[test]
fn a_picture_without_data_says_why() {
    let why = "no flow records in this window; run `issei collect`";
    let look = Look::new(Language::English, "e").why_empty(why);
    let charts = [
        EffectStrip::default().draw(&look),
        ContactRaster::default().draw(&look),
        AttackFlow::default().draw(&look),
        Ribbons::default().draw(&look),
        FanOut::default().draw(&look),
        Prefectures {
            measure: String::new(),
            values: [None; 47],
        }
        .draw(&look),
        Bullets::default().draw(&look),
        Checkpoints::default().draw(&look),
        Readiness::default().draw(&look),
        Spark::default().draw(&look),
    ];
    for chart in charts {
        assert_eq!(chart.description, why, "{}", chart.title);
        assert!(
            !chart.svg.contains("c-grid"),
            "{}: an axis of nothing",
            chart.title
        );
    }
    let plain = Look::new(Language::Japanese, "e");
    assert!(
        EffectStrip::default()
            .draw(&plain)
            .svg
            .contains("表示できるデータはまだありません")
    );
}

#[test]
fn a_raster_of_any_density_is_bounded() {
    for each in [12, 13, 55, 61, 250] {
        for t in [None, Some(Timestamp::from_secs(-1))] {
            let devices = (0..100).map(|_| {
                let moments = scattered(each, 3_600_000_000);
                moments.map(Timestamp::from_micros).collect()
            });
            let raster = ContactRaster {
                from: Timestamp::from_secs(-10),
                to: Timestamp::from_secs(3_600),
                t,
                grace: Span::ZERO,
                groups: vec![RasterGroup {
                    member: "ISP-A".to_string(),
                    devices: devices.collect(),
                }],
            };
            judge(|look| raster.draw(look));
        }
    }
}

#[test]
fn an_attack_of_very_many_moments_is_bounded() {
    let series = (0..5).map(|member| AttackSeries {
        member: format!("member {member}"),
        values: scattered(20_000, 1_000).map(|value| value as f64).collect(),
    });
    let attack = AttackFlow {
        what: Passing::default(),
        unit: "Gbit/s".to_string(),
        times: (0..20_000).map(Timestamp::from_secs).collect(),
        series: series.collect(),
        without: (0..20_000).map(|place| Some(f64::from(place))).collect(),
        t: None,
    };
    judge(|look| attack.draw(look));
}
