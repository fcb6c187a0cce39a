use super::*;
use crate::samples::{START, dossier, organisation, secs};
use issei_model::Ending;

/// A member with its outputs, and a log that hands it decisions one after the other.
struct World {
    member: Member,
    out: Vec<Output>,
    order: OrderId,
}

impl World {
    /// A member that is current and knows its clock.
    fn new() -> Self {
        Self::restarted(Durable::default(), &[], START)
    }

    fn restarted(durable: Durable, found: &[OrderId], now: Timestamp) -> Self {
        let mut world = Self::behind(durable, found, now);
        let size = world.member.next_entry();
        world.checkpoint(now, size, now + Span::from_secs(2));
        world
    }

    fn behind(durable: Durable, found: &[OrderId], now: Timestamp) -> Self {
        let mut out = Vec::new();
        let setup = Setup::new(organisation("isp-b"));
        let member = Member::start(setup, durable, found, now, &mut out);
        let mut world = Self {
            member,
            out,
            order: dossier().order.id(),
        };
        world.tell(
            now,
            Input::Clock {
                error: Span::from_millis(1),
            },
        );
        world
    }

    fn tell(&mut self, now: Timestamp, input: Input) -> &mut Self {
        self.member.handle(now, input, &mut self.out);
        self
    }

    fn checkpoint(&mut self, now: Timestamp, size: u64, at: Timestamp) -> &mut Self {
        self.tell(now, Input::Checkpoint { size, at })
    }

    /// Hands in the next entry under a checkpoint that holds it.
    fn log(&mut self, now: Timestamp, decision: Decision) -> &mut Self {
        let index = self.member.next_entry();
        self.checkpoint(now, index + 1, now + Span::from_secs(3));
        self.tell(
            now,
            Input::Entry {
                index,
                decision: Some(decision),
            },
        )
    }

    fn prepared() -> Self {
        let mut world = Self::new();
        let order = world.order;
        world.log(secs(1), Decision::Proposed(Box::new(dossier())));
        assert_eq!(
            world.taken(),
            [Output::Save, Output::Judge(Box::new(dossier()))].as_slice()
        );
        world.tell(
            secs(2),
            Input::Judged {
                order,
                verdict: Ok(Span::from_millis(10)),
            },
        );
        world.tell(
            secs(2),
            Input::Read {
                order,
                rules: Rules::Staged,
            },
        );
        world
    }

    fn arm_at(&mut self, now: Timestamp, fires_at: Timestamp) -> &mut Self {
        let members = vec![organisation("isp-b")];
        let order = self.order;
        self.log(
            now,
            Decision::Armed {
                order,
                members,
                fires_at,
            },
        )
    }

    fn armed() -> Self {
        let mut world = Self::prepared();
        world.arm_at(secs(3), secs(10));
        world
    }

    fn in_force() -> Self {
        let mut world = Self::armed();
        let order = world.order;
        world.tell(
            secs(11),
            Input::Read {
                order,
                rules: Rules::Active(secs(10)),
            },
        );
        world.taken();
        world
    }

    fn withdraw(&mut self, now: Timestamp) -> &mut Self {
        let order = self.order;
        self.log(
            now,
            Decision::Withdrawn {
                order,
                reason: Ending::ByPerson,
            },
        )
    }

    fn phase(&self) -> Option<Phase> {
        self.member.phase(self.order)
    }

    /// Takes the outputs, without the first save of a checkpoint's size.
    fn taken(&mut self) -> Vec<Output> {
        let mut out = std::mem::take(&mut self.out);
        out.dedup();
        out
    }

    fn says(&self, what: impl Fn(&Output) -> bool) -> bool {
        self.out.iter().any(what)
    }

    fn arms(&self) -> bool {
        self.says(|output| matches!(output, Output::Arm { .. }))
    }

    fn lifts(&self) -> bool {
        self.says(|output| matches!(output, Output::Lift(_)))
    }

    fn refuses(&self) -> Option<Objection> {
        self.out.iter().find_map(|output| match output {
            Output::Report(Receipt {
                observed: Observed::Refused(why),
                ..
            }) => Some(*why),
            _ => None,
        })
    }
}

const PHASES: [Phase; 6] = [
    Phase::Judging,
    Phase::Prepared,
    Phase::Armed,
    Phase::InForce,
    Phase::Refused,
    Phase::Ended,
];
const EVENTS: [Event; 6] = [
    Event::GatesOpen,
    Event::SayNo,
    Event::Arm,
    Event::SeenActive,
    Event::Withdraw,
    Event::TimeOver,
];

#[test]
fn every_phase_ends_by_withdrawal_and_by_time_and_the_end_is_the_end() {
    for phase in PHASES {
        for event in EVENTS {
            let next = table::next(TABLE, phase, event);
            let rows = TABLE
                .iter()
                .filter(|row| row.0 == phase && row.1 == event)
                .count();
            assert!(rows <= 1, "{phase:?} on {event:?} stands twice");
            match (phase, event) {
                (Phase::Ended, _) => assert_eq!(next, None),
                (_, Event::Withdraw | Event::TimeOver) => assert_eq!(next, Some(Phase::Ended)),
                (Phase::Refused, _) => assert_eq!(next, None, "a no stays a no"),
                (Phase::Prepared, Event::Arm) => assert_eq!(next, Some(Phase::Armed)),
                (_, Event::Arm) => assert_eq!(next, None, "only what is prepared is armed"),
                (Phase::Armed, Event::SeenActive) => assert_eq!(next, Some(Phase::InForce)),
                (_, Event::SeenActive) => assert_eq!(next, None),
                (_, Event::SayNo) => assert_eq!(next, Some(Phase::Refused)),
                (Phase::Judging, Event::GatesOpen) => assert_eq!(next, Some(Phase::Prepared)),
                (_, Event::GatesOpen) => assert_eq!(next, None),
            }
        }
    }
}

#[test]
fn an_order_is_judged_staged_armed_fired_read_back_and_lifted() {
    let mut world = World::prepared();
    let order = world.order;
    let prepared = Observed::Prepared {
        lead: Span::from_millis(10),
    };
    assert!(world.says(|o| matches!(o, Output::Report(r) if r.observed == prepared)));
    world.taken();
    world.arm_at(secs(3), secs(10));
    assert!(world.says(|o| *o
        == Output::Arm {
            order,
            fires_at: secs(10),
            ends: secs(600)
        }));
    world.tell(
        secs(11),
        Input::Read {
            order,
            rules: Rules::Active(secs(10)),
        },
    );
    assert!(world.says(
        |o| matches!(o, Output::Report(r) if r.observed == Observed::InForce { at: secs(10) })
    ));
    world.taken();
    assert!(
        world
            .member
            .next_deadline()
            .is_some_and(|at| at <= secs(600))
    );
    world.member.on_deadline(secs(600), &mut world.out);
    assert_eq!(world.phase(), Some(Phase::Ended));
    assert!(world.lifts());
    world.tell(
        secs(601),
        Input::Read {
            order,
            rules: Rules::Absent,
        },
    );
    assert!(world.says(
        |o| matches!(o, Output::Report(r) if r.observed == Observed::Lifted { at: secs(601) })
    ));
}

#[test]
fn a_withdrawal_lifts_before_it_is_saved_and_nothing_arms_again() {
    for mut world in [World::prepared(), World::armed(), World::in_force()] {
        world.taken();
        world.withdraw(secs(20));
        assert_eq!(world.phase(), Some(Phase::Ended));
        let lift = world
            .out
            .iter()
            .position(|o| matches!(o, Output::Lift(_)))
            .unwrap();
        let save = world.out.iter().rposition(|o| *o == Output::Save).unwrap();
        assert!(lift < save);
        world.taken();
        world.log(secs(21), Decision::Proposed(Box::new(dossier())));
        world.arm_at(secs(22), secs(30));
        assert!(!world.arms());
    }
}

#[test]
fn withdraw_beats_fire_also_from_an_old_backup() {
    let mut world = World::armed();
    let backup = world.member.durable().clone();
    world.withdraw(secs(5));
    let mut restored = World::behind(backup.clone(), &[], secs(6));
    // A checkpoint from before the return shows the log without the withdrawal.
    restored.checkpoint(secs(6), backup.next, secs(4));
    assert!(!restored.arms() && !restored.member.is_current());
    // A fresh one holds one more entry, so nothing is done before it is read.
    restored.checkpoint(secs(6), backup.next + 1, secs(9));
    assert!(!restored.arms());
    restored.withdraw(secs(7));
    assert!(!restored.arms());
    assert_eq!(restored.phase(), Some(Phase::Ended));
}

#[test]
fn entries_are_applied_once_and_in_their_order() {
    let mut world = World::new();
    let proposed = Some(Decision::Proposed(Box::new(dossier())));
    world.tell(
        secs(1),
        Input::Entry {
            index: 5,
            decision: proposed.clone(),
        },
    );
    assert_eq!((world.phase(), world.member.next_entry()), (None, 0));
    world.tell(
        secs(1),
        Input::Entry {
            index: 0,
            decision: proposed,
        },
    );
    assert_eq!(
        (world.phase(), world.member.next_entry()),
        (Some(Phase::Judging), 1)
    );
    let withdrawn = Decision::Withdrawn {
        order: world.order,
        reason: Ending::ByPerson,
    };
    world.tell(
        secs(1),
        Input::Entry {
            index: 0,
            decision: Some(withdrawn),
        },
    );
    assert_eq!(
        (world.phase(), world.member.next_entry()),
        (Some(Phase::Judging), 1)
    );
}

#[test]
fn too_little_notice_an_uncertain_clock_and_a_late_moment_do_not_arm() {
    let mut late = World::prepared();
    late.arm_at(secs(10), secs(10) + Span::from_millis(505));
    assert!(!late.arms() && late.refuses() == Some(Objection::Technical));

    let mut blind = World::prepared();
    blind.tell(
        secs(3),
        Input::Clock {
            error: Span::from_millis(51),
        },
    );
    blind.arm_at(secs(3), secs(10));
    assert!(!blind.arms() && blind.refuses() == Some(Objection::Technical));

    let mut over = World::prepared();
    over.arm_at(secs(3), secs(301));
    assert!(!over.arms() && over.refuses() == Some(Objection::Technical));
}

#[test]
fn an_armed_member_whose_clock_becomes_uncertain_lifts() {
    let mut world = World::armed();
    world.taken();
    world.tell(
        secs(5),
        Input::Clock {
            error: Span::from_secs(1),
        },
    );
    assert!(world.lifts() && world.phase() == Some(Phase::Refused));
}

#[test]
fn a_member_that_is_not_named_stays_as_it_is() {
    let mut world = World::prepared();
    let members = vec![organisation("isp-a")];
    let order = world.order;
    world.log(
        secs(3),
        Decision::Armed {
            order,
            members,
            fires_at: secs(10),
        },
    );
    assert_eq!(world.phase(), Some(Phase::Prepared));
    assert!(!world.arms());
}

#[test]
fn the_kill_switch_lifts_before_anything_is_saved_and_outlives_a_restart() {
    let mut world = World::in_force();
    world.tell(secs(12), Input::Stop);
    let lift = world
        .out
        .iter()
        .position(|o| matches!(o, Output::Lift(_)))
        .unwrap();
    let save = world.out.iter().position(|o| *o == Output::Save).unwrap();
    assert!(lift < save);
    let durable = world.member.durable().clone();
    let mut again = World::restarted(durable, &[], secs(13));
    assert!(again.member.durable().stopped && !again.arms());
    again.tell(secs(14), Input::Resume);
    assert!(!again.arms(), "what was stopped stays lifted");
}

#[test]
fn what_becomes_safeguarded_or_is_left_is_lifted_and_stays_out() {
    for (input, why) in [
        (
            Input::Safeguarded {
                order: dossier().order.id(),
            },
            Objection::Collateral,
        ),
        (
            Input::Leave {
                order: dossier().order.id(),
                why: Objection::Customer,
            },
            Objection::Customer,
        ),
    ] {
        let mut world = World::in_force();
        world.tell(secs(12), input);
        assert!(world.lifts() && world.refuses() == Some(why));
        world.taken();
        world.arm_at(secs(13), secs(20));
        assert!(!world.arms());
    }
}

#[test]
fn rules_found_at_a_start_without_an_order_are_lifted_at_once() {
    let stranger = OrderId(issei_model::Digest([9; 32]));
    let world = World::behind(Durable::default(), &[stranger], START);
    assert!(world.says(|o| *o == Output::Lift(stranger)));
}

#[test]
fn rules_found_at_a_start_stay_for_the_grace_and_go_if_the_log_stays_silent() {
    let durable = World::in_force().member.durable().clone();
    let order = dossier().order.id();
    let mut world = World::behind(durable, &[order], secs(20));
    assert!(!world.lifts());
    world.member.on_deadline(secs(24), &mut world.out);
    assert!(!world.lifts());
    world.member.on_deadline(secs(25), &mut world.out);
    assert!(world.lifts());
}

#[test]
fn rules_in_force_that_vanish_are_brought_back_while_the_order_lives() {
    let mut world = World::in_force();
    let order = world.order;
    world.tell(
        secs(20),
        Input::Read {
            order,
            rules: Rules::Absent,
        },
    );
    assert!(world.arms());
}

#[test]
fn in_force_is_said_only_when_it_was_read_back() {
    let in_force = |world: &World| {
        world.says(|output| {
            matches!(
                output,
                Output::Report(Receipt {
                    observed: Observed::InForce { .. },
                    ..
                })
            )
        })
    };
    let mut world = World::armed();
    let order = world.order;
    assert!(world.arms());
    world.member.on_deadline(secs(10), &mut world.out);
    for rules in [Rules::Staged, Rules::Broken] {
        world.tell(secs(10), Input::Read { order, rules });
    }
    assert!(!in_force(&world), "its T has passed, and that is all");
    let rules = Rules::Active(secs(10));
    world.tell(secs(11), Input::Read { order, rules });
    assert!(in_force(&world));
}

#[test]
fn rules_in_force_that_lost_a_part_are_put_there_again_and_lifted_whole() {
    let mut world = World::in_force();
    let order = world.order;
    let broken = Input::Read {
        order,
        rules: Rules::Broken,
    };
    world.tell(secs(20), broken.clone());
    assert!(world.arms());
    // A part that is left when nobody wants them any more is no part that is gone.
    world.taken();
    world.tell(
        secs(21),
        Input::Leave {
            order,
            why: Objection::Customer,
        },
    );
    assert!(world.lifts());
    world.taken();
    world.tell(secs(22), broken);
    assert!(world.lifts());
}

#[test]
fn rules_that_lack_a_part_about_t_are_waited_for_and_long_after_it_are_left() {
    let mut world = World::armed();
    let order = world.order;
    let broken = Input::Read {
        order,
        rules: Rules::Broken,
    };
    world.taken();
    world.tell(secs(10), broken.clone());
    assert!(!world.arms() && !world.lifts());
    assert_eq!(world.member.phase(order), Some(Phase::Armed));
    let long_after = secs(10) + world.member.setup.read_every;
    world.tell(long_after, broken);
    assert_eq!(world.refuses(), Some(Objection::Technical));
    assert!(world.lifts() && !world.arms());
}

#[test]
fn active_rules_without_a_signed_moment_are_taken_away() {
    let mut world = World::prepared();
    let order = world.order;
    world.taken();
    world.tell(
        secs(3),
        Input::Read {
            order,
            rules: Rules::Active(secs(3)),
        },
    );
    assert!(world.lifts() && world.phase() == Some(Phase::Refused));
}

#[test]
fn a_staged_order_ends_at_its_latest_moment_to_fire() {
    let mut world = World::prepared();
    world.taken();
    world.member.on_deadline(secs(300), &mut world.out);
    assert!(world.lifts() && world.phase() == Some(Phase::Ended));
}

#[test]
fn a_log_that_lost_entries_stops_everything_new() {
    let mut world = World::prepared();
    let seen = world.member.durable().seen;
    world.taken();
    world.checkpoint(secs(3), seen - 1, secs(30));
    assert!(world.says(|o| *o
        == Output::Alarm(Alarm::LogShrank {
            seen,
            now: seen - 1
        })));
    world.arm_at(secs(31), secs(40));
    assert!(!world.arms());
}

/// The order of the samples again, under another name.
fn another() -> Dossier {
    let mut another = dossier();
    another.order.case = "case-2".into();
    another
}

#[test]
fn a_restored_member_comes_up_stopped_and_leaves_all_that_it_may_have_left_before() {
    let backup = World::in_force().member.durable().clone().restored();
    let order = dossier().order.id();
    let mut world = World::behind(backup, &[order], secs(20));
    assert!(world.lifts() && world.phase() == Some(Phase::Refused));
    let again = world.member.next_entry();
    // Let to take part before it has read the log: what it reads then is old, and may have been left.
    world.tell(secs(21), Input::Resume).taken();
    let old = another().order.id();
    world.checkpoint(secs(22), again + 2, secs(23));
    let proposed = |case: &str, at| {
        let mut dossier = another();
        dossier.order.case = case.into();
        dossier.order.proposed_at = at;
        Some(Decision::Proposed(Box::new(dossier)))
    };
    let entry = |index, case, at| Input::Entry {
        index,
        decision: proposed(case, at),
    };
    world.tell(secs(23), entry(again, "case-2", START));
    assert_eq!(world.member.phase(old), Some(Phase::Refused));
    assert_eq!(world.refuses(), Some(Objection::Technical));
    world.tell(
        secs(23),
        Input::Entry {
            index: again + 1,
            decision: None,
        },
    );
    assert!(world.member.is_current() && !world.member.durable().restored);
    // What was proposed before, and is logged again, is left out; what is proposed later is judged as ever.
    world.checkpoint(secs(24), again + 4, secs(25));
    world.taken();
    world.tell(secs(24), entry(again + 2, "case-3", secs(23)));
    assert_eq!(world.refuses(), Some(Objection::Technical));
    world.taken();
    world.tell(secs(24), entry(again + 3, "case-4", secs(24)));
    assert!(world.says(|output| matches!(output, Output::Judge(_))));
}

#[test]
fn by_an_uncertain_clock_no_checkpoint_is_fresh() {
    let mut world = World::behind(Durable::default(), &[], START);
    let clock = |millis| Input::Clock {
        error: Span::from_millis(millis),
    };
    world.tell(secs(1), clock(1_001));
    world.checkpoint(secs(9), 0, secs(9));
    assert!(!world.member.is_current());
    // The clock was behind and is set: only from here on it can tell.
    world.tell(secs(100), clock(1_000));
    world.checkpoint(secs(101), 0, secs(101));
    assert!(!world.member.is_current());
    world.checkpoint(secs(102), 0, secs(102));
    assert!(world.member.is_current());
    // What was concluded by a clock that turns out wrong falls.
    world.tell(secs(103), clock(5_000));
    assert!(!world.member.is_current());
}

#[test]
fn a_clock_that_jumped_makes_nothing_new_again() {
    let far = secs(100_000);
    let again = Decision::Proposed(Box::new(dossier()));
    // Withdrawn, long over by a clock that jumped, and proposed again when it is right.
    let mut world = World::prepared();
    world.withdraw(secs(5));
    world.member.on_deadline(far, &mut world.out);
    world.log(secs(6), again.clone());
    assert_eq!(world.phase(), Some(Phase::Ended));
    // First read while the clock was ahead, then withdrawn, then proposed again.
    let mut world = World::new();
    let (order, reason) = (world.order, Ending::ByPerson);
    let withdrawn = Decision::Withdrawn { order, reason };
    world.checkpoint(far, 2, secs(4));
    for (index, decision) in [(0, again.clone()), (1, withdrawn)] {
        let decision = Some(decision);
        world.tell(far, Input::Entry { index, decision });
    }
    world.log(secs(6), again);
    assert_eq!(world.phase(), Some(Phase::Ended));
}

#[test]
fn what_is_long_over_by_every_clock_is_forgotten() {
    let mut world = World::prepared();
    world.withdraw(secs(5));
    let order = world.order;
    let rules = Rules::Absent;
    world.tell(secs(6), Input::Read { order, rules });
    let size = world.member.next_entry();
    let later = secs(600 + 3_600);
    world.checkpoint(later, size, later);
    world.member.on_deadline(later, &mut world.out);
    assert_eq!(world.phase(), None);
    world.log(later, Decision::Proposed(Box::new(dossier())));
    assert_eq!(world.phase(), None, "an old proposal is not kept either");
}

#[test]
fn a_lift_at_the_end_of_the_grace_that_failed_is_tried_again() {
    let durable = World::in_force().member.durable().clone();
    let order = dossier().order.id();
    let mut world = World::behind(durable, &[order], secs(20));
    world.member.on_deadline(secs(25), &mut world.out);
    world.taken();
    let rules = Rules::Active(secs(10));
    world.tell(secs(26), Input::Read { order, rules });
    assert!(world.lifts());
}

#[test]
fn a_moment_that_came_while_the_log_could_not_be_read_on_ends_the_order_at_its_limit() {
    let mut world = World::prepared();
    let index = world.member.next_entry();
    world.checkpoint(secs(3), index + 2, secs(6));
    let (order, members) = (world.order, vec![organisation("isp-b")]);
    let decision = Some(Decision::Armed {
        order,
        members,
        fires_at: secs(10),
    });
    world
        .tell(secs(3), Input::Entry { index, decision })
        .taken();
    assert_eq!(world.phase(), Some(Phase::Armed));
    world.member.on_deadline(secs(299), &mut world.out);
    assert!(world.member.next_deadline() <= Some(secs(300)));
    world.member.on_deadline(secs(300), &mut world.out);
    assert!(world.lifts() && !world.arms() && world.phase() == Some(Phase::Ended));
}

#[test]
fn what_is_durable_survives_its_own_text() {
    let durable = World::armed().member.durable().clone();
    let text = serde_json::to_string(&durable).unwrap();
    assert_eq!(serde_json::from_str::<Durable>(&text).unwrap(), durable);
}

#[test]
fn a_device_that_is_slow_at_t_is_read_again_soon_and_then_ever_more_rarely() {
    // Before T it was asked to act in time: the reading that stands right behind T is kept.
    for (after, again) in [(-300, 1), (0, 1), (1, 2), (300, 600), (5_000, 6_000)] {
        let mut world = World::armed();
        let order = world.order;
        let now = secs(10) + Span::from_millis(after);
        world.tell(
            now,
            Input::Read {
                order,
                rules: Rules::Staged,
            },
        );
        let next = secs(10) + Span::from_millis(again);
        assert_eq!(world.member.next_deadline(), Some(next), "after {after} ms");
    }
}

#[test]
fn rules_found_at_a_start_are_read_back_as_soon_as_the_log_is_read() {
    let before = World::in_force().member.durable().clone();
    let order = dossier().order.id();
    let mut world = World::behind(before.clone(), &[order], secs(20));
    let now = secs(20) + Span::from_millis(10);
    world.member.on_deadline(now, &mut world.out);
    let read = now + Span::from_millis(490);
    assert!(world.member.next_deadline() > Some(read));
    world.checkpoint(read, before.next, secs(23));
    assert!(world.member.is_current());
    assert_eq!(world.member.next_deadline(), Some(read));
}

#[path = "member_confirm_tests.rs"]
mod confirming;
