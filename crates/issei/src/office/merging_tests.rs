//! A list is taken as it was weighed, or not at all.

use issei_case::safeguards::Place;
use issei_desk::samples::order;
use issei_model::Goal;

use super::*;
use crate::office::own_list::tests::guarding;
use crate::traffic;

struct World {
    place: traffic::Folder,
    lists: OwnList,
}

impl World {
    fn new(name: &str) -> Self {
        let place = traffic::Folder::new(&format!("merging-{name}"));
        place.file("safeguards.json", &guarding(&["203.0.113.9/32"]));
        let lists = OwnList::open(&Folder::new(place.path())).unwrap();
        Self { place, lists }
    }

    fn folder(&self) -> Folder {
        Folder::new(self.place.path())
    }

    fn weigh(&self, text: &str, living: &[Order]) -> Weighed {
        let living = living.iter().map(|order| (order.id(), order));
        match weigh(&self.folder(), &wish(text), living) {
            Reply::Weighed(weighed) => *weighed,
            other => panic!("{other:?}"),
        }
    }

    fn take(&self, text: &str, seen: Digest, living: &[Order]) -> Reply {
        let living = living.iter().map(|order| (order.id(), order));
        take(&self.folder(), &wish(text), seen, living)
    }

    fn protects(&mut self, goal: &Goal) -> bool {
        self.lists.look();
        !self
            .lists
            .safeguards()
            .hits(std::slice::from_ref(goal))
            .is_empty()
    }
}

fn wish(text: &str) -> ListWish {
    ListWish {
        kind: Kind::Own,
        source: "ours".into(),
        text: text.into(),
    }
}

/// The address of the order's first goal, as a list names it.
fn its_address(order: &Order) -> String {
    let ip = order.goals[0].ip().expect("an order about an address");
    format!("{ip} # a shop\n")
}

#[test]
fn weighing_tells_what_would_end_and_changes_nothing() {
    let mut world = World::new("weigh");
    let living = [order()];
    let goal = living[0].goals[0].clone();
    let text = its_address(&living[0]) + "no place at all\n203.0.113.9\n";
    let weighed = world.weigh(&text, &living);
    assert_eq!(weighed.added_in_all, 2, "another list's word is its own");
    assert_eq!((weighed.known, weighed.refused), (0, 1));
    assert_eq!(weighed.examples, [(2, "no place at all".to_owned())]);
    assert_eq!(weighed.ends.len(), 1);
    assert_eq!(weighed.ends[0].order, living[0].id());
    assert_eq!(weighed.ends[0].goal, goal);
    assert!(!world.protects(&goal), "nothing was taken");
}

#[test]
fn a_list_is_taken_only_while_it_means_what_was_weighed() {
    let mut world = World::new("take");
    let living = [order()];
    let goal = living[0].goals[0].clone();
    let text = its_address(&living[0]);
    let unheard = world.weigh(&text, &[]);
    // An order came meanwhile, and would end by it.
    let no = world.take(&text, unheard.seen, &living);
    assert!(matches!(no, Reply::Wrong(_)), "{no:?}");
    // Another text under the same digest.
    let other = world.take("192.0.2.0/24\n", unheard.seen, &[]);
    assert!(matches!(other, Reply::Wrong(_)), "{other:?}");
    assert!(!world.protects(&goal));
    let seen = world.weigh(&text, &living).seen;
    let yes = world.take(&text, seen, &living);
    assert!(matches!(yes, Reply::Done(_)), "{yes:?}");
    assert!(world.protects(&goal));
    assert!(
        world.protects(&"203.0.113.9:23/tcp".parse().unwrap()),
        "what stood there stays"
    );
}

#[test]
fn a_list_without_a_name_and_a_broken_own_list_are_refused() {
    let world = World::new("broken");
    let nameless = ListWish {
        source: " ".into(),
        ..wish("192.0.2.0/24\n")
    };
    let no = weigh(&world.folder(), &nameless, []);
    assert!(matches!(no, Reply::Wrong(_)), "{no:?}");
    let seen = world.weigh("192.0.2.0/24\n", &[]).seen;
    world.place.file("safeguards.json", b"[{");
    let no = world.take("192.0.2.0/24\n", seen, &[]);
    assert!(matches!(no, Reply::Wrong(_)), "{no:?}");
    let text = std::fs::read(own_list::path(&world.folder())).unwrap();
    assert_eq!(text, b"[{", "it is not written over");
}

#[test]
fn what_vanished_is_let_go_by_its_own_digest_alone() {
    let mut world = World::new("let-go");
    let goal: Goal = "203.0.113.9:23/tcp".parse().unwrap();
    world.place.file("safeguards.json", b"[]");
    assert!(world.protects(&goal), "it counts until somebody says so");
    let Reply::Safeguards(shown) = view(&world.lists) else {
        panic!("no view")
    };
    assert_eq!((shown.vanished_in_all, shown.own), (1, 1));
    assert!(matches!(shown.vanished[0].place, Place::Prefix(_)));
    let no = let_go(&world.folder(), &world.lists, Digest([1; 32]));
    assert!(matches!(no, Reply::Wrong(_)), "{no:?}");
    assert!(world.protects(&goal));
    let digest = shown.letting_go.expect("something vanished");
    let yes = let_go(&world.folder(), &world.lists, digest);
    assert!(matches!(yes, Reply::Done(_)), "{yes:?}");
    assert!(!world.protects(&goal));
}
