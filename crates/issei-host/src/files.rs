//! Opens captures and logs, plain or compressed, and finds them in folders.
//!
//! In: paths. Out: bytes in the order of the file, and how far we are.
//! Always: compression is recognised by content and never by name (gzip: RFC 1952; zstd:
//! RFC 8878); folders are walked in the order of their names, so that a run can be repeated.
//! Not here: what the bytes mean.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes asked of the kernel at once. Large reads keep the page cache ahead of us.
const READ_SIZE: usize = 1 << 20;

/// Pieces of [`READ_SIZE`] that are unpacked ahead of the reader.
const PIECES_AHEAD: usize = 4;

/// Folders within folders that are followed, so that a loop of links ends.
const MOST_DEPTH: usize = 32;

/// A file that could not be had, and why.
#[derive(Debug)]
pub struct FileError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What the kernel said.
    pub cause: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.cause.kind() {
            io::ErrorKind::NotFound => write!(f, "`{path}` is not there; check the path"),
            io::ErrorKind::PermissionDenied => {
                write!(f, "`{path}` may not be read; check its permissions")
            }
            _ => write!(f, "`{path}`: {}", self.cause),
        }
    }
}

impl std::error::Error for FileError {}

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    Plain,
    /// gzip, any number of members.
    Gzip,
    /// zstd, any number of frames.
    Zstd,
}

/// An open file, unpacked as it is read.
pub struct Source {
    reader: Box<dyn Read + Send>,
    packing: Packing,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("packing", &self.packing)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// Opens a file. `progress` grows by the bytes taken from the disk, packed as they are.
    ///
    /// # Errors
    /// If the file cannot be opened or read, or if its packing announces more than it holds.
    pub fn open(path: &Path, progress: Arc<AtomicU64>) -> Result<Self, FileError> {
        let failed = |cause| FileError {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(failed)?;
        Self::unpack(Counted { file, progress }).map_err(failed)
    }

    fn unpack(mut packed: impl Read + Send + 'static) -> io::Result<Self> {
        let mut head = [0; 4];
        let filled = fill(&mut packed, &mut head)?;
        let again = io::Cursor::new(head).take(filled as u64).chain(packed);
        let (reader, packing): (Box<dyn Read + Send>, _) = match head {
            [0x1f, 0x8b, ..] => (
                Box::new(flate2::bufread::MultiGzDecoder::new(buffered(again))),
                Packing::Gzip,
            ),
            [0x28, 0xb5, 0x2f, 0xfd] => (
                Box::new(zstd::stream::read::Decoder::with_buffer(buffered(again))?),
                Packing::Zstd,
            ),
            _ => (Box::new(again), Packing::Plain),
        };
        Ok(Self { reader, packing })
    }

    /// Tells how the file is packed.
    pub const fn packing(&self) -> Packing {
        self.packing
    }
}

impl Source {
    /// Unpacks on a thread of its own, a few pieces ahead of the reader. A file that is not packed
    /// is read as it is: the kernel reads ahead by itself.
    ///
    /// # Errors
    /// If the system refuses another thread.
    pub fn ahead(self) -> io::Result<Box<dyn Read + Send>> {
        if self.packing == Packing::Plain {
            return Ok(self.reader);
        }
        let (full, pieces) = sync_channel(PIECES_AHEAD);
        let reader = self.reader;
        std::thread::Builder::new()
            .name("unpack".into())
            .spawn(move || unpack_ahead(reader, &full))?;
        Ok(Box::new(Pieces {
            pieces,
            piece: Vec::new(),
            at: 0,
        }))
    }
}

/// Unpacks until the end, an error, or until nobody wants more.
fn unpack_ahead(mut reader: Box<dyn Read + Send>, full: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = Vec::with_capacity(READ_SIZE);
        // What came before an error stays in the piece: a torn file is read as far as it goes.
        let read = (&mut *reader)
            .take(READ_SIZE as u64)
            .read_to_end(&mut piece);
        let over = read.is_err() || piece.is_empty();
        let gone = full.send(Ok(piece)).is_err();
        if let Err(error) = read {
            let _ = full.send(Err(error));
        }
        if over || gone {
            return;
        }
    }
}

/// What a thread unpacks, piece by piece.
struct Pieces {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            // The thread ends after an empty piece or an error; then there is nothing more.
            self.piece = self.pieces.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            self.at = 0;
            if self.piece.is_empty() {
                return self.pieces.recv().unwrap_or(Ok(Vec::new())).map(|_| 0);
            }
        }
        let taken = into.len().min(self.piece.len() - self.at);
        into[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(READ_SIZE, reader)
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into)
    }
}

/// Fills as much of the buffer as there is, and tells how much that was.
///
/// # Errors
/// If reading fails.
pub fn fill(reader: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match reader.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file that tells how far it was read.
struct Counted {
    file: File,
    progress: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.progress.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A file found, and its size on the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes on the disk.
    pub size: u64,
}

/// Finds the files named, and those in the folders named, in the order of their names.
/// Hidden files and folders inside a named folder are passed over.
///
/// # Errors
/// If a named path is not there, or a folder cannot be read.
pub fn gather(paths: &[PathBuf]) -> Result<Vec<Found>, FileError> {
    let mut found = Vec::new();
    for path in paths {
        walk(path, 0, &mut found)?;
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|file| seen.insert(file.path.clone()));
    Ok(found)
}

fn walk(path: &Path, depth: usize, found: &mut Vec<Found>) -> Result<(), FileError> {
    let failed = |cause| FileError {
        path: path.to_owned(),
        cause,
    };
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        // A dangling link inside a folder is no fault of the folder. Whoever opens it, hears it.
        Err(_) if depth > 0 => {
            found.push(Found {
                path: path.to_owned(),
                size: 0,
            });
            return Ok(());
        }
        Err(cause) => return Err(failed(cause)),
    };
    if !about.is_dir() {
        found.push(Found {
            path: path.to_owned(),
            size: about.len(),
        });
        return Ok(());
    }
    if depth == MOST_DEPTH {
        return Err(failed(io::Error::other(
            "folders lie too deep; name the inner one",
        )));
    }
    let entries = std::fs::read_dir(path).map_err(failed)?;
    let mut inside = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    inside.sort();
    let shown = inside.iter().filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.')
    });
    shown
        .into_iter()
        .try_for_each(|path| walk(path, depth + 1, found))
}

/// Writes a file whole or not at all, readable by its owner only: findings name subscribers.
///
/// # Errors
/// If the folder cannot be made or the file not written.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |cause| FileError {
        path: path.to_owned(),
        cause,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let write = || {
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&beside)?.write_all(bytes)?;
        std::fs::rename(&beside, path)
    };
    write().map_err(failed)
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
