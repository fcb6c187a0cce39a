//! Puts a member's standing lists of names into the zones beside those of the orders.
//!
//! In: a file, one name a line, `#` before a comment; the safeguards. Out: the zone's list, or why the one before
//! stays. Always: a file with a mistake is not taken at all, and the mistake is named with its line; what is
//! safeguarded is left out, whatever the list says; lists are read beside the enforcer's work and hold up
//! nothing of an order. Not here: whose list it is; no order puts a name on it, and none takes one off.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use issei_case::Safeguards;
use issei_enforce::zone::read_names;
use issei_host::device::Listed;
use issei_model::{DomainName, Goal};

/// Bytes of a list: a million names of the usual length are a tenth of it.
const LONGEST: u64 = 256 << 20;

/// Where a list lies, and how long it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The file.
    pub path: PathBuf,
    /// Names at most.
    pub most: usize,
}

/// What became of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Names that stand in the zone now.
    pub names: u64,
    /// Names that were left out because they are safeguarded.
    pub spared: u64,
    /// Names that are too long to stand below the zone's.
    pub missing: u64,
}

/// Lists on their way into zones; the newest wins.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    shared: Arc<Mutex<Shared>>,
    /// Held by who loads: one after the other.
    turn: Arc<Mutex<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    round: u64,
    ended: Vec<(PathBuf, Result<Loaded, String>)>,
}

impl Lists {
    /// Begins to load lists into zones, beside the caller's work.
    pub fn load(&self, lists: Vec<(List, Arc<dyn Listed>)>, safeguards: &Safeguards) {
        let round = self.next_round();
        if lists.is_empty() {
            return;
        }
        let (these, safeguards) = (self.clone(), safeguards.clone());
        let work = move || {
            let _turn = these.turn.lock().unwrap_or_else(PoisonError::into_inner);
            for (list, zone) in lists {
                if !these.is_newest(round) {
                    return;
                }
                let loaded = load(&list, zone.as_ref(), &safeguards);
                these.shared().ended.push((list.path, loaded));
            }
        };
        if let Err(error) = thread::Builder::new().name("lists".into()).spawn(work) {
            let told = Err(format!("no thread to read it: {error}"));
            self.shared().ended.push((PathBuf::from("lists"), told));
        }
    }

    /// Gives what became of lists since the last time.
    pub fn take_ended(&self) -> Vec<(PathBuf, Result<Loaded, String>)> {
        std::mem::take(&mut self.shared().ended)
    }

    fn next_round(&self) -> u64 {
        let mut shared = self.shared();
        shared.round += 1;
        shared.round
    }

    fn is_newest(&self, round: u64) -> bool {
        self.shared().round == round
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a list and puts it into a zone.
///
/// # Errors
/// Why the list before stays.
fn load(list: &List, zone: &dyn Listed, safeguards: &Safeguards) -> Result<Loaded, String> {
    let names = read(list)?;
    if safeguards.is_overfull() {
        return Err("the safeguard lists are too long, so nobody knows what they protect".into());
    }
    let all = names.len();
    let spared = |name: &DomainName| safeguards.spares(&Goal::Name(name.clone())).is_ok();
    let names: BTreeSet<DomainName> = names.into_iter().filter(spared).collect();
    let missing = zone.load(&names).map_err(|error| error.to_string())?;
    Ok(Loaded {
        names: names.len() as u64 - missing,
        spared: (all - names.len()) as u64,
        missing,
    })
}

fn read(list: &List) -> Result<BTreeSet<DomainName>, String> {
    let told = |error: std::io::Error| format!("{error}; check the path in devices.toml");
    let length = fs::metadata(&list.path).map_err(told)?.len();
    if length > LONGEST {
        let most = LONGEST >> 20;
        return Err(format!("it is longer than {most} MiB; shorten it"));
    }
    let text = fs::read_to_string(&list.path).map_err(told)?;
    let read = read_names(&text, list.most);
    if let Some((line, shown)) = read.example {
        let wrong = read.unread;
        return Err(format!(
            "line {line} is no name: `{shown}` ({wrong} such lines); a name has two or more labels, such as `c2.example`, and no `*`"
        ));
    }
    if read.beyond > 0 {
        let (most, beyond) = (list.most, read.beyond);
        return Err(format!(
            "it has {beyond} names more than {most}; shorten it, or raise `most_names`"
        ));
    }
    Ok(read.names)
}

#[cfg(test)]
#[path = "lists_tests.rs"]
mod tests;
