//! A coordinator and its members in one process, in rehearsed time, over a network that delays.
//!
//! The machines, the gates, the ledger with its witnesses are those of production; what is rehearsed
//! is the network (messages that take 5 to 80 ms), the clocks (off by up to 10 ms) and the devices
//! ([`Devices`]). Members can be cut off, die and come back, their clocks go wrong, the coordinator
//! falls silent. Always: members learn of decisions only from the log, each with its inclusion
//! proven under a checkpoint that enough witnesses signed. Same seed, same rehearsal.

mod desk;
mod devices;
mod papers;

use std::collections::{BTreeMap, VecDeque};

use issei_case::Refusal;
use issei_ledger::{
    Algorithm, Checkpoint, Log, Note, Policy, Proof, SignatureLine, Signer, Tiles, Tip, Verifier,
    Witness,
};
use issei_model::{
    Decision, Dossier, Objection, Observed, OrderId, OrganisationId, Receipt, Span, Timestamp,
};
use issei_order::Planted;
use issei_order::coordinator::{self, Coordinator};
use issei_order::member::{self, Durable, Member};
use sha2::{Digest as _, Sha256};

pub use desk::{Desk, answer};
pub use devices::Devices;
pub use papers::{Person, approve, approve_standing, confirm, facts, people};

/// How the log is named in its checkpoints.
pub const ORIGIN: &str = "drill.issei.internal/orders";
/// The greatest error of a member's clock here, and what it announces.
pub const CLOCK_ERROR: Span = Span::from_millis(10);
/// How often the log is signed although nothing is new, so that members know they are not behind.
const HEARTBEAT: Span = Span::from_secs(1);
/// How long a member waits before it looks for what it missed.
const PULL_EVERY: Span = Span::from_millis(500);

/// How long a machine is left alone that was asked and let its deadline stand: with a guard off it may
/// never move it, and time must go on.
const ASK_AGAIN: Span = Span::from_millis(10);

/// What happened, for the one who tells the story.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// A decision stands in the log, witnessed.
    Logged(u64, Decision),
    /// The coordinator learnt what a member observed.
    Reported(Receipt),
    /// A member's gates said no.
    SaidNo(OrganisationId, Refusal),
    /// A proposal was not taken.
    NotTaken(coordinator::Refusal),
}

/// What a member reads of the ledger.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Entries under the newest checkpoint.
    pub size: u64,
    /// When enough witnesses had signed that.
    pub at: Timestamp,
    /// The entries, each at its place.
    pub entries: Vec<(u64, Vec<u8>)>,
}

/// How a member's own gates judge an order.
pub type Gates = Box<dyn Fn(&Dossier, Timestamp) -> Result<Span, (Objection, Refusal)>>;

/// Everyone, and the messages between them.
pub struct Rehearsal {
    now: Timestamp,
    chance: Chance,
    post: BTreeMap<(Timestamp, u64), Message>,
    sent: u64,
    head: Head,
    members: Vec<Place>,
    happenings: Vec<(Timestamp, Happening)>,
    /// Whether the coordinator says nothing and hears nothing.
    silent: bool,
    planted: Planted,
    /// The checkpoint that was verified last, and its bytes.
    opened: Option<(Vec<u8>, Checkpoint)>,
}

/// The coordinator's process.
struct Head {
    machine: Coordinator,
    log: Log,
    files: BTreeMap<String, Vec<u8>>,
    key: Signer,
    /// Decisions in the log that are not published yet.
    unpublished: VecDeque<(u64, Decision)>,
    /// The note that is with the witnesses, and the lines that came back.
    with_witnesses: Option<(Note, u64, Vec<SignatureLine>)>,
    published: u64,
    policy: Policy,
    needed: usize,
    beat_at: Timestamp,
    /// Its machine is not asked before.
    ask_at: Timestamp,
}

/// A member's process.
struct Place {
    name: OrganisationId,
    machine: Member,
    /// What survives if the process dies.
    saved: Durable,
    dead: bool,
    witness: Witness,
    devices: Devices,
    gates: Gates,
    /// Added to the true time gives the member's clock.
    offset: Span,
    /// What the member believes of its clock: off by at most this.
    clock_error: Span,
    pull_at: Timestamp,
    /// Its machine is not asked before.
    ask_at: Timestamp,
    cut_off: bool,
    /// Whether ordinary traffic suffers under what is in force here.
    suffers: bool,
}

enum Message {
    /// To a witness: cosign this.
    Cosign(usize, Note),
    /// From a witness.
    Cosigned(u64, SignatureLine),
    /// To a member: there is more.
    Hint(usize),
    /// To the coordinator.
    Receipt(Receipt),
}

impl Rehearsal {
    /// Founds a country of these members, each with its gates.
    ///
    /// # Errors
    /// If a name cannot name a key.
    pub fn found(
        seed: u64,
        now: Timestamp,
        members: Vec<(OrganisationId, Gates)>,
        setup: coordinator::Setup,
    ) -> Result<Self, String> {
        let mut chance = Chance { seed, drawn: 0 };
        let planted = setup.planted;
        let key = signer(ORIGIN, Algorithm::Ed25519, &chance.bytes())?;
        let needed = members.len() / 2 + 1;
        let mut places = Vec::new();
        for (name, gates) in members {
            places.push(place(
                &mut chance,
                now,
                (name, gates),
                planted,
                key.verifier(),
            )?);
        }
        let witnesses = places.iter().map(|place| place.1.clone()).collect();
        let policy = Policy::new(key.verifier().clone(), witnesses, needed);
        let policy = policy.map_err(|error| error.to_string())?;
        let mut files = BTreeMap::new();
        let log = Log::open(&mut files, key.verifier(), &Tip::empty());
        let head = Head {
            machine: Coordinator::new(setup),
            log: log.map_err(|error| error.to_string())?,
            files,
            key,
            unpublished: VecDeque::new(),
            with_witnesses: None,
            published: 0,
            policy,
            needed,
            beat_at: now,
            ask_at: now,
        };
        Ok(Self {
            now,
            chance,
            post: BTreeMap::new(),
            sent: 0,
            head,
            members: places.into_iter().map(|place| place.0).collect(),
            happenings: Vec::new(),
            silent: false,
            planted,
            opened: None,
        })
    }

    /// Tells the time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Tells how an order stands at the coordinator.
    pub fn progress(&self, order: OrderId) -> Option<&coordinator::Progress> {
        self.head.machine.progress(order)
    }

    /// Tells when an order's rules began to act at each member that has them now, in true time.
    pub fn acting(&self, order: OrderId) -> Vec<(OrganisationId, Timestamp)> {
        let acting = self.members.iter().filter_map(|place| {
            let clock = self.now + place.offset;
            match place.devices.read(order, clock) {
                member::Rules::Active(since) => Some((place.name.clone(), since - place.offset)),
                _ => None,
            }
        });
        acting.collect()
    }

    /// Reads back how an order's rules stand at a member's devices; absent if there is no such member.
    pub fn read(&self, name: &OrganisationId, order: OrderId) -> member::Rules {
        let place = self.members.iter().find(|place| place.name == *name);
        place.map_or(member::Rules::Absent, |place| {
            place.devices.read(order, self.now + place.offset)
        })
    }

    /// Reads what the ledger says: every published decision at its place.
    pub fn decisions(&self) -> Vec<(u64, Decision)> {
        let tiles = Tiles::new(&self.head.files, self.head.published);
        let entries = (0..self.head.published).filter_map(|index| {
            let bytes = tiles.entry(index).ok()?;
            Some((index, Decision::parse(&bytes).ok()?))
        });
        entries.collect()
    }

    /// Reads the ledger from an entry on, as a member does: its size under the newest checkpoint, when enough
    /// witnesses signed that, and the entries, each with its inclusion proven. None while nobody can read it.
    pub fn log_from(&mut self, from: u64) -> Option<Reading> {
        let checkpoint = Some(self.newest()?).filter(|_| !self.silent)?;
        let size = checkpoint.tip().size;
        let seconds = i64::try_from(checkpoint.seen_at()?).ok()?;
        let tiles = Tiles::new(&self.head.files, size);
        let proven = |index| {
            let (bytes, proof) = (tiles.entry(index).ok()?, tiles.inclusion(index, size).ok()?);
            let logged = checkpoint.admit(index, bytes, &proof).ok()?;
            Some((index, logged.bytes().to_vec()))
        };
        let entries = (from..size).map_while(proven).collect();
        Some(Reading {
            size,
            at: Timestamp::from_secs(seconds),
            entries,
        })
    }

    /// Shows the ledger's files and who must have signed.
    pub fn ledger(&self) -> (&BTreeMap<String, Vec<u8>>, &Policy) {
        (&self.head.files, &self.head.policy)
    }

    /// Tells the coordinator something.
    pub fn tell(&mut self, input: coordinator::Input) {
        let mut out = Vec::new();
        self.head.machine.handle(self.now, input, &mut out);
        self.heed(out);
    }

    /// Puts an entry into the log that need not be a decision, as a fault would.
    ///
    /// # Panics
    /// If it is longer than an entry may be.
    pub fn log_bytes(&mut self, bytes: Vec<u8>) {
        let logged = self.head.log.append(bytes);
        logged.expect("no longer than an entry may be");
        self.sign();
    }

    /// Tells a member something, as a person at its desk would.
    pub fn tell_member(&mut self, name: &OrganisationId, input: member::Input) {
        if let Some(who) = self.position(name) {
            self.feed(who, input);
        }
    }

    /// Cuts a member off from the coordinator, or joins it again.
    pub fn cut_off(&mut self, name: &OrganisationId, cut_off: bool) {
        self.at(name, |place| place.cut_off = cut_off);
    }

    /// Lets the coordinator fall silent: it says nothing, hears nothing, and nobody can read its log.
    pub fn silence(&mut self, silent: bool) {
        self.silent = silent;
        self.head.beat_at = self.head.beat_at.max(self.now);
    }

    /// Puts a member's clock off by `offset`; the member believes it to be right within `believed`.
    pub fn set_clock(&mut self, name: &OrganisationId, offset: Span, believed: Span) {
        self.at(name, |place| {
            place.offset = offset;
            place.clock_error = believed;
        });
    }

    /// Lets ordinary traffic at a member suffer, or be well again, while an order is in force there.
    pub fn let_suffer(&mut self, name: &OrganisationId, suffers: bool) {
        self.at(name, |place| place.suffers = suffers);
    }

    /// Does something to a member's devices, behind its back.
    pub fn tamper(&mut self, name: &OrganisationId, with: impl FnOnce(&mut Devices)) {
        self.at(name, |place| with(&mut place.devices));
    }

    /// Ends a member's process without a word; its devices go on.
    pub fn kill(&mut self, name: &OrganisationId) {
        self.at(name, |place| place.dead = true);
    }

    /// Starts a member's process again, with what it had saved and what its devices hold.
    pub fn come_back(&mut self, name: &OrganisationId) {
        let Some(who) = self.position(name).filter(|who| self.members[*who].dead) else {
            return;
        };
        let (planted, place) = (self.planted, &mut self.members[who]);
        let clock = self.now + place.offset;
        let found = place.devices.orders(clock);
        let (saved, mut out) = (place.saved.clone(), Vec::new());
        place.machine = Member::start(setup(name, planted), saved, &found, clock, &mut out);
        place.dead = false;
        place.pull_at = self.now;
        self.act(who, out);
    }

    /// Hands an entry of the ledger to a member once more, or ahead of its turn: as a link would that
    /// repeats and reorders. Tells whether there is such an entry.
    pub fn hand_entry(&mut self, name: &OrganisationId, index: u64) -> bool {
        let entry = self.decisions().into_iter().find(|(at, _)| *at == index);
        let (Some(who), Some((index, decision))) = (self.position(name), entry) else {
            return false;
        };
        let decision = Some(decision);
        self.feed(who, member::Input::Entry { index, decision });
        true
    }

    fn position(&self, name: &OrganisationId) -> Option<usize> {
        self.members.iter().position(|place| place.name == *name)
    }

    fn at(&mut self, name: &OrganisationId, change: impl FnOnce(&mut Place)) {
        if let Some(who) = self.position(name) {
            change(&mut self.members[who]);
        }
    }

    /// Lets time pass, and tells what happened meanwhile.
    pub fn pass(&mut self, span: Span) -> Vec<(Timestamp, Happening)> {
        let until = self.now + span;
        while let Some(next) = self.next_moment().filter(|at| *at <= until) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = until;
        std::mem::take(&mut self.happenings)
    }

    fn next_moment(&self) -> Option<Timestamp> {
        let post = self.post.keys().next().map(|(at, _)| *at);
        let living = self.members.iter().filter(|place| !place.dead);
        let places = living.flat_map(|place| {
            let deadline = place.machine.next_deadline().map(|at| at - place.offset);
            let deadline = deadline.map(|at| at.max(place.ask_at));
            [deadline, Some(place.pull_at)]
        });
        let deadline = self.head.machine.next_deadline();
        let deadline = deadline.map(|at| at.max(self.head.ask_at));
        let head = [deadline, Some(self.head.beat_at)];
        let head = head.into_iter().filter(|_| !self.silent);
        places.chain(head).chain([post]).flatten().min()
    }

    /// Does everything that is due now.
    fn step(&mut self) {
        while let Some((&key, _)) = self
            .post
            .iter()
            .next()
            .filter(|((at, _), _)| *at <= self.now)
        {
            if let Some(message) = self.post.remove(&key) {
                self.deliver(message);
            }
        }
        if !self.silent {
            self.lead();
        }
        for who in 0..self.members.len() {
            self.serve(who);
        }
    }

    /// Does what is due at the coordinator.
    fn lead(&mut self) {
        let due = |machine: &Coordinator, now| machine.next_deadline().is_some_and(|at| at <= now);
        let (now, mut out) = (self.now, Vec::new());
        if self.head.ask_at <= now && due(&self.head.machine, now) {
            self.head.machine.on_deadline(now, &mut out);
            if due(&self.head.machine, now) {
                self.head.ask_at = now + ASK_AGAIN;
            }
        }
        self.heed(out);
        if self.head.beat_at <= self.now {
            self.head.beat_at = self.now + HEARTBEAT;
            self.sign();
        }
    }

    /// Does what is due at a member.
    fn serve(&mut self, who: usize) {
        if self.members[who].dead {
            return;
        }
        let place = &mut self.members[who];
        let clock = self.now + place.offset;
        let due = |machine: &Member| machine.next_deadline().is_some_and(|at| at <= clock);
        if place.ask_at <= self.now && due(&place.machine) {
            let mut out = Vec::new();
            place.machine.on_deadline(clock, &mut out);
            if due(&place.machine) {
                place.ask_at = self.now + ASK_AGAIN;
            }
            self.act(who, out);
        }
        let place = &mut self.members[who];
        if place.pull_at <= self.now {
            place.pull_at = self.now + PULL_EVERY;
            self.pull(who);
        }
    }

    fn deliver(&mut self, message: Message) {
        if self.silent {
            return; // every message is from the coordinator or to it
        }
        match message {
            Message::Cosign(who, note) => self.cosign(who, &note),
            Message::Cosigned(size, line) => self.collect(size, line),
            Message::Hint(who) => self.pull(who),
            Message::Receipt(receipt) => {
                self.happen(Happening::Reported(receipt.clone()));
                self.tell(coordinator::Input::Receipt(receipt));
            }
        }
    }

    /// Does what the coordinator's machine wants.
    fn heed(&mut self, out: Vec<coordinator::Output>) {
        let mut appended = false;
        for output in out {
            match output {
                coordinator::Output::Append(decision) => {
                    let index = self.head.log.append(decision.canonical());
                    let index = index.expect("a decision is no longer than an entry may be");
                    self.head.unpublished.push_back((index, decision));
                    appended = true;
                }
                coordinator::Output::Refused(_, refusal) => {
                    self.happen(Happening::NotTaken(refusal));
                }
                coordinator::Output::Moved(..) => {}
            }
        }
        if appended {
            self.sign();
        }
    }

    /// Signs the log's tip and asks the witnesses, one note at a time: a newer note replaces one that
    /// some of them never answered.
    fn sign(&mut self) {
        let head = &mut self.head;
        let Ok(note) = head.log.sign(&mut head.files, &head.key);
        head.with_witnesses = Some((note.clone(), head.log.tip().size, Vec::new()));
        for who in 0..self.members.len() {
            self.send(who, Message::Cosign(who, note.clone()));
        }
    }

    fn cosign(&mut self, who: usize, note: &Note) {
        if self.members[who].dead {
            return;
        }
        let (files, place) = (&self.head.files, &mut self.members[who]);
        let from = place.witness.last().size;
        let Some((_, size, _)) = &self.head.with_witnesses else {
            return;
        };
        let size = *size;
        let proof = Tiles::new(files, size).consistency(from, size);
        let proof = proof.unwrap_or(Proof(Vec::new()));
        let seconds = (self.now + place.offset)
            .as_micros()
            .div_euclid(1_000_000)
            .unsigned_abs();
        if let Ok(cosigned) = place
            .witness
            .cosign(note.to_string().as_bytes(), &proof, seconds)
        {
            self.send(
                who,
                Message::Cosigned(cosigned.remember.size, cosigned.line),
            );
        }
    }

    /// Takes a witness's line; with enough of them the note is published, and what it covers counts.
    fn collect(&mut self, size: u64, line: SignatureLine) {
        let head = &mut self.head;
        let waiting = head
            .with_witnesses
            .as_mut()
            .filter(|waiting| waiting.1 == size);
        let Some((note, _, lines)) = waiting else {
            return;
        };
        lines.push(line);
        if lines.len() < head.needed {
            return;
        }
        let mut note = note.clone();
        note.signatures.append(lines);
        head.with_witnesses = None;
        let Ok(()) = head.log.publish(&mut head.files, &note);
        head.published = size;
        let covered = head
            .unpublished
            .iter()
            .take_while(|(index, _)| *index < size)
            .count();
        let covered: Vec<(u64, Decision)> = head.unpublished.drain(..covered).collect();
        for (index, decision) in covered {
            self.happen(Happening::Logged(index, decision.clone()));
            self.tell(coordinator::Input::Logged(decision));
        }
        for who in 0..self.members.len() {
            self.send(who, Message::Hint(who));
        }
    }

    /// Reads the log as a member does: the checkpoint, then every new entry with its proof.
    fn pull(&mut self, who: usize) {
        let place = &self.members[who];
        if place.cut_off || place.dead || self.silent {
            return;
        }
        let error = place.clock_error;
        let Some(checkpoint) = self.newest() else {
            return;
        };
        let size = checkpoint.tip().size;
        let seconds = checkpoint
            .seen_at()
            .and_then(|seconds| i64::try_from(seconds).ok());
        let at = Timestamp::from_secs(seconds.unwrap_or_default());
        self.feed(who, member::Input::Clock { error });
        self.feed(who, member::Input::Checkpoint { size, at });
        loop {
            let index = self.members[who].machine.next_entry();
            if index >= size {
                return;
            }
            let tiles = Tiles::new(&self.head.files, size);
            let entry = tiles
                .entry(index)
                .ok()
                .zip(tiles.inclusion(index, size).ok());
            let Some((bytes, proof)) = entry else { return };
            let Ok(logged) = checkpoint.admit(index, bytes, &proof) else {
                return;
            };
            let decision = Decision::parse(logged.bytes()).ok();
            self.feed(
                who,
                member::Input::Entry {
                    index: logged.index(),
                    decision,
                },
            );
        }
    }

    /// Opens the published checkpoint. Every member opens it by the same policy, so the same bytes
    /// are verified once and not once for each.
    fn newest(&mut self) -> Option<Checkpoint> {
        let note = self.head.files.get(issei_ledger::CHECKPOINT)?;
        match &self.opened {
            Some((bytes, checkpoint)) if bytes == note => Some(checkpoint.clone()),
            _ => {
                let checkpoint = self.head.policy.open(note).ok()?;
                self.opened = Some((note.clone(), checkpoint.clone()));
                Some(checkpoint)
            }
        }
    }

    fn feed(&mut self, who: usize, input: member::Input) {
        let mut out = Vec::new();
        let place = &mut self.members[who];
        if place.dead {
            return;
        }
        place
            .machine
            .handle(self.now + place.offset, input, &mut out);
        self.act(who, out);
    }

    /// Does what a member's machine wants.
    fn act(&mut self, who: usize, out: Vec<member::Output>) {
        for output in out {
            let place = &mut self.members[who];
            let clock = self.now + place.offset;
            match output {
                member::Output::Save => place.saved = place.machine.durable().clone(),
                member::Output::Alarm(_) => {}
                member::Output::Judge(dossier) => {
                    let verdict = (place.gates)(&dossier, clock);
                    let order = dossier.order.id();
                    let verdict = verdict.map_err(|(objection, no)| {
                        let happening = Happening::SaidNo(place.name.clone(), no);
                        self.happenings.push((self.now, happening));
                        objection
                    });
                    self.feed(who, member::Input::Judged { order, verdict });
                }
                member::Output::Stage { order, ends } => place.devices.stage(order, ends),
                member::Output::Arm {
                    order,
                    fires_at,
                    ends,
                } => {
                    place.devices.arm(order, fires_at, ends);
                }
                member::Output::Lift(order) => place.devices.lift(order),
                member::Output::ReadBack(order) => {
                    let rules = place.devices.read(order, clock);
                    self.feed(who, member::Input::Read { order, rules });
                }
                member::Output::Report(receipt) => {
                    let began = matches!(receipt.observed, Observed::InForce { .. });
                    let (order, well) = (receipt.order, !place.suffers);
                    self.send(who, Message::Receipt(receipt));
                    if began {
                        self.feed(who, member::Input::Watched { order, well });
                    }
                }
            }
        }
    }

    /// Sends a message between a member and the coordinator.
    fn send(&mut self, who: usize, message: Message) {
        if self.members[who].cut_off || self.silent {
            return;
        }
        let delay = Span::from_millis(5 + i64::from(self.chance.bytes()[0]) * 75 / 255);
        self.sent += 1;
        self.post.insert((self.now + delay, self.sent), message);
    }

    fn happen(&mut self, happening: Happening) {
        self.happenings.push((self.now, happening));
    }
}

fn place(
    chance: &mut Chance,
    now: Timestamp,
    (name, gates): (OrganisationId, Gates),
    planted: Planted,
    log: &Verifier,
) -> Result<(Place, Verifier), String> {
    let key = signer(
        &format!("{name}.witness.issei.internal"),
        Algorithm::CosignatureV1,
        &chance.bytes(),
    )?;
    let verifier = key.verifier().clone();
    let witness = Witness::new(key, log.clone(), Tip::empty());
    let limit = CLOCK_ERROR.as_micros();
    let offset = Span::from_micros(i64::from(chance.bytes()[0]) * 2 * limit / 255 - limit);
    let machine = Member::start(
        setup(&name, planted),
        Durable::default(),
        &[],
        now + offset,
        &mut Vec::new(),
    );
    let place = Place {
        name,
        machine,
        saved: Durable::default(),
        dead: false,
        witness: witness.map_err(|error| error.to_string())?,
        devices: Devices::default(),
        gates,
        offset,
        clock_error: CLOCK_ERROR,
        pull_at: now,
        ask_at: now,
        cut_off: false,
        suffers: false,
    };
    Ok((place, verifier))
}

fn setup(name: &OrganisationId, planted: Planted) -> member::Setup {
    member::Setup {
        planted,
        ..member::Setup::new(name.clone())
    }
}

fn signer(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Signer, String> {
    Signer::new(name, algorithm, seed).map_err(|error| error.to_string())
}

/// Draws bytes from a seed: for a rehearsal that can be repeated, never for keys that matter.
pub struct Chance {
    /// The seed.
    pub seed: u64,
    /// How often it was asked.
    pub drawn: u64,
}

impl Chance {
    /// Draws 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let hash = Sha256::new().chain_update(self.seed.to_be_bytes());
        hash.chain_update(self.drawn.to_be_bytes())
            .finalize()
            .into()
    }
}

#[cfg(test)]
#[path = "rehearsal_tests.rs"]
mod tests;
