//! Reads the things that a step names: members, goals, spans, numbers, reasons.
//!
//! In: the words from the slot on. Out: the value and how many words it took, or a [`Miss`].
//! Not here: which phrase they belong to (`table`).

use std::collections::VecDeque;

use issei_case::safeguards::Place;
use issei_model::{Ending, Goal, Objection, OrganisationId, Span};

use super::language::{Cast, bare, nearest, not_a_word};

/// Whom a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Every member.
    Everyone,
    /// Nobody.
    Nobody,
    /// These.
    These(Vec<OrganisationId>),
}

/// A thing that a step names.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Who(Who),
    Number(u64),
    Span(Span),
    Goals(Vec<Goal>),
    Place(Place),
    Word(String),
    Objection(Objection),
    Ending(Ending),
}

/// The things that a step names, in their order. Taking one of another kind than the table says is
/// a mistake of the table, which a test over every phrase rules out.
#[derive(Clone, Debug, Default)]
pub struct Values(VecDeque<Value>);

macro_rules! takers {
    ($($name:ident $kind:ident $type:ty,)+) => {
        $(#[doc = concat!("Takes the next value, a ", stringify!($kind), ".")]
        pub fn $name(&mut self) -> $type {
            match self.0.pop_front() {
                Some(Value::$kind(value)) => value,
                other => unreachable!("the table promises a {}: {other:?}", stringify!($kind)),
            }
        })+
    };
}

impl Values {
    pub fn push(&mut self, value: Value) {
        self.0.push_back(value);
    }

    takers! {
        who Who Who,
        number Number u64,
        span Span Span,
        goals Goals Vec<Goal>,
        place Place Place,
        word Word String,
        objection Objection Objection,
        ending Ending Ending,
    }
}

/// Where a pattern stopped fitting.
#[derive(Clone, Debug, Default)]
pub struct Miss {
    /// At which word.
    pub at: usize,
    /// Words that would have gone on.
    pub words: Vec<String>,
    /// What is wrong, if it is more than a word.
    pub what: Option<String>,
}

impl Miss {
    pub fn expected(at: usize, words: Vec<String>) -> Self {
        let what = None;
        Self { at, words, what }
    }

    pub fn too_long(at: usize) -> Self {
        Self::expected(at, Vec::new())
    }

    fn of(words: &[&str], what: String) -> Self {
        Self {
            at: 0,
            words: words.iter().map(|&word| word.to_owned()).collect(),
            what: Some(what),
        }
    }

    pub fn shifted(mut self, by: usize) -> Self {
        self.at += by;
        self
    }

    /// Takes the one that went further; of equals, both.
    pub fn further(best: Option<Self>, other: Self) -> Self {
        let Some(mut best) = best else { return other };
        match best.at.cmp(&other.at) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => best,
            std::cmp::Ordering::Equal => {
                best.words.extend(other.words);
                best.what = best.what.or(other.what);
                best
            }
        }
    }
}

/// Names of the members of a country of so many.
pub fn members(count: u64) -> Vec<OrganisationId> {
    let letters = ('a'..='z').take(usize::try_from(count).unwrap_or(0));
    let names = letters.map(|letter| format!("isp-{letter}").parse());
    names
        .map(|name| name.expect("a letter makes a name"))
        .collect()
}

/// Reads one slot.
pub fn read(slot: &str, words: &[&str], cast: &Cast) -> Result<(Value, usize), Miss> {
    let word = words.first().map(|word| bare(word)).unwrap_or_default();
    let missing = || Miss::of(&[], meaning(slot).to_owned());
    if word.is_empty() {
        return Err(missing());
    }
    let one = |value: Value| Ok((value, 1));
    match slot {
        "who" => who(words, cast),
        "goals" => goals(words),
        "span" => {
            let unit = words.get(1).map(|word| bare(word)).ok_or_else(missing)?;
            let span = span(word, unit).map_err(|what| Miss::of(&[], what))?;
            Ok((Value::Span(span), 2))
        }
        "number" => one(Value::Number(
            number(word).map_err(|what| Miss::of(&NUMBERS, what))?,
        )),
        "place" => one(Value::Place(
            place(word).map_err(|what| Miss::of(&[], what))?,
        )),
        "objection" => pick(word, &OBJECTIONS).and_then(|it| one(Value::Objection(it))),
        "ending" => pick(word, &ENDINGS).and_then(|it| one(Value::Ending(it))),
        "gate" => {
            let gates = GATES.map(|gate| (gate, gate.to_owned()));
            pick(word, &gates).and_then(|gate| one(Value::Word(gate)))
        }
        _ => one(Value::Word(word.to_owned())),
    }
}

fn meaning(slot: &str) -> &str {
    match slot {
        "who" => "a member, such as `isp-a`",
        "goals" => "a goal, such as `198.51.100.7:48101/tcp`",
        "span" => "a length of time, such as `6 s`",
        "number" => "a number",
        "place" => "a name or a prefix",
        "objection" => "a reason, such as `customer`",
        "ending" => "a reason, such as `by-person`",
        "gate" => "a gate, such as `ground`",
        _ => "a word",
    }
}

fn who(words: &[&str], cast: &Cast) -> Result<(Value, usize), Miss> {
    match bare(words[0]) {
        "everyone" => return Ok((Value::Who(Who::Everyone), 1)),
        "nobody" => return Ok((Value::Who(Who::Nobody), 1)),
        _ => {}
    }
    let (mut these, mut used) = (Vec::new(), 0);
    loop {
        let word = words.get(used).map(|word| bare(word)).unwrap_or_default();
        let known = cast.members.iter().find(|member| member.as_str() == word);
        let Some(member) = known else {
            return Err(no_member(word, cast).shifted(used));
        };
        these.push(member.clone());
        used += 1;
        let more =
            words[used - 1].ends_with(',') && words.get(used).is_some_and(|w| is_near(w, cast));
        if words.get(used) == Some(&"and") {
            used += 1;
        } else if !more {
            return Ok((Value::Who(Who::These(these)), used));
        }
    }
}

/// Tells whether a word behind a comma goes on with the list of members, if perhaps misspelt.
fn is_near(word: &str, cast: &Cast) -> bool {
    let names = cast.members.iter().map(OrganisationId::as_str);
    nearest(bare(word), names).is_some()
}

fn no_member(word: &str, cast: &Cast) -> Miss {
    let mut names: Vec<&str> = cast.members.iter().map(OrganisationId::as_str).collect();
    let what = format!(
        "`{word}` is no member here; the members are {}",
        names.join(", ")
    );
    names.extend(["everyone", "nobody"]);
    Miss::of(&names, what)
}

fn goals(words: &[&str]) -> Result<(Value, usize), Miss> {
    let (mut goals, mut used) = (Vec::new(), 0);
    loop {
        let word = words.get(used).map(|word| bare(word)).unwrap_or_default();
        let goal = word.parse::<Goal>();
        goals.push(goal.map_err(|what| Miss::of(&[], format!("`{word}`: {what}")).shifted(used))?);
        used += 1;
        let comma = words[used - 1].ends_with(',');
        let more = comma
            && words
                .get(used)
                .is_some_and(|w| bare(w).parse::<Goal>().is_ok());
        if words.get(used) == Some(&"and") {
            used += 1;
        } else if !more {
            goals.sort();
            return Ok((Value::Goals(goals), used));
        }
    }
}

/// Numbers that are written out.
const NUMBERS: [&str; 11] = [
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

fn number(word: &str) -> Result<u64, String> {
    let written = NUMBERS.iter().position(|number| *number == word);
    let written = written.and_then(|n| u64::try_from(n).ok());
    let digits = word.parse().ok();
    written.or(digits).ok_or_else(|| {
        format!("`{word}` is no number; write digits without a comma, or a word up to `ten`")
    })
}

/// Units of time, in milliseconds.
const UNITS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("days", 86_400_000),
];

/// Reads `6 s`.
pub fn span(amount: &str, unit: &str) -> Result<Span, String> {
    let amount = number(amount)?;
    let found = UNITS.iter().find(|(name, _)| *name == unit);
    let names: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
    let (_, millis) = found.ok_or_else(|| not_a_word(unit, &names))?;
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    Ok(Span::from_millis(amount.saturating_mul(*millis)))
}

fn place(word: &str) -> Result<Place, String> {
    if let Ok(net) = word.parse::<ipnet::IpNet>() {
        return Ok(Place::Prefix(net.trunc()));
    }
    if let Ok(ip) = word.parse::<std::net::IpAddr>() {
        return Ok(Place::Prefix(ip.into()));
    }
    let name = word.parse().map(Place::Suffix);
    name.map_err(|_| format!("`{word}` is no name, address or prefix such as 203.0.113.0/24"))
}

fn pick<T: Clone>(word: &str, among: &[(&str, T)]) -> Result<T, Miss> {
    let found = among.iter().find(|(name, _)| *name == word);
    let names: Vec<&str> = among.iter().map(|(name, _)| *name).collect();
    let miss = || Miss::of(&names, not_a_word(word, &names));
    found.map(|(_, value)| value.clone()).ok_or_else(miss)
}

/// Why a member takes no part.
pub const OBJECTIONS: [(&str, Objection); 5] = [
    ("legal", Objection::Legal),
    ("collateral", Objection::Collateral),
    ("capacity", Objection::Capacity),
    ("technical", Objection::Technical),
    ("customer", Objection::Customer),
];

/// Why an order ended before its time.
pub const ENDINGS: [(&str, Ending); 7] = [
    ("by-person", Ending::ByPerson),
    ("no-quorum", Ending::NoQuorum),
    ("canary-harm", Ending::CanaryHarm),
    ("canary-silent", Ending::CanarySilent),
    ("too-late", Ending::TooLate),
    ("safeguarded", Ending::Safeguarded),
    ("no-effect", Ending::NoEffect),
];

/// The gates, as refusals name them.
pub const GATES: [&str; 7] = [
    "form",
    "ground",
    "safeguards",
    "radius",
    "evidence",
    "approvals",
    "clearance",
];
