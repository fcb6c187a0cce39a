use issei_model::{Endpoint, Evidence, FindingId, ReflexRefusal, Subscriber, Timestamp};

use super::*;
use crate::office::control::Victim;
use crate::stand_in::StandIn;
use crate::traffic;

fn at() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn victim() -> Endpoint {
    Endpoint {
        ip: "198.51.100.9".parse().unwrap(),
        port: 80,
        protocol: 17,
    }
}

fn flood() -> Finding {
    let line = Subscriber::new("203.0.113.7".parse().unwrap());
    Finding {
        id: FindingId(7),
        revision: 1,
        rule: Rule::OutboundFlood,
        level: Level::Finding,
        subject: Subject::Line(line),
        role: Role::FloodSource,
        peer: Some(victim()),
        summary: String::new(),
        since: at(),
        until: at(),
        decided_at: at(),
        evidence: Evidence::default(),
    }
}

fn count(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

#[test]
fn a_flood_is_shown_with_its_line_its_victim_and_its_moment() {
    let office = StandIn::new("sightings", |_| {
        Reply::Sighted(vec![Ok(at()), Err(ReflexRefusal::Acting)])
    });
    let sightings = Sightings::begin(office.folder().root()).unwrap();
    let counts = sightings.counts();
    sightings.offer(&flood());
    sightings.finish();
    let heard = office.heard();
    let [Ask::Sightings(shown)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    let expected = Sighted {
        line: "203.0.113.7".parse().unwrap(),
        victim: Some(Victim::from(victim())),
        at: at(),
        finding: Some("F-0000000000000007".into()),
    };
    assert_eq!(*shown, [expected]);
    assert_eq!(count(&counts.acted), 1);
}

#[test]
fn what_accuses_no_line_of_a_flood_is_not_shown() {
    type Spoil = fn(&mut Finding);
    let spoils: [Spoil; 5] = [
        |f| f.rule = Rule::HorizontalScan,
        |f| f.level = Level::Context,
        |f| f.role = Role::Contact,
        |f| f.subject = Subject::Remote(victim()),
        |f| f.peer = None,
    ];
    for spoil in spoils {
        let mut finding = flood();
        spoil(&mut finding);
        assert_eq!(sighted(&finding), None);
    }
    assert!(sighted(&flood()).is_some());
}

#[test]
fn a_printed_sighting_hides_its_line() {
    let shown = format!("{:?}", sighted(&flood()).unwrap());
    assert!(!shown.contains("203.0.113.7"), "{shown}");
}

#[test]
fn without_an_office_every_sighting_is_counted_as_failed() {
    let place = traffic::Folder::new("no-office");
    let sightings = Sightings::begin(place.path()).unwrap();
    let counts = sightings.counts();
    for _ in 0..3 {
        sightings.offer(&flood());
    }
    sightings.finish();
    assert_eq!(count(&counts.failed), 3);
}

#[test]
fn refusals_are_counted_and_many_sightings_go_together() {
    let office = StandIn::new("sightings-many", |ask| match ask {
        Ask::Sightings(shown) => {
            assert!(shown.len() <= TOGETHER);
            Reply::Sighted(vec![Err(ReflexRefusal::NoStandingOrder); shown.len()])
        }
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let sightings = Sightings::begin(office.folder().root()).unwrap();
    let counts = sightings.counts();
    for _ in 0..200 {
        sightings.offer(&flood());
    }
    sightings.finish();
    assert_eq!(count(&counts.refused), 200);
    assert_eq!(count(&counts.failed), 0);
}

#[test]
fn an_office_that_was_started_anew_is_reached_over_a_new_line() {
    let office = StandIn::new("sightings-anew", |_| Reply::Sighted(vec![Ok(at())]));
    let folder = office.folder();
    let mut showing = Showing {
        folder: folder.clone(),
        line: None,
        counts: Arc::default(),
        complained: false,
    };
    showing.show(vec![sighted(&flood()).unwrap()]);
    // A line whose other end is gone, as an office leaves it behind.
    let place = traffic::Folder::new("sightings-gone");
    let gone = Folder::new(place.path());
    let listener = std::os::unix::net::UnixListener::bind(gone.socket()).unwrap();
    showing.line = Some(Line::open(&gone).unwrap());
    drop(listener.accept().unwrap());
    showing.show(vec![sighted(&flood()).unwrap()]);
    assert_eq!(count(&showing.counts.acted), 2);
    assert_eq!(count(&showing.counts.failed), 0);
}
