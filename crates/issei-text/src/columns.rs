//! Text in columns: a kanji or kana fills two cells of a terminal, and Japanese breaks between letters.
//!
//! In: text, a number of cells. Out: text that fills as many, or lines that fill at most as many. Always: control
//! letters have no width here; who prints foreign text tames it before. Standard: Unicode UAX 11, the wide and
//! full-width ranges; ambiguous letters count one, as terminals draw them. Not here: colours.

/// Tells how many cells a text fills.
pub fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

/// Tells how many cells a letter fills.
pub fn cells(letter: char) -> usize {
    match u32::from(letter) {
        0x300..=0x36f | 0x200b..=0x200f | 0x3099..=0x309a | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Fills a text up with spaces on its right; a longer one stays as it is.
pub fn left(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))))
}

/// Breaks text into lines of at most so many cells, between words and between wide letters. A word longer than a
/// line gets its own; what may not begin a line in Japanese stays with the letter before it.
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        for (number, piece) in pieces(word).into_iter().enumerate() {
            let gap = usize::from(number == 0);
            match lines.last_mut() {
                Some(line) if width(line) + gap + width(piece) <= most => {
                    line.push_str(&" "[..gap]);
                    line.push_str(piece);
                }
                _ => lines.push(piece.to_owned()),
            }
        }
    }
    lines
}

/// Cuts a word where a line may break inside it: before and after a wide letter.
fn pieces(word: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut before = None;
    for (at, letter) in word.char_indices() {
        let breaks = before.is_some_and(|before: char| {
            (cells(before) == 2 || cells(letter) == 2)
                && !NEVER_FIRST.contains(letter)
                && !NEVER_LAST.contains(before)
        });
        if breaks {
            cuts.push(at);
        }
        before = Some(letter);
    }
    cuts.push(word.len());
    cuts.windows(2)
        .map(|pair| &word[pair[0]..pair[1]])
        .collect()
}

/// Letters that begin no line: closing marks, in half and full width, and small kana.
const NEVER_FIRST: &str = concat!(
    "、。・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…」』】〉》,.:;!?)]}%",
    "\u{ff0c}\u{ff0e}\u{ff1a}\u{ff1b}\u{ff01}\u{ff1f}\u{ff09}\u{ff3d}\u{ff5d}\u{ff05}"
);
/// Letters that end no line: opening marks.
const NEVER_LAST: &str = "「『【〈《([{\u{ff08}\u{ff3b}\u{ff5b}";

/// Makes text from files and packets fit for a terminal: no control characters, no escapes.
pub fn tame(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
