//! Hosts elsewhere that are seen scanning us: they open to several of our lines on ports that
//! only worms probe.
//!
//! A source can be forged, so being on this list accuses nobody; it counts only where one of our
//! own lines, itself a suspect, exchanges something with the host.

use issei_model::{Address, Columns, Marks, Outcome, Span, TcpFlags, Timestamp, protocol};

use super::exchange::is_watched;
use crate::hashing::{Key, name_of};
use crate::table::{Table, Visit, second};

/// The hosts.
#[derive(Debug)]
pub(super) struct Scanners<A> {
    key: Key,
    hosts: Table<A, Probed>,
    /// A bit per port that only worms probe.
    worm: Box<[u64]>,
    least_lines: usize,
}

/// Lines that a host opened to, by name; zeros last.
#[derive(Clone, Copy, Debug, Default)]
struct Probed {
    lines: [u32; MOST_PROBED],
}

/// Lines told apart per host.
const MOST_PROBED: usize = 4;

impl<A: Address> Scanners<A> {
    pub(super) fn new(
        key: Key,
        most: usize,
        memory: Span,
        worm_ports: &[u16],
        least_lines: usize,
    ) -> Self {
        let mut worm = vec![0; 1 << 10].into_boxed_slice();
        for &port in worm_ports {
            worm[usize::from(port) / 64] |= 1 << (port % 64);
        }
        Self {
            key,
            hosts: Table::new(key, |key, host| key.line(*host), most, memory),
            worm,
            least_lines: least_lines.clamp(1, MOST_PROBED),
        }
    }

    /// Tells whether only worms probe a port.
    #[inline]
    pub(super) fn is_worm_port(&self, port: u16) -> bool {
        self.worm[usize::from(port) / 64] >> (port % 64) & 1 != 0
    }

    /// Tells whether an inbound row opens to a port that only worms probe.
    #[inline]
    pub(super) fn is_probe(&self, columns: &Columns<A>, row: usize) -> bool {
        columns.protocol[row] == protocol::TCP
            && self.is_worm_port(columns.destination_port[row])
            && is_opening(columns, row)
    }

    /// Plans a visit to the host that a row came from.
    pub(super) fn visit(&self, columns: &Columns<A>, row: u32) -> Visit {
        let host = columns.source[row as usize].prefix(A::LINE_BITS);
        Visit::new(row, self.key.line(host))
    }

    pub(super) fn touch(&self, visits: &mut [Visit]) {
        self.hosts.touch(visits);
    }

    /// Notes that a host opened to a line.
    pub(super) fn note(&mut self, columns: &Columns<A>, visit: &Visit, now: Timestamp) {
        let row = visit.row as usize;
        let host = columns.source[row].prefix(A::LINE_BITS);
        let line = columns.destination[row].prefix(A::LINE_BITS);
        let name = name_of(self.key.line(line)).max(1);
        if let Some(probed) = self.hosts.find_or_enter(visit, host, second(now)) {
            probed.add(name);
        }
    }

    /// Tells whether a host was seen scanning us.
    pub(super) fn holds(&self, host: A) -> bool {
        let probed = self.hosts.get(self.key.line(host), host);
        probed.is_some_and(|probed| probed.lines[self.least_lines - 1] != 0)
    }

    /// Counts what found no place.
    pub(super) fn turned_away(&self) -> u64 {
        self.hosts.tally().turned_away
    }

    pub(super) fn bytes(&self) -> usize {
        self.hosts.bytes() + self.worm.len() * size_of::<u64>()
    }
}

impl Probed {
    fn add(&mut self, name: u32) {
        for held in &mut self.lines {
            if *held == 0 {
                *held = name;
            }
            if *held == name {
                return;
            }
        }
    }
}

fn is_opening<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    if !is_watched(columns, row) {
        return TcpFlags(columns.tcp_flags[row]).only_opening();
    }
    let guessed = columns.marks_of(row).any(Marks::OPENING_UNSEEN);
    !guessed
        && matches!(
            columns.outcome(row),
            Outcome::Answered | Outcome::Refused | Outcome::Unanswered
        )
}
