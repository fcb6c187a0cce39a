//! What must hold, besides a small tail, before a service is called a candidate.
//!
//! Each guard turns one other explanation away: a crowded service, a victim, a download, a
//! vendor's cloud, one peer of a network without servers. The order matters only for the name of the reason. Every guard has a test in
//! which the service is named when the guard is off. Two of them, prevalence and explanation,
//! stand in for the times: where the onset alone is surprising, they have nothing to add.

use issei_model::{Address, Timestamp};

use super::classes::Classes;
use super::endpoints::Known;
use super::judge::{Look, Population, Tested, explains};
use super::known::KnownServices;
use super::parameters::CommandParameters;
use super::suspects::Suspects;
use crate::statistics::share_at_least;

/// What the judge makes of a service that suspects share beyond chance.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Every guard holds.
    Candidate,
    /// Suspects send much and hear nothing: a target of their attack.
    Victim,
    /// It hands out far more than it takes: files.
    Download,
    /// It stands on the list of services that everybody shares; the list's source.
    Protected(String),
    /// Too many lines contact it that nobody suspects.
    Common,
    /// No class is known that would tell it from the cloud of a vulnerable model, and the times
    /// or another service speak for a cloud.
    Cloudlike,
    /// Its suspects contact many like it: one peer among peers, without a server.
    Peer,
    /// First contact and suspicion lie too far apart.
    Unrelated,
    /// Its packets are too large or too many, or it was not in use long enough.
    Misshapen,
    /// The suspects' share of its contacts may be small.
    Diluted,
}

/// The figures the guards went by, for the evidence.
#[derive(Clone, Debug)]
pub(super) struct Measures {
    /// Lower bound of the suspects' share among the contacts.
    pub(super) share: f64,
    /// Share of the active lines that contact it and are no suspects.
    pub(super) clean_prevalence: f64,
    /// Suspects whose first contact lies within the time of their suspicion.
    pub(super) related: u64,
    pub(super) bytes_a_packet: f64,
    /// Packets a line and second.
    pub(super) packets_a_second: f64,
    /// Bytes back for each byte sent; none where nothing that comes back is ever seen.
    pub(super) answer_ratio: Option<f64>,
    /// Seconds between the first and the last contact.
    pub(super) age: u32,
    /// Contacts in the sample whose class is known.
    pub(super) classed: u64,
    /// UDP services at client ports that its suspects contact, if it is one; else 0.
    pub(super) peers: u32,
}

/// What the guards look at.
pub(super) struct Guards<'a> {
    pub(super) parameters: &'a CommandParameters,
    pub(super) known: &'a KnownServices,
    pub(super) population: &'a Population,
    pub(super) suspects: &'a Suspects,
    /// Whether anything that comes back to our lines was ever seen.
    pub(super) sees_answers: bool,
}

impl Guards<'_> {
    /// Measures what the guards go by.
    pub(super) fn measure<A>(&self, tested: &Tested, known: &Known<A>, look: &Look) -> Measures {
        let sampled = tested.sample.len() as u64;
        let clean = 1.0 - tested.suspected as f64 / sampled.max(1) as f64;
        let age = known.last.saturating_sub(known.first);
        let (bytes, packets) = (known.bytes_out as f64, known.packets_out as f64);
        let line_seconds = known.distinct.count.max(1.0) * f64::from(age.max(60));
        let confidence = self.parameters.share_confidence.value;
        Measures {
            share: share_at_least(tested.suspected, sampled, confidence),
            clean_prevalence: clean * known.distinct.count / self.population.lines.max(1) as f64,
            related: self.count_related(tested),
            bytes_a_packet: bytes / packets.max(1.0),
            packets_a_second: packets / line_seconds,
            answer_ratio: self
                .sees_answers
                .then(|| known.bytes_in as f64 / bytes.max(1.0)),
            age,
            classed: tested
                .by_class
                .iter()
                .filter(|count| count.classes != Classes::UNKNOWN)
                .map(|count| count.stratum.contacts)
                .sum(),
            peers: if known.service.udp {
                look.usual_peers(tested)
            } else {
                0
            },
        }
    }

    /// Counts the suspects whose first contact is near their suspicion.
    fn count_related(&self, tested: &Tested) -> u64 {
        let most = hours(self.parameters.related_hours.value);
        let near = tested.sample.iter().filter(|contact| {
            let contacted = Timestamp::from_secs(i64::from(contact.since));
            self.suspects
                .get(contact.line)
                .is_some_and(|suspect| contacted.since(suspect.since).as_micros().abs() <= most)
        });
        near.count() as u64
    }

    /// Judges a service whose tail is small. `others` are the services that may explain it: all
    /// whose tail is small and that are no targets (suspects share those by order).
    pub(super) fn judge<A: Address>(
        &self,
        tested: &Tested,
        known: &Known<A>,
        measures: &Measures,
        others: &[&Tested],
    ) -> Verdict {
        let p = self.parameters;
        if measures.share < p.least_share.value {
            return Verdict::Diluted;
        }
        if self.is_target(known, measures) {
            return Verdict::Victim;
        }
        let service = known.service;
        if let Some(source) = self.known.protects(service.address.to_ip(), service.port) {
            return Verdict::Protected(source.to_owned());
        }
        let began = tested.onset.ln_tail <= p.onset_alone.value.ln();
        if !began && measures.clean_prevalence > p.most_clean_prevalence.value {
            return Verdict::Common;
        }
        if measures.peers > p.most_peers.value {
            return Verdict::Peer;
        }
        if 2 * measures.related <= tested.suspected {
            return Verdict::Unrelated;
        }
        if measures.answer_ratio > Some(p.download_ratio.value) {
            return Verdict::Download;
        }
        let large = measures.bytes_a_packet > p.most_bytes_a_packet.value;
        if large || measures.age < p.least_age_seconds.value {
            return Verdict::Misshapen;
        }
        if !began && self.is_cloudlike(tested, measures, others) {
            return Verdict::Cloudlike;
        }
        Verdict::Candidate
    }

    /// Tells whether lines send to the service and hear nothing, or far more than a command
    /// channel carries: a target.
    pub(super) fn is_target<A>(&self, known: &Known<A>, measures: &Measures) -> bool {
        let p = self.parameters;
        let floods = measures.packets_a_second > p.most_packets_a_second.value;
        let silent = measures
            .answer_ratio
            .is_some_and(|ratio| ratio < p.least_answer_ratio.value);
        !known.answered || silent || floods
    }

    /// Where no class tells what most contacts are: tells whether the suspects came to the
    /// service before their infection as after, or, if the times cannot say, whether contact
    /// with another service explains it.
    fn is_cloudlike(&self, tested: &Tested, measures: &Measures, others: &[&Tested]) -> bool {
        if 2 * measures.classed > tested.sample.len() as u64 {
            return false;
        }
        if tested.suspected as f64 - tested.onset.expected >= ENOUGH_BEFORE {
            return tested.onset.ln_tail > self.parameters.onset_beside.value.ln();
        }
        let chance = self.parameters.explained_by_chance.value;
        others
            .iter()
            .take(MOST_COMPARED)
            .filter(|other| other.at != tested.at)
            .any(|other| explains(other, tested, self.population, chance))
    }
}

/// Suspects that would have contacted a cloud before their infection, from which on the times
/// say something: none of three expected comes by chance once in twenty times.
const ENOUGH_BEFORE: f64 = 3.0;

/// Services compared with one candidate. The most surprising come first; what explains a
/// candidate is at least as surprising as the candidate.
const MOST_COMPARED: usize = 256;

fn hours(hours: u32) -> i64 {
    i64::from(hours) * 3_600_000_000
}
