use super::*;

const NOTE: &str = "coordinator.issei.internal/orders\n42\nZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI=\n\n— coordinator.issei.internal/orders AAAA\n— isp-a.issei.internal/witness BBBB\n";

#[test]
fn a_checkpoint_tells_its_size_and_who_signed() {
    let read = Checkpoint::read(NOTE).unwrap();
    assert_eq!(read.size, 42);
    let signers = [
        "coordinator.issei.internal/orders",
        "isp-a.issei.internal/witness",
    ];
    assert_eq!(read.signers, signers);
}

#[test]
fn what_is_no_checkpoint_is_none() {
    for odd in ["", "a\nb\nc\n", "origin\n-1\nroot\n", "origin"] {
        assert_eq!(Checkpoint::read(odd), None, "{odd:?}");
    }
}
