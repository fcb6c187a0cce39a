//! Orders for tests, as an office tells them.

use std::collections::{BTreeMap, BTreeSet};

use issei_case::{Answer, Count};
use issei_model::{
    Action, Digest, EvidenceEntry, Observed, Order, Participant, Radius, Reflex, Rule, Span,
    StandingOrder, Timestamp,
};
use issei_text::Phrase;

use crate::{
    ActingView, Confirming, MemberView, OrderView, ReflexesView, StandingView, Stands, StandsOn,
};

/// 2026-11-01 12:00 UTC: when the sample order is proposed.
pub fn noon() -> Timestamp {
    Timestamp::parse("2026-11-01T12:00:00Z").unwrap()
}

/// So many milliseconds after noon.
pub fn after(millis: i64) -> Timestamp {
    noon() + Span::from_millis(millis)
}

/// What a member answers about a goal.
pub fn answer(member: &str, goal: &str, suspected: Count) -> Answer {
    Answer {
        member: member.parse().unwrap(),
        goal: goal.parse().unwrap(),
        lines: suspected,
        suspected,
        volume: 5_000,
        hints: BTreeSet::new(),
        days: Radius::WANTED_DAYS,
    }
}

/// Drops a service at three members for half an hour; isp-a fires first.
pub fn order() -> Order {
    let participant = |name: &str, lines| Participant {
        member: name.parse().unwrap(),
        lines,
    };
    Order {
        schema: Order::SCHEMA.into(),
        case: "camera-1".into(),
        renews: None,
        proposer: "duty@coordinator".parse().unwrap(),
        goals: vec!["192.0.2.7:23/tcp".parse().unwrap()],
        action: Action::Drop,
        ground: "X1".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        evidence: vec![entry("isp-a")],
        radius: Radius {
            predicted_lines: 12,
            suspected_lines: 200,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: vec![
            participant("isp-a", 4_000),
            participant("isp-b", 12_000),
            participant("isp-c", 4_000),
        ],
        canary: vec!["isp-a".parse().unwrap()],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: noon(),
        fire_before: noon() + Span::from_secs(300),
        expires_at: noon() + Span::from_secs(1_800),
        confirm_within: None,
    }
}

/// A finding of a member.
pub fn entry(source: &str) -> EvidenceEntry {
    EvidenceEntry {
        source: source.parse().unwrap(),
        rule: Rule::CommandEnrichment,
        kinds: vec!["enrichment".into(), "periodicity".into()],
        forgeable: false,
        commitment: Digest([7; 32]),
        until: noon(),
    }
}

/// A member that has reported nothing yet.
pub fn silent(name: &str, lines: u64) -> MemberView {
    MemberView {
        member: name.parse().unwrap(),
        lines,
        fires_at: None,
        effect: None,
        measured: None,
        observed: None,
    }
}

/// A member that has staged the rules.
pub fn staged(name: &str, lines: u64) -> MemberView {
    let lead = Span::from_millis(1);
    MemberView {
        observed: Some(Observed::Prepared { lead }),
        ..silent(name, lines)
    }
}

/// A member that fires at this moment.
pub fn armed(name: &str, lines: u64, fires_at: Timestamp) -> MemberView {
    MemberView {
        fires_at: Some(fires_at),
        ..staged(name, lines)
    }
}

/// A member whose rules act since so many microseconds after it was to fire.
pub fn in_force(name: &str, lines: u64, fires_at: Timestamp, late: i64) -> MemberView {
    let at = fires_at + Span::from_micros(late);
    MemberView {
        effect: Some(at),
        observed: Some(Observed::InForce { at }),
        ..armed(name, lines, fires_at)
    }
}

/// The sample order as an office tells it.
pub fn view(stands: Stands, now: Timestamp, members: Vec<MemberView>) -> OrderView {
    let order = order();
    OrderView {
        id: order.id(),
        order,
        approvals: Vec::new(),
        stands,
        members,
        refusal: None,
        recalled_at: None,
        confirming: Confirming::default(),
        now,
    }
}

/// An order that fired at T and that somebody must confirm ten minutes later.
pub fn awaiting(now: Timestamp, t: Timestamp) -> OrderView {
    let within = Span::from_secs(600);
    let mut view = view(Stands::Armed, now, vec![in_force("isp-b", 12_000, t, 0)]);
    view.order.confirm_within = Some(within);
    view.id = view.order.id();
    view.confirming.by = Some(t + within);
    view
}

/// Limits floods of isp-a's lines for five minutes each, for thirty days; duty@isp-a proposed it at noon.
pub fn standing(stands: StandsOn, now: Timestamp) -> StandingView {
    let prefix = |text: &str| text.parse().unwrap();
    let order = StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::LimitFlood(100),
        scope: vec![prefix("203.0.113.0/24"), prefix("2001:db8:1::/48")],
        ground: "A2".into(),
        pack: crate::ground::digest(),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 20,
        per_hour: 60,
        proposed_at: noon(),
        valid_from: noon(),
        valid_until: noon() + Span::from_secs(30 * 86_400),
    };
    StandingView {
        id: order.id(),
        order,
        approvals: Vec::new(),
        stands,
        refusal: None,
        now,
    }
}

/// One rule acts under the sample's standing order since a minute, and three triggers were refused.
pub fn reflexes(now: Timestamp) -> ReflexesView {
    let began = now - Span::from_secs(60);
    let acting = ActingView {
        standing: standing(StandsOn::Ready, now).id,
        number: 7,
        what: Phrase {
            en: "a line's packets to 198.51.100.9:80/udp are limited to 100 a second".into(),
            ja: "回線から 198.51.100.9:80/udp あての通信を毎秒 100 パケットに制限".into(),
        },
        began,
        seen: Some(began + Span::from_millis(20)),
        ends: began + Span::from_secs(300),
    };
    ReflexesView {
        current: true,
        stopped: false,
        acting: vec![acting],
        unreported: 1,
        batches: 2,
        sending: false,
        refused: BTreeMap::from([(issei_model::ReflexRefusal::PerHour, 3)]),
        now,
    }
}
