//! The table of findings that a person reads: who, what, since when, how sure, why.

use std::collections::{BTreeMap, BTreeSet};

use issei_model::{FindingRecord, Level};

use crate::words::{self, Paint};

/// Findings shown. Beyond it a table is no longer read; all are in the file.
const MOST_ROWS: usize = 200;

/// Context shown beside a finding.
const MOST_BESIDE: usize = 4;
/// Letters of a shortened name: `F-` and eight digits.
const SHORT_NAME: usize = 10;

/// Columns of the first line of a row, as far as the terminal has them.
const WHO: usize = 30;
const WHAT: usize = 41;
const SINCE: usize = 21;

/// Puts the weightiest first, then those decided first.
pub fn sorted(mut findings: Vec<FindingRecord>) -> Vec<FindingRecord> {
    findings.sort_by(|a, b| {
        let weight = b.level.cmp(&a.level).then(a.decided_at.cmp(&b.decided_at));
        weight.then_with(|| a.id.cmp(&b.id))
    });
    findings
}

/// Writes the table. Context about a subject that also has something weightier stands beside that.
pub fn table(findings: &[FindingRecord], columns: usize, paint: Paint) -> String {
    let mut text = String::new();
    let weighty: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.level > Level::Context)
        .map(host)
        .collect();
    let mut beside: BTreeMap<&str, Vec<&FindingRecord>> = BTreeMap::new();
    let (aside, shown): (Vec<&FindingRecord>, Vec<&FindingRecord>) = findings
        .iter()
        .partition(|finding| finding.level == Level::Context && weighty.contains(host(finding)));
    for finding in aside {
        beside.entry(host(finding)).or_default().push(finding);
    }
    let mut before = None;
    for finding in shown.iter().take(MOST_ROWS) {
        if before != Some(finding.level) {
            let many = shown.iter().filter(|other| other.level == finding.level);
            text.push_str(&heading(finding.level, many.count() as u64, columns, paint));
            before = Some(finding.level);
        }
        // Beside the first of several about one subject, and not beside each.
        let aside = beside.remove(host(finding)).unwrap_or_default();
        text.push_str(&row(finding, &aside, columns, paint));
    }
    if let Some(more) = shown.len().checked_sub(MOST_ROWS).filter(|&more| more > 0) {
        text.push_str(&format!(
            "\n… and {} more in the file of findings\n",
            words::grouped(more as u64)
        ));
    }
    text
}

/// The host that a finding is about, without the port of its service.
fn host(finding: &FindingRecord) -> &str {
    let subject = finding.subject.as_str();
    match subject
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((inside, _)) => inside,
        None if subject.matches(':').count() == 1 => subject.split(':').next().unwrap_or(subject),
        None => subject,
    }
}

fn heading(level: Level, many: u64, columns: usize, paint: Paint) -> String {
    let title = match level {
        Level::Finding => words::counted(many, "FINDING", "FINDINGS"),
        Level::Candidate => words::counted(
            many,
            "CANDIDATE, waiting for a second kind of evidence",
            "CANDIDATES, waiting for a second kind of evidence",
        ),
        Level::Context => format!(
            "{} of CONTEXT, no accusation by itself",
            words::grouped(many)
        ),
        Level::Measure => words::counted(many, "MEASURE", "MEASURES"),
    };
    let rule = "─".repeat(columns.min(120).saturating_sub(title.chars().count() + 4));
    let head = if columns >= WHO + WHAT + SINCE + 12 {
        format!(
            "  {:WHO$}{:WHAT$}{:SINCE$}{}\n",
            "WHO", "WHAT", "SINCE (UTC)", "HOW SURE"
        )
    } else {
        String::new()
    };
    format!(
        "\n{}\n{}",
        paint.level(level, &format!("── {title} {rule}")),
        paint.faint(&head)
    )
}

/// Writes one finding, and what stands beside it: the facts in columns, or below each other where
/// the terminal is narrow.
pub fn row(
    finding: &FindingRecord,
    beside: &[&FindingRecord],
    columns: usize,
    paint: Paint,
) -> String {
    let what = deed(finding);
    let facts = [
        words::tame(&finding.subject),
        what,
        words::second(finding.since),
        words::certainty(finding),
    ];
    let words_fit =
        |cell: &str, width: usize| cell.split(' ').all(|word| word.chars().count() < width);
    let fits = words_fit(&facts[0], WHO) && words_fit(&facts[1], WHAT);
    let mut text = if fits && columns >= WHO + WHAT + SINCE + 12 {
        in_columns(&facts, columns, finding.level, paint)
    } else {
        below_each_other(&facts, columns, finding.level, paint)
    };
    let indent = "    ";
    for line in words::wrapped(
        &words::tame(&finding.summary),
        columns.min(120).saturating_sub(indent.len() + 1),
    ) {
        text.push_str(&format!("{indent}{line}\n"));
    }
    text.push_str(&format!(
        "{indent}{}\n",
        paint.faint(&format!("issei explain {}", finding.id))
    ));
    for also in beside.iter().take(MOST_BESIDE) {
        let words = format!("also {} ({})", deed(also), short(&also.id));
        for line in words::wrapped(&words, columns.min(120).saturating_sub(indent.len() + 1)) {
            text.push_str(&format!("{indent}{}\n", paint.level(Level::Context, &line)));
        }
    }
    if let Some(more) = beside
        .len()
        .checked_sub(MOST_BESIDE)
        .filter(|&more| more > 0)
    {
        let more = words::grouped(more as u64);
        text.push_str(&format!(
            "{indent}… and {more} more of context in the file of findings\n"
        ));
    }
    text
}

/// Says what the subject does, and to whom.
fn deed(finding: &FindingRecord) -> String {
    let deed = words::deed(finding.rule);
    match &finding.peer {
        Some(peer) => format!("{deed}: {}", words::other_side(peer)),
        None => deed.to_owned(),
    }
}

/// Enough of a name for `explain`.
fn short(id: &str) -> &str {
    id.get(..SHORT_NAME).unwrap_or(id)
}

fn in_columns(
    [who, what, since, sure]: &[String; 4],
    columns: usize,
    level: Level,
    paint: Paint,
) -> String {
    let what_lines = words::wrapped(what, WHAT - 2);
    let sure_lines = words::wrapped(sure, (columns - WHO - WHAT - SINCE - 3).max(10));
    let lines = what_lines.len().max(sure_lines.len()).max(1);
    let cell = |lines: &[String], number: usize| lines.get(number).cloned().unwrap_or_default();
    let mut text = String::new();
    for number in 0..lines {
        let (who, since) = if number == 0 {
            (who.as_str(), since.as_str())
        } else {
            ("", "")
        };
        // Pad before painting: escapes have no width on the screen.
        let who = paint.level(level, &format!("{who:WHO$}"));
        let line = format!(
            "  {who}{:WHAT$}{since:SINCE$}{}",
            cell(&what_lines, number),
            cell(&sure_lines, number)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn below_each_other(
    [who, what, since, sure]: &[String; 4],
    columns: usize,
    level: Level,
    paint: Paint,
) -> String {
    let mut text = format!("  {}\n", paint.level(level, who));
    for line in words::wrapped(
        &format!("{what}; since {since}; {sure}"),
        columns.saturating_sub(5),
    ) {
        text.push_str(&format!("    {line}\n"));
    }
    text
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
