use super::*;

const LEAST: Least = Least {
    packets: 32,
    one_sided: [20.0, 50.0],
    addresses: 8,
};

fn receive(load: &mut Load, window: u32, packets: u32) {
    for at in 0..u64::from(packets) {
        load.add(&Sum::received(window, 0, 1, at << 58), 0);
    }
}

#[test]
fn a_prefix_costs_one_cache_line() {
    assert!(size_of::<Load>() + size_of::<u32>() + size_of::<u32>() <= 64);
}

#[test]
fn much_that_nothing_answers_is_worth_a_look() {
    let mut load = Load::default();
    receive(&mut load, 5, 32);
    assert!(load.is_worth_a_look(&LEAST));
    load.add(&Sum::sent(5, 0, 1), 0);
    assert!(!load.is_worth_a_look(&LEAST));
    // TCP that was sent says nothing about datagrams.
    let mut load = Load::default();
    receive(&mut load, 5, 32);
    load.add(&Sum::sent(5, 1, 100), 0);
    assert!(load.is_worth_a_look(&LEAST));
}

#[test]
fn what_one_address_gets_is_not_spread() {
    let mut load = Load::default();
    load.add(&Sum::received(5, 0, 1_000, 7 << 58), 0);
    assert!(!load.is_worth_a_look(&LEAST));
}

#[test]
fn a_prefix_learns_what_it_is_used_to() {
    let mut load = Load::default();
    (1..200).for_each(|window| receive(&mut load, window, 100));
    let [datagrams, streams] = load.baselines();
    assert!((datagrams.mean - 100.0).abs() < 3.0, "{datagrams:?}");
    assert_eq!((streams.mean, datagrams.windows), (0.0, 198));
    assert!(!load.is_worth_a_look(&LEAST), "as usual");
}

#[test]
fn a_prefix_never_heard_was_silent() {
    let mut load = Load::default();
    assert!(load.add(&Sum::sent(900, 0, 1), 60).is_none());
    assert_eq!(load.baselines()[0].windows, 60);
}

#[test]
fn a_window_that_closes_is_handed_on_whole() {
    let mut load = Load::default();
    receive(&mut load, 5, 40);
    load.add(&Sum::sent(5, 1, 3), 0);
    let closed = load.add(&Sum::sent(9, 0, 1), 0).expect("window 5");
    assert_eq!((closed.window, closed.received), (5, [40, 0]));
    assert_eq!((closed.sent, closed.hit.count_ones()), ([0, 3], 40));
}
