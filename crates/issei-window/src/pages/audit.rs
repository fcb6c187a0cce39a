//! The log as anybody may check it: its checkpoints, who signed them, and the very command that verifies.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_case::is_confirmation;
use issei_desk::appeals::WAITING;
use issei_desk::{OrderView, Stands};
use issei_model::{Span, Timestamp};
use maud::{Markup, html};

use super::case::{short, stands_mark};
use super::{forms, lacking, pictures};
use crate::frame::{Page, Way, moment};
use crate::rights::Action;
use crate::scene::Scene;
use crate::view::Reader;
use crate::{Window, guard};
use issei_text::format::count;

/// A checkpoint as its note says it (C2SP tlog-checkpoint, signed-note).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Entries under it.
    pub size: u64,
    /// The tree's root, base64.
    pub root: String,
    /// The log's own name, and who signed beside it.
    pub signers: Vec<String>,
    /// When the first witness cosigned it, by the witness's clock; the log's own signature has no time.
    pub witnessed_at: Option<Timestamp>,
}

impl Checkpoint {
    /// Reads a note. It was verified by the office; here it is only shown.
    pub fn read(note: &str) -> Option<Self> {
        let mut lines = note.lines();
        let _origin = lines.next()?;
        let size = lines.next()?.parse().ok()?;
        let root = lines.next()?.to_owned();
        let signatures: Vec<(&str, &str)> = lines
            .filter_map(|line| line.strip_prefix("— "))
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .collect();
        let times = signatures.iter().filter_map(|(_, said)| cosigned_at(said));
        Some(Self {
            size,
            root,
            witnessed_at: times.min(),
            signers: signatures
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        })
    }

    /// Tells whether a member's witness signed: its key is named after the member.
    pub fn is_cosigned_by(&self, member: &str) -> bool {
        let of = |signer: &String| signer.split('.').next() == Some(member);
        self.signers.iter().any(of)
    }
}

/// Reads the moment in a cosignature (C2SP tlog-cosignature): key, seconds, signature are 4, 8 and 64 bytes.
fn cosigned_at(base64: &str) -> Option<Timestamp> {
    if base64.len() != (4_usize + 8 + 64).div_ceil(3) * 4 {
        return None;
    }
    // Sixteen letters are twelve bytes.
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let bits = base64.bytes().take(16).try_fold(0_u128, |bits, letter| {
        Some(bits << 6 | u128::from(digit(letter)?))
    })?;
    let seconds = u64::try_from(bits & u128::from(u64::MAX)).ok()?;
    let seconds = i64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds <= LATEST)?;
    Some(Timestamp::from_secs(seconds))
}

/// The year 9999: later is no moment that anybody signed at.
const LATEST: i64 = 253_402_300_799;

/// Whether an order that left has what every cut must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    /// A ground, and what it rests on.
    pub ground: bool,
    /// Two people of two organisations.
    pub approvals: bool,
    /// A radius to which somebody answered.
    pub radius: bool,
    /// An end.
    pub end: bool,
    /// Where somebody must confirm it: a confirmation that holds, its end, or time left for it.
    pub confirmed: bool,
}

impl Complete {
    /// Looks at an order.
    pub fn of(view: &OrderView) -> Self {
        let people: std::collections::BTreeSet<_> =
            view.approvals.iter().map(|one| &one.person).collect();
        let organisations: std::collections::BTreeSet<_> =
            people.iter().map(|person| person.organisation()).collect();
        let order = &view.order;
        Self {
            ground: !order.ground.is_empty() && !order.evidence.is_empty(),
            approvals: people.len() >= 2
                && organisations.len() >= 2
                && !people.contains(&order.proposer),
            radius: order.radius.unanswered.len() < order.participants.len(),
            end: order.expires_at > order.proposed_at,
            confirmed: match (&view.confirming.approval, view.confirming.by) {
                (Some(by), _) => is_confirmation(order, by),
                (None, Some(by)) => view.stands == Stands::Ended || view.now < by,
                (None, None) => true,
            },
        }
    }

    /// Tells whether nothing is missing.
    pub const fn is_whole(self) -> bool {
        self.ground && self.approvals && self.radius && self.end && self.confirmed
    }
}

/// Gives the orders that left: all but drafts.
pub fn left(scene: &Scene) -> impl Iterator<Item = &OrderView> {
    let gone = |view: &&OrderView| !matches!(view.stands, Stands::Draft | Stands::Held);
    scene.orders.values().map(AsRef::as_ref).filter(gone)
}

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Audit,
        title: text.say("audit-title"),
    };
    let mut gone: Vec<&OrderView> = left(&scene).collect();
    gone.sort_by_key(|view| std::cmp::Reverse(view.order.proposed_at));
    let whole = gone
        .iter()
        .filter(|view| Complete::of(view).is_whole())
        .count();
    page.answer(&html! {
        h1 { (text.say("audit-title")) }
        p.lead { (text.fill("audit-whole", &[("n", &whole.to_string()), ("all", &gone.len().to_string())])) }
        (log(&reader, &scene))
        @if guard::permits(&reader.visitor, Action::ReadLines) { p { a href="/appeals" { (text.say("appeals-link")) } } }
        @if guard::permits(&reader.visitor, Action::ReadAudit) { p { a href="/audit/looks" { (text.say("looks-link")) } } }
        section.panel {
            h2 { (text.say("audit-cuts")) }
            @if gone.is_empty() { (lacking(&text.say("audit-no-cuts"), &text.say("audit-no-cuts-next"))) }
            @else { (cuts(&reader, &gone)) (super::case::shortened(&reader, gone.len())) }
        }
        section.panel {
            h2 { (text.say("audit-counts")) }
            @match scene.status.as_ref().filter(|status| !status.counts.is_empty()) {
                None => p { (text.say("audit-no-counts")) },
                Some(status) => div.table tabindex="0" { table {
                    caption.hidden { (text.say("audit-counts")) }
                    thead { tr { th scope="col" { (text.say("column-what")) } th.number scope="col" { (text.say("column-count")) } } }
                    tbody { @for (what, n) in status.counts.iter().filter(|(what, _)| what.as_str() != WAITING) { tr { th scope="row" { (what) } td.number { (count(*n)) } } } }
                } },
            }
        }
    })
}

fn log(reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    let Some(country) = &scene.country else {
        return html! { section.panel { h2 { (text.say("audit-log")) } (lacking(&text.say("audit-no-log"), &text.say("audit-no-log-next"))) } };
    };
    let checkpoints: Vec<Checkpoint> = country
        .checkpoints
        .iter()
        .filter_map(|note| Checkpoint::read(note))
        .collect();
    let origin = country.log.split('+').next().unwrap_or_default();
    let entries = scene.status.as_ref().map_or(0, |status| status.entries);
    html! {
        section.panel data-live="log" {
            h2 { (super::glossary::term(&text.say("audit-log"), "ledger")) }
            dl.figures {
                div { dt { (text.say("audit-entries")) } dd { (count(entries)) } }
                div { dt { (text.say("audit-members")) } dd { (country.members.len()) } }
            }
            p { (text.say("audit-key")) " " code.id { (country.log) } }
            @if checkpoints.is_empty() { (lacking(&text.say("audit-no-checkpoints"), &text.say("audit-no-checkpoints-next"))) }
            @else { (pictures::witnessed(reader, country, &checkpoints)) div.table tabindex="0" { table {
                caption.hidden { (text.say("audit-checkpoints")) }
                thead { tr {
                    th.number scope="col" { (text.say("audit-entries")) }
                    th scope="col" { (text.say("column-root")) }
                    th scope="col" { (text.say("column-witnesses")) }
                } }
                tbody { @for one in &checkpoints { tr {
                    th.number scope="row" { (count(one.size)) }
                    td { code.id { (one.root) } }
                    td {
                        @for signer in one.signers.iter().filter(|signer| *signer != origin) { span.chip { "✓ " (signer.split('.').next().unwrap_or_default()) } " " }
                    }
                } } }
            } } (forms("/api/v1/checkpoints")) }
            h3 { (text.say("audit-verify")) }
            pre { "issei ledger export DIR\nissei ledger verify DIR --key '" (country.log) "'" }
        }
    }
}

fn cuts(reader: &Reader, gone: &[&OrderView]) -> Markup {
    let text = reader.text;
    let tick = |is: bool| {
        let (class, mark, key) = match is {
            true => ("go", "✓", "yes"),
            false => ("no", "✕", "no"),
        };
        html! { td { span.state.(class) { span aria-hidden="true" { (mark) " " } (text.say(key)) } } }
    };
    html! {
        div.table tabindex="0" { table {
            caption.hidden { (text.say("audit-cuts")) }
            thead { tr {
                th scope="col" { (text.say("column-order")) }
                th scope="col" { (text.say("column-proposed")) }
                th scope="col" { (text.say("column-state")) }
                th scope="col" { (text.say("step-ground")) }
                th scope="col" { (text.say("column-two")) }
                th scope="col" { (text.say("step-radius")) }
                th scope="col" { (text.say("step-end")) }
                th scope="col" { (text.say("column-confirmed")) }
            } }
            tbody { @for view in gone.iter().take(super::case::MOST_ROWS) {
                @let has = Complete::of(view);
                tr {
                    th scope="row" { a href={ "/orders/" (view.id) } { code.id { (short(view.id)) } } " " (view.order.case) }
                    td { (moment(reader.zone, view.order.proposed_at)) }
                    td { (stands_mark(reader, view)) }
                    (tick(has.ground)) (tick(has.approvals)) (tick(has.radius)) (tick(has.end)) @if view.order.confirm_within.is_some() { (tick(has.confirmed)) } @else { td { "–" } }
                }
            } }
        } }
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
