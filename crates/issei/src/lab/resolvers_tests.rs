use std::collections::BTreeSet;

use base64::Engine as _;

use super::*;

#[test]
fn two_members_have_one_each_of_its_own_make() {
    let kinds: Vec<Option<Resolver>> = topology::numbers().map(of).collect();
    let some: Vec<Resolver> = kinds.into_iter().flatten().collect();
    assert_eq!(some, [Resolver::Bind, Resolver::Unbound]);
}

#[test]
fn every_file_is_filled_in() {
    for number in numbers() {
        let resolver = of(number).unwrap();
        for (name, text) in resolver.files(number, Path::new("/run/lab/m/resolver")) {
            for word in [
                "HOME",
                "LINES",
                "NETWORK",
                "OFFICE",
                "AUTHORITY",
                "PORT",
                "SECRET",
            ] {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

#[test]
fn the_device_reads_as_one_of_an_enforcer() {
    for number in numbers() {
        let text = of(number).unwrap().device();
        let settings: crate::enforcer::devices::Settings = toml::from_str(&text).unwrap();
        assert_eq!(settings.zone.len(), 1);
    }
    let secret = base64::engine::general_purpose::STANDARD
        .decode(SECRET.1)
        .unwrap();
    assert_eq!(secret.len(), 32);
}

#[test]
fn names_are_answered_only_where_the_world_outside_is() {
    let all: BTreeSet<SocketAddr> = authorities().into_iter().collect();
    assert_eq!(all.len(), usize::from(topology::MEMBERS) + 1);
    for at in all {
        let IpAddr::V4(ip) = at.ip() else {
            panic!("IPv4")
        };
        assert!(topology::world().iter().any(|net| net.contains(&ip)));
    }
}
