//! What a picture says is what the data says.

mod samples;

use issei_chart::{
    AttackFlow, AttackSeries, Better, Bullet, Bullets, CheckpointRow, Checkpoints, ContactRaster,
    EffectStrip, Look, PREFECTURES, Passing, Prefectures, Preparation, RasterGroup, Readiness,
    ReadyMember, Spark, StripMember, StripNote, Zone,
};
use issei_model::{Language, Span, Timestamp};

fn english() -> Look {
    Look::new(Language::English, "f").in_zone(Zone::jst())
}

fn member(name: &str, millis: &[i64], expected: usize, note: StripNote) -> StripMember {
    StripMember {
        name: name.to_string(),
        offsets: millis.iter().copied().map(Span::from_millis).collect(),
        expected,
        note,
    }
}

/// The text of every `<text>` element.
fn words(svg: &str) -> Vec<String> {
    let texts = svg.split("<text ").skip(1);
    texts
        .filter_map(|text| text.split_once('>')?.1.split_once("</text>"))
        .map(|(words, _)| words.to_string())
        .collect()
}

#[test]
fn a_strip_has_a_dot_for_every_point_and_a_tick_for_every_median() {
    let chart = samples::strip().draw(&english());
    let points: usize = samples::strip()
        .members
        .iter()
        .map(|m| m.offsets.len())
        .sum();
    assert_eq!(chart.svg.matches("class=\"c-dot\"").count(), points);
    assert_eq!(chart.svg.matches("class=\"c-median\"").count(), 13);
    assert!(chart.description.contains("365 of 375 enforcement points"));
    assert!(chart.description.contains("12 of 14 members"));
}

#[test]
fn a_missing_member_is_a_row_with_its_reason_in_words() {
    let chart = samples::strip().draw(&english());
    let words = words(&chart.svg);
    assert!(
        words
            .iter()
            .any(|word| word.starts_with("not enrolled — 9 devices"))
    );
    assert!(words.contains(&"✕ 0/9".to_string()));
    assert!(words.contains(&"23/24 ▲ retrying".to_string()));
    assert!(
        chart.description.ends_with("Missing: ISP-K."),
        "{}",
        chart.description
    );
}

#[test]
fn who_is_late_or_early_has_no_tick_of_approval() {
    let strip = EffectStrip {
        t: samples::t(),
        promise: Some(Span::from_millis(150)),
        members: vec![
            member("on time", &[0, 150], 2, StripNote::None),
            member("late", &[20, 151], 2, StripNote::None),
            member("early", &[-1, 20], 2, StripNote::None),
            member("short", &[20], 2, StripNote::None),
        ],
    };
    let words = words(&strip.draw(&english()).svg);
    for said in ["2/2 ✓", "2/2 ▲ 1 late", "2/2 ▲ 1 early", "1/2 ▲"] {
        assert!(words.contains(&said.to_string()), "{said}: {words:?}");
    }
}

#[test]
fn of_ten_thousand_members_those_with_a_fault_are_seen() {
    let mut members: Vec<StripMember> = (0..10_000)
        .map(|place| member(&format!("m{place}"), &[20, 30], 2, StripNote::None))
        .collect();
    members[9_876].note = StripNote::Missing("no hands".to_string());
    let strip = EffectStrip {
        members,
        ..EffectStrip::default()
    };
    let words = words(&strip.draw(&english()).svg);
    assert!(words.contains(&"no hands".to_string()) && words.contains(&"m9876".to_string()));
    assert!(words.contains(&"9,953 others".to_string()), "{words:?}");
}

fn raster(devices: Vec<Vec<i64>>) -> ContactRaster {
    let moments = |secs: Vec<i64>| secs.into_iter().map(Timestamp::from_secs).collect();
    ContactRaster {
        from: Timestamp::from_secs(0),
        to: Timestamp::from_secs(100),
        t: Some(Timestamp::from_secs(60)),
        grace: Span::from_secs(1),
        groups: vec![RasterGroup {
            member: "ISP-A".to_string(),
            devices: devices.into_iter().map(moments).collect(),
        }],
    }
}

#[test]
fn a_contact_within_the_grace_is_no_leak_and_one_after_it_is() {
    let calm = raster(vec![vec![10, 20, 61], vec![30]]).draw(&english());
    assert!(words(&calm.svg).contains(&"✓ silent".to_string()));
    assert!(!calm.svg.contains("c-leak"));
    let leaking = raster(vec![vec![10, 20, 62], vec![30]]).draw(&english());
    assert!(words(&leaking.svg).contains(&"◆ leak 1/2".to_string()));
    assert_eq!(leaking.table.rows[0], ["ISP-A", "2", "3", "1", "1"]);
}

#[test]
fn one_leak_among_a_million_contacts_is_drawn_as_one() {
    let mut devices: Vec<Vec<i64>> = (0..500).map(|_| (0..60).collect()).collect();
    devices[77].push(90);
    let chart = raster(devices).draw(&english());
    assert!(chart.svg.contains("c-leak-run"));
    assert!(words(&chart.svg).contains(&"◆ leak 1/500".to_string()));
    let calm = raster((0..500).map(|_| (0..60).collect()).collect());
    assert!(!calm.draw(&english()).svg.contains("c-leak-run"));
}

#[test]
fn contacts_outside_the_window_are_counted() {
    let chart = raster(vec![vec![-5, 10, 2_000]]).draw(&english());
    assert!(
        chart.description.ends_with("2 more lie outside this time."),
        "{}",
        chart.description
    );
}

#[test]
fn values_that_are_no_numbers_are_counted_not_drawn() {
    let attack = AttackFlow {
        what: Passing::default(),
        unit: "Gbit/s".to_string(),
        times: (0..4).map(Timestamp::from_secs).collect(),
        series: vec![AttackSeries {
            member: "ISP-A".to_string(),
            values: vec![1.0, f64::NAN, -2.0],
        }],
        ..AttackFlow::default()
    };
    let chart = attack.draw(&english());
    assert!(
        chart.description.contains("3 values are missing"),
        "{}",
        chart.description
    );
    assert_eq!(chart.table.rows[1][1], "0");
}

#[test]
fn small_members_of_an_attack_are_one_area_and_nothing_is_lost() {
    let chart = samples::attack().draw(&english());
    assert!(
        words(&chart.svg)
            .iter()
            .any(|word| word.starts_with("4 others "))
    );
    assert_eq!(chart.svg.matches("c-area").count(), 5);
    let of = |row: &[String], column: usize| row[column].parse::<f64>().unwrap_or(0.0);
    for row in &chart.table.rows {
        let parts: f64 = (1..=5).map(|column| of(row, column)).sum();
        assert!((parts - of(row, 6)).abs() < 2.0, "{row:?}");
    }
}

#[test]
fn the_estimate_is_called_an_estimate_in_both_languages() {
    let japanese = Look::new(Language::Japanese, "f");
    let said = |look: &Look| words(&samples::attack().draw(look).svg).join("|");
    assert!(said(&english()).contains("without the cut (estimate)"));
    assert!(said(&japanese).contains("遮断しない場合（推計）"));
}

#[test]
fn a_target_is_met_on_its_own_side() {
    let row = |value, better| Bullet {
        name: "n".to_string(),
        owner: "o".to_string(),
        unit: "%".to_string(),
        value,
        target: 70.0,
        previous: None,
        bands: Vec::new(),
        better,
    };
    let rows = vec![
        row(70.0, Better::Lower),
        row(70.0, Better::Higher),
        row(70.1, Better::Lower),
        row(69.9, Better::Higher),
        row(f64::NAN, Better::Higher),
    ];
    let chart = Bullets { rows }.draw(&english());
    let met: Vec<&str> = chart.table.rows.iter().map(|row| row[4].as_str()).collect();
    assert_eq!(met, ["yes", "yes", "no", "no", "—"]);
}

#[test]
fn every_prefecture_has_its_tile_and_none_lies_on_another() {
    let tiles = Prefectures {
        measure: "m".to_string(),
        values: [Some(1.0); 47],
    };
    for look in [english(), english().narrow()] {
        let svg = tiles.draw(&look).svg;
        let places: std::collections::BTreeSet<&str> = svg
            .split("class=\"c-tile c-a")
            .skip(1)
            .filter_map(|tile| tile.split_once(" width=").map(|(place, _)| place))
            .filter(|place| place.contains("x="))
            .collect();
        // The legend has tiles too.
        assert!(places.len() >= 47, "{}", places.len());
        for (english, _) in PREFECTURES {
            assert!(words(&svg).contains(&english.to_string()), "{english}");
        }
    }
}

#[test]
fn the_two_layouts_of_a_picture_can_stand_on_one_page() {
    for (name, draw) in samples::ALL {
        let wide = draw(&Look::new(Language::English, name)).svg;
        let narrow = draw(&Look::new(Language::English, name).narrow()).svg;
        for id in wide.split(" id=\"").skip(1) {
            let id = id.split('"').next().unwrap_or_default();
            assert!(!narrow.contains(&format!("\"{id}\"")), "{name}: {id} twice");
        }
    }
}

#[test]
fn letters_of_a_narrow_picture_stay_readable() {
    // The smallest letters of the sheet are 10.5 units; at 390 px a unit is a pixel.
    for (name, draw) in samples::ALL.iter().filter(|(name, _)| *name != "spark") {
        let svg = draw(&Look::new(Language::Japanese, name).narrow()).svg;
        assert!(svg.contains("viewBox=\"0 0 390 "), "{name}");
    }
}

#[test]
fn a_spark_is_a_gap_where_a_value_is_missing() {
    let spark = Spark {
        name: "n".to_string(),
        unit: "ms".to_string(),
        values: vec![1.0, 2.0, f64::NAN, 3.0],
    };
    let chart = spark.draw(&english());
    let line = chart.svg.split("c-spark\" d=\"").nth(1).expect("a line");
    let line = line.split('"').next().unwrap_or_default();
    assert_eq!(line.matches('M').count(), 2);
    assert_eq!(
        chart.description,
        "From 1 ms to 3 ms; lowest 1 ms, highest 3 ms."
    );
}

#[test]
fn a_measure_that_nobody_answers_for_names_nobody() {
    let rows = vec![Bullet {
        name: "Cuts with ground, approvals, radius and an end of their own".to_string(),
        owner: String::new(),
        unit: "%".to_string(),
        value: 70.0,
        target: 70.0,
        previous: None,
        bands: Vec::new(),
        better: Better::Higher,
    }];
    let bullets = Bullets { rows };
    let chart = bullets.draw(&english());
    assert_eq!(chart.table.columns.last().unwrap(), "Met");
    let said = words(&chart.svg).join("|");
    // The name has two lines, whole; nothing stands where a person would.
    assert!(
        said.contains("of their own") && !said.contains('…') && !said.contains('—'),
        "{said}"
    );
    assert!(!bullets.draw(&english().narrow()).svg.contains(" · "));
}

#[test]
fn where_nobody_told_of_clocks_none_is_drawn_and_none_is_judged() {
    let member = |name: &str, preparation| ReadyMember {
        name: name.to_string(),
        preparation,
        clock_error: None,
    };
    let readiness = Readiness {
        clock_limit: None,
        members: vec![
            member("isp-a", Preparation::Armed),
            member("isp-b", Preparation::Staged),
        ],
    };
    for look in [english(), english().narrow()] {
        let chart = readiness.draw(&look);
        assert!(!chart.svg.contains("clock") && !chart.svg.contains("c-calm"));
        assert_eq!(
            chart.description,
            "1 of 2 members are armed. Not ready: isp-b."
        );
        assert_eq!(chart.table.columns, ["Member", "State"]);
    }
}

#[test]
fn a_checkpoint_without_a_time_has_a_dash_and_stands_by_its_size() {
    let row = |at, size| CheckpointRow {
        at,
        size,
        signed: vec![true],
    };
    let checkpoints = Checkpoints {
        witnesses: vec!["isp-a".into()],
        needed: 1,
        rows: vec![
            row(Some(Timestamp::from_secs(1_800_000_000)), 7),
            row(None, 9),
        ],
    };
    let chart = checkpoints.draw(&english());
    let firsts: Vec<&str> = chart.table.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(firsts, ["—", "2027-01-15 17:00:00"]);
    assert_eq!(
        chart.description,
        "2 checkpoints; the newest covers 9 entries. Each has the 1 witnesses it needs."
    );
    assert!(!chart.svg.contains("1970"));
}
