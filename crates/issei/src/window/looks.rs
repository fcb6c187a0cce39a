//! Reads `looks.jsonl` of an office's folder from its end: who looked at findings and lines.
//!
//! In: which looks are wanted. Out: lines, newest first, and the place from which older ones are read. Always: a
//! place is a number of bytes, so what is written meanwhile moves none; one answer reads a bounded part of the file.
//! Not here: what a line says (`issei_window::looks`), who writes it (`window`).

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use issei_window::looks::{Leaf, LookBook, Sought};

/// The file, and how many lines of it were counted.
pub struct LookFile {
    path: PathBuf,
    counted: Mutex<Counted>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    bytes: u64,
    lines: u64,
}

impl LookFile {
    /// Names the file; it need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            counted: Mutex::default(),
        }
    }

    /// Counts the lines, from where the last count ended: the file only grows.
    fn count(&self, file: &mut File, length: u64) -> io::Result<u64> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if length < counted.bytes {
            *counted = Counted::default(); // somebody began it anew
        }
        file.seek(SeekFrom::Start(counted.bytes))?;
        let mut buffer = vec![0; PIECE];
        while counted.bytes < length {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            let ends = buffer[..read].iter().filter(|byte| **byte == b'\n');
            counted.lines += ends.count() as u64;
            counted.bytes += read as u64;
        }
        Ok(counted.lines)
    }

    fn look(&self, wanted: &Sought) -> io::Result<Leaf> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Leaf::default()),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let mut leaf = Leaf {
            all: self.count(&mut file, length)?,
            ..Leaf::default()
        };
        let mut end = wanted.before.unwrap_or(length).min(length);
        let lowest = end.saturating_sub(FARTHEST);
        // Where the last line that was taken begins.
        let mut taken = end;
        while end > lowest {
            let begin = end.saturating_sub(PIECE as u64);
            let mut piece = vec![0; usize::try_from(end - begin).unwrap_or(PIECE)];
            file.seek(SeekFrom::Start(begin))?;
            file.read_exact(&mut piece)?;
            // What stands before the first line's end belongs to a line that begins earlier. A line as long as a
            // whole piece is none of ours, and is passed over piece by piece.
            let first = match begin {
                0 => 0,
                _ => piece
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1),
            };
            let first = if first == piece.len() { 0 } else { first };
            let mut stop = piece.len();
            while stop > first {
                let inner = piece[first..stop]
                    .strip_suffix(b"\n")
                    .unwrap_or(&piece[first..stop]);
                let start = inner
                    .iter()
                    .rposition(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1);
                let line = String::from_utf8_lossy(&inner[start..]);
                let is_wanted = wanted
                    .only
                    .as_ref()
                    .is_none_or(|only| line.contains(only.as_str()));
                if !line.trim().is_empty() && is_wanted {
                    if leaf.lines.len() >= wanted.most {
                        leaf.older = Some(taken);
                        return Ok(leaf);
                    }
                    taken = begin + (first + start) as u64;
                    leaf.lines.push(line.into_owned());
                }
                stop = first + start;
            }
            end = begin + first as u64;
        }
        // What lies farther back is for the next answer.
        leaf.older = (end > 0).then_some(end);
        Ok(leaf)
    }
}

impl LookBook for LookFile {
    fn read(&self, wanted: &Sought) -> Result<Leaf, String> {
        let told = |error: io::Error| format!("{}: {error}", self.path.display());
        self.look(wanted).map_err(told)
    }
}

/// Bytes read at a time: hundreds of lines.
const PIECE: usize = 1 << 16;
/// Bytes behind a place that one answer reads, at most.
const FARTHEST: u64 = 1 << 24;

#[cfg(test)]
#[path = "looks_tests.rs"]
mod tests;
