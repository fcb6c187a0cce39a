//! What infected devices do: fall, call home, scan, ask peers, report.
//!
//! In: the outbreak's bots. Out: exchanges under the scope. Probes are a Poisson process of each
//! botnet, thrown under the condition that a packet is looked at; the channel of each bot beats by
//! its own clock. Always: a bot that scans hits the dark space as often as chance has it.
//! Not here: floods (`floods`), which ask this module who takes part.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use issei_model::protocol;

use crate::atlas::{self, Helper};
use crate::country::{Land, SECOND};
use crate::dice::{Dice, mix};
use crate::exchange::{
    Exchange, HANDSHAKE, Manner, ORDER, Party, RAW_PROBE, Run, TELNET_LOGIN, UNANSWERED,
    connection, packets_of, question,
};
use crate::families::Habit;
use crate::outbreak::{Bot, Botnet, spread};
use crate::scenario::ScenarioError;
use crate::scope::Scope;

/// All bots and what is due for each.
#[derive(Debug)]
pub(crate) struct Hostile {
    bots: Vec<Bot>,
    botnets: Vec<Botnet>,
    /// The living of each botnet, as places in the list of all.
    alive: Vec<Vec<u32>>,
    due: BinaryHeap<Reverse<(i64, u32, Step)>>,
    scripts: Scripts,
    dice: Dice,
}

/// What is due for a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Fall,
    Scan,
    Beat,
    Heal,
}

/// Scripts that are made once.
#[derive(Debug)]
struct Scripts {
    exploit: Vec<Run>,
    download: Vec<Run>,
    name: Vec<Run>,
    report: Vec<Run>,
    peer: Vec<Run>,
    silent_peer: Vec<Run>,
}

/// Seconds from the break-in to the first probe: download and start.
const SECONDS_TO_SCAN: i64 = 10;
/// Mean seconds between two reports of a bot that finds open doors.
const REPORT_SECONDS: f64 = 1_800.0;
/// Mean seconds until a channel breaks and is opened again, after a new question for the name.
const RECONNECT_SECONDS: f64 = 14_400.0;
/// Well-connected nodes that every bot of a peer-to-peer family knows.
const KNOWN_PEERS: u32 = 200;
/// Of ten questions to peers, so many are answered.
const PEER_ANSWERS: u32 = 6;

impl Hostile {
    pub(crate) fn new(land: &Land) -> Result<Self, ScenarioError> {
        let (bots, botnets) = spread(&land.scenario, &land.people, &land.atlas)?;
        let falls = bots
            .iter()
            .zip(0..)
            .map(|(bot, place)| Reverse((bot.infected, place, Step::Fall)));
        Ok(Self {
            alive: vec![Vec::new(); botnets.len()],
            due: falls.collect(),
            scripts: Scripts::new(),
            dice: Dice::new(land.scenario.seed, "hostile"),
            bots,
            botnets,
        })
    }

    pub(crate) fn bots(&self) -> &[Bot] {
        &self.bots
    }

    pub(crate) fn botnets(&self) -> &[Botnet] {
        &self.botnets
    }

    /// Lists the bots of a botnet that live now.
    pub(crate) fn living(&self, botnet: usize) -> impl Iterator<Item = (u32, &Bot)> {
        self.alive[botnet]
            .iter()
            .map(|&place| (place, &self.bots[place as usize]))
    }

    pub(crate) fn second(&mut self, now: i64, land: &Land, scope: &mut Scope) {
        while let Some(&Reverse((at, place, step))) = self.due.peek() {
            if at >= now + SECOND {
                break;
            }
            self.due.pop();
            self.step(at, place, step, land, scope);
        }
        for botnet in 0..self.botnets.len() {
            self.scan(botnet, now, land, scope);
            self.ask_peers(botnet, now, land, scope);
            self.report(botnet, now, land, scope);
        }
    }

    /// Every bot of a botnet gets an order from its server.
    pub(crate) fn order(&mut self, botnet: usize, at: i64, land: &Land, scope: &mut Scope) {
        for place in 0..self.alive[botnet].len() {
            let bot = self.alive[botnet][place];
            let delay = self.dice.moment() / 10;
            self.show_channel(bot, at + delay, &ORDER, Manner::Kernel, land, scope);
        }
    }

    fn step(&mut self, at: i64, place: u32, step: Step, land: &Land, scope: &mut Scope) {
        let bot = &self.bots[place as usize];
        let botnet = bot.botnet;
        match step {
            Step::Fall => {
                self.fall(at, place, land, scope);
                self.due
                    .push(Reverse((at + SECONDS_TO_SCAN * SECOND, place, Step::Scan)));
            }
            Step::Scan => {
                self.alive[botnet].push(place);
                if self.bots[place as usize].cleaned < i64::MAX {
                    let healed = self.bots[place as usize].cleaned.max(at);
                    self.due.push(Reverse((healed, place, Step::Heal)));
                }
                self.beat(at, place, land, scope);
            }
            Step::Beat => {
                if self.bots[place as usize].is_alive(at) {
                    self.beat(at, place, land, scope);
                }
            }
            Step::Heal => self.alive[botnet].retain(|&other| other != place),
        }
    }

    /// Somebody breaks in; the device fetches the program, asks for a name and calls home.
    fn fall(&mut self, at: i64, place: u32, land: &Land, scope: &mut Scope) {
        let bot = self.bots[place as usize].clone();
        let botnet = &self.botnets[bot.botnet];
        let home = land.atlas.place(bot.line).ip;
        let router = land.router(bot.line);
        let door = botnet.habit.ports[0].0;
        let script: &[Run] = if door == 23 {
            &TELNET_LOGIN
        } else {
            &self.scripts.exploit
        };
        let intruder = Party {
            ip: atlas::stranger(&mut self.dice),
            port: self.dice.ephemeral(),
        };
        let entered = tcp(
            at,
            intruder,
            Party {
                ip: home,
                port: door,
            },
            script,
        );
        scope.look(router, &entered, false);
        let mut own = || Party {
            ip: home,
            port: land.atlas.port(bot.line, &mut self.dice),
        };
        let store = Party {
            ip: botnet.download.ip,
            port: botnet.download.port,
        };
        scope.look(
            router,
            &tcp(at + 6 * SECOND, own(), store, &self.scripts.download),
            false,
        );
        if botnet.habit.channel.is_some() {
            self.connect(at + 8 * SECOND, place, land, scope);
        }
    }

    /// Asks a public resolver for the server's name, and opens the channel.
    fn connect(&mut self, at: i64, place: u32, land: &Land, scope: &mut Scope) {
        let bot = &self.bots[place as usize];
        let home = land.atlas.place(bot.line).ip;
        let asking = Party {
            ip: home,
            port: land.atlas.port(bot.line, &mut self.dice),
        };
        let resolver = Party {
            ip: atlas::PUBLIC_RESOLVER,
            port: 53,
        };
        let asked = Exchange {
            protocol: protocol::UDP,
            ..tcp(at, asking, resolver, &self.scripts.name)
        };
        scope.look(land.router(bot.line), &asked, false);
        self.show_channel(
            place,
            at + SECOND / 5,
            &HANDSHAKE,
            Manner::Kernel,
            land,
            scope,
        );
    }

    /// Keeps the channel alive; now and then it breaks and is opened again.
    fn beat(&mut self, at: i64, place: u32, land: &Land, scope: &mut Scope) {
        let botnet = self.bots[place as usize].botnet;
        let Some((script, manner, seconds)) = self.botnets[botnet].habit.channel else {
            return;
        };
        self.show_channel(place, at, script, manner, land, scope);
        if self.dice.chance(seconds / RECONNECT_SECONDS) {
            let line = self.bots[place as usize].line;
            self.bots[place as usize].channel_port = land.atlas.port(line, &mut self.dice);
            self.connect(at + SECOND, place, land, scope);
        }
        // A device's clock drifts by far less than a percent; its work delays it by some.
        let delay = (seconds * 1e6) as i64 + self.dice.moment() / 4;
        self.due.push(Reverse((at + delay, place, Step::Beat)));
    }

    fn show_channel(
        &self,
        place: u32,
        at: i64,
        script: &[Run],
        manner: Manner,
        land: &Land,
        scope: &mut Scope,
    ) {
        let bot = &self.bots[place as usize];
        let Some(server) = self.botnets[bot.botnet].servers.get(bot.server) else {
            return;
        };
        let own = Party {
            ip: land.atlas.place(bot.line).ip,
            port: bot.channel_port,
        };
        let theirs = Party {
            ip: server.ip,
            port: server.port,
        };
        let exchange = Exchange {
            manner,
            ..tcp(at, own, theirs, script)
        };
        scope.look(land.router(bot.line), &exchange, false);
    }

    /// Throws the probes of a second that are looked at, and those that hit the dark space.
    fn scan(&mut self, botnet: usize, now: i64, land: &Land, scope: &mut Scope) {
        let habit = self.botnets[botnet].habit;
        let fastest = self.fastest(botnet);
        let all = self.alive[botnet].len() as f64 * fastest;
        let seen = habit.outcomes.iter().map(|&(runs, share)| {
            f64::from(share) / 1_000.0 * scope.vantages[0].sees(packets_of(runs))
        });
        let seen: f64 = seen.sum();
        // With twins, a target is seen if one of its two probes is; see `show_twins`.
        let twice = if habit.swaps_bytes { 2.0 - seen } else { 1.0 };
        for _ in 0..self.dice.poisson(all * seen * twice) {
            if let Some((bot, at)) = self.throw_scanner(botnet, now, fastest) {
                let target = self.throw_target(land);
                self.show_probe(bot, at, target, seen, land, scope);
            }
        }
        let dark = land.dark_addresses / atlas::SCANNED_ADDRESSES;
        for _ in 0..self.dice.poisson(all * dark) {
            if let Some((bot, at)) = self.throw_scanner(botnet, now, fastest) {
                let target = land.dark_address(&mut self.dice);
                self.show_dark_probe(bot, at, target, land, scope);
            }
        }
    }

    fn fastest(&self, botnet: usize) -> f64 {
        self.living(botnet)
            .map(|(_, bot)| bot.scan_rate)
            .fold(0.0, f64::max)
    }

    /// Throws who probes when; nobody if the one thrown is too slow or pauses.
    fn throw_scanner(&mut self, botnet: usize, now: i64, fastest: f64) -> Option<(u32, i64)> {
        let alive = &self.alive[botnet];
        let place = alive[self.dice.place(alive.len())];
        let bot = &self.bots[place as usize];
        let at = now + self.dice.moment();
        let works = self.dice.share() * fastest < bot.scan_rate;
        (works && is_busy(self.botnets[botnet].habit, place, at)).then_some((place, at))
    }

    fn throw_target(&mut self, land: &Land) -> std::net::IpAddr {
        loop {
            let target = atlas::stranger(&mut self.dice);
            // The dark space has a process of its own.
            if !land.scenario.dark.iter().any(|net| net.contains(&target)) {
                return target;
            }
        }
    }

    /// Shows a probe that is surely seen, and perhaps its twin on the byte-swapped port.
    ///
    /// Let a probe be seen with probability p. Of the targets with a twin, a share 1/(2 - p) of
    /// the seen ones shows the first probe, and the second with probability p; the rest shows only
    /// the second. Together each is seen with probability p, independently of the other.
    fn show_probe(
        &mut self,
        bot: u32,
        at: i64,
        target: std::net::IpAddr,
        p: f64,
        land: &Land,
        scope: &mut Scope,
    ) {
        let habit = self.botnets[self.bots[bot as usize].botnet].habit;
        let port = self.throw_port(habit);
        let own = self.source(bot, land);
        let mut show = |port: u16, surely: bool, dice: &mut Dice| {
            let runs = throw_outcome(habit, scope, surely, dice);
            let theirs = Party { ip: target, port };
            let probe = Exchange {
                manner: habit.manner,
                ..tcp(at, own, theirs, runs)
            };
            scope.look(land.router(self.bots[bot as usize].line), &probe, surely);
        };
        if !habit.swaps_bytes {
            return show(port, true, &mut self.dice);
        }
        let first = self.dice.chance(1.0 / (2.0 - p));
        if first {
            show(port, true, &mut self.dice);
        }
        show(port.swap_bytes(), !first, &mut self.dice);
    }

    /// Nobody answers in the dark. The sensor sees all of it, and a sampling router its share; one
    /// that sees everything leaves it to the sensor, so that no packet is told twice.
    fn show_dark_probe(
        &mut self,
        bot: u32,
        at: i64,
        target: std::net::IpAddr,
        land: &Land,
        scope: &mut Scope,
    ) {
        let habit = self.botnets[self.bots[bot as usize].botnet].habit;
        let port = self.throw_port(habit);
        let own = self.source(bot, land);
        let runs: &[Run] = if habit.manner == Manner::Kernel {
            &UNANSWERED[..3]
        } else {
            &RAW_PROBE
        };
        for port in [Some(port), habit.swaps_bytes.then_some(port.swap_bytes())]
            .into_iter()
            .flatten()
        {
            let theirs = Party { ip: target, port };
            let probe = Exchange {
                manner: habit.manner,
                ..tcp(at, own, theirs, runs)
            };
            scope.look(land.sensor(), &probe, true);
            if land.scenario.sampling > 1 {
                scope.look(land.router(self.bots[bot as usize].line), &probe, false);
            }
        }
    }

    fn source(&mut self, place: u32, land: &Land) -> Party {
        let bot = &self.bots[place as usize];
        let port = match self.botnets[bot.botnet].habit.one_source_port {
            true => bot.scan_port,
            false => land.atlas.port(bot.line, &mut self.dice),
        };
        Party {
            ip: land.atlas.place(bot.line).ip,
            port,
        }
    }

    fn throw_port(&mut self, habit: &Habit) -> u16 {
        let all: u32 = habit.ports.iter().map(|&(_, weight)| weight).sum();
        let mut thrown = self.dice.below(all);
        for &(port, weight) in habit.ports {
            match thrown.checked_sub(weight) {
                None => return port,
                Some(left) => thrown = left,
            }
        }
        habit.ports[0].0
    }

    /// Peers find each other over UDP: known nodes, other bots, meeting points, and anybody.
    fn ask_peers(&mut self, botnet: usize, now: i64, land: &Land, scope: &mut Scope) {
        let rate = self.botnets[botnet].habit.peer_rate;
        if rate <= 0.0 || self.alive[botnet].is_empty() {
            return;
        }
        for (answers, share) in [(true, PEER_ANSWERS), (false, 10 - PEER_ANSWERS)] {
            let script = if answers {
                self.scripts.peer.clone()
            } else {
                self.scripts.silent_peer.clone()
            };
            let seen = scope.vantages[0].sees(packets_of(&script));
            let mean = self.alive[botnet].len() as f64 * rate * f64::from(share) / 10.0 * seen;
            for _ in 0..self.dice.poisson(mean) {
                let asking = self.throw_living(botnet);
                let peer = self.throw_peer(botnet, land);
                let bot = &self.bots[asking as usize];
                let own = Party {
                    ip: land.atlas.place(bot.line).ip,
                    port: bot.scan_port,
                };
                if own.ip == peer.ip {
                    continue;
                }
                let asked = Exchange {
                    protocol: protocol::UDP,
                    ..tcp(now + self.dice.moment(), own, peer, &script)
                };
                scope.look(land.router(bot.line), &asked, true);
            }
        }
    }

    fn throw_living(&mut self, botnet: usize) -> u32 {
        let alive = &self.alive[botnet];
        alive[self.dice.place(alive.len())]
    }

    fn throw_peer(&mut self, botnet: usize, land: &Land) -> Party {
        match self.dice.below(10) {
            0..6 => {
                let number = u64::from(self.dice.below(KNOWN_PEERS)) | (botnet as u64) << 32;
                let port = 1_024 + mix(number) as u16 % 60_000;
                Party {
                    ip: atlas::known_stranger(number ^ 0x9ee2_0000_0000_0000),
                    port,
                }
            }
            6..8 => {
                let other = self.throw_living(botnet);
                let bot = &self.bots[other as usize];
                Party {
                    ip: land.atlas.place(bot.line).ip,
                    port: bot.scan_port,
                }
            }
            8 => Party {
                ip: atlas::helper(Helper::Bootstrap, self.dice.below(4)),
                port: 6881,
            },
            _ => {
                let port = 1_024 + self.dice.below(64_512) as u16;
                Party {
                    ip: atlas::stranger(&mut self.dice),
                    port,
                }
            }
        }
    }

    /// A bot that could log in somewhere tells the report server.
    fn report(&mut self, botnet: usize, now: i64, land: &Land, scope: &mut Scope) {
        let Some(server) = self.botnets[botnet].report.clone() else {
            return;
        };
        let mean = self.alive[botnet].len() as f64 / REPORT_SECONDS;
        for _ in 0..self.dice.poisson(mean) {
            let place = self.throw_living(botnet);
            let line = self.bots[place as usize].line;
            let own = Party {
                ip: land.atlas.place(line).ip,
                port: land.atlas.port(line, &mut self.dice),
            };
            let theirs = Party {
                ip: server.ip,
                port: server.port,
            };
            let told = tcp(now + self.dice.moment(), own, theirs, &self.scripts.report);
            scope.look(land.router(line), &told, false);
        }
    }
}

impl Scripts {
    fn new() -> Self {
        let silent = question(130, 320, 90)[..1].to_vec();
        Self {
            exploit: connection((3, 620), (2, 220), 400),
            download: connection((3, 140), (72, 1_400), 1_500),
            name: question(62, 110, 25),
            report: connection((2, 90), (1, 60), 200),
            peer: question(130, 320, 90),
            silent_peer: silent,
        }
    }
}

fn tcp(start: i64, opener: Party, responder: Party, runs: &[Run]) -> Exchange<'_> {
    Exchange {
        start,
        opener,
        responder,
        protocol: protocol::TCP,
        stretch: 1.0,
        manner: Manner::Kernel,
        continues: false,
        runs,
    }
}

/// Throws what becomes of a probe. A probe that is surely seen is so with more packets rather.
fn throw_outcome(habit: &Habit, scope: &Scope, surely: bool, dice: &mut Dice) -> &'static [Run] {
    let weight = |&(runs, share): &(&'static [Run], u32)| match surely {
        true => f64::from(share) * scope.vantages[0].sees(packets_of(runs)),
        false => f64::from(share),
    };
    let mut thrown = dice.share() * habit.outcomes.iter().map(weight).sum::<f64>();
    for outcome in habit.outcomes {
        thrown -= weight(outcome);
        if thrown < 0.0 {
            return outcome.0;
        }
    }
    habit.outcomes[0].0
}

/// Tells whether a bot is in one of its bursts; each has its own beat.
fn is_busy(habit: &Habit, place: u32, at: i64) -> bool {
    let Some((on, off)) = habit.burst else {
        return true;
    };
    let period = ((on + off) * 1e6) as i64;
    let shift = (mix(u64::from(place) ^ 0xb0) % period as u64) as i64;
    (at + shift).rem_euclid(period) < (on * 1e6) as i64
}

#[cfg(test)]
#[path = "hostile_tests.rs"]
mod tests;
