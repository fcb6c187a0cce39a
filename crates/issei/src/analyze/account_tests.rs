use issei_detect::EngineTally;
use issei_flow::CollectorTally;
use issei_model::Problem;

use super::super::input::Content;
use super::super::judging::{Assumed, Counts, Verdict};
use super::super::reading::ReadTally;
use super::*;

fn outcome(path: &str) -> Outcome {
    let mut problems = Problems::default();
    problems.note_many(Problem::new(ProblemKind::NotIp, 512, 2_054), 1_200);
    let mut collected = Problems::default();
    collected.note(Problem::new(ProblemKind::SequenceGap, 4, 9));
    Outcome {
        verdict: Verdict {
            findings: Vec::new(),
            withheld: BTreeMap::from([(issei_model::Level::Measure, 3)]),
            assumed: Assumed {
                ours: vec!["192.168.1.0/24".into()],
                basis: TerritoryBasis::PrivateRanges,
                why: Phrase::say("ours-private-send"),
            },
            counts: Counts {
                records: 1_000,
                packets: 123_456,
                bytes: 4_000_000,
                left_out: 10,
                first: Timestamp::from_secs(1_700_000_000),
                last: Timestamp::from_secs(1_700_003_600),
                turned_away: 0,
            },
            engine: EngineTally {
                records: 990,
                outbound: 900,
                inbound: 80,
                internal: 7,
                transit: 3,
                ..EngineTally::default()
            },
            problems: Problems::default(),
            origins: Vec::new(),
            memory: None,
        },
        files: vec![FileOutcome {
            path: path.into(),
            content: Content::Packets,
            size: 5_000_000,
            read: ReadTally {
                packets: 123_456,
                ..ReadTally::default()
            },
            metered: 1_000,
            problems,
            broke_off: None,
        }],
        collected: CollectorTally::default(),
        export_problems: collected,
    }
}

fn summary(outcomes: &[Outcome], passed_over: &[PathBuf]) -> Summary {
    Summary::of(outcomes, &[], passed_over, &Parameters::shipped())
}

fn left() -> Result<PathBuf, ShelfError> {
    Ok("out/findings.jsonl".into())
}

#[test]
fn the_account_says_what_was_read_assumed_lost_and_allowed() {
    let text = summary(&[outcome("home.pcap")], &["notes.txt".into()]).text(
        &left(),
        120,
        Paint(false),
        words::EN,
    );
    for part in [
        "1 file, 4.8 MiB: packets",
        "1 file that are nothing known: notes.txt",
        "2023-11-14 22:13:20 to 2023-11-14 23:13:20 (1 h)",
        "990 judged, from 123,456 packets: 900 outbound, 80 inbound, 7 among ours, 3 among others; 10 outside",
        "192.168.1.0/24 (private addresses that send)",
        "1,200 × not-ip, the sender's: a packet is not IP",
        "(such as at 512, value 2054)",
        "1 × sequence-gap, the way's",
        "3 measure; `--level measure` shows everything",
        "1 false finding a day over 30,000,000 lines",
        "alpha 5.6e-9 per line, rule and day",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn no_line_of_the_account_is_wider_than_the_terminal() {
    let many: Vec<Outcome> = (0..30)
        .map(|number| outcome(&format!("day-{number}.pcap")))
        .collect();
    for columns in [80, 120] {
        let text = summary(&many, &[]).text(&left(), columns, Paint(false), words::EN);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns), "{text}");
        assert!(text.contains("… and 18 more in the summary"), "{text}");
        assert!(text.contains("36,000 × not-ip"), "{text}");
    }
}

#[test]
fn a_file_that_broke_off_makes_the_account_incomplete() {
    let mut broken = outcome("half.pcap.gz");
    assert!(summary(&[outcome("a")], &[]).is_whole());
    broken.files[0].broke_off = Some("unexpected end of file".into());
    let summary = summary(&[broken], &[]);
    assert!(!summary.is_whole());
    assert!(
        summary
            .text(&left(), 100, Paint(false), words::EN)
            .contains("half.pcap.gz: unexpected end of file")
    );
}

#[test]
fn the_summary_reads_as_json_and_adds_up() {
    let json: serde_json::Value =
        serde_json::from_str(&summary(&[outcome("home.pcap")], &[]).json()).unwrap();
    let records = &json["streams"][0]["records"];
    let count = |name: &str| records[name].as_u64().unwrap();
    assert_eq!(
        count("records"),
        count("judged") + count("outside_the_time")
    );
    let directions = ["outbound", "inbound", "internal", "transit"].map(count);
    assert_eq!(count("judged"), directions.iter().sum::<u64>());
    assert_eq!(json["streams"][0]["problems"][0]["kind"], "sequence-gap");
    assert_eq!(json["withheld"]["measure"], 3);
}

#[test]
fn in_japanese_nothing_of_the_account_is_english() {
    let mut one = outcome("home.pcap");
    for kind in ProblemKind::ALL {
        one.export_problems.note(Problem::new(*kind, 4, 9));
    }
    one.verdict.counts.turned_away = 3;
    one.files[0].broke_off = Some("x".into());
    let alone = summary(&[one], &["notes.txt".into()]).text(&left(), 100, Paint(false), words::JA);
    crate::japanese::assert_no_english(&alone);
    let many: Vec<Outcome> = (0..14).map(|n| outcome(&format!("{n}.pcap"))).collect();
    let page = summary(&many, &[]).text(&left(), 100, Paint(false), words::JA);
    crate::japanese::assert_no_english(&page);
}

#[test]
fn the_summary_is_the_same_whatever_language_people_read() {
    let summary = summary(&[outcome("home.pcap")], &[]);
    let before = summary.json();
    for tongue in [words::EN, words::JA] {
        let _ = summary.text(&left(), 100, Paint(false), tongue);
        assert_eq!(summary.json(), before);
    }
    let english = !before.chars().any(|c| matches!(c, '\u{3041}'..='\u{9fff}'));
    assert!(english, "{before}");
}
