//! How one zone says what a cut means: which records, and which names of our own stand beside them.
//!
//! In: a cut. Out: records for each of its goals, its sentinel, or a [`Refusal`]. Always: what a zone cannot
//! say exactly it refuses. Two names are ours: the sentinel of each order, which has the address [`MARK`]
//! while the order's names stand, and the zone's own, whose address is the serial, so that a resolver tells
//! which version it uses. Nobody else asks for them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use issei_model::{Action, DomainName, Goal, OrderId};

use super::records::{Record, Says};
use super::serial::Serial;
use crate::{Cut, Refusal};

/// What a sentinel says (an address for documentation, RFC 5737: nobody's).
pub const MARK: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);

/// How a name is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refused {
    /// It does not exist, and so nothing below it does, for whoever caches that (RFC 8020).
    #[default]
    Absent,
    /// It exists and has no records; what lies below is not spoken of.
    Empty,
}

/// The words of one zone.
#[derive(Clone, Debug)]
pub struct Wording {
    apex: DomainName,
    tests: DomainName,
    refused: Refused,
    page: Vec<IpAddr>,
}

/// What is wrong with the words of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordingError {
    /// With the suffix of our own test names a name would be longer than 253 bytes.
    TooLong {
        /// The zone.
        apex: DomainName,
        /// The suffix.
        tests: DomainName,
    },
    /// The information page has more than one address of a kind.
    Crowded,
}

/// The longest name without its last dot (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 253;
/// Digits of an order's name that its sentinel carries.
const DIGITS: usize = 12;

impl Wording {
    /// Takes the zone's name, the suffix of our own test names, and how names are refused and redirected:
    /// to at most one address of either kind, or to none.
    ///
    /// # Errors
    /// If the names are too long, or the page has two addresses of a kind.
    pub fn new(
        apex: DomainName,
        tests: DomainName,
        refused: Refused,
        page: Vec<IpAddr>,
    ) -> Result<Self, WordingError> {
        let fours = page.iter().filter(|ip| ip.is_ipv4()).count();
        if fours > 1 || page.len() - fours > 1 {
            return Err(WordingError::Crowded);
        }
        let longest = DIGITS + ".sentinel.".len() + tests.as_str().len() + 1 + apex.as_str().len();
        if longest > LONGEST_NAME {
            return Err(WordingError::TooLong { apex, tests });
        }
        Ok(Self {
            apex,
            tests,
            refused,
            page,
        })
    }

    /// Tells the zone's name.
    pub fn apex(&self) -> &DomainName {
        &self.apex
    }

    /// Tells how names are refused.
    pub fn refused(&self) -> Refused {
        self.refused
    }

    /// Refuses what the zone cannot say exactly.
    ///
    /// # Errors
    /// The first goal that cannot be said, and why.
    pub fn check(&self, cut: &Cut) -> Result<(), Refusal> {
        let wrong = |goal: &Goal| self.wrong_with(goal, cut.action);
        let first = cut.goals.iter().find_map(|goal| Some((goal, wrong(goal)?)));
        first.map_or(Ok(()), |(goal, what)| {
            let goal = goal.clone();
            Err(Refusal::NotExpressible { goal, what })
        })
    }

    fn wrong_with(&self, goal: &Goal, action: Action) -> Option<&'static str> {
        let Goal::Name(name) = goal else {
            return Some("a response policy zone holds names");
        };
        match action {
            Action::Drop | Action::RateLimit(_) => return Some("a resolver drops no packets"),
            Action::Redirect if self.page.is_empty() => {
                return Some("no information page is configured");
            }
            Action::Redirect | Action::RefuseName => {}
        }
        if name.is_within(&self.tests) || name.is_within(&self.apex) {
            return Some("the name is one of the zone's own");
        }
        let length = name.as_str().len() + 1 + self.apex.as_str().len();
        (length > LONGEST_NAME).then_some("with the zone's name it is longer than 253 bytes")
    }

    /// Says an action about a name.
    pub fn say(&self, name: &DomainName, action: Action) -> Vec<Record> {
        match (action, self.refused) {
            (Action::Redirect, _) => {
                let page = self.page.iter();
                page.map(|&ip| Record::address(name, ip)).collect()
            }
            (_, Refused::Absent) => vec![Record::of(name, Says::Absent)],
            (_, Refused::Empty) => vec![Record::of(name, Says::Empty)],
        }
    }

    /// Tells whether an answer to a question for the address of a refused or redirected name is what
    /// the zone says about it.
    pub fn is_obeyed(&self, action: Action, exists: bool, addresses: &[IpAddr]) -> bool {
        match (action, self.refused) {
            (Action::Redirect, _) => {
                let fours = self.page.iter().filter(|ip| ip.is_ipv4());
                exists && fours.eq(addresses.iter())
            }
            (_, Refused::Absent) => !exists,
            (_, Refused::Empty) => exists && addresses.is_empty(),
        }
    }

    /// Names the sentinel of an order.
    pub fn sentinel(&self, order: OrderId) -> DomainName {
        Self::sentinel_below(&self.tests, order)
    }

    /// Names the sentinel of an order at any zone with this suffix of test names.
    pub fn sentinel_below(tests: &DomainName, order: OrderId) -> DomainName {
        let digits = order.to_string();
        own(tests, digits.get(..DIGITS).unwrap_or(&digits))
    }

    /// Names what tells the serial.
    pub fn serial_name(&self) -> DomainName {
        own(&self.tests, "serial")
    }

    /// Tells the serial as a record.
    pub fn tell(&self, serial: Serial) -> Record {
        Record::of(&self.serial_name(), Says::A(Ipv4Addr::from_bits(serial.0)))
    }

    /// Marks an order as standing.
    pub fn mark(&self, order: OrderId) -> Record {
        Record::of(&self.sentinel(order), Says::A(MARK))
    }
}

fn own(tests: &DomainName, label: &str) -> DomainName {
    let name = format!("{label}.sentinel.{tests}").parse();
    // Its length was measured, and its labels are a domain name's.
    name.unwrap_or_else(|_| tests.clone())
}

impl fmt::Display for WordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { apex, tests } => write!(
                f,
                "the names under `{tests}` do not fit below the zone `{apex}`; give one of them a shorter name"
            ),
            Self::Crowded => f.write_str(
                "the information page has two addresses of one kind; name one IPv4 and one IPv6 address at most",
            ),
        }
    }
}

impl std::error::Error for WordingError {}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
