//! A process to be ended at any moment: works on a store, or checks what is left of one.
//!
//! `store_writer work PATH`, `store_writer check PATH`; `store_writer careless PATH` works without
//! waiting for the disk, so that the check of a power loss has something to find.

#[path = "../tests/store/writer.rs"]
mod writer;

use std::path::Path;
use std::process::ExitCode;

use issei_host::store::Durability;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let work = |path: &str, durability| {
        let mut out = std::io::stdout();
        let worked = runtime.block_on(writer::work(Path::new(path), durability, &mut out));
        worked.map_err(|error| error.to_string())
    };
    match *words {
        ["work", path] => work(path, Durability::Full),
        ["careless", path] => work(path, Durability::None),
        ["check", path] => {
            let last = runtime.block_on(writer::check(Path::new(path)))?;
            println!("last {last}");
            Ok(())
        }
        _ => Err("usage: store_writer work|careless|check PATH".into()),
    }
}
