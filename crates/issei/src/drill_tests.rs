use super::*;
use crate::examples;
use issei_model::{Level, Role};

/// A member's word that this service commands bots.
fn accusing(subject: &str, level: Level, kinds: &[&str]) -> FindingRecord {
    FindingRecord {
        rule: issei_model::Rule::CommandEnrichment,
        level,
        subject_kind: "remote".into(),
        subject: subject.into(),
        role: Role::CommandServer,
        independent_kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..examples::scan()
    }
}

fn candidate(subject: &str) -> FindingRecord {
    accusing(subject, Level::Candidate, &["enrichment"])
}

fn rehearsed(views: &[Vec<FindingRecord>]) -> Rehearsed {
    Rehearsed::new(Language::English, 1, command_server(views).unwrap()).unwrap()
}

#[test]
fn the_server_that_most_members_name_is_chosen() {
    let (often, once) = ("192.0.2.7:23/tcp", "192.0.2.9:23/tcp");
    let views = [
        vec![candidate(once), candidate(often), examples::scan()],
        vec![candidate(often)],
    ];
    let (goal, found) = command_server(&views).unwrap();
    assert_eq!(goal.to_string(), often);
    let members: Vec<&str> = found.iter().map(|one| one.0).collect();
    assert_eq!(members, ["isp-a", "isp-b"]);
    assert!(command_server(&[vec![examples::scan()]]).is_none());
}

#[test]
fn two_members_with_one_kind_each_lead_through_to_the_end() {
    let views = [
        vec![candidate("192.0.2.7:23/tcp")],
        vec![candidate("192.0.2.7:23/tcp")],
    ];
    let mut drill = rehearsed(&views);
    drill.tell().unwrap();
}

#[test]
fn one_member_with_one_kind_is_refused_before_anybody_is_asked() {
    let mut drill = rehearsed(&[vec![candidate("192.0.2.7:23/tcp")]]);
    let failure = drill.tell().unwrap_err();
    assert_eq!(failure.code, code::WRONG);
    assert!(
        failure
            .to_string()
            .contains("one kind of evidence from one member"),
        "{failure}"
    );
    let (files, _) = drill.country.ledger();
    assert!(
        !files.keys().any(|path| path.starts_with("tile/entries")),
        "nothing was logged"
    );
}

#[test]
fn a_public_resolver_is_refused_whatever_was_found() {
    let views = [
        vec![candidate("8.8.8.8:53/udp")],
        vec![candidate("8.8.8.8:53/udp")],
    ];
    let failure = rehearsed(&views).tell().unwrap_err();
    assert!(failure.to_string().contains("public resolver"), "{failure}");
}
