use super::*;

#[test]
fn a_run_that_varies_is_stretched_and_keeps_a_packet() {
    let fixed = run(false, 0, 100, 7, 0, 0);
    let varying = many(false, 0, 100, 7, 0, 0);
    assert_eq!(
        [0.01, 1.0, 2.5].map(|stretch| fixed.times(stretch)),
        [7, 7, 7]
    );
    assert_eq!(
        [0.01, 1.0, 2.5].map(|stretch| varying.times(stretch)),
        [1, 7, 17]
    );
}

#[test]
fn a_connection_opens_with_a_handshake_and_both_sides_end_it() {
    let runs = connection((9, 320), (40, 1_300), 900);
    let opening: Vec<u8> = runs[..3].iter().map(|run| run.flags).collect();
    assert_eq!(opening, [SYN, SYN | ACK, ACK]);
    let farewells = runs.iter().filter(|run| run.flags & FIN != 0);
    assert_eq!(
        farewells.map(|run| run.back).collect::<Vec<_>>(),
        [false, true]
    );
    assert!(runs.iter().all(|run| run.flags & RST == 0));
    // Every second packet that comes is acknowledged (RFC 9293, section 3.8.6.3).
    let bare = runs
        .iter()
        .filter(|run| !run.back && run.varies && run.bytes == BARE_ACK);
    assert_eq!(bare.map(|run| run.count).sum::<u32>() + 9 / 2, 40 / 2);
}

#[test]
fn scripts_that_are_fixed_tell_their_number_of_packets() {
    assert_eq!(packets_of(&RAW_PROBE), 1);
    assert_eq!(packets_of(&MIRAI_PING), 3);
    assert_eq!(packets_of(&TELNET_LOGIN), 31);
}
