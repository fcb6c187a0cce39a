//! A table of a rehearsed device: a small text file, replaced whole, under a lock.
//!
//! ```text
//! issei-rehearsal 1 6f2c…          what it holds, the start of the machine (boot id) for which it holds
//! 9a…  -                 1767225660000000 …   order, moment of effect, end, end since the start
//! 4b…  1767225600000000  1767225660000000 …   (microseconds)
//! end 2
//! ```
//!
//! Always: readers see the file before a change or after it; a line that is not as its kind of row says
//! makes the whole table torn. No file is an empty table. Only its owner may read it. Not here: the
//! rows of reflexes (`reflexes`), which stand in a file of the same form beside it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::marker::PhantomData;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use issei_model::{OrderId, Timestamp};

use super::{Fault, LARGEST_CAPACITY, Standing, stop_file};
use crate::{clock, kernel};

/// Bytes of the largest table: a row has at most 64 + 3 × 20 digits, and a rule two addresses.
const LARGEST_TABLE: u64 = (LARGEST_CAPACITY as u64 + 2) * 260;
/// How long to wait for another process to finish a change. It takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at a lock that is taken.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// What stands in a table: a row a line.
pub(super) trait Kept: Sized {
    /// What names it.
    type Name: Copy + Ord;
    /// The first word and the version of the form.
    const TITLE: &'static str;
    /// The file's name.
    const FILE: &'static str;
    /// The name of the file whose lock guards it.
    const LOCK: &'static str;

    /// Writes its line.
    fn line(&self, name: Self::Name) -> String;
    /// Undoes [`Kept::line`].
    fn parse(line: &str) -> Option<(Self::Name, Self)>;
    /// Tells whether its end has come.
    fn has_ended(&self) -> bool;
    /// Says that the table is torn at this line.
    fn torn(line: usize) -> Fault;
}

/// Rows by what names them.
pub(super) type RowsOf<R> = BTreeMap<<R as Kept>::Name, R>;

/// Rows by order.
pub(super) type Rows = RowsOf<Row>;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Since when it is in force; none while it is staged.
    pub(super) since: Option<Timestamp>,
    /// When it is gone.
    pub(super) ends: Timestamp,
    /// The same since the machine started.
    limit: Limit,
}

/// An end as microseconds since the machine started, sleep included: setting the clock on the wall back
/// does not make a rule last longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit(pub(super) u64);

impl Limit {
    /// Takes an end by the clock on the wall, as it shows now.
    pub(super) fn of(ends: Timestamp) -> Self {
        let left = ends.since(clock::now()).as_micros();
        Self(since_start().saturating_add_signed(left))
    }

    /// Tells whether it has come, by either clock.
    pub(super) fn has_come(self, ends: Timestamp) -> bool {
        ends <= clock::now() || self.0 <= since_start()
    }
}

impl Row {
    /// A rule that does nothing yet.
    pub(super) fn staged(ends: Timestamp) -> Self {
        Self {
            since: None,
            ends,
            limit: Limit::of(ends),
        }
    }

    /// Tells what it does.
    pub(super) fn standing(&self) -> Standing {
        self.since.map_or(Standing::Staged, Standing::Active)
    }
}

impl Kept for Row {
    type Name = OrderId;
    const TITLE: &'static str = "issei-rehearsal 1";
    const FILE: &'static str = "table";
    const LOCK: &'static str = "lock";

    fn line(&self, order: OrderId) -> String {
        let since = match self.since {
            Some(since) => since.as_micros().to_string(),
            None => "-".into(),
        };
        format!("{order} {since} {} {}", self.ends.as_micros(), self.limit.0)
    }

    fn parse(line: &str) -> Option<(OrderId, Self)> {
        let mut words = line.split(' ');
        let order = words.next()?.parse().ok()?;
        let since = match words.next()? {
            "-" => None,
            moment => Some(Timestamp::from_micros(moment.parse().ok()?)),
        };
        let row = Self {
            since,
            ends: Timestamp::from_micros(words.next()?.parse().ok()?),
            limit: Limit(words.next()?.parse().ok()?),
        };
        words.next().is_none().then_some((order, row))
    }

    fn has_ended(&self) -> bool {
        self.limit.has_come(self.ends)
    }

    fn torn(line: usize) -> Fault {
        Fault::Torn(line)
    }
}

/// Microseconds since the machine started.
fn since_start() -> u64 {
    kernel::nanoseconds(libc::CLOCK_BOOTTIME) / 1_000
}

/// Where a table lies.
#[derive(Debug)]
pub(super) struct Table<R = Row> {
    folder: PathBuf,
    file: PathBuf,
    rows: PhantomData<fn() -> R>,
}

/// A table while nobody else may change it.
#[derive(Debug)]
pub(super) struct Locked<'a, R = Row> {
    table: &'a Table<R>,
    _lock: File,
}

impl<R: Kept> Table<R> {
    /// Names the table of a folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            file: folder.join(R::FILE),
            rows: PhantomData,
        }
    }

    /// Tells the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads the rules that have not ended, from the disk.
    pub(super) fn rows(&self) -> Result<RowsOf<R>, Fault> {
        let mut rows = self.read()?;
        rows.retain(|_, row| !row.has_ended());
        Ok(rows)
    }

    /// Tells whether rules still stand in the file that have ended.
    pub(super) fn has_ended_rows(&self) -> Result<bool, Fault> {
        Ok(self.read()?.values().any(R::has_ended))
    }

    /// Takes rules out of the file that have ended.
    pub(super) fn tidy(&self) -> Result<(), Fault> {
        if !self.has_ended_rows()? {
            return Ok(());
        }
        let locked = self.lock()?;
        let (rows, _) = locked.rows()?;
        locked.write(&rows)
    }

    /// Tells whether the stop file is there. If that cannot be told, it counts as there.
    pub(super) fn is_stopped(&self) -> bool {
        stop_file(&self.folder).try_exists().unwrap_or(true)
    }

    /// Makes the stop file, and makes it last.
    pub(super) fn make_stop_file(&self) -> Result<(), Fault> {
        let path = stop_file(&self.folder);
        // Empty, so that it needs no room on a full disk.
        let made = File::create(&path).and_then(|_| self.sync_folder());
        made.map_err(|cause| Fault::Failed(path, cause))
    }

    /// Waits for the right to change the table.
    pub(super) fn lock(&self) -> Result<Locked<'_, R>, Fault> {
        let path = self.folder.join(R::LOCK);
        let failed = |cause| Fault::Failed(path.clone(), cause);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = options.open(&path).map_err(failed)?;
        let began = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    thread::sleep(LOOK_EVERY);
                }
                Err(TryLockError::WouldBlock) => return Err(Fault::Held),
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
        }
        Ok(Locked {
            table: self,
            _lock: lock,
        })
    }

    fn read(&self) -> Result<RowsOf<R>, Fault> {
        let failed = |cause| Fault::Failed(self.file.clone(), cause);
        let file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_TABLE)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|_| R::torn(1))?;
        let (start, rows) = parse(&text).map_err(R::torn)?;
        // A kernel's rules do not outlive the kernel.
        if start == machine_start()? {
            Ok(rows)
        } else {
            Ok(BTreeMap::new())
        }
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

impl<R: Kept> Locked<'_, R> {
    /// Reads the rules that hold, and those that have ended but still stand in the file.
    pub(super) fn rows(&self) -> Result<(RowsOf<R>, RowsOf<R>), Fault> {
        let all = self.table.read()?;
        Ok(all.into_iter().partition(|(_, row)| !row.has_ended()))
    }

    /// Tells whether the stop file is there.
    pub(super) fn is_stopped(&self) -> bool {
        self.table.is_stopped()
    }

    /// Replaces the table; on return it is on the disk.
    pub(super) fn write(&self, rows: &RowsOf<R>) -> Result<(), Fault> {
        let text = format(&machine_start()?, rows);
        let beside = self.table.file.with_extension("new");
        let mut private = OpenOptions::new();
        private.write(true).create(true).truncate(true).mode(0o600);
        let replace = || {
            let mut file = private.open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.table.file)?;
            self.table.sync_folder()
        };
        replace().map_err(|cause| Fault::Failed(beside.clone(), cause))
    }

    /// Empties the table. Needs no room on the disk.
    pub(super) fn clear(&self) -> Result<(), Fault> {
        let file = &self.table.file;
        let removed = match fs::remove_file(file) {
            Ok(()) => self.table.sync_folder(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed.map_err(|cause| Fault::Failed(file.clone(), cause))
    }

    /// Takes the stop file away.
    pub(super) fn remove_stop_file(&self) -> Result<(), Fault> {
        let path = stop_file(&self.table.folder);
        let removed = fs::remove_file(&path).and_then(|()| self.table.sync_folder());
        removed.map_err(|cause| Fault::Failed(path, cause))
    }
}

/// Names this start of the machine.
fn machine_start() -> Result<String, Fault> {
    const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
    let read = fs::read_to_string(BOOT_ID).map(|id| id.trim().to_owned());
    read.map_err(|cause| Fault::Failed(BOOT_ID.into(), cause))
}

fn format<R: Kept>(start: &str, rows: &RowsOf<R>) -> String {
    let mut text = format!("{} {start}\n", R::TITLE);
    for (name, row) in rows {
        text.push_str(&row.line(*name));
        text.push('\n');
    }
    text.push_str(&format!("end {}\n", rows.len()));
    text
}

/// Undoes [`format`]. Tells the number of the first line that is wrong.
fn parse<R: Kept>(text: &str) -> Result<(String, RowsOf<R>), usize> {
    let whole = text.strip_suffix('\n').ok_or(text.lines().count().max(1))?;
    let lines: Vec<&str> = whole.split('\n').collect();
    let [title, rules @ .., end] = lines.as_slice() else {
        return Err(1);
    };
    let start = title
        .strip_prefix(R::TITLE)
        .and_then(|rest| rest.strip_prefix(' '));
    let start = start.ok_or(1_usize)?;
    let mut rows = BTreeMap::new();
    for (line, rule) in (2..).zip(rules) {
        let (name, row) = R::parse(rule).ok_or(line)?;
        if rows.insert(name, row).is_some() {
            return Err(line);
        }
    }
    if *end != format!("end {}", rows.len()) {
        return Err(lines.len());
    }
    Ok((start.to_owned(), rows))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
