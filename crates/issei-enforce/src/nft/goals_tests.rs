use issei_model::{Endpoint, Goal};

use super::Goals;
use crate::Refusal;

fn goal(text: &str) -> Goal {
    text.parse().expect("a goal")
}

fn refused(goal: &Goal) -> &'static str {
    match Goals::of(std::slice::from_ref(goal)) {
        Err(Refusal::NotExpressible { goal: of, what }) if of == *goal => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_goal_comes_into_the_set_of_its_kind() {
    let goals = [
        "192.0.2.7",
        "2001:db8::7",
        "192.0.2.7:23/tcp",
        "[2001:db8::7]:53/udp",
    ];
    let sets = Goals::of(&goals.map(goal)).expect("four sets");
    assert_eq!((sets.hosts4.len(), sets.hosts6.len()), (1, 1));
    assert!(
        sets.services4
            .contains(&("192.0.2.7".parse().unwrap(), 6, 23))
    );
    assert!(
        sets.services6
            .contains(&("2001:db8::7".parse().unwrap(), 17, 53))
    );
    assert_eq!(sets.len(), 4);
}

#[test]
fn what_a_packet_filter_cannot_tell_exactly_is_refused_and_never_widened() {
    let ip = "192.0.2.7".parse().unwrap();
    assert_eq!(
        refused(&goal("c2.example")),
        "a packet filter knows no names"
    );
    let no_port = Endpoint {
        ip,
        port: 0,
        protocol: 6,
    };
    assert_eq!(refused(&Goal::Service(no_port)), "a service has a port");
    for protocol in [0, 1, 47, 132] {
        let service = Endpoint {
            ip,
            port: 23,
            protocol,
        };
        assert_eq!(
            refused(&Goal::Service(service)),
            "only TCP and UDP have ports"
        );
    }
}
