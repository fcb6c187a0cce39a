//! Many marks as cells: how many there were at each place, in three shades, and what is bad apart from them.
//!
//! In: counts by row and column. Out: four paths. Always: a cell with something bad in it is bad, however much else
//! there is; cells of one shade beside each other are one stroke; paths that grow too long are asked for again with
//! wider cells. Not here: what a row is.

use crate::sheet::{At, Sheet};

/// A cell of time is this wide, or twice, four times as wide until the paths fit into [`MOST_BYTES`].
const FINEST: f64 = 4.0;
/// The cells of a picture take at most so many bytes.
const MOST_BYTES: usize = 90_000;
/// From many to few, and bad.
const SHADES: [&str; 4] = ["c-mark", "c-mark c-mark2", "c-mark c-mark3", "c-leak-run"];

/// A path for each of [`SHADES`].
pub(crate) type Paths = [String; 4];

/// How many marks there are in a cell, and how many of them are bad.
pub(crate) type Cell = (u32, u32);

/// A block of rows with the same columns.
pub(crate) struct Block {
    /// Where the first column begins, and how wide each is.
    pub start: f64,
    pub wide: f64,
    /// Nothing is drawn beyond these.
    pub ends: (f64, f64),
    /// The middle of the first row, and how far the rows are from each other.
    pub top: f64,
    pub pitch: f64,
    pub rows: Vec<Vec<Cell>>,
}

/// Draws with the finest cells that fit: `draw` gets their width and gives the paths of every block.
pub(crate) fn finest(widest: f64, draw: impl Fn(f64) -> Vec<Paths>) -> Vec<Paths> {
    let mut wide = FINEST;
    loop {
        let all = draw(wide);
        let bytes: usize = all.iter().flatten().map(String::len).sum();
        if bytes <= MOST_BYTES || wide > widest {
            return all;
        }
        wide *= 2.0;
    }
}

impl Block {
    /// Writes the cells as strokes.
    pub fn paths(&self) -> Paths {
        let cells = self.rows.iter().flatten();
        let mut counts: Vec<u32> = cells.map(|cell| cell.0).filter(|n| *n > 0).collect();
        counts.sort_unstable();
        let usual = counts.get(counts.len() * 9 / 10).copied().unwrap_or(1);
        let shade = |(count, bad): Cell| match (u64::from(count) * 3, bad) {
            (_, 1..) => Some(3),
            (0, _) => None,
            (thrice, _) if thrice > u64::from(usual) * 2 => Some(0),
            (thrice, _) if thrice > u64::from(usual) => Some(1),
            _ => Some(2),
        };
        let mut paths = Paths::default();
        for (place, row) in self.rows.iter().enumerate() {
            let y = self.top + place as f64 * self.pitch;
            let mut column = 0;
            while column < row.len() {
                let same = shade(row[column]);
                let run = row[column..].iter();
                let run = run.take_while(|cell| shade(**cell) == same).count();
                if let Some(shade) = same {
                    let x = (self.start + column as f64 * self.wide).max(self.ends.0);
                    let end = (self.start + (column + run) as f64 * self.wide).min(self.ends.1);
                    paths[shade].push_str(&format!("M{} {}h{}", At(x), At(y), At(end - x)));
                }
                column += run;
            }
        }
        paths
    }
}

/// Puts the paths of a block on the sheet, as thick as its rows allow.
pub(crate) fn put(sheet: &mut Sheet<'_>, paths: &Paths, pitch: f64) {
    let thick = (pitch * 0.85).round().clamp(2.0, 7.0);
    for (class, path) in SHADES.iter().zip(paths) {
        sheet.path(&format!("{class} c-w{thick}"), path);
    }
}
