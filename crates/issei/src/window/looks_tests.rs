//! Looks are read from the end of the file, each on exactly one page.

use std::fs::OpenOptions;
use std::io::Write as _;

use super::*;
use crate::traffic::Folder;

fn sought(before: Option<u64>, most: usize, only: Option<&str>) -> Sought {
    Sought {
        before,
        most,
        only: only.map(str::to_owned),
    }
}

fn add(path: &std::path::Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_book_that_nobody_wrote_in_is_empty_and_one_that_cannot_be_opened_says_so() {
    let folder = Folder::new("looks-none");
    let book = LookFile::new(folder.path().join("looks.jsonl"));
    assert_eq!(book.read(&sought(None, 10, None)), Ok(Leaf::default()));
    let book = LookFile::new(folder.path().to_owned());
    assert!(book.read(&sought(None, 10, None)).is_err());
}

#[test]
fn every_line_is_on_exactly_one_page_whatever_the_page_and_however_much_is_added_meanwhile() {
    let folder = Folder::new("looks-pages");
    // More than two pieces, with lines of every length around their borders.
    let lines: Vec<String> = (0..3_000)
        .map(|n| format!("{n} {}", "x".repeat(n % 97)))
        .collect();
    for most in [1, 7, 500, 2_999, 3_000, 3_001] {
        let path = folder.path().join(format!("looks-{most}"));
        add(&path, &(lines.join("\n") + "\n"));
        let book = LookFile::new(path.clone());
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let leaf = book.read(&sought(before, most, None)).unwrap();
            assert!(leaf.lines.len() <= most);
            seen.extend(leaf.lines);
            add(&path, "later\n");
            match leaf.older {
                Some(older) => before = Some(older),
                None => break,
            }
        }
        seen.reverse();
        assert!(seen == lines, "{most}: {} of {}", seen.len(), lines.len());
    }
}

#[test]
fn lines_are_counted_once_and_anew_when_the_file_begins_anew() {
    let folder = Folder::new("looks-counted");
    let path = folder.path().join("looks.jsonl");
    let book = LookFile::new(path.clone());
    let all = || book.read(&sought(None, 1, None)).unwrap().all;
    add(&path, "a\nb\n");
    assert_eq!(all(), 2);
    add(&path, "c\n");
    assert_eq!(all(), 3);
    std::fs::write(&path, "d\n").unwrap();
    assert_eq!(all(), 1);
}

#[test]
fn only_what_is_sought_is_given_and_the_end_is_the_end() {
    let folder = Folder::new("looks-sought");
    let path = folder.path().join("looks.jsonl");
    let text: String = (0..10_000)
        .map(|n| {
            format!(
                "look {n} at {}\n",
                if n % 1_000 == 1 { "her" } else { "him" }
            )
        })
        .collect();
    add(&path, &text);
    let book = LookFile::new(path);
    let leaf = book.read(&sought(None, 6, Some("her"))).unwrap();
    assert_eq!((leaf.lines.len(), leaf.all), (6, 10_000));
    assert_eq!(leaf.lines[0], "look 9001 at her");
    let rest = book.read(&sought(leaf.older, 6, Some("her"))).unwrap();
    assert_eq!(rest.lines.len(), 4);
    assert_eq!(rest.older, None);
}

#[test]
fn torn_foreign_and_endless_lines_and_places_that_nobody_gave_do_no_harm() {
    let folder = Folder::new("looks-odd");
    let path = folder.path().join("looks.jsonl");
    std::fs::write(&path, b"first\n\n\xff\xfe\n").unwrap();
    add(&path, &"y".repeat(3 * PIECE + 5));
    add(&path, "\nlast\ntorn");
    let book = LookFile::new(path.clone());
    let (mut seen, mut before) = (Vec::new(), None);
    for _ in 0..20 {
        let leaf = book.read(&sought(before, 2, None)).unwrap();
        seen.extend(leaf.lines);
        match leaf.older {
            Some(older) => before = Some(older),
            None => break,
        }
    }
    let short: Vec<&String> = seen.iter().filter(|line| line.len() < 100).collect();
    assert_eq!(short[..2], ["torn", "last"]);
    assert_eq!(short[short.len() - 2..], ["\u{fffd}\u{fffd}", "first"]);
    for before in [0, 1, 7, u64::MAX] {
        assert!(book.read(&sought(Some(before), 2, None)).is_ok());
    }
}

#[test]
fn one_answer_reads_a_bounded_part_and_says_where_to_go_on() {
    let folder = Folder::new("looks-far");
    let path = folder.path().join("looks.jsonl");
    add(&path, "the one\n");
    let line = format!("{}\n", "z".repeat(1_023));
    add(&path, &line.repeat(17 << 10));
    let book = LookFile::new(path);
    let leaf = book.read(&sought(None, 5, Some("the one"))).unwrap();
    assert_eq!(leaf.lines, [] as [String; 0]);
    let older = leaf.older.expect("there is more");
    let leaf = book.read(&sought(Some(older), 5, Some("the one"))).unwrap();
    assert_eq!(leaf.lines, ["the one"]);
}
