//! A list is taken whole or not at all, and safeguards win over it.

use std::io;
use std::time::{Duration, Instant};

use issei_case::safeguards::{Entry, Kind, Place};

use super::*;
use crate::traffic;

/// A zone of the test's: it holds the list that came last.
#[derive(Default)]
struct Zone(Mutex<Option<BTreeSet<DomainName>>>);

impl Zone {
    fn holds(&self) -> Option<Vec<String>> {
        let held = self.0.lock().unwrap();
        let held = held.as_ref()?;
        Some(held.iter().map(ToString::to_string).collect())
    }
}

impl Listed for Zone {
    fn load(&self, names: &BTreeSet<DomainName>) -> io::Result<u64> {
        *self.0.lock().unwrap() = Some(names.clone());
        Ok(0)
    }
}

fn loaded(text: &str, most: usize, safeguards: &Safeguards) -> (Result<Loaded, String>, Zone) {
    let place = traffic::Folder::new("lists");
    let path = place.file("names.txt", text.as_bytes());
    let zone = Zone::default();
    let list = List { path, most };
    (load(&list, &zone, safeguards), zone)
}

fn names(all: &[&str]) -> Option<Vec<String>> {
    Some(all.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_list_is_taken_whole() {
    let text = "# of today\nb.example\n\na.example # seen\nb.example\n";
    let (told, zone) = loaded(text, 2, &Safeguards::built_in());
    assert_eq!(told.map(|told| told.names), Ok(2));
    assert_eq!(zone.holds(), names(&["a.example", "b.example"]));
}

#[test]
fn a_mistake_is_named_with_its_line_and_nothing_is_taken() {
    let (told, zone) = loaded("a.example\n\n*.example\n.\n", 9, &Safeguards::built_in());
    let why = told.unwrap_err();
    assert!(
        why.contains("line 3") && why.contains("2 such lines"),
        "{why}"
    );
    assert_eq!(zone.holds(), None);
}

#[test]
fn a_list_that_is_too_long_is_not_cut_short() {
    let (told, zone) = loaded(
        "a.example\nb.example\nc.example\n",
        2,
        &Safeguards::built_in(),
    );
    assert!(told.unwrap_err().contains("1 names more than 2"));
    assert_eq!(zone.holds(), None);
}

#[test]
fn what_is_safeguarded_is_left_out_whatever_the_list_says() {
    let entry = Entry {
        place: Place::Suffix("drive.shop.example".parse().unwrap()),
        kind: Kind::Own,
        reason: "a test".into(),
        source: "test".into(),
    };
    let safeguards = Safeguards::built_in().with([entry]);
    let text = "a.example\nshop.example\nx.drive.shop.example\nco.jp\ndns.google\n";
    let (told, zone) = loaded(text, 9, &safeguards);
    let told = told.unwrap();
    assert_eq!((told.names, told.spared), (1, 4));
    assert_eq!(zone.holds(), names(&["a.example"]));
}

#[test]
fn a_list_that_is_not_there_is_told_with_the_next_step() {
    let place = traffic::Folder::new("lists-none");
    let list = List {
        path: place.path().join("none.txt"),
        most: 1,
    };
    let told = load(&list, &Zone::default(), &Safeguards::built_in());
    assert!(told.unwrap_err().contains("devices.toml"));
}

#[test]
fn lists_are_read_beside_the_callers_work_and_told_once() {
    let place = traffic::Folder::new("lists-beside");
    let path = place.file("names.txt", b"a.example\n");
    let (lists, zone) = (Lists::default(), Arc::new(Zone::default()));
    let list = List { path, most: 1 };
    lists.load(vec![(list, zone.clone())], &Safeguards::built_in());
    let began = Instant::now();
    let ended = loop {
        let ended = lists.take_ended();
        if !ended.is_empty() {
            break ended;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it was never read"
        );
        thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(ended[0].1.as_ref().map(|told| told.names), Ok(1));
    assert_eq!(zone.holds(), names(&["a.example"]));
    assert!(lists.take_ended().is_empty());
}
