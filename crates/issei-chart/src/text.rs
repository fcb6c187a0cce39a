//! Foreign text made safe to draw, and numbers as people read them.
//!
//! In: any string, any number. Out: strings that are bounded, and that are text in XML whatever they were.
//! Always: what XML cannot hold, and what turns the direction of writing round, is drawn as U+FFFD.
//! Widths are estimates: no font is at hand, so they are taken a little too wide.

/// Escapes text for XML, as content or inside an attribute's quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(tame(letter)),
        }
    }
    out
}

/// Keeps at most `most` characters, with `…` for the rest.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let mut letters = text.chars().map(tame);
    let mut out: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        out.pop();
        out.push('…');
    }
    out
}

/// Keeps as much as fits into `room` units at `size`, with `…` for the rest. A name of nothing is `—`.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    let mut out = String::new();
    let mut used = 0.0;
    let end = advance('…') * size;
    let mut mark = 0;
    for letter in text.chars().map(tame) {
        let step = advance(letter) * size;
        if used + step > room {
            out.truncate(mark);
            out.push('…');
            return out;
        }
        used += step;
        out.push(letter);
        if used + end <= room {
            mark = out.len();
        }
    }
    if out.trim().is_empty() {
        return "—".to_string();
    }
    out
}

/// Estimates how wide a text is at `size`, looking at no more than 400 characters.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().take(400).map(advance).sum::<f64>() * size
}

/// Breaks text into lines of at most `room` units: at spaces, or anywhere between full-width characters.
pub(crate) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for word in words(text) {
        let step = width(&word, size);
        if used > 0.0 && used + width(word.trim_end(), size) > room {
            if lines.len() == most {
                if let Some(last) = lines.last_mut() {
                    last.truncate(last.trim_end().len());
                    last.push('…');
                }
                return lines;
            }
            lines.push(String::new());
            used = 0.0;
        }
        used += step;
        if let Some(last) = lines.last_mut() {
            last.push_str(&word);
        }
    }
    lines
}

/// Cuts text where a line may break, each piece with the space or the closing mark behind it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for letter in text.chars().take(2_000).map(tame) {
        let full = is_full_width(letter);
        let closes = matches!(
            letter,
            '、' | '。' | '）' | '」' | 'ー' | '％' | '・' | '：' | '，' | '．' | '！' | '？'
        );
        match words.last_mut() {
            Some(word) if (open && !full) || closes => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        open = letter != ' ' && !full;
    }
    words
}

/// Writes a count with its thousands apart: `1,284`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a quantity with about three figures: `0.4`, `61.4`, `1,284`, `2.5e12`; what is no number as `—`.
pub(crate) fn quantity(value: f64) -> String {
    if !value.is_finite() {
        return "—".to_string();
    }
    let size = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    match size {
        0.0 => "0".to_string(),
        1e12.. => format!("{sign}{size:.1e}"),
        100.0.. => format!("{sign}{}", count(size.round() as u64)),
        10.0.. => format!("{sign}{}", trimmed(format!("{size:.1}"))),
        0.001.. => format!("{sign}{}", trimmed(format!("{size:.2}"))),
        _ => format!("{sign}{size:.0e}"),
    }
}

/// Writes microseconds from T: `+31.0 ms`, `−0.2 ms`, `+2.50 s`.
pub(crate) fn offset(micros: f64) -> String {
    let sign = if micros < 0.0 { '−' } else { '+' };
    let size = micros.abs();
    match size {
        0.0..10_000.0 => format!("{sign}{:.1} ms", size / 1e3),
        10_000.0..1_000_000.0 => format!("{sign}{:.0} ms", size / 1e3),
        1_000_000.0..10_000_000.0 => format!("{sign}{:.2} s", size / 1e6),
        10_000_000.0..1e12 => format!("{sign}{} s", count((size / 1e6).round() as u64)),
        _ => format!("{sign}{:.0e} s", size / 1e6),
    }
}

/// Writes a length of time without its sign: `150 ms`, `0.5 ms`, `2.5 s`.
pub(crate) fn span(micros: f64) -> String {
    let size = micros.abs();
    match size {
        0.0..1_000_000.0 => format!("{} ms", trimmed(format!("{:.1}", size / 1e3))),
        1_000_000.0..1e9 => format!("{} s", trimmed(format!("{:.2}", size / 1e6))),
        _ => offset(size).trim_start_matches('+').to_string(),
    }
}

/// Takes zeros off the end of a fraction.
pub(crate) fn trimmed(number: String) -> String {
    if number.contains('.') {
        number
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_string()
    } else {
        number
    }
}

/// Replaces what XML 1.0 (section 2.2) cannot hold, line breaks, and marks that turn writing round.
fn tame(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' => ' ',
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => '\u{fffd}',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter => letter,
    }
}

/// The width of a character in ems. Latin letters as in common sans-serif faces, full-width ones as one.
fn advance(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '|' | '!' | '.' | ',' | ':' | ';' | '\'' | ' ' | 'I' => 0.3,
        'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' | '—' | '…' | '@' => 0.9,
        'A'..='Z' => 0.68,
        '\0'..='\u{2ff}' => 0.57,
        letter if is_full_width(letter) => 1.0,
        _ => 0.7,
    }
}

/// Whether a character is drawn as wide as it is high (Unicode East Asian Width, the common blocks).
fn is_full_width(letter: char) -> bool {
    matches!(letter,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
