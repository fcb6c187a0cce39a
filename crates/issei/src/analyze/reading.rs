//! A file as a stream of flow records in the order of time.
//!
//! In: an input. Out: rows in a batch, a step of stream time after the other. Always: a step ends
//! when a batch is full or a second has passed in the stream, so that rules which look at the time
//! are asked in time, however slowly records come. Damage is counted and stepped over; a file that
//! breaks off is judged as far as it goes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use issei_flow::{Collector, Meter};
use issei_host::files::FileError;
use issei_model::{FlowBatch, Problem, ProblemKind, Problems, Span, Timestamp};
use issei_wire::capture::{CaptureReader, CapturedPacket};
use issei_wire::export;
use issei_wire::packet::Head;
use issei_wire::stored;
use issei_wire::zeek::ConnReader;

use super::input::{Content, Input, InputError};
use super::window::Window;

/// The stream's time that one step may cover.
const STEP: Span = Span::from_secs(1);

/// Bytes by which a file is recognised again when it is opened.
const RECOGNISED_BY: usize = 1 << 16;

/// A file being read.
pub struct Reading {
    /// How far the stream's time has come.
    pub now: Timestamp,
    /// What was read, in numbers.
    pub tally: ReadTally,
    /// Why the file broke off, if it did.
    pub broke_off: Option<std::io::Error>,
    /// The index that its records carry.
    number: u32,
    window: Window,
    records: Records,
    problems: Problems,
}

/// What was read of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadTally {
    /// Packets in the capture.
    pub packets: u64,
    /// Export datagrams decoded.
    pub datagrams: u64,
    /// Lines of a log.
    pub lines: u64,
}

/// How records come out of the bytes.
enum Records {
    Packets {
        capture: CaptureReader,
        meter: Box<Meter>,
        decode: bool,
    },
    Datagrams,
    Connections(ConnReader),
}

/// Whether a file goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There may be more.
    GoesOn,
    /// That was all.
    Ended,
}

impl Reading {
    /// Opens an input whose records carry `number` as their origin. `meter` takes its packets.
    ///
    /// # Errors
    /// If the file cannot be opened, or is not what it was when it was recognised.
    pub fn open(
        input: &Input,
        number: u32,
        meter: Meter,
        progress: Arc<AtomicU64>,
    ) -> Result<Self, InputError> {
        let mut window = Window::open(&input.path, progress).map_err(InputError::File)?;
        let mut broke_off = None;
        while window.bytes().len() < RECOGNISED_BY {
            match window.read_on() {
                Ok(true) => {}
                Ok(false) => break,
                Err(cause) if window.bytes().is_empty() => {
                    let path = input.path.clone();
                    return Err(InputError::File(FileError { path, cause }));
                }
                // Small and torn: what came before the tear is judged.
                Err(cause) => broke_off = Some(cause),
            }
        }
        let changed = || InputError::Unknown(input.path.clone());
        let records = match input.content {
            Content::Packets | Content::Exports => Records::Packets {
                capture: CaptureReader::recognise(window.bytes()).ok_or_else(changed)?,
                meter: Box::new(meter),
                decode: input.content == Content::Exports,
            },
            Content::Datagrams => Records::Datagrams,
            Content::Connections => {
                Records::Connections(ConnReader::recognise(window.bytes()).ok_or_else(changed)?)
            }
        };
        Ok(Self {
            now: input.first.unwrap_or(Timestamp::MIN),
            tally: ReadTally::default(),
            broke_off,
            number,
            window,
            records,
            problems: Problems::default(),
        })
    }

    /// Reads on, until there is enough to judge.
    pub fn step(&mut self, collector: &mut Collector, batch: &mut FlowBatch) -> Step {
        let until = self.now + STEP;
        while batch.len() < FlowBatch::USUAL_ROWS && self.now < until {
            if !self.take(collector, batch) && !self.read_on() {
                self.end(batch);
                return Step::Ended;
            }
        }
        Step::GoesOn
    }

    /// Takes one packet, datagram or line out of the window. Tells whether there was one.
    fn take(&mut self, collector: &mut Collector, batch: &mut FlowBatch) -> bool {
        let (bytes, last) = (self.window.bytes(), self.window.is_last());
        let taken = match &mut self.records {
            Records::Packets {
                capture,
                meter,
                decode,
            } => {
                let taken = capture.take(bytes, last);
                if let Some(packet) = taken.packet {
                    self.now = self.now.max(packet.time);
                    self.tally.packets += 1;
                    let decoded = *decode && decode_export(&packet, collector, batch);
                    if decoded {
                        self.tally.datagrams += 1;
                    } else {
                        let CapturedPacket {
                            time,
                            link,
                            bytes,
                            original_length,
                        } = packet;
                        meter.packet(time, link, bytes, original_length, batch);
                    }
                }
                (taken.consumed > 0 || taken.packet.is_some()).then_some(taken.consumed)
            }
            // Whether a datagram is whole shows only beside what comes behind it.
            Records::Datagrams if bytes.is_empty() || (bytes.len() < stored::LONGEST && !last) => {
                None
            }
            Records::Datagrams => {
                let datagram = stored::first_datagram(bytes);
                self.now = self
                    .now
                    .max(stored::time_of(datagram).unwrap_or(Timestamp::MIN));
                self.tally.datagrams += 1;
                collector.datagram(self.now, NOBODY, datagram, batch);
                Some(datagram.len())
            }
            Records::Connections(connections) => line(bytes, last).map(|(line, taken)| {
                let before = (batch.v4.len(), batch.v6.len());
                connections.line(line, batch);
                batch.v4.origin[before.0..].fill(self.number);
                batch.v6.origin[before.1..].fill(self.number);
                let ends = batch.v4.last[before.0..]
                    .iter()
                    .chain(&batch.v6.last[before.1..]);
                let end = ends.copied().max().unwrap_or(i64::MIN);
                self.now = self.now.max(Timestamp::from_micros(end));
                self.tally.lines += 1;
                taken
            }),
        };
        self.window.pass(taken.unwrap_or_default());
        taken.is_some()
    }

    /// Brings more into the window. Tells whether anything came or may still be taken.
    fn read_on(&mut self) -> bool {
        let was_last = self.window.is_last();
        match self.window.read_on() {
            Ok(true) => true,
            // The last bytes may be taken once the reader knows that they are the last.
            Ok(false) if !was_last && self.window.is_last() => true,
            Ok(false) => {
                self.note_rest();
                false
            }
            Err(cause) => {
                self.broke_off = Some(cause);
                true
            }
        }
    }

    /// Bytes that no reader could use are told: a torn end, or a length beyond all bounds. The
    /// reader of captures tells a torn end itself, with its place.
    fn note_rest(&mut self) {
        let rest = self.window.bytes().len() as u64;
        let told = self.window.is_last() && matches!(self.records, Records::Packets { .. });
        if rest > 0 && !told {
            let problem = Problem::new(ProblemKind::Truncated, 0, rest);
            self.problems.note(problem);
        }
    }

    fn end(&mut self, batch: &mut FlowBatch) {
        if let Records::Packets { meter, .. } = &mut self.records {
            meter.finish(batch);
        }
    }

    /// Counts the records that the meter made of the packets.
    pub fn metered(&self) -> u64 {
        match &self.records {
            Records::Packets { meter, .. } => meter.tally().records,
            _ => 0,
        }
    }

    /// Tells what went wrong in this file.
    pub fn problems(&self) -> Problems {
        let mut problems = self.problems.clone();
        match &self.records {
            Records::Packets { capture, meter, .. } => {
                problems.absorb(capture.problems());
                problems.absorb(meter.problems());
            }
            Records::Connections(connections) => problems.absorb(connections.problems()),
            Records::Datagrams => {}
        }
        problems
    }
}

/// The sender of datagrams that stand in a file without their heads.
pub const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Hands a packet to the collector if it carries exported flow records.
fn decode_export(
    packet: &CapturedPacket<'_>,
    collector: &mut Collector,
    batch: &mut FlowBatch,
) -> bool {
    let Ok(head) = Head::parse(packet.link, packet.bytes, packet.original_length) else {
        return false;
    };
    match head.udp_payload(packet.bytes) {
        Some(payload) if export::recognise(payload).is_some() => {
            let from = SocketAddr::new(head.source, head.source_port);
            collector.datagram(packet.time, from, payload, batch);
            true
        }
        _ => false,
    }
}

/// Parts the first line from the rest. The last one may lack its line feed.
fn line(bytes: &[u8], last: bool) -> Option<(&[u8], usize)> {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => Some((&bytes[..end], end + 1)),
        None if last && !bytes.is_empty() => Some((bytes, bytes.len())),
        None => None,
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
