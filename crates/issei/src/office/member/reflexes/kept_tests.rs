use std::collections::VecDeque;

use issei_host::store::Owner;
use issei_model::{
    Activation, Digest, OrganisationId, Reflex, ReflexBatch, ReflexEnd, Span, StandingDossier,
    StandingOrder,
};
use issei_order::reflex::{Held, Stand};

use super::*;
use crate::traffic::Folder;

fn secs(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + secs)
}

fn order() -> StandingOrder {
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::LimitFlood(100),
        scope: vec!["203.0.113.0/24".parse().unwrap()],
        ground: "A2".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 2,
        per_hour: 4,
        proposed_at: secs(0),
        valid_from: secs(0),
        valid_until: secs(86_400),
    }
}

fn ended(number: u64) -> Activation {
    Activation {
        standing: order().id(),
        number,
        began: secs(1),
        seen: Some(secs(2)),
        gone: secs(3),
        end: ReflexEnd::Over,
        commitment: Digest([7; 32]),
    }
}

/// A machine that holds one of everything.
fn durable() -> Durable {
    let member: OrganisationId = "isp-a".parse().unwrap();
    let id = order().id();
    let dossier = StandingDossier {
        order: order(),
        approvals: Vec::new(),
    };
    Durable {
        // The place in the log is the machine's own; it is read as it is written.
        reading: serde_json::from_str(r#"{"next":7,"seen":9}"#).unwrap(),
        stopped: true,
        standing: BTreeMap::from([(
            id,
            Held {
                dossier,
                phase: Phase::Ready,
                begun: VecDeque::from([secs(1)]),
            },
        )]),
        number: 12,
        acting: BTreeMap::from([(
            11,
            Acting {
                standing: id,
                began: secs(1),
                ends: secs(301),
                stand: Stand::Acting,
                seen: Some(secs(2)),
                end: None,
                commitment: Digest([8; 32]),
            },
        )]),
        unreported: VecDeque::from([ended(9), ended(10)]),
        refused: BTreeMap::from([(ReflexRefusal::Acting, 3)]),
        sent: Some(ReflexBatch {
            member,
            number: 4,
            activations: vec![ended(8)],
            refused: BTreeMap::new(),
        }),
        batch: 5,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

fn changes(news: News) -> Vec<Change> {
    match news {
        News::Now(changes) | News::CanWait(changes) => changes,
    }
}

#[test]
fn what_is_kept_is_read_again_and_taken_back_piece_by_piece() {
    runtime().block_on(async {
        let place = Folder::new("reflex-kept");
        let store = Store::open(&place.path().join("state.db"), Owner::Member)
            .await
            .unwrap();
        assert_eq!(load(&store).await.unwrap().0, Durable::default());
        let mut kept = Kept::default();
        let full = durable();
        store.keep(&changes(kept.news(&full))).await.unwrap();
        let (read, mut again) = load(&store).await.unwrap();
        assert_eq!(read, full);
        assert_eq!(again.news(&read), News::CanWait(Vec::new()));
        // Everything ends, and nothing of it stays behind.
        let empty = Durable {
            reading: full.reading.clone(),
            ..Durable::default()
        };
        store.keep(&changes(again.news(&empty))).await.unwrap();
        assert_eq!(load(&store).await.unwrap().0, empty);
    });
}

#[test]
fn how_far_the_log_was_read_waits_for_something_that_matters() {
    let mut kept = Kept::default();
    let mut durable = durable();
    let all = kept.news(&durable);
    assert!(
        matches!(&all, News::Now(changes) if changes.len() > 5),
        "{all:?}"
    );
    assert_eq!(kept.news(&durable), News::CanWait(Vec::new()));
    durable.reading = serde_json::from_str(r#"{"next":8,"seen":9}"#).unwrap();
    let read = kept.news(&durable);
    assert!(
        matches!(&read, News::CanWait(changes) if changes.len() == 1),
        "{read:?}"
    );
    durable.reading = serde_json::from_str(r#"{"next":9,"seen":9}"#).unwrap();
    durable.number += 1;
    let both = kept.news(&durable);
    assert!(
        matches!(&both, News::Now(changes) if changes.len() == 2),
        "{both:?}"
    );
}

#[test]
fn each_change_of_the_machine_is_news() {
    type Turn = fn(&mut Durable);
    let each: [Turn; 8] = [
        |d| d.stopped = false,
        |d| d.batch += 1,
        |d| d.refused.clear(),
        |d| d.sent = None,
        |d| {
            d.standing
                .values_mut()
                .for_each(|held| held.phase = Phase::Ended);
        },
        |d| {
            d.standing
                .values_mut()
                .for_each(|held| held.begun.push_back(secs(9)));
        },
        |d| {
            d.acting
                .values_mut()
                .for_each(|one| one.stand = Stand::Lifting);
        },
        |d| {
            d.unreported.pop_front();
        },
    ];
    for (number, change) in each.into_iter().enumerate() {
        let mut kept = Kept::default();
        let mut durable = durable();
        kept.news(&durable);
        change(&mut durable);
        let news = kept.news(&durable);
        assert!(
            matches!(&news, News::Now(changes) if changes.len() == 1),
            "{number}: {news:?}"
        );
    }
}
