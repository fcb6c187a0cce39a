//! The whole evidence of one finding, in the order in which a second person would check it.
//!
//! In: a record. Out: a page: what was seen, by what test, what else was considered, what it does
//! not show, and the records it rests on. Always: everything the record holds is on the page.

use std::fmt;
use std::path::PathBuf;

use issei_host::files::FileError;
use issei_host::terminal;
use issei_model::{FindingRecord, Language, SampledFlow, Verdict};
use issei_text::finding::{figure, sampling};
use issei_text::record::{amount, read, read_all};
use issei_text::{Text, columns, format, key, said};

use crate::code::{self, Failure};
use crate::command_line::Explain;
use crate::configuration::nearest;
use crate::record::Record;
use crate::shelf;
use crate::words::{self, Paint};

/// Fewer digits name nothing.
const FEWEST_DIGITS: usize = 2;
/// Names shown when several findings or none are meant.
const MOST_NAMES: usize = 5;

/// Finds the record that is meant and shows it.
///
/// # Errors
/// If the file cannot be read, or none or several records are meant.
pub fn run(options: &Explain, language: Language) -> Result<u8, Failure> {
    let path = shelf::find(options.from.as_deref()).map_err(Failure::wrong)?;
    let text = std::fs::read_to_string(&path).map_err(|cause| FileError {
        path: path.clone(),
        cause,
    })?;
    let line = choose(&text, &options.finding).map_err(|why| {
        Failure::wrong(NotFound {
            asked: options.finding.clone(),
            path,
            why,
        })
    })?;
    let said = if options.json {
        format!("{line}\n")
    } else {
        let record: Record = serde_json::from_str(line).map_err(Failure::unreadable)?;
        page(
            &record,
            usize::from(terminal::columns()),
            Paint(terminal::colours_welcome()),
            Text(language),
        )
    };
    terminal::say(&said).map_err(Failure::broken)?;
    Ok(code::DONE)
}

/// A name that fits no finding, or several.
#[derive(Debug)]
struct NotFound {
    asked: String,
    path: PathBuf,
    why: Why,
}

/// Why a name fits no single finding.
#[derive(Debug, PartialEq, Eq)]
enum Why {
    TooShort,
    NoneThere,
    NoneFits { nearest: Vec<String> },
    SeveralFit(Vec<String>),
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, path) = (words::tame(&self.asked), self.path.display());
        match &self.why {
            Why::TooShort => write!(
                f,
                "`{asked}` is too short; give at least {FEWEST_DIGITS} digits of the name"
            ),
            Why::NoneThere => write!(f, "there is no finding in `{path}`"),
            Why::NoneFits { nearest } if nearest.is_empty() => write!(
                f,
                "no finding in `{path}` is named `{asked}`; `grep -o F-[0-9a-f]* {path}` lists them"
            ),
            Why::NoneFits { nearest } => write!(
                f,
                "no finding in `{path}` is named `{asked}`; did you mean {}?",
                nearest.join(" or ")
            ),
            Why::SeveralFit(names) => {
                write!(
                    f,
                    "several findings fit `{asked}`; give more digits: {}",
                    names.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for NotFound {}

/// Chooses the last line about the finding whose name begins so: the last revision.
fn choose<'a>(text: &'a str, asked: &str) -> Result<&'a str, Why> {
    let digits = asked
        .trim_start_matches("F-")
        .trim_start_matches("f-")
        .to_lowercase();
    if digits.len() < FEWEST_DIGITS {
        return Err(Why::TooShort);
    }
    let named = text.lines().filter_map(|line| Some((name(line)?, line)));
    let fitting = named.clone().filter(|(name, _)| name.starts_with(&digits));
    let mut names: Vec<&str> = fitting.clone().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let full = |names: &[&str]| {
        names
            .iter()
            .take(MOST_NAMES)
            .map(|name| format!("F-{name}"))
            .collect()
    };
    match names[..] {
        [_] => fitting
            .clone()
            .next_back()
            .map(|(_, line)| line)
            .ok_or(Why::NoneThere),
        [] => Err(match named.clone().next() {
            None => Why::NoneThere,
            Some(_) => Why::NoneFits {
                nearest: nearest(&digits, named.map(|(name, _)| name))
                    .map(|near| format!("F-{near}"))
                    .into_iter()
                    .collect(),
            },
        }),
        _ => Err(Why::SeveralFit(full(&names))),
    }
}

/// Finds the digits of a finding's name in its line, without reading the whole record.
fn name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"id\":\"F-")?;
    rest.get(..16)
}

/// Writes the page.
pub fn page(record: &Record, columns: usize, paint: Paint, tongue: Text) -> String {
    let finding = &record.finding;
    let mut page = Page {
        text: String::new(),
        columns: columns.clamp(60, 120),
        paint,
        tongue,
    };
    page.title(finding);
    page.seen(finding);
    page.test(finding);
    page.sources(finding);
    page.alternatives(finding);
    page.list(
        key!("explain-refutes"),
        &read_all(&finding.refuted_by, tongue),
    );
    page.list(
        key!("explain-not-shown"),
        &read_all(&finding.does_not_show, tongue),
    );
    page.list(
        key!("explain-families"),
        &read_all(&finding.families, tongue),
    );
    let kinds = finding.independent_kinds.iter();
    let kinds: Vec<String> = kinds.map(|one| words::kind(one, tongue)).collect();
    page.list(key!("explain-kinds"), &kinds);
    page.list(key!("explain-builds-on"), &finding.builds_on);
    page.sample(&finding.sample);
    page.provenance(record);
    page.text
}

/// Columns for the names of facts.
const NAME: usize = 28;

struct Page {
    text: String,
    columns: usize,
    paint: Paint,
    tongue: Text,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, words: &str) {
        self.line("");
        for line in columns::wrapped(words, self.columns) {
            let heading = self.paint.bold(&line);
            self.line(&heading);
        }
    }

    /// Writes a paragraph behind a mark, its further lines below its first.
    fn paragraph(&mut self, mark: &str, words: &str) {
        let indent = columns::width(mark);
        for (number, line) in columns::wrapped(&words::tame(words), self.columns - indent)
            .iter()
            .enumerate()
        {
            let before = if number == 0 {
                mark.to_owned()
            } else {
                " ".repeat(indent)
            };
            self.line(&format!("{before}{line}"));
        }
    }

    fn list(&mut self, heading: &'static str, items: &[impl AsRef<str>]) {
        if items.is_empty() {
            return;
        }
        self.heading(&self.tongue.say(heading));
        for item in items {
            self.paragraph("  - ", item.as_ref());
        }
    }

    fn title(&mut self, finding: &FindingRecord) {
        let level = self.paint.level(
            finding.level,
            &words::level_in(finding.level, self.tongue).to_uppercase(),
        );
        let (id, rule, n) = (self.paint.bold(&finding.id), finding.rule, finding.revision);
        self.line(&said!(self.tongue, "explain-title", id, level, rule, n));
        let deed = words::deed(finding.rule, finding.role, self.tongue);
        let deed = match &finding.peer {
            Some(peer) => {
                let peer = words::other_side(peer, self.tongue);
                said!(self.tongue, "table-deed", deed, peer)
            }
            None => deed,
        };
        let subject = self.paint.bold(&words::tame(&finding.subject));
        self.line(&said!(self.tongue, "explain-subject-does", subject, deed));
        self.line("");
        self.paragraph("", &read(&finding.summary, self.tongue));
    }

    fn seen(&mut self, finding: &FindingRecord) {
        self.heading(&self.tongue.say("explain-seen"));
        let kind = self.tongue.say(match finding.subject_kind.as_str() {
            "line" => key!("explain-own-line"),
            "own" => key!("explain-own-address"),
            "prefix" => key!("explain-prefix"),
            _ => key!("explain-outside"),
        });
        let role = words::role(finding.role, self.tongue);
        let subject = &finding.subject;
        self.named(
            key!("explain-subject"),
            &said!(self.tongue, "explain-subject-is", subject, kind, role),
        );
        if let Some(peer) = &finding.peer {
            self.named(
                key!("explain-other-side"),
                &words::other_side(peer, self.tongue),
            );
        }
        let length = finding.until.since(finding.since);
        self.named(key!("explain-from"), &finding.since.exact());
        let length = format::lasting(length, self.tongue.0);
        self.named(
            key!("explain-to"),
            &format!("{} ({length})", finding.until.exact()),
        );
        let delay = finding.decided_at.since(finding.since);
        let delay = format::lasting(delay, self.tongue.0);
        let at = finding.decided_at.exact();
        self.named(
            key!("explain-decided"),
            &said!(self.tongue, "explain-decided-after", at, delay),
        );
        for observation in &finding.observations {
            let value = amount(&observation.value, self.tongue);
            let [name, unit] =
                [&observation.name, &observation.unit].map(|it| read(it, self.tongue));
            self.fact(&name, &format!("{value} {unit}"));
        }
    }

    /// Writes a fact that has a name in the catalogue.
    fn named(&mut self, name: &'static str, value: &str) {
        self.fact(&self.tongue.say(name), value);
    }

    /// Writes a name and its value in two columns; behind a long name the value stands in line.
    fn fact(&mut self, name: &str, value: &str) {
        let (name, value) = (words::tame(name), value.trim());
        if columns::width(&name) <= NAME {
            self.paragraph(&format!("  {} ", columns::left(&name, NAME)), value);
        } else {
            self.paragraph("  ", &format!("{name}: {value}"));
        }
    }

    fn test(&mut self, finding: &FindingRecord) {
        self.heading(&self.tongue.say("explain-test"));
        let (rule, why) = (finding.rule, words::reason(finding.rule, self.tongue));
        self.paragraph("  ", &said!(self.tongue, "explain-rule", rule, why));
        let Some(statistic) = &finding.statistic else {
            self.paragraph("  ", &self.tongue.say("explain-counts"));
            self.named(key!("explain-parameters"), &finding.parameters);
            return;
        };
        let [name, null_model, null_origin] = [
            &statistic.name,
            &statistic.null_model,
            &statistic.null_origin,
        ]
        .map(|it| read(it, self.tongue));
        self.named(
            key!("explain-statistic"),
            &format!("{name} = {}", figure(statistic.value)),
        );
        self.named(key!("explain-threshold"), &figure(statistic.threshold));
        self.named(key!("explain-null-model"), &null_model);
        self.named(key!("explain-null-origin"), &null_origin);
        let bound = format!(
            "{}: {}",
            figure(statistic.error_bound),
            words::bound(statistic, self.tongue)
        );
        self.named(key!("explain-bound"), &bound);
        self.named(key!("explain-parameters"), &finding.parameters);
    }

    fn sources(&mut self, finding: &FindingRecord) {
        self.heading(&self.tongue.say("explain-who"));
        self.named(
            key!("explain-sampling"),
            &sampling(finding.sampling, self.tongue),
        );
        for origin in &finding.exporters {
            let mut said = match origin.domain {
                0 => origin.name.clone(),
                domain => said!(self.tongue, "explain-domain", name = origin.name, domain),
            };
            said += &match origin.lost {
                0 => self.tongue.say("explain-nothing-lost"),
                lost => words::tally(self.tongue, key!("explain-lost"), lost),
            };
            self.named(key!("explain-exporter"), &said);
        }
    }

    fn alternatives(&mut self, finding: &FindingRecord) {
        if finding.alternatives.is_empty() {
            return;
        }
        self.heading(&self.tongue.say("explain-others"));
        for alternative in &finding.alternatives {
            let verdict = self.tongue.say(match alternative.verdict {
                Verdict::Rejected => key!("explain-ruled-out"),
                Verdict::Open => key!("explain-still-open"),
            });
            let verdict = columns::left(&verdict, 10);
            let [explanation, because] =
                [&alternative.explanation, &alternative.because].map(|it| read(it, self.tongue));
            self.paragraph(
                &format!("  {verdict}  "),
                &format!("{explanation}: {because}"),
            );
        }
    }

    fn sample(&mut self, sample: &[SampledFlow]) {
        if sample.is_empty() {
            return;
        }
        self.heading(&said!(self.tongue, "explain-sample", n = sample.len()));
        let side = |ip: std::net::IpAddr, port: u16| match ip {
            std::net::IpAddr::V6(ip) => format!("[{ip}]:{port}"),
            std::net::IpAddr::V4(ip) => format!("{ip}:{port}"),
        };
        let rows: Vec<[String; 9]> = sample
            .iter()
            .map(|flow| {
                [
                    flow.first
                        .exact()
                        .replace('T', " ")
                        .trim_end_matches('Z')
                        .to_owned(),
                    format!("{:.3} s", flow.last.since(flow.first).as_secs_f64()),
                    flow.protocol.clone(),
                    side(flow.source, flow.source_port),
                    side(flow.destination, flow.destination_port),
                    format!("{} {}", flow.packets, flow.flags),
                    words::count(flow.bytes),
                    if flow.reverse_packets == 0 {
                        "-".into()
                    } else {
                        format!("{} {}", flow.reverse_packets, flow.reverse_flags)
                    },
                    if flow.sampling > 1 {
                        format!("1:{}", flow.sampling)
                    } else if flow.sampling == 0 {
                        "?".into()
                    } else {
                        "1:1".into()
                    },
                ]
            })
            .collect();
        let heads = [
            key!("explain-head-first"),
            key!("explain-head-length"),
            key!("explain-head-protocol"),
            key!("explain-head-from"),
            key!("explain-head-to"),
            key!("explain-head-packets"),
            key!("explain-head-bytes"),
            key!("explain-head-back"),
            key!("explain-head-sampled"),
        ]
        .map(|key| self.tongue.say(key));
        let mut widths = heads.each_ref().map(|head| columns::width(head));
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(columns::width(cell));
            }
        }
        let line = |row: &[String; 9]| {
            row.iter()
                .zip(widths)
                .map(|(cell, width)| columns::left(cell, width))
                .collect::<Vec<_>>()
                .join("  ")
        };
        if widths.iter().sum::<usize>() + 2 * widths.len() > self.columns {
            return self.sample_below_each_other(&rows);
        }
        let head = self.paint.faint(&format!("  {}", line(&heads)));
        self.line(&head);
        for row in &rows {
            self.line(&format!("  {}", line(row)));
        }
    }

    /// For narrow terminals: when and how much, then who.
    fn sample_below_each_other(&mut self, rows: &[[String; 9]]) {
        for [
            first,
            length,
            protocol,
            from,
            to,
            packets,
            bytes,
            back,
            sampled,
        ] in rows
        {
            self.paragraph(
                "  ",
                &said!(
                    self.tongue,
                    "explain-flow",
                    first,
                    length,
                    protocol,
                    packets,
                    bytes,
                    back,
                    sampled
                ),
            );
            self.paragraph("      ", &said!(self.tongue, "explain-flow-way", from, to));
        }
    }

    fn provenance(&mut self, record: &Record) {
        self.heading(&self.tongue.say("explain-record"));
        self.named(key!("explain-written"), &record.recorded_at.exact());
        self.named(key!("explain-deleted"), &record.retain_until.exact());
        self.fact("SHA-256", &record.hash);
        self.named(key!("explain-before"), &record.previous);
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
