use issei_model::{Span, Timestamp};

use super::*;
use crate::examples;
use crate::record::Chain;

fn record() -> Record {
    Chain::new().seal(
        examples::scan(),
        Timestamp::from_secs(1_800_000_000),
        Span::from_secs(86_400),
    )
}

#[test]
fn everything_a_record_holds_is_on_the_page() {
    fn strings<'a>(value: &'a serde_json::Value, found: &mut Vec<&'a str>) {
        match value {
            serde_json::Value::String(text) => found.push(text),
            serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
            serde_json::Value::Object(members) => {
                members.values().for_each(|member| strings(member, found));
            }
            _ => {}
        }
    }
    let record = record();
    let shown = page(&record, 120, Paint(false), words::EN);
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let value: serde_json::Value = serde_json::from_str(&record.line()).unwrap();
    let mut found = Vec::new();
    strings(&value, &mut found);
    assert!(found.len() > 40);
    for text in found {
        // Codes are said in words, no flags as a dash, and moments of the sample without their `T` and `Z`.
        let said = match text {
            "issei-finding/1" | "line" | "finding" | "complete" | "rejected" | "open"
            | "......" => continue,
            moment if Timestamp::parse(moment).is_some() => {
                moment.trim_end_matches('Z').replace('T', " ")
            }
            other => other.to_owned(),
        };
        assert!(
            flat.contains(&said) || flat.contains(text),
            "`{text}` is missing\n{shown}"
        );
    }
    for figure in [
        "165 destinations",
        "10855.300 openings/s",
        "228.700",
        "13.800",
        "1.00e-6",
        "every packet",
    ] {
        assert!(flat.contains(figure), "`{figure}` is missing\n{shown}");
    }
}

#[test]
fn the_order_is_that_of_a_check() {
    let shown = page(&record(), 100, Paint(false), words::EN);
    let order = [
        "What was seen",
        "The test",
        "Who saw it",
        "Other explanations",
        "What would refute it",
        "What it does not show",
        "Sample of the records",
        "The record",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|heading| {
            shown
                .find(heading)
                .unwrap_or_else(|| panic!("{heading}\n{shown}"))
        })
        .collect();
    assert!(places.is_sorted(), "{shown}");
}

#[test]
fn a_finding_without_a_test_says_so() {
    let record = Chain::new().seal(examples::contact(), Timestamp::default(), Span::ZERO);
    let shown = page(&record, 100, Paint(false), words::EN);
    assert!(
        shown.contains("makes no statement of probability"),
        "{shown}"
    );
    assert!(
        !shown.contains("What would refute it"),
        "an empty list has no heading\n{shown}"
    );
}

fn lines(names: &[&str]) -> String {
    let line = |(number, name): (usize, &&str)| {
        format!("{{\"schema\":\"issei-finding/1\",\"id\":\"F-{name}\",\"revision\":{number}}}\n")
    };
    names.iter().enumerate().map(line).collect()
}

#[test]
fn a_few_digits_name_a_finding_and_its_last_revision_is_shown() {
    let text = lines(&["00aa000000000000", "00ab000000000000", "00aa000000000000"]);
    for asked in ["00aa", "F-00aa", "F-00AA000000000000", "f-00aa0"] {
        assert!(
            choose(&text, asked).unwrap().contains("\"revision\":2"),
            "{asked}"
        );
    }
}

#[test]
fn a_name_that_fits_none_or_several_is_refused_with_what_to_write() {
    let text = lines(&["00aa000000000000", "00ab000000000000"]);
    let several = ["F-00aa000000000000", "F-00ab000000000000"].map(String::from);
    assert_eq!(choose(&text, "00a"), Err(Why::SeveralFit(several.to_vec())));
    let near = vec!["F-00aa000000000000".to_owned()];
    assert_eq!(
        choose(&text, "00aa000000000001"),
        Err(Why::NoneFits { nearest: near })
    );
    assert_eq!(
        choose(&text, "ffff"),
        Err(Why::NoneFits { nearest: vec![] })
    );
    assert_eq!(choose(&text, "F-"), Err(Why::TooShort));
    assert_eq!(choose("", "00aa"), Err(Why::NoneThere));
}

#[test]
fn no_line_of_the_evidence_is_wider_than_the_terminal() {
    for columns in [60, 80, 120] {
        let page = page(&record(), columns, Paint(false), words::EN);
        // Hashes have no place to break.
        let broken = page.lines().filter(|line| {
            line.chars().count() > columns
                && !line.contains("SHA-256")
                && !line.contains("record before")
        });
        assert_eq!(broken.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn in_japanese_only_what_stands_inside_the_record_is_english() {
    let mut record = record();
    let finding = &mut record.finding;
    // These are sealed with the record, in the language in which it was made.
    finding.summary = "要約".into();
    finding.parameters = "v1".into();
    finding.observations.clear();
    finding.alternatives.clear();
    for list in [
        &mut finding.refuted_by,
        &mut finding.does_not_show,
        &mut finding.families,
        &mut finding.builds_on,
    ] {
        *list = vec!["x".into()];
    }
    if let Some(statistic) = &mut finding.statistic {
        statistic.name = "S".into();
        statistic.null_model = "N".into();
        statistic.null_origin = "O".into();
    }
    // These are said to the reader by what they are.
    finding.independent_kinds = vec!["openings to addresses that nobody uses".into()];
    for columns in [60, 120] {
        let page = page(&record, columns, Paint(false), words::JA);
        let flat = page.replace("\n   ", "").replace("\n  ", " ");
        let without = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        crate::japanese::assert_no_english(&without);
    }
}
