//! What every finding about a contact tells alike: counts, times, records, sampling, families.

use issei_model::{
    Address, Alternative, Evidence, Finding, FlowRecord, Level, Marks, Observation, Role, Rule,
    SamplingBasis, SamplingSummary, Subject, Subscriber, Timestamp,
};

use super::contact::Contact;
use super::told::Told;
use crate::engine::Surroundings;

/// What one rule says about one line's contact.
pub(super) struct Words {
    pub(super) rule: Rule,
    pub(super) role: Role,
    pub(super) summary: String,
    pub(super) observations: Vec<Observation>,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) refuted_by: Vec<String>,
    pub(super) does_not_show: Vec<String>,
    pub(super) builds_on: Vec<issei_model::FindingId>,
}

/// Names a line as the subject of a finding.
pub(super) fn subject<A: Address>(line: A) -> Subject {
    Subject::Line(Subscriber::new(line.to_ip()))
}

/// Writes the finding. Always context: a contact alone accuses nobody.
pub(super) fn finding<A: Address>(
    around: &Surroundings<'_>,
    line: A,
    contact: &Contact<A>,
    told: &Told,
    words: Words,
) -> Finding {
    let mut observations = words.observations;
    observations.extend(counts(contact));
    Finding {
        id: told.id,
        revision: told.revision,
        rule: words.rule,
        level: Level::Context,
        subject: subject(line),
        role: words.role,
        peer: Some(contact.endpoint()),
        summary: words.summary,
        since: contact.first,
        until: contact.last,
        decided_at: told.decided_at,
        evidence: Evidence {
            observations,
            alternatives: words.alternatives,
            refuted_by: words.refuted_by,
            does_not_show: words.does_not_show,
            builds_on: words.builds_on,
            ..of_records(around, &contact.shown)
        },
    }
}

/// What the records that are shown say by themselves.
pub(super) fn of_records(around: &Surroundings<'_>, shown: &[FlowRecord]) -> Evidence {
    let mut origins: Vec<u32> = shown.iter().map(|record| record.origin).collect();
    origins.sort_unstable();
    origins.dedup();
    let rates = || shown.iter().map(|record| record.sampling);
    let bases = origins.iter().map(|&origin| around.origins.basis(origin));
    Evidence {
        parameters: around.parameters.version.clone(),
        sampling: SamplingSummary {
            least: rates().min().unwrap_or(0),
            most: rates().max().unwrap_or(0),
            basis: bases.max().unwrap_or(SamplingBasis::Unknown),
        },
        families: families(shown.iter().fold(0, |marks, record| marks | record.marks.0)),
        sample: shown.to_vec(),
        origins,
        ..Evidence::default()
    }
}

fn counts<A: Address>(contact: &Contact<A>) -> Vec<Observation> {
    let mut list = vec![
        Observation::count("sessions, at least", contact.sessions.into(), "sessions"),
        Observation::count("records with an answer", contact.answered.into(), "records"),
        Observation::count("packets sent, scaled", contact.sent.packets, "packets"),
        Observation::count("bytes sent, scaled", contact.sent.bytes, "bytes"),
        Observation::count("bytes that came back, scaled", contact.back.bytes, "bytes"),
        Observation::count(
            "hours of the day in which it came",
            contact.hours.count_ones().into(),
            "hours",
        ),
    ];
    if let Some((median, spread)) = contact.intervals.median_and_spread() {
        list.extend([
            Observation::real(
                "median of the last intervals between sessions",
                median.as_secs_f64(),
                "s",
            ),
            Observation::real(
                "their spread: quartiles' distance by the median",
                spread,
                "",
            ),
        ]);
    }
    list
}

/// Names families by what the meter marked. Description only.
fn families(marks: u16) -> Vec<String> {
    let mut families = Vec::new();
    if Marks(marks).any(Marks::TWO_BYTE_KEEPALIVE) {
        families.push("Mirai and kin: two-byte payloads both ways about once a minute".into());
    }
    if Marks(marks).any(Marks::TEXT_KEEPALIVE) {
        families.push("Gafgyt and kin: short text payloads in question and answer".into());
    }
    families
}

/// Tells a moment's distance from another in words, such as `1.1 s before`.
pub(super) fn distance(moment: Timestamp, from: Timestamp) -> String {
    let gap = moment.since(from);
    if gap.as_micros() > 0 {
        return format!("{gap} after");
    }
    format!("{} before", from.since(moment))
}

/// What no record of this kind can show.
pub(super) fn never_shown() -> Vec<String> {
    [
        "what was said on the connection: no payload is looked at",
        "which device behind the line made the contact, and whether a person meant it",
        "whether other names or customers share the other side's address",
    ]
    .map(String::from)
    .to_vec()
}
