use super::*;

#[test]
fn a_commitment_opens_with_its_key_its_field_and_its_value_only() {
    let made = seal(&[1; 32], "line", b"192.0.2.1");
    assert!(opens(&made, &[1; 32], "line", b"192.0.2.1"));
    assert!(!opens(&made, &[2; 32], "line", b"192.0.2.1"));
    assert!(!opens(&made, &[1; 32], "name", b"192.0.2.1"));
    assert!(!opens(&made, &[1; 32], "line", b"192.0.2.2"));
}

#[test]
fn name_and_value_do_not_run_into_each_other() {
    assert_ne!(seal(&[1; 32], "ab", b"c"), seal(&[1; 32], "a", b"bc"));
}

#[test]
fn a_commitment_is_the_hmac_of_any_other_library() {
    // python3 -c "import hmac,hashlib; print(hmac.new(b'\1'*32, b'issei-commitment/1'+(4).to_bytes(8,'big')+b'line'+b'x', hashlib.sha256).hexdigest())"
    let made: String = seal(&[1; 32], "line", b"x")
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(
        made,
        "401e984845928e918baaf66c2af1df676eac23fa463f0475a14c200c7d093326"
    );
}
