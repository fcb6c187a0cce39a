//! What a member posts counts only under its own key, for itself, and once, also across a restart.

use ed25519_dalek::SigningKey;
use issei_host::exchange::Identity;
use issei_ledger::Verifier;
use issei_model::{Digest, Edges, EvidenceEntry, Level, Measured, Observed, PublicKey, Rule};
use tokio::runtime::Runtime;

use super::*;
use crate::office::charter::Enrolled;
use crate::office::founding::found;
use crate::traffic;

const MEMBERS: [&str; 2] = ["isp-a", "isp-b"];

/// A coordinator of two members, without its sockets' traffic.
struct World {
    place: traffic::Folder,
    runtime: Runtime,
    office: Option<(Office, Server)>,
}

impl World {
    fn new(name: &str) -> Self {
        let place = traffic::Folder::new(&format!("coordinator-{name}"));
        let folder = Folder::new(place.path());
        let coordinator = "coordinator".parse().unwrap();
        let mut charter = found(&folder, &coordinator, &Settings::default()).unwrap();
        for member in MEMBERS {
            charter.enter(Enrolled {
                member: member.parse().unwrap(),
                lines: 10,
                witness: witness(member).to_string(),
                desk: PublicKey(key(member).verifying_key().to_bytes()),
            });
        }
        folder
            .write(&folder.charter(), &charter.canonical())
            .unwrap();
        let mut world = Self {
            place,
            runtime: Runtime::new().unwrap(),
            office: None,
        };
        world.open();
        world
    }

    fn open(&mut self) {
        self.office = None;
        let folder = Folder::new(self.place.path());
        let (calls, _) = mpsc::channel(1);
        let opened = self
            .runtime
            .block_on(Office::open(folder, calls, Diary::Nobody));
        self.office = Some(opened.unwrap());
    }

    fn office(&mut self) -> &mut Office {
        &mut self.office.as_mut().unwrap().0
    }

    /// Posts a body as this member, keeps what changed, and gives the status; 200 if it was taken.
    fn post(&mut self, member: &str, route: Route, body: Vec<u8>) -> u16 {
        let call = Call {
            from: Some(Identity::member(member.parse().unwrap())),
            route,
            body: body.into(),
            reply: oneshot::channel().0,
        };
        let answer = self.office().called(&call);
        let (office, _) = self.office.as_mut().unwrap();
        self.runtime.block_on(office.settle()).unwrap();
        match answer {
            Answer::Refused { status, .. } => status,
            _ => 200,
        }
    }

    fn refused(&mut self, kind: &str) -> u64 {
        self.office().refused.get(kind).copied().unwrap_or_default()
    }
}

fn key(member: &str) -> SigningKey {
    SigningKey::from_bytes(&[member.as_bytes()[4]; 32])
}

fn witness(member: &str) -> Verifier {
    let seed = [member.as_bytes()[4] ^ 1; 32];
    let name = format!("{member}.witness.issei.internal");
    Signer::new(&name, Algorithm::CosignatureV1, &seed)
        .unwrap()
        .verifier()
        .clone()
}

/// Seals a body as a member does, with the key of somebody.
fn sealed<T: Serialize>(purpose: Purpose, from: &str, body: &T, by: &str) -> Vec<u8> {
    signed::seal(purpose, &from.parse().unwrap(), 7, body, &key(by)).unwrap()
}

fn receipt(member: &str) -> Receipt {
    Receipt {
        member: member.parse().unwrap(),
        order: OrderId(Digest([1; 32])),
        observed: Observed::Prepared { lead: Span::ZERO },
        measured: None,
    }
}

fn finding(source: &str) -> Vec<Reported> {
    vec![Reported {
        goal: "198.51.100.7:23/tcp".parse().unwrap(),
        level: Level::Finding,
        evidence: EvidenceEntry {
            source: source.parse().unwrap(),
            rule: Rule::CommandConfirmed,
            kinds: Vec::new(),
            forgeable: false,
            commitment: Digest([2; 32]),
            until: clock::now(),
        },
    }]
}

#[test]
fn a_receipt_counts_under_the_members_own_key_and_for_itself_only() {
    let mut world = World::new("receipts");
    let own = sealed(Purpose::RECEIPT, "isp-a", &receipt("isp-a"), "isp-a");
    let forged = sealed(Purpose::RECEIPT, "isp-a", &receipt("isp-a"), "isp-b");
    let others = sealed(Purpose::RECEIPT, "isp-a", &receipt("isp-b"), "isp-a");
    assert_eq!(world.post("isp-a", Route::Receipts, forged), 400);
    assert_eq!(world.refused("issei-receipt/1: wrong key"), 1);
    assert_eq!(world.post("isp-b", Route::Receipts, own.clone()), 400);
    assert_eq!(world.refused("issei-receipt/1: another organisation"), 1);
    assert_eq!(world.post("isp-a", Route::Receipts, others), 403);
    assert_eq!(world.refused("receipt in another member's name"), 1);
    assert_eq!(world.post("isp-z", Route::Receipts, own), 403);
}

#[test]
fn what_was_posted_once_is_refused_again_also_after_a_restart() {
    let mut world = World::new("replay");
    let body = sealed(Purpose::RECEIPT, "isp-a", &receipt("isp-a"), "isp-a");
    assert_eq!(world.post("isp-a", Route::Receipts, body.clone()), 200);
    assert_eq!(world.post("isp-a", Route::Receipts, body.clone()), 400);
    world.open();
    assert_eq!(world.post("isp-a", Route::Receipts, body), 400);
    assert_eq!(world.refused("issei-receipt/1: replayed"), 1);
    // Another purpose has numbers of its own.
    let findings = sealed(Purpose::FINDINGS, "isp-a", &finding("isp-a"), "isp-a");
    assert_eq!(world.post("isp-a", Route::Findings, findings), 200);
}

#[test]
fn a_finding_of_another_member_is_not_taken() {
    let mut world = World::new("findings");
    let others = sealed(Purpose::FINDINGS, "isp-a", &finding("isp-b"), "isp-a");
    assert_eq!(world.post("isp-a", Route::Findings, others), 403);
    assert!(world.office().desk.findings().is_empty());
    let own = sealed(Purpose::FINDINGS, "isp-b", &finding("isp-b"), "isp-b");
    assert_eq!(world.post("isp-b", Route::Findings, own), 200);
    assert_eq!(world.office().desk.findings().len(), 1);
}

#[test]
fn who_has_no_certificate_may_only_join() {
    let mut world = World::new("strangers");
    for route in [
        Route::Country,
        Route::Questions,
        Route::Drafts,
        Route::Receipts,
    ] {
        let call = Call {
            from: None,
            route,
            body: Bytes::new(),
            reply: oneshot::channel().0,
        };
        let answer = world.office().called(&call);
        assert!(
            matches!(answer, Answer::Refused { status: 403, .. }),
            "{answer:?}"
        );
    }
}

/// A participant's word about an order that stands, with what it measured.
fn measured(world: &mut World, member: &str, order: OrderId) -> Vec<u8> {
    let edges = Edges {
        last_passed: Some(Span::from_micros(-300)),
        first_stopped: Some(Span::from_micros(700)),
        ..Edges::default()
    };
    let measured = Measured {
        devices: None,
        sentinel: Some(edges),
    };
    let body = Receipt {
        order,
        observed: Observed::InForce { at: clock::now() },
        measured: Some(measured),
        ..receipt(member)
    };
    assert!(world.office().machine.progress(order).is_some());
    sealed(Purpose::RECEIPT, member, &body, member)
}

/// Lets an order stand at the coordinator, as if its proposal to these members were in the log.
fn standing(world: &mut World, members: &[&str]) -> OrderId {
    let mut order = crate::order::samples::order();
    let now = clock::now();
    (order.proposed_at, order.fire_before) = (now, now + Span::from_secs(300));
    order.expires_at = now + Span::from_secs(600);
    order
        .participants
        .retain(|one| members.contains(&one.member.as_str()));
    let id = order.id();
    let dossier = Dossier {
        order,
        approvals: Vec::new(),
    };
    let proposed = Decision::Proposed(Box::new(dossier));
    world.office().tell(Input::Logged(proposed));
    id
}

#[test]
fn what_a_member_measured_is_shown_and_logged_as_it_was_signed() {
    let mut world = World::new("measured");
    let order = standing(&mut world, &MEMBERS);
    let posted = measured(&mut world, "isp-a", order);
    assert_eq!(world.post("isp-a", Route::Receipts, posted.clone()), 200);
    let view = world.office().view(order).unwrap();
    let of = |name: &str| view.members.iter().find(|one| one.member.as_str() == name);
    let shown = of("isp-a").unwrap().measured.unwrap().sentinel.unwrap();
    assert_eq!(shown.first_stopped, Some(Span::from_micros(700)));
    assert_eq!(of("isp-b").unwrap().measured, None);
    let due = world
        .office()
        .effects
        .take_due(clock::now() + Span::from_secs(60));
    let [issei_model::EffectEntry::EffectReported(receipts)] = due.as_slice() else {
        panic!("{due:?}");
    };
    // Anybody who has the member's key can verify it from the log alone.
    let bytes = receipts[0].canonical();
    assert_eq!(bytes, posted);
    let (member, desk) = ("isp-a".parse().unwrap(), key("isp-a").verifying_key());
    let opened = signed::open::<Receipt>(
        Purpose::RECEIPT,
        &bytes,
        &PublicKey(desk.to_bytes()),
        &member,
        None,
    );
    assert_eq!(opened.unwrap().1.order, order);
}

#[test]
fn nobody_but_a_participant_measures_an_order() {
    let mut world = World::new("measured-others");
    let order = standing(&mut world, &["isp-a"]);
    let late = clock::now() + Span::from_secs(60);
    for (member, logged) in [("isp-b", 0), ("isp-a", 1)] {
        let posted = measured(&mut world, member, order);
        assert_eq!(world.post(member, Route::Receipts, posted), 200);
        assert_eq!(
            world.office().effects.take_due(late).len(),
            logged,
            "{member}"
        );
    }
}
