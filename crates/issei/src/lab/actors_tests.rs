use super::*;

#[test]
fn who_acts_stays_where_a_lab_made_the_interfaces() {
    let table = |names: &[&str]| {
        let rows: String = names
            .iter()
            .map(|name| format!("  {name}: 0 0 0\n"))
            .collect();
        format!("Inter-|   Receive\n face |bytes\n{rows}")
    };
    assert_eq!(stranger(&table(&["lo", "core", "lines"])), None);
    assert_eq!(
        stranger(&table(&["lo", "core", "eth0"])),
        Some("eth0".into())
    );
    assert_eq!(
        stranger(&table(&["lo"])),
        Some("lo, and nothing else".into())
    );
}

#[test]
fn a_mark_reads_as_it_was_written() {
    assert_eq!(mark(&marked(4, 70_001)), Some((4, 70_001)));
    assert_eq!(mark(b"ping"), None);
    assert_eq!(mark(&marked(4, 1)[..14]), None);
}

#[test]
fn only_addresses_of_a_lab_are_acted_on() {
    assert!(is_in_a_lab("203.0.113.7".parse().expect("an address")));
    assert!(is_in_a_lab("198.19.7.20".parse().expect("an address")));
    assert!(!is_in_a_lab("192.0.2.1".parse().expect("an address")));
    assert!(!is_in_a_lab("2001:db8::1".parse().expect("an address")));
}
