//! Captures packets from an interface of this machine.
//!
//! In: an interface's name. Out: the heads of its packets with their times, and what was dropped.
//! Always: only the first bytes of a packet are kept, so payload never reaches us; a drop is
//! counted. Standard: packet(7), ring version 3.

use std::fmt;
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::Duration;

use issei_model::Timestamp;

use crate::kernel::{self, Ring};

/// Bytes kept of each packet: link, two tags, IPv6 with extensions, TCP with all its options, and
/// the few payload bytes whose *lengths* name a keep-alive.
const SNAP: u32 = 192;

/// The shape of an interface's packets, as the number of the pcap link types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Ethernet (1).
    Ethernet,
    /// IP without a link header (101): tunnels.
    Ip,
}

/// An interface that could not be opened, and why.
#[derive(Debug)]
pub struct CaptureError {
    /// Which interface.
    pub interface: String,
    /// What the kernel said.
    pub cause: io::Error,
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.interface;
        match self.cause.raw_os_error() {
            Some(libc::EPERM | libc::EACCES) => {
                write!(
                    f,
                    "may not capture on `{name}`; run as root or give the program CAP_NET_RAW"
                )
            }
            Some(libc::ENODEV | libc::ENXIO) => {
                write!(f, "there is no interface `{name}`; `ip link` lists them")
            }
            _ => write!(f, "cannot capture on `{name}`: {}", self.cause),
        }
    }
}

impl std::error::Error for CaptureError {}

/// An interface being listened to.
pub struct Capture {
    ring: Ring,
    shape: Shape,
    loopback: bool,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl Capture {
    /// Begins to capture on an interface, with a ring of about `buffer` bytes.
    ///
    /// # Errors
    /// If there is no such interface or the kernel refuses.
    pub fn open(interface: &str, buffer: usize) -> Result<Self, CaptureError> {
        let failed = |cause| CaptureError {
            interface: interface.to_owned(),
            cause,
        };
        let index = kernel::interface_index(interface).map_err(failed)?;
        let hardware = hardware_type(interface).map_err(failed)?;
        let ring = Ring::open(index, buffer, SNAP).map_err(failed)?;
        let ethernet = matches!(hardware, libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK);
        Ok(Self {
            ring,
            shape: if ethernet { Shape::Ethernet } else { Shape::Ip },
            loopback: hardware == libc::ARPHRD_LOOPBACK,
        })
    }

    /// Tells the shape of the packets.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Waits until packets came, or `most` has passed.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn wait(&mut self, most: Duration) -> io::Result<bool> {
        use std::os::fd::AsFd;
        let socket = self.ring.socket().as_fd().as_raw_fd();
        kernel::readable(
            &mut [libc::pollfd {
                fd: socket,
                events: libc::POLLIN,
                revents: 0,
            }],
            most,
        )
    }

    /// Hands on the packets of the next block: time, bytes kept, length on the wire. Tells whether
    /// there was a block.
    pub fn drain(&mut self, mut each: impl FnMut(Timestamp, &[u8], u32)) -> bool {
        let loopback = self.loopback;
        self.ring.block(|packet| {
            // On the loopback every packet goes out and comes in: once is enough.
            if !(loopback && packet.outgoing) {
                each(packet.time, packet.bytes, packet.original_length);
            }
        })
    }

    /// Tells how many packets the kernel dropped since this was last asked.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn dropped(&mut self) -> io::Result<u64> {
        self.ring.dropped()
    }
}

/// Reads an interface's hardware type from sysfs.
fn hardware_type(interface: &str) -> io::Result<u16> {
    if interface.contains('/') {
        return Err(io::Error::from_raw_os_error(libc::ENODEV));
    }
    let path: PathBuf = ["/sys/class/net", interface, "type"].iter().collect();
    let text = std::fs::read_to_string(path)?;
    text.trim().parse().map_err(io::Error::other)
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
