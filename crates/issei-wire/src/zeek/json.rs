//! The JSON form: one object a line, columns by name, those unset left out.

use std::fmt;

use issei_model::Timestamp;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::conn::Conn;
use super::holds;
use super::table::rounded;

/// A line as Zeek's JSON writer makes it. Names that are not here are stepped over.
#[derive(serde::Deserialize)]
struct Line<'a> {
    ts: Moment,
    #[serde(rename = "id.orig_h", borrow)]
    source: &'a str,
    #[serde(rename = "id.orig_p", default)]
    source_port: u16,
    #[serde(rename = "id.resp_h", borrow)]
    destination: &'a str,
    #[serde(rename = "id.resp_p", default)]
    destination_port: u16,
    #[serde(borrow)]
    proto: &'a str,
    ip_proto: Option<u8>,
    duration: Option<f64>,
    orig_bytes: Option<u64>,
    resp_bytes: Option<u64>,
    #[serde(borrow, default)]
    conn_state: Option<&'a str>,
    #[serde(borrow, default)]
    history: Option<&'a str>,
    orig_pkts: Option<u64>,
    orig_ip_bytes: Option<u64>,
    resp_pkts: Option<u64>,
    resp_ip_bytes: Option<u64>,
    #[serde(default)]
    vlan: u16,
}

/// Tells whether this is the first line of a connection log. Other logs of Zeek have the
/// addresses too, so a column that only this one has must be there.
pub(super) fn recognise(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
    line.starts_with(b"{")
        && holds(line, "\"id.orig_h\"")
        && (holds(line, "\"conn_state\"") || holds(line, "\"_path\":\"conn\""))
}

/// Reads a line.
pub(super) fn conn(line: &[u8]) -> Option<Conn<'_>> {
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    Some(Conn {
        time: Some(line.ts.0.as_micros()),
        source: Some(line.source.parse().ok()?),
        source_port: line.source_port,
        destination: Some(line.destination.parse().ok()?),
        destination_port: line.destination_port,
        protocol: line.proto,
        protocol_number: line.ip_proto,
        duration: line.duration.map_or(Some(0), rounded)?,
        bytes: line.orig_bytes,
        reverse_bytes: line.resp_bytes,
        state: line.conn_state.unwrap_or_default(),
        history: line.history.unwrap_or_default(),
        packets: line.orig_pkts,
        ip_bytes: line.orig_ip_bytes,
        reverse_packets: line.resp_pkts,
        reverse_ip_bytes: line.resp_ip_bytes,
        vlan: line.vlan,
    })
}

/// A time in any of the three forms of the JSON writer (`LogAscii::json_timestamps`): seconds
/// with a fraction, whole milliseconds, or ISO 8601.
struct Moment(Timestamp);

/// Seconds are believed up to the year 5138; a greater number can only be milliseconds.
const MOST_SECONDS: f64 = 1e11;

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time: seconds, milliseconds or ISO 8601")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Moment, E> {
        let seconds = match number.abs() > MOST_SECONDS {
            true => number / 1e3,
            false => number,
        };
        let micros = rounded(seconds).ok_or_else(|| E::custom("a time beyond all years"))?;
        Ok(Moment(Timestamp::from_micros(micros)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Moment, E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Moment, E> {
        self.visit_f64(number as f64)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        let moment = Timestamp::parse(text);
        moment
            .map(Moment)
            .ok_or_else(|| E::custom("not a time of ISO 8601"))
    }
}
