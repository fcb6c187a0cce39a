//! Asks a web server something for a page that waits for it: documents and forms, one request each.
//!
//! In: an address, perhaps a form. Out: a status and a body, or why not. Always: a redirect is not followed, so what
//! is meant for one server reaches no other; the body and the time have a bound; each runs on a thread of its own, and
//! no more than a few at once, so that whoever waits holds up nobody else. Not here: what is asked, and what is believed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

/// Bytes of a body: documents and keys of large providers have some ten thousand.
const LARGEST_BODY: u64 = 256 * 1_024;
/// How long one may take in all.
const LONGEST: Duration = Duration::from_secs(10);
/// Errands under way at once.
const MOST_UNDERWAY: usize = 8;

/// Runs errands.
#[derive(Clone)]
pub struct Errands {
    agent: ureq::Agent,
    underway: Arc<AtomicUsize>,
}

/// A place among those under way; it is free again when this is dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Default for Errands {
    fn default() -> Self {
        Self::within(LONGEST)
    }
}

impl Errands {
    fn within(timeout: Duration) -> Self {
        Self {
            agent: crate::webhook::agent(timeout),
            underway: Arc::default(),
        }
    }

    /// Asks, or hands a form over; gives the status and the body.
    ///
    /// # Errors
    /// Why nothing came back, in words.
    pub async fn run(
        &self,
        url: String,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<(u16, Vec<u8>), String> {
        let place = self.place().ok_or("too much is asked at once")?;
        let (tell, told) = oneshot::channel();
        let agent = self.agent.clone();
        let thread = std::thread::Builder::new().name("errand".into());
        let thread = thread.spawn(move || {
            let answer = ask(&agent, &url, form, authorization);
            drop(place);
            // Nobody may wait any more.
            let _ = tell.send(answer);
        });
        thread.map_err(|error| format!("the system refuses another thread: {error}"))?;
        told.await
            .unwrap_or_else(|_| Err("the thread ended without an answer".into()))
    }

    fn place(&self) -> Option<Place> {
        let place = Place(Arc::clone(&self.underway));
        // Dropped again if there were too many.
        (self.underway.fetch_add(1, Ordering::AcqRel) < MOST_UNDERWAY).then_some(place)
    }
}

fn ask(
    agent: &ureq::Agent,
    url: &str,
    form: Option<String>,
    authorization: Option<String>,
) -> Result<(u16, Vec<u8>), String> {
    let answer = match form {
        None => agent.get(url).header("accept", "application/json").call(),
        Some(form) => {
            let mut request = agent
                .post(url)
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded");
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            request.send(form)
        }
    };
    let mut answer = answer.map_err(|error| error.to_string())?;
    let body = answer.body_mut().with_config().limit(LARGEST_BODY);
    let body = body.read_to_vec().map_err(|error| error.to_string())?;
    Ok((answer.status().as_u16(), body))
}

#[cfg(test)]
#[path = "errands_tests.rs"]
mod tests;
