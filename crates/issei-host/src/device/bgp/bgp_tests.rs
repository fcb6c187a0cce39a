//! A speaker and a peer of this file's making, over loopback.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

use issei_enforce::Standing as Stands;
use issei_enforce::bgp::{Dialect, Dropping};
use issei_model::{Action, Digest, Goal, Timestamp};
use issei_wire::bgp::{self as wire, Announcement, Families, Message, Notification, Open};

use super::*;

const US: u32 = 64_496;
const THEM: u32 = 64_500;
/// How long anything may take that should happen at once; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The peer's end of a connection.
struct Peer {
    stream: TcpStream,
    gathered: Vec<u8>,
    /// Our routes, as a router would keep them.
    held: BTreeSet<Route>,
}

/// What the peer hears.
#[derive(Debug)]
enum Heard {
    Open(Open),
    Come(usize),
    Go,
    Told(Notification),
    Keepalive,
    Closed,
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

fn settings(peer: SocketAddr) -> Settings {
    Settings {
        connection: Connection::To {
            peer,
            from: Some("127.0.0.2".parse().expect("an address")),
        },
        as_number: US,
        peer_as: THEM,
        id: Ipv4Addr::new(192, 0, 2, 1),
        hold_time: 60,
        preference: 100,
        means: Means::Rules(Dropping::Discard),
        fences: Fences {
            most_rules: 500_000,
            control_plane: vec![],
        },
        secret: None,
        hops: None,
        lead: Span::ZERO,
        sentinel: None,
        asking: None,
        chance: 1,
    }
}

fn open() -> Open {
    Open {
        as_number: THEM,
        hold_time: 90,
        id: Ipv4Addr::new(192, 0, 2, 2),
        families: Families::ALL,
        four_octets: true,
    }
}

fn keepalive() -> Vec<u8> {
    let mut octets = Vec::new();
    wire::write_keepalive(&mut octets);
    octets
}

impl Peer {
    fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self {
            stream,
            gathered: Vec::new(),
            held: BTreeSet::new(),
        }
    }

    fn accept(listener: &TcpListener) -> Self {
        Self::on(listener.accept().expect("a connection").0)
    }

    fn send(&mut self, octets: &[u8]) {
        // A peer that is no longer heard finds out by reading.
        let _ = self.stream.write_all(octets);
    }

    fn greet_as(&mut self, open: &Open) {
        let mut octets = Vec::new();
        open.write(&mut octets);
        self.send(&[octets, keepalive()].concat());
    }

    /// Accepts and comes to terms.
    fn established(listener: &TcpListener) -> Self {
        let mut peer = Self::accept(listener);
        peer.greet_as(&open());
        peer.comes_to_terms();
        peer
    }

    fn comes_to_terms(&mut self) {
        assert!(matches!(self.hear(), Heard::Open(open) if open.as_number == US));
        assert!(matches!(self.hear(), Heard::Keepalive));
    }

    fn message(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = [0; 1 << 16];
        loop {
            let length = wire::length(&self.gathered).expect("our header is right");
            if let Some(length) = length.filter(|&length| length <= self.gathered.len()) {
                return Ok(self.gathered.drain(..length).collect());
            }
            match self.stream.read(&mut piece)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                taken => self.gathered.extend_from_slice(&piece[..taken]),
            }
        }
    }

    fn hear(&mut self) -> Heard {
        let message = match self.message() {
            Ok(message) => message,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => panic!("nothing came"),
            Err(_) => {
                // With the session all routes are gone.
                self.held.clear();
                return Heard::Closed;
            }
        };
        match Message::read(&message).expect("our messages are right") {
            Message::Open(open) => Heard::Open(open),
            Message::Keepalive => Heard::Keepalive,
            Message::Notification(told) => Heard::Told(told),
            Message::Update(update) => match Announcement::read(&update).expect("ours") {
                Announcement::Come { routes, .. } => {
                    let count = routes.len();
                    self.held.extend(routes);
                    Heard::Come(count)
                }
                Announcement::Go(routes) => {
                    self.held.retain(|route| !routes.contains(route));
                    Heard::Go
                }
            },
        }
    }

    /// Hears until something other than a sign of life comes.
    fn hear_news(&mut self) -> Heard {
        loop {
            match self.hear() {
                Heard::Keepalive => {}
                news => return news,
            }
        }
    }

    /// Hears until the peer holds so many routes, or none after having had some.
    fn hear_until(&mut self, count: usize) {
        while self.held.len() != count {
            match self.hear_news() {
                Heard::Come(_) | Heard::Go => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_up(bgp: &Bgp) -> bool {
    bgp.lease().is_some()
}

/// A speaker with a peer who has come to terms with it.
fn pair() -> (Bgp, Peer, TcpListener) {
    pair_with(|_| {})
}

fn pair_with(change: impl FnOnce(&mut Settings)) -> (Bgp, Peer, TcpListener) {
    let (listener, address) = listener();
    let mut settings = settings(address);
    change(&mut settings);
    let bgp = Bgp::start(settings).expect("a speaker");
    let peer = Peer::established(&listener);
    until("there is a session", || is_up(&bgp));
    (bgp, peer, listener)
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn later(millis: i64) -> Timestamp {
    clock::now() + Span::from_millis(millis)
}

fn goals(texts: &[&str]) -> Vec<Goal> {
    texts
        .iter()
        .map(|text| text.parse().expect("a goal"))
        .collect()
}

/// A cut that acts at once and for long.
fn cut(number: u8, texts: &[&str]) -> Cut {
    Cut {
        order: order(number),
        goals: goals(texts),
        action: Action::Drop,
        ends: later(600_000),
        fires_at: Some(clock::now()),
    }
}

fn fault<T: fmt::Debug>(said: Result<T, DeviceError>) -> Fault {
    said.expect_err("it should fail").fault
}

#[test]
fn an_armed_cut_is_told_at_its_time_and_taken_back_at_its_end() {
    let (mut bgp, mut peer, _listener) = pair();
    let cut = Cut {
        fires_at: Some(later(150)),
        ends: later(400),
        ..cut(1, &["192.0.2.7:23/tcp", "2001:db8::7"])
    };
    bgp.stage(&cut).expect("staged");
    bgp.arm(&cut).expect("armed");
    bgp.arm(&cut).expect("armed once more");
    peer.hear_until(4);
    assert!(Some(clock::now()) >= cut.fires_at, "not before its time");
    peer.hear_until(0);
    assert!(clock::now() >= cut.ends, "and not before its end");
}

#[test]
fn a_peer_who_needs_time_is_told_earlier() {
    let lead = Span::from_millis(200);
    let (mut bgp, mut peer, _listener) = pair_with(|settings| settings.lead = lead);
    let cut = Cut {
        fires_at: Some(later(5_000)),
        ..cut(1, &["192.0.2.7"])
    };
    bgp.arm(&cut).expect("armed");
    peer.hear_until(2);
    let told = clock::now();
    let due = later(0) + cut.fires_at.expect("a time").since(later(0)) - lead;
    assert!(told >= due && Some(told) < cut.fires_at);
    assert_eq!(bgp.lead(), lead);
}

#[test]
fn a_staged_cut_is_never_told() {
    let (mut bgp, mut peer, _listener) = pair();
    let staged = Cut {
        fires_at: None,
        ..cut(1, &["192.0.2.7"])
    };
    bgp.stage(&staged).expect("staged");
    bgp.arm(&cut(2, &["192.0.2.8"])).expect("armed");
    peer.hear_until(2);
    let hosts: BTreeSet<IpAddr> = peer
        .held
        .iter()
        .map(|route| match route {
            Route::Rule(rule) => rule.host(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(hosts, BTreeSet::from([IpAddr::from([192, 0, 2, 8])]));
    let seen = bgp.read().expect("a session");
    let standing = |number| seen.iter().find(|seen| seen.order == order(number));
    assert_eq!(standing(1).map(|seen| seen.standing), Some(Stands::Staged));
    assert!(matches!(
        standing(2).map(|seen| seen.standing),
        Some(Stands::Active(_))
    ));
}

#[test]
fn a_lifted_cut_is_taken_back_before_the_answer() {
    let (mut bgp, mut peer, _listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    bgp.lift(order(1)).expect("lifted");
    assert!(bgp.read().expect("a session").is_empty());
    peer.hear_until(0);
    bgp.lift(order(1))
        .expect("one that is not there is no trouble");
}

#[test]
fn lifting_all_ends_the_session_with_whatever_nobody_knows() {
    let (mut bgp, mut peer, listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    bgp.arm(&cut(2, &["192.0.2.8"])).expect("armed");
    peer.hear_until(4);
    assert_eq!(bgp.lift_all().expect("lifted"), 2);
    peer.hear_until(0);
    assert!(matches!(peer.hear_news(), Heard::Told(told) if told == Notification::RESET));
    assert!(matches!(peer.hear_news(), Heard::Closed));
    assert!(matches!(fault(bgp.read()), Fault::Away(_)));
    // The next session begins with nothing.
    let mut next = Peer::established(&listener);
    until("there is a session", || is_up(&bgp));
    bgp.arm(&cut(3, &["192.0.2.9"])).expect("armed");
    next.hear_until(2);
    assert_eq!(bgp.lift_all().expect("lifted"), 1);
    assert_eq!(bgp.lift_all().expect("lifted without a session"), 0);
}

#[test]
fn a_speaker_that_is_let_go_of_says_good_bye() {
    let (mut bgp, mut peer, _listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    drop(bgp);
    assert!(matches!(peer.hear_news(), Heard::Told(told) if told == Notification::SHUT_DOWN));
    assert!(matches!(peer.hear_news(), Heard::Closed));
}

#[test]
fn a_new_session_is_told_what_still_stands_and_not_what_has_ended() {
    let (mut bgp, mut peer, listener) = pair();
    let short = Cut {
        ends: later(300),
        ..cut(1, &["192.0.2.7"])
    };
    bgp.arm(&short).expect("armed");
    bgp.arm(&cut(2, &["192.0.2.8"])).expect("armed");
    peer.hear_until(4);
    peer.stream.shutdown(Shutdown::Both).expect("a socket");
    until("the short one has ended", || clock::now() > short.ends);
    let mut next = Peer::established(&listener);
    assert!(matches!(next.hear_news(), Heard::Come(2)));
    let host = next.held.first().map(|route| match route {
        Route::Rule(rule) => rule.host(),
        other => panic!("{other:?}"),
    });
    assert_eq!(host, Some(IpAddr::from([192, 0, 2, 8])));
}

#[test]
fn without_a_session_nothing_is_taken_in_and_the_reason_is_told() {
    let (listener, address) = listener();
    drop(listener);
    let mut bgp = Bgp::start(settings(address)).expect("a speaker");
    let tells = |said: Fault| matches!(said, Fault::Away(_));
    assert!(tells(fault(bgp.stage(&cut(1, &["192.0.2.7"])))));
    assert!(tells(fault(bgp.arm(&cut(1, &["192.0.2.7"])))));
    assert!(tells(fault(bgp.read())));
    bgp.lift(order(1)).expect("nothing is there");
    assert_eq!(bgp.lift_all().expect("nothing is there"), 0);
}

#[test]
fn fences_and_ends_are_kept_before_anything_is_sent() {
    let (mut bgp, mut peer, _listener) = pair_with(|settings| settings.fences.most_rules = 4);
    let refused = |said| matches!(fault(said), Fault::Refused(_));
    let mut arm = |texts: &[&str]| bgp.arm(&cut(1, texts));
    // A service of routers, a name, too many.
    assert!(refused(arm(&["192.0.2.7:179/tcp"])));
    assert!(refused(arm(&["c2.example"])));
    assert!(refused(arm(&["192.0.2.7", "192.0.2.8", "192.0.2.9"])));
    let ended = Cut {
        ends: later(-1),
        ..cut(1, &["192.0.2.7"])
    };
    assert!(matches!(fault(bgp.arm(&ended)), Fault::Ended(_)));
    assert!(matches!(fault(bgp.stage(&ended)), Fault::Ended(_)));
    let backwards = Cut {
        fires_at: Some(later(2_000)),
        ends: later(1_000),
        ..cut(1, &["192.0.2.7"])
    };
    assert!(matches!(fault(bgp.arm(&backwards)), Fault::Ended(_)));
    bgp.arm(&cut(2, &["192.0.2.7"])).expect("armed");
    assert!(matches!(peer.hear_news(), Heard::Come(2)));
}

#[test]
fn the_ends_of_the_session_are_fenced() {
    let mut settings = settings("198.51.100.9:179".parse().expect("an address"));
    settings.connection = Connection::To {
        peer: "198.51.100.9:179".parse().expect("an address"),
        from: Some("198.51.100.10".parse().expect("an address")),
    };
    let mut book = book(&settings);
    for end in ["198.51.100.9", "198.51.100.10"] {
        let said = book.arm(&cut(1, &[end]), Families::ALL, speaker::clocks());
        let said = said.expect_err("it is one end of the session");
        assert!(
            matches!(said, issei_enforce::Refusal::ControlPlane(..)),
            "{end}"
        );
    }
}

#[test]
fn the_lease_is_the_shorter_hold_time() {
    let (bgp, _peer, _listener) = pair_with(|settings| settings.hold_time = 3);
    assert_eq!(bgp.lease(), Some(Span::from_secs(3)));
}

#[test]
fn a_peer_without_a_hold_time_is_told_nothing() {
    let (listener, address) = listener();
    let bgp = Bgp::start(settings(address)).expect("a speaker");
    let mut peer = Peer::accept(&listener);
    peer.greet_as(&Open {
        hold_time: 0,
        ..open()
    });
    assert!(matches!(peer.hear_news(), Heard::Open(_)));
    let Heard::Told(told) = peer.hear_news() else {
        panic!("it is told why");
    };
    assert_eq!((told.code, told.subcode), (2, 6));
    assert!(!is_up(&bgp));
}

/// What hostile peers send instead of, or after, an honest greeting.
fn hostilities() -> Vec<(&'static str, bool, Vec<u8>)> {
    let head = |length: u16, kind: u8| [&[0xff; 16][..], &length.to_be_bytes(), &[kind]].concat();
    let mut marker = keepalive();
    marker[3] = 0;
    let odd_attribute = [head(30, 2), vec![0, 0, 0, 7, 0xff, 0xff, 0, 3, 1, 2, 3]].concat();
    let endless_attribute = [head(27, 2), vec![0, 0, 0, 4, 0x90, 14, 0xff, 0xff]].concat();
    vec![
        ("a bad marker", true, marker),
        ("a length of nothing", true, head(0, 2)),
        ("a length of everything", true, head(u16::MAX, 2)),
        ("an unknown kind", true, head(19, 77)),
        (
            "lengths that contradict",
            true,
            [head(23, 2), vec![0xff; 4]].concat(),
        ),
        ("a second greeting", true, {
            let mut octets = Vec::new();
            open().write(&mut octets);
            octets
        }),
        ("half a message and an end", true, head(4_000, 2)),
        ("odd attributes", true, odd_attribute),
        ("an endless attribute", true, endless_attribute),
        ("noise", false, (0..=255).cycle().take(100_000).collect()),
        ("another AS", false, {
            let mut octets = Vec::new();
            Open {
                as_number: 1,
                ..open()
            }
            .write(&mut octets);
            octets
        }),
        ("nothing", false, Vec::new()),
    ]
}

/// Where a speaker and whoever plays its peer meet.
enum Door {
    /// We connect to the peer.
    Theirs(TcpListener, SocketAddr),
    /// The peer connects to us.
    Ours(SocketAddr),
}

/// Where the peer connects from.
const CALLER: &str = "127.0.0.3";

impl Door {
    fn theirs() -> Self {
        let (listener, address) = listener();
        Self::Theirs(listener, address)
    }

    /// A door of its own address, so that nobody else is given the port before it is opened.
    fn ours(number: usize) -> Self {
        let free = TcpListener::bind(format!("127.0.1.{}:0", number + 1)).expect("a free port");
        Self::Ours(free.local_addr().expect("an address"))
    }

    fn settings(&self) -> Settings {
        match *self {
            Self::Theirs(_, address) => settings(address),
            Self::Ours(listen) => Settings {
                connection: Connection::From {
                    peer: CALLER.parse().expect("an address"),
                    listen,
                },
                ..settings(listen)
            },
        }
    }

    /// The peer's end of the next connection.
    fn next(&self) -> Peer {
        match self {
            Self::Theirs(listener, _) => Peer::accept(listener),
            Self::Ours(listen) => call(CALLER, *listen),
        }
    }

    /// An honest peer, who calls again until he is let in, as routers do.
    fn established(&self) -> Peer {
        let Self::Ours(_) = self else {
            let mut peer = self.next();
            peer.greet_as(&open());
            peer.comes_to_terms();
            return peer;
        };
        let begun = Instant::now();
        loop {
            let mut peer = self.next();
            peer.greet_as(&open());
            match peer.hear() {
                Heard::Open(_) => {
                    assert!(matches!(peer.hear(), Heard::Keepalive));
                    return peer;
                }
                Heard::Closed => assert!(begun.elapsed() < PATIENCE, "nobody is let in any more"),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Connects to us from an address.
fn call(from: &str, listen: SocketAddr) -> Peer {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.expect("a socket");
    let from = SocketAddr::new(from.parse().expect("an address"), 0);
    socket.bind(&from.into()).expect("a free port");
    socket.connect(&listen.into()).expect("somebody listens");
    Peer::on(socket.into())
}

/// A speaker meets a hostile peer, and then an honest one at the same place.
fn meet_hostility(door: &Door, name: &str, greets: bool, octets: &[u8]) {
    let mut bgp = Bgp::start(door.settings()).expect("a speaker");
    let mut hostile = door.next();
    if greets {
        hostile.greet_as(&open());
    }
    hostile.send(octets);
    let _ = hostile.stream.shutdown(Shutdown::Write);
    while !matches!(hostile.hear(), Heard::Closed) {}
    drop(hostile);
    // The same speaker comes to terms with whoever is there next, and tells him everything.
    let mut next = door.established();
    until("there is a session", || is_up(&bgp));
    bgp.arm(&cut(2, &["192.0.2.8"])).expect(name);
    next.hear_until(2);
    bgp.lift(order(2)).expect(name);
    next.hear_until(0);
}

/// Every hostile peer at a door of its own, while an honest one keeps his rules.
fn an_honest_peer_beside(door: impl Fn(usize) -> Door + Sync) {
    let (mut honest, mut kept, _kept_listener) = pair();
    honest.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    kept.hear_until(2);
    std::thread::scope(|scope| {
        let door = &door;
        for (number, (name, greets, octets)) in hostilities().into_iter().enumerate() {
            scope.spawn(move || meet_hostility(&door(number), name, greets, &octets));
        }
    });
    // Another peer's rules never noticed.
    assert_eq!(kept.held.len(), 2);
    assert_eq!(honest.standing().counts.sessions, 1);
    honest.lift(order(1)).expect("lifted");
    kept.hear_until(0);
}

#[test]
fn a_hostile_peer_takes_no_rules_along() {
    an_honest_peer_beside(|_| Door::theirs());
}

#[test]
fn a_hostile_peer_who_connects_to_us_takes_no_rules_along() {
    an_honest_peer_beside(Door::ours);
}

#[test]
fn a_peer_who_flaps_is_told_again_each_time_and_waited_for_longer() {
    let (mut bgp, mut peer, listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    let begun = Instant::now();
    drop(peer);
    for _ in 0..2 {
        let mut next = Peer::established(&listener);
        next.hear_until(2);
    }
    // Pauses of one and two seconds, each less up to a quarter.
    assert!(begun.elapsed() >= Duration::from_millis(2_250));
    until("the third session is counted", || {
        bgp.standing().counts.sessions == 3
    });
}

#[test]
fn what_a_peer_announces_is_counted_and_dropped_however_much_it_is() {
    let (mut bgp, mut peer, _listener) = pair();
    let prefixes: Vec<u8> = [24, 198, 51, 100].repeat(1_000);
    let length = (23 + prefixes.len()) as u16;
    let update = [
        &[0xff; 16][..],
        &length.to_be_bytes(),
        &[2, 0, 0, 0, 0],
        &prefixes,
    ]
    .concat();
    for _ in 0..2_000 {
        peer.send(&update);
    }
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed meanwhile");
    peer.hear_until(2);
    until("all is counted", || bgp.standing().counts.come == 2_000_000);
    assert!(is_up(&bgp));
}

#[test]
fn a_peer_who_takes_nothing_loses_the_session_when_routes_should_go() {
    let (listener, address) = listener();
    let small = socket2::SockRef::from(&listener);
    small.set_recv_buffer_size(4_096).expect("a socket");
    let mut bgp = Bgp::start(settings(address)).expect("a speaker");
    let mut peer = Peer::established(&listener);
    until("there is a session", || is_up(&bgp));
    // More than both ends of this connection hold.
    let host = |number: u32| IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 + number));
    let goals = (0u32..40_000).map(host).map(issei_model::Endpoint::host);
    let many = Cut {
        goals: goals.map(Goal::Service).collect(),
        ..cut(1, &[])
    };
    bgp.arm(&many).expect("armed");
    until("it is told", || {
        let seen = bgp.read().expect("a session");
        matches!(seen[0].standing, Stands::Active(_))
    });
    assert!(
        may_hold(bgp.lift(order(1))),
        "cut off, and nobody knows whether he heard"
    );
    assert!(!is_up(&bgp));
    // The peer hears of it although he has read nothing.
    while !matches!(peer.hear(), Heard::Closed) {}
    let _next = Peer::established(&listener);
    until("there is a session", || is_up(&bgp));
    bgp.lift(order(1)).expect("he began anew, with nothing");
}

fn may_hold<T: fmt::Debug>(said: Result<T, DeviceError>) -> bool {
    matches!(fault(said), Fault::Away(why) if why.contains("may hold what it was told until"))
}

#[test]
fn what_a_lost_peer_may_hold_is_not_said_to_be_gone() {
    let (mut bgp, mut peer, listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    bgp.stage(&cut(2, &["192.0.2.8"])).expect("staged");
    peer.hear_until(2);
    // We end the session. Whether he hears of it is not known.
    peer.send(&[0; 19]);
    until("the session has ended", || !is_up(&bgp));
    assert!(may_hold(bgp.lift(order(1))));
    bgp.lift(order(2)).expect("he was never told of it");
    assert!(may_hold(bgp.lift_all()));
    let mut next = Peer::established(&listener);
    until("there is a session", || is_up(&bgp));
    assert_eq!(bgp.lift_all().expect("he began anew, with nothing"), 0);
    assert!(matches!(next.hear_news(), Heard::Told(_)));
}

#[test]
fn a_lost_peer_holds_nothing_longer_than_the_hold_time() {
    let (mut bgp, mut peer, _listener) = pair_with(|settings| settings.hold_time = 3);
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    let lost = Instant::now();
    peer.send(&[0; 19]);
    until("the session has ended", || !is_up(&bgp));
    assert!(may_hold(bgp.lift(order(1))));
    until("he holds nothing any more", || bgp.lift(order(1)).is_ok());
    assert!(lost.elapsed() >= Duration::from_secs(3));
}

#[test]
fn a_peer_who_ended_the_session_himself_holds_nothing() {
    let told = |peer: &mut Peer| {
        let mut octets = Vec::new();
        Notification::SHUT_DOWN.write(&mut octets);
        peer.send(&octets);
    };
    let closed = |peer: &mut Peer| peer.stream.shutdown(Shutdown::Both).expect("a socket");
    for ends in [&told as &dyn Fn(&mut Peer), &closed] {
        let (mut bgp, mut peer, _listener) = pair();
        bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
        peer.hear_until(2);
        ends(&mut peer);
        until("the session has ended", || !is_up(&bgp));
        bgp.lift(order(1)).expect("gone with his session");
        assert_eq!(bgp.lift_all().expect("nothing is there"), 0);
    }
}

#[test]
fn a_peer_who_takes_his_time_keeps_the_session() {
    let (mut bgp, mut peer, _listener) = pair();
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    bgp.lift(order(1)).expect("lifted");
    std::thread::sleep(Duration::from_micros(STUCK_MICROS + 300_000));
    peer.hear_until(0);
    assert!(is_up(&bgp), "his kernel had taken it");
}

const STUCK_MICROS: u64 = speaker::STUCK.as_micros().unsigned_abs();

#[test]
fn only_the_peer_is_let_in_and_only_once() {
    let (free, listen) = listener();
    drop(free);
    let mut settings = settings(listen);
    settings.connection = Connection::From {
        peer: "127.0.0.3".parse().expect("an address"),
        listen,
    };
    let bgp = Bgp::start(settings).expect("a speaker");
    let mut stranger = call("127.0.0.4", listen);
    assert!(matches!(stranger.hear(), Heard::Closed));
    let mut peer = call(CALLER, listen);
    peer.greet_as(&open());
    assert!(matches!(peer.hear_news(), Heard::Open(_)));
    until("there is a session", || is_up(&bgp));
    let mut second = call(CALLER, listen);
    assert!(matches!(second.hear(), Heard::Closed));
    until("both are counted", || bgp.standing().unwanted == 2);
    assert!(is_up(&bgp));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let (_held, listen) = listener();
    let mut settings = settings(listen);
    settings.connection = Connection::From {
        peer: "127.0.0.3".parse().expect("an address"),
        listen,
    };
    let said = Bgp::start(settings).expect_err("somebody else listens there");
    assert!(
        matches!(said.fault, Fault::Failed("listening for the peer", _)),
        "{said}"
    );
}

/// A listener that signs.
fn signing(secret: &[u8]) -> Option<(TcpListener, SocketAddr)> {
    let guard = Guard {
        secret: Some(secret.to_vec().into()),
        hops: None,
    };
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let us = "127.0.0.2".parse().expect("an address");
    match socket::listen(any, us, &guard) {
        Ok(listener) => {
            listener.set_nonblocking(false).expect("a socket");
            let listener = TcpListener::from(listener);
            let address = listener.local_addr().expect("an address");
            Some((listener, address))
        }
        // A kernel without TCP-MD5 has nothing to test.
        Err(error) if error.raw_os_error() == Some(libc::ENOPROTOOPT) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_signed_session_needs_the_same_secret_on_both_sides() {
    let Some((listener, address)) = signing(b"a secret of both") else {
        return;
    };
    let with = |secret: Option<&[u8]>| {
        let mut settings = settings(address);
        settings.secret = secret.map(|secret| secret.to_vec().into());
        Bgp::start(settings).expect("a speaker")
    };
    let others = [with(Some(b"another")), with(None)];
    // The same kernel would have let both in by now, if it did not look at signatures.
    let same = with(Some(b"a secret of both"));
    let _peer = Peer::established(&listener);
    until("there is a session", || is_up(&same));
    assert!(others.iter().all(|bgp| !is_up(bgp)));
    listener.set_nonblocking(true).expect("a socket");
    assert!(listener.accept().is_err(), "nobody else came in");
}

#[test]
fn a_secret_that_the_kernel_cannot_hold_is_an_error() {
    let guard = |secret: Vec<u8>| Guard {
        secret: Some(secret.into()),
        hops: None,
    };
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    for secret in [vec![], vec![7; socket::LONGEST_SECRET + 1]] {
        assert!(socket::listen(any, any.ip(), &guard(secret)).is_err());
    }
}

#[test]
fn packets_from_further_away_than_the_peer_do_not_count() {
    let with_hops = |address| {
        let mut settings = settings(address);
        settings.hops = Some(1);
        Bgp::start(settings).expect("a speaker")
    };
    let (far_listener, far_address) = listener();
    let far = with_hops(far_address);
    // Answers with the usual 64, as if from 191 hops away.
    let (near_listener, near_address) = listener();
    let listening = socket2::SockRef::from(&near_listener);
    listening.set_ttl_v4(255).expect("a socket");
    let near = with_hops(near_address);
    let _peer = Peer::established(&near_listener);
    until("there is a session", || is_up(&near));
    assert!(!is_up(&far));
    far_listener.set_nonblocking(true).expect("a socket");
    assert!(far_listener.accept().is_err(), "its answer never came back");
}

/// A program that lists what a file holds.
fn lists(file: &std::path::Path) -> Asking {
    Asking {
        dialect: Dialect::Bird {
            protocol: "issei".into(),
        },
        program: vec![
            "sh".into(),
            "-c".into(),
            format!("cat '{}'", file.display()),
        ],
    }
}

fn bird_line(rule: &str) -> String {
    format!("flow4 {{ {rule}; }}  [issei 20:18:36.368 from 127.0.0.2] * (100) [AS64496i]\n")
}

/// A file that is removed with its owner.
struct Listing(std::path::PathBuf);

impl Listing {
    fn new(name: &str) -> Self {
        let file = format!("issei-bgp-{}-{name}", std::process::id());
        let made = Self(std::env::temp_dir().join(file));
        made.write("");
        made
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.0, text).expect("a disk");
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn only_what_the_peer_lists_is_said_to_be_in_force() {
    let listing = Listing::new("lists");
    let asking = lists(&listing.0);
    let (mut bgp, mut peer, _listener) = pair_with(|settings| settings.asking = Some(asking));
    bgp.arm(&cut(1, &["192.0.2.7", "192.0.2.8"]))
        .expect("armed");
    peer.hear_until(4);
    // Told and taken, but filtered by the peer: nothing is in force.
    assert!(bgp.read().expect("readable").is_empty());
    let whole = bird_line("dst 192.0.2.7/32") + &bird_line("src 192.0.2.7/32");
    let half = bird_line("dst 192.0.2.8/32");
    listing.write(&(whole.clone() + &half));
    let seen = bgp.read().expect("readable");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].goals, goals(&["192.0.2.7"]));
    // What it lists of ours and nobody told it of is an error, not a detail.
    listing.write(&(whole + &bird_line("dst 192.0.2.99/32")));
    assert!(matches!(fault(bgp.read()), Fault::Said(words) if words.contains("1 routes")));
    listing.write(&bird_line("dst 192.0.2.0/24"));
    assert!(matches!(fault(bgp.read()), Fault::Unreadable(_)));
}

#[test]
fn a_peer_whose_program_fails_is_not_said_to_hold_anything() {
    let asking = Asking {
        dialect: Dialect::Gobgp,
        program: vec!["false".into()],
    };
    let (mut bgp, mut peer, _listener) = pair_with(|settings| settings.asking = Some(asking));
    bgp.arm(&cut(1, &["192.0.2.7"])).expect("armed");
    peer.hear_until(2);
    assert!(matches!(fault(bgp.read()), Fault::Failed(..)));
}

#[test]
fn the_secret_is_not_shown() {
    let mut settings = settings("192.0.2.9:179".parse().expect("an address"));
    settings.secret = Some(b"hush".to_vec().into());
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("signed: true") && !shown.contains("hush"),
        "{shown}"
    );
}
