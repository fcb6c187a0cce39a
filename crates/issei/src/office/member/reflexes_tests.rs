use issei_host::store::Owner;

use super::*;
use crate::traffic;

#[tokio::test]
async fn a_backup_without_anything_in_it_comes_up_stopped_too() {
    let place = traffic::Folder::new("reflexes-restored");
    let store = Store::open(&place.path().join("state.db"), Owner::Member).await;
    let store = store.unwrap();
    assert!(!kept::load(&store).await.unwrap().0.stopped);
    restore(&store).await.unwrap();
    assert!(kept::load(&store).await.unwrap().0.stopped);
}

#[test]
fn what_is_shown_of_a_rule_names_no_line() {
    let line = Subscriber::new("203.0.113.7".parse().unwrap());
    let victim = issei_model::Endpoint::host("198.51.100.9".parse().unwrap());
    let rules = [
        ReflexRule::Limit {
            line,
            victim,
            packets: 100,
        },
        ReflexRule::DropForged { line },
    ];
    for rule in rules {
        let said = deed(&rule);
        for said in [&said.en, &said.ja] {
            assert!(!said.is_empty() && !said.contains("203.0.113.7"), "{said}");
        }
    }
}

#[test]
fn an_address_of_an_ipv6_line_stands_for_its_prefix() {
    let seen = |line: &str| Sighted {
        line: line.parse().unwrap(),
        victim: None,
        at: Timestamp::from_secs(1_800_000_000),
        finding: None,
    };
    let one = trigger(&seen("2001:db8:1:2::99"));
    assert_eq!(one, trigger(&seen("2001:db8:1:2:7::1")));
    assert_ne!(one, trigger(&seen("2001:db8:1:3::99")));
    assert_ne!(trigger(&seen("203.0.113.7")), trigger(&seen("203.0.113.8")));
}
