//! A coarse timing wheel: which flows to look at when.
//!
//! A flow stands in the place of the time at which it would be due if no packet came. Packets do
//! not move it; when its place comes up it is looked at, and placed anew if it was busy. So a
//! packet costs nothing here, and a flow is looked at about once per idle time-out.
//! Not here: what is due (`flow`).

use std::collections::VecDeque;

use issei_model::Address;

use super::TOGETHER;
use super::flow::Rules;
use super::table::Table;

#[derive(Debug)]
pub(super) struct Wheel {
    /// The flows of every place, by where they are in the table, the first come first.
    places: Vec<VecDeque<u32>>,
    /// Microseconds from place to place.
    step: i64,
    /// The number of the step that the clock is in; `None` before there was a clock.
    now: Option<i64>,
}

const PLACES: usize = 64;

/// Flows that every place may keep memory for, however few are held.
const KEPT: usize = 1_024;

/// Steps in one idle time-out: how exactly a silent flow is recorded in time.
const STEPS_PER_IDLE: i64 = 32;

impl Wheel {
    pub(super) fn new(idle: i64) -> Self {
        Self {
            places: vec![VecDeque::new(); PLACES],
            step: (idle / STEPS_PER_IDLE).max(1),
            now: None,
        }
    }

    /// Tells whether the clock enters another step at this time.
    #[inline]
    pub(super) fn moves(&self, time: i64) -> bool {
        self.now
            .is_none_or(|now| time >= (now + 1).saturating_mul(self.step))
    }

    /// Tells when the first place with a flow comes up.
    pub(super) fn soonest(&self) -> Option<i64> {
        let now = self.now?;
        let mut ahead = (now + 1..).take(PLACES);
        let step = ahead.find(|&step| !self.places[place(step)].is_empty())?;
        Some(step.saturating_mul(self.step))
    }

    /// Places a flow that is due after `due`.
    pub(super) fn place(&mut self, at: u32, due: i64) {
        let now = self.now.unwrap_or_default();
        // Never further than one idle time-out: a remembered flow that wakes up may be due then.
        let step = (due.div_euclid(self.step) + 1).clamp(now + 1, now + STEPS_PER_IDLE + 1);
        self.places[place(step)].push_back(at);
    }

    /// Turns to `time` and looks at the flows of every place passed. `look` tells when to look
    /// again, or `None` if it removed the flow.
    pub(super) fn turn<A: Address>(
        &mut self,
        time: i64,
        table: &mut Table<A>,
        mut look: impl FnMut(&mut Table<A>, u32) -> Option<i64>,
    ) {
        let to = time.div_euclid(self.step);
        let from = self.now.unwrap_or(to);
        self.now = Some(from.max(to));
        for step in (from + 1..=to).take(PLACES) {
            let mut flows = std::mem::take(&mut self.places[place(step)]);
            for together in flows.make_contiguous().chunks(TOGETHER) {
                table.touch_places(together);
                for &at in together {
                    if let Some(due) = look(table, at) {
                        self.place(at, due);
                    }
                }
            }
            self.give_back(place(step), flows, table.len());
        }
    }

    /// Empties every place, the soonest first, and forgets the time.
    pub(super) fn empty<A: Address>(
        &mut self,
        table: &mut Table<A>,
        mut each: impl FnMut(&mut Table<A>, u32),
    ) {
        let now = self.now.take().unwrap_or_default();
        for step in (now + 1..).take(PLACES) {
            let mut flows = std::mem::take(&mut self.places[place(step)]);
            for together in flows.make_contiguous().chunks(TOGETHER) {
                table.touch_places(together);
                together.iter().for_each(|&at| each(table, at));
            }
            self.give_back(place(step), flows, table.len());
        }
    }

    /// Keeps the memory of an emptied place for its next turn, but not that of a burst: all
    /// places together hold about 64 bytes for each flow in the table, and no more.
    fn give_back(&mut self, place: usize, mut flows: VecDeque<u32>, held: usize) {
        // After a jump in time that passes every place, a flow may stand in this one anew.
        if self.places[place].is_empty() {
            flows.clear();
            flows.shrink_to(held / 4 + KEPT);
            self.places[place] = flows;
        }
    }

    /// Takes out the flow that would be due first, or that has nothing to record. Busy flows on
    /// the way are placed anew.
    pub(super) fn oldest<A: Address>(
        &mut self,
        table: &mut Table<A>,
        rules: &Rules,
    ) -> Option<u32> {
        let now = self.now.unwrap_or_default();
        for step in (now + 1..).take(PLACES) {
            while let Some(at) = self.places[place(step)].pop_front() {
                let flow = table.flow(at);
                let due = flow.due(rules);
                if flow.is_empty() || due.div_euclid(self.step) < step {
                    return Some(at);
                }
                self.place(at, due);
            }
        }
        None
    }
}

fn place(step: i64) -> usize {
    step.rem_euclid(PLACES as i64) as usize
}
