//! Turns a seed into what a run is like: members, clocks, links, faults, and the orders proposed.
//!
//! Always: each kind of fault is on in some runs and off in others, so that no fault hides another;
//! every eighth seed is calm, and there everything must come about as it should.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use issei_model::{
    Action, Digest, Dossier, EvidenceEntry, Order, OrderId, OrganisationId, Participant, PersonId,
    Radius, Rule, Span, Timestamp,
};

use crate::dice::Dice;

/// The moment at which every run begins.
pub(super) const START: i64 = 1_800_000_000_000_000;
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MS: i64 = 1_000;
/// Orders in one run.
pub(super) const MOST_ORDERS: usize = 3;
/// The number of one that takes part in nothing.
pub(super) const STRANGER: usize = 7;

/// Whether, and how often, things go wrong.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Nothing goes wrong: the order must come into force, and end.
    pub calm: bool,
    /// The coordinator appends what it likes, and has the log shortened.
    pub compromised: bool,
    /// People step in: withdraw, stop, leave.
    pub busy: bool,
    /// Links fail and rules are removed by hand.
    pub mishaps: bool,
    /// Clocks jump.
    pub jumps: bool,
    /// Share of messages lost, and of messages that come twice.
    pub loss: f64,
    /// Share of checkpoints that are old ones.
    pub replays: f64,
    /// Share of outputs after which the process dies.
    pub crash: f64,
    /// Share of restarts from an older state than the last.
    pub rollbacks: f64,
    /// Share of lifts that a device does not do.
    pub lift_fails: f64,
    /// Longest delay of a message.
    pub delay: i64,
    /// A member that reports what it likes.
    pub liar: Option<usize>,
    /// It only ever says that it is ready, and that all is well.
    pub eager: bool,
    pub members: usize,
    /// How far each clock is off, and how far it says it may be.
    pub offsets: Vec<i64>,
    pub errors: Vec<i64>,
    /// The same of the coordinator's clock.
    pub desk_offset: i64,
    /// Devices whose rules outlive the process.
    pub keeps: Vec<bool>,
    pub orders: Vec<Case>,
    /// How long a canary is watched.
    pub watch: i64,
    /// The order must be confirmed.
    pub confirming: bool,
}

/// An order and the truth about it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub id: OrderId,
    pub dossier: Dossier,
    /// Whether the gates of each member rightly say yes, and with which lead.
    pub verdicts: Vec<Option<i64>>,
    pub fire_before: i64,
    pub expires: i64,
    /// When it is proposed.
    pub at: i64,
    /// It renews an order, and its evidence is older than that.
    pub stale: bool,
    /// How long after the first T somebody must have confirmed it.
    pub within: Option<i64>,
}

/// How long people have to confirm: the least that an order may say.
pub(super) const WITHIN: i64 = 60 * SECOND;
/// A member whose clock may be off by more does not arm.
pub(super) const CLOCK_LIMIT: i64 = 50 * MS;

pub(super) fn name(member: usize) -> &'static OrganisationId {
    static NAMES: LazyLock<Vec<OrganisationId>> = LazyLock::new(|| {
        let letters = [
            "isp-a", "isp-b", "isp-c", "isp-d", "isp-e", "isp-f", "isp-g", "stranger",
        ];
        letters
            .map(|name| name.parse().expect("our own names are right"))
            .into()
    });
    &NAMES[member]
}

impl Plan {
    pub fn throw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "plan");
        let calm = seed.is_multiple_of(8);
        let members = 3 + dice.place(5);
        let sometimes = |dice: &mut Dice, share: f64| !calm && dice.chance(share);
        let rate = |dice: &mut Dice, share: f64, most: f64| {
            if sometimes(dice, share) {
                dice.share() * most
            } else {
                0.0
            }
        };
        let compromised = sometimes(&mut dice, 0.25);
        let mut plan = Self {
            calm,
            compromised,
            busy: sometimes(&mut dice, 0.7),
            mishaps: sometimes(&mut dice, 0.7),
            jumps: sometimes(&mut dice, 0.35),
            loss: rate(&mut dice, 0.5, 0.3),
            replays: rate(&mut dice, 0.5, 0.3),
            crash: rate(&mut dice, 0.6, 0.02),
            rollbacks: rate(&mut dice, 0.6, 0.6),
            lift_fails: rate(&mut dice, 0.4, 0.5),
            delay: if sometimes(&mut dice, 0.4) {
                600 * MS
            } else {
                40 * MS
            },
            liar: sometimes(&mut dice, 0.4).then(|| dice.place(members)),
            eager: dice.chance(0.5),
            members,
            offsets: Vec::new(),
            errors: Vec::new(),
            desk_offset: 0,
            keeps: (0..members).map(|_| dice.chance(0.6)).collect(),
            orders: Vec::new(),
            watch: 200 * MS + dice.moment() * 3 / 2,
            confirming: false,
        };
        plan.throw_clocks(&mut dice);
        for number in 0..if calm { 1 } else { 1 + dice.place(MOST_ORDERS) } {
            let case = plan.case(number, &mut dice);
            plan.orders.push(case);
        }
        plan.throw_confirming(seed);
        plan
    }

    /// Some runs have one order, which must be confirmed and so lives longer; their dice are their own, so that
    /// every other run stays as it is.
    fn throw_confirming(&mut self, seed: u64) {
        let mut dice = Dice::new(seed, "confirming");
        self.confirming = dice.chance(0.37);
        if !self.confirming {
            return;
        }
        self.orders.truncate(1);
        // Where people withdraw all the time nothing lives to its moment.
        self.busy &= dice.chance(0.4);
        let Some(case) = self.orders.first_mut() else {
            return;
        };
        // A canary that is watched nearly as long as people have leaves no time for the rest.
        let slow = !self.calm && dice.chance(0.4);
        if slow {
            // It has to live so long to show anything, so little else goes wrong there.
            (self.mishaps, self.loss, self.crash) = (false, 0.0, 0.0);
            self.delay = 40 * MS;
            self.watch = WITHIN - 1_600 * MS + dice.moment() * 3 / 2;
            case.fire_before = case.at + 85 * SECOND;
        }
        case.expires = case.at + 90 * SECOND + dice.moment() * 10;
        case.within = Some(WITHIN);
        let order = &mut case.dossier.order;
        order.fire_before = Timestamp::from_micros(case.fire_before);
        order.expires_at = Timestamp::from_micros(case.expires);
        order.confirm_within = Some(Span::from_micros(WITHIN));
        case.id = order.id();
    }

    fn throw_clocks(&mut self, dice: &mut Dice) {
        let within = |dice: &mut Dice, error: i64| i64::from(dice.below(2 * error as u32)) - error;
        for _ in 0..self.members {
            let bad = !self.calm && dice.chance(0.15);
            let error = if bad { 400 * MS } else { 40 * MS };
            self.offsets.push(within(dice, error));
            self.errors.push(error);
        }
        let error = if self.jumps { 2 * SECOND } else { 40 * MS };
        self.desk_offset = within(dice, error);
    }

    fn case(&self, number: usize, dice: &mut Dice) -> Case {
        let at = START + 3 * SECOND + number as i64 * 4 * SECOND;
        let lawful = self.calm || dice.chance(0.9);
        let fire_before = at + 5 * SECOND + dice.moment() * 10;
        let fire_before = if self.calm {
            at + 9 * SECOND
        } else {
            fire_before
        };
        let expires = fire_before + 6 * SECOND + dice.moment() * 12;
        let yes = |dice: &mut Dice| lawful && (self.calm || dice.chance(0.9));
        let lead = |dice: &mut Dice| i64::from(dice.below(300)) * MS;
        let verdicts = (0..self.members)
            .map(|_| yes(dice).then(|| lead(dice)))
            .collect();
        let renews = (number > 0 && dice.chance(0.5)).then(|| self.orders[number - 1].id);
        let stale = renews.is_some() && dice.chance(0.5);
        let mut order = self.order(number, dice);
        order.renews = renews;
        order.evidence[0].until =
            Timestamp::from_micros(if stale { at - 100 * SECOND } else { at - MS });
        order.proposed_at = Timestamp::from_micros(at);
        order.fire_before = Timestamp::from_micros(fire_before);
        order.expires_at = Timestamp::from_micros(expires);
        Case {
            id: order.id(),
            dossier: Dossier {
                order,
                approvals: Vec::new(),
            },
            verdicts,
            fire_before,
            expires,
            at,
            stale,
            within: None,
        }
    }

    /// An order without its moments.
    fn order(&self, number: usize, dice: &mut Dice) -> Order {
        let person = |text: &str| text.parse::<PersonId>().expect("our own names are right");
        let odd = !self.calm && dice.chance(0.1);
        let skipped = dice.chance(0.3);
        let someone = dice.place(self.members);
        let liar = self.liar.filter(|_| dice.chance(0.6)); // a liar does most as the canary
        let canary = match (skipped || odd, liar.unwrap_or(someone)) {
            (true, _) => Vec::new(),
            (false, 0) => vec![name(0).clone(), name(1).clone()],
            (false, member) => vec![name(member).clone()],
        };
        let two = vec![person("a@isp-a"), person("b@isp-b")];
        let moment = Timestamp::from_micros(START);
        Order {
            schema: Order::SCHEMA.into(),
            case: format!("case-{number}"),
            renews: None,
            proposer: person("duty@coordinator"),
            goals: vec!["c2.example".parse().expect("our own goals are right")],
            action: Action::RefuseName,
            ground: "C1".into(),
            pack: Digest([1; 32]),
            facts: BTreeMap::new(),
            evidence: vec![evidence(moment)],
            radius: Radius {
                predicted_lines: 3,
                suspected_lines: 4,
                unanswered: Vec::new(),
                hints: Vec::new(),
                remembered: std::collections::BTreeMap::new(),
            },
            participants: self.participants(dice),
            canary,
            canary_skipped_by: if skipped { two } else { Vec::new() },
            quorum_percent: 30 + dice.below(60) as u8,
            clock_limit: Span::from_micros(CLOCK_LIMIT),
            proposed_at: moment,
            fire_before: moment,
            expires_at: moment,
            confirm_within: None,
        }
    }

    fn participants(&self, dice: &mut Dice) -> Vec<Participant> {
        let lines = |dice: &mut Dice| {
            if self.calm {
                100
            } else {
                [1, 100, 1_000][dice.place(3)]
            }
        };
        let participant = |member| Participant {
            member: name(member).clone(),
            lines: lines(dice),
        };
        (0..self.members).map(participant).collect()
    }
}

fn evidence(until: Timestamp) -> EvidenceEntry {
    EvidenceEntry {
        source: name(0).clone(),
        rule: Rule::CommandConfirmed,
        kinds: Vec::new(),
        forgeable: false,
        commitment: Digest([3; 32]),
        until,
    }
}
