//! Which session did a suspect hold when it began to scan or flood?
//!
//! An order comes over a session that stands before the deed. So: a session, answered, small
//! packets both ways, with a host that was in contact before the first evidence (what a scan
//! finds is met after it), on a port that everybody's traffic does not drown. Context: a line
//! behind a translator holds many sessions, and one of them was held by chance.
//! Known limits: orders over the ports of the web are passed over unless the meter marked them.

use issei_model::{Address, Alternative, Marks, Observation, Role, Rule, Span, Timestamp};

use super::contact::{Contact, Session, Volume};
use super::dossiers::Onset;
use super::parameters::ContactParameters;
use super::report::{Words, distance, never_shown};

/// Tells whether a contact is such as a command session may be, whenever it was held.
#[inline]
pub(super) fn is_likely<A: Address>(p: &ContactParameters, contact: &Contact<A>) -> bool {
    let port = contact.service.port;
    contact.answered > 0 && !p.is_quiet(port) && (!p.is_ordinary(port) || is_marked(contact))
}

/// Tells whether a contact may have carried the order. `met` tells the first contact of the line
/// with the host, on any port; it is asked last.
pub(super) fn may_command<A: Address>(
    p: &ContactParameters,
    contact: &Contact<A>,
    onset: &Onset,
    met: impl FnOnce() -> Timestamp,
) -> bool {
    let slack = slack(p);
    let held = || spans(&contact.session, onset, slack) || kept_on(contact, onset);
    let small = |volume: Volume| volume.bytes_a_packet() <= p.most_bytes_a_packet.value;
    is_likely(p, contact)
        && held()
        && small(contact.sent)
        && small(contact.back)
        && met() <= onset.since + slack
}

/// Tells whether a session stood when the evidence began: it may have ended a little before,
/// and it may have begun between the first evidence and the decision.
fn spans(session: &Session, onset: &Onset, slack: Span) -> bool {
    let began = session.first <= onset.told_at;
    let ended = session.last < onset.since - slack;
    session.answered && began && !ended
}

/// Tells whether the line came back to the service before and after the evidence began, so that
/// the session that stood then has been followed by later ones.
fn kept_on<A: Address>(contact: &Contact<A>, onset: &Onset) -> bool {
    contact.first <= onset.since && contact.last >= onset.since
}

fn slack(p: &ContactParameters) -> Span {
    Span::from_secs(i64::from(p.session_slack_seconds.value))
}

/// Tells whether the meter saw a botnet's keep-alive.
pub(super) fn is_marked<A: Address>(contact: &Contact<A>) -> bool {
    contact
        .marks
        .any(Marks::TEXT_KEEPALIVE | Marks::TWO_BYTE_KEEPALIVE)
}

/// What is known beside the contact.
pub(super) struct Beside {
    /// Other sessions of the line that would fit as well.
    pub(super) rivals: usize,
    /// Other suspects that hold a session with the endpoint.
    pub(super) others: u32,
    /// Whether the line downloaded from the same host.
    pub(super) downloaded: bool,
}

/// Says what is known of the session.
pub(super) fn words<A: Address>(contact: &Contact<A>, onset: &Onset, beside: &Beside) -> Words {
    let session = &contact.session;
    let began = distance(session.first, onset.since);
    let ended = distance(session.last, onset.since);
    let summary = format!(
        "a session held when the line began to misbehave ({}): it began {began} the first \
         evidence and was last seen {ended}",
        onset.rule
    );
    let mut observations = vec![
        Observation::text("session began, by the first evidence", began),
        Observation::text("session last seen, by the first evidence", ended),
        Observation::real(
            "mean size of packets sent",
            contact.sent.bytes_a_packet(),
            "bytes",
        ),
        Observation::real(
            "mean size of packets back",
            contact.back.bytes_a_packet(),
            "bytes",
        ),
        Observation::count(
            "other sessions that fit as well",
            beside.rivals as u64,
            "sessions",
        ),
        Observation::count(
            "other suspects with a session at this endpoint",
            beside.others.into(),
            "lines",
        ),
    ];
    if beside.downloaded {
        let name = "downloads from the same host";
        observations.push(Observation::text(name, "seen"));
    }
    Words {
        rule: Rule::CommandSession,
        role: Role::Contact,
        summary,
        observations,
        alternatives: alternatives(contact, beside),
        refuted_by: vec![
            "lines that nobody suspects hold such sessions with the service as often".into(),
            "the vendor or the host names the service as part of an ordinary product".into(),
            "the evidence against the line turns out wrong".into(),
        ],
        does_not_show: does_not_show(),
        builds_on: vec![onset.finding],
    }
}

fn alternatives<A: Address>(contact: &Contact<A>, beside: &Beside) -> Vec<Alternative> {
    let chance = "an ordinary session that stood by chance";
    let chance = if is_marked(contact) {
        Alternative::open(
            chance,
            "the meter saw a botnet's keep-alive, which others may use too",
        )
    } else {
        let rivals = beside.rivals;
        Alternative::open(
            chance,
            format!("{rivals} other sessions of the line fit as well"),
        )
    };
    vec![
        chance,
        Alternative::open(
            "another device behind the same line held it",
            "a line's devices share its address",
        ),
        Alternative::rejected(
            "a host that the scan found open",
            "the line was in contact with the host before the first evidence",
        ),
    ]
}

fn does_not_show() -> Vec<String> {
    let mut list = never_shown();
    list.push("that an order was given: only that a session stood when the deed began".into());
    list
}
