//! In which language issei speaks with who called it.
//!
//! In: `--lang` or `ISSEI_LANG`, the locale. Out: a language. Always: what was said wins over the locale, and among
//! the locale's variables the first that is set and not empty decides, as POSIX has it (LC_ALL, LC_MESSAGES, LANG);
//! what begins with `ja` is Japanese, everything else English. Not here: what is said (`issei-text`).

use clap::ValueEnum;
use issei_model::Language;

/// A language that issei speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// English
    En,
    /// Japanese
    Ja,
}

impl Tongue {
    /// Chooses what was said, else what the locale says.
    pub fn choose(said: Option<Self>, locale: impl Fn(&str) -> Option<String>) -> Language {
        match said {
            Some(Self::En) => Language::English,
            Some(Self::Ja) => Language::Japanese,
            None => of_locale(locale),
        }
    }
}

fn of_locale(locale: impl Fn(&str) -> Option<String>) -> Language {
    let mut set = LOCALE.iter().filter_map(|name| locale(name));
    match set.find(|value| !value.is_empty()) {
        Some(value) if value.to_ascii_lowercase().starts_with("ja") => Language::Japanese,
        _ => Language::English,
    }
}

/// The variables that name the language of messages, the strongest first (POSIX, chapter 8).
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

#[cfg(test)]
#[path = "tongue_tests.rs"]
mod tests;
