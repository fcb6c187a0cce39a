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
    let found = Found::gathered(vec![
        told("isp-a", "192.0.2.1:23/tcp", Level::Candidate),
        told("isp-a", "192.0.2.2:23/tcp", Level::Candidate),
        told("isp-b", "192.0.2.2:23/tcp", Level::Finding),
    ]);
    let first = found.with("").next().unwrap();
    assert_eq!(first.goal.to_string(), "192.0.2.2:23/tcp");
    assert_eq!((first.members.len(), first.best), (2, Level::Finding));
    assert_eq!(found.with("2.1:").count(), 1);
    assert_eq!(found.with("nothing like it").count(), 0);
    assert_eq!(found.of(&"isp-a".parse().unwrap()), 2);
}
