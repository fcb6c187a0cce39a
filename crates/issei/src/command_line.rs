//! The command line: one definition per option; help, completions and man pages come from it.

mod duty;
pub mod help;
mod lab;
mod lists;
mod reflex;
mod show;
mod tongue;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use ipnet::IpNet;
use issei_model::{Digest, Level, OrganisationId, PublicKey, Timestamp};

pub use duty::span;
pub use duty::{
    AppealWish, Appealing, Approve, AtOffice, Case, CaseWish, Enrol, EnrolWish, Here, LedgerExport,
    ObjectionWord, Order, OrderWish, Propose, Signing, StatusOf, Top, WindowRole, WindowWish,
    WithWindow,
};
pub use lab::{Actor, At, AtLab, Lab, LabWish};
pub use lists::{Import, KindWord, Lists, Meaning};
pub use reflex::{ApproveStanding, Asking, Reflex, ReflexWish, Telling};
pub use show::{Printing, Show, ShowWish, Why};
pub use tongue::Tongue;

/// What stands under the help of `issei`.
const CODES: &str = "\
Exit codes:
  0  done; nothing above context was found
  1  done; there are findings or candidates
  2  the command line or the configuration is wrong
  3  an input could not be read, or nothing in it was recognised
  4  something broke on this side: an output, a socket
  5  a rule said no";

/// Finds hijacked lines, those who command them, and those who are flooded, in flow records and captures.
#[derive(Debug, Parser)]
#[command(name = "issei", version, after_help = CODES, max_term_width = 100, arg_required_else_help = true)]
pub struct CommandLine {
    /// The language of what people read and sign; else that of LC_ALL, LC_MESSAGES or LANG
    #[arg(
        long,
        value_enum,
        env = "ISSEI_LANG",
        hide_env_values = true,
        global = true,
        ignore_case = true
    )]
    pub lang: Option<Tongue>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What issei can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judges captures, flow exports and Zeek logs, and shows what was found
    Analyze(Analyze),
    /// Shows the whole evidence of a finding, for a second person to check
    Explain(Explain),
    /// Lists findings that were written down, newest first: all, or those with a word in them
    See(See),
    /// Receives NetFlow, IPFIX and sFlow, or captures an interface, and judges as it comes
    Collect(Collect),
    /// Makes up a country's traffic with hijacked devices in it, and the truth beside it
    Simulate(Simulate),
    /// Tells of a country that cuts at one moment; --town or captures show what one provider finds
    Demo(Demo),
    /// Rehearses a cut at five members, from a finding through law and approvals to its end
    Drill(Drill),
    /// Builds a country of network namespaces with real packets, and cuts in it
    Lab(Lab),
    /// Plays stories that are tests, and shows each step with a tick
    #[command(subcommand)]
    Scenario(Scenario),
    /// Checks that a file of findings is whole and unchanged
    Verify(Verify),
    /// Founds a country, or runs its coordinator
    #[command(subcommand)]
    Coordinator(Coordinator),
    /// Runs a member, in the folder that `issei enrol join` made
    Member {
        /// The member's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// The folder came from a backup: come up stopped, and stay out of the orders it knew
        #[arg(long)]
        restored: bool,
    },
    /// Sets up, runs and stops the one process that may change a member's devices
    #[command(subcommand)]
    Enforcer(Enforcer),
    /// Answers at the address of our own that every order cuts along, so that its effect is measured
    #[command(subcommand)]
    Sentinel(Sentinel),
    /// Lets organisations and people take part
    Enrol(Enrol),
    /// Gathers what members found, until an order can be drafted
    Case(Case),
    /// Shows what people outside say against cuts, and answers them
    Appeal(Appealing),
    /// Drafts, shows, signs, watches and ends orders
    Order(Order),
    /// Drafts, shows, signs and ends standing orders, under which a member acts by itself within seconds
    Reflex(Reflex),
    /// Lifts every rule of this member at once, and takes part in nothing: the kill switch
    Stop(Here),
    /// Takes part again after a stop
    Resume(Here),
    /// Makes the office read its lists and settings again; what became safeguarded is lifted
    Reload(Here),
    /// Shows how the office stands, on one page
    Status(StatusOf),
    /// Shows what the office knows: goals, members, keys, sensors, devices, who looked at what
    Show(Show),
    /// Says in a sentence what is known of an address or a name: whether it is cut, why, or never cut
    Why(Why),
    /// Lets people come to the pages of an office
    Window(WithWindow),
    /// Shows the office live: what is in force, members towards T, what was found, who sends records; keys to sign and to lift
    Top(Top),
    /// Takes over lists of what is never cut, and lets go what vanished from one
    #[command(subcommand)]
    Lists(Lists),
    /// Says what this machine can do as a member's, and the next step where it cannot
    Doctor,
    /// Makes a person's key, shows it, or signs with it
    #[command(subcommand)]
    Keys(Keys),
    /// Verifies a ledger from its files alone, or writes a made-up one
    #[command(subcommand)]
    Ledger(Ledger),
    /// Checks or shows the configuration
    #[command(subcommand)]
    Config(Config),
    /// Prints the JSON Schema of a finding
    Schema,
    /// Prints the completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Writes the manual pages into a folder
    Man {
        /// The folder; it is made if it is not there
        #[arg(value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// Options that name the network and what is known about it.
#[derive(Args, Clone, Debug, Default)]
pub struct Network {
    /// The configuration file
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// A prefix whose lines are ours; may be given several times
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    pub ours: Vec<IpNet>,
    /// A prefix of ours that nobody uses; may be given several times
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    pub dark: Vec<IpNet>,
    /// One packet in N was looked at; wins over what exporters announce
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub sampling: Option<u32>,
    /// A list of indicators: an address, address:port or prefix a line, or CSV with a heading
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub indicators: Vec<PathBuf>,
    /// Which services tell a device class: lines of `place class`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub classes: Option<PathBuf>,
    /// Services that are never named as command servers: prefixes, or a MISP warning list
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub known: Vec<PathBuf>,
    /// Leave out what weighs less
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub level: Option<LevelWord>,
}

/// The options of `analyze`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CODES)]
pub struct Analyze {
    /// Files or folders: pcap, pcapng, captured or raw NetFlow, IPFIX and sFlow, Zeek conn.log; also .gz and .zst
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// The network, and what is known about it
    #[command(flatten)]
    pub network: Network,
    /// Print one JSON document with findings, inputs and losses
    #[arg(long, conflicts_with_all = ["jsonl", "csv"])]
    pub json: bool,
    /// Print findings as JSON Lines, in the shape of `issei schema`
    #[arg(long, conflicts_with = "csv")]
    pub jsonl: bool,
    /// Print findings as CSV, heads first, without their evidence
    #[arg(long)]
    pub csv: bool,
    /// Where findings.jsonl and summary.json are left; else in the state folder, for `issei explain`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Where a member's memory of contacts is written: how many lines were in contact with whom
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub contacts: Option<PathBuf>,
    /// Leave out records that ended before this moment (UTC), such as 2026-01-31T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Leave out records that began at or after this moment (UTC)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<Timestamp>,
    /// What to do with datagrams inside a capture that look like exported flow records
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Exports::Auto)]
    pub exports: Exports,
    /// Show nothing but the result
    #[arg(long, short)]
    pub quiet: bool,
}

/// When exported flow records inside a capture are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Exports {
    /// If they make up a good part of the capture
    Auto,
    /// Whenever a datagram looks like one
    Always,
    /// Not at all: every packet is traffic
    Never,
}

/// The options of `explain`.
#[derive(Args, Clone, Debug)]
pub struct Explain {
    /// The finding's name, such as F-0123456789abcdef, or enough of its digits to tell it apart
    pub finding: String,
    /// The file of findings, or a folder with findings.jsonl; else where `analyze` left it last
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub from: Option<PathBuf>,
    /// Print the record as JSON
    #[arg(long)]
    pub json: bool,
}

/// The options of `see`.
#[derive(Args, Clone, Debug)]
pub struct See {
    /// A word in the finding's name, its subject, the other side, the rule or the level
    pub only: Option<String>,
    /// The file of findings, or a folder with findings.jsonl; else where `analyze` left it last
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub from: Option<PathBuf>,
    /// How many, at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub most: u32,
    /// In which form
    #[command(flatten)]
    pub form: Printing,
}

/// The options of `collect`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Signals:
  SIGHUP   reads the configuration again; what was learnt is kept
  SIGTERM  takes what lies in the sockets, judges it, writes it out, and ends

Exit codes:
  0  ended on request, nothing lost on this side
  2  the command line or the configuration is wrong
  4  something broke: a socket, an output")]
pub struct Collect {
    /// The network, and what is known about it
    #[command(flatten)]
    pub network: Network,
    /// An address with its port to listen on, instead of those of the configuration
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = endpoint)]
    pub listen: Vec<SocketAddr>,
    /// Capture packets on this interface, and listen only where --listen says
    #[arg(long, short, value_name = "NAME")]
    pub interface: Option<String>,
    /// Append findings to this file, one JSON line each
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Post findings to this HTTP address
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub webhook: Option<String>,
    /// Serve /metrics, /health and /ready here
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = endpoint)]
    pub metrics: Option<SocketAddr>,
    /// Show no findings on the terminal
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a coordinator can be told.
#[derive(Clone, Debug, Subcommand)]
pub enum Coordinator {
    /// Makes a coordinator's folder: its authority, the key of its log, an empty charter
    Found {
        /// A new folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// The coordinator's name
        #[arg(long, value_name = "NAME", default_value = "coordinator")]
        name: OrganisationId,
        /// Where members find it: an address of this machine with its port
        #[arg(long, value_name = "ADDRESS:PORT", value_parser = endpoint)]
        listen: SocketAddr,
        /// How many people approve each order, at least
        #[arg(long, value_name = "PEOPLE", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=16))]
        approvals: u8,
    },
    /// Runs the coordinator of a folder until it is asked to end
    Run {
        /// The coordinator's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// What the far end of a sentinel can be told.
#[derive(Clone, Debug, Subcommand)]
pub enum Sentinel {
    /// Answers there until it is asked to end; needs no rights
    Answer {
        /// The address that `[sentinel]` in the enforcer's devices.toml names, on this machine
        #[arg(value_name = "ADDRESS")]
        address: std::net::IpAddr,
    },
}

/// What an enforcer can be told.
#[derive(Clone, Debug, Subcommand)]
pub enum Enforcer {
    /// Makes an enforcer's folder beside a member's office, with the charter that is pinned there
    SetUp {
        /// A new folder, owned by whoever may change the devices
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// The member's folder
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        office: PathBuf,
    },
    /// Runs the enforcer of a folder until it is asked to end
    Run {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Shows its devices and what it holds
    Status {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Shows what the office's newer charter would change here, and pins it
    Review {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// The member's folder
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        office: PathBuf,
        /// Pin the charter with this digest
        #[arg(long, value_name = "DIGEST")]
        accept: Option<Digest>,
    },
    /// Takes every rule away from the devices and lets none in: works without office and process
    Stop {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Ends such a stop; the office cannot
    Resume {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Reads safeguards, settings and standing lists of names again
    Reload {
        /// The enforcer's folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// The options of `drill`.
#[derive(Args, Clone, Debug)]
pub struct Drill {
    /// What a member found: a file of findings, or a folder with findings.jsonl; once for each member
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub from: Vec<PathBuf>,
    /// The seed: the same seed gives the same drill
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// A folder for the ledger's files, to verify them with `issei ledger verify`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub ledger: Option<PathBuf>,
}

/// What can be asked about stories.
#[derive(Clone, Debug, Subcommand)]
pub enum Scenario {
    /// Plays every story; the exit code is 1 if one does not hold
    Run {
        /// Pages, or folders of them
        #[arg(required = true, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
    },
}

/// The options of `verify`.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// The file of findings
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// What can be asked about a ledger.
#[derive(Clone, Debug, Subcommand)]
#[expect(
    clippy::large_enum_variant,
    reason = "a process makes one, and a box would only hide the options"
)]
pub enum Ledger {
    /// Checks every tile, entry and checkpoint, and names the first that is broken
    Verify(LedgerVerify),
    /// Writes the ledger's files out of the coordinator's office, for whoever wants to verify them
    Export(LedgerExport),
    /// Writes a made-up ledger, to try a verifier on; its secret keys are known to everybody
    Sample(LedgerSample),
}

/// The options of `ledger verify`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Keys come from the log's owner and from the witnesses, not from the folder that is checked.

Exit codes:
  0  whole: every file agrees with the newest checkpoint, and that with the keys
  1  broken: the first entry or file is named
  2  the command line is wrong
  3  a file could not be read")]
pub struct LedgerVerify {
    /// The folder with the file `checkpoint` in it
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// The log's key, such as log.example/issei+0123abcd+AT…; else no signature is checked
    #[arg(long, value_name = "KEY")]
    pub key: Option<issei_ledger::Verifier>,
    /// A witness's key; may be given several times. Then a line by anybody else is a fault
    #[arg(long, value_name = "KEY", requires = "key")]
    pub witness: Vec<issei_ledger::Verifier>,
    /// How many of the witnesses must have signed [default: all that are named]
    #[arg(long, value_name = "K", requires = "witness")]
    pub need: Option<usize>,
}

/// The options of `ledger sample`.
#[derive(Args, Clone, Debug)]
pub struct LedgerSample {
    /// A new folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// How many entries
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub entries: u64,
}

/// What can be asked about the configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum Config {
    /// Names every mistake in a file, with its line, column and mend
    Check {
        /// A collector's configuration, an office's `settings.toml`, an enforcer's `devices.toml`, or a folder
        /// with one of these
        #[arg(value_hint = ValueHint::AnyPath)]
        file: PathBuf,
    },
    /// Prints the configuration in force, each knob with its help
    Show {
        /// The configuration file
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
        /// Print the defaults, as a file to start from
        #[arg(long, conflicts_with = "config")]
        defaults: bool,
    },
    /// Prints every knob with its kind, default, range and help, in English and Japanese (Markdown)
    Reference,
}

/// What can be done with a person's key.
#[derive(Clone, Debug, Subcommand)]
pub enum Keys {
    /// Makes a key and writes it, under a passphrase, to a file that ssh-keygen can read too
    New {
        /// The file; it must not be there yet
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Whose key it is, for people to read
        #[arg(long, value_name = "TEXT", default_value = "", value_parser = comment)]
        comment: String,
        /// Take the passphrase from the first line of this file, and ask nobody
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        passphrase_file: Option<PathBuf>,
    },
    /// Shows the public key: as a line, in hexadecimal, and to read aloud
    Show {
        /// The key file, or its .pub file
        #[arg(value_hint = ValueHint::FilePath, required_unless_present = "agent")]
        file: Option<PathBuf>,
        /// Show the Ed25519 keys in the ssh-agent
        #[arg(long, conflicts_with = "file")]
        agent: bool,
    },
    /// Signs a file, and prints the signature for `ssh-keygen -Y verify`
    Sign {
        /// What is signed, every byte of it
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The key file
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "agent")]
        key: Option<PathBuf>,
        /// Sign in the ssh-agent; =KEY, in hexadecimal, chooses among several
        #[arg(long, value_name = "KEY", num_args = 0..=1, require_equals = true, conflicts_with_all = ["key", "passphrase_file"])]
        agent: Option<Option<PublicKey>>,
        /// What the signature is good for; it is good for nothing else
        #[arg(long, value_name = "NAME", default_value = issei_case::approvals::NAMESPACE, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        namespace: String,
        /// Take the passphrase from the first line of this file, and ask nobody
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        passphrase_file: Option<PathBuf>,
    },
}

/// The options of `simulate`.
#[derive(Args, Clone, Debug)]
pub struct Simulate {
    /// A scenario that ships; else lines, minutes and bots make one
    #[arg(long, value_name = "NAME", value_parser = presets(), conflicts_with_all = ["scenario", "bots"])]
    pub preset: Option<String>,
    /// A scenario of your own, in TOML
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "bots")]
    pub scenario: Option<PathBuf>,
    /// The seed: the same seed gives the same country, byte for byte
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Subscriber lines [default: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=5_000_000))]
    pub lines: Option<u32>,
    /// Simulated time in minutes [default: 60]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_160))]
    pub minutes: Option<u32>,
    /// Lines that become bots, of all families together [default: 20]
    #[arg(long, value_name = "N")]
    pub bots: Option<u32>,
    /// One packet in N is looked at by the exporter [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub sampling: Option<u32>,
    /// The format; flow records in a file stand there as UDP packets
    #[arg(long, value_enum, default_value_t = Format::Pcap)]
    pub format: Format,
    /// The file to write, or a loopback address to send to as time passes, such as 127.0.0.1:2055
    #[arg(long, short, value_name = "FILE|ADDRESS:PORT", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,
    /// Where the truth is written as JSON; else beside the file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub truth: Option<PathBuf>,
}

/// The options of `demo`.
#[derive(Args, Clone, Debug)]
pub struct Demo {
    /// Captures of yours, judged after a made-up town
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Show the town instead of the country: what one provider finds in ten minutes of packets
    #[arg(long)]
    pub town: bool,
    /// Wait for the Enter key before each chapter
    #[arg(long)]
    pub step: bool,
    /// Leave out the pauses for reading, and the pages
    #[arg(long)]
    pub fast: bool,
    /// Stay in the terminal: open no pages
    #[arg(long)]
    pub no_web: bool,
}

/// What a simulated exporter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Packets
    Pcap,
    /// NetFlow version 9
    Netflow9,
    /// IPFIX
    Ipfix,
    /// sFlow version 5
    Sflow,
}

/// How much a finding weighs, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LevelWord {
    /// A figure, not an accusation
    Measure,
    /// Worth seeing beside a finding
    Context,
    /// Waits for a second kind of evidence
    Candidate,
    /// May open a case
    Finding,
}

impl From<LevelWord> for Level {
    fn from(word: LevelWord) -> Self {
        match word {
            LevelWord::Measure => Self::Measure,
            LevelWord::Context => Self::Context,
            LevelWord::Candidate => Self::Candidate,
            LevelWord::Finding => Self::Finding,
        }
    }
}

fn presets() -> clap::builder::PossibleValuesParser {
    issei_sim::Scenario::presets()
        .iter()
        .map(|preset| preset.name)
        .collect::<Vec<_>>()
        .into()
}

fn prefix(text: &str) -> Result<IpNet, String> {
    // A bare address stands for itself: on the command line nobody misses the /32.
    if let Ok(ip) = text.parse::<std::net::IpAddr>() {
        return Ok(IpNet::from(ip));
    }
    crate::configuration::prefix(text).map_err(|mend| {
        mend.unwrap_or_else(|| "write a prefix such as 192.0.2.0/24 or 2001:db8::/32".into())
    })
}

fn endpoint(text: &str) -> Result<SocketAddr, String> {
    let wrong = "write an address with its port, such as 0.0.0.0:2055 or [::]:2055";
    text.parse().map_err(|_| wrong.into())
}

fn comment(text: &str) -> Result<String, String> {
    let shown = !text.chars().any(char::is_control);
    let wrong = || "write one line, such as `name, duty desk, 2026`".into();
    shown.then(|| text.to_owned()).ok_or_else(wrong)
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .ok_or_else(|| "write a UTC time such as 2026-01-31T09:00:00Z or 2026-01-31".into())
}

#[cfg(test)]
#[path = "command_line_tests.rs"]
mod tests;
