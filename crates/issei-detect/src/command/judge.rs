//! The test for command servers (D4): which services do suspects share beyond chance?
//!
//! In: samples of contacting lines, who is a suspect, who has which class. Out: per service with
//! at least three suspects the tail of the test and the expected share of wrong ones in the list
//! up to it.
//!
//! Two facts tell the cloud of a vulnerable model from a command server. *Within classes*:
//! suspects are no more frequent among the cloud's contacts than in the class. *Onset*: the
//! suspects' first contacts with the cloud do not wait for their infections. The first fails
//! when nearly every device of a class is infected, for then the class tells all there is to
//! tell; the second needs no class, but somebody must have watched before the infections, and
//! they must not all have come at once. Who contacts and when are independent if the service has
//! nothing to do with infections, so the two combine (Fisher). Where classes are unknown, the
//! onset must be surprising by itself, and the suspects among *all* lines as well.
//! A service is as surprising as the better of these two ways makes it, at twice its tail.
//!
//! Always: the family of the list counts every service that *could* have
//! had three suspects, not only those that had; choosing by outcome would break the bound.
//! Not here: what else must hold before anything is said (the guards), and how it is said.

use std::collections::BTreeMap;

use issei_model::{Address, Span, Timestamp};

use super::classes::{Classes, LineClasses};
use super::endpoints::{Contact, Endpoints};
use super::parameters::CommandParameters;
use super::suspects::Suspects;
use crate::statistics::{
    DistinctEstimate, Enrichment, Stratum, expected_wrong_share, ln_fisher_combination,
    ln_unequal_trials_tail, stratified_enrichment,
};

/// The active lines and the suspects among them, by set of classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Population {
    strata: BTreeMap<Classes, Stratum>,
    /// Active lines in all, rather too few than too many.
    pub(super) lines: u64,
    /// Suspects in all.
    pub(super) suspects: u64,
    /// Their names, rising.
    names: Vec<u32>,
}

impl Population {
    /// Counts them. The number of active lines is an estimate; three standard errors are taken
    /// off, so that chance looks rather too good at bringing suspects together.
    pub(super) fn count(
        active: DistinctEstimate,
        classes: &LineClasses,
        suspects: &Suspects,
    ) -> Self {
        let low = (active.count - 3.0 * active.standard_error).max(0.0);
        let mut population = Self {
            suspects: suspects.len() as u64,
            names: suspects.all().map(|(line, _)| line).collect(),
            ..Self::default()
        };
        let mut classed = 0;
        for (_, set) in classes.all() {
            population.strata.entry(set).or_default().lines += 1;
            classed += 1;
        }
        for (line, _) in suspects.all() {
            let stratum = population.strata.entry(classes.of(line)).or_default();
            stratum.suspects += 1;
        }
        population.lines = (low.ceil() as u64).max(classed).max(population.suspects);
        let unknown = population.strata.entry(Classes::UNKNOWN).or_default();
        unknown.lines = population.lines - classed;
        population
    }

    /// Tells the test without classes, for a service with so many contacts sampled.
    fn all(&self, contacts: usize) -> Stratum {
        Stratum {
            lines: self.lines,
            suspects: self.suspects,
            contacts: contacts as u64,
        }
    }

    /// Sorts a service's contacts into the classes' strata; only those with contacts are told.
    fn strata_of(&self, sample: &[Contact], classes: &LineClasses) -> Vec<ClassCount> {
        let mut counts: BTreeMap<Classes, ClassCount> = BTreeMap::new();
        for contact in sample {
            let set = classes.of(contact.line);
            let count = counts.entry(set).or_insert_with(|| ClassCount {
                classes: set,
                stratum: self.strata.get(&set).copied().unwrap_or_default(),
                suspected: 0,
            });
            count.stratum.contacts += 1;
        }
        counts.into_values().collect()
    }
}

/// One class in the test of one service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClassCount {
    pub(super) classes: Classes,
    pub(super) stratum: Stratum,
    /// Suspects among the class's contacts.
    pub(super) suspected: u64,
}

/// A service with enough suspects, tested.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    /// Its place in the memory of contacts.
    pub(super) at: usize,
    /// The sample of its contacts.
    pub(super) sample: Vec<Contact>,
    /// Every contacting line with a name up to this is in the sample.
    pub(super) limit: u32,
    /// Suspects in the sample.
    pub(super) suspected: u64,
    pub(super) by_class: Vec<ClassCount>,
    /// Suspects against chance within the classes.
    pub(super) within: Enrichment,
    /// Suspects against chance among all lines, whatever their class.
    pub(super) blind: Enrichment,
    pub(super) onset: Onset,
    /// The logarithm of the tail that the list goes by.
    pub(super) ln_tail: f64,
    /// Expected share of wrong ones in the list of all services at least this surprising.
    pub(super) wrong_share: f64,
}

/// When the suspects first contacted a service, compared with when they were infected.
///
/// If the service has nothing to do with infections, a suspect's first contact is no more bound
/// to its own infection than to another suspect's. So the suspects that came to the service only
/// after their infection are counted, and compared with what would come of the same contacts and
/// the same infections paired blindly: a contact follows a blindly drawn infection with a chance
/// of the share of infections before it. That a service is used only at certain hours, or was
/// new that day, changes nothing, for it changes no pairing. Where all were infected at once,
/// or nobody watched before, every chance is one and the times tell nothing.
/// The chances are taken as independent; drawing without replacement makes "all came after"
/// rarer still, so the tail told is rather too great.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Onset {
    /// Suspects that came only after their infection.
    pub(super) after: u64,
    /// Suspects that would, if contacts and infections were paired blindly.
    pub(super) expected: f64,
    /// `ln` of the probability that so many do.
    pub(super) ln_tail: f64,
}

impl Onset {
    /// `slack` is how much earlier than its suspicion a line may have been infected.
    fn measure(sample: &[Contact], suspects: &Suspects, slack: Span) -> Self {
        let pairs = sample.iter().filter_map(|contact| {
            let infected = suspects.get(contact.line)?.since - slack;
            Some((Timestamp::from_secs(i64::from(contact.since)), infected))
        });
        let (contacts, mut infections): (Vec<_>, Vec<_>) = pairs.unzip();
        let both = contacts.iter().zip(&infections);
        let after = both
            .filter(|(contact, infected)| contact >= infected)
            .count() as u64;
        infections.sort_unstable();
        let chance = |contact: &Timestamp| {
            let before = infections.partition_point(|infected| infected <= contact);
            before as f64 / infections.len() as f64
        };
        let chances: Vec<f64> = contacts.iter().map(chance).collect();
        Self {
            after,
            expected: chances.iter().sum(),
            ln_tail: ln_unequal_trials_tail(after, &chances),
        }
    }
}

/// A look at the whole memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// Services with at least three contacts: those that could have had three suspects.
    pub(super) family: u64,
    /// Those that had, by place.
    pub(super) tested: Vec<Tested>,
    /// UDP services at client ports that each suspect contacted.
    pub(super) peers: BTreeMap<u32, u32>,
}

impl Look {
    /// Tells how many UDP services at client ports the suspects of a service contact: the median.
    pub(super) fn usual_peers(&self, tested: &Tested) -> u32 {
        let of = |contact: &Contact| self.peers.get(&contact.line).copied();
        let mut counts: Vec<u32> = tested.sample.iter().filter_map(of).collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or_default()
    }

    fn count_peers(&mut self, sample: &[Contact], suspects: &Suspects) {
        for contact in sample {
            if suspects.get(contact.line).is_some() {
                let count = self.peers.entry(contact.line).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
}

/// Tests every service.
pub(super) fn look<A: Address>(
    endpoints: &Endpoints<A>,
    population: &Population,
    classes: &LineClasses,
    suspects: &Suspects,
    parameters: &CommandParameters,
) -> Look {
    let slack = Span::from_secs(i64::from(parameters.onset_slack_seconds.value));
    let least_suspects = parameters.least_suspects.value;
    let mut look = Look::default();
    let mut sample = Vec::with_capacity(2 * super::endpoints::SAMPLE_ROOM);
    for at in endpoints.places() {
        let limit = endpoints.sampled(at, &mut sample);
        if endpoints.is_peerlike(at) {
            look.count_peers(&sample, suspects);
        }
        if (sample.len() as u64) < least_suspects {
            continue;
        }
        look.family += 1;
        let is_suspect = |contact: &&Contact| suspects.get(contact.line).is_some();
        let suspected = sample.iter().filter(is_suspect).count() as u64;
        if suspected < least_suspects {
            continue;
        }
        let mut by_class = population.strata_of(&sample, classes);
        for contact in sample.iter().filter(is_suspect) {
            let set = classes.of(contact.line);
            if let Ok(place) = by_class.binary_search_by_key(&set, |count| count.classes) {
                by_class[place].suspected += 1;
            }
        }
        let within = within(&by_class, suspected, parameters.wrong_classes.value);
        let blind = stratified_enrichment(&[population.all(sample.len())], suspected);
        let onset = Onset::measure(&sample, suspects, slack);
        let told = ln_fisher_combination(&[within.ln_at_least, onset.ln_tail]);
        let untold = blind.ln_at_least.max(onset.ln_tail);
        look.tested.push(Tested {
            at,
            sample: sample.clone(),
            limit,
            suspected,
            within,
            blind,
            onset,
            ln_tail: (told.min(untold) + std::f64::consts::LN_2).min(0.0),
            by_class,
            wrong_share: 1.0,
        });
    }
    let tails: Vec<f64> = look.tested.iter().map(|t| t.ln_tail).collect();
    let shares = expected_wrong_share(&tails, look.family, parameters.dependence.value);
    for (tested, share) in look.tested.iter_mut().zip(shares) {
        tested.wrong_share = share;
    }
    look
}

/// Tests within the classes, as they are told and as they might be: the greater tail counts.
fn within(by_class: &[ClassCount], suspected: u64, wrong: f64) -> Enrichment {
    let told: Vec<Stratum> = by_class.iter().map(|count| count.stratum).collect();
    let told = stratified_enrichment(&told, suspected);
    let Some(doubted) = doubt(by_class, wrong) else {
        return told;
    };
    let doubted = stratified_enrichment(&doubted, suspected);
    if doubted.ln_at_least > told.ln_at_least {
        doubted
    } else {
        told
    }
}

/// Doubts the classes in the way that speaks most for the service: contacts of unknown class,
/// and a share `wrong` of all, are of that class among its contacts which has most suspects. So
/// a cloud is not listed because some of its devices have not shown their class, or the wrong
/// one. None if hardly any contact has a class.
fn doubt(by_class: &[ClassCount], wrong: f64) -> Option<Vec<Stratum>> {
    let contacts: u64 = by_class.iter().map(|count| count.stratum.contacts).sum();
    let least = (contacts as f64 * LEAST_CLASS_SHARE).ceil() as u64;
    let rate = |stratum: Stratum| stratum.suspects as f64 / stratum.lines.max(1) as f64;
    let classed = (0..by_class.len()).filter(|&place| {
        let count = &by_class[place];
        count.classes != Classes::UNKNOWN && count.stratum.contacts >= least.max(1)
    });
    let top =
        classed.max_by(|&a, &b| rate(by_class[a].stratum).total_cmp(&rate(by_class[b].stratum)))?;
    let mut strata: Vec<Stratum> = by_class.iter().map(|count| count.stratum).collect();
    let mut order: Vec<usize> = (0..strata.len()).filter(|&place| place != top).collect();
    order.sort_by(|&a, &b| rate(strata[a]).total_cmp(&rate(strata[b])));
    let (mut allowed, mut moved) = ((contacts as f64 * wrong).ceil() as u64, 0);
    for place in order {
        if rate(strata[place]) >= rate(strata[top]) {
            break;
        }
        let unknown = by_class[place].classes == Classes::UNKNOWN;
        let here = strata[place].contacts;
        let taken = if unknown { here } else { here.min(allowed) };
        allowed -= if unknown { 0 } else { taken };
        strata[place].contacts -= taken;
        moved += taken;
    }
    // The class is larger than what is known of it, by as much as the contacts tell.
    let top = &mut strata[top];
    let growth = (top.contacts + moved) as f64 / top.contacts as f64;
    top.lines = (top.lines as f64 * growth).ceil() as u64;
    top.suspects = (top.suspects as f64 * growth).ceil() as u64;
    top.contacts += moved;
    Some(strata)
}

/// A class needs this share of a service's contacts to stand for those of unknown class.
const LEAST_CLASS_SHARE: f64 = 0.1;

/// Tells whether contact with `other` explains why suspects contact `one`: among the lines that
/// contact `other`, and among those that do not, `one` has no more suspects than chance brings,
/// while `other` stays surprising given `one`.
///
/// This is how classes that nobody told are found in the data: the cloud of a vulnerable model
/// is explained by the command server of the infected ones among its devices, and not the
/// reverse. The samples are coordinated (one hash names the lines in all of them), so below the
/// smaller limit both are complete, and the test there is exact on that share of the lines.
pub(super) fn explains(other: &Tested, one: &Tested, population: &Population, chance: f64) -> bool {
    let limit = one.limit.min(other.limit);
    let share = (f64::from(limit) + 1.0) / (f64::from(u32::MAX) + 1.0);
    let lines = (population.lines as f64 * share) as u64;
    let all = Stratum {
        lines,
        suspects: population.names.partition_point(|&line| line <= limit) as u64,
        contacts: 0,
    };
    let given = |one: &[Contact], other: &[Contact]| {
        given(cut(one, limit), cut(other, limit), all, &population.names)
    };
    let (blind, conditional) = given(&one.sample, &other.sample);
    let (_, reverse) = given(&other.sample, &one.sample);
    let ln_chance = chance.ln();
    blind <= ln_chance && conditional > ln_chance && reverse <= ln_chance
}

/// The logarithms of the tails of `one`: among all lines, and given contact with `other`.
fn given(one: &[Contact], other: &[Contact], all: Stratum, suspects: &[u32]) -> (f64, f64) {
    let is_suspect = |line: u32| u64::from(suspects.binary_search(&line).is_ok());
    let mut inside = Stratum {
        lines: other.len() as u64,
        suspects: other.iter().map(|contact| is_suspect(contact.line)).sum(),
        contacts: 0,
    };
    let mut x = 0;
    for contact in one {
        x += is_suspect(contact.line);
        let shared = other
            .binary_search_by_key(&contact.line, |other| other.line)
            .is_ok();
        inside.contacts += u64::from(shared);
    }
    let outside = Stratum {
        lines: all.lines.saturating_sub(inside.lines),
        suspects: all.suspects.saturating_sub(inside.suspects),
        contacts: one.len() as u64 - inside.contacts,
    };
    let blind = Stratum {
        contacts: one.len() as u64,
        ..all
    };
    let tail = |strata: &[Stratum]| stratified_enrichment(strata, x).ln_at_least;
    (tail(&[blind]), tail(&[inside, outside]))
}

fn cut(sample: &[Contact], limit: u32) -> &[Contact] {
    &sample[..sample.partition_point(|contact| contact.line <= limit)]
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
