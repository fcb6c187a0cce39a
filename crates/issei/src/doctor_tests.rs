use issei_host::clock::CertaintySource;

use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

fn line(what: &str, found: Found) -> Line {
    let what = what.into();
    Line { what, found }
}

#[test]
fn every_line_says_what_was_looked_at_and_what_to_do() {
    let lines = [
        line("clock", Found::Well("kept".into())),
        line("XDP", Found::Without("for speed; mount it".into())),
        line("call filter", Found::Lacking("upgrade".into())),
    ];
    let shown = page(&lines);
    assert_eq!(
        shown,
        "✓ clock        kept\n– XDP          for speed; mount it\n✗ call filter  upgrade\n"
    );
}

/// A program that is nowhere.
const NOWHERE: Program = Program {
    name: "no-such-program",
    purpose: Purpose::ClientOf("BIRD"),
    package: "no-such-package",
};

#[test]
fn a_program_that_is_nowhere_names_the_package_that_brings_it() {
    let Line { what, found } = program(NOWHERE, EN);
    let Found::Without(words) = found else {
        panic!("it is nowhere")
    };
    assert_eq!(what, "BIRD's client");
    let step = "for reading back from BIRD; on Debian `apt-get install no-such-package`";
    assert_eq!(words, step);
    let shell = Program {
        name: "sh",
        ..NOWHERE
    };
    assert!(matches!(program(shell, EN).found, Found::Well(path) if path.ends_with("/sh")));
}

#[test]
fn this_machine_is_examined_without_harm() {
    let lines = examined(EN);
    assert!(lines.iter().any(|line| line.what == "clock") && lines.len() > 8);
}

/// Every way in which every thing can stand.
fn every(tongue: Text) -> Vec<Found> {
    let told = |synchronised, error| {
        let source = CertaintySource::Kernel;
        let error = Span::from_millis(error);
        Ok(Certainty {
            error,
            synchronised,
            source,
        })
    };
    let refused = io::Error::other("EPERM");
    let programs = PROGRAMS.map(|one| Program {
        name: "no-such-program",
        ..one
    });
    let mut all = vec![
        kept(told(true, 3), tongue),
        kept(told(true, 700), tongue),
        kept(told(false, 0), tongue),
        kept(Err(refused), tongue),
        landlock("lockdown,landlock,yama\n", tongue),
        landlock("lockdown\n", tongue),
        seccomp("kill errno trap", tongue),
        seccomp("", tongue),
        capabilities([true, true], tongue),
        capabilities([true, false], tongue),
        xdp("bpf /sys/fs/bpf bpf rw 0 0\n", tongue),
        xdp("proc /proc proc rw 0 0\n", tongue),
        namespaces(true, tongue),
        namespaces(false, tongue),
    ];
    all.extend(programs.map(|one| program(one, tongue).found));
    all
}

#[test]
fn what_was_looked_at_decides_what_is_said() {
    let marks: String = every(EN)
        .iter()
        .map(|found| match found {
            Found::Well(_) => '✓',
            Found::Lacking(_) => '✗',
            Found::Without(_) => '–',
        })
        .collect();
    assert_eq!(marks, "✓✗✗✗✓✗✓✗✓–✓–✓––––––");
}

#[test]
fn in_japanese_nothing_of_it_is_english_and_columns_are_even() {
    let states = every(JA).into_iter().map(|found| line("時計", found));
    assert_no_english(&page(&states.collect::<Vec<_>>()));
    let lines = examined(JA);
    let shown = page(&lines);
    assert_no_english(&shown);
    let begins = |line: &str| {
        let (before, _) = line.split_once("  ").unwrap();
        let spaces = line[before.len()..].chars().take_while(|c| *c == ' ');
        columns::width(before) + spaces.count()
    };
    let columns: Vec<usize> = shown.lines().map(begins).collect();
    assert!(columns.iter().all(|at| *at == columns[0]), "{shown}");
}
