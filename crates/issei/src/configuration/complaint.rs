//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;
use std::ops::Range;

use crate::words;

/// Where something stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The letter within the line, from 1: as an editor counts, not bytes.
    pub column: usize,
    /// What stands there, fit for a terminal; empty where nothing does, or nobody should read it.
    pub piece: String,
}

impl Spot {
    /// The beginning of a file.
    pub const BEGIN: Self = Self {
        line: 1,
        column: 1,
        piece: String::new(),
    };
    /// Letters of a piece: enough to find it, and one mistake stays one line.
    const LONGEST: usize = 60;

    /// Finds the spot of a range of bytes.
    pub fn of(text: &str, at: &Range<usize>) -> Self {
        let before = text.get(..at.start).unwrap_or(text);
        let begin = before.rfind('\n').map_or(0, |end| end + 1);
        // A mark of the byte order is no letter that anybody sees.
        let line = before[begin..].trim_start_matches('\u{feff}');
        let piece = text.get(at.clone()).unwrap_or_default();
        let piece = words::tame(piece.lines().next().unwrap_or_default().trim_end());
        Self {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: line.chars().count() + 1,
            piece: match piece.char_indices().nth(Self::LONGEST) {
                Some((end, _)) => format!("{}…", &piece[..end]),
                None => piece,
            },
        }
    }
}

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub spot: Spot,
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
    /// Writes `file:line:column: key: what is wrong; what to do`, a line each, and what stands there if the
    /// words do not say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, complaint) in self.all.iter().enumerate() {
            let Complaint {
                spot:
                    Spot {
                        line,
                        column,
                        piece,
                    },
                key,
                wrong,
                mend,
            } = complaint;
            let break_before = if number > 0 { "\n" } else { "" };
            write!(f, "{break_before}{}:{line}:{column}: ", self.file)?;
            if !key.is_empty() {
                write!(f, "{}: ", words::tame(key))?;
            }
            let bare = piece.trim_matches('"');
            let said = key.rsplit('.').next() == Some(bare) || wrong.contains(&format!("`{bare}`"));
            let said = said || bare.trim().is_empty();
            if !said {
                write!(f, "`{piece}`: ")?;
            }
            write!(f, "{}; {}", words::tame(wrong), words::tame(mend))?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

/// Finds the word that was most likely meant: at most a third of its letters differ.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |right: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &right.to_lowercase());
    let near = words.into_iter().map(|right| (distance(right), right));
    let near = near.filter(|&(distance, right)| distance * 3 <= right.len().max(word.len()));
    near.min().map(|(_, right)| right)
}
