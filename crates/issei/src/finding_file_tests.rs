//! The newest revision of each finding is found again, and nothing whose time is over.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use issei_model::Span;

use super::*;
use crate::examples;
use crate::record::Chain;
use crate::traffic::Folder;

fn record(number: u64, subject: &str, kept: Span) -> Record {
    let mut finding = examples::scan();
    finding.id = format!("F-{number:016x}");
    finding.subject = subject.into();
    Chain::new().seal(finding, clock::now(), kept)
}

fn add(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn sought(before: Option<u64>, most: usize, only: Option<&str>) -> Sought {
    Sought {
        before,
        most,
        only: only.map(str::to_owned),
    }
}

fn names(sheaf: &Sheaf) -> Vec<&str> {
    sheaf.findings.iter().map(|one| one.id.as_str()).collect()
}

const DAY: Span = Span::from_secs(86_400);

#[test]
fn a_file_that_is_not_there_yet_holds_nothing_and_a_folder_says_that_it_is_none() {
    let folder = Folder::new("findings-none");
    let file = FindingFile::new(folder.path().join("findings.jsonl"));
    assert_eq!(file.read(&sought(None, 10, None)), Ok(Sheaf::default()));
    assert_eq!(file.one("F-0"), Ok(None));
    let file = FindingFile::new(folder.path().to_owned());
    assert!(file.read(&sought(None, 10, None)).is_err());
}

#[test]
fn of_several_revisions_the_last_is_shown_and_pages_have_each_finding_once() {
    let folder = Folder::new("findings-pages");
    let path = folder.path().join("findings.jsonl");
    let file = FindingFile::new(path.clone());
    for number in 0..25 {
        add(&path, &(record(number, "192.0.2.1", DAY).line() + "\n"));
    }
    let mut again = record(3, "192.0.2.9", DAY);
    again.finding.revision = 2;
    add(&path, &(again.line() + "\n"));
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let sheaf = file.read(&sought(before, 10, None)).unwrap();
        assert_eq!((sheaf.all, sheaf.odd, sheaf.unread), (25, 0, 0));
        seen.extend(names(&sheaf).into_iter().map(str::to_owned));
        before = sheaf.older;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen[0], "F-0000000000000003", "the newest line comes first");
    let one = file.one("F-0000000000000003").unwrap().unwrap();
    assert_eq!((one.revision, one.subject.as_str()), (2, "192.0.2.9"));
    let about = file.read(&sought(None, 10, Some("192.0.2.9"))).unwrap();
    assert_eq!(names(&about), ["F-0000000000000003"]);
    let rule = file.read(&sought(None, 3, Some("HORIZONTAL"))).unwrap();
    assert_eq!(rule.findings.len(), 3, "a word is found in any case");
}

#[test]
fn a_finding_whose_time_is_over_is_in_no_list_and_under_no_name() {
    let folder = Folder::new("findings-over");
    let path = folder.path().join("findings.jsonl");
    add(&path, &(record(1, "192.0.2.1", DAY).line() + "\n"));
    add(
        &path,
        &(record(2, "192.0.2.2", Span::from_secs(0)).line() + "\n"),
    );
    let file = FindingFile::new(path);
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!((names(&sheaf), sheaf.all), (vec!["F-0000000000000001"], 1));
    assert_eq!(file.one("F-0000000000000002"), Ok(None));
}

#[test]
fn what_is_no_finding_is_counted_and_half_a_line_waits_for_its_end() {
    let folder = Folder::new("findings-odd");
    let path = folder.path().join("findings.jsonl");
    let whole = record(1, "192.0.2.1", DAY).line() + "\n";
    let (first, rest) = whole.split_at(40);
    add(&path, &format!("no finding\n\n{first}"));
    let file = FindingFile::new(path.clone());
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!((sheaf.odd, sheaf.findings.len()), (1, 0));
    assert_eq!(sheaf.unread, 40);
    add(&path, rest);
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!((sheaf.odd, sheaf.findings.len(), sheaf.unread), (1, 1, 0));
}

#[test]
fn a_line_without_end_takes_no_memory_and_what_follows_is_found() {
    let folder = Folder::new("findings-long");
    let path = folder.path().join("findings.jsonl");
    let long = "x".repeat(usize::try_from(3 * LONGEST + 5).unwrap());
    let good = record(1, "192.0.2.1", DAY).line();
    add(&path, &format!("{long}\n{good}\n"));
    let file = FindingFile::new(path);
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!((sheaf.odd, names(&sheaf)), (4, vec!["F-0000000000000001"]));
}

#[test]
fn another_file_in_its_place_is_read_anew_and_a_look_reads_a_bounded_part() {
    let folder = Folder::new("findings-anew");
    let path = folder.path().join("findings.jsonl");
    let line = |number| record(number, "192.0.2.1", DAY).line() + "\n";
    add(&path, &(line(1) + &line(2)));
    let file = FindingFile {
        at_a_look: line(1).len() as u64,
        ..FindingFile::new(path.clone())
    };
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!(names(&sheaf), ["F-0000000000000001"]);
    assert_eq!(sheaf.unread, line(2).len() as u64);
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!((sheaf.all, sheaf.unread), (2, 0));
    fs::rename(&path, folder.path().join("before.jsonl")).unwrap();
    add(&path, &line(7));
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!(names(&sheaf), ["F-0000000000000007"]);
}

#[test]
fn only_the_newest_findings_are_kept_in_mind() {
    let folder = Folder::new("findings-most");
    let path = folder.path().join("findings.jsonl");
    for number in 1..=5 {
        add(&path, &(record(number, "192.0.2.1", DAY).line() + "\n"));
    }
    let file = FindingFile {
        keeps: 2,
        ..FindingFile::new(path)
    };
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert_eq!(names(&sheaf), ["F-0000000000000005", "F-0000000000000004"]);
    assert_eq!(file.one("F-0000000000000001"), Ok(None));
}

#[test]
fn what_is_there_is_read_ahead_in_pieces_and_the_rest_by_whoever_looks() {
    let folder = Folder::new("findings-ahead");
    let path = folder.path().join("findings.jsonl");
    let line = record(1, "192.0.2.1", DAY).line() + "\n";
    let many = 3 * LONGEST / line.len() as u64;
    for number in 0..many {
        add(&path, &(record(number, "192.0.2.1", DAY).line() + "\n"));
    }
    let small = |at_a_look| FindingFile {
        at_a_look,
        ..FindingFile::new(path.clone())
    };
    let alone = small(1 << 16);
    let sheaf = alone.read(&sought(None, 10, None)).unwrap();
    assert!(sheaf.unread > 2 * LONGEST, "{}", sheaf.unread);
    let file = Arc::new(small(1 << 16));
    file.read_ahead().join().unwrap();
    let sheaf = file.read(&sought(None, 10, None)).unwrap();
    assert!(sheaf.unread <= LONGEST, "{}", sheaf.unread);
    let gone = Arc::new(FindingFile::new(folder.path().join("none.jsonl")));
    gone.read_ahead().join().unwrap();
}
