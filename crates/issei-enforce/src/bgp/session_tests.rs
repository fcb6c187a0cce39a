use issei_wire::bgp::Family;
use proptest::prelude::*;

use super::*;

const US: u32 = 64_496;
const THEM: u32 = 64_500;

fn local() -> Local {
    Local {
        as_number: US,
        peer_as: THEM,
        id: Ipv4Addr::new(192, 0, 2, 1),
        hold_time: 9,
        families: Families::ALL,
        preference: 100,
        begins: Begins::We,
    }
}

fn their_open() -> Open {
    Open {
        as_number: THEM,
        hold_time: 90,
        id: Ipv4Addr::new(192, 0, 2, 2),
        families: Families::ALL,
        four_octets: true,
    }
}

/// A session with its clock and what it put out.
struct Rig {
    session: Session,
    now: Timestamp,
    out: Vec<Output>,
}

fn secs(secs: i64) -> Span {
    Span::from_secs(secs)
}

impl Rig {
    fn new(local: Local) -> Self {
        let now = Timestamp::from_secs(1_000);
        Self {
            session: Session::new(local, now, 7),
            now,
            out: Vec::new(),
        }
    }

    fn input(&mut self, input: Input<'_>) -> Vec<Output> {
        self.session.handle(self.now, input, &mut self.out);
        std::mem::take(&mut self.out)
    }

    fn octets(&mut self, octets: &[u8]) -> Vec<Output> {
        self.input(Input::Octets(octets))
    }

    /// Lets time pass, and everything happen that is due meanwhile.
    fn wait(&mut self, span: Span) -> Vec<Output> {
        let end = self.now + span;
        while let Some(due) = self.session.next_deadline().filter(|&due| due <= end) {
            self.now = self.now.max(due);
            self.session.on_deadline(self.now, &mut self.out);
        }
        self.now = end;
        std::mem::take(&mut self.out)
    }

    fn connect(&mut self) {
        assert_eq!(self.wait(Span::ZERO), [Output::Connect]);
        let greeting = self.input(Input::Connected);
        assert!(matches!(&greeting[..], [Output::Send(open)] if open[18] == 1));
    }

    fn established() -> Self {
        let mut rig = Self::new(local());
        rig.connect();
        let answer = rig.octets(&written(&their_open()));
        assert_eq!(answer, [keepalive_message()]);
        let up = rig.octets(&keepalive_octets());
        assert!(matches!(up[..], [Output::Up(_)]));
        rig
    }
}

fn written(open: &Open) -> Vec<u8> {
    let mut octets = Vec::new();
    open.write(&mut octets);
    octets
}

fn keepalive_octets() -> Vec<u8> {
    let mut octets = Vec::new();
    bgp::write_keepalive(&mut octets);
    octets
}

fn told(notification: &Notification) -> Output {
    let mut octets = Vec::new();
    notification.write(&mut octets);
    Output::Send(octets)
}

/// Demands that the peer be told these codes and the connection closed; shows what he was told.
fn ends_with(out: &[Output], code: u8, subcode: u8) -> Reason {
    let [Output::Send(octets), Output::Close(reason)] = out else {
        panic!("{out:?}");
    };
    assert_eq!(octets[18..21], [3, code, subcode]);
    reason.clone()
}

#[test]
fn two_speakers_agree_on_the_shorter_hold_time_and_common_families() {
    let mut rig = Rig::new(local());
    rig.connect();
    let flow = Families::default().with(Family::Flow4);
    let open = Open {
        families: flow,
        hold_time: 6,
        ..their_open()
    };
    rig.octets(&written(&open));
    let agreed = Agreed {
        hold: secs(6),
        families: flow,
        path: Path::External(US),
        peer: open.id,
    };
    assert_eq!(rig.octets(&keepalive_octets()), [Output::Up(agreed)]);
    assert_eq!(rig.session.established(), Some(agreed));
}

#[test]
fn the_hold_time_is_never_above_ours_and_never_none() {
    for (ours, theirs, hold) in [(9, 180, 9), (9, 3, 3), (600, 600, 90), (0, 90, 3)] {
        let mut rig = Rig::new(Local {
            hold_time: ours,
            ..local()
        });
        rig.connect();
        let open = Open {
            hold_time: theirs,
            ..their_open()
        };
        rig.octets(&written(&open));
        rig.octets(&keepalive_octets());
        let agreed = rig.session.established().expect("both agree");
        assert_eq!(agreed.hold, secs(hold), "{ours} and {theirs}");
    }
}

/// RFC 4271, section 6.2; RFC 6286; RFC 5492.
#[test]
fn an_open_that_we_cannot_live_with_is_answered() {
    let cases = [
        (
            Open {
                as_number: 64_501,
                ..their_open()
            },
            (2, 2),
        ),
        (
            Open {
                hold_time: 0,
                ..their_open()
            },
            (2, 6),
        ),
        (
            Open {
                hold_time: 2,
                ..their_open()
            },
            (2, 6),
        ),
        (
            Open {
                id: Ipv4Addr::UNSPECIFIED,
                ..their_open()
            },
            (2, 3),
        ),
        (
            Open {
                four_octets: false,
                ..their_open()
            },
            (2, 7),
        ),
    ];
    for (open, (code, subcode)) in cases {
        let mut rig = Rig::new(local());
        rig.connect();
        let out = rig.octets(&written(&open));
        assert!(matches!(ends_with(&out, code, subcode), Reason::Broke(_)));
        assert_eq!(rig.session.counts().broken, 1);
        assert!(rig.session.established().is_none());
    }
}

#[test]
fn a_peer_without_a_common_family_is_told_so() {
    let flow = Families::default().with(Family::Flow6);
    let mut rig = Rig::new(Local {
        families: flow,
        ..local()
    });
    rig.connect();
    let plain = Open {
        families: Families::default().with(Family::Ipv4),
        ..their_open()
    };
    let out = rig.octets(&written(&plain));
    ends_with(&out, 2, 7);
}

#[test]
fn within_an_as_two_speakers_have_two_identifiers_and_an_internal_path() {
    let inside = Local {
        peer_as: US,
        ..local()
    };
    let open = Open {
        as_number: US,
        ..their_open()
    };
    let mut rig = Rig::new(inside);
    rig.connect();
    rig.octets(&written(&open));
    rig.octets(&keepalive_octets());
    let agreed = rig.session.established().expect("both agree");
    assert_eq!(agreed.path, Path::Internal(100));

    let mut rig = Rig::new(inside);
    rig.connect();
    let out = rig.octets(&written(&Open {
        id: inside.id,
        ..open
    }));
    ends_with(&out, 2, 3);
}

#[test]
fn we_give_a_sign_of_life_every_third_of_the_hold_time() {
    let mut rig = Rig::established();
    let mut signs = 0;
    for _ in 0..30 {
        signs += rig.wait(secs(1)).len();
        rig.octets(&keepalive_octets());
    }
    assert_eq!(signs, 10);
    assert!(rig.session.established().is_some());
}

#[test]
fn a_silent_peer_is_let_go_after_the_hold_time() {
    let mut rig = Rig::established();
    let out = rig.wait(Span::from_micros(8_999_999));
    assert!(out.iter().all(|out| *out == keepalive_message()));
    let out = rig.wait(Span::from_micros(1));
    assert_eq!(ends_with(&out, 4, 0), Reason::Silent);
    assert!(rig.session.established().is_none());
}

#[test]
fn an_update_is_a_sign_of_life_too() {
    let mut rig = Rig::established();
    let end_of_table = [&[0xff; 16][..], &[0, 23, 2, 0, 0, 0, 0]].concat();
    for _ in 0..5 {
        rig.wait(secs(8));
        assert_eq!(rig.octets(&end_of_table), []);
    }
    assert!(rig.session.established().is_some());
}

#[test]
fn a_peer_who_never_says_who_he_is_is_let_go() {
    let mut rig = Rig::new(local());
    rig.connect();
    let out = rig.wait(OPEN_PATIENCE);
    assert_eq!(ends_with(&out[..2], 4, 0), Reason::Silent);
}

#[test]
fn a_peer_who_never_confirms_is_let_go() {
    let mut rig = Rig::new(local());
    rig.connect();
    rig.octets(&written(&their_open()));
    let out = rig.wait(secs(9));
    let last = &out[out.len() - 2..];
    assert_eq!(ends_with(last, 4, 0), Reason::Silent);
}

#[test]
fn what_the_peer_announces_is_counted_and_dropped() {
    let mut rig = Rig::established();
    let come = [
        &[0xff; 16][..],
        &[0, 23 + 6, 2, 0, 2, 8, 10, 0, 0, 24, 192, 0, 2],
    ]
    .concat();
    assert_eq!(rig.octets(&come), []);
    let counts = rig.session.counts();
    assert_eq!((counts.come, counts.gone, counts.torn), (1, 1, 0));
    // An attribute that ends behind its list: counted, and the session stays.
    let torn = [&[0xff; 16][..], &[0, 26, 2, 0, 0, 0, 3, 0x40, 1, 9]].concat();
    assert_eq!(rig.octets(&torn), []);
    assert_eq!(rig.session.counts().torn, 1);
    assert!(rig.session.established().is_some());
}

/// RFC 4271, section 6.1.
#[test]
fn a_broken_header_ends_the_session_with_its_reason() {
    let marker = [&[0xfe][..], &[0xff; 15], &[0, 19, 4]].concat();
    let length = [&[0xff; 16][..], &[0xff, 0xff, 2]].concat();
    let kind = [&[0xff; 16][..], &[0, 23, 5, 0, 1, 0, 1]].concat();
    let lengths = [&[0xff; 16][..], &[0, 23, 2, 0xff, 0xff, 0, 0]].concat();
    for (octets, code, subcode) in [
        (marker, 1, 1),
        (length, 1, 2),
        (kind, 1, 3),
        (lengths, 3, 1),
    ] {
        let mut rig = Rig::established();
        let out = rig.octets(&octets);
        assert!(matches!(ends_with(&out, code, subcode), Reason::Broke(_)));
        // What follows is not looked at.
        assert_eq!(rig.octets(&keepalive_octets()), []);
    }
}

/// RFC 6608.
#[test]
fn a_message_out_of_turn_ends_the_session_with_its_state() {
    let update = [&[0xff; 16][..], &[0, 23, 2, 0, 0, 0, 0]].concat();
    let mut rig = Rig::new(local());
    rig.connect();
    let out = rig.octets(&keepalive_octets());
    assert_eq!(ends_with(&out, 5, 1), Reason::OutOfTurn);

    let mut rig = Rig::new(local());
    rig.connect();
    rig.octets(&written(&their_open()));
    let out = rig.octets(&update);
    assert_eq!(ends_with(&out, 5, 2), Reason::OutOfTurn);

    let mut rig = Rig::established();
    let out = rig.octets(&written(&their_open()));
    assert_eq!(ends_with(&out, 5, 3), Reason::OutOfTurn);
}

#[test]
fn a_peer_who_says_why_is_not_answered() {
    let mut rig = Rig::established();
    let mut octets = Vec::new();
    Notification::SHUT_DOWN.write(&mut octets);
    let out = rig.octets(&octets);
    assert_eq!(out, [Output::Close(Reason::Told(Notification::SHUT_DOWN))]);
}

#[test]
fn messages_may_come_in_any_pieces() {
    let mut whole = written(&their_open());
    whole.extend(keepalive_octets());
    for piece in [1, 7, 18, 19, 20, 64] {
        let mut rig = Rig::new(local());
        rig.connect();
        for octets in whole.chunks(piece) {
            rig.octets(octets);
        }
        assert!(rig.session.established().is_some(), "pieces of {piece}");
        assert_eq!(rig.session.counts().messages, 2);
    }
}

#[test]
fn an_unfinished_message_is_all_that_is_kept() {
    let mut rig = Rig::established();
    let mut long = [&[0xff; 16][..], &[0x10, 0, 2]].concat();
    long.resize(4_095, 0);
    rig.octets(&long);
    assert_eq!(rig.session.octets.len(), 4_095);
    rig.octets(&[0]);
    assert_eq!(rig.session.octets.len(), 0);
}

#[test]
fn pauses_grow_while_sessions_are_short_and_shrink_after_a_long_one() {
    let mut rig = Rig::new(local());
    let mut pauses = Vec::new();
    for _ in 0..8 {
        rig.connect();
        let out = rig.input(Input::Closed);
        assert_eq!(out, [Output::Close(Reason::Closed)]);
        let due = rig.session.next_deadline().expect("another try");
        pauses.push(due.since(rig.now));
        rig.now = due;
    }
    for (pause, wanted) in pauses.iter().zip([1, 2, 4, 8, 16, 30, 30, 30]) {
        let (pause, wanted) = (pause.as_micros(), secs(wanted).as_micros());
        assert!((wanted * 3 / 4..=wanted).contains(&pause), "{pauses:?}");
    }
    rig.connect();
    rig.octets(&written(&their_open()));
    rig.octets(&keepalive_octets());
    for _ in 0..10 {
        rig.wait(secs(4));
        rig.octets(&keepalive_octets());
    }
    rig.input(Input::Closed);
    let due = rig.session.next_deadline().expect("another try");
    assert!(due.since(rig.now) <= secs(1));
}

#[test]
fn many_speakers_do_not_come_back_all_at_once() {
    let pause = |chance| {
        let now = Timestamp::from_secs(0);
        let mut session = Session::new(local(), now, chance);
        let mut out = Vec::new();
        session.on_deadline(now, &mut out);
        session.handle(now, Input::Closed, &mut out);
        session.next_deadline()
    };
    let pauses: std::collections::BTreeSet<_> = (0..50).map(pause).collect();
    assert!(pauses.len() > 40);
}

#[test]
fn a_connection_that_does_not_come_about_is_tried_again() {
    let mut rig = Rig::new(local());
    assert_eq!(rig.wait(Span::ZERO), [Output::Connect]);
    let out = rig.wait(CONNECT_PATIENCE);
    assert_eq!(out[0], Output::Close(Reason::NotConnected));
    let out = rig.wait(secs(1));
    assert_eq!(out, [Output::Connect]);
    let out = rig.input(Input::Closed);
    assert_eq!(out, [Output::Close(Reason::NotConnected)]);
}

#[test]
fn when_the_peer_begins_we_wait_as_long_as_it_takes() {
    let mut rig = Rig::new(Local {
        begins: Begins::Peer,
        ..local()
    });
    rig.wait(Span::ZERO);
    assert!(rig.session.takes_connections());
    assert_eq!(rig.wait(secs(100_000)), []);
    rig.input(Input::Connected);
    assert!(!rig.session.takes_connections(), "one at a time");
    rig.octets(&written(&their_open()));
    rig.octets(&keepalive_octets());
    assert!(rig.session.established().is_some());
    rig.input(Input::Closed);
    assert!(
        !rig.session.takes_connections(),
        "after an end there is a pause"
    );
    rig.wait(secs(1));
    assert!(rig.session.takes_connections());
}

#[test]
fn a_connection_that_nobody_wants_changes_nothing() {
    let mut rig = Rig::established();
    assert_eq!(rig.input(Input::Connected), []);
    assert!(rig.session.established().is_some());
}

#[test]
fn a_stopped_session_stays_stopped() {
    let mut rig = Rig::established();
    let out = rig.input(Input::Stop);
    assert_eq!(out[0], told(&Notification::SHUT_DOWN));
    assert_eq!(out[1], Output::Close(Reason::Ours));
    assert_eq!(rig.session.next_deadline(), None);
    assert_eq!(rig.input(Input::Connected), []);
    assert_eq!(rig.wait(secs(1_000)), []);
}

#[test]
fn an_end_that_we_want_tells_the_peer_and_comes_back() {
    let mut rig = Rig::established();
    let out = rig.input(Input::End(Notification::RESET));
    assert_eq!(ends_with(&out, 6, 4), Reason::Ours);
    assert_eq!(rig.wait(secs(1)), [Output::Connect]);
}

/// Anything that can happen.
#[derive(Clone, Debug)]
enum Step {
    Connected,
    Closed,
    Octets(Vec<u8>),
    Wait(i64),
    End,
}

fn step() -> impl Strategy<Value = Step> {
    let mut hello = written(&their_open());
    hello.extend(keepalive_octets());
    prop_oneof![
        Just(Step::Connected),
        Just(Step::Connected),
        Just(Step::Closed),
        Just(Step::End),
        Just(Step::Octets(hello)),
        Just(Step::Octets(keepalive_octets())),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Step::Octets),
        (0u8..7, prop::collection::vec(any::<u8>(), 0..100)).prop_map(|(kind, body)| {
            let length = (19 + body.len()) as u8;
            Step::Octets([&[0xff; 16][..], &[0, length, kind], &body].concat())
        }),
        (0i64..5_000_000).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever a peer does: routes are told only between an Up and the next Close, every end has a
    /// Close, nothing is sent without a connection, and deadlines move on.
    #[test]
    fn no_peer_can_confuse_the_session(steps in prop::collection::vec(step(), 1..80)) {
        let mut rig = Rig::new(local());
        let (mut connected, mut up) = (false, false);
        prop_assert_eq!(rig.wait(Span::ZERO), [Output::Connect]);
        for step in steps {
            let mut out = match step {
                Step::Connected if matches!(rig.session.state, State::Connect(_)) => {
                    connected = true;
                    rig.input(Input::Connected)
                }
                Step::Connected => rig.input(Input::Connected),
                Step::Closed => rig.input(Input::Closed),
                Step::End => rig.input(Input::End(Notification::RESET)),
                Step::Octets(octets) => rig.octets(&octets),
                Step::Wait(micros) => rig.wait(Span::from_micros(micros)),
            };
            for out in out.drain(..) {
                match out {
                    Output::Send(_) => prop_assert!(connected),
                    Output::Up(_) => {
                        prop_assert!(connected && !up);
                        up = true;
                    }
                    Output::Close(_) => (connected, up) = (false, false),
                    Output::Connect => prop_assert!(!connected),
                }
            }
            prop_assert_eq!(rig.session.established().is_some(), up);
            prop_assert!(rig.session.octets.len() < bgp::MOST);
            prop_assert!(rig.session.next_deadline().is_some_and(|due| due > rig.now));
        }
    }
}
