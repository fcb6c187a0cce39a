//! Every picture looks as it did when somebody last looked at it.
//!
//! The files in `tests/golden` are compared byte for byte. After a change on purpose:
//! `ISSEI_WRITE_GOLDEN=1 cargo test -p issei-chart --test golden`, then look at each of them in a browser.

#![expect(
    clippy::disallowed_methods,
    reason = "tests compare files; the room itself never reads one"
)]

mod samples;
mod xml;

use std::path::{Path, PathBuf};

use issei_chart::{Chart, Look, STYLE, Zone};
use issei_model::Language;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn every_form(name: &str, draw: fn(&Look) -> Chart) -> Vec<(String, Chart)> {
    let english = Look::new(Language::English, name).in_zone(Zone::jst());
    let japanese = Look::new(Language::Japanese, name).in_zone(Zone::jst());
    vec![
        (format!("{name}-en-wide.svg"), draw(&english)),
        (format!("{name}-ja-narrow.svg"), draw(&japanese.narrow())),
    ]
}

#[test]
fn every_picture_is_as_it_was_looked_at() {
    let write = std::env::var_os("ISSEI_WRITE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for (name, draw) in samples::ALL {
        for (file, chart) in every_form(name, *draw) {
            let path = folder().join(&file);
            if write {
                std::fs::write(&path, &chart.svg)
                    .expect("the folder of golden files can be written");
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != chart.svg {
                changed.push(file);
            }
        }
    }
    assert!(
        changed.is_empty(),
        "{changed:?} differ; look at them with the example `gallery`, then set ISSEI_WRITE_GOLDEN=1"
    );
}

#[test]
fn no_golden_file_is_left_over() {
    let names: Vec<String> = samples::ALL
        .iter()
        .flat_map(|(name, draw)| every_form(name, *draw))
        .map(|(file, _)| file)
        .collect();
    for entry in std::fs::read_dir(folder()).expect("the folder of golden files") {
        let file = entry.expect("an entry").file_name();
        let file = file.to_string_lossy().into_owned();
        assert!(names.contains(&file), "nothing draws {file} any more");
    }
}

#[test]
fn every_picture_is_sound_xml_with_words_for_those_who_do_not_see_it() {
    for (name, draw) in samples::ALL {
        for (file, chart) in every_form(name, *draw) {
            assert_eq!(xml::complaint(&chart.svg), None, "{file}");
            assert!(
                chart.svg.contains("role=\"img\" aria-labelledby="),
                "{file}"
            );
            assert!(
                chart.svg.contains(&format!("-t\">{}</title>", chart.title)),
                "{file}"
            );
            assert!(chart.svg.contains("</desc>"), "{file}");
            assert!(
                chart.description.len() > 20,
                "{file}: {}",
                chart.description
            );
            assert!(!chart.table.columns.is_empty(), "{file}");
            assert!(chart.svg.len() <= Chart::LARGEST, "{file}");
        }
    }
}

#[test]
fn a_file_of_its_own_is_the_inlined_picture_with_style_and_words_in_sight() {
    for (name, draw) in samples::ALL {
        for (file, chart) in every_form(name, *draw) {
            let alone = chart.standalone();
            let without_style = alone.replace(&format!("<style>\n{STYLE}</style>\n"), "");
            assert_ne!(alone, without_style, "{file}: no style inside");
            assert_eq!(xml::complaint(&without_style), None, "{file}");
            let inner = chart.svg.split("</desc>\n").nth(1).expect("a body");
            assert!(alone.ends_with(inner), "{file}: another picture");
        }
    }
}

#[test]
fn every_class_that_a_picture_uses_has_a_style() {
    for (name, draw) in samples::ALL {
        for (file, chart) in every_form(name, *draw) {
            for classes in chart.svg.split("class=\"").skip(1) {
                let classes = classes.split('"').next().unwrap_or_default();
                let ours = classes.split(' ').filter(|class| class.starts_with("c-"));
                // A plain label has the style of every text.
                for class in ours.filter(|class| *class != "c-label") {
                    let rule = [' ', ',', '{']
                        .iter()
                        .any(|end| STYLE.contains(&format!(".{class}{end}")));
                    assert!(rule, "{file}: no rule for {class}");
                }
            }
        }
    }
}

#[test]
fn the_zone_stands_in_every_picture_that_tells_a_time() {
    let times = ["strip", "raster", "attack"]; // those with a T at 14:30
    for (name, draw) in samples::ALL {
        if times.contains(name) {
            let draw_in = |zone| draw(&Look::new(Language::English, name).in_zone(zone)).svg;
            assert!(
                draw_in(Zone::jst()).contains("14:30:00.000 JST +09:00"),
                "{name}"
            );
            assert!(draw_in(Zone::UTC).contains("05:30:00.000 UTC"), "{name}");
        }
    }
}
