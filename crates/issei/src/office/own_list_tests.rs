//! A list is seen as soon as it changed; one that cannot be read changes nothing and is an alarm.

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
