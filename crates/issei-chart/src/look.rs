//! How a picture is to be drawn: in which language, how wide, in which zone.
//!
//! In: the caller's choices. Out: words, formatted moments and numbers for every picture.
//! Always: a moment is written with its zone; a number that is none is written as a dash.

use issei_model::{Language, Timestamp};

use crate::text;

/// How a picture is to be drawn.
#[derive(Clone, Debug)]
pub struct Look {
    /// The language of every word that is not foreign text.
    pub language: Language,
    /// The layout.
    pub width: Width,
    /// The zone of every moment in the picture.
    pub zone: Zone,
    /// Begins the ids inside the SVG; two pictures on one page need two of these. Of other
    /// characters than letters, digits and `-` nothing is kept.
    pub id: String,
    /// What the picture says if there is nothing to draw: why, and what to do next. When it is empty, a
    /// plain sentence stands in.
    pub why_empty: String,
}

impl Look {
    /// A wide picture in UTC.
    pub fn new(language: Language, id: &str) -> Self {
        Self {
            language,
            width: Width::Wide,
            zone: Zone::UTC,
            id: id.to_string(),
            why_empty: String::new(),
        }
    }

    /// The same, for a narrow screen.
    pub fn narrow(mut self) -> Self {
        self.width = Width::Narrow;
        self
    }

    /// The same, with moments in `zone`.
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The same, with the sentence that stands in an empty picture.
    pub fn why_empty(mut self, sentence: &str) -> Self {
        self.why_empty = sentence.to_string();
        self
    }

    /// Chooses between the two languages.
    pub(crate) fn say<'a>(&self, english: &'a str, japanese: &'a str) -> &'a str {
        match self.language {
            Language::English => english,
            Language::Japanese => japanese,
        }
    }

    /// Whether this is the narrow layout.
    pub(crate) fn is_narrow(&self) -> bool {
        self.width == Width::Narrow
    }

    /// Joins names as the language does.
    pub(crate) fn list<S: AsRef<str>>(&self, names: &[S]) -> String {
        const MOST: usize = 5;
        let joint = self.say(", ", "、");
        let shown: Vec<String> = names
            .iter()
            .take(MOST)
            .map(|name| text::shorten(name.as_ref(), 40))
            .collect();
        let rest = names.len().saturating_sub(MOST);
        let shown = shown.join(joint);
        match (rest, self.language) {
            (0, _) => shown,
            (_, Language::English) => format!("{shown} and {} more", text::count(rest as u64)),
            (_, Language::Japanese) => format!("{shown}ほか{}件", text::count(rest as u64)),
        }
    }
}

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// Drawn 960 units wide, for 600 px and more.
    Wide,
    /// Drawn 390 units wide, in a layout of its own, for telephones.
    Narrow,
}

impl Width {
    /// The width of the picture in its own units; a unit is a pixel where nothing is scaled.
    pub fn units(self) -> f64 {
        match self {
            Self::Wide => 960.0,
            Self::Narrow => 390.0,
        }
    }
}

/// A zone with a fixed distance from UTC.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Zone {
    minutes: i32,
    name: String,
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self {
        minutes: 0,
        name: String::new(),
    };

    /// Japan's time, nine hours ahead, without a summer time.
    pub fn jst() -> Self {
        Self::fixed(540, "JST")
    }

    /// A zone `minutes` ahead of UTC, at most a day, with its short name or an empty one.
    pub fn fixed(minutes: i32, name: &str) -> Self {
        Self {
            minutes: minutes.clamp(-1_439, 1_439),
            name: text::shorten(name, 8),
        }
    }

    /// Tells the zone as people write it: `UTC`, `JST +09:00`.
    pub fn label(&self) -> String {
        if self.minutes == 0 && self.name.is_empty() {
            return "UTC".to_string();
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        let distance = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        if self.name.is_empty() {
            format!("UTC{distance}")
        } else {
            format!("{} {distance}", self.name)
        }
    }

    /// Microseconds of the zone's own clock since its 1970 began, within the years 1 to 9999.
    pub(crate) fn local(&self, moment: Timestamp) -> i64 {
        const YEAR_1: i64 = -62_135_596_800_000_000;
        const YEAR_9999: i64 = 253_370_764_800_000_000;
        let ahead = i64::from(self.minutes) * 60_000_000;
        moment.as_micros().clamp(YEAR_1, YEAR_9999) + ahead
    }

    /// Writes `2026-11-23`.
    pub(crate) fn date(&self, moment: Timestamp) -> String {
        self.part(moment, 0, 10)
    }

    /// Writes `14:30`, or `14:30:05`, or `14:30:05.250`, as fine as it must be.
    pub(crate) fn clock(&self, moment: Timestamp, fine: Fine) -> String {
        match fine {
            Fine::Minutes => self.part(moment, 11, 16),
            Fine::Seconds => self.part(moment, 11, 19),
            Fine::Millis => self.part(moment, 11, 23),
        }
    }

    /// Writes `2026-11-23 14:30:05 JST +09:00`.
    pub(crate) fn whole(&self, moment: Timestamp, fine: Fine) -> String {
        format!(
            "{} {} {}",
            self.date(moment),
            self.clock(moment, fine),
            self.label()
        )
    }

    fn part(&self, moment: Timestamp, from: usize, to: usize) -> String {
        let written = Timestamp::from_micros(self.local(moment)).to_string();
        written.get(from..to).unwrap_or("?").to_string()
    }
}

/// How finely a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fine {
    Minutes,
    Seconds,
    Millis,
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
