//! Whoever reads what is about people is written down first, and auditors read who did.

use std::sync::Mutex;

use issei_desk::Reply;
use issei_model::Span;

use super::*;
use crate::rehearsed::Rehearsal;
use crate::rights::Role;
use crate::sign_in::{Cupboard, Nowhere};

/// A book in memory that is a cupboard too, so that what is written is what is read.
#[derive(Default)]
struct Book {
    lines: Mutex<Vec<String>>,
    shut: std::sync::atomic::AtomicBool,
}

impl Cupboard for Book {
    fn keep(&self, document: &str) -> Result<(), String> {
        Nowhere.keep(document)
    }

    fn add(&self, line: &str) -> Result<(), String> {
        if self.shut.load(std::sync::atomic::Ordering::Relaxed) {
            return Err("the disk is full".into());
        }
        self.lines.lock().unwrap().push(line.to_owned());
        Ok(())
    }
}

impl LookBook for Book {
    /// Its places are numbers of lines.
    fn read(&self, wanted: &Sought) -> Result<Leaf, String> {
        if self.shut.load(std::sync::atomic::Ordering::Relaxed) {
            return Err("no such disk".into());
        }
        let lines = self.lines.lock().unwrap();
        let end = wanted
            .before
            .map_or(lines.len(), |place| (place as usize).min(lines.len()));
        let mut leaf = Leaf {
            all: lines.len() as u64,
            ..Leaf::default()
        };
        for (place, line) in lines[..end].iter().enumerate().rev() {
            if leaf.lines.len() == wanted.most {
                leaf.older = Some(place as u64 + 1);
                break;
            }
            if wanted.only.as_ref().is_none_or(|only| line.contains(only)) {
                leaf.lines.push(line.clone());
            }
        }
        Ok(leaf)
    }
}

fn rehearsal() -> (Rehearsal, Arc<Book>) {
    let book = Arc::new(Book::default());
    let rehearsal = Rehearsal::with_book(
        |_| Reply::Done(issei_text::Phrase::same("so it is")),
        book.clone(),
        book.clone(),
    );
    (rehearsal, book)
}

#[tokio::test]
async fn a_look_at_findings_is_written_down_and_an_auditor_reads_it() {
    let (rehearsal, _) = rehearsal();
    let (analyst, _) = rehearsal.signed_in("analyst@isp-a", &[Role::Analyst]);
    let (auditor, _) = rehearsal.signed_in("auditor@isp-b", &[Role::Auditor]);
    assert_eq!(
        rehearsal
            .get("/findings?goal=192.0.2.7", &analyst)
            .await
            .status,
        200
    );
    rehearsal.pass(Span::from_secs(1));
    assert_eq!(
        rehearsal
            .get("/api/v1/findings?limit=1", &analyst)
            .await
            .status,
        200
    );
    // What is about nobody is not written down.
    assert_eq!(rehearsal.get("/cases", &analyst).await.status, 200);

    let told = rehearsal.get("/api/v1/looks", &auditor).await;
    let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(told["total"], 2);
    assert_eq!(told["next"], serde_json::Value::Null);
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["what"], "GET /api/v1/findings?limit=1");
    assert_eq!(items[1]["what"], "GET /findings?goal=192.0.2.7");
    assert_eq!(items[1]["who"], "analyst@isp-a");
    assert!(items[0]["at"].as_str() > items[1]["at"].as_str());

    let page = rehearsal.get("/audit/looks", &auditor).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("GET /findings?goal=192.0.2.7"));
    assert!(page.body.contains("analyst@isp-a"));
    let filtered = rehearsal.get("/audit/looks?only=192.0.2.7", &auditor).await;
    assert!(!filtered.body.contains("limit=1"), "{}", filtered.body);
}

#[tokio::test]
async fn only_an_auditor_reads_looks() {
    let (rehearsal, _) = rehearsal();
    for role in Role::ALL {
        let (cookie, _) = rehearsal.signed_in("somebody@isp-a", &[role]);
        let wanted = if role == Role::Auditor { 200 } else { 403 };
        for path in ["/audit/looks", "/api/v1/looks"] {
            assert_eq!(
                rehearsal.get(path, &cookie).await.status,
                wanted,
                "{role:?} {path}"
            );
        }
        let link = rehearsal
            .get("/audit", &cookie)
            .await
            .body
            .contains("href=\"/audit/looks\"");
        assert_eq!(link, role == Role::Auditor, "{role:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_shown() {
    let (rehearsal, book) = rehearsal();
    let (analyst, _) = rehearsal.signed_in("analyst@isp-a", &[Role::Analyst]);
    let (auditor, _) = rehearsal.signed_in("auditor@isp-a", &[Role::Auditor]);
    book.shut.store(true, std::sync::atomic::Ordering::Relaxed);
    let page = rehearsal.get("/findings", &analyst).await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("cannot be written down") && !page.body.contains("<table"));
    let told = rehearsal.get("/api/v1/findings", &analyst).await;
    assert_eq!(told.status, 503);
    assert_eq!(told.headers["content-type"], "application/problem+json");
    assert_eq!(rehearsal.get("/api/v1/looks", &auditor).await.status, 503);
    let page = rehearsal.get("/audit/looks", &auditor).await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("no such disk"));
}

#[tokio::test]
async fn who_may_not_read_findings_leaves_no_look() {
    let (rehearsal, book) = rehearsal();
    let (viewer, _) = rehearsal.signed_in("viewer@isp-a", &[Role::Viewer]);
    assert_eq!(rehearsal.get("/findings", &viewer).await.status, 403);
    assert!(book.lines.lock().unwrap().is_empty());
}

#[tokio::test]
async fn every_look_is_on_exactly_one_page_though_more_are_written_meanwhile() {
    let (rehearsal, _) = rehearsal();
    let (analyst, _) = rehearsal.signed_in("analyst@isp-a", &[Role::Analyst]);
    let (auditor, _) = rehearsal.signed_in("auditor@isp-a", &[Role::Auditor]);
    for n in 0..7 {
        rehearsal
            .get(&format!("/findings?from={n}"), &analyst)
            .await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    for _ in 0..10 {
        let told = rehearsal
            .get(&format!("/api/v1/looks?limit=3{after}"), &auditor)
            .await;
        let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
        let items = told["items"].as_array().unwrap();
        seen.extend(
            items
                .iter()
                .map(|one| one["what"].as_str().unwrap().to_owned()),
        );
        rehearsal.get("/findings?from=100", &analyst).await;
        match told["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let wanted: Vec<String> = (0..7)
        .rev()
        .map(|n| format!("GET /findings?from={n}"))
        .collect();
    assert_eq!(seen, wanted);
    let odd = rehearsal.get("/api/v1/looks?after=soon", &auditor).await;
    assert_eq!(odd.status, 400);
}

#[tokio::test]
async fn looks_are_written_as_a_table_too_and_a_spreadsheet_takes_none_for_a_formula() {
    let (rehearsal, book) = rehearsal();
    let (auditor, _) = rehearsal.signed_in("auditor@isp-a", &[Role::Auditor]);
    book.add(r#"{"at":"2026-11-23T05:00:00.000000Z","who":null,"what":"=1+1"}"#)
        .unwrap();
    book.add("torn {\"at\":").unwrap();
    let told = rehearsal.get("/api/v1/looks?format=csv", &auditor).await;
    assert_eq!(told.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        told.body,
        "at,who,what\r\n2026-11-23T05:00:00.000Z,,'=1+1\r\n"
    );
    assert_eq!(told.headers["x-odd"], "1");
    let page = rehearsal.get("/audit/looks?lang=en", &auditor).await;
    assert!(
        page.body.contains("1 line here could not be read"),
        "{}",
        page.body
    );
    assert!(page.body.contains("a machine"));
}

#[tokio::test]
async fn a_long_address_is_kept_cut_and_escaped_where_it_is_shown() {
    let (rehearsal, book) = rehearsal();
    let (analyst, _) = rehearsal.signed_in("analyst@isp-a", &[Role::Analyst]);
    let (auditor, _) = rehearsal.signed_in("auditor@isp-a", &[Role::Auditor]);
    let long = "x".repeat(4_000);
    rehearsal
        .get(&format!("/findings?goal=%3Cscript%3E{long}"), &analyst)
        .await;
    assert!(book.lines.lock().unwrap()[0].len() < 500);
    book.add(r#"{"at":"2026-11-23T05:00:00.000000Z","who":null,"what":"<script>"}"#)
        .unwrap();
    let page = rehearsal.get("/audit/looks", &auditor).await;
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<code><script>"));
}

#[test]
fn a_name_of_an_organisation_alone_is_no_look() {
    let leaf = Leaf {
        lines: vec![r#"{"at":"2026-11-23T05:00:00.000000Z","who":"isp-a","what":"x"}"#.into()],
        ..Leaf::default()
    };
    assert_eq!((Looks::of(&leaf).looks.len(), Looks::of(&leaf).odd), (0, 1));
}
