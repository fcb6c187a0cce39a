use std::process::{Command, Stdio};

use super::*;

fn sleeper() -> std::process::Child {
    let mut command = Command::new("sleep");
    command
        .arg("60")
        .stdin(Stdio::null())
        .spawn()
        .expect("sleep is everywhere")
}

#[test]
fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
    let line = "7 (a) b) S 1 7 7 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 1";
    assert_eq!(state_and_beginning(line), Some(('S', 4242)));
    assert_eq!(state_and_beginning("7 (a"), None);
}

#[test]
fn a_process_is_ended_by_its_number_and_beginning() {
    let mut child = sleeper();
    let seen = Process::of(child.id()).expect("it runs");
    assert!(seen.is_alive());
    assert!(seen.end(Ending::Killed).expect("ours to end"));
    child.wait().expect("it ends");
    assert!(!seen.is_alive());
    assert!(!seen.end(Ending::Killed).expect("nobody is there"));
}

#[test]
fn another_process_of_the_same_number_is_left_alone() {
    let mut child = sleeper();
    let seen = Process::of(child.id()).expect("it runs");
    let other = Process {
        began: seen.began + 1,
        ..seen
    };
    assert!(!other.end(Ending::Killed).expect("it is not the one"));
    assert!(seen.is_alive());
    child.kill().expect("ours");
    child.wait().expect("it ends");
}
