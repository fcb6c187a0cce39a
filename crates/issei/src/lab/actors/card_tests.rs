use issei_wire::bgp::flowspec::{Action, Condition, Terms, Way};
use issei_wire::bgp::{Announcement, Effect, Path, Route, flowspec};

use super::*;

const HOST: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

fn rule(way: Way, port: u16) -> Route {
    let at = match way {
        Way::To => Condition::DestinationPort(Terms::equal(port)),
        Way::From => Condition::SourcePort(Terms::equal(port)),
    };
    let conditions = vec![Condition::Protocol(Terms::equal(17_u8)), at];
    Route::Rule(flowspec::Rule::new(way, HOST.into(), conditions).expect("a rule"))
}

/// Reads back what a speaker of ours writes; daemons pass rules on in the same form.
fn read(write: impl FnOnce(&mut Vec<u8>)) -> Vec<(bool, Option<Rule>)> {
    let mut out = Vec::new();
    write(&mut out);
    match Message::read(&out).expect("a message") {
        Message::Update(update) => rules(update.attributes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_come_and_go_as_a_speaker_says_them() {
    let told = [rule(Way::To, 48_101), rule(Way::From, 80)];
    let wanted = |to, port| {
        Some(Rule {
            to,
            host: HOST,
            protocol: 17,
            port,
        })
    };
    let come = read(|out| {
        let effect = Effect::Flow(Action::Discard);
        Announcement::write_coming(Path::Internal(100), effect, &told, out)
            .expect("they are rules");
    });
    assert_eq!(
        come,
        [(true, wanted(true, 48_101)), (true, wanted(false, 80))]
    );
    let go = read(|out| Announcement::write_going(&told, out));
    assert_eq!(
        go,
        [(false, wanted(true, 48_101)), (false, wanted(false, 80))]
    );
}

#[test]
fn a_rule_that_limits_is_no_rule_that_drops() {
    let rate = flowspec::Rate::new(1_000).expect("a rate");
    let limited = read(|out| {
        let effect = Effect::Flow(Action::Packets(rate));
        let told = [rule(Way::To, 48_101)];
        Announcement::write_coming(Path::Internal(100), effect, &told, out).expect("a rule");
    });
    assert_eq!(limited, [(true, None)]);
}

#[test]
fn a_rule_of_another_shape_is_passed_over() {
    for octets in [
        &[1, 24, 203, 0, 113, 3, 0x81, 17, 5, 0x81, 80][..], // a prefix
        &[1, 32, 203, 0, 113, 7][..],                        // a whole host
        &[1, 32, 203, 0, 113, 7, 3, 0x81, 17, 5, 0x03, 80, 0xd5, 0, 99][..], // a range of ports
        &[1, 32, 203, 0, 113, 7, 3, 0x81, 17, 6, 0x81, 80][..], // to a host, from its port
        &[][..],
    ] {
        assert_eq!(shape(octets), None, "{octets:?}");
    }
}

#[test]
fn torn_attributes_give_what_can_be_read_and_no_panic() {
    let mut out = Vec::new();
    let effect = Effect::Flow(Action::Discard);
    Announcement::write_coming(
        Path::Internal(100),
        effect,
        &[rule(Way::To, 48_101)],
        &mut out,
    )
    .expect("a rule");
    let Message::Update(update) = Message::read(&out).expect("a message") else {
        panic!("an update");
    };
    for length in 0..update.attributes.len() {
        assert!(rules(&update.attributes[..length]).len() <= 1);
    }
    assert_eq!(rules(&[0x80, MP_REACH, 4, 0, 1, 133, 200]), []);
}

#[test]
fn an_element_names_the_set_of_its_way() {
    let one = Rule {
        to: false,
        host: HOST,
        protocol: 17,
        port: 53,
    };
    assert_eq!(
        element("add", one),
        "add element inet lab_card from { 203.0.113.7 . 17 . 53 }\n"
    );
}
