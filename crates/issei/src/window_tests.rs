use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::*;
use crate::traffic;

fn office() -> Office {
    Office {
        name: "coordinator".parse().unwrap(),
        coordinates: true,
    }
}

/// Asks over a real socket, as a browser would.
fn get(opened: &Opened, path: &str) -> String {
    let mut stream = TcpStream::connect(opened.address()).unwrap();
    let host = opened.origin().strip_prefix("http://").unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

#[test]
fn who_may_come_lasts_over_a_restart_and_lies_with_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = traffic::Folder::new("window-kept");
    let address = "127.0.0.1:0".parse().unwrap();
    let (desk, _asks) = mpsc::channel(1);
    let person: PersonId = "duty@isp-a".parse().unwrap();
    let opened = open(
        Place::at(address),
        office(),
        desk.clone(),
        Some(place.path()),
    )
    .unwrap();
    assert!(opened.window().door().is_new());
    let link = opened.invite(&person, &[Role::Operator]).unwrap();
    drop(opened);

    let again = open(Place::at(address), office(), desk, Some(place.path())).unwrap();
    assert!(!again.window().door().is_new());
    let code = link.rsplit('/').next().unwrap();
    assert_eq!(again.window().door().whose(code), Some(person));
    let mode = std::fs::metadata(place.path().join("window.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_window_answers_over_a_socket_and_tells_strangers_where_to_sign_in() {
    let (desk, _asks) = mpsc::channel(1);
    let opened = open(
        Place::at("127.0.0.1:0".parse().unwrap()),
        office(),
        desk,
        None,
    )
    .unwrap();
    let told = get(&opened, "/");
    assert!(told.starts_with("HTTP/1.1 303"), "{told}");
    assert!(told.contains("location: /sign-in"), "{told}");
}

#[test]
fn what_was_kept_and_cannot_be_read_opens_no_door() {
    let place = traffic::Folder::new("window-broken");
    std::fs::write(place.path().join("window.json"), "{\"people\": 7}").unwrap();
    let (desk, _asks) = mpsc::channel(1);
    let address = "127.0.0.1:0".parse().unwrap();
    let Err(failure) = open(Place::at(address), office(), desk, Some(place.path())) else {
        panic!("it opened");
    };
    assert!(failure.to_string().contains("window.json"), "{failure}");
}

#[test]
fn an_office_without_a_window_says_how_to_get_one() {
    let ask = Ask::Window(WindowAsk::Invite {
        person: "duty@isp-a".parse().unwrap(),
        roles: ["operator".to_owned()].into(),
    });
    let Some(Reply::Wrong(step)) = answer(None, &ask) else {
        panic!("no step was named");
    };
    assert!(step.en.contains("settings.toml"), "{step:?}");
    assert_ne!(step.en, step.ja);
    assert_eq!(answer(None, &Ask::Status), None);
}

#[test]
fn whoever_sits_at_the_machine_makes_and_ends_what_opens_the_window() {
    let (desk, _asks) = mpsc::channel(1);
    let opened = open(
        Place::at("127.0.0.1:0".parse().unwrap()),
        office(),
        desk,
        None,
    )
    .unwrap();
    let asked = |ask: WindowAsk| answer(Some(&opened), &Ask::Window(ask)).expect("an answer");
    let person: PersonId = "duty@isp-a".parse().unwrap();
    let roles = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let token = |name: &str, named: &[&str]| WindowAsk::Token {
        name: name.into(),
        person: person.clone(),
        roles: roles(named),
        days: 7,
    };
    let early = asked(token("probe", &["viewer"]));
    assert!(
        matches!(early, Reply::Wrong(_)),
        "nobody answers for it: {early:?}"
    );
    let invite = |named: &[&str]| WindowAsk::Invite {
        person: person.clone(),
        roles: roles(named),
    };
    assert!(matches!(asked(invite(&["king"])), Reply::Wrong(_)));
    let Reply::Done(link) = asked(invite(&["viewer"])) else {
        panic!("no link")
    };
    assert!(link.en.contains("/first/"), "{link:?}");
    assert_eq!(link.en, link.ja, "one link");
    assert!(matches!(
        asked(token("Probe!", &["viewer"])),
        Reply::Wrong(_)
    ));
    let Reply::Done(secret) = asked(token("probe", &["viewer", "operator"])) else {
        panic!("no token")
    };
    let worth = opened
        .window()
        .door()
        .by_token(&secret.en)
        .expect("it opens");
    assert_eq!(
        worth.roles,
        [Role::Viewer].into(),
        "no more than its person"
    );
    let Reply::Window(view) = asked(WindowAsk::People) else {
        panic!("no view")
    };
    let shown = page(&view, Text(Language::English));
    assert!(shown.contains("duty@isp-a: viewer"), "{shown}");
    assert!(shown.contains("token probe of duty@isp-a"), "{shown}");
    assert!(!shown.contains(&secret.en), "{shown}");
    assert!(matches!(
        asked(WindowAsk::EndToken("other".into())),
        Reply::Wrong(_)
    ));
    assert!(matches!(
        asked(WindowAsk::EndToken("probe".into())),
        Reply::Done(_)
    ));
    assert_eq!(opened.window().door().by_token(&secret.en), None);
    assert!(matches!(
        asked(WindowAsk::Remove(person.clone())),
        Reply::Done(_)
    ));
    assert!(matches!(
        asked(WindowAsk::Remove(person.clone())),
        Reply::Wrong(_)
    ));
    assert!(
        page(&opened.window().door().view(), Text(Language::English)).contains("nobody may come")
    );
}
