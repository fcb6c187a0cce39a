//! What the process says when it ends: the exit codes, and the failures that carry one.
//!
//! The help of the commands lists them for people; nothing else may be returned.

use std::error::Error;
use std::fmt;

use issei_host::files::FileError;

use crate::setting::SettingError;

/// Done; nothing above context was found.
pub const DONE: u8 = 0;
/// Done; there are findings or candidates.
pub const FOUND: u8 = 1;
/// The command line or the configuration is wrong.
pub const WRONG: u8 = 2;
/// An input could not be read, or nothing in it was recognised.
pub const UNREADABLE: u8 = 3;
/// Something broke on this side.
pub const BROKEN: u8 = 4;
/// A rule said no.
pub const REFUSED: u8 = 5;

/// Why a command could not do what was asked, and the exit code that tells it.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    cause: Box<dyn Error>,
}

impl Failure {
    /// The asker has to mend something.
    pub fn wrong(cause: impl Into<Box<dyn Error>>) -> Self {
        Self {
            code: WRONG,
            cause: cause.into(),
        }
    }

    /// An input is at fault.
    pub fn unreadable(cause: impl Into<Box<dyn Error>>) -> Self {
        Self {
            code: UNREADABLE,
            cause: cause.into(),
        }
    }

    /// A rule said no: a result that is not what was asked for.
    pub fn refused(cause: impl Into<Box<dyn Error>>) -> Self {
        Self {
            code: REFUSED,
            cause: cause.into(),
        }
    }

    /// This side is at fault: a disk, a socket, the system.
    pub fn broken(cause: impl Into<Box<dyn Error>>) -> Self {
        Self {
            code: BROKEN,
            cause: cause.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for Failure {}

impl From<SettingError> for Failure {
    fn from(error: SettingError) -> Self {
        Self::wrong(error)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::unreadable(error)
    }
}
