//! What a flood sends, piece by piece.
//!
//! In: a plan, and a span of time. Out: the packets of that span, as exchanges. Floods between
//! fixed ports are one flow for each sender; those from random ports or forged addresses are a
//! flow for each packet, and only the packets that will be looked at are made.
//! Standard: the vectors of Mirai's published source, and the services that reflect (THREATS.md).

use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{TcpFlags, protocol};

use crate::atlas;
use crate::country::{Land, SECOND, to_the_millisecond};
use crate::dice::Dice;
use crate::exchange::{Exchange, Manner, Party, Run, connection, run};
use crate::hostile::Hostile;
use crate::scenario::{AttackPlan, Scenario, Vector, Victim};
use crate::scope::Scope;
use crate::truth::TrueAttack;

/// All floods of a scenario.
#[derive(Debug)]
pub(crate) struct Floods {
    floods: Vec<Flood>,
    dice: Dice,
}

impl Floods {
    pub(crate) fn new(land: &Land) -> Self {
        let scenario = &land.scenario;
        let mut dice = Dice::new(scenario.seed, "floods");
        let plans = scenario.attacks.iter().enumerate();
        let floods = plans.map(|(number, plan)| {
            let home = land.atlas.lone_line(&mut dice);
            let vantage = match plan.victim {
                Victim::Home => land.router(home),
                Victim::Carpet => land.router_before(64),
                _ => land.router_before(plan.victim.organisation()),
            };
            let mut flood = Flood::new(plan, number, scenario, land.atlas.place(home).ip, vantage);
            flood.botnet = scenario
                .botnets
                .iter()
                .position(|botnet| Some(&botnet.name) == plan.by.as_ref());
            flood
        });
        Self {
            floods: floods.collect(),
            dice,
        }
    }

    /// Sends what is due in a second.
    pub(crate) fn second(
        &mut self,
        now: i64,
        land: &Land,
        hostile: &mut Hostile,
        scope: &mut Scope,
    ) {
        let whole = i64::from(land.scenario.active_seconds) * SECOND;
        for flood in &mut self.floods {
            if flood.next < flood.until && flood.next < now + SECOND {
                // A flow that goes on is shown as long as the active time-out; where each packet
                // is a flow of its own, a second at a time is enough.
                let piece = if flood.is_scattered() { SECOND } else { whole };
                let span = piece.min(flood.until - flood.next);
                let before = scope.packets_passed();
                flood.piece(span, land, hostile, scope, &mut self.dice);
                flood.seen_packets += scope.packets_passed() - before;
                flood.next += span;
            }
        }
    }

    /// Tells of the floods that have begun.
    pub(crate) fn truth(&self) -> Vec<TrueAttack> {
        let begun = self.floods.iter().filter(|flood| flood.next > flood.from);
        begun.map(Flood::truth).collect()
    }
}

/// A flood that goes on.
#[derive(Clone, Debug)]
struct Flood {
    plan: AttackPlan,
    from: i64,
    until: i64,
    /// Where its next piece begins.
    next: i64,
    /// The place of the botnet whose bots send it.
    botnet: Option<usize>,
    /// Senders abroad; empty if own bots send.
    abroad: Vec<IpAddr>,
    /// The border router that sees it, if it comes from abroad.
    vantage: usize,
    /// The address of the home that is hit.
    home: IpAddr,
    request: Vec<Run>,
    /// Own lines that took part.
    participants: Vec<IpAddr>,
    seen_packets: u64,
}

/// A sender inside: address, port of its own, router.
#[derive(Clone, Copy, Debug)]
struct Sender {
    ip: IpAddr,
    port: u16,
    vantage: usize,
}

impl Flood {
    fn new(
        plan: &AttackPlan,
        number: usize,
        scenario: &Scenario,
        home: IpAddr,
        vantage: usize,
    ) -> Self {
        let from = scenario.start.as_micros() + (plan.at_minute * 6e7) as i64;
        let named = |source: u32| {
            atlas::known_stranger(scenario.seed ^ (number as u64 + 1) << 40 ^ u64::from(source))
        };
        let abroad = match plan.by {
            None => (0..plan.sources).map(named).collect(),
            Some(_) => Vec::new(),
        };
        Self {
            plan: plan.clone(),
            from,
            until: from + (plan.seconds * 1e6) as i64,
            next: from,
            botnet: None,
            abroad,
            vantage,
            home,
            request: connection((4, 420), (3, 300), 200),
            participants: Vec::new(),
            seen_packets: 0,
        }
    }

    /// Sends one piece; the first is preceded by the order, if bots send.
    fn piece(
        &mut self,
        span: i64,
        land: &Land,
        hostile: &mut Hostile,
        scope: &mut Scope,
        dice: &mut Dice,
    ) {
        let Some(botnet) = self.botnet else {
            return self.send_from_abroad(self.next, span, scope, dice);
        };
        if self.next == self.from {
            hostile.order(botnet, self.from, land, scope);
            let lines = hostile
                .living(botnet)
                .map(|(_, bot)| land.atlas.place(bot.line).ip);
            self.participants = lines.collect();
        }
        for (_, bot) in hostile.living(botnet) {
            let label = 0xf100 ^ self.from as u64;
            let sender = Sender {
                ip: land.atlas.place(bot.line).ip,
                port: land.steady_port(bot.line, label),
                vantage: land.router(bot.line),
            };
            self.send_from_bot(self.next, span, sender, scope, dice);
        }
    }

    /// Tells whether every packet is a flow of its own.
    fn is_scattered(&self) -> bool {
        matches!(
            self.plan.vector,
            Vector::Syn | Vector::Ack | Vector::SpoofedSyn | Vector::Http | Vector::WaterTorture
        )
    }

    fn truth(&self) -> TrueAttack {
        let Self {
            plan, participants, ..
        } = self;
        let senders = if plan.by.is_some() {
            participants.len()
        } else {
            1
        };
        let net = match plan.victim {
            Victim::Carpet => atlas::carpet_net(),
            _ => IpNet::from(self.victim(&mut Dice::new(0, "one address"))),
        };
        TrueAttack {
            vector: plan.vector,
            victim: plan.victim,
            net,
            port: self.port(),
            inbound: plan.victim.is_ours(),
            from: to_the_millisecond(self.from),
            until: to_the_millisecond(self.until),
            packets_per_second: plan.packets_per_second * senders as f64,
            botnet: plan.by.clone(),
            participants: participants.clone(),
            seen_packets: self.seen_packets,
        }
    }

    /// Tells the victim's address; a carpet's changes from sender to sender.
    fn victim(&self, dice: &mut Dice) -> IpAddr {
        match self.plan.victim {
            Victim::Bank | Victim::Airline | Victim::Carrier | Victim::Weather => {
                atlas::organisation(self.plan.victim.organisation())
            }
            Victim::Home => self.home,
            Victim::Carpet => atlas::carpet_host(dice.below(256) as u8),
            Victim::AbroadGame => atlas::victim_abroad(10),
            Victim::AbroadShop => atlas::victim_abroad(20),
            Victim::AbroadNames => atlas::victim_abroad(53),
        }
    }

    /// Tells the port that is hit; 0 where the vector has none.
    fn port(&self) -> u16 {
        match self.plan.vector {
            Vector::Gre | Vector::Icmp => 0,
            Vector::WaterTorture => 53,
            Vector::Http => 80,
            vector if vector.is_reflected() => 40_000 + (self.from / 1_000_000 % 20_000) as u16,
            _ => match self.plan.victim {
                Victim::Home | Victim::AbroadGame => 30_100,
                Victim::AbroadNames => 53,
                _ => 443,
            },
        }
    }

    /// Sends what hosts abroad send from `at` on, for so many microseconds.
    fn send_from_abroad(&self, at: i64, span: i64, scope: &mut Scope, dice: &mut Dice) {
        let packets = self.plan.packets_per_second * span as f64 / 1e6;
        match self.plan.vector {
            Vector::Syn | Vector::Ack | Vector::SpoofedSyn => {
                self.scattered(at, span, packets, None, scope, dice);
            }
            Vector::Http => self.requests(at, span, packets, None, scope, dice),
            _ => {
                let each = packets / self.abroad.len() as f64;
                for &ip in &self.abroad {
                    let port = self.reflecting_port().unwrap_or_else(|| dice.ephemeral());
                    let sender = Sender {
                        ip,
                        port,
                        vantage: self.vantage,
                    };
                    self.steady(at, span, each, sender, scope, dice);
                }
            }
        }
    }

    /// Sends what one own bot sends.
    fn send_from_bot(&self, at: i64, span: i64, bot: Sender, scope: &mut Scope, dice: &mut Dice) {
        let packets = self.plan.packets_per_second * span as f64 / 1e6;
        match self.plan.vector {
            Vector::Syn | Vector::Ack => self.scattered(at, span, packets, Some(bot), scope, dice),
            Vector::Http => self.requests(at, span, packets, Some(bot), scope, dice),
            Vector::WaterTorture => {
                // The bot asks the operator's resolver, inside; the border sees the resolver ask.
                let resolver = Sender {
                    ip: atlas::OWN_RESOLVER,
                    port: 0,
                    vantage: 0,
                };
                self.questions(at, span, packets, resolver, scope, dice);
            }
            _ => self.steady(at, span, packets, bot, scope, dice),
        }
    }

    /// A flow between fixed ports.
    fn steady(
        &self,
        at: i64,
        span: i64,
        packets: f64,
        sender: Sender,
        scope: &mut Scope,
        dice: &mut Dice,
    ) {
        // Whole packets; the fraction becomes one by chance.
        let count = (packets + dice.share()) as u32;
        if count == 0 {
            return;
        }
        let millis = (span / 1_000) as u32;
        let (protocol, bytes) = self.shape();
        let later = if self.plan.vector == Vector::ReflectDns {
            count * 2 / 5
        } else {
            0
        };
        let victim = self.victim(dice);
        let first = [run(false, 0, bytes, count - later, 0, millis)];
        let responder = Party {
            ip: victim,
            port: self.port_or_code(),
        };
        let opener = Party {
            ip: sender.ip,
            port: sender.port,
        };
        let exchange = exchange(at, opener, responder, protocol, Manner::Kernel, &first);
        scope.look(sender.vantage, &exchange, false);
        if later > 0 {
            let rest = [run(false, 0, 900, later, 0, millis)];
            let (opener, responder) = (
                Party { port: 0, ..opener },
                Party {
                    port: 0,
                    ..responder
                },
            );
            let fragments = Exchange {
                opener,
                responder,
                manner: Manner::Fragment,
                runs: &rest,
                ..exchange
            };
            scope.look(sender.vantage, &fragments, false);
        }
    }

    /// A flow for each packet: random ports, forged senders.
    fn scattered(
        &self,
        at: i64,
        span: i64,
        packets: f64,
        bot: Option<Sender>,
        scope: &mut Scope,
        dice: &mut Dice,
    ) {
        let vantage = bot.map_or(self.vantage, |bot| bot.vantage);
        let ack = self.plan.vector == Vector::Ack;
        let probe = match ack {
            true => [run(false, TcpFlags::ACK, 552, 1, 0, 0)],
            false => [run(false, TcpFlags::SYN, 60, 1, 0, 0)],
        };
        let refused = [run(true, TcpFlags::SYN | TcpFlags::ACK, 60, 1, 0, 0)];
        // A victim that is not yet drowned answers every tenth SYN: its answers to forged senders
        // are backscatter to the world, and no scan.
        let answers = if ack { 0.0 } else { 0.1 };
        for (runs, share) in [(&probe, 1.0), (&refused, answers)] {
            let sampling = f64::from(scope.vantages[vantage].sampling);
            for _ in 0..dice.poisson(packets * share / sampling) {
                let ip = match (bot, self.plan.vector) {
                    (Some(bot), _) => bot.ip,
                    (None, Vector::SpoofedSyn) => atlas::stranger(dice),
                    (None, _) => dice.one_of(&self.abroad),
                };
                let port = 1_024 + dice.below(64_512) as u16;
                let moment = at + (span as f64 * dice.share()) as i64;
                let responder = Party {
                    ip: self.victim(dice),
                    port: self.port(),
                };
                let manner = Manner::Kernel;
                let mut one = exchange(
                    moment,
                    Party { ip, port },
                    responder,
                    protocol::TCP,
                    manner,
                    runs,
                );
                one.continues = false;
                scope.look(vantage, &one, true);
            }
        }
    }

    /// Requests over whole connections; each has about ten packets.
    fn requests(
        &self,
        at: i64,
        span: i64,
        packets: f64,
        bot: Option<Sender>,
        scope: &mut Scope,
        dice: &mut Dice,
    ) {
        let vantage = bot.map_or(self.vantage, |bot| bot.vantage);
        let total = self.request.iter().map(|run| run.count).sum::<u32>();
        let seen = scope.vantages[vantage].sees(total);
        for _ in 0..dice.poisson(packets / 10.0 * seen) {
            let ip = bot.map_or_else(|| dice.one_of(&self.abroad), |bot| bot.ip);
            let opener = Party {
                ip,
                port: 1_024 + dice.below(64_512) as u16,
            };
            let moment = at + (span as f64 * dice.share()) as i64;
            let responder = Party {
                ip: self.victim(dice),
                port: self.port(),
            };
            let mut one = exchange(
                moment,
                opener,
                responder,
                protocol::TCP,
                Manner::Kernel,
                &self.request,
            );
            one.continues = false;
            scope.look(vantage, &one, true);
        }
    }

    /// Questions for names that do not exist; the name server answers one in five.
    fn questions(
        &self,
        at: i64,
        span: i64,
        packets: f64,
        resolver: Sender,
        scope: &mut Scope,
        dice: &mut Dice,
    ) {
        let question = [run(false, 0, 78, 1, 0, 0)];
        let answer = [run(true, 0, 140, 1, 0, 0)];
        let sampling = f64::from(scope.vantages[resolver.vantage].sampling);
        for (runs, share) in [(&question, 1.0), (&answer, 0.2)] {
            for _ in 0..dice.poisson(packets * share / sampling) {
                let opener = Party {
                    ip: resolver.ip,
                    port: 1_024 + dice.below(64_512) as u16,
                };
                let moment = at + (span as f64 * dice.share()) as i64;
                let responder = Party {
                    ip: self.victim(dice),
                    port: 53,
                };
                let mut one = exchange(
                    moment,
                    opener,
                    responder,
                    protocol::UDP,
                    Manner::Kernel,
                    runs,
                );
                one.continues = false;
                scope.look(resolver.vantage, &one, true);
            }
        }
    }

    fn port_or_code(&self) -> u16 {
        if self.plan.vector == Vector::Icmp {
            0x0800
        } else {
            self.port()
        }
    }

    /// Protocol and bytes of a packet.
    fn shape(&self) -> (u8, u16) {
        match self.plan.vector {
            Vector::Gre => (protocol::GRE, 564),
            Vector::Icmp => (protocol::ICMP, 1_064),
            Vector::ReflectDns => (protocol::UDP, 1_500),
            Vector::ReflectNtp => (protocol::UDP, 468),
            Vector::ReflectSsdp => (protocol::UDP, 340),
            Vector::ReflectCldap => (protocol::UDP, 1_480),
            Vector::ReflectMemcached => (protocol::UDP, 1_428),
            _ => (protocol::UDP, 540),
        }
    }

    fn reflecting_port(&self) -> Option<u16> {
        match self.plan.vector {
            Vector::ReflectDns => Some(53),
            Vector::ReflectNtp => Some(123),
            Vector::ReflectSsdp => Some(1900),
            Vector::ReflectCldap => Some(389),
            Vector::ReflectMemcached => Some(11_211),
            _ => None,
        }
    }
}

fn exchange(
    start: i64,
    opener: Party,
    responder: Party,
    protocol: u8,
    manner: Manner,
    runs: &[Run],
) -> Exchange<'_> {
    Exchange {
        start,
        opener,
        responder,
        protocol,
        stretch: 1.0,
        manner,
        continues: true,
        runs,
    }
}

#[cfg(test)]
#[path = "floods_tests.rs"]
mod tests;
