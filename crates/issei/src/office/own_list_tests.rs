//! A list is seen as soon as it changed, and only grows unless a person says so.

use issei_case::safeguards::{Kind, Place};
use issei_model::Goal;

use super::*;
use crate::traffic;

/// A list that protects these prefixes, as it lies in a folder.
pub fn guarding(prefixes: &[&str]) -> Vec<u8> {
    let entry = |prefix: &&str| Entry {
        place: Place::Prefix(prefix.parse().unwrap()),
        kind: Kind::ProtectedOperator,
        reason: "a hospital".into(),
        source: "own".into(),
    };
    serde_json::to_vec(&prefixes.iter().map(entry).collect::<Vec<_>>()).unwrap()
}

/// A list that protects the one address of a goal.
pub fn guarding_goal(goal: &Goal) -> Vec<u8> {
    guarding(&[&ipnet::IpNet::from(goal.ip().unwrap()).to_string()])
}

/// Lets a folder be as if it had never had a list.
pub fn forget(folder: &Folder) {
    fs::remove_file(path(folder)).unwrap();
    fs::remove_file(kept_path(folder)).unwrap();
}

struct World {
    place: traffic::Folder,
    list: OwnList,
}

impl World {
    fn new(name: &str, prefixes: &[&str]) -> Self {
        let place = traffic::Folder::new(&format!("own-list-{name}"));
        place.file("safeguards.json", &guarding(prefixes));
        let list = OwnList::open(&Folder::new(place.path())).unwrap();
        Self { place, list }
    }

    fn write(&self, text: &[u8]) {
        self.place.file("safeguards.json", text);
    }

    fn protects(&self, goal: &str) -> bool {
        let goals = [goal.parse().unwrap()];
        !self.list.safeguards().hits(&goals).is_empty()
    }
}

#[test]
fn a_file_that_changed_counts_at_the_next_look_and_one_that_did_not_is_not_read() {
    let mut world = World::new("changed", &["192.0.2.7/32"]);
    assert!(world.protects("192.0.2.7:23/tcp"));
    let before = world.list.version();
    world.list.look();
    assert_eq!(world.list.version(), before);
    world.write(&guarding(&["192.0.2.7/32", "192.0.2.8/32"]));
    assert!(!world.protects("192.0.2.8:23/tcp"));
    world.list.look();
    assert!(world.protects("192.0.2.8:23/tcp"));
    assert!(world.list.version() > before);
}

#[test]
fn a_file_that_cannot_be_read_changes_nothing_and_is_an_alarm_until_it_can() {
    let mut world = World::new("broken", &["192.0.2.7/32"]);
    world.write(b"[{");
    world.list.look();
    assert!(world.protects("192.0.2.7:23/tcp"));
    let alarm = world.list.alarm().unwrap();
    assert!(alarm.contains("safeguards.json"), "{alarm}");
    world.write(&guarding(&["192.0.2.7/32"]));
    world.list.look();
    assert_eq!(world.list.alarm(), None);
}

#[test]
fn a_file_longer_than_any_list_is_not_read_to_its_end() {
    let world = World::new("long", &[]);
    let file = fs::File::create(world.place.path().join("safeguards.json")).unwrap();
    file.set_len(Safeguards::LONGEST_LIST as u64 + 1).unwrap();
    let opened = OwnList::open(&Folder::new(world.place.path()));
    assert!(opened.is_err_and(|failure| failure.to_string().contains("more than")));
}

impl World {
    fn folder(&self) -> Folder {
        Folder::new(self.place.path())
    }

    /// Comes up again in the same folder.
    fn restart(&mut self) {
        self.list = OwnList::open(&self.folder()).unwrap();
    }

    /// Says as a person that this may go.
    fn accept(&mut self, digest: Digest) {
        let word = digest.to_string();
        self.place.file("safeguards.accept", word.as_bytes());
        self.list.look();
    }
}

#[test]
fn an_empty_list_a_shorter_one_and_none_take_nothing_away_also_over_a_restart() {
    let mut world = World::new("shrinks", &["192.0.2.7/32", "192.0.2.8/32"]);
    let path = path(&world.folder());
    for shorter in [Some(guarding(&[])), Some(guarding(&["192.0.2.8/32"])), None] {
        match shorter {
            Some(text) => world.write(&text),
            None => fs::remove_file(&path).unwrap(),
        }
        world.list.look();
        for _ in 0..2 {
            assert!(world.protects("192.0.2.7:23/tcp"));
            let alarm = world.list.alarm().unwrap();
            assert!(alarm.contains("192.0.2.7/32") && alarm.contains("issei lists review"));
            world.restart();
        }
    }
}

#[test]
fn a_broken_list_at_a_start_keeps_what_counted() {
    let mut world = World::new("broken-start", &["192.0.2.7/32"]);
    world.write(b"[{");
    world.restart();
    assert!(world.protects("192.0.2.7:23/tcp"));
    assert!(world.list.alarm().unwrap().contains("safeguards.json"));
}

#[test]
fn what_counted_is_not_guessed_at_when_it_cannot_be_read() {
    let world = World::new("kept-broken", &["192.0.2.7/32"]);
    fs::write(kept_path(&world.folder()), b"{").unwrap();
    let opened = OwnList::open(&world.folder());
    assert!(opened.is_err_and(|failure| failure.to_string().contains("safeguards.kept.json")));
}

#[test]
fn what_a_person_names_may_go_and_nothing_else() {
    let mut world = World::new("accepts", &["192.0.2.7/32", "192.0.2.8/32"]);
    world.write(&guarding(&["192.0.2.8/32"]));
    world.list.look();
    let gone = vanished(&world.folder()).unwrap();
    assert_eq!(gone.len(), 1);
    world.accept(Digest([7; 32]));
    assert!(world.protects("192.0.2.7:23/tcp"));
    assert!(world.list.alarm().unwrap().contains("not what vanishes"));
    // The word is about what vanished then: more may not go by it.
    world.write(&guarding(&[]));
    world.accept(digest(&gone));
    assert!(world.protects("192.0.2.7:23/tcp") && world.protects("192.0.2.8:23/tcp"));
    world.write(&guarding(&["192.0.2.8/32"]));
    world.accept(digest(&gone));
    assert!(!world.protects("192.0.2.7:23/tcp") && world.protects("192.0.2.8:23/tcp"));
    assert_eq!(world.list.alarm(), None);
    world.restart();
    assert!(!world.protects("192.0.2.7:23/tcp"));
    assert!(!word_path(&world.folder()).exists());
}

#[test]
fn other_words_about_the_same_place_are_no_loss() {
    let mut world = World::new("words", &["192.0.2.7/32"]);
    let list = String::from_utf8(guarding(&["192.0.2.7/32"])).unwrap();
    world.write(
        list.replace("a hospital", "the hospital at the river")
            .as_bytes(),
    );
    world.list.look();
    assert_eq!(world.list.alarm(), None);
    world.write(list.replace("protected-operator", "own").as_bytes());
    world.list.look();
    assert!(world.list.alarm().is_some());
}
