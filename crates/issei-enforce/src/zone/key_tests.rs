use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

fn key(name: &str, secret: u8) -> Key {
    Key::new(name.parse().expect("a name"), &[secret; 32]).expect("a key")
}

/// A question for the start of authority of `a.test`.
fn question() -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    bytes.extend_from_slice(b"\x01a\x04test\0\0\x06\0\x01");
    bytes
}

fn signed(key: &Key, now: Timestamp) -> Vec<u8> {
    let mut bytes = question();
    key.sign(now, &mut bytes, Covers::Request);
    bytes
}

fn checked(key: &Key, now: Timestamp, bytes: &[u8]) -> Result<(), Unsound> {
    let signed = Signed::find(bytes)
        .expect("a signature")
        .expect("a whole one");
    key.check(now, bytes, &signed, Covers::Request)
}

#[test]
fn what_was_signed_is_right_and_leaves_the_message_as_it_was() {
    let bytes = signed(&key("one.key", 1), NOW);
    assert_eq!(checked(&key("one.key", 1), NOW, &bytes), Ok(()));
    assert_eq!(bytes[..10], question()[..10]);
    assert_eq!(bytes[12..question().len()], question()[12..]);
}

/// The signature of a message worked out by the words of RFC 8945 section 4.3, byte by byte.
#[test]
fn the_signature_covers_what_the_standard_says() {
    let bytes = signed(&key("one.key", 1), NOW);
    let mut covered = question();
    covered.extend_from_slice(b"\x03one\x03key\0\x00\xff\0\0\0\0\x0bhmac-sha256\0");
    covered.extend_from_slice(&1_764_000_000u64.to_be_bytes()[2..]);
    covered.extend_from_slice(&[0x01, 0x2c, 0, 0, 0, 0]);
    let mut mac: Hmac<Sha256> = Hmac::new_from_slice(&[1; 32]).expect("a key");
    mac.update(&covered);
    let mac = mac.finalize().into_bytes();
    let found = Signed::find(&bytes)
        .expect("a signature")
        .expect("a whole one");
    assert_eq!(found.mac, mac.to_vec());
}

#[test]
fn every_changed_bit_of_a_message_is_found() {
    let key = key("one.key", 1);
    let bytes = signed(&key, NOW);
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let sound = Signed::find(&changed)
            .and_then(Result::ok)
            .is_some_and(|signed| {
                key.is_named_by(&signed)
                    && key.check(NOW, &changed, &signed, Covers::Request).is_ok()
            });
        // The number of the message stands in the record again, and that one is signed.
        let is_outer_number = bit < 16;
        // Names of keys and algorithms are the same in upper case.
        let is_case = bit / 8 >= question().len() && changed.eq_ignore_ascii_case(&bytes);
        assert!(!sound || is_outer_number || is_case, "bit {bit}");
    }
}

#[test]
fn another_key_of_the_same_name_does_not_do() {
    let bytes = signed(&key("one.key", 1), NOW);
    assert_eq!(checked(&key("one.key", 2), NOW, &bytes), Err(Unsound::Mac));
}

#[test]
fn a_key_is_known_by_its_name() {
    let bytes = signed(&key("one.key", 1), NOW);
    let signed = Signed::find(&bytes)
        .expect("a signature")
        .expect("a whole one");
    assert!(key("one.key", 1).is_named_by(&signed));
    assert!(!key("two.key", 1).is_named_by(&signed));
}

#[test]
fn a_signature_counts_for_its_fudge_and_no_longer() {
    let key = key("one.key", 1);
    let bytes = signed(&key, NOW);
    for apart in [-300, 300] {
        let now = NOW + issei_model::Span::from_secs(apart);
        assert_eq!(checked(&key, now, &bytes), Ok(()));
        let now = NOW + issei_model::Span::from_secs(apart + apart.signum());
        assert_eq!(checked(&key, now, &bytes), Err(Unsound::Time));
    }
}

#[test]
fn a_cut_signature_does_not_do() {
    let key = key("one.key", 1);
    let bytes = signed(&key, NOW);
    let mut found = Signed::find(&bytes)
        .expect("a signature")
        .expect("a whole one");
    found.mac.truncate(16);
    assert_eq!(
        key.check(NOW, &bytes, &found, Covers::Request),
        Err(Unsound::Mac)
    );
}

#[test]
fn a_signature_that_is_not_last_makes_the_message_unreadable() {
    let key = key("one.key", 1);
    let mut bytes = signed(&key, NOW);
    key.sign(NOW, &mut bytes, Covers::Request);
    assert!(matches!(Signed::find(&bytes), Some(Err(()))));
}

#[test]
fn a_later_message_stands_on_the_one_before() {
    let key = key("one.key", 1);
    let mut first = question();
    let before = key.sign(NOW, &mut first, Covers::Answer(&[7; 32]));
    let mut second = question();
    key.sign(NOW, &mut second, Covers::Following(&before));
    let signed = Signed::find(&second)
        .expect("a signature")
        .expect("a whole one");
    assert_eq!(
        key.check(NOW, &second, &signed, Covers::Following(&before)),
        Ok(())
    );
    let other = key.check(NOW, &second, &signed, Covers::Following(&[7; 32]));
    assert_eq!(other, Err(Unsound::Mac));
}

#[test]
fn a_short_secret_is_no_key() {
    let made = Key::new("one.key".parse().expect("a name"), &[1; 15]);
    assert_eq!(made.map(drop), Err(KeyError::Short(15)));
}

#[test]
fn a_secret_does_not_print() {
    assert_eq!(format!("{:?}", key("one.key", 1)), "key `one.key`");
}
