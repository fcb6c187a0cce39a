use super::*;

const NOTE: &str = "coordinator.issei.internal/orders\n42\nZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI=\n\n— coordinator.issei.internal/orders AAAA\n— isp-a.issei.internal/witness BBBB\n";

#[test]
fn a_checkpoint_tells_its_size_and_who_signed() {
    let read = Checkpoint::read(NOTE).unwrap();
    assert_eq!(read.size, 42);
    let signers = [
        "coordinator.issei.internal/orders",
        "isp-a.issei.internal/witness",
    ];
    assert_eq!(read.signers, signers);
}

#[test]
fn what_is_no_checkpoint_is_none() {
    for odd in ["", "a\nb\nc\n", "origin\n-1\nroot\n", "origin"] {
        assert_eq!(Checkpoint::read(odd), None, "{odd:?}");
    }
}

/// A cosignature of the witness's key 01020304 at 1795500060 s, and at 1795500000 s.
const LATER: &str = "AQIDBAAAAABrBSgc/////////////////////////////////////////////////////////////////////////////////////w==";
const FIRST: &str = "AQIDBAAAAABrBSfgBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";
/// One that says a moment that no clock shows.
const NEVER: &str = "AQIDBP//////////BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";

fn note(signatures: &[(&str, &str)]) -> String {
    let mut note =
        "coordinator.issei.internal/orders\n42\nZm9v\n\n— coordinator.issei.internal/orders AAAA\n"
            .to_owned();
    for (name, said) in signatures {
        note += &format!("— {name} {said}\n");
    }
    note
}

#[test]
fn a_checkpoint_is_as_old_as_its_first_cosignature_and_without_one_has_no_time() {
    let read = |signatures: &[(&str, &str)]| Checkpoint::read(&note(signatures)).unwrap();
    let both = read(&[
        ("isp-a.witness.issei.internal", LATER),
        ("isp-b.witness.issei.internal", FIRST),
    ]);
    assert_eq!(both.witnessed_at, Some(Timestamp::from_secs(1_795_500_000)));
    assert!(both.is_cosigned_by("isp-a") && both.is_cosigned_by("isp-b"));
    assert!(!both.is_cosigned_by("isp-c") && !both.is_cosigned_by("isp"));
    let short = &FIRST[..100];
    let foreign = FIRST.replacen('A', "*", 1);
    for odd in ["AAAA", "", short, &foreign, NEVER] {
        assert_eq!(
            read(&[("isp-a.witness.issei.internal", odd)]).witnessed_at,
            None,
            "{odd}"
        );
    }
}
