//! Where the findings of an analysis are left, so that `issei explain` finds them again.
//!
//! In: the lines and the summary of a run. Out: `findings.jsonl` and `summary.json` in the folder
//! that was named, else in the state folder, where the last run replaces the one before.
//! Always: readable by their owner only, whole or not at all.
//! Standard: XDG Base Directory Specification, `XDG_STATE_HOME`.

use std::fmt;
use std::path::{Path, PathBuf};

use issei_host::files::{self, FileError};

/// The names of the files.
const FINDINGS: &str = "findings.jsonl";
const SUMMARY: &str = "summary.json";
/// Holds the path of the findings that were left last.
const LAST: &str = "last";

/// Why findings cannot be left or found again.
#[derive(Debug)]
pub enum ShelfError {
    /// Neither a folder was named nor is there a home.
    NoHome,
    /// Nothing was left yet.
    NothingLeft,
    /// The disk refuses.
    File(FileError),
}

impl fmt::Display for ShelfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHome => f.write_str(
                "findings have no place: neither XDG_STATE_HOME nor HOME is set; name a folder",
            ),
            Self::NothingLeft => f.write_str(
                "no analysis left findings yet; run `issei analyze`, or name a file with --from",
            ),
            Self::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ShelfError {}

/// Leaves findings and summary, in `folder` if one is named. Tells where the findings are.
///
/// # Errors
/// If there is no place for them.
pub fn leave(folder: Option<&Path>, findings: &str, summary: &str) -> Result<PathBuf, ShelfError> {
    let home = state_folder();
    let place = folder.map(Path::to_owned).or(home.clone());
    let place = place.ok_or(ShelfError::NoHome)?;
    let path = place.join(FINDINGS);
    write(&path, findings)?;
    write(&place.join(SUMMARY), summary)?;
    if let Some(home) = home {
        let whole = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        // Only a convenience: without it the findings must be named.
        let _ = write(&home.join(LAST), &whole.display().to_string());
    }
    Ok(path)
}

/// Tells where the findings are: in a file or folder that is named, else where they were left last.
///
/// # Errors
/// If nothing was named and nothing left.
pub fn find(named: Option<&Path>) -> Result<PathBuf, ShelfError> {
    match named {
        Some(path) if path.is_dir() => Ok(path.join(FINDINGS)),
        Some(path) => Ok(path.to_owned()),
        None => {
            let home = state_folder().ok_or(ShelfError::NoHome)?;
            let last = std::fs::read_to_string(home.join(LAST));
            last.map(PathBuf::from).map_err(|_| ShelfError::NothingLeft)
        }
    }
}

/// Tells where a demonstration keeps its town: not in a place where others could lay traps.
///
/// # Errors
/// If there is no home.
pub fn demonstration() -> Result<PathBuf, ShelfError> {
    let home = state_folder().ok_or(ShelfError::NoHome)?;
    Ok(home.join("demo"))
}

fn write(path: &Path, text: &str) -> Result<(), ShelfError> {
    files::write_private(path, text.as_bytes()).map_err(ShelfError::File)
}

/// The specification ignores a relative path.
fn state_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    state.map(|state| state.join("issei"))
}
