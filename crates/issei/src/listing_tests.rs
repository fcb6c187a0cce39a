//! An import only adds, says what it means, and what vanished goes at a person's word alone.

use std::path::PathBuf;

use super::*;
use crate::command_line::KindWord;
use crate::office::own_list::{OwnList, tests::guarding};
use crate::stand_in::{StandIn, country};
use crate::traffic;
use issei_desk::samples::{after, view};

/// An office with one order in force, an own list, and a list that others keep.
struct World {
    office: StandIn,
    list: PathBuf,
}

const OTHERS: &str = "192.0.2.0/24 # a cloud\n198.51.100.0/24\nno place at all\n203.0.113.9\n";

impl World {
    fn new(name: &str) -> Self {
        let place = traffic::Folder::new(&format!("listing-{name}"));
        let charter = country(&["isp-a"]).canonical();
        place.file("charter.json", &charter);
        place.file("safeguards.json", &guarding(&["203.0.113.9/32"]));
        let list = place.file("cloud.txt", OTHERS.as_bytes());
        let office = StandIn::at(place, |_| {
            Reply::Orders(vec![view(Stands::InForce, after(0), Vec::new())])
        });
        Self { office, list }
    }

    fn wish(&self, dry_run: bool) -> Import {
        Import {
            file: self.list.clone(),
            kind: KindWord::Cdn,
            into: self.office.folder().root().to_owned(),
            source: None,
            dry_run,
        }
    }

    fn own(&self) -> Vec<Entry> {
        let path = own_list::path(&self.office.folder());
        let own = own_list::entries(&path).unwrap().unwrap();
        own.into_values().collect()
    }
}

#[test]
fn an_import_adds_counts_and_names_what_it_refused() {
    let world = World::new("adds");
    let page = import(&world.wish(false), words::EN).unwrap();
    for part in [
        "+ `192.0.2.0/24` (a shared cloud or delivery network; list `cloud`)",
        "3 entries are new, 0 known, 1 refused",
        "refused at 3: `no place at all`",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // The own entry about the same address is another's word, and stays.
    assert_eq!(world.own().len(), 4);
    let page = import(&world.wish(false), words::EN).unwrap();
    assert!(
        page.contains("0 entries are new, 3 known, 1 refused"),
        "{page}"
    );
    // What its keeper no longer names stays too.
    fs::write(&world.list, "192.0.2.0/24\n").unwrap();
    let page = import(&world.wish(false), words::EN).unwrap();
    assert!(page.contains("2 entries of this list stay"), "{page}");
    assert_eq!(world.own().len(), 4);
}

#[test]
fn a_dry_run_tells_what_would_end_and_writes_nothing() {
    let world = World::new("dry");
    let page = import(&world.wish(true), words::EN).unwrap();
    let id = order::short(view(Stands::InForce, after(0), Vec::new()).id);
    assert!(page.contains(&format!("order {id} ends by it")), "{page}");
    assert!(page.contains("nothing was changed"), "{page}");
    assert_eq!(world.own().len(), 1);
}

#[test]
fn a_warning_list_brings_its_own_name_and_another_may_be_given() {
    let world = World::new("misp");
    let misp = r#"{"name":"Known CDN","type":"cidr","list":["192.0.2.0/24"]}"#;
    fs::write(&world.list, misp).unwrap();
    let page = import(&world.wish(true), words::EN).unwrap();
    assert!(page.contains("list `Known CDN`"), "{page}");
    let named = Import {
        source: Some("ours".into()),
        ..world.wish(true)
    };
    assert!(import(&named, words::EN).unwrap().contains("list `ours`"));
}

#[test]
fn a_broken_own_list_is_not_written_over() {
    let world = World::new("broken");
    let path = own_list::path(&world.office.folder());
    fs::write(&path, "[{").unwrap();
    assert!(import(&world.wish(false), words::EN).is_err());
    assert_eq!(fs::read_to_string(path).unwrap(), "[{");
}

#[test]
fn what_vanished_is_named_and_goes_by_its_digest_alone() {
    let world = World::new("review");
    let folder = world.office.folder();
    let mut list = OwnList::open(&folder).unwrap();
    assert!(
        review(&folder, None, words::EN)
            .unwrap()
            .contains("nothing vanished")
    );
    folder.write(&own_list::path(&folder), b"[]").unwrap();
    let digest = own_list::digest(&own_list::vanished(&folder).unwrap());
    let page = review(&folder, None, words::EN).unwrap();
    assert!(page.contains("- `203.0.113.9/32`"), "{page}");
    assert!(page.contains(&format!("--accept {digest}")), "{page}");
    assert!(review(&folder, Some(Digest([1; 32])), words::EN).is_err());
    list.look();
    assert!(list.alarm().is_some());
    review(&folder, Some(digest), words::EN).unwrap();
    list.look();
    assert_eq!(list.alarm(), None);
    assert!(
        review(&folder, None, words::EN)
            .unwrap()
            .contains("nothing vanished")
    );
}

#[test]
fn hints_are_added_to_the_list_of_the_member_and_names_are_refused() {
    let world = World::new("hints");
    fs::write(&world.list, "192.0.2.0/24\nx.cdn.example\n192.0.2.0/24\n").unwrap();
    let folder = world.office.folder();
    fs::write(hints::path(&folder), "203.0.113.0/24 anycast").unwrap();
    let wish = |dry_run| Import {
        kind: KindWord::SharedHosting,
        ..world.wish(dry_run)
    };
    assert!(
        import(&wish(true), words::EN)
            .unwrap()
            .contains("nothing was changed")
    );
    let page = import(&wish(false), words::EN).unwrap();
    assert!(page.contains("0 known, 1 refused"), "{page}");
    let told = Hints::read(&folder).unwrap();
    assert!(told.has(&"192.0.2.0/24".parse().unwrap(), Hint::SharedHosting));
    assert!(told.has(&"203.0.113.0/24".parse().unwrap(), Hint::Anycast));
    let again = import(&wish(false), words::EN).unwrap();
    assert!(again.contains("0 prefixes are new"), "{again}");
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let world = World::new("japanese");
    let page = import(&world.wish(true), words::JA).unwrap();
    crate::japanese::assert_no_english(&page);
    crate::japanese::assert_no_english(&import(&world.wish(false), words::JA).unwrap());
    crate::japanese::assert_no_english(&review(&world.office.folder(), None, words::JA).unwrap());
}
