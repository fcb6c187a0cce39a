//! Template records: which fields, in which order, of which length.
//!
//! In: the body of a template set. Out: one [`Entry`] after the other, whose fields are read from
//! the bytes when asked for. Always: a template whose fields do not fit ends the walk.
//! Standards: RFC 3954, sections 5.2 and 6.1; RFC 7011, sections 3.4.1, 3.4.2 and 8.1.

use issei_model::{Problem, ProblemKind};

use super::Protocol;
use super::elements as ie;
use super::numbers::{be16, be32};
use super::sets::{FIRST_DATA_ID, Set};

/// One field of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The information element.
    pub element: u16,
    /// The private enterprise number; 0 for IANA's elements.
    pub enterprise: u32,
    /// Bytes in each record, or [`Field::VARIABLE`].
    pub length: u16,
}

impl Field {
    /// The length of a field whose records each tell their own (RFC 7011, section 7).
    pub const VARIABLE: u16 = 0xffff;

    /// Names an element of IANA's.
    pub const fn new(element: u16, length: u16) -> Self {
        Self {
            element,
            enterprise: 0,
            length,
        }
    }
}

/// What a template set tells.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// A template of flow records or of options records.
    Template(Template<'a>),
    /// Withdraws one template, or all of the set's kind if the id is the set's own.
    Withdrawal(u16),
}

/// One template record.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// Its id.
    pub id: u16,
    /// How many of its first fields are scope. 0: its records are flow records.
    pub scopes: u16,
    /// How many fields it has, scope included.
    pub count: u16,
    /// The bytes of its fields: equal bytes are an equal template.
    pub definition: &'a [u8],
    protocol: Protocol,
}

impl<'a> Template<'a> {
    /// Walks over the fields, scope first. The scope types of NetFlow v9 are told as the elements
    /// that mean the same, or as padding.
    pub fn fields(&self) -> impl Iterator<Item = Field> + 'a {
        let (protocol, scopes, mut rest) = (self.protocol, self.scopes, self.definition);
        (0..self.count).map_while(move |place| {
            let (mut field, after) = field(protocol, rest)?;
            rest = after;
            if protocol == Protocol::Netflow9 && place < scopes {
                field.element = scope_element(field.element);
            }
            Some(field)
        })
    }
}

/// Walks over the records of a template set.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    protocol: Protocol,
    options: bool,
    set: Set<'a>,
    at: usize,
}

impl<'a> Entries<'a> {
    /// Begins; `options` says that the set holds options templates.
    pub const fn new(protocol: Protocol, options: bool, set: Set<'a>) -> Self {
        Self {
            protocol,
            options,
            set,
            at: 0,
        }
    }

    fn step(&mut self) -> Option<Result<Entry<'a>, Problem>> {
        let rest = self.set.body.get(self.at..)?;
        // Padding is shorter than any record, or blank (RFC 3954, 5.2; RFC 7011, 3.3.1).
        if rest.len() < 4 || rest.iter().all(|&byte| byte == 0) {
            return None;
        }
        let id = be16(rest, 0)?;
        let Some((entry, length)) = self.entry(id, rest) else {
            return Some(Err(self.wrong(ProblemKind::Truncated, id)));
        };
        let sound = match &entry {
            Entry::Withdrawal(_) => true,
            Entry::Template(template) => id >= FIRST_DATA_ID && template.count > 0,
        };
        let step = if sound {
            Ok(entry)
        } else {
            Err(self.wrong(ProblemKind::BadTemplate, id))
        };
        self.at += length;
        Some(step)
    }

    /// Reads the record at the beginning of `rest`, and its length.
    fn entry(&self, id: u16, rest: &'a [u8]) -> Option<(Entry<'a>, usize)> {
        let second = be16(rest, 2)?;
        let (count, scopes, head) = match (self.protocol, self.options) {
            // RFC 7011, 8.1: no fields at all is a withdrawal.
            (Protocol::Ipfix, _) if second == 0 => return Some((Entry::Withdrawal(id), 4)),
            (_, false) => (second, 0, 4),
            (Protocol::Ipfix, true) => (second, be16(rest, 4)?, 6),
            // RFC 3954, 6.1: the lengths of scope and options are in bytes.
            (_, true) => {
                let (scopes, others) = (second / 4, be16(rest, 4)? / 4);
                (scopes.checked_add(others)?, scopes, 6)
            }
        };
        let fields = rest.get(head..)?;
        let mut after = fields;
        for _ in 0..count {
            after = field(self.protocol, after)?.1;
        }
        let length = fields.len() - after.len();
        let template = Template {
            id,
            scopes,
            count,
            definition: &fields[..length],
            protocol: self.protocol,
        };
        Some((Entry::Template(template), head + length))
    }

    fn wrong(&self, kind: ProblemKind, id: u16) -> Problem {
        Problem::new(kind, (self.set.at + self.at) as u64, u64::from(id))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let before = self.at;
        let step = self.step();
        if self.at == before {
            self.at = self.set.body.len();
        }
        step
    }
}

/// Reads one field specifier (RFC 7011, section 3.2), and the bytes after it.
fn field(protocol: Protocol, bytes: &[u8]) -> Option<(Field, &[u8])> {
    let (element, length) = (be16(bytes, 0)?, be16(bytes, 2)?);
    let own = protocol == Protocol::Ipfix && element & ENTERPRISE_BIT != 0;
    if !own {
        return Some((Field::new(element, length), bytes.get(4..)?));
    }
    let field = Field {
        element: element & !ENTERPRISE_BIT,
        enterprise: be32(bytes, 4)?,
        length,
    };
    Some((field, bytes.get(8..)?))
}

/// Translates a scope type of RFC 3954, section 6.1.
const fn scope_element(scope: u16) -> u16 {
    match scope {
        2 => ie::INGRESS_INTERFACE,
        // System, line card, cache, template: nothing that a flow record could be matched with.
        _ => ie::PADDING_OCTETS,
    }
}

const ENTERPRISE_BIT: u16 = 0x8000;

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
