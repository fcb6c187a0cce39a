//! Every word that a detector writes into a record about its bounds and kinds has its translation.

use issei_model::Language;

use super::*;
use crate::tests::files_of;

const ENGLISH: Text = Text(Language::English);
const JAPANESE: Text = Text(Language::Japanese);

/// The detectors' sources, each literal on one line.
fn detectors() -> String {
    let sources = files_of("issei-detect").into_iter().map(|(_, text)| text);
    let lines: Vec<String> = sources.collect();
    let joined = lines.join("\n");
    let mut text = String::new();
    for (number, part) in joined.split("\\\n").enumerate() {
        text += match number {
            0 => part,
            _ => part.trim_start(),
        };
    }
    text
}

/// The literals behind a word of a source, up to where the list or the field ends; holes are filled with a number.
fn literals(sources: &str, behind: &str, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in sources.split(behind).skip(1) {
        let rest = &rest[..rest.find(end).unwrap_or(rest.len())];
        for literal in rest.split('"').skip(1).step_by(2) {
            let mut filled = String::new();
            for (number, part) in literal.split('{').enumerate() {
                filled += match number {
                    0 => part,
                    _ => part.split_once('}').map_or("", |(_, left)| left),
                };
                if literal.split('{').nth(number + 1).is_some() {
                    filled += "48";
                }
            }
            found.push(filled);
        }
    }
    found
}

#[test]
fn every_bound_that_a_detector_writes_is_said_in_japanese() {
    let sources = detectors();
    let fields = sources.matches("bound_of:").count();
    let mut bounds = literals(&sources, "bound_of: ", ",\n        }");
    bounds.extend(literals(&sources, "let both = ", ";\n"));
    let bounds: Vec<&String> = bounds
        .iter()
        .filter(|one| one.starts_with("per ") || one.starts_with("expected "))
        .collect();
    assert!(
        fields >= 9 && bounds.len() >= fields,
        "{fields}: {bounds:?}"
    );
    for words in bounds {
        assert_eq!(bound_of(words, ENGLISH), *words, "as the record has it");
        let said = bound_of(words, JAPANESE);
        assert_ne!(said, *words, "no Japanese for this bound");
        let first = words.split([',', ';']).next().unwrap();
        assert_ne!(bound_of(first, JAPANESE), first, "nor for its first part");
    }
}

#[test]
fn every_kind_of_evidence_that_a_detector_names_is_said_in_japanese() {
    let sources = detectors();
    let mut all = literals(&sources, "independent_kinds: vec![", "]");
    all.extend(literals(&sources, "independent_kinds =", "];"));
    all.extend(literals(&sources, "let mut kinds = vec![", "]"));
    all.extend(literals(&sources, "kinds.push(format!(", ","));
    assert!(all.len() >= 12, "{all:?}");
    for words in all {
        assert_eq!(kind(&words, ENGLISH), words, "as the record has it");
        assert_ne!(kind(&words, JAPANESE), words, "no Japanese for this kind");
    }
}

#[test]
fn rules_and_roles_are_explained_in_english_as_the_records_say_and_in_japanese() {
    for one in Rule::ALL {
        assert_eq!(reason(*one, ENGLISH), one.explanation());
        assert_ne!(reason(*one, JAPANESE), one.explanation());
    }
    for one in Role::ALL {
        assert_eq!(role(*one, ENGLISH), one.code());
        assert_ne!(role(*one, JAPANESE), one.code());
    }
}

#[test]
fn a_bound_keeps_its_numbers_and_what_nobody_knows_stays_as_it_is() {
    let words = "per line and 48 h, of all tests of this rule together; each counts at 31.5";
    assert_eq!(
        bound_of(words, JAPANESE),
        "回線・48 時間ごと、この規則の全検定の合計、各検定は 31.5 から計上"
    );
    for words in [
        "per moon",
        "per line and day, at least",
        "per line and x h",
        "",
    ] {
        assert_eq!(bound_of(words, JAPANESE), words);
    }
    assert_eq!(kind("astrology", JAPANESE), "astrology");
    assert_eq!(
        kind("dated intelligence: a, b", JAPANESE),
        "日付のある脅威情報:a, b"
    );
}
