//! A verifier that others wrote finds our ledger whole, and finds what we find broken.
//!
//! Go's own module database is such a log, so `golang.org/x/mod/sumdb` reads ours: the notes with
//! its `note` package, every entry's inclusion and every earlier checkpoint's consistency with its
//! `tlog` package, from the tiles. What it is asked stands in `ledger.go`.

use std::fs;
use std::path::{Path, PathBuf};

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::{Running, Said, said_by};
use super::{Check, Scene};
use crate::run::root;

/// Go agrees with us about a whole ledger and about broken ones.
pub const VERIFIED: Check = Check {
    name: "Go's sumdb verifies a ledger, and finds what is broken in it",
    needs: &[
        Need::Program("go", "golang-go"),
        Need::File(NOTE, "golang-golang-x-mod-dev"),
    ],
    run: verified,
};

/// Where Debian puts Go packages, and one of those needed.
const PACKAGES: &str = "/usr/share/gocode";
const NOTE: &str = "/usr/share/gocode/src/golang.org/x/mod/sumdb/note/note.go";
/// Entries of the ledger: past the first tile of the second level, and no round number.
const ENTRIES: u64 = 66_003;
/// Files in which a bit is flipped, and the byte: an entry, a tile, the edge, the notes.
const FLIPS: [(&str, usize); 5] = [
    ("tile/entries/200", 7),
    ("tile/0/100", 77),
    ("tile/1/001.p/1", 3),
    ("checkpoint", 25),
    ("checkpoints/33001", 160),
];

fn verified(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("ledger")?;
    let place = folder.file("log");
    let shown = place.display().to_string();
    let count = ENTRIES.to_string();
    let issei = scene.issei.path();
    let said = said_by(
        &folder,
        &[issei, "ledger", "sample", &shown, "--entries", &count],
    )?;
    let keys = keys(&said.out);
    let checker = built(&folder)?;
    let mut comparison = Comparison::default();

    let theirs = theirs(&folder, &checker, &shown, &keys)?.well()?;
    let ours = ours(&folder, issei, &shown, &keys)?.well()?;
    comparison.same("entries", ENTRIES, figure(&theirs.out, "entries"));
    comparison.same("keys", keys.len() as u64, figure(&theirs.out, "signatures"));
    comparison.same("earlier checkpoints", 2, figure(&theirs.out, "checkpoints"));
    let root = word(&theirs.out, "root");
    let agreed = root.is_some_and(|root| ours.out.contains(&format!("root is {root}")));
    comparison.same("root", 1, agreed.into());
    for (name, byte) in FLIPS {
        let path = place.join(name);
        let whole = flipped(&path, byte)?;
        let found = self::theirs(&folder, &checker, &shown, &keys)?.ended_with(&[1]);
        comparison.same(
            &format!("flip in {name} found by Go"),
            1,
            found.is_ok().into(),
        );
        let found = self::ours(&folder, issei, &shown, &keys)?.ended_with(&[1]);
        comparison.same(
            &format!("flip in {name} found by us"),
            1,
            found.is_ok().into(),
        );
        fs::write(&path, whole).map_err(|error| error.to_string())?;
    }
    Ok(comparison)
}

/// Builds the checker from Debian's packages alone, without asking the network.
fn built(folder: &Folder) -> Result<PathBuf, String> {
    let source = root().join("xtask/src/interop/ledger.go");
    let program = folder.file("checker");
    let cache = format!("GOCACHE={}", folder.file("cache").display());
    let packages = format!("GOPATH={PACKAGES}");
    let (source, shown) = (source.display().to_string(), program.display().to_string());
    said_by(
        folder,
        &[
            "env",
            "GO111MODULE=off",
            "CGO_ENABLED=0",
            &cache,
            &packages,
            "go",
            "build",
            "-o",
            &shown,
            &source,
        ],
    )?;
    Ok(program)
}

fn theirs(folder: &Folder, checker: &Path, log: &str, keys: &[String]) -> Result<Said, String> {
    let checker = checker.display().to_string();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    Running::start(folder, &[&[checker.as_str(), log], &keys[..]].concat())?.finish()
}

fn ours(folder: &Folder, issei: &str, log: &str, keys: &[String]) -> Result<Said, String> {
    let mut command = vec![issei, "ledger", "verify", log];
    for (place, key) in keys.iter().enumerate() {
        command.extend([if place == 0 { "--key" } else { "--witness" }, key]);
    }
    Running::start(folder, &command)?.finish()
}

/// Reads the keys out of what `issei ledger sample` says: the log's first.
fn keys(said: &str) -> Vec<String> {
    let words = said.lines().filter_map(|line| line.trim().split_once(' '));
    words
        .filter(|(flag, _)| flag.starts_with("--"))
        .map(|(_, key)| key.to_owned())
        .collect()
}

fn word<'s>(said: &'s str, name: &str) -> Option<&'s str> {
    let words = said.lines().filter_map(|line| line.split_once(' '));
    words
        .filter(|(first, _)| *first == name)
        .map(|(_, rest)| rest)
        .next()
}

fn figure(said: &str, name: &str) -> u64 {
    word(said, name)
        .and_then(|figure| figure.parse().ok())
        .unwrap_or_default()
}

/// Flips a bit and gives the whole file back.
fn flipped(path: &Path, byte: usize) -> Result<Vec<u8>, String> {
    let failed = |error| format!("{}: {error}", path.display());
    let whole = fs::read(path).map_err(failed)?;
    let mut broken = whole.clone();
    let place = broken.get_mut(byte);
    *place.ok_or_else(|| format!("{} is too short", path.display()))? ^= 1;
    fs::write(path, broken).map_err(failed)?;
    Ok(whole)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
