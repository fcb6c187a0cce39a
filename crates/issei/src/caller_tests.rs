use super::*;
use crate::code;
use crate::stand_in::StandIn;
use crate::traffic;

fn at(office: Option<PathBuf>) -> AtOffice {
    AtOffice { office }
}

#[test]
fn without_an_office_it_is_said_what_to_set() {
    let failure = folder(&at(None)).unwrap_err();
    assert_eq!(failure.code, code::WRONG);
    let text = failure.to_string();
    assert!(
        text.contains("--office DIR") && text.contains("ISSEI_OFFICE"),
        "{text}"
    );
    let nowhere = PathBuf::from("/nowhere/at/all");
    let failure = folder(&at(Some(nowhere))).unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("`/nowhere/at/all` is no folder"),
        "{failure}"
    );
}

#[test]
fn where_no_process_runs_it_is_said_how_to_start_one() {
    let place = traffic::Folder::new("caller-nobody");
    let failure = Caller::open(&at(Some(place.path().to_owned())), Language::English)
        .err()
        .unwrap();
    assert_eq!(failure.code, code::BROKEN);
    assert!(
        failure.to_string().contains("no office runs there"),
        "{failure}"
    );
}

#[test]
fn each_kind_of_no_has_its_exit_code_and_a_rule_its_name() {
    let said = Said {
        rule: "two-organisations".into(),
        en: "all approvers answer for one organisation; ask another".into(),
        ja: "承認者が全員同じ組織に属しています".into(),
        alarm: false,
    };
    let no = |reply, language| {
        let failure = heard(reply, language).unwrap_err();
        (failure.code, failure.to_string())
    };
    let refused = || Reply::Refused(Box::new(said.clone()));
    assert_eq!(
        no(refused(), Language::English),
        (
            code::REFUSED,
            "refused by rule `two-organisations`: all approvers answer for one organisation; ask another".into()
        )
    );
    let (code, text) = no(refused(), Language::Japanese);
    assert_eq!(code, code::REFUSED);
    assert!(text.contains("承認者が全員同じ組織"), "{text}");
    let english = Language::English;
    assert_eq!(
        no(Reply::Wrong(issei_text::Phrase::same("no case")), english),
        (code::WRONG, "no case".into())
    );
    assert_eq!(
        no(Reply::Failed(issei_text::Phrase::same("disk")), english),
        (code::BROKEN, "disk".into())
    );
    let asked_at_the_wrong_office = Reply::Wrong(issei_text::Phrase::say("says-ask-member"));
    assert_eq!(
        no(asked_at_the_wrong_office, Language::Japanese),
        (code::WRONG, "参加事業者の事務局に依頼してください".into())
    );
    assert!(heard(Reply::Done(issei_text::Phrase::same("done")), english).is_ok());
}

#[test]
fn a_reply_to_another_question_is_no_answer() {
    let office = StandIn::new("caller-astray", |_| Reply::Orders(Vec::new()));
    let mut caller = office.caller(Language::English);
    let failure = caller.bid(&Ask::Stop).unwrap_err();
    assert_eq!(failure.code, code::BROKEN);
    assert!(
        failure
            .to_string()
            .contains("something else than was asked"),
        "{failure}"
    );
}

#[test]
fn what_an_office_says_cannot_move_the_cursor() {
    let office = StandIn::new("caller-tame", |_| {
        Reply::Wrong(issei_text::Phrase::same("\x1b[2J"))
    });
    let mut caller = office.caller(Language::English);
    let failure = caller.bid(&Ask::Stop).unwrap_err();
    assert!(!failure.to_string().contains('\x1b'));
}
