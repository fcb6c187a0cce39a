//! Pages in a real browser: the demonstration decided by two people who come by passkey and sign with keys of their
//! browsers, then every page looked at, in both languages and themes, narrow, without script, with the keyboard alone.
//!
//! In: `issei demo`, Debian's Chromium, playwright-core and axe-core from npm. Out: what was seen, and nothing that is
//! wrong. Always: modules lie under the target folder, at exact versions, and run no scripts when they are installed;
//! pictures of every page are kept beside them. Not here: what is looked at (`xtask/browser/visit.mjs`).

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::Running;
use super::{Check, Scene};
use crate::run::root;

/// Two approvers and a duty officer click through the demonstration, and axe-core looks at every page.
pub const DECIDES: Check = Check {
    name: "browser: two approvers decide the demonstration in Chromium, and axe-core finds nothing on any page",
    needs: &[
        Need::Program("chromium", "chromium"),
        Need::Program("node", "nodejs"),
        Need::Program("npm", "npm"),
    ],
    run: decides,
};

/// What drives the browser, and what looks at pages.
pub const MODULES: [&str; 2] = ["playwright-core@1.64.1", "axe-core@4.10.3"];
/// How long the story takes until it has something to sign: detection in an unoptimised build.
const LONGEST_STORY: Duration = Duration::from_secs(240);
const LONGEST_VISIT: Duration = Duration::from_secs(480);
const LOOK_EVERY: Duration = Duration::from_millis(100);

fn decides(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("browser")?;
    let place = place();
    let modules = installed(&folder, &place, &MODULES)?;
    let mut demo = Demo::start(scene.issei.path(), &folder)?;
    let links = demo.links()?;
    let visit = root().join("xtask/browser/visit.mjs");
    let words = [
        visit,
        modules,
        "/usr/bin/chromium".into(),
        place.join("pictures"),
    ];
    let words: Vec<String> = words
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let links = links.to_string();
    let mut command: Vec<&str> = vec!["node"];
    command.extend(words.iter().map(String::as_str));
    command.push(&links);
    let said = Running::start(&folder, &command)?.finish_within(LONGEST_VISIT)?;
    let ended = demo.ends()?;
    let lines = seen(&said.out)?;
    let said = said.well()?;
    if let Some(version) = lines.iter().find_map(|line| line["version"].as_str()) {
        println!("Chromium {version}");
    }
    let told = |name: &str| lines.iter().filter(|line| line.get(name).is_some()).count() as u64;
    let mut comparison = Comparison::default();
    comparison.expected("approvers who signed in their browsers", 2, told("signed"));
    comparison.expected("approvers who came again by passkey", 2, told("passkey"));
    comparison.expected("pages that moved by themselves", 1, told("moved"));
    comparison.expected(
        "rounds over every page, at the coordinator and a member",
        8,
        told("looked"),
    );
    comparison.expected("rounds without script", 1, told("without_script"));
    comparison.expected("rounds with the keyboard alone", 1, told("keyboard"));
    comparison.expected("strips drawn of this run", 1, told("strip"));
    comparison.expected("lists weighed at a page", 1, told("weighed"));
    comparison.expected("lists taken at a page", 1, told("taken"));
    comparison.expected("lifted from a page", 1, told("lifted"));
    comparison.some("bytes said", said.out.len() as u64);
    match ended.contains("The ledger is whole") {
        true => Ok(comparison),
        false => Err(format!("the story did not end well: {ended}")),
    }
}

/// Tells where the modules lie.
pub fn place() -> PathBuf {
    root().join("target/browser")
}

/// Reads what a script saw, a line of JSON each.
///
/// # Errors
/// What it found wrong.
pub fn seen(out: &str) -> Result<Vec<Value>, String> {
    let lines: Vec<Value> = out
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let wrong: Vec<String> = lines
        .iter()
        .filter(|line| line.get("wrong").is_some())
        .map(|line| format!("{}: {}", line["where"], line["wrong"]))
        .collect();
    match wrong.is_empty() {
        true => Ok(lines),
        false => Err(wrong.join("\n  ")),
    }
}

/// Brings modules to a place, unless they are there.
///
/// # Errors
/// If npm does not bring them.
pub fn installed(folder: &Folder, place: &Path, modules: &[&str]) -> Result<PathBuf, String> {
    let told = |error: std::io::Error| format!("{}: {error}", place.display());
    fs::create_dir_all(place).map_err(told)?;
    let marker = place.join(format!("{}.installed", modules.join("-")));
    if !marker.is_file() {
        fs::write(place.join("package.json"), "{\"private\": true}\n").map_err(told)?;
        let shown = place.display().to_string();
        let mut command = vec!["npm", "install", "--prefix", &shown];
        command.extend([
            "--ignore-scripts",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
        ]);
        command.extend(modules);
        Running::start(folder, &command)?.finish()?.well()?;
        fs::write(&marker, "").map_err(told)?;
    }
    Ok(place.to_owned())
}

/// The demonstration at work, with somebody at its keyboard.
struct Demo {
    child: Child,
    out: PathBuf,
}

impl Demo {
    fn start(issei: &str, folder: &Folder) -> Result<Self, String> {
        let out = folder.file("demo.out");
        let told = |error: std::io::Error| format!("{}: {error}", out.display());
        let file = File::create(&out).map_err(told)?;
        let child = Command::new(issei)
            .arg("demo")
            .stdin(Stdio::piped())
            .stdout(file)
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(told)?;
        Ok(Self { child, out })
    }

    fn told(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// Waits until there is something to sign, and gives everybody's links.
    fn links(&mut self) -> Result<Value, String> {
        let began = Instant::now();
        loop {
            let told = self.told();
            let words: Vec<&str> = told.split_whitespace().collect();
            let link_of = |person: &str| {
                let at = words.iter().position(|word| *word == person)?;
                words.get(at + 1).filter(|word| word.contains("/first/"))
            };
            let order = words.iter().find_map(|word| word.split_once("/orders/"));
            if let (Some((origin, order)), Some(one), Some(two), Some(duty), Some(desk)) = (
                order,
                link_of("approver@isp-a"),
                link_of("counsel@isp-b"),
                link_of("duty@coordinator"),
                link_of("desk@isp-a"),
            ) {
                return Ok(
                    json!({ "origin": origin, "order": order, "approvers": [one, two], "duty": duty, "desk": desk }),
                );
            }
            if began.elapsed() > LONGEST_STORY || !matches!(self.child.try_wait(), Ok(None)) {
                return Err(format!("the story came to no signature: {told}"));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Presses Enter, and waits for the last words.
    fn ends(&mut self) -> Result<String, String> {
        if let Some(mut keyboard) = self.child.stdin.take() {
            // It may have ended by itself.
            let _ = keyboard.write_all(b"\n");
        }
        let began = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if began.elapsed() > LONGEST_STORY {
                return Err("the story did not end".into());
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(self.told())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Both do nothing if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
