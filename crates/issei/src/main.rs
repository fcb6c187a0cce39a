//! The front door.
#![forbid(unsafe_code)]
mod command_line;
mod configuration;
#[cfg(test)]
mod examples;
mod explain;
mod lists;
mod record;
mod survey;
mod table;
mod words;
fn main() {
    let _ = <command_line::CommandLine as clap::Parser>::parse();
    println!("{}", configuration::Configuration::default().show());
}
