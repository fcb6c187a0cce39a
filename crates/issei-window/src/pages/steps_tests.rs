use issei_case::Count;
use issei_desk::samples::{after, answer, armed, in_force, noon, silent, staged, view};
use issei_model::{Approval, Fact, FactValue, Language, PublicKey, Signature, Span};

use super::*;
use crate::rights::Visitor;
use crate::view::Colours;
use issei_text::Text;
use issei_text::format::Zone;

fn reader() -> Reader {
    Reader {
        text: Text(Language::English),
        zone: Zone::Utc,
        colours: Colours::System,
        visitor: Visitor::default(),
        address: "/".into(),
        looks: true,
        said: None,
    }
}

fn case(stage: Stage) -> CaseView {
    CaseView {
        case: "camera-1".into(),
        stage,
        goals: vec!["192.0.2.7:23/tcp".parse().unwrap()],
        evidence: vec![issei_desk::samples::entry("isp-a")],
        addresses: Vec::new(),
        answers: Vec::new(),
        radius: None,
        order: None,
        refusals: Vec::new(),
    }
}

fn states(case: Option<&CaseView>, order: Option<&OrderView>) -> Vec<State> {
    steps(&reader(), 2, case, order)
        .iter()
        .map(|step| step.state)
        .collect()
}

#[test]
fn a_new_case_has_evidence_and_waits_for_its_radius() {
    use State::{Done, Later, Now};
    let new = case(Stage::Open);
    assert_eq!(
        states(Some(&new), None),
        [Done, Later, Later, Now, Later, Later, Later]
    );
    assert!(next(&reader(), Some(&new), None).starts_with("ask the members"));
    let answered = CaseView {
        answers: vec![answer("isp-a", "192.0.2.7:23/tcp", Count::Exactly(3))],
        ..new
    };
    assert!(next(&reader(), Some(&answered), None).starts_with("sum"));
}

#[test]
fn a_draft_waits_for_people() {
    let mut draft = view(Stands::Draft, noon(), Vec::new());
    draft.approvals.push(Approval {
        person: "lawyer@isp-a".parse().unwrap(),
        key: PublicKey([1; 32]),
        language: Language::English,
        at: noon(),
        signature: Signature([2; 64]),
    });
    let steps = steps(&reader(), 2, Some(&case(Stage::Proposed)), Some(&draft));
    assert_eq!((steps[2].state, steps[4].state), (State::Now, State::Later));
    assert!(steps[2].lines[0].contains('1'), "{:?}", steps[2].lines);
    assert!(steps[2].lines[1].contains("lawyer@isp-a"));
}

#[test]
fn nothing_is_called_fired_before_it_was_read_back() {
    let t = after(5_000);
    let all = |late| vec![armed("isp-b", 1, t), late];
    let waiting = view(Stands::Armed, after(6_000), all(staged("isp-c", 1)));
    assert_eq!(states(None, Some(&waiting))[4], State::Now);
    let acting = view(
        Stands::Armed,
        after(6_000),
        all(in_force("isp-c", 1, t, 900)),
    );
    let steps = steps(&reader(), 2, None, Some(&acting));
    assert_eq!(steps[4].state, State::Done);
    assert!(
        steps[4].lines.iter().any(|line| line.contains("1 of 2")),
        "{:?}",
        steps[4].lines
    );
    let never = view(Stands::Ended, after(9_000), vec![silent("isp-b", 1)]);
    assert_eq!(states(None, Some(&never))[4], State::No);
}

#[test]
fn the_spread_leaves_out_the_canary_and_a_member_alone() {
    let t = after(5_000);
    let canary = in_force("isp-a", 1, after(2_000), 90_000);
    let one = in_force("isp-b", 1, t, 100);
    let alone = view(
        Stands::Armed,
        after(6_000),
        vec![canary.clone(), one.clone()],
    );
    assert_eq!(spread(&alone), None);
    let two = vec![canary, one, in_force("isp-c", 1, t, 2_100)];
    let both = view(Stands::Armed, after(6_000), two);
    assert_eq!(spread(&both).as_deref(), Some("2.0 ms"));
    assert_eq!(
        lateness(&both),
        [Span::from_micros(100), Span::from_micros(2_100)]
    );
    assert_eq!(super::t(&both), Some(t));
}

#[test]
fn a_recall_is_told_with_its_moment() {
    let mut ended = view(Stands::Ended, after(9_000), vec![silent("isp-b", 1)]);
    ended.recalled_at = Some(after(8_000));
    let steps = steps(&reader(), 2, None, Some(&ended));
    assert!(
        steps[6].lines[0].contains("recalled"),
        "{:?}",
        steps[6].lines
    );
}

/// A draft that one signed, and whose only fact another confirmed.
fn awaited_of(signed: &[&str], confirmed_by: Option<&str>, needed: usize) -> Vec<String> {
    let mut draft = view(Stands::Draft, noon(), Vec::new());
    draft.order.canary_skipped_by.clear();
    draft.order.facts = [(
        "asked".to_owned(),
        Fact {
            value: FactValue::Flag(true),
            stated_by: "duty@coordinator".parse().unwrap(),
            confirmed_by: confirmed_by.map(|person| person.parse().unwrap()),
        },
    )]
    .into();
    draft.approvals = signed
        .iter()
        .map(|person| Approval {
            person: person.parse().unwrap(),
            key: PublicKey([1; 32]),
            language: Language::English,
            at: noon(),
            signature: Signature([2; 64]),
        })
        .collect();
    awaited(&reader(), needed, &draft)
}

#[test]
fn a_draft_says_whose_signature_is_missing() {
    let lawyer = Some("counsel@isp-b");
    let named = "waits for counsel@isp-b, whom the order names";
    assert_eq!(awaited_of(&["a@isp-a"], lawyer, 2), [named]);
    assert_eq!(awaited_of(&[], None, 2), ["waits for 2 more people"]);
    assert_eq!(
        awaited_of(&["counsel@isp-b"], lawyer, 2),
        ["waits for 1 more person, not of isp-b"]
    );
    assert_eq!(
        awaited_of(&["a@isp-b"], lawyer, 2),
        [named, "waits for somebody not of isp-b"]
    );
    assert_eq!(
        awaited_of(&["a@isp-a"], lawyer, 4),
        [named, "waits for 2 more people"]
    );
    let enough = awaited_of(&["a@isp-a", "counsel@isp-b"], lawyer, 2);
    assert_eq!(enough, [] as [&str; 0]);
}

#[test]
fn the_end_waits_for_a_confirmation_and_tells_when_nobody_gave_one() {
    let (t, now) = (after(5_000), after(10_000));
    let open = issei_desk::samples::awaiting(now, t);
    let end = |view: &OrderView| {
        let step = steps(&reader(), 2, None, Some(view))[6].clone();
        (step.state, step.lines.concat())
    };
    let (state, line) = end(&open);
    assert_eq!(state, State::Now);
    assert!(
        line.contains("12:10:05") && line.contains("unless"),
        "{line}"
    );
    assert!(next(&reader(), None, Some(&open)).contains("confirm"));
    let early = OrderView {
        now: after(4_000),
        ..open.clone()
    };
    assert!(!next(&reader(), None, Some(&early)).contains("confirm"));
    let ended = |now, recalled_at| OrderView {
        stands: Stands::Ended,
        now,
        recalled_at,
        ..open.clone()
    };
    let by = t + Span::from_secs(600);
    for nobody in [ended(by, None), ended(by, Some(by))] {
        assert!(end(&nobody).1.contains("nobody confirmed it"));
    }
    let recalled = ended(after(900_000), Some(after(20_000)));
    assert!(end(&recalled).1.contains("recalled"));
}
