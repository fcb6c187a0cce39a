use super::*;
use crate::Tip;
use crate::made;

#[test]
fn every_size_is_proven_to_go_on_from_every_smaller_one() {
    let (files, ..) = made::log(70, 0);
    let tiles = Tiles::new(&files, 70);
    let tip = |size| Tip {
        size,
        root: tiles.root(size).unwrap(),
    };
    for new in 0..=70 {
        for old in 0..=new {
            let proof = tiles.consistency(old, new).unwrap();
            assert!(proof.extends(&tip(old), &tip(new)), "{old} to {new}");
            let mut wrong = tip(old);
            wrong.root[3] ^= 1;
            assert!(!proof.extends(&wrong, &tip(new)), "{old} to {new}");
            for step in 0..proof.0.len() {
                let mut broken = proof.clone();
                broken.0[step][0] ^= 1;
                assert!(!broken.extends(&tip(old), &tip(new)), "{old} to {new}");
            }
        }
    }
}

#[test]
fn proofs_across_many_tiles_hold() {
    let (files, ..) = made::log(66_000, 0);
    let tiles = Tiles::new(&files, 66_000);
    let tip = |size| Tip {
        size,
        root: tiles.root(size).unwrap(),
    };
    for (old, new) in [
        (1, 66_000),
        (256, 65_536),
        (65_536, 66_000),
        (300, 65_793),
        (65_535, 65_537),
    ] {
        assert!(
            tiles
                .consistency(old, new)
                .unwrap()
                .extends(&tip(old), &tip(new)),
            "{old} to {new}"
        );
        for index in [0, old - 1, old, new - 1] {
            let leaf = crate::Entry::new(tiles.entry(index).unwrap())
                .unwrap()
                .leaf_hash();
            assert!(
                tiles
                    .inclusion(index, new)
                    .unwrap()
                    .includes(&leaf, index, &tip(new))
            );
        }
    }
}

#[test]
fn entries_are_read_wherever_their_body_is_kept() {
    let (files, ..) = made::log(1_010, 0);
    for index in [0, 255, 256, 999, 1_009] {
        assert_eq!(
            Tiles::new(&files, 1_010).entry(index),
            Ok(made::entry(index))
        );
    }
}

#[test]
fn what_the_log_does_not_have_is_said_to_be_beyond() {
    let (files, ..) = made::log(10, 0);
    let tiles = Tiles::new(&files, 10);
    assert_eq!(
        tiles.root(11),
        Err(TilesError::Beyond {
            asked: 11,
            size: 10
        })
    );
    assert!(tiles.inclusion(10, 10).is_err() && tiles.consistency(9, 8).is_err());
    assert!(tiles.entry(300).is_err() && tiles.entry(u64::MAX).is_err());
}

/// What the newest log has left of a shorter one, and that one's tip.
fn taken_away(size: u64, newest: u64) -> (made::Files, Tip) {
    let (mut files, mut log, _) = made::log(size, 0);
    let tip = log.tip();
    let (note, _) = made::go_on(&mut files, &mut log, 0, newest);
    log.publish(&mut files, &note).unwrap();
    (files, tip)
}

#[test]
fn what_a_partial_file_held_is_read_from_the_full_one() {
    let (files, tip) = taken_away(300, 600);
    for path in ["tile/0/001.p/44", "tile/entries/001.p/44"] {
        assert!(!files.contains_key(path), "{path}");
    }
    let tiles = Tiles::new(&files, 300);
    assert_eq!(tiles.root(300), Ok(tip.root));
    for index in [0, 255, 256, 299] {
        assert_eq!(tiles.entry(index), Ok(made::entry(index)));
        let leaf = crate::Entry::new(made::entry(index)).unwrap().leaf_hash();
        assert!(
            tiles
                .inclusion(index, 300)
                .unwrap()
                .includes(&leaf, index, &tip)
        );
    }
    let beyond = TilesError::Beyond {
        asked: 301,
        size: 300,
    };
    assert_eq!(tiles.entry(300), Err(beyond));
}

#[test]
fn a_level_above_is_cut_to_its_width_too() {
    let (files, tip) = taken_away(65_000, 66_000);
    assert!(!files.contains_key("tile/1/000.p/253"));
    let tiles = Tiles::new(&files, 65_000);
    assert_eq!(tiles.root(65_000), Ok(tip.root));
}

#[test]
fn a_missing_partial_file_is_named_with_the_full_one_that_would_do() {
    let (mut files, ..) = made::log(300, 0);
    for path in ["tile/0/001.p/44", "tile/entries/001.p/44"] {
        files.remove(path).unwrap();
    }
    let tiles = Tiles::new(&files, 300);
    let missing = |path: &str, full: &str| TilesError::Missing {
        path: path.into(),
        full: Some(full.into()),
    };
    let missing_tile = missing("tile/0/001.p/44", "tile/0/001");
    assert_eq!(tiles.root(300), Err(missing_tile));
    let missing_bundle = missing("tile/entries/001.p/44", "tile/entries/001");
    assert_eq!(tiles.entry(299), Err(missing_bundle));
    files.insert("tile/0/001".into(), vec![0; 32 * 44]);
    let short = TilesError::Malformed {
        path: "tile/0/001".into(),
    };
    assert_eq!(Tiles::new(&files, 300).root(300), Err(short));
}
