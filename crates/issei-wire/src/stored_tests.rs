use proptest::prelude::*;

use super::*;

fn netflow5(records: u16) -> Vec<u8> {
    let mut bytes = vec![0, 5];
    bytes.extend(records.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 50]);
    bytes.resize(24 + 48 * usize::from(records), 7);
    bytes
}

fn netflow9() -> Vec<u8> {
    let mut bytes = vec![0, 9, 0, 2, 0, 0, 0, 1, 0, 0, 0, 90];
    bytes.resize(20, 0);
    bytes.extend([0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4]); // a template set
    bytes.extend([1, 0, 0, 8, 192, 0, 2, 1]); // a data set
    bytes
}

fn ipfix() -> Vec<u8> {
    let mut bytes = vec![0, 10, 0, 24, 0, 0, 0, 100];
    bytes.resize(24, 3);
    bytes
}

fn sflow() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 5, 0, 0, 0, 1, 192, 0, 2, 1];
    bytes.resize(24, 0);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 4, 1, 2, 3, 4]);
    bytes
}

#[test]
fn datagrams_that_follow_each_other_are_taken_apart() {
    let all = [
        netflow9(),
        sflow(),
        ipfix(),
        netflow5(2),
        netflow9(),
        netflow5(1),
        netflow9(),
        ipfix(),
        sflow(),
    ];
    let joined = all.concat();
    let mut rest = &joined[..];
    for datagram in &all {
        let first = first_datagram(rest);
        assert_eq!(first, datagram);
        rest = &rest[first.len()..];
    }
    assert!(rest.is_empty());
}

#[test]
fn zeros_behind_a_datagram_belong_to_it() {
    let mut padded = netflow9();
    padded.resize(1_400, 0);
    assert_eq!(first_datagram(&padded), padded);
}

#[test]
fn headers_tell_their_time_and_sflow_tells_none() {
    assert_eq!(time_of(&netflow5(1)), Some(Timestamp::from_secs(50)));
    assert_eq!(time_of(&netflow9()), Some(Timestamp::from_secs(90)));
    assert_eq!(time_of(&ipfix()), Some(Timestamp::from_secs(100)));
    assert_eq!(time_of(&sflow()), None);
}

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(version in 0_u16..12, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut rest = &[&version.to_be_bytes()[..], &bytes].concat()[..];
        while !rest.is_empty() {
            let taken = first_datagram(rest).len();
            prop_assert!((1..=rest.len().min(LONGEST)).contains(&taken));
            rest = &rest[taken..];
        }
    }
}
