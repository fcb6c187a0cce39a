//! How each family of malware scans, keeps alive and takes orders, in figures.
//!
//! The figures are those of the published sources of Mirai and of laboratory reports, as the
//! project's threat notes collect them: **C** read in published source code, **S** seen in a
//! public report, **M** general knowledge. Nothing here decides what a detector looks for.

use crate::exchange::{
    BARE_ACK, KERNEL_SYN, MIRAI_PING, Manner, RAW_PROBE, RAW_PROBE_ANSWERED, RAW_PROBE_REFUSED,
    Run, TEXT_PING, UNANSWERED, run,
};
use crate::scenario::Family;
use issei_model::TcpFlags;

/// The manner of a family.
#[derive(Debug)]
pub(crate) struct Habit {
    /// Targets a second and bot.
    pub(crate) scan_rate: f64,
    /// Destination ports and their weights.
    pub(crate) ports: &'static [(u16, u32)],
    /// How a probe looks.
    pub(crate) manner: Manner,
    /// What becomes of a probe: the script and how many of a thousand probes follow it.
    pub(crate) outcomes: &'static [(&'static [Run], u32)],
    /// One source port for the whole life of the process.
    pub(crate) one_source_port: bool,
    /// Each target is also probed on the byte-swapped form of the port.
    pub(crate) swaps_bytes: bool,
    /// Scans in bursts: seconds on, seconds off. The rate is that of the seconds on.
    pub(crate) burst: Option<(f64, f64)>,
    /// The channel to the command server: script, manner, seconds between two.
    pub(crate) channel: Option<(&'static [Run], Manner, f64)>,
    /// Questions a second to other peers over UDP.
    pub(crate) peer_rate: f64,
    /// Tells a server of every device it could log in to.
    pub(crate) reports: bool,
}

/// Ports that only worms probe, as the detectors' notes list them; the truth tells which share of
/// a bot's probes goes there.
pub(crate) const WORM_PORTS: [u16; 14] = [
    23, 2323, 81, 5555, 7547, 37215, 52869, 60001, 9527, 5358, 2480, 5984, 23231, 8291,
];

/// Tells the habit of a family.
pub(crate) const fn habit(family: Family) -> &'static Habit {
    match family {
        Family::Mirai => &MIRAI,
        Family::Gafgyt => &GAFGYT,
        Family::Reaper => &REAPER,
        Family::Satori => &SATORI,
        Family::Mozi => &MOZI,
        Family::Slow => &SLOW,
    }
}

impl Habit {
    /// Tells the share of probes that go to ports which only worms probe.
    pub(crate) fn worm_share(&self) -> f64 {
        let weight = |worms: bool| -> u32 {
            let ports = self.ports.iter();
            let counted = ports.filter(|(port, _)| !worms || WORM_PORTS.contains(port));
            counted.map(|&(_, weight)| weight).sum()
        };
        let halved = if self.swaps_bytes { 0.5 } else { 1.0 };
        f64::from(weight(true)) / f64::from(weight(false)) * halved
    }

    /// Tells the share of time in which it scans.
    pub(crate) fn busy_share(&self) -> f64 {
        self.burst.map_or(1.0, |(on, off)| on / (on + off))
    }
}

/// Most addresses are silent, some refuse, few answer.
const RAW_OUTCOMES: &[(&[Run], u32)] = &[
    (&RAW_PROBE, 940),
    (&RAW_PROBE_REFUSED, 50),
    (&RAW_PROBE_ANSWERED, 10),
];

/// A kernel's connection that is refused, answered, or tried three times and given up.
const KERNEL_OUTCOMES: &[(&[Run], u32)] = &[
    (&GIVEN_UP, 940),
    (&crate::exchange::REFUSED, 50),
    (&GREETED, 10),
];

const GIVEN_UP: [Run; 3] = [UNANSWERED[0], UNANSWERED[1], UNANSWERED[2]];

/// A service greets, and the guesser gives up after two passwords.
const GREETED: [Run; 6] = [
    run(false, TcpFlags::SYN, KERNEL_SYN, 1, 0, 0),
    run(true, TcpFlags::SYN | TcpFlags::ACK, KERNEL_SYN, 1, 90, 0),
    run(false, TcpFlags::ACK, BARE_ACK, 1, 180, 0),
    run(true, TcpFlags::ACK | TcpFlags::PSH, 70, 4, 270, 2_000),
    run(false, TcpFlags::ACK | TcpFlags::PSH, 60, 3, 400, 2_000),
    run(false, TcpFlags::RST, crate::exchange::RAW_SYN, 1, 2_600, 0),
];

/// C: 160 raw SYNs a second, every tenth to 2323; sequence number = destination; one source port;
/// a two-byte ping every 60 s.
static MIRAI: Habit = Habit {
    scan_rate: 160.0,
    ports: &[(23, 9), (2323, 1)],
    manner: Manner::Mirai,
    outcomes: RAW_OUTCOMES,
    one_source_port: true,
    swaps_bytes: false,
    burst: None,
    channel: Some((&MIRAI_PING, Manner::MiraiPing, 60.0)),
    peer_rate: 0.0,
    reports: true,
};

/// S: connections of the kernel in bursts, 165 targets within 15 ms in one capture, then a pause
/// while they time out; text keep-alive.
static GAFGYT: Habit = Habit {
    scan_rate: 60.0,
    ports: &[(23, 8), (2323, 1), (5555, 1)],
    manner: Manner::Kernel,
    outcomes: KERNEL_OUTCOMES,
    one_source_port: false,
    swaps_bytes: false,
    burst: Some((3.0, 9.0)),
    channel: Some((&TEXT_PING, Manner::TextPing, 60.0)),
    peer_rate: 0.0,
    reports: false,
};

/// M: mild scanning of seventeen HTTP ports in both byte orders.
static REAPER: Habit = Habit {
    scan_rate: 2.0,
    ports: &[
        (80, 1),
        (81, 1),
        (8080, 1),
        (8081, 1),
        (88, 1),
        (8001, 1),
        (1080, 1),
        (82, 1),
        (10000, 1),
        (8443, 1),
        (8880, 1),
        (83, 1),
        (84, 1),
        (8060, 1),
        (8090, 1),
        (3000, 1),
        (3749, 1),
    ],
    manner: Manner::Raw,
    outcomes: RAW_OUTCOMES,
    one_source_port: false,
    swaps_bytes: true,
    burst: None,
    channel: Some((&CHECK_IN, Manner::Kernel, 30.0)),
    peer_rate: 0.0,
    reports: false,
};

/// A report and its acknowledgement.
const CHECK_IN: [Run; 3] = [
    run(false, TcpFlags::ACK | TcpFlags::PSH, 180, 1, 0, 0),
    run(true, TcpFlags::ACK | TcpFlags::PSH, 96, 1, 90, 0),
    run(false, TcpFlags::ACK, BARE_ACK, 1, 91, 0),
];

/// S: two exploit ports, 280 k bots within 12 h.
static SATORI: Habit = Habit {
    scan_rate: 60.0,
    ports: &[(37215, 1), (52869, 1)],
    manner: Manner::Raw,
    outcomes: RAW_OUTCOMES,
    one_source_port: true,
    swaps_bytes: false,
    burst: None,
    channel: Some((&MIRAI_PING, Manner::MiraiPing, 60.0)),
    peer_rate: 0.0,
    reports: true,
};

/// S: no server; peers over a distributed hash table; exploit ports of many vendors.
static MOZI: Habit = Habit {
    scan_rate: 12.0,
    ports: &[
        (23, 6),
        (2323, 2),
        (80, 2),
        (81, 1),
        (5555, 2),
        (7547, 2),
        (8080, 2),
        (8443, 1),
        (37215, 2),
        (49152, 1),
        (52869, 2),
        (60001, 2),
    ],
    manner: Manner::Raw,
    outcomes: RAW_OUTCOMES,
    one_source_port: false,
    swaps_bytes: false,
    burst: None,
    channel: None,
    peer_rate: 0.5,
    reports: false,
};

/// The port-81 bot of a study of exposed devices: 0.03 to 0.1 probes a second.
static SLOW: Habit = Habit {
    scan_rate: 0.06,
    ports: &[(81, 1)],
    manner: Manner::Kernel,
    outcomes: KERNEL_OUTCOMES,
    one_source_port: false,
    swaps_bytes: false,
    burst: None,
    channel: Some((&CHECK_IN, Manner::Kernel, 300.0)),
    peer_rate: 0.0,
    reports: false,
};

#[cfg(test)]
#[path = "families_tests.rs"]
mod tests;
