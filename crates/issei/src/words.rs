//! Words for people: what a finding says, how sure it is, numbers, colours, line breaks.

pub use issei_text::format::count;

use issei_model::{FindingRecord, Level, Role, Rule, Statistic, Timestamp};
use issei_text::{Text, key, said};

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

/// Writes `1 file`, `2 files`, `1,000 files`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Writes a count with its noun, in the reader's language: the key has a hole `n`, and chooses its plural by it.
pub fn tally(tongue: Text, key: &'static str, number: u64) -> String {
    said!(tongue, key, n = count(number))
}

/// Writes an amount of bytes: `14.2 MiB`.
pub fn bytes(number: u64) -> String {
    match number {
        0..1_024 => counted(number, "byte", "bytes"),
        1_024..1_048_576 => format!("{:.1} KiB", number as f64 / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", number as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", number as f64 / 1_073_741_824.0),
    }
}

/// Writes an amount of bytes in the reader's language: few are counted, many are `14.2 MiB` everywhere.
pub fn bytes_in(number: u64, tongue: Text) -> String {
    match number {
        0..1_024 => tally(tongue, key!("count-bytes"), number),
        _ => bytes(number),
    }
}

/// Writes a moment to the second: `2018-12-21 14:43:54`.
pub fn second(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

/// Makes text from files and packets fit for a terminal: no control characters, no escapes.
pub fn tame(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(shown).collect()
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint(pub bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Stands out.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Stands back.
    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// Takes the colour of a level.
    pub fn level(self, level: Level, text: &str) -> String {
        self.wrap(
            match level {
                Level::Finding => "1;31",
                Level::Candidate => "33",
                Level::Context => "36",
                Level::Measure => "34",
            },
            text,
        )
    }
}

/// The language of most tests.
#[cfg(test)]
pub const EN: Text = Text(issei_model::Language::English);
#[cfg(test)]
pub const JA: Text = Text(issei_model::Language::Japanese);

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
