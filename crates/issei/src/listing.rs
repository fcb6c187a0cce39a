//! `issei lists`: takes over lists that others keep, and lets go, at a person's word, what vanished.
//!
//! In: a list's file, the folder of an office or enforcer. Out: the own list with what was added, and what
//! of living orders meets it. Always: nothing that stands in the own list is taken out; nothing is written
//! with `--dry-run`, nor if the whole would not fit. Not here: fetching lists; lifting (the offices look at
//! their list by themselves).

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use issei_case::safeguards::{Entry, Imported, Kind, Place};
use issei_case::{Hint, Safeguards};
use issei_desk::safeguards::MOST_SHOWN;
use issei_model::{Digest, Language, Order, OrderId};
use issei_text::{Text, key, said};

use crate::code::{self, Failure};
use crate::command_line::{Import, Lists, Meaning};
use crate::office::control::{Ask, Line, Reply, Stands};
use crate::office::folder::Folder;
use crate::office::member::hints::{self, Hints};
use crate::office::merging::{self, Merge};
use crate::office::own_list;
use crate::{caller, enforcer, order, words};

/// Does what is wished with lists.
///
/// # Errors
/// If a file cannot be read or written, or is no list.
pub fn run(wish: &Lists, language: Language) -> Result<u8, Failure> {
    let page = match wish {
        Lists::Import(wish) => import(wish, Text(language))?,
        Lists::Review { folder, accept } => review(&office(folder)?, *accept, Text(language))?,
    };
    caller::say(&page)?;
    Ok(code::DONE)
}

/// Merges a list into the own one, and tells what that means.
fn import(wish: &Import, tongue: Text) -> Result<String, Failure> {
    let folder = office(&wish.into)?;
    match Meaning::from(wish.kind) {
        Meaning::Never(kind) => import_safeguards(wish, &folder, &read(wish, kind)?, tongue),
        // Only the places count; a hint is of no kind of safeguard.
        Meaning::Shared(hint) => import_hints(wish, &folder, hint, &read(wish, Kind::Own)?, tongue),
    }
}

fn import_safeguards(
    wish: &Import,
    folder: &Folder,
    imported: &Imported,
    tongue: Text,
) -> Result<String, Failure> {
    let merge = Merge::of(folder, imported)?;
    let mut page = counts(imported, &merge, tongue);
    page += &effect(folder, &merge, tongue);
    if wish.dry_run {
        return Ok(page + &tongue.say("lists-unchanged") + "\n");
    }
    merge.write(folder)?;
    Ok(page + &tongue.say("lists-taken") + "\n")
}

/// Adds prefixes with a hint to the office's list of them. Nothing that is in force ends by a hint.
fn import_hints(
    wish: &Import,
    folder: &Folder,
    hint: Hint,
    imported: &Imported,
    tongue: Text,
) -> Result<String, Failure> {
    let before = Hints::read(folder).map_err(Failure::unreadable)?;
    let (mut lines, mut names, mut known) = (String::new(), 0, 0);
    for entry in &imported.entries {
        match &entry.place {
            Place::Prefix(net) if before.has(net, hint) => known += 1,
            Place::Prefix(net) => {
                let _ = writeln!(lines, "{net} {hint} # {}", words::tame(&entry.source));
            }
            _ => names += 1,
        }
    }
    let added = lines.lines().count();
    let new = words::tally(tongue, key!("lists-prefixes-new"), added as u64);
    let refused = imported.passed_over + names;
    let mut page = said!(tongue, "lists-counts", new, known, refused) + "\n";
    page += &refused_lines(imported, tongue);
    let path = hints::path(folder);
    let text = match path.exists() {
        true => folder.text(&path)?,
        false => String::new(),
    };
    let ends = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let text = format!("{text}{ends}{lines}");
    Hints::parse(&text).map_err(Failure::wrong)?; // what would not read is not written
    if wish.dry_run {
        return Ok(page + &tongue.say("lists-unchanged") + "\n");
    }
    folder.write_as_owner(&path, text.as_bytes())?;
    Ok(page + &tongue.say("lists-hints-taken") + "\n")
}

/// Reads the list that others keep, by what it looks like.
fn read(wish: &Import, kind: Kind) -> Result<Imported, Failure> {
    let text = bounded(&wish.file)?;
    let told = |error| Failure::unreadable(format!("{}: {error}", wish.file.display()));
    let mut imported = merging::read(kind, &name(&wish.file), &text).map_err(told)?;
    if let Some(source) = &wish.source {
        for entry in &mut imported.entries {
            entry.source.clone_from(source);
        }
    }
    Ok(imported)
}

fn bounded(path: &Path) -> Result<String, Failure> {
    let told = |error| Failure::unreadable(format!("{}: {error}", path.display()));
    let mut text = String::new();
    let file = fs::File::open(path).map_err(told)?;
    let most = Safeguards::LONGEST_LIST as u64 + 1;
    file.take(most).read_to_string(&mut text).map_err(told)?;
    Ok(text)
}

fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn counts(imported: &Imported, merge: &Merge, tongue: Text) -> String {
    let mut page = listed("+", &merge.added, tongue);
    let new = words::tally(tongue, key!("lists-entries-new"), merge.added.len() as u64);
    let (known, refused) = (merge.known, imported.passed_over);
    page += &(said!(tongue, "lists-counts", new, known, refused) + "\n");
    page += &refused_lines(imported, tongue);
    if merge.staying > 0 {
        page += &(words::tally(tongue, key!("lists-stay"), merge.staying) + "\n");
    }
    page
}

fn refused_lines(imported: &Imported, tongue: Text) -> String {
    let line = |(number, text): &(usize, String)| {
        let refused = said!(tongue, "lists-refused-at", number, text = words::tame(text));
        format!("  {refused}\n")
    };
    imported.examples.iter().map(line).collect()
}

fn listed(sign: &str, entries: &[Entry], tongue: Text) -> String {
    let mut page = String::new();
    for entry in entries.iter().take(MOST_SHOWN) {
        let source = words::tame(&entry.source);
        let _ = writeln!(
            page,
            "{sign} {}",
            said!(
                tongue,
                "lists-entry",
                place = entry.place.words(),
                kind = entry.kind.words().of(tongue.0),
                source
            )
        );
    }
    if entries.len() > MOST_SHOWN {
        let more = entries.len() - MOST_SHOWN;
        let _ = writeln!(page, "{sign} {}", said!(tongue, "lists-more", more));
    }
    page
}

/// Tells which living orders meet new entries.
fn effect(folder: &Folder, merge: &Merge, tongue: Text) -> String {
    let orders = match living(folder) {
        Ok(orders) => orders,
        Err(_) => {
            return tongue.say("lists-nobody-runs") + "\n";
        }
    };
    let mut page = String::new();
    for one in merge.ends(orders.iter().map(|(id, order)| (*id, order))) {
        let (id, place) = (order::short(one.order), one.entry.place.words());
        let ends = said!(tongue, "lists-ends", order = id, goal = one.goal, place);
        let _ = writeln!(page, "{ends}");
    }
    match page.is_empty() {
        true => tongue.say("lists-no-order") + "\n",
        false => page,
    }
}

/// Lists the orders that live at an office, or stand on an enforcer's devices.
fn living(folder: &Folder) -> Result<Vec<(OrderId, Order)>, Failure> {
    if enforcer::is_set_up(folder) {
        return enforcer::standing(folder);
    }
    match Line::open(folder)?.ask(&Ask::Orders)? {
        Reply::Orders(views) => {
            let over = |stands| matches!(stands, Stands::Ended | Stands::Refused);
            let alive = views.into_iter().filter(|view| !over(view.stands));
            Ok(alive.map(|view| (view.id, view.order)).collect())
        }
        other => Err(caller::astray(&other)),
    }
}

/// Shows what vanished, and lets it go if its digest was said.
fn review(folder: &Folder, accept: Option<Digest>, tongue: Text) -> Result<String, Failure> {
    let vanished = own_list::vanished(folder)?;
    if vanished.is_empty() {
        return Ok(tongue.say("lists-nothing-vanished") + "\n");
    }
    let digest = own_list::digest(&vanished);
    let mut page = listed("-", &vanished, tongue);
    match accept {
        None => {
            page += &(said!(tongue, "lists-still-count", digest) + "\n");
        }
        Some(said) if said == digest => {
            let word = own_list::word_path(folder);
            folder.write_as_owner(&word, digest.to_string().as_bytes())?;
            page += &(tongue.say("lists-let-go") + "\n");
        }
        Some(_) => {
            let complaint =
                format!("that is not their digest, which is {digest}; nothing was changed");
            return Err(Failure::wrong(complaint));
        }
    }
    Ok(page)
}

fn office(path: &Path) -> Result<Folder, Failure> {
    let folder = Folder::new(path);
    folder.read(&folder.charter())?; // any other folder would only look like one
    Ok(folder)
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
