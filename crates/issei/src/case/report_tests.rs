use std::os::unix::fs::PermissionsExt as _;

use issei_ledger::commitment::opens;
use issei_model::{FindingRecord, Language, Rule, Span};

use super::*;
use crate::code;
use crate::examples;
use crate::office::control::Reply;
use crate::office::folder::Settings;
use crate::record::Chain;
use crate::stand_in::StandIn;

fn accusing(subject: &str) -> FindingRecord {
    FindingRecord {
        rule: Rule::CommandEnrichment,
        level: Level::Candidate,
        subject_kind: "remote".into(),
        subject: subject.into(),
        role: Role::CommandServer,
        independent_kinds: vec!["enrichment".into()],
        ..examples::scan()
    }
}

/// A member's office, and a file of findings that must go after so many days.
struct Member {
    office: StandIn,
    findings: PathBuf,
}

impl Member {
    fn new(name: &str, findings: &[FindingRecord], days: i64) -> Self {
        let office = StandIn::new(name, |_| {
            Reply::Done(issei_text::Phrase::same("on their way"))
        });
        let settings = Settings {
            member: Some("isp-a".parse().unwrap()),
            ..Settings::default()
        };
        office.folder().write_settings(&settings).unwrap();
        let mut chain = Chain::new();
        let retention = Span::from_secs(days * 86_400);
        let lines = findings.iter().map(|one| {
            let record = chain.seal(one.clone(), clock::now(), retention);
            record.line() + "\n"
        });
        let path = office.folder().root().join("findings.jsonl");
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        Self {
            office,
            findings: path,
        }
    }

    fn reports(&self) -> Result<(), Failure> {
        run(
            &mut self.office.caller(Language::English),
            Some(&self.findings),
            &[],
        )
    }

    fn told(&self) -> Vec<Reported> {
        let reported = |ask: Ask| match ask {
            Ask::Report(reported) => reported,
            _ => Vec::new(),
        };
        self.office.heard().into_iter().flat_map(reported).collect()
    }

    fn salts(&self) -> Vec<Salt> {
        let path = self.office.folder().root().join("salts.jsonl");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[test]
fn command_servers_are_told_and_nothing_about_a_line() {
    let mut context = accusing("192.0.2.9:23/tcp");
    context.level = Level::Context;
    let mut sure = accusing("192.0.2.8:23/tcp");
    (sure.rule, sure.level) = (Rule::CommandConfirmed, Level::Finding);
    let all = [
        examples::scan(),
        accusing("192.0.2.7:23/tcp"),
        context,
        sure,
    ];
    let member = Member::new("report", &all, 30);
    member.reports().unwrap();
    let told = member.told();
    let goals: Vec<String> = told.iter().map(|one| one.goal.to_string()).collect();
    assert_eq!(goals, ["192.0.2.7:23/tcp", "192.0.2.8:23/tcp"]);
    for one in &told {
        assert_eq!(one.evidence.source.as_str(), "isp-a");
        assert_eq!(
            one.evidence.forgeable,
            !one.evidence.rule.rests_on_exchange()
        );
        assert_eq!(one.evidence.until, examples::scan().until);
    }
    assert_eq!(
        (told[0].level, told[1].level),
        (Level::Candidate, Level::Finding)
    );
    let travels = serde_json::to_string(&told).unwrap();
    assert!(
        !travels.contains("192.168.1.196"),
        "a line of ours: {travels}"
    );
}

#[test]
fn every_commitment_is_opened_by_the_salt_and_the_line_that_are_kept_for_their_owner_only() {
    let member = Member::new("salts", &[accusing("192.0.2.7"), accusing("192.0.2.8")], 30);
    member.reports().unwrap();
    let salts = member.salts();
    let (told, text) = (
        member.told(),
        std::fs::read_to_string(&member.findings).unwrap(),
    );
    assert_eq!(salts.len(), 2);
    for (told, line) in told.iter().zip(text.lines()) {
        let commitment = told.evidence.commitment;
        let salt = salts
            .iter()
            .find(|salt| salt.commitment == commitment)
            .unwrap();
        assert_eq!(salt.line, line);
        assert!(opens(&commitment.0, &salt.salt.0, FIELD, line.as_bytes()));
        assert!(!opens(
            &commitment.0,
            &salt.salt.0,
            FIELD,
            &line.as_bytes()[1..]
        ));
    }
    assert_ne!(salts[0].salt, salts[1].salt, "each has its own");
    let path = member.office.folder().root().join("salts.jsonl");
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_told_twice_is_the_same_commitment_and_new_findings_come_behind() {
    let member = Member::new("again", &[accusing("192.0.2.7")], 30);
    member.reports().unwrap();
    member.reports().unwrap();
    let told = member.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    assert_eq!(member.salts().len(), 1);
}

#[test]
fn a_salt_goes_when_its_finding_must_go() {
    let member = Member::new("gone", &[accusing("192.0.2.7")], 30);
    member.reports().unwrap();
    let folder = member.office.folder();
    let kept = |now| Salts::open(&folder, now).unwrap().kept.len();
    let until = member.salts()[0].retain_until;
    assert_eq!(kept(until - Span::from_micros(1)), 1);
    assert_eq!(kept(until), 0);
}

#[test]
fn nothing_is_told_whose_salt_cannot_be_kept() {
    let member = Member::new("torn", &[accusing("192.0.2.7")], 30);
    let path = member.office.folder().root().join("salts.jsonl");
    std::fs::write(&path, "{\"torn").unwrap();
    let failure = member.reports().unwrap_err();
    assert_eq!(failure.code, code::UNREADABLE);
    assert!(failure.to_string().contains("move it aside"), "{failure}");
    assert!(member.told().is_empty());
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "{\"torn",
        "what was there is still there"
    );
}

#[test]
fn the_first_line_that_is_no_finding_is_named() {
    let member = Member::new("wrong-line", &[accusing("192.0.2.7")], 30);
    let mut text = std::fs::read_to_string(&member.findings).unwrap();
    text += "{}\n";
    std::fs::write(&member.findings, text).unwrap();
    let failure = member.reports().unwrap_err();
    assert_eq!(failure.code, code::UNREADABLE);
    assert!(failure.to_string().contains("line 2: "), "{failure}");
    assert!(member.told().is_empty());
}

#[test]
fn only_a_member_tells_findings_and_with_none_nothing_is_asked() {
    let member = Member::new("nothing", &[examples::scan()], 30);
    member.reports().unwrap();
    assert!(member.told().is_empty());
    assert!(member.salts().is_empty());
    member
        .office
        .folder()
        .write_settings(&Settings::default())
        .unwrap();
    let failure = member.reports().unwrap_err();
    assert!(
        failure.to_string().contains("no member's office"),
        "{failure}"
    );
}
