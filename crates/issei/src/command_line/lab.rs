//! The command line of the lab: a country of network namespaces, and those who act in it.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use issei_model::DomainName;

use crate::lab::Router;

/// Where a lab lies if nobody says.
const USUAL: &str = "/run/issei-lab";

/// The options of `lab`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Needs root, and Debian's packages iproute2, nftables and softflowd. Everything lies in network
namespaces of its own and in one folder; nothing leaves them, and `down` leaves nothing.")]
pub struct Lab {
    /// What is wished
    #[command(subcommand)]
    pub wish: LabWish,
}

/// Where a lab lies.
#[derive(Args, Clone, Debug)]
pub struct At {
    /// The lab's folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, default_value = USUAL)]
    pub folder: PathBuf,
}

/// The same, for commands that are about something else.
#[derive(Args, Clone, Debug)]
pub struct AtLab {
    /// The lab's folder
    #[arg(long = "lab", value_name = "DIR", value_hint = ValueHint::DirPath, default_value = USUAL)]
    pub folder: PathBuf,
}

/// What a lab's routers are.
#[derive(Args, Clone, Debug)]
pub struct Routers {
    /// The five members' routers: nft, bird, frr or gobgp, with commas between
    #[arg(
        long,
        value_name = "KIND,...",
        value_delimiter = ',',
        default_value = "nft,nft,nft,nft,nft"
    )]
    pub routers: Vec<Router>,
}

/// Whether names are tried too.
#[derive(Args, Clone, Copy, Debug)]
pub struct WithNames {
    /// Two members get a resolver each, BIND and Unbound, and a family of bots finds its server by a name
    #[arg(long)]
    pub names: bool,
}

/// What can be done with a lab.
#[derive(Clone, Debug, Subcommand)]
pub enum LabWish {
    /// Builds a country of namespaces: routers, lines, servers, offices, enforcers
    Up {
        /// Where
        #[command(flatten)]
        at: At,
        /// After how many minutes those who send packets end by themselves
        #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=240))]
        minutes: u64,
        /// What its routers are
        #[command(flatten)]
        routers: Routers,
        /// Whether it has resolvers
        #[command(flatten)]
        resolvers: WithNames,
    },
    /// Shows who runs, what is held and what passes, on one page
    Status(At),
    /// Starts the outbreak: hijacked devices scan, and hold a session with their command server
    Attack(At),
    /// Takes a link down
    Break {
        /// Which, such as m1-core; without a name the links are listed
        link: Option<String>,
        /// Where
        #[command(flatten)]
        at: AtLab,
    },
    /// Takes a link up again
    Mend {
        /// Which
        link: String,
        /// Where
        #[command(flatten)]
        at: AtLab,
    },
    /// Ends every process of the lab, removes its namespaces and its folder
    Down(At),
    /// Tells the story of a cut, from the infection to the end, with packets that are measured
    Story {
        /// Where; a lab that is up already is used and left up
        #[command(flatten)]
        at: At,
        /// What its routers are, if the lab is built for the story
        #[command(flatten)]
        routers: Routers,
        /// Whether names are cut too, and it has resolvers if it is built for the story
        #[command(flatten)]
        resolvers: WithNames,
        /// Leave out the pauses for reading
        #[arg(long)]
        fast: bool,
        /// Then pull kill switches, and kill every process of ours, while cuts are in force
        #[arg(long)]
        hard: bool,
        /// Also write the figures as JSON
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        figures: Option<PathBuf>,
    },
    /// Tells of a flood: lines of one member flood an operator, and the member acts by itself within seconds
    Flood {
        /// Where; a lab that is up already is used and left up
        #[command(flatten)]
        at: At,
    },
    /// Somebody who acts inside a namespace of a lab
    #[command(hide = true)]
    Actor {
        /// After how many seconds it ends by itself
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=14_400))]
        seconds: u64,
        /// Where it writes what it did
        #[arg(long)]
        log: PathBuf,
        /// Who
        #[command(subcommand)]
        who: Actor,
    },
}

/// Those who act inside.
#[derive(Clone, Debug, Subcommand)]
pub enum Actor {
    /// Lets a namespace pass packets on
    Forward,
    /// Answers as command server and as ordinary services
    Server {
        /// Where bots are answered
        #[arg(long)]
        command: SocketAddr,
        /// Where everybody is answered
        #[arg(long)]
        service: SocketAddr,
    },
    /// Ordinary people: they ask services, one after the other
    Users {
        /// Their first address; the others follow
        #[arg(long)]
        from: IpAddr,
        /// How many they are
        #[arg(long)]
        count: u32,
        /// What they ask
        #[arg(long)]
        ask: Vec<SocketAddr>,
    },
    /// Hijacked devices
    Bots {
        /// Their first address; the others follow
        #[arg(long)]
        from: IpAddr,
        /// How many they are
        #[arg(long)]
        count: u32,
        /// Networks of which each scans twenty addresses
        #[arg(long)]
        scan: Vec<IpAddr>,
        /// Who commands them
        #[arg(long)]
        command: SocketAddr,
    },
    /// Sends numbered packets at even distances
    Mark {
        /// From where
        #[arg(long)]
        from: IpAddr,
        /// Where to
        #[arg(long)]
        to: SocketAddr,
        /// The number of its member
        #[arg(long)]
        member: u8,
        /// Microseconds between two packets
        #[arg(long, value_parser = clap::value_parser!(u64).range(100..))]
        every: u64,
    },
    /// Hijacked devices that flood a service with openings
    Flood {
        /// Their first address; the others follow
        #[arg(long)]
        from: IpAddr,
        /// How many they are
        #[arg(long)]
        count: u32,
        /// Whom they flood
        #[arg(long)]
        to: SocketAddr,
        /// Microseconds between two openings of a device
        #[arg(long, value_parser = clap::value_parser!(u64).range(1_000..))]
        every: u64,
    },
    /// Writes down when numbered packets arrive, by the kernel's clock
    Watch {
        /// On which interface
        #[arg(long)]
        interface: String,
    },
    /// Drops what a routing daemon passes on, as a line card does
    Card {
        /// From where it speaks with the daemon
        #[arg(long)]
        from: IpAddr,
        /// The daemon
        #[arg(long)]
        daemon: SocketAddr,
        /// The AS of both
        #[arg(long = "as")]
        number: u32,
    },
    /// Answers for every name in the world outside
    Authority {
        /// Where
        #[arg(long)]
        at: Vec<SocketAddr>,
    },
    /// Hijacked devices of a family that finds its server by a name
    Callers {
        /// Their first address; the others follow
        #[arg(long)]
        from: IpAddr,
        /// How many they are
        #[arg(long)]
        count: u32,
        /// Whom they ask
        #[arg(long)]
        resolver: SocketAddr,
        /// The server's name
        #[arg(long)]
        name: DomainName,
        /// Its port
        #[arg(long)]
        port: u16,
    },
    /// Asks a resolver for two names in turn at even distances, and writes down each answer
    Ask {
        /// From where
        #[arg(long)]
        from: IpAddr,
        /// Whom
        #[arg(long)]
        resolver: SocketAddr,
        /// The name in question
        #[arg(long)]
        name: DomainName,
        /// Another name
        #[arg(long)]
        other: DomainName,
        /// Microseconds between two questions
        #[arg(long, value_parser = clap::value_parser!(u64).range(100..))]
        every: u64,
    },
    /// Keeps exported flow records as they come
    Keep {
        /// Where they come
        #[arg(long)]
        listen: SocketAddr,
    },
}
