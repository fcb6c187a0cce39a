//! What is never cut: nothing is taken that was not shown, and nothing vanishes unread.

use issei_case::safeguards::Place;
use issei_desk::safeguards::Ends;

use super::*;
use crate::rehearsed::{Rehearsal, orders};
use crate::rights::Role;

const SEEN: Digest = Digest([3; 32]);
const GONE: Digest = Digest([4; 32]);

fn entry(place: &str) -> Entry {
    Entry {
        place: Place::Prefix(place.parse().unwrap()),
        kind: Kind::Cloud,
        reason: "a cloud".into(),
        source: "ours".into(),
    }
}

fn answers(ask: &Ask) -> Reply {
    match ask {
        Ask::Safeguards => Reply::Safeguards(Box::new(SafeguardsView {
            counting: 1_234,
            own: 12,
            vanished: vec![entry("203.0.113.9/32")],
            vanished_in_all: 3,
            letting_go: Some(GONE),
            alarm: None,
        })),
        Ask::WeighList(_) => Reply::Weighed(Box::new(Weighed {
            added: vec![entry("198.51.100.0/24")],
            added_in_all: 1,
            known: 2,
            refused: 1,
            examples: vec![(4, "no <place>".into())],
            staying: 0,
            ends: vec![Ends {
                order: orders()[0].id,
                case: "worm".into(),
                goal: orders()[0].order.goals[0].clone(),
                entry: entry("198.51.100.0/24"),
            }],
            seen: SEEN,
        })),
        Ask::TakeList { seen, .. } if *seen != SEEN => {
            Reply::Wrong(issei_text::Phrase::same("look again"))
        }
        Ask::TakeList { .. } | Ask::LetGo(_) => Reply::Done(issei_text::Phrase::same("done")),
        other => Reply::Failed(issei_text::Phrase::same(format!("{other:?}"))),
    }
}

const FORM: &str = "kind=cloud&source=ours&text=198.51.100.0%2F24%0Ano+place";

fn list() -> ListWish {
    ListWish {
        kind: Kind::Cloud,
        source: "ours".into(),
        text: "198.51.100.0/24\nno place".into(),
    }
}

#[tokio::test]
async fn what_vanished_is_shown_with_how_much_more_there_is_and_goes_by_its_digest() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("op@coordinator", &[Role::Operator]);
    let page = window.get("/set-up/safeguards", &operator.0).await;
    assert_eq!(page.status, 200);
    for shown in [
        "1,234",
        "203.0.113.9/32",
        "and 2 more",
        &GONE.to_string(),
        "a cloud",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let form = format!("digest={GONE}");
    let done = window
        .post("/set-up/safeguards/let-go", &operator, &form)
        .await;
    assert_eq!(done.status, 303);
    let asked = window.asked.lock().unwrap();
    assert_eq!(asked.last(), Some(&Ask::LetGo(GONE)));
}

#[tokio::test]
async fn a_list_is_weighed_before_it_is_taken_and_taken_as_it_was_weighed() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("op@coordinator", &[Role::Operator]);
    let shown = window
        .post("/set-up/safeguards/weigh", &operator, FORM)
        .await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    for part in [
        "198.51.100.0/24",
        "1 order ends",
        &orders()[0].id.to_string(),
        &SEEN.to_string(),
        "no &lt;place&gt;",
    ] {
        assert!(shown.body.contains(part), "{part}");
    }
    assert_eq!(
        window.asked.lock().unwrap().last(),
        Some(&Ask::WeighList(Box::new(list())))
    );
    let stale = format!("{FORM}&seen={}", Digest([9; 32]));
    let no = window
        .post("/set-up/safeguards/take", &operator, &stale)
        .await;
    assert_eq!(no.status, 422);
    let yes = window
        .post(
            "/set-up/safeguards/take",
            &operator,
            &format!("{FORM}&seen={SEEN}"),
        )
        .await;
    assert_eq!(yes.status, 303);
    let taken = Ask::TakeList {
        list: Box::new(list()),
        seen: SEEN,
    };
    assert_eq!(window.asked.lock().unwrap().last(), Some(&taken));
}

#[tokio::test]
async fn a_form_without_kind_digest_or_text_asks_the_office_nothing() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("op@coordinator", &[Role::Operator]);
    for (path, form) in [
        (
            "/set-up/safeguards/weigh",
            "kind=&source=ours&text=192.0.2.1",
        ),
        ("/set-up/safeguards/weigh", "kind=cloud&source=ours&text=+"),
        ("/set-up/safeguards/take", FORM),
        ("/set-up/safeguards/let-go", "digest=xyz"),
    ] {
        let no = window.post(path, &operator, form).await;
        assert_eq!(no.status, 422, "{path}");
    }
    let long = format!("kind=cloud&source=ours&text={}", "1".repeat(200_001));
    let no = window
        .post("/set-up/safeguards/weigh", &operator, &long)
        .await;
    assert_eq!(no.status, 422);
    assert!(window.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn who_may_only_look_is_offered_no_form() {
    let window = Rehearsal::new(answers);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    let page = window.get("/set-up/safeguards", &cookie).await;
    assert!(page.body.contains("203.0.113.9/32"));
    assert!(!page.body.contains("/set-up/safeguards/weigh"));
    assert!(!page.body.contains("/set-up/safeguards/let-go"));
}
