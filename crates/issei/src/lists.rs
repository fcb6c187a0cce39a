//! Lists that others keep: indicators, known services, device classes.
//!
//! In: the text of a file. Out: places with what is said about them, and how many lines were not
//! about addresses. Always: bounded; a line that is not understood is counted and shown, never
//! guessed at. Forms: one `place` a line with an optional comment; CSV with a heading (the
//! columns are found by their names); MISP warning lists (JSON with a `list`).

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use issei_model::{Indicator, IndicatorKind, Timestamp};
use serde::Deserialize;

/// Entries taken from one file. The largest public lists hold a few hundred thousand.
const MOST_ENTRIES: usize = 2_000_000;

/// What a list gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Lines about something else: names, hashes, addresses that do not read.
    pub passed_over: u64,
    /// The first of those, with the number of its line.
    pub example: Option<(usize, String)>,
}

impl<T> Read<T> {
    fn new() -> Self {
        Self {
            entries: Vec::new(),
            passed_over: 0,
            example: None,
        }
    }

    fn take(&mut self, line: usize, text: &str, entry: Option<T>) {
        match entry {
            Some(entry) if self.entries.len() < MOST_ENTRIES => self.entries.push(entry),
            _ => {
                self.passed_over += 1;
                self.example
                    .get_or_insert_with(|| (line, text.chars().take(60).collect()));
            }
        }
    }
}

/// Reads a list of indicators. `source` is what a finding will call it.
pub fn indicators(source: &str, text: &str) -> Read<Indicator> {
    let columns = heading(text);
    let mut read = Read::new();
    for (number, line) in (1..).zip(text.lines()) {
        if columns
            .as_ref()
            .is_some_and(|columns| columns.line == number)
        {
            continue;
        }
        let Some((words, comment)) = content(line) else {
            continue;
        };
        let entry = match &columns {
            Some(columns) => columns.indicator(source, line),
            None => plain_indicator(source, words, comment),
        };
        read.take(number, line, entry);
    }
    read
}

/// Reads a list of known services: prefixes and addresses, or a MISP warning list.
pub fn known_services(text: &str) -> Read<(IpNet, u16)> {
    #[derive(Deserialize)]
    struct WarningList {
        list: Vec<String>,
    }
    let mut read = Read::new();
    if let Ok(warning) = serde_json::from_str::<WarningList>(text) {
        for (number, item) in (1..).zip(&warning.list) {
            read.take(number, item, place(item.trim()));
        }
        return read;
    }
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((words, _)) = content(line) {
            let first = words.split([' ', '\t', ',']).next().unwrap_or_default();
            read.take(number, line, place(first));
        }
    }
    read
}

/// Parts a line into its words and its comment; empty lines and pure comments are nothing.
fn content(line: &str) -> Option<(&str, &str)> {
    let (words, comment) = line.split_once('#').unwrap_or((line, ""));
    let words = words.trim();
    (!words.is_empty()).then_some((words, comment.trim()))
}

/// Reads `192.0.2.7`, `192.0.2.0/24`, `192.0.2.7:23`, `[2001:db8::7]:23`; port 0 is any.
fn place(text: &str) -> Option<(IpNet, u16)> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some((net.trunc(), 0));
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some((IpNet::from(ip), 0));
    }
    text.parse::<SocketAddr>()
        .ok()
        .map(|both| (IpNet::from(both.ip()), both.port()))
}

fn kind((net, port): (IpNet, u16)) -> IndicatorKind {
    if net.prefix_len() == net.max_prefix_len() {
        IndicatorKind::Address {
            ip: net.addr(),
            port,
        }
    } else {
        IndicatorKind::Prefix(net)
    }
}

fn plain_indicator(source: &str, words: &str, comment: &str) -> Option<Indicator> {
    let mut parts = words.splitn(2, |letter: char| {
        letter.is_whitespace() || letter == ',' || letter == ';'
    });
    let place = place(parts.next()?)?;
    let rest = parts.next().map_or("", str::trim);
    let label = if comment.is_empty() { rest } else { comment };
    Some(Indicator {
        kind: kind(place),
        label: label.to_owned(),
        source: source.to_owned(),
        said_at: None,
    })
}

/// Where the columns of a CSV file stand.
struct Columns {
    line: usize,
    address: usize,
    port: Option<usize>,
    label: Option<usize>,
    date: Option<usize>,
}

/// Names that feeds give their columns, the best first.
const ADDRESS_NAMES: &[&str] = &[
    "ip",
    "ip_address",
    "dst_ip",
    "address",
    "indicator",
    "ioc_value",
    "ioc",
    "value",
    "prefix",
    "network",
    "cidr",
];
const PORT_NAMES: &[&str] = &["port", "dst_port"];
const LABEL_NAMES: &[&str] = &[
    "malware",
    "family",
    "malware_printable",
    "label",
    "threat",
    "threat_type",
    "tags",
    "type",
    "description",
];
const DATE_NAMES: &[&str] = &[
    "last_online",
    "last_seen",
    "last_seen_utc",
    "first_seen",
    "first_seen_utc",
    "date",
    "time",
    "timestamp",
];

/// Finds the heading: the first line that is not about an address and names a column that would be.
/// Some feeds hide it behind a `#`.
fn heading(text: &str) -> Option<Columns> {
    for (line, words) in (1..).zip(text.lines()).take(50) {
        let words = words.trim_start_matches('#').trim();
        if words.is_empty() || !words.contains(',') {
            continue;
        }
        let names: Vec<String> = cells(words)
            .iter()
            .map(|cell| cell.trim().to_lowercase().replace(' ', "_"))
            .collect();
        let find = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|wanted| names.iter().position(|name| name == wanted))
        };
        if let Some(address) = find(ADDRESS_NAMES) {
            return Some(Columns {
                line,
                address,
                port: find(PORT_NAMES),
                label: find(LABEL_NAMES),
                date: find(DATE_NAMES),
            });
        }
    }
    None
}

impl Columns {
    fn indicator(&self, source: &str, line: &str) -> Option<Indicator> {
        let cells = cells(line);
        let cell = |column: Option<usize>| {
            column
                .and_then(|column| cells.get(column))
                .map(|cell| cell.trim())
                .unwrap_or_default()
        };
        let (net, port) = place(cell(Some(self.address)))?;
        let port = if port == 0 {
            cell(self.port).parse().unwrap_or_default()
        } else {
            port
        };
        Some(Indicator {
            kind: kind((net, port)),
            label: cell(self.label).to_owned(),
            source: source.to_owned(),
            said_at: Timestamp::parse(cell(self.date)),
        })
    }
}

/// Parts a line of CSV (RFC 4180): quotes may hold commas, a doubled quote is one.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut last) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                last.push('"');
            }
            // Feeds put a space between comma and quote.
            '"' if quoted || last.trim().is_empty() => {
                quoted = !quoted;
            }
            ',' if !quoted => cells.push(std::mem::take(&mut last)),
            other => last.push(other),
        }
    }
    cells.push(last);
    cells
}

#[cfg(test)]
#[path = "lists_tests.rs"]
mod tests;
