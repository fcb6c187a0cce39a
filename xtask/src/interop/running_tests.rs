use super::*;
use std::path::Path;

#[test]
fn what_a_program_says_is_kept() {
    let folder = Folder::new("test").unwrap();
    let said = said_by(&folder, &["sh", "-c", "echo one; echo two >&2"]).unwrap();
    assert_eq!((said.out.as_str(), said.err.as_str()), ("one\n", "two\n"));
}

#[test]
fn a_bad_end_is_an_error_with_the_last_words() {
    let folder = Folder::new("test").unwrap();
    let told = said_by(&folder, &["sh", "-c", "echo no such thing >&2; exit 3"]).unwrap_err();
    assert!(told.contains("no such thing"), "{told}");
}

#[test]
fn letting_go_of_a_program_ends_it() {
    let folder = Folder::new("test").unwrap();
    let running = Running::start(&folder, &["sleep", "600"]).unwrap();
    let place = format!("/proc/{}", running.id());
    assert!(Path::new(&place).exists());
    drop(running);
    assert!(!Path::new(&place).exists());
}

#[test]
fn a_program_that_is_asked_to_end_ends() {
    let folder = Folder::new("test").unwrap();
    let said = Running::start(&folder, &["sleep", "600"])
        .unwrap()
        .end()
        .unwrap();
    assert!(!said.status.success());
}

#[test]
fn waiting_for_a_program_that_has_died_is_an_error_and_not_a_wait() {
    let folder = Folder::new("test").unwrap();
    let mut running = Running::start(&folder, &["sh", "-c", "echo dead >&2; exit 1"]).unwrap();
    let told = running.until("it listens", |_| false).unwrap_err();
    assert!(told.contains("ended before it listens"), "{told}");
}
