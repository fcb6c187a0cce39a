//! The enforcer believes nobody about a reflex: log, signatures, scope, minutes, counts, lists, requests.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::Role;
use issei_case::ground::Pack;
use issei_case::request::{self, Request, Wanted as Wish};
use issei_case::request_text;
use issei_case::safeguards::{Entry, Kind as Safeguarded, Place};
use issei_enforce::Seen;
use issei_host::clock;
use issei_host::device::Holding;
use issei_model::{
    Approval, Decision, Ending, Fact, FactValue, Language, PublicKey, Reflex, Signature, Span,
    StandingDossier, StandingEntry, Subscriber,
};
use issei_sim::rehearsal::{Person, approve_standing};

use super::super::speech::Proven;
use super::super::speech::Task;
use super::super::tests::{
    Notary, Table, country_with, give_an_enforcer, hand, move_in_of, runtime,
};
use super::*;
use crate::office::Diary;
use crate::office::control::{Ask, Reply, Sighted, StandsOn};
use crate::office::country::{ask, done, until};
use crate::office::folder::Settings;
use crate::office::rehearsed::{self, REGISTERED, ROW};
use crate::traffic;

/// The member whose enforcer is tried.
const MEMBER: &str = "isp-00";
const LINE: &str = "203.0.113.7";
const OTHER_LINE: &str = "203.0.113.8";
/// How many rules the test's device has room for.
const ROOM: usize = 7;

/// The face of the test's device: what it holds lies in memory, and it obeys the clock.
#[derive(Clone, Default)]
pub(in crate::enforcer) struct Rules {
    rules: Arc<Mutex<BTreeMap<ReflexRuleId, FoundReflex>>>,
    spoilt: Arc<Mutex<Vec<ReflexRuleId>>>,
    takes_none: Arc<Mutex<bool>>,
    fails: Arc<Mutex<bool>>,
}

impl Rules {
    pub(in crate::enforcer) fn clear(&self) {
        self.rules.lock().unwrap().clear();
    }

    pub(in crate::enforcer) fn face(&mut self) -> Option<&mut dyn ReflexDevice> {
        let takes_none = *self.takes_none.lock().unwrap();
        (!takes_none).then_some(self)
    }

    pub(in crate::enforcer) fn held(&self, orders: Vec<Seen>) -> Holding {
        Holding {
            orders,
            reflexes: self.all(),
            spoilt: self.spoilt.lock().unwrap().clone(),
        }
    }

    fn all(&self) -> Vec<FoundReflex> {
        self.rules.lock().unwrap().values().cloned().collect()
    }

    /// Puts something there behind everybody's back.
    fn slip_in(&self, found: FoundReflex) {
        self.rules.lock().unwrap().insert(found.id, found);
    }

    fn well(&self) -> Result<(), ReflexError> {
        match *self.fails.lock().unwrap() {
            true => Err(ReflexError::of(std::io::Error::other("the test broke it"))),
            false => Ok(()),
        }
    }
}

impl ReflexDevice for Rules {
    fn room(&self) -> usize {
        ROOM
    }

    fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError> {
        self.well()?;
        let rule = rule.clone();
        self.slip_in(FoundReflex { id, rule, ends });
        Ok(())
    }

    fn lift(&mut self, id: ReflexRuleId) -> Result<(), ReflexError> {
        self.well()?;
        self.rules.lock().unwrap().remove(&id);
        self.spoilt.lock().unwrap().retain(|one| *one != id);
        Ok(())
    }

    fn acts(&mut self, id: ReflexRuleId) -> Result<bool, ReflexError> {
        self.well()?;
        Ok(self.rules.lock().unwrap().contains_key(&id))
    }

    fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError> {
        self.well()?;
        Ok(self.all())
    }
}

fn operator_key() -> SigningKey {
    SigningKey::from_bytes(&[77; 32])
}

/// A country with a protected operator on its roster, once for all tests.
fn notary() -> &'static Notary {
    static NOTARY: OnceLock<Notary> = OnceLock::new();
    NOTARY.get_or_init(|| runtime().block_on(found()))
}

async fn found() -> Notary {
    let place = traffic::Folder::new("enforcer-reflex-papers");
    let country = rehearsed::country(place.path(), 2, None).await.unwrap();
    let enter = |who: &str| Ask::EnterPerson {
        person: who.parse().unwrap(),
        key: PublicKey(operator_key().verifying_key().to_bytes()),
        role: Role::Proposer,
    };
    done(country.ask(enter("duty@power")).await.unwrap()).unwrap();
    country.accept_everywhere().await.unwrap();
    let notary = Notary::of(&country);
    country.end().await;
    notary
}

fn person(who: &str, seed: u8) -> Person {
    Person::new(who.parse().unwrap(), SigningKey::from_bytes(&[seed; 32]))
}

/// An enforcer by itself, with a device and a standing order.
struct World {
    place: traffic::Folder,
    table: Table,
    enforcer: Enforcer,
    order: StandingOrder,
    now: Timestamp,
    /// What is asked for next.
    number: u64,
}

impl World {
    fn new(name: &str, reflex: Reflex) -> Self {
        let place = traffic::Folder::new(&format!("enforcer-reflex-{name}"));
        let folder = Folder::new(place.path());
        move_in_of(&folder, &notary().charter, MEMBER);
        let (table, now) = (Table::default(), clock::now());
        let order = order(reflex, now);
        let enforcer = Enforcer::open(folder, hand(&table), Diary::Nobody, now).unwrap();
        Self {
            place,
            table,
            enforcer,
            order,
            now,
            number: 0,
        }
    }

    fn limiting(name: &str) -> Self {
        Self::new(name, Reflex::LimitFlood(100))
    }

    fn dropping(name: &str) -> Self {
        Self::new(name, Reflex::DropOnRequest("power".parse().unwrap()))
    }

    /// The standing order, signed by two people.
    fn dossier(&self) -> StandingDossier {
        let people = [person("approver@isp-00", 1), person("counsel@isp-01", 2)];
        let sign = |who: &Person| approve_standing(who, &self.order, Language::English, self.now);
        StandingDossier {
            order: self.order.clone(),
            approvals: people.iter().map(sign).collect(),
        }
    }

    fn proven(&self) -> Proven {
        logged(self.dossier())
    }

    fn id(&self, number: u64) -> ReflexRuleId {
        let standing = self.order.id();
        ReflexRuleId { standing, number }
    }

    fn wanted(&mut self, rule: ReflexRule) -> Wanted {
        self.number += 1;
        Wanted {
            standing: self.proven(),
            number: self.number,
            rule: rule.into(),
            ends: self.now + self.order.lasts,
            request: None,
        }
    }

    fn requested(&mut self, request: Request) -> Wanted {
        let to = request.to;
        Wanted {
            request: Some(request),
            ..self.wanted(ReflexRule::Drop { to })
        }
    }

    fn does(&mut self, task: Task) -> Told {
        self.enforcer.handle(task, self.now)
    }

    fn takes(&mut self, wanted: &Wanted) {
        let told = self.does(Task::Reflex(Box::new(wanted.clone())));
        assert_eq!(told, Told::Done);
    }

    /// Expects a no by this rule, and that nothing new is on the device.
    fn refuses(&mut self, wanted: Wanted, rule: &str) {
        let before = self.table.rules.all();
        match self.does(Task::Reflex(Box::new(wanted))) {
            Told::Refused(said) => assert!(said.rule.contains(rule), "{}", said.rule),
            other => panic!("{other:?} instead of {rule}"),
        }
        assert_eq!(self.table.rules.all(), before);
    }

    /// What acts, as is read a while later.
    fn reads(&mut self) -> Vec<u64> {
        self.now += Span::from_millis(200);
        match self.does(Task::ReadReflexes) {
            Told::Reflexes(held) => held.iter().map(|one| one.id.number).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn on_device(&self) -> Vec<u64> {
        self.table
            .rules
            .all()
            .iter()
            .map(|one| one.id.number)
            .collect()
    }

    /// Starts anew in the same folder with the same device.
    fn restart(&mut self) {
        let folder = Folder::new(self.place.path());
        let hands = hand(&self.table);
        self.enforcer = Enforcer::open(folder, hands, Diary::Nobody, self.now).unwrap();
    }

    /// Puts these entries on the enforcer's own list.
    fn safeguard(&mut self, entries: &[(Safeguarded, &str, &str)]) {
        let entry = |(kind, place, source): &(Safeguarded, &str, &str)| Entry {
            place: Place::Prefix(place.parse().unwrap()),
            kind: *kind,
            reason: "a hospital".into(),
            source: (*source).into(),
        };
        let entries: Vec<Entry> = entries.iter().map(entry).collect();
        let text = serde_json::to_vec(&entries).unwrap();
        self.place.file("safeguards.json", &text);
    }
}

fn logged(dossier: StandingDossier) -> Proven {
    let entry = StandingEntry::StandingProposed(Box::new(dossier));
    notary().logged(entry.canonical(), notary().witnesses.len())
}

/// The same facts, where what happened at a moment happened at this one: the wish took the clock's, later than `now`.
fn dated(mut facts: BTreeMap<String, Fact>, now: Timestamp) -> BTreeMap<String, Fact> {
    for fact in facts.values_mut() {
        if let FactValue::Moment(at) = &mut fact.value {
            *at = now;
        }
    }
    facts
}

/// What a person at the member proposed: two at once, three an hour, five minutes each.
fn order(reflex: Reflex, now: Timestamp) -> StandingOrder {
    let wish = rehearsed::standing_wish(reflex, Span::from_secs(300)).unwrap();
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: MEMBER.parse().unwrap(),
        proposer: wish.proposer,
        reflex: wish.reflex,
        scope: wish.scope,
        ground: wish.ground,
        pack: Pack::japan().with_row_on(ROW).unwrap().digest(),
        facts: dated(wish.facts, now),
        lasts: wish.lasts,
        at_once: wish.at_once,
        per_hour: wish.per_hour,
        proposed_at: now,
        valid_from: now,
        valid_until: now + wish.stands,
    }
}

fn limit(line: &str) -> ReflexRule {
    ReflexRule::Limit {
        line: Subscriber::new(line.parse().unwrap()),
        victim: issei_model::Endpoint {
            ip: "198.51.100.9".parse().unwrap(),
            port: 80,
            protocol: 17,
        },
        packets: 100,
    }
}

fn signed(wish: Wish, to: &str, at: Timestamp, key: &SigningKey) -> Request {
    let mut request = Request {
        member: MEMBER.parse().unwrap(),
        wish,
        to: to.parse().unwrap(),
        signed: Approval {
            person: "duty@power".parse().unwrap(),
            key: PublicKey(key.verifying_key().to_bytes()),
            language: Language::English,
            at,
            signature: Signature([0; 64]),
        },
    };
    let text = request_text(&request, Language::English);
    request.signed.signature = Signature(key.sign(&request::signed_bytes(&text)).to_bytes());
    request
}

#[test]
fn what_is_logged_signed_and_within_its_standing_order_comes_in_and_ends() {
    let mut world = World::limiting("comes-in");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    assert_eq!((world.on_device(), world.reads()), (vec![1], vec![1]));
    // No line's address leaves the device for the disk.
    let memory = std::fs::read_to_string(world.place.path().join("enforcer-reflexes.json"));
    assert!(!memory.unwrap().contains(LINE));
    let Told::Status(standing) = world.does(Task::Status) else {
        panic!("a status")
    };
    assert_eq!((standing.reflexes, standing.reflex_room), (1, ROOM));
    assert_eq!(world.does(Task::LiftReflex(world.id(1))), Told::Done);
    assert_eq!((world.on_device(), world.reads()), (vec![], vec![]));
    world.refuses(wanted, "lifted");
    world.restart();
    let again = world.wanted(limit(LINE));
    let again = Wanted { number: 1, ..again };
    world.refuses(again, "lifted");
}

#[test]
fn what_is_not_in_the_log_or_not_witnessed_does_not_come_in() {
    let mut world = World::limiting("not-logged");
    let mut changed = world.wanted(limit(LINE));
    changed.standing.entry = changed
        .standing
        .entry
        .replace("\"at_once\":2", "\"at_once\":9");
    world.refuses(changed, "not-logged");
    let entry = StandingEntry::StandingProposed(Box::new(world.dossier()));
    let mut alone = world.wanted(limit(LINE));
    alone.standing = notary().logged(entry.canonical(), 1);
    world.refuses(alone, "not-logged");
    let mut other = world.wanted(limit(LINE));
    let withdrawn = Decision::WithdrawnAll {
        reason: Ending::ByPerson,
    };
    other.standing = notary().logged(withdrawn.canonical(), notary().witnesses.len());
    world.refuses(other, "no-standing-order");
}

#[test]
fn what_two_people_did_not_sign_does_not_come_in() {
    let mut world = World::limiting("not-signed");
    let mut dossier = world.dossier();
    dossier.approvals.pop();
    let mut wanted = world.wanted(limit(LINE));
    wanted.standing = logged(dossier);
    world.refuses(wanted, "too-few");
    let mut dossier = world.dossier();
    dossier.order.at_once = 9;
    let mut wanted = world.wanted(limit(LINE));
    wanted.standing = logged(dossier);
    world.refuses(wanted, "bad-signature");
}

#[test]
fn a_standing_order_of_another_member_or_another_time_does_not_come_in() {
    let mut world = World::limiting("another");
    world.order.member = "isp-01".parse().unwrap();
    let wanted = world.wanted(limit(LINE));
    world.refuses(wanted, "another-member");
    world.order.member = MEMBER.parse().unwrap();
    world.order.valid_from = world.now + Span::from_secs(60);
    let wanted = world.wanted(limit(LINE));
    world.refuses(wanted, "not-yet");
    world.now = world.order.valid_until;
    let wanted = world.wanted(limit(LINE));
    world.refuses(wanted, "wrong-time");
}

#[test]
fn lines_that_the_enforcer_does_not_know_as_own_are_left_alone() {
    let mut world = World::limiting("own-lines");
    world.order.scope = vec!["198.51.100.0/24".parse().unwrap()];
    let wanted = world.wanted(limit("198.51.100.7"));
    world.refuses(wanted, "not-own-lines");
}

#[test]
fn a_rule_of_another_kind_rate_or_place_than_was_signed_does_not_come_in() {
    let mut world = World::limiting("bounds");
    let mut stricter = limit(LINE);
    if let ReflexRule::Limit { packets, .. } = &mut stricter {
        *packets = 1;
    }
    let line = Subscriber::new(LINE.parse().unwrap());
    let forged = ReflexRule::DropForged { line };
    for rule in [stricter, forged, limit("203.0.114.7")] {
        let wanted = world.wanted(rule);
        world.refuses(wanted, "out-of-bounds");
    }
}

#[test]
fn a_rule_that_a_device_would_take_wider_than_the_scope_does_not_come_in() {
    let mut world = World::limiting("wider");
    let settings = Settings {
        ours: vec!["2001:db8::/32".parse().unwrap()],
        ..Folder::new(world.place.path()).settings().unwrap()
    };
    Folder::new(world.place.path())
        .write_settings(&settings)
        .unwrap();
    world.restart();
    // A line is a /64, and only half of it is in the scope.
    world.order.scope = vec!["2001:db8::/65".parse().unwrap()];
    let rule = ReflexRule::Limit {
        line: Subscriber::new("2001:db8::7".parse().unwrap()),
        victim: issei_model::Endpoint {
            ip: "2001:db9::9".parse().unwrap(),
            port: 80,
            protocol: 17,
        },
        packets: 100,
    };
    let wanted = world.wanted(rule);
    world.refuses(wanted, "too-wide");
    let mut world = World::dropping("too-wide");
    world.order.scope = vec!["192.0.2.0/23".parse().unwrap()];
    let request = signed(Wish::Drop, "192.0.2.0/23", world.now, &operator_key());
    let wanted = world.requested(request);
    world.refuses(wanted, "too-wide");
}

#[test]
fn what_lasts_longer_than_was_signed_or_has_ended_does_not_come_in() {
    let mut world = World::limiting("minutes");
    let mut long = world.wanted(limit(LINE));
    long.ends += Span::from_micros(1);
    world.refuses(long, "minutes");
    let mut over = world.wanted(limit(LINE));
    over.ends = world.now;
    world.refuses(over, "minutes");
    // Not beyond the end of the standing order either.
    world.order.valid_until = world.now + Span::from_secs(60);
    let beyond = world.wanted(limit(LINE));
    world.refuses(beyond, "minutes");
}

#[test]
fn no_more_act_at_once_nor_begin_within_an_hour_than_people_signed() {
    let mut world = World::limiting("counts");
    for line in [LINE, OTHER_LINE] {
        let wanted = world.wanted(limit(line));
        world.takes(&wanted);
    }
    let third = world.wanted(limit("203.0.113.9"));
    world.refuses(third, "at-once");
    assert_eq!(world.does(Task::LiftReflex(world.id(1))), Told::Done);
    let third = world.wanted(limit("203.0.113.9"));
    world.takes(&third);
    assert_eq!(world.does(Task::LiftReflex(world.id(2))), Told::Done);
    // What began is counted also over a restart, and though it is gone.
    world.restart();
    let fourth = world.wanted(limit("203.0.113.10"));
    world.refuses(fourth, "per-hour");
    world.now += Span::from_secs(3_600);
    let later = world.wanted(limit("203.0.113.10"));
    world.takes(&later);
}

#[test]
fn what_a_device_lost_comes_back_as_it_was_and_not_otherwise() {
    let mut world = World::limiting("lost");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    world.table.rules.clear();
    assert_eq!(world.reads(), Vec::<u64>::new(), "nobody says that it acts");
    let mut longer = wanted.clone();
    longer.ends += Span::from_secs(1);
    world.refuses(longer, "changed");
    let mut other = wanted.clone();
    other.rule = limit(OTHER_LINE).into();
    world.refuses(other, "changed");
    world.takes(&wanted);
    assert_eq!(world.reads(), [1]);
}

#[test]
fn a_standing_order_that_ended_takes_its_rules_along_and_never_returns() {
    let mut world = World::limiting("ended");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    let standing = world.order.id();
    assert_eq!(world.does(Task::EndStanding(standing)), Told::Done);
    assert_eq!(world.on_device(), Vec::<u64>::new());
    let next = world.wanted(limit(OTHER_LINE));
    world.refuses(next.clone(), "withdrawn");
    world.restart();
    world.refuses(next, "withdrawn");
    // One that ended before anything of it ever came stays away too.
    let mut world = World::limiting("ended-before");
    world.does(Task::EndStanding(world.order.id()));
    world.restart();
    let wanted = world.wanted(limit(LINE));
    world.refuses(wanted, "withdrawn");
}

#[test]
fn the_kill_switch_takes_reflexes_away_and_what_it_took_stays_away() {
    let mut world = World::limiting("stop");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    world.place.file("stop", b"");
    world.enforcer.look(world.now);
    assert_eq!(world.on_device(), Vec::<u64>::new());
    world.refuses(wanted.clone(), "stopped");
    std::fs::remove_file(world.place.path().join("stop")).unwrap();
    assert_eq!(world.does(Task::Resume), Told::Done);
    world.refuses(wanted, "lifted");
    let next = world.wanted(limit(LINE));
    world.takes(&next);
}

#[test]
fn what_is_safeguarded_is_left_alone_before_and_after() {
    let mut world = World::limiting("safeguarded");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    let other = world.wanted(limit(OTHER_LINE));
    world.takes(&other);
    world.safeguard(&[(Safeguarded::Emergency, "203.0.113.7/32", "own")]);
    assert_eq!(world.does(Task::Reload), Told::Lifted(1));
    assert_eq!((world.on_device(), world.reads()), (vec![2], vec![2]));
    let again = world.wanted(limit(LINE));
    world.refuses(again, "safeguarded");
    // Also what the list learned while nobody ran.
    world.safeguard(&[(Safeguarded::Emergency, "203.0.113.8/32", "own")]);
    world.restart();
    assert_eq!(world.on_device(), Vec::<u64>::new());
}

#[test]
fn what_a_list_learns_is_heeded_at_the_next_look_and_before_anything_comes_in() {
    let mut world = World::limiting("list-learns");
    for line in [LINE, OTHER_LINE] {
        let wanted = world.wanted(limit(line));
        world.takes(&wanted);
    }
    let mut safe = vec![(Safeguarded::Emergency, "203.0.113.7/32", "own")];
    world.safeguard(&safe);
    world.enforcer.look(world.now);
    assert_eq!(world.on_device(), vec![2]);
    safe.push((Safeguarded::Emergency, "203.0.113.9/32", "own"));
    world.safeguard(&safe);
    let third = world.wanted(limit("203.0.113.9"));
    world.refuses(third, "safeguarded");
}

#[test]
fn a_standing_order_whose_lines_are_no_longer_own_ends_for_good() {
    let mut world = World::limiting("no-longer-own");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    let folder = Folder::new(world.place.path());
    let own = folder.settings().unwrap();
    let none = Settings {
        ours: Vec::new(),
        ..own.clone()
    };
    folder.write_settings(&none).unwrap();
    assert_eq!(world.does(Task::Reload), Told::Lifted(1));
    assert_eq!(world.on_device(), Vec::<u64>::new());
    folder.write_settings(&own).unwrap();
    world.does(Task::Reload);
    let next = world.wanted(limit(LINE));
    world.refuses(next, "withdrawn");
}

#[test]
fn an_operators_drop_needs_his_own_fresh_signature_for_exactly_this() {
    let mut world = World::dropping("requests");
    let (key, now) = (operator_key(), world.now);
    let to = "192.0.2.7".parse().unwrap();
    let nobody = world.wanted(ReflexRule::Drop { to });
    world.refuses(nobody, "not-requested");
    let stranger = SigningKey::from_bytes(&[78; 32]);
    let forged = world.requested(signed(Wish::Drop, "192.0.2.7", now, &stranger));
    world.refuses(forged, "unknown-key");
    let old = now - Request::FRESH - Span::from_secs(1);
    let stale = world.requested(signed(Wish::Drop, "192.0.2.7", old, &key));
    world.refuses(stale, "not-now");
    let release = world.requested(signed(Wish::Release, "192.0.2.7", now, &key));
    world.refuses(release, "another-request");
    let mut elsewhere = world.requested(signed(Wish::Drop, "192.0.2.7", now, &key));
    let to = "192.0.2.8".parse().unwrap();
    elsewhere.rule = ReflexRule::Drop { to }.into();
    world.refuses(elsewhere, "another-request");
    let wanted = world.requested(signed(Wish::Drop, "192.0.2.7", now, &key));
    world.takes(&wanted);
    // It counts once, also after a restart, and puts back what a device lost.
    world.restart();
    let again = world.requested(wanted.request.clone().unwrap());
    world.refuses(again, "said-before");
    world.table.rules.clear();
    world.now = world.now + Request::FRESH + Span::from_secs(1);
    world.takes(&wanted);
}

#[test]
fn an_operator_drops_for_himself_only() {
    let mut world = World::dropping("another-operator");
    world.order.reflex = Reflex::DropOnRequest("gas".parse().unwrap());
    let request = signed(Wish::Drop, "192.0.2.7", world.now, &operator_key());
    let wanted = world.requested(request);
    world.refuses(wanted, "another-request");
    let mut world = World::dropping("registered");
    let own = (Safeguarded::ProtectedOperator, REGISTERED, "power");
    world.safeguard(&[own]);
    world.restart();
    let request = signed(Wish::Drop, "192.0.2.7", world.now, &operator_key());
    let wanted = world.requested(request);
    world.takes(&wanted);
    world.safeguard(&[own, (Safeguarded::ProtectedOperator, "192.0.2.0/28", "gas")]);
    assert_eq!(world.does(Task::Reload), Told::Lifted(1));
}

#[test]
fn what_nobody_let_in_or_somebody_changed_is_taken_away() {
    let mut world = World::limiting("strangers");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    let whole = world.table.rules.all().remove(0);
    let stranger = FoundReflex {
        id: world.id(99),
        ..whole.clone()
    };
    let longer = FoundReflex {
        ends: whole.ends + Span::from_micros(1),
        ..whole.clone()
    };
    let other = FoundReflex {
        rule: limit(OTHER_LINE),
        ..whole.clone()
    };
    for slipped in [stranger, longer, other] {
        let id = slipped.id;
        world.table.rules.slip_in(slipped);
        world.reads();
        let held = world.table.rules.all();
        assert!(held.iter().all(|one| one.id != id || *one == whole));
        world.table.rules.slip_in(whole.clone());
    }
    world.table.rules.spoilt.lock().unwrap().push(world.id(1));
    world.reads();
    assert_eq!(world.on_device(), Vec::<u64>::new());
    // At a start as well: then the standing order alone tells what may be there.
    world.takes(&wanted);
    let beyond = FoundReflex {
        rule: limit("203.0.114.7"),
        ..whole
    };
    world.table.rules.slip_in(beyond);
    world.restart();
    assert_eq!(world.on_device(), Vec::<u64>::new());
}

#[test]
fn after_a_start_a_rule_keeps_its_end_and_goes_soon_after_it() {
    let mut world = World::limiting("restart");
    let wanted = world.wanted(limit(LINE));
    world.takes(&wanted);
    world.restart();
    assert_eq!(world.reads(), [1]);
    world.now = wanted.ends;
    assert_eq!(world.reads(), Vec::<u64>::new(), "it acts no more");
    world.now = wanted.ends + Span::from_secs(1);
    world.reads();
    assert_eq!(world.on_device(), Vec::<u64>::new());
}

#[test]
fn a_device_that_fails_has_done_nothing_and_nothing_is_said_to_be_gone() {
    let mut world = World::limiting("fails");
    let wanted = world.wanted(limit(LINE));
    *world.table.rules.fails.lock().unwrap() = true;
    let told = world.does(Task::Reflex(Box::new(wanted.clone())));
    assert!(matches!(&told, Told::Failed(why) if why.contains("the test broke it")));
    assert_eq!(world.reads(), Vec::<u64>::new());
    *world.table.rules.fails.lock().unwrap() = false;
    world.takes(&wanted);
    *world.table.broken.lock().unwrap() = true;
    assert_eq!(world.reads(), [1], "nobody can tell otherwise");
    *world.table.broken.lock().unwrap() = false;
    *world.table.rules.fails.lock().unwrap() = true;
    assert!(matches!(
        world.does(Task::LiftReflex(world.id(1))),
        Told::Failed(_)
    ));
    *world.table.rules.fails.lock().unwrap() = false;
    // It is taken away as soon as the device is well.
    world.reads();
    assert_eq!(world.on_device(), Vec::<u64>::new());
}

#[test]
fn where_no_device_takes_reflexes_none_comes_in_and_there_is_no_room() {
    let mut world = World::limiting("no-device");
    *world.table.rules.takes_none.lock().unwrap() = true;
    let wanted = world.wanted(limit(LINE));
    let told = world.does(Task::Reflex(Box::new(wanted)));
    assert!(matches!(&told, Told::Failed(why) if why.contains("no device")));
    let Told::Status(standing) = world.does(Task::Status) else {
        panic!("a status")
    };
    assert_eq!(standing.reflex_room, 0);
}

#[test]
fn a_memory_of_reflexes_that_is_not_whole_lets_no_enforcer_come_up() {
    let world = World::limiting("memory");
    world.place.file("enforcer-reflexes.json", b"{");
    let folder = Folder::new(world.place.path());
    let opened = Enforcer::open(folder, hand(&world.table), Diary::Nobody, world.now);
    assert!(opened.is_err_and(|failure| failure.to_string().contains("enforcer-reflexes.json")));
}

/// Shows a flood to the first member's office.
async fn see(office: &Folder, line: &str) -> bool {
    let ReflexRule::Limit { victim, .. } = limit(line) else {
        unreachable!()
    };
    let seen = Sighted {
        line: line.parse().unwrap(),
        victim: Some(victim.into()),
        at: clock::now(),
        finding: None,
    };
    match ask(office, Ask::Sightings(vec![seen])).await.unwrap() {
        Reply::Sighted(verdicts) => verdicts[0].is_ok(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_member_limits_a_flood_through_its_enforcer_and_a_withdrawal_reaches_it() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-reflex-whole");
        let table = Table::default();
        let (country, folder) = country_with(place.path(), &table, MEMBER).await;
        let wish = rehearsed::standing_wish(Reflex::LimitFlood(100), Span::from_secs(300));
        let standing = rehearsed::standing(&country, wish.unwrap()).await.unwrap();
        let office = country.member(MEMBER).clone();
        let began = Instant::now();
        assert!(see(&office, LINE).await);
        let took = began.elapsed();
        assert_eq!(
            table.rules.all().len(),
            1,
            "the office's answer is read back"
        );
        assert!(took < Duration::from_secs(2), "{took:?}");
        // What somebody takes away is put back with the end it had.
        let before = table.rules.all();
        table.rules.clear();
        let back = async || Ok(table.rules.all() == before);
        until("the rule is back", back).await.unwrap();
        done(country.ask(Ask::WithdrawStanding(standing)).await.unwrap()).unwrap();
        let gone = async || Ok(table.rules.all().is_empty());
        until("the rule is gone", gone).await.unwrap();
        rehearsed::stands(&country, standing, StandsOn::Ended)
            .await
            .unwrap();
        let memory = folder.root().join("enforcer-reflexes.json");
        let barred = format!("\"barred\":{{\"{standing}\"");
        let told =
            async || Ok(std::fs::read_to_string(&memory).is_ok_and(|text| text.contains(&barred)));
        until("the enforcer knows that it ended", told)
            .await
            .unwrap();
        country.end().await;
    });
}

#[test]
fn a_standing_order_acts_also_through_an_enforcer_that_was_given_later() {
    runtime().block_on(async {
        let place = traffic::Folder::new("enforcer-reflex-later");
        let mut country = rehearsed::country(place.path(), 2, None).await.unwrap();
        let wish = rehearsed::standing_wish(Reflex::LimitFlood(100), Span::from_secs(300));
        rehearsed::standing(&country, wish.unwrap()).await.unwrap();
        let table = Table::default();
        give_an_enforcer(&mut country, place.path(), &table, MEMBER).await;
        let office = country.member(MEMBER).clone();
        let acts = async || Ok(see(&office, LINE).await || !table.rules.all().is_empty());
        until("the log is read to its end", acts).await.unwrap();
        let there = async || Ok(table.rules.all().len() == 1);
        until("its proof was read again", there).await.unwrap();
        country.end().await;
    });
}
