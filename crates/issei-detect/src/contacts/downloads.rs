//! What did a suspect fetch, from the host that commands it or shortly before its first deed?
//!
//! From a host with a command session every download counts. From another host only a small one
//! over a port where software is fetched in the open, shortly before the first evidence, and
//! only if few hosts fit: a line behind a translator fetches all day.

use issei_model::{Address, Alternative, Observation, Role, Rule, Span};

use super::contact::Contact;
use super::dossiers::Onset;
use super::parameters::ContactParameters;
use super::report::{Words, distance, never_shown};

/// Why a download is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It came from a host with a command session.
    SameHost,
    /// It came shortly before the first evidence.
    ShortlyBefore,
}

/// Tells whether a contact is a download at all.
pub(super) fn is_download<A: Address>(p: &ContactParameters, contact: &Contact<A>) -> bool {
    let ratio = contact.back.bytes as f64 / contact.sent.bytes.max(1) as f64;
    contact.answered > 0
        && !p.is_quiet(contact.service.port)
        && contact.back.bytes >= p.least_download_bytes.value
        && ratio >= p.download_ratio.value
}

/// Tells whether a download fits by its time, its size and its port.
pub(super) fn is_shortly_before<A: Address>(
    p: &ContactParameters,
    contact: &Contact<A>,
    onset: &Onset,
) -> bool {
    let window = Span::from_secs(i64::from(p.download_seconds.value));
    let before = contact.first <= onset.since && contact.last >= onset.since - window;
    let open = !p.is_ordinary(contact.service.port) || contact.service.port == PLAIN_WEB;
    before && open && contact.back.bytes <= p.most_download_bytes.value
}

/// HTTP without encryption: where loaders and shells fetch from, and programs seldom do today.
const PLAIN_WEB: u16 = 80;

/// Says what is known of the download.
pub(super) fn words<A: Address>(contact: &Contact<A>, onset: &Onset, why: Why) -> Words {
    let began = distance(contact.first, onset.since);
    let sessions = contact.sessions;
    let reason = match why {
        Why::SameHost => "from the host of a session held when the line began to misbehave",
        Why::ShortlyBefore => "shortly before the line began to misbehave",
    };
    let summary = format!("{sessions} downloads {reason}; the first {began} the first evidence");
    let other = "software, an update or a page that somebody fetched";
    let other = match why {
        Why::SameHost => Alternative::open(
            other,
            "the host also holds the session, so one party serves both; a vendor may",
        ),
        Why::ShortlyBefore => Alternative::open(other, "only the time speaks against it"),
    };
    Words {
        rule: Rule::Download,
        role: Role::Contact,
        summary,
        observations: vec![
            Observation::text("first download, by the first evidence", began),
            Observation::real(
                "bytes back for each byte sent",
                contact.back.bytes as f64 / contact.sent.bytes.max(1) as f64,
                "",
            ),
        ],
        alternatives: vec![
            other,
            Alternative::open(
                "another device behind the same line fetched it",
                "a line's devices share its address",
            ),
        ],
        refuted_by: vec![
            "what the service hands out is an ordinary product's file".into(),
            "the evidence against the line turns out wrong".into(),
        ],
        does_not_show: never_shown(),
        builds_on: vec![onset.finding],
    }
}
