//! Imitates nft 1.0.6 and the kernel in tests: takes what we say as one transaction, lists what it then
//! holds, and tells what becomes of a packet.
//!
//! Written after the listings in `tests/nft`, and on purpose with none of the words of the code it tries.

use std::collections::BTreeMap;
use std::net::IpAddr;

use issei_model::{Span, Timestamp};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default)]
pub struct Kernel {
    pub tables: BTreeMap<String, Held>,
    handle: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Held {
    pub asleep: bool,
    pub counters: BTreeMap<String, u64>,
    pub sets: BTreeMap<String, HeldSet>,
    pub chains: Vec<(String, Value)>,
    pub rules: Vec<(String, u64, Vec<Value>)>,
    pub meters: BTreeMap<String, Vec<u64>>,
}

#[derive(Clone, Debug)]
pub struct HeldSet {
    pub of: Value,
    timeout: i64,
    size: usize,
    pub elements: Vec<(Value, Timestamp)>,
}

/// A packet, and whether it is one above the rate wherever there is a limit.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    pub source: IpAddr,
    pub target: IpAddr,
    pub protocol: u8,
    pub ports: (u16, u16),
    pub access: &'static str,
    pub above: bool,
}

impl Kernel {
    /// Does everything, or nothing.
    pub fn commit(&mut self, text: &str, now: Timestamp) -> Result<(), String> {
        let mut after = self.clone();
        let said: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for command in said["nftables"].as_array().ok_or("no commands")? {
            let (verb, object) = only(command)?;
            let (kind, what) = only(object)?;
            after
                .obey(verb, kind, what, now)
                .map_err(|why| format!("{why}: {command}"))?;
        }
        *self = after;
        Ok(())
    }

    fn obey(&mut self, verb: &str, kind: &str, what: &Value, now: Timestamp) -> Result<(), String> {
        assert_eq!(what["family"], "inet");
        let text = |key: &str| what[key].as_str().unwrap_or_default().to_owned();
        match (verb, kind) {
            ("add", "table") => drop(self.tables.entry(text("name")).or_default()),
            ("delete", "table") => drop(self.tables.remove(&text("name")).ok_or("no such table")?),
            _ => {
                self.handle += 1;
                let handle = self.handle;
                let table = self.tables.get_mut(&text("table")).ok_or("no such table")?;
                table.obey(verb, kind, what, now, handle)?;
            }
        }
        Ok(())
    }

    /// Lists as `nft -j -p --debug=netlink list table` does.
    pub fn list(&self, title: &str, now: Timestamp) -> Option<String> {
        let table = self.tables.get(title)?;
        Some(table.code(title, now) + &table.json(title, now))
    }

    /// Tells whether a packet is dropped by any table.
    pub fn drops(&mut self, packet: &Packet, at: u64) -> bool {
        let now = Timestamp::from_micros((at / 1_000).cast_signed());
        let awake = self.tables.values_mut().filter(|table| !table.asleep);
        let mut dropped = false;
        for table in awake {
            let hooks = table
                .chains
                .iter()
                .filter(|(_, chain)| chain["hook"] == "prerouting");
            for hook in hooks.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
                dropped = dropped || table.walk(&hook, packet, at, now);
            }
        }
        dropped
    }
}

impl Held {
    fn obey(
        &mut self,
        verb: &str,
        kind: &str,
        what: &Value,
        now: Timestamp,
        handle: u64,
    ) -> Result<(), String> {
        let name = what["name"].as_str().unwrap_or_default().to_owned();
        match (verb, kind) {
            ("add", "counter") => drop(
                self.counters
                    .insert(name, what["packets"].as_u64().unwrap_or(0)),
            ),
            ("add", "set") => {
                let set = HeldSet {
                    of: what["type"].clone(),
                    timeout: what["timeout"].as_i64().ok_or("a set without a time")?,
                    size: what["size"].as_u64().ok_or("a set without a size")? as usize,
                    elements: Vec::new(),
                };
                self.sets.insert(name, set);
            }
            ("add", "element") => {
                let set = self.sets.get_mut(&name).ok_or("no such set")?;
                let dies = now + Span::from_secs(set.timeout);
                let elements = what["elem"].as_array().ok_or("no elements")?;
                set.elements
                    .extend(elements.iter().map(|element| (element.clone(), dies)));
                if set.elements.len() > set.size {
                    return Err("no room in the set".into());
                }
            }
            ("add", "chain") => self.chains.push((name, what.clone())),
            ("add", "rule") => {
                let chain = what["chain"].as_str().unwrap_or_default().to_owned();
                let rule = what["expr"].as_array().ok_or("no expressions")?;
                self.knows(&chain, rule)?;
                self.rules.push((chain, handle, rule.clone()));
            }
            ("flush", "chain") => {
                self.chain(&name)?;
                self.rules.retain(|(chain, ..)| *chain != name);
            }
            ("delete", "chain") => {
                self.chain(&name)?;
                self.rules.retain(|(chain, ..)| *chain != name);
                self.chains.retain(|(chain, _)| *chain != name);
            }
            _ => return Err("an unknown command".into()),
        }
        Ok(())
    }

    fn chain(&self, name: &str) -> Result<(), String> {
        let is_there = self.chains.iter().any(|(chain, _)| chain == name);
        is_there
            .then_some(())
            .ok_or_else(|| format!("no chain {name}"))
    }

    /// A rule may name only what is there.
    fn knows(&self, chain: &str, rule: &[Value]) -> Result<(), String> {
        self.chain(chain)?;
        for part in rule {
            if let Some(target) = part["goto"]["target"].as_str() {
                self.chain(target)?;
            }
            let sets = [&part["match"]["right"], &part["set"]["set"]];
            for set in sets
                .iter()
                .filter_map(|set| set.as_str()?.strip_prefix('@'))
            {
                self.sets.get(set).ok_or_else(|| format!("no set {set}"))?;
            }
            if let Some(counter) = part["counter"].as_str() {
                self.counters
                    .get(counter)
                    .ok_or_else(|| format!("no counter {counter}"))?;
            }
        }
        Ok(())
    }

    fn code(&self, title: &str, now: Timestamp) -> String {
        let mut code = String::new();
        for (name, set) in &self.sets {
            code += &format!("inet {title} @{name}\n");
            let living = set.elements.iter().filter(|(_, dies)| *dies > now);
            living.for_each(|_| code += "\telement 070200c0  : 0 [end]\n");
        }
        for (name, moments) in &self.meters {
            code += &format!("inet {title} @{name}\n");
            for moment in moments {
                let (low, high) = (*moment as u32, (*moment >> 32) as u32);
                code += &format!("\telement {low:08x} {high:08x}  : 0 [end]\n");
            }
        }
        for (chain, handle, rule) in &self.rules {
            code += &format!("inet {title} {chain} {handle}\n");
            rule.iter().for_each(|part| code += &instructions(part));
            code += "\n";
        }
        code
    }

    fn json(&self, title: &str, now: Timestamp) -> String {
        let mut head = json!({"family": "inet", "name": title, "handle": 1});
        if self.asleep {
            head["flags"] = json!("Lester Gooch #5");
        }
        let mut objects = vec![
            json!({"metainfo": {"version": "1.0.6"}}),
            json!({"table": head}),
        ];
        for (name, packets) in &self.counters {
            objects.push(json!({"counter": {"family": "inet", "name": name, "table": title, "packets": packets, "bytes": 0}}));
        }
        for (name, set) in &self.sets {
            objects.push(json!({"set": set.json(title, name, now)}));
        }
        for (name, chain) in &self.chains {
            let mut chain = chain.clone();
            chain["name"] = json!(name);
            objects.push(json!({"chain": chain}));
        }
        for (chain, handle, rule) in &self.rules {
            let rule: Vec<Value> = rule.iter().map(listed).collect();
            objects.push(json!({"rule": {"family": "inet", "table": title, "chain": chain, "handle": handle, "expr": rule}}));
        }
        json!({"nftables": objects}).to_string() + "\n"
    }

    fn walk(&mut self, chain: &str, packet: &Packet, at: u64, now: Timestamp) -> bool {
        let rules: Vec<Vec<Value>> = {
            let of = self.rules.iter().filter(|(of, ..)| of == chain);
            of.map(|(.., rule)| rule.clone()).collect()
        };
        'rules: for rule in rules {
            for part in rule {
                let (word, what) = only(&part).unwrap_or(("", &Value::Null));
                let goes_on = match word {
                    "match" => self.matches(what, packet, at, now),
                    "limit" => packet.above,
                    "set" => packet.above && field(&what["elem"], packet, at).is_some(),
                    "meter" => self.notes(what, packet, at),
                    "counter" => {
                        *self
                            .counters
                            .entry(what.as_str().unwrap_or_default().into())
                            .or_default() += 1;
                        true
                    }
                    "goto" => {
                        return self.walk(
                            what["target"].as_str().unwrap_or_default(),
                            packet,
                            at,
                            now,
                        );
                    }
                    "drop" => return true,
                    "accept" => return false,
                    other => panic!("an unknown expression {other}"),
                };
                if !goes_on {
                    continue 'rules;
                }
            }
        }
        false
    }

    fn matches(&self, what: &Value, packet: &Packet, at: u64, now: Timestamp) -> bool {
        let Some(left) = field(&what["left"], packet, at) else {
            return false;
        };
        let right = &what["right"];
        if let Some(set) = right.as_str().and_then(|right| right.strip_prefix('@')) {
            let set = self
                .sets
                .get(set)
                .map(|set| set.elements.as_slice())
                .unwrap_or_default();
            return set
                .iter()
                .any(|(element, dies)| *element == left && now < *dies);
        }
        match what["op"].as_str() {
            Some("==") => is_within(&left, right),
            Some("!=") => !is_within(&left, right),
            Some(">=") => left.as_u64() >= stored(right),
            Some("<") => left.as_u64() < stored(right),
            other => panic!("an unknown comparison {other:?}"),
        }
    }

    fn notes(&mut self, what: &Value, packet: &Packet, at: u64) -> bool {
        let Some(key) = field(&what["key"], packet, at).and_then(|key| key.as_u64()) else {
            return false;
        };
        let name = what["name"].as_str().unwrap_or_default().to_owned();
        let held = self.meters.entry(name).or_default();
        let is_there = held.contains(&key);
        let has_room = (held.len() as u64) < what["size"].as_u64().unwrap_or(0);
        if !is_there && has_room {
            held.push(key);
        }
        is_there || has_room
    }
}

impl HeldSet {
    fn json(&self, title: &str, name: &str, now: Timestamp) -> Value {
        let living = self.elements.iter().filter(|(_, dies)| *dies > now);
        let elements: Vec<Value> = living
            .map(|(element, dies)| {
                let expires = dies.since(now).as_micros() / 1_000_000;
                json!({"elem": {"val": element, "expires": expires}})
            })
            .collect();
        json!({"family": "inet", "name": name, "table": title, "type": self.of, "size": self.size,
            "flags": ["timeout"], "timeout": self.timeout, "elem": elements})
    }
}

fn only(value: &Value) -> Result<(&str, &Value), String> {
    let mut pairs = value.as_object().ok_or("no object")?.iter();
    match (pairs.next(), pairs.next()) {
        (Some((key, value)), None) => Ok((key, value)),
        _ => Err("not one key".into()),
    }
}

/// Reads a field of a packet as nft would write it; none if the packet has no such field.
fn field(left: &Value, packet: &Packet, at: u64) -> Option<Value> {
    if let Some(parts) = left["concat"].as_array() {
        let parts = parts.iter().map(|part| field(part, packet, at));
        return parts
            .collect::<Option<Vec<_>>>()
            .map(|parts| json!({"concat": parts}));
    }
    if let Some(parts) = left["&"].as_array() {
        let of = field(&parts[0], packet, at)?;
        return match of.as_u64() {
            Some(number) => Some(json!(number & stored(&parts[1])?)),
            None => Some(of), // a line's /64, which here nobody looks at
        };
    }
    match left["meta"]["key"].as_str() {
        Some("time") => return Some(json!(at)),
        Some("l4proto") => return Some(json!(packet.protocol)),
        Some("iifname") => return Some(json!(packet.access)),
        Some(other) => panic!("an unknown key {other}"),
        None => {}
    }
    let (protocol, name) = (
        left["payload"]["protocol"].as_str()?,
        left["payload"]["field"].as_str()?,
    );
    let v4 = packet.source.is_ipv4();
    match (protocol, name) {
        ("ip", "saddr") if v4 => Some(json!(packet.source.to_string())),
        ("ip", "daddr") if v4 => Some(json!(packet.target.to_string())),
        ("ip6", "saddr") if !v4 => Some(json!(packet.source.to_string())),
        ("ip6", "daddr") if !v4 => Some(json!(packet.target.to_string())),
        ("th", "sport") => Some(json!(packet.ports.0)),
        ("th", "dport") => Some(json!(packet.ports.1)),
        ("tcp", "dport") if packet.protocol == 6 => Some(json!(packet.ports.1)),
        ("udp", "dport") if packet.protocol == 17 => Some(json!(packet.ports.1)),
        ("ip" | "ip6" | "tcp" | "udp", "saddr" | "daddr" | "dport") => None,
        other => panic!("an unknown field {other:?}"),
    }
}

fn is_within(left: &Value, right: &Value) -> bool {
    let Some(prefix) = right.get("prefix") else {
        return left == right;
    };
    let net = format!(
        "{}/{}",
        prefix["addr"].as_str().unwrap_or_default(),
        prefix["len"]
    );
    let net: ipnet::IpNet = net.parse().expect("a prefix");
    left.as_str()
        .and_then(|ip| ip.parse().ok())
        .is_some_and(|ip: IpAddr| net.contains(&ip))
}

/// Takes a number for seconds, and lets the product overflow.
fn stored(number: &Value) -> Option<u64> {
    number
        .as_u64()
        .map(|seconds| seconds.wrapping_mul(1_000_000_000))
}

/// Shows moments as dates, and nothing below the second.
fn listed(part: &Value) -> Value {
    let date = |number: &Value| {
        let seconds = stored(number).expect("a number") / 1_000_000_000;
        let text = Timestamp::from_secs(seconds.cast_signed()).to_string();
        json!(text[..19].replace('T', " "))
    };
    let mut part = part.clone();
    if part["match"]["left"]["meta"]["key"] == "time" {
        part["match"]["right"] = date(&part["match"]["right"]);
    }
    if part["meter"]["key"]["&"].is_array() {
        part["meter"]["key"]["&"][1] = date(&part["meter"]["key"]["&"][1]);
    }
    part
}

fn instructions(part: &Value) -> String {
    let what = &part["match"];
    if what["left"]["meta"]["key"] != "time" {
        return "  [ payload load 4b @ network header + 16 => reg 1 ]\n  [ cmp eq reg 1 0x070200c0 ]\n".into();
    }
    let moment = stored(&what["right"]).expect("a number");
    let word = |half: u64| u32::from_ne_bytes((half as u32).to_be_bytes());
    let op = if what["op"] == "<" { "lt" } else { "gte" };
    format!(
        "  [ meta load time => reg 1 ]\n  [ byteorder reg 1 = hton(reg 1, 8, 8) ]\n  [ cmp {op} reg 1 0x{:08x} 0x{:08x} ]\n",
        word(moment >> 32),
        word(moment)
    )
}
