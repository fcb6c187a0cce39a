use proptest::prelude::*;

use super::super::Message;
use super::super::flowspec::tests::rule;
use super::super::flowspec::{Condition, Rate, RouteTarget, Rule, Terms, Way};
use super::*;

/// Splits octets into messages and reads each as one of ours.
fn read_all(mut octets: &[u8]) -> Vec<Announcement> {
    let mut read = Vec::new();
    while !octets.is_empty() {
        let length = super::super::length(octets)
            .expect("a header")
            .expect("a whole one");
        assert!(length <= MOST);
        let (message, rest) = octets.split_at(length);
        read.push(read_one(message).expect("one of ours"));
        octets = rest;
    }
    read
}

fn read_one(message: &[u8]) -> Result<Announcement, Fault> {
    match Message::read(message)? {
        Message::Update(update) => Announcement::read(&update),
        other => panic!("{other:?}"),
    }
}

fn coming(path: Path, effect: Effect, routes: &[Route]) -> Vec<u8> {
    let mut out = Vec::new();
    Announcement::write_coming(path, effect, routes, &mut out).expect("suiting routes");
    out
}

fn telnet(host: u8) -> Route {
    let conditions = vec![
        Condition::Protocol(Terms::equal(6)),
        Condition::DestinationPort(Terms::equal(23)),
    ];
    let host = Ipv4Addr::new(192, 0, 2, host);
    Route::Rule(Rule::new(Way::To, host.into(), conditions).expect("a rule"))
}

fn path() -> impl Strategy<Value = Path> {
    prop_oneof![
        any::<u32>().prop_map(Path::Internal),
        any::<u32>().prop_map(Path::External)
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let rate = (1u32..=1 << 24).prop_map(|rate| Rate::new(rate).expect("exact"));
    prop_oneof![
        Just(Action::Discard),
        rate.clone().prop_map(Action::Octets),
        rate.prop_map(Action::Packets),
        any::<(u32, u16)>()
            .prop_map(|(number, value)| Action::Divert(RouteTarget::LongAs(number, value))),
    ]
}

/// An effect and routes that it can be said of.
fn said() -> impl Strategy<Value = (Effect, Vec<Route>)> {
    let rules = prop::collection::vec(rule().prop_map(Route::Rule), 1..40);
    let flows = (action().prop_map(Effect::Flow), rules);
    let hosts4 = any::<(u32, Vec<u32>)>().prop_map(|(next_hop, hosts)| {
        let hosts = hosts.into_iter().chain([1]);
        let hosts = hosts.map(|bits| Route::Host4(Ipv4Addr::from_bits(bits)));
        (
            Effect::Hole4(Ipv4Addr::from_bits(next_hop)),
            hosts.collect(),
        )
    });
    let hosts6 = any::<(u128, Vec<u128>)>().prop_map(|(next_hop, hosts)| {
        let hosts = hosts.into_iter().chain([1]);
        let hosts = hosts.map(|bits| Route::Host6(Ipv6Addr::from_bits(bits)));
        (
            Effect::Hole6(Ipv6Addr::from_bits(next_hop)),
            hosts.collect(),
        )
    });
    prop_oneof![flows, hosts4, hosts6]
}

/// Written out by hand from RFC 4271, section 4.3, RFC 4760, section 3, RFC 8955, sections 4 and 7.
#[test]
fn a_dropping_rule_looks_as_the_standards_say() {
    let octets = coming(
        Path::Internal(100),
        Effect::Flow(Action::Discard),
        &[telnet(7)],
    );
    let reach = [
        &[0x90, 14, 0, 18, 0, 1, 133, 0, 0][..],
        &[12, 1, 32, 192, 0, 2, 7, 3, 0x81, 6, 5, 0x81, 23],
    ]
    .concat();
    let tail = [
        &[0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 5, 4, 0, 0, 0, 100][..],
        &[0xc0, 8, 4, 0xff, 0xff, 0xff, 0x01],
        &[0xc0, 16, 8, 0x80, 0x06, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let attributes = [&reach[..], &tail].concat();
    let length = (23 + attributes.len()) as u8;
    let whole = [
        &[0xff; 16][..],
        &[0, length, 2, 0, 0, 0, attributes.len() as u8],
        &attributes,
    ]
    .concat();
    assert_eq!(octets, whole);
}

/// Written out by hand from RFC 7999 and RFC 1997.
#[test]
fn a_blackhole_is_one_host_and_may_not_leave_the_network() {
    let host = Route::Host4(Ipv4Addr::new(192, 0, 2, 7));
    let nowhere = Effect::Hole4(Ipv4Addr::new(192, 0, 2, 1));
    let octets = coming(Path::External(64_496), nowhere, &[host]);
    let attributes = [
        &[0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfb, 0xf0][..],
        &[0x40, 3, 4, 192, 0, 2, 1],
        &[0xc0, 8, 8, 0xff, 0xff, 0x02, 0x9a, 0xff, 0xff, 0xff, 0x01],
    ]
    .concat();
    let body = [
        &[0, 0, 0, attributes.len() as u8][..],
        &attributes,
        &[32, 192, 0, 2, 7],
    ]
    .concat();
    assert_eq!(octets[19..], body);
}

#[test]
fn a_route_whose_bounds_were_taken_off_is_none_of_ours() {
    let host = Route::Host4(Ipv4Addr::new(192, 0, 2, 7));
    let nowhere = Effect::Hole4(Ipv4Addr::new(192, 0, 2, 1));
    let hole = coming(Path::Internal(100), nowhere, &[host]);
    let flow = coming(
        Path::Internal(100),
        Effect::Flow(Action::Discard),
        &[telnet(7)],
    );
    let kept = |octets: &[u8], place: usize, octet: u8| {
        let mut changed = octets.to_vec();
        changed[place] = octet;
        read_one(&changed)
    };
    let no_export = |octets: &[u8]| {
        let place = octets
            .windows(4)
            .position(|four| four == NO_EXPORT.to_be_bytes());
        place.expect("NO_EXPORT stands there") + 3
    };
    assert!(kept(&hole, no_export(&hole), 0x01).is_ok(), "unchanged");
    assert!(kept(&hole, no_export(&hole), 0x02).is_err());
    assert!(kept(&flow, no_export(&flow), 0x04).is_err());
    // A shorter prefix than a host.
    let bits = hole.len() - 5;
    assert_eq!(hole[bits], 32);
    assert!(kept(&hole, bits, 24).is_err());
    assert!(kept(&hole, bits, 31).is_err());
}

#[test]
fn many_rules_take_few_full_messages() {
    let routes: Vec<Route> = (0..100_000u32)
        .map(|number| {
            let host = Ipv4Addr::from_bits(0x0a00_0000 + number);
            let tcp = Condition::Protocol(Terms::equal(6));
            Route::Rule(Rule::new(Way::To, host.into(), vec![tcp]).expect("a rule"))
        })
        .collect();
    let octets = coming(Path::Internal(100), Effect::Flow(Action::Discard), &routes);
    let read = read_all(&octets);
    // Ten octets a rule: some four hundred fit.
    assert_eq!(read.len(), routes.len().div_ceil(403));
    let back = read.into_iter().flat_map(|said| match said {
        Announcement::Come { routes, .. } => routes,
        Announcement::Go(_) => panic!("nothing goes"),
    });
    assert!(back.eq(routes));
}

#[test]
fn an_effect_that_does_not_suit_sends_nothing() {
    let host = Route::Host4(Ipv4Addr::new(192, 0, 2, 7));
    let mut out = vec![7];
    let routes = [telnet(7), host];
    let said = Announcement::write_coming(
        Path::Internal(100),
        Effect::Flow(Action::Discard),
        &routes,
        &mut out,
    );
    assert_eq!(said, Err(UnsentRoutes));
    assert_eq!(out, [7]);
}

#[test]
fn the_end_of_a_table_is_no_announcement() {
    let mut out = Vec::new();
    write_message(&mut out, kind::UPDATE, |out| out.extend_from_slice(&[0; 4]));
    assert!(read_one(&out).is_err());
}

proptest! {
    #[test]
    fn what_comes_is_read_as_it_was_said(path in path(), (effect, routes) in said()) {
        let octets = coming(path, effect, &routes);
        let mut back = Vec::new();
        for said in read_all(&octets) {
            let Announcement::Come { path: by, effect: does, routes } = said else {
                panic!("nothing goes");
            };
            prop_assert_eq!((by, does), (path, effect));
            back.extend(routes);
        }
        prop_assert_eq!(back, routes);
    }

    #[test]
    fn what_goes_is_read_as_it_was_said((_, routes) in said()) {
        let mut octets = Vec::new();
        Announcement::write_going(&routes, &mut octets);
        let mut back = Vec::new();
        for said in read_all(&octets) {
            let Announcement::Go(routes) = said else { panic!("nothing comes") };
            back.extend(routes);
        }
        prop_assert_eq!(back, routes);
    }

    /// So nothing can hide in what a reader passes over.
    #[test]
    fn whatever_is_read_has_one_form(
        path in path(),
        (effect, routes) in said(),
        goes: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let routes = &routes[..1];
        let mut octets = Vec::new();
        match goes {
            true => Announcement::write_going(routes, &mut octets),
            false => octets = coming(path, effect, routes),
        }
        for (place, octet) in changes {
            let place = HEAD + place.index(octets.len() - HEAD);
            octets[place] = octet;
        }
        let mut again = Vec::new();
        match read_one(&octets) {
            Ok(Announcement::Go(routes)) => Announcement::write_going(&routes, &mut again),
            Ok(Announcement::Come { path, effect, routes }) => again = coming(path, effect, &routes),
            Err(_) => return Ok(()),
        }
        prop_assert_eq!(again, octets);
    }
}
