//! Receives datagrams of exporters: several sockets per address, many datagrams per call.
//!
//! In: addresses to listen on. Out: datagrams with their sender, in the order of each socket, and
//! what the kernel had to drop.
//! Always: all datagrams of one exporter address come to the same receiver, so templates need no
//! lock; buffers are made once; a drop is counted.
//! Why it naps: a wake-up costs more than decoding a datagram. After a busy moment the receiver
//! sleeps for up to a millisecond and takes what has gathered.
//! Standard: udp(7), socket(7); steering by `SO_ATTACH_REUSEPORT_CBPF`.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use issei_model::Timestamp;
use socket2::{Domain, Protocol, Socket, Type};

use crate::kernel::{self, Mail};

/// Datagrams taken with one call. More than a millisecond's worth at three million records a second.
const AT_ONCE: usize = 128;

/// Where and how to listen.
#[derive(Clone, Debug)]
pub struct Listening {
    /// Addresses with ports. Port 0 lets the kernel choose.
    pub addresses: Vec<SocketAddr>,
    /// How many receivers share each address.
    pub receivers: usize,
    /// Bytes of buffer asked of the kernel for each socket.
    pub buffer: usize,
    /// The longest datagram that is taken whole.
    pub largest: usize,
}

/// A socket that could not be had, and why.
#[derive(Debug)]
pub struct ListenError {
    /// Which address.
    pub address: SocketAddr,
    /// What the kernel said.
    pub cause: io::Error,
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address;
        match self.cause.kind() {
            io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "cannot listen on {address}: another program does; stop it or choose another port"
                )
            }
            io::ErrorKind::AddrNotAvailable => {
                write!(
                    f,
                    "cannot listen on {address}: no interface of this machine has the address"
                )
            }
            io::ErrorKind::PermissionDenied => {
                write!(
                    f,
                    "cannot listen on {address}: not allowed; choose a port above 1023"
                )
            }
            _ => write!(f, "cannot listen on {address}: {}", self.cause),
        }
    }
}

impl std::error::Error for ListenError {}

/// What one call of [`Receiver::drain`] took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drained {
    /// Datagrams handed on.
    pub datagrams: u64,
    /// Datagrams longer than the buffer: their head was handed on.
    pub cut: u64,
    /// When the kernel received the first of them.
    pub oldest: Option<Timestamp>,
    /// More may lie in a socket.
    pub more: bool,
}

/// What the kernel granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Bytes of buffer per socket.
    pub buffer: usize,
    /// Whether the kernel steers by the exporter's address. If not, it steers by address and port,
    /// which differs only for exporters that change their port.
    pub steered: bool,
}

/// One socket for each address, read by one thread.
pub struct Receiver {
    sockets: Vec<Socket>,
    addresses: Vec<SocketAddr>,
    polled: Vec<libc::pollfd>,
    dropped_before: Vec<u32>,
    mail: Mail,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl Receiver {
    /// Opens the receivers; each has one socket for every address.
    ///
    /// # Errors
    /// If an address cannot be listened on.
    pub fn open(listening: &Listening) -> Result<(Vec<Self>, Granted), ListenError> {
        let count = listening.receivers.max(1);
        let mut rows: Vec<Vec<(Socket, SocketAddr)>> = (0..count).map(|_| Vec::new()).collect();
        let mut granted = Granted {
            buffer: usize::MAX,
            steered: true,
        };
        for &address in &listening.addresses {
            let failed = |cause| ListenError { address, cause };
            let mut bound = address;
            for row in &mut rows {
                let socket = open(bound, count > 1).map_err(failed)?;
                bound = socket
                    .local_addr()
                    .ok()
                    .and_then(|local| local.as_socket())
                    .unwrap_or(bound);
                granted.buffer = granted
                    .buffer
                    .min(kernel::enlarge_buffer(socket.as_fd(), listening.buffer).map_err(failed)?);
                row.push((socket, bound));
            }
            if count > 1
                && let Some((socket, _)) = rows[0].last()
            {
                let program = steering(address.is_ipv6(), count as u32);
                let steered =
                    kernel::attach(socket.as_fd(), libc::SO_ATTACH_REUSEPORT_CBPF, &program);
                granted.steered &= steered.is_ok();
            }
        }
        let receivers = rows
            .into_iter()
            .map(|row| Self::of(row, listening.largest))
            .collect();
        Ok((receivers, granted))
    }

    fn of(row: Vec<(Socket, SocketAddr)>, largest: usize) -> Self {
        let (sockets, addresses): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let watch = |socket: &Socket| libc::pollfd {
            fd: socket.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        Self {
            polled: sockets.iter().map(watch).collect(),
            dropped_before: vec![0; sockets.len()],
            mail: Mail::new(AT_ONCE, largest),
            sockets,
            addresses,
        }
    }

    /// Shows the addresses, with the ports that the kernel chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Waits until something came, or `most` has passed. Tells whether something came.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn wait(&mut self, most: Duration) -> io::Result<bool> {
        kernel::readable(&mut self.polled, most)
    }

    /// Takes what lies in the sockets, one call for each, and hands it on.
    ///
    /// # Errors
    /// If a socket is broken. What came before is handed on.
    pub fn drain(&mut self, mut each: impl FnMut(SocketAddr, &[u8])) -> io::Result<Drained> {
        let mut drained = Drained::default();
        for socket in &self.sockets {
            let taken = self.mail.take(socket.as_fd())?;
            drained.more |= taken == AT_ONCE;
            drained.datagrams += taken as u64;
            drained.oldest = match (drained.oldest, self.mail.oldest()) {
                (Some(before), Some(now)) => Some(before.min(now)),
                (before, now) => before.or(now),
            };
            for (from, bytes, cut) in self.mail.datagrams() {
                drained.cut += u64::from(cut);
                each(from, bytes);
            }
        }
        Ok(drained)
    }

    /// Lets nothing more in, so that the sockets can be emptied for good. What comes now is turned
    /// away by the kernel before it is queued, and counts as dropped.
    ///
    /// # Errors
    /// If the kernel refuses: then what comes while the sockets are closed is lost uncounted.
    pub fn shut(&self) -> io::Result<()> {
        let nothing = [libc::sock_filter {
            code: (libc::BPF_RET | libc::BPF_K) as u16,
            jt: 0,
            jf: 0,
            k: 0,
        }];
        let mut sockets = self.sockets.iter();
        sockets
            .try_for_each(|socket| kernel::attach(socket.as_fd(), libc::SO_ATTACH_FILTER, &nothing))
    }

    /// Tells how many datagrams the kernel dropped since this was last asked.
    ///
    /// # Errors
    /// If the kernel does not tell: then loss cannot be counted, and the caller must say so.
    pub fn dropped(&mut self) -> io::Result<u64> {
        let mut sum = 0;
        for (socket, before) in self.sockets.iter().zip(&mut self.dropped_before) {
            let now = kernel::dropped(socket.as_fd())?;
            sum += u64::from(now.wrapping_sub(*before));
            *before = now;
        }
        Ok(sum)
    }
}

fn open(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        // IPv4 has sockets of its own, so that exporters have one address and not two forms of it.
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_port(shared)?;
    kernel::set_number(socket.as_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Writes the classic BPF program that chooses a socket by the sender's address.
///
/// `SKF_NET_OFF` reaches back to the network header: the source stands at byte 12 of an IPv4
/// header (RFC 791) and at byte 8 of an IPv6 header (RFC 8200).
fn steering(ipv6: bool, sockets: u32) -> Vec<libc::sock_filter> {
    const NETWORK: u32 = libc::SKF_NET_OFF as u32;
    /// Spreads neighbouring addresses: 2^32 over the golden ratio, odd.
    const SPREAD: u32 = 0x9e37_79b1;
    let step = |code: u32, k: u32| libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    let load = |at: u32| {
        step(
            libc::BPF_LD | libc::BPF_W | libc::BPF_ABS,
            NETWORK.wrapping_add(at),
        )
    };
    let spread = step(libc::BPF_ALU | libc::BPF_MUL | libc::BPF_K, SPREAD);
    let mut program = Vec::new();
    if ipv6 {
        program.extend([load(8), spread]);
        for at in [12, 16, 20] {
            let keep = step(libc::BPF_MISC | libc::BPF_TAX, 0);
            let join = step(libc::BPF_ALU | libc::BPF_XOR | libc::BPF_X, 0);
            program.extend([keep, load(at), join, spread]);
        }
    } else {
        program.extend([load(12), spread]);
    }
    program.push(step(libc::BPF_ALU | libc::BPF_RSH | libc::BPF_K, 16));
    program.push(step(libc::BPF_ALU | libc::BPF_MOD | libc::BPF_K, sockets));
    program.push(step(libc::BPF_RET | libc::BPF_A, 0));
    program
}

#[cfg(test)]
#[path = "receiver_tests.rs"]
mod tests;
