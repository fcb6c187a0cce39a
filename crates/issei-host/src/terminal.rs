//! What the terminal can show.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use zeroize::Zeroizing;

/// A terminal that tells no width, or no terminal at all, gets this many columns.
const USUAL_COLUMNS: u16 = 100;
/// The same for rows: what terminals had from the beginning.
const USUAL_ROWS: u16 = 24;

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
    let asked = output_is_terminal().then(crate::kernel::window).flatten();
    asked
        .map(|(columns, _)| columns)
        .or(told)
        .filter(|&columns| columns > 0)
        .unwrap_or(USUAL_COLUMNS)
}

/// Tells how many lines a page may fill without scrolling.
pub fn rows() -> u16 {
    let asked = output_is_terminal().then(crate::kernel::window).flatten();
    let asked = asked.map(|(_, rows)| rows);
    asked.filter(|&rows| rows > 0).unwrap_or(USUAL_ROWS)
}

/// Hands the keys of the terminal over, each as it is pressed and unshown, while `work` goes on.
/// Ctrl-C comes as a key too, so that the terminal is left as it was.
///
/// # Errors
/// If there is no terminal to type on; then `work` was not begun.
pub fn with_keyboard<T>(work: impl FnOnce(&Keyboard) -> T) -> io::Result<T> {
    let keyboard = Keyboard(File::options().read(true).write(true).open("/dev/tty")?);
    let _hushed = crate::kernel::Hushed::new(keyboard.0.as_fd())?;
    Ok(work(&keyboard))
}

/// The keys of the terminal.
#[derive(Debug)]
pub struct Keyboard(File);

impl Keyboard {
    /// Waits for a key, so long at most. A key of several bytes comes as several.
    ///
    /// # Errors
    /// If the terminal fails; of kind `UnexpectedEof` if it was closed.
    pub fn pressed(&self, most: Duration) -> io::Result<Option<u8>> {
        let mut sockets = [libc::pollfd {
            fd: self.0.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        }];
        if !crate::kernel::readable(&mut sockets, most)? {
            return Ok(None);
        }
        let mut byte = [0];
        match (&self.0).read(&mut byte) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(Some(byte[0])),
            // The terminal hung up (termios(3): EIO), which is its way of being closed.
            Err(error) if error.raw_os_error() == Some(libc::EIO) => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Err(error) => Err(error),
        }
    }
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

/// Asks a person for a secret on the terminal itself, also when input and output go elsewhere,
/// and shows nothing of it. Tells the line without its end; bytes past `most` are not taken.
///
/// # Errors
/// If there is no terminal; of kind `Interrupted` if the person broke off (Ctrl-C, Ctrl-D).
pub(crate) fn secret(prompt: &str, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let line = {
        // Silence first: whoever sees the prompt may type.
        let _hushed = crate::kernel::Hushed::new(terminal.as_fd())?;
        write!(&terminal, "{prompt}")?;
        typed(&mut &terminal, most)
    };
    writeln!(terminal)?;
    line
}

/// Takes a line byte by byte, with the two mends that people expect: one character, and all.
fn typed(from: &mut dyn Read, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    const BREAK: u8 = 0x03;
    const END: u8 = 0x04;
    const ALL: u8 = 0x15;
    let mut line = Zeroizing::new(Vec::with_capacity(most));
    loop {
        let mut byte = [0];
        let ended = io::Error::new(io::ErrorKind::Interrupted, "broken off");
        match (from.read(&mut byte), byte[0]) {
            (Err(error), _) if error.kind() == io::ErrorKind::Interrupted => {}
            (Err(error), _) => return Err(error),
            (Ok(0), _) | (Ok(_), BREAK | END) => return Err(ended),
            (Ok(_), b'\n' | b'\r') => return Ok(line),
            (Ok(_), ALL) => line.clear(),
            (Ok(_), 0x08 | 0x7f) => {
                // A character of UTF-8 is its first byte and those behind it that continue it.
                while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            (Ok(_), byte) if line.len() < most => line.push(byte),
            (Ok(_), _) => {}
        }
    }
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
