use super::*;

fn shell(script: &str) -> Asking {
    Asking {
        dialect: Dialect::Gobgp,
        program: ["sh", "-c", script, "sh"].map(str::to_owned).to_vec(),
    }
}

fn ask(script: &str) -> io::Result<Heard> {
    shell(script).ask(&["one".into(), "two words".into()])
}

#[test]
fn a_program_is_heard_to_its_end() {
    let heard = ask("printf '%s\\n' \"$@\"").expect("it ends well");
    assert_eq!(heard.words, "one\ntwo words\n");
}

#[test]
fn a_program_that_is_not_there_or_fails_is_an_error() {
    let nobody = Asking {
        dialect: Dialect::Gobgp,
        program: vec!["/nonexistent/birdc".into()],
    };
    assert!(nobody.ask(&[]).is_err());
    let nothing = Asking {
        dialect: Dialect::Gobgp,
        program: vec![],
    };
    assert!(nothing.ask(&[]).is_err());
    assert!(ask("echo half; exit 3").is_err());
}

#[test]
fn words_that_are_no_text_are_an_error() {
    assert!(ask("printf '\\377'").is_err());
}

#[test]
fn a_program_that_says_too_much_is_ended() {
    let said = ask("exec yes").expect_err("it never stops");
    assert!(said.to_string().contains("said more"), "{said}");
}

#[test]
fn a_program_that_runs_too_long_is_ended() {
    let mut running = Running::start(&["sleep".into()], &["1000".into()]).expect("it starts");
    let id = running.0.id();
    let soon = Instant::now() + Duration::from_millis(50);
    let said = running.hear(soon).expect_err("it says nothing");
    assert_eq!(said.kind(), io::ErrorKind::TimedOut);
    drop(running);
    assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
}

#[test]
fn a_program_that_says_everything_and_stays_is_ended() {
    let script = ["-c", "exec 1>&-; exec sleep 1000"].map(str::to_owned);
    let mut running = Running::start(&["sh".into()], &script).expect("it starts");
    let soon = Instant::now() + Duration::from_millis(50);
    assert_eq!(
        running
            .hear(Instant::now() + LONGEST)
            .expect("all of nothing"),
        ""
    );
    assert!(running.end(soon).is_err());
}
