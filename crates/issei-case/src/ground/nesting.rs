//! Refuses texts nested so deep that reading them would overflow the stack: the engine's readers
//! call themselves once for each level.
//!
//! In: the text of a layer or a schema. Out: whether it is too deep. Always: strings and comments are
//! passed over; what is counted is never less than the levels that the text can have. Not here:
//! whether the text is a policy at all (`engine`).

/// Brackets within each other, and conditions within one policy. What counsel can still read.
pub(super) const DEEPEST: usize = 20;
/// Operators and brackets of one policy: a chain of them is as deep as it is long.
pub(super) const MOST_OPERATORS: usize = 400;

/// Tells whether the policies of a layer are too deep.
pub(super) fn policies_too_deep(text: &str) -> bool {
    let mut walk = Walk::default();
    pieces(text, |piece| walk.step(piece));
    walk.too_deep
}

/// Tells whether a schema is too deep: types stand in angle brackets too.
pub(super) fn schema_too_deep(text: &str) -> bool {
    let (mut open, mut deepest) = (0_usize, 0);
    pieces(text, |piece| match piece {
        Piece::Sign(b'(' | b'[' | b'{' | b'<') => {
            open += 1;
            deepest = deepest.max(open);
        }
        Piece::Sign(b')' | b']' | b'}' | b'>') => open = open.saturating_sub(1),
        Piece::Sign(_) | Piece::Word(_) => {}
    });
    deepest > DEEPEST
}

/// A piece of a text, outside strings and comments.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Sign(u8),
    Word(&'a str),
}

/// Counts within the policy under way.
#[derive(Default)]
struct Walk {
    open: usize,
    conditions: usize,
    operators: usize,
    too_deep: bool,
}

impl Walk {
    fn step(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Sign(b'(' | b'[' | b'{') => {
                self.open += 1;
                self.operators += 1;
            }
            Piece::Sign(b')' | b']' | b'}') => self.open = self.open.saturating_sub(1),
            Piece::Sign(b';') => (self.conditions, self.operators) = (0, 0),
            Piece::Sign(b',' | b':' | b'@') => {}
            Piece::Word("if") => self.conditions += 1,
            Piece::Word("has" | "in" | "is" | "like") | Piece::Sign(_) => self.operators += 1,
            Piece::Word(_) => {}
        }
        self.too_deep |=
            self.open > DEEPEST || self.conditions > DEEPEST || self.operators > MOST_OPERATORS;
    }
}

/// Hands over every sign and word outside strings and comments.
fn pieces<'a>(text: &'a str, mut take: impl FnMut(Piece<'a>)) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string(rest),
            '/' if rest.starts_with("//") => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            _ if first.is_alphanumeric() || first == '_' => {
                let part = |letter: char| letter.is_alphanumeric() || letter == '_';
                let length = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
                take(Piece::Word(&rest[..length]));
                length
            }
            _ => {
                if first.is_ascii_punctuation() {
                    take(Piece::Sign(first as u8));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
}

/// The length of the string that begins a text, with its quotation marks.
fn string(text: &str) -> usize {
    let mut escaped = true; // the opening mark ends nothing
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}
