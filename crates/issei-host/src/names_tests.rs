//! A name's addresses are all of them, or unknown.

use std::net::Ipv4Addr;
use std::thread::JoinHandle;

use super::*;

/// A resolver that answers so many questions and ends: each with these bytes put into its head and after it.
fn resolver(answers: Vec<(u8, u8, Vec<u8>)>) -> (SocketAddr, JoinHandle<()>) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let at = socket.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        for (flags, code, records) in answers {
            let mut buffer = [0; 512];
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            let mut reply = buffer[..length].to_vec();
            reply[2] |= 0x80 | flags;
            reply[3] = code;
            reply[7] = u8::from(!records.is_empty());
            reply.extend(records);
            socket.send_to(&reply, from).unwrap();
        }
    });
    (at, thread)
}

fn v4() -> Vec<u8> {
    b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04\xcb\0\x71\x07".to_vec()
}

fn v6() -> Vec<u8> {
    let mut record = b"\xc0\x0c\0\x1c\0\x01\0\0\0\x01\0\x10".to_vec();
    record.extend("2001:db8::7".parse::<Ipv6Addr>().unwrap().octets());
    record
}

fn name() -> DomainName {
    "c2.example".parse().unwrap()
}

#[test]
fn a_name_has_the_addresses_of_both_families() {
    let (at, thread) = resolver(vec![(0, 0, v4()), (0, 0, v6())]);
    let found = look_up(at, &name()).unwrap();
    let wanted = ["203.0.113.7", "2001:db8::7"].map(|ip| ip.parse().unwrap());
    assert_eq!(found, BTreeSet::from(wanted));
    thread.join().unwrap();
}

#[test]
fn a_name_that_does_not_exist_has_none() {
    let (at, thread) = resolver(vec![(0, 3, Vec::new()), (0, 3, Vec::new())]);
    assert!(look_up(at, &name()).unwrap().is_empty());
    thread.join().unwrap();
}

#[test]
fn half_an_answer_is_no_answer() {
    for second in [(0, 2, Vec::new()), (2, 0, v6())] {
        let (at, thread) = resolver(vec![(0, 0, v4()), second]);
        assert!(matches!(look_up(at, &name()), Err(Unknown::Failed(..))));
        thread.join().unwrap();
    }
}

#[test]
fn a_resolver_that_is_not_there_is_told_so() {
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let unknown = look_up(nobody, &name()).unwrap_err();
    assert!(matches!(unknown, Unknown::Silent(..)), "{unknown}");
}
