use std::time::Duration;

use super::{MOST_OUT, Program, SHOWN};
use crate::device::Fault;

/// A shell in place of `nft`: what it does stands in its arguments.
fn shell(patience: Duration) -> Program {
    Program {
        path: "/bin/sh".into(),
        namespace: None,
        patience,
    }
}

fn patient() -> Program {
    shell(Duration::from_secs(60))
}

#[test]
fn it_starts_in_utc_in_no_language_and_with_nothing_of_ours() {
    let said = patient().run(
        &[
            "-c",
            "printf '%s ' \"$TZ\" \"$LC_ALL\" \"$HOME\" \"$CARGO\"",
        ],
        String::new(),
    );
    assert_eq!(said.unwrap().out, "UTC C   ");
}

#[test]
fn more_than_any_pipe_holds_goes_in_and_out_at_once() {
    let text = "x".repeat(4 << 20);
    let said = patient()
        .run(&["-c", "cat; cat >&2 /dev/null"], text.clone())
        .unwrap();
    assert!(said.well && said.out == text);
}

#[test]
fn one_that_reads_nothing_and_ends_is_still_heard() {
    let said = patient()
        .run(&["-c", "echo no >&2; exit 1"], "x".repeat(4 << 20))
        .unwrap();
    assert!(!said.well);
    assert_eq!(said.err, "no");
}

#[test]
fn one_that_says_too_much_is_stopped() {
    let said = patient().run(&["-c", "exec cat /dev/zero"], String::new());
    let Err(Fault::Unreadable(why)) = said else {
        panic!("{said:?}")
    };
    assert_eq!(why, format!("more than {MOST_OUT} bytes"));
}

#[test]
fn one_that_does_not_end_is_away_and_ended() {
    let hasty = shell(Duration::from_millis(50));
    let marked = format!("exec sleep 1{}", std::process::id());
    let said = hasty.run(&["-c", &marked], String::new());
    assert!(matches!(said, Err(Fault::Away(_))), "{said:?}");
    let running = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let command = |entry: std::fs::DirEntry| std::fs::read(entry.path().join("cmdline")).ok();
    let asleep = format!("sleep\x001{}\0", std::process::id());
    assert_eq!(
        running
            .filter_map(command)
            .filter(|line| line == asleep.as_bytes())
            .count(),
        0
    );
}

#[test]
fn one_that_closes_its_mouth_and_does_not_end_is_away() {
    let hasty = shell(Duration::from_millis(50));
    let said = hasty.run(&["-c", "exec sleep 600 >&- 2>&-"], String::new());
    assert!(matches!(said, Err(Fault::Away(_))), "{said:?}");
}

#[test]
fn a_program_that_is_not_here_is_named_with_its_package() {
    let missing = Program {
        path: "/nowhere/nft".into(),
        ..patient()
    };
    let said = missing.run(&[], String::new());
    let Err(Fault::Away(why)) = said else {
        panic!("{said:?}")
    };
    assert!(
        why.contains("/nowhere/nft") && why.contains("apt-get install nftables"),
        "{why}"
    );
}

#[test]
fn a_complaint_is_one_short_line_without_controls() {
    let said = patient().run(&["-c", "printf 'Error: a\\033[31m\\n   \\n  ^^^\\n' >&2; yes y | head -c 100000 >&2; exit 1"], String::new()).unwrap();
    assert!(
        said.err.starts_with("Error: a[31m / ^^^ / y / y"),
        "{}",
        said.err
    );
    assert_eq!(said.err.chars().count(), SHOWN);
}

#[test]
fn what_is_no_text_is_not_guessed_at() {
    let said = patient().run(&["-c", "printf '\\377'"], String::new());
    assert!(matches!(said, Err(Fault::Unreadable(_))), "{said:?}");
}
