//! Turns the instructions that `--debug=netlink` lists into what a listing in JSON leaves out: the exact
//! moments that rules compare the time with, and those that the sets `first` and `last` hold.
//!
//! In: lines such as `  [ cmp gte reg 1 0xa1afeb18 0x00b85bb2 ]`. Always: what is not understood is passed
//! over; whoever needs a moment that was not found here says so. Limits: the layout is libnftnl's, and
//! what its version 1.2.4 shows.

use std::collections::BTreeMap;

use super::moment::{Moment, Tongue};

/// What the instructions of one table tell.
#[derive(Debug, Default)]
pub(super) struct Bytecode {
    /// By chain and handle: the comparisons with the time, in order.
    pub(super) times: BTreeMap<(String, u64), Vec<Compared>>,
    /// By set: the two words of each element of eight bytes.
    pub(super) elements: BTreeMap<String, Vec<[u32; 2]>>,
}

/// A comparison with the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// At this moment or later.
    From([u32; 2]),
    /// Before this moment.
    Until([u32; 2]),
    /// Otherwise.
    Strange,
}

/// Where a line belongs.
enum Place {
    Nowhere,
    Rule((String, u64)),
    Set(String),
}

impl Bytecode {
    /// Reads the lines of one table, and of the sets `sets` the elements.
    pub(super) fn of<'a>(table: &str, lines: impl Iterator<Item = &'a str>, sets: &[&str]) -> Self {
        let mut code = Self::default();
        let mut place = Place::Nowhere;
        let mut holds_time = false;
        for line in lines {
            if let Some(head) = line.strip_prefix("inet ") {
                place = place_of(head, table);
                holds_time = false;
                continue;
            }
            match &place {
                Place::Rule(rule) => match step(line.trim()) {
                    Step::LoadTime => holds_time = true,
                    Step::Reorder => {}
                    Step::Compare(compared) if holds_time => {
                        code.times.entry(rule.clone()).or_default().push(compared);
                        holds_time = false;
                    }
                    Step::Compare(_) | Step::Other => holds_time = false,
                },
                Place::Set(set) if sets.contains(&set.as_str()) => {
                    let found = code.elements.entry(set.clone()).or_default();
                    found.extend(element(line.trim()));
                }
                Place::Set(_) | Place::Nowhere => {}
            }
        }
        code
    }

    /// Tells the two moments between which a rule acts.
    pub(super) fn window(&self, chain: &str, handle: u64, tongue: Tongue) -> Option<[Moment; 2]> {
        match *self.times.get(&(chain.to_owned(), handle))?.as_slice() {
            [Compared::From(from), Compared::Until(until)] => {
                Some([from, until].map(|words| tongue.moment(words)))
            }
            _ => None,
        }
    }

    /// Tells the moments that a set holds; they are kept as the machine keeps a number.
    pub(super) fn noted(&self, set: &str) -> impl Iterator<Item = Moment> {
        let words = self.elements.get(set).into_iter().flatten();
        words.map(|words| {
            let [a, b] = words.map(u32::to_ne_bytes);
            let [a0, a1, a2, a3] = a;
            let [b0, b1, b2, b3] = b;
            Moment(u64::from_ne_bytes([a0, a1, a2, a3, b0, b1, b2, b3]))
        })
    }
}

/// Reads `TABLE CHAIN HANDLE [POSITION]` or `TABLE @SET`.
fn place_of(head: &str, table: &str) -> Place {
    let mut words = head.split(' ');
    if words.next() != Some(table) {
        return Place::Nowhere;
    }
    let (Some(name), handle) = (words.next(), words.next()) else {
        return Place::Nowhere;
    };
    if let Some(set) = name.strip_prefix('@') {
        return Place::Set(set.to_owned());
    }
    match handle.map(str::parse) {
        Some(Ok(handle)) => Place::Rule((name.to_owned(), handle)),
        _ => Place::Nowhere,
    }
}

enum Step {
    LoadTime,
    Reorder,
    Compare(Compared),
    Other,
}

fn step(line: &str) -> Step {
    if line == "[ meta load time => reg 1 ]" {
        return Step::LoadTime;
    }
    if line == "[ byteorder reg 1 = hton(reg 1, 8, 8) ]" {
        return Step::Reorder;
    }
    let words = line
        .strip_prefix("[ cmp ")
        .and_then(|rest| rest.strip_suffix(" ]"));
    match words.map(compared) {
        Some(compared) => Step::Compare(compared),
        None => Step::Other,
    }
}

/// Reads `gte reg 1 0xa1afeb18 0x00b85bb2`.
fn compared(words: &str) -> Compared {
    let words: Vec<&str> = words.split(' ').collect();
    match *words {
        ["gte", "reg", "1", high, low] => two(high, low).map_or(Compared::Strange, Compared::From),
        ["lt", "reg", "1", high, low] => two(high, low).map_or(Compared::Strange, Compared::Until),
        _ => Compared::Strange,
    }
}

/// Reads `element b25d2202 18ebafa1  : 0 [end]`.
fn element(line: &str) -> Option<[u32; 2]> {
    let mut words = line.strip_prefix("element ")?.split_whitespace();
    let (high, low) = (words.next()?, words.next()?);
    (words.next() == Some(":")).then_some(())?;
    two(high, low)
}

fn two(high: &str, low: &str) -> Option<[u32; 2]> {
    Some([word(high)?, word(low)?])
}

fn word(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let exact = digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    exact
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
#[path = "bytecode_tests.rs"]
mod tests;
