//! What comes to the zone's port and must not: refused, counted, and without effect.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use issei_enforce::zone::{Fetch, Names, Refused, Trouble, Wanted, read_names};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::zone::{Kind, ZoneDevice};
use issei_model::Span;

use crate::house::{
    Folder, connect, counted, cut, fetched, key, name, names_of, receive, send, setup, until,
};

/// A device with one order that stands.
fn device(folder: &Folder) -> ZoneDevice {
    let mut device = ZoneDevice::open(setup(folder)).expect("opened");
    device
        .arm(&cut(1, &["c2.example"], 0, 600_000))
        .expect("armed");
    until("the order stands", || {
        (names_of(&device).len() == 1).then_some(())
    });
    device
}

/// Sends a request, and tells the code of the answer.
fn code(device: &ZoneDevice, request: &[u8]) -> u8 {
    let mut stream = connect(device);
    send(&mut stream, request).expect("sent");
    receive(&mut stream).expect("an answer")[3] & 15
}

fn unharmed(device: &ZoneDevice) {
    assert_eq!(names_of(device), ["c2.example Absent"]);
}

#[test]
fn without_a_key_nothing_is_fetched() {
    let folder = Folder::new();
    let device = device(&folder);
    for wanted in [Wanted::Start, Wanted::Whole, Wanted::Since(device.serial())] {
        let request = Fetch::new(1, &name("hot.rpz.test"), wanted, None).request(clock::now());
        assert_eq!(code(&device, &request), 5);
    }
    assert_eq!(counted(&device, Kind::Turned(Trouble::Unsigned)), 3);
    unharmed(&device);
}

#[test]
fn with_a_wrong_key_nothing_is_fetched() {
    let folder = Folder::new();
    let device = device(&folder);
    let apex = name("hot.rpz.test");
    let request = Fetch::new(1, &apex, Wanted::Whole, Some(key(2))).request(clock::now());
    assert_eq!(code(&device, &request), 9);
    assert_eq!(counted(&device, Kind::Turned(Trouble::BadSignature)), 1);
    unharmed(&device);
}

#[test]
fn an_old_request_is_not_answered_again() {
    let folder = Folder::new();
    let device = device(&folder);
    let apex = name("hot.rpz.test");
    let old = clock::now() - Span::from_secs(400);
    let request = Fetch::new(1, &apex, Wanted::Whole, Some(key(1))).request(old);
    assert_eq!(code(&device, &request), 9);
    assert_eq!(counted(&device, Kind::Turned(Trouble::OtherTime)), 1);
    let request = Fetch::new(1, &apex, Wanted::Whole, Some(key(1))).request(clock::now());
    assert_eq!(code(&device, &request), 0);
    assert_eq!(code(&device, &request), 5);
    assert_eq!(counted(&device, Kind::Turned(Trouble::Replayed)), 1);
    unharmed(&device);
}

#[test]
fn a_strangers_connection_is_closed_before_it_says_anything() {
    let folder = Folder::new();
    let mut setup = setup(&folder);
    setup.fetchers[0].ip = "127.0.0.9".parse().expect("an address");
    let device = ZoneDevice::open(setup).expect("opened");
    let mut stream = connect(&device);
    assert_eq!(stream.read(&mut [0]).expect("closed"), 0);
    assert_eq!(counted(&device, Kind::StrangersConnection), 1);
}

#[test]
fn a_message_that_is_too_long_ends_the_connection() {
    let folder = Folder::new();
    let device = device(&folder);
    let mut stream = connect(&device);
    stream.write_all(&[0xff, 0xff]).expect("sent");
    assert_eq!(stream.read(&mut [0]).expect("closed"), 0);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    socket
        .send_to(&[0; 5_000], device.address().expect("an address"))
        .expect("sent");
    until("both are counted", || {
        (counted(&device, Kind::TooLong) == 2).then_some(())
    });
    unharmed(&device);
}

#[test]
fn garbage_is_answered_with_a_word_or_not_at_all() {
    let folder = Folder::new();
    let device = device(&folder);
    let mut stream = connect(&device);
    send(&mut stream, b"no head").expect("sent");
    assert_eq!(stream.read(&mut [0]).expect("closed"), 0);
    let mut head = [0xee; 40];
    head[2] = 0;
    assert_eq!(code(&device, &head), 1);
    assert_eq!(counted(&device, Kind::Turned(Trouble::Unanswerable)), 1);
    assert_eq!(counted(&device, Kind::Turned(Trouble::Unreadable)), 1);
    unharmed(&device);
}

#[test]
fn who_breaks_off_within_a_message_is_counted() {
    let folder = Folder::new();
    let device = device(&folder);
    let mut stream = connect(&device);
    stream.write_all(&[0, 40, 1, 2, 3]).expect("sent");
    drop(stream);
    until("it is counted", || {
        (counted(&device, Kind::Broken) == 1).then_some(())
    });
    unharmed(&device);
}

#[test]
fn who_is_silent_or_slow_loses_the_connection() {
    let folder = Folder::new();
    let device = device(&folder);
    let mut silent = connect(&device);
    let mut slow = connect(&device);
    slow.write_all(&[0, 40, 1]).expect("sent");
    for stream in [&mut silent, &mut slow] {
        assert_eq!(stream.read(&mut [0]).expect("closed"), 0);
    }
    until("both are counted", || {
        (counted(&device, Kind::Slow) == 2).then_some(())
    });
    unharmed(&device);
}

#[test]
fn who_does_not_take_what_it_asked_for_loses_the_connection() {
    let folder = Folder::new();
    let device = device(&folder);
    // More than the kernel's buffers hold.
    let list: String = (0..300_000)
        .map(|number| format!("a-rather-long-name-{number}.listed.example\n"))
        .collect();
    let list = read_names(&list, 1_000_000);
    device
        .load(&list.names, Names(Refused::Absent))
        .expect("loaded");
    let apex = name("base.rpz.test");
    let request = Fetch::new(1, &apex, Wanted::Whole, Some(key(1))).request(clock::now());
    let mut stream = connect(&device);
    send(&mut stream, &request).expect("sent");
    until("it is counted", || {
        (counted(&device, Kind::Slow) == 1).then_some(())
    });
    unharmed(&device);
}

#[test]
fn one_address_has_a_share_of_the_places() {
    let folder = Folder::new();
    let device = device(&folder);
    let address: SocketAddr = device.address().expect("an address");
    let open: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(address).expect("open"))
        .collect();
    until("twelve are turned away", || {
        (counted(&device, Kind::NoPlace) >= 12).then_some(())
    });
    drop(open);
    until("there is a place again", || {
        let mut stream = connect(&device);
        let request = Fetch::new(1, &name("hot.rpz.test"), Wanted::Start, None);
        let request = { request }.request(clock::now());
        send(&mut stream, &request).ok()?;
        receive(&mut stream).ok()
    });
    unharmed(&device);
}

#[test]
fn other_questions_and_other_zones_are_refused() {
    let folder = Folder::new();
    let device = device(&folder);
    let request =
        |apex: &str, wanted| Fetch::new(1, &name(apex), wanted, Some(key(1))).request(clock::now());
    assert_eq!(code(&device, &request("other.rpz.test", Wanted::Whole)), 5);
    assert_eq!(counted(&device, Kind::Turned(Trouble::OtherZone)), 1);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a limit");
    let whole = request("hot.rpz.test", Wanted::Whole);
    socket
        .send_to(&whole, device.address().expect("an address"))
        .expect("sent");
    let mut buffer = [0; 600];
    let length = socket.recv(&mut buffer).expect("an answer");
    assert_eq!((buffer[3] & 15, length < whole.len() + 200), (5, true));
    assert_eq!(counted(&device, Kind::Turned(Trouble::OtherQuestion)), 1);
    unharmed(&device);
}

#[test]
fn a_difference_leads_to_the_same_as_the_whole() {
    let folder = Folder::new();
    let mut device = device(&folder);
    let mut held = BTreeSet::new();
    let apex = "hot.rpz.test";
    let mut serial = fetched(&device, apex, Wanted::Whole, &mut held).expect("fetched");
    for number in 2..12 {
        let names = [format!("a{number}.example"), format!("b{number}.example")];
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        device.arm(&cut(number, &names, 0, 600_000)).expect("armed");
        let before = serial;
        until("it stands", || (device.serial() != before).then_some(()));
        if number % 3 == 0 {
            device
                .lift(crate::house::order(number - 1))
                .expect("lifted");
        }
        serial = fetched(&device, apex, Wanted::Since(serial), &mut held).expect("fetched");
        let mut whole = BTreeSet::new();
        let now = fetched(&device, apex, Wanted::Whole, &mut whole).expect("fetched");
        assert_eq!((serial, &held), (now, &whole));
    }
}
