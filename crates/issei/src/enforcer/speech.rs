//! What a member's office and its enforcer say to each other: one line of JSON each way.
//!
//! Always: a task that could put something on a device carries everything that shows it to be allowed;
//! the office's word alone only takes things away. A line is bounded. Not here: what is checked (`gate`).

pub mod reflexes;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use issei_enforce::Effect;
use issei_ledger::{Checkpoint, Policy, Proof};
use issei_model::{DomainName, OrderId, ReflexRuleId, Span, StandingId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::office::control::{Said, Stamp};

/// Bytes of a line: an order of a thousand goals, its approvals and two proofs.
pub const LONGEST: u64 = 8 << 20;

/// What the names of the enforcer's own rules begin with.
pub const OWN: &str = "enforcer-";
/// The rule that a device has no room: the same cut finds none in a moment either.
pub const NO_ROOM: &str = "no-room";
/// The rule that a device never takes such a cut.
pub const NOT_TAKEN: &str = "not-taken";
/// The rule that no device takes cuts of this kind.
pub const NO_DEVICE: &str = "no-device";

/// An entry of the ledger with what shows that it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// The checkpoint, with its witnesses' lines.
    pub note: String,
    /// The entry's place in the log.
    pub index: u64,
    /// The entry, as it stands there.
    pub entry: String,
    /// Its proof of inclusion under the checkpoint, in the text form of C2SP.
    pub proof: String,
}

impl Proven {
    /// Gives the entry, if the log's key and enough witnesses stand for it.
    ///
    /// # Errors
    /// What does not hold.
    pub fn open(&self, policy: &Policy) -> Result<Vec<u8>, String> {
        let checkpoint: Checkpoint = policy
            .open(self.note.as_bytes())
            .map_err(|no| no.to_string())?;
        let proof = Proof::parse(self.proof.as_bytes()).map_err(|no| no.to_string())?;
        let entry = self.entry.clone().into_bytes();
        let logged = checkpoint.admit(self.index, entry, &proof);
        let logged = logged.map_err(|no| no.to_string())?;
        Ok(logged.bytes().to_vec())
    }
}

/// What the office wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// Say which devices there are, how they stand, and how long before T they begin.
    Status,
    /// Put an order's rules there, inert.
    Stage(Box<Proven>),
    /// Let an order's rules act from its T on.
    Arm {
        /// The proposal.
        proposed: Box<Proven>,
        /// The entry that signs T.
        armed: Box<Proven>,
        /// The entry that confirms it, where it must be confirmed and was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmed: Option<Box<Proven>>,
    },
    /// Take an order's rules away.
    Lift {
        /// Which order.
        order: OrderId,
        /// Whether it may never come back: withdrawn, left or over.
        for_good: bool,
    },
    /// Say what the devices hold.
    Read,
    /// Put a reflex's rule there, which acts at once.
    Reflex(Box<reflexes::Wanted>),
    /// Take a reflex's rule away; it does not come back.
    LiftReflex(ReflexRuleId),
    /// Take away what a standing order put there, and let nothing of it in again.
    EndStanding(StandingId),
    /// Say which rules of reflexes act on the devices.
    ReadReflexes,
    /// Say when rules took effect, and when they were gone.
    Stamps,
    /// Take everything away and let nothing in.
    Stop,
    /// Let orders in again; what was taken away for good stays away.
    Resume,
    /// Read charter, lists and settings again; what is safeguarded by now is taken away.
    Reload,
}

/// What the enforcer answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// It is done.
    Done,
    /// So many orders were taken away.
    Lifted(usize),
    /// How it stands.
    Status(Box<Standing>),
    /// What the devices hold, taken together.
    Holds(BTreeMap<OrderId, Held>),
    /// Which rules of reflexes act, on every device that takes any.
    Reflexes(Vec<reflexes::HeldReflex>),
    /// When rules took effect and were gone, oldest first.
    Stamps(Vec<Stamp>),
    /// A rule said no.
    Refused(Box<Said>),
    /// The task makes no sense; why.
    Wrong(String),
    /// A device failed.
    Failed(String),
}

/// How the enforcer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its devices, by name, each with what was wrong with it when it was looked at last.
    pub devices: BTreeMap<String, Option<String>>,
    /// The longest lead of its devices.
    pub lead: Span,
    /// Whether the kill switch is on.
    pub stopped: bool,
    /// What is cut along with every order.
    #[serde(default)]
    pub sentinels: Sentinels,
    /// Orders that it holds.
    pub orders: usize,
    /// What a person has to look at.
    #[serde(default)]
    pub alarm: Option<String>,
    /// Rules of reflexes that act.
    pub reflexes: usize,
    /// How many rules of reflexes its devices take; none if no device can say them.
    pub reflex_room: usize,
    /// What was refused, lost or repaired, by kind.
    pub counts: BTreeMap<String, u64>,
}

/// What of our own is cut along with every order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentinels {
    /// An address, with orders that drop packets.
    pub address: Option<IpAddr>,
    /// Resolvers, each with the suffix below which orders about names are marked.
    pub names: Vec<(SocketAddr, DomainName)>,
}

/// How an order's rules stand on all devices that are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// They are there on every device, and act on none or not on all.
    Staged,
    /// They act on every device.
    Active {
        /// Since this moment.
        since: Timestamp,
        /// When they were seen to take effect: the first that was dropped on any device, the last that
        /// passed one.
        effect: Effect,
    },
    /// Something of them is missing on a device.
    Broken,
}
