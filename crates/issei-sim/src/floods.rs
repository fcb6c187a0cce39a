//! What a flood sends, piece by piece.
//!
//! In: a plan, and a span of time. Out: the packets of that span, as exchanges. Floods between
//! fixed ports are one flow for each sender; those from random ports or forged addresses are a
//! flow for each packet, and only the packets that will be looked at are made.
//! Standard: the vectors of Mirai's published source, and the services that reflect (THREATS.md).

use std::net::IpAddr;

use issei_model::{TcpFlags, protocol};

use crate::atlas;
use crate::dice::Dice;
use crate::exchange::{Exchange, Manner, Party, Run, connection, run};
use crate::scenario::{AttackPlan, Vector, Victim};
use crate::scope::Scope;

/// A flood that goes on.
#[derive(Clone, Debug)]
pub(crate) struct Flood {
    pub(crate) plan: AttackPlan,
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// Senders abroad; empty if own bots send.
    pub(crate) abroad: Vec<IpAddr>,
    /// The border router that sees it, if it comes from abroad.
    pub(crate) vantage: usize,
    /// The address of the home that is hit.
    pub(crate) home: IpAddr,
    request: Vec<Run>,
}

/// A sender inside: address, port of its own, router.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    pub(crate) ip: IpAddr,
    pub(crate) port: u16,
    pub(crate) vantage: usize,
}

impl Flood {
    pub(crate) fn new(plan: &AttackPlan, number: usize, start: i64, seed: u64, home: IpAddr, vantage: usize) -> Self {
        let from = start + (plan.at_minute * 6e7) as i64;
        let named = |source: u32| atlas::known_stranger(seed ^ (number as u64 + 1) << 40 ^ u64::from(source));
        let abroad = match plan.by {
            None => (0..plan.sources).map(named).collect(),
            Some(_) => Vec::new(),
        };
        Self {
            plan: plan.clone(),
            from,
            until: from + (plan.seconds * 1e6) as i64,
            abroad,
            vantage,
            home,
            request: connection((4, 420), (3, 300), 200),
        }
    }

    /// Tells the victim's address; a carpet's changes from sender to sender.
    fn victim(&self, dice: &mut Dice) -> IpAddr {
        match self.plan.victim {
            Victim::Bank => atlas::organisation(1),
            Victim::Airline => atlas::organisation(2),
            Victim::Carrier => atlas::organisation(3),
            Victim::Weather => atlas::organisation(4),
            Victim::Home => self.home,
            Victim::Carpet => atlas::carpet_host(dice.below(256) as u8),
            Victim::AbroadGame => atlas::victim_abroad(10),
            Victim::AbroadShop => atlas::victim_abroad(20),
            Victim::AbroadNames => atlas::victim_abroad(53),
        }
    }

    /// Tells the port that is hit; 0 where the vector has none.
    pub(crate) fn port(&self) -> u16 {
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
    pub(crate) fn from_abroad(&self, at: i64, span: i64, scope: &mut Scope, dice: &mut Dice) {
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
                    let sender = Sender { ip, port, vantage: self.vantage };
                    self.steady(at, span, each, sender, scope, dice);
                }
            }
        }
    }

    /// Sends what one own bot sends.
    pub(crate) fn from_bot(&self, at: i64, span: i64, bot: Sender, scope: &mut Scope, dice: &mut Dice) {
        let packets = self.plan.packets_per_second * span as f64 / 1e6;
        match self.plan.vector {
            Vector::Syn | Vector::Ack => self.scattered(at, span, packets, Some(bot), scope, dice),
            Vector::Http => self.requests(at, span, packets, Some(bot), scope, dice),
            Vector::WaterTorture => {
                // The bot asks the operator's resolver, inside; the border sees the resolver ask.
                let resolver = Sender { ip: atlas::OWN_RESOLVER, port: 0, vantage: 0 };
                self.questions(at, span, packets, resolver, scope, dice);
            }
            _ => self.steady(at, span, packets, bot, scope, dice),
        }
    }

    /// A flow between fixed ports.
    fn steady(&self, at: i64, span: i64, packets: f64, sender: Sender, scope: &mut Scope, dice: &mut Dice) {
        // Whole packets; the fraction becomes one by chance.
        let count = (packets + dice.share()) as u32;
        if count == 0 {
            return;
        }
        let millis = (span / 1_000) as u32;
        let (protocol, bytes) = self.shape();
        let later = if self.plan.vector == Vector::ReflectDns { count * 2 / 5 } else { 0 };
        let victim = self.victim(dice);
        let first = [run(false, 0, bytes, count - later, 0, millis)];
        let responder = Party { ip: victim, port: self.port_or_code() };
        let opener = Party { ip: sender.ip, port: sender.port };
        let exchange = exchange(at, opener, responder, protocol, Manner::Kernel, &first);
        scope.look(sender.vantage, &exchange, false);
        if later > 0 {
            let rest = [run(false, 0, 900, later, 0, millis)];
            let (opener, responder) = (Party { port: 0, ..opener }, Party { port: 0, ..responder });
            let fragments = Exchange { opener, responder, manner: Manner::Fragment, runs: &rest, ..exchange };
            scope.look(sender.vantage, &fragments, false);
        }
    }

    /// A flow for each packet: random ports, forged senders.
    fn scattered(&self, at: i64, span: i64, packets: f64, bot: Option<Sender>, scope: &mut Scope, dice: &mut Dice) {
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
                let responder = Party { ip: self.victim(dice), port: self.port() };
                let manner = Manner::Kernel;
                let mut one = exchange(moment, Party { ip, port }, responder, protocol::TCP, manner, runs);
                one.continues = false;
                scope.look(vantage, &one, true);
            }
        }
    }

    /// Requests over whole connections; each has about ten packets.
    fn requests(&self, at: i64, span: i64, packets: f64, bot: Option<Sender>, scope: &mut Scope, dice: &mut Dice) {
        let vantage = bot.map_or(self.vantage, |bot| bot.vantage);
        let total = self.request.iter().map(|run| run.count).sum::<u32>();
        let seen = scope.vantages[vantage].sees(total);
        for _ in 0..dice.poisson(packets / 10.0 * seen) {
            let ip = bot.map_or_else(|| dice.one_of(&self.abroad), |bot| bot.ip);
            let opener = Party { ip, port: 1_024 + dice.below(64_512) as u16 };
            let moment = at + (span as f64 * dice.share()) as i64;
            let responder = Party { ip: self.victim(dice), port: self.port() };
            let mut one = exchange(moment, opener, responder, protocol::TCP, Manner::Kernel, &self.request);
            one.continues = false;
            scope.look(vantage, &one, true);
        }
    }

    /// Questions for names that do not exist; the name server answers one in five.
    fn questions(&self, at: i64, span: i64, packets: f64, resolver: Sender, scope: &mut Scope, dice: &mut Dice) {
        let question = [run(false, 0, 78, 1, 0, 0)];
        let answer = [run(true, 0, 140, 1, 0, 0)];
        let sampling = f64::from(scope.vantages[resolver.vantage].sampling);
        for (runs, share) in [(&question, 1.0), (&answer, 0.2)] {
            for _ in 0..dice.poisson(packets * share / sampling) {
                let opener = Party { ip: resolver.ip, port: 1_024 + dice.below(64_512) as u16 };
                let moment = at + (span as f64 * dice.share()) as i64;
                let responder = Party { ip: self.victim(dice), port: 53 };
                let mut one = exchange(moment, opener, responder, protocol::UDP, Manner::Kernel, runs);
                one.continues = false;
                scope.look(resolver.vantage, &one, true);
            }
        }
    }

    fn port_or_code(&self) -> u16 {
        if self.plan.vector == Vector::Icmp { 0x0800 } else { self.port() }
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

fn exchange(start: i64, opener: Party, responder: Party, protocol: u8, manner: Manner, runs: &[Run]) -> Exchange<'_> {
    Exchange { start, opener, responder, protocol, stretch: 1.0, manner, continues: true, runs }
}

#[cfg(test)]
#[path = "floods_tests.rs"]
mod tests;
