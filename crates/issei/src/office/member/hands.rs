//! The hands of a member: a rehearsed device in its own folder, or an enforcer that has real ones.
//!
//! In: what the machine wants of an order's rules. Out: how they stand, as read back. Always: an enforcer
//! that does not answer has done nothing. It is handed the log's own proof of everything that it is to put
//! on a device; to take away, a word is enough.
//! Not here: what an enforcer checks (`crate::enforcer`).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use issei_desk::DevicesView;
use issei_enforce::Effect;
use issei_host::rehearsal::{self, Rehearsal, Standing};
use issei_host::store::{Change, Document};
use issei_model::{Objection, OrderId, Span, Timestamp};
use issei_order::member::Rules;
use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::enforcer::line::Line;
use crate::enforcer::speech::{
    Held, NO_DEVICE, NO_ROOM, NOT_TAKEN, OWN, Proven, Sentinels, Task, Told,
};
use crate::office::control::Stamp;
use crate::office::document;
use crate::office::folder::{Folder, Settings};

/// How long before T a rehearsed device must begin: it fires by itself.
const LEAD: Span = Span::from_millis(1);
/// The kind of document in which proofs are kept.
pub const KIND: &str = "proven";

/// What carries out orders.
pub enum Hands {
    /// A table that cuts nothing.
    Rehearsed(Box<Rehearsal>),
    /// Real devices, behind a process of their own.
    Enforcer(Box<Enforcing>),
}

/// An enforcer, and the proofs that it will ask for.
pub struct Enforcing {
    line: Mutex<Line>,
    proofs: BTreeMap<OrderId, Proofs>,
    changes: Vec<Change>,
    /// Where somebody stops the devices without this process.
    stop: PathBuf,
}

/// What shows that an order is in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proofs {
    proposed: Option<Proven>,
    armed: Option<Proven>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed: Option<Proven>,
}

/// Which entry of an order was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The proposal.
    Proposed,
    /// The one that signs T.
    Armed,
    /// The one that confirms it.
    Confirmed,
}

impl Hands {
    /// Opens what the settings name.
    ///
    /// # Errors
    /// If the rehearsed device's disk refuses, or kept proofs cannot be read. An enforcer that does not
    /// answer yet is no error: nothing can be prepared until it does.
    pub fn open(
        folder: &Folder,
        settings: &Settings,
        kept: Vec<Document>,
    ) -> Result<Self, Failure> {
        let Some(socket) = &settings.enforcer else {
            let device = Rehearsal::open(&folder.device()).map_err(Failure::broken)?;
            return Ok(Self::Rehearsed(Box::new(device)));
        };
        let mut proofs = BTreeMap::new();
        for one in kept {
            let id: OrderId = one.name.parse().map_err(Failure::broken)?;
            let kept = serde_json::from_str(&one.body).map_err(Failure::broken)?;
            proofs.insert(id, kept);
        }
        let socket = folder.root().join(socket);
        Ok(Self::Enforcer(Box::new(Enforcing {
            stop: socket.with_file_name("stop"),
            line: Mutex::new(Line::to(&socket)),
            proofs,
            changes: Vec::new(),
        })))
    }

    /// Takes the proof of an entry; whatever does not need it forgets it.
    pub fn learn(&mut self, order: OrderId, which: Which, proven: Proven, now: Timestamp) {
        let Self::Enforcer(enforcing) = self else {
            return;
        };
        let proofs = enforcing.proofs.entry(order).or_default();
        match which {
            Which::Proposed => proofs.proposed = Some(proven),
            Which::Armed => proofs.armed = Some(proven),
            Which::Confirmed => proofs.confirmed = Some(proven),
        }
        let change = document(KIND, order.to_string(), proofs, now);
        enforcing.changes.push(change);
    }

    /// Forgets the proofs of orders that are not known any more.
    pub fn keep_only(&mut self, known: impl Fn(OrderId) -> bool) {
        let Self::Enforcer(enforcing) = self else {
            return;
        };
        let gone = enforcing.proofs.keys().copied().filter(|id| !known(*id));
        for id in gone.collect::<Vec<_>>() {
            enforcing.proofs.remove(&id);
            enforcing.changes.push(Change::RemoveDocument {
                kind: KIND.into(),
                name: id.to_string(),
            });
        }
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        match self {
            Self::Rehearsed(_) => Vec::new(),
            Self::Enforcer(enforcing) => std::mem::take(&mut enforcing.changes),
        }
    }

    /// Lists the orders that have rules on a device.
    ///
    /// # Errors
    /// If nobody can tell.
    pub fn found(&self) -> Result<Vec<OrderId>, String> {
        match self {
            Self::Rehearsed(device) => device.found().map_err(|error| error.to_string()),
            Self::Enforcer(enforcing) => Ok(enforcing.holds()?.into_keys().collect()),
        }
    }

    /// Reads back how an order's rules stand.
    ///
    /// # Errors
    /// If nobody can tell.
    pub fn read(&self, order: OrderId) -> Result<Rules, String> {
        Ok(match self {
            Self::Rehearsed(device) => {
                match device.read(order).map_err(|error| error.to_string())? {
                    Standing::Absent => Rules::Absent,
                    Standing::Staged => Rules::Staged,
                    Standing::Active(since) => Rules::Active(since),
                }
            }
            Self::Enforcer(enforcing) => match enforcing.holds()?.get(&order) {
                Some(Held::Active { since, .. }) => Rules::Active(*since),
                Some(Held::Staged) => Rules::Staged,
                Some(Held::Broken) => Rules::Broken,
                None => Rules::Absent,
            },
        })
    }

    /// Tells when orders' rules were seen to take effect on real devices.
    pub fn effects(&self) -> BTreeMap<OrderId, Effect> {
        let Self::Enforcer(enforcing) = self else {
            return BTreeMap::new(); // a rehearsed rule meets nobody
        };
        let held = enforcing.holds().unwrap_or_default().into_iter();
        held.filter_map(|(order, held)| match held {
            Held::Active { effect, .. } => Some((order, effect)),
            Held::Staged | Held::Broken => None,
        })
        .collect()
    }

    /// Tells what is cut along with every order, if anything is.
    pub fn sentinels(&self) -> Sentinels {
        let Self::Enforcer(enforcing) = self else {
            return Sentinels::default(); // nothing of a rehearsal could be measured
        };
        match enforcing.ask(&Task::Status) {
            Ok(Told::Status(standing)) => standing.sentinels,
            _ => Sentinels::default(),
        }
    }

    /// Tells how the devices stand.
    pub fn devices(&self) -> DevicesView {
        let Self::Enforcer(enforcing) = self else {
            let orders = self.found().map_or(0, |found| found.len());
            return DevicesView {
                rehearsed: true,
                lead: LEAD,
                orders,
                ..DevicesView::default()
            };
        };
        let standing = match enforcing.ask(&Task::Status) {
            Ok(Told::Status(standing)) => *standing,
            Ok(other) => return silent(astray(other)),
            Err(why) => return silent(why),
        };
        let addresses = standing.sentinels.address.iter().map(ToString::to_string);
        let names = standing.sentinels.names.iter();
        let names = names.map(|(resolver, suffix)| format!("{suffix} @ {resolver}"));
        DevicesView {
            rehearsed: false,
            silent: None,
            sentinels: addresses.chain(names).collect(),
            devices: standing.devices,
            lead: standing.lead,
            stopped: standing.stopped,
            orders: standing.orders,
            reflexes: standing.reflexes,
            reflex_room: standing.reflex_room,
            counts: standing.counts,
            alarm: standing.alarm,
        }
    }

    /// Tells how long before T the devices must begin, or that none can be reached.
    ///
    /// # Errors
    /// If no device can be told anything now.
    pub fn lead(&self) -> Result<Span, String> {
        match self {
            Self::Rehearsed(_) => Ok(LEAD),
            Self::Enforcer(enforcing) => enforcing.lead(),
        }
    }

    /// Puts an order's rules there, inert, gone at `ends`.
    ///
    /// # Errors
    /// What the device or the enforcer says.
    pub fn stage(&self, order: OrderId, ends: Timestamp) -> Result<(), NotDone> {
        match self {
            Self::Rehearsed(device) => device.stage(order, ends).map_err(NotDone::now),
            Self::Enforcer(enforcing) => enforcing.stage(order),
        }
    }

    /// Lets an order's rules act from T on, and puts them there first if they are not.
    ///
    /// # Errors
    /// What the device or the enforcer says.
    pub fn arm(&self, order: OrderId, fires_at: Timestamp, ends: Timestamp) -> Result<(), NotDone> {
        match self {
            Self::Rehearsed(device) => {
                arm_rehearsed(device, order, fires_at, ends).map_err(NotDone::now)
            }
            Self::Enforcer(enforcing) => enforcing.arm(order),
        }
    }

    /// Takes an order's rules away; for good, if it may not come back.
    ///
    /// # Errors
    /// If they may still be there.
    pub fn lift(&self, order: OrderId, for_good: bool) -> Result<(), String> {
        match self {
            Self::Rehearsed(device) => device.lift(order).map_err(|error| error.to_string()),
            Self::Enforcer(enforcing) => enforcing.words_of(&Task::Lift { order, for_good }),
        }
    }

    /// Lets devices take rules again after a stop.
    ///
    /// # Errors
    /// If they do not.
    pub fn resume(&self, folder: &Folder) -> Result<(), String> {
        // Where an enforcer has the devices, nobody may have put a stop here.
        if folder.device().exists() {
            rehearsal::resume(&folder.device()).map_err(|error| error.to_string())?;
        }
        match self {
            Self::Rehearsed(_) => Ok(()),
            Self::Enforcer(enforcing) => enforcing.words_of(&Task::Resume),
        }
    }

    /// Takes everything away and lets nothing in.
    ///
    /// # Errors
    /// If something may still be there.
    pub fn stop(&self) -> Result<(), String> {
        match self {
            Self::Rehearsed(_) => Ok(()), // each rule is lifted by the machine
            Self::Enforcer(enforcing) => enforcing.words_of(&Task::Stop),
        }
    }

    /// Shows when rules took effect and when they were gone.
    pub fn stamps(&self) -> Vec<Stamp> {
        match self {
            Self::Rehearsed(device) => rehearsed_stamps(device),
            Self::Enforcer(enforcing) => match enforcing.ask(&Task::Stamps) {
                Ok(Told::Stamps(stamps)) => stamps,
                _ => Vec::new(),
            },
        }
    }

    /// Hands over the last trouble that nobody asked about.
    pub fn take_fault(&self) -> Option<String> {
        match self {
            Self::Rehearsed(device) => device.take_fault().map(|error| error.to_string()),
            Self::Enforcer(_) => None,
        }
    }

    /// Tells whether somebody stopped the devices without this process.
    pub fn is_stopped(&self, folder: &Folder) -> bool {
        let theirs = match self {
            Self::Rehearsed(_) => false,
            Self::Enforcer(enforcing) => enforcing.stop.exists(),
        };
        theirs || rehearsal::stop_file(&folder.device()).exists()
    }

    /// Tells whether nobody is hit by what is done here.
    pub fn are_rehearsed(&self) -> bool {
        matches!(self, Self::Rehearsed(_))
    }
}

impl Enforcing {
    fn ask(&self, task: &Task) -> Result<Told, String> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.ask(task)
    }

    fn holds(&self) -> Result<BTreeMap<OrderId, Held>, String> {
        match self.ask(&Task::Read)? {
            Told::Holds(held) => Ok(held),
            other => Err(astray(other)),
        }
    }

    fn lead(&self) -> Result<Span, String> {
        match self.ask(&Task::Status)? {
            Told::Status(standing) => {
                let faults = standing.devices.into_iter();
                let broken = faults.filter_map(|(_, fault)| fault).next();
                broken.map_or(Ok(standing.lead.max(LEAD)), Err)
            }
            other => Err(astray(other)),
        }
    }

    fn stage(&self, order: OrderId) -> Result<(), NotDone> {
        let proposed = self.proofs.get(&order).and_then(|one| one.proposed.clone());
        let proposed =
            proposed.ok_or_else(|| NotDone::now("the proposal's proof is not at hand"))?;
        self.does(&Task::Stage(Box::new(proposed)))
    }

    fn arm(&self, order: OrderId) -> Result<(), NotDone> {
        let proofs = self.proofs.get(&order).cloned().unwrap_or_default();
        let (Some(proposed), Some(armed)) = (proofs.proposed, proofs.armed) else {
            return Err(NotDone::now("the proof of the signed T is not at hand"));
        };
        self.does(&Task::Arm {
            proposed: Box::new(proposed),
            armed: Box::new(armed),
            confirmed: proofs.confirmed.map(Box::new),
        })
    }

    fn does(&self, task: &Task) -> Result<(), NotDone> {
        match self.ask(task).map_err(NotDone::now)? {
            Told::Done | Told::Lifted(_) => Ok(()),
            Told::Refused(said) => Err(NotDone {
                objection: objection(&said.rule),
                why: said.en,
            }),
            other => Err(NotDone::now(astray(other))),
        }
    }

    fn words_of(&self, task: &Task) -> Result<(), String> {
        self.does(task).map_err(|not| not.why)
    }
}

/// Why something is not on the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDone {
    /// What was said.
    pub why: String,
    /// Why the member takes no part, if it is not to be tried again.
    pub objection: Option<Objection>,
}

impl NotDone {
    /// It may be done another time.
    fn now(why: impl fmt::Display) -> Self {
        Self {
            why: why.to_string(),
            objection: None,
        }
    }
}

/// What is known of devices whose enforcer cannot be asked.
fn silent(why: String) -> DevicesView {
    DevicesView {
        silent: Some(why),
        ..DevicesView::default()
    }
}

/// Tells what an enforcer's rule means for the order: none, if it may say yes another time.
fn objection(rule: &str) -> Option<Objection> {
    match rule.strip_prefix(OWN).unwrap_or(rule) {
        NO_ROOM => Some(Objection::Capacity),
        NOT_TAKEN | NO_DEVICE => Some(Objection::Technical),
        _ => None,
    }
}

/// Says what an enforcer said instead of a yes.
pub fn astray(told: Told) -> String {
    match told {
        Told::Refused(said) => said.en,
        Told::Wrong(why) | Told::Failed(why) => why,
        other => format!("the enforcer answered something else: {other:?}"),
    }
}

fn arm_rehearsed(
    device: &Rehearsal,
    order: OrderId,
    fires_at: Timestamp,
    ends: Timestamp,
) -> Result<(), rehearsal::RehearsalError> {
    if device.read(order)? == Standing::Absent {
        device.stage(order, ends)?;
    }
    device.arm(order, fires_at, ends)
}

fn rehearsed_stamps(device: &Rehearsal) -> Vec<Stamp> {
    let stamp = |one: &rehearsal::Stamp, fired| Stamp {
        order: one.order,
        fired,
        monotonic_ns: one.monotonic_ns,
        late: one.late,
    };
    let (fired, gone) = (device.stamps(), device.recalls());
    let fired = fired.iter().map(|one| stamp(one, true));
    fired
        .chain(gone.iter().map(|one| stamp(one, false)))
        .collect()
}
