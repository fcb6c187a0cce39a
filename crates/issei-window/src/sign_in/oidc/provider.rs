//! What is known of a provider: where its ends are and its keys, asked for when needed and kept for a while.
//!
//! In: answers to errands, the time. Out: the address that a browser goes to; a code turned into a judged subject.
//! Always: what it says of itself names the very issuer that was set (Discovery, section 4.3); its ends are as well
//! protected as the issuer; keys are asked for anew once an hour, for an unknown one at most once a minute; after a
//! failure nobody asks for ten seconds, so that strangers cannot make us knock. Not here: sockets, who it is for.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issei_model::{Span, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::flow::{Back, Begun};
use super::token::{self, Expected, Keys, Wrong};
use super::{Errand, Fault, Provider, form};
use crate::pages::act::escaped;

/// A provider with what it said of itself.
pub struct Known {
    provider: Provider,
    /// Where it sends browsers back to.
    back: String,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    about: Option<(Timestamp, Arc<About>)>,
    keys: Option<(Timestamp, Arc<Keys>)>,
    failed: Option<(Timestamp, String)>,
}

/// What a provider says of itself (Discovery, section 3; RFC 8414, section 2).
#[derive(Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Known {
    /// Begins to know one; `origin` is where our pages are.
    pub fn new(provider: Provider, origin: &str) -> Self {
        Self {
            provider,
            back: format!("{origin}{BACK}"),
            memory: Mutex::default(),
        }
    }

    /// Tells what people call it.
    pub fn name(&self) -> &str {
        &self.provider.name
    }

    /// Tells who it is.
    pub fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    /// Gives the address that a browser sets out to.
    ///
    /// # Errors
    /// If the provider does not say where.
    pub async fn way(&self, begun: &Begun, now: Timestamp) -> Result<String, Fault> {
        let about = self.about(now).await?;
        let joint = match about.authorization_endpoint.contains('?') {
            true => '&',
            false => '?',
        };
        let query = form(&[
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", &self.provider.client),
            ("redirect_uri", &self.back),
            ("state", &begun.state),
            ("nonce", &begun.nonce),
            ("code_challenge", &begun.challenge),
            ("code_challenge_method", "S256"),
        ]);
        Ok(format!("{}{joint}{query}", about.authorization_endpoint))
    }

    /// Judges who sent a browser back (RFC 9207, section 2.4).
    ///
    /// # Errors
    /// If it is not this provider, or it does not say so although it announced that it would.
    pub async fn sent(&self, issuer: Option<&str>, now: Timestamp) -> Result<(), Fault> {
        let announced = self
            .about(now)
            .await?
            .authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer == self.provider.issuer => Ok(()),
            None if !announced => Ok(()),
            _ => Err(Fault::Mixed),
        }
    }

    /// Turns a code into the subject of a judged ID token.
    ///
    /// # Errors
    /// If the provider does not take it, or what it answers is not to be believed.
    pub async fn subject(&self, code: &str, back: &Back, now: Timestamp) -> Result<String, Fault> {
        let token = self.exchange(code, &back.verifier, now).await?;
        let expected = Expected {
            issuer: &self.provider.issuer,
            client: &self.provider.client,
            nonce: &back.nonce,
            now,
        };
        let (keys, at) = self.keys(now, None).await?;
        let mut judged = token::subject(&token, &keys, &expected);
        if judged == Err(Wrong::Key) {
            let (keys, _) = self.keys(now, Some(at)).await?;
            judged = token::subject(&token, &keys, &expected);
        }
        judged.map_err(Fault::Token)
    }

    /// Hands the code over, with what shows that it is ours.
    async fn exchange(&self, code: &str, verifier: &str, now: Timestamp) -> Result<String, Fault> {
        let about = self.about(now).await?;
        let Provider { client, secret, .. } = &self.provider;
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", verifier),
        ];
        let authorization = match secret {
            // Both are coded as a form before they are joined (RFC 6749, section 2.3.1).
            Some(secret) => {
                let joined = format!("{}:{}", escaped(client), escaped(secret));
                Some(format!("Basic {}", STANDARD.encode(joined)))
            }
            None => {
                pairs.push(("client_id", client));
                None
            }
        };
        let errand = Errand {
            url: about.token_endpoint.clone(),
            form: Some(form(&pairs)),
            authorization,
        };
        let answer = self.provider.errands.run(errand).await;
        let answer = answer.map_err(|why| Fault::Provider(format!("its token endpoint: {why}")))?;
        if answer.status != 200 {
            return Err(Fault::Provider(refusal(answer.status, &answer.body)));
        }
        let tokens = serde_json::from_slice::<Tokens>(&answer.body);
        tokens
            .map(|tokens| tokens.id_token)
            .map_err(|_| Fault::Provider("its answer to the code has no ID token".into()))
    }

    async fn about(&self, now: Timestamp) -> Result<Arc<About>, Fault> {
        let mut memory = self.memory.lock().await;
        self.about_in(&mut memory, now).await
    }

    async fn about_in(&self, memory: &mut Memory, now: Timestamp) -> Result<Arc<About>, Fault> {
        if let Some((at, about)) = &memory.about
            && is_fresh(*at, now, LASTS)
        {
            return Ok(Arc::clone(about));
        }
        let issuer = &self.provider.issuer;
        let root = issuer.strip_suffix('/').unwrap_or(issuer);
        let url = format!("{root}/.well-known/openid-configuration");
        let read = |body: &[u8]| About::read(body, &self.provider);
        let about = Arc::new(self.asked(memory, url, now, read).await?);
        memory.about = Some((now, Arc::clone(&about)));
        Ok(about)
    }

    /// Gives the keys and when they were asked for; asked for anew if those of `lacking` lack one, once a minute.
    async fn keys(
        &self,
        now: Timestamp,
        lacking: Option<Timestamp>,
    ) -> Result<(Arc<Keys>, Timestamp), Fault> {
        let mut memory = self.memory.lock().await;
        if let Some((at, keys)) = &memory.keys {
            let lacks = lacking == Some(*at) && !is_fresh(*at, now, BETWEEN_KEYS);
            if is_fresh(*at, now, LASTS) && !lacks {
                return Ok((Arc::clone(keys), *at));
            }
        }
        let url = self.about_in(&mut memory, now).await?.jwks_uri.clone();
        let read = |body: &[u8]| Keys::read(body).ok_or("its keys cannot be read".to_owned());
        let keys = Arc::new(self.asked(&mut memory, url, now, read).await?);
        memory.keys = Some((now, Arc::clone(&keys)));
        Ok((keys, now))
    }

    /// Asks the provider, unless it failed just now.
    async fn asked<T>(
        &self,
        memory: &mut Memory,
        url: String,
        now: Timestamp,
        read: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, Fault> {
        if let Some((at, why)) = &memory.failed
            && is_fresh(*at, now, AFTER_FAILURE)
        {
            return Err(Fault::Provider(why.clone()));
        }
        let errand = Errand {
            url: url.clone(),
            form: None,
            authorization: None,
        };
        let read = match self.provider.errands.run(errand).await {
            Ok(answer) if answer.status == 200 => read(&answer.body),
            Ok(answer) => Err(format!("it answers {}", answer.status)),
            Err(why) => Err(why),
        };
        memory.failed = None;
        read.map_err(|why| {
            let why = format!("{url}: {why}");
            memory.failed = Some((now, why.clone()));
            Fault::Provider(why)
        })
    }
}

impl About {
    fn read(body: &[u8], provider: &Provider) -> Result<Self, String> {
        let about: Self =
            serde_json::from_slice(body).map_err(|error| format!("it cannot be read: {error}"))?;
        if about.issuer != provider.issuer {
            return Err(format!(
                "it is of issuer `{}`; write `issuer` in the settings exactly so, if that is who is meant",
                about.issuer
            ));
        }
        let encrypted = provider.issuer.starts_with("https://");
        for end in [
            &about.authorization_endpoint,
            &about.token_endpoint,
            &about.jwks_uri,
        ] {
            let plain = end.bytes().all(|byte| byte.is_ascii_graphic()) && !end.contains('#');
            let fits = end.starts_with("https://") || !encrypted && end.starts_with("http://");
            if !plain || !fits {
                return Err(format!("`{end}` is no address of https"));
            }
        }
        let ways = about.token_endpoint_auth_methods_supported.as_ref();
        let ours = match provider.secret {
            Some(_) => "client_secret_basic",
            None => "none",
        };
        match ways {
            Some(ways) if !ways.iter().any(|way| way == ours) => Err(format!(
                "it does not let clients show themselves by `{ours}`"
            )),
            _ => Ok(about),
        }
    }
}

/// Tells whether something of then is still new; what is of the future is not.
fn is_fresh(at: Timestamp, now: Timestamp, lasts: Span) -> bool {
    at <= now && now.since(at) < lasts
}

/// Says how a provider refused a code, with its own word if that is a plain one (RFC 6749, section 5.2).
fn refusal(status: u16, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let word = serde_json::from_slice::<Refusal>(body).map(|refusal| refusal.error);
    let is_plain = |word: &String| {
        word.len() <= 40
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    match word.ok().filter(is_plain) {
        Some(word) => format!("it refuses the code with {status}: `{word}`"),
        None => format!("it refuses the code with {status}"),
    }
}

/// Where a provider sends browsers back to, below our origin.
pub const BACK: &str = "/sign-in/oidc/back";
/// How long what a provider said is kept: it may end or replace a key.
const LASTS: Span = Span::from_secs(3_600);
/// How long between two askings for a key that is not known.
const BETWEEN_KEYS: Span = Span::from_secs(60);
/// How long nobody asks after a failure.
const AFTER_FAILURE: Span = Span::from_secs(10);

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
