//! Which addresses the names in question stood for, as this member's own resolvers told and others reported.
//!
//! In: names that somebody asks about, addresses that members reported of them, the own resolvers. Out:
//! `names.json` in the office's folder; of a name, its addresses, or that they are not known. Always: only names
//! that a question was about; a name that the own resolvers were not asked about within a day is not
//! known, whatever others say; addresses only ever come to those that were heard within 30 days, so one that is
//! given elsewhere or was given before counts too; too many addresses are as good as none.
//! Limits: a resolver tells the addresses of now and here. Not here: who contacted them (`contacts`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use issei_host::names::look_up;
use issei_model::{DomainName, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::office::folder::Folder;

/// How long an address counts after it was heard of last: as long as contacts are remembered.
const REMEMBERED: Span = Span::from_secs(30 * 86_400);
/// How long a look-up of our own counts. As evidence does: addresses change hands within days.
const FRESH: Span = Span::from_secs(86_400);
/// How long nobody is asked again: one case asks more than once.
const SETTLED: Span = Span::from_secs(60);
/// Addresses of one name. A name that has more moves too fast to be counted by them.
const MOST_ADDRESSES: usize = 64;
/// Names that are remembered: those of ten full orders.
const MOST_NAMES: usize = 10_000;
/// Resolvers that one member may name.
pub const MOST_RESOLVERS: usize = 16;

/// What is known of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    names: BTreeMap<DomainName, Known>,
}

/// What is known of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// When the own resolvers were asked, all of them, and answered.
    looked_up: Option<Timestamp>,
    /// Addresses, each with when it was heard of last.
    addresses: BTreeMap<IpAddr, Timestamp>,
}

/// Names in question, with the addresses that members reported of them.
pub type Reported = BTreeMap<DomainName, BTreeSet<IpAddr>>;

impl Names {
    /// Reads what is known; nothing if nobody asked yet.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn read(folder: &Folder) -> Result<Self, String> {
        let path = path(folder);
        let told = |error: String| format!("{}: {error}", path.display());
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| told(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(told(error.to_string())),
        }
    }

    /// Tells the addresses of a name, own and reported; none if they are not known.
    pub fn addresses(&self, name: &DomainName, now: Timestamp) -> Option<BTreeSet<IpAddr>> {
        let known = self.names.get(name)?;
        let fresh = known.looked_up.is_some_and(|at| now < at + FRESH);
        let few = (1..=MOST_ADDRESSES).contains(&known.addresses.len());
        (fresh && few).then(|| known.addresses.keys().copied().collect())
    }

    /// Takes what others reported and what the own resolvers say of names in question.
    fn learn(&mut self, reported: &Reported, resolvers: &[SocketAddr], now: Timestamp) -> Learned {
        let mut learned = Learned::default();
        for (name, addresses) in reported {
            if !self.names.contains_key(name) && self.names.len() >= MOST_NAMES {
                learned.no_room += 1;
                continue;
            }
            let known = self.names.entry(name.clone()).or_default();
            known.hear(addresses, now);
            if known.looked_up.is_some_and(|at| now < at + SETTLED) {
                continue;
            }
            match asked(resolvers, name) {
                Ok(found) => {
                    known.hear(&found, now);
                    known.looked_up = Some(now);
                }
                Err(why) => {
                    // The next name would wait for the same resolver.
                    learned.unknown = Some(why);
                    break;
                }
            }
        }
        learned
    }

    /// Forgets what nobody heard of for a month.
    fn forget(&mut self, now: Timestamp) {
        for known in self.names.values_mut() {
            known.addresses.retain(|_, heard| now < *heard + REMEMBERED);
        }
        let lives = |known: &Known| known.looked_up.is_some_and(|at| now < at + FRESH);
        self.names
            .retain(|_, known| !known.addresses.is_empty() || lives(known));
    }
}

/// What did not work out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Learned {
    no_room: u64,
    unknown: Option<String>,
}

impl Known {
    /// One more than may be counted is kept, so that it is known that there are too many.
    fn hear(&mut self, addresses: &BTreeSet<IpAddr>, now: Timestamp) {
        for &ip in addresses {
            if self.addresses.contains_key(&ip) || self.addresses.len() <= MOST_ADDRESSES {
                self.addresses.insert(ip, now);
            }
        }
    }
}

/// Asks every own resolver for a name.
fn asked(resolvers: &[SocketAddr], name: &DomainName) -> Result<BTreeSet<IpAddr>, String> {
    if resolvers.is_empty() {
        return Err(
            "settings.toml names no `resolvers`, so nothing is known about names; name those that this member's lines ask"
                .into(),
        );
    }
    let mut found = BTreeSet::new();
    for &resolver in resolvers.iter().take(MOST_RESOLVERS) {
        found.append(&mut look_up(resolver, name).map_err(|why| why.to_string())?);
    }
    Ok(found)
}

/// Learns about names in question, and keeps it. May wait for resolvers.
///
/// # Errors
/// Why something is not known; what is known is kept all the same.
pub fn learn(folder: &Folder, reported: &Reported, now: Timestamp) -> Result<(), String> {
    if reported.is_empty() {
        return Ok(());
    }
    let settings = folder.settings().map_err(|why| why.to_string())?;
    let mut names = Names::read(folder)?;
    names.forget(now);
    let learned = names.learn(reported, &settings.resolvers, now);
    let text = serde_json::to_vec(&names).map_err(|error| error.to_string())?;
    let kept = folder.write(&path(folder), &text);
    kept.map_err(|why| why.to_string())?;
    match (learned.unknown, learned.no_room) {
        (Some(why), _) => Err(why),
        (None, 0) => Ok(()),
        (None, more) => Err(format!(
            "{more} names in question found no room; they are not known for a month"
        )),
    }
}

fn path(folder: &Folder) -> PathBuf {
    folder.root().join("names.json")
}

#[cfg(test)]
#[path = "names_tests.rs"]
pub(crate) mod tests;
