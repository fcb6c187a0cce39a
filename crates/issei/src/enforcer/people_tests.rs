//! What is said at the enforcer, word for word in English, and with no English left in Japanese.

use std::collections::BTreeMap;

use issei_ledger::{Algorithm, Signer};
use issei_model::Span;

use super::super::speech::Sentinels;
use super::*;
use crate::japanese::assert_no_english;
use crate::office::control::Said;
use crate::words::{EN, JA};

fn standing() -> Standing {
    Standing {
        devices: BTreeMap::from([
            ("nft".into(), None),
            ("bird".into(), Some("refused".into())),
        ]),
        lead: Span::from_millis(23),
        stopped: true,
        sentinels: Sentinels {
            address: "192.0.2.53".parse().ok(),
            names: Vec::new(),
        },
        orders: 1,
        alarm: Some("list torn".into()),
        reflexes: 2,
        reflex_room: 32,
        counts: BTreeMap::from([("stamps forgotten".into(), 4)]),
    }
}

fn charter() -> Charter {
    let log = Signer::new("c.issei.internal/orders", Algorithm::Ed25519, &[1; 32]).unwrap();
    Charter::new("coordinator".parse().unwrap(), log.verifier())
}

#[test]
fn a_page_says_how_it_stands() {
    assert_eq!(
        page(&standing(), EN),
        "the kill switch is on; nothing is in force here\n! list torn\n1 order held, lead 0.023 s\n\
         2 reflexes act, room for 32\nsentinel 192.0.2.53, answered by `issei sentinel answer`\n  \
         bird: refused\n  nft: well\n  stamps forgotten: 4\n"
    );
    let bare = Standing {
        stopped: false,
        sentinels: Sentinels::default(),
        orders: 1_200,
        alarm: None,
        reflex_room: 0,
        ..standing()
    };
    let said = page(&bare, EN);
    let begin = "1,200 orders held, lead 0.023 s\nno device here takes reflexes\n  bird";
    assert!(said.starts_with(begin), "{said}");
    for (standing, sign) in [
        (standing(), "余地 32 件"),
        (bare, "対応した装置はありません"),
    ] {
        let said = page(&standing, JA);
        assert!(said.contains(sign) && said.contains("nft: 正常"), "{said}");
        assert_no_english(&said);
    }
}

#[test]
fn what_a_device_or_an_alarm_says_cannot_paint_the_terminal() {
    let mut standing = standing();
    standing.alarm = Some("\x1b[2Jgone".into());
    standing
        .devices
        .insert("nft".into(), Some("\x1b[31m".into()));
    assert!(!page(&standing, EN).contains('\x1b'));
}

#[test]
fn who_sets_one_up_is_told_what_comes_next() {
    let (folder, digest) = (Folder::new("/e"), charter().digest());
    assert_eq!(
        is_set_up(&folder, digest, EN),
        format!(
            "an enforcer is set up in /e\n  the charter     {digest}\nnext: name its devices in /e/devices.toml, \
             put its own safeguards into /e/safeguards.json,\n      set `enforcer = \"{}\"` in the office's \
             settings.toml, then issei enforcer run /e\n",
            door::socket(&folder).display()
        )
    );
    let said = is_set_up(&folder, digest, JA);
    assert!(
        said.contains(&format!("  憲章            {digest}\n")),
        "{said}"
    );
    assert_no_english(&said);
}

#[test]
fn another_charter_is_shown_with_its_changes_and_how_it_is_pinned() {
    let (pinned, mut offered) = (charter(), charter());
    offered.approvals = 3;
    let digest = offered.digest();
    assert_eq!(
        differs(&pinned, &offered, EN),
        format!(
            "the office goes by another charter:\n  - approvals needed 2\n  + approvals needed 3\n\
             pin it with --accept {digest}\n"
        )
    );
    let said = differs(&pinned, &offered, JA);
    assert!(said.contains("  + 必要な承認 3 名\n"), "{said}");
    assert_no_english(&said);
}

#[test]
fn what_a_living_enforcer_did_about_a_charter_is_said() {
    let no = Told::Refused(Box::new(Said {
        rule: "fence".into(),
        en: "a no in English".into(),
        ja: "日本語の拒否".into(),
        alarm: false,
    }));
    let plain = "this charter holds here from now on\n";
    for (told, english) in [
        (None, plain.to_owned()),
        (Some(Told::Lifted(0)), plain.to_owned()),
        (
            Some(Told::Lifted(1)),
            format!("{}; 1 order was taken away\n", plain.trim_end()),
        ),
        (
            Some(Told::Lifted(2)),
            format!("{}; 2 orders were taken away\n", plain.trim_end()),
        ),
        (Some(no), format!("{}; a no in English\n", plain.trim_end())),
    ] {
        assert_eq!(holds(told.as_ref(), EN), english);
        assert_no_english(&holds(told.as_ref(), JA));
    }
}

#[test]
fn what_is_said_after_a_word_has_no_english_in_japanese() {
    for key in [
        "enforcer-stopped",
        "enforcer-emptied",
        "enforcer-resumed",
        "enforcer-same-charter",
    ] {
        assert_no_english(&JA.say(key));
    }
    let lifted = shown(&Told::Lifted(3), JA);
    assert_no_english(&said!(JA, "enforcer-read-again", lifted));
}
