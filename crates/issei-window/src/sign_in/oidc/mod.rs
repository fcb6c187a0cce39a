//! OpenID Connect: people come by an account of their organisation's provider, once they have bound it.
//!
//! In: where the provider is, a way to run errands to it, what browsers bring back. Out: an address to go to, a
//! session, an account bound, or why not. Always: an account is the pair of issuer and subject, never an address of
//! mail; one that nobody bound opens nothing; what a provider says is believed only after its ID token was judged.
//! Deliberately absent: sockets (errands are run by whoever opens the window), the provider's other tokens, its
//! sign-out. Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, 7636 (PKCE), 9207 (issuer), 9700.

mod account;
mod flow;
pub(super) mod pages;
mod provider;
#[cfg(test)]
mod provider_for_tests;
mod token;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use account::Account;
pub(super) use flow::Flows;
pub(super) use provider::Known;
use token::Wrong;

/// A provider that people may come by.
#[derive(Clone)]
pub struct Provider {
    /// What people call it; the button's label.
    pub name: String,
    /// Its issuer, letter by letter as its tokens say.
    pub issuer: String,
    /// What it calls this window.
    pub client: String,
    /// What this window shows it, unless it is a public client.
    pub secret: Option<String>,
    /// The way to it.
    pub errands: Arc<dyn Errands>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.issuer)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// A request to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Where to.
    pub url: String,
    /// A form to hand over; without one it is only asked.
    pub form: Option<String>,
    /// The header `authorization`.
    pub authorization: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; who runs the errand bounds it.
    pub body: Vec<u8>,
}

/// An errand on its way; why it failed, in words.
pub type Underway = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send>>;

/// Who runs errands: follows no redirect, and comes back within a time and a length.
pub trait Errands: Send + Sync {
    /// Runs one.
    fn run(&self, errand: Errand) -> Underway;
}

/// Why nobody comes by an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No provider is set.
    None,
    /// Another site sent the browser here.
    OtherSite,
    /// What the browser brought back cannot be read, or says something twice.
    Strange,
    /// It is not what this browser set out for, is too old, or was used.
    State,
    /// The provider that answers is another one.
    Mixed,
    /// The provider signed nobody in.
    Denied,
    /// The provider cannot be reached, or says what it must not; why.
    Provider(String),
    /// The ID token is not taken.
    Token(Wrong),
    /// Nobody bound the account.
    Unbound,
    /// The account is bound already.
    Bound,
    /// The session in which it was asked for is over, or the account is not the person's.
    Gone,
    /// The session was itself opened by an account.
    SameWay,
}

impl From<Fault> for super::No {
    fn from(fault: Fault) -> Self {
        Self::Account(fault)
    }
}

/// Writes a form (`application/x-www-form-urlencoded`), or a query.
fn form(pairs: &[(&str, &str)]) -> String {
    let escaped = crate::pages::act::escaped;
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}
