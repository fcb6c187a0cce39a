//! The resolvers of two members: BIND and Unbound of the distribution, set up as docs/resolvers.md says.
//!
//! In: a member's number. Out: what it has, the words of its configuration, what starts it, and what stands in
//! the enforcer's `devices.toml`. Always: a resolver listens on the member's router only, and asks only who
//! answers for all names in the world outside. Members without one have lines that ask there themselves.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use super::topology;

/// What a member's lines ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// BIND 9.
    Bind,
    /// Unbound.
    Unbound,
}

/// The name by which the second family of bots finds its command server.
pub const COMMANDS: &str = "c2.worm.example";
/// A name that everybody asks.
pub const ORDINARY: &str = "www.shop.example";
/// The zone of the orders, and the suffix of its own test names.
pub const APEX: &str = "hot.rpz.test";
const TESTS: &str = "issei.test";
/// Where a member's enforcer serves it: no port that only the privileged may take.
const PRIMARY_PORT: u16 = 5_300;
/// The key between enforcer and BIND: known to everybody, and good for a lab only.
const KEY: &str = "issei.key";
/// Its secret in base64, and the file in the enforcer's folder that holds it.
pub const SECRET: (&str, &str) = ("tsig.key", "bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm8=");

/// Programs that a lab with resolvers needs besides, and the Debian packages that bring them.
pub const NEEDS: [(&str, &str); 3] = [
    ("named", "bind9"),
    ("unbound", "unbound"),
    ("dig", "bind9-dnsutils"),
];

/// Tells what a member has.
pub fn of(number: u8) -> Option<Resolver> {
    match number {
        2 => Some(Resolver::Bind),
        3 => Some(Resolver::Unbound),
        _ => None,
    }
}

/// The members that have one.
pub fn numbers() -> impl Iterator<Item = u8> {
    topology::numbers().filter(|number| of(*number).is_some())
}

/// Where a member's lines ask.
pub fn asked_by_lines(number: u8) -> SocketAddr {
    match of(number) {
        Some(_) => SocketAddr::new(router(number).into(), 53),
        None => outside(number),
    }
}

/// Where a member's office asks the same: by its own way, through its own member's router.
pub fn asked_by_office(number: u8) -> SocketAddr {
    match of(number) {
        Some(_) => SocketAddr::new(Ipv4Addr::new(10, 90, 50 + number, 1).into(), 53),
        None => outside(number),
    }
}

/// Everywhere in the world outside where names are answered.
pub fn authorities() -> Vec<SocketAddr> {
    let own = topology::numbers().map(outside);
    own.chain([SocketAddr::new(AUTHORITY.into(), 53)]).collect()
}

/// Who answers for all names.
const AUTHORITY: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 53);

/// The same at an address that each member's office reaches through its own router.
fn outside(number: u8) -> SocketAddr {
    SocketAddr::new(topology::probe(number).ip(), 53)
}

/// The router's address towards its lines.
fn router(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 91, number, 1)
}

impl Resolver {
    /// Tells what people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Unbound => "unbound",
        }
    }

    /// Writes what stands in the enforcer's `devices.toml`.
    pub fn device(self) -> String {
        let signed = match self {
            Self::Bind => format!("key = \"{KEY}\"\nsecret_file = \"{}\"\n", SECRET.0),
            Self::Unbound => String::new(), // it signs nothing, and the two meet on loopback
        };
        format!(
            "\n[[zone]]\nlisten = \"127.0.0.1:{PRIMARY_PORT}\"\napex = \"{APEX}\"\ntests = \"{TESTS}\"\nresolvers = [\"127.0.0.1:53\"]\n\n[[zone.fetchers]]\nip = \"127.0.0.1\"\n{signed}notify = \"127.0.0.1:53\"\n"
        )
    }

    /// Writes its files into a folder of its own, by their names.
    pub fn files(self, number: u8, folder: &Path) -> Vec<(&'static str, String)> {
        let filled = |text: &str| {
            text.replace("HOME", &folder.display().to_string())
                .replace("LINES", &router(number).to_string())
                .replace("NETWORK", &topology::network(number).to_string())
                .replace("OFFICE", &office(asked_by_office(number)))
                .replace("AUTHORITY", &AUTHORITY.to_string())
                .replace("PORT", &PRIMARY_PORT.to_string())
                .replace("SECRET", SECRET.1)
        };
        match self {
            Self::Bind => vec![("named.conf", filled(NAMED))],
            Self::Unbound => vec![
                ("unbound.conf", filled(UNBOUND)),
                ("lease.sh", filled(LEASE)),
            ],
        }
    }

    /// Gives the words of each process that it is made of.
    pub fn starts(self, folder: &Path) -> Vec<(&'static str, Vec<String>)> {
        let file = |name: &str| folder.join(name).display().to_string();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            Self::Bind => vec![(
                "resolver",
                words(&["named", "-g", "-c", &file("named.conf")]),
            )],
            Self::Unbound => vec![
                (
                    "resolver",
                    words(&["unbound", "-d", "-c", &file("unbound.conf")]),
                ),
                ("lease", words(&["sh", &file("lease.sh")])),
            ],
        }
    }
}

fn office(at: SocketAddr) -> String {
    match at.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => ip.to_string(),
    }
}

const NAMED: &str = r#"
key "issei.key" { algorithm hmac-sha256; secret "SECRET"; };
options {
    directory "HOME";
    listen-on port 53 { 127.0.0.1; LINES; OFFICE; };
    listen-on-v6 { none; };
    allow-query { any; };
    allow-recursion { any; };
    forwarders { AUTHORITY; };
    forward only;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    serial-query-rate 2000;
    response-policy {
        zone "hot.rpz.test" max-policy-ttl 1 min-update-interval 0;
    } qname-wait-recurse no nsip-wait-recurse no nsdname-wait-recurse no;
};
controls {};
logging { category rpz { null; }; };
zone "hot.rpz.test" {
    type secondary;
    file "hot.db";
    primaries { 127.0.0.1 port PORT key "issei.key"; };
    allow-notify { key "issei.key"; };
    min-refresh-time 1; max-refresh-time 1;
    min-retry-time 1; max-retry-time 1;
};
"#;

const UNBOUND: &str = r#"
server:
    directory: "HOME"
    chroot: ""
    username: ""
    pidfile: ""
    interface: 127.0.0.1
    interface: LINES
    interface: OFFICE
    access-control: 0.0.0.0/0 allow
    do-not-query-localhost: no
    module-config: "respip iterator"
    use-syslog: no
    local-zone: "test." nodefault
    local-zone: "example." nodefault
rpz:
    name: "hot.rpz.test."
    primary: 127.0.0.1@PORT
    allow-notify: 127.0.0.1
    zonefile: "hot.zone"
forward-zone:
    name: "."
    forward-addr: AUTHORITY
remote-control:
    control-enable: yes
    control-interface: "HOME/control"
    control-use-cert: no
"#;

/// Takes the policy away when the primary is silent twice, and gives it back when it speaks again.
const LEASE: &str = r#"
silent=0 on=yes
while sleep 0.5; do
    serial=$(dig +short +tries=1 +time=1 -p PORT @127.0.0.1 hot.rpz.test SOA | cut -d' ' -f3)
    case "$serial" in [0-9]*) silent=0 ;; *) silent=$((silent + 1)) ;; esac
    if [ $silent -ge 2 ] && [ $on = yes ]; then
        unbound-control -c HOME/unbound.conf rpz_disable hot.rpz.test && on=no
    elif [ $silent -eq 0 ] && [ $on = no ]; then
        unbound-control -c HOME/unbound.conf rpz_enable hot.rpz.test && on=yes
    fi
done
"#;

#[cfg(test)]
#[path = "resolvers_tests.rs"]
mod tests;
