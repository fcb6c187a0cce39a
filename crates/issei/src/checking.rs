//! Checks what people set, before anything begins: a collector's file, an office's folder, an enforcer's folder.
//!
//! In: a file or a folder. Out: that there is no mistake, or all that can be told at once, each with its place
//! and its mend. Always: nothing is written, bound or asked. Not here: how a file is read (`configuration`,
//! `office::settings`, `enforcer::devices`), what only the running process can know.

use std::path::Path;

use issei_text::{Text, said};
use toml::de::{DeTable, DeValue};

use crate::code::Failure;
use crate::command_line::Network;
use crate::configuration::{Complaint, Complaints, Spot, nearest};
use crate::enforcer::devices;
use crate::office::folder::Folder;
use crate::office::settings::Settings;
use crate::setting::{self, Lists, Wanted};
use crate::words;

/// Checks a file, or the files of a folder, and what they name.
///
/// # Errors
/// Every mistake.
pub fn check(place: &Path, tongue: Text) -> Result<String, Failure> {
    if place.is_dir() {
        return folder(place, tongue);
    }
    match place.file_name().and_then(|name| name.to_str()) {
        Some(Settings::FILE) => settings(place, tongue),
        Some(devices::Settings::FILE) => devices_of(place, tongue),
        _ => collector(place, tongue),
    }
}

/// Checks the file of `issei collect`, and the lists that it names.
fn collector(file: &Path, tongue: Text) -> Result<String, Failure> {
    let network = Network {
        config: Some(file.to_owned()),
        ..Network::default()
    };
    let configuration = setting::configuration(&network)?;
    setting::check_paths(file)?;
    let lists = Lists::read(&configuration)?;
    let notes = lists.notes.iter();
    let notes = notes.map(|note| format!("  {}\n", note.pick(tongue)));
    Ok(format!(
        "{}{}",
        fine(file, tongue),
        notes.collect::<String>()
    ))
}

fn folder(place: &Path, tongue: Text) -> Result<String, Failure> {
    let files = [Settings::FILE, devices::Settings::FILE].map(|name| place.join(name));
    let [is_office, is_enforcer] = [&files[0], &files[1]].map(|file| file.is_file());
    if !is_office && !is_enforcer {
        return Err(Failure::wrong(format!(
            "{}: this folder has neither settings.toml nor devices.toml; name an office's or an enforcer's folder",
            place.display()
        )));
    }
    let mut said = String::new();
    if is_office {
        said += &settings(&files[0], tongue)?;
    }
    if is_enforcer {
        said += &devices_of(&files[1], tongue)?;
    }
    Ok(said)
}

/// Checks an office's settings, the pack they make, and its certificate if there is one.
fn settings(file: &Path, tongue: Text) -> Result<String, Failure> {
    let root = file.parent().unwrap_or(Path::new(""));
    let text = read(file)?;
    let shown = file.display().to_string();
    let (settings, places) = Settings::parse_with_places(&shown, &text).map_err(Failure::wrong)?;
    let mut all = Vec::new();
    let mut say = |spot: Spot, key: &str, (wrong, mend): (String, String)| {
        all.push(Complaint {
            spot,
            key: key.into(),
            wrong,
            mend,
        });
    };
    let pack = issei_case::ground::Pack::japan();
    let rows: Vec<&str> = pack
        .rows()
        .filter(|row| row.allows_cut())
        .map(|row| row.name.as_str())
        .collect();
    for row in settings
        .rows_on
        .iter()
        .filter(|row| !rows.contains(&row.as_str()))
    {
        let mend = match nearest(row, rows.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", rows.join(", ")),
        };
        let wrong = format!("the pack has no row `{row}` that allows a cut");
        say(places.part("rows_on", row), "rows_on", (wrong, mend));
    }
    if let Some(own) = &settings.own_pack
        && let Some(missing) = Wanted::File.missing(root, own)
    {
        say(places.spot("own_pack"), "own_pack", missing);
    }
    let oidc = settings.oidc.as_ref();
    if let Some(file) = oidc.and_then(|oidc| oidc.client_secret_file.as_ref())
        && let Some(missing) = Wanted::File.missing(root, file)
    {
        let key = "oidc.client_secret_file";
        say(places.spot(key), key, missing);
    }
    if !all.is_empty() {
        return Err(refused(shown, all));
    }
    oidc.map_or(Ok(None), |oidc| oidc.secret(root))?;
    let folder = Folder::new(root);
    folder.pack()?;
    if folder.certificate().exists() {
        folder.credentials()?;
    }
    Ok(fine(file, tongue))
}

/// Checks an enforcer's devices, and that the files they name are there.
fn devices_of(file: &Path, tongue: Text) -> Result<String, Failure> {
    let text = read(file)?;
    let shown = file.display().to_string();
    devices::Settings::parse(&shown, &text).map_err(Failure::wrong)?;
    let mut all = Vec::new();
    // It was read, so its grammar is sound.
    if let Ok(table) = DeTable::parse(&text) {
        let root = file.parent().unwrap_or(Path::new(""));
        named_files(&text, root, "", table.get_ref(), &mut all);
    }
    match all.is_empty() {
        true => Ok(fine(file, tongue)),
        false => Err(refused(shown, all)),
    }
}

/// Looks for the files that a table names, in the tables within it too.
fn named_files(
    text: &str,
    root: &Path,
    within: &str,
    table: &DeTable<'_>,
    all: &mut Vec<Complaint>,
) {
    for (key, value) in table {
        let key = match within {
            "" => key.get_ref().to_string(),
            within => format!("{within}.{}", key.get_ref()),
        };
        match value.get_ref() {
            DeValue::Table(table) => named_files(text, root, &key, table, all),
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(table) = item.get_ref() {
                        named_files(text, root, &key, table, all);
                    }
                }
            }
            DeValue::String(named) if NAMING.iter().any(|name| key.ends_with(name)) => {
                if let Some((wrong, mend)) = Wanted::File.missing(root, Path::new(&**named)) {
                    all.push(Complaint {
                        spot: Spot::of(text, &value.span()),
                        key,
                        wrong,
                        mend,
                    });
                }
            }
            _ => {}
        }
    }
}

/// Knobs of `devices.toml` that name a file to read.
const NAMING: [&str; 3] = [".secret_file", ".key_file", ".base.file"];

fn refused(file: String, mut all: Vec<Complaint>) -> Failure {
    all.sort_by(|one, other| one.spot.cmp(&other.spot));
    Failure::wrong(Complaints { file, all })
}

fn read(file: &Path) -> Result<String, Failure> {
    let told = |error| Failure::wrong(format!("{}: {error}", file.display()));
    std::fs::read_to_string(file).map_err(told)
}

fn fine(file: &Path, tongue: Text) -> String {
    let file = words::tame(&file.display().to_string());
    said!(tongue, "config-fine", file) + "\n"
}

#[cfg(test)]
#[path = "checking_tests.rs"]
mod tests;
