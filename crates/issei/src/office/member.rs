//! The member's process: its machine, its gates, its device, its way to the coordinator.
//!
//! In: a folder that `issei enrol join` made; what the reader verified; what people here ask. Out: rules
//! on the device, receipts. Always: what must survive is kept before anything that rests on it; lifting
//! waits for nothing, neither network nor database; an end comes by the device itself.
//! Not here: the rules of the protocol (`issei-order`) and of law (`issei-case`).

mod aside;
mod asks;
pub mod contacts;
mod effects;
pub mod hands;
pub mod hints;
mod keeping;
mod lists;
mod names;
pub mod post;
mod probes;
mod questions;
mod reader;
pub mod reflexes;
mod sentinels;
pub mod traffic;
mod views;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use issei_case::{Answer, Gates, Refusal, Roster, View, admit};
use issei_host::clock::{self, Untold};
use issei_host::exchange::Client;
use issei_host::rehearsal;
use issei_host::store::{Change, Owner, Store};
use issei_ledger::{Algorithm, Policy, Signer, Witness};
use issei_model::{
    Approval, Decision, Dossier, Objection, Observed, OrderId, OrganisationId, Receipt, Span,
    Timestamp,
};
use issei_order::member::{self, Input, Member, Output, Phase, Rules as Standings};
use issei_text::{Phrase, said};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::appeals::{self, Appeals};
use super::charter::Charter;
use super::control::{self, Ask, Asked, BROKEN_GATE, OrderView, Reply, Said};
use super::folder::{Folder, Rules, Settings};
use super::own_list::OwnList;
use super::{Diary, document};
use crate::code::Failure;
use crate::window;
use effects::Effects;
use hands::{Hands, NotDone};
use keeping::{Kept, load, load_confirmed, load_used};
use post::Post;
use reader::Heard;
use sentinels::Sentinels;

/// How often the clock and the stop file are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A member at work.
struct Office {
    me: OrganisationId,
    folder: Folder,
    charter: Charter,
    rules: Rules,
    lists: OwnList,
    /// The version of the lists by which everything that lives was judged last.
    judged_by: u64,
    roster: Roster,
    /// What is believed of a clock of which the kernel is not told.
    untold: Untold,
    machine: Member,
    /// What the database knows of the machine.
    kept: Kept,
    hands: Hands,
    /// Services whose answers tell whether ordinary traffic goes on.
    probes: Vec<SocketAddr>,
    /// Which of them answered before an order's rules acted.
    answered: BTreeMap<OrderId, oneshot::Receiver<BTreeSet<SocketAddr>>>,
    /// What was seen of orders' effects.
    effects: Effects,
    /// Whose sentinels are asked.
    sentinels: Sentinels,
    /// Where what was watched is told.
    told: mpsc::Sender<Heard>,
    reflexes: reflexes::Desk,
    traffic: traffic::Desk,
    /// What people outside say against cuts.
    appeals: Appeals,
    store: Arc<Store>,
    client: Arc<Client>,
    policy: watch::Sender<Option<Policy>>,
    post: Post,
    connected: bool,
    /// Who confirmed an order, as the log has it and the machine goes by it.
    confirmed: BTreeMap<OrderId, Approval>,
    /// Why the own gates said no, for people here.
    refusals: BTreeMap<OrderId, Said>,
    counts: BTreeMap<String, u64>,
    /// When an order of the last day was judged, and the lines it uses, for the day's ceiling.
    used: BTreeMap<OrderId, (Timestamp, u64)>,
    /// What the database has to learn beside the machine's state.
    changes: Vec<Change>,
    diary: Diary,
}

/// Runs a member until it is asked to end; tells `ready` when people can ask it.
///
/// # Errors
/// If the folder is none of a member, or something breaks that cannot be waited for.
pub async fn run(
    folder: Folder,
    ready: Option<oneshot::Sender<()>>,
    diary: Diary,
) -> Result<(), Failure> {
    let (desk, mut asks) = mpsc::channel::<Asked>(64);
    let (mut office, mut heard) = Office::open(folder, diary).await?;
    let _door = control::listen(&office.folder, desk.clone())?;
    let whose = issei_window::Office {
        name: office.me.clone(),
        coordinates: false,
    };
    let opened = window::open_if_set(&office.folder, whose, desk, office.diary)?;
    if let Some(ready) = ready {
        let _ = ready.send(());
    }
    let mut hangup = signal(SignalKind::hangup()).map_err(Failure::broken)?;
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        let due = until(office.next_deadline());
        tokio::select! {
            Some(heard) = heard.recv() => office.hear(heard).await?,
            Some((ask, reply)) = asks.recv() => {
                if ask == Ask::Quit {
                    let _ = reply.send(Reply::Done(Phrase::say("says-ending")));
                    return Ok(());
                }
                if let Some(answer) = window::answer(opened.as_ref(), &ask) {
                    let _ = reply.send(answer);
                    continue;
                }
                let left = office.asked_about_reflexes(ask, reply).await?;
                let left = left.and_then(|(ask, reply)| office.asked_aside(ask, reply));
                if let Some((ask, reply)) = left {
                    let answer = office.asked(ask).await?;
                    let _ = reply.send(answer);
                }
            }
            () = tokio::time::sleep(due) => office.on_deadline().await?,
            Some(()) = hangup.recv() => {
                let told = office.reload().await?;
                office.diary.note(&format!("member {}: {told:?}", office.me));
            }
            _ = look.tick() => office.look().await?,
        }
    }
}

/// Makes a member's folder that came from a backup fit to run again: what people said here since it
/// was taken is forgotten, so it comes up stopped and stays out of the orders it holds.
///
/// # Errors
/// If the folder is none of a member, or its database cannot be read or written.
pub async fn restore(folder: &Folder) -> Result<(), Failure> {
    let store = Store::open(&folder.database(), Owner::Member).await;
    let store = store.map_err(Failure::broken)?;
    let durable = load(&store).await?.restored();
    // A machine stopped by a person is also stopped for its device.
    rehearsal::stop(&folder.device()).map_err(Failure::broken)?;
    let changes = Kept::default().changes(&durable);
    store.keep(&changes).await.map_err(Failure::broken)?;
    reflexes::restore(&store).await
}

/// How long to wait for a moment; a second at most, for clocks jump.
fn until(deadline: Option<Timestamp>) -> Duration {
    let wait = deadline.map_or(LOOK_EVERY, |at| {
        let span = at.since(clock::now()).as_micros();
        Duration::from_micros(u64::try_from(span).unwrap_or(0))
    });
    wait.min(LOOK_EVERY)
}

impl Office {
    /// Comes up with what was kept, and takes up what the device holds.
    async fn open(folder: Folder, diary: Diary) -> Result<(Self, mpsc::Receiver<Heard>), Failure> {
        let charter = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
        let settings = folder.settings()?;
        let me = own_name(&folder)?;
        let store = Store::open(&folder.database(), Owner::Member).await;
        let store = Arc::new(store.map_err(Failure::broken)?);
        let durable = load(&store).await?;
        let proofs = store.documents(hands::KIND).await;
        let hands = Hands::open(&folder, &settings, proofs.map_err(Failure::broken)?)?;
        let client = Arc::new(client(&folder, &settings)?);
        let key = SigningKey::from_bytes(&folder.seed("desk")?);
        let post = Post::open(me.clone(), key, client.clone());
        let policy = charter.policy().map_err(Failure::wrong)?;
        let (policy, policies) = watch::channel(policy);
        let witness = witness(&folder, &me, &charter, &store).await?;
        let (told, heard) = mpsc::channel(256);
        let lists = OwnList::open(&folder)?;
        let rules = folder.rules(&charter, &lists)?;
        let opened = reflexes::Desk::open(&me, &folder, &settings, &rules, &store).await;
        let (reflexes, reflexes_out) = opened?;
        let kept = store.documents(appeals::KIND).await;
        let appeals = Appeals::open(kept.map_err(Failure::broken)?).map_err(Failure::broken)?;
        let next = durable.next.min(reflexes.next_entry());
        let setup = member::Setup::new(me.clone());
        // An enforcer that does not answer holds nothing that this member put there unseen: each rule is
        // read back before it counts.
        let found = hands.found().unwrap_or_default();
        let mut out = Vec::new();
        let kept = Kept::of(&durable);
        let machine = Member::start(setup, durable, &found, clock::now(), &mut out);
        let asked = Arc::new(Notify::new());
        let answering = questions::Answering {
            me: me.clone(),
            folder: folder.clone(),
            client: client.clone(),
            post: post.clone(),
            told: told.clone(),
        };
        tokio::spawn(questions::answer(answering, asked.clone()));
        tokio::spawn(reader::follow(reader::Reader {
            me: me.clone(),
            folder: folder.clone(),
            client: client.clone(),
            store: store.clone(),
            policy: policies,
            witness,
            next,
            prove: settings.enforcer.is_some(),
            post: post.clone(),
            asked,
            told: told.clone(),
        }));
        let used = load_used(&store).await?;
        let confirmed = load_confirmed(&store).await?;
        let mut office = Self {
            me,
            roster: charter.roster().map_err(Failure::wrong)?,
            untold: settings.untold(),
            folder,
            charter,
            rules,
            judged_by: lists.version(),
            lists,
            machine,
            kept,
            hands,
            probes: settings.probes.clone(),
            answered: BTreeMap::new(),
            effects: Effects::default(),
            sentinels: Sentinels::default(),
            told,
            reflexes,
            traffic: traffic::Desk::default(),
            appeals,
            store,
            client,
            policy,
            post,
            connected: false,
            confirmed,
            refusals: BTreeMap::new(),
            counts: BTreeMap::new(),
            used,
            changes: Vec::new(),
            diary,
        };
        office.act(out).await?;
        office.act_reflexes(reflexes_out).await?;
        office.look().await?;
        // The lists remember what became safeguarded; the machines do not.
        office.lift_safeguarded().await?;
        office.judge_reflexes_again().await?;
        Ok((office, heard))
    }

    /// Looks at the clock and at the stop file, which works without this process.
    async fn look(&mut self) -> Result<(), Failure> {
        let stopped = self.machine.durable().stopped && self.reflexes.is_stopped();
        if self.hands.is_stopped(&self.folder) && !stopped {
            self.stop().await?;
        }
        self.sweep();
        self.look_at_reflexes();
        self.look_at_traffic();
        if let Some(fault) = self.hands.take_fault() {
            self.count("device", &fault);
        }
        self.heed_lists().await?;
        self.tell_effects(clock::now());
        let known = &self.machine.durable().orders;
        self.sentinels.keep_only(|order| known.contains_key(&order));
        let error = self.clock_error();
        self.feed(Input::Clock { error }).await
    }

    /// Takes away what an enforcer holds of orders that may not come back here: they ended while it could
    /// not be told, or not be asked what it holds.
    fn sweep(&mut self) {
        if self.hands.are_rehearsed() {
            return; // the table is in this process's own hands
        }
        let held = self.hands.found().unwrap_or_default();
        let over: Vec<OrderId> = held.into_iter().filter(|id| self.is_over(*id)).collect();
        for order in over {
            self.count("lifted late", &order.to_string());
            let done = self.hands.lift(order, true);
            self.note_device(done);
        }
    }

    /// Lifts everything: rules go before anything waits for the disk.
    async fn stop(&mut self) -> Result<(), Failure> {
        self.sentinels.hurry_all();
        let done = self.hands.stop();
        self.note_device(done);
        let after = self.stop_reflexes();
        self.feed(Input::Stop).await?;
        self.act_reflexes(after).await
    }

    /// Tells when either machine has something to do.
    fn next_deadline(&self) -> Option<Timestamp> {
        let reflexes = self.reflexes.next_deadline().into_iter();
        reflexes.chain(self.machine.next_deadline()).min()
    }

    /// How far the clock may be off; a clock that nobody sets may be off by anything.
    fn clock_error(&self) -> Span {
        let told = clock::certainty(self.untold)
            .ok()
            .filter(|told| told.synchronised);
        told.map_or(Span::from_micros(i64::MAX), |told| told.error)
    }

    async fn on_deadline(&mut self) -> Result<(), Failure> {
        self.reflexes_on_deadline().await?;
        let now = clock::now();
        if self.machine.next_deadline().is_none_or(|at| now < at) {
            return Ok(());
        }
        let mut out = Vec::new();
        self.machine.on_deadline(now, &mut out);
        self.act(out).await
    }

    /// Takes what the reader verified.
    async fn hear(&mut self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Connected => {
                self.connected = true;
                let mut out = Vec::new();
                self.machine.tell_again(&mut out);
                self.effects.tell_again();
                self.act(out).await
            }
            Heard::Lost(why) => {
                self.connected = false;
                self.count("stream lost", &why);
                Ok(())
            }
            Heard::Trouble(why) => {
                self.count("log not read", &why);
                Ok(())
            }
            Heard::Unanswered(why) => {
                self.count("question not answered", &why);
                Ok(())
            }
            Heard::CharterOffered => Ok(()),
            Heard::InQuestion(goals) => {
                self.traffic.expect(&goals);
                Ok(())
            }
            Heard::Watched(order, well) => self.feed(Input::Watched { order, well }).await,
            Heard::Sentinel(order, seen) => {
                self.effects.sentinel_saw(order, seen);
                Ok(())
            }
            Heard::Proven(order, which, proven) => {
                self.hands.learn(order, which, *proven, clock::now());
                Ok(())
            }
            Heard::ProvenStanding(order, proven) => {
                self.reflexes.learn(&order, *proven);
                Ok(())
            }
            Heard::Log(reflexes, orders) => {
                self.feed_reflexes(reflexes).await?;
                let orders = self.believed(orders);
                let confirmed = match &orders {
                    Input::Entry {
                        decision: Some(Decision::Confirmed { order, by }),
                        ..
                    } => Some((*order, by.clone())),
                    _ => None,
                };
                if let Some((order, by)) = confirmed {
                    return self.hear_confirmed(orders, order, *by).await;
                }
                self.feed(orders).await
            }
        }
    }

    fn count(&mut self, kind: &str, why: &str) {
        *self.counts.entry(kind.into()).or_default() += 1;
        self.diary
            .note(&format!("member {}: {kind}: {why}", self.me));
    }

    /// Leaves a confirmation out whose signature does not hold here: the log keeps it, and nothing comes of it.
    fn believed(&mut self, input: Input) -> Input {
        let Input::Entry {
            index,
            decision: Some(Decision::Confirmed { order, by }),
        } = &input
        else {
            return input;
        };
        let held = self.machine.durable().orders.get(order);
        let checked = held.map(|held| {
            let (order, now) = (&held.dossier.order, clock::now());
            self.roster.check_confirmation(order, by, now)
        });
        let index = *index;
        if let Some(Err(no)) = checked {
            self.count("confirmation not believed", &no.to_string());
            let decision = None;
            return Input::Entry { index, decision };
        }
        input
    }

    /// Takes a confirmation that holds here, and remembers whose it is if the order goes on by it.
    async fn hear_confirmed(
        &mut self,
        input: Input,
        order: OrderId,
        by: Approval,
    ) -> Result<(), Failure> {
        let goes_on = |office: &Self| {
            let held = office.machine.durable().orders.get(&order);
            held.is_some_and(|held| held.confirmed)
        };
        let before = goes_on(self);
        let mut out = Vec::new();
        self.machine.handle(clock::now(), input, &mut out);
        if goes_on(self) && !before {
            self.changes.push(put(CONFIRMED, order.to_string(), &by));
            self.confirmed.insert(order, by);
        }
        self.act(out).await
    }

    /// Tells if a gate broke: its no stands, and a person has to look.
    fn note_alarm(&mut self, no: &Refusal) {
        if no.alarm {
            self.count(BROKEN_GATE, &no.to_string());
        }
    }

    async fn feed(&mut self, input: Input) -> Result<(), Failure> {
        let mut out = Vec::new();
        self.machine.handle(clock::now(), input, &mut out);
        self.act(out).await
    }

    /// Does what the machine wants, in order; what stands behind a save waits for it.
    async fn act(&mut self, out: Vec<Output>) -> Result<(), Failure> {
        let mut todo = VecDeque::from(out);
        while let Some(output) = todo.pop_front() {
            let mut more = Vec::new();
            let now = clock::now();
            match output {
                Output::Save => self.save().await?,
                Output::Judge(dossier) => {
                    let order = dossier.order.id();
                    let verdict = self.judge(&dossier, now);
                    self.machine
                        .handle(now, Input::Judged { order, verdict }, &mut more);
                }
                Output::Stage { order, ends } => {
                    let done = self.hands.stage(order, ends);
                    self.note_hands(order, done, &mut todo, &mut more);
                }
                // A list may have grown since the order was judged.
                Output::Arm { order, .. } if !self.is_safe(order) => {
                    let no = Input::Safeguarded { order };
                    self.machine.handle(now, no, &mut more);
                }
                Output::Arm {
                    order,
                    fires_at,
                    ends,
                } => {
                    self.watch(order);
                    let done = self.hands.arm(order, fires_at, ends);
                    self.note_hands(order, done, &mut todo, &mut more);
                    self.measure(order, (fires_at, ends));
                }
                Output::Lift(order) => {
                    self.sentinels.hurry(order);
                    let done = self.hands.lift(order, self.is_over(order));
                    self.note_device(done);
                }
                Output::ReadBack(order) => {
                    if let Some(rules) = self.read_back(order) {
                        self.machine
                            .handle(now, Input::Read { order, rules }, &mut more);
                    }
                }
                Output::Report(receipt) => self.report(&receipt, &mut more),
                Output::Alarm(alarm) => self.count("alarm", &format!("{alarm:?}")),
            }
            todo.extend(more);
        }
        Ok(())
    }

    /// Tells whether an order may not come back here.
    fn is_over(&self, order: OrderId) -> bool {
        let phase = self.machine.phase(order);
        matches!(phase, None | Some(Phase::Ended | Phase::Refused))
    }

    /// Writes down what could not be put on a device, and takes the member out of an order that its devices
    /// can never carry out. Read back at once it would be missing, be put there again, and be missing again,
    /// for ever and with no time for anything else: it is read back in its turn.
    fn note_hands(
        &mut self,
        order: OrderId,
        done: Result<(), NotDone>,
        todo: &mut VecDeque<Output>,
        more: &mut Vec<Output>,
    ) {
        let Err(NotDone { why, objection }) = done else {
            return;
        };
        todo.retain(|output| *output != Output::ReadBack(order));
        self.count("device", &why);
        if let Some(why) = objection {
            let leaves = Input::Leave { order, why };
            self.machine.handle(clock::now(), leaves, more);
        }
    }

    /// Writes down what a device said no to: the next read-back finds what is not as it should be.
    fn note_device<E: std::fmt::Display>(&mut self, done: Result<(), E>) {
        if let Err(error) = done {
            self.count("device", &error.to_string());
        }
    }

    fn read_back(&mut self, order: OrderId) -> Option<Standings> {
        let read = self.hands.read(order);
        read.map_err(|error| self.count("device", &error)).ok()
    }

    fn report(&mut self, receipt: &Receipt, more: &mut Vec<Output>) {
        self.post.receipt(receipt);
        if !matches!(receipt.observed, Observed::InForce { .. }) {
            return;
        }
        let order = receipt.order;
        if self.hands.are_rehearsed() {
            // Nobody is hit by a rehearsed rule, so ordinary traffic looks as before.
            let watched = Input::Watched { order, well: true };
            self.machine.handle(clock::now(), watched, more);
            return;
        }
        let before = self.answered.remove(&order);
        let (told, healthy) = (self.told.clone(), self.hands.lead().is_ok());
        tokio::spawn(async move {
            let before = match before {
                Some(before) => before.await.unwrap_or_default(),
                None => BTreeSet::new(), // it was armed before this start
            };
            let well = healthy && probes::is_as_before(&before).await;
            let _ = told.send(Heard::Watched(order, well)).await;
        });
    }

    /// Begins to ask the sentinel of an order that was armed, if its T is to come.
    fn measure(&mut self, order: OrderId, acts: (Timestamp, Timestamp)) {
        if acts.0 <= clock::now() {
            return; // rules that were missing and came back: its begin is past
        }
        let held = self.machine.durable().orders.get(&order);
        let Some(action) = held.map(|held| held.dossier.order.action) else {
            return;
        };
        let Some(far) = sentinels::far(self.hands.sentinels(), order, action) else {
            return;
        };
        let begun = self.sentinels.begin(order, far, acts, self.told.clone());
        if let Err(why) = begun {
            self.count("not measured", &why);
        }
    }

    /// Tells what was measured of orders' effects since: a receipt that says again what was said last, so
    /// that it changes nothing, with the figures beside it.
    fn tell_effects(&mut self, now: Timestamp) {
        self.ask_devices();
        let held = self.machine.durable().orders.iter();
        let settled = held.filter_map(|(id, held)| {
            let begun = held.fires_at? + effects::SETTLED <= now;
            Some((*id, held.told?)).filter(|_| begun)
        });
        for (order, observed) in settled.collect::<Vec<_>>() {
            let Some(measured) = self.effects.take_untold(order) else {
                continue;
            };
            self.post.receipt(&Receipt {
                member: self.me.clone(),
                order,
                observed,
                measured: Some(measured),
            });
        }
    }

    /// Asks the devices about orders in force of which they have not told the begin.
    fn ask_devices(&mut self) {
        let held = self.machine.durable().orders.iter();
        let awaited = held.filter_map(|(id, held)| {
            let awaits = held.phase == Phase::InForce && self.effects.awaits_devices(*id);
            Some((*id, held.fires_at?)).filter(|_| awaits)
        });
        let awaited: Vec<(OrderId, Timestamp)> = awaited.collect();
        if awaited.is_empty() {
            return;
        }
        let seen = self.hands.effects();
        for (order, fires_at) in awaited {
            if let Some(effect) = seen.get(&order) {
                self.effects.devices_saw(order, *effect, fires_at);
            }
        }
    }

    /// Begins to look at ordinary traffic before an order's rules act.
    fn watch(&mut self, order: OrderId) {
        if self.hands.are_rehearsed() || self.answered.contains_key(&order) {
            return;
        }
        let (tell, before) = oneshot::channel();
        self.answered.insert(order, before);
        let probes = self.probes.clone();
        tokio::spawn(async move {
            let _ = tell.send(probes::answering(&probes).await);
        });
    }

    /// Judges an order by the own pack, lists, roster, ceiling and contacts.
    fn judge(&mut self, dossier: &Dossier, now: Timestamp) -> Result<Span, Objection> {
        self.look_at_lists();
        let order = dossier.order.id();
        let contacts = contacts::answers(&self.folder, &self.me, &dossier.order.goals, now);
        let contacts: Vec<Answer> = contacts.unwrap_or_else(|why| {
            self.count("contacts not read", &why);
            Vec::new()
        });
        let used_today = self.used_today(order, now);
        let view = View {
            member: &self.me,
            gates: Gates {
                pack: &self.rules.pack,
                safeguards: &self.rules.safeguards,
                ceiling: &self.rules.ceiling,
                used_today,
                roster: &self.roster,
            },
            contacts: &contacts,
            needed_by_customers: &self.rules.needed_by_customers,
        };
        match admit(dossier, &view, now) {
            Ok(_) => {
                let lead = self.hands.lead().map_err(|why| {
                    self.count("device", &why);
                    Objection::Technical
                })?;
                let used = (now, dossier.order.radius.predicted_lines);
                self.used.insert(order, used);
                self.changes.push(put("used", order.to_string(), &used));
                Ok(lead)
            }
            Err((objection, no)) => {
                self.note_alarm(&no);
                self.refusals.insert(order, Said::from(&no));
                Err(objection)
            }
        }
    }

    /// Sums the lines that the day's other orders use; what is older than a day is forgotten.
    fn used_today(&mut self, order: OrderId, now: Timestamp) -> u64 {
        let old = |(_, (at, _)): &(&OrderId, &(Timestamp, u64))| *at + DAY <= now;
        let old: Vec<OrderId> = self.used.iter().filter(old).map(|(id, _)| *id).collect();
        for id in old {
            self.used.remove(&id);
            self.changes.push(Change::RemoveDocument {
                kind: "used".into(),
                name: id.to_string(),
            });
        }
        let others = self.used.iter().filter(|(id, _)| **id != order);
        others.map(|(_, (_, lines))| lines).sum()
    }

    /// Makes durable what changed since the last time.
    async fn save(&mut self) -> Result<(), Failure> {
        let mut changes = self.kept.changes(self.machine.durable());
        let known = &self.machine.durable().orders;
        self.hands.keep_only(|order| known.contains_key(&order));
        self.effects.keep_only(|order| known.contains_key(&order));
        changes.append(&mut self.hands.take_changes());
        changes.append(&mut self.changes);
        let gone = self
            .confirmed
            .extract_if(.., |order, _| !known.contains_key(order));
        changes.extend(gone.map(|(order, _)| Change::RemoveDocument {
            kind: CONFIRMED.into(),
            name: order.to_string(),
        }));
        if changes.is_empty() {
            return Ok(());
        }
        self.store.keep(&changes).await.map_err(Failure::broken)
    }
}

fn put<T: Serialize>(kind: &str, name: String, value: &T) -> Change {
    document(kind, name, value, clock::now())
}

fn not_held(order: OrderId) -> Reply {
    Reply::Wrong(Phrase::of(|text| said!(text, "says-not-held", order)))
}

/// Shows the draft that was asked for, and no other.
fn draft(body: &[u8], order: OrderId) -> Reply {
    match serde_json::from_slice::<OrderView>(body) {
        // The name is worked out here: what is signed is what the name says.
        Ok(view) if view.order.id() == order => Reply::Order(Box::new(view)),
        Ok(_) => Reply::Wrong(Phrase::say("says-other-order")),
        Err(error) => Reply::Failed(Phrase::of(|text| said!(text, "says-bad-draft", error))),
    }
}

async fn witness(
    folder: &Folder,
    me: &OrganisationId,
    charter: &Charter,
    store: &Store,
) -> Result<Witness, Failure> {
    let tip = store
        .document("witness", "tip")
        .await
        .map_err(Failure::broken)?;
    let tip = reader::tip_of(tip.map(|one| one.body)).map_err(Failure::broken)?;
    let signer = witness_key(folder, me)?;
    let log = charter.log().map_err(Failure::wrong)?;
    Witness::new(signer, log, tip).map_err(Failure::broken)
}

/// Gives the key that a member cosigns with.
///
/// # Errors
/// If its seed cannot be read.
pub fn witness_key(folder: &Folder, me: &OrganisationId) -> Result<Signer, Failure> {
    let name = format!("{me}.witness.issei.internal");
    let seed = folder.seed("witness")?;
    Signer::new(&name, Algorithm::CosignatureV1, &seed).map_err(Failure::broken)
}

fn own_name(folder: &Folder) -> Result<OrganisationId, Failure> {
    let settings = folder.settings()?;
    let complaint = "settings.toml names no `member`; `issei enrol join` writes it";
    settings.member.ok_or_else(|| Failure::wrong(complaint))
}

fn client(folder: &Folder, settings: &Settings) -> Result<Client, Failure> {
    let complaint = "settings.toml names no `address` of the coordinator";
    let address = settings
        .address
        .clone()
        .ok_or_else(|| Failure::wrong(complaint))?;
    Client::new(address, &folder.credentials()?).map_err(Failure::wrong)
}

/// The kind of document in which it is kept who confirmed an order.
const CONFIRMED: &str = "confirmed";
/// What the day's ceiling counts.
const DAY: Span = Span::from_secs(86_400);

#[cfg(test)]
#[path = "member_tests.rs"]
mod tests;
