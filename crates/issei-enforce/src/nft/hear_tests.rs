use issei_model::{Action, Digest, OrderId, Span, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::moment::Tongue;
use super::super::{Name, Table};
use super::{Found, MOST_ODD, Unheard, names, tongue};
use crate::{Cut, Standing};

/// Listings of nftables 1.0.6 on Linux 6.18: two cuts, the same goals, T and end.
const DROP: &str = include_str!("../../tests/nft/drop-1.0.6.txt");
const LIMIT: &str = include_str!("../../tests/nft/limit-1.0.6.txt");
const TABLES: &str = include_str!("../../tests/nft/tables-1.0.6.txt");
const PROBE: &str = include_str!("../../tests/nft/probe-1.0.6.txt");

const FIRES: Timestamp = Timestamp::from_micros(1_795_724_061_108_689);
const ENDS: Timestamp = Timestamp::from_micros(1_795_727_660_608_689);
const READ: Timestamp = Timestamp::from_micros(1_795_724_061_423_756);

/// The listings were taken on a little-endian machine, and show words as such a one keeps them.
fn heard(name: Name, text: &str) -> Result<Found, Unheard> {
    Found::heard(name, text, Tongue::ALL[0])
}

fn cut(byte: u8, action: Action) -> Cut {
    let goals = [
        "192.0.2.7",
        "192.0.2.8:23/tcp",
        "192.0.2.8:53/udp",
        "::1.2.3.4",
        "2001:db8::7",
        "[2001:db8::8]:23/tcp",
    ];
    let mut goals: Vec<_> = goals
        .iter()
        .map(|goal| goal.parse().expect("a goal"))
        .collect();
    goals.sort();
    Cut {
        order: OrderId(Digest([byte; 32])),
        goals,
        action,
        ends: ENDS,
        fires_at: Some(FIRES),
    }
}

#[test]
fn a_real_listing_is_what_was_wanted() {
    let cuts = [
        (DROP, cut(0xa1, Action::Drop)),
        (LIMIT, cut(0xa2, Action::RateLimit(100))),
    ];
    for (text, cut) in cuts {
        let wanted = Table::of(&cut).expect("a table");
        let found = heard(wanted.name, text).expect("a listing");
        assert_eq!(found.drift(&wanted, READ), vec![]);
        let seen = found.seen(READ).expect("an order");
        assert_eq!(seen.standing, Standing::Active(FIRES));
        assert_eq!((seen.ends, seen.goals), (Some(ENDS), cut.goals));
    }
}

#[test]
fn a_real_listing_tells_the_first_drop_and_the_last_pass() {
    let found = heard(Name::Order(OrderId(Digest([0xa1; 32]))), DROP).expect("a listing");
    assert_eq!(found.met, Some(10));
    assert_eq!(
        found.first,
        Some(Timestamp::from_micros(1_795_724_061_122_688))
    );
    assert_eq!(
        found.last,
        Some(Timestamp::from_micros(1_795_724_061_091_823))
    );
}

#[test]
fn of_the_tables_of_a_machine_only_ours_are_named() {
    let others = TABLES.replacen(
        "\"name\": \"",
        "\"name\": \"filter\"}}, {\"table\": {\"family\": \"ip\", \"name\": \"",
        1,
    );
    let ours = [0xa1, 0xa2].map(|byte| Name::Order(OrderId(Digest([byte; 32]))));
    assert_eq!(names(TABLES), Ok(ours.to_vec()));
    assert_eq!(names(&others), Ok(vec![ours[1]]), "of family ip is none");
}

#[test]
fn chains_name_their_tables() {
    let ours = Name::Order(OrderId(Digest([0xa1; 32])));
    assert_eq!(names(DROP), Ok(vec![ours]));
    let table = DROP.find("{\"table\"").unwrap();
    let rest = DROP[table..].find("}}, ").unwrap() + table + 4;
    let chains_alone = format!("{}{}", &DROP[..table], &DROP[rest..]);
    assert_eq!(names(&chains_alone), Ok(vec![ours]));
    let of_another_family = chains_alone.replace("\"inet\"", "\"ip\"");
    assert_eq!(names(&of_another_family), Ok(vec![]));
}

#[test]
fn a_real_probe_tells_that_numbers_are_seconds() {
    assert_eq!(tongue(PROBE), Ok(Tongue::ALL[0]));
}

#[test]
fn a_probe_that_shows_something_else_is_an_error() {
    for shown in [
        "0x00000000 0x00ca9a3c",
        "0x00000000",
        "",
        "0x00000000 0x00ca9a3b 0x00000000",
    ] {
        let text = PROBE.replace("0x00000000 0x00ca9a3b", shown);
        assert_eq!(tongue(&text), Err(Unheard::Tongue), "{shown}");
    }
}

#[test]
fn a_time_below_the_second_that_differs_is_seen() {
    let found = heard(Name::Order(OrderId(Digest([0xa1; 32]))), DROP).unwrap();
    let wanted = Table::of(&Cut {
        fires_at: Some(FIRES + Span::from_micros(1)),
        ..cut(0xa1, Action::Drop)
    });
    assert_ne!(found.drift(&wanted.unwrap(), READ), vec![]);
}

#[test]
fn instructions_and_dates_that_do_not_agree_are_nobodys() {
    let name = Name::Order(OrderId(Digest([0xa1; 32])));
    // As a program does that shows local time: an hour off.
    let text = DROP.replace("2026-11-26 20:14:21", "2026-11-26 21:14:21");
    assert_ne!(text, DROP);
    let found = heard(name, &text).unwrap();
    assert!(found.broken && found.table.to.is_empty(), "{:?}", found.odd);
    assert_eq!(found.seen(READ).unwrap().goals, vec![]);
}

#[test]
fn without_instructions_no_time_is_believed() {
    let json = DROP.lines().last().unwrap();
    let found = heard(Name::Order(OrderId(Digest([0xa1; 32]))), json).unwrap();
    assert!(found.broken);
    assert_eq!(found.seen(READ).unwrap().standing, Standing::Staged);
}

#[test]
fn a_table_that_sleeps_cuts_nothing() {
    // Literally what nftables 1.0.6 writes for a table with `flags dormant`.
    let text = DROP.replacen(
        "\"handle\": ",
        "\"flags\": \"Lester Gooch #5\", \"handle\": ",
        1,
    );
    let found = heard(Name::Order(OrderId(Digest([0xa1; 32]))), &text).unwrap();
    assert!(found.broken);
    assert_eq!(found.seen(READ).unwrap().goals, vec![]);
}

#[test]
fn an_element_that_does_not_die_is_odd() {
    let name = Name::Order(OrderId(Digest([0xa1; 32])));
    let forever = "{\"elem\": {\"val\": \"192.0.2.7\"}}";
    for element in [
        forever,
        "\"192.0.2.7\"",
        "{\"prefix\": {\"addr\": \"192.0.2.0\", \"len\": 24}}",
    ] {
        let dies = "{\"elem\": {\"val\": \"192.0.2.7\", \"expires\": 3600}}";
        let text = DROP.replacen(dies, element, 1);
        assert_ne!(text, DROP);
        let found = heard(name, &text).unwrap();
        assert_eq!(
            found.odd,
            ["an element of `hosts4` that does not die by itself"]
        );
        assert!(found.table.goals.hosts4.is_empty());
    }
}

#[test]
fn a_table_without_the_buckets_that_its_rules_use_limits_nobody() {
    let name = Name::Order(OrderId(Digest([0xa2; 32])));
    let text = LIMIT.replacen("\"name\": \"lines6\"", "\"name\": \"last\"", 1);
    assert_ne!(text, LIMIT);
    let found = heard(name, &text).unwrap();
    assert!(found.broken);
    assert_eq!(found.seen(READ).unwrap().goals, vec![]);
}

#[test]
fn a_noted_moment_that_cannot_be_true_is_not_told() {
    let name = Name::Order(OrderId(Digest([0xa1; 32])));
    let (before, after) = DROP.split_once("@first\n\telement ").unwrap();
    let told = |words: &str| {
        let text = format!("{before}@first\n\telement {words}{}", &after[17..]);
        heard(name, &text).unwrap().first
    };
    assert!(told(&after[..17]).is_some());
    assert_eq!(told("00000000 18ebb184"), None, "before T");
    assert_eq!(told("00000000 28ebb185"), None, "after the end");
    let (before, after) = DROP.split_once("@last\n\telement ").unwrap();
    let text = format!("{before}@last\n\telement 00000000 28ebb185{}", &after[17..]);
    let last = heard(name, &text).unwrap().last;
    assert!(last.is_some_and(|last| last < FIRES), "{last:?}");
}

#[test]
fn after_its_end_a_table_does_nothing() {
    let found = heard(Name::Order(OrderId(Digest([0xa1; 32]))), DROP).unwrap();
    assert_eq!(
        found.standing(ENDS - Span::from_micros(1)),
        Standing::Active(FIRES)
    );
    assert_eq!(found.standing(ENDS), Standing::Staged);
    assert_eq!(
        found.standing(FIRES - Span::from_micros(1)),
        Standing::Armed(FIRES)
    );
}

#[test]
fn another_tables_listing_is_an_error() {
    let other = Name::Order(OrderId(Digest([1; 32])));
    assert_eq!(heard(other, DROP), Err(Unheard::NoTable));
    assert_eq!(heard(other, ""), Err(Unheard::NoJson));
    assert!(matches!(
        heard(other, "{\"nftables\": 7}"),
        Err(Unheard::Json { .. })
    ));
}

#[test]
fn odd_things_are_told_in_bounded_number_and_length() {
    let name = Name::Order(OrderId(Digest([0xa1; 32])));
    let stranger = format!("{{\"chain\": {{\"name\": \"{}\"}}}}, ", "x".repeat(10_000));
    let text = DROP.replacen(
        "{\"counter\"",
        &(stranger.repeat(1_000) + "{\"counter\""),
        1,
    );
    let found = heard(name, &text).unwrap();
    assert_eq!(found.odd.len(), MOST_ODD + 1);
    assert!(found.odd.iter().all(|what| what.len() < 100));
    assert_eq!(found.odd.last().unwrap(), "and 980 odd things more");
}

/// Puts a value in place of one node of a tree, counted from the root.
fn put(tree: &mut Value, at: &mut usize, value: &Value) {
    if *at == 0 {
        *tree = value.clone();
    }
    *at = at.wrapping_sub(1);
    match tree {
        Value::Array(parts) => parts.iter_mut().for_each(|part| put(part, at, value)),
        Value::Object(parts) => parts.values_mut().for_each(|part| put(part, at, value)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn a_listing_with_other_values_is_an_error_or_a_table_and_never_a_panic(
        changes in proptest::collection::vec((0..700usize, 0..9usize), 1..4),
    ) {
        let (code, json) = DROP.split_at(DROP.find("{\"nft").unwrap());
        let mut tree: Value = serde_json::from_str(json).unwrap();
        let values = [json!(null), json!(7), json!(-1), json!(1e300), json!("to"), json!("@hosts4"), json!([]), json!({}), json!([["cut"]])];
        for (mut at, value) in changes {
            put(&mut tree, &mut at, &values[value]);
        }
        if let Ok(found) = heard(Name::Order(OrderId(Digest([0xa1; 32]))), &format!("{code}{tree}")) {
            prop_assert!(found.seen(READ).unwrap().goals.len() <= 6);
        }
    }

    #[test]
    fn a_mangled_listing_is_an_error_or_a_table_and_never_a_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..30),
        limit in any::<bool>(),
    ) {
        let (text, byte) = if limit { (LIMIT, 0xa2) } else { (DROP, 0xa1) };
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at.max(1_000)),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(found) = heard(Name::Order(OrderId(Digest([byte; 32]))), &text) {
            prop_assert!(found.odd.len() <= MOST_ODD + 1);
            let seen = found.seen(READ).unwrap();
            prop_assert!(seen.goals.len() <= found.table.goals.len());
        }
        let _ = names(&text);
        let _ = tongue(&text);
    }
}
