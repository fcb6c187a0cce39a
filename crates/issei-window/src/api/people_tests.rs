//! An operator's program invites, removes, makes and ends tokens, and nobody else's does.

use axum::http::Method;
use issei_desk::{Ask, Reply};
use serde_json::Value;

use super::*;
use crate::rehearsed::{Rehearsal, Told, request};

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

struct Program {
    window: Rehearsal,
    token: String,
}

impl Program {
    fn new(roles: &[Role]) -> Self {
        let window = Rehearsal::new(fine);
        let person = "op@coordinator".parse().unwrap();
        let door = window.window.door();
        door.invite(&person, roles, LINK_LASTS).unwrap();
        let all = roles.iter().copied().collect();
        let token = door.make_token("program", &person, all, LINK_LASTS);
        Self {
            token: token.unwrap(),
            window,
        }
    }

    async fn send(&self, method: Method, path: &str, body: &str) -> Told {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        self.window
            .send(request(method, path, &headers, body))
            .await
    }
}

fn secret(told: &Told) -> String {
    let value: Value = serde_json::from_str(&told.body).unwrap();
    value["secret"].as_str().expect("a secret").to_owned()
}

#[tokio::test]
async fn a_program_of_an_operator_invites_makes_tokens_and_ends_them() {
    let program = Program::new(&[Role::Operator]);
    let invited = program
        .send(
            Method::POST,
            "/api/v1/window/people",
            r#"{"person":"duty@isp-a","roles":["viewer"]}"#,
        )
        .await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let link = secret(&invited);
    let code = link.rsplit('/').next().unwrap();
    let door = program.window.window.door();
    assert_eq!(door.whose(code), Some("duty@isp-a".parse().unwrap()));
    let made = program
        .send(
            Method::POST,
            "/api/v1/window/tokens",
            r#"{"name":"probe","roles":["operator","analyst"],"days":7}"#,
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let token = secret(&made);
    let worth = door.by_token(&token).expect("it opens");
    assert_eq!(
        worth.roles,
        [Role::Operator].into(),
        "no more than its maker"
    );
    let again = program
        .send(
            Method::POST,
            "/api/v1/window/tokens",
            r#"{"name":"probe","roles":[],"days":7}"#,
        )
        .await;
    assert_eq!(again.status, 409);
    let listed = program.send(Method::GET, "/api/v1/window", "").await;
    assert!(listed.body.contains("duty@isp-a") && listed.body.contains("probe"));
    assert!(!listed.body.contains(&token) && !listed.body.contains(code));
    let ended = program
        .send(Method::DELETE, "/api/v1/window/tokens/probe", "")
        .await;
    assert_eq!(ended.status, 200);
    assert_eq!(door.by_token(&token), None);
    let removed = program
        .send(Method::DELETE, "/api/v1/window/people/duty@isp-a", "")
        .await;
    assert_eq!(removed.status, 200);
    assert_eq!(door.whose(code), None);
    for (path, status) in [
        ("/api/v1/window/people/duty@isp-a", 404),
        ("/api/v1/window/people/op@coordinator", 422),
        ("/api/v1/window/people/nobody", 422),
        ("/api/v1/window/tokens/probe", 404),
    ] {
        let told = program.send(Method::DELETE, path, "").await;
        assert_eq!(told.status, status, "{path}");
    }
}

#[tokio::test]
async fn what_is_wished_wrong_makes_nothing() {
    let program = Program::new(&[Role::Operator]);
    for (path, body) in [
        ("people", r#"{"person":"duty","roles":["viewer"]}"#),
        ("people", r#"{"person":"duty@isp-a","roles":["king"]}"#),
        ("tokens", r#"{"name":"Probe_1","roles":[],"days":7}"#),
        ("tokens", r#"{"name":"","roles":[],"days":7}"#),
        ("tokens", r#"{"name":"probe","roles":[],"days":0}"#),
        ("tokens", r#"{"name":"probe","roles":[],"days":366}"#),
    ] {
        let path = format!("/api/v1/window/{path}");
        let told = program.send(Method::POST, &path, body).await;
        assert_eq!(told.status, 422, "{body}: {}", told.body);
    }
    let view = program.window.window.door().view();
    assert_eq!((view.people.len(), view.tokens.len()), (1, 1));
}

#[tokio::test]
async fn a_program_of_anybody_else_is_refused() {
    let others: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Operator)
        .collect();
    let program = Program::new(&others);
    let wish = r#"{"person":"duty@isp-a","roles":["operator"]}"#;
    for (method, path) in [
        (Method::GET, "/api/v1/window"),
        (Method::POST, "/api/v1/window/people"),
        (Method::DELETE, "/api/v1/window/people/op@coordinator"),
        (Method::POST, "/api/v1/window/tokens"),
        (Method::DELETE, "/api/v1/window/tokens/program"),
    ] {
        let told = program.send(method, path, wish).await;
        assert_eq!(told.status, 403, "{path}");
    }
    assert_eq!(program.window.window.door().view().people.len(), 1);
}
