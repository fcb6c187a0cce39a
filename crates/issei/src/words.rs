//! Words for people: what a finding says, how sure it is, numbers, colours, line breaks.

pub use issei_text::columns::tame;
pub use issei_text::finding::{
    bound, certainty, deed, kind, kinds, level, level_in, level_of, other_side, reason, role,
};
pub use issei_text::format::count;

use issei_model::{Level, Timestamp};
use issei_text::{Phrase, Text, key, said};

/// Writes `1 file`, `2 files`, `1,000 files`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Writes a count with its noun, in the reader's language: the key has a hole `n`, and chooses its plural by it.
pub fn tally(tongue: Text, key: &'static str, number: u64) -> String {
    said!(tongue, key, n = count(number))
}

/// Says a count with its sentence in both languages, as [`tally`] does in one.
pub fn tallied(key: &'static str, number: u64) -> Phrase {
    Phrase::of(|text| tally(text, key, number))
}

/// Says what was done, and what is wrong all the same.
pub fn but(told: &Phrase, alarm: &str) -> Phrase {
    Phrase::of(|text| said!(text, "says-but", told = told.pick(text), alarm))
}

/// Writes an amount of bytes: `14.2 MiB`.
pub fn bytes(number: u64) -> String {
    match number {
        0..1_024 => counted(number, "byte", "bytes"),
        1_024..1_048_576 => format!("{:.1} KiB", number as f64 / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", number as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", number as f64 / 1_073_741_824.0),
    }
}

/// Writes an amount of bytes in the reader's language: few are counted, many are `14.2 MiB` everywhere.
pub fn bytes_in(number: u64, tongue: Text) -> String {
    match number {
        0..1_024 => tally(tongue, key!("count-bytes"), number),
        _ => bytes(number),
    }
}

/// Writes a moment to the second: `2018-12-21 14:43:54`.
pub fn second(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint(pub bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Stands out.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Stands back.
    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// Takes the colour of a level.
    pub fn level(self, level: Level, text: &str) -> String {
        self.wrap(
            match level {
                Level::Finding => "1;31",
                Level::Candidate => "33",
                Level::Context => "36",
                Level::Measure => "34",
            },
            text,
        )
    }
}

/// The language of most tests.
#[cfg(test)]
pub const EN: Text = Text(issei_model::Language::English);
#[cfg(test)]
pub const JA: Text = Text(issei_model::Language::Japanese);

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
