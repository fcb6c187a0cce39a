use issei_model::{Action, Digest, OrderId, Span, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use super::super::moment::{Moment, Tongue};
use super::super::plan::Step;
use super::super::{Name, Table};
use super::{lives, probe, removal, transaction};
use crate::Cut;

const NOW: Timestamp = Timestamp::from_micros(1_795_724_061_108_689);

proptest! {
    #[test]
    fn elements_outlive_their_rules_by_one_to_two_seconds(micros in 1..1_000_000_000_000i64) {
        let ends = NOW + Span::from_micros(micros);
        let dies = NOW + Span::from_secs(lives(Some(Moment::not_after(ends)), NOW));
        let later = dies.since(ends);
        prop_assert!(later > Span::from_micros(999_999), "{}", later);
        prop_assert!(later <= Span::from_secs(2), "{}", later);
    }
}

#[test]
fn what_has_ended_dies_at_once() {
    assert_eq!(
        lives(Some(Moment::not_after(NOW)), NOW + Span::from_secs(9)),
        2
    );
}

#[test]
fn everything_said_of_a_table_names_that_table_alone() {
    let cut = Cut {
        order: OrderId(Digest([1; 32])),
        goals: vec![
            "192.0.2.7".parse().unwrap(),
            "[2001:db8::7]:23/tcp".parse().unwrap(),
        ],
        action: Action::RateLimit(10),
        ends: NOW + Span::from_secs(60),
        fires_at: Some(NOW),
    };
    let table = Table::of(&cut).unwrap();
    let name = table.name.to_string();
    let steps = [
        Step::Make {
            table: table.clone(),
            met: 3,
        },
        Step::Turn {
            table,
            unhook: true,
        },
        Step::Remove(Name::Order(cut.order)),
    ];
    let said: Value = serde_json::from_str(&transaction(&steps, NOW, Tongue::ALL[0])).unwrap();
    for command in said["nftables"].as_array().unwrap() {
        let object = command.as_object().unwrap().values().next().unwrap();
        let (kind, what) = object.as_object().unwrap().iter().next().unwrap();
        let key = if kind == "table" { "name" } else { "table" };
        assert_eq!(
            (&what["family"], &what[key]),
            (&Value::from("inet"), &Value::from(name.clone()))
        );
    }
}

#[test]
fn removal_cannot_fail_for_a_table_that_is_not_there() {
    let said = removal(&[Name::Order(OrderId(Digest([1; 32])))]);
    let said: Value = serde_json::from_str(&said).unwrap();
    let verbs: Vec<_> = said["nftables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command.as_object().unwrap().keys().next().unwrap().clone())
        .collect();
    assert_eq!(verbs, ["add", "delete"]);
}

#[test]
fn the_probes_table_is_nobodys() {
    assert!("issei-probe".parse::<Name>().is_err());
    assert!(serde_json::from_str::<Value>(&probe()).is_ok());
}
