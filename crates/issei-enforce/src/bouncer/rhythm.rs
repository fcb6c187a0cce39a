//! How often a bouncer asks, and whether it has fallen silent.
//!
//! In: when it asked and was answered. Out: its usual pause, silence beyond what it promised. Always: one that
//! waits for an answer is not silent; what is remembered is bounded.

use std::collections::VecDeque;

use issei_model::{Span, Timestamp};

/// The rhythm of one bouncer.
#[derive(Clone, Debug)]
pub struct Rhythm {
    promised: Span,
    /// When it was last heard; at first, when we began to listen.
    heard: Timestamp,
    /// Whether it asked at all since.
    ever: bool,
    /// Questions of it that wait for an answer.
    waiting: usize,
    asked: Option<Timestamp>,
    pauses: VecDeque<Span>,
}

/// Of its own pauses, how many may pass in silence: two may be lost on the way.
const SILENT_AFTER: i64 = 3;
/// Pauses that the usual one is taken from.
const RECENT: usize = 32;

impl Rhythm {
    /// Begins to listen for one that promised to ask as often as this.
    pub fn new(promised: Span, now: Timestamp) -> Self {
        Self {
            promised,
            heard: now,
            ever: false,
            waiting: 0,
            asked: None,
            pauses: VecDeque::new(),
        }
    }

    /// Notes that it asks.
    pub fn asks(&mut self, now: Timestamp) {
        if let Some(before) = self.asked.replace(now) {
            if self.pauses.len() >= RECENT {
                self.pauses.pop_front();
            }
            self.pauses.push_back(now.since(before));
        }
        self.heard = now;
        self.ever = true;
        self.waiting = self.waiting.saturating_add(1);
    }

    /// Notes that it was answered, or went away unanswered.
    pub fn rests(&mut self, now: Timestamp) {
        self.heard = now;
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Tells the pause between two questions that half of the recent ones exceed.
    pub fn usual(&self) -> Option<Span> {
        let mut recent: Vec<Span> = self.pauses.iter().copied().collect();
        recent.sort_unstable();
        recent.get(recent.len() / 2).copied()
    }

    /// Tells the pause that it promised.
    pub const fn promised(&self) -> Span {
        self.promised
    }

    /// Tells whether it has ever asked.
    pub const fn has_asked(&self) -> bool {
        self.ever
    }

    /// Tells for how long it has been silent, if that is longer than it promised.
    pub fn silence(&self, now: Timestamp) -> Option<Span> {
        let silent = now.since(self.heard);
        let longest = Span::from_micros(self.promised.as_micros().saturating_mul(SILENT_AFTER));
        (self.waiting == 0 && silent > longest).then_some(silent)
    }
}

#[cfg(test)]
#[path = "rhythm_tests.rs"]
mod tests;
