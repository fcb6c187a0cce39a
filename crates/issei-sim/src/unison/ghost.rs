//! The checkers' own history of a run: what was logged, handed over, said by people and by gates.
//!
//! Always: nothing here is read from the machines under test; they are judged by their outputs and
//! by what acts on the devices. Moments are microseconds of true time unless called local.

use std::collections::{BTreeMap, BTreeSet};

use super::notary::Extent;
use super::plan::MOST_ORDERS;
use super::rules::Rule;

/// Why an order may act no more at a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ban {
    /// The rule that is broken if it does.
    pub rule: Rule,
    /// After this moment nothing may act.
    pub until: i64,
    /// The save from which on it is durable.
    pub save: u64,
}

/// What a member knows of one order, and would forget with a backup.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Its proposal was read.
    pub proposed: bool,
    /// It was read in time, so the order can be left.
    pub held: bool,
    /// The member's own gates said yes.
    pub allowed: bool,
    /// The moments T, by the member's clock, from entries that name it.
    pub named: Vec<i64>,
    /// The first T that was read for anybody, once it was proposed, and when.
    pub first_t: Option<(i64, i64)>,
    /// A confirmation was read after that and before the moment.
    pub confirmed: bool,
}

/// What a member knows, and would forget with a backup.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// Entries handed over without a gap.
    pub read: u64,
    /// The longest log that a checkpoint told of.
    pub log: Extent,
    /// The kill switch is on.
    pub stopped: bool,
    /// The log lost entries, and no person has looked yet.
    pub shrunk: bool,
    pub orders: [Known; MOST_ORDERS],
}

/// What one member was told, and said.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub memory: Memory,
    /// Orders that a person, the gates, a clock or the member itself took out.
    pub noes: [Option<Ban>; MOST_ORDERS],
    /// Orders whose withdrawal was read, and where in the log it stood.
    pub withdrawn: [Option<(Ban, Extent)>; MOST_ORDERS],
    /// Saves so far.
    pub saves: u64,
    /// When the process started.
    pub started: i64,
    /// The newest checkpoint handed over since: moment and size.
    pub newest: (i64, u64),
    /// Whether the log was once read to a checkpoint from after the start.
    pub current: bool,
    /// Whether that checkpoint came late enough for a member to know it.
    pub perhaps_knows: bool,
    /// The announced error of the clock.
    pub error: i64,
    /// Since when the clock says it is certain enough to tell a fresh checkpoint.
    pub certain: i64,
    /// The clock was off by more than it said: nobody can tell a fresh checkpoint by it.
    pub misled: bool,
}

/// A state to come back from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Return {
    /// Saves at that time.
    pub saves: u64,
    pub now: i64,
    /// A person restored it and said so.
    pub announced: bool,
}

impl Seen {
    /// Takes an order out at this member, once the next save is done. An older reason stays.
    pub fn say_no(&mut self, order: usize, rule: Rule, until: i64) {
        let save = self.saves + 1;
        self.noes[order].get_or_insert(Ban { rule, until, save });
    }

    /// Notes that the member itself told that it is out.
    pub fn said_no(&mut self, order: usize, until: i64) {
        let (rule, save) = (Rule::SaidNo, self.saves);
        let no = self.noes[order].get_or_insert(Ban { rule, until, save });
        no.save = no.save.min(save);
    }

    pub fn withdraw(&mut self, order: usize, until: i64, place: Extent) {
        let save = self.withdrawn[order].map_or(self.saves + 1, |(ban, _)| ban.save);
        let rule = Rule::Withdrawn;
        self.withdrawn[order] = Some((Ban { rule, until, save }, place));
    }

    /// The reasons for which an order may act no more.
    pub fn bans(&self, order: usize) -> impl Iterator<Item = Ban> {
        let withdrawn = self.withdrawn[order].map(|(ban, _)| ban);
        self.noes[order].into_iter().chain(withdrawn)
    }

    pub fn look_whether_current(&mut self) {
        let (at, size) = self.newest;
        let read = self.memory.read >= size;
        self.current |= at >= self.started && read;
        self.perhaps_knows |= at >= self.started + HALF_SLACK && read;
    }

    pub fn is_behind(&self) -> bool {
        !self.current || self.memory.read < self.newest.1
    }

    /// Comes back from an earlier state. What stands in the log is not forgotten with it, nor is
    /// anything when the restoring was announced; what only people said later is.
    pub fn restart(&mut self, memory: Memory, back: Return, holds: impl Fn(Extent) -> bool) {
        let Return {
            saves,
            now,
            announced,
        } = back;
        for no in &mut self.noes {
            *no = no.filter(|ban| announced || ban.save <= saves);
            if let Some(ban) = no {
                ban.save = ban.save.min(saves);
                ban.until = ban.until.max(now + AT_ONCE);
            }
        }
        for withdrawn in &mut self.withdrawn {
            *withdrawn = withdrawn.filter(|(ban, place)| ban.save <= saves || holds(*place));
            if let Some((ban, _)) = withdrawn {
                let patience = if ban.save <= saves {
                    AT_ONCE
                } else {
                    COMING_BACK
                };
                ban.until = ban.until.max(now + patience);
                if ban.save > saves {
                    ban.save = u64::MAX;
                }
            }
        }
        self.memory = memory;
        self.saves = saves;
        if announced {
            self.memory.stopped = true;
            for order in 0..MOST_ORDERS {
                if self.memory.orders[order].held {
                    self.said_no(order, now + AT_ONCE);
                }
            }
        }
        self.started = now;
        self.newest = (i64::MIN, 0);
        (self.current, self.perhaps_knows) = (false, false);
        self.error = i64::MAX;
        self.certain = i64::MAX;
        self.misled = false;
    }
}

/// How long after it is known that an order is over something of it may act: the time of a command.
pub(super) const AT_ONCE: i64 = 300_000;
/// Half of what a member adds to its start before a checkpoint counts as fresh; the rest covers clocks.
const HALF_SLACK: i64 = 1_000_000;
/// How long after its start a member that was away may need until nothing forbidden acts: the grace
/// of 5 s and a second to lift.
pub(super) const COMING_BACK: i64 = 6_000_000;

/// What the coordinator was told about one order since it started.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Leads by member, of those prepared.
    pub prepared: BTreeMap<usize, i64>,
    /// Members that said no.
    pub refused: BTreeSet<usize>,
    /// Members that were seen well, or harmed, while in force.
    pub well: BTreeSet<usize>,
    pub harmed: BTreeSet<usize>,
    /// Whether a withdrawal was asked of the log.
    pub withdrawing: bool,
    /// Whether the log was asked to take the proposal in.
    pub asked: bool,
    /// Whether the proposal came back from the log.
    pub logged: bool,
    /// The first T that came back from the log, and whether a confirmation did after it.
    pub first_t: Option<i64>,
    pub confirmed: bool,
}
