//! Reads the grammar of TOML, and says in plain words what is wrong where it breaks.
//!
//! In: the text of a file. Out: its table with spans, or one complaint: what follows a break is guesswork, so
//! only the first is told. Always: a complaint names the letter that should be another, and what to write.
//! Standard: TOML 1.1. Not here: which knobs there are (`reading`, `told`).

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::Complaint;
use super::complaint::Spot;

/// Reads the grammar of a file.
pub fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Complaint> {
    DeTable::parse(text).map_err(|error| Break::of(text, &error).complaint())
}

/// Where the grammar breaks, and what the reader expected there.
struct Break<'a> {
    text: &'a str,
    at: Range<usize>,
    /// The line in which it breaks, without what stands after it.
    line: Range<usize>,
    expected: &'a str,
}

impl<'a> Break<'a> {
    fn of(text: &'a str, error: &'a Error) -> Self {
        let on_letters = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let at = error.span().unwrap_or_default();
        let at = on_letters(at.start)..on_letters(at.end);
        // An unclosed bracket is missed only at the end of the file; the blame is with the last line that says something.
        let seen = match text[at.start..].trim().is_empty() {
            true => text[..at.start].trim_end().len(),
            false => at.start,
        };
        let begin = text[..seen].rfind('\n').map_or(0, |end| end + 1);
        let rest = text[seen..].find('\n').map_or(text.len(), |end| seen + end);
        let at = if at.start > seen { seen..seen } else { at };
        Self {
            text,
            at,
            line: begin..rest.max(seen),
            expected: error.message().lines().next().unwrap_or_default(),
        }
    }

    fn complaint(&self) -> Complaint {
        let (at, wrong, mend) = self.foreign().unwrap_or_else(|| self.words());
        Complaint {
            spot: Spot::of(self.text, &at),
            key: String::new(),
            wrong,
            mend,
        }
    }

    fn whole(&self) -> &'a str {
        self.text.get(self.line.clone()).unwrap_or_default()
    }

    /// Finds a letter outside quotes that only looks like one of TOML's: from a Japanese keyboard, or a word processor.
    fn foreign(&self) -> Option<(Range<usize>, String, String)> {
        let mut quote = None;
        for (at, letter) in self.whole().char_indices() {
            match (quote, letter) {
                (None, '#') => return None,
                (None, '"' | '\'') => quote = Some(letter),
                (Some(open), _) if open == letter => quote = None,
                (None, _) => {
                    if let Some(right) = plain(letter) {
                        let begin = self.line.start + at;
                        let name = if letter == '\u{3000}' {
                            "a full-width space (全角スペース)".to_owned()
                        } else {
                            format!("`{letter}`")
                        };
                        let right = match right {
                            ' ' => "a plain space".to_owned(),
                            '`' => "plain letters".to_owned(),
                            right => format!("`{right}`"),
                        };
                        return Some((
                            begin..begin + letter.len_utf8(),
                            format!("{name} is not a letter of TOML"),
                            format!("write {right} in half width (半角)"),
                        ));
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn words(&self) -> (Range<usize>, String, String) {
        let line = self.whole().trim();
        let piece = self.text.get(self.at.clone()).unwrap_or_default();
        let here = self.at.clone();
        let next = self
            .text
            .get(here.start..)
            .and_then(|rest| rest.chars().next());
        let whole = self.line.clone();
        let say = |at: Range<usize>, wrong: &str, mend: String| (at, wrong.to_owned(), mend);
        match self.expected {
            "duplicate key" => {
                let first = match self.first(piece) {
                    Some(first) => format!("first in line {first}"),
                    None => "once already".to_owned(),
                };
                let mend = match line.starts_with('[') {
                    true => "put its knobs under one heading",
                    false => "keep one of them",
                };
                say(
                    here,
                    &format!("`{}` stands here twice, {first}", piece.trim_matches('"')),
                    mend.into(),
                )
            }
            told if told.starts_with("key with no value") => {
                let heading = line.trim_matches(['[', ']', ' ']);
                match next {
                    _ if line.starts_with("//")
                        || line.starts_with("--")
                        || line.starts_with(';') =>
                    {
                        say(
                            whole,
                            "this is no comment of TOML",
                            "begin it with `#`".into(),
                        )
                    }
                    _ if self.colon().is_some() => {
                        let at = self.colon().unwrap_or(here.start);
                        say(at..at + 1, "`:` does not give a value", "write `=`".into())
                    }
                    Some(']') => say(
                        whole,
                        "the bracket before the name is missing",
                        format!("write `[{heading}]`"),
                    ),
                    _ => say(
                        here,
                        "`=` is missing between the name and its value",
                        format!(
                            "write `{} = …`",
                            line.split_whitespace().next().unwrap_or("name")
                        ),
                    ),
                }
            }
            told if told.starts_with("invalid basic string, expected `\"`")
                || told.starts_with("invalid literal string, expected `'`") =>
            {
                let quote = if told.contains("basic") { '"' } else { '\'' };
                let open = self.text[self.line.start..here.start].rfind(quote);
                let open = open.map_or(here.start, |at| self.line.start + at);
                let mend = format!("close it with `{quote}` on the same line");
                say(open..here.start, "this text is not closed", mend)
            }
            told if told.starts_with("string values must be quoted")
                || told.starts_with("invalid boolean") =>
            {
                self.bare(piece)
            }
            told if told.starts_with("unexpected key or value") => match next {
                Some(',') => say(
                    here.start..here.start + 1,
                    "a number has no commas, and a knob one value",
                    "write `1000` or `1_000`; a list stands in brackets".into(),
                ),
                _ => say(
                    whole,
                    "a second thing stands in this line",
                    "write one knob or heading a line".into(),
                ),
            },
            told if told.starts_with("unclosed") => {
                let bracket = told.split('`').nth(1).unwrap_or("]");
                let mend = format!("close it with `{bracket}`");
                say(whole.start..here.start, "a bracket is not closed", mend)
            }
            told if told.starts_with("missing comma") => say(
                here,
                "a comma is missing between two items",
                "write `,` between them".into(),
            ),
            told if told.starts_with("extra comma") => say(
                here,
                "there is no item between two commas",
                "take one out".into(),
            ),
            told if told.starts_with("unexpected leading zero") => say(
                here,
                "a number does not begin with 0",
                "write it without zeros in front".into(),
            ),
            told if told.starts_with("carriage return") => say(
                whole.start..here.start,
                "this line ends like on an old Macintosh",
                "end lines with a newline (LF)".into(),
            ),
            told if told.contains("unicode") || told.contains("escape") => say(
                whole,
                "`\\` means something else in double quotes",
                "write `\\\\`, or put the text in single quotes".into(),
            ),
            _ if line.starts_with('{') => say(
                whole,
                "a section stands in square brackets",
                format!("write `[{}]`", line.trim_matches(['{', '}', ' '])),
            ),
            told => say(
                here,
                &format!("this is not TOML: {told}"),
                "see toml.io for the grammar".into(),
            ),
        }
    }

    /// Finds a colon right behind the first word of the line.
    fn colon(&self) -> Option<usize> {
        let line = self.whole();
        let begin = line.len() - line.trim_start().len();
        let letter = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let at = begin + line[begin..].find(letter)?;
        let space = line[at..].len() - line[at..].trim_start().len();
        line[at + space..]
            .starts_with(':')
            .then_some(self.line.start + at + space)
    }

    /// A value that is neither text nor number nor anything else.
    fn bare(&self, piece: &str) -> (Range<usize>, String, String) {
        let say = |wrong: &str, mend: String| (self.at.clone(), wrong.to_owned(), mend);
        match piece.to_ascii_lowercase().as_str() {
            "" => say(
                "the value is missing",
                "write it after `=`, or take the line out".into(),
            ),
            known @ ("true" | "false") => say(
                "this is written in small letters",
                format!("write `{known}`"),
            ),
            "yes" | "on" => say("this is not how TOML says yes", "write `true`".into()),
            "no" | "off" => say("this is not how TOML says no", "write `false`".into()),
            word if word.starts_with('(') => say(
                "a list stands in square brackets",
                format!("write `[{}]`", piece.trim_matches(['(', ')'])),
            ),
            _ => say("text stands in quotes", format!("write `\"{piece}\"`")),
        }
    }

    /// Finds the line in which a name stood first.
    fn first(&self, piece: &str) -> Option<usize> {
        let heading = |line: &str| line.trim_matches(['[', ']']).trim() == piece;
        let knob = |line: &str| {
            line.split('=')
                .next()
                .is_some_and(|name| name.trim() == piece)
        };
        let above = self.text.get(..self.line.start)?.lines().enumerate();
        let is_heading = self.whole().trim_start().starts_with('[');
        let stands = |line: &str| match line.starts_with('[') {
            true => is_heading && heading(line),
            false => !is_heading && knob(line),
        };
        let found = above.filter(|(_, line)| stands(line.trim())).last();
        found.map(|(number, _)| number + 1)
    }
}

/// Tells which letter of TOML was meant: `` ` `` stands for letters of a name.
fn plain(letter: char) -> Option<char> {
    match letter {
        '\u{3000}' | '\u{a0}' => Some(' '),
        '“' | '”' | '„' | '「' | '」' | '『' | '』' => Some('"'),
        '‘' | '’' => Some('\''),
        '、' => Some(','),
        '。' => Some('.'),
        '【' | '〔' => Some('['),
        '】' | '〕' => Some(']'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0),
        letter if letter.is_alphanumeric() && !letter.is_ascii() => Some('`'),
        _ => None,
    }
}
