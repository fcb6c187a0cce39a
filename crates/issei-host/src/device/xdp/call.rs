//! The calls of bpf(2) that are made while orders change, each made safe for its callers.
//!
//! In: descriptors, keys and values as bytes. Out: results as `io::Result`. Always: the kernel is asked how
//! long a map's keys and values are, and buffers of another length are refused before the call, so the kernel
//! never reads or writes past them.
//! Not here: loading the program, which is `aya`'s work.
//! Standard: bpf(2), include/uapi/linux/bpf.h of Linux 6.1.

#![allow(unsafe_code, reason = "this file is where the kernel is called")]

use std::ffi::CString;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

/// Commands of bpf(2), by their numbers.
#[derive(Clone, Copy, Debug)]
enum Command {
    MapCreate = 0,
    MapLookup = 1,
    MapUpdate = 2,
    Pin = 6,
    Get = 7,
    TestRun = 10,
    Info = 15,
    LookupBatch = 24,
    UpdateBatch = 26,
    LinkCreate = 28,
    LinkUpdate = 29,
    LinkDetach = 34,
}

/// A struct that one command takes: plain numbers without gaps.
///
/// # Safety
/// Every pointer in it, written as a number, must be good for what the command does with it.
unsafe trait Attributes {}

/// Calls the kernel.
fn bpf<A: Attributes>(command: Command, attributes: &mut A) -> io::Result<libc::c_long> {
    // SAFETY: the kernel reads and writes `attributes`, which is ours and as long as said; that its pointers
    // are good was said by whoever filled it in.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            command as libc::c_long,
            std::ptr::from_mut(attributes),
            size_of::<A>(),
        )
    };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Calls the kernel, which answers with a new descriptor.
fn bpf_opens<A: Attributes>(command: Command, attributes: &mut A) -> io::Result<OwnedFd> {
    let opened = bpf(command, attributes)?;
    let opened = libc::c_int::try_from(opened).map_err(io::Error::other)?;
    // SAFETY: the kernel has just opened it for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(opened) })
}

fn number(fd: BorrowedFd<'_>) -> u32 {
    fd.as_raw_fd().unsigned_abs()
}

/// A map's kind, as the kernel numbers them.
pub(super) const ARRAY: u32 = 2;
const ARRAY_OF_MAPS: u32 = 12;
const PER_CPU: &[u32] = &[5, 6, 10];

/// A map, and how long its keys and values are.
#[derive(Debug)]
pub(super) struct Map {
    fd: OwnedFd,
    shape: Shape,
    /// Bytes that one value takes between us and the kernel: of maps with a value per processor, all of them.
    stride: usize,
}

/// What a map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Its kind.
    pub(super) kind: u32,
    /// Bytes of a key.
    pub(super) key: u32,
    /// Bytes of a value.
    pub(super) value: u32,
    /// Entries it has, or has room for.
    pub(super) entries: u32,
}

impl Map {
    /// Takes a map and asks what it is.
    pub(super) fn new(fd: OwnedFd) -> io::Result<Self> {
        let shape = shape(fd.as_fd())?;
        let value = shape.value as usize;
        let stride = if PER_CPU.contains(&shape.kind) {
            // Each processor's value is rounded up to eight bytes.
            value.next_multiple_of(8) * processors()?
        } else {
            value
        };
        Ok(Self { fd, shape, stride })
    }

    /// Tells what it is.
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Reads a value.
    pub(super) fn get(&self, key: &[u8]) -> io::Result<Vec<u8>> {
        let mut value = vec![0; self.stride];
        self.one(Command::MapLookup, key, &mut value)?;
        Ok(value)
    }

    /// Writes a value, whether there was one or not.
    pub(super) fn put(&self, key: &[u8], value: &[u8]) -> io::Result<()> {
        // The command only reads the value; a copy spares us a second struct.
        self.one(Command::MapUpdate, key, &mut value.to_vec())
    }

    /// Writes many values at once. Keys and values lie one after the other.
    pub(super) fn put_all(&self, keys: &[u8], values: &[u8]) -> io::Result<()> {
        let (key, mut done) = (self.shape.key as usize, 0);
        let count = keys.len() / key;
        if keys.len() != count * key || values.len() != count * self.stride {
            return Err(wrong_length());
        }
        while done < count {
            let (keys, values) = (&keys[done * key..], &values[done * self.stride..]);
            let left = u32::try_from(count - done).map_err(io::Error::other)?;
            let mut batch = Batch {
                keys: keys.as_ptr() as u64,
                values: values.as_ptr() as u64,
                count: left,
                map: number(self.fd.as_fd()),
                ..Batch::default()
            };
            bpf(Command::UpdateBatch, &mut batch)?;
            done += batch.count.clamp(1, left) as usize;
        }
        Ok(())
    }

    /// Reads everything: keys, and values, one after the other.
    pub(super) fn all(&self) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let (key, room) = (self.shape.key as usize, self.shape.entries as usize);
        // The kernel writes as many as there are between two calls, never more than the map has room for.
        let (mut keys, mut values) = (vec![0; room * key], vec![0; room * self.stride]);
        let mut done = 0;
        // A token is as long as a key, and at least four bytes.
        let (mut before, mut after) = (vec![0u8; key.max(4)], vec![0u8; key.max(4)]);
        while done < room {
            let left = u32::try_from(room - done).map_err(io::Error::other)?;
            let mut batch = Batch {
                before: if done == 0 { 0 } else { before.as_ptr() as u64 },
                after: after.as_mut_ptr() as u64,
                keys: keys[done * key..].as_mut_ptr() as u64,
                values: values[done * self.stride..].as_mut_ptr() as u64,
                count: left,
                map: number(self.fd.as_fd()),
                ..Batch::default()
            };
            let told = bpf(Command::LookupBatch, &mut batch);
            done += batch.count.min(left) as usize;
            match told {
                Ok(_) if batch.count > 0 => std::mem::swap(&mut before, &mut after),
                Ok(_) => break,
                // That was the end.
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(error),
            }
        }
        keys.truncate(done * key);
        values.truncate(done * self.stride);
        Ok((keys, values))
    }

    fn one(&self, command: Command, key: &[u8], value: &mut [u8]) -> io::Result<()> {
        if key.len() != self.shape.key as usize || value.len() != self.stride {
            return Err(wrong_length());
        }
        let mut element = Element {
            map: number(self.fd.as_fd()),
            key: key.as_ptr() as u64,
            value: value.as_mut_ptr() as u64,
            ..Element::default()
        };
        bpf(command, &mut element).map(drop)
    }
}

impl AsFd for Map {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn wrong_length() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "a key or value is not as long as the map's",
    )
}

/// Tells how many processors the kernel keeps values for: all that there could be.
fn processors() -> io::Result<usize> {
    let listed = std::fs::read_to_string("/sys/devices/system/cpu/possible")?;
    let last = listed.trim().rsplit(['-', ',']).next();
    let last: usize = last
        .and_then(|last| last.parse().ok())
        .ok_or_else(|| io::Error::other("the kernel's list of processors does not read"))?;
    Ok(last + 1)
}

/// Waits until every packet that is on its way through a program has left it.
///
/// After a change of a map of maps the kernel answers only when all running programs see the new one; here
/// nothing hangs on the map, only on the waiting. (`membarrier` waits too, but not where processors were
/// freed of the kernel's timer, as on routers.)
#[derive(Debug)]
pub(super) struct Grace {
    outer: OwnedFd,
    inner: OwnedFd,
}

impl Grace {
    /// Makes what it waits with.
    pub(super) fn new() -> io::Result<Self> {
        let inner = create(ARRAY, None)?;
        let outer = create(ARRAY_OF_MAPS, Some(inner.as_fd()))?;
        Ok(Self { outer, inner })
    }

    /// Waits.
    pub(super) fn wait(&self) -> io::Result<()> {
        let (key, value) = (0u32, number(self.inner.as_fd()));
        let mut element = Element {
            map: number(self.outer.as_fd()),
            key: std::ptr::from_ref(&key) as u64,
            value: std::ptr::from_ref(&value) as u64,
            ..Element::default()
        };
        bpf(Command::MapUpdate, &mut element).map(drop)
    }
}

/// Makes a map of one entry of four bytes.
fn create(kind: u32, inner: Option<BorrowedFd<'_>>) -> io::Result<OwnedFd> {
    let mut wanted = Creation {
        kind,
        key: 4,
        value: 4,
        entries: 1,
        inner: inner.map_or(0, number),
        ..Creation::default()
    };
    bpf_opens(Command::MapCreate, &mut wanted)
}

/// Pins an object, so that it outlives us.
pub(super) fn pin(object: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let mut pinning = Pinning {
        path: path.as_ptr() as u64,
        object: number(object),
        flags: 0,
    };
    bpf(Command::Pin, &mut pinning).map(drop)
}

/// Opens a pinned object.
pub(super) fn pinned(path: &Path) -> io::Result<OwnedFd> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let mut pinning = Pinning {
        path: path.as_ptr() as u64,
        ..Pinning::default()
    };
    bpf_opens(Command::Get, &mut pinning)
}

/// Tells whether a folder lies on a BPF file system.
pub(super) fn is_bpf_file_system(folder: &Path) -> io::Result<bool> {
    let path = CString::new(folder.as_os_str().as_bytes()).map_err(io::Error::other)?;
    // SAFETY: statfs is plain numbers, for which zero is a value.
    let mut told: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with a zero byte; the kernel writes one statfs, which we own.
    if unsafe { libc::statfs(path.as_ptr(), &raw mut told) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(told.f_type == libc::BPF_FS_MAGIC)
}

/// Where an interface's driver calls a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// In the driver, before the kernel knows of the packet.
    Native,
    /// In the kernel's own receive path: any interface can, at a higher price for each packet.
    Generic,
}

/// Attaches a program to an interface. What is attached there already is never replaced.
pub(super) fn attach(program: BorrowedFd<'_>, interface: u32, mode: Mode) -> io::Result<OwnedFd> {
    /// `BPF_XDP`, `XDP_FLAGS_SKB_MODE` and `XDP_FLAGS_DRV_MODE`.
    const XDP: u32 = 37;
    const SKB_MODE: u32 = 2;
    const DRV_MODE: u32 = 4;
    let mut wanted = LinkCreation {
        program: number(program),
        interface,
        kind: XDP,
        flags: match mode {
            Mode::Native => DRV_MODE,
            Mode::Generic => SKB_MODE,
        },
    };
    bpf_opens(Command::LinkCreate, &mut wanted)
}

/// Lets a link carry another program, between two packets.
pub(super) fn replace(link: BorrowedFd<'_>, program: BorrowedFd<'_>) -> io::Result<()> {
    let mut wanted = LinkChange {
        link: number(link),
        program: number(program),
        flags: 0,
        before: 0,
    };
    bpf(Command::LinkUpdate, &mut wanted).map(drop)
}

/// Detaches a link, whoever else holds it.
pub(super) fn detach(link: BorrowedFd<'_>) -> io::Result<()> {
    let mut wanted = LinkEnd { link: number(link) };
    bpf(Command::LinkDetach, &mut wanted).map(drop)
}

/// What a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkState {
    /// The program that it carries.
    pub(super) program: u32,
    /// The index of its interface; zero if that is gone or the link was detached.
    pub(super) interface: u32,
}

/// Asks what a link is. An object that is no link to an interface is an error.
pub(super) fn link(link: BorrowedFd<'_>) -> io::Result<LinkState> {
    /// `BPF_LINK_TYPE_XDP`.
    const XDP: u32 = 6;
    let told: [u32; 16] = info(link)?;
    match told {
        [XDP, _, program, _, interface, ..] => Ok(LinkState { program, interface }),
        _ => Err(io::Error::other("it is no link to an interface")),
    }
}

/// Asks for the number by which the kernel knows a program.
pub(super) fn program_id(program: BorrowedFd<'_>) -> io::Result<u32> {
    let [_, id, ..]: [u32; 16] = info(program)?;
    Ok(id)
}

fn shape(map: BorrowedFd<'_>) -> io::Result<Shape> {
    let [kind, _, key, value, entries, ..]: [u32; 16] = info(map)?;
    Ok(Shape {
        kind,
        key,
        value,
        entries,
    })
}

/// Asks what an object is. The kernel writes as much as there is room for.
fn info(object: BorrowedFd<'_>) -> io::Result<[u32; 16]> {
    let mut told = [0u32; 16];
    let mut question = Question {
        object: number(object),
        length: size_of::<[u32; 16]>() as u32,
        told: told.as_mut_ptr() as u64,
    };
    bpf(Command::Info, &mut question)?;
    Ok(told)
}

/// What a program said of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Whether it is dropped.
    pub dropped: bool,
    /// What one run took, on average of all.
    pub took: Duration,
}

/// Runs a program over a frame that no interface has seen, so many times.
pub(super) fn try_frame(program: BorrowedFd<'_>, frame: &[u8], times: u32) -> io::Result<Tried> {
    /// `XDP_DROP`.
    const DROP: u32 = 1;
    let mut run = Run {
        program: number(program),
        length: u32::try_from(frame.len()).map_err(io::Error::other)?,
        frame: frame.as_ptr() as u64,
        times,
        ..Run::default()
    };
    bpf(Command::TestRun, &mut run)?;
    Ok(Tried {
        dropped: run.verdict == DROP,
        took: Duration::from_nanos(run.nanos.into()),
    })
}

macro_rules! attributes {
    ($($(#[doc = $doc:literal])+ $name:ident { $($field:ident: $type:ty),+ $(,)? } $safe:literal)+) => {$(
        $(#[doc = $doc])+
        #[repr(C)]
        #[derive(Debug, Default)]
        struct $name { $($field: $type),+ }

        // SAFETY: every function above that fills one in keeps what its pointers point to alive and as long
        // as the kernel takes it to be:
        #[doc = $safe]
        unsafe impl Attributes for $name {}
    )+};
}

attributes! {
    /// For one key.
    Element { map: u32, gap: u32, key: u64, value: u64, flags: u64 }
    "key and value were compared with the map's shape."
    /// For many keys.
    Batch {
        before: u64, after: u64, keys: u64, values: u64, count: u32, map: u32, element_flags: u64, flags: u64
    }
    "keys and values hold `count` of the map's shape; a token is no longer than a key or four bytes."
    /// For a new map.
    Creation { kind: u32, key: u32, value: u32, entries: u32, flags: u32, inner: u32 }
    "it has no pointers."
    /// For a pin.
    Pinning { path: u64, object: u32, flags: u32 }
    "the path ends with a zero byte."
    /// For a new link.
    LinkCreation { program: u32, interface: u32, kind: u32, flags: u32 }
    "it has no pointers."
    /// For a link's program.
    LinkChange { link: u32, program: u32, flags: u32, before: u32 }
    "it has no pointers."
    /// For a link's end.
    LinkEnd { link: u32 }
    "it has no pointers."
    /// For what an object is.
    Question { object: u32, length: u32, told: u64 }
    "`told` has room for `length` bytes."
    /// For a run.
    Run {
        program: u32, verdict: u32, length: u32, length_out: u32, frame: u64, frame_out: u64, times: u32,
        nanos: u32, context_length: u32, context_length_out: u32, context: u64, context_out: u64, flags: u32,
        processor: u32, batch: u32, gap: u32
    }
    "the frame is `length` long; nothing is written back, for there is no room for it."
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
