//! Waits for signals: reads the configuration again, or begins the end.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use issei_host::signals::{Signal, Signals};

use super::{Board, Collect, Message, Reloaded, configured, territory};
use crate::configuration::Configuration;
use crate::setting::{Lists, SettingError};

/// Begins to wait, on a thread of its own that ends with the process.
///
/// # Errors
/// If the system refuses another thread.
pub fn begin(
    signals: Signals,
    options: Collect,
    key: [u64; 2],
    to_judge: SyncSender<Message>,
    board: Arc<Board>,
) -> io::Result<()> {
    let watch = move || {
        while let Ok(signal) = signals.next() {
            match signal {
                Signal::Reload => reload(&options, key, &to_judge, &board),
                // Who asks twice is in a hurry: what is not yet written is given up.
                Signal::End if board.is_ending() => std::process::exit(crate::code::BROKEN.into()),
                Signal::End => board.end(),
            }
        }
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(watch)
        .map(drop)
}

fn reload(options: &Collect, key: [u64; 2], to_judge: &SyncSender<Message>, board: &Board) {
    match read_again(options, key) {
        Ok(reloaded) => {
            board.set_sampling(reloaded.configuration.sampling.clone());
            if to_judge.send(Message::Reload(Box::new(reloaded))).is_ok() {
                board.reloaded(true);
            }
        }
        Err(error) => {
            eprintln!("issei: {error}");
            eprintln!("issei: the configuration in force stays as it was");
            board.reloaded(false);
        }
    }
}

fn read_again(options: &Collect, key: [u64; 2]) -> Result<Reloaded, SettingError> {
    let configuration: Configuration = configured(options)?;
    let lists = Lists::read(&configuration)?;
    let setting = lists.setting(territory(&configuration), key);
    Ok(Reloaded {
        setting,
        configuration,
    })
}
