//! One sentence about an address, at the coordinator and at a member.

use std::collections::BTreeSet;

use issei_desk::Reported;
use issei_desk::samples::{after, entry, in_force, view};
use issei_model::{Level, Span};
use issei_text::Phrase;

use super::*;
use crate::office::control::Stands;
use crate::office::folder::Settings;
use crate::record::Chain;
use crate::stand_in::StandIn;

fn knowing(name: &str) -> StandIn {
    StandIn::new(name, |ask| match ask {
        Ask::Orders => Reply::Orders(vec![view(
            Stands::InForce,
            after(3_000),
            vec![in_force("isp-a", 4_000, after(2_000), 800)],
        )]),
        Ask::Cases => Reply::Cases(Vec::new()),
        Ask::Findings => Reply::Findings(vec![Reported {
            goal: "192.0.2.7:23/tcp".parse().unwrap(),
            level: Level::Finding,
            evidence: entry("isp-a"),
            addresses: BTreeSet::new(),
        }]),
        Ask::Guarded(goal) => Reply::Guarded(
            (goal.to_string() == "8.8.8.8").then(|| Phrase::same("it is a resolver")),
        ),
        other => Reply::Wrong(Phrase::same(format!("{other:?}"))),
    })
}

#[test]
fn a_sentence_tells_the_cut_the_findings_and_the_lists() {
    let office = knowing("why");
    let mut caller = office.caller(Language::English);
    let said = sentence(&mut caller, &"192.0.2.7".parse().unwrap(), false).unwrap();
    let order = crate::order::short(view(Stands::InForce, after(0), Vec::new()).id);
    assert_eq!(
        said,
        format!(
            "192.0.2.7: cut by order {order} of case camera-1 on ground X1 until 2026-11-01 12:30:00 UTC; \
             1 finding by isp-a, the newest seen until 2026-11-01 12:00:00 UTC; no list says that it is never cut.\n"
        )
    );
    let said = sentence(&mut caller, &"8.8.8.8".parse().unwrap(), false).unwrap();
    assert_eq!(
        said,
        "8.8.8.8: nothing is in force against it; no member found anything about it; never cut, for it is a \
         resolver.\n"
    );
    let told = sentence(&mut caller, &"192.0.2.7:23/tcp".parse().unwrap(), true).unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["is_cut"], true);
    assert_eq!(told["findings"], 1);
    assert_eq!(told["orders"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_member_counts_its_own_findings_and_says_where_the_others_are_told() {
    let office = knowing("why-member");
    let settings = Settings {
        member: Some("isp-a".parse().unwrap()),
        findings: Some("findings.jsonl".into()),
        ..Settings::default()
    };
    office.folder().write_settings(&settings).unwrap();
    let finding = crate::examples::scan();
    let goal = finding.subject.parse().unwrap();
    let kept = Span::from_secs(60);
    let record = Chain::new().seal(finding, issei_host::clock::now(), kept);
    let path = office.folder().root().join("findings.jsonl");
    std::fs::write(path, record.line() + "\n").unwrap();
    let mut caller = office.caller(Language::English);
    let said = sentence(&mut caller, &goal, false).unwrap();
    assert!(said.contains("told at the coordinator"), "{said}");
    assert!(
        said.ends_with("The own collector has 1 finding about it: `issei see` shows it.\n"),
        "{said}"
    );
    let said = sentence(&mut caller, &"203.0.113.77".parse().unwrap(), false).unwrap();
    assert!(
        said.ends_with("The own collector found nothing about it.\n"),
        "{said}"
    );
    let asked = office.heard();
    let mut beyond = asked
        .iter()
        .filter(|ask| matches!(ask, Ask::Cases | Ask::Findings));
    assert!(beyond.next().is_none(), "a member does not know them");
    drop(caller);
    let mut caller = office.caller(Language::Japanese);
    for goal in [goal, "192.0.2.7".parse().unwrap()] {
        crate::japanese::assert_no_english(&sentence(&mut caller, &goal, false).unwrap());
    }
}
