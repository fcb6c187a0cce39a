//! Moments and lengths of time, in whole microseconds.
//!
//! NetFlow speaks milliseconds, IPFIX up to nanoseconds, packet files micro- or nanoseconds;
//! a microsecond is fine enough to attribute a flow behind a carrier-grade NAT.
//! Not here: any clock. A moment is always handed in.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// A moment in UTC: microseconds since 1970-01-01, before or after.
///
/// ```
/// use issei_model::Timestamp;
/// assert_eq!(Timestamp::from_micros(1_545_402_975_000_000).to_string(), "2018-12-21T14:36:15.000Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest moment that can be told.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest moment that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// Takes microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Takes milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Takes seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Tells microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Tells how much later `self` is than `earlier`; negative if it is not.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Rounds down to a whole multiple of `step` since the epoch. A step of zero leaves the moment.
    pub const fn floor(self, step: Span) -> Self {
        if step.0 <= 0 {
            return self;
        }
        Self(self.0 - self.0.rem_euclid(step.0))
    }

    /// Writes RFC 3339 like [`fmt::Display`], with six digits where milliseconds would lose something.
    pub fn exact(self) -> String {
        let mut text = self.to_string();
        let below_milli = self.0.rem_euclid(1_000);
        if below_milli != 0 {
            text.truncate(text.len() - 1);
            text.push_str(&format!("{below_milli:03}Z"));
        }
        text
    }

    /// Reads `2018-12-21T14:36:15[.fraction]Z`, or `2018-12-21` for its first moment.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let part = bytes.get(range)?;
            part.iter()
                .all(u8::is_ascii_digit)
                .then(|| part.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let in_month = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        if bytes[4] != b'-' || bytes[7] != b'-' || !in_month {
            return None;
        }
        let midnight = days_from_civil(year, month, day) * 86_400;
        if bytes.len() == 10 {
            return Some(Self::from_secs(midnight));
        }
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let separators = matches!(bytes[10], b'T' | b' ') && bytes[13] == b':' && bytes[16] == b':';
        if !separators || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let rest = text.get(19..)?.strip_suffix('Z').or(text.get(19..))?;
        let micros = match rest.strip_prefix('.') {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                let six: String = digits.chars().chain("000000".chars()).take(6).collect();
                six.parse::<i64>().ok()?
            }
            Some(_) => return None,
            None if rest.is_empty() => 0,
            None => return None,
        };
        let secs = midnight + hour * 3_600 + minute * 60 + second;
        Some(Self(secs * 1_000_000 + micros))
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, micros) = (self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000));
        let (days, second_of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute) = (second_of_day / 3_600, second_of_day / 60 % 60);
        let (second, millis) = (second_of_day % 60, micros / 1_000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

impl Serialize for Timestamp {
    /// Writes [`Timestamp::exact`].
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not a UTC time such as 2026-01-31T09:00:00Z"
            ))
        })
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Timestamp {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// A length of time in microseconds; negative when something happened before its cause.
/// Serialised as whole microseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Takes microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Takes milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Takes seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Tells microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Tells seconds, with their fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Span {
    /// Writes the two largest units, such as `7 min 58 s` or `24 h` or `0.023 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let secs = micros / 1_000_000;
        let two = |f: &mut fmt::Formatter<'_>, big: u64, a: &str, small: u64, b: &str| {
            if small == 0 {
                write!(f, "{sign}{big} {a}")
            } else {
                write!(f, "{sign}{big} {a} {small} {b}")
            }
        };
        match secs {
            0 => write!(f, "{sign}{} s", micros as f64 / 1e6),
            1..10 => write!(f, "{sign}{:.1} s", micros as f64 / 1e6),
            10..60 => write!(f, "{sign}{secs} s"),
            60..3_600 => two(f, secs / 60, "min", secs % 60, "s"),
            3_600..86_400 => two(f, secs / 3_600, "h", secs / 60 % 60, "min"),
            _ => two(f, secs / 86_400, "d", secs / 3_600 % 24, "h"),
        }
    }
}

/// Counts days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The year starts in March, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Undoes [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
