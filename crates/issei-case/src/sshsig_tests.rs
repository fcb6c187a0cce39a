use super::*;

#[test]
fn a_signature_is_bound_to_its_namespace_and_its_message() {
    let bytes = to_be_signed("approval@issei", b"cut");
    assert_eq!(&bytes[..28], b"SSHSIG\0\0\0\x0eapproval@issei\0\0\0\0");
    assert_eq!(&bytes[28..42], b"\0\0\0\x06sha512\0\0\0\x40");
    assert_eq!(bytes[42..], sha2::Sha512::digest(b"cut")[..]);
    assert_ne!(bytes, to_be_signed("file", b"cut"));
    assert_ne!(bytes, to_be_signed("approval@issei", b"cat"));
}

#[test]
fn a_signature_is_wrapped_in_short_lines_whatever_its_length() {
    for length in 1..=140 {
        let text = armored(
            &PublicKey([7; 32]),
            &"n".repeat(length),
            &Signature([8; 64]),
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN SSH SIGNATURE-----"));
        assert_eq!(lines.last(), Some(&"-----END SSH SIGNATURE-----"));
        let inside = &lines[1..lines.len() - 1];
        assert!(inside.iter().all(|line| (1..=WIDTH).contains(&line.len())));
        let bytes = STANDARD.decode(inside.concat()).unwrap();
        assert!(bytes.ends_with(&[8; 64]), "{length}");
    }
}
