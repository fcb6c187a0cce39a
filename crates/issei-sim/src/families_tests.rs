use super::*;

#[test]
fn reapers_swapped_ports_are_those_of_the_reports() {
    let swapped: Vec<u16> = REAPER
        .ports
        .iter()
        .map(|(port, _)| port.swap_bytes())
        .collect();
    assert_eq!(
        swapped,
        [
            20480, 20736, 36895, 37151, 22528, 16671, 14340, 20992, 4135, 64288, 45090, 21248,
            21504, 31775, 39455, 47115, 42254
        ]
    );
}

#[test]
fn the_outcomes_of_every_family_make_a_whole() {
    use Family::{Gafgyt, Mirai, Mozi, Reaper, Satori, Slow};
    for family in [Mirai, Gafgyt, Reaper, Satori, Mozi, Slow] {
        let habit = habit(family);
        assert_eq!(
            habit.outcomes.iter().map(|&(_, share)| share).sum::<u32>(),
            1_000
        );
        assert!((0.0..=1.0).contains(&habit.worm_share()), "{family}");
    }
    assert_eq!(MIRAI.worm_share(), 1.0);
    assert!((REAPER.worm_share() - 1.0 / 34.0).abs() < 1e-12);
    assert_eq!(GAFGYT.busy_share(), 0.25);
}
