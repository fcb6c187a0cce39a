//! A folder keeps secrets apart and names what is wrong with its settings.

use issei_case::Ceiling;
use issei_ledger::{Algorithm, Signer};
use issei_model::Span;

use super::{Charter, Folder, OwnList, Settings};
use crate::traffic;

/// A folder of the test's own, and the office's in it.
fn place(name: &str) -> (traffic::Folder, Folder) {
    let place = traffic::Folder::new(&format!("folder-{name}"));
    let folder = Folder::new(place.path());
    (place, folder)
}

#[test]
fn a_seed_is_read_as_it_was_drawn_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, folder) = place("seed");
    let drawn = folder.new_seed("desk").unwrap();
    assert_eq!(folder.seed("desk").unwrap(), drawn);
    assert_ne!(folder.new_seed("witness").unwrap(), drawn);
    let mode = std::fs::metadata(place.path().join("desk.seed"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn settings_that_are_written_are_read_again() {
    let (_place, folder) = place("settings");
    assert_eq!(folder.settings().unwrap(), Settings::default());
    let settings = Settings {
        address: Some("127.0.0.1:7443".into()),
        rows_on: vec!["X1".into()],
        clock_error_ms: Some(5),
        ..Settings::default()
    };
    folder.write_settings(&settings).unwrap();
    assert_eq!(folder.settings().unwrap(), settings);
}

#[test]
fn a_wrong_word_in_the_settings_is_named_with_its_line() {
    let (place, folder) = place("wrong");
    std::fs::write(
        place.path().join("settings.toml"),
        "rows_on = []\nadress = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let said = folder.settings().unwrap_err().to_string();
    assert!(said.contains("settings.toml:2:1: adress: "), "{said}");
}

#[test]
fn a_row_that_the_pack_does_not_have_is_refused() {
    let (_place, folder) = place("row");
    let rows_on = vec!["Z9".into()];
    folder
        .write_settings(&Settings {
            rows_on,
            ..Settings::default()
        })
        .unwrap();
    let log = Signer::new("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let charter = Charter::new("coordinator".parse().unwrap(), log.verifier());
    assert!(
        folder
            .rules(&charter, &OwnList::open(&folder).unwrap())
            .unwrap_err()
            .to_string()
            .contains("Z9")
    );
}

#[test]
fn own_prefixes_wider_than_any_provider_or_with_host_bits_are_refused() {
    let (_place, folder) = place("ours");
    let log = Signer::new("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let charter = Charter::new("coordinator".parse().unwrap(), log.verifier());
    let rules = |net: &str| {
        let ours = vec![net.parse().unwrap()];
        let settings = Settings {
            ours,
            ..Settings::default()
        };
        folder.write_settings(&settings).unwrap();
        folder.rules(&charter, &OwnList::open(&folder).unwrap())
    };
    for wrong in ["0.0.0.0/0", "::/0", "10.0.0.0/7", "203.0.113.7/24"] {
        let said = rules(wrong).unwrap_err().to_string();
        assert!(said.contains(wrong) && said.contains("ours"), "{said}");
    }
    assert_eq!(rules("203.0.113.0/24").unwrap().ours.len(), 1);
}

#[test]
fn ceilings_are_only_lowered() {
    let high = Settings {
        lines_per_order: Some(20_000),
        lines_per_day: Some(5),
        ..Settings::default()
    };
    let lowered = high.lowered(Ceiling::default());
    assert_eq!(lowered.per_order(), Ceiling::default().per_order());
    assert_eq!(lowered.per_day(), 5);
}

#[test]
fn a_span_that_is_not_set_is_the_usual_one() {
    assert_eq!(Settings::span(None, Span::from_secs(2)), Span::from_secs(2));
    assert_eq!(
        Settings::span(Some(20), Span::from_secs(2)),
        Span::from_millis(20)
    );
}
