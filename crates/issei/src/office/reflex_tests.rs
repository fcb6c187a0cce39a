//! Reflexes in a country of real offices over real TLS: from a paper that people sign to a rule, its end,
//! and what the ledger holds of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::Role;
use issei_case::request::{self, Request, Wanted};
use issei_case::request_text;
use issei_case::safeguards::{Entry as Safeguard, Kind, Place};
use issei_host::clock;
use issei_host::rehearsal;
use issei_host::store::{Owner, Store};
use issei_ledger::commitment::opens;
use issei_ledger::{Audit, Strangers, Tiles};
use issei_model::{
    Approval, Ending, FoundReflex, Goal, Language, PublicKey, Reflex, ReflexBatch, ReflexEnd,
    ReflexRefusal, ReflexRule, ReflexRuleId, Signature, Span, StandingEntry, StandingId, Timestamp,
};
use issei_sim::rehearsal::Person;

use super::charter::Charter;
use super::control::{Ask, ReflexesView, Reply, Said, Sighted, StandingWish, StandsOn, Victim};
use super::country::{Country, ask, done, status, until};
use super::entry::Entry;
use super::folder::Folder as Office;
use super::member::reflexes::keys;
use super::rehearsed::{self, People, REGISTERED};
use crate::traffic::Folder;

/// The member whose reflexes are tried.
const MEMBER: &str = "isp-00";
/// A line of it.
pub const LINE: &str = "203.0.113.7";
/// Whom it floods.
pub const VICTIM: &str = "198.51.100.9:80/udp";

/// A country in which one standing order is ready at [`MEMBER`].
struct Ready {
    country: Country,
    standing: StandingId,
}

impl Ready {
    async fn new(place: &Folder, reflex: Reflex, lasts: Span) -> Self {
        let country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let person = "duty@power".parse().unwrap();
        let key = PublicKey(operator_key().verifying_key().to_bytes());
        let role = Role::Proposer;
        done(
            country
                .ask(Ask::EnterPerson { person, key, role })
                .await
                .unwrap(),
        )
        .unwrap();
        country.accept_everywhere().await.unwrap();
        Self {
            standing: rehearsed::standing(&country, wish(reflex, lasts))
                .await
                .unwrap(),
            country,
        }
    }

    fn folder(&self) -> &Office {
        self.country.member(MEMBER)
    }

    async fn ask(&self, question: Ask) -> Reply {
        ask(self.folder(), question).await.unwrap()
    }

    async fn stands(&self, wanted: StandsOn) {
        rehearsed::stands(&self.country, self.standing, wanted)
            .await
            .unwrap();
    }

    async fn view(&self) -> ReflexesView {
        match self.ask(Ask::Reflexes).await {
            Reply::Reflexes(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    async fn current(&self) {
        let current = async || Ok(self.view().await.current);
        until("the log is read to its end", current).await.unwrap();
    }

    async fn see(&self, line: &str, victim: Option<&str>) -> Result<Timestamp, ReflexRefusal> {
        let seen = Sighted {
            line: line.parse().unwrap(),
            victim: victim.map(victim_of),
            at: clock::now(),
            finding: None,
        };
        self.show(seen).await
    }

    async fn show(&self, seen: Sighted) -> Result<Timestamp, ReflexRefusal> {
        match self.ask(Ask::Sightings(vec![seen])).await {
            Reply::Sighted(verdicts) => verdicts[0],
            other => panic!("{other:?}"),
        }
    }

    async fn request(&self, request: Request) -> Result<String, Said> {
        match self.ask(Ask::Request(Box::new(request))).await {
            Reply::Done(words) => Ok(words.en),
            Reply::Refused(said) => Err(*said),
            other => panic!("{other:?}"),
        }
    }

    /// What stands on the disk, read by another hand than the office's.
    fn rules(&self) -> Vec<FoundReflex> {
        let device = rehearsal::reflexes::Reflexes::open(&self.folder().device());
        device.unwrap().found().unwrap()
    }

    async fn gone(&self) {
        let gone = async || Ok(self.rules().is_empty());
        until("the rule is gone", gone).await.unwrap();
    }

    /// Waits until everything that ended has come back from the log.
    async fn reported(&self) {
        let told = async || {
            let view = self.view().await;
            Ok(view.unreported == 0 && view.acting.is_empty() && !view.sending)
        };
        until("everything is in the log", told).await.unwrap();
    }

    async fn refused(&self, request: Request) -> String {
        self.request(request).await.expect_err("refused").rule
    }

    /// Puts these entries on the member's own list.
    async fn safeguard(&self, entries: &[Safeguard]) {
        let list = serde_json::to_vec(entries).unwrap();
        let folder = self.folder();
        folder
            .write(&folder.root().join("safeguards.json"), &list)
            .unwrap();
        done(self.ask(Ask::Reload).await).unwrap();
    }
}

fn victim_of(text: &str) -> Victim {
    match text.parse().unwrap() {
        Goal::Service(endpoint) => endpoint.into(),
        Goal::Name(name) => panic!("{name}"),
    }
}

/// What is seen of a line that floods [`VICTIM`].
pub fn flood(line: &str) -> Sighted {
    Sighted {
        line: line.parse().unwrap(),
        victim: Some(victim_of(VICTIM)),
        at: clock::now(),
        finding: None,
    }
}

fn operator_key() -> SigningKey {
    SigningKey::from_bytes(&[77; 32])
}

fn wish(reflex: Reflex, lasts: Span) -> StandingWish {
    rehearsed::standing_wish(reflex, lasts).unwrap()
}

fn signed(wish: Wanted, to: &str, person: &str, key: &SigningKey) -> Request {
    let mut request = Request {
        member: MEMBER.parse().unwrap(),
        wish,
        to: to.parse().unwrap(),
        signed: Approval {
            person: person.parse().unwrap(),
            key: PublicKey(key.verifying_key().to_bytes()),
            language: Language::English,
            at: clock::now(),
            signature: Signature([0; 64]),
        },
    };
    let text = request_text(&request, Language::English);
    request.signed.signature = Signature(key.sign(&request::signed_bytes(&text)).to_bytes());
    request
}

/// The batches of the coordinator's log, once it has been verified as an outsider would.
async fn batches(coordinator: &Office) -> Vec<ReflexBatch> {
    let store = Store::open(&coordinator.database(), Owner::Coordinator)
        .await
        .unwrap();
    let files = store.files().await.unwrap();
    let charter = Charter::parse(&coordinator.read(&coordinator.charter()).unwrap()).unwrap();
    let policy = charter.policy().unwrap().unwrap();
    let audit = Audit::new(&files, Some(&policy), Strangers::Refused).unwrap();
    let size = audit.run().unwrap().size;
    let tiles = Tiles::new(&files, size);
    let entries = (0..size).filter_map(|index| Entry::parse(&tiles.entry(index).unwrap()));
    let batches = entries.filter_map(|entry| match entry {
        Entry::Standing(StandingEntry::ReflexesReported(batch)) => Some(batch),
        _ => None,
    });
    batches.collect()
}

/// Runs a story.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_flood_is_limited_goes_after_its_time_and_stands_in_the_ledger() {
    runtime().block_on(async {
        let place = Folder::new("reflex-whole-life");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), Span::from_secs(2)).await;
        let began = Instant::now();
        let ends = ready.see(LINE, Some(VICTIM)).await.expect("it acts");
        let took = began.elapsed();
        let rules = ready.rules();
        assert!(took < Duration::from_secs(2), "{took:?}");
        eprintln!("from sighting to read-back: {took:?}");
        let [found] = rules.as_slice() else {
            panic!("{rules:?}");
        };
        assert_eq!(found.ends, ends);
        let ReflexRule::Limit {
            line,
            victim,
            packets,
        } = &found.rule
        else {
            panic!("{rules:?}");
        };
        let said = (line.reveal().to_string(), victim.to_string(), *packets);
        assert_eq!(said, (LINE.into(), VICTIM.into(), 100));
        let acting = &ready.view().await.acting[0];
        assert!(acting.seen.is_some(), "it was read back: {acting:?}");
        for what in [&acting.what.en, &acting.what.ja] {
            assert!(what.contains(VICTIM) && !what.contains(LINE), "{what}");
        }
        ready.gone().await;
        assert!(ends <= clock::now(), "not before its time");
        ready.reported().await;
        let (coordinator, folder) = (ready.country.coordinator.clone(), ready.folder().clone());
        ready.country.end().await;
        let batches = batches(&coordinator).await;
        let told: Vec<_> = batches
            .iter()
            .flat_map(|batch| &batch.activations)
            .collect();
        let [one] = told.as_slice() else {
            panic!("{batches:?}");
        };
        assert_eq!((one.end, one.number), (ReflexEnd::Over, found.id.number));
        assert!(one.seen.is_some() && ends <= one.gone);
        // Only the member can show which line was meant.
        let kept = keys::read(&folder.reflex_keys()).unwrap();
        let key = kept
            .iter()
            .find(|key| key.commitment == one.commitment)
            .unwrap();
        assert!(opens(
            &one.commitment.0,
            &key.key.0,
            keys::FIELD,
            key.trigger.as_bytes()
        ));
        assert!(key.trigger.contains(LINE));
        let mut on_disk = BTreeMap::new();
        for folder in [&coordinator, &folder] {
            let bytes = std::fs::read(folder.database()).unwrap();
            let holds = bytes
                .windows(LINE.len())
                .any(|part| part == LINE.as_bytes());
            on_disk.insert(folder.database(), holds);
        }
        assert!(on_disk.values().all(|holds| !holds), "{on_disk:?}");
    });
}

fn entry(kind: Kind, place: &str, source: &str) -> Safeguard {
    Safeguard {
        place: Place::Prefix(place.parse().unwrap()),
        kind,
        reason: "a test".into(),
        source: source.into(),
    }
}

fn five_minutes() -> Span {
    Span::from_secs(300)
}

#[test]
fn without_the_second_signature_nothing_stands() {
    runtime().block_on(async {
        let place = Folder::new("reflex-one-signature");
        let country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let wish = wish(Reflex::LimitFlood(100), five_minutes());
        let standing = rehearsed::draft_standing(&country, wish).await.unwrap();
        let ready = Ready { country, standing };
        ready.current().await;
        let people = People::two();
        let signs = async |who| people.sign_standing(&ready.country, who, standing).await;
        signs(0).await.unwrap();
        ready.stands(StandsOn::Draft).await;
        let no = ready.see(LINE, Some(VICTIM)).await;
        assert_eq!(no, Err(ReflexRefusal::NoStandingOrder));
        // A signature by another's key is none, however it is sent.
        let counsel = "counsel@isp-01".parse().unwrap();
        let forger = Person::new(counsel, SigningKey::from_bytes(&[6; 32]));
        let forged = People::new(vec![forger]);
        assert!(
            forged
                .sign_standing(&ready.country, 0, standing)
                .await
                .is_err()
        );
        ready.stands(StandsOn::Draft).await;
        // Nor does a member carry the signature of another organisation's person.
        let carried = Approval {
            person: "counsel@isp-01".parse().unwrap(),
            key: PublicKey([2; 32]),
            language: Language::English,
            at: clock::now(),
            signature: Signature([0; 64]),
        };
        let reply = ready
            .ask(Ask::ApproveStanding {
                standing,
                approval: carried,
            })
            .await;
        assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
        let counts = status(&ready.country.coordinator).await.unwrap().counts;
        assert_eq!(counts["approval of another organisation's person"], 1);
        signs(1).await.unwrap();
        ready.stands(StandsOn::Ready).await;
        assert!(ready.see(LINE, Some(VICTIM)).await.is_ok());
        ready.country.end().await;
    });
}

#[test]
fn a_member_believes_no_signature_that_its_own_charter_does_not_know() {
    runtime().block_on(async {
        let place = Folder::new("reflex-own-gates");
        let country = rehearsed::country(place.path(), 2, None).await.unwrap();
        // The coordinator enters somebody, and no member has accepted that yet.
        let stranger = Person::new("extra@isp-01".parse().unwrap(), operator_key());
        let (person, key, role) = (stranger.id.clone(), stranger.public(), Role::Approver);
        let enter = Ask::EnterPerson { person, key, role };
        done(country.ask(enter).await.unwrap()).unwrap();
        let mut wish = wish(Reflex::LimitFlood(100), five_minutes());
        for fact in wish.facts.values_mut() {
            fact.confirmed_by = Some(stranger.id.clone());
        }
        let standing = rehearsed::draft_standing(&country, wish).await.unwrap();
        let own = People::two().sign_standing(&country, 0, standing).await;
        own.unwrap();
        let signed = People::new(vec![stranger])
            .sign_standing(&country, 0, standing)
            .await;
        assert!(signed.unwrap().contains("goes to the log"));
        let ready = Ready { country, standing };
        ready.stands(StandsOn::Refused).await;
        match ready.ask(Ask::Standing(standing)).await {
            Reply::Standing(view) => assert_eq!(view.refusal.unwrap().rule, "unknown-key"),
            other => panic!("{other:?}"),
        }
        ready.current().await;
        let no = ready.see(LINE, Some(VICTIM)).await;
        assert_eq!(no, Err(ReflexRefusal::NoStandingOrder));
        ready.country.end().await;
    });
}

#[test]
fn each_reason_not_to_act_is_told_and_nothing_is_put() {
    runtime().block_on(async {
        let place = Folder::new("reflex-refusals");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        let mut old = flood(LINE);
        old.at = clock::now() - Span::from_secs(11);
        assert_eq!(ready.show(old).await, Err(ReflexRefusal::Stale));
        let see = async |line, victim| ready.see(line, victim).await.unwrap_err();
        let elsewhere = see("198.51.100.7", Some(VICTIM)).await;
        assert_eq!(elsewhere, ReflexRefusal::NotOwn);
        let resolver = see(LINE, Some("8.8.8.8:53/udp")).await;
        assert_eq!(resolver, ReflexRefusal::Safeguarded);
        let forged = see(LINE, None).await;
        assert_eq!(forged, ReflexRefusal::NoStandingOrder);
        assert_eq!(ready.rules(), []);
        assert!(
            keys::read(&ready.folder().reflex_keys())
                .unwrap()
                .is_empty()
        );
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        assert_eq!(see(LINE, Some(VICTIM)).await, ReflexRefusal::Acting);
        ready.see("203.0.113.8", Some(VICTIM)).await.unwrap();
        let third = see("203.0.113.9", Some(VICTIM)).await;
        assert_eq!(third, ReflexRefusal::AtOnce);
        assert_eq!(ready.rules().len(), 2);
        let refused = ready.view().await.refused;
        assert_eq!(refused.values().sum::<u64>(), 6, "{refused:?}");
        ready.country.end().await;
    });
}

#[test]
fn many_sightings_at_once_are_answered_in_their_order_and_too_many_are_refused() {
    runtime().block_on(async {
        let place = Folder::new("reflex-many");
        let ready = Ready::new(&place, Reflex::DropForged, five_minutes()).await;
        let forged = |last: usize| Sighted {
            victim: None,
            ..flood(&format!("203.0.113.{last}"))
        };
        let seen = [forged(1), flood(LINE), forged(2), forged(3)].to_vec();
        let verdicts = match ready.ask(Ask::Sightings(seen)).await {
            Reply::Sighted(verdicts) => verdicts,
            other => panic!("{other:?}"),
        };
        let acted: Vec<bool> = verdicts.iter().map(Result::is_ok).collect();
        assert_eq!(acted, [true, false, true, false], "{verdicts:?}");
        let lines: Vec<_> = ready.rules().into_iter().map(|found| found.rule).collect();
        let dropped = |rule: &ReflexRule| matches!(rule, ReflexRule::DropForged { .. });
        assert!(lines.len() == 2 && lines.iter().all(dropped), "{lines:?}");
        let many: Vec<Sighted> = (0..33).map(forged).collect();
        let reply = ready.ask(Ask::Sightings(many)).await;
        assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
        ready.country.end().await;
    });
}

#[test]
fn a_trigger_that_comes_while_the_log_grows_waits_until_it_is_read() {
    runtime().block_on(async {
        let place = Folder::new("reflex-log-grows");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        let wish = wish(Reflex::DropForged, five_minutes());
        let other = rehearsed::standing(&ready.country, wish).await.unwrap();
        let growing = std::cell::Cell::new(true);
        let grow = async {
            for _ in 0..50 {
                let withdraw = Ask::WithdrawStanding(other);
                done(ready.country.ask(withdraw).await.unwrap()).unwrap();
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            growing.set(false);
        };
        let see = async {
            let mut seen = Vec::new();
            while growing.get() {
                seen.push(ready.see(LINE, Some(VICTIM)).await);
            }
            seen
        };
        let ((), seen) = tokio::join!(grow, see);
        assert!(seen[0].is_ok());
        let others = &seen[1..];
        assert!(others.iter().all(|one| *one == Err(ReflexRefusal::Acting)));
        ready.country.end().await;
    });
}

#[test]
fn the_kill_switch_lifts_without_asking_anybody_and_a_person_lets_reflexes_act_again() {
    runtime().block_on(async {
        let place = Folder::new("reflex-stop");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        assert_eq!(rehearsal::stop(&ready.folder().device()).unwrap().rules, 1);
        assert_eq!(ready.rules(), []);
        let stopped = async || Ok(ready.view().await.stopped);
        until("the office notices", stopped).await.unwrap();
        let no = ready.see("203.0.113.8", Some(VICTIM)).await;
        assert_eq!(no, Err(ReflexRefusal::Stopped));
        done(ready.ask(Ask::Resume).await).unwrap();
        ready.see("203.0.113.8", Some(VICTIM)).await.unwrap();
        done(ready.ask(Ask::Stop).await).unwrap();
        assert_eq!(ready.rules(), []);
        done(ready.ask(Ask::Resume).await).unwrap();
        ready.reported().await;
        let coordinator = ready.country.coordinator.clone();
        ready.country.end().await;
        let batches = batches(&coordinator).await;
        let ends = batches.iter().flat_map(|batch| &batch.activations);
        let ends: Vec<ReflexEnd> = ends.map(|one| one.end).collect();
        assert_eq!(ends, [ReflexEnd::Stopped, ReflexEnd::Stopped]);
    });
}

#[test]
fn after_a_crash_a_rule_keeps_its_name_and_end_and_a_rule_of_nobody_is_lifted() {
    runtime().block_on(async {
        let place = Folder::new("reflex-restart");
        let mut ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        let before = ready.rules();
        let folder = ready.folder().clone();
        ready.country.kill(&folder).await.unwrap();
        assert_eq!(ready.rules(), before, "nobody lifts what nobody ends");
        let device = rehearsal::reflexes::Reflexes::open(&folder.device()).unwrap();
        let stray = ReflexRuleId {
            number: 99,
            ..before[0].id
        };
        device.put(stray, &before[0].rule, before[0].ends).unwrap();
        ready.country.start(&folder).await.unwrap();
        let alone = async || Ok(ready.rules() == before);
        until("the stray is lifted", alone).await.unwrap();
        assert_eq!(ready.view().await.acting[0].number, before[0].id.number);
        let no = ready.see(LINE, Some(VICTIM)).await;
        assert_eq!(
            no,
            Err(ReflexRefusal::NotCurrent),
            "not before the log is read"
        );
        ready.current().await;
        let no = ready.see(LINE, Some(VICTIM)).await;
        assert_eq!(no, Err(ReflexRefusal::Acting));
        // No number is used twice, not even one that only the device knew.
        ready.see("203.0.113.8", Some(VICTIM)).await.unwrap();
        let numbers: Vec<u64> = ready.rules().iter().map(|found| found.id.number).collect();
        assert_eq!(numbers, [before[0].id.number, 100]);
        ready.country.end().await;
    });
}

#[test]
fn a_member_ends_its_standing_order_also_while_the_coordinator_is_away() {
    runtime().block_on(async {
        let place = Folder::new("reflex-withdrawn-alone");
        let mut ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        let coordinator = ready.country.coordinator.clone();
        ready.country.kill(&coordinator).await.unwrap();
        // Somebody takes the coordinator's calls and never answers.
        let address = coordinator.settings().unwrap().address.unwrap();
        let deaf = std::net::TcpListener::bind(address).unwrap();
        let asking = async { tokio::join!(ready.ask(Ask::Standings), ready.ask(Ask::Orders)) };
        let seeing = async {
            tokio::time::sleep(Duration::from_millis(200)).await; // the asks are on their way
            let began = Instant::now();
            let seen = ready.see("203.0.113.8", Some(VICTIM)).await;
            (seen.is_ok(), began.elapsed())
        };
        let ((listed, _), (acted, took)) = tokio::join!(asking, seeing);
        assert!(
            acted && took < Duration::from_secs(2),
            "who asks the coordinator keeps no trigger waiting: {took:?}"
        );
        assert!(
            matches!(&listed, Reply::Standings(own) if own.len() == 1),
            "{listed:?}"
        );
        drop(deaf);
        let reply = ready.ask(Ask::WithdrawStanding(ready.standing)).await;
        assert!(
            matches!(reply, Reply::Wrong(_)),
            "the log does not know: {reply:?}"
        );
        assert_eq!(ready.rules(), []);
        ready.stands(StandsOn::Ended).await;
        ready.country.end().await;
    });
}

#[test]
fn the_coordinators_withdrawal_of_one_and_of_everything_reaches_reflexes() {
    runtime().block_on(async {
        let place = Folder::new("reflex-withdrawn");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        let wish = wish(Reflex::DropForged, five_minutes());
        let other = rehearsed::standing(&ready.country, wish).await.unwrap();
        let acts = async || Ok(ready.see("203.0.113.9", None).await.is_ok());
        until("the other one is ready", acts).await.unwrap();
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        let withdraw = Ask::WithdrawStanding(other);
        done(ready.country.ask(withdraw).await.unwrap()).unwrap();
        let one = async || Ok(ready.rules().len() == 1);
        until("one is gone", one).await.unwrap();
        let limits = matches!(ready.rules()[0].rule, ReflexRule::Limit { .. });
        assert!(limits, "the other standing order stands");
        let all = Ask::WithdrawAll(Ending::ByPerson);
        done(ready.country.ask(all).await.unwrap()).unwrap();
        ready.gone().await;
        ready.stands(StandsOn::Ended).await;
        ready.reported().await;
        let coordinator = ready.country.coordinator.clone();
        ready.country.end().await;
        let batches = batches(&coordinator).await;
        let ended = batches.iter().flat_map(|batch| &batch.activations);
        let ended: Vec<ReflexEnd> = ended.map(|one| one.end).collect();
        assert_eq!(ended, [ReflexEnd::Withdrawn, ReflexEnd::Withdrawn]);
    });
}

#[test]
fn an_operator_gets_a_drop_within_a_second_and_takes_it_back_and_nobody_else_does() {
    runtime().block_on(async {
        let place = Folder::new("reflex-request");
        let reflex = Reflex::DropOnRequest("power".parse().unwrap());
        let ready = Ready::new(&place, reflex, five_minutes()).await;
        let key = operator_key();
        let asks = |wish, to| signed(wish, to, "duty@power", &key);
        // By another key, in another's name, for what is not registered, changed on its way.
        let stranger = signed(
            Wanted::Drop,
            "192.0.2.7",
            "duty@power",
            &SigningKey::from_bytes(&[78; 32]),
        );
        assert_eq!(ready.refused(stranger).await, "unknown-key");
        let gas = signed(Wanted::Drop, "192.0.2.7", "duty@gas", &key);
        assert_eq!(ready.refused(gas).await, "unknown-key");
        let counsel = signed(
            Wanted::Drop,
            "192.0.2.7",
            "counsel@isp-01",
            &SigningKey::from_bytes(&[2; 32]),
        );
        assert_eq!(ready.refused(counsel).await, "no-standing-order");
        assert_eq!(
            ready.refused(asks(Wanted::Drop, "198.51.100.7")).await,
            "out-of-scope"
        );
        assert_eq!(
            ready.refused(asks(Wanted::Drop, "192.0.2.0/23")).await,
            "malformed"
        );
        let mut changed = asks(Wanted::Drop, "192.0.2.7");
        changed.to = "192.0.2.8".parse().unwrap();
        assert_eq!(ready.refused(changed).await, "bad-signature");
        assert_eq!(ready.rules(), []);
        let request = asks(Wanted::Drop, "192.0.2.7:53/udp");
        let began = Instant::now();
        ready.request(request.clone()).await.unwrap();
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}");
        eprintln!("from request to read-back: {took:?}");
        let to = "192.0.2.7:53/udp".parse().unwrap();
        assert_eq!(ready.rules()[0].rule, ReflexRule::Drop { to });
        // Heard once is heard for good: neither a copy of the request nor one of the release counts.
        let release = asks(Wanted::Release, "192.0.2.7:53/udp");
        ready.request(release.clone()).await.unwrap();
        assert_eq!(ready.rules(), []);
        assert_eq!(ready.refused(request).await, "said-before");
        ready
            .request(asks(Wanted::Drop, "192.0.2.7:53/udp"))
            .await
            .unwrap();
        assert_eq!(ready.refused(release).await, "said-before");
        assert_eq!(ready.rules().len(), 1);
        ready.country.end().await;
    });
}

#[test]
fn what_becomes_safeguarded_is_lifted_but_not_what_its_holder_asked_for() {
    runtime().block_on(async {
        let place = Folder::new("reflex-safeguarded");
        let reflex = Reflex::DropOnRequest("power".parse().unwrap());
        let ready = Ready::new(&place, reflex, five_minutes()).await;
        let key = operator_key();
        let asks = |to| signed(Wanted::Drop, to, "duty@power", &key);
        let own = entry(Kind::ProtectedOperator, REGISTERED, "power");
        ready.safeguard(std::slice::from_ref(&own)).await;
        ready.request(asks("192.0.2.7")).await.unwrap();
        let wish = wish(Reflex::LimitFlood(100), five_minutes());
        rehearsed::standing(&ready.country, wish).await.unwrap();
        let acts = async || Ok(ready.see(LINE, Some(VICTIM)).await.is_ok());
        until("floods are limited", acts).await.unwrap();
        assert_eq!(ready.rules().len(), 2);
        // The line becomes a hospital's.
        let hospital = entry(Kind::Emergency, "203.0.113.7/32", "own");
        ready.safeguard(&[own.clone(), hospital.clone()]).await;
        let left = ready.rules();
        assert!(matches!(
            left.as_slice(),
            [FoundReflex {
                rule: ReflexRule::Drop { .. },
                ..
            }]
        ));
        // Another's list covers the operator's prefix: his wish counts no more there.
        let other = entry(Kind::ProtectedOperator, "192.0.2.0/28", "gas");
        ready.safeguard(&[own, hospital, other]).await;
        assert_eq!(ready.rules(), []);
        assert_eq!(ready.refused(asks("192.0.2.8")).await, "safeguarded");
        ready.request(asks("192.0.2.77")).await.unwrap();
        ready.country.end().await;
    });
}

#[test]
fn a_standing_order_ends_when_the_members_own_gates_think_again() {
    runtime().block_on(async {
        let place = Folder::new("reflex-judged-again");
        let ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        let folder = ready.folder();
        let mut settings = folder.settings().unwrap();
        settings.ours = vec!["203.0.113.128/25".parse().unwrap()];
        folder.write_settings(&settings).unwrap();
        done(ready.ask(Ask::Reload).await).unwrap();
        assert_eq!(ready.rules(), []);
        ready.stands(StandsOn::Refused).await;
        let shown = match ready.ask(Ask::Standing(ready.standing)).await {
            Reply::Standing(view) => view.refusal.expect("a reason").rule,
            other => panic!("{other:?}"),
        };
        assert_eq!(shown, "not-own-lines");
        ready.country.end().await;
    });
}

#[test]
fn reflexes_from_a_backup_come_up_stopped() {
    runtime().block_on(async {
        let place = Folder::new("reflex-backup");
        let mut ready = Ready::new(&place, Reflex::LimitFlood(100), five_minutes()).await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        let folder = ready.folder().clone();
        ready.country.kill(&folder).await.unwrap();
        super::member::restore(&folder).await.unwrap();
        ready.country.start(&folder).await.unwrap();
        assert_eq!(ready.rules(), []);
        assert!(ready.view().await.stopped);
        done(ready.ask(Ask::Resume).await).unwrap();
        ready.current().await;
        ready.see(LINE, Some(VICTIM)).await.unwrap();
        ready.country.end().await;
    });
}
