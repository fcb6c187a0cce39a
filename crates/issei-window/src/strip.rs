//! Turns what an office knows of an order into the strip of effect times.
//!
//! In: an order. Out: a row a member, each beside its own T (the canary's is earlier). Always: only what was read
//! back is a dot; a member that is missing says why. Not here: the drawing (`issei-chart`).

use issei_chart::{EffectStrip, StripMember, StripNote};
use issei_desk::station::Station;
use issei_desk::{MemberView, OrderView};
use issei_model::Language;

use crate::pages::measures::Measures;
use crate::pages::objection;
use crate::pages::steps::t;
use issei_text::Text;

/// Gives the strip of an order.
pub fn effect_strip(view: &OrderView, language: Language) -> EffectStrip {
    let text = Text(language);
    EffectStrip {
        t: t(view).unwrap_or(view.order.fire_before),
        promise: Some(Measures::SPREAD),
        members: view
            .members
            .iter()
            .map(|member| row(text, view, member))
            .collect(),
    }
}

fn row(text: Text, view: &OrderView, member: &MemberView) -> StripMember {
    let canary = view.order.canary.contains(&member.member);
    let offset = member.effect.zip(member.fires_at);
    let note = match Station::of(member, view.now) {
        Station::Refused(why) => {
            let why = objection(text, why);
            StripNote::Missing(format!("{}: {why}", text.say("station-refused")))
        }
        Station::Left(why) => {
            let why = objection(text, why);
            StripNote::Missing(format!("{}: {why}", text.say("station-left")))
        }
        Station::Unread(_) => StripNote::Retrying,
        Station::Preparing => StripNote::Missing(text.say("station-preparing")),
        _ => StripNote::None,
    };
    StripMember {
        name: match canary {
            true => format!("{} ({})", member.member, text.say("canary")),
            false => member.member.to_string(),
        },
        offsets: offset.map(|(at, due)| at.since(due)).into_iter().collect(),
        expected: 1,
        note,
    }
}

#[cfg(test)]
#[path = "strip_tests.rs"]
mod tests;
