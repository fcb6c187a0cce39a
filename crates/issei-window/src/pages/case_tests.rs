//! What the page of an order says of its confirmation, and to whom it gives the form.

use issei_desk::samples::{after, awaiting, noon, view};
use issei_desk::{Ask, Reply};
use issei_model::{Approval, Language, PublicKey, Signature};
use issei_text::Text;
use issei_text::format::Zone;

use super::*;
use crate::rehearsed::{Rehearsal, orders};
use crate::rights::{Role, Visitor};
use crate::view::Colours;

fn reader(person: &str, roles: &[Role]) -> Reader {
    Reader {
        text: Text(Language::English),
        zone: Zone::Utc,
        colours: Colours::System,
        visitor: Visitor {
            person: person.parse().ok(),
            roles: roles.iter().copied().collect(),
            proven: true,
            form_token: "t".into(),
        },
        address: "/".into(),
        looks: true,
        said: None,
    }
}

fn shown(view: &OrderView, person: &str, roles: &[Role]) -> String {
    to_confirm(&reader(person, roles), view).into_string()
}

const FORM: &str = "form class=\"act\" data-confirm";

#[test]
fn between_t_and_the_moment_an_approver_gets_the_text_and_the_form() {
    let open = awaiting(after(10_000), after(5_000));
    let page = shown(&open, "counsel@isp-b", &[Role::Approver]);
    let text = maud::html! { (confirmation_text(&open.order, Language::English)) }.into_string();
    assert!(page.contains(&text), "{page}");
    assert!(page.contains(FORM) && page.contains(&format!("/orders/{}/confirm", open.id)));
    assert!(page.contains("data-until=\"2026-11-01T12:10:05"), "{page}");
    assert!(
        page.contains("ends by itself at 2026-11-01 12:10:05"),
        "{page}"
    );
    for (person, role, why) in [
        ("duty@coordinator", Role::Approver, "another approver"),
        ("analyst@isp-b", Role::Analyst, "An approver confirms it"),
    ] {
        let page = shown(&open, person, &[role]);
        assert!(!page.contains(FORM) && page.contains(why), "{page}");
    }
}

#[test]
fn before_and_after_there_is_no_form_but_what_is_the_case() {
    let open = awaiting(after(10_000), after(5_000));
    let mut confirmed = open.clone();
    confirmed.confirming.approval = Some(Box::new(Approval {
        person: "counsel@isp-b".parse().unwrap(),
        key: PublicKey([7; 32]),
        language: Language::English,
        at: after(20_000),
        signature: Signature([9; 64]),
    }));
    let early = awaiting(after(4_000), after(5_000));
    let ended = OrderView {
        stands: Stands::Ended,
        ..open.clone()
    };
    let late = awaiting(after(606_000), after(5_000));
    for (view, said) in [
        (&confirmed, "counsel@isp-b confirmed it"),
        (&early, "Once the first has fired"),
        (&ended, "nobody confirmed it"),
        (&late, "ends by itself"),
    ] {
        let page = shown(view, "counsel@isp-b", &[Role::Approver]);
        assert!(page.contains(said), "{page}");
        assert!(!page.contains(FORM), "{said}");
    }
    let needless = view(Stands::Armed, noon(), Vec::new());
    assert_eq!(shown(&needless, "counsel@isp-b", &[Role::Approver]), "");
}

#[tokio::test]
async fn a_confirmation_is_handed_in_by_an_approver_as_it_was_signed() {
    let window = Rehearsal::new(|_| Reply::Done(issei_text::Phrase::same("so it is")));
    let path = format!("/orders/{}/confirm", orders()[0].id);
    let form = format!(
        "key={}&signature={}&at=2026-11-01T12:00:09Z&language=ja",
        "ab".repeat(32),
        "cd".repeat(64)
    );
    let analyst = window.signed_in("analyst@isp-b", &[Role::Analyst]);
    assert_eq!(window.post(&path, &analyst, &form).await.status, 403);
    let approver = window.signed_in("counsel@isp-b", &[Role::Approver]);
    window.post(&path, &approver, &form).await;
    let asked = window.asked.lock().unwrap().clone();
    match asked.as_slice() {
        [Ask::Confirm { order, approval }] => {
            assert_eq!(*order, orders()[0].id);
            assert_eq!(approval.person.to_string(), "counsel@isp-b");
            assert_eq!(approval.language, Language::Japanese);
        }
        other => panic!("{other:?}"),
    }
}
