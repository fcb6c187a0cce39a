use super::super::{Settings, open};
use crate::office::folder::Folder;
use crate::traffic;

/// The SHA-256 hash of `one`, as `sha256sum` writes it.
const HASH: &[u8] = b"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  -\n";

const CLIENT: &str = "\
[[bouncer.clients]]
name = \"gate\"
key_file = \"gate.key\"
from = [\"127.0.0.1\"]
stops = \"both ways\"
";

/// Opens a `[[bouncer]]` with these lines, and tells what was wrong.
fn refused(name: &str, listen: &str, clients: &str) -> Option<String> {
    let place = traffic::Folder::new(name);
    place.file("gate.key", HASH);
    place.file("torn.key", b"7692c3ad\n");
    let text = format!("[[bouncer]]\nlisten = \"{listen}\"\nclients = []\n");
    let text = match clients {
        "" => text,
        clients => format!("[[bouncer]]\nlisten = \"{listen}\"\n{clients}"),
    };
    let settings: Settings = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let opened = open(&settings, &Folder::new(place.path()));
    opened.err().map(|failure| failure.to_string())
}

#[test]
fn a_bouncer_is_opened_with_the_hash_of_its_key() {
    assert_eq!(refused("bouncer-opens", "127.0.0.1:0", CLIENT), None);
}

#[test]
fn settings_that_would_do_harm_or_nothing_are_refused_with_the_next_step() {
    let with = |line: &str| format!("{CLIENT}{line}\n");
    let twice = format!("{CLIENT}{CLIENT}");
    let same_key = format!("{CLIENT}{}", CLIENT.replace("\"gate\"", "\"other\""));
    let near = "127.0.0.1:0";
    for (listen, clients, reason) in [
        ("198.51.100.1:0", CLIENT.to_owned(), "in the clear"),
        ("0.0.0.0:0", CLIENT.to_owned(), "in the clear"),
        (near, String::new(), "clients"),
        (near, twice, "a name of its own"),
        (near, same_key, "same key"),
        (near, CLIENT.replace("gate.key", "torn.key"), "sha256sum"),
        (
            near,
            CLIENT.replace("stops = \"both ways\"", ""),
            "say what `gate` stops",
        ),
        (near, CLIENT.replace("\"127.0.0.1\"", ""), "no address"),
        (near, with("interval_ms = 10_000"), "update_frequency"),
        (near, with("interval_ms = 0"), "update_frequency"),
        (near, with("patience_ms = 60_000"), "patience_ms"),
        (near, with("asks = \"single\""), "read back"),
    ] {
        let said = refused("bouncer-refused", listen, &clients);
        assert!(
            said.as_ref().is_some_and(|said| said.contains(reason)),
            "{reason}: {said:?}"
        );
    }
}
