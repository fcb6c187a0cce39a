use std::os::unix::net::UnixListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::*;
use crate::traffic::Folder;

/// Answers one task of each connection. Then it closes it, or hears another task and keeps silent.
enum Then {
    Closes,
    IsSilent,
}

fn enforcer(place: &Folder, connections: Vec<Then>) -> (PathBuf, Receiver<()>) {
    let socket = place.path().join("enforcer.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let (tell, asked) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for then in connections {
            let (stream, _) = listener.accept().unwrap();
            let mut reading = BufReader::new(stream);
            let mut line = String::new();
            reading.read_line(&mut line).unwrap();
            tell.send(()).unwrap();
            reading.get_mut().write_all(b"\"done\"\n").unwrap();
            if matches!(then, Then::IsSilent) {
                reading.read_line(&mut line).unwrap();
                tell.send(()).unwrap();
                kept.push(reading);
            }
        }
        thread::park();
    });
    (socket, asked)
}

#[test]
fn an_enforcer_that_was_started_anew_is_asked_again() {
    let place = Folder::new("line-anew");
    let (socket, _asked) = enforcer(&place, vec![Then::Closes, Then::Closes]);
    let mut line = Line::to(&socket);
    assert_eq!(line.ask(&Task::Resume), Ok(Told::Done));
    assert_eq!(line.ask(&Task::Resume), Ok(Told::Done));
}

#[test]
fn an_enforcer_that_is_slow_is_asked_once_and_has_not_answered() {
    let place = Folder::new("line-slow");
    let (socket, asked) = enforcer(&place, vec![Then::IsSilent, Then::IsSilent]);
    let mut line = Line {
        patience: Duration::from_millis(200),
        ..Line::to(&socket)
    };
    assert_eq!(line.ask(&Task::Resume), Ok(Told::Done));
    let told = line.ask(&Task::Resume);
    assert!(told.unwrap_err().contains("does not answer"));
    assert_eq!((asked.recv(), asked.recv()), (Ok(()), Ok(())));
    assert!(asked.try_recv().is_err());
}

#[test]
fn one_that_is_not_there_is_named_with_the_next_step() {
    let place = Folder::new("line-absent");
    let mut line = Line::to(&place.path().join("enforcer.sock"));
    assert!(
        line.ask(&Task::Read)
            .unwrap_err()
            .contains("issei enforcer run")
    );
}
