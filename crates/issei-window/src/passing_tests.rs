//! Pictures of what passes, from a made-up order in force.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use issei_desk::samples::after;
use issei_desk::traffic::MemberTraffic;
use tokio::sync::mpsc;

use super::*;
use crate::rehearsed::orders;

/// The made-up order's T, in its members' words.
fn t() -> Timestamp {
    steps::t(&orders()[0]).expect("a T")
}

fn second(from_t: i64, asked: u64, answered: u64) -> Second {
    Second {
        at: t() + Span::from_secs(from_t),
        asked,
        answered,
    }
}

fn traffic(seconds: Vec<Second>, lines: Vec<Vec<Timestamp>>) -> TrafficView {
    TrafficView {
        order: orders()[0].id,
        members: vec![MemberTraffic {
            member: "isp-b".parse().expect("a name"),
            seconds,
            lines,
        }],
        lost: 0,
    }
}

#[test]
fn what_would_have_come_is_the_questions_times_the_share_that_was_answered_before_t() {
    let seconds = vec![second(-2, 10, 5), second(-1, 10, 5), second(1, 30, 0)];
    let now = t() + Span::from_secs(6);
    let flow = flow(&orders()[0], &traffic(seconds, Vec::new()), now).expect("something passed");
    assert_eq!(
        flow.times.len(),
        5,
        "the last three seconds are not told yet"
    );
    assert_eq!(flow.series[0].values, [5.0, 5.0, 0.0, 0.0, 0.0]);
    assert_eq!(flow.without, [None, None, Some(0.0), Some(15.0), Some(0.0)]);
}

#[test]
fn without_a_time_before_t_nobody_estimates() {
    let now = t() + Span::from_secs(6);
    let flow = flow(
        &orders()[0],
        &traffic(vec![second(1, 30, 1)], Vec::new()),
        now,
    );
    assert!(
        flow.expect("something passed")
            .without
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn nothing_that_passed_is_no_picture() {
    assert!(
        flow(
            &orders()[0],
            &traffic(Vec::new(), Vec::new()),
            after(60_000)
        )
        .is_none()
    );
    assert!(
        raster(
            &orders()[0],
            &traffic(vec![second(1, 1, 1)], Vec::new()),
            after(60_000)
        )
        .is_none()
    );
}

#[test]
fn answers_after_the_end_are_no_leaks() {
    let mut view = orders()[0].clone();
    let lines = vec![vec![t() - Span::from_secs(1), t() + Span::from_secs(30)]];
    let all = traffic(vec![second(-1, 1, 1)], lines);
    let now = t() + Span::from_secs(40);
    let shown = |view: &OrderView| {
        let raster = raster(view, &all, now).expect("a line");
        raster.groups[0].devices[0].len()
    };
    assert_eq!(shown(&view), 2, "in force, and so a leak");
    view.recalled_at = Some(t() + Span::from_secs(20));
    assert_eq!(shown(&view), 1);
}

#[test]
fn who_tells_nothing_is_named() {
    let view = &orders()[0];
    assert_eq!(
        silent(view, &traffic(Vec::new(), Vec::new())),
        ["isp-a", "isp-c"]
    );
}

#[tokio::test]
async fn many_viewers_cost_the_office_one_ask_a_second() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (desk, mut asks) = mpsc::channel::<crate::Asked>(8);
    let count = asked.clone();
    tokio::spawn(async move {
        while let Some((_, reply)) = asks.recv().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = reply.send(Reply::Traffic(Box::new(traffic(Vec::new(), Vec::new()))));
        }
    });
    let (desk, shown, order) = (Desk::new(desk), Shown::default(), orders()[0].id);
    for _ in 0..20 {
        assert!(shown.look(&desk, order, after(0)).await.is_some());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    shown.look(&desk, order, after(1_001)).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    shown.look(&desk, order, after(0)).await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        3,
        "a clock that was set back asks anew"
    );
}
