use super::*;

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

/// An answer with these addresses.
fn answer(code: u8, addresses: &[[u8; 4]]) -> Vec<u8> {
    let mut bytes = ask(9, &name("c2.example"));
    bytes[2] |= 0x80;
    bytes[3] = code;
    bytes[7] = addresses.len() as u8;
    for address in addresses {
        bytes.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04");
        bytes.extend_from_slice(address);
    }
    bytes
}

#[test]
fn each_answer_is_understood() {
    let heard = |bytes: &[u8]| hear(9, &name("c2.example"), bytes);
    assert_eq!(heard(&answer(3, &[])), Some(Heard::Absent));
    assert_eq!(heard(&answer(0, &[])), Some(Heard::Exists(vec![])));
    assert_eq!(heard(&answer(2, &[])), Some(Heard::Failed(2)));
    let two = heard(&answer(0, &[[192, 0, 2, 2], [192, 0, 2, 1]])).expect("heard");
    assert_eq!(
        two,
        Heard::Exists(vec![[192, 0, 2, 1].into(), [192, 0, 2, 2].into()])
    );
    assert_eq!(two.only_address(), None);
    let one = heard(&answer(0, &[[192, 0, 2, 2]])).expect("heard");
    assert_eq!(one.only_address(), Some([192, 0, 2, 2].into()));
}

#[test]
fn addresses_of_the_other_family_are_asked_for_apart() {
    let c2 = name("c2.example");
    let mut bytes = ask_for(9, &c2, Family::V6);
    bytes[2] |= 0x80;
    bytes[7] = 1;
    bytes.extend_from_slice(b"\xc0\x0c\0\x1c\0\x01\0\0\0\x01\0\x10");
    bytes.extend_from_slice(
        &"2001:db8::7"
            .parse::<std::net::Ipv6Addr>()
            .expect("one")
            .octets(),
    );
    let heard = hear_of(9, &c2, Family::V6, &bytes);
    assert_eq!(
        heard,
        Some(Heard::Exists(vec!["2001:db8::7".parse().expect("one")]))
    );
    assert_eq!(hear_of(9, &c2, Family::V4, &bytes), None);
}

#[test]
fn an_answer_that_was_cut_off_is_not_taken_for_whole() {
    let mut bytes = answer(0, &[[192, 0, 2, 1]]);
    bytes[2] |= 0x02;
    assert_eq!(hear(9, &name("c2.example"), &bytes), Some(Heard::Cut));
}

#[test]
fn an_answer_to_another_question_is_none() {
    let bytes = answer(3, &[]);
    assert_eq!(hear(8, &name("c2.example"), &bytes), None);
    assert_eq!(hear(9, &name("c3.example"), &bytes), None);
    assert_eq!(
        hear(9, &name("c2.example"), &ask(9, &name("c2.example"))),
        None
    );
    for length in 0..bytes.len() {
        assert_eq!(hear(9, &name("c2.example"), &bytes[..length]), None);
    }
}
