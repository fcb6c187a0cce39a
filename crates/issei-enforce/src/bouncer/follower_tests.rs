use issei_model::{Action, Digest, OrderId, Span};
use proptest::prelude::*;

use super::super::means::Stops;
use super::*;
use crate::{Cut, Fences};

const MEANS: Means = Means {
    stops: Stops::BothWays,
    ipv6: true,
};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn table() -> Table {
    let fences = Fences {
        most_rules: 1_000,
        control_plane: vec![],
    };
    Table::new(fences, vec![MEANS])
}

fn cut(order: u8, ips: &[u8], begins: Timestamp, lasts: i64) -> Cut {
    Cut {
        order: OrderId(Digest([order; 32])),
        goals: ips
            .iter()
            .map(|&last| ip(last).to_string().parse().unwrap())
            .collect(),
        action: Action::Drop,
        ends: begins + Span::from_millis(lasts),
        fires_at: Some(begins),
    }
}

fn follower() -> Follower {
    Follower::new(MEANS, &BTreeSet::new())
}

/// Asks, and shows what is new and what is deleted, by the last byte of the address.
fn asked(follower: &mut Follower, table: &Table, now: i64) -> (u64, Vec<u8>, Vec<u8>) {
    let given = follower.ask(at(now), &table.stands(at(now)));
    let last = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.octets()[3],
        IpAddr::V6(_) => 0,
    };
    let new = given.stream.new.iter().map(|one| last(one.ip)).collect();
    let deleted = given.stream.deleted.iter().map(|&ip| last(ip)).collect();
    (given.number, new, deleted)
}

#[test]
fn an_answer_that_was_read_is_not_repeated_and_one_that_may_be_lost_is() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7], at(1_000), 60_000)).unwrap();
    assert_eq!(asked(&mut follower, &table, 999), (1, vec![], vec![]));
    assert_eq!(asked(&mut follower, &table, 1_000), (2, vec![7], vec![]));
    assert_eq!(follower.holds(ip(7), at(61_000), at(1_001)), None);
    assert_eq!(asked(&mut follower, &table, 2_000), (3, vec![7], vec![]));
    follower.took(2); // an answer that another has replaced
    assert_eq!(follower.holds(ip(7), at(61_000), at(2_001)), None);
    follower.took(3);
    assert_eq!(
        follower.holds(ip(7), at(61_000), at(2_001)),
        Some(at(2_000))
    );
    assert_eq!(asked(&mut follower, &table, 3_000), (4, vec![], vec![]));
    table.lift(at(3_000), OrderId(Digest([1; 32])));
    assert_eq!(asked(&mut follower, &table, 3_001), (5, vec![], vec![7]));
    assert!(follower.may_hold(ip(7), at(61_000), at(3_002)));
    follower.took(5);
    assert!(!follower.may_hold(ip(7), at(61_000), at(3_002)));
    assert_eq!(asked(&mut follower, &table, 3_003), (6, vec![], vec![]));
}

#[test]
fn who_never_shows_that_it_read_is_believed_after_three_answers() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7], at(0), 60_000)).unwrap();
    for now in 1..=3 {
        assert_eq!(asked(&mut follower, &table, now).1, [7]);
        assert_eq!(follower.holds(ip(7), at(60_000), at(now)), None);
    }
    assert_eq!(asked(&mut follower, &table, 4).1, Vec::<u8>::new());
    assert_eq!(follower.holds(ip(7), at(60_000), at(4)), Some(at(3)));
}

#[test]
fn who_begins_anew_gets_everything() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7, 8], at(0), 60_000)).unwrap();
    let (number, ..) = asked(&mut follower, &table, 1);
    follower.took(number);
    follower.begins_anew();
    assert_eq!(follower.holds(ip(7), at(60_000), at(2)), None);
    let (_, new, deleted) = asked(&mut follower, &table, 2);
    assert_eq!((new, deleted), (vec![7, 8], vec![]));
}

#[test]
fn a_later_end_is_told_as_deleted_and_new_for_the_first_end_would_stay() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7], at(0), 60_000)).unwrap();
    let (number, ..) = asked(&mut follower, &table, 1);
    follower.took(number);
    table.arm(at(2), &cut(2, &[7], at(2), 90_000)).unwrap();
    let (number, new, deleted) = asked(&mut follower, &table, 3);
    assert_eq!((new, deleted), (vec![7], vec![7]));
    follower.took(number);
    table.lift(at(4), OrderId(Digest([2; 32])));
    let given = follower.ask(at(5), &table.stands(at(5)));
    assert_eq!(given.stream.deleted, [ip(7)]);
    assert_eq!(given.stream.new[0].ends, at(60_000));
}

#[test]
fn nothing_is_said_of_what_runs_out_just_now_and_it_is_deleted_when_it_is_gone() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7], at(0), 10_000)).unwrap();
    let (number, ..) = asked(&mut follower, &table, 1);
    follower.took(number);
    table.lift(at(9_001), OrderId(Digest([1; 32])));
    for now in [9_001, 9_999, 10_000, 10_999] {
        assert_eq!(
            asked(&mut follower, &table, now).2,
            Vec::<u8>::new(),
            "at {now}"
        );
    }
    assert_eq!(follower.next_change(at(10_000)), Some(at(11_000)));
    assert_eq!(asked(&mut follower, &table, 11_000).2, [7]);
}

#[test]
fn a_decision_with_less_than_a_second_left_is_never_told() {
    let (mut table, mut follower) = (table(), follower());
    table.arm(at(0), &cut(1, &[7], at(0), 10_000)).unwrap();
    assert_eq!(asked(&mut follower, &table, 9_001).1, Vec::<u8>::new());
    assert_eq!(asked(&mut follower, &table, 9_000).1, [7]);
}

#[test]
fn what_may_be_held_from_before_is_taken_away_and_told_apart() {
    let earlier = BTreeSet::from([(ip(7), at(60_000)), (ip(8), at(5))]);
    let mut follower = Follower::new(MEANS, &earlier);
    assert_eq!(follower.earlier(at(10)), Some((1, at(60_000))));
    assert_eq!(follower.untold(&table(), at(10)), 1);
    let (number, new, deleted) = asked(&mut follower, &table(), 2_000);
    assert_eq!((new, deleted), (vec![], vec![7, 8]));
    assert_eq!(follower.untold(&table(), at(2_001)), 0);
    assert!(follower.earlier(at(2_001)).is_some());
    follower.took(number);
    assert_eq!(follower.earlier(at(2_001)), None);
    assert_eq!(follower.possible().count(), 0);
}

#[test]
fn one_without_ipv6_is_never_told_of_it() {
    let means = Means {
        ipv6: false,
        ..MEANS
    };
    let six: IpAddr = "2001:db8::7".parse().unwrap();
    let stands = BTreeMap::from([(
        six,
        Decision {
            ip: six,
            order: OrderId(Digest([1; 32])),
            ends: at(60_000),
        },
    )]);
    let mut follower = Follower::new(means, &BTreeSet::from([(six, at(60_000))]));
    assert!(follower.ask(at(1), &stands).stream.is_empty());
}

// ── every interleaving ────────────────────────────────────────────────────────────────────────────

/// A firewall bouncer as Debian's 0.0.25 behaves: what it has it does not take again, what it lacks it does not
/// delete, the time-out is what the decision says, counted from when it took it.
#[derive(Default)]
struct Imitation {
    elements: BTreeMap<IpAddr, Timestamp>,
    /// The answer that it read and has not shown to have read.
    read: Option<u64>,
    lost_in_a_row: u8,
}

/// How long an answer may be on its way.
const ON_ITS_WAY: Span = Span::from_millis(50);

impl Imitation {
    fn has(&self, ip: IpAddr, now: Timestamp) -> bool {
        self.elements.get(&ip).is_some_and(|&ends| ends > now)
    }

    fn applies(&mut self, stream: &Stream, answered: Timestamp) {
        let now = answered + ON_ITS_WAY;
        for ip in &stream.deleted {
            if let Some(&ends) = self.elements.get(ip) {
                let apart = ends.since(now).as_micros().abs();
                assert!(apart > 100_000, "an element ran out while it was deleted");
            }
            self.elements.remove(ip);
        }
        for one in &stream.new {
            let left = one.ends.since(answered);
            assert!(left >= SOON, "a time-out of {left}");
            if !self.has(one.ip, now) {
                self.elements.insert(one.ip, now + left);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Arm(u8, Vec<u8>, i64, i64),
    Lift(u8),
    LiftAll,
    /// An answer that is read, and shown to be read when the next question comes.
    Ask,
    /// One that is read, over a connection that then breaks.
    AskUnshown,
    /// One that never arrives.
    AskLost,
    /// The bouncer begins anew, with or without what it held.
    Anew(bool),
    /// We begin anew.
    Reopen,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let ips = proptest::collection::btree_set(1..5u8, 1..4);
    let ips = ips.prop_map(|set| set.into_iter().collect::<Vec<u8>>());
    prop_oneof![
        4 => (1..5u8, ips, 0..3_000i64, 500..9_000i64).prop_map(|(order, ips, begins, lasts)| Step::Arm(order, ips, begins, lasts)),
        2 => (1..5u8).prop_map(Step::Lift),
        1 => Just(Step::LiftAll),
        6 => Just(Step::Ask),
        2 => Just(Step::AskUnshown),
        2 => Just(Step::AskLost),
        1 => any::<bool>().prop_map(Step::Anew),
        1 => Just(Step::Reopen),
        6 => (1..2_500i64).prop_map(Step::Wait),
    ]
}

/// Our side, the bouncer, and what was ever asked for.
struct World {
    now: Timestamp,
    table: Table,
    follower: Follower,
    bouncer: Imitation,
    covered: BTreeSet<(IpAddr, Timestamp)>,
}

impl World {
    fn new() -> Self {
        Self {
            now: at(1_000_000),
            table: table(),
            follower: follower(),
            bouncer: Imitation::default(),
            covered: BTreeSet::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Arm(order, ips, begins, lasts) => {
                let begins = self.now + Span::from_millis(*begins);
                let cut = cut(*order, ips, begins, *lasts);
                if self.table.arm(self.now, &cut).is_ok() {
                    let pairs = ips.iter().map(|&last| (ip(last), cut.ends));
                    self.covered.extend(pairs);
                }
            }
            Step::Lift(order) => self.table.lift(self.now, OrderId(Digest([*order; 32]))),
            Step::LiftAll => drop(self.table.lift_all(self.now)),
            Step::Ask => self.ask(true, true),
            Step::AskUnshown => self.ask(true, false),
            Step::AskLost if self.bouncer.lost_in_a_row < ENOUGH - 1 => self.ask(false, false),
            Step::AskLost => {}
            Step::Anew(keeps) => {
                if !keeps {
                    self.bouncer.elements.clear();
                }
                self.bouncer.read = None;
                self.follower.begins_anew();
                self.ask(true, true);
            }
            Step::Reopen => {
                self.table = table();
                self.follower = Follower::new(MEANS, &self.covered);
                self.bouncer.read = None;
            }
            Step::Wait(millis) => self.now += Span::from_millis(*millis),
        }
    }

    fn ask(&mut self, arrives: bool, shown: bool) {
        if let Some(number) = self.bouncer.read.take() {
            self.follower.took(number);
        }
        let given = self.follower.ask(self.now, &self.table.stands(self.now));
        if !arrives {
            self.bouncer.lost_in_a_row += 1;
            return;
        }
        self.bouncer.lost_in_a_row = 0;
        self.bouncer.applies(&given.stream, self.now);
        self.bouncer.read = shown.then_some(given.number);
        self.agrees();
        self.now += ON_ITS_WAY;
    }

    /// Once it has read an answer, the bouncer holds what stands and nothing else, but for what runs out.
    fn agrees(&self) {
        let stands = self.table.stands(self.now);
        let then = self.now + ON_ITS_WAY;
        for last in 1..5 {
            let ip = ip(last);
            let mut possible = self.follower.possible().filter(|(one, _)| *one == ip);
            if possible.any(|(_, ends)| runs_out(ends, self.now)) {
                continue;
            }
            assert_eq!(
                stands.contains_key(&ip),
                self.bouncer.has(ip, then),
                "{ip} at {then}: {self:?}"
            );
            if let Some(one) = stands.get(&ip) {
                let late = self.bouncer.elements[&ip].since(one.ends);
                assert!(
                    late >= Span::ZERO && late <= ON_ITS_WAY,
                    "{ip} ends {late} late"
                );
            }
        }
    }

    /// What is said to be held is held; what is held ends with some order that asked for it.
    fn is_sound(&self) {
        for last in 1..5 {
            let ip = ip(last);
            let said = self.follower.holds(ip, self.now, self.now);
            assert!(
                said.is_none() || self.bouncer.has(ip, self.now),
                "{ip} is said to be held: {self:?}"
            );
            if self.bouncer.has(ip, self.now) {
                let ends = self.bouncer.elements[&ip];
                let asked = |&(one, until): &(IpAddr, Timestamp)| {
                    one == ip && until <= ends && ends <= until + ON_ITS_WAY
                };
                assert!(self.covered.iter().any(asked), "{ip} ends with no order");
            }
        }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.follower.slots, self.bouncer.elements)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn new_and_deleted_always_sum_up_to_what_stands(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.is_sound();
        }
        // Left alone, it comes to rest: nothing more is said, and nothing is left over.
        world.now += Span::from_secs(30);
        world.ask(true, true);
        world.ask(true, true);
        world.now += Span::from_secs(30);
        world.ask(true, true);
        prop_assert!(world.follower.possible().count() == 0);
        prop_assert!(world.bouncer.elements.values().all(|&ends| ends <= world.now));
    }
}
