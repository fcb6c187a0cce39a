//! Writes steps as one transaction in nft's JSON: the kernel does all of it, or nothing.
//!
//! Standard: libnftables-json(5). Times of elements are whole seconds from now, so they die up to two
//! seconds after their rules have ended; rules carry the exact moments.

use issei_model::{Endpoint, Goal, Timestamp};
use serde_json::{Value, json};

use super::expression::{self, names, object};
use super::moment::{Moment, Tongue};
use super::name::Name;
use super::plan::Step;
use super::table::{Family, Gate, Kind, Side, Table};

/// Before connection tracking and every usual table (`NF_IP_PRI_RAW_BEFORE_DEFRAG`).
pub(super) const PRIORITY: i64 = -450;
/// The number of the probe.
pub(super) const PROBED: u64 = 1;
/// Lines that have a bucket at once.
const MOST_LINES: u32 = 65_536;
/// Seconds after which a silent line's bucket is forgotten; it is full again after one.
const LINE_SILENCE: u32 = 10;

/// Writes steps as one transaction, to be handed to `nft -j -f -` at a moment.
pub fn transaction(steps: &[Step], now: Timestamp, tongue: Tongue) -> String {
    whole(
        steps
            .iter()
            .flat_map(|step| commands(step, now, tongue))
            .collect(),
    )
}

/// Writes what takes tables away, whether they are there or not.
pub fn removal(tables: &[Name]) -> String {
    whole(tables.iter().flat_map(remove).collect())
}

/// Writes what to try (`nft -c -j --debug=netlink`), to learn how this `nft` takes and shows moments.
pub fn probe() -> String {
    let table = "issei-probe";
    let place =
        |kind: &str| json!({"add": {kind: {"family": "inet", "table": table, "name": "probe"}}});
    let compared =
        json!({"match": {"op": ">=", "left": {"meta": {"key": "time"}}, "right": PROBED}});
    let rule = json!({"family": "inet", "table": table, "chain": "probe", "expr": [compared]});
    whole(vec![
        json!({"add": {"table": {"family": "inet", "name": table}}}),
        place("chain"),
        json!({"add": {"rule": rule}}),
    ])
}

fn whole(commands: Vec<Value>) -> String {
    object([("nftables", Value::Array(commands))]).to_string()
}

fn commands(step: &Step, now: Timestamp, tongue: Tongue) -> Vec<Value> {
    match step {
        Step::Remove(name) => remove(name).to_vec(),
        Step::Make { table, met } => make(&Words::of(table, tongue), *met, now),
        Step::Turn { table, unhook } => turn(&Words::of(table, tongue), *unhook),
    }
}

/// Makes sure that it is there, so that taking it away cannot fail.
fn remove(name: &Name) -> [Value; 2] {
    let table = json!({"table": {"family": "inet", "name": name.to_string()}});
    [json!({"add": table}), json!({"delete": table})]
}

/// Makes a table anew. Packets meet the old one until they meet the new one.
fn make(words: &Words<'_>, met: u64, now: Timestamp) -> Vec<Value> {
    let table = words.table;
    let mut said = remove(&table.name).to_vec();
    said.push(json!({"add": {"table": {"family": "inet", "name": words.name}}}));
    said.push(words.add(
        "counter",
        json!({"name": names::MET, "packets": met, "bytes": 0}),
    ));
    let lives = lives(table.until(), now);
    said.extend(Kind::ALL.iter().flat_map(|&kind| words.goals(kind, lives)));
    said.extend(table.lines().into_iter().map(|family| words.lines(family)));
    for chain in [names::GONE, names::BEFORE, names::TO, names::FROM] {
        said.push(words.add("chain", json!({"name": chain})));
    }
    said.extend(expression::gone().map(|rule| words.rule(names::GONE, rule)));
    said.push(words.rule(names::BEFORE, expression::before(words.tongue)));
    said.extend(words.gates());
    said.extend(words.hook());
    said
}

/// Gives a table other times, and hooks or unhooks it; its elements stay.
fn turn(words: &Words<'_>, unhook: bool) -> Vec<Value> {
    let mut said = Vec::new();
    if unhook {
        said.extend([
            words.say("flush", names::CUT),
            words.say("delete", names::CUT),
        ]);
    }
    said.extend([
        words.say("flush", names::TO),
        words.say("flush", names::FROM),
    ]);
    said.extend(words.gates());
    said.extend(words.hook());
    said
}

/// Tells in how many whole seconds elements die, so that none dies before its rule has ended.
fn lives(until: Option<Moment>, now: Timestamp) -> i64 {
    let left = until.map_or(0, |until| until.up().since(now).as_micros());
    left.max(0).div_euclid(1_000_000) + 2
}

/// Writes a goal as an element of the set of its kind.
fn element(goal: &Goal) -> Option<Value> {
    match goal {
        Goal::Name(_) => None,
        Goal::Service(Endpoint {
            ip, protocol: 0, ..
        }) => Some(json!(ip.to_string())),
        Goal::Service(Endpoint { ip, protocol, port }) => {
            Some(json!({"concat": [ip.to_string(), protocol, port]}))
        }
    }
}

/// What a table's commands are made of.
struct Words<'a> {
    table: &'a Table,
    name: String,
    tongue: Tongue,
}

impl<'a> Words<'a> {
    fn of(table: &'a Table, tongue: Tongue) -> Self {
        let name = table.name.to_string();
        Self {
            table,
            name,
            tongue,
        }
    }

    /// Adds something to the table.
    fn add(&self, kind: &str, mut what: Value) -> Value {
        what["family"] = json!("inet");
        what["table"] = json!(self.name);
        object([("add", object([(kind, what)]))])
    }

    fn say(&self, verb: &str, chain: &str) -> Value {
        json!({verb: {"chain": {"family": "inet", "table": self.name, "name": chain}}})
    }

    fn rule(&self, chain: &str, rule: Vec<Value>) -> Value {
        let rule = [("chain", json!(chain)), ("expr", Value::Array(rule))];
        self.add("rule", object(rule))
    }

    /// Adds a set of goals and its elements, if there are any.
    fn goals(&self, kind: Kind, lives: i64) -> Vec<Value> {
        let goals = self.table.goals.of_kind(kind);
        let elements: Vec<Value> = goals.iter().filter_map(element).collect();
        if elements.is_empty() {
            return Vec::new();
        }
        let set = json!({
            "name": kind.set(), "type": kind.elements(), "flags": ["timeout"],
            "timeout": lives, "size": elements.len(),
        });
        vec![
            self.add("set", set),
            self.add(
                "element",
                object([
                    ("name", json!(kind.set())),
                    ("elem", Value::Array(elements)),
                ]),
            ),
        ]
    }

    fn lines(&self, family: Family) -> Value {
        self.add(
            "set",
            json!({
                "name": family.lines(), "type": family.address(), "flags": ["timeout"],
                "timeout": LINE_SILENCE, "size": MOST_LINES,
            }),
        )
    }

    fn gates(&self) -> Vec<Value> {
        let of = |gates: &[Gate], side: Side| -> Vec<Value> {
            let rules = gates.iter().map(|gate| gate.rule(side, self.tongue));
            rules.map(|rule| self.rule(side.chain(), rule)).collect()
        };
        let mut said = of(&self.table.to, Side::To);
        said.extend(of(&self.table.from, Side::From));
        said
    }

    /// Adds the hook, if packets are to meet the table.
    fn hook(&self) -> Vec<Value> {
        let Some(meant) = &self.table.cut else {
            return Vec::new();
        };
        let hook = json!({
            "name": names::CUT, "type": "filter", "hook": "prerouting", "prio": PRIORITY,
            "policy": "accept",
        });
        let mut said = vec![self.add("chain", hook)];
        said.extend(
            meant
                .iter()
                .map(|meant| self.rule(names::CUT, meant.rule())),
        );
        said
    }
}

#[cfg(test)]
#[path = "say_tests.rs"]
mod tests;
