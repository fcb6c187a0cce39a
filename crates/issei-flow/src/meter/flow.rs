//! One flow: who opened it, what went each way, and when it becomes a record.
//!
//! A flow outlives its records. After the active time-out it goes on counting from zero; after
//! silence it is kept for a while without counts if it was answered. Either way the next record
//! still knows who opened, which the packets alone would no longer tell.

use std::cmp::Ordering;

use issei_model::{Address, Columns, Extra, FlowRecord, Marks, TcpFlags, Timestamp, protocol};

use super::beat::Beat;
use super::sighting::{End, Key, Role, Sighting};

/// What all flows of a meter have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Microseconds.
    pub active: i64,
    /// Microseconds.
    pub idle: i64,
    pub origin: u32,
    pub sampling: u32,
}

#[derive(Clone, Debug)]
#[repr(C, align(32))]
pub(super) struct Flow<A> {
    pub key: Key<A>,
    /// By direction: from the opener, to the opener.
    packets: [u64; 2],
    bytes: [u64; 2],
    first: i64,
    last: i64,
    pub hash: u32,
    /// Where the place is free: the next free place of the table.
    pub next: u32,
    mpls_label: u32,
    vlan: u16,
    marks: u16,
    flags: [u8; 2],
    opener: End,
    state: u8,
    beat: Beat,
}

/// A flow fits two cache lines, and lies in two, so a million of them fit in 128 MB.
const _: () = assert!(size_of::<Flow<u128>>() <= 128 && size_of::<Flow<u32>>() <= 96);

/// Bits of a flow's state, which stay when counts are reset.
mod state {
    /// FIN or RST was seen: a new SYN is a new flow.
    pub const FINISHED: u8 = 1 << 0;
    /// A payload was seen, so who spoke first is settled.
    pub const SPOKEN: u8 = 1 << 1;
    /// The opener sent something.
    pub const OPENER_SEEN: u8 = 1 << 2;
    /// The other side sent something.
    pub const OTHER_SEEN: u8 = 1 << 3;
    /// Both did.
    pub const BOTH_SEEN: u8 = OPENER_SEEN | OTHER_SEEN;
    /// The first packet was a SYN-ACK, which a SYN that comes out of order would explain.
    pub const EXPECTS_SYN: u8 = 1 << 4;
}

/// Marks that tell of an opening packet, and so belong to the record that counts this packet.
const OF_THE_OPENING: u16 = Marks::SEQUENCE_IS_DESTINATION | Marks::BARE_SYN | Marks::ZERO_WINDOW;

/// Microseconds of silence after which who opened an answered flow is forgotten. Devices keep
/// their connections alive once a minute or two, NAT forgets UDP after five (RFC 4787, REQ-5).
const REMEMBERED: i64 = 300_000_000;

/// What a packet means for the flow whose key it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It belongs to the record in the making.
    Same,
    /// The record ended by silence; the flow goes on.
    Resumes,
    /// The record has lasted long enough; the flow goes on.
    Continues,
    /// The flow is over; this is another one between the same ends.
    Anew,
}

impl<A: Address> Flow<A> {
    /// Opens a flow with its first packet.
    pub(super) fn new(sighting: &Sighting<A>) -> Self {
        let mut flow = Self {
            key: sighting.key,
            packets: [0; 2],
            bytes: [0; 2],
            first: sighting.time,
            last: sighting.time,
            hash: sighting.hash,
            next: 0,
            mpls_label: sighting.mpls_label,
            vlan: sighting.vlan,
            marks: first_marks(sighting),
            flags: [0; 2],
            opener: opener(sighting),
            state: 0,
            beat: Beat::default(),
        };
        if sighting.role == Role::Answers && sighting.flags.any(TcpFlags::SYN) {
            flow.state = state::EXPECTS_SYN;
        }
        flow.add(sighting);
        flow
    }

    /// Takes the place of a flow that is over, on the same spot of the table and the wheel.
    pub(super) fn begin_anew(&mut self, sighting: &Sighting<A>) {
        *self = Self::new(sighting);
    }

    /// Reads something from both cache lines that a flow lies in.
    #[inline]
    pub(super) fn both_lines(&self) -> u32 {
        u32::from(self.key.protocol) ^ u32::from(self.state)
    }

    /// Tells whether no packet waits to be recorded.
    pub(super) fn is_empty(&self) -> bool {
        self.packets == [0, 0]
    }

    /// Tells after which time the flow has been silent too long.
    #[inline]
    pub(super) fn due(&self, rules: &Rules) -> i64 {
        let patience = match self.is_empty() {
            false => rules.idle,
            true if self.remembered() => REMEMBERED.max(rules.idle),
            true => 0,
        };
        self.last.saturating_add(patience)
    }

    /// An unanswered flow is worth no memory, nor is one that is over.
    fn remembered(&self) -> bool {
        self.state & (state::BOTH_SEEN | state::FINISHED) == state::BOTH_SEEN
    }

    /// Tells what a packet means for this flow, before it is added.
    #[inline]
    pub(super) fn turn(&self, sighting: &Sighting<A>, rules: &Rules) -> Turn {
        let silent = sighting.time > self.due(rules);
        let over = self.state & state::FINISHED != 0
            || self.is_empty()
            || silent
            || self.marks & Marks::OPENING_UNSEEN != 0;
        if (sighting.role == Role::Opens && over) || (silent && !self.remembered()) {
            return Turn::Anew;
        }
        if silent {
            let forgotten = sighting.time > self.last.saturating_add(REMEMBERED.max(rules.idle));
            return if forgotten { Turn::Anew } else { Turn::Resumes };
        }
        match sighting.time - self.first >= rules.active && !self.is_empty() {
            true => Turn::Continues,
            false => Turn::Same,
        }
    }

    /// Marks the record in the making as closed by the active time-out.
    pub(super) fn goes_on(&mut self) {
        self.marks |= Marks::CONTINUES;
    }

    /// Adds a packet.
    #[inline]
    pub(super) fn add(&mut self, sighting: &Sighting<A>) {
        if self.is_empty() {
            (self.first, self.last) = (sighting.time, sighting.time);
        }
        self.first = self.first.min(sighting.time);
        self.last = self.last.max(sighting.time);
        if self.state & state::EXPECTS_SYN != 0 && sighting.sender != self.opener {
            self.late_opening(sighting);
        }
        let by_opener = sighting.sender == self.opener;
        let way = usize::from(!by_opener);
        self.packets[way] += 1;
        self.bytes[way] += u64::from(sighting.ip_length);
        self.flags[way] |= sighting.flags.0;
        self.marks |= sighting.marks;
        self.state |= match by_opener {
            true => state::OPENER_SEEN,
            false => state::OTHER_SEEN,
        };
        if self.key.protocol == protocol::TCP {
            self.tcp(sighting, by_opener);
        }
    }

    /// A SYN that explains the SYN-ACK before it came out of order: its sender opened.
    fn late_opening(&mut self, sighting: &Sighting<A>) {
        self.state &= !state::EXPECTS_SYN;
        if sighting.role == Role::Opens && self.packets[1] == 0 {
            self.opener = sighting.sender;
            self.packets.swap(0, 1);
            self.bytes.swap(0, 1);
            self.flags.swap(0, 1);
            self.marks &= !Marks::FIRST_IS_ANSWER;
            self.state |= state::OTHER_SEEN;
        }
    }

    #[inline]
    fn tcp(&mut self, sighting: &Sighting<A>, by_opener: bool) {
        if sighting.flags.any(TcpFlags::FIN | TcpFlags::RST) {
            self.state |= state::FINISHED;
        }
        if sighting.payload_length == 0 {
            return;
        }
        let opening_seen = self.marks & (Marks::OPENING_UNSEEN | Marks::FIRST_IS_ANSWER) == 0;
        if self.state & state::SPOKEN == 0 && !by_opener && opening_seen {
            self.marks |= Marks::RESPONDER_SPOKE_FIRST;
        }
        self.state |= state::SPOKEN;
        let (length, time) = (sighting.payload_length, sighting.time);
        self.marks |= self.beat.payload(length, by_opener, time);
    }

    /// Appends the record in the making, and goes on counting from zero.
    pub(super) fn record(&mut self, rules: &Rules, out: &mut Columns<A>) {
        if self.vlan != 0 || self.mpls_label != 0 {
            out.extras.push(Extra {
                row: out.len() as u32,
                vlan: self.vlan,
                mpls_label: self.mpls_label,
                ..Extra::default()
            });
        }
        let (source, forth) = self.source();
        let back = 1 - forth;
        let ((source, source_port), (destination, destination_port)) = self.ends(source);
        let record = FlowRecord {
            source: source.to_ip(),
            destination: destination.to_ip(),
            source_port,
            destination_port,
            protocol: self.key.protocol,
            tcp_flags: TcpFlags(self.flags[forth]),
            packets: self.packets[forth],
            bytes: self.bytes[forth],
            first: Timestamp::from_micros(self.first),
            last: Timestamp::from_micros(self.last),
            sampling: rules.sampling,
            origin: rules.origin,
            input_interface: 0,
            output_interface: 0,
            reverse_packets: self.packets[back],
            reverse_bytes: self.bytes[back],
            reverse_flags: TcpFlags(self.flags[back]),
            marks: Marks(self.marks | self.watched(rules)),
        };
        out.push(source, destination, &record);
        (self.packets, self.bytes, self.flags) = ([0; 2], [0; 2], [0; 2]);
        self.marks &= !(OF_THE_OPENING | Marks::CONTINUES);
    }

    /// Tells whom the record names as its source, and the index of that direction: who opened.
    /// Where that is a guess and the supposed opener never said a word, the one who spoke is named.
    fn source(&self) -> (End, usize) {
        let guess = self.marks & Marks::OPENING_UNSEEN != 0;
        match guess && self.state & state::OPENER_SEEN == 0 {
            true => (self.opener.other(), 1),
            false => (self.opener, 0),
        }
    }

    /// Tells address and port of both ends, the source's first. ICMP has type and code for a
    /// destination port, and no other.
    fn ends(&self, source: End) -> ((A, u16), (A, u16)) {
        let Key { low, high, .. } = self.key;
        let (low_port, high_port) = (self.key.low_port, self.key.high_port);
        let icmp = matches!(self.key.protocol, protocol::ICMP | protocol::ICMP_V6);
        let answer = self.marks & Marks::FIRST_IS_ANSWER != 0;
        match (source, icmp) {
            (End::Low, false) => ((low, low_port), (high, high_port)),
            (End::High, false) => ((high, high_port), (low, low_port)),
            (End::Low, true) => ((low, 0), (high, self.key.icmp(answer))),
            (End::High, true) => ((high, 0), (low, self.key.icmp(answer))),
        }
    }

    /// Tells whether silence of the other side means anything: not under sampling, and not where
    /// the opener acknowledges what this meter never saw (the way back leads elsewhere).
    fn watched(&self, rules: &Rules) -> u16 {
        let flags = TcpFlags(self.flags[0]);
        let answered_unseen = self.key.protocol == protocol::TCP
            && self.packets[1] == 0
            && flags.all(TcpFlags::SYN | TcpFlags::ACK)
            && self.marks & Marks::FIRST_IS_ANSWER == 0;
        match rules.sampling == 1 && !answered_unseen {
            true => Marks::REVERSE_WATCHED,
            false => 0,
        }
    }
}

fn first_marks<A>(sighting: &Sighting<A>) -> u16 {
    let fragments = match sighting.key.fragments {
        true => Marks::FRAGMENT,
        false => 0,
    };
    let opening = match sighting.role {
        Role::Opens | Role::First => 0,
        Role::Answers => Marks::FIRST_IS_ANSWER,
        Role::Midst => Marks::OPENING_UNSEEN,
    };
    fragments | opening
}

/// Tells who opened, by the first packet seen (decision 0003).
fn opener<A>(sighting: &Sighting<A>) -> End {
    let (low, high) = (sighting.key.low_port, sighting.key.high_port);
    match sighting.role {
        Role::Midst => match service(low).cmp(&service(high)) {
            Ordering::Less => End::High,
            Ordering::Greater => End::Low,
            Ordering::Equal => sighting.sender,
        },
        _ => sighting.sender,
    }
}

/// Tells how likely a port is a client's: least below 1024, which only systems may serve from;
/// most from 32768 on, where Linux begins to hand out ports (IANA's dynamic range: 49152).
fn service(port: u16) -> u8 {
    match port {
        0..1_024 => 0,
        1_024..32_768 => 1,
        32_768.. => 2,
    }
}
