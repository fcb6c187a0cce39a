//! A table as it should be: what is meant, what becomes of it, and when.

use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use issei_model::{Action, Destination, Endpoint, ReflexRule, ReflexRuleId, Subscriber, Timestamp};

use super::goals::{Goals, has_ports};
use super::moment::{Moment, SECOND, Window};
use super::name::Name;
use crate::{Cut, Refusal};

/// Everything that the kernel is to hold of one order or one reflex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Whose it is.
    pub name: Name,
    /// What its sets hold.
    pub goals: Goals,
    /// Which packets are meant. None while it is staged: then no packet meets it.
    pub cut: Option<Vec<Match>>,
    /// What becomes of packets to the goals.
    pub to: Vec<Gate>,
    /// What becomes of packets from the goals.
    pub from: Vec<Gate>,
}

/// Packets to a goal, or from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// To a goal.
    To,
    /// From a goal.
    From,
}

/// A version of the Internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What the elements of a set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Whole hosts.
    Hosts(Family),
    /// Services.
    Services(Family),
}

impl Kind {
    /// Every kind, in the order in which a table holds them.
    pub const ALL: [Self; 4] = [
        Self::Hosts(Family::V4),
        Self::Hosts(Family::V6),
        Self::Services(Family::V4),
        Self::Services(Family::V6),
    ];

    /// Tells the family.
    pub fn family(self) -> Family {
        match self {
            Self::Hosts(family) | Self::Services(family) => family,
        }
    }
}

/// Which packets a rule means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Those to, or from, a goal in the set of this kind.
    Goals(Kind, Side),
    /// Those of a line to a victim; port 0 stands for any port, protocol 0 for any.
    Pair {
        /// Whose.
        line: Subscriber,
        /// To whom.
        victim: Endpoint,
    },
    /// Those to a destination.
    Traffic(Destination),
    /// Those that come in by an access with a source that is not the line's. A line may still ask for an
    /// address (DHCP, neighbour discovery): unspecified and link-local sources are let be.
    Forged {
        /// By which interface the line's packets come in.
        access: Access,
        /// The line.
        line: Subscriber,
    },
}

impl Match {
    /// Tells on which side it is.
    pub fn side(&self) -> Side {
        match self {
            Self::Goals(_, side) => *side,
            _ => Side::To,
        }
    }
}

/// The name of an interface: at most 15 characters (`IFNAMSIZ`), of which none means anything to nft.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access(String);

impl Access {
    /// Tells the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Access {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'@');
        // A star would mean every interface whose name begins so.
        if (1..=15).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("an interface is named by 1 to 15 letters, digits and . - _ @".into())
        }
    }
}

/// What becomes of packets that are meant, at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// At which time.
    pub window: Window,
    /// What becomes of them.
    pub then: Then,
}

/// What becomes of packets that are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// They are dropped, but for those that may pass.
    Gone(Passes),
    /// It is noted that they passed.
    Before,
}

/// How many packets may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// None.
    None,
    /// So many a second, all together.
    Together(u32),
    /// So many a second for each line, to and from the goals.
    EachLine(u32, Family),
}

impl Passes {
    /// The most that can be told exactly: the kernel's bucket counts whole nanoseconds a packet, so that
    /// more than a million a second would be off by more than a thousandth.
    pub const MOST: u32 = 1_000_000;

    /// Tells how many pass at once after a silence, above the rate: those of a tenth of a second.
    pub fn burst(rate: u32) -> u32 {
        (rate / 10).max(1)
    }
}

/// How long before the beginning passing packets are noted: the set that notes them has room for it.
const NOTED: u64 = 2 * SECOND;

impl Table {
    /// Takes the table of a cut that is to act from its T on, or that is staged if it has none.
    ///
    /// # Errors
    /// If the packet filter cannot say exactly what is wanted.
    pub fn of(cut: &Cut) -> Result<Self, Refusal> {
        let goals = Goals::of(&cut.goals)?;
        let limit = limit(cut)?;
        let window = match cut.fires_at {
            Some(at) => Window::between(at, cut.ends),
            None => Window::never(cut.ends),
        };
        let families = [Family::V4, Family::V6].into_iter();
        let families = families.filter(|&family| goals.has(family));
        let passes: Vec<Passes> = match limit {
            None => vec![Passes::None],
            Some(rate) => families
                .map(|family| Passes::EachLine(rate, family))
                .collect(),
        };
        let gates = gates(window, &passes);
        Ok(Self {
            name: Name::Order(cut.order),
            cut: cut.fires_at.map(|_| matches_of(&goals)),
            goals,
            to: gates.clone(),
            from: gates,
        })
    }

    /// Takes the same cut's table without its T.
    ///
    /// # Errors
    /// Like [`Table::of`].
    pub fn staged(cut: &Cut) -> Result<Self, Refusal> {
        Self::of(&Cut {
            fires_at: None,
            ..cut.clone()
        })
    }

    /// Takes the table of a reflex that acts from a moment on. For forged sources, `access` names the
    /// interface by which the line's packets come in.
    ///
    /// # Errors
    /// If the packet filter cannot say exactly what is wanted.
    pub fn of_reflex(
        id: ReflexRuleId,
        rule: &ReflexRule,
        access: Option<Access>,
        from: Timestamp,
        ends: Timestamp,
    ) -> Result<Self, Unsayable> {
        let (meant, passes) = match *rule {
            ReflexRule::Limit {
                line,
                victim,
                packets,
            } => {
                sayable_pair(line, &victim)?;
                let passes = Passes::Together(sayable_rate(packets)?);
                (Match::Pair { line, victim }, passes)
            }
            ReflexRule::DropForged { line } => {
                let access = access.ok_or(Unsayable(
                    "it is not known by which interface the line comes in",
                ))?;
                (Match::Forged { access, line }, Passes::None)
            }
            ReflexRule::Drop { to } if !to.well_formed() => {
                return Err(Unsayable(
                    "the destination is too wide, has host bits, or a port without ports",
                ));
            }
            ReflexRule::Drop { to } => (Match::Traffic(to), Passes::None),
        };
        Ok(Self {
            name: Name::Reflex(id),
            goals: Goals::default(),
            cut: Some(vec![meant]),
            to: gates(Window::between(from, ends), &[passes]),
            from: Vec::new(),
        })
    }

    /// Tells when it ends: the latest end of its gates.
    pub fn until(&self) -> Option<Moment> {
        self.deciding().map(|gate| gate.window.until).max()
    }

    /// Tells when it begins to act: the latest beginning of its gates, since before not everything acts.
    pub fn acts_from(&self) -> Option<Moment> {
        self.cut.as_ref()?;
        let windows = self.deciding().map(|gate| gate.window);
        windows
            .filter(|window| !window.is_empty())
            .map(|window| window.from)
            .max()
    }

    /// Lists the gates that let packets pass or not.
    pub(super) fn deciding(&self) -> impl Iterator<Item = &Gate> {
        let gates = self.to.iter().chain(&self.from);
        gates.filter(|gate| matches!(gate.then, Then::Gone(_)))
    }

    /// Lists the families of which it keeps a bucket for each line.
    pub(super) fn lines(&self) -> Vec<Family> {
        let mut families: Vec<Family> = self.deciding().filter_map(Gate::lines).collect();
        families.sort_unstable();
        families.dedup();
        families
    }
}

impl Gate {
    fn lines(&self) -> Option<Family> {
        match self.then {
            Then::Gone(Passes::EachLine(_, family)) => Some(family),
            _ => None,
        }
    }
}

impl Goals {
    fn has(&self, family: Family) -> bool {
        let mut kinds = Kind::ALL.iter();
        kinds.any(|&kind| kind.family() == family && self.count(kind) > 0)
    }
}

/// Writes the gates of one side. Where all are dropped, the last that passed before are noted.
fn gates(window: Window, passes: &[Passes]) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::with_capacity(2);
    gates.extend(passes.iter().map(|&passes| Gate {
        window,
        then: Then::Gone(passes),
    }));
    if passes == [Passes::None] && !window.is_empty() {
        let from = window.from.less(NOTED);
        let window = Window {
            from,
            until: window.from,
        };
        gates.push(Gate {
            window,
            then: Then::Before,
        });
    }
    gates
}

/// Lists what is meant by goals: packets to and from those of each kind that there is.
fn matches_of(goals: &Goals) -> Vec<Match> {
    let kinds = Kind::ALL.into_iter().filter(|&kind| goals.count(kind) > 0);
    let both = |kind| [Side::To, Side::From].map(|side| Match::Goals(kind, side));
    kinds.flat_map(both).collect()
}

/// Tells to how many packets a second each line is limited; none means that nothing passes.
fn limit(cut: &Cut) -> Result<Option<u32>, Refusal> {
    let refused = |what| {
        let goal = cut.goals.first().cloned();
        goal.map(|goal| Refusal::NotExpressible { goal, what })
    };
    let no = match cut.action {
        Action::Drop => return Ok(None),
        Action::RateLimit(rate) => match sayable_rate(rate) {
            Ok(rate) => return Ok(Some(rate)),
            Err(Unsayable(what)) => what,
        },
        Action::RefuseName | Action::Redirect => "a packet filter answers no questions",
    };
    // Without a goal there is nothing to limit, and nothing to refuse.
    refused(no).map_or(Ok(None), Err)
}

fn sayable_rate(rate: u32) -> Result<u32, Unsayable> {
    match rate {
        0 => Err(Unsayable(
            "a limit of no packets is a drop, which is another action",
        )),
        1..=Passes::MOST => Ok(rate),
        _ => Err(Unsayable(
            "a limit above a million packets a second cannot be told exactly",
        )),
    }
}

fn sayable_pair(line: Subscriber, victim: &Endpoint) -> Result<(), Unsayable> {
    if line.reveal().is_ipv4() != victim.ip.is_ipv4() {
        return Err(Unsayable("the line and the victim are of two families"));
    }
    if victim.port != 0 && !has_ports(victim.protocol) {
        return Err(Unsayable("only TCP and UDP have ports"));
    }
    Ok(())
}

/// Why a reflex cannot be said exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsayable(pub &'static str);

impl fmt::Display for Unsayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the packet filter cannot say it exactly: {}", self.0)
    }
}

impl std::error::Error for Unsayable {}

/// Tells the prefix that a family's link-local addresses have, for those that need one to get another.
pub(super) fn link_local() -> IpNet {
    IpNet::new_assert(
        std::net::Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0).into(),
        10,
    )
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
