//! Pictures on pages say what the office knows, and nothing beside it.

use issei_desk::Stands;
use issei_desk::samples::{after, answer, armed, in_force, noon, silent, staged, view};
use issei_model::{Digest, Language, Observed, Participant};

use super::*;
use crate::rights::Visitor;
use crate::view::Colours;

fn reader(language: Language) -> Reader {
    Reader {
        text: Text(language),
        zone: Zone::Jst,
        colours: Colours::System,
        visitor: Visitor::default(),
        address: "/".into(),
        looks: true,
        said: None,
    }
}

fn country() -> CountryView {
    let member = |name: &str| Participant {
        member: name.parse().unwrap(),
        lines: 4_000,
    };
    CountryView {
        coordinator: "coordinator".parse().unwrap(),
        log: "coordinator.issei.internal/orders+5f3a1b2c+AaBbCc".into(),
        members: ["isp-a", "isp-b", "isp-c"].map(member).into(),
        people: Vec::new(),
        approvals: 2,
        lines_per_order: 1,
        lines_per_day: 1,
        safeguards: 0,
        lists: Digest([1; 32]),
        checkpoints: Vec::new(),
    }
}

fn checkpoint(size: u64, signers: &[&str]) -> Checkpoint {
    Checkpoint {
        size,
        root: "Zm9v".into(),
        signers: signers.iter().map(|name| (*name).to_owned()).collect(),
        witnessed_at: (signers.len() > 1).then_some(noon()),
    }
}

#[test]
fn a_checkpoint_without_enough_witnesses_is_said_to_lack_them() {
    let notes = [
        checkpoint(9, &["coordinator.issei.internal/orders"]),
        checkpoint(
            7,
            &[
                "coordinator.issei.internal/orders",
                "isp-a.witness.x",
                "isp-c.witness.x",
            ],
        ),
    ];
    let drawn = witnessed(&reader(Language::English), &country(), &notes).into_string();
    assert!(
        drawn.contains("Lacking witnesses: 1; each needs 2."),
        "{drawn}"
    );
    // Behind the picture: what has no time has a dash, and who did not sign is named.
    assert!(
        drawn.contains("<td>—</td><td>9</td><td>0</td><td>2</td><td>isp-a, isp-b, isp-c</td>")
            || drawn.contains(
                "<td>—</td><td>9</td><td>0</td><td>2</td><td>isp-a, isp-b and isp-c</td>"
            ),
        "{drawn}"
    );
    assert!(
        drawn.contains("<td>7</td><td>2</td><td>2</td><td>isp-b</td>"),
        "{drawn}"
    );
    assert!(!drawn.contains("1970"));
    let japanese = witnessed(&reader(Language::Japanese), &country(), &notes).into_string();
    assert!(japanese.contains("チェックポイントと証人"), "{japanese}");
}

#[test]
fn readiness_tells_who_is_not_ready_and_says_nothing_of_clocks() {
    let t = after(5_000);
    let mut refused = silent("isp-d", 100);
    refused.observed = Some(Observed::Refused(Objection::Capacity));
    let members = vec![
        armed("isp-a", 4_000, t),
        staged("isp-b", 4_000),
        silent("isp-c", 4_000),
        refused,
        in_force("isp-e", 4_000, after(1_000), 300),
    ];
    let mut order = view(Stands::Preparing, noon(), members);
    order.order.canary = vec!["isp-a".parse().unwrap()];
    let drawn = readiness(&reader(Language::English), &order).into_string();
    assert!(drawn.contains("2 of 5 members are armed."), "{drawn}");
    assert!(
        drawn.contains("isp-b") && drawn.contains("isp-a (canary)"),
        "{drawn}"
    );
    assert!(
        drawn.contains("<td>isp-c</td><td>no word yet</td>"),
        "{drawn}"
    );
    let why = objection(Text(Language::English), Objection::Capacity);
    assert!(
        drawn.contains(&format!("<td>isp-d</td><td>{why}</td>")),
        "{drawn}"
    );
    assert!(!drawn.contains("clock"), "{drawn}");
}

#[test]
fn contacts_are_drawn_by_member_and_goal_and_red_only_where_an_order_that_acts_does_not() {
    let goal = "192.0.2.7:23/tcp";
    let answers = [
        answer("isp-a", goal, Count::Exactly(40)),
        answer("isp-b", goal, Count::FewerThan(5)),
    ];
    let reader = reader(Language::English);
    let drawn = |order: Option<&OrderView>| {
        contacts(&reader, &answers, order)
            .expect("somebody has contact")
            .into_string()
    };
    let before = drawn(None);
    // A hidden count is drawn at the most that it can be.
    assert!(
        before.contains("<td>isp-b</td><td>192.0.2.7:23/tcp</td><td>4</td>"),
        "{before}"
    );
    let still = "still reach theirs";
    assert!(!before.contains(still), "{before}");
    let t = after(5_000);
    let mut refused = silent("isp-b", 100);
    refused.observed = Some(Observed::Refused(Objection::Legal));
    let acting = vec![in_force("isp-a", 4_000, t, 300), refused.clone()];
    let acting = drawn(Some(&view(Stands::Armed, noon(), acting)));
    assert!(acting.contains(still), "{acting}");
    // Where nothing acts anywhere, nothing leaks.
    let nowhere = vec![staged("isp-a", 4_000), refused];
    let nowhere = drawn(Some(&view(Stands::Preparing, noon(), nowhere)));
    assert!(!nowhere.contains(still), "{nowhere}");
    let nobody = [answer("isp-a", goal, Count::Exactly(0))];
    assert!(contacts(&reader, &nobody, None).is_none());
}
