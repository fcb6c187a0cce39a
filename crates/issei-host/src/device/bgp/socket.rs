//! The connection with one peer: out to him or in from him, never waited for, signed and near if wanted.
//!
//! In: addresses, a secret, how many hops away the peer is. Out: sockets that do not block.
//! Standards: RFC 4271 (port 179), RFC 2385 (TCP-MD5) and tcp_md5sig of linux/tcp.h, RFC 5082 (packets from
//! further away than the peer are dropped by the kernel).
//! Limits: TCP-MD5 is what routers speak; it hinders who is off the path, and whoever is on it hears everything.

#![allow(
    unsafe_code,
    reason = "a socket option that takes a structure of the kernel's"
)]

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use zeroize::{Zeroize, Zeroizing};

use crate::kernel;

/// What the kernel guards a connection with.
#[derive(Clone, Default)]
pub(super) struct Guard {
    /// What signs its segments; none = not signed.
    pub(super) secret: Option<Zeroizing<Vec<u8>>>,
    /// The most hops that the peer is away; none = any.
    pub(super) hops: Option<u8>,
}

/// Begins a connection out to the peer. It is there once the socket can be written to, or has failed.
pub(super) fn begin(
    to: SocketAddr,
    from: Option<IpAddr>,
    guard: &Guard,
    patience: Duration,
) -> io::Result<Socket> {
    let socket = made(to, guard, to.ip())?;
    give_up_after(&socket, patience)?;
    if let Some(from) = from {
        socket.bind(&SockAddr::from(SocketAddr::new(from, 0)))?;
    }
    match socket.connect(&SockAddr::from(to)) {
        Ok(()) => Ok(socket),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(socket),
        Err(error) => Err(error),
    }
}

/// Listens for one peer.
pub(super) fn listen(at: SocketAddr, peer: IpAddr, guard: &Guard) -> io::Result<Socket> {
    let socket = made(at, guard, peer)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(at))?;
    socket.listen(4)?;
    Ok(socket)
}

/// Takes a connection that waits at a listening socket, if one does, and tells who is at its other end.
pub(super) fn accept(
    listener: &Socket,
    guard: &Guard,
    patience: Duration,
) -> io::Result<Option<(Socket, IpAddr)>> {
    let (socket, from) = match listener.accept() {
        Ok(accepted) => accepted,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
        Err(error) => return Err(error),
    };
    let from = from.as_socket().ok_or(io::ErrorKind::InvalidData)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    give_up_after(&socket, patience)?;
    keep_near(&socket, from, guard)?;
    Ok(Some((socket, from.ip().to_canonical())))
}

fn made(address: SocketAddr, guard: &Guard, peer: IpAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    keep_near(&socket, address, guard)?;
    if let Some(secret) = &guard.secret {
        sign(&socket, peer, secret)?;
    }
    Ok(socket)
}

/// Octets that the kernel takes beyond what it may send, so that what waits is known to us and not hidden.
const UNSENT: libc::c_int = 16 << 10;

/// Tells how many octets the peer's kernel has not taken yet, of those that ours has (tcp(7)).
pub(super) fn untaken(socket: &Socket) -> io::Result<usize> {
    let mut left: libc::c_int = 0;
    // SAFETY: the kernel writes one int, which we own.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut left) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(usize::try_from(left).unwrap_or_default())
}

/// Lets the kernel end the connection when what was sent is not taken for so long, and keeps little in it
/// (tcp(7)).
fn give_up_after(socket: &Socket, patience: Duration) -> io::Result<()> {
    let millis = libc::c_int::try_from(patience.as_millis()).unwrap_or(libc::c_int::MAX);
    let socket = socket.as_fd();
    kernel::set_number(socket, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT, millis)?;
    kernel::set_number(socket, libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT, UNSENT)
}

/// Sends with the largest time to live, and lets the kernel drop what came with less than the peer's
/// hops leave of it (RFC 5082, section 3).
fn keep_near(socket: &Socket, address: SocketAddr, guard: &Guard) -> io::Result<()> {
    /// `IPV6_MINHOPCOUNT` of linux/in6.h; `IP_MINTTL` of linux/in.h.
    const IPV6_MINHOPCOUNT: libc::c_int = 73;
    const IP_MINTTL: libc::c_int = 21;
    let Some(hops) = guard.hops else {
        return Ok(());
    };
    let least = libc::c_int::from(255 - hops.saturating_sub(1));
    match address {
        SocketAddr::V4(_) => {
            socket.set_ttl_v4(255)?;
            kernel::set_number(socket.as_fd(), libc::IPPROTO_IP, IP_MINTTL, least)
        }
        SocketAddr::V6(_) => {
            socket.set_unicast_hops_v6(255)?;
            kernel::set_number(socket.as_fd(), libc::IPPROTO_IPV6, IPV6_MINHOPCOUNT, least)
        }
    }
}

/// Octets of the longest secret (`TCP_MD5SIG_MAXKEYLEN`).
pub(super) const LONGEST_SECRET: usize = 80;

/// `tcp_md5sig` of linux/tcp.h.
#[repr(C)]
struct Md5Signature {
    address: libc::sockaddr_storage,
    flags: u8,
    prefix_length: u8,
    key_length: u16,
    interface: libc::c_int,
    key: [u8; LONGEST_SECRET],
}

/// Signs and checks the segments of connections with one peer.
fn sign(socket: &Socket, peer: IpAddr, secret: &[u8]) -> io::Result<()> {
    /// `TCP_MD5SIG` of linux/tcp.h.
    const TCP_MD5SIG: libc::c_int = 14;
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a secret has 1 to {LONGEST_SECRET} octets"),
        ));
    }
    // SAFETY: plain numbers, for which zero is a value.
    let mut option: Md5Signature = unsafe { zeroed() };
    let address = SockAddr::from(SocketAddr::new(peer, 0));
    // SAFETY: the storage is as large as any address that the kernel knows, and `address` tells its length.
    unsafe {
        std::ptr::copy_nonoverlapping(
            address.as_ptr().cast::<u8>(),
            (&raw mut option.address).cast::<u8>(),
            address.len() as usize,
        );
    }
    option.key_length = secret.len() as u16;
    option.key[..secret.len()].copy_from_slice(secret);
    // SAFETY: pointer and length describe our structure, which lives through the call; the kernel only reads.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            TCP_MD5SIG,
            (&raw const option).cast(),
            size_of::<Md5Signature>() as libc::socklen_t,
        )
    };
    let failed = (result < 0).then(io::Error::last_os_error);
    option.key.zeroize();
    failed.map_or(Ok(()), Err)
}
