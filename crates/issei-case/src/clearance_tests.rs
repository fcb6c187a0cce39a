use super::*;
use crate::radius::Count;
use crate::safeguards::{Entry, Kind, Place};
use crate::samples::{dossier, goal, goals, grounded_order, minutes, proposed_at, roster};

/// Everything a member holds; each test spoils one thing.
struct Desk {
    pack: Pack,
    safeguards: Safeguards,
    ceiling: Ceiling,
    roster: Roster,
    used_today: u64,
    contacts: Vec<Answer>,
    needed: BTreeSet<Goal>,
    member: OrganisationId,
}

fn desk() -> Desk {
    Desk {
        pack: Pack::japan(),
        safeguards: Safeguards::built_in(),
        ceiling: Ceiling::default(),
        roster: roster(),
        used_today: 0,
        contacts: vec![contacts(12)],
        needed: BTreeSet::new(),
        member: "isp-b".parse().unwrap(),
    }
}

fn contacts(benign: u64) -> Answer {
    Answer {
        member: "isp-b".parse().unwrap(),
        goal: goal("c2.example"),
        lines: Count::Exactly(benign + 100),
        suspected: Count::Exactly(100),
        volume: 5_000,
        hints: BTreeSet::new(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}

impl Desk {
    fn gates(&self) -> Gates<'_> {
        Gates {
            pack: &self.pack,
            safeguards: &self.safeguards,
            ceiling: &self.ceiling,
            used_today: self.used_today,
            roster: &self.roster,
        }
    }

    fn admit(&self, dossier: &Dossier) -> Result<Admitted, (Objection, String)> {
        let view = View {
            member: &self.member,
            gates: self.gates(),
            contacts: &self.contacts,
            needed_by_customers: &self.needed,
        };
        admit(dossier, &view, now()).map_err(|(objection, no)| (objection, no.rule))
    }
}

/// Spoils one thing at the desk or in the order.
type Spoil = fn(&mut Desk, &mut Order);

fn now() -> Timestamp {
    proposed_at() + minutes(3)
}

fn signed(order: Order) -> Dossier {
    dossier(order, &[("ren@isp-a", 2), ("yui@isp-b", 3)])
}

fn witnesses(dossier: &Dossier) -> Witnesses {
    let desk = desk();
    Witnesses {
        grounded: desk.pack.judge(&dossier.order, now()).expect("grounded"),
        safe: desk.safeguards.judge(&dossier.order).expect("safe"),
        measured: radius::judge(&dossier.order, 0, &desk.ceiling).expect("measured"),
        evidenced: evidence::judge(&dossier.order).expect("evidenced"),
        approved: desk.roster.judge(dossier, now()).expect("approved"),
    }
}

#[test]
fn an_order_with_every_witness_is_cleared_with_its_judged_approvals() {
    let dossier = signed(grounded_order());
    let cleared = Cleared::new(dossier.order.clone(), witnesses(&dossier)).expect("cleared");
    assert_eq!(cleared.into_dossier(), dossier);
    assert!(desk().gates().clear(&dossier, now()).is_ok());
}

#[test]
fn no_witness_serves_another_order() {
    let first = signed(grounded_order());
    let mut order = grounded_order();
    order.quorum_percent = 61;
    let second = signed(order);
    let all = witnesses(&first);
    let mixed = [
        Witnesses {
            grounded: witnesses(&second).grounded,
            ..all.clone()
        },
        Witnesses {
            safe: witnesses(&second).safe,
            ..all.clone()
        },
        Witnesses {
            measured: witnesses(&second).measured,
            ..all.clone()
        },
        Witnesses {
            evidenced: witnesses(&second).evidenced,
            ..all.clone()
        },
        Witnesses {
            approved: witnesses(&second).approved,
            ..all
        },
    ];
    for witnesses in mixed {
        let refused = Cleared::new(first.order.clone(), witnesses);
        assert_eq!(refused.expect_err("mixed").rule, "other-order");
    }
}

#[test]
fn a_member_admits_what_holds_by_its_own_means() {
    let admitted = desk().admit(&signed(grounded_order())).expect("admitted");
    assert_eq!(admitted.order().id(), grounded_order().id());
    assert_eq!(admitted.member(), &desk().member);
}

#[test]
fn each_gate_of_a_member_says_no_by_itself() {
    let spoilt: [(&str, Objection, Spoil); 14] = [
        ("not-asked", Objection::Technical, |desk, _| {
            desk.member = "isp-z".parse().unwrap();
        }),
        ("too-late", Objection::Technical, |_, order| {
            order.proposed_at = proposed_at() - minutes(90);
            order.fire_before = now();
        }),
        ("malformed", Objection::Technical, |_, order| {
            order.quorum_percent = 0;
        }),
        ("other-pack", Objection::Legal, |_, order| {
            order.pack = issei_model::Digest([9; 32]);
        }),
        ("facts", Objection::Legal, |_, order| {
            order.facts.pop_first();
        }),
        ("safeguarded", Objection::Collateral, |desk, _| {
            let own = Entry {
                place: Place::Suffix("www.c2.example".parse().unwrap()),
                kind: Kind::Own,
                reason: "a customer".to_owned(),
                source: "own".to_owned(),
            };
            desk.safeguards = Safeguards::built_in().with([own]);
        }),
        ("per-order-ceiling", Objection::Collateral, |_, order| {
            order.radius.predicted_lines = 301;
        }),
        ("per-day-ceiling", Objection::Collateral, |desk, _| {
            desk.used_today = 989;
        }),
        ("stale-evidence", Objection::Legal, |_, order| {
            order.evidence.clear();
        }),
        ("too-few-people", Objection::Legal, |desk, _| {
            desk.roster = Roster::new(3);
            for (name, number) in [("ren@isp-a", 2), ("yui@isp-b", 3)] {
                let key = crate::samples::held(number, crate::approvals::Role::Approver);
                desk.roster.enter(&name.parse().unwrap(), key).unwrap();
            }
        }),
        ("own-radius-unknown", Objection::Collateral, |desk, _| {
            desk.contacts.clear();
        }),
        ("per-order-ceiling", Objection::Collateral, |desk, _| {
            desk.contacts = vec![contacts(301)];
        }),
        ("understated", Objection::Collateral, |desk, _| {
            desk.contacts = vec![contacts(24)];
        }),
        ("needed-by-customer", Objection::Customer, |desk, _| {
            desk.needed.insert(goal("c2.example"));
        }),
    ];
    for (rule, objection, spoil) in spoilt {
        let (mut desk, mut order) = (desk(), grounded_order());
        spoil(&mut desk, &mut order);
        assert_eq!(
            desk.admit(&signed(order)),
            Err((objection, rule.to_owned()))
        );
    }
}

#[test]
fn ordinary_growth_of_contacts_is_no_lie() {
    let mut desk = desk();
    desk.contacts = vec![contacts(23)];
    assert!(desk.admit(&signed(grounded_order())).is_ok());
}

#[test]
fn nobody_is_asked_to_sign_what_cannot_pass() {
    let desk = desk();
    assert!(desk.gates().proposable(&grounded_order(), now()).is_ok());
    let mut order = grounded_order();
    order.goals = goals(&["dns.google"]);
    let refused = desk.gates().proposable(&order, now());
    assert_eq!(refused.expect_err("safeguarded").rule, "safeguarded");
}

/// A forbid of the member's own that errs on every order: the product overflows.
const ERRING: &str = r"forbid (principal, action, resource)
    when { context.order.proposed_at * 9223372036854775807 > 0 };";

#[test]
fn an_engine_that_breaks_is_a_no_with_an_alarm_at_every_door() {
    let mut desk = desk();
    desk.pack = Pack::japan_with(ERRING).expect("a pack");
    let dossier = signed(grounded_order());
    let view = View {
        member: &desk.member,
        gates: desk.gates(),
        contacts: &desk.contacts,
        needed_by_customers: &desk.needed,
    };
    let (objection, admitted) = admit(&dossier, &view, now()).expect_err("broken");
    let cleared = desk.gates().clear(&dossier, now()).expect_err("broken");
    let proposed = desk.gates().proposable(&dossier.order, now());
    assert_eq!(objection, Objection::Legal);
    for no in [admitted, cleared, proposed.expect_err("broken")] {
        assert_eq!((no.rule.as_str(), no.alarm), ("engine", true));
        let text = serde_json::to_string(&no).expect("writes");
        assert_eq!(serde_json::from_str::<Refusal>(&text).expect("reads"), no);
    }
}

#[test]
fn a_rule_that_says_no_raises_no_alarm() {
    let mut order = grounded_order();
    order.facts.pop_first();
    let no = desk().gates().proposable(&order, now()).expect_err("facts");
    assert_eq!((no.rule.as_str(), no.alarm), ("facts", false));
}

#[test]
fn a_malformed_order_is_proposed_and_cleared_nowhere() {
    let dossier = signed(grounded_order());
    let witnesses = witnesses(&dossier);
    let mut order = dossier.order.clone();
    order.quorum_percent = 0;
    let no = Cleared::new(order.clone(), witnesses).expect_err("malformed");
    assert_eq!(no.rule, "malformed");
    let no = desk()
        .gates()
        .proposable(&order, now())
        .expect_err("malformed");
    assert_eq!(no.rule, "malformed");
}

#[test]
fn each_gate_is_asked_before_people_are() {
    let spoilt: [(&str, Spoil); 5] = [
        ("malformed", |_, order| order.quorum_percent = 0),
        ("facts", |_, order| drop(order.facts.pop_first())),
        ("safeguarded", |_, order| {
            order.goals = goals(&["dns.google"]);
        }),
        ("per-order-ceiling", |_, order| {
            order.radius.predicted_lines = 301;
        }),
        ("stale-evidence", |_, order| order.evidence.clear()),
    ];
    for (rule, spoil) in spoilt {
        let (mut desk, mut order) = (desk(), grounded_order());
        spoil(&mut desk, &mut order);
        let no = desk.gates().proposable(&order, now()).expect_err(rule);
        assert_eq!(no.rule, rule);
    }
}

#[test]
fn a_member_whose_own_memory_is_short_takes_no_part() {
    let mut desk = desk();
    for (days, expected) in [(30, true), (24, true), (23, false), (0, false)] {
        desk.contacts[0].days = days;
        let admitted = desk.admit(&signed(grounded_order()));
        match expected {
            true => assert!(admitted.is_ok(), "{days} days"),
            false => {
                let (objection, rule) = admitted.expect_err("a short memory");
                assert_eq!(objection, Objection::Collateral);
                assert_eq!(rule, "own-memory-short");
            }
        }
    }
}
