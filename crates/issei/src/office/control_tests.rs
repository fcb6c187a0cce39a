//! People ask over a socket that only the owner opens; wrong lines are answered with why.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use super::{Ask, Line, Reply, ask, listen};
use crate::office::folder::Folder;
use crate::traffic;

/// A folder of the test's own, and the office's in it.
fn place(name: &str) -> (traffic::Folder, Folder) {
    let place = traffic::Folder::new(&format!("control-{name}"));
    let folder = Folder::new(place.path());
    (place, folder)
}

/// An office that answers every ask with its own words.
fn echo(folder: &Folder, with: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (desk, mut asks) = tokio::sync::mpsc::channel(4);
    let _inside = runtime.enter();
    let door = listen(folder, desk).unwrap();
    runtime.spawn(async move {
        while let Some((ask, reply)) = asks.recv().await {
            let _: Result<(), Reply> =
                reply.send(Reply::Done(issei_text::Phrase::same(format!("{ask:?}"))));
        }
    });
    with();
    drop(door);
}

#[test]
fn asks_are_answered_one_after_the_other_on_one_line() {
    let (_place, folder) = place("asks");
    echo(&folder, || {
        let mut line = Line::open(&folder).unwrap();
        for question in [Ask::Status, Ask::Stop, Ask::CaseShow("worm".into())] {
            assert_eq!(
                line.ask(&question).unwrap(),
                Reply::Done(issei_text::Phrase::same(format!("{question:?}")))
            );
        }
    });
}

#[test]
fn nobody_but_the_owner_may_open_the_socket_and_it_is_gone_afterwards() {
    let (_place, folder) = place("mode");
    echo(&folder, || {
        let mode = std::fs::metadata(folder.socket())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    });
    assert!(!folder.socket().exists());
    let said = ask(&folder, &Ask::Status).unwrap_err().to_string();
    assert!(said.contains("no office runs there"), "{said}");
}

#[test]
fn a_line_that_is_no_ask_is_answered_with_why() {
    let (_place, folder) = place("wrong");
    echo(&folder, || {
        let mut stream = BufReader::new(UnixStream::connect(folder.socket()).unwrap());
        let deep = "[".repeat(1_000_000);
        for wrong in ["{}", "\"stopp\"", deep.as_str()] {
            stream
                .get_mut()
                .write_all(format!("{wrong}\n").as_bytes())
                .unwrap();
            let mut said = String::new();
            stream.read_line(&mut said).unwrap();
            let reply: Reply = serde_json::from_str(&said).unwrap();
            assert!(
                matches!(reply, Reply::Wrong(why) if why.en.contains("not an ask")),
                "{wrong:.20}"
            );
        }
    });
}

#[test]
fn a_second_process_does_not_take_the_socket_of_a_living_one() {
    let (_place, folder) = place("twice");
    echo(&folder, || {
        let (desk, _asks) = tokio::sync::mpsc::channel(1);
        let said = listen(&folder, desk).err().unwrap().to_string();
        assert!(said.contains("another process runs this office"), "{said}");
    });
}
