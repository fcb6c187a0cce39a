//! How a reader wants to see: language, zone, colours; and who the reader is.
//!
//! In: a request. Out: a [`Reader`]. Always: the address is the view: `lang` and `zone` in it win over what the
//! reader chose before (cookies), and that over what the browser prefers; anything unknown is ignored. Not here:
//! who a visitor is (`sign_in`).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use issei_model::Language;

use crate::rights::Visitor;
use crate::said::Said;
use issei_text::Text;
use issei_text::format::Zone;

/// A reader.
#[derive(Clone, Debug)]
pub struct Reader {
    /// What pages say.
    pub text: Text,
    /// Where the reader's clock stands.
    pub zone: Zone,
    /// The colours.
    pub colours: Colours,
    /// Who it is.
    pub visitor: Visitor,
    /// The address that was asked for, with its query; of a form that was sent, of the page that it stands on.
    pub address: String,
    /// Whether it is a look, which can be repeated; else a form was sent.
    pub looks: bool,
    /// What the office answered to the form before.
    pub said: Option<Said>,
}

/// The colours of pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// As the reader's system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Colours {
    /// As the style sheet knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one that a press of the switch leads to.
    pub const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let chosen = |name: &str| {
            asked(query, name)
                .map(str::to_owned)
                .or_else(|| cookie(&parts.headers, name))
        };
        let language = chosen("lang").and_then(|tag| language(&tag));
        let zone = chosen("zone").and_then(|name| zone(&name));
        let language = language.unwrap_or_else(|| preferred(&parts.headers));
        let colours = match chosen("colours").as_deref() {
            Some("light") => Colours::Light,
            Some("dark") => Colours::Dark,
            _ => Colours::System,
        };
        let looks = matches!(parts.method, Method::GET | Method::HEAD);
        let whole = parts.uri.path_and_query();
        let usual = match language {
            Language::English => Zone::Utc,
            Language::Japanese => Zone::Jst,
        };
        Ok(Self {
            text: Text(language),
            zone: zone.unwrap_or(usual),
            colours,
            visitor: parts.extensions.get().cloned().unwrap_or_default(),
            address: match looks {
                true => whole.map_or_else(|| "/".to_owned(), ToString::to_string),
                false => above(parts.uri.path()).to_owned(),
            },
            looks,
            said: parts.extensions.get().cloned(),
        })
    }
}

/// The page that a form stands on: ours go one level down from it.
fn above(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

fn language(tag: &str) -> Option<Language> {
    match tag {
        "en" => Some(Language::English),
        "ja" => Some(Language::Japanese),
        _ => None,
    }
}

fn zone(name: &str) -> Option<Zone> {
    match name {
        "utc" => Some(Zone::Utc),
        "jst" => Some(Zone::Jst),
        _ => None,
    }
}

/// Finds a value in a query.
fn asked<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Finds a cookie (RFC 6265, section 5.4).
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Takes the first language of the browser's list that there is; English if there is none.
pub fn preferred(headers: &HeaderMap) -> Language {
    let list = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|line| line.to_str().ok())
        .unwrap_or_default();
    let tags = list
        .split(',')
        .map(|one| one.split(';').next().unwrap_or_default().trim());
    tags.filter_map(|tag| language(tag.split('-').next().unwrap_or_default()))
        .next()
        .unwrap_or(Language::English)
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
