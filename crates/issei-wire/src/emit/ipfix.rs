//! IPFIX messages (RFC 7011).
//!
//! In: a header, templates, records already laid out as their template says. Out: one message.
//! Always: the lengths of message and sets are those of what was written; sets end on a four-byte
//! boundary, which RFC 7011, section 3.3.1, allows and most exporters do.

use super::{Field, pad_to_four, put_u8, put_u16, put_u32, set_u16};

/// What the header tells (RFC 7011, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// When the message left, in seconds since the epoch.
    pub seconds: u32,
    /// Data records sent before this message in this stream.
    pub sequence: u32,
    /// Observation domain.
    pub domain: u32,
}

/// A message that is being written. Dropping it without [`Self::finish`] leaves the length at 0.
#[derive(Debug)]
pub struct Message<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
}

/// Bytes of the header.
pub const HEADER: usize = 16;

/// Longest value whose length fits into one byte (RFC 7011, section 7).
const SHORT: usize = 254;

impl<'a> Message<'a> {
    /// Begins a message at the end of `out`.
    pub fn begin(out: &'a mut Vec<u8>, header: Header) -> Self {
        let start = out.len();
        put_u16(out, 10);
        put_u16(out, 0);
        put_u32(out, header.seconds);
        put_u32(out, header.sequence);
        put_u32(out, header.domain);
        Self { out, start }
    }

    /// Writes one template in a set of its own; without fields it is withdrawn (RFC 7011,
    /// sections 3.4.1 and 8.1).
    pub fn template(&mut self, id: u16, fields: &[Field]) {
        let set = self.begin_set(2);
        put_u16(self.out, id);
        put_u16(self.out, fields.len() as u16);
        self.put_fields(fields);
        self.end_set(set);
    }

    /// Writes one options template (RFC 7011, section 3.4.2.2).
    pub fn options_template(&mut self, id: u16, scope: &[Field], options: &[Field]) {
        let set = self.begin_set(3);
        put_u16(self.out, id);
        put_u16(self.out, (scope.len() + options.len()) as u16);
        put_u16(self.out, scope.len() as u16);
        self.put_fields(scope);
        self.put_fields(options);
        self.end_set(set);
    }

    /// Writes a set of data records, each as long as the template says.
    pub fn data<R: AsRef<[u8]>>(&mut self, template: u16, records: impl IntoIterator<Item = R>) {
        let set = self.begin_set(template);
        for record in records {
            self.out.extend_from_slice(record.as_ref());
        }
        self.end_set(set);
    }

    /// Ends the message: the header gets its length.
    pub fn finish(self) {
        let length = (self.out.len() - self.start) as u16;
        set_u16(self.out, self.start + 2, length);
    }

    fn begin_set(&mut self, id: u16) -> usize {
        let set = self.out.len();
        put_u16(self.out, id);
        put_u16(self.out, 0);
        set
    }

    fn end_set(&mut self, set: usize) {
        pad_to_four(self.out, set);
        let length = (self.out.len() - set) as u16;
        set_u16(self.out, set + 2, length);
    }

    fn put_fields(&mut self, fields: &[Field]) {
        for field in fields {
            // The highest bit says that an enterprise number follows (RFC 7011, section 3.2).
            let private = if field.enterprise == 0 { 0 } else { 0x8000 };
            put_u16(self.out, field.element | private);
            put_u16(self.out, field.width);
            if field.enterprise != 0 {
                put_u32(self.out, field.enterprise);
            }
        }
    }
}

/// Appends a value of variable length to a record (RFC 7011, section 7).
pub fn put_variable(record: &mut Vec<u8>, value: &[u8]) {
    match value.len() {
        length @ 0..=SHORT => put_u8(record, length as u8),
        length => {
            put_u8(record, 255);
            put_u16(record, length as u16);
        }
    }
    record.extend_from_slice(value);
}

#[cfg(test)]
#[path = "ipfix_tests.rs"]
mod tests;
