use super::*;
use crate::parameters::Parameters;

fn opening(name: u32, time: i64) -> Opening {
    Opening {
        name,
        port: 23,
        network: name as u16,
        ending: Ending::Failed,
        inside: false,
        dark: false,
        worm: true,
        marks: Marks(0),
        time,
    }
}

struct Room {
    thresholds: Thresholds,
    ports: Ports,
}

impl Room {
    fn new() -> Self {
        let parameters = Parameters::shipped();
        Self {
            thresholds: Thresholds::new(&parameters),
            ports: Ports::new(&parameters.scans),
        }
    }

    fn dossier(&self, openings: &[Opening]) -> Dossier {
        let mut dossier = Dossier::new(None, &self.thresholds, &self.ports);
        for opening in openings {
            dossier.take(opening, &self.thresholds, &self.ports, i64::MIN);
        }
        dossier
    }
}

#[test]
fn the_first_destination_needs_no_dossier_and_the_second_does() {
    let mut sentinel = Sentinel::default();
    assert!(!sentinel.take(&opening(1, 0), 100));
    assert!(!sentinel.take(&opening(1, 10), 100));
    assert!(sentinel.take(&opening(2, 20), 100));
    let first = sentinel.first().unwrap();
    assert_eq!((first.name, first.time, first.port), (1, 0, 23));
    assert_eq!(first.ending, Ending::Failed);
}

#[test]
fn a_first_destination_of_long_ago_is_forgotten() {
    let mut sentinel = Sentinel::default();
    sentinel.take(&opening(1, 0), 100);
    assert!(!sentinel.take(&opening(2, 101), 100));
    assert_eq!(sentinel.first().unwrap().name, 2);
}

#[test]
fn a_dark_address_opens_a_dossier_at_once() {
    let dark = Opening {
        dark: true,
        ..opening(1, 0)
    };
    assert!(Sentinel::default().take(&dark, 100));
}

#[test]
fn destinations_are_counted_one_by_one_and_then_estimated() {
    let room = Room::new();
    let few: Vec<Opening> = (0..60).map(|n| opening(n * 0x0123_4567, 0)).collect();
    let dossier = room.dossier(&few);
    assert!(dossier.is_exact());
    assert_eq!(dossier.destinations(), 60);
    let many: Vec<Opening> = (0..5_000)
        .map(|n: u32| opening(n.wrapping_mul(0x9e37_79b1), 0))
        .collect();
    let dossier = room.dossier(&many);
    assert!(!dossier.is_exact());
    let counted = dossier.destinations() as f64;
    assert!((counted / 5_000.0 - 1.0).abs() < 0.25, "{counted}");
}

#[test]
fn what_is_old_makes_room_before_counts_are_estimated() {
    let room = Room::new();
    let mut dossier = Dossier::new(None, &room.thresholds, &room.ports);
    for n in 0..500 {
        let one = opening(n, i64::from(n) * 10);
        dossier.take(&one, &room.thresholds, &room.ports, i64::from(n) * 10 - 300);
    }
    assert!(dossier.is_exact());
    assert_eq!(dossier.counts(4_990 - 300).failed, 31);
}

#[test]
fn the_sum_of_evidence_never_falls_below_zero() {
    let room = Room::new();
    let answered = (0..50).map(|n| Opening {
        ending: Ending::Answered,
        ..opening(n, 0)
    });
    let dossier = room.dossier(&answered.collect::<Vec<_>>());
    assert_eq!(dossier.balance, 0.0);
    assert_eq!(dossier.counts(0).answered, 50);
}

#[test]
fn networks_are_those_of_foreign_destinations_that_failed() {
    let room = Room::new();
    let inside = Opening {
        inside: true,
        ..opening(3, 0)
    };
    let answered = Opening {
        ending: Ending::Answered,
        ..opening(4, 0)
    };
    let counts = room
        .dossier(&[opening(1, 0), opening(2, 0), inside, answered])
        .counts(0);
    assert_eq!((counts.networks, counts.inside, counts.failed), (2, 1, 3));
}
