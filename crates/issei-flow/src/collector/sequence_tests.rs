use super::*;

/// Feeds numbers, each of a datagram of one unit, and tells the loss in the end.
fn lost(numbers: &[u32]) -> u64 {
    let mut sequence = Sequence::new(64);
    for &number in numbers {
        let arrival = sequence.arrive(number, Timestamp::from_secs(0));
        sequence.took(arrival, number, Some(1));
    }
    sequence.settle(Timestamp::MAX);
    sequence.take_lost()
}

#[test]
fn without_a_hole_nothing_is_lost() {
    assert_eq!(lost(&[5, 6, 7, 8]), 0);
}

#[test]
fn a_hole_is_lost_exactly() {
    assert_eq!(lost(&[5, 9, 10]), 3);
}

#[test]
fn a_counter_that_wraps_leaves_no_hole() {
    assert_eq!(lost(&[u32::MAX - 1, u32::MAX, 0, 1]), 0);
    assert_eq!(lost(&[u32::MAX, 2]), 2);
}

#[test]
fn what_comes_late_was_not_lost() {
    assert_eq!(lost(&[5, 8, 7, 6, 9]), 0);
    assert_eq!(lost(&[5, 9, 7, 10]), 2);
}

#[test]
fn what_comes_twice_fills_no_hole() {
    assert_eq!(lost(&[5, 6, 6, 6, 9]), 2);
}

#[test]
fn many_holes_are_all_counted() {
    let odd: Vec<u32> = (0..200).map(|n| n * 2).collect();
    assert_eq!(lost(&odd), 199);
}

#[test]
fn a_jump_far_back_or_ahead_is_a_new_beginning() {
    assert_eq!(lost(&[100_000, 0, 1, 2]), 0);
    assert_eq!(lost(&[5, 0x4000_0000, 0x4000_0001]), 0);
    let mut sequence = Sequence::new(64);
    let arrival = sequence.arrive(100_000, Timestamp::MIN);
    sequence.took(arrival, 100_000, Some(1));
    assert_eq!(sequence.arrive(1, Timestamp::MIN), Arrival::Anew);
}

#[test]
fn units_that_are_not_known_leave_no_expectation() {
    let mut sequence = Sequence::new(64);
    sequence.took(Arrival::InOrder, 5, None);
    assert_eq!(sequence.arrive(500, Timestamp::MIN), Arrival::InOrder);
    assert_eq!(sequence.take_lost(), 0);
}

#[test]
fn a_hole_becomes_a_loss_after_a_while() {
    let mut sequence = Sequence::new(64);
    sequence.took(Arrival::InOrder, 0, Some(1));
    let arrival = sequence.arrive(11, Timestamp::from_secs(100));
    sequence.took(arrival, 11, Some(1));
    sequence.settle(Timestamp::from_secs(101));
    assert_eq!(sequence.take_lost(), 0);
    let due = sequence.due().unwrap();
    sequence.settle(due);
    assert_eq!((sequence.take_lost(), sequence.due()), (10, None));
}

#[test]
fn a_late_datagram_of_many_units_splits_a_hole() {
    let mut sequence = Sequence::new(2_000);
    sequence.took(Arrival::InOrder, 0, Some(10));
    let arrival = sequence.arrive(100, Timestamp::MIN);
    sequence.took(arrival, 100, Some(10));
    assert_eq!(sequence.arrive(40, Timestamp::MIN), Arrival::Late);
    sequence.took(Arrival::Late, 40, Some(20));
    sequence.settle(Timestamp::MAX);
    assert_eq!(sequence.take_lost(), 70);
}

#[test]
fn only_the_exact_next_number_continues() {
    let mut sequence = Sequence::new(64);
    assert!(!sequence.would_continue_with(0), "everyone begins at 0");
    sequence.took(Arrival::InOrder, 41, Some(1));
    assert!(sequence.would_continue_with(42));
    assert!(!sequence.would_continue_with(43));
}
