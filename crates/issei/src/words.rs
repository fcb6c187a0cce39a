//! Words for people: what a finding says, how sure it is, numbers, colours, line breaks.

use issei_model::{FindingRecord, Level, Role, Rule, Statistic, Timestamp};

/// Says what the subject does, so that "WHO … WHAT" reads as a sentence.
pub const fn deed(rule: Rule, role: Role) -> &'static str {
    match (rule, role) {
        (Rule::CommandEnrichment, Role::DownloadServer) => "hands out files to suspects",
        (Rule::CommandEnrichment, Role::Victim) => "is what suspects aim at",
        (Rule::CommandEnrichment, Role::Contact) => "is what suspects share",
        _ => deed_of(rule),
    }
}

const fn deed_of(rule: Rule) -> &'static str {
    match rule {
        Rule::HorizontalScan => "scans many hosts",
        Rule::SampledScan => "scans many hosts (seen through sampling)",
        Rule::SensorHit => "sends to dark space",
        Rule::CommandEnrichment => "may command bots",
        Rule::CommandConfirmed => "commands bots",
        Rule::OutboundFlood => "takes part in a flood",
        Rule::InboundFlood => "is being flooded",
        Rule::PeerToPeerBots => "is in a peer-to-peer botnet",
        Rule::VerticalScan => "scans many ports",
        Rule::LoginBruteForce => "tries log-ins by the dozen",
        Rule::Backscatter => "is being flooded (seen by backscatter)",
        Rule::IndicatorMatch => "meets a listed address",
        Rule::CommandSession => "held a session as it began",
        Rule::Download => "fetched files before it began",
        Rule::PersistentContact => "returns again and again",
        Rule::BackgroundRadiation => "receives unasked traffic",
    }
}

/// Says how sure a finding is, in a few words.
pub fn certainty(finding: &FindingRecord) -> String {
    match (&finding.statistic, finding.level) {
        (_, Level::Measure) => "a figure".into(),
        (_, Level::Context) => "context only".into(),
        (Some(statistic), _) if statistic.error_bound > 0.0 => brief(statistic),
        (_, Level::Candidate) => "candidate".into(),
        (_, Level::Finding) => "shown by count".into(),
    }
}

/// Says an error bound: `wrong at most 1 in 1,000,000 (per line and day)`.
pub fn bound(statistic: &Statistic) -> String {
    let odds = 1.0 / statistic.error_bound;
    let odds = match odds {
        ..10.0 => {
            return format!(
                "wrong {:.0} % of the time at most ({})",
                statistic.error_bound * 100.0,
                statistic.bound_of
            );
        }
        ..1e6 => grouped(odds as u64),
        ..1e300 => format!("10^{:.0}", odds.log10().floor()),
        _ => "10^300".into(),
    };
    format!("wrong 1 in {odds} ({})", statistic.bound_of)
}

/// Says an error bound with the first part of what it is a bound of; the rest is for `explain`.
fn brief(statistic: &Statistic) -> String {
    let first = statistic.bound_of.split([',', ';']).next();
    bound(&Statistic {
        bound_of: first.unwrap_or_default().trim().to_owned(),
        ..statistic.clone()
    })
}

/// Names the other side: an endpoint, or a bare port where many hosts are meant.
pub fn other_side(peer: &str) -> String {
    let port = peer.strip_prefix("0.0.0.0:").or(peer.strip_prefix("[::]:"));
    port.map_or_else(|| tame(peer), |port| format!("port {}", tame(port)))
}

/// Names a level for people.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Measure => "measure",
        Level::Context => "context",
        Level::Candidate => "candidate",
        Level::Finding => "finding",
    }
}

/// Writes a number with commas: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes `1 file`, `2 files`, `1,000 files`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
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

/// Writes a moment to the second: `2018-12-21 14:43:54`.
pub fn second(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

/// Breaks text into lines of at most so many letters. A word longer than a line gets its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
