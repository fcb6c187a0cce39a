//! What orders, members and times are called, in the reader's language.
//!
//! In: an order, a station, a time. Out: a few words. Always: the same words in lists, pages and the live views.
//! Not here: where a member stands (`issei_desk::station`), the text that is signed (`issei-case`).

use issei_desk::station::Station;
use issei_model::{Action, Ending, Objection, Order, Timestamp};
use issei_text::{Text, columns, format, key, said};

use crate::office::control::{OrderView, Stands};
use crate::words;

/// Names where an order stands.
pub fn stands(stands: Stands, tongue: Text) -> String {
    tongue.say(match stands {
        Stands::Draft => key!("order-draft"),
        Stands::Held => key!("order-held"),
        Stands::Preparing => key!("order-preparing"),
        Stands::Canary => key!("order-canary"),
        Stands::Armed => key!("order-armed"),
        Stands::InForce => key!("order-in-force"),
        Stands::Refused => key!("order-refused"),
        Stands::Ended => key!("order-ended"),
    })
}

/// Names where an order stands, filled up to the widest of these words.
pub fn stands_wide(which: Stands, tongue: Text) -> String {
    let all = [
        Stands::Draft,
        Stands::Held,
        Stands::Preparing,
        Stands::Canary,
        Stands::Armed,
        Stands::InForce,
        Stands::Refused,
        Stands::Ended,
    ];
    let widest = all.map(|one| columns::width(&stands(one, tongue)));
    let widest = widest.into_iter().max().unwrap_or_default();
    columns::left(&stands(which, tongue), widest)
}

/// Says what an order does to what: `drop 192.0.2.7:23/tcp and 2 more`.
pub fn deed(order: &Order, tongue: Text) -> String {
    let goals = match order.goals.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, rest @ ..] => said!(tongue, "order-goals", first, more = rest.len()),
    };
    let said = match order.action {
        Action::RefuseName => said!(tongue, "order-refuse", goals),
        Action::Drop => said!(tongue, "order-drop", goals),
        Action::RateLimit(packets) => {
            said!(
                tongue,
                "order-limit",
                packets = format_args!("{packets}"),
                goals
            )
        }
        Action::Redirect => said!(tongue, "order-redirect", goals),
    };
    said.trim_end().to_owned()
}

/// Says when an order ends: `ends in 29 min 12 s`.
pub fn ends(view: &OrderView, now: Timestamp, tongue: Text) -> String {
    if let Some(by) = view.awaits().filter(|by| now < *by) {
        let left = format::lasting(by.since(now), tongue.0);
        return said!(tongue, "order-ends-unless", left);
    }
    let ends = view.ends();
    match ends <= now {
        true => said!(tongue, "order-ended-at", at = words::second(ends)),
        false => {
            let left = format::lasting(ends.since(now), tongue.0);
            said!(tongue, "order-ends-in", left)
        }
    }
}

/// Names a member's station in a word or two, without what changes by itself.
pub fn station(station: Station, tongue: Text) -> String {
    match station {
        Station::Preparing => tongue.say("member-preparing"),
        Station::Staged => tongue.say("member-staged"),
        Station::Armed(_) => tongue.say("member-armed"),
        Station::Unread(_) => tongue.say("member-unread"),
        Station::InForce { well: true, .. } => tongue.say("member-in-force"),
        Station::InForce { well: false, .. } => tongue.say("member-harm"),
        Station::Refused(why) => said!(tongue, "member-refused", why = objection(why, tongue)),
        Station::Left(why) => said!(tongue, "member-left", why = objection(why, tongue)),
        Station::Lifted(_) => tongue.say("member-lifted"),
    }
}

/// Names why a member takes no part.
pub fn objection(why: Objection, tongue: Text) -> String {
    tongue.say(match why {
        Objection::Legal => key!("objection-legal-word"),
        Objection::Collateral => key!("objection-collateral-word"),
        Objection::Capacity => key!("objection-capacity-word"),
        Objection::Technical => key!("objection-technical-word"),
        Objection::Customer => key!("objection-customer-word"),
    })
}

/// Names why an order was ended.
pub fn ending(why: Ending, tongue: Text) -> String {
    tongue.say(match why {
        Ending::ByPerson => key!("ending-by-person"),
        Ending::NoQuorum => key!("ending-no-quorum"),
        Ending::CanaryHarm => key!("ending-canary-harm"),
        Ending::CanarySilent => key!("ending-canary-silent"),
        Ending::TooLate => key!("ending-too-late"),
        Ending::Safeguarded => key!("ending-safeguarded"),
        Ending::NoEffect => key!("ending-no-effect"),
        Ending::Unconfirmed => key!("ending-unconfirmed"),
    })
}
