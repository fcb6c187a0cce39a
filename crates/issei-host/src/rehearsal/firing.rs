//! The thread that fires staged rules at their time, takes ended ones away, and heeds the stop file.
//!
//! In: the table, the armed orders, the clock. Out: the table, and a stamp for every turn.
//! Always: all orders that are due take effect in one go and are written once; a rule that was
//! lifted, or has ended, or meets the stop file, never takes effect. The clock is looked at again at
//! least every 50 ms, so a clock that is set does not surprise it for longer.

use std::time::Duration;

use issei_model::{OrderId, Span, Timestamp};

use super::{Fault, Shared, Stamp, Turn};
use crate::{clock, kernel};

/// The longest sleep. Half of the 100 ms within which the stop file is heeded, for the other half
/// may go into writing.
const LOOK_EVERY: Span = Span::from_millis(50);
/// Before an order fires, nothing is written that can wait: a slow disk takes some 100 ms.
const QUIET_BEFORE: Span = Span::from_millis(200);
/// From here on the kernel wakes at the moment itself, and calls must wait for it.
const CLOSE: Span = Span::from_millis(2);

/// Works until the device is dropped.
pub(super) fn run(shared: &Shared) {
    // Without it, rules fire up to 50 microseconds later, which is no reason not to fire.
    let _ = kernel::wake_on_time();
    let mut next_look = clock::now();
    loop {
        if shared.state().closing {
            return;
        }
        let mut outcome = shared.fire();
        if clock::now() >= next_look || next_look.since(clock::now()) > LOOK_EVERY {
            outcome = outcome.and(shared.look());
            next_look = clock::now() + LOOK_EVERY;
        }
        let failed = outcome.is_err();
        if let Err(fault) = outcome {
            let error = shared.failed(fault);
            shared.state().fault = Some(error);
        }
        shared.wait(next_look, failed);
    }
}

impl Shared {
    /// Waits for the next order, the next look, or a call.
    fn wait(&self, next_look: Timestamp, failed: bool) {
        let state = self.state();
        if state.closing {
            return;
        }
        let first = state.armed.values().min().copied();
        // What just failed is tried again with the next look and not in a hot circle.
        let until = match first {
            Some(first) if !failed => first.min(next_look),
            _ => next_look,
        };
        let left = until.since(clock::now());
        if left <= Span::ZERO {
            return;
        }
        if left <= CLOSE {
            drop(state);
            kernel::sleep_until(until.as_micros());
            return;
        }
        let micros = left.min(LOOK_EVERY).as_micros() - CLOSE.as_micros() / 2;
        let most = Duration::from_micros(micros.unsigned_abs());
        // Whatever ends the wait, everything is looked at again.
        drop(self.changed.wait_timeout(state, most));
    }

    /// Lets every order that is due take effect.
    fn fire(&self) -> Result<(), Fault> {
        let due = self.due();
        if due.is_empty() {
            return Ok(());
        }
        self.take_effect(&due)
    }

    /// Lets those take effect that were not lifted or staged anew since they were found due.
    pub(super) fn take_effect(&self, due: &[Stamp]) -> Result<(), Fault> {
        let locked = self.table.lock()?;
        if locked.is_stopped() {
            drop(locked);
            return self.empty(Turn::Stopped).map(drop);
        }
        let (mut rows, ended) = locked.rows()?;
        let mut fired = Vec::with_capacity(due.len());
        for stamp in due {
            let still_due = self.state().armed.get(&stamp.order) == Some(&stamp.due);
            let row = rows.get_mut(&stamp.order).filter(|row| row.since.is_none());
            if let Some(row) = row.filter(|_| still_due) {
                row.since = Some(stamp.due + stamp.late);
                fired.push(*stamp);
            }
        }
        if !fired.is_empty() {
            self.settle(&locked, &rows, &ended)?;
        }
        self.disarm(due, fired);
        Ok(())
    }

    /// Stamps every order that is due. Nothing in here waits for anything.
    pub(super) fn due(&self) -> Vec<Stamp> {
        let state = self.state();
        let stamp = |(&order, &due): (&OrderId, &Timestamp)| {
            let late = clock::now().since(due);
            (late >= Span::ZERO).then(|| Stamp {
                order,
                turn: Turn::Fired,
                due,
                monotonic_ns: clock::monotonic(),
                settled_ns: 0,
                late,
            })
        };
        state.armed.iter().filter_map(stamp).collect()
    }

    /// Forgets the orders that were due, and remembers when those took effect that could.
    fn disarm(&self, due: &[Stamp], fired: Vec<Stamp>) {
        let settled_ns = clock::monotonic();
        let mut state = self.state();
        for stamp in due {
            if state.armed.get(&stamp.order) == Some(&stamp.due) {
                state.armed.remove(&stamp.order);
            }
        }
        for stamp in fired {
            state.fired.push(Stamp {
                settled_ns,
                ..stamp
            });
        }
    }

    /// Heeds the stop file, and takes away what has ended.
    fn look(&self) -> Result<(), Fault> {
        if self.table.is_stopped() {
            let emptied = self.empty(Turn::Stopped).map(drop);
            return self.reflexes.lock()?.clear().and(emptied);
        }
        // What has ended reads as absent anyway, so tidying up never makes an order late.
        if !self.fires_soon() && self.table.has_ended_rows()? {
            let locked = self.table.lock()?;
            let (rows, ended) = locked.rows()?;
            self.settle(&locked, &rows, &ended)?;
        }
        if !self.fires_soon() {
            self.reflexes.tidy()?;
        }
        Ok(())
    }

    fn fires_soon(&self) -> bool {
        let soon = clock::now() + QUIET_BEFORE;
        self.state().armed.values().any(|&fires_at| fires_at < soon)
    }
}
