//! Serves the window on a made-up office over the loopback, for looking at pages and for measuring them.
//!
//! `cargo run -p issei-window --example window -- [ADDRESS [ORDERS [FINDINGS [OFFICE]]]]`; everything is invented, and
//! every visitor is an operator, so it is for one's own machine only. An office of another name than `coordinator` is a
//! member's, such as `isp-a`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use issei_case::safeguards::{Entry, Kind, Place};
use issei_case::{Answer, Count, Stage};
use issei_desk::appeals::{Appeal, AppealView};
use issei_desk::safeguards::{SafeguardsView, Weighed};
use issei_desk::samples::{entry, in_force, reflexes, silent, staged, standing, view};
use issei_desk::traffic::{MemberTraffic, Second, TrafficView};
use issei_desk::{
    Ask, CaseView, CountryView, OrderView, Reply, Reported, Said, StandingView, Stands, StandsOn,
    Status,
};
use issei_model::{
    Approval, Digest, Goal, Language, Level, Objection, Observed, Order, OrderId, Participant,
    PersonId, PublicKey, Radius, Reflex, Signature, Span, Timestamp,
};
use issei_text::Phrase;
use issei_window::looks::{Leaf, LookBook, Sought};
use issei_window::sign_in::{Kept, Nowhere};
use issei_window::{Books, Desk, Hands, House, Office, Role, Visitor, Window};
use tokio::sync::mpsc;

#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "an example is no quiet room"
)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default().as_micros();
    Timestamp::from_micros(i64::try_from(since).unwrap_or(0))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    let address = words.next().unwrap_or_else(|| "127.0.0.1:8090".into());
    let orders = words.next().and_then(|n| n.parse().ok()).unwrap_or(5);
    let findings = words.next().and_then(|n| n.parse().ok()).unwrap_or(40);
    let name = words.next().unwrap_or_else(|| "coordinator".into());
    let (desk, asks) = mpsc::channel(64);
    tokio::spawn(office(asks, orders, findings));
    let hands = Hands {
        now: Arc::new(now),
        chance: Arc::new(|| [7; 32]),
    };
    let office = Office {
        coordinates: name == "coordinator",
        name: name.parse().expect("a name"),
    };
    let visitor = Visitor {
        person: format!("desk@{name}").parse().ok(),
        roles: Role::ALL.into_iter().collect(),
        proven: true,
        ..Visitor::default()
    };
    let house = House {
        origins: vec![format!("http://{address}")],
        links_suffice: true,
        provider: None,
    };
    let (kept, cupboard, looks) = (Kept::default(), Arc::new(Nowhere), Arc::new(MadeUp));
    let books = Books {
        looks,
        findings: None,
    };
    let router = Window::new(office, Desk::new(desk), hands, house, kept, cupboard, books)
        .router()
        .layer(Extension(visitor));
    let listener = tokio::net::TcpListener::bind(&address)
        .await
        .expect("the address is free");
    eprintln!("http://{address}/");
    let _ = axum::serve(listener, router).await;
}

/// Looks of a made-up week.
struct MadeUp;

impl LookBook for MadeUp {
    fn read(&self, wanted: &Sought) -> Result<Leaf, String> {
        let all: Vec<String> = (0..450).map(look).collect();
        let end = wanted.before.and_then(|place| usize::try_from(place).ok());
        let end = end.unwrap_or(all.len()).min(all.len());
        let only = wanted.only.as_deref().unwrap_or_default();
        let older = all[..end].iter().enumerate().rev();
        let fitting: Vec<(usize, &String)> =
            older.filter(|(_, line)| line.contains(only)).collect();
        let shown = fitting.iter().take(wanted.most);
        Ok(Leaf {
            lines: shown.map(|(_, line)| (*line).clone()).collect(),
            older: fitting.get(wanted.most).map(|(place, _)| *place as u64 + 1),
            all: all.len() as u64,
        })
    }
}

fn look(n: u32) -> String {
    let who = ["analyst@isp-a", "abuse@isp-b", "analyst@coordinator"][n as usize % 3];
    let at = now() - Span::from_secs(i64::from(450 - n) * 1_300);
    let what = match n % 4 {
        0 => "GET /findings".to_owned(),
        1 => format!("GET /findings?goal=198.51.0.{}", 1 + n % 250),
        2 => format!("GET /findings?goal=&from={}", n % 5 * 200),
        _ => "GET /api/v1/findings?format=csv&limit=500".to_owned(),
    };
    let who = if n.is_multiple_of(29) {
        "null".to_owned()
    } else {
        format!("\"{who}\"")
    };
    format!(
        "{{\"at\":\"{}\",\"who\":{who},\"what\":\"{what}\"}}",
        at.exact()
    )
}

async fn office(mut asks: mpsc::Receiver<issei_window::Asked>, orders: usize, findings: usize) {
    let views = all(orders);
    let cases: Vec<CaseView> = cases(&views);
    let told: Vec<Reported> = (0..findings).map(reported).collect();
    let members = members();
    while let Some((ask, reply)) = asks.recv().await {
        let _ = reply.send(match ask {
            Ask::Status => Reply::Status(Box::new(status(told.len()))),
            Ask::Orders => Reply::Orders(fresh(&views)),
            Ask::Cases => Reply::Cases(cases.clone()),
            Ask::Standings => Reply::Standings(standings()),
            Ask::Reflexes => {
                // The same for five minutes, so that pages do not move while nothing does.
                let five = Span::from_secs(300);
                let mut view = reflexes(now().floor(five) + Span::from_secs(60));
                view.now = now();
                for one in &mut view.acting {
                    one.standing = standings()[1].id;
                }
                Reply::Reflexes(Box::new(view))
            }
            Ask::ProposeStanding(_) => Reply::NamedStanding(standings()[0].id),
            Ask::Findings => Reply::Findings(told.clone()),
            Ask::Charter => Reply::Charter {
                pinned: Digest([0x5a; 32]),
                offered: Some((Digest([0xc3; 32]), vec!["enters duty@isp-c".into()])),
            },
            Ask::Country => Reply::Country(Box::new(country(&members))),
            Ask::CaseOpen { case, .. } if case.is_empty() => {
                Reply::Wrong(Phrase::say("says-case-name"))
            }
            Ask::Appeal(appeal) => match appeal.wrong() {
                Some(why) => Reply::Wrong(why),
                None => Reply::Appealed(REFERENCE.into()),
            },
            Ask::AppealOf(reference) if reference != REFERENCE => {
                Reply::Wrong(Phrase::say("says-no-reference"))
            }
            Ask::AppealOf(_) | Ask::Appeals => Reply::Appeals(vec![appeal()]),
            Ask::Traffic(order) => Reply::Traffic(Box::new(traffic(&views, order))),
            Ask::Safeguards => Reply::Safeguards(Box::new(SafeguardsView {
                counting: 269,
                own: 1,
                vanished: vec![safeguard()],
                vanished_in_all: 1,
                letting_go: Some(Digest([0x5e; 32])),
                alarm: None,
            })),
            Ask::WeighList(list) => Reply::Weighed(Box::new(Weighed {
                added: vec![safeguard()],
                added_in_all: 1,
                known: 0,
                refused: 0,
                examples: Vec::new(),
                staying: 0,
                ends: Vec::new(),
                seen: Digest([list.text.len() as u8; 32]),
            })),
            Ask::TakeList { list, seen } if seen != Digest([list.text.len() as u8; 32]) => {
                Reply::Wrong(Phrase::say("says-list-changed"))
            }
            Ask::LetGo(digest) if digest != Digest([0x5e; 32]) => {
                Reply::Wrong(Phrase::say("says-not-vanished"))
            }
            Ask::Guarded(goal) => Reply::Guarded(
                (goal.ip() == Some([198, 51, 100, 7].into())).then(|| Phrase::same("a hospital")),
            ),
            Ask::Devices => Reply::Wrong(Phrase::say("says-ask-member")),
            Ask::CaseAssess(_) => Reply::Refused(Box::new(Said {
                rule: "radius.unanswered".into(),
                en: "40 % of the lines did not answer; ask again, or wait".into(),
                ja: "回線の 40 % が未回答です。再照会するか、回答を待ってください".into(),
                alarm: false,
            })),
            _ => Reply::Done(Phrase::say("says-done")),
        });
    }
}

/// One under which triggers act, one that ends within a day, and a draft that somebody signed.
fn standings() -> Vec<StandingView> {
    let view = |stands, days: i64, reflex| {
        let now = now();
        let mut view = standing(stands, now);
        view.order.reflex = reflex;
        // As old as that, to the day, so that its name stays as long as one looks.
        let begun = now.floor(Span::from_secs(86_400)) - Span::from_secs(86_400 * days);
        (view.order.proposed_at, view.order.valid_from) = (begun, begun);
        view.order.valid_until = begun + Span::from_secs(30 * 86_400);
        view.id = view.order.id();
        let signed = |person: &str| Approval {
            person: person.parse().expect("a person"),
            key: PublicKey([9; 32]),
            language: Language::Japanese,
            at: begun + Span::from_secs(600),
            signature: Signature([4; 64]),
        };
        let people = ["counsel@isp-b", "noc@isp-a"].map(signed);
        let count = if stands == StandsOn::Draft { 1 } else { 2 };
        view.approvals = people.into_iter().take(count).collect();
        view
    };
    let draft = view(StandsOn::Draft, 0, Reflex::DropForged);
    vec![
        draft,
        view(StandsOn::Ready, 29, Reflex::LimitFlood(100)),
        view(
            StandsOn::Ready,
            3,
            Reflex::DropOnRequest("power".parse().expect("a name")),
        ),
    ]
}

fn safeguard() -> Entry {
    Entry {
        place: Place::Prefix("198.51.100.0/24".parse().expect("a prefix")),
        kind: Kind::ProtectedOperator,
        reason: "a hospital".into(),
        source: "own".into(),
    }
}

/// Under which the one appeal is found.
const REFERENCE: &str = "5e1f0c77a2b94d03c6aa";

fn appeal() -> AppealView {
    AppealView {
        reference: REFERENCE.into(),
        at: now() - Span::from_secs(3_600),
        appeal: Appeal {
            about: "shop.example".into(),
            words: "Nobody reaches our shop since noon.".into(),
            reach: "shop@example".into(),
        },
        about: BTreeSet::new(),
        answered: None,
    }
}

fn fresh(views: &[OrderView]) -> Vec<OrderView> {
    let now = now();
    let fresh = |view: &OrderView| OrderView {
        now,
        ..view.clone()
    };
    views.iter().map(fresh).collect()
}

/// What passes before and after an order acted, at its members that acted.
fn traffic(views: &[OrderView], order: OrderId) -> TrafficView {
    let view = views.iter().find(|view| view.id == order);
    let members = view.into_iter().flat_map(|view| &view.members);
    let passes = members.filter_map(|member| {
        let t = member.effect?;
        let second = |from_t: i64| {
            let asked = member.lines / 20_000 + from_t.unsigned_abs() % 5;
            Second {
                at: t.floor(Span::from_secs(1)) + Span::from_secs(from_t),
                asked: 2 * asked,
                answered: if from_t < 0 { asked } else { 0 },
            }
        };
        Some(MemberTraffic {
            member: member.member.clone(),
            seconds: (-120..120).map(second).collect(),
            lines: Vec::new(),
        })
    });
    TrafficView {
        order,
        members: passes.collect(),
        lost: 3,
    }
}

fn status(findings: usize) -> Status {
    Status {
        office: "coordinator".parse().expect("a name"),
        charter: Digest([0x5a; 32]),
        entries: 88_412,
        current: true,
        stopped: false,
        connected: 11,
        alive: 2,
        findings,
        clock_error: Some(Span::from_micros(700)),
        alarms: vec![
            "the list `cdn.txt` vanished; its entries still count, see `issei lists review`".into(),
        ],
        counts: BTreeMap::from([("wrong key".into(), 3), ("too long".into(), 1)]),
        reviews: Vec::new(),
    }
}

fn members() -> Vec<Participant> {
    let one = |letter: char| Participant {
        member: format!("isp-{letter}").parse().expect("a name"),
        lines: 40_000 * (1 + u64::from(u32::from(letter)) % 7),
    };
    ('a'..='l').map(one).collect()
}

fn country(members: &[Participant]) -> CountryView {
    let note = |size: u32| {
        let mut note = format!(
            "coordinator.issei.internal/orders\n{size}\nZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI=\n\n— coordinator.issei.internal/orders AAAA\n"
        );
        for one in members.iter().take(9) {
            note += &format!("— {}.issei.internal/witness BBBB\n", one.member);
        }
        note
    };
    CountryView {
        coordinator: "coordinator".parse().expect("a name"),
        log: "coordinator.issei.internal/orders+5f3a1b2c+AaBbCc".into(),
        members: members.to_vec(),
        people: Vec::new(),
        approvals: 2,
        lines_per_order: 3_000,
        lines_per_day: 10_000,
        safeguards: 4_211,
        lists: Digest([0x11; 32]),
        checkpoints: vec![note(88_412), note(88_000), note(87_000)],
    }
}

/// Orders in every state, the first in force.
fn all(orders: usize) -> Vec<OrderView> {
    let stands = [
        Stands::Armed,
        Stands::Draft,
        Stands::Preparing,
        Stands::Ended,
        Stands::Held,
    ];
    (0..orders)
        .map(|n| order(n, stands[n % stands.len()]))
        .collect()
}

fn order(n: usize, stands: Stands) -> OrderView {
    let began = now() - Span::from_secs(600 + i64::try_from(n).unwrap_or(0));
    let t = began + Span::from_secs(120);
    let mut view = view(stands, now(), Vec::new());
    let order = &mut view.order;
    order.case = format!("2026-{:04}", 140 + n);
    order.goals = vec![goal(n)];
    order.proposed_at = began;
    order.fire_before = now() + Span::from_secs(500);
    order.expires_at = match stands {
        Stands::Ended => now() - Span::from_secs(60),
        _ => now() + Span::from_secs(1_700),
    };
    order.participants = members();
    order.radius = Radius {
        predicted_lines: 212,
        suspected_lines: 1_284,
        unanswered: vec!["isp-k".parse().expect("a name")],
        hints: vec!["other-names=3".into()],
        remembered: BTreeMap::from([("isp-j".parse().expect("a name"), 12)]),
    };
    view.members = match stands {
        Stands::Draft | Stands::Held => Vec::new(),
        Stands::Preparing => members()
            .iter()
            .map(|one| staged(one.member.as_str(), one.lines))
            .collect(),
        _ => members()
            .iter()
            .enumerate()
            .map(|(place, one)| {
                let name = one.member.as_str();
                match name {
                    "isp-k" => {
                        let mut left = silent(name, one.lines);
                        left.observed = Some(Observed::Refused(Objection::Collateral));
                        left
                    }
                    "isp-a" => in_force(name, one.lines, t - Span::from_secs(60), 300),
                    _ => in_force(
                        name,
                        one.lines,
                        t,
                        i64::try_from(place * place * 130).unwrap_or(0),
                    ),
                }
            })
            .collect(),
    };
    view.approvals = ["lawyer@isp-a", "desk@isp-b"]
        .iter()
        .map(|name| Approval {
            person: name.parse::<PersonId>().expect("a person"),
            key: PublicKey([9; 32]),
            language: Language::Japanese,
            at: t - Span::from_secs(70),
            signature: Signature([4; 64]),
        })
        .take(if stands == Stands::Draft { 1 } else { 2 })
        .collect();
    if stands == Stands::Armed && n.is_multiple_of(2) {
        // Somebody has to confirm it within half an hour of the canary's T.
        let within = Span::from_secs(1_800);
        view.order.confirm_within = Some(within);
        view.confirming.by = Some(t - Span::from_secs(60) + within);
    }
    view.id = view.order.id();
    view
}

/// What members answer: some lines at each, fewer at small ones.
fn answers(order: &Order) -> Vec<Answer> {
    let about = |goal: &Goal| {
        let answer = |one: Participant| Answer {
            lines: Count::hide(one.lines / 4_000, Count::DEFAULT_K),
            suspected: Count::hide(one.lines / 10_000, Count::DEFAULT_K),
            member: one.member,
            goal: goal.clone(),
            volume: 0,
            hints: BTreeSet::new(),
            days: Radius::WANTED_DAYS,
        };
        members().into_iter().map(answer).collect::<Vec<_>>()
    };
    order.goals.iter().flat_map(about).collect()
}

fn cases(views: &[OrderView]) -> Vec<CaseView> {
    let case = |view: &OrderView| CaseView {
        case: view.order.case.clone(),
        stage: match view.stands {
            Stands::Draft | Stands::Held => Stage::Proposed,
            _ => Stage::Cleared,
        },
        goals: view.order.goals.clone(),
        evidence: view.order.evidence.clone(),
        addresses: Vec::new(),
        answers: answers(&view.order),
        radius: Some(view.order.radius.clone()),
        order: Some(view.id),
        refusals: Vec::new(),
    };
    let mut cases: Vec<CaseView> = views.iter().map(case).collect();
    cases.push(CaseView {
        case: "vendor-cloud".into(),
        stage: Stage::Assessed,
        goals: vec![goal(99)],
        evidence: vec![entry("isp-a"), entry("isp-b")],
        addresses: Vec::new(),
        answers: Vec::new(),
        radius: Some(views.first().map(|view| view.order.radius.clone()).unwrap_or(Radius {
            predicted_lines: 0,
            suspected_lines: 0,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: BTreeMap::new(),
        })),
        order: None,
        refusals: vec![Said {
            rule: "safeguards.cdn".into(),
            en: "the goal lies in a cloud that the lists protect; cut a service of it, or ask its operator".into(),
            ja: "対象は保護されたクラウドにあります。サービス単位で指定するか、運営者に連絡してください".into(),
            alarm: false,
        }],
    });
    cases
}

fn goal(n: usize) -> Goal {
    let text = format!("198.51.{}.{}:443/tcp", n / 250 % 250, 1 + n % 250);
    text.parse().expect("a goal")
}

fn reported(n: usize) -> Reported {
    let members = members();
    let member = members[n % members.len()].member.as_str();
    Reported {
        goal: goal(n / 6),
        level: if n.is_multiple_of(4) {
            Level::Candidate
        } else {
            Level::Finding
        },
        evidence: entry(member),
        addresses: std::collections::BTreeSet::new(),
    }
}
