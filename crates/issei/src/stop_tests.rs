use issei_host::clock;
use issei_host::rehearsal::{Rehearsal, Standing};
use issei_model::{Digest, OrderId, Span};

use super::*;
use crate::command_line::AtOffice;
use crate::stand_in::StandIn;
use crate::traffic;

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

/// A folder whose device holds so many staged rules.
fn member(name: &str, rules: u8) -> traffic::Folder {
    let place = traffic::Folder::new(name);
    let device = Rehearsal::open(&Folder::new(place.path()).device()).unwrap();
    for number in 0..rules {
        device
            .stage(order(number), clock::now() + Span::from_secs(600))
            .unwrap();
    }
    place
}

fn here(place: &traffic::Folder) -> Here {
    Here {
        at: AtOffice {
            office: Some(place.path().to_owned()),
        },
    }
}

#[test]
fn a_device_is_stopped_without_a_process_and_lets_nothing_in_any_more() {
    let place = member("stop-alone", 2);
    assert_eq!(stop(&here(&place), Language::English).unwrap(), code::DONE);
    let folder = Folder::new(place.path()).device();
    assert!(rehearsal::is_stopped(&folder));
    let device = Rehearsal::open(&folder).unwrap();
    for number in 0..2 {
        assert_eq!(device.read(order(number)).unwrap(), Standing::Absent);
    }
    assert!(
        device
            .stage(order(9), clock::now() + Span::from_secs(600))
            .is_err()
    );
}

#[test]
fn unreadable_settings_do_not_hinder_the_kill_switch_and_hide_no_enforcer() {
    let place = member("stop-torn", 1);
    place.file("settings.toml", b"member = [");
    let failure = stop(&here(&place), Language::English).unwrap_err();
    assert!(rehearsal::is_stopped(&Folder::new(place.path()).device()));
    assert_eq!(failure.code, code::BROKEN);
    let said = tell_enforcer(&Folder::new(place.path()), words::EN).unwrap_err();
    assert!(said.contains("issei enforcer stop"), "{said}");
    let japanese = tell_enforcer(&Folder::new(place.path()), words::JA).unwrap_err();
    crate::japanese::assert_no_english(japanese.lines().last().unwrap());
    // The one line that is needed may be whole.
    place.file(
        "settings.toml",
        b"member = [\nenforcer = \"there/enforcer.sock\" # as root\n",
    );
    let folder = Folder::new(place.path());
    let socket = enforcer_of(&folder, words::EN).unwrap();
    assert_eq!(socket, Some("there/enforcer.sock".into()));
}

#[test]
fn an_enforcer_that_does_not_answer_is_no_stop() {
    // Its devices are all there are: nobody made one here.
    let place = traffic::Folder::new("stop-enforcer");
    place.file("settings.toml", b"enforcer = \"enforcer.sock\"\n");
    assert_eq!(
        stop(&here(&place), Language::English).unwrap_err().code,
        code::BROKEN
    );
    assert!(rehearsal::is_stopped(&Folder::new(place.path()).device()));
    let said = tell_enforcer(&Folder::new(place.path()), words::EN).unwrap_err();
    assert!(said.contains("issei enforcer stop"), "{said}");
    let japanese = tell_enforcer(&Folder::new(place.path()), words::JA).unwrap_err();
    let (_, step) = japanese.split_once('。').unwrap();
    assert!(step.contains("`issei enforcer stop "), "{japanese}");
    crate::japanese::assert_no_english(step);
}

#[test]
fn a_process_that_answers_is_told_after_the_device_was_stopped() {
    let place = member("stop-told", 1);
    let options = here(&place);
    let device = Folder::new(place.path()).device();
    let office = StandIn::at(place, move |ask| match ask {
        Ask::Stop if rehearsal::is_stopped(&device) => {
            Reply::Done(issei_text::Phrase::same("lifted"))
        }
        other => Reply::Failed(issei_text::Phrase::same(format!(
            "{other:?} before the device was stopped"
        ))),
    });
    assert_eq!(stop(&options, Language::English).unwrap(), code::DONE);
    assert_eq!(office.heard(), [Ask::Stop]);
    assert!(matches!(tell(&office.folder()), Process::Told));
}

#[test]
fn a_process_in_trouble_is_named_and_the_device_is_stopped_all_the_same() {
    let office = StandIn::at(member("stop-trouble", 1), |_| {
        Reply::Failed(issei_text::Phrase::same("the disk is full"))
    });
    let text = told(&tell(&office.folder()), words::EN);
    assert!(
        text.contains("the disk is full") && text.contains("issei resume"),
        "{text}"
    );
}

#[test]
fn a_coordinators_office_is_not_stopped_by_a_device_made_for_show() {
    let place = traffic::Folder::new("stop-coordinator");
    place.file("authority.key", b"secret");
    let failure = stop(&here(&place), Language::English).unwrap_err();
    assert_eq!(failure.code, code::WRONG);
    assert!(
        failure.to_string().contains("issei order withdraw --all"),
        "{failure}"
    );
    assert!(!Folder::new(place.path()).device().exists());
}

#[test]
fn it_is_said_how_many_rules_went_and_that_a_torn_table_may_have_held_more() {
    let one = lifted(
        &Lifted {
            rules: 1,
            torn: false,
        },
        words::EN,
    );
    assert_eq!(
        one,
        "stopped: 1 rule lifted from the device, and nothing comes into force any more\n"
    );
    let torn = lifted(
        &Lifted {
            rules: 0,
            torn: true,
        },
        words::EN,
    );
    assert!(
        torn.contains("the device is empty") && torn.contains("not whole"),
        "{torn}"
    );
    for process in [Process::Told, Process::Absent] {
        assert!(told(&process, words::EN).contains("`issei resume`"));
    }
}

#[test]
fn in_japanese_no_english_sentence_is_left() {
    for (rules, torn) in [(0, true), (3, false)] {
        crate::japanese::assert_no_english(&lifted(&Lifted { rules, torn }, words::JA));
    }
    for process in [
        Process::Told,
        Process::Absent,
        Process::Trouble(Phrase::same("x")),
    ] {
        crate::japanese::assert_no_english(&told(&process, words::JA));
    }
}
