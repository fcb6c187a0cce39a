use std::net::Ipv4Addr;

use super::*;

fn said(kind: IndicatorKind, label: &str) -> Indicator {
    Indicator {
        kind,
        label: label.into(),
        source: "a list".into(),
        said_at: None,
    }
}

fn address(ip: &str, port: u16) -> Indicator {
    let kind = IndicatorKind::Address {
        ip: ip.parse().unwrap(),
        port,
    };
    said(kind, ip)
}

fn prefix(net: &str) -> Indicator {
    said(IndicatorKind::Prefix(net.parse().unwrap()), net)
}

fn labels(list: &IndicatorList, ip: &str, port: u16) -> Vec<String> {
    let found = list.about(ip.parse().unwrap(), port);
    found.map(|indicator| indicator.label.clone()).collect()
}

#[test]
fn the_address_speaks_before_its_prefixes_and_the_longest_prefix_first() {
    let list = IndicatorList::new(vec![
        prefix("198.51.0.0/16"),
        prefix("198.51.100.9/24"),
        address("198.51.100.7", 0),
        prefix("203.0.113.0/24"),
    ]);
    assert_eq!(
        labels(&list, "198.51.100.7", 80),
        ["198.51.100.7", "198.51.100.9/24", "198.51.0.0/16"]
    );
    assert_eq!(labels(&list, "198.51.7.7", 80), ["198.51.0.0/16"]);
    assert!(labels(&list, "198.52.0.0", 80).is_empty());
}

#[test]
fn a_statement_about_a_port_speaks_of_that_port_alone() {
    let list = IndicatorList::new(vec![address("198.51.100.7", 23), address("2001:db8::7", 0)]);
    assert_eq!(labels(&list, "198.51.100.7", 23).len(), 1);
    assert!(labels(&list, "198.51.100.7", 80).is_empty());
    assert_eq!(labels(&list, "2001:db8::7", 80).len(), 1);
}

#[test]
fn prefixes_of_both_families_and_of_length_zero_are_found() {
    let list = IndicatorList::new(vec![prefix("2001:db8::/32"), prefix("0.0.0.0/0")]);
    assert_eq!(labels(&list, "2001:db8:5::1", 1), ["2001:db8::/32"]);
    assert_eq!(labels(&list, "192.0.2.1", 1), ["0.0.0.0/0"]);
    assert!(labels(&list, "2001:db9::1", 1).is_empty());
}

#[test]
fn what_the_list_speaks_of_is_never_denied() {
    let mut indicators: Vec<Indicator> = (0..5_000u32)
        .map(|n| {
            let ip = Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761));
            said(
                IndicatorKind::Address {
                    ip: ip.into(),
                    port: 0,
                },
                "",
            )
        })
        .collect();
    indicators.push(address("2001:db8::7", 0));
    indicators.push(prefix("10.0.0.0/9"));
    let list = IndicatorList::new(indicators);
    assert!((0..5_000u32).all(|n| list.may_know(n.wrapping_mul(2_654_435_761))));
    assert!(list.may_know(0x2001_0db8_u128 << 96 | 7));
    assert!(
        list.may_know(0x0a01_0203_u32) && list.about("10.1.2.3".parse().unwrap(), 0).count() == 1
    );
}

#[test]
fn of_addresses_that_nobody_speaks_of_at_most_two_in_a_hundred_are_looked_up() {
    let indicators = (0..100_000u32).map(|n| {
        let ip = Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761));
        said(
            IndicatorKind::Address {
                ip: ip.into(),
                port: 0,
            },
            "",
        )
    });
    let list = IndicatorList::new(indicators.collect());
    let strangers = (0..100_000u32).map(|n| n.wrapping_mul(40_503).wrapping_add(1) ^ 0x5500_0000);
    let known = |ip: &u32| list.by_address.contains_key(&ip.to_ip());
    let strangers: Vec<u32> = strangers.filter(|ip| !known(ip)).collect();
    let doubted = strangers.iter().filter(|&&ip| list.may_know(ip)).count();
    assert!(
        doubted * 50 < strangers.len(),
        "{doubted} of {}",
        strangers.len()
    );
}

#[test]
fn an_empty_list_knows_nobody() {
    let list = IndicatorList::default();
    assert!(!list.may_know(7u32) && !list.may_know(7u128));
    assert!(list.about("192.0.2.1".parse().unwrap(), 0).next().is_none());
}
