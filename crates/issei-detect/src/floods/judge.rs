//! Weighs what one victim got: is it a flood, of what manner, how sure?
//!
//! In: the tallies of a victim. Out: a verdict with its test, or none. Pure: no state, no time.
//! The null model of every manner is a count of an innocent address: what it received in the
//! windows before, or, if that is less, what exposed addresses were measured to receive. Volume
//! alone is not enough: a download is large, too. What has to come on top depends on the kind:
//! answers nobody asked for, openings that lead to nothing, packets that nobody answers.

use issei_model::{Address, Level};

use super::kinds::Kind;
use super::lines::Baseline;
use super::loads;
use super::parameters::FloodParameters;
use super::tally::Tally;
use super::victims::Victim;
use crate::statistics::{
    DistinctEstimate, dispersion_from_moments, ln_binomial_tail, ln_negative_binomial_tail,
    ln_poisson_tail,
};

/// What a flood is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vector {
    /// Datagrams from amplifying ports, with their fragments.
    Replies,
    /// SYN-ACK and RST.
    Answers,
    /// SYN.
    Openings,
    /// TCP without openings.
    Streams,
    /// Other datagrams, and fragments if nothing else explains them.
    Datagrams,
    /// ICMP.
    Control,
    /// GRE and the rest.
    Other,
}

impl Vector {
    pub(super) const COUNT: usize = 7;
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Replies,
        Self::Answers,
        Self::Openings,
        Self::Streams,
        Self::Datagrams,
        Self::Control,
        Self::Other,
    ];

    /// The kind of packets it is named after.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Replies => Kind::Reply,
            Self::Answers => Kind::Answer,
            Self::Openings => Kind::Opening,
            Self::Streams => Kind::Stream,
            Self::Datagrams => Kind::Datagram,
            Self::Control => Kind::Control,
            Self::Other => Kind::Other,
        }
    }
}

/// Where the packets truly come from, as far as it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
    /// Third parties answer forged questions.
    Reflection,
    /// The sources are forged.
    Spoofed,
    /// The senders send again and again from their own addresses, as far as it shows.
    Direct,
}

/// Over what time the packets were counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Over {
    /// The fullest window of ten seconds.
    Window,
    /// A quarter of an hour.
    Quarter,
}

/// A flood, weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    pub(super) manner: Manner,
    pub(super) level: Level,
    pub(super) over: Over,
    /// Packets counted in that time, as sampled; for unasked answers: events.
    pub(super) count: u64,
    /// Packets in that time, estimated.
    pub(super) estimated: f64,
    /// What an innocent address receives in that time.
    pub(super) mean: f64,
    /// How uneven that is; infinite for a Poisson count.
    pub(super) dispersion: f64,
    /// Windows of ten seconds it was learned from.
    pub(super) learned: u16,
    pub(super) ln_tail: f64,
    pub(super) ln_alpha: f64,
    /// Fewer packets than this, estimated, are never a flood.
    pub(super) floor: u64,
    pub(super) sources: DistinctEstimate,
    /// Packets for each address hit in the time; one address for a line.
    pub(super) addresses: f64,
}

/// What the judge knows besides the victim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bench<'a> {
    pub(super) parameters: &'a FloodParameters,
    /// Probability with which one window may accuse an innocent subject.
    pub(super) alpha: f64,
    /// Whether anything that own lines send was ever seen.
    pub(super) sees_outbound: bool,
    /// Whether the victim is a prefix and not a line.
    pub(super) is_prefix: bool,
    /// Addresses of the prefix, if they can be told.
    pub(super) room: Option<f64>,
    /// Whether a window has closed, so that records of the other direction had time to come; of a
    /// prefix, a whole window since it is watched.
    pub(super) settled: bool,
}

impl Bench<'_> {
    /// Weighs one vector.
    pub(super) fn weigh<A: Address>(&self, victim: &Victim<A>, vector: Vector) -> Option<Weighed> {
        let tally = victim.tally(vector.kind());
        match vector {
            Vector::Replies => self.weigh_replies(victim, tally?),
            Vector::Answers => self.weigh_answers(victim, tally?),
            Vector::Openings => self.weigh_openings(victim, tally?),
            Vector::Datagrams => self.weigh_datagrams(victim),
            Vector::Streams | Vector::Control | Vector::Other => {
                let kind = vector.kind();
                self.is_one_sided(victim, kind, tally?).then_some(())?;
                self.weigh_volume(victim, kind, None, self.few_floor(vector))
            }
        }
    }

    /// Reflection by datagrams: many services answer what this address never asked.
    fn weigh_replies<A: Address>(&self, victim: &Victim<A>, replies: &Tally<A>) -> Option<Weighed> {
        let p = self.parameters;
        let fragments = victim.tally(Kind::Fragment);
        let sources = sources(replies, fragments);
        if sources.count < p.some_sources.value as f64 || !self.is_unasked(victim, replies) {
            return None;
        }
        let fast = self.in_window(victim, Kind::Reply, fragments, p.reflection_packets.value);
        let weighed = match fast {
            Some(fast) => fast,
            None => self.in_quarter(replies.windows.quarter() as u64)?,
        };
        self.name(replies, Weighed { sources, ..weighed }, Manner::Reflection)
    }

    /// Reflection by TCP: servers answer openings that this address never sent. It may be slow:
    /// hardly anything else makes a server answer one address again and again.
    fn weigh_answers<A: Address>(&self, victim: &Victim<A>, answers: &Tally<A>) -> Option<Weighed> {
        let p = self.parameters;
        let questions = victim.asked_streams as f64;
        // Under sampling every connection shows a lone SYN-ACK now and then. Only if our lines'
        // side is seen as well can be told that nobody asked.
        let blind = !self.sees_outbound && answers.most_sampling > 1;
        let events = if answers.most_sampling > 1 {
            answers.sampled
        } else {
            answers.sampled / p.answers_an_opening.value.max(1)
        };
        if blind || (events as f64) < p.answers_a_question.value * questions {
            return None;
        }
        let recent = answers.windows.quarter();
        let share = recent / answers.sampled.max(1) as f64;
        let weighed = self.in_quarter((events as f64 * share) as u64)?;
        let sources = answers.sources.estimate();
        self.name(answers, Weighed { sources, ..weighed }, Manner::Reflection)
    }

    /// A flood of openings that lead to nothing.
    fn weigh_openings<A: Address>(
        &self,
        victim: &Victim<A>,
        openings: &Tally<A>,
    ) -> Option<Weighed> {
        let p = self.parameters;
        let streams = victim.tally(Kind::Stream).map_or(0, |tally| tally.sampled);
        let all = openings.sampled + streams + victim.ordinary;
        if (openings.sampled as f64) < p.opening_share.value * all as f64 {
            return None;
        }
        let few = openings.sources.estimate().count < p.some_sources.value as f64;
        // One host that tries many ports is a scan, however fast.
        let one_port = openings.ports.first().map_or(0.0, |(_, share)| share);
        if few && one_port < p.port_share.value {
            return None;
        }
        self.weigh_volume(
            victim,
            Kind::Opening,
            None,
            self.few_floor(Vector::Openings),
        )
    }

    fn weigh_datagrams<A: Address>(&self, victim: &Victim<A>) -> Option<Weighed> {
        let datagrams = victim.tally(Kind::Datagram);
        let fragments = victim.tally(Kind::Fragment);
        let kind = match datagrams {
            Some(_) => Kind::Datagram,
            None => Kind::Fragment,
        };
        if !self.is_one_sided(victim, kind, datagrams.or(fragments)?) {
            return None;
        }
        let beside = datagrams.and(fragments);
        // Fragments of amplified replies belong to the reflection.
        let replies = victim.tally(Kind::Reply);
        if datagrams.is_none() && replies.is_some() {
            return None;
        }
        let beside = if replies.is_some() { None } else { beside };
        self.weigh_volume(victim, kind, beside, self.few_floor(Vector::Datagrams))
    }

    /// Volume from many sources, or much volume from few.
    fn weigh_volume<A: Address>(
        &self,
        victim: &Victim<A>,
        kind: Kind,
        beside: Option<&Tally<A>>,
        few: (u64, Level),
    ) -> Option<Weighed> {
        let p = self.parameters;
        let main = victim.tally(kind)?;
        let sources = sources(main, beside);
        let (floor, level) = match sources.count as u64 {
            n if n >= p.many_sources.value => (p.many_source_packets.value, Level::Finding),
            n if n >= p.some_sources.value => (p.some_source_packets.value, Level::Finding),
            _ => few,
        };
        let weighed = self.in_window(victim, kind, beside, floor)?;
        let manner = self.manner(main, sources);
        self.name(
            main,
            Weighed {
                sources,
                level,
                ..weighed
            },
            manner,
        )
    }

    /// The floor and level of a flood from few sources.
    fn few_floor(&self, vector: Vector) -> (u64, Level) {
        let p = self.parameters;
        match vector {
            // Nobody opens hundreds of connections a second to one service and uses none.
            Vector::Openings => (p.some_source_packets.value, Level::Finding),
            // A speed test or a stream looks the same: worth seeing, and no more.
            _ => (p.few_source_packets.value, Level::Context),
        }
    }

    fn manner<A: Address>(&self, tally: &Tally<A>, sources: DistinctEstimate) -> Manner {
        let p = self.parameters;
        let each = tally.packets_a_source();
        let one_port = tally.source_ports.first().map_or(0.0, |(_, share)| share);
        // Clients and forgers vary the port they send from; a service answers from its own.
        let is_service = tally
            .source_ports
            .first()
            .is_some_and(|(port, _)| port != 0);
        let is_udp = tally.flags.first().is_some_and(|(flags, _)| flags == 0);
        if is_udp
            && is_service
            && one_port >= p.port_share.value
            && sources.count >= p.some_sources.value as f64
        {
            return Manner::Reflection;
        }
        if sources.count >= p.forged_sources.value as f64 && each <= p.forged_packets.value {
            Manner::Spoofed
        } else {
            Manner::Direct
        }
    }

    /// Tests the fullest window of ten seconds against what came before.
    fn in_window<A: Address>(
        &self,
        victim: &Victim<A>,
        kind: Kind,
        beside: Option<&Tally<A>>,
        floor: u64,
    ) -> Option<Weighed> {
        let p = self.parameters;
        let main = victim.tally(kind)?;
        let peak = main.windows.peak();
        let also = beside.map_or_else(Default::default, |tally| tally.windows.at(peak.number));
        let count = f64::from(peak.sampled + also.sampled).round() as u64;
        let estimated = f64::from(peak.estimated + also.estimated);
        let sampling = main.most_sampling.max(1);
        if estimated < floor as f64 || count < p.least(sampling) {
            return None;
        }
        let addresses = if self.is_prefix {
            main.addresses.estimate().count.max(1.0)
        } else {
            1.0
        };
        let usual = victim.usual(kind, self.is_prefix && sampling > 1);
        if self.is_prefix && sampling > 1 && usual.windows < p.least_learned.value {
            return None;
        }
        let exposed = self.exposed(sampling, addresses);
        let (mean, dispersion) = self.null(&usual, sampling, exposed);
        if !can_surprise(count, mean, dispersion) {
            return None;
        }
        let ln_tail = ln_negative_binomial_tail(count, mean, dispersion);
        let ln_alpha = self.alpha.ln();
        (ln_tail <= ln_alpha).then_some(Weighed {
            manner: Manner::Direct,
            level: Level::Finding,
            over: Over::Window,
            count,
            estimated,
            mean,
            dispersion,
            learned: usual.windows,
            ln_tail,
            ln_alpha,
            floor,
            sources: DistinctEstimate::default(),
            addresses,
        })
    }

    /// How many addresses may have been hit. Under sampling few of them show, so it is all of the
    /// prefix: what is spread over it then looks thin, and background radiation as much as it is.
    fn exposed(&self, sampling: u32, seen: f64) -> f64 {
        self.room.filter(|_| sampling > 1).unwrap_or(seen)
    }

    /// What an innocent subject of this size receives in a window, and how unevenly: what it
    /// received before, but at least the background radiation that was measured.
    fn null(&self, learned: &Baseline, sampling: u32, addresses: f64) -> (f64, f64) {
        let p = self.parameters;
        let radiation = p.radiation_mean.value * addresses / f64::from(sampling);
        if learned.mean <= radiation {
            return (radiation, p.radiation_dispersion.value * addresses);
        }
        let dispersion = dispersion_from_moments(learned.mean, learned.variance);
        (learned.mean, dispersion.unwrap_or(f64::INFINITY))
    }

    /// Tests the unasked answers of a quarter of an hour.
    fn in_quarter(&self, events: u64) -> Option<Weighed> {
        let p = self.parameters;
        if events < p.slow_answers.value {
            return None;
        }
        let mean = p.answers_a_day.value / 96.0;
        let ln_tail = ln_poisson_tail(events, mean);
        let ln_alpha = self.alpha.ln();
        (ln_tail <= ln_alpha).then_some(Weighed {
            manner: Manner::Reflection,
            level: Level::Finding,
            over: Over::Quarter,
            count: events,
            estimated: events as f64,
            mean,
            dispersion: f64::INFINITY,
            learned: 0,
            ln_tail,
            ln_alpha,
            floor: p.slow_answers.value,
            sources: DistinctEstimate::default(),
            addresses: 1.0,
        })
    }

    /// Asks what has to hold on top for a prefix.
    fn name<A: Address>(
        &self,
        tally: &Tally<A>,
        weighed: Weighed,
        manner: Manner,
    ) -> Option<Weighed> {
        let named = Weighed { manner, ..weighed };
        if !self.is_prefix {
            return Some(named);
        }
        self.is_spread(tally, &named).then_some(named)
    }

    /// Tells whether a flood is spread over a prefix: no address gets most of it, many get some,
    /// and each gets more than a sweep sends.
    fn is_spread<A: Address>(&self, tally: &Tally<A>, weighed: &Weighed) -> bool {
        let p = self.parameters;
        let most = tally.hit.first().map_or(1.0, |(_, share)| share);
        let exposed = self.exposed(tally.most_sampling, weighed.addresses);
        most <= p.address_share.value
            && weighed.addresses >= p.addresses.value as f64
            && weighed.estimated / exposed >= p.packets_an_address.value
            && weighed.sources.count >= p.some_sources.value as f64
    }

    /// Tells whether the replies come without questions. Where what our lines send is seen, the
    /// questions are counted. Where it is not, the ports tell: who asks uses a new port for each
    /// question, who is forged gets everything on a few.
    fn is_unasked<A: Address>(&self, victim: &Victim<A>, replies: &Tally<A>) -> bool {
        let p = self.parameters;
        // Of a prefix the questions are counted under sampling alone, and since it is watched.
        if self.is_prefix && (replies.most_sampling <= 1 || !self.sees_outbound) {
            return true;
        }
        if self.is_prefix && !self.settled {
            return false;
        }
        if self.sees_outbound {
            let asked = p.answers_a_question.value * victim.asked_replies as f64;
            return replies.sampled as f64 >= asked;
        }
        replies.ports.share_of(FEW_PORTS) >= p.port_share.value
    }

    /// Tells whether the victim takes no part in what it receives. Where the directions are
    /// exported apart, nothing is said before the window has closed.
    fn is_one_sided<A: Address>(&self, victim: &Victim<A>, kind: Kind, tally: &Tally<A>) -> bool {
        if self.is_prefix {
            return tally.most_sampling <= 1 || self.is_deaf_prefix(victim, kind, tally);
        }
        if !self.settled && 2 * tally.watched < tally.sampled {
            return false;
        }
        let received: u64 = victim.all().map(|tally| tally.sampled).sum();
        received as f64 >= self.parameters.one_sided.value * victim.out as f64
    }

    /// Tells whether a prefix of which one packet in many is seen sends less of a kind than any
    /// innocent one that receives so much. Its null model: each packet of both directions is one
    /// that was received with the chance of the most one-sided innocent exchange.
    fn is_deaf_prefix<A: Address>(&self, victim: &Victim<A>, kind: Kind, tally: &Tally<A>) -> bool {
        let (received, sent) = (tally.sampled, victim.sent[kind as usize]);
        let most = self.parameters.received_for_one_sent(kind);
        if received as f64 <= most * sent as f64 {
            return false;
        }
        // What is unasked by its shape needs no balance, but must not contradict it.
        if loads::class(kind).is_none() {
            return true;
        }
        let chance = most / (most + 1.0);
        let surprises = || ln_binomial_tail(received, received + sent, chance) <= self.alpha.ln();
        self.settled && self.hears(victim) && surprises()
    }

    /// Tells whether what a prefix sends passes where it is seen. TCP is never received for long
    /// without an answer, so much of it and nothing back shows that the way back lies elsewhere.
    fn hears<A: Address>(&self, victim: &Victim<A>) -> bool {
        let streams = victim.tally(Kind::Stream).map_or(0, |tally| tally.sampled);
        let sends = victim.out + victim.answered > 0;
        self.sees_outbound && (sends || streams < self.parameters.least_sampled.value)
    }
}

/// Tells whether a count may be surprising at all: it is well above the mean, and the law is not
/// so uneven that anything goes (its tail would have more terms than are worth adding).
pub(super) fn can_surprise(count: u64, mean: f64, dispersion: f64) -> bool {
    count as f64 > 2.0 * mean && mean <= MOST_UNEVEN * dispersion
}

/// Means over dispersions beyond which a line is too uneven to be judged.
const MOST_UNEVEN: f64 = 1e5;

/// Ports that a forger aims at, at most, where nothing but the ports can tell.
const FEW_PORTS: usize = 4;

fn sources<A: Address>(main: &Tally<A>, beside: Option<&Tally<A>>) -> DistinctEstimate {
    match beside {
        Some(beside) => main.sources.together(&[&beside.sources]),
        None => main.sources.estimate(),
    }
}
