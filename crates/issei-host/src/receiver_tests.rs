use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use super::*;

const PATIENCE: Duration = Duration::from_secs(5);

fn listening(address: &str, receivers: usize) -> Listening {
    Listening {
        addresses: vec![address.parse().unwrap()],
        receivers,
        buffer: 1 << 20,
        largest: 9_216,
    }
}

/// Takes datagrams until `wanted` came, or nothing came for a while.
fn take(receiver: &mut Receiver, wanted: usize) -> Vec<(SocketAddr, Vec<u8>)> {
    let mut taken = Vec::new();
    while taken.len() < wanted && receiver.wait(PATIENCE).unwrap() {
        receiver
            .drain(|from, bytes| taken.push((from, bytes.to_vec())))
            .unwrap();
    }
    taken
}

#[test]
fn datagrams_come_with_their_sender_and_in_order() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (mut receivers, _) = Receiver::open(&listening(address, 1)).unwrap();
        let receiver = &mut receivers[0];
        let sender = UdpSocket::bind(address).unwrap();
        for number in 0..300u16 {
            sender
                .send_to(&number.to_be_bytes(), receiver.addresses()[0])
                .unwrap();
        }
        let taken = take(receiver, 300);
        let expected: Vec<_> = (0..300u16)
            .map(|n| (sender.local_addr().unwrap(), n.to_be_bytes().to_vec()))
            .collect();
        assert_eq!(taken, expected);
    }
}

#[test]
fn the_kernel_tells_when_the_first_datagram_came() {
    let before = crate::clock::now();
    let (mut receivers, _) = Receiver::open(&listening("127.0.0.1:0", 1)).unwrap();
    let receiver = &mut receivers[0];
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .send_to(b"x", receiver.addresses()[0])
        .unwrap();
    assert!(receiver.wait(PATIENCE).unwrap());
    let oldest = receiver.drain(|_, _| {}).unwrap().oldest.expect("a time");
    // The kernel's clock may run a tick behind the finer one that we read.
    let slack = issei_model::Span::from_millis(50);
    assert!(
        oldest + slack >= before && oldest <= crate::clock::now() + slack,
        "{before} {oldest}"
    );
}

#[test]
fn every_exporter_address_keeps_to_one_receiver_whatever_its_port() {
    let (mut receivers, granted) = Receiver::open(&listening("127.0.0.1:0", 4)).unwrap();
    assert!(granted.steered, "this kernel cannot steer");
    let to = receivers[0].addresses()[0];
    let mut sent = 0;
    for host in 1..=32 {
        for _ in 0..8 {
            let sender = UdpSocket::bind(format!("127.0.0.{host}:0")).unwrap();
            sender.send_to(b"datagram", to).unwrap();
            sent += 1;
        }
    }
    let mut homes: BTreeMap<std::net::IpAddr, std::collections::BTreeSet<usize>> = BTreeMap::new();
    let mut taken = 0;
    for (number, receiver) in receivers.iter_mut().enumerate() {
        while receiver
            .drain(|from, _| {
                homes.entry(from.ip()).or_default().insert(number);
                taken += 1;
            })
            .unwrap()
            .datagrams
            > 0
        {}
    }
    assert_eq!(taken, sent);
    assert!(
        homes.values().all(|receivers| receivers.len() == 1),
        "{homes:?}"
    );
    let used: std::collections::BTreeSet<_> = homes.values().flatten().collect();
    assert!(
        used.len() >= 3,
        "32 exporters fell on {} of 4 receivers",
        used.len()
    );
}

#[test]
fn what_the_kernel_drops_and_what_it_hands_over_add_up_to_what_was_sent() {
    let small = Listening {
        buffer: 1,
        ..listening("127.0.0.1:0", 1)
    };
    let (mut receivers, _) = Receiver::open(&small).unwrap();
    let receiver = &mut receivers[0];
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sent = 500;
    for _ in 0..sent {
        sender
            .send_to(&[7; 1_000], receiver.addresses()[0])
            .unwrap();
    }
    let mut taken = 0;
    loop {
        match receiver.drain(|_, _| {}).unwrap().datagrams {
            0 => break,
            some => taken += some,
        }
    }
    let dropped = receiver.dropped().unwrap();
    assert!(dropped > 0 && taken > 0, "{dropped} {taken}");
    assert_eq!(dropped + taken, sent);
    assert_eq!(receiver.dropped().unwrap(), 0, "a drop was counted twice");
}

#[test]
fn a_datagram_longer_than_the_buffer_is_cut_and_counted() {
    let (mut receivers, _) = Receiver::open(&Listening {
        largest: 1_000,
        ..listening("127.0.0.1:0", 1)
    })
    .unwrap();
    let receiver = &mut receivers[0];
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in [1_000, 1_001] {
        sender
            .send_to(&vec![1; length], receiver.addresses()[0])
            .unwrap();
    }
    assert!(receiver.wait(PATIENCE).unwrap());
    let mut lengths = Vec::new();
    let drained = receiver
        .drain(|_, bytes| lengths.push(bytes.len()))
        .unwrap();
    assert_eq!(
        (drained.datagrams, drained.cut, lengths),
        (2, 1, vec![1_000, 1_000])
    );
}

#[test]
fn an_address_in_use_is_named_with_the_next_step() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let error =
        Receiver::open(&listening(&taken.local_addr().unwrap().to_string(), 1)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("another program does; stop it or choose another port"),
        "{error}"
    );
}

#[test]
fn a_shut_receiver_gives_what_lay_there_and_counts_what_comes_later() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (mut receivers, _) = Receiver::open(&listening(address, 1)).unwrap();
        let receiver = &mut receivers[0];
        let (sender, to) = (UdpSocket::bind(address).unwrap(), receiver.addresses()[0]);
        for datagram in [b"before", b"before"] {
            sender.send_to(datagram, to).unwrap();
        }
        receiver.shut().unwrap();
        for datagram in [b"later", b"later", b"later"] {
            sender.send_to(datagram, to).unwrap();
        }
        assert_eq!(receiver.drain(|_, _| {}).unwrap().datagrams, 2);
        assert_eq!(receiver.drain(|_, _| {}).unwrap().datagrams, 0);
        assert_eq!(receiver.dropped().unwrap(), 3);
    }
}
