//! Moves whole rows of a batch: keeps some, copies some to another batch.
//!
//! Always: full columns stay of one length, tails stay short, extras keep to their rows. Nothing
//! is allocated beyond what the columns grow by.

use std::ops::Range;

use crate::{Address, Columns, FlowBatch, Timestamp};

impl FlowBatch {
    /// Keeps the records that took place, wholly or in part, from `since` up to before `until`.
    pub fn keep_between(&mut self, since: Timestamp, until: Timestamp) {
        self.v4.keep_between(since, until);
        self.v6.keep_between(since, until);
    }

    /// Sums up the packets and the bytes of all records, both directions, before any scaling.
    pub fn volume(&self) -> (u64, u64) {
        let (v4, v6) = (self.v4.volume(), self.v6.volume());
        (v4.0.saturating_add(v6.0), v4.1.saturating_add(v6.1))
    }

    /// Appends rows of another batch, by family.
    pub fn append(&mut self, other: &Self, v4: Range<usize>, v6: Range<usize>) {
        self.v4.append(&other.v4, v4);
        self.v6.append(&other.v6, v6);
    }
}

impl<A: Address> Columns<A> {
    fn keep_between(&mut self, since: Timestamp, until: Timestamp) {
        let (since, until) = (since.as_micros(), until.as_micros());
        let inside = |(&first, &last): (&i64, &i64)| last >= since && first < until;
        let times = || self.first.iter().zip(&self.last);
        // Mostly all are, and then nothing is allocated.
        if !times().all(inside) {
            let keep: Vec<bool> = times().map(inside).collect();
            self.keep(&keep);
        }
    }

    fn volume(&self) -> (u64, u64) {
        let sum = |there: &[u64], back: &[u64]| {
            let both = there.iter().chain(back);
            both.fold(0_u64, |sum, &one| sum.saturating_add(one))
        };
        (
            sum(&self.packets, &self.reverse_packets),
            sum(&self.bytes, &self.reverse_bytes),
        )
    }

    /// Keeps the rows for which `keep` says so, in their order.
    pub fn keep(&mut self, keep: &[bool]) {
        let mut new_row = 0;
        let mut rows = keep.iter().map(|&keep| {
            let row = new_row;
            new_row += u32::from(keep);
            keep.then_some(row)
        });
        let new_rows: Vec<Option<u32>> = rows.by_ref().collect();
        self.extras.retain_mut(|extra| {
            let row = new_rows.get(extra.row as usize).copied().flatten();
            extra.row = row.unwrap_or_default();
            row.is_some()
        });
        keep_in(&mut self.source, keep);
        keep_in(&mut self.destination, keep);
        for column in [
            &mut self.source_port,
            &mut self.destination_port,
            &mut self.marks,
        ] {
            keep_in(column, keep);
        }
        for column in [
            &mut self.protocol,
            &mut self.tcp_flags,
            &mut self.reverse_flags,
        ] {
            keep_in(column, keep);
        }
        for column in [
            &mut self.packets,
            &mut self.bytes,
            &mut self.reverse_packets,
            &mut self.reverse_bytes,
        ] {
            keep_in(column, keep);
        }
        for column in [&mut self.first, &mut self.last] {
            keep_in(column, keep);
        }
        for column in [
            &mut self.sampling,
            &mut self.origin,
            &mut self.input_interface,
            &mut self.output_interface,
        ] {
            keep_in(column, keep);
        }
    }

    /// Appends rows of other columns.
    pub fn append(&mut self, other: &Self, rows: Range<usize>) {
        let before = self.len();
        for extra in &other.extras {
            if rows.contains(&(extra.row as usize)) {
                let row = (extra.row as usize - rows.start + before) as u32;
                self.extras.push(crate::Extra { row, ..*extra });
            }
        }
        let tail = |from: usize, length: usize| from.min(length)..rows.end.min(length);
        macro_rules! full {
            ($($column:ident)+) => {
                $( self.$column.extend_from_slice(&other.$column[rows.clone()]); )+
            };
        }
        macro_rules! tails {
            ($($column:ident)+) => {$({
                let theirs = &other.$column[tail(rows.start, other.$column.len())];
                if !theirs.is_empty() {
                    self.$column.resize(before, Default::default());
                    self.$column.extend_from_slice(theirs);
                }
            })+};
        }
        tails!(reverse_packets reverse_bytes reverse_flags marks);
        full!(source destination source_port destination_port protocol tcp_flags packets bytes);
        full!(first last sampling origin input_interface output_interface);
    }
}

/// Keeps the elements whose row is kept. A tail that is shorter than the rows stays so.
fn keep_in<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| keep.next().copied().unwrap_or_default());
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
