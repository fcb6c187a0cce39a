//! A whole country in network namespaces: from an infection to packets that stop at five routers, and pass
//! again; with kill switches pulled, and with everybody dead.
//!
//! In: `issei lab`. Out: its story's figures, and that nothing of it is left. Always: the lab is taken down
//! also after failure, by its own `down`; a builder that is killed leaves a lab that `down` removes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::{Running, said_by};
use super::softflowd::SOFTFLOWD;
use super::{Check, Scene};

const NEEDS: &[Need] = &[
    Need::Program("ip", "iproute2"),
    Need::Program("nft", "nftables"),
    SOFTFLOWD,
    Need::Namespaces,
];

/// A flood that a member limits by itself, and an operator who asks for a drop.
pub const FLOOD: Check = Check {
    name: "lab: lines that flood are limited in a router's kernel, and an operator's request drops there",
    needs: NEEDS,
    run: flood,
};

/// The story of a cut at routers of five kinds and resolvers of two, with kill switches, and everybody dead.
pub const MIXED: Check = Check {
    name: "lab: packets stop at routers with BIRD, FRR, GoBGP, XDP and nftables, and a name at BIND and Unbound, within one moment",
    needs: &[
        Need::Program("ip", "iproute2"),
        Need::Program("nft", "nftables"),
        SOFTFLOWD,
        Need::Program("bird", "bird2"),
        Need::File("/usr/lib/frr/bgpd", "frr"),
        Need::Program("gobgpd", "gobgpd"),
        Need::Program("named", "bind9"),
        Need::Program("unbound", "unbound"),
        Need::Program("dig", "bind9-dnsutils"),
        Need::Namespaces,
    ],
    run: mixed,
};

/// Nothing is left of a lab whose builder was killed at any moment.
pub const LEFT: Check = Check {
    name: "lab: a lab that was half built when its builder was killed leaves nothing",
    needs: NEEDS,
    run: left,
};

/// Members of a lab.
const MEMBERS: u64 = 5;
/// Members whose lines ask a resolver of their own.
const RESOLVERS: u64 = 2;
/// A story takes four minutes, of which detection needs more than one.
const LONGEST: Duration = Duration::from_secs(600);
/// After how many milliseconds a builder is killed: among its namespaces, its offices, its enforcers.
const KILLED_AFTER: [u64; 4] = [30, 150, 700, 2_500];
/// All five together, in microseconds, whatever they are.
const SPREAD_OF_ALL: i64 = 75_000;

/// A lab's folder; dropped, the lab is taken down.
struct Lab<'a> {
    scene: &'a Scene,
    root: PathBuf,
}

impl Lab<'_> {
    fn shown(&self) -> String {
        self.root.display().to_string()
    }

    fn down(&self, folder: &Folder) -> Result<(), String> {
        said_by(
            folder,
            &[self.scene.issei.path(), "lab", "down", &self.shown()],
        )
        .map(drop)
    }
}

impl Drop for Lab<'_> {
    fn drop(&mut self) {
        let mut down = Command::new(self.scene.issei.path());
        down.args(["lab", "down", &self.shown()])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let _ = down.status();
    }
}

/// The command judges its own figures, and ends with an error if one is not as it should be.
fn flood(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("lab-flood")?;
    let before = namespaces(&folder)?;
    let lab = Lab {
        scene,
        root: folder.file("lab"),
    };
    let shown = lab.shown();
    let said = Running::start(&folder, &[scene.issei.path(), "lab", "flood", &shown])?
        .finish_within(LONGEST)?
        .well()?;
    let mut comparison = Comparison::default();
    let [flooded, limited, dropped] = openings(&said.out).ok_or_else(|| said.out.clone())?;
    comparison.some("openings a second before anybody acts", flooded);
    comparison.some("openings a second of limited lines", limited);
    comparison.none(
        "openings a second more than before",
        over_by(limited, flooded),
    );
    comparison.none("openings a second after the operator's request", dropped);
    comparison.expected("namespaces", before, namespaces(&folder)?);
    Ok(comparison)
}

/// Reads how many openings a second arrived: flooded, limited, dropped.
fn openings(told: &str) -> Option<[u64; 3]> {
    let words: Vec<&str> = told.split_whitespace().collect();
    let arrive = words.windows(4).filter_map(|run| match run {
        [count, "a", "second", "arrive."] => count.parse().ok(),
        _ => None,
    });
    arrive.collect::<Vec<u64>>().try_into().ok()
}

/// By how much a figure is not less than another.
fn over_by(figure: u64, less_than: u64) -> u64 {
    (figure + 1).saturating_sub(less_than)
}

fn mixed(scene: &Scene) -> Result<Comparison, String> {
    let mut comparison = Comparison::default();
    let built = ["--routers", "xdp,bird,frr,gobgp,nft", "--names", "--hard"];
    let figures = figures(scene, &built, &mut comparison)?;
    slowest(
        &mut comparison,
        "to a kill switch",
        &figures["stopped_us"],
        2,
    );
    slowest(
        &mut comparison,
        "past the end with everybody dead",
        &figures["killed_us"],
        MEMBERS,
    );
    let folder = Folder::new("lab-versions")?;
    for daemon in ["bird", "gobgpd", "/usr/lib/frr/bgpd"] {
        let said = said_by(&folder, &[daemon, "--version"])?;
        let words = format!("{}{}", said.out, said.err);
        let version: String = words
            .chars()
            .skip_while(|letter| !letter.is_ascii_digit())
            .take_while(|letter| !letter.is_whitespace())
            .collect();
        let name = daemon.rsplit('/').next().unwrap_or(daemon);
        comparison.some(&format!("is {name} {version}"), 1);
    }
    let rows = figures["cut"]["rows"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    for row in &rows {
        let (router, last) = (
            &row["router"],
            row["last_passed_us"].as_i64().unwrap_or(i64::MAX),
        );
        let router = router.as_str().unwrap_or("a router");
        comparison.some(
            &format!("us from {router}'s last packet to T or back"),
            last.unsigned_abs().max(1),
        );
    }
    cut(&mut comparison, &figures["cut"]);
    names(&mut comparison, &figures["names"]);
    Ok(comparison)
}

/// Lets the story be told, and reads its figures.
fn figures(scene: &Scene, built: &[&str], comparison: &mut Comparison) -> Result<Value, String> {
    let folder = Folder::new("lab")?;
    let before = namespaces(&folder)?;
    let lab = Lab {
        scene,
        root: folder.file("lab"),
    };
    let file = folder.file("figures.json");
    let (shown, told) = (lab.shown(), file.display().to_string());
    let words = ["lab", "story", &shown, "--fast", "--figures", &told];
    let command = [&[scene.issei.path()][..], &words, built].concat();
    Running::start(&folder, &command)?
        .finish_within(LONGEST)?
        .well()?;
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let figures: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    slowest(comparison, "to a recall", &figures["recalled_us"], MEMBERS);
    sentinels(comparison, &figures);
    comparison.expected("namespaces", before, namespaces(&folder)?);
    Ok(figures)
}

/// Counts the members whose sentinels told both edges of the cut; the story itself holds them against the
/// captured packets.
fn sentinels(comparison: &mut Comparison, figures: &Value) {
    let told = figures["sentinels"].as_array().cloned().unwrap_or_default();
    let has = |one: &&Value, what: &str| one[what].is_i64();
    let both = told
        .iter()
        .filter(|one| has(one, "first_stopped_us") && has(one, "again_us"));
    comparison.same("members whose sentinel told", both.count() as u64, MEMBERS);
    let dropped = told.iter().filter(|one| has(one, "device_us")).count();
    comparison.some("members whose device told its first drop", dropped as u64);
    let recall = figures["recalled_by_sentinel_us"].as_u64();
    comparison.some("us to a recall by the last sentinel", recall.unwrap_or(0));
}

/// Holds the cut that ended by itself against how far members may lie apart.
fn cut(comparison: &mut Comparison, cut: &Value) {
    let rows = cut["rows"].as_array().cloned().unwrap_or_default();
    let moments =
        |what: &str| -> Vec<i64> { rows.iter().filter_map(|row| row[what].as_i64()).collect() };
    comparison.same(
        "members whose packets stopped",
        moments("first_stopped_us").len() as u64,
        MEMBERS,
    );
    comparison.same(
        "members whose packets passed again",
        moments("again_us").len() as u64,
        MEMBERS,
    );
    let last = moments("last_passed_us")
        .into_iter()
        .max()
        .unwrap_or(i64::MAX);
    comparison.none(
        "us too long after T for the last packet",
        over(last, SPREAD_OF_ALL),
    );
    let stopped: Vec<i64> = rows
        .iter()
        .filter(|row| row["member"] != cut["canary"])
        .filter_map(|row| Some(row["fires_at"].as_i64()? + row["first_stopped_us"].as_i64()?))
        .collect();
    let apart = stopped
        .iter()
        .max()
        .zip(stopped.iter().min())
        .map_or(i64::MAX, |(last, first)| last - first);
    comparison.none(
        "us more than allowed between the first and the last to stop",
        over(apart, SPREAD_OF_ALL),
    );
    comparison.some(
        "us between the first and the last to stop",
        u64::try_from(apart).unwrap_or(0).max(1),
    );
    comparison.some(
        "ordinary questions while in force",
        cut["users_asked"].as_u64().unwrap_or(0),
    );
    comparison.none(
        "packets not seen by the watch",
        cut["dropped_by_watch"].as_u64().unwrap_or(1),
    );
}

/// Tells when the resolvers refused a name and answered it again; the story itself holds that against its bounds.
fn names(comparison: &mut Comparison, names: &Value) {
    let rows = names["rows"].as_array().cloned().unwrap_or_default();
    let moments = |what: &str| -> Vec<i64> {
        let of = rows.iter();
        of.filter_map(|row| Some(row["fires_at"].as_i64()? + row[what].as_i64()?))
            .collect()
    };
    let refused = moments("first_refused_us");
    comparison.same(
        "resolvers that refused the name",
        refused.len() as u64,
        RESOLVERS,
    );
    let apart = refused
        .iter()
        .max()
        .zip(refused.iter().min())
        .map_or(i64::MAX, |(last, first)| last - first);
    comparison.some(
        "us between the first and the last resolver to refuse a name",
        u64::try_from(apart).unwrap_or(0).max(1),
    );
    slowest(
        comparison,
        "to a recall of a name",
        &names["recalled"],
        RESOLVERS,
    );
    comparison.some(
        "questions for another name meanwhile",
        rows.iter()
            .filter_map(|row| row["others_asked"].as_u64())
            .sum(),
    );
}

fn over(found: i64, most: i64) -> u64 {
    u64::try_from(found - most).unwrap_or(0)
}

/// Tells the slowest of some moments; the story itself holds them against their bounds.
fn slowest(comparison: &mut Comparison, what: &str, moments: &Value, count: u64) {
    let all: Vec<i64> = moments
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["us"].as_i64())
        .collect();
    comparison.expected(&format!("moments {what}"), count, all.len() as u64);
    let slowest = all.into_iter().max().unwrap_or(0);
    comparison.some(
        &format!("us at most {what}"),
        u64::try_from(slowest).unwrap_or(0).max(1),
    );
}

/// Counts namespaces of labs that are there now.
fn namespaces(folder: &Folder) -> Result<u64, String> {
    let listed = said_by(folder, &["ip", "netns", "list"])?.out;
    Ok(listed
        .lines()
        .filter(|line| line.starts_with("issei-lab-"))
        .count() as u64)
}

fn left(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("lab-left")?;
    let before = namespaces(&folder)?;
    let mut comparison = Comparison::default();
    let mut half = 0;
    for after in KILLED_AFTER {
        let lab = Lab {
            scene,
            root: folder.file(&format!("lab-{after}")),
        };
        let builder = Running::start(&folder, &[scene.issei.path(), "lab", "up", &lab.shown()])?;
        thread::sleep(Duration::from_millis(after));
        drop(builder); // as kill -9 does
        half += u64::from(lab.root.join("lab.json").exists());
        lab.down(&folder)?;
        comparison.none("files left", u64::from(lab.root.exists()));
        comparison.none("processes left", processes(&lab.shown()));
    }
    comparison.some("labs half built", half);
    comparison.expected("namespaces", before, namespaces(&folder)?);
    Ok(comparison)
}

/// Counts processes that name a lab's folder, as each of a lab does that is not softflowd, which names it too.
fn processes(folder: &str) -> u64 {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = |entry: &fs::DirEntry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(folder)
    };
    all.filter(names).count() as u64
}

#[cfg(test)]
#[path = "lab_tests.rs"]
mod tests;
