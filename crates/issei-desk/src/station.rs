//! Where a member stands on its way to T, in words.
//!
//! In: what the office knows of a member, the time. Out: one station, and its words. Always: *in force*
//! is said only of what was read back; what should have fired and was not read back yet is called so.
//! Not here: how it is laid out.

use issei_model::{Objection, Observed, Span, Timestamp};
use issei_text::{Text, format, said};

use crate::MemberView;

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    /// It judges and stages.
    Preparing,
    /// The rules are staged, and T is not known.
    Staged,
    /// It fires at this moment.
    Armed(Timestamp),
    /// This moment passed, and nothing was read back yet.
    Unread(Timestamp),
    /// The rules act since this moment.
    InForce {
        /// The first moment of effect.
        since: Timestamp,
        /// When it should have fired.
        fires_at: Option<Timestamp>,
        /// Whether ordinary traffic looks as before.
        well: bool,
    },
    /// It does not take part.
    Refused(Objection),
    /// It took part, and does so no more.
    Left(Objection),
    /// The rules are gone since this moment.
    Lifted(Timestamp),
}

impl Station {
    /// Finds a member's station at a moment of the office's clock.
    pub fn of(member: &MemberView, now: Timestamp) -> Self {
        let (fires_at, effect) = (member.fires_at, member.effect);
        match member.observed {
            Some(Observed::Lifted { at }) => Self::Lifted(at),
            Some(Observed::Refused(why)) if effect.is_some() => Self::Left(why),
            Some(Observed::Refused(why)) => Self::Refused(why),
            Some(Observed::InForce { at }) => Self::InForce {
                since: effect.unwrap_or(at),
                fires_at,
                well: true,
            },
            Some(Observed::Watched { well }) => match effect {
                Some(since) => Self::InForce {
                    since,
                    fires_at,
                    well,
                },
                None => Self::before(fires_at, now),
            },
            Some(Observed::Prepared { .. }) => Self::before(fires_at, now),
            None if fires_at.is_some() => Self::before(fires_at, now),
            None => Self::Preparing,
        }
    }

    fn before(fires_at: Option<Timestamp>, now: Timestamp) -> Self {
        match fires_at {
            None => Self::Staged,
            Some(at) if now < at => Self::Armed(at),
            Some(at) => Self::Unread(at),
        }
    }

    /// Names the station for programs, without what changes by itself.
    pub fn name(self) -> String {
        match self {
            Self::Preparing => "preparing".into(),
            Self::Staged => "staged".into(),
            Self::Armed(_) => "armed".into(),
            Self::Unread(_) => "not read back".into(),
            Self::InForce { well: true, .. } => "in force".into(),
            Self::InForce { well: false, .. } => "in force, harm".into(),
            Self::Refused(why) => format!("refused: {}", objection(why)),
            Self::Left(why) => format!("left: {}", objection(why)),
            Self::Lifted(_) => "lifted".into(),
        }
    }

    /// Says more of it: the countdown to T, the offset from T, the moment.
    pub fn more(self, now: Timestamp, text: Text) -> String {
        let lasting = |span| format::span(span, text.0);
        match self {
            Self::Preparing | Self::Staged | Self::Refused(_) | Self::Left(_) => String::new(),
            Self::Armed(at) => said!(text, "member-in", left = lasting(at.since(now))),
            Self::Unread(at) => said!(text, "member-after-t", gone = lasting(now.since(at))),
            Self::InForce {
                since,
                fires_at: Some(at),
                ..
            } => format!("T{}", offset(since.since(at))),
            Self::InForce { since, .. } => said!(text, "member-since", at = clock(since)),
            Self::Lifted(at) => said!(text, "member-at", at = clock(at)),
        }
    }

    /// Tells whether the member's rules act, as far as it reported.
    pub fn acts(self) -> bool {
        matches!(self, Self::InForce { .. })
    }
}

/// Names a member's reason for programs.
const fn objection(why: Objection) -> &'static str {
    match why {
        Objection::Legal => "legal",
        Objection::Collateral => "collateral",
        Objection::Capacity => "capacity",
        Objection::Technical => "technical",
        Objection::Customer => "customer",
    }
}

/// Writes how far from T something happened: milliseconds with their tenths, seconds from ten on.
pub fn offset(from: Span) -> String {
    let micros = from.as_micros();
    let sign = if micros < 0 { '-' } else { '+' };
    let size = micros.unsigned_abs();
    match size {
        ..10_000_000 => format!("{sign}{}.{} ms", size / 1_000, size / 100 % 10),
        _ => format!("{sign}{}.{} s", size / 1_000_000, size / 100_000 % 10),
    }
}

/// Writes the time of day in UTC: `12:01:05.003`.
pub fn clock(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(11..23).unwrap_or(&text).to_owned()
}

#[cfg(test)]
#[path = "station_tests.rs"]
mod tests;
