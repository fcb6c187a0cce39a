use issei_model::{Endpoint, Subscriber};
use serde_json::json;

use super::super::moment::{Moment, SECOND, Tongue, Window};
use super::super::table::{Family, Gate, Kind, Match, Passes, Side, Then};

const TONGUE: Tongue = Tongue::ALL[0];

fn matches() -> Vec<Match> {
    let line4 = Subscriber::new("198.51.100.9".parse().unwrap());
    let line6 = Subscriber::new("2001:db8:1::".parse().unwrap());
    let pair = |line, ip: &str, protocol, port| Match::Pair {
        line,
        victim: Endpoint {
            ip: ip.parse().unwrap(),
            port,
            protocol,
        },
    };
    let traffic = |text: &str| Match::Traffic(text.parse().unwrap());
    let forged = |line| Match::Forged {
        access: "ppp7".parse().unwrap(),
        line,
    };
    let goals = Kind::ALL
        .into_iter()
        .flat_map(|kind| [Side::To, Side::From].map(|side| Match::Goals(kind, side)));
    let mut all: Vec<Match> = goals.collect();
    all.extend([
        pair(line4, "203.0.113.1", 0, 0),
        pair(line4, "203.0.113.1", 6, 80),
        pair(line4, "203.0.113.1", 17, 53),
        pair(line4, "203.0.113.1", 47, 0),
        pair(line6, "2001:db8:2::1", 0, 0),
        pair(line6, "2001:db8:2::1", 17, 53),
        traffic("203.0.113.0/24"),
        traffic("203.0.113.4"),
        traffic("203.0.113.0/27:443/tcp"),
        traffic("2001:db8::/48"),
        traffic("[2001:db8::/49]:53/udp"),
        forged(line4),
        forged(line6),
    ]);
    all
}

fn gates() -> Vec<Gate> {
    let window = Window {
        from: Moment(512 * SECOND),
        until: Moment(1_024 * SECOND),
    };
    let passes = [
        Passes::None,
        Passes::Together(50),
        Passes::EachLine(1, Family::V4),
        Passes::EachLine(1_000_000, Family::V6),
    ];
    let thens = passes.into_iter().map(Then::Gone).chain([Then::Before]);
    thens.map(|then| Gate { window, then }).collect()
}

/// Writes a gate as a listing shows it.
fn listed(gate: &Gate, side: Side) -> Vec<serde_json::Value> {
    let mut rule = gate.rule(side, TONGUE);
    rule[0]["match"]["right"] = json!("1970-01-01 00:08:32");
    rule[1]["match"]["right"] = json!("1970-01-01 00:17:04");
    rule
}

#[test]
fn every_match_reads_back() {
    for meant in matches() {
        assert_eq!(Match::heard(&meant.rule()).as_ref(), Some(&meant));
    }
}

#[test]
fn every_gate_reads_back() {
    for gate in gates() {
        for side in [Side::To, Side::From] {
            let exact = [gate.window.from, gate.window.until];
            assert_eq!(Gate::heard(&listed(&gate, side), side, exact), Some(gate));
        }
    }
}

#[test]
fn a_rule_with_more_or_less_or_another_word_is_not_ours() {
    let accept = json!({"accept": null});
    for rule in matches().iter().map(Match::rule) {
        for at in 0..rule.len() {
            let mut less = rule.clone();
            less.remove(at);
            let narrower_is_ours = Match::heard(&less);
            assert!(
                narrower_is_ours.is_none_or(|meant| meant.rule() == less),
                "{less:?}"
            );
            let mut more = rule.clone();
            more.insert(at, accept.clone());
            assert_eq!(Match::heard(&more), None, "{more:?}");
            let mut other = rule.clone();
            other[at] = accept.clone();
            assert_eq!(Match::heard(&other), None, "{other:?}");
        }
    }
}

#[test]
fn a_gate_is_of_its_side_and_of_its_moments() {
    for gate in gates() {
        let exact = [gate.window.from, gate.window.until];
        let rule = listed(&gate, Side::To);
        let later = [Moment(exact[0].0 + SECOND), exact[1]];
        assert_eq!(
            Gate::heard(&rule, Side::To, later),
            None,
            "the date shows another second"
        );
        let of_lines = matches!(gate.then, Then::Gone(Passes::EachLine(..)));
        assert_eq!(Gate::heard(&rule, Side::From, exact).is_none(), of_lines);
    }
}

#[test]
fn a_limit_with_another_burst_is_not_ours() {
    let gate = gates()[1];
    let mut rule = listed(&gate, Side::To);
    rule[2]["limit"]["burst"] = json!(500);
    assert_eq!(
        Gate::heard(&rule, Side::To, [gate.window.from, gate.window.until]),
        None
    );
}

#[test]
fn an_old_form_of_an_address_is_the_same_address() {
    let ip = "::102:304".parse().unwrap();
    let line = Subscriber::new("2001:db8:1::".parse().unwrap());
    let meant = Match::Pair {
        line,
        victim: Endpoint::host(ip),
    };
    let text = serde_json::to_string(&meant.rule())
        .unwrap()
        .replace("::102:304", "::1.2.3.4");
    let rule: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(Match::heard(&rule), Some(meant));
}
