use issei_model::Span;

use super::*;
use crate::stand_in::StandIn;
use issei_desk::samples::{after, noon, view};

fn member() -> Duty {
    Duty {
        tongue: words::EN,
        is_member: true,
        status: Status {
            office: "isp-a".parse().unwrap(),
            charter: Digest([1; 32]),
            entries: 1_234,
            current: true,
            stopped: false,
            connected: 0,
            alive: 1,
            findings: 0,
            clock_error: Some(Span::from_micros(800)),
            alarms: Vec::new(),
            counts: [("stream lost".to_owned(), 3), ("posts lost".to_owned(), 0)].into(),
            reviews: Vec::new(),
        },
        offered: None,
        orders: vec![
            view(Stands::InForce, after(0), Vec::new()),
            view(Stands::Ended, after(0), Vec::new()),
        ],
        now: noon(),
    }
}

fn coordinator() -> Duty {
    let member = member();
    Duty {
        tongue: words::EN,
        is_member: false,
        status: Status {
            office: "coordinator".parse().unwrap(),
            connected: 2,
            clock_error: None,
            counts: Default::default(),
            ..member.status
        },
        orders: Vec::new(),
        ..member
    }
}

#[test]
fn a_quiet_member_has_one_page_without_calls() {
    let duty = member();
    let id = crate::order::short(duty.orders[0].id);
    assert_eq!(
        duty.page(),
        format!(
            "\
isp-a, a member; 2026-11-01 12:00:00 UTC
  log        1,234 entries, read to the end
  clock      within 0.0008 s
  charter    01 01 01 01 - 01 01 01 01 - 01 01 01 01
  alive      1 order
orders and drafts
  {id}  in force   ends in 30 min  drop 192.0.2.7:23/tcp; camera-1
counted since the start
          3  stream lost
"
        )
    );
}

#[test]
fn a_quiet_coordinator_tells_how_many_are_connected() {
    let page = coordinator().page();
    assert!(
        page.contains("  log        1,234 entries, witnessed\n"),
        "{page}"
    );
    assert!(page.contains("  connected  2 members\n"), "{page}");
    assert!(
        page.ends_with("no orders, and no drafts\nnothing was refused or lost\n"),
        "{page}"
    );
    assert!(!page.contains('!'), "{page}");
}

#[test]
fn a_gate_that_broke_is_called_out_until_the_next_start() {
    let mut duty = coordinator();
    duty.status.counts.insert(BROKEN_GATE.into(), 2);
    let page = duty.page();
    assert!(page.contains("  ! a gate broke 2 times"), "{page}");
}

#[test]
fn a_review_is_called_for_a_day_ahead_and_when_it_is_over() {
    let hours = |hours: i64| noon() + Span::from_secs(hours * 3_600);
    let review = |number: u8, by: Timestamp| Review {
        order: issei_model::OrderId(Digest([number; 32])),
        case: format!("case-{number}"),
        ground: "X1".into(),
        by,
    };
    let mut duty = coordinator();
    duty.status.reviews = vec![
        review(1, hours(25)),
        review(2, hours(24)),
        review(3, hours(0)),
        review(4, hours(-2)),
    ];
    let calls = duty.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(calls[0].starts_with("review over since 2026-11-01 10:00:00 UTC: order 04040404"));
    assert!(calls[1].starts_with("review over since"), "{calls:?}");
    assert!(calls[2].starts_with("review due by 2026-11-02 12:00:00 UTC"));
    assert!(calls[2].ends_with("`issei case close case-2`"), "{calls:?}");
    duty.status.reviews = (0..9).map(|number| review(number, hours(-1))).collect();
    assert!(duty.calls()[5].starts_with("4 more reviews are due"));
}

#[test]
fn what_needs_a_person_comes_first_with_the_next_step() {
    let mut duty = member();
    duty.status.stopped = true;
    duty.status.current = false;
    duty.offered = Some(Digest([2; 32]));
    duty.orders = vec![
        view(Stands::Draft, after(0), Vec::new()),
        view(Stands::Held, after(0), Vec::new()),
    ];
    let page = duty.page();
    let calls: Vec<&str> = page
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  ! "))
        .collect();
    let parts = [
        "issei resume",
        "read to its end",
        "issei enrol review",
        "2 drafts wait",
    ];
    assert_eq!(calls.len(), parts.len(), "{page}");
    for (call, part) in calls.iter().zip(parts) {
        assert!(call.contains(part), "{call}");
    }
    let mut alone = coordinator();
    alone.status.current = false;
    assert!(
        alone.page().contains("too few members witness"),
        "{}",
        alone.page()
    );
}

#[test]
fn an_alarm_of_the_office_is_called_out() {
    let mut duty = member();
    duty.status.alarms = vec!["safeguards.json is gone; mend it".to_owned()];
    let page = duty.page();
    assert!(
        page.contains("  ! safeguards.json is gone; mend it\n"),
        "{page}"
    );
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let mut duty = member();
    duty.tongue = words::JA;
    duty.status.stopped = true;
    duty.status.current = false;
    duty.status.counts.insert(BROKEN_GATE.to_owned(), 1);
    duty.status.reviews = vec![Review {
        order: duty.orders[0].id,
        case: "camera-1".into(),
        ground: "C1".into(),
        by: duty.now,
    }];
    duty.offered = Some(Digest([2; 32]));
    duty.orders.push(view(Stands::Draft, noon(), Vec::new()));
    duty.status.counts.remove("stream lost");
    crate::japanese::assert_no_english(&duty.page());
    let quiet = Duty {
        is_member: false,
        orders: Vec::new(),
        ..duty
    };
    let page = quiet.page();
    crate::japanese::assert_no_english(&page);
    assert!(page.contains("指令・指令案はありません"), "{page}");
}

#[test]
fn an_order_that_waits_for_a_confirmation_is_called_for_with_its_end() {
    let mut duty = member();
    duty.orders = vec![issei_desk::samples::awaiting(after(10_000), after(5_000))];
    let page = duty.page();
    let id = crate::order::short(duty.orders[0].id);
    let call = format!(
        "  ! order {id} ends by itself at 2026-11-01 12:10:05 UTC unless an approver confirms it: `issei order confirm {id}`\n"
    );
    assert!(page.contains(&call), "{page}");
    assert!(
        page.contains("ends in 9 min 55 s unless confirmed"),
        "{page}"
    );
    duty.orders[0].stands = Stands::Ended;
    assert!(!duty.page().contains("order confirm"));
}

#[test]
fn reloading_asks_for_nothing_else_and_a_complaint_of_the_office_is_one() {
    let mut first = true;
    let office = StandIn::new("reload", move |_| match std::mem::take(&mut first) {
        true => Reply::Done(issei_text::Phrase::same("read")),
        false => Reply::Wrong(issei_text::Phrase::same("settings.toml:1:1: odd")),
    });
    let here = Here {
        at: crate::command_line::AtOffice {
            office: Some(office.folder().root().to_owned()),
        },
    };
    assert_eq!(reload(&here, Language::English).unwrap(), code::DONE);
    let failure = reload(&here, Language::English).unwrap_err();
    assert!(
        failure.to_string().contains("settings.toml:1:1"),
        "{failure}"
    );
    assert_eq!(office.heard(), [Ask::Reload, Ask::Reload]);
}
