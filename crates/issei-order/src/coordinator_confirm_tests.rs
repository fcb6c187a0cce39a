//! An order that must be confirmed, at the coordinator: 60 s from the canary's T, which lies near 3 s.

use super::*;
use issei_model::{Approval, Language, PublicKey, Signature};

fn to_be_confirmed() -> Dossier {
    let mut dossier = dossier();
    dossier.order.confirm_within = Some(Span::from_secs(60));
    dossier
}

fn by() -> Box<Approval> {
    Box::new(Approval {
        person: "ren@isp-a".parse().unwrap(),
        key: PublicKey([1; 32]),
        language: Language::English,
        at: secs(20),
        signature: Signature([2; 64]),
    })
}

impl World {
    fn confirm(&mut self, now: Timestamp) {
        let (order, by) = (self.order, by());
        self.tell(now, Input::Confirm { order, by });
    }

    fn confirmations(&self) -> usize {
        let confirmed = |one: &&Decision| matches!(one, Decision::Confirmed { .. });
        self.log.iter().filter(confirmed).count()
    }

    /// The moment by which a person must have confirmed the order.
    fn by(&self) -> Option<Timestamp> {
        self.coordinator.progress(self.order).unwrap().confirm_by()
    }
}

fn canary_fired() -> World {
    let mut world = World::proposed(to_be_confirmed());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    world.report(secs(4), "isp-a", Observed::InForce { at: secs(3) });
    world.report(secs(5), "isp-a", WELL);
    world
}

fn all_fired() -> World {
    let mut world = canary_fired();
    world.wait(secs(15));
    assert_eq!(world.phase(), Phase::Armed);
    world
}

#[test]
fn an_order_that_nobody_confirms_is_withdrawn_with_that_reason() {
    let mut world = all_fired();
    let first_t = secs(3) + Span::from_millis(100);
    let by = first_t + Span::from_secs(60);
    assert_eq!(world.by(), Some(by), "from the canary's T");
    assert_eq!(world.coordinator.next_deadline(), Some(by));
    world.wait(by - Span::from_micros(1));
    assert_eq!(world.phase(), Phase::Armed);
    world.wait(by);
    assert_eq!(world.ending(), Some(Ending::Unconfirmed));
    assert_eq!(world.phase(), Phase::Ended);
}

#[test]
fn a_confirmed_order_goes_on_and_says_so_once_in_the_log() {
    let mut world = all_fired();
    world.confirm(secs(30));
    world.confirm(secs(31));
    assert_eq!(world.confirmations(), 1);
    let may = world.coordinator.confirmable(secs(31), world.order);
    assert_eq!(may, Err(Unconfirmable::Confirmed));
    assert_eq!(world.by(), None);
    world.wait(secs(64));
    assert_eq!(world.phase(), Phase::Armed);
    assert_eq!(world.ending(), None);
    assert_eq!(world.coordinator.next_deadline(), Some(secs(600)));
}

#[test]
fn it_is_confirmed_between_the_first_t_and_a_notice_before_the_moment() {
    let mut world = World::proposed(to_be_confirmed());
    let may = |world: &World, at| world.coordinator.confirmable(at, world.order);
    assert_eq!(may(&world, secs(1)), Err(Unconfirmable::NotFired));
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    assert_eq!(may(&world, secs(3)), Err(Unconfirmable::NotFired));
    let by = world.by().unwrap();
    let last = by - Setup::default().notice;
    assert_eq!(may(&world, by - Span::from_secs(60)), Ok(()));
    assert_eq!(may(&world, last - Span::from_micros(1)), Ok(()));
    assert_eq!(may(&world, last), Err(Unconfirmable::TooLate));
    world.confirm(last);
    assert_eq!(world.confirmations(), 0);
    let stranger = dossier().order.id();
    let other = world.coordinator.confirmable(secs(30), stranger);
    assert_eq!(other, Err(Unconfirmable::Gone));
}

#[test]
fn an_order_that_needs_none_cannot_be_confirmed() {
    let mut world = World::proposed(dossier());
    world.prepare(&["isp-a", "isp-b", "isp-c"]);
    let may = world.coordinator.confirmable(secs(30), world.order);
    assert_eq!(may, Err(Unconfirmable::NeedsNone));
    world.confirm(secs(30));
    assert_eq!(world.confirmations(), 0);
}

/// A canary that is seen well too late for the rest to fire before the moment.
fn slow_canary() -> World {
    let mut world = canary_fired();
    world.wait(secs(62));
    world
}

#[test]
fn nobody_else_is_armed_for_a_t_after_the_moment() {
    let mut world = slow_canary();
    assert_eq!(world.armed(), [vec!["isp-a"]]);
    assert_eq!(world.ending(), Some(Ending::Unconfirmed));
    world.wait(secs(100));
    assert_eq!(world.armed(), [vec!["isp-a"]]);
}

#[test]
fn a_log_that_is_read_again_after_the_moment_is_believed() {
    let mut before = all_fired();
    before.confirm(secs(30));
    let mut after = World::proposed(dossier());
    (after.coordinator, after.order) = (Coordinator::new(Setup::default()), before.order);
    for decision in before.log {
        after.tell(secs(200), Input::Logged(decision));
    }
    after.wait(secs(200));
    assert_eq!(after.phase(), Phase::Armed);
    assert!(
        after
            .coordinator
            .progress(after.order)
            .unwrap()
            .is_confirmed()
    );
}

#[test]
fn a_coordinator_that_comes_back_after_the_moment_withdraws_what_nobody_confirmed() {
    let before = all_fired();
    let mut after = World::proposed(dossier());
    (after.coordinator, after.order) = (Coordinator::new(Setup::default()), before.order);
    after.log.clear();
    for decision in before.log {
        after.tell(secs(200), Input::Logged(decision));
    }
    after.wait(secs(200));
    assert_eq!(after.ending(), Some(Ending::Unconfirmed));
}

#[test]
fn what_is_being_withdrawn_cannot_be_confirmed() {
    let mut world = all_fired();
    let (order, reason) = (world.order, Ending::ByPerson);
    let mut out = Vec::new();
    let withdraw = Input::Withdraw { order, reason };
    world.coordinator.handle(secs(30), withdraw, &mut out);
    let may = world.coordinator.confirmable(secs(30), order);
    assert_eq!(may, Err(Unconfirmable::Gone));
}

#[cfg(feature = "planted")]
#[test]
fn without_its_guard_the_rest_is_armed_after_the_moment() {
    let mut world = canary_fired();
    world.coordinator.setup.planted = Planted::one(Bug::ArmUnconfirmed);
    world.wait(secs(62));
    assert_eq!(world.armed().len(), 2);
}
