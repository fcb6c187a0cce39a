//! What was seen of an order's effect: by member, and how far the members lay apart.
//!
//! In: an order as the office tells it. Out: words in the reader's language. Always: each figure says who
//! measured it; what was not measured is left out, and is no zero; the canary fires before T by design and
//! is not part of a spread. Not here: when rules were read back (`watch`), who measures.

use std::fmt::Write as _;

#[cfg(test)]
use issei_model::Edges;
use issei_model::{Language, Measured, Span, Timestamp};

use super::station::offset;
use crate::{MemberView, OrderView};

/// Says what was seen at a member, a line each.
pub fn of_member(member: &MemberView, language: Language) -> String {
    let Measured { devices, sentinel } = member.measured.unwrap_or_default();
    let mut text = String::new();
    for (edges, words) in [(devices, &DEVICES), (sentinel, &SENTINEL)] {
        let edges = edges.unwrap_or_default();
        for (span, place, words) in [
            (edges.first_stopped, T, words.first_stopped),
            (edges.last_passed, T, words.last_passed),
            (edges.last_stopped, END, words.last_stopped),
            (edges.first_again, END, words.first_again),
        ] {
            if let Some(span) = span {
                let moment = format!("{}{}", place.pick(language), offset(span));
                let _ = writeln!(text, "    {}", words.pick(language).replace("{}", &moment));
            }
        }
    }
    text
}

/// Says how far apart the members' effects began and ended, and how long a recall took.
pub fn of_all(view: &OrderView, language: Language) -> String {
    let mut text = String::new();
    let began = Reach::of(view, |member| {
        Some(member.fires_at? + member.measured?.began()?)
    });
    let ended = Reach::of(view, |member| Some(view.ends() + member.measured?.ended()?));
    for (reach, words) in [(began, BEGAN), (ended, ENDED)] {
        if let Some(reach) = reach.filter(|reach| reach.members > 1) {
            let spread = offset(reach.last.since(reach.first));
            let words = words.pick(language);
            let words = words.replace("{n}", &reach.members.to_string());
            let _ = writeln!(
                text,
                "{}",
                words.replace("{}", spread.trim_start_matches('+'))
            );
        }
    }
    let recall = Reach::recalled(view).map(offset);
    if let Some(recall) = recall {
        let words = RECALL.pick(language);
        let _ = writeln!(
            text,
            "{}",
            words.replace("{}", recall.trim_start_matches('+'))
        );
    }
    text
}

/// Tells whether a sentinel that was seen to go silent has not been seen to answer again.
pub fn is_awaited(view: &OrderView) -> bool {
    let sentinels = view.members.iter().filter_map(|one| one.measured?.sentinel);
    let mut silent = sentinels.filter(|edges| edges.first_stopped.is_some());
    silent.any(|edges| edges.first_again.is_none())
}

/// The first and the last of some members' moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    first: Timestamp,
    last: Timestamp,
    members: usize,
}

impl Reach {
    /// Gathers the moments of all but the canary.
    fn of(view: &OrderView, moment: impl Fn(&MemberView) -> Option<Timestamp>) -> Option<Self> {
        let canary = &view.order.canary;
        let rest = view
            .members
            .iter()
            .filter(|one| !canary.contains(&one.member));
        Self::among(rest.filter_map(moment))
    }

    fn among(moments: impl Iterator<Item = Timestamp>) -> Option<Self> {
        let moments: Vec<Timestamp> = moments.collect();
        Some(Self {
            first: *moments.iter().min()?,
            last: *moments.iter().max()?,
            members: moments.len(),
        })
    }

    /// Tells how long after it was asked for a recall was seen at the last member, the canary too.
    fn recalled(view: &OrderView) -> Option<Span> {
        let asked = view.recalled_at?;
        let ended = |one: &MemberView| Some(view.ends() + one.measured?.ended()?);
        let reach = Self::among(view.members.iter().filter_map(ended))?;
        Some(reach.last.since(asked))
    }
}

/// What is said of one who measures.
struct Edged {
    first_stopped: Words,
    last_passed: Words,
    last_stopped: Words,
    first_again: Words,
}

/// The same in both languages.
#[derive(Clone, Copy)]
struct Words(&'static str, &'static str);

impl Words {
    const fn pick(self, language: Language) -> &'static str {
        match language {
            Language::English => self.0,
            Language::Japanese => self.1,
        }
    }
}

const T: Words = Words("T", "T");
const END: Words = Words("the end", "期限");

const DEVICES: Edged = Edged {
    first_stopped: Words(
        "the first packet was dropped at {}",
        "最初のパケットの遮断:{}",
    ),
    last_passed: Words("the last one before passed at {}", "その前の最後の通過:{}"),
    last_stopped: Words("the last packet was dropped at {}", "最後の遮断:{}"),
    first_again: Words("the first packet passed again at {}", "再び通過:{}"),
};

const SENTINEL: Edged = Edged {
    first_stopped: Words(
        "its sentinel was first unanswered at {}",
        "標識の最初の無応答:{}",
    ),
    last_passed: Words(
        "its sentinel was last answered at {}",
        "標識の最後の応答:{}",
    ),
    last_stopped: Words(
        "its sentinel was last unanswered at {}",
        "標識の最後の無応答:{}",
    ),
    first_again: Words("its sentinel answered again at {}", "標識の応答再開:{}"),
};

const BEGAN: Words = Words(
    "effect as measured, first to last of {n} members: {}",
    "実測の発動時刻の幅({n} 社):{}",
);
const ENDED: Words = Words(
    "passing again as measured, first to last of {n} members: {}",
    "実測の再開時刻の幅({n} 社):{}",
);
const RECALL: Words = Words(
    "recalled; passing again at the last member as measured after {}",
    "撤回。最後の会員での再開まで(実測):{}",
);

/// Gives edges for tests: the begin and the end, each with what lay before it.
#[cfg(test)]
pub fn edges(began: i64, ended: Option<i64>) -> Edges {
    Edges {
        last_passed: Some(Span::from_micros(began - 1_000)),
        first_stopped: Some(Span::from_micros(began)),
        last_stopped: ended.map(|ended| Span::from_micros(ended - 1_000)),
        first_again: ended.map(Span::from_micros),
    }
}

#[cfg(test)]
#[path = "effect_tests.rs"]
mod tests;
