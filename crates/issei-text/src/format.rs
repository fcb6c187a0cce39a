//! Numbers, moments and times as people read them.
//!
//! In: a figure, a zone. Out: text. Always: a moment carries its zone; numbers are grouped by thousands. Not here:
//! sentences ([`Text`](crate::Text)).

use issei_model::{Language, Span, Timestamp};

/// Where the reader's clock stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// Japan, nine hours ahead, all year.
    Jst,
}

impl Zone {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Jst => "JST",
        }
    }

    /// How far ahead of UTC it is.
    pub const fn ahead(self) -> Span {
        match self {
            Self::Utc => Span::from_secs(0),
            Self::Jst => Span::from_secs(9 * 3_600),
        }
    }

    /// Writes a moment to the second: `2026-11-23 14:30:05 JST`.
    pub fn moment(self, at: Timestamp) -> String {
        let text = (at + self.ahead()).to_string();
        let day = text.get(..10).unwrap_or_default();
        let time = text.get(11..19).unwrap_or_default();
        format!("{day} {time} {}", self.name())
    }

    /// Writes the time of day to the millisecond: `14:30:00.003 JST`.
    pub fn instant(self, at: Timestamp) -> String {
        let text = (at + self.ahead()).to_string();
        format!("{} {}", text.get(11..23).unwrap_or_default(), self.name())
    }
}

/// Writes a count: `1,284`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes how long something is, in the reader's language: `8 min 18 s`, `8 分 18 秒`; tenths below a minute.
pub fn span(span: Span, language: Language) -> String {
    let micros = span.as_micros().max(0);
    let seconds = micros / 1_000_000;
    let units = match language {
        Language::English => [" d", " h", " min", " s"],
        Language::Japanese => [" 日", " 時間", " 分", " 秒"],
    };
    if seconds < 60 {
        return format!("{seconds}.{}{}", micros / 100_000 % 10, units[3]);
    }
    let parts = [
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    ];
    let first = parts.iter().position(|part| *part > 0).unwrap_or(3);
    let told: Vec<String> = (first..parts.len().min(first + 2))
        .filter(|place| parts[*place] > 0)
        .map(|place| format!("{}{}", parts[place], units[place]))
        .collect();
    told.join(" ")
}

/// Writes a measured span to tenths, in every language: `2.8 ms` below a second, `63.0 s` from there on.
pub fn measured(span: Span) -> String {
    let micros = span.as_micros();
    match micros.abs() {
        ..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

/// Writes how long something lasts, in its two largest units: `8 min 18 s`, `8 分 18 秒`, and what is less than a
/// second exactly: `0.023 s`. Where something is counted down, [`span`] is steadier.
pub fn lasting(span: Span, language: Language) -> String {
    lasting_in(&span.to_string(), language)
}

/// The same from how a record writes it.
pub(crate) fn lasting_in(said: &str, language: Language) -> String {
    match language {
        Language::English => said.to_owned(),
        Language::Japanese => {
            let unit = |word| match word {
                "d" => "日",
                "h" => "時間",
                "min" => "分",
                "s" => "秒",
                number => number,
            };
            let words: Vec<&str> = said.split(' ').map(unit).collect();
            words.join(" ")
        }
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
