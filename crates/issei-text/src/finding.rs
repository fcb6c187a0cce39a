//! What a finding says: who does what, how sure it is.
//!
//! In: a finding's record, the reader's language. Out: a few words. Always: what comes from files or packets is tamed;
//! context is given no odds. Not here: how it is laid out (the command line, the window).

use issei_model::{FindingRecord, Level, Role, Rule, SamplingBasis, SamplingSummary, Statistic};

use crate::columns::tame;
use crate::format::count;
use crate::{Text, key, said};

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
    let of = &statistic.bound_of;
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
