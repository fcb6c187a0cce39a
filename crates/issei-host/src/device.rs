//! The hands: devices that take an order's rules, act on them from T to their end, and are read back.
//!
//! In: [`Cut`]s. Out: what the device itself says it holds, as [`Seen`]. Always: everything is idempotent;
//! a rule ends by itself; what is not ours is never touched; a device that fails says so and is never
//! taken for one that has done it.
//! Not here: what is planned (`issei-enforce`), whether it may be done (`issei-case`).

#[cfg(feature = "bgp")]
pub mod bgp;
#[cfg(feature = "bouncer")]
pub mod bouncer;
pub mod nft;
#[cfg(any(feature = "bouncer", feature = "zone"))]
mod places;
#[cfg(feature = "xdp")]
pub mod xdp;
#[cfg(feature = "zone")]
pub mod zone;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::Arc;

use issei_enforce::{Cut, Refusal, Seen};
use issei_model::{Action, DomainName, FoundReflex, Goal, OrderId, ReflexRuleId, Span};

use crate::reflexes::ReflexDevice;

/// A device that rules can be put on.
pub trait Device {
    /// Names it, as in a report.
    fn name(&self) -> &str;

    /// Tells how long before T it must begin, so that its rules act at T.
    fn lead(&self) -> Span;

    /// Puts a cut's rules there, inert, gone at `cut.ends`. What acts already stays as it is.
    ///
    /// # Errors
    /// If the device refuses or fails; then nothing new is there.
    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError>;

    /// Lets a cut's rules act from `cut.fires_at` on, until `cut.ends`, staged before or not.
    ///
    /// # Errors
    /// If the device refuses or fails.
    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError>;

    /// Takes an order's rules away. One that is not there is no trouble.
    ///
    /// # Errors
    /// If the device fails; then they may still be there.
    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError>;

    /// Takes everything of ours away, also what nobody can read, and tells of how many orders.
    ///
    /// # Errors
    /// If the device fails.
    fn lift_all(&mut self) -> Result<usize, DeviceError>;

    /// Tells whether the device has words for such an order at all. One that has none is left out where another device
    /// has them: nothing wider is ever put in their place.
    fn says(&self, _action: Action, _goals: &[Goal]) -> bool {
        true
    }

    /// Reads back everything of ours that the device holds.
    ///
    /// # Errors
    /// If the device fails or its answer cannot be understood.
    fn read(&mut self) -> Result<Vec<Seen>, DeviceError>;

    /// Gives where a standing list of names is put, if this device has room for one.
    fn listed(&self) -> Option<Arc<dyn Listed>> {
        None
    }

    /// Gives the face that takes rules of reflexes, if the device can say them exactly.
    fn reflexes(&mut self) -> Option<&mut dyn ReflexDevice> {
        None
    }

    /// Reads back everything of ours at once, of orders and of reflexes.
    ///
    /// # Errors
    /// As [`Device::read`].
    fn look(&mut self) -> Result<Holding, DeviceError> {
        self.read().map(|orders| Holding {
            orders,
            ..Holding::default()
        })
    }
}

/// What takes a standing list of names, whole, beside the orders and without waiting for them.
pub trait Listed: Send + Sync {
    /// Goes over to another list, and tells how many names did not fit.
    ///
    /// # Errors
    /// If it cannot be kept; then the list before stays.
    fn load(&self, names: &BTreeSet<DomainName>) -> io::Result<u64>;
}

/// Everything of ours that a device holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holding {
    /// Of orders.
    pub orders: Vec<Seen>,
    /// Of reflexes: rules that act, or did until their end.
    pub reflexes: Vec<FoundReflex>,
    /// Of reflexes: what is there otherwise than it was ever put.
    pub spoilt: Vec<ReflexRuleId>,
}

/// What went wrong with a device, and where.
#[derive(Debug)]
pub struct DeviceError {
    /// The device's name.
    pub device: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can go wrong with a device.
#[derive(Debug)]
pub enum Fault {
    /// A rule said no before anything was sent.
    Refused(Refusal),
    /// The cut would end before it begins, or has ended.
    Ended(OrderId),
    /// The device's program or session said no: its words.
    Said(String),
    /// The device cannot be reached or does not answer.
    Away(String),
    /// It answered what nobody understands: where, and what was expected.
    Unreadable(String),
    /// The kernel or the disk failed: doing what.
    Failed(&'static str, io::Error),
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = &self.device;
        match &self.fault {
            Fault::Refused(refusal) => write!(f, "{device}: refused, {refusal}"),
            Fault::Ended(order) => write!(
                f,
                "{device}: refused, the rules of order {order} would end before they begin; it needs a new order"
            ),
            Fault::Said(words) => write!(f, "{device} said no: `{words}`"),
            Fault::Away(why) => write!(
                f,
                "{device} cannot be reached: {why}; see whether it runs and whether we may talk to it"
            ),
            Fault::Unreadable(what) => write!(
                f,
                "{device} answered what cannot be read ({what}); its version may be unknown to us"
            ),
            Fault::Failed(doing, cause) => {
                write!(
                    f,
                    "{device}: {doing} failed: {cause}; look at the permissions and the disk"
                )
            }
        }
    }
}

impl std::error::Error for DeviceError {}
