use super::*;

fn table(entries: &[(&str, &'static str)]) -> PrefixTable<&'static str> {
    let mut table = PrefixTable::default();
    for (place, value) in entries {
        let (net, port) = parse_place(place).unwrap();
        table.insert(net, port, *value);
    }
    table
}

#[test]
fn the_longest_prefix_answers_and_a_named_port_goes_first() {
    let table = table(&[
        ("203.0.113.0/24", "wide"),
        ("203.0.113.7", "host"),
        ("203.0.113.7:8883", "service"),
        ("2001:db8::/32", "six"),
        ("[2001:db8::7]:443", "six service"),
    ]);
    for (ip, port, expected) in [
        ("203.0.113.9", 1, Some("wide")),
        ("203.0.113.7", 1, Some("host")),
        ("203.0.113.7", 8883, Some("service")),
        ("203.0.114.7", 8883, None),
        ("2001:db8::7", 443, Some("six service")),
        ("2001:db8::7", 444, Some("six")),
        ("::ffff:203.0.113.9", 1, Some("wide")),
    ] {
        let said = table.about(ip.parse().unwrap(), port).copied();
        assert_eq!(said, expected, "{ip} {port}");
    }
}

#[test]
fn what_is_no_place_is_refused() {
    for text in [
        "",
        "203.0.113",
        "203.0.113.7/33",
        "203.0.113.7:0",
        "203.0.113.7:70000",
        "2001:db8::7:x",
    ] {
        assert_eq!(parse_place(text), None, "{text}");
    }
}
