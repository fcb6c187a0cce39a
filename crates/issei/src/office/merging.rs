//! A list that others keep, merged into the own one of what is never cut: what it adds, and what it ends.
//!
//! In: the own list's file, the text of a list, the living orders. Out: the merged list; what that means, for people.
//! Always: nothing that stands in the own list is taken out; what is written was weighed first, and is still what was
//! weighed. Not here: when the list counts (`own_list`), what is withdrawn for it (the offices).

use std::collections::{BTreeMap, BTreeSet};

use issei_case::Safeguards;
use issei_case::safeguards::{Entry, Imported, Kind, ListError, plain_list, warning_list};
use issei_desk::safeguards::{Ends, ListWish, MOST_SHOWN, SafeguardsView, Weighed};
use issei_model::{Digest, Goal, Order, OrderId};
use issei_text::{Phrase, key};
use sha2::{Digest as _, Sha256};

use crate::code::Failure;
use crate::office::control::Reply;
use crate::office::folder::Folder;
use crate::office::own_list::{self, OwnList};
use crate::words::tallied;

/// The own list with another merged into it, not written yet.
pub struct Merge {
    own: BTreeMap<own_list::Key, Entry>,
    /// What it adds.
    pub added: Vec<Entry>,
    /// Entries of the other that are there already.
    pub known: u64,
    /// Entries by the same name that its keeper no longer names.
    pub staying: u64,
}

impl Merge {
    /// Merges what was read of a list into the own one of a folder.
    ///
    /// # Errors
    /// If the own list cannot be read.
    pub fn of(folder: &Folder, imported: &Imported) -> Result<Self, Failure> {
        let own = own_list::entries(&own_list::path(folder)).map_err(Failure::unreadable)?;
        let (mut own, mut added, mut known) = (own.unwrap_or_default(), Vec::new(), 0);
        for entry in &imported.entries {
            match own.insert(own_list::key(entry), entry.clone()) {
                None => added.push(entry.clone()),
                Some(_) => known += 1,
            }
        }
        let staying = staying(own.values(), imported);
        Ok(Self {
            own,
            added,
            known,
            staying,
        })
    }

    /// Writes the merged list, one entry a line, so that two states of it can be compared.
    ///
    /// # Errors
    /// If it is longer than an office reads, or cannot be written; nothing is changed then.
    pub fn write(&self, folder: &Folder) -> Result<(), Failure> {
        let line = |entry: &Entry| serde_json::to_string(entry).map_err(Failure::broken);
        let lines: Result<Vec<String>, Failure> = self.own.values().map(line).collect();
        let text = format!("[\n{}\n]\n", lines?.join(",\n"));
        if self.own.len() > Safeguards::MOST_ENTRIES || text.len() > Safeguards::LONGEST_LIST {
            let step = "the own list would be longer than an office reads; import less";
            return Err(Failure::wrong(step));
        }
        folder.write_as_owner(&own_list::path(folder), text.as_bytes())
    }

    /// Tells which orders what is added would end, each with the first goal that is met.
    pub fn ends<'a>(&self, living: impl IntoIterator<Item = (OrderId, &'a Order)>) -> Vec<Ends> {
        let new = Safeguards::default().with(self.added.iter().cloned());
        let ends = living.into_iter().filter_map(|(id, order)| {
            let hits = new.hits(&order.goals);
            hits.first().map(|hit| Ends {
                order: id,
                case: order.case.clone(),
                goal: hit.goal.clone(),
                entry: hit.entry.clone(),
            })
        });
        ends.collect()
    }
}

/// Reads a list by what it looks like; `source` names one that has no name of its own.
///
/// # Errors
/// If it is no list.
pub fn read(kind: Kind, source: &str, text: &str) -> Result<Imported, ListError> {
    match text.trim_start().starts_with('{') {
        true => warning_list(kind, text),
        false => plain_list(kind, source, text),
    }
}

/// Shows the own list as far as a person has to look at it.
pub fn view(lists: &OwnList) -> Reply {
    let vanished = lists.vanished();
    Reply::Safeguards(Box::new(SafeguardsView {
        counting: lists.safeguards().len(),
        own: lists.own(),
        vanished: vanished.iter().take(MOST_SHOWN).cloned().collect(),
        vanished_in_all: vanished.len(),
        letting_go: (!vanished.is_empty()).then(|| own_list::digest(vanished)),
        alarm: lists.alarm(),
    }))
}

/// Tells what taking a list would mean; nothing changes.
pub fn weigh<'a>(
    folder: &Folder,
    wish: &ListWish,
    living: impl IntoIterator<Item = (OrderId, &'a Order)>,
) -> Reply {
    match weighed(folder, wish, living) {
        Ok((_, weighed)) => Reply::Weighed(Box::new(weighed)),
        Err(why) => Reply::Wrong(why),
    }
}

/// Takes a list, if that still means what was weighed. The office looks at its list afterwards.
pub fn take<'a>(
    folder: &Folder,
    wish: &ListWish,
    seen: Digest,
    living: impl IntoIterator<Item = (OrderId, &'a Order)>,
) -> Reply {
    let (merge, weighed) = match weighed(folder, wish, living) {
        Ok(both) => both,
        Err(why) => return Reply::Wrong(why),
    };
    if weighed.seen != seen {
        return Reply::Wrong(Phrase::say("says-list-changed"));
    }
    if let Err(failure) = merge.write(folder) {
        return Reply::Failed(Phrase::failure(failure));
    }
    Reply::Done(tallied(key!("says-added"), merge.added.len() as u64))
}

/// Tells whether a goal is never cut, and by which list.
pub fn guarded(safeguards: &Safeguards, goal: &Goal) -> Reply {
    let no = safeguards.spares(goal).err();
    let why = no.map(|no| no.explanation);
    Reply::Guarded(why.map(|why| Phrase::of(|text| why.of(text.0).to_owned())))
}

/// Lets go what vanished, if it is exactly what has this digest.
pub fn let_go(folder: &Folder, lists: &OwnList, said: Digest) -> Reply {
    if lists.vanished().is_empty() || own_list::digest(lists.vanished()) != said {
        return Reply::Wrong(Phrase::say("says-not-vanished"));
    }
    match folder.write_as_owner(&own_list::word_path(folder), said.to_string().as_bytes()) {
        Ok(()) => Reply::Done(Phrase::say("says-let-go")),
        Err(failure) => Reply::Failed(Phrase::failure(failure)),
    }
}

fn weighed<'a>(
    folder: &Folder,
    wish: &ListWish,
    living: impl IntoIterator<Item = (OrderId, &'a Order)>,
) -> Result<(Merge, Weighed), Phrase> {
    let imported = read(wish.kind, wish.source.trim(), &wish.text).map_err(Phrase::failure)?;
    if imported.entries.iter().any(|entry| entry.source.is_empty()) {
        return Err(Phrase::say("says-list-name"));
    }
    let merge = Merge::of(folder, &imported).map_err(Phrase::failure)?;
    let ends = merge.ends(living);
    let weighed = Weighed {
        added: merge.added.iter().take(MOST_SHOWN).cloned().collect(),
        added_in_all: merge.added.len(),
        known: merge.known,
        refused: imported.passed_over,
        examples: imported.examples,
        staying: merge.staying,
        seen: seen(&merge.added, &ends),
        ends,
    };
    Ok((merge, weighed))
}

/// Names what a list adds and which orders it ends.
fn seen(added: &[Entry], ends: &[Ends]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(own_list::digest(added).0);
    for one in ends {
        hash.update(one.order.to_string());
    }
    Digest(hash.finalize().into())
}

/// Counts what stands in the own list by the same name and in the imported one no more.
fn staying<'a>(own: impl Iterator<Item = &'a Entry>, imported: &Imported) -> u64 {
    let Some(first) = imported.entries.first() else {
        return 0;
    };
    let same = own.filter(|entry| entry.source == first.source && entry.kind == first.kind);
    let new: BTreeSet<_> = imported.entries.iter().map(own_list::key).collect();
    same.filter(|entry| !new.contains(&own_list::key(entry)))
        .count() as u64
}

#[cfg(test)]
#[path = "merging_tests.rs"]
mod tests;
