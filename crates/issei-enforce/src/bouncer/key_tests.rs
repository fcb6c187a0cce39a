use super::*;

#[test]
fn a_key_is_found_by_its_hash_alone() {
    let keys = Keys::new(vec![KeyHash::of(b"one"), KeyHash::of(b"two")]);
    assert_eq!(keys.find(b"one"), Some(0));
    assert_eq!(keys.find(b"two"), Some(1));
    for wrong in [&b""[..], b"on", b"one ", b"One", b"three", &[b'k'; 10_000]] {
        assert_eq!(keys.find(wrong), None, "{wrong:?}");
    }
}

#[test]
fn hashes_that_differ_in_one_bit_differ() {
    let known = KeyHash::of(b"one");
    for bit in 0..256 {
        let mut other = known.clone();
        other.0[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(known.differs(&other), 0, "bit {bit}");
    }
    assert_eq!(known.differs(&known), 0);
}

#[test]
fn what_sha256sum_writes_is_read_and_nothing_shorter() {
    // printf %s one | sha256sum
    let written = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  -\n";
    assert_eq!(written.parse(), Ok(KeyHash::of(b"one")));
    for wrong in ["", "one", "7692c3", &written[1..64], &format!("0{written}")] {
        assert_eq!(wrong.parse::<KeyHash>(), Err(KeyError), "{wrong}");
    }
    let no_digit = written.replacen('7', "g", 1);
    assert_eq!(no_digit.parse::<KeyHash>(), Err(KeyError));
}

#[test]
fn a_hash_is_not_shown() {
    assert_eq!(format!("{:?}", KeyHash::of(b"one")), "KeyHash(…)");
}
