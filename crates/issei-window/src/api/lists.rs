//! The own list of what is never cut, and the devices that take the rules.
//!
//! Always: a list is weighed first, and taken by the digest of what was weighed; what vanished goes by its digest.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use issei_case::safeguards::Entry;
use issei_desk::safeguards::{ListWish, SafeguardsView, Weighed};
use issei_desk::{Ask, DevicesView, Reply};
use issei_model::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::change::{Sent, odd};
use super::problem::Problem;
use super::read::silent;
use super::shapes::{DoneShape, Named, plain};
use crate::Window;

/// A list that others keep.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListShape {
    /// Of what kind everything in it is: `control-plane`, `public-resolver`, `ntp`, `cloud`, `protected-operator`,
    /// `emergency`, `member-infrastructure` or `own`.
    pub kind: String,
    /// What it is called; a MISP warning list brings its own name.
    #[serde(default)]
    pub source: String,
    /// One address, prefix or name a line, with why behind `#`; or a MISP warning list.
    pub text: String,
    /// The digest of what was weighed; to take it.
    #[serde(default)]
    pub seen: Option<String>,
}

impl ListShape {
    fn wish(&self) -> Result<Box<ListWish>, Problem> {
        let kind = serde_json::from_value(Value::String(self.kind.clone()));
        let kind = kind.map_err(|error| {
            let why = error.to_string();
            odd(&why, &why)
        })?;
        Ok(Box::new(ListWish {
            kind,
            source: self.source.clone(),
            text: self.text.clone(),
        }))
    }
}

/// One safeguarded thing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryShape {
    /// What is protected, for people.
    pub place: String,
    /// Of what kind it is.
    #[schema(value_type = String)]
    pub kind: Value,
    /// Which list says so.
    pub list: String,
    /// Why, in its words.
    pub reason: String,
}

impl EntryShape {
    /// Takes it from an entry.
    pub fn of(entry: &Entry) -> Self {
        Self {
            place: entry.place.words(),
            kind: plain(&entry.kind),
            list: entry.source.clone(),
            reason: entry.reason.clone(),
        }
    }
}

/// What is never cut here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SafeguardsShape {
    /// Entries that count.
    pub counting: usize,
    /// Own entries among them.
    pub own: usize,
    /// What vanished from the file and counts until a person lets it go, the first of it.
    pub vanished: Vec<EntryShape>,
    /// How much that is in all.
    pub vanished_in_all: usize,
    /// The digest by which it may go.
    pub letting_go: Option<String>,
    /// What a person has to look at.
    pub alarm: Option<String>,
}

impl SafeguardsShape {
    /// Takes it from a view.
    pub fn of(view: &SafeguardsView) -> Self {
        Self {
            counting: view.counting,
            own: view.own,
            vanished: view.vanished.iter().map(EntryShape::of).collect(),
            vanished_in_all: view.vanished_in_all,
            letting_go: view.letting_go.map(|digest| digest.to_string()),
            alarm: view.alarm.clone(),
        }
    }
}

/// What taking a list would mean.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WeighedShape {
    /// What it would add, the first of it.
    pub added: Vec<EntryShape>,
    /// How much that is in all.
    pub added_in_all: usize,
    /// Entries of it that are there already.
    pub known: u64,
    /// Items that are no name, address or prefix.
    pub refused: u64,
    /// The first of those, by their line or number, from 1.
    pub examples: BTreeMap<usize, String>,
    /// Entries of the same list that its keeper no longer names; they stay.
    pub staying: u64,
    /// Orders that would end by it.
    pub ends: Vec<EndsShape>,
    /// Send it back to take the list.
    pub seen: String,
}

/// An order that a list would end.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EndsShape {
    /// Which.
    pub order: String,
    /// Its case.
    pub case: String,
    /// Which of its goals is met.
    pub goal: String,
    /// By what.
    pub entry: EntryShape,
}

impl WeighedShape {
    /// Takes it from what an office weighed.
    pub fn of(weighed: &Weighed) -> Self {
        let ends = weighed.ends.iter().map(|one| EndsShape {
            order: one.order.to_string(),
            case: one.case.clone(),
            goal: one.goal.to_string(),
            entry: EntryShape::of(&one.entry),
        });
        Self {
            added: weighed.added.iter().map(EntryShape::of).collect(),
            added_in_all: weighed.added_in_all,
            known: weighed.known,
            refused: weighed.refused,
            examples: weighed.examples.iter().cloned().collect(),
            staying: weighed.staying,
            ends: ends.collect(),
            seen: weighed.seen.to_string(),
        }
    }
}

/// The devices that take a member's rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DevicesShape {
    /// Whether nothing is cut here: rules go to a table that meets no packet.
    pub rehearsed: bool,
    /// Why the enforcer cannot be asked.
    pub silent: Option<String>,
    /// What is wrong with each device, by its name; nothing if it is well.
    pub devices: BTreeMap<String, Option<String>>,
    /// How long before T the slowest has to begin: microseconds.
    pub lead: i64,
    /// Whether they are stopped.
    pub stopped: bool,
    /// Orders that they hold.
    pub orders: usize,
    /// Rules of reflexes that act.
    pub reflexes: usize,
    /// How many they take.
    pub reflex_room: usize,
    /// What is cut along with every order, to measure it: addresses and names.
    pub sentinels: Vec<String>,
    /// What was refused, lost or repaired, by kind.
    pub counts: BTreeMap<String, u64>,
    /// What a person has to look at.
    pub alarm: Option<String>,
}

impl DevicesShape {
    /// Takes it from a view.
    pub fn of(view: &DevicesView) -> Self {
        Self {
            rehearsed: view.rehearsed,
            silent: view.silent.clone(),
            devices: view.devices.clone(),
            lead: view.lead.as_micros(),
            stopped: view.stopped,
            orders: view.orders,
            reflexes: view.reflexes,
            reflex_room: view.reflex_room,
            sentinels: view.sentinels.clone(),
            counts: view.counts.clone(),
            alarm: view.alarm.clone(),
        }
    }
}

/// Shows the own list of what is never cut, as far as a person has to look at it.
#[utoipa::path(get, path = "/api/v1/safeguards", tag = "set-up", responses(
    (status = 200, body = SafeguardsShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn safeguards(State(window): State<Arc<Window>>) -> Result<Response, Problem> {
    match window.desk.ask(Ask::Safeguards).await {
        Reply::Safeguards(view) => Ok(axum::Json(SafeguardsShape::of(&view)).into_response()),
        _ => Err(silent()),
    }
}

/// Shows the devices that take a member's rules; a coordinator has none.
#[utoipa::path(get, path = "/api/v1/devices", tag = "set-up", responses(
    (status = 200, body = DevicesShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn devices(State(window): State<Arc<Window>>) -> Result<Response, Problem> {
    match window.desk.ask(Ask::Devices).await {
        Reply::Devices(view) => Ok(axum::Json(DevicesShape::of(&view)).into_response()),
        Reply::Wrong(_) => Err(Problem::unknown()),
        _ => Err(silent()),
    }
}

/// Tells what a list would add to what is never cut, and which orders it would end. Nothing changes.
#[utoipa::path(post, path = "/api/v1/safeguards/weigh", tag = "set-up", request_body = ListShape, responses(
    (status = 200, body = WeighedShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn weigh(sent: Sent) -> Response {
    sent.asks(async { Ok(Ask::WeighList(sent.read::<ListShape>()?.wish()?)) })
        .await
}

/// Adds a list to what is never cut, if that still means what was weighed.
#[utoipa::path(post, path = "/api/v1/safeguards/take", tag = "set-up", request_body = ListShape, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn take(sent: Sent) -> Response {
    sent.asks(async {
        let shape: ListShape = sent.read()?;
        let seen = shape.seen.as_deref().unwrap_or_default();
        let seen: Digest = seen.parse().map_err(|_| {
            odd(
                "`seen` is what weighing the same list gave; weigh it first",
                "`seen` には同じリストの確認結果の値を指定してください",
            )
        })?;
        let list = shape.wish()?;
        Ok(Ask::TakeList { list, seen })
    })
    .await
}

/// Lets go exactly what vanished from the own list and has this digest.
#[utoipa::path(post, path = "/api/v1/safeguards/let-go", tag = "set-up", request_body = Named, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn let_go(sent: Sent) -> Response {
    sent.asks(async {
        let Named { name } = sent.read()?;
        name.parse()
            .map(Ask::LetGo)
            .map_err(|why: String| odd(&why, &why))
    })
    .await
}
