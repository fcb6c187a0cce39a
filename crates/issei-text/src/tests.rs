//! The catalogues agree with each other and with the sources.

use std::collections::BTreeSet;

use fluent_bundle::FluentResource;

use super::*;

/// The rooms that say something.
const SPEAKERS: [&str; 4] = ["issei-window", "issei", "issei-desk", "issei-text"];

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
            let end = part.find(|c: char| !c.is_ascii_lowercase() && !"-_".contains(c));
            found.insert((key.to_owned(), part[..end.unwrap_or(part.len())].to_owned()));
        }
    }
    found
}

/// Every source of the rooms that say something, but tests.
fn sources() -> String {
    SPEAKERS
        .iter()
        .flat_map(|room| files_of(room))
        .map(|(_, text)| text)
        .collect()
}

/// The sources of a room but its tests: path within the room, and text.
#[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
pub(crate) fn files_of(room: &str) -> Vec<(String, String)> {
    let rooms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let top = rooms.join(room).join("src");
    let (mut folders, mut found) = (vec![top.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(&top)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("_tests.rs") {
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
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
    // `record` says them all: it reads the file itself, and its own test finds each by what a detector writes.
    let by_the_record = keys(&[include_str!("../en/record.ftl")]);
    let unused: Vec<&&str> = known
        .difference(&by_the_record)
        .filter(|key| !sources.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
    for key in used(&sources) {
        assert!(known.contains(key), "no words for `{key}`");
    }
}

/// The keys that the sources name: where something is said, and where `key!` stands in a table or a match.
fn used(sources: &str) -> BTreeSet<&str> {
    let said = ["say(", "fill(", "key!("].map(|call| first_words(sources, call, 0));
    let with = first_words(sources, "said!(", 1);
    said.into_iter().flatten().chain(with).collect()
}

/// The words in quotes that are handed over at a place of a call, if that is what stands there.
fn first_words<'a>(sources: &'a str, call: &str, place: usize) -> Vec<&'a str> {
    let given = |rest: &'a str| {
        let at = match place {
            0 => Some(0),
            _ => rest.find(',').map(|comma| comma + 1),
        };
        let quoted = rest[at?..].trim_start().strip_prefix('"')?;
        let word = &quoted[..quoted.find('"')?];
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (!word.is_empty() && word.chars().all(is_key)).then_some(word)
    };
    sources.split(call).skip(1).filter_map(given).collect()
}

#[test]
fn keys_are_found_in_calls_in_tables_and_over_line_breaks() {
    let source = "
        text.say(\"a-key\");
        text.fill(
            \"b-key\",
            &[],
        );
        const C: &str = key!(\"c-key\");
        said!(self.text, \"d-key\", name);
        said!(
            text,
            \"e-key\"
        );
        caller.say(&text);";
    let found: Vec<&str> = used(source).into_iter().collect();
    assert_eq!(found, ["a-key", "b-key", "c-key", "d-key", "e-key"]);
}

/// Where Japanese may stand in the front door's sources, and why.
const JAPANESE_STAYS: [(&str, &str); 7] = [
    (
        "configuration/mod.rs",
        "each knob is explained in both languages where it is defined",
    ),
    (
        "configuration/reference.rs",
        "the reference of the knobs has both languages beside each other",
    ),
    (
        "configuration/grammar.rs",
        "Japanese punctuation in a file is understood and mended",
    ),
    (
        "configuration/values.rs",
        "Japanese units in a file are understood and mended",
    ),
    ("order/approve.rs", "a person may answer in Japanese"),
    (
        "enforcer/gate.rs",
        "an enforcer's refusal carries both languages to whoever asks",
    ),
    (
        "office/member/reflexes.rs",
        "an office's refusal carries both languages to whoever asks",
    ),
];

#[test]
fn no_japanese_stands_in_the_front_door_beside_the_catalogue() {
    let japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let allowed: BTreeSet<&str> = JAPANESE_STAYS.iter().map(|(file, _)| *file).collect();
    let mut met = BTreeSet::new();
    for (path, text) in files_of("issei") {
        if text.contains(japanese) {
            met.insert(path);
        }
    }
    let met: BTreeSet<&str> = met.iter().map(String::as_str).collect();
    let new: Vec<_> = met.difference(&allowed).collect();
    assert!(new.is_empty(), "say it through the catalogue: {new:?}");
    let gone: Vec<_> = allowed.difference(&met).collect();
    assert!(
        gone.is_empty(),
        "no exception is needed any more for {gone:?}"
    );
}

#[test]
fn what_an_office_says_is_japanese_in_japanese_whatever_goes_into_it() {
    let kana = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c);
    let (en, ja) = (
        include_str!("../en/office.ftl"),
        include_str!("../ja/office.ftl"),
    );
    let lines: Vec<&str> = ja.lines().filter(|line| line.contains(" = ")).collect();
    assert_eq!(lines.len(), keys(&[en]).len());
    for line in lines {
        assert!(line.contains(kana), "no Japanese: {line}");
    }
    let told = Phrase::failure("No space left on device");
    assert_eq!(told.en, "No space left on device");
    assert_eq!(told.ja, "実行できませんでした:No space left on device");
    assert_eq!(told.pick(Text(Language::Japanese)), told.ja);
    let link = Phrase::same("http://localhost/in/1");
    assert_eq!(link.en, link.ja);
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
