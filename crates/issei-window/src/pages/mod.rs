//! The pages, and which address leads to which.

pub mod act;
mod appeals;
pub mod assets;
pub mod audit;
mod case;
mod draft;
mod findings;
mod glossary;
pub mod goals;
mod looks;
pub mod measures;
mod own;
mod pictures;
mod propose;
mod public;
mod reflexes;
mod safeguards;
mod search;
pub mod sensors;
mod set_up;
mod situation;
mod standing;
pub mod steps;
mod switch;
mod unconnected;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use issei_model::Span;
use maud::{Markup, html};

pub use pictures::objection;

use crate::Window;
use crate::api::problem::Problem;
use crate::frame::{Page, Way};
use crate::rights::{Action, Role};
use crate::routes::Routes;
use crate::view::Reader;
use issei_text::Text;

/// Every page.
pub fn routes() -> Routes {
    Routes::default()
        .get("/", Action::Read, situation::page)
        .get("/cases", Action::Read, case::list)
        .post("/cases", Action::HandleCase, act::open)
        .get("/cases/{case}", Action::Read, case::by_case)
        .get("/cases/{case}/propose", Action::Propose, propose::page)
        .post("/cases/{case}/propose", Action::Propose, propose::draft)
        .post("/cases/{case}/{deed}", Action::HandleCase, act::on_case)
        .get("/orders/{id}", Action::Read, case::by_order)
        .post("/orders/{id}/approve", Action::Approve, act::approve)
        .post("/orders/{id}/confirm", Action::Approve, act::confirm)
        .post("/orders/{id}/arm", Action::Arm, act::arm)
        .post("/orders/{id}/retract", Action::Propose, act::retract)
        .post("/orders/{id}/withdraw", Action::Withdraw, act::withdraw)
        .post("/orders/{id}/harm", Action::Withdraw, act::harm)
        .post("/orders/{id}/leave", Action::Withdraw, act::leave)
        .get("/reflexes", Action::Read, reflexes::page)
        .get("/reflexes/propose", Action::Propose, draft::page)
        .post("/reflexes/propose", Action::Propose, draft::draft)
        .post(
            "/reflexes/withdraw-all",
            Action::Withdraw,
            standing::withdraw_all,
        )
        .get("/reflexes/{id}", Action::Read, standing::page)
        .post("/reflexes/{id}/approve", Action::Approve, standing::approve)
        .post(
            "/reflexes/{id}/withdraw",
            Action::Withdraw,
            standing::withdraw,
        )
        .get("/lift", Action::Read, act::lift_page)
        .post("/lift", Action::Withdraw, act::lift)
        .post("/resume", Action::Withdraw, act::resume)
        .get("/findings", Action::ReadLines, findings::page)
        .get("/findings/{name}", Action::ReadLines, own::one)
        .get("/notices", Action::Read, unconnected::notices)
        .get("/sensors", Action::Read, sensors::page)
        .get("/audit", Action::Read, audit::page)
        .get("/audit/looks", Action::ReadAudit, looks::page)
        .get("/goals", Action::Read, goals::page)
        .get("/set-up", Action::Read, set_up::page)
        .post("/set-up/charter", Action::SetUp, set_up::accept)
        .post("/set-up/reload", Action::SetUp, set_up::reload)
        .get("/set-up/safeguards", Action::Read, safeguards::page)
        .post("/set-up/safeguards/weigh", Action::SetUp, safeguards::weigh)
        .post("/set-up/safeguards/take", Action::SetUp, safeguards::take)
        .post(
            "/set-up/safeguards/let-go",
            Action::SetUp,
            safeguards::let_go,
        )
        .get("/search", Action::Read, search::page)
        .get("/glossary", Action::ReadPublic, glossary::page)
        .get("/public", Action::ReadPublic, public::page)
        .get("/public/appeals", Action::ReadPublic, appeals::answer_of)
        .post("/public/appeals", Action::ReadPublic, appeals::file)
        .get("/appeals", Action::ReadLines, appeals::list)
        .post("/appeals/{reference}", Action::HandleCase, appeals::answer)
        .post("/view", Action::ReadPublic, switch::switch)
        .and(assets::routes())
}

/// Names a role of this window.
pub fn role_name(text: Text, role: Role) -> String {
    text.say(match role {
        Role::Viewer => "role-viewer",
        Role::Analyst => "role-analyst",
        Role::AbuseDesk => "role-abuse-desk",
        Role::Approver => "role-of-approver",
        Role::Operator => "role-operator",
        Role::Auditor => "role-auditor",
    })
}

/// Says why there is nothing to see, and what to do.
pub fn lacking(why: &str, next: &str) -> Markup {
    html! { div.lacking { p { (why) } p.note { (next) } } }
}

/// Says where the same stands for programs: an address of the API, which may have a query.
pub fn forms(address: &str) -> Markup {
    let joint = if address.contains('?') { '&' } else { '?' };
    html! { p.forms {
        a href={ (address) (joint) "format=csv" } { "CSV" } " · "
        a href=(address) { "JSON" }
    } }
}

/// There is no such page.
pub async fn not_found(reader: Reader, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Problem::unknown().into_response();
    }
    let Some(window) = request.extensions().get::<Arc<Window>>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = reader.text;
    // Who has not signed in is not told what is in force.
    let scene = match reader.visitor.person {
        Some(_) => window.scene.look(Span::from_secs(1)).await,
        None => Arc::default(),
    };
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Aside,
        title: text.say("not-found"),
    };
    let content =
        html! { h1 { (text.say("not-found")) } p { a href="/" { (text.say("way-situation")) } } };
    page.answer_as(StatusCode::NOT_FOUND, &content)
}
