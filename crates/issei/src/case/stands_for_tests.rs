//! Only what a resolver says ties a name to what is accused.

use std::net::Ipv4Addr;

use super::*;
use crate::office::folder::Settings;
use crate::resolver::Resolver;
use crate::traffic;
use issei_desk::samples::entry;
use issei_model::Level;

fn told(goal: &str) -> Reported {
    Reported {
        goal: goal.parse().unwrap(),
        level: Level::Finding,
        evidence: entry("isp-a"),
        addresses: BTreeSet::new(),
    }
}

/// What is told of `c2.example` if the resolver gives this address.
fn of(label: &str, address: Option<Ipv4Addr>) -> Result<Vec<Reported>, Failure> {
    let place = traffic::Folder::new(label);
    let folder = Folder::new(place.path());
    let resolver = Resolver::new(address);
    let settings = Settings {
        resolvers: vec![resolver.at],
        ..Settings::default()
    };
    folder.write_settings(&settings).unwrap();
    let all = [told("198.51.100.7:23/tcp"), told("198.51.100.8:23/tcp")];
    reported(&folder, &["c2.example".parse().unwrap()], &all)
}

#[test]
fn the_evidence_about_an_address_is_told_of_the_name_that_stands_for_it() {
    let about = of("stands-for", Some(Ipv4Addr::new(198, 51, 100, 7))).unwrap();
    let [one] = &about[..] else {
        panic!("{about:?}");
    };
    assert_eq!(one.goal, "c2.example".parse().unwrap());
    assert_eq!(one.evidence, entry("isp-a"));
    assert_eq!(
        one.addresses,
        BTreeSet::from(["198.51.100.7".parse().unwrap()])
    );
}

#[test]
fn a_name_that_stands_for_something_else_is_not_accused() {
    for address in [Some(Ipv4Addr::new(192, 0, 2, 1)), None] {
        let why = of("stands-not", address).unwrap_err().to_string();
        assert!(why.contains("no finding accuses"), "{why}");
    }
}

#[test]
fn without_resolvers_nobody_can_tell() {
    let place = traffic::Folder::new("stands-nobody");
    let folder = Folder::new(place.path());
    let names = ["c2.example".parse().unwrap()];
    let why = reported(&folder, &names, &[told("198.51.100.7")]).unwrap_err();
    assert!(why.to_string().contains("resolvers"), "{why}");
}
