use super::*;

#[test]
fn a_key_is_shown_as_a_line_in_hexadecimal_and_to_read_aloud() {
    // The digests were computed elsewhere, from the bytes of the line.
    assert_eq!(
        shown(&PublicKey([7; 32]), "duty desk"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH duty desk\n  \
         in hexadecimal    0707070707070707070707070707070707070707070707070707070707070707\n  \
         to read aloud     80 d4 88 45 - 6f b6 23 28 - ae be c7 69\n  \
         for ssh-keygen    SHA256:gNSIRW+2Iyiuvsdp/bgjy38bvWHw6wQm3tuoXrl3WjQ\n"
    );
    let first = shown(&PublicKey([7; 32]), "");
    assert!(first.lines().next().unwrap().ends_with("BwcH"), "{first}");
}

#[test]
fn what_is_read_aloud_has_twelve_pairs_in_three_breaths() {
    let digest: Vec<u8> = (0..32).collect();
    assert_eq!(aloud(&digest), "00 01 02 03 - 04 05 06 07 - 08 09 0a 0b");
}

#[test]
fn the_exit_code_tells_whose_fault_it_is() {
    let code = |fault| {
        let place = PathBuf::from("key");
        Failure::from(KeyError { place, fault }).code
    };
    assert_eq!(code(KeyFault::WrongPassphrase), code::WRONG);
    assert_eq!(code(KeyFault::NotAKey), code::UNREADABLE);
    assert_eq!(code(KeyFault::AgentBabbles), code::BROKEN);
}
