use std::collections::BTreeSet;

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
    assert_eq!(imported.examples, [(4, "not a place".to_owned())]);
    let lists = Safeguards::default().with(imported.entries);
    assert!(hit(&lists, "203.0.113.5") && hit(&lists, "x.cdn.example"));
}

#[test]
fn a_plain_list_is_read_and_its_wrong_lines_are_numbered() {
    let text = "# ours\n\n203.0.113.0/24 # the delivery network\nnot a place\n.cdn.example\n::ffff:192.0.2.7\n";
    let imported = plain_list(Kind::Cloud, "cdn", text).expect("a list");
    assert_eq!(imported.examples, [(4, "not a place".to_owned())]);
    assert_eq!(imported.passed_over, 1);
    assert_eq!(imported.entries[0].reason, "the delivery network");
    assert_eq!(imported.entries[0].source, "cdn");
    let lists = Safeguards::default().with(imported.entries);
    for text in ["203.0.113.5", "x.cdn.example", "192.0.2.7"] {
        assert!(hit(&lists, text), "{text}");
    }
    let long = " ".repeat(Safeguards::LONGEST_LIST + 1);
    assert_eq!(plain_list(Kind::Own, "x", &long), Err(ListError::TooLong));
    let many = "not a place\n".repeat(1_000);
    let imported = plain_list(Kind::Own, "x", &many).expect("a list");
    assert_eq!(imported.passed_over, 1_000);
    assert_eq!(imported.examples.len(), MOST_EXAMPLES);
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
fn brute_force<'a>(entries: &'a BTreeSet<Entry>, goal: &Goal) -> BTreeSet<&'a Entry> {
    let meets = |entry: &&Entry| meets(&entry.place, goal);
    entries.iter().filter(meets).collect()
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
        (Place::Prefix(net), Goal::Service(endpoint)) => holds(net, endpoint.ip),
        (Place::Network { prefixes, .. }, Goal::Service(endpoint)) => {
            prefixes.iter().any(|net| holds(net, endpoint.ip))
        }
        (Place::Service { protocol, port }, Goal::Service(endpoint)) => {
            (*protocol, *port) == (endpoint.protocol, endpoint.port)
        }
        _ => false,
    }
}

/// Compares bit by bit. An IPv4 address written as IPv6 is the IPv4 address; a prefix of IPv6 that
/// is wider than all of those says nothing about IPv4.
fn holds(net: &IpNet, ip: IpAddr) -> bool {
    const MAPPED: u128 = 0xffff << 32;
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => MAPPED | u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let shift = if net.addr().is_ipv4() { 96 } else { 0 };
    let length = u32::from(net.prefix_len()) + shift;
    let is_v4 = bits(ip) >> 32 == MAPPED >> 32;
    let same = length == 0 || (bits(net.addr()) ^ bits(ip)) >> (128 - length) == 0;
    same && (length >= 96 || !is_v4)
}

fn any_name() -> impl Strategy<Value = String> {
    proptest::collection::vec("[ab]{1,2}", 2..5).prop_map(|labels| labels.join("."))
}

/// Addresses in few neighbourhoods, so that many meet.
fn any_ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (0u8..3, any::<u8>(), any::<u8>());
    let v6 = (0u16..3, any::<u16>());
    prop_oneof![
        v4.clone()
            .prop_map(|(a, b, c)| IpAddr::from([192, a, b, c])),
        v4.prop_map(|(a, b, c)| IpAddr::V6(Ipv4Addr::new(192, a, b, c).to_ipv6_mapped())),
        v6.prop_map(|(a, b)| IpAddr::from([0x2001, 0xdb8, a, 0, 0, 0, 0, b])),
    ]
}

/// Whether the first is not longer, both measured in bits of IPv6.
fn other_is_wider(wide: &IpNet, other: &IpNet) -> bool {
    let bits = |net: &IpNet| net.prefix_len() + if net.addr().is_ipv4() { 96 } else { 0 };
    bits(wide) <= bits(other)
}

fn any_net() -> impl Strategy<Value = IpNet> {
    (any_ip(), 0u8..=128).prop_map(|(ip, length)| {
        let most = if ip.is_ipv4() { 32 } else { 128 };
        IpNet::new(ip, length.min(most)).expect("a length that the family has")
    })
}

fn any_place() -> impl Strategy<Value = String> {
    prop_oneof![any_name(), any_net().prop_map(|net| net.to_string())]
}

/// Few protocols and ports, so that many meet; with port 0 a whole host.
fn any_service() -> impl Strategy<Value = (u8, u16)> {
    prop_oneof![Just((0, 0)), (prop_oneof![Just(6), Just(17)], 1_u16..4)]
}

/// Entries of every kind.
fn any_entry() -> impl Strategy<Value = Entry> {
    let nets = proptest::collection::vec(any_net(), 0..4);
    let place = prop_oneof![
        any_name().prop_map(|name| Place::Suffix(name.parse().expect("a name"))),
        any_net().prop_map(Place::Prefix),
        (1_u32..4, nets).prop_map(|(asn, prefixes)| Place::Network { asn, prefixes }),
        any_service().prop_map(|(protocol, port)| Place::Service { protocol, port }),
    ];
    let source = prop_oneof![Just("one"), Just("two")];
    (place, source).prop_map(|(place, source)| Entry {
        place,
        kind: Kind::Own,
        reason: "a test".to_owned(),
        source: source.to_owned(),
    })
}

/// Goals of every kind.
fn any_goal() -> impl Strategy<Value = Goal> {
    let service = (any_ip(), any_service())
        .prop_map(|(ip, (protocol, port))| Goal::Service(Endpoint { ip, port, protocol }));
    let name = any_name().prop_map(|name| Goal::Name(name.parse().expect("a name")));
    prop_oneof![name, service]
}

proptest! {
    #[test]
    fn overlap_agrees_with_brute_force(
        entries in proptest::collection::btree_set(any_entry(), 0..30),
        goals in proptest::collection::vec(any_goal(), 1..6),
    ) {
        let lists = Safeguards::default().with(entries.iter().cloned());
        for goal in goals {
            let hits = lists.hits(std::slice::from_ref(&goal));
            let hits: BTreeSet<&Entry> = hits.into_iter().map(|hit| hit.entry).collect();
            prop_assert_eq!(hits, brute_force(&entries, &goal), "{}", goal);
        }
    }

    #[test]
    fn what_a_rule_for_a_prefix_touches_is_every_entry_that_one_of_its_addresses_meets(
        entries in proptest::collection::btree_set(any_entry(), 0..30),
        net in any_net(),
        (protocol, port) in any_service(),
    ) {
        let lists = Safeguards::default().with(entries.iter().cloned());
        let hits = lists.overlapping(net, protocol, port);
        let hits: BTreeSet<&Entry> = hits.into_iter().collect();
        // Two prefixes share an address if one of them holds the first address of the other.
        let share = |other: &IpNet| {
            let wide = holds(other, net.trunc().addr()) && other_is_wider(other, &net);
            wide || (holds(&net, other.trunc().addr()) && other_is_wider(&net, other))
        };
        let touches = |entry: &&Entry| match &entry.place {
            Place::Prefix(other) => share(other),
            Place::Network { prefixes, .. } => prefixes.iter().any(share),
            Place::Service { protocol: its, port: number } => (*its, *number) == (protocol, port),
            Place::Suffix(_) => false,
        };
        prop_assert_eq!(hits, entries.iter().filter(touches).collect());
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
