//! What the members' sentinels told in their receipts, beside the packets that were captured.
//!
//! In: an order as the coordinator shows it, the rows of captured packets. Out: a table, and whether the two
//! agree. Always: each is believed to its own grain; what a member did not tell is a dash, never a zero.

use std::fmt::Write as _;

use issei_model::{Edges, Language, Measured, OrderId, Span, Timestamp};
use issei_text::{Text, key};
use serde::Serialize;

use super::Story;
use super::table::{Again, Row, milliseconds};
use crate::code::Failure;
use crate::lab::topology;
use crate::office::control::OrderView;
use crate::office::country::until;

/// What one member's sentinel told, in microseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Told {
    /// Whose.
    pub member: String,
    /// The last question that was answered left so long after T.
    pub last_passed_us: Option<i64>,
    /// The first that was not left so long after T.
    pub first_stopped_us: Option<i64>,
    /// The last that was not left so long after the order's end.
    pub last_stopped_us: Option<i64>,
    /// The first that was answered again left so long after the order's end.
    pub again_us: Option<i64>,
    /// The first packet that a device dropped came so long after T.
    pub device_us: Option<i64>,
}

impl Told {
    /// Reads the members' receipts.
    pub fn all(view: &OrderView) -> Vec<Self> {
        let of = |member: &crate::office::control::MemberView| {
            let Measured { devices, sentinel } = member.measured.unwrap_or_default();
            let (devices, edges): (Edges, Edges) =
                (devices.unwrap_or_default(), sentinel.unwrap_or_default());
            let micros = |span: Option<Span>| span.map(Span::as_micros);
            Self {
                member: member.member.to_string(),
                last_passed_us: micros(edges.last_passed),
                first_stopped_us: micros(edges.first_stopped),
                last_stopped_us: micros(edges.last_stopped),
                again_us: micros(edges.first_again),
                device_us: micros(devices.first_stopped),
            }
        };
        view.members.iter().map(of).collect()
    }

    /// How far apart the two questions around the begin left.
    fn grain_us(&self) -> Option<i64> {
        Some(self.first_stopped_us? - self.last_passed_us?)
    }

    /// How far apart the two around the end left.
    fn grain_after_us(&self) -> Option<i64> {
        Some(self.again_us? - self.last_stopped_us?)
    }
}

impl Story<'_> {
    /// Waits until every member has told what its sentinel saw of an order that is over.
    pub(super) async fn sentinels(&self, order: OrderId) -> Result<Vec<Told>, Failure> {
        let told = async || {
            let all = Told::all(&self.view(order).await?);
            let complete = all.iter().filter(|one| one.again_us.is_some()).count();
            Ok(complete == usize::from(topology::MEMBERS))
        };
        until("the members tell what their sentinels saw", told).await?;
        Ok(Told::all(&self.view(order).await?))
    }
}

/// Writes the table.
pub fn text(told: &[Told], canary: &str, language: Language) -> String {
    let mut text = format!(
        "\n{}\n  {}\n  {}\n",
        Text(language).say(TITLE),
        Text(language).say(HEADING),
        Text(language).say(BENEATH)
    );
    for one in told {
        let mark = if one.member == canary { "*" } else { " " };
        let _ = writeln!(
            text,
            "  {:<9}{mark}{:>9}{:>16}{:>10}{:>18}{:>16}",
            one.member,
            milliseconds(one.last_passed_us),
            milliseconds(one.first_stopped_us),
            milliseconds(one.grain_us()),
            milliseconds(one.again_us),
            milliseconds(one.device_us),
        );
    }
    text
}

/// Says how far apart the sentinels of those that had one T went silent.
pub fn spread_us(told: &[Told], fires_at: &[(String, i64)], canary: &str) -> Option<i64> {
    let moment = |one: &Told| {
        let (_, t) = fires_at.iter().find(|(member, _)| *member == one.member)?;
        Some(t + one.first_stopped_us?)
    };
    let rest = told.iter().filter(|one| one.member != canary);
    let moments: Option<Vec<i64>> = rest.map(moment).collect();
    let moments = moments?;
    Some(moments.iter().max()? - moments.iter().min()?)
}

/// Tells where sentinel and captured packets do not agree.
///
/// # Errors
/// The first member of which they do not.
pub fn agree(told: &[Told], rows: &[Row]) -> Result<(), String> {
    for row in rows {
        let one = told.iter().find(|one| one.member == row.member);
        let one = one.ok_or_else(|| format!("{}: its sentinel told nothing", row.member))?;
        let grain = row.grain_us.unwrap_or_default();
        let (begin, end) = (one.grain_us(), one.grain_after_us());
        close(
            &row.member,
            "stopped",
            (row.first_stopped_us, one.first_stopped_us),
            (grain, begin),
        )?;
        close(
            &row.member,
            "passed again",
            (row.again_us, one.again_us),
            (grain, end),
        )?;
    }
    Ok(())
}

/// When a member's sentinel answered again after a withdrawal.
pub struct Recalled {
    /// Whose.
    pub member: String,
    /// So many microseconds after it.
    pub us: i64,
    grain_us: i64,
}

/// Reads when the sentinels answered again after somebody took an order back.
pub fn recalled(told: &[Told], ends: Timestamp, asked: Timestamp) -> Vec<Recalled> {
    let of = |one: &Told| {
        let again = ends + Span::from_micros(one.again_us?);
        Some(Recalled {
            member: one.member.clone(),
            us: again.since(asked).as_micros(),
            grain_us: one.grain_after_us()?,
        })
    };
    told.iter().filter_map(of).collect()
}

/// Tells where sentinel and captured packets do not agree on a recall.
///
/// # Errors
/// The first member of which they do not.
pub fn agree_on_recall(by_sentinel: &[Recalled], packets: &[Again]) -> Result<(), String> {
    packets.iter().try_for_each(|one| {
        let own = by_sentinel.iter().find(|own| own.member == one.member);
        let grains = (PACKETS.as_micros(), own.map(|own| own.grain_us));
        let both = (one.us, own.map(|own| own.us));
        close(&one.member, "passed again", both, grains)
    })
}

/// Between two packets that are captured, at most as a rule.
const PACKETS: Span = Span::from_millis(1);

fn close(
    member: &str,
    what: &str,
    (packets, sentinel): (Option<i64>, Option<i64>),
    (grain, own_grain): (i64, Option<i64>),
) -> Result<(), String> {
    let (Some(packets), Some(sentinel), Some(own)) = (packets, sentinel, own_grain) else {
        return Err(format!("{member}: nothing tells when packets {what}"));
    };
    let most = grain + own + WAY.as_micros();
    match (packets - sentinel).abs() <= most {
        true => Ok(()),
        false => Err(format!(
            "{member}: packets {what} at {packets} µs and the sentinel at {sentinel} µs, where {most} µs can be told"
        )),
    }
}

/// What a question, its answer and the threads that send them may take on a busy machine.
const WAY: Span = Span::from_millis(10);

const TITLE: &str = key!("lab-sentinels");
const HEADING: &str = key!("lab-sentinels-head");
const BENEATH: &str = key!("lab-sentinels-beneath");

#[cfg(test)]
#[path = "sentinels_tests.rs"]
mod tests;
