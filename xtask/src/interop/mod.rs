//! Checks against programs that others wrote: nfdump's collectors, softflowd, tshark, the kernel,
//! Go's module tools, Chromium; and against a disk whose power fails.
//!
//! In: the program as the tests make it, and what Debian's packages hold. Out: a line for every check:
//! the figures that agreed, what was missing, or what did not agree.
//! Always: a check compares at least one figure that is not zero, so a program that said nothing
//! fails it. What a check starts ends with it, by its id; folders and network namespaces are removed,
//! also on failure. Nothing is sent but over loopback or inside a namespace that the check made.
//! Not here: the judgement of labelled captures (`score.rs`).

mod comparison;
mod folder;
mod namespace;
mod needs;
mod running;
mod sockets;
mod told;

mod issei;
mod nfdump;
mod softflowd;
mod wireshark;

mod accounts;
mod api;
mod bgp;
mod bouncer;
mod browser;
mod enforcer;
mod exported;
mod lab;
mod ledger;
mod live;
mod metered;
mod nft;
mod power;
mod read;
mod stored;
mod torn;
mod valid;
mod xdp;
mod zone;

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use std::{iter, thread};

use crate::run::Outcome;

use comparison::Comparison;
use folder::Folder;
use issei::{Format, Issei, Simulated};
use needs::Need;

pub use live::probe;
pub use torn::stream;

/// One check.
struct Check {
    /// A fact, and what is asked for on the command line.
    name: &'static str,
    needs: &'static [Need],
    run: fn(&Scene) -> Result<Comparison, String>,
}

/// Every check. Those of a family run one after the other, for they share what they make or the moments they
/// measure; families run beside each other, the longest first.
const FAMILIES: &[&[Check]] = &[
    &[
        zone::BIND,
        zone::UNBOUND,
        zone::KNOT,
        zone::POWERDNS,
        zone::BASE,
    ],
    &[
        read::PACKETS,
        read::CAPTURES,
        read::EXPORTS,
        valid::PACKETS,
        valid::EXPORTS,
        metered::FLOWS,
        stored::RECORDS,
        stored::SAMPLES,
        exported::NETFLOW5,
        exported::NETFLOW9,
        exported::IPFIX,
        live::SCAN,
        torn::END,
    ],
    &[enforcer::CUTS, enforcer::ROUTERS, enforcer::RESOLVERS],
    &[browser::DECIDES, accounts::COME, api::ANSWERS],
    &[ledger::VERIFIED],
    &[
        bgp::BIRD,
        bgp::FRR,
        bgp::GOBGP,
        bgp::LEAK,
        bgp::READABLE,
        bgp::MANY,
        bouncer::FOLLOWS,
        bouncer::ALONE,
        bouncer::MANY,
    ],
    &[
        nft::FIRES,
        nft::SPREAD,
        nft::MANY,
        nft::KILLED,
        nft::HARMED,
        nft::LIMITS,
        xdp::OBJECT,
        xdp::LAW,
        xdp::KILLED,
    ],
];

/// Before all others, and nothing beside them: a program that is started in a network namespace gets a copy of all
/// mounts, and a disk that somebody else still has mounted is not taken away by taking it away here.
/// And what fills a machine by itself has its moments missed where others fill it too.
const FIRST: &[Check] = &[
    power::FAILURE,
    power::FULL,
    enforcer::KILLED,
    lab::LEFT,
    lab::FLOOD,
    lab::MIXED,
];

/// How many families at once: most of what checks do is to wait, and some of what they wait for has its time.
const AT_ONCE: usize = 2;

/// Runs every check that can run here, or those whose names hold `only`.
pub fn everything(only: Option<&str>) -> Outcome {
    let wanted = |check: &&Check| only.is_none_or(|only| check.name.contains(only));
    let first: Vec<&Check> = FIRST.iter().filter(wanted).collect();
    let families = FAMILIES
        .iter()
        .map(|family| family.iter().filter(wanted).collect())
        .filter(|family: &Vec<&Check>| !family.is_empty());
    let families: VecDeque<Vec<&Check>> = families.collect();
    if first.is_empty() && families.is_empty() {
        let names = iter::once(&FIRST)
            .chain(FAMILIES)
            .flat_map(|family| family.iter());
        let names: Vec<&str> = names.map(|check| check.name).collect();
        return Outcome::failed(format!("no such check; there are: {}", names.join("; ")));
    }
    namespace::sweep();
    power::sweep();
    let scene = match Scene::new() {
        Ok(scene) => scene,
        Err(complaint) => return Outcome::failed(complaint),
    };
    let first = first.into_iter().map(|check| check.outcome(&scene));
    let first = first.fold(Outcome::default(), Outcome::and);
    let families = Mutex::new(families);
    let next = || families.lock().expect("no check breaks here").pop_front();
    let worker = || {
        let checks = iter::from_fn(&next).flatten();
        let outcomes = checks.map(|check| check.outcome(&scene));
        outcomes.fold(Outcome::default(), Outcome::and)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        let outcomes = workers.into_iter().map(|worker| {
            let broke = |_| Outcome::failed("a check broke; what it said stands above".into());
            worker.join().unwrap_or_else(broke)
        });
        outcomes.fold(first, Outcome::and)
    })
}

impl Check {
    fn outcome(&self, scene: &Scene) -> Outcome {
        let missing = self.needs.iter().find_map(Need::missing);
        if let Some(missing) = missing {
            return Outcome::skipped(format!("{}: {missing}", self.name));
        }
        let begun = Instant::now();
        match (self.run)(scene).and_then(Comparison::verdict) {
            Ok(facts) => {
                let took = begun.elapsed().as_secs();
                Outcome::passed(&format!("{}: {facts} ({took} s)", self.name))
            }
            Err(complaint) => Outcome::failed(format!("{}: {complaint}", self.name)),
        }
    }
}

/// What all checks share: our program, a folder, and simulated files, made when first asked for.
struct Scene {
    issei: Issei,
    folder: Folder,
    packets: OnceLock<Result<Simulated, String>>,
    netflow9: OnceLock<Result<Simulated, String>>,
    ipfix: OnceLock<Result<Simulated, String>>,
    sflow: OnceLock<Result<Simulated, String>>,
    stored: OnceLock<[stored::Exchange; 3]>,
}

impl Scene {
    fn new() -> Result<Self, String> {
        Ok(Self {
            issei: Issei::built()?,
            folder: Folder::new("all")?,
            packets: OnceLock::new(),
            netflow9: OnceLock::new(),
            ipfix: OnceLock::new(),
            sflow: OnceLock::new(),
            stored: OnceLock::new(),
        })
    }

    /// Shows the simulated file in a format, and what is true of it.
    fn simulated(&self, format: Format) -> Result<&Simulated, String> {
        let cell = match format {
            Format::Pcap => &self.packets,
            Format::Netflow9 => &self.netflow9,
            Format::Ipfix => &self.ipfix,
            Format::Sflow => &self.sflow,
        };
        let made = cell.get_or_init(|| self.issei.simulate_file(&self.folder, format));
        made.as_ref().map_err(Clone::clone)
    }
}
