use super::*;

#[test]
fn the_shipped_pack_loads() {
    assert_eq!(Pack::japan().rows().count(), 17);
}
