//! Rules as nft's JSON has them, written and read: for each thing a table can say, the two stand together.
//!
//! Reading takes out what a rule seems to say, writes that anew, and compares: so nothing that we would not
//! have written is ever taken for ours. Standard: libnftables-json(5).

use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{Destination, Endpoint, Subscriber};
use serde_json::{Value, json};

use super::goals::has_ports;
use super::moment::{Moment, Tongue, Window};
use super::table::{Access, Family, Gate, Kind, Match, Passes, Side, Then, link_local};

/// Chains, sets and the counter of a table, by name.
pub(super) mod names {
    pub const CUT: &str = "cut";
    pub const TO: &str = "to";
    pub const FROM: &str = "from";
    pub const GONE: &str = "gone";
    pub const BEFORE: &str = "before";
    pub const MET: &str = "met";
    pub const FIRST: &str = "first";
    pub const LAST: &str = "last";
}

impl Kind {
    pub(super) fn set(self) -> &'static str {
        match self {
            Self::Hosts(Family::V4) => "hosts4",
            Self::Hosts(Family::V6) => "hosts6",
            Self::Services(Family::V4) => "services4",
            Self::Services(Family::V6) => "services6",
        }
    }

    pub(super) fn of_set(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.set() == name)
    }

    /// Writes the type of the set's elements.
    pub(super) fn elements(self) -> Value {
        let address = self.family().address();
        match self {
            Self::Hosts(_) => json!(address),
            Self::Services(_) => json!([address, "inet_proto", "inet_service"]),
        }
    }
}

impl Family {
    pub(super) fn lines(self) -> &'static str {
        match self {
            Self::V4 => "lines4",
            Self::V6 => "lines6",
        }
    }

    pub(super) fn of_lines(name: &str) -> Option<Self> {
        [Self::V4, Self::V6]
            .into_iter()
            .find(|family| family.lines() == name)
    }

    pub(super) fn address(self) -> &'static str {
        match self {
            Self::V4 => "ipv4_addr",
            Self::V6 => "ipv6_addr",
        }
    }

    fn protocol(self) -> &'static str {
        match self {
            Self::V4 => "ip",
            Self::V6 => "ip6",
        }
    }

    fn of(ip: IpAddr) -> Self {
        if ip.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Writes the field of the line's address, when packets to a goal, or from it, are looked at.
    fn line(self, side: Side) -> Value {
        let source = match side {
            Side::To => "saddr",
            Side::From => "daddr",
        };
        let address = payload(self.protocol(), source);
        match self {
            Self::V4 => address,
            // A line holds a /64; each address of it for itself would be a bucket without a bottom.
            Self::V6 => json!({"&": [address, "ffff:ffff:ffff:ffff::"]}),
        }
    }
}

impl Side {
    pub(super) fn chain(self) -> &'static str {
        match self {
            Self::To => names::TO,
            Self::From => names::FROM,
        }
    }

    fn address(self) -> &'static str {
        match self {
            Self::To => "daddr",
            Self::From => "saddr",
        }
    }

    fn port(self) -> &'static str {
        match self {
            Self::To => "dport",
            Self::From => "sport",
        }
    }
}

// ── what is meant ─────────────────────────────────────────────────────────────────────────────────

impl Match {
    /// Writes the rule of the chain `cut`.
    pub(super) fn rule(&self) -> Vec<Value> {
        let mut rule = match self {
            Self::Goals(kind, side) => vec![is_in(goal(*kind, *side), kind.set())],
            Self::Pair { line, victim } => {
                let ip = Family::of(victim.ip).protocol();
                let mut rule = vec![
                    is("==", payload(ip, "saddr"), place(line.prefix())),
                    is("==", payload(ip, "daddr"), place(victim.ip.into())),
                ];
                rule.extend(service(victim.protocol, victim.port));
                rule
            }
            Self::Traffic(to) => {
                let ip = Family::of(to.prefix.addr()).protocol();
                let mut rule = vec![is("==", payload(ip, "daddr"), place(to.prefix))];
                rule.extend(service(to.protocol, to.port));
                rule
            }
            Self::Forged { access, line } => forged(access, *line),
        };
        rule.push(goto(self.side().chain()));
        rule
    }

    /// Reads a rule of the chain `cut`.
    pub(super) fn heard(rule: &[Value]) -> Option<Self> {
        let goals = Kind::ALL
            .into_iter()
            .flat_map(|kind| [Side::To, Side::From].map(|side| Self::Goals(kind, side)));
        let seems = [seems_forged(rule), seems_pair(rule), seems_traffic(rule)];
        let rule: Vec<Value> = rule.iter().map(with_plain_addresses).collect();
        goals
            .chain(seems.into_iter().flatten())
            .find(|meant| meant.rule() == rule)
    }
}

fn goal(kind: Kind, side: Side) -> Value {
    let address = payload(kind.family().protocol(), side.address());
    match kind {
        Kind::Hosts(_) => address,
        Kind::Services(_) => {
            json!({"concat": [address, meta("l4proto"), payload("th", side.port())]})
        }
    }
}

fn service(protocol: u8, port: u16) -> Option<Value> {
    match (protocol, port) {
        (0, _) => None,
        (protocol, 0) => Some(is("==", meta("l4proto"), json!(protocol))),
        (issei_model::protocol::TCP, port) => Some(is("==", payload("tcp", "dport"), json!(port))),
        (_, port) => Some(is("==", payload("udp", "dport"), json!(port))),
    }
}

fn seems_service(rule: &[Value]) -> Option<(u8, u16)> {
    let number = |left: Value| right(rule, "==", &left).and_then(Value::as_u64);
    if let Some(protocol) = number(meta("l4proto")) {
        return Some((u8::try_from(protocol).ok()?, 0));
    }
    for (name, protocol) in [("tcp", 6), ("udp", 17)] {
        if let Some(port) = number(payload(name, "dport")) {
            return Some((protocol, u16::try_from(port).ok()?)).filter(|_| has_ports(protocol));
        }
    }
    Some((0, 0))
}

fn seems_pair(rule: &[Value]) -> Option<Match> {
    let line = address_of(rule, "==", "saddr")?;
    let victim = address_of(rule, "==", "daddr")?;
    let (protocol, port) = seems_service(rule)?;
    let ip = victim.addr();
    Some(Match::Pair {
        line: Subscriber::new(line.addr()),
        victim: Endpoint { ip, port, protocol },
    })
}

fn seems_traffic(rule: &[Value]) -> Option<Match> {
    let prefix = address_of(rule, "==", "daddr")?;
    let (protocol, port) = seems_service(rule)?;
    Some(Match::Traffic(Destination {
        prefix,
        protocol,
        port,
    }))
}

fn forged(access: &Access, line: Subscriber) -> Vec<Value> {
    let source = payload(Family::of(line.reveal()).protocol(), "saddr");
    let mut rule = vec![
        is("==", meta("iifname"), json!(access.as_str())),
        is("!=", source.clone(), place(line.prefix())),
    ];
    if line.reveal().is_ipv6() {
        rule.push(is("!=", source.clone(), place(link_local())));
        rule.push(is("!=", source, json!("::")));
    } else {
        rule.push(is("!=", source, json!("0.0.0.0")));
    }
    rule
}

fn seems_forged(rule: &[Value]) -> Option<Match> {
    let access = right(rule, "==", &meta("iifname"))?.as_str()?;
    let line = address_of(rule, "!=", "saddr")?;
    Some(Match::Forged {
        access: access.parse().ok()?,
        line: Subscriber::new(line.addr()),
    })
}

// ── what becomes of it ────────────────────────────────────────────────────────────────────────────

impl Gate {
    /// Writes the rule of the chain of a side.
    pub(super) fn rule(&self, side: Side, tongue: Tongue) -> Vec<Value> {
        let Window { from, until } = self.window;
        let time = |op, moment| is(op, meta("time"), json!(tongue.number(moment)));
        let mut rule = vec![time(">=", from), time("<", until)];
        rule.extend(self.then.rule(side));
        rule
    }

    /// Reads a rule of the chain of a side. A listing shows its times only to the second, so `exact` brings
    /// what the instructions compare the time with.
    pub(super) fn heard(rule: &[Value], side: Side, exact: [Moment; 2]) -> Option<Self> {
        let [from, until] = exact;
        let (times, then) = rule.split_at_checked(2)?;
        let shown =
            |moment: Moment| moment.second().to_string().replacen('T', " ", 1)[..19].to_owned();
        let time = |op, moment| is(op, meta("time"), json!(shown(moment)));
        if times != [time(">=", from), time("<", until)] {
            return None;
        }
        let then = Then::heard(then, side)?;
        let window = Window { from, until };
        Some(Self { window, then })
    }
}

impl Then {
    fn rule(self, side: Side) -> Vec<Value> {
        match self {
            Self::Before => vec![goto(names::BEFORE)],
            Self::Gone(Passes::None) => vec![goto(names::GONE)],
            Self::Gone(Passes::Together(rate)) => vec![above(rate), goto(names::GONE)],
            Self::Gone(Passes::EachLine(rate, family)) => {
                let set = format!("@{}", family.lines());
                let bucket = json!({"op": "update", "elem": family.line(side), "set": set, "stmt": [above(rate)]});
                vec![json!({"set": bucket}), goto(names::GONE)]
            }
        }
    }

    fn heard(rule: &[Value], side: Side) -> Option<Self> {
        let rate = |limit: &Value| {
            limit["limit"]["rate"]
                .as_u64()
                .and_then(|rate| u32::try_from(rate).ok())
        };
        let seems = match rule {
            [to] if *to == goto(names::BEFORE) => Self::Before,
            [_] => Self::Gone(Passes::None),
            [first, _] if first.get("limit").is_some() => {
                Self::Gone(Passes::Together(rate(first)?))
            }
            [first, _] => {
                let bucket = first.get("set")?;
                let family = Family::of_lines(bucket["set"].as_str()?.strip_prefix('@')?)?;
                Self::Gone(Passes::EachLine(rate(bucket["stmt"].get(0)?)?, family))
            }
            _ => return None,
        };
        (seems.rule(side) == rule).then_some(seems)
    }
}

/// Writes what holds for packets above a rate.
fn above(rate: u32) -> Value {
    json!({"limit": {"rate": rate, "burst": Passes::burst(rate), "per": "second", "inv": true}})
}

// ── the end of the way ────────────────────────────────────────────────────────────────────────────

/// Writes the rules of the chain `gone`: the first packet's time is noted, for which the set has room for
/// one; then each is counted and dropped.
pub(super) fn gone() -> [Vec<Value>; 2] {
    let first = meter(names::FIRST, 1, meta("time"));
    [
        vec![first],
        vec![json!({"counter": names::MET}), json!({"drop": null})],
    ]
}

/// Writes the rule of the chain `before`.
pub(super) fn before(tongue: Tongue) -> Vec<Value> {
    let mask = json!(tongue.number(Moment(STEPS)));
    vec![meter(names::LAST, ROOM, json!({"&": [meta("time"), mask]}))]
}

/// Tells whether a rule of the chain `before` is as we write it.
pub(super) fn is_before(rule: &[Value]) -> bool {
    // A listing shows the mask as if it were a date.
    let mask = json!("2554-07-21 23:34:33");
    rule == [meter(names::LAST, ROOM, json!({"&": [meta("time"), mask]}))]
}

/// Keeps a moment to 2^20 ns: 1.05 ms.
const STEPS: u64 = u64::MAX << 20;
/// Moments that are noted within two seconds, with some to spare.
const ROOM: u32 = 2_048;

fn meter(name: &str, size: u32, key: Value) -> Value {
    let counter = json!({"counter": null});
    let meter = [
        ("name", json!(name)),
        ("size", json!(size)),
        ("key", key),
        ("stmt", counter),
    ];
    object([("meter", object(meter))])
}

// ── words ─────────────────────────────────────────────────────────────────────────────────────────

/// Writes an object of parts that it takes over; `json!` would copy them.
pub(super) fn object<const N: usize>(parts: [(&str, Value); N]) -> Value {
    let parts = parts.into_iter();
    Value::Object(parts.map(|(key, part)| (key.to_owned(), part)).collect())
}

fn meta(key: &str) -> Value {
    json!({"meta": {"key": key}})
}

fn payload(protocol: &str, field: &str) -> Value {
    json!({"payload": {"protocol": protocol, "field": field}})
}

fn is(op: &str, left: Value, right: Value) -> Value {
    let compared = [("op", json!(op)), ("left", left), ("right", right)];
    object([("match", object(compared))])
}

fn is_in(left: Value, set: &str) -> Value {
    is("==", left, json!(format!("@{set}")))
}

fn goto(chain: &str) -> Value {
    json!({"goto": {"target": chain}})
}

/// Writes a prefix, and a whole address as the address: so a listing shows them.
fn place(prefix: IpNet) -> Value {
    if prefix.prefix_len() == prefix.max_prefix_len() {
        return json!(prefix.addr().to_string());
    }
    json!({"prefix": {"addr": prefix.addr().to_string(), "len": prefix.prefix_len()}})
}

fn seems_place(value: &Value) -> Option<IpNet> {
    if let Some(address) = value.as_str() {
        return address.parse::<IpAddr>().ok().map(IpNet::from);
    }
    let prefix = value.get("prefix")?;
    let address = prefix["addr"].as_str()?.parse().ok()?;
    let bits = u8::try_from(prefix["len"].as_u64()?).ok()?;
    IpNet::new(address, bits).ok()
}

/// Finds what a rule first compares a field with.
fn right<'a>(rule: &'a [Value], op: &str, left: &Value) -> Option<&'a Value> {
    let matches = rule.iter().filter_map(|part| part.get("match"));
    let mut fitting = matches.filter(|part| part["op"] == op && part["left"] == *left);
    fitting.next()?.get("right")
}

fn address_of(rule: &[Value], op: &str, field: &str) -> Option<IpNet> {
    let of = |protocol| right(rule, op, &payload(protocol, field)).and_then(seems_place);
    of("ip").or_else(|| of("ip6"))
}

/// Writes addresses as the language does; C's library writes a few old IPv6 forms otherwise.
fn with_plain_addresses(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<IpAddr>() {
            Ok(ip) => json!(ip.to_string()),
            Err(_) => value.clone(),
        },
        Value::Array(parts) => parts.iter().map(with_plain_addresses).collect(),
        Value::Object(parts) => {
            let parts = parts
                .iter()
                .map(|(key, part)| (key.clone(), with_plain_addresses(part)));
            Value::Object(parts.collect())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
