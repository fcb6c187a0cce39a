//! A rehearsed device: a table of rules that outlives the process, and obeys time like a kernel's.
//!
//! In: rules to stage, arm and lift, and the clock. Out: what the table holds, read back from the
//! disk each time; when each rule took effect and was gone.
//! Always: a rule ends by itself, also when nobody is alive to see it, by the clock on the wall or by
//! the time since the machine started, whichever comes first; a table of an earlier start of the
//! machine reads as empty. Lifting beats firing. The file `stop` beside the table empties it within 100 ms
//! and lets nothing in until it is removed. A torn table is an error, never a guess. The rules of reflexes
//! stand in a second table beside it ([`reflexes`]), under the same stop file.
//! Not here: packets. Nothing is ever cut by a rehearsed device.
//! Limits: a rule that is armed fires only while this process lives; else it stays staged and inert.

mod firing;
pub mod reflexes;
mod table;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use issei_model::{OrderId, ReflexRuleId, Span, Timestamp};

use crate::clock;
use table::{Kept, Locked, Row, Rows, Table};

/// Rules that a table holds unless told otherwise: as many as a middling router has room for.
pub const CAPACITY: usize = 1_000;
/// Most rules that a table may be given room for; the file is read whole each time.
pub const LARGEST_CAPACITY: usize = 100_000;
/// Stamps that are kept for the reader. Older ones are forgotten and counted.
pub const MOST_STAMPS: usize = 10_000;

/// What a rule of an order is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none, or it has ended.
    Absent,
    /// It is in the table and does nothing.
    Staged,
    /// It is in force, since this moment.
    Active(Timestamp),
}

/// Why something happened to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It took effect at its time.
    Fired,
    /// It was lifted on demand.
    Lifted,
    /// Its end had come.
    Ended,
    /// The stop file was there.
    Stopped,
}

/// When a rule took effect, or was gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Whose rule.
    pub order: OrderId,
    /// Why.
    pub turn: Turn,
    /// When it should have happened: T, the end, or the moment it was demanded or first seen.
    pub due: Timestamp,
    /// When it did: nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
    pub monotonic_ns: u64,
    /// When the table on the disk said so, on the same clock.
    pub settled_ns: u64,
    /// How much later than due it happened, by the clock on the wall.
    pub late: Span,
}

/// What went wrong with a rehearsed device, and where.
#[derive(Debug)]
pub struct RehearsalError {
    /// The folder of the table.
    pub folder: PathBuf,
    /// What is wrong.
    pub fault: Fault,
}

/// What can go wrong with a rehearsed device.
#[derive(Debug)]
pub enum Fault {
    /// Refused: the stop file is there.
    Stopped,
    /// Refused: the table has this many rules and no room for more.
    Full(usize),
    /// Refused: the order is not staged.
    NotStaged(OrderId),
    /// Refused: the rule would end before it begins, or has ended.
    Ended(OrderId, Timestamp),
    /// Refused: the reflex's rule would end before it begins.
    Over(ReflexRuleId, Timestamp),
    /// The table is not whole, or not of ours: the first line that is wrong.
    Torn(usize),
    /// The same of the table of reflexes.
    TornReflexes(usize),
    /// Another process has held the table's lock for too long.
    Held,
    /// The disk or the kernel failed at this path.
    Failed(PathBuf, io::Error),
}

impl fmt::Display for RehearsalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        match &self.fault {
            Fault::Stopped => write!(
                f,
                "refused by the stop file in `{folder}`; once it is clear why it was put there, `issei resume` takes it away"
            ),
            Fault::Full(rules) => write!(
                f,
                "refused, the table in `{folder}` has room for {rules} rules and holds as many; lift some, or wait until some end"
            ),
            Fault::NotStaged(order) => write!(
                f,
                "refused, order {order} is not staged in `{folder}`; stage it first"
            ),
            Fault::Ended(order, ends) => write!(
                f,
                "refused, the rule of order {order} ends at {ends}, before it could begin; it needs a new order"
            ),
            Fault::Torn(line) => write!(
                f,
                "the table in `{folder}` is not whole (line {line}), so nobody knows what is in force; empty it with `issei stop`"
            ),
            Fault::TornReflexes(line) => write!(
                f,
                "the table of reflexes in `{folder}` is not whole (line {line}), so nobody knows what acts; empty it with `issei stop`"
            ),
            Fault::Over(rule, ends) => write!(
                f,
                "refused, rule {} of standing order {} ends at {ends}, before it could begin",
                rule.number, rule.standing
            ),
            Fault::Held => write!(
                f,
                "another process holds the table in `{folder}` and does not let go; find it with `fuser`, end it, and try again"
            ),
            Fault::Failed(path, cause) => write!(
                f,
                "`{}` failed: {cause}; look at the disk and the permissions",
                path.display()
            ),
        }
    }
}

impl std::error::Error for RehearsalError {}

/// The device. Rules stay in its table when it is dropped.
#[derive(Debug)]
pub struct Rehearsal {
    shared: Arc<Shared>,
    firing: Option<JoinHandle<()>>,
}

/// What the firing thread and the callers have in common.
///
/// Whoever needs both takes the table's lock first and the state after it.
#[derive(Debug)]
struct Shared {
    table: Table,
    /// The rules of reflexes: tidied and stopped here, changed elsewhere.
    reflexes: Table<reflexes::Row>,
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
}

/// What follows a change of the table, once it is on the disk.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// Nothing, for nothing has changed.
    Leave,
    /// Nothing more: what acts goes on to another end.
    Keep,
    /// The order's time is taken back.
    Disarm(OrderId),
    /// The order fires at this time.
    Arm(OrderId, Timestamp),
}

#[derive(Debug, Default)]
struct State {
    armed: BTreeMap<OrderId, Timestamp>,
    fired: Stamps,
    gone: Stamps,
    fault: Option<RehearsalError>,
    closing: bool,
}

#[derive(Debug, Default)]
struct Stamps {
    kept: VecDeque<Stamp>,
    forgotten: u64,
}

impl Rehearsal {
    /// Opens the table in a folder, and makes both if they are not there.
    ///
    /// # Errors
    /// If the disk refuses, or the table there is torn.
    pub fn open(folder: &Path) -> Result<Self, RehearsalError> {
        Self::open_with(folder, CAPACITY)
    }

    /// Opens like [`Rehearsal::open`], with room for so many rules.
    ///
    /// # Errors
    /// Like [`Rehearsal::open`].
    pub fn open_with(folder: &Path, capacity: usize) -> Result<Self, RehearsalError> {
        let failed = |fault| RehearsalError {
            folder: folder.to_owned(),
            fault,
        };
        fs::create_dir_all(folder)
            .map_err(|cause| failed(Fault::Failed(folder.to_owned(), cause)))?;
        let shared = Arc::new(Shared {
            table: Table::of(folder),
            reflexes: Table::of(folder),
            capacity: capacity.min(LARGEST_CAPACITY),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        shared.table.rows().map_err(failed)?;
        let within = Arc::clone(&shared);
        let firing = thread::Builder::new()
            .name("firing".into())
            .spawn(move || firing::run(&within))
            .map_err(|cause| failed(Fault::Failed(folder.to_owned(), cause)))?;
        Ok(Self {
            shared,
            firing: Some(firing),
        })
    }

    /// Lists the orders that have a rule in the table, whoever put it there.
    ///
    /// # Errors
    /// If the table cannot be read or is torn.
    pub fn found(&self) -> Result<Vec<OrderId>, RehearsalError> {
        let rows = self.shared.table.rows();
        let rows = rows.map_err(|fault| self.shared.failed(fault))?;
        Ok(rows.into_keys().collect())
    }

    /// Reads back what the rule of an order is doing.
    ///
    /// # Errors
    /// If the table cannot be read or is torn.
    pub fn read(&self, order: OrderId) -> Result<Standing, RehearsalError> {
        let rows = self.shared.table.rows();
        let rows = rows.map_err(|fault| self.shared.failed(fault))?;
        Ok(rows.get(&order).map_or(Standing::Absent, Row::standing))
    }

    /// Puts a rule into the table that does nothing yet, and is gone at `ends`.
    /// A rule that is in force already stays as it is.
    ///
    /// # Errors
    /// If the stop file is there, the table has no room, `ends` is past, or the disk fails.
    pub fn stage(&self, order: OrderId, ends: Timestamp) -> Result<(), RehearsalError> {
        self.shared.change(|rows| {
            if ends <= clock::now() {
                return Err(Fault::Ended(order, ends));
            }
            if rows.get(&order).is_some_and(|row| row.since.is_some()) {
                return Ok(Then::Leave);
            }
            if !rows.contains_key(&order) && rows.len() >= self.shared.capacity {
                return Err(Fault::Full(self.shared.capacity));
            }
            rows.insert(order, Row::staged(ends));
            Ok(Then::Disarm(order))
        })
    }

    /// Lets a staged rule take effect at `fires_at`, or at once if that is past, until `ends`.
    /// A rule that is in force already goes on, to this end.
    ///
    /// # Errors
    /// If the stop file is there, the order is not staged, `ends` is past or not after `fires_at`,
    /// or the disk fails.
    pub fn arm(
        &self,
        order: OrderId,
        fires_at: Timestamp,
        ends: Timestamp,
    ) -> Result<(), RehearsalError> {
        self.shared.change(|rows| {
            if ends <= fires_at.max(clock::now()) {
                return Err(Fault::Ended(order, ends));
            }
            match rows.get_mut(&order) {
                None => return Err(Fault::NotStaged(order)),
                Some(row) if row.since.is_some() && row.ends == ends => return Ok(Then::Leave),
                Some(row) if row.since.is_some() => {
                    let since = row.since;
                    *row = Row::staged(ends);
                    row.since = since;
                    return Ok(Then::Keep);
                }
                Some(row) => *row = Row::staged(ends),
            }
            Ok(Then::Arm(order, fires_at))
        })
    }

    /// Takes an order's rule away. One that is not there is no trouble.
    ///
    /// # Errors
    /// If the disk fails or the table is torn; then the rule may still be there.
    pub fn lift(&self, order: OrderId) -> Result<(), RehearsalError> {
        let lifted = self
            .shared
            .lift(Turn::Lifted, |candidate| candidate == order);
        lifted.map(drop).map_err(|fault| self.shared.failed(fault))
    }

    /// Takes every rule away, and tells how many there were. A torn table is emptied as well.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn lift_all(&self) -> Result<usize, RehearsalError> {
        let lifted = self.shared.empty(Turn::Lifted);
        lifted.map_err(|fault| self.shared.failed(fault))
    }

    /// Shows when rules took effect, oldest first.
    pub fn stamps(&self) -> Vec<Stamp> {
        self.shared.state().fired.kept.iter().copied().collect()
    }

    /// Shows when rules were gone and why, oldest first.
    pub fn recalls(&self) -> Vec<Stamp> {
        self.shared.state().gone.kept.iter().copied().collect()
    }

    /// Tells how many stamps were forgotten because nobody wants more than [`MOST_STAMPS`].
    pub fn forgotten(&self) -> u64 {
        let state = self.shared.state();
        state.fired.forgotten + state.gone.forgotten
    }

    /// Hands over the last trouble of the firing thread, which goes on trying.
    pub fn take_fault(&self) -> Option<RehearsalError> {
        self.shared.state().fault.take()
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.shared.state().closing = true;
        self.shared.changed.notify_all();
        if let Some(firing) = self.firing.take() {
            // A thread that panicked has said so already.
            let _ = firing.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // What another thread left behind is whole: every change of the state is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, fault: Fault) -> RehearsalError {
        RehearsalError {
            folder: self.table.folder().to_owned(),
            fault,
        }
    }

    /// Changes the table under its lock, unless the stop file is there.
    fn change(
        &self,
        change: impl FnOnce(&mut Rows) -> Result<Then, Fault>,
    ) -> Result<(), RehearsalError> {
        let changed = self.table.lock().and_then(|locked| {
            if locked.is_stopped() {
                return Err(Fault::Stopped);
            }
            let (mut rows, ended) = locked.rows()?;
            let then = change(&mut rows)?;
            if !matches!(then, Then::Leave) {
                self.settle(&locked, &rows, &ended)?;
            }
            self.follow(then);
            Ok(())
        });
        changed.map_err(|fault| self.failed(fault))
    }

    /// Does what follows a change that is on the disk.
    fn follow(&self, then: Then) {
        match then {
            Then::Leave | Then::Keep => {}
            Then::Disarm(order) => drop(self.state().armed.remove(&order)),
            Then::Arm(order, fires_at) => {
                self.state().armed.insert(order, fires_at);
                self.changed.notify_all();
            }
        }
    }

    /// Takes the rules that are meant away, and stamps each.
    fn lift(&self, turn: Turn, is_meant: impl Fn(OrderId) -> bool) -> Result<usize, Fault> {
        let due = clock::now();
        let locked = self.table.lock()?;
        self.state().armed.retain(|&order, _| !is_meant(order));
        let (mut rows, ended) = locked.rows()?;
        let meant: Vec<OrderId> = rows.keys().copied().filter(|&id| is_meant(id)).collect();
        if meant.is_empty() {
            return Ok(0);
        }
        rows.retain(|&order, _| !is_meant(order));
        self.settle(&locked, &rows, &ended)?;
        let gone = meant.iter().map(|&order| (order, due));
        self.stamp_gone(turn, gone);
        Ok(meant.len())
    }

    /// Takes everything away, also what nobody can read.
    fn empty(&self, turn: Turn) -> Result<usize, Fault> {
        let due = clock::now();
        let locked = self.table.lock()?;
        self.state().armed.clear();
        let rows = match locked.rows() {
            Ok((rows, _)) => rows,
            Err(Fault::Torn(_)) => Rows::new(),
            Err(fault) => return Err(fault),
        };
        locked.clear()?;
        self.stamp_gone(turn, rows.keys().map(|&order| (order, due)));
        Ok(rows.len())
    }

    /// Writes the table, without the rows that have ended, and stamps these.
    fn settle(&self, locked: &Locked<'_>, rows: &Rows, ended: &Rows) -> Result<(), Fault> {
        locked.write(rows)?;
        let over = ended.iter().map(|(&order, row)| (order, row.ends));
        self.stamp_gone(Turn::Ended, over);
        Ok(())
    }

    fn stamp_gone(&self, turn: Turn, gone: impl Iterator<Item = (OrderId, Timestamp)>) {
        let (now, monotonic_ns) = (clock::now(), clock::monotonic());
        let mut state = self.state();
        for (order, due) in gone {
            state.gone.push(Stamp {
                order,
                turn,
                due,
                monotonic_ns,
                settled_ns: monotonic_ns,
                late: now.since(due),
            });
        }
    }
}

impl Stamps {
    fn push(&mut self, stamp: Stamp) {
        if self.kept.len() == MOST_STAMPS {
            self.kept.pop_front();
            self.forgotten += 1;
        }
        self.kept.push_back(stamp);
    }
}

/// What a kill switch took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// Rules that stood in the table when it was asked.
    pub rules: usize,
    /// The table was torn, so there may have been others.
    pub torn: bool,
}

/// Names the file that stops the device of a folder. Making it is enough: a living process empties
/// the table within 100 ms, and none lets anything in before it is removed.
pub fn stop_file(folder: &Path) -> PathBuf {
    folder.join("stop")
}

/// Tells whether the stop file of a folder is there. If that cannot be told, it counts as there.
pub fn is_stopped(folder: &Path) -> bool {
    Table::<Row>::of(folder).is_stopped()
}

/// Stops the device of a folder and empties its tables; needs no network, no database, and nobody
/// alive. On return nothing is in force and nothing comes into force until [`resume`].
///
/// # Errors
/// If the stop file cannot be made, or a table cannot be emptied; if only the latter, the stop
/// file is there, and a living process will empty it.
pub fn stop(folder: &Path) -> Result<Lifted, RehearsalError> {
    let (orders, reflexes) = (Table::<Row>::of(folder), Table::<reflexes::Row>::of(folder));
    // Counted first: once the stop file is there, a living process may be faster.
    let before = (count(&orders), count(&reflexes));
    let stopped = orders.make_stop_file().and_then(|()| {
        let (first, second) = (emptied(&orders, before.0), emptied(&reflexes, before.1));
        let (first, second) = (first?, second?);
        Ok(Lifted {
            rules: first.rules + second.rules,
            torn: first.torn || second.torn,
        })
    });
    stopped.map_err(|fault| RehearsalError {
        folder: folder.to_owned(),
        fault,
    })
}

fn count<R: Kept>(table: &Table<R>) -> usize {
    table.rows().map_or(0, |rows| rows.len())
}

/// Empties a table of which so many rules were counted before, also if nobody can read it.
fn emptied<R: Kept>(table: &Table<R>, before: usize) -> Result<Lifted, Fault> {
    let locked = table.lock()?;
    let lifted = match locked.rows() {
        Ok((rows, _)) => Lifted {
            rules: rows.len().max(before),
            torn: false,
        },
        Err(fault) if fault.is_torn() => Lifted {
            rules: 0,
            torn: true,
        },
        Err(fault) => return Err(fault),
    };
    locked.clear()?;
    Ok(lifted)
}

/// Takes the stop file away, and tells whether there was one. The tables are empty afterwards.
///
/// # Errors
/// If the disk or the lock refuses.
pub fn resume(folder: &Path) -> Result<bool, RehearsalError> {
    let (orders, reflexes) = (Table::<Row>::of(folder), Table::<reflexes::Row>::of(folder));
    let resumed = orders.lock().and_then(|orders| {
        if !orders.is_stopped() {
            return Ok(false);
        }
        orders.clear()?;
        // Nobody puts a rule there meanwhile: the stop file goes last.
        reflexes.lock()?.clear()?;
        orders.remove_stop_file()?;
        Ok(true)
    });
    resumed.map_err(|fault| RehearsalError {
        folder: folder.to_owned(),
        fault,
    })
}

impl Fault {
    fn is_torn(&self) -> bool {
        matches!(self, Self::Torn(_) | Self::TornReflexes(_))
    }
}

#[cfg(test)]
#[path = "rehearsal_tests.rs"]
mod tests;
