//! NetFlow version 9 messages (RFC 3954).
//!
//! In: a header, templates, records already laid out as their template says. Out: one message.
//! Always: the count in the header and the length of each set are those of what was written, and
//! each set ends on a four-byte boundary (RFC 3954, section 5.3).

use super::{Field, pad_to_four, put_u16, put_u32, set_u16};

/// What the header tells (RFC 3954, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Milliseconds since the exporter started; wraps around after 49.7 days.
    pub uptime: u32,
    /// Seconds since the epoch.
    pub seconds: u32,
    /// Counts the messages of this source.
    pub sequence: u32,
    /// Tells apart the sources behind one address.
    pub source: u32,
}

/// A message that is being written. Dropping it without [`Self::finish`] leaves the count at 0.
#[derive(Debug)]
pub struct Message<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    count: u16,
}

/// Bytes of the header.
pub const HEADER: usize = 20;

impl<'a> Message<'a> {
    /// Begins a message at the end of `out`.
    pub fn begin(out: &'a mut Vec<u8>, header: Header) -> Self {
        let start = out.len();
        put_u16(out, 9);
        put_u16(out, 0);
        put_u32(out, header.uptime);
        put_u32(out, header.seconds);
        put_u32(out, header.sequence);
        put_u32(out, header.source);
        Self {
            out,
            start,
            count: 0,
        }
    }

    /// Writes one template in a set of its own (RFC 3954, section 5.2).
    pub fn template(&mut self, id: u16, fields: &[Field]) {
        let set = self.begin_set(0);
        put_u16(self.out, id);
        put_u16(self.out, fields.len() as u16);
        self.put_fields(fields);
        self.end_set(set, 1);
    }

    /// Writes one options template; the elements of `scope` are scope types (RFC 3954, section 6.1).
    pub fn options_template(&mut self, id: u16, scope: &[Field], options: &[Field]) {
        let set = self.begin_set(1);
        put_u16(self.out, id);
        // Unlike IPFIX, both lengths are in bytes.
        put_u16(self.out, scope.len() as u16 * 4);
        put_u16(self.out, options.len() as u16 * 4);
        self.put_fields(scope);
        self.put_fields(options);
        self.end_set(set, 1);
    }

    /// Writes a set of data records, each as long as the template says.
    pub fn data<R: AsRef<[u8]>>(&mut self, template: u16, records: impl IntoIterator<Item = R>) {
        let set = self.begin_set(template);
        let mut count = 0;
        for record in records {
            self.out.extend_from_slice(record.as_ref());
            count += 1;
        }
        self.end_set(set, count);
    }

    /// Ends the message: the header gets its count.
    pub fn finish(self) {
        set_u16(self.out, self.start + 2, self.count);
    }

    fn begin_set(&mut self, id: u16) -> usize {
        let set = self.out.len();
        put_u16(self.out, id);
        put_u16(self.out, 0);
        set
    }

    fn end_set(&mut self, set: usize, records: u16) {
        pad_to_four(self.out, set);
        let length = (self.out.len() - set) as u16;
        set_u16(self.out, set + 2, length);
        self.count += records;
    }

    fn put_fields(&mut self, fields: &[Field]) {
        for field in fields {
            put_u16(self.out, field.element);
            put_u16(self.out, field.width);
        }
    }
}

#[cfg(test)]
#[path = "netflow9_tests.rs"]
mod tests;
