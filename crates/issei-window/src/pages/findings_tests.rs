use issei_desk::Reported;
use issei_desk::samples::entry;

use super::*;
use crate::found::Found;

#[test]
fn a_case_is_named_so_that_it_can_be_read_aloud() {
    let found = Found::gathered(vec![Reported {
        goal: "192.0.2.1:23/tcp".parse().unwrap(),
        level: Level::Candidate,
        evidence: entry("isp-a"),
        addresses: BTreeSet::new(),
    }]);
    let about = found.with("").next().unwrap();
    assert_eq!(case_name(about), "2026-11-01-192-0-2-1-23-tcp");
}
