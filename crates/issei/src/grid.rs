//! Rows in columns, as a terminal shows a list.
//!
//! In: heads, rows of cells. Out: lines; every column as wide as its widest cell. Always: a cell is tamed, so that what
//! comes from outside moves no cursor; figures stand at the right. Not here: forms for programs
//! (`issei_window::rows`), findings (`table`).

use issei_text::columns;

use crate::words::tame;

/// Between two columns.
const GAP: &str = "  ";

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    words: String,
    is_figure: bool,
}

impl Head {
    /// A column of words.
    pub fn words(words: String) -> Self {
        Self {
            words,
            is_figure: false,
        }
    }

    /// A column of figures.
    pub fn figures(words: String) -> Self {
        Self {
            words,
            is_figure: true,
        }
    }
}

/// Writes rows below their heads. A row has a cell for each head.
pub fn grid<const N: usize>(heads: &[Head; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| tame(cell)))
        .collect();
    let mut widths = heads.each_ref().map(|head| columns::width(&head.words));
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns::width(cell));
        }
    }
    let line = |cells: [&str; N]| {
        let filled = cells
            .iter()
            .zip(&widths)
            .zip(heads)
            .map(|((cell, width), head)| match head.is_figure {
                true => format!("{}{cell}", " ".repeat(width - columns::width(cell))),
                false => columns::left(cell, *width),
            });
        let filled: Vec<String> = filled.collect();
        format!("{}\n", filled.join(GAP).trim_end())
    };
    let first = line(heads.each_ref().map(|head| head.words.as_str()));
    let rest = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
