//! The coordinator's process: the log with its witnesses, the duty desk, the machine that fires all at once.
//!
//! In: a folder that `issei coordinator found` made; calls of members; what people here ask. Out: the
//! ledger's files, hints, replies. Always: what is told to anybody was durable before; the machine
//! changes its mind only by what enough witnesses signed. Calls that arrive together are kept together.
//! Not here: whether an order may leave (`issei-case`), when it fires (`issei-order`).

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

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use issei_case::{Cleared, Gates, Roster};
use issei_desk::appeals::{Appeal, WAITING};
use issei_host::clock;
use issei_host::exchange::signed::{self, Purpose, Unsealed};
use issei_host::exchange::{Answer, Bytes, Counts, Kind, Limits, Route, Server};
use issei_host::store::{Change, Document, Owner, Store};
use issei_ledger::{Algorithm, Signer};
use issei_model::{
    Approval, Decision, Dossier, Ending, OrderId, OrganisationId, Receipt, SignedReceipt, Span,
    Timestamp,
};
use issei_order::coordinator::{self, Coordinator, Input, Output, Phase, Progress};
use issei_text::{Phrase, key, said};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::appeals::{self, Appeals};
use super::charter::Charter;
use super::control::{
    self, Ask, Asked, BROKEN_GATE, Confirming, MemberView, OrderView, Reply, Reported, Review,
    Stands, Status,
};
use super::entry::Entry;
use super::folder::{Folder, Rules, Settings, chance};
use super::own_list::OwnList;
use super::shelf::{Shelf, write_new};
use super::{Diary, document};
use crate::code::{self, Failure};
use crate::window;
use crate::words::{but, tallied};
use desk::{Answers, Desk, Papers};
use door::{Call, Hints, refused as no};
use effects::Effects;
use endings::Endings;
use issei_desk::ceiling::{Figures, Raised, Raiser};
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

    /// Answers a member.
    fn called(&mut self, call: &Call) -> Answer {
        let now = clock::now();
        let Some(from) = &call.from else {
            return match &call.route {
                Route::Join => self.join(&call.body, now),
                _ => no(403, "only members may ask this", "join first"),
            };
        };
        let from = from.organisation.clone();
        match &call.route {
            Route::Country => found(self.charter.canonical()),
            Route::Receipts => self.receipt(&from, &call.body),
            Route::Cosignatures => self.cosignature(&from, &call.body, now),
            Route::Findings => self.findings(&from, &call.body),
            Route::Questions => found(json(&self.desk.questions()).to_vec()),
            Route::Answers => self.answers(&from, &call.body, now),
            Route::Drafts => found(json(&self.drafts()).to_vec()),
            Route::Draft(order) => match self.view(*order) {
                Some(view) => found(json(&view).to_vec()),
                None => no(404, "no such draft", "list the drafts"),
            },
            Route::Traffic => self.traffic(&from, &call.body),
            Route::Approvals(order) => self.approval(&from, *order, &call.body),
            Route::Confirmation(order) => self.confirmation(&from, *order, &call.body),
            Route::Standings
            | Route::Standing(_)
            | Route::StandingProposals
            | Route::StandingApprovals(_)
            | Route::StandingWithdrawal(_)
            | Route::Reflexes => self.called_about_reflexes(&from, call, now),
            Route::Log(_) | Route::Hints | Route::Join => no(404, "not here", "ask the log"),
        }
    }

    /// Opens what a member signed, and remembers its sequence.
    fn open_signed<T: serde::de::DeserializeOwned + Serialize>(
        &mut self,
        from: &OrganisationId,
        purpose: Purpose,
        body: &[u8],
    ) -> Result<(u64, T), Answer> {
        let Some(enrolled) = self.charter.member(from) else {
            return Err(no(
                403,
                "not a member by the charter",
                "join the country first",
            ));
        };
        let name = format!("{}/{from}", purpose.as_str());
        let last = self.sequences.get(&name).copied();
        match signed::open::<T>(purpose, body, &enrolled.desk, from, last) {
            Ok((sequence, said)) => {
                self.changes.push(put("sequence", name.clone(), &sequence));
                self.sequences.insert(name, sequence);
                Ok((sequence, said))
            }
            Err(why) => {
                self.count(&format!("{}: {}", purpose.as_str(), kind_of(&why)));
                Err(no(
                    400,
                    &why.to_string(),
                    "sign it anew, with a greater number",
                ))
            }
        }
    }

    fn receipt(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let (sequence, receipt) = match self.open_signed::<Receipt>(from, Purpose::RECEIPT, body) {
            Ok(opened) => opened,
            Err(answer) => return answer,
        };
        if receipt.member != *from {
            self.count("receipt in another member's name");
            return no(
                403,
                "a receipt in another member's name",
                "report for yourself only",
            );
        }
        let name = format!("{sequence:020}-{from}");
        self.changes.push(put("receipt", name.clone(), &receipt));
        self.receipts.entry(receipt.order).or_default().push(name);
        self.note_effect(&receipt, body);
        self.tell(Input::Receipt(receipt));
        Answer::Done
    }

    /// Takes what a participant measured, with its signature as it came.
    fn note_effect(&mut self, receipt: &Receipt, body: &[u8]) {
        let progress = self.machine.progress(receipt.order);
        let asked = progress.is_some_and(|one| one.order.participant(&receipt.member).is_some());
        let signed = serde_json::from_slice::<SignedReceipt>(body);
        if let (true, Ok(signed)) = (asked, signed) {
            self.effects.take(signed, clock::now());
        }
    }

    fn cosignature(&mut self, from: &OrganisationId, body: &[u8], now: Timestamp) -> Answer {
        match self.notary.cosignature(from, body, now) {
            Ok(entries) => {
                for entry in entries {
                    self.logged(&entry);
                }
                Answer::Done
            }
            Err(why) => {
                self.count(&format!("cosignature: {why}"));
                no(409, why, "cosign the note of the newest hint")
            }
        }
    }

    fn findings(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let opened = self.open_signed::<Vec<Reported>>(from, Purpose::FINDINGS, body);
        let reported = match opened {
            Ok((_, reported)) => reported,
            Err(answer) => return answer,
        };
        if reported.iter().any(|one| one.evidence.source != *from) {
            self.count("finding in another member's name");
            return no(
                403,
                "a finding in another member's name",
                "report your own only",
            );
        }
        self.desk.take_findings(reported);
        Answer::Done
    }

    fn answers(&mut self, from: &OrganisationId, body: &[u8], now: Timestamp) -> Answer {
        let answers = match self.open_signed::<Answers>(from, Purpose::ANSWER, body) {
            Ok((_, answers)) => answers,
            Err(answer) => return answer,
        };
        let taken = self.at_the_gates(now, |desk, gates| {
            desk.take_answers(from, answers, gates, now)
        });
        match taken {
            Ok(()) => Answer::Done,
            Err(why) => no(409, &why, "answer the questions that are open"),
        }
    }

    fn approval(&mut self, from: &OrganisationId, order: OrderId, body: &[u8]) -> Answer {
        match self.own_approval(from, body) {
            Ok(approval) => found(json(&self.approve(order, approval)).to_vec()),
            Err(answer) => answer,
        }
    }

    /// Reads the approval of a person of the very member that sends it.
    fn own_approval(&mut self, from: &OrganisationId, body: &[u8]) -> Result<Approval, Answer> {
        let approval: Approval = serde_json::from_slice(body)
            .map_err(|error| no(400, &format!("no approval: {error}"), "sign the text again"))?;
        if approval.person.organisation() != from {
            self.count("approval of another organisation's person");
            return Err(no(
                403,
                "this person answers for another organisation",
                "send it from there",
            ));
        }
        Ok(approval)
    }

    fn approve(&mut self, order: OrderId, approval: Approval) -> Reply {
        let now = clock::now();
        let (reply, cleared) =
            self.at_the_gates(now, |desk, gates| desk.approve(order, approval, gates, now));
        self.release(cleared);
        reply
    }

    /// Lets an order that passed every gate go to the log.
    fn release(&mut self, cleared: Option<Cleared>) {
        if let Some(cleared) = cleared {
            let dossier: Dossier = cleared.into_dossier();
            self.tell(Input::Propose(Box::new(dossier)));
        }
    }

    fn at_the_gates<T>(
        &mut self,
        now: Timestamp,
        ask: impl FnOnce(&mut Desk, &Gates<'_>) -> T,
    ) -> T {
        self.look_at_lists();
        let gates = Gates {
            used_today: self.used_today(now),
            pack: &self.rules.pack,
            safeguards: &self.rules.safeguards,
            ceiling: &self.rules.ceiling,
            roster: &self.roster,
        };
        ask(&mut self.desk, &gates)
    }

    /// Lets a member in that knows its code; a new charter is offered to everybody.
    fn join(&mut self, body: &[u8], now: Timestamp) -> Answer {
        let joining = match self.register.join(body, now) {
            Ok(joining) => joining,
            Err((kind, answer)) => {
                self.count(kind);
                return answer;
            }
        };
        let mut charter = self.charter.clone();
        charter.enter(joining.enrolled.clone());
        match self.take_charter(charter) {
            Ok(()) => self.register.welcome(joining, &self.charter),
            Err(why) => no(409, &why, "ask the coordinator's desk"),
        }
    }

    /// Raises the ceilings once two people signed for the same figures.
    fn sign_ceiling(&mut self, figures: Figures, by: Raiser, now: Timestamp) -> Reply {
        if let Err(why) = by.signed(figures, &self.charter.coordinator, &self.roster) {
            return Reply::Wrong(why);
        }
        if !self.roster.holds(&by.person, &by.key, now) {
            let person = &by.person;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-key-ended", person)));
        }
        let other = self.raising.take().filter(|(signed, one)| {
            let held = self.roster.holds(&one.person, &one.key, now);
            *signed == figures && one.person != by.person && held
        });
        match other {
            Some((_, one)) => {
                let raised = Raised {
                    figures,
                    by: [one, by],
                };
                self.offer_charter(Charter {
                    raised: Some(raised),
                    ..self.charter.clone()
                })
            }
            None => {
                let person = &by.person;
                let said = Phrase::of(|text| said!(text, "says-signed-first", person));
                self.raising = Some((figures, by));
                Reply::Done(said)
            }
        }
    }

    fn offer_charter(&mut self, charter: Charter) -> Reply {
        match self.take_charter(charter) {
            Ok(()) => {
                let digest = self.charter.digest();
                Reply::Done(Phrase::of(|text| {
                    said!(text, "says-charter-offered", digest)
                }))
            }
            Err(why) => Reply::Wrong(Phrase::failure(why)),
        }
    }

    /// Goes by another charter from now on.
    fn take_charter(&mut self, charter: Charter) -> Result<(), String> {
        if charter == self.charter {
            return Ok(()); // the members have nothing new to accept
        }
        self.notary.heed_charter(&charter)?;
        self.roster = charter.roster()?;
        self.rules.ceiling = self
            .folder
            .settings()
            .map_err(|failure| failure.to_string())?
            .lowered(charter.ceiling()?);
        let written = self
            .folder
            .write(&self.folder.charter(), &charter.canonical());
        written.map_err(|failure| failure.to_string())?;
        self.charter = charter;
        self.charters += 1;
        Ok(())
    }

    /// Answers a person here.
    fn asked(&mut self, ask: Ask) -> Reply {
        let now = clock::now();
        match ask {
            Ask::Status => Reply::Status(Box::new(self.status(now))),
            Ask::Charter => Reply::Charter {
                pinned: self.charter.digest(),
                offered: None,
            },
            Ask::Country => {
                let (rules, lists) = (&self.rules, self.lists.safeguards());
                let checkpoints = self.notary.checkpoints(CHECKPOINTS);
                let view = self.charter.view(rules.ceiling, lists, checkpoints);
                Reply::Country(Box::new(view))
            }
            Ask::Invite { member, lines } => self.register.invite(&member, lines, now),
            Ask::EnterPerson { person, key, role } => {
                let mut charter = self.charter.clone();
                charter.enter_person(person, key, role, now);
                self.offer_charter(charter)
            }
            Ask::SignCeiling(figures, by) => self.sign_ceiling(figures, by, now),
            Ask::EndKey(key) => {
                let mut charter = self.charter.clone();
                match charter.end_key(&key, now) {
                    true => self.offer_charter(charter),
                    false => Reply::Wrong(Phrase::of(|text| said!(text, "says-no-key", key))),
                }
            }
            Ask::Findings => Reply::Findings(self.desk.findings().to_vec()),
            Ask::CaseOpen { case, goal } => {
                self.at_the_gates(now, |desk, gates| desk.open_case(&case, &goal, gates, now))
            }
            Ask::CaseQuestion(case) => self.desk.question(&case),
            Ask::CaseAssess(case) => {
                let members = self.charter.participants();
                self.at_the_gates(now, |desk, gates| desk.assess(&case, members, gates, now))
            }
            Ask::CaseReopen(case) => {
                self.at_the_gates(now, |desk, gates| desk.reopen(&case, gates, now))
            }
            Ask::CaseShow(case) => self.desk.show(&case),
            Ask::Cases => self.desk.all(),
            Ask::CaseClose { case, why } => {
                self.at_the_gates(now, |desk, gates| desk.close(&case, why, gates, now))
            }
            Ask::Propose(wish) => {
                let stood = self.machine.stood(now, self.desk.goals(&wish.case));
                let mut wish = *wish;
                wish.confirm_within = wish.confirm_within.or(self.confirm_within);
                self.at_the_gates(now, |desk, gates| desk.propose(wish, stood, gates, now))
            }
            Ask::Retract(order) => {
                self.at_the_gates(now, |desk, gates| desk.retract(order, gates, now))
            }
            Ask::Orders => Reply::Orders(self.orders()),
            Ask::Order(order) => match self.view(order) {
                Some(view) => Reply::Order(Box::new(view)),
                None => no_order(order),
            },
            Ask::Traffic(order) => self.traffic_of(order),
            Ask::Appeal(appeal) => self.appeal(&appeal),
            Ask::AppealOf(reference) => self.appeals.one(&reference),
            Ask::Appeals => Reply::Appeals(self.appeals.all()),
            Ask::AnswerAppeal {
                reference,
                person,
                words,
            } => {
                let changes = &mut self.changes;
                self.appeals.answer(&reference, person, words, now, changes)
            }
            Ask::Approve { order, approval } => self.approve(order, approval),
            Ask::Confirm { order, approval } => self.confirm(order, approval),
            Ask::Arm(order) => {
                let (reply, cleared) =
                    self.at_the_gates(now, |desk, gates| desk.arm(order, gates, now));
                self.release(cleared);
                reply
            }
            Ask::Withdraw { order, reason } => self.withdraw(order, reason),
            Ask::WithdrawAll(reason) => self.withdraw_all(reason),
            Ask::Reload => self.reload(),
            Ask::Safeguards
            | Ask::Guarded(_)
            | Ask::WeighList(_)
            | Ask::TakeList { .. }
            | Ask::LetGo(_) => self.asked_about_lists(&ask),
            other => self.asked_about_reflexes(other, now),
        }
    }

    /// Takes an appeal against what may act now.
    fn appeal(&mut self, appeal: &Appeal) -> Reply {
        let chance = match chance() {
            Ok(chance) => chance,
            Err(failure) => return Reply::Failed(Phrase::failure(failure)),
        };
        let acting = self.machine.all();
        let acting = acting.filter(|(_, progress)| progress.phase != Phase::Ended);
        let acting = acting.map(|(order, progress)| (*order, progress.order.goals.as_slice()));
        let now = clock::now();
        self.appeals
            .file(appeal, acting, now, chance, &mut self.changes)
    }

    fn withdraw(&mut self, order: OrderId, reason: Ending) -> Reply {
        let done = |key| Reply::Done(Phrase::say(key));
        let phase = self.machine.progress(order).map(|progress| progress.phase);
        let entry = Entry::Order(Decision::Withdrawn { order, reason });
        if self.endings.have(&entry) {
            return done(key!("says-withdrawal-coming"));
        }
        match phase {
            Some(Phase::Ended) => return done(key!("says-ended-already")),
            None if !self.is_coming(order) => {
                return Reply::Wrong(Phrase::of(|text| said!(text, "says-not-alive", order)));
            }
            // Written before this process began: the withdrawal goes behind it.
            None if !self.machine.is_on_its_way(order) => self.append(entry),
            _ => self.tell(Input::Withdraw { order, reason }),
        }
        done(key!("says-withdrawal"))
    }

    /// Tells whether an order is written, and may still count.
    fn is_coming(&self, order: OrderId) -> bool {
        let now = clock::now();
        let wanted = |entry: &Entry| match entry {
            Entry::Order(Decision::Proposed(dossier)) => {
                dossier.order.id() == order && now < dossier.order.expires_at
            }
            _ => false,
        };
        self.notary.waiting().any(wanted)
    }

    fn withdraw_all(&mut self, reason: Ending) -> Reply {
        let entry = Entry::Order(Decision::WithdrawnAll { reason });
        if self.endings.have(&entry) {
            return Reply::Done(Phrase::say("says-all-withdrawn"));
        }
        self.tell(Input::WithdrawAll { reason });
        Reply::Done(Phrase::say("says-withdraws-all"))
    }

    /// Reads lists and settings again; what became safeguarded is withdrawn everywhere.
    fn reload(&mut self) -> Reply {
        self.lists.read();
        self.rules = match self.folder.rules(&self.charter, &self.lists) {
            Ok(rules) => rules,
            Err(failure) => return Reply::Wrong(Phrase::failure(failure)),
        };
        self.confirm_within = match self.folder.settings() {
            Ok(settings) => settings.confirm_within,
            Err(failure) => return Reply::Wrong(Phrase::failure(failure)),
        };
        let hit = self.withdraw_all_safeguarded() as u64;
        let told = tallied(key!("says-read-withdrawn"), hit);
        match self.lists.alarm() {
            Some(alarm) => Reply::Wrong(but(&told, &alarm)),
            None => Reply::Done(told),
        }
    }

    /// Reads lists and settings again because of SIGHUP.
    fn reload_unasked(&mut self) {
        let told = match self.reload() {
            Reply::Done(words) | Reply::Wrong(words) => words.en,
            other => format!("{other:?}"),
        };
        self.diary.note(&format!("coordinator: {told}"));
    }

    fn status(&self, now: Timestamp) -> Status {
        let alive = self
            .machine
            .all()
            .filter(|(_, progress)| progress.phase != Phase::Ended);
        let mut counts = self.refused.clone();
        let exchange = Kind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), self.counts.refused(*kind)));
        counts.extend(exchange.filter(|(_, count)| *count > 0));
        counts.insert(WAITING.into(), self.appeals.waiting() as u64);
        counts.insert("findings dropped".into(), self.desk.dropped);
        Status {
            office: self.charter.coordinator.clone(),
            charter: self.charter.digest(),
            entries: self.notary.published(),
            current: self.notary.is_witnessed(now),
            stopped: false,
            connected: self.hints.listeners(),
            alive: alive.count(),
            findings: self.desk.findings().len(),
            clock_error: None,
            alarms: self.lists.alarm().into_iter().collect(),
            counts,
            reviews: self.reviews(),
        }
    }

    /// Tells until when people look again at what left, by the rows that it rests on.
    fn reviews(&self) -> Vec<Review> {
        let review = |(case, left): (&str, &desk::Left)| {
            let limit = self.rules.pack.row(&left.ground)?.limit?;
            Some(Review {
                order: left.order,
                case: case.to_owned(),
                ground: left.ground.clone(),
                by: left.proposed_at + limit.review,
            })
        };
        self.desk.unreviewed().filter_map(review).collect()
    }

    fn orders(&self) -> Vec<OrderView> {
        let mut views = self.drafts();
        views.extend(
            self.machine
                .all()
                .map(|(id, progress)| self.progress_view(*id, progress)),
        );
        let now = clock::now();
        views.extend(
            self.coming(now)
                .map(|(id, dossier)| leaving(id, dossier, now)),
        );
        views
    }

    /// Gives what is on its way through the log: before its proposal counts, the machine does not know it.
    fn coming(&self, now: Timestamp) -> impl Iterator<Item = (OrderId, &Dossier)> {
        let left = self.desk.all_left();
        let left = left.filter(move |dossier| now < dossier.order.fire_before);
        left.map(|dossier| (dossier.order.id(), dossier))
            .filter(|(order, _)| self.machine.progress(*order).is_none())
    }

    fn drafts(&self) -> Vec<OrderView> {
        let now = clock::now();
        let view = |(order, approvals, held): (&issei_model::Order, &[Approval], bool)| OrderView {
            id: order.id(),
            order: order.clone(),
            approvals: approvals.to_vec(),
            stands: if held { Stands::Held } else { Stands::Draft },
            members: Vec::new(),
            refusal: None,
            recalled_at: None,
            confirming: Confirming::default(),
            now,
        };
        self.desk.drafts().map(view).collect()
    }

    fn view(&self, order: OrderId) -> Option<OrderView> {
        if let Some(progress) = self.machine.progress(order) {
            return Some(self.progress_view(order, progress));
        }
        if let Some(draft) = self.drafts().into_iter().find(|view| view.id == order) {
            return Some(draft);
        }
        self.desk
            .left(order)
            .map(|dossier| leaving(order, dossier, clock::now()))
    }

    fn progress_view(&self, id: OrderId, progress: &Progress) -> OrderView {
        let of_member = |one: &issei_model::Participant| MemberView {
            member: one.member.clone(),
            lines: one.lines,
            fires_at: progress.fires_at.get(&one.member).copied(),
            effect: progress.effects.get(&one.member).copied(),
            measured: self.effects.of(id, &one.member),
            observed: progress.reports.get(&one.member).copied(),
        };
        OrderView {
            id,
            approvals: self.desk.approvals(id),
            stands: match progress.phase {
                Phase::Preparing => Stands::Preparing,
                Phase::Canary => Stands::Canary,
                Phase::Armed => Stands::Armed,
                Phase::Ended => Stands::Ended,
            },
            members: progress.order.participants.iter().map(of_member).collect(),
            order: progress.order.clone(),
            refusal: None,
            recalled_at: self.recalled.get(&id).copied(),
            confirming: self.confirming(id, progress),
            now: clock::now(),
        }
    }
}

/// Shows an order that everyone approved while it is on its way through the log.
fn leaving(id: OrderId, dossier: &Dossier, now: Timestamp) -> OrderView {
    OrderView {
        id,
        order: dossier.order.clone(),
        approvals: dossier.approvals.clone(),
        stands: match now < dossier.order.fire_before {
            true => Stands::Preparing,
            false => Stands::Ended,
        },
        members: Vec::new(),
        refusal: None,
        recalled_at: None,
        confirming: Confirming::default(),
        now,
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

/// Sorts what is wrong with an envelope, for counting.
fn kind_of(why: &Unsealed) -> &'static str {
    match why {
        Unsealed::TooLong { .. } => "too long",
        Unsealed::TooDeep => "too deep",
        Unsealed::Unreadable => "unreadable",
        Unsealed::NotCanonical => "not canonical",
        Unsealed::OtherPurpose => "another purpose",
        Unsealed::OtherOrganisation { .. } => "another organisation",
        Unsealed::WrongKey => "wrong key",
        Unsealed::Replayed { .. } => "replayed",
        Unsealed::WrongBody { .. } => "wrong body",
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
