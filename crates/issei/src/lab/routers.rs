//! What a member's router is: a packet filter, the kernel's earliest hook, or a routing daemon that is told
//! FlowSpec rules.
//!
//! In: a kind. Out: the words of its configuration, what starts it, and what stands in the enforcer's
//! `devices.toml`. Always: daemons listen on their namespace's loopback only.
//! Limits: no routing daemon of Debian's installs FlowSpec rules into Linux. As the line cards of a hardware
//! router would, a stand-in of the lab's own takes from the daemon what it passes on, and drops
//! (`actors::card`); so what is measured at such a member is the protocol and the daemon, and some
//! milliseconds of the stand-in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::topology;

/// A kind of router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Router {
    /// Linux, with nftables.
    Nft,
    /// Linux, with our program before anything else of the kernel.
    Xdp,
    /// BIRD 2.
    Bird,
    /// FRR's bgpd.
    Frr,
    /// GoBGP.
    Gobgp,
}

/// Our speaker's AS, and the router's.
const OWN_AS: u32 = 64_496;
const ROUTER_AS: u32 = 64_500;
/// Where the daemon listens, and from where our speaker and the line card come.
const DAEMON: &str = "127.0.0.1";
const SPEAKER: &str = "127.0.0.2";
/// Where the line card comes from.
pub const CARD: &str = "127.0.0.3";
/// Not BGP's own port, so that it is no other daemon's either.
const PORT: u16 = 1_790;
/// For how many seconds rules may outlive our speaker unheard.
pub const HOLD: i64 = 9;

impl Router {
    /// Lists the kinds.
    pub const ALL: [Self; 5] = [Self::Nft, Self::Xdp, Self::Bird, Self::Frr, Self::Gobgp];

    /// Tells what people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nft => "nft",
            Self::Xdp => "xdp",
            Self::Bird => "bird",
            Self::Frr => "frr",
            Self::Gobgp => "gobgp",
        }
    }

    /// Names the program that must be there, and the package that brings it.
    pub const fn needs(self) -> (&'static str, &'static str) {
        match self {
            Self::Nft => ("nft", "nftables"),
            Self::Xdp => ("mount", "mount"),
            Self::Bird => ("bird", "bird2"),
            Self::Frr => (BGPD, "frr"),
            Self::Gobgp => ("gobgpd", "gobgpd"),
        }
    }

    /// Tells whether the rules act in a kernel of ours, which fires and ends by itself.
    pub const fn is_kernel(self) -> bool {
        matches!(self, Self::Nft | Self::Xdp)
    }

    /// Writes the daemon's configuration; none has none.
    pub fn configuration(self, number: u8) -> Option<String> {
        match self {
            Self::Nft | Self::Xdp => None,
            Self::Bird => Some(bird(number)),
            Self::Frr => Some(frr(number)),
            Self::Gobgp => Some(gobgp(number)),
        }
    }

    /// Gives the words that start the daemon with its configuration, in a folder of its own.
    pub fn starts(self, configuration: &str, folder: &Path) -> Vec<String> {
        let file = |name: &str| folder.join(name).display().to_string();
        let port = PORT.to_string();
        let words: Vec<String> = match self {
            Self::Nft | Self::Xdp => Vec::new(),
            Self::Bird => [
                "bird",
                "-f",
                "-c",
                configuration,
                "-s",
                &file(BIRD_SOCKET),
                "-P",
                &file("bird.pid"),
            ]
            .map(str::to_owned)
            .into(),
            Self::Frr => {
                let shown = folder.display().to_string();
                let pid = file("bgpd.pid");
                let alone = [
                    BGPD,
                    "-Z",
                    "-S",
                    "-f",
                    configuration,
                    "-i",
                    &pid,
                    "--vty_socket",
                    &shown,
                ];
                let listens = ["-P", "0", "-l", DAEMON, "-p", &port];
                alone
                    .into_iter()
                    .chain(listens)
                    .map(str::to_owned)
                    .collect()
            }
            Self::Gobgp => [
                "gobgpd",
                "-f",
                configuration,
                "--api-hosts",
                "127.0.0.1:50051",
            ]
            .map(str::to_owned)
            .into(),
        };
        words
    }

    /// Writes the enforcer's `devices.toml`. What belongs to the device alone lies in the folder.
    pub fn devices(self, number: u8, folder: &Path) -> String {
        let control = topology::control_plane();
        let device = match self {
            Self::Nft => filter(number),
            Self::Xdp => hook(number, folder),
            _ => self.peer(folder),
        };
        format!("control_plane = [\"{control}\"]\n\n{device}")
    }

    fn peer(self, folder: &Path) -> String {
        let quoted = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            words.join(", ")
        };
        let socket = folder.join(BIRD_SOCKET).display().to_string();
        let shown = folder.display().to_string();
        let read_back = match self {
            Self::Bird => {
                let program = quoted(&["birdc", "-s", &socket]);
                format!("{{ bird = {{ protocol = \"issei\", program = [{program}] }} }}")
            }
            Self::Frr => {
                let program = quoted(&["vtysh", "--vty_socket", &shown]);
                format!("{{ frr = {{ neighbor = \"{SPEAKER}\", program = [{program}] }} }}")
            }
            _ => format!("{{ gobgp = {{ program = [{}] }} }}", quoted(&["gobgp"])),
        };
        format!(
            "[[bgp]]\npeer = \"{DAEMON}:{PORT}\"\nfrom = \"{SPEAKER}\"\nown_as = {OWN_AS}\npeer_as = {ROUTER_AS}\nid = \"10.9.0.2\"\nhold_time = {HOLD}\nsentinel = \"{SENTINEL}\"\nread_back = {read_back}\n"
        )
    }
}

/// FRR's daemon, which lies in no path.
const BGPD: &str = "/usr/lib/frr/bgpd";
/// BIRD's control socket.
const BIRD_SOCKET: &str = "bird.ctl";
/// An address of the lab's own that nobody uses; a router's lead is measured with it.
const SENTINEL: &str = "198.51.100.99";

fn filter(number: u8) -> String {
    let lines = topology::network(number);
    format!("[[nft]]\n\n[[nft.accesses]]\nlines = \"{lines}\"\ninterface = \"lines\"\n")
}

/// Packets are met where they come in: those of the lines, and those for them.
fn hook(number: u8, folder: &Path) -> String {
    let (lines, pins) = (topology::network(number), pins(folder).join("issei"));
    let (core, pins) = (topology::CORE, pins.display());
    format!(
        "[[xdp]]\ninterfaces = [\"lines\", \"{core}\"]\npins = \"{pins}\"\nours = [\"{lines}\"]\n"
    )
}

/// Where the file system of what the kernel holds is mounted, in a device's folder.
pub fn pins(folder: &Path) -> PathBuf {
    folder.join("bpf")
}

fn bird(number: u8) -> String {
    format!(
        "router id 10.9.{number}.1;
log stderr all;
flow4 table flow4tab;
protocol device {{ }}
protocol bgp issei {{
  local {DAEMON} port {PORT} as {ROUTER_AS};
  neighbor {SPEAKER} as {OWN_AS};
  passive; multihop; strict bind;
  hold time {HOLD};
  flow4 {{ table flow4tab; import all; export none; }};
}}
protocol bgp card {{
  local {DAEMON} port {PORT} as {ROUTER_AS};
  neighbor {CARD} as {ROUTER_AS};
  passive; multihop; strict bind;
  flow4 {{ table flow4tab; import none; export all; }};
}}
"
    )
}

fn frr(number: u8) -> String {
    format!(
        "log stdout
router bgp {ROUTER_AS}
 bgp router-id 10.9.{number}.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 neighbor {SPEAKER} remote-as {OWN_AS}
 neighbor {SPEAKER} ebgp-multihop 255
 neighbor {SPEAKER} passive
 neighbor {SPEAKER} timers 3 {HOLD}
 neighbor {CARD} remote-as {ROUTER_AS}
 neighbor {CARD} passive
 address-family ipv4 flowspec
  neighbor {SPEAKER} activate
  neighbor {CARD} activate
 exit-address-family
"
    )
}

fn gobgp(number: u8) -> String {
    let neighbour = |address: &str, number: u32| {
        let multihop = match number == ROUTER_AS {
            true => "",
            false => "[neighbors.ebgp-multihop.config]\nenabled = true\nmultihop-ttl = 255\n",
        };
        format!(
            "[[neighbors]]
[neighbors.config]
neighbor-address = \"{address}\"
peer-as = {number}
[neighbors.transport.config]
passive-mode = true
local-address = \"{DAEMON}\"
[neighbors.timers.config]
hold-time = {HOLD}
{multihop}[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = \"ipv4-flowspec\"
"
        )
    };
    format!(
        "[global.config]
as = {ROUTER_AS}
router-id = \"10.9.{number}.1\"
port = {PORT}
local-address-list = [\"{DAEMON}\"]
{}{}",
        neighbour(SPEAKER, OWN_AS),
        neighbour(CARD, ROUTER_AS)
    )
}

/// Where the line card finds the daemon, and the AS that both are of.
pub fn daemon() -> (String, u32) {
    (format!("{DAEMON}:{PORT}"), ROUTER_AS)
}

impl fmt::Display for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Router {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|one| one.name() == text);
        let names = Self::ALL.map(Self::name).join(", ");
        known.ok_or_else(|| format!("no router `{text}`; there are {names}"))
    }
}

#[cfg(test)]
#[path = "routers_tests.rs"]
mod tests;
