use std::net::UdpSocket;
use std::time::Duration;

use super::*;

#[test]
fn packets_on_the_loopback_are_seen_once_and_without_their_payload() {
    let mut capture = match Capture::open("lo", 4 << 20) {
        Ok(capture) => capture,
        Err(error) => {
            println!("skipped: {error}");
            return;
        }
    };
    assert_eq!(capture.shape(), Shape::Ethernet);
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    for _ in 0..50 {
        sender
            .send_to(&[0x5a; 1_400], receiver.local_addr().unwrap())
            .unwrap();
    }
    let mut seen = Vec::new();
    while seen.len() < 50 && capture.wait(Duration::from_secs(5)).unwrap() {
        while capture.drain(|_, bytes, length| {
            // Ethernet, IPv4 without options, UDP: the destination port stands at byte 36.
            if bytes.get(36..38) == Some(&port.to_be_bytes()) {
                seen.push((bytes.len(), length));
            }
        }) {}
    }
    assert_eq!(seen, vec![(SNAP as usize, 1_442); 50]);
    assert_eq!(capture.dropped().unwrap(), 0);
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    let error = Capture::open("nowhere0", 1 << 20).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no interface `nowhere0`; `ip link` lists them"
    );
}
