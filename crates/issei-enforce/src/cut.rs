//! What one order wants of a device, and what a device was read back to hold of it.

use issei_model::{Action, Goal, OrderId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Refusal;

/// What one order wants of a device. It knows its end before its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The order.
    pub order: OrderId,
    /// What it is aimed at: exact things, rising, without repeats.
    pub goals: Vec<Goal>,
    /// What is done there. Packets to and from an address are meant, both ways.
    pub action: Action,
    /// The moment it ends on the device by itself, also with nobody of ours alive.
    pub ends: Timestamp,
    /// The moment it takes effect; none while it is staged, which does nothing.
    pub fires_at: Option<Timestamp>,
}

impl Cut {
    /// Tells whether the device should let it act at a moment.
    pub fn acts_at(&self, now: Timestamp) -> bool {
        self.fires_at.is_some_and(|at| at <= now) && now < self.ends
    }
}

/// Why a cut was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// A rule said no.
    Refused(Refusal),
    /// It would end before it begins, or has ended.
    Ended(OrderId),
}

/// What a device holds of one order, as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The order.
    pub order: OrderId,
    /// How it stands.
    pub standing: Standing,
    /// When the device will end it by itself, as far as the device can tell.
    pub ends: Option<Timestamp>,
    /// Goals of which the device holds rules.
    pub goals: Vec<Goal>,
    /// Packets or questions that met its rules so far, if the device counts.
    pub met: Option<u64>,
    /// When it was seen to take effect.
    pub effect: Effect,
}

/// When an order's rules were seen to take effect, as the device itself observed it: of packets, not of
/// what was configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The first packet or question that met a rule.
    pub first_met: Option<Timestamp>,
    /// The last one about a goal that passed before it, if the device looks at those.
    pub last_passed: Option<Timestamp>,
}

/// How an order's rules stand on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are there and do nothing.
    Staged,
    /// They are there and act from this moment on by the device's own clock.
    Armed(Timestamp),
    /// They act, since this moment.
    Active(Timestamp),
}
