use std::net::IpAddr;

use issei_model::{Action, Digest, Goal};
use issei_wire::bgp::Family;
use proptest::prelude::*;

use super::super::Dropping;
use super::*;

const LEAD: Span = Span::from_millis(50);

fn at(secs: i64) -> Clocks {
    Clocks {
        wall: Timestamp::from_secs(secs),
        // Another beginning, the same pace.
        steady: Timestamp::from_secs(secs - 1_000),
    }
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn cut(number: u8, goals: &[&str], fires_at: Option<i64>, ends: i64) -> Cut {
    Cut {
        order: order(number),
        goals: goals
            .iter()
            .map(|text| text.parse().expect("a goal"))
            .collect(),
        action: Action::Drop,
        ends: Timestamp::from_secs(ends),
        fires_at: fires_at.map(Timestamp::from_secs),
    }
}

fn book_with_room(most_rules: usize) -> Book {
    let fences = Fences {
        most_rules,
        control_plane: vec!["198.51.100.1/32".parse().expect("a prefix")],
    };
    Book::new(Means::Rules(Dropping::Discard), fences)
}

fn book() -> Book {
    book_with_room(100)
}

fn arm(book: &mut Book, cut: &Cut, now: Clocks) {
    book.arm(cut, Families::ALL, now).expect("within fences");
}

/// Does what the plan of a moment says, and tells how many go and come.
fn do_plan(book: &mut Book, now: Clocks) -> (usize, usize) {
    let plan = book.plan(now, LEAD);
    book.told(&plan, now, LEAD);
    (plan.go.len(), plan.come.len())
}

#[test]
fn a_staged_cut_is_never_told() {
    let mut book = book();
    let cut = cut(1, &["192.0.2.7"], Some(10), 20);
    book.stage(&cut, Families::ALL, at(0))
        .expect("within fences");
    for secs in 0..30 {
        assert!(book.plan(at(secs), LEAD).is_empty(), "at {secs}");
    }
}

#[test]
fn an_armed_cut_is_told_by_the_lead_before_its_time_and_taken_back_by_the_lead_before_its_end() {
    let mut book = book();
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    let due = book.next_change(at(0), LEAD).expect("it fires");
    assert_eq!(due, Timestamp::from_secs(10) - LEAD);
    let before = |moment: Timestamp| Clocks {
        wall: moment,
        steady: moment - Span::from_secs(1_000),
    };
    let just_before = before(due - Span::from_micros(1));
    assert!(book.plan(just_before, LEAD).is_empty());
    assert_eq!(do_plan(&mut book, before(due)), (0, 2));

    let due = book.next_change(before(due), LEAD).expect("it ends");
    assert_eq!(due, Timestamp::from_secs(20) - LEAD);
    assert_eq!(
        do_plan(&mut book, before(due - Span::from_micros(1))),
        (0, 0)
    );
    assert_eq!(do_plan(&mut book, before(due)), (2, 0));
    assert_eq!(book.next_change(before(due), LEAD), None);
    assert!(book.standing().is_empty());
}

#[test]
fn a_plan_that_was_told_leaves_nothing_to_do() {
    let mut book = book();
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    assert_eq!(do_plan(&mut book, at(11)), (0, 2));
    assert_eq!(do_plan(&mut book, at(11)), (0, 0));
    assert_eq!(do_plan(&mut book, at(12)), (0, 0));
}

#[test]
fn what_two_cuts_ask_for_stays_until_both_let_go() {
    let mut book = book();
    arm(
        &mut book,
        &cut(1, &["192.0.2.7", "192.0.2.8"], Some(10), 20),
        at(0),
    );
    arm(&mut book, &cut(2, &["192.0.2.7"], Some(10), 30), at(0));
    assert_eq!(do_plan(&mut book, at(11)), (0, 4));
    assert!(book.lift(order(1)));
    assert_eq!(do_plan(&mut book, at(12)), (2, 0));
    assert!(book.lift(order(2)));
    assert_eq!(do_plan(&mut book, at(13)), (2, 0));
    assert!(!book.lift(order(2)), "it is no trouble");
}

#[test]
fn arming_and_staging_again_change_nothing() {
    let mut book = book();
    let armed = cut(1, &["192.0.2.7"], Some(10), 20);
    arm(&mut book, &armed, at(0));
    do_plan(&mut book, at(11));
    arm(&mut book, &armed, at(12));
    let staged = cut(1, &["192.0.2.7"], None, 20);
    book.stage(&staged, Families::ALL, at(12))
        .expect("no trouble");
    assert_eq!(do_plan(&mut book, at(12)), (0, 0));
    let since = Timestamp::from_secs(11) + LEAD;
    let seen = book.seen(book.standing(), Families::ALL);
    assert_eq!(seen[0].standing, Standing::Active(since));
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_a_cut() {
    let mut book = book();
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    do_plan(&mut book, at(11));
    let set_back = Clocks {
        wall: Timestamp::from_secs(5),
        steady: at(20).steady,
    };
    assert_eq!(do_plan(&mut book, set_back), (2, 0));
    let told_again = Clocks {
        wall: Timestamp::from_secs(15),
        steady: at(30).steady,
    };
    assert_eq!(do_plan(&mut book, told_again), (0, 0));
}

#[test]
fn with_the_session_everything_that_was_told_is_gone() {
    let mut book = book();
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    do_plan(&mut book, at(11));
    book.session_gone();
    assert!(book.standing().is_empty());
    let seen = book.seen(&BTreeSet::new(), Families::ALL);
    assert_eq!(seen[0].standing, Standing::Armed(Timestamp::from_secs(10)));
    // A new session begins with all that should stand now.
    assert_eq!(do_plan(&mut book, at(12)), (0, 2));
    book.session_gone();
    assert_eq!(
        do_plan(&mut book, at(21)),
        (0, 0),
        "and not with what has ended"
    );
}

#[test]
fn a_new_session_is_not_told_of_families_that_it_lacks() {
    let mut book = book();
    arm(
        &mut book,
        &cut(1, &["192.0.2.7", "2001:db8::7"], Some(10), 20),
        at(0),
    );
    assert_eq!(do_plan(&mut book, at(11)), (0, 4));
    book.session_gone();
    book.session_up(Families::default().with(Family::Flow4));
    assert_eq!(do_plan(&mut book, at(12)), (0, 2));
    let seen = book.seen(book.standing(), Families::ALL);
    assert_eq!(
        seen[0].goals,
        ["192.0.2.7".parse::<Goal>().expect("a goal")]
    );
}

#[test]
fn fences_hold_and_room_is_counted_in_routes() {
    let mut book = book_with_room(4);
    let refused = |book: &mut Book, goals: &[&str]| {
        let cut = cut(9, goals, Some(10), 20);
        let said = book.arm(&cut, Families::ALL, at(0));
        said.expect_err("a fence")
    };
    let refusal = refused(&mut book, &["198.51.100.1"]);
    assert!(matches!(refusal, Refusal::ControlPlane(..)));
    let refusal = refused(&mut book, &["192.0.2.7:179/tcp"]);
    assert!(matches!(refusal, Refusal::RoutingPort(_)));
    let refusal = refused(&mut book, &["224.0.0.5"]);
    assert!(matches!(refusal, Refusal::NobodysAddress(_)));
    let refusal = refused(&mut book, &["c2.example"]);
    assert!(matches!(refusal, Refusal::NotExpressible { .. }));
    let refusal = refused(&mut book, &["192.0.2.7", "192.0.2.8", "192.0.2.9"]);
    assert_eq!(refusal, Refusal::NoRoom { wanted: 6, room: 4 });

    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    let refusal = refused(&mut book, &["192.0.2.8", "192.0.2.9"]);
    assert_eq!(refusal, Refusal::NoRoom { wanted: 6, room: 4 });
    // What was refused left nothing behind.
    assert_eq!(do_plan(&mut book, at(11)), (0, 2));
}

#[test]
fn a_peer_who_lacks_a_route_is_not_said_to_hold_the_goal() {
    let mut book = book();
    arm(
        &mut book,
        &cut(1, &["192.0.2.7", "192.0.2.8"], Some(10), 20),
        at(0),
    );
    do_plan(&mut book, at(11));
    let mut there = book.standing().clone();
    let goals = |seen: &[Seen]| seen.first().map(|seen| seen.goals.len());
    assert_eq!(goals(&book.seen(&there, Families::ALL)), Some(2));
    there.pop_first();
    let seen = book.seen(&there, Families::ALL);
    assert_eq!(
        seen[0].goals,
        ["192.0.2.8".parse::<Goal>().expect("a goal")]
    );
    assert!(book.seen(&BTreeSet::new(), Families::ALL).is_empty());
}

#[test]
fn every_standing_is_told_apart() {
    let mut book = book();
    let staged = cut(1, &["192.0.2.7"], None, 20);
    book.stage(&staged, Families::ALL, at(0))
        .expect("within fences");
    arm(&mut book, &cut(2, &["192.0.2.8"], Some(10), 20), at(0));
    arm(&mut book, &cut(3, &["192.0.2.9"], Some(5), 20), at(0));
    do_plan(&mut book, at(6));
    let seen = book.seen(book.standing(), Families::ALL);
    let standing = |number| {
        let of = |seen: &&Seen| seen.order == order(number);
        seen.iter().find(of).map(|seen| (seen.standing, seen.ends))
    };
    let ends = Some(Timestamp::from_secs(20));
    assert_eq!(standing(1), Some((Standing::Staged, ends)));
    let armed = Standing::Armed(Timestamp::from_secs(10));
    assert_eq!(standing(2), Some((armed, ends)));
    let active = Standing::Active(Timestamp::from_secs(6) + LEAD);
    assert_eq!(standing(3), Some((active, ends)));
}

#[test]
fn what_has_ended_is_forgotten() {
    let mut book = book();
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    arm(&mut book, &cut(2, &["192.0.2.7"], Some(10), 30), at(0));
    book.forget_ended(at(20));
    assert_eq!(book.lift_all(), 1);
    assert_eq!(book.lift_all(), 0);
}

#[test]
fn a_route_to_measure_with_is_shown_and_hidden() {
    let mut book = book();
    assert!(book.is_quiet_until(at(5)));
    let own: IpAddr = "192.0.2.99".parse().expect("an address");
    let route = book.means().sentinel(own, Families::ALL).expect("a route");
    assert_eq!(route.family(), Family::Flow4);
    book.sound(Some(route));
    assert_eq!(do_plan(&mut book, at(0)), (0, 1));
    book.sound(None);
    assert_eq!(do_plan(&mut book, at(0)), (1, 0));
    arm(&mut book, &cut(1, &["192.0.2.7"], Some(10), 20), at(0));
    assert!(book.is_quiet_until(at(9)));
    assert!(!book.is_quiet_until(at(11)));
}

/// A step of somebody who uses a book.
#[derive(Clone, Debug)]
enum Step {
    Stage(u8, Vec<u8>, i64),
    Arm(u8, Vec<u8>, i64, i64),
    Lift(u8),
    LiftAll,
    Wait(i64),
    SessionGone,
}

fn step() -> impl Strategy<Value = Step> {
    let goals = || prop::collection::vec(1u8..6, 1..4);
    prop_oneof![
        (0u8..4, goals(), 1i64..30)
            .prop_map(|(order, goals, ends)| Step::Stage(order, goals, ends)),
        (0u8..4, goals(), 0i64..20, 1i64..30)
            .prop_map(|(order, goals, fires, ends)| Step::Arm(order, goals, fires, ends)),
        (0u8..4).prop_map(Step::Lift),
        Just(Step::LiftAll),
        (0i64..12).prop_map(Step::Wait),
        Just(Step::SessionGone),
    ]
}

fn with_goals(number: u8, hosts: &[u8], fires_at: Option<i64>, ends: i64) -> Cut {
    let goals: BTreeSet<Goal> = hosts
        .iter()
        .map(|host| format!("192.0.2.{host}").parse().expect("a goal"))
        .collect();
    Cut {
        goals: goals.into_iter().collect(),
        ..cut(number, &[], fires_at, ends)
    }
}

proptest! {
    /// Beside a book that keeps nothing but the cuts and asks anew each time what should stand.
    #[test]
    fn the_peer_holds_what_should_stand_and_every_plan_can_be_undone(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let (mut book, mut secs) = (book(), 0);
        let mut peer: BTreeSet<Route> = BTreeSet::new();
        let mut cuts: BTreeMap<u8, Cut> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Stage(number, hosts, ends) => {
                    let cut = with_goals(number, &hosts, None, secs + ends);
                    book.stage(&cut, Families::ALL, at(secs)).expect("within fences");
                    let armed = cuts.get(&number).is_some_and(|cut| cut.fires_at.is_some());
                    if !armed {
                        cuts.insert(number, cut);
                    }
                }
                Step::Arm(number, hosts, fires, ends) => {
                    let cut = with_goals(number, &hosts, Some(secs + fires), secs + ends);
                    arm(&mut book, &cut, at(secs));
                    cuts.insert(number, cut);
                }
                Step::Lift(number) => {
                    prop_assert_eq!(book.lift(order(number)), cuts.remove(&number).is_some());
                }
                Step::LiftAll => {
                    prop_assert_eq!(book.lift_all(), std::mem::take(&mut cuts).len());
                }
                Step::Wait(span) => secs += span,
                Step::SessionGone => {
                    book.session_gone();
                    peer.clear();
                }
            }
            let before = peer.clone();
            let plan = book.plan(at(secs), Span::ZERO);
            plan.apply(&mut peer);
            book.told(&plan, at(secs), Span::ZERO);
            prop_assert!(book.plan(at(secs), Span::ZERO).is_empty(), "twice is once");

            let now = Timestamp::from_secs(secs);
            let acting = cuts.values().filter(|cut| cut.acts_at(now));
            let wanted: BTreeSet<Route> = acting
                .flat_map(|cut| book.means().routes(cut, Families::ALL).expect("expressible"))
                .collect();
            prop_assert_eq!(&peer, &wanted);
            prop_assert_eq!(book.standing(), &wanted);

            let mut back = peer.clone();
            plan.undo().apply(&mut back);
            prop_assert_eq!(back, before, "undoing returns home");
        }
    }
}
