use super::*;

#[test]
fn a_bundle_is_two_bytes_of_length_and_the_leaf_over_and_over() {
    let bytes = bundle([&b"ab"[..], b"", b"c"]).unwrap();
    assert_eq!(bytes, b"\0\x02ab\0\0\0\x01c");
    let leaves: Result<Vec<_>, _> = entries(&bytes, 3).collect();
    assert_eq!(leaves.unwrap(), [&b"ab"[..], b"", b"c"]);
}

#[test]
fn what_is_cut_short_or_lies_behind_breaks_a_bundle_where_it_stands() {
    let broken = |bytes, width| entries(bytes, width).find_map(Result::err);
    assert_eq!(broken(b"\0\x01a\0\x02b", 2), Some(Malformed { place: 1 }));
    assert_eq!(broken(b"\0\x01a\0\x01b!", 2), Some(Malformed { place: 1 }));
    assert_eq!(broken(b"\0\x01a", 2), Some(Malformed { place: 1 }));
    assert_eq!(broken(b"", 1), Some(Malformed { place: 0 }));
}

#[test]
fn a_bundle_holds_256_leaves_of_what_the_length_can_say() {
    let leaf: &[u8] = b"x";
    assert!(bundle([leaf; 256]).is_ok());
    assert_eq!(bundle([leaf; 257]), Err(Malformed { place: 256 }));
    assert_eq!(bundle([]), Err(Malformed { place: 0 }));
    assert_eq!(bundle([&[0; 65_536][..]]), Err(Malformed { place: 0 }));
}
