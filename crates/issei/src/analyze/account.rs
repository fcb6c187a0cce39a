//! The account of an analysis: what was read, what was assumed, what was lost, how sure it all is.
//!
//! In: the outcomes of the streams. Out: the summary as JSON, and a few lines for people.
//! Always: every loss stands in both, with its count, whose it is and an example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use issei_detect::Parameters;
use issei_model::{
    FindingRecord, Language, Origin, ProblemKind, Problems, TerritoryBasis, Timestamp,
};
use issei_text::{Phrase, Text, columns, format, key, problem, said};
use serde::Serialize;

use super::input::Content;
use super::stream::{FileOutcome, Outcome};
use crate::shelf::ShelfError;
use crate::words::{self, Paint};

/// The language of the summary, which programs read.
const ENGLISH: Text = Text(Language::English);
/// Streams that are shown one by one for people; all are in the summary.
const MOST_STREAMS_SHOWN: usize = 12;
/// Prefixes shown of what is ours.
const MOST_PREFIXES_SHOWN: usize = 6;
/// Names shown of the files that were passed over.
const MOST_NAMES_SHOWN: usize = 3;

/// The summary, as it stands in `summary.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    schema: &'static str,
    version: &'static str,
    parameters: String,
    /// Findings that are told, by level.
    told: BTreeMap<&'static str, u64>,
    /// Findings below the level that is told.
    withheld: BTreeMap<&'static str, u64>,
    /// Findings that found no place in memory.
    turned_away: u64,
    budget: Budget,
    streams: Vec<StreamSummary>,
    /// Files in folders that are nothing known.
    passed_over: Vec<String>,
}

/// What the rules may get wrong.
#[derive(Clone, Debug, Serialize)]
struct Budget {
    false_findings_a_day: f64,
    lines: f64,
    rules: f64,
    windows_a_day: f64,
    alpha: f64,
    wrong_share_of_command_servers: f64,
}

/// One stream.
#[derive(Clone, Debug, Serialize)]
struct StreamSummary {
    files: Vec<FileSummary>,
    ours: Vec<String>,
    ours_basis: &'static str,
    ours_because: String,
    /// The same for people.
    #[serde(skip)]
    because: Phrase,
    /// Records decoded from export datagrams.
    decoded_records: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    records: Records,
    exporters: Vec<Origin>,
    memory: Memory,
    problems: Vec<ProblemSummary>,
}

#[derive(Clone, Debug, Serialize)]
struct FileSummary {
    path: String,
    content: String,
    /// The same for people.
    #[serde(skip)]
    holds: Content,
    bytes: u64,
    packets: u64,
    datagrams: u64,
    lines: u64,
    metered_records: u64,
    broke_off: Option<String>,
}

/// They add up: records = judged + outside; judged = outbound + inbound + internal + transit.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Records {
    records: u64,
    outside_the_time: u64,
    judged: u64,
    /// Packets and bytes of those judged, both directions, before any scaling.
    packets: u64,
    bytes: u64,
    outbound: u64,
    inbound: u64,
    internal: u64,
    transit: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Memory {
    lines: u64,
    services: u64,
    bytes: u64,
}

#[derive(Clone, Debug, Serialize)]
struct ProblemSummary {
    kind: &'static str,
    whose: String,
    count: u64,
    explanation: &'static str,
    /// The same for people.
    #[serde(skip)]
    of: ProblemKind,
    example: Option<Example>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Example {
    at: u64,
    value: u64,
}

impl Summary {
    /// Sums up.
    pub fn of(
        outcomes: &[Outcome],
        findings: &[FindingRecord],
        passed_over: &[PathBuf],
        parameters: &Parameters,
    ) -> Self {
        let mut told = BTreeMap::new();
        for finding in findings {
            *told.entry(words::level(finding.level)).or_default() += 1;
        }
        let mut withheld = BTreeMap::new();
        for (level, count) in outcomes
            .iter()
            .flat_map(|outcome| &outcome.verdict.withheld)
        {
            *withheld.entry(words::level(*level)).or_default() += count;
        }
        let turned_away = outcomes
            .iter()
            .map(|outcome| outcome.verdict.counts.turned_away);
        Self {
            schema: "issei-summary/1",
            version: env!("CARGO_PKG_VERSION"),
            parameters: parameters.version.clone(),
            told,
            withheld,
            turned_away: turned_away.sum(),
            budget: Budget::of(parameters),
            streams: outcomes.iter().map(StreamSummary::of).collect(),
            passed_over: passed_over.iter().map(|path| shown(path)).collect(),
        }
    }

    /// Tells whether every file was read to its end.
    pub fn is_whole(&self) -> bool {
        let files = self.streams.iter().flat_map(|stream| &stream.files);
        files.into_iter().all(|file| file.broke_off.is_none())
    }

    /// Counts the files that were read.
    pub fn files(&self) -> usize {
        self.streams.iter().map(|stream| stream.files.len()).sum()
    }

    /// Writes it as JSON. It holds strings, numbers and lists only, which always serialise.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Writes it for people. `left` is where the findings are.
    pub fn text(
        &self,
        left: &Result<PathBuf, ShelfError>,
        columns: usize,
        paint: Paint,
        tongue: Text,
    ) -> String {
        let mut page = Page {
            text: format!(
                "\n{}\n",
                paint.bold(&format!("── {} ──", tongue.say("report-account-title")))
            ),
            columns: columns.clamp(60, 120),
            paint,
            tongue,
        };
        page.inputs(self);
        page.streams(&self.streams);
        page.problems(&self.streams);
        page.levels(self);
        page.budget(&self.budget);
        match left {
            Ok(path) => page.fact(key!("account-findings"), &shown(path)),
            Err(error) => {
                let said = said!(tongue, "account-not-kept", error);
                page.fact(key!("account-findings"), &said);
            }
        }
        page.text
    }
}

impl Budget {
    fn of(parameters: &Parameters) -> Self {
        let budget = &parameters.budget;
        Self {
            false_findings_a_day: budget.false_findings_a_day.value,
            lines: budget.lines.value,
            rules: budget.rules.value,
            windows_a_day: budget.windows_a_day.value,
            alpha: budget.alpha(),
            wrong_share_of_command_servers: parameters.command.wrong_share.value,
        }
    }
}

impl StreamSummary {
    fn of(outcome: &Outcome) -> Self {
        let verdict = &outcome.verdict;
        let (counts, engine) = (verdict.counts, verdict.engine);
        let mut problems = verdict.problems.clone();
        problems.absorb(&outcome.export_problems);
        outcome
            .files
            .iter()
            .for_each(|file| problems.absorb(&file.problems));
        let any = counts.first <= counts.last;
        Self {
            files: outcome.files.iter().map(FileSummary::of).collect(),
            ours: verdict.assumed.ours.clone(),
            ours_basis: match verdict.assumed.basis {
                TerritoryBasis::Configured => "configured",
                TerritoryBasis::PrivateRanges => "private ranges",
                TerritoryBasis::MostTalkative => "most talkative side",
            },
            ours_because: verdict.assumed.why.en.clone(),
            because: verdict.assumed.why.clone(),
            decoded_records: outcome.collected.records,
            first: any.then_some(counts.first),
            last: any.then_some(counts.last),
            records: Records {
                records: counts.records,
                outside_the_time: counts.left_out,
                judged: engine.records,
                packets: counts.packets,
                bytes: counts.bytes,
                outbound: engine.outbound,
                inbound: engine.inbound,
                internal: engine.internal,
                transit: engine.transit,
            },
            exporters: verdict.origins.clone(),
            memory: Memory {
                lines: engine.lines,
                services: engine.services,
                bytes: engine.bytes,
            },
            problems: summed(&problems),
        }
    }
}

impl FileSummary {
    fn of(file: &FileOutcome) -> Self {
        Self {
            path: shown(&file.path),
            content: file.content.said(ENGLISH),
            holds: file.content,
            bytes: file.size,
            packets: file.read.packets,
            datagrams: file.read.datagrams,
            lines: file.read.lines,
            metered_records: file.metered,
            broke_off: file.broke_off.clone(),
        }
    }
}

fn summed(problems: &Problems) -> Vec<ProblemSummary> {
    let example = |kind: ProblemKind| {
        let first = problems.examples().iter().find(|one| one.kind == kind);
        first.map(|one| Example {
            at: one.at,
            value: one.detail,
        })
    };
    let sum = |(kind, count): (ProblemKind, u64)| ProblemSummary {
        kind: kind.code(),
        whose: problem::whose(kind.whose(), ENGLISH),
        count,
        explanation: kind.explanation(),
        of: kind,
        example: example(kind),
    };
    problems.met().map(sum).collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The lines for people.
struct Page {
    text: String,
    columns: usize,
    paint: Paint,
    tongue: Text,
}

impl Page {
    fn fact(&mut self, name: &'static str, value: &str) {
        let name = match name {
            "" => String::new(),
            key => self.tongue.say(key),
        };
        self.row(&name, value);
    }

    fn row(&mut self, name: &str, value: &str) {
        const NAME: usize = 14;
        let width = self.columns - NAME - 3;
        for (number, line) in columns::wrapped(&words::tame(value), width)
            .iter()
            .enumerate()
        {
            let name = if number == 0 { name } else { "" };
            let name = self.paint.faint(&columns::left(name, NAME));
            self.text.push_str(&format!("  {name}{line}\n"));
        }
    }

    fn inputs(&mut self, summary: &Summary) {
        let files: Vec<&FileSummary> = summary
            .streams
            .iter()
            .flat_map(|stream| &stream.files)
            .collect();
        let bytes = files.iter().map(|file| file.bytes).sum();
        let mut contents: BTreeMap<&str, (Content, u64)> = BTreeMap::new();
        for file in &files {
            contents.entry(&file.content).or_insert((file.holds, 0)).1 += 1;
        }
        let of = |(holds, count): &(Content, u64)| {
            let content = holds.said(self.tongue);
            match contents.len() {
                1 => content,
                _ => {
                    let n = words::count(*count);
                    said!(self.tongue, "account-of-content", n, content)
                }
            }
        };
        let kinds: Vec<String> = contents.values().map(of).collect();
        let files_read = words::tally(self.tongue, key!("count-files"), files.len() as u64);
        let (bytes, kinds) = (words::bytes_in(bytes, self.tongue), kinds.join(", "));
        let said = said!(
            self.tongue,
            "account-inputs-are",
            files = files_read,
            bytes,
            kinds
        );
        self.fact(key!("account-inputs"), &said);
        if !summary.passed_over.is_empty() {
            let names = some_of(&summary.passed_over, MOST_NAMES_SHOWN, self.tongue);
            let n = summary.passed_over.len() as u64;
            let files = words::tally(self.tongue, key!("count-files"), n);
            let said = said!(self.tongue, "account-passed-over-are", files, names);
            self.fact(key!("account-passed-over"), &said);
        }
        for file in files {
            if let Some(cause) = &file.broke_off {
                let said = said!(self.tongue, "account-broke-off-at", path = file.path, cause);
                self.fact(key!("account-broke-off"), &said);
            }
        }
    }

    fn streams(&mut self, streams: &[StreamSummary]) {
        if let [only] = streams {
            return self.stream(only);
        }
        let said = said!(
            self.tongue,
            "account-streams-are",
            n = words::count(streams.len() as u64)
        );
        self.fact(key!("account-streams"), &said);
        for stream in streams.iter().take(MOST_STREAMS_SHOWN) {
            let name = stream.files.first().map_or("", |file| &file.path);
            let records = words::tally(self.tongue, key!("count-records"), stream.records.judged);
            let ours = ours(stream, self.tongue);
            self.fact(
                "",
                &said!(self.tongue, "account-stream", name, records, ours),
            );
        }
        if let Some(more) = streams
            .len()
            .checked_sub(MOST_STREAMS_SHOWN)
            .filter(|&more| more > 0)
        {
            let more = said!(self.tongue, "account-more", n = words::count(more as u64));
            self.fact("", &format!("… {more}"));
        }
    }

    fn stream(&mut self, stream: &StreamSummary) {
        if let (Some(first), Some(last)) = (stream.first, stream.last) {
            let (from, to) = (words::second(first), words::second(last));
            let lasted = format::lasting(last.since(first), self.tongue.0);
            let said = said!(self.tongue, "account-from-to", from, to, lasted);
            self.fact(key!("account-time"), &said);
        }
        let sum = |count: fn(&FileSummary) -> u64| stream.files.iter().map(count).sum::<u64>();
        let seen = [
            (sum(|file| file.packets), key!("account-packets")),
            (sum(|file| file.datagrams), key!("account-datagrams")),
            (sum(|file| file.lines), key!("account-lines")),
        ];
        let seen = seen.iter().filter(|(count, _)| *count > 0);
        let seen: Vec<String> = seen
            .map(|&(count, key)| words::tally(self.tongue, key, count))
            .collect();
        let seen = match seen[..] {
            [] => self.tongue.say("account-empty"),
            _ => seen.join(&self.tongue.fill("account-and", &[])),
        };
        let Records {
            judged,
            outside_the_time,
            outbound,
            inbound,
            internal,
            transit,
            ..
        } = stream.records;
        let outside = match outside_the_time {
            0 => String::new(),
            outside => said!(self.tongue, "account-outside", n = words::count(outside)),
        };
        let [outbound, inbound, internal, transit] =
            [outbound, inbound, internal, transit].map(words::count);
        let judged = words::count(judged);
        let said = said!(
            self.tongue,
            "account-judged",
            judged,
            seen,
            outbound,
            inbound,
            internal,
            transit,
            outside
        );
        self.fact(key!("account-records"), &said);
        let said = format!(
            "{} ({})",
            ours(stream, self.tongue),
            stream.because.pick(self.tongue)
        );
        self.fact(key!("account-ours"), &said);
    }

    fn problems(&mut self, streams: &[StreamSummary]) {
        let mut sums: BTreeMap<&str, (u64, &ProblemSummary)> = BTreeMap::new();
        for problem in streams.iter().flat_map(|stream| &stream.problems) {
            sums.entry(problem.kind).or_insert((0, problem)).0 += problem.count;
        }
        if sums.is_empty() {
            self.fact(
                key!("account-losses"),
                &self.tongue.say("account-no-losses"),
            );
        }
        let mut name = key!("account-losses");
        for (count, problem) in sums.values() {
            let example = problem.example.map_or(String::new(), |example| {
                said!(
                    self.tongue,
                    "account-example",
                    at = example.at,
                    value = example.value
                )
            });
            let whose = problem::whose(problem.of.whose(), self.tongue);
            let explanation = problem::explanation(problem.of, self.tongue);
            let kind = problem.kind;
            let n = words::count(*count);
            let said = said!(
                self.tongue,
                "account-loss",
                n,
                kind,
                whose,
                explanation,
                example
            );
            self.fact(name, &said);
            name = "";
        }
    }

    fn levels(&mut self, summary: &Summary) {
        if summary.turned_away > 0 {
            let n = words::count(summary.turned_away);
            let said = said!(self.tongue, "account-turned-away-are", n);
            self.fact(key!("account-turned-away"), &said);
        }
        let withheld: Vec<String> = summary
            .withheld
            .iter()
            .map(|(level, count)| {
                let level = words::level_of(level, self.tongue);
                said!(
                    self.tongue,
                    "account-withheld-level",
                    n = words::count(*count),
                    level
                )
            })
            .collect();
        if !withheld.is_empty() {
            let levels = withheld.join(", ");
            let said = said!(self.tongue, "account-withheld-are", levels);
            self.fact(key!("account-withheld"), &said);
        }
    }

    fn budget(&mut self, budget: &Budget) {
        let said = said!(
            self.tongue,
            "account-budget-is",
            wrong = budget.false_findings_a_day,
            lines = words::count(budget.lines as u64),
            rules = budget.rules,
            alpha = format_args!("{:.1e}", budget.alpha),
            percent = budget.wrong_share_of_command_servers * 100.0,
        );
        self.fact(key!("account-budget"), &said);
    }
}

fn ours(stream: &StreamSummary, tongue: Text) -> String {
    match stream.ours.len() {
        0 => tongue.say("account-nobody"),
        _ => some_of(&stream.ours, MOST_PREFIXES_SHOWN, tongue),
    }
}

/// Names the first few, and tells how many more there are.
fn some_of(names: &[String], most: usize, tongue: Text) -> String {
    let some = names
        .iter()
        .take(most)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(most) {
        0 => some,
        more => said!(
            tongue,
            "order-goals",
            first = some,
            more = words::count(more as u64)
        ),
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
