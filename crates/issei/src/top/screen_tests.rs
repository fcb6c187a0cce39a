use issei_desk::samples::{after, entry, in_force, noon, silent, view};
use issei_desk::sensors::Collecting;
use issei_model::Level;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;

fn status() -> Status {
    Status {
        office: "coordinator".parse().unwrap(),
        charter: issei_model::Digest([0; 32]),
        entries: 1_234,
        current: true,
        stopped: false,
        connected: 3,
        alive: 1,
        findings: 0,
        clock_error: None,
        alarms: vec!["the list vanished\x1b[2J".into()],
        counts: BTreeMap::new(),
        reviews: Vec::new(),
    }
}

/// Draws a screen of this size, as lines.
fn drawn(screen: &Screen<'_>, (width, height): (u16, u16)) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen.draw(frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let cells = buffer.content().chunks(usize::from(width));
    cells
        .map(|row| row.iter().map(|cell| cell.symbol()).collect())
        .collect()
}

fn reported(member: &str) -> Reported {
    Reported {
        goal: "192.0.2.7:23/tcp".parse().unwrap(),
        level: Level::Candidate,
        evidence: entry(member),
        addresses: BTreeSet::new(),
    }
}

#[test]
fn what_is_in_force_and_where_each_member_stands_is_on_the_screen() {
    let t = after(5_000);
    let members = vec![in_force("isp-b", 12_000, t, 900), silent("isp-c", 4_000)];
    let orders = [view(Stands::Armed, after(6_000), members)];
    let found = Found::gathered(&[reported("isp-a"), reported("isp-b")]);
    let status = status();
    let screen = Screen {
        status: &status,
        orders: &orders,
        waiting: 2,
        found: &found,
        sensors: None,
        chosen: Some(orders[0].id),
        doubt: None,
        said: None,
        now: after(6_000),
        tongue: words::EN,
    };
    let lines = drawn(&screen, (100, 34));
    let page = lines.join("\n");
    for wanted in [
        "1 cut in force",
        "1,234 entries",
        "in force",
        "T+0.9 ms",
        "preparing",
        "192.0.2.7:23/tcp",
        "2 members",
        "2 cases wait",
        "a read and sign",
    ] {
        assert!(page.contains(wanted), "{wanted} is missing in\n{page}");
    }
    assert!(!page.contains('\x1b'), "foreign text moves the cursor");
}

#[test]
fn an_empty_office_says_what_to_do() {
    let status = status();
    let screen = Screen {
        status: &status,
        orders: &[],
        waiting: 0,
        found: &[],
        sensors: None,
        chosen: None,
        doubt: Some("lift ALL now? y/N".into()),
        said: Some("not shown while something is asked"),
        now: noon(),
        tongue: words::EN,
    };
    let page = drawn(&screen, (80, 24)).join("\n");
    assert!(page.contains("no orders, and no drafts"), "{page}");
    assert!(page.contains("nobody told of a finding"), "{page}");
    assert!(
        page.contains("lift ALL now? y/N") && !page.contains("not shown"),
        "{page}"
    );
}

#[test]
fn no_size_of_a_terminal_breaks_it() {
    let orders = [view(
        Stands::Armed,
        after(6_000),
        vec![silent("isp-c", 4_000)],
    )];
    let status = status();
    let screen = Screen {
        status: &status,
        orders: &orders,
        waiting: 0,
        found: &[],
        sensors: None,
        chosen: Some(orders[0].id),
        doubt: None,
        said: None,
        now: noon(),
        tongue: words::EN,
    };
    for width in [1, 2, 7, 40, 300] {
        for height in [1, 2, 3, 9, 80] {
            assert_eq!(drawn(&screen, (width, height)).len(), usize::from(height));
        }
    }
}

#[test]
fn a_member_sees_who_sends_and_when_that_was_told() {
    let told = |seconds: i64, records| Collecting {
        since: noon(),
        at: after(1_000 * seconds),
        sensors: vec![Sensor {
            name: "192.0.2.1".into(),
            domain: 7,
            sampling: issei_model::SamplingBasis::Announced,
            records,
            lost: 3,
            last: after(1_000 * seconds),
        }],
        ..Collecting::default()
    };
    let mut sensors = SensorsView::default();
    sensors.take(told(2, 100));
    sensors.take(told(4, 5_100));
    let status = status();
    let mut screen = Screen {
        status: &status,
        orders: &[],
        waiting: 0,
        found: &[],
        sensors: Some(&sensors),
        chosen: None,
        doubt: None,
        said: None,
        now: after(5_000),
        tongue: words::EN,
    };
    let page = drawn(&screen, (120, 24)).join("\n");
    for wanted in ["192.0.2.1 (7)", "5,100 records", "2,500/s", "3 lost"] {
        assert!(page.contains(wanted), "{wanted} is missing in\n{page}");
    }
    assert!(!page.contains("as told"), "{page}");
    screen.now = after(60_000);
    let page = drawn(&screen, (120, 24)).join("\n");
    assert!(page.contains("exporters, as told"), "{page}");
    let nobody = SensorsView::default();
    screen.sensors = Some(&nobody);
    let page = drawn(&screen, (120, 24)).join("\n");
    assert!(page.contains("no collector tells"), "{page}");
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    let t = after(5_000);
    let members = vec![in_force("isp-b", 12_000, t, 900), silent("isp-c", 4_000)];
    let orders = [
        view(Stands::Armed, after(6_000), members),
        view(Stands::Draft, after(6_000), Vec::new()),
    ];
    let found = Found::gathered(&[reported("isp-a"), reported("isp-b")]);
    let mut status = status();
    status.alarms.clear();
    let sensors = SensorsView::default();
    let full = Screen {
        status: &status,
        orders: &orders,
        waiting: 2,
        found: &found,
        sensors: None,
        chosen: Some(orders[0].id),
        doubt: None,
        said: None,
        now: after(6_000),
        tongue: words::JA,
    };
    let bare = Screen {
        orders: &[],
        found: &[],
        chosen: None,
        doubt: None,
        ..full
    };
    let member = Screen {
        orders: &[],
        found: &[],
        sensors: Some(&sensors),
        chosen: None,
        doubt: None,
        ..bare
    };
    for screen in [&full, &bare, &member] {
        let page = drawn(screen, (110, 34)).join("\n");
        // A cell behind a wide letter is empty; so words are told by what is left of them.
        crate::japanese::assert_no_english(&page);
    }
}

#[test]
fn an_order_that_waits_for_a_confirmation_calls_and_ends_next() {
    let (late, soon) = (
        issei_desk::samples::awaiting(after(10_000), after(9_000)),
        issei_desk::samples::awaiting(after(10_000), after(5_000)),
    );
    let orders = [late, soon];
    let status = status();
    let screen = Screen {
        status: &status,
        orders: &orders,
        waiting: 0,
        found: &[],
        sensors: None,
        chosen: None,
        doubt: None,
        said: None,
        now: after(10_000),
        tongue: words::EN,
    };
    let page = drawn(&screen, (100, 34)).join("\n");
    assert!(page.contains("next end in 9 min 55 s"), "{page}");
    let (first, second) = (
        page.find("in 9 min 55 s unless"),
        page.find("in 9 min 59 s unless"),
    );
    assert!(first.is_some() && first < second, "{page}");
}
