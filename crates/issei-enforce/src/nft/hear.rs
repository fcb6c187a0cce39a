//! Turns what `nft` lists of a table into what stands there.
//!
//! In: the text of `nft -j -p --debug=netlink list table`, instructions and JSON together, from one look
//! at the kernel. Out: a [`Found`] table. Always: only what reads back as we would have written it counts
//! as standing; everything else is told as odd, in bounded number; addresses of lines are passed over.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use issei_model::{FoundReflex, Goal, ReflexRule, Span, Timestamp};
use serde_json::{Value, json};

use super::bytecode::Bytecode;
use super::expression::{self, names};
use super::goals::Goals;
use super::listing::{Chain, Counter, Element, Key, Listing, Object, Rule, Set, Timed};
use super::moment::{Moment, SECOND, Tongue};
use super::name::Name;
use super::say;
use super::table::{Family, Gate, Kind, Match, Passes, Side, Table, Then};
use crate::{Effect, Seen, Standing};

/// A table as it was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What in it is as we write it.
    pub table: Table,
    /// Packets that were dropped, if the counter is there.
    pub met: Option<u64>,
    /// The kernel's time at the first packet that was dropped.
    pub first: Option<Timestamp>,
    /// The kernel's time at the last packet to or from a goal that passed within two seconds before the
    /// beginning, rounded down to 1.05 ms; where all are dropped.
    pub last: Option<Timestamp>,
    /// After how many whole seconds the first and the last of its elements die by themselves.
    pub lives: Option<(u64, u64)>,
    /// What is not as we write it, at most [`MOST_ODD`], and in how many things beyond.
    pub odd: Vec<String>,
    /// Something odd stands in the way of packets, so that nobody knows what becomes of them.
    pub broken: bool,
}

/// What is told of odd things; more are counted in the last line.
pub const MOST_ODD: usize = 20;

impl Found {
    /// Reads what `nft` said of one table.
    ///
    /// # Errors
    /// If it is no listing of this table.
    pub fn heard(name: Name, text: &str, tongue: Tongue) -> Result<Self, Unheard> {
        let listing = listing(text)?;
        let title = name.to_string();
        let code = text.lines().filter(|line| !line.starts_with('{'));
        let code = Bytecode::of(&title, code, &[names::FIRST, names::LAST]);
        let mut reader = Reader::new(name, tongue, code);
        let mut is_there = false;
        for object in listing.nftables {
            is_there |= object.table.as_ref().is_some_and(|head| head.name == title);
            reader.object(object);
        }
        if !is_there {
            return Err(Unheard::NoTable);
        }
        Ok(reader.finish())
    }

    /// Counts its rules, as a device counts for what it has room.
    pub fn rules(&self) -> usize {
        match self.table.name {
            Name::Order(_) => self.table.goals.len(),
            Name::Reflex(_) => 1,
        }
    }

    /// Tells how an order stands at a moment; none if the table is a reflex's.
    pub fn seen(&self, now: Timestamp) -> Option<Seen> {
        let Name::Order(order) = self.table.name else {
            return None;
        };
        Some(Seen {
            order,
            standing: self.standing(now),
            ends: self.ends(now),
            goals: self.goals(),
            met: self.met,
            effect: Effect {
                first_met: self.first,
                last_passed: self.last,
            },
        })
    }

    /// Tells what a reflex does; none if the table is an order's, or not as we write it.
    pub fn reflex(&self) -> Option<FoundReflex> {
        let (Name::Reflex(id), true) = (self.table.name, self.odd.is_empty()) else {
            return None;
        };
        let ([meant], gate) = (self.table.cut.as_deref()?, self.table.to.first()?) else {
            return None;
        };
        let rule = match (meant.clone(), gate.then) {
            (Match::Pair { line, victim }, Then::Gone(Passes::Together(packets))) => {
                ReflexRule::Limit {
                    line,
                    victim,
                    packets,
                }
            }
            (Match::Forged { line, .. }, Then::Gone(Passes::None)) => {
                ReflexRule::DropForged { line }
            }
            (Match::Traffic(to), Then::Gone(Passes::None)) => ReflexRule::Drop { to },
            _ => return None,
        };
        let ends = gate.window.until.up();
        Some(FoundReflex { id, rule, ends })
    }

    /// Tells how its rules stand. What has ended does nothing, as what is staged.
    pub fn standing(&self, now: Timestamp) -> Standing {
        let until = self.table.until().map(Moment::up);
        match self.table.acts_from().map(Moment::down) {
            Some(from) if until.is_some_and(|until| until <= from.max(now)) => Standing::Staged,
            Some(from) if now < from => Standing::Armed(from),
            Some(from) => Standing::Active(from),
            None => Standing::Staged,
        }
    }

    /// Tells when it ends: by its rules, or by its elements if no rule says so.
    fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        let rules = self.table.until().map(Moment::up);
        let last = self.lives.and_then(|(_, last)| i64::try_from(last).ok());
        rules.or(last.map(|secs| now + Span::from_micros(secs.saturating_mul(1_000_000))))
    }

    /// Lists the goals of which everything is there: while it is staged the elements, and then the rules
    /// for packets to them and from them.
    fn goals(&self) -> Vec<Goal> {
        let whole = Kind::ALL.into_iter().filter(|&kind| self.is_whole(kind));
        let mut goals: Vec<Goal> = whole
            .flat_map(|kind| self.table.goals.of_kind(kind))
            .collect();
        goals.sort_unstable();
        goals
    }

    fn is_whole(&self, kind: Kind) -> bool {
        if self.broken {
            return false;
        }
        let Some(meant) = &self.table.cut else {
            return true;
        };
        [Side::To, Side::From].into_iter().all(|side| {
            meant.contains(&Match::Goals(kind, side)) && self.decides(side, kind.family())
        })
    }

    /// Tells whether a side decides about packets of a family, and just then when the whole table acts.
    fn decides(&self, side: Side, family: Family) -> bool {
        let gates = match side {
            Side::To => &self.table.to,
            Side::From => &self.table.from,
        };
        let (from, until) = (self.table.acts_from(), self.table.until());
        let acts =
            |gate: &&Gate| Some(gate.window.from) == from && Some(gate.window.until) == until;
        gates.iter().filter(acts).any(|gate| match gate.then {
            Then::Gone(Passes::EachLine(_, of)) => of == family,
            Then::Gone(Passes::None | Passes::Together(_)) => true,
            Then::Before => false,
        })
    }
}

/// Reads one object after the other.
struct Reader {
    found: Found,
    tongue: Tongue,
    code: Bytecode,
    chains: Vec<String>,
    lines: Vec<Family>,
    gone: Vec<Vec<Value>>,
    before: Vec<Vec<Value>>,
    unsaid: usize,
}

impl Reader {
    fn new(name: Name, tongue: Tongue, code: Bytecode) -> Self {
        let table = Table {
            name,
            goals: Goals::default(),
            cut: None,
            to: Vec::new(),
            from: Vec::new(),
        };
        let found = Found {
            table,
            met: None,
            first: None,
            last: None,
            lives: None,
            odd: Vec::new(),
            broken: false,
        };
        Self {
            found,
            tongue,
            code,
            chains: Vec::new(),
            lines: Vec::new(),
            gone: Vec::new(),
            before: Vec::new(),
            unsaid: 0,
        }
    }

    fn odd(&mut self, what: String) {
        if self.found.odd.len() < MOST_ODD {
            self.found.odd.push(what);
        } else {
            self.unsaid += 1;
        }
    }

    fn broken(&mut self, what: String) {
        self.found.broken = true;
        self.odd(what);
    }

    fn object(&mut self, object: Object) {
        match object {
            Object {
                metainfo: Some(_), ..
            } => {}
            Object {
                table: Some(head), ..
            } => {
                if head.flags.is_some() {
                    self.broken("the table sleeps or belongs to a process".into());
                }
            }
            Object {
                counter: Some(counter),
                ..
            } => self.counter(&counter),
            Object { set: Some(set), .. } => self.set(set),
            Object {
                chain: Some(chain), ..
            } => self.chain(chain),
            Object {
                rule: Some(rule), ..
            } => self.rule(rule),
            _ => self.odd("an object of a kind that we never make".into()),
        }
    }

    fn counter(&mut self, counter: &Counter) {
        if counter.name == names::MET {
            self.found.met = Some(counter.packets);
        } else {
            self.odd(format!("a counter `{}`", shown(&counter.name)));
        }
    }

    fn set(&mut self, set: Set) {
        if let Some(family) = Family::of_lines(&set.name) {
            self.lines.push(family); // whose lines they are is nobody's business
        } else if let Some(kind) = Kind::of_set(&set.name) {
            if set.of != kind.elements() || set.flags != Some(json!(["timeout"])) {
                self.broken(format!("the set `{}` is not as we make it", kind.set()));
                return;
            }
            for element in set.elem {
                self.element(kind, element);
            }
        } else if set.name != names::FIRST && set.name != names::LAST {
            self.odd(format!("a set `{}`", shown(&set.name)));
        }
    }

    fn element(&mut self, kind: Kind, element: Element) {
        let Element::Timed {
            elem: Timed {
                val,
                expires: Some(secs),
            },
        } = element
        else {
            self.odd(format!(
                "an element of `{}` that does not die by itself",
                kind.set()
            ));
            return;
        };
        let (first, last) = self.found.lives.unwrap_or((secs, secs));
        self.found.lives = Some((first.min(secs), last.max(secs)));
        let goals = &mut self.found.table.goals;
        match (kind, val) {
            (Kind::Hosts(Family::V4), Key::Address(IpAddr::V4(ip))) => {
                goals.hosts4.insert(ip);
            }
            (Kind::Hosts(Family::V6), Key::Address(IpAddr::V6(ip))) => {
                goals.hosts6.insert(ip);
            }
            (
                Kind::Services(Family::V4),
                Key::Service {
                    concat: (IpAddr::V4(ip), protocol, port),
                },
            ) => {
                goals.services4.insert((ip, protocol, port));
            }
            (
                Kind::Services(Family::V6),
                Key::Service {
                    concat: (IpAddr::V6(ip), protocol, port),
                },
            ) => {
                goals.services6.insert((ip, protocol, port));
            }
            _ => self.odd(format!("an element of `{}` that is no address", kind.set())),
        }
    }

    fn chain(&mut self, chain: Chain) {
        let is_hooked = chain.hook.is_some() || chain.of.is_some() || chain.prio.is_some();
        match chain.name.as_str() {
            names::CUT => {
                self.found.table.cut = Some(Vec::new());
                if !is_our_hook(&chain) {
                    self.broken("the chain `cut` is not hooked as we hook it".into());
                }
            }
            names::TO | names::FROM | names::GONE | names::BEFORE if !is_hooked => {
                self.chains.push(chain.name);
            }
            name => {
                let what = format!("a chain `{}`", shown(name));
                if is_hooked {
                    self.broken(what);
                } else {
                    self.odd(what);
                }
            }
        }
    }

    fn rule(&mut self, rule: Rule) {
        match rule.chain.as_str() {
            names::CUT => match (Match::heard(&rule.expr), &mut self.found.table.cut) {
                (Some(meant), Some(cut)) => cut.push(meant),
                _ => self.broken("a rule in `cut` that is not ours".into()),
            },
            names::TO => self.gate(&rule, Side::To),
            names::FROM => self.gate(&rule, Side::From),
            names::GONE => self.gone.push(rule.expr),
            names::BEFORE => self.before.push(rule.expr),
            name => {
                let what = format!("a rule in `{}`", shown(name));
                self.odd(what);
            }
        }
    }

    fn gate(&mut self, rule: &Rule, side: Side) {
        let exact = self.code.window(&rule.chain, rule.handle, self.tongue);
        let gate = exact.and_then(|exact| Gate::heard(&rule.expr, side, exact));
        match (gate, side) {
            (Some(gate), Side::To) => self.found.table.to.push(gate),
            (Some(gate), Side::From) => self.found.table.from.push(gate),
            (None, _) => self.broken(format!("a rule in `{}` that is not ours", side.chain())),
        }
    }

    fn finish(mut self) -> Found {
        for chain in [names::TO, names::FROM, names::GONE, names::BEFORE] {
            if !self.chains.iter().any(|there| there == chain) {
                self.broken(format!("no chain `{chain}`"));
            }
        }
        if self.gone != expression::gone() {
            self.broken("the rules in `gone` are not ours".into());
        }
        if !matches!(self.before.as_slice(), [rule] if expression::is_before(rule)) {
            self.odd("the rules in `before` are not ours".into());
        }
        if self.found.met.is_none() {
            self.broken("no counter `met`".into());
        }
        self.lines.sort_unstable();
        if self.lines != self.found.table.lines() {
            self.broken("the sets of lines are not those that its rules use".into());
        }
        self.notes();
        if self.unsaid > 0 {
            self.found
                .odd
                .push(format!("and {} odd things more", self.unsaid));
        }
        self.found
    }

    /// Takes the noted moments, if they can be true: within the time in which the rules note them.
    fn notes(&mut self) {
        let from = self.found.table.acts_from();
        let until = self.found.table.until();
        if let (Some(from), Some(until)) = (from, until) {
            let mut first = self.code.noted(names::FIRST);
            self.found.first = first
                .find(|at| (from..until).contains(at))
                .map(Moment::down);
            let earliest = Moment(from.0.saturating_sub(3 * SECOND));
            let last = self.code.noted(names::LAST);
            let last = last.filter(|at| (earliest..from).contains(at)).max();
            self.found.last = last.map(Moment::down);
        }
    }
}

fn is_our_hook(chain: &Chain) -> bool {
    chain.of.as_deref() == Some("filter")
        && chain.hook.as_deref() == Some("prerouting")
        && chain.prio == Some(say::PRIORITY)
        && chain.policy.as_deref() == Some("accept")
}

/// Shows the beginning of a foreign name.
fn shown(name: &str) -> String {
    name.chars()
        .take(40)
        .filter(|letter| !letter.is_control())
        .collect()
}

/// Reads which tables of ours there are, from what `nft -j list tables` or `list chains` said. The former
/// makes 1.0.6 fetch every element of the machine first, the latter misses a table that has no chain left.
///
/// # Errors
/// If it is no listing.
pub fn names(text: &str) -> Result<Vec<Name>, Unheard> {
    let objects = listing(text)?.nftables.into_iter();
    let named = objects.filter_map(|object| match (object.table, object.chain) {
        (Some(table), _) => Some((table.family, table.name)),
        (None, Some(chain)) => Some((chain.family?, chain.table?)),
        (None, None) => None,
    });
    let ours = named.filter(|(family, _)| family == "inet");
    let ours: BTreeSet<Name> = ours.filter_map(|(_, name)| name.parse().ok()).collect();
    Ok(ours.into_iter().collect())
}

/// Reads how this `nft` takes and shows moments, from what it said of [`super::probe`].
///
/// # Errors
/// If it is none of the ways that are known.
pub fn tongue(text: &str) -> Result<Tongue, Unheard> {
    let shown = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("[ cmp gte reg 1 "));
    let shown = shown.and_then(|rest| rest.strip_suffix(" ]"));
    let words: Vec<u32> = shown
        .into_iter()
        .flat_map(|words| words.split(' '))
        .filter_map(|word| u32::from_str_radix(word.strip_prefix("0x")?, 16).ok())
        .collect();
    let words: [u32; 2] = words.try_into().map_err(|_| Unheard::Tongue)?;
    let mut tongues = Tongue::ALL.into_iter();
    let spoken = tongues.find(|tongue| tongue.moment(words) == tongue.stored(say::PROBED));
    spoken.ok_or(Unheard::Tongue)
}

fn listing(text: &str) -> Result<Listing, Unheard> {
    let json = text.lines().find(|line| line.starts_with('{'));
    let json = json.ok_or(Unheard::NoJson)?;
    serde_json::from_str(json).map_err(|error| Unheard::Json {
        column: error.column(),
    })
}

/// Why what `nft` said cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// It holds no JSON.
    NoJson,
    /// Its JSON is no listing, from this byte on.
    Json {
        /// The byte of the line, from 1.
        column: usize,
    },
    /// It lists another table.
    NoTable,
    /// It takes or shows moments in no way that is known.
    Tongue,
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJson => f.write_str("no line of JSON"),
            Self::Json { column } => write!(f, "no listing in JSON, from byte {column} on"),
            Self::NoTable => f.write_str("not the table that was asked for"),
            Self::Tongue => {
                f.write_str("a way to write moments that is not known; nftables 1.0.6 is")
            }
        }
    }
}

impl std::error::Error for Unheard {}

#[cfg(test)]
#[path = "hear_tests.rs"]
mod tests;
