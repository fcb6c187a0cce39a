//! How the story is told: in one of two languages, step by step, at a pace that can be followed.

use std::io::{BufRead as _, IsTerminal as _};
use std::time::Duration;

use issei_host::terminal;
use issei_model::{Language, Timestamp};
use issei_text::{Text, columns};

use crate::code::Failure;
use crate::command_line::Demo;
use crate::words::Paint;

/// Who tells.
#[derive(Clone, Copy)]
pub struct Telling {
    /// In which language.
    pub language: Language,
    step: bool,
    fast: bool,
}

impl Telling {
    /// Tells as was wished.
    pub fn new(options: &Demo, language: Language) -> Self {
        Self {
            language,
            step: options.step && std::io::stdin().is_terminal(),
            fast: options.fast,
        }
    }

    /// Gives a sentence of the language with what goes into it.
    pub fn fill(self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        Text(self.language).fill(key, with)
    }

    /// Begins a chapter, when the visitor is ready.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn chapter(self, title: &str) -> Result<(), Failure> {
        if self.step {
            put("  ⏎ ")?;
            let mut line = String::new();
            std::io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(Failure::broken)?;
        }
        let paint = Paint(terminal::colours_welcome());
        put(&format!("\n{}\n", paint.bold(&format!("── {title} ──"))))
    }

    /// Tells whether each chapter waits for the Enter key.
    pub fn waits_for_enter(self) -> bool {
        self.step
    }

    /// Says a line as it is, in either language.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn plain(self, line: &str) -> Result<(), Failure> {
        put(&format!("  {line}\n"))
    }

    /// Says something.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn say(self, text: &str) -> Result<(), Failure> {
        for line in columns::wrapped(text, 96) {
            put(&format!("  {line}\n"))?;
        }
        self.pause(1_200);
        Ok(())
    }

    /// Says what happened at a moment, counted from another.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn happens(self, since: Timestamp, at: Timestamp, text: &str) -> Result<(), Failure> {
        let seconds = at.since(since).as_secs_f64();
        put(&format!("  {seconds:>+8.2} s  {text}\n"))
    }

    /// Says what a rule refused, in its own words.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn refused(self, what: &str, why: &str) -> Result<(), Failure> {
        let paint = Paint(terminal::colours_welcome());
        put(&format!(
            "  {}  {what}\n",
            paint.bold(&self.fill("story-refused", &[]))
        ))?;
        for line in columns::wrapped(why, 88) {
            put(&format!("           {line}\n"))?;
        }
        self.pause(2_500);
        Ok(())
    }

    /// Shows a text as it stands on paper.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn paper(self, text: &str) -> Result<(), Failure> {
        for line in text.lines() {
            put(&format!("  │ {line}\n"))?;
        }
        self.pause(4_000);
        Ok(())
    }

    /// Gives the visitor time to read.
    fn pause(self, milliseconds: u64) {
        if !self.fast && !self.step {
            std::thread::sleep(Duration::from_millis(milliseconds));
        }
    }
}

/// Writes to the terminal.
///
/// # Errors
/// If it is gone.
pub fn put(text: &str) -> Result<(), Failure> {
    terminal::say(text).map_err(Failure::broken)
}
