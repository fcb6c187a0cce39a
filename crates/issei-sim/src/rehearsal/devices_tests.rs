use issei_model::{Digest, Span};

use super::*;

const T: Timestamp = Timestamp::from_secs(1_000);

#[test]
fn a_rule_acts_from_its_moment_to_its_end_with_nobody_alive() {
    let (mut table, order) = (Devices::default(), OrderId(Digest([1; 32])));
    let ends = T + Span::from_secs(60);
    table.stage(order, ends);
    assert_eq!(
        table.read(order, T),
        Rules::Staged,
        "without a moment it never acts"
    );
    table.arm(order, T, ends);
    assert_eq!(table.read(order, T - Span::from_micros(1)), Rules::Staged);
    assert_eq!(table.read(order, T), Rules::Active(T));
    assert_eq!(table.read(order, ends), Rules::Absent);
    table.lift(order);
    assert_eq!(table.read(order, T), Rules::Absent);
}

#[test]
fn a_device_that_ends_nothing_keeps_its_rules_until_they_are_lifted() {
    let (mut table, order) = (Devices::default(), OrderId(Digest([1; 32])));
    let ends = T + Span::from_secs(60);
    table.arm(order, T, ends);
    table.end_nothing();
    assert_eq!(table.read(order, ends), Rules::Active(T));
    assert_eq!(table.orders(ends), [order]);
    table.lift(order);
    assert!(table.orders(ends).is_empty());
    table.arm(order, T, ends);
    table.lose_everything();
    assert_eq!(table.read(order, T), Rules::Absent);
}
