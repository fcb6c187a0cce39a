//! Own lines that flood somebody else, one by one and, if suspected anyway, together.
//!
//! In: what lines that send much one way send, target by target, and what comes back. Out:
//! findings about the line with its victim as peer; about the victim where suspects send
//! together what none of them sends alone; suspicions for the other rules.
//! An upload is acknowledged, a call is answered; a flood is neither. So volume counts only where
//! hardly anything comes back, or where it consists of openings that lead to nothing.
//! What only answers (SYN-ACK, RST, refusals) was never added here. What leaves an amplifying
//! port is an open service of the line being misused: shown as context, never as an accusation.
//! Always: bounded; per sender the heaviest few targets.

use std::collections::BTreeMap;

use issei_model::{
    Address, Columns, Endpoint, Finding, FindingId, Level, Rule, Subject, Subscriber, Timestamp,
};

use super::judge::can_surprise;
use super::kinds::Kind;
use super::outbound_report::{self as report, Sending};
use super::parameters::FloodParameters;
use super::tally::{Seen, Tally, window_of};
use super::victims::{BYTES_A_TALLY, Told, middle};
use crate::engine::{News, Surroundings, Suspicion};
use crate::statistics::ln_negative_binomial_tail;

/// A remote service that is sent to: address, port, protocol.
pub(super) type Target<A> = (A, u16, u8);

/// What was sent to one target.
#[derive(Clone, Debug)]
pub(super) struct Sent<A> {
    pub(super) tally: Box<Tally<A>>,
    /// Packets of openings that led to nothing.
    pub(super) openings: u64,
    /// Packets from amplifying ports.
    pub(super) replies: u64,
    /// Packets that came back.
    pub(super) back: u64,
    /// Lines that sent in the running window, and the most that sent in one.
    at_once: (u32, Vec<u32>),
    pub(super) most_at_once: u64,
    told: Option<Told>,
}

/// A flood, weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flooding {
    pub(super) level: Level,
    pub(super) count: u64,
    pub(super) estimated: f64,
    pub(super) mean: f64,
    pub(super) dispersion: f64,
    pub(super) ln_tail: f64,
    pub(super) ln_alpha: f64,
    pub(super) floor: u64,
}

/// Lines of a window that are told apart: enough to say how many flood together.
const MOST_AT_ONCE: usize = 256;

impl<A: Address> Sent<A> {
    fn new() -> Self {
        Self {
            tally: Box::new(Tally::new()),
            openings: 0,
            replies: 0,
            back: 0,
            at_once: (0, Vec::new()),
            most_at_once: 0,
            told: None,
        }
    }

    fn add(&mut self, columns: &Columns<A>, row: usize, kind: Kind, seen: &Seen<A>) {
        let packets = columns.packets[row].max(1);
        self.tally.add(columns, row, seen);
        match kind {
            Kind::Opening => self.openings += packets,
            Kind::Reply => self.replies += packets,
            _ => {}
        }
        if kind != Kind::Opening {
            self.back += columns.reverse_packets.get(row).copied().unwrap_or(0);
        }
        let window = window_of(seen.last);
        if self.at_once.0 < window {
            self.at_once = (window, Vec::new());
        }
        let (name, lines) = ((seen.source_hash >> 32) as u32, &mut self.at_once.1);
        if lines.len() < MOST_AT_ONCE
            && let Err(at) = lines.binary_search(&name)
        {
            lines.insert(at, name);
            self.most_at_once = self.most_at_once.max(lines.len() as u64);
        }
    }

    /// Tells whether it consists mostly of openings.
    pub(super) fn opens(&self) -> bool {
        2 * self.openings > self.tally.sampled
    }

    /// Tells whether it consists mostly of replies of an amplifying service.
    pub(super) fn replies(&self) -> bool {
        2 * self.replies > self.tally.sampled
    }

    /// Tells whether hardly anything comes back, as far as it shows.
    fn is_one_sided(&self, bench: &OutboundBench<'_>) -> bool {
        let watched = 2 * self.tally.watched >= self.tally.sampled;
        let most = bench.parameters.outbound_answers.value * self.tally.sampled as f64;
        (watched || bench.settled) && self.back as f64 <= most
    }

    /// Weighs what was sent against what so many innocent lines send, each for itself.
    fn weigh(
        &self,
        bench: &OutboundBench<'_>,
        (learned, lines): (f64, u64),
        floor: u64,
    ) -> Option<Flooding> {
        let p = bench.parameters;
        let peak = self.tally.windows.peak();
        let sampling = self.tally.most_sampling.max(1);
        let (count, estimated) = (
            f64::from(peak.sampled).round() as u64,
            f64::from(peak.estimated),
        );
        let is_enough = estimated >= floor as f64 && count >= p.least_sampled.value;
        if !is_enough || !(self.opens() || self.is_one_sided(bench)) {
            return None;
        }
        let lines = lines as f64;
        let mean = learned.max(lines * p.outbound_mean.value / f64::from(sampling));
        let dispersion = lines * p.outbound_dispersion.value;
        if !can_surprise(count, mean, dispersion) {
            return None;
        }
        let ln_tail = ln_negative_binomial_tail(count, mean, dispersion);
        let ln_alpha = bench.alpha.ln();
        (ln_tail <= ln_alpha).then_some(Flooding {
            level: self.level(bench),
            count,
            estimated,
            mean,
            dispersion,
            ln_tail,
            ln_alpha,
            floor,
        })
    }

    fn level(&self, bench: &OutboundBench<'_>) -> Level {
        // Whether anything comes back is known from a meter, or where that direction is exported.
        let known = 2 * self.tally.watched >= self.tally.sampled || bench.sees_inbound;
        if self.replies() || !(known || self.opens()) {
            Level::Context
        } else {
            Level::Finding
        }
    }
}

/// What is known besides the sending itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutboundBench<'a> {
    pub(super) parameters: &'a FloodParameters,
    pub(super) alpha: f64,
    /// Whether anything that own lines receive was ever seen.
    pub(super) sees_inbound: bool,
    /// Whether a window has closed, so that records of the other direction had time to come.
    pub(super) settled: bool,
    /// Nothing comes after this.
    pub(super) last: bool,
}

/// A line that sends much one way.
#[derive(Clone, Debug)]
struct Sender<A> {
    /// Packets it sent one way in a window before.
    learned: f64,
    targets: Vec<(Target<A>, Sent<A>)>,
    heard: i64,
    next_look: u64,
    packets: u64,
}

/// Targets kept of a sender.
const MOST_TARGETS: usize = 4;

/// All lines that send much one way.
#[derive(Clone, Debug)]
pub(super) struct Senders<A> {
    by_line: BTreeMap<A, Sender<A>>,
    most: usize,
    due: Vec<A>,
    pub(super) turned_away: u64,
}

impl<A: Address> Senders<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_line: BTreeMap::new(),
            most: most.max(1),
            due: Vec::new(),
            turned_away: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_line.is_empty()
    }

    /// Begins to watch a line; tells whether there was room.
    pub(super) fn watch(&mut self, line: A, learned: f64, now: i64) -> bool {
        if self.by_line.len() >= self.most && !self.by_line.contains_key(&line) {
            let middle = middle(self.by_line.values().map(|one| one.packets));
            self.by_line
                .retain(|_, one| one.is_named() || one.packets > middle);
            if self.by_line.len() >= self.most {
                self.turned_away += 1;
                return false;
            }
        }
        self.by_line.entry(line).or_insert_with(|| Sender {
            learned,
            targets: Vec::new(),
            heard: now,
            next_look: 1,
            packets: 0,
        });
        true
    }

    /// Takes what a watched line sends; tells whether it is still watched.
    pub(super) fn add(
        &mut self,
        line: A,
        columns: &Columns<A>,
        row: usize,
        kind: Kind,
        seen: &Seen<A>,
    ) -> bool {
        let Some(sender) = self.by_line.get_mut(&line) else {
            return false;
        };
        let packets = columns.packets[row].max(1);
        sender.heard = sender.heard.max(seen.last);
        sender.packets += packets;
        let target = (seen.part, seen.port, columns.protocol[row]);
        sender.sent_to(target).add(columns, row, kind, seen);
        if sender.packets >= sender.next_look {
            sender.next_look = sender.packets + (sender.packets / 4).max(1);
            self.due.push(line);
        }
        true
    }

    /// Notes what comes back to a watched line.
    pub(super) fn back(&mut self, line: A, target: Target<A>, packets: u64) {
        let Some(sender) = self.by_line.get_mut(&line) else {
            return;
        };
        let of_target = sender.targets.iter_mut().find(|(one, _)| *one == target);
        if let Some((_, sent)) = of_target {
            sent.back += packets;
        }
    }

    /// Judges those of whom much came just now.
    pub(super) fn judge_due(
        &mut self,
        bench: &OutboundBench<'_>,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        due.dedup();
        for &line in &due {
            self.judge(line, bench, around, news);
        }
        due.clear();
        self.due = due;
    }

    /// Judges everybody, and lets go of who was silent since `silent`.
    pub(super) fn sweep(
        &mut self,
        bench: &OutboundBench<'_>,
        silent: i64,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        let lines: Vec<A> = self.by_line.keys().copied().collect();
        for line in lines {
            let over = self
                .by_line
                .get(&line)
                .is_some_and(|one| one.heard < silent);
            let last = bench.last || over;
            self.judge(line, &OutboundBench { last, ..*bench }, around, news);
            if last {
                self.by_line.remove(&line);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let targets: usize = self.by_line.values().map(|one| one.targets.len()).sum();
        targets * BYTES_A_TALLY
    }

    fn judge(
        &mut self,
        line: A,
        bench: &OutboundBench<'_>,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        let Some(sender) = self.by_line.get_mut(&line) else {
            return;
        };
        let learned = sender.learned;
        for (target, sent) in &mut sender.targets {
            let p = bench.parameters;
            let floor = if sent.opens() {
                p.outbound_openings.value
            } else {
                p.outbound_packets.value
            };
            let Some(flooding) = sent.weigh(bench, (learned, 1), floor) else {
                continue;
            };
            let subject = Subject::Line(Subscriber::new(line.to_ip()));
            let Some(told) = next_told(sent, subject, Some(*target), &flooding, bench, around)
            else {
                continue;
            };
            let first_accusation = sent.told.is_none_or(|one| one.level < Level::Finding)
                && told.level == Level::Finding;
            sent.told = Some(told);
            let finding =
                report::finding(&sending(sent, *target, &flooding), subject, &told, around);
            if first_accusation {
                news.suspicions.push(Suspicion {
                    line,
                    since: finding.since,
                    finding: finding.id,
                    rule: Rule::OutboundFlood,
                });
            }
            news.findings.push(finding);
        }
    }
}

impl<A: Address> Sender<A> {
    fn is_named(&self) -> bool {
        self.targets.iter().any(|(_, sent)| sent.told.is_some())
    }

    /// Finds a target or makes room for it: the least of those not named goes.
    fn sent_to(&mut self, target: Target<A>) -> &mut Sent<A> {
        let found = self.targets.iter().position(|(one, _)| *one == target);
        let at = found.unwrap_or_else(|| {
            if self.targets.len() >= MOST_TARGETS {
                let unnamed = self.targets.iter().enumerate();
                let least = unnamed
                    .min_by_key(|(_, (_, sent))| (sent.told.is_some(), sent.tally.sampled))
                    .map_or(0, |(at, _)| at);
                self.targets.remove(least);
            }
            self.targets.push((target, Sent::new()));
            self.targets.len() - 1
        });
        &mut self.targets[at].1
    }
}

/// What suspects send to the same targets.
#[derive(Clone, Debug)]
pub(super) struct Targets<A> {
    by_target: BTreeMap<Target<A>, Sent<A>>,
    most: usize,
    pub(super) turned_away: u64,
}

impl<A: Address> Targets<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_target: BTreeMap::new(),
            most: most.max(1),
            turned_away: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_target.is_empty()
    }

    /// Takes what a suspect sends.
    pub(super) fn add(&mut self, columns: &Columns<A>, row: usize, kind: Kind, seen: &Seen<A>) {
        let target = (seen.part, seen.port, columns.protocol[row]);
        if self.by_target.len() >= self.most && !self.by_target.contains_key(&target) {
            // A scan fills the table with targets of one packet; they make room.
            let middle = middle(self.by_target.values().map(|sent| sent.tally.sampled));
            self.by_target
                .retain(|_, sent| sent.told.is_some() || sent.tally.sampled > middle);
            if self.by_target.len() >= self.most {
                self.turned_away += 1;
                return;
            }
        }
        self.by_target
            .entry(target)
            .or_insert_with(Sent::new)
            .add(columns, row, kind, seen);
    }

    /// Notes what comes back to a suspect.
    pub(super) fn back(&mut self, target: Target<A>, packets: u64) {
        if let Some(sent) = self.by_target.get_mut(&target) {
            sent.back += packets;
        }
    }

    /// Judges all targets, and lets go of those that were silent since `silent`.
    pub(super) fn sweep(
        &mut self,
        bench: &OutboundBench<'_>,
        silent: i64,
        around: &Surroundings<'_>,
        out: &mut Vec<Finding>,
    ) {
        let targets: Vec<_> = self.by_target.keys().copied().collect();
        for target in targets {
            let over = self
                .by_target
                .get(&target)
                .is_some_and(|sent| sent.tally.last < silent);
            let last = bench.last || over;
            self.judge(target, &OutboundBench { last, ..*bench }, around, out);
            if last {
                self.by_target.remove(&target);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.by_target.len() * BYTES_A_TALLY
    }

    fn judge(
        &mut self,
        target: Target<A>,
        bench: &OutboundBench<'_>,
        around: &Surroundings<'_>,
        out: &mut Vec<Finding>,
    ) {
        let Some(sent) = self.by_target.get_mut(&target) else {
            return;
        };
        let p = bench.parameters;
        if sent.most_at_once < p.botnet_lines.value || sent.replies() {
            return;
        }
        let together = (0.0, sent.most_at_once);
        let Some(flooding) = sent.weigh(bench, together, p.botnet_packets.value) else {
            return;
        };
        let subject = Subject::Remote(endpoint(target));
        let Some(told) = next_told(sent, subject, None, &flooding, bench, around) else {
            return;
        };
        sent.told = Some(told);
        out.push(report::finding(
            &sending(sent, target, &flooding),
            subject,
            &told,
            around,
        ));
    }
}

/// Names a target.
pub(super) fn endpoint<A: Address>((address, port, protocol): Target<A>) -> Endpoint {
    // For ICMP the port column holds the message's type and code: no part of the victim's name.
    let has_ports = matches!(
        protocol,
        issei_model::protocol::TCP | issei_model::protocol::UDP
    );
    Endpoint {
        ip: address.to_ip(),
        port: if has_ports { port } else { 0 },
        protocol,
    }
}

fn sending<'a, A: Address>(
    sent: &'a Sent<A>,
    target: Target<A>,
    flooding: &'a Flooding,
) -> Sending<'a, A> {
    Sending {
        sent,
        target,
        flooding,
    }
}

fn next_told<A: Address>(
    sent: &Sent<A>,
    subject: Subject,
    peer: Option<Target<A>>,
    flooding: &Flooding,
    bench: &OutboundBench<'_>,
    around: &Surroundings<'_>,
) -> Option<Told> {
    let since = Timestamp::from_micros(sent.tally.first);
    let peer = peer.map(endpoint);
    Told::next(
        sent.told,
        || FindingId::derive(Rule::OutboundFlood, &subject, peer.as_ref(), since),
        flooding.level,
        sent.tally.packets,
        bench.last,
        around.now,
    )
}

#[cfg(test)]
#[path = "outbound_tests.rs"]
mod tests;
