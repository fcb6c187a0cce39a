//! Whatever a person asks twice is done once: neither the log nor what people see becomes more of it.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_case::safeguards::Kind;
use issei_case::{Answer, Closing, Count};
use issei_desk::safeguards::ListWish;
use issei_model::{
    Digest, Dossier, Ending, EvidenceEntry, Fact, Goal, Language, Level, Order, OrderId, Reflex,
    Rule, Span, StandingId, StandingOrder,
};
use issei_sim::rehearsal::{self, Person};
use serde_json::Value;

use super::standing::Bench;
use super::tests::World;
use super::*;
use crate::office::control::{Reported, Stands};
use crate::office::rehearsed;

/// Names an ask that the coordinator's office answers. A new one has to be tried below too.
fn name(ask: &Ask) -> Option<&'static str> {
    Some(match ask {
        Ask::Status => "status",
        Ask::Charter => "charter",
        Ask::Country => "country",
        Ask::Invite { .. } => "invite",
        Ask::EnterPerson { .. } => "enter-person",
        Ask::SignCeiling(..) => "sign-ceiling",
        Ask::EndKey(_) => "end-key",
        Ask::Findings => "findings",
        Ask::CaseOpen { .. } => "case-open",
        Ask::CaseQuestion(_) => "case-question",
        Ask::CaseAssess(_) => "case-assess",
        Ask::CaseReopen(_) => "case-reopen",
        Ask::CaseShow(_) => "case-show",
        Ask::Cases => "cases",
        Ask::CaseClose { .. } => "case-close",
        Ask::Propose(_) => "propose",
        Ask::Retract(_) => "retract",
        Ask::Order(_) => "order",
        Ask::Orders => "orders",
        Ask::Traffic(_) => "traffic",
        Ask::Approve { .. } => "approve",
        Ask::Confirm { .. } => "confirm",
        Ask::Arm(_) => "arm",
        Ask::Withdraw { .. } => "withdraw",
        Ask::WithdrawAll(_) => "withdraw-all",
        Ask::Standing(_) => "standing",
        Ask::Standings => "standings",
        Ask::ApproveStanding { .. } => "approve-standing",
        Ask::WithdrawStanding(_) => "withdraw-standing",
        Ask::WithdrawAllStanding => "withdraw-all-standing",
        Ask::Reload => "reload",
        Ask::Safeguards => "safeguards",
        Ask::WeighList(_) => "weigh-list",
        Ask::TakeList { .. } => "take-list",
        Ask::LetGo(_) => "let-go",
        Ask::AcceptCharter(_)
        | Ask::Report(_)
        | Ask::Harm(_)
        | Ask::Leave { .. }
        | Ask::ProposeStanding(_)
        | Ask::Sightings(_)
        | Ask::Request(_)
        | Ask::Reflexes
        | Ask::Stamps
        | Ask::Goals
        | Ask::Sensors
        | Ask::Collecting(_)
        | Ask::Appeal(_)
        | Ask::AppealOf(_)
        | Ask::Appeals
        | Ask::AnswerAppeal { .. }
        | Ask::Exchanges(_)
        | Ask::Devices
        | Ask::Guarded(_)
        | Ask::Stop
        | Ask::Resume
        | Ask::ExportLedger(_)
        | Ask::Window(_)
        | Ask::Quit => return None, // a member's, no ask of the office's state, or one that each time is another
    })
}

/// How many [`name`] knows.
const ASKS: usize = 35;
const MEMBERS: [&str; 2] = ["isp-a", "isp-b"];

/// A coordinator that is asked everything again and again.
struct Twice {
    world: World,
    tried: BTreeSet<&'static str>,
}

impl Twice {
    /// Asks three times: the second changes nothing but that a no may be remembered, the third nothing.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the story reads better without references"
    )]
    fn ask(&mut self, ask: Ask) -> Reply {
        self.tried.extend(name(&ask));
        let reply = self.world.ask(ask.clone());
        let once = self.seen(&["now", "refusals"]);
        self.world.ask(ask.clone());
        assert_eq!(self.seen(&["now", "refusals"]), once, "{ask:?}");
        let twice = self.seen(&["now"]);
        self.world.ask(ask.clone());
        assert_eq!(self.seen(&["now"]), twice, "{ask:?}");
        reply
    }

    /// The log's size, and all that people are shown but these parts.
    fn seen(&mut self, without: &[&str]) -> (u64, Vec<Value>) {
        let asks = [
            Ask::Charter,
            Ask::Country,
            Ask::Findings,
            Ask::Cases,
            Ask::Orders,
            Ask::Standings,
        ];
        let shown = asks.map(|ask| {
            let mut shown = serde_json::to_value(self.world.ask(ask)).unwrap();
            strip(&mut shown, without);
            shown
        });
        (self.size(), shown.into())
    }

    fn size(&mut self) -> u64 {
        self.world.office().notary.written()
    }

    /// Takes a case about a goal to where an order can be proposed.
    fn measured(&mut self, case: &str, goal: &Goal) {
        let case = case.to_owned();
        let goal = goal.clone();
        self.ask(Ask::CaseOpen {
            case: case.clone(),
            goal: goal.clone(),
        });
        self.ask(Ask::CaseQuestion(case.clone()));
        let now = clock::now();
        for member in MEMBERS {
            let member: OrganisationId = member.parse().unwrap();
            let answers = desk::Answers {
                case: case.clone(),
                answers: vec![answer(&member, &goal)],
            };
            let taken = self.world.office().at_the_gates(now, |desk, gates| {
                desk.take_answers(&member, answers, gates, now)
            });
            assert_eq!(taken, Ok(()));
        }
        self.ask(Ask::CaseAssess(case));
    }

    /// Drafts an order that waits for a person at its end.
    fn drafted(&mut self, case: &str) -> OrderId {
        let mut wish = rehearsed::wish(case, Span::from_secs(600)).unwrap();
        (wish.canary, wish.hold) = (vec!["isp-a".parse().unwrap()], true);
        let [_, second] = people();
        wish.facts = rehearsed::facts(&second.id).unwrap();
        match self.ask(Ask::Propose(Box::new(wish))) {
            Reply::Named(order) => order,
            other => panic!("{other:?}"),
        }
    }

    fn order(&mut self, order: OrderId) -> Order {
        match self.ask(Ask::Order(order)) {
            Reply::Order(view) => view.order,
            other => panic!("{other:?}"),
        }
    }

    /// Drafts a standing order of the first member.
    fn drafted_standing(&mut self) -> (StandingId, StandingOrder) {
        let office = self.world.office();
        let order = standing_order(&office.rules.pack);
        let bench = Bench {
            pack: &office.rules.pack,
            roster: &office.roster,
        };
        let from = order.member.clone();
        let proposed = office
            .standings
            .propose(&from, order.clone(), bench, clock::now());
        match proposed {
            Reply::NamedStanding(id) => (id, order),
            other => panic!("{other:?}"),
        }
    }
}

/// Takes parts out of what was shown, wherever they stand.
fn strip(value: &mut Value, without: &[&str]) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !without.contains(&key.as_str()));
            map.values_mut().for_each(|one| strip(one, without));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| strip(one, without)),
        _ => {}
    }
}

fn people() -> [Person; 2] {
    let person = |name: &str, number: u8| {
        Person::new(name.parse().unwrap(), SigningKey::from_bytes(&[number; 32]))
    };
    [person("approver@isp-a", 7), person("counsel@isp-b", 8)]
}

fn found(member: &str, goal: &Goal, salt: u8) -> Reported {
    Reported {
        goal: goal.clone(),
        level: Level::Finding,
        evidence: EvidenceEntry {
            source: member.parse().unwrap(),
            rule: Rule::CommandConfirmed,
            kinds: vec!["session".into(), "download".into()],
            forgeable: false,
            commitment: Digest([salt; 32]),
            until: clock::now(),
        },
        addresses: Default::default(),
    }
}

fn answer(member: &OrganisationId, goal: &Goal) -> Answer {
    Answer {
        member: member.clone(),
        goal: goal.clone(),
        lines: Count::hide(0, Count::DEFAULT_K),
        suspected: Count::hide(0, Count::DEFAULT_K),
        volume: 0,
        hints: Default::default(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}

fn standing_order(pack: &issei_case::ground::Pack) -> StandingOrder {
    let [proposer, second] = ["duty@isp-a", "counsel@isp-b"].map(|name| name.parse().unwrap());
    let now = clock::now();
    let row = pack.row("A2").unwrap();
    let facts: BTreeMap<String, Fact> = rehearsal::facts(row, now, [&proposer, &second]);
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer,
        reflex: Reflex::LimitFlood(100),
        scope: vec!["203.0.113.0/24".parse().unwrap()],
        ground: "A2".into(),
        pack: pack.digest(),
        facts,
        lasts: Span::from_secs(300),
        at_once: 20,
        per_hour: 60,
        proposed_at: now,
        valid_from: now,
        valid_until: now + Span::from_secs(86_400),
    }
}

#[test]
fn what_is_asked_twice_is_done_once() {
    let (world, tried) = (World::new("twice"), BTreeSet::new());
    let mut twice = Twice { world, tried };
    let [first, second] = people();
    for person in [&first, &second] {
        let (person, key) = (person.id.clone(), person.public());
        let role = Role::Approver;
        twice.ask(Ask::EnterPerson { person, key, role });
    }
    let figures = Figures {
        per_order: 300,
        per_day: 29_000,
    };
    for person in [&first, &second] {
        let text = figures.to_be_signed(&"coordinator".parse().unwrap());
        let by = Raiser {
            person: person.id.clone(),
            key: person.public(),
            signature: person.sign(&text),
        };
        twice.ask(Ask::SignCeiling(figures, by));
    }
    assert_eq!(twice.world.office().rules.ceiling.per_day(), 29_000);
    let lost = Person::new(first.id.clone(), SigningKey::from_bytes(&[99; 32]));
    twice.ask(Ask::EnterPerson {
        person: lost.id.clone(),
        key: lost.public(),
        role: Role::Approver,
    });
    twice.ask(Ask::EndKey(lost.public()));
    let member = "isp-c".parse().unwrap();
    twice.ask(Ask::Invite { member, lines: 10 });
    let goals: [Goal; 2] =
        ["198.51.100.7:48101/tcp", "198.51.100.8:48101/tcp"].map(|goal| goal.parse().unwrap());
    for (number, goal) in goals.iter().enumerate() {
        let told =
            MEMBERS.map(|member| found(member, goal, 10 * number as u8 + member.as_bytes()[4]));
        twice.world.office().desk.take_findings(told.into());
    }
    // A draft that is taken back, and its case closed.
    twice.measured("one", &goals[0]);
    let back = twice.drafted("one");
    twice.ask(Ask::Retract(back));
    let (case, why) = ("one".to_owned(), Closing::Harmless);
    twice.ask(Ask::CaseClose { case, why });
    // One that leaves.
    twice.measured("two", &goals[1]);
    let order = twice.drafted("two");
    let shown = twice.order(order);
    for person in [&first, &second] {
        let approval = rehearsal::approve(person, &shown, Language::English, clock::now());
        let reply = twice.ask(Ask::Approve { order, approval });
        assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
    }
    assert_eq!(twice.size(), 0, "it is held");
    let reply = twice.ask(Ask::Arm(order));
    assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
    assert_eq!(twice.size(), 1, "the proposal");
    let approval = rehearsal::confirm(&first, &shown, Language::English, clock::now());
    let reply = twice.ask(Ask::Confirm { order, approval });
    assert!(matches!(reply, Reply::Refused(_)), "{reply:?}");
    assert_eq!(twice.size(), 1, "nothing has fired");
    let Reply::Orders(views) = twice.ask(Ask::Orders) else {
        panic!("no orders")
    };
    let stand: Vec<_> = views.iter().map(|view| (view.id, view.stands)).collect();
    let coming = [(order, Stands::Preparing)];
    assert_eq!(stand, coming, "it is shown also before it counts");
    twice.world.open();
    let reason = Ending::ByPerson;
    twice.ask(Ask::Withdraw { order, reason });
    assert_eq!(twice.size(), 2, "its end, also after a restart");
    twice.ask(Ask::CaseReopen("two".into()));
    let (standing, drafted) = twice.drafted_standing();
    twice.ask(Ask::Standing(standing));
    for person in [&first, &second] {
        let at = clock::now();
        let approval = rehearsal::approve_standing(person, &drafted, Language::English, at);
        twice.ask(Ask::ApproveStanding { standing, approval });
    }
    assert_eq!(twice.size(), 3, "the standing order");
    twice.ask(Ask::WithdrawStanding(standing));
    assert_eq!(twice.size(), 4, "its end");
    twice.ask(Ask::WithdrawAllStanding);
    assert_eq!(twice.size(), 5, "the end of all of them");
    twice.ask(Ask::WithdrawAll(reason));
    assert_eq!(twice.size(), 6, "the end of everything");
    twice.world.open();
    for ask in [
        Ask::Withdraw { order, reason },
        Ask::WithdrawStanding(standing),
        Ask::WithdrawAllStanding,
        Ask::WithdrawAll(reason),
        Ask::Status,
        Ask::Charter,
        Ask::Country,
        Ask::Findings,
        Ask::CaseShow("two".into()),
        Ask::Cases,
        Ask::Orders,
        Ask::Traffic(order),
        Ask::Standings,
        Ask::Safeguards,
        Ask::LetGo(Digest([7; 32])),
        Ask::Reload,
    ] {
        twice.ask(ask);
        assert_eq!(twice.size(), 6, "nothing new after a restart either");
    }
    let list = Box::new(ListWish {
        kind: Kind::Own,
        source: "ours".into(),
        text: "192.0.2.99 # a printer\n".into(),
    });
    let Reply::Weighed(weighed) = twice.ask(Ask::WeighList(list.clone())) else {
        panic!("not weighed")
    };
    let seen = weighed.seen;
    let taken = twice.ask(Ask::TakeList { list, seen });
    assert!(matches!(taken, Reply::Done(_)), "{taken:?}");
    assert_eq!(twice.size(), 6, "no order meets it");
    assert_eq!(twice.tried.len(), ASKS, "{:?}", twice.tried);
}

/// Drafts an order in a measured case that lasts so long and is to be confirmed like that.
fn drafted_to_confirm(twice: &mut Twice, within: Option<Span>, lasts: Span) -> Reply {
    let mut wish = rehearsed::wish("one", lasts).unwrap();
    let [_, second] = people();
    wish.canary = vec!["isp-a".parse().unwrap()];
    wish.facts = rehearsed::facts(&second.id).unwrap();
    (wish.confirm_within, wish.hold) = (within, true);
    twice.world.ask(Ask::Propose(Box::new(wish)))
}

#[test]
fn an_order_has_the_wished_time_to_confirm_else_the_usual_one_and_a_wrong_one_is_mended() {
    let (world, tried) = (World::new("to-confirm"), BTreeSet::new());
    let mut twice = Twice { world, tried };
    let goal: Goal = "198.51.100.7:48101/tcp".parse().unwrap();
    let told = MEMBERS.map(|member| found(member, &goal, member.as_bytes()[4]));
    twice.world.office().desk.take_findings(told.into());
    let minutes = |minutes: i64| Span::from_secs(60 * minutes);
    let half_hour = minutes(30);
    for (usual, wished, got) in [
        (None, None, None),
        (None, Some(minutes(1)), Some(minutes(1))),
        (Some(minutes(10)), None, Some(minutes(10))),
        (Some(minutes(10)), Some(minutes(5)), Some(minutes(5))),
    ] {
        twice.measured("one", &goal);
        twice.world.office().confirm_within = usual;
        let Reply::Named(order) = drafted_to_confirm(&mut twice, wished, half_hour) else {
            panic!("{usual:?} {wished:?}")
        };
        assert_eq!(twice.order(order).confirm_within, got);
        twice.ask(Ask::Retract(order));
    }
    twice.measured("one", &goal);
    for (usual, wished, lasts, nearest) in [
        (None, Span::from_secs(59), half_hour, "1min"),
        (None, Span::from_millis(90_500), half_hour, "91s"),
        (None, half_hour, half_hour, "1799s"),
        (None, minutes(60), half_hour, "1799s"),
        (Some(half_hour), Span::ZERO, minutes(10), "599s"),
        (None, minutes(1), minutes(1), "last longer"),
    ] {
        twice.world.office().confirm_within = usual;
        let wished = Some(wished).filter(|wished| *wished > Span::ZERO);
        match drafted_to_confirm(&mut twice, wished, lasts) {
            Reply::Refused(said) => {
                assert_eq!(said.rule, "confirm-within");
                assert!(said.en.contains(nearest), "{}", said.en);
                assert!(nearest == "last longer" || said.ja.contains(nearest));
            }
            other => panic!("{wished:?}: {other:?}"),
        }
    }
}

#[test]
fn a_proposal_after_the_end_of_everything_can_be_ended_again() {
    let entry = Entry::Order(Decision::WithdrawnAll {
        reason: Ending::ByPerson,
    });
    let mut endings = Endings::default();
    endings.written(&entry);
    assert!(endings.have(&entry));
    let dossier = Dossier {
        order: issei_desk::samples::order(),
        approvals: Vec::new(),
    };
    endings.written(&Entry::Order(Decision::Proposed(Box::new(dossier))));
    assert!(!endings.have(&entry));
}
