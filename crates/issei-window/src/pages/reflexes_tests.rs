//! The page of reflexes says what acts, without a line, and where nothing does why, and what to do.

use issei_desk::samples::{after, reflexes, standing};
use issei_desk::{Ask, Reply};

use super::*;
use crate::rehearsed::{Rehearsal, standings as made_up};
use crate::rights::Role;

fn acts_now(ask: &Ask) -> Reply {
    match ask {
        Ask::Reflexes => Reply::Reflexes(Box::new(reflexes(after(6_000)))),
        _ => Reply::Done(issei_text::Phrase::same("so it is")),
    }
}

/// The page as somebody with these roles sees it.
async fn shown(window: &Rehearsal, roles: &[Role], language: &str) -> String {
    let (cookie, _) = window.signed_in("desk@isp-a", roles);
    let told = window
        .get(&format!("/reflexes?lang={language}"), &cookie)
        .await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.body
}

#[tokio::test]
async fn what_acts_is_shown_with_its_end_its_standing_order_and_what_was_refused() {
    let window = Rehearsal::member(acts_now);
    let page = shown(&window, &[Role::Viewer], "en").await;
    let [ready, draft] = made_up();
    for part in [
        "packets to 198.51.100.9:80/udp are limited to 100 a second",
        "after 0.02 s",
        "datetime=\"2026-11-01T12:04:06",
        "Told to the ledger in 2 batches.",
        "1 activation is still to be told.",
        "as many began within the hour",
        "limit floods to 100 packets/s in 2 prefixes",
        "5 min each; 20 at once, 60 an hour",
        "noc@isp-a",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for view in [&ready, &draft] {
        assert!(page.contains(&format!("href=\"/reflexes/{}\"", view.id)));
    }
    let drafts_first = page.find("drop forged sources") < page.find("limit floods to");
    assert!(drafts_first, "{page}");
    let japanese = shown(&window, &[Role::Viewer], "ja").await;
    assert!(japanese.contains("毎秒 100 パケットに制限"), "{japanese}");
}

#[tokio::test]
async fn a_coordinator_says_what_its_office_says_of_reflexes() {
    let window = Rehearsal::new(|_| Reply::Done(issei_text::Phrase::same("so it is")));
    for (language, said) in [
        ("en", "a member&#39;s office"),
        ("ja", "参加事業者の事務局"),
    ] {
        let page = shown(&window, &[Role::Operator], language).await;
        let said = said.replace("&#39;", "'");
        assert!(page.contains(&said), "{page}");
        assert!(
            !page.contains("/reflexes/propose"),
            "a member drafts its own"
        );
        assert!(page.contains("/reflexes/withdraw-all"), "{page}");
    }
}

#[tokio::test]
async fn where_there_is_nothing_the_page_says_why_and_what_to_do() {
    let nothing = |ask: &Ask| match ask {
        Ask::Standings => Reply::Standings(Vec::new()),
        Ask::Reflexes => {
            let mut view = reflexes(after(6_000));
            (view.acting, view.refused) = Default::default();
            (view.current, view.stopped) = (false, true);
            Reply::Reflexes(Box::new(view))
        }
        _ => Reply::Done(issei_text::Phrase::same("so it is")),
    };
    let window = Rehearsal::member(nothing);
    let page = shown(&window, &[Role::Operator], "en").await;
    for part in [
        "Nothing acts.",
        "Reflexes are stopped here",
        "not read to its end",
        "There is no standing order and no draft of one.",
        "issei reflex propose",
        "href=\"/reflexes/propose\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("/reflexes/withdraw-all"), "nothing to end");
}

#[test]
fn nothing_acts_for_a_reason() {
    let scene = |stands| {
        let view = standing(stands, after(6_000));
        Scene {
            standings: [(view.id, Arc::new(view))].into(),
            ..Scene::default()
        }
    };
    let mut view = reflexes(after(6_000));
    let why = |stands, view: &ReflexesView| why_nothing(&scene(stands), view);
    assert_eq!(why(StandsOn::Ready, &view), "reflexes-nothing-seen");
    assert_eq!(why(StandsOn::Draft, &view), "reflexes-nothing-ready");
    view.stopped = true;
    assert_eq!(why(StandsOn::Ready, &view), "reflexes-nothing-stopped");
}

#[tokio::test]
async fn an_office_that_is_gone_is_not_said_to_have_no_standing_orders() {
    let window = Rehearsal::member(acts_now);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::Viewer]);
    window.office_ends();
    window.pass(Span::from_secs(10));
    let page = window.get("/reflexes?lang=en", &cookie).await.body;
    assert!(!page.contains("There is no standing order"), "{page}");
    assert!(page.contains("The office does not answer"), "{page}");
}

#[tokio::test]
async fn who_may_end_and_who_may_draft_are_given_the_ways() {
    let window = Rehearsal::member(acts_now);
    for (role, ends, drafts) in [
        (Role::Viewer, false, false),
        (Role::Analyst, false, true),
        (Role::Approver, true, false),
        (Role::Operator, true, true),
    ] {
        let page = shown(&window, &[role], "en").await;
        assert_eq!(page.contains("/reflexes/withdraw-all"), ends, "{role:?}");
        assert_eq!(page.contains("/reflexes/propose"), drafts, "{role:?}");
    }
}

#[tokio::test]
async fn pages_of_standing_orders_have_their_headings_in_order_and_their_tables_named() {
    let window = Rehearsal::member(acts_now);
    let (cookie, _) = window.signed_in("desk@isp-a", &Role::ALL);
    let [ready, draft] = made_up();
    for path in [
        "/reflexes".to_owned(),
        format!("/reflexes/{}", ready.id),
        format!("/reflexes/{}", draft.id),
        "/reflexes/propose".into(),
        "/reflexes/propose?ground=A2".into(),
    ] {
        let page = window.get(&path, &cookie).await.body;
        let main = page.split_once("<main").unwrap().1;
        let main = main.split_once("</main>").unwrap().0;
        let levels = main
            .match_indices("<h")
            .filter_map(|(at, _)| main[at + 2..].chars().next());
        let levels: Vec<u32> = levels.filter_map(|digit| digit.to_digit(10)).collect();
        assert_eq!(
            levels.iter().filter(|level| **level == 1).count(),
            1,
            "{path}"
        );
        assert_eq!(levels[0], 1, "{path}");
        assert!(
            levels.windows(2).all(|two| two[1] <= two[0] + 1),
            "{path}: {levels:?}"
        );
        let tables = main.matches("<table").count();
        assert_eq!(main.matches("<caption").count(), tables, "{path}");
        assert_eq!(
            main.matches("<th ").count(),
            main.matches("scope=\"").count(),
            "{path}"
        );
        assert!(!main.contains("<th>"), "{path}");
    }
}

#[tokio::test]
async fn a_standing_order_is_found_by_the_beginning_of_its_name_and_by_its_prefixes() {
    let window = Rehearsal::member(acts_now);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::Viewer]);
    let [ready, draft] = made_up();
    let name = ready.id.to_string();
    let told = window
        .get(&format!("/search?q={}", &name[..12]), &cookie)
        .await;
    assert_eq!(
        told.headers["location"],
        format!("/reflexes/{name}").as_str()
    );
    let both = window.get("/search?q=203.0.113", &cookie).await.body;
    for view in [&ready, &draft] {
        assert!(both.contains(&format!("/reflexes/{}", view.id)), "{both}");
    }
}

#[tokio::test]
async fn lifting_all_names_the_rules_of_reflexes_too() {
    let window = Rehearsal::member(acts_now);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::Operator]);
    let page = window.get("/lift?lang=en", &cookie).await.body;
    assert!(page.contains("1 rule of a reflex acts"), "{page}");
}
