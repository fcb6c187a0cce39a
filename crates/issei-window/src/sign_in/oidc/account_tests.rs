use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use issei_model::Span;

use super::super::provider_for_tests::{ISSUER, StandIn, provider};
use super::super::token::Wrong;
use super::*;
use crate::rights::Role;
use crate::sign_in::{Cupboard, Kept};
use crate::{Hands, House};

const START: i64 = 1_900_000_000;

/// A cupboard that may be shut, and remembers the last document.
#[derive(Default)]
struct Shelf {
    document: Mutex<String>,
    shut: AtomicBool,
}

impl Cupboard for Shelf {
    fn keep(&self, document: &str) -> Result<(), String> {
        if self.shut.load(Ordering::Relaxed) {
            return Err("the disk is full".into());
        }
        document.clone_into(&mut self.document.lock().unwrap());
        Ok(())
    }

    fn add(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

struct World {
    door: Door,
    stand_in: Arc<StandIn>,
    shelf: Arc<Shelf>,
    clock: Arc<AtomicI64>,
    hands: Hands,
    house: House,
}

fn world_where(links_suffice: bool) -> World {
    let clock = Arc::new(AtomicI64::new(START));
    let (told, drawn) = (Arc::clone(&clock), AtomicU64::new(1));
    let hands = Hands {
        now: Arc::new(move || Timestamp::from_micros(told.load(Ordering::Relaxed) * 1_000_000)),
        chance: Arc::new(move || {
            let mut bytes = [9; 32];
            bytes[..8].copy_from_slice(&drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            bytes
        }),
    };
    let (stand_in, shelf) = (Arc::new(StandIn::new(START)), Arc::new(Shelf::default()));
    let house = House {
        origins: vec!["https://issei.example".into()],
        links_suffice,
        provider: Some(provider(&stand_in)),
    };
    World {
        door: Door::new(Kept::default(), shelf.clone(), hands.clone(), &house),
        stand_in,
        shelf,
        clock,
        hands,
        house,
    }
}

fn world() -> World {
    world_where(false)
}

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

impl World {
    /// A person comes by link; gives the session's secret.
    fn links(&self, name: &str) -> String {
        let hour = Span::from_secs(3_600);
        let path = self
            .door
            .invite(&person(name), &[Role::Operator], hour)
            .unwrap();
        self.door
            .come_in(path.strip_prefix("/first/").unwrap())
            .unwrap()
    }

    /// Goes to the provider and signs in there; gives the cookie and what comes back.
    async fn goes(&self, session: Option<&str>, subject: &str) -> Result<(String, Brought), No> {
        let (way, cookie) = self.door.set_out(session).await?;
        let brought = Brought::read(self.stand_in.signs_in(&way, subject)).unwrap();
        Ok((cookie, brought))
    }

    async fn binds(&self, session: &str, subject: &str) -> Result<Arrived, No> {
        let (cookie, brought) = self.goes(Some(session), subject).await?;
        self.door.arrive(Some(&cookie), &brought).await
    }

    async fn comes(&self, subject: &str) -> Result<String, No> {
        let (cookie, brought) = self.goes(None, subject).await?;
        match self.door.arrive(Some(&cookie), &brought).await? {
            Arrived::In(secret) => Ok(secret),
            Arrived::Bound => panic!("nothing was to be bound"),
        }
    }

    fn who(&self, secret: &str) -> Option<PersonId> {
        self.door.by_session(secret)?.person
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
        self.stand_in.inner().now += seconds;
    }
}

fn no<T>(fault: Fault) -> Result<T, No> {
    Err(fault.into())
}

#[tokio::test]
async fn an_account_that_was_bound_opens_a_session_of_its_person() {
    let world = world();
    let session = world.links("duty@coordinator");
    assert_eq!(world.binds(&session, "7").await, Ok(Arrived::Bound));
    let secret = world.comes("7").await.unwrap();
    assert_eq!(world.who(&secret), Some(person("duty@coordinator")));
    let own = world.door.accounts_of(&person("duty@coordinator"));
    let own: Vec<_> = own.into_values().collect();
    assert_eq!(
        (own.len(), own[0].subject.as_str(), own[0].issuer.as_str()),
        (1, "7", ISSUER)
    );
    assert!(own[0].used.is_some());
}

#[tokio::test]
async fn an_account_that_nobody_bound_opens_nothing_whatever_mail_address_it_has() {
    let world = world();
    world.links("operator@coordinator");
    // The stand-in says `email: operator@coordinator` of everybody.
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
}

#[tokio::test]
async fn an_account_belongs_to_one_person() {
    let world = world();
    let (one, other) = (
        world.links("one@coordinator"),
        world.links("other@coordinator"),
    );
    world.binds(&one, "7").await.unwrap();
    assert_eq!(world.binds(&other, "7").await, no(Fault::Bound));
    assert_eq!(world.binds(&one, "7").await, no(Fault::Bound));
    let secret = world.comes("7").await.unwrap();
    assert_eq!(world.who(&secret), Some(person("one@coordinator")));
}

#[tokio::test]
async fn an_account_is_worth_what_the_session_was_in_which_it_was_bound() {
    for proven in [true, false] {
        let world = world_where(proven);
        let session = world.links("duty@coordinator");
        world.binds(&session, "7").await.unwrap();
        let secret = world.comes("7").await.unwrap();
        assert_eq!(world.door.by_session(&secret).unwrap().proven, proven);
    }
}

#[tokio::test]
async fn a_session_that_an_account_opened_binds_no_other() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    let secret = world.comes("7").await.unwrap();
    assert!(world.door.came_by_account(&secret) && !world.door.came_by_account(&session));
    assert_eq!(world.binds(&secret, "8").await, no(Fault::SameWay));
}

#[tokio::test]
async fn whoever_is_removed_loses_accounts_and_the_sessions_that_they_opened() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    let secret = world.comes("7").await.unwrap();
    world
        .door
        .remove_person(&person("duty@coordinator"))
        .unwrap();
    assert_eq!(world.who(&secret), None);
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
    // Who is invited again is somebody new.
    world.links("duty@coordinator");
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
}

#[tokio::test]
async fn a_person_removes_own_accounts_alone_and_ends_their_sessions() {
    let world = world();
    let (one, other) = (
        world.links("one@coordinator"),
        world.links("other@coordinator"),
    );
    world.binds(&one, "7").await.unwrap();
    let secret = world.comes("7").await.unwrap();
    let name = *world
        .door
        .accounts_of(&person("one@coordinator"))
        .keys()
        .next()
        .unwrap();
    assert_eq!(world.door.remove_account(&other, &name), no(Fault::Gone));
    assert_eq!(world.door.remove_account(&one, &name), Ok(()));
    assert_eq!(
        (world.who(&secret), world.who(&one)),
        (None, Some(person("one@coordinator")))
    );
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
    assert_eq!(
        world.binds(&other, "7").await,
        Ok(Arrived::Bound),
        "it is free again"
    );
}

#[tokio::test]
async fn what_came_back_works_once_and_in_its_own_browser() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    let (cookie, brought) = world.goes(None, "7").await.unwrap();
    let (others, _) = world.goes(None, "7").await.unwrap();
    let before = world.stand_in.asked("/token");
    assert_eq!(world.door.arrive(None, &brought).await, no(Fault::State));
    assert_eq!(
        world.door.arrive(Some(&others), &brought).await,
        no(Fault::State)
    );
    assert_eq!(
        world.door.arrive(Some(""), &brought).await,
        no(Fault::State)
    );
    assert_eq!(
        world.stand_in.asked("/token"),
        before,
        "the code went nowhere"
    );
    assert!(world.door.arrive(Some(&cookie), &brought).await.is_ok());
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::State)
    );
}

#[tokio::test]
async fn a_code_of_somebody_else_is_not_taken() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    // An attacker's code in the victim's own way: PKCE refuses it at the provider.
    let (cookie, mut brought) = world.goes(None, "7").await.unwrap();
    let (_, others) = world.goes(None, "8").await.unwrap();
    brought.code = others.code;
    let told = world.door.arrive(Some(&cookie), &brought).await;
    assert!(
        matches!(told, Err(No::Account(Fault::Provider(_)))),
        "{told:?}"
    );
}

#[tokio::test]
async fn who_takes_five_minutes_begins_again() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    let (cookie, brought) = world.goes(None, "7").await.unwrap();
    world.pass(300);
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::State)
    );
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_binds_nothing() {
    let world = world();
    let session = world.links("duty@coordinator");
    let (cookie, brought) = world.goes(Some(&session), "7").await.unwrap();
    world.door.leave(&session).unwrap();
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::Gone)
    );
    assert_eq!(
        world.goes(Some(&session), "7").await.map(|_| ()),
        no(Fault::Gone)
    );
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
}

#[tokio::test]
async fn a_provider_that_lies_lets_nobody_in() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    world.stand_in.inner().claims = |claims| claims["nonce"] = "another".into();
    assert_eq!(world.comes("7").await, no(Fault::Token(Wrong::Nonce)));
    world.stand_in.inner().claims = |claims| claims["iss"] = "https://evil.example".into();
    assert_eq!(world.comes("7").await, no(Fault::Token(Wrong::Issuer)));
    world.stand_in.inner().claims = |_| {};
    let (cookie, mut brought) = world.goes(None, "7").await.unwrap();
    brought.issuer = Some("https://evil.example".into());
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::Mixed)
    );
    brought.issuer = None;
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::Mixed)
    );
    assert!(world.comes("7").await.is_ok());
}

#[tokio::test]
async fn who_is_signed_in_nowhere_brings_no_code() {
    let world = world();
    let (cookie, mut brought) = world.goes(None, "7").await.unwrap();
    brought.code = None;
    assert_eq!(
        world.door.arrive(Some(&cookie), &brought).await,
        no(Fault::Denied)
    );
}

#[tokio::test]
async fn what_is_not_kept_has_not_happened() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.shelf.shut.store(true, Ordering::Relaxed);
    let told = world.binds(&session, "7").await;
    assert!(matches!(told, Err(No::Unkept(_))), "{told:?}");
    world.shelf.shut.store(false, Ordering::Relaxed);
    assert_eq!(world.comes("7").await, no(Fault::Unbound));
}

#[tokio::test]
async fn accounts_outlast_a_restart_and_another_issuers_open_nothing() {
    let world = world();
    let session = world.links("duty@coordinator");
    world.binds(&session, "7").await.unwrap();
    let document = world.shelf.document.lock().unwrap().clone();
    let again = |house: &House| {
        let kept: Kept = serde_json::from_str(&document).unwrap();
        Door::new(kept, world.shelf.clone(), world.hands.clone(), house)
    };
    let same = World {
        door: again(&world.house),
        ..self::world()
    };
    assert_eq!(same.door.accounts_of(&person("duty@coordinator")).len(), 1);
    let name = *same
        .door
        .accounts_of(&person("duty@coordinator"))
        .keys()
        .next()
        .unwrap();
    assert_eq!(name, super::name(ISSUER, "7"));
    assert_ne!(name, super::name("https://login.exampl", "e7"));
    assert_ne!(name, super::name("https://other.example", "7"));
}

#[tokio::test]
async fn a_person_has_few_accounts() {
    let world = world();
    let session = world.links("duty@coordinator");
    for n in 0..MOST_OF_A_PERSON {
        world.binds(&session, &n.to_string()).await.unwrap();
    }
    assert_eq!(world.binds(&session, "one more").await, Err(No::Full));
}
