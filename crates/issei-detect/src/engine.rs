//! Sorts a batch's rows by direction once and lets every group of rules look at those it cares for.
//!
//! In: batches, in the order of time. Out: findings. Always: what one rule suspects, the others
//! learn within the same call; time never runs backwards; counts add up (`EngineTally`).
//! Not here: any threshold (the groups of rules and their parameters).

use std::collections::BTreeMap;

use issei_model::{
    Address, Columns, Finding, FindingId, FlowBatch, IndicatorList, Origin, Problems, Rule,
    SamplingBasis, Territory, Timestamp,
};

use crate::command::{ClassMap, Command, CommandTally, Contacts, KnownServices};
use crate::contacts::ContactRules;
use crate::floods::Floods;
use crate::parameters::Parameters;
use crate::scans::Scans;

/// What an engine is told.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The figures that the rules go by.
    pub parameters: Parameters,
    /// What is ours, and what is dark.
    pub territory: Territory,
    /// What others say is bad.
    pub indicators: IndicatorList,
    /// Which vendor services tell a device class.
    pub classes: ClassMap,
    /// Services that are never named as command servers.
    pub known: KnownServices,
    /// Keys the hash tables, so that outsiders cannot choose who collides.
    pub hash_key: [u64; 2],
}

/// What a rule may look at besides the records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) now: Timestamp,
    pub(crate) parameters: &'a Parameters,
    pub(crate) territory: &'a Territory,
    pub(crate) indicators: &'a IndicatorList,
    pub(crate) origins: &'a Origins,
    pub(crate) classes: &'a ClassMap,
    pub(crate) known: &'a KnownServices,
}

/// The exporters, by the index that records carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<u32, Origin>);

impl Origins {
    /// Takes what is known of an exporter.
    pub(crate) fn introduce(&mut self, origin: Origin) {
        self.0.insert(origin.index, origin);
    }

    /// Tells where an exporter's sampling rate comes from.
    pub(crate) fn basis(&self, index: u32) -> SamplingBasis {
        let known = self.0.get(&index);
        known.map_or(SamplingBasis::Unknown, |origin| origin.sampling_basis)
    }
}

/// The rows of a batch of one family, by direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    /// From one of ours to somebody else.
    pub(crate) outbound: Vec<u32>,
    /// From somebody else to one of ours.
    pub(crate) inbound: Vec<u32>,
    /// Between two of ours.
    pub(crate) internal: Vec<u32>,
    /// Between two others.
    pub(crate) transit: Vec<u32>,
}

/// A line that a rule has spoken about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suspicion<A> {
    /// The line, host part cleared.
    pub(crate) line: A,
    /// The first moment of the evidence.
    pub(crate) since: Timestamp,
    /// The finding.
    pub(crate) finding: FindingId,
    /// Its rule.
    pub(crate) rule: Rule,
}

/// What rules tell: findings for people, suspicions for the other rules.
#[derive(Clone, Debug)]
pub(crate) struct News<A> {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suspicions: Vec<Suspicion<A>>,
}

impl<A> Default for News<A> {
    fn default() -> Self {
        Self {
            findings: Vec::new(),
            suspicions: Vec::new(),
        }
    }
}

/// What an engine did, in numbers that add up: records = outbound + inbound + internal + transit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineTally {
    /// Records judged.
    pub records: u64,
    /// Those from one of ours to somebody else.
    pub outbound: u64,
    /// Those from somebody else to one of ours.
    pub inbound: u64,
    /// Those between two of ours.
    pub internal: u64,
    /// Those between two others.
    pub transit: u64,
    /// Active lines that are remembered.
    pub lines: u64,
    /// Remote services that are remembered.
    pub services: u64,
    /// Bytes that all tables hold.
    pub bytes: u64,
    /// What the rules on command servers did, both families together.
    pub command: CommandTally,
}

/// Rules that share a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleGroup {
    /// Scans, hits on dark space, log-ins.
    Scans,
    /// Floods and their traces.
    Floods,
    /// Contacts worth seeing beside a finding.
    Contacts,
    /// Command servers, and who talks to which service.
    Command,
}

/// All rules, and what they remember.
#[derive(Debug)]
pub struct Engine {
    setting: Setting,
    origins: Origins,
    now: Timestamp,
    v4: Family<u32>,
    v6: Family<u128>,
    problems: Problems,
    tally: EngineTally,
}

impl Engine {
    /// Makes an engine that knows nothing yet.
    pub fn new(setting: Setting) -> Self {
        Self {
            v4: Family::new(&setting),
            v6: Family::new(&setting),
            setting,
            origins: Origins::default(),
            now: Timestamp::MIN,
            problems: Problems::default(),
            tally: EngineTally::default(),
        }
    }

    /// Makes an engine of which only some groups of rules look at records: what each costs can be
    /// measured so. An operator wants [`Self::new`], for the groups build on each other.
    pub fn of_groups(setting: Setting, groups: &[RuleGroup]) -> Self {
        let mut engine = Self::new(setting);
        engine.v4.groups = groups.to_vec();
        engine.v6.groups = groups.to_vec();
        engine
    }

    /// Takes what is known of an exporter. Told again, it replaces what was known.
    pub fn introduce(&mut self, origin: Origin) {
        self.origins.introduce(origin);
    }

    /// Takes a new setting. What was learnt is kept; the hash key and the bounds stay as they were.
    pub fn reconfigure(&mut self, setting: Setting) {
        let Setting { hash_key, .. } = self.setting;
        self.setting = Setting {
            hash_key,
            ..setting
        };
    }

    /// Judges a batch.
    pub fn handle(&mut self, now: Timestamp, batch: &FlowBatch, out: &mut Vec<Finding>) {
        self.now = self.now.max(now);
        let around = surroundings(&self.setting, &self.origins, self.now);
        self.v4.handle(&around, &batch.v4, &mut self.tally, out);
        self.v6.handle(&around, &batch.v6, &mut self.tally, out);
    }

    /// Tells when something is due without any record.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.v4
            .next_deadline()
            .into_iter()
            .chain(self.v6.next_deadline())
            .min()
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut Vec<Finding>) {
        self.now = self.now.max(now);
        let around = surroundings(&self.setting, &self.origins, self.now);
        self.v4.on_deadline(&around, out);
        self.v6.on_deadline(&around, out);
    }

    /// Says everything that is still to be said, at the end of the input.
    pub fn finish(&mut self, now: Timestamp, out: &mut Vec<Finding>) {
        self.now = self.now.max(now);
        let around = surroundings(&self.setting, &self.origins, self.now);
        self.v4.finish(&around, out);
        self.v6.finish(&around, out);
    }

    /// Tells what the memory knows of a remote service: the ground of every radius.
    pub fn contacts(&self, ip: std::net::IpAddr, port: u16, protocol: u8) -> Option<Contacts> {
        match ip {
            std::net::IpAddr::V4(ip) => self.v4.command.contacts(ip.to_bits(), port, protocol),
            std::net::IpAddr::V6(ip) => self.v6.command.contacts(ip.to_bits(), port, protocol),
        }
    }

    /// Counts what found no room or could not be judged, of all rules together.
    pub fn problems(&self) -> Problems {
        let mut problems = self.problems.clone();
        self.v4.add_problems(&mut problems);
        self.v6.add_problems(&mut problems);
        problems
    }

    /// Tells what was done.
    pub fn tally(&self) -> EngineTally {
        let mut tally = self.tally;
        self.v4.add_sizes(&mut tally);
        self.v6.add_sizes(&mut tally);
        tally
    }
}

fn surroundings<'a>(
    setting: &'a Setting,
    origins: &'a Origins,
    now: Timestamp,
) -> Surroundings<'a> {
    Surroundings {
        now,
        parameters: &setting.parameters,
        territory: &setting.territory,
        indicators: &setting.indicators,
        origins,
        classes: &setting.classes,
        known: &setting.known,
    }
}

/// The rules for one address family.
#[derive(Debug)]
struct Family<A: Address> {
    /// The groups that look at records.
    groups: Vec<RuleGroup>,
    scans: Scans<A>,
    floods: Floods<A>,
    contacts: ContactRules<A>,
    command: Command<A>,
    sorted: Sorted,
    news: News<A>,
}

impl<A: Address> Family<A> {
    fn new(setting: &Setting) -> Self {
        let Setting {
            parameters,
            hash_key,
            ..
        } = setting;
        let all = [
            RuleGroup::Scans,
            RuleGroup::Floods,
            RuleGroup::Contacts,
            RuleGroup::Command,
        ];
        Self {
            groups: all.to_vec(),
            scans: Scans::new(parameters, *hash_key),
            floods: Floods::new(parameters, *hash_key),
            contacts: ContactRules::new(parameters, *hash_key),
            command: Command::new(&parameters.command, *hash_key),
            sorted: Sorted::default(),
            news: News::default(),
        }
    }

    fn handle(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        tally: &mut EngineTally,
        out: &mut Vec<Finding>,
    ) {
        if columns.is_empty() {
            return;
        }
        self.sorted.sort(around.territory, columns);
        self.sorted.count(tally);
        let (sorted, news) = (&self.sorted, &mut self.news);
        for group in &self.groups {
            match group {
                RuleGroup::Scans => self.scans.observe(around, columns, sorted, news),
                RuleGroup::Floods => self.floods.observe(around, columns, sorted, news),
                RuleGroup::Contacts => self.contacts.observe(around, columns, sorted, news),
                RuleGroup::Command => {
                    self.command
                        .observe(around, columns, sorted, &mut news.findings);
                }
            }
        }
        self.spread(out);
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let all = [
            self.scans.next_deadline(),
            self.floods.next_deadline(),
            self.contacts.next_deadline(),
            self.command.next_deadline(),
        ];
        all.into_iter().flatten().min()
    }

    fn on_deadline(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        self.scans.on_deadline(around, &mut self.news);
        self.floods.on_deadline(around, &mut self.news);
        self.contacts.on_deadline(around, &mut self.news);
        self.spread(out);
        self.command.on_deadline(around, out);
    }

    fn finish(&mut self, around: &Surroundings<'_>, out: &mut Vec<Finding>) {
        self.scans.finish(around, &mut self.news);
        self.floods.finish(around, &mut self.news);
        self.spread(out);
        self.contacts.finish(around, &mut self.news);
        self.spread(out);
        self.command.finish(around, out);
    }

    /// Tells every rule what the others suspect, and hands the findings on.
    fn spread(&mut self, out: &mut Vec<Finding>) {
        for suspicion in self.news.suspicions.drain(..) {
            self.floods.suspect(&suspicion);
            self.contacts.suspect(&suspicion);
            self.command.suspect(suspicion);
        }
        out.append(&mut self.news.findings);
    }

    fn add_problems(&self, problems: &mut Problems) {
        problems.absorb(self.scans.problems());
        problems.absorb(self.floods.problems());
        problems.absorb(self.contacts.problems());
        problems.absorb(self.command.problems());
    }

    fn add_sizes(&self, tally: &mut EngineTally) {
        let bytes =
            self.scans.bytes() + self.floods.bytes() + self.contacts.bytes() + self.command.bytes();
        tally.bytes += bytes as u64;
        tally.lines += self.scans.lines() as u64;
        tally.services += self.command.services() as u64;
        tally.command.absorb(&self.command.tally());
    }
}

impl Sorted {
    /// Sorts the rows of a batch.
    fn sort<A: Address>(&mut self, territory: &Territory, columns: &Columns<A>) {
        let Self {
            outbound,
            inbound,
            internal,
            transit,
        } = self;
        for rows in [&mut *outbound, &mut *inbound, &mut *internal, &mut *transit] {
            rows.clear();
        }
        let pairs = columns.source.iter().zip(&columns.destination);
        for (row, (&source, &destination)) in (0..).zip(pairs) {
            match (territory.is_ours(source), territory.is_ours(destination)) {
                (true, false) => outbound.push(row),
                (false, true) => inbound.push(row),
                (true, true) => internal.push(row),
                (false, false) => transit.push(row),
            }
        }
    }

    fn count(&self, tally: &mut EngineTally) {
        let [outbound, inbound, internal, transit] =
            [&self.outbound, &self.inbound, &self.internal, &self.transit]
                .map(|rows| rows.len() as u64);
        tally.records += outbound + inbound + internal + transit;
        tally.outbound += outbound;
        tally.inbound += inbound;
        tally.internal += internal;
        tally.transit += transit;
    }
}
