use super::language::{self, Cast, When};
use super::table::{CLAUSES, PHRASES, What};
use super::*;

fn page(steps: &str) -> Result<Story, PageError> {
    Story::read(
        "a.md",
        &format!("# A story\n\nProse.\n\n```issei\n{steps}\n```\n"),
    )
}

fn mistake(steps: &str) -> String {
    page(&format!("country five members of 4000 lines\n{steps}"))
        .unwrap_err()
        .to_string()
}

fn played(steps: &str) -> Result<(), Broken> {
    let story = page(&format!(
        "country five members of 4000 lines\nrow X1 is switched on\n{steps}"
    ));
    story.unwrap().play(&Off::nothing(), &mut |_| {})
}

fn cast() -> Cast {
    let mut cast = Cast::default();
    language::read("country five members of 4000 lines", &mut cast).unwrap();
    cast
}

#[test]
fn every_phrase_reads_its_own_example_and_no_other_phrase_does() {
    for (n, pattern) in PHRASES.iter().enumerate() {
        let mut cast = if n == 0 { Cast::default() } else { cast() };
        let phrase = language::read(pattern.example, &mut cast);
        let phrase = phrase.unwrap_or_else(|what| panic!("`{}`: {what}", pattern.example));
        assert_eq!(phrase.when, When::Now, "{}", pattern.example);
        if !pattern.takes_clauses {
            let fitting = PHRASES
                .iter()
                .filter(|one| language::is(one, pattern.example, &cast));
            let fitting: Vec<&str> = fitting.map(|one| one.text).collect();
            assert_eq!(fitting, [pattern.text], "{}", pattern.example);
        }
    }
}

#[test]
fn every_clause_reads_behind_a_proposal() {
    let clauses = [
        "for 20 min",
        "canary isp-b and isp-c",
        "without a canary",
        "without fact fresh_proof",
        "with fact counsel_opinion blank",
        "renewing c2.example",
        "with no goal",
        "quorum 80 percent",
    ];
    assert_eq!(clauses.len(), CLAUSES.len());
    let plain = "propose to drop 192.0.2.7:23/tcp on ground X1";
    let without = language::read(plain, &mut cast()).unwrap().what;
    for clause in clauses {
        let with = language::read(&format!("{plain}, {clause}"), &mut cast())
            .unwrap()
            .what;
        assert_ne!(with, without, "{clause}");
    }
    let all = clauses.join(", ");
    assert!(language::read(&format!("{plain}, {all}"), &mut cast()).is_ok());
}

#[test]
fn a_step_may_wait_for_its_moment() {
    let read = |text: &str| language::read(text, &mut cast()).unwrap().when;
    let after = |secs| When::After(issei_model::Span::from_secs(secs));
    assert_eq!(read("after 6 s isp-e is cut off"), after(6));
    assert_eq!(read("after 2 min, nobody has the rule"), after(120));
    assert_eq!(read("at T in force at everyone"), When::AtT);
    assert_eq!(read("at the canary's T, in force at isp-a"), When::AtCanary);
    assert_eq!(read("at its end nobody has the rule"), When::AtEnd);
    let alone = language::read("after 6 s", &mut cast()).unwrap();
    assert_eq!(alone.what, What::Nothing);
}

#[test]
fn a_mistake_names_file_line_and_the_nearest_right_word() {
    let cases = [
        (
            "isp-d safegards 203.0.113.0/24",
            "a.md:7: `safegards` is not a word here after `isp-d`; did you mean `safeguards`?",
        ),
        (
            "ips-d is cut off",
            "a.md:7: `ips-d` is not a word here; did you mean `isp-d`?",
        ),
        (
            "isp-z is cut off",
            "a.md:7: `isp-z` is not a word here; did you mean `isp-a`?",
        ),
        (
            "in force at isp-a, ips-b",
            "a.md:7: `ips-b` is not a word here after `in force at isp-a,`; did you mean `isp-b`?",
        ),
        (
            "after 6 sec isp-e is cut off",
            "a.md:7: `sec` is not a word here; write `days` or `h` or `min` or `ms` or `s`",
        ),
        (
            "isp-c leaves because custmer",
            "a.md:7: `custmer` is not a word here after `isp-c leaves because`; did you mean `customer`?",
        ),
        (
            "is refused by evidnce: single-evidence",
            "a.md:7: `evidnce` is not a word here after `is refused by`; did you mean `evidence`?",
        ),
        (
            "ledger verifies twice",
            "a.md:7: the step ends after `ledger verifies`; take `twice` away",
        ),
        (
            "isp-c leaves because",
            "a.md:7: the step stops after `isp-c leaves because`; go on with a reason, such as `customer`",
        ),
        (
            "bananas are yellow",
            "a.md:7: no step begins with `bananas`; scenarios/README.md lists them all",
        ),
        (
            "propose to drop 203.0.113.0/24 on ground X1",
            "a.md:7: `203.0.113.0/24`: the protocol of a service is tcp or udp; a prefix is no goal",
        ),
        (
            "propose to drop 203.0.113.1 on ground X1, fro 6 s",
            "a.md:7: `fro` is not a word here after `propose to drop 203.0.113.1 on ground X1,`; did you mean `for`?",
        ),
        (
            "country five members of 4000 lines",
            "a.md:7: the country was founded before; a page has one",
        ),
        (
            "after 6 s country five members of 4000 lines",
            "a.md:7: the country was founded before; a page has one",
        ),
    ];
    for (step, wanted) in cases {
        assert_eq!(mistake(step), wanted);
    }
}

#[test]
fn a_page_without_title_steps_or_a_closed_block_is_wrong() {
    let what = |text: &str| Story::read("a.md", text).unwrap_err().to_string();
    assert!(what("Prose.\n").starts_with("a.md:1: a page begins with its title"));
    assert!(what("# A\n\nProse.\n").starts_with("a.md:1: the page has no step"));
    assert!(what("# A\n\n```issei\n").starts_with("a.md:3: this block never ends"));
    assert_eq!(
        what("# A\n\n```isei\n```\n"),
        "a.md:3: `isei` is not a word here; did you mean `issei`?"
    );
    assert_eq!(
        page("isp-a is cut off").unwrap_err().to_string(),
        "a.md:6: found a country first: `country five members of 4000 lines`"
    );
}

#[test]
fn a_guard_names_its_switch_and_a_step_of_the_page() {
    let read = |header: &str| {
        let steps = "```issei\ncountry two members of 10 lines\nledger verifies\n```\n";
        Story::read(
            "a.md",
            &format!("# A\n\n- Incident: 2019\n{header}\n\n{steps}"),
        )
    };
    let story =
        read("- Guard: a guard (`rule x-y`)\n- Without it: `ledger verifies` fails").unwrap();
    assert_eq!(story.incident.as_deref(), Some("2019"));
    assert_eq!(story.guards[0].switch, Switch::Rule("x-y".into()));
    assert_eq!(story.guards[0].fails_at, "ledger verifies");
    let what = |header: &str| read(header).unwrap_err().to_string();
    assert!(what("- Guard: a guard (`rule x`)").starts_with("a.md:4: say what fails"));
    assert_eq!(
        what("- Guard: a guard (`rule x`)\n- Without it: `ledger verfies` fails"),
        "a.md:4: the page has no step `ledger verfies`; did you mean `ledger verifies`?"
    );
    assert!(what("- Guard: a guard").contains("a guard is written in words"));
    assert!(what("- Gaurd: a guard (`rule x`)").contains("did you mean `Guard`?"));
    assert!(what("- Without it: `ledger verifies` fails").contains("follows no `Guard:`"));
}

#[test]
fn a_story_goes_from_evidence_to_the_end() {
    let steps = "isp-a and isp-b find command server 192.0.2.7:23/tcp\n\
        propose to drop 192.0.2.7:23/tcp on ground X1\n\
        approve by two people of two organisations\n\
        after 1 s staged at everyone\n\
        at the canary's T in force at isp-a\n\
        at T in force at everyone\n\
        spread is at most 20 ms\n\
        after 1 s reported in force by everyone\n\
        it covers 20000 lines\n\
        at its end nobody has the rule\n\
        ledger verifies\n\
        a flipped bit in the ledger is found";
    let held = std::cell::Cell::new(0);
    let story = page(&format!(
        "country five members of 4000 lines\nrow X1 is switched on\n{steps}"
    ));
    let outcome = story
        .unwrap()
        .play(&Off::nothing(), &mut |_| held.set(held.get() + 1));
    outcome.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(held.get(), 14);
}

#[test]
fn a_check_that_does_not_hold_tells_what_was_observed() {
    let broken = played("in force nowhere").unwrap_err();
    assert_eq!(broken.line, 8);
    assert_eq!(broken.why, "no order was proposed yet");
    for empty in ["nobody has the rule", "c2.example is in force nowhere"] {
        assert!(
            played(empty).is_err(),
            "{empty}: an empty check holds for nothing"
        );
    }
    let broken = played(
        "isp-a finds command server 192.0.2.7:23/tcp\n\
        propose to drop 192.0.2.7:23/tcp on ground X1\nin force at isp-b",
    );
    let why = broken.unwrap_err().why;
    assert!(
        why.starts_with("in force at nobody (nobody spoke of the refusal"),
        "{why}"
    );
}

#[test]
fn a_refusal_that_nobody_speaks_of_fails_the_story() {
    let steps = "isp-a finds command server 192.0.2.7:23/tcp\n\
        propose to drop 192.0.2.7:23/tcp on ground X1\n\
        approve by two people of two organisations\n\
        after 60 s in force nowhere";
    let broken = played(steps).unwrap_err();
    assert!(
        broken
            .why
            .contains("nobody spoke of the refusal by evidence: single-evidence"),
        "{broken}"
    );
    played(&format!(
        "{steps}\nwas refused by evidence: single-evidence"
    ))
    .unwrap();
    let wrong = played(&format!("{steps}\nwas refused by evidence: stale-evidence")).unwrap_err();
    assert!(
        wrong
            .why
            .starts_with("it was refused by evidence: single-evidence"),
        "{wrong}"
    );
}

#[test]
fn the_same_page_plays_the_same_way() {
    let steps = "isp-a and isp-b find command server 192.0.2.7:23/tcp\n\
        propose to drop 192.0.2.7:23/tcp on ground X1\n\
        approve by two people of two organisations\n\
        at T spread is at most 1 ms";
    let (first, second) = (played(steps).unwrap_err(), played(steps).unwrap_err());
    assert_eq!(first, second);
}
