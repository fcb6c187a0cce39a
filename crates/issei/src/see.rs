//! `issei see`: findings that were written down, newest first.
//!
//! In: a file of findings, a word. Out: the table of those that have it, or their records. Always: what was left out is
//! said, and how to see it; a finding whose time is over is not shown. Not here: the whole evidence of one
//! (`explain`).

use issei_host::terminal;
use issei_model::Language;
use issei_text::{Text, said};
use issei_window::looks::Sought;
use issei_window::own::{FindingBook as _, Sheaf};

use crate::code::{self, Failure};
use crate::command_line::See;
use crate::finding_file::FindingFile;
use crate::words::{self, Paint};
use crate::{caller, shelf, table};

/// Shows them.
///
/// # Errors
/// If there is no such file, or it cannot be read.
pub fn run(options: &See, language: Language) -> Result<u8, Failure> {
    let path = shelf::find(options.from.as_deref()).map_err(Failure::wrong)?;
    if let Err(error) = std::fs::metadata(&path) {
        return Err(Failure::wrong(format!("{}: {error}", path.display())));
    }
    let sought = Sought {
        before: None,
        most: options.most as usize,
        only: options.only.clone(),
    };
    let sheaf = FindingFile::whole(path).read(&sought);
    let sheaf = sheaf.map_err(Failure::unreadable)?;
    let shown = match options.form.form() {
        Some(form) => form.write(&sheaf.findings),
        None => page(sheaf, Text(language)),
    };
    caller::say(&shown)?;
    Ok(code::DONE)
}

fn page(sheaf: Sheaf, tongue: Text) -> String {
    let (all, odd, more) = (sheaf.all, sheaf.odd, sheaf.older.is_some());
    let shown = sheaf.findings.len() as u64;
    if shown == 0 {
        return tongue.say("see-none") + "\n";
    }
    let view = table::View {
        columns: usize::from(terminal::columns()),
        paint: Paint(terminal::colours_welcome()),
        sources: true,
        tongue,
    };
    let mut text = view.table(&table::sorted(sheaf.findings));
    let (shown, all) = (words::count(shown), words::count(all));
    text += &format!("\n{}\n", said!(tongue, "see-sum", shown, all));
    if more {
        text += &format!("{}\n", tongue.say("see-more"));
    }
    if odd > 0 {
        text += &format!("{}\n", said!(tongue, "own-odd", n = words::count(odd)));
    }
    text
}

#[cfg(test)]
#[path = "see_tests.rs"]
mod tests;
