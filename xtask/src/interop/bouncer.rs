//! CrowdSec's firewall bouncer follows our orders: packets stop at T, pass again after the lift, and pass again at
//! the end with everything of ours killed.
//!
//! The bouncer is Debian's, in a router's network namespace, with the chains and the configuration that
//! `docs/enforcing.md` shows. Always: times are those of packets, both ways through the router, from the same
//! clock as T. Peer: `crowdsec-firewall-bouncer` of the version that is installed, named in the result.

mod stage;

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::nft::hand::now;
use super::nft::traffic::{Path, between, first_from};
use super::running::said_by;
use super::{Check, Scene};

use stage::Stage;

const NEEDS: &[Need] = &[
    Need::Program("crowdsec-firewall-bouncer", "crowdsec-firewall-bouncer"),
    Need::Program("nft", "nftables"),
    Need::Program("ip", "iproute2"),
    Need::Program("chrt", "util-linux"),
    Need::Namespaces,
];

/// From T to the lift, again and again.
pub const FOLLOWS: Check = Check {
    name: "a bouncer of CrowdSec stops packets both ways at T and lets them pass after the lift",
    needs: NEEDS,
    run: follows,
};

/// To the end, without us.
pub const ALONE: Check = Check {
    name: "a bouncer of CrowdSec lets packets pass at an order's end with everything of ours killed",
    needs: NEEDS,
    run: alone,
};

/// Many at once.
pub const MANY: Check = Check {
    name: "a bouncer of CrowdSec takes ten thousand addresses and lets go of them",
    needs: NEEDS,
    run: many,
};

const SECOND: u64 = 1_000_000;
/// From one packet to the next.
const GAP: u64 = 500;
/// How often an address is cut and lifted.
const ROUNDS: usize = 8;
/// The bound of a single change: many times what it takes, for a machine that has other work.
const LONGEST: u64 = 500_000;
/// How long before its end an element may run out: its time-out is in whole milliseconds and in whole ticks of
/// the kernel, both rounded down.
const EARLIEST: u64 = 10_000;
/// How long after its end a rule may live (G3).
const LATEST: u64 = 2_200_000;

/// Where packets are meant for: a goal, its neighbour, and a line to which the goal answers.
const THERE: [&str; 2] = ["198.18.1.10:2000", "198.18.1.11:2000"];
const HOME: [&str; 1] = ["10.77.1.2:3001"];

/// Packets to the goal and to its neighbour, and packets from the goal, for so long.
struct Both(super::nft::traffic::Traffic, super::nft::traffic::Traffic);

impl Both {
    fn begin(stage: &Stage, until: u64) -> Result<Self, String> {
        let (line, world) = (&stage.network.line, &stage.network.world);
        let path = |from, to| Path {
            from,
            to,
            gap: GAP,
            begin: 0,
            until,
        };
        Ok(Self(
            stage.traffic(path((line, "10.77.1.2:4000"), (world, &THERE)))?,
            stage.traffic(path((world, "198.18.1.10:2002"), (line, &HOME)))?,
        ))
    }

    /// When packets that came through were sent: to the goal, to its neighbour, from the goal.
    fn end(self) -> Result<[Vec<u64>; 3], String> {
        let there = self.0.end(THERE.len())?;
        let home = self.1.end(HOME.len())?;
        let mut all = there.into_iter().chain(home);
        let mut next = || all.next().unwrap_or_default();
        Ok([next(), next(), next()])
    }
}

fn follows(_: &Scene) -> Result<Comparison, String> {
    let mut stage = Stage::new("follows")?;
    let mut comparison = Comparison::default();
    version(&stage.folder, &mut comparison)?;
    let until = now() + 20 * SECOND;
    let traffic = Both::begin(&stage, until)?;
    let told = stage.api.does(&format!("rounds {ROUNDS} 198.18.1.10"))?;
    if now() + SECOND > until {
        return Err("this machine is too slow: the packets ended before the rounds".into());
    }
    let rounds = moments(&told)?;
    let [to, beside, from] = traffic.end()?;
    comparison.same("rounds", rounds.len() as u64, ROUNDS as u64);
    let (mut stopped, mut passed) = (Vec::new(), Vec::new());
    let (mut before, mut spared) = (u64::MAX, u64::MAX);
    for (fires, lifted) in rounds {
        for sent in [&to, &from] {
            let last = sent.iter().rev().find(|&&at| at < lifted * 1_000);
            stopped.push(last.map_or(0, |at| (at / 1_000).saturating_sub(fires)));
            passed.push(first_from(sent, lifted).unwrap_or(u64::MAX));
            before = before.min(between(sent, fires - SECOND / 10, fires));
        }
        spared = spared.min(between(&beside, fires, lifted));
    }
    comparison.some("packets at least in the tenth of a second before T", before);
    comparison.some("packets at least beside the goal while it was cut", spared);
    let (at_t, at_lift) = (
        "µs from T to the last packet that passed",
        "µs from the lift to the first packet that passed",
    );
    within(at_t, stopped, LONGEST, &mut comparison);
    within(at_lift, passed, LONGEST, &mut comparison);
    let counts = stage.api.does("counts")?;
    comparison.none(
        &format!("requests turned away (`{counts}`)"),
        u64::from(counts != "counts []"),
    );
    Ok(comparison)
}

fn alone(_: &Scene) -> Result<Comparison, String> {
    let mut stage = Stage::new("alone")?;
    let mut comparison = Comparison::default();
    let told = stage
        .api
        .does("cut 1 300 4000 198.18.1.10 2001:db8:1::10")?;
    let (_, ends) = pair(told.trim_start_matches("cut "), ' ')?;
    let traffic = Both::begin(&stage, ends + 3 * SECOND)?;
    stage.api.until("read", |said| said == "read 1:active:2")?;
    comparison.same("elements while it is in force", stage.elements()?, 2);
    let Stage { api, .. } = &mut stage;
    let killed = now();
    api.kill()?;
    if killed + SECOND / 2 > ends {
        return Err("this machine is too slow: the end was near before we were killed".into());
    }
    let [to, beside, from] = traffic.end()?;
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for sent in [&to, &from] {
        let first = first_from(sent, killed).map_or(u64::MAX, |after| killed + after);
        early.push(ends.saturating_sub(first));
        late.push(first.saturating_sub(ends));
    }
    comparison.some("packets beside the goal", between(&beside, killed, ends));
    within(
        "µs before the end that a packet passed",
        early,
        EARLIEST,
        &mut comparison,
    );
    within(
        "µs from the end to the first packet that passed",
        late,
        LATEST,
        &mut comparison,
    );
    comparison.none("elements that are left", stage.elements()?);
    Ok(comparison)
}

fn many(_: &Scene) -> Result<Comparison, String> {
    const MANY: u64 = 10_000;
    let mut stage = Stage::new("many")?;
    let mut comparison = Comparison::default();
    // Our API is confined to its own folder.
    let list = stage.folder.file("api").join("goals");
    let goals: String = (0..MANY)
        .map(|n| format!("203.{}.{}.{}\n", n % 100, n / 100 % 250, n / 250 + 1))
        .collect();
    std::fs::write(&list, goals).map_err(|error| format!("{}: {error}", list.display()))?;
    let told = stage
        .api
        .does(&format!("cut 1 500 120000 @{}", list.display()))?;
    let (fires, _) = pair(told.trim_start_matches("cut "), ' ')?;
    let came = stage.until_elements(MANY)?.saturating_sub(fires);
    let told = stage.api.does("lift 1")?;
    let lifted: u64 = parsed(told.trim_start_matches("lift "))?;
    let gone = stage.until_elements(0)?.saturating_sub(lifted);
    comparison.some(&format!("ms from T to {MANY} elements"), came / 1_000);
    comparison.some("ms from the lift to none", gone / 1_000);
    let bound = 20 * SECOND;
    comparison.none(
        "times longer than it may be",
        u64::from(came > bound) + u64::from(gone > bound),
    );
    Ok(comparison)
}

/// Demands that each figure be within a bound, and tells the median and the worst.
fn within(what: &str, mut figures: Vec<u64>, bound: u64, comparison: &mut Comparison) {
    figures.sort_unstable();
    let Some(&worst) = figures.last() else {
        return comparison.some(what, 0);
    };
    let median = figures.get(figures.len() / 2).copied().unwrap_or(worst);
    let beyond = figures.iter().filter(|&&figure| figure > bound).count();
    comparison.none(
        &format!("times more than {bound} {what} ({figures:?})"),
        beyond as u64,
    );
    comparison.some(
        &format!("{what} at the median, {worst} at the worst"),
        median + 1,
    );
}

/// Reads `rounds T:LIFT T:LIFT …`.
fn moments(told: &str) -> Result<Vec<(u64, u64)>, String> {
    let words = told.split(' ').skip(1);
    words.map(|word| pair(word, ':')).collect()
}

fn pair(words: &str, between: char) -> Result<(u64, u64), String> {
    let (one, other) = words
        .split_once(between)
        .ok_or_else(|| format!("it said `{words}`"))?;
    Ok((parsed(one)?, parsed(other)?))
}

fn parsed(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("it said `{word}`"))
}

/// Names the version of the peer, as a figure: 0.0.25 is 25.
fn version(folder: &Folder, comparison: &mut Comparison) -> Result<(), String> {
    let asked = [
        "dpkg-query",
        "-W",
        "-f",
        "${Version}",
        "crowdsec-firewall-bouncer",
    ];
    let version = said_by(folder, &asked).map_or_else(|_| "1".into(), |said| said.out);
    let numbers = version
        .split(['.', '-'])
        .map_while(|part| part.parse::<u64>().ok());
    let number = numbers.take(3).fold(0, |sum, part| sum * 100 + part);
    comparison.some(&format!("is crowdsec-firewall-bouncer {version}"), number);
    Ok(())
}

#[cfg(test)]
#[path = "bouncer_tests.rs"]
mod tests;
