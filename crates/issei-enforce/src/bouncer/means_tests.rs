use issei_model::{Digest, OrderId, Timestamp};

use super::*;

const BOTH: Means = Means {
    stops: Stops::BothWays,
    ipv6: true,
};
const FROM: Means = Means {
    stops: Stops::FromOnly,
    ipv6: true,
};
const OLD: Means = Means {
    stops: Stops::BothWays,
    ipv6: false,
};

fn refused(goal: &str, action: Action, means: &[Means]) -> Option<&'static str> {
    let cut = Cut {
        order: OrderId(Digest([1; 32])),
        goals: vec![goal.parse().unwrap()],
        action,
        ends: Timestamp::from_secs(9),
        fires_at: None,
    };
    match check(&cut, means) {
        Ok(()) => None,
        Err(Refusal::NotExpressible { goal: named, what }) => {
            assert_eq!(named, cut.goals[0]);
            Some(what)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_whole_host_is_said_exactly() {
    for host in ["192.0.2.7", "2001:db8::7"] {
        assert_eq!(refused(host, Action::Drop, &[BOTH]), None);
        assert_eq!(refused(host, Action::Drop, &[FROM, BOTH]), None);
    }
}

#[test]
fn what_a_bouncer_cannot_say_is_refused_with_its_reason() {
    for (goal, action, reason) in [
        ("c2.example", Action::RefuseName, "names"),
        ("c2.example", Action::Drop, "names"),
        ("192.0.2.7:23/tcp", Action::Drop, "whole host"),
        ("192.0.2.7", Action::RateLimit(9), "limits nothing"),
        ("192.0.2.7", Action::Redirect, "resolver"),
        ("192.0.2.7", Action::RefuseName, "resolver"),
    ] {
        let said = refused(goal, action, &[BOTH]).expect(goal);
        assert!(said.contains(reason), "{goal}: {said}");
    }
}

#[test]
fn a_cut_is_never_left_to_bouncers_that_stop_one_way_only() {
    for means in [&[][..], &[FROM], &[FROM, FROM]] {
        let said = refused("192.0.2.7", Action::Drop, means).expect("a refusal");
        assert!(said.contains("both ways"), "{said}");
    }
}

#[test]
fn each_bouncer_that_carries_a_cut_must_take_the_address() {
    assert_eq!(refused("192.0.2.7", Action::Drop, &[OLD]), None);
    let said = refused("2001:db8::7", Action::Drop, &[BOTH, OLD]);
    assert!(said.is_some_and(|said| said.contains("IPv6")));
    let beside = Means {
        ipv6: false,
        ..FROM
    };
    assert_eq!(refused("2001:db8::7", Action::Drop, &[BOTH, beside]), None);
}
