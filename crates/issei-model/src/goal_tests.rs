use super::*;

#[test]
fn goals_go_to_text_and_back() {
    for text in [
        "c2.example",
        "192.0.2.7",
        "192.0.2.7:23/tcp",
        "[2001:db8::7]:53/udp",
        "_x.y.example",
    ] {
        let goal: Goal = text.parse().unwrap();
        assert_eq!(goal.to_string(), text);
    }
    assert_eq!(
        "C2.Example.".parse::<Goal>().unwrap().to_string(),
        "c2.example"
    );
}

#[test]
fn what_is_wider_than_one_thing_is_no_goal() {
    for text in [
        "192.0.2.0/24",
        "*.example",
        "example",
        "192.0.2.7:0/tcp",
        "192.0.2.7:1-9/tcp",
        "0/0",
        "",
        "192.0.2.7:70000/udp",
        "192.0.2.7:23/icmp",
        "1.2.3.4.5",
    ] {
        assert!(text.parse::<Goal>().is_err(), "{text}");
    }
}

#[test]
fn a_name_lies_within_its_suffix_at_a_label_only() {
    let name: DomainName = "drive.google.com".parse().unwrap();
    assert!(name.is_within(&"google.com".parse().unwrap()));
    assert!(name.is_within(&name));
    assert!(!name.is_within(&"oogle.com".parse().unwrap()));
    assert!(!"google.com".parse::<DomainName>().unwrap().is_within(&name));
}

#[test]
fn names_are_refused_at_resolvers_and_addresses_dropped_in_the_packet_path() {
    let (name, host): (Goal, Goal) = ("c2.example".parse().unwrap(), "192.0.2.7".parse().unwrap());
    assert!(Action::RefuseName.suits(&name) && !Action::RefuseName.suits(&host));
    assert!(Action::Drop.suits(&host) && !Action::Drop.suits(&name));
    assert!(Action::RateLimit(1).suits(&host) && !Action::RateLimit(0).suits(&host));
}
