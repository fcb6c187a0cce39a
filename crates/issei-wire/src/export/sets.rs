//! Sets: the boxes in which NetFlow v9 and IPFIX carry templates and records.
//!
//! Standards: RFC 3954, section 5 (FlowSets); RFC 7011, section 3.3.

use issei_model::{Problem, ProblemKind};

use super::Protocol;
use super::numbers::be16;

/// What a set holds, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// Template records.
    Templates,
    /// Options template records.
    OptionsTemplates,
    /// Records of the template with this id.
    Data(u16),
    /// An id that the standard keeps back.
    Reserved,
}

impl SetKind {
    /// Reads a set id.
    pub const fn of(protocol: Protocol, id: u16) -> Self {
        match (protocol, id) {
            (Protocol::Netflow9, 0) | (Protocol::Ipfix, 2) => Self::Templates,
            (Protocol::Netflow9, 1) | (Protocol::Ipfix, 3) => Self::OptionsTemplates,
            (_, FIRST_DATA_ID..) => Self::Data(id),
            _ => Self::Reserved,
        }
    }
}

/// The smallest id of a template and so of a data set (RFC 3954, 5.2; RFC 7011, 3.4.1).
pub const FIRST_DATA_ID: u16 = 256;

/// One set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set<'a> {
    /// Its id.
    pub id: u16,
    /// Where its body begins in the datagram.
    pub at: usize,
    /// What follows its four bytes of header.
    pub body: &'a [u8],
}

/// Walks over the sets of a datagram; ends after the first that contradicts itself.
#[derive(Clone, Debug)]
pub struct Sets<'a> {
    datagram: &'a [u8],
    at: usize,
}

impl<'a> Sets<'a> {
    /// Begins after a header of `at` bytes.
    pub const fn new(datagram: &'a [u8], at: usize) -> Self {
        Self { datagram, at }
    }

    /// Takes one set. Nothing is left where fewer bytes than a set's header remain, or zeros only:
    /// some exporters send datagrams of one size and leave the end blank.
    fn step(&mut self) -> Option<Result<Set<'a>, Problem>> {
        let rest = self.datagram.get(self.at..)?;
        if rest.iter().all(|&byte| byte == 0) {
            return None;
        }
        let (Some(id), Some(length)) = (be16(rest, 0), be16(rest, 2)) else {
            return Some(Err(self.wrong(ProblemKind::Truncated, rest.len())));
        };
        let length = usize::from(length);
        if length < SET_HEADER {
            return Some(Err(self.wrong(ProblemKind::BadLength, length)));
        }
        let Some(body) = rest.get(SET_HEADER..length) else {
            return Some(Err(self.wrong(ProblemKind::Truncated, length)));
        };
        let at = self.at + SET_HEADER;
        self.at += length;
        Some(Ok(Set { id, at, body }))
    }

    fn wrong(&self, kind: ProblemKind, detail: usize) -> Problem {
        Problem::new(kind, self.at as u64, detail as u64)
    }
}

impl<'a> Iterator for Sets<'a> {
    type Item = Result<Set<'a>, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if !matches!(step, Some(Ok(_))) {
            self.at = self.datagram.len();
        }
        step
    }
}

/// Tells whether there is at least one set, and each is whole and of a kind that exists.
pub(super) fn fill_the_rest(protocol: Protocol, sets: Sets<'_>) -> bool {
    let mut met = 0;
    for set in sets {
        match set.map(|set| SetKind::of(protocol, set.id)) {
            Ok(SetKind::Reserved) | Err(_) => return false,
            Ok(_) => met += 1,
        }
    }
    met > 0
}

const SET_HEADER: usize = 4;

#[cfg(test)]
#[path = "sets_tests.rs"]
mod tests;
