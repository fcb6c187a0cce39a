use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use issei_model::Span;

use super::super::authenticator::Authenticator;
use super::super::{Cupboard, challenge};
use super::*;
use crate::rights::Role;
use crate::{Hands, House};

/// A cupboard whose content can be looked at, and that may be shut.
#[derive(Default)]
struct Shelf {
    documents: Mutex<Vec<String>>,
    lines: Mutex<Vec<String>>,
    shut: AtomicBool,
}

impl Shelf {
    fn put(&self, place: &Mutex<Vec<String>>, text: &str) -> Result<(), String> {
        match self.shut.load(Ordering::Relaxed) {
            true => Err("the disk is full".into()),
            false => {
                place.lock().unwrap().push(text.to_owned());
                Ok(())
            }
        }
    }
}

impl Cupboard for Shelf {
    fn keep(&self, document: &str) -> Result<(), String> {
        self.put(&self.documents, document)
    }

    fn add(&self, line: &str) -> Result<(), String> {
        self.put(&self.lines, line)
    }
}

struct World {
    door: Door,
    shelf: Arc<Shelf>,
    clock: Arc<AtomicI64>,
    hands: Hands,
}

fn house(links_suffice: bool) -> House {
    House {
        origins: vec!["https://issei.example".into()],
        links_suffice,
        provider: None,
    }
}

fn world_where(links_suffice: bool) -> World {
    let clock = Arc::new(AtomicI64::new(1_000_000_000_000_000));
    let told = Arc::clone(&clock);
    let drawn = AtomicU64::new(1);
    let hands = Hands {
        now: Arc::new(move || Timestamp::from_micros(told.load(Ordering::Relaxed))),
        chance: Arc::new(move || {
            let mut bytes = [9; 32];
            bytes[..8].copy_from_slice(&drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            bytes
        }),
    };
    let shelf = Arc::new(Shelf::default());
    let cupboard: Arc<dyn Cupboard> = shelf.clone();
    World {
        door: Door::new(
            Kept::default(),
            cupboard,
            hands.clone(),
            &house(links_suffice),
        ),
        shelf,
        clock,
        hands,
    }
}

fn world() -> World {
    world_where(false)
}

impl World {
    fn pass(&self, span: Span) {
        self.clock.fetch_add(span.as_micros(), Ordering::Relaxed);
    }

    fn session(&self, person: &str) -> String {
        let person = person.parse().unwrap();
        let path = self.door.invite(&person, &[Role::Approver], HOUR).unwrap();
        let code = path.strip_prefix("/first/").unwrap();
        self.door.come_in(code).unwrap()
    }

    fn relying(&self) -> Relying {
        self.door.relying().unwrap().clone()
    }

    /// An authenticator that has been added in a session.
    fn added(&self, session: &str, seed: u8) -> Authenticator {
        let mut one = Authenticator::new(&self.relying(), seed);
        let (wish, _, handle) = self.door.wish_for_passkey(session).unwrap();
        one.user = handle.0.to_vec();
        self.door
            .add_passkey(session, &one.makes(&wish.challenge))
            .unwrap();
        one
    }

    /// Comes with what an authenticator says to a fresh challenge.
    fn comes(&self, one: &Authenticator) -> Result<String, No> {
        let wish = self.door.wish_to_see().unwrap();
        self.door.come_by_passkey(&one.shows(&wish.challenge))
    }

    fn restarted(&self) -> Door {
        let last = self.shelf.documents.lock().unwrap().last().unwrap().clone();
        let kept: Kept = serde_json::from_str(&last).unwrap();
        let cupboard: Arc<dyn Cupboard> = self.shelf.clone();
        Door::new(kept, cupboard, self.hands.clone(), &house(false))
    }
}

/// What is wrong with an authenticator, and what it is called.
type Wrong = (fn(&mut Authenticator), Flaw);

const ONE: &str = "counsel@isp-b";
const OTHER: &str = "approver@isp-a";
const HOUR: Span = Span::from_secs(3_600);

fn no(flaw: Flaw) -> No {
    No::Passkey(flaw)
}

#[test]
fn who_added_a_passkey_comes_by_it_with_the_roles_of_now() {
    let world = world();
    let one = world.added(&world.session(ONE), 1);
    let secret = world.comes(&one).unwrap();
    let visitor = world.door.by_session(&secret).unwrap();
    assert_eq!(visitor.person, ONE.parse().ok());
    assert_eq!(visitor.roles, [Role::Approver].into());
    let roles = [Role::Auditor];
    world
        .door
        .invite(&ONE.parse().unwrap(), &roles, HOUR)
        .unwrap();
    let secret = world.comes(&one).unwrap();
    let visitor = world.door.by_session(&secret).unwrap();
    assert_eq!(visitor.roles, roles.into(), "invited anew");
    assert!(
        world
            .door
            .passkeys_of(&ONE.parse().unwrap())
            .values()
            .all(|one| one.used.is_some())
    );
}

#[test]
fn a_passkey_is_worth_what_the_session_was_in_which_it_was_added() {
    for proven in [false, true] {
        let world = world_where(proven);
        let one = world.added(&world.session(ONE), 1);
        let secret = world.comes(&one).unwrap();
        assert_eq!(world.door.by_session(&secret).unwrap().proven, proven);
    }
}

#[test]
fn an_answer_opens_one_session_and_is_nothing_afterwards() {
    let world = world();
    let one = world.added(&world.session(ONE), 1); // its counter stays zero, so only the challenge tells
    let wish = world.door.wish_to_see().unwrap();
    let shown = one.shows(&wish.challenge);
    assert!(world.door.come_by_passkey(&shown).is_ok());
    assert_eq!(world.door.come_by_passkey(&shown), Err(no(Flaw::Challenge)));
}

#[test]
fn an_answer_that_comes_late_or_to_a_challenge_of_another_window_opens_nothing() {
    let world = world();
    let one = world.added(&world.session(ONE), 1);
    let wish = world.door.wish_to_see().unwrap();
    let shown = one.shows(&wish.challenge);
    world.pass(challenge::LASTS);
    assert_eq!(world.door.come_by_passkey(&shown), Err(no(Flaw::Challenge)));
    let elsewhere = world_where(false);
    let _ = elsewhere.door.wish_to_see();
    let foreign = elsewhere.door.wish_to_see().unwrap();
    let told = world.door.come_by_passkey(&one.shows(&foreign.challenge));
    assert_eq!(told, Err(no(Flaw::Challenge)));
    assert_eq!(
        world
            .door
            .come_by_passkey(&one.shows(b"made up by somebody else")),
        Err(no(Flaw::Challenge))
    );
    assert!(world.comes(&one).is_ok());
}

#[test]
fn a_challenge_for_one_session_adds_nothing_in_another_and_opens_nothing() {
    let world = world();
    let (mine, others) = (world.session(ONE), world.session(OTHER));
    let (wish, ..) = world.door.wish_for_passkey(&mine).unwrap();
    let fresh = Authenticator::new(&world.relying(), 7);
    let made = fresh.makes(&wish.challenge);
    assert_eq!(
        world.door.add_passkey(&others, &made),
        Err(no(Flaw::Challenge))
    );
    let again = world.session(ONE);
    assert_eq!(
        world.door.add_passkey(&again, &made),
        Err(no(Flaw::Challenge))
    );
    let to_see = world.door.wish_to_see().unwrap();
    let told = world
        .door
        .add_passkey(&mine, &fresh.makes(&to_see.challenge));
    assert_eq!(told, Err(no(Flaw::Challenge)), "it was for signing in");
    let known = world.added(&mine, 1);
    let told = world.door.come_by_passkey(&known.shows(&wish.challenge));
    assert_eq!(told, Err(no(Flaw::Challenge)), "it was for adding");
    assert_eq!(world.door.add_passkey(&mine, &made), Ok(()));
    let second = Authenticator::new(&world.relying(), 8);
    let told = world
        .door
        .add_passkey(&mine, &second.makes(&wish.challenge));
    assert_eq!(told, Err(no(Flaw::Challenge)), "it adds one");
    assert_eq!(
        world.door.add_passkey("made up", &made),
        Err(no(Flaw::Gone))
    );
}

#[test]
fn a_passkey_for_another_name_origin_or_without_the_person_opens_nothing() {
    let world = world();
    let session = world.session(ONE);
    let wrong: [Wrong; 4] = [
        (
            |one| one.browser.origin = "https://issei.example.evil.example".into(),
            Flaw::Origin,
        ),
        (|one| one.name = "example".into(), Flaw::OtherName),
        (|one| one.flags &= !0x04, Flaw::Unverified),
        (|one| one.flags &= !0x01, Flaw::Absent),
    ];
    for (seed, (change, flaw)) in (1..).zip(wrong) {
        let mut one = world.added(&session, seed);
        assert!(world.comes(&one).is_ok(), "before");
        change(&mut one);
        assert_eq!(world.comes(&one), Err(no(flaw)));
    }
}

#[test]
fn a_passkey_that_names_another_person_or_none_opens_nothing() {
    let world = world();
    let mut one = world.added(&world.session(ONE), 1);
    let other = world.added(&world.session(OTHER), 2);
    assert_ne!(one.user, other.user);
    one.user.clone_from(&other.user);
    assert_eq!(world.comes(&one), Err(no(Flaw::Handle)));
    one.user.clear();
    assert_eq!(world.comes(&one), Err(no(Flaw::Handle)));
    assert!(world.comes(&other).is_ok());
}

#[test]
fn nobody_comes_by_a_passkey_that_is_not_known_or_that_another_key_signed_for() {
    let world = world();
    let one = world.added(&world.session(ONE), 1);
    let mut stranger = Authenticator::new(&world.relying(), 9);
    stranger.user.clone_from(&one.user);
    assert_eq!(world.comes(&stranger), Err(no(Flaw::Unknown)));
    stranger.id.clone_from(&one.id);
    assert_eq!(world.comes(&stranger), Err(no(Flaw::Signature)));
}

#[test]
fn a_counter_that_goes_back_is_refused_written_down_and_doubted_from_then_on() {
    let world = world();
    let person: PersonId = ONE.parse().unwrap();
    let mut one = world.added(&world.session(ONE), 1);
    for counter in [1, 5] {
        one.counter = counter;
        assert!(world.comes(&one).is_ok(), "{counter}");
    }
    assert!(world.shelf.lines.lock().unwrap().is_empty());
    let doubted = |world: &World| {
        let own = world.door.passkeys_of(&person);
        own.values().next().unwrap().doubted
    };
    assert_eq!(doubted(&world), None);
    let now = (world.hands.now)();
    assert_eq!(world.comes(&one), Err(no(Flaw::Counter)), "five again");
    assert_eq!(doubted(&world), Some(now));
    let lines = world.shelf.lines.lock().unwrap().clone();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains(ONE) && lines[0].contains("from 5 to 5"),
        "{lines:?}"
    );
    one.counter = 0;
    assert_eq!(
        world.comes(&one),
        Err(no(Flaw::Counter)),
        "it counts no more"
    );
    one.counter = 6;
    world.pass(Span::from_secs(1));
    assert_eq!(
        world.comes(&one),
        Err(no(Flaw::Counter)),
        "one of the two is a copy"
    );
    assert_eq!(doubted(&world), Some(now));
    assert_eq!(
        world.shelf.lines.lock().unwrap().len(),
        3,
        "each is written down"
    );
    let after = world.restarted();
    let wish = after.wish_to_see().unwrap();
    let told = after.come_by_passkey(&one.shows(&wish.challenge));
    assert_eq!(told, Err(no(Flaw::Counter)), "also after a restart");
}

#[test]
fn a_passkey_of_a_person_who_was_removed_opens_nothing() {
    let world = world();
    let session = world.session(ONE);
    let one = world.added(&session, 1);
    let by_passkey = world.comes(&one).unwrap();
    let other = world.added(&world.session(OTHER), 2);
    world.door.remove_person(&ONE.parse().unwrap()).unwrap();
    assert!(world.door.by_session(&session).is_none());
    assert!(world.door.by_session(&by_passkey).is_none());
    assert_eq!(world.comes(&one), Err(no(Flaw::Unknown)));
    assert!(world.comes(&other).is_ok(), "others come");
    // Who is invited again is a new person to authenticators.
    let again = world.session(ONE);
    assert_eq!(world.comes(&one), Err(no(Flaw::Unknown)));
    let (.., handle) = world.door.wish_for_passkey(&again).unwrap();
    assert_ne!(handle.0.to_vec(), one.user);
}

#[test]
fn a_passkey_that_was_left_behind_by_its_person_opens_nothing() {
    let world = world();
    let one = world.added(&world.session(ONE), 1);
    // As by a file that somebody has edited.
    world.door.read().people.clear();
    assert_eq!(world.comes(&one), Err(no(Flaw::Gone)));
}

#[test]
fn a_person_removes_his_own_passkeys_and_no_others() {
    let world = world();
    let (mine, others) = (world.session(ONE), world.session(OTHER));
    let one = world.added(&mine, 1);
    let opened = world.comes(&one).unwrap();
    let id = world
        .door
        .passkeys_of(&ONE.parse().unwrap())
        .into_keys()
        .next()
        .unwrap();
    assert_eq!(
        world.door.remove_passkey(&others, &id),
        Err(no(Flaw::Unknown))
    );
    assert_eq!(
        world.door.remove_passkey("made up", &id),
        Err(no(Flaw::Gone))
    );
    assert!(world.comes(&one).is_ok(), "it is still there");
    world.door.remove_passkey(&mine, &id).unwrap();
    assert_eq!(world.comes(&one), Err(no(Flaw::Unknown)));
    assert!(
        world.door.by_session(&opened).is_none(),
        "what it opened is shut"
    );
    assert!(world.door.by_session(&mine).is_some());
}

#[test]
fn a_passkey_is_added_once_and_no_more_than_a_person_needs() {
    let world = world();
    let (mine, others) = (world.session(ONE), world.session(OTHER));
    let one = world.added(&mine, 1);
    let (wish, ..) = world.door.wish_for_passkey(&others).unwrap();
    let told = world.door.add_passkey(&others, &one.makes(&wish.challenge));
    assert_eq!(told, Err(no(Flaw::Twice)), "nobody takes another's over");
    for seed in 2..=10 {
        world.added(&mine, seed);
    }
    let (wish, ..) = world.door.wish_for_passkey(&mine).unwrap();
    let eleventh = Authenticator::new(&world.relying(), 11);
    let told = world
        .door
        .add_passkey(&mine, &eleventh.makes(&wish.challenge));
    assert_eq!(told, Err(No::Full));
    world.added(&others, 12);
}

#[test]
fn what_is_kept_of_a_passkey_is_public_and_a_restart_goes_on_with_it() {
    let world = world();
    let one = world.added(&world.session(ONE), 1);
    let after = world.restarted();
    let old = world.door.wish_to_see().unwrap();
    assert_eq!(
        after.come_by_passkey(&one.shows(&old.challenge)),
        Err(no(Flaw::Challenge)),
        "challenges end with the window that made them"
    );
    let wish = after.wish_to_see().unwrap();
    assert!(after.come_by_passkey(&one.shows(&wish.challenge)).is_ok());
}

#[test]
fn people_who_were_kept_before_there_were_passkeys_can_add_one() {
    let world = world();
    let session = world.session(ONE);
    for known in world.door.read().people.values_mut() {
        known.handle = None;
    }
    assert!(world.door.wish_for_passkey(&session).is_err());
    let kept = world.door.read().clone();
    let mut document = serde_json::to_value(&kept).unwrap();
    document.as_object_mut().unwrap().remove("passkeys");
    let person = document["people"][ONE].as_object_mut().unwrap();
    person.remove("handle");
    let kept: Kept = serde_json::from_value(document).unwrap();
    let again = World {
        door: Door::new(
            kept,
            world.shelf.clone(),
            world.hands.clone(),
            &house(false),
        ),
        shelf: world.shelf.clone(),
        clock: world.clock.clone(),
        hands: world.hands.clone(),
    };
    let one = again.added(&session, 1);
    let after = again.restarted();
    let wish = after.wish_to_see().unwrap();
    assert!(after.come_by_passkey(&one.shows(&wish.challenge)).is_ok());
}

#[test]
fn what_cannot_be_kept_opens_nothing() {
    let world = world();
    let mut one = world.added(&world.session(ONE), 1);
    world.shelf.shut.store(true, Ordering::Relaxed);
    assert_eq!(
        world.comes(&one),
        Err(No::Unkept("the disk is full".into()))
    );
    one.counter = 3;
    assert!(world.comes(&one).is_err());
    world.shelf.shut.store(false, Ordering::Relaxed);
    one.counter = 2;
    assert!(
        world.comes(&one).is_ok(),
        "what was not kept has not happened"
    );
}

#[test]
fn a_window_without_a_name_asks_for_no_passkeys() {
    let world = world();
    let nameless = House {
        origins: vec!["http://192.0.2.7:8090".into()],
        links_suffice: true,
        provider: None,
    };
    let door = Door::new(
        Kept::default(),
        world.shelf.clone(),
        world.hands.clone(),
        &nameless,
    );
    assert_eq!(door.wish_to_see().err(), Some(no(Flaw::NoName)));
}
