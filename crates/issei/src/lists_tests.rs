use super::*;

fn address(ip: &str, port: u16) -> IndicatorKind {
    IndicatorKind::Address {
        ip: ip.parse().unwrap(),
        port,
    }
}

#[test]
fn a_plain_list_gives_addresses_services_and_prefixes() {
    let text = "# a list\n\n192.0.2.7\n192.0.2.8:23 # mirai\n[2001:db8::7]:443\n198.51.100.0/24 net of x\n203.0.113.9\t3\nexample.org\n300.1.1.1\n";
    let read = indicators("list.txt", text);
    let kinds: Vec<_> = read
        .entries
        .iter()
        .map(|entry| (entry.kind, entry.label.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            (address("192.0.2.7", 0), ""),
            (address("192.0.2.8", 23), "mirai"),
            (address("2001:db8::7", 443), ""),
            (
                IndicatorKind::Prefix("198.51.100.0/24".parse().unwrap()),
                "net of x"
            ),
            (address("203.0.113.9", 0), "3"),
        ]
    );
    assert_eq!(
        (read.passed_over, read.example),
        (2, Some((8, "example.org".into())))
    );
}

#[test]
fn csv_columns_are_found_by_their_names_wherever_the_heading_stands() {
    let text = "# feed\n# \"first_seen_utc\",\"dst_ip\",\"dst_port\",\"malware\"\n\"2026-01-02 03:04:05\",\"192.0.2.7\",\"4567\",\"Gaf\"\"gyt, new\"\n\"x\",\"192.0.2.8\",\"\",\"\"\n";
    let read = indicators("feed.csv", text);
    assert_eq!(read.entries.len(), 2);
    let first = &read.entries[0];
    assert_eq!(
        (first.kind, first.label.as_str()),
        (address("192.0.2.7", 4_567), "Gaf\"gyt, new")
    );
    assert_eq!(first.said_at, Timestamp::parse("2026-01-02T03:04:05Z"));
    assert_eq!(
        (read.entries[1].kind, read.entries[1].said_at),
        (address("192.0.2.8", 0), None)
    );
}

#[test]
fn a_list_without_heading_is_not_taken_for_csv() {
    let read = indicators("x", "192.0.2.7,mirai\n192.0.2.8,gafgyt\n");
    assert_eq!(
        read.entries
            .iter()
            .map(|entry| entry.label.as_str())
            .collect::<Vec<_>>(),
        ["mirai", "gafgyt"]
    );
}

#[test]
fn a_misp_warning_list_gives_its_prefixes_and_counts_its_names() {
    let read = known_services(
        r#"{"name":"x","list":["192.0.2.0/24","2001:db8::/32","example.org"],"version":1}"#,
    );
    assert_eq!(
        read.entries,
        [
            ("192.0.2.0/24".parse().unwrap(), 0),
            ("2001:db8::/32".parse().unwrap(), 0)
        ]
    );
    assert_eq!(read.passed_over, 1);
}

#[test]
fn a_plain_list_of_known_services_may_name_ports() {
    let read = known_services("192.0.2.7:53 # resolver\n198.51.100.0/24, x\n");
    assert_eq!(
        read.entries,
        [
            ("192.0.2.7/32".parse().unwrap(), 53),
            ("198.51.100.0/24".parse().unwrap(), 0)
        ]
    );
}

#[test]
fn public_lists_are_read_as_their_keepers_write_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/intel/");
    let table = [
        ("ipsum/3.txt", 1_000),
        ("maltrail/elf_mirai.txt", 1_000),
        ("scanners/blocklist.conf", 16),
        ("maltrail/cdn_ranges.txt", 100),
    ];
    for (name, least) in table {
        let Ok(text) = std::fs::read_to_string(format!("{folder}{name}")) else {
            println!("skipped: ../shared/data is not here");
            return;
        };
        let read = indicators(name, &text);
        assert!(
            read.entries.len() >= least,
            "{name}: {} {:?}",
            read.entries.len(),
            read.example
        );
    }
}
