//! An order that must be confirmed, at the enforcer: it ends on the devices unless the log's own proof says
//! that an approver signed.

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::confirmed_bytes;
use issei_case::confirmation_text;
use issei_model::{Approval, Language, Order, Signature, Span};

use super::*;

fn within() -> Span {
    Span::from_secs(600)
}

/// The country's order once more, to be confirmed, and signed like that.
fn to_be_confirmed(world: &World) -> Dossier {
    let mut order = world.papers.dossier.order.clone();
    order.confirm_within = Some(within());
    let people = People::two();
    let approvals = vec![people.signed(0, &order), people.signed(1, &order)];
    Dossier { order, approvals }
}

/// What the second of the two people says, with this key.
fn confirmation(world: &World, order: &Order, key: u8) -> Box<Proven> {
    confirmation_under(world, order, key, order.id())
}

/// The same, in an entry that names another order.
fn confirmation_under(world: &World, order: &Order, key: u8, named: OrderId) -> Box<Proven> {
    let text = confirmation_text(order, Language::English);
    let signed = SigningKey::from_bytes(&[key; 32]).sign(&confirmed_bytes(&text));
    let by = Approval {
        signature: Signature(signed.to_bytes()),
        ..People::two().signed(1, order)
    };
    let by = Box::new(by);
    let entry = Decision::Confirmed { order: named, by };
    Box::new(world.papers.logged(&entry))
}

/// Its own key, as of the charter.
const ITS: u8 = 2;
const ANOTHER: u8 = 7;

impl World {
    fn arm_with(&mut self, dossier: &Dossier, confirmed: Option<Box<Proven>>) -> Told {
        let proposed = self.proposed_as(dossier);
        let armed = self.armed_for(&["isp-01"], dossier.order.id(), self.papers.fires_at);
        self.does(Task::Arm {
            proposed,
            armed,
            confirmed,
        })
    }

    fn ends(&self, order: &Order) -> Timestamp {
        self.table.cuts.lock().unwrap()[&order.id()].ends
    }
}

#[test]
fn what_nobody_confirmed_ends_on_the_device_and_does_not_come_in_again() {
    let mut world = World::new("unconfirmed");
    let dossier = to_be_confirmed(&world);
    assert_eq!(world.arm_with(&dossier, None), Told::Done);
    let by = world.papers.fires_at + within();
    assert_eq!(world.ends(&dossier.order), by);
    world.now = by;
    for confirmed in [None, Some(confirmation(&world, &dossier.order, ITS))] {
        match world.arm_with(&dossier, confirmed) {
            Told::Refused(said) => assert!(said.rule.contains("ended"), "{}", said.rule),
            other => panic!("{other:?}"),
        }
    }
    world.now = by + LATE;
    world.reads();
    assert!(!world.table.holds(dossier.order.id()));
}

#[test]
fn what_an_approver_confirmed_goes_on_also_after_a_restart() {
    let mut world = World::new("confirmed");
    let dossier = to_be_confirmed(&world);
    assert_eq!(world.arm_with(&dossier, None), Told::Done);
    let confirmed = confirmation(&world, &dossier.order, ITS);
    assert_eq!(world.arm_with(&dossier, Some(confirmed)), Told::Done);
    assert_eq!(world.ends(&dossier.order), dossier.order.expires_at);
    world.restart();
    world.now = world.papers.fires_at + within() + LATE;
    world.reads();
    assert!(world.table.holds(dossier.order.id()));
    assert_eq!(world.arm_with(&dossier, None), Told::Done);
    assert_eq!(world.ends(&dossier.order), dossier.order.expires_at);
}

#[test]
fn a_confirmation_that_does_not_hold_is_as_none() {
    let mut world = World::new("confirmed-falsely");
    let dossier = to_be_confirmed(&world);
    let mut other = dossier.order.clone();
    other.case = "another".into();
    let false_ones = [
        confirmation(&world, &dossier.order, ANOTHER),
        confirmation(&world, &other, ITS),
        confirmation_under(&world, &dossier.order, ITS, other.id()),
        world.proposed_as(&dossier),
    ];
    for confirmed in false_ones {
        assert_eq!(world.arm_with(&dossier, Some(confirmed)), Told::Done);
        let by = world.papers.fires_at + within();
        assert_eq!(world.ends(&dossier.order), by);
    }
}
