use std::collections::VecDeque;

use issei_model::{Language, Observed};

use super::*;
use crate::office::control::{Ask, MemberView, Reply};
use crate::stand_in::StandIn;
use issei_desk::samples::{after, armed, in_force, noon, silent, view};

fn lifted(member: MemberView, at: Timestamp) -> MemberView {
    MemberView {
        observed: Some(Observed::Lifted { at }),
        ..member
    }
}

#[test]
fn the_page_is_drawn_over_the_one_before() {
    let lines = ["one".to_owned(), "two".to_owned()];
    assert_eq!(over(0, &lines), "\r\x1b[2Kone\n\r\x1b[2Ktwo\n\x1b[J");
    assert_eq!(over(3, &lines), "\x1b[3A\r\x1b[2Kone\n\r\x1b[2Ktwo\n\x1b[J");
}

#[test]
fn it_is_over_when_the_order_ended_and_no_rule_acts_or_nobody_reports_any_more() {
    let acting = || in_force("isp-b", 1, noon(), 0);
    let mut watch = Watch::new(view(Stands::Armed, after(1_000), vec![acting()]), words::EN);
    assert!(!watch.is_over(), "in force");
    watch.take(view(Stands::Ended, after(2_000), vec![acting()]));
    assert!(!watch.is_over(), "ended, and not yet read back as gone");
    watch.take(view(
        Stands::Ended,
        after(2_200),
        vec![lifted(acting(), after(2_100))],
    ));
    assert!(watch.is_over());

    let mut silent = Watch::new(view(Stands::Ended, after(2_000), vec![acting()]), words::EN);
    silent.take(view(Stands::Ended, after(12_000), vec![acting()]));
    assert!(!silent.is_over(), "ten seconds may pass");
    silent.take(view(Stands::Ended, after(12_001), vec![acting()]));
    assert!(silent.is_over());
}

#[test]
fn the_view_follows_the_order_to_its_end_and_keeps_the_moments() {
    let t = after(1_000);
    let mut looks = VecDeque::from([
        view(Stands::Preparing, noon(), vec![silent("isp-b", 12_000)]),
        view(Stands::Armed, after(200), vec![armed("isp-b", 12_000, t)]),
        view(
            Stands::Armed,
            after(1_200),
            vec![in_force("isp-b", 12_000, t, 400)],
        ),
        view(
            Stands::Ended,
            after(1_400),
            vec![lifted(silent("isp-b", 12_000), after(1_300))],
        ),
    ]);
    let id = looks[0].id;
    let office = StandIn::new("watch", move |ask| match ask {
        Ask::Order(_) => Reply::Order(Box::new(looks.pop_front().unwrap())),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let mut caller = office.caller(Language::English);
    let mut watch = Watch::new(look(&mut caller, id).unwrap(), words::EN);
    watch.as_lines(&mut caller).unwrap();
    assert_eq!(
        office.heard().len(),
        4,
        "it looked until the end, and no longer"
    );
    assert_eq!(watch.spread.span(), Some(Span::ZERO));
    assert!(
        watch
            .spread
            .words(words::EN)
            .contains("last isp-b T+0.4 ms"),
        "{:?}",
        watch.spread
    );
}
