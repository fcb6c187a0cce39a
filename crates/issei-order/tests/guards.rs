//! Guards of both machines, each with the story in which it alone says no.

use std::collections::BTreeMap;

use issei_model::{
    Action, Decision, Digest, Dossier, Ending, EvidenceEntry, Objection, Observed, Order, OrderId,
    OrganisationId, Participant, Radius, Receipt, Rule, Span, Timestamp,
};
use issei_order::member::{self, Durable, Member, Output, Phase, Rules};
use issei_order::{Coordinator, coordinator};

const START: Timestamp = Timestamp::from_secs(1_800_000_000);

fn secs(secs: i64) -> Timestamp {
    START + Span::from_secs(secs)
}

fn isp() -> OrganisationId {
    "isp-b".parse().unwrap()
}

/// An order to one member, skipped canary, that may fire for five minutes and ends after ten.
fn dossier() -> Dossier {
    let evidence = EvidenceEntry {
        source: isp(),
        rule: Rule::CommandConfirmed,
        kinds: vec!["enrichment".into(), "persistence".into()],
        forgeable: false,
        commitment: Digest([3; 32]),
        until: START - Span::from_secs(60),
    };
    let order = Order {
        schema: Order::SCHEMA.into(),
        case: "case-1".into(),
        renews: None,
        proposer: "duty@coordinator".parse().unwrap(),
        goals: vec!["c2.example".parse().unwrap()],
        action: Action::RefuseName,
        ground: "C1".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        evidence: vec![evidence],
        radius: Radius {
            predicted_lines: 3,
            suspected_lines: 400,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: vec![Participant {
            member: isp(),
            lines: 100,
        }],
        canary: Vec::new(),
        canary_skipped_by: ["a@isp-a", "b@isp-b"]
            .map(|name| name.parse().unwrap())
            .into(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: START,
        fire_before: secs(300),
        expires_at: secs(600),
        confirm_within: None,
    };
    let approvals = Vec::new();
    Dossier { order, approvals }
}

fn id() -> OrderId {
    dossier().order.id()
}

/// A member that is current and knows its clock.
struct World {
    member: Member,
    out: Vec<Output>,
}

impl World {
    fn new() -> Self {
        let mut out = Vec::new();
        let setup = member::Setup::new(isp());
        let member = Member::start(setup, Durable::default(), &[], START, &mut out);
        let mut world = Self { member, out };
        let error = Span::from_millis(1);
        world.tell(0, member::Input::Clock { error });
        world
    }

    fn tell(&mut self, at: i64, input: member::Input) -> &mut Self {
        self.member.handle(secs(at), input, &mut self.out);
        self
    }

    /// Hands in the next entry under a checkpoint that holds it.
    fn log(&mut self, at: i64, decision: Decision) -> &mut Self {
        let index = self.member.next_entry();
        let (size, seen) = (index + 1, secs(at + 3));
        self.tell(at, member::Input::Checkpoint { size, at: seen });
        let decision = Some(decision);
        self.tell(at, member::Input::Entry { index, decision })
    }

    fn propose(&mut self, at: i64) -> &mut Self {
        self.log(at, Decision::Proposed(Box::new(dossier())))
    }

    fn judge(&mut self, at: i64, verdict: Result<Span, Objection>) -> &mut Self {
        let order = id();
        self.tell(at, member::Input::Judged { order, verdict })
    }

    fn arm(&mut self, at: i64, fires_at: i64) -> &mut Self {
        let armed = Decision::Armed {
            order: id(),
            members: vec![isp()],
            fires_at: secs(fires_at),
        };
        self.log(at, armed)
    }

    fn read(&mut self, at: i64, rules: Rules) -> &mut Self {
        let order = id();
        self.tell(at, member::Input::Read { order, rules })
    }

    fn prepared() -> Self {
        let mut world = Self::new();
        world.propose(1).judge(2, Ok(Span::from_millis(10)));
        world.read(2, Rules::Staged);
        world
    }

    fn in_force() -> Self {
        let mut world = Self::prepared();
        world.arm(3, 10).read(11, Rules::Active(secs(10)));
        assert_eq!(world.member.phase(id()), Some(Phase::InForce));
        world.out.clear();
        world
    }

    fn arms(&self) -> bool {
        self.out.iter().any(|out| matches!(out, Output::Arm { .. }))
    }

    fn lifts(&self) -> usize {
        let lifts = self.out.iter().filter(|out| matches!(out, Output::Lift(_)));
        lifts.count()
    }

    fn says_in_force(&self) -> bool {
        self.out.iter().any(|out| {
            matches!(out, Output::Report(receipt) if matches!(receipt.observed, Observed::InForce { .. }))
        })
    }
}

#[test]
fn what_the_gates_have_not_judged_is_not_armed() {
    let mut world = World::new();
    world.propose(1).arm(3, 10);
    assert!(!world.arms());
    assert_ne!(world.member.phase(id()), Some(Phase::Armed));
}

#[test]
fn what_the_gates_refused_is_not_armed() {
    let mut world = World::new();
    world.propose(1).judge(2, Err(Objection::Legal)).arm(3, 10);
    assert!(!world.arms());
    assert_eq!(world.member.phase(id()), Some(Phase::Refused));
}

#[test]
fn what_was_withdrawn_is_neither_proposed_nor_judged_nor_armed_again() {
    let mut world = World::prepared();
    let reason = Ending::ByPerson;
    world.log(
        3,
        Decision::Withdrawn {
            order: id(),
            reason,
        },
    );
    world.out.clear();
    world.propose(4).judge(5, Ok(Span::ZERO)).arm(6, 20);
    assert!(!world.arms());
    assert_eq!(world.member.phase(id()), Some(Phase::Ended));
    let judges = world.out.iter().any(|out| matches!(out, Output::Judge(_)));
    assert!(!judges, "its gates are not asked again");
}

#[test]
fn a_withdrawal_of_everything_lifts_what_is_in_force() {
    let mut world = World::in_force();
    let reason = Ending::ByPerson;
    world.log(12, Decision::WithdrawnAll { reason });
    assert_eq!(world.lifts(), 1);
    assert_eq!(world.member.phase(id()), Some(Phase::Ended));
}

#[test]
fn in_force_is_said_only_after_reading_back() {
    let mut world = World::prepared();
    world.arm(3, 10);
    assert!(world.arms() && !world.says_in_force());
    world.read(11, Rules::Staged);
    assert!(!world.says_in_force());
    world.read(12, Rules::Active(secs(10)));
    assert!(world.says_in_force());
}

#[test]
fn a_rule_that_is_still_there_after_its_lift_is_lifted_again() {
    let mut world = World::in_force();
    let reason = Ending::ByPerson;
    world.log(
        12,
        Decision::Withdrawn {
            order: id(),
            reason,
        },
    );
    assert_eq!(world.lifts(), 1);
    world.read(13, Rules::Active(secs(10)));
    assert_eq!(world.lifts(), 2);
    world.read(14, Rules::Absent).read(15, Rules::Absent);
    assert_eq!(world.lifts(), 2);
}

#[test]
fn the_coordinator_does_not_arm_beyond_the_latest_moment_to_fire() {
    for (at, arms) in [(290, true), (299, false)] {
        let setup = coordinator::Setup {
            prepare: Span::from_secs(900),
            ..coordinator::Setup::default()
        };
        let mut coordinator = Coordinator::new(setup);
        let mut out = Vec::new();
        let proposed = Decision::Proposed(Box::new(dossier()));
        coordinator.handle(START, coordinator::Input::Logged(proposed), &mut out);
        let prepared = coordinator::Input::Receipt(Receipt {
            member: isp(),
            order: id(),
            observed: Observed::Prepared { lead: Span::ZERO },
            measured: None,
        });
        coordinator.handle(secs(at), prepared, &mut out);
        let decides = |decision: fn(&Decision) -> bool| {
            out.iter()
                .any(|out| matches!(out, coordinator::Output::Append(one) if decision(one)))
        };
        assert_eq!(decides(|one| matches!(one, Decision::Armed { .. })), arms);
        let too_late = |one: &Decision| {
            matches!(
                one,
                Decision::Withdrawn {
                    reason: Ending::TooLate,
                    ..
                }
            )
        };
        assert_eq!(decides(too_late), !arms);
    }
}
