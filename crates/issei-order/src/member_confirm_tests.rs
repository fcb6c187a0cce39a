//! An order that must be confirmed, at a member: T at 10 s, to be confirmed by 70 s, ends at 600 s.

use super::*;
use issei_model::{Approval, Language, PublicKey, Signature};

const T: i64 = 10;
const BY: i64 = 70;

fn to_be_confirmed() -> Dossier {
    let mut dossier = dossier();
    dossier.order.confirm_within = Some(Span::from_secs(60));
    dossier
}

pub(crate) fn confirmed(order: OrderId) -> Decision {
    Decision::Confirmed {
        order,
        by: Box::new(Approval {
            person: "ren@isp-a".parse().unwrap(),
            key: PublicKey([1; 32]),
            language: Language::English,
            at: secs(20),
            signature: Signature([2; 64]),
        }),
    }
}

fn tell_prepared(mut world: World) -> World {
    world.order = to_be_confirmed().order.id();
    let order = world.order;
    world.log(secs(1), Decision::Proposed(Box::new(to_be_confirmed())));
    let verdict = Ok(Span::from_millis(10));
    world.tell(secs(2), Input::Judged { order, verdict });
    let rules = Rules::Staged;
    world.tell(secs(2), Input::Read { order, rules });
    world
}

fn prepared() -> World {
    tell_prepared(World::new())
}

fn see_active(world: &mut World, at: i64) {
    let order = world.order;
    let rules = Rules::Active(secs(T));
    world.tell(secs(at), Input::Read { order, rules });
}

fn tell_in_force(mut world: World) -> World {
    world.arm_at(secs(3), secs(T));
    see_active(&mut world, 11);
    assert_eq!(world.phase(), Some(Phase::InForce));
    world
}

fn in_force() -> World {
    tell_in_force(prepared())
}

fn wait(world: &mut World, at: i64) {
    world.member.on_deadline(secs(at), &mut world.out);
}

fn confirm(world: &mut World, at: i64) {
    let order = world.order;
    world.log(secs(at), confirmed(order));
}

/// The ends that were asked of the devices, in their order.
fn ends(world: &World) -> Vec<Timestamp> {
    let ends = world.out.iter().filter_map(|output| match output {
        Output::Arm { ends, .. } => Some(*ends),
        _ => None,
    });
    ends.collect()
}

#[test]
fn rules_end_on_the_devices_where_nobody_confirms_and_the_member_lifts_them_by_its_own_clock() {
    let mut world = in_force();
    assert_eq!(ends(&world), [secs(BY)], "with nobody alive they end there");
    world.taken();
    wait(&mut world, BY - 1);
    assert_eq!(world.phase(), Some(Phase::InForce));
    assert!(!world.lifts());
    // Nothing was heard of a coordinator since T.
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::Ended));
    assert!(world.lifts());
}

#[test]
fn the_moment_is_a_deadline_of_the_member() {
    let mut world = in_force();
    let order = world.order;
    // Beside reading back, which comes every second.
    let hand = world.member.hands.get_mut(&order).unwrap();
    hand.read_at = None;
    assert_eq!(world.member.next_deadline(), Some(secs(BY)));
    confirm(&mut world, 30);
    let hand = world.member.hands.get_mut(&order).unwrap();
    hand.read_at = None;
    assert_eq!(world.member.next_deadline(), Some(secs(600)));
}

#[test]
fn a_confirmed_order_goes_on_to_its_own_end_on_the_devices_too() {
    let mut world = in_force();
    world.taken();
    confirm(&mut world, 30);
    let saved = world.out.iter().rposition(|out| *out == Output::Save);
    let again = |out: &Output| matches!(out, Output::Arm { .. });
    let armed = world.out.iter().position(again);
    assert!(saved < armed, "kept before it is acted on");
    assert_eq!(ends(&world), [secs(600)]);
    let from_t = |out: &Output| matches!(out, Output::Arm { fires_at, .. } if *fires_at == secs(T));
    assert!(world.says(from_t), "T does not move");
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::InForce));
    wait(&mut world, 600);
    assert_eq!(world.phase(), Some(Phase::Ended));
}

#[test]
fn a_confirmation_is_heard_once() {
    let mut world = in_force();
    confirm(&mut world, 30);
    world.taken();
    confirm(&mut world, 31);
    assert!(!world.arms());
    assert_eq!(world.phase(), Some(Phase::InForce));
}

#[test]
fn a_confirmation_between_t_and_reading_back_is_heard() {
    let mut world = prepared();
    world.arm_at(secs(3), secs(T));
    confirm(&mut world, T);
    assert_eq!(ends(&world), [secs(BY), secs(600)]);
    assert_eq!(world.refuses(), None, "T is past, and that is no late word");
    see_active(&mut world, 11);
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::InForce));
}

#[test]
fn a_late_confirmation_changes_nothing_even_before_the_clock_has_struck() {
    for strikes in [true, false] {
        let mut world = in_force();
        if strikes {
            wait(&mut world, BY);
        }
        world.taken();
        confirm(&mut world, BY);
        assert!(!world.arms());
        wait(&mut world, BY);
        assert_eq!(world.phase(), Some(Phase::Ended));
    }
}

#[test]
fn a_confirmation_of_another_order_changes_nothing() {
    let mut world = in_force();
    let other = dossier().order.id();
    world.log(secs(30), confirmed(other));
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::Ended));
}

#[test]
fn a_confirmation_before_any_t_changes_nothing() {
    let mut world = prepared();
    confirm(&mut world, 2);
    let mut world = tell_in_force(world);
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::Ended));
}

#[test]
fn the_time_runs_from_the_first_t_whoever_it_is_for_and_does_not_move() {
    let mut world = prepared();
    let (order, members) = (world.order, vec![organisation("isp-a")]);
    let fires_at = secs(5);
    let canary = Decision::Armed {
        order,
        members,
        fires_at,
    };
    world.log(secs(3), canary);
    world.arm_at(secs(4), secs(20));
    assert_eq!(ends(&world), [secs(65)]);
    wait(&mut world, 65);
    assert_eq!(world.phase(), Some(Phase::Ended));
}

#[test]
fn who_is_armed_after_the_moment_takes_no_part() {
    let mut world = prepared();
    let (order, members) = (world.order, vec![organisation("isp-a")]);
    let fires_at = secs(5);
    let canary = Decision::Armed {
        order,
        members,
        fires_at,
    };
    world.log(secs(3), canary);
    world.arm_at(secs(4), secs(65));
    assert!(!world.arms());
    assert_eq!(world.phase(), Some(Phase::Refused));
}

#[test]
fn what_is_staged_goes_when_the_canary_was_not_confirmed() {
    let mut world = prepared();
    let (order, members) = (world.order, vec![organisation("isp-a")]);
    let fires_at = secs(5);
    let canary = Decision::Armed {
        order,
        members,
        fires_at,
    };
    world.log(secs(3), canary);
    world.taken();
    wait(&mut world, 65);
    assert_eq!(world.phase(), Some(Phase::Ended));
    assert!(world.lifts());
}

#[test]
fn a_restart_between_t_and_the_moment_forgets_neither_t_nor_the_confirmation() {
    for confirms in [false, true] {
        let mut before = in_force();
        if confirms {
            confirm(&mut before, 30);
        }
        let durable = before.member.durable().clone();
        let json = serde_json::to_string(&durable.orders.values().collect::<Vec<_>>()).unwrap();
        assert_eq!(json.contains("\"confirmed\":true"), confirms);
        let order = before.order;
        let mut world = World::restarted(durable, &[order], secs(40));
        world.order = order;
        see_active(&mut world, 41);
        // The crash may have come before the devices heard of it: they are told again.
        let again: &[Timestamp] = if confirms { &[secs(600)] } else { &[] };
        assert_eq!(ends(&world), again);
        wait(&mut world, BY);
        let phase = if confirms {
            Phase::InForce
        } else {
            Phase::Ended
        };
        assert_eq!(world.phase(), Some(phase));
    }
}

#[test]
fn a_member_that_was_away_hears_of_the_confirmation_when_it_is_back_in_time() {
    let before = in_force();
    let (durable, order) = (before.member.durable().clone(), before.order);
    let mut world = World::behind(durable, &[order], secs(40));
    world.order = order;
    confirm(&mut world, 41);
    assert!(!world.arms(), "it reads back first");
    see_active(&mut world, 42);
    assert_eq!(ends(&world), [secs(600)]);
    wait(&mut world, BY);
    assert_eq!(world.phase(), Some(Phase::InForce));
}

#[test]
fn a_withdrawal_ends_a_confirmed_order_and_a_confirmation_no_withdrawn_one() {
    let mut world = in_force();
    confirm(&mut world, 30);
    world.withdraw(secs(31));
    assert_eq!(world.phase(), Some(Phase::Ended));
    let mut world = in_force();
    world.withdraw(secs(30));
    world.taken();
    confirm(&mut world, 31);
    assert_eq!(world.phase(), Some(Phase::Ended));
    assert!(!world.arms());
}

#[test]
fn an_order_that_needs_no_confirmation_is_as_it_was() {
    let mut world = World::in_force();
    let order = world.order;
    let held = serde_json::to_string(world.member.held(order).unwrap()).unwrap();
    for field in ["confirm_within", "confirmed", "first_at"] {
        assert!(!held.contains(&format!("\"{field}\"")), "{held}");
    }
    world.log(secs(30), confirmed(order));
    assert!(!world.arms());
    wait(&mut world, 599);
    assert_eq!(world.phase(), Some(Phase::InForce));
}

#[cfg(feature = "planted")]
mod planted {
    use super::*;

    fn with(bug: Bug) -> World {
        let mut world = World::new();
        world.member.setup.planted = Planted::one(bug);
        tell_prepared(world)
    }

    #[test]
    fn each_guard_alone_keeps_an_unconfirmed_order_from_going_on() {
        let mut stays = tell_in_force(with(Bug::UnconfirmedStays));
        wait(&mut stays, BY);
        assert_eq!(stays.phase(), Some(Phase::InForce));

        let mut late = tell_in_force(with(Bug::ConfirmedLate));
        confirm(&mut late, BY);
        wait(&mut late, BY);
        assert_eq!(late.phase(), Some(Phase::InForce));

        let mut unseen = with(Bug::ConfirmedUnseen);
        confirm(&mut unseen, 2);
        let mut unseen = tell_in_force(unseen);
        wait(&mut unseen, BY);
        assert_eq!(unseen.phase(), Some(Phase::InForce));
    }
}
