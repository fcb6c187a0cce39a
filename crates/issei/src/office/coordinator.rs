//! The coordinator's process: the log with its witnesses, the duty desk, the machine that fires all at once.
//!
//! In: a folder that `issei coordinator found` made; calls of members; what people here ask. Out: the
//! ledger's files, hints, replies. Always: what is told to anybody was durable before; the machine
//! changes its mind only by what enough witnesses signed. Calls that arrive together are kept together.
//! Not here: whether an order may leave (`issei-case`), when it fires (`issei-order`).

mod asks;
mod calls;
mod confirm;
pub mod desk;
mod door;
mod effects;
mod endings;
mod lists;
pub mod notary;
mod reflexes;
mod register;
mod standing;
mod traffic;
mod views;

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use issei_case::Roster;
use issei_host::clock;
use issei_host::exchange::{Answer, Bytes, Counts, Limits, Server};
use issei_host::store::{Change, Document, Owner, Store};
use issei_ledger::{Algorithm, Signer};
use issei_model::{Approval, Decision, OrderId, OrganisationId, Receipt, Span, Timestamp};
use issei_order::coordinator::{self, Coordinator, Input, Output};
use issei_text::{Phrase, key, said};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::appeals::{self, Appeals};
use super::charter::Charter;
use super::control::{self, Ask, Asked, BROKEN_GATE, Reply};
use super::entry::Entry;
use super::folder::{Folder, Rules, Settings};
use super::own_list::OwnList;
use super::shelf::{Shelf, write_new};
use super::{Diary, document};
use crate::code::{self, Failure};
use crate::window;
use crate::words::tallied;
use desk::{Desk, Papers};
use door::{Call, Hints, refused as no};
use effects::Effects;
use endings::Endings;
use issei_desk::ceiling::{Figures, Raiser};
use notary::{Hint, Notary};
use register::Register;
use standing::Standings;

/// Calls that are handled before what they changed is kept, at most.
const TOGETHER: usize = 256;
/// How long the office waits if nothing is due; clocks jump.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A coordinator at work.
struct Office {
    folder: Folder,
    charter: Charter,
    rules: Rules,
    lists: OwnList,
    /// The version of the lists by which everything that lives was judged last.
    judged_by: Option<u64>,
    /// Orders withdrawn while they were on their way through the log.
    overtaken: BTreeSet<OrderId>,
    roster: Roster,
    machine: Coordinator,
    notary: Notary,
    desk: Desk,
    register: Register,
    standings: Standings,
    endings: Endings,
    store: Store,
    /// The last sequence of each member and purpose: what is not greater was seen before.
    sequences: BTreeMap<String, u64>,
    /// The documents in which each order's receipts are kept.
    receipts: BTreeMap<OrderId, Vec<String>>,
    /// What members measured of orders' effects.
    effects: Effects,
    /// What people outside say against cuts.
    appeals: Appeals,
    /// What members see of traffic.
    traffic: traffic::Heard,
    /// When an order was asked to end before its time.
    recalled: BTreeMap<OrderId, Timestamp>,
    /// Who confirmed an order, as the log has it.
    confirmed: BTreeMap<OrderId, Approval>,
    /// How long people have to confirm an order that says nothing of it; none: nobody has to.
    confirm_within: Option<Span>,
    /// When an order of the last day was proposed, and the lines it uses.
    used: BTreeMap<OrderId, (Timestamp, u64)>,
    charters: u64,
    /// Ceilings for which one person has signed. A second one has to come before this process ends.
    raising: Option<(Figures, Raiser)>,
    changes: Vec<Change>,
    refused: BTreeMap<String, u64>,
    hinted: Hint,
    hints: Hints,
    counts: Arc<Counts>,
    diary: Diary,
}

/// Runs a coordinator until it is asked to end; tells `ready` when people can ask it.
///
/// # Errors
/// If the folder is none of a coordinator, or something breaks that cannot be waited for.
pub async fn run(
    folder: Folder,
    ready: Option<oneshot::Sender<()>>,
    diary: Diary,
) -> Result<(), Failure> {
    let (desk, mut asks) = mpsc::channel::<Asked>(64);
    let (calls, mut called) = mpsc::channel::<Call>(1_024);
    let (mut office, server) = Office::open(folder, calls, diary).await?;
    let _door = control::listen(&office.folder, desk.clone())?;
    let opened = office.open_window(desk)?;
    diary.note(&format!(
        "coordinator: members find it at {}",
        server.address()
    ));
    let (_end, ended) = oneshot::channel::<()>();
    tokio::spawn(server.run(async move {
        let _ = ended.await;
    }));
    if let Some(ready) = ready {
        let _ = ready.send(());
    }
    let mut hangup = signal(SignalKind::hangup()).map_err(Failure::broken)?;
    loop {
        let mut replies = Replies::default();
        tokio::select! {
            Some(call) = called.recv() => office.take_calls(call, &mut called, &mut replies),
            Some((ask, reply)) = asks.recv() => {
                match ask {
                    Ask::Quit => {
                        let _ = reply.send(Reply::Done(Phrase::say("says-ending")));
                        return Ok(());
                    }
                    Ask::ExportLedger(folder) => replies.exports.push((reply, folder)),
                    ask => {
                        let of_window = window::answer(opened.as_ref(), &ask);
                        let answer = of_window.unwrap_or_else(|| office.asked(ask));
                        replies.people.push((reply, answer));
                    }
                }
            }
            Some(()) = hangup.recv() => office.reload_unasked(),
            () = tokio::time::sleep(office.wait()) => {}
        }
        office.settle().await?;
        replies.send(office.notary.files());
    }
}

/// Replies that wait until what they promise is durable.
#[derive(Default)]
struct Replies {
    calls: Vec<(oneshot::Sender<Answer>, Answer)>,
    people: Vec<(oneshot::Sender<Reply>, Reply)>,
    /// Where the ledger's files are wanted.
    exports: Vec<(oneshot::Sender<Reply>, PathBuf)>,
}

impl Replies {
    fn send(self, ledger: &Shelf) {
        for (reply, folder) in self.exports {
            let files = ledger.copy();
            // A disk may be slow, and a T must not wait for it.
            tokio::task::spawn_blocking(move || {
                let _ = reply.send(exported(&folder, &files));
            });
        }
        // Who has hung up meanwhile asks again.
        for (reply, answer) in self.calls {
            let _ = reply.send(answer);
        }
        for (reply, answer) in self.people {
            let _ = reply.send(answer);
        }
    }
}

/// Says that there is no such order.
fn no_order(order: OrderId) -> Reply {
    Reply::Wrong(Phrase::of(|text| said!(text, "says-no-order", order)))
}

fn exported(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Reply {
    match write_new(folder, files) {
        Ok(()) => Reply::Done(tallied(key!("says-files"), files.len() as u64)),
        Err(failure) if failure.code == code::WRONG => Reply::Wrong(Phrase::failure(failure)),
        Err(failure) => Reply::Failed(Phrase::failure(failure)),
    }
}

impl Office {
    async fn open(
        folder: Folder,
        calls: mpsc::Sender<Call>,
        diary: Diary,
    ) -> Result<(Self, Server), Failure> {
        let charter = Charter::parse(&folder.read(&folder.charter())?).map_err(Failure::wrong)?;
        let settings = folder.settings()?;
        let store = Store::open(&folder.database(), Owner::Coordinator)
            .await
            .map_err(Failure::broken)?;
        let now = clock::now();
        let key = log_key(&folder, &charter.coordinator)?;
        let shelf = Shelf::new(store.files().await.map_err(Failure::broken)?);
        let opened = Notary::open(shelf, key, &charter, now).map_err(Failure::broken);
        let (notary, entries) = opened?;
        let papers = Papers::fetch(&store).await.map_err(Failure::broken)?;
        let desk = Desk::open(&papers);
        let hints = Hints::new();
        let door = door::Door::new(calls, notary.files().clone(), hints.clone());
        let address = settings.listening()?;
        let credentials = folder.credentials()?;
        let server = Server::bind(address, &credentials, limits(&settings), door);
        let server = server.await.map_err(Failure::broken)?;
        let lists = OwnList::open(&folder)?;
        let mut office = Self {
            rules: folder.rules(&charter, &lists)?,
            lists,
            judged_by: None, // a list may have changed while nobody was here
            overtaken: BTreeSet::new(),
            roster: charter.roster().map_err(Failure::wrong)?,
            register: Register::open(&folder, documents(&store, "invitation").await?)?,
            machine: Coordinator::new(setup(&settings)),
            notary,
            desk: desk.map_err(Failure::broken)?,
            standings: Standings::open(documents(&store, standing::KIND).await?)
                .map_err(Failure::broken)?,
            endings: Endings::default(),
            sequences: BTreeMap::new(),
            receipts: BTreeMap::new(),
            effects: Effects::default(),
            appeals: Appeals::open(documents(&store, appeals::KIND).await?)
                .map_err(Failure::broken)?,
            traffic: traffic::Heard::default(),
            recalled: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            confirm_within: settings.confirm_within,
            used: BTreeMap::new(),
            charters: 1,
            raising: None,
            changes: Vec::new(),
            refused: BTreeMap::new(),
            hinted: Hint::default(),
            hints,
            counts: server.counts(),
            diary,
            store,
            folder,
            charter,
        };
        office.rebuild(entries, now).await?;
        office.settle().await?;
        Ok((office, server))
    }

    /// Opens the window, if the settings have one.
    fn open_window(&self, desk: mpsc::Sender<Asked>) -> Result<Option<window::Opened>, Failure> {
        let office = issei_window::Office {
            name: self.charter.coordinator.clone(),
            coordinates: true,
        };
        window::open_if_set(&self.folder, office, desk, self.diary)
    }

    /// Brings the machine to where it was: by the log first, then by what members reported.
    async fn rebuild(&mut self, entries: Vec<Entry>, now: Timestamp) -> Result<(), Failure> {
        let mut out = Vec::new();
        for entry in entries {
            self.endings.written(&entry);
            self.endings.counts(&entry);
            if let Entry::Effect(entry) = &entry {
                self.effects.logged(entry);
            }
            if let Some(entry) = entry.standing() {
                self.standings.logged(&entry);
            }
            if let Some(decision) = entry.decision() {
                self.note_use(&decision);
                let input = Input::Logged(decision.clone());
                self.machine.handle(now, input, &mut out);
                self.note_confirmation(&decision);
            }
        }
        for entry in self.notary.waiting() {
            self.endings.written(entry);
        }
        for one in documents(&self.store, "sequence").await? {
            let last = serde_json::from_str(&one.body).map_err(Failure::broken)?;
            self.sequences.insert(one.name, last);
        }
        for one in documents(&self.store, "receipt").await? {
            let receipt: Receipt = serde_json::from_str(&one.body).map_err(Failure::broken)?;
            self.receipts
                .entry(receipt.order)
                .or_default()
                .push(one.name);
            self.effects
                .kept(receipt.order, &receipt.member, receipt.measured);
            self.machine.handle(now, Input::Receipt(receipt), &mut out);
        }
        for one in documents(&self.store, RECALLED).await? {
            let order = one.name.parse().map_err(Failure::broken)?;
            let at = serde_json::from_str(&one.body).map_err(Failure::broken)?;
            self.recalled.insert(order, at);
        }
        self.heed(out);
        Ok(())
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        let machine = self.machine.next_deadline();
        let due = machine.map_or(self.notary.next_deadline(), |at| {
            at.min(self.notary.next_deadline())
        });
        let span = due.since(clock::now()).as_micros();
        Duration::from_micros(u64::try_from(span).unwrap_or(0)).min(LOOK_EVERY)
    }

    /// Handles a call, and those that arrived with it.
    fn take_calls(
        &mut self,
        first: Call,
        called: &mut mpsc::Receiver<Call>,
        replies: &mut Replies,
    ) {
        let mut next = Some(first);
        for _ in 0..TOGETHER {
            let Some(call) = next else { break };
            let answer = self.called(&call);
            replies.calls.push((call.reply, answer));
            next = called.try_recv().ok();
        }
    }

    /// Does what is due, keeps what changed, and only then tells it.
    async fn settle(&mut self) -> Result<(), Failure> {
        let now = clock::now();
        self.heed_lists();
        if self.machine.next_deadline().is_some_and(|at| at <= now) {
            let mut out = Vec::new();
            self.machine.on_deadline(now, &mut out);
            self.heed(out);
        }
        self.tell_alarms();
        for entry in self.effects.take_due(now) {
            self.append(Entry::Effect(entry));
        }
        self.notary.sign_if_due(now);
        self.forget_receipts();
        let mut changes = std::mem::take(&mut self.changes);
        changes.extend(self.desk.take_changes());
        changes.extend(self.register.take_changes());
        changes.extend(self.standings.take_changes());
        changes.extend(self.notary.files().take_changes());
        if !changes.is_empty() {
            self.store.keep(&changes).await.map_err(Failure::broken)?;
        }
        let hint = self.notary.hint(self.desk.asked(), self.charters);
        if hint != self.hinted {
            self.hints.tell(json(&hint));
            self.hinted = hint;
        }
        Ok(())
    }

    /// Does what the machine wants.
    fn heed(&mut self, out: Vec<Output>) {
        for output in out {
            match output {
                // A list may have grown since the order was judged.
                Output::Append(Decision::Armed { order, .. }) if !self.is_safe(order) => {
                    self.withdraw_safeguarded(order);
                }
                Output::Append(decision) => {
                    self.note_recall(&decision);
                    self.append(Entry::Order(decision));
                }
                Output::Refused(order, refusal) => {
                    self.count(&format!("proposal not taken: {refusal:?}"));
                    self.diary.note(&format!(
                        "coordinator: order {order} is not taken: {refusal:?}"
                    ));
                }
                Output::Moved(..) => {}
            }
        }
    }

    /// Remembers when orders were asked to end before their time: from then on a recall is measured.
    fn note_recall(&mut self, decision: &Decision) {
        let ended: Vec<OrderId> = match decision {
            Decision::Withdrawn { order, .. } => vec![*order],
            Decision::WithdrawnAll { .. } => self.machine.all().map(|(order, _)| *order).collect(),
            Decision::Proposed(_) | Decision::Armed { .. } | Decision::Confirmed { .. } => {
                Vec::new()
            }
        };
        let now = clock::now();
        for order in ended {
            if let btree_map::Entry::Vacant(new) = self.recalled.entry(order) {
                new.insert(now);
                self.changes.push(put(RECALLED, order.to_string(), &now));
            }
        }
    }

    /// Appends an entry, unless it is an end that is asked for already.
    fn append(&mut self, entry: Entry) {
        if self.endings.have(&entry) {
            return;
        }
        self.endings.written(&entry);
        if let Err(error) = self.notary.append(entry) {
            self.count(&format!("entry not appended: {error}"));
        }
    }

    fn tell(&mut self, input: Input) {
        let mut out = Vec::new();
        self.machine.handle(clock::now(), input, &mut out);
        self.heed(out);
    }

    /// Forgets the receipts of orders that the machine has forgotten.
    fn forget_receipts(&mut self) {
        let machine = &self.machine;
        let gone = self
            .receipts
            .extract_if(.., |order, _| machine.progress(*order).is_none());
        let names = gone.flat_map(|(_, names)| names);
        self.changes
            .extend(names.map(|name| Change::RemoveDocument {
                kind: "receipt".into(),
                name,
            }));
        self.effects
            .keep_only(|order| machine.progress(order).is_some());
        self.confirmed
            .retain(|order, _| machine.progress(*order).is_some());
        let recalls = self
            .recalled
            .extract_if(.., |order, _| machine.progress(*order).is_none());
        self.changes
            .extend(recalls.map(|(order, _)| Change::RemoveDocument {
                kind: RECALLED.into(),
                name: order.to_string(),
            }));
    }

    /// Tells that a gate broke: its no stands, and a person has to look.
    fn tell_alarms(&mut self) {
        let mut alarms = self.desk.take_alarms();
        alarms.extend(self.standings.take_alarms());
        for no in alarms {
            self.count(BROKEN_GATE);
            self.diary
                .note(&format!("coordinator: a gate broke and said no: {no}"));
        }
    }

    fn count(&mut self, kind: &str) {
        *self.refused.entry(kind.into()).or_default() += 1;
    }

    /// Takes an entry that counts from now on.
    fn logged(&mut self, entry: &Entry) {
        self.endings.counts(entry);
        if let Some(entry) = entry.standing() {
            self.standings.logged(&entry);
        }
        if let Some(decision) = entry.decision() {
            self.note_use(&decision);
            let arrived = match &decision {
                Decision::Proposed(dossier) => Some(dossier.order.id()),
                _ => None,
            };
            self.tell(Input::Logged(decision.clone()));
            self.note_confirmation(&decision);
            // One whose end goes behind it through the log needs no second.
            let arrived = arrived.filter(|order| !self.overtaken.remove(order));
            if let Some(order) = arrived.filter(|order| !self.is_safe(*order)) {
                self.withdraw_safeguarded(order);
            }
        }
    }

    fn note_use(&mut self, decision: &Decision) {
        if let Decision::Proposed(dossier) = decision {
            let order = &dossier.order;
            let used = (order.proposed_at, order.radius.predicted_lines);
            self.used.insert(order.id(), used);
        }
    }

    fn used_today(&mut self, now: Timestamp) -> u64 {
        self.used.retain(|_, (at, _)| now < *at + DAY);
        self.used.values().map(|(_, lines)| lines).sum()
    }
}

fn setup(settings: &Settings) -> coordinator::Setup {
    let usual = coordinator::Setup::default();
    coordinator::Setup {
        watch: Settings::span(settings.watch_ms, usual.watch),
        notice: Settings::span(settings.notice_ms, usual.notice),
        ..usual
    }
}

/// Gives the key of the log.
///
/// # Errors
/// If its seed cannot be read.
pub fn log_key(folder: &Folder, coordinator: &OrganisationId) -> Result<Signer, Failure> {
    let name = format!("{coordinator}.issei.internal/orders");
    Signer::new(&name, Algorithm::Ed25519, &folder.seed("log")?).map_err(Failure::broken)
}

/// Gives the exchange's limits: a country of processes at one address needs more from it.
fn limits(settings: &Settings) -> Limits {
    let usual = Limits::default();
    Limits {
        per_peer: settings.connections_per_address.unwrap_or(usual.per_peer),
        ..usual
    }
}

async fn documents(store: &Store, kind: &str) -> Result<Vec<Document>, Failure> {
    store.documents(kind).await.map_err(Failure::broken)
}

fn put<T: Serialize>(kind: &str, name: String, value: &T) -> Change {
    document(kind, name, value, clock::now())
}

fn json<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value)
        .expect("our own nouns have string keys")
        .into()
}

fn found(body: Vec<u8>) -> Answer {
    Answer::Found {
        kind: "application/json",
        body: body.into(),
        immutable: false,
    }
}

/// The kind of document in which it is kept when an order was recalled.
const RECALLED: &str = "recalled";
/// Checkpoints that people are shown.
const CHECKPOINTS: usize = 20;
/// What the day's ceiling counts.
const DAY: Span = Span::from_secs(86_400);

#[cfg(test)]
#[path = "coordinator_tests.rs"]
mod tests;
#[cfg(test)]
mod twice_tests;
