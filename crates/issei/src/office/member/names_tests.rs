//! A name is known only by a look-up of our own, not long ago, that told everything.

use std::net::Ipv4Addr;

use super::*;
use crate::resolver::Resolver;
use crate::traffic;

/// What is known of a name that stands for these addresses, looked up now.
pub fn known(name: &str, addresses: &[&str], now: Timestamp) -> Names {
    let addresses = addresses.iter().map(|ip| (ip.parse().unwrap(), now));
    let known = Known {
        looked_up: Some(now),
        addresses: addresses.collect(),
    };
    Names {
        names: BTreeMap::from([(name.parse().unwrap(), known)]),
    }
}

fn name() -> DomainName {
    "c2.example".parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_000_000)
}

fn reported(addresses: &[&str]) -> Reported {
    let addresses = addresses.iter().map(|ip| ip.parse().unwrap());
    Reported::from([(name(), addresses.collect())])
}

fn ips(names: &Names, now: Timestamp) -> Option<Vec<String>> {
    let found = names.addresses(&name(), now)?;
    Some(found.iter().map(ToString::to_string).collect())
}

#[test]
fn what_our_resolvers_say_and_what_others_reported_count_together() {
    let own = Resolver::new(Some(Ipv4Addr::new(203, 0, 113, 7)));
    let mut names = Names::default();
    let learned = names.learn(&reported(&["198.51.100.7"]), &[own.at], now());
    assert_eq!(learned, Learned::default());
    let both = ["198.51.100.7", "203.0.113.7"].map(String::from);
    assert_eq!(ips(&names, now()), Some(both.to_vec()));
}

#[test]
fn what_others_report_is_nothing_without_a_look_up_of_our_own() {
    let mut names = Names::default();
    let learned = names.learn(&reported(&["198.51.100.7"]), &[], now());
    assert!(learned.unknown.unwrap().contains("resolvers"));
    assert_eq!(ips(&names, now()), None);
}

#[test]
fn one_resolver_that_does_not_answer_leaves_a_name_unknown() {
    let own = Resolver::new(Some(Ipv4Addr::new(203, 0, 113, 7)));
    let gone = Resolver::new(None).at;
    let mut names = Names::default();
    let learned = names.learn(&reported(&[]), &[own.at, gone], now());
    assert!(learned.unknown.is_some());
    assert_eq!(ips(&names, now()), None);
}

#[test]
fn a_name_without_addresses_is_not_known_to_have_nobody() {
    let own = Resolver::new(None);
    let mut names = Names::default();
    assert_eq!(
        names.learn(&reported(&[]), &[own.at], now()),
        Learned::default()
    );
    assert_eq!(ips(&names, now()), None);
}

#[test]
fn a_look_up_grows_old_and_an_address_stays_for_a_month() {
    let mut names = known("c2.example", &["198.51.100.7"], now());
    assert!(ips(&names, now() + FRESH - Span::from_micros(1)).is_some());
    assert_eq!(ips(&names, now() + FRESH), None);
    let own = Resolver::new(Some(Ipv4Addr::new(203, 0, 113, 7)));
    let later = now() + FRESH;
    names.learn(&reported(&[]), &[own.at], later);
    assert_eq!(
        ips(&names, later).unwrap().len(),
        2,
        "it was there yesterday"
    );
    names.forget(now() + REMEMBERED);
    assert_eq!(ips(&names, later).unwrap().len(), 1);
}

#[test]
fn a_name_with_too_many_addresses_is_not_known() {
    let many: Vec<String> = (0..=MOST_ADDRESSES)
        .map(|n| format!("198.51.100.{n}"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut names = known("c2.example", &[], now());
    names.learn(&reported(&many[1..]), &[], now());
    assert_eq!(ips(&names, now()).unwrap().len(), MOST_ADDRESSES);
    names.learn(&reported(&many), &[], now());
    assert_eq!(ips(&names, now()), None);
}

#[test]
fn what_was_learned_lies_in_the_folder_also_if_a_resolver_is_away() {
    let place = traffic::Folder::new("names");
    let folder = Folder::new(place.path());
    let unknown = learn(&folder, &reported(&["198.51.100.7"]), now());
    assert!(unknown.is_err());
    let names = Names::read(&folder).unwrap();
    assert!(names.names.contains_key(&name()));
    assert_eq!(ips(&names, now()), None);
}
