//! The pages, and which address leads to which.

pub mod assets;
mod situation;

use crate::rights::Action;
use crate::routes::Routes;

/// Every page.
pub fn routes() -> Routes {
    Routes::default()
        .get("/", Action::Read, situation::page)
        .and(assets::routes())
}
