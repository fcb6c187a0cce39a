//! What pages, command line, mail and reports say, in the reader's language, from one catalogue a language.
//!
//! In: a key and what goes into it. Out: a sentence. Always: both catalogues have the same keys, every key is used,
//! and every key that is used is there (a test reads the sources). Standard: Project Fluent's syntax. Not here: what
//! is signed and what the gates say (`issei-case` has both languages: a signed text may not change with a catalogue).

#![forbid(unsafe_code)]

pub mod columns;
pub mod finding;
pub mod format;
pub mod help;
mod phrase;
pub mod problem;
pub mod record;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use issei_model::Language;

pub use phrase::Phrase;

/// A language's catalogue.
type Catalogue = FluentBundle<FluentResource>;

/// The files of each catalogue.
const EN: &[&str] = &[
    include_str!("../en/machine.ftl"),
    include_str!("../en/office.ftl"),
    include_str!("../en/pages.ftl"),
    include_str!("../en/record.ftl"),
    include_str!("../en/terminal.ftl"),
];
const JA: &[&str] = &[
    include_str!("../ja/machine.ftl"),
    include_str!("../ja/office.ftl"),
    include_str!("../ja/pages.ftl"),
    include_str!("../ja/record.ftl"),
    include_str!("../ja/terminal.ftl"),
];

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| catalogue("en", EN));
static JAPANESE: LazyLock<Catalogue> = LazyLock::new(|| catalogue("ja", JA));

fn catalogue(language: &str, files: &[&str]) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(vec![language.parse().expect("a language tag")]);
    // Marks around what is filled in would be copied out of pages along with addresses.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned());
        let resource = resource.expect("our own catalogue parses; a test reads it");
        bundle
            .add_resource(resource)
            .expect("no key twice; a test reads it");
    }
    bundle
}

/// What is said in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(pub Language);

impl Text {
    /// Gives a sentence.
    pub fn say(self, key: &'static str) -> String {
        self.fill(key, &[])
    }

    /// Gives a sentence with what goes into it.
    pub fn fill(self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let catalogue: &Catalogue = match self.0 {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        };
        let Some(pattern) = catalogue.get_message(key).and_then(|found| found.value()) else {
            debug_assert!(false, "no words for `{key}`");
            return key.to_owned(); // never in a build whose tests passed
        };
        let mut args = FluentArgs::new();
        for (name, value) in with {
            args.set(*name, filled(value));
        }
        let mut errors = Vec::new();
        let said = catalogue.format_pattern(pattern, Some(&args), &mut errors);
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        said.into_owned()
    }

    /// Picks from what is written in both languages elsewhere.
    pub const fn pick<'a>(self, en: &'a str, ja: &'a str) -> &'a str {
        match self.0 {
            Language::English => en,
            Language::Japanese => ja,
        }
    }

    /// The language's tag, as HTML wants it.
    pub const fn tag(self) -> &'static str {
        match self.0 {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }
}

/// A plain count is a number, so that a language can choose a plural by it; all else is text as it is.
fn filled(value: &str) -> FluentValue<'_> {
    match value.parse::<u32>() {
        Ok(count) if count.to_string() == value => FluentValue::from(count),
        _ => FluentValue::from(value),
    }
}

/// Fills a sentence: `said!(text, KEY, name, other = value)`. What goes in is anything that can be written.
#[macro_export]
macro_rules! said {
    (@value $name:ident) => { $name };
    (@value $name:ident, $value:expr) => { $value };
    ($text:expr, $key:expr $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $text.fill($key, &[$((stringify!($name), &*$crate::said!(@value $name $(, $value)?).to_string())),*])
    };
}

/// Names a key that stands in a table or a match and is said elsewhere, so that the tests see it used.
#[macro_export]
macro_rules! key {
    ($key:literal) => {
        $key
    };
}

#[cfg(test)]
mod tests;
