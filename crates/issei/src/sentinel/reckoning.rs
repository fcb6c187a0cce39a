//! From questions with and without an answer to where an effect began and ended.
//!
//! In: when each question was asked, which were answered, the time. Out: [`Edges`]. Always: a loss here and
//! there is no silence; what never passed before says nothing; a moment is told as the two questions between
//! which it lies. The room is bounded, however long an order stands.

use std::collections::VecDeque;

use issei_model::{Edges, Span, Timestamp};

/// How long an answer may take before its question counts as unanswered.
const PATIENCE: Span = Span::from_millis(400);
/// A silence lasts at least so long; anything shorter may be a loss.
const LEAST_SILENCE: Span = Span::from_millis(300);
/// So many that pass in a row end it: one may be a straggler.
const ANSWERS: u32 = 3;
/// Questions that wait for an answer at once; with one each millisecond there are 400.
const MOST_OPEN: usize = 4_096;

/// What was asked and answered around one order.
#[derive(Clone, Debug)]
pub struct Reckoning {
    fires_at: Timestamp,
    ends: Timestamp,
    silence: Silence,
    /// The number of the first that is open.
    first: u64,
    open: VecDeque<Open>,
    stage: Stage,
    edges: Edges,
}

/// What an answer that does not come means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The question was stopped.
    Stopped,
    /// Nothing: a stopped question is answered too, otherwise.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    at: Timestamp,
    /// Whether it passed, once that is known.
    passed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Questions pass, or none ever did.
    Before {
        last_passed: Option<Timestamp>,
        first_stopped: Option<Timestamp>,
    },
    /// They are stopped.
    Silent {
        last_stopped: Timestamp,
        again: Option<(Timestamp, u32)>,
    },
    /// They pass again.
    Over,
}

impl Reckoning {
    /// Begins for an order.
    pub fn new(fires_at: Timestamp, ends: Timestamp, silence: Silence) -> Self {
        Self {
            fires_at,
            ends,
            silence,
            first: 0,
            open: VecDeque::new(),
            stage: Stage::Before {
                last_passed: None,
                first_stopped: None,
            },
            edges: Edges::default(),
        }
    }

    /// Takes that the next question was asked, and gives its number.
    pub fn asked(&mut self, at: Timestamp) -> u64 {
        if self.open.len() >= MOST_OPEN {
            self.close_first();
        }
        let passed = None;
        self.open.push_back(Open { at, passed });
        self.first + self.open.len() as u64 - 1
    }

    /// Tells the number of the first that may still be answered.
    pub fn first_open(&self) -> u64 {
        self.first
    }

    /// Takes an answer, which says whether its question passed. One that is late, or to no question, changes
    /// nothing.
    pub fn answered(&mut self, number: u64, passed: bool) {
        let place = number.checked_sub(self.first);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(open) = place.and_then(|place| self.open.get_mut(place)) {
            open.passed = Some(passed);
        }
    }

    /// Concludes what can be, in the order in which it was asked.
    pub fn settle(&mut self, now: Timestamp) {
        let is_settled = |open: &Open| open.passed.is_some() || open.at + PATIENCE <= now;
        while self.open.front().is_some_and(is_settled) {
            self.close_first();
        }
    }

    /// Tells what is known of the edges.
    pub fn edges(&self) -> Edges {
        self.edges
    }

    /// Tells whether the begin was seen.
    pub fn has_begun(&self) -> bool {
        self.edges.first_stopped.is_some()
    }

    /// Tells whether both were seen.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    fn close_first(&mut self) {
        let Some(Open { at, passed }) = self.open.pop_front() else {
            return;
        };
        self.first += 1;
        self.stage = match (passed, self.silence) {
            (Some(true), _) => self.after_passed(at),
            (Some(false), _) | (None, Silence::Stopped) => self.after_stopped(at),
            (None, Silence::Unknown) => self.stage,
        };
    }

    fn after_passed(&mut self, at: Timestamp) -> Stage {
        match self.stage {
            Stage::Before { .. } => Stage::Before {
                last_passed: Some(at),
                first_stopped: None,
            },
            Stage::Silent {
                last_stopped,
                again,
            } => {
                let (first, count) = again.map_or((at, 1), |(first, count)| (first, count + 1));
                if count < ANSWERS {
                    let again = Some((first, count));
                    return Stage::Silent {
                        last_stopped,
                        again,
                    };
                }
                self.edges.last_stopped = Some(last_stopped.since(self.ends));
                self.edges.first_again = Some(first.since(self.ends));
                Stage::Over
            }
            Stage::Over => Stage::Over,
        }
    }

    fn after_stopped(&mut self, at: Timestamp) -> Stage {
        match self.stage {
            Stage::Before {
                last_passed: Some(last),
                first_stopped,
            } => {
                let first = first_stopped.unwrap_or(at);
                if at.since(first) < LEAST_SILENCE {
                    return Stage::Before {
                        last_passed: Some(last),
                        first_stopped: Some(first),
                    };
                }
                self.edges.last_passed = Some(last.since(self.fires_at));
                self.edges.first_stopped = Some(first.since(self.fires_at));
                Stage::Silent {
                    last_stopped: at,
                    again: None,
                }
            }
            Stage::Silent { .. } => Stage::Silent {
                last_stopped: at,
                again: None,
            },
            other => other,
        }
    }
}

#[cfg(test)]
#[path = "reckoning_tests.rs"]
mod tests;
