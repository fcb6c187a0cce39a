//! The front door of issei: speaks with people and wires the rooms together.
//!
//! In: the command line. Out: what each command says, and an exit code ([`code`]).
//! What others may use of it are the offices ([`office`]): benchmarks and checks run whole countries.
//! Deliberately absent: rules (`issei-detect`), formats (`issei-wire`), sockets (`issei-host`).

#![forbid(unsafe_code)]

mod analyze;
mod appeal;
mod caller;
mod case;
mod checking;
pub mod code;
mod collect;
pub mod command_line;
mod configuration;
mod demo;
mod doctor;
mod drill;
pub mod enforcer;
mod enrol;
#[cfg(test)]
mod examples;
mod explain;
mod finding_file;
mod grid;
mod introductions;
#[cfg(test)]
#[path = "japanese_tests.rs"]
mod japanese;
mod keys;
mod lab;
mod ledger;
mod listing;
mod lists;
pub mod office;
mod order;
mod papers;
mod record;
mod reflex;
#[cfg(test)]
mod resolver;
mod scenario;
mod see;
mod sentinel;
mod setting;
mod shelf;
mod show;
mod simulate;
#[cfg(test)]
mod stand_in;
mod status;
mod stop;
mod survey;
mod table;
mod top;
#[cfg(test)]
mod traffic;
mod why;
mod window;
mod words;

use std::process::ExitCode;

use clap::Parser;
use issei_model::Language;

use code::Failure;
use command_line::{Command, CommandLine, Tongue};
use office::folder::Folder;

/// Does what the command line says; the exit codes are those of [`code`].
pub fn run_command_line() -> ExitCode {
    let line = CommandLine::try_parse();
    let CommandLine { lang, command } =
        line.unwrap_or_else(|error| command_line::help::end(&error));
    let language = Tongue::choose(lang, |name| std::env::var(name).ok());
    match run(&command, language) {
        Ok(code) => code.into(),
        Err(failure) => {
            eprintln!("issei: {failure}");
            failure.code.into()
        }
    }
}

fn run(command: &Command, language: Language) -> Result<u8, Failure> {
    match command {
        Command::Analyze(options) => analyze::run(options, language),
        Command::Explain(options) => explain::run(options, language),
        Command::Collect(options) => collect::run(options, language),
        Command::Simulate(options) => simulate::run(options, language),
        Command::Demo(options) => demo::run(options, language),
        Command::Drill(options) => drill::run(options, language),
        Command::Lab(options) => lab::run(options, language),
        Command::Scenario(question) => scenario::run(question, language),
        Command::See(options) => see::run(options, language),
        Command::Verify(options) => record::run(options, language),
        Command::Coordinator(wish) => office::coordinating(wish),
        Command::Member { folder, restored } => office::member(Folder::new(folder), *restored),
        Command::Enforcer(wish) => enforcer::run(wish, language),
        Command::Sentinel(wish) => sentinel::run(wish),
        Command::Enrol(options) => enrol::run(options, language),
        Command::Appeal(options) => appeal::run(options, language),
        Command::Case(options) => case::run(options, language),
        Command::Order(options) => order::run(options, language),
        Command::Reflex(options) => reflex::run(options, language),
        Command::Stop(options) => stop::stop(options, language),
        Command::Resume(options) => stop::resume(options, language),
        Command::Reload(options) => status::reload(options, language),
        Command::Status(options) => status::run(options, language),
        Command::Show(options) => show::run(options, language),
        Command::Why(options) => why::run(options, language),
        Command::Top(options) => top::run(options, language),
        Command::Window(options) => window::run(options, language),
        Command::Lists(wish) => listing::run(wish, language),
        Command::Doctor => doctor::run(language),
        Command::Keys(wish) => keys::run(wish, language),
        Command::Ledger(question) => ledger::run(question, language),
        Command::Config(question) => papers::config(question, language),
        Command::Schema => papers::schema(),
        Command::Completions { shell } => papers::completions(*shell, language),
        Command::Man { folder } => papers::man(folder, language),
    }
}
