use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn every_place_of_the_shipped_list_reads() {
    let text = include_str!("../../data/known-services.toml");
    let shipped: Shipped = toml::from_str(text).unwrap();
    for service in &shipped.service {
        for place in &service.places {
            assert!(parse_place(place).is_some(), "{}: {place}", service.name);
        }
    }
    let places: usize = shipped.service.iter().map(|s| s.places.len()).sum();
    assert_eq!(
        KnownServices::shipped().len(),
        places,
        "a place stands twice"
    );
}

#[test]
fn the_resolver_that_mirai_asks_is_protected_and_a_rented_machine_is_not() {
    let known = KnownServices::shipped();
    assert!(known.protects(address("8.8.8.8"), 53).is_some());
    assert!(known.protects(address("2606:4700::6810:1"), 443).is_some());
    assert_eq!(known.protects(address("104.248.160.24"), 23), None);
}

#[test]
fn the_operators_prefixes_add_to_the_list_under_their_own_name() {
    let mut known = KnownServices::default();
    let net = "198.51.100.0/24".parse().unwrap();
    assert_eq!(known.add("our own mail", [(net, 0), (net, 0)]), 1);
    assert_eq!(
        known.protects(address("198.51.100.9"), 25),
        Some("our own mail")
    );
}
