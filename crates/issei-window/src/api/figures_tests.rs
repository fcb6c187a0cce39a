//! Goals, members and checkpoints as programs read them.

use axum::http::Method;
use issei_desk::{Ask, Reply};
use serde_json::Value;

use crate::rehearsed::{Rehearsal, request};
use crate::rights::Role;

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

#[tokio::test]
async fn goals_say_what_was_reached_in_numbers_and_what_was_not_measured() {
    let window = Rehearsal::new(fine);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    let told = window.get("/api/v1/goals", &cookie).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let value: Value = serde_json::from_str(&told.body).unwrap();
    let items = value["items"].as_array().expect("items");
    let goal = |name: &str| {
        items
            .iter()
            .find(|one| one["name"] == name)
            .expect("a goal")
    };
    assert_eq!(goal("spread")["target"], 150.0);
    assert_eq!(goal("spread")["unit"], "ms");
    // The made-up office has one order in force, everywhere, signed by nobody.
    assert_eq!(goal("reached")["orders"], 1);
    assert_eq!(
        (&goal("reached")["now"], &goal("reached")["kept"]),
        (&100.0.into(), &true.into())
    );
    assert_eq!(
        (&goal("whole")["now"], &goal("whole")["kept"]),
        (&0.0.into(), &false.into())
    );
    assert_eq!(goal("to-force")["kept"], Value::Null);
    assert_eq!(
        goal("reached")["before"],
        Value::Null,
        "nothing was measured then"
    );
    let csv = window.get("/api/v1/goals?format=csv", &cookie).await;
    assert!(
        csv.body.contains("spread,ms,150.0,0.5,,true,1"),
        "{}",
        csv.body
    );
    let one = window.get("/api/v1/goals?limit=1", &cookie).await;
    let one: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!(
        (&one["total"], &one["next"]),
        (&Value::from(4), &Value::from("reached"))
    );
    let rest = window.get("/api/v1/goals?after=reached", &cookie).await;
    let rest: Value = serde_json::from_str(&rest.body).unwrap();
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn without_a_charter_members_and_checkpoints_are_not_made_up() {
    let window = Rehearsal::new(fine);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    for path in ["/api/v1/members", "/api/v1/checkpoints"] {
        assert_eq!(window.get(path, &cookie).await.status, 503, "{path}");
        let stranger = request(Method::GET, path, &[], "");
        assert_eq!(window.send(stranger).await.status, 401, "{path}");
    }
}
