//! Turns one seed into a country that fires at once, and into a verdict on the protocol's machines.
//!
//! In: a seed, and a guard that is off, if any. Out: how much was done, or the rule that was broken
//! with the last steps before. Always: the same seed gives the same run; the checkers keep a history
//! of their own (`ghost`) and judge outputs and devices, never the variables of a machine.
//! Not here: the protocol (`issei-order`), real clocks and links. Processes die after any output;
//! links lose, double and reorder; clocks jump; a coordinator may lie, and so may a member.
//! What it cannot show, and how to run a seed again, stands in `docs/simulation.md`.

mod checks;
mod desk;
mod device;
mod ghost;
mod members;
mod mishaps;
mod notary;
mod plan;
mod rules;

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::rc::Rc;

use issei_model::{Decision, Dossier, OrderId};
use issei_order::member::Input;
use issei_order::{Planted, coordinator};

use crate::dice::Dice;
use desk::Desk;
use members::Node;
use notary::{Checkpoint, Notary};
use plan::{MOST_ORDERS, MS, Plan, SECOND, START};
pub use rules::Rule;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Calls of `start`, `handle` and `on_deadline`.
    pub activations: u64,
    /// Rules that came into force.
    pub fired: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Saves that were lost with the process.
    pub torn: u64,
    /// Returns to an older state than the last, told as such or not.
    pub rollbacks: u64,
    /// Messages lost, and messages that came twice.
    pub lost: u64,
    /// Checkpoints handed over that were old.
    pub replayed: u64,
    /// Lifts that a device did not do.
    pub failed_lifts: u64,
    /// Clocks that jumped.
    pub jumps: u64,
    /// Entries that no honest coordinator would log.
    pub forged: u64,
    /// Times that the log was shortened.
    pub shortened: u64,
    /// Receipts that were not true.
    pub lies: u64,
    /// Confirmations that members read in time.
    pub confirmed: u64,
    /// Orders that were withdrawn because nobody confirmed them.
    pub unconfirmed: u64,
}

impl Outcome {
    /// Every count with its name.
    pub fn counts(&self) -> [(&'static str, u64); 14] {
        [
            ("activations", self.activations),
            ("rules fired", self.fired),
            ("crashes", self.crashes),
            ("saves torn", self.torn),
            ("states rolled back", self.rollbacks),
            ("messages lost or doubled", self.lost),
            ("checkpoints replayed", self.replayed),
            ("lifts failed", self.failed_lifts),
            ("clock jumps", self.jumps),
            ("entries forged", self.forged),
            ("logs shortened", self.shortened),
            ("lies", self.lies),
            ("orders confirmed", self.confirmed),
            ("orders unconfirmed", self.unconfirmed),
        ]
    }
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.activations += other.activations;
        self.fired += other.fired;
        self.crashes += other.crashes;
        self.torn += other.torn;
        self.rollbacks += other.rollbacks;
        self.lost += other.lost;
        self.replayed += other.replayed;
        self.failed_lifts += other.failed_lifts;
        self.jumps += other.jumps;
        self.forged += other.forged;
        self.shortened += other.shortened;
        self.lies += other.lies;
        self.confirmed += other.confirmed;
        self.unconfirmed += other.unconfirmed;
    }
}

/// A rule that was broken.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The seed that shows it again.
    pub seed: u64,
    /// The rule.
    pub rule: Rule,
    /// What happened.
    pub what: String,
    /// The last steps before.
    pub trace: Vec<String>,
}

/// Runs one seed to its end.
///
/// # Errors
/// The first rule that was broken.
pub fn run(seed: u64, planted: Planted) -> Result<Outcome, Violation> {
    World::new(seed, planted, None).run()
}

/// Runs one seed to its end, and keeps the last `steps` steps to show before a violation.
///
/// # Errors
/// The first rule that was broken, with those steps.
pub fn trace(seed: u64, planted: Planted, steps: usize) -> Result<Outcome, Violation> {
    World::new(seed, planted, Some(steps)).run()
}

/// A member's process: which member, and the how-manyth process of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    member: usize,
    incarnation: u64,
}

#[derive(Clone, Debug)]
enum Step {
    /// Something reaches a process, if it is still the same one.
    Tell(Process, Input),
    Checkpoint(Process, Checkpoint),
    /// An entry, its place, and the checkpoint it is proven by.
    Entry(Process, u64, Checkpoint, Option<Rc<Decision>>),
    Tick(Process),
    Restart(usize),
    Poll(usize),
    /// A look at a device.
    Look(usize),
    Person,
    Mishap,
    /// The keeper of a member's clock says how far it may be off.
    Clock(usize, i64),
    /// What an order aims at becomes safeguarded at a member.
    Safeguard(usize, usize),
    Restore(usize),
    /// A clock goes right again.
    Right(usize),
    /// A person lets a restored member take part.
    Resume(usize),
    /// What was found at a start and has no place must be gone.
    Orphans(Process, [bool; MOST_ORDERS]),
    /// A device must be clean by now, unless the log was read.
    Grace(Process),
    Mended(Process, usize),
    Watch(Process, usize),
    Propose(usize),
    /// An approver confirms an order, in time or not.
    Confirm(usize),
    /// What was confirmed in time goes on behind the moment.
    GoesOn(Process, usize),
    ToDesk(u64, coordinator::Input),
    DeskTick(u64),
    DeskRestart,
    /// Witnesses sign what waits.
    Witness,
    WitnessOften,
    /// A withdrawal was logged a second ago.
    Recalled(usize),
}

/// A step and its moment; steps of one moment come in the order they were planned.
#[derive(Debug)]
struct Due {
    at: i64,
    number: u64,
    step: Step,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// What is true of an order, whoever knows it.
#[derive(Clone, Debug, Default)]
struct Truth {
    /// Its proposal was logged at some time.
    proposed: bool,
    /// The moments T that were logged, by member.
    armed: BTreeMap<usize, Vec<i64>>,
    /// When rules first acted, by member.
    fired: BTreeMap<usize, i64>,
    /// The first T that was logged for anybody.
    first_t: Option<i64>,
}

struct World {
    seed: u64,
    plan: Plan,
    planted: Planted,
    dice: Dice,
    now: i64,
    number: u64,
    queue: BinaryHeap<Reverse<Due>>,
    nodes: Vec<Node>,
    desk: Desk,
    notary: Notary,
    truth: [Truth; MOST_ORDERS],
    numbers: BTreeMap<OrderId, usize>,
    outcome: Outcome,
    /// The last steps, and how many are kept.
    trace: Option<(VecDeque<String>, usize)>,
    broken: Option<(Rule, String)>,
}

/// How long a run lasts, and one with an order that must be confirmed: that has a minute at least.
const LENGTH: i64 = 45 * SECOND;
const LONG: i64 = 125 * SECOND;

impl World {
    fn new(seed: u64, planted: Planted, trace: Option<usize>) -> Self {
        let plan = Plan::throw(seed);
        let numbers = plan.orders.iter().enumerate();
        let mut world = Self {
            seed,
            planted,
            dice: Dice::new(seed, "run"),
            now: START,
            number: 0,
            queue: BinaryHeap::new(),
            nodes: (0..plan.members)
                .map(|member| Node::new(&plan, member))
                .collect(),
            desk: Desk::default(),
            notary: Notary::new(),
            truth: Default::default(),
            numbers: numbers.map(|(number, case)| (case.id, number)).collect(),
            outcome: Outcome::default(),
            trace: trace.map(|steps| (VecDeque::new(), steps)),
            broken: None,
            plan,
        };
        world.schedule();
        world
    }

    /// Plans what happens in any case.
    fn schedule(&mut self) {
        for member in 0..self.plan.members {
            self.after(0, Step::Restart(member));
            self.after(member as i64 * 50 * MS, Step::Poll(member));
        }
        self.after(0, Step::DeskRestart);
        self.after(100 * MS, Step::WitnessOften);
        for order in 0..self.plan.orders.len() {
            let at = self.plan.orders[order].at;
            self.after(at - START, Step::Propose(order));
        }
        if self.plan.busy {
            self.after(4 * SECOND, Step::Person);
        }
        if self.plan.mishaps || self.plan.jumps || self.plan.compromised {
            self.after(3 * SECOND, Step::Mishap);
        }
    }

    fn run(mut self) -> Result<Outcome, Violation> {
        let length = if self.plan.confirming { LONG } else { LENGTH };
        while let Some(Reverse(due)) = self.queue.pop() {
            if due.at > START + length || self.broken.is_some() {
                break;
            }
            self.now = due.at;
            self.note(|| format!("{:?}", due.step));
            self.step(due.step);
        }
        if self.plan.calm {
            self.check_calm();
        }
        let Some((rule, what)) = self.broken else {
            return Ok(self.outcome);
        };
        Err(Violation {
            seed: self.seed,
            rule,
            what,
            trace: self
                .trace
                .map(|(steps, _)| steps.into())
                .unwrap_or_default(),
        })
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Tell(process, input) => self.tell(process, input),
            Step::Checkpoint(process, checkpoint) => {
                self.hand_checkpoint(process, checkpoint);
            }
            Step::Entry(process, index, checkpoint, entry) => {
                self.hand_entry(process, index, checkpoint, entry);
            }
            Step::Tick(process) => self.tick(process),
            Step::Restart(member) => self.restart(member),
            Step::Poll(member) => self.poll(member),
            Step::Look(member) => self.look(member),
            Step::Person => self.person(),
            Step::Mishap => self.mishap(),
            Step::Clock(member, error) => self.say_error(member, error),
            Step::Safeguard(member, order) => self.safeguard(member, order),
            Step::Restore(member) => self.restore(member),
            Step::Right(member) => self.right_clock(member),
            Step::Resume(member) => self.tell(self.process(member), Input::Resume),
            Step::Orphans(process, orphans) => self.check_orphans(process, orphans),
            Step::Grace(process) => self.check_grace(process),
            Step::Mended(process, order) => self.check_mended(process, order),
            Step::Watch(process, order) => self.watch(process, order),
            Step::Propose(order) => self.propose(order),
            Step::Confirm(order) => self.confirm(order),
            Step::GoesOn(process, order) => self.check_goes_on(process, order),
            Step::ToDesk(incarnation, input) => self.tell_desk(incarnation, input),
            Step::DeskTick(incarnation) => self.desk_tick(incarnation),
            Step::DeskRestart => self.desk_restart(),
            Step::Witness => self.witness(),
            Step::WitnessOften => self.witness_often(),
            Step::Recalled(order) => self.check_recalled(order),
        }
    }

    fn after(&mut self, delay: i64, step: Step) {
        self.number += 1;
        let (at, number) = (self.now + delay.max(0), self.number);
        self.queue.push(Reverse(Due { at, number, step }));
    }

    /// Sends over a link that delays, and may lose or double.
    fn send(&mut self, step: Step) {
        if self.dice.chance(self.plan.loss) {
            self.outcome.lost += 1;
            return;
        }
        if self.dice.chance(self.plan.loss) {
            self.outcome.lost += 1;
            let delay = self.delay();
            self.after(delay, step.clone());
        }
        let delay = self.delay();
        self.after(delay, step);
    }

    fn delay(&mut self) -> i64 {
        MS + i64::from(self.dice.below(self.plan.delay as u32))
    }

    fn break_rule(&mut self, rule: Rule, what: String) {
        self.broken.get_or_insert((rule, what));
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        let now = (self.now - START) / MS;
        if let Some((steps, most)) = &mut self.trace {
            if steps.len() >= *most {
                steps.pop_front();
            }
            let mut text = text();
            for (id, number) in &self.numbers {
                text = text.replace(&format!("{id:?}"), &format!("order {number}"));
            }
            let short: String = text.chars().take(LINE).collect();
            steps.push_back(format!("{now} ms: {short}"));
        }
    }

    /// Tells which of the run's orders it is: by its case, which costs less than its name.
    fn number(&self, dossier: &Dossier) -> usize {
        let case = dossier.order.case.strip_prefix("case-");
        let number = case.and_then(|number| number.parse().ok());
        number.expect("every order of a run bears its number")
    }

    fn process(&self, member: usize) -> Process {
        let incarnation = self.nodes[member].incarnation;
        Process {
            member,
            incarnation,
        }
    }
}

/// Characters of a step that a trace shows: enough for all but whole orders.
const LINE: usize = 300;
