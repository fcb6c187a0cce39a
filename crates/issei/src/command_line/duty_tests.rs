use clap::Parser;

use super::*;
use crate::command_line::{Command, CommandLine, Tongue};

fn parsed(line: &str) -> Result<Command, String> {
    let words = std::iter::once("issei").chain(line.split_whitespace());
    let parsed = CommandLine::try_parse_from(words);
    parsed
        .map(|line| line.command)
        .map_err(|error| error.to_string())
}

#[test]
fn times_have_units_and_are_never_nothing() {
    let told = |text: &str| span(text).unwrap().as_micros();
    assert_eq!(told("50ms"), 50_000);
    assert_eq!(told("90s"), 90_000_000);
    assert_eq!(told("30m"), told("30min"));
    assert_eq!(told("1h30m"), 5_400_000_000);
    assert_eq!(told("2d"), 172_800_000_000);
    for wrong in [
        "",
        "30",
        "m",
        "0s",
        "-5m",
        "5 m 3",
        "1.5h",
        "9999999999999999d",
        "30m30",
        "5y",
    ] {
        assert!(span(wrong).unwrap_err().contains("1h30m"), "{wrong}");
    }
}

#[test]
fn actions_are_words_and_a_rate_has_a_number() {
    assert_eq!(action("refuse-name"), Ok(Action::RefuseName));
    assert_eq!(action("redirect"), Ok(Action::Redirect));
    assert_eq!(action("drop"), Ok(Action::Drop));
    assert_eq!(action("rate-limit=100"), Ok(Action::RateLimit(100)));
    for wrong in [
        "",
        "block",
        "rate-limit",
        "rate-limit=",
        "rate-limit=0",
        "rate-limit=x",
        "drop=1",
    ] {
        assert!(
            action(wrong).unwrap_err().contains("rate-limit=PACKETS"),
            "{wrong}"
        );
    }
}

#[test]
fn a_digest_may_be_typed_in_groups() {
    let digits = "0123456789abcdef".repeat(4);
    let groups = "0123 4567-89AB cdef ".repeat(4);
    assert_eq!(digest(&groups), digits.parse());
    assert!(digest("0123").is_err());
}

#[test]
fn the_office_and_the_language_may_stand_anywhere() {
    for line in [
        "order --office /o --lang ja list",
        "order list --office /o --lang ja",
        "--lang ja order --office /o list",
    ] {
        let line = std::iter::once("issei").chain(line.split(' '));
        let CommandLine { lang, command } = CommandLine::try_parse_from(line).unwrap();
        let Command::Order(Order { at, .. }) = command else {
            panic!("{command:?}")
        };
        assert_eq!(at.office, Some(PathBuf::from("/o")));
        assert_eq!(lang, Some(Tongue::Ja));
    }
}

#[test]
fn what_must_be_said_is_asked_for() {
    let wrong = |line: &str, part: &str| {
        let told = parsed(line).unwrap_err();
        assert!(told.contains(part), "{line}: {told}");
    };
    wrong("order withdraw", "ORDER");
    wrong("order withdraw 0123abcd --all", "--all");
    wrong("order show 0123", "give 8 digits");
    wrong("order approve 0123abcd --as me@isp-a", "--key");
    wrong("case close camera-1", "--why");
    wrong("case open camera-1 192.0.2.0/24", "a prefix is no goal");
    wrong("enrol invite isp-a --lines 0", "--lines");
    wrong(
        "enrol person duty --key k --role approver",
        "name@organisation",
    );
    let draft = "order propose c --ground C1 --stated-by d@isp-a --lasts 30m --fire-within 5m";
    wrong(draft, "--canary");
    wrong(
        &format!("{draft} --canary isp-a --skip-canary x@isp-a"),
        "--skip-canary",
    );
    wrong(&format!("{draft} --canary isp-a --quorum 101"), "--quorum");
    assert!(parsed(&format!("{draft} --canary isp-a --canary isp-b")).is_ok());
    assert!(parsed("order withdraw --all").is_ok());
}
