//! A confirmation is taken from an approver who did not propose the order, with an own key that holds, over its
//! own text, between the first T and a notice before the moment; once.

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_case::confirmation_text;
use issei_desk::samples;
use issei_host::exchange::Route;
use issei_model::{Dossier, Ending, Language, Order, Signature, Span};
use issei_sim::rehearsal::{self, Person};

use super::super::tests::World;
use super::*;
use crate::office::control::{Ask, OrderView};

/// How long people have here.
const WITHIN: Span = Span::from_secs(60);

fn person(name: &str, number: u8) -> Person {
    Person::new(name.parse().unwrap(), SigningKey::from_bytes(&[number; 32]))
}

/// Who approves at isp-b.
fn counsel() -> Person {
    person("counsel@isp-b", 8)
}

/// An order of two members that must be confirmed, proposed a minute ago.
fn order() -> Order {
    let now = clock::now();
    let mut order = samples::order();
    order.participants.truncate(2);
    order.proposed_at = now - Span::from_secs(60);
    order.fire_before = now + Span::from_secs(60);
    order.expires_at = now + Span::from_secs(600);
    order.confirm_within = Some(WITHIN);
    order
}

/// Who takes part.
const MEMBERS: [&str; 2] = ["isp-a", "isp-b"];

/// A coordinator whose members fired so long ago.
struct Fired {
    world: World,
    order: Order,
}

impl Fired {
    fn new(name: &str, ago: Span) -> Self {
        Self::of(name, order(), Some(ago))
    }

    /// Brings an order to the log, and to T so long ago if it has one.
    fn of(name: &str, order: Order, ago: Option<Span>) -> Self {
        let mut world = World::new(&format!("confirm-{name}"));
        for (who, role) in [
            (person("approver@isp-a", 7), Role::Approver),
            (counsel(), Role::Approver),
            (person("duty@coordinator", 9), Role::Approver),
            (person("clerk@isp-a", 10), Role::Proposer),
            (person("former@isp-a", 11), Role::Approver),
        ] {
            let (person, key) = (who.id.clone(), who.public());
            let reply = world.ask(Ask::EnterPerson { person, key, role });
            assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
        }
        let reply = world.ask(Ask::EndKey(person("former@isp-a", 11).public()));
        assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
        let dossier = Dossier {
            order: order.clone(),
            approvals: Vec::new(),
        };
        let mut decisions = vec![Decision::Proposed(Box::new(dossier))];
        decisions.extend(ago.map(|ago| Decision::Armed {
            order: order.id(),
            // All at once: no canary is waited for, and nothing but the moment is due.
            members: MEMBERS.map(|member| member.parse().unwrap()).into(),
            fires_at: clock::now() - ago,
        }));
        for decision in decisions {
            world.office().logged(&Entry::Order(decision));
        }
        Self { world, order }
    }

    fn sign(&self, who: &Person) -> Approval {
        rehearsal::confirm(who, &self.order, Language::Japanese, clock::now())
    }

    fn confirm(&mut self, approval: Approval) -> Reply {
        let order = self.order.id();
        self.world.ask(Ask::Confirm { order, approval })
    }

    fn written(&mut self) -> u64 {
        self.world.office().notary.written()
    }

    fn view(&mut self) -> OrderView {
        match self.world.ask(Ask::Order(self.order.id())) {
            Reply::Order(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    /// Says that the rule refused, and nothing was written.
    #[track_caller]
    fn refuses(&mut self, approval: Approval, rule: &str) {
        let before = self.written();
        match self.confirm(approval) {
            Reply::Refused(said) => assert_eq!(said.rule, rule),
            other => panic!("{rule}: {other:?}"),
        }
        assert_eq!(self.written(), before, "{rule}");
    }
}

#[test]
fn an_approver_lets_an_order_go_on_once_and_everybody_sees_by_when_and_who() {
    let mut fired = Fired::new("goes-on", Span::from_secs(5));
    let view = fired.view();
    let by = view.awaits().unwrap();
    assert_eq!((view.ends(), view.is_confirmable()), (by, true));
    let approval = fired.sign(&counsel());
    let reply = fired.confirm(approval.clone());
    let Reply::Done(said) = &reply else {
        panic!("{reply:?}")
    };
    assert!(said.en.starts_with("counsel@isp-b confirmed"), "{said:?}");
    assert_eq!(fired.written(), 1);
    for again in [approval.clone(), fired.sign(&person("approver@isp-a", 7))] {
        assert!(matches!(fired.confirm(again), Reply::Done(_)));
        assert_eq!(fired.written(), 1, "once");
    }
    assert_eq!(fired.view().awaits(), Some(by), "it does not count yet");
    let (order, by) = (fired.order.id(), Box::new(approval.clone()));
    let logged = Entry::Order(Decision::Confirmed { order, by });
    fired.world.office().logged(&logged);
    let view = fired.view();
    assert_eq!(view.confirming.approval, Some(Box::new(approval)));
    assert_eq!((view.awaits(), view.ends()), (None, fired.order.expires_at));
}

#[test]
fn a_confirmation_that_is_written_is_not_written_again_after_a_restart() {
    let mut fired = Fired::new("restart", Span::from_secs(5));
    let approval = fired.sign(&counsel());
    fired.confirm(approval.clone());
    fired.world.open();
    assert!(matches!(fired.confirm(approval), Reply::Done(_)));
    assert_eq!(fired.written(), 1);
}

#[test]
fn who_may_not_or_signs_something_else_is_refused_with_the_rule() {
    let mut fired = Fired::new("refuses", Span::from_secs(5));
    let by_proposer = fired.sign(&person("duty@coordinator", 9));
    fired.refuses(by_proposer, "by-proposer");
    let wrong_role = fired.sign(&person("clerk@isp-a", 10));
    fired.refuses(wrong_role, "wrong-role");
    let ended = fired.sign(&person("former@isp-a", 11));
    fired.refuses(ended, "key-ended");
    let stranger = fired.sign(&person("nobody@isp-a", 12));
    fired.refuses(stranger, "unknown-key");
    let another_key = fired.sign(&person("counsel@isp-b", 12));
    fired.refuses(another_key, "unknown-key");
    let approval = rehearsal::approve(&counsel(), &fired.order, Language::English, clock::now());
    fired.refuses(approval, "bad-signature");
    let text = confirmation_text(&fired.order, Language::Japanese);
    let namespace = Approval {
        signature: counsel().sign(&issei_case::approvals::signed_bytes(&text)),
        ..fired.sign(&counsel())
    };
    fired.refuses(namespace, "bad-signature");
    let other = Order {
        case: "another".into(),
        ..fired.order.clone()
    };
    let other = rehearsal::confirm(&counsel(), &other, Language::Japanese, clock::now());
    fired.refuses(other, "bad-signature");
    let language = Approval {
        language: Language::English,
        ..fired.sign(&counsel())
    };
    fired.refuses(language, "bad-signature");
    let forged = Approval {
        signature: Signature([3; 64]),
        ..fired.sign(&counsel())
    };
    fired.refuses(forged, "bad-signature");
    assert!(fired.view().is_confirmable(), "nothing of it counts");
}

#[test]
fn it_is_too_early_before_t_and_too_late_when_nobody_could_hear_of_it() {
    let mut early = Fired::new("early", Span::from_secs(-5));
    let approval = early.sign(&counsel());
    early.refuses(approval, "confirm-early");
    assert!(!early.view().is_confirmable());
    let mut before_t = Fired::of("before-t", order(), None);
    let approval = before_t.sign(&counsel());
    before_t.refuses(approval, "confirm-early");
    let mut late = Fired::new("late", Span::from_millis(58_500));
    let approval = late.sign(&counsel());
    late.refuses(approval, "confirm-late");
}

#[test]
fn what_needs_none_or_has_ended_or_is_unknown_is_not_confirmed() {
    let mut needless = order();
    needless.confirm_within = None;
    let mut needless = Fired::of("needless", needless, Some(Span::ZERO));
    let approval = needless.sign(&counsel());
    needless.refuses(approval, "confirm-needless");
    let mut ended = Fired::new("ended", Span::from_secs(5));
    let (order, reason) = (ended.order.id(), Ending::ByPerson);
    let withdrawn = Decision::Withdrawn { order, reason };
    ended.world.office().logged(&Entry::Order(withdrawn));
    let approval = ended.sign(&counsel());
    ended.refuses(approval.clone(), "confirm-ended");
    let order = OrderId(issei_model::Digest([9; 32]));
    let reply = ended.world.ask(Ask::Confirm { order, approval });
    assert!(matches!(reply, Reply::Wrong(_)), "{reply:?}");
}

#[test]
fn a_member_carries_the_confirmation_of_its_own_people_only() {
    let mut fired = Fired::new("carried", Span::from_secs(5));
    let body = serde_json::to_vec(&fired.sign(&counsel())).unwrap();
    let route = || Route::Confirmation(fired.order.id());
    let (stranger, own) = (route(), route());
    assert_eq!(fired.world.post("isp-a", stranger, body.clone()), 403);
    assert_eq!(fired.written(), 0);
    assert_eq!(fired.world.post("isp-b", own, body), 200);
    assert_eq!(fired.written(), 1);
}

#[test]
fn the_usual_time_to_confirm_is_read_again_with_the_settings() {
    let mut world = World::new("confirm-settings");
    assert_eq!(world.office().confirm_within, None);
    let folder = world.office().folder.clone();
    let settings = "rows_on = [\"X1\"]\nconfirm_within = \"10min\"\n";
    std::fs::write(folder.root().join("settings.toml"), settings).unwrap();
    assert!(matches!(world.ask(Ask::Reload), Reply::Done(_)));
    let minutes = Some(Span::from_secs(600));
    assert_eq!(world.office().confirm_within, minutes);
    world.open();
    assert_eq!(world.office().confirm_within, minutes);
}
