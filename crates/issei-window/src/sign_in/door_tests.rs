use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use super::*;

/// A cupboard that may be shut.
#[derive(Default)]
struct Shelf {
    documents: Mutex<Vec<String>>,
    shut: std::sync::atomic::AtomicBool,
}

impl Cupboard for Shelf {
    fn keep(&self, document: &str) -> Result<(), String> {
        match self.shut.load(Ordering::Relaxed) {
            true => Err("the disk is full".into()),
            false => {
                self.documents.lock().unwrap().push(document.to_owned());
                Ok(())
            }
        }
    }

    fn add(&self, line: &str) -> Result<(), String> {
        self.keep(line)
    }
}

struct World {
    door: Door,
    shelf: Arc<Shelf>,
    clock: Arc<AtomicI64>,
    hands: Hands,
}

fn world(links_suffice: bool) -> World {
    let clock = Arc::new(AtomicI64::new(1_000_000_000_000_000));
    let told = Arc::clone(&clock);
    let drawn = AtomicU8::new(0);
    let hands = Hands {
        now: Arc::new(move || Timestamp::from_micros(told.load(Ordering::Relaxed))),
        chance: Arc::new(move || [drawn.fetch_add(1, Ordering::Relaxed); 32]),
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

fn house(links_suffice: bool) -> House {
    House {
        origins: vec!["https://issei.example".into()],
        links_suffice,
        provider: None,
    }
}

impl World {
    fn pass(&self, span: Span) {
        self.clock.fetch_add(span.as_micros(), Ordering::Relaxed);
    }

    fn session(&self) -> String {
        let path = self
            .door
            .invite(&person(), &[Role::Approver], HOUR)
            .unwrap();
        self.door
            .come_in(path.strip_prefix("/first/").unwrap())
            .unwrap()
    }
}

fn person() -> PersonId {
    "counsel@isp-b".parse().unwrap()
}

const HOUR: Span = Span::from_secs(3_600);

#[test]
fn a_link_works_once_and_not_after_its_time() {
    let world = world(false);
    assert!(world.door.is_new());
    let path = world.door.invite(&person(), &[Role::Viewer], HOUR).unwrap();
    let code = path.strip_prefix("/first/").unwrap();
    assert_eq!(
        world.door.whose(code),
        Some(person()),
        "looking does not use it up"
    );
    assert!(world.door.come_in(code).is_ok());
    assert_eq!(world.door.come_in(code), Err(No::Link));
    let late = world.door.invite(&person(), &[Role::Viewer], HOUR).unwrap();
    world.pass(HOUR);
    assert_eq!(
        world.door.come_in(late.strip_prefix("/first/").unwrap()),
        Err(No::Link)
    );
    assert_eq!(world.door.come_in("made up"), Err(No::Link));
}

#[test]
fn a_session_ends_when_idle_when_old_and_when_left() {
    let world = world(false);
    let idle = world.session();
    assert_eq!(world.door.by_session(&idle).unwrap().person, Some(person()));
    world.pass(Span::from_secs(30 * 60 + 1));
    assert!(world.door.by_session(&idle).is_none(), "it was idle");

    let old = world.session();
    for _ in 0..61 {
        world.pass(Span::from_secs(12 * 60));
        if world.door.by_session(&old).is_none() {
            break;
        }
    }
    assert!(
        world.door.by_session(&old).is_none(),
        "nobody works that long"
    );

    let left = world.session();
    world.door.leave(&left).unwrap();
    assert!(world.door.by_session(&left).is_none());
    assert!(world.door.by_session("made up").is_none());
}

#[test]
fn a_link_proves_nothing_more_than_that_somebody_had_it() {
    for links_suffice in [false, true] {
        let world = world(links_suffice);
        let session = world.session();
        assert_eq!(
            world.door.by_session(&session).unwrap().proven,
            links_suffice
        );
    }
}

#[test]
fn a_token_is_worth_no_more_than_its_maker_and_ends() {
    let world = world(false);
    world.session();
    let roles = BTreeSet::from([Role::Approver, Role::Operator]);
    let token = world
        .door
        .make_token("siem", &person(), roles, HOUR)
        .unwrap();
    let visitor = world.door.by_token(&token).unwrap();
    assert_eq!(
        visitor.roles,
        BTreeSet::from([Role::Approver]),
        "its maker is no operator"
    );
    assert!(
        world
            .door
            .by_token(&token.replace("siem", "other"))
            .is_none()
    );
    assert!(world.door.by_token(&format!("{token}0")).is_none());
    assert!(world.door.by_token("issei_").is_none());
    let again = world
        .door
        .make_token("siem", &person(), BTreeSet::new(), HOUR);
    assert_eq!(again, Err(No::Full), "a name is used once");
    world.pass(HOUR);
    assert!(world.door.by_token(&token).is_none(), "it is over");
    let forever = Span::from_secs(3_650 * 86_400);
    let token = world
        .door
        .make_token("long", &person(), BTreeSet::new(), forever)
        .unwrap();
    world.pass(LONGEST_TOKEN);
    assert!(world.door.by_token(&token).is_none(), "a year at most");
}

#[test]
fn what_is_kept_holds_no_secret_and_a_restart_goes_on_with_it() {
    let world = world(false);
    let session = world.session();
    let token = world
        .door
        .make_token("siem", &person(), BTreeSet::new(), HOUR)
        .unwrap();
    let last = world
        .shelf
        .documents
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    let secret = token.rsplit('_').next().unwrap();
    assert!(!last.contains(&session) && !last.contains(secret), "{last}");
    let kept: Kept = serde_json::from_str(&last).unwrap();
    let again = Door::new(kept, Arc::new(Nowhere), world.hands.clone(), &house(false));
    assert!(again.by_session(&session).is_some() && again.by_token(&token).is_some());
}

#[test]
fn what_cannot_be_kept_is_not_done() {
    let world = world(false);
    let path = world.door.invite(&person(), &[Role::Viewer], HOUR).unwrap();
    world.shelf.shut.store(true, Ordering::Relaxed);
    let code = path.strip_prefix("/first/").unwrap();
    assert_eq!(
        world.door.come_in(code),
        Err(No::Unkept("the disk is full".into()))
    );
    assert!(world.door.looked(&Visitor::default(), "a line").is_err());
    world.shelf.shut.store(false, Ordering::Relaxed);
    assert!(world.door.come_in(code).is_ok(), "the link was not used up");
}

#[test]
fn keys_that_are_asked_for_wait_for_an_operator() {
    let world = world(false);
    let key = PublicKey([3; 32]);
    world.door.want_key(&person(), key).unwrap();
    world.door.want_key(&person(), key).unwrap();
    assert_eq!(world.door.wanted().len(), 1, "asked twice, waits once");
    world.door.settle_key(key).unwrap();
    assert!(world.door.wanted().is_empty());
}

#[test]
fn a_key_of_the_charter_proves_this_session_and_no_other() {
    use ed25519_dalek::{Signer as _, SigningKey};
    use issei_case::approvals::Role as KeyRole;

    let world = world(false);
    let (mine, other) = (world.session(), world.session());
    let pair = SigningKey::from_bytes(&[5; 32]);
    let key = PublicKey(pair.verifying_key().to_bytes());
    let now = (world.hands.now)();
    let held = |until| RosterKey {
        key,
        role: KeyRole::Approver,
        from: now,
        until,
    };
    let people = [(person(), held(now + HOUR))];
    let signed = |secret: &str, purpose: &str| {
        let text = Door::challenge(&world.door.by_session(secret).unwrap());
        let message = issei_case::sshsig::to_be_signed(purpose, text.as_bytes());
        Signature(pair.sign(&message).to_bytes())
    };
    let good = signed(&mine, NAMESPACE);
    let prove = |secret: &str, signature: &Signature, people: &[(PersonId, RosterKey)]| {
        world.door.prove(secret, (key, signature), people)
    };
    let stranger = [("other@isp-a".parse().unwrap(), held(now + HOUR))];
    assert_eq!(
        prove(&other, &good, &people),
        Err(No::Proof),
        "another session's"
    );
    assert_eq!(
        prove(&mine, &signed(&mine, "approval@issei"), &people),
        Err(No::Proof),
        "another purpose"
    );
    assert_eq!(
        prove(&mine, &good, &stranger),
        Err(No::Proof),
        "another person's key"
    );
    assert_eq!(
        prove(&mine, &good, &[]),
        Err(No::Proof),
        "no key of the charter"
    );
    assert_eq!(
        prove(&mine, &good, &[(person(), held(now))]),
        Err(No::Proof),
        "it has ended"
    );
    assert!(!world.door.by_session(&mine).unwrap().proven);
    prove(&mine, &good, &people).unwrap();
    assert!(world.door.by_session(&mine).unwrap().proven);
    assert!(!world.door.by_session(&other).unwrap().proven);
}
