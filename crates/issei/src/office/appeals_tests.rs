//! Appeals come, are answered once, and are forgotten.

use super::*;

fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn appeal(about: &str) -> Appeal {
    Appeal {
        about: about.into(),
        words: "We cannot reach it.".into(),
        reach: "shop@example".into(),
    }
}

fn person() -> PersonId {
    "duty@coordinator".parse().unwrap()
}

fn order(number: u8) -> OrderId {
    OrderId(issei_model::Digest([number; 32]))
}

struct World {
    appeals: Appeals,
    changes: Vec<Change>,
    drawn: u32,
}

impl World {
    fn new() -> Self {
        Self {
            appeals: Appeals::default(),
            changes: Vec::new(),
            drawn: 0,
        }
    }

    fn file(&mut self, appeal: &Appeal, now: Timestamp) -> Reply {
        let goals: [Goal; 2] = [
            "198.51.100.9:23/tcp".parse().unwrap(),
            "c2.example".parse().unwrap(),
        ];
        let acting = [(order(1), &goals[..1]), (order(2), &goals[1..])];
        self.drawn += 1;
        let mut chance = [0; 32];
        chance[..4].copy_from_slice(&self.drawn.to_be_bytes());
        self.appeals
            .file(appeal, acting.into_iter(), now, chance, &mut self.changes)
    }

    fn filed(&mut self, about: &str) -> String {
        match self.file(&appeal(about), now()) {
            Reply::Appealed(reference) => reference,
            other => panic!("{other:?}"),
        }
    }

    fn answer(&mut self, reference: &str, words: &str) -> Reply {
        self.appeals
            .answer(reference, person(), words.into(), now(), &mut self.changes)
    }
}

#[test]
fn the_orders_it_may_be_about_are_found_by_address_and_name() {
    let mut world = World::new();
    for (about, orders) in [
        ("198.51.100.9", vec![order(1)]),
        ("198.51.100.9:8080", vec![order(1)]),
        ("https://198.51.100.9/shop?a=1", vec![order(1)]),
        ("198.51.100.90", vec![]),
        ("C2.example", vec![order(2)]),
        ("https://www.c2.example/", vec![order(2)]),
        ("notc2.example", vec![]),
        ("example", vec![]),
        ("全く分からない", vec![]),
        ("[2001:db8::1]:80", vec![]),
    ] {
        let reference = world.filed(about);
        let found: Vec<OrderId> = world.appeals.0[&reference].about.iter().copied().collect();
        assert_eq!(found, orders, "{about}");
    }
}

#[test]
fn an_appeal_is_answered_once_and_outlives_a_restart() {
    let mut world = World::new();
    let reference = world.filed("c2.example");
    assert!(matches!(world.answer("ffff", "No."), Reply::Wrong(_)));
    assert!(matches!(world.answer(&reference, ""), Reply::Wrong(_)));
    assert!(matches!(
        world.answer(&reference, "It was lifted."),
        Reply::Done(_)
    ));
    assert!(matches!(
        world.answer(&reference, "Or not."),
        Reply::Wrong(_)
    ));
    let kept: Vec<Document> = world
        .changes
        .iter()
        .rev()
        .take(1)
        .map(|change| match change {
            Change::PutDocument {
                name,
                body,
                changed_at,
                ..
            } => Document {
                name: name.clone(),
                body: body.clone(),
                changed_at: *changed_at,
            },
            other => panic!("{other:?}"),
        })
        .collect();
    let again = Appeals::open(kept).unwrap();
    assert_eq!(again.all(), world.appeals.all());
    assert_eq!(
        again.all()[0].answered.as_ref().unwrap().words,
        "It was lifted."
    );
    assert_eq!(again.waiting(), 0);
}

#[test]
fn too_many_find_no_room_until_some_are_answered() {
    let mut world = World::new();
    let first = world.filed("a.example");
    for _ in 1..MOST_WAITING {
        world.filed("a.example");
    }
    assert!(
        matches!(world.file(&appeal("a.example"), now()), Reply::Wrong(why) if why.en.contains("letter"))
    );
    world.answer(&first, "Read.");
    assert!(matches!(
        world.file(&appeal("a.example"), now()),
        Reply::Appealed(_)
    ));
}

#[test]
fn what_was_answered_long_ago_is_forgotten_also_in_the_database() {
    let mut world = World::new();
    let (old, waits) = (world.filed("a.example"), world.filed("b.example"));
    world.answer(&old, "Read.");
    world.file(&appeal("c.example"), now() + KEPT - Span::from_secs(1));
    assert!(world.appeals.0.contains_key(&old));
    world.file(&appeal("d.example"), now() + KEPT);
    assert!(!world.appeals.0.contains_key(&old));
    assert!(
        world.appeals.0.contains_key(&waits),
        "nobody has answered it"
    );
    assert!(
        world
            .changes
            .iter()
            .any(|change| matches!(change, Change::RemoveDocument { name, .. } if *name == old))
    );
}

#[test]
fn a_wrong_one_is_not_taken() {
    let mut world = World::new();
    assert!(matches!(world.file(&appeal(""), now()), Reply::Wrong(_)));
    assert!(world.appeals.0.is_empty() && world.changes.is_empty());
}
