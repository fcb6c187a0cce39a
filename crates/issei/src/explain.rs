//! The whole evidence of one finding, in the order in which a second person would check it.
//!
//! In: a record. Out: a page: what was seen, by what test, what else was considered, what it does
//! not show, and the records it rests on. Always: everything the record holds is on the page.

use std::fmt;
use std::path::PathBuf;

use issei_host::files::FileError;
use issei_host::terminal;
use issei_model::{Amount, FindingRecord, SampledFlow, SamplingBasis, SamplingSummary, Verdict};

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
pub fn run(options: &Explain) -> Result<u8, Failure> {
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
pub fn page(record: &Record, columns: usize, paint: Paint) -> String {
    let finding = &record.finding;
    let mut page = Page {
        text: String::new(),
        columns: columns.clamp(60, 120),
        paint,
    };
    page.title(finding);
    page.seen(finding);
    page.test(finding);
    page.sources(finding);
    page.alternatives(finding);
    page.list("What would refute it", &finding.refuted_by);
    page.list("What it does not show", &finding.does_not_show);
    page.list(
        "Families whose marks were seen (never needed for the finding)",
        &finding.families,
    );
    page.list(
        "Kinds of evidence that do not depend on each other",
        &finding.independent_kinds,
    );
    page.list("Builds on", &finding.builds_on);
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
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, words: &str) {
        self.line("");
        for line in words::wrapped(words, self.columns) {
            let heading = self.paint.bold(&line);
            self.line(&heading);
        }
    }

    /// Writes a paragraph behind a mark, its further lines below its first.
    fn paragraph(&mut self, mark: &str, words: &str) {
        let indent = mark.chars().count();
        for (number, line) in words::wrapped(&words::tame(words), self.columns - indent)
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

    fn list(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(heading);
        for item in items {
            self.paragraph("  - ", item);
        }
    }

    fn title(&mut self, finding: &FindingRecord) {
        let level = self
            .paint
            .level(finding.level, &words::level(finding.level).to_uppercase());
        self.line(&format!(
            "{}  {level}  {} (revision {})",
            self.paint.bold(&finding.id),
            finding.rule,
            finding.revision
        ));
        let peer = finding
            .peer
            .as_ref()
            .map(|peer| format!(": {}", words::other_side(peer)))
            .unwrap_or_default();
        let subject = self.paint.bold(&words::tame(&finding.subject));
        self.line(&format!(
            "{subject} {}{peer}",
            words::deed(finding.rule, finding.role)
        ));
        self.line("");
        self.paragraph("", &finding.summary);
    }

    fn seen(&mut self, finding: &FindingRecord) {
        self.heading("What was seen");
        let kind = match finding.subject_kind.as_str() {
            "line" => "a line of ours",
            "own" => "an address of ours",
            "prefix" => "a prefix",
            _ => "a host outside",
        };
        self.fact(
            "subject",
            &format!("{} ({kind}), said to be: {}", finding.subject, finding.role),
        );
        if let Some(peer) = &finding.peer {
            self.fact("other side", &words::other_side(peer));
        }
        let length = finding.until.since(finding.since);
        self.fact("from", &finding.since.exact());
        self.fact("to", &format!("{} ({length})", finding.until.exact()));
        let delay = finding.decided_at.since(finding.since);
        self.fact(
            "decided",
            &format!(
                "{}, {delay} after the first of it",
                finding.decided_at.exact()
            ),
        );
        for observation in &finding.observations {
            let value = match &observation.value {
                Amount::Count(count) => words::grouped(*count),
                Amount::Real(real) => figure(*real),
                Amount::Text(text) => text.clone(),
            };
            self.fact(&observation.name, &format!("{value} {}", observation.unit));
        }
    }

    /// Writes a name and its value in two columns; behind a long name the value stands in line.
    fn fact(&mut self, name: &str, value: &str) {
        let (name, value) = (words::tame(name), value.trim());
        if name.chars().count() <= NAME {
            self.paragraph(&format!("  {name:NAME$} "), value);
        } else {
            self.paragraph("  ", &format!("{name}: {value}"));
        }
    }

    fn test(&mut self, finding: &FindingRecord) {
        self.heading("The test");
        self.paragraph(
            "  ",
            &format!("The rule {}: {}.", finding.rule, finding.rule.explanation()),
        );
        let Some(statistic) = &finding.statistic else {
            self.paragraph(
                "  ",
                "The rule counts and compares; it makes no statement of probability.",
            );
            self.fact("parameters", &finding.parameters);
            return;
        };
        self.fact(
            "statistic",
            &format!("{} = {}", statistic.name, figure(statistic.value)),
        );
        self.fact("threshold", &figure(statistic.threshold));
        self.fact("an innocent subject would", &statistic.null_model);
        self.fact("that figure comes from", &statistic.null_origin);
        let bound = format!(
            "{}: {}",
            figure(statistic.error_bound),
            words::bound(statistic)
        );
        self.fact("error bound", &bound);
        self.fact("parameters", &finding.parameters);
    }

    fn sources(&mut self, finding: &FindingRecord) {
        self.heading("Who saw it");
        self.fact("sampling", &sampling(finding.sampling));
        for origin in &finding.exporters {
            let domain = if origin.domain == 0 {
                String::new()
            } else {
                format!(", domain {}", origin.domain)
            };
            let lost = if origin.lost == 0 {
                "nothing known to be lost".into()
            } else {
                format!(
                    "{} known to be lost before us",
                    words::counted(origin.lost, "record", "records")
                )
            };
            self.fact("exporter", &format!("{}{domain}, {lost}", origin.name));
        }
    }

    fn alternatives(&mut self, finding: &FindingRecord) {
        if finding.alternatives.is_empty() {
            return;
        }
        self.heading("Other explanations");
        for alternative in &finding.alternatives {
            let verdict = match alternative.verdict {
                Verdict::Rejected => "ruled out ",
                Verdict::Open => "still open",
            };
            self.paragraph(
                &format!("  {verdict}  "),
                &format!("{}: {}", alternative.explanation, alternative.because),
            );
        }
    }

    fn sample(&mut self, sample: &[SampledFlow]) {
        if sample.is_empty() {
            return;
        }
        self.heading(&format!(
            "Sample of the records ({}, header fields only)",
            sample.len()
        ));
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
                    words::grouped(flow.bytes),
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
            "FIRST (UTC)",
            "LENGTH",
            "PROTO",
            "FROM",
            "TO",
            "PACKETS",
            "BYTES",
            "BACK",
            "SAMPLED",
        ]
        .map(String::from);
        let mut widths = heads.each_ref().map(String::len);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |row: &[String; 9]| {
            row.iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"))
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
                &format!("{first}, {length}: {protocol}, {packets}, {bytes} bytes, back {back}, sampled {sampled}"),
            );
            self.paragraph("      ", &format!("{from} to {to}"));
        }
    }

    fn provenance(&mut self, record: &Record) {
        self.heading("The record");
        self.fact("written down", &record.recorded_at.exact());
        self.fact("to be deleted", &record.retain_until.exact());
        self.fact("SHA-256", &record.hash);
        self.fact("of the record before", &record.previous);
    }
}

/// Writes a figure so that small and large ones can be read.
fn figure(number: f64) -> String {
    match number.abs() {
        0.0 => "0".into(),
        1e-3..1e6 if number.fract() == 0.0 => format!("{number:.0}"),
        1e-3..1e6 => format!("{number:.3}"),
        _ => format!("{number:.2e}"),
    }
}

fn sampling(summary: SamplingSummary) -> String {
    let rate = match (summary.least, summary.most) {
        (0, 0) => "not told".into(),
        (1, 1) => "every packet".into(),
        (least, most) if least == most => {
            format!("one packet in {}", words::grouped(u64::from(least)))
        }
        (least, most) => format!(
            "one packet in {} to {}",
            words::grouped(u64::from(least)),
            words::grouped(u64::from(most))
        ),
    };
    let basis = match summary.basis {
        SamplingBasis::Announced => "the exporter announced it",
        SamplingBasis::Configured => "the configuration says so",
        SamplingBasis::Complete => "the packets themselves were seen",
        SamplingBasis::Unknown => "nobody said; nothing was scaled",
    };
    format!("{rate}; {basis}")
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
