//! The bar that shows how much of the files is read. On a terminal only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use issei_host::terminal;

/// The bar, if there is a terminal to show it.
pub struct Progress {
    read: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins, with so many bytes to read.
    pub fn begin(bytes: u64, wanted: bool) -> Self {
        let bar = (wanted && terminal::error_is_terminal()).then(|| ProgressBar::new(bytes));
        let style = ProgressStyle::with_template(
            "  reading {bar:30} {percent:>3} %  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        );
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style);
        }
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
