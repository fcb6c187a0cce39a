//! Data sets that came before their template.
//!
//! Kept for a bounded while in bounded room, decoded when the template arrives, given up and
//! counted when it does not. Standard: RFC 7011, section 8: a collector may keep such records.

use std::collections::VecDeque;

use issei_model::{Span, Timestamp};

use super::messages::Message;

/// The sets of one domain that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitingRoom {
    /// Oldest first.
    sets: VecDeque<Waiting>,
    bytes: usize,
}

/// A data set and what its datagram's header said.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) template: u16,
    /// The session that must bring the template.
    pub(super) session: u32,
    pub(super) message: Message,
    pub(super) at: usize,
    pub(super) body: Box<[u8]>,
    since: Timestamp,
}

impl Waiting {
    pub(super) fn new(
        template: u16,
        session: u32,
        message: Message,
        at: usize,
        body: &[u8],
        since: Timestamp,
    ) -> Self {
        Self {
            template,
            session,
            message,
            at,
            body: body.into(),
            since,
        }
    }

    /// Tells the memory held.
    pub(super) fn bytes(&self) -> usize {
        Self::bytes_for(self.body.len())
    }

    /// Tells the memory that a body of this length takes.
    pub(super) const fn bytes_for(length: usize) -> usize {
        length + size_of::<Self>()
    }
}

impl WaitingRoom {
    pub(super) fn keep(&mut self, set: Waiting) {
        self.bytes += set.bytes();
        self.sets.push_back(set);
    }

    /// Hands over the sets that waited for a template, oldest first.
    pub(super) fn take(&mut self, session: u32, template: u16) -> Vec<Waiting> {
        let waits = |set: &Waiting| set.session == session && set.template == template;
        if !self.sets.iter().any(waits) {
            return Vec::new();
        }
        let (taken, kept): (Vec<_>, _) = self.sets.drain(..).partition(waits);
        self.sets = kept.into();
        self.bytes -= taken.iter().map(Waiting::bytes).sum::<usize>();
        taken
    }

    /// Hands over the sets that waited too long.
    pub(super) fn take_stale(&mut self, now: Timestamp) -> Vec<Waiting> {
        let stale = |set: &Waiting| now == Timestamp::MAX || now >= set.since + PATIENCE;
        let count = self.sets.iter().take_while(|set| stale(set)).count();
        let taken: Vec<_> = self.sets.drain(..count).collect();
        self.bytes -= taken.iter().map(Waiting::bytes).sum::<usize>();
        taken
    }

    /// Tells when the first set has waited too long.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.sets.front().map(|set| set.since + PATIENCE)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Exporters commonly repeat their templates every ten to thirty minutes.
const PATIENCE: Span = Span::from_secs(30 * 60);
