//! UPDATE: its three parts, and how many routes a peer says in it.
//!
//! In: the body. Out: the parts, as views; counts. Always: lengths that contradict each other end the
//! session, for then nobody knows what is a route. What only attributes get wrong is counted and dropped
//! with everything else that a peer announces: a stranger's odd attribute shall not end a session
//! that carries our rules (RFC 7606).
//! Standard: RFC 4271, section 4.3; RFC 4760, sections 3 and 4.

use super::fault::{Fault, Wrong};
use super::octets::Octets;
use super::open::Family;

/// The parts of an UPDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update<'a> {
    /// IPv4 routes that go.
    pub gone: &'a [u8],
    /// Attributes of what comes; routes of other families, of both kinds.
    pub attributes: &'a [u8],
    /// IPv4 routes that come.
    pub come: &'a [u8],
}

/// How many routes an UPDATE tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// That come.
    pub come: u64,
    /// That go.
    pub gone: u64,
    /// Whether some part could not be read, so that there may be more.
    pub torn: bool,
}

/// Attributes that carry routes.
pub(super) const MP_REACH: u8 = 14;
pub(super) const MP_UNREACH: u8 = 15;
/// The flag of an attribute whose length takes two octets.
pub(super) const LONG: u8 = 0x10;

impl<'a> Update<'a> {
    /// Reads the body.
    pub(super) fn read(mut body: Octets<'a>) -> Result<Self, Fault> {
        let gone = counted(&mut body)?;
        let attributes = counted(&mut body)?;
        let come = body.rest();
        Ok(Self {
            gone,
            attributes,
            come,
        })
    }

    /// Counts the routes, as far as they can be told apart.
    pub fn count(&self) -> Counted {
        let mut counted = Counted::default();
        let (gone, come) = (prefixes(self.gone, 32), prefixes(self.come, 32));
        counted.add_gone(gone);
        counted.add_come(come);
        let mut attributes = Octets::new(self.attributes, 0);
        while !attributes.is_done() {
            let Some((_, kind, mut value)) = attribute(&mut attributes) else {
                counted.torn = true;
                break;
            };
            match kind {
                MP_REACH => counted.add_come(reached(&mut value)),
                MP_UNREACH => counted.add_gone(unreached(&mut value)),
                _ => {}
            }
        }
        counted
    }
}

impl Counted {
    fn add_come(&mut self, routes: Option<u64>) {
        self.come += routes.unwrap_or(0);
        self.torn |= routes.is_none();
    }

    fn add_gone(&mut self, routes: Option<u64>) {
        self.gone += routes.unwrap_or(0);
        self.torn |= routes.is_none();
    }
}

/// Takes octets behind their length.
fn counted<'a>(body: &mut Octets<'a>) -> Result<&'a [u8], Fault> {
    let broken = Fault::new(body.at(), Wrong::Update);
    let length = body.u16().ok_or(broken)?;
    body.take(length.into()).ok_or(broken)
}

/// Takes one attribute: its flags, its number, its value.
pub(super) fn attribute<'a>(octets: &mut Octets<'a>) -> Option<(u8, u8, Octets<'a>)> {
    let (flags, kind) = (octets.u8()?, octets.u8()?);
    let length = match flags & LONG {
        0 => usize::from(octets.u8()?),
        _ => usize::from(octets.u16()?),
    };
    Some((flags, kind, octets.part(length)?))
}

fn reached(value: &mut Octets<'_>) -> Option<u64> {
    let family = (value.u16()?, value.u8()?);
    let next_hop = value.u8()?;
    value.take(next_hop.into())?;
    let _reserved = value.u8()?;
    routes(value, family)
}

fn unreached(value: &mut Octets<'_>) -> Option<u64> {
    let family = (value.u16()?, value.u8()?);
    routes(value, family)
}

/// Counts routes of a family. Those of a family that was not agreed on cannot be told apart.
fn routes(value: &mut Octets<'_>, numbers: (u16, u8)) -> Option<u64> {
    match Family::of(numbers)? {
        Family::Ipv4 => prefixes(value.rest(), 32),
        Family::Ipv6 => prefixes(value.rest(), 128),
        Family::Flow4 | Family::Flow6 => rules(value),
    }
}

/// Counts prefixes: a length in bits each, and the octets that it needs.
fn prefixes(octets: &[u8], most_bits: u8) -> Option<u64> {
    let (mut octets, mut count) = (Octets::new(octets, 0), 0);
    while let Some(bits) = octets.u8() {
        if bits > most_bits {
            return None;
        }
        octets.take(usize::from(bits).div_ceil(8))?;
        count += 1;
    }
    Some(count)
}

/// Counts FlowSpec rules: a length in one or two octets each, and so many octets.
fn rules(octets: &mut Octets<'_>) -> Option<u64> {
    let mut count = 0;
    while let Some(first) = octets.u8() {
        let length = match first {
            0..0xf0 => usize::from(first),
            _ => usize::from(first & 0x0f) << 8 | usize::from(octets.u8()?),
        };
        octets.take(length)?;
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
