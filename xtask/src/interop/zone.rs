//! Resolvers that others wrote take our zone, refuse its names, answer them again, and lose it with us.
//!
//! Each check has a network namespace with nothing but loopback: our primary, a resolver set up as
//! `docs/resolvers.md` says, and, as the rest of the world, one who answers every question. Names are
//! asked for before they are refused, so that their good answers lie in every cache.
//! Always: times are measured at the resolver, by questions such as a line's; the bounds are those that the
//! page promises. Peers: BIND, Unbound, Knot Resolver behind Knot DNS, PowerDNS Recursor, of the versions
//! that are installed, named in the result.

mod primary;
mod resolvers;

use std::fs;
use std::time::Duration;

use super::Check;
use super::comparison::Comparison;
use super::folder::Folder;
use super::namespace::Namespace;
use super::needs::Need;
use super::running::Running;
use crate::run::made;

use primary::Primary;
use resolvers::{AUTHORITY, Peer, Setting};

const IP: Need = Need::Program("ip", "iproute2");

/// BIND.
pub const BIND: Check = Check {
    name: "BIND refuses names of a zone, answers them again, and loses the zone with its primary",
    needs: &[Need::Program("named", "bind9"), IP, Need::Namespaces],
    run: |_| takes(&resolvers::BIND),
};

/// Unbound.
pub const UNBOUND: Check = Check {
    name: "Unbound refuses names of a zone, answers them again, and loses the zone with its primary",
    needs: &[
        Need::Program("unbound", "unbound"),
        Need::Program("dig", "bind9-dnsutils"),
        IP,
        Need::Namespaces,
    ],
    run: |_| takes(&resolvers::UNBOUND),
};

/// Knot Resolver.
pub const KNOT: Check = Check {
    name: "Knot Resolver refuses names of a zone, answers them again, and loses the zone with its primary",
    needs: &[
        Need::Program("kresd", "knot-resolver"),
        Need::Program("knotd", "knot"),
        Need::File("/usr/share/lua/5.1/cqueues.lua", "lua-cqueues"),
        IP,
        Need::Namespaces,
    ],
    run: |_| takes(&resolvers::KNOT),
};

/// PowerDNS Recursor.
pub const POWERDNS: Check = Check {
    name: "PowerDNS Recursor refuses names of a zone, answers them again, and loses the zone with its primary",
    needs: &[
        Need::Program("pdns_recursor", "pdns-recursor"),
        IP,
        Need::Namespaces,
    ],
    run: |_| takes(&resolvers::POWERDNS),
};

/// The large zone beside the small one.
pub const BASE: Check = Check {
    name: "a million names in the list's zone do not slow the orders' zone",
    needs: &[
        Need::Program("named", "bind9"),
        Need::Program("unbound", "unbound"),
        IP,
        Need::Namespaces,
    ],
    run: |_| base(),
};

/// Names that are refused and lifted one after the other.
const ROUNDS: &str = "50";
/// A list of a country.
const LISTED: usize = 1_000_000;
/// Much slower: a median of small figures doubles by chance.
const SLOWER: u64 = 3;
const SLOWER_BY: u64 = 10_000;

/// Everything that one check starts. Ended in the order of the fields.
struct Stage {
    primary: Primary,
    _others: Vec<Running>,
    _world: Running,
    namespace: Namespace,
    setting: Setting,
    folder: Folder,
}

impl Stage {
    /// Starts the rest of the world, the primary and the resolvers, and waits until each uses the zone.
    fn new(peers: &[&Peer]) -> Result<Self, String> {
        let folder = Folder::new("zone")?;
        let program = made("issei-host", Some("zone_primary"), "")?;
        let namespace = Namespace::new(&folder, "zone")?;
        for last in 1..=10 {
            let address = format!("127.0.1.{last}/8");
            namespace.says(&folder, &["ip", "address", "add", &address, "dev", "lo"])?;
        }
        let setting = Setting::new(&folder, &program);
        let upstream = format!("upstream={AUTHORITY}:53");
        let world = namespace.start(&folder, &[&setting.program, &upstream])?;
        let mut primary = Primary::start(&namespace, &setting, peers)?;
        let mut others = Vec::new();
        for peer in peers {
            others.extend((peer.start)(&namespace, &folder, &setting)?);
        }
        primary.until_read(&mut others)?;
        Ok(Self {
            primary,
            _others: others,
            _world: world,
            namespace,
            setting,
            folder,
        })
    }
}

fn takes(peer: &'static Peer) -> Result<Comparison, String> {
    let mut stage = Stage::new(&[peer])?;
    let mut comparison = Comparison::default();
    obeys(peer, &mut stage.primary, &mut comparison)?;
    in_time(peer, &mut stage.primary, &mut comparison)?;
    let primary = &mut stage.primary;
    let counts = primary.does("counts")?;
    comparison.none(
        &format!("signatures turned away (`{counts}`)"),
        u64::from(counts.contains("OtherKey") || counts.contains("BadSignature")),
    );
    alone(peer, stage, &mut comparison)?;
    Ok(comparison)
}

/// One exact name is refused, one redirected, and nobody else hit.
fn obeys(peer: &Peer, primary: &mut Primary, comparison: &mut Comparison) -> Result<(), String> {
    primary.does("cut 1 600 refuse c2.example")?;
    primary.does("cut 2 600 redirect page.example")?;
    primary.until("read", |said| said.matches("Active").count() == 2)?;
    let mut ask = |words: &str, wanted: &str| -> Result<(), String> {
        let said = primary.does(&format!("ask 0 {words}"))?;
        comparison.none(
            &format!("answers to `{words}` that are `{said}` and not `{wanted}`"),
            u64::from(!said.contains(wanted)),
        );
        Ok(())
    };
    ask("c2.example", "Absent")?;
    ask("page.example", "Exists([192.0.2.80])")?;
    ask("below.c2.example", "Exists([198.51.100.7])")?;
    ask("xc2.example", "Exists([198.51.100.7])")?;
    let passing = match peer.lets_pass {
        true => "Exists([198.51.100.7])",
        false => "Absent",
    };
    ask("c2.example 127.0.5.1", passing)?;
    primary.does("lift-all")?;
    primary.until("read", |said| said == "read")?;
    comparison.some(
        &format!("orders that {} obeyed and let go of", peer.version()?),
        2,
    );
    Ok(())
}

/// Names are refused and answered again within the time that the page promises.
fn in_time(peer: &Peer, primary: &mut Primary, comparison: &mut Comparison) -> Result<(), String> {
    let figures = primary.rounds(0, ROUNDS, "round.example", peer.pause)?;
    for (word, (median, worst)) in [
        ("refused", figures.refused),
        ("answered again", figures.answered),
    ] {
        let slow = format!(
            "µs at the median until a name is {word}, of {} that may be",
            peer.median
        );
        comparison.none(
            &format!("figure of {median} {slow}"),
            u64::from(median > peer.median),
        );
        comparison.some(&format!("µs at the median until a name is {word}"), median);
        comparison.some("µs at the worst", worst);
    }
    let said = primary.does(&format!("moments 0 {ROUNDS} moment.example"))?;
    let figures: Vec<i64> = said
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let &[least, median, _, worst, _] = &figures[..] else {
        return Err(format!("the primary said `{said}`"));
    };
    let far = median.unsigned_abs() > peer.from_t;
    comparison.none(&format!("median of {median} µs after T"), u64::from(far));
    comparison.some(
        &format!("µs between the earliest and the latest of {ROUNDS}, from {least} to {worst} µs after T, {median} at the median"),
        worst.abs_diff(least),
    );
    Ok(())
}

/// With the primary killed, the rules end by themselves.
fn alone(peer: &Peer, stage: Stage, comparison: &mut Comparison) -> Result<(), String> {
    let Stage {
        mut primary,
        _others: others,
        _world: world,
        namespace,
        setting,
        folder,
    } = stage;
    primary.does("cut 3 600 refuse alone.example")?;
    primary.until("read", |said| said.contains("Active"))?;
    // Three of its refreshes, so that it is in the middle of its work.
    std::thread::sleep(Duration::from_secs(3));
    primary.kill()?;
    let until = format!("until={}:53", peer.address);
    let command = [
        setting.program.as_str(),
        &until,
        "name=alone.example",
        "word=answered",
        "seconds=20",
    ];
    let said = namespace.says(&folder, &command)?;
    let took: u64 = said
        .out
        .trim()
        .strip_prefix("until ")
        .and_then(|took| took.parse().ok())
        .ok_or_else(|| format!("it said `{}`", said.out))?;
    let slow = format!("µs until the rules ended, of {} that may be", peer.lease);
    comparison.none(
        &format!("figure of {took} {slow}"),
        u64::from(took > peer.lease),
    );
    comparison.some(
        "µs after the primary was killed until its rules ended",
        took,
    );
    drop((others, world));
    Ok(())
}

/// The times of the orders' zone before, while and after a million names are loaded into the other.
fn base() -> Result<Comparison, String> {
    let peers = [&resolvers::BIND, &resolvers::UNBOUND];
    let mut stage = Stage::new(&peers)?;
    let mut comparison = Comparison::default();
    let list = stage.folder.file("list");
    let names: String = (0..LISTED)
        .map(|number| format!("host-{number}.listed.example\n"))
        .collect();
    fs::write(&list, names).map_err(|error| format!("{}: {error}", list.display()))?;
    let primary = &mut stage.primary;
    let mut before = Vec::new();
    for number in 0..peers.len() {
        before.push(primary.rounds(number, ROUNDS, &format!("before{number}.example"), 0)?);
    }
    let loaded = primary.does(&format!("load {}", list.display()))?;
    let mut words = loaded
        .split(' ')
        .skip(1)
        .map(|word| word.parse().unwrap_or(0));
    comparison.same("names loaded", words.next().unwrap_or(0), LISTED as u64);
    comparison.some("ms until our zone had them", words.next().unwrap_or(0));
    for (number, peer) in peers.iter().enumerate() {
        let last = format!(
            "until {number} host-{}.listed.example refused 120",
            LISTED - 1
        );
        primary.does(&last)?;
        let after = primary.rounds(number, ROUNDS, &format!("after{number}.example"), 0)?;
        let ((was, _), (is, worst)) = (before[number].refused, after.refused);
        let slower = u64::from(is > was * SLOWER && is > was + SLOWER_BY);
        let version = peer.version()?;
        comparison.none(
            &format!("median of {is} µs at {version} after {was} before"),
            slower,
        );
        comparison.some(&format!("µs at the median at {version} before"), was);
        comparison.some("µs after", is);
        comparison.some("µs at the worst", worst);
    }
    Ok(comparison)
}
