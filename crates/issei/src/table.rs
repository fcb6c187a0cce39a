//! The table of findings that a person reads: who, what, since when, how sure, why.

use std::collections::{BTreeMap, BTreeSet};

use issei_model::{FindingRecord, Level};
use issei_text::record::read;
use issei_text::{Text, columns, key, said};

use crate::words::{self, Paint};

/// Rows shown. Beyond it a table is no longer read; all findings are in the file.
const MOST_ROWS: usize = 200;
/// Findings of one subject by one rule that are shown one by one; more become one row.
const MOST_ALIKE: usize = 2;
/// Names shown of those that became one row, and contexts shown beside a finding.
const MOST_NAMES: usize = 4;
/// Letters of a shortened name: `F-` and eight digits.
const SHORT_NAME: usize = 10;

/// Columns of the first line of a row, as far as the terminal has them.
const WHO: usize = 30;
const WHAT: usize = 41;
const SINCE: usize = 21;

/// How the table is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Columns of the terminal.
    pub columns: usize,
    /// Colours, or none.
    pub paint: Paint,
    /// Whether a row names the exporter or file that saw it: not if there is only one.
    pub sources: bool,
    /// The reader's language.
    pub tongue: Text,
}

/// A row of the table: a finding, those like it, and what stands beside it.
struct Entry<'a> {
    finding: &'a FindingRecord,
    alike: Vec<&'a FindingRecord>,
    beside: Vec<&'a FindingRecord>,
}

/// Puts the weightiest first, then those decided first.
pub fn sorted(mut findings: Vec<FindingRecord>) -> Vec<FindingRecord> {
    findings.sort_by(|a, b| {
        let weight = b.level.cmp(&a.level).then(a.decided_at.cmp(&b.decided_at));
        weight.then_with(|| a.id.cmp(&b.id))
    });
    findings
}

impl View {
    /// Writes the table.
    pub fn table(self, findings: &[FindingRecord]) -> String {
        let entries = entries(findings);
        let mut text = String::new();
        let mut before = None;
        for entry in entries.iter().take(MOST_ROWS) {
            let level = entry.finding.level;
            if before != Some(level) {
                let of_level = entries.iter().filter(|other| other.finding.level == level);
                let many: usize = of_level.map(|entry| 1 + entry.alike.len()).sum();
                text.push_str(&self.heading(level, many as u64));
                before = Some(level);
            }
            text.push_str(&self.entry(entry));
        }
        if let Some(more) = beyond(entries.len(), MOST_ROWS) {
            let more = said!(self.tongue, "table-more", more);
            text.push_str(&format!("\n… {more}\n"));
        }
        text
    }

    /// Writes one finding.
    pub fn row(self, finding: &FindingRecord) -> String {
        self.entry(&Entry {
            finding,
            alike: Vec::new(),
            beside: Vec::new(),
        })
    }

    fn heading(self, level: Level, many: u64) -> String {
        let Self { columns, paint, .. } = self;
        let title = title(level, many, self.tongue);
        let rule = "─".repeat(columns.min(120).saturating_sub(columns::width(&title) + 4));
        let head = if columns >= WHO + WHAT + SINCE + 12 {
            let head = |name: &'static str, width| columns::left(&self.tongue.say(name), width);
            format!(
                "  {}{}{}{}\n",
                head(key!("table-who"), WHO),
                head(key!("table-what"), WHAT),
                head(key!("table-since"), SINCE),
                head(key!("table-how-sure"), 0)
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

    /// Writes a row: the facts in columns, or below each other where the terminal is narrow; then
    /// why, and how to see the evidence.
    fn entry(self, entry: &Entry<'_>) -> String {
        let finding = entry.finding;
        let mut text = self.facts(finding);
        text.push_str(&self.indented(&read(&finding.summary, self.tongue), None));
        let seen_by = if self.sources {
            sources(finding, self.tongue)
        } else {
            String::new()
        };
        let explain = format!("issei explain {}{seen_by}", finding.id);
        text.push_str(&self.faint(&explain));
        if !entry.alike.is_empty() {
            let names = some_of(&entry.alike, |alike| short(&alike.id).to_owned());
            let many = words::count(entry.alike.len() as u64);
            text.push_str(&self.faint(&said!(self.tongue, "table-alike", many, names)));
        }
        for also in entry.beside.iter().take(MOST_NAMES) {
            let (deed, id) = (deed(also, self.tongue), short(&also.id));
            let words = said!(self.tongue, "table-also", deed, id);
            text.push_str(&self.indented(&words, Some(Level::Context)));
        }
        if let Some(more) = beyond(entry.beside.len(), MOST_NAMES) {
            let words = format!("… {}", said!(self.tongue, "table-more-context", more));
            text.push_str(&self.indented(&words, None));
        }
        text
    }

    fn facts(self, finding: &FindingRecord) -> String {
        let facts = [
            words::tame(&finding.subject),
            deed(finding, self.tongue),
            words::second(finding.since),
            words::certainty(finding, self.tongue),
        ];
        let words_fit = |cell: &str, width: usize| {
            let lines = columns::wrapped(cell, width - 1);
            lines.iter().all(|line| columns::width(line) < width)
        };
        let fits = words_fit(&facts[0], WHO) && words_fit(&facts[1], WHAT);
        if fits && self.columns >= WHO + WHAT + SINCE + 12 {
            in_columns(&facts, self.columns, finding.level, self.paint)
        } else {
            self.below_each_other(&facts, finding.level)
        }
    }

    fn below_each_other(self, facts: &[String; 4], level: Level) -> String {
        let [who, what, since, sure] = facts;
        let mut text = format!("  {}\n", self.paint.level(level, who));
        let said = said!(self.tongue, "table-facts", what, since, sure);
        for line in columns::wrapped(&said, self.columns.saturating_sub(5)) {
            text.push_str(&format!("    {line}\n"));
        }
        text
    }

    fn indented(self, words: &str, level: Option<Level>) -> String {
        let lines = columns::wrapped(&words::tame(words), self.columns.min(120).saturating_sub(5));
        let painted = lines.iter().map(|line| match level {
            Some(level) => format!("    {}\n", self.paint.level(level, line)),
            None => format!("    {line}\n"),
        });
        painted.collect()
    }

    fn faint(self, words: &str) -> String {
        let lines = columns::wrapped(&words::tame(words), self.columns.min(120).saturating_sub(5));
        let painted = lines
            .iter()
            .map(|line| format!("    {}\n", self.paint.faint(line)));
        painted.collect()
    }
}

/// Puts together what belongs together: context about a subject beside its first weightier
/// finding, and many findings of one rule about one subject in one row.
fn entries(findings: &[FindingRecord]) -> Vec<Entry<'_>> {
    let weighty = findings.iter().filter(|one| one.level > Level::Context);
    let weighty: BTreeSet<&str> = weighty.map(host).collect();
    let aside = |one: &&FindingRecord| one.level == Level::Context && weighty.contains(host(one));
    let mut beside: BTreeMap<&str, Vec<&FindingRecord>> = BTreeMap::new();
    for finding in findings.iter().filter(aside) {
        beside.entry(host(finding)).or_default().push(finding);
    }
    let kind = |one: &FindingRecord| (one.level, one.rule);
    let mut alike: BTreeMap<_, usize> = BTreeMap::new();
    for finding in findings {
        *alike.entry((kind(finding), host(finding))).or_default() += 1;
    }
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|one| !aside(one)) {
        let key = (kind(finding), host(finding));
        let many = alike.get(&key).is_some_and(|&many| many > MOST_ALIKE);
        match places.get(&key).filter(|_| many) {
            Some(&place) => entries[place].alike.push(finding),
            None => {
                places.insert(key, entries.len());
                entries.push(Entry {
                    finding,
                    alike: Vec::new(),
                    beside: beside.remove(host(finding)).unwrap_or_default(),
                });
            }
        }
    }
    entries
}

/// The host that a finding is about, without the port of its service.
fn host(finding: &FindingRecord) -> &str {
    let subject = finding.subject.as_str();
    let inside = subject.strip_prefix('[');
    match inside.and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None if subject.matches(':').count() == 1 => subject.split(':').next().unwrap_or(subject),
        None => subject,
    }
}

fn title(level: Level, many: u64, tongue: Text) -> String {
    match level {
        Level::Finding => words::tally(tongue, key!("table-findings"), many),
        Level::Candidate => words::tally(tongue, key!("table-candidates"), many),
        Level::Context => words::tally(tongue, key!("table-context"), many),
        Level::Measure => words::tally(tongue, key!("table-measures"), many),
    }
}

/// Says what the subject does, and to whom.
fn deed(finding: &FindingRecord, tongue: Text) -> String {
    let deed = words::deed(finding.rule, finding.role, tongue);
    match &finding.peer {
        Some(peer) => said!(
            tongue,
            "table-deed",
            deed,
            peer = words::other_side(peer, tongue)
        ),
        None => deed,
    }
}

fn sources(finding: &FindingRecord, tongue: Text) -> String {
    match &finding.exporters[..] {
        [] => String::new(),
        [only] => said!(tongue, "table-seen-by", name = only.name),
        [first, others @ ..] => {
            said!(
                tongue,
                "table-seen-by-more",
                name = first.name,
                more = others.len()
            )
        }
    }
}

/// Enough of a name for `explain`.
fn short(id: &str) -> &str {
    id.get(..SHORT_NAME).unwrap_or(id)
}

fn some_of<T>(all: &[T], name: impl Fn(&T) -> String) -> String {
    let names: Vec<String> = all.iter().take(MOST_NAMES).map(name).collect();
    let names = names.join(", ");
    match beyond(all.len(), MOST_NAMES) {
        Some(_) => format!("{names}, …"),
        None => names,
    }
}

fn beyond(all: usize, most: usize) -> Option<String> {
    let more = all.checked_sub(most).filter(|&more| more > 0)?;
    Some(words::count(more as u64))
}

fn in_columns(
    [who, what, since, sure]: &[String; 4],
    columns: usize,
    level: Level,
    paint: Paint,
) -> String {
    let what_lines = columns::wrapped(what, WHAT - 2);
    let sure_lines = columns::wrapped(sure, (columns - WHO - WHAT - SINCE - 3).max(10));
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
        let who = paint.level(level, &columns::left(who, WHO));
        let line = format!(
            "  {who}{}{since:SINCE$}{}",
            columns::left(&cell(&what_lines, number), WHAT),
            cell(&sure_lines, number)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
