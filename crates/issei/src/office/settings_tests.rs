//! Every knob that is set is read; what cannot work is named with its place.

use super::Settings;

fn complaint(text: &str) -> String {
    Settings::parse("settings.toml", text)
        .expect_err(text)
        .to_string()
}

#[test]
fn every_knob_that_is_written_is_read_again() {
    let settings = Settings {
        member: Some("isp-a".parse().unwrap()),
        address: Some("coordinator.example:7443".into()),
        rows_on: vec!["X1".into(), "R2".into()],
        own_pack: Some("ours.cedar".into()),
        lines_per_order: Some(1),
        lines_per_day: Some(1_000_000_000),
        clock_error_ms: Some(0),
        connections_per_address: Some(100_000),
        watch_ms: Some(3_600_000),
        notice_ms: Some(20),
        enforcer: Some("/run/enforcer.sock".into()),
        probes: vec!["192.0.2.80:443".parse().unwrap()],
        needed_by_customers: vec![
            "198.51.100.7:443/tcp".parse().unwrap(),
            "a.example".parse().unwrap(),
        ],
        resolvers: vec!["[2001:db8::53]:53".parse().unwrap()],
        ours: vec!["203.0.113.0/24".parse().unwrap()],
        report_reflexes_ms: Some(500),
        window: Some("127.0.0.1:0".parse().unwrap()),
        window_origin: Some("https://issei.example:8443".into()),
    };
    let text = toml::to_string(&settings).unwrap();
    assert_eq!(Settings::parse("x", &text).unwrap(), settings);
    // Each of them, so that none is written and not read.
    assert_eq!(text.lines().count(), 18, "{text}");
    assert_eq!(Settings::parse("x", "").unwrap(), Settings::default());
}

#[test]
fn an_origin_is_what_a_browser_sends() {
    for right in [
        "https://issei.example",
        "https://issei.example/",
        "http://localhost:8090",
        "http://[::1]:8090",
    ] {
        let text = format!("window = \"[::1]:8090\"\nwindow_origin = \"{right}\"");
        let settings = Settings::parse("x", &text).unwrap();
        assert_eq!(settings.window_origin.as_deref(), Some(right));
    }
    for (wrong, mend) in [
        ("issei.example", "did you mean `https://issei.example`?"),
        (
            "https://issei.example/pages",
            "did you mean `https://issei.example`?",
        ),
        ("ftp://issei.example", "write `https`"),
        ("https://Issei.Example", "`https://issei.example`"),
        ("https://", "such as `\"https://issei.example\"`"),
        ("https://a b", "such as `\"https://issei.example\"`"),
        (
            "https://issei.example:99999",
            "a port is 0 to 65535, not 99999",
        ),
        ("", "such as `\"https://issei.example\"`"),
    ] {
        let said = complaint(&format!(
            "window = \"[::1]:8090\"\nwindow_origin = \"{wrong}\""
        ));
        assert!(said.contains(mend) && said.contains(":2:17: "), "{said}");
    }
    let said = complaint("window = \"[::1]:8090\"\nwindow_origin = \"https://me:secret@x\"");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn all_mistakes_are_named_at_once() {
    let said = complaint("rows_on = 1\nlines_per_day = 0\nadress = \"x\"\n");
    assert_eq!(said.lines().count(), 3, "{said}");
}
