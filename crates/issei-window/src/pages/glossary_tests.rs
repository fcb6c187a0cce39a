//! Every row is read, every link leads somewhere, every place is its word's alone.

use std::collections::BTreeSet;

use super::*;
use crate::rehearsed::Rehearsal;
use crate::rights::Role;

#[test]
fn every_row_of_the_glossary_is_a_word() {
    let rows = WRITTEN.lines().filter(|line| line.starts_with("| "));
    assert_eq!(WORDS.len(), rows.count() - 1, "one row is the head");
    assert!(
        WORDS
            .iter()
            .all(|word| !word.meaning.is_empty() && !word.japanese.is_empty())
    );
    let places: BTreeSet<String> = WORDS.iter().map(|word| place(word.english)).collect();
    assert_eq!(places.len(), WORDS.len());
}

/// The links of a page to the glossary.
fn links(body: &str) -> BTreeSet<String> {
    let parts = body.split("href=\"/glossary#").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('"')?.0.to_owned()))
        .collect()
}

#[tokio::test]
async fn every_link_of_a_page_leads_to_a_word() {
    let window = Rehearsal::new(|_| issei_desk::Reply::Done(issei_text::Phrase::same("so it is")));
    let (cookie, _) = window.signed_in("ana@coordinator", &[Role::Viewer, Role::Auditor]);
    let glossary = window.get("/glossary", "").await;
    assert_eq!(glossary.status, 200, "anybody may look a word up");
    let mut linked = BTreeSet::new();
    let order = format!("/orders/{}", crate::rehearsed::orders()[0].id);
    for path in [order.as_str(), "/", "/cases", "/audit", "/public"] {
        linked.extend(links(&window.get(path, &cookie).await.body));
    }
    assert!(linked.len() >= 5, "{linked:?}");
    for place in linked {
        assert!(
            glossary.body.contains(&format!("id=\"{place}\"")),
            "{place}"
        );
    }
}
