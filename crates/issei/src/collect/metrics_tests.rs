use std::collections::{BTreeMap, BTreeSet};

use issei_model::{Level, Rule, Span, Timestamp};

use super::*;

fn page() -> String {
    let board = Board::new(2, Timestamp::from_secs(1));
    board.tell_taken(
        1,
        Taken {
            datagrams: 5,
            ..Taken::default()
        },
    );
    board.set_webhook(std::sync::Arc::default());
    board.set_sightings(std::sync::Arc::default());
    board.judged(|judged| {
        judged
            .findings
            .insert((Rule::HorizontalScan, Level::Finding), 3);
        judged.telling.note(Span::from_micros(1_500));
        judged.telling.note(Span::from_secs(100));
    });
    board.metrics()
}

#[test]
fn every_sample_belongs_to_a_metric_with_help_and_kind() {
    let page = page();
    let heads = |word: &str| -> BTreeSet<String> {
        page.lines()
            .filter_map(|line| line.strip_prefix(word))
            .map(|rest| rest.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let (helps, kinds) = (heads("# HELP "), heads("# TYPE "));
    assert_eq!(helps, kinds);
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|base| kinds.contains(*base)))
            .unwrap_or(name);
        assert!(kinds.contains(base), "{line}");
        assert!(
            line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(),
            "{line}"
        );
    }
}

#[test]
fn no_sample_stands_there_twice() {
    let mut seen = BTreeMap::new();
    for line in page().lines().filter(|line| !line.starts_with('#')) {
        let (sample, value) = line.rsplit_once(' ').unwrap();
        assert!(
            seen.insert(sample.to_owned(), value.to_owned()).is_none(),
            "{line}"
        );
    }
    assert_eq!(seen["issei_received_total{receiver=\"1\"}"], "5");
    assert_eq!(
        seen["issei_findings_total{rule=\"horizontal-scan\",level=\"finding\"}"],
        "3"
    );
    assert_eq!(
        seen["issei_finding_delay_seconds_bucket{le=\"0.001\"}"],
        "0"
    );
    assert_eq!(
        seen["issei_finding_delay_seconds_bucket{le=\"0.002\"}"],
        "1"
    );
    assert_eq!(seen["issei_finding_delay_seconds_bucket{le=\"+Inf\"}"], "2");
}

#[test]
fn the_end_shows_in_health_and_readiness() {
    let board = Board::new(1, Timestamp::default());
    assert!(board.health().is_ok() && board.ready().is_ok());
    board.tell_taken(
        0,
        Taken {
            blind: true,
            ..Taken::default()
        },
    );
    assert!(board.health().is_ok() && board.ready().is_err());
    board.end();
    assert!(board.health().is_err());
}
