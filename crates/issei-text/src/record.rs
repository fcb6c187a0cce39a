//! Says in the reader's language what a finding's record says in English.
//!
//! In: a text of a record, the reader's language. Out: in English the text as it stands; in Japanese the message of
//! `record.ftl` that a detector wrote, filled with the same figures and names. Always: the record is not changed; where
//! several messages fit, the one with the longest words of its own; what has no words stays as the record has it; no
//! text makes it panic, and the work grows with the text's length, which is bounded. Not here: bounds and kinds of
//! evidence (`finding`), taming for a terminal (`columns`).

use std::borrow::Cow;
use std::sync::LazyLock;

use issei_model::{Amount, Language};

use crate::Text;
use crate::finding::figure;
use crate::format::{count, lasting_in};

/// The English of every message, as the detectors write it.
const ENGLISH: &str = include_str!("../en/record.ftl");

/// All messages, those with the longest words of their own first.
static SENTENCES: LazyLock<Vec<Sentence>> = LazyLock::new(|| {
    let mut all: Vec<Sentence> = ENGLISH.lines().filter_map(Sentence::of).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.words()));
    all
});

/// Reads a text of a record to a person.
pub fn read(text: &str, tongue: Text) -> Cow<'_, str> {
    match tongue.0 {
        Language::English => Cow::Borrowed(text),
        Language::Japanese => said(text, tongue, DEEPEST).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// Reads several of them.
pub fn read_all(texts: &[String], tongue: Text) -> Vec<Cow<'_, str>> {
    texts.iter().map(|one| read(one, tongue)).collect()
}

/// Writes what was counted, measured or named, without its unit.
pub fn amount(amount: &Amount, tongue: Text) -> Cow<'_, str> {
    match amount {
        Amount::Count(number) => count(*number).into(),
        Amount::Real(real) => figure(*real).into(),
        Amount::Text(words) => read(words, tongue),
    }
}

/// Says a text with its message, if it has one, and so the phrases in it, so many levels deep.
fn said(text: &str, tongue: Text, deep: usize) -> Option<String> {
    let deeper = deep.checked_sub(1)?;
    let (sentence, found) = known(text)?;
    let filled = sentence.holes.iter().zip(found);
    let filled: Vec<(&'static str, Cow<'_, str>)> = filled
        .map(|(hole, found)| {
            let found = match hole.takes {
                Takes::Span => lasting_in(found, tongue.0).into(),
                Takes::Phrase => said(found, tongue, deeper).map_or(found.into(), Cow::Owned),
                Takes::Figure | Takes::Anything => found.into(),
            };
            (hole.name, found)
        })
        .collect();
    let with: Vec<(&'static str, &str)> = filled.iter().map(|(name, it)| (*name, &**it)).collect();
    Some(tongue.fill(sentence.key, &with))
}

/// Finds the message that a text was written by, and what fills its holes.
fn known(text: &str) -> Option<(&'static Sentence, Vec<&str>)> {
    if text.len() > LONGEST {
        return None;
    }
    let fits = |one: &'static Sentence| Some((one, one.fit(text)?));
    SENTENCES.iter().find_map(fits)
}

/// A message: words and holes in turn.
#[derive(Debug, PartialEq, Eq)]
struct Sentence {
    key: &'static str,
    begins: &'static str,
    holes: Vec<Hole>,
}

/// What differs from record to record, and the words behind it.
#[derive(Debug, PartialEq, Eq)]
struct Hole {
    name: &'static str,
    takes: Takes,
    behind: &'static str,
}

/// What a hole takes, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// `n`, `n-of`: a figure.
    Figure,
    /// `span`: how long something lasts, as a record writes it.
    Span,
    /// `as-ports`: anything, and it stays as it came.
    Anything,
    /// Anything, which may have a message of its own.
    Phrase,
}

impl Sentence {
    /// Reads a line of the catalogue; none if it is a comment or empty.
    fn of(line: &'static str) -> Option<Self> {
        let (key, pattern) = line.split_once(" = ")?;
        if key.starts_with('#') {
            return None;
        }
        let mut parts = pattern.split("{ $");
        let begins = parts.next()?;
        let hole = |part: &'static str| {
            let (name, behind) = part.split_once(" }")?;
            let takes = Takes::of(name);
            Some(Hole {
                name,
                takes,
                behind,
            })
        };
        Some(Self {
            key,
            begins,
            holes: parts.filter_map(hole).collect(),
        })
    }

    /// Counts the letters that are the message's own.
    fn words(&self) -> usize {
        let behind = self.holes.iter().map(|hole| hole.behind.len());
        self.begins.len() + behind.sum::<usize>()
    }

    /// Tells what fills the holes, if the text is this message. The words between two holes are where they come first.
    fn fit<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let mut rest = text.strip_prefix(self.begins)?;
        let mut found = Vec::with_capacity(self.holes.len());
        for (number, hole) in self.holes.iter().enumerate() {
            let is_last = number + 1 == self.holes.len();
            let (content, left) = match is_last {
                true => (rest.strip_suffix(hole.behind)?, ""),
                false => rest.split_once(hole.behind)?,
            };
            if !hole.takes.fits(content) {
                return None;
            }
            found.push(content);
            rest = left;
        }
        rest.is_empty().then_some(found)
    }
}

impl Takes {
    fn of(name: &str) -> Self {
        match name.split('-').next() {
            Some("n") => Self::Figure,
            Some("span") => Self::Span,
            Some("as") => Self::Anything,
            _ => Self::Phrase,
        }
    }

    fn fits(self, content: &str) -> bool {
        match self {
            Self::Figure => is_figure(content),
            Self::Span => is_span(content),
            Self::Anything | Self::Phrase => !content.is_empty(),
        }
    }
}

/// Tells whether a text is a figure as records write it: `12`, `0.25`, `6.5e-10`, `-13.8`, `inf`.
fn is_figure(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_digit() || ".,eE+-".contains(c);
    let digits = text.contains(|c: char| c.is_ascii_digit());
    (digits && text.chars().all(letter)) || ["inf", "-inf", "NaN"].contains(&text)
}

/// Tells whether a text says how long something lasts: `7 min 58 s`.
fn is_span(text: &str) -> bool {
    let words: Vec<&str> = text.splitn(MOST_SPAN_WORDS + 1, ' ').collect();
    let pair = |pair: &[&str]| match pair {
        [number, unit] => is_figure(number) && ["d", "h", "min", "s"].contains(unit),
        _ => false,
    };
    words.len() <= MOST_SPAN_WORDS && words.chunks(2).all(pair)
}

/// The longest text of a record that is looked at; a detector's longest is a quarter of it.
const LONGEST: usize = 4096;
/// Phrases within phrases that are said; a detector's deepest has five.
const DEEPEST: usize = 8;
/// Words of a span: two figures with their units.
const MOST_SPAN_WORDS: usize = 4;

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
