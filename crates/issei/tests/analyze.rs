//! `issei analyze` and its neighbours as a person runs them: the real program, real files.

use std::path::Path;
use std::process::{Command, Output};

#[path = "../src/traffic.rs"]
#[allow(dead_code, reason = "shared with the tests inside, which use the rest")]
mod traffic;

use issei_sim::{Country, Export, PcapFile, Scenario, Truth};
use traffic::Folder;

const SECOND: i64 = 1_000_000;
const BEGIN: i64 = 1_700_000_000;

/// Runs the program, with a state folder of its own.
fn issei(folder: &Folder, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_issei"))
        .args(words)
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .env("COLUMNS", "100")
        .env("LC_ALL", "C")
        .env_remove("ISSEI_LANG")
        .output()
        .unwrap()
}

/// Runs the program in a locale.
fn in_locale(folder: &Folder, locale: &[(&str, &str)], words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_issei"))
        .args(words)
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .env("COLUMNS", "100")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("ISSEI_LANG")
        .env("LANG", "C.UTF-8")
        .envs(locale.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The findings, as `--jsonl` tells them.
fn findings(output: &Output) -> Vec<serde_json::Value> {
    said(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs with `--json` and reads the summary of the only stream.
fn stream(folder: &Folder, words: &[&str]) -> serde_json::Value {
    let output = issei(folder, &[&["analyze", "--json"], words].concat());
    let document: serde_json::Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!(document["schema"], "issei-analysis/1");
    assert_eq!(document["summary"]["streams"].as_array().unwrap().len(), 1);
    document["summary"]["streams"][0].clone()
}

#[test]
fn people_read_the_language_they_chose_and_programs_read_the_same_in_every_language() {
    let folder = Folder::new("analyze-language");
    let capture = folder.file(
        "scan.pcap",
        &traffic::scan(BEGIN * SECOND, 200, SECOND / 10),
    );
    let read = ["analyze", text(&capture), "--ours", "192.168.0.0/16"];
    let japanese = [("LANG", "ja_JP.UTF-8")];
    let is_japanese = |output: &Output| said(output).contains("多数のホストを走査");
    assert!(!is_japanese(&in_locale(&folder, &[], &read)));
    assert!(is_japanese(&in_locale(&folder, &japanese, &read)));
    assert!(is_japanese(&in_locale(
        &folder,
        &[("ISSEI_LANG", "ja")],
        &read
    )));
    let english = [("LANG", "ja_JP.UTF-8"), ("ISSEI_LANG", "en")];
    assert!(!is_japanese(&in_locale(&folder, &english, &read)));
    let said_so = [&["--lang", "ja"], &read[..]].concat();
    assert!(is_japanese(&in_locale(
        &folder,
        &[("ISSEI_LANG", "en")],
        &said_so
    )));
    let wrong = in_locale(&folder, &[("ISSEI_LANG", "fr")], &read);
    assert_eq!(wrong.status.code(), Some(2), "{}", complained(&wrong));

    for form in ["--json", "--jsonl"] {
        let asked = [&read[..], &[form]].concat();
        let both = [&[][..], &japanese].map(|locale| said(&in_locale(&folder, locale, &asked)));
        // Each run writes down when it was; nothing else may differ.
        let [en, ja] = both.map(|said| without_moments(&said));
        assert_eq!(en, ja, "{form}");
        let kana = |c: char| matches!(c, '\u{3041}'..='\u{9fff}');
        assert!(!en.contains(kana), "{form}");
    }
}

/// Takes out what depends on when a run was: when a record was written down and goes, and the hashes over that.
fn without_moments(said: &str) -> String {
    let mut text = said.to_owned();
    for field in ["recorded_at", "retain_until", "hash", "previous"] {
        let name = format!("\"{field}\":\"");
        let mut parts = text.split(name.as_str());
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept += &part[part.find('"').unwrap()..];
        }
        text = kept;
    }
    text
}

#[test]
fn a_scan_is_shown_explained_and_verified() {
    let folder = Folder::new("analyze-scan");
    let capture = folder.file(
        "scan.pcap",
        &traffic::scan(BEGIN * SECOND, 200, SECOND / 10),
    );
    let output = issei(&folder, &["analyze", text(&capture)]);
    let table = said(&output);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{table}{}",
        complained(&output)
    );
    for part in [
        "1 FINDING",
        "192.168.1.9",
        "scans many hosts: port 23/tcp",
        "ACCOUNT",
        "192.168.1.0/24 (private addresses that send)",
    ] {
        assert!(table.contains(part), "{part}\n{table}");
    }
    assert!(
        !table.contains('\x1b'),
        "no colours where there is no terminal"
    );
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );

    let id = table
        .split("issei explain ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    let page = said(&issei(&folder, &["explain", id]));
    assert!(
        page.contains("What it does not show") && page.contains("scan.pcap"),
        "{page}"
    );
    let left = folder.path().join("state/issei/findings.jsonl");
    let verified = issei(&folder, &["verify", text(&left)]);
    assert!(
        said(&verified).contains("whole and unchanged"),
        "{}",
        complained(&verified)
    );
}

#[test]
fn the_same_files_give_the_same_findings() {
    let folder = Folder::new("analyze-same");
    let capture = folder.file(
        "scan.pcap",
        &traffic::scan(BEGIN * SECOND, 300, SECOND / 10),
    );
    let told = || {
        let mut all = findings(&issei(
            &folder,
            &["analyze", "--jsonl", "--level", "measure", text(&capture)],
        ));
        for one in &mut all {
            let one = one.as_object_mut().unwrap();
            for dated in ["recorded_at", "retain_until", "previous", "hash"] {
                one.remove(dated);
            }
        }
        all
    };
    let first = told();
    assert!(!first.is_empty());
    assert_eq!(first, told());
}

#[test]
fn captures_taken_side_by_side_are_one_stream_when_the_network_is_named() {
    let folder = Folder::new("analyze-beside");
    // Two taps that each saw every second probe: neither saw enough by itself.
    let probes = 12;
    for tap in [0, 1] {
        let seen = (0..probes).filter(|number| number % 2 == tap);
        let packets: Vec<_> = seen
            .map(|number| ((BEGIN + i64::from(number)) * SECOND, traffic::probe(number)))
            .collect();
        folder.file(&format!("taps/{tap}.pcap"), &traffic::pcap(&packets));
    }
    let taps = folder.path().join("taps");
    let apart = issei(&folder, &["analyze", text(&taps)]);
    assert!(
        said(&apart).contains("2, each judged by itself"),
        "{}",
        said(&apart)
    );
    let destinations = |output: &Output| {
        let all = findings(output);
        let scan = all
            .iter()
            .find(|finding| finding["subject"] == "192.168.1.9");
        scan.map(|scan| scan["exporters"].as_array().unwrap().len())
    };
    let together = issei(
        &folder,
        &[
            "analyze",
            "--jsonl",
            "--ours",
            "192.168.1.0/24",
            text(&taps),
        ],
    );
    assert_eq!(
        destinations(&together),
        Some(2),
        "the evidence names both files: {}",
        said(&together)
    );
}

#[test]
fn a_country_in_each_language_reads_back_as_it_was() {
    let folder = Folder::new("analyze-languages");
    let scenario = Scenario::sketch(300, 1, 3).unwrap();
    for export in [Export::Netflow9, Export::Ipfix, Export::Sflow] {
        let mut country = Country::new(&scenario).unwrap().datagrams(export);
        let mut file = PcapFile::default();
        while country.second(&mut |datagram| file.datagram(&datagram)) {}
        let truth: Truth = country.truth();
        let capture = folder.file("exports.pcap", file.bytes());
        let stream = stream(&folder, &["--ours", "10.0.0.0/8", text(&capture)]);
        assert_eq!(
            stream["files"][0]["content"],
            "packets that carry exported flow records"
        );
        assert_eq!(stream["decoded_records"], truth.records(), "{export:?}");
        assert_eq!(stream["records"]["judged"], truth.records(), "{export:?}");
        assert_eq!(stream["records"]["packets"], truth.packets(), "{export:?}");
    }
}

#[test]
fn packed_files_read_as_plain_ones_and_torn_ones_as_far_as_they_go() {
    let folder = Folder::new("analyze-packed");
    let plain = folder.file(
        "scan.pcap",
        &traffic::scan(BEGIN * SECOND, 200, SECOND / 10),
    );
    let pack = |program: &str, packed: &Path| {
        let command = format!("{program} -c {} > {}", plain.display(), packed.display());
        Command::new("sh")
            .args(["-c", &command])
            .status()
            .is_ok_and(|status| status.success())
    };
    let packed = folder.path().join("scan.pcap.gz");
    if !pack("gzip", &packed) {
        println!("skipped: gzip is not here");
        return;
    }
    let judged = |path: &Path| stream(&folder, &[text(path)])["records"]["judged"].clone();
    assert_eq!(judged(&packed), judged(&plain));

    let bytes = std::fs::read(&packed).unwrap();
    let torn = folder.file("torn.pcap.gz", &bytes[..bytes.len() - 20]);
    let output = issei(&folder, &["analyze", text(&torn)]);
    assert_eq!(
        output.status.code(),
        Some(3),
        "an input could not be read to its end"
    );
    assert!(
        said(&output).contains("1 FINDING") && said(&output).contains("judged as far as it goes"),
        "{}",
        said(&output)
    );
}

#[test]
fn wrong_words_get_the_nearest_right_one() {
    let folder = Folder::new("analyze-words");
    let table: [(&[&str], i32, &str); 8] = [
        (&["analize", "x"], 2, "'analyze'"),
        (&["analyze", "x", "--our", "10.0.0.0/8"], 2, "'--ours'"),
        (&["analyze", "x", "--level", "findings"], 2, "'finding'"),
        (
            &["analyze", "not-there.pcap"],
            3,
            "`not-there.pcap` is not there; check the path",
        ),
        (&["simulate", "--preset", "dem", "--out", "x"], 2, "'demo'"),
        (
            &["config", "check", "not-there.toml"],
            2,
            "cannot read the configuration `not-there.toml`",
        ),
        (
            &["collect", "--listen", "127.0.0.1"],
            2,
            "such as 0.0.0.0:2055",
        ),
        (&["explain", "F-0011"], 2, "run `issei analyze`"),
    ];
    for (words, code, part) in table {
        let output = issei(&folder, words);
        let complaint = complained(&output);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {complaint}");
        assert!(complaint.contains(part), "{words:?}: {complaint}");
    }
}

#[test]
fn what_issei_says_about_itself_comes_from_its_definitions() {
    let folder = Folder::new("analyze-papers");
    let defaults = said(&issei(&folder, &["config", "show", "--defaults"]));
    let file = folder.file("issei.toml", defaults.as_bytes());
    let checked = issei(&folder, &["config", "check", text(&file)]);
    assert_eq!(checked.status.code(), Some(0), "{}", complained(&checked));
    assert!(said(&issei(&folder, &["config", "reference"])).contains("| `dark` |"));
    assert!(said(&issei(&folder, &["schema"])).contains("finding-1.schema.json"));
    assert!(said(&issei(&folder, &["completions", "bash"])).contains("--sampling"));
    let man = folder.path().join("man");
    assert_eq!(issei(&folder, &["man", text(&man)]).status.code(), Some(0));
    let page = std::fs::read_to_string(man.join("issei-analyze.1")).unwrap();
    assert!(page.contains("exports"), "{page}");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_fault() {
    let folder = Folder::new("analyze-pipe");
    let command = format!("{} config reference | head -1", env!("CARGO_BIN_EXE_issei"));
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &command])
        .output();
    let Ok(output) = output else {
        println!("skipped: bash is not here");
        return;
    };
    assert!(output.status.success(), "{}", complained(&output));
    drop(folder);
}

#[test]
fn the_demonstration_finds_what_it_made_up() {
    let folder = Folder::new("analyze-demo");
    let output = Command::new(env!("CARGO_BIN_EXE_issei"))
        .args(["demo", "--town"])
        .env("XDG_STATE_HOME", folder.path())
        .output()
        .unwrap();
    let said = said(&output);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        complained(&output)
    );
    for part in [
        "hijacked lines found   4 of 4",
        "floods found           1 of 1",
        "innocent lines accused 0",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}
