//! Zeek's `conn.log`, as tab-separated values and as JSON.

use issei_model::{FlowBatch, Problems};

/// Reads the lines of a connection log.
#[derive(Clone, Debug, Default)]
pub struct ConnReader {
    problems: Problems,
}

impl ConnReader {
    /// Recognises a connection log by its first bytes (a few lines).
    pub fn recognise(_head: &[u8]) -> Option<Self> {
        None
    }

    /// Reads one line, without its line feed, and appends its record if it holds one.
    pub fn line(&mut self, _line: &[u8], _out: &mut FlowBatch) {}

    /// Tells what did not read.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}
