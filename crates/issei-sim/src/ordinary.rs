//! Turns the table of ordinary acts into exchanges, second by second.
//!
//! In: acts with their daily rates, and how many do them. Out: exchanges under the scope.
//! Short acts are thrown under the condition that a packet of theirs is looked at, so at 1:1,000
//! the others cost nothing. Long ones are kept, and shown in pieces as long as the active time-out.
//! Always: a country begins in the middle of its life, with the long acts that would be going on.

use issei_model::{TcpFlags, protocol};

use crate::atlas::{self, Helper};
use crate::country::{Land, SECOND, has_handshake};
use crate::dice::{Dice, Skip, mix};
use crate::exchange::{
    BARE_ACK, Exchange, FAREWELL, HANDSHAKE, HEARTBEAT, Manner, Party, Run, packets_of, run,
};
use crate::people::{self, Act, CLOUD_PORTS, Device, Shape, Who, Whom, acts, awake};
use crate::scope::Scope;

/// Ordinary people and their devices.
#[derive(Debug)]
pub(crate) struct Ordinary {
    plans: Vec<Plan>,
    /// Long acts that go on, by the second of the active time-out in which their next piece begins.
    going_on: Vec<Vec<GoingOn>>,
    /// Devices by the second of the minute in which they tell their vendor that they live.
    heartbeats: Vec<Vec<Device>>,
    cameras: Vec<Device>,
    unheard: Skip,
    dice: Dice,
}

/// An act with what follows from the scenario.
#[derive(Debug)]
struct Plan {
    act: Act,
    /// Times a second at which it begins and is seen, when the country is as awake as on average.
    per_second: f64,
    /// For each stretch, the share of the seen ones that have it or a lesser one.
    stretches: [f64; STRETCHES.len()],
}

/// A long act that goes on.
#[derive(Clone, Copy, Debug)]
struct GoingOn {
    plan: u16,
    vantage: u16,
    opener: Party,
    responder: Party,
    /// Microseconds; the present piece begins at `next`.
    next: i64,
    until: i64,
    begun: bool,
}

/// Factors on what varies from one page to the next; their mean is 1.
const STRETCHES: [f64; 8] = [0.2, 0.35, 0.5, 0.7, 0.95, 1.2, 1.6, 2.5];
/// Seconds between two signs of life of a device, as MQTT clients usually keep it.
const HEARTBEAT_SECONDS: usize = 60;
/// Segments of one write of 16 to 32 kilobytes.
const SEGMENTS_A_WRITE: u32 = 16;
/// Share of exchanges with a service that go over IPv6, where both have it.
const OVER_V6: f64 = 0.6;

impl Ordinary {
    pub(crate) fn new(land: &Land, scope: &Scope) -> Self {
        let devices = &land.people.devices;
        let cameras: Vec<Device> = devices
            .iter()
            .copied()
            .filter(|device| device.films())
            .collect();
        let mut heartbeats = vec![Vec::new(); HEARTBEAT_SECONDS];
        for &device in devices {
            heartbeats[mix(device.line.into()) as usize % HEARTBEAT_SECONDS].push(device);
        }
        let mut dice = Dice::new(land.scenario.seed, "ordinary");
        let seen = |packets| scope.vantages[0].sees(packets);
        let plans = acts()
            .into_iter()
            .map(|act| Plan::new(act, land, cameras.len(), &seen));
        let mut ordinary = Self {
            plans: plans.collect(),
            going_on: vec![Vec::new(); land.scenario.active_seconds as usize],
            heartbeats,
            cameras,
            unheard: Skip::new(seen(packets_of(&HEARTBEAT)), &mut dice),
            dice,
        };
        ordinary.begin(land);
        ordinary
    }

    /// Throws the long acts that go on at the first moment. Their remaining time follows the same
    /// law as the whole, since it is exponential.
    fn begin(&mut self, land: &Land) {
        let start = land.scenario.start.as_micros();
        for number in 0..self.plans.len() {
            let plan = &self.plans[number];
            let Shape::Long { seconds, .. } = plan.act.shape else {
                continue;
            };
            let mean = plan.per_second * plan.wakefulness(start) * seconds;
            for _ in 0..self.dice.poisson(mean) {
                let slot = self.dice.below(self.going_on.len() as u32);
                let at = start + ((f64::from(slot) + self.dice.share()) * 1e6) as i64;
                let mut one = self.throw_long(number, at, land);
                one.begun = true;
                self.keep(one);
            }
        }
    }

    pub(crate) fn second(&mut self, now: i64, land: &Land, scope: &mut Scope) {
        for number in 0..self.plans.len() {
            let plan = &self.plans[number];
            let count = self.dice.poisson(plan.per_second * plan.wakefulness(now));
            let long = matches!(plan.act.shape, Shape::Long { .. });
            for _ in 0..count {
                let at = now + self.dice.moment();
                if long {
                    let one = self.throw_long(number, at, land);
                    self.keep(one);
                } else {
                    self.show_short(number, at, land, scope);
                }
            }
        }
        self.show_pieces(now, land, scope);
        self.show_heartbeats(now, land, scope);
    }

    fn show_short(&mut self, number: usize, at: i64, land: &Land, scope: &mut Scope) {
        let plan = &self.plans[number];
        let Shape::Short(runs) = &plan.act.shape else {
            return;
        };
        let thrown = self.dice.share();
        let place = plan.stretches.iter().position(|&share| thrown < share);
        let stretch = STRETCHES[place.unwrap_or(STRETCHES.len() - 1)];
        let (vantage, opener, responder) =
            throw_parties(&plan.act, &self.cameras, land, &mut self.dice);
        let exchange = Exchange {
            start: at,
            opener,
            responder,
            protocol: plan.act.protocol,
            stretch,
            manner: Manner::Kernel,
            continues: false,
            runs,
        };
        scope.look(vantage, &exchange, true);
    }

    fn throw_long(&mut self, number: usize, at: i64, land: &Land) -> GoingOn {
        let act = &self.plans[number].act;
        let Shape::Long { seconds, .. } = act.shape else {
            unreachable!("asked for long acts only")
        };
        let (vantage, opener, responder) = throw_parties(act, &self.cameras, land, &mut self.dice);
        let lasts = (seconds * self.dice.gap()).max(1.0);
        GoingOn {
            plan: number as u16,
            vantage: vantage as u16,
            opener,
            responder,
            next: at,
            until: at + (lasts * 1e6) as i64,
            begun: false,
        }
    }

    fn keep(&mut self, one: GoingOn) {
        let slot = one
            .next
            .div_euclid(SECOND)
            .rem_euclid(self.going_on.len() as i64);
        self.going_on[slot as usize].push(one);
    }

    /// Shows the pieces that begin in this second. Each comes back to the same place of the ring
    /// until its act is over.
    fn show_pieces(&mut self, now: i64, land: &Land, scope: &mut Scope) {
        let length = self.going_on.len() as i64 * SECOND;
        let slot = now
            .div_euclid(SECOND)
            .rem_euclid(self.going_on.len() as i64) as usize;
        let mut going_on = std::mem::take(&mut self.going_on[slot]);
        for one in &mut going_on {
            let plan = &self.plans[usize::from(one.plan)];
            let ends = (one.until - one.next).min(length);
            show_piece(one, &plan.act, ends, land.scenario.bulk, scope);
            one.next += length;
            one.begun = true;
        }
        going_on.retain(|one| one.next < one.until);
        self.going_on[slot] = going_on;
    }

    /// Devices tell their vendor's broker every minute, over one connection, that they live.
    fn show_heartbeats(&mut self, now: i64, land: &Land, scope: &mut Scope) {
        let second = now.div_euclid(SECOND).rem_euclid(HEARTBEAT_SECONDS as i64) as usize;
        let devices = &self.heartbeats[second];
        let (port, protocol) = CLOUD_PORTS[0];
        let mut place = 0;
        while let Some(next) = self.unheard.next(place, devices.len(), &mut self.dice) {
            let Device { line, model } = devices[next];
            let ip = land.atlas.place(line).ip;
            let exchange = Exchange {
                start: now + (mix(u64::from(line) + 1) % 900_000) as i64,
                opener: Party {
                    ip,
                    port: land.steady_port(line, 1),
                },
                responder: Party {
                    ip: atlas::cloud(model, 0),
                    port,
                },
                protocol,
                stretch: 1.0,
                manner: Manner::Kernel,
                continues: false,
                runs: &HEARTBEAT,
            };
            scope.look(land.router(line), &exchange, true);
            place = next + 1;
        }
    }
}

/// Shows one piece of a long act; the first begins with a handshake, the last ends with a farewell.
fn show_piece(one: &GoingOn, act: &Act, micros: i64, bulk: f64, scope: &mut Scope) {
    let Shape::Long { out, back, .. } = act.shape else {
        return;
    };
    let millis = (micros / 1_000) as u32;
    let ends = one.until <= one.next + micros;
    let mut runs = [run(false, 0, 0, 0, 0, 0); 10];
    let mut used = 0;
    let mut add = |one: Run| {
        runs[used] = one;
        used += 1;
    };
    if has_handshake(act.protocol) && !one.begun {
        HANDSHAKE.into_iter().for_each(&mut add);
    }
    for (direction, (rate, bytes)) in [(false, out), (true, back)] {
        let count = (rate * bulk * micros as f64 / 1e6).max(1.0) as u32;
        let (at, over) = (100.min(millis), millis.saturating_sub(100));
        let mut put = |flags, count| add(run(direction, flags, bytes, count, at, over));
        match has_handshake(act.protocol) {
            false => put(0, count),
            true if bytes <= BARE_ACK + 12 => put(TcpFlags::ACK, count),
            // A sender sets PSH at the end of what an application wrote at once.
            true => {
                let pushing = count.div_ceil(SEGMENTS_A_WRITE);
                put(TcpFlags::ACK | TcpFlags::PSH, pushing);
                put(TcpFlags::ACK, count - pushing);
            }
        }
    }
    if has_handshake(act.protocol) && ends {
        FAREWELL.into_iter().for_each(|last| {
            add(Run {
                at: last.at + millis,
                ..last
            });
        });
    }
    let exchange = Exchange {
        start: one.next,
        opener: one.opener,
        responder: one.responder,
        protocol: act.protocol,
        stretch: 1.0,
        manner: Manner::Kernel,
        continues: !ends,
        runs: &runs[..used],
    };
    scope.look(one.vantage.into(), &exchange, false);
}

impl Plan {
    fn new(act: Act, land: &Land, cameras: usize, seen: &dyn Fn(u32) -> f64) -> Self {
        let doers = match act.who {
            Who::Everyone | Who::Visitors => land.scenario.lines as usize,
            Who::Owners => land.people.devices.len(),
            Who::CameraOwners => cameras,
            who => land.people.who(who).map_or(0, <[u32]>::len),
        };
        let mut stretches = STRETCHES.map(|stretch| match &act.shape {
            Shape::Short(runs) => seen(stretched(runs, stretch)),
            Shape::Long { .. } => 1.0,
        });
        let sum: f64 = stretches.iter().sum();
        let mut so_far = 0.0;
        for share in &mut stretches {
            so_far += *share / sum;
            *share = so_far;
        }
        let begun = doers as f64 * act.daily / 86_400.0 * land.scenario.activity;
        Self {
            per_second: begun * sum / STRETCHES.len() as f64,
            act,
            stretches,
        }
    }

    /// Tells how much more it happens now than on average.
    fn wakefulness(&self, now: i64) -> f64 {
        if self.act.awake {
            awake(now) / people::mean_awake()
        } else {
            1.0
        }
    }
}

fn stretched(runs: &[Run], stretch: f64) -> u32 {
    runs.iter().map(|run| run.times(stretch)).sum()
}

/// Throws who does an act with whom, and which router sees it.
fn throw_parties(
    act: &Act,
    cameras: &[Device],
    land: &Land,
    dice: &mut Dice,
) -> (usize, Party, Party) {
    if act.who == Who::Visitors {
        let organisation = 1 + dice.below(4) as u8;
        let opener = Party {
            ip: atlas::stranger(dice),
            port: dice.ephemeral(),
        };
        let responder = Party {
            ip: atlas::organisation(organisation),
            port: act.port,
        };
        return (land.router_before(organisation), opener, responder);
    }
    let (line, model) = match act.who {
        Who::Owners => throw_device(&land.people.devices, dice),
        Who::CameraOwners => throw_device(cameras, dice),
        who => match land.people.who(who) {
            Some(few) => (few[dice.place(few.len())], 0),
            None => (people::throw_line(dice, land.scenario.lines), 0),
        },
    };
    let responder = throw_responder(act, line, model, dice);
    let port = match act.protocol {
        protocol::ICMP => 0,
        _ => land.atlas.port(line, dice),
    };
    let opener = Party {
        ip: land.atlas.place(line).ip,
        port,
    };
    let (opener, responder) = over_v6(act, line, opener, responder, land, dice);
    (land.router(line), opener, responder)
}

fn throw_device(devices: &[Device], dice: &mut Dice) -> (u32, u8) {
    let Device { line, model } = devices[dice.place(devices.len())];
    (line, model)
}

fn throw_responder(act: &Act, line: u32, model: u8, dice: &mut Dice) -> Party {
    let ip = match act.whom {
        Whom::Service => {
            // The popular ones more often: half of all exchanges go to one in sixteen.
            let share = dice.share();
            atlas::service((share * share * share * share * f64::from(atlas::SERVICES)) as u32)
        }
        Whom::Film => atlas::film_server(mix(line.into()) as u32 % 64 + dice.below(4) * 64),
        Whom::Helper(kind) => helper(kind, line, dice),
        Whom::Resolver => atlas::PUBLIC_RESOLVER,
        Whom::OwnMachine => atlas::known_stranger(u64::from(line) * 4 + u64::from(dice.below(3))),
        Whom::Peer | Whom::Stranger => atlas::stranger(dice),
        Whom::Cloud(endpoint) => atlas::cloud(model, endpoint),
        Whom::Organisation => atlas::organisation(1),
    };
    let port = match act.whom {
        Whom::Peer => throw_peer_port(dice),
        _ => act.port,
    };
    Party { ip, port }
}

/// Homes keep to two helpers of a kind.
fn helper(kind: Helper, line: u32, dice: &mut Dice) -> std::net::IpAddr {
    atlas::helper(kind, mix(line.into()) as u32 % 16 + dice.below(2))
}

/// Peers listen where they like: mostly anywhere above 1,024, often near 6881, and one in a
/// thousand on a port that worms probe too.
fn throw_peer_port(dice: &mut Dice) -> u16 {
    match dice.below(1_000) {
        0 => dice.one_of(&[81, 5555, 7547, 2323]),
        1..250 => 6_881 + dice.below(119) as u16,
        _ => 1_024 + dice.below(64_512) as u16,
    }
}

/// Moves an exchange with a service to IPv6 where the line has it.
fn over_v6(
    act: &Act,
    line: u32,
    opener: Party,
    responder: Party,
    land: &Land,
    dice: &mut Dice,
) -> (Party, Party) {
    if act.whom != Whom::Service || !dice.chance(OVER_V6) {
        return (opener, responder);
    }
    let Some(ip) = land.atlas.v6(line, u64::from(dice.below(3))) else {
        return (opener, responder);
    };
    let responding = Party {
        ip: atlas::v6_of_service(responder.ip),
        port: responder.port,
    };
    (
        Party {
            ip,
            port: dice.ephemeral(),
        },
        responding,
    )
}

#[cfg(test)]
#[path = "ordinary_tests.rs"]
mod tests;
