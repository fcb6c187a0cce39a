//! A ring of packets shared with the kernel: packet(7), version 3.
//!
//! The kernel fills blocks and hands them over whole; we read a block and hand it back. A block
//! that is not full is handed over after a time-out, so quiet networks are heard too.
//! Always: offsets the kernel wrote are checked against the block before they are followed.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering, fence};

use issei_model::Timestamp;

/// Bytes of a block. A multiple of the page, large enough for thousands of heads.
const BLOCK: usize = 1 << 20;
/// The kernel wants a frame size; version 3 only checks it.
const FRAME: usize = 1 << 11;
/// Milliseconds after which a block is handed over though it is not full.
const RETIRE_MILLIS: libc::c_uint = 20;

/// A packet as the ring holds it.
pub(crate) struct Packet<'a> {
    pub(crate) time: Timestamp,
    pub(crate) bytes: &'a [u8],
    pub(crate) original_length: u32,
    pub(crate) outgoing: bool,
}

/// The ring of one interface.
pub(crate) struct Ring {
    socket: OwnedFd,
    memory: NonNull<u8>,
    blocks: usize,
    next: usize,
}

// SAFETY: the memory belongs to this ring alone; the kernel's side is guarded by block states.
unsafe impl Send for Ring {}

impl Ring {
    /// Opens a ring of about `size` bytes on an interface, keeping `snap` bytes of each packet.
    pub(crate) fn open(interface: libc::c_int, size: usize, snap: u32) -> io::Result<Self> {
        let all = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: no pointers; the descriptor that comes back is ours alone. Protocol 0: nothing is
        // received before the filter and the ring are in place.
        let raw = super::checked(unsafe {
            libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0)
        })?;
        // SAFETY: `raw` was just opened and nobody else owns it.
        let socket = unsafe { OwnedFd::from_raw_fd(raw) };
        let keep = [libc::sock_filter {
            code: (libc::BPF_RET | libc::BPF_K) as u16,
            jt: 0,
            jf: 0,
            k: snap,
        }];
        super::attach(socket.as_fd(), libc::SO_ATTACH_FILTER, &keep)?;
        let blocks = (size / BLOCK).max(4);
        let memory = Self::map(socket.as_fd(), blocks)?;
        let ring = Self {
            socket,
            memory,
            blocks,
            next: 0,
        };
        // SAFETY: sockaddr_ll is plain numbers, for which zero is a value.
        let mut place: libc::sockaddr_ll = unsafe { zeroed() };
        place.sll_family = libc::AF_PACKET as u16;
        place.sll_protocol = all;
        place.sll_ifindex = interface;
        // SAFETY: pointer and length describe `place`.
        super::checked(unsafe {
            libc::bind(
                ring.socket.as_raw_fd(),
                (&raw const place).cast(),
                size_of::<libc::sockaddr_ll>() as libc::socklen_t,
            )
        })?;
        Ok(ring)
    }

    fn map(socket: BorrowedFd<'_>, blocks: usize) -> io::Result<NonNull<u8>> {
        super::set_number(
            socket,
            libc::SOL_PACKET,
            libc::PACKET_VERSION,
            libc::tpacket_versions::TPACKET_V3 as libc::c_int,
        )?;
        // SAFETY: tpacket_req3 is plain numbers.
        let mut request: libc::tpacket_req3 = unsafe { zeroed() };
        request.tp_block_size = BLOCK as libc::c_uint;
        request.tp_block_nr = blocks as libc::c_uint;
        request.tp_frame_size = FRAME as libc::c_uint;
        request.tp_frame_nr = (BLOCK / FRAME * blocks) as libc::c_uint;
        request.tp_retire_blk_tov = RETIRE_MILLIS;
        super::set_option(socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a fresh shared mapping of the ring that the kernel has just made, of its size.
        let memory = unsafe {
            libc::mmap(
                ptr::null_mut(),
                BLOCK * blocks,
                protection,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        NonNull::new(memory.cast())
            .ok_or_else(|| io::Error::other("the kernel mapped the ring at zero"))
    }

    pub(crate) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Reads the next block if the kernel has handed it over. Tells whether it had.
    pub(crate) fn block(&mut self, mut each: impl FnMut(Packet<'_>)) -> bool {
        // SAFETY: `next` < `blocks`, so the block lies inside the mapping.
        let block = unsafe { self.memory.as_ptr().add(self.next * BLOCK) };
        // SAFETY: the block begins with its descriptor; the state is an aligned u32 in it that the
        // kernel writes concurrently, hence atomic.
        let state = unsafe {
            let descriptor = block.cast::<libc::tpacket_block_desc>();
            AtomicU32::from_ptr(&raw mut (*descriptor).hdr.bh1.block_status)
        };
        if state.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return false;
        }
        // SAFETY: the block is ours until its state is handed back; it is BLOCK bytes long.
        let bytes = unsafe { std::slice::from_raw_parts(block, BLOCK) };
        for packet in Packets::of(bytes) {
            each(packet);
        }
        fence(Ordering::Release);
        state.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % self.blocks;
        true
    }

    /// Tells how many packets found no place since it was last asked.
    pub(crate) fn dropped(&self) -> io::Result<u64> {
        // SAFETY: tpacket_stats_v3 is plain numbers.
        let mut counts: libc::tpacket_stats_v3 = unsafe { zeroed() };
        let mut length = size_of::<libc::tpacket_stats_v3>() as libc::socklen_t;
        // SAFETY: pointer and length describe `counts`.
        super::checked(unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut counts).cast(),
                &raw mut length,
            )
        })?;
        Ok(u64::from(counts.tp_drops))
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: unmaps what `map` mapped, once; no reference into it outlives `block`.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), BLOCK * self.blocks) };
    }
}

/// Walks over the packets of one block.
struct Packets<'a> {
    block: &'a [u8],
    at: usize,
    left: u32,
}

impl<'a> Packets<'a> {
    fn of(block: &'a [u8]) -> Self {
        // SAFETY: the block begins with its descriptor and is longer than it; read as it may lie.
        let head =
            unsafe { ptr::read_unaligned(block.as_ptr().cast::<libc::tpacket_block_desc>()) };
        // SAFETY: version 3 blocks use this arm of the union.
        let head = unsafe { head.hdr.bh1 };
        Self {
            block,
            at: head.offset_to_first_pkt as usize,
            left: head.num_pkts,
        }
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        self.left = self.left.checked_sub(1)?;
        let room = size_of::<libc::tpacket3_hdr>() + size_of::<libc::sockaddr_ll>();
        let head_bytes = self
            .block
            .get(self.at..)?
            .get(..room.next_multiple_of(16))?;
        // SAFETY: `head_bytes` is long enough for the header; read as it may lie.
        let head = unsafe { ptr::read_unaligned(head_bytes.as_ptr().cast::<libc::tpacket3_hdr>()) };
        // packet(7): the address follows the header, aligned to 16 bytes.
        let place_at = size_of::<libc::tpacket3_hdr>().next_multiple_of(16);
        let place = self
            .block
            .get(self.at + place_at..)?
            .get(..size_of::<libc::sockaddr_ll>())?;
        // SAFETY: `place` is long enough for a sockaddr_ll; read as it may lie.
        let place = unsafe { ptr::read_unaligned(place.as_ptr().cast::<libc::sockaddr_ll>()) };
        let start = self.at.checked_add(usize::from(head.tp_mac))?;
        let bytes = self.block.get(start..)?.get(..head.tp_snaplen as usize)?;
        self.at = self.at.checked_add(head.tp_next_offset as usize)?;
        Some(Packet {
            time: Timestamp::from_micros(
                i64::from(head.tp_sec) * 1_000_000 + i64::from(head.tp_nsec) / 1_000,
            ),
            bytes,
            original_length: head.tp_len,
            outgoing: place.sll_pkttype == libc::PACKET_OUTGOING,
        })
    }
}
