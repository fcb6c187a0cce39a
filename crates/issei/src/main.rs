//! The front door.
#![forbid(unsafe_code)]
mod command_line;
mod configuration;
fn main() {
    let _ = <command_line::CommandLine as clap::Parser>::parse();
    println!("{}", configuration::Configuration::default().show());
}
