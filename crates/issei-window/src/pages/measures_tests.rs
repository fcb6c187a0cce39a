use issei_desk::Stands;
use issei_desk::samples::{after, in_force, noon, silent, view};

use super::*;

fn fired(late: &[i64]) -> OrderView {
    let t = after(5_000);
    let mut members = vec![in_force("isp-a", 4_000, after(2_000), 300_000)];
    for (name, late) in ["isp-b", "isp-c"].into_iter().zip(late) {
        members.push(in_force(name, 8_000, t, *late));
    }
    view(Stands::Ended, after(9_000), members)
}

fn day(orders: &[OrderView]) -> Measures {
    let hour = Span::from_secs(3_600);
    Measures::of(orders.iter(), noon() - hour, noon() + hour)
}

#[test]
fn the_spread_is_of_those_with_one_t_and_the_canary_does_not_count() {
    let measures = day(&[fired(&[100, 2_100]), fired(&[0, 40_000])]);
    assert_eq!(measures.cuts, 2);
    assert_eq!(measures.spread, Some(Span::from_micros(40_000)));
    assert_eq!(measures.reached, Some(100));
}

#[test]
fn lines_of_members_that_never_acted_lower_the_share() {
    let mut order = fired(&[100, 200]);
    order.members.push(silent("isp-d", 20_000));
    assert_eq!(day(&[order]).reached, Some(50));
}

#[test]
fn a_period_without_cuts_has_no_figures() {
    let draft = view(Stands::Draft, noon(), Vec::new());
    assert_eq!(day(&[draft]), Measures::default());
    let before = Measures::of(
        [fired(&[1, 2])].iter(),
        noon() + Span::from_secs(1),
        after(9_000_000),
    );
    assert_eq!(before.cuts, 0, "proposed before the period");
}

#[test]
fn a_cut_without_two_people_is_not_whole() {
    let measures = day(&[fired(&[1, 2])]);
    assert_eq!((measures.cuts, measures.whole), (1, 0));
}
