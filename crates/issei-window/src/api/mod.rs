//! The API: the same office as JSON, for programs; everything that a page can do.
//!
//! In: requests under `/api/v1`. Out: views, lists by pages, problems in both languages, events. Always: it is read
//! from the same scene as the pages and changes through the same asks; a change names the state it was decided on
//! (`If-Match`), and the same change sent twice is done once (`Idempotency-Key`). Standards: RFC 9110 (entity tags),
//! RFC 9457 (problems), OpenAPI 3.1. Not here: who may (`routes`, `rights`), pages.

mod change;
mod document;
mod events;
pub mod figures;
pub mod lists;
mod once;
pub mod people;
pub mod problem;
mod read;
pub mod shapes;
pub mod standing;
pub mod why;

pub use events::Viewers;
pub use once::Once;

use crate::rights::Action;
use crate::routes::Routes;

/// Every address of the API.
pub fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/openapi.json", Action::ReadPublic, document::give)
        .get("/api/v1/status", Action::Read, read::status)
        .get("/api/v1/country", Action::Read, read::country)
        .get("/api/v1/orders", Action::Read, read::orders)
        .post("/api/v1/orders", Action::Propose, change::propose)
        .get("/api/v1/orders/{id}", Action::Read, read::order)
        .get("/api/v1/orders/{id}/strip.svg", Action::Read, read::strip)
        .get("/api/v1/orders/{id}/traffic", Action::Read, read::traffic)
        .post(
            "/api/v1/orders/{id}/approvals",
            Action::Approve,
            change::approve,
        )
        .post(
            "/api/v1/orders/{id}/confirmation",
            Action::Approve,
            change::confirm,
        )
        .post("/api/v1/orders/{id}/arm", Action::Arm, change::arm)
        .post(
            "/api/v1/orders/{id}/retract",
            Action::Propose,
            change::retract,
        )
        .post(
            "/api/v1/orders/{id}/withdraw",
            Action::Withdraw,
            change::withdraw,
        )
        .post("/api/v1/orders/{id}/harm", Action::Withdraw, change::harm)
        .post("/api/v1/orders/{id}/leave", Action::Withdraw, change::leave)
        .post(
            "/api/v1/withdraw-all",
            Action::Withdraw,
            change::withdraw_all,
        )
        .post("/api/v1/stop", Action::Withdraw, change::stop)
        .post("/api/v1/resume", Action::Withdraw, change::resume)
        .get("/api/v1/reflexes", Action::Read, standing::reflexes)
        .get("/api/v1/standing-orders", Action::Read, standing::standings)
        .post(
            "/api/v1/standing-orders",
            Action::Propose,
            standing::propose,
        )
        .get(
            "/api/v1/standing-orders/{id}",
            Action::Read,
            standing::standing,
        )
        .post(
            "/api/v1/standing-orders/{id}/approvals",
            Action::Approve,
            standing::approve,
        )
        .post(
            "/api/v1/standing-orders/{id}/withdraw",
            Action::Withdraw,
            standing::withdraw,
        )
        .post(
            "/api/v1/withdraw-all-standing-orders",
            Action::Withdraw,
            standing::withdraw_all,
        )
        .get("/api/v1/appeals", Action::ReadLines, read::appeals)
        .post("/api/v1/appeals", Action::ReadPublic, change::appeal)
        .get(
            "/api/v1/appeals/{reference}",
            Action::ReadPublic,
            read::appeal,
        )
        .post(
            "/api/v1/appeals/{reference}/answer",
            Action::HandleCase,
            change::answer_appeal,
        )
        .get("/api/v1/sensors", Action::Read, read::sensors)
        .get("/api/v1/cases", Action::Read, read::cases)
        .post("/api/v1/cases", Action::HandleCase, change::open_case)
        .get("/api/v1/cases/{case}", Action::Read, read::case)
        .post(
            "/api/v1/cases/{case}/question",
            Action::HandleCase,
            change::question,
        )
        .post(
            "/api/v1/cases/{case}/assess",
            Action::HandleCase,
            change::assess,
        )
        .post(
            "/api/v1/cases/{case}/reopen",
            Action::HandleCase,
            change::reopen,
        )
        .post(
            "/api/v1/cases/{case}/close",
            Action::HandleCase,
            change::close,
        )
        .get("/api/v1/findings", Action::ReadLines, read::findings)
        .get(
            "/api/v1/own-findings",
            Action::ReadLines,
            read::own_findings,
        )
        .get(
            "/api/v1/own-findings/{name}",
            Action::ReadLines,
            read::own_finding,
        )
        .get("/api/v1/looks", Action::ReadAudit, read::looks)
        .post(
            "/api/v1/charter/accept",
            Action::SetUp,
            change::accept_charter,
        )
        .post("/api/v1/people", Action::SetUp, change::enter_person)
        .post("/api/v1/keys/end", Action::SetUp, change::end_key)
        .post("/api/v1/reload", Action::SetUp, change::reload)
        .get("/api/v1/safeguards", Action::Read, lists::safeguards)
        .post("/api/v1/safeguards/weigh", Action::SetUp, lists::weigh)
        .post("/api/v1/safeguards/take", Action::SetUp, lists::take)
        .post("/api/v1/safeguards/let-go", Action::SetUp, lists::let_go)
        .get("/api/v1/devices", Action::Read, lists::devices)
        .get("/api/v1/goals", Action::Read, figures::goals)
        .get("/api/v1/members", Action::Read, figures::members)
        .get("/api/v1/checkpoints", Action::Read, figures::checkpoints)
        .get("/api/v1/window", Action::SetUp, people::list)
        .post("/api/v1/window/people", Action::SetUp, people::invite)
        .delete(
            "/api/v1/window/people/{person}",
            Action::SetUp,
            people::remove,
        )
        .post("/api/v1/window/tokens", Action::SetUp, people::make_token)
        .delete(
            "/api/v1/window/tokens/{name}",
            Action::SetUp,
            people::end_token,
        )
        .get("/api/v1/why", Action::Read, why::why)
        .get("/api/v1/events", Action::Read, events::stream)
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
