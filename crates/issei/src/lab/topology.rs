//! What a lab is made of: namespaces, links between them, addresses and routes.
//!
//! In: the lab's name. Out: the words for `ip` that make it. Always: every interface is born inside a
//! namespace of the lab, so nothing can leave it; every address is private, for documentation (RFC 5737)
//! or for benchmarks (RFC 2544). Not here: making anything.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};

/// Members of a lab.
pub const MEMBERS: u8 = 5;
/// The port of the command server: nothing that anybody knows.
pub const COMMAND_PORT: u16 = 48_101;
/// Hijacked devices at each member. Fewer are not told from chance among the lines there are.
pub const BOTS: u32 = 8;
/// Ordinary lines at each member.
pub const USERS: u32 = 52;

/// The machine that commands the hijacked devices.
pub const COMMAND: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
/// What everybody uses.
pub const SERVICE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 30);
/// The next address beside the command server: nobody may lose it.
pub const NEIGHBOUR: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 8);
/// Networks in which hijacked devices look for others; nobody there answers.
pub const SCANNED: [Ipv4Addr; 2] = [Ipv4Addr::new(198, 18, 7, 1), Ipv4Addr::new(198, 19, 7, 1)];

/// The namespaces that every lab has once.
pub const CORE: &str = "core";
/// Where the servers are.
pub const OUT: &str = "out";
/// Where the offices are.
pub const CONTROL: &str = "ctl";

/// A lab, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    name: String,
}

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// In which namespace, without the lab's name.
    pub place: String,
    /// The interface.
    pub interface: String,
    /// Its address.
    pub address: Ipv4Net,
    /// What is reached through it: the other side, or its network.
    pub routes: Vec<Ipv4Net>,
}

/// Two interfaces, joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What people call it, such as `m1-core`.
    pub name: String,
    /// Its ends.
    pub ends: [End; 2],
}

impl Topology {
    /// Names a lab.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// Tells the name of a place's namespace.
    pub fn namespace(&self, place: &str) -> String {
        format!("{}-{place}", self.name)
    }

    /// Lists the places.
    pub fn places() -> Vec<String> {
        let of = |number| [member(number), lines(number)];
        let once = [CORE, OUT, CONTROL].map(str::to_owned);
        once.into_iter().chain(numbers().flat_map(of)).collect()
    }

    /// Lists the links.
    pub fn links() -> Vec<Link> {
        let mut links = vec![core_to_out()];
        for number in numbers() {
            links.extend([to_core(number), to_lines(number), to_control(number)]);
        }
        links
    }

    /// Lists the words for `ip` that build everything, in their order.
    pub fn commands(&self) -> Vec<Vec<String>> {
        let mut commands = Vec::new();
        for place in Self::places() {
            let namespace = self.namespace(&place);
            commands.push(words(&format!("netns add {namespace}")));
            commands.push(words(&format!("-n {namespace} link set lo up")));
        }
        let links = Self::links();
        commands.extend(links.iter().map(|link| self.joins(link)));
        commands.extend(links.iter().flat_map(|link| self.raises(link)));
        commands.extend(self.locals());
        commands
    }

    fn joins(&self, link: &Link) -> Vec<String> {
        let [one, other] = &link.ends;
        words(&format!(
            "-n {} link add {} type veth peer name {} netns {}",
            self.namespace(&one.place),
            one.interface,
            other.interface,
            self.namespace(&other.place)
        ))
    }

    /// Lists the words that take a link up, with its addresses and routes.
    pub fn raises(&self, link: &Link) -> Vec<Vec<String>> {
        let [one, other] = &link.ends;
        let mut commands = Vec::new();
        for end in [one, other] {
            let namespace = self.namespace(&end.place);
            let End {
                interface, address, ..
            } = end;
            commands.push(words(&format!(
                "-n {namespace} address replace {address} dev {interface}"
            )));
            commands.push(words(&format!(
                "-n {namespace} link set dev {interface} up"
            )));
        }
        for (end, far) in [(one, other), (other, one)] {
            let (namespace, via) = (self.namespace(&end.place), far.address.addr());
            for route in &end.routes {
                commands.push(words(&format!(
                    "-n {namespace} route replace {route} via {via}"
                )));
            }
        }
        commands
    }

    /// Gives the words that take a link down; one end is enough for both.
    pub fn breaks(&self, link: &Link) -> Vec<String> {
        let end = &link.ends[0];
        let namespace = self.namespace(&end.place);
        words(&format!(
            "-n {namespace} link set dev {} down",
            end.interface
        ))
    }

    /// Networks of which every address is somebody: the lines, and the world outside.
    fn locals(&self) -> Vec<Vec<String>> {
        let outside = world().into_iter().map(|net| (OUT.to_owned(), net));
        let lines = numbers().map(|number| (lines(number), network(number)));
        let local = |(place, net): (String, Ipv4Net)| {
            let namespace = self.namespace(&place);
            words(&format!("-n {namespace} route add local {net} dev lo"))
        };
        outside.chain(lines).map(local).collect()
    }
}

/// The members' numbers.
pub fn numbers() -> impl Iterator<Item = u8> {
    1..=MEMBERS
}

/// Names a member, and the place of its router.
pub fn member(number: u8) -> String {
    format!("m{number}")
}

/// Names the place of a member's lines.
pub fn lines(number: u8) -> String {
    format!("l{number}")
}

/// The prefix of a member's lines.
pub fn network(number: u8) -> Ipv4Net {
    net([10, 16, number, 0], 24)
}

/// The first of a member's hijacked devices; the others follow.
pub fn first_bot(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 16, number, 10).into()
}

/// The first of a member's ordinary lines; the others follow.
pub fn first_user(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 16, number, 100).into()
}

/// The first of a member's lines that flood; the others follow.
pub fn flooder(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 16, number, 60).into()
}

/// The line from which packets are sent to be measured; its flows are not exported.
pub fn marked(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 16, number, 200).into()
}

/// The address of a member's own that every order cuts along.
pub fn sentinel(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 16, number, 250)
}

/// What a member's office looks at through the member's own router.
pub fn probe(number: u8) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::new(203, 0, 113, 20 + number).into(), 80)
}

/// Where bots are commanded.
pub fn command() -> SocketAddr {
    SocketAddr::new(COMMAND.into(), COMMAND_PORT)
}

/// What users ask: an ordinary service, the command server's neighbour, and another port of its machine.
pub fn asked() -> [SocketAddr; 3] {
    [SERVICE, NEIGHBOUR, COMMAND].map(|ip| SocketAddr::new(ip.into(), 80))
}

/// The networks between routers: the lab's own control.
pub fn control_plane() -> IpNet {
    net([10, 90, 0, 0], 16).into()
}

/// The networks that lie outside.
pub fn world() -> [Ipv4Net; 3] {
    [
        net([203, 0, 113, 0], 24),
        net([198, 51, 100, 0], 24),
        net([198, 18, 0, 0], 15),
    ]
}

fn core_to_out() -> Link {
    Link {
        name: "core-out".into(),
        ends: [
            end(CORE, OUT, [10, 90, 100, 1], world().to_vec()),
            end(OUT, CORE, [10, 90, 100, 2], vec![everything()]),
        ],
    }
}

fn to_core(number: u8) -> Link {
    let name = member(number);
    let behind = vec![network(number), net([10, 90, 50 + number, 0], 30)];
    Link {
        name: format!("{name}-core"),
        ends: [
            end(&name, CORE, [10, 90, number, 2], vec![everything()]),
            end(CORE, &name, [10, 90, number, 1], behind),
        ],
    }
}

fn to_lines(number: u8) -> Link {
    let name = member(number);
    Link {
        name: format!("{name}-lines"),
        ends: [
            end(&name, "lines", [10, 91, number, 1], vec![network(number)]),
            end(
                &lines(number),
                "up",
                [10, 91, number, 2],
                vec![everything()],
            ),
        ],
    }
}

/// An office's way to what it looks at goes through its own member's router, as its customers' does.
fn to_control(number: u8) -> Link {
    let name = member(number);
    let IpAddr::V4(looked_at) = probe(number).ip() else {
        unreachable!("probes are IPv4 here");
    };
    Link {
        name: format!("{name}-ctl"),
        ends: [
            end(&name, CONTROL, [10, 90, 50 + number, 1], Vec::new()),
            end(
                CONTROL,
                &name,
                [10, 90, 50 + number, 2],
                vec![looked_at.into(), sentinel(number).into()],
            ),
        ],
    }
}

fn end(place: &str, interface: &str, address: [u8; 4], routes: Vec<Ipv4Net>) -> End {
    End {
        place: place.into(),
        interface: interface.into(),
        address: net(address, 30),
        routes,
    }
}

fn everything() -> Ipv4Net {
    net([0; 4], 0)
}

fn net(address: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new(address.into(), length).expect("a length of ours")
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "topology_tests.rs"]
mod tests;
