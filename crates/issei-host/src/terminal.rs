//! What the terminal can show.

use std::io::{self, IsTerminal, Write};

/// A terminal that tells no width, or no terminal at all, gets this many columns.
const USUAL_COLUMNS: u16 = 100;

/// Tells whether standard output is a terminal.
pub fn output_is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Tells whether standard error is a terminal.
pub fn error_is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Tells whether colours are welcome: a terminal, and nobody set `NO_COLOR` (no-color.org).
pub fn colours_welcome() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    output_is_terminal() && !refused && !dumb
}

/// Tells how many columns a line may fill.
pub fn columns() -> u16 {
    let told = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let asked = output_is_terminal().then(crate::kernel::columns).flatten();
    asked
        .or(told)
        .filter(|&columns| columns > 0)
        .unwrap_or(USUAL_COLUMNS)
}

/// Writes to standard output. A reader that has seen enough and went away (`| head`) is no fault.
///
/// # Errors
/// If what was said could not be written, for instance on a full disk.
pub fn say(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
