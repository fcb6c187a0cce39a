use issei_case::{Answer, Count};
use issei_model::{Language, Level};

use super::*;
use crate::stand_in::{StandIn, country, in_every_form};
use issei_desk::samples::{self, entry};

fn camera() -> CaseView {
    CaseView {
        case: "camera-1".into(),
        stage: Stage::Assessed,
        goals: vec!["192.0.2.7:23/tcp".parse().unwrap()],
        evidence: vec![entry("isp-a"), entry("isp-b")],
        addresses: Vec::new(),
        answers: ["isp-a", "isp-b"].map(answered).into(),
        radius: Some(Radius {
            predicted_lines: 12,
            suspected_lines: 3_400,
            unanswered: vec!["isp-c".parse().unwrap()],
            hints: vec!["shared-hosting 192.0.2.7:23/tcp".into()],
            remembered: std::collections::BTreeMap::new(),
        }),
        order: None,
        refusals: vec![Said {
            rule: "one-source".into(),
            en: "one kind of evidence from one member; ask others".into(),
            ja: "証拠が一種類です".into(),
            alarm: false,
        }],
    }
}

fn answered(name: &str) -> Answer {
    samples::answer(name, "192.0.2.7:23/tcp", Count::Exactly(1_700))
}

#[test]
fn a_case_shows_what_it_rests_on_and_what_comes_next() {
    let said = |said: &Said| caller::refusal(said, Language::English);
    assert_eq!(
        page(&camera(), &said, words::EN),
        "\
case camera-1: assessed
  goals      192.0.2.7:23/tcp
  evidence   isp-a: command-enrichment [enrichment, periodicity], cannot be forged from afar, until 2026-11-01 12:00:00 UTC
             isp-b: command-enrichment [enrichment, periodicity], cannot be forged from afar, until 2026-11-01 12:00:00 UTC
  answered   isp-a, isp-b
  radius     12 lines at most beside 3,400 suspected
             unknown: isp-c did not answer
             shared by others: shared-hosting 192.0.2.7:23/tcp
  refused    refused by rule `one-source`: one kind of evidence from one member; ask others
next: `issei order propose`
"
    );
}

#[test]
fn every_open_stage_names_the_next_step() {
    let next_at = |stage, names: &[&str]| {
        let answers = names.iter().copied().map(answered).collect();
        next(
            &CaseView {
                stage,
                answers,
                ..camera()
            },
            words::EN,
        )
    };
    assert!(next_at(Stage::Open, &[]).contains("case question"));
    assert!(next_at(Stage::Open, &["isp-a"]).contains("case assess"));
    assert!(next_at(Stage::Assessed, &[]).contains("order propose"));
    assert!(next_at(Stage::Proposed, &[]).contains("order approve"));
    assert!(next_at(Stage::Cleared, &[]).contains("order watch"));
    assert_eq!(next_at(Stage::Closed, &[]), "");
}

#[test]
fn cases_and_findings_have_a_line_each() {
    let mut many = camera();
    for last in 1..=4 {
        many.goals
            .push(format!("198.51.100.{last}").parse().unwrap());
    }
    assert_eq!(
        line(&many, words::EN),
        "camera-1              assessed  192.0.2.7:23/tcp, 198.51.100.1, 198.51.100.2 and 2 more\n"
    );
    let told = |goal: &str, source: &str| Reported {
        goal: goal.parse().unwrap(),
        level: Level::Candidate,
        evidence: entry(source),
        addresses: BTreeSet::new(),
    };
    let text = accused(
        &[
            told("192.0.2.9", "isp-b"),
            told("192.0.2.7", "isp-b"),
            told("192.0.2.9", "isp-a"),
        ],
        words::EN,
    );
    let begins: Vec<&str> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(
        begins,
        ["192.0.2.7", "192.0.2.9", "192.0.2.9"],
        "the same goal stands together"
    );
    assert!(
        text.lines().nth(1).unwrap().contains("candidate  isp-a: "),
        "{text}"
    );
}

#[test]
fn a_question_tells_who_is_silent_and_what_that_means() {
    let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
    let all = names(&["isp-a", "isp-b"]);
    let some = answers("camera-1", &all, &names(&["isp-b"]), words::EN);
    assert!(
        some.starts_with("1 of 2 members answered\nnot yet: isp-a\n"),
        "{some}"
    );
    assert!(some.contains("counts as unknown"), "{some}");
    let whole = answers("camera-1", &all, &all, words::EN);
    assert!(whole.starts_with("2 of 2 members answered\n"), "{whole}");
    assert!(!whole.contains("unknown"), "{whole}");
}

#[test]
fn a_question_waits_until_all_have_answered_and_no_longer() {
    let mut looks = 0;
    let office = StandIn::new("question", move |ask| match ask {
        Ask::CaseQuestion(_) => Reply::Done(issei_text::Phrase::same("the members are asked")),
        Ask::CaseShow(_) => {
            looks += 1;
            let names: &[&str] = if looks < 2 {
                &["isp-a"]
            } else {
                &["isp-a", "isp-b"]
            };
            let answers = names.iter().copied().map(answered).collect();
            Reply::Case(Box::new(CaseView {
                answers,
                ..camera()
            }))
        }
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let folder = office.folder();
    folder
        .write(&folder.charter(), &country(&["isp-a", "isp-b"]).canonical())
        .unwrap();
    let mut caller = office.caller(Language::English);
    question(&mut caller, "camera-1", Duration::from_secs(60)).unwrap();
    let looks = office
        .heard()
        .iter()
        .filter(|ask| matches!(ask, Ask::CaseShow(_)))
        .count();
    assert_eq!(looks, 2);
    question(&mut caller, "camera-1", Duration::ZERO).unwrap();
    assert_eq!(office.heard().len(), 5, "without a time to wait, one look");
}

#[test]
fn a_case_without_anything_says_only_where_it_stands() {
    let bare = CaseView {
        stage: Stage::Closed,
        goals: Vec::new(),
        evidence: Vec::new(),
        answers: Vec::new(),
        radius: None,
        refusals: Vec::new(),
        ..camera()
    };
    assert_eq!(
        page(&bare, &|_| String::new(), words::EN),
        "case camera-1: closed\n"
    );
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let said = |said: &Said| caller::refusal(said, Language::Japanese);
    let mut case = camera();
    for stage in [
        Stage::Open,
        Stage::Assessed,
        Stage::Proposed,
        Stage::Cleared,
        Stage::Closed,
    ] {
        case.stage = stage;
        crate::japanese::assert_no_english(&page(&case, &said, words::JA));
        crate::japanese::assert_no_english(&line(&case, words::JA));
    }
    let member = |name: &str| name.parse::<OrganisationId>().unwrap();
    let all = BTreeSet::from([member("isp-a"), member("isp-b")]);
    crate::japanese::assert_no_english(&answers("camera-1", &all, &BTreeSet::new(), words::JA));
}

#[test]
fn japanese_columns_lie_below_each_other() {
    let mut case = camera();
    let column = |case: &CaseView| {
        let line = line(case, words::JA);
        let at = line.find("192.0.2.7").unwrap();
        columns::width(&line[..at])
    };
    let ascii = column(&case);
    case.case = "案件".into();
    case.stage = Stage::Closed;
    assert_eq!(column(&case), ascii);
}

#[test]
fn lists_have_the_same_rows_in_every_form() {
    let office = StandIn::new("cases-in-forms", |ask| match ask {
        Ask::Cases => Reply::Cases(vec![camera()]),
        Ask::Findings => Reply::Findings(
            ["isp-a", "isp-b"]
                .map(|source| Reported {
                    goal: "192.0.2.7:23/tcp".parse().unwrap(),
                    level: Level::Finding,
                    evidence: entry(source),
                    addresses: BTreeSet::new(),
                })
                .into(),
        ),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let mut caller = office.caller(Language::English);
    let (table, rows) = in_every_form(|form| list(&mut caller, form).unwrap());
    assert_eq!((rows, table.lines().count()), (1, 1), "{table}");
    let (table, rows) = in_every_form(|form| findings(&mut caller, form).unwrap());
    assert_eq!((rows, table.lines().count()), (2, 2), "{table}");
}
