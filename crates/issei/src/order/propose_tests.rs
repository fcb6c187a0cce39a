use issei_case::Stage;
use issei_model::{FactValue, Language, Span};

use super::*;
use crate::code;
use crate::command_line::{Command, CommandLine, OrderWish};
use crate::stand_in::{StandIn, country};
use clap::Parser as _;

fn case_about(goals: &[&str]) -> CaseView {
    CaseView {
        case: "camera-1".into(),
        stage: Stage::Assessed,
        goals: goals.iter().map(|goal| goal.parse().unwrap()).collect(),
        evidence: Vec::new(),
        addresses: Vec::new(),
        answers: Vec::new(),
        radius: None,
        order: None,
        refusals: Vec::new(),
    }
}

/// The words of a proposal on row X1 with all its facts, and these besides.
fn words(more: &[&str]) -> Propose {
    let pack = Pack::japan();
    let mut line: Vec<String> = "issei order propose camera-1 --ground X1 --stated-by duty@isp-a --confirmed-by counsel@isp-b --lasts 30m --fire-within 5m"
        .split(' ')
        .map(Into::into)
        .collect();
    for (name, rule) in &pack.row("X1").unwrap().facts {
        use issei_case::ground::FactKind::{Document, Flag, Moment, Number, Text};
        let value = match rule.kind {
            Flag => "yes",
            Number => "1",
            Moment => "2026-11-01",
            Text => "words",
            Document => "0303030303030303030303030303030303030303030303030303030303030303",
        };
        line.extend(["--fact".into(), format!("{name}={value}")]);
    }
    line.extend(more.iter().map(|word| (*word).into()));
    let Command::Order(order) = CommandLine::try_parse_from(line).unwrap().command else {
        panic!("another command")
    };
    let OrderWish::Propose(words) = order.wish else {
        panic!("another wish")
    };
    words
}

#[test]
fn words_become_a_wish_with_canaries_in_order_and_usual_values() {
    let row = Pack::japan();
    let row = row.row("X1").unwrap();
    let words = words(&[
        "--canary",
        "isp-b",
        "--canary",
        "isp-a",
        "--canary",
        "isp-b",
        "--confirm-within",
        "10m",
    ]);
    let wish = wish(&words, &case_about(&["192.0.2.7:23/tcp"]), row).unwrap();
    let names: Vec<&str> = wish.canary.iter().map(|one| one.as_str()).collect();
    assert_eq!(names, ["isp-a", "isp-b"], "rising, without repeats");
    assert_eq!(wish.action, Action::Drop);
    assert_eq!(
        wish.proposer.to_string(),
        "duty@isp-a",
        "who states, proposes"
    );
    assert_eq!((wish.quorum_percent, wish.hold), (60, false));
    assert_eq!(wish.lasts, Span::from_secs(1_800));
    assert_eq!(wish.confirm_within, Some(Span::from_secs(600)));
    assert_eq!(wish.fire_within, Span::from_secs(300));
    assert_eq!(wish.clock_limit, Span::from_millis(50));
    assert_eq!(wish.facts.len(), row.facts.len());
    assert!(
        wish.facts
            .values()
            .any(|fact| fact.value == FactValue::Flag(true))
    );
}

#[test]
fn what_is_usual_depends_on_the_goals_and_a_mixed_case_is_told() {
    let goals = |texts: &[&str]| case_about(texts).goals;
    assert_eq!(usual(&goals(&["c2.example"])).unwrap(), Action::RefuseName);
    assert_eq!(usual(&goals(&["192.0.2.7"])).unwrap(), Action::Drop);
    let mixed = usual(&goals(&["192.0.2.7", "c2.example"])).unwrap_err();
    assert!(
        mixed.to_string().contains("open a case for each kind"),
        "{mixed}"
    );
}

#[test]
fn a_draft_is_proposed_and_named_and_a_refusal_keeps_its_exit_code() {
    let office = StandIn::new("propose", |ask| match ask {
        Ask::CaseShow(_) => Reply::Case(Box::new(case_about(&["192.0.2.7:23/tcp"]))),
        Ask::Propose(wish) if wish.ground == "X1" => {
            Reply::Refused(Box::new(crate::office::control::Said {
                rule: "off-by-default".into(),
                en: "ground X1 is off by default; let the member switch it on".into(),
                ja: "X1 は既定で無効です".into(),
                alarm: false,
            }))
        }
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let folder = office.folder();
    folder
        .write(&folder.charter(), &country(&["isp-a"]).canonical())
        .unwrap();
    let mut caller = office.caller(Language::Japanese);
    let failure = run(&mut caller, &words(&["--canary", "isp-a"])).unwrap_err();
    assert_eq!(failure.code, code::REFUSED);
    assert_eq!(
        failure.to_string(),
        "規則 `off-by-default` により拒否:X1 は既定で無効です"
    );
}

#[test]
fn a_row_that_is_not_there_names_the_nearest() {
    let pack = Pack::japan();
    let told = row(&pack, "c1").unwrap_err().to_string();
    assert!(
        told.contains("did you mean `C1`?") || told.contains("there are A1"),
        "{told}"
    );
    let told = row(&pack, "lawful").unwrap_err().to_string();
    assert!(told.contains("there are A1, A2"), "{told}");
}

#[test]
fn the_name_of_a_draft_comes_with_what_people_do_next() {
    let id = issei_desk::samples::order().id();
    assert!(named(id, false, crate::words::EN).starts_with(&format!("{id}\n")));
    assert!(!named(id, false, crate::words::EN).contains("order arm"));
    assert!(named(id, true, crate::words::EN).contains("order arm"));
}
