use super::*;

#[test]
fn another_key_gives_another_hash() {
    let words = [1, 2, 3];
    assert_ne!(hash_words([1, 2], &words), hash_words([1, 3], &words));
    assert_ne!(hash_bytes([1, 2], b"words"), hash_bytes([2, 2], b"words"));
}

#[test]
fn every_word_and_every_byte_matters() {
    let key = [7, 9];
    assert_ne!(hash_words(key, &[1, 0]), hash_words(key, &[1]));
    let bytes: Vec<u8> = (0..20).collect();
    let whole = hash_bytes(key, &bytes);
    for place in 0..20 {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert_ne!(hash_bytes(key, &changed), whole);
    }
    assert_ne!(hash_bytes(key, &bytes[..19]), whole);
}

#[test]
fn hashes_spread_evenly_over_a_small_table() {
    let mut filled = [0_u32; 64];
    for word in 0..64_000 {
        filled[hash_words([1, 2], &[word]) as usize % 64] += 1;
    }
    // A thousand each; five standard deviations are 160.
    assert!(
        filled.iter().all(|count| (840..1160).contains(count)),
        "{filled:?}"
    );
}
