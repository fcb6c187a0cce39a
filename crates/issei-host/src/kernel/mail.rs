//! Many datagrams with one call: recvmmsg(2) into buffers that are made once.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use issei_model::Timestamp;

/// Bytes between the starts of two buffers beyond the datagram. An odd number of cache lines, so
/// that the heads of the datagrams do not all fall into the same set of the cache.
const SPREAD: usize = 64;

/// Room for the ancillary data of the first datagram: its time.
const CONTROL: usize = 16;

/// Buffers for the datagrams of one call.
pub(crate) struct Mail {
    stride: usize,
    largest: usize,
    bytes: Vec<u8>,
    from: Vec<libc::sockaddr_storage>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
    control: [u64; CONTROL],
    received: usize,
}

// SAFETY: the raw pointers in `vectors` and `headers` point into the vectors beside them, are
// written anew before each call and are read by nobody else.
unsafe impl Send for Mail {}

impl Mail {
    /// Makes buffers for `count` datagrams of at most `largest` bytes each.
    pub(crate) fn new(count: usize, largest: usize) -> Self {
        let stride = largest.next_multiple_of(2 * SPREAD) + SPREAD;
        // SAFETY: these three are plain numbers and pointers; zero and null are values of theirs.
        let (from, vector, header) = unsafe { (zeroed(), zeroed(), zeroed()) };
        Self {
            stride,
            largest,
            bytes: vec![0; stride * count],
            from: vec![from; count],
            vectors: vec![vector; count],
            headers: vec![header; count],
            control: [0; CONTROL],
            received: 0,
        }
    }

    /// Takes what lies in the socket, as many as there are buffers, without waiting.
    pub(crate) fn take(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        self.received = 0;
        self.aim();
        let count = self.headers.len() as libc::c_uint;
        // SAFETY: `aim` has pointed every header at buffers of ours with their true lengths, and
        // nothing was moved since; the kernel writes within them. No time-out is given.
        let result = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        match super::checked(result) {
            Ok(received) => self.received = received as usize,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) => {}
            // A datagram of ours to an exporter was refused: it says nothing about what we read.
            Err(error) if error.raw_os_error() == Some(libc::ECONNREFUSED) => {}
            Err(error) => return Err(error),
        }
        Ok(self.received)
    }

    /// Points the headers at the buffers. The kernel shortens lengths, so it is done every time.
    fn aim(&mut self) {
        let rows = self
            .headers
            .iter_mut()
            .zip(&mut self.vectors)
            .zip(&mut self.from);
        for (((header, vector), from), buffer) in rows.zip(self.bytes.chunks_exact_mut(self.stride))
        {
            vector.iov_base = buffer.as_mut_ptr().cast();
            vector.iov_len = self.largest;
            let message = &mut header.msg_hdr;
            message.msg_name = ptr::from_mut(from).cast();
            message.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            message.msg_iov = vector;
            message.msg_iovlen = 1;
            message.msg_control = ptr::null_mut();
            message.msg_controllen = 0;
            message.msg_flags = 0;
        }
        if let Some(first) = self.headers.first_mut() {
            first.msg_hdr.msg_control = self.control.as_mut_ptr().cast();
            first.msg_hdr.msg_controllen = size_of::<[u64; CONTROL]>() as _;
        }
    }

    /// Walks over what the last call took: who sent it, its bytes, and whether it was cut short.
    pub(crate) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8], bool)> {
        let rows = self
            .headers
            .iter()
            .zip(&self.from)
            .zip(self.bytes.chunks_exact(self.stride));
        rows.take(self.received).map(|((header, from), buffer)| {
            let length = (header.msg_len as usize).min(self.largest);
            let cut = header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0;
            (address(from), &buffer[..length], cut)
        })
    }

    /// Tells when the kernel received the first datagram of the last call, if it says so.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        let first = self.headers.first().filter(|_| self.received > 0)?;
        // SAFETY: the kernel filled the control buffer of this header and set its length.
        let message = unsafe { libc::CMSG_FIRSTHDR(&raw const first.msg_hdr).as_ref() }?;
        let is_time =
            message.cmsg_level == libc::SOL_SOCKET && message.cmsg_type == libc::SCM_TIMESTAMPNS;
        if !is_time {
            return None;
        }
        // SAFETY: SCM_TIMESTAMPNS carries one timespec; it may lie unaligned.
        let time =
            unsafe { ptr::read_unaligned(libc::CMSG_DATA(message).cast::<libc::timespec>()) };
        Some(Timestamp::from_micros(
            time.tv_sec * 1_000_000 + time.tv_nsec / 1_000,
        ))
    }
}

/// Reads the address that the kernel wrote. An unknown family reads as the unspecified address.
fn address(from: &libc::sockaddr_storage) -> SocketAddr {
    match libc::c_int::from(from.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says sockaddr_in; the storage is large and aligned enough for all.
            let v4 = unsafe { &*ptr::from_ref(from).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from_bits(u32::from_be(v4.sin_addr.s_addr));
            SocketAddr::new(IpAddr::V4(ip), u16::from_be(v4.sin_port))
        }
        libc::AF_INET6 => {
            // SAFETY: the family says sockaddr_in6; the storage is large and aligned enough for all.
            let v6 = unsafe { &*ptr::from_ref(from).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            SocketAddr::new(IpAddr::V6(ip), u16::from_be(v6.sin6_port))
        }
        _ => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
    }
}
