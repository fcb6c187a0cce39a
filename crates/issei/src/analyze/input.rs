//! Finds the files to judge and recognises each by its content.
//!
//! In: paths of files and folders. Out: inputs in the order of their first record, and what was
//! passed over. Always: decided from the beginning of a file and once for the whole of it; a name
//! or ending tells nothing. A file that was named directly and is nothing known is an error; inside
//! a folder it is passed over, and told.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use issei_host::files::{self, FileError, Source};
use issei_model::{FlowBatch, Timestamp};
use issei_text::{Text, key};
use issei_wire::capture::CaptureReader;
use issei_wire::export;
use issei_wire::packet::Head;
use issei_wire::stored;
use issei_wire::zeek::ConnReader;

use crate::command_line::Exports;

/// Bytes looked at to recognise a file. Also what a pcapng file may put before its first packet.
const LOOK: usize = 1 << 20;
/// Packets looked at to decide whether a capture holds exported flow records.
const PACKETS_LOOKED_AT: u32 = 2_000;
/// Exported flow records are decoded if at least one packet in so many carries them. The port of a
/// collector shows nothing else; in ordinary traffic not one datagram passes for an export.
const EXPORTS_ONE_IN: u32 = 4;

/// A file to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes on the disk.
    pub size: u64,
    /// What is in it.
    pub content: Content,
    /// The time of its first record; nothing if the look saw none.
    pub first: Option<Timestamp>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Packets, to be metered.
    Packets,
    /// Packets, of which some carry exported flow records: those are decoded, the rest metered.
    Exports,
    /// Export datagrams without anything around them.
    Datagrams,
    /// Zeek's connections.
    Connections,
}

impl Content {
    /// Says it.
    pub fn said(self, tongue: Text) -> String {
        tongue.say(match self {
            Self::Packets => key!("content-packets"),
            Self::Exports => key!("content-exports"),
            Self::Datagrams => key!("content-datagrams"),
            Self::Connections => key!("content-connections"),
        })
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The inputs, in the order of their first record.
    pub inputs: Vec<Input>,
    /// Files inside folders that are nothing known.
    pub passed_over: Vec<PathBuf>,
    /// The beginnings of all inputs folded together: the same input gives the same number.
    pub imprint: [u64; 2],
}

/// Why there is nothing to judge.
#[derive(Debug)]
pub enum InputError {
    /// A path is not there or cannot be read.
    File(FileError),
    /// A file that was named is nothing known.
    Unknown(PathBuf),
    /// No file in the folders is anything known.
    NothingKnown {
        /// How many there were.
        files: usize,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KNOWN: &str = "pcap, pcapng, NetFlow, IPFIX or sFlow datagrams, Zeek conn.log";
        match self {
            Self::File(error) => error.fmt(f),
            Self::Unknown(path) => write!(
                f,
                "`{}` is none of: {KNOWN}, plain or as .gz or .zst; if it is an archive, unpack it and name the folder",
                path.display()
            ),
            Self::NothingKnown { files: 0 } => {
                f.write_str("the folder holds no file; name another")
            }
            Self::NothingKnown { files } => write!(
                f,
                "none of the {files} files is one of: {KNOWN}; name a folder that holds such files"
            ),
        }
    }
}

impl std::error::Error for InputError {}

/// Finds and recognises the inputs.
///
/// # Errors
/// If a path cannot be read, a file named directly is nothing known, or nothing at all is.
pub fn gather(paths: &[PathBuf], exports: Exports) -> Result<Gathered, InputError> {
    let found = files::gather(paths).map_err(InputError::File)?;
    let files = found.len();
    let mut gathered = Gathered::default();
    for file in found {
        let named = paths.contains(&file.path);
        let head = match look(&file.path) {
            Ok(head) => head,
            Err(error) if named => return Err(InputError::File(error)),
            Err(_) => Vec::new(),
        };
        match recognise(&head, exports) {
            Some((content, first)) => {
                fold(&mut gathered.imprint, &head);
                gathered.inputs.push(Input {
                    path: file.path,
                    size: file.size,
                    content,
                    first,
                });
            }
            None if named => return Err(InputError::Unknown(file.path)),
            None => gathered.passed_over.push(file.path),
        }
    }
    if gathered.inputs.is_empty() {
        return Err(InputError::NothingKnown { files });
    }
    // Stable: files of the same moment stay in the order of their names.
    gathered
        .inputs
        .sort_by_key(|input| input.first.unwrap_or(Timestamp::MAX));
    Ok(gathered)
}

/// Reads the beginning of a file, unpacked.
fn look(path: &Path) -> Result<Vec<u8>, FileError> {
    let source = Source::open(path, Arc::default())?;
    let mut head = Vec::new();
    // A file that is torn after its beginning is still recognised by it.
    let read = source.take(LOOK as u64).read_to_end(&mut head);
    match read {
        Err(cause) if head.is_empty() => Err(FileError {
            path: path.to_owned(),
            cause,
        }),
        _ => Ok(head),
    }
}

/// Folds bytes into an imprint (FNV-1a, twice with different bases).
fn fold(imprint: &mut [u64; 2], bytes: &[u8]) {
    for (half, base) in imprint
        .iter_mut()
        .zip([0xcbf2_9ce4_8422_2325_u64, 0x9ae1_6a3b_2f90_404f])
    {
        *half ^= base;
        for &byte in bytes {
            *half = (*half ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Tells what a file holds, and the time of its first record.
pub fn recognise(head: &[u8], exports: Exports) -> Option<(Content, Option<Timestamp>)> {
    if let Some(capture) = CaptureReader::recognise(head) {
        return Some(look_at_packets(capture, head, exports));
    }
    if let Some(connections) = ConnReader::recognise(head) {
        return Some((Content::Connections, first_connection(connections, head)));
    }
    export::recognise(stored::first_datagram(head))?;
    Some((Content::Datagrams, stored::time_of(head)))
}

fn look_at_packets(
    mut capture: CaptureReader,
    head: &[u8],
    exports: Exports,
) -> (Content, Option<Timestamp>) {
    let (mut at, mut packets, mut carriers, mut first) = (0, 0, 0, None);
    while packets < PACKETS_LOOKED_AT {
        let taken = capture.take(&head[at..], false);
        if let Some(packet) = taken.packet {
            packets += 1;
            first = first.or(Some(packet.time));
            let read = Head::parse(packet.link, packet.bytes, packet.original_length).ok();
            let payload = read.and_then(|read| read.udp_payload(packet.bytes));
            carriers += u32::from(payload.is_some_and(|bytes| export::recognise(bytes).is_some()));
        }
        if taken.consumed == 0 && taken.packet.is_none() {
            break;
        }
        at += taken.consumed;
    }
    let many = carriers > 0 && carriers * EXPORTS_ONE_IN >= packets;
    let decode = match exports {
        Exports::Auto => many,
        Exports::Always => true,
        Exports::Never => false,
    };
    let content = if decode {
        Content::Exports
    } else {
        Content::Packets
    };
    (content, first)
}

fn first_connection(mut connections: ConnReader, head: &[u8]) -> Option<Timestamp> {
    let mut batch = FlowBatch::default();
    for line in head.split(|&byte| byte == b'\n') {
        connections.line(line, &mut batch);
        if let Some(record) = batch.records().next() {
            return Some(record.first);
        }
    }
    None
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
