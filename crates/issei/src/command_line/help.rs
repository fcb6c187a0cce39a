//! The help of the commands in the reader's language: in a terminal, in manual pages, in completions.
//!
//! In: the definitions of the commands, which have their help in English. Out: the same tree with Japanese words from
//! `issei-text`, and a word for `--help` before anything else is read. Always: names, values and what a line means stay
//! as they are: words are laid over a copy that reads no command. Not here: complaints about a command line, which
//! stay English.

use std::ffi::OsString;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, ValueEnum};
use issei_host::terminal;
use issei_model::Language;
use issei_text::{columns, help};

use super::{CommandLine, Tongue};

/// The widest that help is laid out, as for English.
const WIDEST: usize = 100;
/// How far clap moves the help of an argument in that stands below its name.
const INDENT: usize = 10;

/// Gives the commands with their help, for manual pages and completions.
pub fn commands(language: Language) -> Command {
    match language {
        Language::English => CommandLine::command(),
        Language::Japanese => in_japanese(CommandLine::command(), None),
    }
}

/// Gives the same for manual pages, in which no command is called `help`.
pub fn pages(language: Language) -> Command {
    match language {
        Language::English => CommandLine::command(),
        Language::Japanese => {
            in_japanese(CommandLine::command().disable_help_subcommand(true), None)
        }
    }
}

/// Ends after a line that is no command: with help in the reader's language, or with what is wrong with it.
pub fn end(error: &clap::Error) -> ! {
    let line: Vec<OsString> = std::env::args_os().collect();
    if let Some(help) = asked_for(error, &line, |name| std::env::var(name).ok()) {
        help.exit();
    }
    error.exit()
}

/// Gives help in Japanese, if it is help that was asked for, by somebody who reads Japanese.
fn asked_for(
    error: &clap::Error,
    line: &[OsString],
    env: impl Fn(&str) -> Option<String>,
) -> Option<clap::Error> {
    if !is_help(error.kind()) || language_of(line, env) != Language::Japanese {
        return None;
    }
    let width = usize::from(terminal::columns()).clamp(40, WIDEST);
    let commands = in_japanese(CommandLine::command(), Some(width));
    let japanese = commands.try_get_matches_from(line).err()?;
    is_help(japanese.kind()).then_some(japanese)
}

const fn is_help(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Finds the language in a line that was not read to its end.
fn language_of(line: &[OsString], env: impl Fn(&str) -> Option<String>) -> Language {
    let mut words = line.iter().filter_map(|word| word.to_str());
    let mut said = None;
    while let Some(word) = words.next() {
        match word.strip_prefix("--lang") {
            Some("") => said = words.next().map(str::to_owned),
            Some(rest) if rest.starts_with('=') => said = Some(rest[1..].to_owned()),
            _ => {}
        }
    }
    let said = said.or_else(|| env("ISSEI_LANG"));
    let tongue = said.and_then(|word| Tongue::from_str(&word, true).ok());
    Tongue::choose(tongue, env)
}

/// Lays Japanese words over commands, in lines of so many cells if it is for a terminal.
fn in_japanese(mut command: Command, width: Option<usize>) -> Command {
    command.build();
    let path = command.get_name().to_owned();
    translated(command, &path, width)
}

fn translated(command: Command, path: &str, width: Option<usize>) -> Command {
    let mut command = command
        .mut_args(|arg| explained(arg, path, width))
        .subcommand_help_heading(COMMANDS.as_str());
    if let Some(words) = help::japanese(&about(command.get_name(), path), &[]) {
        command = command.about(words).long_about(None::<&'static str>);
    }
    if let Some(words) = help::japanese(&after(path), &[]) {
        command = command.after_help(words);
    }
    if width.is_some() {
        let mark = *command.get_styles().get_usage();
        let usage = USAGE.as_str();
        command = command.help_template(format!(
            "{{about-with-newline}}\n{mark}{usage}{mark:#} {{usage}}\n\n{{all-args}}{{after-help}}"
        ));
    }
    command.mut_subcommands(|below| {
        let path = below_path(path, below.get_name());
        translated(below, &path, width)
    })
}

/// The command that shows help; those below it are copies of others.
const HELP: &str = "help";

/// The way to a command below another.
fn below_path(path: &str, name: &str) -> String {
    match name {
        HELP => path.to_owned(),
        name => format!("{path}-{name}"),
    }
}

fn about(name: &str, path: &str) -> String {
    match name {
        HELP => "issei-help".to_owned(),
        _ => path.to_owned(),
    }
}

fn after(path: &str) -> String {
    format!("after--{path}")
}

/// Finds the key of an argument or of one of its values: its own, or that of all which are called so.
fn key_of(path: &str, name: &str) -> Option<String> {
    let keys = [format!("{path}--{name}"), format!("any--{name}")];
    keys.into_iter()
        .find(|key| help::japanese(key, &[]).is_some())
}

fn words_of(path: &str, name: &str) -> Option<String> {
    key_of(path, name).and_then(|key| help::japanese(&key, &[]))
}

/// Says what an argument is, what it is if nobody says, and what it may be.
fn explained(arg: Arg, path: &str, width: Option<usize>) -> Arg {
    let id = arg.get_id().to_string();
    let Some(mut words) = words_of(path, &id) else {
        return arg;
    };
    let takes = arg.get_action().takes_values();
    let noted = |key, name, value: &str| help::japanese(key, &[(name, value)]).unwrap_or_default();
    let usual = arg.get_default_values().iter();
    let usual: Vec<_> = usual.map(|value| value.to_string_lossy()).collect();
    let usual = usual.join(" ");
    if takes && !usual.is_empty() {
        words += &format!(" {}", noted("label--default", "value", &usual));
    }
    if let Some(name) = arg.get_env() {
        let name = name.to_string_lossy();
        words += &format!(" {}", noted("label--environment", "name", &name));
    }
    let mut values = arg.get_possible_values();
    values.retain(|value| takes && !value.is_hide_set());
    let choices: Vec<String> = values
        .iter()
        .filter_map(|value| {
            let name = value.get_name();
            let means = words_of(path, &format!("{id}--{name}"))?;
            Some(format!("- {name}: {means}"))
        })
        .collect();
    let short = match values.is_empty() {
        true => words.clone(),
        false => {
            let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
            let names = noted("label--values", "values", &names.join(", "));
            format!("{words} {names}")
        }
    };
    let long = match choices.is_empty() {
        true => None,
        false => {
            let head = help::japanese("label--choices", &[]).unwrap_or_default();
            let words = laid(&words, width);
            Some(format!("{words}\n\n{head}\n{}", choices.join("\n")))
        }
    };
    let heading = match arg.is_positional() {
        true => ARGUMENTS.as_str(),
        false => OPTIONS.as_str(),
    };
    let arg = arg
        .help(laid(&short, width))
        .long_help(None::<&'static str>)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_env(true)
        .hide_possible_values(true)
        .next_line_help(width.is_some());
    match long {
        Some(long) => arg.long_help(long),
        None => arg,
    }
}

/// Breaks lines where Japanese breaks: clap knows nothing of wide letters.
fn laid(words: &str, width: Option<usize>) -> String {
    match width {
        Some(width) => columns::wrapped(words, width.saturating_sub(INDENT)).join("\n"),
        None => words.to_owned(),
    }
}

static USAGE: LazyLock<String> = LazyLock::new(|| label("label--usage"));
static COMMANDS: LazyLock<String> = LazyLock::new(|| label("label--commands"));
static ARGUMENTS: LazyLock<String> = LazyLock::new(|| label("label--arguments"));
static OPTIONS: LazyLock<String> = LazyLock::new(|| label("label--options"));

fn label(key: &str) -> String {
    help::japanese(key, &[]).unwrap_or_default()
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
