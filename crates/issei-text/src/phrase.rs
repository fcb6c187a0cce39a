//! What an office says in its own words, to whoever reads it: in both languages at once.
//!
//! In: a key of the catalogue with what goes into it. Out: a [`Phrase`] that goes through sockets and files. Always: both
//! languages say the same with the same figures. Not here: what a rule says (`issei-case` writes both languages itself).

use std::fmt::Display;

use issei_model::Language;
use serde::{Deserialize, Serialize};

use crate::{Text, said};

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// In English.
    pub en: String,
    /// In Japanese.
    pub ja: String,
}

impl Phrase {
    /// Says it in each language; what goes into the sentence is said in the same one.
    pub fn of(say: impl Fn(Text) -> String) -> Self {
        Self {
            en: say(Text(Language::English)),
            ja: say(Text(Language::Japanese)),
        }
    }

    /// Says a sentence into which nothing goes.
    pub fn say(key: &'static str) -> Self {
        Self::of(|text| text.say(key))
    }

    /// Says that something did not work, by the words of whoever knows why: a disk, a library, a file's reader.
    pub fn failure(why: impl Display) -> Self {
        let why = why.to_string();
        Self::of(|text| said!(text, "says-failure", why))
    }

    /// Takes what is the same in every language: a link, a secret, a name.
    pub fn same(what: impl Display) -> Self {
        Self::of(|_| what.to_string())
    }

    /// Tells it in one language.
    pub fn pick(&self, text: Text) -> &str {
        text.pick(&self.en, &self.ja)
    }
}
