use issei_desk::samples::entry;

use super::*;

fn told(member: &str, goal: &str, level: Level) -> Reported {
    Reported {
        goal: goal.parse().unwrap(),
        level,
        evidence: entry(member),
        addresses: BTreeSet::new(),
    }
}

#[test]
fn what_most_members_say_comes_first() {
    let findings = [
        told("isp-a", "192.0.2.1:23/tcp", Level::Candidate),
        told("isp-a", "192.0.2.2:23/tcp", Level::Candidate),
        told("isp-b", "192.0.2.2:23/tcp", Level::Finding),
    ];
    let all = about(&findings, "");
    assert_eq!(all[0].goal.to_string(), "192.0.2.2:23/tcp");
    assert_eq!((all[0].members.len(), all[0].best), (2, Level::Finding));
    assert_eq!(about(&findings, "2.1:").len(), 1);
    assert!(about(&findings, "nothing like it").is_empty());
}

#[test]
fn a_case_is_named_so_that_it_can_be_read_aloud() {
    let findings = [told("isp-a", "192.0.2.1:23/tcp", Level::Candidate)];
    assert_eq!(
        case_name(&about(&findings, "")[0]),
        "2026-11-01-192-0-2-1-23-tcp"
    );
}
