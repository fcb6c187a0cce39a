//! What the field's words mean, and links to it from where they stand.
//!
//! In: the project's glossary, as it was when the program was made. Out: a page with a place for every word, and
//! links. Always: a word that is linked is in the glossary. Limits: meanings are in English; the words are in both
//! languages.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::response::Response;
use issei_model::{Language, Span};
use maud::{Markup, html};

use crate::Window;
use crate::frame::{Page, Way};
use crate::view::Reader;

/// The glossary's table.
const WRITTEN: &str = include_str!("../../../../docs/glossary.md");

/// A word.
struct Word {
    english: &'static str,
    japanese: &'static str,
    meaning: &'static str,
}

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| words(WRITTEN));

/// Reads the rows below the table's head.
fn words(written: &'static str) -> Vec<Word> {
    let rows = written.lines().skip_while(|line| !line.starts_with("|---"));
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let &[english, japanese, meaning] = cells.as_slice() else {
            return None;
        };
        Some(Word {
            english,
            japanese,
            meaning: meaning.trim_end_matches('◆').trim_end(),
        })
    };
    rows.skip(1).filter_map(row).collect()
}

/// Where a word stands on the page.
fn place(english: &str) -> String {
    let letters = english
        .chars()
        .map(|one| match one.is_ascii_alphanumeric() {
            true => one.to_ascii_lowercase(),
            false => '-',
        });
    let place: String = letters.collect();
    place.trim_matches('-').to_owned()
}

/// Leads from a word, as it is said here, to what it means.
pub fn term(said: &str, english: &str) -> Markup {
    html! { a.term href={ "/glossary#" (place(english)) } { (said) } }
}

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_secs(5)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Aside,
        title: text.say("glossary-title"),
    };
    let first_japanese = reader.text.0 == Language::Japanese;
    page.answer(&html! {
        h1 { (text.say("glossary-title")) }
        div.table tabindex="0" { table {
            caption.hidden { (text.say("glossary-title")) }
            thead { tr {
                th scope="col" { (text.say("glossary-word")) }
                th scope="col" { (text.say("glossary-other")) }
                th scope="col" { (text.say("glossary-meaning")) }
            } }
            tbody { @for word in WORDS.iter() { tr #(place(word.english)) {
                @if first_japanese {
                    th scope="row" lang="ja" { (word.japanese) }
                    td lang="en" { (word.english) }
                } @else {
                    th scope="row" lang="en" { (word.english) }
                    td lang="ja" { (word.japanese) }
                }
                td lang="en" { (word.meaning) }
            } } }
        } }
    })
}

#[cfg(test)]
#[path = "glossary_tests.rs"]
mod tests;
