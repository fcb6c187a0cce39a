use issei_model::{Action, Digest, OrderId, Span, Timestamp};

use super::super::imitation::Kernel;
use super::super::moment::Tongue;
use super::super::plan::Step;
use super::super::table::{Side, Table};
use super::super::{Found, transaction};
use super::Drift;
use crate::Cut;

const NOW: Timestamp = Timestamp::from_micros(1_795_724_061_108_689);

fn cut() -> Cut {
    Cut {
        order: OrderId(Digest([1; 32])),
        goals: vec!["192.0.2.7".parse().unwrap(), "192.0.2.8".parse().unwrap()],
        action: Action::Drop,
        ends: NOW + Span::from_secs(60),
        fires_at: Some(NOW),
    }
}

/// Makes a table, and reads it some time later.
fn found(table: &Table, later: Span) -> Found {
    let mut kernel = Kernel::default();
    let make = [Step::Make {
        table: table.clone(),
        met: 0,
    }];
    kernel
        .commit(&transaction(&make, NOW, Tongue::ALL[0]), NOW)
        .unwrap();
    let text = kernel.list(&table.name.to_string(), NOW + later).unwrap();
    Found::heard(table.name, &text, Tongue::ALL[0]).unwrap()
}

#[test]
fn nothing_drifts_by_the_passing_of_time() {
    let table = Table::of(&cut()).unwrap();
    for millis in (0..60_000).step_by(333) {
        let later = Span::from_millis(millis);
        assert_eq!(
            found(&table, later).drift(&table, NOW + later),
            vec![],
            "after {later}"
        );
    }
}

#[test]
fn each_difference_is_told_by_its_name() {
    let armed = Table::of(&cut()).unwrap();
    let staged = Table::staged(&cut()).unwrap();
    let both = [Drift::Gates(Side::To), Drift::Gates(Side::From)];
    let told = |is: &Table, wanted: &Table| found(is, Span::ZERO).drift(wanted, NOW);
    assert_eq!(
        told(&staged, &armed),
        [&[Drift::Unhooked], &both[..]].concat()
    );
    assert_eq!(
        told(&armed, &staged),
        [&[Drift::Hooked], &both[..]].concat()
    );
    let fewer = Table::of(&Cut {
        goals: cut().goals[..1].to_vec(),
        ..cut()
    })
    .unwrap();
    assert_eq!(told(&fewer, &armed), vec![Drift::Missing(1)]);
    assert_eq!(told(&armed, &fewer), vec![Drift::Added(1)]);
    let later = Table::of(&Cut {
        fires_at: Some(NOW + Span::from_micros(1)),
        ..cut()
    })
    .unwrap();
    assert_eq!(told(&armed, &later), both);
}

#[test]
fn elements_that_die_too_early_or_too_late_are_told() {
    let table = Table::of(&cut()).unwrap();
    let found = found(&table, Span::ZERO);
    // As after a step of the clock on the wall: the kernel counts elements by another.
    for step in [-5, 5] {
        assert_eq!(
            found.drift(&table, NOW + Span::from_secs(step)),
            vec![Drift::Lives],
            "{step} s"
        );
    }
}
