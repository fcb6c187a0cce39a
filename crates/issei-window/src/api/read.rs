//! What can be read: from the same scene as the pages.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issei_chart::Look;
use issei_desk::appeals::AppealView;
use issei_desk::sensors::Sensor;
use issei_desk::{Ask, CaseView, OrderView, Reply};
use issei_model::{Language, OrderId, Span, Timestamp};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::problem::Problem;
use super::shapes::{
    AnswerShape, AppealShape, CaseShape, FindingShape, Listed, LookShape, OrderLine, OrderShape,
    SensorShape, StatusShape, TrafficLine, Wanted,
};
use crate::Window;
use crate::looks::Sought;
use crate::rows::Form;
use crate::strip::effect_strip;
use crate::view::Reader;

/// How old what is read may be.
pub const FRESH: Span = Span::from_millis(250);
/// Rows of a page of a list.
const USUAL: usize = 100;
const MOST: usize = 500;

/// How the office stands.
#[utoipa::path(get, path = "/api/v1/status", tag = "office", responses(
    (status = 200, body = StatusShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn status(State(window): State<Arc<Window>>) -> Result<Response, Problem> {
    let scene = window.scene.look(FRESH).await;
    let status = scene.status.as_ref().ok_or_else(silent)?;
    let in_force = scene.orders.values().filter(|view| view.acts()).count();
    let coordinates = window.office.coordinates;
    let shape = StatusShape::of(status, coordinates, in_force, scene.at.to_string());
    Ok(axum::Json(shape).into_response())
}

/// The office does not answer.
pub fn silent() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the office does not answer; it may be ending",
        "オフィスが応答しません。終了処理中の可能性があります",
    )
}

/// Who takes part, and what was agreed on.
#[utoipa::path(get, path = "/api/v1/country", tag = "office", responses(
    (status = 200, body = Object), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn country(State(window): State<Arc<Window>>) -> Result<Response, Problem> {
    let scene = window.scene.look(FRESH).await;
    let country = scene.country.as_ref().ok_or_else(silent)?;
    Ok(axum::Json(country.as_ref()).into_response())
}

/// Lists orders and drafts by their names.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(Wanted), responses(
    (status = 200, body = Listed<OrderLine>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn orders(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let only = wanted.only.as_deref();
    let is_wanted = |view: &&Arc<OrderView>| {
        only.is_none_or(|word| OrderLine::of(view).stands.as_str() == Some(word))
    };
    let from: Option<OrderId> = match &wanted.after {
        Some(after) => Some(after.parse().map_err(|_| odd_cursor())?),
        None => None,
    };
    let total = scene.orders.values().filter(is_wanted).count();
    let rest = scene
        .orders
        .values()
        .filter(is_wanted)
        .filter(|view| from.is_none_or(|from| view.id > from));
    list(
        &wanted,
        total,
        rest.map(|view| (view.id.to_string(), OrderLine::of(view))),
    )
}

/// Shows an order, with exactly what is signed.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders",
    params(("id" = String, Path, description = "the order's name, 64 hexadecimal digits"), Wanted), responses(
    (status = 200, body = OrderShape, headers(("etag" = String, description = "what a change names as If-Match"))),
    (status = 304), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn order(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let id: OrderId = id.parse().map_err(|_| Problem::unknown())?;
    let view = scene.orders.get(&id).ok_or_else(Problem::unknown)?;
    let language = language(&wanted, &headers);
    Ok(tagged(
        &tag_of_order(view),
        &headers,
        &OrderShape::of(view, language),
    ))
}

/// Draws the strip of an order's effect times.
#[utoipa::path(get, path = "/api/v1/orders/{id}/strip.svg", tag = "orders",
    params(("id" = String, Path, description = "the order's name")), responses(
    (status = 200, content_type = "image/svg+xml", body = String), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn strip(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Result<Response, Problem> {
    let scene = window.scene.look(FRESH).await;
    let id: OrderId = id.parse().map_err(|_| Problem::unknown())?;
    let view = scene.orders.get(&id).ok_or_else(Problem::unknown)?;
    let language = reader.text.0;
    let drawn = effect_strip(view, language).draw(&Look::new(language, "strip"));
    let kind = [(header::CONTENT_TYPE, "image/svg+xml")];
    Ok((kind, drawn.standalone()).into_response())
}

/// Lists packets between lines and an order's goals, by member and second.
#[utoipa::path(get, path = "/api/v1/orders/{id}/traffic", tag = "orders",
    params(("id" = String, Path, description = "the order's name"), Wanted), responses(
    (status = 200, body = Listed<TrafficLine>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn traffic(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let id: OrderId = id.parse().map_err(|_| Problem::unknown())?;
    scene.orders.get(&id).ok_or_else(Problem::unknown)?;
    // Seconds may still change, but one that was there stays: the member and the second are the cursor.
    let shown = window.passing.look(&window.desk, id, window.now()).await;
    let shown = shown.ok_or_else(silent)?;
    let only = wanted.only.as_deref();
    let all = shown.members.iter().flat_map(TrafficLine::of);
    let all: Vec<(String, TrafficLine)> = all
        .filter(|(_, line)| only.is_none_or(|word| line.member == word))
        .collect();
    let total = all.len();
    let after = wanted.after.as_deref().unwrap_or_default();
    list(
        &wanted,
        total,
        all.into_iter().filter(|(key, _)| key.as_str() > after),
    )
}

/// Lists what people outside say against cuts, those that wait for an answer first.
#[utoipa::path(get, path = "/api/v1/appeals", tag = "appeals", params(Wanted), responses(
    (status = 200, body = Listed<AppealShape>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn appeals(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let Reply::Appeals(all) = window.desk.ask(Ask::Appeals).await else {
        return Err(silent());
    };
    let only = wanted.only.as_deref();
    let is_wanted = |view: &&AppealView| match only {
        Some("waiting") => view.answered.is_none(),
        Some("answered") => view.answered.is_some(),
        _ => true,
    };
    let mut all: Vec<&AppealView> = all.iter().filter(is_wanted).collect();
    // By reference, which stays, so that it can be a cursor.
    all.sort_by(|one, other| one.reference.cmp(&other.reference));
    let after = wanted.after.as_deref().unwrap_or_default();
    let total = all.len();
    let rest = all
        .into_iter()
        .filter(|view| view.reference.as_str() > after);
    list(
        &wanted,
        total,
        rest.map(|view| (view.reference.clone(), AppealShape::of(view))),
    )
}

/// Shows the answer to an appeal to whoever has its reference.
#[utoipa::path(get, path = "/api/v1/appeals/{reference}", tag = "appeals",
    params(("reference" = String, Path, description = "the reference that its writer was given")), responses(
    (status = 200, body = AnswerShape), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn appeal(
    State(window): State<Arc<Window>>,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    match window.desk.ask(Ask::AppealOf(reference)).await {
        Reply::Appeals(all) => {
            let view = all.first().ok_or_else(Problem::unknown)?;
            Ok(axum::Json(AnswerShape::of(view)).into_response())
        }
        Reply::Wrong(_) => Err(Problem::unknown()),
        _ => Err(silent()),
    }
}

/// Lists who sends records to the collector beside a member's office.
#[utoipa::path(get, path = "/api/v1/sensors", tag = "office", params(Wanted), responses(
    (status = 200, body = Listed<SensorShape>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn sensors(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let view = crate::pages::sensors::told(&window).await;
    let from: usize = match &wanted.after {
        Some(after) => after.parse().map_err(|_| odd_cursor())?,
        None => 0,
    };
    let only = wanted.only.as_deref();
    let all: Vec<&Sensor> = view.now.iter().flat_map(|now| &now.sensors).collect();
    let rest = all
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, one)| only.is_none_or(|word| one.name == word));
    let rows = rest.map(|(place, one)| ((place + 1).to_string(), SensorShape::of(&view, one)));
    list(&wanted, all.len(), rows)
}

/// Lists cases by their names.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(Wanted), responses(
    (status = 200, body = Listed<CaseShape>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn cases(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let only = wanted.only.as_deref();
    let is_wanted = |view: &&Arc<CaseView>| {
        only.is_none_or(|word| CaseShape::of(view).stage.as_str() == Some(word))
    };
    let total = scene.cases.values().filter(is_wanted).count();
    let rest = scene
        .cases
        .values()
        .filter(is_wanted)
        .filter(|view| wanted.after.as_ref().is_none_or(|after| view.case > *after));
    list(
        &wanted,
        total,
        rest.map(|view| (view.case.clone(), CaseShape::of(view))),
    )
}

/// Shows a case.
#[utoipa::path(get, path = "/api/v1/cases/{case}", tag = "cases",
    params(("case" = String, Path, description = "the case's name")), responses(
    (status = 200, body = CaseShape, headers(("etag" = String, description = "what a change names as If-Match"))),
    (status = 304), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn case(
    State(window): State<Arc<Window>>,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scene = window.scene.look(FRESH).await;
    let view = scene.cases.get(&case).ok_or_else(Problem::unknown)?;
    Ok(tagged(&tag_of_case(view), &headers, &CaseShape::of(view)))
}

/// Lists what members found, oldest first.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings", params(Wanted), responses(
    (status = 200, body = Listed<FindingShape>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn findings(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    // Findings are only added, so a place in the list is a cursor that stays.
    let from: usize = match &wanted.after {
        Some(after) => after.parse().map_err(|_| odd_cursor())?,
        None => 0,
    };
    let only = wanted.only.as_deref();
    let all = scene.found.all();
    let rest = all
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, told)| only.is_none_or(|word| told.goal.to_string().contains(word)));
    let rows = rest.map(|(place, told)| ((place + 1).to_string(), FindingShape::of(told)));
    list(&wanted, all.len(), rows)
}

/// Lists what a member's own collector found, newest first, with the lines. Lines of its file that are no findings are
/// counted in `x-odd`, bytes of it that were not read yet in `x-unread`.
#[utoipa::path(get, path = "/api/v1/own-findings", tag = "findings", params(Wanted), responses(
    (status = 200, body = Listed<Object>, headers(("x-odd" = String, description = "lines that are no findings"), ("x-unread" = String, description = "bytes that were not read yet"))),
    (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn own_findings(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let read = window.own_findings(sought(&wanted)?).await;
    let read = read.ok_or_else(unconnected)?;
    let sheaf = read.map_err(|why| unread_findings(&why))?;
    let total = usize::try_from(sheaf.all).unwrap_or(usize::MAX);
    let next = sheaf.older.map(|older| older.to_string());
    let mut answer = page_of(&wanted, sheaf.findings, total, next)?;
    for (name, number) in [("x-odd", sheaf.odd), ("x-unread", sheaf.unread)] {
        if number > 0 {
            answer.headers_mut().insert(name, number.into());
        }
    }
    Ok(answer)
}

/// Shows one of them, with its whole evidence: the shape is that of `issei schema`.
#[utoipa::path(get, path = "/api/v1/own-findings/{name}", tag = "findings", params(("name" = String, Path, description = "the finding's name, such as F-0123456789abcdef")), responses(
    (status = 200, body = Object), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn own_finding(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let read = window.own_finding(name).await;
    let found = read.map_err(|why| unread_findings(&why))?;
    Ok(axum::Json(found.ok_or_else(Problem::unknown)?).into_response())
}

fn unconnected() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no collector is connected to this window; a member names its file as `findings` in settings.toml",
        "この画面には収集プログラムが接続されていません。事業者の settings.toml で `findings` にファイルを指定してください",
    )
}

fn unread_findings(why: &str) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        &format!("the findings cannot be read: {why}"),
        &format!("検知結果を読み取れません: {why}"),
    )
}

/// Reads what is wanted of a book whose places are numbers.
fn sought(wanted: &Wanted) -> Result<Sought, Problem> {
    Ok(Sought {
        before: match &wanted.after {
            Some(after) => Some(after.parse().map_err(|_| odd_cursor())?),
            None => None,
        },
        most: wanted.limit.unwrap_or(USUAL),
        only: wanted.only.clone().filter(|only| !only.is_empty()),
    })
}

/// Lists who looked at findings and lines, newest first. Lines that could not be read are counted in `x-odd`.
#[utoipa::path(get, path = "/api/v1/looks", tag = "audit", params(Wanted), responses(
    (status = 200, body = Listed<LookShape>, headers(("x-odd" = String, description = "lines that could not be read"))),
    (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn looks(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let looks = window.looks(sought(&wanted)?).await.map_err(|_| unread())?;
    let items: Vec<LookShape> = looks.looks.iter().map(LookShape::of).collect();
    let total = usize::try_from(looks.all).unwrap_or(usize::MAX);
    let next = looks.older.map(|older| older.to_string());
    let mut answer = page_of(&wanted, items, total, next)?;
    if looks.odd > 0 {
        answer.headers_mut().insert("x-odd", looks.odd.into());
    }
    Ok(answer)
}

fn unread() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the record of looks cannot be read; look at `looks.jsonl` in the office's folder",
        "閲覧記録を読み取れません。事務局フォルダの `looks.jsonl` を確認してください",
    )
}

type Asked = Result<Query<Wanted>, axum::extract::rejection::QueryRejection>;

/// Reads which part of a list is wanted.
pub fn asked(wanted: Asked) -> Result<Wanted, Problem> {
    let odd = |why: &str| Problem::new(StatusCode::BAD_REQUEST, why, why);
    let Query(wanted) = wanted.map_err(|error| odd(&error.body_text()))?;
    if wanted
        .limit
        .is_some_and(|limit| !(1..=MOST).contains(&limit))
    {
        return Err(odd("`limit` is 1 to 500"));
    }
    if let Some(format) = wanted.format.as_deref()
        && !["json", "jsonl", "csv"].contains(&format)
    {
        return Err(odd("`format` is json, jsonl or csv"));
    }
    Ok(wanted)
}

/// The cursor is none of ours.
pub fn odd_cursor() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "`after` is what the page before named as `next`",
        "`after` には前のページの `next` を指定してください",
    )
}

/// Tells in which language texts are wanted.
pub fn language(wanted: &Wanted, headers: &HeaderMap) -> Language {
    match wanted.lang.as_deref() {
        Some("ja") => Language::Japanese,
        Some(_) => Language::English,
        None => crate::view::preferred(headers),
    }
}

/// Writes a page of a list in the form that was asked for.
pub fn list<T: Serialize>(
    wanted: &Wanted,
    total: usize,
    rest: impl Iterator<Item = (String, T)>,
) -> Result<Response, Problem> {
    let limit = wanted.limit.unwrap_or(USUAL);
    let mut rows: Vec<(String, T)> = rest.take(limit + 1).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
    let items: Vec<T> = rows.into_iter().map(|(_, item)| item).collect();
    page_of(wanted, items, total, next)
}

/// Writes a page in the form that was asked for.
fn page_of<T: Serialize>(
    wanted: &Wanted,
    items: Vec<T>,
    total: usize,
    next: Option<String>,
) -> Result<Response, Problem> {
    let mut answer = match wanted.format.as_deref() {
        Some("jsonl") => {
            let kind = [(header::CONTENT_TYPE, "application/jsonl")];
            (kind, Form::JsonLines.write(&items)).into_response()
        }
        Some("csv") => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            (kind, Form::Csv.write(&items)).into_response()
        }
        _ => axum::Json(Listed {
            items,
            total,
            next: next.clone(),
        })
        .into_response(),
    };
    if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
        answer.headers_mut().insert("x-next", next); // for the forms that have no place for it
    }
    Ok(answer)
}

/// Names a state of an order: another state has another tag.
pub fn tag_of_order(view: &OrderView) -> String {
    tag(&OrderView {
        now: Timestamp::from_micros(0),
        ..view.clone()
    })
}

/// Names a state of a case.
pub fn tag_of_case(view: &CaseView) -> String {
    tag(view)
}

/// Names a state: another one has another tag.
pub fn tag<T: Serialize>(value: &T) -> String {
    let said = serde_json::to_vec(value).expect("our own nouns have string keys");
    let digest: [u8; 32] = Sha256::digest(said).into();
    let hex: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// Answers with a tag, or that it is still what the caller has.
pub fn tagged<T: Serialize>(tag: &str, headers: &HeaderMap, shape: &T) -> Response {
    let has = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|line| line.to_str().ok());
    let value = HeaderValue::from_str(tag).expect("hexadecimal digits");
    let mut answer = match has == Some(tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => axum::Json(shape).into_response(),
    };
    answer.headers_mut().insert(header::ETAG, value);
    answer
}
