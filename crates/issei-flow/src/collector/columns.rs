//! Copies whole sets of records into the columns of a batch.
//!
//! One pass per column over all records of a set: the width of a field and where it stands are
//! looked at once per set and not once per record, and every pass is a plain loop of loads.
//! Always: full columns stay of one length; columns that a template lacks are filled in one go.

use issei_model::{Address, Columns, Extra, Marks, protocol};

use super::plan::{Layout, Place, Slot};
use super::sampling::Sampling;
use super::times::Clock;

/// An address family as a layout knows it.
pub(super) trait Family: Address {
    const SOURCE: Place;
    const DESTINATION: Place;
    const NAT_SOURCE: Place;
    const NAT_DESTINATION: Place;
    const ICMP: Place;

    fn read(record: &[u8], slot: Slot) -> Self;
    fn append(column: &mut Vec<Self>, records: Records<'_>, slot: Slot);
}

impl Family for u32 {
    const SOURCE: Place = Place::Source4;
    const DESTINATION: Place = Place::Destination4;
    const NAT_SOURCE: Place = Place::NatSource4;
    const NAT_DESTINATION: Place = Place::NatDestination4;
    const ICMP: Place = Place::Icmp4;

    fn read(record: &[u8], slot: Slot) -> Self {
        Self::from_be_bytes(bytes_at(record, slot))
    }

    fn append(column: &mut Vec<Self>, records: Records<'_>, slot: Slot) {
        column.extend(records.each(slot).map(Self::from_be_bytes));
    }
}

impl Family for u128 {
    const SOURCE: Place = Place::Source6;
    const DESTINATION: Place = Place::Destination6;
    const NAT_SOURCE: Place = Place::NatSource6;
    const NAT_DESTINATION: Place = Place::NatDestination6;
    const ICMP: Place = Place::Icmp6;

    fn read(record: &[u8], slot: Slot) -> Self {
        Self::from_be_bytes(bytes_at(record, slot))
    }

    fn append(column: &mut Vec<Self>, records: Records<'_>, slot: Slot) {
        column.extend(records.each(slot).map(Self::from_be_bytes));
    }
}

/// Records of one length, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    length: usize,
}

impl<'a> Records<'a> {
    /// Takes as many whole records as `bytes` hold.
    pub(super) fn new(bytes: &'a [u8], length: usize) -> Self {
        let length = length.max(1);
        let whole = bytes.len() - bytes.len() % length;
        Self {
            bytes: &bytes[..whole],
            length,
        }
    }

    pub(super) fn count(self) -> usize {
        self.bytes.len() / self.length
    }

    pub(super) fn rows(self) -> std::slice::ChunksExact<'a, u8> {
        self.bytes.chunks_exact(self.length)
    }

    #[inline]
    fn each<const W: usize>(self, slot: Slot) -> impl ExactSizeIterator<Item = [u8; W]> + 'a {
        self.rows().map(move |record| bytes_at(record, slot))
    }

    /// Tells whether any record fills a field.
    fn any(self, slot: Slot) -> bool {
        let filled = |any, told| any | (told != 0);
        match slot.width {
            0 => false,
            16 => self
                .each(slot)
                .map(u128::from_be_bytes)
                .fold(false, |any, told| any | (told != 0)),
            _ => self
                .rows()
                .map(|record| number(record, slot))
                .fold(false, filled),
        }
    }

    /// Appends one number of each record to a column.
    #[inline]
    pub(super) fn append<T: Copy + Default>(
        self,
        column: &mut Vec<T>,
        slot: Slot,
        from: impl Fn(u64) -> T,
    ) {
        match slot.width {
            0 => column.resize(column.len() + self.count(), T::default()),
            1 => column.extend(self.each(slot).map(|[byte]| from(u64::from(byte)))),
            2 => column.extend(
                self.each(slot)
                    .map(|b| from(u64::from(u16::from_be_bytes(b)))),
            ),
            4 => column.extend(
                self.each(slot)
                    .map(|b| from(u64::from(u32::from_be_bytes(b)))),
            ),
            8 => column.extend(self.each(slot).map(|b| from(u64::from_be_bytes(b)))),
            _ => column.extend(self.rows().map(|record| from(odd_number(record, slot)))),
        }
    }
}

#[inline]
fn bytes_at<const W: usize>(record: &[u8], slot: Slot) -> [u8; W] {
    let at = usize::from(slot.at);
    match record.get(at..at + W) {
        Some(bytes) => bytes.try_into().unwrap_or([0; W]),
        None => [0; W],
    }
}

/// Reads a number of one to eight bytes; 0 if the record has none.
#[inline]
pub(super) fn number(record: &[u8], slot: Slot) -> u64 {
    match slot.width {
        0 => 0,
        1 => u64::from(u8::from_be_bytes(bytes_at(record, slot))),
        2 => u64::from(u16::from_be_bytes(bytes_at(record, slot))),
        4 => u64::from(u32::from_be_bytes(bytes_at(record, slot))),
        8 => u64::from_be_bytes(bytes_at(record, slot)),
        _ => odd_number(record, slot),
    }
}

fn odd_number(record: &[u8], slot: Slot) -> u64 {
    let at = usize::from(slot.at);
    let bytes = record.get(at..at + usize::from(slot.width));
    let bytes = bytes.unwrap_or_default().iter();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// What the records of a set get besides what they carry.
pub(super) struct Filling<'a> {
    pub(super) clock: Clock,
    pub(super) origin: u32,
    pub(super) sampling: &'a Sampling,
}

/// Copies the records into the columns. Tells how many had times that cannot be believed.
pub(super) fn append<A: Family>(
    layout: &Layout,
    records: Records<'_>,
    filling: &Filling<'_>,
    columns: &mut Columns<A>,
) -> u64 {
    let start = columns.len();
    let end = start + records.count();
    let at = |place| layout.slot(place);
    A::append(&mut columns.source, records, at(A::SOURCE));
    A::append(&mut columns.destination, records, at(A::DESTINATION));
    records.append(&mut columns.source_port, at(Place::SourcePort), |n| {
        n as u16
    });
    records.append(
        &mut columns.destination_port,
        at(Place::DestinationPort),
        |n| n as u16,
    );
    records.append(&mut columns.protocol, at(Place::Protocol), |n| n as u8);
    // Element 6 has one byte or two; the flags that matter are the low eight bits of either.
    records.append(&mut columns.tcp_flags, at(Place::Flags), |n| n as u8);
    records.append(&mut columns.packets, at(Place::Packets), |n| n);
    records.append(&mut columns.bytes, at(Place::Bytes), |n| n);
    records.append(&mut columns.input_interface, at(Place::Input), |n| n as u32);
    records.append(&mut columns.output_interface, at(Place::Output), |n| {
        n as u32
    });
    columns.origin.resize(end, filling.origin);
    let timeless = filling.clock.append(layout, records, columns);
    filling.sampling.append(layout, records, start, columns);
    append_icmp(layout, records, start, columns);
    let watched = append_reverse(layout, records, start, columns);
    append_marks(layout, records, start, timeless | watched, columns);
    append_extras(layout, records, start, columns);
    turn_round(layout, records, start, columns);
    if timeless == 0 {
        filling.clock.judge(start, columns)
    } else {
        0
    }
}

/// Puts ICMP type and code where NetFlow puts them: into the destination port.
fn append_icmp<A: Family>(
    layout: &Layout,
    records: Records<'_>,
    start: usize,
    columns: &mut Columns<A>,
) {
    let (both, kind, code) = (
        layout.slot(A::ICMP),
        layout.slot(Place::IcmpType),
        layout.slot(Place::IcmpCode),
    );
    if !both.is_there() && !kind.is_there() {
        return;
    }
    let Columns {
        destination_port,
        protocol,
        ..
    } = columns;
    let rows = destination_port[start..].iter_mut().zip(&protocol[start..]);
    for ((port, protocol), record) in rows.zip(records.rows()) {
        if *protocol == protocol::ICMP || *protocol == protocol::ICMP_V6 {
            *port = match number(record, both) {
                0 => (number(record, kind) << 8 | number(record, code)) as u16,
                told => told as u16,
            };
        }
    }
}

/// Fills the tails of the reverse direction (RFC 5103). Tells the mark for having watched it.
fn append_reverse<A: Family>(
    layout: &Layout,
    records: Records<'_>,
    start: usize,
    columns: &mut Columns<A>,
) -> u16 {
    let (packets, bytes, flags) = (
        layout.slot(Place::ReversePackets),
        layout.slot(Place::ReverseBytes),
        layout.slot(Place::ReverseFlags),
    );
    if bytes.is_there() {
        columns.reverse_bytes.resize(start, 0);
        records.append(&mut columns.reverse_bytes, bytes, |n| n);
    }
    if flags.is_there() {
        columns.reverse_flags.resize(start, 0);
        records.append(&mut columns.reverse_flags, flags, |n| n as u8);
    }
    if packets.is_there() {
        columns.reverse_packets.resize(start, 0);
        records.append(&mut columns.reverse_packets, packets, |n| n);
        return Marks::REVERSE_WATCHED;
    }
    if bytes.is_there() {
        // Bytes came back, so at least one packet did. No bytes prove no silence: some exporters
        // count payload only.
        columns.reverse_packets.resize(start, 0);
        records.append(&mut columns.reverse_packets, bytes, |n| u64::from(n > 0));
    }
    0
}

/// Fills the tail of marks: those of the whole set, and those that a record tells.
fn append_marks<A: Address>(
    layout: &Layout,
    records: Records<'_>,
    start: usize,
    of_all: u16,
    columns: &mut Columns<A>,
) {
    let reason = layout.slot(Place::EndReason);
    let of_heads = layout.slot(Place::HeadMarks);
    if of_heads.is_there() {
        columns.marks.resize(start, 0);
        return records.append(&mut columns.marks, of_heads, |told| of_all | told as u16);
    }
    if of_all != 0 || reason.is_there() {
        columns.marks.resize(start, 0);
        if !reason.is_there() {
            return columns.marks.resize(columns.source.len(), of_all);
        }
        records.append(&mut columns.marks, reason, |told| {
            of_all | (u16::from(told == ACTIVE_TIMEOUT) * Marks::CONTINUES)
        });
    }
}

/// Turns round the records whose destination opened the flow (RFC 5103, section 6.3): the source
/// of a row is who opened.
fn turn_round<A: Address>(
    layout: &Layout,
    records: Records<'_>,
    start: usize,
    columns: &mut Columns<A>,
) {
    let opened_by = layout.slot(Place::OpenedBy);
    if !opened_by.is_there() {
        return;
    }
    let end = columns.len();
    columns.reverse_packets.resize(end, 0);
    columns.reverse_bytes.resize(end, 0);
    columns.reverse_flags.resize(end, 0);
    for (row, record) in (start..).zip(records.rows()) {
        if number(record, opened_by) == BY_DESTINATION {
            let of = &mut *columns;
            std::mem::swap(&mut of.source[row], &mut of.destination[row]);
            std::mem::swap(&mut of.source_port[row], &mut of.destination_port[row]);
            std::mem::swap(&mut of.packets[row], &mut of.reverse_packets[row]);
            std::mem::swap(&mut of.bytes[row], &mut of.reverse_bytes[row]);
            std::mem::swap(&mut of.tcp_flags[row], &mut of.reverse_flags[row]);
            std::mem::swap(&mut of.input_interface[row], &mut of.output_interface[row]);
        }
    }
}

/// Sets marks on one row.
pub(super) fn mark<A: Address>(columns: &mut Columns<A>, row: usize, mask: u16) {
    if columns.marks.len() <= row {
        columns.marks.resize(row + 1, 0);
    }
    columns.marks[row] |= mask;
}

/// Keeps what only some records carry. Where all fields of that kind are blank, as they mostly
/// are, nothing is kept.
fn append_extras<A: Family>(
    layout: &Layout,
    records: Records<'_>,
    start: usize,
    columns: &mut Columns<A>,
) {
    const EXTRA: [Place; 8] = [
        Place::Vlan,
        Place::Mpls,
        Place::NatSource4,
        Place::NatDestination4,
        Place::NatSource6,
        Place::NatDestination6,
        Place::NatSourcePort,
        Place::NatDestinationPort,
    ];
    if EXTRA.iter().any(|&place| records.any(layout.slot(place))) {
        let rows = records.rows().enumerate();
        let extras = rows.map(|(row, record)| extra::<A>(layout, record, start + row));
        columns.extras.extend(extras.flatten());
    }
}

fn extra<A: Family>(layout: &Layout, record: &[u8], row: usize) -> Option<Extra<A>> {
    let told = |place| number(record, layout.slot(place));
    let address = |place| {
        let slot = layout.slot(place);
        let address = slot.is_there().then(|| A::read(record, slot));
        address.filter(|&address| address != A::default())
    };
    let extra = Extra {
        row: row as u32,
        vlan: told(Place::Vlan) as u16 & 0x0fff,
        // The element holds label, traffic class and bottom-of-stack bit (RFC 3032).
        mpls_label: (told(Place::Mpls) >> 4) as u32 & 0x000f_ffff,
        translated_source: address(A::NAT_SOURCE),
        translated_destination: address(A::NAT_DESTINATION),
        translated_source_port: told(Place::NatSourcePort) as u16,
        translated_destination_port: told(Place::NatDestinationPort) as u16,
    };
    let nothing = Extra {
        row: extra.row,
        ..Extra::default()
    };
    (extra != nothing).then_some(extra)
}

/// `biflowDirection` of a record whose destination opened the flow (RFC 5103, section 6.3).
const BY_DESTINATION: u64 = 2;
/// `flowEndReason` of a flow that went on (RFC 5102, element 136).
const ACTIVE_TIMEOUT: u64 = 2;
