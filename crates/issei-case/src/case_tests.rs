use super::*;
use crate::approvals::Roster;
use crate::ground::Pack;
use crate::radius::{Ceiling, Count};
use crate::safeguards::Safeguards;
use crate::samples::{
    approval, entry, goal, grounded_order, minutes, order, person, proposed_at, roster,
};

const STAGES: [Stage; 5] = [
    Stage::Open,
    Stage::Assessed,
    Stage::Proposed,
    Stage::Cleared,
    Stage::Closed,
];

const VERBS: [Verb; 11] = [
    Verb::AddEvidence,
    Verb::AddGoal,
    Verb::TakeAnswer,
    Verb::Assess,
    Verb::Propose,
    Verb::Approve,
    Verb::Clear,
    Verb::Retract,
    Verb::Reopen,
    Verb::Follow,
    Verb::Close,
];

/// A case with what it is judged by.
struct World {
    case: Case,
    pack: Pack,
    safeguards: Safeguards,
    ceiling: Ceiling,
    roster: Roster,
}

impl World {
    /// A case with the sample's goal, evidence and answers.
    fn open() -> Self {
        let mut world = Self {
            case: Case::new("case-1"),
            pack: Pack::japan(),
            safeguards: Safeguards::built_in(),
            ceiling: Ceiling::default(),
            roster: roster(),
        };
        world.must(Command::AddGoal(goal("c2.example")));
        for found in order().evidence {
            world.must(Command::AddEvidence(found));
        }
        world.answers();
        world
    }

    fn at(stage: Stage) -> Self {
        let mut world = Self::open();
        let path: &[Verb] = match stage {
            Stage::Open => &[],
            Stage::Assessed => &[Verb::Assess],
            Stage::Proposed => &[Verb::Assess, Verb::Propose, Verb::Approve],
            Stage::Cleared => &[Verb::Assess, Verb::Propose, Verb::Approve, Verb::Clear],
            Stage::Closed => &[Verb::Close],
        };
        for verb in path {
            if *verb == Verb::Approve {
                world.must(world.approval("yui@isp-b", 3));
            }
            world.must(world.good(*verb));
        }
        assert_eq!(world.case.stage(), stage);
        world
    }

    fn answers(&mut self) {
        for member in ["isp-a", "isp-b"] {
            self.must(Command::TakeAnswer(answer(member, "c2.example")));
        }
    }

    /// A command that every rule but the table accepts, at any stage.
    fn good(&self, verb: Verb) -> Command {
        match verb {
            Verb::AddEvidence => {
                let mut more = entry("isp-a", &["third-kind"], false);
                more.commitment = issei_model::Digest([8; 32]);
                Command::AddEvidence(more)
            }
            Verb::AddGoal => Command::AddGoal(goal("c3.example")),
            Verb::TakeAnswer => Command::TakeAnswer(answer("isp-a", "c2.example")),
            Verb::Assess => Command::Assess(order().participants),
            Verb::Propose => Command::Propose(Box::new(self.draft())),
            Verb::Approve => self.approval("ren@isp-a", 2),
            Verb::Clear => Command::Clear,
            Verb::Retract => Command::Retract,
            Verb::Reopen => Command::Reopen,
            Verb::Follow => Command::Follow(Before::of(&grounded_order())),
            Verb::Close => Command::Close(Closing::Harmless),
        }
    }

    /// The order that fits the case.
    fn draft(&self) -> Order {
        let mut order = grounded_order();
        if let Some(assessment) = self.case.assessment() {
            order.radius = assessment.radius.clone();
        }
        order.renews = self.case.before.map(|before| before.order);
        order.evidence = self.case.evidence().to_vec();
        order
    }

    fn approval(&self, name: &str, key: u8) -> Command {
        let order = self
            .case
            .dossier()
            .map_or_else(|| self.draft(), |one| one.order.clone());
        Command::Approve(approval(&order, name, key))
    }

    fn gates(&self) -> Gates<'_> {
        Gates {
            pack: &self.pack,
            safeguards: &self.safeguards,
            ceiling: &self.ceiling,
            used_today: 0,
            roster: &self.roster,
        }
    }

    fn ask(&self, command: &Command) -> Result<Vec<Event>, String> {
        self.ask_at(command, now())
    }

    fn ask_at(&self, command: &Command, at: Timestamp) -> Result<Vec<Event>, String> {
        let answer = self.case.decide(command, &self.gates(), at);
        answer.map_err(|no| no.rule)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the stories read better without references"
    )]
    fn must(&mut self, command: Command) {
        let events = self.case.decide(&command, &self.gates(), now());
        for event in events.unwrap_or_else(|no| panic!("{command:?}: {no}")) {
            self.case.apply(event);
        }
    }

    fn refuse(&self, command: &Command, rule: &str) {
        assert_eq!(self.ask(command), Err(rule.to_owned()), "{command:?}");
    }

    /// The fitting order with one thing spoilt.
    fn spoilt(&self, spoil: impl FnOnce(&mut Order)) -> Command {
        let mut order = self.draft();
        spoil(&mut order);
        Command::Propose(Box::new(order))
    }
}

fn now() -> Timestamp {
    proposed_at() + minutes(3)
}

fn answer(member: &str, about: &str) -> Answer {
    Answer {
        member: member.parse().unwrap(),
        goal: goal(about),
        lines: Count::Exactly(106),
        suspected: Count::Exactly(100),
        volume: 1,
        hints: std::collections::BTreeSet::new(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}

#[test]
fn every_pair_of_stage_and_command_does_what_the_table_says() {
    for stage in STAGES {
        for verb in VERBS {
            let mut world = World::at(stage);
            let command = world.good(verb);
            // In `Proposed` the sample's approvals are in; a third person is still welcome.
            let command = match (stage, verb) {
                (Stage::Proposed, Verb::Approve) => world.approval("mei@isp-b", 4),
                _ => command,
            };
            match next(stage, verb) {
                Some(to) => {
                    world.must(command);
                    assert_eq!(world.case.stage(), to, "{stage:?} {verb:?}");
                }
                None => world.refuse(&command, "not-now"),
            }
        }
    }
}

#[test]
fn an_order_leaves_with_the_approvals_and_the_measured_radius() {
    let world = World::at(Stage::Cleared);
    let cleared = world.case.cleared(&world.gates(), now()).expect("cleared");
    let dossier = cleared.into_dossier();
    assert_eq!(dossier.approvals.len(), 2);
    assert_eq!(dossier.order.radius.predicted_lines, 12);
    let early = World::at(Stage::Proposed);
    assert_eq!(
        early
            .case
            .cleared(&early.gates(), now())
            .expect_err("early")
            .rule,
        "no-order"
    );
}

#[test]
fn what_becomes_safeguarded_before_it_leaves_does_not_leave() {
    let mut world = World::at(Stage::Cleared);
    let list = r#"{"name":"new","type":"hostname","list":["c2.example"]}"#;
    let new = crate::safeguards::warning_list(crate::safeguards::Kind::ProtectedOperator, list);
    world.safeguards = Safeguards::built_in().with(new.unwrap().entries);
    let refused = world.case.cleared(&world.gates(), now());
    assert_eq!(refused.expect_err("safeguarded").rule, "safeguarded");
}

#[test]
fn an_order_that_differs_from_its_case_is_refused() {
    let world = World::at(Stage::Assessed);
    let spoilt: [fn(&mut Order); 6] = [
        |order| order.case = "case-2".to_owned(),
        |order| order.goals = crate::samples::goals(&["c2.example", "c9.example"]),
        |order| order.evidence[0].forgeable = true,
        |order| order.participants[0].lines += 1,
        |order| order.radius.predicted_lines = 1,
        |order| order.renews = Some(order.id()),
    ];
    for spoil in spoilt {
        world.refuse(&world.spoilt(spoil), "differs-from-case");
    }
}

#[test]
fn a_proposal_is_of_now_and_on_a_fresh_measure() {
    let world = World::at(Stage::Assessed);
    let early = world.spoilt(|order| order.proposed_at = now() + minutes(6));
    world.refuse(&early, "wrong-time");
    let late = world.good(Verb::Propose);
    assert_eq!(
        world.ask_at(&late, now() + minutes(4)),
        Err("wrong-time".to_owned())
    );
    let old = now() + minutes(61);
    assert_eq!(world.ask_at(&late, old), Err("old-assessment".to_owned()));
}

#[test]
fn the_gates_are_asked_before_people_are() {
    let mut world = World::at(Stage::Assessed);
    world.ceiling = Ceiling::default().lowered(1, 1);
    world.refuse(&world.good(Verb::Propose), "per-order-ceiling");
    let protected = Command::AddGoal(goal("8.8.8.8"));
    world.refuse(&protected, "safeguarded");
}

#[test]
fn an_order_does_not_leave_before_enough_people_signed() {
    let mut world = World::at(Stage::Assessed);
    world.must(world.good(Verb::Propose));
    world.refuse(&Command::Clear, "too-few-people");
    world.must(world.good(Verb::Approve));
    world.refuse(&Command::Clear, "too-few-people");
    world.refuse(&world.good(Verb::Approve), "known-already");
    world.refuse(&world.approval("yui@isp-b", 2), "unknown-key");
    world.refuse(&world.approval("aoi@isp-a", 1), "by-proposer");
    world.must(world.approval("yui@isp-b", 3));
    world.must(Command::Clear);
}

#[test]
fn a_renewal_follows_its_order_and_needs_fresher_evidence() {
    let mut world = World::at(Stage::Cleared);
    let first = world.case.dossier().expect("an order").order.id();
    world.must(Command::Reopen);
    world.answers();
    world.must(world.good(Verb::Assess));
    world.refuse(&world.good(Verb::Propose), "no-fresh-evidence");
    let old = world.case.evidence().len();
    for found in fresh() {
        world.must(Command::AddEvidence(found));
    }
    let mixed = world.good(Verb::Propose);
    world.refuse(&mixed, "no-fresh-evidence");
    world.must(world.spoilt(|order| drop(order.evidence.drain(..old))));
    assert_eq!(
        world.case.dossier().expect("a draft").order.renews,
        Some(first)
    );
}

#[test]
fn an_order_of_another_case_on_the_same_goal_is_renewed_within_a_day_of_its_end() {
    let mut world = World::at(Stage::Assessed);
    let mut before = Before::of(&grounded_order());
    before.ends = now();
    world.must(Command::Follow(before));
    world.refuse(&world.good(Verb::Propose), "no-fresh-evidence");
    world.refuse(
        &world.spoilt(|order| order.renews = None),
        "differs-from-case",
    );
    before.ends = now() - Order::RENEWED_WITHIN;
    world.must(Command::Follow(before));
    world.must(world.spoilt(|order| order.renews = None));
}

/// What was found after the sample's proposal, enough for its row.
fn fresh() -> Vec<EvidenceEntry> {
    let mut found = order().evidence;
    for (number, entry) in found.iter_mut().enumerate() {
        entry.commitment = issei_model::Digest([90 + number as u8; 32]);
        entry.until = proposed_at() + minutes(1);
    }
    found
}

#[test]
fn what_was_answered_is_not_used_twice() {
    for verb in [Verb::Retract, Verb::Reopen] {
        let stage = if verb == Verb::Retract {
            Stage::Proposed
        } else {
            Stage::Cleared
        };
        let mut world = World::at(stage);
        world.must(world.good(verb));
        world.must(world.good(Verb::Assess));
        let assessment = world.case.assessment().expect("measured");
        assert_eq!(assessment.radius.unanswered.len(), 2);
        let expected = match verb {
            Verb::Retract => "unanswered",
            _ => "no-fresh-evidence",
        };
        world.refuse(&world.good(Verb::Propose), expected);
    }
}

#[test]
fn collections_are_bounded_and_repeats_are_told() {
    let mut world = World::at(Stage::Open);
    world.refuse(&Command::AddGoal(goal("c2.example")), "known-already");
    world.refuse(
        &Command::AddEvidence(order().evidence[0].clone()),
        "known-already",
    );
    world.refuse(
        &Command::TakeAnswer(answer("isp-a", "c9.example")),
        "differs-from-case",
    );
    world.case.evidence = vec![entry("isp-a", &[], false); Order::MOST_ENTRIES];
    world.refuse(&world.good(Verb::AddEvidence), "full");
    world.case.goals = vec![goal("x.example"); Order::MOST_GOALS];
    world.refuse(&world.good(Verb::AddGoal), "full");
    world.case.goals.clear();
    world.refuse(&world.good(Verb::Assess), "no-goals");
}

#[test]
fn answers_participants_and_approvals_are_bounded() {
    let mut world = World::at(Stage::Open);
    for number in 0..Case::MOST_ANSWERS {
        let member: OrganisationId = format!("m{number}").parse().unwrap();
        let one = answer("isp-a", "c2.example");
        world.case.answers.insert((member, one.goal.clone()), one);
    }
    world.refuse(&world.good(Verb::TakeAnswer), "full");
    let mut many = order().participants;
    many.resize(Order::MOST_PARTICIPANTS + 1, many[0].clone());
    world.refuse(&Command::Assess(many), "full");
    let mut world = World::at(Stage::Proposed);
    let approvals = &mut world.case.dossier.as_mut().expect("a draft").approvals;
    approvals.resize(Dossier::MOST_APPROVALS, approvals[0].clone());
    world.refuse(&world.approval("mei@isp-b", 4), "full");
}

#[test]
fn refusals_are_kept_and_counted_and_change_nothing_else() {
    let mut world = World::at(Stage::Open);
    let before = world.case.clone();
    let no = world
        .case
        .decide(&Command::Clear, &world.gates(), now())
        .expect_err("not now");
    assert_eq!(world.case, before);
    for _ in 0..=Case::MOST_REFUSALS {
        world.case.apply(Event::Refused(Box::new(no.clone())));
    }
    let (kept, all) = world.case.refusals();
    assert_eq!(
        (kept.len(), all),
        (Case::MOST_REFUSALS, Case::MOST_REFUSALS as u64 + 1)
    );
    assert_eq!(world.case.stage(), Stage::Open);
}

#[test]
fn events_survive_the_store() {
    let assessed = World::at(Stage::Assessed);
    let events = [
        assessed.ask(&assessed.good(Verb::Propose)).unwrap(),
        assessed.ask(&assessed.good(Verb::TakeAnswer)).unwrap(),
        assessed.ask(&assessed.good(Verb::Assess)).unwrap(),
        vec![Event::Closed(Closing::OwnerActed), Event::Cleared],
    ];
    for event in events.concat() {
        let text = serde_json::to_string(&event).expect("writes");
        assert_eq!(serde_json::from_str::<Event>(&text).expect("reads"), event);
    }
    assert_eq!(person("aoi@isp-a"), assessed.draft().proposer);
}

#[test]
fn the_diagram_in_the_documentation_is_printed_from_the_table() {
    let arrow =
        |(from, verb, to): &(Stage, Verb, Stage)| format!("    {from:?} --> {to:?}: {verb:?}\n");
    let arrows: String = TABLE.iter().map(arrow).collect();
    let page = format!(
        "# The life of a case\n\nPrinted from the transition table by a test; a pair that no arrow names is refused.\n\n```mermaid\nstateDiagram-v2\n    [*] --> Open\n{arrows}```\n"
    );
    let shown = include_str!("../../../docs/case-states.md");
    assert_eq!(shown, page, "docs/case-states.md should read:\n{page}");
}
