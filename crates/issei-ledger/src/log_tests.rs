use super::*;
use crate::made::{self, Files, go_on, log_key};
use crate::{Audit, Strangers};

fn open(files: &mut Files, known: &Tip) -> Result<Log, OpenError<std::convert::Infallible>> {
    Log::open(files, log_key().verifier(), known)
}

#[test]
fn a_log_opened_again_goes_on_as_if_it_had_never_been_closed() {
    let (mut files, mut log) = (Files::new(), None);
    for size in [1, 2, 255, 256, 257, 511, 512, 1_200] {
        let mut again = open(&mut files, &Tip::empty()).unwrap();
        let (note, _) = go_on(&mut files, &mut again, 0, size);
        again.publish(&mut files, &note).unwrap();
        log = Some(again);
    }
    let (_, straight, _) = made::log(1_200, 0);
    assert_eq!(log.unwrap().tip(), straight.tip());
    Audit::new(&files, None, Strangers::Named)
        .unwrap()
        .run()
        .unwrap();
}

#[test]
fn a_log_set_back_to_an_old_backup_is_not_opened() {
    let (mut files, mut log, _) = made::log(300, 0);
    let mut backup = files.clone();
    go_on(&mut files, &mut log, 0, 301);
    let refused = Refusal::Shrunk {
        seen: 301,
        offered: 300,
    };
    assert_eq!(
        open(&mut backup, &log.tip()).map(drop),
        Err(OpenError::Refused(refused))
    );
    assert!(open(&mut files, &log.tip()).is_ok());
}

#[test]
fn a_log_with_another_history_is_not_opened() {
    let (mut files, ..) = made::log(300, 0);
    let known = Tip {
        size: 200,
        root: [1; 32],
    };
    let refused = Refusal::Forked {
        seen: 200,
        offered: 300,
    };
    assert_eq!(
        open(&mut files, &known).map(drop),
        Err(OpenError::Refused(refused))
    );
}

#[test]
fn a_log_that_was_cut_short_is_not_opened() {
    let (files, log, _) = made::log(300, 0);
    for path in ["tile/1/000.p/1", "tile/0/001.p/44", "tile/entries/001.p/44"] {
        let mut cut = files.clone();
        let bytes = cut.remove(path).unwrap();
        // Nor does a longer file do: who goes on from it would sign what is not there.
        let full = path.split(".p/").next().unwrap();
        cut.insert(full.into(), bytes);
        let missing = TilesError::Missing {
            path: path.into(),
            full: None,
        };
        assert_eq!(
            open(&mut cut, &log.tip()).map(drop),
            Err(OpenError::Tiles(missing))
        );
    }
}

#[test]
fn what_was_signed_is_never_signed_otherwise_after_a_crash() {
    let (mut files, mut log, _) = made::log(300, 0);
    // Signed, perhaps seen by a witness, never published.
    go_on(&mut files, &mut log, 0, 310);
    assert_eq!(open(&mut files, &Tip::empty()).unwrap().tip(), log.tip());
}

#[test]
fn what_a_crash_left_unsigned_is_taken_away() {
    let (mut files, mut log, _) = made::log(250, 0);
    let before = log.tip();
    for index in 250..600 {
        log.append(made::entry(index)).unwrap();
    }
    log.write(&mut files).unwrap();
    let mut again = open(&mut files, &before).unwrap();
    assert_eq!(again.tip(), before);
    let (note, _) = go_on(&mut files, &mut again, 0, 260);
    again.publish(&mut files, &note).unwrap();
    let verdict = Audit::new(&files, None, Strangers::Named)
        .unwrap()
        .run()
        .unwrap();
    assert_eq!((verdict.size, verdict.uncovered), (260, 0));
}

#[test]
fn partial_files_go_when_the_full_one_is_published() {
    let (mut files, mut log, _) = made::log(200, 0);
    let (note, _) = go_on(&mut files, &mut log, 0, 300);
    assert!(files.contains_key("tile/entries/000.p/200"));
    log.publish(&mut files, &note).unwrap();
    assert!(!files.contains_key("tile/entries/000.p/200"));
    assert!(!files.contains_key("tile/0/000.p/200"));
    assert!(files.contains_key("tile/0/001.p/44"));
}

#[test]
fn a_log_is_opened_with_its_own_key_only() {
    let (mut files, ..) = made::log(3, 0);
    let other = Signer::new(made::ORIGIN, crate::Algorithm::Ed25519, &[2; 32]).unwrap();
    let opened = Log::open(&mut files, other.verifier(), &Tip::empty()).map(drop);
    assert!(matches!(
        opened,
        Err(OpenError::Refused(Refusal::Unsigned { .. }))
    ));
}

#[test]
fn an_older_note_does_not_set_readers_back() {
    let (mut files, mut log, _) = made::log(5, 0);
    let (late, _) = go_on(&mut files, &mut log, 0, 6);
    let (newer, _) = go_on(&mut files, &mut log, 0, 9);
    log.publish(&mut files, &newer).unwrap();
    let shown = files[CHECKPOINT].clone();
    log.publish(&mut files, &late).unwrap();
    assert_eq!((log.published(), &files[CHECKPOINT]), (9, &shown));
    // Nor does a restart forget what readers saw.
    let mut again = open(&mut files, &Tip::empty()).unwrap();
    assert_eq!(again.published(), 9);
    again.publish(&mut files, &late).unwrap();
    assert_eq!(files[CHECKPOINT], shown);
    // The same tip with more cosignatures is shown.
    let mut more = newer;
    let line = made::witness_key(0).sign(&more.text, 7);
    more.signatures.push(line);
    again.publish(&mut files, &more).unwrap();
    assert_eq!(files[CHECKPOINT], made::bytes(&more));
}

#[test]
fn a_note_that_the_log_did_not_give_is_not_shown() {
    let (mut files, mut log, _) = made::log(5, 0);
    let shown = files[CHECKPOINT].clone();
    let other = |origin, size, root| Body::new(origin, Tip { size, root }).sign(&made::log_key());
    let root = log.tip().root;
    let mut longer = Body::new(made::ORIGIN, log.tip());
    longer.extensions.push("more".to_owned());
    for note in [
        other("other.example", 5, root),
        other(made::ORIGIN, 5, [9; 32]),
        other(made::ORIGIN, 6, root),
        longer.sign(&made::log_key()),
    ] {
        log.publish(&mut files, &note).unwrap();
        assert_eq!(files[CHECKPOINT], shown, "{}", note.text);
    }
}

#[test]
fn bytes_that_cannot_be_an_entry_are_not_appended() {
    let (_, mut log, _) = made::log(5, 0);
    let tip = log.tip();
    for bytes in [Vec::new(), b"blob 00".to_vec()] {
        assert!(log.append(bytes).is_err());
    }
    let long = vec![b'x'; crate::LONGEST_ENTRY + 1];
    assert!(log.append(long).is_err());
    assert_eq!(log.tip(), tip);
}

#[test]
fn of_many_tips_that_were_signed_and_not_published_the_newest_are_remembered() {
    let (mut files, mut log, _) = made::log(1, 0);
    let (first, _) = go_on(&mut files, &mut log, 0, 2);
    for index in 2..2 + MOST_UNPUBLISHED as u64 {
        log.append(made::entry(index)).unwrap();
        log.sign(&mut files, &log_key()).unwrap();
    }
    assert_eq!(log.signed.len(), MOST_UNPUBLISHED);
    log.publish(&mut files, &first).unwrap();
    assert_eq!(log.published(), 1);
    let newest = log.sign(&mut files, &log_key()).unwrap();
    log.publish(&mut files, &newest).unwrap();
    assert_eq!(log.published(), log.tip().size);
}

#[test]
fn a_last_bundle_that_does_not_fit_its_hashes_is_not_built_upon() {
    let (mut files, log, _) = made::log(300, 0);
    let path = "tile/entries/001.p/44";
    files.get_mut(path).unwrap()[4] ^= 1;
    let malformed = TilesError::Malformed { path: path.into() };
    assert_eq!(
        open(&mut files, &log.tip()).map(drop),
        Err(OpenError::Tiles(malformed))
    );
}
