use super::*;

#[test]
fn hexadecimal_goes_there_and_back() {
    let digest = Digest(std::array::from_fn(|i| i as u8 * 7));
    assert_eq!(digest.to_string().parse(), Ok(digest));
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
}

#[test]
fn other_lengths_upper_case_and_foreign_letters_are_refused() {
    for text in [
        "",
        "ab",
        &"A".repeat(64),
        &"g".repeat(64),
        &"a".repeat(66),
        &"é".repeat(32),
    ] {
        assert!(text.parse::<Digest>().is_err(), "{text}");
    }
}
