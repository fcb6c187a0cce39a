//! What issei says about itself: configuration, schema, completions, manual pages.
//!
//! All of it is derived from the definitions of the command line and of the knobs.

use std::fmt;
use std::path::{Path, PathBuf};

use issei_host::terminal;
use issei_model::Language;
use issei_text::Text;

use crate::code::{self, Failure};
use crate::command_line::{Config, Network, help};
use crate::configuration::{self, Configuration};
use crate::{checking, record, setting};

/// Checks or shows the configuration.
///
/// # Errors
/// Every mistake in the file.
pub fn config(question: &Config, language: Language) -> Result<u8, Failure> {
    match question {
        Config::Check { file } => say(&checking::check(file, Text(language))?),
        Config::Show { config, defaults } => {
            let configuration = if *defaults {
                Configuration::default()
            } else {
                setting::configuration(&of_file(config.clone()))?
            };
            say(&configuration.show(Text(language)))
        }
        Config::Reference => say(&configuration::reference()),
    }
}

fn of_file(config: Option<PathBuf>) -> Network {
    Network {
        config,
        ..Network::default()
    }
}

/// Prints the schema of a finding.
///
/// # Errors
/// If it cannot be written.
pub fn schema() -> Result<u8, Failure> {
    say(record::SCHEMA)
}

/// Prints the completions for a shell.
///
/// # Errors
/// If they cannot be written.
pub fn completions(shell: clap_complete::Shell, language: Language) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut help::commands(language), "issei", &mut text);
    say(&String::from_utf8_lossy(&text))
}

/// A manual page that could not be written.
#[derive(Debug)]
struct ManError {
    folder: PathBuf,
    cause: std::io::Error,
}

impl fmt::Display for ManError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        write!(
            f,
            "cannot write manual pages into `{folder}`: {}",
            self.cause
        )
    }
}

impl std::error::Error for ManError {}

/// Writes a manual page for each command into a folder.
///
/// # Errors
/// If the folder cannot be made or written to.
pub fn man(folder: &Path, language: Language) -> Result<u8, Failure> {
    let failed = |cause| {
        Failure::broken(ManError {
            folder: folder.to_owned(),
            cause,
        })
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(help::pages(language), folder).map_err(failed)?;
    Ok(code::DONE)
}

fn say(text: &str) -> Result<u8, Failure> {
    terminal::say(text).map_err(Failure::broken)?;
    Ok(code::DONE)
}
