//! The catalogues agree with each other and with the sources.

use std::collections::BTreeSet;

use fluent_bundle::FluentResource;

use super::*;

/// The rooms that say something.
const SPEAKERS: [&str; 2] = ["issei-window", "issei"];

/// The keys of a catalogue, in their order: what stands before ` =` at the beginning of a line.
fn all_keys<'a>(files: &[&'a str]) -> Vec<&'a str> {
    let lines = files.iter().flat_map(|file| file.lines());
    let heads = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    heads
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key)
        .collect()
}

fn keys<'a>(files: &[&'a str]) -> BTreeSet<&'a str> {
    all_keys(files).into_iter().collect()
}

/// What goes into each message: `{ $name }`.
fn holes(files: &[&str]) -> BTreeSet<(String, String)> {
    let mut key = "";
    let mut found = BTreeSet::new();
    for line in files.iter().flat_map(|file| file.lines()) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = line.split_once(" =").map_or("", |(key, _)| key);
        }
        for part in line.split('$').skip(1) {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '-');
            found.insert((key.to_owned(), part[..end.unwrap_or(part.len())].to_owned()));
        }
    }
    found
}

/// Every source of the rooms that say something, but tests.
#[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
fn sources() -> String {
    let mut text = String::new();
    let rooms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> = SPEAKERS
        .iter()
        .map(|room| rooms.join(room).join("src"))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("_tests.rs") {
                text += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

#[test]
fn both_catalogues_parse_and_have_no_key_twice() {
    for files in [EN, JA] {
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned());
            assert!(resource.is_ok(), "{:?}", resource.err().map(|(_, why)| why));
        }
        assert_eq!(all_keys(files).len(), keys(files).len());
    }
    assert!(keys(EN).len() > 20);
}

#[test]
fn both_catalogues_say_the_same_things_with_the_same_figures() {
    let (en, ja) = (keys(EN), keys(JA));
    assert_eq!(
        en.symmetric_difference(&ja).collect::<Vec<_>>(),
        [] as [&&str; 0]
    );
    let (en, ja) = (holes(EN), holes(JA));
    let different: Vec<_> = en.symmetric_difference(&ja).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn every_key_is_used_and_every_key_that_is_used_is_there() {
    let sources = sources();
    let known = keys(EN);
    let unused: Vec<&&str> = known
        .iter()
        .filter(|key| !sources.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
    for call in ["text.say(\"", "text.fill(\""] {
        for part in sources.split(call).skip(1) {
            let key = &part[..part.find('"').unwrap()];
            assert!(known.contains(key), "no words for `{key}`");
        }
    }
}

#[test]
fn a_sentence_is_filled_in_both_languages() {
    let english = Text(Language::English).fill("footer-as-of", &[("at", "noon")]);
    assert!(english.contains("noon"), "{english}");
    let japanese = Text(Language::Japanese).fill("footer-as-of", &[("at", "正午")]);
    assert!(japanese.contains("正午"), "{japanese}");
    assert_ne!(english, japanese);
}

#[test]
fn a_language_chooses_its_plural_by_a_count_and_text_stays_as_it_is() {
    let said: Vec<String> = ["0", "1", "2"]
        .map(|n| Text(Language::English).fill("bar-in-force", &[("n", n)]))
        .into();
    assert_eq!(
        said,
        ["No cut in force", "1 cut in force", "2 cuts in force"]
    );
    let kept = Text(Language::English).fill("footer-as-of", &[("at", "007")]);
    assert!(kept.contains("007"), "{kept}");
}
