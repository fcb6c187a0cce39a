use super::*;
use crate::words::{EN, JA};

#[test]
fn a_line_of_another_make_stays_as_it_is() {
    for line in [
        "",
        "+",
        "+ moon full",
        "+ approvals needed",
        "+ approvals needed 3 or 4",
        "+ member isp-a, 4 lines",
        "approvals needed 3",
    ] {
        assert_eq!(line_in(line, JA), line);
    }
}

#[test]
fn a_sign_stays_before_its_line() {
    assert_eq!(line_in("- approvals needed 2", EN), "- approvals needed 2");
    assert_eq!(line_in("+ approvals needed 3", JA), "+ 必要な承認 3 名");
}
