use super::*;

#[test]
fn a_key_is_shown_as_a_line_in_hexadecimal_and_to_read_aloud() {
    // The digests were computed elsewhere, from the bytes of the line.
    assert_eq!(
        shown(&PublicKey([7; 32]), "duty desk", crate::words::EN),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH duty desk\n  \
         in hexadecimal    0707070707070707070707070707070707070707070707070707070707070707\n  \
         to read aloud     80 d4 88 45 - 6f b6 23 28 - ae be c7 69\n  \
         for ssh-keygen    SHA256:gNSIRW+2Iyiuvsdp/bgjy38bvWHw6wQm3tuoXrl3WjQ\n"
    );
    let first = shown(&PublicKey([7; 32]), "", crate::words::EN);
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

#[test]
fn in_japanese_no_english_sentence_is_left_and_the_columns_stand() {
    let said = shown(&PublicKey([7; 32]), "", crate::words::JA);
    let labels = said.lines().skip(1).collect::<Vec<_>>();
    crate::japanese::assert_no_english(&labels.join("\n"));
    assert!(
        labels.iter().all(|line| columns::width(line) > 20),
        "{said}"
    );
}
