use proptest::prelude::*;

use super::*;

/// Written out by hand from RFC 8955, section 7, and RFC 7674, section 2.
#[test]
fn actions_look_as_the_standards_say() {
    let rate = |rate| Rate::new(rate).expect("exact");
    let cases = [
        (Action::Discard, [0x80, 0x06, 0, 0, 0, 0, 0, 0]),
        (
            Action::Octets(rate(1_000)),
            [0x80, 0x06, 0, 0, 0x44, 0x7a, 0, 0],
        ),
        (
            Action::Packets(rate(1)),
            [0x80, 0x0c, 0, 0, 0x3f, 0x80, 0, 0],
        ),
        (
            Action::Divert(RouteTarget::As(64_496, 7)),
            [0x80, 0x08, 0xfb, 0xf0, 0, 0, 0, 7],
        ),
        (
            Action::Divert(RouteTarget::Ip(Ipv4Addr::new(192, 0, 2, 1), 7)),
            [0x81, 0x08, 192, 0, 2, 1, 0, 7],
        ),
        (
            Action::Divert(RouteTarget::LongAs(4_200_000_000, 7)),
            [0x82, 0x08, 0xfa, 0x56, 0xea, 0, 0, 7],
        ),
    ];
    for (action, octets) in cases {
        assert_eq!(action.write(), octets);
        assert_eq!(Action::read(octets), Some(action));
    }
}

#[test]
fn rates_that_a_float_cannot_tell_are_no_rates() {
    for rate in [0, (1 << 24) + 1, u32::MAX] {
        assert_eq!(Rate::new(rate), None);
    }
    assert_eq!(Rate::new(1 << 24).map(Rate::get), Some(1 << 24));
}

#[test]
fn rates_that_say_nothing_are_not_read() {
    for rate in [
        0.5,
        -1.0,
        -0.0,
        1.5,
        1e30,
        f32::NAN,
        f32::INFINITY,
        f32::MIN_POSITIVE,
    ] {
        let [a, b, c, d] = rate.to_be_bytes();
        for kind in [0x06, 0x0c] {
            let read = Action::read([0x80, kind, 0, 0, a, b, c, d]);
            assert_eq!(read, None, "{rate}");
        }
    }
    // Nothing in packets is written as nothing in octets.
    assert_eq!(Action::read([0x80, 0x0c, 0, 0, 0, 0, 0, 0]), None);
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(octets: [u8; 8], head in prop::sample::select(vec![
        [0x80, 0x06], [0x80, 0x0c], [0x80, 0x08], [0x81, 0x08], [0x82, 0x08],
    ])) {
        let mut octets = octets;
        octets[..2].copy_from_slice(&head);
        if let Some(action) = Action::read(octets) {
            prop_assert_eq!(action.write(), octets);
        }
    }

    #[test]
    fn every_exact_rate_comes_back(rate in 1u32..=1 << 24) {
        let rate = Rate::new(rate).expect("exact");
        for action in [Action::Octets(rate), Action::Packets(rate)] {
            prop_assert_eq!(Action::read(action.write()), Some(action));
        }
    }
}
