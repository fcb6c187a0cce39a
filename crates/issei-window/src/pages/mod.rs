//! The pages, and which address leads to which.

mod act;
pub mod assets;
mod audit;
mod case;
mod findings;
mod goals;
pub mod measures;
mod pictures;
mod propose;
mod public;
mod search;
mod set_up;
mod situation;
pub mod steps;
mod switch;
mod unconnected;

use maud::{Markup, html};

pub use pictures::objection;

use crate::rights::Action;
use crate::routes::Routes;

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
        .post("/orders/{id}/arm", Action::Arm, act::arm)
        .post("/orders/{id}/retract", Action::Propose, act::retract)
        .post("/orders/{id}/withdraw", Action::Withdraw, act::withdraw)
        .post("/orders/{id}/harm", Action::Withdraw, act::harm)
        .post("/orders/{id}/leave", Action::Withdraw, act::leave)
        .get("/lift", Action::Read, act::lift_page)
        .post("/lift", Action::Withdraw, act::lift)
        .post("/resume", Action::Withdraw, act::resume)
        .get("/findings", Action::ReadLines, findings::page)
        .get("/notices", Action::Read, unconnected::notices)
        .get("/sensors", Action::Read, unconnected::sensors)
        .get("/audit", Action::Read, audit::page)
        .get("/goals", Action::Read, goals::page)
        .get("/set-up", Action::Read, set_up::page)
        .post("/set-up/charter", Action::SetUp, set_up::accept)
        .post("/set-up/reload", Action::SetUp, set_up::reload)
        .get("/search", Action::Read, search::page)
        .get("/public", Action::ReadPublic, public::page)
        .post("/view", Action::ReadPublic, switch::switch)
        .and(assets::routes())
}

/// Says why there is nothing to see, and what to do.
pub fn lacking(why: &str, next: &str) -> Markup {
    html! { div.lacking { p { (why) } p.note { (next) } } }
}
