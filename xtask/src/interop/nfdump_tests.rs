use super::*;

const SAID: &str = "Ident: none\nFlows: 134\nFlows_tcp: 130\nFlows_udp: 4\nPackets: 1178\nPackets_tcp: 1170\n\
Bytes: 230600\nBytes_tcp: 230000\nFirst: 1795694472\nSequence failures: 2\n";

#[test]
fn the_sums_are_read_and_not_the_parts() {
    let expected = Stored {
        flows: 134,
        packets: 1_178,
        bytes: 230_600,
        gaps: 2,
    };
    assert_eq!(Stored::parse(SAID), Some(expected));
}

#[test]
fn a_reader_that_says_nothing_counts_nothing() {
    assert_eq!(Stored::parse(""), None);
    assert_eq!(Stored::parse("Ident: none\nFlows_tcp: 130\n"), None);
}
