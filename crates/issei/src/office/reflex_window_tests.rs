//! The life of a standing order at the windows of two members, by real offices: drafted, signed, at work, ended.

use std::net::{Ipv4Addr, SocketAddr};

use issei_case::standing_text;
use issei_model::{Approval, Language, Reflex, Span, StandingOrder};
use issei_window::{Asked, Role};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::control::{Ask, Reply, StandsOn};
use super::country::{Country, ask, until};
use super::folder::Folder as Office;
use super::reflex_tests::{LINE, VICTIM, flood, runtime};
use super::rehearsed::{self, People};
use crate::traffic::Folder;
use crate::window::{self, Opened, Place};

/// A member's window, and somebody's token to it.
struct At {
    opened: Opened,
    token: String,
}

/// What came back.
struct Told {
    status: u16,
    head: String,
    body: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The state that was read.
    fn tag(&self) -> String {
        let line = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("etag: "));
        line.expect("a tag").to_owned()
    }
}

impl At {
    fn open(folder: &Office, member: &str, person: &str, roles: &[Role]) -> Self {
        let office = issei_window::Office {
            name: member.parse().unwrap(),
            coordinates: false,
        };
        let (desk, asks) = mpsc::channel(64);
        tokio::spawn(carried(folder.clone(), asks));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let opened = window::open(Place::at(address), office, desk, None).unwrap();
        let person = person.parse().unwrap();
        opened.invite(&person, roles).unwrap();
        let roles = roles.iter().copied().collect();
        let door = opened.window().door();
        let token = door.make_token("probe", &person, roles, Span::from_secs(3_600));
        Self {
            token: token.unwrap(),
            opened,
        }
    }

    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Told {
        let (host, token) = (self.opened.address(), &self.token);
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).await.unwrap();
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        Told {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.replace('\r', ""),
            body: body.to_owned(),
        }
    }

    async fn get(&self, path: &str) -> Told {
        let told = self.send("GET", path, "", "").await;
        assert_eq!(told.status, 200, "{path}: {}", told.body);
        told
    }

    /// Hands a signature in, decided on what has this tag.
    async fn sign(&self, path: &str, tag: &str, approval: &Approval) -> Told {
        let body = json!({
            "key": approval.key.to_string(),
            "signature": approval.signature.to_string(),
            "at": approval.at.to_string(),
            "language": "en",
        });
        let headers = format!("if-match: {tag}\r\n");
        let path = format!("{path}/approvals");
        self.send("POST", &path, &headers, &body.to_string()).await
    }
}

/// Carries asks of a window to an office's socket.
async fn carried(folder: Office, mut asks: mpsc::Receiver<Asked>) {
    while let Some((wish, reply)) = asks.recv().await {
        let _ = reply.send(ask(&folder, wish).await.unwrap());
    }
}

#[test]
fn a_standing_order_is_drafted_signed_at_work_and_ended_at_the_windows_of_two_members() {
    runtime().block_on(async {
        let place = Folder::new("reflex-windows");
        let country: Country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let (one, other) = (country.member("isp-00"), country.member("isp-01"));
        let duty = At::open(one, "isp-00", "duty@isp-00", &[Role::Operator]);
        let approver = At::open(one, "isp-00", "approver@isp-00", &[Role::Approver]);
        let counsel = At::open(other, "isp-01", "counsel@isp-01", &[Role::Approver]);
        let people = People::two();

        // Nobody drafts in another's name; the gates' no is told with its rule.
        let wish = rehearsed::standing_wish(Reflex::LimitFlood(100), Span::from_secs(300)).unwrap();
        let all = "/api/v1/standing-orders";
        let body = serde_json::to_string(&wish).unwrap();
        assert_eq!(approver.send("POST", all, "", &body).await.status, 403);
        let wide = body.replace("203.0.113.0/24", "198.51.100.0/24");
        let no = duty.send("POST", all, "", &wide).await;
        assert_eq!(
            (no.status, &no.json()["rule"]),
            (409, &json!("not-own-lines"))
        );
        let drafted = duty
            .send("POST", all, "idempotency-key: d-1\r\n", &body)
            .await;
        let again = duty
            .send("POST", all, "idempotency-key: d-1\r\n", &body)
            .await;
        assert_eq!((drafted.status, &drafted.body), (201, &again.body));
        let id = drafted.json()["standing_order"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(duty.get(all).await.json()["total"], 1, "drafted once");

        // Each reads it at the own member, and what is shown is what its name says.
        let path = format!("{all}/{id}");
        let read = counsel.get(&format!("{path}?lang=en")).await;
        let order: StandingOrder = serde_json::from_value(read.json()["order"].clone()).unwrap();
        assert_eq!(order.id().to_string(), id);
        assert_eq!(
            read.json()["text"],
            standing_text(&order, Language::English)
        );
        let (before, good) = (read.tag(), people.signed_standing(1, &order));

        let mut forged = good.clone();
        forged.signature.0[0] ^= 1;
        let of_another = people.signed_standing(0, &order);
        for (approval, rule) in [(&forged, "bad-signature"), (&of_another, "unknown-key")] {
            let no = counsel.sign(&path, &before, approval).await;
            assert_eq!((no.status, &no.json()["rule"]), (409, &json!(rule)));
        }
        assert_eq!(counsel.get(&path).await.tag(), before, "nothing was taken");

        let tag = approver.get(&path).await.tag();
        let signed = approver.sign(&path, &tag, &of_another).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
        // A window shows what is a quarter of a second old at most.
        let heard = async || Ok(counsel.get(&path).await.tag() != before);
        until("the other window shows the signature", heard)
            .await
            .unwrap();
        let stale = counsel.sign(&path, &before, &good).await;
        assert_eq!(
            stale.status, 412,
            "another signed meanwhile: {}",
            stale.body
        );
        let tag = approver.get(&path).await.tag();
        let twice = approver.sign(&path, &tag, &of_another).await;
        assert_eq!(twice.status, 422, "{}", twice.body);
        let tag = counsel.get(&path).await.tag();
        let signed = counsel.sign(&path, &tag, &good).await;
        assert_eq!(signed.status, 200, "{}", signed.body);
        let standing = order.id();
        rehearsed::stands(&country, standing, StandsOn::Ready)
            .await
            .unwrap();

        // What acts is told, and no line.
        let acts = async || match ask(one, Ask::Sightings(vec![flood(LINE)])).await? {
            Reply::Sighted(verdicts) => Ok(verdicts[0].is_ok()),
            _ => Ok(false),
        };
        until("the flood is acted on", acts).await.unwrap();
        let now = duty.get("/api/v1/reflexes").await;
        assert_eq!(now.json()["acting"][0]["standing_order"], id);
        let page = duty.get("/reflexes?lang=ja").await.body;
        assert!(page.contains(&format!("{VICTIM} あての通信")), "{page}");
        assert!(!page.contains(LINE) && !now.body.contains(LINE));
        assert!(page.contains("有効"), "{page}");

        // Ended from the window, it lifts what acts.
        let end = format!("{path}/withdraw");
        assert_eq!(
            counsel.send("POST", &end, "", "").await.status,
            422,
            "another member's"
        );
        assert_eq!(duty.send("POST", &end, "", "").await.status, 200);
        assert_eq!(
            duty.get("/api/v1/reflexes").await.json()["acting"],
            json!([])
        );
        assert_eq!(duty.get(&path).await.json()["stands"], "ended");
        country.end().await;
    });
}
