use super::*;

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

#[test]
fn a_program_that_is_nowhere_names_the_package_that_brings_it() {
    let Found::Without(words) = program("no-such-program", "nothing", "no-such-package") else {
        panic!("it is nowhere")
    };
    assert!(words.contains("apt-get install no-such-package"));
    assert!(matches!(program("sh", "scripts", "dash"), Found::Well(path) if path.ends_with("/sh")));
}

#[test]
fn this_machine_is_examined_without_harm() {
    let lines = examined();
    assert!(lines.iter().any(|line| line.what == "clock") && lines.len() > 8);
}
