use proptest::prelude::*;

use super::*;
use issei_model::{StandingOrder, TerritoryBasis};

const START: Timestamp = Timestamp::from_secs(1_800_000_000);

fn secs(secs: i64) -> Timestamp {
    START + Span::from_secs(secs)
}

fn name(text: &str) -> OrganisationId {
    text.parse().expect("a name in a test is right")
}

fn net(text: &str) -> IpNet {
    text.parse().expect("a prefix in a test is right")
}

fn line(text: &str) -> Subscriber {
    Subscriber::new(text.parse().expect("an address in a test is right"))
}

/// Limits floods of the lines in 198.51.100.0/25 for five minutes: two at once, four an hour.
fn limit_floods() -> StandingOrder {
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: name("isp-a"),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::LimitFlood(100),
        scope: vec![net("198.51.100.0/25")],
        ground: "A2".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 2,
        per_hour: 4,
        proposed_at: START,
        valid_from: START,
        valid_until: secs(86_400),
    }
}

fn drop_for_power() -> StandingOrder {
    StandingOrder {
        reflex: Reflex::DropOnRequest(name("power")),
        scope: vec![net("203.0.113.0/24")],
        ground: "A1".into(),
        ..limit_floods()
    }
}

fn drop_forged() -> StandingOrder {
    StandingOrder {
        reflex: Reflex::DropForged,
        ground: "A3".into(),
        ..limit_floods()
    }
}

fn flood(from: &str) -> Trigger {
    Trigger::Flood {
        line: line(from),
        victim: "192.0.2.7:443/tcp"
            .parse::<issei_model::Goal>()
            .map(|goal| match goal {
                issei_model::Goal::Service(endpoint) => endpoint,
                issei_model::Goal::Name(_) => unreachable!("a service"),
            })
            .unwrap(),
    }
}

fn asked(operator: &str, prefix: &str) -> Trigger {
    Trigger::Asked {
        operator: name(operator),
        to: to(prefix),
    }
}

fn to(prefix: &str) -> Destination {
    Destination {
        prefix: net(prefix),
        protocol: 0,
        port: 0,
    }
}

fn seen(trigger: Trigger, at: Timestamp) -> Input {
    Input::Seen(Sighting {
        trigger,
        at,
        safeguarded: false,
        commitment: Digest([7; 32]),
    })
}

fn proposed(order: StandingOrder) -> StandingEntry {
    let approvals = Vec::new();
    StandingEntry::StandingProposed(Box::new(StandingDossier { order, approvals }))
}

fn setup() -> Setup {
    let own = Territory::new(&[net("198.51.100.0/24")], &[], TerritoryBasis::Configured);
    Setup::new(name("isp-a"), own)
}

/// A member with its devices, which do what is asked at once, and forget a rule at its end.
struct World {
    machine: Reflexes,
    out: Vec<Output>,
    devices: BTreeMap<RuleId, (Rule, Timestamp)>,
    /// What the disk holds.
    saved: String,
    /// Rules as they were first put: when, and under which order.
    put: BTreeMap<RuleId, Timestamp>,
    batches: Vec<ReflexBatch>,
    refused: Vec<ReflexRefusal>,
    now: Timestamp,
}

impl World {
    fn empty() -> Self {
        let mut out = Vec::new();
        let machine = Reflexes::start(setup(), Durable::default(), &[], START, &mut out);
        let mut world = Self {
            saved: serde_json::to_string(machine.durable()).unwrap(),
            machine,
            out,
            devices: BTreeMap::new(),
            put: BTreeMap::new(),
            batches: Vec::new(),
            refused: Vec::new(),
            now: START,
        };
        world.act(usize::MAX);
        world
    }

    /// A member that has read these standing orders, judged well, and is current.
    fn with(orders: &[StandingOrder]) -> Self {
        let mut world = Self::empty();
        for order in orders {
            world.log(proposed(order.clone()));
            world.judge(order.id(), Ok(()));
        }
        world.read_the_log();
        world
    }

    fn read_the_log(&mut self) -> &mut Self {
        let size = self.machine.next_entry();
        let at = self.now + Span::from_secs(2);
        self.tell(Input::Checkpoint { size, at })
    }

    fn log(&mut self, entry: StandingEntry) -> &mut Self {
        let index = self.machine.next_entry();
        let entry = Some(entry);
        self.tell(Input::Entry { index, entry })
    }

    fn judge(&mut self, standing: StandingId, verdict: Result<(), Objection>) -> &mut Self {
        self.tell(Input::Judged { standing, verdict })
    }

    fn tell(&mut self, input: Input) -> &mut Self {
        self.machine.handle(self.now, input, &mut self.out);
        self.act(usize::MAX);
        self
    }

    fn see(&mut self, trigger: Trigger) -> &mut Self {
        self.tell(seen(trigger, self.now))
    }

    /// Does the first outputs as the host would, and loses the others.
    fn act(&mut self, most: usize) {
        let (mut look, mut vanished) = (Vec::new(), Vec::new());
        self.devices.retain(|id, (_, ends)| {
            let there = self.now < *ends;
            vanished.extend((!there).then_some(*id));
            there
        });
        for output in std::mem::take(&mut self.out).into_iter().take(most) {
            match output {
                Output::Save => self.saved = serde_json::to_string(self.machine.durable()).unwrap(),
                Output::Put { id, rule, ends } => {
                    assert!(self.now < ends, "a rule is put that is over");
                    self.put.entry(id).or_insert(self.now);
                    self.devices.insert(id, (rule, ends));
                }
                Output::Lift(id) => drop(self.devices.remove(&id)),
                Output::ReadBack(id) => look.push(id),
                Output::Report(batch) => self.batches.push(batch),
                Output::Refused(_, why) => self.refused.push(why),
                Output::Judge(_) | Output::Declined(..) | Output::Alarm(_) => {}
            }
        }
        for rule in look {
            let there = self.devices.contains_key(&rule);
            self.machine
                .handle(self.now, Input::Read { rule, there }, &mut self.out);
        }
        if !self.out.is_empty() && most == usize::MAX {
            self.act(most);
        }
    }

    /// Lets time pass, doing what is due when it is due.
    fn wait(&mut self, secs: i64) -> &mut Self {
        let until = self.now + Span::from_secs(secs);
        while let Some(due) = self.machine.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.machine.on_deadline(self.now, &mut self.out);
            self.act(usize::MAX);
        }
        self.now = until;
        self.devices.retain(|_, (_, ends)| until < *ends);
        self
    }

    /// Loses the process; comes up again from the disk and the devices.
    fn crash(&mut self) -> &mut Self {
        self.devices.retain(|_, (_, ends)| self.now < *ends);
        let found: Vec<Found> = self
            .devices
            .iter()
            .map(|(id, (rule, ends))| Found {
                id: *id,
                rule: rule.clone(),
                ends: *ends,
            })
            .collect();
        self.out.clear();
        let durable = serde_json::from_str(&self.saved).unwrap();
        self.machine = Reflexes::start(setup(), durable, &found, self.now, &mut self.out);
        self.act(usize::MAX);
        self
    }

    fn rules(&self) -> Vec<&Rule> {
        self.devices.values().map(|(rule, _)| rule).collect()
    }

    /// A generated day is long; looking every second would only make it slow.
    fn looking_seldom(&mut self) {
        self.machine.setup.read_every = Span::from_secs(50);
    }

    /// Tells why the trigger was refused that was seen last.
    fn refusal_of(&mut self, trigger: Trigger) -> Option<ReflexRefusal> {
        let before = self.refused.len();
        self.see(trigger);
        self.refused.get(before).copied()
    }

    fn reported(&mut self) -> Vec<Activation> {
        self.wait(700);
        let batches = self.batches.iter();
        batches
            .flat_map(|batch| batch.activations.clone())
            .collect()
    }
}

#[test]
fn a_flood_is_limited_at_once_and_the_limit_goes_by_itself() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9"));
    assert_eq!(
        world.rules(),
        [&Rule::Limit {
            line: line("198.51.100.9"),
            victim: match flood("198.51.100.9") {
                Trigger::Flood { victim, .. } => victim,
                _ => unreachable!("a flood"),
            },
            packets: 100,
        }]
    );
    world.wait(299);
    assert_eq!(world.rules().len(), 1);
    world.wait(1);
    assert!(world.rules().is_empty());
    let told = world.reported();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].end, told[0].began), (ReflexEnd::Over, START));
    assert_eq!((told[0].seen, told[0].gone), (Some(START), secs(300)));
    assert_eq!(told[0].commitment, Digest([7; 32]));
}

#[test]
fn an_operator_gets_a_drop_for_his_own_prefix_and_for_no_other() {
    let mut world = World::with(&[drop_for_power()]);
    let cases = [
        (asked("power", "203.0.113.7/32"), None),
        (asked("power", "203.0.113.0/24"), None),
        (
            asked("power", "198.51.100.7/32"),
            Some(ReflexRefusal::OutOfScope),
        ),
        (
            asked("bank", "203.0.113.8/32"),
            Some(ReflexRefusal::NoStandingOrder),
        ),
        (
            asked("power", "203.0.112.0/23"),
            Some(ReflexRefusal::Malformed),
        ),
        (
            asked("power", "203.0.113.7/24"),
            Some(ReflexRefusal::Malformed),
        ),
    ];
    for (trigger, why) in cases {
        assert_eq!(world.refusal_of(trigger.clone()), why, "{trigger:?}");
    }
    assert_eq!(world.rules().len(), 2);
    let port_alone = Trigger::Asked {
        operator: name("power"),
        to: Destination {
            port: 53,
            ..to("203.0.113.9/32")
        },
    };
    assert_eq!(world.refusal_of(port_alone), Some(ReflexRefusal::Malformed));
    world.tell(Input::Released {
        operator: name("bank"),
        to: to("203.0.113.7/32"),
    });
    assert_eq!(world.rules().len(), 2, "another operator cannot release it");
    world.tell(Input::Released {
        operator: name("power"),
        to: to("203.0.113.7/32"),
    });
    assert_eq!(world.rules().len(), 1);
}

#[test]
fn forged_sources_of_a_line_are_dropped() {
    let mut world = World::with(&[drop_forged()]);
    let forged = line("198.51.100.9");
    world.see(Trigger::Forged { line: forged });
    assert_eq!(world.rules(), [&Rule::DropForged { line: forged }]);
}

#[test]
fn each_reason_why_nothing_is_done_is_told_and_counted() {
    use ReflexRefusal as Why;
    let refused = |world: &mut World, trigger| world.refusal_of(trigger).expect("refused");
    let mut world = World::empty();
    world.log(proposed(limit_floods()));
    assert_eq!(refused(&mut world, flood("198.51.100.9")), Why::NotCurrent);
    world.read_the_log();
    assert_eq!(
        refused(&mut world, flood("198.51.100.9")),
        Why::NoStandingOrder
    );
    world.judge(limit_floods().id(), Ok(()));
    assert_eq!(refused(&mut world, flood("192.0.2.1")), Why::NotOwn);
    assert_eq!(
        refused(&mut world, flood("198.51.100.200")),
        Why::OutOfScope
    );
    for at in [
        world.now - Span::from_secs(11),
        world.now + Span::from_secs(11),
    ] {
        world.tell(seen(flood("198.51.100.9"), at));
        assert_eq!(world.refused.last(), Some(&Why::Stale));
    }
    let Input::Seen(mut sighting) = seen(flood("198.51.100.9"), world.now) else {
        unreachable!("a sighting")
    };
    sighting.safeguarded = true;
    world.tell(Input::Seen(sighting));
    assert_eq!(world.refused.last(), Some(&Why::Safeguarded));
    assert!(world.rules().is_empty());
    assert_eq!(world.refusal_of(flood("198.51.100.9")), None);
    assert_eq!(refused(&mut world, flood("198.51.100.9")), Why::Acting);
    world.see(flood("198.51.100.8"));
    assert_eq!(refused(&mut world, flood("198.51.100.7")), Why::AtOnce);
    world
        .wait(301)
        .see(flood("198.51.100.9"))
        .see(flood("198.51.100.8"));
    world.wait(301);
    assert_eq!(refused(&mut world, flood("198.51.100.7")), Why::PerHour);
    world.wait(3_600 - 602);
    assert_eq!(world.refusal_of(flood("198.51.100.7")), None);
    world.tell(Input::Stop);
    assert_eq!(refused(&mut world, flood("198.51.100.7")), Why::Stopped);
    world.tell(Input::Resume).wait(86_400);
    assert_eq!(
        refused(&mut world, flood("198.51.100.7")),
        Why::NoStandingOrder
    );
    let durable = world.machine.durable();
    let sent = durable.sent.iter().flat_map(|batch| batch.refused.values());
    let told: u64 = sent.chain(durable.refused.values()).sum();
    assert_eq!(told, world.refused.len() as u64);
}

#[test]
fn a_standing_order_acts_neither_before_nor_after_its_time() {
    let order = StandingOrder {
        valid_from: secs(100),
        valid_until: secs(200),
        ..limit_floods()
    };
    let mut world = World::with(&[order]);
    let early = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(early, Some(ReflexRefusal::Expired));
    world.wait(150).see(flood("198.51.100.9"));
    let ends: Vec<Timestamp> = world.devices.values().map(|(_, ends)| *ends).collect();
    assert_eq!(ends, [secs(200)], "no rule outlives its standing order");
    world.wait(50);
    assert!(world.rules().is_empty());
}

#[test]
fn only_a_fresh_trigger_acts_again() {
    let mut world = World::with(&[limit_floods()]);
    world
        .see(flood("198.51.100.9"))
        .wait(299)
        .see(flood("198.51.100.9"));
    world.wait(1);
    assert!(world.rules().is_empty(), "nothing prolongs");
    world.tell(seen(flood("198.51.100.9"), secs(299)));
    assert_eq!(world.refused.last(), Some(&ReflexRefusal::SeenBefore));
    world.wait(1).see(flood("198.51.100.9"));
    assert_eq!(world.rules().len(), 1);
}

#[test]
fn withdrawal_stop_and_a_second_thought_of_the_gates_lift_before_anything_is_saved() {
    let id = limit_floods().id();
    let ends: [(Input, ReflexEnd); 4] = [
        (Input::Withdraw(id), ReflexEnd::Withdrawn),
        (Input::WithdrawAll, ReflexEnd::Withdrawn),
        (Input::Stop, ReflexEnd::Stopped),
        (
            Input::Judged {
                standing: id,
                verdict: Err(Objection::Legal),
            },
            ReflexEnd::Withdrawn,
        ),
    ];
    for (input, end) in ends {
        let mut world = World::with(&[limit_floods()]);
        world.see(flood("198.51.100.9"));
        world.machine.handle(world.now, input, &mut world.out);
        let lift = world.out.iter().position(|o| matches!(o, Output::Lift(_)));
        let save = world.out.iter().position(|o| *o == Output::Save);
        assert!(lift.unwrap() < save.unwrap());
        world.act(usize::MAX);
        assert!(world.rules().is_empty());
        assert!(world.wait(5).refusal_of(flood("198.51.100.9")).is_some());
        assert_eq!(world.reported()[0].end, end);
    }
}

#[test]
fn a_withdrawn_standing_order_never_comes_back() {
    let mut world = World::with(&[limit_floods()]);
    let id = limit_floods().id();
    let backup = world.saved.clone();
    world.log(StandingEntry::StandingWithdrawn { standing: id });
    world
        .log(proposed(limit_floods()))
        .judge(id, Ok(()))
        .read_the_log();
    assert_eq!(world.machine.phase(id), Some(Phase::Ended));
    assert!(world.refusal_of(flood("198.51.100.9")).is_some());
    // From an old backup nothing acts before the log is read again.
    world.saved = backup;
    world.crash();
    assert_eq!(world.machine.phase(id), Some(Phase::Ready));
    let why = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(why, Some(ReflexRefusal::NotCurrent));
    let (size, at) = (
        world.machine.next_entry() + 1,
        world.now + Span::from_secs(3),
    );
    world.tell(Input::Checkpoint { size, at });
    let why = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(why, Some(ReflexRefusal::NotCurrent));
    world.log(StandingEntry::StandingWithdrawn { standing: id });
    let why = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(why, Some(ReflexRefusal::NoStandingOrder));
}

#[test]
fn a_checkpoint_from_before_the_start_does_not_make_current() {
    let mut world = World::with(&[limit_floods()]);
    world.wait(100).crash();
    let size = world.machine.next_entry();
    let at = world.now + Span::from_millis(1_999);
    world.tell(Input::Checkpoint { size, at });
    assert!(!world.machine.is_current());
    let at = world.now + Span::from_secs(2);
    world.tell(Input::Checkpoint { size, at });
    assert!(world.machine.is_current());
}

#[test]
fn all_standing_orders_end_by_ones_own_withdrawal_or_everybodys_and_not_by_anothers() {
    for (member, ends) in [(None, true), (Some("isp-a"), true), (Some("isp-b"), false)] {
        let mut world = World::with(&[limit_floods(), drop_forged()]);
        world.see(flood("198.51.100.9"));
        let member = member.map(name);
        world.log(StandingEntry::AllStandingWithdrawn { member });
        assert_eq!(world.rules().is_empty(), ends);
        let phase = world.machine.phase(drop_forged().id());
        assert_eq!(phase == Some(Phase::Ended), ends);
    }
}

#[test]
fn another_members_standing_order_and_a_malformed_one_are_not_held() {
    let mut world = World::empty();
    let theirs = StandingOrder {
        member: name("isp-b"),
        ..limit_floods()
    };
    let broken = StandingOrder {
        lasts: Span::from_secs(3_600),
        ..limit_floods()
    };
    let over = StandingOrder {
        valid_from: START - Span::from_secs(20),
        proposed_at: START - Span::from_secs(20),
        valid_until: START,
        ..limit_floods()
    };
    for order in [theirs, broken, over] {
        let id = order.id();
        world.log(proposed(order));
        assert_eq!(world.machine.phase(id), None);
    }
}

#[test]
fn entries_count_once_and_in_their_order() {
    let mut world = World::empty();
    let entry = Some(proposed(limit_floods()));
    let ahead = Input::Entry {
        index: 1,
        entry: entry.clone(),
    };
    world.tell(ahead);
    assert_eq!(world.machine.phase(limit_floods().id()), None);
    world.tell(Input::Entry { index: 0, entry });
    let standing = limit_floods().id();
    let again = Some(StandingEntry::StandingWithdrawn { standing });
    world.tell(Input::Entry {
        index: 0,
        entry: again,
    });
    assert_eq!(world.machine.phase(standing), Some(Phase::Judging));
}

#[test]
fn what_becomes_safeguarded_is_lifted_but_not_what_its_holder_asked_for() {
    let mut world = World::with(&[limit_floods(), drop_for_power()]);
    world
        .see(flood("198.51.100.9"))
        .see(asked("power", "203.0.113.7/32"));
    let guard = |place: &str, holder: Option<&str>| Input::Safeguarded {
        place: net(place),
        holder: holder.map(name),
    };
    world.tell(guard("198.51.100.0/28", None));
    assert_eq!(world.rules().len(), 1, "the line is spared");
    world.tell(guard("203.0.113.0/24", Some("power")));
    assert_eq!(world.rules().len(), 1, "he asked for it himself");
    world.tell(guard("203.0.113.7/32", Some("bank")));
    assert!(world.rules().is_empty());
    world.see(flood("198.51.100.10"));
    world.tell(guard("192.0.2.7/32", None));
    assert!(world.rules().is_empty(), "the victim counts too");
}

#[test]
fn a_rule_that_vanishes_is_put_again_with_the_end_it_had() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9")).wait(60);
    let (id, there) = world.devices.pop_first().unwrap();
    world.wait(2);
    assert_eq!(world.devices.get(&id), Some(&there));
}

#[test]
fn a_lift_that_fails_is_tried_until_the_rule_is_gone() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9"));
    let rule = *world.devices.keys().next().unwrap();
    world.machine.handle(world.now, Input::Stop, &mut world.out);
    // The devices do not do as they are told.
    world.out.clear();
    for _ in 0..3 {
        let read = Input::Read { rule, there: true };
        world.machine.handle(world.now, read, &mut world.out);
        assert!(std::mem::take(&mut world.out).contains(&Output::Lift(rule)));
    }
    // Nor is a rule of nobody left alone.
    let stranger = RuleId { number: 99, ..rule };
    for there in [true, true, false] {
        let read = Input::Read {
            rule: stranger,
            there,
        };
        world.machine.handle(world.now, read, &mut world.out);
        let lifts = std::mem::take(&mut world.out).contains(&Output::Lift(stranger));
        assert_eq!(lifts, there);
    }
    assert!(world.machine.strays.is_empty());
}

#[test]
fn a_rule_whose_end_has_come_is_not_put_again() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9"));
    let rule = *world.devices.keys().next().unwrap();
    for (at, puts) in [(secs(299), true), (secs(300), false)] {
        let read = Input::Read { rule, there: false };
        world.machine.handle(at, read, &mut world.out);
        let out = std::mem::take(&mut world.out);
        let put = out.iter().any(|out| matches!(out, Output::Put { .. }));
        assert_eq!(put, puts);
    }
}

#[test]
fn another_batch_under_the_same_number_is_not_taken_for_ones_own() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9")).wait(901);
    let mine = world.batches[0].clone();
    let mut other = mine.clone();
    other.activations.clear();
    world.log(StandingEntry::ReflexesReported(other));
    assert_eq!(world.machine.durable().sent.as_ref(), Some(&mine));
    let mut theirs = mine.clone();
    theirs.member = name("isp-b");
    world.log(StandingEntry::ReflexesReported(theirs));
    assert_eq!(world.machine.durable().sent.as_ref(), Some(&mine));
}

#[test]
fn a_batch_is_bounded_and_the_rest_follows() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9")).wait(301);
    let one = world.machine.durable().unreported[0].clone();
    world.machine.durable.unreported = vec![one; ReflexBatch::MOST + 3].into();
    world.wait(300);
    assert_eq!(world.batches[0].activations.len(), ReflexBatch::MOST);
    let first = world.batches[0].clone();
    world.log(StandingEntry::ReflexesReported(first)).wait(2);
    assert_eq!(world.batches.last().unwrap().activations.len(), 3);
}

#[test]
fn an_older_checkpoint_late_on_its_way_is_no_alarm() {
    let mut world = World::with(&[limit_floods()]);
    let at = |secs_after| world.now + Span::from_secs(secs_after);
    let (newer, older) = (at(20), at(10));
    let size = world.machine.next_entry();
    world.tell(Input::Checkpoint { size, at: newer });
    let mut out = Vec::new();
    let late = Input::Checkpoint { size: 0, at: older };
    world.machine.handle(world.now, late, &mut out);
    assert!(out.is_empty() && world.machine.is_current());
}

/// Spoils a rule on the devices, or what is durable.
type Spoil = fn(&mut (Rule, Timestamp), &mut Durable);

#[test]
fn rules_found_at_a_start_without_their_standing_order_are_lifted() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9"));
    let (id, found) = world.devices.first_key_value().unwrap();
    let (id, found) = (*id, found.clone());
    let stranger = RuleId {
        standing: StandingId(Digest([9; 32])),
        number: 77,
    };
    world.devices.insert(stranger, found.clone());
    world.crash();
    assert_eq!(world.devices.keys().collect::<Vec<_>>(), [&id]);
    assert!(
        world.machine.durable().number > 77,
        "no number is used twice"
    );
    // Out of scope, prolonged, or under a standing order that ended: none of them stays.
    let spoils: [Spoil; 4] = [
        |found, _| {
            found.0 = Rule::DropForged {
                line: line("198.51.100.9"),
            }
        },
        |found, _| found.1 += Span::from_secs(60),
        |_, durable| durable.standing.clear(),
        |_, durable| durable.stopped = true,
    ];
    for spoil in spoils {
        let mut world = World::with(&[limit_floods()]);
        world.see(flood("198.51.100.9"));
        let mut durable = world.machine.durable().clone();
        spoil(world.devices.get_mut(&id).unwrap(), &mut durable);
        world.saved = serde_json::to_string(&durable).unwrap();
        world.crash();
        assert!(world.rules().is_empty());
    }
}

#[test]
fn after_a_restart_a_rule_keeps_its_end_and_counts() {
    let mut world = World::with(&[limit_floods()]);
    world
        .see(flood("198.51.100.9"))
        .wait(100)
        .crash()
        .read_the_log();
    world.see(flood("198.51.100.8"));
    let why = world.refusal_of(flood("198.51.100.7"));
    assert_eq!(why, Some(ReflexRefusal::AtOnce));
    world.wait(200);
    assert_eq!(world.rules().len(), 1);
}

#[test]
fn a_rule_asked_for_and_lost_in_a_crash_is_reported_so() {
    let mut world = World::with(&[limit_floods()]);
    let input = seen(flood("198.51.100.9"), world.now);
    world.machine.handle(world.now, input, &mut world.out);
    world.act(1); // saved, not put
    world.crash();
    assert_eq!(world.reported()[0].end, ReflexEnd::Lost);
}

#[test]
fn a_batch_is_sent_until_it_stands_in_the_log_and_only_then_the_next() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9")).wait(901);
    let first = world.batches[0].clone();
    world.wait(1_200).crash().read_the_log().wait(601);
    assert!(world.batches.len() >= 3);
    assert!(world.batches.iter().all(|batch| *batch == first));
    world.log(StandingEntry::ReflexesReported(first));
    world.read_the_log().see(flood("198.51.100.9")).wait(901);
    assert_eq!(world.batches.last().unwrap().number, 1);
}

#[test]
fn what_cannot_be_reported_is_not_done() {
    let mut world = World::with(&[limit_floods()]);
    let mut durable = world.machine.durable().clone();
    world.see(flood("198.51.100.9")).wait(301);
    let one = world.machine.durable().unreported[0].clone();
    durable.unreported = vec![one; MOST_UNREPORTED].into();
    world.saved = serde_json::to_string(&durable).unwrap();
    world.crash().read_the_log();
    let why = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(why, Some(ReflexRefusal::Unreported));
}

#[test]
fn the_devices_room_bounds_all_standing_orders_together() {
    let mut world = World::with(&[limit_floods(), drop_forged()]);
    world.machine.setup.most_rules = 1;
    world.see(flood("198.51.100.9"));
    let forged = Trigger::Forged {
        line: line("198.51.100.9"),
    };
    assert_eq!(world.refusal_of(forged), Some(ReflexRefusal::NoRoom));
}

#[test]
fn a_member_holds_so_many_standing_orders_and_declines_more() {
    let mut world = World::empty();
    for number in 0..=MOST_STANDING as u32 {
        let order = StandingOrder {
            per_hour: number + 1,
            ..limit_floods()
        };
        world.log(proposed(order));
    }
    assert_eq!(world.machine.durable().standing.len(), MOST_STANDING);
}

#[test]
fn a_log_that_lost_entries_stops_all_reflexes() {
    let mut world = World::with(&[limit_floods()]);
    let at = world.now + Span::from_secs(30);
    let out = &mut Vec::new();
    let input = Input::Checkpoint { size: 0, at };
    world.machine.handle(world.now, input, out);
    assert!(out.iter().any(|o| matches!(o, Output::Alarm(_))));
    let why = world.refusal_of(flood("198.51.100.9"));
    assert_eq!(why, Some(ReflexRefusal::Stopped));
}

#[test]
fn no_address_of_a_line_is_durable() {
    let mut world = World::with(&[limit_floods()]);
    world.see(flood("198.51.100.9"));
    assert!(!world.machine.durable().acting.is_empty());
    assert!(!world.saved.contains("198.51.100.9"));
}

#[test]
fn every_phase_ends_by_withdrawal_and_time_and_every_rule_goes() {
    use Event::{GatesOpen, SayNo, TimeOver, Withdraw};
    use Phase::{Ended, Judging, Ready, Refused};
    for phase in [Judging, Ready, Refused, Ended] {
        for event in [GatesOpen, SayNo, Withdraw, TimeOver] {
            let wanted = match (phase, event) {
                (Ended, _) | (Refused, GatesOpen | SayNo) | (Ready, GatesOpen) => None,
                (_, Withdraw | TimeOver) => Some(Ended),
                (_, SayNo) => Some(Refused),
                (Judging, GatesOpen) => Some(Ready),
            };
            assert_eq!(table::next(TABLE, phase, event), wanted);
        }
    }
    use Motion::{MustGo, SeenGone, SeenThere};
    use Stand::{Acting, Gone, Lifting, Putting};
    for stand in [Putting, Acting, Lifting, Gone] {
        for motion in [SeenThere, MustGo, SeenGone] {
            let wanted = match (stand, motion) {
                (Putting, SeenThere) => Some(Acting),
                (Putting | Acting, MustGo) => Some(Lifting),
                (Lifting, SeenGone) => Some(Gone),
                _ => None,
            };
            assert_eq!(table::next(RULE_TABLE, stand, motion), wanted);
        }
    }
}

#[test]
fn the_diagram_in_the_documentation_is_printed_from_the_tables() {
    let (standing, rule) = (table::diagram(TABLE), table::diagram(RULE_TABLE));
    let page = format!(
        "# The life of a standing order\n\nPrinted from the transition tables by a test; a pair that no arrow names changes nothing.\n\n## At its member\n\n```mermaid\n{standing}```\n\n## One activation\n\n```mermaid\n{rule}```\n"
    );
    let shown = include_str!("../../../docs/reflex-states.md");
    assert_eq!(shown, page, "docs/reflex-states.md should read:\n{page}");
}

/// What happens in a generated day.
#[derive(Clone, Debug)]
enum Happening {
    Seen {
        order: u8,
        host: u8,
        age: i8,
    },
    Wait(u16),
    Stop,
    Resume,
    Withdraw(u8),
    Safeguarded(u8),
    /// The process dies after so many outputs of the next trigger.
    Crash(u8),
    /// A rule vanishes from the devices.
    Drift,
    /// The devices did not lift what they were told to.
    Propose(u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => (0..3_u8, any::<u8>(), -15..15_i8)
            .prop_map(|(order, host, age)| Happening::Seen { order, host, age }),
        6 => (0..1_000_u16).prop_map(Happening::Wait),
        1 => Just(Happening::Stop),
        2 => Just(Happening::Resume),
        1 => (0..3_u8).prop_map(Happening::Withdraw),
        1 => any::<u8>().prop_map(Happening::Safeguarded),
        2 => (0..4_u8).prop_map(Happening::Crash),
        1 => Just(Happening::Drift),
        2 => (0..9_u8).prop_map(Happening::Propose),
    ]
}

/// Three kinds; each can be proposed anew under another name.
fn orders(number: u8) -> StandingOrder {
    let mut order = match number % 3 {
        0 => limit_floods(),
        1 => drop_for_power(),
        _ => drop_forged(),
    };
    order.at_once += u32::from(number / 3);
    order
}

fn trigger(order: u8, host: u8) -> Trigger {
    let line = line(&format!(
        "198.51.{}.{host}",
        if host.is_multiple_of(11) { 99 } else { 100 }
    ));
    match order % 3 {
        0 => flood(&line.reveal().to_string()),
        1 => asked("power", &format!("203.0.{}.{host}/32", 112 + host % 2)),
        _ => Trigger::Forged { line },
    }
}

impl World {
    fn happens(&mut self, happening: &Happening) {
        match *happening {
            Happening::Seen { order, host, age } => {
                let at = self.now - Span::from_secs(age.into());
                self.tell(seen(trigger(order, host), at));
            }
            Happening::Wait(secs) => {
                self.wait(secs.into());
            }
            Happening::Stop => {
                self.tell(Input::Stop);
                assert!(self.rules().is_empty(), "stop lifts everything");
            }
            Happening::Resume => {
                self.tell(Input::Resume);
            }
            Happening::Withdraw(number) => {
                let standing = orders(number).id();
                self.tell(Input::Withdraw(standing));
                let left = self.devices.keys().any(|id| id.standing == standing);
                assert!(!left, "a withdrawal lifts all of it");
            }
            Happening::Safeguarded(host) => {
                let place = net(&format!("198.51.100.{host}/32"));
                let holder = None;
                self.tell(Input::Safeguarded { place, holder });
                assert!(!self.rules().iter().any(|rule| rule.touches(&place)));
            }
            Happening::Crash(after) => {
                let input = seen(trigger(after, 3 + after), self.now);
                self.machine.handle(self.now, input, &mut self.out);
                self.act(after.into());
                self.crash().read_the_log();
                self.looking_seldom();
            }
            Happening::Drift => {
                self.devices.pop_first();
            }
            Happening::Propose(number) => {
                let order = orders(number);
                self.log(proposed(order.clone()));
                self.judge(order.id(), Ok(())).read_the_log();
            }
        }
    }

    /// What must be so at any moment.
    fn holds(&self) {
        let held = |id: &RuleId| {
            let held = self.machine.durable().standing.get(&id.standing);
            &held
                .expect("a rule without its standing order")
                .dossier
                .order
        };
        for (id, (rule, ends)) in &self.devices {
            let order = held(id);
            assert!(rule.is_of(order), "outside the scope");
            assert!(self.now < *ends && *ends <= self.put[id] + order.lasts);
            assert!(*ends <= order.valid_until);
            assert_eq!(self.machine.phase(id.standing), Some(Phase::Ready));
            let there = self.devices.keys();
            let at_once = there.filter(|other| other.standing == id.standing).count();
            assert!(at_once <= order.at_once as usize, "too many at once");
        }
        for (id, order) in self.put.keys().filter_map(|id| {
            let standing = &self.machine.durable().standing;
            let held = standing.get(&id.standing)?;
            Some((id, &held.dossier.order))
        }) {
            let begun = self.put[id];
            let within = self.put.iter().filter(|(other, at)| {
                let apart = at.since(begun);
                other.standing == id.standing && apart >= Span::ZERO && apart < HOUR
            });
            assert!(
                within.count() <= order.per_hour as usize,
                "too many an hour"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_more_at_once_or_an_hour_never_longer_never_outside(
        happenings in proptest::collection::vec(happening(), 1..120),
    ) {
        let mut world = World::with(&[limit_floods(), drop_for_power(), drop_forged()]);
        world.looking_seldom();
        for happening in &happenings {
            world.happens(happening);
            world.holds();
        }
        // What ever began is told once, and with silence everything is gone.
        world.wait(3_700);
        prop_assert!(world.rules().is_empty());
        prop_assert!(world.machine.durable().acting.is_empty());
        let durable = world.machine.durable();
        let mut told: Vec<u64> = durable.unreported.iter().map(|one| one.number).collect();
        told.extend(durable.sent.iter().flat_map(|batch| &batch.activations).map(|one| one.number));
        told.sort_unstable();
        let whole = told.windows(2).all(|pair| pair[0] < pair[1]);
        prop_assert!(whole, "an activation is told twice");
        for id in world.put.keys() {
            prop_assert!(told.contains(&id.number), "an activation is not told");
        }
    }

    #[test]
    fn what_is_durable_survives_its_own_text(
        happenings in proptest::collection::vec(happening(), 1..40),
    ) {
        let mut world = World::with(&[limit_floods(), drop_for_power(), drop_forged()]);
        world.looking_seldom();
        for happening in &happenings {
            world.happens(happening);
        }
        let mut durable = world.machine.durable().clone();
        durable.reading.forget_the_moment();
        let text = serde_json::to_string(&durable).unwrap();
        prop_assert_eq!(serde_json::from_str::<Durable>(&text).unwrap(), durable);
    }
}
