use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// Any list of comparisons that can be written.
fn terms<T: std::fmt::Debug + Clone>(
    term: impl Strategy<Value = T>,
) -> impl Strategy<Value = Terms<T>> {
    let joint = prop::sample::select(vec![Joint::Or, Joint::And]);
    let list = prop::collection::vec((joint, term), 1..5);
    list.prop_map(|list| {
        let mut list = list.into_iter();
        let (_, first) = list.next().expect("at least one");
        list.fold(Terms::one(first), |terms, (joint, term)| {
            terms.joined(joint, term)
        })
    })
}

fn number<V: std::fmt::Debug>(value: impl Strategy<Value = V>) -> impl Strategy<Value = Number<V>> {
    let is = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Above,
        Comparison::AtLeast,
        Comparison::Below,
        Comparison::AtMost,
        Comparison::Other,
    ]);
    (is, value).prop_map(|(is, value)| Number { is, value })
}

fn bits<V: std::fmt::Debug>(mask: impl Strategy<Value = V>) -> impl Strategy<Value = Bits<V>> {
    let set = prop::sample::select(vec![
        BitTest::Any,
        BitTest::All,
        BitTest::NotAny,
        BitTest::NotAll,
    ]);
    (set, mask).prop_map(|(set, mask)| Bits { set, mask })
}

/// Any condition that both families have.
fn condition() -> impl Strategy<Value = Condition> {
    let dscp = (0u8..64).prop_map(|number| Dscp::new(number).expect("six bits"));
    let flags = (1u16..0x1000).prop_map(|mask| TcpFlags::new(mask).expect("twelve bits"));
    let fragments = (1u8..8).prop_map(|mask| Fragments::new(mask << 1).expect("three bits"));
    prop_oneof![
        terms(number(any::<u8>())).prop_map(Condition::Protocol),
        terms(number(any::<u16>())).prop_map(Condition::Port),
        terms(number(any::<u16>())).prop_map(Condition::DestinationPort),
        terms(number(any::<u16>())).prop_map(Condition::SourcePort),
        terms(number(any::<u8>())).prop_map(Condition::IcmpType),
        terms(number(any::<u8>())).prop_map(Condition::IcmpCode),
        terms(bits(flags)).prop_map(Condition::TcpFlags),
        terms(number(any::<u16>())).prop_map(Condition::PacketLength),
        terms(number(dscp)).prop_map(Condition::Dscp),
        terms(bits(fragments)).prop_map(Condition::Fragment),
    ]
}

fn flow_label() -> impl Strategy<Value = Condition> {
    let label = (0u32..1 << 20).prop_map(|number| FlowLabel::new(number).expect("twenty bits"));
    terms(number(label)).prop_map(Condition::FlowLabel)
}

fn host() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
    ]
}

/// Any rule at all: every component, both families, both ways.
pub(in crate::bgp) fn rule() -> impl Strategy<Value = Rule> {
    let way = prop::sample::select(vec![Way::To, Way::From]);
    let conditions = prop::collection::vec(condition(), 0..8);
    (way, host(), conditions, prop::option::of(flow_label())).prop_map(
        |(way, host, mut conditions, label)| {
            conditions.sort_by_key(Condition::kind);
            conditions.dedup_by_key(|condition| condition.kind());
            conditions.extend(label.filter(|_| host.is_ipv6()));
            Rule::new(way, host, conditions).expect("each kind once")
        },
    )
}

fn written(rule: &Rule) -> Vec<u8> {
    let mut out = Vec::new();
    rule.write(&mut out);
    out
}

/// Reads octets that must hold exactly one rule.
fn read(octets: &[u8], family: Family) -> Result<Rule, RuleFault> {
    let mut octets = Octets::new(octets, 0);
    let rule = Rule::read(&mut octets, family)?;
    assert!(octets.is_done(), "a rule ends where its length says");
    Ok(rule)
}

/// Reads the components of an IPv4 rule, its length put before them.
fn read4(components: &[u8]) -> Result<Rule, RuleFault> {
    read(
        &[&[components.len() as u8], components].concat(),
        Family::Flow4,
    )
}

fn read6(components: &[u8]) -> Result<Rule, RuleFault> {
    read(
        &[&[components.len() as u8], components].concat(),
        Family::Flow6,
    )
}

/// The first component of a rule to 192.0.2.7.
const TO: [u8; 6] = [1, 32, 192, 0, 2, 7];

/// Written out by hand from RFC 8955, section 4.2.
#[test]
fn a_rule_looks_as_the_standard_says() {
    let tcp = Condition::Protocol(Terms::equal(6));
    let telnet = Condition::DestinationPort(Terms::equal(23));
    let rule = Rule::new(Way::To, HOST, vec![telnet, tcp]).expect("a rule");
    let octets = [12, 1, 32, 192, 0, 2, 7, 3, 0x81, 6, 5, 0x81, 23];
    assert_eq!(written(&rule), octets);

    let wide = Condition::SourcePort(Terms::equal(48_101));
    let rule = Rule::new(Way::From, HOST, vec![wide]).expect("a rule");
    let octets = [10, 2, 32, 192, 0, 2, 7, 6, 0x91, 0xbb, 0xe5];
    assert_eq!(written(&rule), octets);
}

/// Written out by hand from RFC 8956, section 3.1: length, offset, pattern.
#[test]
fn a_host_of_ipv6_is_all_its_bits_without_offset() {
    let host: Ipv6Addr = "2001:db8::7".parse().expect("an address");
    let rule = Rule::new(Way::From, host.into(), vec![]).expect("a rule");
    let octets = [&[19, 2, 128, 0][..], &host.octets()].concat();
    assert_eq!(written(&rule), octets);
    assert_eq!(read(&octets, Family::Flow6), Ok(rule));
}

#[test]
fn joined_comparisons_carry_their_joint_and_the_last_its_mark() {
    let at_least = Number {
        is: Comparison::AtLeast,
        value: 1_000u16,
    };
    let at_most = Number {
        is: Comparison::AtMost,
        value: 1_500u16,
    };
    let terms = Terms::one(at_least).joined(Joint::And, at_most);
    let rule = Rule::new(Way::To, HOST, vec![Condition::PacketLength(terms)]).expect("a rule");
    let octets = [&[13][..], &TO, &[10, 0x13, 0x03, 0xe8, 0xd5, 0x05, 0xdc]].concat();
    assert_eq!(written(&rule), octets);
    assert_eq!(read(&octets, Family::Flow4), Ok(rule));
}

#[test]
fn a_rule_without_one_exact_host_does_not_exist() {
    assert_eq!(read4(&[]), Err(RuleFault::Short));
    // Only a protocol, only a port: a wildcard over all addresses.
    assert_eq!(read4(&[3, 0x81, 6]), Err(RuleFault::NoHost(3)));
    assert_eq!(read4(&[5, 0x81, 23]), Err(RuleFault::NoHost(5)));
    for bits in (0..=255).filter(|&bits| bits != 32) {
        let octets = [1, bits, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(read4(&octets), Err(RuleFault::Prefix(bits)));
    }
    for bits in (0..=255).filter(|&bits| bits != 128) {
        let octets = [&[2, bits, 0][..], &[7; 16]].concat();
        assert_eq!(read6(&octets), Err(RuleFault::Prefix(bits)));
    }
    // The same host by both ways at once, or by one twice.
    assert_eq!(
        read4(&[&TO[..], &[2, 32, 192, 0, 2, 8]].concat()),
        Err(RuleFault::Component(2))
    );
    assert_eq!(
        read4(&[&TO[..], &TO].concat()),
        Err(RuleFault::Component(1))
    );
}

#[test]
fn an_address_of_ipv6_is_not_skipped_into() {
    let octets = [&[1, 128, 64][..], &[7; 16]].concat();
    assert_eq!(read6(&octets), Err(RuleFault::Offset(64)));
}

/// What took a network down in 2013: lengths from 99,971 to 99,985.
#[test]
fn a_packet_length_that_no_packet_has_does_not_exist() {
    let [_, a, b, c] = 99_971u32.to_be_bytes();
    let octets = [&TO[..], &[10, 0xa3, 0, a, b, c]].concat();
    assert_eq!(read4(&octets), Err(RuleFault::Value(99_971)));
    assert!(<u16 as Value>::of(99_971).is_none());
}

#[test]
fn values_that_no_packet_has_do_not_exist() {
    let cases: [(&[u8], u32); 8] = [
        (&[3, 0x91, 1, 0], 256),
        (&[5, 0xa1, 0, 1, 0, 0], 65_536),
        (&[7, 0x91, 1, 0], 256),
        (&[9, 0x91, 0x10, 0], 0x1000),
        (&[9, 0x81, 0], 0),
        (&[11, 0x81, 64], 64),
        (&[12, 0x81, 0x10], 0x10),
        (&[12, 0x81, 0], 0),
    ];
    for (component, value) in cases {
        let octets = [&TO[..], component].concat();
        assert_eq!(
            read4(&octets),
            Err(RuleFault::Value(value)),
            "{component:?}"
        );
    }
    let label = [&[1, 128, 0][..], &[7; 16], &[13, 0xa1, 0, 0x10, 0, 0]].concat();
    assert_eq!(read6(&label), Err(RuleFault::Value(0x10_0000)));
}

#[test]
fn a_value_has_one_form() {
    // Port 23 in two octets, in four, in eight.
    assert_eq!(
        read4(&[&TO[..], &[5, 0x91, 0, 23]].concat()),
        Err(RuleFault::Value(23))
    );
    assert_eq!(
        read4(&[&TO[..], &[5, 0xa1, 0, 0, 0, 23]].concat()),
        Err(RuleFault::Value(23))
    );
    let eight = [&TO[..], &[5, 0xb1, 0, 0, 0, 0, 0, 0, 0, 23]].concat();
    assert_eq!(read4(&eight), Err(RuleFault::Operator(0xb1)));
}

#[test]
fn operators_that_always_or_never_hold_do_not_exist() {
    for operator in [0b000, 0b111, 0b1001] {
        let octets = [&TO[..], &[5, 0x80 | operator, 23]].concat();
        assert_eq!(read4(&octets), Err(RuleFault::Operator(operator)));
    }
    for operator in [0b0100, 0b1000] {
        let octets = [&TO[..], &[9, 0x80 | operator, 2]].concat();
        assert_eq!(read4(&octets), Err(RuleFault::Operator(operator)));
    }
    // An *and* with nothing before it.
    let octets = [&TO[..], &[5, 0xc1, 23]].concat();
    assert_eq!(read4(&octets), Err(RuleFault::Operator(AND_BIT)));
}

const AND_BIT: u8 = 0x40;

#[test]
fn a_list_without_an_end_or_a_comparison_does_not_exist() {
    assert_eq!(read4(&[&TO[..], &[5]].concat()), Err(RuleFault::Short));
    assert_eq!(
        read4(&[&TO[..], &[5, 0x81]].concat()),
        Err(RuleFault::Short)
    );
    assert_eq!(
        read4(&[&TO[..], &[5, 0x01, 23]].concat()),
        Err(RuleFault::Short)
    );
}

#[test]
fn components_rise_without_repeats() {
    let port = [5, 0x81, 23];
    let tcp = [3, 0x81, 6];
    assert_eq!(
        read4(&[&TO[..], &port, &tcp].concat()),
        Err(RuleFault::Order(3))
    );
    assert_eq!(
        read4(&[&TO[..], &port, &port].concat()),
        Err(RuleFault::Order(5))
    );
    let twice = vec![
        Condition::Port(Terms::equal(1)),
        Condition::Port(Terms::equal(2)),
    ];
    assert_eq!(Rule::new(Way::To, HOST, twice), Err(RuleFault::Order(4)));
}

#[test]
fn a_family_has_only_its_own_components() {
    let label = Condition::FlowLabel(Terms::equal(FlowLabel::new(7).expect("a label")));
    assert_eq!(
        Rule::new(Way::To, HOST, vec![label]),
        Err(RuleFault::Component(13))
    );
    assert_eq!(
        read4(&[&TO[..], &[13, 0xa1, 0, 0, 0, 7]].concat()),
        Err(RuleFault::Component(13))
    );
    assert_eq!(
        read4(&[&TO[..], &[14, 0x81, 7]].concat()),
        Err(RuleFault::Component(14))
    );

    let unsplit = Bits {
        set: BitTest::All,
        mask: Fragments::new(1).expect("a bit"),
    };
    let unsplit = Condition::Fragment(Terms::one(unsplit));
    assert!(Rule::new(Way::To, HOST, vec![unsplit.clone()]).is_ok());
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    assert_eq!(
        Rule::new(Way::To, v6, vec![unsplit]),
        Err(RuleFault::Component(12))
    );
    let octets = [&[1, 128, 0][..], &[7; 16], &[12, 0x81, 1]].concat();
    assert_eq!(read6(&octets), Err(RuleFault::Component(12)));
}

#[test]
fn a_length_has_one_form_and_a_bound() {
    let many = |count: u16| {
        let mut terms = Terms::equal(1_000u16);
        for value in 1..count {
            terms = terms.joined(
                Joint::Or,
                Number {
                    is: Comparison::Equal,
                    value: 1_000 + value,
                },
            );
        }
        Rule::new(Way::To, HOST, vec![Condition::Port(terms)])
    };
    // 6 for the host, 1 for the type, 3 for each port.
    let long = many(80).expect("within the bound");
    let octets = written(&long);
    assert_eq!(octets[..2], [0xf0, 247]);
    assert_eq!(octets.len(), long.whole_length());
    assert_eq!(read(&octets, Family::Flow4), Ok(long));
    assert_eq!(many(400), Err(RuleFault::Length(1_207)));

    // A short rule behind a long length, and a length beyond the bound.
    let padded = [&[0xf0, 6][..], &TO].concat();
    assert_eq!(read(&padded, Family::Flow4), Err(RuleFault::Length(6)));
    assert_eq!(
        read(&[0xff, 0xff], Family::Flow4),
        Err(RuleFault::Length(0xfff))
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read(rule in rule()) {
        let octets = written(&rule);
        prop_assert_eq!(octets.len(), rule.whole_length());
        prop_assert_eq!(read(&octets, rule.family()), Ok(rule));
    }

    #[test]
    fn a_cut_rule_is_refused(rule in rule(), cut in any::<prop::sample::Index>()) {
        let octets = written(&rule);
        let cut = cut.index(octets.len());
        prop_assert!(Rule::read(&mut Octets::new(&octets[..cut], 0), rule.family()).is_err());
    }

    #[test]
    fn whatever_is_read_has_one_form(
        rule in rule(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = written(&rule);
        for (place, octet) in changes {
            let place = place.index(octets.len());
            octets[place] = octet;
        }
        let mut left = Octets::new(&octets, 0);
        if let Ok(read) = Rule::read(&mut left, rule.family()) {
            prop_assert_eq!(&written(&read)[..], &octets[..left.at()]);
        }
    }
}
