//! Suspects that talk among each other without a server (D8).
//!
//! In: whom suspects exchange something with on ports of peers. Out: the lines whose peers are
//! suspects far beyond chance: a set of devices, and no server to cut. A peer is suspect if it is
//! a line of ours that another rule suspects, or a host elsewhere that is seen scanning us.
//! The null: a suspect that shares files picks its peers as other lines do. So each sampled peer
//! is suspect by chance with the greatest of three shares: one decided beforehand, the one
//! measured among the peers of lines that nobody suspects (its upper bound), and, for peers of
//! ours, the suspects' share of the active lines.
//! Not counted: what is met by the scan itself (ports that worms probe), the nodes by which
//! anybody enters BitTorrent's table, services on well-known ports.
//! Known limits: bots whose peers hide among very many ordinary ones are not told apart.

use std::collections::BTreeMap;

use issei_model::{
    Address, Alternative, Amount, Columns, Evidence, Finding, FindingId, FlowRecord, Level,
    Observation, Role, Rule, Statistic, Timestamp,
};

use super::exchange::{Exchange, of_outbound, was_let_in};
use super::parameters::ContactParameters;
use super::peers::Sample;
use super::report::{of_records, subject};
use super::scanners::Scanners;
use super::told::{Moment, Told, tell};
use crate::engine::{Surroundings, Suspicion};
use crate::hashing::Key;
use crate::statistics::{ln_unequal_trials_tail, share_at_most};

/// A suspect and its peers.
#[derive(Clone, Debug)]
struct Suspect<A> {
    since: Timestamp,
    heard: Timestamp,
    finding: FindingId,
    peers: Sample<A>,
    /// It asked a node by which one enters BitTorrent's table.
    asked_table: bool,
    shown: Vec<FlowRecord>,
    told: Option<Told>,
}

impl<A: Address> Suspect<A> {
    /// Keeps records with suspect peers, and a few with ordinary ones.
    fn show(&mut self, columns: &Columns<A>, row: usize, bot: bool) {
        let most = if bot {
            Evidence::MOST_SAMPLES
        } else {
            MOST_ORDINARY_SHOWN
        };
        if self.shown.len() < most {
            self.shown.push(columns.record(row));
        }
    }
}

/// What the rule remembers, for one address family.
#[derive(Debug)]
pub(super) struct PeerBots<A> {
    key: Key,
    suspects: BTreeMap<A, Suspect<A>>,
    /// Peers of lines that nobody suspects.
    control: Sample<A>,
    next_look: Option<Timestamp>,
    /// Suspects that found no room.
    pub(super) turned_away: u64,
}

/// A port below this belongs to a service; peers choose theirs above.
const FIRST_PEER_PORT: u16 = 1_024;

/// What is known of a suspect's peers at a look.
struct Count {
    sampled: u64,
    suspect: u64,
    own: u64,
    /// Suspect peers of ours that hold this line among their own peers.
    mutual: u64,
    expected: f64,
    ln_tail: f64,
    findings: Vec<FindingId>,
}

/// The shares with which a peer is suspect by chance.
struct Chances {
    own: f64,
    elsewhere: f64,
    control: u64,
    control_suspect: u64,
}

impl<A: Address> PeerBots<A> {
    pub(super) fn new(p: &ContactParameters, key: Key) -> Self {
        Self {
            key,
            suspects: BTreeMap::new(),
            control: Sample::new(p.most_control_peers.value),
            next_look: None,
            turned_away: 0,
        }
    }

    /// Takes a suspect of the rules on scans and sensors.
    pub(super) fn suspect(&mut self, p: &ContactParameters, now: Timestamp, one: &Suspicion<A>) {
        let scans = matches!(
            one.rule,
            Rule::HorizontalScan | Rule::SampledScan | Rule::SensorHit
        );
        if !scans {
            return;
        }
        if let Some(known) = self.suspects.get_mut(&one.line) {
            known.since = known.since.min(one.since);
            known.heard = now;
            return;
        }
        if self.suspects.len() >= p.most_peer_suspects.value {
            self.turned_away += 1;
            return;
        }
        let suspect = Suspect {
            since: one.since,
            heard: now,
            finding: one.finding,
            peers: Sample::new(p.most_peers.value),
            asked_table: false,
            shown: Vec::new(),
            told: None,
        };
        self.suspects.insert(one.line, suspect);
    }

    /// Takes what a line sent; `own` says that the other side is one of ours.
    pub(super) fn note_sent(
        &mut self,
        around: &Surroundings<'_>,
        scanners: &Scanners<A>,
        columns: &Columns<A>,
        (row, own): (usize, bool),
    ) {
        let line = columns.source[row].prefix(A::LINE_BITS);
        let answered = matches!(
            of_outbound(columns, row),
            Exchange::Answered | Exchange::Sent
        );
        if answered {
            let peer = columns.destination[row];
            self.note(around, scanners, columns, (row, line, peer, own));
        }
    }

    /// Takes what a line let in.
    pub(super) fn note_let_in(
        &mut self,
        around: &Surroundings<'_>,
        scanners: &Scanners<A>,
        columns: &Columns<A>,
        (row, own): (usize, bool),
    ) {
        let line = columns.destination[row].prefix(A::LINE_BITS);
        if was_let_in(columns, row) {
            let peer = columns.source[row];
            self.note(around, scanners, columns, (row, line, peer, own));
        }
    }

    fn note(
        &mut self,
        around: &Surroundings<'_>,
        scanners: &Scanners<A>,
        columns: &Columns<A>,
        (row, line, peer, own): (usize, A, A, bool),
    ) {
        let p = &around.parameters.contacts;
        let (source, port) = (columns.source_port[row], columns.destination_port[row]);
        let table = p.table_nodes.value.contains(&peer.to_ip());
        let ports = source >= FIRST_PEER_PORT && is_peer_port(p, scanners, port);
        if table && let Some(suspect) = self.suspects.get_mut(&line) {
            suspect.asked_table = true;
        }
        if !ports || table {
            return;
        }
        let host = peer.prefix(A::LINE_BITS);
        let hash = self.key.line(host);
        // To ask the list of known services is dear, so it is asked last.
        let known = || around.known.protects(peer.to_ip(), port).is_some();
        let bot = (own && self.suspects.contains_key(&host)) || scanners.holds(host);
        match self.suspects.get_mut(&line) {
            None if self.control.wants(hash) && !known() => self.control.add(hash, host, own),
            Some(suspect) if !known() => {
                suspect.heard = around.now;
                suspect.peers.add(hash, host, own);
                suspect.show(columns, row, bot);
            }
            _ => {}
        }
    }

    /// Tells when the next look is due.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.next_look.filter(|_| !self.suspects.is_empty())
    }

    /// Looks at all suspects if a look is due.
    pub(super) fn on_deadline(
        &mut self,
        around: &Surroundings<'_>,
        scanners: &Scanners<A>,
        active: u64,
        out: &mut Vec<Finding>,
    ) {
        let pause = around.parameters.contacts.peers_pause();
        if self.next_look.is_none_or(|due| due <= around.now) {
            if self.next_look.is_some() {
                self.look(around, scanners, active, Moment::Now, out);
            }
            self.next_look = Some(around.now.floor(pause) + pause);
        }
    }

    /// Looks at all suspects and tells those whose peers are suspects beyond chance.
    pub(super) fn look(
        &mut self,
        around: &Surroundings<'_>,
        scanners: &Scanners<A>,
        active: u64,
        moment: Moment,
        out: &mut Vec<Finding>,
    ) {
        let p = &around.parameters.contacts;
        let oldest = around.now - p.memory();
        self.suspects.retain(|_, suspect| suspect.heard >= oldest);
        let chances = self.chances(p, scanners, active);
        let lines: Vec<A> = self.suspects.keys().copied().collect();
        for line in lines {
            let count = self.count(line, scanners, &chances);
            let Some(count) = count.filter(|count| count.is_beyond_chance(p)) else {
                continue;
            };
            let Some(suspect) = self.suspects.get_mut(&line) else {
                continue;
            };
            let (since, when) = (suspect.since, (around.now, moment));
            let name = || FindingId::derive(Rule::PeerToPeerBots, &subject(line), None, since);
            if let Some(told) = tell(&mut suspect.told, count.suspect, when, name) {
                out.push(finding(around, line, suspect, (&told, &count, &chances)));
            }
        }
    }

    /// Forgets the peers of lines that nobody suspects, at the begin of a day.
    pub(super) fn begin_day(&mut self) {
        self.control.clear();
    }

    fn chances(&self, p: &ContactParameters, scanners: &Scanners<A>, active: u64) -> Chances {
        let peers = self.control.peers();
        let is_suspect = |address: A, own: bool| {
            scanners.holds(address) || (own && self.suspects.contains_key(&address))
        };
        let suspect = peers
            .iter()
            .filter(|peer| is_suspect(peer.address, peer.own))
            .count();
        let (control, control_suspect) = (peers.len() as u64, suspect as u64);
        // Too few say nothing yet; then their plain share must do.
        let measured = if control >= ENOUGH_CONTROL {
            share_at_most(control_suspect, control, CONFIDENCE)
        } else {
            suspect as f64 / peers.len().max(1) as f64
        };
        let elsewhere = p.scanning_share.value.max(measured).min(1.0);
        let own = self.suspects.len() as f64 / (active as f64).max(1.0);
        Chances {
            own: elsewhere.max(own).min(1.0),
            elsewhere,
            control,
            control_suspect,
        }
    }

    fn count(&self, line: A, scanners: &Scanners<A>, chances: &Chances) -> Option<Count> {
        let suspect = self.suspects.get(&line)?;
        let peers = suspect.peers.peers();
        let mut count = Count {
            sampled: peers.len() as u64,
            suspect: 0,
            own: 0,
            mutual: 0,
            expected: 0.0,
            ln_tail: 0.0,
            findings: vec![suspect.finding],
        };
        let mut of_peers = Vec::with_capacity(peers.len());
        for peer in peers {
            let chance = if peer.own {
                chances.own
            } else {
                chances.elsewhere
            };
            of_peers.push(chance);
            count.expected += chance;
            let of_ours = self.suspects.get(&peer.address).filter(|_| peer.own);
            if let Some(other) = of_ours {
                count.own += 1;
                count.mutual += u64::from(other.peers.peers().iter().any(|p| p.address == line));
                if count.findings.len() <= MOST_BUILT_ON {
                    count.findings.push(other.finding);
                }
            }
            let suspect_peer = of_ours.is_some() || scanners.holds(peer.address);
            count.suspect += u64::from(suspect_peer);
        }
        // Below the mean no tail is small; the convolution is spared.
        if count.suspect as f64 > count.expected {
            count.ln_tail = ln_unequal_trials_tail(count.suspect, &of_peers);
        }
        Some(count)
    }

    /// Counts the suspects.
    pub(super) fn len(&self) -> usize {
        self.suspects.len()
    }

    pub(super) fn bytes(&self) -> usize {
        let of_suspects = self.suspects.values().map(|suspect| {
            suspect.peers.bytes() + suspect.shown.capacity() * size_of::<FlowRecord>()
        });
        let each = size_of::<A>() + size_of::<Suspect<A>>();
        self.suspects.len() * each + of_suspects.sum::<usize>() + self.control.bytes()
    }
}

/// Records with ordinary peers kept to be shown.
const MOST_ORDINARY_SHOWN: usize = 4;
/// Findings of peers that one finding names.
const MOST_BUILT_ON: usize = 20;
/// Peers of other lines from which on their share is believed.
const ENOUGH_CONTROL: u64 = 100;
const CONFIDENCE: f64 = 0.95;

/// Tells whether peers may listen at a port.
fn is_peer_port<A: Address>(p: &ContactParameters, scanners: &Scanners<A>, port: u16) -> bool {
    let taken = p.is_quiet(port) || p.is_ordinary(port) || scanners.is_worm_port(port);
    port >= FIRST_PEER_PORT && !taken
}

impl Count {
    fn is_beyond_chance(&self, p: &ContactParameters) -> bool {
        self.suspect >= p.least_suspect_peers.value && self.ln_tail <= p.peers_alpha_a_look().ln()
    }
}

fn finding<A: Address>(
    around: &Surroundings<'_>,
    line: A,
    suspect: &Suspect<A>,
    (told, count, chances): (&Told, &Count, &Chances),
) -> Finding {
    let (sampled, peers) = (count.sampled, count.suspect);
    Finding {
        id: told.id,
        revision: told.revision,
        rule: Rule::PeerToPeerBots,
        level: Level::Finding,
        subject: subject(line),
        role: Role::Bot,
        peer: None,
        summary: format!(
            "a suspect that talks with other suspects as peers: {peers} of {sampled} sampled \
             peers, {:.2} expected by chance; one of a set of devices without a server to cut",
            count.expected
        ),
        since: suspect.since,
        until: suspect.heard,
        decided_at: told.decided_at,
        evidence: Evidence {
            observations: observations(suspect, count, chances),
            statistic: Some(statistic(&around.parameters.contacts, count, chances)),
            alternatives: alternatives(count, chances),
            families: families(suspect),
            refuted_by: vec![
                "the peers turn out to be ordinary ones behind addresses that scanners share"
                    .into(),
                "lines that nobody suspects have as many suspects among their peers".into(),
                "the evidence against the line or its peers turns out wrong".into(),
            ],
            does_not_show: vec![
                "what was exchanged: no payload is looked at".into(),
                "which device behind the line takes part".into(),
                "a server: there is none to cut, only devices to clean".into(),
                "that any single peer elsewhere is infected: sources of probes can be forged"
                    .into(),
            ],
            builds_on: built_on(count),
            independent_kinds: vec![
                "the line's own scan or sensor hit".into(),
                "its peers are suspects beyond chance".into(),
            ],
            ..of_records(around, &suspect.shown)
        },
    }
}

fn built_on(count: &Count) -> Vec<FindingId> {
    let mut list = count.findings.clone();
    list.sort_unstable();
    list.dedup();
    list
}

fn observations<A: Address>(
    suspect: &Suspect<A>,
    count: &Count,
    chances: &Chances,
) -> Vec<Observation> {
    let elsewhere = count.suspect - count.own;
    vec![
        Observation::count("suspects among the sampled peers", count.suspect, "peers"),
        Observation::count("of these, lines of ours", count.own, "lines"),
        Observation::count("of these, hosts elsewhere that scan us", elsewhere, "hosts"),
        Observation::count("lines of ours that name each other", count.mutual, "lines"),
        Observation::count("peers sampled", count.sampled, "peers"),
        Observation::real("peers in all, at least", suspect.peers.distinct(), "peers"),
        Observation::real("suspects expected by chance", count.expected, "peers"),
        Observation::real("chance that a peer of ours is suspect", chances.own, ""),
        Observation::real("chance that a peer elsewhere is", chances.elsewhere, ""),
        Observation {
            name: "suspects among the peers of lines that nobody suspects".into(),
            value: Amount::Text(format!(
                "{} of {}",
                chances.control_suspect, chances.control
            )),
            unit: String::new(),
        },
    ]
}

fn statistic(p: &ContactParameters, count: &Count, chances: &Chances) -> Statistic {
    Statistic {
        name: "chance that so many peers are suspects".into(),
        value: count.ln_tail.exp(),
        threshold: p.peers_alpha_a_look(),
        null_model: format!(
            "a suspect picks its peers as other lines do: independent trials, {:.4} for each peer \
             of ours and {:.4} for each elsewhere: P(N>={}) = e^{:.1} among {}",
            chances.own, chances.elsewhere, count.suspect, count.ln_tail, count.sampled
        ),
        null_origin: format!(
            "the greatest of the share decided ({}), the 95 % upper bound among {} peers of other \
             lines, and the suspects' share of the active lines",
            p.scanning_share.origin, chances.control
        ),
        error_bound: p.peers_alpha.value,
        bound_of: "per suspect and day, over all looks".into(),
    }
}

fn alternatives(count: &Count, chances: &Chances) -> Vec<Alternative> {
    let shared = format!(
        "of {} peers, {:.2} would be suspects by chance, and {} are",
        count.sampled, count.expected, count.suspect
    );
    let crowd = if chances.control >= ENOUGH_CONTROL {
        Alternative::rejected(
            "peers behind translators that scanners share",
            format!(
                "so are the peers of other lines, and of {} only {} are suspects",
                chances.control, chances.control_suspect
            ),
        )
    } else {
        Alternative::open(
            "peers behind translators that scanners share",
            "too few peers of other lines were seen to measure how common that is",
        )
    };
    vec![
        Alternative::rejected("peer-to-peer file sharing beside the infection", shared),
        Alternative::rejected(
            "hosts that the line's own scan found open",
            "ports that worms probe are left out",
        ),
        crowd,
    ]
}

/// Names families by the way the peers were found. Description only.
fn families<A>(suspect: &Suspect<A>) -> Vec<String> {
    let hint = "Hajime, Mozi and kin: it entered BitTorrent's table of peers";
    suspect
        .asked_table
        .then(|| hint.to_owned())
        .into_iter()
        .collect()
}

#[cfg(test)]
#[path = "peer_bots_tests.rs"]
mod tests;
