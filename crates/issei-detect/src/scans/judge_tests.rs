use super::super::dossier::{Ending, Opening};
use super::super::ports::Ports;
use super::*;
use crate::parameters::Parameters;
use issei_model::Marks;

fn judged(openings: u32, others: u64, change: impl Fn(u32, &mut Opening)) -> Option<Scan> {
    let parameters = Parameters::shipped();
    let (thresholds, ports) = (Thresholds::new(&parameters), Ports::new(&parameters.scans));
    let mut dossier = Dossier::new(None, &thresholds, &ports);
    for number in 0..openings {
        let mut opening = Opening {
            name: number.wrapping_mul(0x9e37_79b1),
            port: 23,
            network: number as u16,
            ending: Ending::Failed,
            inside: false,
            dark: false,
            worm: true,
            marks: Marks(0),
            time: 0,
        };
        change(number, &mut opening);
        dossier.take(&opening, &thresholds, &ports, i64::MIN);
    }
    scan(&dossier, others, 2, &thresholds, 0)
}

#[test]
fn the_sharpest_test_speaks() {
    let spread = judged(30, 0, |_, _| {}).unwrap();
    assert_eq!(
        (spread.test, spread.count, spread.threshold),
        (Test::Failed, 30, 6)
    );
    let together = judged(30, 0, |_, opening| opening.network = 1).unwrap();
    assert_eq!(together.test, Test::FailedTogether);
    let slow = judged(20, 0, |n, opening| {
        opening.time = if n < 15 { -1 } else { 0 }
    })
    .unwrap();
    assert_eq!(slow.test, Test::Sequential);
    let unknown = judged(30, 0, |_, opening| opening.ending = Ending::Unknown).unwrap();
    assert_eq!(unknown.test, Test::Sampled(1));
}

#[test]
fn more_destinations_than_are_kept_weigh_against_more_openings_elsewhere() {
    // Of 1,000 destinations 64 are kept; all of them speak.
    assert!(judged(1_000, 100_000, |_, _| {}).is_some());
    assert!(judged(64, 100_000, |_, _| {}).is_none());
}
