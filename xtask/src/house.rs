//! Reads the manifests and sources and says where the house rules are broken.
//!
//! In: the work tree. Out: complaints, one line each, with the file and the mend.
//! The table of edges below is the promise in code: nothing reaches a router, a socket or a
//! clock except through the rooms that may. A new arrow needs a decision record first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Which rooms a room may stand on. Tests may stand on more; see [`TEST_EDGES`].
const EDGES: &[(&str, &[&str])] = &[
    ("issei-model", &[]),
    ("issei-wire", &["issei-model"]),
    ("issei-flow", &["issei-model", "issei-wire"]),
    ("issei-detect", &["issei-model"]),
    ("issei-ledger", &[]),
    // Moments and languages are the model's; decision record 0035.
    ("issei-chart", &["issei-model"]),
    // One catalogue of words for all that speak; decision record 0039.
    ("issei-text", &["issei-model"]),
    ("issei-case", &["issei-model"]),
    // What people ask and are answered is said once, for command line and pages, and in both languages; decision records
    // 0034 and 0039.
    ("issei-desk", &["issei-model", "issei-case", "issei-text"]),
    (
        "issei-window",
        &[
            "issei-model",
            "issei-case",
            "issei-desk",
            "issei-chart",
            "issei-text",
        ],
    ),
    ("issei-order", &["issei-model"]),
    // Routes are planned in the words of BGP; decision record 0026.
    ("issei-enforce", &["issei-model", "issei-wire"]),
    // The hands carry out plans as they are written; decision record 0024.
    (
        "issei-host",
        &["issei-model", "issei-wire", "issei-flow", "issei-enforce"],
    ),
    // The simulator rehearses cuts with the real gates, machines and ledger, which a story would
    // otherwise have to imitate; nothing but the front door stands on it.
    (
        "issei-sim",
        &[
            "issei-model",
            "issei-wire",
            "issei-order",
            "issei-ledger",
            "issei-case",
        ],
    ),
    (
        "issei",
        &[
            "issei-model",
            "issei-wire",
            "issei-flow",
            "issei-detect",
            "issei-ledger",
            "issei-case",
            "issei-order",
            "issei-enforce",
            "issei-desk",
            "issei-chart",
            "issei-text",
            "issei-window",
            "issei-host",
            "issei-sim",
        ],
    ),
    ("xtask", &[]),
];

/// What the tests and benchmarks of a room may use besides.
const TEST_EDGES: &[(&str, &[&str])] = &[
    ("issei-detect", &["issei-wire", "issei-flow"]),
    // On itself with the feature `planted`: a story must fail when its guard is off.
    ("issei-sim", &["issei-flow", "issei-detect", "issei-sim"]),
    // A counting allocator is unsafe code, so the judging is watched from the host.
    ("issei-host", &["issei-detect"]),
];

/// Rooms without clock, socket, file, thread or chance.
const QUIET: &[&str] = &[
    "issei-model",
    "issei-wire",
    "issei-flow",
    "issei-detect",
    "issei-ledger",
    "issei-chart",
    "issei-text",
    "issei-case",
    "issei-order",
    "issei-enforce",
    "issei-desk",
];

/// Libraries that only compute, and so may stand in a quiet room.
const COMPUTING: &[&str] = &[
    "serde",
    "serde_json",
    "serde_json_canonicalizer",
    "toml",
    "ipnet",
    "sha2",
    "hmac",
    "base64",
    "ed25519-dalek",
    "cedar-policy",
    "domain",
    "psl",
    "fluent-bundle",
];

/// Direct dependencies the whole workspace may have: each is a colleague one cannot dismiss.
const MOST_DEPENDENCIES: usize = 48;

/// Lists every broken rule, in the order of the files.
pub fn complaints(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    let workspace = match read_manifest(&root.join("Cargo.toml")) {
        Ok(workspace) => workspace,
        Err(complaint) => return vec![complaint],
    };
    complaints.extend(dependencies_without_reason(
        &fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default(),
    ));
    complaints.extend(too_many_dependencies(&workspace));
    for folder in room_folders(root) {
        match read_manifest(&folder.join("Cargo.toml")) {
            Ok(manifest) => complaints.extend(room_complaints(&manifest)),
            Err(complaint) => complaints.push(complaint),
        }
        complaints.extend(door_complaints(&folder));
    }
    complaints
}

/// Judges one room's manifest: its edges, its libraries, its lints.
fn room_complaints(manifest: &Table) -> Vec<String> {
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str)
        .unwrap_or("(a room without a name)");
    let Some(allowed) = lookup(EDGES, name) else {
        return vec![format!(
            "{name}: no such room in the table of edges; add it to xtask/src/house.rs with a decision record"
        )];
    };
    let in_tests = lookup(TEST_EDGES, name).unwrap_or_default();
    let mut complaints = Vec::new();
    for table in ["dependencies", "build-dependencies", "dev-dependencies"] {
        for dependency in names_in(manifest.get(table)) {
            let ours = lookup(EDGES, &dependency).is_some();
            let test = table == "dev-dependencies" && in_tests.contains(&dependency.as_str());
            if ours && !allowed.contains(&dependency.as_str()) && !test {
                complaints.push(format!("{name}: may not stand on {dependency} ({table}); let them meet in issei-model, or write a decision record"));
            }
            let foreign_to_quiet = QUIET.contains(&name) && !ours && table != "dev-dependencies";
            if foreign_to_quiet && !COMPUTING.contains(&dependency.as_str()) {
                complaints.push(format!(
                    "{name}: a quiet room uses {dependency}, which is not known to only compute"
                ));
            }
        }
    }
    if manifest.contains_key("target") {
        complaints.push(format!(
            "{name}: dependencies per target escape this check; use a feature"
        ));
    }
    let inherits = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(Value::as_bool)
        == Some(true);
    if !inherits && name != "issei-host" {
        complaints.push(format!(
            "{name}: does not inherit the workspace's lints; add `[lints] workspace = true`"
        ));
    }
    complaints
}

/// Looks at a room's door: the note at the top, and that unsafe code is shut out.
fn door_complaints(folder: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    let doors = ["src/lib.rs", "src/main.rs"].map(|door| folder.join(door));
    for door in doors.iter().filter(|door| door.is_file()) {
        let text = fs::read_to_string(door).unwrap_or_default();
        let shown = door.display();
        if !text.starts_with("//!") {
            complaints.push(format!("{shown}: no note at the door; say what comes in, what goes out, what is promised, what is absent"));
        }
        let host = folder.ends_with("issei-host");
        if !host && !text.contains("#![forbid(unsafe_code)]") {
            complaints.push(format!(
                "{shown}: add `#![forbid(unsafe_code)]`; only the host may call the kernel"
            ));
        }
    }
    complaints
}

/// Finds lines of `[workspace.dependencies]` that do not say why they are there.
fn dependencies_without_reason(manifest: &str) -> Vec<String> {
    let section = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let entries = lines.filter(|line| !line.trim_start().starts_with('#') && line.contains('='));
    let foreign = entries.filter(|line| !line.contains("path ="));
    foreign
        .filter(|line| !line.contains(" # "))
        .map(|line| {
            format!(
                "Cargo.toml: `{}` does not say why it is here; add a comment at its end",
                line.trim()
            )
        })
        .collect()
}

fn too_many_dependencies(workspace: &Table) -> Option<String> {
    let all = workspace
        .get("workspace")
        .and_then(|table| table.get("dependencies"));
    let foreign = names_in(all)
        .into_iter()
        .filter(|name| lookup(EDGES, name).is_none())
        .count();
    (foreign > MOST_DEPENDENCIES).then(|| {
        format!(
            "Cargo.toml: {foreign} direct dependencies, {MOST_DEPENDENCIES} at most; which can go?"
        )
    })
}

fn room_folders(root: &Path) -> Vec<PathBuf> {
    let rooms = fs::read_dir(root.join("crates"))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = rooms
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.push(root.join("xtask"));
    folders.sort();
    folders
}

fn read_manifest(path: &Path) -> Result<Table, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse()
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn names_in(table: Option<&Value>) -> Vec<String> {
    let entries: BTreeMap<&String, &Value> = table
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .collect();
    entries.into_keys().cloned().collect()
}

fn lookup(
    table: &'static [(&'static str, &'static [&'static str])],
    name: &str,
) -> Option<&'static [&'static str]> {
    table
        .iter()
        .find(|(room, _)| *room == name)
        .map(|(_, edges)| *edges)
}

#[cfg(test)]
#[path = "house_tests.rs"]
mod tests;
