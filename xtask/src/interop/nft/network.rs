//! A line, routers, and the world behind them: each a network namespace, joined by pairs of interfaces and
//! by nothing else.
//!
//! Router `n` forwards between the line's `10.77.n.2` and `198.18.n.0/24` in the world, and between
//! `fd77:n::2` and `2001:db8:n::/64`; every IPv4 address there is one of the world's, and of IPv6 ::10 and
//! ::30. It has tables of others, whose text must never change.

use std::path::Path;

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::Running;

/// The namespaces, removed with their owner.
#[derive(Debug)]
pub struct Network {
    /// Where packets to goals come from.
    pub line: Namespace,
    /// Where the goals are.
    pub world: Namespace,
    /// Between them, from 1 on.
    pub routers: Vec<Namespace>,
}

impl Network {
    /// Makes one with so many routers.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn new(folder: &Folder, routers: u8) -> Result<Self, String> {
        let namespace = |role: &str| Namespace::new(folder, role);
        let (line, world) = (namespace("line")?, namespace("world")?);
        let mut network = Self {
            line,
            world,
            routers: Vec::new(),
        };
        for number in 1..=routers {
            let router = namespace(&format!("router{number}"))?;
            network.join(folder, &router, number)?;
            network.routers.push(router);
        }
        Ok(network)
    }

    fn join(&self, folder: &Folder, router: &Namespace, n: u8) -> Result<(), String> {
        let (line, world) = (self.line.name(), self.world.name());
        shell(
            folder,
            router,
            &format!(
                "ip link add line type veth peer name r{n} netns {line}
             ip link add world type veth peer name r{n} netns {world}
             echo 1 > /proc/sys/net/ipv4/ip_forward
             echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
             ip addr add 10.77.{n}.1/24 dev line; ip addr add 10.78.{n}.1/24 dev world
             ip addr add fd77:{n}::1/64 dev line nodad; ip addr add fd78:{n}::1/64 dev world nodad
             ip link set line up; ip link set world up
             ip route add 198.18.{n}.0/24 via 10.78.{n}.2
             ip -6 route add 2001:db8:{n}::/64 via fd78:{n}::2
             {OTHERS}"
            ),
        )?;
        shell(
            folder,
            &self.line,
            &format!(
                "ip addr add 10.77.{n}.2/24 dev r{n}; ip addr add 10.77.{n}.3/24 dev r{n}
             ip addr add fd77:{n}::2/64 dev r{n} nodad; ip link set r{n} up
             ip route add 198.18.{n}.0/24 via 10.77.{n}.1
             ip -6 route add 2001:db8:{n}::/64 via fd77:{n}::1"
            ),
        )?;
        shell(folder, &self.world, &format!(
            "ip addr add 10.78.{n}.2/24 dev r{n}; ip addr add fd78:{n}::2/64 dev r{n} nodad
             ip link set r{n} up
             ip route add local 198.18.{n}.0/24 dev lo; ip -6 addr add 2001:db8:{n}::10/128 dev lo
             ip -6 addr add 2001:db8:{n}::30/128 dev lo
             ip route add 10.77.{n}.0/24 via 10.78.{n}.1; ip -6 route add fd77:{n}::/64 via fd78:{n}::1"
        ))
    }

    /// Shows everything that a router's packet filter holds, with the kernel's own numbers of it.
    ///
    /// # Errors
    /// If `nft` fails.
    pub fn rules(&self, folder: &Folder, router: usize) -> Result<String, String> {
        let said = self.routers[router].says(folder, &["nft", "-a", "list", "ruleset"])?;
        Ok(said.out)
    }

    /// Starts the hand in the world or in the line, where it sends or receives.
    ///
    /// # Errors
    /// If it cannot start.
    pub fn start(
        folder: &Folder,
        place: &Namespace,
        hand: &Path,
        words: &[&str],
    ) -> Result<Running, String> {
        let hand = hand.display().to_string();
        // At real-time priority, so that other work cannot keep a sender from its moments. It sleeps until
        // it begins and sends for a few seconds.
        let urgent = ["chrt", "--fifo", "10", hand.as_str()];
        place.start(folder, &[&urgent[..], words].concat())
    }
}

/// Tables that are not ours, one with a name like ours.
const OTHERS: &str = "\
nft add table ip others
nft add chain ip others before '{ type filter hook prerouting priority -300; policy accept; }'
nft add rule ip others before ip saddr 203.0.113.1 drop
nft add table inet issei-orders
nft add set inet issei-orders hosts4 '{ type ipv4_addr; }'
nft add element inet issei-orders hosts4 '{ 203.0.113.2 }'";

/// Runs commands in a namespace; the first that fails ends it.
///
/// # Errors
/// If one fails.
pub fn shell(folder: &Folder, place: &Namespace, script: &str) -> Result<(), String> {
    place.says(folder, &["sh", "-ec", script]).map(drop)
}
