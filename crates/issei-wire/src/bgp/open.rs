//! OPEN: who speaks, how long his silence is borne, which families of routes he knows.
//!
//! Standard: RFC 4271, section 4.2; RFC 5492 (capabilities); RFC 4760, section 8 (families); RFC 6793
//! (AS numbers of four octets); RFC 9072 (many parameters, read only).
//! Not here: what two OPENs agree on (`issei-enforce`). Never written: graceful restart (RFC 4724), for
//! routes shall not outlive their session.

use std::net::Ipv4Addr;

use super::fault::{Fault, Wrong};
use super::octets::Octets;
use super::{kind, write_message};

/// What a speaker says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its AS.
    pub as_number: u32,
    /// How many seconds of silence it bears; 0 = any.
    pub hold_time: u16,
    /// Its identifier.
    pub id: Ipv4Addr,
    /// Families of routes that it knows, of those that we know.
    pub families: Families,
    /// Whether it knows AS numbers of four octets.
    pub four_octets: bool,
}

/// A family of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4 unicast.
    Ipv4,
    /// IPv6 unicast.
    Ipv6,
    /// IPv4 FlowSpec (RFC 8955).
    Flow4,
    /// IPv6 FlowSpec (RFC 8956).
    Flow6,
}

/// A set of families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Families(u8);

/// Stands in two octets for an AS number that needs four (RFC 6793).
const AS_TRANS: u16 = 23_456;

/// Numbers of optional parameters and capabilities.
const CAPABILITIES: u8 = 2;
const EXTENDED: u8 = 255;
const MULTIPROTOCOL: u8 = 1;
/// AS numbers of four octets.
pub(super) const FOUR_OCTETS: u8 = 65;

impl Family {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ipv4, Self::Ipv6, Self::Flow4, Self::Flow6];

    /// Tells the numbers of IANA: address family, and family within it.
    pub const fn numbers(self) -> (u16, u8) {
        match self {
            Self::Ipv4 => (1, 1),
            Self::Ipv6 => (2, 1),
            Self::Flow4 => (1, 133),
            Self::Flow6 => (2, 133),
        }
    }

    /// Finds the family with these numbers.
    pub fn of(numbers: (u16, u8)) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|family| family.numbers() == numbers)
    }

    /// Tells whether its routes are FlowSpec rules.
    pub const fn is_flow(self) -> bool {
        matches!(self, Self::Flow4 | Self::Flow6)
    }
}

impl Families {
    /// Every family that we know.
    pub const ALL: Self = Self(0b1111);

    /// Puts one in.
    #[must_use]
    pub const fn with(self, family: Family) -> Self {
        Self(self.0 | 1 << family as u8)
    }

    /// Tells whether one is in.
    pub const fn has(self, family: Family) -> bool {
        self.0 & 1 << family as u8 != 0
    }

    /// Keeps those that are in both.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Tells whether none is in.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Walks over those that are in.
    pub fn iter(self) -> impl Iterator<Item = Family> {
        Family::ALL
            .into_iter()
            .filter(move |&family| self.has(family))
    }
}

impl Open {
    /// Reads the body.
    pub(super) fn read(mut body: Octets<'_>) -> Result<Self, Fault> {
        let broken = Fault::new(body.at(), Wrong::Open);
        let version = body.u8().ok_or(broken)?;
        if version != 4 {
            return Err(Fault::new(broken.at, Wrong::Version(version)));
        }
        let as_number = body.u16().ok_or(broken)?.into();
        let hold_time = body.u16().ok_or(broken)?;
        let id = Ipv4Addr::from_bits(body.u32().ok_or(broken)?);
        let mut open = Self {
            as_number,
            hold_time,
            id,
            families: Families::default(),
            four_octets: false,
        };
        open.read_parameters(body)?;
        // Without any word of families, it is IPv4 unicast (RFC 4760, section 8).
        if open.families.is_empty() {
            open.families = open.families.with(Family::Ipv4);
        }
        Ok(open)
    }

    fn read_parameters(&mut self, mut body: Octets<'_>) -> Result<(), Fault> {
        let broken = Fault::new(body.at(), Wrong::Open);
        let mut told = usize::from(body.u8().ok_or(broken)?);
        // Many parameters have longer lengths, behind a parameter of the kind 255 (RFC 9072).
        let extended = told != 0 && body.rest().first() == Some(&EXTENDED);
        if extended {
            body.u8();
            told = usize::from(body.u16().ok_or(broken)?);
        }
        if told != body.rest().len() {
            return Err(broken);
        }
        while !body.is_done() {
            let at = body.at();
            let kind = body.u8().ok_or(broken)?;
            let length = if extended {
                body.u16().map(usize::from)
            } else {
                body.u8().map(usize::from)
            };
            let parameter = length.and_then(|length| body.part(length)).ok_or(broken)?;
            if kind != CAPABILITIES {
                return Err(Fault::new(at, Wrong::Parameter(kind)));
            }
            self.read_capabilities(parameter)?;
        }
        Ok(())
    }

    /// Takes in what we know, and steps over the rest (RFC 5492, section 3).
    fn read_capabilities(&mut self, mut list: Octets<'_>) -> Result<(), Fault> {
        while !list.is_done() {
            let broken = Fault::new(list.at(), Wrong::Open);
            let number = list.u8().ok_or(broken)?;
            let length = usize::from(list.u8().ok_or(broken)?);
            let mut value = list.part(length).ok_or(broken)?;
            match (number, length) {
                (MULTIPROTOCOL, 4) => {
                    let (family, _reserved, within) = (value.u16(), value.u8(), value.u8());
                    let numbers = family.zip(within).ok_or(broken)?;
                    if let Some(family) = Family::of(numbers) {
                        self.families = self.families.with(family);
                    }
                }
                (FOUR_OCTETS, 4) => {
                    self.as_number = value.u32().ok_or(broken)?;
                    self.four_octets = true;
                }
                (MULTIPROTOCOL | FOUR_OCTETS, _) => return Err(broken),
                _ => {}
            }
        }
        Ok(())
    }

    /// Appends the message.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut list = Vec::with_capacity(32);
        for family in self.families.iter() {
            let (number, within) = family.numbers();
            list.extend_from_slice(&[MULTIPROTOCOL, 4]);
            list.extend_from_slice(&number.to_be_bytes());
            list.extend_from_slice(&[0, within]);
        }
        if self.four_octets {
            list.extend_from_slice(&[FOUR_OCTETS, 4]);
            list.extend_from_slice(&self.as_number.to_be_bytes());
        }
        let short = u16::try_from(self.as_number).unwrap_or(AS_TRANS);
        write_message(out, kind::OPEN, |out| {
            out.push(4);
            out.extend_from_slice(&short.to_be_bytes());
            out.extend_from_slice(&self.hold_time.to_be_bytes());
            out.extend_from_slice(&self.id.octets());
            // At most 30 octets of capabilities, so the short lengths suffice.
            out.extend_from_slice(&[list.len() as u8 + 2, CAPABILITIES, list.len() as u8]);
            out.extend_from_slice(&list);
        });
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
