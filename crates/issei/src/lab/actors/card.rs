//! The line card that a routing daemon of Debian's does not have: takes FlowSpec rules from it, and drops.
//!
//! In: a BGP session with the daemon, of its own AS. Out: elements of two sets of the namespace's packet
//! filter. Always: it announces nothing; when the session falls, it drops nothing more, as a card does whose
//! router is gone; rules that are not of the shape which a cut has are passed over and counted.
//! Standard: RFC 4271; RFC 4760; RFC 8955, section 4.2. Not here: anything that a member uses.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use issei_wire::bgp::{self, Families, Family, Message, Open};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{interval, sleep};

use super::report;
use crate::code::Failure;

/// Whom the card speaks with.
pub struct Card {
    /// From where it comes.
    pub from: IpAddr,
    /// The daemon.
    pub daemon: SocketAddr,
    /// The AS of both.
    pub as_number: u32,
}

/// How the card stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whether the session stands.
    pub stands: bool,
    /// Rules that it drops by.
    pub rules: u64,
    /// Rules of another shape.
    pub passed_over: u64,
}

/// Which packets a rule is about: those to or from one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    /// Whether they go there; else they come from there.
    to: bool,
    host: Ipv4Addr,
    protocol: u8,
    port: u16,
}

/// How long until the session is tried again.
const AGAIN: Duration = Duration::from_millis(200);
/// Seconds of silence that it bears.
const HOLD: u16 = 9;
/// The sets, and the rules that drop by them.
const TABLE: &str = "\
add table inet lab_card
add set inet lab_card to { type ipv4_addr . inet_proto . inet_service; }
add set inet lab_card from { type ipv4_addr . inet_proto . inet_service; }
add chain inet lab_card forward { type filter hook forward priority 0; }
add rule inet lab_card forward ip daddr . meta l4proto . th dport @to drop
add rule inet lab_card forward ip saddr . meta l4proto . th sport @from drop
";

impl Card {
    /// Drops what the daemon passes on, until nobody waits for it any more.
    pub async fn drop_what_is_told(&self, log: &Path) -> Result<(), Failure> {
        let mut filter = Filter::open()?;
        loop {
            let mut held = Held::default();
            // A session that ends is tried again; meanwhile nothing is dropped.
            let _ = self.session(&mut filter, &mut held, log).await;
            filter.empty()?;
            report(log, &Held::default())?;
            sleep(AGAIN).await;
        }
    }

    async fn session(
        &self,
        filter: &mut Filter,
        held: &mut Held,
        log: &Path,
    ) -> Result<(), Failure> {
        let socket = TcpSocket::new_v4().map_err(Failure::broken)?;
        socket
            .bind(SocketAddr::new(self.from, 0))
            .map_err(Failure::broken)?;
        let mut stream = socket.connect(self.daemon).await.map_err(Failure::broken)?;
        stream.set_nodelay(true).map_err(Failure::broken)?;
        say(&mut stream, |out| self.opening().write(out)).await?;
        let (mut came, mut clock) = (
            Vec::new(),
            interval(Duration::from_secs(u64::from(HOLD) / 3)),
        );
        loop {
            tokio::select! {
                _ = clock.tick(), if held.stands => say(&mut stream, bgp::write_keepalive).await?,
                read = stream.read_buf(&mut came) => match read {
                    Ok(0) | Err(_) => return Ok(()),
                    Ok(_) => {}
                },
            }
            while let Some(length) = bgp::length(&came)
                .map_err(broken)?
                .filter(|length| came.len() >= *length)
            {
                let message: Vec<u8> = came.drain(..length).collect();
                let opened = self.hear(&message, filter, held)?;
                if opened {
                    say(&mut stream, bgp::write_keepalive).await?;
                }
                report(log, held)?;
            }
        }
    }

    fn opening(&self) -> Open {
        let IpAddr::V4(id) = self.from else {
            unreachable!("a lab's cards have IPv4 addresses");
        };
        Open {
            as_number: self.as_number,
            hold_time: HOLD,
            id,
            families: Families::default().with(Family::Flow4),
            four_octets: true,
        }
    }

    /// Takes one message in. Tells whether the daemon opened the session by it.
    fn hear(&self, message: &[u8], filter: &mut Filter, held: &mut Held) -> Result<bool, Failure> {
        match Message::read(message).map_err(broken)? {
            Message::Open(_) => return Ok(true),
            Message::Keepalive => held.stands = true,
            Message::Notification(why) => return Err(broken(format!("{why:?}"))),
            Message::Update(update) => {
                for (comes, rule) in rules(update.attributes) {
                    match rule {
                        None => held.passed_over += 1,
                        Some(rule) => filter.set(rule, comes)?,
                    }
                }
                held.rules = filter.rules.len() as u64;
            }
        }
        Ok(false)
    }
}

async fn say(stream: &mut TcpStream, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Failure> {
    let mut out = Vec::new();
    write(&mut out);
    stream.write_all(&out).await.map_err(Failure::broken)
}

fn broken(why: impl std::fmt::Debug) -> Failure {
    Failure::broken(format!("the daemon says what makes no sense: {why:?}"))
}

/// The namespace's packet filter, spoken to through one `nft` that stays.
struct Filter {
    /// Held so that it ends with us.
    _nft: Child,
    input: ChildStdin,
    rules: BTreeSet<Rule>,
}

impl Filter {
    fn open() -> Result<Self, Failure> {
        let mut command = Command::new("nft");
        command
            .arg("-i")
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut nft = command.spawn().map_err(Failure::broken)?;
        let mut input = nft.stdin.take().ok_or_else(|| broken("nft has no input"))?;
        input.write_all(TABLE.as_bytes()).map_err(Failure::broken)?;
        Ok(Self {
            _nft: nft,
            input,
            rules: BTreeSet::new(),
        })
    }

    fn set(&mut self, rule: Rule, comes: bool) -> Result<(), Failure> {
        let changed = match comes {
            true => self.rules.insert(rule),
            false => self.rules.remove(&rule),
        };
        let deed = if comes { "add" } else { "delete" };
        match changed {
            true => self
                .input
                .write_all(element(deed, rule).as_bytes())
                .map_err(Failure::broken),
            false => Ok(()),
        }
    }

    fn empty(&mut self) -> Result<(), Failure> {
        for rule in std::mem::take(&mut self.rules) {
            self.input
                .write_all(element("delete", rule).as_bytes())
                .map_err(Failure::broken)?;
        }
        Ok(())
    }
}

fn element(deed: &str, rule: Rule) -> String {
    let Rule {
        to,
        host,
        protocol,
        port,
    } = rule;
    let set = if to { "to" } else { "from" };
    format!("{deed} element inet lab_card {set} {{ {host} . {protocol} . {port} }}\n")
}

// ── what an UPDATE says ────────────────────────────────────────────────────────────────────────

/// Attributes that carry routes of other families, and the flag of a length of two octets.
const MP_REACH: u8 = 14;
const MP_UNREACH: u8 = 15;
const LONG: u8 = 0x10;
const EXTENDED_COMMUNITIES: u8 = 16;
/// IPv4 FlowSpec.
const FLOW4: [u8; 3] = [0, 1, 133];

/// Reads the rules of an UPDATE's attributes: whether each comes, and which it is if it has our shape.
pub(super) fn rules(attributes: &[u8]) -> Vec<(bool, Option<Rule>)> {
    let drops = each_attribute(attributes)
        .any(|(kind, body)| kind == EXTENDED_COMMUNITIES && body.chunks_exact(8).any(is_nothing));
    let mut rules = Vec::new();
    for (kind, body) in each_attribute(attributes) {
        let Some(routes) = body.strip_prefix(&FLOW4) else {
            continue;
        };
        match (kind, routes) {
            // A next hop, which FlowSpec has not, and an octet that is reserved.
            (MP_REACH, [hop, rest @ ..]) => {
                let behind = rest.get(usize::from(*hop) + 1..).unwrap_or_default();
                let meant = |rule| shape(rule).filter(|_| drops);
                rules.extend(each(behind).map(|rule| (true, meant(rule))));
            }
            (MP_UNREACH, routes) => rules.extend(each(routes).map(|rule| (false, shape(rule)))),
            _ => {}
        }
    }
    rules
}

/// Tells whether an extended community says that no octet passes, by whatever AS (RFC 8955, section 7.1).
fn is_nothing(community: &[u8]) -> bool {
    matches!(community, [0x80, 0x06, _, _, 0, 0, 0, 0])
}

/// Walks over attributes (RFC 4271, section 4.3), as far as they are whole.
fn each_attribute(mut attributes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let [flags, kind, rest @ ..] = attributes else {
            return None;
        };
        let (length, rest) = match (flags & LONG != 0, rest) {
            (true, [high, low, rest @ ..]) => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            (false, [length, rest @ ..]) => (usize::from(*length), rest),
            _ => return None,
        };
        let (body, behind) = rest.split_at_checked(length)?;
        attributes = behind;
        Some((*kind, body))
    })
}

/// Walks over rules, each behind its length (RFC 8955, section 4.1).
fn each(mut routes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = match routes {
            [high @ 0xf0..=0xff, low, rest @ ..] => {
                (usize::from(high & 0x0f) << 8 | usize::from(*low), rest)
            }
            [length, rest @ ..] => (usize::from(*length), rest),
            [] => return None,
        };
        let (rule, behind) = rest.split_at_checked(length)?;
        routes = behind;
        Some(rule)
    })
}

/// Reads a rule about one service: a host, a protocol, a port, each one value.
fn shape(mut octets: &[u8]) -> Option<Rule> {
    let (mut host, mut protocol, mut port) = (None, None, None);
    while let [kind, rest @ ..] = octets {
        octets = match kind {
            1 | 2 => {
                let [32, a, b, c, d, rest @ ..] = rest else {
                    return None;
                };
                host = Some((*kind == 1, Ipv4Addr::new(*a, *b, *c, *d)));
                rest
            }
            3 => {
                let (value, rest) = one_value(rest)?;
                protocol = Some(u8::try_from(value).ok()?);
                rest
            }
            5 | 6 => {
                let (value, rest) = one_value(rest)?;
                port = Some((*kind == 5, value));
                rest
            }
            _ => return None,
        };
    }
    let ((to, host), protocol, (to_port, port)) = (host?, protocol?, port?);
    (to == to_port).then_some(Rule {
        to,
        host,
        protocol,
        port,
    })
}

/// Reads a list of one value that must be equal (RFC 8955, section 4.2.1.1).
fn one_value(octets: &[u8]) -> Option<(u16, &[u8])> {
    match octets {
        [0x81, value, rest @ ..] => Some((u16::from(*value), rest)),
        [0x91, high, low, rest @ ..] => Some((u16::from_be_bytes([*high, *low]), rest)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
