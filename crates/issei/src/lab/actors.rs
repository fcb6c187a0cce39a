//! Those who act inside a lab's namespaces: servers, people, hijacked devices, and who measures.
//!
//! In: words of the command line. Out: real packets, and files that tell what happened. Always: each has a
//! deadline and a bounded rate, and refuses to act where there is any interface that a lab has not made.
//! Not here: what their files tell (`figures`, `page`).

mod authority;
mod bots;
mod card;
mod flood;
mod keep;
mod mark;
mod namers;
mod server;
mod users;
mod watch;

use std::fs;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::topology::{self, Topology};
use crate::code::{self, Failure};
use crate::command_line::Actor;

pub use bots::Orders;
pub use card::Held;
pub use namers::{Answered, Called, Said};
pub use users::Asked;
pub use watch::Watched;

/// Acts until its time is over.
///
/// # Errors
/// If it is not inside a lab, or what it needs is refused.
pub fn run(who: &Actor, seconds: u64, log: &Path) -> Result<u8, Failure> {
    stay_inside()?;
    let until = Instant::now() + Duration::from_secs(seconds);
    match who {
        Actor::Forward => forward()?,
        Actor::Server { command, service } => until_then(until, server::serve(*command, *service))?,
        Actor::Users { from, count, ask } => {
            until_then(until, users::ask(*from, *count, ask, log))?;
        }
        Actor::Bots {
            from,
            count,
            scan,
            command,
        } => {
            let bots = bots::Bots {
                from: *from,
                count: *count,
                scan,
                command: *command,
            };
            until_then(until, bots.act(log))?;
        }
        Actor::Mark {
            from,
            to,
            member,
            every,
        } => {
            let mark = mark::Mark {
                from: *from,
                to: *to,
                member: *member,
            };
            mark.send(Duration::from_micros(*every), until, log)?;
        }
        Actor::Flood {
            from,
            count,
            to,
            every,
        } => {
            let flood = flood::Flood {
                from: *from,
                count: *count,
                to: *to,
                every: Duration::from_micros(*every),
            };
            until_then(until, flood.act())?;
        }
        Actor::Watch { interface } => watch::watch(interface, until, log)?,
        Actor::Authority { at } => until_then(until, authority::answer(at))?,
        Actor::Callers {
            from,
            count,
            resolver,
            name,
            port,
        } => {
            let callers = namers::Callers {
                from: *from,
                count: *count,
                resolver: *resolver,
                name,
                port: *port,
            };
            until_then(until, callers.call(log))?;
        }
        Actor::Ask {
            from,
            resolver,
            name,
            other,
            every,
        } => {
            let asking = namers::Asking {
                from: *from,
                resolver: *resolver,
                names: [name, other],
            };
            asking.ask(Duration::from_micros(*every), until, log)?;
        }
        Actor::Keep { listen } => keep::keep(*listen, until, log)?,
        Actor::Card {
            from,
            daemon,
            number,
        } => {
            let card = card::Card {
                from: *from,
                daemon: *daemon,
                as_number: *number,
            };
            until_then(until, card.drop_what_is_told(log))?;
        }
    }
    Ok(code::DONE)
}

/// Refuses to act where an interface is none of a lab's.
fn stay_inside() -> Result<(), Failure> {
    let table = fs::read_to_string("/proc/self/net/dev").map_err(Failure::broken)?;
    match stranger(&table) {
        None => Ok(()),
        Some(name) => Err(Failure::wrong(format!(
            "not here: there is the interface `{name}`; who acts in a lab acts only in its namespaces"
        ))),
    }
}

/// Names an interface that no lab has made. Only a loopback is none either: it is no lab's namespace.
fn stranger(table: &str) -> Option<String> {
    let names = table
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim());
    let names: Vec<&str> = names.collect();
    let ours: Vec<String> = Topology::links()
        .into_iter()
        .flat_map(|link| link.ends.map(|end| end.interface))
        .collect();
    let is_ours = |name: &&&str| ours.iter().any(|one| one == **name);
    let foreign = names.iter().find(|name| **name != "lo" && !is_ours(name));
    let none =
        (!names.iter().any(|name| is_ours(&name))).then(|| "lo, and nothing else".to_owned());
    foreign.map(|name| (*name).to_owned()).or(none)
}

/// Lets this namespace pass packets on, and take those whose way back is another one.
fn forward() -> Result<(), Failure> {
    for (knob, value) in [
        ("ip_forward", "1"),
        ("conf/all/rp_filter", "0"),
        ("conf/default/rp_filter", "0"),
    ] {
        let path = format!("/proc/sys/net/ipv4/{knob}");
        fs::write(&path, value).map_err(|error| Failure::broken(format!("{path}: {error}")))?;
    }
    Ok(())
}

/// Runs something until it ends or its time is over.
fn until_then(
    until: Instant,
    act: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Failure::broken)?.block_on(async {
        match tokio::time::timeout_at(until.into(), act).await {
            Ok(done) => done,
            Err(_) => Ok(()), // its time is over
        }
    })
}

/// Counts an address up.
fn nth(first: IpAddr, number: u32) -> IpAddr {
    match first {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits().wrapping_add(number)).into(),
        IpAddr::V6(ip) => IpAddr::V6(ip), // a lab has none
    }
}

/// Leaves a report, whole or not at all.
fn report<T: Serialize>(path: &Path, told: &T) -> Result<(), Failure> {
    let text = serde_json::to_vec(told).map_err(Failure::broken)?;
    issei_host::files::write_private(path, &text).map_err(Failure::broken)
}

/// Reads what somebody reported last; nothing if there is no report yet.
pub fn reported<T: DeserializeOwned + Default>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// The bytes that a measured packet begins with; its number follows.
const MAGIC: &[u8; 8] = b"issei-1\0";

/// The payload of a measured packet.
fn marked(member: u8, number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8] = member;
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Reads what [`marked`] wrote.
fn mark(payload: &[u8]) -> Option<(u8, u32)> {
    let rest = payload.strip_prefix(MAGIC)?;
    let number = rest.get(4..8)?.try_into().ok()?;
    Some((*rest.first()?, u32::from_be_bytes(number)))
}

/// Whether an address is somebody of a lab.
fn is_in_a_lab(ip: IpAddr) -> bool {
    let IpAddr::V4(ip) = ip else { return false };
    let lines = topology::numbers().map(topology::network);
    topology::world()
        .into_iter()
        .chain(lines)
        .any(|net| net.contains(&ip))
}

#[cfg(test)]
#[path = "actors_tests.rs"]
mod tests;
