//! Zeek's `conn.log`, as tab-separated values and as JSON: lines → flow records.
//!
//! In: lines without their line feeds. Out: one row a connection, both directions (RFC 5103).
//! Always: a line gives a row, says something about the log, or is a counted problem with its
//! number; times keep their microseconds.
//! Standard: Zeek's documentation of `conn.log` and of its ASCII and JSON writers. Columns are
//! found by name, so labelled logs and logs with more or fewer columns read as well.
//! Not here: what Zeek found out about content (service, labels); it is not looked at.

mod conn;
mod history;
mod json;
mod table;

use issei_model::{FlowBatch, Problem, ProblemKind, Problems};

use self::conn::Conn;
use self::table::Layout;

/// Reads the lines of a connection log.
#[derive(Clone, Debug, Default)]
pub struct ConnReader {
    layout: Layout,
    origin: u32,
    /// The number of the line in hand, from 1.
    number: u64,
    problems: Problems,
}

impl ConnReader {
    /// Recognises a connection log by its first bytes (a few lines).
    pub fn recognise(head: &[u8]) -> Option<Self> {
        let found = table::recognise(head) || json::recognise(head);
        found.then(Self::default)
    }

    /// Sets the origin index that the records carry.
    pub fn set_origin(&mut self, origin: u32) {
        self.origin = origin;
    }

    /// Reads one line, without its line feed, and appends its record if it holds one.
    pub fn line(&mut self, line: &[u8], out: &mut FlowBatch) {
        self.number += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let conn = match line.first() {
            None => return,
            Some(b'#') => return self.layout.directive(line),
            Some(b'{') => json::conn(line),
            Some(_) => self.layout.conn(line),
        };
        match conn.and_then(|conn| Conn::record(&conn, self.origin)) {
            Some((record, vlan)) => conn::append(&record, vlan, out),
            None => self.note(line),
        }
    }

    /// Tells what did not read.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    #[cold]
    fn note(&mut self, line: &[u8]) {
        let length = line.len() as u64;
        let problem = Problem::new(ProblemKind::BadLine, self.number, length);
        self.problems.note(problem);
    }
}

/// Tells whether `text` stands somewhere in `bytes`.
fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[cfg(test)]
#[path = "../zeek_tests.rs"]
mod tests;
