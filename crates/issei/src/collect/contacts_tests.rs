//! A collector that runs on and on leaves a memory from which its member answers.

use issei_host::clock;
use issei_model::{Goal, OrganisationId, TerritoryBasis};

use super::*;
use crate::office::folder::Folder;
use crate::office::member::contacts::answers;
use crate::traffic;

/// Records of lines 10.0.0.`first` and up, each to one service.
fn rows(first: u8, lines: u8) -> FlowBatch {
    let mut batch = FlowBatch::default();
    for host in first..first + lines {
        batch.push(&crate::analyze::memory::tests::flow(
            &format!("10.0.0.{host}"),
            "198.51.100.7",
            23,
            1,
        ));
    }
    batch
}

fn territory() -> Territory {
    Territory::new(
        &["10.0.0.0/8".parse().unwrap()],
        &[],
        TerritoryBasis::Configured,
    )
}

fn told(place: &traffic::Folder) -> (u64, u8) {
    let me: OrganisationId = "isp-a".parse().unwrap();
    let goals: [Goal; 1] = ["198.51.100.7:23/tcp".parse().unwrap()];
    let told = answers(&Folder::new(place.path()), &me, &goals, clock::now()).unwrap();
    (told[0].lines.most(), told[0].days)
}

#[test]
fn what_a_collector_saw_is_answered_from_also_after_it_came_up_again() {
    let place = traffic::Folder::new("remembering");
    let path = place.path().join("contacts.json");
    let now = clock::now();
    let hours_ago = |hours: i64| now - Span::from_secs(hours * 3_600);
    let mut remembering = Remembering::open(&path, hours_ago(25)).unwrap();
    for hours in (0..=25).rev() {
        remembering.look(&rows(1, 6), &territory(), hours_ago(hours));
    }
    // Nothing is written before it is time.
    remembering.write_if_due(hours_ago(25)).unwrap();
    assert!(!path.exists());
    remembering.write_if_due(now).unwrap();
    assert_eq!(told(&place), (6, 1));
    let mut remembering = Remembering::open(&path, now).unwrap();
    remembering.look(&rows(4, 6), &territory(), now);
    remembering.write(now).unwrap();
    assert_eq!(told(&place), (9, 1));
}

#[test]
fn a_memory_that_does_not_read_is_named_and_not_written_over() {
    let place = traffic::Folder::new("remembering-broken");
    let path = place.path().join("contacts.json");
    place.file("contacts.kept", b"{");
    let opened = Remembering::open(&path, clock::now());
    assert!(opened.is_err_and(|failure| failure.to_string().contains("contacts.kept")));
    assert_eq!(fs::read(place.path().join("contacts.kept")).unwrap(), b"{");
}
