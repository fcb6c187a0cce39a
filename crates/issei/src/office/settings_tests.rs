//! Every knob that is set is read; what cannot work is named with its place.

use super::{Oidc, Settings};

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
        confirm_within: Some(issei_model::Span::from_secs(600)),
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
        findings: Some("../collector/findings.jsonl".into()),
        oidc: Some(Oidc {
            name: "Example".into(),
            issuer: "https://login.example/realms/isp".into(),
            client_id: "issei window".into(),
            client_secret_file: Some("oidc.secret".into()),
        }),
    };
    let text = toml::to_string(&settings).unwrap();
    assert_eq!(Settings::parse("x", &text).unwrap(), settings);
    // Each of them, so that none is written and not read.
    assert_eq!(
        text.lines().filter(|line| line.contains('=')).count(),
        24,
        "{text}"
    );
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
fn people_confirm_within_whole_seconds_and_a_minute_at_least() {
    for (right, seconds) in [("60s", 60), ("10min", 600), ("90s", 90), ("24h", 86_400)] {
        let settings = Settings::parse("x", &format!("confirm_within = \"{right}\"")).unwrap();
        let within = issei_model::Span::from_secs(seconds);
        assert_eq!(settings.confirm_within, Some(within));
    }
    for (wrong, mend) in [
        ("\"59s\"", "choose from 60s to 24h"),
        ("\"0s\"", "choose from 60s to 24h"),
        ("\"2d\"", "choose from 60s to 24h"),
        ("\"90500ms\"", "write `\"91s\"`"),
        ("\"60400ms\"", "write `\"1min\"`"),
        ("\"10 minutes\"", "did you mean `10min`?"),
        ("600", "in quotes"),
    ] {
        let said = complaint(&format!("\nconfirm_within = {wrong}"));
        assert!(
            said.contains(mend) && said.contains(":2:18: confirm_within: "),
            "{said}"
        );
    }
}

#[test]
fn all_mistakes_are_named_at_once() {
    let said = complaint("rows_on = 1\nlines_per_day = 0\nadress = \"x\"\n");
    assert_eq!(said.lines().count(), 3, "{said}");
}

fn with_issuer(issuer: &str) -> String {
    format!(
        "window = \"[::1]:8090\"\nwindow_origin = \"http://localhost:8090\"\n[oidc]\nissuer = \"{issuer}\"\nname = \"x\"\nclient_id = \"x\""
    )
}

#[test]
fn an_issuer_has_no_tls_on_the_machine_itself_alone() {
    for right in [
        "https://login.example/",
        "https://login.example:8443/realms/isp",
        "http://localhost:8080",
        "http://127.0.0.1:8080/x",
        "http://[::1]:8080",
        "http://localhost",
    ] {
        let settings = Settings::parse("x", &with_issuer(right)).unwrap();
        assert_eq!(settings.oidc.unwrap().issuer, right);
    }
    for wrong in [
        "http://login.example",
        "http://localhost.example",
        "http://127.0.0.1.example:80",
        "http://127.0.0.2",
        "http://localhost:80@login.example",
        "https://login.example?tenant=7",
        "https://login.example/a b",
        "https://",
        "ftp://login.example",
        "",
    ] {
        let said = complaint(&with_issuer(wrong));
        assert!(said.contains(":4:10: oidc.issuer: "), "{said}");
    }
}

#[test]
fn a_clients_secret_is_one_line_that_its_owner_alone_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = crate::traffic::Folder::new("oidc-secret");
    let file = folder.path().join("secret");
    let oidc = Oidc {
        name: "x".into(),
        issuer: "https://login.example".into(),
        client_id: "x".into(),
        client_secret_file: Some("secret".into()),
    };
    let read = |text: &str, mode| {
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = oidc.secret(folder.path());
        read.map_err(|failure| failure.to_string())
    };
    assert_eq!(read("hush\n", 0o600), Ok(Some("hush".into())));
    let open = read("hush\n", 0o644).unwrap_err();
    assert!(open.contains("chmod 600"), "{open}");
    for wrong in ["", "\n", "two\nlines\n", &"x".repeat(1_025)] {
        assert!(read(wrong, 0o600).unwrap_err().contains("one line"));
    }
    std::fs::remove_file(&file).unwrap();
    assert!(oidc.secret(folder.path()).is_err());
    let public = Oidc {
        client_secret_file: None,
        ..oidc
    };
    assert!(matches!(public.secret(folder.path()), Ok(None)));
}
