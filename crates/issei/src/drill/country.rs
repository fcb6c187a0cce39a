//! A coordinator and its members in one process, in rehearsed time, over a network that delays.
//!
//! The machines, the gates, the ledger with its witnesses are those of production; what is rehearsed
//! is the network (messages that take 5 to 80 ms), the clocks (off by up to 10 ms) and the devices
//! ([`Rehearsal`]). Always: members learn of decisions only from the log, each with its inclusion
//! proven under a checkpoint that enough witnesses signed. Same seed, same drill.

use std::collections::{BTreeMap, VecDeque};

use issei_ledger::{
    Algorithm, Log, Note, Policy, Proof, SignatureLine, Signer, Tiles, Tip, Verifier, Witness,
};
use issei_model::{
    Decision, Dossier, Objection, Observed, OrderId, OrganisationId, Receipt, Span, Timestamp,
};
use issei_order::coordinator::{self, Coordinator};
use issei_order::member::{self, Durable, Member};
use sha2::{Digest as _, Sha256};

use super::rehearsal::Rehearsal;

/// How the log is named in its checkpoints.
pub const ORIGIN: &str = "drill.issei.internal/orders";
/// The greatest error of a member's clock here, and what it announces.
const CLOCK_ERROR: Span = Span::from_millis(10);
/// How often the log is signed although nothing is new, so that members know they are not behind.
const HEARTBEAT: Span = Span::from_secs(1);
/// How long a member waits before it looks for what it missed.
const PULL_EVERY: Span = Span::from_millis(500);

/// What happened, for the one who tells the story.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// A decision stands in the log, witnessed.
    Logged(u64, Decision),
    /// The coordinator learnt what a member observed.
    Reported(Receipt),
    /// A member's gates said no, in words.
    SaidNo(OrganisationId, String),
    /// A proposal was not taken.
    NotTaken(coordinator::Refusal),
}

/// How a member's own gates judge an order.
pub type Gates = Box<dyn Fn(&Dossier, Timestamp) -> Result<Span, (Objection, String)>>;

/// Everyone, and the messages between them.
pub struct Country {
    now: Timestamp,
    chance: Chance,
    post: BTreeMap<(Timestamp, u64), Message>,
    sent: u64,
    head: Head,
    members: Vec<Place>,
    happenings: Vec<(Timestamp, Happening)>,
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
}

/// A member's process.
struct Place {
    name: OrganisationId,
    machine: Member,
    witness: Witness,
    backend: Rehearsal,
    gates: Gates,
    /// Added to the true time gives the member's clock.
    offset: Span,
    pull_at: Timestamp,
    cut_off: bool,
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

impl Country {
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
        let key = signer(ORIGIN, Algorithm::Ed25519, &chance.bytes())?;
        let needed = members.len() / 2 + 1;
        let mut places = Vec::new();
        for (name, gates) in members {
            places.push(place(&mut chance, now, name, gates, key.verifier())?);
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
        };
        Ok(Self {
            now,
            chance,
            post: BTreeMap::new(),
            sent: 0,
            head,
            members: places.into_iter().map(|place| place.0).collect(),
            happenings: Vec::new(),
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
            match place.backend.read(order, clock) {
                member::Rules::Active(since) => Some((place.name.clone(), since - place.offset)),
                _ => None,
            }
        });
        acting.collect()
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

    /// Tells a member something, as a person at its desk would.
    pub fn tell_member(&mut self, name: &OrganisationId, input: member::Input) {
        if let Some(who) = self.members.iter().position(|place| place.name == *name) {
            self.feed(who, input);
        }
    }

    /// Cuts a member off from the coordinator, or joins it again.
    pub fn cut_off(&mut self, name: &OrganisationId, cut_off: bool) {
        let place = self.members.iter_mut().find(|place| place.name == *name);
        if let Some(place) = place {
            place.cut_off = cut_off;
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
        let places = self.members.iter().flat_map(|place| {
            let deadline = place.machine.next_deadline().map(|at| at - place.offset);
            [deadline, Some(place.pull_at)]
        });
        let head = [
            self.head.machine.next_deadline(),
            Some(self.head.beat_at),
            post,
        ];
        places.chain(head).flatten().min()
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
        let mut out = Vec::new();
        if self
            .head
            .machine
            .next_deadline()
            .is_some_and(|at| at <= self.now)
        {
            self.head.machine.on_deadline(self.now, &mut out);
        }
        self.heed(out);
        if self.head.beat_at <= self.now {
            self.head.beat_at = self.now + HEARTBEAT;
            self.sign();
        }
        for who in 0..self.members.len() {
            self.serve(who);
        }
    }

    /// Does what is due at a member.
    fn serve(&mut self, who: usize) {
        let place = &mut self.members[who];
        let clock = self.now + place.offset;
        if place.machine.next_deadline().is_some_and(|at| at <= clock) {
            let mut out = Vec::new();
            place.machine.on_deadline(clock, &mut out);
            self.act(who, out);
        }
        let place = &mut self.members[who];
        if place.pull_at <= self.now {
            place.pull_at = self.now + PULL_EVERY;
            self.pull(who);
        }
    }

    fn deliver(&mut self, message: Message) {
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

    /// Signs the log's tip and asks the witnesses, one note at a time.
    fn sign(&mut self) {
        let stale = self.head.with_witnesses.is_some() && self.head.beat_at > self.now;
        if stale && self.head.log.tip().size == self.head.published {
            return;
        }
        let head = &mut self.head;
        let Ok(note) = head.log.sign(&mut head.files, &head.key);
        head.with_witnesses = Some((note.clone(), head.log.tip().size, Vec::new()));
        for who in 0..self.members.len() {
            self.send(who, Message::Cosign(who, note.clone()));
        }
    }

    fn cosign(&mut self, who: usize, note: &Note) {
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
        if self.members[who].cut_off {
            return;
        }
        let Some(note) = self.head.files.get(issei_ledger::CHECKPOINT) else {
            return;
        };
        let Ok(checkpoint) = self.head.policy.open(note) else {
            return;
        };
        let size = checkpoint.tip().size;
        let seconds = checkpoint
            .seen_at()
            .and_then(|seconds| i64::try_from(seconds).ok());
        let at = Timestamp::from_secs(seconds.unwrap_or_default());
        self.feed(who, member::Input::Clock { error: CLOCK_ERROR });
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

    fn feed(&mut self, who: usize, input: member::Input) {
        let mut out = Vec::new();
        let place = &mut self.members[who];
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
                member::Output::Save | member::Output::Alarm(_) => {}
                member::Output::Judge(dossier) => {
                    let verdict = (place.gates)(&dossier, clock);
                    let order = dossier.order.id();
                    let verdict = verdict.map_err(|(objection, words)| {
                        let happening = Happening::SaidNo(place.name.clone(), words);
                        self.happenings.push((self.now, happening));
                        objection
                    });
                    self.feed(who, member::Input::Judged { order, verdict });
                }
                member::Output::Stage { order, ends } => place.backend.stage(order, ends),
                member::Output::Arm {
                    order,
                    fires_at,
                    ends,
                } => {
                    place.backend.arm(order, fires_at, ends);
                }
                member::Output::Lift(order) => place.backend.lift(order),
                member::Output::ReadBack(order) => {
                    let rules = place.backend.read(order, clock);
                    self.feed(who, member::Input::Read { order, rules });
                }
                member::Output::Report(receipt) => {
                    let began = matches!(receipt.observed, Observed::InForce { .. });
                    let order = receipt.order;
                    self.send(who, Message::Receipt(receipt));
                    if began {
                        // Nobody is hit in a rehearsal, so ordinary traffic looks as before.
                        self.feed(who, member::Input::Watched { order, well: true });
                    }
                }
            }
        }
    }

    /// Sends a message between a member and the coordinator.
    fn send(&mut self, who: usize, message: Message) {
        if self.members[who].cut_off {
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
    name: OrganisationId,
    gates: Gates,
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
    let setup = member::Setup::new(name.clone());
    let machine = Member::start(
        setup,
        Durable::default(),
        &[],
        now + offset,
        &mut Vec::new(),
    );
    let place = Place {
        name,
        machine,
        witness: witness.map_err(|error| error.to_string())?,
        backend: Rehearsal::default(),
        gates,
        offset,
        pull_at: now,
        cut_off: false,
    };
    Ok((place, verifier))
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
#[path = "country_tests.rs"]
mod tests;
