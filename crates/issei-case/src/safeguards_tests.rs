use proptest::prelude::*;

use super::*;
use crate::samples::{goal, goals, order};

fn entry_of(text: &str) -> Entry {
    Entry {
        place: place(text).expect("a place"),
        kind: Kind::Own,
        reason: "a test".to_owned(),
        source: "own".to_owned(),
    }
}

fn guarding(texts: &[&str]) -> Safeguards {
    Safeguards::default().with(texts.iter().map(|text| entry_of(text)))
}

fn hit(lists: &Safeguards, text: &str) -> bool {
    !lists.hits(&[goal(text)]).is_empty()
}

#[test]
fn a_name_above_or_below_a_safeguarded_one_is_hit_and_a_neighbour_is_not() {
    let lists = guarding(&["drive.example.com"]);
    let cases = [
        ("drive.example.com", true),
        ("a.b.drive.example.com", true),
        ("example.com", true),
        ("overdrive.example.com", false),
        ("drive.example.com.evil.example", false),
        ("mail.example.com", false),
    ];
    for (name, expected) in cases {
        assert_eq!(hit(&lists, name), expected, "{name}");
    }
}

#[test]
fn an_order_is_refused_with_the_entry_and_its_source() {
    let mut spoilt = order();
    spoilt.goals = goals(&["c2.example", "203.0.113.9"]);
    let lists = guarding(&["203.0.113.0/24"]);
    let refusal = lists.judge(&spoilt).expect_err("safeguarded");
    assert_eq!(refusal.rule, "safeguarded");
    for part in ["203.0.113.9", "203.0.113.0/24", "own"] {
        assert!(refusal.explanation.en.contains(part), "{refusal}");
        assert!(refusal.explanation.ja.contains(part), "{refusal}");
    }
}

#[test]
fn the_witness_names_the_order_and_the_lists() {
    let lists = Safeguards::built_in();
    let safe = lists.judge(&order()).expect("nothing safeguarded");
    assert_eq!(safe.order(), order().id());
    assert_eq!(safe.lists(), lists.digest());
    assert_ne!(
        lists.digest(),
        lists.clone().with([entry_of("x.example")]).digest()
    );
}

#[test]
fn what_ships_reads_and_protects_what_it_says() {
    let lists = Safeguards::built_in();
    assert_eq!(lists.len(), BUILT_IN_PLACES.len() + CONTROL_SERVICES.len());
    let protected = [
        "8.8.8.8",
        "1.1.1.1:53/udp",
        "9.9.9.9",
        "[2620:fe::fe]:853/tcp",
        "127.0.0.1",
        "0.1.2.3",
        "169.254.1.1",
        "224.0.0.5",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "ff02::1",
        "198.41.0.4",
        "192.0.2.1:179/tcp",
        "[2001:db8::1]:179/tcp",
        "192.0.2.1:3784/udp",
        "::ffff:8.8.8.8",
        "a.root-servers.net",
        "0.pool.ntp.org",
    ];
    for text in protected {
        assert!(hit(&lists, text), "{text}");
    }
    for text in [
        "192.0.2.1",
        "192.0.2.1:23/tcp",
        "192.0.2.1:179/udp",
        "c2.example",
    ] {
        assert!(!hit(&lists, text), "{text}");
    }
}

#[test]
fn what_becomes_safeguarded_while_in_force_is_told() {
    let in_force = goals(&["192.0.2.7", "192.0.2.8"]);
    let lists = Safeguards::built_in();
    assert!(lists.hits(&in_force).is_empty());
    let lists = lists.with([entry_of("192.0.2.8")]);
    let hit: Vec<Goal> = lists
        .hits(&in_force)
        .into_iter()
        .map(|hit| hit.goal)
        .collect();
    assert_eq!(hit, goals(&["192.0.2.8"]));
}

#[test]
fn a_network_protects_each_of_its_prefixes() {
    let entry = Entry {
        place: Place::Network {
            asn: 64_500,
            prefixes: vec![
                "198.51.100.0/24".parse().unwrap(),
                "2001:db8::/32".parse().unwrap(),
            ],
        },
        ..entry_of("x.example")
    };
    let lists = Safeguards::default().with([entry]);
    assert!(hit(&lists, "198.51.100.255") && hit(&lists, "2001:db8:ffff::1"));
    assert!(!hit(&lists, "198.51.101.0"));
}

#[test]
fn merging_never_takes_an_entry_away_and_only_a_local_person_removes_a_list() {
    let lists = Safeguards::built_in().with([entry_of("192.0.2.8")]);
    // The same place from another list, of another kind, does not replace the first.
    let other = Entry {
        kind: Kind::Cloud,
        source: "remote".to_owned(),
        ..entry_of("192.0.2.8")
    };
    let merged = lists.clone().with([other]);
    assert_eq!(merged.hits(&goals(&["192.0.2.8"])).len(), 2);
    let without = merged.without_local_list("remote");
    assert_eq!(without.hits(&goals(&["192.0.2.8"])).len(), 1);
    assert_eq!(
        without.clone().without_local_list(BUILT_IN).digest(),
        without.digest()
    );
}

#[test]
fn lists_that_did_not_fit_refuse_every_order() {
    let mut lists = guarding(&["192.0.2.8"]);
    lists.entries = Safeguards::MOST_ENTRIES;
    let lists = lists.with([entry_of("192.0.2.9")]);
    assert_eq!(lists.judge(&order()).expect_err("full").rule, "lists-full");
}

#[test]
fn a_misp_list_is_read_and_its_problems_are_counted() {
    let text = r#"{"name":"Known CDN","description":"shared","version":3,"type":"cidr",
        "matching_attributes":["ip-dst"],
        "list":["203.0.113.0/24","2001:db8::/32",".cdn.example","not a place","203.0.113.77/25"]}"#;
    let imported = warning_list(Kind::Cloud, text).expect("a list");
    assert_eq!(imported.entries.len(), 4);
    assert_eq!(imported.passed_over, 1);
    assert_eq!(imported.example.as_deref(), Some("not a place"));
    let lists = Safeguards::default().with(imported.entries);
    assert!(hit(&lists, "203.0.113.5") && hit(&lists, "x.cdn.example"));
}

#[test]
fn what_is_no_warning_list_is_refused_whole() {
    let cases = [
        ("", ListError::NotAWarningList { line: 1 }),
        ("{\n\"name\":1}", ListError::NotAWarningList { line: 2 }),
        (
            r#"{"name":"n","type":"regex","list":[]}"#,
            ListError::OtherType,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(warning_list(Kind::Own, text), Err(expected), "{text}");
    }
    let deep = "[".repeat(1_000_000);
    assert!(warning_list(Kind::Own, &deep).is_err());
    let long = " ".repeat(Safeguards::LONGEST_LIST + 1);
    assert_eq!(warning_list(Kind::Own, &long), Err(ListError::TooLong));
}

/// The slow way: every entry against the goal, name by name and bit by bit.
fn brute_force(entries: &[Entry], goal: &Goal) -> usize {
    entries
        .iter()
        .filter(|entry| meets(&entry.place, goal))
        .count()
}

fn meets(place: &Place, goal: &Goal) -> bool {
    let labels = |name: &DomainName| -> Vec<String> {
        name.as_str().rsplit('.').map(str::to_owned).collect()
    };
    match (place, goal) {
        (Place::Suffix(suffix), Goal::Name(name)) => labels(suffix)
            .iter()
            .zip(&labels(name))
            .all(|(a, b)| a == b),
        (Place::Prefix(net), Goal::Service(endpoint)) => {
            let bits = |ip: IpAddr| match ip {
                IpAddr::V4(ip) => (4, u128::from(ip.to_bits()) << 96),
                IpAddr::V6(ip) => (6, ip.to_bits()),
            };
            let ((family, net_bits), (other, ip_bits)) = (bits(net.addr()), bits(endpoint.ip));
            let length = u32::from(net.prefix_len());
            family == other && (length == 0 || (net_bits ^ ip_bits) >> (128 - length) == 0)
        }
        _ => false,
    }
}

fn any_name() -> impl Strategy<Value = String> {
    proptest::collection::vec("[ab]{1,2}", 2..5).prop_map(|labels| labels.join("."))
}

/// Addresses in few neighbourhoods, so that many meet.
fn any_ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (0u8..3, any::<u8>(), any::<u8>());
    let v6 = (0u16..3, any::<u16>());
    prop_oneof![
        v4.prop_map(|(a, b, c)| IpAddr::from([192, a, b, c])),
        v6.prop_map(|(a, b)| IpAddr::from([0x2001, 0xdb8, a, 0, 0, 0, 0, b])),
    ]
}

fn any_place() -> impl Strategy<Value = String> {
    let net = (any_ip(), 0u8..=128).prop_map(|(ip, length)| {
        let most = if ip.is_ipv4() { 32 } else { 128 };
        format!("{ip}/{}", length.min(most))
    });
    prop_oneof![any_name(), net]
}

proptest! {
    #[test]
    fn overlap_agrees_with_brute_force(
        places in proptest::collection::btree_set(any_place(), 0..20),
        name in any_name(),
        ip in any_ip(),
    ) {
        let entries: std::collections::BTreeSet<Entry> =
            places.iter().map(|text| entry_of(text)).collect();
        let entries: Vec<Entry> = entries.into_iter().collect();
        let lists = Safeguards::default().with(entries.clone());
        for goal in [Goal::Name(name.parse().unwrap()), Goal::Service(Endpoint::host(ip))] {
            let hits = lists.hits(std::slice::from_ref(&goal)).len();
            prop_assert_eq!(hits, brute_force(&entries, &goal));
        }
    }

    #[test]
    fn more_lists_never_free_a_goal(
        first in proptest::collection::vec(any_place(), 0..10),
        second in proptest::collection::vec(any_place(), 0..10),
        ip in any_ip(),
    ) {
        let goal = [Goal::Service(Endpoint::host(ip))];
        let fewer = Safeguards::default().with(first.iter().map(|text| entry_of(text)));
        let before = fewer.hits(&goal).len();
        let more = fewer.with(second.iter().map(|text| entry_of(text)));
        prop_assert!(more.hits(&goal).len() >= before);
    }
}
