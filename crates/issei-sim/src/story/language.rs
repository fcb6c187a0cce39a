//! Reads one step: its moment, then the phrase of the table that it is, word by word.
//!
//! In: a line, and who was introduced so far. Out: a [`Phrase`], or what is wrong with the nearest
//! right word. Always: a line is one phrase of the table or nothing; of several that begin alike the
//! one that goes furthest tells the mistake. Not here: the phrases (`table`), the things they name
//! (`slots`).

use issei_model::{OrganisationId, Span};

use super::slots::{self, Miss, Values};
use super::table::{self, What};

/// What happens, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    pub when: When,
    pub what: What,
}

/// When a step happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// So long after the step before.
    After(Span),
    /// At the moment for which the rest is armed, and the error of two clocks.
    AtT,
    /// At the moment for which the canary is armed, and the error of two clocks.
    AtCanary,
    /// When the order must be over everywhere by itself.
    AtEnd,
}

/// Who was introduced so far.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    pub members: Vec<OrganisationId>,
}

/// Reads a step.
///
/// # Errors
/// What is wrong, and the nearest right word.
pub fn read(line: &str, cast: &mut Cast) -> Result<Phrase, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (when, used) = moment(&words)?;
    let words = &words[used..];
    if words.is_empty() {
        let what = What::Nothing;
        return Ok(Phrase { when, what });
    }
    if cast.members.is_empty() && words[0] != "country" {
        return Err("found a country first: `country five members of 4000 lines`".into());
    }
    let what = phrase(words, cast)?;
    if let What::Country { members, .. } = &what {
        if !cast.members.is_empty() {
            return Err("the country was founded before; a page has one".into());
        }
        cast.members = slots::members(*members);
    }
    Ok(Phrase { when, what })
}

/// Reads `after 6 s`, `at T`, `at the canary's T` or `at its end` in front of a step.
fn moment(words: &[&str]) -> Result<(When, usize), String> {
    let bare = |word: &&str| word.trim_end_matches(',').to_owned();
    let words: Vec<String> = words.iter().map(bare).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match words.as_slice() {
        ["after", number, unit, ..] => (When::After(slots::span(number, unit)?), 3),
        ["at", "T", ..] => (When::AtT, 2),
        ["at", "the", "canary's", "T", ..] => (When::AtCanary, 4),
        ["at", "its", "end", ..] => (When::AtEnd, 3),
        ["at", ..] => {
            return Err("the moments are `at T`, `at the canary's T` and `at its end`".into());
        }
        _ => (When::Now, 0),
    })
}

/// Finds the phrase that fits, or tells why none does.
fn phrase(words: &[&str], cast: &Cast) -> Result<What, String> {
    let mut misses: Vec<Miss> = Vec::new();
    for pattern in table::PHRASES {
        match fit(pattern.text, words, cast) {
            Ok((values, used)) if used == words.len() => return Ok((pattern.make)(values)),
            Ok((values, used)) if pattern.takes_clauses => {
                match clauses((pattern.make)(values), words, used, cast) {
                    Ok(what) => return Ok(what),
                    Err(miss) => misses.push(miss),
                }
            }
            Ok((_, used)) => misses.push(Miss::too_long(used)),
            Err(miss) => misses.push(miss),
        }
    }
    Err(explained(words, misses))
}

/// Reads what stands behind a proposal: `for 10 min`, `without a canary` and so on.
fn clauses(mut what: What, words: &[&str], from: usize, cast: &Cast) -> Result<What, Miss> {
    let mut at = from;
    while at < words.len() {
        let mut best: Option<Miss> = None;
        let mut taken = None;
        for clause in table::CLAUSES {
            match fit(clause.text, &words[at..], cast) {
                Ok((values, used)) => {
                    (clause.apply)(&mut what, values);
                    taken = Some(used);
                    break;
                }
                Err(miss) => best = Some(Miss::further(best, miss)),
            }
        }
        match taken {
            Some(used) => at += used,
            None => return Err(best.unwrap_or_default().shifted(at)),
        }
    }
    Ok(what)
}

/// Tells whether a line is this phrase and nothing more.
#[cfg(test)]
pub fn is(pattern: &table::Pattern, line: &str, cast: &Cast) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    fit(pattern.text, &words, cast).is_ok_and(|(_, used)| used == words.len())
}

/// Holds words against a pattern; tells the values of its slots and how many words it took.
fn fit(pattern: &str, words: &[&str], cast: &Cast) -> Result<(Values, usize), Miss> {
    let (mut values, mut at) = (Values::default(), 0);
    for part in pattern.split_whitespace() {
        if let Some(slot) = part.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            let read = slots::read(slot, &words[at..], cast);
            let (value, used) = read.map_err(|miss| miss.shifted(at))?;
            values.push(value);
            at += used;
            continue;
        }
        let forms = forms(part);
        let word = words.get(at).map(|word| bare(word));
        if !word.is_some_and(|word| forms.iter().any(|form| form == word)) {
            return Err(Miss::expected(at, forms));
        }
        at += 1;
    }
    Ok((values, at))
}

/// A word without the comma or colon behind it: they are for the reader.
pub fn bare(word: &str) -> &str {
    word.trim_end_matches([',', ':'])
}

/// The forms of a word of a pattern: `is/are` is either, `find(s)` is with or without the letter.
fn forms(part: &str) -> Vec<String> {
    let one = |word: &str| match word.strip_suffix("(s)") {
        Some(stem) => vec![stem.to_owned(), format!("{stem}s")],
        None => vec![word.to_owned()],
    };
    part.split('/').flat_map(one).collect()
}

/// Tells the mistake of the patterns that went furthest.
fn explained(words: &[&str], misses: Vec<Miss>) -> String {
    let furthest = misses.iter().map(|miss| miss.at).max().unwrap_or_default();
    let misses: Vec<Miss> = misses
        .into_iter()
        .filter(|miss| miss.at == furthest)
        .collect();
    let expected = misses
        .iter()
        .flat_map(|miss| miss.words.iter().map(String::as_str));
    let expected: Vec<&str> = expected.collect();
    let before = match furthest {
        0 => String::new(),
        n => format!(" after `{}`", words[..n.min(words.len())].join(" ")),
    };
    let Some(word) = words.get(furthest).map(|word| bare(word)) else {
        let things = misses.iter().filter_map(|miss| miss.what.clone());
        let mut next: Vec<String> = things.collect();
        next.extend((!expected.is_empty()).then(|| list(&expected)));
        next.dedup();
        return format!("the step stops{before}; go on with {}", next.join(" or "));
    };
    if let Some(near) = nearest(word, expected.iter().copied()) {
        return format!("`{word}` is not a word here{before}; did you mean `{near}`?");
    }
    if furthest == 0 {
        return format!("no step begins with `{word}`; scenarios/README.md lists them all");
    }
    if let Some(what) = misses.iter().find_map(|miss| miss.what.as_ref()) {
        return what.clone();
    }
    if expected.is_empty() {
        return format!("the step ends{before}; take `{word}` away");
    }
    format!(
        "`{word}` is not a word here{before}; write {}",
        list(&expected)
    )
}

/// Words shown in one message: as many as a person reads.
const MOST_SHOWN: usize = 6;

fn list(words: &[&str]) -> String {
    let mut words: Vec<&str> = words.to_vec();
    words.sort_unstable();
    words.dedup();
    let shown: Vec<String> = words
        .iter()
        .take(MOST_SHOWN)
        .map(|w| format!("`{w}`"))
        .collect();
    shown.join(" or ")
}

/// Says that a word is none of these, and which was most likely meant.
pub fn not_a_word(word: &str, words: &[&str]) -> String {
    match nearest(word, words.iter().copied()) {
        Some(near) => format!("`{word}` is not a word here; did you mean `{near}`?"),
        None => format!("`{word}` is not a word here; write {}", list(words)),
    }
}

/// Finds the words that were most likely meant: at most a third of the letters differ.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = words
        .into_iter()
        .map(|right| (strsim::damerau_levenshtein(word, right), right));
    let near = near.filter(|&(distance, right)| distance * 3 <= right.len().max(word.len()));
    near.min().map(|(_, right)| right)
}
