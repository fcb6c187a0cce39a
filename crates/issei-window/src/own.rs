//! What a member's own collector found: findings with their lines, for those at this member who may read them.
//!
//! In: findings as the collector wrote them down. Out: some of them, newest first, or one. Always: they leave the
//! member by no way of this window's; whoever asks has been written down before; what cannot be read is counted.
//! Not here: where they are kept ([`FindingBook`] is handed in), who is told of a look (`looks`), the page
//! (`pages::own`).

use std::sync::Arc;

use issei_model::FindingRecord;

use crate::Window;
use crate::looks::Sought;

/// Where findings are read from.
pub trait FindingBook: Send + Sync {
    /// Reads the newest revision of findings.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn read(&self, wanted: &Sought) -> Result<Sheaf, String>;

    /// Reads the newest revision of the finding of this name; none if there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn one(&self, name: &str) -> Result<Option<FindingRecord>, String>;
}

/// Some findings, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheaf {
    /// The findings.
    pub findings: Vec<FindingRecord>,
    /// The place from which older ones are read; none if there are none.
    pub older: Option<u64>,
    /// How many there are in all.
    pub all: u64,
    /// Lines that are no findings.
    pub odd: u64,
    /// Bytes that were not read yet.
    pub unread: u64,
}

impl Window {
    /// Reads findings, away from those who serve others. None if nobody has said where they are.
    pub(crate) async fn own_findings(&self, sought: Sought) -> Option<Result<Sheaf, String>> {
        let book = Arc::clone(self.findings.as_ref()?);
        let read = tokio::task::spawn_blocking(move || book.read(&sought)).await;
        Some(read.unwrap_or_else(|error| Err(error.to_string())))
    }

    /// Reads one finding likewise.
    pub(crate) async fn own_finding(&self, name: String) -> Result<Option<FindingRecord>, String> {
        let Some(book) = self.findings.clone() else {
            return Ok(None);
        };
        let read = tokio::task::spawn_blocking(move || book.one(&name)).await;
        read.unwrap_or_else(|error| Err(error.to_string()))
    }
}
