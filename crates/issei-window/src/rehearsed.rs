//! A window for tests: a made-up office behind it, and requests without a socket.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, Request, Response};
use ed25519_dalek::{Signer as _, SigningKey};
use http_body_util::BodyExt as _;
use issei_case::{Roster, RosterKey};
use issei_desk::samples::{after, in_force, noon, standing, view};
use issei_desk::{Ask, CaseView, OrderView, Reply, StandingView, Stands, StandsOn, Status};
use issei_model::{
    Approval, Digest, Language, PublicKey, Reflex, Signature, Span, StandingId, StandingOrder,
    Timestamp,
};
use tokio::sync::mpsc;
use tower::ServiceExt as _;

use crate::looks::{LookBook, NoBook};
use crate::rights::Role;
use crate::sign_in::{Cupboard, Kept, Nowhere};
use crate::{Books, Desk, Hands, House, Office, Window};

/// Where the window is.
pub const ORIGIN: &str = "http://issei.test";

/// A window and what its office was asked.
pub struct Rehearsal {
    /// The window.
    pub window: Arc<Window>,
    /// What was asked beside looks.
    pub asked: Arc<Mutex<Vec<Ask>>>,
    clock: Arc<AtomicI64>,
    serving: tokio::task::JoinHandle<()>,
}

/// What came back.
pub struct Told {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body as text.
    pub body: String,
}

/// How the office answers what changes something.
pub type Answers = fn(&Ask) -> Reply;

impl Rehearsal {
    /// Opens a window on an office with one order in force, one draft and their cases.
    pub fn new(answers: Answers) -> Self {
        Self::with(ORIGIN, answers, Arc::new(Nowhere), Arc::new(NoBook))
    }

    /// The same at a member.
    pub fn member(answers: Answers) -> Self {
        let mut rehearsal = Self::new(answers);
        let window = Arc::get_mut(&mut rehearsal.window).expect("nobody else has it yet");
        window.office = Office {
            name: "isp-a".parse().unwrap(),
            coordinates: false,
        };
        rehearsal
    }

    /// The same at a member with a collector.
    pub fn member_with(answers: Answers, findings: Arc<dyn crate::own::FindingBook>) -> Self {
        let mut rehearsal = Self::member(answers);
        let window = Arc::get_mut(&mut rehearsal.window).expect("nobody else has it yet");
        window.findings = Some(findings);
        rehearsal
    }

    /// The same at an origin.
    pub fn at(origin: &str, answers: Answers) -> Self {
        Self::with(origin, answers, Arc::new(Nowhere), Arc::new(NoBook))
    }

    /// The same, where what is kept and the looks can be seen.
    pub fn with_book(
        answers: Answers,
        cupboard: Arc<dyn Cupboard>,
        looks: Arc<dyn LookBook>,
    ) -> Self {
        Self::with(ORIGIN, answers, cupboard, looks)
    }

    fn with(
        origin: &str,
        answers: Answers,
        cupboard: Arc<dyn Cupboard>,
        looks: Arc<dyn LookBook>,
    ) -> Self {
        let clock = Arc::new(AtomicI64::new(after(6_000).as_micros()));
        let told = Arc::clone(&clock);
        let drawn = AtomicU64::new(1);
        let hands = Hands {
            now: Arc::new(move || Timestamp::from_micros(told.load(Ordering::Relaxed))),
            chance: Arc::new(move || {
                let mut bytes = [9; 32];
                bytes[..8].copy_from_slice(&drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                bytes
            }),
        };
        let office = Office {
            name: "coordinator".parse().unwrap(),
            coordinates: true,
        };
        let house = House {
            origins: vec![origin.into()],
            links_suffice: true,
            provider: None,
        };
        let (desk, asks) = mpsc::channel(8);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let serving = tokio::spawn(answer(asks, Arc::clone(&asked), answers));
        let window = Window::new(
            office,
            Desk::new(desk),
            hands,
            house,
            Kept::default(),
            cupboard,
            Books {
                looks,
                findings: None,
            },
        );
        Self {
            window,
            asked,
            clock,
            serving,
        }
    }

    /// Ends the office; the window goes on.
    pub fn office_ends(&self) {
        self.serving.abort();
    }

    /// Lets time pass.
    pub fn pass(&self, span: Span) {
        self.clock.fetch_add(span.as_micros(), Ordering::Relaxed);
    }

    /// Signs a person in; gives the cookie and the form token.
    pub fn signed_in(&self, person: &str, roles: &[Role]) -> (String, String) {
        let door = self.window.door();
        let hour = Span::from_secs(3_600);
        let path = door.invite(&person.parse().unwrap(), roles, hour).unwrap();
        let secret = door.come_in(path.strip_prefix("/first/").unwrap()).unwrap();
        let token = door.by_session(&secret).unwrap().form_token;
        (format!("issei={secret}"), token)
    }

    /// Asks the window.
    pub async fn send(&self, request: Request<Body>) -> Told {
        let router = Arc::clone(&self.window).router();
        let answer: Response<Body> = router.oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        // A stream of events has no end.
        let is_stream = parts
            .headers
            .get("content-type")
            .is_some_and(|kind| kind == "text/event-stream");
        let body = match is_stream {
            true => axum::body::Bytes::new(),
            false => body.collect().await.unwrap().to_bytes(),
        };
        Told {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Looks at an address.
    pub async fn get(&self, path: &str, cookie: &str) -> Told {
        self.send(request(Method::GET, path, &[("cookie", cookie)], ""))
            .await
    }

    /// Sends a form of our own pages.
    pub async fn post(&self, path: &str, (cookie, token): &(String, String), form: &str) -> Told {
        let body = format!("form_token={token}&{form}");
        let headers = [
            ("cookie", cookie.as_str()),
            ("origin", ORIGIN),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(request(Method::POST, path, &headers, &body))
            .await
    }
}

/// Writes a request to the window.
pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "issei.test");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Orders of the made-up office: one in force, one draft.
pub fn orders() -> [OrderView; 2] {
    let t = after(5_000);
    let members = vec![
        in_force("isp-a", 4_000, after(2_000), 700),
        in_force("isp-b", 12_000, t, 900),
        in_force("isp-c", 4_000, t, 1_400),
    ];
    let mut draft = view(Stands::Draft, noon(), Vec::new());
    draft.order.case = "draft-1".into();
    draft.id = draft.order.id();
    [view(Stands::Armed, after(6_000), members), draft]
}

/// Standing orders of the made-up office: one under which triggers act, one draft that noc@isp-a has signed.
pub fn standings() -> [StandingView; 2] {
    let now = after(6_000);
    let ready = standing(StandsOn::Ready, now);
    let mut draft = standing(StandsOn::Draft, now);
    draft.order.reflex = Reflex::DropForged;
    draft.id = draft.order.id();
    draft.approvals = vec![signed_standing(&draft.order, "noc@isp-a", 1)];
    [ready, draft]
}

/// Whose key is whose in the made-up country, by number.
pub const KEYS: [(&str, u8); 3] = [("noc@isp-a", 1), ("counsel@isp-b", 2), ("duty@isp-a", 3)];

/// Who may approve in it.
pub fn roster() -> Roster {
    let mut roster = Roster::new(2);
    for (person, number) in KEYS {
        let key = RosterKey {
            key: PublicKey(key(number).verifying_key().to_bytes()),
            role: issei_case::approvals::Role::Approver,
            from: noon() - Span::from_secs(86_400),
            until: noon() + Span::from_secs(60 * 86_400),
        };
        roster.enter(&person.parse().unwrap(), key).unwrap();
    }
    roster
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// Signs a standing order in a person's name with the key of a number, as it is shown in English.
pub fn signed_standing(order: &StandingOrder, person: &str, number: u8) -> Approval {
    let language = Language::English;
    let text = issei_case::standing_text(order, language);
    let signature = key(number).sign(&issei_case::approvals::signed_bytes(&text));
    Approval {
        person: person.parse().unwrap(),
        key: PublicKey(key(number).verifying_key().to_bytes()),
        language,
        at: after(6_000),
        signature: Signature(signature.to_bytes()),
    }
}

/// Answers a signature as an office does: by the gate, and once a person.
pub fn judged(standing: StandingId, approval: &Approval) -> Reply {
    let all = standings();
    let Some(view) = all.iter().find(|view| view.id == standing) else {
        return Reply::Wrong(issei_text::Phrase::same("no such draft"));
    };
    let now = after(6_000);
    if let Err(no) = issei_case::standing::check(&view.order, approval, &roster(), now) {
        return Reply::Refused(Box::new((&no).into()));
    }
    let before = |one: &Approval| one.person == approval.person;
    match view.approvals.iter().any(before) {
        true => Reply::Wrong(issei_text::Phrase::same("approved before")),
        false => Reply::Done(issei_text::Phrase::same("approved")),
    }
}

async fn answer(
    mut asks: mpsc::Receiver<crate::Asked>,
    asked: Arc<Mutex<Vec<Ask>>>,
    answers: Answers,
) {
    while let Some((ask, reply)) = asks.recv().await {
        let looked = match ask {
            Ask::Status => Reply::Status(Box::new(Status {
                office: "coordinator".parse().unwrap(),
                charter: Digest([5; 32]),
                entries: 12,
                current: true,
                stopped: false,
                connected: 3,
                alive: 1,
                findings: 0,
                clock_error: None,
                alarms: Vec::new(),
                counts: std::collections::BTreeMap::new(),
                reviews: Vec::new(),
            })),
            Ask::Orders => Reply::Orders(orders().into()),
            Ask::Cases => Reply::Cases(orders().iter().map(case).collect()),
            Ask::Findings => Reply::Findings(Vec::new()),
            // Who tries these brings others.
            Ask::Standings => match answers(&ask) {
                told @ Reply::Standings(_) => told,
                _ => Reply::Standings(standings().into()),
            },
            Ask::Reflexes => match answers(&ask) {
                told @ Reply::Reflexes(_) => told,
                _ => Reply::Wrong(issei_text::Phrase::say("says-ask-member")),
            },
            Ask::Charter | Ask::Country => {
                Reply::Failed(issei_text::Phrase::same("not in this rehearsal"))
            }
            ask => {
                let said = answers(&ask);
                asked.lock().unwrap().push(ask);
                said
            }
        };
        let _ = reply.send(looked);
    }
}

fn case(view: &OrderView) -> CaseView {
    CaseView {
        case: view.order.case.clone(),
        stage: issei_case::Stage::Proposed,
        goals: view.order.goals.clone(),
        evidence: view.order.evidence.clone(),
        addresses: Vec::new(),
        answers: Vec::new(),
        radius: Some(view.order.radius.clone()),
        order: Some(view.id),
        refusals: Vec::new(),
    }
}
