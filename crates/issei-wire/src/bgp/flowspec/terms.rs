//! Lists of comparisons: at least one, each with a value that a packet can have.
//!
//! Always: the first has no joint, the last is marked as the end; values take the fewest octets that the
//! standard allows for their component. A comparison that always or never holds cannot be written.
//! Standard: RFC 8955, section 4.2.1.

use super::super::octets::Octets;
use super::RuleFault;

/// One comparison or more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms<T> {
    first: T,
    more: Vec<(Joint, T)>,
}

/// How a comparison joins those before it. AND binds closer than OR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Joint {
    /// This, or those before.
    Or,
    /// This, and the one before.
    And,
}

/// A number that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number<V> {
    /// How the packet's value compares.
    pub is: Comparison,
    /// With what.
    pub value: V,
}

/// How a packet's value compares with a rule's. There is no *always* and no *never*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// It is the same.
    Equal,
    /// It is larger.
    Above,
    /// It is the same or larger.
    AtLeast,
    /// It is smaller.
    Below,
    /// It is the same or smaller.
    AtMost,
    /// It is another.
    Other,
}

/// Bits that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits<V> {
    /// How many of them must be set.
    pub set: BitTest,
    /// Which; never none.
    pub mask: V,
}

/// How many of a mask's bits a packet must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BitTest {
    /// One of them or more.
    Any,
    /// Every one.
    All,
    /// None.
    NotAny,
    /// Not every one.
    NotAll,
}

/// A value that a packet can have in some field.
pub trait Value: Copy {
    /// The fewest octets that it is written in.
    const LEAST_OCTETS: usize;

    /// Tells it as a plain number.
    fn number(self) -> u32;

    /// Takes a plain number, if a packet can have it.
    fn of(number: u32) -> Option<Self>;
}

/// A comparison that stands behind an operator. Nobody outside can name it, so nobody can add one.
pub trait Term: Copy {
    /// Tells how many octets its value takes.
    fn octets(self) -> usize;
    /// Tells the low bits of its operator, and its value.
    fn parts(self) -> (u8, u32);
    /// Takes the low bits of an operator and a value in so many octets.
    fn of(operator: u8, value: u32, octets: usize) -> Result<Self, RuleFault>;
}

/// Marks the last comparison of a list.
const END: u8 = 0x80;
/// Joins a comparison with the one before.
const AND: u8 = 0x40;

impl<T> Terms<T> {
    /// Begins a list.
    pub const fn one(first: T) -> Self {
        let more = Vec::new();
        Self { first, more }
    }

    /// Adds a comparison.
    #[must_use]
    pub fn joined(mut self, joint: Joint, term: T) -> Self {
        self.more.push((joint, term));
        self
    }

    /// Walks over them. The first is told as joined by *or*, which changes nothing.
    pub fn iter(&self) -> impl Iterator<Item = (Joint, &T)> {
        let more = self.more.iter().map(|(joint, term)| (*joint, term));
        std::iter::once((Joint::Or, &self.first)).chain(more)
    }
}

impl<V> Terms<Number<V>> {
    /// A list of one: the same value.
    pub const fn equal(value: V) -> Self {
        let is = Comparison::Equal;
        Self::one(Number { is, value })
    }
}

impl<T: Term> Terms<T> {
    pub(super) fn length(&self) -> usize {
        self.iter().map(|(_, term)| 1 + term.octets()).sum()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let last = self.more.len();
        for (place, (joint, &term)) in self.iter().enumerate() {
            let (low, value) = term.parts();
            let end = if place == last { END } else { 0 };
            let and = if joint == Joint::And { AND } else { 0 };
            let octets = term.octets();
            // One, two and four octets are told as 0, 1 and 2.
            out.push(end | and | (octets.ilog2() as u8) << 4 | low);
            out.extend_from_slice(&value.to_be_bytes()[4 - octets..]);
        }
    }

    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, RuleFault> {
        let (joint, first, mut is_last) = read_term(octets)?;
        if joint == Joint::And {
            // There is nothing before the first (RFC 8955, section 4.2.1.1).
            return Err(RuleFault::Operator(AND));
        }
        let mut terms = Self::one(first);
        while !is_last {
            let (joint, term, last) = read_term(octets)?;
            terms.more.push((joint, term));
            is_last = last;
        }
        Ok(terms)
    }
}

fn read_term<T: Term>(octets: &mut Octets<'_>) -> Result<(Joint, T, bool), RuleFault> {
    let operator = octets.u8().ok_or(RuleFault::Short)?;
    let (value, width) = match operator >> 4 & 0b11 {
        0 => (octets.u8().map(u32::from), 1),
        1 => (octets.u16().map(u32::from), 2),
        2 => (octets.u32(), 4),
        // Eight octets: no field of a packet is so long.
        _ => return Err(RuleFault::Operator(operator)),
    };
    let term = T::of(operator & 0x0f, value.ok_or(RuleFault::Short)?, width)?;
    let joint = if operator & AND == 0 {
        Joint::Or
    } else {
        Joint::And
    };
    Ok((joint, term, operator & END != 0))
}

impl<V: Value> Term for Number<V> {
    fn octets(self) -> usize {
        octets(self.value)
    }

    fn parts(self) -> (u8, u32) {
        let low = match self.is {
            Comparison::Equal => 0b001,
            Comparison::Above => 0b010,
            Comparison::AtLeast => 0b011,
            Comparison::Below => 0b100,
            Comparison::AtMost => 0b101,
            Comparison::Other => 0b110,
        };
        (low, self.value.number())
    }

    fn of(operator: u8, value: u32, width: usize) -> Result<Self, RuleFault> {
        let is = match operator {
            0b001 => Comparison::Equal,
            0b010 => Comparison::Above,
            0b011 => Comparison::AtLeast,
            0b100 => Comparison::Below,
            0b101 => Comparison::AtMost,
            0b110 => Comparison::Other,
            other => return Err(RuleFault::Operator(other)),
        };
        let value = read_value(value, width)?;
        Ok(Self { is, value })
    }
}

impl<V: Value> Term for Bits<V> {
    fn octets(self) -> usize {
        octets(self.mask)
    }

    fn parts(self) -> (u8, u32) {
        let low = match self.set {
            BitTest::Any => 0b00,
            BitTest::All => 0b01,
            BitTest::NotAny => 0b10,
            BitTest::NotAll => 0b11,
        };
        (low, self.mask.number())
    }

    fn of(operator: u8, value: u32, width: usize) -> Result<Self, RuleFault> {
        let set = match operator {
            0b00 => BitTest::Any,
            0b01 => BitTest::All,
            0b10 => BitTest::NotAny,
            0b11 => BitTest::NotAll,
            other => return Err(RuleFault::Operator(other)),
        };
        let mask = read_value(value, width)?;
        Ok(Self { set, mask })
    }
}

/// Takes a value only in the fewest octets, so that a rule has one form.
fn read_value<V: Value>(number: u32, width: usize) -> Result<V, RuleFault> {
    let value = V::of(number).filter(|&value| octets(value) == width);
    value.ok_or(RuleFault::Value(number))
}

/// Tells the fewest octets for a value: one, two or four.
fn octets<V: Value>(value: V) -> usize {
    let needed = match value.number() {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    };
    needed.max(V::LEAST_OCTETS)
}

impl Value for u8 {
    const LEAST_OCTETS: usize = 1;

    fn number(self) -> u32 {
        self.into()
    }

    fn of(number: u32) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Value for u16 {
    const LEAST_OCTETS: usize = 1;

    fn number(self) -> u32 {
        self.into()
    }

    fn of(number: u32) -> Option<Self> {
        number.try_into().ok()
    }
}

/// Makes a value of some bits of a number.
macro_rules! value {
    ($(#[$doc:meta])* $name:ident, $held:ty, $legal:pat, $least:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($held);

        impl $name {
            /// Takes a number, if a packet can have it.
            pub const fn new(number: $held) -> Option<Self> {
                match number {
                    $legal => Some(Self(number)),
                    _ => None,
                }
            }
        }

        impl Value for $name {
            const LEAST_OCTETS: usize = $least;

            fn number(self) -> u32 {
                self.0.into()
            }

            fn of(number: u32) -> Option<Self> {
                <$held>::try_from(number).ok().and_then(Self::new)
            }
        }
    };
}

value!(
    /// A class of service: six bits (RFC 8955, section 4.2.2.11).
    Dscp, u8, 0..=0x3f, 1
);
value!(
    /// Flags of TCP: twelve bits, at least one (RFC 8955, section 4.2.2.9).
    TcpFlags, u16, 1..=0x0fff, 1
);
value!(
    /// Kinds of fragments: may not be one, is one, is the first, is the last; at least one of these
    /// (RFC 8955, section 4.2.2.12).
    Fragments, u8, 1..=0x0f, 1
);
value!(
    /// A flow label: twenty bits, written in four octets (RFC 8956, section 3.7).
    FlowLabel, u32, 0..=0x000f_ffff, 4
);

impl Fragments {
    /// Tells whether it asks for the bit that forbids fragments, which IPv6 has not.
    pub(super) const fn forbids(self) -> bool {
        self.0 & 0x01 != 0
    }
}
