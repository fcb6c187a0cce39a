//! What a picture is when it is done: SVG for a page, SVG for a file, words, and a table.
//!
//! In: a finished sheet. Out: [`Chart`]. Always: the inlined form holds no style, no script and no
//! address of anything outside itself, so it stands under `style-src 'self'` without an exception.

use crate::text;

/// The style sheet of every picture: light, dark, print. A page takes it into its own sheet.
///
/// The colours are custom properties with fall-backs, so a page may set `--ink`, `--muted`, `--rule`,
/// `--surface`, `--calm`, `--series`, `--alarm`, `--good`, `--warn` and `--other`, and everything follows. Dark is
/// what the reader's system says, or what `data-theme="dark"` or `"light"` on the root element says.
///
/// Inside an element of the class `chart-both` that holds a wide picture and then its narrow form, the one that
/// has room is shown, the wide one in print.
pub const STYLE: &str = include_str!("style.css");

/// A finished picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The picture as one `<svg>` element, to be inlined in a page that holds [`STYLE`].
    pub svg: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What it says, in a sentence or two; the same as the `<desc>` inside.
    pub description: String,
    /// The same data as a table.
    pub table: Table,
    pub(crate) body: String,
    pub(crate) id: String,
    pub(crate) size: (f64, f64),
    /// Whether the picture itself says what the description says.
    pub(crate) says_all: bool,
}

impl Chart {
    /// No SVG is larger, in bytes, however much data came in.
    pub const LARGEST: usize = 150_000;

    /// Tells the picture as a file of its own: with its style, its title and its description in sight.
    pub fn standalone(&self) -> String {
        let (width, height) = self.size;
        let margin = 20.0;
        // A small picture keeps its size, and its words get the room that words need.
        let outer = width.max(360.0);
        let lines = match self.says_all {
            true => Vec::new(),
            false => text::wrap(&self.description, 13.0, outer, 4),
        };
        // Bold letters are wider than the estimate.
        let titles = text::wrap(&self.title, 20.0, outer, 2);
        let titles_height = titles.len() as f64 * 24.0;
        let head = titles_height + lines.len() as f64 * 19.0 + 14.0;
        let mut words = String::new();
        for (place, line) in titles.iter().enumerate() {
            let y = 18.0 + place as f64 * 24.0 - head;
            words.push_str(&format!(
                "<text class=\"c-title\" y=\"{y}\">{}</text>\n",
                text::escape(line)
            ));
        }
        for (place, line) in lines.iter().enumerate() {
            let y = titles_height + 14.0 + place as f64 * 19.0 - head;
            words.push_str(&format!(
                "<text class=\"c-small\" y=\"{y}\">{}</text>\n",
                text::escape(line)
            ));
        }
        let (left, top) = (-margin, -head - margin);
        let (whole_width, whole_height) = (outer + 2.0 * margin, height + head + 2.0 * margin);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart standalone\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\" width=\"{whole_width}\" height=\"{whole_height}\" \
             viewBox=\"{left} {top} {whole_width} {whole_height}\">\n\
             <title id=\"{id}-t\">{title}</title>\n<desc id=\"{id}-d\">{desc}</desc>\n\
             <style>\n{STYLE}</style>\n\
             <rect class=\"c-paper\" x=\"{left}\" y=\"{top}\" width=\"{whole_width}\" height=\"{whole_height}\"/>\n\
             {words}{body}</svg>\n",
            id = self.id,
            title = text::escape(&self.title),
            desc = text::escape(&self.description),
            body = self.body,
        )
    }
}

/// The data of a picture in rows, every cell as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The heads of the columns, with their units.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`, at most [`Table::MOST_ROWS`].
    pub rows: Vec<Vec<String>>,
    /// How many rows found no place.
    pub left_out: usize,
}

impl Table {
    /// No table is longer.
    pub const MOST_ROWS: usize = 1_000;
    /// No cell is longer, in characters.
    pub const LONGEST_CELL: usize = 200;

    /// Begins a table with the heads of its columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let columns = columns.iter();
        Self {
            columns: columns
                .map(|column| text::shorten(column, Self::LONGEST_CELL))
                .collect(),
            ..Self::default()
        }
    }

    /// Whether another row would only be counted: then there is no need to write it.
    pub(crate) fn is_full(&mut self) -> bool {
        let full = self.rows.len() == Self::MOST_ROWS;
        self.left_out += usize::from(full);
        full
    }

    /// Adds a row, or counts it where there is no room.
    pub(crate) fn push(&mut self, row: &[String]) {
        debug_assert_eq!(row.len(), self.columns.len(), "a row as long as the head");
        if self.rows.len() == Self::MOST_ROWS {
            self.left_out += 1;
            return;
        }
        let cells = row.iter();
        let row = cells.map(|cell| text::shorten(cell, Self::LONGEST_CELL));
        self.rows.push(row.collect());
    }
}

#[cfg(test)]
#[path = "chart_tests.rs"]
mod tests;
