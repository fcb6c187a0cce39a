//! What every address receives without having asked: scans, surveys, backscatter.
//!
//! In: who is hit. Out: one flow of background radiation. The mixture of ports follows what
//! Japanese darknets report (NICTER 2019: 24.2 % to 23/tcp; 2024: 60.2 % from survey scanners);
//! the number of flows is the scenario's.
//! Always: the lines are receivers here. Whoever takes a receiver for a scanner is wrong.

use std::net::IpAddr;

use issei_model::protocol;

use crate::atlas;
use crate::country::Land;
use crate::dice::Dice;
use crate::exchange::{
    Exchange, Manner, Party, RAW_PROBE, RAW_PROBE_ANSWERED, RAW_PROBE_REFUSED, Run, STRAY_ANSWER,
    STRAY_RESET, run,
};
use crate::scope::Scope;

/// Scanners at large. One address meets some 1,550 of them a day (DETECTION.md section 1).
const SCANNERS: u32 = 24_000;
/// Floods elsewhere whose backscatter reaches everybody.
const FLOODED_ELSEWHERE: u8 = 24;

const QUESTION: [Run; 1] = [run(false, 0, 70, 1, 0, 0)];
/// A kernel's SYN that is sent again once.
const PATIENT: [Run; 2] = [
    run(false, issei_model::TcpFlags::SYN, 60, 1, 0, 0),
    run(false, issei_model::TcpFlags::SYN, 60, 1, 1_000, 0),
];

/// Strangers who knock at every address, day and night.
#[derive(Debug)]
pub(crate) struct Radiation {
    dice: Dice,
}

impl Radiation {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed, "radiation"),
        }
    }

    /// Shines for a second on all lines, and on the dark space that the sensor watches.
    pub(crate) fn second(&mut self, now: i64, land: &Land, scope: &mut Scope) {
        let each = land.scenario.radiation / 86_400.0;
        let most = scope.vantages[0].sees(MOST_PACKETS);
        let dice = &mut self.dice;
        for _ in 0..dice.poisson(f64::from(land.atlas.addresses()) * each * most) {
            let number = dice.below(land.atlas.addresses());
            let router = land.router_at(number);
            let kept = dice.share() * most;
            shine(
                now + dice.moment(),
                land.atlas.address(number),
                false,
                dice,
                &mut |exchange, packets| {
                    if kept < scope.vantages[0].sees(packets) {
                        scope.look(router, exchange, true);
                    }
                },
            );
        }
        for _ in 0..dice.poisson(land.dark_addresses * each) {
            let receiver = land.dark_address(dice);
            shine(
                now + dice.moment(),
                receiver,
                true,
                dice,
                &mut |exchange, _| {
                    scope.look(land.sensor(), exchange, true);
                },
            );
        }
    }
}

/// One kind of radiation.
#[derive(Clone, Copy, Debug)]
struct Ray {
    per_mille: u32,
    protocol: u8,
    /// 0 = any.
    port: u16,
    runs: &'static [Run],
    manner: Manner,
}

const fn tcp(per_mille: u32, port: u16, runs: &'static [Run], manner: Manner) -> Ray {
    Ray {
        per_mille,
        protocol: protocol::TCP,
        port,
        runs,
        manner,
    }
}

const fn udp(per_mille: u32, port: u16) -> Ray {
    Ray {
        per_mille,
        protocol: protocol::UDP,
        port,
        runs: &QUESTION,
        manner: Manner::Kernel,
    }
}

const RAYS: &[Ray] = &[
    tcp(150, 23, &RAW_PROBE, Manner::Mirai),
    tcp(70, 23, &PATIENT, Manner::Kernel),
    tcp(15, 2323, &RAW_PROBE, Manner::Mirai),
    tcp(45, 22, &RAW_PROBE, Manner::Raw),
    tcp(40, 80, &RAW_PROBE, Manner::Raw),
    tcp(40, 443, &RAW_PROBE, Manner::Raw),
    tcp(40, 8080, &RAW_PROBE, Manner::Raw),
    tcp(30, 3389, &RAW_PROBE, Manner::Raw),
    tcp(25, 445, &PATIENT, Manner::Kernel),
    tcp(20, 5555, &RAW_PROBE, Manner::Raw),
    tcp(20, 8728, &RAW_PROBE, Manner::Raw),
    tcp(15, 6379, &RAW_PROBE, Manner::Raw),
    tcp(10, 37215, &RAW_PROBE, Manner::Raw),
    tcp(10, 60001, &RAW_PROBE, Manner::Raw),
    tcp(10, 22, &RAW_PROBE_REFUSED, Manner::Raw),
    tcp(10, 80, &RAW_PROBE_REFUSED, Manner::Raw),
    tcp(4, 443, &RAW_PROBE_ANSWERED, Manner::Raw),
    udp(30, 5060),
    udp(12, 53),
    udp(12, 123),
    udp(12, 161),
    udp(8, 1900),
    udp(6, 389),
    udp(5, 11211),
    Ray {
        per_mille: 16,
        protocol: protocol::ICMP,
        port: 0x0800,
        runs: &QUESTION,
        manner: Manner::Kernel,
    },
    // Survey scanners try every port of everybody.
    tcp(320, 0, &RAW_PROBE, Manner::Raw),
    // Backscatter: answers to questions that somebody else asked in this address's name.
    tcp(20, 0, &STRAY_ANSWER, Manner::Raw),
    tcp(5, 0, &STRAY_RESET, Manner::Raw),
];

/// The most packets that any ray has, for thinning.
const MOST_PACKETS: u32 = 3;

/// Throws one flow at a receiver and shows it. With `mute`, nobody lives there and nobody answers.
fn shine(
    at: i64,
    receiver: IpAddr,
    mute: bool,
    dice: &mut Dice,
    show: &mut dyn FnMut(&Exchange<'_>, u32),
) {
    let ray = throw_ray(dice);
    let runs = if mute {
        &ray.runs[..answered_from(ray.runs)]
    } else {
        ray.runs
    };
    let stray = ray.runs == STRAY_RESET || ray.runs == STRAY_ANSWER;
    let (opener, port) = if stray {
        backscatterer(dice)
    } else {
        (scanner(dice), sender_port(dice))
    };
    let receiving = match ray.port {
        0 if stray => dice.ephemeral(),
        0 => 1 + dice.below(65_535) as u16,
        port => port,
    };
    let exchange = Exchange {
        start: at,
        opener: Party { ip: opener, port },
        responder: Party {
            ip: receiver,
            port: receiving,
        },
        protocol: ray.protocol,
        stretch: 1.0,
        manner: ray.manner,
        continues: false,
        runs,
    };
    show(&exchange, runs.len() as u32);
}

fn throw_ray(dice: &mut Dice) -> &'static Ray {
    let all: u32 = RAYS.iter().map(|ray| ray.per_mille).sum();
    let mut thrown = dice.below(all);
    for ray in RAYS {
        match thrown.checked_sub(ray.per_mille) {
            None => return ray,
            Some(left) => thrown = left,
        }
    }
    &RAYS[0]
}

/// Counts the packets before the first answer.
fn answered_from(runs: &[Run]) -> usize {
    runs.iter().position(|run| run.back).unwrap_or(runs.len())
}

/// A few scanners send most.
fn scanner(dice: &mut Dice) -> IpAddr {
    let share = dice.share();
    let number = (share * share * share * f64::from(SCANNERS)) as u64;
    atlas::known_stranger(number ^ 0x5ca0_0000_0000)
}

fn sender_port(dice: &mut Dice) -> u16 {
    1_024 + dice.below(64_512) as u16
}

fn backscatterer(dice: &mut Dice) -> (IpAddr, u16) {
    let number = dice.below(u32::from(FLOODED_ELSEWHERE));
    let port = [80, 443, 53, 22, 25_565, 30_120][number as usize % 6];
    (
        atlas::known_stranger(u64::from(number) ^ 0xbac0_0000_0000),
        port,
    )
}

#[cfg(test)]
#[path = "radiation_tests.rs"]
mod tests;
