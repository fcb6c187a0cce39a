//! Reads the kernel's own counts of sockets and datagrams, in the namespace of a process.
//!
//! In: `/proc/PID/net/{udp,udp6,packet,snmp,dev}`. Out: whether somebody listens, what waits in a socket,
//! what was dropped there, and how many datagrams passed. See proc(5).

use std::fs;
use std::net::UdpSocket;

/// A UDP socket as the kernel lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its port.
    pub port: u16,
    /// Bytes that wait to be read.
    pub waiting: u64,
    /// Datagrams dropped because the buffer was full.
    pub dropped: u64,
}

/// Counts of UDP over IPv4 of one namespace (RFC 4113, with Linux's additions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Datagrams {
    /// Read by programs.
    pub read: u64,
    /// For ports at which nobody listened.
    pub no_port: u64,
    /// Not delivered for other reasons, full buffers among them.
    pub errors: u64,
    /// Not delivered because a buffer was full.
    pub full: u64,
    /// Sent.
    pub sent: u64,
}

/// Finds a UDP port that nobody uses now.
///
/// # Errors
/// If there is none.
pub fn free_port() -> Result<u16, String> {
    let socket = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    socket
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

/// Tells whether somebody in the namespace of this process listens at a UDP port.
pub fn listens(process: u32, port: u16) -> bool {
    listed(process).iter().any(|socket| socket.port == port)
}

/// Tells whether all that came to a UDP port has been read.
pub fn is_read_out(process: u32, port: u16) -> bool {
    let at_port: Vec<Listed> = listed(process)
        .into_iter()
        .filter(|socket| socket.port == port)
        .collect();
    !at_port.is_empty() && at_port.iter().all(|socket| socket.waiting == 0)
}

/// Counts what was dropped at a UDP port.
pub fn dropped(process: u32, port: u16) -> u64 {
    listed(process)
        .iter()
        .filter(|socket| socket.port == port)
        .map(|socket| socket.dropped)
        .sum()
}

/// Tells whether somebody in the namespace of this process captures the packets of an interface.
pub fn captures(process: u32) -> bool {
    read(process, "packet").lines().any(is_bound)
}

/// Tells whether a packet socket is bound to an interface and runs; it is listed before it is.
fn is_bound(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse::<u32>().ok());
    number(4).is_some_and(|interface| interface > 0) && number(5) == Some(1)
}

/// Counts the packets that an interface received and sent.
///
/// # Errors
/// If the interface is not there.
pub fn passed(process: u32, interface: &str) -> Result<u64, String> {
    packets_of(&read(process, "dev"), interface)
        .ok_or_else(|| format!("no interface `{interface}` there"))
}

/// Reads the counts of UDP in the namespace of a process.
///
/// # Errors
/// If they do not read.
pub fn datagrams(process: u32) -> Result<Datagrams, String> {
    let text = read(process, "snmp");
    Datagrams::parse(&text).ok_or_else(|| "/proc/net/snmp does not tell about UDP".into())
}

fn listed(process: u32) -> Vec<Listed> {
    let tables = [read(process, "udp"), read(process, "udp6")];
    tables
        .iter()
        .flat_map(|table| table.lines().filter_map(Listed::parse))
        .collect()
}

fn read(process: u32, table: &str) -> String {
    fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default()
}

impl Listed {
    /// Reads a line; the heading is none.
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (_, port) = words.get(1)?.rsplit_once(':')?;
        let (_, waiting) = words.get(4)?.split_once(':')?;
        Some(Self {
            port: u16::from_str_radix(port, 16).ok()?,
            waiting: u64::from_str_radix(waiting, 16).ok()?,
            dropped: words.get(12)?.parse().ok()?,
        })
    }
}

impl Datagrams {
    /// Reads the two lines about UDP: names, then figures.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("Udp: "));
        let (names, figures) = (lines.next()?, lines.next()?);
        let figure = |wanted| {
            let place = names.split_whitespace().position(|name| name == wanted)?;
            figures.split_whitespace().nth(place)?.parse().ok()
        };
        Some(Self {
            read: figure("InDatagrams")?,
            no_port: figure("NoPorts")?,
            errors: figure("InErrors")?,
            full: figure("RcvbufErrors")?,
            sent: figure("OutDatagrams")?,
        })
    }
}

/// Reads received and sent packets of an interface: the second and the tenth figure.
fn packets_of(text: &str, interface: &str) -> Option<u64> {
    let of_name = |line: &str| {
        line.trim()
            .strip_prefix(interface)?
            .strip_prefix(':')
            .map(str::to_owned)
    };
    let figures = text.lines().find_map(of_name)?;
    let figures: Vec<u64> = figures
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    Some(figures.get(1)? + figures.get(9)?)
}

#[cfg(test)]
#[path = "sockets_tests.rs"]
mod tests;
