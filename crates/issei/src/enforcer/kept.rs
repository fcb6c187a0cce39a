//! What the enforcer must remember over a crash: what it let in, and what may never come back.
//!
//! Always: what is let in is on the disk before it is on a device; what is taken away for good is taken
//! away first and on the disk before anybody is told. A memory that cannot be read lets nothing in.

pub mod reflexes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use issei_host::files;
use issei_model::{Order, OrderId, Span, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::office::folder::Folder;

/// Orders that are remembered, standing and gone.
pub const MOST: usize = 10_000;
/// What the day's ceiling counts.
const DAY: Span = Span::from_secs(86_400);

/// An order that was let in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admitted {
    /// What it says.
    pub order: Order,
    /// When it was judged.
    pub at: Timestamp,
    /// Its T, once it is signed.
    pub fires_at: Option<Timestamp>,
    /// Whether a person confirmed it, where it must be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// Whether it may not come back: withdrawn, left or over.
    pub gone: bool,
}

impl Admitted {
    /// Tells when it ends on the devices: the time to confirm it counts from this member's T here, which is
    /// never before the first, from which the office counts.
    pub fn ends(&self) -> Timestamp {
        let unconfirmed = self.fires_at.filter(|_| !self.confirmed);
        let by = unconfirmed.and_then(|fires_at| self.order.confirm_by(fires_at));
        by.unwrap_or(self.order.expires_at)
    }
}

/// The memory, and where it lies.
pub struct Memory {
    path: PathBuf,
    kept: Kept,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    orders: BTreeMap<OrderId, Admitted>,
    /// Orders that were taken away for good before they were ever let in, and until when to remember it.
    barred: BTreeMap<OrderId, Timestamp>,
}

impl Memory {
    /// Reads what was kept.
    ///
    /// # Errors
    /// If it cannot be read, or is not whole.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let path = folder.root().join("enforcer.json");
        let kept = read_or_default(folder, &path)?;
        Ok(Self { path, kept })
    }

    /// Shows an order that was let in.
    pub fn order(&self, id: OrderId) -> Option<&Admitted> {
        self.kept.orders.get(&id)
    }

    /// Shows the orders that may stand.
    pub fn standing(&self) -> impl Iterator<Item = (OrderId, &Admitted)> {
        let orders = self.kept.orders.iter();
        orders
            .filter(|(_, one)| !one.gone)
            .map(|(id, one)| (*id, one))
    }

    /// Tells whether an order may not come in any more.
    pub fn is_barred(&self, id: OrderId) -> bool {
        self.kept.barred.contains_key(&id) || self.order(id).is_some_and(|one| one.gone)
    }

    /// Sums the lines that the day's other orders use.
    pub fn used_today(&self, id: OrderId, now: Timestamp) -> u64 {
        let others = self.kept.orders.iter();
        let others = others.filter(|(other, one)| **other != id && now < one.at + DAY);
        others
            .map(|(_, one)| one.order.radius.predicted_lines)
            .sum()
    }

    /// Remembers an order that is let in.
    ///
    /// # Errors
    /// If there is no room, or the disk fails.
    pub fn admit(&mut self, id: OrderId, admitted: Admitted) -> Result<(), Failure> {
        if self.kept.orders.len() >= MOST && !self.kept.orders.contains_key(&id) {
            return Err(Failure::broken(
                "the enforcer remembers as many orders as it can",
            ));
        }
        let before = self.kept.orders.insert(id, admitted);
        let written = self.write();
        if written.is_err() {
            match before {
                Some(before) => self.kept.orders.insert(id, before),
                None => self.kept.orders.remove(&id),
            };
        }
        written
    }

    /// Remembers that an order may not come back.
    ///
    /// # Errors
    /// If the disk fails; within this process it is remembered all the same.
    pub fn bar(&mut self, id: OrderId, now: Timestamp) -> Result<(), Failure> {
        match self.kept.orders.get_mut(&id) {
            Some(one) if one.gone => return Ok(()),
            Some(one) => one.gone = true,
            None if self.kept.barred.len() < MOST => {
                // No order lives longer than it may be remembered: it must be in time when it is judged.
                self.kept.barred.insert(id, now + REMEMBER);
            }
            None => return Err(Failure::broken("too many orders are barred")),
        }
        self.write()
    }

    /// Forgets what is long over.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), Failure> {
        let before = self.kept.clone();
        let stays = |one: &Admitted| now < one.order.expires_at.max(one.at) + DAY;
        self.kept.orders.retain(|_, one| stays(one));
        self.kept.barred.retain(|_, until| now < *until);
        match self.kept == before {
            true => Ok(()),
            false => self.write(),
        }
    }

    fn write(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec(&self.kept).map_err(Failure::broken)?;
        files::write_private(&self.path, &text).map_err(Failure::broken)
    }
}

/// Reads a memory; one that was never written is empty.
fn read_or_default<T: DeserializeOwned + Default>(
    folder: &Folder,
    path: &Path,
) -> Result<T, Failure> {
    if !path.exists() {
        return Ok(T::default());
    }
    let text = folder.text(path)?;
    let step = "end what stands with `issei enforcer stop`, then remove the file";
    let wrong = |error| format!("{}: {error}; {step}", path.display());
    serde_json::from_str(&text).map_err(|error| Failure::unreadable(wrong(error)))
}

/// How long after its end a rule may be seen before it is taken away by hand (G3).
pub const LATE: Span = Span::from_secs(1);

/// How long a bar on an unknown order is remembered: twice as long as any order may live.
const REMEMBER: Span = Span::from_secs(60 * 86_400);
