//! What a finding says: who does what, how sure it is.
//!
//! In: a finding's record, the reader's language. Out: a few words. Always: what comes from files or packets is tamed;
//! context is given no odds; a bound or a kind of evidence without words here stays as the record has it. Not here: how
//! it is laid out (the command line, the window).

use issei_model::{FindingRecord, Level, Role, Rule, SamplingBasis, SamplingSummary, Statistic};

use crate::columns::tame;
use crate::format::count;
use crate::{Text, key, said};

/// Says where a sampling rate comes from.
pub fn basis(of: SamplingBasis, tongue: Text) -> String {
    tongue.say(match of {
        SamplingBasis::Announced => key!("sampling-announced"),
        SamplingBasis::Configured => key!("sampling-configured"),
        SamplingBasis::Complete => key!("sampling-complete"),
        SamplingBasis::Unknown => key!("sampling-unknown"),
    })
}

/// Says what the subject does, so that "WHO … WHAT" reads as a sentence.
pub fn deed(rule: Rule, role: Role, tongue: Text) -> String {
    tongue.say(match (rule, role) {
        (Rule::CommandEnrichment, Role::DownloadServer) => key!("deed-hands-out"),
        (Rule::CommandEnrichment, Role::Victim) => key!("deed-aimed-at"),
        (Rule::CommandEnrichment, Role::Contact) => key!("deed-shared"),
        _ => deed_of(rule),
    })
}

const fn deed_of(rule: Rule) -> &'static str {
    match rule {
        Rule::HorizontalScan => key!("deed-scans-hosts"),
        Rule::SampledScan => key!("deed-scans-sampled"),
        Rule::SensorHit => key!("deed-dark"),
        Rule::CommandEnrichment => key!("deed-may-command"),
        Rule::CommandConfirmed => key!("deed-commands"),
        Rule::OutboundFlood => key!("deed-floods"),
        Rule::InboundFlood => key!("deed-flooded"),
        Rule::PeerToPeerBots => key!("deed-peer-to-peer"),
        Rule::VerticalScan => key!("deed-scans-ports"),
        Rule::LoginBruteForce => key!("deed-log-ins"),
        Rule::Backscatter => key!("deed-backscatter"),
        Rule::IndicatorMatch => key!("deed-listed"),
        Rule::CommandSession => key!("deed-session"),
        Rule::Download => key!("deed-fetched"),
        Rule::PersistentContact => key!("deed-returns"),
        Rule::BackgroundRadiation => key!("deed-unasked"),
    }
}

/// Says in one sentence what a rule looks for.
pub fn reason(rule: Rule, tongue: Text) -> String {
    tongue.say(match rule {
        Rule::HorizontalScan => key!("why-horizontal-scan"),
        Rule::SampledScan => key!("why-sampled-scan"),
        Rule::SensorHit => key!("why-sensor-hit"),
        Rule::CommandEnrichment => key!("why-command-enrichment"),
        Rule::CommandConfirmed => key!("why-command-confirmed"),
        Rule::OutboundFlood => key!("why-outbound-flood"),
        Rule::InboundFlood => key!("why-inbound-flood"),
        Rule::PeerToPeerBots => key!("why-peer-to-peer-bots"),
        Rule::VerticalScan => key!("why-vertical-scan"),
        Rule::LoginBruteForce => key!("why-login-brute-force"),
        Rule::Backscatter => key!("why-backscatter"),
        Rule::IndicatorMatch => key!("why-indicator-match"),
        Rule::CommandSession => key!("why-command-session"),
        Rule::Download => key!("why-download"),
        Rule::PersistentContact => key!("why-persistent-contact"),
        Rule::BackgroundRadiation => key!("why-background-radiation"),
    })
}

/// Names what a finding says its subject is.
pub fn role(role: Role, tongue: Text) -> String {
    tongue.say(match role {
        Role::Scanner => key!("found-scanner"),
        Role::Bot => key!("found-bot"),
        Role::CommandServer => key!("found-command-server"),
        Role::DownloadServer => key!("found-download-server"),
        Role::FloodSource => key!("found-flood-source"),
        Role::Victim => key!("found-victim"),
        Role::LoginGuesser => key!("found-login-guesser"),
        Role::Contact => key!("found-contact"),
        Role::Sensor => key!("found-sensor"),
    })
}

/// What a bound may be a bound of, as records have it; `{}` is a number.
const BOUNDS: [(&str, &str); 15] = [
    ("per line and day", key!("bound-line-day")),
    ("per line and {} h", key!("bound-line-hours")),
    ("per line and window of 10 s", key!("bound-line-window")),
    ("per line and window", key!("bound-line-windows")),
    ("per line and host", key!("bound-line-host")),
    ("per target and window of 10 s", key!("bound-target-window")),
    (
        "per subject and window of 10 s",
        key!("bound-subject-window"),
    ),
    ("per remote service and day", key!("bound-service-day")),
    ("per suspect and day", key!("bound-suspect-day")),
    (
        "expected share of wrong ones among all services named within an epoch",
        key!("bound-share"),
    ),
    ("of all tests of this rule together", key!("bound-together")),
    ("over all looks", key!("bound-looks")),
    (
        "before the guards on size, likeness and pace",
        key!("bound-guards"),
    ),
    ("each counts at {}", key!("bound-each-counts")),
    ("the rule counts at {}", key!("bound-rule-counts")),
];

/// Says what an error bound is a bound of. Records have it in English, made of these parts.
pub fn bound_of(words: &str, tongue: Text) -> String {
    let (mut said, mut rest) = (String::new(), words);
    while !rest.is_empty() {
        let fits = |(part, key): &(&str, &'static str)| {
            let (number, left) = after(rest, part)?;
            let ends = left.is_empty() || left.starts_with(", ") || left.starts_with("; ");
            ends.then_some((*key, number, left))
        };
        let Some((key, n, left)) = BOUNDS.iter().find_map(fits) else {
            return words.to_owned();
        };
        said += &said!(tongue, key, n);
        rest = left.get(2..).unwrap_or_default();
        if !rest.is_empty() {
            said += tongue.pick(&left[..2], "、");
        }
    }
    said
}

/// Takes a part from the front of a text: the number in it, and what is left.
fn after<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let Some((before, behind)) = part.split_once("{}") else {
        return Some(("", text.strip_prefix(part)?));
    };
    let text = text.strip_prefix(before)?;
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, left) = text.split_at(end.unwrap_or(text.len()));
    Some((number, left.strip_prefix(behind)?))
}

/// The kinds of evidence that records name.
const KINDS: [(&str, &str); 11] = [
    (
        "openings to ports that hardly anybody but worms asks",
        key!("kind-worm-ports"),
    ),
    ("openings to addresses that nobody uses", key!("kind-dark")),
    (
        "failed openings to many ports of one host",
        key!("kind-ports"),
    ),
    (
        "many short sessions with one log-in service",
        key!("kind-log-ins"),
    ),
    ("the line's own scan or sensor hit", key!("kind-own")),
    ("its peers are suspects beyond chance", key!("kind-peers")),
    (
        "volume and shape of what one subject receives",
        key!("kind-received"),
    ),
    (
        "suspects that send to one target at once",
        key!("kind-joint"),
    ),
    ("one-way volume of one line", key!("kind-one-way")),
    (
        "answers at addresses that did not ask",
        key!("kind-answers"),
    ),
    (
        "enrichment among suspects, within device classes",
        key!("kind-shared"),
    ),
];

/// Names a kind of evidence. Records have it in English.
pub fn kind(words: &str, tongue: Text) -> String {
    if let Some(sources) = words.strip_prefix("dated intelligence: ") {
        return said!(tongue, "kind-dated", sources);
    }
    let known = KINDS.iter().find(|(kind, _)| *kind == words);
    known.map_or_else(|| words.to_owned(), |(_, key)| tongue.say(key))
}

/// Names kinds of evidence beside each other.
pub fn kinds<'a>(words: impl IntoIterator<Item = &'a String>, tongue: Text) -> String {
    let said: Vec<String> = words.into_iter().map(|one| kind(one, tongue)).collect();
    said.join(tongue.pick(", ", "、"))
}

/// Says how sure a finding is, in a few words.
pub fn certainty(finding: &FindingRecord, tongue: Text) -> String {
    match (&finding.statistic, finding.level) {
        (_, Level::Measure) => tongue.say("sure-measure"),
        (_, Level::Context) => tongue.say("sure-context"),
        (Some(statistic), _) if statistic.error_bound > 0.0 => brief(statistic, tongue),
        (_, Level::Candidate) => tongue.say("sure-candidate"),
        (_, Level::Finding) => tongue.say("sure-count"),
    }
}

/// Says an error bound: `wrong at most 1 in 1,000,000 (per line and day)`.
pub fn bound(statistic: &Statistic, tongue: Text) -> String {
    let of = bound_of(&statistic.bound_of, tongue);
    let odds = 1.0 / statistic.error_bound;
    let odds = match odds {
        ..10.0 => {
            let percent = format!("{:.0}", statistic.error_bound * 100.0);
            return said!(tongue, "sure-percent", percent, of);
        }
        ..1e6 => count(odds as u64),
        ..1e300 => format!("10^{:.0}", odds.log10().floor()),
        _ => "10^300".into(),
    };
    said!(tongue, "sure-odds", odds, of)
}

/// Says an error bound with the first part of what it is a bound of; the rest is for `explain`.
fn brief(statistic: &Statistic, tongue: Text) -> String {
    let first = statistic.bound_of.split([',', ';']).next();
    bound(
        &Statistic {
            bound_of: first.unwrap_or_default().trim().to_owned(),
            ..statistic.clone()
        },
        tongue,
    )
}

/// Names the other side: an endpoint, or a bare port where many hosts are meant.
pub fn other_side(peer: &str, tongue: Text) -> String {
    let port = peer.strip_prefix("0.0.0.0:").or(peer.strip_prefix("[::]:"));
    port.map_or_else(
        || tame(peer),
        |port| said!(tongue, "sure-port", port = tame(port)),
    )
}

/// Names a level in the reader's language.
pub fn level_in(level: Level, tongue: Text) -> String {
    tongue.say(match level {
        Level::Measure => key!("level-measure-word"),
        Level::Context => key!("level-context-word"),
        Level::Candidate => key!("level-candidate-word"),
        Level::Finding => key!("level-finding-word"),
    })
}

/// Names a level by its word in a summary; a word that is no level stays as it is.
pub fn level_of(word: &str, tongue: Text) -> String {
    let all = [
        Level::Measure,
        Level::Context,
        Level::Candidate,
        Level::Finding,
    ];
    let found = all.into_iter().find(|one| level(*one) == word);
    found.map_or_else(|| word.to_owned(), |found| level_in(found, tongue))
}

/// Names a level in records and summaries.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Measure => "measure",
        Level::Context => "context",
        Level::Candidate => "candidate",
        Level::Finding => "finding",
    }
}

/// Writes a figure so that small and large ones can be read.
pub fn figure(number: f64) -> String {
    match number.abs() {
        0.0 => "0".into(),
        1e-3..1e6 if number.fract() == 0.0 => format!("{number:.0}"),
        1e-3..1e6 => format!("{number:.3}"),
        _ => format!("{number:.2e}"),
    }
}

/// Tells how many of the packets were looked at, and who says so.
pub fn sampling(summary: SamplingSummary, tongue: Text) -> String {
    let rate = match (summary.least, summary.most) {
        (0, 0) => tongue.say("explain-rate-untold"),
        (1, 1) => tongue.say("explain-rate-every"),
        (least, most) if least == most => {
            said!(tongue, "explain-rate", n = count(u64::from(least)))
        }
        (least, most) => {
            let (least, most) = (count(least.into()), count(most.into()));
            said!(tongue, "explain-rates", least, most)
        }
    };
    let basis = tongue.say(match summary.basis {
        SamplingBasis::Announced => key!("explain-announced"),
        SamplingBasis::Configured => key!("explain-configured"),
        SamplingBasis::Complete => key!("explain-complete"),
        SamplingBasis::Unknown => key!("explain-unknown"),
    });
    said!(tongue, "explain-sampled", rate, basis)
}

#[cfg(test)]
#[path = "finding_tests.rs"]
mod tests;
