use super::*;

const HEAD: &str = "Inter-|   Receive |  Transmit\n face |bytes    packets\n";

#[test]
fn nothing_is_probed_beside_a_real_interface() {
    let table = format!("{HEAD}    lo: 0 0\n  eth0: 1 2\n");
    assert_eq!(other_interface(&table), Some("eth0"));
    let table = format!("{HEAD}    lo: 0 0\n  eth0: 1 2\n{OWN}: 0 0\n");
    assert_eq!(other_interface(&table), Some("eth0"));
}

#[test]
fn nothing_is_probed_where_nothing_can_be_seen() {
    assert!(other_interface("").is_some());
    assert!(other_interface(&format!("{HEAD}    lo: 0 0\n")).is_some());
}

#[test]
fn a_namespace_of_a_check_is_probed() {
    assert_eq!(
        other_interface(&format!("{HEAD}    lo: 0 0\n{OWN}: 0 0\n")),
        None
    );
}

#[test]
fn the_probe_refuses_on_this_machine() {
    assert!(!probe().is_well());
}

#[test]
fn only_a_finding_about_the_line_is_a_scan_told() {
    let line = |rule: &str, level: &str, subject: &str| {
        format!(r#"{{"rule":"{rule}","level":"{level}","subject":"{subject}"}}"#)
    };
    assert!(tells_scan(&line("horizontal-scan", "finding", LINE)));
    assert!(!tells_scan(&line("horizontal-scan", "context", LINE)));
    assert!(!tells_scan(&line("vertical-scan", "finding", LINE)));
    assert!(!tells_scan(&line(
        "horizontal-scan",
        "finding",
        "10.78.0.2"
    )));
    assert!(!tells_scan("not JSON"));
}
