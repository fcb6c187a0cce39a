//! A country of real offices over real TLS, from a finding to the end of a cut.

use issei_desk::traffic::{Exchange, TrafficView};
use issei_host::clock;
use issei_model::{Approval, Digest, Ending, Objection, Observed, Order, OrderId, Span};

use super::charter::Charter;
use super::control::{Ask, BROKEN_GATE, MemberView, OrderView, Reply, Stands};
use super::country::{Country, ask, done, status, until};
use super::own_list::{self, tests::guarding_goal};
use super::rehearsed::{self, People, drafted};
use crate::office;
use crate::traffic::Folder;

async fn country(place: &Folder, members: usize) -> Country {
    rehearsed::country(place.path(), members, None)
        .await
        .unwrap()
}

/// Takes an order to force at every member.
async fn cut(country: &Country, lasts: Span) -> OrderId {
    let order = drafted(country, 0, lasts).await.unwrap();
    People::two().approve(country, order).await.unwrap();
    for (name, _) in &country.members {
        let acting = async || Ok(acts(country, name.as_str(), order).await);
        until(&format!("{name} cuts"), acting).await.unwrap();
    }
    order
}

async fn gone(country: &Country, members: &[&str], order: OrderId) {
    for member in members {
        let gone = async || Ok(!acts(country, member, order).await);
        until(&format!("{member} stops cutting"), gone)
            .await
            .unwrap();
    }
}

async fn view(country: &Country, member: &str, order: OrderId) -> Option<OrderView> {
    match ask(country.member(member), Ask::Order(order))
        .await
        .unwrap()
    {
        Reply::Order(view) => Some(*view),
        _ => None,
    }
}

async fn acts(country: &Country, member: &str, order: OrderId) -> bool {
    let view = view(country, member, order).await;
    view.is_some_and(|view| view.members.iter().any(|one| one.effect.is_some()))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_cut_begins_everywhere_and_ends_by_itself() {
    runtime().block_on(async {
        let place = Folder::new("whole-life");
        let country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(20)).await;
        gone(&country, &["isp-00", "isp-01", "isp-02"], order).await;
        country.end().await;
    });
}

/// Shows a member's office exchanges of so many lines with an order's goal, a second and a half ago.
async fn shows(country: &Country, member: &str, order: OrderId, lines: u64) {
    let view = view(country, member, order).await.unwrap();
    let at = clock::now() - Span::from_millis(1_500);
    let exchange = |line| Exchange {
        goal: view.order.goals[0].clone(),
        line,
        at,
        asked: 3,
        answered: 2,
    };
    let seen = (0..lines).map(exchange).collect();
    let folder = country.member(member);
    assert!(matches!(
        ask(folder, Ask::Goals).await.unwrap(),
        Reply::Goals(goals) if goals == view.order.goals
    ));
    done(ask(folder, Ask::Exchanges(seen)).await.unwrap()).unwrap();
}

async fn traffic(folder: &office::folder::Folder, order: OrderId) -> TrafficView {
    match ask(folder, Ask::Traffic(order)).await.unwrap() {
        Reply::Traffic(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_member_sees_traffic_by_line_and_tells_sums_of_many_lines_only() {
    runtime().block_on(async {
        let place = Folder::new("passing");
        let country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        shows(&country, "isp-02", order, 4).await;
        // Every look would tell of seconds that are over; so many have passed that it would have by now.
        let then = clock::now() + Span::from_secs(4);
        let looked = async || {
            ask(country.member("isp-02"), Ask::Goals).await?;
            Ok(clock::now() > then)
        };
        until("it would have told", looked).await.unwrap();
        shows(&country, "isp-01", order, 5).await;
        let told = async || {
            Ok(!traffic(&country.coordinator, order)
                .await
                .members
                .is_empty())
        };
        until("the coordinator hears of it", told).await.unwrap();
        let seen = traffic(&country.coordinator, order).await;
        let [member] = seen.members.as_slice() else {
            panic!("{seen:?}");
        };
        assert_eq!(member.member.as_str(), "isp-01");
        let sums: Vec<(u64, u64)> = member
            .seconds
            .iter()
            .map(|one| (one.asked, one.answered))
            .collect();
        assert_eq!(sums, [(15, 10)]);
        assert!(member.lines.is_empty(), "lines stay at the member");
        for (name, lines) in [("isp-01", 5), ("isp-02", 4)] {
            let own = traffic(country.member(name), order).await;
            assert_eq!(own.members[0].lines.len(), lines);
        }
        country.end().await;
    });
}

#[test]
fn a_withdrawal_lifts_everywhere_and_a_stop_lifts_at_one_member() {
    runtime().block_on(async {
        let place = Folder::new("withdrawn");
        let country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        done(ask(country.member("isp-02"), Ask::Stop).await.unwrap()).unwrap();
        assert!(!acts(&country, "isp-02", order).await);
        assert!(acts(&country, "isp-01", order).await);
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        gone(&country, &["isp-00", "isp-01"], order).await;
        country.end().await;
    });
}

#[test]
fn a_member_that_leaves_does_not_come_back_and_the_others_go_on() {
    runtime().block_on(async {
        let place = Folder::new("leaves");
        let country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        let why = Objection::Customer;
        done(
            ask(country.member("isp-01"), Ask::Leave { order, why })
                .await
                .unwrap(),
        )
        .unwrap();
        assert!(!acts(&country, "isp-01", order).await);
        let left = |one: &MemberView| {
            one.member.as_str() == "isp-01" && one.observed == Some(Observed::Refused(why))
        };
        let told = async || match country.ask(Ask::Order(order)).await? {
            Reply::Order(view) => {
                assert_eq!(view.stands, Stands::Armed);
                Ok(view.members.iter().any(left))
            }
            other => panic!("{other:?}"),
        };
        until("the coordinator hears of it", told).await.unwrap();
        assert!(acts(&country, "isp-00", order).await);
        country.end().await;
    });
}

#[test]
fn a_member_from_a_backup_comes_up_stopped_and_out_of_its_orders() {
    runtime().block_on(async {
        let place = Folder::new("backup");
        let mut country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        let folder = country.member("isp-02").clone();
        country.kill(&folder).await.unwrap();
        super::member::restore(&folder).await.unwrap();
        country.start(&folder).await.unwrap();
        assert!(status(&folder).await.unwrap().stopped);
        gone(&country, &["isp-02"], order).await;
        done(ask(&folder, Ask::Resume).await.unwrap()).unwrap();
        let current = async || Ok(status(&folder).await?.current);
        until("it has read the log", current).await.unwrap();
        let view = view(&country, "isp-02", order).await.unwrap();
        assert_eq!(view.stands, Stands::Refused);
        assert!(view.members.iter().all(|one| one.effect.is_none()));
        country.end().await;
    });
}

#[test]
fn a_restart_of_everybody_keeps_what_is_in_force_and_its_end() {
    runtime().block_on(async {
        let place = Folder::new("restart");
        let mut country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        let members = country.members.iter().map(|(_, folder)| folder.clone());
        let everybody: Vec<_> = members.chain([country.coordinator.clone()]).collect();
        for folder in &everybody {
            country.kill(folder).await.unwrap();
        }
        for folder in everybody.iter().rev() {
            country.start(folder).await.unwrap();
        }
        for (name, folder) in &country.members {
            let current = async || Ok(status(folder).await?.current);
            until("it has read the log", current).await.unwrap();
            assert!(acts(&country, name.as_str(), order).await, "{name}");
        }
        let reason = Ending::ByPerson;
        done(country.ask(Ask::Withdraw { order, reason }).await.unwrap()).unwrap();
        gone(&country, &["isp-00", "isp-01", "isp-02"], order).await;
        country.end().await;
    });
}

#[test]
fn a_held_order_waits_for_a_person_also_after_the_coordinators_restart() {
    runtime().block_on(async {
        let place = Folder::new("held");
        let mut country = country(&place, 2).await;
        let lasts = Span::from_secs(600);
        rehearsed::report(&country, 0, clock::now()).await.unwrap();
        rehearsed::measured(&country, "held", 0).await.unwrap();
        let mut wish = rehearsed::wish("held", lasts).unwrap();
        wish.hold = true;
        let order = rehearsed::proposed(&country, wish).await.unwrap();
        let folder = country.coordinator.clone();
        country.kill(&folder).await.unwrap();
        country.start(&folder).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let stands = async || match country.ask(Ask::Order(order)).await.unwrap() {
            Reply::Order(view) => view.stands,
            other => panic!("{other:?}"),
        };
        assert_eq!(stands().await, Stands::Held);
        done(country.ask(Ask::Arm(order)).await.unwrap()).unwrap();
        for member in ["isp-00", "isp-01"] {
            let acting = async || Ok(acts(&country, member, order).await);
            until("it is cut after a person let it go", acting)
                .await
                .unwrap();
        }
        country.end().await;
    });
}

/// A forbid that errs on every order: the product overflows.
const ERRING: &[u8] = b"forbid (principal, action, resource)
    when { context.order.proposed_at * 9223372036854775807 > 0 };";

/// Gives an office a pack of its own that breaks the engine.
async fn break_pack(folder: &office::folder::Folder) {
    folder
        .write(&folder.root().join("own.cedar"), ERRING)
        .unwrap();
    let settings = folder.root().join("settings.toml");
    let text = String::from_utf8(folder.read(&settings).unwrap()).unwrap();
    let text = format!("own_pack = \"own.cedar\"\n{text}");
    folder.write(&settings, text.as_bytes()).unwrap();
    done(ask(folder, Ask::Reload).await.unwrap()).unwrap();
}

async fn alarms(folder: &office::folder::Folder) -> u64 {
    let counts = status(folder).await.unwrap().counts;
    counts.get(BROKEN_GATE).copied().unwrap_or(0)
}

#[test]
fn an_engine_that_breaks_is_a_no_and_an_alarm_wherever_it_breaks() {
    runtime().block_on(async {
        let place = Folder::new("alarm");
        let country = country(&place, 2).await;
        let (lasts, member) = (Span::from_secs(600), country.member("isp-01"));
        break_pack(member).await;
        let order = drafted(&country, 0, lasts).await.unwrap();
        People::two().approve(&country, order).await.unwrap();
        let refused = async || {
            let view = view(&country, "isp-01", order).await;
            Ok(view.is_some_and(|view| view.refusal.is_some()))
        };
        until("the member says no", refused).await.unwrap();
        let said = view(&country, "isp-01", order).await.unwrap().refusal;
        assert!(said.is_some_and(|said| said.alarm && said.rule == "engine"));
        assert_eq!(alarms(member).await, 1);
        assert_eq!(alarms(&country.coordinator).await, 0);
        rehearsed::report(&country, 1, clock::now()).await.unwrap();
        rehearsed::measured(&country, "broken", 1).await.unwrap();
        break_pack(&country.coordinator).await;
        let wish = rehearsed::wish("broken", lasts).unwrap();
        let asked = Ask::Propose(Box::new(wish));
        assert_eq!(no(country.ask(asked).await.unwrap()), "engine");
        assert_eq!(alarms(&country.coordinator).await, 1);
        country.end().await;
    });
}

/// What a rule said no to.
fn no(reply: Reply) -> String {
    match reply {
        Reply::Refused(said) => said.rule,
        other => panic!("{other:?}"),
    }
}

/// Proposes in a case, and names the order that the draft follows.
async fn renewal(country: &Country, case: &str) -> Option<OrderId> {
    let wish = rehearsed::wish(case, Span::from_secs(600)).unwrap();
    let order = rehearsed::proposed(country, wish).await.unwrap();
    match country.ask(Ask::Order(order)).await.unwrap() {
        Reply::Order(view) => view.order.renews,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cut_is_renewed_only_with_fresh_evidence_whichever_case_asks_for_it() {
    runtime().block_on(async {
        let place = Folder::new("renewed");
        let mut country = country(&place, 2).await;
        let first = cut(&country, Span::from_secs(600)).await;
        let reopened = "rehearsal-0".to_owned();
        done(
            country
                .ask(Ask::CaseReopen(reopened.clone()))
                .await
                .unwrap(),
        )
        .unwrap();
        rehearsed::assessed(&country, reopened.clone())
            .await
            .unwrap();
        rehearsed::measured(&country, "another", 0).await.unwrap();
        let folder = country.coordinator.clone();
        country.kill(&folder).await.unwrap();
        country.start(&folder).await.unwrap();
        for case in [reopened.as_str(), "another"] {
            let wish = rehearsed::wish(case, Span::from_secs(600)).unwrap();
            let asked = country.ask(Ask::Propose(Box::new(wish))).await;
            assert_eq!(no(asked.unwrap()), "no-fresh-evidence", "{case}");
        }
        rehearsed::report(&country, 0, clock::now()).await.unwrap();
        for case in [reopened.as_str(), "another"] {
            rehearsed::measured(&country, case, 0).await.unwrap();
            assert_eq!(renewal(&country, case).await, Some(first), "{case}");
        }
        let reviews = async || status(&country.coordinator).await.unwrap().reviews;
        let of_first = reviews().await;
        assert_eq!(of_first.len(), 1, "{of_first:?}");
        assert_eq!(
            (of_first[0].order, of_first[0].ground.as_str()),
            (first, "X1")
        );
        let shown = view(&country, "isp-00", first).await.unwrap().order;
        let days = Span::from_secs(168 * 3_600);
        assert_eq!(of_first[0].by, shown.proposed_at + days, "as its row says");
        let (case, why) = (reopened, issei_case::Closing::Ended);
        done(country.ask(Ask::CaseClose { case, why }).await.unwrap()).unwrap();
        assert_eq!(reviews().await, [], "who closes the case has looked again");
        country.end().await;
    });
}

#[test]
fn what_becomes_safeguarded_at_a_member_is_lifted_there_and_at_the_coordinator_everywhere() {
    runtime().block_on(async {
        let place = Folder::new("safeguarded");
        let country = country(&place, 3).await;
        let order = cut(&country, Span::from_secs(600)).await;
        let goal = view(&country, "isp-00", order).await.unwrap().order.goals[0].clone();
        // Nobody asks for it: the file is looked at.
        let protect = |folder: &office::folder::Folder| {
            folder
                .write(&own_list::path(folder), &guarding_goal(&goal))
                .unwrap();
        };
        protect(country.member("isp-02"));
        gone(&country, &["isp-02"], order).await;
        assert!(acts(&country, "isp-01", order).await);
        protect(&country.coordinator);
        gone(&country, &["isp-00", "isp-01"], order).await;
        country.end().await;
    });
}

#[test]
fn a_charter_of_another_country_is_not_accepted() {
    runtime().block_on(async {
        let place = Folder::new("another-country");
        let country = country(&place, 2).await;
        let folder = country.member("isp-00");
        let pinned = Charter::parse(&folder.read(&folder.charter()).unwrap()).unwrap();
        let other = Charter {
            coordinator: "usurper".parse().unwrap(),
            ..pinned.clone()
        };
        folder
            .write(&folder.offered_charter(), &other.canonical())
            .unwrap();
        for digest in [other.digest(), Digest([1; 32])] {
            let reply = ask(folder, Ask::AcceptCharter(digest)).await.unwrap();
            assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
        }
        // One that is offered rightly is pinned by its own digest, by no other.
        let mut newer = pinned.clone();
        newer.approvals += 1;
        folder
            .write(&folder.offered_charter(), &newer.canonical())
            .unwrap();
        let wrong = Ask::AcceptCharter(pinned.digest());
        let reply = ask(folder, wrong).await.unwrap();
        assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
        assert_eq!(status(folder).await.unwrap().charter, pinned.digest());
        country.end().await;
    });
}

#[test]
fn an_approval_of_another_organisations_person_is_refused() {
    runtime().block_on(async {
        let place = Folder::new("scope");
        let country = country(&place, 3).await;
        let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
        let shown = view(&country, "isp-02", order).await.unwrap();
        let approval = People::two().signed(0, &shown.order);
        let reply = ask(country.member("isp-02"), Ask::Approve { order, approval })
            .await
            .unwrap();
        assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
        let counts = status(&country.coordinator).await.unwrap().counts;
        assert_eq!(counts["approval of another organisation's person"], 1);
        country.end().await;
    });
}

/// Takes an order to force at every member that must be confirmed within the least time there is.
async fn cut_to_confirm(country: &Country, number: usize) -> OrderView {
    let case = format!("to-confirm-{number}");
    rehearsed::report(country, number, clock::now())
        .await
        .unwrap();
    rehearsed::measured(country, &case, number).await.unwrap();
    let mut wish = rehearsed::wish(&case, Span::from_secs(600)).unwrap();
    wish.confirm_within = Some(Order::LEAST_CONFIRM);
    let order = rehearsed::proposed(country, wish).await.unwrap();
    People::two().approve(country, order).await.unwrap();
    for (name, _) in &country.members {
        let acting = async || Ok(acts(country, name.as_str(), order).await);
        until(&format!("{name} cuts"), acting).await.unwrap();
    }
    view(country, "isp-00", order).await.unwrap()
}

async fn knows_who_confirmed(country: &Country, member: &str, order: OrderId, by: &Approval) {
    let knows = async || {
        let view = view(country, member, order).await.unwrap();
        Ok(view.confirming.approval.as_deref() == Some(by))
    };
    until(&format!("{member} knows who confirmed"), knows)
        .await
        .unwrap();
}

/// Takes a minute: nobody may be given less to confirm an order.
#[test]
fn what_an_approver_confirms_goes_on_and_the_rest_ends_by_itself_without_the_coordinator() {
    runtime().block_on(async {
        let place = Folder::new("confirm-within");
        let mut country = country(&place, 3).await;
        let confirmed = cut_to_confirm(&country, 0).await;
        let left_alone = cut_to_confirm(&country, 1).await;
        let by = left_alone.awaits().unwrap();
        assert!(confirmed.awaits().unwrap() < by && by < clock::now() + Order::LEAST_CONFIRM);
        let order = confirmed.id;
        let people = People::two();
        let approval = people.confirmed(1, &confirmed.order);
        let ask_at = |member: &str, approval| {
            let ask_it = Ask::Confirm { order, approval };
            let folder = country.member(member).clone();
            async move { ask(&folder, ask_it).await.unwrap() }
        };
        let elsewhere = ask_at("isp-02", approval.clone()).await;
        assert!(matches!(elsewhere, Reply::Wrong(_)), "{elsewhere:?}");
        let an_approval = people.signed(1, &confirmed.order);
        let refused = ask_at("isp-01", an_approval).await;
        assert!(matches!(refused, Reply::Refused(_)), "{refused:?}");
        let taken = ask_at("isp-01", approval.clone()).await;
        assert!(matches!(taken, Reply::Done(_)), "{taken:?}");
        let members = ["isp-00", "isp-01", "isp-02"];
        for member in members {
            knows_who_confirmed(&country, member, order, &approval).await;
        }
        // What a member read it remembers, and nobody has to be there at the moment.
        let restarted = country.member("isp-02").clone();
        country.kill(&restarted).await.unwrap();
        country.start(&restarted).await.unwrap();
        let current = async || Ok(status(&restarted).await?.current);
        until("isp-02 has read the log again", current)
            .await
            .unwrap();
        knows_who_confirmed(&country, "isp-02", order, &approval).await;
        let coordinator = country.coordinator.clone();
        country.kill(&coordinator).await.unwrap();
        let left = by.since(clock::now()).as_micros() / 1_000 - 500;
        let left = u64::try_from(left).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(left)).await;
        for member in members {
            assert!(
                acts(&country, member, left_alone.id).await,
                "{member}: too early"
            );
        }
        gone(&country, &members, left_alone.id).await;
        let late = clock::now().since(by);
        assert!(late < Span::from_secs(5), "{late} after the moment");
        for member in members {
            assert!(acts(&country, member, order).await, "{member} goes on");
            let ended = view(&country, member, left_alone.id).await.unwrap();
            assert_eq!(
                (ended.stands, ended.confirming.approval),
                (Stands::Ended, None)
            );
            let view = view(&country, member, order).await.unwrap();
            assert_eq!(view.ends(), confirmed.order.expires_at, "{member}");
        }
        country.end().await;
    });
}
