use super::*;

#[test]
fn a_short_entry_is_its_own_leaf_and_a_long_one_is_named_by_its_digest() {
    let short = Entry::new(vec![7; LONGEST_LEAF]).unwrap();
    assert_eq!((short.leaf(), short.body()), (vec![7; LONGEST_LEAF], None));
    let long = Entry::new(vec![7; LONGEST_LEAF + 1]).unwrap();
    let kept = Kept::parse(&long.leaf()).unwrap().unwrap();
    assert_eq!(Some(kept), long.body());
    assert!(kept.is(long.bytes()));
    assert!(!kept.is(short.bytes()));
    assert!(!kept.is(&[8; LONGEST_LEAF + 1]));
}

#[test]
fn a_leaf_reads_in_one_way_only() {
    let leaf = Entry::new(vec![7; LONGEST_LEAF + 1]).unwrap().leaf();
    assert_eq!(Entry::new(leaf.clone()), Err(EntryError::Reserved));
    let text = String::from_utf8(leaf).unwrap();
    for wrong in [
        text.clone() + " ",
        text.to_uppercase().replace("BLOB", "blob"),
        text.replace(" 4097", " 04097"),
        text.replace(" 4097", " 4096"),
        text.replace(" 4097", " 99999999"),
        "blob ".into(),
        format!("blob {} 4097", "é".repeat(32)),
    ] {
        assert_eq!(
            Kept::parse(wrong.as_bytes()),
            Some(Err(EntryError::Reserved)),
            "{wrong}"
        );
    }
}

#[test]
fn an_entry_has_a_first_and_a_last_length() {
    assert_eq!(Entry::new(vec![]), Err(EntryError::Empty));
    assert!(Entry::new(vec![1; LONGEST_ENTRY]).is_ok());
    let length = LONGEST_ENTRY + 1;
    assert_eq!(
        Entry::new(vec![1; length]),
        Err(EntryError::TooLong { length })
    );
}
