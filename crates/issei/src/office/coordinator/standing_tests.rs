//! A standing order leaves once, with every signature; a batch is logged once.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::{Role, signed_bytes};
use issei_case::{RosterKey, standing_text};
use issei_model::{Language, PersonId, PublicKey, Reflex, Signature, StandingEntry};
use issei_sim::rehearsal::facts;

use super::*;

fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

const PEOPLE: [(&str, u8); 3] = [("ren@isp-a", 1), ("yui@isp-b", 2), ("aoi@isp-b", 3)];

/// What the coordinator goes by, and what it holds.
struct World {
    pack: Pack,
    roster: Roster,
    standings: Standings,
}

impl World {
    fn new() -> Self {
        let mut roster = Roster::new(2);
        for (name, number) in PEOPLE {
            let held = RosterKey {
                key: PublicKey(key(number).verifying_key().to_bytes()),
                role: Role::Approver,
                from: now(),
                until: now() + Span::from_secs(30 * 86_400),
            };
            roster.enter(&person(name), held).unwrap();
        }
        Self {
            pack: Pack::japan(),
            roster,
            standings: Standings::default(),
        }
    }

    fn order(&self) -> StandingOrder {
        let (proposer, second) = (person("duty@isp-a"), person("yui@isp-b"));
        let row = self.pack.row("A2").unwrap();
        StandingOrder {
            schema: StandingOrder::SCHEMA.into(),
            member: "isp-a".parse().unwrap(),
            facts: facts(row, now(), [&proposer, &second]),
            proposer,
            reflex: Reflex::LimitFlood(100),
            scope: vec!["203.0.113.0/24".parse().unwrap()],
            ground: "A2".into(),
            pack: self.pack.digest(),
            lasts: Span::from_secs(300),
            at_once: 20,
            per_hour: 60,
            proposed_at: now(),
            valid_from: now(),
            valid_until: now() + Span::from_secs(86_400),
        }
    }

    fn propose(&mut self, from: &str, order: StandingOrder) -> Reply {
        let bench = Bench {
            pack: &self.pack,
            roster: &self.roster,
        };
        self.standings
            .propose(&from.parse().unwrap(), order, bench, now())
    }

    fn drafted(&mut self) -> StandingId {
        let order = self.order();
        match self.propose("isp-a", order) {
            Reply::NamedStanding(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn approve(&mut self, id: StandingId, who: usize) -> (Reply, Option<StandingEntry>) {
        let (name, number) = PEOPLE[who];
        let text = standing_text(&self.order(), Language::English);
        let approval = Approval {
            person: person(name),
            key: PublicKey(key(number).verifying_key().to_bytes()),
            language: Language::English,
            at: now(),
            signature: Signature(key(number).sign(&signed_bytes(&text)).to_bytes()),
        };
        let bench = Bench {
            pack: &self.pack,
            roster: &self.roster,
        };
        self.standings.approve(id, approval, bench, now())
    }

    fn stands(&mut self, id: StandingId) -> Option<StandsOn> {
        self.standings.show(id, now()).map(|view| view.stands)
    }

    /// Comes up again with what the database would hold.
    fn again(&mut self) {
        let mut kept = BTreeMap::new();
        for change in self.standings.take_changes() {
            match change {
                Change::PutDocument {
                    name,
                    body,
                    changed_at,
                    ..
                } => {
                    let document = Document {
                        name: name.clone(),
                        body,
                        changed_at,
                    };
                    kept.insert(name, document);
                }
                Change::RemoveDocument { name, .. } => drop(kept.remove(&name)),
                other => panic!("{other:?}"),
            }
        }
        self.standings = Standings::open(kept.into_values().collect()).unwrap();
    }
}

fn refused_by(reply: Reply) -> String {
    match reply {
        Reply::Refused(said) => said.rule,
        other => panic!("{other:?}"),
    }
}

fn batch(number: u64) -> ReflexBatch {
    ReflexBatch {
        member: "isp-a".parse().unwrap(),
        number,
        activations: Vec::new(),
        refused: BTreeMap::new(),
    }
}

#[test]
fn a_draft_leaves_once_with_the_last_signature_that_it_needs_and_counts_when_it_is_logged() {
    let mut world = World::new();
    let id = world.drafted();
    assert_eq!(world.stands(id), Some(StandsOn::Draft));
    let (reply, entry) = world.approve(id, 0);
    assert!(
        matches!(&reply, Reply::Done(words) if words.en.contains("2 are needed")),
        "{reply:?}"
    );
    assert_eq!(entry, None);
    let (_, entry) = world.approve(id, 1);
    let entry = entry.expect("it leaves");
    assert_eq!(world.stands(id), Some(StandsOn::Leaving));
    let (reply, none) = world.approve(id, 2);
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    assert_eq!(none, None);
    world.standings.logged(&entry);
    assert_eq!(world.stands(id), Some(StandsOn::Logged));
}

#[test]
fn what_left_before_a_restart_does_not_leave_again() {
    let mut world = World::new();
    let id = world.drafted();
    world.approve(id, 0);
    let (_, entry) = world.approve(id, 1);
    world.again();
    assert_eq!(world.stands(id), Some(StandsOn::Leaving));
    let (_, none) = world.approve(id, 2);
    assert_eq!(none, None);
    let order = world.order();
    assert_eq!(world.propose("isp-a", order), Reply::NamedStanding(id));
    assert_eq!(world.stands(id), Some(StandsOn::Leaving));
    world.standings.logged(&entry.unwrap());
    assert_eq!(world.stands(id), Some(StandsOn::Logged));
    let removed = |change: &Change| matches!(change, Change::RemoveDocument { .. });
    assert!(world.standings.take_changes().iter().any(removed));
}

#[test]
fn two_people_of_another_member_let_nothing_leave() {
    let mut world = World::new();
    let id = world.drafted();
    world.approve(id, 1);
    let (reply, entry) = world.approve(id, 2);
    assert_eq!(entry, None, "{reply:?}");
    let (_, entry) = world.approve(id, 0);
    assert!(entry.is_some());
}

#[test]
fn the_same_person_twice_and_a_signature_over_another_text_are_refused() {
    let mut world = World::new();
    let id = world.drafted();
    world.approve(id, 0);
    let (reply, _) = world.approve(id, 0);
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    let mut other = world.order();
    other.at_once = 21;
    let other = match world.propose("isp-a", other) {
        Reply::NamedStanding(id) => id,
        reply => panic!("{reply:?}"),
    };
    let (reply, _) = world.approve(other, 1);
    assert_eq!(refused_by(reply), "bad-signature");
}

#[test]
fn a_member_proposes_and_ends_its_own_only() {
    let mut world = World::new();
    let order = world.order();
    let reply = world.propose("isp-b", order);
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    let mut order = world.order();
    order.proposer = person("yui@isp-b");
    let reply = world.propose("isp-a", order);
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    let id = world.drafted();
    world.approve(id, 0);
    let (_, entry) = world.approve(id, 1);
    world.standings.logged(&entry.unwrap());
    let other: OrganisationId = "isp-b".parse().unwrap();
    assert_eq!(world.standings.withdraw(id, Some(&other)).1, None);
    let own: OrganisationId = "isp-a".parse().unwrap();
    let (_, entry) = world.standings.withdraw(id, Some(&own));
    assert_eq!(
        entry,
        Some(StandingEntry::StandingWithdrawn { standing: id })
    );
    world.standings.logged(&entry.unwrap());
    assert_eq!(world.stands(id), Some(StandsOn::Ended));
}

#[test]
fn what_no_gate_would_take_is_refused_before_anybody_signs() {
    let mut world = World::new();
    let mut order = world.order();
    order.ground = "C1".into();
    let reply = world.propose("isp-a", order);
    assert_eq!(refused_by(reply), "no-standing-ground");
    let mut order = world.order();
    order.at_once = 0;
    let reply = world.propose("isp-a", order);
    assert_eq!(refused_by(reply), "malformed");
    assert_eq!(world.standings.all(now()), Vec::new());
}

#[test]
fn a_draft_is_taken_back_and_an_old_one_forgotten() {
    let mut world = World::new();
    let id = world.drafted();
    let (_, entry) = world.standings.withdraw(id, None);
    assert_eq!(entry, None);
    assert_eq!(world.stands(id), None);
    let id = world.drafted();
    let later = now() + Span::from_secs(86_401);
    assert_eq!(world.standings.show(id, later), None);
}

#[test]
fn drafts_of_a_member_are_bounded() {
    let mut world = World::new();
    for number in 1..=20 {
        let mut order = world.order();
        order.per_hour = number;
        world.propose("isp-a", order);
    }
    let mut order = world.order();
    order.per_hour = 21;
    let reply = world.propose("isp-a", order);
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
    assert_eq!(world.standings.all(now()).len(), 20);
}

#[test]
fn everybodys_withdrawal_ends_all_and_a_members_its_own() {
    for (member, ends) in [(None, true), (Some("isp-a"), true), (Some("isp-b"), false)] {
        let mut world = World::new();
        let id = world.drafted();
        world.approve(id, 0);
        let (_, entry) = world.approve(id, 1);
        world.standings.logged(&entry.unwrap());
        let member = member.map(|member| member.parse().unwrap());
        world
            .standings
            .logged(&StandingEntry::AllStandingWithdrawn { member });
        let stands = world.stands(id) == Some(StandsOn::Ended);
        assert_eq!(stands, ends);
    }
}

#[test]
fn a_batch_is_logged_once_and_another_of_its_number_is_logged_too() {
    let mut world = World::new();
    let own: OrganisationId = "isp-a".parse().unwrap();
    let entry = world.standings.report(&own, batch(0)).unwrap();
    assert!(entry.is_some());
    assert_eq!(world.standings.report(&own, batch(0)), Ok(None));
    // A member set back to a backup may say something else under a number that it has used.
    let mut other = batch(0);
    other.refused.insert(issei_model::ReflexRefusal::Stale, 1);
    assert!(world.standings.report(&own, other).unwrap().is_some());
    // After a restart the log itself says what was logged.
    let mut again = Standings::default();
    again.logged(&entry.unwrap());
    assert_eq!(again.report(&own, batch(0)), Ok(None));
}

#[test]
fn a_batch_in_anothers_name_or_without_bound_is_refused() {
    let mut world = World::new();
    let other: OrganisationId = "isp-b".parse().unwrap();
    assert!(world.standings.report(&other, batch(0)).is_err());
    let one = issei_model::Activation {
        standing: StandingId(Digest([1; 32])),
        number: 0,
        began: now(),
        seen: None,
        gone: now(),
        end: issei_model::ReflexEnd::Over,
        commitment: Digest([1; 32]),
    };
    let own: OrganisationId = "isp-a".parse().unwrap();
    let mut long = batch(0);
    long.activations = vec![one; ReflexBatch::MOST + 1];
    assert!(world.standings.report(&own, long).is_err());
}
