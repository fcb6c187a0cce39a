//! What pages are made of beside HTML: one style sheet, one script, one picture.
//!
//! Always: an address names its content by digest, so it may be kept for ever; nothing comes from elsewhere.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use issei_model::Digest;
use maud::{Markup, PreEscaped};
use sha2::{Digest as _, Sha256};

use crate::rights::Action;
use crate::routes::Routes;

/// The style sheet.
pub static STYLE: Asset = Asset::new("window.css", "text/css; charset=utf-8", || {
    concat!(include_str!("../assets/window.css"), "\n").to_owned() + issei_chart::STYLE
});
/// The script; every page works without it.
pub static SCRIPT: Asset = Asset::new("window.js", "text/javascript; charset=utf-8", || {
    include_str!("../assets/window.js").to_owned()
});
/// The mark, for the browser's tab.
pub static ICON: Asset = Asset::new("mark.svg", "image/svg+xml", || {
    include_str!("../assets/mark.svg").to_owned()
});

/// A file of the window's own.
pub struct Asset {
    name: &'static str,
    kind: &'static str,
    body: LazyLock<String>,
}

impl Asset {
    const fn new(name: &'static str, kind: &'static str, body: fn() -> String) -> Self {
        Self {
            name,
            kind,
            body: LazyLock::new(body),
        }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        let digest = Digest(Sha256::digest(self.body.as_bytes()).into()).to_string();
        format!("/assets/{}/{}", &digest[..12], self.name)
    }
}

/// The mark, inside a page.
pub fn mark() -> Markup {
    PreEscaped(ICON.body.clone())
}

/// Every file.
pub fn routes() -> Routes {
    Routes::default().get("/assets/{digest}/{name}", Action::ReadPublic, give)
}

async fn give(Path((digest, name)): Path<(String, String)>) -> Response {
    let all = [&STYLE, &SCRIPT, &ICON];
    let asked = format!("/assets/{digest}/{name}");
    let Some(asset) = all.into_iter().find(|asset| asset.address() == asked) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, asset.body.as_str()).into_response()
}
