//! The tab-separated form: lines that begin with `#` tell how to read the others.

use super::conn::Conn;
use super::holds;

/// Where the columns are, as the log's own heading says.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    separator: u8,
    unset: Vec<u8>,
    empty: Vec<u8>,
    /// For each column of the log, which of ours it is. None before `#fields` came.
    columns: Vec<Option<Column>>,
}

/// The columns we read, by their names in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Time,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    ProtocolNumber,
    Duration,
    Bytes,
    ReverseBytes,
    State,
    History,
    Packets,
    IpBytes,
    ReversePackets,
    ReverseIpBytes,
    Vlan,
}

impl Column {
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"ts" => Self::Time,
            b"id.orig_h" => Self::Source,
            b"id.orig_p" => Self::SourcePort,
            b"id.resp_h" => Self::Destination,
            b"id.resp_p" => Self::DestinationPort,
            b"proto" => Self::Protocol,
            b"ip_proto" => Self::ProtocolNumber,
            b"duration" => Self::Duration,
            b"orig_bytes" => Self::Bytes,
            b"resp_bytes" => Self::ReverseBytes,
            b"conn_state" => Self::State,
            b"history" => Self::History,
            b"orig_pkts" => Self::Packets,
            b"orig_ip_bytes" => Self::IpBytes,
            b"resp_pkts" => Self::ReversePackets,
            b"resp_ip_bytes" => Self::ReverseIpBytes,
            b"vlan" => Self::Vlan,
            _ => return None,
        })
    }
}

impl Default for Layout {
    /// What Zeek writes unless it is told otherwise.
    fn default() -> Self {
        Self {
            separator: b'\t',
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
            columns: Vec::new(),
        }
    }
}

/// Columns that a heading may name. Zeek's own logs have about 25; a line of a megabyte of
/// separators must not become a table of a million.
const MOST_COLUMNS: usize = 1_024;

/// Tells whether these are the first lines of a connection log.
pub(super) fn recognise(head: &[u8]) -> bool {
    let heading = head.starts_with(b"#separator") || head.starts_with(b"#fields");
    heading && holds(head, "id.orig_h") && (holds(head, "conn_state") || holds(head, "orig_pkts"))
}

impl Layout {
    /// Learns from a line of the heading. Lines that tell nothing about the columns are no matter.
    pub(super) fn directive(&mut self, line: &[u8]) {
        // The separator itself is told behind a space, as `\x09`.
        if let Some(code) = line.strip_prefix(b"#separator ") {
            self.separator = unescape(code).unwrap_or(self.separator);
            return;
        }
        let mut values = line.split(|&byte| byte == self.separator);
        match (values.next(), values.next()) {
            (Some(b"#unset_field"), Some(mark)) => self.unset = mark.to_vec(),
            (Some(b"#empty_field"), Some(mark)) => self.empty = mark.to_vec(),
            (Some(b"#fields"), Some(_)) => {
                let names = line.split(|&byte| byte == self.separator).skip(1);
                self.columns = names.take(MOST_COLUMNS).map(Column::named).collect();
            }
            _ => {}
        }
    }

    /// Reads a line of values. Nothing if the heading did not come, or a number does not read.
    pub(super) fn conn<'a>(&self, line: &'a [u8]) -> Option<Conn<'a>> {
        let mut conn = Conn::default();
        let values = line.split(|&byte| byte == self.separator);
        for (column, value) in self.columns.iter().zip(values) {
            if let Some(column) = *column
                && value != self.unset
                && value != self.empty
            {
                fill(&mut conn, column, str::from_utf8(value).ok()?)?;
            }
        }
        Some(conn)
    }
}

fn fill<'a>(conn: &mut Conn<'a>, column: Column, value: &'a str) -> Option<()> {
    match column {
        Column::Time => conn.time = Some(micros(value)?),
        Column::Source => conn.source = Some(value.parse().ok()?),
        Column::SourcePort => conn.source_port = value.parse().ok()?,
        Column::Destination => conn.destination = Some(value.parse().ok()?),
        Column::DestinationPort => conn.destination_port = value.parse().ok()?,
        Column::Protocol => conn.protocol = value,
        Column::ProtocolNumber => conn.protocol_number = Some(value.parse().ok()?),
        Column::Duration => conn.duration = micros(value)?,
        Column::Bytes => conn.bytes = Some(value.parse().ok()?),
        Column::ReverseBytes => conn.reverse_bytes = Some(value.parse().ok()?),
        Column::State => conn.state = value,
        Column::History => conn.history = value,
        Column::Packets => conn.packets = Some(value.parse().ok()?),
        Column::IpBytes => conn.ip_bytes = Some(value.parse().ok()?),
        Column::ReversePackets => conn.reverse_packets = Some(value.parse().ok()?),
        Column::ReverseIpBytes => conn.reverse_ip_bytes = Some(value.parse().ok()?),
        Column::Vlan => conn.vlan = value.parse().ok()?,
    }
    Some(())
}

/// Reads `\x09`, or the character itself.
fn unescape(code: &[u8]) -> Option<u8> {
    match code {
        [byte] => Some(*byte),
        [b'\\', b'x', digits @ ..] => u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok(),
        _ => None,
    }
}

/// Reads seconds with a fraction as microseconds, digit by digit: nothing is rounded.
pub(super) fn micros(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !whole(seconds) || !whole(fraction) {
        return exponent(text);
    }
    let six = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    let part = six.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let micros = seconds
        .parse::<i64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(part)?;
    Some(if negative { -micros } else { micros })
}

/// Very small or large numbers come as `1e-06`.
fn exponent(text: &str) -> Option<i64> {
    text.contains(['e', 'E'])
        .then(|| rounded(text.parse().ok()?))
        .flatten()
}

/// Turns seconds into microseconds. A double of this century's seconds is exact to a quarter of
/// a microsecond, so the nearest whole one is the one that was written.
pub(super) fn rounded(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < 9e18).then_some(micros as i64)
}
