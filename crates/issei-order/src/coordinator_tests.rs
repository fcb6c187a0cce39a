use super::*;
use crate::samples::{START, dossier, organisation, secs};
use issei_model::{Edges, Measured, Objection};
use proptest::prelude::*;

/// What a member says about an order.
fn receipt(member: &str, order: OrderId, observed: Observed) -> Input {
    let member = organisation(member);
    Input::Receipt(Receipt {
        member,
        order,
        observed,
        measured: None,
    })
}

fn measured(micros: i64) -> Measured {
    Measured {
        sentinel: Some(Edges {
            first_stopped: Some(Span::from_micros(micros)),
            ..Edges::default()
        }),
        devices: None,
    }
}

proptest! {
    /// What was measured of an effect is a figure: whatever it says, and however often it is told, the
    /// same is decided.
    #[test]
    fn a_measured_effect_never_changes_a_decision(
        told in prop::collection::vec((0..3_usize, 0..6_usize, 0..400_i64, any::<i32>(), 0..3_u8), 1..60)
    ) {
        let (mut plain, mut figured) = (World::proposed(dossier()), World::proposed(dossier()));
        let words = [
            Observed::Prepared { lead: Span::from_millis(100) },
            Observed::Refused(Objection::Technical),
            Observed::InForce { at: secs(1) },
            WELL,
            Observed::Watched { well: false },
            Observed::Lifted { at: secs(2) },
        ];
        let mut now = secs(1);
        for (who, what, later, micros, times) in told {
            now += Span::from_millis(later * 100);
            let member = ["isp-a", "isp-b", "isp-c"][who];
            plain.report(now, member, words[what]);
            figured.report(now, member, words[what]);
            for again in 0..times {
                let Input::Receipt(receipt) = receipt(member, figured.order, words[what]) else {
                    unreachable!("a receipt is one");
                };
                let measured = Some(measured(i64::from(micros) + i64::from(again)));
                let later = Input::Receipt(Receipt { measured, ..receipt });
                figured.tell(now, later);
            }
            plain.wait(now);
            figured.wait(now);
            prop_assert_eq!(&plain.log, &figured.log);
            prop_assert_eq!(&plain.coordinator, &figured.coordinator);
        }
    }
}

/// A coordinator whose log takes every decision at once.
struct World {
    coordinator: Coordinator,
    log: Vec<Decision>,
    refused: Vec<Refusal>,
    order: OrderId,
}

impl World {
    fn proposed(dossier: Dossier) -> Self {
        let setup = Setup::default();
        let order = dossier.order.id();
        let coordinator = Coordinator::new(setup);
        let mut world = Self {
            coordinator,
            log: Vec::new(),
            refused: Vec::new(),
            order,
        };
        world.tell(START, Input::Propose(Box::new(dossier)));
        world
    }

    fn tell(&mut self, now: Timestamp, input: Input) {
        let mut out = Vec::new();
        self.coordinator.handle(now, input, &mut out);
        self.carry_out(now, out);
    }

    fn wait(&mut self, now: Timestamp) {
        let mut out = Vec::new();
        self.coordinator.on_deadline(now, &mut out);
        self.carry_out(now, out);
    }

    fn carry_out(&mut self, now: Timestamp, out: Vec<Output>) {
        for output in out {
            match output {
                Output::Append(decision) => {
                    self.log.push(decision.clone());
                    self.tell(now, Input::Logged(decision));
                }
                Output::Refused(_, refusal) => self.refused.push(refusal),
                Output::Moved(..) => {}
            }
        }
    }

    fn report(&mut self, now: Timestamp, member: &str, observed: Observed) {
        self.tell(now, receipt(member, self.order, observed));
    }

    fn prepare(&mut self, members: &[&str]) {
        for member in members {
            self.report(
                secs(1),
                member,
                Observed::Prepared {
                    lead: Span::from_millis(100),
                },
            );
        }
    }

    fn phase(&self) -> Phase {
        self.coordinator.progress(self.order).unwrap().phase
    }

    fn armed(&self) -> Vec<Vec<&str>> {
        let names = |decision: &'_ Decision| match decision {
            Decision::Armed { members, .. } => Some(members.clone()),
            _ => None,
        };
        let lists = self.log.iter().filter_map(names);
        lists
            .map(|list| {
                list.iter()
                    .map(|m| match m.as_str() {
                        "isp-a" => "isp-a",
                        "isp-b" => "isp-b",
                        _ => "isp-c",
                    })
                    .collect()
            })
            .collect()
    }

    fn ending(&self) -> Option<Ending> {
        self.log.iter().find_map(|decision| match decision {
            Decision::Withdrawn { reason, .. } => Some(*reason),
            _ => None,
        })
    }
}

const PREPARED: Observed = Observed::Prepared { lead: Span::ZERO };
const WELL: Observed = Observed::Watched { well: true };

#[test]
fn the_canary_fires_first_and_the_rest_when_it_was_watched() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    assert_eq!(world.armed(), [vec!["isp-a"]]);
    world.report(secs(4), "isp-a", Observed::InForce { at: secs(3) });
    world.report(secs(5), "isp-a", WELL);
    world.wait(secs(14));
    assert_eq!(world.armed().len(), 1, "watched for less than 10 s");
    world.wait(secs(15));
    assert_eq!(world.armed(), [vec!["isp-a"], vec!["isp-b", "isp-c"]]);
    assert_eq!(world.phase(), Phase::Armed);
    let fires = world.coordinator.progress(world.order).unwrap().fires_at[&organisation("isp-c")];
    assert_eq!(
        fires,
        secs(17) + Span::from_millis(100),
        "notice and the slowest lead"
    );
}

#[test]
fn harm_at_the_canary_withdraws_the_order() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    world.report(secs(5), "isp-a", Observed::Watched { well: false });
    assert_eq!(world.ending(), Some(Ending::CanaryHarm));
    assert_eq!(world.phase(), Phase::Ended);
}

#[test]
fn a_silent_canary_withdraws_the_order() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    let by = world.coordinator.next_deadline().unwrap();
    assert!(by <= secs(40));
    world.wait(secs(40));
    assert_eq!(world.ending(), Some(Ending::CanarySilent));
}

#[test]
fn the_quorum_weighs_lines_and_not_heads() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b"]); // two of three members, 300 of 1,000 lines
    world.report(secs(2), "isp-c", Observed::Refused(Objection::Capacity));
    assert_eq!(world.ending(), Some(Ending::NoQuorum));
    assert!(world.armed().is_empty());
}

#[test]
fn an_answer_counts_also_before_the_coordinator_was_told_of_the_log() {
    let mut coordinator = Coordinator::new(Setup::default());
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    coordinator.handle(START, Input::Propose(Box::new(dossier)), &mut out);
    let mut say = |member: &str, observed| {
        let mut out = Vec::new();
        coordinator.handle(secs(1), receipt(member, order, observed), &mut out);
        assert_eq!(out, []);
    };
    let refused = Observed::Refused(Objection::Legal);
    say("isp-a", PREPARED);
    say("isp-b", PREPARED);
    say("isp-b", refused);
    say("isp-b", PREPARED);
    say("isp-c", PREPARED);
    say("isp-c", Observed::Lifted { at: secs(1) });
    say("isp-z", PREPARED);
    // A stranger's word does not even take up room.
    assert_eq!(coordinator.proposed[&order].early.len(), 3);
    let Some(Output::Append(proposed)) = out.pop() else {
        panic!("the proposal goes to the log: {out:?}")
    };
    coordinator.handle(secs(1), Input::Logged(proposed), &mut out);
    let progress = coordinator.progress(order).unwrap();
    let told = |member: &str| progress.reports.get(&organisation(member)).copied();
    let all = ["isp-a", "isp-b", "isp-c", "isp-z"].map(told);
    assert_eq!(all, [Some(PREPARED), Some(refused), Some(PREPARED), None]);
    let canary = vec![organisation("isp-a")];
    let armed = |output: &Output| matches!(output, Output::Append(Decision::Armed { members, .. }) if *members == canary);
    assert!(out.iter().any(armed), "everyone has answered: {out:?}");
}

#[test]
fn one_silent_member_delays_by_the_patience_only() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-c"]);
    assert!(world.armed().is_empty());
    world.wait(secs(3));
    assert_eq!(world.armed(), [vec!["isp-a"]]);
}

#[test]
fn who_refused_does_not_come_back() {
    let mut world = World::proposed(dossier());
    world.report(secs(1), "isp-c", Observed::Refused(Objection::Legal));
    world.report(secs(1), "isp-c", PREPARED);
    world.prepare(&["isp-a", "isp-b"]);
    assert_eq!(world.ending(), Some(Ending::NoQuorum));
}

#[test]
fn nobody_prepared_ends_at_the_deadline() {
    let mut world = World::proposed(dossier());
    world.wait(secs(59));
    assert_eq!(world.ending(), None);
    world.wait(secs(60));
    assert_eq!(world.ending(), Some(Ending::NoQuorum));
}

#[test]
fn strangers_and_other_orders_do_not_count() {
    let mut world = World::proposed(dossier());
    world.report(secs(1), "isp-z", PREPARED);
    let progress = world.coordinator.progress(world.order).unwrap();
    assert!(progress.reports.is_empty());
}

#[test]
fn a_withdrawal_goes_to_the_log_also_while_a_moment_is_pending() {
    let mut coordinator = Coordinator::new(Setup::default());
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    coordinator.handle(
        START,
        Input::Logged(Decision::Proposed(Box::new(dossier))),
        &mut out,
    );
    for member in ["isp-a", "isp-b", "isp-c"] {
        coordinator.handle(secs(1), receipt(member, order, PREPARED), &mut out);
    }
    let Some(Output::Append(armed)) = out.pop() else {
        panic!("armed")
    };
    coordinator.handle(
        secs(1),
        Input::Withdraw {
            order,
            reason: Ending::ByPerson,
        },
        &mut out,
    );
    let withdrawn = Decision::Withdrawn {
        order,
        reason: Ending::ByPerson,
    };
    assert_eq!(out.pop(), Some(Output::Append(withdrawn.clone())));
    // T comes back first: nothing may be armed after it.
    coordinator.handle(secs(1), Input::Logged(armed), &mut out);
    let receipt = Receipt {
        member: organisation("isp-a"),
        order,
        observed: WELL,
        measured: None,
    };
    coordinator.handle(secs(1), Input::Receipt(receipt), &mut out);
    coordinator.on_deadline(secs(20), &mut out);
    assert!(
        !out.iter().any(|o| matches!(o, Output::Append(_))),
        "{out:?}"
    );
    coordinator.handle(secs(20), Input::Logged(withdrawn), &mut out);
    assert_eq!(coordinator.progress(order).unwrap().phase, Phase::Ended);
}

#[test]
fn an_order_that_ended_has_no_deadline_in_the_past_though_the_log_stays_silent() {
    let mut coordinator = Coordinator::new(Setup::default());
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    let proposed = Decision::Proposed(Box::new(dossier));
    coordinator.handle(START, Input::Logged(proposed), &mut out);
    let reason = Ending::ByPerson;
    coordinator.handle(secs(1), Input::Withdraw { order, reason }, &mut out);
    coordinator.on_deadline(secs(600), &mut out);
    assert_eq!(coordinator.progress(order).unwrap().phase, Phase::Ended);
    assert!(coordinator.next_deadline() > Some(secs(600)));
    // Withdrawing everything gives an ended order nothing to wait for either.
    coordinator.handle(secs(600), Input::WithdrawAll { reason }, &mut out);
    assert!(coordinator.next_deadline() > Some(secs(600)));
}

#[test]
fn what_was_waited_for_is_no_deadline_any_more() {
    // The quorum is there and patience is over, but the canary has not answered.
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-b", "isp-c"]);
    world.wait(secs(3));
    assert!(world.coordinator.next_deadline() > Some(secs(3)));
    // The canary is well just before its silence would end the order: it is watched on.
    world.prepare(&["isp-a"]);
    let fired = world.coordinator.progress(world.order).unwrap().fires_at[&organisation("isp-a")];
    let late = fired + Span::from_secs(29);
    world.report(late, "isp-a", WELL);
    world.wait(fired + Span::from_secs(30));
    assert_eq!(world.phase(), Phase::Canary);
    assert_eq!(
        world.coordinator.next_deadline(),
        Some(late + Span::from_secs(10))
    );
}

/// Proposes, withdraws before the log answers, and lets everybody prepare in between.
fn withdrawn_on_the_way(word: fn(OrderId) -> Input) {
    let mut coordinator = Coordinator::new(Setup::default());
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    coordinator.handle(START, Input::Propose(Box::new(dossier)), &mut out);
    coordinator.handle(START, word(order), &mut out);
    let [Output::Append(proposed), Output::Append(withdrawn)] = out.as_slice() else {
        panic!("the proposal and its end go to the log: {out:?}")
    };
    let (proposed, withdrawn, mut out) = (proposed.clone(), withdrawn.clone(), Vec::new());
    coordinator.handle(secs(1), Input::Logged(proposed), &mut out);
    for member in ["isp-a", "isp-b", "isp-c"] {
        coordinator.handle(secs(1), receipt(member, order, PREPARED), &mut out);
    }
    coordinator.on_deadline(secs(100), &mut out);
    assert_eq!(out, [Output::Moved(order, Phase::Preparing)]);
    coordinator.handle(secs(100), Input::Logged(withdrawn), &mut out);
    assert_eq!(coordinator.progress(order).unwrap().phase, Phase::Ended);
}

#[test]
fn an_order_is_withdrawn_also_before_its_proposal_stands_in_the_log() {
    withdrawn_on_the_way(|order| Input::Withdraw {
        order,
        reason: Ending::ByPerson,
    });
    withdrawn_on_the_way(|_| Input::WithdrawAll {
        reason: Ending::ByPerson,
    });
}

#[test]
fn nothing_is_armed_while_the_withdrawal_of_everything_is_on_its_way() {
    let mut coordinator = Coordinator::new(Setup::default());
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    let proposed = Decision::Proposed(Box::new(dossier));
    coordinator.handle(START, Input::Logged(proposed), &mut out);
    out.clear();
    let reason = Ending::ByPerson;
    coordinator.handle(secs(1), Input::WithdrawAll { reason }, &mut out);
    assert_eq!(out.len(), 1);
    for member in ["isp-a", "isp-b", "isp-c"] {
        coordinator.handle(secs(1), receipt(member, order, PREPARED), &mut out);
    }
    coordinator.on_deadline(secs(20), &mut out);
    let all = Decision::WithdrawnAll { reason };
    assert_eq!(out, [Output::Append(all.clone())]);
    coordinator.handle(secs(20), Input::Logged(all), &mut out);
    assert_eq!(coordinator.progress(order).unwrap().phase, Phase::Ended);
}

#[test]
fn what_may_not_be_proposed_is_refused() {
    type Spoil = fn(&mut Order);
    let spoils: [(Spoil, Refusal); 4] = [
        (
            |o| o.goals.clear(),
            Refusal::Malformed("there is no goal, or there are too many"),
        ),
        (|o| o.canary.clear(), Refusal::NoCanary),
        (
            |o| {
                o.proposed_at = secs(-10);
                o.fire_before = secs(1);
            },
            Refusal::TooLate,
        ),
        (
            |o| o.renews = Some(OrderId(issei_model::Digest([7; 32]))),
            Refusal::StaleRenewal,
        ),
    ];
    for (spoil, refusal) in spoils {
        let mut dossier = dossier();
        spoil(&mut dossier.order);
        let world = World::proposed(dossier);
        assert_eq!(world.refused, [refusal]);
        assert!(world.log.is_empty());
    }
    let mut world = World::proposed(dossier());
    world.tell(secs(1), Input::Propose(Box::new(dossier())));
    assert_eq!(world.refused, [Refusal::Known]);
}

#[test]
fn two_people_may_skip_the_canary_on_record() {
    let mut dossier = dossier();
    dossier.order.canary.clear();
    dossier.order.canary_skipped_by = ["a@isp-a", "b@isp-b"].map(|p| p.parse().unwrap()).into();
    let mut world = World::proposed(dossier);
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    assert_eq!(world.armed(), [vec!["isp-a", "isp-b", "isp-c"]]);
    assert_eq!(world.phase(), Phase::Armed);
}

#[test]
fn a_renewal_with_fresh_evidence_is_taken() {
    let mut world = World::proposed(dossier());
    let mut renewal = dossier();
    renewal.order.renews = Some(world.order);
    renewal.order.proposed_at = secs(100);
    world.tell(secs(100), Input::Propose(Box::new(renewal.clone())));
    assert_eq!(world.refused, [Refusal::StaleRenewal]);
    renewal.order.evidence[0].until = secs(50);
    world.tell(secs(100), Input::Propose(Box::new(renewal)));
    assert_eq!(world.log.len(), 2);
}

/// An order of another case on the same goal, that names none before it.
fn another(at: Timestamp) -> Dossier {
    let mut other = dossier();
    let order = &mut other.order;
    order.case = "another".into();
    (order.proposed_at, order.fire_before, order.expires_at) =
        (at, at + Span::from_secs(300), at + Span::from_secs(600));
    order.evidence[0].until = START - Span::from_secs(1);
    other
}

#[test]
fn an_order_where_one_stood_is_a_renewal_whatever_case_it_comes_from() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    let ends = dossier().order.expires_at;
    let goals = dossier().order.goals;
    let last = ends + Order::RENEWED_WITHIN - Span::from_secs(1);
    for now in [secs(2), ends + REMEMBER, last] {
        world.wait(now);
        let before = world.coordinator.stood(now, &goals);
        assert_eq!(before.map(|one| one.order), Some(world.order));
        world.tell(now, Input::Propose(Box::new(another(now))));
        assert_eq!(world.refused.pop(), Some(Refusal::StaleRenewal), "{now}");
    }
    let mut fresh = another(last);
    fresh.order.evidence[0].until = dossier().order.proposed_at + Span::from_secs(1);
    let later = ends + Order::RENEWED_WITHIN;
    for (now, one) in [(last, fresh), (later, another(later))] {
        world.tell(now, Input::Propose(Box::new(one)));
        assert!(world.refused.is_empty(), "{now}");
    }
}

#[test]
fn a_restart_long_after_its_end_still_knows_what_stood_where() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    let now = dossier().order.expires_at + Span::from_secs(7_200);
    let mut again = Coordinator::new(Setup::default());
    for decision in world.log.clone() {
        again.handle(now, Input::Logged(decision), &mut Vec::new());
    }
    let mut out = Vec::new();
    again.handle(now, Input::Propose(Box::new(another(now))), &mut out);
    assert!(
        matches!(out[..], [Output::Refused(_, Refusal::StaleRenewal)]),
        "{out:?}"
    );
}

#[test]
fn what_never_fired_is_no_order_before_another() {
    let mut world = World::proposed(dossier());
    let reason = Ending::ByPerson;
    let order = world.order;
    world.tell(secs(1), Input::Withdraw { order, reason });
    world.tell(secs(2), Input::Propose(Box::new(another(secs(2)))));
    assert!(world.refused.is_empty());
}

#[test]
fn what_is_withdrawn_once_is_not_withdrawn_again() {
    let setup = Setup::default();
    let mut coordinator = Coordinator::new(setup);
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    coordinator.handle(START, Input::Propose(Box::new(dossier)), &mut out);
    let proposed = out.pop().unwrap();
    let reason = Ending::ByPerson;
    let withdraw = |coordinator: &mut Coordinator| {
        let mut out = Vec::new();
        coordinator.handle(secs(1), Input::Withdraw { order, reason }, &mut out);
        out.len()
    };
    assert_eq!(withdraw(&mut coordinator), 1, "behind the proposal");
    assert_eq!(withdraw(&mut coordinator), 0, "on its way");
    let Output::Append(proposed) = proposed else {
        panic!("{proposed:?}")
    };
    coordinator.handle(secs(2), Input::Logged(proposed), &mut Vec::new());
    assert_eq!(withdraw(&mut coordinator), 0, "the proposal came first");
    let withdrawn = Decision::Withdrawn { order, reason };
    coordinator.handle(secs(3), Input::Logged(withdrawn), &mut Vec::new());
    assert_eq!(withdraw(&mut coordinator), 0, "it has ended");
}

#[test]
fn a_restart_rebuilds_from_the_log_and_the_receipts() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    let mut again = Coordinator::new(Setup::default());
    let mut out = Vec::new();
    for decision in world.log.clone() {
        again.handle(secs(5), Input::Logged(decision), &mut out);
    }
    assert_eq!(again.progress(world.order).unwrap().phase, Phase::Canary);
    assert!(!out.iter().any(|o| matches!(o, Output::Append(_))));
}

#[test]
fn the_diagram_in_the_documentation_is_printed_from_the_tables() {
    let coordinator = crate::table::diagram(TABLE);
    let member = crate::table::diagram(crate::member::TABLE);
    let page = format!(
        "# The life of an order\n\nPrinted from the transition tables by a test; a pair that no arrow names changes nothing.\n\n## At the coordinator\n\n```mermaid\n{coordinator}```\n\n## At a member\n\n```mermaid\n{member}```\n"
    );
    let shown = include_str!("../../../docs/order-states.md");
    assert_eq!(shown, page, "docs/order-states.md should read:\n{page}");
}

#[test]
fn an_early_no_counts_however_long_the_proposal_was_on_its_way_to_the_log() {
    let setup = Setup {
        prepare: Span::from_secs(1),
        ..Setup::default()
    };
    let mut coordinator = Coordinator::new(setup);
    let (mut out, dossier) = (Vec::new(), dossier());
    let order = dossier.order.id();
    coordinator.handle(START, Input::Propose(Box::new(dossier)), &mut out);
    let refused = Observed::Refused(Objection::Legal);
    coordinator.handle(secs(1), receipt("isp-b", order, refused), &mut Vec::new());
    // Too few witnesses sign for a while.
    coordinator.on_deadline(secs(4), &mut Vec::new());
    let Some(Output::Append(proposed)) = out.pop() else {
        panic!("the proposal goes to the log: {out:?}")
    };
    coordinator.handle(secs(5), Input::Logged(proposed), &mut out);
    let reports = &coordinator.progress(order).unwrap().reports;
    assert_eq!(reports.get(&organisation("isp-b")), Some(&refused));
}

#[test]
fn proposals_on_their_way_are_bounded_and_let_go_at_their_end() {
    let mut coordinator = Coordinator::new(Setup::default());
    let mut propose = |now, case: usize| {
        let mut dossier = dossier();
        let order = &mut dossier.order;
        order.case = format!("case-{case}");
        (order.proposed_at, order.fire_before, order.expires_at) =
            (now, now + Span::from_secs(300), now + Span::from_secs(600));
        let mut out = Vec::new();
        // As the office does: nothing else calls it, and no order lives.
        if coordinator.next_deadline().is_some_and(|at| at <= now) {
            coordinator.on_deadline(now, &mut out);
        }
        coordinator.handle(now, Input::Propose(Box::new(dossier)), &mut out);
        out
    };
    let full = |out: &[Output]| matches!(out, [Output::Refused(_, Refusal::TooMany)]);
    for case in 0..MOST_ALIVE {
        assert!(!full(&propose(START, case)), "{case}");
    }
    assert!(full(&propose(START, MOST_ALIVE)));
    assert!(full(&propose(secs(599), MOST_ALIVE)));
    assert!(!full(&propose(secs(600), MOST_ALIVE)));
}

#[path = "coordinator_confirm_tests.rs"]
mod confirming;
