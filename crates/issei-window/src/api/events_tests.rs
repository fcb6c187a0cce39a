use http_body_util::BodyExt as _;
use issei_desk::{Ask, Reply};

use super::*;
use crate::rehearsed::Rehearsal;

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

async fn next(body: &mut Body) -> String {
    let frame = body.frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn every_viewer_is_told_and_who_leaves_frees_the_seat() {
    let rehearsal = Rehearsal::new(fine);
    let window = &rehearsal.window;
    let mut bodies: Vec<Body> = Vec::new();
    for _ in 0..20 {
        bodies.push(stream(State(Arc::clone(window))).await.into_body());
    }
    for body in &mut bodies {
        assert!(next(body).await.starts_with("event: scene\nid: "));
    }
    assert_eq!(window.viewers.count.load(Ordering::Acquire), 20);
    drop(bodies);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(window.viewers.count.load(Ordering::Acquire), 0);
}

#[tokio::test]
async fn there_is_a_bound_on_viewers() {
    let rehearsal = Rehearsal::new(fine);
    rehearsal
        .window
        .viewers
        .count
        .store(MOST, Ordering::Release);
    let told = stream(State(Arc::clone(&rehearsal.window))).await;
    assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE);
}
