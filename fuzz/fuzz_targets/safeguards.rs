//! Goals and safeguards of every kind in texts: a goal meets what brute force says it meets.

#![no_main]

use issei_case::Safeguards;
use issei_case::safeguards::{Entry, Kind, Place};
use issei_model::{DomainName, Goal};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (mut entries, mut goals) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match line.strip_prefix('!') {
            Some(goal) => goals.extend(goal.parse::<Goal>()),
            None => entries.extend(entry(line)),
        }
    }
    let lists = Safeguards::default().with(entries.iter().cloned());
    for goal in &goals {
        let hits = lists.hits(std::slice::from_ref(goal));
        let met = entries.iter().any(|entry| meets(&entry.place, goal));
        assert_eq!(!hits.is_empty(), met, "{goal}");
        assert_eq!(goal.to_string().parse::<Goal>().as_ref(), Ok(goal));
    }
});

fn entry(line: &str) -> Option<Entry> {
    let place = match line.split_once('/') {
        Some((port, "tcp")) => Place::Service {
            protocol: 6,
            port: port.parse().ok()?,
        },
        _ => match line.parse() {
            Ok(net) => Place::Prefix(net),
            Err(_) => Place::Suffix(line.parse().ok()?),
        },
    };
    Some(Entry {
        place,
        kind: Kind::Own,
        reason: String::new(),
        source: "fuzz".to_owned(),
    })
}

/// The slow way.
fn meets(place: &Place, goal: &Goal) -> bool {
    match (place, goal) {
        (Place::Suffix(suffix), Goal::Name(name)) => within(name, suffix) || within(suffix, name),
        (Place::Service { protocol, port }, Goal::Service(end)) => {
            (*protocol, *port) == (end.protocol, end.port)
        }
        (Place::Prefix(net), Goal::Service(end)) => {
            let mapped = |ip: std::net::IpAddr| match ip {
                std::net::IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
                std::net::IpAddr::V6(ip) => ip.to_bits(),
            };
            let shift = if net.addr().is_ipv4() { 96 } else { 0 };
            let length = u32::from(net.prefix_len()) + shift;
            let is_v4 = mapped(end.ip) >> 32 == 0xffff;
            let same = length == 0 || (mapped(net.addr()) ^ mapped(end.ip)) >> (128 - length) == 0;
            same && (length >= 96 || !is_v4)
        }
        _ => false,
    }
}

fn within(name: &DomainName, suffix: &DomainName) -> bool {
    let (name, suffix) = (name.as_str(), suffix.as_str());
    name == suffix || name.ends_with(&format!(".{suffix}"))
}
