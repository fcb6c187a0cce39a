//! The member's reflexes: their machine, their devices, and what sets them off.
//!
//! In: standing entries that the reader verified, sightings and requests at the member's own socket, the
//! time. Out: rules on the devices, batches for the log. Always: a rule acts only after it is counted on
//! the disk and the key of its commitment lies there; lifting waits for neither; what a person here asks
//! of the coordinator never holds a sighting up.
//! Not here: when a reflex may act (`issei-order`), whether a standing order may stand (`issei-case`).

pub mod hands;
mod kept;
pub mod keys;

use std::collections::{BTreeMap, VecDeque};

use ipnet::IpNet;
use issei_case::request::{Request, Wanted};
use issei_case::standing::{self, Ground};
use issei_case::{Gate, Refusal};
use issei_host::clock;
use issei_host::exchange::{Bytes, Route};
use issei_host::reflexes::ReflexError;
use issei_host::store::Store;
use issei_model::{
    Digest, FoundReflex, Objection, OrganisationId, PersonId, ReflexRefusal, ReflexRule, Span,
    StandingDossier, StandingId, StandingOrder, Subscriber, Territory, TerritoryBasis, Timestamp,
};
use issei_order::reflex::{self, Input, Output, Phase, Reflexes, Sighting, Trigger};
use issei_text::{Phrase, key, said};

use super::Office;
use super::aside::{self, Replying};
use crate::code::Failure;
use crate::enforcer::speech::Proven;
use crate::office::control::{
    ActingView, Ask, ReflexesView, Reply, Said, Sighted, StandingView, StandingWish, StandsOn,
};
use crate::office::folder::{Folder, Rules, Settings};
use crate::words::tallied;
use hands::Hands;
use kept::{Kept, News};
use keys::Keys;

/// How long a trigger waits for the log to be read, which grows at any moment; a reading takes
/// milliseconds, and a trigger is fresh for ten seconds.
const PATIENCE: Span = Span::from_secs(1);
/// Asks that may wait.
const MOST_WAITING: usize = 64;

/// Sightings in one ask: so that whoever sends many never keeps an order waiting.
pub const TOGETHER: usize = 32;

/// What the office holds for its reflexes.
pub struct Desk {
    machine: Reflexes,
    hands: Hands,
    /// What the database knows of the machine.
    kept: Kept,
    keys: Keys,
    /// Why the own gates said no, for people here.
    refusals: BTreeMap<StandingId, Said>,
    /// When each person's last request was signed: what is not later was said before.
    requests: BTreeMap<PersonId, Timestamp>,
    refused: BTreeMap<ReflexRefusal, u64>,
    /// Triggers that came while the log was being read, since when they wait.
    waiting: VecDeque<(Timestamp, Ask, Replying)>,
    started: Timestamp,
}

impl Desk {
    /// Comes up with what was kept and what the devices hold; tells what has to be done about it.
    ///
    /// # Errors
    /// If a file, the database or the device cannot be read.
    pub async fn open(
        me: &OrganisationId,
        folder: &Folder,
        settings: &Settings,
        rules: &Rules,
        store: &Store,
    ) -> Result<(Self, Vec<Output>), Failure> {
        let now = clock::now();
        let (durable, kept) = kept::load(store).await?;
        let proofs = store.documents(hands::KIND).await;
        let mut hands = Hands::open(folder, settings, proofs.map_err(Failure::broken)?)?;
        let found = match hands.found() {
            // What is found later of an enforcer that does not answer yet belongs to nobody here.
            Err(_) if !hands.are_rehearsed() => Vec::new(),
            found => found.map_err(Failure::broken)?,
        };
        let usual = reflex::Setup::new(me.clone(), territory(rules));
        let setup = reflex::Setup {
            report_every: Settings::span(settings.report_reflexes_ms, usual.report_every),
            ..usual
        };
        let mut out = Vec::new();
        let desk = Self {
            machine: Reflexes::start(setup, durable, &found, now, &mut out),
            hands,
            kept,
            keys: Keys::open(&folder.reflex_keys(), now)?,
            refusals: BTreeMap::new(),
            requests: BTreeMap::new(),
            refused: BTreeMap::new(),
            waiting: VecDeque::new(),
            started: now,
        };
        Ok((desk, out))
    }

    /// Tells the next entry of the log that the machine wants: from the first on, if the proof of a
    /// standing order that may act is not at hand, since an enforcer was only given later.
    pub fn next_entry(&self) -> u64 {
        let standing = self.machine.durable().standing.iter();
        let lives =
            standing.filter(|(_, held)| matches!(held.phase, Phase::Judging | Phase::Ready));
        match self.hands.lacks_proof(lives.map(|(id, _)| *id)) {
            true => 0,
            false => self.machine.next_entry(),
        }
    }

    /// Takes the proof of a standing order, for whoever must be shown it.
    pub fn learn(&mut self, order: &StandingOrder, proven: Proven) {
        self.hands.learn(order, proven, clock::now());
    }

    /// Tells when something is due.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let waiting = self.waiting.front().map(|(since, ..)| *since + PATIENCE);
        waiting
            .into_iter()
            .chain(self.machine.next_deadline())
            .min()
    }

    /// Tells whether the kill switch is on for reflexes.
    pub fn is_stopped(&self) -> bool {
        self.machine.durable().stopped
    }
}

/// Lets reflexes of a folder that came from a backup come up stopped.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn restore(store: &Store) -> Result<(), Failure> {
    let (mut durable, mut kept) = kept::load(store).await?;
    durable.stopped = true;
    match kept.news(&durable) {
        News::CanWait(changes) | News::Now(changes) => {
            store.keep(&changes).await.map_err(Failure::broken)
        }
    }
}

fn territory(rules: &Rules) -> Territory {
    Territory::new(&rules.ours, &[], TerritoryBasis::Configured)
}

impl Office {
    /// Hands the machine of reflexes an input, and does what it wants.
    pub(super) async fn feed_reflexes(&mut self, input: Input) -> Result<(), Failure> {
        let mut out = Vec::new();
        self.reflexes.machine.handle(clock::now(), input, &mut out);
        self.act_reflexes(out).await?;
        self.answer_waiting().await
    }

    /// Stops every reflex and takes its rules away at once; what is left is to be acted on after the
    /// orders are stopped too, for it may wait for the disk.
    pub(super) fn stop_reflexes(&mut self) -> Vec<Output> {
        let mut out = Vec::new();
        let machine = &mut self.reflexes.machine;
        machine.handle(clock::now(), Input::Stop, &mut out);
        for output in &out {
            if let Output::Lift(id) = output {
                let done = self.reflexes.hands.lift(*id);
                self.note_device(done);
            }
        }
        out
    }

    /// Looks whether an enforcer knows what has ended, holds nothing of nobody, and how much room it has.
    pub(super) fn look_at_reflexes(&mut self) {
        if self.reflexes.hands.are_rehearsed() {
            return; // the table is in this process's own hands
        }
        self.end_standings();
        if let Some(room) = self.reflexes.hands.room() {
            self.reflexes.machine.has_room(room);
        }
        let held = self.reflexes.hands.found().unwrap_or_default();
        let acting = &self.reflexes.machine.durable().acting;
        let known = |one: &FoundReflex| {
            let acting = acting.get(&one.id.number);
            acting.is_some_and(|acting| acting.standing == one.id.standing)
        };
        let strays: Vec<FoundReflex> = held.into_iter().filter(|one| !known(one)).collect();
        for stray in strays {
            let done = self.reflexes.hands.lift(stray.id);
            self.note_device(done);
        }
    }

    /// Tells an enforcer which standing orders have ended here, until it has heard it.
    fn end_standings(&mut self) {
        let standing = self.reflexes.machine.durable().standing.iter();
        let over = standing.filter(|(_, held)| matches!(held.phase, Phase::Ended | Phase::Refused));
        for id in over.map(|(id, _)| *id).collect::<Vec<_>>() {
            let done = self.reflexes.hands.end(id);
            self.note_device(done);
        }
    }

    /// Does what is due.
    pub(super) async fn reflexes_on_deadline(&mut self) -> Result<(), Failure> {
        self.answer_waiting().await?;
        let now = clock::now();
        let due = self.reflexes.machine.next_deadline();
        if due.is_none_or(|at| now < at) {
            return Ok(());
        }
        let mut out = Vec::new();
        self.reflexes.machine.on_deadline(now, &mut out);
        self.reflexes.keys.tidy_if_due(now)?;
        self.act_reflexes(out).await
    }

    /// Does what the machine wants, in order; what stands behind a save waits for it.
    pub(super) async fn act_reflexes(&mut self, out: Vec<Output>) -> Result<(), Failure> {
        let mut todo = VecDeque::from(out);
        while let Some(output) = todo.pop_front() {
            let mut more = Vec::new();
            match output {
                Output::Save => self.save_reflexes().await?,
                Output::Judge(dossier) => self.judge_standing(&dossier, &mut more),
                Output::Put { id, rule, ends } => {
                    let done = self.reflexes.hands.put(id, &rule, ends);
                    self.note_device(done);
                }
                Output::Lift(id) => {
                    let done = self.reflexes.hands.lift(id);
                    self.note_device(done);
                }
                Output::ReadBack(id) => self.read_reflex_back(id, &mut more),
                Output::Report(batch) => self.post.reflexes(&batch),
                Output::Refused(_, why) => {
                    *self.reflexes.refused.entry(why).or_default() += 1;
                }
                Output::Declined(standing, objection) => {
                    let why = format!("{standing}: {objection:?}");
                    self.count("standing order declined", &why);
                }
                Output::Alarm(alarm) => self.count("alarm of reflexes", &format!("{alarm:?}")),
            }
            todo.extend(more);
        }
        Ok(())
    }

    fn read_reflex_back(&mut self, rule: reflex::RuleId, more: &mut Vec<Output>) {
        let read: Result<bool, ReflexError> = self.reflexes.hands.acts(rule);
        match read {
            Ok(there) => {
                let read = Input::Read { rule, there };
                self.reflexes.machine.handle(clock::now(), read, more);
            }
            Err(error) => self.count("device", &error.to_string()),
        }
    }

    /// Makes durable what changed since the last time; how far the log was read can wait for the orders.
    async fn save_reflexes(&mut self) -> Result<(), Failure> {
        self.reflexes.keys.sync()?;
        let durable = self.reflexes.machine.durable();
        let acting = |number| durable.acting.contains_key(&number);
        self.reflexes.hands.keep_only(acting, clock::now());
        self.changes.append(&mut self.reflexes.hands.take_changes());
        match self.reflexes.kept.news(self.reflexes.machine.durable()) {
            News::CanWait(changes) => self.changes.extend(changes),
            News::Now(changes) => {
                let mut all = std::mem::take(&mut self.changes);
                all.extend(changes);
                self.store.keep(&all).await.map_err(Failure::broken)?;
            }
        }
        Ok(())
    }

    /// Judges a standing order by the own pack, roster and prefixes.
    fn judge_standing(&mut self, dossier: &StandingDossier, more: &mut Vec<Output>) {
        let standing = dossier.order.id();
        let verdict = self.verdict(dossier);
        let judged = Input::Judged { standing, verdict };
        self.reflexes.machine.handle(clock::now(), judged, more);
    }

    fn verdict(&mut self, dossier: &StandingDossier) -> Result<(), Objection> {
        let judged = standing::judge(dossier, &self.ground(), clock::now());
        judged.map(drop).map_err(|no| {
            let id = dossier.order.id();
            self.note_alarm(&no);
            self.reflexes.refusals.insert(id, Said::from(&no));
            objection(&no)
        })
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            member: &self.me,
            own: &self.rules.ours,
            pack: &self.rules.pack,
            roster: &self.roster,
        }
    }

    /// Judges every standing order again, and lifts what meets the lists, after either has changed.
    pub(super) async fn judge_reflexes_again(&mut self) -> Result<(), Failure> {
        self.reflexes.machine.own(territory(&self.rules));
        let held = self.reflexes.machine.durable().standing.values();
        let ready = held.filter(|held| held.phase == Phase::Ready);
        let ready: Vec<StandingDossier> = ready.map(|held| held.dossier.clone()).collect();
        let mut out = Vec::new();
        for dossier in ready {
            self.judge_standing(&dossier, &mut out);
        }
        self.act_reflexes(out).await?;
        for input in self.safeguarded_since() {
            self.feed_reflexes(input).await?;
        }
        Ok(())
    }

    /// Finds what acts and meets the lists: the places, and who alone may have a drop there.
    fn safeguarded_since(&self) -> Vec<Input> {
        let standing = &self.reflexes.machine.durable().standing;
        let mut inputs = Vec::new();
        for (id, rule) in self.reflexes.machine.rules() {
            let operator = standing
                .get(&id.standing)
                .and_then(|held| operator(&held.dossier.order));
            let met = standing::safeguarding(rule, operator, &self.rules.safeguards);
            if met.is_empty() && !self.rules.safeguards.is_overfull() {
                continue;
            }
            let holders: Vec<_> = met.iter().map(|entry| standing::holder(entry)).collect();
            let holder = holders.first().cloned().flatten();
            let alone = holders.iter().all(|one| *one == holder);
            inputs.extend(places(rule).map(|place| Input::Safeguarded {
                place,
                holder: holder.clone().filter(|_| alone),
            }));
        }
        inputs
    }

    /// Answers what is about reflexes, and gives back what is not. What must be asked of the coordinator
    /// is asked aside, so that nothing here waits for it.
    pub(super) async fn asked_about_reflexes(
        &mut self,
        ask: Ask,
        reply: Replying,
    ) -> Result<Option<(Ask, Replying)>, Failure> {
        let answer = match ask {
            Ask::Sightings(_) | Ask::Request(_) => {
                let waiting = &mut self.reflexes.waiting;
                if waiting.len() < MOST_WAITING {
                    waiting.push_back((clock::now(), ask, reply));
                    self.answer_waiting().await?;
                    return Ok(None);
                }
                self.triggered(ask).await?
            }
            Ask::Reflexes => Reply::Reflexes(Box::new(self.reflexes_view())),
            Ask::ProposeStanding(wish) => match self.drafted(*wish) {
                Ok(order) => {
                    self.carry(Route::StandingProposals, &order, reply);
                    return Ok(None);
                }
                Err(no) => no,
            },
            Ask::ApproveStanding { standing, approval } => {
                self.carry(Route::StandingApprovals(standing), &approval, reply);
                return Ok(None);
            }
            Ask::WithdrawStanding(standing) => {
                self.feed_reflexes(Input::Withdraw(standing)).await?;
                self.carry(Route::StandingWithdrawal(standing), &(), reply);
                return Ok(None);
            }
            Ask::WithdrawAllStanding => self.withdraw_all_standing().await?,
            Ask::Standings => {
                let own = self.own_standings();
                tokio::spawn(aside::standings(self.client.clone(), own, reply));
                return Ok(None);
            }
            Ask::Standing(standing) => {
                match self
                    .own_standings()
                    .into_iter()
                    .find(|one| one.id == standing)
                {
                    Some(own) => Reply::Standing(Box::new(own)),
                    None => {
                        tokio::spawn(aside::standing_of(self.client.clone(), standing, reply));
                        return Ok(None);
                    }
                }
            }
            other => return Ok(Some((other, reply))),
        };
        // Who has hung up meanwhile asks again.
        let _ = reply.send(answer);
        Ok(None)
    }

    /// Answers triggers in their order, as soon as the log is read to its end or their patience is over.
    async fn answer_waiting(&mut self) -> Result<(), Failure> {
        while let Some((since, ..)) = self.reflexes.waiting.front() {
            let reads = !self.reflexes.machine.is_current() && !self.reflexes.is_stopped();
            if reads && clock::now() < *since + PATIENCE {
                return Ok(());
            }
            if let Some((_, ask, reply)) = self.reflexes.waiting.pop_front() {
                let answer = self.triggered(ask).await?;
                let _ = reply.send(answer);
            }
        }
        Ok(())
    }

    async fn triggered(&mut self, ask: Ask) -> Result<Reply, Failure> {
        match ask {
            Ask::Sightings(seen) => self.sighted(&seen).await,
            Ask::Request(request) => self.requested(*request).await,
            _ => Ok(Reply::Wrong(Phrase::say("says-no-trigger"))),
        }
    }

    /// Makes a draft of what is wished, if the own gates would take it.
    fn drafted(&mut self, wish: StandingWish) -> Result<StandingOrder, Reply> {
        let now = clock::now();
        let mut scope = wish.scope;
        scope.sort();
        scope.dedup();
        let order = StandingOrder {
            schema: StandingOrder::SCHEMA.into(),
            member: self.me.clone(),
            proposer: wish.proposer,
            reflex: wish.reflex,
            scope,
            ground: wish.ground,
            pack: self.rules.pack.digest(),
            facts: wish.facts,
            lasts: wish.lasts,
            at_once: wish.at_once,
            per_hour: wish.per_hour,
            proposed_at: now,
            valid_from: now,
            valid_until: now + wish.stands,
        };
        match standing::draft(&order, &self.ground(), now) {
            Ok(_) => Ok(order),
            Err(no) => {
                self.note_alarm(&no);
                Err(Reply::Refused(Box::new(Said::from(&no))))
            }
        }
    }

    /// Ends every standing order here at once, and lets the log say so.
    async fn withdraw_all_standing(&mut self) -> Result<Reply, Failure> {
        let own = self.own_standings();
        let lives = own.iter().filter(|one| one.stands != StandsOn::Ended);
        let lives: Vec<StandingId> = lives.map(|one| one.id).collect();
        self.feed_reflexes(Input::WithdrawAll).await?;
        let ended = tallied(key!("says-standings-ended"), lives.len() as u64);
        let client = self.client.clone();
        tokio::spawn(async move {
            for standing in lives {
                let body = Bytes::from_static(b"null");
                aside::carried(&client, &Route::StandingWithdrawal(standing), body).await;
            }
        });
        Ok(Reply::Done(ended))
    }

    /// Takes triggers that were seen here.
    async fn sighted(&mut self, seen: &[Sighted]) -> Result<Reply, Failure> {
        if seen.len() > TOGETHER {
            let (n, most) = (seen.len(), TOGETHER);
            return Ok(Reply::Wrong(Phrase::of(|text| {
                said!(text, "says-many-sightings", n, most)
            })));
        }
        let (mut out, mut verdicts) = (Vec::new(), Vec::new());
        for seen in seen {
            let text = serde_json::to_string(seen).map_err(Failure::broken)?;
            verdicts.push(self.see(trigger(seen), seen.at, text, &mut out)?);
        }
        self.act_reflexes(out).await?;
        Ok(Reply::Sighted(verdicts))
    }

    /// Shows the machine a trigger: until when it is acted on, or why not.
    fn see(
        &mut self,
        trigger: Trigger,
        at: Timestamp,
        text: String,
        out: &mut Vec<Output>,
    ) -> Result<Result<Timestamp, ReflexRefusal>, Failure> {
        let now = clock::now();
        let mut sighting = Sighting {
            safeguarded: self.is_safeguarded(&trigger),
            trigger,
            at,
            commitment: Digest([0; 32]),
        };
        if self.reflexes.machine.would_act(now, &sighting) {
            // Of what leads to nothing, nothing is kept.
            sighting.commitment = self.reflexes.keys.commit(text, now)?;
        }
        let from = out.len();
        let seen = Input::Seen(sighting);
        self.reflexes.machine.handle(now, seen, out);
        let verdict = out[from..].iter().find_map(|output| match output {
            Output::Put { ends, .. } => Some(Ok(*ends)),
            Output::Refused(_, why) => Some(Err(*why)),
            _ => None,
        });
        Ok(verdict.unwrap_or(Err(ReflexRefusal::NotCurrent)))
    }

    fn is_safeguarded(&self, trigger: &Trigger) -> bool {
        let (rule, operator) = match trigger {
            Trigger::Flood { line, victim } => {
                let packets = 0;
                let (line, victim) = (*line, *victim);
                let limit = ReflexRule::Limit {
                    line,
                    victim,
                    packets,
                };
                (limit, None)
            }
            Trigger::Forged { line } => (ReflexRule::DropForged { line: *line }, None),
            Trigger::Asked { operator, to } => (ReflexRule::Drop { to: *to }, Some(operator)),
        };
        let lists = &self.rules.safeguards;
        // A full list may lack the very entry that matters: a check that breaks says no.
        lists.is_overfull() || !standing::safeguarding(&rule, operator, lists).is_empty()
    }

    /// Takes a request of a protected operator.
    async fn requested(&mut self, request: Request) -> Result<Reply, Failure> {
        let text = serde_json::to_string(&request).map_err(Failure::broken)?;
        let asked = match request.judge(&self.me, &self.roster, clock::now()) {
            Ok(asked) => asked,
            Err(no) => {
                self.count("request of an operator refused", &no.rule);
                return Ok(Reply::Refused(Box::new(Said::from(&no))));
            }
        };
        let (operator, request) = (asked.operator().clone(), asked.request());
        let (to, at) = (request.to, request.signed.at);
        let last = self.reflexes.requests.get(&request.signed.person);
        if at <= last.copied().unwrap_or(self.reflexes.started) {
            self.count("request of an operator refused", "said before");
            return Ok(Reply::Refused(Box::new(said_before())));
        }
        let person = request.signed.person.clone();
        self.reflexes.requests.insert(person, at);
        let mut out = Vec::new();
        let reply = match request.wish {
            Wanted::Drop => {
                let trigger = Trigger::Asked { operator, to };
                // Signed a moment ago, and never before: that is checked; it is asked now.
                let seen = self.see(trigger, clock::now(), text, &mut out)?;
                for id in put(&out) {
                    self.reflexes.hands.asked(id, request.clone());
                }
                match seen {
                    Ok(ends) => {
                        let until = crate::words::second(ends);
                        Reply::Done(Phrase::of(|text| said!(text, "says-dropped", to, until)))
                    }
                    Err(why) => Reply::Refused(Box::new(Said::from(why))),
                }
            }
            Wanted::Release => {
                let released = Input::Released { operator, to };
                self.reflexes
                    .machine
                    .handle(clock::now(), released, &mut out);
                let lifted = out.iter().filter(|one| matches!(one, Output::Lift(_)));
                match lifted.count() {
                    0 => Reply::Done(Phrase::of(|text| said!(text, "says-none-dropped", to))),
                    _ => Reply::Done(Phrase::of(|text| said!(text, "says-passes", to))),
                }
            }
        };
        self.act_reflexes(out).await?;
        Ok(reply)
    }

    fn reflexes_view(&self) -> ReflexesView {
        let machine = &self.reflexes.machine;
        let durable = machine.durable();
        let rules: BTreeMap<u64, &ReflexRule> = machine
            .rules()
            .map(|(id, rule)| (id.number, rule))
            .collect();
        let acting = durable.acting.iter().map(|(number, acting)| ActingView {
            standing: acting.standing,
            number: *number,
            what: rules
                .get(number)
                .map_or_else(|| Phrase::same(""), |rule| deed(rule)),
            began: acting.began,
            seen: acting.seen,
            ends: acting.ends,
        });
        ReflexesView {
            current: self.connected && machine.is_current(),
            stopped: durable.stopped,
            acting: acting.collect(),
            unreported: durable.unreported.len() as u64,
            batches: durable.batch,
            sending: durable.sent.is_some(),
            refused: self.reflexes.refused.clone(),
            now: clock::now(),
        }
    }

    fn own_standings(&self) -> Vec<StandingView> {
        let held = self.reflexes.machine.durable().standing.iter();
        let view = |(id, held): (&StandingId, &reflex::Held)| StandingView {
            id: *id,
            order: held.dossier.order.clone(),
            approvals: held.dossier.approvals.clone(),
            stands: match held.phase {
                Phase::Judging => StandsOn::Judging,
                Phase::Ready => StandsOn::Ready,
                Phase::Refused => StandsOn::Refused,
                Phase::Ended => StandsOn::Ended,
            },
            refusal: self.reflexes.refusals.get(id).cloned(),
            now: clock::now(),
        };
        held.map(view).collect()
    }
}

/// Names the rules that are to be put.
fn put(out: &[Output]) -> Vec<reflex::RuleId> {
    let put = out.iter().filter_map(|output| match output {
        Output::Put { id, .. } => Some(*id),
        _ => None,
    });
    put.collect()
}

/// Says what a rule does, without a line.
fn deed(rule: &ReflexRule) -> Phrase {
    Phrase::of(|text| match rule {
        ReflexRule::Limit {
            victim, packets, ..
        } => said!(text, "says-limits", victim, packets),
        ReflexRule::DropForged { .. } => text.say("says-drops-forged"),
        ReflexRule::Drop { to } => said!(text, "says-drops", to),
    })
}

/// Tells for which operator a standing order drops.
fn operator(order: &StandingOrder) -> Option<&OrganisationId> {
    match &order.reflex {
        issei_model::Reflex::DropOnRequest(operator) => Some(operator),
        _ => None,
    }
}

/// The places that a rule is about.
fn places(rule: &ReflexRule) -> impl Iterator<Item = IpNet> {
    let places = match rule {
        ReflexRule::Limit { line, victim, .. } => [Some(line.prefix()), Some(victim.ip.into())],
        ReflexRule::DropForged { line } => [Some(line.prefix()), None],
        ReflexRule::Drop { to } => [Some(to.prefix), None],
    };
    places.into_iter().flatten()
}

/// Reads what was seen.
fn trigger(seen: &Sighted) -> Trigger {
    let line = Subscriber::new(Subscriber::new(seen.line).prefix().addr());
    match seen.victim {
        None => Trigger::Forged { line },
        Some(victim) => Trigger::Flood {
            line,
            victim: victim.into(),
        },
    }
}

/// Sorts a refusal of the gates for the coordinator's eyes.
fn objection(no: &Refusal) -> Objection {
    match no.gate {
        _ if no.alarm => Objection::Technical,
        Gate::Form | Gate::Clearance => Objection::Technical,
        _ => Objection::Legal,
    }
}

fn said_before() -> Said {
    Said {
        rule: "said-before".into(),
        en: "this person signed a later request, or this one before the office started; sign it anew"
            .into(),
        ja: "この人による、より新しい依頼があるか、事務局の起動前の署名です。改めて署名してください".into(),
        alarm: false,
    }
}

#[cfg(test)]
#[path = "reflexes_tests.rs"]
mod tests;
