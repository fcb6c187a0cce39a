use super::*;

const PAGE: &str = "# A short story\n\nSomebody looks.\n\n```issei\ncountry two members of 10 lines\nledger verifies\nafter 1 s ledger holds nine entries\nledger verifies twice?\n```\n";

fn story() -> Story {
    Story::read("a.md", &PAGE.replace("ledger verifies twice?\n", "")).unwrap()
}

#[test]
fn a_step_that_holds_gets_a_tick_and_its_moment_and_one_that_does_not_says_why() {
    let story = story();
    let outcome = played(&story);
    let (moments, broken) = outcome.clone().unwrap_err();
    assert_eq!(moments.len(), 2);
    assert_eq!(broken.line, 8);
    let text = shown(&story, outcome);
    assert!(text.contains("  ✓     5.00 s  ledger verifies\n"), "{text}");
    assert!(
        text.contains("  ✗            after 1 s ledger holds nine entries\n"),
        "{text}"
    );
    assert!(text.contains("it holds 0"), "{text}");
    assert!(text.contains("Somebody looks."), "{text}");
}

#[test]
fn a_folder_gives_its_stories_in_order_and_not_its_index() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let pages = pages(&[folder.into()]).unwrap();
    assert!(pages.len() > 10 && pages.is_sorted());
    assert!(pages.iter().all(|path| !path.ends_with("README.md")));
}

#[test]
fn a_page_with_a_mistake_and_a_missing_page_are_told_apart() {
    let folder = std::env::temp_dir().join(format!("issei-scenario-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let wrong = folder.join("wrong.md");
    fs::write(&wrong, PAGE).unwrap();
    let run = |path: &Path| {
        let paths = vec![path.into()];
        run(&Scenario::Run { paths }, Language::English)
    };
    let failure = run(&wrong).unwrap_err();
    let empty = run(&folder.join("missing.md")).unwrap_err();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((failure.code, empty.code), (code::WRONG, code::UNREADABLE));
    assert!(failure.to_string().contains("wrong.md:9: "), "{failure}");
}

#[test]
fn how_many_stories_hold_is_said_in_both_languages() {
    let said = |tongue: Text| said!(tongue, "scenario-hold", held = 2, all = 3);
    assert_eq!(said(crate::words::EN), "2 of 3 stories hold");
    crate::japanese::assert_no_english(&said(crate::words::JA));
}
