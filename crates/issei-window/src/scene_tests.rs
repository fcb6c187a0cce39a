use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use issei_desk::Stands;
use issei_desk::samples::{noon, view};
use tokio::sync::mpsc;

use super::*;

/// An office that has one order and counts what it is asked.
fn office(stands: Arc<std::sync::Mutex<Stands>>) -> (Desk, Arc<AtomicUsize>) {
    let (desk, mut asks) = mpsc::channel::<crate::Asked>(8);
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Some((ask, reply)) = asks.recv().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let stands = *stands.lock().unwrap();
            let _ = reply.send(match ask {
                Ask::Orders => Reply::Orders(vec![view(stands, noon(), Vec::new())]),
                _ => Reply::Failed(issei_text::Phrase::same("not in this test")),
            });
        }
    });
    (Desk::new(desk), asked)
}

#[tokio::test]
async fn many_viewers_cost_no_more_asks_than_one() {
    let stands = Arc::new(std::sync::Mutex::new(Stands::Armed));
    let (desk, asked) = office(Arc::clone(&stands));
    let clock = Arc::new(AtomicI64::new(noon().as_micros()));
    let told = Arc::clone(&clock);
    let now = Arc::new(move || Timestamp::from_micros(told.load(Ordering::Relaxed)));
    let scene = Arc::new(Watched::new(desk, now));
    let looks: Vec<_> = (0..50)
        .map(|_| {
            let scene = Arc::clone(&scene);
            tokio::spawn(async move { scene.look(Span::from_millis(250)).await.version })
        })
        .collect();
    for look in looks {
        assert_eq!(look.await.unwrap(), 1);
    }
    let first = asked.load(Ordering::Relaxed);
    assert!(first <= 8, "{first} asks for 50 viewers");

    clock.fetch_add(300_000, Ordering::Relaxed);
    let unchanged = scene.look(Span::from_millis(250)).await;
    assert_eq!(unchanged.version, 1, "nothing happened");
    assert!(asked.load(Ordering::Relaxed) > first, "it was asked anew");

    *stands.lock().unwrap() = Stands::Ended;
    clock.fetch_add(300_000, Ordering::Relaxed);
    let changed = scene.look(Span::from_millis(250)).await;
    assert_eq!(changed.version, 2);
    assert!(changed.alive().is_empty());
}

#[tokio::test]
async fn an_office_that_ended_leaves_an_empty_scene() {
    let (desk, asks) = mpsc::channel(1);
    drop(asks);
    let scene = Watched::new(Desk::new(desk), Arc::new(noon));
    let empty = scene.look(Span::from_secs(1)).await;
    assert!(empty.status.is_none() && empty.orders.is_empty());
}

#[test]
fn a_standing_order_that_moves_and_a_rule_that_comes_or_goes_are_another_scene_and_time_is_none() {
    use issei_desk::StandsOn;
    use issei_desk::samples::{reflexes, standing};
    // What was found is shared, as it is between two scenes of one office.
    let found = Arc::default();
    let scene = |stands, at| {
        let view = standing(stands, at);
        Scene {
            standings: [(view.id, Arc::new(view))].into(),
            reflexes: Some(Ok(reflexes(noon()))),
            found: Arc::clone(&found),
            ..Scene::default()
        }
    };
    let one = scene(StandsOn::Ready, noon());
    let mut later = scene(StandsOn::Ready, noon() + Span::from_secs(9));
    if let Some(Ok(view)) = &mut later.reflexes {
        view.now = noon() + Span::from_secs(9);
    }
    assert!(one != later && same(&one, &later));
    assert!(!same(&one, &scene(StandsOn::Ended, noon())));
    let mut gone = one.clone();
    if let Some(Ok(view)) = &mut gone.reflexes {
        view.acting.clear();
    }
    assert!(!same(&one, &gone));
    let why = Some(Err(Phrase::say("says-ask-member")));
    let silent = Scene {
        reflexes: why,
        ..one.clone()
    };
    assert!(!same(&one, &silent));
}
