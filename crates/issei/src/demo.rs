//! `issei demo`: a country of one coordinator and five members, from an outbreak to the end of a cut.
//!
//! Who names captures sees a town instead, and then what is in the captures ([`town`]).

mod country;
pub(crate) mod telling;
mod town;
mod traffic;
mod web;

use crate::code::Failure;
use crate::command_line::Demo;
use issei_model::Language;

/// Tells the story of a country, or of a town and of what the visitor named.
///
/// # Errors
/// If something cannot be written or read, or an office does not do its part.
pub fn run(options: &Demo, language: Language) -> Result<u8, Failure> {
    if options.town || !options.paths.is_empty() {
        return town::run(options, language);
    }
    country::run(options, language)
}
