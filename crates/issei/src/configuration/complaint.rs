//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: usize,
    /// The knob or section it is about; empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub mend: String,
}

/// Every complaint about one file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaints {
    /// The file's name.
    pub file: String,
    /// The complaints; never empty.
    pub all: Vec<Complaint>,
}

impl fmt::Display for Complaints {
    /// Writes `file:line: key: what is wrong; what to do`, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, complaint) in self.all.iter().enumerate() {
            let Complaint {
                line,
                key,
                wrong,
                mend,
            } = complaint;
            let (break_before, colon) = (
                if number > 0 { "\n" } else { "" },
                if key.is_empty() { "" } else { ": " },
            );
            write!(
                f,
                "{break_before}{}:{line}: {key}{colon}{wrong}; {mend}",
                self.file
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

/// Finds the word that was most likely meant: at most a third of its letters differ.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |right: &str| strsim::damerau_levenshtein(&word.to_lowercase(), right);
    let near = words.into_iter().map(|right| (distance(right), right));
    let near = near.filter(|&(distance, right)| distance * 3 <= right.len().max(word.len()));
    near.min().map(|(_, right)| right)
}
