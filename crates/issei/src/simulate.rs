//! `issei simulate`: a country's traffic to a file or to a loopback address, and the truth beside it.
//!
//! In: a scenario: a preset, a file, or a few figures. Out: packets or export datagrams, in a pcap
//! file or as UDP. Always: the same scenario and seed give the same file, byte for byte; live
//! datagrams go to loopback only, for nobody else asked for made-up traffic.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use issei_host::{clock, terminal};
use issei_model::{Language, Span, Timestamp};
use issei_sim::{Country, Datagram, Export, PcapFile, Scenario, ScenarioError, Truth};
use issei_text::{Text, key, said};

use crate::code::{self, Failure};
use crate::command_line::{Format, Simulate};
use crate::words;

/// What a country without preset or file has.
const USUAL_LINES: u32 = 2_000;
const USUAL_MINUTES: u32 = 60;
const USUAL_BOTS: u32 = 20;

/// Why there is no country.
#[derive(Debug)]
pub enum SimulateError {
    /// The scenario has a mistake.
    Scenario(ScenarioError),
    /// A file cannot be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// What the kernel said.
        cause: io::Error,
    },
    /// Packets cannot be sent as datagrams of flow records.
    PacketsToAddress,
    /// The address is not on the loopback.
    NotLoopback(SocketAddr),
    /// A datagram cannot be sent.
    Send {
        /// Whither.
        address: SocketAddr,
        /// What the kernel said.
        cause: io::Error,
    },
}

impl fmt::Display for SimulateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(error) => error.fmt(f),
            Self::File { path, cause } => write!(f, "`{}`: {cause}", path.display()),
            Self::PacketsToAddress => f.write_str(
                "packets go to a file; for an address choose --format netflow9, ipfix or sflow",
            ),
            Self::NotLoopback(address) => write!(
                f,
                "{address} is not on this machine; made-up traffic goes to loopback only, such as 127.0.0.1:2055"
            ),
            Self::Send { address, cause } => write!(f, "cannot send to {address}: {cause}"),
        }
    }
}

impl std::error::Error for SimulateError {}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::File { .. } | SimulateError::Send { .. } => Self::broken(error),
            _ => Self::wrong(error),
        }
    }
}

/// Simulates, and says what was written.
///
/// # Errors
/// If the scenario has mistakes, or something cannot be written or sent.
pub fn run(options: &Simulate, language: Language) -> Result<u8, Failure> {
    let (mut scenario, tongue) = (scenario(options)?, Text(language));
    let out = options.out.to_string_lossy();
    let (truth, whither) = match out.parse::<SocketAddr>() {
        Ok(address) => {
            scenario.start = clock::now().floor(Span::from_secs(1));
            (
                live(&scenario, options, address, tongue)?,
                format!("{address}"),
            )
        }
        Err(_) => (
            to_file(&scenario, export(options.format), &options.out)?,
            options.out.display().to_string(),
        ),
    };
    let beside = out
        .parse::<SocketAddr>()
        .is_err()
        .then(|| truth_path(&options.out));
    let path = options.truth.clone().or(beside);
    if let Some(path) = &path {
        write(path, truth.to_json().as_bytes())?;
    }
    let text = told(&truth, &whither, path.as_deref(), tongue);
    terminal::say(&text).map_err(Failure::broken)?;
    Ok(code::DONE)
}

/// Where the truth about a file stands.
pub fn truth_path(out: &Path) -> PathBuf {
    let mut path = out.as_os_str().to_owned();
    path.push(".truth.json");
    path.into()
}

fn scenario(options: &Simulate) -> Result<Scenario, SimulateError> {
    let told = match (&options.preset, &options.scenario) {
        (Some(name), _) => Scenario::preset(name),
        (_, Some(path)) => {
            let text = std::fs::read_to_string(path).map_err(|cause| SimulateError::File {
                path: path.clone(),
                cause,
            })?;
            Scenario::parse(&text)
        }
        (None, None) => Scenario::sketch(
            options.lines.unwrap_or(USUAL_LINES),
            options.minutes.unwrap_or(USUAL_MINUTES),
            options.bots.unwrap_or(USUAL_BOTS),
        ),
    };
    let mut scenario = told.map_err(SimulateError::Scenario)?;
    scenario.seed = options.seed.unwrap_or(scenario.seed);
    scenario.lines = options.lines.unwrap_or(scenario.lines);
    scenario.minutes = options.minutes.unwrap_or(scenario.minutes);
    scenario.sampling = options.sampling.unwrap_or(scenario.sampling);
    scenario.check().map_err(SimulateError::Scenario)?;
    Ok(scenario)
}

const fn export(format: Format) -> Option<Export> {
    match format {
        Format::Pcap => None,
        Format::Netflow9 => Some(Export::Netflow9),
        Format::Ipfix => Some(Export::Ipfix),
        Format::Sflow => Some(Export::Sflow),
    }
}

/// Writes packets, or export datagrams as UDP packets, into a pcap file.
pub fn to_file(
    scenario: &Scenario,
    export: Option<Export>,
    path: &Path,
) -> Result<Truth, SimulateError> {
    let failed = |cause| SimulateError::File {
        path: path.to_owned(),
        cause,
    };
    let mut output = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    let country = Country::new(scenario).map_err(SimulateError::Scenario)?;
    let mut file = PcapFile::default();
    let mut flush = |file: &mut PcapFile| {
        let written = output.write_all(file.bytes());
        file.clear();
        written
    };
    let truth = match export {
        None => {
            let mut packets = country.packets();
            while packets.second(&mut |packet| file.packet(&packet)) {
                flush(&mut file).map_err(failed)?;
            }
            packets.truth()
        }
        Some(export) => {
            let mut datagrams = country.datagrams(export);
            while datagrams.second(&mut |datagram| file.datagram(&datagram)) {
                flush(&mut file).map_err(failed)?;
            }
            datagrams.truth()
        }
    };
    flush(&mut file).map_err(failed)?;
    output.flush().map_err(failed)?;
    Ok(truth)
}

/// Sends export datagrams, a second of the country in each second of ours.
fn live(
    scenario: &Scenario,
    options: &Simulate,
    address: SocketAddr,
    tongue: Text,
) -> Result<Truth, SimulateError> {
    let export = export(options.format).ok_or(SimulateError::PacketsToAddress)?;
    if !address.ip().is_loopback() {
        return Err(SimulateError::NotLoopback(address));
    }
    let country = Country::new(scenario).map_err(SimulateError::Scenario)?;
    let minutes = words::tally(tongue, key!("count-minutes"), u64::from(scenario.minutes));
    let sending = said!(tongue, "simulate-sending", address, minutes);
    eprintln!("issei: {sending}");
    let mut datagrams = country.datagrams(export);
    let mut senders = Senders::to(address);
    let begun = Instant::now();
    loop {
        let mut sent = Ok(());
        let mut now = scenario.start;
        let goes_on = datagrams.second(&mut |datagram| {
            now = now.max(datagram.time);
            if sent.is_ok() {
                sent = senders.send(&datagram);
            }
        });
        sent.map_err(|cause| SimulateError::Send { address, cause })?;
        if !goes_on {
            return Ok(datagrams.truth());
        }
        pace(begun, now, scenario.start);
    }
}

/// Waits until as much time has passed here as there.
fn pace(begun: Instant, now: Timestamp, start: Timestamp) {
    let there = Duration::from_micros(now.since(start).as_micros().unsigned_abs());
    std::thread::sleep(there.saturating_sub(begun.elapsed()));
}

/// One socket for each router, so that the collector sees as many exporters.
struct Senders {
    address: SocketAddr,
    by_router: BTreeMap<SocketAddr, UdpSocket>,
}

impl Senders {
    const fn to(address: SocketAddr) -> Self {
        Self {
            address,
            by_router: BTreeMap::new(),
        }
    }

    fn send(&mut self, datagram: &Datagram<'_>) -> io::Result<()> {
        let number = self.by_router.len() as u8;
        let socket = match self.by_router.entry(datagram.router) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(UdpSocket::bind((loopback(self.address, number), 0))?)
            }
        };
        socket.send_to(datagram.bytes, self.address).map(drop)
    }
}

/// All of 127.0.0.0/8 is ours to send from; IPv6 has one loopback address only.
fn loopback(towards: SocketAddr, number: u8) -> IpAddr {
    if towards.is_ipv4() {
        Ipv4Addr::new(127, 0, 1, number.saturating_add(1)).into()
    } else {
        Ipv6Addr::LOCALHOST.into()
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SimulateError> {
    std::fs::write(path, bytes).map_err(|cause| SimulateError::File {
        path: path.to_owned(),
        cause,
    })
}

fn told(truth: &Truth, place: &str, path: Option<&Path>, tongue: Text) -> String {
    let Scenario {
        lines,
        minutes,
        seed,
        name,
        ..
    } = &truth.scenario;
    let count = |key, number| words::tally(tongue, key, number);
    let sent: u64 = truth.exporters.iter().map(|one| one.datagrams).sum();
    let lines = count(key!("count-lines"), u64::from(*lines));
    let minutes = count(key!("count-minutes"), u64::from(*minutes));
    let packets = count(key!("account-packets"), truth.packets());
    let records = count(key!("count-records"), truth.records());
    let servers = truth.command_servers.len() as u64;
    let servers = count(key!("simulate-servers"), servers);
    let floods = count(key!("simulate-floods"), truth.attacks.len() as u64);
    let bots = count(key!("count-lines"), truth.bots.len() as u64);
    let is = said!(tongue, "simulate-is", place, name, lines, minutes, seed);
    let seen = match sent {
        0 => said!(tongue, "simulate-seen", packets, records),
        sent => {
            let datagrams = count(key!("count-datagrams"), sent);
            said!(tongue, "simulate-seen-in", packets, records, datagrams)
        }
    };
    let made_up = said!(tongue, "simulate-made-up", bots, servers, floods);
    let mut text = format!("{is}\n  {seen}\n  {made_up}\n");
    let Some(path) = path else { return text };
    let ours: Vec<String> = truth
        .ours
        .iter()
        .map(|net| format!("--ours {net}"))
        .collect();
    let truth = said!(tongue, "simulate-truth", path = path.display());
    let next = said!(tongue, "simulate-next", place, ours = ours.join(" "));
    text += &format!("  {truth}\n  {next}\n");
    text
}

#[cfg(test)]
#[path = "simulate_tests.rs"]
mod tests;
