//! What an office knows, as a person reads it and as a program does.

use std::collections::{BTreeMap, BTreeSet};

use issei_case::RosterKey;
use issei_desk::Reported;
use issei_desk::samples::{self, after, entry, in_force, noon};
use issei_desk::sensors::{Collecting, Sensor};
use issei_desk::traffic::{MemberTraffic, Second};
use issei_model::{Digest, Level, PublicKey, SamplingBasis, Timestamp};

use super::*;
use crate::command_line::Printing;
use crate::office::control::Stands;
use crate::stand_in::{StandIn, in_every_form};
use crate::words;

fn agreed() -> CountryView {
    let key = |role| RosterKey {
        key: PublicKey([7; 32]),
        role,
        from: noon(),
        until: after(86_400_000),
    };
    CountryView {
        coordinator: "coordinator".parse().unwrap(),
        log: "issei.example+0a0b+key".into(),
        members: samples::order().participants,
        people: vec![
            ("counsel@isp-a".parse().unwrap(), key(Role::Approver)),
            ("duty@coordinator".parse().unwrap(), key(Role::Proposer)),
        ],
        approvals: 2,
        lines_per_order: 1_000,
        lines_per_day: 5_000,
        safeguards: 269,
        lists: Digest([5; 32]),
        checkpoints: vec![
            "issei.example\n12\nroot=\n\n— issei.example AAAA\n— isp-a.witness BBBB\n".into(),
            "not a note".into(),
        ],
    }
}

fn sensing() -> SensorsView {
    let told = |at: Timestamp, records| Collecting {
        since: noon(),
        at,
        sensors: vec![Sensor {
            name: "192.0.2.1".into(),
            domain: 3,
            sampling: SamplingBasis::Announced,
            records,
            lost: 4,
            last: noon(),
        }],
        more: 0,
        datagrams: 9_000,
        dropped: 5,
        problems: 6,
    };
    SensorsView {
        before: Some(told(noon(), 1_000)),
        now: Some(told(after(2_000), 4_000)),
    }
}

fn passing() -> TrafficView {
    let second = |millis| Second {
        at: after(millis),
        asked: 40,
        answered: 0,
    };
    TrafficView {
        order: samples::order().id(),
        members: vec![MemberTraffic {
            member: "isp-a".parse().unwrap(),
            seconds: vec![second(0), second(1_000)],
            lines: Vec::new(),
        }],
        lost: 2,
    }
}

fn kit() -> DevicesView {
    DevicesView {
        devices: BTreeMap::from([
            ("edge".into(), None),
            (
                "core-router".into(),
                Some("the session is down\x1b[2J".into()),
            ),
        ]),
        lead: Span::from_micros(2_840),
        orders: 3,
        reflexes: 1,
        reflex_room: 64,
        sentinels: vec!["192.0.2.250".into()],
        counts: BTreeMap::from([("no room".into(), 7)]),
        alarm: Some("look at core-router".into()),
        ..DevicesView::default()
    }
}

/// An office that knows all of it.
fn knowing(name: &str) -> StandIn {
    StandIn::new(name, |ask| match ask {
        Ask::Country => Reply::Country(Box::new(agreed())),
        Ask::Findings => Reply::Findings(
            ["isp-a", "isp-a", "isp-b"]
                .map(|source| Reported {
                    goal: "192.0.2.7:23/tcp".parse().unwrap(),
                    level: Level::Finding,
                    evidence: entry(source),
                    addresses: BTreeSet::new(),
                })
                .into(),
        ),
        Ask::Orders => {
            let members = vec![in_force("isp-a", 4_000, after(2_000), 800)];
            let mut view = samples::view(Stands::InForce, after(3_000), members);
            view.order.proposed_at = clock::now() - Span::from_secs(60);
            Reply::Orders(vec![view])
        }
        Ask::Sensors => Reply::Sensors(Box::new(sensing())),
        Ask::Devices => Reply::Devices(Box::new(kit())),
        Ask::Traffic(_) => Reply::Traffic(Box::new(passing())),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    })
}

fn write_looks(office: &StandIn) {
    let line = |who: &str, what: &str| {
        format!("{{\"at\":\"2026-11-01T12:00:00.000Z\",\"who\":{who},\"what\":\"{what}\"}}\n")
    };
    let person = line("\"desk@isp-a\"", "GET /findings");
    let text = person + &line("null", "GET /api/v1/findings") + "torn\n";
    std::fs::write(office.folder().root().join("looks.jsonl"), text).unwrap();
}

type Listed = (fn(Printing) -> ShowWish, usize);

fn lists() -> [Listed; 7] {
    [
        (ShowWish::Members, 3),
        (ShowWish::People, 2),
        (ShowWish::Checkpoints, 1),
        (ShowWish::Goals, 4),
        (ShowWish::Sensors, 1),
        (
            |form| ShowWish::Traffic {
                order: samples::order().id().to_string().parse().unwrap(),
                form,
            },
            2,
        ),
        (
            |form| ShowWish::Looks {
                only: None,
                most: 100,
                form,
            },
            2,
        ),
    ]
}

#[test]
fn every_list_has_the_same_rows_in_every_form_and_no_english_in_japanese() {
    let office = knowing("show-forms");
    write_looks(&office);
    for (wish, rows) in lists() {
        let mut caller = office.caller(Language::English);
        let (table, told) = in_every_form(|form| shown(&mut caller, &wish(form)).unwrap());
        assert_eq!(told, rows, "{table}");
        assert!(
            table.lines().count() > rows,
            "a head above the rows\n{table}"
        );
        drop(caller);
        let mut caller = office.caller(Language::Japanese);
        let table = shown(&mut caller, &wish(Printing::default())).unwrap();
        crate::japanese::assert_no_english(&table);
    }
}

#[test]
fn tables_stand_in_columns_and_figures_at_the_right() {
    let office = knowing("show-members");
    let mut caller = office.caller(Language::English);
    let members = shown(&mut caller, &ShowWish::Members(Printing::default())).unwrap();
    assert_eq!(
        members,
        "\
Member   Lines  Findings  per 100,000 lines
isp-a    4,000         2               50.0
isp-b   12,000         1                8.3
isp-c    4,000         0                0.0
"
    );
    let goals = shown(&mut caller, &ShowWish::Goals(Printing::default())).unwrap();
    assert!(goals.contains("at most 150.0 ms"), "{goals}");
    assert!(goals.contains("at least 95 %"), "{goals}");
    let sensors = shown(&mut caller, &ShowWish::Sensors(Printing::default())).unwrap();
    let row = sensors.lines().nth(1).unwrap();
    assert!(row.contains("1,500"), "records a second\n{sensors}");
    assert!(sensors.contains("dropped by the kernel"), "{sensors}");
    assert!(
        sensors.contains("! The collector has not told anything for a while"),
        "{sensors}"
    );
}

#[test]
fn devices_say_which_is_not_well_and_move_no_cursor() {
    let page = devices_page(&kit(), words::EN);
    assert!(
        page.contains("✕ core-router  the session is down\u{fffd}[2J\n"),
        "{page}"
    );
    assert!(page.contains("✓ edge         "), "{page}");
    assert!(page.contains("! look at core-router"), "{page}");
    assert!(page.contains("2.8 ms"), "{page}");
    assert!(page.contains("1/64"), "{page}");
    let japanese = devices_page(
        &DevicesView {
            rehearsed: true,
            stopped: true,
            counts: BTreeMap::new(),
            alarm: None,
            devices: BTreeMap::from([("edge".into(), None)]),
            ..kit()
        },
        words::JA,
    );
    crate::japanese::assert_no_english(&japanese);
}

#[test]
fn the_country_says_what_was_agreed_on() {
    let page = facts(&agreed(), words::EN);
    assert!(page.contains("issei.example+0a0b+key"), "{page}");
    assert!(page.contains("1,000\n"), "{page}");
    crate::japanese::assert_no_english(&facts(&agreed(), words::JA));
    let office = knowing("show-country");
    let mut caller = office.caller(Language::English);
    let text = shown(&mut caller, &ShowWish::Country { json: true }).unwrap();
    let read: CountryView = serde_json::from_str(&text).unwrap();
    assert_eq!(read, agreed());
}

#[test]
fn what_is_empty_says_why_and_what_to_do() {
    let office = StandIn::new("show-empty", |ask| match ask {
        Ask::Country => Reply::Country(Box::new(CountryView {
            members: Vec::new(),
            people: Vec::new(),
            checkpoints: Vec::new(),
            ..agreed()
        })),
        Ask::Findings => Reply::Findings(Vec::new()),
        Ask::Orders => Reply::Orders(Vec::new()),
        Ask::Sensors => Reply::Sensors(Box::default()),
        Ask::Traffic(order) => Reply::Traffic(Box::new(TrafficView {
            order: *order,
            members: Vec::new(),
            lost: 0,
        })),
        other => Reply::Wrong(issei_text::Phrase::same(format!("{other:?}"))),
    });
    let mut caller = office.caller(Language::English);
    let as_json = Printing {
        json: true,
        ..Printing::default()
    };
    for (wish, _) in lists() {
        let text = shown(&mut caller, &wish(Printing::default())).unwrap();
        assert!(text.lines().count() >= 2, "{text}");
        let is_goals = matches!(wish(as_json), ShowWish::Goals(_));
        let rows = shown(&mut caller, &wish(as_json)).unwrap();
        assert_eq!(rows == "[]\n", !is_goals, "{rows}");
    }
}

#[test]
fn looks_are_chosen_by_a_word_and_torn_lines_are_counted() {
    let office = knowing("show-looks");
    write_looks(&office);
    let mut caller = office.caller(Language::English);
    let looks = |only: Option<&str>, most| ShowWish::Looks {
        only: only.map(Into::into),
        most,
        form: Printing::default(),
    };
    let all = shown(&mut caller, &looks(None, 100)).unwrap();
    assert!(all.contains("a machine"), "{all}");
    assert!(all.contains("1 line here could not be read"), "{all}");
    let some = shown(&mut caller, &looks(Some("desk@isp-a"), 100)).unwrap();
    assert!(
        some.contains("desk@isp-a") && !some.contains("a machine"),
        "{some}"
    );
    let first = shown(&mut caller, &looks(None, 1)).unwrap();
    assert!(first.contains("--most NUMBER"), "{first}");
    let none = shown(&mut caller, &looks(Some("nobody"), 100)).unwrap();
    assert!(none.contains("look without it"), "{none}");
}
