//! Plays every page of `/scenarios`, and each again without its guard.
//!
//! A story holds with every guard on, and fails at the step that it names when one is off: so no
//! guard in it is for show. The index beside the pages is held against them; after a wanted change,
//! run `ISSEI_WRITE_DOCS=1 cargo test -p issei-sim --test scenarios` and review the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use issei_sim::story::{Guard, Off, Story, Switch, reference};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every page but the index, by name.
fn stories() -> Vec<Story> {
    let folder = root().join("scenarios");
    let entries = fs::read_dir(&folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: BTreeSet<String> = names
        .filter(|n| n.ends_with(".md") && n != "README.md")
        .collect();
    let read = |name: &String| {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        Story::read(name, &text).unwrap_or_else(|error| panic!("scenarios/{error}"))
    };
    names.iter().map(read).collect()
}

#[test]
fn every_story_holds() {
    let broken = stories().into_iter().filter_map(|story| {
        let outcome = story.play(&Off::nothing(), &mut |_| {});
        outcome.err().map(|broken| broken.to_string())
    });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn without_its_guard_each_story_fails_at_the_step_it_names() {
    let mut wrong = Vec::new();
    for story in stories() {
        for guard in &story.guards {
            wrong.extend(unneeded(&story, guard));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Says why a story does not show that it needs this guard, if it does not.
fn unneeded(story: &Story, guard: &Guard) -> Option<String> {
    let at = format!("{}:{}: without `{}`", story.file, guard.line, guard.switch);
    let off = match Off::one(guard.switch.clone()) {
        Ok(off) => off,
        Err(what) => return Some(format!("{at}: {what}")),
    };
    match story.play(&off, &mut |_| {}) {
        Ok(()) => Some(format!("{at} the story holds all the same")),
        Err(broken) if broken.step == guard.fails_at => None,
        Err(broken) => Some(format!("{at} it fails at another step: {broken}")),
    }
}

#[test]
fn every_incident_has_its_guard() {
    let without = stories()
        .into_iter()
        .filter(|story| story.guards.is_empty());
    let without: Vec<String> = without.map(|story| story.file).collect();
    assert!(without.is_empty(), "no guard is named in {without:?}");
    let incidents = stories()
        .iter()
        .filter(|story| story.incident.is_some())
        .count();
    assert!(incidents >= 11, "{incidents} incidents are told");
}

#[test]
fn the_index_names_every_story_its_guards_and_where_they_live() {
    let wanted = index();
    let path = root().join("scenarios/README.md");
    if std::env::var_os("ISSEI_WRITE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let shown = fs::read_to_string(&path).unwrap();
    let hint =
        "scenarios/README.md is stale: ISSEI_WRITE_DOCS=1 cargo test -p issei-sim --test scenarios";
    assert!(shown == wanted, "{hint}");
}

/// Writes the index: what stands here, and the table of every phrase.
fn index() -> String {
    let mut text = INTRODUCTION.to_owned();
    text +=
        "| story | what happened once | guard | name | where it lives |\n|---|---|---|---|---|\n";
    for story in stories() {
        let incident = story.incident.as_deref().unwrap_or("");
        for (n, guard) in story.guards.iter().enumerate() {
            let (page, incident) = match n {
                0 => (format!("[{}]({})", story.title, story.file), incident),
                _ => (String::new(), ""),
            };
            let Guard { words, switch, .. } = guard;
            let home = home(switch);
            text += &format!("| {page} | {incident} | {words} | `{switch}` | {home} |\n");
        }
    }
    text += LANGUAGE;
    text += &reference();
    text
}

/// Finds the source in which a guard lives; a guard that lives nowhere is a mistake of the page.
fn home(switch: &Switch) -> String {
    let folder = root().join(match switch {
        Switch::Rule(_) | Switch::Lists => "crates/issei-case/src",
        Switch::Protocol(_) => "crates/issei-order/src",
        Switch::Devices => "crates/issei-sim/src/rehearsal",
    });
    let mut homes = Vec::new();
    sources(&folder, &mut |path, text| {
        if text.lines().any(|line| speaks_of(switch, line.trim())) {
            homes.push(path.to_owned());
        }
    });
    homes.sort();
    assert!(!homes.is_empty(), "`{switch}` lives nowhere");
    let link = |path: &PathBuf| {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        format!("[{path}](../{path})")
    };
    homes.iter().map(link).collect::<Vec<_>>().join(", ")
}

/// Tells whether a line of source is where a guard says no.
fn speaks_of(switch: &Switch, line: &str) -> bool {
    match switch {
        // The name of a rule is an argument of its refusal.
        Switch::Rule(name) => {
            line == format!("\"{name}\",") || line.contains(&format!(", \"{name}\","))
        }
        Switch::Protocol(name) => line.contains(&format!("Bug::{name})")),
        Switch::Devices => line.contains("self.endless"),
        Switch::Lists => line.contains("nothing that stands is changed"),
    }
}

/// Shows every source file under a folder, tests apart.
fn sources(folder: &Path, show: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, show);
        } else if name.ends_with(".rs") && !name.ends_with("_tests.rs") {
            show(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

const INTRODUCTION: &str = "\
# Stories that are tests

Each page here can be read as a story, and is played as a test: the lines in its blocks are steps, and a
check among them looks at what devices read back, at the ledger and at receipts. Gates, protocol, ledger
and witnesses are those of production; people, network, clocks and devices are rehearsed.

```sh
issei scenario run scenarios                           # every page, with a tick behind each step
issei scenario run scenarios/the-camera-in-ashiya.md
```

A page that is about something that really happened names the guard that keeps it from happening here. The
test plays the page again with that guard switched off, and then the page must fail at the step that it
names. A rule of a gate is switched off by not hearing its no, at the coordinator and at every member; a
guard of the protocol by a bug built into the machines; both only in tests, never in the program.

";

const LANGUAGE: &str = "
## How to write one

Begin with a title; list `Incident:`, `Guard:` and `Without it:` under it as the other pages do. Put steps
into blocks that begin with three backticks and `issei`. A step is one of the phrases below; `{…}` is a
thing, `a/b` is either word, `find(s)` is with or without the letter. `it` and a check without a subject
are the last order. Members are a list such as `isp-a, isp-b and isp-c`, `everyone` or `nobody`; goals are
`c2.example`, `198.51.100.7:23/tcp` or `198.51.100.7`; spans end in `ms`, `s`, `min`, `h` or `days`.

In front of a step may stand `after 6 s` (counted from the step before), `at the canary's T`, `at T` (both
with the error of two clocks), or `at its end` (with the 2.2 s that a rule may outlive its order). A refusal
that the page does not speak of fails it.

";
