use super::*;

#[test]
fn keys_are_read_in_the_order_in_which_they_are_told() {
    let said = "2 made-up entries\n  --key a+1+x\n  --witness b+2+y\n";
    assert_eq!(keys(said), ["a+1+x", "b+2+y"]);
}

#[test]
fn figures_are_read_by_their_names_and_what_is_missing_is_nothing() {
    let said = "entries 12\nroot AAA=\n";
    assert_eq!(figure(said, "entries"), 12);
    assert_eq!(figure(said, "signatures"), 0);
    assert_eq!(word(said, "root"), Some("AAA="));
}
