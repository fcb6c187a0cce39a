//! What two hosts say to each other, as runs of packets that look alike.
//!
//! In: who, whom, when, and a script of [`Run`]s. Out: nothing yet; the [`crate::scope`] looks at
//! an exchange and sees all or some of its packets.
//! Always: a script tells how many packets there are before anybody looks, so thinning is exact.

use std::net::IpAddr;

use issei_model::{TcpFlags, protocol};

/// Packets of one direction that look alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    /// From the responder to the opener.
    pub(crate) back: bool,
    /// TCP flags of each.
    pub(crate) flags: u8,
    /// Bytes of each at the IP layer, as over IPv4.
    pub(crate) bytes: u16,
    /// How many.
    pub(crate) count: u32,
    /// Milliseconds from the exchange's start to the first.
    pub(crate) at: u32,
    /// Milliseconds over which they are spread.
    pub(crate) over: u32,
    /// Whether their number varies from exchange to exchange.
    pub(crate) varies: bool,
}

/// One end of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) ip: IpAddr,
    pub(crate) port: u16,
}

/// An exchange between two hosts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    /// Microseconds since the epoch.
    pub(crate) start: i64,
    pub(crate) opener: Party,
    pub(crate) responder: Party,
    pub(crate) protocol: u8,
    /// Factor on the counts that vary.
    pub(crate) stretch: f64,
    pub(crate) manner: Manner,
    /// Cut out of something longer: its record leaves at once, by the active time-out.
    pub(crate) continues: bool,
    pub(crate) runs: &'a [Run],
}

/// How the opener's packets look beyond what a flow record tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// A kernel's socket: options in the SYN, random sequence numbers.
    #[default]
    Kernel,
    /// A raw socket: a SYN of 40 bytes without options, random sequence number.
    Raw,
    /// Mirai's raw socket: besides, the sequence number is the destination address.
    Mirai,
    /// A kernel's socket that carries Mirai's two-byte pings.
    MiraiPing,
    /// A kernel's socket that carries Gafgyt's `PING` and `PONG`.
    TextPing,
    /// A later fragment of a datagram: no ports.
    Fragment,
}

impl Exchange<'_> {
    /// Counts the packets of a run in this exchange.
    #[inline]
    pub(crate) fn count(&self, run: &Run) -> u32 {
        run.times(self.stretch)
    }
}

impl Run {
    /// Counts its packets in an exchange that is longer by this factor.
    #[inline]
    pub(crate) fn times(&self, stretch: f64) -> u32 {
        if self.varies {
            // A run that varies keeps at least one packet.
            ((f64::from(self.count) * stretch) as u32).max(1)
        } else {
            self.count
        }
    }
}

/// Counts the packets of a script that does not vary.
pub(crate) fn packets_of(runs: &[Run]) -> u32 {
    runs.iter().map(|run| run.count).sum()
}

const SYN: u8 = TcpFlags::SYN;
const ACK: u8 = TcpFlags::ACK;
const PSH: u8 = TcpFlags::PSH;
const FIN: u8 = TcpFlags::FIN;
const RST: u8 = TcpFlags::RST;

/// Bytes of a kernel's SYN and SYN-ACK: 20 + 20 + 20 of options (RFC 9293, RFC 7323).
pub(crate) const KERNEL_SYN: u16 = 60;
/// Bytes of a segment without data, with the timestamp option.
pub(crate) const BARE_ACK: u16 = 52;
/// Bytes of a packet from a raw socket, or of a RST.
pub(crate) const RAW_SYN: u16 = 40;

/// Makes a run of a fixed number of packets.
pub(crate) const fn run(back: bool, flags: u8, bytes: u16, count: u32, at: u32, over: u32) -> Run {
    Run {
        back,
        flags,
        bytes,
        count,
        at,
        over,
        varies: false,
    }
}

const fn many(back: bool, flags: u8, bytes: u16, count: u32, at: u32, over: u32) -> Run {
    Run {
        back,
        flags,
        bytes,
        count,
        at,
        over,
        varies: true,
    }
}

/// Writes an ordinary TCP connection: handshake, so many packets out and in, farewell.
pub(crate) fn connection(out: (u32, u16), back: (u32, u16), millis: u32) -> Vec<Run> {
    let end = 60 + millis;
    let mut runs = vec![
        run(false, SYN, KERNEL_SYN, 1, 0, 0),
        run(true, SYN | ACK, KERNEL_SYN, 1, 20, 0),
        run(false, ACK, BARE_ACK, 1, 40, 0),
        many(false, ACK | PSH, out.1, out.0, 45, millis),
        many(true, ACK | PSH, back.1, back.0, 60, millis),
    ];
    // Every second packet that comes is acknowledged (RFC 9293, section 3.8.6.3).
    if back.0 > 2 * out.0 {
        runs.push(many(
            false,
            ACK,
            BARE_ACK,
            back.0 / 2 - out.0 / 2,
            62,
            millis,
        ));
    }
    runs.push(run(false, FIN | ACK, BARE_ACK, 1, end + 5, 0));
    runs.push(run(true, FIN | ACK, BARE_ACK, 1, end + 25, 0));
    runs.push(run(false, ACK, BARE_ACK, 1, end + 45, 0));
    runs
}

/// Writes a question and its answer over UDP or ICMP.
pub(crate) fn question(out: u16, back: u16, millis: u32) -> Vec<Run> {
    vec![
        run(false, 0, out, 1, 0, 0),
        run(true, 0, back, 1, millis, 0),
    ]
}

/// Writes an exchange of datagrams in both directions.
pub(crate) fn datagrams(out: (u32, u16), back: (u32, u16), millis: u32) -> Vec<Run> {
    vec![
        many(false, 0, out.1, out.0, 0, millis),
        many(true, 0, back.1, back.0, 15, millis),
    ]
}

/// A SYN that nobody answers, sent again after 1, 3 and 7 s as kernels do (RFC 6298).
pub(crate) const UNANSWERED: [Run; 4] = [
    run(false, SYN, KERNEL_SYN, 1, 0, 0),
    run(false, SYN, KERNEL_SYN, 1, 1_000, 0),
    run(false, SYN, KERNEL_SYN, 1, 3_000, 0),
    run(false, SYN, KERNEL_SYN, 1, 7_000, 0),
];

/// A SYN that is refused.
pub(crate) const REFUSED: [Run; 2] = [
    run(false, SYN, KERNEL_SYN, 1, 0, 0),
    run(true, RST | ACK, RAW_SYN, 1, 30, 0),
];

/// One SYN of a raw socket.
pub(crate) const RAW_PROBE: [Run; 1] = [run(false, SYN, RAW_SYN, 1, 0, 0)];

/// One SYN of a raw socket that is refused.
pub(crate) const RAW_PROBE_REFUSED: [Run; 2] = [
    run(false, SYN, RAW_SYN, 1, 0, 0),
    run(true, RST | ACK, RAW_SYN, 1, 80, 0),
];

/// One SYN of a raw socket that is answered; the kernel, which knows of nothing, resets.
pub(crate) const RAW_PROBE_ANSWERED: [Run; 3] = [
    run(false, SYN, RAW_SYN, 1, 0, 0),
    run(true, SYN | ACK, 44, 1, 80, 0),
    run(false, RST, RAW_SYN, 1, 81, 0),
];

/// A SYN-ACK to a question that the receiver never asked (backscatter).
pub(crate) const STRAY_ANSWER: [Run; 1] = [run(false, SYN | ACK, 44, 1, 0, 0)];

/// A RST to a question that the receiver never asked (backscatter).
pub(crate) const STRAY_RESET: [Run; 1] = [run(false, RST | ACK, RAW_SYN, 1, 0, 0)];

/// Log-in attempts at a Telnet service until one succeeds: the server speaks first.
pub(crate) const TELNET_LOGIN: [Run; 7] = [
    run(false, SYN, KERNEL_SYN, 1, 0, 0),
    run(true, SYN | ACK, KERNEL_SYN, 1, 60, 0),
    run(false, ACK, BARE_ACK, 1, 120, 0),
    run(true, ACK | PSH, 70, 14, 180, 5_000),
    run(false, ACK | PSH, 62, 12, 240, 5_000),
    run(false, FIN | ACK, BARE_ACK, 1, 5_400, 0),
    run(true, FIN | ACK, BARE_ACK, 1, 5_460, 0),
];

/// A TCP connection's beginning.
pub(crate) const HANDSHAKE: [Run; 3] = [
    run(false, SYN, KERNEL_SYN, 1, 0, 0),
    run(true, SYN | ACK, KERNEL_SYN, 1, 40, 0),
    run(false, ACK, BARE_ACK, 1, 80, 0),
];

/// A TCP connection's end.
pub(crate) const FAREWELL: [Run; 3] = [
    run(false, FIN | ACK, BARE_ACK, 1, 0, 0),
    run(true, FIN | ACK, BARE_ACK, 1, 40, 0),
    run(false, ACK, BARE_ACK, 1, 80, 0),
];

/// Mirai's keep-alive: two bytes there, two bytes back (THREATS: "a two-byte ping about every
/// 60 s, answered").
pub(crate) const MIRAI_PING: [Run; 3] = [
    run(false, ACK | PSH, 42, 1, 0, 0),
    run(true, ACK | PSH, 42, 1, 90, 0),
    run(false, ACK, RAW_SYN, 1, 91, 0),
];

/// Gafgyt's keep-alive: the server asks `PING`, the bot answers `PONG`.
pub(crate) const TEXT_PING: [Run; 3] = [
    run(true, ACK | PSH, 57, 1, 0, 0),
    run(false, ACK | PSH, 57, 1, 5, 0),
    run(true, ACK, BARE_ACK, 1, 95, 0),
];

/// An order from a command server, acknowledged.
pub(crate) const ORDER: [Run; 2] = [
    run(true, ACK | PSH, 96, 1, 0, 0),
    run(false, ACK, BARE_ACK, 1, 3, 0),
];

/// The heartbeat of a device at its vendor's broker: MQTT's PINGREQ and PINGRESP are two bytes
/// each, inside TLS some thirty.
pub(crate) const HEARTBEAT: [Run; 3] = [
    run(false, ACK | PSH, 83, 1, 0, 0),
    run(true, ACK | PSH, 83, 1, 35, 0),
    run(false, ACK, BARE_ACK, 1, 36, 0),
];

/// Tells whether a protocol has ports.
pub(crate) const fn has_ports(protocol: u8) -> bool {
    matches!(protocol, protocol::TCP | protocol::UDP)
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
