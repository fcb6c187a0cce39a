use std::os::unix::fs::PermissionsExt as _;

use issei_ledger::commitment::opens;

use super::*;
use crate::traffic::Folder;

fn day(days: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + days * 86_400)
}

#[test]
fn a_key_opens_its_commitment_and_no_other() {
    let place = Folder::new("reflex-keys");
    let path = place.path().join("keys.jsonl");
    let mut keys = Keys::open(&path, day(0)).unwrap();
    let first = keys.commit("one".into(), day(0)).unwrap();
    let second = keys.commit("one".into(), day(0)).unwrap();
    keys.sync().unwrap();
    assert_ne!(first, second, "each trigger has a key of its own");
    let kept = read(&path).unwrap();
    assert_eq!(kept.len(), 2);
    let shows = |commitment: &Digest, key: &Key| {
        opens(&commitment.0, &key.key.0, FIELD, key.trigger.as_bytes())
    };
    assert!(shows(&first, &kept[0]) && shows(&second, &kept[1]));
    assert!(!shows(&first, &kept[1]));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn keys_go_when_their_time_is_over_and_the_others_stay() {
    let place = Folder::new("reflex-keys-over");
    let path = place.path().join("keys.jsonl");
    let mut keys = Keys::open(&path, day(0)).unwrap();
    keys.commit("old".into(), day(0)).unwrap();
    keys.commit("new".into(), day(10)).unwrap();
    keys.tidy_if_due(day(90)).unwrap();
    let kept: Vec<String> = read(&path)
        .unwrap()
        .into_iter()
        .map(|key| key.trigger)
        .collect();
    assert_eq!(kept, ["new"]);
    keys.commit("newer".into(), day(90)).unwrap();
    assert_eq!(read(&path).unwrap().len(), 2);
}

#[test]
fn a_line_torn_by_a_crash_is_cut_off_and_a_wrong_one_is_told() {
    let place = Folder::new("reflex-keys-torn");
    let path = place.path().join("keys.jsonl");
    let mut keys = Keys::open(&path, day(0)).unwrap();
    keys.commit("one".into(), day(0)).unwrap();
    drop(keys);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}{}", &text[..20])).unwrap();
    let mut keys = Keys::open(&path, day(0)).unwrap();
    keys.commit("two".into(), day(0)).unwrap();
    assert_eq!(read(&path).unwrap().len(), 2);
    std::fs::write(&path, "{}\n").unwrap();
    assert!(Keys::open(&path, day(0)).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
}
