//! The bar that shows how much of the files is read. On a terminal only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use issei_host::terminal;
use issei_text::{Text, said};

/// The bar, if there is a terminal to show it.
pub struct Progress {
    read: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins, with so many bytes to read; without a language there is none.
    pub fn begin(bytes: u64, tongue: Option<Text>) -> Self {
        let tongue = tongue.filter(|_| terminal::error_is_terminal());
        let bar = tongue.map(|tongue| {
            let bar = ProgressBar::new(bytes);
            match ProgressStyle::with_template(&template(tongue)) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            read: Arc::default(),
            bar,
        }
    }

    /// Shares the counter of the bytes that were read.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// Shows how far it is.
    pub fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.read.load(Ordering::Relaxed));
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What the bar says: `indicatif` fills in what stands between braces.
fn template(tongue: Text) -> String {
    let said = said!(
        tongue,
        "analyze-reading",
        bar = "{bar:30}",
        percent = "{percent:>3}",
        read = "{bytes}",
        all = "{total_bytes}",
        pace = "{bytes_per_sec}",
        left = "{eta}"
    );
    format!("  {said}")
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
