use std::collections::BTreeSet;

use issei_detect::{ClassMap, Engine, KnownServices, Parameters, Setting};
use issei_model::{FlowBatch, IndicatorList, Origin, Span, Territory, TerritoryBasis, Timestamp};
use issei_sim::{Country, Scenario};

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

/// What the detectors find in a made-up country of five botnets.
fn country() -> Vec<FindingRecord> {
    let scenario = Scenario::sketch(800, 30, 40).unwrap();
    let country = Country::new(&scenario).unwrap();
    let mut batches = country.batches();
    let truth = batches.truth();
    let mut engine = Engine::new(Setting {
        parameters: Parameters::shipped(),
        territory: Territory::new(&truth.ours, &truth.dark, TerritoryBasis::Configured),
        indicators: IndicatorList::default(),
        classes: ClassMap::parse(&truth.class_map_text()).unwrap(),
        known: KnownServices::shipped(),
        hash_key: [1, 2],
    });
    let origins: Vec<Origin> = batches.origins().into_iter().collect();
    for origin in &origins {
        engine.introduce(origin.clone());
    }
    let (mut found, mut batch) = (Vec::new(), FlowBatch::default());
    loop {
        let goes_on = batches.second(&mut batch);
        engine.handle(batches.now(), &batch, &mut found);
        batch.clear();
        if engine
            .next_deadline()
            .is_some_and(|due| due <= batches.now())
        {
            engine.on_deadline(batches.now(), &mut found);
        }
        if !goes_on {
            break;
        }
    }
    engine.finish(batches.now(), &mut found);
    let named = |index| origins.iter().find(|one| one.index == index).cloned();
    found.iter().map(|one| one.local_record(&named)).collect()
}

#[test]
fn in_japanese_no_english_sentence_is_left_of_what_detectors_find_in_a_country() {
    let (mut chain, mut rules) = (Chain::new(), BTreeSet::new());
    let findings = country();
    let view = crate::table::View {
        columns: 120,
        paint: Paint(false),
        sources: true,
        tongue: words::JA,
    };
    for finding in findings {
        rules.insert(finding.rule);
        crate::japanese::assert_no_english(&view.row(&finding));
        let at = Timestamp::from_secs(1_800_000_000);
        let record = chain.seal(finding, at, Span::from_secs(86_400));
        for columns in [60, 120] {
            let page = page(&record, columns, Paint(false), words::JA);
            let flat = page.replace("\n   ", "").replace("\n  ", " ");
            let without = flat.split_whitespace().collect::<Vec<_>>().join(" ");
            crate::japanese::assert_no_english(&without);
        }
    }
    assert!(rules.len() >= 6, "many detectors speak: {rules:?}");
}
