//! The hand of nftables: makes the kernel's tables agree with what is wanted, and reads them back.
//!
//! In: cuts and reflexes. Out: one transaction of `nft` for each change, and what the kernel then holds.
//! Always: after each change the table is read back and compared, moments to half a microsecond; the
//! kernel fires and ends by itself, so there is no lead; tables of others are never named.
//! Not here: what a table says (`issei_enforce::nft`), who may want one.
//!
//! # Limits
//! - A table's first drop is not seen if another table dropped the packet first.
//! - A listing of 100,000 goals takes a second or two; of 10,000, about a tenth.
//! - A table of ours whose every chain somebody has deleted drops nothing, and is seen only when this
//!   comes up, when its order is put or lifted, and when all is lifted.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use issei_enforce::nft::{
    self, Access, Drift, Found, Name, Table, Tongue, Unsayable, plan, probe, removal, transaction,
};
use issei_enforce::{Cut, Fences, Refusal, Seen, Standing};
use issei_model::{FoundReflex, OrderId, ReflexRule, ReflexRuleId, Span, Timestamp};

use super::{Device, DeviceError, Fault, Holding};
use crate::clock;
use crate::reflexes::{ReflexDevice, ReflexError};
use program::{Program, Said};

/// What differs from machine to machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program: `nft`, looked for where the system keeps such programs, or a path.
    pub program: PathBuf,
    /// The network namespace whose packets are meant, by its name; none is our own.
    pub namespace: Option<String>,
    /// What this machine is never told.
    pub fences: Fences,
    /// By which interface lines come in, the narrowest prefix first. Forged sources of a line that lies in
    /// none of them cannot be told.
    pub accesses: Vec<(IpNet, Access)>,
    /// How long one call of the program may take.
    pub patience: Duration,
}

impl Settings {
    /// Gives the usual ones: `nft` in our own namespace, ten seconds.
    pub fn new(fences: Fences) -> Self {
        Self {
            program: "nft".into(),
            namespace: None,
            fences,
            accesses: Vec::new(),
            patience: Duration::from_secs(10),
        }
    }
}

/// The packet filter of a machine.
#[derive(Debug)]
pub struct Nft {
    name: String,
    program: Program,
    fences: Fences,
    accesses: Vec<(IpNet, Access)>,
    /// How this `nft` writes moments; found out when first needed.
    tongue: Option<Tongue>,
    /// What was read last; none before the first reading.
    known: Option<BTreeMap<Name, Found>>,
}

impl Nft {
    /// Takes a machine. Nothing is run yet.
    pub fn new(settings: Settings) -> Self {
        let name = match &settings.namespace {
            None => "nft".into(),
            Some(namespace) => format!("nft in {namespace}"),
        };
        Self {
            name,
            program: Program {
                path: settings.program,
                namespace: settings.namespace,
                patience: settings.patience,
            },
            fences: settings.fences,
            accesses: settings.accesses,
            tongue: None,
            known: None,
        }
    }

    /// Reads back every table of ours.
    ///
    /// # Errors
    /// If the program fails, or its answer cannot be understood.
    pub fn tables(&mut self) -> Result<Vec<Found>, DeviceError> {
        let read = self.read_all();
        self.told(read)
    }

    /// Reads back what differs from a cut as it should be, none if nothing does.
    ///
    /// # Errors
    /// Like [`Nft::tables`], and if the cut cannot be said.
    pub fn drift(&mut self, cut: &Cut) -> Result<Option<Vec<Drift>>, DeviceError> {
        let read = Table::of(cut).map_err(Fault::Refused).and_then(|wanted| {
            let found = self.look(wanted.name)?;
            Ok(found.map(|found| found.drift(&wanted, clock::now())))
        });
        self.told(read)
    }

    fn told<T>(&self, done: Result<T, Fault>) -> Result<T, DeviceError> {
        done.map_err(|fault| DeviceError {
            device: self.name.clone(),
            fault,
        })
    }

    // ── changing ──────────────────────────────────────────────────────────────────────────────

    /// Checks what no device may be told, and that there is room.
    fn may_hold(&mut self, cut: &Cut) -> Result<(), Fault> {
        if cut.ends <= clock::now().max(cut.fires_at.unwrap_or(Timestamp::MIN)) {
            return Err(Fault::Ended(cut.order));
        }
        let others = self.others(Name::Order(cut.order))?;
        self.fences.check(cut, others).map_err(Fault::Refused)
    }

    /// Counts rules of all tables but one, and sees that there is room for one table more. Reflexes leave
    /// room for orders.
    fn others(&mut self, but: Name) -> Result<usize, Fault> {
        let known = match self.known.take() {
            Some(known) => known,
            None => by_name(self.read_all()?),
        };
        let known = self.known.insert(known);
        let others: Vec<&Found> = known
            .values()
            .filter(|found| found.table.name != but)
            .collect();
        let is_reflex = |name: Name| matches!(name, Name::Reflex(_));
        let reflexes = others.iter().filter(|found| is_reflex(found.table.name));
        let (tables, room) = match is_reflex(but) {
            true if reflexes.clone().count() >= MOST_REFLEXES => (reflexes.count(), MOST_REFLEXES),
            _ => (others.len(), MOST_TABLES),
        };
        if tables >= room {
            let wanted = tables + 1;
            return Err(Fault::Refused(Refusal::NoRoom { wanted, room }));
        }
        Ok(others.iter().map(|found| found.rules()).sum())
    }

    /// Makes the kernel agree, and reads back that it does.
    fn reach(&mut self, wanted: &Table) -> Result<(), Fault> {
        // What is remembered may be old. Then the first attempt fails or leaves a difference, and the next
        // one looks.
        let mut found = self
            .known
            .as_ref()
            .and_then(|known| known.get(&wanted.name))
            .cloned();
        let mut is_fresh = false;
        let mut said = None;
        for _ in 0..ATTEMPTS {
            let now = clock::now();
            let steps = plan(Some(wanted), found.as_ref(), now).steps;
            if steps.is_empty() && is_fresh {
                return Ok(());
            }
            if !steps.is_empty() {
                let tongue = self.tongue()?;
                said = self.commit(transaction(&steps, now, tongue)).err();
            }
            found = self.look(wanted.name)?;
            is_fresh = true;
        }
        Err(said.unwrap_or_else(|| differs(wanted, found.as_ref())))
    }

    fn remove(&mut self, names: &[Name]) -> Result<(), Fault> {
        if names.is_empty() {
            return Ok(());
        }
        self.commit(removal(names))?;
        if let Some(known) = &mut self.known {
            known.retain(|name, _| !names.contains(name));
        }
        let left = self.hooked()?;
        match left.iter().find(|name| names.contains(name)) {
            Some(left) => Err(Fault::Said(format!(
                "`{left}` is there again; somebody else puts it there"
            ))),
            None => Ok(()),
        }
    }

    /// Takes first, at once, what can drop a packet, then what else is left. Tells how many orders it was.
    fn remove_all(&mut self) -> Result<usize, Fault> {
        let mut gone: BTreeSet<Name> = self.hooked()?.into_iter().collect();
        self.remove(&Vec::from_iter(gone.iter().copied()))?;
        let left = self.names()?;
        self.remove(&left)?;
        gone.extend(left);
        Ok(gone
            .iter()
            .filter(|name| matches!(name, Name::Order(_)))
            .count())
    }

    fn commit(&self, transaction: String) -> Result<(), Fault> {
        let said = self.program.run(&["-j", "-f", "-"], transaction)?;
        well(said).map(drop)
    }

    // ── reading ───────────────────────────────────────────────────────────────────────────────

    /// Finds out, once, how this `nft` takes and shows moments: by a rule that is checked and not put.
    fn tongue(&mut self) -> Result<Tongue, Fault> {
        if let Some(tongue) = self.tongue {
            return Ok(tongue);
        }
        let said = self
            .program
            .run(&["-c", "-j", "--debug=netlink", "-f", "-"], probe())?;
        let tongue = nft::tongue(&well(said)?).map_err(unreadable)?;
        Ok(*self.tongue.insert(tongue))
    }

    /// Names every table of ours. It takes as long as reading them all.
    fn names(&self) -> Result<Vec<Name>, Fault> {
        let said = self
            .program
            .run(&["-j", "list", "tables", "inet"], String::new())?;
        nft::names(&well(said)?).map_err(unreadable)
    }

    /// Names every table of ours that has a chain, and so every one that can drop a packet, at once.
    fn hooked(&self) -> Result<Vec<Name>, Fault> {
        let said = self
            .program
            .run(&["-j", "list", "chains", "inet"], String::new())?;
        nft::names(&well(said)?).map_err(unreadable)
    }

    fn read_all(&mut self) -> Result<Vec<Found>, Fault> {
        let names = match self.known {
            Some(_) => self.hooked()?,
            None => self.names()?,
        };
        let mut tables = Vec::new();
        for name in names {
            // One that vanished meanwhile is not there.
            tables.extend(self.look(name)?);
        }
        self.known = Some(by_name(tables.clone()));
        Ok(tables)
    }

    fn look(&mut self, name: Name) -> Result<Option<Found>, Fault> {
        let tongue = self.tongue()?;
        let title = name.to_string();
        let arguments = [
            "-j",
            "-p",
            "--debug=netlink",
            "list",
            "table",
            "inet",
            &title,
        ];
        let said = self.program.run(&arguments, String::new())?;
        let found = match said {
            Said {
                well: false,
                ref err,
                ..
            } if err.contains("No such file or directory") => None,
            said => Some(Found::heard(name, &well(said)?, tongue).map_err(unreadable)?),
        };
        if let Some(known) = &mut self.known {
            known.remove(&name);
            known.extend(found.clone().map(|found| (name, found)));
        }
        Ok(found)
    }

    // ── reflexes ──────────────────────────────────────────────────────────────────────────────

    fn put_reflex(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexFault> {
        let now = clock::now();
        if ends <= now {
            return Err(ReflexFault::Ended);
        }
        self.fences.check_reflex(rule).map_err(Fault::Refused)?;
        let wanted = Table::of_reflex(id, rule, self.access(rule), now, ends)?;
        let there = self.look(wanted.name)?;
        let there = there.filter(|found| matches!(found.standing(now), Standing::Active(_)));
        let same = FoundReflex {
            id,
            rule: rule.clone(),
            ends,
        };
        if there.and_then(|found| found.reflex()) == Some(same) {
            return Ok(());
        }
        let (wanted_rules, room) = (self.others(wanted.name)? + 1, self.fences.most_rules);
        if wanted_rules > room {
            let refusal = Refusal::NoRoom {
                wanted: wanted_rules,
                room,
            };
            return Err(Fault::Refused(refusal).into());
        }
        Ok(self.reach(&wanted)?)
    }

    fn access(&self, rule: &ReflexRule) -> Option<Access> {
        let ReflexRule::DropForged { line } = rule else {
            return None;
        };
        let mut accesses = self.accesses.iter();
        let of_line = accesses.find(|(net, _)| net.contains(&line.prefix()));
        of_line.map(|(_, access)| access.clone())
    }

    fn reflex_told<T>(&self, done: Result<T, ReflexFault>) -> Result<T, ReflexError> {
        done.map_err(|fault| match fault {
            ReflexFault::Ended => ReflexError::of(Ended(self.name.clone())),
            ReflexFault::Unsayable(cause) => ReflexError::of(cause),
            ReflexFault::Device(fault) => ReflexError::of(DeviceError {
                device: self.name.clone(),
                fault,
            }),
        })
    }
}

impl Device for Nft {
    fn name(&self) -> &str {
        &self.name
    }

    /// None: the kernel fires by itself.
    fn lead(&self) -> Span {
        Span::ZERO
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let done = self.may_hold(cut).and_then(|()| {
            let wanted = Table::staged(cut).map_err(Fault::Refused)?;
            let found = self.look(wanted.name)?;
            let acts = found
                .is_some_and(|found| matches!(found.standing(clock::now()), Standing::Active(_)));
            if acts { Ok(()) } else { self.reach(&wanted) }
        });
        self.told(done)
    }

    /// Without a T it is staged only.
    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let done = self.may_hold(cut).and_then(|()| {
            let wanted = Table::of(cut).map_err(Fault::Refused)?;
            self.reach(&wanted)
        });
        self.told(done)
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        let done = self.remove(&[Name::Order(order)]);
        self.told(done)
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        let done = self.remove_all();
        self.told(done)
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        let now = clock::now();
        let tables = self.tables()?;
        Ok(tables.iter().filter_map(|found| found.seen(now)).collect())
    }

    fn reflexes(&mut self) -> Option<&mut dyn ReflexDevice> {
        Some(self)
    }

    fn look(&mut self) -> Result<Holding, DeviceError> {
        let now = clock::now();
        let mut holding = Holding::default();
        for found in self.tables()? {
            match (found.table.name, found.reflex()) {
                (Name::Order(_), _) => holding.orders.extend(found.seen(now)),
                (Name::Reflex(_), Some(rule)) if acts_or_did(&found, &rule, now) => {
                    holding.reflexes.push(rule);
                }
                (Name::Reflex(id), _) => holding.spoilt.push(id),
            }
        }
        Ok(holding)
    }
}

impl ReflexDevice for Nft {
    fn room(&self) -> usize {
        MOST_REFLEXES.min(self.fences.most_rules)
    }

    fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError> {
        let done = self.put_reflex(id, rule, ends);
        self.reflex_told(done)
    }

    fn lift(&mut self, id: ReflexRuleId) -> Result<(), ReflexError> {
        let done = self.remove(&[Name::Reflex(id)]).map_err(ReflexFault::from);
        self.reflex_told(done)
    }

    fn acts(&mut self, id: ReflexRuleId) -> Result<bool, ReflexError> {
        let found = self.look(Name::Reflex(id)).map_err(ReflexFault::from);
        let found = self.reflex_told(found)?;
        let now = clock::now();
        let acts = |found: &Found| matches!(found.standing(now), Standing::Active(_));
        Ok(found.is_some_and(|found| acts(&found) && found.reflex().is_some()))
    }

    fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError> {
        let tables = self.read_all().map_err(ReflexFault::from);
        let tables = self.reflex_told(tables)?;
        Ok(tables.iter().filter_map(Found::reflex).collect())
    }
}

/// Why a reflex was not put.
enum ReflexFault {
    Ended,
    Unsayable(Unsayable),
    Device(Fault),
}

impl From<Unsayable> for ReflexFault {
    fn from(cause: Unsayable) -> Self {
        Self::Unsayable(cause)
    }
}

impl From<Fault> for ReflexFault {
    fn from(fault: Fault) -> Self {
        Self::Device(fault)
    }
}

/// A reflex that would end before it begins.
#[derive(Debug)]
struct Ended(String);

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: refused, the reflex has ended before it could begin",
            self.0
        )
    }
}

impl std::error::Error for Ended {}

/// Tells whether a reflex acts, or acted until its end.
fn acts_or_did(found: &Found, rule: &FoundReflex, now: Timestamp) -> bool {
    rule.ends <= now || matches!(found.standing(now), Standing::Active(_))
}

fn by_name(tables: Vec<Found>) -> BTreeMap<Name, Found> {
    tables
        .into_iter()
        .map(|found| (found.table.name, found))
        .collect()
}

fn well(said: Said) -> Result<String, Fault> {
    match said.well {
        true => Ok(said.out),
        false => Err(Fault::Said(said.err)),
    }
}

fn unreadable(cause: nft::Unheard) -> Fault {
    Fault::Unreadable(cause.to_string())
}

/// Says what the kernel holds otherwise than it was told.
fn differs(wanted: &Table, found: Option<&Found>) -> Fault {
    let drift = found
        .map(|found| found.drift(wanted, clock::now()))
        .unwrap_or_default();
    let first = drift
        .first()
        .map_or_else(|| "it is not there".into(), Drift::to_string);
    Fault::Said(format!("what it was told, and holds otherwise: {first}"))
}

/// How often one change is tried, if the kernel's tables change meanwhile.
const ATTEMPTS: usize = 3;
/// Tables at once, of orders and reflexes together. Every packet that is forwarded passes each of them: some
/// 0.2 µs for the hosts or the services of an order, 0.07 µs for a limit (docs/measurements.md).
const MOST_TABLES: usize = 64;
/// Of these, reflexes take so many at most: lines that flood leave room for the country's orders.
const MOST_REFLEXES: usize = 32;

#[cfg(test)]
#[path = "nft_tests.rs"]
mod tests;
