//! The switches of language, zone and colours.

use axum::Form;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// A switch that was pressed.
#[derive(Deserialize)]
pub struct Switched {
    name: String,
    value: String,
    back: String,
}

/// Keeps the choice in a cookie for a year, and leads back.
pub async fn switch(Form(switched): Form<Switched>) -> Response {
    let Switched { name, value, back } = switched;
    let known = match name.as_str() {
        "lang" => ["en", "ja"].as_slice(),
        "zone" => &["utc", "jst"],
        "colours" => &["system", "light", "dark"],
        _ => &[],
    };
    let mut answer = Redirect::to(&within(&back, &name)).into_response();
    if known.contains(&value.as_str()) {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Strict");
        let cookie = HeaderValue::from_str(&cookie).expect("words of our own");
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

/// Keeps to our own pages, and drops from the address what is chosen now.
fn within(back: &str, name: &str) -> String {
    let plain = back
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if !plain || !back.starts_with('/') || back.starts_with("//") {
        return "/".into();
    }
    let Some((path, query)) = back.split_once('?') else {
        return back.into();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| pair.split('=').next() != Some(name))
        .collect();
    match kept.is_empty() {
        true => path.into(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

#[cfg(test)]
#[path = "switch_tests.rs"]
mod tests;
