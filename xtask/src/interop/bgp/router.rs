//! A router of somebody else's: its configuration, its start and end, and what it lists.
//!
//! It is AS 64500 at 127.0.0.1, port 179. Its neighbours: we, AS 64496, at 127.0.0.2; a router of its own AS
//! at 127.0.0.3, whom it tells everything; and another AS, 64510, at 127.0.0.4, outside of its network.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::{Running, said_by};

/// Where Debian puts FRR's daemon.
pub const BGPD: &str = "/usr/lib/frr/bgpd";
/// The port of GoBGP's own interface, within the namespace.
const GOBGP_PORT: &str = "17920";
/// The longest that a router may take for many rules.
const LONGEST: Duration = Duration::from_secs(60);

/// Which router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BIRD 2.
    Bird,
    /// FRR's `bgpd`, without `zebra`, whose version 8.4 can crash on dropping rules.
    Frr,
    /// GoBGP 3.
    Gobgp,
}

/// A router at work.
#[derive(Debug)]
pub struct Router {
    kind: Kind,
    /// Always there, except while it restarts.
    running: Option<Running>,
    version: String,
    /// The folder for its sockets, or its control socket.
    at: PathBuf,
}

impl Kind {
    /// Tells how it words the rules of the goals of most checks.
    pub fn rules_of_goals(self) -> BTreeSet<String> {
        let rules: [&str; 6] = match self {
            Self::Bird => [
                "flow4 { dst 192.0.2.7/32; proto 6; dport 23; }",
                "flow4 { src 192.0.2.7/32; proto 6; sport 23; }",
                "flow4 { dst 192.0.2.8/32; }",
                "flow4 { src 192.0.2.8/32; }",
                "flow6 { dst 2001:db8::7/128; next header 17; dport 48101; }",
                "flow6 { src 2001:db8::7/128; next header 17; sport 48101; }",
            ],
            Self::Frr => [
                "to 192.0.2.7/32 proto = 6 dstp = 23",
                "from 192.0.2.7/32 proto = 6 srcp = 23",
                "to 192.0.2.8/32",
                "from 192.0.2.8/32",
                "to 2001:db8::7/128/off 0 proto = 17 dstp = 48101",
                "from 2001:db8::7/128/off 0 proto = 17 srcp = 48101",
            ],
            Self::Gobgp => [
                "[destination: 192.0.2.7/32][protocol: ==tcp][destination-port: ==23]",
                "[source: 192.0.2.7/32][protocol: ==tcp][source-port: ==23]",
                "[destination: 192.0.2.8/32]",
                "[source: 192.0.2.8/32]",
                "[destination: 2001:db8::7/128/0][protocol: ==udp][destination-port: ==48101]",
                "[source: 2001:db8::7/128/0][protocol: ==udp][source-port: ==48101]",
            ],
        };
        rules.into_iter().map(str::to_owned).collect()
    }

    /// Finds the rules in what it lists.
    pub fn rules_in(self, listing: &str) -> BTreeSet<String> {
        let rule = |line: &str| match self {
            Self::Bird => {
                let rule = line.strip_prefix("flow")?;
                Some(format!("flow{}}}", rule.split_once('}')?.0))
            }
            Self::Frr => {
                let line = line.trim_start_matches(['*', '>', ' ']);
                let is_rule = line.starts_with("to ") || line.starts_with("from ");
                let (rule, _) = line.split_once("    ").filter(|_| is_rule)?;
                let words: Vec<&str> = rule.split_whitespace().collect();
                Some(words.join(" "))
            }
            Self::Gobgp => {
                let rule = line.strip_prefix("*> [")?;
                let (rule, _) = rule.split_once("] ")?;
                Some(format!("[{rule}]"))
            }
        };
        listing.lines().filter_map(rule).collect()
    }
}

impl Router {
    /// Starts one; with a secret, our connection must be signed.
    ///
    /// # Errors
    /// If it does not come about.
    pub fn start(
        kind: Kind,
        secret: Option<&str>,
        folder: &Folder,
        namespace: &Namespace,
    ) -> Result<Self, String> {
        let at = prepare(kind, secret, folder)?;
        let version = version(kind, folder)?;
        let mut router = Self {
            kind,
            running: None,
            version,
            at,
        };
        router.run(folder, namespace)?;
        Ok(router)
    }

    /// Starts the program and waits until it answers.
    fn run(&mut self, folder: &Folder, namespace: &Namespace) -> Result<(), String> {
        let mut running = run(self.kind, folder, namespace, &self.at)?;
        let question = first_question(self.kind);
        running.until("it answers", |_| {
            asked(self.kind, &self.at, folder, namespace, question).is_ok()
        })?;
        self.running = Some(running);
        Ok(())
    }

    /// Tells its name and version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Tells the speaker how it is asked.
    pub fn asked(&self) -> String {
        let at = self.at.display();
        match self.kind {
            Kind::Bird => format!("bird:{at}"),
            Kind::Frr => format!("frr:{at}:127.0.0.2"),
            Kind::Gobgp => format!("gobgp:{GOBGP_PORT}"),
        }
    }

    /// Ends it, as an operator does, and starts it again.
    ///
    /// # Errors
    /// If it does not end, or does not come back.
    pub fn restart(&mut self, folder: &Folder, namespace: &Namespace) -> Result<(), String> {
        if let Some(running) = self.running.take() {
            running.end()?;
        }
        self.run(folder, namespace)
    }

    /// Lists its FlowSpec rules, as it words them.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn rules(
        &self,
        folder: &Folder,
        namespace: &Namespace,
    ) -> Result<BTreeSet<String>, String> {
        let questions: &[&[&str]] = match self.kind {
            Kind::Bird => &[
                &["show", "route", "table", "rules4"],
                &["show", "route", "table", "rules6"],
            ],
            Kind::Frr => &[
                &["-c", "show bgp ipv4 flowspec"],
                &["-c", "show bgp ipv6 flowspec"],
            ],
            Kind::Gobgp => &[
                &["global", "rib", "-a", "ipv4-flowspec"],
                &["global", "rib", "-a", "ipv6-flowspec"],
            ],
        };
        let mut rules = BTreeSet::new();
        for question in questions {
            let listing = asked(self.kind, &self.at, folder, namespace, question)?;
            rules.extend(self.kind.rules_in(&listing));
        }
        Ok(rules)
    }

    /// Counts its FlowSpec rules of IPv4.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn count(&self, folder: &Folder, namespace: &Namespace) -> Result<u64, String> {
        let question: &[&str] = match self.kind {
            Kind::Bird => &["show", "route", "count", "table", "rules4"],
            Kind::Frr => &["-c", "show bgp ipv4 flowspec summary"],
            Kind::Gobgp => &["global", "rib", "summary", "-a", "ipv4-flowspec"],
        };
        let said = asked(self.kind, &self.at, folder, namespace, question)?;
        let before = |mark: &str| {
            let (before, _) = said.split_once(mark)?;
            before.split_whitespace().next_back()?.parse().ok()
        };
        let after = |mark: &str| {
            let (_, after) = said.split_once(mark)?;
            let digits = after
                .trim_start()
                .split(|letter: char| !letter.is_ascii_digit());
            digits.into_iter().next()?.parse().ok()
        };
        Ok(match self.kind {
            Kind::Bird => before(" of ").unwrap_or(0),
            Kind::Frr => after("RIB entries ").unwrap_or(0),
            Kind::Gobgp => after("Destination: ").unwrap_or(0),
        })
    }

    /// Waits until it holds so many rules, and tells when that was seen, in microseconds since 1970.
    ///
    /// # Errors
    /// If it does not.
    pub fn until_count(
        &self,
        folder: &Folder,
        namespace: &Namespace,
        count: u64,
    ) -> Result<u64, String> {
        let begun = Instant::now();
        loop {
            let held = self.count(folder, namespace)?;
            if held == count {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                return Ok(u64::try_from(since.as_micros()).unwrap_or(u64::MAX));
            }
            if begun.elapsed() > LONGEST {
                return Err(format!(
                    "{} holds {held} rules after {LONGEST:?}",
                    self.version
                ));
            }
        }
    }

    /// Waits until we have a session with it.
    ///
    /// # Errors
    /// If we have not.
    pub fn until_session(&self, folder: &Folder, namespace: &Namespace) -> Result<(), String> {
        let question: &[&str] = match self.kind {
            Kind::Bird => &["show", "protocols", "issei"],
            Kind::Frr => &["-c", "show bgp neighbors 127.0.0.2"],
            Kind::Gobgp => &["neighbor", "127.0.0.2"],
        };
        let begun = Instant::now();
        while begun.elapsed() < LONGEST {
            let said = asked(self.kind, &self.at, folder, namespace, question)?;
            if said.to_lowercase().contains("established") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!("{} has no session with us", self.version))
    }

    /// Lets it tell a route of its own, 203.0.113.0/24, to everybody.
    ///
    /// # Errors
    /// If it does not.
    pub fn originate(&self, folder: &Folder, namespace: &Namespace) -> Result<(), String> {
        match self.kind {
            // Both have it in their configuration.
            Kind::Bird | Kind::Frr => Ok(()),
            Kind::Gobgp => {
                let question = ["global", "rib", "add", "203.0.113.0/24"];
                asked(self.kind, &self.at, folder, namespace, &question).map(drop)
            }
        }
    }
}

fn version(kind: Kind, folder: &Folder) -> Result<String, String> {
    let command: &[&str] = match kind {
        Kind::Bird => &["bird", "--version"],
        Kind::Frr => &[BGPD, "--version"],
        Kind::Gobgp => &["gobgpd", "--version"],
    };
    let said = said_by(folder, command)?;
    let line = [said.out, said.err].concat();
    let line = line.lines().next().unwrap_or_default().to_owned();
    Ok(match kind {
        Kind::Bird => line,
        Kind::Frr => line.replace("bgpd version", "FRR"),
        Kind::Gobgp => line.replace("gobgpd version", "GoBGP"),
    })
}

fn first_question(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bird => &["show", "status"],
        Kind::Frr => &["-c", "show bgp summary"],
        Kind::Gobgp => &["global"],
    }
}

fn asked(
    kind: Kind,
    at: &std::path::Path,
    folder: &Folder,
    namespace: &Namespace,
    question: &[&str],
) -> Result<String, String> {
    let at = at.display().to_string();
    let program: &[&str] = match kind {
        Kind::Bird => &["birdc", "-r", "-s", &at],
        Kind::Frr => &["vtysh", "--vty_socket", &at, "-d", "bgpd"],
        Kind::Gobgp => &["gobgp", "-p", GOBGP_PORT],
    };
    Ok(namespace.says(folder, &[program, question].concat())?.out)
}

/// Writes its configuration, and tells where it will be found.
fn prepare(kind: Kind, secret: Option<&str>, folder: &Folder) -> Result<PathBuf, String> {
    let signed = |form: fn(&str) -> String| secret.map(form).unwrap_or_default();
    let (file, text) = match kind {
        Kind::Bird => {
            let line = signed(|secret| format!("password \"{secret}\";"));
            ("bird.conf", BIRD.replace("# signed", &line))
        }
        Kind::Frr => {
            let line = signed(|secret| format!("neighbor 127.0.0.2 password {secret}"));
            ("bgpd.conf", FRR.replace("! signed", &line))
        }
        Kind::Gobgp => {
            let line = signed(|secret| format!("auth-password = \"{secret}\""));
            ("gobgpd.toml", gobgp().replace("# signed", &line))
        }
    };
    let wrong = |error: std::io::Error| format!("{file}: {error}");
    fs::write(folder.file(file), text).map_err(wrong)?;
    let at = folder.file("router");
    if kind == Kind::Frr {
        // It becomes the user of its package, who must be able to put its sockets there.
        fs::create_dir(&at).map_err(wrong)?;
        fs::set_permissions(&at, fs::Permissions::from_mode(0o777)).map_err(wrong)?;
    }
    Ok(at)
}

fn run(
    kind: Kind,
    folder: &Folder,
    namespace: &Namespace,
    at: &std::path::Path,
) -> Result<Running, String> {
    let (at, shown) = (at.display().to_string(), |file: &str| {
        folder.file(file).display().to_string()
    });
    match kind {
        Kind::Bird => {
            let (conf, pid) = (shown("bird.conf"), shown("bird.pid"));
            namespace.start(folder, &["bird", "-f", "-c", &conf, "-s", &at, "-P", &pid])
        }
        Kind::Frr => {
            let (conf, pid) = (shown("bgpd.conf"), format!("{at}/bgpd.pid"));
            let lonely = [
                "--no_kernel",
                "--no_zebra",
                "--skip_runas",
                "--vty_port",
                "0",
            ];
            let places = [
                "--config_file",
                &conf,
                "--pid_file",
                &pid,
                "--vty_socket",
                &at,
                "--listenon",
                "127.0.0.1",
            ];
            namespace.start(folder, &[&[BGPD][..], &lonely, &places].concat())
        }
        Kind::Gobgp => {
            let conf = shown("gobgpd.toml");
            let api = format!("127.0.0.1:{GOBGP_PORT}");
            namespace.start(
                folder,
                &[
                    "gobgpd",
                    "-f",
                    &conf,
                    "--api-hosts",
                    &api,
                    "--pprof-disable",
                ],
            )
        }
    }
}

/// `issei` is the session with us: everything of ours is taken, nothing is told, and FlowSpec rules are not
/// held against routes, since no router of the own network announces the hosts. Without the shorter wait BIRD
/// would let nobody in for a minute after a hold time is over.
const BIRD: &str = "\
router id 10.9.9.9;
flow4 table rules4;
flow6 table rules6;
protocol device {}
protocol static { ipv4; route 203.0.113.0/24 unreachable; }
template bgp neighbour { local 127.0.0.1 port 179 as 64500; passive; multihop; strict bind; }
protocol bgp issei from neighbour {
  neighbor 127.0.0.2 as 64496;
  hold time 9;
  error wait time 1, 4;
  # signed
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
  flow4 { table rules4; import all; export none; validate off; };
  flow6 { table rules6; import all; export none; validate off; };
}
protocol bgp inside from neighbour {
  neighbor 127.0.0.3 as 64500;
  rr client;
  ipv4 { import none; export all; next hop self; };
  flow4 { table rules4; import none; export all; };
}
protocol bgp outside from neighbour {
  neighbor 127.0.0.4 as 64510;
  ipv4 { import none; export all; next hop self; };
  flow4 { table rules4; import none; export all; };
}
";

const FRR: &str = "\
hostname frr
router bgp 64500
 bgp router-id 10.9.9.9
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor 127.0.0.2 remote-as 64496
 neighbor 127.0.0.2 passive
 neighbor 127.0.0.2 disable-connected-check
 ! signed
 neighbor 127.0.0.3 remote-as 64500
 neighbor 127.0.0.3 passive
 neighbor 127.0.0.4 remote-as 64510
 neighbor 127.0.0.4 passive
 neighbor 127.0.0.4 disable-connected-check
 address-family ipv4 unicast
  network 203.0.113.0/24
  neighbor 127.0.0.2 activate
  neighbor 127.0.0.3 activate
  neighbor 127.0.0.3 route-reflector-client
  neighbor 127.0.0.4 activate
 exit-address-family
 address-family ipv6 unicast
  neighbor 127.0.0.2 activate
 exit-address-family
 address-family ipv4 flowspec
  neighbor 127.0.0.2 activate
  neighbor 127.0.0.3 activate
  neighbor 127.0.0.3 route-reflector-client
  neighbor 127.0.0.4 activate
 exit-address-family
 address-family ipv6 flowspec
  neighbor 127.0.0.2 activate
 exit-address-family
";

fn gobgp() -> String {
    let mut text = "\
[global.config]
as = 64500
router-id = \"10.9.9.9\"
port = 179
local-address-list = [\"127.0.0.1\"]
[global.apply-policy.config]
export-policy-list = [\"stays-inside\"]
default-export-policy = \"accept-route\"
"
    .to_owned();
    let ours = [
        "ipv4-unicast",
        "ipv6-unicast",
        "ipv4-flowspec",
        "ipv6-flowspec",
    ];
    let theirs = ["ipv4-unicast", "ipv4-flowspec"];
    text += &gobgp_neighbour("127.0.0.2", 64_496, &ours);
    text += &gobgp_neighbour("127.0.0.3", 64_500, &theirs);
    text += "[neighbors.route-reflector.config]
route-reflector-client = true
route-reflector-cluster-id = \"10.9.9.9\"
";
    text + &gobgp_neighbour("127.0.0.4", 64_510, &theirs) + GOBGP_POLICY
}

/// What must not leave the network does not: GoBGP does not look at NO_EXPORT by itself.
const GOBGP_POLICY: &str = "\
[[defined-sets.neighbor-sets]]
neighbor-set-name = \"outside\"
neighbor-info-list = [\"127.0.0.4/32\"]
[[defined-sets.bgp-defined-sets.community-sets]]
community-set-name = \"stays\"
community-list = [\"^65535:65281$\"]
[[policy-definitions]]
name = \"stays-inside\"
[[policy-definitions.statements]]
name = \"reject\"
[policy-definitions.statements.conditions.match-neighbor-set]
neighbor-set = \"outside\"
[policy-definitions.statements.conditions.bgp-conditions.match-community-set]
community-set = \"stays\"
match-set-options = \"any\"
[policy-definitions.statements.actions]
route-disposition = \"reject-route\"
";

fn gobgp_neighbour(address: &str, number: u32, families: &[&str]) -> String {
    let mut text = format!(
        "[[neighbors]]
[neighbors.config]
neighbor-address = \"{address}\"
peer-as = {number}
{}
[neighbors.transport.config]
passive-mode = true
[neighbors.ebgp-multihop.config]
enabled = {}
multihop-ttl = 255
",
        if number == 64_496 { "# signed" } else { "" },
        number != 64_500
    );
    for family in families {
        text += &format!(
            "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{family}\"\n"
        );
    }
    text
}
