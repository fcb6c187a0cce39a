//! Answers one request: who asks, what for, and what there is to say.
//!
//! Always: a key is asked for before anything else, and compared in constant time; a look (HEAD) moves nothing; a
//! bouncer that is patient is answered when there is news, when its patience is at its end, or when it asks anew.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use issei_enforce::bouncer::{Asked, Decision, Filter, Stream, Unclear, listed, read};
use issei_model::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::counts::Kind;
use super::setup::{Asks, Client};
use super::{Shared, steady};
use crate::clock;

type Reply = Response<Full<Bytes>>;

/// How long a connection may be silent: a head that does not come, an answer that is not taken, a pause between
/// questions. Ten thousand addresses keep a firewall busy for two seconds.
pub(super) const IDLE: Duration = Duration::from_secs(10);
/// The longest sleep in one piece: a clock that is set does not surprise us for longer.
const ONE_SLEEP: Duration = Duration::from_secs(1);

/// What is remembered of one connection.
#[derive(Debug)]
pub(super) struct Talk {
    ip: IpAddr,
    /// When it is overdue; not while it waits for us.
    pub(super) due: watch::Sender<Option<Instant>>,
    /// The last answer over it that said something: whose, and its number.
    under_way: Mutex<Option<(usize, u64)>>,
}

/// A refusal: what is counted, and what the asker is told.
struct No(Kind, StatusCode, String);

impl Talk {
    pub(super) fn new(ip: IpAddr) -> Self {
        Self {
            ip,
            due: watch::Sender::new(Some(Instant::now() + IDLE)),
            under_way: Mutex::new(None),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, Option<(usize, u64)>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers.
pub(super) async fn answer(shared: &Shared, talk: &Talk, request: &Request<Incoming>) -> Reply {
    talk.due.send_replace(None);
    // Whoever asks again over the same connection has read what came before.
    if let Some((who, number)) = talk.under_way().take() {
        let mut state = shared.state();
        if let Some(one) = state.followers.get_mut(who) {
            one.follower.took(number);
        }
    }
    let reply = match sorted(shared, talk, request) {
        Ok(Wish::Look) => reply(StatusCode::OK, Vec::new()),
        Ok(Wish::List(ip)) => list(shared, ip),
        Ok(Wish::Nothing) => reply(StatusCode::OK, b"null".to_vec()),
        Ok(Wish::Stream(wish)) => stream(shared, talk, wish).await,
        Err(no) => refused(shared, &no),
    };
    talk.due.send_replace(Some(Instant::now() + IDLE));
    reply
}

/// What somebody may have.
enum Wish {
    /// Whether we are here.
    Look,
    /// Decisions about an address, or all.
    List(Option<IpAddr>),
    /// What its own filter leaves of ours.
    Nothing,
    /// What has changed.
    Stream(Following),
}

/// Who follows the stream, and how.
#[derive(Clone, Copy)]
struct Following {
    who: usize,
    begins: bool,
    bars: Option<&'static str>,
    patience: Duration,
}

/// Finds out who asks, and what for.
fn sorted(shared: &Shared, talk: &Talk, request: &Request<Incoming>) -> Result<Wish, No> {
    let place = known(shared, talk, request)?;
    let looks = match *request.method() {
        Method::GET => false,
        Method::HEAD => true,
        _ => {
            let words = "a bouncer only asks";
            return Err(No(
                Kind::OtherMethod,
                StatusCode::METHOD_NOT_ALLOWED,
                words.into(),
            ));
        }
    };
    let asked = read(
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
    );
    let asked = asked.map_err(|why| {
        let status = match why {
            Unclear::Path => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        No(Kind::Unclear(why), status, why.to_string())
    })?;
    match (asked, looks) {
        (_, true) => Ok(Wish::Look),
        (
            Asked::List {
                filter: Filter::Bars(_),
                ..
            },
            _,
        ) => Ok(Wish::Nothing),
        (Asked::List { ip, .. }, _) => Ok(Wish::List(ip)),
        (Asked::Stream { begins, filter }, _) => follows(shared, place, begins, &filter),
    }
}

/// Finds the client whose key is shown.
fn known(shared: &Shared, talk: &Talk, request: &Request<Incoming>) -> Result<usize, No> {
    let no = |kind| No(kind, StatusCode::FORBIDDEN, "access forbidden".into());
    let key = request.headers().get("x-api-key");
    let key = key.ok_or_else(|| no(Kind::NoKey))?;
    let place = shared.keys.find(key.as_bytes());
    let place = place.ok_or_else(|| no(Kind::WrongKey))?;
    let asks_from = |client: &Client| client.from.contains(&talk.ip);
    match shared.clients.get(place).is_some_and(asks_from) {
        true => Ok(place),
        false => Err(no(Kind::OtherPlace)),
    }
}

fn follows(shared: &Shared, place: usize, begins: bool, filter: &Filter) -> Result<Wish, No> {
    let is_stream = |client: &&Client| matches!(client.asks, Asks::Stream { .. });
    let before = shared.clients.iter().take(place);
    let who = before.filter(is_stream).count();
    let Some(Asks::Stream { patience, .. }) = shared.clients.get(place).map(|one| one.asks) else {
        let words = "this key is for single questions";
        return Err(No(Kind::OtherKey, StatusCode::FORBIDDEN, words.into()));
    };
    let bars = match filter {
        Filter::Passes => None,
        Filter::Bars(parameter) => Some(*parameter),
    };
    Ok(Wish::Stream(Following {
        who,
        begins,
        bars,
        patience,
    }))
}

fn list(shared: &Shared, ip: Option<IpAddr>) -> Reply {
    let now = clock::now();
    let stands = shared.state().table.stands(now);
    let about = |one: &Decision| ip.is_none_or(|ip| one.ip == ip);
    let found: Vec<_> = stands.into_values().filter(about).collect();
    reply(StatusCode::OK, listed(&found, now))
}

/// One question, which counts as asked until it is answered or its asker has gone.
struct Asking<'a> {
    shared: &'a Shared,
    who: usize,
    turn: u64,
}

impl<'a> Asking<'a> {
    fn begin(shared: &'a Shared, wish: Following) -> Self {
        let mut state = shared.state();
        let mut turn = 0;
        if let Some(one) = state.followers.get_mut(wish.who) {
            one.rhythm.asks(steady());
            one.bars = wish.bars;
            one.turn += 1;
            turn = one.turn;
            if wish.begins {
                one.follower.begins_anew();
            }
        }
        drop(state);
        // An older question of the same bouncer is let go.
        shared.has_changed();
        Self {
            shared,
            who: wish.who,
            turn,
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(one) = state.followers.get_mut(self.who) {
            one.rhythm.rests(steady());
        }
    }
}

/// What to do about a question.
enum Next {
    Say(u64, Stream, Timestamp),
    LetGo,
    Wait(Option<Timestamp>),
}

/// Answers when there is news, or when the asker's patience is at its end.
async fn stream(shared: &Shared, talk: &Talk, wish: Following) -> Reply {
    if wish.bars.is_some() {
        shared.counts.met(Kind::Barred);
    }
    let asking = Asking::begin(shared, wish);
    let patience = match wish.begins {
        true => Duration::ZERO,
        false => wish.patience,
    };
    let until = Instant::now() + patience;
    let mut changed = shared.changed.subscribe();
    loop {
        match asking.next(until <= Instant::now(), wish.bars.is_some()) {
            Next::LetGo => {
                shared.counts.met(Kind::Doubled);
                let nothing = Stream::default().body(clock::now());
                return reply(StatusCode::OK, nothing);
            }
            Next::Say(number, said, now) => {
                if !said.is_empty() {
                    *talk.under_way() = Some((wish.who, number));
                }
                return reply(StatusCode::OK, said.body(now));
            }
            Next::Wait(due) => tokio::select! {
                _ = changed.changed() => {}
                () = sleep(left(until, due)) => {}
            },
        }
    }
}

impl Asking<'_> {
    fn next(&self, is_over: bool, is_barred: bool) -> Next {
        let now = clock::now();
        let mut state = self.shared.state();
        let stands = match is_barred {
            true => BTreeMap::new(),
            false => state.table.stands(now),
        };
        let table_due = state.table.next_change(now);
        let Some(one) = state.followers.get_mut(self.who) else {
            return Next::LetGo;
        };
        if one.turn != self.turn {
            return Next::LetGo;
        }
        let given = one.follower.ask(now, &stands);
        if given.stream.is_empty() && !is_over && !self.shared.is_closing() {
            let due = [table_due, one.follower.next_change(now)];
            return Next::Wait(due.into_iter().flatten().min());
        }
        drop(state);
        self.shared.given.notify_all();
        Next::Say(given.number, given.stream, now)
    }
}

/// How long to sleep: until the asker's patience ends or something is due.
fn left(until: Instant, due: Option<Timestamp>) -> Duration {
    let due = due.map(|due| due.since(clock::now()).as_micros());
    let due = due.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
    let patient = until.saturating_duration_since(Instant::now());
    patient.min(due.unwrap_or(ONE_SLEEP)).min(ONE_SLEEP)
}

fn refused(shared: &Shared, No(kind, status, words): &No) -> Reply {
    shared.counts.met(*kind);
    let body = format!("{{\"message\":\"{}\"}}", words.replace(['"', '\\'], "'"));
    let mut reply = reply(*status, body.into_bytes());
    let close = HeaderValue::from_static("close");
    reply.headers_mut().insert(CONNECTION, close);
    reply
}

fn reply(status: StatusCode, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}
