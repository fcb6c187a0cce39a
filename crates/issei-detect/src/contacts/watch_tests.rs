use super::*;

fn suspects(count: u32) -> impl Iterator<Item = u32> + Clone {
    (0..count).map(|n| 0x0a00_0000 + n * 3)
}

#[test]
fn a_line_that_was_added_is_never_denied() {
    let mut watch = Watch::new([1, 2]);
    for line in suspects(20_000) {
        if watch.add(line) {
            watch.rebuild(suspects((line - 0x0a00_0000) / 3 + 1));
        }
    }
    assert!(suspects(20_000).all(|line| watch.may_hold(line)));
}

#[test]
fn at_most_three_in_a_hundred_other_lines_are_looked_up() {
    let mut watch = Watch::new([1, 2]);
    watch.rebuild(suspects(20_000));
    let others = (0..100_000).map(|n| 0x0b00_0000 + n);
    let doubted = others.filter(|&line: &u32| watch.may_hold(line)).count();
    assert!(doubted < 3_000, "{doubted}");
}

#[test]
fn what_was_rebuilt_without_a_line_forgets_it() {
    let mut watch = Watch::new([1, 2]);
    watch.add(7u128 << 64);
    assert!(watch.may_hold(7u128 << 64));
    watch.rebuild(std::iter::empty::<u128>());
    assert!(!watch.may_hold(7u128 << 64));
}
