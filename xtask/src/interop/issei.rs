//! Our own program, as an operator runs it: it simulates, analyzes and collects.
//!
//! In: its commands. Out: what it says about what it did, read back: the truth beside a simulation,
//! the account of an analysis, the farewell of a collector.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::folder::Folder;
use super::namespace::Namespace;
use super::running::{Running, Said, said_by};
use super::sockets;
use crate::run::made;

/// The program, as the tests make it.
#[derive(Clone, Debug)]
pub struct Issei(String);

/// What a simulated exporter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Packets.
    Pcap,
    /// NetFlow v9.
    Netflow9,
    /// IPFIX.
    Ipfix,
    /// sFlow v5.
    Sflow,
}

/// A simulated file, and what is true of it.
#[derive(Debug)]
pub struct Simulated {
    /// Where it is.
    pub path: PathBuf,
    /// What happened.
    pub truth: Truth,
}

/// What of the truth the checks look at.
#[derive(Clone, Debug, Deserialize)]
pub struct Truth {
    exporters: Vec<TrueExporter>,
}

/// What one exporter saw and sent, or several did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct TrueExporter {
    /// How many they are.
    #[serde(default = "one")]
    pub exporters: u64,
    /// Packets looked at.
    pub packets: u64,
    /// Bytes of these at the IP layer.
    pub bytes: u64,
    /// Flow records made of them, or packet samples.
    pub records: u64,
    /// Datagrams sent, the lost ones among them.
    pub datagrams: u64,
    /// Datagrams lost on the way.
    pub lost_datagrams: u64,
}

/// What an analysis says.
#[derive(Clone, Debug, Deserialize)]
pub struct Analysis {
    summary: Summary,
}

#[derive(Clone, Debug, Deserialize)]
struct Summary {
    streams: Vec<Stream>,
}

#[derive(Clone, Debug, Deserialize)]
struct Stream {
    files: Vec<ReadFile>,
    decoded_records: u64,
    records: Records,
    problems: Vec<Trouble>,
}

/// One file, as it was read.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadFile {
    /// Where it is.
    pub path: String,
    /// Packets in it.
    pub packets: u64,
    content: String,
    broke_off: Option<String>,
}

/// What was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Records {
    /// Records.
    pub judged: u64,
    /// Packets in these.
    pub packets: u64,
    /// Bytes in these.
    pub bytes: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Trouble {
    kind: String,
    count: u64,
}

/// A running collector.
#[derive(Debug)]
pub struct Collector {
    /// The program.
    pub running: Running,
}

/// The figures of a collector's farewell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farewell {
    /// Datagrams, or packets of an interface.
    pub received: u64,
    /// Those that the kernel dropped.
    pub dropped: u64,
    /// Records decoded.
    pub decoded: u64,
    /// Records judged.
    pub judged: u64,
    /// Packets in the judged records.
    pub packets: u64,
    /// Problems by kind.
    pub problems: BTreeMap<String, u64>,
}

/// The country that the checks look at: small enough for the slow readers, with everything in it.
const COUNTRY: [&str; 6] = ["--seed", "7", "--lines", "300", "--bots", "6"];
/// Minutes of it in a file, and sent: a second of the country takes one of ours.
const IN_FILE: &str = "2";
const SENT: &str = "1";
/// Where a collector serves its metrics: beside whatever else runs here.
const ANY_PORT: &str = "127.0.0.1:0";
/// Problems that cost a whole packet.
const TURNED_AWAY: [&str; 4] = ["unknown-link-type", "not-ip", "bad-packet", "short-snap"];
/// An analysis ends with 1 if it found something.
const ANALYZED: [i32; 2] = [0, 1];

impl Issei {
    /// Makes the program.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn built() -> Result<Self, String> {
        let path = made("issei", None, "")?;
        Ok(Self(path.display().to_string()))
    }

    /// Tells where the program is.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// Simulates into a file.
    ///
    /// # Errors
    /// If the program fails or its truth does not read.
    pub fn simulate_file(&self, folder: &Folder, format: Format) -> Result<Simulated, String> {
        let path = folder.file(&format!("{}.pcap", format.word()));
        let truth = self.simulate(folder, format, &path.display().to_string(), IN_FILE)?;
        Ok(Simulated { path, truth })
    }

    /// Simulates, and sends what the routers export to a port of loopback.
    ///
    /// # Errors
    /// If the program fails or its truth does not read.
    pub fn send(&self, folder: &Folder, format: Format, port: u16) -> Result<Truth, String> {
        self.simulate(folder, format, &format!("127.0.0.1:{port}"), SENT)
    }

    fn simulate(
        &self,
        folder: &Folder,
        format: Format,
        out: &str,
        minutes: &str,
    ) -> Result<Truth, String> {
        let truth = folder.file(&format!("{}.truth.json", format.word()));
        let shown = truth.display().to_string();
        let rest = [
            "--minutes",
            minutes,
            "--format",
            format.word(),
            "--out",
            out,
            "--truth",
            &shown,
        ];
        said_by(
            folder,
            &[&[self.0.as_str(), "simulate"], &COUNTRY[..], &rest].concat(),
        )?;
        Truth::read(&truth)
    }

    /// Analyzes files or folders, and reads the account.
    ///
    /// # Errors
    /// If the program fails or its account does not read.
    pub fn analyze(&self, folder: &Folder, paths: &[&Path]) -> Result<Analysis, String> {
        let left = folder.file("findings").display().to_string();
        let paths: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let head = [
            self.0.as_str(),
            "analyze",
            "--json",
            "--quiet",
            "--out",
            &left,
        ];
        let said = Running::start(folder, &[&head, &paths[..]].concat())?.finish()?;
        Analysis::read(&said.ended_with(&ANALYZED)?.out)
    }

    /// Starts a collector with these options, and waits until it is ready.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn collect(
        &self,
        folder: &Folder,
        within: Option<&Namespace>,
        options: &[&str],
        ready: impl FnMut(u32) -> bool,
    ) -> Result<Collector, String> {
        let command = [
            &[self.0.as_str(), "collect", "--metrics", ANY_PORT],
            options,
        ]
        .concat();
        let mut running = match within {
            Some(namespace) => namespace.start(folder, &command)?,
            None => Running::start(folder, &command)?,
        };
        running.until("it is ready", ready)?;
        Ok(Collector { running })
    }

    /// Starts a collector at a port of loopback.
    ///
    /// # Errors
    /// If it does not listen.
    pub fn collect_at(&self, folder: &Folder, port: u16) -> Result<Collector, String> {
        let address = format!("127.0.0.1:{port}");
        self.collect(folder, None, &["--listen", &address, "--quiet"], |id| {
            sockets::listens(id, port)
        })
    }
}

impl Format {
    /// Tells the word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Netflow9 => "netflow9",
            Self::Ipfix => "ipfix",
            Self::Sflow => "sflow",
        }
    }
}

impl Truth {
    fn read(path: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Sums up what all exporters saw and sent.
    pub fn all(&self) -> TrueExporter {
        self.exporters
            .iter()
            .fold(TrueExporter::default(), |sum, one| TrueExporter {
                exporters: sum.exporters + one.exporters,
                packets: sum.packets + one.packets,
                bytes: sum.bytes + one.bytes,
                records: sum.records + one.records,
                datagrams: sum.datagrams + one.datagrams,
                lost_datagrams: sum.lost_datagrams + one.lost_datagrams,
            })
    }
}

impl Analysis {
    fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("the analysis does not read: {error}"))
    }

    /// Walks over the files that were read.
    pub fn files(&self) -> impl Iterator<Item = &ReadFile> {
        self.summary.streams.iter().flat_map(|stream| &stream.files)
    }

    /// Sums up what was judged.
    pub fn records(&self) -> Records {
        self.summary
            .streams
            .iter()
            .map(|stream| stream.records)
            .fold(Records::default(), |sum, one| Records {
                judged: sum.judged + one.judged,
                packets: sum.packets + one.packets,
                bytes: sum.bytes + one.bytes,
            })
    }

    /// Counts the records decoded from export datagrams.
    pub fn decoded(&self) -> u64 {
        self.summary
            .streams
            .iter()
            .map(|stream| stream.decoded_records)
            .sum()
    }

    /// Counts the files that were not read to their end.
    pub fn broken_off(&self) -> u64 {
        self.files().filter(|file| file.broke_off.is_some()).count() as u64
    }

    /// Tells, of captures of plain traffic, how many packets were read, and how many of them stand
    /// in records or among those turned away.
    pub fn plain_packets(&self) -> (u64, u64) {
        let plain = |stream: &&Stream| stream.files.iter().all(|file| file.content == "packets");
        let streams = self.summary.streams.iter().filter(plain);
        streams.fold((0, 0), |(read, accounted), stream| {
            let packets: u64 = stream.files.iter().map(|file| file.packets).sum();
            let turned_away = stream
                .problems
                .iter()
                .filter(|problem| TURNED_AWAY.contains(&problem.kind.as_str()));
            let turned_away: u64 = turned_away.map(|problem| problem.count).sum();
            (
                read + packets,
                accounted + stream.records.packets + turned_away,
            )
        })
    }

    /// Counts the problems of all kinds.
    pub fn problems(&self) -> u64 {
        let all = self
            .summary
            .streams
            .iter()
            .flat_map(|stream| &stream.problems);
        all.map(|problem| problem.count).sum()
    }
}

impl Collector {
    /// Asks it to end and reads its farewell.
    ///
    /// # Errors
    /// If it does not end well, or its farewell does not read.
    pub fn end(self) -> Result<Farewell, String> {
        Farewell::of(&self.running.end()?.well()?)
    }
}

impl Farewell {
    /// Reads a farewell.
    ///
    /// # Errors
    /// If one of its figures is missing.
    pub fn of(said: &Said) -> Result<Self, String> {
        Self::parse(&said.out).ok_or_else(|| {
            format!(
                "the farewell of `{}` does not read:\n{}",
                said.name, said.out
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (_, text) = text.split_once("issei ended after")?;
        let fact = |name: &str| {
            text.lines()
                .find_map(|line| line.trim_start().strip_prefix(name))
        };
        let (datagrams, records) = (fact("datagrams ")?, fact("records ")?);
        Some(Self {
            received: before(datagrams, "received")?,
            dropped: before(datagrams, "dropped")?,
            decoded: before(records, "decoded")?,
            judged: before(records, "judged")?,
            packets: before(records, "packets")?,
            problems: text.lines().filter_map(problem).collect(),
        })
    }
}

fn one() -> u64 {
    1
}

/// Reads the number that stands before a word, with its commas.
fn before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let place = words
        .iter()
        .position(|one| one.trim_matches(|c: char| !c.is_alphabetic()) == word)?;
    number(words.get(place.checked_sub(1)?)?)
}

/// Reads a line such as `problem    1,200 × sequence-gap: …`.
fn problem(line: &str) -> Option<(String, u64)> {
    let (count, rest) = line
        .trim_start()
        .strip_prefix("problem ")?
        .split_once('×')?;
    let (kind, _) = rest.split_once(':')?;
    Some((kind.trim().to_owned(), number(count.trim())?))
}

fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

#[cfg(test)]
#[path = "issei_tests.rs"]
mod tests;
