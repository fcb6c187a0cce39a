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

use issei_case::safeguards::{Entry, Imported, Kind, Place, plain_list, warning_list};
use issei_case::{Hint, Safeguards};
use issei_model::{Digest, Order, OrderId};

use crate::code::{self, Failure};
use crate::command_line::{Import, Lists, Meaning};
use crate::office::control::{Ask, Line, Reply, Stands};
use crate::office::folder::Folder;
use crate::office::member::hints::{self, Hints};
use crate::office::own_list;
use crate::{caller, enforcer, order, words};

/// Entries shown one by one.
const MOST_SHOWN: usize = 20;

/// Does what is wished with lists.
///
/// # Errors
/// If a file cannot be read or written, or is no list.
pub fn run(wish: &Lists) -> Result<u8, Failure> {
    let page = match wish {
        Lists::Import(wish) => import(wish)?,
        Lists::Review { folder, accept } => review(&office(folder)?, *accept)?,
    };
    caller::say(&page)?;
    Ok(code::DONE)
}

/// Merges a list into the own one, and tells what that means.
fn import(wish: &Import) -> Result<String, Failure> {
    let folder = office(&wish.into)?;
    match Meaning::from(wish.kind) {
        Meaning::Never(kind) => import_safeguards(wish, &folder, &read(wish, kind)?),
        // Only the places count; a hint is of no kind of safeguard.
        Meaning::Shared(hint) => import_hints(wish, &folder, hint, &read(wish, Kind::Own)?),
    }
}

fn import_safeguards(
    wish: &Import,
    folder: &Folder,
    imported: &Imported,
) -> Result<String, Failure> {
    let path = own_list::path(folder);
    let before = own_list::entries(&path).map_err(Failure::unreadable)?;
    let mut own = before.unwrap_or_default();
    let mut added = Vec::new();
    let mut known: u64 = 0;
    for entry in imported.entries.iter().cloned() {
        match own.insert(own_list::key(&entry), entry.clone()) {
            None => added.push(entry),
            Some(_) => known += 1,
        }
    }
    let stays = staying(own.values(), imported);
    let mut page = counts(imported, &added, known, stays);
    page += &effect(folder, &added);
    if wish.dry_run {
        return Ok(page + "nothing was changed\n");
    }
    let all: Vec<&Entry> = own.values().collect();
    folder.write_as_owner(&path, &text(&all)?)?;
    Ok(page + "an office or enforcer that runs there goes by it within a second\n")
}

/// Adds prefixes with a hint to the office's list of them. Nothing that is in force ends by a hint.
fn import_hints(
    wish: &Import,
    folder: &Folder,
    hint: Hint,
    imported: &Imported,
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
    let prefixes = words::counted(added as u64, "prefix is new", "prefixes are new");
    let refused = imported.passed_over + names;
    let mut page = format!("{prefixes}, {known} known, {refused} refused\n");
    page += &refused_lines(imported);
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
        return Ok(page + "nothing was changed\n");
    }
    folder.write_as_owner(&path, text.as_bytes())?;
    Ok(page + "the next answers about a radius tell it\n")
}

/// Reads the list that others keep, by what it looks like.
fn read(wish: &Import, kind: Kind) -> Result<Imported, Failure> {
    let text = bounded(&wish.file)?;
    let told = |error| Failure::unreadable(format!("{}: {error}", wish.file.display()));
    let mut imported = match text.trim_start().starts_with('{') {
        true => warning_list(kind, &text).map_err(told)?,
        false => plain_list(kind, &name(&wish.file), &text).map_err(told)?,
    };
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

/// Counts what stands in the own list by the same name and in the imported one no more.
fn staying<'a>(own: impl Iterator<Item = &'a Entry>, imported: &Imported) -> u64 {
    let Some(first) = imported.entries.first() else {
        return 0;
    };
    let same = own.filter(|entry| entry.source == first.source && entry.kind == first.kind);
    let new: std::collections::BTreeSet<_> = imported.entries.iter().map(own_list::key).collect();
    same.filter(|entry| !new.contains(&own_list::key(entry)))
        .count() as u64
}

fn counts(imported: &Imported, added: &[Entry], known: u64, stays: u64) -> String {
    let mut page = listed("+", added);
    let entries = words::counted(added.len() as u64, "entry is new", "entries are new");
    let _ = writeln!(
        page,
        "{entries}, {known} known, {} refused",
        imported.passed_over
    );
    page += &refused_lines(imported);
    if stays > 0 {
        let stays = words::counted(
            stays,
            "entry of this list stays",
            "entries of this list stay",
        );
        let _ = writeln!(page, "{stays} that its keeper no longer names");
    }
    page
}

fn refused_lines(imported: &Imported) -> String {
    let line = |(number, text): &(usize, String)| {
        format!("  refused at {number}: `{}`\n", words::tame(text))
    };
    imported.examples.iter().map(line).collect()
}

fn listed(sign: &str, entries: &[Entry]) -> String {
    let mut page = String::new();
    for entry in entries.iter().take(MOST_SHOWN) {
        let source = words::tame(&entry.source);
        let _ = writeln!(
            page,
            "{sign} {} ({}; list `{source}`)",
            entry.place.words(),
            entry.kind.words().en
        );
    }
    if entries.len() > MOST_SHOWN {
        let more = entries.len() - MOST_SHOWN;
        let _ = writeln!(page, "{sign} and {more} more");
    }
    page
}

/// Tells which living orders meet new entries.
fn effect(folder: &Folder, added: &[Entry]) -> String {
    let orders = match living(folder) {
        Ok(orders) => orders,
        Err(_) => {
            return "nobody runs there, so it is not known what of living orders meets it\n".into();
        }
    };
    let new = Safeguards::default().with(added.iter().cloned());
    let mut page = String::new();
    for (id, living) in &orders {
        if let Some(hit) = new.hits(&living.goals).first() {
            let (id, place) = (order::short(*id), hit.entry.place.words());
            let _ = writeln!(page, "order {id} ends by it: `{}` meets {place}", hit.goal);
        }
    }
    match page.is_empty() {
        true => "no living order meets it\n".into(),
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

/// Writes entries one a line, so that two states of a list can be compared.
fn text(entries: &[&Entry]) -> Result<Vec<u8>, Failure> {
    let line = |entry: &&Entry| serde_json::to_string(entry).map_err(Failure::broken);
    let lines: Result<Vec<String>, Failure> = entries.iter().map(line).collect();
    let text = format!("[\n{}\n]\n", lines?.join(",\n"));
    if entries.len() > Safeguards::MOST_ENTRIES || text.len() > Safeguards::LONGEST_LIST {
        let step = "the own list would be longer than an office reads; import less";
        return Err(Failure::wrong(step));
    }
    Ok(text.into_bytes())
}

/// Shows what vanished, and lets it go if its digest was said.
fn review(folder: &Folder, accept: Option<Digest>) -> Result<String, Failure> {
    let vanished = own_list::vanished(folder)?;
    if vanished.is_empty() {
        return Ok("nothing vanished from the own list\n".into());
    }
    let digest = own_list::digest(&vanished);
    let mut page = listed("-", &vanished);
    match accept {
        None => {
            let _ = writeln!(
                page,
                "these stand in the own list no more and still count; let them go with --accept {digest}"
            );
        }
        Some(said) if said == digest => {
            let word = own_list::word_path(folder);
            folder.write_as_owner(&word, digest.to_string().as_bytes())?;
            page += "these count no more, within a second or from the next start on\n";
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
