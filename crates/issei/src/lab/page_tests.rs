use issei_model::{Digest, Timestamp};

use super::*;
use crate::japanese::assert_no_english;
use crate::words::{EN, JA};

fn member() -> Member {
    Member {
        name: "m1".into(),
        devices: Ok(vec![("nft".into(), None)]),
        held: BTreeMap::new(),
        users: Asked {
            asked: 1_200,
            failed: 3,
        },
        heard_ago: None,
        suspects: 8,
    }
}

fn shown(member: Member) -> String {
    page(&around(member), EN)
}

fn around(member: Member) -> Page {
    Page {
        place: ("/run/issei-lab".into(), "issei-lab-0badcafe".into()),
        workers: [
            ("m1 office".to_owned(), true),
            ("m1 meter".to_owned(), false),
        ]
        .into(),
        broken: vec!["m1-core".into()],
        members: vec![member],
    }
}

#[test]
fn a_page_says_who_runs_and_which_links_are_down() {
    let text = shown(member());
    assert!(
        text.contains("1 process runs\n  ended: m1 meter\n  links down: m1-core"),
        "{text}"
    );
    assert!(text.contains("m1  nft: well"), "{text}");
    assert!(
        text.contains("1,200 questions, 3 without an answer"),
        "{text}"
    );
}

#[test]
fn what_is_held_is_said_with_its_moment() {
    let order = OrderId(Digest([7; 32]));
    let mut held = member();
    held.held.insert(
        order,
        Held::Active {
            since: Timestamp::from_secs(1),
            effect: issei_enforce::Effect::default(),
        },
    );
    let text = shown(held);
    assert!(text.contains("in force since 1970-01-01"), "{text}");
    let mut broken = member();
    broken.held.insert(order, Held::Broken);
    assert!(shown(broken).contains("something of it is missing"));
}

#[test]
fn bots_that_hear_nothing_are_told_from_those_that_never_did() {
    for (ago, said) in [
        (None, "never answered"),
        (Some(5_000), "hear their command server"),
        (Some(9_000), "have heard nothing for 9 s"),
    ] {
        let text = shown(Member {
            heard_ago: ago,
            ..member()
        });
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn an_enforcer_that_does_not_answer_is_named() {
    let text = shown(Member {
        devices: Err("the enforcer does not answer".into()),
        ..member()
    });
    assert!(text.contains("m1  the enforcer does not answer"), "{text}");
}

#[test]
fn in_japanese_nothing_of_a_page_is_english() {
    let order = OrderId(Digest([7; 32]));
    let acting = Held::Active {
        since: Timestamp::from_secs(1),
        effect: issei_enforce::Effect::default(),
    };
    for (heard_ago, held, suspects) in [
        (None, Held::Staged, 1),
        (Some(5_000), acting, 8),
        (Some(9_000), Held::Broken, 0),
    ] {
        let member = Member {
            held: [(order, held)].into(),
            heard_ago,
            suspects,
            ..member()
        };
        let said = page(&around(member), JA);
        assert!(said.contains("m1  nft: 正常"), "{said}");
        assert_no_english(&said);
    }
}

#[test]
fn what_was_ended_is_counted_in_both_languages() {
    let ended = Ended {
        processes: 1,
        namespaces: 13,
    };
    let english = "ended 1 process, removed 13 namespaces; nothing is left";
    assert_eq!(gone(&ended, EN), english);
    assert_no_english(&gone(&ended, JA));
}
