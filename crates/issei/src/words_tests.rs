use issei_model::{Level, Role, Rule, Statistic, Timestamp};

use super::*;

fn statistic(error_bound: f64) -> Statistic {
    Statistic {
        name: "x".into(),
        value: 1.0,
        threshold: 1.0,
        null_model: String::new(),
        null_origin: String::new(),
        error_bound,
        bound_of: "per line and day".into(),
    }
}

#[test]
fn bounds_read_as_odds() {
    assert_eq!(
        bound(&statistic(1e-4), EN),
        "wrong 1 in 10,000 (per line and day)"
    );
    assert_eq!(
        bound(&statistic(6e-9), EN),
        "wrong 1 in 10^8 (per line and day)"
    );
    assert_eq!(
        bound(&statistic(0.2), EN),
        "wrong 20 % of the time at most (per line and day)"
    );
    assert_eq!(
        bound(&statistic(f64::MIN_POSITIVE), EN),
        "wrong 1 in 10^300 (per line and day)"
    );
}

#[test]
fn numbers_are_grouped_from_the_right() {
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (123_456, "123,456"),
        (1_234_567, "1,234,567"),
    ] {
        assert_eq!(count(number), text);
    }
    assert_eq!(
        (counted(1, "file", "files"), counted(2, "file", "files")),
        ("1 file".into(), "2 files".into())
    );
}

#[test]
fn hostile_names_cannot_drive_the_terminal() {
    assert_eq!(tame("a\x1b[2Jb\r\nc"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c");
}

#[test]
fn without_colours_text_stays_as_it_is() {
    assert_eq!(Paint(false).level(Level::Finding, "x"), "x");
    assert_eq!(Paint(true).bold("x"), "\x1b[1mx\x1b[0m");
}

#[test]
fn moments_are_shown_to_the_second() {
    assert_eq!(
        second(Timestamp::from_micros(1_545_402_975_999_999)),
        "2018-12-21 14:36:15"
    );
}

#[test]
fn a_scan_of_many_hosts_names_the_port_and_no_host() {
    assert_eq!(other_side("0.0.0.0:23/tcp", EN), "port 23/tcp");
    assert_eq!(other_side("[::]:23/tcp", EN), "port 23/tcp");
    assert_eq!(other_side("192.0.2.1:23/tcp", EN), "192.0.2.1:23/tcp");
}

#[test]
fn the_table_says_the_first_part_of_a_bound_and_leaves_the_rest_to_the_evidence() {
    let mut finding = crate::examples::scan();
    if let Some(statistic) = &mut finding.statistic {
        statistic.bound_of = "per line and day, of all tests together; each counts at 6".into();
    }
    assert!(
        certainty(&finding, EN).ends_with("(per line and day)"),
        "{}",
        certainty(&finding, EN)
    );
}

#[test]
fn who_hands_out_files_is_not_said_to_command_and_context_is_given_no_odds() {
    let mut finding = crate::examples::scan();
    finding.rule = Rule::CommandEnrichment;
    finding.role = Role::CommandServer;
    assert_eq!(deed(finding.rule, finding.role, EN), "may command bots");
    finding.role = Role::DownloadServer;
    assert_eq!(
        deed(finding.rule, finding.role, EN),
        "hands out files to suspects"
    );
    assert!(certainty(&finding, EN).starts_with("wrong"));
    finding.level = Level::Context;
    assert_eq!(certainty(&finding, EN), "context only");
}
