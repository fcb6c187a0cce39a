use super::*;

fn to(text: &str) -> Result<Destination, String> {
    text.parse()
}

fn net(text: &str) -> IpNet {
    text.parse().expect("a prefix in a test is right")
}

fn line(text: &str) -> Subscriber {
    Subscriber::new(text.parse().expect("an address in a test is right"))
}

#[test]
fn a_destination_reads_as_it_is_written() {
    let texts = [
        "203.0.113.0/24",
        "203.0.113.0/24:443/tcp",
        "2001:db8::/48",
        "[2001:db8::/48]:53/udp",
    ];
    for text in texts {
        assert_eq!(to(text).unwrap().to_string(), text);
    }
    assert_eq!(to("203.0.113.7").unwrap().to_string(), "203.0.113.7/32");
    let named = to("203.0.113.7:53/udp").unwrap();
    assert_eq!((named.protocol, named.port), (17, 53));
}

#[test]
fn what_is_no_destination_is_refused() {
    let wrong = [
        "",
        "power.example",
        "203.0.113.0/24:443",
        "203.0.113.0/24:0/tcp",
        "203.0.113.0/24:65536/tcp",
        "203.0.113.0/24:8/icmp",
        "[203.0.113.0/24]:443/tcp",
        "2001:db8::/48:53/udp",
        "203.0.113.0/33",
    ];
    for text in wrong {
        assert!(to(text).is_err(), "{text}");
    }
}

#[test]
fn a_wide_destination_or_one_with_host_bits_is_not_well_formed() {
    for text in ["203.0.113.0/24", "203.0.113.7:53/udp", "2001:db8::/48"] {
        assert!(to(text).unwrap().well_formed(), "{text}");
    }
    for text in ["203.0.112.0/23", "203.0.113.7/24", "2001:db8::/47"] {
        assert!(!to(text).unwrap().well_formed(), "{text}");
    }
    let ping = Destination {
        protocol: protocol::ICMP,
        port: 8,
        ..to("203.0.113.0/24").unwrap()
    };
    assert!(!ping.well_formed());
}

#[test]
fn a_line_of_ipv6_is_touched_by_whatever_meets_its_prefix() {
    let rule = ReflexRule::DropForged {
        line: line("2001:db8:1:2::"),
    };
    for place in ["2001:db8::/32", "2001:db8:1:2::/64", "2001:db8:1:2::99/128"] {
        assert!(rule.touches(&net(place)), "{place}");
    }
    for place in ["2001:db8:1:3::/64", "0.0.0.0/0"] {
        assert!(!rule.touches(&net(place)), "{place}");
    }
}

#[test]
fn a_rule_prints_without_its_line() {
    let rule = ReflexRule::Limit {
        line: line("203.0.113.7"),
        victim: Endpoint::host("198.51.100.9".parse().unwrap()),
        packets: 100,
    };
    assert!(!format!("{rule:?}").contains("203.0.113.7"));
}
