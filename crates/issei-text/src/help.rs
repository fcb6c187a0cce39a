//! The help of the commands in Japanese. English stands in the source, where each command and option is defined.
//!
//! In: a key made of a command's path and an argument's name. Out: its Japanese words, if there are any. Always: no key
//! twice. Not here: which keys there must be (the front door's tests walk its commands), how help is laid out.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};

use crate::{Catalogue, catalogue};

const JAPANESE: &str = include_str!("../ja/help.ftl");

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| catalogue("ja", &[JAPANESE]));

/// Gives the words under a key; what goes into them has a name, as in a catalogue.
pub fn japanese(key: &str, with: &[(&str, &str)]) -> Option<String> {
    let pattern = WORDS.get_message(key)?.value()?;
    let mut args = FluentArgs::new();
    for (name, value) in with {
        args.set(*name, FluentValue::from(*value));
    }
    let mut errors = Vec::new();
    let said = WORDS.format_pattern(pattern, Some(&args), &mut errors);
    debug_assert!(errors.is_empty(), "{key}: {errors:?}");
    Some(said.into_owned())
}

/// Lists the keys.
pub fn keys() -> impl Iterator<Item = &'static str> {
    let heads = JAPANESE.lines().filter_map(|line| line.split_once(" ="));
    let is_key = |key: &&str| key.starts_with(|c: char| c.is_ascii_lowercase());
    heads.map(|(key, _)| key).filter(is_key)
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
