use super::*;

#[test]
fn the_tests_tell_how_many_passed_and_which_did_not() {
    let said = "failures:\n    device::xdp::tests::one\n    device::nft::tests::two\ntest result: FAILED. 19 passed; 2 failed; 0 ignored\n";
    assert_eq!(passed(said), 19);
    assert_eq!(
        broken(said).collect::<Vec<_>>(),
        ["device::xdp::tests::one"]
    );
}

#[test]
fn the_members_words_are_read() {
    assert_eq!(
        Window::of("armed 5 9\n"),
        Some(Window { begins: 5, ends: 9 })
    );
    assert_eq!(Window::of("arm"), None);
    assert_eq!(
        arrivals("listening\ncame 1 2\ncame 3 4\ncame 5"),
        [(1, 2), (3, 4)]
    );
    assert_eq!(figure("orders 0\ndropped 7\n", "dropped"), 7);
    assert_eq!(figure("", "orders"), u64::MAX);
}

#[test]
fn bytes_that_differ_are_counted() {
    assert_eq!(differing(b"abc", b"axc"), 1);
}
