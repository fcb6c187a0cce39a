//! What a member posts counts only under its own key, for itself, and once, also across a restart.

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_desk::traffic::{MOST_TOLD, Second, Told};
use issei_host::exchange::signed::{self, Purpose};
use issei_host::exchange::{Identity, Route};
use issei_ledger::Verifier;
use issei_model::{
    Digest, Dossier, Edges, EvidenceEntry, Level, Measured, Observed, PublicKey, Rule,
};
use issei_sim::rehearsal::Person;
use tokio::runtime::Runtime;

use super::*;
use crate::office::charter::Enrolled;
use crate::office::control::Reported;
use crate::office::country::{self, Country};
use crate::office::founding::found;
use crate::office::own_list::{
    self,
    tests::{forget, guarding_goal},
};
use crate::office::rehearsed::{self, People, ROW, drafted};
use crate::traffic;

const MEMBERS: [&str; 2] = ["isp-a", "isp-b"];

/// A coordinator of two members, without its sockets' traffic.
pub(super) struct World {
    place: traffic::Folder,
    runtime: Runtime,
    office: Option<(Office, Server)>,
}

impl World {
    pub(super) fn new(name: &str) -> Self {
        let place = traffic::Folder::new(&format!("coordinator-{name}"));
        let folder = Folder::new(place.path());
        let coordinator = "coordinator".parse().unwrap();
        let settings = Settings {
            rows_on: vec![ROW.into()],
            ..Settings::default()
        };
        let mut charter = found(&folder, &coordinator, 2, &settings).unwrap();
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

    /// Comes up again with what was kept.
    pub(super) fn open(&mut self) {
        self.office = None;
        let folder = Folder::new(self.place.path());
        let (calls, _) = mpsc::channel(1);
        let opened = self
            .runtime
            .block_on(Office::open(folder, calls, Diary::Nobody));
        self.office = Some(opened.unwrap());
    }

    pub(super) fn office(&mut self) -> &mut Office {
        &mut self.office.as_mut().unwrap().0
    }

    /// Answers a person here, and keeps what changed.
    pub(super) fn ask(&mut self, ask: Ask) -> Reply {
        let reply = self.office().asked(ask);
        let (office, _) = self.office.as_mut().unwrap();
        self.runtime.block_on(office.settle()).unwrap();
        reply
    }

    /// Posts a body as this member, keeps what changed, and gives the status; 200 if it was taken.
    pub(super) fn post(&mut self, member: &str, route: Route, body: Vec<u8>) -> u16 {
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
        addresses: std::collections::BTreeSet::new(),
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
fn traffic_counts_once_under_its_members_key_and_about_orders_only() {
    let mut world = World::new("traffic");
    let told = |seconds: usize| {
        let second = Second {
            at: clock::now(),
            asked: 3,
            answered: 2,
        };
        vec![Told {
            goal: "198.51.100.9:23/tcp".parse().unwrap(),
            seconds: vec![second; seconds],
        }]
    };
    let body = sealed(Purpose::TRAFFIC, "isp-a", &told(1), "isp-a");
    assert_eq!(world.post("isp-a", Route::Traffic, body.clone()), 200);
    assert_eq!(world.post("isp-a", Route::Traffic, body.clone()), 400);
    assert_eq!(world.post("isp-b", Route::Traffic, body), 400);
    let others = sealed(Purpose::TRAFFIC, "isp-b", &told(1), "isp-a");
    assert_eq!(world.post("isp-b", Route::Traffic, others), 400);
    let many = sealed(Purpose::TRAFFIC, "isp-b", &told(MOST_TOLD + 1), "isp-b");
    assert_eq!(world.post("isp-b", Route::Traffic, many), 413);
    assert_eq!(world.refused("traffic that could not be opened"), 3);
    assert_eq!(world.refused("traffic of too many seconds"), 1);
    let nothing = sealed(Purpose::TRAFFIC, "isp-z", &told(1), "isp-a");
    assert_eq!(world.post("isp-z", Route::Traffic, nothing), 403);
    // No order is about that goal, so nothing of it is kept.
    assert_eq!(world.office().traffic.lost(), 1);
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

#[test]
fn ceilings_rise_when_a_second_person_signs_for_the_same_and_a_key_that_ended_signs_nothing() {
    let mut world = World::new("ceilings");
    let person = |name: &str, seed: u8| {
        Person::new(name.parse().unwrap(), SigningKey::from_bytes(&[seed; 32]))
    };
    let [one, other, lost] = [("duty", 61), ("counsel", 62), ("former", 63)]
        .map(|(name, seed)| person(&format!("{name}@isp-a"), seed));
    for who in [&one, &other, &lost] {
        let (person, key, role) = (who.id.clone(), who.public(), Role::Approver);
        let reply = world.office().asked(Ask::EnterPerson { person, key, role });
        assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
    }
    let figures = |per_day| Figures {
        per_order: 500,
        per_day,
    };
    let sign = |who: &Person, figures: Figures| {
        let text = figures.to_be_signed(&"coordinator".parse().unwrap());
        let by = Raiser {
            person: who.id.clone(),
            key: who.public(),
            signature: who.sign(&text),
        };
        Ask::SignCeiling(figures, by)
    };
    let shipped = world.office().rules.ceiling.per_day();
    let ended = world.office().asked(Ask::EndKey(lost.public()));
    assert!(matches!(ended, Reply::Done(_)), "{ended:?}");
    assert!(matches!(
        world.office().asked(Ask::EndKey(lost.public())),
        Reply::Wrong(_)
    ));
    for (who, figures, rises) in [
        (&one, figures(20_000), false),
        (&one, figures(20_000), false),
        (&lost, figures(20_000), false),
        // Other figures begin anew.
        (&other, figures(21_000), false),
        (&one, figures(20_000), false),
        (&other, figures(20_000), true),
    ] {
        let _ = world.office().asked(sign(who, figures));
        let now = world.office().rules.ceiling.per_day();
        assert_eq!(now > shipped, rises, "{} {figures:?}", who.id);
    }
    world.open();
    assert_eq!(world.office().rules.ceiling.per_day(), 20_000);
    // A key that ends between the two signatures signed nothing either.
    let _ = world.office().asked(sign(&other, figures(22_000)));
    let _ = world.office().asked(Ask::EndKey(other.public()));
    let _ = world.office().asked(sign(&one, figures(22_000)));
    assert_eq!(world.office().rules.ceiling.per_day(), 20_000);
}

/// A coordinator whose order is in force, after its process was killed and before anybody else runs.
async fn with_a_living_order(place: &traffic::Folder) -> (Country, OrderId) {
    let mut country = rehearsed::country(place.path(), 2, None).await.unwrap();
    let order = drafted(&country, 0, Span::from_secs(600)).await.unwrap();
    People::two().approve(&country, order).await.unwrap();
    let acts = async || match country::ask(country.member("isp-01"), Ask::Order(order)).await? {
        Reply::Order(view) => Ok(view.members.iter().any(|one| one.effect.is_some())),
        _ => Ok(false),
    };
    country::until("it cuts", acts).await.unwrap();
    let folder = country.coordinator.clone();
    country.kill(&folder).await.unwrap();
    (country, order)
}

async fn opened(folder: &Folder) -> (Office, Server) {
    let (calls, _) = mpsc::channel(1);
    Office::open(folder.clone(), calls, Diary::Nobody)
        .await
        .unwrap()
}

impl Office {
    fn withdrawn(&self) -> u64 {
        let counted = self.refused.get("withdrawn: safeguarded");
        counted.copied().unwrap_or_default()
    }
}

#[test]
fn what_lives_is_held_against_the_list_at_the_start_before_arming_and_on_its_way() {
    Runtime::new().unwrap().block_on(async {
        let place = traffic::Folder::new("coordinator-lists");
        let (country, order) = with_a_living_order(&place).await;
        let folder = country.coordinator.clone();
        let path = own_list::path(&folder);

        // Before T is signed.
        let (mut office, server) = opened(&folder).await;
        let dossier = office.desk.left(order).unwrap().clone();
        let list = guarding_goal(&dossier.order.goals[0]);
        folder.write(&path, &list).unwrap();
        let armed = Decision::Armed {
            order,
            members: Vec::new(),
            fires_at: clock::now(),
        };
        office.heed(vec![Output::Append(armed)]);
        assert_eq!(office.withdrawn(), 1);

        // On its way through the log, when the list changes: once, also when it arrives.
        forget(&folder);
        drop((office, server));
        let (mut office, server) = opened(&folder).await;
        office.machine = Coordinator::new(coordinator::Setup::default());
        folder.write(&path, &list).unwrap();
        office.heed_lists();
        office.heed_lists();
        assert_eq!(office.withdrawn(), 1);
        let proposed = |dossier: &Dossier| {
            let proposed = Decision::Proposed(Box::new(dossier.clone()));
            Entry::Order(proposed)
        };
        office.logged(&proposed(&dossier));
        assert_eq!(office.withdrawn(), 1);

        // One that nobody knows to be on its way, when it arrives.
        let mut other = dossier.clone();
        other.order.case = "another".into();
        office.logged(&proposed(&other));
        assert_eq!(office.withdrawn(), 2);

        // At the start.
        drop((office, server));
        let (office, _server) = opened(&folder).await;
        assert_eq!(office.withdrawn(), 1);
        drop(office);
        country.end().await;
    });
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
    let mut order = issei_desk::samples::order();
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
